/* clock.c - the two clocks of a node: both drift, only the wall clock is skewed and jumps.
 *
 * A clock is not advanced, it is computed: what it showed at the last change plus the true time
 * since then, times its rate. So an idle node costs nothing, and what a clock shows cannot depend
 * on how often it was read. Whoever changes a rate or sets a clock makes now the point of
 * reference first (sim_clock_rebase).
 *
 * The two are those of POSIX: CLOCK_MONOTONIC, which never jumps but whose rate is as wrong as the
 * quartz, and CLOCK_REALTIME, which a person or NTP may set. A quartz is off by some ten ppm, so a
 * protocol that measures a lease with it must leave a margin; drifts of up to a tenth make the
 * missing margin show within seconds.
 *
 * Products are taken in 128 bits: 2^54 ns times a million does not fit 64. */
#include "sim/world.h"

#include <assert.h>

__extension__ typedef __int128 clock_i128;

int64_t sim_clock_drifted_ns(const struct sim_clock *clock, int64_t elapsed_ns)
{
    assert(elapsed_ns >= 0);
    assert(clock->drift_ppm > -DRAW_MILLION); /* else it would stand still or run backwards */
    return elapsed_ns + (int64_t)((clock_i128)elapsed_ns * clock->drift_ppm / DRAW_MILLION);
}

int64_t sim_clock_drifted_true_ns(const struct sim_clock *clock, int64_t deadline_ns)
{
    assert(clock->since_ns >= 0);
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
    /* Both divisions round, so the estimate may be one off on either side. A timer that fired one
     * nanosecond early on its own clock would set itself again for ever at the same moment. */
    int64_t elapsed_ns = (int64_t)elapsed;
    while (sim_clock_drifted_ns(clock, elapsed_ns) < local_ns) {
        elapsed_ns++;
    }
    while (elapsed_ns > 0 && sim_clock_drifted_ns(clock, elapsed_ns - 1) >= local_ns) {
        elapsed_ns--;
    }
    assert(sim_clock_drifted_ns(clock, elapsed_ns) >= local_ns);
    assert(elapsed_ns == 0 || sim_clock_drifted_ns(clock, elapsed_ns - 1) < local_ns);
    return clock->since_ns + elapsed_ns;
}

void sim_clock_rebase(struct sim_clock *clock, int64_t now_ns)
{
    assert(now_ns >= clock->since_ns);
    /* Both before the reference moves: each reads it. */
    int64_t monotonic_ns = sim_clock_monotonic_ns(clock, now_ns);
    assert(monotonic_ns >= clock->monotonic_ns);
    clock->wall_ns = sim_clock_wall_ns(clock, now_ns);
    clock->monotonic_ns = monotonic_ns;
    clock->since_ns = now_ns;
}
