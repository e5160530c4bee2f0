/* fuzz_check_transactions.c - any history of transactions, over lists or registers, gets an answer that does
 * not contradict itself: levels that include each other agree, a broken one comes with its reason, and with
 * less memory or fewer steps the answer is the same or UNKNOWN. */
#include "append_runs.h"
#include "check/model.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { KEYS = 3, VALUES_MAX = 32, MICROS_MAX = 6, PROCESSES = 4, SIZE_MAX_OF_MINE = 4096 };

/* Bytes to be taken one after the other; zeros behind the end. */
struct bytes {
    const uint8_t *data;
    size_t size, at;
};

static uint32_t take(struct bytes *bytes, uint32_t bound)
{
    return bytes->at < bytes->size ? bytes->data[bytes->at++] % bound : 0;
}

struct world {
    struct check_history *history;
    bool lists;
    struct check_value values[KEYS][VALUES_MAX]; /* in the order of their writes */
    uint32_t counts[KEYS];
    int64_t next_value;
};

/* A beginning of what was written, now and then turned round or with something strange. */
static struct check_value read_list(struct world *world, struct bytes *bytes, uint32_t key)
{
    struct check_value items[VALUES_MAX + 1];
    uint32_t count = take(bytes, world->counts[key] + 1);
    uint32_t how = take(bytes, 16);
    memcpy(items, world->values[key], count * sizeof *items);
    if (how == 0 && count >= 2) {
        struct check_value last = items[count - 1];
        items[count - 1] = items[count - 2];
        items[count - 2] = last;
    } else if (how == 1) {
        items[count++] = append_integer(take(bytes, 40));
    }
    return append_list(world->history, items, count);
}

static struct check_value read_register(struct world *world, struct bytes *bytes, uint32_t key)
{
    uint32_t place = take(bytes, world->counts[key] + 2);
    if (place < world->counts[key]) {
        return world->values[key][place];
    }
    return place == world->counts[key] ? (struct check_value){.kind = CHECK_NIL}
                                       : append_integer(take(bytes, 40));
}

static struct check_value make_micro(struct world *world, struct bytes *bytes)
{
    uint32_t what = take(bytes, 8);
    uint32_t key = take(bytes, KEYS);
    bool read = what < 4 || world->counts[key] == VALUES_MAX;
    struct check_value items[3] = {
        append_text(world->history, read ? "r" : (world->lists ? "append" : "w")),
        append_integer(key), append_integer(world->next_value)};
    if (read) {
        items[2] = world->lists ? read_list(world, bytes, key) : read_register(world, bytes, key);
    } else {
        world->next_value += what != 7; /* now and then a value is written twice */
        world->values[key][world->counts[key]++] = items[2];
    }
    return append_list(world->history, items, 3);
}

static struct check_history *make_history(struct world *world, struct bytes *bytes)
{
    uint32_t free_at[PROCESSES] = {0};
    uint32_t now = 0;
    while (bytes->at < bytes->size) {
        struct check_value micros[MICROS_MAX];
        uint32_t count = take(bytes, MICROS_MAX);
        for (uint32_t i = 0; i < count; i++) {
            micros[i] = make_micro(world, bytes);
        }
        uint32_t process = take(bytes, PROCESSES);
        uint32_t kind = take(bytes, 8);
        now = (free_at[process] > now ? free_at[process] : now) + 1;
        struct check_operation operation = {
            .call = now,
            .end = kind == 0 ? CHECK_NEVER : now + 1 + take(bytes, 8),
            .process = process,
            .outcome = kind == 0 ? CHECK_INFO : (kind == 1 ? CHECK_FAIL : CHECK_OK),
            .function = check_history_text(world->history, "txn", 3),
            .input = append_list(world->history, micros, count)};
        operation.output = operation.outcome == CHECK_OK ? operation.input : operation.output;
        free_at[process] = kind == 0 ? now : operation.end;
        bool added = check_history_add(world->history, &operation);
        assert(added);
    }
    return world->history;
}

static enum check_answer answer_for(const struct check_verdict *verdict, const char *level)
{
    for (uint32_t i = 0; i < verdict->answer_count; i++) {
        if (strcmp(verdict->answers[i].model, level) == 0) {
            return verdict->answers[i].answer;
        }
    }
    assert(false && "every level has an answer");
    return CHECK_UNKNOWN;
}

/* A broken level breaks those that include it. */
static void compare_levels(const struct check_verdict *verdict, bool lists)
{
    static const char *const CHAINS[][6] = {
        {"read-uncommitted", "read-committed", "read-atomic", "snapshot-isolation",
         "strong-snapshot-isolation", "strict-serializable"},
        {"read-committed", "cursor-stability", "repeatable-read", "serializable",
         "strong-session-serializable", "strict-serializable"},
        {"read-committed", "cursor-stability", "consistent-view", "snapshot-isolation",
         "serializable", "strict-serializable"},
        {"read-committed", "read-atomic", "causal"},
    };
    for (uint32_t c = lists ? 0 : 3; c < (lists ? 3 : 4); c++) {
        for (uint32_t i = 0; i + 1 < 6 && CHAINS[c][i + 1] != NULL; i++) {
            enum check_answer weak = answer_for(verdict, CHAINS[c][i]);
            enum check_answer strong = answer_for(verdict, CHAINS[c][i + 1]);
            assert(weak != CHECK_INVALID || strong == CHECK_INVALID);
            assert(strong != CHECK_VALID || weak == CHECK_VALID);
        }
    }
}

static void judge(const struct check_model *model, const struct check_history *history,
                  const struct check_limits *limits, struct check_verdict *verdict)
{
    struct error error;
    *verdict = (struct check_verdict){.answer = CHECK_VALID};
    int status = model->judge(history, NULL, limits, verdict, &error);
    assert(status == 0);
    assert(verdict->answer != CHECK_INVALID || verdict->finding_count > 0);
    assert(verdict->answer != CHECK_VALID || verdict->finding_count == 0);
    assert((verdict->answer == CHECK_UNKNOWN) == (verdict->why != NULL));
    for (uint32_t i = 0; i < verdict->finding_count; i++) {
        assert(verdict->findings[i].line_count > 0 && verdict->findings[i].count > 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct check_verdict verdict;
    static struct check_verdict less;
    if (size < 2 || size > SIZE_MAX_OF_MINE) {
        return 0;
    }
    struct bytes bytes = {.data = data, .size = size, .at = 2};
    struct world world = {
        .history = check_history_new((size_t)1 << 26), .lists = data[0] % 2 == 0, .next_value = 1};
    struct check_history *history = make_history(&world, &bytes);
    const struct check_model *model =
        check_model_find(world.lists ? "list-append" : "transactions");
    judge(model, history, NULL, &verdict);
    compare_levels(&verdict, world.lists);
    struct check_limits limits = {.bytes_max = 2048 + 256 * (size_t)data[1]};
    judge(model, history, &limits, &less);
    assert(less.answer == verdict.answer || less.answer == CHECK_UNKNOWN);
    limits = (struct check_limits){.steps_max = 1 + 8 * (uint64_t)data[1]};
    judge(model, history, &limits, &less);
    assert(less.answer == verdict.answer || less.answer == CHECK_UNKNOWN);
    check_history_free(&history);
    return 0;
}
