/* sessions.c - the checker "sessions": what a session may rely on (Terry and others, "Session guarantees for
 * weakly consistent replicated data", PDIS 1994), for registers by key.
 *
 * A guarantee is broken where a read shows something older than what the session must see:
 * - read-your-writes: older than what it wrote itself;
 * - monotonic-reads: older than what it read, or back to what it had read before something else;
 * - monotonic-writes: it read something of a writer, and this is older than what that writer wrote before;
 * - writes-follow-reads: it read something by a writer who knew better, by a longer way.
 * Each such read is told once, by the first of these that explains it. Older is what comes before in causal
 * order (access.h): of two writes that no session and no read orders, either may be seen first. So a
 * history without any such read keeps all four guarantees together. */
#include "check/access.h"

#include <assert.h>

enum guarantee {
    READ_YOUR_WRITES,
    MONOTONIC_READS,
    MONOTONIC_WRITES,
    WRITES_FOLLOW_READS,
    GUARANTEES
};
static const char *const NAMES[GUARANTEES] = {"read-your-writes", "monotonic-reads",
                                              "monotonic-writes", "writes-follow-reads"};

/* A write to a key by some session, the latest of that session that the session in hand has read. */
struct seen {
    uint32_t write;
    uint32_t next; /* of the same key, + 1 */
};

struct sessions {
    struct judging judging;
    struct accesses accesses;
    bool broken[GUARANTEES];
    /* Of the session in hand; a stamp is its number + 1. */
    uint32_t stamp;
    uint32_t *key_stamp, *key_seen; /* of each key: the first of its list in `seen`, + 1 */
    uint32_t *key_last;             /* the write that was seen last there */
    uint32_t *write_stamp;          /* of each access: its write was read */
    uint32_t *direct_stamp,
        *direct; /* of each session: so many accesses reach to one that was read */
    struct seen *seen;
    uint32_t seen_count;
};

/* Is that write one that a read of `older` must not miss? */
static bool is_newer(const struct sessions *sessions, uint32_t newer, uint32_t older)
{
    return newer != ACCESS_NONE && newer != older &&
           access_before(&sessions->accesses, older, newer);
}

static uint32_t newer_by_session(const struct sessions *sessions, const struct access *reader,
                                 uint32_t index, enum guarantee guarantee)
{
    const struct accesses *accesses = &sessions->accesses;
    for (uint32_t r = accesses->first_run[reader->key]; r < accesses->first_run[reader->key + 1];
         r++) {
        const struct access_run *run = &accesses->runs[r];
        uint32_t bound = 0;
        if (guarantee == WRITES_FOLLOW_READS) {
            bound = access_known(accesses, index, run->session);
        } else if (guarantee == READ_YOUR_WRITES) {
            bound = run->session == reader->session ? reader->place : 0;
        } else if (sessions->direct_stamp[run->session] == sessions->stamp) {
            bound = sessions->direct[run->session];
        }
        uint32_t newer = access_latest(accesses, run, bound);
        if (is_newer(sessions, newer, reader->from)) {
            return newer;
        }
    }
    return ACCESS_NONE;
}

static uint32_t newer_by_read(const struct sessions *sessions, const struct access *reader)
{
    if (sessions->key_stamp[reader->key] != sessions->stamp) {
        return ACCESS_NONE;
    }
    uint32_t at = sessions->key_seen[reader->key];
    while (at > 0) {
        if (is_newer(sessions, sessions->seen[at - 1].write, reader->from)) {
            return sessions->seen[at - 1].write;
        }
        at = sessions->seen[at - 1].next;
    }
    uint32_t last = sessions->key_last[reader->key];
    bool back = reader->from < ACCESS_START && last != reader->from &&
                sessions->write_stamp[reader->from] == sessions->stamp;
    return back ? last : ACCESS_NONE;
}

static void tell_back(struct sessions *sessions, const struct access *reader, uint32_t last)
{
    const struct accesses *accesses = &sessions->accesses;
    struct check_line line = {.word = "access_back",
                              .a = reader->operation,
                              .b = accesses->items[last].operation,
                              .value = *reader->read};
    judging_broken(&sessions->judging, NAMES[MONOTONIC_READS], &line);
}

static void judge_read(struct sessions *sessions, uint32_t index)
{
    const struct access *reader = &sessions->accesses.items[index];
    uint32_t newer = ACCESS_NONE;
    uint32_t guarantee = 0;
    for (; guarantee < GUARANTEES; guarantee++) {
        newer = guarantee == MONOTONIC_READS
                    ? newer_by_read(sessions, reader)
                    : newer_by_session(sessions, reader, index, (enum guarantee)guarantee);
        if (newer != ACCESS_NONE) {
            break;
        }
    }
    if (guarantee == GUARANTEES) {
        return;
    }
    sessions->broken[guarantee] = true;
    if (is_newer(sessions, newer, reader->from)) {
        access_tell_stale(&sessions->accesses, NAMES[guarantee], reader->from, newer, index);
    } else {
        tell_back(sessions, reader, newer);
    }
}

/* From now on the session knows what it read. */
static void remember(struct sessions *sessions, const struct access *reader)
{
    const struct access *write = &sessions->accesses.items[reader->from];
    if (sessions->key_stamp[reader->key] != sessions->stamp) {
        sessions->key_stamp[reader->key] = sessions->stamp;
        sessions->key_seen[reader->key] = 0;
    }
    sessions->key_last[reader->key] = reader->from;
    sessions->write_stamp[reader->from] = sessions->stamp;
    if (sessions->direct_stamp[write->session] != sessions->stamp ||
        sessions->direct[write->session] < write->place) {
        sessions->direct_stamp[write->session] = sessions->stamp;
        sessions->direct[write->session] = write->place; /* before that one */
    }
    for (uint32_t at = sessions->key_seen[reader->key]; at > 0; at = sessions->seen[at - 1].next) {
        struct access *other = &sessions->accesses.items[sessions->seen[at - 1].write];
        if (other->session == write->session) {
            if (other->place < write->place) {
                sessions->seen[at - 1].write = reader->from;
            }
            return;
        }
    }
    sessions->seen[sessions->seen_count++] =
        (struct seen){.write = reader->from, .next = sessions->key_seen[reader->key]};
    sessions->key_seen[reader->key] = sessions->seen_count;
}

/* Accesses stand in order of call, so those of a session do; `by_session` has them session by session. */
static void judge_session(struct sessions *sessions, const uint32_t *own, uint32_t count)
{
    sessions->stamp++;
    sessions->seen_count = 0;
    for (uint32_t i = 0; i < count && sessions->judging.budget.why == NULL; i++) {
        const struct access *access = &sessions->accesses.items[own[i]];
        if (access->from == ACCESS_NONE) {
            continue;
        }
        judge_read(sessions, own[i]);
        if (access->from != ACCESS_START) {
            remember(sessions, access);
        }
        check_budget_spend(&sessions->judging.budget,
                           1 + sessions->accesses.first_run[access->key + 1] -
                               sessions->accesses.first_run[access->key]);
    }
}

static bool take_room(struct sessions *sessions)
{
    struct check_budget *budget = &sessions->judging.budget;
    const struct accesses *accesses = &sessions->accesses;
    sessions->key_stamp = check_budget_take(budget, accesses->key_count, sizeof(uint32_t));
    sessions->key_seen = check_budget_take(budget, accesses->key_count, sizeof(uint32_t));
    sessions->key_last = check_budget_take(budget, accesses->key_count, sizeof(uint32_t));
    sessions->write_stamp = check_budget_take(budget, accesses->count, sizeof(uint32_t));
    sessions->direct_stamp = check_budget_take(budget, accesses->session_count, sizeof(uint32_t));
    sessions->direct = check_budget_take(budget, accesses->session_count, sizeof(uint32_t));
    sessions->seen = check_budget_take(budget, accesses->count, sizeof *sessions->seen);
    return sessions->key_stamp != NULL && sessions->key_seen != NULL &&
           sessions->key_last != NULL && sessions->write_stamp != NULL &&
           sessions->direct_stamp != NULL && sessions->direct != NULL && sessions->seen != NULL;
}

static void judge_sessions(struct sessions *sessions)
{
    struct accesses *accesses = &sessions->accesses;
    struct check_budget *budget = &sessions->judging.budget;
    bool cyclic;
    if (!access_order(accesses, NULL, 0, &cyclic)) {
        return;
    }
    if (cyclic) {
        access_tell_cycle(accesses, "CyclicCO", GRAPH_WR);
        sessions->broken[WRITES_FOLLOW_READS] = true;
        return;
    }
    uint32_t *own = check_budget_take(budget, accesses->count, sizeof *own);
    uint32_t *first = check_budget_take(budget, (size_t)accesses->session_count + 1, sizeof *first);
    if (own == NULL || first == NULL || !take_room(sessions)) {
        return;
    }
    for (uint32_t i = 0; i < accesses->count; i++) {
        first[accesses->items[i].session + 1]++;
    }
    for (uint32_t s = 0; s < accesses->session_count; s++) {
        first[s + 1] += first[s];
    }
    for (uint32_t i = 0; i < accesses->count; i++) {
        own[first[accesses->items[i].session] + accesses->items[i].place] = i;
    }
    for (uint32_t s = 0; s < accesses->session_count; s++) {
        judge_session(sessions, &own[first[s]], first[s + 1] - first[s]);
    }
}

static int judge_history(const struct check_history *history, const struct check_options *options,
                         const struct check_limits *limits, struct check_verdict *verdict,
                         struct error *error)
{
    static const char *const KNOWN_OPTIONS[] = {"init", "nil", "siblings", NULL};
    struct sessions sessions = {.stamp = 0};
    if (option_refuse_others(options, "sessions", KNOWN_OPTIONS, error) != 0) {
        return -1;
    }
    judging_open(&sessions.judging, history, limits, verdict, error);
    int status = access_load(&sessions.accesses, &sessions.judging, options, "phantom");
    bool phantom = verdict->answer == CHECK_INVALID;
    if (status == 0) {
        judge_sessions(&sessions);
        access_tell_ambiguous(&sessions.accesses);
    }
    bool unsure = sessions.judging.budget.why != NULL || sessions.accesses.ambiguous > 0;
    for (uint32_t g = 0; g < GUARANTEES; g++) {
        verdict->answers[g].model = NAMES[g];
        verdict->answers[g].answer = sessions.broken[g] || phantom ? CHECK_INVALID
                                     : unsure                      ? CHECK_UNKNOWN
                                                                   : CHECK_VALID;
    }
    verdict->answer_count = GUARANTEES;
    return judging_close(&sessions.judging, "sessions", status);
}

const struct check_model check_sessions = {
    .name = "sessions",
    .about = "registers by key: read your writes, monotonic reads and writes, writes follow reads",
    .options = "init=VALUE nil=missing|any siblings=single|list",
    .judge = judge_history,
};
