/* clients_load.c: the workload: which operation comes when, and the final reads.
 *
 * What is drawn is keyed by the number of the arrival, so the same operations come under every mode
 * and quorum. */
#include "systems/kv/clients.h"

#include "base/draw.h"

static const uint32_t DRAW_GAP = DRAW_PURPOSE('k', 'g', 'a', 'p');
static const uint32_t DRAW_KEY = DRAW_PURPOSE('k', 'k', 'e', 'y');
static const uint32_t DRAW_KIND = DRAW_PURPOSE('k', 'k', 'i', 'n');
static const uint32_t DRAW_LEVEL = DRAW_PURPOSE('k', 'l', 'e', 'v');
static const uint32_t DRAW_CONTEXT = DRAW_PURPOSE('k', 'c', 't', 'x');
static const uint32_t DRAW_BATCH = DRAW_PURPOSE('k', 'b', 'a', 't');
enum { HUNDRED = 100, ARRIVALS_A_STEP = 64 };

/* ---- The load ---- */

static uint64_t draw_for(const struct clients_turn *turn, uint32_t purpose, uint32_t number)
{
    return draw_u64(turn->env->draw_key, purpose, 0, number);
}

static bool draw_pct(const struct clients_turn *turn, uint32_t purpose, uint32_t number,
                     enum kv_setting share)
{
    return (int64_t)draw_below(draw_for(turn, purpose, number), HUNDRED) <
           clients_setting(turn, share);
}

static struct clients_wish next_wish(const struct clients_turn *turn,
                                     const struct kv_process *process, uint32_t number)
{
    int64_t kind = (int64_t)draw_below(draw_for(turn, DRAW_KIND, number), HUNDRED);
    int64_t reads = clients_setting(turn, KV_SET_READ_PCT);
    struct clients_wish wish = {.replica = CLIENTS_ANY_REPLICA, .function = KV_PUT};
    wish.key =
        draw_weighted(draw_for(turn, DRAW_KEY, number), turn->self->weights, turn->plan->key_count);
    if (kind < reads)
        wish.function = KV_GET;
    else if (kind < reads + clients_setting(turn, KV_SET_DELETE_PCT))
        wish.function = KV_DELETE;
    if (wish.function == KV_GET && draw_pct(turn, DRAW_LEVEL, number, KV_SET_LOCAL_PCT))
        wish.level = KV_LEVEL_LOCAL;
    bool follows =
        wish.function != KV_GET && draw_pct(turn, DRAW_CONTEXT, number, KV_SET_CONTEXT_PCT);
    if (follows && process->read_key != NODE_NONE)
        wish.key = process->read_key; /* changes what it has read */
    else if (follows)
        wish.function = KV_GET; /* reads first */
    bool strong = kv_is_strong(turn->plan, turn->self->mode, wish.key);
    if (strong && wish.level != KV_LEVEL_LOCAL)
        wish.level = KV_LEVEL_STRONG;
    else if (wish.level != KV_LEVEL_LOCAL)
        wish.level = KV_LEVEL_EVENTUAL;
    if (strong && follows && wish.function == KV_PUT) {
        wish.function = KV_CAS; /* only if nobody has written since */
        wish.if_version = (int64_t)process->read_version;
    }
    return wish;
}

static void arm_arrival(const struct clients_turn *turn)
{
    if (clients_setting(turn, KV_SET_OPS_PER_S) == 0) {
        if (turn->self->final_at_ns == 0)
            node_timer_stop(turn->outbox, CLIENTS_TIMER_ARRIVAL);
        return;
    }
    node_timer_set(turn->outbox, CLIENTS_TIMER_ARRIVAL, turn->self->arrival_ns);
}

/* From one arrival to the next, not from when this node has time for it: the load stays what it is. */
static void draw_arrival(const struct clients_turn *turn, int64_t from_ns)
{
    int64_t rate = clients_setting(turn, KV_SET_OPS_PER_S);
    uint64_t gap =
        draw_exponential(draw_for(turn, DRAW_GAP, turn->self->arrivals), (uint64_t)KV_NS_PER_S);
    turn->self->arrival_ns = from_ns + (rate > 0 ? (int64_t)gap / rate : 0);
}

/* The group of keys that the drawn one is in. */
static void arrive_batch(const struct clients_turn *turn, uint32_t number)
{
    int64_t kind = (int64_t)draw_below(draw_for(turn, DRAW_KIND, number), HUNDRED);
    uint32_t key =
        draw_weighted(draw_for(turn, DRAW_KEY, number), turn->self->weights, turn->plan->key_count);
    uint32_t first = key / KV_BATCH_KEYS * KV_BATCH_KEYS;
    uint32_t rest = turn->plan->key_count - first;
    struct clients_wish wish = {.function =
                                    kind < clients_setting(turn, KV_SET_READ_PCT) ? KV_GET : KV_PUT,
                                .key = first,
                                .keys = rest < KV_BATCH_KEYS ? rest : KV_BATCH_KEYS,
                                .replica = CLIENTS_ANY_REPLICA};
    clients_batch_begin(turn, &wish);
}

static void arrive(const struct clients_turn *turn)
{
    if (draw_pct(turn, DRAW_BATCH, turn->self->arrivals, KV_SET_BATCH_PCT)) {
        arrive_batch(turn, turn->self->arrivals++);
        return;
    }
    struct kv_process *process = clients_free(turn);
    uint32_t number = turn->self->arrivals++;
    if (process == NULL) {
        clients_skip(turn);
        return;
    }
    struct clients_wish wish = next_wish(turn, process, number);
    clients_begin(turn, process, &wish);
}

/* ---- The end: every home of every key that was asked for is read once more ---- */

static uint32_t final_reads(const struct clients_turn *turn)
{
    return turn->plan->key_count * kv_copies(turn->plan, turn->env->settings);
}

static void arm_final(const struct clients_turn *turn, int64_t at_ns)
{
    node_timer_set(turn->outbox, CLIENTS_TIMER_ARRIVAL, at_ns);
}

static void read_finally(const struct clients_turn *turn)
{
    struct kv_client_node *self = turn->self;
    uint32_t copies = kv_copies(turn->plan, turn->env->settings);
    while (self->final_next < final_reads(turn) &&
           (self->asked[self->final_next / copies / 64] >> self->final_next / copies % 64 & 1) == 0)
        self->final_next++;
    if (self->final_next >= final_reads(turn))
        return;
    arm_final(turn, turn->now_ns + CLIENTS_FINAL_PAUSE_MS * KV_NS_PER_MS);
    /* Each home of a key by a process of its own: a history compares what processes saw last. */
    struct kv_process *process = &self->processes[self->final_next % copies];
    if (process->op != 0)
        return;
    uint32_t key = self->final_next / copies;
    struct clients_wish wish = {
        .function = KV_GET,
        .level = KV_LEVEL_LOCAL,
        .key = key,
        .replica = kv_home(turn->plan, kv_range(turn->plan, key), self->final_next % copies)};
    self->final_next++;
    clients_begin(turn, process, &wish);
}

static void on_final_reads(const struct clients_turn *turn)
{
    bool wanted = clients_setting(turn, KV_SET_FINAL_READS) != 0;
    if (wanted == (turn->self->final_at_ns != 0))
        return;
    int64_t quiet_ms = CLIENTS_QUIET_REPAIRS * clients_setting(turn, KV_SET_REPAIR_MS);
    quiet_ms = quiet_ms > CLIENTS_QUIET_MS ? quiet_ms : CLIENTS_QUIET_MS;
    turn->self->final_next = 0;
    turn->self->final_at_ns = wanted ? turn->now_ns + quiet_ms * KV_NS_PER_MS : 0;
    if (wanted && clients_setting(turn, KV_SET_OPS_PER_S) == 0)
        arm_final(turn, turn->self->final_at_ns);
    else
        arm_arrival(turn);
}

/* ---- For clients.c ---- */

void clients_load_start(const struct clients_turn *turn)
{
    draw_zipf_table(turn->self->weights, turn->plan->key_count,
                    (uint32_t)clients_setting(turn, KV_SET_ZIPF));
    draw_arrival(turn, turn->now_ns);
    arm_arrival(turn);
}

void clients_load_on_timer(const struct clients_turn *turn)
{
    if (clients_setting(turn, KV_SET_OPS_PER_S) > 0) {
        for (uint32_t i = 0; i < ARRIVALS_A_STEP && turn->self->arrival_ns <= turn->now_ns; i++) {
            arrive(turn);
            draw_arrival(turn, turn->self->arrival_ns);
        }
        arm_arrival(turn);
    } else if (turn->self->final_at_ns != 0) {
        read_finally(turn);
    }
}

void clients_load_on_setting(const struct clients_turn *turn, uint16_t which)
{
    if (which == KV_SET_OPS_PER_S) {
        draw_arrival(turn, turn->now_ns);
        arm_arrival(turn);
    }
    if (which == KV_SET_OPS_PER_S || which == KV_SET_FINAL_READS)
        on_final_reads(turn);
}
