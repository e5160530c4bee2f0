/* verdict.h - what a checker found: an answer of three, why, and the fewest operations that prove it.
 *
 * A finding is told in lines. A line is a word (key of the table "check" in web/words/check.json, where
 * it stands in the words of the field and in those of the city) with one or two operations, a key and
 * a value; so the same finding is shown by the command line, by the page and in a report. */
#ifndef CHECK_VERDICT_H
#define CHECK_VERDICT_H

#include "check/history.h"

/* In order: the answer about several parts is the worst of theirs. */
enum check_answer { CHECK_VALID, CHECK_UNKNOWN, CHECK_INVALID };

enum {
    CHECK_LINES_MAX = 64,    /* of one finding; a longer proof is cut, and says so */
    CHECK_FINDINGS_MAX = 32, /* kinds of anomaly of one verdict */
    CHECK_ANSWERS_MAX = 24,  /* models of one verdict */
};

struct check_line {
    const char *word;              /* static */
    uint32_t a, b;                 /* operations of the history, or CHECK_NO_OPERATION */
    struct check_value key, value; /* owned by the history; nil: none */
    int64_t number;                /* a count, an index ...; used where the word has {number} */
};

/* One kind of anomaly, by its name in the field: "G1c", "lost", "nonmonotonic_read" ... */
struct check_finding {
    const char *anomaly;                      /* static; key of the table "anomalies" */
    uint64_t count;                           /* how many were seen */
    struct check_line lines[CHECK_LINES_MAX]; /* of one of them, the smallest */
    uint32_t line_count;
};

struct check_verdict {
    enum check_answer answer;
    const char *why; /* UNKNOWN: a word ("time", "memory", "steps", "crashed_dequeue" ...); else
                           NULL */
    struct check_line why_line; /* what `why` speaks about */
    /* INVALID: at least one. With UNKNOWN, what was seen but proves nothing. */
    struct check_finding findings[CHECK_FINDINGS_MAX];
    uint32_t finding_count;
    /* Answer for each model that was asked about, the named one first; of those that are broken the
     * weakest stands in `weakest`. */
    struct {
        const char *model;
        enum check_answer answer;
    } answers[CHECK_ANSWERS_MAX];
    uint32_t answer_count;
    const char *weakest; /* or NULL */
    uint64_t steps;      /* of search that the answer took */
    size_t bytes_peak;   /* of memory beside the history */
};

/* The worse of the two; *why follows it. */
void check_verdict_worsen(struct check_verdict *verdict, enum check_answer answer, const char *why);
/* A new finding of that name, or the one that is there (its count goes up); NULL when there are too
 * many kinds. */
struct check_finding *check_verdict_find(struct check_verdict *verdict, const char *anomaly);
/* One more line; the last one that has room says "cut" and how many are missing, itself included.
 * `finding` may be NULL: nothing is told. */
void check_finding_line(struct check_finding *finding, const struct check_line *line);

#endif
