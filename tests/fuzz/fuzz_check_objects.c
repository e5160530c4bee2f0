/* fuzz_check_objects.c - any history of single objects gets an answer that does not contradict itself: a
 * stronger level is not kept where a weaker one is broken, and with less memory or fewer steps the answer is
 * the same or UNKNOWN. */
#include "check/model.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PROCESSES = 5, ITEMS_MAX = 6, SIZE_MAX_OF_MINE = 4096, VALUES = 8 };

static const struct shape {
    const char *model;
    const char *functions[3];
} SHAPES[] = {
    {"causal", {"read", "write", "cas"}},      {"sessions", {"read", "write", "cas"}},
    {"convergence", {"read", "write", "cas"}}, {"set", {"read", "add", "add"}},
    {"counter", {"read", "add", "add"}},       {"total-queue", {"drain", "enqueue", "dequeue"}},
    {"bank", {"read", "transfer", "read"}},    {"unique-ids", {"generate", "generate", "generate"}},
};
enum { SHAPE_COUNT = sizeof SHAPES / sizeof SHAPES[0] };

/* Bytes to be taken one after the other; zeros behind the end. */
struct bytes {
    const uint8_t *data;
    size_t size, at;
};

static uint32_t take(struct bytes *bytes, uint32_t bound)
{
    return bytes->at < bytes->size ? bytes->data[bytes->at++] % bound : 0;
}

static struct check_value take_integer(struct bytes *bytes)
{
    uint32_t integer = take(bytes, VALUES + 1);
    return integer == VALUES ? (struct check_value){.kind = CHECK_NIL}
                             : (struct check_value){.kind = CHECK_INTEGER, .integer = integer};
}

static struct check_value take_list(struct check_history *history, struct bytes *bytes,
                                    enum check_kind kind, uint32_t count)
{
    uint32_t values = kind == CHECK_MAP ? 2 * count : count;
    struct check_value *items = check_history_values(history, values);
    assert(items != NULL);
    for (uint32_t i = 0; i < values; i++) {
        items[i] = take_integer(bytes);
    }
    return (struct check_value){.kind = (uint8_t)kind, .count = count, .items = items};
}

static void take_values(const struct shape *shape, struct check_history *history,
                        struct bytes *bytes, struct check_operation *operation)
{
    bool first = operation->function[0] == shape->functions[0][0];
    bool set = strcmp(shape->model, "set") == 0, bank = strcmp(shape->model, "bank") == 0;
    operation->input = take_integer(bytes);
    operation->output = take_integer(bytes);
    if (strcmp(operation->function, "cas") == 0) {
        operation->input = take_list(history, bytes, CHECK_LIST, 2);
    } else if (bank) {
        operation->input = operation->output =
            take_list(history, bytes, CHECK_MAP, take(bytes, ITEMS_MAX));
    } else if (strcmp(operation->function, "drain") == 0 || (set && first)) {
        operation->output = take_list(history, bytes, CHECK_LIST, take(bytes, ITEMS_MAX));
    }
}

static void make_history(const struct shape *shape, struct check_history *history,
                         struct bytes *bytes)
{
    uint32_t free_at[PROCESSES] = {0}, now = 0, generation = 0;
    uint32_t process_of[PROCESSES] = {0, 1, 2, 3, 4};
    while (bytes->at < bytes->size) {
        const char *function = shape->functions[take(bytes, 3)];
        uint32_t client = take(bytes, PROCESSES), kind = take(bytes, 8);
        now = (free_at[client] > now ? free_at[client] : now) + 1 + take(bytes, 2);
        struct check_operation operation = {
            .call = now,
            .end = kind == 0 ? CHECK_NEVER : now + 1 + take(bytes, 6),
            .process = process_of[client],
            .outcome = kind == 0 ? CHECK_INFO : (kind == 1 ? CHECK_FAIL : CHECK_OK),
            .function = check_history_text(history, function, (uint32_t)strlen(function)),
            .key = {.kind = CHECK_INTEGER, .integer = take(bytes, 2)}};
        take_values(shape, history, bytes, &operation);
        if (operation.outcome != CHECK_OK) {
            operation.output = (struct check_value){.kind = CHECK_NIL};
        }
        free_at[client] = kind == 0 ? now + 1 : operation.end + 1;
        process_of[client] += kind == 0 ? PROCESSES * ++generation : 0;
        bool added = check_history_add(history, &operation);
        assert(added);
    }
}

/* False: it is no history of this model. */
static bool judge(const struct check_model *model, const struct check_history *history,
                  const char *key, const char *value, const struct check_limits *limits,
                  struct check_verdict *verdict)
{
    struct error error = {.text = ""};
    struct check_options options = {.items = {{key, value}}, .count = key != NULL ? 1 : 0};
    *verdict = (struct check_verdict){.answer = CHECK_VALID};
    if (model->judge(history, &options, limits, verdict, &error) != 0) {
        assert(error.text[0] != '\0');
        return false;
    }
    assert((verdict->answer == CHECK_INVALID) == (verdict->finding_count > 0));
    assert((verdict->answer == CHECK_UNKNOWN) == (verdict->why != NULL));
    assert(verdict->answer_count > 0 && verdict->answers[0].answer == verdict->answer);
    for (uint32_t i = 0; i < verdict->finding_count; i++) {
        assert(verdict->findings[i].line_count > 0 && verdict->findings[i].count > 0);
    }
    return true;
}

/* Each level includes the weaker one of its pair. */
static void compare_levels(const struct check_model *model, const struct check_history *history,
                           struct check_verdict *verdict)
{
    static const char *const PAIRS[][3] = {
        {"causal", "cm", "cc"}, {"causal", "ccv", "cc"}, {"set", "linearizable", "eventual"}};
    for (size_t i = 0; i < sizeof PAIRS / sizeof PAIRS[0]; i++) {
        if (strcmp(PAIRS[i][0], model->name) == 0 &&
            judge(model, history, "level", PAIRS[i][1], NULL, verdict)) {
            enum check_answer strong = verdict->answer, beside = verdict->answers[1].answer;
            bool read = judge(model, history, "level", PAIRS[i][2], NULL, verdict);
            assert(read && beside == verdict->answer);
            assert(strong == CHECK_INVALID || verdict->answer != CHECK_INVALID);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct check_verdict verdict;
    static struct check_verdict less;
    if (size < 3 || size > SIZE_MAX_OF_MINE) {
        return 0;
    }
    struct bytes bytes = {.data = data, .size = size, .at = 2};
    const struct shape *shape = &SHAPES[data[0] % SHAPE_COUNT];
    struct check_history *history = check_history_new((size_t)1 << 26);
    assert(history != NULL);
    make_history(shape, history, &bytes);
    const struct check_model *model = check_model_find(shape->model);
    if (judge(model, history, NULL, NULL, NULL, &verdict)) {
        struct check_limits limits = {.bytes_max = 2048 + 256 * (size_t)data[1]};
        bool same = judge(model, history, NULL, NULL, &limits, &less);
        assert(!same || less.answer == verdict.answer || less.answer == CHECK_UNKNOWN);
        limits = (struct check_limits){.steps_max = 1 + 4 * (uint64_t)data[1]};
        same = judge(model, history, NULL, NULL, &limits, &less);
        assert(!same || less.answer == verdict.answer || less.answer == CHECK_UNKNOWN);
        compare_levels(model, history, &verdict);
    }
    check_history_free(&history);
    return 0;
}
