/* view.c: the kitchens' part of a live frame (docs/api.md), whole or what changed since a mark.
 *
 * Single orders are shown while they can be followed with the eye: not too many at once, not too
 * many changes from frame to frame. Beyond that a frame shows counts, until it has become calm; a
 * single leap (a step forward, a slow viewer) is shown as what stands there now.
 *
 * A mark is the number of notes seen, times four, and two bits about the frame before. Every record
 * carries the number of the note that last changed it, so a frame for any viewer is one pass over
 * the records with one comparison each: no list of changes for each viewer, and none that a viewer
 * who fell behind could overflow.
 *
 * There are two thresholds between sprites and counts, not one (changes above 120 begin to count,
 * at most 60 end it): with one, a city at that speed would flicker between the two. */
#include <assert.h>

#include "base/json_writer.h"
#include "systems/kitchens/city.h"
#include "systems/kitchens/ledger_state.h"

enum {
    SPRITES_MAX = 300, /* single orders on the stage */
    CHANGES_MAX = 120, /* of them in one frame */
    CHANGES_CALM = 60, /* no more than this, and no whole second: calm */
    TICKS_MAX = 2,     /* virtual seconds between two frames: at 10 frames a second, 20x */
    MARK_COUNTED = 1,  /* the frame before showed counts */
    MARK_FAST = 2,     /* too much had changed for it */
    MARK_NOTES_SHIFT = 2,
    NODES_MAX = KITCHENS_MAX + 2,
};

struct view {
    const struct ledger *ledger;
    const struct node_world *world;
    uint32_t since; /* notes; 0: everything */
    struct json_writer *writer;
};

/* ---- Kitchens and dispatcher ---- */

/* A kitchen is seven numbers in a fixed order: keys would be longer than their values, and there
 * are ten frames a second. */
static void view_kitchen(const struct view *view, uint32_t index)
{
    assert(index < view->ledger->kitchen_count);
    const struct ledger_kitchen *kitchen = &view->ledger->kitchens[index];
    uint32_t node = KITCHENS_FIRST + index;
    json_array(view->writer, NULL);
    json_u64(view->writer, NULL, node);
    json_u64(view->writer, NULL, ledger_truth(view->ledger, view->world, node));
    json_u64(view->writer, NULL, kitchen->cooking);
    json_u64(view->writer, NULL, kitchen->pending);
    json_u64(view->writer, NULL, kitchen->belief);
    json_u64(view->writer, NULL,
             (uint64_t)kitchen->believed_cooking + kitchen->believed_pending +
                 kitchen->believed_way);
    json_u64(view->writer, NULL, kitchen->served_total);
    json_close(view->writer);
}

static void view_kitchens(const struct view *view)
{
    bool begun = false;
    for (uint32_t i = 0; i < view->ledger->kitchen_count; i++) {
        if (view->since != 0 && view->ledger->kitchens[i].mark <= view->since)
            continue;
        if (!begun)
            json_array(view->writer, "k");
        begun = true;
        view_kitchen(view, i);
    }
    if (begun)
        json_close(view->writer);
}

/* What stands on the map: all places, or the kitchens that have opened since. */
static void view_map(const struct view *view)
{
    const struct kitchens_plan *plan = view->world->env->plan;
    bool begun = false;
    for (uint32_t i = 0; i < view->ledger->kitchen_count; i++) {
        const struct ledger_kitchen *kitchen = &view->ledger->kitchens[i];
        if (view->since != 0 && kitchen->born <= view->since)
            continue;
        if (!begun)
            json_array(view->writer, "kitchens");
        begun = true;
        struct kitchens_kitchen place = plan->kitchens[i];
        place.cooks = kitchen->cooks;
        place.capacity = kitchen->capacity;
        place.speed_pct = kitchen->speed_pct;
        place.specialties = kitchen->specialties;
        place.open = kitchen->opened;
        kitchens_describe_kitchen(plan, i, &place, view->writer);
    }
    if (begun)
        json_close(view->writer);
}

static enum ledger_truth dispatcher_truth(const struct ledger *ledger)
{
    if (!ledger->dispatcher_up)
        return LEDGER_TRUTH_CLOSED;
    if (ledger->dispatcher_paused)
        return LEDGER_TRUTH_PAUSED;
    return ledger->dispatcher_recovering ? LEDGER_TRUTH_RECOVERING : LEDGER_TRUTH_OPEN;
}

static void view_dispatcher(const struct view *view)
{
    uint64_t believed = 0;
    for (uint32_t i = 0; i < view->ledger->kitchen_count; i++)
        believed += view->ledger->kitchens[i].belief == LEDGER_BELIEF_OPEN;
    json_array(view->writer, "d");
    json_u64(view->writer, NULL, dispatcher_truth(view->ledger));
    json_u64(view->writer, NULL, view->ledger->open);
    json_u64(view->writer, NULL, view->ledger->waiting);
    json_u64(view->writer, NULL, believed);
    json_close(view->writer);
}

/* ---- Single orders ---- */

static bool is_on_stage(const struct ledger_order *order)
{
    return order->phase != 0 && order->phase < LEDGER_PHASE_SERVED;
}

/* Is the order in this frame? `all`: everything that is on the stage. */
static bool is_shown(const struct ledger_order *order, uint32_t since, bool all)
{
    return all ? is_on_stage(order) : order->phase != 0 && order->mark > since;
}

/* Relative to the frame's own time: the numbers stay short, and the page draws motion as a function
 * of virtual time. */
static int64_t relative_ms(const struct view *view, const struct ledger_order *order,
                           uint32_t units)
{
    int64_t time_ns = order->placed_ns + (int64_t)units * LEDGER_UNIT_NS;
    return (time_ns - view->world->time_ns) / LEDGER_MS_NS;
}

static void view_order_new(const struct view *view, const struct ledger_order *order)
{
    json_array(view->writer, NULL);
    json_u64(view->writer, NULL, order->order);
    json_i64(view->writer, NULL, order->x_m);
    json_i64(view->writer, NULL, order->y_m);
    json_u64(view->writer, NULL, order->dish);
    json_u64(view->writer, NULL, order->source);
    json_close(view->writer);
}

/* Released, and on its way to the kitchen that is to take it. */
static bool is_moving(const struct ledger_order *order)
{
    return order->phase == LEDGER_PHASE_HANDOVER ||
           (order->phase == LEDGER_PHASE_TO_KITCHEN && order->kitchen == order->handover_to);
}

/* Where the page draws it: while it moves it belongs to the kitchen it leaves. */
static uint32_t node_of(const struct ledger_order *order)
{
    if (order->kitchen == LEDGER_NO_KITCHEN || order->phase <= LEDGER_PHASE_WAITING)
        return KITCHENS_DISPATCHER;
    if (is_moving(order) && order->handover_from != LEDGER_NO_KITCHEN)
        return order->handover_from;
    return order->kitchen;
}

/* The present phase, since when, and until when if that is known: enough to draw every moment in
 * between without another frame. */
static void view_order(const struct view *view, const struct ledger_order *order)
{
    uint32_t since = order->cooked != 0 ? order->cooked : ledger_order_told(view->ledger, order);
    json_array(view->writer, NULL);
    json_u64(view->writer, NULL, order->order);
    json_u64(view->writer, NULL, is_moving(order) ? LEDGER_PHASE_HANDOVER : order->phase);
    json_u64(view->writer, NULL, node_of(order));
    json_i64(view->writer, NULL, relative_ms(view, order, since));
    json_i64(view->writer, NULL, order->until == 0 ? 0 : relative_ms(view, order, order->until));
    json_close(view->writer);
}

/* New orders first ("on": what never changes about them), then what has changed ("o"): the page
 * knows an order before it hears where it is. */
static void view_orders(const struct view *view, bool all)
{
    const struct ledger *ledger = view->ledger;
    json_array(view->writer, "on");
    for (uint32_t i = 0; i < ledger->order_fresh; i++) {
        const struct ledger_order *order = &ledger->orders[i];
        if (is_shown(order, view->since, all) && (all || order->born > view->since))
            view_order_new(view, order);
    }
    json_close(view->writer);
    json_array(view->writer, "o");
    for (uint32_t i = 0; i < ledger->order_fresh; i++) {
        const struct ledger_order *order = &ledger->orders[i];
        if (is_shown(order, view->since, all))
            view_order(view, order);
    }
    json_close(view->writer);
}

/* ---- Counts instead ---- */

/* Moves between two nodes since the mark; the latest LEDGER_MOVES at most. */
static void view_flow(const struct view *view)
{
    const struct ledger *ledger = view->ledger;
    uint16_t counts[NODES_MAX][NODES_MAX] = {{0}};
    uint32_t kept = ledger->move_next < LEDGER_MOVES ? ledger->move_next : LEDGER_MOVES;
    for (uint32_t i = 1; i <= kept && view->since != 0; i++) {
        const struct ledger_move *move = &ledger->moves[(ledger->move_next - i) % LEDGER_MOVES];
        if (move->mark <= view->since)
            break;
        assert(move->from < NODES_MAX);
        assert(move->to < NODES_MAX);
        counts[move->from][move->to]++;
    }
    json_array(view->writer, "flow");
    for (uint32_t from = 0; from < NODES_MAX; from++) {
        for (uint32_t to = 0; to < NODES_MAX; to++) {
            if (counts[from][to] == 0)
                continue;
            json_array(view->writer, NULL);
            json_u64(view->writer, NULL, from);
            json_u64(view->writer, NULL, to);
            json_u64(view->writer, NULL, counts[from][to]);
            json_close(view->writer);
        }
    }
    json_close(view->writer);
}

struct motion {
    bool crowded; /* too many orders on the stage */
    bool fast;    /* too much has changed since the frame before */
    bool calm;
};

static struct motion motion_of(const struct view *view)
{
    const struct ledger *ledger = view->ledger;
    uint32_t stage = 0;
    uint32_t changes = 0;
    uint32_t ticks = 0;
    for (uint32_t i = 0; i < ledger->order_fresh; i++) {
        stage += is_on_stage(&ledger->orders[i]);
        changes += is_shown(&ledger->orders[i], view->since, false);
    }
    for (uint32_t i = 0; i < LEDGER_TICKS; i++)
        ticks += ledger->tick_mark[i] > view->since;
    bool whole = view->since == 0;
    return (struct motion){.crowded = stage > SPRITES_MAX,
                           .fast = !whole && (changes > CHANGES_MAX || ticks > TICKS_MAX),
                           .calm = whole || (changes <= CHANGES_CALM && ticks == 0)};
}

static bool shows_counts(const struct motion *motion, uint64_t mark)
{
    return motion->crowded || (motion->fast && (mark & MARK_FAST) != 0) ||
           (!motion->calm && (mark & MARK_COUNTED) != 0);
}

uint64_t kitchens_view(const void *memory, const struct node_world *world, uint64_t since,
                       struct json_writer *writer)
{
    struct view view = {.ledger = memory,
                        .world = world,
                        .since = (uint32_t)(since >> MARK_NOTES_SHIFT),
                        .writer = writer};
    struct motion motion = motion_of(&view);
    bool counted = (since & MARK_COUNTED) != 0;
    bool count = shows_counts(&motion, since);
    bool all = since == 0 || counted || motion.fast;
    view_kitchens(&view);
    view_map(&view);
    if (view.since == 0 || view.ledger->notes > view.since)
        view_dispatcher(&view);
    if (all || count != counted)
        json_bool(writer, "sprites", !count);
    if (count)
        view_flow(&view);
    else
        view_orders(&view, all);
    return view.ledger->notes << MARK_NOTES_SHIFT | (motion.fast ? MARK_FAST : 0) |
           (count ? MARK_COUNTED : 0);
}
