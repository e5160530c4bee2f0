/* replicate.c: entries from the leader to the others, and what makes them committed (paper 5.3, 5.4.2;
 * dissertation 10.2). */
#include "systems/raft/internal.h"

#include <assert.h>

/* ---- Sending ---- */

uint64_t raft_append_own(const struct raft_turn *turn, enum raft_kind kind, const void *bytes,
                         uint32_t length)
{
    struct raft *raft = turn->self;
    assert(raft->role == RAFT_LEADER);
    raft_log_push(raft, raft->term, kind, bytes, length);
    raft_note_it(turn, RAFT_NOTE_APPENDED, NODE_NONE, (int64_t)raft->last, (int64_t)raft->term,
                 (int64_t)(kind | raft_entry_hash(raft, raft->last) << 8), 0);
    if (kind == RAFT_MEMBERS) {
        raft_members_appended(turn, raft->last);
    }
    raft_store_entries(turn, raft->last);
    raft_send_all(turn);
    if (raft_bug(turn, RAFT_BUG_COUNT_UNWRITTEN)) {
        raft_count(turn);
    }
    return raft->last;
}

/* As many entries from `next` on as fit; returns how many. */
static uint32_t fill(const struct raft_turn *turn, uint64_t next, struct raft_append *append,
                     uint32_t *length)
{
    const struct raft *raft = turn->self;
    uint32_t count = 0;
    uint32_t at = 0;
    for (uint64_t index = next; index <= raft->last; index++) {
        struct raft_entry entry;
        raft_entry_copy(raft, index, &entry);
        uint32_t padded = (entry.length + 7u) & ~7u;
        uint32_t need = (uint32_t)sizeof(struct raft_carried) + padded;
        if (at + need > RAFT_BODY_BYTES || (count > 0 && at + need > turn->tuning->batch_bytes)) {
            break;
        }
        struct raft_carried carried = {
            .term = entry.term, .length = (uint16_t)entry.length, .kind = entry.kind};
        memcpy(append->body + at, &carried, sizeof carried);
        memcpy(append->body + at + sizeof carried, entry.bytes, padded);
        at += need;
        count++;
    }
    *length = RAFT_APPEND_BYTES_MIN + at;
    return count;
}

/* One append from `next` on, empty or not. Returns how many entries it carries. */
static uint32_t send_append(const struct raft_turn *turn, uint32_t to, bool empty)
{
    struct raft *raft = turn->self;
    struct raft_progress *progress = &raft->progress[to];
    uint64_t previous = progress->next - 1;
    uint32_t length = RAFT_APPEND_BYTES_MIN;
    struct raft_append append = {.subject = (uint32_t)raft->last,
                                 .term = raft->term,
                                 .previous = previous,
                                 .previous_term = raft_term_at(raft, previous),
                                 .commit = raft->commit,
                                 .round = raft->round};
    assert(previous >= raft->begin);
    append.count = empty ? 0 : fill(turn, progress->next, &append, &length);
    append.subject = append.count > 0 ? (uint32_t)progress->next : NODE_NONE;
    raft_send(turn, to, RAFT_APPEND, &append, length);
    return append.count;
}

/* What it lacks is no longer in the log: the image goes first. */
static bool needs_image(const struct raft *raft, uint32_t to)
{
    return raft->progress[to].next <= raft->begin;
}

/* Whoever has not been heard for so long gets heartbeats only: entries and images would pile up before
 * a server that stands still. Its answer to a heartbeat starts them again. */
static bool is_silent(const struct raft_turn *turn, const struct raft_progress *progress)
{
    return turn->now_ns - progress->heard_ns > 4 * turn->tuning->heartbeat_ns;
}

void raft_send_to(const struct raft_turn *turn, uint32_t to)
{
    struct raft *raft = turn->self;
    struct raft_progress *progress = &raft->progress[to];
    if (is_silent(turn, progress)) {
        return;
    }
    if (needs_image(raft, to)) {
        if (progress->image_index == 0) {
            raft_send_chunk(turn, to);
        }
        return;
    }
    uint32_t limit = progress->probing ? 1 : turn->tuning->pipeline;
    while (progress->next <= raft->last && progress->under_way < limit) {
        uint32_t count = send_append(turn, to, false);
        progress->under_way++;
        progress->sent_ns = turn->now_ns;
        if (!progress->probing) {
            progress->next += count; /* as if it were taken (dissertation 10.2.1) */
        }
    }
}

void raft_send_all(const struct raft_turn *turn)
{
    uint64_t others = raft_others(turn);
    for (uint32_t node = 0; node < RAFT_NODES_MAX; node++) {
        if ((others >> node & 1) != 0) {
            raft_send_to(turn, node);
        }
    }
}

/* Nothing came back for so long: what was under way is taken as lost, and sent again one by one. */
static void give_up_lost(const struct raft_turn *turn, struct raft_progress *progress)
{
    int64_t patience_ns = 2 * turn->tuning->heartbeat_ns;
    if (progress->under_way > 0 && turn->now_ns - progress->sent_ns >= patience_ns) {
        progress->under_way = 0;
        progress->probing = 1;
        progress->next = progress->match + 1;
    }
    if (progress->image_index != 0 && turn->now_ns - progress->sent_ns >= patience_ns) {
        progress->image_index = 0; /* from its first piece that is missing, on the next answer */
    }
}

void raft_heartbeat(const struct raft_turn *turn)
{
    struct raft *raft = turn->self;
    uint64_t others = raft_others(turn);
    assert(raft->role == RAFT_LEADER);
    raft->round++;
    raft->round_sent_ns[raft->round % RAFT_ROUNDS] = turn->now_ns;
    raft->heartbeat_ns = turn->now_ns + turn->tuning->heartbeat_ns;
    for (uint32_t node = 0; node < RAFT_NODES_MAX; node++) {
        if ((others >> node & 1) == 0) {
            continue;
        }
        struct raft_progress *progress = &raft->progress[node];
        give_up_lost(turn, progress);
        bool long_ago = turn->now_ns - progress->sent_ns >= turn->tuning->election_max_ns;
        if (needs_image(raft, node)) { /* a piece of it is its heartbeat */
            if (progress->image_index == 0 && (!is_silent(turn, progress) || long_ago)) {
                raft_send_chunk(turn, node);
            }
        } else {
            (void)send_append(turn, node, true);
            raft_send_to(turn, node);
        }
    }
    raft_reads_decide(turn); /* alone, one is a quorum */
}

/* ---- Receiving ---- */

static void answer_append(const struct raft_turn *turn, uint32_t to, uint64_t round)
{
    const struct raft *raft = turn->self;
    struct raft_appended answer = {.subject = NODE_NONE,
                                   .taken = 1,
                                   .term = raft->term,
                                   .match = raft->verified < raft->durable ? raft->verified
                                                                           : raft->durable,
                                   .round = round};
    answer.subject = (uint32_t)answer.match;
    raft_send(turn, to, RAFT_APPENDED, &answer, sizeof answer);
}

/* The whole term that does not fit is skipped at once (paper 5.3, end). */
static void refuse_append(const struct raft_turn *turn, uint32_t to,
                          const struct raft_append *append)
{
    const struct raft *raft = turn->self;
    uint64_t hint = raft_find_by_term(raft, append->previous > 0 ? append->previous - 1 : 0,
                                      append->previous_term);
    struct raft_appended answer = {.subject = (uint32_t)append->previous,
                                   .term = raft->term,
                                   .match = hint,
                                   .hint_term = raft_term_at(raft, hint),
                                   .previous = append->previous,
                                   .round = append->round};
    raft_send(turn, to, RAFT_APPENDED, &answer, sizeof answer);
}

static void strike_out(const struct raft_turn *turn, uint64_t from)
{
    struct raft *raft = turn->self;
    if (from > raft->last || from <= raft->begin) {
        return;
    }
    raft_note_it(turn, RAFT_NOTE_TRUNCATED, NODE_NONE, (int64_t)from, (int64_t)raft->last,
                 (int64_t)raft_term_at(raft, from), 0);
    raft_log_cut(raft, from);
    raft_members_cut(turn, from);
    raft_store_cut(turn, from);
}

enum taking { TAKEN_BEFORE, TAKEN_NOW, TAKEN_NOT };

/* Takes one carried entry as index `index`, unless there is no room for it now. */
static enum taking take_entry(const struct raft_turn *turn, uint64_t index,
                              const struct raft_carried *carried, const uint8_t *bytes)
{
    struct raft *raft = turn->self;
    bool there = index <= raft->last && raft_term_at(raft, index) == carried->term;
    if (index <= raft->begin || there) {
        return TAKEN_BEFORE; /* a delayed copy must shorten nothing */
    }
    strike_out(turn, index);
    if (index != raft->last + 1 || !raft_log_make_room(raft, carried->length)) {
        return TAKEN_NOT;
    }
    raft_log_push(raft, carried->term, (enum raft_kind)carried->kind, bytes, carried->length);
    raft_note_it(turn, RAFT_NOTE_APPENDED, NODE_NONE, (int64_t)index, (int64_t)carried->term,
                 (int64_t)(carried->kind | raft_entry_hash(raft, index) << 8), 0);
    if (carried->kind == RAFT_MEMBERS) {
        raft_members_appended(turn, index);
    }
    return TAKEN_NOW;
}

/* Returns the index up to which the log is now the leader's. */
static uint64_t take_entries(const struct raft_turn *turn, const struct raft_append *append)
{
    uint64_t index = append->previous;
    uint64_t fresh = 0; /* first entry that has to be written */
    uint32_t at = 0;
    for (uint32_t i = 0; i < append->count; i++) {
        struct raft_carried carried;
        memcpy(&carried, append->body + at, sizeof carried);
        const uint8_t *bytes = append->body + at + sizeof carried;
        at += (uint32_t)sizeof carried + ((carried.length + 7u) & ~7u);
        assert(at <= RAFT_BODY_BYTES); /* raft_malformed() has looked */
        enum taking taking = take_entry(turn, index + 1, &carried, bytes);
        if (taking == TAKEN_NOT) {
            break;
        }
        index++;
        fresh = fresh == 0 && taking == TAKEN_NOW ? index : fresh;
    }
    if (append->count > 0 && raft_bug(turn, RAFT_BUG_ALWAYS_TRUNCATE)) {
        strike_out(turn, index + 1);
    }
    if (fresh != 0) {
        raft_store_entries(turn, fresh);
    }
    return index;
}

void raft_append_came(const struct raft_turn *turn, uint32_t from, const struct raft_append *append)
{
    struct raft *raft = turn->self;
    if (append->term < raft->term) {
        refuse_append(turn, from, append); /* so that it learns of the term */
        return;
    }
    if (append->term > raft->term || raft->role != RAFT_FOLLOWER || raft->leader != from) {
        raft_follow(turn, append->term, from);
    }
    raft->heard_leader_ns = turn->now_ns;
    raft_patience(turn);
    bool there = append->previous <= raft->begin ||
                 raft_term_at(raft, append->previous) == append->previous_term;
    if (!there || append->previous > raft->last) {
        refuse_append(turn, from, append);
        return;
    }
    uint64_t upto = take_entries(turn, append);
    raft->verified = upto > raft->verified ? upto : raft->verified;
    uint64_t covered = raft_bug(turn, RAFT_BUG_COMMIT_UNCOVERED) ? raft->last : upto;
    raft_commit_upto(turn, append->commit < covered ? append->commit : covered);
    answer_append(turn, from, append->round);
}

void raft_durable_grew(const struct raft_turn *turn)
{
    struct raft *raft = turn->self;
    if (raft->role == RAFT_LEADER) {
        raft_count(turn);
    } else if (raft->role == RAFT_FOLLOWER && raft->leader != NODE_NONE && raft->verified > 0) {
        answer_append(turn, raft->leader, 0);
    }
}

/* ---- Answers ---- */

void raft_heard(const struct raft_turn *turn, uint32_t from, uint64_t round)
{
    struct raft *raft = turn->self;
    struct raft_progress *progress = &raft->progress[from];
    progress->heard_ns = turn->now_ns;
    if (round > progress->round && round <= raft->round) {
        progress->round = round;
        if (raft->round - round < RAFT_ROUNDS) {
            progress->lease_ns = raft->round_sent_ns[round % RAFT_ROUNDS];
        }
        raft_reads_decide(turn);
    }
}

static void taken(const struct raft_turn *turn, uint32_t from, const struct raft_appended *answer)
{
    struct raft *raft = turn->self;
    struct raft_progress *progress = &raft->progress[from];
    if (answer->match > raft->last) {
        return; /* of a log that is not ours: a bug elsewhere must not run away with us */
    }
    if (answer->match > progress->match) {
        progress->match = answer->match;
        progress->under_way = progress->under_way > 0 ? progress->under_way - 1 : 0;
        progress->sent_ns = turn->now_ns;
        progress->probing = 0;
        if (progress->next <= progress->match) {
            progress->next = progress->match + 1;
        }
        if (progress->match + 1 == progress->next) {
            progress->under_way = 0;
        }
        raft_count(turn);
    }
    raft_send_to(turn, from);
    raft_transfer_go_on(turn);
}

static void refused(const struct raft_turn *turn, uint32_t from, const struct raft_appended *answer)
{
    struct raft *raft = turn->self;
    struct raft_progress *progress = &raft->progress[from];
    if (answer->previous >= progress->next) {
        return; /* about an append of long ago */
    }
    uint64_t hint = raft_find_by_term(raft, answer->match, answer->hint_term);
    /* Below `match`: an answer of long ago, which costs one append; or a disk that lost what it had
     * promised, and then nothing else helps. Counting less than there is breaks nothing. */
    progress->match = hint < progress->match ? hint : progress->match;
    progress->next = hint + 1;
    progress->probing = 1;
    progress->under_way = 0;
    if (raft_bug(turn, RAFT_BUG_HINT_TOO_FAR)) {
        progress->next++; /* what the hint names is taken for the first that lacks */
        return;
    }
    raft_send_to(turn, from);
}

void raft_appended_came(const struct raft_turn *turn, uint32_t from,
                        const struct raft_appended *answer)
{
    struct raft *raft = turn->self;
    if (answer->term > raft->term) {
        raft_follow(turn, answer->term, NODE_NONE);
        return;
    }
    if (raft->role != RAFT_LEADER || answer->term != raft->term) {
        return;
    }
    raft_heard(turn, from, answer->round);
    if (raft->role != RAFT_LEADER) {
        return;
    }
    if (answer->taken) {
        taken(turn, from, answer);
    } else {
        refused(turn, from, answer);
    }
}

/* ---- Committing ---- */

void raft_commit_upto(const struct raft_turn *turn, uint64_t index)
{
    struct raft *raft = turn->self;
    index = index < raft->last ? index : raft->last;
    if (index <= raft->commit) {
        return;
    }
    raft->commit = index;
    raft_note_it(turn, RAFT_NOTE_COMMITTED, NODE_NONE, (int64_t)index,
                 (int64_t)raft_term_at(raft, index), 0, 0);
    raft_members_committed(turn);
}

/* The largest index that a quorum has on its disks: found by asking of each server's own. */
static uint64_t quorum_index(const struct raft_turn *turn)
{
    const struct raft *raft = turn->self;
    uint32_t self = turn->env->self;
    bool unwritten = raft_bug(turn, RAFT_BUG_COUNT_UNWRITTEN);
    uint64_t own = unwritten ? raft->last : raft->durable;
    uint64_t best = 0;
    for (uint32_t node = 0; node < RAFT_NODES_MAX; node++) {
        uint64_t index = node == self ? own : raft->progress[node].match;
        uint64_t have = 0;
        if (!raft_is_voter(raft, node) || index <= best) {
            continue;
        }
        for (uint32_t other = 0; other < RAFT_NODES_MAX; other++) {
            uint64_t theirs = other == self ? own : raft->progress[other].match;
            have |= theirs >= index ? raft_bit(other) : 0;
        }
        best = raft_is_quorum(turn, have) ? index : best;
    }
    return best;
}

/* Only entries of one's own term are committed by counting; older ones come along (paper 5.4.2,
 * figure 8). */
void raft_count(const struct raft_turn *turn)
{
    struct raft *raft = turn->self;
    assert(raft->role == RAFT_LEADER);
    uint64_t index = quorum_index(turn);
    if (index <= raft->commit) {
        return;
    }
    if (raft_term_at(raft, index) != raft->term && !raft_bug(turn, RAFT_BUG_COMMIT_OLD_TERM)) {
        return;
    }
    raft_commit_upto(turn, index);
    if (raft->role == RAFT_LEADER) {
        raft_reads_decide(turn);
    }
}
