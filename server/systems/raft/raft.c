/* raft.c: the server as a whole: which event goes where, its timer, what owners ask. */
#include "systems/raft/internal.h"

#include <assert.h>

void raft_note_it(const struct raft_turn *turn, enum raft_note kind, uint32_t peer, int64_t a,
                  int64_t b, int64_t c, int64_t d)
{
    struct node_note note = {.kind = (uint16_t)(turn->place->note_first + kind),
                             .peer = peer,
                             .subject = NODE_NONE,
                             .args = {a, b, c, d}};
    node_note(turn->outbox, &note);
}

void raft_send(const struct raft_turn *turn, uint32_t to, enum raft_message type, const void *bytes,
               uint32_t length)
{
    assert(to != turn->env->self);
    node_send(turn->outbox, to, (uint16_t)(turn->place->message_first + type), bytes, length);
}

void raft_arm(const struct raft_turn *turn)
{
    const struct raft *raft = turn->self;
    int64_t next_ns = raft->role == RAFT_LEADER ? raft->heartbeat_ns : raft->election_ns;
    if (raft->role == RAFT_READING || raft->role == RAFT_OUT) {
        node_timer_stop(turn->outbox, turn->place->timer);
        return;
    }
    if (raft->role == RAFT_LEADER) {
        next_ns = raft->quorum_ns < next_ns ? raft->quorum_ns : next_ns;
        if (raft->transferring && raft->transfer_until_ns < next_ns) {
            next_ns = raft->transfer_until_ns;
        }
    }
    if (raft->disk_bad && raft->disk_again_ns < next_ns) {
        next_ns = raft->disk_again_ns;
    }
    node_timer_set(turn->outbox, turn->place->timer, next_ns);
}

void raft_boot(struct raft *raft, const struct raft_members *first)
{
    memset(raft, 0, sizeof *raft);
    raft->role = RAFT_READING;
    raft->vote = NODE_NONE;
    raft->leader = NODE_NONE;
    raft->heard_leader_ns = -1;
    raft->members = *first;
    raft->members_before = *first;
    raft->image_members = *first;
}

/* ---- Events ---- */

static void on_timer(const struct raft_turn *turn)
{
    struct raft *raft = turn->self;
    if (raft->role == RAFT_READING || raft->role == RAFT_OUT) {
        return;
    }
    if (raft->disk_bad && turn->now_ns >= raft->disk_again_ns) {
        raft_store_segment(turn); /* perhaps there is room again */
        if (raft->vote_owed && raft->vote_token == NODE_NONE) {
            raft_store_state(turn);
        }
    }
    if (raft->role != RAFT_LEADER) {
        if (turn->now_ns >= raft->election_ns) {
            raft_election_due(turn);
        }
        return;
    }
    raft_check_quorum(turn);
    if (raft->role == RAFT_LEADER) {
        raft_transfer_go_on(turn);
        raft_members_tick(turn);
    }
    if (raft->role == RAFT_LEADER && turn->now_ns >= raft->heartbeat_ns) {
        raft_heartbeat(turn);
    }
}

static void on_now(const struct raft_turn *turn, uint32_t from, const struct raft_now *now)
{
    struct raft *raft = turn->self;
    if (now->term == raft->term && raft->role == RAFT_FOLLOWER && raft->leader == from &&
        raft_is_voter(raft, turn->env->self) && !raft->disk_bad) {
        raft_campaign(turn, true);
    }
}

/* Payloads are copied: they are aligned to 8 only where the host says so. */
static void on_message(const struct raft_turn *turn, const struct node_event *event)
{
    uint16_t type = (uint16_t)(event->type - turn->place->message_first);
    union {
        struct raft_vote_asked vote_asked;
        struct raft_vote vote;
        struct raft_append append;
        struct raft_appended appended;
        struct raft_chunk chunk;
        struct raft_chunk_taken chunk_taken;
        struct raft_now now;
    } message;
    assert(event->length <= sizeof message);
    if (event->from >= RAFT_NODES_MAX) {
        return;
    }
    memcpy(&message, event->bytes, event->length);
    if (raft_bug(turn, RAFT_BUG_ANY_RESETS_TIMER) && turn->self->role == RAFT_FOLLOWER) {
        raft_patience(turn);
    }
    switch ((enum raft_message)type) {
    case RAFT_VOTE_ASKED:
        raft_vote_asked(turn, event->from, &message.vote_asked);
        break;
    case RAFT_VOTE:
        raft_vote_came(turn, event->from, &message.vote);
        break;
    case RAFT_APPEND:
        raft_append_came(turn, event->from, &message.append);
        break;
    case RAFT_APPENDED:
        raft_appended_came(turn, event->from, &message.appended);
        break;
    case RAFT_SNAPSHOT:
        raft_chunk_came(turn, event->from, &message.chunk);
        break;
    case RAFT_SNAPSHOT_TAKEN:
        raft_chunk_taken(turn, event->from, &message.chunk_taken);
        break;
    case RAFT_TIMEOUT_NOW:
        on_now(turn, event->from, &message.now);
        break;
    case RAFT_MESSAGE_COUNT:
        break;
    }
}

static bool is_own_file(const struct raft_turn *turn, uint8_t file)
{
    return file == turn->place->files[0] || file == turn->place->files[1];
}

bool raft_step(const struct raft_turn *turn, const struct node_event *event)
{
    struct raft *raft = turn->self;
    bool own = false;
    switch ((enum node_event_kind)event->kind) {
    case NODE_EVENT_START:
        raft_recover_begin(turn);
        return false;
    case NODE_EVENT_MESSAGE:
        own = event->type >= turn->place->message_first &&
              event->type < turn->place->message_first + RAFT_MESSAGE_COUNT;
        if (own && raft->role != RAFT_READING && raft->role != RAFT_OUT) {
            on_message(turn, event);
        }
        break;
    case NODE_EVENT_TIMER:
        own = event->id == turn->place->timer;
        if (own) {
            on_timer(turn);
        }
        break;
    case NODE_EVENT_WRITTEN:
        own = is_own_file(turn, event->id);
        if (own) {
            raft_stored(turn, event);
        }
        break;
    case NODE_EVENT_READ:
        own = is_own_file(turn, event->id);
        if (own) {
            raft_recover_read(turn, event);
        }
        break;
    case NODE_EVENT_INPUT:
    case NODE_EVENT_SETTING:
        break;
    }
    if (own) {
        raft_arm(turn);
    }
    return own;
}

/* ---- Owners ---- */

enum raft_refusal raft_propose(const struct raft_turn *turn, const void *command, uint32_t length,
                               uint64_t *index)
{
    struct raft *raft = turn->self;
    if (raft->role != RAFT_LEADER) {
        return RAFT_NOT_LEADER;
    }
    if (raft->transferring) {
        return RAFT_TRANSFERRING;
    }
    if (length > RAFT_COMMAND_BYTES_MAX) {
        return RAFT_TOO_LONG;
    }
    /* Room is kept for a change of members, and for the no-ops of many terms: a leader without one
     * could not commit what fills the log. */
    if (!raft_log_make_room(raft, length + 2 * (uint32_t)sizeof(struct raft_members)) ||
        raft->last - raft->begin + RAFT_LOG_RESERVE > RAFT_LOG_ENTRIES) {
        return RAFT_LOG_FULL;
    }
    *index = raft_append_own(turn, RAFT_COMMAND, command, length);
    return RAFT_ACCEPTED;
}

bool raft_next_committed(const struct raft_turn *turn, struct raft_entry *entry)
{
    struct raft *raft = turn->self;
    if (raft->restored || raft->applied >= raft->commit || raft->applied >= raft->last ||
        raft->applied < raft->begin) {
        return false;
    }
    raft->applied++;
    raft_entry_copy(raft, raft->applied, entry);
    return true;
}

bool raft_pending(const struct raft *raft, uint32_t self)
{
    bool alone = raft->leader == NODE_NONE && raft_is_voter(raft, self);
    return raft->role == RAFT_READING || (alone && raft->role != RAFT_OUT) ||
           (raft->role == RAFT_LEADER &&
            (raft->commit < raft->last || raft->members.next != 0 || raft->wanted_voters != 0));
}

/* A leader sees whose log is shorter, a follower that it has not been told yet what is committed. One
 * that has left so many heartbeats unanswered is down, or out: nobody waits for it. */
bool raft_behind(const struct raft *raft, uint32_t self)
{
    uint64_t others = raft->members.voters | raft->members.next | raft->members.learners;
    int64_t since_ns = raft->round_sent_ns[(raft->round + 1) % RAFT_ROUNDS];
    if (raft->role != RAFT_LEADER) {
        return raft->role != RAFT_OUT && raft->commit < raft->last;
    }
    for (uint32_t node = 0; node < RAFT_NODES_MAX; node++) {
        const struct raft_progress *progress = &raft->progress[node];
        bool answers = progress->heard_ns >= since_ns;
        if (node != self && (others >> node & 1) != 0 && answers && progress->match < raft->last) {
            return true;
        }
    }
    return raft->commit < raft->last;
}

enum raft_violation_kind raft_violation(const struct raft *raft)
{
    if (raft->role == RAFT_READING || raft->role == RAFT_OUT) {
        return RAFT_SOUND;
    }
    if (raft->applied > raft->commit && raft->applied > raft->image_index) {
        return RAFT_APPLIED_BEYOND_COMMIT;
    }
    if (raft->commit > raft->last) {
        return RAFT_COMMIT_BEYOND_LOG;
    }
    return raft_last_term(raft) > raft->term ? RAFT_TERM_BELOW_LOG : RAFT_SOUND;
}
