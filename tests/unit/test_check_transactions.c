/* test_check_transactions.c - read committed, read atomic, causal: planted violations, the definitions
 * applied to all commit orders of small histories, values that were written twice, budgets. */
#include "append_runs.h"
#include "base/draw.h"
#include "check/model.h"
#include "unit.h"

#include <stdlib.h>

static const uint32_t PURPOSE = DRAW_PURPOSE('r', 'e', 'g', 't');
static const char *const LEVELS[] = {"read-committed", "read-atomic", "causal"};

static struct check_verdict verdict; /* large; one is enough */

static void judge(const struct check_history *history, const char *level, const char *initial,
                  const struct check_limits *limits)
{
    struct check_options options = {.count = 0};
    struct error error = {.text = ""};
    options.items[options.count++] = (struct check_option){"level", level};
    if (initial != NULL) {
        options.items[options.count++] = (struct check_option){"init", initial};
    }
    verdict = (struct check_verdict){.answer = CHECK_VALID};
    const struct check_model *model = check_model_find("transactions");
    assert_non_null(model);
    int status = model->judge(history, &options, limits, &verdict, &error);
    assert_string_equal(error.text, "");
    assert_int_equal(status, 0);
    assert_int_equal(verdict.answer, verdict.answers[0].answer);
    assert_string_equal(verdict.answers[0].model, level);
    assert_int_equal(verdict.answer_count, 3);
    if (verdict.answer == CHECK_INVALID) {
        assert_true(verdict.finding_count > 0);
    }
    for (uint32_t i = 0; i < verdict.finding_count; i++) {
        assert_true(verdict.findings[i].line_count > 0);
    }
}

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

/* A transaction from "w1=5 r2=3 r3=": write, read, read nothing. */
static struct check_value parse(struct check_history *history, const char *text)
{
    struct check_value micros[32];
    uint32_t count = 0;
    while (*text != '\0') {
        char *at;
        struct check_value items[3];
        items[0] = append_text(history, *text == 'r' ? "r" : "w");
        items[1] = append_integer(strtoll(text + 1, &at, 10));
        assert_int_equal(*at, '=');
        text = at + 1;
        int64_t value = strtoll(text, &at, 10);
        items[2] = at == text ? (struct check_value){.kind = CHECK_NIL} : append_integer(value);
        micros[count++] = append_list(history, items, 3);
        text = *at == ' ' ? at + 1 : at;
    }
    return append_list(history, micros, count);
}

static void add(struct check_history *history, uint32_t process, enum check_outcome outcome,
                const char *text)
{
    struct check_operation operation = {
        .call = history->count * 2,
        .end = outcome == CHECK_INFO ? CHECK_NEVER : history->count * 2 + 1,
        .process = process,
        .outcome = (uint8_t)outcome,
        .function = check_history_text(history, "txn", 3),
        .input = parse(history, text),
        .number = history->count,
    };
    if (outcome == CHECK_OK) {
        operation.output = operation.input;
    }
    assert_true(check_history_add(history, &operation));
}

/* ---- Planted violations ---- */

static const struct {
    const char *anomaly, *weakest, *holds;
    struct {
        uint32_t process;
        enum check_outcome outcome;
        const char *text; /* NULL: no more */
    } operations[6];
} PLANTED[] = {
    {"phantom", "read-committed", NULL, {{0, CHECK_OK, "r1=7"}}},
    {"G1a", "read-committed", NULL, {{0, CHECK_FAIL, "w1=1"}, {1, CHECK_OK, "r1=1"}}},
    {"G1b", "read-committed", NULL, {{0, CHECK_OK, "w1=1 w1=2"}, {1, CHECK_OK, "r1=1"}}},
    {"internal", "read-committed", NULL, {{0, CHECK_OK, "w1=1 r1="}}},
    {"future-read", "read-committed", NULL, {{0, CHECK_OK, "r1=1 w1=1"}}},
    {"G1c-process",
     "read-committed",
     NULL,
     {{0, CHECK_OK, "r1=1 w2=1"}, {1, CHECK_OK, "r2=1 w1=1"}}},
    {"G1c-process",
     "read-committed",
     NULL,
     {{0, CHECK_OK, "r1=1"}, {0, CHECK_OK, "w2=1"}, {1, CHECK_OK, "r2=1"}, {1, CHECK_OK, "w1=1"}}},
    {"nonmonotonic-read",
     "read-committed",
     NULL,
     {{0, CHECK_OK, "w1=1 w2=1"}, {0, CHECK_OK, "w1=2 w2=2"}, {1, CHECK_OK, "r1=2 r2=1"}}},
    {"nonmonotonic-read",
     "read-committed",
     NULL,
     {{0, CHECK_OK, "w1=1 w2=1"}, {1, CHECK_OK, "r1=1 r2="}}},
    {"fractured-read",
     "read-atomic",
     "read-committed",
     {{0, CHECK_OK, "w1=1 w2=1"}, {0, CHECK_OK, "w1=2 w2=2"}, {1, CHECK_OK, "r2=1 r1=2"}}},
    {"fractured-read",
     "read-atomic",
     "read-committed",
     {{0, CHECK_OK, "w1=1"}, {0, CHECK_OK, "r1="}}},
    {"fractured-read",
     "read-atomic",
     "read-committed",
     {{0, CHECK_OK, "w1=1"}, {1, CHECK_OK, "w1=2"}, {2, CHECK_OK, "r1=1 r1=2"}}},
    {"causality-violation",
     "causal",
     "read-atomic",
     {{0, CHECK_OK, "w1=1"},
      {0, CHECK_OK, "w1=2"},
      {1, CHECK_OK, "r1=2 w2=1"},
      {2, CHECK_OK, "r2=1"},
      {2, CHECK_OK, "r1=1"}}},
    {"causality-violation",
     "causal",
     "read-atomic",
     {{0, CHECK_INFO, "w1=1"},
      {1, CHECK_OK, "r1=1 w2=1"},
      {2, CHECK_OK, "r2=1"},
      {2, CHECK_OK, "r1="}}},
};

static void test_planted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PLANTED / sizeof PLANTED[0]; i++) {
        struct check_history *history = check_history_new(1 << 20);
        for (uint32_t k = 0; k < 6 && PLANTED[i].operations[k].text != NULL; k++) {
            add(history, PLANTED[i].operations[k].process, PLANTED[i].operations[k].outcome,
                PLANTED[i].operations[k].text);
        }
        judge(history, "causal", NULL, NULL);
        assert_int_equal(verdict.answer, CHECK_INVALID);
        assert_int_equal(verdict.finding_count, 1);
        assert_string_equal(verdict.findings[0].anomaly, PLANTED[i].anomaly);
        assert_string_equal(verdict.weakest, PLANTED[i].weakest);
        if (PLANTED[i].holds != NULL) {
            judge(history, PLANTED[i].holds, NULL, NULL);
            assert_int_equal(verdict.answer, CHECK_VALID);
            assert_int_equal(verdict.finding_count, 0);
        }
        check_history_free(&history);
    }
}

/* ---- The definitions, by trying all orders of commits (Biswas and Enea, figure 3) ---- */

enum { SMALL_MAX = 5, MICROS = 3, READS_MAX = SMALL_MAX * MICROS, START = SMALL_MAX };

struct small_read {
    uint32_t reader, key;
    uint32_t from, candidates; /* chosen writer; set of those possible, START included */
};

struct small {
    const struct check_history *history;
    uint32_t writes[SMALL_MAX + 1]; /* sets of keys */
    struct small_read reads[READS_MAX];
    uint32_t read_count;
    bool wrong;                    /* a read that no level allows */
    uint32_t place[SMALL_MAX + 1]; /* in the order of commits; START has 0 */
};

static const struct check_value *items_of(const struct small *small, uint32_t t, uint32_t micro)
{
    return small->history->operations[t].input.items[micro].items;
}

/* The value that the transaction writes to the key last before `end`; NULL: none. */
static const struct check_value *last_write(const struct small *small, uint32_t t, uint32_t key,
                                            uint32_t end)
{
    const struct check_value *value = NULL;
    for (uint32_t m = 0; m < end; m++) {
        const struct check_value *items = items_of(small, t, m);
        if (items[0].text[0] == 'w' && items[1].integer == (int64_t)key) {
            value = &items[2];
        }
    }
    return value;
}

static void small_read(struct small *small, uint32_t reader, uint32_t micro)
{
    const struct check_value *items = items_of(small, reader, micro);
    uint32_t key = (uint32_t)items[1].integer;
    const struct check_value *own = last_write(small, reader, key, micro);
    if (own != NULL) {
        small->wrong = small->wrong || !check_value_equal(own, &items[2]);
        return;
    }
    struct small_read *read = &small->reads[small->read_count++];
    *read = (struct small_read){.reader = reader, .key = key};
    for (uint32_t t = 0; t < small->history->count; t++) {
        const struct check_operation *operation = &small->history->operations[t];
        const struct check_value *value = t == reader || operation->outcome == CHECK_FAIL
                                              ? NULL
                                              : last_write(small, t, key, operation->input.count);
        if (value != NULL && check_value_equal(value, &items[2])) {
            read->candidates |= 1u << t;
        }
    }
    read->candidates |= items[2].kind == CHECK_NIL ? 1u << START : 0;
    small->wrong = small->wrong || read->candidates == 0;
}

static void small_open(struct small *small, const struct check_history *history)
{
    *small = (struct small){.history = history};
    for (uint32_t t = 0; t < history->count; t++) {
        const struct check_operation *operation = &history->operations[t];
        for (uint32_t m = 0; m < operation->input.count; m++) {
            const struct check_value *items = items_of(small, t, m);
            if (items[0].text[0] == 'w' && operation->outcome != CHECK_FAIL) {
                small->writes[t] |= 1u << items[1].integer;
            } else if (items[0].text[0] == 'r' && operation->outcome == CHECK_OK) {
                small_read(small, t, m);
            }
        }
    }
    small->writes[START] = ~0u;
}

/* so: the same session, earlier. A failed transaction stands outside. */
static bool in_session(const struct small *small, uint32_t a, uint32_t b)
{
    const struct check_operation *operations = small->history->operations;
    if (b == START || a == START) {
        return a == START && b != START;
    }
    return a < b && operations[a].process == operations[b].process &&
           operations[a].outcome == CHECK_OK && operations[b].outcome != CHECK_FAIL;
}

/* so or wr (at level causal: any way of them), with the reads before `end` only at read committed. */
static void know(const struct small *small, bool known[SMALL_MAX + 1][SMALL_MAX + 1], int level)
{
    for (uint32_t a = 0; a <= START; a++) {
        for (uint32_t b = 0; b <= START; b++) {
            known[a][b] = in_session(small, a, b);
        }
    }
    for (uint32_t r = 0; r < small->read_count; r++) {
        known[small->reads[r].from][small->reads[r].reader] = true;
    }
    for (uint32_t k = 0; level == 2 && k <= START; k++) {
        for (uint32_t a = 0; a <= START; a++) {
            for (uint32_t b = 0; b <= START; b++) {
                known[a][b] = known[a][b] || (known[a][k] && known[k][b]);
            }
        }
    }
}

/* Does t3 know of t2 at the read r, as the level says? */
static bool knows(const struct small *small, bool known[SMALL_MAX + 1][SMALL_MAX + 1], int level,
                  uint32_t t2, uint32_t r)
{
    if (level > 0) {
        return known[t2][small->reads[r].reader];
    }
    for (uint32_t e = 0; e < r; e++) {
        if (small->reads[e].reader == small->reads[r].reader && small->reads[e].from == t2) {
            return true;
        }
    }
    return false;
}

/* Is this order of commits one that the level allows? */
static bool allowed(const struct small *small, int level)
{
    bool known[SMALL_MAX + 1][SMALL_MAX + 1];
    uint32_t count = small->history->count;
    know(small, known, level);
    for (uint32_t a = 0; a < count; a++) {
        for (uint32_t b = 0; b < count; b++) {
            if (known[a][b] && small->place[a] >= small->place[b]) {
                return false;
            }
        }
    }
    for (uint32_t r = 0; r < small->read_count; r++) {
        const struct small_read *read = &small->reads[r];
        for (uint32_t t2 = 0; t2 < count; t2++) {
            if (t2 != read->from && (small->writes[t2] >> read->key & 1) != 0 &&
                t2 != read->reader && knows(small, known, level, t2, r) &&
                small->place[t2] > small->place[read->from]) {
                return false;
            }
        }
    }
    return true;
}

static bool any_order(struct small *small, uint32_t rest, uint32_t place, int level)
{
    if (rest == 0) {
        return allowed(small, level);
    }
    for (uint32_t t = 0; t < small->history->count; t++) {
        if ((rest >> t & 1) != 0) {
            small->place[t] = place;
            if (any_order(small, rest & ~(1u << t), place + 1, level)) {
                return true;
            }
        }
    }
    return false;
}

/* Any choice of writers for the reads from `r` on. */
static bool any_writers(struct small *small, uint32_t r, int level)
{
    if (r == small->read_count) {
        return any_order(small, (1u << small->history->count) - 1, 1, level);
    }
    for (uint32_t t = 0; t <= START; t++) {
        if ((small->reads[r].candidates >> t & 1) != 0) {
            small->reads[r].from = t;
            if (any_writers(small, r + 1, level)) {
                return true;
            }
        }
    }
    return false;
}

static struct check_history *make_small(uint64_t seed, bool unique)
{
    struct draw_stream draws = draw_stream_init(seed, PURPOSE, unique);
    struct check_history *history = check_history_new(1 << 20);
    uint32_t count = 2 + (uint32_t)(draw_next(&draws) % (SMALL_MAX - 1));
    count = draw_next(&draws) % 2 == 0 ? SMALL_MAX : count; /* causality needs some */
    uint32_t keys = 1 + (uint32_t)(draw_next(&draws) % 3);
    bool gone[3] = {false}; /* sessions that got no answer */
    for (uint32_t t = 0; t < count; t++) {
        char text[64] = "";
        uint32_t micros = 1 + (uint32_t)(draw_next(&draws) % MICROS);
        int used = 0;
        for (uint32_t m = 0; m < micros; m++) {
            uint32_t key = (uint32_t)(draw_next(&draws) % keys);
            bool read = draw_next(&draws) % 2 == 0;
            /* A write of transaction t is t * MICROS + m + 1; a read guesses one. */
            uint32_t value = unique ? t * MICROS + m + 1 : 1 + (uint32_t)(draw_next(&draws) % 3);
            if (read && unique) {
                value = 1 + (uint32_t)(draw_next(&draws) % (count * MICROS));
            }
            bool nothing = draw_next(&draws) % 6 == 0;
            const char *gap = m > 0 ? " " : "";
            used += read && nothing
                        ? snprintf(text + used, sizeof text - (size_t)used, "%sr%u=", gap, key)
                        : snprintf(text + used, sizeof text - (size_t)used, "%s%c%u=%u", gap,
                                   read ? 'r' : 'w', key, value);
        }
        uint32_t process = (uint32_t)(draw_next(&draws) % 3);
        uint64_t kind = draw_next(&draws) % 16;
        enum check_outcome outcome = kind == 0 ? CHECK_FAIL : kind == 1 ? CHECK_INFO : CHECK_OK;
        if (!gone[process]) {
            add(history, process, outcome, text);
            gone[process] = outcome == CHECK_INFO;
        }
    }
    return history;
}

/* Random reads are mostly wrong by themselves; they are mended to see something that was written. */
static void mend_reads(struct check_history *history, uint64_t seed)
{
    struct draw_stream draws = draw_stream_init(seed, PURPOSE, 7);
    for (uint32_t t = 0; t < history->count; t++) {
        const struct check_value *micros = &history->operations[t].input;
        for (uint32_t m = 0; m < micros->count; m++) {
            struct check_value *items = (struct check_value *)(uintptr_t)micros->items[m].items;
            uint32_t seen = 0;
            for (uint32_t w = 0; items[0].text[0] == 'r' && w < history->count; w++) {
                const struct check_value *others = &history->operations[w].input;
                for (uint32_t k = 0; k < others->count; k++) {
                    const struct check_value *write = others->items[k].items;
                    bool fits =
                        write[0].text[0] == 'w' && write[1].integer == items[1].integer && w != t;
                    if (fits && draw_next(&draws) % ++seen == 0) {
                        items[2] = write[2];
                    }
                }
            }
        }
    }
}

static void test_against_definitions(void **state)
{
    (void)state;
    uint32_t strongest[4] = {0}; /* histories by how many levels they keep */
    for (uint64_t seed = 0; seed < 30000; seed++) {
        struct check_history *history = make_small(seed, true);
        if (seed % 4 != 0) {
            mend_reads(history, seed);
        }
        struct small small;
        small_open(&small, history);
        judge(history, "causal", NULL, NULL);
        uint32_t kept = 0;
        for (int level = 0; level < 3; level++) {
            bool expected = !small.wrong && any_writers(&small, 0, level);
            if (expected != (answer_for(LEVELS[level]) == CHECK_VALID)) {
                fail_msg("seed %u: %s is %s", (unsigned)seed, LEVELS[level],
                         expected ? "kept" : "broken");
            }
            kept += expected;
        }
        strongest[kept]++;
        check_history_free(&history);
    }
    assert_in_range(strongest[0], 3000, 27000);
    assert_in_range(strongest[1], 50, 27000);
    assert_in_range(strongest[2], 20, 27000);
    assert_in_range(strongest[3], 3000, 27000);
}

/* Values written twice: never a wrong answer, and mostly one. */
static void test_values_written_twice(void **state)
{
    (void)state;
    uint32_t counts[3] = {0};
    for (uint64_t seed = 0; seed < 10000; seed++) {
        struct check_history *history = make_small(seed, false);
        struct small small;
        small_open(&small, history);
        judge(history, "causal", NULL, NULL);
        for (int level = 0; level < 3; level++) {
            bool expected = !small.wrong && any_writers(&small, 0, level);
            enum check_answer answer = answer_for(LEVELS[level]);
            assert_false(answer == CHECK_VALID && !expected);
            assert_false(answer == CHECK_INVALID && expected);
            counts[answer]++;
        }
        check_history_free(&history);
    }
    assert_true(counts[CHECK_UNKNOWN] < counts[CHECK_VALID] / 4);
}

/* ---- The forced commits, all of them, in matrices: for histories with many sessions ---- */

enum { MATRIX = 130, NOBODY = MATRIX, NO_READ = MATRIX + 1, MICROS_OF_RUN = 8 };

struct matrix {
    const struct check_history *history;
    uint32_t count;
    uint32_t from[MATRIX][MICROS_OF_RUN]; /* whom a read is from, NOBODY, or NO_READ */
    bool known[MATRIX][MATRIX];           /* so or wr */
    bool way[MATRIX][MATRIX];             /* a way of these */
    bool commit[MATRIX][MATRIX];          /* what is forced, and so and wr */
};

static bool writes_key(const struct matrix *matrix, uint32_t t, const struct check_value *key)
{
    const struct check_value *micros = &matrix->history->operations[t].input;
    bool found = false;
    for (uint32_t m = 0; m < micros->count; m++) {
        const struct check_value *items = micros->items[m].items;
        found = found || (items[0].text[0] == 'w' && check_value_equal(&items[1], key));
    }
    return found;
}

/* Who wrote what a read saw, if not the reader itself; NOBODY: the start. All values are different. */
static uint32_t writer_of(const struct matrix *matrix, uint32_t reader,
                          const struct check_value *read)
{
    for (uint32_t t = 0; t < matrix->count; t++) {
        const struct check_value *micros = &matrix->history->operations[t].input;
        for (uint32_t m = 0; t != reader && m < micros->count; m++) {
            const struct check_value *items = micros->items[m].items;
            if (items[0].text[0] == 'w' && check_value_equal(&items[1], &read[1]) &&
                check_value_equal(&items[2], &read[2])) {
                return t;
            }
        }
    }
    return NOBODY;
}

/* Has the reader written the key before that micro-operation? */
static bool own_before(const struct matrix *matrix, uint32_t reader, uint32_t micro)
{
    const struct check_value *micros = &matrix->history->operations[reader].input;
    bool own = false;
    for (uint32_t m = 0; m < micro; m++) {
        const struct check_value *items = micros->items[m].items;
        own = own || (items[0].text[0] == 'w' &&
                      check_value_equal(&items[1], &micros->items[micro].items[1]));
    }
    return own;
}

static uint32_t find_from(const struct matrix *matrix, uint32_t reader, uint32_t micro)
{
    const struct check_operation *operation = &matrix->history->operations[reader];
    const struct check_value *items = operation->input.items[micro].items;
    if (operation->outcome != CHECK_OK || items[0].text[0] != 'r' ||
        own_before(matrix, reader, micro)) {
        return NO_READ;
    }
    return writer_of(matrix, reader, items);
}

static void close_ways(bool ways[MATRIX][MATRIX], uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        for (uint32_t a = 0; a < count; a++) {
            for (uint32_t b = 0; ways[a][k] && b < count; b++) {
                ways[a][b] = ways[a][b] || ways[k][b];
            }
        }
    }
}

static void matrix_open(struct matrix *matrix, const struct check_history *history)
{
    const struct check_operation *operations = history->operations;
    memset(matrix, 0, sizeof *matrix);
    matrix->history = history;
    matrix->count = history->count;
    for (uint32_t b = 0; b < matrix->count; b++) {
        for (uint32_t a = 0; a < b; a++) {
            matrix->known[a][b] = operations[a].process == operations[b].process &&
                                  operations[a].outcome == CHECK_OK &&
                                  operations[b].outcome != CHECK_FAIL;
        }
        for (uint32_t m = 0; m < operations[b].input.count; m++) {
            matrix->from[b][m] = find_from(matrix, b, m);
            if (matrix->from[b][m] < NOBODY) {
                matrix->known[matrix->from[b][m]][b] = true;
            }
        }
    }
    memcpy(matrix->way, matrix->known, sizeof matrix->way);
    close_ways(matrix->way, matrix->count);
}

/* Does the reader know of t2 when it does that read? */
static bool matrix_knows(const struct matrix *matrix, int level, uint32_t t2, uint32_t reader,
                         uint32_t micro)
{
    bool knows = level == 2 ? matrix->way[t2][reader] : level == 1 && matrix->known[t2][reader];
    for (uint32_t m = 0; level == 0 && m < micro; m++) {
        knows = knows || matrix->from[reader][m] == t2;
    }
    return knows;
}

static bool matrix_keeps(struct matrix *matrix, int level)
{
    bool keeps = true;
    memcpy(matrix->commit, matrix->known, sizeof matrix->commit);
    for (uint32_t t = 0; t < matrix->count; t++) {
        const struct check_value *micros = &matrix->history->operations[t].input;
        for (uint32_t m = 0; m < micros->count; m++) {
            uint32_t from = matrix->from[t][m];
            for (uint32_t t2 = 0; from != NO_READ && t2 < matrix->count; t2++) {
                if (t2 == from || t2 == t || !matrix_knows(matrix, level, t2, t, m) ||
                    !writes_key(matrix, t2, &micros->items[m].items[1])) {
                    continue;
                }
                if (from == NOBODY) {
                    keeps = false;
                } else {
                    matrix->commit[t2][from] = true;
                }
            }
        }
    }
    close_ways(matrix->commit, matrix->count);
    for (uint32_t t = 0; t < matrix->count; t++) {
        keeps = keeps && !matrix->commit[t][t];
    }
    return keeps;
}

/* A run, some reads of which see what was written to the key by somebody else. */
static struct check_history *make_middle(uint64_t seed)
{
    struct draw_stream draws = draw_stream_init(seed, PURPOSE, 3);
    struct append_run run = {.seed = seed,
                             .transactions = 60 + (uint32_t)seed % 60,
                             .clients = seed % 3 == 0 ? 60 : 6,
                             .keys = seed % 5 == 0 ? 1 : (seed % 2 == 0 ? 3 : 12),
                             .appends_max = seed % 3 == 0 ? 600 : 24,
                             .micros_max = 3 + (uint32_t)seed % 3,
                             .fail_ppm = 20000,
                             .info_ppm = seed % 4 == 0 ? 200000 : 20000};
    struct check_history *lists = append_run_make(&run);
    struct check_history *history = append_run_registers(lists);
    uint32_t changes = (uint32_t)(draw_next(&draws) % 3);
    for (uint32_t tries = 0; changes > 0 && tries < 1000; tries++) {
        uint32_t t = (uint32_t)(draw_next(&draws) % history->count);
        uint32_t w = (uint32_t)(draw_next(&draws) % history->count);
        const struct check_operation *reader = &history->operations[t];
        const struct check_operation *writer = &history->operations[w];
        uint32_t m = (uint32_t)(draw_next(&draws) % reader->input.count);
        uint32_t k = (uint32_t)(draw_next(&draws) % writer->input.count);
        struct check_value *read = (struct check_value *)(uintptr_t)reader->input.items[m].items;
        const struct check_value *write = writer->input.items[k].items;
        if (t != w && reader->outcome == CHECK_OK && writer->outcome == CHECK_OK &&
            read[0].text[0] == 'r' && write[0].text[0] == 'w' &&
            check_value_equal(&read[1], &write[1])) {
            read[2] = write[2];
            changes--;
        }
    }
    check_history_free(&lists);
    return history;
}

/* Reads that are wrong by themselves make all levels broken; those the matrices do not know. */
static bool wrong_read(void)
{
    static const char *const WRONG[] = {"phantom", "G1a", "G1b", "internal", "future-read"};
    bool wrong = false;
    for (uint32_t i = 0; i < verdict.finding_count; i++) {
        for (size_t k = 0; k < sizeof WRONG / sizeof WRONG[0]; k++) {
            wrong = wrong || strcmp(verdict.findings[i].anomaly, WRONG[k]) == 0;
        }
    }
    return wrong;
}

static void test_against_matrices(void **state)
{
    (void)state;
    static struct matrix matrix;
    uint32_t kept[4] = {0};
    for (uint64_t seed = 0; seed < 300; seed++) {
        struct check_history *history = make_middle(seed);
        assert_true(history->count <= MATRIX);
        judge(history, "causal", "-1", NULL);
        if (!wrong_read()) {
            uint32_t levels = 0;
            matrix_open(&matrix, history);
            for (int level = 0; level < 3; level++) {
                bool keeps = matrix_keeps(&matrix, level);
                if (keeps != (answer_for(LEVELS[level]) == CHECK_VALID)) {
                    fail_msg("seed %u: %s is %s", (unsigned)seed, LEVELS[level],
                             keeps ? "kept" : "broken");
                }
                levels += keeps;
            }
            kept[levels]++;
        }
        check_history_free(&history);
    }
    for (uint32_t levels = 0; levels < 4; levels++) {
        assert_true(kept[levels] >= 3);
    }
}

/* ---- Large runs, the start, budgets ---- */

/* Many sessions write a key once, and go on; then one writes it twice, and somebody who knows of the second write
 * reads the first. */
static void plant_late(struct check_history *history, uint32_t others)
{
    static const char *const TEXTS[] = {"w777=1", "w777=2", "r777=2 w778=1", "r778=1", "r777=1"};
    static const uint32_t SESSIONS[] = {0, 0, 1, 2, 2};
    uint32_t at = 1u << 20;
    for (uint32_t i = 0; i < 2 * others + 5; i++) {
        char text[32];
        bool late = i >= 2 * others;
        snprintf(text, sizeof text, i % 2 == 0 ? "w777=%u" : "w779=%u", 10 + i);
        struct check_operation operation = {
            .call = at + 2 * i,
            .end = at + 2 * i + 1,
            .process = at + (late ? others + SESSIONS[i - 2 * others] : i / 2),
            .function = "txn",
            .input = parse(history, late ? TEXTS[i - 2 * others] : text)};
        operation.output = operation.input;
        assert_true(check_history_add(history, &operation));
    }
}

static struct append_run large_run(uint64_t seed)
{
    return (struct append_run){.seed = seed,
                               .transactions = 2500,
                               .clients = seed % 2 == 0 ? 10 : 100,
                               .keys = 6,
                               .appends_max = seed % 4 < 2 ? 32 : 8000,
                               .micros_max = 5,
                               .fail_ppm = 20000,
                               .info_ppm = 20000};
}

static void test_large_runs(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 12; seed++) {
        struct append_run run = large_run(seed);
        struct check_history *lists = append_run_make(&run);
        struct check_history *history = append_run_registers(lists);
        judge(history, "causal", "-1", NULL);
        assert_int_equal(verdict.answer, CHECK_VALID);
        judge(history, "causal", NULL, NULL);
        assert_int_equal(verdict.answer, CHECK_INVALID); /* nobody wrote -1 */
        assert_string_equal(verdict.findings[0].anomaly, "phantom");
        plant_late(history, (uint32_t)seed * 8);
        judge(history, "causal", "-1", NULL);
        assert_int_equal(verdict.answer, CHECK_INVALID);
        assert_int_equal(verdict.finding_count, 1);
        assert_string_equal(verdict.findings[0].anomaly, "causality-violation");
        assert_string_equal(verdict.weakest, "causal");
        assert_in_range(verdict.findings[0].line_count, 3, 8);
        check_history_free(&lists);
        check_history_free(&history);
    }
}

static void test_budgets(void **state)
{
    (void)state;
    struct append_run run = large_run(1);
    struct check_history *lists = append_run_make(&run);
    struct check_history *history = append_run_registers(lists);
    judge(history, "causal", "-1", &(struct check_limits){.bytes_max = 100000});
    assert_int_equal(verdict.answer, CHECK_UNKNOWN);
    assert_string_equal(verdict.why, "memory");
    judge(history, "causal", "-1", &(struct check_limits){.steps_max = 20000});
    assert_int_equal(verdict.answer, CHECK_UNKNOWN);
    assert_string_equal(verdict.why, "steps");
    for (size_t bytes = 1 << 16; bytes < 1 << 24; bytes += bytes / 3) {
        judge(history, "causal", "-1", &(struct check_limits){.bytes_max = bytes});
        assert_int_not_equal(verdict.answer, CHECK_INVALID);
    }
    check_history_free(&lists);
    check_history_free(&history);
}

static void test_refusals(void **state)
{
    (void)state;
    struct check_history *history = check_history_new(1 << 20);
    add(history, 0, CHECK_OK, "w1=1");
    struct check_options options = {.items = {{"level", "snapshot"}}, .count = 1};
    struct error error = {.text = ""};
    const struct check_model *model = check_model_find("transactions");
    assert_int_equal(model->judge(history, &options, NULL, &verdict, &error), -1);
    assert_non_null(strstr(error.text, "no level snapshot"));
    options.items[0] = (struct check_option){"depth", "3"};
    assert_int_equal(model->judge(history, &options, NULL, &verdict, &error), -1);
    assert_non_null(strstr(error.text, "no option depth"));
    check_history_free(&history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_planted),
        cmocka_unit_test(test_against_definitions),
        cmocka_unit_test(test_values_written_twice),
        cmocka_unit_test(test_against_matrices),
        cmocka_unit_test(test_large_runs),
        cmocka_unit_test(test_budgets),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
