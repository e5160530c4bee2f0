/* ledger_measure.c: the sliding window of responses, and the figures of a run.
 *
 * Percentiles of the last minute are exact, nearest rank, over the values themselves: no buckets,
 * no averages of percentiles. The window keeps each value twice, in a ring by time (to know what
 * leaves) and sorted (to read any rank at once). Both are bounded; a memmove of a few kilobytes is
 * cheaper here than any tree would be. The percentile of the whole run comes from a histogram,
 * because its values are not kept.
 *
 * A figure that cannot be known yet is absent (NODE_CELL_NULL), never nought: an empty city has no
 * mean response. */
#include <assert.h>

#include "systems/kitchens/ledger_state.h"

/* First place in the sorted values that is not below `value`. */
static uint32_t window_place(const struct ledger_window *window, uint32_t value)
{
    assert(window->count <= LEDGER_WINDOW);
    uint32_t low = 0;
    uint32_t high = window->count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (window->sorted[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void window_drop(struct ledger_window *window)
{
    assert(window->count > 0);
    uint32_t value = window->value[window->first];
    uint32_t place = window_place(window, value);
    assert(window->sorted[place] == value);
    window->count--;
    memmove(&window->sorted[place], &window->sorted[place + 1],
            (window->count - place) * sizeof window->sorted[0]);
    window->first = (window->first + 1) % LEDGER_WINDOW;
    assert(window->sum >= value);
    window->sum -= value;
}

/* When more than LEDGER_WINDOW orders are cooked within the minute the oldest leave early: the
 * figure is then over the latest 2,048 responses, as its column says. */
void ledger_window_add(struct ledger_window *window, uint32_t second, uint32_t units)
{
    if (window->count == LEDGER_WINDOW)
        window_drop(window);
    uint32_t place = window_place(window, units);
    memmove(&window->sorted[place + 1], &window->sorted[place],
            (window->count - place) * sizeof window->sorted[0]);
    assert(place <= window->count);
    assert(window->count < LEDGER_WINDOW);
    window->sorted[place] = units;
    uint32_t last = (window->first + window->count) % LEDGER_WINDOW;
    window->value[last] = units;
    window->second[last] = second;
    window->count++;
    window->sum += units;
}

void ledger_window_expire(struct ledger_window *window, uint32_t second)
{
    while (window->count > 0 && window->second[window->first] + LEDGER_WINDOW_S <= second)
        window_drop(window);
}

uint32_t ledger_window_percentile(const struct ledger_window *window, uint32_t rank_ppm)
{
    assert(rank_ppm <= 1000000);
    if (window->count == 0)
        return 0;
    /* Nearest rank: the smallest value that at least this share of all does not exceed. */
    uint64_t rank = ((uint64_t)window->count * rank_ppm + 999999) / 1000000;
    return window->sorted[rank == 0 ? 0 : rank - 1];
}

/* The second that goes on is left out of the rings: half a second's worth of orders would look like
 * a dip at the end of every chart. */
int64_t ledger_rate_per_min(const uint16_t *by_second, uint32_t second)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i <= LEDGER_WINDOW_S; i++)
        sum += i == ledger_second_place(second) ? 0 : by_second[i];
    uint32_t seconds = second < LEDGER_WINDOW_S ? second : LEDGER_WINDOW_S;
    return seconds == 0 ? 0 : (int64_t)sum * 60 / seconds;
}

/* ---- Figures ---- */

const struct system_figure KITCHENS_FIGURES[LEDGER_FIGURE_COUNT] = {
    [LEDGER_FIGURE_ORDERS_PER_MIN] = {"orders_per_min", "orders/min", 0, false, SYSTEM_NEITHER},
    [LEDGER_FIGURE_RESPONSE_MEAN_MS] = {"response_mean_ms", "ms", 0, false, SYSTEM_LOWER},
    [LEDGER_FIGURE_RESPONSE_P50_MS] = {"response_p50_ms", "ms", 0, false, SYSTEM_LOWER},
    [LEDGER_FIGURE_RESPONSE_P95_MS] = {"response_p95_ms", "ms", 0, false, SYSTEM_LOWER},
    [LEDGER_FIGURE_RESPONSE_P99_MS] = {"response_p99_ms", "ms", 0, false, SYSTEM_LOWER},
    [LEDGER_FIGURE_RESPONSE_RUN_MEAN_MS] = {"response_run_mean_ms", "ms", 0, false, SYSTEM_LOWER},
    [LEDGER_FIGURE_RESPONSE_RUN_P99_MS] = {"response_run_p99_ms", "ms", 0, false, SYSTEM_LOWER},
    [LEDGER_FIGURE_JAIN_UTILISATION] = {"jain_utilisation", "", 4, false, SYSTEM_HIGHER},
    [LEDGER_FIGURE_MAX_OVER_MEAN] = {"max_over_mean", "x", 2, false, SYSTEM_LOWER},
    [LEDGER_FIGURE_UTILISATION_PCT] = {"utilisation_pct", "%", 1, false, SYSTEM_NEITHER},
    [LEDGER_FIGURE_MISROUTED_PCT] = {"misrouted_pct", "%", 1, false, SYSTEM_LOWER},
    [LEDGER_FIGURE_ORDERS_PLACED] = {"orders_placed", "orders", 0, true, SYSTEM_NEITHER},
    [LEDGER_FIGURE_ORDERS_COOKED] = {"orders_cooked", "orders", 0, true, SYSTEM_HIGHER},
    [LEDGER_FIGURE_ORDERS_SERVED] = {"orders_served", "orders", 0, true, SYSTEM_HIGHER},
    [LEDGER_FIGURE_ORDERS_LOST] = {"orders_lost", "orders", 0, true, SYSTEM_LOWER},
    [LEDGER_FIGURE_ORDERS_SETTLED_TWICE] = {"orders_settled_twice", "orders", 0, true,
                                            SYSTEM_LOWER},
    [LEDGER_FIGURE_ORDERS_WASTED] = {"wasted", "dishes", 0, true, SYSTEM_LOWER},
    [LEDGER_FIGURE_REFUSED] = {"refused", "orders", 0, true, SYSTEM_LOWER},
    [LEDGER_FIGURE_REASSIGNED] = {"reassigned", "orders", 0, true, SYSTEM_LOWER},
    [LEDGER_FIGURE_MIGRATIONS] = {"migrations", "hand-overs", 0, true, SYSTEM_NEITHER},
    [LEDGER_FIGURE_MIGRATION_EFFICIENCY_PCT] = {"migration_efficiency_pct", "%", 1, false,
                                                SYSTEM_HIGHER},
    [LEDGER_FIGURE_BOUNCES] = {"bounces", "orders", 0, true, SYSTEM_LOWER},
    [LEDGER_FIGURE_WAITING] = {"waiting", "orders", 0, false, SYSTEM_LOWER},
    [LEDGER_FIGURE_COOKING] = {"cooking", "orders", 0, false, SYSTEM_NEITHER},
    [LEDGER_FIGURE_UPTIME_PCT] = {"uptime_pct", "%", 3, false, SYSTEM_HIGHER},
    [LEDGER_FIGURE_KITCHENS_UP] = {"kitchens_up", "kitchens", 0, false, SYSTEM_NEITHER},
};

static int64_t units_as_ms(uint64_t units)
{
    return (int64_t)((units + LEDGER_UNITS_PER_MS / 2) / LEDGER_UNITS_PER_MS);
}

/* part / whole x scale, rounded; absent when there is no whole. */
static int64_t share(uint64_t part, uint64_t whole, uint64_t scale)
{
    assert(scale > 0);
    return whole == 0 ? NODE_CELL_NULL : (int64_t)((part * scale + whole / 2) / whole);
}

/* Good orders of all orders that are decided or under way: what is refused, lost, or was never
 * answered is not good (availability is counted in requests, faults included). */
static int64_t uptime(const struct ledger_counts *counts)
{
    uint64_t bad = counts->refused + counts->lost + counts->given_up;
    uint64_t good = counts->placed > bad ? counts->placed - bad : 0;
    return share(good, counts->placed, 100000);
}

/* Over the last minute. Nothing cooked in it: no figure, rather than a good one. */
static void figures_of_window(const struct ledger_window *window, int64_t *values)
{
    static const struct {
        uint32_t figure, rank_ppm;
    } RANKS[] = {
        {LEDGER_FIGURE_RESPONSE_P50_MS, 500000},
        {LEDGER_FIGURE_RESPONSE_P95_MS, 950000},
        {LEDGER_FIGURE_RESPONSE_P99_MS, 990000},
    };
    for (uint32_t i = 0; i < sizeof RANKS / sizeof RANKS[0]; i++)
        values[RANKS[i].figure] =
            window->count == 0 ? NODE_CELL_NULL
                               : units_as_ms(ledger_window_percentile(window, RANKS[i].rank_ppm));
    values[LEDGER_FIGURE_RESPONSE_MEAN_MS] =
        window->count == 0 ? NODE_CELL_NULL : units_as_ms(window->sum / window->count);
}

/* Division by what has happened so far: each share names its whole, and has no value before there
 * is one. */
static void figures_of_run(const struct ledger *ledger, int64_t *values)
{
    const struct ledger_counts *counts = &ledger->counts;
    values[LEDGER_FIGURE_RESPONSE_RUN_MEAN_MS] =
        counts->cooked == 0 ? NODE_CELL_NULL : units_as_ms(counts->response_units / counts->cooked);
    values[LEDGER_FIGURE_RESPONSE_RUN_P99_MS] =
        counts->cooked == 0 ? NODE_CELL_NULL
                            : units_as_ms(histogram_percentile(&ledger->responses, 990000));
    assert(counts->misrouted <= counts->cooked);
    assert(counts->served <= counts->cooked);
    values[LEDGER_FIGURE_MISROUTED_PCT] = share(counts->misrouted, counts->cooked, 1000);
    values[LEDGER_FIGURE_ORDERS_PLACED] = (int64_t)counts->placed;
    values[LEDGER_FIGURE_ORDERS_COOKED] = (int64_t)counts->cooked;
    values[LEDGER_FIGURE_ORDERS_SERVED] = (int64_t)counts->served;
    values[LEDGER_FIGURE_ORDERS_LOST] = (int64_t)counts->lost;
    values[LEDGER_FIGURE_ORDERS_SETTLED_TWICE] = (int64_t)counts->settled_twice;
    values[LEDGER_FIGURE_ORDERS_WASTED] = (int64_t)counts->wasted;
    values[LEDGER_FIGURE_REFUSED] = (int64_t)counts->refused;
    values[LEDGER_FIGURE_REASSIGNED] = (int64_t)counts->reassigned;
    values[LEDGER_FIGURE_MIGRATIONS] = (int64_t)counts->migrations;
    values[LEDGER_FIGURE_MIGRATION_EFFICIENCY_PCT] =
        share(counts->migrations, counts->offered, 1000);
    values[LEDGER_FIGURE_BOUNCES] = (int64_t)counts->bounces;
    values[LEDGER_FIGURE_UPTIME_PCT] = uptime(counts);
}

void kitchens_figures_read(const void *memory, const struct node_world *world, int64_t *values)
{
    const struct ledger *ledger = memory;
    uint32_t second = (uint32_t)(world->time_ns / LEDGER_SECOND_NS);
    values[LEDGER_FIGURE_ORDERS_PER_MIN] = ledger_rate_per_min(ledger->window.cooked, second);
    figures_of_window(&ledger->window, values);
    figures_of_run(ledger, values);
    int64_t utilisation = NODE_CELL_NULL;
    ledger_utilisation(ledger, world->time_ns, &values[LEDGER_FIGURE_JAIN_UTILISATION],
                       &values[LEDGER_FIGURE_MAX_OVER_MEAN], &utilisation);
    values[LEDGER_FIGURE_UTILISATION_PCT] =
        utilisation == NODE_CELL_NULL ? NODE_CELL_NULL : utilisation / 10;
    int64_t cooking = 0;
    int64_t up = 0;
    for (uint32_t i = 0; i < ledger->kitchen_count; i++) {
        const struct ledger_kitchen *kitchen = &ledger->kitchens[i];
        cooking += kitchen->cooking;
        up += kitchen->opened && kitchen->up && !kitchen->paused;
    }
    values[LEDGER_FIGURE_WAITING] = ledger->waiting;
    values[LEDGER_FIGURE_COOKING] = cooking;
    values[LEDGER_FIGURE_KITCHENS_UP] = up;
}
