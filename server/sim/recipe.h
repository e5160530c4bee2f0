/* recipe.h - faults that have a name: from one order, the inputs of a situation that people know.
 *
 * A recipe acts among the members of a cluster only; whoever else there is (clients) hears all of
 * them, so that what a cut-off member still says can be seen. All but the rotten ones end by
 * themselves, `length_ns` after they began. The inputs are like any others: stored, replayed,
 * shortened by hand.
 *
 * Partitions as in Jepsen's nemeses (jepsen/src/jepsen/nemesis.clj): cutting a majority off from a
 * minority, the bridge, the ring of majorities. */
#ifndef SIM_RECIPE_H
#define SIM_RECIPE_H

#include "sim/sim.h"

enum recipe_kind {
    RECIPE_MAJORITY_CUT, /* a minority, the leader in it, apart from the others */
    RECIPE_RING,         /* each hears a majority, no two the same one */
    RECIPE_BRIDGE,       /* two halves, and one member that hears both */
    RECIPE_ISOLATE_LEADER,
    RECIPE_FLAPPING_LINK, /* the leader is cut off and healed, again and again */
    RECIPE_ROLLING_RESTARTS,
    RECIPE_CLOCK_STORM, /* every clock skewed, drifting or jumping */
    RECIPE_SLOW_LEADER_DISK,
    RECIPE_NEMESIS, /* random faults of any kind, drawn from the seed; healed at the end */
    RECIPE_KINDS,
};

enum {
    RECIPE_INPUTS_MAX = 600, /* of one order */
    RECIPE_INTENSITY_MAX = 5,
    RECIPE_FLAPS_MAX = 120, /* cuts of a flapping link */
};
#define RECIPE_FLAP_NS INT64_C(800000000) /* half of a flap's period: longer than an election */

struct recipe_order {
    enum recipe_kind kind;
    uint64_t members;   /* bits of node indices; at least two */
    uint32_t leader;    /* a member */
    int64_t from_ns;    /* when it begins */
    int64_t length_ns;  /* at least a millisecond */
    uint64_t seed;      /* who is hit, where that is open */
    uint32_t intensity; /* RECIPE_NEMESIS: 1 (a fault now and then) .. RECIPE_INTENSITY_MAX */
};

/* "recipe.ring", and one line about it. */
struct recipe_kind_words {
    const char *name;
    bool random;    /* the seed matters */
    bool intensity; /* the intensity matters */
};
extern const struct recipe_kind_words RECIPE_KIND_WORDS[RECIPE_KINDS];

/* Writes the inputs of an order for the world of `plan`, in order of time; returns how many, at
 * most RECIPE_INPUTS_MAX. 0 when the recipe needs more members than there are (a bridge: three), or
 * a disk that nobody has. */
uint32_t recipe_draw(const struct recipe_order *order, const struct sim_plan *plan,
                     struct sim_input *inputs);

#endif
