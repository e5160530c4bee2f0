/* append_inside.c - anomalies inside one transaction, and updates of one version by two (append.h).
 *
 * internal: a read does not agree with what the transaction itself has read and appended before (axiom
 * INT of Cerone, Bernardi, Gotsman, "A framework for transactional consistency models with atomic
 * visibility", CONCUR 2015). future-read: it sees what the transaction appends only later.
 * lost-update: two transactions read the same version of a key and both append to it. */
#include "check/append.h"

#include <assert.h>

/* What a transaction knows about a key so far. */
struct known {
    uint32_t transaction;  /* whose this is, + 1 */
    uint32_t read;         /* the latest read (micro), or APPEND_NONE */
    uint32_t last, count;  /* the latest own append since, and how many there are */
    uint32_t first_read;   /* before any own append, or APPEND_NONE */
    uint32_t longest_read; /* of those that begin the key's longest list */
    bool wrote;
};

struct inside {
    const struct append_history *append;
    struct append_findings *findings;
    struct known *known;      /* of each key */
    uint32_t *before;         /* of an append (micro): the own append to that key before it */
    uint32_t *updaters;       /* of each version of each key: who read it and appended, + 1 */
    struct check_table table; /* the same for strange lists: micros that read them */
    uint32_t *owners;         /* in the order of `table`: who did */
    uint32_t *lists;          /* and the micro */
};

/* The own appends since the latest read stand at the list's end, in their order. */
static bool ends_with_own(const struct inside *inside, const struct append_micro *read,
                          const struct known *known)
{
    if (read->length < known->count) {
        return false;
    }
    uint32_t micro = known->last;
    for (uint32_t i = 0; i < known->count; i++) {
        const struct append_write *write =
            &inside->append->writes[inside->append->micros[micro].append];
        if (!check_table_same(&read->items[read->length - 1 - i], write->value)) {
            return false;
        }
        micro = inside->before[micro];
    }
    return true;
}

static bool begins_as_before(const struct inside *inside, const struct append_micro *read,
                             const struct known *known)
{
    if (known->read == APPEND_NONE) {
        return true;
    }
    const struct append_micro *before = &inside->append->micros[known->read];
    assert(before->key == read->key && before->length != APPEND_NONE);
    if ((uint64_t)before->length + known->count != read->length) {
        return false;
    }
    for (uint32_t i = 0; i < before->length && (read->strange || before->strange); i++) {
        if (!check_table_same(&before->items[i], &read->items[i])) {
            return false;
        }
    }
    return true;
}

static void tell_internal(const struct inside *inside, uint32_t transaction, uint32_t key,
                          const struct check_value *value)
{
    struct check_finding *finding = append_found(inside->findings, APPEND_INTERNAL);
    if (finding != NULL && finding->line_count == 0) {
        append_tell(finding, value == NULL ? "read_other_than_before" : "read_without_own",
                    transaction, CHECK_NO_OPERATION, &inside->append->keys[key].name, value, 0);
    }
}

static void tell_future(const struct inside *inside, uint32_t transaction,
                        const struct append_write *write)
{
    struct check_finding *finding = append_found(inside->findings, APPEND_FUTURE);
    if (finding != NULL && finding->line_count == 0) {
        append_tell(finding, "read_own_future", transaction, CHECK_NO_OPERATION,
                    &inside->append->keys[write->key].name, write->value, 0);
    }
}

static void tell_lost(const struct inside *inside, uint32_t a, uint32_t b,
                      const struct append_micro *read)
{
    struct check_finding *finding = append_found(inside->findings, APPEND_LOST);
    if (finding != NULL && finding->line_count == 0) {
        append_tell(finding, "updated_both", a, b, &inside->append->keys[read->key].name,
                    read->length > 0 ? &read->items[read->length - 1] : NULL, read->length);
    }
}

static bool same_list(const struct append_micro *a, const struct append_micro *b)
{
    if (a->key != b->key || a->length != b->length) {
        return false;
    }
    for (uint32_t i = 0; i < a->length; i++) {
        if (!check_table_same(&a->items[i], &b->items[i])) {
            return false;
        }
    }
    return true;
}

/* Who updated that strange list before; `transaction` from now on, if nobody did. */
static uint32_t strange_updater(struct inside *inside, uint32_t micro, uint32_t transaction)
{
    const struct append_micro *micros = inside->append->micros;
    assert(micros[micro].strange && micros[micro].length > 0);
    uint64_t hash = draw_mix(micros[micro].key + 1);
    for (uint32_t i = 0; i < micros[micro].length; i++) {
        hash = draw_mix(hash ^ check_table_hash(&micros[micro].items[i], i));
    }
    uint32_t at = (uint32_t)hash;
    for (;;) {
        uint32_t other = check_table_next(&inside->table, hash, &at);
        if (other == CHECK_TABLE_NONE) {
            break;
        }
        if (same_list(&micros[inside->lists[other]], &micros[micro])) {
            return inside->owners[other];
        }
    }
    uint32_t index = inside->table.count;
    inside->owners[index] = transaction;
    inside->lists[index] = micro;
    check_table_put(&inside->table, hash, index);
    return transaction;
}

static void check_update(struct inside *inside, uint32_t transaction, uint32_t micro)
{
    const struct append_micro *read = &inside->append->micros[micro];
    uint32_t other = transaction;
    assert(read->append == APPEND_NONE && read->length != APPEND_NONE);
    if (read->strange) {
        other = strange_updater(inside, micro, transaction);
    } else {
        uint32_t *updater =
            &inside->updaters[inside->append->keys[read->key].raw + read->key + read->length];
        other = *updater == 0 ? transaction : *updater - 1;
        *updater = other + 1;
    }
    if (other != transaction) {
        tell_lost(inside, other, transaction, read);
    }
}

static void see_append(struct inside *inside, uint32_t transaction, uint32_t micro,
                       struct known *known)
{
    const struct append_micro *own = &inside->append->micros[micro];
    assert(own->append != APPEND_NONE && own->key == inside->append->writes[own->append].key);
    const struct append_write *write = &inside->append->writes[own->append];
    if (write->place != APPEND_NONE && known->longest_read > 0) {
        uint32_t last =
            inside->append->raw[inside->append->keys[own->key].raw + known->longest_read - 1];
        if (last != APPEND_NONE && inside->append->writes[last].place >= write->place) {
            tell_future(inside, transaction, write);
        }
    }
    if (!known->wrote && known->first_read != APPEND_NONE) {
        check_update(inside, transaction, known->first_read);
    }
    known->wrote = true;
    inside->before[micro] = known->last;
    known->last = micro;
    known->count++;
}

static void see_read(struct inside *inside, uint32_t transaction, uint32_t micro,
                     struct known *known)
{
    const struct append_history *append = inside->append;
    const struct append_micro *read = &append->micros[micro];
    assert(known->transaction == transaction + 1 && read->append == APPEND_NONE);
    if (!ends_with_own(inside, read, known)) {
        const struct append_micro *own = &append->micros[known->last];
        tell_internal(inside, transaction, read->key, append->writes[own->append].value);
    } else if (!begins_as_before(inside, read, known)) {
        tell_internal(inside, transaction, read->key, NULL);
    }
    for (uint32_t i = 0; read->strange && i < read->length; i++) {
        uint32_t write = append_find_write(append, read->key, &read->items[i]);
        if (write != APPEND_NONE && append->writes[write].transaction == transaction &&
            append->writes[write].micro > micro) {
            tell_future(inside, transaction, &append->writes[write]);
        }
    }
    if (!read->strange && read->length > known->longest_read) {
        known->longest_read = read->length;
    }
    if (!known->wrote && known->first_read == APPEND_NONE) {
        known->first_read = micro;
    }
    known->read = micro;
    known->last = APPEND_NONE;
    known->count = 0;
}

static void check_transaction(struct inside *inside, uint32_t transaction)
{
    const struct append_transaction *own = &inside->append->transactions[transaction];
    for (uint32_t m = own->first; m < own->first + own->count; m++) {
        const struct append_micro *micro = &inside->append->micros[m];
        struct known *known = &inside->known[micro->key];
        if (known->transaction != transaction + 1) {
            *known = (struct known){.transaction = transaction + 1,
                                    .read = APPEND_NONE,
                                    .last = APPEND_NONE,
                                    .first_read = APPEND_NONE};
        }
        if (micro->append != APPEND_NONE) {
            see_append(inside, transaction, m, known);
        } else if (micro->length != APPEND_NONE) {
            see_read(inside, transaction, m, known);
        }
    }
}

static bool inside_open(struct inside *inside, struct check_budget *budget)
{
    const struct append_history *append = inside->append;
    uint64_t versions = append->key_count;
    uint32_t strange = 0;
    for (uint32_t i = 0; i < append->key_count; i++) {
        const struct append_key *key = &append->keys[i];
        versions += key->longest == APPEND_NONE ? 0 : append->micros[key->longest].length;
    }
    for (uint32_t i = 0; i < append->micro_count; i++) {
        strange += append->micros[i].strange;
    }
    inside->known = check_budget_take(budget, append->key_count, sizeof *inside->known);
    inside->before = check_budget_take(budget, append->micro_count, sizeof *inside->before);
    inside->updaters = check_budget_take(budget, versions, sizeof *inside->updaters);
    inside->owners = check_budget_take(budget, strange, sizeof *inside->owners);
    inside->lists = check_budget_take(budget, strange, sizeof *inside->lists);
    return inside->known != NULL && inside->before != NULL && inside->updaters != NULL &&
           inside->owners != NULL && inside->lists != NULL &&
           check_table_open(&inside->table, budget, strange);
}

bool append_check_inside(const struct append_history *append, struct check_budget *budget,
                         struct append_findings *findings)
{
    struct check_block *mark = check_budget_mark(budget);
    struct inside inside = {.append = append, .findings = findings};
    bool good = inside_open(&inside, budget);
    for (uint32_t i = 0; good && i < append->history->count; i++) {
        if (append_outcome(append, i) == CHECK_OK) {
            check_transaction(&inside, i);
            good = check_budget_spend(budget, append->transactions[i].count);
        }
    }
    check_budget_release(budget, mark);
    return good;
}
