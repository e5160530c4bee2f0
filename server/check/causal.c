/* causal.c - the checker "causal": causal consistency of registers, by the bad patterns of Bouajjani, Enea,
 * Guerraoui and Hamza (POPL 2017, section 5); a history keeps the level if it has none of them.
 *
 * cc (causal consistency): ThinAirRead, CyclicCO (sessions and reads go round), WriteCOInitRead and
 * WriteCORead (something older is read than what the reader knew). cm (causal memory) has moreover CyclicHB
 * and WriteHBInitRead: no order of all that a session knows explains all its reads; sessions may have
 * different ones. ccv (causal convergence) has CyclicCF: no one order of writes explains the reads of all
 * sessions. cm and ccv both include cc, neither includes the other.
 *
 * What a read forces: of each session the last write to its key that it knew came before the write that
 * it read. Earlier ones follow. */
#include "check/access.h"

#include <assert.h>

enum level { CAUSAL_CM, CAUSAL_CC, CAUSAL_CCV };

struct causal {
    struct judging judging;
    struct accesses accesses;
    struct access_forced *forced;
    uint32_t forced_count, forced_room;
    uint32_t start_reader, start_missed; /* who read the start, and the write that came before it */
};

static bool force(struct causal *causal, uint32_t before, uint32_t after)
{
    if (causal->forced_count == causal->forced_room) {
        uint32_t room = causal->forced_room * 2 + 1024;
        struct access_forced *grown =
            check_budget_take(&causal->judging.budget, room, sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        for (uint32_t i = 0; i < causal->forced_count; i++) {
            grown[i] = causal->forced[i];
        }
        causal->forced = grown;
        causal->forced_room = room;
    }
    causal->forced[causal->forced_count++] = (struct access_forced){before, after};
    return true;
}

/* ---- cc ---- */

/* Tells reads of something older than what the reader knew. */
static void judge_stale(struct causal *causal, uint32_t reader)
{
    struct accesses *accesses = &causal->accesses;
    const struct access *own = &accesses->items[reader];
    uint32_t first = accesses->first_run[own->key], end = accesses->first_run[own->key + 1];
    check_budget_spend(&causal->judging.budget, end - first);
    for (uint32_t r = first; own->from != ACCESS_NONE && r < end; r++) {
        const struct access_run *run = &accesses->runs[r];
        uint32_t newer = access_latest(accesses, run, access_known(accesses, reader, run->session));
        if (newer != ACCESS_NONE && newer != own->from &&
            access_before(accesses, own->from, newer)) {
            access_tell_stale(accesses,
                              own->from == ACCESS_START ? "WriteCOInitRead" : "WriteCORead",
                              own->from, newer, reader);
            return;
        }
    }
}

/* False: budget, or cc is broken. */
static bool keeps_cc(struct causal *causal)
{
    bool cyclic;
    if (!access_order(&causal->accesses, NULL, 0, &cyclic)) {
        return false;
    }
    if (cyclic) {
        access_tell_cycle(&causal->accesses, "CyclicCO", GRAPH_WR);
        return false;
    }
    for (uint32_t i = 0; i < causal->accesses.count && causal->judging.budget.why == NULL; i++) {
        judge_stale(causal, i);
    }
    return causal->judging.verdict->answer != CHECK_INVALID && causal->judging.budget.why == NULL;
}

/* ---- cm and ccv ---- */

enum forcing { FORCED_ALL, FORCED_START_READ, FORCED_NO_MEMORY };

/* What a read forces and does not follow from the clocks already. */
static enum forcing force_read(struct causal *causal, uint32_t reader)
{
    struct accesses *accesses = &causal->accesses;
    const struct access *own = &accesses->items[reader];
    uint32_t first = accesses->first_run[own->key], end = accesses->first_run[own->key + 1];
    for (uint32_t r = first; own->from != ACCESS_NONE && r < end; r++) {
        const struct access_run *run = &accesses->runs[r];
        uint32_t before =
            access_latest(accesses, run, access_known(accesses, reader, run->session));
        if (before == ACCESS_NONE || before == own->from) {
            continue;
        }
        if (own->from == ACCESS_START) {
            causal->start_reader = reader;
            causal->start_missed = before;
            return FORCED_START_READ;
        }
        if (!access_before(accesses, before, own->from) && !force(causal, before, own->from)) {
            return FORCED_NO_MEMORY;
        }
    }
    return check_budget_spend(&causal->judging.budget, end - first) ? FORCED_ALL : FORCED_NO_MEMORY;
}

static void judge_ccv(struct causal *causal)
{
    bool cyclic;
    for (uint32_t i = 0; i < causal->accesses.count; i++) {
        enum forcing forcing = force_read(causal, i);
        assert(forcing != FORCED_START_READ); /* cc is kept */
        if (forcing != FORCED_ALL) {
            return;
        }
    }
    if (access_order(&causal->accesses, causal->forced, causal->forced_count, &cyclic) && cyclic) {
        access_tell_cycle(&causal->accesses, "CyclicCF", GRAPH_WW);
    }
}

/* The last accesses of the sessions, each one's list going backwards by `previous`. */
static uint32_t *last_accesses(struct causal *causal)
{
    struct accesses *accesses = &causal->accesses;
    uint32_t *last =
        check_budget_take(&causal->judging.budget, accesses->session_count, sizeof *last);
    for (uint32_t i = 0; last != NULL && i < accesses->count; i++) {
        last[accesses->items[i].session] = i;
    }
    return last;
}

enum saturation { SATURATED, GOES_ROUND, START_IS_READ, GAVE_UP };

/* What the reads of these sessions force, forces more; until nothing new comes, or it goes round. Clocks and
 * graph stay as they are then. */
static enum saturation saturate(struct causal *causal, const uint32_t *last, uint32_t count)
{
    struct accesses *accesses = &causal->accesses;
    bool cyclic = false;
    causal->forced_count = causal->forced_room = 0;
    for (;;) {
        uint32_t before = causal->forced_count;
        for (uint32_t s = 0; s < count; s++) {
            for (uint32_t i = last[s]; i != ACCESS_NONE; i = accesses->items[i].previous) {
                enum forcing forcing = force_read(causal, i);
                if (forcing != FORCED_ALL) {
                    return forcing == FORCED_START_READ ? START_IS_READ : GAVE_UP;
                }
            }
        }
        if (causal->forced_count == before) {
            return SATURATED;
        }
        if (!access_order(accesses, causal->forced, causal->forced_count, &cyclic)) {
            return GAVE_UP;
        }
        if (cyclic) {
            return GOES_ROUND;
        }
    }
}

/* False: this session's reads cannot be explained, which is told; or budget. */
static bool explains_session(struct causal *causal, const uint32_t *last)
{
    struct accesses *accesses = &causal->accesses;
    struct accesses plain = *accesses; /* what is made below stands above the mark */
    struct check_block *mark = check_budget_mark(&causal->judging.budget);
    enum saturation found = saturate(causal, last, 1);
    if (found == GOES_ROUND) {
        access_tell_cycle(accesses, "CyclicHB", GRAPH_WW);
    } else if (found == START_IS_READ) {
        access_tell_stale(accesses, "WriteHBInitRead", ACCESS_START, causal->start_missed,
                          causal->start_reader);
    }
    check_budget_release(&causal->judging.budget, mark);
    *accesses = plain;
    return found == SATURATED;
}

/* Mostly one order explains all sessions at once, and so each; only otherwise one after the other is
 * looked at, until one cannot be explained: others would tell the same in other words. */
static void judge_cm(struct causal *causal)
{
    struct accesses *accesses = &causal->accesses;
    struct check_budget *budget = &causal->judging.budget;
    uint32_t *last = last_accesses(causal);
    accesses->spare = check_budget_take(budget, (size_t)accesses->count * accesses->session_count,
                                        sizeof(uint32_t));
    if (last == NULL || accesses->spare == NULL) {
        return;
    }
    struct accesses plain = *accesses;
    struct check_block *mark = check_budget_mark(budget);
    enum saturation together = saturate(causal, last, accesses->session_count);
    check_budget_release(budget, mark);
    *accesses = plain;
    if (together == SATURATED || together == GAVE_UP) {
        return;
    }
    uint32_t session = 0;
    while (session < accesses->session_count && explains_session(causal, &last[session])) {
        session++;
    }
}

/* ---- The checker ---- */

static void judge_level(struct causal *causal, enum level level)
{
    static const char *const CC = "cc";
    struct check_verdict *verdict = causal->judging.verdict;
    bool kept = keeps_cc(causal);
    verdict->weakest = verdict->answer == CHECK_INVALID ? CC : NULL;
    if (level == CAUSAL_CC) {
        return;
    }
    bool unsure = causal->judging.budget.why != NULL || causal->accesses.ambiguous > 0;
    verdict->answers[0].model = CC;
    verdict->answers[0].answer =
        unsure && verdict->answer == CHECK_VALID ? CHECK_UNKNOWN : verdict->answer;
    verdict->answer_count = 1;
    if (kept && level == CAUSAL_CM) {
        judge_cm(causal);
    } else if (kept) {
        judge_ccv(causal);
    }
}

static int judge_history(const struct check_history *history, const struct check_options *options,
                         const struct check_limits *limits, struct check_verdict *verdict,
                         struct error *error)
{
    static const char *const KNOWN_OPTIONS[] = {"init", "nil", "siblings", "level", NULL};
    static const char *const LEVELS[] = {"cm", "cc", "ccv", NULL};
    struct causal causal = {.forced_count = 0};
    uint32_t level;
    if (option_refuse_others(options, "causal", KNOWN_OPTIONS, error) != 0 ||
        option_choice(options, "level", LEVELS, &level, error) != 0) {
        return -1;
    }
    judging_open(&causal.judging, history, limits, verdict, error);
    int status = access_load(&causal.accesses, &causal.judging, options, "ThinAirRead");
    if (status == 0) {
        judge_level(&causal, (enum level)level);
        access_tell_ambiguous(&causal.accesses);
    }
    return judging_close(&causal.judging, LEVELS[level], status);
}

const struct check_model check_causal = {
    .name = "causal",
    .about = "registers by key: causal consistency (cc), causal memory (cm), convergence (ccv)",
    .options = "level=cm|cc|ccv init=VALUE nil=missing|any siblings=single|list",
    .judge = judge_history,
};
