/* kitchens.h: what all parts of the system "kitchens" share: the city (plan), the settings, the
 * inputs, the notes.
 *
 * Nodes: 0 is the dispatcher, 1 .. kitchen_count are kitchen places (A, B, C ...; some are empty
 * until a kitchen.open input moves a kitchen in), the last one is "customers": all customers of
 * the city, and the street on which couriers travel. One node talks to another only by messages
 * (messages.h).
 *
 * Protocol parts: dispatcher*.c (order book on disk, registry and failure detector, assignment,
 * hand-over cycle), kitchen.c, customers.c, policy.c (who cooks). Observer: ledger*.c (measures
 * and judges from notes only), tables.c, view.c, explain.c. Data: city_load.c, data/,
 * scenarios/.
 *
 * Units: places in metres on the map, preparation in ms of one cook at speed 100 %, scores in
 * millionths, load in ten-thousandths.
 */
#ifndef CHEF_SYSTEMS_KITCHENS_KITCHENS_H
#define CHEF_SYSTEMS_KITCHENS_KITCHENS_H

#include "node/node.h"
#include "node/observer.h"
#include "systems/system.h"

/* Limits of every city. They bound every loop and every array below; a scenario beyond one of them
 * is refused when it is read (city_load.c). */
enum {
    KITCHENS_MAX = 50,
    KITCHENS_DISHES_MAX = 32,
    KITCHENS_CUISINES_MAX = 16,
    KITCHENS_DISTRICTS_MAX = 8,
    KITCHENS_NAME_BYTES = 24,
    KITCHENS_COOKS_MAX = 16,
    KITCHENS_CAPACITY_MAX = 32, /* tickets of one kitchen */
    KITCHENS_ORDERS_MAX = 2048, /* orders open at once, in the dispatcher's book */
    KITCHENS_USERS_MAX = 2000,  /* closed-loop users */
    KITCHENS_CURVE_POINTS = 24, /* points of a load curve, one an hour of the city day */
};

/* A kitchen's place in the city, as planned. A kitchen begins as this with every boot. */
struct kitchens_kitchen {
    char name[KITCHENS_NAME_BYTES]; /* "Harbour Kitchen" */
    int32_t x_m, y_m;
    uint16_t cooks, capacity; /* cooks < capacity */
    uint32_t specialties;     /* bit mask of cuisines */
    uint16_t speed_pct;       /* 100: as in the menu; 80: slower */
    uint8_t district;
    uint8_t open; /* 0: an empty place until kitchen.open */
};

/* A dish of the menu. Dishes stand in order of popularity: Zipf's law goes by their place. */
struct kitchens_dish {
    char name[KITCHENS_NAME_BYTES];
    uint8_t cuisine;
    uint8_t pad[3];
    uint32_t preparation_ms; /* mean; the draw of order n spreads it by +-30 %, the same under every
                                policy */
};

/* A part of the city: where its orders come from, and how many of them. */
struct kitchens_district {
    char name[KITCHENS_NAME_BYTES];
    int32_t x_m, y_m, width_m, height_m;
    uint32_t share_ppm; /* of all orders */
};

/* The city and its menu: read once, the same for all nodes, read-only from then on. Written by
 * kitchens_load() alone, which has checked every field; so its users index by them unasked. */
struct kitchens_plan {
    uint32_t kitchen_count; /* places, open or not */
    uint32_t dish_count, cuisine_count, district_count;
    struct kitchens_kitchen kitchens[KITCHENS_MAX];
    struct kitchens_dish dishes[KITCHENS_DISHES_MAX];
    char cuisines[KITCHENS_CUISINES_MAX][KITCHENS_NAME_BYTES];
    struct kitchens_district districts[KITCHENS_DISTRICTS_MAX];
    uint32_t curve_ppm[KITCHENS_CURVE_POINTS]; /* load over the city day (24 virtual minutes),
                                                  1,000,000 = the setting orders_per_min */
    int32_t dispatcher_x_m, dispatcher_y_m;
};

/* Which node is which. Node number and place number of a kitchen are the same. */
enum { KITCHENS_DISPATCHER = 0, KITCHENS_FIRST = 1 };
static inline uint32_t kitchens_customers(const struct kitchens_plan *plan)
{
    return KITCHENS_FIRST + plan->kitchen_count;
}

/* Straight distance between two places of the map, metres, rounded down. */
static inline uint32_t kitchens_distance_m(int64_t x1_m, int64_t y1_m, int64_t x2_m, int64_t y2_m)
{
    uint64_t square = (uint64_t)((x1_m - x2_m) * (x1_m - x2_m) + (y1_m - y2_m) * (y1_m - y2_m));
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 20; bit > 0; bit >>= 1)
        if ((root + bit) * (root + bit) <= square)
            root += bit;
    return (uint32_t)root;
}

/* Lists of names, for cells and arguments that are an index into one. */
enum kitchens_list {
    KITCHENS_LIST_DISHES,
    KITCHENS_LIST_CUISINES,
    KITCHENS_LIST_DISTRICTS,
    KITCHENS_LIST_SOURCES,
    KITCHENS_LIST_OUTCOMES,
    KITCHENS_LIST_REASONS,   /* enum kitchens_reason */
    KITCHENS_LIST_WAITS,     /* enum kitchens_wait */
    KITCHENS_LIST_REFUSALS,  /* enum kitchens_refusal */
    KITCHENS_LIST_POLICIES,  /* enum kitchens_policy */
    KITCHENS_LIST_HANDOVERS, /* failed, accepted */
    KITCHENS_LIST_BLOCKERS,  /* enum ledger_blocker (ledger.h) */
};

/* Who chooses the kitchen (policy.h). The order is that of the setting's choices. */
enum kitchens_policy {
    KITCHENS_ROUND_ROBIN,
    KITCHENS_WEIGHTED_ROUND_ROBIN,
    KITCHENS_LEAST_CONNECTIONS,
    KITCHENS_TWO_CHOICES,
    KITCHENS_WEIGHTED_SCORE
};

/* Shapes of the load (customers_load.c). */
enum kitchens_arrivals {
    KITCHENS_ARRIVALS_STEADY,
    KITCHENS_ARRIVALS_CURVE, /* curve_ppm over the city day; a run begins at 10 o'clock */
    KITCHENS_ARRIVALS_FLASH, /* quiet, then a crowd from one moment to the next; every 10 minutes */
    KITCHENS_ARRIVALS_CLOSED_LOOP
};
enum { KITCHENS_DAY_STARTS_AT = 10 }; /* hour of the city day at virtual time 0 */

/* Settings; index in env->settings. Keys, ranges and standards stand in settings.c in the same
 * order. */
enum kitchens_setting {
    KITCHENS_SET_POLICY,              /* policy: enum kitchens_policy */
    KITCHENS_SET_WEIGHT_LOAD,         /* weight_load_pct 40 */
    KITCHENS_SET_WEIGHT_SPECIALTY,    /* weight_specialty_pct 30 */
    KITCHENS_SET_WEIGHT_TIME,         /* weight_time_pct 20 */
    KITCHENS_SET_WEIGHT_DISTANCE,     /* weight_distance_pct 10 */
    KITCHENS_SET_MIGRATION,           /* migration: hand-over on/off */
    KITCHENS_SET_OVERLOAD_THRESHOLD,  /* overload_threshold 0.80 (2 decimals, 0.50 .. 1.00), X-01 */
    KITCHENS_SET_AVAILABLE_THRESHOLD, /* available_threshold 0.50 */
    KITCHENS_SET_PER_KITCHEN,         /* handovers_per_kitchen 2 (per cycle), X-02 */
    KITCHENS_SET_PER_CYCLE,           /* handovers_per_cycle 0 = unlimited */
    KITCHENS_SET_CYCLE_MS,            /* handover_cycle_ms 500 */
    KITCHENS_SET_COOLDOWN_MS,         /* handover_cooldown_ms 5000 */
    KITCHENS_SET_HEARTBEAT_MS,        /* heartbeat_ms 250 */
    KITCHENS_SET_SUSPECT_MS,          /* suspect_after_ms 1500 */
    KITCHENS_SET_EJECTION,            /* ejection: completion-based outlier ejection on/off */
    KITCHENS_SET_PANIC_PCT,           /* panic_threshold_pct 50: never eject more than this share */
    KITCHENS_SET_ARRIVALS,            /* arrivals: steady, curve, flash, closed-loop */
    KITCHENS_SET_ORDERS_PER_MIN,      /* orders_per_min */
    KITCHENS_SET_USERS,               /* users (closed loop) */
    KITCHENS_SET_THINK_MS,            /* think_ms mean */
    KITCHENS_SET_ZIPF,                /* dish_zipf 0 .. 2.00: popularity of dishes; 0 = uniform */
    KITCHENS_SET_WAITING_MAX, /* waiting_max: orders waiting at the dispatcher before it refuses */
    KITCHENS_SET_EQUAL,       /* equal_kitchens: the assumption of equal servers, X-17 */
    KITCHENS_SET_BUG_SPECIALIST_FIRST, /* bug.specialist_first  CHEF-T01: a specialist wins whatever
                                          its load */
    KITCHENS_SET_BUG_STALE_LOAD,   /* bug.stale_load        CHEF-T02: own assignments under way are
                                      not counted */
    KITCHENS_SET_BUG_TARGETS_ONCE, /* bug.targets_once      CHEF-T03 */
    KITCHENS_SET_BUG_NO_COOLDOWN,  /* bug.no_cooldown       CHEF-T04 */
    KITCHENS_SET_BUG_COPY_MIGRATE, /* bug.copy_migrate      CHEF-T05: the source keeps its ticket
                                      under the same epoch */
    KITCHENS_SET_BUG_MIGRATE_STARTED,  /* bug.migrate_started   CHEF-T06 */
    KITCHENS_SET_BUG_NO_FENCE,         /* bug.no_fence          CHEF-T07 */
    KITCHENS_SET_BUG_PORT_CHECK,       /* bug.port_check        CHEF-T08: alive means answering, not
                                          finishing */
    KITCHENS_SET_BUG_EJECT_ALL,        /* bug.eject_all         CHEF-T08: no panic threshold */
    KITCHENS_SET_BUG_DUPLICATE_ID,     /* bug.duplicate_id      CHEF-T09 */
    KITCHENS_SET_BUG_ZERO_CAPACITY,    /* bug.zero_capacity     CHEF-T10: no guard */
    KITCHENS_SET_BUG_SPECIALTY_FILTER, /* bug.specialty_filter  CHEF-T11 */
    KITCHENS_SET_BUG_ACK_EARLY, /* bug.ack_before_fsync  persist before you speak, turned off */
    KITCHENS_SET_KITCHENS_MAX,  /* kitchens_max: only the first so many; 0: all */
    KITCHENS_SET_COUNT,
};

/* Inputs of the system: type minus SIM_INPUT_SYSTEM. Names and ranges stand in settings.c. */
enum kitchens_input {
    KITCHENS_INPUT_ORDER, /* order.place -> customers: dish, x_m, y_m, source (1 hand, 2 phone) */
    KITCHENS_INPUT_RUSH,  /* load.rush -> customers: district (or all), factor_pct, duration_ms */
    KITCHENS_INPUT_SLOW,  /* kitchen.slow -> a kitchen: factor_pct 100 = as built, 0 = accepts and
                             never finishes */
    KITCHENS_INPUT_OPEN,  /* kitchen.open -> an empty place: cuisine, cooks, capacity, x_m, y_m,
                             identity (its own place, or another's: CHEF-T09) */
    KITCHENS_INPUT_CLOSE, /* kitchen.close -> a kitchen leaves in good order: drains, hands over
                             what waits, deregisters */
    KITCHENS_INPUT_COUNT,
};

/* Notes: subject = order unless said otherwise. `node` notes; peer and args as listed. The
 * ledger knows the truth of the city from these alone. */
enum kitchens_note {
    KITCHENS_NOTE_PLACED = NODE_NOTE_SYSTEM, /* customers: args = x_m, y_m, dish, source */
    KITCHENS_NOTE_RESENT,       /* customers: no answer in time, sent again; args = attempt */
    KITCHENS_NOTE_RECEIVED,     /* dispatcher: order arrived, write to the book begins */
    KITCHENS_NOTE_CONFIRMED,    /* dispatcher: durable; from here the promise holds */
    KITCHENS_NOTE_ACKNOWLEDGED, /* customers: got the confirmation */
    KITCHENS_NOTE_REFUSED,      /* dispatcher: args = enum kitchens_refusal */
    KITCHENS_NOTE_TURNED_AWAY,  /* customers: got the refusal; args = enum kitchens_refusal */
    KITCHENS_NOTE_GIVEN_UP,     /* customers: never heard anything; args = attempts */
    KITCHENS_NOTE_WAITING,   /* dispatcher: no kitchen can take it now; args = enum kitchens_wait;
                                peer = the kitchen whose line it joins, if it waits for one */
    KITCHENS_NOTE_ASSIGNED,  /* dispatcher -> peer: args = epoch, score (millionths), policy, 1 if
                                again (reassigned) */
    KITCHENS_NOTE_CANDIDATE, /* dispatcher, just before ASSIGNED by weighted score of a listed or
                                hand-placed order: peer, args = load, specialty, time, distance term
                                (millionths) */
    KITCHENS_NOTE_REJECTED,  /* kitchen: full or leaving; args = epoch, pending, cooking */
    KITCHENS_NOTE_QUEUED,    /* kitchen: ticket on the rail; args = epoch, pending, cooking */
    KITCHENS_NOTE_COOKING,   /* kitchen: args = epoch, ns to go (-1: never, at speed 0), order whose
                                cook became free (or -1), number of the stove */
    KITCHENS_NOTE_COOKED,    /* kitchen: args = epoch, travel_ms of the courier that leaves now */
    KITCHENS_NOTE_SETTLED, /* dispatcher: first valid "done"; durable; args = epoch; peer = kitchen
                            */
    KITCHENS_NOTE_FENCED,  /* dispatcher: a "done" or ticket under a stale epoch, ignored; peer =
                              kitchen; args = its epoch, current epoch (0: settled) */
    KITCHENS_NOTE_SERVED,  /* customers: the courier has arrived; peer = kitchen; args = epoch, 1 if
                              a second time */
    KITCHENS_NOTE_DROPPED, /* kitchen: ticket thrown away (revoked, or its registration is stale);
                              args = epoch, 1 if it was cooking */
    KITCHENS_NOTE_HANDOVER_OFFERED,   /* dispatcher: peer = source; args = epoch, target */
    KITCHENS_NOTE_HANDOVER_RELEASED,  /* kitchen (source): off its rail, will not cook it; args =
                                        epoch */
    KITCHENS_NOTE_HANDOVER_TOO_LATE,  /* kitchen (source): already cooking or gone; args = epoch */
    KITCHENS_NOTE_HANDOVER_ACCEPTED,  /* dispatcher: the target has it; peer = target; args = new
                                        epoch, source */
    KITCHENS_NOTE_HANDOVER_FAILED,    /* dispatcher: peer = target; args = new epoch, source, enum
                                        kitchens_reason */
    KITCHENS_NOTE_KITCHEN_REGISTERED, /* dispatcher: peer = kitchen; args = registration epoch,
                                         tickets reported, identity claimed (node index) */
    KITCHENS_NOTE_KITCHEN_REFUSED,    /* dispatcher: duplicate identity; peer; args = identity */
    KITCHENS_NOTE_KITCHEN_SUSPECTED,  /* dispatcher: peer; args = silence_ms, orders to reassign */
    KITCHENS_NOTE_KITCHEN_TRUSTED,    /* dispatcher: a suspected or ejected one is back; peer */
    KITCHENS_NOTE_KITCHEN_EJECTED, /* dispatcher: alive but does not finish; peer; args = oldest_ms,
                                      share of ejected pct */
    KITCHENS_NOTE_KITCHEN_LEFT,    /* dispatcher: closed in good order; peer */
    KITCHENS_NOTE_KITCHEN_OPENED,  /* kitchen: by input; args = cooks, capacity, specialties mask,
                                      speed_pct */
    KITCHENS_NOTE_KITCHEN_UNMOVED, /* kitchen: told to open while open, or to close while closed;
                                      args = 1 if it is open */
    KITCHENS_NOTE_KITCHEN_SLOWED,  /* kitchen: args = factor_pct */
    KITCHENS_NOTE_KITCHEN_OVERLOADED, /* dispatcher: believed load passed the threshold; peer; args
                                         = load (ten-thousandths) */
    KITCHENS_NOTE_KITCHEN_RELIEVED,   /* dispatcher: back below */
    KITCHENS_NOTE_SPECIALTY_MISSING,  /* dispatcher: nobody open cooks this cuisine as a specialty;
                                         args = cuisine */
    KITCHENS_NOTE_BOOK_ORDER, /* dispatcher after a restart, before BOOK_RECOVERED: the book holds
                                 this order, not yet settled; args = epoch */
    KITCHENS_NOTE_BOOK_RECOVERED, /* dispatcher after a restart: args = open orders found, torn
                                         bytes dropped, term */
    KITCHENS_NOTE_CLAIMED,        /* dispatcher: a kitchen that registers has a recovered order;
                                     peer; args = epoch, 1 if it is being cooked */
    KITCHENS_NOTE_RUSH,           /* customers: args = district (-1 all), factor_pct, duration_ms */
    KITCHENS_NOTE_BELIEF, /* dispatcher on a heartbeat: peer; args = pending, cooking as told,
                             assignments under way, average_ms */
    /* The ledger's own, since nobody in the city can know: */
    KITCHENS_NOTE_FIRST_LATE, /* the first order of the run cooked too late; args = response_ms */
    KITCHENS_NOTE_FIRST_LOST, /* the first confirmed order that is lost */
    KITCHENS_NOTE_PROMISE_BROKEN, /* for the first time; args = index of the check */
    KITCHENS_NOTE_END,
};

/* Why an order was not taken. Only before it is in the book: later it is a promise. */
enum kitchens_refusal {
    KITCHENS_REFUSED_BOOK_FULL,
    KITCHENS_REFUSED_TOO_MANY_WAITING,
    KITCHENS_REFUSED_DISK
};
/* Why no kitchen has an order yet. */
enum kitchens_wait {
    KITCHENS_WAIT_NO_KITCHEN,
    KITCHENS_WAIT_ALL_FULL,
    KITCHENS_WAIT_NO_SPECIALIST,
    KITCHENS_WAIT_RECOVERING,
    KITCHENS_WAIT_ITS_KITCHEN /* round robin: its turn fell on a full kitchen, it joins that line */
};
/* Why a hand-over failed, or an order was taken back. */
enum kitchens_reason {
    KITCHENS_REASON_NONE,
    KITCHENS_REASON_TOO_LATE,
    KITCHENS_REASON_TARGET_FULL,
    KITCHENS_REASON_TARGET_DEAD,
    KITCHENS_REASON_SOURCE_DEAD,
    KITCHENS_REASON_TIMEOUT
};

/* What the parts give to the catalogue; put together in kitchens.c. */
extern const struct system KITCHENS;
extern const struct node_protocol KITCHENS_DISPATCHER_PROTOCOL, KITCHENS_KITCHEN_PROTOCOL,
    KITCHENS_CUSTOMERS_PROTOCOL;
extern const struct system_setting KITCHENS_SETTINGS[KITCHENS_SET_COUNT];
extern const struct system_input KITCHENS_INPUTS[KITCHENS_INPUT_COUNT];
extern const struct system_note KITCHENS_NOTES[];
extern const struct node_observer KITCHENS_LEDGER;

#endif
