/* process.c - nodes as processes: boots, crashes, a CPU that does one thing at a time, and the
 * steps themselves.
 *
 * A step begins when its event has arrived and the CPU is free. It costs CPU time; what it asked
 * for (messages, writes) takes effect when that time is over, and if the node crashes before, not
 * at all. What arrives meanwhile waits in the order of arrival: messages in a list, timers in a bit
 * mask, finished disk operations in the disk's ring. So a node is a queue with one server, and
 * overload shows as waiting, which protocols that only count messages never see.
 *
 * A node is in one of four conditions: down; up and free; up and busy until busy_until_ns; paused
 * (SIGSTOP: its memory stays, its timers pass unheard, its sockets fill). Only the second runs
 * steps. Nothing polls: whoever ends a condition (the CPU's time, a batch of the disk, resuming)
 * asks for a wake-up, one deadline a node, and waking runs the oldest of what waits.
 *
 * Below saturation mostly nothing waits and the CPU is free: then an arriving event is run at once
 * without touching any list.
 *
 * Steps and their consequences never nest: an intent that would lead to another step of this or
 * another node only leaves an event or a deadline behind. */
#include "sim/world.h"

#include <assert.h>
#include <string.h>

static const uint32_t DRAW_BOOT = DRAW_PURPOSE('b', 'o', 'o', 't');

/* By value at each step: its pointers go into a block that may have moved since. NODE_NONE is for
 * those who only look. */
struct node_env sim_process_env(struct sim_world *world, uint32_t node)
{
    return (struct node_env){
        .self = node,
        .node_count = world->node_count,
        .draw_key = node == NODE_NONE ? world->seed : sim_node_at(world, node)->draw_key,
        .settings = sim_at(world, world->settings_offset),
        .plan = sim_at(world, world->data_offset),
    };
}

/* ---- What a step asked for ---- */

/* What so much work takes on this node's CPU: a slow node is slow at everything, alive, and hard to
 * tell from a healthy one (a grey failure: Huang et al., HotOS 2017). */
static int64_t process_cost_ns(struct sim_world *world, const struct sim_node *node, int64_t cpu_ns)
{
    assert(cpu_ns >= 0);
    assert(node->cpu_factor_pct >= SIM_PERCENT);
    if (node->cpu_factor_pct != SIM_PERCENT) {
        sim_effect(world, SIM_INPUT_NODE_SLOW);
        return cpu_ns * node->cpu_factor_pct / SIM_PERCENT;
    }
    return cpu_ns;
}

/* Moves a timer. One that is due but waits for the CPU is taken back: its event never comes. A
 * deadline in the past comes when the CPU is free again, as a new event. */
static void process_set_timer(struct sim_world *world, uint32_t index,
                              const struct node_intent *intent)
{
    struct sim_node *node = sim_node_at(world, index);
    assert(intent->id < NODE_TIMERS_MAX);
    struct sim_timer *timer = &node->timers[intent->id];
    node->timers_due &= (uint8_t) ~(1u << intent->id);
    timer->deadline_ns = intent->time_ns;
    timer->cause = world->event;
    int64_t due_ns = SIM_NEVER;
    if (intent->time_ns >= 0) { /* negative: stop */
        due_ns = sim_clock_true_ns(&node->clock, intent->time_ns);
        due_ns = due_ns > node->busy_until_ns ? due_ns : node->busy_until_ns;
        if (node->clock.drift_ppm != 0) {
            sim_effect(world, SIM_INPUT_CLOCK_DRIFT);
        }
    }
    sim_deadline_set(world, index, sim_timer_slot(intent->id), due_ns);
}

/* The protocol's own words for why it cannot go on. */
static void process_halt(struct sim *sim, uint32_t node, const void *payload)
{
    struct node_reason reason; /* copied: payloads are aligned to 8 only by the outbox's rule */
    memcpy(&reason, payload, sizeof reason);
    sim_halt(sim, SIM_HALT_NODE, node, &reason);
}

/* One intent; its node's CPU is done with it at node->busy_until_ns. */
static void process_intent(struct sim *sim, uint32_t index, const struct node_intent *intent,
                           const void *payload)
{
    struct sim_world *world = sim->world;
    struct sim_node *node = sim_node_at(world, index);
    switch (intent->kind) {
    case NODE_INTENT_SEND:
        sim_network_send(sim, index, intent, payload, node->busy_until_ns);
        break;
    case NODE_INTENT_WRITE:
    case NODE_INTENT_READ:
        sim_disk_submit(sim, index, intent, payload, node->busy_until_ns);
        break;
    case NODE_INTENT_TIMER:
        process_set_timer(world, index, intent);
        break;
    case NODE_INTENT_NOTE: {
        struct node_note note; /* copied: the host fills its half in */
        memcpy(&note, payload, sizeof note);
        sim_note(sim, index, &note);
        break;
    }
    case NODE_INTENT_COST:
        assert(intent->time_ns >= 0);
        node->busy_until_ns += process_cost_ns(world, node, intent->time_ns);
        break;
    default:
        assert(intent->kind == NODE_INTENT_HALT);
        assert(intent->length == sizeof(struct node_reason));
        process_halt(sim, index, payload);
        break;
    }
}

/* As node_append() has padded it; of a READ the length is what it asks for. */
static uint32_t process_payload_length(const struct node_intent *intent)
{
    bool has_payload = intent->kind != NODE_INTENT_READ;
    return has_payload ? (intent->length + 7u) & ~7u : 0;
}

/* Acts on the whole outbox in order. A halt ends it: nothing more happens in a run that cannot go
 * on. */
static void process_drain(struct sim *sim, uint32_t index, const struct node_outbox *outbox)
{
    uint32_t at = 0;
    assert(outbox->length <= NODE_OUTBOX_BYTES);
    while (at < outbox->length && sim->world->halt == SIM_HALT_NONE) {
        const struct node_intent *intent = (const void *)(outbox->at + at);
        process_intent(sim, index, intent, intent + 1);
        at += (uint32_t)sizeof *intent + process_payload_length(intent);
        assert(at <= outbox->length);
    }
}

/* ---- A step ---- */

/* Enters the event into the run's digest: all that the node can have seen, but for its clocks,
 * which follow from the rest. */
static void process_digest(struct sim_world *world, uint32_t index, const struct node_event *event)
{
    uint64_t what = event->kind | (uint64_t)event->id << 8 | (uint64_t)event->type << 16 |
                    (uint64_t)index << 32 | (uint64_t)(event->from & 0xffffu) << 48;
    digest_words(&world->digest, (uint64_t)world->now_ns, what);
    if (event->bytes != NULL) {
        digest_bytes(&world->digest, event->bytes, event->length);
    }
    if (event->args != NULL) {
        digest_bytes(&world->digest, event->args, NODE_INPUT_ARGS * sizeof *event->args);
    }
    if (event->kind == NODE_EVENT_WRITTEN || event->kind == NODE_EVENT_READ) {
        digest_words(&world->digest, (uint64_t)event->token << 32 | event->status,
                     (uint64_t)event->offset << 32 | event->length);
    }
}

/* Asks the node whether an invariant of its own is broken. Only looks: digests are the same
 * without. */
static void process_check(struct sim *sim, uint32_t index, const struct node_env *env)
{
    struct sim_world *world = sim->world;
    struct sim_node *node = sim_node_at(world, index);
    const struct node_protocol *protocol = sim->plan->nodes[index].protocol;
    if (protocol->violation == NULL) {
        return;
    }
    struct node_reason reason = {.subject = NODE_NONE};
    /* The pointer is const: what is checked cannot be changed by checking. */
    bool violated = protocol->violation(sim_at(world, node->state_offset), env, &reason);
    if (violated && !node->violating) { /* once for each time that it begins */
        world->counters.violations++;
        struct node_note note = {
            .kind = NODE_NOTE_VIOLATION, .peer = NODE_NONE, .subject = reason.subject};
        note.args[0] = reason.word;
        memcpy(&note.args[1], reason.args, (NODE_NOTE_ARGS - 1) * sizeof reason.args[0]);
        sim_note(sim, index, &note);
    }
    node->violating = violated;
}

/* The only way for a protocol to learn the time. */
static void process_fill_clocks(struct sim_world *world, const struct sim_node *node,
                                struct node_event *event)
{
    event->monotonic_ns = sim_clock_monotonic_ns(&node->clock, world->now_ns);
    event->wall_ns = sim_clock_wall_ns(&node->clock, world->now_ns);
    if (node->clock.wrong_by != 0) {
        sim_effect(world, node->clock.wrong_by);
    }
}

/* By convention the first four bytes of a payload say what a message is about. */
static uint32_t process_subject(const struct node_event *event)
{
    uint32_t subject = NODE_NONE;
    if (event->kind == NODE_EVENT_MESSAGE && event->length >= sizeof subject) {
        memcpy(&subject, event->bytes, sizeof subject);
    }
    return subject;
}

static void process_trace(const struct sim *sim, uint32_t index, const struct node_event *event,
                          int64_t sent_ns)
{
    const struct sim_world *world = sim->world;
    const struct sim_trace trace = {.event = world->event,
                                    .cause = world->cause,
                                    .time_ns = world->now_ns,
                                    .sent_ns = sent_ns,
                                    .node = index,
                                    .from = event->from,
                                    .subject = process_subject(event),
                                    .type = event->type,
                                    .kind = event->kind,
                                    .id = event->id,
                                    .bytes = event->bytes,
                                    .length = event->length};
    sim->tracer.trace(sim->tracer.context, &trace);
}

/* What brought an event about: the event whose step did, when it left there, and when it was here. */
struct process_origin {
    uint64_t cause;
    int64_t sent_ns, arrived_ns;
};

/* Runs one event on a node whose CPU is free. Its cause is the event that brought it about: this one
 * number for each event makes the space-time diagram and the answer to "why was it late?".
 *
 * The order matters. Numbers and the digest come first, so that notes made while draining carry
 * them. The CPU's time is charged before the step's intents are acted on, since they leave at its
 * end; a COST intent lengthens it for those behind it. Checks come last, when the node's state and
 * its intents are those of one finished step. */
static void process_step(struct sim *sim, uint32_t index, struct node_event *event,
                         struct process_origin origin)
{
    struct sim_world *world = sim->world;
    struct sim_node *node = sim_node_at(world, index);
    assert(node->up);
    assert(node->busy_until_ns <= world->now_ns);
    assert(origin.arrived_ns <= world->now_ns);
    world->steps++;
    world->event = world->steps;
    world->cause = origin.cause;
    world->waited_ns = world->now_ns - origin.arrived_ns;
    event->waited_ns = world->waited_ns;
    process_fill_clocks(world, node, event);
    process_digest(world, index, event);
    if (sim->tracer.trace != NULL) {
        process_trace(sim, index, event, origin.sent_ns);
    }
    if (event->kind == NODE_EVENT_INPUT) {
        int64_t args[] = {event->type};
        sim_note_host(sim, NODE_NOTE_INPUT, index, NODE_NONE, args, 1);
    }

    struct node_env env = sim_process_env(world, index);
    struct node_outbox outbox = {.at = sim_at(world, world->outbox_offset),
                                 .token_last = node->token_last};
    void *state = sim_at(world, node->state_offset);
    uint32_t bytes = event->bytes != NULL ? event->length : 0;
    int64_t cpu_ns = world->model.event_cpu_ns + bytes * world->model.byte_cpu_ps / 1000;
    node->busy_until_ns = world->now_ns + process_cost_ns(world, node, cpu_ns);
    sim->plan->nodes[index].protocol->step(state, &env, event, &outbox);
    assert(outbox.token_last >= node->token_last); /* tokens grow through all boots */
    node->token_last = outbox.token_last;
    if (outbox.overflow) {
        sim_halt(sim, SIM_HALT_OUTBOX_FULL, index, NULL);
    } else {
        process_drain(sim, index, &outbox);
        if (sim_disk_wants_batch(&node->disk)) {
            sim_disk_begin_batch(world, index);
        }
    }
    if (sim->checks) {
        process_check(sim, index, &env);
    }
    world->event = world->cause = 0;
    world->waited_ns = 0;
}

/* ---- One event of each kind ---- */

/* A message, an input or a changed setting: they share the inbox, so that none overtakes another.
 * The record is given back after the step: the event's bytes lie in it. */
static void process_run_message(struct sim *sim, uint32_t index, uint32_t message)
{
    struct sim_world *world = sim->world;
    struct sim_message *record = sim_message_at(world, message);
    struct node_event event = {
        .kind = NODE_EVENT_MESSAGE, .type = record->type, .from = record->from};
    if ((record->flags & SIM_MESSAGE_INPUT) != 0) {
        event.kind = NODE_EVENT_INPUT;
        event.from = NODE_NONE;
        event.args = (const int64_t *)(const void *)sim_message_bytes(record);
    } else if ((record->flags & SIM_MESSAGE_SETTING) != 0) {
        event.kind = NODE_EVENT_SETTING; /* its value is in force already */
        event.from = NODE_NONE;
    } else {
        event.bytes = sim_message_bytes(record);
        event.length = record->length;
        world->counters.messages_delivered++;
    }
    process_step(sim, index, &event,
                 (struct process_origin){record->cause, record->sent_ns, record->arrives_ns});
    sim_message_give(world, message);
}

/* `due_since_ns` is when its deadline passed: the difference is the time it waited for the CPU. */
static void process_run_timer(struct sim *sim, uint32_t index, uint32_t which, int64_t due_since_ns)
{
    struct sim_timer *timer = &sim_node_at(sim->world, index)->timers[which];
    struct node_event event = {.kind = NODE_EVENT_TIMER, .id = (uint8_t)which, .from = NODE_NONE};
    assert(which < NODE_TIMERS_MAX);
    assert(timer->deadline_ns >= 0);
    timer->deadline_ns = -1; /* no longer set when the step begins */
    sim->world->counters.timers++;
    process_step(sim, index, &event,
                 (struct process_origin){timer->cause, due_since_ns, due_since_ns});
}

/* A copy of the operation is told: the step may submit others into the ring. A read sees the file as
 * it is now, through the cache, and is shortened at the file's end like read(2). */
static void process_run_disk(struct sim *sim, uint32_t index)
{
    struct sim_world *world = sim->world;
    struct sim_disk *disk = &sim_node_at(world, index)->disk;
    assert(disk->told != disk->complete);
    struct sim_disk_op op = *sim_disk_op_at(world, disk, disk->told);
    disk->told++;
    struct node_event event = {.kind = NODE_EVENT_WRITTEN,
                               .id = op.file,
                               .from = NODE_NONE,
                               .token = op.token,
                               .status = op.status,
                               .offset = op.offset,
                               .length = op.length};
    if (op.kind == SIM_DISK_READ) {
        uint32_t length = disk->file_length[op.file];
        uint32_t left = op.offset < length ? length - op.offset : 0;
        event.kind = NODE_EVENT_READ;
        event.length = op.length < left ? op.length : left;
        event.bytes = sim_disk_file(world, disk, op.file) + (left > 0 ? op.offset : 0);
        assert((uint64_t)(left > 0 ? op.offset : 0) + event.length <= disk->file_bytes[op.file]);
    }
    process_step(sim, index, &event,
                 (struct process_origin){op.cause, op.completed_ns, op.completed_ns});
}

/* ---- The CPU ---- */

/* Has anything arrived that the node has not been told? */
static bool process_waits(const struct sim_node *node)
{
    return node->inbox.count > 0 || node->timers_due != 0 || node->disk.told != node->disk.complete;
}

/* Up, not paused, CPU free, disk able to take what a step may write. The last is write() blocking on
 * a full queue: without it a node that writes faster than its disk would need endless room. */
static bool process_can_run(const struct sim_world *world, const struct sim_node *node)
{
    return node->up && !node->paused && node->busy_until_ns <= world->now_ns &&
           !sim_disk_blocks(&node->disk) && world->halt == SIM_HALT_NONE;
}

/* May what has just arrived run at once? Not past what came before it. */
static bool process_is_idle(const struct sim_world *world, const struct sim_node *node)
{
    return process_can_run(world, node) && !process_waits(node);
}

/* When the node can go on with what waits: SIM_NEVER if nothing does, or if resuming it or the end
 * of its disk's batch will ask again. */
static int64_t process_wake_ns(struct sim_world *world, const struct sim_node *node)
{
    if (!node->up || !process_waits(node)) {
        return SIM_NEVER;
    }
    if (node->paused) {
        sim_effect(world, SIM_INPUT_NODE_PAUSE);
        return SIM_NEVER;
    }
    if (sim_disk_blocks(&node->disk)) {
        return SIM_NEVER;
    }
    return node->busy_until_ns > world->now_ns ? node->busy_until_ns : world->now_ns;
}

void sim_process_plan_wake(struct sim_world *world, uint32_t index)
{
    assert(index < world->node_count);
    int64_t wake_ns = process_wake_ns(world, sim_node_at(world, index));
    sim_deadline_set(world, index, SIM_SLOT_WAKE, wake_ns);
}

void sim_process_message(struct sim *sim, uint32_t index, uint32_t message)
{
    struct sim_world *world = sim->world;
    struct sim_node *node = sim_node_at(world, index);
    assert(node->up);
    assert(sim_message_at(world, message)->to == index);
    if (process_is_idle(world, node)) {
        process_run_message(sim, index, message);
        return;
    }
    sim_message_at(world, message)->state = SIM_MESSAGE_WAITING;
    sim_message_append(world, &node->inbox, message);
    sim_process_plan_wake(world, index);
}

void sim_process_timer(struct sim *sim, uint32_t index, uint32_t which)
{
    struct sim_world *world = sim->world;
    struct sim_node *node = sim_node_at(world, index);
    assert(node->up);
    assert(!sim_timer_is_due(node, which)); /* setting it again has taken the due one back */
    sim_deadline_set(world, index, sim_timer_slot(which), SIM_NEVER);
    if (process_is_idle(world, node)) {
        process_run_timer(sim, index, which, world->now_ns);
        return;
    }
    node->timers_due |= (uint8_t)(1u << which);
    node->timers[which].due_since_ns = world->now_ns;
    sim_process_plan_wake(world, index);
}

/* Of all that waits, the one that came first; at equal times disk, then messages, then timers in
 * order. */
enum process_source { PROCESS_DISK, PROCESS_INBOX, PROCESS_TIMER };

static enum process_source process_oldest(struct sim_world *world, const struct sim_node *node,
                                          uint32_t *which)
{
    assert(process_waits(node));
    enum process_source source = PROCESS_DISK;
    int64_t oldest_ns = SIM_NEVER;
    if (node->disk.told != node->disk.complete) {
        oldest_ns = sim_disk_op_at(world, &node->disk, node->disk.told)->completed_ns;
    }
    if (node->inbox.count > 0 && sim_message_at(world, node->inbox.first)->arrives_ns < oldest_ns) {
        source = PROCESS_INBOX;
        oldest_ns = sim_message_at(world, node->inbox.first)->arrives_ns;
    }
    for (uint32_t timer = 0; timer < NODE_TIMERS_MAX && node->timers_due != 0; timer++) {
        if (sim_timer_is_due(node, timer) && node->timers[timer].due_since_ns < oldest_ns) {
            source = PROCESS_TIMER;
            oldest_ns = node->timers[timer].due_since_ns;
            *which = timer;
        }
    }
    return source;
}

void sim_process_wake(struct sim *sim, uint32_t index)
{
    struct sim_world *world = sim->world;
    struct sim_node *node = sim_node_at(world, index);
    /* One step only: it makes the CPU busy, and the plan below comes back for the next. */
    if (process_can_run(world, node) && process_waits(node)) {
        uint32_t which = 0;
        switch (process_oldest(world, node, &which)) {
        case PROCESS_DISK:
            process_run_disk(sim, index);
            break;
        case PROCESS_INBOX:
            process_run_message(sim, index, sim_message_pop(world, &node->inbox));
            break;
        case PROCESS_TIMER:
            node->timers_due &= (uint8_t) ~(1u << which);
            process_run_timer(sim, index, which, node->timers[which].due_since_ns);
            break;
        }
    }
    sim_process_plan_wake(world, index);
}

/* ---- Life and death ---- */

/* Memory begins at zero; files and the wall clock are what survived. The step of START follows at
 * once: the time of rebooting has passed before. */
void sim_process_start(struct sim *sim, uint32_t index)
{
    struct sim_world *world = sim->world;
    struct sim_node *node = sim_node_at(world, index);
    const struct node_protocol *protocol = sim->plan->nodes[index].protocol;
    assert(!node->up);
    assert(node->inbox.count == 0);
    assert(node->timers_due == 0);
    assert(!node->paused);
    sim_deadline_set(world, index, SIM_SLOT_START, SIM_NEVER);
    node->up = true;
    node->boots++;
    node->draw_key = draw_u64(world->seed, DRAW_BOOT, index, node->boots);
    node->busy_until_ns = world->now_ns;
    sim_clock_rebase(&node->clock, world->now_ns); /* the wall clock goes on, the other begins */
    node->clock.monotonic_ns = 0;
    void *state = sim_at(world, node->state_offset);
    memset(state, 0, protocol->state_bytes);
    struct node_env env = sim_process_env(world, index);
    protocol->boot(state, &env);
    sim_fault_count(world);
    world->event = world->steps + 1; /* the note belongs to the step that follows */
    int64_t args[] = {node->boots};
    sim_note_host(sim, NODE_NOTE_STARTED, index, NODE_NONE, args, 1);
    struct node_event event = {.kind = NODE_EVENT_START, .from = NODE_NONE};
    process_step(sim, index, &event, (struct process_origin){0, world->now_ns, world->now_ns});
}

/* With the process go its timers, whether set or due. Each is a change that the crash has made, for
 * the count of effects. */
static void process_forget_timers(struct sim_world *world, uint32_t index)
{
    struct sim_node *node = sim_node_at(world, index);
    for (uint32_t timer = 0; timer < NODE_TIMERS_MAX; timer++) {
        if (node->timers[timer].deadline_ns >= 0) {
            sim_effect(world, SIM_INPUT_NODE_CRASH);
        }
        node->timers[timer] = (struct sim_timer){.deadline_ns = -1};
        sim_deadline_set(world, index, sim_timer_slot(timer), SIM_NEVER);
    }
    node->timers_due = 0;
}

/* What had arrived and was not looked at dies with its receiver. */
static void process_drop_inbox(struct sim *sim, uint32_t index)
{
    struct sim_world *world = sim->world;
    struct sim_message_list *inbox = &sim_node_at(world, index)->inbox;
    uint32_t message = inbox->first;
    for (uint32_t i = 0; i < inbox->count; i++) {
        const struct sim_message *record = sim_message_at(world, message);
        if ((record->flags & (SIM_MESSAGE_INPUT | SIM_MESSAGE_SETTING)) == 0) {
            sim_network_trace(sim, message, SIM_FATE_LOST);
        }
        message = record->next;
    }
    sim_message_drop_all(world, inbox);
}

/* kill -9 and a power cut at once: memory, inbox, timers, messages that had not left, and writes
 * that were not durable are gone. What the network carries already arrives. */
void sim_process_crash(struct sim *sim, uint32_t index)
{
    struct sim_world *world = sim->world;
    struct sim_node *node = sim_node_at(world, index);
    sim_deadline_set(world, index, SIM_SLOT_START, SIM_NEVER); /* a reboot under way ends too */
    if (!node->up) {
        return;
    }
    node->up = false;
    node->paused = false;
    node->violating = false;
    world->counters.crashes++;
    process_forget_timers(world, index);
    sim_deadline_set(world, index, SIM_SLOT_WAKE, SIM_NEVER);
    process_drop_inbox(sim, index);
    sim_network_void(world, index); /* messages that its CPU had not yet let go */
    sim_disk_crash(world, index);
    assert(node->inbox.count == 0);
    assert(node->disk.held.count == 0);
    sim_note_host(sim, NODE_NOTE_CRASHED, index, NODE_NONE, NULL, 0);
}
