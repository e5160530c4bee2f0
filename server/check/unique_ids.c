/* unique_ids.c - the checker "unique-ids": no two answers give the same identifier. */
#include "check/judging.h"

#include <assert.h>

static int judge_answers(struct judging *judging)
{
    const struct check_history *history = judging->history;
    struct naming naming;
    uint32_t *givers = check_budget_take(&judging->budget, history->count, sizeof *givers);
    bool *told = check_budget_take(&judging->budget, history->count, sizeof *told);
    if (givers == NULL || told == NULL || !naming_open(&naming, &judging->budget, history->count)) {
        return 0;
    }
    for (uint32_t i = 0; i < history->count; i++) {
        const struct check_operation *operation = &history->operations[i];
        if (!judging_is(operation, "generate")) {
            return judging_refuse(judging, i, "there is generate");
        }
        if (operation->outcome != CHECK_OK) {
            continue;
        }
        if (operation->output.kind == CHECK_NIL) {
            return judging_refuse(judging, i, "an answer has an identifier");
        }
        uint32_t before = naming.count;
        uint32_t id = naming_add(&naming, &operation->output);
        if (id == before) {
            givers[id] = i;
        } else if (!told[id]) { /* a value that came three times is one finding */
            told[id] = true;
            struct check_line line = {
                .word = "id_twice", .a = givers[id], .b = i, .value = operation->output};
            judging_broken(judging, "duplicate-id", &line);
        }
    }
    check_budget_spend(&judging->budget, history->count);
    return 0;
}

static int judge_history(const struct check_history *history, const struct check_options *options,
                         const struct check_limits *limits, struct check_verdict *verdict,
                         struct error *error)
{
    static const char *const KNOWN[] = {NULL};
    struct judging judging;
    if (option_refuse_others(options, "unique-ids", KNOWN, error) != 0) {
        return -1;
    }
    judging_open(&judging, history, limits, verdict, error);
    return judging_close(&judging, "unique-ids", judge_answers(&judging));
}

const struct check_model check_unique_ids = {
    .name = "unique-ids",
    .about = "generated identifiers: none is given twice",
    .options = "",
    .judge = judge_history,
};
