/* fuzz_check_judge.c - whatever a history holds: no checker of registers, locks, queues or processes ends
 * the program, an invalid answer says why, and answers about the same thing do not contradict. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check/model.h"
#include "check/read.h"

enum { BYTES_MAX = 8 * 1024 * 1024, STEPS_MAX = 20000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* -1: refused; else the answer. */
static int judge(const struct check_history *history, const char *model,
                 const struct check_options *options)
{
    static struct check_verdict verdict;
    static const struct check_limits LIMITS = {.steps_max = STEPS_MAX, .bytes_max = BYTES_MAX};
    struct error error = {.text = ""};
    verdict = (struct check_verdict){.answer = CHECK_VALID};
    if (check_model_find(model)->judge(history, options, &LIMITS, &verdict, &error) != 0) {
        demand(error.text[0] != '\0');
        return -1;
    }
    demand((verdict.answer == CHECK_UNKNOWN) == (verdict.why != NULL));
    demand(verdict.answer != CHECK_INVALID ||
           (verdict.finding_count > 0 && verdict.findings[0].line_count > 0));
    return (int)verdict.answer;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct check_options NONE = {.count = 0},
                                      TOGETHER = {.items = {{"partition", "no"}}, .count = 1};
    struct check_history *history = NULL;
    struct error error;
    if (check_read((const char *)data, size, CHECK_FORMAT_DETECT, BYTES_MAX, &history, &error) !=
        0) {
        return 0;
    }
    int by_key = judge(history, "kv", &NONE), together = judge(history, "kv", &TOGETHER),
        order = judge(history, "sequential", &NONE), one = judge(history, "register", &NONE);
    demand((by_key < 0) == (together < 0));
    demand(by_key != CHECK_VALID || together != CHECK_INVALID);
    demand(by_key != CHECK_INVALID || together != CHECK_VALID);
    demand(one != CHECK_VALID || by_key != CHECK_INVALID);
    demand(one != CHECK_VALID || order != CHECK_INVALID);
    (void)judge(history, "mutex", &NONE);
    (void)judge(history, "queue", &NONE);
    (void)judge(history, "multi-register", &NONE);
    check_history_free(&history);
    return 0;
}
