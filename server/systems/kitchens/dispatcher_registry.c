/* dispatcher_registry.c: who is open, as far as the dispatcher is told; whom it suspects, whom it
 * gives no more work.
 *
 * Suspicion is about silence: nothing heard for suspect_after_ms, or no answer to a question for as
 * long. It is only ever suspicion (Chandra and Toueg: a failure detector in an asynchronous system
 * errs), so nothing may depend on its being right: a kitchen that was wrongly suspected cooks on,
 * its late words are fenced, and all that is lost is a dish.
 *
 * Ejection is about results: a kitchen that answers but does not finish what it was given
 * (CHEF-T08: a health check that only tests the port never sees it). Never more than
 * panic_threshold_pct of all: when everybody looks ill, it is probably not them.
 *
 * Either way its registration ends and its orders go to others under new epochs; when it speaks
 * again it is told to register again, and with the answer which of its tickets are no longer its
 * own. */
#include <assert.h>

#include "systems/kitchens/dispatcher.h"

enum {
    EJECT_AFTER_MIN_MS = 4000, /* the oldest ticket is at least so old */
    EJECT_FACTOR = 2,          /* and so many times older than a full kitchen explains */
    EJECT_FOR_MS = 10000,      /* the first time; doubles each time */
    EJECT_DOUBLINGS_MAX = 4,
    PERCENT = 100,
    LOAD_ONE = 10000, /* ten-thousandths */
};

/* ---- What it believes ---- */

/* What was told, and what has been sent since: reports are old by the time they arrive, the
 * dispatcher's own assignments are not (CHEF-T02). */
uint32_t place_tickets(const struct turn *turn, const struct place *place)
{
    if (turn_setting(turn, KITCHENS_SET_BUG_STALE_LOAD))
        return place->heartbeat_tickets;
    return (uint32_t)place->pending + place->cooking + place->unanswered + place->reserved;
}

bool place_is_open(const struct place *place)
{
    return (place->state == PLACE_TRUSTED || place->state == PLACE_PROBATION) && !place->leaving;
}

uint32_t place_capacity(const struct place *place)
{
    return place->state == PLACE_PROBATION && place->capacity > 1 ? 1 : place->capacity;
}

/* The first question about every word of a kitchen. A registration is given out once, so a word
 * under an old one is a word from a standing that has ended, whoever says it (CHEF-T07). */
struct place *place_by_registration(const struct turn *turn, uint32_t node, uint64_t registration)
{
    uint32_t identity = turn->self->identity_of[node];
    if (identity == 0 || registration == 0)
        return NULL;
    struct place *place = &turn->self->places[identity];
    return place->registration == registration ? place : NULL;
}

/* Load passed the threshold, or is back below it by at least a ticket. */
static void watch_load(const struct turn *turn, struct place *place)
{
    if (place->capacity == 0)
        return;
    int64_t tickets = (int64_t)place->pending + place->cooking;
    int64_t limit = turn_setting(turn, KITCHENS_SET_OVERLOAD_THRESHOLD) * place->capacity;
    int64_t load = tickets * LOAD_ONE / place->capacity;
    if (!place->overloaded && tickets * PERCENT > limit) {
        place->overloaded = true;
        dispatcher_note(turn, KITCHENS_NOTE_KITCHEN_OVERLOADED, place->node, NODE_NONE, load, 0, 0,
                        0);
    } else if (place->overloaded && (tickets + 1) * PERCENT <= limit) {
        place->overloaded = false;
        dispatcher_note(turn, KITCHENS_NOTE_KITCHEN_RELIEVED, place->node, NODE_NONE, load, 0, 0,
                        0);
    }
}

/* Even an old word shows that the kitchen lives; only its numbers are out of date. The comparison
 * is of a difference, so that it survives the counter's wrapping around. */
void place_told(const struct turn *turn, struct place *place, const struct kitchens_state *state)
{
    place->heard_ns = turn->now_ns;
    if ((int32_t)(state->sequence - place->sequence) <= 0)
        return; /* an older word that was slower */
    place->sequence = state->sequence;
    place->pending = state->pending;
    place->cooking = state->cooking;
    place->average_ms = state->average_ms;
    assert(place->registration != 0);
    watch_load(turn, place);
}

/* Says so when the last specialist of a cuisine is gone (CHEF-T11). */
static void watch_specialties(const struct turn *turn)
{
    struct dispatcher *self = turn->self;
    uint32_t open = 0;
    for (uint32_t i = KITCHENS_FIRST; i < KITCHENS_FIRST + turn->plan->kitchen_count; i++)
        if (place_is_open(&self->places[i]))
            open |= self->places[i].specialties;
    uint32_t lost = self->specialties_open & ~open;
    for (uint32_t cuisine = 0; cuisine < turn->plan->cuisine_count; cuisine++)
        if ((lost >> cuisine) & 1)
            dispatcher_note(turn, KITCHENS_NOTE_SPECIALTY_MISSING, NODE_NONE, NODE_NONE, cuisine, 0,
                            0, 0);
    self->specialties_open = open;
}

/* ---- Losing a kitchen ---- */

/* Its registration ends; everything it had goes to others. */
static void lose(const struct turn *turn, struct place *place, enum place_state state,
                 enum kitchens_reason reason)
{
    assert(place->registration != 0);
    assert(state != PLACE_TRUSTED);
    assert(state != PLACE_PROBATION);
    place->state = (uint8_t)state;
    place->registration = 0;
    place->leaving = false;
    if (place->overloaded) {
        place->overloaded = false;
        dispatcher_note(turn, KITCHENS_NOTE_KITCHEN_RELIEVED, place->node, NODE_NONE, 0, 0, 0, 0);
    }
    (void)assign_take_all(turn, place, reason);
    watch_specialties(turn);
}

static uint32_t orders_at(const struct turn *turn, const struct place *place)
{
    return turn->self->lists[LIST_TICKETS + place_number(turn, place)].count;
}

/* Already lost, already nobody's: silence is noticed once. */
void place_suspect(const struct turn *turn, struct place *place)
{
    if (place->registration == 0)
        return;
    dispatcher_note(turn, KITCHENS_NOTE_KITCHEN_SUSPECTED, place->node, NODE_NONE,
                    (turn->now_ns - place->heard_ns) / DISPATCHER_NS_PER_MS, orders_at(turn, place),
                    0, 0);
    bool was_ejected = place->state == PLACE_EJECTED;
    lose(turn, place, was_ejected ? PLACE_EJECTED : PLACE_SUSPECTED, KITCHENS_REASON_TARGET_DEAD);
}

/* ---- Ejection ---- */

/* Mean of what the kitchens say of their cooking times. */
static int64_t city_average_ms(const struct turn *turn)
{
    int64_t sum = 0, count = 0;
    for (uint32_t i = KITCHENS_FIRST; i < KITCHENS_FIRST + turn->plan->kitchen_count; i++) {
        const struct place *place = &turn->self->places[i];
        if (place->state == PLACE_TRUSTED && place->average_ms > 0) {
            sum += place->average_ms;
            count++;
        }
    }
    return count > 0 ? sum / count : POLICY_AVERAGE_MS;
}

/* The age of a ticket that even a full rail does not explain. */
static int64_t ejection_age_ms(const struct place *place, int64_t average_ms)
{
    assert(average_ms > 0);
    int64_t cooks = place->cooks > 0 ? place->cooks : 1;
    int64_t age_ms = EJECT_FACTOR * average_ms * (place->capacity + cooks) / cooks;
    return age_ms > EJECT_AFTER_MIN_MS ? age_ms : EJECT_AFTER_MIN_MS;
}

/* Share of the ejected if one more were: never so many that the rest cannot carry the city. */
static bool may_eject(const struct turn *turn, int64_t *share_pct)
{
    int64_t known = 0, ejected = 1;
    for (uint32_t i = KITCHENS_FIRST; i < KITCHENS_FIRST + turn->plan->kitchen_count; i++) {
        const struct place *place = &turn->self->places[i];
        known += place_is_open(place) || place->state == PLACE_EJECTED;
        ejected += place->state == PLACE_EJECTED;
    }
    *share_pct = ejected * PERCENT / (known > 0 ? known : 1);
    return *share_pct <= turn_setting(turn, KITCHENS_SET_PANIC_PCT) ||
           turn_setting(turn, KITCHENS_SET_BUG_EJECT_ALL);
}

static void eject(const struct turn *turn, struct place *place, int64_t oldest_ms,
                  int64_t share_pct)
{
    assert(place->registration != 0);
    assert(oldest_ms >= 0);
    /* Each time for twice as long, up to a limit: a kitchen that keeps failing is tried less and
     * less. */
    uint32_t doublings =
        place->ejections < EJECT_DOUBLINGS_MAX ? place->ejections : EJECT_DOUBLINGS_MAX;
    place->ejections++;
    place->ejected_until_ns =
        turn->now_ns + ((int64_t)EJECT_FOR_MS << doublings) * DISPATCHER_NS_PER_MS;
    dispatcher_note(turn, KITCHENS_NOTE_KITCHEN_EJECTED, place->node, NODE_NONE, oldest_ms,
                    share_pct, 0, 0);
    lose(turn, place, PLACE_EJECTED, KITCHENS_REASON_TIMEOUT);
}

/* The oldest ticket stands first, because a kitchen's list is in order of assignment. */
static void watch_results(const struct turn *turn, struct place *place, int64_t average_ms)
{
    const struct order *oldest = order_first(turn, LIST_TICKETS + place_number(turn, place));
    if (oldest == NULL || !turn_setting(turn, KITCHENS_SET_EJECTION))
        return;
    int64_t age_ms = (turn->now_ns - oldest->assigned_ns) / DISPATCHER_NS_PER_MS;
    int64_t share_pct;
    if (age_ms < ejection_age_ms(place, average_ms) ||
        turn_setting(turn, KITCHENS_SET_BUG_PORT_CHECK) || !may_eject(turn, &share_pct))
        return;
    eject(turn, place, age_ms, share_pct);
}

/* Back on probation when its time is over and it is registered again. */
static void watch_ejected(const struct turn *turn, struct place *place)
{
    if (turn->now_ns < place->ejected_until_ns || place->registration == 0)
        return;
    place->state = PLACE_PROBATION;
    dispatcher_note(turn, KITCHENS_NOTE_KITCHEN_TRUSTED, place->node, NODE_NONE, 0, 0, 0, 0);
    watch_specialties(turn);
    assign_serve(turn, place);
}

/* Proof by work: one finished ticket ends the probation. */
void place_finished_one(const struct turn *turn, struct place *place)
{
    (void)turn;
    if (place->state != PLACE_PROBATION)
        return;
    place->state = PLACE_TRUSTED;
    place->ejections = 0;
}

/* Silence first: who is gone is not also slow. */
void registry_watch(const struct turn *turn)
{
    int64_t patience_ns = turn_setting_ns(turn, KITCHENS_SET_SUSPECT_MS);
    int64_t average_ms = city_average_ms(turn);
    for (uint32_t i = KITCHENS_FIRST; i < KITCHENS_FIRST + turn->plan->kitchen_count; i++) {
        struct place *place = &turn->self->places[i];
        if (place->registration == 0)
            continue;
        if (turn_is_long(turn))
            return; /* the others at the next watch */
        if (turn->now_ns - place->heard_ns > patience_ns)
            place_suspect(turn, place);
        else if (place->state == PLACE_EJECTED)
            watch_ejected(turn, place);
        else
            watch_results(turn, place, average_ms);
    }
}

/* ---- Registering ---- */

static void send_standing(const struct turn *turn, uint32_t node, enum kitchens_message type,
                          const struct kitchens_standing *standing)
{
    node_send(turn->outbox, node, (uint16_t)type, standing, sizeof *standing);
}

/* Does somebody else hold that identity and is alive? */
static bool is_taken(const struct turn *turn, const struct place *place, uint32_t node)
{
    return place->registration != 0 && place->node != node &&
           !turn_setting(turn, KITCHENS_SET_BUG_DUPLICATE_ID);
}

/* A duplicate identity is refused and said aloud (CHEF-T09): two kitchens under one name would each
 * get half of the other's orders. Noted once for each attempt, however often it is repeated. */
static void turn_away(const struct turn *turn, uint32_t node,
                      const struct kitchens_register *message)
{
    assert(node < DISPATCHER_PLACES);
    if (turn->self->refused_request[node] != message->request)
        dispatcher_note(turn, KITCHENS_NOTE_KITCHEN_REFUSED, node, NODE_NONE, message->identity, 0,
                        0, 0);
    turn->self->refused_request[node] = message->request;
    struct kitchens_standing standing = {.order = NODE_NONE, .request = message->request};
    send_standing(turn, node, KITCHENS_UNWANTED, &standing);
}

/* Is this ticket of the inventory the order's valid assignment? A recovered order belongs to the
 * first kitchen that has it. */
static bool claim(const struct turn *turn, uint32_t node, uint32_t identity,
                  const struct kitchens_held *held)
{
    struct order *order = order_find(turn, held->order);
    if (order == NULL)
        return false;
    if (order->state == ORDER_RECOVERED) {
        order->kitchen = (uint8_t)identity;
        order->epoch = held->epoch;
        order->assigned_ns = turn->now_ns;
        order->state = ORDER_ACCEPTED;
        order->flags &= (uint8_t)~ORDER_AGAIN;
        order_append(turn, order, LIST_TICKETS + identity);
        dispatcher_note(turn, KITCHENS_NOTE_CLAIMED, node, held->order, (int64_t)held->epoch,
                        held->cooking, 0, 0);
        return true;
    }
    bool held_there = order->state == ORDER_ASSIGNED || order->state == ORDER_ACCEPTED ||
                      order->state == ORDER_OFFERED;
    return held_there && order->kitchen == identity && order->epoch == held->epoch;
}

static uint64_t dropped_slots(const struct turn *turn, uint32_t node,
                              const struct kitchens_register *message)
{
    assert(message->count <= KITCHENS_CAPACITY_MAX);
    uint64_t dropped = 0;
    for (uint32_t i = 0; i < message->count; i++)
        if (!claim(turn, node, message->identity, &message->held[i]))
            dropped |= UINT64_C(1) << message->held[i].slot;
    return dropped;
}

static bool is_listed(const struct turn *turn, const struct order *order,
                      const struct kitchens_register *message)
{
    for (uint32_t i = 0; i < message->count; i++)
        if (message->held[i].order == order_number(turn, order) &&
            message->held[i].epoch == order->epoch)
            return true;
    return false;
}

/* Orders that the dispatcher thought to be there, and that are not. Those that come back to this
 * very kitchen join the end of its tickets: they are not looked at again. */
static void take_back_missing(const struct turn *turn, struct place *place,
                              const struct kitchens_register *message)
{
    struct order *order = order_first(turn, LIST_TICKETS + place_number(turn, place));
    for (uint32_t count = orders_at(turn, place); count > 0 && order != NULL; count--) {
        struct order *after = order_after(turn, order);
        if (!is_listed(turn, order, message)) {
            assign_take_back(turn, order, KITCHENS_REASON_TARGET_DEAD);
            order->flags |= ORDER_AGAIN;
            assign_order(turn, order);
        }
        order = after;
    }
}

/* One node stands under one identity. */
static void vacate_former(const struct turn *turn, uint32_t node, uint32_t identity)
{
    assert(node < DISPATCHER_PLACES);
    assert(identity < DISPATCHER_PLACES);
    struct dispatcher *self = turn->self;
    uint32_t former = self->identity_of[node];
    if (former != 0 && former != identity && self->places[former].node == node)
        lose(turn, &self->places[former], PLACE_ABSENT, KITCHENS_REASON_TARGET_DEAD);
    self->identity_of[node] = (uint8_t)identity;
}

/* A new standing: everything about the place is as this message says; what was believed before
 * belongs to a registration that is no longer valid. Who was ejected stays so until its time is
 * over: a restart is no cure. */
static void enter(const struct turn *turn, struct place *place, uint32_t node,
                  const struct kitchens_register *message)
{
    bool was_away = place->state == PLACE_SUSPECTED;
    place->registration = epoch_next(turn);
    assert(place->registration != 0);
    place->request = message->request;
    place->heard_ns = turn->now_ns;
    place->node = node;
    place->sequence = message->state.sequence;
    place->average_ms = message->state.average_ms;
    place->specialties = message->specialties;
    place->x_m = message->x_m;
    place->y_m = message->y_m;
    place->cooks = message->cooks;
    place->capacity = message->capacity;
    place->pending = message->state.pending;
    place->cooking = message->state.cooking;
    place->heartbeat_tickets = (uint16_t)(message->state.pending + message->state.cooking);
    place->leaving = false;
    if (place->state != PLACE_EJECTED)
        place->state = PLACE_TRUSTED;
    dispatcher_note(turn, KITCHENS_NOTE_KITCHEN_REGISTERED, node, NODE_NONE,
                    (int64_t)place->registration, message->count, message->identity, 0);
    if (was_away)
        dispatcher_note(turn, KITCHENS_NOTE_KITCHEN_TRUSTED, node, NODE_NONE, 0, 0, 0, 0);
}

/* A former attempt of the same boot, delayed on its way. */
static bool is_overtaken(const struct place *place, uint32_t node, uint64_t request)
{
    return place->node == node && place->request >> 32 == request >> 32 && request < place->request;
}

/* Registering is also an inventory. Tickets that are no longer the kitchen's are named in the
 * answer; orders that were thought to be there, and are not, go to others. After this message both
 * sides agree again on who has what. */
void registry_register(const struct turn *turn, const struct node_event *event)
{
    assert(event->length <= sizeof(struct kitchens_register));
    struct kitchens_register message;
    memset(&message, 0, sizeof message);
    memcpy(&message, event->bytes, event->length);
    uint32_t node = event->from;
    struct place *place = &turn->self->places[message.identity];
    if (is_taken(turn, place, node)) {
        turn_away(turn, node, &message);
        return;
    }
    if (is_overtaken(place, node, message.request))
        return;
    /* The same attempt again: the answer was lost. It gets the same registration, and nothing
     * happens a second time. */
    bool repeated =
        place->node == node && place->request == message.request && place->registration != 0;
    if (!repeated) {
        vacate_former(turn, node, message.identity);
        enter(turn, place, node, &message);
    }
    uint64_t dropped = dropped_slots(turn, node, &message);
    struct kitchens_standing standing = {.order = NODE_NONE,
                                         .request = message.request,
                                         .registration = place->registration,
                                         .dropped = dropped};
    send_standing(turn, node, KITCHENS_WELCOME, &standing);
    if (!repeated) {
        take_back_missing(turn, place, &message);
        watch_specialties(turn);
        assign_serve(turn, place);
    }
}

/* A place that was empty in the plan and has started again: as whom did it register last? */
void registry_ask(const struct turn *turn, uint32_t node)
{
    uint32_t identity = turn->self->identity_of[node];
    const struct place *place = &turn->self->places[identity];
    if (identity == 0 || place->node != node || place->leaving)
        return;
    struct kitchens_register licence = {.order = NODE_NONE,
                                        .identity = identity,
                                        .request = place->request,
                                        .x_m = place->x_m,
                                        .y_m = place->y_m,
                                        .specialties = place->specialties,
                                        .cooks = place->cooks,
                                        .capacity = place->capacity};
    node_send(turn->outbox, node, KITCHENS_LICENCE, &licence, KITCHENS_REGISTER_BYTES_MIN);
}

/* ---- Heartbeats ---- */

/* A heartbeat under a registration that is not valid is answered, or the kitchen would go on
 * believing that it belongs. */
void registry_heartbeat(const struct turn *turn, const struct node_event *event)
{
    struct kitchens_report word;
    memcpy(&word, event->bytes, sizeof word);
    struct place *place = place_by_registration(turn, event->from, word.registration);
    if (place == NULL) {
        struct kitchens_standing standing = {.order = NODE_NONE, .registration = word.registration};
        send_standing(turn, event->from, KITCHENS_UNKNOWN, &standing);
        return;
    }
    place_told(turn, place, &word.state);
    place->heartbeat_tickets = (uint16_t)(word.state.pending + word.state.cooking);
    dispatcher_note(turn, KITCHENS_NOTE_BELIEF, event->from, NODE_NONE, place->pending,
                    place->cooking, place->unanswered, place->average_ms);
    assign_serve(turn, place);
}

/* ---- Leaving in good order ---- */

static void take_over_waiting(const struct turn *turn, struct place *place,
                              const struct kitchens_register *message)
{
    for (uint32_t i = 0; i < message->count; i++) {
        struct order *order = order_find(turn, message->held[i].order);
        if (order == NULL || order->list != LIST_TICKETS + place_number(turn, place) ||
            order->epoch != message->held[i].epoch)
            continue;
        assign_take_back(turn, order, KITCHENS_REASON_SOURCE_DEAD);
        order->flags |= ORDER_AGAIN;
        assign_order(turn, order);
    }
}

static void bid_farewell(const struct turn *turn, uint32_t node,
                         const struct kitchens_register *message, bool left)
{
    struct kitchens_standing standing = {
        .order = NODE_NONE, .left = left, .request = message->request};
    send_standing(turn, node, KITCHENS_FAREWELL, &standing);
}

/* Leaving in good order is a hand-over of everything that waits; what is on the stove is finished.
 * A kitchen whose registration has ended may go at once: its orders are others' already. */
void registry_leave(const struct turn *turn, const struct node_event *event)
{
    assert(event->length <= sizeof(struct kitchens_register));
    struct kitchens_register message;
    memset(&message, 0, sizeof message);
    memcpy(&message, event->bytes, event->length);
    struct place *place = place_by_registration(turn, event->from, message.registration);
    bool empty = message.count == 0 && message.unfinished == 0;
    if (place == NULL) {
        bid_farewell(turn, event->from, &message, empty); /* what it has is others' by now */
        return;
    }
    place_told(turn, place, &message.state);
    if (!place->leaving) {
        place->leaving = true;
        watch_specialties(turn);
        assign_policy_changed(turn); /* nobody waits in its line any more */
    }
    take_over_waiting(turn, place, &message);
    bool left = empty && orders_at(turn, place) == 0;
    bid_farewell(turn, event->from, &message, left);
    if (left) {
        dispatcher_note(turn, KITCHENS_NOTE_KITCHEN_LEFT, event->from, NODE_NONE, 0, 0, 0, 0);
        lose(turn, place, PLACE_ABSENT, KITCHENS_REASON_NONE);
        turn->self->identity_of[event->from] = 0;
    }
}
