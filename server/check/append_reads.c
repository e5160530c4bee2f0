/* append_reads.c - anomalies that single lists show: values that nobody wrote or that were taken back,
 * orders that do not fit, what stands twice, half a transaction (append.h).
 *
 * G1a and G1b after Adya (1999), section 3.2.3; the others are what only lists can show (Elle, section
 * 4.3.3 and its implementation's names). */
#include "check/append.h"

#include <assert.h>

struct reads {
    const struct append_history *append;
    struct append_findings *findings;
    uint32_t *later;   /* of a write: the next one of the same transaction to the same key */
    uint32_t *seen_in; /* of a write: the strange list (micro + 1) that it was last seen in */
};

/* Tells a finding about an element of a list, unless one of its kind has been told. */
static void element(const struct reads *reads, enum append_anomaly anomaly, const char *word,
                    uint32_t reader, const struct append_micro *read, uint32_t place,
                    uint32_t write)
{
    assert(place < read->length && read->append == APPEND_NONE);
    struct check_finding *finding = append_found(reads->findings, anomaly);
    if (finding != NULL && finding->line_count == 0) {
        uint32_t writer =
            write == APPEND_NONE ? CHECK_NO_OPERATION : reads->append->writes[write].transaction;
        append_tell(finding, word, reader, writer, &reads->append->keys[read->key].name,
                    &read->items[place], place);
    }
}

static void check_usual(const struct reads *reads, uint32_t reader, const struct append_micro *read)
{
    const struct append_key *key = &reads->append->keys[read->key];
    assert(!read->strange && key->longest != APPEND_NONE);
    if (read->length > key->phantom_at && key->phantom_at != APPEND_NONE) {
        element(reads, APPEND_PHANTOM, "read_phantom", reader, read, key->phantom_at, APPEND_NONE);
    }
    if (read->length > key->aborted_at && key->aborted_at != APPEND_NONE) {
        element(reads, APPEND_G1A, "read_aborted", reader, read, key->aborted_at,
                reads->append->raw[key->raw + key->aborted_at]);
    }
    if (read->length > key->twice_at && key->twice_at != APPEND_NONE) {
        element(reads, APPEND_DUPLICATE, "read_twice", reader, read, key->twice_at, APPEND_NONE);
    }
}

/* The list does not begin the longest one: where do they part? */
static void check_order(const struct reads *reads, uint32_t reader, const struct append_micro *read)
{
    const struct append_history *append = reads->append;
    const struct append_key *key = &append->keys[read->key];
    struct check_finding *finding = append_found(reads->findings, APPEND_INCOMPATIBLE);
    if (finding == NULL || finding->line_count > 0) {
        return;
    }
    const struct append_micro *longest = &append->micros[key->longest];
    uint32_t place = 0;
    while (check_table_same(&read->items[place], &longest->items[place])) {
        place++;
        assert(place < read->length);
    }
    uint32_t other = 0; /* whose read the longest is: the last transaction that begins before it */
    uint32_t high = append->history->count;
    while (high - other > 1) {
        uint32_t middle = other + (high - other) / 2;
        if (append->transactions[middle].first <= key->longest) {
            other = middle;
        } else {
            high = middle;
        }
    }
    append_tell(finding, "read_order", reader, CHECK_NO_OPERATION, &key->name, &read->items[place],
                place + 1);
    append_tell(finding, "read_order", other, CHECK_NO_OPERATION, &key->name,
                &longest->items[place], place + 1);
}

static bool check_strange(const struct reads *reads, uint32_t reader,
                          const struct append_micro *read, struct check_budget *budget)
{
    const struct append_history *append = reads->append;
    uint32_t mark = (uint32_t)(read - append->micros) + 1;
    assert(read->strange && mark <= append->micro_count);
    check_order(reads, reader, read);
    for (uint32_t i = 0; i < read->length; i++) {
        uint32_t write = append_find_write(append, read->key, &read->items[i]);
        if (write == APPEND_NONE) {
            element(reads, APPEND_PHANTOM, "read_phantom", reader, read, i, APPEND_NONE);
            continue;
        }
        if (append_outcome(append, append->writes[write].transaction) == CHECK_FAIL) {
            element(reads, APPEND_G1A, "read_aborted", reader, read, i, write);
        }
        if (reads->seen_in[write] == mark) {
            element(reads, APPEND_DUPLICATE, "read_twice", reader, read, i, APPEND_NONE);
        }
        reads->seen_in[write] = mark;
    }
    return check_budget_spend(budget, read->length);
}

/* G1b: the list ends with what another transaction wrote before it wrote more. */
static void check_between(const struct reads *reads, uint32_t reader,
                          const struct append_micro *read)
{
    uint32_t last = append_seen_last(reads->append, read);
    if (last != APPEND_NONE && reads->later[last] != APPEND_NONE &&
        reads->append->writes[last].transaction != reader) {
        element(reads, APPEND_G1B, "read_between", reader, read, read->length - 1, last);
    }
}

static bool check_transaction(const struct reads *reads, uint32_t transaction,
                              struct check_budget *budget)
{
    const struct append_transaction *own = &reads->append->transactions[transaction];
    for (uint32_t m = own->first; m < own->first + own->count; m++) {
        const struct append_micro *read = &reads->append->micros[m];
        if (read->append != APPEND_NONE || read->length == APPEND_NONE || read->length == 0) {
            continue;
        }
        if (!read->strange) {
            check_usual(reads, transaction, read);
        } else if (!check_strange(reads, transaction, read, budget)) {
            return false;
        }
        check_between(reads, transaction, read);
    }
    return true;
}

/* Dirty update: a version of a transaction that failed, and later one of a transaction that did not. */
static void check_dirty(const struct reads *reads, const struct append_key *key)
{
    const struct append_history *append = reads->append;
    uint32_t aborted = APPEND_NONE; /* the failed write that no sure one has followed yet */
    for (uint32_t i = 0; i < key->version_count; i++) {
        uint32_t write = append->versions[key->raw + i];
        if (write == APPEND_NONE) {
            continue;
        }
        enum check_outcome outcome = append_outcome(append, append->writes[write].transaction);
        if (outcome == CHECK_FAIL) {
            aborted = aborted == APPEND_NONE ? write : aborted;
        } else if (outcome == CHECK_OK && aborted != APPEND_NONE) {
            struct check_finding *finding = append_found(reads->findings, APPEND_DIRTY);
            if (finding != NULL && finding->line_count == 0) {
                append_tell(finding, "dirty_update", append->writes[aborted].transaction,
                            append->writes[write].transaction, &key->name,
                            append->writes[aborted].value, 0);
            }
            aborted = APPEND_NONE;
        }
    }
}

/* Which writes are followed by another one of the same transaction to the same key. */
static void find_later(struct reads *reads, uint32_t *latest)
{
    const struct append_history *append = reads->append;
    for (uint32_t i = 0; i < append->write_count; i++) {
        const struct append_write *write = &append->writes[i];
        uint32_t before = latest[write->key];
        assert(before <= i);
        reads->later[i] = APPEND_NONE;
        if (before > 0 && append->writes[before - 1].transaction == write->transaction) {
            reads->later[before - 1] = i;
        }
        latest[write->key] = i + 1;
    }
}

bool append_check_reads(const struct append_history *append, struct check_budget *budget,
                        struct append_findings *findings)
{
    struct check_block *mark = check_budget_mark(budget);
    struct reads reads = {.append = append, .findings = findings};
    reads.later = check_budget_take(budget, append->write_count, sizeof *reads.later);
    reads.seen_in = check_budget_take(budget, append->write_count, sizeof *reads.seen_in);
    uint32_t *latest = check_budget_take(budget, append->key_count, sizeof *latest);
    bool good = reads.later != NULL && reads.seen_in != NULL && latest != NULL;
    if (good) {
        find_later(&reads, latest);
    }
    for (uint32_t i = 0; good && i < append->history->count; i++) {
        good = check_transaction(&reads, i, budget);
    }
    for (uint32_t i = 0; good && i < append->key_count; i++) {
        check_dirty(&reads, &append->keys[i]);
    }
    check_budget_release(budget, mark);
    return good;
}
