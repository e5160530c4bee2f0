/* graph_order.c - the orders that a history has besides its data: of each process, and of real time
 * (graph.h). */
#include "check/graph.h"
#include "check/table.h"

#include <assert.h>

/* The latest answered operation of a process; the table's entries are places in it. */
struct latest {
    uint32_t process;
    uint32_t operation;
};

static struct latest *latest_of(struct check_table *table, struct latest *all, uint32_t process)
{
    uint64_t hash = draw_mix(process + 1u);
    uint32_t at = (uint32_t)hash;
    for (;;) {
        uint32_t index = check_table_next(table, hash, &at);
        if (index == CHECK_TABLE_NONE) {
            break;
        }
        if (all[index].process == process) {
            return &all[index];
        }
    }
    struct latest *fresh = &all[table->count];
    *fresh = (struct latest){.process = process, .operation = GRAPH_NONE};
    check_table_put(table, hash, table->count);
    return fresh;
}

uint32_t *graph_processes(const struct check_history *history, struct check_budget *budget)
{
    uint32_t *previous = check_budget_take(budget, history->count, sizeof *previous);
    struct check_block *mark = check_budget_mark(budget);
    struct latest *all = check_budget_take(budget, history->count, sizeof *all);
    struct check_table table;
    if (previous == NULL || all == NULL || !check_table_open(&table, budget, history->count)) {
        return NULL;
    }
    for (uint32_t i = 0; i < history->count; i++) {
        const struct check_operation *operation = &history->operations[i];
        previous[i] = GRAPH_NONE;
        if (operation->outcome != CHECK_FAIL) {
            struct latest *latest = latest_of(&table, all, operation->process);
            previous[i] = latest->operation;
            latest->operation = operation->outcome == CHECK_OK ? i : latest->operation;
        }
    }
    check_budget_release(budget, mark);
    return previous;
}

void graph_set_times(struct graph *graph, const struct check_history *history)
{
    const struct check_operation *operations = history->operations;
    assert(graph->moment_count == history->count);
    for (uint32_t i = 0; i < history->count; i++) {
        if (operations[i].outcome != CHECK_OK || operations[i].end == CHECK_NEVER) {
            continue;
        }
        uint32_t low = i + 1; /* the first operation that was called after the end of this one */
        uint32_t high = history->count;
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            assert(operations[middle].call >= operations[low].call);
            if (operations[middle].call <= operations[i].end) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        graph->after[i] = low;
    }
}
