/* election.c: who leads (paper 5.2 and 5.4.1; dissertation 9.6 pre-vote, 6.2 check-quorum, 4.2.3
 * disruptive servers). */
#include "systems/raft/internal.h"

#include "base/draw.h"

#include <assert.h>

static const uint32_t DRAW_PATIENCE = DRAW_PURPOSE('p', 'a', 't', 'i');
enum { REFUSED_HEARD = 1, REFUSED_VOTED = 2, REFUSED_BEHIND = 3 };
enum { DOWN_TERM = 0, DOWN_NO_QUORUM = 1 };

static bool is_majority(uint64_t voters, uint64_t mask)
{
    return 2 * __builtin_popcountll(voters & mask) > __builtin_popcountll(voters);
}

bool raft_is_quorum(const struct raft_turn *turn, uint64_t mask)
{
    const struct raft_members *members = &turn->self->members;
    if (members->next == 0) {
        return is_majority(members->voters, mask);
    }
    return is_majority(members->next, mask) &&
           (raft_bug(turn, RAFT_BUG_SINGLE_QUORUM) || is_majority(members->voters, mask));
}

bool raft_is_voter(const struct raft *raft, uint32_t node)
{
    return ((raft->members.voters | raft->members.next) >> node & 1) != 0;
}

/* Different at each server and each time, so that split votes are rare (paper 5.2). */
void raft_patience(const struct raft_turn *turn)
{
    struct raft *raft = turn->self;
    const struct raft_tuning *tuning = turn->tuning;
    assert(tuning->election_min_ns > 0);
    assert(tuning->election_max_ns >= tuning->election_min_ns);
    uint64_t value = draw_u64(turn->env->draw_key, DRAW_PATIENCE, raft->draws++, 0);
    uint64_t wait_ns =
        draw_between(value, (uint64_t)tuning->election_min_ns, (uint64_t)tuning->election_max_ns);
    raft->election_ns = turn->now_ns + (int64_t)wait_ns;
}

static void set_term(const struct raft_turn *turn, uint64_t term, uint32_t vote)
{
    turn->self->term = term;
    turn->self->vote = vote;
    raft_store_state(turn);
}

void raft_follow(const struct raft_turn *turn, uint64_t term, uint32_t leader)
{
    struct raft *raft = turn->self;
    assert(term >= raft->term);
    bool led = raft->role == RAFT_LEADER;
    if (term > raft->term) {
        set_term(turn, term, NODE_NONE);
        raft->verified = raft->commit;
    }
    if (raft->leader != leader) {
        raft->verified = raft->commit;
        raft->incoming_total = 0;
    }
    raft->role = RAFT_FOLLOWER;
    raft->leader = leader;
    if (led) {
        raft_note_it(turn, RAFT_NOTE_STEPPED_DOWN, NODE_NONE, (int64_t)term, DOWN_TERM, 0, 0);
        raft_reads_refuse(turn);
        raft_transfer_end(turn);
        raft->wanted_voters = 0;
        raft_patience(turn);
    }
}

void raft_step_down(const struct raft_turn *turn, int why)
{
    struct raft *raft = turn->self;
    assert(raft->role == RAFT_LEADER);
    raft->role = RAFT_FOLLOWER;
    raft->leader = NODE_NONE;
    raft->verified = raft->commit;
    raft->wanted_voters = 0;
    raft_note_it(turn, RAFT_NOTE_STEPPED_DOWN, NODE_NONE, (int64_t)raft->term, why, 0, 0);
    raft_reads_refuse(turn);
    raft_transfer_end(turn);
    raft_patience(turn);
}

/* ---- Asking for votes ---- */

static void ask_for_votes(const struct raft_turn *turn, bool rehearsal, bool transfer)
{
    struct raft *raft = turn->self;
    struct raft_vote_asked ask = {.subject = NODE_NONE,
                                  .rehearsal = rehearsal,
                                  .transfer = transfer,
                                  .term = raft->term + (rehearsal ? 1 : 0),
                                  .last = raft->last,
                                  .last_term = raft_last_term(raft)};
    uint64_t voters = (raft->members.voters | raft->members.next) & ~raft_bit(turn->env->self);
    for (uint32_t node = 0; node < RAFT_NODES_MAX; node++) {
        if ((voters >> node & 1) != 0) {
            raft_send(turn, node, RAFT_VOTE_ASKED, &ask, sizeof ask);
        }
    }
}

static void become_leader(const struct raft_turn *turn)
{
    struct raft *raft = turn->self;
    raft->role = RAFT_LEADER;
    raft->leader = turn->env->self;
    raft->transferring = 0;
    raft->no_lease = 0;
    raft->wanted_voters = 0;
    raft->read_count = 0;
    raft->round_done = raft->round;
    raft->quorum_ns = turn->now_ns + turn->tuning->election_max_ns;
    for (uint32_t node = 0; node < RAFT_NODES_MAX; node++) {
        raft->progress[node] = (struct raft_progress){
            .next = raft->last + 1, .probing = 1, .heard_ns = turn->now_ns, .lease_ns = -1};
    }
    raft_note_it(turn, RAFT_NOTE_LEADER, NODE_NONE, (int64_t)raft->term, (int64_t)raft->last,
                 (int64_t)raft_last_term(raft), 0);
    raft->term_start = raft->last + 1;
    if (raft_bug(turn, RAFT_BUG_NO_NOOP) || !raft_log_make_room(raft, 0)) {
        raft->term_start = raft_bug(turn, RAFT_BUG_NO_NOOP) ? 0 : raft->term_start;
        raft_heartbeat(turn);
    } else {
        (void)raft_append_own(turn, RAFT_NOOP, NULL, 0);
        raft_heartbeat(turn);
    }
}

static void count_votes(const struct raft_turn *turn)
{
    struct raft *raft = turn->self;
    if (!raft_is_quorum(turn, raft->votes)) {
        return;
    }
    if (raft->role == RAFT_REHEARSING) {
        raft_campaign(turn, false);
    } else if (raft->role == RAFT_CANDIDATE) {
        become_leader(turn);
    }
}

/* Asks the others and counts itself. Not before its term, its vote and the log that it boasts of are on
 * its disk: it might come back with less, stand in the same term again, and be elected by votes that
 * were given to what it was before. */
static void stand(const struct raft_turn *turn)
{
    struct raft *raft = turn->self;
    assert(raft->role == RAFT_CANDIDATE);
    ask_for_votes(turn, false, raft->disturbs);
    raft->votes |= raft_bit(turn->env->self);
    count_votes(turn);
}

/* The real election: a new term, and one's own vote in it; it begins when that is durable. */
void raft_campaign(const struct raft_turn *turn, bool transfer)
{
    struct raft *raft = turn->self;
    raft->role = RAFT_CANDIDATE;
    raft->leader = NODE_NONE;
    raft->votes = 0;
    set_term(turn, raft->term + 1, turn->env->self);
    raft->verified = raft->commit;
    raft_note_it(turn, RAFT_NOTE_CANDIDATE, NODE_NONE, (int64_t)raft->term, (int64_t)raft->last,
                 (int64_t)raft_last_term(raft), 0);
    raft_patience(turn);
    raft->disturbs = transfer;
    if (raft_bug(turn, RAFT_BUG_VOTE_NO_FSYNC)) {
        stand(turn);
    }
}

/* May it be needed as a leader? A server that the newest configuration leaves out is, until that is
 * committed: it may be the only one that has it (dissertation 4.2.2). */
static bool may_lead(const struct raft_turn *turn)
{
    const struct raft *raft = turn->self;
    uint64_t before = raft->members_before.voters | raft->members_before.next;
    return raft_is_voter(raft, turn->env->self) ||
           (raft->members_index > raft->commit && (before >> turn->env->self & 1) != 0);
}

/* Its patience is over: first ask whether it would be elected at all, so that a server that was cut
 * off does not come back with a term that nobody can pass by. */
static void run_out(const struct raft_turn *turn)
{
    struct raft *raft = turn->self;
    raft_patience(turn);
    if (!may_lead(turn) || raft->disk_bad) {
        return; /* learners wait to be told; without a disk no vote can be kept */
    }
    if (!turn->tuning->pre_vote) {
        raft_campaign(turn, false);
        return;
    }
    raft->role = RAFT_REHEARSING;
    raft->leader = NODE_NONE;
    raft->votes = raft_bit(turn->env->self);
    raft_note_it(turn, RAFT_NOTE_REHEARSED, NODE_NONE, (int64_t)raft->term + 1, (int64_t)raft->last,
                 (int64_t)raft_last_term(raft), 0);
    ask_for_votes(turn, true, false);
    count_votes(turn);
}

void raft_election_due(const struct raft_turn *turn)
{
    if (turn->self->role != RAFT_LEADER) {
        run_out(turn);
    }
}

/* ---- Being asked ---- */

static void answer(const struct raft_turn *turn, uint32_t to, const struct raft_vote_asked *ask,
                   bool granted)
{
    struct raft_vote vote = {.subject = NODE_NONE,
                             .rehearsal = ask->rehearsal,
                             .granted = granted,
                             .term = granted ? ask->term : turn->self->term};
    raft_send(turn, to, RAFT_VOTE, &vote, sizeof vote);
}

static void refuse(const struct raft_turn *turn, uint32_t to, const struct raft_vote_asked *ask,
                   int why)
{
    raft_note_it(turn, RAFT_NOTE_REFUSED_VOTE, to, (int64_t)ask->term, why, 0, 0);
    answer(turn, to, ask, false);
}

/* The last term counts first, then the length (paper 5.4.1). */
static bool is_up_to_date(const struct raft_turn *turn, const struct raft_vote_asked *ask)
{
    const struct raft *raft = turn->self;
    if (raft_bug(turn, RAFT_BUG_LONGEST_LOG)) {
        return ask->last >= raft->last;
    }
    uint64_t own = raft_last_term(raft);
    return ask->last_term > own || (ask->last_term == own && ask->last >= raft->last);
}

static bool heard_a_leader(const struct raft_turn *turn)
{
    const struct raft *raft = turn->self;
    if (raft->role == RAFT_LEADER) {
        return true;
    }
    return raft->heard_leader_ns >= 0 &&
           turn->now_ns - raft->heard_leader_ns < turn->tuning->election_min_ns;
}

void raft_vote_asked(const struct raft_turn *turn, uint32_t from, const struct raft_vote_asked *ask)
{
    struct raft *raft = turn->self;
    bool patient = turn->tuning->check_quorum || turn->tuning->pre_vote;
    if (patient && !ask->transfer && !raft_bug(turn, RAFT_BUG_HEAR_REMOVED) &&
        heard_a_leader(turn) && ask->term > raft->term) {
        refuse(turn, from, ask, REFUSED_HEARD); /* and the term stays as it is */
        return;
    }
    if (ask->rehearsal) {
        bool yes = ask->term > raft->term && is_up_to_date(turn, ask);
        if (yes) {
            answer(turn, from, ask, true);
        } else {
            refuse(turn, from, ask, REFUSED_BEHIND);
        }
        return;
    }
    if (ask->term > raft->term) {
        raft_follow(turn, ask->term, NODE_NONE);
    }
    bool free = raft->vote == NODE_NONE || raft->vote == from;
    if (ask->term < raft->term || !free || raft->role != RAFT_FOLLOWER) {
        refuse(turn, from, ask, REFUSED_VOTED);
        return;
    }
    if (!is_up_to_date(turn, ask)) {
        refuse(turn, from, ask, REFUSED_BEHIND);
        return;
    }
    raft_patience(turn); /* it granted one (paper 5.2) */
    raft_note_it(turn, RAFT_NOTE_VOTED, from, (int64_t)raft->term, 0, 0, 0);
    if (raft->vote == from && raft_vote_is_durable(raft)) {
        answer(turn, from, ask, true);
        return;
    }
    set_term(turn, raft->term, from);
    if (raft_bug(turn, RAFT_BUG_VOTE_NO_FSYNC)) {
        answer(turn, from, ask, true);
    }
}

/* Persist before you speak: now it is on the disk. */
void raft_vote_durable(const struct raft_turn *turn)
{
    struct raft *raft = turn->self;
    if (raft->vote == NODE_NONE) {
        return;
    }
    if (raft->vote == turn->env->self) {
        if (raft->role == RAFT_CANDIDATE) {
            stand(turn);
        }
    } else if (raft->role == RAFT_FOLLOWER && raft->leader == NODE_NONE) {
        struct raft_vote vote = {.subject = NODE_NONE, .granted = 1, .term = raft->term};
        raft_send(turn, raft->vote, RAFT_VOTE, &vote, sizeof vote);
    }
}

void raft_vote_came(const struct raft_turn *turn, uint32_t from, const struct raft_vote *vote)
{
    struct raft *raft = turn->self;
    if (!vote->granted) {
        if (vote->term > raft->term) {
            raft_follow(turn, vote->term, NODE_NONE);
        }
        return;
    }
    bool rehearsal =
        vote->rehearsal && raft->role == RAFT_REHEARSING && vote->term == raft->term + 1;
    bool real = !vote->rehearsal && raft->role == RAFT_CANDIDATE && vote->term == raft->term;
    if (rehearsal || real) {
        raft->votes |= raft_bit(from);
        count_votes(turn);
    }
}

/* ---- The leader's doubt ---- */

void raft_check_quorum(const struct raft_turn *turn)
{
    struct raft *raft = turn->self;
    assert(raft->role == RAFT_LEADER);
    if (turn->now_ns < raft->quorum_ns) {
        return;
    }
    raft->quorum_ns = turn->now_ns + turn->tuning->election_max_ns;
    uint64_t heard = raft_bit(turn->env->self);
    for (uint32_t node = 0; node < RAFT_NODES_MAX; node++) {
        if (turn->now_ns - raft->progress[node].heard_ns <= turn->tuning->election_max_ns) {
            heard |= raft_bit(node);
        }
    }
    if (turn->tuning->check_quorum && !raft_is_quorum(turn, heard)) {
        raft_step_down(turn, DOWN_NO_QUORUM);
    }
}
