/* test_http_live_reader.c - WebSocket messages out of bytes, whole, in pieces, and refused. */
#include "unit.h"

#include "http/live_command.h"
#include "http/live_reader.h"

enum { FRAME_BYTES_MAX = 8192 };

struct bytes {
    uint8_t at[FRAME_BYTES_MAX];
    uint32_t length;
};

/* Appends a frame as a client sends it; first: FIN and opcode. */
static void frame_add(struct bytes *bytes, uint8_t first, const char *payload, uint32_t length)
{
    static const uint8_t mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    uint8_t *at = bytes->at + bytes->length;
    assert_true(bytes->length + length + LIVE_FRAME_HEAD_BYTES_MAX <= sizeof bytes->at);
    *at++ = first;
    if (length < 126) {
        *at++ = (uint8_t)(0x80 | length);
    } else {
        *at++ = 0x80 | 126;
        *at++ = (uint8_t)(length >> 8);
        *at++ = (uint8_t)length;
    }
    memcpy(at, mask, sizeof mask);
    at += sizeof mask;
    for (uint32_t i = 0; i < length; i++)
        *at++ = (uint8_t)payload[i] ^ mask[i % 4];
    bytes->length = (uint32_t)(at - bytes->at);
}

/* Feeds everything `step` bytes at a time; returns what the reader says first. */
static enum live_read feed(struct live_reader *reader, const struct bytes *bytes, uint32_t step,
                           struct live_message *message)
{
    for (uint32_t given = 0; given < bytes->length;) {
        uint32_t capacity;
        uint8_t *space = live_reader_space(reader, &capacity);
        assert_true(capacity > 0);
        uint32_t now = bytes->length - given < step ? bytes->length - given : step;
        now = now < capacity ? now : capacity;
        memcpy(space, bytes->at + given, now);
        live_reader_received(reader, now);
        given += now;
        enum live_read read = live_reader_next(reader, message);
        if (read != LIVE_READ_MORE)
            return read;
    }
    return LIVE_READ_MORE;
}

static enum live_read feed_new(const struct bytes *bytes, uint32_t step,
                               struct live_message *message)
{
    static struct live_reader reader;
    live_reader_init(&reader);
    return feed(&reader, bytes, step, message);
}

static void test_message_in_pieces_of_any_size(void **state)
{
    (void)state;
    struct bytes bytes = {.length = 0};
    struct live_message message;
    frame_add(&bytes, 0x81, "{\"ack\":7}", 9);
    for (uint32_t step = 1; step <= bytes.length; step++) {
        assert_int_equal(feed_new(&bytes, step, &message), LIVE_READ_TEXT);
        assert_int_equal(message.length, 9);
        assert_memory_equal(message.bytes, "{\"ack\":7}", 9);
    }
}

static void test_fragments_with_a_ping_between(void **state)
{
    (void)state;
    struct bytes bytes = {.length = 0}, rest = {.length = 0};
    struct live_message message;
    static struct live_reader reader;
    live_reader_init(&reader);
    frame_add(&bytes, 0x01, "{\"ac", 4);
    frame_add(&bytes, 0x89, "are you there", 13);
    frame_add(&rest, 0x00, "k\":", 3);
    frame_add(&rest, 0x00, "", 0);
    frame_add(&rest, 0x80, "12}", 3);
    assert_int_equal(feed(&reader, &bytes, 3, &message), LIVE_READ_PING);
    assert_memory_equal(message.bytes, "are you there", 13);
    assert_int_equal(feed(&reader, &rest, 2, &message), LIVE_READ_TEXT);
    assert_int_equal(message.length, 10);
    assert_memory_equal(message.bytes, "{\"ack\":12}", 10);
}

static void test_longest_message_is_read_and_one_more_byte_is_not(void **state)
{
    (void)state;
    static char payload[LIVE_MESSAGE_BYTES_MAX + 1];
    struct bytes bytes = {.length = 0};
    struct live_message message;
    memset(payload, 'x', sizeof payload);
    frame_add(&bytes, 0x81, payload, LIVE_MESSAGE_BYTES_MAX);
    assert_int_equal(feed_new(&bytes, 1000, &message), LIVE_READ_TEXT);
    assert_int_equal(message.length, LIVE_MESSAGE_BYTES_MAX);
    bytes.length = 0;
    frame_add(&bytes, 0x81, payload, LIVE_MESSAGE_BYTES_MAX + 1);
    bytes.length = 8; /* the head alone */
    assert_int_equal(feed_new(&bytes, 8, &message), LIVE_READ_REFUSED);
    assert_int_equal(message.refused, LIVE_CLOSE_TOO_BIG);
}

static void test_fragments_may_not_add_up_to_too_much(void **state)
{
    (void)state;
    static char payload[LIVE_MESSAGE_BYTES_MAX];
    struct bytes bytes = {.length = 0};
    struct live_message message;
    memset(payload, 'x', sizeof payload);
    frame_add(&bytes, 0x01, payload, LIVE_MESSAGE_BYTES_MAX - 1);
    frame_add(&bytes, 0x80, payload, 2);
    assert_int_equal(feed_new(&bytes, 500, &message), LIVE_READ_REFUSED);
    assert_int_equal(message.refused, LIVE_CLOSE_TOO_BIG);
}

static void test_what_is_refused_and_how(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        uint32_t length;
        enum live_close_code code;
    } cases[] = {
        {"\x81\x02{}", 4, LIVE_CLOSE_PROTOCOL},          /* not masked */
        {"\xc1\x80\0\0\0\0", 6, LIVE_CLOSE_PROTOCOL},    /* a reserved bit */
        {"\x80\x80\0\0\0\0", 6, LIVE_CLOSE_PROTOCOL},    /* continues nothing */
        {"\x83\x80\0\0\0\0", 6, LIVE_CLOSE_PROTOCOL},    /* an unknown opcode */
        {"\x8b\x80\0\0\0\0", 6, LIVE_CLOSE_PROTOCOL},    /* an unknown control opcode */
        {"\x09\x80\0\0\0\0", 6, LIVE_CLOSE_PROTOCOL},    /* a Ping in fragments */
        {"\x89\xfe\0\x80", 4, LIVE_CLOSE_PROTOCOL},      /* a Ping of 128 bytes */
        {"\x88\x81\0\0\0\0x", 7, LIVE_CLOSE_PROTOCOL},   /* a Close with half a code */
        {"\x82\x80\0\0\0\0", 6, LIVE_CLOSE_UNSUPPORTED}, /* binary */
        {"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", 14, LIVE_CLOSE_TOO_BIG},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bytes bytes = {.length = cases[i].length};
        struct live_message message;
        memcpy(bytes.at, cases[i].bytes, cases[i].length);
        for (uint32_t step = 1; step <= bytes.length; step++) {
            assert_int_equal(feed_new(&bytes, step, &message), LIVE_READ_REFUSED);
            assert_int_equal(message.refused, cases[i].code);
        }
    }
}

static void test_a_second_beginning_is_refused(void **state)
{
    (void)state;
    struct bytes bytes = {.length = 0};
    struct live_message message;
    frame_add(&bytes, 0x01, "a", 1);
    frame_add(&bytes, 0x81, "b", 1);
    assert_int_equal(feed_new(&bytes, 1, &message), LIVE_READ_REFUSED);
    assert_int_equal(message.refused, LIVE_CLOSE_PROTOCOL);
}

static void test_commands(void **state)
{
    (void)state;
    static const char *const unknown[] = {"",
                                          "{",
                                          "{}",
                                          "[]",
                                          "7",
                                          "null",
                                          "{\"ack\":-1}",
                                          "{\"ack\":1.5}",
                                          "{\"ack\":4294967296}",
                                          "{\"ack\":\"7\"}",
                                          "{\"ack\":7,\"x\":1}",
                                          "{\"ack\":7} ",
                                          "{\"ack\":7}{\"ack\":7}",
                                          "{\"layer\":\"messages\"}",
                                          "{\"layer\":\"stage\",\"on\":true}",
                                          "{\"layer\":\"messages\",\"on\":1}",
                                          "{\"ACK\":7}",
                                          "{\"ack\":1e400}"};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        struct live_command command =
            live_command_parse((const uint8_t *)unknown[i], (uint32_t)strlen(unknown[i]));
        assert_int_equal(command.kind, LIVE_COMMAND_UNKNOWN);
    }
    const char *ack = "{ \"ack\": 4294967295 }";
    struct live_command command = live_command_parse((const uint8_t *)ack, (uint32_t)strlen(ack));
    assert_int_equal(command.kind, LIVE_COMMAND_ACK);
    assert_int_equal(command.nonce, UINT32_MAX);
    const char *layer = "{\"on\":false,\"layer\":\"messages\"}";
    command = live_command_parse((const uint8_t *)layer, (uint32_t)strlen(layer));
    assert_int_equal(command.kind, LIVE_COMMAND_LAYER);
    assert_false(command.messages_layer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_message_in_pieces_of_any_size),
        cmocka_unit_test(test_fragments_with_a_ping_between),
        cmocka_unit_test(test_longest_message_is_read_and_one_more_byte_is_not),
        cmocka_unit_test(test_fragments_may_not_add_up_to_too_much),
        cmocka_unit_test(test_what_is_refused_and_how),
        cmocka_unit_test(test_a_second_beginning_is_refused),
        cmocka_unit_test(test_commands),
    };
    return cmocka_run_group_tests_name("http live reader", tests, NULL, NULL);
}
