/* table.c - a hash table of indices (table.h). */
#include "check/table.h"

bool check_table_open(struct check_table *table, struct check_budget *budget, uint32_t capacity)
{
    uint64_t slots = 8;
    while (slots < (uint64_t)capacity * 2) {
        slots *= 2;
    }
    *table = (struct check_table){.mask = (uint32_t)(slots - 1), .capacity = capacity};
    table->slots = check_budget_take(budget, slots, sizeof *table->slots);
    return table->slots != NULL;
}
