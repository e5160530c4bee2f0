/* test_check_append.c - list-append: planted anomalies of each kind, a reference that tries all orders,
 * budgets, refusals. */
#include "append_runs.h"
#include "base/draw.h"
#include "check/model.h"
#include "unit.h"

#include <assert.h>
#include <stdlib.h>

static const uint32_t PURPOSE = DRAW_PURPOSE('a', 'p', 'p', 't');

static struct check_verdict verdict; /* large; one is enough */

static enum check_answer answer_for(const char *level)
{
    for (uint32_t i = 0; i < verdict.answer_count; i++) {
        if (strcmp(verdict.answers[i].model, level) == 0) {
            return verdict.answers[i].answer;
        }
    }
    fail_msg("no answer for %s", level);
    return CHECK_UNKNOWN;
}

/* ---- Proofs: every line is true of the history, and the lines of a cycle close it ---- */

static const struct check_value *micros_of(const struct check_history *history, uint32_t index)
{
    const struct check_operation *operation = &history->operations[index];
    return operation->outcome == CHECK_OK ? &operation->output : &operation->input;
}

/* Did the operation append that value (any, when it is nil) to the key? */
static bool appends(const struct check_history *history, uint32_t index,
                    const struct check_line *line, bool any)
{
    const struct check_value *micros = micros_of(history, index);
    bool found = false;
    for (uint32_t i = 0; i < micros->count; i++) {
        const struct check_value *items = micros->items[i].items;
        found = found || (items[0].text[0] == 'a' && check_value_equal(&items[1], &line->key) &&
                          (any || check_value_equal(&items[2], &line->value)));
    }
    return found;
}

/* Did it read the key with the value as its last element; or (`without`) without the value? */
static bool reads(const struct check_history *history, uint32_t index,
                  const struct check_line *line, bool without)
{
    const struct check_value *micros = micros_of(history, index);
    bool found = false;
    for (uint32_t i = 0; i < micros->count; i++) {
        const struct check_value *items = micros->items[i].items;
        if (items[0].text[0] != 'r' || !check_value_equal(&items[1], &line->key)) {
            continue;
        }
        bool has = false;
        bool last = false;
        for (uint32_t k = 0; k < items[2].count; k++) {
            last = check_value_equal(&items[2].items[k], &line->value);
            has = has || last;
        }
        found = found || (without ? !has : last);
    }
    return found;
}

static void check_line_is_true(const struct check_history *history, const struct check_line *line)
{
    const struct check_operation *a = &history->operations[line->a];
    const struct check_operation *b =
        line->b == CHECK_NO_OPERATION ? NULL : &history->operations[line->b];
    if (strcmp(line->word, "edge_wr") == 0) {
        assert_true(appends(history, line->a, line, false));
        assert_true(reads(history, line->b, line, false));
    } else if (strcmp(line->word, "edge_rw") == 0) {
        assert_true(reads(history, line->a, line, true));
        assert_true(appends(history, line->b, line, false));
    } else if (strcmp(line->word, "edge_ww") == 0) {
        assert_true(appends(history, line->a, line, true));
        assert_true(appends(history, line->b, line, false));
    } else if (strcmp(line->word, "edge_realtime") == 0) {
        assert_true(a->outcome == CHECK_OK && a->end < b->call);
    } else if (strcmp(line->word, "edge_process") == 0) {
        assert_true(a->outcome == CHECK_OK && a->end < b->call && a->process == b->process);
    } else if (strcmp(line->word, "read_aborted") == 0) {
        assert_int_equal(b->outcome, CHECK_FAIL);
        assert_true(appends(history, line->b, line, false));
    }
}

static void check_proofs(const struct check_history *history)
{
    for (uint32_t i = 0; i < verdict.finding_count; i++) {
        const struct check_finding *finding = &verdict.findings[i];
        for (uint32_t k = 0; k < finding->line_count; k++) {
            check_line_is_true(history, &finding->lines[k]);
            if (strncmp(finding->lines[k].word, "edge_", 5) == 0) {
                assert_int_equal(finding->lines[k].b,
                                 finding->lines[(k + 1) % finding->line_count].a);
            }
        }
    }
}

static void judge(const struct check_history *history, const char *level,
                  const struct check_limits *limits)
{
    struct check_options options = {.count = 0};
    struct error error = {.text = ""};
    if (level != NULL) {
        options.items[options.count++] = (struct check_option){"model", level};
    }
    verdict = (struct check_verdict){.answer = CHECK_VALID};
    const struct check_model *model = check_model_find("list-append");
    assert_non_null(model);
    int status = model->judge(history, &options, limits, &verdict, &error);
    assert_string_equal(error.text, "");
    assert_int_equal(status, 0);
    assert_int_equal(verdict.answer, verdict.answers[0].answer);
    assert_int_equal(verdict.answer == CHECK_INVALID, verdict.finding_count > 0);
    check_proofs(history);
}

/* ---- Planted anomalies ---- */

struct planted {
    const char *anomalies; /* all that are to be found */
    const char *weakest;   /* level that is broken */
    const char *holds;     /* a level that is not, or NULL */
    struct {
        uint32_t process;
        enum check_outcome outcome;
        uint32_t call, end;
        const char *text; /* NULL: no more */
    } operations[6];
};

static const struct planted PLANTED[] = {
    {"phantom", "read-uncommitted", NULL, {{0, CHECK_OK, 0, 1, "r1=7"}}},
    {"duplicate-elements",
     "read-uncommitted",
     NULL,
     {{0, CHECK_OK, 0, 1, "a1=1"}, {1, CHECK_OK, 2, 3, "r1=1,1"}}},
    {"incompatible-order",
     "read-committed",
     "read-uncommitted",
     {{0, CHECK_OK, 0, 10, "a1=1"},
      {1, CHECK_OK, 1, 11, "a1=2"},
      {2, CHECK_OK, 2, 12, "a1=3"},
      {3, CHECK_OK, 3, 13, "r1=1,2"},
      {4, CHECK_OK, 4, 14, "r1=1,3,2"}}},
    {"G1a",
     "read-committed",
     "read-uncommitted",
     {{0, CHECK_FAIL, 0, 1, "a1=1"}, {1, CHECK_OK, 2, 3, "r1=1"}}},
    {"G1a dirty-update",
     "read-committed",
     "read-uncommitted",
     {{0, CHECK_FAIL, 0, 1, "a1=1"}, {1, CHECK_OK, 2, 3, "a1=2"}, {2, CHECK_OK, 4, 5, "r1=1,2"}}},
    {"G1b G-single-item",
     "read-committed",
     "read-uncommitted",
     {{0, CHECK_OK, 0, 2, "a1=1 a1=2"},
      {1, CHECK_OK, 1, 3, "r1=1"},
      {0, CHECK_OK, 4, 5, "r1=1,2"}}},
    {"internal", "read-atomic", "repeatable-read", {{0, CHECK_OK, 0, 1, "a1=1 r1="}}},
    {"internal G-single-item",
     "read-atomic",
     "read-committed",
     {{0, CHECK_OK, 0, 2, "r1= r1=1"}, {1, CHECK_OK, 1, 3, "a1=1"}}},
    {"future-read", "read-committed", "read-uncommitted", {{0, CHECK_OK, 0, 1, "r1=1 a1=1"}}},
    {"lost-update G-single-item",
     "cursor-stability",
     "read-atomic",
     {{0, CHECK_OK, 0, 2, "r1= a1=1"},
      {1, CHECK_OK, 1, 3, "r1= a1=2"},
      {0, CHECK_OK, 4, 5, "r1=1,2"}}},
    {"G0",
     "read-uncommitted",
     NULL,
     {{0, CHECK_OK, 0, 2, "a1=1 a2=1"},
      {1, CHECK_OK, 1, 3, "a1=2 a2=2"},
      {0, CHECK_OK, 4, 5, "r1=1,2 r2=2,1"}}},
    {"G1c",
     "read-committed",
     "read-uncommitted",
     {{0, CHECK_OK, 0, 2, "a1=1 r2=1"}, {1, CHECK_OK, 1, 3, "a2=1 r1=1"}}},
    {"G-single-item",
     "consistent-view",
     "cursor-stability",
     {{0, CHECK_OK, 0, 2, "a1=1 a2=1"}, {1, CHECK_OK, 1, 3, "r1=1 r2="}}},
    {"G-nonadjacent-item",
     "repeatable-read",
     "consistent-view",
     {{0, CHECK_OK, 0, 10, "a1=1"},
      {1, CHECK_OK, 1, 11, "a2=1"},
      {2, CHECK_OK, 2, 12, "r1=1 r2="},
      {3, CHECK_OK, 3, 13, "r1= r2=1"}}},
    {"G2-item",
     "repeatable-read",
     "snapshot-isolation",
     {{0, CHECK_OK, 0, 2, "r1= a2=1"}, {1, CHECK_OK, 1, 3, "r2= a1=1"}}},
    {"G0-process G0-realtime",
     "strong-session-read-uncommitted",
     "serializable",
     {{0, CHECK_OK, 0, 1, "a1=1"}, {0, CHECK_OK, 2, 3, "a1=2"}, {0, CHECK_OK, 4, 5, "r1=2,1"}}},
    {"G0-realtime",
     "strong-read-uncommitted",
     "strong-session-serializable",
     {{0, CHECK_OK, 0, 1, "a1=1"}, {1, CHECK_OK, 2, 3, "a1=2"}, {2, CHECK_OK, 4, 5, "r1=2,1"}}},
    {"G1c-realtime",
     "strong-read-committed",
     "strong-read-uncommitted",
     {{0, CHECK_OK, 0, 1, "r1=1"}, {1, CHECK_OK, 2, 3, "a1=1"}}},
    {"G-single-item-process G-single-item-realtime",
     "strong-session-snapshot-isolation",
     "serializable",
     {{0, CHECK_OK, 0, 1, "a1=1"}, {0, CHECK_OK, 2, 3, "r1="}}},
    {"G-single-item-realtime",
     "strong-snapshot-isolation",
     "strong-session-serializable",
     {{0, CHECK_OK, 0, 1, "a1=1"}, {1, CHECK_OK, 2, 3, "r1="}}},
    {"G-nonadjacent-item-realtime",
     "strong-snapshot-isolation",
     "strong-session-serializable",
     {{3, CHECK_OK, 0, 3, "a2=1"},
      {1, CHECK_OK, 1, 11, "a1=1"},
      {2, CHECK_OK, 2, 12, "r1=1 r2="},
      {0, CHECK_OK, 4, 13, "r1="}}},
    {"G2-item-realtime",
     "strict-serializable",
     "strong-snapshot-isolation",
     {{2, CHECK_OK, 0, 2, "a2=1"}, {1, CHECK_OK, 1, 11, "a1=1 r2="}, {0, CHECK_OK, 3, 12, "r1="}}},
};

static const struct append_run CLEAN = {
    .seed = 7,
    .transactions = 300,
    .clients = 8,
    .keys = 4,
    .appends_max = 24,
    .micros_max = 4,
    .fail_ppm = 50000,
    .info_ppm = 50000,
};

/* The planted keys, values and processes are far from those of the run. */
static void plant(struct check_history *history, const struct planted *planted)
{
    static const uint32_t LATER = 1u << 20;
    for (uint32_t i = 0; i < 6 && planted->operations[i].text != NULL; i++) {
        char text[64] = "";
        size_t length = 0;
        for (const char *at = planted->operations[i].text; *at != '\0'; at++) {
            text[length++] = *at;
            if (*at == 'a' || *at == 'r') {
                memcpy(text + length, "99999", 5);
                length += 5;
            }
        }
        append_plant(history, LATER + planted->operations[i].process,
                     planted->operations[i].outcome, LATER + planted->operations[i].call,
                     LATER + planted->operations[i].end, text);
    }
}

static void assert_anomalies(const char *expected)
{
    char rest[256];
    uint32_t count = 0;
    snprintf(rest, sizeof rest, "%s", expected);
    for (char *name = strtok(rest, " "); name != NULL; name = strtok(NULL, " ")) {
        bool found = false;
        for (uint32_t i = 0; i < verdict.finding_count; i++) {
            found = found || strcmp(verdict.findings[i].anomaly, name) == 0;
        }
        if (!found) {
            fail_msg("%s was not found", name);
        }
        count++;
    }
    for (uint32_t i = 0; i < verdict.finding_count; i++) {
        if (strstr(expected, verdict.findings[i].anomaly) == NULL) {
            fail_msg("%s was found where %s was planted", verdict.findings[i].anomaly, expected);
        }
        assert_in_range(verdict.findings[i].line_count, 1, 4);
    }
    assert_int_equal(verdict.finding_count, count);
}

static void test_planted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PLANTED / sizeof PLANTED[0]; i++) {
        struct check_history *history = append_run_make(&CLEAN);
        judge(history, NULL, NULL);
        assert_int_equal(verdict.answer, CHECK_VALID);
        assert_null(verdict.weakest);
        plant(history, &PLANTED[i]);
        judge(history, NULL, NULL);
        assert_anomalies(PLANTED[i].anomalies);
        assert_string_equal(verdict.weakest, PLANTED[i].weakest);
        if (PLANTED[i].holds != NULL) {
            assert_int_equal(answer_for(PLANTED[i].holds), CHECK_VALID);
            judge(history, PLANTED[i].holds, NULL);
            assert_int_equal(verdict.answer, CHECK_VALID);
        }
        judge(history, PLANTED[i].weakest, NULL);
        assert_int_equal(verdict.answer, CHECK_INVALID);
        check_history_free(&history);
    }
}

static void test_clean_runs(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct append_run run = CLEAN;
        run.seed = seed;
        run.clients = 2 + (uint32_t)seed % 30;
        run.info_ppm = (uint32_t)seed % 4 * 100000;
        struct check_history *history = append_run_make(&run);
        judge(history, NULL, NULL);
        assert_int_equal(verdict.answer, CHECK_VALID);
        check_history_free(&history);
    }
}

/* Stores that keep their promise, and no more. */
static void test_weak_stores(void **state)
{
    (void)state;
    uint32_t skewed = 0;
    for (uint64_t seed = 0; seed < 30; seed++) {
        struct append_run run = CLEAN;
        run.seed = seed;
        run.transactions = 1000;
        run.store = APPEND_SNAPSHOT;
        struct check_history *history = append_run_make(&run);
        judge(history, NULL, NULL);
        assert_int_equal(answer_for("strong-snapshot-isolation"), CHECK_VALID);
        skewed += answer_for("serializable") == CHECK_INVALID;
        check_history_free(&history);
        run.store = APPEND_STALE;
        history = append_run_make(&run);
        judge(history, NULL, NULL);
        assert_int_equal(answer_for("cursor-stability"), CHECK_VALID);
        assert_int_equal(answer_for("strong-session-snapshot-isolation"), CHECK_INVALID);
        check_history_free(&history);
        run.store = APPEND_TORN;
        run.appends_max = 4000;
        history = append_run_make(&run);
        judge(history, NULL, NULL);
        assert_int_equal(answer_for("read-committed"), CHECK_INVALID);
        check_history_free(&history);
    }
    assert_in_range(skewed, 20, 30);
}

/* ---- The reference: all orders of at most five transactions ---- */

enum { SMALL_MAX = 5, SMALL_KEYS = 2, LIST_MAX = SMALL_MAX * 3 };

struct small {
    const struct check_history *history;
    uint32_t order[SMALL_MAX];
    uint32_t count;
    int64_t lists[SMALL_KEYS][LIST_MAX];
    uint32_t lengths[SMALL_KEYS];
};

/* Does the transaction fit after those before it? Appends to the lists whether or not. */
static bool apply(struct small *small, const struct check_operation *operation)
{
    const struct check_value *micros =
        operation->outcome == CHECK_OK ? &operation->output : &operation->input;
    bool fits = true;
    for (uint32_t i = 0; i < micros->count; i++) {
        const struct check_value *items = micros->items[i].items;
        int64_t key = items[1].integer;
        uint32_t length = small->lengths[key];
        if (items[0].text[0] == 'a') {
            small->lists[key][small->lengths[key]++] = items[2].integer;
        } else if (operation->outcome == CHECK_OK) {
            fits = fits && items[2].count == length;
            for (uint32_t k = 0; fits && k < length; k++) {
                fits = items[2].items[k].integer == small->lists[key][k];
            }
        }
    }
    return fits;
}

enum order { ANY_ORDER, PROCESS_ORDER, REAL_TIME };

/* Must a stand before b? */
static bool before(const struct check_operation *a, const struct check_operation *b,
                   enum order order)
{
    bool ended = a->outcome == CHECK_OK && a->end < b->call;
    return ended && (order == REAL_TIME || (order == PROCESS_ORDER && a->process == b->process));
}

/* Is there an order of the others after those chosen? `rest` is a set; info ones may be left out. */
static bool serializable(struct small *small, uint32_t rest, enum order order)
{
    const struct check_operation *operations = small->history->operations;
    bool done = true;
    for (uint32_t i = 0; i < small->history->count; i++) {
        done = done && ((rest >> i & 1) == 0 || operations[i].outcome == CHECK_INFO);
    }
    for (uint32_t i = 0; !done && i < small->history->count; i++) {
        bool ready = (rest >> i & 1) != 0;
        for (uint32_t k = 0; k < small->history->count; k++) {
            ready =
                ready && ((rest >> k & 1) == 0 || !before(&operations[k], &operations[i], order));
        }
        if (ready) {
            struct small next = *small;
            done = apply(&next, &operations[i]) && serializable(&next, rest & ~(1u << i), order);
        }
    }
    return done;
}

/* Snapshot isolation as a store does it: `rest` not yet begun, `open` begun with these lengths. */
struct snapshots {
    struct small now;
    uint32_t lengths[SMALL_MAX][SMALL_KEYS];
};

static bool commit(struct snapshots *snapshots, uint32_t index)
{
    const struct check_operation *operation = &snapshots->now.history->operations[index];
    struct small own = snapshots->now;
    for (uint32_t key = 0; key < SMALL_KEYS; key++) {
        own.lengths[key] = snapshots->lengths[index][key];
    }
    struct small seen = own;
    if (!apply(&seen, operation)) {
        return false;
    }
    for (uint32_t key = 0; key < SMALL_KEYS; key++) {
        bool wrote = seen.lengths[key] > own.lengths[key];
        if (wrote && snapshots->now.lengths[key] != own.lengths[key]) {
            return false; /* somebody else wrote it since: the first committer wins */
        }
    }
    struct small after = snapshots->now;
    for (uint32_t key = 0; key < SMALL_KEYS; key++) {
        if (seen.lengths[key] > own.lengths[key]) {
            after.lengths[key] = seen.lengths[key];
            memcpy(after.lists[key], seen.lists[key], sizeof seen.lists[key]);
        }
    }
    snapshots->now = after;
    return true;
}

static bool snapshot_isolated(const struct snapshots *snapshots, uint32_t rest, uint32_t open)
{
    const struct check_history *history = snapshots->now.history;
    bool done = open == 0;
    for (uint32_t i = 0; i < history->count; i++) {
        done = done && ((rest >> i & 1) == 0 || history->operations[i].outcome == CHECK_INFO);
    }
    for (uint32_t i = 0; !done && i < history->count; i++) {
        struct snapshots next = *snapshots;
        if ((rest >> i & 1) != 0) {
            memcpy(next.lengths[i], next.now.lengths, sizeof next.lengths[i]);
            done = snapshot_isolated(&next, rest & ~(1u << i), open | 1u << i);
        } else if ((open >> i & 1) != 0 && commit(&next, i)) {
            done = snapshot_isolated(&next, rest, open & ~(1u << i));
        }
    }
    return done;
}

/* ---- Small histories: a serial run, shuffled in time, with one or two reads changed ---- */

struct maker {
    struct draw_stream draws;
    struct small state;
    int64_t next_value;
};

static uint32_t draw(struct maker *maker, uint32_t bound)
{
    uint64_t value = draw_next(&maker->draws);
    return (uint32_t)draw_below(value, bound);
}

/* Reads a key, now and then not as it is. */
static int print_read(struct maker *maker, char *text, size_t size, uint32_t key)
{
    int64_t list[LIST_MAX + 1];
    uint32_t length = maker->state.lengths[key];
    memcpy(list, maker->state.lists[key], sizeof maker->state.lists[key]);
    switch (draw(maker, 12)) {
    case 0:
        length = draw(maker, length + 1);
        break;
    case 1:
        if (length >= 2) {
            int64_t last = list[length - 1];
            list[length - 1] = list[length - 2];
            list[length - 2] = last;
        }
        break;
    case 2:
        list[length++] = 1 + draw(maker, (uint32_t)maker->next_value + 1);
        break;
    default:
        break;
    }
    int used = snprintf(text, size, "r%u=", key);
    for (uint32_t i = 0; i < length; i++) {
        used += snprintf(text + used, size - (size_t)used, i > 0 ? ",%d" : "%d", (int)list[i]);
    }
    return used;
}

static void make_text(struct maker *maker, char *text, size_t size)
{
    uint32_t micros = 1 + draw(maker, 3);
    int used = 0;
    for (uint32_t i = 0; i < micros; i++) {
        uint32_t key = draw(maker, SMALL_KEYS);
        if (i > 0) {
            text[used++] = ' ';
        }
        if (draw(maker, 2) == 0) {
            int64_t value = maker->next_value++;
            maker->state.lists[key][maker->state.lengths[key]++] = value;
            used += snprintf(text + used, size - (size_t)used, "a%u=%d", key, (int)value);
        } else {
            used += print_read(maker, text + used, size - (size_t)used, key);
        }
    }
}

static struct check_history *make_small(uint64_t seed)
{
    struct maker maker = {.draws = draw_stream_init(seed, PURPOSE, 0), .next_value = 1};
    struct check_history *history = check_history_new(1 << 20);
    uint32_t count = 2 + draw(&maker, SMALL_MAX - 1);
    char texts[SMALL_MAX][256];
    uint32_t starts[SMALL_MAX];
    for (uint32_t i = 0; i < count; i++) {
        struct small state = maker.state;
        make_text(&maker, texts[i], sizeof texts[i]);
        if (draw(&maker, 10) == 0) {
            maker.state = state; /* nobody sees it; so it may have failed */
        }
        starts[i] = draw(&maker, 12) * 10 + i;
    }
    uint32_t free_at[SMALL_MAX] = {0}; /* of each process */
    for (uint32_t round = 0; round < count; round++) {
        uint32_t first = 0;
        for (uint32_t i = 1; i < count; i++) {
            first = starts[i] < starts[first] ? i : first;
        }
        uint32_t kind = draw(&maker, 10);
        enum check_outcome outcome = kind == 0 ? CHECK_FAIL : (kind == 1 ? CHECK_INFO : CHECK_OK);
        uint32_t end = starts[first] + 1 + draw(&maker, 60);
        uint32_t process = 0;
        while (free_at[process] > starts[first]) {
            process++;
        }
        free_at[process] = outcome == CHECK_INFO ? UINT32_MAX : end + 1;
        append_plant(history, process, outcome, starts[first], end, texts[first]);
        starts[first] = UINT32_MAX;
    }
    return history;
}

static void test_against_all_orders(void **state)
{
    (void)state;
    uint32_t invalid[3] = {0};
    uint32_t isolated = 0;
    for (uint64_t seed = 0; seed < 20000; seed++) {
        static const char *const LEVELS[] = {"serializable", "strong-session-serializable",
                                             "strict-serializable"};
        struct check_history *history = make_small(seed);
        struct small small = {.history = history};
        uint32_t rest = 0;
        for (uint32_t i = 0; i < history->count; i++) {
            rest |= (uint32_t)(history->operations[i].outcome != CHECK_FAIL) << i;
        }
        judge(history, NULL, NULL);
        for (uint32_t order = 0; order < 3; order++) {
            bool expected = serializable(&small, rest, (enum order)order);
            if (expected != (answer_for(LEVELS[order]) == CHECK_VALID)) {
                fail_msg("seed %u: %s is %s", (unsigned)seed, LEVELS[order],
                         expected ? "kept" : "broken");
            }
            invalid[order] += !expected;
        }
        struct snapshots snapshots = {.now = small};
        if (history->count <= 4 && snapshot_isolated(&snapshots, rest, 0)) {
            assert_int_equal(answer_for("snapshot-isolation"), CHECK_VALID);
            isolated += answer_for("serializable") == CHECK_INVALID;
        }
        check_history_free(&history);
    }
    for (uint32_t order = 0; order < 3; order++) {
        assert_in_range(invalid[order], 2000, 18000); /* both answers were tried */
    }
    assert_true(isolated > 0);
}

/* ---- Budgets and refusals ---- */

static bool stop_at_once(void *context)
{
    uint32_t *asked = context;
    (*asked)++;
    return true;
}

static void test_budgets(void **state)
{
    (void)state;
    struct append_run run = CLEAN;
    run.transactions = 30000;
    struct check_history *history = append_run_make(&run);
    uint32_t asked = 0;
    const struct check_limits limits[] = {
        {.bytes_max = 100000},
        {.steps_max = 1000},
        {.stop = stop_at_once, .context = &asked},
    };
    static const char *const REASONS[] = {"memory", "steps", "time"};
    for (uint32_t i = 0; i < 3; i++) {
        judge(history, NULL, &limits[i]);
        assert_int_equal(verdict.answer, CHECK_UNKNOWN);
        assert_string_equal(verdict.why, REASONS[i]);
    }
    assert_int_equal(asked, 1);
    /* Whatever runs out, and wherever: never a wrong answer. */
    for (size_t bytes = 1 << 16; bytes < 1 << 25; bytes += bytes / 3) {
        judge(history, NULL, &(struct check_limits){.bytes_max = bytes});
        assert_int_not_equal(verdict.answer, CHECK_INVALID);
        assert_true(verdict.bytes_peak <= bytes);
    }
    check_history_free(&history);
}

/* A store that loses all: nobody ever reads an append, each reader comes before each append. */
static struct check_history *unread(uint32_t count, bool at_once)
{
    struct check_history *history = check_history_new((size_t)1 << 28);
    for (uint32_t i = 0; i < count; i++) {
        char text[32];
        snprintf(text, sizeof text, i % 2 == 0 ? "r1=" : "a1=%u", i);
        append_plant(history, i, CHECK_OK, at_once ? i : 2 * i, at_once ? count + i : 2 * i + 1,
                     text);
    }
    return history;
}

static void test_unread(void **state)
{
    (void)state;
    struct check_history *history = unread(2000, true);
    judge(history, NULL, NULL);
    assert_int_equal(verdict.answer, CHECK_VALID);
    check_history_free(&history);
    history = unread(20000, true);
    judge(history, NULL, NULL);
    assert_int_equal(verdict.answer, CHECK_UNKNOWN);
    assert_string_equal(verdict.why, "unread_appends");
    assert_int_equal(answer_for("read-committed"), CHECK_VALID);
    check_history_free(&history);
    history = unread(20000, false);
    judge(history, NULL, NULL);
    assert_anomalies("G-single-item-realtime");
    check_history_free(&history);
}

static void test_written_twice(void **state)
{
    (void)state;
    struct check_history *history = check_history_new(1 << 20);
    append_plant(history, 0, CHECK_OK, 0, 1, "a1=1");
    append_plant(history, 0, CHECK_OK, 2, 3, "a1=1");
    judge(history, NULL, NULL);
    assert_int_equal(verdict.answer, CHECK_UNKNOWN);
    assert_string_equal(verdict.why, "written_twice");
    assert_int_equal(verdict.why_line.a, 1);
    check_history_free(&history);
}

static void refuse(const struct check_operation *operation, const char *level, const char *sentence)
{
    struct check_history *history = check_history_new(1 << 20);
    struct check_options options = {.count = 0};
    struct error error = {.text = ""};
    if (level != NULL) {
        options.items[options.count++] = (struct check_option){"model", level};
    }
    assert_true(check_history_add(history, operation));
    verdict = (struct check_verdict){.answer = CHECK_VALID};
    assert_int_equal(
        check_model_find("list-append")->judge(history, &options, NULL, &verdict, &error), -1);
    assert_non_null(strstr(error.text, sentence));
    check_history_free(&history);
}

static void test_refusals(void **state)
{
    (void)state;
    struct check_value three[3] = {append_integer(1), append_integer(2), append_integer(3)};
    struct check_value micro = {.kind = CHECK_LIST, .count = 3, .items = three};
    struct check_operation operation = {.end = 1, .function = "txn", .call_line = 12};
    refuse(&operation, "seriable", "no isolation level seriable");
    operation.input = (struct check_value){.kind = CHECK_LIST, .count = 1, .items = &micro};
    refuse(&operation, NULL, "line 12");
    refuse(&operation, NULL, "none that the model has");
    three[0] = (struct check_value){.kind = CHECK_TEXT, .count = 1, .text = "r"};
    refuse(&operation, NULL, "no list");
    micro.count = 1;
    refuse(&operation, NULL, "no list of three");
    operation.function = "read";
    refuse(&operation, NULL, "not txn");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_planted),       cmocka_unit_test(test_clean_runs),
        cmocka_unit_test(test_weak_stores),   cmocka_unit_test(test_against_all_orders),
        cmocka_unit_test(test_budgets),       cmocka_unit_test(test_unread),
        cmocka_unit_test(test_written_twice), cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
