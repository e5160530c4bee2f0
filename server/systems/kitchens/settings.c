/* settings.c: what can be set and done to the kitchens: keys, ranges, standards.
 *
 * Ranges are chosen so that every value in them is safe for the program, and not so that every
 * value is wise: a city with a heartbeat of ten seconds is a lesson. Standards are those of the
 * systems' page of the course. Each bug switch names the trap whose rule it turns off; what it
 * breaks is a finding of the ledger, never a crash. */
#include "systems/kitchens/messages.h"

static const char *const POLICIES[] = {"round-robin", "weighted-round-robin", "least-connections",
                                       "two-choices", "weighted-score",       NULL};
static const char *const ARRIVALS[] = {"steady", "curve", "flash", "closed-loop", NULL};

#define NUMBER(k, u, low, high, std)                                                               \
    {                                                                                              \
        .key = k, .kind = SYSTEM_NUMBER, .live = true, .unit = u, .min = low, .max = high,         \
        .standard = std                                                                            \
    }
#define NUMBER_AT_START(k, u, low, high, std)                                                      \
    {                                                                                              \
        .key = k, .kind = SYSTEM_NUMBER, .unit = u, .min = low, .max = high, .standard = std       \
    }
#define HUNDREDTHS(k, is_live, low, high, std)                                                     \
    {                                                                                              \
        .key = k, .kind = SYSTEM_NUMBER, .live = is_live, .decimals = 2, .unit = "", .min = low,   \
        .max = high, .standard = std                                                               \
    }
#define SWITCH(k, std)                                                                             \
    {                                                                                              \
        .key = k, .kind = SYSTEM_SWITCH, .live = true, .unit = "", .min = 0, .max = 1,             \
        .standard = std                                                                            \
    }
#define SWITCH_AT_START(k, std)                                                                    \
    {                                                                                              \
        .key = k, .kind = SYSTEM_SWITCH, .unit = "", .min = 0, .max = 1, .standard = std           \
    }
#define CHOICE(k, is_live, names, count, std)                                                      \
    {                                                                                              \
        .key = k, .kind = SYSTEM_CHOICE, .live = is_live, .unit = "", .max = (count)-1,            \
        .standard = std, .choices = names                                                          \
    }
#define BUG(k, which)                                                                              \
    {                                                                                              \
        .key = "bug." k, .kind = SYSTEM_SWITCH, .live = true, .unit = "", .max = 1, .trap = which  \
    }

const struct system_setting KITCHENS_SETTINGS[KITCHENS_SET_COUNT] = {
    [KITCHENS_SET_POLICY] = CHOICE("policy", true, POLICIES, 5, KITCHENS_WEIGHTED_SCORE),
    [KITCHENS_SET_WEIGHT_LOAD] = NUMBER("weight_load_pct", "%", 0, 100, 40),
    [KITCHENS_SET_WEIGHT_SPECIALTY] = NUMBER("weight_specialty_pct", "%", 0, 100, 30),
    [KITCHENS_SET_WEIGHT_TIME] = NUMBER("weight_time_pct", "%", 0, 100, 20),
    [KITCHENS_SET_WEIGHT_DISTANCE] = NUMBER("weight_distance_pct", "%", 0, 100, 10),
    [KITCHENS_SET_MIGRATION] = SWITCH("migration", 0),
    [KITCHENS_SET_OVERLOAD_THRESHOLD] = HUNDREDTHS("overload_threshold", true, 50, 100, 80),
    [KITCHENS_SET_AVAILABLE_THRESHOLD] = HUNDREDTHS("available_threshold", true, 0, 100, 50),
    [KITCHENS_SET_PER_KITCHEN] = NUMBER("handovers_per_kitchen", "orders", 1, 32, 2),
    [KITCHENS_SET_PER_CYCLE] = NUMBER("handovers_per_cycle", "orders", 0, 1000, 0),
    [KITCHENS_SET_CYCLE_MS] = NUMBER("handover_cycle_ms", "ms", 100, 60000, 500),
    [KITCHENS_SET_COOLDOWN_MS] = NUMBER("handover_cooldown_ms", "ms", 0, 600000, 5000),
    [KITCHENS_SET_HEARTBEAT_MS] = NUMBER("heartbeat_ms", "ms", 50, 10000, 250),
    [KITCHENS_SET_SUSPECT_MS] = NUMBER("suspect_after_ms", "ms", 200, 60000, 1500),
    [KITCHENS_SET_EJECTION] = SWITCH("ejection", 1),
    [KITCHENS_SET_PANIC_PCT] = NUMBER("panic_threshold_pct", "%", 0, 100, 50),
    [KITCHENS_SET_ARRIVALS] = CHOICE("arrivals", false, ARRIVALS, 4, KITCHENS_ARRIVALS_STEADY),
    [KITCHENS_SET_ORDERS_PER_MIN] = NUMBER("orders_per_min", "orders/min", 0, 30000, 500),
    [KITCHENS_SET_USERS] = NUMBER("users", "users", 0, KITCHENS_USERS_MAX, 1000),
    [KITCHENS_SET_THINK_MS] = NUMBER("think_ms", "ms", 100, 3600000, 117500),
    [KITCHENS_SET_ZIPF] = HUNDREDTHS("dish_zipf", false, 0, 200, 80),
    [KITCHENS_SET_WAITING_MAX] = NUMBER("waiting_max", "orders", 0, 2000, 500),
    [KITCHENS_SET_EQUAL] = SWITCH_AT_START("equal_kitchens", 0),
    [KITCHENS_SET_BUG_SPECIALIST_FIRST] = BUG("specialist_first", "CHEF-T01"),
    [KITCHENS_SET_BUG_STALE_LOAD] = BUG("stale_load", "CHEF-T02"),
    [KITCHENS_SET_BUG_TARGETS_ONCE] = BUG("targets_once", "CHEF-T03"),
    [KITCHENS_SET_BUG_NO_COOLDOWN] = BUG("no_cooldown", "CHEF-T04"),
    [KITCHENS_SET_BUG_COPY_MIGRATE] = BUG("copy_migrate", "CHEF-T05"),
    [KITCHENS_SET_BUG_MIGRATE_STARTED] = BUG("migrate_started", "CHEF-T06"),
    [KITCHENS_SET_BUG_NO_FENCE] = BUG("no_fence", "CHEF-T07"),
    [KITCHENS_SET_BUG_PORT_CHECK] = BUG("port_check", "CHEF-T08"),
    [KITCHENS_SET_BUG_EJECT_ALL] = BUG("eject_all", "CHEF-T08"),
    [KITCHENS_SET_BUG_DUPLICATE_ID] = BUG("duplicate_id", "CHEF-T09"),
    [KITCHENS_SET_BUG_ZERO_CAPACITY] = BUG("zero_capacity", "CHEF-T10"),
    [KITCHENS_SET_BUG_SPECIALTY_FILTER] = BUG("specialty_filter", "CHEF-T11"),
    [KITCHENS_SET_BUG_ACK_EARLY] = BUG("ack_before_fsync", "CHEF-01"),
    /* Last, so that what is older keeps its number: inputs carry it. */
    [KITCHENS_SET_KITCHENS_MAX] = NUMBER_AT_START("kitchens_max", "kitchens", 0, KITCHENS_MAX, 0),
};

#define ARG(n, low, high, std)                                                                     \
    {                                                                                              \
        .name = n, .kind = SYSTEM_ARG_NUMBER, .min = low, .max = high, .standard = std             \
    }
#define ARG_NAMED(n, low, high, std, which)                                                        \
    {                                                                                              \
        .name = n, .kind = SYSTEM_ARG_CHOICE, .min = low, .max = high, .standard = std,            \
        .list = which                                                                              \
    }

const struct system_input KITCHENS_INPUTS[KITCHENS_INPUT_COUNT] = {
    [KITCHENS_INPUT_ORDER] = {.name = "order.place",
                              .target = "customers",
                              .client_operation = true,
                              .told_by = KITCHENS_NOTE_PLACED,
                              .args = {ARG_NAMED("dish", 0, KITCHENS_DISHES_MAX - 1, 0,
                                                 KITCHENS_LIST_DISHES),
                                       ARG("x_m", 0, KITCHENS_PLACE_M_MAX, 0),
                                       ARG("y_m", 0, KITCHENS_PLACE_M_MAX, 0),
                                       ARG_NAMED("source", 1, 2, 1, KITCHENS_LIST_SOURCES)}},
    [KITCHENS_INPUT_RUSH] = {.name = "load.rush",
                             .target = "customers",
                             /* -1: the whole city */
                             .args = {ARG_NAMED("district", -1, KITCHENS_DISTRICTS_MAX - 1, -1,
                                                KITCHENS_LIST_DISTRICTS),
                                      ARG("factor_pct", 0, 2000, 300),
                                      ARG("duration_ms", 100, 3600000, 60000)}},
    [KITCHENS_INPUT_SLOW] = {.name = "kitchen.slow", .args = {ARG("factor_pct", 0, 400, 25)}},
    [KITCHENS_INPUT_OPEN] = {.name = "kitchen.open",
                             .args = {ARG_NAMED("cuisine", 0, KITCHENS_CUISINES_MAX - 1, 0,
                                                KITCHENS_LIST_CUISINES),
                                      ARG("cooks", 0, KITCHENS_COOKS_MAX, 3),
                                      ARG("capacity", 0, KITCHENS_CAPACITY_MAX, 8),
                                      /* -1: where the place is on the map */
                                      ARG("x_m", -1, KITCHENS_PLACE_M_MAX, -1),
                                      ARG("y_m", -1, KITCHENS_PLACE_M_MAX, -1),
                                      /* 0: its own */
                                      ARG("identity", 0, KITCHENS_MAX, 0)}},
    [KITCHENS_INPUT_CLOSE] = {.name = "kitchen.close"},
};
