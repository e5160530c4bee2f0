/* judge.c: the city's promises and figures. */
#include "systems/city/ledger.h"

#include <assert.h>

enum { PPM_HALF = 500000, PPM_99 = 990000, PCT_HUNDREDTHS = 10000 };

const struct system_check CITY_CHECKS[CITY_CHECK_COUNT] = {
    [CITY_CHECK_SOLD_ONCE] = {"sold_once", true},
    [CITY_CHECK_IN_BOOK] = {"sold_in_book", false},
    [CITY_CHECK_BOOKS_AGREE] = {"books_agree", false},
    [CITY_CHECK_ANSWERED] = {"answered_when_whole", true},
    [CITY_CHECK_SOUND] = {"kitchen_sound", false},
    [CITY_CHECK_STRONG] = {"strong_linearizable", true},
    [CITY_CHECK_LINEARIZABLE] = {"linearizable", true},
    [CITY_CHECK_CONFIRMED_KEPT] = {"confirmed_kept", true},
};

#define FIGURE(n, u, d, t, b)                                                                      \
    {                                                                                              \
        .name = n, .unit = u, .decimals = d, .total = t, .better = b                               \
    }
const struct system_figure CITY_FIGURES[CITY_FIGURE_COUNT] = {
    [CITY_FIGURE_PLACED] = FIGURE("orders_placed", "orders", 0, true, SYSTEM_NEITHER),
    [CITY_FIGURE_CONFIRMED] = FIGURE("orders_confirmed", "orders", 0, true, SYSTEM_HIGHER),
    [CITY_FIGURE_SERVED] = FIGURE("orders_served", "orders", 0, true, SYSTEM_HIGHER),
    [CITY_FIGURE_TURNED_AWAY] = FIGURE("turned_away", "orders", 0, true, SYSTEM_LOWER),
    [CITY_FIGURE_SOLD_OUT] = FIGURE("sold_out", "orders", 0, true, SYSTEM_NEITHER),
    [CITY_FIGURE_STALE] = FIGURE("stale_prices", "orders", 0, true, SYSTEM_LOWER),
    [CITY_FIGURE_OVERSOLD] = FIGURE("oversold", "orders", 0, true, SYSTEM_LOWER),
    [CITY_FIGURE_NAMED] = FIGURE("oversold_named", "orders", 0, true, SYSTEM_NEITHER),
    [CITY_FIGURE_LOST] = FIGURE("orders_lost", "orders", 0, false, SYSTEM_LOWER),
    [CITY_FIGURE_KEPT] = FIGURE("kept_for_nobody", "lobsters", 0, false, SYSTEM_LOWER),
    [CITY_FIGURE_AVAILABILITY_PCT] = FIGURE("availability_pct", "%", 2, false, SYSTEM_HIGHER),
    [CITY_FIGURE_ANSWER_P50_MS] = FIGURE("answer_p50_ms", "ms", 3, false, SYSTEM_LOWER),
    [CITY_FIGURE_ANSWER_P99_MS] = FIGURE("answer_p99_ms", "ms", 3, false, SYSTEM_LOWER),
    [CITY_FIGURE_WAITED] = FIGURE("dishes_missing", "orders", 0, true, SYSTEM_LOWER),
    [CITY_FIGURE_COOKED_TWICE] = FIGURE("dishes_wasted", "dishes", 0, true, SYSTEM_LOWER),
    [CITY_FIGURE_LEADER_CHANGES] = FIGURE("leader_changes", "", 0, true, SYSTEM_LOWER),
    [CITY_FIGURE_NO_LEADER_MS] = FIGURE("no_leader_max_ms", "ms", 0, false, SYSTEM_LOWER),
    [CITY_FIGURE_DIFFERENT_KEYS] = FIGURE("different_keys", "keys", 0, false, SYSTEM_LOWER),
    [CITY_FIGURE_KITCHENS_UP] = FIGURE("kitchens_up", "kitchens", 0, false, SYSTEM_HIGHER),
};

/* ---- Figures ---- */

static int64_t percentile_us(const struct histogram *histogram, uint32_t ppm)
{
    return histogram->count == 0 ? NODE_CELL_NULL : (int64_t)histogram_percentile(histogram, ppm);
}

/* Who got an answer, be it "sold out", of all who wait no longer for one. */
static int64_t availability(const struct city_ledger *ledger)
{
    uint64_t good = ledger->confirmed + ledger->sold_out;
    uint64_t all = good + city_ledger_turned_away(ledger);
    return all == 0 ? NODE_CELL_NULL : (int64_t)(good * PCT_HUNDREDTHS / all);
}

static int64_t no_leader_ms(const struct city_ledger *ledger, const struct node_world *world)
{
    if (city_wished_mode(world->env->settings) == KV_MODE_AP)
        return NODE_CELL_NULL; /* nobody leads, nobody needs to */
    int64_t now_ns = ledger->leader == NODE_NONE ? world->time_ns - ledger->no_leader_since_ns : 0;
    return (now_ns > ledger->no_leader_ns ? now_ns : ledger->no_leader_ns) / KV_NS_PER_MS;
}

static int64_t kitchens_up(const struct node_world *world)
{
    const struct city_plan *plan = world->env->plan;
    int64_t up = 0;
    for (uint32_t i = 0; i < city_kitchens(plan); i++)
        up += world->truth(world, i) == NODE_UP;
    return up;
}

void city_figures_read(const void *memory, const struct node_world *world, int64_t *values)
{
    const struct city_ledger *ledger = memory;
    uint32_t key = 0;
    uint32_t one = 0;
    uint32_t other = 0;
    values[CITY_FIGURE_PLACED] = (int64_t)ledger->placed;
    values[CITY_FIGURE_CONFIRMED] = (int64_t)ledger->confirmed;
    values[CITY_FIGURE_SERVED] = (int64_t)ledger->served;
    values[CITY_FIGURE_TURNED_AWAY] = (int64_t)city_ledger_turned_away(ledger);
    values[CITY_FIGURE_SOLD_OUT] = (int64_t)ledger->sold_out;
    values[CITY_FIGURE_STALE] = (int64_t)ledger->stale;
    values[CITY_FIGURE_OVERSOLD] = (int64_t)ledger->oversold;
    values[CITY_FIGURE_NAMED] = (int64_t)ledger->named;
    values[CITY_FIGURE_LOST] = city_ledger_lost(ledger, world, &key, &one);
    values[CITY_FIGURE_KEPT] = city_ledger_kept(ledger, world);
    values[CITY_FIGURE_AVAILABILITY_PCT] = availability(ledger);
    values[CITY_FIGURE_ANSWER_P50_MS] = percentile_us(&ledger->answer_us, PPM_HALF);
    values[CITY_FIGURE_ANSWER_P99_MS] = percentile_us(&ledger->answer_us, PPM_99);
    values[CITY_FIGURE_WAITED] = (int64_t)ledger->waited;
    values[CITY_FIGURE_COOKED_TWICE] = (int64_t)ledger->cooked_twice;
    values[CITY_FIGURE_LEADER_CHANGES] = (int64_t)ledger->leader_changes;
    values[CITY_FIGURE_NO_LEADER_MS] = no_leader_ms(ledger, world);
    values[CITY_FIGURE_DIFFERENT_KEYS] = city_ledger_different(world, &key, &one, &other);
    values[CITY_FIGURE_KITCHENS_UP] = kitchens_up(world);
}

/* ---- Promises ---- */

static void fail(struct system_finding *finding, const struct ledger_witness *witness)
{
    finding->verdict = SYSTEM_FAIL;
    finding->actual = witness->count;
    finding->subject = witness->subject;
    finding->at_ns = witness->at_ns;
    finding->first_event = witness->event;
    finding->last_event = witness->event;
    finding->reason =
        (struct node_reason){.word = (uint16_t)witness->word, .subject = witness->subject};
    memcpy(finding->reason.args, witness->args, sizeof finding->reason.args);
}

/* What is only clear at rest: the books. */
static void judge_books(const struct city_ledger *ledger, const struct node_world *world,
                        struct system_finding *findings)
{
    struct ledger_witness seen = {.subject = NODE_NONE, .at_ns = world->time_ns};
    uint32_t key = 0;
    uint32_t one = 0;
    uint32_t other = 0;
    seen.count = city_ledger_lost(ledger, world, &key, &seen.subject);
    if (seen.count > 0) {
        int64_t there = 0;
        (void)city_ledger_copy(world, 0, key, &there);
        const struct ledger_order *order = city_ledger_find(ledger, seen.subject);
        seen.word = CITY_WORD_NOT_IN_BOOK;
        seen.args[0] = key + 1;
        seen.args[1] = city_claim_order(there);
        seen.at_ns = order == NULL ? seen.at_ns : order->answered_ns;
        seen.event = order == NULL ? 0 : order->event;
        fail(&findings[CITY_CHECK_IN_BOOK], &seen);
    }
    seen.count = city_ledger_different(world, &key, &one, &other);
    if (seen.count > 0) {
        seen = (struct ledger_witness){.count = seen.count,
                                       .subject = NODE_NONE,
                                       .word = CITY_WORD_BOOKS_DIFFER,
                                       .args = {key + 1, one, other},
                                       .at_ns = world->time_ns};
        fail(&findings[CITY_CHECK_BOOKS_AGREE], &seen);
    }
}

/* The one that was turned away may be told so after the other one was named. */
static void judge_wronged(const struct city_ledger *ledger, struct system_finding *finding)
{
    const struct ledger_order *order = NULL;
    struct ledger_witness seen = {.word = CITY_WORD_WRONGED};
    seen.count = city_ledger_wronged(ledger, &order);
    if (seen.count == 0)
        return;
    seen.subject = order->order;
    seen.args[0] = order->key + 1;
    seen.args[1] = order->beaten_by;
    seen.at_ns = order->answered_ns;
    seen.event = order->event;
    fail(finding, &seen);
}

void city_judge(const void *memory, const struct node_world *world, bool final,
                struct system_finding *findings)
{
    const struct city_ledger *ledger = memory;
    for (uint32_t i = 0; i < CITY_CHECK_COUNT; i++) {
        findings[i] = (struct system_finding){.verdict = SYSTEM_PASS, .subject = NODE_NONE};
        if (ledger->witness[i].count > 0)
            fail(&findings[i], &ledger->witness[i]);
    }
    struct system_finding *once = &findings[CITY_CHECK_SOLD_ONCE];
    if (once->verdict == SYSTEM_PASS && ledger->sold_twice_weakly.count > 0)
        fail(once, &ledger->sold_twice_weakly);
    judge_wronged(ledger, &findings[CITY_CHECK_CONFIRMED_KEPT]);
    if (final)
        judge_books(ledger, world, findings);
}

uint16_t city_unpromised(const void *plan, const int64_t *settings, uint32_t check)
{
    bool ap = city_wished_mode(settings) == KV_MODE_AP;
    bool weak = city_wished_mode(settings) != KV_MODE_CP;
    (void)plan;
    if (check == CITY_CHECK_SOLD_ONCE && ap)
        return CITY_WORD_AP_SELLS_TWICE;
    if (check == CITY_CHECK_CONFIRMED_KEPT && ap)
        return CITY_WORD_NOBODY_ASKED;
    if (check == CITY_CHECK_LINEARIZABLE && weak)
        return CITY_WORD_EVENTUAL_IS_LATER;
    if (check == CITY_CHECK_IN_BOOK && weak && settings[CITY_SET_CONFLICT] == KV_CONFLICT_CLOCK)
        return CITY_WORD_LAST_WRITE_WINS;
    if (check == CITY_CHECK_BOOKS_AGREE && weak && settings[CITY_SET_ANTI_ENTROPY] == 0)
        return CITY_WORD_NO_REPAIR;
    return UINT16_MAX;
}
