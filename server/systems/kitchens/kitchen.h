/* kitchen.h: the memory of a kitchen, and what its two parts offer each other. Private to
 * kitchen*.c.
 *
 * A kitchen registers with the dispatcher, says every heartbeat how it is doing, takes tickets up
 * to its capacity, cooks them in the order in which they came, and says of each that it is done
 * until the dispatcher has booked it. It trusts nobody's memory: a ticket is (order, epoch), and
 * it remembers the latest ones that are over, so that a doubled message starts nothing twice.
 *
 * A crash forgets everything, the speed of its oven included. A place that was empty in the plan
 * asks the dispatcher who it was; when that has forgotten too, it is empty again.
 */
#ifndef CHEF_KITCHENS_KITCHEN_H
#define CHEF_KITCHENS_KITCHEN_H

#include "systems/kitchens/messages.h"

/* Sizes and the model of a kitchen's work. There are twice as many slots as tickets, because a dish
 * that is done keeps its slot until the dispatcher has booked it, while the cook goes on. */
enum {
    KITCHEN_SLOTS = 64, /* tickets, and those done but not booked; a mask of them has 64 bits */
    KITCHEN_PAST = 64,  /* latest epochs that are over here */
    KITCHEN_FOREIGN_PCT = 125,        /* a dish that is not its specialty takes so much longer */
    KITCHEN_ASK_AGAIN_MS = 5000,      /* after UNWANTED */
    KITCHEN_COURIER_MS_PER_KM = 2000, /* two minutes of the city: 30 km/h */
    KITCHEN_COURIER_MS = 500,         /* at both doors */
    KITCHEN_ASKS_MAX = 8,             /* who it was; one a heartbeat */
    KITCHEN_HUNDRED = 100,
};
_Static_assert((int)KITCHENS_CAPACITY_MAX <= (int)KITCHEN_SLOTS / 2, "room for what is not booked");
#define KITCHEN_NS_PER_MS INT64_C(1000000)

enum kitchen_timer { KITCHEN_TIMER_COOK, KITCHEN_TIMER_HEARTBEAT };

enum ticket_state { TICKET_FREE, TICKET_QUEUED, TICKET_COOKING, TICKET_DONE };

/* One assignment of one order to this kitchen, named by (order, epoch). */
struct ticket {
    uint64_t epoch;
    int64_t work_ns;    /* COOKING: cooking time left when last looked at, at full speed */
    int64_t since_ns;   /* COOKING: when last looked at; DONE: last said */
    int64_t started_ns; /* COOKING */
    uint32_t order;
    uint32_t preparation_ms;
    uint32_t arrival; /* the n-th ticket of this boot */
    uint16_t x_m, y_m;
    uint8_t dish, state;
    uint8_t pan; /* COOKING: which stove */
    uint8_t pad[5];
};
_Static_assert(sizeof(struct ticket) == 56, "no padding");

/* The memory of a kitchen; boot() fills it from the plan. Places, sizes and specialties are here
 * and not read from the plan, because an empty place may be opened with others. */
struct kitchen {
    uint64_t registration;   /* 0: none */
    uint64_t request;        /* of the attempt to register under way */
    int64_t silent_until_ns; /* after UNWANTED */
    uint32_t identity;
    uint32_t sequence; /* of its words */
    uint32_t arrivals;
    uint32_t average_ms;
    uint32_t specialties;
    int32_t x_m, y_m;
    uint32_t pans; /* bit mask of stoves in use */
    uint32_t past_count;
    uint16_t cooks, capacity, speed_pct;
    uint16_t slow_pct; /* 100: as built; 0: nothing gets done */
    uint16_t pending, cooking, done;
    uint8_t slot_end; /* slots from here on are free */
    uint8_t asked;    /* times that this place, empty in the plan, has asked who it is */
    bool open, leaving;
    uint8_t pad[2];
    uint64_t past[KITCHEN_PAST];
    struct ticket tickets[KITCHEN_SLOTS];
};
_Static_assert(sizeof(struct kitchen) % 8 == 0, "the host's alignment");

/* One step: everything that its functions need. */
struct kitchen_turn {
    struct kitchen *self;
    const struct node_env *env;
    const struct kitchens_plan *plan;
    struct node_outbox *outbox;
    int64_t now_ns;
};

static inline int64_t kitchen_setting(const struct kitchen_turn *turn, enum kitchens_setting which)
{
    return turn->env->settings[which];
}

/* Notes what happened to an order, or NODE_NONE. */
void kitchen_note(const struct kitchen_turn *turn, enum kitchens_note kind, uint32_t subject,
                  int64_t a, int64_t b, int64_t c, int64_t d);
/* A word to the dispatcher about an order (or NODE_NONE), with how things stand here. */
void kitchen_say(const struct kitchen_turn *turn, enum kitchens_message type, uint32_t order,
                 uint64_t epoch);
/* How things stand, under a fresh number: to be called once for each word that is sent. */
struct kitchens_state kitchen_state(const struct kitchen_turn *turn);

/* ---- kitchen_rail.c: tickets ---- */

/* The ticket of that assignment, NULL if it is not (or no longer) here. */
struct ticket *rail_find(struct kitchen *self, uint32_t order, uint64_t epoch);
/* Is that assignment over here? */
bool rail_is_past(const struct kitchen *self, uint64_t epoch);
/* Puts a ticket on the rail; NULL when there is no slot. */
struct ticket *rail_add(const struct kitchen_turn *turn, const struct kitchens_ticket *message);
/* Takes a ticket away for good. */
void rail_remove(const struct kitchen_turn *turn, struct ticket *ticket);
/* Free cooks take the next tickets; `freed_by`: order whose cook came free, or NODE_NONE. */
void rail_cook(const struct kitchen_turn *turn, uint32_t freed_by);
/* Takes what is cooked off the stoves, and goes on. */
void rail_finish_due(const struct kitchen_turn *turn);
/* The kitchen works at another speed from now on. */
void rail_change_speed(const struct kitchen_turn *turn, uint16_t slow_pct);

#endif
