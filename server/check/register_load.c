/* register_load.c - takes a history of registers apart: who read from whom (register.h).
 *
 * Five kinds of reads are wrong by themselves, at every level (AWDIT, section 2.3; Adya's G1a and G1b):
 * of a value that nobody wrote, or a failed transaction, or not as its last word; of another value than
 * the transaction itself has just written; of what it writes only later. */
#include "check/micro.h"
#include "check/register.h"

#include <assert.h>
#include <string.h>

/* Every write, also those that are not the last of their transaction. */
struct raw_write {
    uint32_t key, transaction;
    uint32_t next; /* an earlier write of the same value to the same key, + 1 */
    bool last;     /* the last one of its transaction to that key */
    const struct check_value *value;
};

struct loader {
    struct register_history *registers;
    struct check_budget *budget;
    struct check_verdict *verdict;
    const struct check_value *initial;
    struct check_table key_table;
    struct check_table value_table; /* the latest raw write of each key and value */
    struct raw_write *raw;
    uint32_t raw_count;
    uint32_t *own; /* of each key: the latest raw write of the transaction in hand, + 1 */
};

static uint32_t find_key(struct loader *loader, const struct check_value *name)
{
    struct register_history *registers = loader->registers;
    uint64_t hash = check_table_hash(name, 0);
    uint32_t at = (uint32_t)hash;
    for (;;) {
        uint32_t key = check_table_next(&loader->key_table, hash, &at);
        if (key == CHECK_TABLE_NONE) {
            break;
        }
        if (check_table_same(&registers->keys[key], name)) {
            return key;
        }
    }
    registers->keys[registers->key_count] = *name;
    check_table_put(&loader->key_table, hash, registers->key_count);
    return registers->key_count++;
}

/* The latest write of that value to that key, or REGISTER_NONE; its slot for a later one in *slot. */
static uint32_t find_value(const struct loader *loader, uint32_t key,
                           const struct check_value *value, uint32_t *slot)
{
    uint64_t hash = check_table_hash(value, key + 1);
    uint32_t at = (uint32_t)hash;
    for (;;) {
        uint32_t write = check_table_next(&loader->value_table, hash, &at);
        if (write == CHECK_TABLE_NONE) {
            return REGISTER_NONE;
        }
        *slot = (at - 1) & loader->value_table.mask;
        if (loader->raw[write].key == key && check_table_same(loader->raw[write].value, value)) {
            return write;
        }
    }
}

static uint64_t write_hash(uint32_t transaction, uint32_t key)
{
    return draw_mix((uint64_t)transaction << 32 | key);
}

static uint32_t find_write(const struct register_history *registers, uint32_t transaction,
                           uint32_t key)
{
    uint64_t hash = write_hash(transaction, key);
    uint32_t at = (uint32_t)hash;
    for (;;) {
        uint32_t write = check_table_next(&registers->write_table, hash, &at);
        if (write == CHECK_TABLE_NONE || (registers->writes[write].transaction == transaction &&
                                          registers->writes[write].key == key)) {
            return write;
        }
    }
}

bool register_wrote(const struct register_history *registers, uint32_t transaction, uint32_t key)
{
    return find_write(registers, transaction, key) != CHECK_TABLE_NONE;
}

static void load_write(struct loader *loader, uint32_t transaction, uint32_t key,
                       const struct check_value *value)
{
    struct register_history *registers = loader->registers;
    assert(value != NULL && key < registers->key_count);
    uint32_t index = loader->raw_count++;
    uint32_t slot = 0;
    uint32_t same = find_value(loader, key, value, &slot);
    loader->raw[index] =
        (struct raw_write){.key = key, .transaction = transaction, .last = true, .value = value};
    if (same == REGISTER_NONE) {
        check_table_put(&loader->value_table, check_table_hash(value, key + 1), index);
    } else {
        loader->raw[index].next = same + 1;
        loader->value_table.slots[slot] =
            (loader->value_table.slots[slot] >> 32 << 32) | (index + 1);
    }
    uint32_t before = loader->own[key];
    loader->own[key] = index + 1;
    if (before > 0 && loader->raw[before - 1].transaction == transaction) {
        loader->raw[before - 1].last = false;
        return;
    }
    uint32_t write = registers->write_count++;
    registers->writes[write] = (struct register_write){.key = key, .transaction = transaction};
    registers->transactions[transaction].write_count++;
    check_table_put(&registers->write_table, write_hash(transaction, key), write);
}

static void load_writes(struct loader *loader, uint32_t transaction)
{
    const struct check_value *list =
        micro_list(&loader->registers->history->operations[transaction]);
    uint32_t count = list->kind == CHECK_LIST ? list->count : 0;
    loader->registers->transactions[transaction].first_write = loader->registers->write_count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t key = find_key(loader, micro_key(&list->items[i]));
        if (micro_writes(&list->items[i])) {
            load_write(loader, transaction, key, micro_value(&list->items[i]));
        }
    }
}

/* ---- Reads ---- */

static void tell(const struct loader *loader, enum register_anomaly anomaly, uint32_t reader,
                 uint32_t writer, uint32_t key, const struct check_value *value)
{
    static const struct {
        const char *name, *word;
    } KINDS[REGISTER_ANOMALIES] = {
        [REGISTER_PHANTOM] = {"phantom", "read_phantom"},
        [REGISTER_G1A] = {"G1a", "read_aborted"},
        [REGISTER_G1B] = {"G1b", "read_between"},
        [REGISTER_INTERNAL] = {"internal", "read_without_own"},
        [REGISTER_FUTURE] = {"future-read", "read_own_future"},
    };
    assert(anomaly < REGISTER_ANOMALIES);
    struct check_finding *finding = check_verdict_find(loader->verdict, KINDS[anomaly].name);
    if (finding != NULL && finding->line_count == 0) {
        struct check_line line = {.word = KINDS[anomaly].word,
                                  .a = reader,
                                  .b = writer,
                                  .key = loader->registers->keys[key],
                                  .value = *value};
        check_finding_line(finding, &line);
    }
}

/* Who may have written what a read saw. */
struct candidates {
    uint32_t likeliest; /* that committed; REGISTER_NONE: none */
    bool several;
    uint32_t between, aborted; /* or such a transaction that did not write it last, or failed */
    bool future;               /* or the reader itself, later */
};

static void see_candidate(struct candidates *found, uint32_t transaction, uint32_t reader)
{
    if (found->likeliest == REGISTER_NONE) {
        found->likeliest = transaction;
    } else if (found->likeliest != transaction) {
        found->several = true;
        if (found->likeliest > reader) {
            found->likeliest = transaction; /* the latest that was called before the reader */
        }
    }
}

static struct candidates find_candidates(const struct loader *loader, uint32_t reader, uint32_t key,
                                         const struct check_value *value)
{
    struct candidates found = {REGISTER_NONE, false, REGISTER_NONE, REGISTER_NONE, false};
    uint32_t slot;
    uint32_t write = find_value(loader, key, value, &slot);
    uint64_t steps = 0;
    while (write != REGISTER_NONE) {
        const struct raw_write *raw = &loader->raw[write];
        if (raw->transaction == reader) {
            found.future = true;
        } else if (loader->registers->history->operations[raw->transaction].outcome == CHECK_FAIL) {
            found.aborted = raw->transaction;
        } else if (!raw->last) {
            found.between = raw->transaction;
        } else {
            see_candidate(&found, raw->transaction, reader);
        }
        steps++;
        if (found.several && found.likeliest < reader) {
            break;
        }
        write = raw->next > 0 ? raw->next - 1 : REGISTER_NONE;
    }
    if (value->kind == CHECK_NIL || check_table_same(value, loader->initial)) {
        see_candidate(&found, loader->registers->history->count, reader);
    }
    check_budget_spend(loader->budget, steps);
    return found;
}

static void add_read(struct loader *loader, uint32_t reader, uint32_t key,
                     const struct check_value *value, const struct candidates *found)
{
    struct register_history *registers = loader->registers;
    assert(found->likeliest <= registers->history->count && found->likeliest != reader);
    registers->transactions[reader].read_count++;
    registers->reads[registers->read_count++] =
        (struct register_read){.key = key,
                               .from = found->several ? REGISTER_NONE : found->likeliest,
                               .maybe = found->likeliest,
                               .value = value};
    if (found->several) {
        registers->ambiguous++;
        registers->ambiguous_reader = reader;
    }
}

static void load_read(struct loader *loader, uint32_t reader, uint32_t key,
                      const struct check_value *value)
{
    const struct raw_write *own = loader->own[key] > 0 ? &loader->raw[loader->own[key] - 1] : NULL;
    if (own != NULL && own->transaction == reader) {
        if (!check_table_same(own->value, value)) {
            tell(loader, REGISTER_INTERNAL, reader, CHECK_NO_OPERATION, key, own->value);
        }
        return;
    }
    struct candidates found = find_candidates(loader, reader, key, value);
    if (found.likeliest != REGISTER_NONE) {
        add_read(loader, reader, key, value, &found);
    } else if (found.between != REGISTER_NONE) {
        tell(loader, REGISTER_G1B, reader, found.between, key, value);
        found.likeliest = found.between;
        add_read(loader, reader, key, value, &found);
    } else if (found.aborted != REGISTER_NONE) {
        tell(loader, REGISTER_G1A, reader, found.aborted, key, value);
    } else {
        tell(loader, found.future ? REGISTER_FUTURE : REGISTER_PHANTOM, reader, CHECK_NO_OPERATION,
             key, value);
    }
}

/* In the transaction's own order, so that `own` says what it has written so far. */
static void load_reads(struct loader *loader, uint32_t reader, uint32_t *own_write)
{
    static const struct check_value NIL = {.kind = CHECK_NIL};
    const struct check_operation *operation = &loader->registers->history->operations[reader];
    const struct check_value *list = micro_list(operation);
    uint32_t count = list->kind == CHECK_LIST ? list->count : 0;
    loader->registers->transactions[reader].first_read = loader->registers->read_count;
    for (uint32_t i = 0; i < count; i++) {
        const struct check_value *value = micro_value(&list->items[i]);
        uint32_t key = find_key(loader, micro_key(&list->items[i]));
        if (micro_writes(&list->items[i])) {
            loader->own[key] = ++*own_write;
        } else if (micro_answered(operation)) {
            load_read(loader, reader, key, value == NULL ? &NIL : value);
        }
    }
}

static bool take_room(struct loader *loader, uint32_t count)
{
    struct register_history *registers = loader->registers;
    struct check_budget *budget = loader->budget;
    registers->transactions =
        check_budget_take(budget, registers->history->count, sizeof *registers->transactions);
    registers->reads = check_budget_take(budget, count, sizeof *registers->reads);
    registers->writes = check_budget_take(budget, count, sizeof *registers->writes);
    registers->keys = check_budget_take(budget, count, sizeof *registers->keys);
    loader->raw = check_budget_take(budget, count, sizeof *loader->raw);
    loader->own = check_budget_take(budget, count, sizeof *loader->own);
    return registers->transactions != NULL && registers->reads != NULL &&
           registers->writes != NULL && registers->keys != NULL && loader->raw != NULL &&
           loader->own != NULL && check_table_open(&registers->write_table, budget, count) &&
           check_table_open(&loader->key_table, budget, count) &&
           check_table_open(&loader->value_table, budget, count);
}

int register_load(const struct check_history *history, const struct check_value *initial,
                  struct check_budget *budget, struct register_history *registers,
                  struct check_verdict *verdict, struct error *error)
{
    *registers = (struct register_history){.history = history};
    struct loader loader = {
        .registers = registers, .budget = budget, .verdict = verdict, .initial = initial};
    uint64_t count;
    if (micro_check(history, "w", false, &count, error) != 0) {
        return -1;
    }
    if (history->count > GRAPH_NODES_MAX / 8 || count > GRAPH_NODES_MAX) {
        budget->why = "memory";
    }
    registers->previous = graph_processes(history, budget);
    if (registers->previous == NULL || !take_room(&loader, (uint32_t)count) ||
        !register_find_sessions(registers, budget)) {
        return -1;
    }
    for (uint32_t i = 0; i < history->count; i++) {
        load_writes(&loader, i);
    }
    uint32_t own_write = 0;
    memset(loader.own, 0, registers->key_count * sizeof *loader.own);
    for (uint32_t i = 0; budget->why == NULL && i < history->count; i++) {
        load_reads(&loader, i, &own_write);
    }
    assert(budget->why != NULL || own_write == loader.raw_count);
    return check_budget_spend(budget, count) ? 0 : -1;
}
