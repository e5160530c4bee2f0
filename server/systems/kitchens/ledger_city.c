/* ledger_city.c: kitchens as they are and as the dispatcher believes them to be; utilisation.
 *
 * Two pictures of each kitchen are kept side by side and never mixed. The truth comes from the host
 * (crashed, started, paused, slowed) and from what the kitchen says of itself; the belief comes
 * from the dispatcher's own notes about it. The distance between the two is the lesson of the page:
 * the hollow bar over the real one, "closed" beside "thought closed".
 *
 * Utilisation is an integral: cook-nanoseconds worked, brought up to date before anything changes
 * that it depends on. A grid of its values every ten seconds then gives the worked time of any
 * window as a difference of two numbers, without keeping a list of who cooked when. */
#include <assert.h>

#include "systems/kitchens/city.h"
#include "systems/kitchens/ledger_state.h"

enum { PCT_AS_BUILT = 100, UTILISATION_SCALE = 100000 };

static void kitchen_furnish(struct ledger_kitchen *kitchen, uint16_t cooks, uint16_t capacity,
                            uint32_t specialties, uint16_t speed_pct)
{
    kitchen->cooks = cooks;
    kitchen->capacity = capacity;
    kitchen->specialties = specialties;
    kitchen->speed_pct = speed_pct;
}

/* As the plan has it: so it begins, and so it is again after a crash, which forgets all else. */
static void kitchen_as_planned(struct ledger_kitchen *kitchen, const struct kitchens_kitchen *place)
{
    kitchen_furnish(kitchen, place->cooks, place->capacity, place->specialties, place->speed_pct);
    kitchen->opened = place->open;
    kitchen->slow_pct = PCT_AS_BUILT;
    kitchen->leaving = false;
}

void ledger_city_init(struct ledger *ledger, const struct node_env *env)
{
    const struct kitchens_plan *plan = env->plan;
    assert(plan->kitchen_count <= KITCHENS_MAX);
    ledger->kitchen_count = plan->kitchen_count;
    for (uint32_t i = 0; i < plan->kitchen_count; i++) {
        struct ledger_kitchen *kitchen = &ledger->kitchens[i];
        struct kitchens_kitchen place = kitchens_place(env, i);
        kitchen_as_planned(kitchen, &place);
        kitchen->cpu_pct = PCT_AS_BUILT;
        kitchen->identity = LEDGER_NO_KITCHEN;
        kitchen->score = -1;
    }
}

/* ---- Truth ---- */

/* Up in the sense of a customer: it has opened, its process runs and is not frozen. A road that is
 * closed does not make a kitchen idle, so cuts do not count here. */
static bool kitchen_is_up(const struct ledger_kitchen *kitchen)
{
    return kitchen->opened && kitchen->up && !kitchen->paused;
}

/* Brings the worked time up to now; before anything changes that it depends on. */
static void kitchen_integrate(struct ledger_kitchen *kitchen, int64_t now_ns)
{
    /* Notes come in the order of true time, never of a node's own skewed clock. */
    assert(now_ns >= kitchen->changed_ns);
    if (kitchen_is_up(kitchen))
        kitchen->busy_ns += (now_ns - kitchen->changed_ns) * kitchen->cooking;
    else
        kitchen->away_ns = now_ns;
    kitchen->changed_ns = now_ns;
}

/* What a kitchen says of itself may be nonsense under a bug switch. The picture clamps it; the
 * promise "cooks and tickets" is the host's to judge. */
static uint16_t tickets_in_range(int32_t tickets)
{
    if (tickets < 0)
        return 0;
    return tickets > UINT16_MAX ? UINT16_MAX : (uint16_t)tickets;
}

void ledger_kitchen_load(struct ledger *ledger, uint32_t node, int64_t time_ns, int32_t pending,
                         int32_t cooking)
{
    assert(ledger_is_kitchen(ledger, node));
    struct ledger_kitchen *kitchen = ledger_kitchen(ledger, node);
    kitchen_integrate(kitchen, time_ns);
    kitchen->pending = tickets_in_range(pending);
    kitchen->cooking = tickets_in_range(cooking);
    kitchen->mark = (uint32_t)ledger->notes;
}

/* One word for the state of a kitchen, the gravest first: who is crashed is not also slow. A cut
 * road in either direction is enough, because a conversation needs both. */
enum ledger_truth ledger_truth(const struct ledger *ledger, const struct node_world *world,
                               uint32_t node)
{
    assert(ledger_is_kitchen(ledger, node));
    const struct ledger_kitchen *kitchen = ledger_kitchen_const(ledger, node);
    if (!kitchen->opened)
        return LEDGER_TRUTH_EMPTY;
    if (!kitchen->up)
        return LEDGER_TRUTH_CLOSED;
    if (kitchen->paused)
        return LEDGER_TRUTH_PAUSED;
    if (world->cut(world, node, KITCHENS_DISPATCHER) ||
        world->cut(world, KITCHENS_DISPATCHER, node))
        return LEDGER_TRUTH_CUT;
    if (kitchen->leaving)
        return LEDGER_TRUTH_LEAVING;
    if (kitchen->recovering)
        return LEDGER_TRUTH_RECOVERING;
    if (kitchen->slow_pct != PCT_AS_BUILT || kitchen->cpu_pct != PCT_AS_BUILT)
        return LEDGER_TRUTH_SLOW;
    return LEDGER_TRUTH_OPEN;
}

/* ---- Notes of the host ---- */

/* What the host did to a kitchen. A crash forgets everything, as the protocol's own memory does:
 * the picture falls back to the plan when the kitchen starts again, until the kitchen itself says
 * who it is (an empty place that had been opened by hand). */
static void note_kitchen_host(const struct ledger_context *context, struct ledger_kitchen *kitchen)
{
    const struct node_note *note = context->note;
    const struct kitchens_kitchen place =
        kitchens_place(context->world->env, note->node - KITCHENS_FIRST);
    kitchen_integrate(kitchen, note->time_ns);
    kitchen->mark = (uint32_t)context->ledger->notes;
    switch (note->kind) {
    case NODE_NOTE_CRASHED:
        kitchen->up = false;
        kitchen->paused = false;
        kitchen->cooking = 0;
        kitchen->pending = 0;
        break;
    case NODE_NOTE_STARTED:
        kitchen->up = true;
        assert(note->node >= KITCHENS_FIRST);
        kitchen->recovering = note->args[0] > 1;
        kitchen_as_planned(kitchen, &place);
        break;
    case NODE_NOTE_INPUT:
        kitchen->leaving =
            kitchen->leaving || (kitchen->opened && note->args[0] == KITCHENS_INPUT_CLOSE);
        break;
    case NODE_NOTE_PAUSED:
        kitchen->paused = true;
        break;
    case NODE_NOTE_RESUMED:
        kitchen->paused = false;
        break;
    case NODE_NOTE_CPU_SLOWED:
        kitchen->cpu_pct = tickets_in_range((int32_t)(note->args[0] & INT32_MAX));
        break;
    default:
        break;
    }
}

/* A dispatcher that has crashed believes nothing: all it knew of the kitchens was in its memory.
 * Only orders are in its book. */
static void note_dispatcher_host(const struct ledger_context *context)
{
    struct ledger *ledger = context->ledger;
    switch (context->note->kind) {
    case NODE_NOTE_CRASHED:
        ledger->dispatcher_up = false;
        ledger->dispatcher_paused = false;
        for (uint32_t i = 0; i < ledger->kitchen_count; i++) {
            ledger->kitchens[i].belief = LEDGER_BELIEF_UNKNOWN;
            ledger->kitchens[i].identity = LEDGER_NO_KITCHEN;
            ledger->kitchens[i].believed_cooking = 0;
            ledger->kitchens[i].believed_pending = 0;
            ledger->kitchens[i].believed_way = 0;
            ledger->kitchens[i].mark = (uint32_t)ledger->notes;
        }
        break;
    case NODE_NOTE_STARTED:
        ledger->dispatcher_up = true;
        ledger->dispatcher_recovering = context->note->args[0] > 1;
        break;
    case NODE_NOTE_PAUSED:
        ledger->dispatcher_paused = true;
        break;
    case NODE_NOTE_RESUMED:
        ledger->dispatcher_paused = false;
        break;
    default:
        break;
    }
    ledger->dispatcher_mark = (uint32_t)ledger->notes;
}

/* A road was closed or opened: who is cut off is asked of the world when it is shown. */
static void note_roads(struct ledger *ledger)
{
    for (uint32_t i = 0; i < ledger->kitchen_count; i++)
        ledger->kitchens[i].mark = (uint32_t)ledger->notes;
    ledger->dispatcher_mark = (uint32_t)ledger->notes;
}

static void note_host(const struct ledger_context *context)
{
    const struct node_note *note = context->note;
    switch (note->kind) {
    case NODE_NOTE_CRASHED:
    case NODE_NOTE_STARTED:
    case NODE_NOTE_PAUSED:
    case NODE_NOTE_RESUMED:
    case NODE_NOTE_CPU_SLOWED:
    case NODE_NOTE_INPUT:
        if (ledger_is_kitchen(context->ledger, note->node))
            note_kitchen_host(context, ledger_kitchen(context->ledger, note->node));
        else if (note->node == KITCHENS_DISPATCHER)
            note_dispatcher_host(context);
        break;
    case NODE_NOTE_LINK_CUT:
    case NODE_NOTE_LINK_HEALED:
    case NODE_NOTE_PARTITIONED:
    case NODE_NOTE_NET_HEALED:
    case NODE_NOTE_HEALED_ALL:
        note_roads(context->ledger);
        break;
    /* The host asks every node after every step whether its invariant holds (cooking <= cooks,
     * tickets <= capacity) and notes the first breach: the ledger only keeps it. */
    case NODE_NOTE_VIOLATION:
        ledger_break(context, LEDGER_CHECK_COOKS_AND_TICKETS, NODE_NONE, (uint32_t)note->args[0],
                     note->args[1], note->args[2], note->args[3], note->node);
        break;
    default:
        break;
    }
}

/* ---- Notes of the system: what the kitchen says of itself ---- */

/* The one place where a kitchen's size comes from a note and not from the plan: an empty place that
 * somebody has moved into. */
static void note_opened(const struct ledger_context *context, struct ledger_kitchen *kitchen)
{
    const int64_t *args = context->note->args;
    kitchen_integrate(kitchen, context->note->time_ns);
    kitchen_furnish(kitchen, (uint16_t)args[0], (uint16_t)args[1], (uint32_t)args[2],
                    (uint16_t)args[3]);
    kitchen->opened = true;
    kitchen->slow_pct = PCT_AS_BUILT;
    kitchen->leaving = false;
    kitchen->recovering = false;
    kitchen->born = (uint32_t)context->ledger->notes;
}

static void note_kitchen(const struct ledger_context *context, struct ledger_kitchen *kitchen)
{
    assert(context->note->kind == KITCHENS_NOTE_KITCHEN_OPENED ||
           context->note->kind == KITCHENS_NOTE_KITCHEN_SLOWED);
    kitchen->mark = (uint32_t)context->ledger->notes;
    if (context->note->kind == KITCHENS_NOTE_KITCHEN_OPENED)
        note_opened(context, kitchen);
    else
        kitchen->slow_pct = (uint16_t)context->note->args[0];
}

/* ---- Notes of the system: what the dispatcher believes ---- */

/* Two kitchens under one name: a ticket for the one may reach the other (CHEF-T09). */
static void note_registered(const struct ledger_context *context, struct ledger_kitchen *kitchen)
{
    const struct node_note *note = context->note;
    uint8_t identity = (uint8_t)note->args[2];
    for (uint32_t i = 0; i < context->ledger->kitchen_count; i++) {
        const struct ledger_kitchen *other = &context->ledger->kitchens[i];
        bool trusted = other->belief == LEDGER_BELIEF_OPEN; /* who is not has lost its name */
        if (other != kitchen && other->identity == identity && trusted)
            ledger_break(context, LEDGER_CHECK_IDENTITY_UNIQUE, NODE_NONE,
                         KITCHENS_WORD_IDENTITY_TWICE, KITCHENS_FIRST + i, note->peer, identity, 0);
    }
    kitchen->identity = identity;
    if (kitchen->belief != LEDGER_BELIEF_EJECTED) /* that ends with a word of trust */
        kitchen->belief = LEDGER_BELIEF_OPEN;
    kitchen->recovering = false;
    kitchen->progress_ns = note->time_ns;
}

/* The panic threshold (Envoy's word for it) is judged at the moment of the ejection, from the share
 * that the dispatcher itself names: it is a rule about its decision, not about the world
 * (CHEF-T08). */
static void note_ejected(const struct ledger_context *context, struct ledger_kitchen *kitchen)
{
    const struct node_note *note = context->note;
    int64_t allowed = context->world->env->settings[KITCHENS_SET_PANIC_PCT];
    kitchen->belief = LEDGER_BELIEF_EJECTED;
    if (note->args[1] > allowed)
        ledger_break(context, LEDGER_CHECK_NEVER_EJECTS_ALL, NODE_NONE, KITCHENS_WORD_ALL_EJECTED,
                     note->args[1], allowed, note->peer, 0);
}

static void note_left(const struct ledger_context *context, struct ledger_kitchen *kitchen)
{
    kitchen_integrate(kitchen, context->note->time_ns);
    kitchen->belief = LEDGER_BELIEF_LEFT;
    kitchen->identity = LEDGER_NO_KITCHEN;
    kitchen->opened = false;
    kitchen->leaving = false;
    kitchen->cooking = 0;
    kitchen->pending = 0;
}

/* True if it changes what is shown: most heartbeats say what is known already. */
static bool note_belief(struct ledger_kitchen *kitchen, const int64_t *args)
{
    uint32_t before =
        (uint32_t)kitchen->believed_pending + kitchen->believed_cooking + kitchen->believed_way;
    kitchen->believed_pending = (uint16_t)args[0];
    kitchen->believed_cooking = (uint16_t)args[1];
    kitchen->believed_way = (uint16_t)args[2];
    kitchen->average_ms = (uint32_t)args[3];
    return before !=
           (uint32_t)kitchen->believed_pending + kitchen->believed_cooking + kitchen->believed_way;
}

/* Who registers, is suspected, trusted or ejected changes whom the dispatcher can choose from; for
 * the rest of that refresh an uneven share is no herd (ledger_judge.c). A heartbeat changes only
 * numbers. */
static void note_believed(const struct ledger_context *context, struct ledger_kitchen *kitchen)
{
    uint32_t mark = (uint32_t)context->ledger->notes;
    switch (context->note->kind) {
    case KITCHENS_NOTE_KITCHEN_REGISTERED:
        note_registered(context, kitchen);
        kitchen->probation = false;
        break;
    case KITCHENS_NOTE_KITCHEN_SUSPECTED:
        kitchen->belief = LEDGER_BELIEF_CLOSED;
        break;
    case KITCHENS_NOTE_KITCHEN_TRUSTED:
        kitchen->probation = kitchen->belief == LEDGER_BELIEF_EJECTED;
        kitchen->belief = LEDGER_BELIEF_OPEN;
        kitchen->progress_ns = context->note->time_ns;
        break;
    case KITCHENS_NOTE_KITCHEN_EJECTED:
        note_ejected(context, kitchen);
        break;
    case KITCHENS_NOTE_KITCHEN_LEFT:
        note_left(context, kitchen);
        break;
    case KITCHENS_NOTE_BELIEF:
        if (!note_belief(kitchen, context->note->args))
            return;
        break;
    default:
        return;
    }
    if (context->note->kind != KITCHENS_NOTE_BELIEF)
        ledger_judge_kitchens_changed(context);
    kitchen->mark = mark;
    context->ledger->dispatcher_mark = mark;
}

void ledger_city_note(const struct ledger_context *context)
{
    struct ledger *ledger = context->ledger;
    const struct node_note *note = context->note;
    if (note->kind < NODE_NOTE_SYSTEM) {
        note_host(context);
        return;
    }
    bool of_itself =
        note->kind == KITCHENS_NOTE_KITCHEN_OPENED || note->kind == KITCHENS_NOTE_KITCHEN_SLOWED;
    if (of_itself && ledger_is_kitchen(ledger, note->node))
        note_kitchen(context, ledger_kitchen(ledger, note->node));
    else if (!of_itself && ledger_is_kitchen(ledger, note->peer))
        note_believed(context, ledger_kitchen(ledger, note->peer));
    if (note->kind == KITCHENS_NOTE_BOOK_RECOVERED) {
        ledger->dispatcher_recovering = false;
        ledger->dispatcher_mark = (uint32_t)ledger->notes;
    }
}

/* ---- Utilisation ---- */

/* A ring with one row more than the window has steps, so that the row before the window is still
 * there. */
static uint32_t grid_row(int64_t step)
{
    return (uint32_t)(step % (LEDGER_BUSY_STEPS + 1));
}

/* Worked share of each kitchen that was up for the whole of the last `window_s` seconds (or since
 * the beginning), in UTILISATION_SCALE; returns how many. */
static uint32_t utilisations(const struct ledger *ledger, int64_t now_ns, uint32_t window_s,
                             uint64_t values[KITCHENS_MAX])
{
    int64_t step_now = now_ns / LEDGER_SECOND_NS / LEDGER_BUSY_STEP_S;
    int64_t step_from = step_now - window_s / LEDGER_BUSY_STEP_S;
    step_from = step_from < 0 ? 0 : step_from;
    int64_t from_ns = step_from * LEDGER_BUSY_STEP_S * LEDGER_SECOND_NS;
    if (now_ns - from_ns < LEDGER_SECOND_NS)
        return 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < ledger->kitchen_count; i++) {
        const struct ledger_kitchen *kitchen = &ledger->kitchens[i];
        if (!kitchen_is_up(kitchen) || kitchen->cooks == 0 || kitchen->away_ns > from_ns)
            continue;
        assert(kitchen->changed_ns <= now_ns);
        int64_t busy_ns = kitchen->busy_ns - ledger->busy_grid[grid_row(step_from)][i] +
                          (now_ns - kitchen->changed_ns) * kitchen->cooking;
        uint64_t available_us = (uint64_t)(now_ns - from_ns) / 1000 * kitchen->cooks;
        assert(busy_ns >= 0);
        assert(available_us > 0);
        values[count++] = (uint64_t)busy_ns / 1000 * UTILISATION_SCALE / available_us;
    }
    return count;
}

/* Jain, Chiu, Hawe (1984): (sum u)^2 / (n sum u^2), 1 when all are equal. */
static int64_t jain_index(const uint64_t *values, uint32_t count)
{
    assert(count > 0);
    assert(count <= KITCHENS_MAX);
    uint64_t sum = 0;
    uint64_t squares = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += values[i];
        squares += values[i] * values[i];
    }
    return squares == 0 ? NODE_CELL_NULL : (int64_t)(sum * sum / count * 10000 / squares);
}

/* Two windows on purpose: an index of fairness needs minutes to mean anything (a kitchen with two
 * cooks is idle or full from second to second), while "busiest over mean" is what somebody at the
 * stage sees now. */
void ledger_utilisation(const struct ledger *ledger, int64_t now_ns, int64_t *jain,
                        int64_t *max_over_mean, int64_t *utilisation)
{
    uint64_t values[KITCHENS_MAX];
    uint32_t count = utilisations(ledger, now_ns, LEDGER_JAIN_S, values);
    *jain = count == 0 ? NODE_CELL_NULL : jain_index(values, count);
    count = utilisations(ledger, now_ns, LEDGER_WINDOW_S, values);
    uint64_t sum = 0;
    uint64_t most = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += values[i];
        most = values[i] > most ? values[i] : most;
    }
    *max_over_mean = sum == 0 ? NODE_CELL_NULL : (int64_t)(most * count * 100 / sum);
    *utilisation =
        count == 0 ? NODE_CELL_NULL : (int64_t)(sum / count / (UTILISATION_SCALE / 10000));
}

void ledger_city_tick(const struct ledger_context *context)
{
    struct ledger *ledger = context->ledger;
    int64_t now_ns = context->world->time_ns;
    int64_t second = now_ns / LEDGER_SECOND_NS;
    for (uint32_t i = 0; i < ledger->kitchen_count; i++) {
        kitchen_integrate(&ledger->kitchens[i], now_ns);
        if (second % LEDGER_BUSY_STEP_S == 0)
            ledger->busy_grid[grid_row(second / LEDGER_BUSY_STEP_S)][i] =
                ledger->kitchens[i].busy_ns;
    }
}
