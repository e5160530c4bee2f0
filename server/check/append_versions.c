/* append_versions.c - the order of the versions of each key, from its longest read (append.h). */
#include "check/append.h"

#include <assert.h>
#include <string.h>

/* Names the writers of a key's longest list, place by place. */
static void order_key(struct append_history *append, struct append_key *key)
{
    const struct append_micro *longest = &append->micros[key->longest];
    for (uint32_t i = 0; i < longest->length; i++) {
        uint32_t write =
            append_find_write(append, (uint32_t)(key - append->keys), &longest->items[i]);
        append->raw[key->raw + i] = write;
        if (write == APPEND_NONE) {
            key->phantom_at = i < key->phantom_at ? i : key->phantom_at;
        } else if (append->writes[write].place != APPEND_NONE) {
            key->twice_at = i < key->twice_at ? i : key->twice_at;
            continue;
        } else {
            bool aborted = append_outcome(append, append->writes[write].transaction) == CHECK_FAIL;
            key->aborted_at = aborted && i < key->aborted_at ? i : key->aborted_at;
            append->writes[write].place = key->version_count;
        }
        append->versions[key->raw + key->version_count++] = write;
    }
}

/* Whether one list is a beginning of the other, which is not shorter. */
static bool begins(const struct append_micro *read, const struct append_micro *longest)
{
    assert(read->length <= longest->length);
    if (read->items == longest->items) {
        return true;
    }
    for (uint32_t i = 0; i < read->length; i++) {
        if (!check_table_same(&read->items[i], &longest->items[i])) {
            return false;
        }
    }
    return true;
}

bool append_order(struct append_history *append, struct check_budget *budget)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < append->key_count; i++) {
        struct append_key *key = &append->keys[i];
        key->raw = (uint32_t)sum;
        sum += key->longest == APPEND_NONE ? 0 : append->micros[key->longest].length;
        if (sum > GRAPH_NODES_MAX) {
            budget->why = "memory";
            return false;
        }
    }
    append->raw = check_budget_take(budget, sum, sizeof *append->raw);
    append->versions = check_budget_take(budget, sum, sizeof *append->versions);
    if (append->raw == NULL || append->versions == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < append->key_count; i++) {
        if (append->keys[i].longest != APPEND_NONE) {
            order_key(append, &append->keys[i]);
        }
    }
    for (uint32_t i = 0; i < append->micro_count; i++) {
        struct append_micro *read = &append->micros[i];
        if (read->append != APPEND_NONE || read->length == APPEND_NONE || read->length == 0) {
            continue;
        }
        read->strange = !begins(read, &append->micros[append->keys[read->key].longest]);
        if (!check_budget_spend(budget, read->length)) {
            return false;
        }
    }
    return true;
}

uint32_t append_previous(const struct append_history *append, const struct append_write *write)
{
    const struct append_key *key = &append->keys[write->key];
    uint32_t place = write->place != APPEND_NONE ? write->place : key->version_count;
    assert(place <= key->version_count);
    return place == 0 ? APPEND_NONE : append->versions[key->raw + place - 1];
}

uint32_t append_seen_last(const struct append_history *append, const struct append_micro *read)
{
    assert(read->append == APPEND_NONE);
    if (read->length == 0 || read->length == APPEND_NONE) {
        return APPEND_NONE;
    }
    if (read->strange) {
        return append_find_write(append, read->key, &read->items[read->length - 1]);
    }
    return append->raw[append->keys[read->key].raw + read->length - 1];
}

bool append_sees(const struct append_history *append, const struct append_micro *read,
                 const struct append_write *write)
{
    assert(read->append == APPEND_NONE && read->length != APPEND_NONE && read->key == write->key);
    bool fits = !read->strange && read->length <= append->keys[read->key].twice_at;
    for (uint32_t i = 0; !fits && i < read->length; i++) {
        if (check_table_same(&read->items[i], write->value)) {
            return true;
        }
    }
    return false;
}
