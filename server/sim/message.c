/* message.c - records of messages in pools of four sizes. */
#include "sim/world.h"

#include <assert.h>

/* The smallest record fills two cache lines. */
const uint32_t SIM_MESSAGE_BYTES[SIM_MESSAGE_CLASSES] = {128 - sizeof(struct sim_message), 256,
                                                         1024, NODE_MESSAGE_BYTES_MAX};

/* A class that is full borrows from the next larger one; the run halts when none is left. */
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
    assert(record->state != SIM_MESSAGE_FREE);
    record->state = SIM_MESSAGE_FREE;
    pool_give(&world->messages[record->class], world, message);
}

/* Lists are threaded through the records; a record is in one list at most. */
void sim_message_append(struct sim_world *world, struct sim_message_list *list, uint32_t message)
{
    assert(sim_message_at(world, message)->state != SIM_MESSAGE_FREE);
    assert(sim_message_at(world, message)->state != SIM_MESSAGE_FLYING);
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
