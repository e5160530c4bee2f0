/* clock.c - the two clocks of a node: both drift, only the wall clock is skewed and jumps. */
#include "sim/world.h"

#include <assert.h>

__extension__ typedef __int128 clock_i128;

int64_t sim_clock_drifted_ns(const struct sim_clock *clock, int64_t elapsed_ns)
{
    assert(elapsed_ns >= 0);
    return elapsed_ns + (int64_t)((clock_i128)elapsed_ns * clock->drift_ppm / DRAW_MILLION);
}

int64_t sim_clock_drifted_true_ns(const struct sim_clock *clock, int64_t deadline_ns)
{
    if (deadline_ns <= clock->monotonic_ns) {
        return clock->since_ns;
    }
    int64_t local_ns = deadline_ns - clock->monotonic_ns;
    clock_i128 rate = DRAW_MILLION + clock->drift_ppm;
    assert(rate > 0);
    clock_i128 elapsed = ((clock_i128)local_ns * DRAW_MILLION + rate - 1) / rate;
    if (elapsed >= SIM_NEVER - clock->since_ns) {
        return SIM_NEVER;
    }
    /* Both divisions round, so the estimate may be one off on either side. */
    int64_t elapsed_ns = (int64_t)elapsed;
    while (sim_clock_drifted_ns(clock, elapsed_ns) < local_ns) {
        elapsed_ns++;
    }
    while (elapsed_ns > 0 && sim_clock_drifted_ns(clock, elapsed_ns - 1) >= local_ns) {
        elapsed_ns--;
    }
    return clock->since_ns + elapsed_ns;
}

void sim_clock_rebase(struct sim_clock *clock, int64_t now_ns)
{
    int64_t monotonic_ns = sim_clock_monotonic_ns(clock, now_ns);
    clock->wall_ns = sim_clock_wall_ns(clock, now_ns);
    clock->monotonic_ns = monotonic_ns;
    clock->since_ns = now_ns;
}
