/* fuzz_raft_recover.c - whatever stands in a server's two files, it comes up or stays out, and believes
 * nothing whose checksum is wrong.
 *
 * The bytes are a mode, the length of the first file, and both files. Mode 0 gives them as they are, and
 * a reader of this file's own says which records are good: all that the server holds afterwards must be
 * among them. Mode 1 gives every record a right checksum first, so that what is behind the checksums
 * meets arbitrary fields as well. */
#include "base/log_codec.h"
#include "node/observer.h"
#include "systems/raft/internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD_BYTES = 5, STEPS_MAX = 1000 };

struct disk {
    uint8_t *bytes[2];
    uint32_t length[2];
};

/* ---- A reader of its own ---- */

/* CRC-32C bit by bit (RFC 3720, appendix B.4). */
static uint32_t checksum(uint32_t crc, const uint8_t *bytes, uint32_t length)
{
    crc = ~crc;
    for (uint32_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82f63b78u : 0);
    }
    return ~crc;
}

struct found {
    const uint8_t *body;
    uint32_t crc;
    uint16_t length, type;
};

/* The record at that place; false: none could be there. Its checksum is not looked at. */
static bool record_at(const struct disk *disk, int file, uint32_t at, struct found *found)
{
    const uint8_t *bytes = disk->bytes[file] + at;
    if (at + LOG_HEADER_BYTES > disk->length[file])
        return false;
    memcpy(&found->crc, bytes, sizeof found->crc);
    memcpy(&found->length, bytes + 4, sizeof found->length);
    memcpy(&found->type, bytes + 6, sizeof found->type);
    found->body = bytes + LOG_HEADER_BYTES;
    return found->type != 0 && found->length <= LOG_BODY_BYTES_MAX &&
           at + log_record_bytes(found->length) <= disk->length[file];
}

static uint32_t sum_of(const struct found *found, uint32_t salt)
{
    return checksum(salt, found->body - 4, 4u + found->length);
}

/* The first record has no salt; its generation salts the others. */
static uint32_t salt_of_file(const struct disk *disk, int file)
{
    struct found first;
    struct raft_segment segment = {.generation = 0};
    if (record_at(disk, file, 0, &first) && first.type == RAFT_RECORD_SEGMENT &&
        first.length == sizeof segment)
        memcpy(&segment, first.body, sizeof segment);
    return (uint32_t)segment.generation;
}

static bool good_at(const struct disk *disk, int file, uint32_t at, struct found *found)
{
    return record_at(disk, file, at, found) &&
           sum_of(found, at == 0 ? 0 : salt_of_file(disk, file)) == found->crc;
}

static void seal(struct disk *disk, int file)
{
    struct found found;
    for (uint32_t at = 0; record_at(disk, file, at, &found); at += log_record_bytes(found.length)) {
        uint32_t crc = sum_of(&found, at == 0 ? 0 : salt_of_file(disk, file));
        memcpy(disk->bytes[file] + at, &crc, sizeof crc);
    }
}

/* ---- The server ---- */

/* Answers its reads until there are none. */
static void recover(struct raft *raft, const struct disk *disk)
{
    static const struct raft_place PLACE = {.note_first = NODE_NOTE_SYSTEM, .files = {0, 1}};
    static const struct raft_members FIRST = {.voters = 7};
    static const struct raft_tuning TUNING = {.election_min_ns = 150000000,
                                              .election_max_ns = 300000000,
                                              .heartbeat_ns = 50000000,
                                              .batch_bytes = 2048,
                                              .pipeline = 4,
                                              .snapshot_entries = 200,
                                              .pre_vote = true,
                                              .check_quorum = true};
    static uint8_t out[NODE_OUTBOX_BYTES] __attribute__((aligned(8)));
    const struct node_env env = {.self = 0, .node_count = 3, .draw_key = 1};
    struct node_outbox outbox = {.at = out};
    const struct raft_turn turn = {
        .self = raft, .tuning = &TUNING, .place = &PLACE, .env = &env, .outbox = &outbox};
    struct node_event event = {.kind = NODE_EVENT_START, .from = NODE_NONE};
    raft_boot(raft, &FIRST);
    for (int steps = 0; steps < STEPS_MAX; steps++) {
        struct node_intent intent = {.kind = NODE_INTENT_NOTE};
        outbox.length = 0;
        (void)raft_step(&turn, &event);
        assert(!outbox.overflow);
        if (raft->role != RAFT_READING)
            return;
        for (uint32_t at = 0; intent.kind != NODE_INTENT_READ;) {
            assert(at < outbox.length); /* who reads asks for the next piece */
            memcpy(&intent, out + at, sizeof intent);
            bool carries = intent.kind == NODE_INTENT_NOTE;
            at += (uint32_t)sizeof intent + (carries ? (intent.length + 7u) & ~7u : 0);
        }
        uint32_t there = disk->length[intent.id];
        uint32_t left = intent.offset < there ? there - intent.offset : 0;
        event = (struct node_event){.kind = NODE_EVENT_READ,
                                    .id = intent.id,
                                    .from = NODE_NONE,
                                    .offset = intent.offset,
                                    .length = left < intent.length ? left : intent.length,
                                    .bytes = disk->bytes[intent.id] + (there - left)};
    }
    assert(false); /* it never ends */
}

/* ---- What it may believe ---- */

static bool is_entry(const struct raft *raft, const struct found *found, uint64_t *index)
{
    struct raft_stored stored;
    struct raft_entry entry;
    if (found->type != RAFT_RECORD_ENTRY || found->length < sizeof stored)
        return false;
    memcpy(&stored, found->body, sizeof stored);
    if (stored.index <= raft->begin || stored.index > raft->last)
        return false;
    raft_entry_copy(raft, stored.index, &entry);
    *index = stored.index;
    return entry.term == stored.term && entry.kind == stored.kind &&
           entry.length == found->length - sizeof stored &&
           memcmp(entry.bytes, found->body + sizeof stored, entry.length) == 0;
}

/* Every entry, its term and its vote come from good records. */
static void check_records(const struct raft *raft, const struct disk *disk)
{
    static bool seen[RAFT_LOG_ENTRIES + 1];
    bool term_seen = raft->term == 0, vote_seen = raft->term == 0 || raft->vote == NODE_NONE;
    memset(seen, 0, sizeof seen);
    assert(raft->last - raft->begin <= RAFT_LOG_ENTRIES);
    for (int file = 0; file < 2; file++) {
        for (uint32_t at = 0; at < disk->length[file]; at += LOG_HEADER_BYTES) {
            struct found found;
            struct raft_state state;
            uint64_t index;
            if (!good_at(disk, file, at, &found))
                continue;
            if (is_entry(raft, &found, &index))
                seen[index - raft->begin] = true;
            if (found.type != RAFT_RECORD_STATE || found.length != sizeof state)
                continue;
            memcpy(&state, found.body, sizeof state);
            term_seen = term_seen || state.term == raft->term;
            vote_seen = vote_seen || (state.term == raft->term && state.vote == raft->vote);
        }
    }
    for (uint64_t index = raft->begin + 1; index <= raft->last; index++)
        assert(seen[index - raft->begin]);
    assert(term_seen || raft->term == raft_last_term(raft));
    assert(vote_seen);
}

/* Its image is what one of the files has in good records from the beginning on. */
static void check_image(const struct raft *raft, const struct disk *disk)
{
    bool equal = raft->image_length == 0;
    for (int file = 0; file < 2 && !equal; file++) {
        struct found found;
        uint32_t length = 0;
        for (uint32_t at = 0; good_at(disk, file, at, &found); at += log_record_bytes(found.length))
            if (found.type == RAFT_RECORD_IMAGE && found.length <= raft->image_length - length &&
                memcmp(raft->image + length, found.body, found.length) == 0)
                length += found.length;
        equal = length == raft->image_length;
    }
    assert(equal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct disk disk;
    uint32_t first;
    if (size < HEAD_BYTES || size - HEAD_BYTES > RAFT_FILE_BYTES)
        return 0;
    memcpy(&first, data + 1, sizeof first);
    uint32_t whole = (uint32_t)size - HEAD_BYTES;
    disk.length[0] = first < whole ? first : whole;
    disk.length[1] = whole - disk.length[0];
    for (int file = 0; file < 2; file++) {
        disk.bytes[file] = malloc(disk.length[file] + 1u);
        assert(disk.bytes[file] != NULL);
        memcpy(disk.bytes[file], data + HEAD_BYTES + (file == 0 ? 0 : disk.length[0]),
               disk.length[file]);
        if (data[0] % 2 == 1)
            seal(&disk, file);
    }
    struct raft *raft = malloc(sizeof *raft);
    assert(raft != NULL);
    recover(raft, &disk);
    assert(raft->role == RAFT_FOLLOWER || raft->role == RAFT_OUT);
    if (raft->role == RAFT_FOLLOWER && data[0] % 2 == 0) {
        check_records(raft, &disk);
        check_image(raft, &disk);
    }
    free(raft);
    free(disk.bytes[0]);
    free(disk.bytes[1]);
    return 0;
}
