/* test_check_lin.c - the checkers of linearizability and sequential consistency against a reference that
 * tries every order, on all small histories; on planted violations; on golden and reference ones. */
#include "base/draw.h"
#include "check/model.h"
#include "check/read.h"
#include "effort.h"
#include "kv_runs.h"
#include "shared_data.h"
#include "unit.h"

#include <stdlib.h>

enum { OPERATIONS_MAX = 6, PROCESSES_MAX = 3, PLENTY = 16 * 1024 * 1024 };

/* ---- The reference: every order ---- */

/* A kind of operation that may be in a small history. */
struct kind {
    const char *function;
    int64_t input[2], output; /* NONE: nil */
    uint8_t inputs;
    bool may_crash;
};
enum { NONE = -1, EMPTY = -2 };

struct small {
    uint32_t kind, process, call, end;
    bool crashed;
};

struct reference {
    const struct kind *kinds;
    uint32_t kind_count;
    int64_t init;
    bool (*step)(const struct kind *kind, bool crashed, int64_t *state);
    bool real_time;
    const struct check_model *model;
    struct check_options options;
    struct small operations[OPERATIONS_MAX];
    uint32_t count, processes, operations_max, listed, tried, wrong;
};

/* The state is a number: the value of a register; the digits of a queue; two bits of two registers. */
static bool step_register(const struct kind *kind, bool crashed, int64_t *state)
{
    switch (kind->function[0]) {
    case 'r':
        return crashed || *state == kind->output;
    case 'w':
        *state = kind->input[0];
        return true;
    default:
        if (*state != kind->input[0]) {
            return false;
        }
        *state = kind->input[1];
        return true;
    }
}

static bool step_mutex(const struct kind *kind, bool crashed, int64_t *state)
{
    (void)crashed;
    int64_t needed = kind->function[0] == 'a' ? 0 : 1;
    bool legal = *state == needed;
    *state = 1 - needed;
    return legal;
}

static bool step_queue(const struct kind *kind, bool crashed, int64_t *state)
{
    int64_t head = *state, place = 1;
    if (kind->function[0] == 'e') {
        while (place <= *state) {
            place *= 10;
        }
        *state += place * kind->input[0];
        return true;
    }
    head %= 10; /* the first digit that went in; 0: empty */
    *state /= 10;
    return crashed ? head != 0 : head == (kind->output == NONE ? 0 : kind->output);
}

/* Texts as numbers: the digits 1 to 9, none is the empty text. */
static bool step_append(const struct kind *kind, bool crashed, int64_t *state)
{
    switch (kind->function[0]) {
    case 'g':
        return crashed || *state == kind->output;
    case 'p':
        *state = kind->input[0];
        return true;
    default:
        *state = *state * 10 + kind->input[0];
        return true;
    }
}

static bool may_come(const struct reference *reference, uint32_t done, uint32_t next)
{
    const struct small *own = &reference->operations[next];
    for (uint32_t i = 0; i < reference->count; i++) {
        const struct small *other = &reference->operations[i];
        bool before = reference->real_time ? !other->crashed && other->end < own->call
                                           : other->process == own->process && i < next;
        if (before && (done >> i & 1) == 0) {
            return false;
        }
    }
    return true;
}

static bool any_order(const struct reference *reference, uint32_t done, int64_t state)
{
    bool complete = true;
    for (uint32_t i = 0; i < reference->count; i++) {
        complete &= (done >> i & 1) != 0 || reference->operations[i].crashed;
    }
    for (uint32_t i = 0; i < reference->count && !complete; i++) {
        const struct small *own = &reference->operations[i];
        int64_t after = state;
        if ((done >> i & 1) == 0 && may_come(reference, done, i) &&
            reference->step(&reference->kinds[own->kind], own->crashed, &after) &&
            any_order(reference, done | 1u << i, after)) {
            return true;
        }
    }
    return complete;
}

/* ---- All small histories ---- */

static struct check_value integer(int64_t value)
{
    return value == NONE ? (struct check_value){.kind = CHECK_NIL}
                         : (struct check_value){.kind = CHECK_INTEGER, .integer = value};
}

static struct check_value digits(struct check_history *history, int64_t number)
{
    char text[24];
    int length = snprintf(text, sizeof text, "%lld", (long long)number);
    return number == NONE
               ? integer(NONE)
               : (struct check_value){
                     .kind = CHECK_TEXT,
                     .count = number == 0 ? 0 : (uint32_t)length,
                     .text = check_history_text(history, text, number == 0 ? 0 : (uint32_t)length)};
}

static struct check_history *make_history(const struct reference *reference)
{
    struct check_history *history = check_history_new(PLENTY);
    for (uint32_t i = 0; i < reference->count; i++) {
        const struct small *own = &reference->operations[i];
        const struct kind *kind = &reference->kinds[own->kind];
        struct check_value *pair = check_history_values(history, 2);
        struct check_operation operation = {
            .call = own->call,
            .end = own->crashed ? CHECK_NEVER : own->end,
            .process = own->process,
            .outcome = own->crashed ? CHECK_INFO : CHECK_OK,
            .function =
                check_history_text(history, kind->function, (uint32_t)strlen(kind->function)),
            .call_ns = CHECK_NO_TIME,
            .end_ns = CHECK_NO_TIME,
            .number = i};
        pair[0] = integer(kind->input[0]);
        pair[1] = integer(kind->input[1]);
        operation.input = kind->inputs == 2
                              ? (struct check_value){.kind = CHECK_LIST, .count = 2, .items = pair}
                          : kind->inputs == 1 ? pair[0]
                                              : integer(NONE);
        if (reference->step == step_append) {
            operation.input = digits(history, kind->inputs == 0 ? NONE : kind->input[0]);
            operation.output = digits(history, own->crashed ? NONE : kind->output);
        } else if (!own->crashed) {
            operation.output = kind->inputs > 0 ? operation.input : integer(kind->output);
        }
        assert_true(check_history_add(history, &operation));
    }
    return history;
}

static struct check_verdict verdict; /* large */

static enum check_answer judge(const struct check_model *model, const struct check_history *history,
                               const struct check_options *options)
{
    struct error error = {.text = ""};
    verdict = (struct check_verdict){.answer = CHECK_VALID};
    if (model->judge(history, options, NULL, &verdict, &error) != 0) {
        fail_msg("%s refused: %s", model->name, error.text);
    }
    if (verdict.answer == CHECK_INVALID) {
        assert_true(verdict.finding_count > 0 && verdict.findings[0].line_count > 0);
    }
    return verdict.answer;
}

static void compare(struct reference *reference)
{
    struct check_history *history = make_history(reference);
    bool expected = any_order(reference, 0, reference->init);
    enum check_answer answer = judge(reference->model, history, &reference->options);
    reference->tried++;
    reference->wrong += !expected;
    if (answer != (expected ? CHECK_VALID : CHECK_INVALID)) {
        for (uint32_t i = 0; i < reference->count; i++) {
            const struct small *own = &reference->operations[i];
            const struct kind *kind = &reference->kinds[own->kind];
            print_error("process %u %s %lld %lld -> %lld, %u to %u%s\n", own->process,
                        kind->function, (long long)kind->input[0], (long long)kind->input[1],
                        (long long)kind->output, own->call, own->end,
                        own->crashed ? " crashed" : "");
        }
        fail_msg("%s says %d, every order says %d", reference->model->name, answer, expected);
    }
    check_history_free(&history);
}

/* Goes on with every event that may come next: `open` is the operation of each process, OPERATIONS_MAX:
 * none, one more: crashed. */
static void extend(struct reference *reference, const uint32_t open[PROCESSES_MAX], uint32_t place)
{
    bool all_closed = true;
    for (uint32_t process = 0; process < reference->processes; process++) {
        uint32_t next[PROCESSES_MAX];
        memcpy(next, open, sizeof next);
        if (open[process] < OPERATIONS_MAX) {
            all_closed = false;
            struct small *own = &reference->operations[open[process]];
            next[process] = OPERATIONS_MAX;
            own->end = place;
            extend(reference, next, place + 1);
            if (reference->kinds[own->kind].may_crash) {
                own->crashed = true;
                next[process] = OPERATIONS_MAX + 1;
                extend(reference, next, place); /* nobody sees it crash */
                own->crashed = false;
            }
        } else if (open[process] == OPERATIONS_MAX &&
                   reference->count < reference->operations_max) {
            for (uint32_t kind = 0; kind < reference->kind_count; kind++) {
                reference->operations[reference->count] = (struct small){
                    .kind = kind, .process = process, .call = place, .end = CHECK_NEVER};
                next[process] = reference->count++;
                extend(reference, next, place + 1);
                reference->count--;
            }
        }
    }
    if (all_closed && reference->count == reference->operations_max &&
        effort_has(reference->listed++)) {
        compare(reference);
    }
}

static void compare_all(struct reference *reference, const char *model)
{
    static const uint32_t NOBODY[PROCESSES_MAX] = {OPERATIONS_MAX, OPERATIONS_MAX, OPERATIONS_MAX};
    reference->model = check_model_find(model);
    assert_non_null(reference->model);
    extend(reference, NOBODY, 0);
    /* Both answers came often: the comparison meant something. */
    assert_true(reference->wrong > 100 && reference->tried - reference->wrong > 100);
}

static const struct kind REGISTER_KINDS[] = {
    {.function = "read", .output = 0},
    {.function = "read", .output = 1},
    {.function = "write", .input = {1, NONE}, .inputs = 1, .may_crash = true},
    {.function = "write", .input = {0, NONE}, .inputs = 1},
    {.function = "cas", .input = {0, 2}, .inputs = 2, .may_crash = true},
    {.function = "cas", .input = {2, 1}, .inputs = 2},
};

static void test_all_small_registers(void **state)
{
    (void)state;
    for (uint32_t operations = 3; operations <= 4; operations++) {
        struct reference reference = {.kinds = REGISTER_KINDS,
                                      .kind_count = operations == 3 ? 6 : 5,
                                      .step = step_register,
                                      .real_time = true,
                                      .processes = operations == 3 ? 3 : 2,
                                      .operations_max = operations,
                                      .options = {.items = {{"init", "0"}}, .count = 1}};
        compare_all(&reference, "register");
    }
}

/* Values that one write leaves, and some that nobody needs. */
static void test_all_small_registers_of_single_values(void **state)
{
    (void)state;
    static const struct kind KINDS[] = {
        {.function = "write", .input = {1, NONE}, .inputs = 1, .may_crash = true},
        {.function = "write", .input = {2, NONE}, .inputs = 1},
        {.function = "read", .output = 1},
        {.function = "read", .output = 0},
        {.function = "cas", .input = {1, 3}, .inputs = 2, .may_crash = true},
        {.function = "read", .output = 3},
    };
    for (uint32_t operations = 3; operations <= 4; operations++) {
        struct reference reference = {.kinds = KINDS,
                                      .kind_count = operations == 3 ? 6 : 5,
                                      .step = step_register,
                                      .real_time = true,
                                      .processes = operations == 3 ? 3 : 2,
                                      .operations_max = operations,
                                      .options = {.items = {{"init", "0"}}, .count = 1}};
        compare_all(&reference, "register");
    }
}

static void test_all_small_sequential(void **state)
{
    (void)state;
    struct reference reference = {.kinds = REGISTER_KINDS,
                                  .kind_count = 5,
                                  .step = step_register,
                                  .processes = 2,
                                  .operations_max = 4,
                                  .options = {.items = {{"init", "0"}}, .count = 1}};
    compare_all(&reference, "sequential");
}

static void test_all_small_locks(void **state)
{
    (void)state;
    static const struct kind KINDS[] = {{.function = "acquire", .output = NONE, .may_crash = true},
                                        {.function = "release", .output = NONE, .may_crash = true}};
    struct reference reference = {.kinds = KINDS,
                                  .kind_count = 2,
                                  .step = step_mutex,
                                  .real_time = true,
                                  .processes = 3,
                                  .operations_max = 4};
    compare_all(&reference, "mutex");
}

static void test_all_small_queues(void **state)
{
    (void)state;
    static const struct kind KINDS[] = {
        {.function = "enqueue", .input = {1, NONE}, .inputs = 1, .may_crash = true},
        {.function = "enqueue", .input = {2, NONE}, .inputs = 1},
        {.function = "dequeue", .output = 1, .may_crash = true},
        {.function = "dequeue", .output = 2},
        {.function = "dequeue", .output = NONE}};
    struct reference reference = {.kinds = KINDS,
                                  .kind_count = 5,
                                  .step = step_queue,
                                  .real_time = true,
                                  .processes = 2,
                                  .operations_max = 4};
    compare_all(&reference, "queue");
    reference.processes = 3;
    reference.operations_max = 3;
    compare_all(&reference, "queue");
}

/* Longer ones that are drawn: many more shapes, the same reference. */
static void compare_drawn(const struct kind *kinds, uint32_t kind_count,
                          bool (*step)(const struct kind *, bool, int64_t *))
{
    struct reference reference = {
        .kinds = kinds,
        .kind_count = kind_count,
        .step = step,
        .operations_max = OPERATIONS_MAX,
        .options = {.items = {{"init", step == step_append ? "" : "0"}}, .count = 1}};
    for (uint64_t seed = 0; seed < effort_rounds(8000); seed++) {
        uint32_t open[PROCESSES_MAX] = {OPERATIONS_MAX, OPERATIONS_MAX, OPERATIONS_MAX}, place = 0;
        uint64_t n = 0;
        reference.count = 0;
        while (place < 2 * OPERATIONS_MAX) {
            uint64_t draw = draw_u64(seed, 1, 0, n++);
            uint32_t process = (uint32_t)(draw % PROCESSES_MAX);
            if (open[process] < OPERATIONS_MAX) {
                struct small *own = &reference.operations[open[process]];
                own->end = place++;
                open[process] = OPERATIONS_MAX;
                if (draw >> 8 & 1 && kinds[own->kind].may_crash) {
                    own->crashed = true;
                    open[process] = OPERATIONS_MAX + 1;
                }
            } else if (open[process] == OPERATIONS_MAX && reference.count < OPERATIONS_MAX) {
                reference.operations[reference.count] =
                    (struct small){.kind = (uint32_t)(draw >> 16) % kind_count,
                                   .process = process,
                                   .call = place++,
                                   .end = CHECK_NEVER};
                open[process] = reference.count++;
            } else if (n > 200) {
                break;
            }
        }
        for (uint32_t i = 0; i < reference.count; i++) {
            struct small *own = &reference.operations[i];
            own->crashed |= own->end == CHECK_NEVER;
        }
        for (int real_time = 0; real_time <= 1; real_time++) {
            reference.real_time = real_time != 0;
            reference.model = check_model_find(reference.real_time ? "register" : "sequential");
            compare(&reference);
        }
    }
    assert_true(reference.wrong > reference.tried / 32 &&
                reference.tried - reference.wrong > reference.tried / 32);
}

static void test_drawn_registers(void **state)
{
    (void)state;
    static const struct kind MANY_WRITES[] = {
        {.function = "write", .input = {1, NONE}, .inputs = 1, .may_crash = true},
        {.function = "write", .input = {2, NONE}, .inputs = 1},
        {.function = "write", .input = {3, NONE}, .inputs = 1},
        {.function = "write", .input = {4, NONE}, .inputs = 1, .may_crash = true},
        {.function = "read", .output = 1},
        {.function = "read", .output = 2},
        {.function = "read", .output = 0},
        {.function = "cas", .input = {1, 5}, .inputs = 2},
    };
    static const struct kind APPENDS[] = {
        {.function = "append", .input = {1, NONE}, .inputs = 1, .may_crash = true},
        {.function = "append", .input = {2, NONE}, .inputs = 1},
        {.function = "put", .input = {3, NONE}, .inputs = 1},
        {.function = "put", .input = {1, NONE}, .inputs = 1, .may_crash = true},
        {.function = "get", .output = 1},
        {.function = "get", .output = 12},
        {.function = "get", .output = 31},
        {.function = "get", .output = 0},
        {.function = "append", .input = {1, NONE}, .inputs = 1},
    };
    compare_drawn(REGISTER_KINDS, 6, step_register);
    compare_drawn(MANY_WRITES, 8, step_register);
    compare_drawn(APPENDS, 9, step_append);
}

/* ---- Golden histories ---- */

static enum check_answer judge_text(const char *model, const char *text, const char *key,
                                    const char *value)
{
    struct check_history *history = NULL;
    struct error error = {.text = ""};
    struct check_options options = {.items = {{key, value}}, .count = key != NULL};
    if (check_read(text, strlen(text), CHECK_FORMAT_DETECT, PLENTY, &history, &error) != 0) {
        fail_msg("%s", error.text);
    }
    enum check_answer answer = judge(check_model_find(model), history, &options);
    check_history_free(&history);
    return answer;
}

/* One operation after the other: process, function, key, value; each is over before the next. */
static enum check_answer judge_rows(const char *model, const char *const *rows, uint32_t count)
{
    static char text[4000];
    size_t length =
        (size_t)snprintf(text, sizeof text, "process,type,f,key,value,invoke_ns,complete_ns\n");
    for (uint32_t i = 0; i < count; i++) {
        length += (size_t)snprintf(text + length, sizeof text - length, "%s\n", rows[i]);
    }
    return judge_text(model, text, "init", "0");
}
#define ROWS(model, ...)                                                                           \
    judge_rows(model, (const char *const[]){__VA_ARGS__},                                          \
               sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void test_real_time_is_what_sequential_lacks(void **state)
{
    (void)state;
    /* CHAOS-T02 (a): a stale read by somebody else. */
    assert_int_equal(ROWS("kv", "1,ok,write,x,1,0,10", "2,ok,read,x,0,20,30"), CHECK_INVALID);
    assert_string_equal(verdict.weakest, "linearizable");
    assert_int_equal(verdict.answers[1].answer, CHECK_VALID);
    assert_int_equal(ROWS("kv", "1,ok,write,x,1,0,10", "1,ok,read,x,0,20,30"), CHECK_INVALID);
    assert_string_equal(verdict.weakest, "sequential");
    assert_int_equal(ROWS("sequential", "1,ok,write,x,1,0,10", "2,ok,read,x,0,20,30"), CHECK_VALID);
    /* By the same process it is neither. */
    assert_int_equal(ROWS("sequential", "1,ok,write,x,1,0,10", "1,ok,read,x,0,20,30"),
                     CHECK_INVALID);
    /* (b): two readers see two writes in two orders. */
    assert_int_equal(ROWS("sequential", "1,ok,write,x,1,0,10", "2,ok,write,x,2,0,10",
                          "3,ok,read,x,1,20,30", "4,ok,read,x,2,20,30", "3,ok,read,x,2,40,50",
                          "4,ok,read,x,1,40,50"),
                     CHECK_INVALID);
    /* (c): what was seen leads to what is not seen. */
    assert_int_equal(ROWS("sequential", "1,ok,write,x,1,0,10", "2,ok,read,x,1,20,30",
                          "2,ok,write,y,1,40,50", "3,ok,read,y,1,60,70", "3,ok,read,x,0,80,90"),
                     CHECK_INVALID);
    /* Each key alone is fine, both together are not: sequential consistency is not local. */
    assert_int_equal(ROWS("sequential", "1,ok,write,x,1,0,10", "2,ok,write,y,1,0,10",
                          "1,ok,read,y,0,20,30", "2,ok,read,x,0,20,30"),
                     CHECK_INVALID);
}

static void test_a_crashed_write_may_take_effect_later_or_never(void **state)
{
    (void)state;
    assert_int_equal(
        ROWS("kv", "1,info,write,x,1,0,", "2,ok,read,x,0,20,30", "2,ok,read,x,1,40,50"),
        CHECK_VALID);
    assert_int_equal(ROWS("kv", "1,info,write,x,1,0,", "2,ok,read,x,0,20,30"), CHECK_VALID);
    /* The same with a failed one: it never happened (CHAOS-T01). */
    assert_int_equal(
        ROWS("kv", "1,fail,write,x,1,0,5", "2,ok,read,x,0,20,30", "2,ok,read,x,1,40,50"),
        CHECK_INVALID);
    /* It happens once. */
    assert_int_equal(ROWS("kv", "1,info,write,x,1,0,", "2,ok,read,x,1,20,30",
                          "2,ok,write,x,2,40,50", "2,ok,read,x,1,60,70"),
                     CHECK_INVALID);
}

static void test_equal_moments_are_concurrent_but_not_for_oneself(void **state)
{
    (void)state;
    assert_int_equal(ROWS("kv", "1,ok,write,x,1,0,10", "2,ok,read,x,0,10,30"), CHECK_VALID);
    assert_int_equal(ROWS("kv", "1,ok,write,x,1,0,10", "1,ok,read,x,0,10,30"), CHECK_INVALID);
    assert_int_equal(
        ROWS("kv", "1,ok,write,x,1,0,10", "1,ok,write,x,2,10,30", "2,ok,read,x,1,30,40"),
        CHECK_VALID);
}

static void test_planted_violations(void **state)
{
    (void)state;
    assert_int_equal(ROWS("kv", "1,ok,write,x,1,0,10", "2,ok,read,x,7,20,30"), CHECK_INVALID);
    assert_string_equal(verdict.findings[0].lines[verdict.findings[0].line_count - 1].word,
                        "needed_phantom");
    assert_int_equal(ROWS("kv", "1,ok,read,x,7,0,10", "2,ok,write,x,7,20,30"), CHECK_INVALID);
    assert_string_equal(verdict.findings[0].lines[verdict.findings[0].line_count - 1].word,
                        "needed_future");
    assert_int_equal(
        ROWS("kv", "1,ok,write,x,1,0,10", "1,ok,write,x,2,20,30", "2,ok,read,x,1,40,50"),
        CHECK_INVALID);
    assert_string_equal(verdict.findings[0].lines[verdict.findings[0].line_count - 1].word,
                        "overwritten");
    /* A lost update: both compared with the same value. */
    assert_int_equal(ROWS("kv", "1,ok,cas,x,\"[0,1]\",0,10", "2,ok,cas,x,\"[0,2]\",0,10"),
                     CHECK_INVALID);
}

static const char *const QUEUE_TWICE = "{:process 0 :type :invoke :f :enqueue :value 1}"
                                       "{:process 0 :type :ok :f :enqueue :value 1}"
                                       "{:process 0 :type :invoke :f :dequeue}"
                                       "{:process 0 :type :ok :f :dequeue :value 1}"
                                       "{:process 1 :type :invoke :f :dequeue}"
                                       "{:process 1 :type :ok :f :dequeue :value 1}";

static void test_other_objects(void **state)
{
    (void)state;
    assert_int_equal(judge_text("queue", QUEUE_TWICE, NULL, NULL), CHECK_INVALID);
    static const char *const MULTI =
        "{:process 0 :type :invoke :f :txn :value [[:write :x 1] [:write :y 2]]}"
        "{:process 0 :type :ok :f :txn :value [[:write :x 1] [:write :y 2]]}"
        "{:process 1 :type :invoke :f :txn :value [[:read :x nil] [:read :y nil]]}"
        "{:process 1 :type :ok :f :txn :value [[:read :x 1] [:read :y %d]]}";
    char text[600];
    (void)snprintf(text, sizeof text, MULTI, 2);
    assert_int_equal(judge_text("multi-register", text, NULL, NULL), CHECK_VALID);
    (void)snprintf(text, sizeof text, MULTI, 0);
    assert_int_equal(judge_text("multi-register", text, NULL, NULL), CHECK_INVALID);
    assert_int_equal(judge_text("multi-register", text, "init", "{x 5 y 7}"), CHECK_INVALID);
    static const char *const FIRST =
        "{:process 1 :type :invoke :f :txn :value [[:read :x nil] [:read :y nil]]}"
        "{:process 1 :type :ok :f :txn :value [[:read :x 5] [:read :y 7]]}";
    assert_int_equal(judge_text("multi-register", FIRST, "init", "{x 5 y 7}"), CHECK_VALID);
    assert_int_equal(judge_text("multi-register", FIRST, "init", "{x 5 y 8}"), CHECK_INVALID);
}

/* What stands side by side is nobody's write; told so, a read of it says nothing, and others still do. */
static void test_siblings(void **state)
{
    (void)state;
    static const char *const READ = "{:process 0 :type :invoke :f :write :key :x :value 1}"
                                    "{:process 0 :type :ok :f :write :key :x :value 1}"
                                    "{:process 1 :type :invoke :f :read :key :x :value nil}"
                                    "{:process 1 :type :ok :f :read :key :x :value %s}";
    char text[600];
    (void)snprintf(text, sizeof text, READ, "[1 2]");
    assert_int_equal(judge_text("kv", text, NULL, NULL), CHECK_INVALID);
    assert_int_equal(judge_text("kv", text, "siblings", "single"), CHECK_INVALID);
    assert_int_equal(judge_text("kv", text, "siblings", "list"), CHECK_VALID);
    (void)snprintf(text, sizeof text, READ, "2");
    assert_int_equal(judge_text("kv", text, "siblings", "list"), CHECK_INVALID);
}

static void test_appends(void **state)
{
    (void)state;
    static const char *const APPENDS = "{:process 0 :type :invoke :f :append :key 1 :value \"a\"}"
                                       "{:process 1 :type :invoke :f :append :key 1 :value \"b\"}"
                                       "{:process 1 :type :ok :f :append :key 1 :value \"b\"}"
                                       "{:process 0 :type :ok :f :append :key 1 :value \"a\"}"
                                       "{:process 2 :type :invoke :f :get :key 1 :value nil}"
                                       "{:process 2 :type :ok :f :get :key 1 :value \"%s\"}"
                                       "{:process 2 :type :invoke :f :get :key 2 :value nil}"
                                       "{:process 2 :type :ok :f :get :key 2 :value \"\"}";
    static const struct {
        const char *seen;
        enum check_answer answer;
    } CASES[] = {{"ab", CHECK_VALID}, {"ba", CHECK_VALID},    {"a", CHECK_INVALID},
                 {"", CHECK_INVALID}, {"aba", CHECK_INVALID}, {"c", CHECK_INVALID}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char text[1000];
        (void)snprintf(text, sizeof text, APPENDS, CASES[i].seen);
        assert_int_equal(judge_text("kv", text, NULL, NULL), CASES[i].answer);
        assert_int_equal(judge_text("kv", text, "partition", "no"), CASES[i].answer);
        assert_int_equal(judge_text("sequential", text, NULL, NULL),
                         CASES[i].seen[0] == '\0' || strcmp(CASES[i].seen, "a") == 0
                             ? CHECK_VALID
                             : CASES[i].answer);
    }
}

/* Runs of a store that is linearizable, and the same with one operation that cannot have been. */
static void test_generated_runs(void **state)
{
    (void)state;
    static const enum kv_fault FAULTS[] = {KV_FAULT_STALE, KV_FAULT_LOST, KV_FAULT_PHANTOM};
    uint32_t caught = 0;
    uint32_t seeds = effort_rounds(12);
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        struct kv_run run = {.seed = seed,
                             .clients = 3 + (uint32_t)seed,
                             .keys = 1 + (uint32_t)seed % 4,
                             .operations = 1500,
                             .info_ppm = 5000};
        size_t length;
        char *text = kv_run_text(&run, &length, NULL);
        assert_int_equal(judge_text("kv", text, NULL, NULL), CHECK_VALID);
        assert_int_equal(judge_text("sequential", text, NULL, NULL), CHECK_VALID);
        free(text);
        for (size_t i = 0; i < sizeof FAULTS / sizeof FAULTS[0]; i++) {
            bool planted;
            run.fault = FAULTS[i];
            run.fault_after = 700;
            text = kv_run_text(&run, &length, &planted);
            assert_int_equal(judge_text("kv", text, NULL, NULL),
                             planted ? CHECK_INVALID : CHECK_VALID);
            caught += planted;
            free(text);
        }
    }
    assert_true(caught >= 2 * seeds);
}

static void test_limits_give_unknown(void **state)
{
    (void)state;
    struct shared_row *rows;
    uint32_t count = shared_manifest("porcupine-kv/c10", &rows);
    if (count == 0) {
        skip();
    }
    struct check_history *history = shared_history(rows[0].path);
    assert_non_null(history);
    static const struct check_limits LIMITS[] = {{.steps_max = 10}, {.bytes_max = 8000}};
    static const char *const WHYS[] = {"steps", "memory"};
    for (size_t i = 0; i < 2; i++) {
        verdict = (struct check_verdict){.answer = CHECK_VALID};
        assert_int_equal(check_model_find("kv")->judge(history, NULL, &LIMITS[i], &verdict, NULL),
                         0);
        assert_int_equal(verdict.answer, CHECK_UNKNOWN);
        assert_string_equal(verdict.why, WHYS[i]);
    }
    check_history_free(&history);
    free(rows);
}

/* ---- Reference histories ---- */

static bool options_for(const struct shared_row *row, const char **model,
                        struct check_options *options)
{
    *options = (struct check_options){.count = 0};
    *model = "register";
    if (strncmp(row->model, "kv", 2) == 0) {
        *model = "kv";
    } else if (strncmp(row->model, "multi-register", 14) == 0) {
        *model = "multi-register";
    } else if (strncmp(row->model, "cas-register init=nil", 21) != 0) {
        options->items[0] = (struct check_option){"init", "0"};
        options->items[1] = (struct check_option){"nil", "any"};
        options->count = 2;
    }
    return strncmp(row->model, "cas-register", 12) == 0 || strcmp(*model, "register") != 0;
}

static void test_reference_histories(void **state)
{
    (void)state;
    struct shared_row *rows;
    uint32_t count = shared_manifest("", &rows), judged = 0;
    if (count == 0) {
        skip();
    }
    for (uint32_t i = 0; i < count; i++) {
        const char *model;
        struct check_options options;
        if (!options_for(&rows[i], &model, &options)) {
            continue;
        }
        bool valid = strcmp(rows[i].expected, "valid") == 0 ||
                     strstr(rows[i].expected, "\"valid\": true") != NULL;
        struct check_history *history = shared_history(rows[i].path);
        assert_non_null(history);
        if (judge(check_model_find(model), history, &options) !=
            (valid ? CHECK_VALID : CHECK_INVALID)) {
            fail_msg("%s should be %s", rows[i].path, valid ? "valid" : "invalid");
        }
        check_history_free(&history);
        judged++;
    }
    assert_true(judged > 140);
    free(rows);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(test_all_small_registers),
        cmocka_unit_test(test_all_small_registers_of_single_values),
        cmocka_unit_test(test_all_small_sequential),
        cmocka_unit_test(test_all_small_locks),
        cmocka_unit_test(test_all_small_queues),
        cmocka_unit_test(test_drawn_registers),
        cmocka_unit_test(test_real_time_is_what_sequential_lacks),
        cmocka_unit_test(test_a_crashed_write_may_take_effect_later_or_never),
        cmocka_unit_test(test_equal_moments_are_concurrent_but_not_for_oneself),
        cmocka_unit_test(test_planted_violations),
        cmocka_unit_test(test_other_objects),
        cmocka_unit_test(test_siblings),
        cmocka_unit_test(test_appends),
        cmocka_unit_test(test_generated_runs),
        cmocka_unit_test(test_limits_give_unknown),
        cmocka_unit_test(test_reference_histories),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
