/* clients_batch.c: clients that read or write several keys in one operation.
 *
 * Each key is a part, a process of its own with its own number in the history. A batch through the log
 * has a head besides: it asks, under its session, and asks again, until one reply answers all parts at
 * once; the history has it once more as a whole, under the promise "atomic". A batch on keys of the
 * eventual class has no head: once asked for, each part is answered by a home of its key, and nothing
 * holds them together ("not isolated"). A batch writes its own number to all its keys, so whoever
 * reads it knows which one it was. */
#include <assert.h>

#include "systems/kv/clients.h"

static bool is_atomic(const struct kv_process *head)
{
    return head->level == KV_LEVEL_ATOMIC;
}

/* ---- Asking ---- */

static void send(const struct clients_turn *turn, const struct kv_process *head)
{
    struct kv_batch batch = {.op = head->op,
                             .function = head->function,
                             .level = head->level,
                             .count = head->part_count,
                             .attempt = head->attempt,
                             .session = head->session,
                             .serial = head->serial,
                             .value = head->value};
    assert(head->part_count <= KV_BATCH_KEYS);
    for (uint32_t i = 0; i < head->part_count; i++)
        batch.keys[i] = (uint16_t)(head->key + i);
    node_send(turn->outbox, head->node, KV_BATCH, &batch, sizeof batch);
}

void clients_batch_ask(const struct clients_turn *turn, const struct kv_process *head)
{
    send(turn, head);
}

static void note(const struct clients_turn *turn, enum kv_note kind, const struct kv_process *head,
                 uint32_t key, int64_t a, int64_t b)
{
    int64_t who = (int64_t)head->number << 32;
    struct node_note told = {.kind = (uint16_t)kind,
                             .peer = head->node,
                             .subject = head->op,
                             .args = {KV_WHAT(head->function, head->level, key, 0) | who, a, b}};
    node_note(turn->outbox, &told);
}

static void note_invoked(const struct clients_turn *turn, const struct kv_process *head)
{
    for (uint32_t i = 0; i < head->part_count; i++)
        note(turn, KV_NOTE_BATCH_PART, head, head->key + i, head->value, head->function != KV_GET);
    note(turn, KV_NOTE_BATCH_INVOKED, head, head->key, head->part_count, 0);
}

void clients_batch_note_over(const struct clients_turn *turn, const struct kv_process *head,
                             enum kv_result result)
{
    note(turn, KV_NOTE_BATCH_OVER, head, head->key, result, 0);
}

/* ---- Beginning ---- */

static uint32_t free_count(const struct clients_turn *turn)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < (uint32_t)clients_setting(turn, KV_SET_CLIENTS); i++)
        count += turn->self->processes[i].op == 0;
    return count;
}

static void open_parts(const struct clients_turn *turn, const struct kv_process *head,
                       const struct clients_wish *wish)
{
    struct clients_wish part = *wish;
    part.level = is_atomic(head) ? KV_LEVEL_STRONG : KV_LEVEL_NOT_ISOLATED;
    part.keys = 0;
    part.own_value = true;
    part.value = head->value;
    for (uint32_t i = 0; i < wish->keys; i++, part.key++) {
        struct kv_process *process = clients_free(turn);
        assert(process != NULL);
        process->node = head->node;
        if (wish->function != KV_GET)
            process->read_key = NODE_NONE;
        clients_open(turn, process, &part, false);
    }
}

/* The promise that these keys have is asked for; of keys of both classes that of the first one, and it
 * will be refused. */
void clients_batch_begin(const struct clients_turn *turn, const struct clients_wish *wish)
{
    struct clients_wish whole = *wish;
    bool strong = kv_is_strong(turn->plan, turn->self->mode, wish->key);
    assert(wish->keys > 0 && wish->keys <= KV_BATCH_KEYS);
    if (free_count(turn) <= wish->keys) {
        clients_skip(turn);
        return;
    }
    whole.level = strong ? KV_LEVEL_ATOMIC : KV_LEVEL_NOT_ISOLATED;
    struct kv_process *head = clients_free(turn);
    clients_open(turn, head, &whole, true);
    note_invoked(turn, head);
    open_parts(turn, head, wish);
    clients_ask(turn, head);
    if (is_atomic(head))
        return;
    head->op = 0; /* nothing holds its parts together */
    head->part_count = 0;
    turn->self->open--;
}

/* ---- Answers ---- */

static struct kv_process *find(const struct clients_turn *turn, uint32_t op)
{
    for (uint32_t i = 0; i < KV_PROCESSES && op != 0; i++)
        if (turn->self->processes[i].op == op)
            return &turn->self->processes[i];
    return NULL;
}

/* The i-th key as one reply tells it: its version is the entry that wrote it. */
static struct kv_state state_of(const struct kv_process *part, const struct kv_batch_item *item)
{
    struct kv_state state = {.key = part->key, .count = item->version != 0};
    state.clock[0] = item->version;
    state.siblings[0] = (struct kv_sibling){.value = item->there ? item->value : 0,
                                            .wall_ns = item->version,
                                            .counter = item->version,
                                            .deleted = item->there == 0};
    return state;
}

static void answer(const struct clients_turn *turn, struct kv_process *head,
                   const struct kv_batch_reply *reply)
{
    for (uint32_t i = 0; i < head->part_count && head->function == KV_GET; i++)
        note(turn, KV_NOTE_BATCH_PART, head, head->key + i, reply->items[i].value,
             reply->items[i].there != 0);
    for (uint32_t i = 0; i < head->part_count; i++) {
        struct kv_process *part = find(turn, head->op + 1 + i);
        assert(part != NULL);
        struct kv_state state = state_of(part, &reply->items[i]);
        clients_note_values(turn, part, &state);
    }
    clients_end(turn, head, KV_OK);
}

/* Refused whole by whom it was asked, before it was given to anybody. */
static void refused(const struct clients_turn *turn, const struct kv_batch_reply *reply)
{
    for (uint32_t i = 0; i < reply->count; i++) {
        struct kv_process *part = find(turn, reply->op + 1 + i);
        if (part != NULL && part->is_part && part->level == KV_LEVEL_NOT_ISOLATED)
            clients_end(turn, part, (enum kv_result)reply->result);
    }
}

void clients_batch_on_reply(const struct clients_turn *turn, const struct node_event *event)
{
    struct kv_batch_reply reply;
    memcpy(&reply, event->bytes, sizeof reply);
    struct kv_process *head = find(turn, reply.op);
    enum kv_result result = (enum kv_result)reply.result;
    bool elsewhere = result == KV_NOT_LEADER || result == KV_BUSY || result == KV_SWITCHING;
    clients_learn(turn, reply.epoch, reply.mode);
    if (reply.level == KV_LEVEL_NOT_ISOLATED && result != KV_OK)
        refused(turn, &reply);
    if (head == NULL || head->part_count == 0 || head->part_count != reply.count)
        return; /* too late, or said before */
    if (elsewhere) {
        clients_back_off(turn, head, reply.attempt, reply.leader);
        return;
    }
    if (result == KV_WRONG_LEVEL && head->in_doubt)
        result = KV_TIMEOUT; /* the mode has changed; an earlier attempt may have been done */
    if (result != KV_OK) {
        clients_end(turn, head, result);
        return;
    }
    turn->self->leader = event->from;
    answer(turn, head, &reply);
}
