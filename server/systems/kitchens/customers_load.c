/* customers_load.c: when somebody orders, and what: shapes of load, dishes, districts.
 *
 * Open-loop arrivals are a Poisson process with a rate that changes: time is stretched by the rate,
 * and in stretched time the gaps are exponential with mean one (the time-change construction). A
 * rush that begins in the middle of a gap then shortens what is left of it, and no draw has to be
 * thrown away.
 *
 * Every draw is named by (purpose, entity, n): the n-th order is the same dish for the same street
 * under every policy and beside every order placed by hand. That is what makes a comparison of two
 * policies a comparison, and not two different days. */
#include <assert.h>

#include "base/draw.h"
#include "systems/kitchens/customers.h"

static const uint32_t DRAW_GAP = DRAW_PURPOSE('g', 'a', 'p', ' ');
static const uint32_t DRAW_DISH = DRAW_PURPOSE('d', 'i', 's', 'h');
static const uint32_t DRAW_DISTRICT = DRAW_PURPOSE('d', 'i', 's', 't');
static const uint32_t DRAW_STREET = DRAW_PURPOSE('s', 't', 'r', 'e');
static const uint32_t DRAW_NUMBER = DRAW_PURPOSE('n', 'u', 'm', 'b');
static const uint32_t DRAW_PREPARATION = DRAW_PURPOSE('p', 'r', 'e', 'p');
static const uint32_t DRAW_THINK = DRAW_PURPOSE('t', 'h', 'n', 'k');

enum {
    HUNDRED = 100,
    MILLION = 1000000,
    US_PER_MINUTE = 60 * MILLION,
    MINUTES_PER_DAY = 24,         /* of virtual time: one hour of the city a minute */
    BY_HAND = KITCHENS_USERS_MAX, /* entity of draws for orders by hand */
    BY_LOAD = BY_HAND + 1,
};
static const int64_t NS_PER_US = 1000;
static const int64_t NS_PER_MINUTE = INT64_C(60) * 1000 * MILLION;
static const int64_t SLICE_NS = INT64_C(1000) * MILLION; /* a varying rate is looked at so often */
/* One arrival on average for each such piece of rate x time. */
static const uint64_t PIECE = (uint64_t)US_PER_MINUTE * MILLION;

/* ---- The rate ---- */

/* A crowd from one moment to the next: quiet, eight times as much within two seconds, then it
 * thins out; again every ten minutes. */
static const struct {
    uint32_t from_s, rate_pct;
} FLASH[] = {{0, 40},    {240, 150}, {241, 320}, {270, 240},
             {300, 160}, {330, 100}, {360, 60},  {420, 40}};
enum { FLASH_PERIOD_S = 600 };

static uint64_t flash_ppm(int64_t now_ns)
{
    assert(now_ns >= 0);
    uint32_t second = (uint32_t)(now_ns / (1000 * MILLION) % FLASH_PERIOD_S);
    uint32_t rate_pct = FLASH[0].rate_pct;
    for (uint32_t i = 0; i < sizeof FLASH / sizeof FLASH[0] && FLASH[i].from_s <= second; i++)
        rate_pct = FLASH[i].rate_pct;
    return (uint64_t)rate_pct * (MILLION / HUNDRED);
}

/* The curve of the city day, straight lines between its hours. */
static uint64_t curve_ppm(const struct kitchens_plan *plan, int64_t now_ns)
{
    int64_t ns = now_ns + KITCHENS_DAY_STARTS_AT * NS_PER_MINUTE;
    uint32_t hour = (uint32_t)(ns / NS_PER_MINUTE % MINUTES_PER_DAY);
    int64_t into_ppm = ns % NS_PER_MINUTE / (NS_PER_MINUTE / MILLION);
    int64_t from = plan->curve_ppm[hour];
    int64_t to = plan->curve_ppm[(hour + 1) % MINUTES_PER_DAY];
    assert(hour < KITCHENS_CURVE_POINTS);
    assert(into_ppm <= MILLION);
    return (uint64_t)(from + (to - from) * into_ppm / MILLION);
}
_Static_assert((int)MINUTES_PER_DAY == (int)KITCHENS_CURVE_POINTS,
               "a point an hour, a minute an hour");

static uint64_t shape_ppm(const struct customers_turn *turn)
{
    switch ((enum kitchens_arrivals)customers_setting(turn, KITCHENS_SET_ARRIVALS)) {
    case KITCHENS_ARRIVALS_CURVE:
        return curve_ppm(turn->plan, turn->now_ns);
    case KITCHENS_ARRIVALS_FLASH:
        return flash_ppm(turn->now_ns);
    case KITCHENS_ARRIVALS_STEADY:
        return MILLION;
    case KITCHENS_ARRIVALS_CLOSED_LOOP:
        break;
    }
    return 0; /* only users */
}

/* What a district orders compared with quiet times. Rushes add up: two times three is five. */
static uint64_t rush_pct(const struct customers_turn *turn, uint32_t district)
{
    int64_t pct = HUNDRED;
    for (uint32_t i = 0; i < CUSTOMERS_RUSHES_MAX; i++) {
        const struct rush *rush = &turn->self->rushes[i];
        if (rush->until_ns > turn->now_ns &&
            (rush->district < 0 || rush->district == (int32_t)district))
            pct += (int64_t)rush->factor_pct - HUNDRED;
    }
    return pct > 0 ? (uint64_t)pct : 0;
}

/* Cumulative weights of the districts at this moment; returns their sum. */
static uint64_t weigh_districts(const struct customers_turn *turn,
                                uint64_t cumulative[KITCHENS_DISTRICTS_MAX])
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < turn->plan->district_count; i++) {
        sum += turn->plan->districts[i].share_ppm * rush_pct(turn, i);
        cumulative[i] = sum;
    }
    return sum;
}

/* Orders a minute x ppm. */
static uint64_t rate_now(const struct customers_turn *turn)
{
    uint64_t cumulative[KITCHENS_DISTRICTS_MAX];
    uint64_t rushed_ppm = weigh_districts(turn, cumulative) / HUNDRED;
    uint64_t per_min = (uint64_t)customers_setting(turn, KITCHENS_SET_ORDERS_PER_MIN);
    return per_min * shape_ppm(turn) / 1000 * rushed_ppm / 1000;
}

/* Does the rate change by itself? */
static bool rate_varies(const struct customers_turn *turn)
{
    int64_t arrivals = customers_setting(turn, KITCHENS_SET_ARRIVALS);
    bool varies = arrivals == KITCHENS_ARRIVALS_CURVE || arrivals == KITCHENS_ARRIVALS_FLASH;
    for (uint32_t i = 0; i < CUSTOMERS_RUSHES_MAX; i++)
        varies = varies || turn->self->rushes[i].until_ns > turn->now_ns;
    return varies;
}

/* ---- Open-loop arrivals ---- */

static int64_t next_piece(const struct customers_turn *turn)
{
    uint64_t draw = draw_u64(turn->env->draw_key, DRAW_GAP, 0, turn->self->arrivals.count);
    return (int64_t)draw_exponential(draw, PIECE);
}

/* Time until what is left of the piece has flowed by, rounded up to whole microseconds. */
static int64_t time_left_ns(const struct arrivals *arrivals)
{
    assert(arrivals->rate > 0);
    uint64_t left = arrivals->left > 0 ? (uint64_t)arrivals->left : 0;
    return (int64_t)((left + arrivals->rate - 1) / arrivals->rate) * NS_PER_US;
}

/* A rate that changes by itself is looked at every second; otherwise the timer is exactly the next
 * arrival, and a quiet city costs nothing. */
static void arm_arrival(const struct customers_turn *turn)
{
    struct arrivals *arrivals = &turn->self->arrivals;
    arrivals->rate = rate_now(turn);
    int64_t wait_ns = INT64_MAX;
    if (arrivals->rate > 0)
        wait_ns = time_left_ns(arrivals);
    if (rate_varies(turn) && wait_ns > SLICE_NS)
        wait_ns = SLICE_NS;
    if (wait_ns == INT64_MAX)
        node_timer_stop(turn->outbox, CUSTOMERS_TIMER_ARRIVAL);
    else
        node_timer_set(turn->outbox, CUSTOMERS_TIMER_ARRIVAL, turn->now_ns + wait_ns);
}

/* Counts what has flowed by since the last look; the rest of a microsecond is counted next time. */
static void flow(const struct customers_turn *turn)
{
    struct arrivals *arrivals = &turn->self->arrivals;
    int64_t passed_us = (turn->now_ns - arrivals->last_ns) / NS_PER_US;
    assert(passed_us >= 0);
    arrivals->last_ns += passed_us * NS_PER_US;
    arrivals->left -= (int64_t)arrivals->rate * passed_us;
}

/* ---- What is ordered ---- */

/* Uniform around the menu's mean. At least one millisecond: nothing is cooked in no time. */
static uint32_t preparation_ms(uint32_t mean_ms, uint64_t draw)
{
    uint64_t pct = HUNDRED - CUSTOMERS_SPREAD_PCT;
    uint64_t spread = 2 * CUSTOMERS_SPREAD_PCT * (uint64_t)mean_ms + 1;
    uint64_t ms = (mean_ms * pct + draw_below(draw, spread)) / HUNDRED;
    return ms > 0 ? (uint32_t)ms : 1;
}

/* Clamped to what a message can say; districts lie on the map (city_load.c), so it is no cut. */
static uint16_t place_within(int32_t from_m, int32_t size_m, uint64_t draw)
{
    int64_t at = from_m + (int64_t)draw_below(draw, size_m > 0 ? (uint64_t)size_m : 1);
    at = at < 0 ? 0 : at;
    return (uint16_t)(at < KITCHENS_PLACE_M_MAX ? at : KITCHENS_PLACE_M_MAX);
}

/* The n-th wish of an entity: a user, or the open-loop load. */
static struct wish wish_of(const struct customers_turn *turn, uint64_t entity, uint64_t n)
{
    uint64_t key = turn->env->draw_key;
    uint64_t cumulative[KITCHENS_DISTRICTS_MAX];
    struct wish wish = {.source = CUSTOMERS_BY_LOAD};
    uint64_t dish = draw_u64(key, DRAW_DISH, entity, n);
    wish.dish = draw_weighted(dish, turn->self->dishes, turn->plan->dish_count);
    uint64_t preparation = draw_u64(key, DRAW_PREPARATION, entity, n);
    wish.preparation_ms = preparation_ms(turn->plan->dishes[wish.dish].preparation_ms, preparation);
    if (weigh_districts(turn, cumulative) == 0)
        return wish; /* a city without districts lies at the origin */
    uint64_t where = draw_u64(key, DRAW_DISTRICT, entity, n);
    const struct kitchens_district *district =
        &turn->plan->districts[draw_weighted(where, cumulative, turn->plan->district_count)];
    uint64_t street = draw_u64(key, DRAW_STREET, entity, n);
    wish.x_m = place_within(district->x_m, district->width_m, street);
    uint64_t number = draw_u64(key, DRAW_NUMBER, entity, n);
    wish.y_m = place_within(district->y_m, district->height_m, number);
    return wish;
}

/* By hand has a stream of its own, so that ordering something does not change the day of the
 * others. */
struct wish load_wish_by_hand(const struct customers_turn *turn, const int64_t *args)
{
    uint32_t dish = (uint64_t)args[0] < turn->plan->dish_count ? (uint32_t)args[0] : 0;
    uint64_t draw =
        draw_u64(turn->env->draw_key, DRAW_PREPARATION, BY_HAND, turn->self->order_last);
    return (struct wish){
        .dish = dish,
        .x_m = (uint16_t)args[1],
        .y_m = (uint16_t)args[2],
        .source = args[3] == CUSTOMERS_BY_PHONE ? CUSTOMERS_BY_PHONE : CUSTOMERS_BY_HAND,
        .preparation_ms = preparation_ms(turn->plan->dishes[dish].preparation_ms, draw)};
}

/* ---- Events of the load ---- */

/* Several may be due at once when the rate is high; each takes its own piece of time. */
void load_arrival_due(const struct customers_turn *turn)
{
    struct arrivals *arrivals = &turn->self->arrivals;
    flow(turn);
    while (arrivals->left <= 0 && arrivals->rate > 0) {
        struct wish wish = wish_of(turn, BY_LOAD, arrivals->count);
        arrivals->count++;
        arrivals->left += next_piece(turn);
        customers_place(turn, &wish);
    }
    arm_arrival(turn);
}

void load_rush(const struct customers_turn *turn, const int64_t *args)
{
    struct customers *self = turn->self;
    uint32_t oldest = 0; /* a free place, or the one that ends first */
    for (uint32_t i = 1; i < CUSTOMERS_RUSHES_MAX; i++)
        if (self->rushes[i].until_ns < self->rushes[oldest].until_ns)
            oldest = i;
    flow(turn);
    self->rushes[oldest] = (struct rush){
        .until_ns = turn->now_ns + args[2] * CUSTOMERS_NS_PER_MS,
        .district = args[0] < turn->plan->district_count ? (int32_t)args[0] : -1,
        .factor_pct = (uint32_t)args[1],
    };
    customers_note(turn, KITCHENS_NOTE_RUSH, NODE_NONE, NODE_NONE, self->rushes[oldest].district,
                   args[1], args[2], 0);
    arm_arrival(turn);
}

/* ---- Users of the closed loop ---- */

/* Users beyond the setting finish what they have begun and do not come back until it rises. */
static bool is_active(const struct customers_turn *turn, uint32_t user)
{
    return customers_setting(turn, KITCHENS_SET_ARRIVALS) == KITCHENS_ARRIVALS_CLOSED_LOOP &&
           (int64_t)user < customers_setting(turn, KITCHENS_SET_USERS);
}

/* Thinking times are exponential and drawn by (user, visit). */
static void think(const struct customers_turn *turn, uint32_t user)
{
    assert(user < KITCHENS_USERS_MAX);
    struct customers *self = turn->self;
    uint64_t draw = draw_u64(turn->env->draw_key, DRAW_THINK, user, self->visits[user]);
    uint64_t mean_ns =
        (uint64_t)(customers_setting(turn, KITCHENS_SET_THINK_MS) * CUSTOMERS_NS_PER_MS);
    agenda_set(&self->agenda, ROSTER_SLOTS + user,
               turn->now_ns + (int64_t)draw_exponential(draw, mean_ns));
    uint32_t item;
    node_timer_set(turn->outbox, CUSTOMERS_TIMER_AGENDA, agenda_next(&self->agenda, &item));
}

void load_user_free(const struct customers_turn *turn, uint32_t user)
{
    assert(user < KITCHENS_USERS_MAX);
    think(turn, user);
}

/* Thought enough: orders, or goes home. */
void load_user_due(const struct customers_turn *turn, uint32_t user)
{
    assert(user < KITCHENS_USERS_MAX);
    if (!is_active(turn, user)) {
        turn->self->users--;
        turn->self->visits[user] |= UINT32_C(1) << 31; /* has gone; comes back when users rise */
        return;
    }
    struct wish wish = wish_of(turn, user, turn->self->visits[user]);
    wish.user = user + 1;
    turn->self->visits[user]++;
    customers_place(turn, &wish);
}

/* Users who are active and not there begin with a thought, so that they spread out. */
static void invite_users(const struct customers_turn *turn)
{
    const uint32_t gone = UINT32_C(1) << 31;
    for (uint32_t user = 0; user < KITCHENS_USERS_MAX && is_active(turn, user); user++) {
        if ((turn->self->visits[user] & gone) == 0)
            continue;
        turn->self->visits[user] &= ~gone;
        turn->self->users++;
        think(turn, user);
    }
}

/* The top bit of a user's visits says that it is not there; all begin outside and are invited. */
void load_begin(const struct customers_turn *turn)
{
    struct customers *self = turn->self;
    draw_zipf_table(turn->self->dishes, turn->plan->dish_count,
                    (uint32_t)customers_setting(turn, KITCHENS_SET_ZIPF));
    for (uint32_t user = 0; user < KITCHENS_USERS_MAX; user++)
        self->visits[user] = UINT32_C(1) << 31;
    assert(turn->plan->dish_count > 0);
    assert(turn->plan->district_count <= KITCHENS_DISTRICTS_MAX);
    self->arrivals.last_ns = turn->now_ns;
    self->arrivals.left = next_piece(turn);
    arm_arrival(turn);
    invite_users(turn);
}

/* What flowed so far counts at the old rate; then the rate is asked anew. */
void load_changed(const struct customers_turn *turn)
{
    flow(turn);
    arm_arrival(turn);
    invite_users(turn);
}
