/* service.c: does somebody lead when somebody could, and keep on leading? */
#include "systems/raft/service.h"

#include "systems/raft/server.h"

enum {
    DEAD_PATIENCES = 4, /* as long as a leader waits for those who learn (members.c) */
    SPREAD_PARTS = 20,
};

static int64_t patience_ns(const struct node_world *world)
{
    struct raft_tuning tuning;
    council_tuning(world->env->settings, &tuning);
    return tuning.election_max_ns;
}

/* Patiences that hardly differ split votes for as long as you like (paper 5.2). */
static bool is_spread(const struct node_world *world)
{
    int64_t min_ms = world->env->settings[COUNCIL_SET_ELECTION_MIN_MS];
    int64_t max_ms = world->env->settings[COUNCIL_SET_ELECTION_MAX_MS];
    return (max_ms - min_ms) * SPREAD_PARTS >= min_ms;
}

/* NULL: it is down. */
static const struct raft *raft_of(const struct node_world *world, uint32_t node)
{
    const struct council_plan *plan = world->env->plan;
    const struct council_server *server =
        node < plan->server_count ? world->state(world, node) : NULL;
    return server == NULL ? NULL : &server->raft;
}

static uint64_t bit(uint32_t node)
{
    return UINT64_C(1) << node;
}

static bool is_majority(uint64_t voters, uint64_t mask)
{
    return 2 * __builtin_popcountll(voters & mask) > __builtin_popcountll(voters);
}

/* ---- Calm ---- */

/* What is not as built are nodes that are down and clocks, nothing else. */
static bool is_calm(const struct node_world *world)
{
    uint32_t tolerated = world->clocks_off;
    for (uint32_t node = 0; node < world->node_count; node++) {
        tolerated += world->truth(world, node) == NODE_DOWN;
    }
    return world->faults_active == tolerated;
}

static void host_note(struct council_service *service, const struct node_note *note)
{
    if (note->kind == NODE_NOTE_INPUT || note->kind == NODE_NOTE_MESSAGE_REFUSED) {
        return; /* the load's: nothing is broken by it */
    }
    if (note->kind == NODE_NOTE_CRASHED && note->node < RAFT_NODES_MAX) {
        service->down_ns[note->node] = note->time_ns;
    }
    service->changed_ns = note->time_ns;
}

/* A list of members counts as written when it is heard of first. */
static void members_note(struct council_service *service, const struct node_note *note)
{
    uint64_t index = (uint64_t)note->args[3];
    uint32_t place = (uint32_t)(index % SERVICE_CHANGES);
    if (service->members[place].index != index) {
        service->members[place].index = index;
        service->members[place].written_ns = note->time_ns;
    }
    service->changed_ns = note->time_ns;
}

/* ---- A leader stays ---- */

static uint64_t followers_of(const struct node_world *world, uint32_t leader, uint64_t term)
{
    uint64_t followers = bit(leader);
    for (uint32_t node = 0; node < RAFT_NODES_MAX; node++) {
        const struct raft *raft = raft_of(world, node);
        bool follows = raft != NULL && raft->role == RAFT_FOLLOWER && raft->leader == leader &&
                       raft->term == term;
        followers |= follows ? bit(node) : 0;
    }
    return followers;
}

static uint32_t deposed(const struct council_service *service, const struct node_world *world,
                        const struct node_note *note, uint64_t term)
{
    const struct raft *raft = raft_of(world, note->node);
    int64_t calm_ns = note->time_ns - service->changed_ns;
    bool guarded = world->env->settings[COUNCIL_SET_PRE_VOTE] != 0 ||
                   world->env->settings[COUNCIL_SET_CHECK_QUORUM] != 0;
    if (raft == NULL || !guarded || !is_calm(world) ||
        calm_ns < STAYS_PATIENCES * patience_ns(world)) {
        return 0;
    }
    uint64_t followers = followers_of(world, note->node, term);
    bool followed = is_majority(raft->members.voters, followers) &&
                    (raft->members.next == 0 || is_majority(raft->members.next, followers));
    return followed ? (uint32_t)__builtin_popcountll(followers) : 0;
}

uint32_t council_service_note(struct council_service *service, const struct node_world *world,
                              const struct node_note *note, uint32_t leader, uint64_t term)
{
    uint32_t followers = 0;
    service->event = note->event;
    if (note->kind < NODE_NOTE_SYSTEM) {
        host_note(service, note);
    } else if (note->kind == COUNCIL_NOTE_RAFT + RAFT_NOTE_MEMBERS) {
        members_note(service, note);
    } else if (note->kind == COUNCIL_NOTE_RAFT + RAFT_NOTE_TRANSFER) {
        service->changed_ns = note->time_ns;
    } else if (note->kind == COUNCIL_NOTE_RAFT + RAFT_NOTE_STEPPED_DOWN && note->node == leader) {
        followers = deposed(service, world, note, term);
    }
    return followers;
}

/* ---- Somebody leads ---- */

static uint64_t servers_up(const struct node_world *world)
{
    uint64_t up = 0;
    for (uint32_t node = 0; node < RAFT_NODES_MAX; node++) {
        const struct raft *raft = raft_of(world, node);
        up |= raft != NULL && raft->role != RAFT_OUT ? bit(node) : 0;
    }
    return up;
}

/* Who was dead long before this server's list of members was written, and is down yet. */
static uint64_t dead_before(const struct council_service *service, const struct node_world *world,
                            const struct raft *raft, uint64_t up)
{
    uint32_t place = (uint32_t)(raft->members_index % SERVICE_CHANGES);
    uint64_t dead = 0;
    if (service->members[place].index != raft->members_index) {
        return 0;
    }
    int64_t until_ns = service->members[place].written_ns - DEAD_PATIENCES * patience_ns(world);
    for (uint32_t node = 0; node < RAFT_NODES_MAX; node++) {
        dead |= (up >> node & 1) == 0 && service->down_ns[node] <= until_ns ? bit(node) : 0;
    }
    return dead;
}

/* Is there a majority by the list of each server that is up? */
static bool is_possible(const struct council_service *service, const struct node_world *world)
{
    uint64_t up = servers_up(world);
    bool possible = up != 0;
    for (uint32_t node = 0; node < RAFT_NODES_MAX && possible; node++) {
        const struct raft *raft = raft_of(world, node);
        if ((up >> node & 1) == 0) {
            continue;
        }
        uint64_t fresh = raft->members.next & ~raft->members.voters;
        uint64_t next = raft->members.next & ~(fresh & dead_before(service, world, raft, up));
        possible = is_majority(raft->members.voters, up) && (next == 0 || is_majority(next, up));
    }
    return possible;
}

bool council_service_tick(struct council_service *service, const struct node_world *world,
                          uint32_t leader, int64_t no_leader_ns)
{
    if (!is_calm(world)) {
        service->changed_ns = world->time_ns;
    }
    if (!is_possible(service, world)) {
        service->impossible_ns = world->time_ns;
    }
    int64_t since_ns = no_leader_ns;
    since_ns = since_ns > service->changed_ns ? since_ns : service->changed_ns;
    since_ns = since_ns > service->impossible_ns ? since_ns : service->impossible_ns;
    return leader == NODE_NONE && is_spread(world) &&
           world->time_ns - since_ns >= SERVICE_PATIENCES * patience_ns(world);
}
