/* modes.c: the steps of a switch of modes, applied; see modes.h. */
#include "systems/kv/modes.h"

#include <assert.h>

bool kv_step_valid(const void *bytes, uint32_t length, uint32_t key_count)
{
    struct kv_step step;
    if (length != sizeof step)
        return false;
    memcpy(&step, bytes, sizeof step);
    if (step.kind == KV_STEP_SEED)
        return step.key < key_count && step.mode <= 1 && step.origin <= KV_REPLICAS_MAX;
    return (step.kind == KV_STEP_SEAL || step.kind == KV_STEP_OPEN) && step.mode <= KV_MODE_HYBRID;
}

/* ---- Which keys ---- */

/* How many classes are strong in it. */
static uint32_t strength(uint32_t mode)
{
    static const uint8_t STRONG[] = {[KV_MODE_AP] = 0, [KV_MODE_HYBRID] = 1, [KV_MODE_CP] = 2};
    assert(mode <= KV_MODE_HYBRID);
    return STRONG[mode];
}

bool kv_tightens(uint32_t mode, uint32_t next)
{
    return strength(next) > strength(mode);
}

bool kv_moves(const struct kv_plan *plan, const struct kv_served *served, uint32_t key)
{
    return served->sealed &&
           kv_is_strong(plan, served->mode, key) != kv_is_strong(plan, served->next, key);
}

struct kv_served kv_served_of(const struct kv_modes *modes)
{
    return (struct kv_served){
        .epoch = modes->epoch, .mode = modes->mode, .next = modes->next, .sealed = modes->sealed};
}

bool kv_takes_strong(const struct kv_plan *plan, const struct kv_modes *modes, uint32_t key)
{
    struct kv_served served = kv_served_of(modes);
    return kv_is_strong(plan, modes->mode, key) && !kv_moves(plan, &served, key);
}

/* ---- Steps ---- */

static bool seal(struct kv_modes *modes, const struct kv_step *step)
{
    if (modes->sealed || step->mode == modes->mode)
        return false;
    modes->sealed = 1;
    modes->next = step->mode;
    return true;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* What leaves the log gets a version above all that the eventual store ever had. */
static void carry(struct kv_modes *modes, const struct kv_step *step)
{
    int64_t wall_ns = step->wall_ns > modes->wall_base_ns ? step->wall_ns : modes->wall_base_ns + 1;
    for (uint32_t which = strength(step->mode); which < strength(modes->mode); which++)
        modes->carried[which] = (struct kv_carried){
            .epoch = step->epoch, .counter = modes->counter_base + 1, .wall_ns = wall_ns};
    modes->wall_base_ns = wall_ns;
}

static bool open(struct kv_modes *modes, const struct kv_step *step)
{
    if (!modes->sealed || (step->mode != modes->next && step->mode != modes->mode))
        return false;
    if (step->mode != modes->mode && kv_tightens(modes->mode, step->mode)) {
        modes->counter_base = larger(modes->counter_base, step->counter);
        if (step->wall_ns > modes->wall_base_ns)
            modes->wall_base_ns = step->wall_ns;
    } else if (step->mode != modes->mode) {
        carry(modes, step);
    }
    modes->mode = step->mode;
    modes->next = step->mode;
    modes->sealed = 0;
    return true;
}

bool kv_modes_apply(struct kv_modes *modes, const struct kv_step *step)
{
    assert(step->kind == KV_STEP_SEAL || step->kind == KV_STEP_OPEN);
    if (step->epoch != modes->epoch + 1)
        return false;
    bool done = step->kind == KV_STEP_SEAL ? seal(modes, step) : open(modes, step);
    modes->epoch += done;
    return done;
}

void kv_carried_state(const struct kv_plan *plan, const struct kv_carried *carried, uint32_t key,
                      const struct machine_key *entry, struct kv_state *state)
{
    assert(carried->epoch > 0);
    assert(carried->counter > 0);
    uint32_t home = kv_range(plan, key);
    *state = (struct kv_state){.key = key, .count = 1};
    for (uint32_t i = 0; i < plan->replica_count; i++)
        state->clock[i] = carried->counter - 1;
    state->clock[home] = carried->counter;
    state->siblings[0] = (struct kv_sibling){.value = entry->there ? entry->value : 0,
                                             .wall_ns = carried->wall_ns,
                                             .counter = carried->counter,
                                             .node = (uint8_t)home,
                                             .deleted = !entry->there};
}
