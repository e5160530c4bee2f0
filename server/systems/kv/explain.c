/* explain.c: everything known about one operation: what was asked, of whom, under which promise, what
 * came of it, and what was true when it began. */
#include "base/json_writer.h"
#include "systems/kv/ledger.h"

enum { MS_DECIMALS = 3, NS_PER_US = 1000 };

static void add_version(struct json_writer *writer, const char *name,
                        const struct ledger_version *version)
{
    if (version->dot == 0) {
        json_null(writer, name);
        return;
    }
    json_object(writer, name);
    json_i64(writer, "value", version->value);
    json_bool(writer, "deleted", kv_ledger_is_deleted(version->dot));
    json_i64(writer, "writer", (version->dot >> 1 & 0x7f) - 1);
    json_i64(writer, "counter", version->dot >> 8);
    json_decimal(writer, "wall_ms", version->wall_ns / NS_PER_US, MS_DECIMALS);
    if (version->op != 0)
        json_u64(writer, "op", version->op);
    json_close(writer);
}

bool kv_explain(const void *memory, const struct node_world *world, uint32_t subject,
                struct json_writer *writer)
{
    const struct kv_ledger *ledger = memory;
    const struct kv_plan *plan = world->env->plan;
    const struct ledger_op *op = NULL;
    for (uint32_t i = 0; i < LEDGER_OPEN && op == NULL && subject != 0; i++)
        if (ledger->ops[i].op == subject)
            op = &ledger->ops[i];
    if (op == NULL)
        return false;
    uint32_t key = KV_WHAT_KEY(op->what);
    json_u64(writer, "op", op->op);
    json_string(writer, "function", KV_FUNCTIONS[KV_WHAT_FUNCTION(op->what)]);
    json_string(writer, "level", KV_LEVELS[KV_WHAT_LEVEL(op->what)]);
    json_string(writer, "key", plan->keys[key]);
    json_u64(writer, "replica", op->node);
    json_u64(writer, "process", KV_WHAT_PROCESS(op->what));
    if (op->batch != 0)
        json_u64(writer, "batch", op->batch);
    json_array(writer, "homes");
    for (uint32_t i = 0; i < kv_copies(plan, world->env->settings); i++)
        json_u64(writer, NULL, kv_home(plan, kv_range(plan, key), i));
    json_close(writer);
    json_decimal(writer, "invoked_ms", op->invoked_ns / NS_PER_US, MS_DECIMALS);
    json_bool(writer, "open", op->open);
    if (!op->open) {
        json_string(writer, "result", KV_ERRORS[op->result]);
        json_decimal(writer, "latency_ms", (op->ended_ns - op->invoked_ns) / NS_PER_US,
                     MS_DECIMALS);
        json_i64(writer, "value", op->value);
        json_u64(writer, "siblings", op->siblings);
        json_bool(writer, "stale", op->stale);
        json_decimal(writer, "staleness_ms", op->staleness_ns / NS_PER_US, MS_DECIMALS);
    }
    json_u64(writer, "read_repairs", op->repairs);
    add_version(writer, "acknowledged_before", &op->floor);
    add_version(writer, "read_before", &op->seen);
    add_version(writer, "written", &op->written);
    return true;
}
