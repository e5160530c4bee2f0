/* reads.c: reads that see everything that was committed before they began (dissertation 6.4).
 *
 * ReadIndex: the leader notes its commit index, makes sure by one round of heartbeats that it is
 * still the leader, and answers once that index is applied. A lease saves the round: as long as a
 * quorum answered within the shortest patience, less what clocks may differ, nobody else can have
 * been elected (6.4.1). Both wait for an entry of the leader's own term, without which it does not
 * know what is committed. */
#include "systems/raft/internal.h"

#include <assert.h>

static const int64_t MILLION = 1000000;

/* The most recent time at which a quorum was known to follow. INT64_MIN: never. */
static int64_t quorum_time(const struct raft_turn *turn)
{
    const struct raft *raft = turn->self;
    uint32_t self = turn->env->self;
    int64_t best_ns = raft_is_quorum(turn, raft_bit(self)) ? turn->now_ns : INT64_MIN;
    for (uint32_t node = 0; node < RAFT_NODES_MAX; node++) {
        int64_t time_ns = raft->progress[node].lease_ns;
        if (node == self || !raft_is_voter(raft, node) || time_ns <= best_ns || time_ns < 0) {
            continue;
        }
        uint64_t later = raft_bit(self);
        for (uint32_t other = 0; other < RAFT_NODES_MAX; other++) {
            later |= raft->progress[other].lease_ns >= time_ns ? raft_bit(other) : 0;
        }
        best_ns = raft_is_quorum(turn, later) ? time_ns : best_ns;
    }
    return best_ns;
}

bool raft_has_lease(const struct raft_turn *turn)
{
    const struct raft *raft = turn->self;
    const struct raft_tuning *tuning = turn->tuning;
    bool patient = tuning->check_quorum || tuning->pre_vote; /* else voters do not wait */
    if (raft->role != RAFT_LEADER || !patient || raft->no_lease ||
        (raft->transferring && !raft_bug(turn, RAFT_BUG_TRANSFER_BEHIND))) {
        return false;
    }
    int64_t since_ns = quorum_time(turn);
    int64_t length_ns = tuning->election_min_ns;
    if (!raft_bug(turn, RAFT_BUG_LEASE_NO_BOUND)) {
        length_ns -= length_ns / MILLION * 2 * tuning->lease_drift_ppm;
    }
    return since_ns != INT64_MIN && length_ns > 0 && turn->now_ns - since_ns < length_ns;
}

static void grant(struct raft *raft, uint64_t ticket, bool granted)
{
    assert(raft->granted_count < RAFT_READS_MAX);
    raft->granted[raft->granted_count] = ticket;
    raft->granted_ok[raft->granted_count] = granted;
    raft->granted_count++;
}

static bool is_ready(const struct raft *raft)
{
    return raft->commit >= raft->term_start;
}

enum raft_refusal raft_read(const struct raft_turn *turn, uint64_t ticket)
{
    struct raft *raft = turn->self;
    if (raft->role != RAFT_LEADER) {
        return RAFT_NOT_LEADER;
    }
    if (raft->read_count + raft->granted_count >= RAFT_READS_MAX) {
        return RAFT_TOO_MANY_READS;
    }
    if (raft_bug(turn, RAFT_BUG_LOCAL_READ)) {
        grant(raft, ticket, true);
        return RAFT_ACCEPTED;
    }
    /* A round that is under way left before this read began: the next one counts. */
    raft->reads[raft->read_count++] =
        (struct raft_wait){.ticket = ticket, .round = raft->round + 1, .index = raft->commit};
    if (turn->tuning->lease_reads && raft_has_lease(turn)) {
        raft->reads[raft->read_count - 1].round = 0;
        raft_reads_decide(turn);
    } else if (raft->round == raft->round_done) {
        raft_heartbeat(turn);
    }
    return RAFT_ACCEPTED;
}

static uint64_t quorum_round(const struct raft_turn *turn)
{
    const struct raft *raft = turn->self;
    uint32_t self = turn->env->self;
    uint64_t best = raft_is_quorum(turn, raft_bit(self)) ? raft->round : raft->round_done;
    for (uint32_t node = 0; node < RAFT_NODES_MAX; node++) {
        uint64_t round = raft->progress[node].round;
        if (node == self || !raft_is_voter(raft, node) || round <= best) {
            continue;
        }
        uint64_t have = raft_bit(self);
        for (uint32_t other = 0; other < RAFT_NODES_MAX; other++) {
            have |= raft->progress[other].round >= round ? raft_bit(other) : 0;
        }
        best = raft_is_quorum(turn, have) ? round : best;
    }
    return best;
}

/* Reads whose round is answered and whose index is applied by the time the owner has drained. */
void raft_reads_decide(const struct raft_turn *turn)
{
    struct raft *raft = turn->self;
    uint32_t kept = 0;
    if (raft->role != RAFT_LEADER) {
        return;
    }
    raft->round_done = quorum_round(turn);
    bool waiting = false;
    for (uint32_t i = 0; i < raft->read_count; i++) {
        struct raft_wait *wait = &raft->reads[i];
        if (wait->round <= raft->round_done && is_ready(raft) && wait->index <= raft->commit) {
            grant(raft, wait->ticket, true);
        } else {
            waiting = waiting || wait->round > raft->round;
            raft->reads[kept++] = *wait;
        }
    }
    raft->read_count = kept;
    if (waiting && raft->round == raft->round_done) {
        raft_heartbeat(turn);
    }
}

void raft_reads_refuse(const struct raft_turn *turn)
{
    struct raft *raft = turn->self;
    for (uint32_t i = 0; i < raft->read_count; i++) {
        grant(raft, raft->reads[i].ticket, false);
    }
    raft->read_count = 0;
}

/* What is granted is answered from the machine as it is when everything committed was applied: the
 * owner drains committed entries first. */
bool raft_next_read(const struct raft_turn *turn, uint64_t *ticket, bool *granted)
{
    struct raft *raft = turn->self;
    if (raft->granted_count == 0) {
        return false;
    }
    *ticket = raft->granted[0];
    *granted = raft->granted_ok[0] != 0;
    raft->granted_count--;
    memmove(raft->granted, raft->granted + 1, raft->granted_count * sizeof raft->granted[0]);
    memmove(raft->granted_ok, raft->granted_ok + 1, raft->granted_count);
    return true;
}
