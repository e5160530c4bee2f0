/* commit_causal.c - the commits that causal consistency forces (register.h).
 *
 * A clock of a transaction says, for each chain of transactions (a session, or several of them), how many of
 * it lead to that transaction by ways of so and wr; among those, the last that wrote a key matters, since the
 * chain orders the others before it. The clocks of all chains at once would be transactions times chains; so
 * chains are taken in batches. Where keys live for a short time, it is less to go from key to key, with the
 * chains that wrote it
 * and the transactions between its first write and its last read. */
#include "check/register.h"

#include <assert.h>
#include <string.h>

enum { BATCH = 32 };

struct clock {
    uint32_t known[BATCH]; /* transactions of each chain of the batch */
};

/* The writes of one chain to one key, in their order. */
struct group {
    uint32_t chain;
    uint32_t first; /* in `sorted`; they end where the next group begins */
};

struct causal {
    const struct register_history *registers;
    struct register_chains chains;
    struct check_budget *budget;
    struct forced_list *list;
    uint32_t *order;      /* all transactions, as so and wr allow */
    uint32_t *rank;       /* of each: its place in `order` */
    uint32_t *sorted;     /* writers, by key, then chain, then place */
    struct group *groups; /* and one behind the last */
    uint32_t *key_groups; /* of each key: its first group */
    uint32_t *readers;    /* who read each key, by key; and of each key: its first one */
    uint32_t *key_readers;
    uint32_t *slots;      /* of each chain: its place in the batch, or REGISTER_NONE */
    struct clock *clocks; /* of the ranks from `start` on */
    uint32_t start;
};

static bool causal_open(struct causal *causal)
{
    const struct register_history *registers = causal->registers;
    struct check_budget *budget = causal->budget;
    size_t count = registers->history->count;
    size_t writes = registers->write_count;
    size_t keys = registers->key_count;
    causal->order = check_budget_take(budget, count, sizeof *causal->order);
    causal->rank = check_budget_take(budget, count, sizeof *causal->rank);
    causal->sorted = check_budget_take(budget, writes, sizeof *causal->sorted);
    causal->groups = check_budget_take(budget, writes + 1, sizeof *causal->groups);
    causal->key_groups = check_budget_take(budget, keys + 1, sizeof *causal->key_groups);
    causal->readers = check_budget_take(budget, registers->read_count, sizeof *causal->readers);
    causal->key_readers = check_budget_take(budget, keys + 2, sizeof *causal->key_readers);
    causal->slots = check_budget_take(budget, count, sizeof *causal->slots);
    causal->clocks = check_budget_take(budget, count, sizeof *causal->clocks);
    if (causal->slots != NULL) {
        memset(causal->slots, 0xff, count * sizeof *causal->slots);
    }
    return budget->why == NULL;
}

/* ---- Writes and reads by key ---- */

static void sort_reads(struct causal *causal)
{
    const struct register_history *registers = causal->registers;
    uint32_t *starts = causal->key_readers + 1; /* becomes where a key's readers begin */
    for (uint32_t r = 0; r < registers->read_count; r++) {
        starts[registers->reads[r].key + 1]++;
    }
    for (uint32_t key = 0; key < registers->key_count; key++) {
        starts[key + 1] += starts[key];
    }
    for (uint32_t i = 0; i < registers->history->count; i++) {
        const struct register_transaction *own = &registers->transactions[i];
        for (uint32_t r = own->first_read; r < own->first_read + own->read_count; r++) {
            causal->readers[starts[registers->reads[r].key]++] = i;
        }
    }
    assert(causal->key_readers[0] == 0);
}

/* Which transactions lead to another one; NULL: no memory left. */
static const bool *find_leading(struct causal *causal)
{
    const struct register_history *registers = causal->registers;
    uint32_t count = registers->history->count;
    bool *leads = check_budget_take(causal->budget, count, sizeof *leads);
    for (uint32_t i = 0; leads != NULL && i < count; i++) {
        uint32_t before;
        for (uint32_t n = 0; register_nth_before(registers, causal->list, i, n, &before); n++) {
            if (before != REGISTER_NONE) {
                leads[before] = true;
            }
        }
    }
    return leads;
}

/* Sorts writes by counting: chain by chain they come already, so one pass by key keeps that. Who leads to
 * nobody is known to nobody, and left out. */
static bool sort_writes(struct causal *causal)
{
    const struct register_history *registers = causal->registers;
    uint32_t *starts =
        check_budget_take(causal->budget, (size_t)registers->key_count + 1, sizeof *starts);
    const bool *leads = find_leading(causal);
    if (starts == NULL || leads == NULL) {
        return false;
    }
    for (uint32_t w = 0; w < registers->write_count; w++) {
        starts[registers->writes[w].key + 1] += leads[registers->writes[w].transaction];
    }
    for (uint32_t key = 0; key < registers->key_count; key++) {
        starts[key + 1] += starts[key];
    }
    for (uint32_t i = 0; i < registers->history->count; i++) {
        uint32_t writer = causal->chains.order[i];
        const struct register_transaction *own = &registers->transactions[writer];
        for (uint32_t w = 0; leads[writer] && w < own->write_count; w++) {
            uint32_t key = registers->writes[own->first_write + w].key;
            causal->sorted[starts[key]++] = writer;
        }
    }
    uint32_t groups = 0;
    uint32_t at = 0;
    for (uint32_t key = 0; key < registers->key_count; key++) {
        causal->key_groups[key] = groups;
        for (uint32_t begin = at; at < starts[key]; at++) {
            uint32_t chain = causal->chains.of[causal->sorted[at]];
            if (at == begin || chain != causal->groups[groups - 1].chain) {
                causal->groups[groups++] = (struct group){chain, at};
            }
        }
    }
    causal->key_groups[registers->key_count] = groups;
    causal->groups[groups] = (struct group){REGISTER_NONE, at};
    assert(at <= registers->write_count);
    return true;
}

/* ---- Clocks ---- */

/* One transaction comes before another: what leads to it leads there, too, and itself. */
static void clock_join(const struct causal *causal, struct clock *clock, uint32_t before)
{
    if (causal->rank[before] < causal->start) {
        return; /* before all writes that matter */
    }
    const struct clock *other = &causal->clocks[causal->rank[before] - causal->start];
    for (uint32_t i = 0; i < BATCH; i++) {
        clock->known[i] = clock->known[i] > other->known[i] ? clock->known[i] : other->known[i];
    }
    uint32_t slot = causal->slots[causal->chains.of[before]];
    if (slot != REGISTER_NONE && clock->known[slot] <= causal->chains.place[before]) {
        clock->known[slot] = causal->chains.place[before] + 1;
    }
}

/* The clocks of the ranks start to end - 1. */
static bool clocks_make(struct causal *causal, uint32_t start, uint32_t end)
{
    assert(start <= end && end <= causal->registers->history->count);
    causal->start = start;
    for (uint32_t rank = start; rank < end; rank++) {
        struct clock *clock = &causal->clocks[rank - start];
        uint32_t before;
        memset(clock, 0, sizeof *clock);
        for (uint32_t n = 0;
             register_nth_before(causal->registers, causal->list, causal->order[rank], n, &before);
             n++) {
            if (before != REGISTER_NONE) {
                clock_join(causal, clock, before);
            }
        }
    }
    return check_budget_spend(causal->budget, (uint64_t)end - start);
}

static uint32_t known_of(const struct causal *causal, uint32_t transaction, uint32_t slot)
{
    uint32_t rank = causal->rank[transaction];
    return rank < causal->start ? 0 : causal->clocks[rank - causal->start].known[slot];
}

/* The last writer of a group that stands before that place in its chain; REGISTER_NONE: none. */
static uint32_t latest_known(const struct causal *causal, const struct group *group, uint32_t known)
{
    uint32_t low = group[0].first;
    uint32_t high = group[1].first;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (causal->chains.place[causal->sorted[middle]] < known) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == group[0].first ? REGISTER_NONE : causal->sorted[low - 1];
}

/* Each chain of the groups that has written the key before, as far as the reader knows. */
static bool force_read(struct causal *causal, uint32_t reader, const struct register_read *read,
                       uint32_t first, uint32_t end)
{
    const struct register_history *registers = causal->registers;
    uint32_t from = register_writer(causal->list, read);
    bool good = true;
    for (uint32_t g = first; good && g < end; g++) {
        uint32_t slot = causal->slots[causal->groups[g].chain];
        assert(slot < BATCH);
        uint32_t known = known_of(causal, reader, slot);
        uint32_t writer =
            known == 0 ? REGISTER_NONE : latest_known(causal, &causal->groups[g], known);
        if (writer == REGISTER_NONE || writer == from || writer == reader) {
            continue;
        }
        bool leads = from != registers->history->count &&
                     known_of(causal, from, slot) > causal->chains.place[writer];
        good = leads || forced_add(causal->list, causal->budget, writer, from, reader, read->key);
    }
    return good && check_budget_spend(causal->budget, end - first + 1);
}

/* ---- Key by key ---- */

/* The ranks that matter for a key: from its first write to its last read. False: nobody read it. */
static bool key_window(const struct causal *causal, uint32_t key, uint32_t *start, uint32_t *end)
{
    *start = UINT32_MAX;
    *end = 0;
    for (uint32_t i = causal->groups[causal->key_groups[key]].first;
         i < causal->groups[causal->key_groups[key + 1]].first; i++) {
        uint32_t rank = causal->rank[causal->sorted[i]];
        *start = rank < *start ? rank : *start;
    }
    for (uint32_t i = causal->key_readers[key]; i < causal->key_readers[key + 1]; i++) {
        uint32_t rank = causal->rank[causal->readers[i]];
        *end = rank + 1 > *end ? rank + 1 : *end;
    }
    return *start < *end;
}

static uint32_t batches(uint32_t count)
{
    return (count + BATCH - 1) / BATCH;
}

/* How many clocks that takes for all keys. */
static uint64_t clocks_by_key(const struct causal *causal)
{
    uint64_t sum = 0;
    for (uint32_t key = 0; key < causal->registers->key_count; key++) {
        uint32_t start;
        uint32_t end;
        if (key_window(causal, key, &start, &end)) {
            uint32_t groups = causal->key_groups[key + 1] - causal->key_groups[key];
            sum += (uint64_t)(end - start) * batches(groups);
        }
    }
    return sum;
}

static bool force_reads_of_key(struct causal *causal, uint32_t key, uint32_t first, uint32_t end)
{
    const struct register_history *registers = causal->registers;
    bool good = true;
    for (uint32_t i = causal->key_readers[key]; good && i < causal->key_readers[key + 1]; i++) {
        uint32_t reader = causal->readers[i];
        const struct register_transaction *own = &registers->transactions[reader];
        if (i > causal->key_readers[key] && causal->readers[i - 1] == reader) {
            continue; /* all its reads of the key were done with the first */
        }
        for (uint32_t r = own->first_read; good && r < own->first_read + own->read_count; r++) {
            if (registers->reads[r].key == key &&
                register_writer(causal->list, &registers->reads[r]) != REGISTER_NONE) {
                good = force_read(causal, reader, &registers->reads[r], first, end);
            }
        }
    }
    return good;
}

static bool force_key(struct causal *causal, uint32_t key)
{
    uint32_t start;
    uint32_t end;
    bool good = true;
    uint32_t last = causal->key_groups[key + 1];
    bool read = key_window(causal, key, &start, &end);
    for (uint32_t g = causal->key_groups[key]; read && good && g < last; g += BATCH) {
        uint32_t stop = last - g < BATCH ? last : g + BATCH;
        for (uint32_t i = g; i < stop; i++) {
            causal->slots[causal->groups[i].chain] = i - g;
        }
        good = clocks_make(causal, start, end) && force_reads_of_key(causal, key, g, stop);
        for (uint32_t i = g; i < stop; i++) {
            causal->slots[causal->groups[i].chain] = REGISTER_NONE;
        }
    }
    return good;
}

/* ---- Chains by chains ---- */

/* The first group of a key that is of that chain or a later one. */
static uint32_t first_group(const struct causal *causal, uint32_t key, uint32_t chain)
{
    uint32_t low = causal->key_groups[key];
    uint32_t high = causal->key_groups[key + 1];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (causal->groups[middle].chain < chain) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool force_chains(struct causal *causal, uint32_t first, uint32_t end)
{
    const struct register_history *registers = causal->registers;
    for (uint32_t chain = first; chain < end; chain++) {
        causal->slots[chain] = chain - first;
    }
    bool good = clocks_make(causal, 0, registers->history->count);
    for (uint32_t i = 0; good && i < registers->history->count; i++) {
        const struct register_transaction *own = &registers->transactions[i];
        for (uint32_t r = own->first_read; good && r < own->first_read + own->read_count; r++) {
            uint32_t key = registers->reads[r].key;
            if (register_writer(causal->list, &registers->reads[r]) != REGISTER_NONE) {
                good = force_read(causal, i, &registers->reads[r], first_group(causal, key, first),
                                  first_group(causal, key, end));
            }
        }
    }
    for (uint32_t chain = first; chain < end; chain++) {
        causal->slots[chain] = REGISTER_NONE;
    }
    return good;
}

bool forced_causal(const struct register_history *registers, struct check_budget *budget,
                   struct forced_list *list)
{
    struct causal causal = {.registers = registers, .budget = budget, .list = list};
    bool good = causal_open(&causal) &&
                register_find_chains(registers, list, budget, &causal.chains) &&
                register_find_order(registers, list, budget, causal.order, causal.rank) &&
                sort_writes(&causal);
    if (!good) {
        return false;
    }
    sort_reads(&causal);
    uint32_t chains = causal.chains.count;
    if (clocks_by_key(&causal) < (uint64_t)registers->history->count * batches(chains)) {
        for (uint32_t key = 0; good && key < registers->key_count; key++) {
            good = force_key(&causal, key);
        }
        return good;
    }
    for (uint32_t first = 0; good && first < chains; first += BATCH) {
        uint32_t end = chains - first < BATCH ? chains : first + BATCH;
        good = force_chains(&causal, first, end);
    }
    return good;
}
