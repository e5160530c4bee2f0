/* test_http_live_viewer.c - one viewer: credit, keyframes, half-written frames, never waiting. */
#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/live_viewer.h"

enum { BIG_FRAME_BYTES = 2 << 20 };

static const int64_t SECOND_NS = 1000000000;
static int64_t now_ns; /* the tests' clock */

/* Stands for the lab's: the viewer holds references to frames that it has half sent. */
void lab_frame_release(struct lab_frame *frame)
{
    if (atomic_fetch_sub(&frame->references, 1) == 1)
        free(frame);
}

static struct lab_frame *frame_make(uint64_t sequence, uint64_t base, uint32_t length)
{
    struct lab_frame *frame = malloc(sizeof *frame + length);
    assert_non_null(frame);
    atomic_init(&frame->references, 1);
    frame->length = length;
    frame->sequence = sequence;
    frame->base = base;
    frame->nonce = (uint32_t)(1000 + sequence);
    frame->encoded_ns = 0;
    for (uint32_t i = 0; i < length; i++)
        frame->bytes[i] = (uint8_t)(sequence + i);
    return frame;
}

static enum live_sent send_one(struct live_viewer *viewer, uint64_t sequence, uint64_t base)
{
    struct lab_frame *frame = frame_make(sequence, base, 100);
    enum live_sent sent = live_viewer_send(viewer, frame, now_ns);
    lab_frame_release(frame);
    return sent;
}

struct link {
    struct live_viewer *viewer;
    int peer;
};

static int setup(void **state)
{
    static struct link link;
    int pair[2];
    now_ns = 1000 * SECOND_NS;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        return -1;
    link.peer = pair[0];
    link.viewer = live_viewer_new(pair[1], "r1", 0);
    *state = &link;
    return link.viewer != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    struct link *link = *state;
    live_viewer_free(link->viewer);
    return close(link->peer);
}

static void test_a_new_viewer_takes_a_keyframe_first(void **state)
{
    struct live_viewer *viewer = ((struct link *)*state)->viewer;
    assert_int_equal(send_one(viewer, 5, 4), LIVE_SKIPPED);
    assert_true(live_viewer_needs_keyframe(viewer, now_ns));
    assert_int_equal(send_one(viewer, 5, 0), LIVE_SENT);
    assert_false(live_viewer_needs_keyframe(viewer, now_ns));
    assert_int_equal(send_one(viewer, 6, 5), LIVE_SENT);
    assert_int_equal(send_one(viewer, 6, 0), LIVE_SKIPPED); /* it had what that stands for */
    assert_int_equal(send_one(viewer, 8, 7), LIVE_SKIPPED); /* a gap */
    assert_int_equal(send_one(viewer, 9, 0), LIVE_SENT);
}

static void test_credit_ends_and_comes_back_with_acknowledgements(void **state)
{
    struct live_viewer *viewer = ((struct link *)*state)->viewer;
    uint64_t sequence = 1;
    assert_int_equal(send_one(viewer, sequence, 0), LIVE_SENT);
    for (int i = 1; i < LIVE_UNACKNOWLEDGED_MAX; i++, sequence++)
        assert_int_equal(send_one(viewer, sequence + 1, sequence), LIVE_SENT);
    assert_int_equal(send_one(viewer, sequence + 1, sequence), LIVE_SKIPPED);
    assert_false(live_viewer_needs_keyframe(viewer, now_ns)); /* it would not read that either */
    assert_int_equal(send_one(viewer, sequence + 1, 0), LIVE_SKIPPED);
    assert_true(live_viewer_acknowledge(viewer, (uint32_t)(1000 + sequence)));
    assert_false(live_viewer_needs_keyframe(viewer, now_ns)); /* it had one a moment ago */
    now_ns += SECOND_NS;
    assert_true(live_viewer_needs_keyframe(viewer, now_ns));
    assert_int_equal(send_one(viewer, sequence + 9, 0), LIVE_SENT);
}

/* Lets it fall behind after a keyframe, and says how long it then waits for the next. */
static int64_t setback(struct live_viewer *viewer, uint64_t sequence)
{
    assert_int_equal(send_one(viewer, sequence, 0), LIVE_SENT);
    for (uint64_t i = 1; i < LIVE_UNACKNOWLEDGED_MAX; i++)
        assert_int_equal(send_one(viewer, sequence + i, sequence + i - 1), LIVE_SENT);
    uint64_t last = sequence + LIVE_UNACKNOWLEDGED_MAX - 1;
    assert_int_equal(send_one(viewer, last + 1, last), LIVE_SKIPPED);
    assert_true(live_viewer_acknowledge(viewer, (uint32_t)(1000 + last)));
    int64_t begin_ns = now_ns;
    while (!live_viewer_needs_keyframe(viewer, now_ns))
        now_ns += SECOND_NS / 100;
    return now_ns - begin_ns;
}

static void test_setbacks_make_keyframes_rarer_until_all_is_well(void **state)
{
    struct live_viewer *viewer = ((struct link *)*state)->viewer;
    int64_t pause_ns = SECOND_NS / 1000 * LIVE_KEYFRAME_PAUSE_MS;
    uint64_t sequence = 1;
    for (int i = 1; i <= LIVE_SETBACKS_MAX; i++, sequence += 100)
        assert_int_equal(setback(viewer, sequence), pause_ns << i);
    assert_int_equal(setback(viewer, sequence), pause_ns << LIVE_SETBACKS_MAX);
    assert_int_equal(send_one(viewer, sequence + 50, 0), LIVE_SENT);
    assert_true(live_viewer_acknowledge(viewer, (uint32_t)(1000 + sequence + 50)));
    now_ns += (LIVE_SETBACK_S + 1) * SECOND_NS;
    for (uint64_t i = 50; i < 50 + LIVE_UNACKNOWLEDGED_MAX; i++)
        assert_int_equal(send_one(viewer, sequence + i + 1, sequence + i), LIVE_SENT);
    assert_int_equal(send_one(viewer, sequence + 61, sequence + 60), LIVE_SKIPPED);
    assert_true(live_viewer_acknowledge(viewer, (uint32_t)(1000 + sequence + 60)));
    assert_true(live_viewer_needs_keyframe(viewer, now_ns));
}

static void test_only_what_was_sent_can_be_acknowledged(void **state)
{
    struct live_viewer *viewer = ((struct link *)*state)->viewer;
    assert_false(live_viewer_acknowledge(viewer, 0));
    assert_int_equal(send_one(viewer, 1, 0), LIVE_SENT);
    assert_int_equal(send_one(viewer, 2, 1), LIVE_SENT);
    assert_false(live_viewer_acknowledge(viewer, 1003));
    assert_true(live_viewer_acknowledge(viewer, 1002));
    assert_true(live_viewer_acknowledge(viewer, 1002));  /* saying it twice is harmless */
    assert_false(live_viewer_acknowledge(viewer, 1001)); /* older than what was acknowledged */
    assert_int_equal(viewer->unacknowledged, 0);
}

/* Reads everything that is there. */
static size_t drain(int peer, uint8_t *to, size_t capacity)
{
    size_t length = 0;
    ssize_t now;
    while (length < capacity &&
           (now = recv(peer, to + length, capacity - length, MSG_DONTWAIT)) > 0)
        length += (size_t)now;
    return length;
}

static void test_half_a_frame_is_finished_before_anything_else(void **state)
{
    struct link *link = *state;
    struct live_viewer *viewer = link->viewer;
    struct lab_frame *big = frame_make(1, 0, BIG_FRAME_BYTES);
    uint8_t *received = malloc(BIG_FRAME_BYTES + 200);
    assert_non_null(received);
    assert_int_equal(live_viewer_send(viewer, big, now_ns), LIVE_SENT);
    assert_true(viewer->wants_write);
    assert_int_equal(atomic_load(&big->references), 2);
    assert_int_equal(send_one(viewer, 2, 1), LIVE_SKIPPED);
    live_viewer_send_control(viewer, 10, (const uint8_t *)"old", 3);
    live_viewer_send_control(viewer, 10, (const uint8_t *)"new", 3);
    size_t length = 0;
    for (int i = 0; viewer->wants_write && i < 1000; i++) {
        length += drain(link->peer, received + length, BIG_FRAME_BYTES + 200 - length);
        live_viewer_flush(viewer);
    }
    length += drain(link->peer, received + length, BIG_FRAME_BYTES + 200 - length);
    assert_int_equal(length, BIG_FRAME_BYTES + 5);
    assert_memory_equal(received, big->bytes, BIG_FRAME_BYTES);
    assert_memory_equal(received + BIG_FRAME_BYTES, "\x8a\x03new", 5);
    assert_int_equal(atomic_load(&big->references), 1);
    lab_frame_release(big);
    free(received);
}

static void test_a_full_socket_holds_nobody_up(void **state)
{
    struct live_viewer *viewer = ((struct link *)*state)->viewer;
    static uint8_t filling[65536];
    while (send(viewer->socket, filling, sizeof filling, MSG_DONTWAIT) > 0)
        ;
    while (send(viewer->socket, filling, 1, MSG_DONTWAIT) > 0)
        ;
    assert_int_equal(send_one(viewer, 1, 0), LIVE_SKIPPED);
    assert_true(viewer->wants_write);
    assert_false(viewer->in_step);
    assert_false(viewer->dead);
}

static void test_a_vanished_peer_is_noticed(void **state)
{
    struct link *link = *state;
    close(link->peer);
    send_one(link->viewer, 1, 0);
    assert_true(link->viewer->dead);
    link->peer = open("/dev/null", O_RDONLY);
}

static void test_close_is_the_last_word(void **state)
{
    struct link *link = *state;
    uint8_t received[64];
    live_viewer_close(link->viewer, LIVE_CLOSE_POLICY, 0);
    assert_int_equal(send_one(link->viewer, 1, 0), LIVE_SKIPPED);
    live_viewer_send_control(link->viewer, 10, NULL, 0);
    assert_int_equal(recv(link->peer, received, sizeof received, 0), 4);
    assert_memory_equal(received, "\x88\x02\x03\xf0", 4);
    assert_int_equal(recv(link->peer, received, sizeof received, 0), 0);
}

static void test_too_many_messages_or_bytes_are_counted(void **state)
{
    struct live_viewer *viewer = ((struct link *)*state)->viewer;
    const int64_t second_ns = 1000000000;
    for (int i = 0; i < LIVE_MESSAGES_PER_S_MAX; i++)
        assert_true(live_viewer_count(viewer, 1, 0, 5 * second_ns));
    assert_false(live_viewer_count(viewer, 1, 0, 5 * second_ns));
    assert_true(live_viewer_count(viewer, 1, 0, 6 * second_ns));
    assert_false(live_viewer_count(viewer, 0, LIVE_BYTES_PER_S_MAX + 1, 6 * second_ns));
}

#define ON_A_LINK(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_LINK(test_a_new_viewer_takes_a_keyframe_first),
        ON_A_LINK(test_credit_ends_and_comes_back_with_acknowledgements),
        ON_A_LINK(test_setbacks_make_keyframes_rarer_until_all_is_well),
        ON_A_LINK(test_only_what_was_sent_can_be_acknowledged),
        ON_A_LINK(test_half_a_frame_is_finished_before_anything_else),
        ON_A_LINK(test_a_full_socket_holds_nobody_up),
        ON_A_LINK(test_a_vanished_peer_is_noticed),
        ON_A_LINK(test_close_is_the_last_word),
        ON_A_LINK(test_too_many_messages_or_bytes_are_counted),
    };
    return cmocka_run_group_tests_name("http live viewer", tests, NULL, NULL);
}
