/* test_check_causal.c - the checkers causal, sessions and convergence: planted faults, and the definitions
 * themselves applied to many small histories. */
#include "base/draw.h"
#include "check/model.h"
#include "check/read.h"
#include "unit.h"

#include <stdbool.h>
#include <stdlib.h>

static struct check_verdict verdict; /* large; one is enough */

static enum check_answer judge(const char *model, const struct check_history *history,
                               const char *key, const char *value)
{
    struct check_options options = {.items = {{"init", "0"}}, .count = key != NULL ? 2 : 1};
    struct error error = {.text = ""};
    options.items[1] = (struct check_option){key, value};
    verdict = (struct check_verdict){.answer = CHECK_VALID};
    if (check_model_find(model)->judge(history, &options, NULL, &verdict, &error) != 0) {
        fail_msg("%s: %s", model, error.text);
    }
    assert_int_equal(verdict.answer == CHECK_INVALID, verdict.finding_count > 0);
    assert_int_equal(verdict.answer == CHECK_UNKNOWN, verdict.why != NULL);
    for (uint32_t i = 0; i < verdict.finding_count; i++) {
        assert_true(verdict.findings[i].line_count > 0);
    }
    return verdict.answer;
}

static bool found(const char *anomaly)
{
    for (uint32_t i = 0; i < verdict.finding_count; i++) {
        if (strcmp(verdict.findings[i].anomaly, anomaly) == 0) {
            return true;
        }
    }
    return false;
}

/* "1wx1 2rx1": process 1 writes 1 to x, process 2 reads 1 from x, one after the other; a final ? is a write
 * without an answer, a final ! one that failed. */
static struct check_history *history_of(const char *text)
{
    struct check_history *history = check_history_new((size_t)1 << 20);
    uint32_t now = 0;
    for (const char *at = text; *at != '\0'; at += *at == ' ') {
        uint32_t process = (uint32_t)(*at - '0');
        bool read = at[1] == 'r';
        char *end;
        struct check_value value = {.kind = CHECK_INTEGER, .integer = strtol(at + 3, &end, 10)};
        struct check_operation operation = {
            .call = now,
            .end = now + 1,
            .process = process,
            .outcome = *end == '?'   ? CHECK_INFO
                       : *end == '!' ? CHECK_FAIL
                                     : CHECK_OK,
            .function = check_history_text(history, read ? "read" : "write", read ? 4 : 5),
            .key = {.kind = CHECK_TEXT, .count = 1, .text = check_history_text(history, at + 2, 1)},
        };
        operation.end = operation.outcome == CHECK_INFO ? CHECK_NEVER : operation.end;
        *(read ? &operation.output : &operation.input) = value;
        assert_true(check_history_add(history, &operation));
        now += 2;
        at = end + (*end == '?' || *end == '!');
    }
    return history;
}

static void expect(const char *model, const char *level, enum check_answer answer,
                   const char *anomaly, const char *text)
{
    struct check_history *history = history_of(text);
    if (judge(model, history, level == NULL ? NULL : "level", level) != answer ||
        (answer == CHECK_INVALID && !found(anomaly)) ||
        (answer == CHECK_UNKNOWN && strcmp(verdict.why, anomaly) != 0)) {
        fail_msg("%s %s gives %d, %s for %s", model, level == NULL ? "" : level, verdict.answer,
                 verdict.finding_count > 0 ? verdict.findings[0].anomaly : "nothing", text);
    }
    check_history_free(&history);
}

/* ---- Planted faults ---- */

static void test_known_histories(void **state)
{
    (void)state;
    /* Sequential, not linearizable. */
    expect("causal", NULL, CHECK_VALID, NULL, "1wx1 2rx0");
    /* Causal memory, not sequential; and no order of writes for all. */
    const char *two_orders = "1wx1 2wx2 3rx1 3rx2 4rx2 4rx1";
    expect("causal", NULL, CHECK_VALID, NULL, two_orders);
    expect("causal", "ccv", CHECK_INVALID, "CyclicCF", two_orders);
    expect("sessions", NULL, CHECK_VALID, NULL, two_orders);
    /* Not causal. */
    const char *without_cause = "1wx1 2rx1 2wy1 3ry1 3rx0";
    expect("causal", NULL, CHECK_INVALID, "WriteCOInitRead", without_cause);
    assert_string_equal(verdict.weakest, "cc");
    expect("sessions", NULL, CHECK_INVALID, "writes-follow-reads", without_cause);
}

/* Figures of the paper: what breaks one level and not another. */
static void test_causal_patterns(void **state)
{
    (void)state;
    expect("causal", "cc", CHECK_INVALID, "ThinAirRead", "1rx7");
    expect("causal", "cc", CHECK_INVALID, "G1a", "2wx7! 1rx7");
    expect("causal", "cc", CHECK_INVALID, "CyclicCO", "1rx1 1wy1 2ry1 2wx1");
    expect("causal", "cc", CHECK_INVALID, "WriteCORead", "1wx1 1wx2 2rx2 2rx1");
    expect("causal", "cc", CHECK_VALID, NULL, "1wx1 2wx2 3rx1 3rx2 3rx1");
    expect("causal", "cm", CHECK_INVALID, "CyclicHB", "1wx1 2wx2 3rx1 3rx2 3rx1");
    /* Who read 2 from x and knew of 1 says that 1 came before 2; and so z was written when it saw the start. */
    const char *start = "1wz1 1wx1 1wq1 2wx2 2wy1 3ry1 3rz0 3rq1 3rx2";
    expect("causal", "cc", CHECK_VALID, NULL, start);
    expect("causal", "cm", CHECK_INVALID, "WriteHBInitRead", start);
}

static void test_session_guarantees(void **state)
{
    (void)state;
    expect("sessions", NULL, CHECK_INVALID, "read-your-writes", "1wx1 1rx0");
    expect("sessions", NULL, CHECK_INVALID, "read-your-writes", "1wx1 1wx2 1rx1");
    expect("sessions", NULL, CHECK_VALID, NULL, "2wx2 1wx1 1rx2"); /* somebody else's came later */
    expect("sessions", NULL, CHECK_INVALID, "monotonic-reads", "1wx1 2rx1 2rx0");
    expect("sessions", NULL, CHECK_INVALID, "monotonic-reads", "1wx1 1wx2 2rx2 2rx1");
    expect("sessions", NULL, CHECK_INVALID, "monotonic-reads", "1wx1 2wx2 3rx1 3rx2 3rx1");
    expect("sessions", NULL, CHECK_INVALID, "monotonic-writes", "1wx1 1wy1 2ry1 2rx0");
    expect("sessions", NULL, CHECK_INVALID, "writes-follow-reads", "1wx1 1wx2 2rx2 2wy1 3ry1 3rx1");
    expect("sessions", NULL, CHECK_INVALID, "phantom", "1rx7");
    expect("sessions", NULL, CHECK_UNKNOWN, "ambiguous_read", "1wx1 2wx1 3rx1");
    expect("sessions", NULL, CHECK_VALID, NULL, "1wx1? 2rx0 2rx1");
}

static enum check_answer judge_text(const char *model, const char *text, const char *key,
                                    const char *value)
{
    struct check_history *history = NULL;
    struct error error;
    assert_int_equal(check_read(text, strlen(text), CHECK_FORMAT_CSV, 1 << 20, &history, &error),
                     0);
    enum check_answer answer = judge(model, history, key, value);
    check_history_free(&history);
    return answer;
}

/* A deletion leaves nil behind; of several nobody knows whose a nil is, so it may be taken to say
 * nothing. What shows several values says nothing, where that is allowed. */
static void test_deletions_and_siblings(void **state)
{
#define HEAD    "process,type,f,key,value,result,invoke_ns,complete_ns\n1,ok,write,x,1,,0,1\n"
#define DELETED HEAD "2,ok,delete,x,,,2,3\n"
    const char *twice = HEAD "1,ok,write,x,2,,2,3\n1,ok,read,x,,\"[1,2]\",4,5\n"
                             "1,ok,read,x,,1,6,7\n";
    (void)state;
    assert_int_equal(
        judge_text("convergence", DELETED "1,ok,read,x,,,4,5\n2,ok,read,x,,,4,5\n", NULL, NULL),
        CHECK_VALID);
    assert_int_equal(
        judge_text("convergence", DELETED "1,ok,read,x,,1,4,5\n2,ok,read,x,,,4,5\n", NULL, NULL),
        CHECK_INVALID);
    const char *again = DELETED "2,ok,delete,x,,,3,4\n1,ok,read,x,,,4,5\n";
    assert_int_equal(judge_text("sessions", again, NULL, NULL), CHECK_UNKNOWN);
    assert_int_equal(judge_text("sessions", again, "nil", "any"), CHECK_VALID);
    assert_int_equal(judge_text("sessions", HEAD "1,ok,cas,x,\"[null,5]\",,2,3\n", "nil", "any"),
                     CHECK_VALID);
    assert_int_equal(judge_text("sessions", twice, NULL, NULL), CHECK_INVALID);
    assert_true(found("phantom"));
    assert_int_equal(judge_text("sessions", twice, "siblings", "list"), CHECK_INVALID);
    assert_true(found("read-your-writes") && !found("phantom"));
#undef DELETED
#undef HEAD
}

static void test_convergence(void **state)
{
    (void)state;
    expect("convergence", NULL, CHECK_VALID, NULL, "1wx1 2wx2 3rx1 3rx2 4rx2");
    expect("convergence", NULL, CHECK_INVALID, "divergence", "1wx1 2wx2 3rx2 4rx1");
    /* Only the last look of each counts, and only after the last write. */
    expect("convergence", NULL, CHECK_VALID, NULL, "1wx1 3rx0 3rx1 4rx1");
    expect("convergence", NULL, CHECK_UNKNOWN, "no_final_read", "3rx0 1wx1");
    expect("convergence", NULL, CHECK_UNKNOWN, "crashed_write", "1wx1 2wx2? 3rx1 4rx2");
    expect("convergence", NULL, CHECK_INVALID, "divergence", "1wx1 1wx3 2wx2? 5rx2 3rx1 4rx3");
    expect("convergence", NULL, CHECK_INVALID, "phantom", "1wx1 3rx7 4rx1 3rx1");
    struct check_history *history = NULL;
    struct error error;
    const char *text = "{:process 0 :type :invoke :f :write :value 1 :time 0}\n"
                       "{:process 0 :type :ok :f :write :value 1 :time 1000000}\n"
                       "{:process 1 :type :invoke :f :write :value 2 :time 2000000}\n"
                       "{:process 1 :type :ok :f :write :value 2 :time 3000000}\n"
                       "{:process 2 :type :invoke :f :read :value nil :time 4000000}\n"
                       "{:process 2 :type :ok :f :read :value [1 2] :time 5000000}\n"
                       "{:process 3 :type :invoke :f :read :value nil :time 9000000}\n"
                       "{:process 3 :type :ok :f :read :value [2 1] :time 9500000}\n"
                       "{:process 4 :type :invoke :f :read :value nil :time 10000000}\n"
                       "{:process 4 :type :ok :f :read :value [2] :time 11000000}\n";
    assert_int_equal(check_read(text, strlen(text), CHECK_FORMAT_EDN, 1 << 20, &history, &error),
                     0);
    assert_int_equal(judge("convergence", history, "siblings", "list"), CHECK_INVALID);
    assert_true(found("divergence") && !found("phantom"));
    check_history_free(&history);
    text = "{:process 0 :type :invoke :f :write :value 1 :time 0}\n"
           "{:process 0 :type :ok :f :write :value 1 :time 1000000}\n"
           "{:process 1 :type :invoke :f :read :value nil :time 2000000}\n"
           "{:process 1 :type :ok :f :read :value 0 :time 3000000}\n"
           "{:process 2 :type :invoke :f :read :value nil :time 5000000}\n"
           "{:process 2 :type :ok :f :read :value 1 :time 6000000}\n";
    assert_int_equal(check_read(text, strlen(text), CHECK_FORMAT_EDN, 1 << 20, &history, &error),
                     0);
    assert_int_equal(judge("convergence", history, NULL, NULL), CHECK_INVALID);
    assert_int_equal(judge("convergence", history, "quiet_ms", "4"), CHECK_VALID);
    assert_int_equal(judge("convergence", history, "quiet_ms", "5"), CHECK_UNKNOWN);
    check_history_free(&history);
}

/* ---- The definitions, on small histories ---- */

enum { OPERATIONS_MAX = 7, SESSIONS = 3, SMALL_HISTORIES = 40000 };

struct small {
    uint32_t count, session[OPERATIONS_MAX], key[OPERATIONS_MAX];
    bool read[OPERATIONS_MAX];
    int from[OPERATIONS_MAX];        /* of a read: the write, or -1: the start */
    uint32_t before[OPERATIONS_MAX]; /* bits: causal order */
    bool cyclic;
};

static uint64_t next_draw;
static uint32_t pick(uint32_t bound)
{
    return (uint32_t)draw_below(draw_u64(12, 1, 0, next_draw++), bound);
}

static void close_order(struct small *small)
{
    for (uint32_t k = 0; k < small->count; k++) {
        for (uint32_t i = 0; i < small->count; i++) {
            small->before[i] |= (small->before[i] >> k & 1) != 0 ? small->before[k] : 0;
        }
    }
    for (uint32_t i = 0; i < small->count; i++) {
        small->cyclic = small->cyclic || (small->before[i] >> i & 1) != 0;
    }
}

static struct check_history *make_small(struct small *small)
{
    char text[OPERATIONS_MAX * 8] = "";
    uint32_t keys = 1 + pick(2);
    *small = (struct small){.count = 2 + pick(OPERATIONS_MAX - 1)};
    for (uint32_t i = 0; i < small->count; i++) {
        small->session[i] = pick(SESSIONS);
        small->key[i] = pick(keys);
        small->read[i] = pick(5) < 3;
    }
    for (uint32_t i = 0; i < small->count; i++) {
        uint32_t choices[OPERATIONS_MAX], count = 0;
        for (uint32_t k = 0; k < small->count; k++) {
            if (!small->read[k] && small->key[k] == small->key[i] && (k < i || pick(8) == 0)) {
                choices[count++] = k;
            }
            if (k < i && small->session[k] == small->session[i]) {
                small->before[i] |= 1u << k;
            }
        }
        uint32_t choice = pick(count * 2 + 1);
        small->from[i] = choice >= count * 2 ? -1 : (int)choices[choice / 2];
        if (small->read[i] && small->from[i] >= 0) {
            small->before[i] |= 1u << small->from[i];
        }
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%u%c%c%d", i > 0 ? " " : "",
                 small->session[i], small->read[i] ? 'r' : 'w', (char)('x' + small->key[i]),
                 small->read[i] ? small->from[i] + 1 : (int)i + 1);
    }
    close_order(small);
    return history_of(text);
}

/* Can the operations in `left` follow, in causal order, when `last` wrote each key and the reads of
 * `explain` must see that? */
static bool explains(const struct small *small, uint32_t left, uint32_t explain, const int *last)
{
    if (left == 0) {
        return true;
    }
    for (uint32_t i = 0; i < small->count; i++) {
        bool sees =
            !small->read[i] || (explain >> i & 1) == 0 || last[small->key[i]] == small->from[i];
        if ((left >> i & 1) == 0 || (small->before[i] & left) != 0 || !sees) {
            continue;
        }
        int next[2] = {last[0], last[1]};
        if (!small->read[i]) {
            next[small->key[i]] = (int)i;
        }
        if (explains(small, left & ~(1u << i), explain, next)) {
            return true;
        }
    }
    return false;
}

/* Of each operation's past there is an order that explains it (cc), or all of its session so far (cm). */
static bool keeps(const struct small *small, bool memory)
{
    static const int NOBODY[2] = {-1, -1};
    for (uint32_t i = 0; i < small->count; i++) {
        uint32_t explain = 1u << i;
        for (uint32_t k = 0; k < i; k++) {
            explain |= memory && small->session[k] == small->session[i] ? 1u << k : 0;
        }
        if (!explains(small, small->before[i] | 1u << i, explain, NOBODY)) {
            return false;
        }
    }
    return true;
}

/* One order of all writes, in causal order, of which each read sees the last one that it knows. */
static bool converges(const struct small *small, uint32_t placed, uint32_t *place, uint32_t at)
{
    uint32_t next = 0;
    for (; next < small->count && (small->read[next] || (placed >> next & 1) != 0); next++) {
    }
    if (next == small->count) {
        for (uint32_t i = 0; i < small->count; i++) {
            int last = -1;
            for (uint32_t k = 0; k < small->count; k++) {
                if (!small->read[k] && small->key[k] == small->key[i] &&
                    (small->before[i] >> k & 1) != 0 && (last < 0 || place[k] > place[last])) {
                    last = (int)k;
                }
            }
            if (small->read[i] && last != small->from[i]) {
                return false;
            }
        }
        return true;
    }
    for (uint32_t i = next; i < small->count; i++) {
        bool free = !small->read[i] && (placed >> i & 1) == 0;
        for (uint32_t k = 0; k < small->count; k++) {
            free = free &&
                   (small->read[k] || (placed >> k & 1) != 0 || (small->before[i] >> k & 1) == 0);
        }
        if (!free) {
            continue;
        }
        place[i] = at;
        if (converges(small, placed | 1u << i, place, at + 1)) {
            return true;
        }
    }
    return false;
}

/* No read goes back to what its session had read before something else of that key. */
static bool never_goes_back(const struct small *small)
{
    for (uint32_t a = 0; a < small->count; a++) {
        for (uint32_t b = a + 1; b < small->count; b++) {
            for (uint32_t c = b + 1; c < small->count; c++) {
                bool same = small->session[a] == small->session[b] &&
                            small->session[b] == small->session[c] &&
                            small->key[a] == small->key[b] && small->key[b] == small->key[c];
                if (same && small->read[a] && small->read[b] && small->read[c] &&
                    small->from[a] == small->from[c] && small->from[a] != small->from[b]) {
                    return false;
                }
            }
        }
    }
    return true;
}

static void test_small_histories(void **state)
{
    (void)state;
    uint32_t seen[4][2] = {{0}};
    for (uint32_t n = 0; n < SMALL_HISTORIES; n++) {
        struct small small;
        uint32_t place[OPERATIONS_MAX] = {0};
        struct check_history *history = make_small(&small);
        bool cc = !small.cyclic && keeps(&small, false);
        bool expected[4] = {cc, cc && keeps(&small, true), cc && converges(&small, 0, place, 0),
                            cc && never_goes_back(&small)};
        static const char *const LEVELS[3] = {"cc", "cm", "ccv"};
        for (uint32_t i = 0; i < 4; i++) {
            enum check_answer answer = i < 3 ? judge("causal", history, "level", LEVELS[i])
                                             : judge("sessions", history, NULL, NULL);
            if (answer != (expected[i] ? CHECK_VALID : CHECK_INVALID)) {
                fail_msg("small history %u, level %u: %d", n, i, answer);
            }
            seen[i][expected[i]]++;
        }
        check_history_free(&history);
    }
    for (uint32_t i = 0; i < 4; i++) {
        assert_true(seen[i][0] > SMALL_HISTORIES / 10 && seen[i][1] > SMALL_HISTORIES / 10);
    }
    assert_true(seen[0][1] > seen[1][1] && seen[0][1] > seen[2][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_histories),        cmocka_unit_test(test_causal_patterns),
        cmocka_unit_test(test_session_guarantees),     cmocka_unit_test(test_convergence),
        cmocka_unit_test(test_deletions_and_siblings), cmocka_unit_test(test_small_histories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
