/* counter.c - the checker "counter": each read lies between what had surely been added and what may have
 * been.
 *
 * Surely: the acknowledged additions that ended before the read began. Maybe: all that had not failed and
 * began before the read ended, crashed ones too. Negative additions count the other way round. These are
 * bounds, as in Jepsen's checker of that name: a sum inside them that no set of additions makes is not
 * found (that would be the subset sum problem). */
#include "check/judging.h"

#include <assert.h>
#include <stdlib.h>

static const int64_t SUM_MAX = INT64_MAX / 4;

/* Additions up to a moment. */
struct sum {
    uint32_t at;
    int64_t positive, negative;
};
struct counter {
    struct judging judging;
    struct sum *called, *ended; /* rising, each with all that stand before it */
    uint32_t called_count, ended_count;
    int64_t initial;
};

static int by_moment(const void *a, const void *b)
{
    uint32_t left = ((const struct sum *)a)->at, right = ((const struct sum *)b)->at;
    return (left > right) - (left < right);
}

static void add_up(struct sum *sums, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        assert(sums[i - 1].at <= sums[i].at);
        sums[i].positive += sums[i - 1].positive;
        sums[i].negative += sums[i - 1].negative;
    }
}

/* All with a moment below `bound`. */
static struct sum sum_below(const struct sum *sums, uint32_t count, uint64_t bound)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (sums[middle].at < bound) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == 0 ? (struct sum){0} : sums[low - 1];
}

static void judge_read(struct counter *counter, uint32_t read)
{
    const struct check_operation *operation = &counter->judging.history->operations[read];
    struct sum sure = sum_below(counter->ended, counter->ended_count, operation->call);
    struct sum maybe =
        sum_below(counter->called, counter->called_count, (uint64_t)operation->end + 1);
    int64_t least = counter->initial + sure.positive + maybe.negative;
    int64_t most = counter->initial + maybe.positive + sure.negative;
    assert(least <= most);
    struct check_line line = {.a = read, .b = CHECK_NO_OPERATION, .value = operation->output};
    if (operation->output.kind != CHECK_INTEGER) {
        line.word = "count_phantom";
        judging_broken(&counter->judging, "phantom", &line);
    } else if (operation->output.integer < least) {
        line.word = "count_low";
        line.number = least;
        judging_broken(&counter->judging, "count-low", &line);
    } else if (operation->output.integer > most) {
        line.word = "count_high";
        line.number = most;
        judging_broken(&counter->judging, "count-high", &line);
    }
}

/* The sums of one key; -1: no such operation. */
static int take_additions(struct counter *counter, const uint32_t *operations, uint32_t count)
{
    int64_t size = 0;
    counter->called_count = counter->ended_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct check_operation *one = &counter->judging.history->operations[operations[i]];
        if (judging_is(one, "read")) {
            if (one->outcome == CHECK_OK && one->output.kind == CHECK_NIL) {
                return judging_refuse(&counter->judging, operations[i], "a read has a value");
            }
            continue;
        }
        if (!judging_is(one, "add") || one->input.kind != CHECK_INTEGER) {
            return judging_refuse(&counter->judging, operations[i],
                                  "there are add with an integer and read");
        }
        int64_t value = one->input.integer;
        if (value > SUM_MAX - size || value < size - SUM_MAX) {
            return judging_refuse(&counter->judging, operations[i], "the sum leaves 61 bits");
        }
        size += value < 0 ? -value : value;
        struct sum sum = {
            .at = one->call, .positive = value > 0 ? value : 0, .negative = value < 0 ? value : 0};
        counter->called[counter->called_count++] = sum;
        if (one->outcome == CHECK_OK) {
            sum.at = one->end;
            counter->ended[counter->ended_count++] = sum;
        }
    }
    qsort(counter->ended, counter->ended_count, sizeof *counter->ended, by_moment);
    add_up(counter->called, counter->called_count);
    add_up(counter->ended, counter->ended_count);
    return 0;
}

static int judge_keys(struct counter *counter)
{
    struct keyed keyed;
    struct check_budget *budget = &counter->judging.budget;
    uint32_t room = counter->judging.history->count;
    counter->called = check_budget_take(budget, room, sizeof *counter->called);
    counter->ended = check_budget_take(budget, room, sizeof *counter->ended);
    if (counter->called == NULL || counter->ended == NULL ||
        !keyed_open(&keyed, &counter->judging)) {
        return 0;
    }
    for (uint32_t k = 0; k < keyed.key_count; k++) {
        const uint32_t *operations = &keyed.operations[keyed.first[k]];
        uint32_t count = keyed.first[k + 1] - keyed.first[k];
        if (take_additions(counter, operations, count) != 0) {
            return -1;
        }
        for (uint32_t i = 0; i < count; i++) {
            const struct check_operation *one =
                &counter->judging.history->operations[operations[i]];
            if (one->outcome == CHECK_OK && judging_is(one, "read")) {
                judge_read(counter, operations[i]);
            }
        }
        if (!check_budget_spend(budget, count)) {
            return 0;
        }
    }
    return 0;
}

static int judge_history(const struct check_history *history, const struct check_options *options,
                         const struct check_limits *limits, struct check_verdict *verdict,
                         struct error *error)
{
    static const char *const KNOWN[] = {"init", NULL};
    struct counter counter = {.initial = 0};
    bool given;
    if (option_refuse_others(options, "counter", KNOWN, error) != 0 ||
        option_integer(options, "init", &counter.initial, &given, error) != 0) {
        return -1;
    }
    if (counter.initial > SUM_MAX || counter.initial < -SUM_MAX) {
        return error_set(error, "option init: the value leaves 61 bits");
    }
    judging_open(&counter.judging, history, limits, verdict, error);
    return judging_close(&counter.judging, "counter", judge_keys(&counter));
}

const struct check_model check_counter = {
    .name = "counter",
    .about = "a counter: reads between what was surely and what was maybe added",
    .options = "init=INTEGER",
    .judge = judge_history,
};
