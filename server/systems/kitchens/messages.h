/* messages.h: what the nodes of the kitchens say to each other.
 *
 * Wire form is memory form: little-endian, fixed width, no implicit padding, no pointers. The first
 * field of every message is the order it is about, NODE_NONE if none: the message layer of the page
 * reads it without knowing the type.
 *
 * An order is named by its number; an assignment of it by (number, epoch). Epochs are given out by
 * the dispatcher, each once and rising, so a word about an old assignment is known by its epoch. A
 * kitchen's standing is named by its registration, likewise given out once.
 *
 * The life of an order, when nothing goes wrong:
 *
 *   customers        dispatcher                   kitchen
 *      PLACE ------->  writes it to its book
 *      <------ ANSWER  chooses
 *                      ASSIGN ------------------>  on the rail
 *                      <------------------ ACCEPT  cooks
 *      <-----------------------------------PARCEL  (a courier)
 *                      <-------------------- DONE
 *                      writes that; DONE_ACK --->  forgets it
 *
 * A hand-over puts OFFER and RELEASED (or TOO_LATE) between two ASSIGNs. REGISTER and WELCOME begin
 * a kitchen's standing, HEARTBEAT keeps it, UNKNOWN ends it, LEAVE and FAREWELL close it in good
 * order. Every question is repeated until it is answered, so every answer may come twice. */
#ifndef CHEF_KITCHENS_MESSAGES_H
#define CHEF_KITCHENS_MESSAGES_H

#include "systems/kitchens/kitchens.h"

/* c: customers, d: dispatcher, k: kitchen. Every message may be lost, doubled, late, reordered. */
enum kitchens_message {
    KITCHENS_PLACE,    /* c -> d: please; repeated until answered. Idempotent by its number */
    KITCHENS_ANSWER,   /* d -> c: in the book, or refused */
    KITCHENS_REGISTER, /* k -> d: I am open, this is what I have; repeated until answered */
    KITCHENS_WELCOME,  /* d -> k: your registration, and which tickets are no longer yours */
    KITCHENS_UNWANTED, /* d -> k: somebody else has that identity */
    KITCHENS_UNKNOWN,  /* d -> k: that registration is not valid (any more): register again */
    KITCHENS_HEARTBEAT,
    KITCHENS_ASSIGN,   /* d -> k: cook this; repeated until answered */
    KITCHENS_ACCEPT,   /* k -> d: the ticket is on the rail */
    KITCHENS_REJECT,   /* k -> d: full or leaving */
    KITCHENS_DONE,     /* k -> d: cooked; repeated until answered */
    KITCHENS_DONE_ACK, /* d -> k: booked (or stale): forget it */
    KITCHENS_OFFER,    /* d -> k: would you let this pending order go? repeated until answered */
    KITCHENS_RELEASED, /* k -> d: it is gone from the rail, it will not be cooked here */
    KITCHENS_TOO_LATE, /* k -> d: it is being cooked, it stays */
    KITCHENS_LEAVE,    /* k -> d: I close; these waiting tickets are yours again; repeated */
    KITCHENS_FAREWELL, /* d -> k: taken over; when nothing was left: closed */
    KITCHENS_ASK,      /* k -> d: this place was empty once; am I somebody? */
    KITCHENS_LICENCE,  /* d -> k: as whom this place last registered */
    KITCHENS_PARCEL,   /* k -> c, carried by a courier: food */
    KITCHENS_MESSAGE_COUNT
};
/* Name and length of each; shared by the three protocols. */
extern const struct node_message_type KITCHENS_MESSAGES[KITCHENS_MESSAGE_COUNT];

/* Is some field out of the range that every receiver relies on? For node_protocol.malformed. */
bool kitchens_malformed(const struct node_env *env, uint16_t type, const uint8_t *bytes,
                        uint32_t length);

enum {
    KITCHENS_PREPARATION_MS_MAX = 120000, /* of one order, with its spread */
    KITCHENS_PLACE_M_MAX = 50000,         /* x and y of a place in the city are 0 .. this */
    KITCHENS_AVERAGE_MS_MAX = 3600000,
};

/* PLACE */
struct kitchens_place {
    uint32_t order;
    uint32_t oldest; /* lowest number whose answer the customers still wait for: below it nobody
                        asks any more */
    uint32_t preparation_ms;
    uint16_t x_m, y_m;
    uint8_t dish, source;
    uint8_t pad[6];
};
_Static_assert(sizeof(struct kitchens_place) == 24, "no padding");

/* ANSWER */
struct kitchens_answer {
    uint32_t order;
    uint8_t refused; /* 0: in the book; else 1 + enum kitchens_refusal */
    uint8_t pad[3];
};
_Static_assert(sizeof(struct kitchens_answer) == 8, "no padding");

/* What a kitchen says about itself with every word: the dispatcher's belief is made of this. */
struct kitchens_state {
    uint32_t sequence; /* of the kitchen's words since it started: older ones are ignored */
    uint16_t pending, cooking;
    uint32_t average_ms; /* cooking time, moving average; 0: none yet */
    uint32_t pad;
};

/* HEARTBEAT (order NODE_NONE), ACCEPT, REJECT, DONE, RELEASED, TOO_LATE */
struct kitchens_report {
    uint32_t order;
    uint32_t pad;
    uint64_t epoch;
    uint64_t registration;
    struct kitchens_state state;
};
_Static_assert(sizeof(struct kitchens_report) == 40, "no padding");

/* ASSIGN, OFFER, DONE_ACK */
struct kitchens_ticket {
    uint32_t order;
    uint32_t preparation_ms;
    uint64_t epoch;
    uint64_t registration;
    uint16_t x_m, y_m;
    uint8_t dish;
    uint8_t pad[3];
};
_Static_assert(sizeof(struct kitchens_ticket) == 32, "no padding");

/* One ticket that a kitchen holds, in an inventory. `slot` is the kitchen's own, and comes back to
 * it in WELCOME's mask of what to drop: 64 bits instead of a list. */
struct kitchens_held {
    uint64_t epoch;
    uint32_t order;
    uint8_t slot;    /* the kitchen's own name for it */
    uint8_t cooking; /* 1: on the stove */
    uint8_t pad[2];
};

/* LICENCE: no tickets; REGISTER: all tickets; LEAVE: those that wait and will not be cooked. Sent only as long as
 * needed: count entries. */
struct kitchens_register {
    uint32_t order;        /* NODE_NONE */
    uint32_t identity;     /* whose place, as node number */
    uint64_t request;      /* one number for an attempt with all its repetitions */
    uint64_t registration; /* LEAVE: the present one */
    struct kitchens_state state;
    int32_t x_m, y_m;
    uint32_t specialties;
    uint16_t cooks, capacity;
    uint32_t count;
    uint32_t unfinished; /* LEAVE: being cooked, or cooked and not yet booked */
    struct kitchens_held held[KITCHENS_CAPACITY_MAX];
};
_Static_assert(sizeof(struct kitchens_held) == 16, "no padding");
_Static_assert(sizeof(struct kitchens_register) == 64 + 16 * KITCHENS_CAPACITY_MAX, "no padding");
enum { KITCHENS_REGISTER_BYTES_MIN = 64 };

/* ASK, WELCOME, UNWANTED, UNKNOWN, FAREWELL */
struct kitchens_standing {
    uint32_t order; /* NODE_NONE */
    uint32_t left;  /* FAREWELL: 1 when nothing was left */
    uint64_t request;
    uint64_t registration; /* WELCOME: the new one; UNKNOWN: the one that is not valid */
    uint64_t dropped; /* WELCOME: bit mask of slots whose tickets are no longer this kitchen's */
};
_Static_assert(sizeof(struct kitchens_standing) == 32, "no padding");

/* PARCEL: food under the epoch it was cooked under. Carried by hand: it arrives whatever links do.
 */
struct kitchens_parcel {
    uint32_t order;
    uint32_t pad;
    uint64_t epoch;
};
_Static_assert(sizeof(struct kitchens_parcel) == 16, "no padding");

#endif
