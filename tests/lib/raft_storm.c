/* raft_storm.c - a random run over a raft_cluster. */
#include "raft_storm.h"

#include "base/draw.h"

enum {
    TICK_MS = 2,
    STORM_TICKS = 2500,
    HEALED_TICKS = 2500,
    MILLE = 1000,
    READS_TRACKED = 4096,
};

struct storm {
    struct cluster *cluster;
    struct draw_stream draws;
    struct storm_result result;
    uint64_t cut[CLUSTER_NODES_MAX]; /* bits of nodes that do not hear this one */
    int64_t drift_ppm[CLUSTER_NODES_MAX];
    int64_t time_ns;
    uint64_t committed;            /* by anybody, ever */
    uint64_t floor[READS_TRACKED]; /* of reads: what was committed when they began */
    uint64_t ticket_last;
    int64_t value_last;
    /* The mix of this seed, in thousandths a tick (or a message). */
    uint32_t deliver, lose, twice, sync, crash, restart, cut_one, heal, propose, read, change,
        transfer, image;
    uint32_t voters;
};

static uint64_t draw(struct storm *storm, uint64_t bound)
{
    return draw_below(draw_next(&storm->draws), bound);
}

static bool happens(struct storm *storm, uint32_t mille)
{
    return draw(storm, MILLE) < mille;
}

/* Half of the seeds do without a kind of trouble at all. */
static uint32_t some(struct storm *storm, uint32_t most)
{
    uint32_t amount = (uint32_t)draw(storm, most) + 1;
    return draw(storm, 2) == 0 ? amount : 0;
}

static void on_note(void *context, uint32_t node, enum raft_note kind, const struct node_note *note)
{
    struct storm *storm = context;
    (void)node;
    if (kind == RAFT_NOTE_COMMITTED) {
        storm->result.commits++;
        if ((uint64_t)note->args[0] > storm->committed)
            storm->committed = (uint64_t)note->args[0];
    }
    storm->result.elections += kind == RAFT_NOTE_LEADER;
    storm->result.images += kind == RAFT_NOTE_IMAGE_TAKEN;
}

static void on_read(void *context, uint32_t node, uint64_t ticket, bool granted)
{
    struct storm *storm = context;
    storm->result.reads += granted;
    if (granted && storm->cluster->nodes[node].applied < storm->floor[ticket % READS_TRACKED])
        storm->result.stale_reads++;
}

static void set_mix(struct storm *storm, struct raft_tuning *tuning)
{
    static const uint32_t VOTERS[] = {3, 5, 3, 5};
    storm->voters = VOTERS[draw(storm, 4)];
    storm->deliver = 200 + (uint32_t)draw(storm, 700);
    storm->lose = some(storm, 150);
    storm->twice = some(storm, 100);
    storm->sync = 100 + (uint32_t)draw(storm, 800);
    storm->crash = some(storm, 8);
    storm->restart = 10 + (uint32_t)draw(storm, 60);
    storm->cut_one = some(storm, 15);
    storm->heal = 5 + (uint32_t)draw(storm, 25);
    storm->propose = 50 + (uint32_t)draw(storm, 400);
    storm->read = some(storm, 400);
    storm->change = some(storm, 8);
    storm->transfer = some(storm, 6);
    storm->image = some(storm, 10);
    tuning->snapshot_entries = 8 + (uint32_t)draw(storm, 60);
    tuning->pre_vote = draw(storm, 2) == 0;
    tuning->check_quorum = draw(storm, 2) == 0;
    tuning->lease_reads = draw(storm, 2) == 0;
    tuning->pipeline = 1 + (uint32_t)draw(storm, 8);
    tuning->batch_bytes = 256 + (uint32_t)draw(storm, 1000);
    tuning->lease_drift_ppm = 150000;
    if (draw(storm, 2) == 0)
        tuning->election_max_ns = 200 * CLUSTER_MS;
}

/* The trouble under which a rule is missed soonest. */
static void set_profile(struct storm *storm, struct raft_tuning *tuning, uint32_t bugs)
{
    bool votes = (bugs & 1u << RAFT_BUG_VOTE_NO_FSYNC) != 0;
    bool old_term = (bugs & 1u << RAFT_BUG_COMMIT_OLD_TERM) != 0;
    bool lease = (bugs & (1u << RAFT_BUG_LEASE_NO_BOUND | 1u << RAFT_BUG_TRANSFER_BEHIND)) != 0;
    bool change = (bugs & (1u << RAFT_BUG_CONFIG_ON_COMMIT | 1u << RAFT_BUG_CONFIG_NO_NOOP |
                           1u << RAFT_BUG_SINGLE_QUORUM)) != 0;
    bool image = (bugs & 1u << RAFT_BUG_SNAP_DROP_SUFFIX) != 0;
    if (votes || old_term) {
        tuning->pre_vote = tuning->check_quorum = false;
        tuning->election_max_ns = 170 * CLUSTER_MS;
        tuning->batch_bytes = 48;
        storm->sync = votes ? 30 : 300;
        storm->deliver = votes ? 600 : 150;
        storm->crash = votes ? 20 : 12;
        storm->restart = 200;
        storm->change = 0;
        storm->voters = old_term ? 5 : storm->voters;
    }
    if (lease) {
        tuning->lease_reads = true;
        tuning->pre_vote = tuning->check_quorum = true;
        tuning->election_max_ns = 160 * CLUSTER_MS;
        storm->read = 600;
        storm->cut_one = 15;
        storm->transfer = (bugs & 1u << RAFT_BUG_TRANSFER_BEHIND) != 0 ? 30 : 0;
        storm->sync = storm->deliver = 900;
    }
    if (change) {
        tuning->pre_vote = tuning->check_quorum = false;
        storm->change = 40;
        storm->cut_one = 20;
        storm->voters = 3;
    }
    if (image) {
        storm->deliver = 60;
        storm->propose = 900;
        storm->image = 60;
        storm->crash = 4;
    }
}

static void set_clock(struct storm *storm, uint32_t index)
{
    struct cluster_node *node = &storm->cluster->nodes[index];
    int64_t now_ns = storm->time_ns + storm->time_ns / 1000000 * storm->drift_ppm[index];
    node->now_ns = now_ns > node->now_ns ? now_ns : node->now_ns;
}

static void messages(struct storm *storm, bool calm)
{
    struct cluster *cluster = storm->cluster;
    uint32_t count = cluster->flight_count;
    for (uint32_t i = 0; i < count && i < cluster->flight_count;) {
        const struct cluster_message *message = &cluster->flight[i];
        bool cut = (storm->cut[message->from] >> message->to & 1) != 0;
        if (cut || (!calm && happens(storm, storm->lose))) {
            cluster_drop(cluster, i);
            count--;
        } else if (calm || happens(storm, storm->deliver)) {
            if (!calm && happens(storm, storm->twice))
                cluster_double(cluster, i);
            cluster_deliver(cluster, i);
            count--;
        } else {
            i++;
        }
    }
}

static void power(struct storm *storm, uint32_t node)
{
    struct cluster *cluster = storm->cluster;
    if (!cluster->nodes[node].up) {
        if (happens(storm, storm->restart))
            cluster_start(cluster, node);
    } else if (happens(storm, storm->crash)) {
        cluster_crash(cluster, node);
        storm->result.crashes++;
    }
}

/* One node, or a link one way, or a split. */
static void cuts(struct storm *storm)
{
    uint32_t count = storm->cluster->count;
    if (happens(storm, storm->heal))
        memset(storm->cut, 0, sizeof storm->cut);
    if (!happens(storm, storm->cut_one))
        return;
    uint64_t kind = draw(storm, 3);
    uint64_t side =
        kind == 2 ? draw(storm, UINT64_C(1) << count) : UINT64_C(1) << draw(storm, count);
    uint32_t leader = cluster_leader(storm->cluster);
    if (kind == 1 && leader != NODE_NONE)
        side = UINT64_C(1) << leader;
    for (uint32_t node = 0; node < count; node++)
        storm->cut[node] |= (side >> node & 1) != 0 ? ~side : side;
}

static void ask(struct storm *storm, uint32_t node)
{
    struct cluster *cluster = storm->cluster;
    if (!cluster->nodes[node].up || !raft_leads(&cluster->nodes[node].raft))
        return;
    if (happens(storm, storm->propose)) {
        struct machine_command command = {
            .kind = MACHINE_PUT, .key = (uint16_t)draw(storm, 8), .value = ++storm->value_last};
        (void)cluster_propose(cluster, node, &command);
    }
    if (happens(storm, storm->read) && raft_leads(&cluster->nodes[node].raft)) {
        uint64_t ticket = ++storm->ticket_last;
        storm->floor[ticket % READS_TRACKED] = storm->committed;
        (void)cluster_read(cluster, node, ticket);
    }
    if (happens(storm, storm->change)) {
        uint64_t one = UINT64_C(1) << draw(storm, cluster->count);
        uint64_t voters = cluster->nodes[node].raft.members.voters ^ one;
        if (draw(storm, 2) == 0)
            voters = draw(storm, UINT64_C(1) << cluster->count) | one;
        voters = voters != 0 ? voters : one;
        storm->result.changes += cluster_change(cluster, node, voters) == RAFT_ACCEPTED;
    }
    if (happens(storm, storm->transfer))
        storm->result.transfers +=
            cluster_transfer(cluster, node, (uint32_t)draw(storm, cluster->count)) == RAFT_ACCEPTED;
    if (happens(storm, storm->image))
        cluster_ask_image(cluster, node);
}

static void tick(struct storm *storm, bool calm)
{
    struct cluster *cluster = storm->cluster;
    storm->time_ns += TICK_MS * CLUSTER_MS;
    messages(storm, calm);
    for (uint32_t node = 0; node < cluster->count; node++) {
        set_clock(storm, node);
        if (!calm)
            power(storm, node);
        if (calm || happens(storm, storm->sync))
            (void)cluster_sync(cluster, node);
        if (cluster->nodes[node].timer_ns <= cluster->nodes[node].now_ns)
            (void)cluster_timeout(cluster, node);
        if (!calm)
            ask(storm, node);
    }
    if (!calm)
        cuts(storm);
}

/* All voters of the newest leader have what it has. */
static bool at_rest(const struct cluster *cluster)
{
    uint32_t leader = cluster_leader(cluster);
    if (leader == NODE_NONE)
        return false;
    const struct cluster_node *first = &cluster->nodes[leader];
    if (first->raft.commit != first->raft.last || first->raft.members.next != 0)
        return false;
    for (uint32_t i = 0; i < cluster->count; i++) {
        const struct cluster_node *node = &cluster->nodes[i];
        if ((first->raft.members.voters >> i & 1) != 0 &&
            (node->applied != first->applied ||
             machine_digest(&node->machine) != machine_digest(&first->machine)))
            return false;
    }
    return true;
}

static void heal_and_rest(struct storm *storm)
{
    struct cluster *cluster = storm->cluster;
    memset(storm->cut, 0, sizeof storm->cut);
    for (uint32_t node = 0; node < cluster->count; node++)
        cluster_start(cluster, node);
    for (uint32_t i = 0; i < HEALED_TICKS && !storm->result.converged; i++) {
        tick(storm, true);
        storm->result.converged = i > HEALED_TICKS / 5 && i % 50 == 0 && at_rest(cluster);
    }
}

struct storm_result storm_run(uint64_t seed, uint32_t bugs, uint32_t profile)
{
    struct storm storm = {.draws = draw_stream_init(seed, DRAW_PURPOSE('s', 't', 'r', 'm'), 0)};
    struct raft_tuning tuning = cluster_tuning();
    set_mix(&storm, &tuning);
    set_profile(&storm, &tuning, profile);
    tuning.bugs = bugs;
    uint32_t count = storm.change > 0 ? storm.voters + 2 : storm.voters;
    storm.cluster = cluster_new(count, (UINT64_C(1) << storm.voters) - 1, &tuning, seed);
    storm.cluster->context = &storm;
    storm.cluster->noted = on_note;
    storm.cluster->read = on_read;
    for (uint32_t node = 0; node < count; node++) {
        storm.drift_ppm[node] = (int64_t)draw(&storm, 200000) - 100000;
        cluster_start(storm.cluster, node);
    }
    for (uint32_t i = 0; i < STORM_TICKS && !cluster_broken(storm.cluster); i++)
        tick(&storm, false);
    if (!cluster_broken(storm.cluster))
        heal_and_rest(&storm);
    storm.result.steps = storm.cluster->steps;
    storm.result.broken = cluster_broken(storm.cluster);
    for (uint32_t i = 0; i < RAFT_PROMISE_COUNT; i++) {
        if (storm.cluster->safety.breaches[i].broken) {
            storm.result.breach = storm.cluster->safety.breaches[i];
            storm.result.promise = (enum raft_promise)i;
        }
    }
    cluster_free(&storm.cluster);
    return storm.result;
}
