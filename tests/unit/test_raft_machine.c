/* test_raft_machine.c - the replicated machine: commands, sessions (T16), images. */
#include "unit.h"

#include "base/draw.h"
#include "systems/raft/machine.h"
#include "systems/raft/raft.h"

static struct machine machine, other;

static void reset(void)
{
    memset(&machine, 0, sizeof machine);
}

static struct machine_answer run(struct machine_command command)
{
    assert_true(machine_valid(&command, sizeof command));
    return machine_apply(&machine, &command, sizeof command, false);
}

static void test_keys(void **state)
{
    (void)state;
    reset();
    assert_int_equal(machine_get(&machine, 3).result, MACHINE_MISSING);
    struct machine_answer answer =
        run((struct machine_command){.kind = MACHINE_PUT, .key = 3, .value = 7});
    assert_int_equal(answer.value, 7);
    assert_int_equal(answer.version, 1);
    answer =
        run((struct machine_command){.kind = MACHINE_CAS, .key = 3, .expected = 8, .value = 9});
    assert_int_equal(answer.result, MACHINE_MISMATCH);
    answer =
        run((struct machine_command){.kind = MACHINE_CAS, .key = 3, .expected = 7, .value = 9});
    assert_int_equal(answer.result, MACHINE_OK);
    assert_int_equal(answer.version, 2);
    answer = run(
        (struct machine_command){.kind = MACHINE_PUT_VERSION, .key = 3, .expected = 1, .value = 1});
    assert_int_equal(answer.result, MACHINE_MISMATCH);
    answer = run((struct machine_command){.kind = MACHINE_DELETE, .key = 3});
    assert_int_equal(answer.value, 9);
    assert_int_equal(run((struct machine_command){.kind = MACHINE_GET, .key = 3}).result,
                     MACHINE_MISSING);
    answer =
        run((struct machine_command){.kind = MACHINE_CAS, .key = 3, .expected = 0, .value = 1});
    assert_int_equal(answer.result, MACHINE_MISSING);
}

static void test_batch_is_one_command(void **state)
{
    struct {
        struct machine_command head;
        struct machine_pair pairs[2];
    } batch = {.head = {.kind = MACHINE_BATCH, .count = 2, .key = 1},
               .pairs = {{.key = 1, .value = 10}, {.key = 2, .value = 20}}};
    (void)state;
    reset();
    assert_true(machine_valid(&batch, sizeof batch));
    assert_false(machine_valid(&batch, sizeof batch - 1));
    (void)machine_apply(&machine, &batch, sizeof batch, false);
    assert_int_equal(machine_get(&machine, 1).value, 10);
    assert_int_equal(machine_get(&machine, 2).value, 20);
    batch.pairs[1].key = MACHINE_KEYS;
    assert_false(machine_valid(&batch, sizeof batch));
}

static void test_retried_command_is_done_once(void **state)
{
    struct machine_command command = {
        .kind = MACHINE_PUT, .key = 1, .value = 5, .session = 9, .serial = 1};
    (void)state;
    reset();
    assert_int_equal(run(command).version, 1);
    struct machine_answer again = run(command);
    assert_int_equal(again.version, 1);
    assert_int_equal(again.repeated, 1);
    command.serial = 2;
    assert_int_equal(run(command).version, 2);
    command.serial = 1;
    assert_int_equal(run(command).result, MACHINE_EXPIRED);
    assert_int_equal(machine_get(&machine, 1).version, 2);
}

/* Who is forgotten is decided by the log: the session used longest ago. It is told, and does nothing. */
static void test_forgotten_session_is_told(void **state)
{
    struct machine_command command = {.kind = MACHINE_PUT, .key = 1, .serial = 1};
    (void)state;
    reset();
    for (uint32_t session = 1; session <= MACHINE_SESSIONS + 1; session++) {
        command.session = session;
        assert_int_equal(run(command).result, MACHINE_OK);
    }
    uint64_t version = machine_get(&machine, 1).version;
    command.session = 1;
    assert_int_equal(run(command).result, MACHINE_EXPIRED);
    assert_int_equal(machine_get(&machine, 1).version, version);
    command.session = MACHINE_SESSIONS + 2;
    assert_int_equal(run(command).result, MACHINE_OK);
}

/* A machine from an image goes on exactly as the one it was taken of, sessions included. */
static void test_image_goes_on_alike(void **state)
{
    static uint8_t bytes[RAFT_IMAGE_BYTES_MAX];
    struct draw_stream draws = draw_stream_init(1, DRAW_PURPOSE('m', 'a', 'c', 'h'), 0);
    (void)state;
    reset();
    for (uint32_t i = 0; i < 20000; i++) {
        struct machine_command command = {
            .kind = (uint8_t)draw_below(draw_next(&draws), MACHINE_BATCH)};
        command.key = (uint16_t)draw_below(draw_next(&draws), MACHINE_KEYS);
        command.value = (int64_t)draw_below(draw_next(&draws), 4);
        command.expected = (int64_t)draw_below(draw_next(&draws), 4);
        command.session = i / 50 + (uint32_t)draw_below(draw_next(&draws), 200);
        command.serial = (uint32_t)draw_below(draw_next(&draws), 5) + 1;
        if (i % 100 == 0) {
            uint32_t length = machine_image(&machine, bytes, sizeof bytes, false);
            assert_true(length > 0);
            assert_true(machine_restore(&other, bytes, length));
        }
        struct machine_answer mine = machine_apply(&machine, &command, sizeof command, false);
        struct machine_answer theirs = machine_apply(&other, &command, sizeof command, false);
        assert_memory_equal(&mine, &theirs, sizeof mine);
        assert_int_equal(machine_digest(&machine), machine_digest(&other));
    }
}

static void test_no_image_is_refused(void **state)
{
    static uint8_t bytes[RAFT_IMAGE_BYTES_MAX];
    (void)state;
    reset();
    (void)run((struct machine_command){
        .kind = MACHINE_PUT, .key = 1, .value = 1, .session = 1, .serial = 1});
    uint32_t length = machine_image(&machine, bytes, sizeof bytes, false);
    for (uint32_t cut = 1; cut < length; cut++)
        assert_false(machine_restore(&other, bytes, cut));
    assert_true(machine_restore(&other, bytes, 0));
    assert_int_equal(machine_image(&machine, bytes, length - 1, false), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_batch_is_one_command),
        cmocka_unit_test(test_retried_command_is_done_once),
        cmocka_unit_test(test_forgotten_session_is_told),
        cmocka_unit_test(test_image_goes_on_alike),
        cmocka_unit_test(test_no_image_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
