/* message.c - records of messages in pools of four sizes.
 *
 * All memory is planned at the start; nothing is allocated while a world runs (malloc was measured
 * at 3.1 M messages/s with 100,000 live, a pool at 4.8). Four classes keep small messages small:
 * most are under 88 bytes, one in hundreds carries a log entry of kilobytes.
 *
 * A record has one owner at a time, and its state says which: the list of held ones of its sender,
 * the event queue, the inbox of its receiver, or the free list. Whoever takes it from one must put
 * it into another or give it back. */
#include "sim/world.h"

#include <assert.h>

_Static_assert(NODE_MESSAGE_BYTES_MAX <= UINT16_MAX, "a length fits the record's field");
_Static_assert(SIM_MESSAGE_CLASSES <= 4, "a class fits two bits of the record's field");
_Static_assert(SIM_MESSAGE_WAITING < 16, "a state fits the record's field");

/* The smallest record fills two cache lines. */
const uint32_t SIM_MESSAGE_BYTES[SIM_MESSAGE_CLASSES] = {128 - sizeof(struct sim_message), 256,
                                                         1024, NODE_MESSAGE_BYTES_MAX};

/* A class that is full borrows from the next larger one; the run halts when none is left. A halt
 * and not a lost message: the pool's size is the host's affair, and a run that depended on it would
 * tell a story of the simulator instead of the system. */
uint32_t sim_message_take(struct sim *sim, uint32_t length)
{
    struct sim_world *world = sim->world;
    assert(length <= NODE_MESSAGE_BYTES_MAX);
    for (uint32_t class = 0; class < SIM_MESSAGE_CLASSES; class ++) {
        if (length > SIM_MESSAGE_BYTES[class]) {
            continue;
        }
        uint32_t taken = pool_take(&world->messages[class], world);
        if (taken != POOL_NONE) {
            struct sim_message *message = sim_message_at(world, taken);
            message->class = class & 3u;
            message->state = SIM_MESSAGE_HELD;
            message->length = (uint16_t)length;
            message->flags = 0;
            return taken;
        }
    }
    sim_halt(sim, SIM_HALT_MESSAGES_FULL, NODE_NONE, NULL);
    return SIM_MESSAGE_NONE;
}

void sim_message_give(struct sim_world *world, uint32_t message)
{
    struct sim_message *record = sim_message_at(world, message);
    assert(record->state !=
           SIM_MESSAGE_FREE); /* given twice: two owners would share the next one */
    record->state = SIM_MESSAGE_FREE;
    pool_give(&world->messages[record->class], world, message);
}

/* Lists are threaded through the records; a record is in one list at most. */
void sim_message_append(struct sim_world *world, struct sim_message_list *list, uint32_t message)
{
    assert(sim_message_at(world, message)->state != SIM_MESSAGE_FREE);
    assert(sim_message_at(world, message)->state != SIM_MESSAGE_FLYING); /* the queue's */
    sim_message_at(world, message)->next = SIM_MESSAGE_NONE;
    if (list->count == 0) {
        list->first = message;
    } else {
        sim_message_at(world, list->last)->next = message;
    }
    list->last = message;
    list->count++;
}

uint32_t sim_message_pop(struct sim_world *world, struct sim_message_list *list)
{
    assert(list->count > 0);
    uint32_t message = list->first;
    list->first = sim_message_at(world, message)->next;
    list->count--;
    return message;
}

void sim_message_drop_all(struct sim_world *world, struct sim_message_list *list)
{
    while (list->count > 0) {
        sim_message_give(world, sim_message_pop(world, list));
    }
}
