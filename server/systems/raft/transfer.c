/* transfer.c: handing leadership over (dissertation 3.10): no new proposals, the target gets all there
 * is, then it is told to begin at once. If it has not led by the end of a patience, the old leader
 * goes on. The lease is given up before, and for the rest of the term: the message may come late, and
 * whoever gets it is elected by servers that have just heard this leader. */
#include "systems/raft/internal.h"

#include <assert.h>

enum { TRANSFER_BEGUN = 0, TRANSFER_TOLD = 1, TRANSFER_GIVEN_UP = 2 };

static uint32_t who_has_most(const struct raft_turn *turn)
{
    const struct raft *raft = turn->self;
    uint32_t best = NODE_NONE;
    for (uint32_t node = 0; node < RAFT_NODES_MAX; node++) {
        bool may = node != turn->env->self && (raft->members.voters >> node & 1) != 0;
        if (may && (best == NODE_NONE || raft->progress[node].match > raft->progress[best].match)) {
            best = node;
        }
    }
    return best;
}

enum raft_refusal raft_transfer(const struct raft_turn *turn, uint32_t to)
{
    struct raft *raft = turn->self;
    if (raft->role != RAFT_LEADER) {
        return RAFT_NOT_LEADER;
    }
    if (raft->transferring || raft->members.next != 0 || raft->wanted_voters != 0) {
        return RAFT_CHANGE_UNDER_WAY;
    }
    to = to == NODE_NONE ? who_has_most(turn) : to;
    if (to >= RAFT_NODES_MAX || to == turn->env->self || (raft->members.voters >> to & 1) == 0) {
        return RAFT_BAD_MEMBERS;
    }
    raft->transferring = 1;
    raft->told_now = 0;
    raft->transfer_to = to;
    raft->transfer_until_ns = turn->now_ns + turn->tuning->election_max_ns;
    raft_note_it(turn, RAFT_NOTE_TRANSFER, to, TRANSFER_BEGUN, 0, 0, 0);
    raft_send_to(turn, to);
    raft_transfer_go_on(turn);
    raft_arm(turn);
    return RAFT_ACCEPTED;
}

void raft_transfer_go_on(const struct raft_turn *turn)
{
    struct raft *raft = turn->self;
    if (raft->role != RAFT_LEADER || !raft->transferring) {
        return;
    }
    if (turn->now_ns >= raft->transfer_until_ns) {
        raft_note_it(turn, RAFT_NOTE_TRANSFER, raft->transfer_to, TRANSFER_GIVEN_UP, 0, 0, 0);
        raft_transfer_end(turn);
        return;
    }
    bool has_all = raft->progress[raft->transfer_to].match == raft->last;
    if (!raft->told_now && (has_all || raft_bug(turn, RAFT_BUG_TRANSFER_BEHIND))) {
        struct raft_now now = {.subject = NODE_NONE, .term = raft->term};
        raft->told_now = 1;
        raft->no_lease = !raft_bug(turn, RAFT_BUG_TRANSFER_BEHIND);
        raft_note_it(turn, RAFT_NOTE_TRANSFER, raft->transfer_to, TRANSFER_TOLD, 0, 0, 0);
        raft_send(turn, raft->transfer_to, RAFT_TIMEOUT_NOW, &now, sizeof now);
    }
}

void raft_transfer_end(const struct raft_turn *turn)
{
    turn->self->transferring = 0;
    turn->self->told_now = 0;
}
