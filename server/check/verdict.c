/* verdict.c - filling a verdict: the worst answer stands, one finding for each kind of anomaly. */
#include "check/verdict.h"

#include <assert.h>
#include <string.h>

void check_verdict_worsen(struct check_verdict *verdict, enum check_answer answer, const char *why)
{
    assert(verdict != NULL);
    assert(answer != CHECK_UNKNOWN || why != NULL);
    if (answer > verdict->answer) {
        verdict->answer = answer;
        verdict->why = answer == CHECK_UNKNOWN ? why : NULL;
    }
}

struct check_finding *check_verdict_find(struct check_verdict *verdict, const char *anomaly)
{
    assert(verdict != NULL && anomaly != NULL);
    for (uint32_t i = 0; i < verdict->finding_count; i++) {
        if (strcmp(verdict->findings[i].anomaly, anomaly) == 0) {
            verdict->findings[i].count++;
            return &verdict->findings[i];
        }
    }
    if (verdict->finding_count == CHECK_FINDINGS_MAX) {
        return NULL;
    }
    struct check_finding *finding = &verdict->findings[verdict->finding_count++];
    *finding = (struct check_finding){.anomaly = anomaly, .count = 1};
    return finding;
}

void check_finding_line(struct check_finding *finding, const struct check_line *line)
{
    assert(line != NULL && line->word != NULL);
    if (finding == NULL) {
        return;
    }
    if (finding->line_count < CHECK_LINES_MAX) {
        finding->lines[finding->line_count++] = *line;
        return;
    }
    /* The last line says how many there would have been. */
    struct check_line *last = &finding->lines[CHECK_LINES_MAX - 1];
    if (strcmp(last->word, "cut") != 0) {
        *last = (struct check_line){
            .word = "cut", .a = CHECK_NO_OPERATION, .b = CHECK_NO_OPERATION, .number = 1};
    }
    last->number++;
}
