/* view.c: the city's part of a live frame: each kitchen as it is, and as it believes the pantry to be.
 *
 * "k": one list a kitchen: [node, truth, ready, its role in Raft (enum raft_role), term, who leads as
 *      far as it knows (-1: nobody), tasks at its desk, orders in its kitchen, lobsters left by its
 *      copy, newest delivery by its copy, price of a lobster, price of a soup, suspected (bits), keys
 *      with siblings, hints, who dispatches for it, the mode it goes by,
 *      the mode it is sealed for (-1: not)].
 * "pantry": one list a lobster: the order that has it, by each kitchen's copy in turn (0: nobody, of
 *      the newest delivery that this kitchen knows; -1: the kitchen is down).
 * "m": {mode, conflict}: the mode that is wished now.
 * "s": counts: [placed, confirmed, served, turned away, sold out, stale, oversold, named, lost].
 * A frame is whole or empty: nothing is sent while nothing was noted. */
#include "base/json_writer.h"
#include "systems/city/kitchen.h"
#include "systems/city/ledger.h"

static void view_kitchen(const struct node_world *world, uint32_t kitchen,
                         struct json_writer *writer)
{
    const struct city_kitchen *memory = world->state(world, kitchen);
    struct city_pantry pantry;
    city_ledger_pantry(world, kitchen, &pantry);
    json_array(writer, NULL);
    json_u64(writer, NULL, kitchen);
    json_u64(writer, NULL, (uint64_t)world->truth(world, kitchen));
    if (memory != NULL) {
        const struct raft *raft = &memory->store.raft;
        json_u64(writer, NULL, memory->store.ready);
        json_u64(writer, NULL, raft->role);
        json_u64(writer, NULL, raft->term);
        json_i64(writer, NULL, raft->leader == NODE_NONE ? -1 : (int64_t)raft->leader);
        json_u64(writer, NULL, desk_open(memory));
        json_u64(writer, NULL, stove_open(memory));
        json_u64(writer, NULL, pantry.left);
        json_u64(writer, NULL, pantry.delivery);
        json_i64(writer, NULL, pantry.price[CITY_LOBSTER]);
        json_i64(writer, NULL, pantry.price[CITY_SOUP]);
        json_u64(writer, NULL, memory->store.suspected);
        json_u64(writer, NULL, pantry.siblings);
        json_u64(writer, NULL, hints_count(&memory->store));
        json_u64(writer, NULL, stove_dispatcher(memory, world->env->plan, kitchen));
        json_u64(writer, NULL, memory->store.served.mode);
        json_i64(writer, NULL, memory->store.served.sealed ? memory->store.served.next : -1);
    }
    json_close(writer);
}

static void view_lobster(const struct node_world *world, uint32_t key, struct json_writer *writer)
{
    const struct city_plan *plan = world->env->plan;
    json_array(writer, NULL);
    for (uint32_t i = 0; i < city_kitchens(plan); i++) {
        int64_t claim = 0;
        int64_t delivery = 0;
        bool up = city_ledger_copy(world, i, key, &claim) &&
                  city_ledger_copy(world, i, city_key_delivery(plan), &delivery);
        bool nobody = city_is_free(claim, (uint32_t)delivery);
        int64_t order = nobody ? 0 : (int64_t)city_claim_order(claim);
        json_i64(writer, NULL, up ? order : -1);
    }
    json_close(writer);
}

static void view_counts(const struct city_ledger *ledger, const struct node_world *world,
                        struct json_writer *writer)
{
    uint32_t key = 0;
    uint32_t order = 0;
    json_array(writer, "s");
    json_u64(writer, NULL, ledger->placed);
    json_u64(writer, NULL, ledger->confirmed);
    json_u64(writer, NULL, ledger->served);
    json_u64(writer, NULL, city_ledger_turned_away(ledger));
    json_u64(writer, NULL, ledger->sold_out);
    json_u64(writer, NULL, ledger->stale);
    json_u64(writer, NULL, ledger->oversold);
    json_u64(writer, NULL, ledger->named);
    json_u64(writer, NULL, city_ledger_lost(ledger, world, &key, &order));
    json_close(writer);
}

uint64_t city_view(const void *memory, const struct node_world *world, uint64_t since,
                   struct json_writer *writer)
{
    const struct city_ledger *ledger = memory;
    const struct city_plan *plan = world->env->plan;
    if (since != 0 && since == ledger->notes + 1)
        return since;
    json_array(writer, "k");
    for (uint32_t i = 0; i < city_kitchens(plan); i++)
        view_kitchen(world, i, writer);
    json_close(writer);
    json_array(writer, "pantry");
    for (uint32_t key = 0; key < plan->lobsters; key++)
        view_lobster(world, key, writer);
    json_close(writer);
    json_object(writer, "m");
    json_i64(writer, "mode", city_wished_mode(world->env->settings));
    json_i64(writer, "conflict", world->env->settings[CITY_SET_CONFLICT]);
    json_close(writer);
    view_counts(ledger, world, writer);
    return ledger->notes + 1;
}
