/* raft_storm.h - a random run over a raft_cluster: loss, doubling, reordering, cuts, crashes, slow
 * disks, drifting clocks, changes of members and transfers, each seed with its own mix; then everything
 * is healed and must come to rest. */
#ifndef TESTS_LIB_RAFT_STORM_H
#define TESTS_LIB_RAFT_STORM_H

#include "raft_cluster.h"

struct storm_result {
    bool broken;           /* a promise, seen from within or across */
    uint32_t stale_reads;  /* granted by a server that had not applied what was committed before */
    bool converged;        /* healed: one leader, all its voters have all */
    uint32_t disturbances; /* elections in the quiet part, where there should be none */
    uint64_t steps, commits, elections, images, changes, transfers, reads, crashes;
    struct raft_breach breach; /* the first one, if a promise across servers is broken */
    enum raft_promise promise;
};

/* Runs one seed. Both are bits of enum raft_bug: rules that are off, and rules whose absence the trouble
 * is meant to show. */
struct storm_result storm_run(uint64_t seed, uint32_t bugs, uint32_t profile);

#endif
