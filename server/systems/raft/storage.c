/* storage.c: term, vote, entries and image on the disk (messages.h: files).
 *
 * Whatever is appended is synced at once; `durable` and the vote follow when the write comes back.
 * The device works in order, so what is durable is a prefix. A write that fails leaves a gap, behind
 * which nothing can be read again: from then on nothing counts as durable until the other file has
 * been begun with everything. */
#include "systems/raft/internal.h"

#include "base/log_codec.h"

#include <assert.h>

/* A write that is being put together, of whole records; the file goes on at raft->offset. */
struct buffer {
    uint8_t bytes[NODE_MESSAGE_BYTES_MAX];
    uint32_t length;
    uint32_t flushed; /* writes begun */
};

static uint32_t flush(const struct raft_turn *turn, struct buffer *buffer, uint32_t flags)
{
    struct raft *raft = turn->self;
    assert(buffer->length > 0);
    memset(buffer->bytes + buffer->length, 0, LOG_TERMINATOR_BYTES);
    uint32_t token = node_write(turn->outbox, turn->place->files[raft->file], raft->offset,
                                buffer->bytes, buffer->length + LOG_TERMINATOR_BYTES, flags);
    if (buffer->flushed == 0 && raft->segment_token == 0) {
        raft->segment_token = token;
    }
    raft->offset += buffer->length;
    buffer->length = 0;
    buffer->flushed++;
    return token;
}

static void put(const struct raft_turn *turn, struct buffer *buffer, uint32_t salt,
                enum raft_record type, const void *head, uint32_t head_length, const void *bytes,
                uint32_t length)
{
    uint8_t body[LOG_BODY_BYTES_MAX];
    uint32_t whole = head_length + length;
    assert(whole <= LOG_BODY_BYTES_MAX);
    if (buffer->length + log_record_bytes(whole) + LOG_TERMINATOR_BYTES > NODE_MESSAGE_BYTES_MAX) {
        (void)flush(turn, buffer, 0);
    }
    if (head_length > 0) {
        memcpy(body, head, head_length);
    }
    if (length > 0) {
        memcpy(body + head_length, bytes, length);
    }
    buffer->length +=
        log_record_put(buffer->bytes + buffer->length, salt, (uint16_t)type, body, whole);
}

static uint32_t salt_of(const struct raft *raft)
{
    return (uint32_t)raft->generation;
}

static void put_entry(const struct raft_turn *turn, struct buffer *buffer, uint64_t index)
{
    struct raft_entry entry;
    raft_entry_copy(turn->self, index, &entry);
    struct raft_stored stored = {
        .index = index, .term = entry.term, .length = (uint16_t)entry.length, .kind = entry.kind};
    put(turn, buffer, salt_of(turn->self), RAFT_RECORD_ENTRY, &stored, sizeof stored, entry.bytes,
        entry.length);
}

static void put_state(const struct raft_turn *turn, struct buffer *buffer)
{
    struct raft_state state = {.term = turn->self->term, .vote = turn->self->vote};
    put(turn, buffer, salt_of(turn->self), RAFT_RECORD_STATE, &state, sizeof state, NULL, 0);
}

/* Remembers that the log is durable up to `index` once that write is. When there are too many, the
 * two youngest become one, which is later. */
static void mark(struct raft *raft, uint32_t token, uint64_t index)
{
    if (raft->mark_count == RAFT_MARKS) {
        raft->mark_count--;
    }
    raft->marks[raft->mark_count++] = (struct raft_mark){.token = token, .index = index};
}

/* Is there room for so many bytes, or does the other file begin? */
static bool has_room(const struct raft_turn *turn, uint32_t bytes)
{
    return turn->self->offset + bytes + LOG_TERMINATOR_BYTES <= RAFT_FILE_BYTES;
}

static uint32_t entries_bytes(const struct raft *raft, uint64_t from)
{
    uint32_t bytes = 0;
    for (uint64_t index = from; index <= raft->last; index++) {
        bytes += log_record_bytes((uint32_t)sizeof(struct raft_stored) +
                                  raft_head_at(raft, index)->length);
    }
    return bytes;
}

void raft_store_entries(const struct raft_turn *turn, uint64_t from)
{
    struct raft *raft = turn->self;
    struct buffer buffer = {.length = 0};
    assert(from > raft->begin);
    if (from > raft->last || raft->disk_bad) {
        return; /* the next segment has them */
    }
    if (!has_room(turn, entries_bytes(raft, from))) {
        raft_store_segment(turn);
        return;
    }
    for (uint64_t index = from; index <= raft->last; index++) {
        put_entry(turn, &buffer, index);
    }
    mark(raft, flush(turn, &buffer, NODE_SYNC), raft->last);
}

void raft_store_cut(const struct raft_turn *turn, uint64_t from)
{
    struct raft *raft = turn->self;
    struct buffer buffer = {.length = 0};
    for (uint32_t i = 0; i < raft->mark_count; i++) {
        if (raft->marks[i].index >= from) {
            raft->marks[i].index = from - 1;
        }
    }
    if (raft->disk_bad) {
        return;
    }
    if (!has_room(turn, log_record_bytes(sizeof from))) {
        raft_store_segment(turn);
        return;
    }
    put(turn, &buffer, salt_of(raft), RAFT_RECORD_TRUNCATE, &from, sizeof from, NULL, 0);
    (void)flush(turn, &buffer, NODE_SYNC);
}

void raft_store_state(const struct raft_turn *turn)
{
    struct raft *raft = turn->self;
    struct buffer buffer = {.length = 0};
    raft->vote_owed = 1;
    raft->vote_token = NODE_NONE;
    if (raft->disk_bad) {
        return;
    }
    if (!has_room(turn, log_record_bytes(sizeof(struct raft_state)))) {
        raft_store_segment(turn);
        return;
    }
    put_state(turn, &buffer);
    raft->vote_token = flush(turn, &buffer, NODE_SYNC);
}

/* The largest piece of an image that one record holds. */
enum { IMAGE_PIECE_BYTES = 3840 };
_Static_assert((int)IMAGE_PIECE_BYTES <= (int)LOG_BODY_BYTES_MAX, "a piece is a record");

void raft_store_segment(const struct raft_turn *turn)
{
    struct raft *raft = turn->self;
    struct buffer buffer = {.length = 0};
    /* The other file holds what counts until this one is whole on the disk. */
    raft->file ^= raft->file_whole;
    raft->file_whole = 0;
    raft->offset = 0;
    raft->generation++;
    raft->segment_token = 0;
    raft->disk_bad = 0;
    struct raft_segment segment = {.generation = raft->generation,
                                   .image_index = raft->image_index,
                                   .image_term = raft->image_term,
                                   .begin = raft->begin,
                                   .begin_term = raft->begin_term,
                                   .image_members = raft->image_members,
                                   .members_index = raft->members_before_index,
                                   .image_length = raft->image_length};
    put(turn, &buffer, 0, RAFT_RECORD_SEGMENT, &segment, sizeof segment, NULL, 0);
    for (uint32_t at = 0; at < raft->image_length; at += IMAGE_PIECE_BYTES) {
        uint32_t left = raft->image_length - at;
        put(turn, &buffer, salt_of(raft), RAFT_RECORD_IMAGE, NULL, 0, raft->image + at,
            left < IMAGE_PIECE_BYTES ? left : IMAGE_PIECE_BYTES);
    }
    put_state(turn, &buffer);
    for (uint64_t index = raft->begin + 1; index <= raft->last; index++) {
        put_entry(turn, &buffer, index);
    }
    put(turn, &buffer, salt_of(raft), RAFT_RECORD_WHOLE, NULL, 0, NULL, 0);
    uint32_t token = flush(turn, &buffer, NODE_SYNC);
    assert(raft->offset <= RAFT_FILE_BYTES);
    raft->whole_token = token;
    raft->mark_count = 0;
    mark(raft, token, raft->last);
    raft->vote_token = raft->vote_owed ? token : raft->vote_token;
}
/* Image with its heads, as many entries as fit into memory, and what else there is. */
enum {
    SEGMENT_BYTES_MAX =
        RAFT_IMAGE_BYTES_MAX + RAFT_LOG_BYTES +
        RAFT_LOG_ENTRIES * ((int)sizeof(struct raft_stored) + LOG_HEADER_BYTES + 7) + 1024
};
_Static_assert((int)SEGMENT_BYTES_MAX <= RAFT_FILE_BYTES * 7 / 8,
               "a file has room for more than it begins with");
_Static_assert((int)SEGMENT_BYTES_MAX <= (int)NODE_STEP_WRITE_BYTES, "it is written in one step");

void raft_stored(const struct raft_turn *turn, const struct node_event *event)
{
    struct raft *raft = turn->self;
    if (event->token < raft->segment_token || raft->disk_bad) {
        return; /* of the file before; or behind a gap */
    }
    if (event->status != NODE_IO_OK) {
        raft->disk_bad = 1;
        raft->disk_again_ns = turn->now_ns + turn->tuning->heartbeat_ns;
        raft_note_it(turn, RAFT_NOTE_DISK_REFUSED, NODE_NONE, event->status, 0, 0, 0);
        return;
    }
    raft->file_whole |= event->token >= raft->whole_token;
    uint32_t done = 0;
    uint64_t durable = raft->durable;
    while (done < raft->mark_count && raft->marks[done].token <= event->token) {
        durable = raft->marks[done].index > durable ? raft->marks[done].index : durable;
        done++;
    }
    raft->mark_count -= done;
    memmove(raft->marks, raft->marks + done, raft->mark_count * sizeof raft->marks[0]);
    if (raft->vote_owed && raft->vote_token != NODE_NONE && raft->vote_token <= event->token) {
        raft->vote_owed = 0;
        raft_vote_durable(turn);
    }
    if (durable > raft->durable) {
        raft->durable = durable < raft->last ? durable : raft->last;
        raft_durable_grew(turn);
    }
}
