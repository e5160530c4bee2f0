/* internal.h: what the parts of Raft offer each other. Private to raft*.c; raft.h is for owners. */
#ifndef CHEF_SYSTEMS_RAFT_INTERNAL_H
#define CHEF_SYSTEMS_RAFT_INTERNAL_H

#include "systems/raft/messages.h"

static inline bool raft_bug(const struct raft_turn *turn, enum raft_bug bug)
{
    return (turn->tuning->bugs >> bug & 1) != 0;
}

static inline uint64_t raft_bit(uint32_t node)
{
    return UINT64_C(1) << node;
}

/* Everybody but oneself who is sent appends. */
static inline uint64_t raft_others(const struct raft_turn *turn)
{
    const struct raft_members *members = &turn->self->members;
    return (members->voters | members->next | members->learners) & ~raft_bit(turn->env->self);
}

void raft_note_it(const struct raft_turn *turn, enum raft_note kind, uint32_t peer, int64_t a,
                  int64_t b, int64_t c, int64_t d);
void raft_send(const struct raft_turn *turn, uint32_t to, enum raft_message type, const void *bytes,
               uint32_t length);

/* ---- raft.c ---- */

/* Moves the node's timer to what comes next. */
void raft_arm(const struct raft_turn *turn);

/* ---- log.c: entries in memory ---- */

uint64_t raft_last_term(const struct raft *raft);
const struct raft_head *raft_head_at(const struct raft *raft, uint64_t index);
/* Copies an entry that is in memory. */
void raft_entry_copy(const struct raft *raft, uint64_t index, struct raft_entry *entry);
/* Is there room for another entry of so many bytes? */
bool raft_log_has_room(const struct raft *raft, uint32_t length);
/* The same, after those before the image were let go if need be, which otherwise stay for who lags a
 * little. */
bool raft_log_make_room(struct raft *raft, uint32_t length);
/* Puts an entry behind the last one; there is room. */
void raft_log_push(struct raft *raft, uint64_t term, enum raft_kind kind, const void *bytes,
                   uint32_t length);
void raft_log_cut(struct raft *raft, uint64_t from);  /* forgets from this index on */
void raft_log_drop(struct raft *raft, uint64_t upto); /* forgets up to this index, which is there */
void raft_log_reset(struct raft *raft, uint64_t index, uint64_t term); /* begins anew behind it */
/* Of term, kind and bytes: equal entries have equal ones; 40 bits. */
uint64_t raft_entry_hash(const struct raft *raft, uint64_t index);
/* The largest index up to `index` whose term is at most `term`, not below `begin`. */
uint64_t raft_find_by_term(const struct raft *raft, uint64_t index, uint64_t term);

/* ---- storage.c: the disk ---- */

/* Entries from..last are to be on the disk; when they are, `durable` says so. */
void raft_store_entries(const struct raft_turn *turn, uint64_t from);
/* Entries from `from` on were struck out. */
void raft_store_cut(const struct raft_turn *turn, uint64_t from);
/* Term and vote are to be on the disk. */
void raft_store_state(const struct raft_turn *turn);
/* Begins the other file with all that counts. */
void raft_store_segment(const struct raft_turn *turn);
/* A write came back. */
void raft_stored(const struct raft_turn *turn, const struct node_event *event);
static inline bool raft_vote_is_durable(const struct raft *raft)
{
    return !raft->vote_owed && !raft->disk_bad;
}

/* ---- recover.c ---- */

void raft_recover_begin(const struct raft_turn *turn);
void raft_recover_read(const struct raft_turn *turn, const struct node_event *event);

/* ---- election.c ---- */

/* Has a majority of the voters (of both, in the joint phase) these bits? */
bool raft_is_quorum(const struct raft_turn *turn, uint64_t mask);
void raft_patience(const struct raft_turn *turn); /* draws a new deadline for an election */
/* A higher term was heard of, or `leader` of this one. */
void raft_follow(const struct raft_turn *turn, uint64_t term, uint32_t leader);
void raft_step_down(const struct raft_turn *turn, int why);
void raft_election_due(const struct raft_turn *turn);
void raft_campaign(const struct raft_turn *turn, bool transfer);
void raft_vote_asked(const struct raft_turn *turn, uint32_t from,
                     const struct raft_vote_asked *ask);
void raft_vote_came(const struct raft_turn *turn, uint32_t from, const struct raft_vote *vote);
void raft_vote_durable(const struct raft_turn *turn);
/* The leader looks for its quorum; without one it steps down. */
void raft_check_quorum(const struct raft_turn *turn);

/* ---- replicate.c ---- */

/* Puts an entry of this leader's term behind the others, and sends it. */
uint64_t raft_append_own(const struct raft_turn *turn, enum raft_kind kind, const void *bytes,
                         uint32_t length);
void raft_send_to(const struct raft_turn *turn, uint32_t to); /* what it lacks, as far as allowed */
void raft_send_all(const struct raft_turn *turn);
void raft_heartbeat(const struct raft_turn *turn); /* a new round to everybody */
void raft_append_came(const struct raft_turn *turn, uint32_t from,
                      const struct raft_append *append);
void raft_appended_came(const struct raft_turn *turn, uint32_t from,
                        const struct raft_appended *answer);
/* More of the log is durable here: the leader counts itself, a follower answers. */
void raft_durable_grew(const struct raft_turn *turn);
void raft_commit_upto(const struct raft_turn *turn, uint64_t index);
/* What a quorum has is committed. */
void raft_count(const struct raft_turn *turn);
/* A follower was heard: round and time of an answer. */
void raft_heard(const struct raft_turn *turn, uint32_t from, uint64_t round);

/* ---- snapshot.c ---- */

void raft_send_chunk(const struct raft_turn *turn, uint32_t to);
void raft_chunk_came(const struct raft_turn *turn, uint32_t from, const struct raft_chunk *chunk);
void raft_chunk_taken(const struct raft_turn *turn, uint32_t from,
                      const struct raft_chunk_taken *answer);

/* ---- members.c ---- */

/* The entry at `index` is a configuration that was just appended (or read from the disk). */
void raft_members_appended(const struct raft_turn *turn, uint64_t index);
void raft_members_cut(const struct raft_turn *turn, uint64_t from);
void raft_members_committed(const struct raft_turn *turn);
/* Index of the newest configuration in memory that is not behind `upto`; 0: none. */
uint64_t raft_members_newest(const struct raft *raft, uint64_t upto);
/* Learners are looked after. */
void raft_members_tick(const struct raft_turn *turn);

/* ---- reads.c ---- */

void raft_reads_decide(const struct raft_turn *turn);
void raft_reads_refuse(const struct raft_turn *turn); /* all of them: no leader any more */

/* ---- transfer.c ---- */

void raft_transfer_go_on(const struct raft_turn *turn);
void raft_transfer_end(const struct raft_turn *turn);

#endif
