/* snapshot.c: images of the owner's machine instead of a log that grows for ever, and for those who
 * lag behind it (paper 7, dissertation 5.1). */
#include "systems/raft/internal.h"

#include <assert.h>

enum { SUFFIX_KEPT = 64 }; /* entries before the image that stay, for those who lag a little */

/* ---- One's own ---- */

bool raft_wants_image(const struct raft_turn *turn)
{
    const struct raft *raft = turn->self;
    if (raft->role == RAFT_READING || raft->role == RAFT_OUT || raft->restored) {
        return false;
    }
    uint64_t since = raft->applied - raft->image_index;
    bool crowded = raft->last - raft->begin > RAFT_LOG_ENTRIES * 3 / 4 ||
                   raft->bytes_end - raft->bytes_begin > RAFT_LOG_BYTES * 3 / 4;
    return since > 0 && (raft->image_due || since >= turn->tuning->snapshot_entries ||
                         (crowded && (since > SUFFIX_KEPT || raft->begin == raft->image_index)));
}

void raft_ask_image(const struct raft_turn *turn)
{
    turn->self->image_due = 1;
}

/* What was in force at an index not below the image: the newest in the log, or the image's. */
static struct raft_members members_at(const struct raft *raft, uint64_t index)
{
    struct raft_members members = raft->image_members;
    uint64_t found = raft_members_newest(raft, index);
    if (found != 0) {
        struct raft_entry entry;
        raft_entry_copy(raft, found, &entry);
        memcpy(&members, entry.bytes, sizeof members);
    }
    return members;
}

void raft_take_image(const struct raft_turn *turn, const void *image, uint32_t length)
{
    struct raft *raft = turn->self;
    assert(length <= RAFT_IMAGE_BYTES_MAX);
    assert(raft->applied >= raft->image_index);
    memcpy(raft->image, image, length);
    raft->image_length = length;
    raft->image_members = members_at(raft, raft->applied);
    raft->image_index = raft->applied;
    raft->image_term = raft_term_at(raft, raft->applied);
    raft->image_due = 0;
    bool crowded = raft->last - raft->begin > RAFT_LOG_ENTRIES / 2 ||
                   raft->bytes_end - raft->bytes_begin > RAFT_LOG_BYTES / 2;
    uint64_t upto = crowded                           ? raft->image_index
                    : raft->image_index > SUFFIX_KEPT ? raft->image_index - SUFFIX_KEPT
                                                      : 0;
    raft_log_drop(raft, upto > raft->begin ? upto : raft->begin);
    raft_note_it(turn, RAFT_NOTE_IMAGE, NODE_NONE, (int64_t)raft->image_index, length, 0, 0);
    raft_store_segment(turn);
}

bool raft_restored(const struct raft_turn *turn, const uint8_t **image, uint32_t *length)
{
    struct raft *raft = turn->self;
    if (!raft->restored) {
        return false;
    }
    raft->restored = 0;
    *image = raft->image;
    *length = raft->image_length;
    return true;
}

/* ---- To those who lag ---- */

void raft_send_chunk(const struct raft_turn *turn, uint32_t to)
{
    struct raft *raft = turn->self;
    struct raft_progress *progress = &raft->progress[to];
    if (progress->image_index != raft->image_index) {
        raft_note_it(turn, RAFT_NOTE_IMAGE_SENT, to, (int64_t)raft->image_index, raft->image_length,
                     0, 0);
        progress->image_offset = 0;
    }
    progress->image_index = raft->image_index;
    progress->sent_ns = turn->now_ns;
    uint32_t offset = progress->image_offset < raft->image_length ? progress->image_offset : 0;
    uint32_t left = raft->image_length - offset;
    struct raft_chunk chunk = {.subject = (uint32_t)raft->image_index,
                               .offset = offset,
                               .total = raft->image_length,
                               .length = left < RAFT_CHUNK_BYTES ? left : RAFT_CHUNK_BYTES,
                               .term = raft->term,
                               .index = raft->image_index,
                               .index_term = raft->image_term,
                               .round = raft->round,
                               .members = raft->image_members};
    memcpy(chunk.bytes, raft->image + offset, chunk.length);
    raft_send(turn, to, RAFT_SNAPSHOT, &chunk, RAFT_CHUNK_BYTES_MIN + chunk.length);
}

void raft_chunk_taken(const struct raft_turn *turn, uint32_t from,
                      const struct raft_chunk_taken *answer)
{
    struct raft *raft = turn->self;
    struct raft_progress *progress = &raft->progress[from];
    if (answer->term > raft->term) {
        raft_follow(turn, answer->term, NODE_NONE);
        return;
    }
    if (raft->role != RAFT_LEADER || answer->term != raft->term) {
        return;
    }
    raft_heard(turn, from, answer->round);
    if (raft->role != RAFT_LEADER || answer->index != raft->image_index) {
        return;
    }
    if (answer->offset >= raft->image_length) { /* it has all; appends go on behind it */
        progress->image_index = 0;
        progress->image_offset = 0;
        if (progress->next <= raft->image_index) {
            progress->next = raft->image_index + 1;
            progress->probing = 1;
            progress->under_way = 0;
        }
        raft_send_to(turn, from);
    } else if (progress->next <= raft->begin) {
        progress->image_offset = answer->offset;
        progress->image_index = raft->image_index;
        raft_send_chunk(turn, from);
    }
}

/* ---- From a leader ---- */

/* It describes a prefix of this log: what follows it stays. Otherwise the whole log goes. */
static void install(const struct raft_turn *turn, uint32_t from)
{
    struct raft *raft = turn->self;
    uint64_t index = raft->incoming_index;
    bool prefix = index <= raft->last && index >= raft->begin &&
                  raft_term_at(raft, index) == raft->incoming_term;
    memcpy(raft->image, raft->incoming, raft->incoming_total);
    raft->image_length = raft->incoming_total;
    raft->image_index = index;
    raft->image_term = raft->incoming_term;
    raft->image_members = raft->incoming_members;
    if (prefix && !raft_bug(turn, RAFT_BUG_SNAP_DROP_SUFFIX)) {
        raft_log_drop(raft, index);
    } else {
        uint64_t durable = raft->durable < raft->commit ? raft->durable : raft->commit;
        raft_log_reset(raft, index, raft->incoming_term);
        raft->durable = durable; /* the image is not on the disk yet */
        raft->members = raft->incoming_members;
        raft->members_index = index;
        raft->members_before = raft->members;
        raft->members_before_index = index;
    }
    raft->commit = raft->commit > index ? raft->commit : index;
    raft->commit = raft->commit < raft->last ? raft->commit : raft->last;
    raft->applied = index;
    raft->verified = raft->verified > index ? raft->verified : index;
    raft->verified = raft->verified < raft->last ? raft->verified : raft->last;
    raft->restored = 1;
    raft->incoming_total = 0;
    raft_note_it(turn, RAFT_NOTE_IMAGE_TAKEN, from, (int64_t)index, (int64_t)raft->image_term, 0,
                 0);
    raft_store_segment(turn);
}

static void take_chunk(const struct raft_turn *turn, const struct raft_chunk *chunk)
{
    struct raft *raft = turn->self;
    bool other = raft->incoming_index != chunk->index || raft->incoming_total != chunk->total ||
                 raft->incoming_term != chunk->index_term;
    if (other) { /* the same again goes on where it was */
        raft->incoming_length = 0;
        raft->incoming_index = chunk->index;
        raft->incoming_term = chunk->index_term;
        raft->incoming_total = chunk->total;
        raft->incoming_members = chunk->members;
    }
    if (chunk->offset == raft->incoming_length) {
        memcpy(raft->incoming + raft->incoming_length, chunk->bytes, chunk->length);
        raft->incoming_length += chunk->length;
    }
}

void raft_chunk_came(const struct raft_turn *turn, uint32_t from, const struct raft_chunk *chunk)
{
    struct raft *raft = turn->self;
    struct raft_chunk_taken answer = {.subject = chunk->subject,
                                      .index = chunk->index,
                                      .round = chunk->round,
                                      .offset = chunk->total};
    if (chunk->term >= raft->term) {
        if (chunk->term > raft->term || raft->role != RAFT_FOLLOWER || raft->leader != from) {
            raft_follow(turn, chunk->term, from);
        }
        if (!raft_bug(turn, RAFT_BUG_CHUNK_NO_RESET)) {
            raft->heard_leader_ns = turn->now_ns;
            raft_patience(turn);
        }
        if (chunk->index > raft->commit) {
            take_chunk(turn, chunk);
            answer.offset = raft->incoming_length;
            if (raft->incoming_length == raft->incoming_total) {
                install(turn, from);
            }
        }
    }
    answer.term = raft->term;
    raft_send(turn, from, RAFT_SNAPSHOT_TAKEN, &answer, sizeof answer);
}
