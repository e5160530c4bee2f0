/* ledger_batch.c: does anybody see a half of a strong batch (KV-T13)?
 *
 * Judged from what clients asked for and were told. A batch writes its number to all its keys, so
 * each value names its batch. If a read of several keys sees one batch on one key and another on a
 * second key, and both wrote both keys, then whichever came later was seen by half: no order explains
 * it. Values of single writes say nothing, nor does a number that somebody wrote by hand. */
#include <assert.h>

#include "systems/kv/ledger.h"

void kv_ledger_chosen_value(struct kv_ledger *ledger, int64_t value)
{
    ledger->by_hand[ledger->by_hand_next++ % LEDGER_BY_HAND] = value;
}

/* ---- What is told ---- */

void kv_ledger_batch_part(const struct ledger_context *context)
{
    const struct node_note *note = context->note;
    struct ledger_batch *told = &context->ledger->told;
    if (told->op != note->subject)
        *told = (struct ledger_batch){.op = note->subject};
    if (told->count == KV_BATCH_KEYS)
        return;
    told->keys[told->count] = KV_WHAT_KEY(note->args[0]);
    told->values[told->count] = note->args[1];
    told->there[told->count++] = note->args[2] != 0;
}

/* ---- Judging ---- */

static bool has_key(const struct ledger_batch *batch, uint32_t key)
{
    for (uint32_t i = 0; i < batch->count; i++)
        if (batch->keys[i] == key)
            return true;
    return false;
}

/* The batch that wrote this value to this key; NULL: none that is known. */
static const struct ledger_batch *writer_of(const struct kv_ledger *ledger, uint32_t key,
                                            int64_t value)
{
    if (value <= 0 || value > UINT32_MAX)
        return NULL;
    const struct ledger_batch *batch = &ledger->batches[value % LEDGER_BATCHES];
    for (uint32_t i = 0; i < LEDGER_BY_HAND; i++)
        if (ledger->by_hand[i] == value)
            return NULL;
    return batch->op == value && has_key(batch, key) ? batch : NULL;
}

/* Two keys of a read, of different batches that each wrote both. */
static bool is_half(const struct kv_ledger *ledger, const struct ledger_batch *read, uint32_t i,
                    uint32_t j)
{
    if (!read->there[i] || !read->there[j])
        return false;
    const struct ledger_batch *one = writer_of(ledger, read->keys[i], read->values[i]);
    const struct ledger_batch *other = writer_of(ledger, read->keys[j], read->values[j]);
    return one != NULL && other != NULL && one != other && has_key(one, read->keys[j]) &&
           has_key(other, read->keys[i]);
}

static void judge(const struct ledger_context *context, const struct ledger_batch *read)
{
    for (uint32_t i = 0; i < read->count; i++)
        for (uint32_t j = i + 1; j < read->count; j++)
            if (is_half(context->ledger, read, i, j)) {
                kv_ledger_break(context, KV_CHECK_BATCHES_WHOLE, read->op, KV_WORD_HALF_BATCH,
                                read->values[i], read->values[j], read->keys[i]);
                return; /* once a read */
            }
}

void kv_ledger_batch_invoked(const struct ledger_context *context)
{
    const struct node_note *note = context->note;
    struct kv_ledger *ledger = context->ledger;
    bool strong = KV_WHAT_LEVEL(note->args[0]) == KV_LEVEL_ATOMIC;
    assert(note->args[1] <= KV_BATCH_KEYS);
    ledger->last_batch = note->subject;
    ledger->last_batch_count = (uint32_t)note->args[1];
    if (strong && KV_WHAT_FUNCTION(note->args[0]) != KV_GET)
        ledger->batches[note->subject % LEDGER_BATCHES] = ledger->told;
    ledger->told.op = 0;
}

void kv_ledger_batch_over(const struct ledger_context *context)
{
    const struct node_note *note = context->note;
    struct kv_ledger *ledger = context->ledger;
    bool read = KV_WHAT_FUNCTION(note->args[0]) == KV_GET && note->args[1] == KV_OK;
    if (read && ledger->told.op == note->subject)
        judge(context, &ledger->told);
    ledger->told.op = 0;
}
