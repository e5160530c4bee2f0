/* members.c: who belongs, and how that changes (dissertation 4.3: joint consensus; 4.2.1: catching up).
 *
 * A configuration counts from when it is appended, committed or not; struck out, the one before it
 * counts again. One change at a time, and only behind a committed entry of the leader's own term.
 * New servers first learn without a vote, in rounds that get shorter; one that does not answer ends
 * the change instead of the service. Then C_old,new, then C_new; a leader that is not in C_new leads
 * until that is committed, without counting itself. */
#include "systems/raft/internal.h"

#include <assert.h>

enum { CATCH_ROUNDS_MAX = 10, SILENT_ELECTIONS_MAX = 4 };
enum { DOWN_REMOVED = 2 };
enum { CATCH_ROUND = 0, CATCH_PROMOTED = 1, CATCH_GIVEN_UP = 2 };

static void note_members(const struct raft_turn *turn)
{
    const struct raft_members *members = &turn->self->members;
    raft_note_it(turn, RAFT_NOTE_MEMBERS, NODE_NONE, (int64_t)members->voters,
                 (int64_t)members->next, (int64_t)members->learners,
                 (int64_t)turn->self->members_index);
}

static void take_effect(const struct raft_turn *turn, uint64_t index)
{
    struct raft *raft = turn->self;
    struct raft_entry entry;
    raft_entry_copy(raft, index, &entry);
    assert(entry.length == sizeof(struct raft_members)); /* raft_malformed() has looked */
    raft->members_before = raft->members;
    raft->members_before_index = raft->members_index;
    memcpy(&raft->members, entry.bytes, sizeof raft->members);
    raft->members_index = index;
    note_members(turn);
}

void raft_members_appended(const struct raft_turn *turn, uint64_t index)
{
    if (!raft_bug(turn, RAFT_BUG_CONFIG_ON_COMMIT) || turn->self->role == RAFT_READING) {
        take_effect(turn, index);
    }
}

void raft_members_cut(const struct raft_turn *turn, uint64_t from)
{
    struct raft *raft = turn->self;
    if (raft->members_index < from) {
        return;
    }
    raft->members = raft->members_before;
    raft->members_index = raft->members_before_index;
    note_members(turn);
}

static void propose(const struct raft_turn *turn, const struct raft_members *members)
{
    if (raft_log_make_room(turn->self, sizeof *members)) {
        (void)raft_append_own(turn, RAFT_MEMBERS, members, sizeof *members);
    }
}

/* ---- Asking for a change ---- */

/* Two ways to do without the joint phase that look right: a configuration that counts once a majority
 * of the old one has it, and one server at a time (dissertation 4.1) without an entry of one's own
 * term before it. */
static bool changes_in_one_step(const struct raft_turn *turn, uint64_t voters)
{
    uint64_t differ = voters ^ turn->self->members.voters;
    return raft_bug(turn, RAFT_BUG_CONFIG_ON_COMMIT) ||
           (raft_bug(turn, RAFT_BUG_CONFIG_NO_NOOP) && __builtin_popcountll(differ) == 1);
}

enum raft_refusal raft_change_members(const struct raft_turn *turn, uint64_t voters)
{
    struct raft *raft = turn->self;
    uint64_t nodes = (raft_bit(RAFT_NODES_MAX - 1) << 1) - 1;
    bool settled = raft->commit >= raft->term_start && raft->commit >= raft->members_index;
    if (raft->role != RAFT_LEADER) {
        return RAFT_NOT_LEADER;
    }
    if (voters == 0 || (voters & ~nodes) != 0) {
        return RAFT_BAD_MEMBERS;
    }
    if (raft->members.next != 0 || raft->wanted_voters != 0 || raft->transferring ||
        (!settled && !raft_bug(turn, RAFT_BUG_CONFIG_NO_NOOP))) {
        return RAFT_CHANGE_UNDER_WAY;
    }
    if (!raft_log_make_room(raft, sizeof raft->members)) {
        return RAFT_LOG_FULL;
    }
    struct raft_members wanted = raft->members;
    uint64_t fresh = voters & ~raft->members.voters;
    if (changes_in_one_step(turn, voters)) {
        wanted = (struct raft_members){.voters = voters};
    } else if (fresh == 0 || raft_bug(turn, RAFT_BUG_VOTER_AT_ONCE)) {
        wanted.next = voters;
        wanted.learners = 0;
    } else {
        wanted.learners |= fresh;
        raft->wanted_voters = voters;
        raft->catch_round = 0;
        raft->catch_target = raft->last + 1;
        raft->catch_since_ns = turn->now_ns;
    }
    for (uint32_t node = 0; node < RAFT_NODES_MAX; node++) {
        if ((fresh >> node & 1) != 0) {
            raft->progress[node] = (struct raft_progress){
                .next = raft->last + 1, .probing = 1, .heard_ns = turn->now_ns, .lease_ns = -1};
        }
    }
    propose(turn, &wanted);
    return RAFT_ACCEPTED;
}

/* ---- Learners ---- */

static void give_up(const struct raft_turn *turn)
{
    struct raft *raft = turn->self;
    struct raft_members members = raft->members;
    raft_note_it(turn, RAFT_NOTE_CATCHING_UP, NODE_NONE, raft->catch_round, CATCH_GIVEN_UP, 0, 0);
    raft->wanted_voters = 0;
    members.learners = 0;
    propose(turn, &members);
}

static void promote(const struct raft_turn *turn)
{
    struct raft *raft = turn->self;
    struct raft_members members = raft->members;
    raft_note_it(turn, RAFT_NOTE_CATCHING_UP, NODE_NONE, raft->catch_round, CATCH_PROMOTED, 0, 0);
    members.next = raft->wanted_voters;
    members.learners = 0;
    raft->wanted_voters = 0;
    propose(turn, &members);
}

/* Have all of them what there was when the round began? */
static bool round_is_over(const struct raft *raft)
{
    for (uint32_t node = 0; node < RAFT_NODES_MAX; node++) {
        if ((raft->members.learners >> node & 1) != 0 &&
            raft->progress[node].match < raft->catch_target) {
            return false;
        }
    }
    return true;
}

void raft_members_tick(const struct raft_turn *turn)
{
    struct raft *raft = turn->self;
    int64_t took_ns = turn->now_ns - raft->catch_since_ns;
    assert(raft->role == RAFT_LEADER);
    if (raft->wanted_voters == 0 || raft->commit < raft->members_index) {
        return;
    }
    if (round_is_over(raft)) {
        raft->catch_round++;
        raft_note_it(turn, RAFT_NOTE_CATCHING_UP, NODE_NONE, raft->catch_round, CATCH_ROUND, 0, 0);
        if (took_ns <= turn->tuning->election_min_ns || raft->catch_round >= CATCH_ROUNDS_MAX) {
            promote(turn);
            return;
        }
        raft->catch_target = raft->last;
        raft->catch_since_ns = turn->now_ns;
    } else if (took_ns > SILENT_ELECTIONS_MAX * turn->tuning->election_max_ns) {
        give_up(turn);
    }
}

/* ---- What is committed goes on ---- */

uint64_t raft_members_newest(const struct raft *raft, uint64_t upto)
{
    for (uint64_t index = upto; index > raft->begin; index--) {
        if (raft_head_at(raft, index)->kind == RAFT_MEMBERS) {
            return index;
        }
    }
    return 0;
}

void raft_members_committed(const struct raft_turn *turn)
{
    struct raft *raft = turn->self;
    if (raft_bug(turn, RAFT_BUG_CONFIG_ON_COMMIT)) {
        uint64_t index = raft_members_newest(raft, raft->commit);
        if (index > raft->members_index) {
            take_effect(turn, index);
        }
    }
    if (raft->role != RAFT_LEADER || raft->commit < raft->members_index) {
        return;
    }
    if (raft->members.next != 0) { /* C_old,new is committed: C_new follows, whoever leads by now */
        struct raft_members members = {.voters = raft->members.next};
        if (raft->last == raft->commit || raft_members_newest(raft, raft->last) <= raft->commit) {
            propose(turn, &members);
        }
    } else if ((raft->members.voters >> turn->env->self & 1) == 0) {
        raft_step_down(turn, DOWN_REMOVED);
    }
}
