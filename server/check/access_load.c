/* access_load.c - takes a history of registers apart: sessions, and who read from whom (access.h). */
#include "check/access.h"

#include <assert.h>
#include <stdlib.h>

/* A value of a key that somebody wrote. */
struct written {
    uint32_t key;
    const struct check_value *value;
    uint32_t access; /* the first that may have happened, or ACCESS_NONE */
    uint32_t failed; /* operation, or CHECK_NO_OPERATION */
    bool several;
};

struct loader {
    struct accesses *accesses;
    struct keyed keyed;
    struct check_table values; /* of `written` */
    struct written *written;
    uint32_t written_count;
    struct check_table processes; /* of accesses, the first of each process */
    uint32_t *latest;             /* of each session: its latest access */
    struct check_value initial;
    bool nil_says_nothing, siblings;
    const char *phantom;
};

static const struct check_operation *at(const struct loader *loader, uint32_t operation)
{
    return &loader->accesses->judging->history->operations[operation];
}

static struct written *find_written(const struct loader *loader, uint32_t key,
                                    const struct check_value *value)
{
    uint64_t hash = check_table_hash(value, key + 1);
    uint32_t slot = (uint32_t)hash;
    for (;;) {
        uint32_t index = check_table_next(&loader->values, hash, &slot);
        if (index == CHECK_TABLE_NONE) {
            return NULL;
        }
        if (loader->written[index].key == key &&
            check_table_same(loader->written[index].value, value)) {
            return &loader->written[index];
        }
    }
}

static void note_written(struct loader *loader, uint32_t operation, uint32_t access,
                         const struct check_value *value)
{
    uint32_t key = loader->keyed.key_of[operation];
    struct written *written = find_written(loader, key, value);
    if (written == NULL) {
        check_table_put(&loader->values, check_table_hash(value, key + 1), loader->written_count);
        written = &loader->written[loader->written_count++];
        *written = (struct written){
            .key = key, .value = value, .access = ACCESS_NONE, .failed = CHECK_NO_OPERATION};
    }
    if (access == ACCESS_NONE) {
        written->failed = operation;
    } else if (written->access == ACCESS_NONE) {
        written->access = access;
    } else {
        written->several = true;
    }
}

/* The session that goes on with this access; a process that had no answer begins a new one. */
static void join_session(struct loader *loader, uint32_t access)
{
    struct accesses *accesses = loader->accesses;
    struct access *own = &accesses->items[access];
    uint32_t process = at(loader, own->operation)->process;
    uint64_t hash = draw_mix(process);
    uint32_t slot = (uint32_t)hash, first, before = ACCESS_NONE;
    while ((first = check_table_next(&loader->processes, hash, &slot)) != CHECK_TABLE_NONE) {
        const struct access *other = &accesses->items[first];
        uint32_t latest = loader->latest[other->session];
        if (at(loader, other->operation)->process == process &&
            at(loader, accesses->items[latest].operation)->outcome == CHECK_OK) {
            before = latest;
        }
    }
    own->previous = before;
    if (before == ACCESS_NONE) {
        own->session = accesses->session_count++;
        check_table_put(&loader->processes, hash, access);
    } else {
        own->session = accesses->items[before].session;
        own->place = accesses->items[before].place + 1;
    }
    loader->latest[own->session] = access;
}

/* Does the answer say whose write was read? */
static bool says(const struct loader *loader, const struct check_value *answer)
{
    return (answer->kind != CHECK_NIL || !loader->nil_says_nothing) &&
           (answer->kind != CHECK_LIST || !loader->siblings);
}

/* What the operation reads and writes; -1: it is none of this model. */
static int take_values(const struct loader *loader, uint32_t i, const struct check_value **read,
                       const struct check_value **written)
{
    static const struct check_value NIL = {.kind = CHECK_NIL};
    const struct check_operation *operation = at(loader, i);
    bool answered = operation->outcome == CHECK_OK;
    *read = *written = NULL;
    if (judging_is(operation, "read")) {
        *read = answered && says(loader, &operation->output) ? &operation->output : NULL;
    } else if (judging_is(operation, "write")) {
        *written = &operation->input;
    } else if (judging_is(operation, "delete")) {
        *written = loader->nil_says_nothing ? NULL : &NIL;
    } else if (judging_is(operation, "cas") && operation->input.kind == CHECK_LIST &&
               operation->input.count == 2) {
        *read = answered && says(loader, &operation->input.items[0]) ? &operation->input.items[0]
                                                                     : NULL;
        *written = &operation->input.items[1];
    } else {
        return judging_refuse(loader->accesses->judging, i,
                              "there are read, write, delete, cas [from to]");
    }
    return 0;
}

static int take_operations(struct loader *loader)
{
    struct accesses *accesses = loader->accesses;
    for (uint32_t i = 0; i < accesses->judging->history->count; i++) {
        const struct check_value *read, *written;
        if (take_values(loader, i, &read, &written) != 0) {
            return -1;
        }
        bool happened = at(loader, i)->outcome != CHECK_FAIL && (read != NULL || written != NULL);
        uint32_t access = happened ? accesses->count++ : ACCESS_NONE;
        if (happened) {
            accesses->items[access] = (struct access){.operation = i,
                                                      .key = loader->keyed.key_of[i],
                                                      .from = ACCESS_NONE,
                                                      .read = read,
                                                      .written = written};
            join_session(loader, access);
        }
        if (written != NULL) {
            note_written(loader, i, access, written);
        }
    }
    return 0;
}

static void find_source(struct loader *loader, struct access *reader, uint32_t index)
{
    struct accesses *accesses = loader->accesses;
    const struct written *written = find_written(loader, reader->key, reader->read);
    uint32_t writer = written == NULL ? ACCESS_NONE : written->access;
    bool start = check_table_same(reader->read, &loader->initial);
    struct check_line line = {
        .a = reader->operation, .b = CHECK_NO_OPERATION, .value = *reader->read};
    if (writer != ACCESS_NONE && (written->several || start)) {
        accesses->ambiguous++;
        accesses->ambiguous_reader = reader->operation;
    } else if (writer != ACCESS_NONE && writer != index) {
        reader->from = writer;
    } else if (start) {
        reader->from = ACCESS_START;
    } else if (written != NULL && written->failed != CHECK_NO_OPERATION) {
        line.word = "access_aborted";
        line.b = written->failed;
        judging_broken(accesses->judging, "G1a", &line);
    } else {
        line.word = "access_phantom";
        judging_broken(accesses->judging, loader->phantom, &line);
    }
}

/* ---- Runs of writes ---- */

struct place {
    uint32_t key, session, place, access;
};

static int by_run(const void *a, const void *b)
{
    const struct place *left = a, *right = b;
    if (left->key != right->key) {
        return left->key < right->key ? -1 : 1;
    }
    if (left->session != right->session) {
        return left->session < right->session ? -1 : 1;
    }
    return (left->place > right->place) - (left->place < right->place);
}

static bool find_runs(struct accesses *accesses)
{
    struct check_budget *budget = &accesses->judging->budget;
    struct place *places = check_budget_take(budget, accesses->count, sizeof *places);
    uint32_t count = 0, runs = 0;
    if (places == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < accesses->count; i++) {
        const struct access *access = &accesses->items[i];
        if (access->written != NULL) {
            places[count++] = (struct place){access->key, access->session, access->place, i};
        }
    }
    qsort(places, count, sizeof *places, by_run);
    for (uint32_t i = 0; i < count; i++) {
        bool same = i > 0 && places[i].key == places[i - 1].key &&
                    places[i].session == places[i - 1].session;
        if (!same) {
            accesses->runs[runs++] =
                (struct access_run){.key = places[i].key, .session = places[i].session, .first = i};
            accesses->first_run[places[i].key + 1]++;
        }
        accesses->runs[runs - 1].count++;
        accesses->writes[i] = places[i].access;
    }
    for (uint32_t k = 0; k < accesses->key_count; k++) {
        accesses->first_run[k + 1] += accesses->first_run[k];
    }
    return true;
}

uint32_t access_latest(const struct accesses *accesses, const struct access_run *run,
                       uint32_t bound)
{
    uint32_t low = 0, high = run->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (accesses->items[accesses->writes[run->first + middle]].place < bound) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == 0 ? ACCESS_NONE : accesses->writes[run->first + low - 1];
}

static bool take_room(struct loader *loader)
{
    struct accesses *accesses = loader->accesses;
    struct check_budget *budget = &accesses->judging->budget;
    uint32_t count = accesses->judging->history->count;
    if (count > GRAPH_NODES_MAX / 8) {
        budget->why = "memory";
        return false;
    }
    accesses->items = check_budget_take(budget, count, sizeof *accesses->items);
    accesses->runs = check_budget_take(budget, count, sizeof *accesses->runs);
    accesses->first_run = check_budget_take(budget, (size_t)count + 1, sizeof *accesses->first_run);
    accesses->writes = check_budget_take(budget, count, sizeof *accesses->writes);
    loader->written = check_budget_take(budget, count, sizeof *loader->written);
    loader->latest = check_budget_take(budget, count, sizeof *loader->latest);
    return accesses->items != NULL && accesses->runs != NULL && accesses->first_run != NULL &&
           accesses->writes != NULL && loader->written != NULL && loader->latest != NULL &&
           check_table_open(&loader->values, budget, count) &&
           check_table_open(&loader->processes, budget, count) &&
           keyed_open(&loader->keyed, accesses->judging);
}

int access_load(struct accesses *accesses, struct judging *judging,
                const struct check_options *options, const char *phantom)
{
    static const char *const NIL[] = {"missing", "any", NULL};
    static const char *const SIBLINGS[] = {"single", "list", NULL};
    struct loader loader = {.accesses = accesses,
                            .initial = option_value(option_text(options, "init")),
                            .phantom = phantom};
    uint32_t nil, siblings;
    *accesses = (struct accesses){.judging = judging};
    if (option_choice(options, "nil", NIL, &nil, judging->error) != 0 ||
        option_choice(options, "siblings", SIBLINGS, &siblings, judging->error) != 0) {
        return -1;
    }
    loader.nil_says_nothing = nil == 1;
    loader.siblings = siblings == 1;
    if (!take_room(&loader) || take_operations(&loader) != 0) {
        return -1;
    }
    accesses->key_count = loader.keyed.key_count;
    for (uint32_t i = 0; i < accesses->count; i++) {
        if (accesses->items[i].read != NULL) {
            find_source(&loader, &accesses->items[i], i);
        }
    }
    return find_runs(accesses) && check_budget_spend(&judging->budget, accesses->count) ? 0 : -1;
}
