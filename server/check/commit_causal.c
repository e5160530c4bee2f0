/* commit_causal.c - the commits that causal consistency forces (register.h).
 *
 * A clock of a transaction says, for each session, how many of its transactions lead to it by ways of so and
 * wr; among those, the last that wrote a key matters, since its session orders the others before it. The
 * clocks of all sessions at once would be transactions times sessions; so sessions are taken in batches. */
#include "check/register.h"

#include <assert.h>
#include <string.h>

enum { BATCH = 32 };

struct clock {
    uint32_t known[BATCH]; /* transactions of each session of the batch */
};

/* The writes of one session to one key, in their order. */
struct group {
    uint32_t session;
    uint32_t first; /* in `sorted`; they end where the next group begins */
};

struct causal {
    const struct register_history *registers;
    struct check_budget *budget;
    struct forced_list *list;
    const uint32_t *order;
    uint32_t *sorted;     /* writers, by key, then session, then place */
    struct group *groups; /* and one behind the last */
    uint32_t *key_groups; /* of each key: its first group */
    struct clock *clocks;
};

static bool causal_open(struct causal *causal)
{
    const struct register_history *registers = causal->registers;
    size_t writes = registers->write_count;
    causal->sorted = check_budget_take(causal->budget, writes, sizeof *causal->sorted);
    causal->groups = check_budget_take(causal->budget, writes + 1, sizeof *causal->groups);
    causal->key_groups =
        check_budget_take(causal->budget, (size_t)registers->key_count + 2, sizeof(uint32_t));
    causal->clocks =
        check_budget_take(causal->budget, registers->history->count, sizeof *causal->clocks);
    return causal->sorted != NULL && causal->groups != NULL && causal->key_groups != NULL &&
           causal->clocks != NULL;
}

/* Sorts all writes by counting: session by session they come already, so one pass by key keeps that. */
static bool sort_writes(struct causal *causal)
{
    const struct register_history *registers = causal->registers;
    uint32_t *starts =
        check_budget_take(causal->budget, (size_t)registers->key_count + 1, sizeof *starts);
    if (starts == NULL) {
        return false;
    }
    for (uint32_t w = 0; w < registers->write_count; w++) {
        starts[registers->writes[w].key + 1]++;
    }
    for (uint32_t key = 0; key < registers->key_count; key++) {
        starts[key + 1] += starts[key];
    }
    for (uint32_t i = 0; i < registers->history->count; i++) {
        uint32_t writer = registers->by_session[i];
        const struct register_transaction *own = &registers->transactions[writer];
        for (uint32_t w = 0; w < own->write_count; w++) {
            uint32_t key = registers->writes[own->first_write + w].key;
            causal->sorted[starts[key]++] = writer;
        }
    }
    uint32_t groups = 0;
    uint32_t at = 0;
    for (uint32_t key = 0; key < registers->key_count; key++) {
        causal->key_groups[key] = groups;
        for (uint32_t begin = at; at < starts[key]; at++) {
            uint32_t session = registers->session[causal->sorted[at]];
            if (at == begin || session != causal->groups[groups - 1].session) {
                causal->groups[groups++] = (struct group){session, at};
            }
        }
    }
    causal->key_groups[registers->key_count] = groups;
    causal->groups[groups] = (struct group){REGISTER_NONE, at};
    assert(at == registers->write_count);
    return true;
}

/* One transaction comes before another: what leads to it leads there, too, and itself. */
static void clock_join(struct causal *causal, struct clock *clock, uint32_t before, uint32_t batch)
{
    const struct clock *other = &causal->clocks[before];
    for (uint32_t i = 0; i < BATCH; i++) {
        clock->known[i] = clock->known[i] > other->known[i] ? clock->known[i] : other->known[i];
    }
    uint32_t session = causal->registers->session[before] - batch;
    if (session < BATCH && clock->known[session] <= causal->registers->place[before]) {
        clock->known[session] = causal->registers->place[before] + 1;
    }
}

static void clock_make(struct causal *causal, uint32_t transaction, uint32_t batch)
{
    const struct register_history *registers = causal->registers;
    const struct register_transaction *own = &registers->transactions[transaction];
    struct clock *clock = &causal->clocks[transaction];
    memset(clock, 0, sizeof *clock);
    if (registers->previous[transaction] != GRAPH_NONE) {
        clock_join(causal, clock, registers->previous[transaction], batch);
    }
    for (uint32_t r = own->first_read; r < own->first_read + own->read_count; r++) {
        uint32_t from = register_writer(causal->list, &registers->reads[r]);
        if (from != REGISTER_NONE && from != registers->history->count) {
            clock_join(causal, clock, from, batch);
        }
    }
}

/* The last writer of a group that stands before that place in its session; REGISTER_NONE: none. */
static uint32_t latest_known(const struct causal *causal, const struct group *group, uint32_t known)
{
    uint32_t low = group[0].first;
    uint32_t high = group[1].first;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (causal->registers->place[causal->sorted[middle]] < known) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == group[0].first ? REGISTER_NONE : causal->sorted[low - 1];
}

/* A group that is the first of a key or later, and of a session from `batch` on. */
static uint32_t first_group(const struct causal *causal, uint32_t key, uint32_t batch)
{
    uint32_t low = causal->key_groups[key];
    uint32_t high = causal->key_groups[key + 1];
    while (low < high && batch > 0) {
        uint32_t middle = low + (high - low) / 2;
        if (causal->groups[middle].session < batch) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool force_read(struct causal *causal, uint32_t reader, const struct register_read *read,
                       uint32_t batch)
{
    const struct register_history *registers = causal->registers;
    uint32_t from = register_writer(causal->list, read);
    const struct clock *clock = &causal->clocks[reader];
    uint32_t end = causal->key_groups[read->key + 1];
    uint32_t g = first_group(causal, read->key, batch);
    uint32_t start = g;
    bool good = true;
    for (; good && g < end && causal->groups[g].session - batch < BATCH; g++) {
        uint32_t session = causal->groups[g].session - batch;
        uint32_t known = clock->known[session];
        uint32_t writer =
            known == 0 ? REGISTER_NONE : latest_known(causal, &causal->groups[g], known);
        if (writer == REGISTER_NONE || writer == from || writer == reader) {
            continue;
        }
        bool leads = from != registers->history->count &&
                     causal->clocks[from].known[session] > registers->place[writer];
        good = leads || forced_add(causal->list, causal->budget, writer, from, reader, read->key);
    }
    return good && check_budget_spend(causal->budget, g - start + 1);
}

static bool force_batch(struct causal *causal, uint32_t batch)
{
    const struct register_history *registers = causal->registers;
    bool good = true;
    for (uint32_t i = 0; i < registers->history->count; i++) {
        clock_make(causal, causal->order[i], batch);
    }
    for (uint32_t i = 0; good && i < registers->history->count; i++) {
        const struct register_transaction *own = &registers->transactions[i];
        for (uint32_t r = own->first_read; good && r < own->first_read + own->read_count; r++) {
            if (register_writer(causal->list, &registers->reads[r]) != REGISTER_NONE) {
                good = force_read(causal, i, &registers->reads[r], batch);
            }
        }
    }
    return good && check_budget_spend(causal->budget, registers->read_count);
}

bool forced_causal(const struct register_history *registers, const uint32_t *order,
                   struct check_budget *budget, struct forced_list *list)
{
    struct causal causal = {.registers = registers, .budget = budget, .list = list, .order = order};
    bool good = causal_open(&causal) && sort_writes(&causal);
    for (uint32_t batch = 0; good && batch < registers->session_count; batch += BATCH) {
        good = force_batch(&causal, batch);
    }
    return good;
}
