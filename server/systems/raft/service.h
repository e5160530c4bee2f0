/* service.h: the council's two promises about service, judged on the model's own truth of what is
 * broken, in virtual time.
 *
 * Safety says what never happens; these say what does not stay away. Nothing can be promised while
 * something is being broken, so both hold in calm only: no link, disk or CPU is other than as built,
 * nobody stands still, and for a number of the longest patiences nothing has changed: no server has gone
 * or come, no setting, no members, no hand-over. Servers may be down and clocks may be off. Timeouts
 * that leave an election no time, given the links and disks of the scenario, break the first one too.
 *
 *   leader_when_possible   if a majority, by each server's own list of members, is up, somebody leads
 *                          before SERVICE_PATIENCES of calm are over. Who was dead when the change that
 *                          brings it in was written is not waited for (dissertation 4.2.1). Only where
 *                          patiences differ by a twentieth at least: else votes may split for ever
 *   leader_stays           a leader whom a majority follows is not deposed after STAYS_PATIENCES of
 *                          calm (4.2.3). Only with pre-vote or check-quorum: without them any server
 *                          that has lost touch may do that */
#ifndef CHEF_SYSTEMS_RAFT_SERVICE_H
#define CHEF_SYSTEMS_RAFT_SERVICE_H

#include "node/observer.h"
#include "systems/raft/raft.h"

enum {
    SERVICE_PATIENCES = 20, /* times the longest patience */
    STAYS_PATIENCES = 10,
    SERVICE_CHANGES = 16, /* lists of members whose time of writing is known */
};

/* Zero is the beginning of a run. */
struct council_service {
    int64_t changed_ns;              /* when anything was broken, healed or changed */
    int64_t impossible_ns;           /* when no majority was up, last */
    int64_t down_ns[RAFT_NODES_MAX]; /* when it went down, last */
    struct {
        uint64_t index;
        int64_t written_ns;
    } members[SERVICE_CHANGES]; /* by index modulo that */
    uint64_t event;             /* of the last note */
};

/* After each note, before the ledger takes it in. `leader` leads `term`, as far as can be told. Returns
 * how many follow a leader whom this note deposes against the promise; 0: no breach. */
uint32_t council_service_note(struct council_service *service, const struct node_world *world,
                              const struct node_note *note, uint32_t leader, uint64_t term);
/* Each second. True: nobody has led since `no_leader_ns`, against the promise. */
bool council_service_tick(struct council_service *service, const struct node_world *world,
                          uint32_t leader, int64_t no_leader_ns);

#endif
