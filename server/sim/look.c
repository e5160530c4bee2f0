/* look.c - showing a world to those who only look: notes, ticks, views, counters, halts.
 *
 * There are two kinds of onlookers. The observer belongs to the plan: its memory lies in the world
 * and is copied with it, so that a fork goes on measuring where the original was. The sink belongs
 * to the handle: it carries rows and notes out, to a store, a page or nowhere. Neither can change
 * what happens: they get const views, and nothing here enters the digest. That is why a run that
 * is recorded, judged and watched is bit for bit the run that was not. */
#include "sim/world.h"

#include <assert.h>
#include <string.h>

/* ---- The world as an observer sees it ---- */

/* A view is a face over the host's own struct: the functions below find their world through it. */
static struct sim_world *look_world(const struct node_world *view)
{
    assert(view->host != NULL);
    return ((const struct sim *)view->host)->world;
}

/* A node that is down has no memory to look at. */
static const void *look_state(const struct node_world *view, uint32_t node)
{
    struct sim_world *world = look_world(view);
    assert(node < world->node_count);
    const struct sim_node *record = sim_node_at(world, node);
    return record->up ? sim_at(world, record->state_offset) : NULL;
}

static enum node_truth look_truth(const struct node_world *view, uint32_t node)
{
    struct sim_world *world = look_world(view);
    assert(node < world->node_count);
    const struct sim_node *record = sim_node_at(world, node);
    if (!record->up) {
        return NODE_DOWN;
    }
    return record->paused ? NODE_HELD : NODE_UP;
}

static bool look_cut(const struct node_world *view, uint32_t from, uint32_t to)
{
    struct sim_world *world = look_world(view);
    assert(from < world->node_count);
    assert(to < world->node_count);
    return sim_link_at(world, from, to)->cut_by != 0;
}

void sim_world_view(const struct sim *sim, struct node_world *view)
{
    *view = (struct node_world){
        .time_ns = sim->world->now_ns,
        .node_count = sim->world->node_count,
        .env = &sim->env,
        .host = sim,
        .state = look_state,
        .truth = look_truth,
        .cut = look_cut,
        .faults_active = sim->world->faults_active,
        .clocks_off = sim->world->clocks_off,
    };
}

void *sim_observer_state(const struct sim *sim)
{
    return sim_at(sim->world, sim->world->observer_offset);
}

/* ---- Notes and ticks ---- */

static void look_drop_row(void *context, const struct node_row *row)
{
    (void)context;
    (void)row;
}

/* What an observer may always call. */
static struct node_row_sink look_sink(const struct sim *sim)
{
    assert(sim->world != NULL);
    struct node_row_sink sink = sim->sink;
    sink.put = sink.put != NULL ? sink.put : look_drop_row;
    return sink;
}

/* The observer first, since the listener may ask it about what the note has changed. */
void sim_note(struct sim *sim, uint32_t node, struct node_note *note)
{
    const struct node_observer *observer = sim->plan->observer;
    const struct sim_world *world = sim->world;
    assert(note->kind != 0);
    assert(world->cause <= world->event || world->event == 0); /* causes come first */
    assert(node < world->node_count || node == NODE_NONE);
    note->node = node;
    note->time_ns = world->now_ns;
    note->waited_ns = world->waited_ns;
    note->event = world->event;
    note->cause = world->cause;
    if (observer != NULL) {
        struct node_world view;
        sim_world_view(sim, &view);
        struct node_row_sink sink = look_sink(sim);
        observer->note(sim_observer_state(sim), &view, note, &sink);
    }
    if (sim->sink.note != NULL) {
        sim->sink.note(sim->sink.context, note);
    }
}

void sim_note_host(struct sim *sim, uint16_t kind, uint32_t node, uint32_t peer,
                   const int64_t *args, uint32_t count)
{
    assert(kind < NODE_NOTE_SYSTEM);
    assert(count <= NODE_NOTE_ARGS);
    struct node_note note = {.kind = kind, .peer = peer, .subject = NODE_NONE};
    if (count > 0) {
        memcpy(note.args, args, count * sizeof *args);
    }
    sim_note(sim, node, &note);
}

/* The world's time stands at the whole second while observers look at it: figures per second are of
 * [t - 1 s, t), whatever the events' times are. */
void sim_tick(struct sim *sim)
{
    struct sim_world *world = sim->world;
    assert(world->tick_ns >= world->now_ns);
    assert(world->tick_ns % SIM_NS_PER_S == 0);
    world->now_ns = world->tick_ns;
    world->tick_ns += SIM_NS_PER_S;
    if (world->faults_active > 0) {
        sim_fault_count(world); /* a stall may have ended */
    }
    if (sim->plan->observer != NULL && sim->plan->observer->tick != NULL) {
        struct node_world view;
        sim_world_view(sim, &view);
        struct node_row_sink sink = look_sink(sim);
        sim->plan->observer->tick(sim_observer_state(sim), &view, &sink);
    }
}

/* What the run cannot go on from is shown in words and never ends the program: thousands of other
 * runs live in it. */
void sim_halt(struct sim *sim, enum sim_halt halt, uint32_t node, const struct node_reason *reason)
{
    struct sim_world *world = sim->world;
    assert(halt != SIM_HALT_NONE);
    if (world->halt != SIM_HALT_NONE) {
        return; /* the first reason is the one to show */
    }
    world->halt = halt;
    world->halt_reason = reason != NULL ? *reason : (struct node_reason){.subject = NODE_NONE};
    struct node_note note = {
        .kind = NODE_NOTE_HALTED, .peer = NODE_NONE, .subject = world->halt_reason.subject};
    assert((reason != NULL) == (halt == SIM_HALT_NODE)); /* else args[0] would be ambiguous */
    note.args[0] = reason != NULL ? reason->word : (int64_t)halt;
    memcpy(&note.args[1], world->halt_reason.args, (NODE_NOTE_ARGS - 1) * sizeof note.args[0]);
    sim_note(sim, node, &note);
}

/* ---- Figures ---- */

int64_t sim_now_ns(const struct sim *sim)
{
    return sim->world->now_ns;
}

/* Without bringing the deadlines up to date: looking changes nothing, not even how they lie. */
int64_t sim_next_ns(const struct sim *sim)
{
    if (sim->world->halt != SIM_HALT_NONE) {
        return INT64_MAX;
    }
    int64_t deadline_ns = deadlines_next_readonly(&sim->world->deadlines, sim->world);
    int64_t message_ns = event_queue_next_ns(&sim->world->queue);
    int64_t next_ns = message_ns < deadline_ns ? message_ns : deadline_ns;
    return next_ns < SIM_NEVER ? next_ns : INT64_MAX;
}

uint64_t sim_steps(const struct sim *sim)
{
    return sim->world->steps;
}

uint64_t sim_digest(const struct sim *sim)
{
    return digest_value(&sim->world->digest);
}

/* The first node that is not at rest speaks for all: whoever asks goes on running and asks again. A
 * node that is down has nothing to say; healing has brought back who should be up. */
bool sim_at_rest(const struct sim *sim, uint32_t *node, struct node_reason *reason)
{
    struct sim_world *world = sim->world;
    for (uint32_t i = 0; i < world->node_count; i++) {
        const struct sim_node *record = sim_node_at(world, i);
        const struct node_protocol *protocol = sim->plan->nodes[i].protocol;
        if (!record->up || protocol->pending == NULL) {
            continue;
        }
        struct node_env env = sim_process_env(world, i);
        struct node_reason found = {.subject = NODE_NONE};
        if (protocol->pending(sim_at(world, record->state_offset), &env, &found)) {
            *node = i;
            *reason = found;
            return false;
        }
    }
    return true;
}

void sim_counters_read(const struct sim *sim, struct sim_counters *counters)
{
    const struct sim_world *world = sim->world;
    *counters = world->counters;
    counters->events_pending = world->queue.count;
    counters->messages_in_flight = 0;
    for (uint32_t class = 0; class < SIM_MESSAGE_CLASSES; class ++) {
        counters->messages_in_flight += world->messages[class].used;
    }
    counters->world_bytes = (uint32_t)sim_save_bytes(sim);
}

uint64_t sim_fault_effects(const struct sim *sim, uint16_t type)
{
    return type <= SIM_INPUT_HEAL_ALL ? sim->world->effects[type] : 0;
}

enum sim_halt sim_halted(const struct sim *sim, struct node_reason *reason)
{
    *reason = sim->world->halt_reason;
    return sim->world->halt;
}
