/* ledger_judge.c: the promises of the kitchens, each with its first witness.
 *
 * While a run goes on, a promise is broken by one note, and judging costs nothing more. Only two
 * need the end of the story, when the world was healed and has come to rest: what is missing then
 * is lost, what waits then waits for ever. That is the old division: safety ("nothing bad happens")
 * has a finite witness, liveness ("something good happens in the end") can only be judged when
 * there is an end.
 *
 * Two kinds of checks stand side by side and are told apart in the table. Those of the history see
 * only operations (placed, confirmed, cooked, served) and would hold for any implementation. The
 * others are invariants of this protocol: they look at scores, beliefs and registrations.
 *
 * Each threshold below is deliberately looser than the rule it guards. A judge that calls a fair
 * run broken is worse than none: nobody looks at the second alarm. */
#include <assert.h>

#include "systems/kitchens/ledger_state.h"

enum {
    HERD_RATIO_MAX = 200,      /* busiest over mean, hundredths (CHEF-T02) */
    HERD_ORDERS_A_KITCHEN = 4, /* fewer in one refresh say nothing */
    BLACK_HOLE_S = 20,         /* a kitchen that holds orders finishes one within this time, */
    BLACK_HOLE_FACTOR = 4,     /* or within so many times what a full rail explains */
    STARVED_S = 30,            /* an order is taken within this time while there is room, */
    STARVED_DISHES = 4,        /* or within the time of so many of the longest dishes */
    AT_WORK_S = 10,            /* a kitchen is at work if it finished something so lately */
    SCORE_MAX = 1000000,
};

const struct system_check KITCHENS_CHECKS[LEDGER_CHECK_COUNT] = {
    [LEDGER_CHECK_NO_ORDER_LOST] = {"no_order_lost", true},
    [LEDGER_CHECK_SETTLED_ONCE] = {"settled_once", true},
    [LEDGER_CHECK_EVERY_ORDER_SERVED] = {"every_order_served", true},
    [LEDGER_CHECK_NO_BOUNCE] = {"no_bounce", true},
    [LEDGER_CHECK_ONE_COOK_PER_EPOCH] = {"one_cook_per_epoch", true},
    [LEDGER_CHECK_STARTED_STAYS] = {"started_stays", false},
    [LEDGER_CHECK_BEST_SCORE_WINS] = {"best_score_wins", false},
    [LEDGER_CHECK_SCORE_POSSIBLE] = {"score_possible", false},
    [LEDGER_CHECK_BALANCED_HERD] = {"balanced_herd", false},
    [LEDGER_CHECK_NO_OVERLOADED_TARGET] = {"no_overloaded_target", false},
    [LEDGER_CHECK_NO_BLACK_HOLE] = {"no_black_hole", false},
    [LEDGER_CHECK_NEVER_EJECTS_ALL] = {"never_ejects_all", false},
    [LEDGER_CHECK_IDENTITY_UNIQUE] = {"identity_unique", false},
    [LEDGER_CHECK_COOKS_AND_TICKETS] = {"cooks_and_tickets", false},
};

/* Observers only look, but what they see is worth a line in the list of events and a mark on the
 * charts. Between two notes (at a tick) it belongs to the last event that noted something. */
void ledger_tell(const struct ledger_context *context, uint16_t kind, uint32_t node,
                 uint32_t subject, int64_t argument)
{
    const struct node_note *note = context->note;
    assert(kind >= NODE_NOTE_SYSTEM && kind < KITCHENS_NOTE_END);
    if (context->sink == NULL || context->sink->note == NULL)
        return;
    const struct node_note told = {.kind = kind,
                                   .peer = NODE_NONE,
                                   .subject = subject,
                                   .node = node,
                                   .args = {argument},
                                   .time_ns = context->world->time_ns,
                                   .event = note != NULL ? note->event : context->ledger->event,
                                   .cause = note != NULL ? note->cause : 0};
    context->sink->note(context->sink->context, &told);
}

/* The first breach is the witness; later ones are often its consequences, and only counted. */
static void witness_add(struct ledger_witness *witness, const struct ledger_witness *first)
{
    uint32_t count = witness->count + 1;
    if (witness->count == 0)
        *witness = *first;
    witness->count = count;
}

/* The witness carries the window of events, from the cause of the note to the note itself: what a
 * person has to look at to see it happen. */
void ledger_break(const struct ledger_context *context, enum ledger_check check, uint32_t subject,
                  uint32_t word, int64_t a, int64_t b, int64_t c, int64_t d)
{
    assert(check < LEDGER_CHECK_COUNT);
    assert(word < KITCHENS_WORD_COUNT);
    const struct node_note *note = context->note;
    struct ledger_witness first = {
        .subject = subject, .word = word, .args = {a, b, c, d}, .at_ns = context->world->time_ns};
    if (note != NULL) {
        first.at_ns = note->time_ns;
        first.first_event = note->cause;
        first.last_event = note->event;
    }
    if (context->ledger->witness[check].count == 0)
        ledger_tell(context, KITCHENS_NOTE_PROMISE_BROKEN, NODE_NONE, subject, check);
    witness_add(&context->ledger->witness[check], &first);
}

/* ---- Who was chosen ---- */

static int64_t candidate_score(const struct ledger_candidate *candidate)
{
    return (int64_t)candidate->load + candidate->specialty + candidate->time + candidate->distance;
}

/* Among the candidates of a decision, none may score higher than the chosen one (CHEF-T01). */
static void judge_best(const struct ledger_context *context, const struct ledger_order *order)
{
    assert(order->candidate_count <= KITCHENS_MAX);
    const struct ledger *ledger = context->ledger;
    const struct ledger_candidate *best = NULL;
    for (uint32_t i = 0; i < order->candidate_count; i++) {
        const struct ledger_candidate *candidate =
            &ledger->candidates[(order->candidates + i) % LEDGER_CANDIDATES];
        if (best == NULL || candidate_score(candidate) > candidate_score(best))
            best = candidate;
    }
    if (best != NULL && candidate_score(best) > order->score)
        ledger_break(context, LEDGER_CHECK_BEST_SCORE_WINS, order->order,
                     KITCHENS_WORD_BETTER_WAS_THERE, order->kitchen, order->score, best->node,
                     candidate_score(best));
}

/* A score above one, or any score of a kitchen without capacity: somebody divided by nought and
 * went on with infinity (CHEF-T10). */
static void judge_possible(const struct ledger_context *context, const struct ledger_order *order)
{
    assert(ledger_is_kitchen(context->ledger, order->kitchen));
    const struct ledger_kitchen *kitchen = ledger_kitchen(context->ledger, order->kitchen);
    if (order->score > SCORE_MAX || kitchen->capacity == 0)
        ledger_break(context, LEDGER_CHECK_SCORE_POSSIBLE, order->order,
                     KITCHENS_WORD_SCORE_IMPOSSIBLE, order->kitchen, order->score,
                     kitchen->capacity, 0);
}

/* ---- The herd: assignments of one refresh, by places ---- */

struct herd {
    uint32_t open;    /* kitchens that are trusted */
    uint64_t places;  /* theirs */
    uint64_t tickets; /* orders given to them and not cooked */
};

/* Shares are measured by places, not by kitchens: a kitchen twice as large gets twice as much and
 * is no herd. Who is on probation gets one ticket whatever its places, and counts for nothing. */
static struct herd herd_of(const struct ledger *ledger)
{
    struct herd herd = {0};
    for (uint32_t i = 0; i < ledger->kitchen_count; i++) {
        const struct ledger_kitchen *kitchen = &ledger->kitchens[i];
        if (kitchen->belief != LEDGER_BELIEF_OPEN || kitchen->probation)
            continue;
        herd.open++;
        herd.places += kitchen->capacity;
        herd.tickets += kitchen->committed;
    }
    return herd;
}

/* Many orders came between two reports, and this kitchen got more than twice its share of them,
 * although it holds more than twice as much as the others already (CHEF-T02). */
static void judge_herd(const struct ledger_context *context, uint32_t node)
{
    assert(ledger_is_kitchen(context->ledger, node));
    assert(context->note != NULL);
    struct ledger *ledger = context->ledger;
    const struct ledger_kitchen *kitchen = ledger_kitchen(ledger, node);
    /* The cheap reasons to say nothing come first: this runs at every assignment. */
    if (ledger->herd_total < 2 * HERD_ORDERS_A_KITCHEN || kitchen->capacity == 0 ||
        kitchen->probation || ledger->herd_voided == ledger->herd_round ||
        ledger->herd_told == ledger->herd_round)
        return;
    struct herd herd = herd_of(ledger);
    if (herd.open < 2 || ledger->herd_total < herd.open * HERD_ORDERS_A_KITCHEN)
        return;
    uint64_t share =
        kitchen->herd * herd.places * 100 / ((uint64_t)ledger->herd_total * kitchen->capacity);
    bool full =
        kitchen->committed * herd.places * 100 > HERD_RATIO_MAX * herd.tickets * kitchen->capacity;
    if (share <= HERD_RATIO_MAX || !full)
        return;
    ledger->herd_told = ledger->herd_round;
    ledger_break(context, LEDGER_CHECK_BALANCED_HERD, context->note->subject, KITCHENS_WORD_HERD,
                 node, kitchen->herd, ledger->herd_total, (int64_t)share);
}

/* A refresh is one heartbeat interval: within it the dispatcher hears each kitchen once.
 *
 * Rounds are cut from true time, the same for all kitchens, by the heartbeat's interval as it is
 * set now. */
static void herd_refresh(const struct ledger_context *context)
{
    struct ledger *ledger = context->ledger;
    int64_t refresh_ns = context->world->env->settings[KITCHENS_SET_HEARTBEAT_MS] * LEDGER_MS_NS;
    uint32_t round = refresh_ns <= 0 ? 1 : 1 + (uint32_t)(context->note->time_ns / refresh_ns);
    if (round == ledger->herd_round)
        return;
    ledger->herd_round = round;
    ledger->herd_total = 0;
    for (uint32_t i = 0; i < ledger->kitchen_count; i++)
        ledger->kitchens[i].herd = 0;
}

static void herd_count(const struct ledger_context *context, uint32_t node)
{
    herd_refresh(context);
    context->ledger->herd_total++;
    ledger_kitchen(context->ledger, node)->herd++;
    judge_herd(context, node);
}

/* Who is alone for a moment gets everything: the rest of this refresh says nothing. */
void ledger_judge_kitchens_changed(const struct ledger_context *context)
{
    herd_refresh(context);
    context->ledger->herd_voided = context->ledger->herd_round;
}

/* The herd is judged for the weighted score alone: round robin sends everybody his turn whatever
 * the load, and that is its nature, not a bug. */
void ledger_judge_assigned(const struct ledger_context *context, const struct ledger_order *order,
                           bool decided)
{
    bool scored = context->note->args[2] == KITCHENS_WEIGHTED_SCORE;
    if (decided)
        judge_best(context, order);
    judge_possible(context, order);
    if (scored)
        herd_count(context, order->kitchen);
}

/* ---- Hand-overs and kitchens ---- */

/* Orders that this kitchen has let go and nobody has yet.
 *
 * Orders handed on by the target itself in the same cycle are still committed to it here, and are
 * no load any more. Counted only when it matters: a walk through the records. */
static int64_t released_by(const struct ledger *ledger, uint32_t node)
{
    int64_t count = 0;
    for (uint32_t i = 0; i < ledger->order_fresh; i++)
        count +=
            ledger->orders[i].phase == LEDGER_PHASE_HANDOVER && ledger->orders[i].kitchen == node;
    return count;
}

/* With all that is on its way to it, a target stays within the overload threshold (CHEF-T03). */
void ledger_judge_offered(const struct ledger_context *context, uint32_t target)
{
    assert(ledger_is_kitchen(context->ledger, target));
    const struct ledger_kitchen *kitchen = ledger_kitchen(context->ledger, target);
    int64_t threshold_pct = context->world->env->settings[KITCHENS_SET_OVERLOAD_THRESHOLD];
    int64_t tickets = (int64_t)kitchen->committed + kitchen->incoming;
    if (tickets * 100 > threshold_pct * kitchen->capacity)
        tickets -= released_by(context->ledger, target);
    if (tickets * 100 > threshold_pct * kitchen->capacity)
        ledger_break(context, LEDGER_CHECK_NO_OVERLOADED_TARGET, context->note->subject,
                     KITCHENS_WORD_TARGET_OVERLOADED, target, tickets, kitchen->capacity,
                     threshold_pct);
}

/* May one kitchen more be ejected? Beyond the panic threshold the dispatcher has to keep it. */
static bool may_eject(const struct ledger_context *context)
{
    const struct ledger *ledger = context->ledger;
    uint32_t known = 0;
    uint32_t out = 0;
    for (uint32_t i = 0; i < ledger->kitchen_count; i++) {
        uint8_t belief = ledger->kitchens[i].belief;
        known += belief != LEDGER_BELIEF_UNKNOWN && belief != LEDGER_BELIEF_LEFT;
        out += belief == LEDGER_BELIEF_EJECTED || belief == LEDGER_BELIEF_CLOSED;
    }
    return (int64_t)(out + 1) * 100 <=
           context->world->env->settings[KITCHENS_SET_PANIC_PCT] * known;
}

/* Time of a dish: the slowest word of a kitchen about its own, or what the menu says. */
static int64_t dish_ms(const struct ledger_context *context)
{
    const struct kitchens_plan *plan = context->plan;
    int64_t sum_ms = 0;
    for (uint32_t i = 0; i < plan->dish_count; i++)
        sum_ms += plan->dishes[i].preparation_ms;
    assert(plan->dish_count > 0);
    int64_t longest_ms = sum_ms / plan->dish_count;
    for (uint32_t i = 0; i < plan->kitchen_count; i++) {
        int64_t average_ms = context->ledger->kitchens[i].average_ms;
        longest_ms = average_ms > longest_ms ? average_ms : longest_ms;
    }
    return longest_ms;
}

/* How long a kitchen may hold orders without finishing one: so many times what a full rail takes
 * with all its cooks, and never less than a floor that a slow oven or a short cut in the road
 * explains. */
static int64_t black_hole_ns(const struct ledger_kitchen *kitchen, int64_t one_ms)
{
    assert(one_ms > 0);
    int64_t cooks = kitchen->cooks == 0 ? 1 : kitchen->cooks;
    int64_t rail_ns =
        BLACK_HOLE_FACTOR * one_ms * (kitchen->capacity + cooks) / cooks * LEDGER_MS_NS;
    int64_t least_ns = BLACK_HOLE_S * LEDGER_SECOND_NS;
    return rail_ns > least_ns ? rail_ns : least_ns;
}

/* A kitchen that takes orders and finishes none must lose the dispatcher's trust (CHEF-T08). */
static void judge_black_holes(const struct ledger_context *context)
{
    struct ledger *ledger = context->ledger;
    int64_t now_ns = context->world->time_ns;
    /* A promise binds only who can keep it: with ejection switched off, or the dispatcher down,
     * nobody has promised to find a black hole. */
    bool promised = context->world->env->settings[KITCHENS_SET_EJECTION] != 0 &&
                    ledger->dispatcher_up && !ledger->dispatcher_paused;
    int64_t one_ms = dish_ms(context);
    for (uint32_t i = 0; i < ledger->kitchen_count; i++) {
        struct ledger_kitchen *kitchen = &ledger->kitchens[i];
        if (!promised || kitchen->committed == 0 || kitchen->belief != LEDGER_BELIEF_OPEN) {
            kitchen->progress_ns = now_ns;
            continue;
        }
        int64_t idle_ns = now_ns - kitchen->progress_ns;
        if (idle_ns > black_hole_ns(kitchen, one_ms) && may_eject(context)) {
            ledger_break(context, LEDGER_CHECK_NO_BLACK_HOLE, NODE_NONE, KITCHENS_WORD_BLACK_HOLE,
                         KITCHENS_FIRST + i, idle_ns / LEDGER_MS_NS, kitchen->committed, 0);
            kitchen->progress_ns = now_ns; /* the next one counts anew */
        }
    }
}

/* Is some kitchen trusted, at work, and not full? */
static bool is_room(const struct ledger *ledger, int64_t now_ns)
{
    for (uint32_t i = 0; i < ledger->kitchen_count; i++) {
        const struct ledger_kitchen *kitchen = &ledger->kitchens[i];
        if (kitchen->belief == LEDGER_BELIEF_OPEN && kitchen->up && !kitchen->leaving &&
            kitchen->committed < kitchen->capacity && kitchen->finished_ns > 0 &&
            now_ns - kitchen->finished_ns < AT_WORK_S * LEDGER_SECOND_NS)
            return true;
    }
    return false;
}

/* How long an order may wait although somebody seems to have room. A kitchen that comes back from
 * ejection gets one ticket until it has finished it, and one that vanished counts as open until it
 * is suspected: that is room which nobody uses at once. So two dishes and the suspicion; four times
 * the menu's longest, as chance and a cook who is no specialist can make a dish half as long again. */
static int64_t starved_ns(const struct ledger_context *context)
{
    const struct kitchens_plan *plan = context->plan;
    int64_t longest_ms = 0;
    for (uint32_t i = 0; i < plan->dish_count; i++) {
        int64_t dish_ms = plan->dishes[i].preparation_ms;
        longest_ms = dish_ms > longest_ms ? dish_ms : longest_ms;
    }
    int64_t suspect_ms = context->world->env->settings[KITCHENS_SET_SUSPECT_MS];
    int64_t patience_ns = (STARVED_DISHES * longest_ms + suspect_ms) * LEDGER_MS_NS;
    int64_t least_ns = STARVED_S * LEDGER_SECOND_NS;
    return patience_ns > least_ns ? patience_ns : least_ns;
}

/* An order must not wait for ever while others could cook it (CHEF-T11). Who waits in the line of
 * one kitchen, as round robin has it, is served when that one is. */
static void judge_starved(const struct ledger_context *context)
{
    struct ledger *ledger = context->ledger;
    int64_t now_ns = context->world->time_ns;
    if (ledger->waiting == 0 || !ledger->dispatcher_up || ledger->dispatcher_paused ||
        !is_room(ledger, now_ns)) {
        ledger->room_ns = now_ns;
        return;
    }
    int64_t patience_ns = starved_ns(context);
    for (uint32_t i = 0; i < ledger->order_fresh; i++) {
        const struct ledger_order *order = &ledger->orders[i];
        if (order->phase != LEDGER_PHASE_WAITING || order->reason == KITCHENS_WAIT_ITS_KITCHEN)
            continue;
        int64_t since_ns =
            order->placed_ns + (int64_t)ledger_order_told(ledger, order) * LEDGER_UNIT_NS;
        since_ns = since_ns > ledger->room_ns ? since_ns : ledger->room_ns;
        if (now_ns - since_ns > patience_ns) {
            ledger_break(context, LEDGER_CHECK_EVERY_ORDER_SERVED, order->order,
                         KITCHENS_WORD_STARVED, (now_ns - since_ns) / LEDGER_SECOND_NS, 0, 0, 0);
            ledger->room_ns = now_ns; /* the next one counts anew */
            return;
        }
    }
}

void ledger_judge_tick(const struct ledger_context *context)
{
    judge_black_holes(context);
    judge_starved(context);
}

/* ---- Findings ---- */

static void finding_of(const struct ledger_witness *witness, struct system_finding *finding)
{
    *finding = (struct system_finding){
        .verdict = witness->count == 0 ? SYSTEM_PASS : SYSTEM_FAIL,
        .expected = 0,
        .actual = witness->count,
        .subject = witness->count == 0 ? NODE_NONE : witness->subject,
        .at_ns = witness->at_ns,
        .first_event = witness->first_event,
        .last_event = witness->last_event,
        .reason = {.word =
                       witness->count == 0 ? KITCHENS_WORD_NOTHING_BROKEN : (uint16_t)witness->word,
                   .subject = witness->count == 0 ? NODE_NONE : witness->subject,
                   .args = {witness->args[0], witness->args[1], witness->args[2],
                            witness->args[3]}},
    };
}

/* Orders that were not followed may hide anything: no promise about each order can be confirmed. */
static void finding_doubt(const struct ledger *ledger, struct system_finding *finding)
{
    if (ledger->counts.not_followed == 0 || finding->verdict != SYSTEM_PASS)
        return;
    finding->verdict = SYSTEM_UNKNOWN;
    finding->reason = (struct node_reason){.word = KITCHENS_WORD_TOO_MANY_TO_JUDGE,
                                           .subject = NODE_NONE,
                                           .args = {(int64_t)ledger->counts.not_followed}};
}

/* At rest, an order that was confirmed and is in nobody's hands is lost; one that somebody still
 * holds, or that never got an answer, was not served. (What a courier carries is not awaited.) */
static bool is_lost_at_rest(const struct ledger_order *order)
{
    bool forgotten = (order->flags & (LEDGER_UNHEARD | LEDGER_FORGOTTEN)) != 0;
    return order->outcome == LEDGER_OPEN && order->cooked == 0 && forgotten &&
           (order->flags & LEDGER_CONFIRMED) != 0;
}

/* Whoever gave up without ever being confirmed has been promised nothing. */
static bool is_unserved_at_rest(const struct ledger_order *order)
{
    bool nobody_asks =
        (order->flags & LEDGER_GIVEN_UP) != 0 && (order->flags & LEDGER_CONFIRMED) == 0;
    return ledger_is_uncooked(order) && !nobody_asks && !is_lost_at_rest(order);
}

/* At rest the witness is the first record found and the moment of judging: there is no single event
 * at which something did not happen. */
static struct ledger_witness witness_at_rest(const struct ledger_order *order, int64_t now_ns,
                                             enum kitchens_word word)
{
    assert(word == KITCHENS_WORD_LOST_AFTER_CONFIRMED || word == KITCHENS_WORD_NEVER_SERVED);
    bool lost = word == KITCHENS_WORD_LOST_AFTER_CONFIRMED;
    return (struct ledger_witness){
        .subject = order->order,
        .word = word,
        .at_ns = now_ns,
        .args = {1, lost ? 0 : order->blocked,
                 order->kitchen == LEDGER_NO_KITCHEN ? -1 : order->kitchen, 0}};
}

/* Scans all records: only for the final judgement. */
static void judge_at_rest(const struct ledger *ledger, int64_t now_ns,
                          struct system_finding *findings)
{
    struct ledger_witness lost = ledger->witness[LEDGER_CHECK_NO_ORDER_LOST];
    struct ledger_witness unserved = ledger->witness[LEDGER_CHECK_EVERY_ORDER_SERVED];
    for (uint32_t i = 0; i < ledger->order_fresh; i++) {
        const struct ledger_order *order = &ledger->orders[i];
        struct ledger_witness first;
        if (order->phase != 0 && is_lost_at_rest(order)) {
            first = witness_at_rest(order, now_ns, KITCHENS_WORD_LOST_AFTER_CONFIRMED);
            witness_add(&lost, &first);
        } else if (order->phase != 0 && is_unserved_at_rest(order)) {
            first = witness_at_rest(order, now_ns, KITCHENS_WORD_NEVER_SERVED);
            witness_add(&unserved, &first);
        }
    }
    if (lost.count > 0 && lost.word == KITCHENS_WORD_LOST_AFTER_CONFIRMED)
        lost.args[0] = lost.count;
    if (unserved.count > 0 && unserved.word == KITCHENS_WORD_NEVER_SERVED)
        unserved.args[0] = unserved.count;
    finding_of(&lost, &findings[LEDGER_CHECK_NO_ORDER_LOST]);
    finding_of(&unserved, &findings[LEDGER_CHECK_EVERY_ORDER_SERVED]);
}

/* Reads, and changes nothing: the same ledger may be judged again and again while the run goes on,
 * and its fork may be judged finally. */
void kitchens_judge(const void *memory, const struct node_world *world, bool final,
                    struct system_finding *findings)
{
    const struct ledger *ledger = memory;
    for (uint32_t i = 0; i < LEDGER_CHECK_COUNT; i++)
        finding_of(&ledger->witness[i], &findings[i]);
    if (final)
        judge_at_rest(ledger, world->time_ns, findings);
    for (uint32_t i = 0; i < LEDGER_CHECK_COUNT; i++) {
        if (KITCHENS_CHECKS[i].history)
            finding_doubt(ledger, &findings[i]);
    }
}
