/* explain.c: everything known about one order: why this kitchen, and where its time went.
 *
 * Nothing is computed for this answer that was not kept while the run went on: the intervals are
 * those that the order's row has, and the candidates are the very numbers that the dispatcher
 * compared. An explanation made afterwards from today's state would be plausible, and sometimes
 * wrong. */
#include <assert.h>

#include "base/json_writer.h"
#include "systems/kitchens/city.h"
#include "systems/kitchens/ledger_state.h"

enum { US_PER_UNIT = LEDGER_UNIT_NS / 1000, MS_DECIMALS = 3, SCORE_DECIMALS = 6 };

/* Times leave with three decimals, exactly: 25 us is the unit inside. */
static void add_ms(struct json_writer *writer, const char *name, uint32_t units)
{
    json_decimal(writer, name, (int64_t)units * US_PER_UNIT, MS_DECIMALS);
}

/* Nobody is null, never a number that looks like a node. */
static void add_node(struct json_writer *writer, const char *name, uint8_t node)
{
    if (node == LEDGER_NO_KITCHEN)
        json_null(writer, name);
    else
        json_u64(writer, name, node);
}

/* What the number beside a blocker is: a node, an order, a reason to wait, or nothing. */
static void add_ref(struct json_writer *writer, const struct ledger_step *step)
{
    if (step->ref == NODE_NONE)
        return;
    switch (step->blocker) {
    case LEDGER_BLOCKED_SLOT:
        json_u64(writer, "order", step->ref);
        break;
    case LEDGER_BLOCKED_KITCHENS:
        json_string(writer, "wait", kitchens_plan_name(NULL, KITCHENS_LIST_WAITS, step->ref));
        break;
    default:
        json_u64(writer, "at_node", step->ref);
        break;
    }
}

static void add_interval(struct json_writer *writer, const struct ledger_step *step, uint32_t from,
                         bool open)
{
    assert(step->until >= from);
    assert(step->blocker < LEDGER_BLOCKER_COUNT);
    json_object(writer, NULL);
    add_ms(writer, "from_ms", from);
    add_ms(writer, "to_ms", step->until);
    json_string(writer, "blocker", LEDGER_BLOCKER_NAMES[step->blocker]);
    add_node(writer, "kitchen", step->node);
    add_ref(writer, step);
    if (open)
        json_bool(writer, "open", true);
    json_close(writer);
}

/* All intervals; the last one of an order that is not cooked yet still goes on. */
static void explain_intervals(const struct ledger *ledger, const struct ledger_order *order,
                              int64_t now_ns, struct json_writer *writer)
{
    json_array(writer, "intervals");
    uint32_t from = 0;
    for (uint16_t at = order->first_step; at != LEDGER_NOBODY; at = ledger->steps[at].next) {
        add_interval(writer, &ledger->steps[at], from, false);
        from = ledger->steps[at].until;
    }
    if (ledger_is_uncooked(order) && ledger_units(order, now_ns) > from) {
        struct ledger_step present = {.until = ledger_units(order, now_ns),
                                      .ref = order->blocked_ref,
                                      .blocker = order->blocked,
                                      .node = order->kitchen};
        add_interval(writer, &present, from, true);
    }
    json_close(writer);
}

/* Hand-overs are intervals too: from the kitchen that let the order go to the one that took it. */
static void explain_handovers(const struct ledger *ledger, const struct ledger_order *order,
                              struct json_writer *writer)
{
    json_array(writer, "handovers");
    uint32_t from = 0;
    for (uint16_t at = order->first_step; at != LEDGER_NOBODY; at = ledger->steps[at].next) {
        const struct ledger_step *step = &ledger->steps[at];
        if (step->blocker == LEDGER_BLOCKED_HANDOVER) {
            json_object(writer, NULL);
            add_node(writer, "from", step->node);
            add_node(writer, "to", step->ref == NODE_NONE ? LEDGER_NO_KITCHEN : (uint8_t)step->ref);
            add_ms(writer, "released_ms", from);
            add_ms(writer, "taken_ms", step->until);
            json_close(writer);
        }
        from = step->until;
    }
    json_close(writer);
}

static void explain_candidate(const struct ledger_candidate *candidate, bool chosen,
                              struct json_writer *writer)
{
    int64_t score =
        (int64_t)candidate->load + candidate->specialty + candidate->time + candidate->distance;
    json_object(writer, NULL);
    json_u64(writer, "node", candidate->node);
    json_decimal(writer, "score", score, SCORE_DECIMALS);
    json_decimal(writer, "load", candidate->load, SCORE_DECIMALS);
    json_decimal(writer, "specialty", candidate->specialty, SCORE_DECIMALS);
    json_decimal(writer, "time", candidate->time, SCORE_DECIMALS);
    json_decimal(writer, "distance", candidate->distance, SCORE_DECIMALS);
    json_bool(writer, "chosen", chosen);
    json_close(writer);
}

/* The candidates of the last decision; null when they are no longer kept (or never were). */
static void explain_candidates(const struct ledger *ledger, const struct ledger_order *order,
                               struct json_writer *writer)
{
    assert(order->candidate_count <= KITCHENS_MAX);
    if (order->candidate_count == 0 ||
        ledger->candidate_next - order->candidates > LEDGER_CANDIDATES) {
        json_null(writer, "candidates");
        return;
    }
    json_array(writer, "candidates");
    for (uint32_t i = 0; i < order->candidate_count; i++) {
        const struct ledger_candidate *candidate =
            &ledger->candidates[(order->candidates + i) % LEDGER_CANDIDATES];
        explain_candidate(candidate, candidate->node == order->decided, writer);
    }
    json_close(writer);
}

/* The order itself. Which kitchen: the one that cooked it, or else the one that has it now. */
static void explain_order(const struct kitchens_plan *plan, const struct ledger_order *order,
                          struct json_writer *writer)
{
    assert(order->dish < plan->dish_count);
    const struct kitchens_dish *dish = &plan->dishes[order->dish];
    json_decimal(writer, "placed_ms", order->placed_ns / 1000, MS_DECIMALS);
    json_string(writer, "source", kitchens_plan_name(plan, KITCHENS_LIST_SOURCES, order->source));
    json_string(writer, "dish", dish->name);
    json_string(writer, "cuisine", plan->cuisines[dish->cuisine]);
    json_i64(writer, "x_m", order->x_m);
    json_i64(writer, "y_m", order->y_m);
    json_string(writer, "policy", kitchens_plan_name(plan, KITCHENS_LIST_POLICIES, order->policy));
    json_u64(writer, "phase", order->phase);
    json_string(writer, "outcome",
                kitchens_plan_name(plan, KITCHENS_LIST_OUTCOMES, order->outcome));
    if (order->outcome == LEDGER_REFUSED)
        json_string(writer, "reason",
                    kitchens_plan_name(plan, KITCHENS_LIST_REFUSALS, order->reason));
    add_node(writer, "kitchen_first", order->kitchen_first);
    add_node(writer, "kitchen", order->cooked != 0 ? order->kitchen_cooked : order->kitchen);
    json_u64(writer, "epoch", order->epoch);
    json_u64(writer, "migrations", order->migrations);
    json_u64(writer, "reassigned", order->reassigned);
    json_u64(writer, "times_cooked", order->times_cooked);
    if (order->cooked != 0) {
        add_ms(writer, "response_ms", order->cooked);
        json_u64(writer, "courier_ms", order->travel_ms);
    }
}

/* The only entry. An order that was never placed and one that had to make room are the same here:
 * not known. */
bool kitchens_explain(const void *memory, const struct node_world *world, uint32_t subject,
                      struct json_writer *writer)
{
    const struct ledger *ledger = memory;
    const struct ledger_order *order = ledger_order_find_const(ledger, subject);
    if (order == NULL)
        return false;
    json_u64(writer, "order", order->order);
    explain_order(world->env->plan, order, writer);
    explain_intervals(ledger, order, world->time_ns, writer);
    explain_candidates(ledger, order, writer);
    explain_handovers(ledger, order, writer);
    return true;
}
