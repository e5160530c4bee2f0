/* messages.c: names and sizes of the messages, and what no receiver has to expect.
 *
 * The host checks the length of every message against this table and asks kitchens_malformed()
 * about its fields, before any node sees it. So validity is decided in one place for all receivers,
 * and a protocol may index an array by a field without looking. What is checked here is range
 * alone; whether a word is stale or meant for somebody else is the protocol's own question, because
 * that needs its memory. */
#include <assert.h>

#include "systems/kitchens/messages.h"

#define FIXED(text, type)                                                                          \
    {                                                                                              \
        .name = text, .bytes_min = sizeof(type), .bytes_max = sizeof(type)                         \
    }
#define LISTED(text)                                                                               \
    {                                                                                              \
        .name = text, .bytes_min = KITCHENS_REGISTER_BYTES_MIN,                                    \
        .bytes_max = sizeof(struct kitchens_register)                                              \
    }

const struct node_message_type KITCHENS_MESSAGES[KITCHENS_MESSAGE_COUNT] = {
    [KITCHENS_PLACE] = FIXED("place", struct kitchens_place),
    [KITCHENS_ANSWER] = FIXED("answer", struct kitchens_answer),
    [KITCHENS_REGISTER] = LISTED("register"),
    [KITCHENS_WELCOME] = FIXED("welcome", struct kitchens_standing),
    [KITCHENS_UNWANTED] = FIXED("unwanted", struct kitchens_standing),
    [KITCHENS_UNKNOWN] = FIXED("unknown", struct kitchens_standing),
    [KITCHENS_HEARTBEAT] = FIXED("heartbeat", struct kitchens_report),
    [KITCHENS_ASSIGN] = FIXED("assign", struct kitchens_ticket),
    [KITCHENS_ACCEPT] = FIXED("accept", struct kitchens_report),
    [KITCHENS_REJECT] = FIXED("reject", struct kitchens_report),
    [KITCHENS_DONE] = FIXED("done", struct kitchens_report),
    [KITCHENS_DONE_ACK] = FIXED("done_ack", struct kitchens_ticket),
    [KITCHENS_OFFER] = FIXED("offer", struct kitchens_ticket),
    [KITCHENS_RELEASED] = FIXED("released", struct kitchens_report),
    [KITCHENS_TOO_LATE] = FIXED("too_late", struct kitchens_report),
    [KITCHENS_LEAVE] = LISTED("leave"),
    [KITCHENS_FAREWELL] = FIXED("farewell", struct kitchens_standing),
    [KITCHENS_ASK] = FIXED("ask", struct kitchens_standing),
    [KITCHENS_LICENCE] = LISTED("licence"),
    [KITCHENS_PARCEL] = FIXED("parcel", struct kitchens_parcel),
};

/* Number 0 means a free slot everywhere, so no order may have it. */
static bool place_malformed(const struct kitchens_plan *plan, const uint8_t *bytes)
{
    struct kitchens_place place;
    memcpy(&place, bytes, sizeof place);
    return place.order == 0 || place.order == NODE_NONE || place.oldest == 0 ||
           place.oldest > place.order || place.dish >= plan->dish_count ||
           place.x_m > KITCHENS_PLACE_M_MAX || place.y_m > KITCHENS_PLACE_M_MAX ||
           place.preparation_ms == 0 || place.preparation_ms > KITCHENS_PREPARATION_MS_MAX ||
           place.source > 2;
}

/* A kitchen may lie about its load only within what a kitchen can have. */
static bool state_malformed(const struct kitchens_state *state)
{
    return state->pending > KITCHENS_CAPACITY_MAX || state->cooking > KITCHENS_COOKS_MAX ||
           state->average_ms > KITCHENS_AVERAGE_MS_MAX;
}

static bool word_malformed(const uint8_t *bytes)
{
    struct kitchens_report word;
    memcpy(&word, bytes, sizeof word);
    return state_malformed(&word.state);
}

/* Epoch 0 is never given out: it stands for "none" in memory that was never written. */
static bool ticket_malformed(const struct kitchens_plan *plan, const uint8_t *bytes)
{
    struct kitchens_ticket ticket;
    memcpy(&ticket, bytes, sizeof ticket);
    return ticket.order == 0 || ticket.epoch == 0 || ticket.dish >= plan->dish_count ||
           ticket.x_m > KITCHENS_PLACE_M_MAX || ticket.y_m > KITCHENS_PLACE_M_MAX ||
           ticket.preparation_ms > KITCHENS_PREPARATION_MS_MAX;
}

/* The only message of variable length: its count and its length have to agree, or the receiver
 * would read entries that were never sent. */
static bool register_malformed(const struct kitchens_plan *plan, const uint8_t *bytes,
                               uint32_t length)
{
    struct kitchens_register message;
    memset(&message, 0, sizeof message);
    assert(length <= sizeof message);
    assert(length >= KITCHENS_REGISTER_BYTES_MIN);
    memcpy(&message, bytes, length);
    if (message.count > KITCHENS_CAPACITY_MAX ||
        length != KITCHENS_REGISTER_BYTES_MIN + message.count * sizeof message.held[0])
        return true;
    for (uint32_t i = 0; i < message.count; i++)
        if (message.held[i].slot >= 64)
            return true;
    return message.identity < KITCHENS_FIRST ||
           message.identity >= KITCHENS_FIRST + plan->kitchen_count || message.request == 0 ||
           message.cooks > KITCHENS_COOKS_MAX || message.capacity > KITCHENS_CAPACITY_MAX ||
           message.x_m < -KITCHENS_PLACE_M_MAX || message.x_m > KITCHENS_PLACE_M_MAX ||
           message.y_m < -KITCHENS_PLACE_M_MAX || message.y_m > KITCHENS_PLACE_M_MAX ||
           state_malformed(&message.state);
}

/* All types are listed and none has a default: a new message without a rule does not compile. */
bool kitchens_malformed(const struct node_env *env, uint16_t type, const uint8_t *bytes,
                        uint32_t length)
{
    const struct kitchens_plan *plan = env->plan;
    switch ((enum kitchens_message)type) {
    case KITCHENS_PLACE:
        return place_malformed(plan, bytes);
    case KITCHENS_REGISTER:
    case KITCHENS_LEAVE:
    case KITCHENS_LICENCE:
        return register_malformed(plan, bytes, length);
    case KITCHENS_HEARTBEAT:
    case KITCHENS_ACCEPT:
    case KITCHENS_REJECT:
    case KITCHENS_DONE:
    case KITCHENS_RELEASED:
    case KITCHENS_TOO_LATE:
        return word_malformed(bytes);
    case KITCHENS_ASSIGN:
    case KITCHENS_DONE_ACK:
    case KITCHENS_OFFER:
        return ticket_malformed(plan, bytes);
    case KITCHENS_ANSWER:
    case KITCHENS_WELCOME:
    case KITCHENS_UNWANTED:
    case KITCHENS_UNKNOWN:
    case KITCHENS_FAREWELL:
    case KITCHENS_ASK:
    case KITCHENS_PARCEL:
        return false; /* any value of their fields is possible */
    case KITCHENS_MESSAGE_COUNT:
        break;
    }
    return true;
}
