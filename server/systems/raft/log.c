/* log.c: the entries that are in memory: heads by index, bytes in a ring. */
#include "systems/raft/internal.h"

#include "base/digest.h"

#include <assert.h>

enum { ENTRY_HASH_BITS = 40 };

const struct raft_head *raft_head_at(const struct raft *raft, uint64_t index)
{
    assert(index > raft->begin);
    assert(index <= raft->last);
    return &raft->heads[index % RAFT_LOG_ENTRIES];
}

uint64_t raft_term_at(const struct raft *raft, uint64_t index)
{
    if (index == raft->begin) {
        return raft->begin_term;
    }
    return index > raft->begin && index <= raft->last ? raft_head_at(raft, index)->term : 0;
}

uint64_t raft_last_term(const struct raft *raft)
{
    return raft_term_at(raft, raft->last);
}

static void bytes_read(const struct raft *raft, uint32_t at, uint8_t *to, uint32_t length)
{
    uint32_t place = at % RAFT_LOG_BYTES;
    uint32_t first = length < RAFT_LOG_BYTES - place ? length : RAFT_LOG_BYTES - place;
    memcpy(to, raft->bytes + place, first);
    memcpy(to + first, raft->bytes, length - first);
}

static void bytes_write(struct raft *raft, uint32_t at, const uint8_t *from, uint32_t length)
{
    uint32_t place = at % RAFT_LOG_BYTES;
    uint32_t first = length < RAFT_LOG_BYTES - place ? length : RAFT_LOG_BYTES - place;
    memcpy(raft->bytes + place, from, first);
    memcpy(raft->bytes, from + first, length - first);
}

void raft_entry_copy(const struct raft *raft, uint64_t index, struct raft_entry *entry)
{
    const struct raft_head *head = raft_head_at(raft, index);
    assert(head->length <= RAFT_COMMAND_BYTES_MAX);
    memset(entry, 0, sizeof *entry);
    entry->index = index;
    entry->term = head->term;
    entry->kind = head->kind;
    entry->length = head->length;
    bytes_read(raft, head->at, entry->bytes, head->length);
}

bool raft_log_has_room(const struct raft *raft, uint32_t length)
{
    uint32_t used = raft->bytes_end - raft->bytes_begin;
    assert(used <= RAFT_LOG_BYTES);
    return raft->last - raft->begin < RAFT_LOG_ENTRIES && length <= RAFT_LOG_BYTES - used;
}

bool raft_log_make_room(struct raft *raft, uint32_t length)
{
    if (!raft_log_has_room(raft, length) && raft->image_index <= raft->last) {
        raft_log_drop(raft, raft->image_index);
    }
    return raft_log_has_room(raft, length);
}

void raft_log_push(struct raft *raft, uint64_t term, enum raft_kind kind, const void *bytes,
                   uint32_t length)
{
    assert(raft_log_has_room(raft, length));
    assert(length <= RAFT_COMMAND_BYTES_MAX);
    raft->last++;
    raft->heads[raft->last % RAFT_LOG_ENTRIES] = (struct raft_head){
        .term = term, .at = raft->bytes_end, .length = (uint16_t)length, .kind = (uint8_t)kind};
    if (length > 0) {
        bytes_write(raft, raft->bytes_end, bytes, length);
    }
    raft->bytes_end += length;
}

void raft_log_cut(struct raft *raft, uint64_t from)
{
    assert(from > raft->begin);
    if (from <= raft->last) {
        raft->bytes_end = raft_head_at(raft, from)->at;
        raft->last = from - 1;
    }
    raft->durable = raft->durable < raft->last ? raft->durable : raft->last;
}

void raft_log_drop(struct raft *raft, uint64_t upto)
{
    assert(upto <= raft->last);
    if (upto <= raft->begin) {
        return;
    }
    raft->begin_term = raft_head_at(raft, upto)->term;
    raft->bytes_begin = upto < raft->last ? raft_head_at(raft, upto + 1)->at : raft->bytes_end;
    raft->begin = upto;
}

void raft_log_reset(struct raft *raft, uint64_t index, uint64_t term)
{
    raft->begin = index;
    raft->begin_term = term;
    raft->last = index;
    raft->durable = index;
    raft->bytes_begin = raft->bytes_end;
}

uint64_t raft_entry_hash(const struct raft *raft, uint64_t index)
{
    struct raft_entry entry;
    struct digest digest = digest_init();
    raft_entry_copy(raft, index, &entry);
    digest_words(&digest, entry.term, entry.kind);
    digest_bytes(&digest, entry.bytes, entry.length);
    return digest_value(&digest) & ((UINT64_C(1) << ENTRY_HASH_BITS) - 1);
}

uint64_t raft_find_by_term(const struct raft *raft, uint64_t index, uint64_t term)
{
    index = index < raft->last ? index : raft->last;
    while (index > raft->begin && raft_head_at(raft, index)->term > term) {
        index--;
    }
    return index;
}
