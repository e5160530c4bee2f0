/* network.c - links between nodes: latency, bandwidth, order, loss, doubles, cuts.
 *
 * A link is one direction between two nodes. It keeps order and loses nothing until a fault says
 * otherwise: a healthy one behaves like a TCP connection, a degraded one like UDP. Protocols are
 * written for the second and measured on the first.
 *
 * The way of a message: taken from a pool with the sender's intent (sim_network_send); held until
 * the write it names is durable; transmitted, where everything that chance decides is decided at
 * once; in the event queue until it arrives (sim_network_arrive), where a cut that came meanwhile
 * stops it; then the receiver's step or its inbox.
 *
 * Time under way = waiting for the link (bytes leave one after the other) + bytes / bandwidth +
 * base by distance and region + a fault's delay + exponential jitter. Exponential because queueing
 * delays are: mostly nothing, sometimes a lot; capped, so that no message lasts for ever.
 *
 * Every message takes the next number n of its link, and each kind of chance is a draw of its own
 * named by (kind, link, n): whether message 7 is lost does not depend on whether message 6 was
 * doubled, and switching one fault on leaves the others' draws where they were. So the same seed
 * with and without loss can be compared message by message. */
#include "sim/world.h"

#include <assert.h>
#include <string.h>

static const uint32_t DRAW_LOSS = DRAW_PURPOSE('l', 'o', 's', 's');
static const uint32_t DRAW_DOUBLE = DRAW_PURPOSE('d', 'o', 'u', 'b');
static const uint32_t DRAW_REORDER = DRAW_PURPOSE('r', 'e', 'o', 'r');
static const uint32_t DRAW_DETOUR = DRAW_PURPOSE('d', 'e', 't', 'o');

static const int64_t NETWORK_TRAVEL_NS_MAX = 24 * 3600 * SIM_NS_PER_S;
enum {
    NETWORK_JITTER_MEANS_MAX = 10, /* the exponential jitter is capped at so many times its mean */
    NETWORK_DETOUR_FACTOR = 4, /* a reordered or doubled copy comes up to so many latencies later */
};

/* Why a message is gone, as sim_flight.lost tells it. */
enum network_loss { NETWORK_LOST = 1, NETWORK_CUT = 2 };

/* By convention the first four bytes of a payload say what it is about (sim_flight.subject). */
static uint32_t network_subject(struct sim_message *message)
{
    uint32_t subject = NODE_NONE;
    if (message->length >= sizeof subject) {
        memcpy(&subject, sim_message_bytes(message), sizeof subject);
    }
    return subject;
}

/* What the message layer of the page is shown of it. */
static struct sim_flight network_flight(struct sim_message *message, uint8_t lost)
{
    assert(lost <= NETWORK_CUT);
    return (struct sim_flight){
        .sent_ns = message->sent_ns,
        .arrives_ns = message->arrives_ns,
        .from = message->from,
        .to = message->to,
        .subject = network_subject(message),
        .type = message->type,
        .lost = lost,
        .carried = (message->flags & SIM_MESSAGE_CARRIED) != 0,
    };
}

void sim_network_trace(struct sim *sim, uint32_t message, enum sim_fate fate)
{
    struct sim_message *record = sim_message_at(sim->world, message);
    if (sim->tracer.trace == NULL) {
        return;
    }
    const struct sim_trace trace = {.cause = record->cause,
                                    .time_ns = sim->world->now_ns,
                                    .sent_ns = record->sent_ns,
                                    .node = record->to,
                                    .from = record->from,
                                    .subject = network_subject(record),
                                    .type = record->type,
                                    .kind = NODE_EVENT_MESSAGE,
                                    .fate = fate,
                                    .bytes = sim_message_bytes(record),
                                    .length = record->length};
    sim->tracer.trace(sim->tracer.context, &trace);
}

/* Counts, remembers for the message layer, and forgets. */
static void network_lose(struct sim *sim, uint32_t message, enum network_loss loss)
{
    struct sim_world *world = sim->world;
    struct sim_message *record = sim_message_at(world, message);
    assert(record->from < world->node_count);
    sim_network_trace(sim, message, loss == NETWORK_CUT ? SIM_FATE_CUT : SIM_FATE_LOST);
    world->lost[world->lost_count % SIM_LOST_MAX] = network_flight(record, (uint8_t)loss);
    world->lost_count++;
    if (loss == NETWORK_CUT) {
        world->counters.messages_cut++;
    } else {
        world->counters.messages_lost++;
    }
    sim_message_give(world, message);
}

/* Into the queue; whoever is in the queue arrives, stops at a cut, or is void. A message is never
 * taken out of the middle: a crash only marks it, and the mark is seen when its time comes. */
static void network_fly(struct sim *sim, uint32_t message, int64_t arrives_ns)
{
    struct sim_world *world = sim->world;
    struct sim_message *record = sim_message_at(world, message);
    assert(record->state != SIM_MESSAGE_FREE);
    assert(record->state != SIM_MESSAGE_FLYING);
    assert(arrives_ns >= world->now_ns);
    record->arrives_ns = arrives_ns;
    record->state = SIM_MESSAGE_FLYING;
    if (!event_queue_push(&world->queue, world, arrives_ns, message)) {
        sim_message_give(world, message);
        sim_halt(sim, SIM_HALT_EVENTS_FULL, NODE_NONE, NULL);
    }
}

/* The link's name in draws: independent of the number of nodes. */
static uint64_t network_number(const struct sim_message *message)
{
    assert(message->from < SIM_NODES_MAX); /* inputs take no link */
    return (uint64_t)message->from << 32 | message->to;
}

/* One chance of the link's message n. A chance of zero costs no draw: draws are named, so none
 * shifts. */
static bool network_chance(const struct sim_world *world, uint32_t purpose, uint64_t link,
                           uint64_t n, uint32_t ppm)
{
    return ppm > 0 && draw_chance_ppm(draw_u64(world->seed, purpose, link, n), ppm);
}

/* How long a message is under way, apart from waiting for its turn: the way on the map, what a
 * fault adds, and jitter. The draw is taken even on a cut link, so that cutting shifts nothing. */
static int64_t network_latency_ns(const struct sim_world *world, struct sim_link *link)
{
    uint64_t mean_ns = (uint64_t)(world->model.link_jitter_ns + link->jitter_ns);
    assert(mean_ns > 0);
    uint64_t jitter_ns = draw_exponential(draw_next(&link->jitter), mean_ns);
    if (jitter_ns > mean_ns * NETWORK_JITTER_MEANS_MAX) {
        jitter_ns = mean_ns * NETWORK_JITTER_MEANS_MAX;
    }
    return link->base_ns + link->delay_ns + (int64_t)jitter_ns;
}

/* Extra time of a copy that takes another way: long enough to be overtaken. */
static int64_t network_detour_ns(const struct sim_world *world, const struct sim_link *link,
                                 uint64_t number, uint64_t n)
{
    int64_t usual_ns =
        link->base_ns + link->delay_ns + link->jitter_ns + world->model.link_jitter_ns;
    uint64_t value = draw_u64(world->seed, DRAW_DETOUR, number, n);
    return 1 + (int64_t)draw_below(value, (uint64_t)usual_ns * NETWORK_DETOUR_FACTOR);
}

/* A second copy with a record of its own, later than the first by a detour. */
static void network_double(struct sim *sim, uint32_t message, int64_t arrives_ns)
{
    struct sim_world *world = sim->world;
    uint32_t copy = sim_message_take(sim, sim_message_at(world, message)->length);
    if (copy == SIM_MESSAGE_NONE) {
        return;
    }
    struct sim_message *from = sim_message_at(world, message);
    struct sim_message *to = sim_message_at(world, copy);
    assert(from != to);
    assert(from->state == SIM_MESSAGE_HELD); /* the copy takes its state over */
    uint8_t class = to->class; /* a full class lends from the next: the copy may lie elsewhere */
    memcpy(to, from, sizeof *from + from->length);
    to->class = class & 3u;
    world->counters.messages_doubled++;
    network_fly(sim, copy, arrives_ns);
}

/* The chances of a degraded link. True: the message is lost, or on its way out of order. A reordered
 * message leaves the link's order alone: those behind it arrive as if it were not there. */
static bool network_by_chance(struct sim *sim, struct sim_link *link, uint32_t message,
                              int64_t direct_ns, uint64_t n)
{
    struct sim_world *world = sim->world;
    const struct sim_message *record = sim_message_at(world, message);
    uint64_t number = network_number(record);
    assert(link->degraded);
    assert(n < link->jitter.n); /* its number is taken: no other message will have these draws */
    if (link->delay_ns > 0 || link->jitter_ns > 0) {
        sim_effect(world, SIM_INPUT_LINK_SET);
    }
    if (network_chance(world, DRAW_LOSS, number, n, link->loss_ppm)) {
        sim_effect(world, SIM_INPUT_LINK_SET);
        network_lose(sim, message, NETWORK_LOST);
        return true;
    }
    if (network_chance(world, DRAW_DOUBLE, number, n, link->duplicate_ppm)) {
        sim_effect(world, SIM_INPUT_LINK_SET);
        network_double(sim, message,
                       record->arrives_ns + network_detour_ns(world, link, number, n));
    }
    if (network_chance(world, DRAW_REORDER, number, n, link->reorder_ppm)) {
        sim_effect(world, SIM_INPUT_LINK_SET);
        world->counters.messages_reordered++;
        network_fly(sim, message, direct_ns + network_detour_ns(world, link, number, n));
        return true;
    }
    return false;
}

/* Over a link with its chances. Decides everything about the message now, except for a cut that
 * comes later: then nothing about it has to be remembered but its arrival. A message to a cut link
 * still uses its bandwidth and its draw, so that the link is the same when it heals. */
static void network_over_link(struct sim *sim, uint32_t message, int64_t departs_ns)
{
    struct sim_world *world = sim->world;
    struct sim_message *record = sim_message_at(world, message);
    struct sim_link *link = sim_link_at(world, record->from, record->to);
    assert(departs_ns >= world->now_ns);
    assert(record->from != record->to || link->cut_by == 0); /* nobody is cut off from itself */
    uint64_t n = link->jitter.n;
    /* Bytes leave one after the other, and what was sent first arrives first. */
    int64_t starts_ns = departs_ns > link->free_ns ? departs_ns : link->free_ns;
    link->free_ns = starts_ns + record->length * world->byte_link_ps / 1000;
    int64_t direct_ns = link->free_ns + network_latency_ns(world, link);
    int64_t in_order_ns = direct_ns > link->arrival_ns_last ? direct_ns : link->arrival_ns_last;
    record->arrives_ns = in_order_ns;
    if (link->cut_by != 0) {
        sim_effect(world, link->cut_by);
        network_lose(sim, message, NETWORK_CUT);
        return;
    }
    if (link->degraded && network_by_chance(sim, link, message, direct_ns, n)) {
        return;
    }
    link->arrival_ns_last = in_order_ns;
    network_fly(sim, message, in_order_ns);
}

void sim_network_transmit(struct sim *sim, uint32_t message, int64_t departs_ns)
{
    struct sim_world *world = sim->world;
    struct sim_message *record = sim_message_at(world, message);
    assert(record->state == SIM_MESSAGE_HELD);
    record->sent_ns = departs_ns;
    world->counters.messages_sent++;
    world->counters.bytes_sent += record->length;
    if ((record->flags & SIM_MESSAGE_CARRIED) != 0) {
        assert(record->arrives_ns >= 0); /* until now its travel time */
        network_fly(sim, message, departs_ns + record->arrives_ns);
    } else {
        network_over_link(sim, message, departs_ns);
    }
}

/* Held messages stand in the order of their tokens, so that a finished write finds its own at the
 * front. */
static void network_hold(struct sim_world *world, struct sim_message_list *held, uint32_t message)
{
    struct sim_message *record = sim_message_at(world, message);
    assert(record->token > 0);
    uint32_t before = SIM_MESSAGE_NONE;
    if (held->count > 0 && sim_message_at(world, held->last)->token > record->token) {
        uint32_t at = held->first;
        while (sim_message_at(world, at)->token <= record->token) {
            before = at;
            at = sim_message_at(world, at)->next;
        }
        record->next = at;
        held->count++;
        if (before == SIM_MESSAGE_NONE) {
            held->first = message;
        } else {
            sim_message_at(world, before)->next = message;
        }
        return;
    }
    sim_message_append(world, held, message);
}

/* A message that no node may see: counted and noted, never a reason to stop the run. */
static void network_note_refused(struct sim *sim, uint32_t node, uint32_t peer, uint16_t type)
{
    sim->world->counters.messages_refused++;
    int64_t args[] = {type};
    sim_note_host(sim, NODE_NOTE_MESSAGE_REFUSED, node, peer, args, 1);
}

/* Of something carried; bounded, since a protocol may compute nonsense. */
static int64_t network_travel_ns(const struct node_intent *intent)
{
    int64_t travel_ns = intent->time_ns > 0 ? intent->time_ns : 0;
    return travel_ns < NETWORK_TRAVEL_NS_MAX ? travel_ns : NETWORK_TRAVEL_NS_MAX;
}

void sim_network_send(struct sim *sim, uint32_t from, const struct node_intent *intent,
                      const void *payload, int64_t departs_ns)
{
    struct sim_world *world = sim->world;
    assert(from < world->node_count);
    if (intent->to >= world->node_count) {
        network_note_refused(sim, from, NODE_NONE, intent->type);
        return;
    }
    uint32_t message = sim_message_take(sim, intent->length);
    if (message == SIM_MESSAGE_NONE) {
        return;
    }
    struct sim_message *record = sim_message_at(world, message);
    struct sim_disk *disk = &sim_node_at(world, from)->disk;
    record->cause = world->event; /* the step that sends it */
    record->sent_ns = departs_ns; /* while it is held: not before */
    record->token = intent->token;
    record->type = intent->type;
    record->from = (uint8_t)from;
    record->to = (uint8_t)intent->to;
    record->arrives_ns = network_travel_ns(intent);
    record->flags = (intent->flags & NODE_CARRIED) != 0 ? SIM_MESSAGE_CARRIED : 0;
    memcpy(sim_message_bytes(record), payload, intent->length);
    /* Tokens grow and a disk finishes in order: one comparison says whether the write is done. A
     * token that no write has (a bug of the protocol) holds its message until a later write's end. */
    if (intent->token > disk->token_complete) {
        network_hold(world, &disk->held, message);
    } else {
        sim_network_transmit(sim, message, departs_ns);
    }
}

/* An input goes through the queue like a message, so that at its time it waits its turn for the
 * node's CPU like anything else; but no link, loss or cut is on its way. */
bool sim_network_input(struct sim *sim, uint32_t node, uint16_t type, uint8_t flags,
                       const int64_t *args)
{
    struct sim_world *world = sim->world;
    assert(node < world->node_count);
    assert(flags == SIM_MESSAGE_INPUT || flags == SIM_MESSAGE_SETTING);
    uint32_t length = NODE_INPUT_ARGS * sizeof *args;
    uint32_t message = sim_message_take(sim, length);
    if (message == SIM_MESSAGE_NONE) {
        return false;
    }
    struct sim_message *record = sim_message_at(world, message);
    record->cause = 0;
    record->sent_ns = world->now_ns;
    record->type = type;
    record->from = SIM_NODES_MAX;
    record->to = (uint8_t)node;
    record->flags = flags;
    memcpy(sim_message_bytes(record), args, length);
    network_fly(sim, message, world->now_ns);
    return world->halt == SIM_HALT_NONE;
}

/* Length and fields, as the receiver's protocol says; whoever sent it. Checked here and not by the
 * protocols, so that none can forget it: what step() sees has the right size and fields in range. */
static bool network_refuses(struct sim *sim, struct sim_message *message)
{
    const struct node_protocol *protocol = sim->plan->nodes[message->to].protocol;
    if (message->type >= protocol->message_count) {
        return true;
    }
    const struct node_message_type *type = &protocol->messages[message->type];
    if (message->length < type->bytes_min || message->length > type->bytes_max) {
        return true;
    }
    if (protocol->malformed == NULL) {
        return false;
    }
    struct node_env env = sim_process_env(sim->world, message->to);
    return protocol->malformed(&env, message->type, sim_message_bytes(message), message->length);
}

/* What only the network may do to a message at its end: a cut that came while it was under way, a
 * full socket, a form that its receiver does not know. True: it is gone. */
static bool network_stops(struct sim *sim, uint32_t message)
{
    struct sim_world *world = sim->world;
    struct sim_message *record = sim_message_at(world, message);
    const struct sim_node *node = sim_node_at(world, record->to);
    if ((record->flags & SIM_MESSAGE_CARRIED) == 0) {
        uint16_t cut_by = sim_link_at(world, record->from, record->to)->cut_by;
        if (cut_by != 0) {
            sim_effect(world, cut_by);
            network_lose(sim, message, NETWORK_CUT);
            return true;
        }
        /* A socket's buffer is finite: who is too slow loses what comes, and its senders see it. */
        if (node->inbox.count >= SIM_INBOX_MAX) {
            network_lose(sim, message, NETWORK_LOST);
            return true;
        }
    }
    if (node->up && network_refuses(sim, record)) {
        network_note_refused(sim, record->to, record->from, record->type);
        sim_network_trace(sim, message, SIM_FATE_REFUSED);
        sim_message_give(world, message);
        return true;
    }
    return false;
}

void sim_network_arrive(struct sim *sim, uint32_t message)
{
    struct sim_world *world = sim->world;
    struct sim_message *record = sim_message_at(world, message);
    assert(record->to < world->node_count);
    if (record->state == SIM_MESSAGE_VOID) {
        network_lose(sim, message, NETWORK_LOST);
        return;
    }
    assert(record->state == SIM_MESSAGE_FLYING);
    assert(record->arrives_ns == world->now_ns);
    bool input = (record->flags & (SIM_MESSAGE_INPUT | SIM_MESSAGE_SETTING)) != 0;
    if (!input && network_stops(sim, message)) {
        return;
    }
    if (sim_node_at(world, record->to)->up) {
        sim_process_message(sim, record->to, message);
    } else if (input) {
        sim_message_give(world, message);
    } else {
        sim_effect(world, SIM_INPUT_NODE_CRASH);
        network_lose(sim, message, NETWORK_LOST);
    }
}

/* Messages whose departure the crash has come before. What has left its sender arrives, whatever
 * happens to the sender; what is carried by hand goes on too. Crashes are rare: looking through all
 * records beats keeping lists of what each node has sent. */
void sim_network_void(struct sim_world *world, uint32_t from)
{
    assert(from < world->node_count);
    for (uint32_t class = 0; class < SIM_MESSAGE_CLASSES; class ++) {
        struct pool *pool = &world->messages[class];
        for (uint32_t i = pool->first; i < pool->fresh; i += pool->stride) {
            struct sim_message *message = sim_message_at(world, i);
            bool leaves_later = message->state == SIM_MESSAGE_FLYING && message->from == from &&
                                message->sent_ns > world->now_ns;
            if (leaves_later && (message->flags & SIM_MESSAGE_CARRIED) == 0) {
                message->state = SIM_MESSAGE_VOID;
            }
        }
    }
}

/* In the order of the records, which is the same in every run; then the lost ones, newest first. */
uint32_t sim_flights(const struct sim *sim, struct sim_flight *flights, uint32_t count)
{
    struct sim_world *world = sim->world;
    uint32_t written = 0;
    for (uint32_t class = 0; class < SIM_MESSAGE_CLASSES; class ++) {
        const struct pool *pool = &world->messages[class];
        for (uint32_t i = pool->first; i < pool->fresh && written < count; i += pool->stride) {
            struct sim_message *message = sim_message_at(world, i);
            bool input = (message->flags & (SIM_MESSAGE_INPUT | SIM_MESSAGE_SETTING)) != 0;
            if (message->state == SIM_MESSAGE_FLYING && !input &&
                message->sent_ns <= world->now_ns) {
                flights[written] = network_flight(message, 0);
                written++;
            }
        }
    }
    uint32_t kept = world->lost_count < SIM_LOST_MAX ? world->lost_count : SIM_LOST_MAX;
    for (uint32_t i = 0; i < kept && written < count; i++) {
        const struct sim_flight *lost = &world->lost[(world->lost_count - 1 - i) % SIM_LOST_MAX];
        if (lost->arrives_ns > world->now_ns - SIM_NS_PER_S) {
            flights[written] = *lost;
            written++;
        }
    }
    return written;
}
