/* lin_search.c - the search for an order (lin.h): configurations, deep first, each once.
 *
 * A configuration stands before an event. What follows without a choice is done in place (`run`): a call
 * opens its operation, a return of one that is in the order already closes it. At a return of one
 * that is not, `expand` makes the configurations that come next: the operation now, hidden, or another
 * one first. */
#include "check/lin_search.h"

#include "base/draw.h"

#include <assert.h>
#include <string.h>

enum { SLOTS_FIRST = 256, CHUNK_CONFIGURATIONS = 256, CHUNK_FIRST = 16 };

/* Behind it: `placed` and `hidden`, a bit for each slot, then a count for each pool. */
struct configuration {
    uint32_t state, event;
    uint32_t next; /* in the chain of the same key */
    uint32_t
        restricted; /* a write to this object + 1 that nobody could miss would be in vain; 0: none */
    uint64_t placed[];
};

struct search {
    const struct lin_plan *plan;
    const struct lin_problem *problem;
    struct check_budget *budget;
    struct lin_states states;
    uint32_t words;              /* of a set of slots */
    size_t size;                 /* of a configuration, in bytes */
    struct configuration **kept; /* by number */
    uint32_t kept_count, kept_capacity;
    char *chunk; /* room for more */
    uint32_t chunk_left, chunk_size;
    uint32_t *slots, slot_mask, slots_used; /* first of a key + 1; 0: free */
    uint32_t *stack, stack_count, stack_capacity;
    struct configuration *now, *child;
    uint32_t furthest; /* the last event that some configuration came to */
};

static bool bit(const uint64_t *set, uint32_t slot)
{
    return (set[slot / 64] >> (slot % 64) & 1) != 0;
}
static void bit_set(uint64_t *set, uint32_t slot)
{
    set[slot / 64] |= UINT64_C(1) << (slot % 64);
}
static void bit_clear(uint64_t *set, uint32_t slot)
{
    set[slot / 64] &= ~(UINT64_C(1) << (slot % 64));
}
static uint64_t *hidden(const struct search *search, struct configuration *configuration)
{
    return configuration->placed + search->words;
}
static uint16_t *used(const struct search *search, struct configuration *configuration)
{
    return (uint16_t *)(void *)(configuration->placed + 2 * (size_t)search->words);
}
static const struct lin_class *class_of(const struct search *search, uint32_t operation)
{
    return &search->problem->classes[search->problem->operations[operation].class];
}

/* ---- Which configurations were there ---- */

static uint64_t key_hash(const struct search *search, const struct configuration *configuration)
{
    uint64_t hash = draw_mix((uint64_t)configuration->state << 32 | configuration->event);
    for (uint32_t i = 0; i < search->words; i++) {
        hash = draw_mix(hash ^ configuration->placed[i]);
    }
    return hash;
}

static bool same_key(const struct search *search, const struct configuration *a,
                     const struct configuration *b)
{
    return a->state == b->state && a->event == b->event &&
           memcmp(a->placed, b->placed, search->words * sizeof *a->placed) == 0;
}

/* Does `a` allow all that `b`, of the same key, does? */
static bool dominates(const struct search *search, struct configuration *a, struct configuration *b)
{
    const uint64_t *hidden_a = hidden(search, a), *hidden_b = hidden(search, b);
    const uint16_t *used_a = used(search, a), *used_b = used(search, b);
    if (a->restricted != 0 && a->restricted != b->restricted) {
        return false;
    }
    for (uint32_t i = 0; i < search->words; i++) {
        if ((hidden_b[i] & ~hidden_a[i]) != 0) {
            return false;
        }
    }
    for (uint32_t i = 0; i < search->plan->pool_count; i++) {
        if (used_a[i] > used_b[i]) {
            return false;
        }
    }
    return true;
}

static uint32_t *key_slot(const struct search *search, const struct configuration *configuration)
{
    uint32_t at = (uint32_t)key_hash(search, configuration) & search->slot_mask;
    while (search->slots[at] != 0 &&
           !same_key(search, search->kept[search->slots[at] - 1], configuration)) {
        at = (at + 1) & search->slot_mask;
    }
    return &search->slots[at];
}

static bool grow_slots(struct search *search)
{
    uint32_t old_slots = search->slot_mask + 1, *old = search->slots;
    uint32_t *grown = 2 * old_slots == 0
                          ? NULL
                          : check_budget_take(search->budget, 2 * (size_t)old_slots, sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    search->slots = grown;
    search->slot_mask = 2 * old_slots - 1;
    for (uint32_t i = 0; i < old_slots; i++) {
        if (old[i] != 0) {
            *key_slot(search, search->kept[old[i] - 1]) = old[i];
        }
    }
    return true;
}

static struct configuration *room(struct search *search)
{
    if (search->chunk_left == 0) {
        search->chunk_size = search->chunk_size == 0                     ? CHUNK_FIRST
                             : search->chunk_size < CHUNK_CONFIGURATIONS ? search->chunk_size * 2
                                                                         : search->chunk_size;
        search->chunk = check_budget_take(search->budget, search->chunk_size, search->size);
        if (search->chunk == NULL) {
            return NULL;
        }
        search->chunk_left = search->chunk_size;
    }
    search->chunk_left--;
    struct configuration *result = (struct configuration *)(void *)search->chunk;
    search->chunk += search->size;
    return result;
}

/* Keeps a copy, unless one that allows as much was there: then LIN_NONE. Also when memory is out. */
static uint32_t visit(struct search *search, struct configuration *configuration)
{
    uint32_t *slot = key_slot(search, configuration);
    for (uint32_t i = *slot; i != 0; i = search->kept[i - 1]->next) {
        if (dominates(search, search->kept[i - 1], configuration)) {
            return LIN_NONE;
        }
    }
    void *kept = search->kept;
    struct configuration *copy = room(search);
    if (copy == NULL || !lin_grow(search->budget, &kept, search->kept_count, &search->kept_capacity,
                                  sizeof *search->kept)) {
        return LIN_NONE;
    }
    search->kept = kept;
    memcpy(copy, configuration, search->size);
    uint32_t number = search->kept_count++;
    search->slots_used += *slot == 0;
    copy->next = *slot;
    search->kept[number] = copy;
    *slot = number + 1;
    if (search->slots_used > search->slot_mask / 2 && !grow_slots(search)) {
        return LIN_NONE;
    }
    return number;
}

static void push(struct search *search, struct configuration *configuration)
{
    void *stack = search->stack;
    uint32_t number = visit(search, configuration);
    if (number == LIN_NONE || !lin_grow(search->budget, &stack, search->stack_count,
                                        &search->stack_capacity, sizeof *search->stack)) {
        return;
    }
    search->stack = stack;
    search->stack[search->stack_count++] = number;
}

/* ---- What operations do ---- */

static bool step(struct search *search, uint32_t state, uint32_t number, uint32_t *after)
{
    const struct lin_class *class = &search->problem->classes[number];
    if (class->kind != LIN_SIMPLE || !search->problem->scalar) {
        return lin_states_step(&search->states, state, number, after);
    }
    if (class->before != LIN_ANY && class->before != state) {
        return false;
    }
    *after = class->after == LIN_SAME ? state : class->after;
    return true;
}

/* Is the operation before it in its process, if both are open, in the order? */
static bool may_begin(const struct search *search, const struct configuration *configuration,
                      uint32_t operation)
{
    uint32_t before = search->plan->after[operation];
    if (before == LIN_NONE) {
        return true;
    }
    const struct lin_operation *earlier = &search->problem->operations[before];
    const struct lin_event *event = &search->plan->events[configuration->event];
    uint32_t place = event->end ? search->problem->operations[event->operation].end
                                : search->problem->operations[event->operation].call;
    return earlier->end < place || bit(configuration->placed, search->plan->slot[before]);
}

/* Reads among the open ones that are legal now come into the order; true: there was one. */
static bool place_reads(struct search *search, struct configuration *configuration,
                        const struct lin_event *event)
{
    bool any = false;
    for (uint32_t i = event->open_from; i < event->open_to; i++) {
        uint32_t operation = search->plan->open[i], slot = search->plan->slot[operation], same;
        if (class_of(search, operation)->read && !bit(configuration->placed, slot) &&
            may_begin(search, configuration, operation) &&
            step(search, configuration->state, search->problem->operations[operation].class,
                 &same)) {
            bit_set(configuration->placed, slot);
            any = true;
        }
    }
    return any;
}

static const struct lin_need *need_of(const struct search *search, uint32_t value)
{
    return value < search->plan->need_count ? &search->plan->needs[value] : NULL;
}

/* Has everybody come who needs what the object holds now, and holds only now? `but` is coming. */
static bool may_pass(const struct search *search, const struct lin_event *event, uint32_t but)
{
    const struct configuration *now = search->now;
    const struct lin_need *need = need_of(search, now->state);
    if (need == NULL || !need->single || !need->must) {
        return true;
    }
    if (need->last_event > now->event) {
        return false;
    }
    for (uint32_t i = event->open_from; i < event->open_to; i++) {
        uint32_t operation = search->plan->open[i];
        if (operation != but && class_of(search, operation)->before == now->state &&
            !bit(now->placed, search->plan->slot[operation])) {
            return false;
        }
    }
    return true;
}

/* Can a write stand unseen? */
static bool may_hide(const struct search *search, const struct lin_class *class)
{
    const struct lin_need *need = class->kind == LIN_SIMPLE ? need_of(search, class->after) : NULL;
    return need == NULL || !need->single || !need->must;
}

/* A write to the object took effect: open ones may stand unseen just before it. */
static void hide(struct search *search, struct configuration *configuration,
                 const struct lin_event *event, uint32_t object)
{
    for (uint32_t i = event->open_from; i < event->open_to; i++) {
        uint32_t operation = search->plan->open[i], slot = search->plan->slot[operation];
        const struct lin_class *class = class_of(search, operation);
        if ((lin_is_blind(class) || class->kind == LIN_APPEND) && class->object == object &&
            !bit(configuration->placed, slot) && may_begin(search, configuration, operation) &&
            may_hide(search, class)) {
            bit_set(hidden(search, configuration), slot);
        }
    }
}

/* ---- Choices ---- */

static bool needs(const struct lin_class *class, uint32_t object, uint32_t value)
{
    return class->kind != LIN_SIMPLE ||
           (class->object == object && class->before == value && class->after != LIN_SAME);
}

/* In a restricted configuration something must follow that needs just this value. */
static bool leads_on(const struct search *search, struct configuration *configuration,
                     const struct lin_event *event, uint32_t object, uint32_t value)
{
    for (uint32_t i = event->open_from; i < event->open_to; i++) {
        uint32_t operation = search->plan->open[i];
        const struct lin_class *class = class_of(search, operation);
        if (!bit(configuration->placed, search->plan->slot[operation]) &&
            (needs(class, object, value) ||
             (operation == event->operation && class->before == value))) {
            return true;
        }
    }
    for (uint32_t i = 0; i < search->plan->pool_count; i++) {
        if (needs(&search->problem->classes[search->plan->pools[i].class], object, value)) {
            return true;
        }
    }
    return false;
}

/* `now` with one more class in the order, as `child`; false: not legal or of no use. `operation`: the
 * one that comes; LIN_NONE: a crashed one. */
static bool make_child(struct search *search, const struct lin_event *event, uint32_t number,
                       uint32_t operation)
{
    const struct lin_class *class = &search->problem->classes[number];
    struct configuration *child = search->child;
    bool blind = lin_is_blind(class), optional = operation == LIN_NONE;
    if (blind && search->now->restricted == class->object + 1) {
        return false;
    }
    uint32_t state;
    if (!step(search, search->now->state, number, &state)) {
        return false;
    }
    if (optional && state == search->now->state) {
        return false; /* it changes nothing */
    }
    if (state != search->now->state && !may_pass(search, event, operation)) {
        return false;
    }
    memcpy(child, search->now, search->size);
    child->state = state;
    child->restricted =
        blind || class->kind == LIN_APPEND || (optional && class->kind == LIN_SIMPLE)
            ? class->object + 1
            : 0;
    return true;
}

/* What the object holds in that state. */
static uint32_t value_in(const struct search *search, uint32_t state, uint32_t object)
{
    return search->problem->scalar ? state : search->states.words[state][1 + object];
}

/* Is the child of any use? Then it is looked at later. `but`: the operation whose turn it is. */
static void push_child(struct search *search, const struct lin_event *event,
                       const struct lin_class *class, uint32_t but)
{
    struct configuration *child = search->child;
    if (class->kind != LIN_GENERAL && child->state != search->now->state) {
        uint32_t value = value_in(search, child->state, class->object);
        if (search->plan->seen != NULL &&
            !lin_seen_fits(search->plan, child->placed, search->now->event, class->object, value,
                           but)) {
            return;
        }
        if (child->restricted != 0 && !leads_on(search, child, event, class->object, value)) {
            return;
        }
    }
    push(search, child);
}

/* Another open operation first. */
static void try_open(struct search *search, const struct lin_event *event, uint32_t operation)
{
    struct configuration *child = search->child;
    const struct lin_class *class = class_of(search, operation);
    if (!may_begin(search, search->now, operation) ||
        !make_child(search, event, search->problem->operations[operation].class, operation)) {
        return;
    }
    bit_set(child->placed, search->plan->slot[operation]);
    bit_clear(hidden(search, child), search->plan->slot[operation]);
    if (lin_is_blind(class)) {
        hide(search, child, event, class->object);
    }
    if (place_reads(search, child, event)) {
        child->restricted = 0;
    }
    push_child(search, event, class, LIN_NONE);
}

/* A crashed operation first. */
static void try_pool(struct search *search, const struct lin_event *event, uint32_t number)
{
    const struct lin_pool *pool = &search->plan->pools[number];
    const struct lin_class *class = &search->problem->classes[pool->class];
    struct configuration *child = search->child;
    uint32_t next = pool->from + used(search, search->now)[number];
    if (next >= pool->to || search->plan->pooled[next].event > search->now->event ||
        used(search, search->now)[number] == UINT16_MAX ||
        !make_child(search, event, pool->class, LIN_NONE)) {
        return;
    }
    used(search, child)[number]++;
    if (lin_is_blind(class)) {
        hide(search, child, event, class->object);
    }
    if (place_reads(search, child, event)) {
        child->restricted = 0;
    }
    push_child(search, event, class, LIN_NONE);
}

static void close_operation(struct search *search, struct configuration *configuration,
                            uint32_t operation)
{
    bit_clear(configuration->placed, search->plan->slot[operation]);
    bit_clear(hidden(search, configuration), search->plan->slot[operation]);
    configuration->event++;
}

/* Is the other class one that could change what this one's object holds? */
static bool concerns(const struct lin_class *class, const struct lin_class *other)
{
    return class->kind == LIN_GENERAL || other->kind == LIN_GENERAL ||
           class->object == other->object;
}

/* `now` stands before the return of an operation that is not in the order. */
static void expand(struct search *search, const struct lin_event *event)
{
    const struct lin_class *class = class_of(search, event->operation);
    const struct lin_need *need = need_of(search, class->after);
    bool hides = bit(hidden(search, search->now), search->plan->slot[event->operation]);
    if (!check_budget_spend(search->budget,
                            search->plan->pool_count + event->open_to - event->open_from)) {
        return;
    }
    if (hides && need != NULL && need->single && !need->any) { /* nobody will ever know */
        close_operation(search, search->now, event->operation);
        push(search, search->now);
        return;
    }
    for (uint32_t i = search->plan->pool_count; i-- > 0;) {
        if (concerns(class, &search->problem->classes[search->plan->pools[i].class])) {
            try_pool(search, event, i);
        }
    }
    for (uint32_t i = event->open_to; i-- > event->open_from;) {
        uint32_t operation = search->plan->open[i];
        const struct lin_class *other = class_of(search, operation);
        if (operation != event->operation && !other->read && concerns(class, other) &&
            !bit(search->now->placed, search->plan->slot[operation])) {
            try_open(search, event, operation);
        }
    }
    if (may_begin(search, search->now, event->operation) &&
        make_child(search, event, search->problem->operations[event->operation].class,
                   event->operation)) {
        search->child->restricted = 0;
        if (lin_is_blind(class)) {
            hide(search, search->child, event, class->object);
        }
        bit_set(search->child->placed, search->plan->slot[event->operation]);
        (void)place_reads(search, search->child, event);
        close_operation(search, search->child, event->operation);
        push_child(search, event, class, event->operation);
    }
    if (hides &&
        (search->plan->seen == NULL || class->kind == LIN_GENERAL ||
         lin_seen_fits(search->plan, search->now->placed, search->now->event, class->object,
                       value_in(search, search->now->state, class->object), event->operation))) {
        memcpy(search->child, search->now, search->size);
        close_operation(search, search->child, event->operation);
        push(search, search->child);
    }
}

/* From the newest configuration on, as far as there is no choice. True: all events are done. */
static bool run(struct search *search)
{
    struct configuration *now = search->now;
    memcpy(now, search->kept[search->stack[--search->stack_count]], search->size);
    bool fresh = false; /* other than the one that was kept */
    for (; now->event < search->plan->event_count; fresh = true) {
        const struct lin_event *event = &search->plan->events[now->event];
        uint32_t operation = event->operation, slot = search->plan->slot[operation], same;
        if (!check_budget_spend(search->budget, 1)) {
            return false;
        }
        if (!event->end) {
            if (class_of(search, operation)->read && may_begin(search, now, operation) &&
                step(search, now->state, search->problem->operations[operation].class, &same)) {
                bit_set(now->placed, slot);
            }
            now->event++;
            continue;
        }
        search->furthest = now->event > search->furthest ? now->event : search->furthest;
        bool placed = bit(now->placed, slot);
        if (fresh && (!placed || search->stack_count > 0) && visit(search, now) == LIN_NONE) {
            return false;
        }
        if (!placed) {
            expand(search, event);
            return false;
        }
        close_operation(search, now, operation);
    }
    return true;
}

static bool open_search(struct search *search, const struct lin_plan *plan,
                        struct check_budget *budget)
{
    const struct lin_problem *problem = plan->problem;
    *search = (struct search){.plan = plan,
                              .problem = problem,
                              .budget = budget,
                              .words = (plan->slot_count + 63) / 64,
                              .slot_mask = SLOTS_FIRST - 1};
    size_t counts = ((size_t)plan->pool_count * sizeof(uint16_t) + 7) / 8 * 8;
    search->size = sizeof(struct configuration) + 2 * search->words * sizeof(uint64_t) + counts;
    search->slots = check_budget_take(budget, SLOTS_FIRST, sizeof *search->slots);
    search->now = check_budget_take(budget, 1, search->size);
    search->child = check_budget_take(budget, 1, search->size);
    return search->slots != NULL && search->now != NULL && search->child != NULL &&
           lin_states_open(&search->states, problem, budget, &search->now->state);
}

enum check_answer lin_search(const struct lin_problem *problem, struct check_budget *budget,
                             uint32_t *stuck)
{
    struct check_block *mark = check_budget_mark(budget);
    struct lin_values values = *problem->values;
    problem->values->budget = budget;
    struct lin_plan plan;
    struct search search;
    enum check_answer answer = CHECK_UNKNOWN;
    if (lin_prepare(problem, budget, &plan) && open_search(&search, &plan, budget)) {
        push(&search, search.now);
        for (uint32_t i = 0; i < problem->inits_count; i++) {
            search.now->state = problem->inits[i];
            push(&search, search.now);
        }
        bool found = false;
        while (search.stack_count > 0 && !found && budget->why == NULL) {
            found = run(&search);
        }
        if (found) {
            answer = CHECK_VALID;
        } else if (budget->why == NULL) {
            answer = CHECK_INVALID;
            *stuck = plan.events[search.furthest].operation;
        }
    }
    lin_values_restore(problem->values, &values);
    check_budget_release(budget, mark);
    return answer;
}
