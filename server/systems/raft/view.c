/* view.c: the council's part of a live frame, and what is known of one operation.
 *
 * "servers": one object a server that changed, all of them in a keyframe:
 *    {n, up, role, term, vote, leader, last, durable, commit, applied, image, voters, next, learners,
 *     deadline_us, wait_us, log}
 *   `up` is enum node_truth. `deadline_us` is the true virtual time at which its patience ends (a
 *   leader's: its next heartbeat), `wait_us` how long that was meant to be at most. `log` is the end of
 *   its log: [index of the first, term, term ...], at most LOG_SHOWN entries.
 * "patience": a number a server: virtual ms until `deadline_us`, -1 when it is down. Signs of life are
 *   not noted, so this is told in every frame: else the rings would run down while nobody asks.
 * "s": counts: [ok, fail, info, term, leader (-1: nobody), violations]. */
#include "systems/raft/ledger.h"
#include "systems/raft/server.h"

#include "base/json_writer.h"

enum { LOG_SHOWN = 24, NS_PER_US = 1000, US_PER_MS = 1000 };

static int64_t node_or_none(uint32_t node)
{
    return node == NODE_NONE ? -1 : (int64_t)node;
}

static void view_log(const struct raft *raft, struct json_writer *writer)
{
    uint64_t first = raft->last > LOG_SHOWN ? raft->last - LOG_SHOWN + 1 : 1;
    first = first > raft->begin ? first : raft->begin + 1;
    json_array(writer, "log");
    json_u64(writer, NULL, first);
    for (uint64_t index = first; index <= raft->last; index++) {
        json_u64(writer, NULL, raft_term_at(raft, index));
    }
    json_close(writer);
}

/* A server's own clock may differ from the true one: what is left of its patience counts. */
static int64_t deadline_us(const struct raft *raft, const struct node_world *world,
                           int64_t local_ns)
{
    int64_t due_ns = raft->role == RAFT_LEADER ? raft->heartbeat_ns : raft->election_ns;
    return (world->time_ns + due_ns - local_ns) / NS_PER_US;
}

static void view_server(const struct node_world *world, uint32_t server, int64_t boot_ns,
                        struct json_writer *writer)
{
    const struct council_server *memory = world->state(world, server);
    const int64_t *settings = world->env->settings;
    json_object(writer, NULL);
    json_u64(writer, "n", server);
    json_u64(writer, "up", (uint64_t)world->truth(world, server));
    if (memory != NULL) {
        const struct raft *raft = &memory->raft;
        bool leads = raft->role == RAFT_LEADER;
        json_u64(writer, "role", raft->role);
        json_u64(writer, "term", raft->term);
        json_i64(writer, "vote", node_or_none(raft->vote));
        json_i64(writer, "leader", node_or_none(raft->leader));
        json_u64(writer, "last", raft->last);
        json_u64(writer, "durable", raft->durable);
        json_u64(writer, "commit", raft->commit);
        json_u64(writer, "applied", raft->applied);
        json_u64(writer, "image", raft->image_index);
        json_u64(writer, "voters", raft->members.voters);
        json_u64(writer, "next", raft->members.next);
        json_u64(writer, "learners", raft->members.learners);
        json_i64(writer, "deadline_us", deadline_us(raft, world, world->time_ns - boot_ns));
        json_i64(writer, "wait_us",
                 settings[leads ? COUNCIL_SET_HEARTBEAT_MS : COUNCIL_SET_ELECTION_MAX_MS] * 1000);
        view_log(raft, writer);
    }
    json_close(writer);
}

static void view_patience(const struct council_ledger *ledger, const struct node_world *world,
                          struct json_writer *writer)
{
    const struct council_plan *plan = world->env->plan;
    int64_t now_us = world->time_ns / NS_PER_US;
    json_array(writer, "patience");
    for (uint32_t i = 0; i < plan->server_count; i++) {
        const struct council_server *memory = world->state(world, i);
        int64_t left_us = -US_PER_MS;
        if (memory != NULL) {
            int64_t local_ns = world->time_ns - ledger->boot_ns[i];
            left_us = deadline_us(&memory->raft, world, local_ns) - now_us;
            left_us = left_us > 0 ? left_us : 0;
        }
        json_i64(writer, NULL, left_us / US_PER_MS);
    }
    json_close(writer);
}

uint64_t council_view(const void *memory, const struct node_world *world, uint64_t since,
                      struct json_writer *writer)
{
    const struct council_ledger *ledger = memory;
    const struct council_plan *plan = world->env->plan;
    view_patience(ledger, world, writer);
    if (since != 0 && since == ledger->notes + 1) {
        return since;
    }
    json_array(writer, "servers");
    for (uint32_t i = 0; i < plan->server_count; i++) {
        if (since == 0 || ledger->changed[i] >= since) {
            view_server(world, i, ledger->boot_ns[i], writer);
        }
    }
    json_close(writer);
    json_array(writer, "s");
    json_u64(writer, NULL, ledger->ok);
    json_u64(writer, NULL, ledger->failed);
    json_u64(writer, NULL, ledger->unknown);
    json_u64(writer, NULL, ledger->term);
    json_i64(writer, NULL, node_or_none(ledger->leader));
    json_u64(writer, NULL, ledger->violations);
    json_close(writer);
    return ledger->notes + 1;
}

bool council_explain(const void *memory, const struct node_world *world, uint32_t subject,
                     struct json_writer *writer)
{
    const struct council_ledger *ledger = memory;
    const struct council_plan *plan = world->env->plan;
    const struct ledger_operation *one = &ledger->operations[subject % LEDGER_OPERATIONS];
    if (one->operation != subject || subject == 0) {
        return false;
    }
    json_u64(writer, "operation", one->operation);
    json_string(writer, "function", COUNCIL_FUNCTION_NAMES[COUNCIL_WHAT_FUNCTION(one->what)]);
    json_string(writer, "key", plan->keys[COUNCIL_WHAT_KEY(one->what)]);
    json_u64(writer, "process", COUNCIL_WHAT_PROCESS(one->what));
    json_u64(writer, "server", one->server);
    json_i64(writer, "value", one->value);
    json_bool(writer, "open", one->open);
    json_decimal(writer, "invoked_ms", one->invoked_ns / NS_PER_US, 3);
    if (!one->open) {
        json_string(writer, "result", COUNCIL_ERROR_NAMES[one->error]);
        json_decimal(writer, "latency_ms", (one->ended_ns - one->invoked_ns) / NS_PER_US, 3);
        json_u64(writer, "attempts", one->attempts);
        json_i64(writer, "read", one->result);
    }
    return true;
}
