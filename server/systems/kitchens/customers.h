/* customers.h: the memory of the customers of the city, and what their parts offer each other.
 * Private to customers*.c.
 *
 * One node stands for everybody who orders. An order is asked for until it is answered, with
 * growing pauses and not for ever; a closed-loop user then waits for the food, eats, thinks, and
 * orders again.
 *
 * What is ordered is drawn by (arrival, n): the n-th order of the day is the same dish for the same
 * place with the same preparation time, whatever policy serves it and whoever orders by hand in
 * between. In the closed loop it is drawn by (user, n), and when it comes depends on when the last
 * one came: arrivals there do depend on the policy.
 */
#ifndef CHEF_KITCHENS_CUSTOMERS_H
#define CHEF_KITCHENS_CUSTOMERS_H

#include "systems/kitchens/agenda.h"
#include "systems/kitchens/messages.h"
#include "systems/kitchens/roster.h"

enum {
    CUSTOMERS_ATTEMPTS_MAX = 6,
    CUSTOMERS_RESEND_MS = 500, /* doubles each time: in all 31.5 s */
    CUSTOMERS_RUSHES_MAX = 8,
    CUSTOMERS_WINDOW = 4096,   /* the dispatcher remembers so many order numbers */
    CUSTOMERS_SERVED = 16384,  /* latest orders of which it is known whether they were served */
    CUSTOMERS_SPREAD_PCT = 30, /* preparation: +- so much around the menu's mean */
};
#define CUSTOMERS_NS_PER_MS INT64_C(1000000)

enum customers_timer { CUSTOMERS_TIMER_ARRIVAL, CUSTOMERS_TIMER_AGENDA };
/* Where an order came from; numbers of the tables and the live frame. */
enum customers_source { CUSTOMERS_BY_LOAD, CUSTOMERS_BY_HAND, CUSTOMERS_BY_PHONE };

/* An order that somebody waits for: without answer, or (closed loop) for the food. */
struct guest {
    uint32_t preparation_ms;
    uint16_t x_m, y_m;
    uint16_t user;           /* 1 + number of the user; 0: nobody in particular */
    uint16_t next, previous; /* among the unanswered, in order of numbers; slot + 1 */
    uint8_t dish, source;
    uint8_t attempts;
    bool answered;
    uint8_t pad[2];
};
_Static_assert(sizeof(struct guest) == 20, "no padding");

/* So much more is ordered in a district, or everywhere, until then. Over when until_ns has passed.
 */
struct rush {
    int64_t until_ns;
    int32_t district; /* -1: all */
    uint32_t factor_pct;
};

/* Open-loop arrivals: time flows faster when more is ordered, and one arrival comes for each
 * exponential piece of that time (dispatcher of a Poisson process with a varying rate). */
struct arrivals {
    int64_t last_ns; /* up to here the flow is counted */
    int64_t left;    /* of the present piece, in orders/min x ppm x us */
    uint64_t rate;   /* since last_ns, in orders/min x ppm */
    uint64_t count;  /* arrivals so far: names the draws */
};

/* The memory of the customers; zeroed memory is a city in which nobody has ordered yet. */
struct customers {
    struct arrivals arrivals;
    struct rush rushes[CUSTOMERS_RUSHES_MAX];
    uint64_t dishes[KITCHENS_DISHES_MAX]; /* cumulative popularity */
    uint32_t visits[KITCHENS_USERS_MAX];  /* of each user: names its draws */
    uint32_t order_last;                  /* number of the latest order */
    uint32_t users;                       /* who have begun */
    uint32_t unanswered;
    uint32_t hungry;                            /* orders confirmed and not served */
    uint16_t unanswered_first, unanswered_last; /* slot + 1 */
    uint64_t confirmed[CUSTOMERS_SERVED / 64];  /* by number modulo CUSTOMERS_SERVED */
    uint64_t served[CUSTOMERS_SERVED / 64];
    struct agenda agenda; /* items: slots of orders to be repeated; ROSTER_SLOTS + user: thinks */
    struct roster roster;
    struct guest guests[ROSTER_SLOTS];
};
_Static_assert(sizeof(struct customers) % 8 == 0, "the host's alignment");

/* One step: everything that its functions need. */
struct customers_turn {
    struct customers *self;
    const struct node_env *env;
    const struct kitchens_plan *plan;
    struct node_outbox *outbox;
    int64_t now_ns;
};

static inline int64_t customers_setting(const struct customers_turn *turn,
                                        enum kitchens_setting which)
{
    return turn->env->settings[which];
}

void customers_note(const struct customers_turn *turn, enum kitchens_note kind, uint32_t peer,
                    uint32_t subject, int64_t a, int64_t b, int64_t c, int64_t d);

/* What somebody wants to eat, before it has a number. */
struct wish {
    uint32_t dish, source, user;
    uint16_t x_m, y_m;
    uint32_t preparation_ms;
};
/* Order it. `user`: 1 + number, or 0. */
void customers_place(const struct customers_turn *turn, const struct wish *wish);

/* ---- customers_load.c: when, and what ---- */

/* First step of a boot: the first arrival is drawn, users begin to think. */
void load_begin(const struct customers_turn *turn);
/* The arrival timer fired: places what is due, and arms the next. */
void load_arrival_due(const struct customers_turn *turn);
/* Something that the rate depends on has changed. */
void load_changed(const struct customers_turn *turn);
/* A rush by input: district, factor in percent, duration in ms. Takes the place of the one that
 * ends first when there are too many. */
void load_rush(const struct customers_turn *turn, const int64_t *args);
/* That user has thought enough. */
void load_user_due(const struct customers_turn *turn, uint32_t user);
/* That user's order is over: it begins to think. */
void load_user_free(const struct customers_turn *turn, uint32_t user);
/* The wish of an input. */
struct wish load_wish_by_hand(const struct customers_turn *turn, const int64_t *args);

#endif
