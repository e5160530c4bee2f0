/* append_load.c - takes a history of lists apart: transactions, keys, writes (append.h). */
#include "check/append.h"
#include "check/micro.h"

#include <assert.h>

static uint32_t find_key(struct append_history *append, const struct check_value *name)
{
    uint64_t hash = check_table_hash(name, 0);
    uint32_t at = (uint32_t)hash;
    for (;;) {
        uint32_t key = check_table_next(&append->key_table, hash, &at);
        if (key == CHECK_TABLE_NONE) {
            break;
        }
        if (check_table_same(&append->keys[key].name, name)) {
            return key;
        }
    }
    uint32_t key = append->key_count++;
    append->keys[key] = (struct append_key){.name = *name,
                                            .longest = APPEND_NONE,
                                            .phantom_at = APPEND_NONE,
                                            .aborted_at = APPEND_NONE,
                                            .twice_at = APPEND_NONE};
    check_table_put(&append->key_table, hash, key);
    return key;
}

uint32_t append_find_write(const struct append_history *append, uint32_t key,
                           const struct check_value *value)
{
    uint64_t hash = check_table_hash(value, key + 1);
    uint32_t at = (uint32_t)hash;
    for (;;) {
        uint32_t write = check_table_next(&append->write_table, hash, &at);
        if (write == CHECK_TABLE_NONE) {
            return APPEND_NONE;
        }
        if (append->writes[write].key == key &&
            check_table_same(append->writes[write].value, value)) {
            return write;
        }
    }
}

static void load_write(struct append_history *append, struct append_micro *micro,
                       uint32_t transaction, const struct check_value *value)
{
    assert(value != NULL && micro->append == APPEND_NONE);
    uint32_t write = append->write_count++;
    if (append_find_write(append, micro->key, value) != APPEND_NONE &&
        append->written_twice == APPEND_NONE) {
        append->written_twice = write;
    }
    append->writes[write] = (struct append_write){.key = micro->key,
                                                  .transaction = transaction,
                                                  .micro = (uint32_t)(micro - append->micros),
                                                  .place = APPEND_NONE,
                                                  .value = value};
    micro->append = write;
    check_table_put(&append->write_table, check_table_hash(value, micro->key + 1), write);
}

static void load_read(struct append_history *append, struct append_micro *micro,
                      const struct check_value *list)
{
    assert(micro->append == APPEND_NONE && micro->length == APPEND_NONE);
    bool seen = list != NULL && list->kind == CHECK_LIST;
    micro->length = seen ? list->count : 0;
    micro->items = seen ? list->items : NULL;
    struct append_key *key = &append->keys[micro->key];
    uint32_t longest = key->longest == APPEND_NONE ? 0 : append->micros[key->longest].length;
    if (micro->length > longest) {
        key->longest = (uint32_t)(micro - append->micros);
    }
}

static void load_micros(struct append_history *append, uint32_t transaction)
{
    const struct check_operation *operation = &append->history->operations[transaction];
    const struct check_value *list = micro_list(operation);
    uint32_t count = list->kind == CHECK_LIST ? list->count : 0;
    append->transactions[transaction] =
        (struct append_transaction){.first = append->micro_count, .count = count};
    for (uint32_t i = 0; i < count; i++) {
        const struct check_value *item = &list->items[i];
        struct append_micro *micro = &append->micros[append->micro_count++];
        *micro = (struct append_micro){
            .key = find_key(append, micro_key(item)), .append = APPEND_NONE, .length = APPEND_NONE};
        if (micro_writes(item)) {
            load_write(append, micro, transaction, micro_value(item));
        } else if (micro_answered(operation)) {
            load_read(append, micro, micro_value(item));
        }
    }
}

static bool take_room(struct append_history *append, struct check_budget *budget, uint32_t count)
{
    append->transactions =
        check_budget_take(budget, append->history->count, sizeof *append->transactions);
    append->micros = check_budget_take(budget, count, sizeof *append->micros);
    append->writes = check_budget_take(budget, count, sizeof *append->writes);
    append->keys = check_budget_take(budget, count, sizeof *append->keys);
    return append->transactions != NULL && append->micros != NULL && append->writes != NULL &&
           append->keys != NULL && check_table_open(&append->key_table, budget, count) &&
           check_table_open(&append->write_table, budget, count);
}

int append_load(const struct check_history *history, struct check_budget *budget,
                struct append_history *append, struct error *error)
{
    *append = (struct append_history){.history = history, .written_twice = APPEND_NONE};
    uint64_t micro_count;
    if (micro_check(history, "append", true, &micro_count, error) != 0) {
        return -1;
    }
    if (history->count > GRAPH_NODES_MAX / 8 || micro_count > GRAPH_NODES_MAX) {
        budget->why = "memory";
    }
    if (!take_room(append, budget, (uint32_t)micro_count)) {
        return -1;
    }
    for (uint32_t i = 0; i < history->count; i++) {
        load_micros(append, i);
    }
    assert(append->micro_count == micro_count);
    return check_budget_spend(budget, micro_count) ? 0 : -1;
}
