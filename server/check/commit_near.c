/* commit_near.c - the commits that read committed and read atomic force (register.h), one transaction after
 * the other. For each other transaction that it has read from, either what that one wrote is walked or
 * what itself has read, whichever is less; so the whole takes at most about n^1.5 steps. */
#include "check/register.h"

#include <assert.h>
#include <string.h>

bool forced_add(struct forced_list *list, struct check_budget *budget, uint32_t before,
                uint32_t after, uint32_t reader, uint32_t key)
{
    assert(before != after);
    if (list->count == list->room) {
        uint32_t room = list->room == 0 ? 1024 : list->room * 2;
        struct forced *items =
            room <= GRAPH_NODES_MAX ? check_budget_take(budget, room, sizeof *items) : NULL;
        if (items == NULL) {
            budget->why = budget->why != NULL ? budget->why : "memory";
            return false;
        }
        if (list->count > 0) {
            memcpy(items, list->items, list->count * sizeof *items);
        }
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = (struct forced){before, after, reader, key};
    return true;
}

/* From whom a key was read in the transaction in hand, and from whom else. */
struct read_from {
    uint32_t reader;        /* + 1 */
    uint32_t first, second; /* transactions, or REGISTER_NONE */
};

struct near {
    const struct register_history *registers;
    struct check_budget *budget;
    struct forced_list *list;
    struct read_from *keys;
    uint32_t
        *met; /* of each transaction: the place of the first read from it, in the one in hand */
    uint32_t *met_by; /* and which that was, + 1 */
};

static bool near_open(struct near *near)
{
    const struct register_history *registers = near->registers;
    size_t count = (size_t)registers->history->count + 1;
    near->keys = check_budget_take(near->budget, registers->key_count, sizeof *near->keys);
    near->met = check_budget_take(near->budget, count, sizeof *near->met);
    near->met_by = check_budget_take(near->budget, count, sizeof *near->met_by);
    return near->keys != NULL && near->met != NULL && near->met_by != NULL;
}

/* The first read of the reader in hand from each transaction. */
static void meet_writers(struct near *near, uint32_t reader)
{
    const struct register_transaction *own = &near->registers->transactions[reader];
    for (uint32_t r = own->first_read; r < own->first_read + own->read_count; r++) {
        uint32_t from = register_writer(near->list, &near->registers->reads[r]);
        if (from != REGISTER_NONE && near->met_by[from] != reader + 1) {
            near->met_by[from] = reader + 1;
            near->met[from] = r;
        }
    }
}

/* Notes that the reader has read the key from a transaction, in front of those noted before. */
static void note(struct near *near, uint32_t reader, uint32_t key, uint32_t from)
{
    struct read_from *noted = &near->keys[key];
    assert(from != REGISTER_NONE && from != reader);
    if (noted->reader != reader + 1) {
        *noted = (struct read_from){reader + 1, from, REGISTER_NONE};
    } else if (noted->first != from) {
        noted->second = noted->first;
        noted->first = from;
    }
}

/* The reader knows of `known`, which wrote the key: whom it reads the key from comes later. */
static bool force_key(struct near *near, uint32_t reader, uint32_t known, uint32_t key)
{
    const struct read_from *noted = &near->keys[key];
    if (noted->reader != reader + 1) {
        return true;
    }
    uint32_t from = noted->first != known ? noted->first : noted->second;
    return from == REGISTER_NONE || from == known ||
           forced_add(near->list, near->budget, known, from, reader, key);
}

/* All keys that `known` wrote and the reader reads from `start` on. */
static bool force_all(struct near *near, uint32_t reader, uint32_t known, uint32_t start)
{
    const struct register_history *registers = near->registers;
    const struct register_transaction *own = &registers->transactions[reader];
    if (known == registers->history->count) {
        return true; /* the start comes before all */
    }
    const struct register_transaction *other = &registers->transactions[known];
    uint32_t end = own->first_read + own->read_count;
    bool good = true;
    assert(known < registers->history->count && start <= end);
    if (other->write_count <= end - start) {
        for (uint32_t w = 0; good && w < other->write_count; w++) {
            good = force_key(near, reader, known, registers->writes[other->first_write + w].key);
        }
        return good && check_budget_spend(near->budget, other->write_count);
    }
    for (uint32_t r = start; good && r < end; r++) {
        if (register_wrote(registers, known, registers->reads[r].key)) {
            good = force_key(near, reader, known, registers->reads[r].key);
        }
    }
    return good && check_budget_spend(near->budget, end - start);
}

/* From the last read back: what is noted is what comes after the read in hand. Only the next writer of a
 * key matters: that it commits before those read after it is forced by its own read. */
static bool committed_of(struct near *near, uint32_t reader)
{
    const struct register_history *registers = near->registers;
    const struct register_transaction *own = &registers->transactions[reader];
    meet_writers(near, reader);
    for (uint32_t r = own->first_read + own->read_count; r-- > own->first_read;) {
        uint32_t from = register_writer(near->list, &registers->reads[r]);
        if (from == REGISTER_NONE) {
            continue;
        }
        if (near->met[from] == r && !force_all(near, reader, from, r + 1)) {
            return false;
        }
        note(near, reader, registers->reads[r].key, from);
    }
    return true;
}

bool forced_read_committed(const struct register_history *registers, struct check_budget *budget,
                           struct forced_list *list)
{
    struct near near = {.registers = registers, .budget = budget, .list = list};
    bool good = near_open(&near);
    for (uint32_t i = 0; good && i < registers->history->count; i++) {
        good = committed_of(&near, i);
    }
    return good;
}

/* Notes all first: the reader knows of each from its beginning. A key that was read from several transactions
 * needs only two of them: each is known where it is read from the other, and that is a cycle. */
static bool atomic_of(struct near *near, uint32_t reader)
{
    const struct register_history *registers = near->registers;
    const struct register_transaction *own = &registers->transactions[reader];
    bool good = true;
    meet_writers(near, reader);
    for (uint32_t r = own->first_read; r < own->first_read + own->read_count; r++) {
        uint32_t from = register_writer(near->list, &registers->reads[r]);
        if (from != REGISTER_NONE) {
            note(near, reader, registers->reads[r].key, from);
        }
    }
    for (uint32_t r = own->first_read; good && r < own->first_read + own->read_count; r++) {
        uint32_t from = register_writer(near->list, &registers->reads[r]);
        if (from != REGISTER_NONE && near->met[from] == r) {
            good = force_all(near, reader, from, own->first_read);
        }
    }
    return good;
}

/* Who wrote each key last in the session in hand. */
struct session_write {
    uint32_t session; /* + 1 */
    uint32_t transaction;
};

static bool atomic_sessions(struct near *near)
{
    const struct register_history *registers = near->registers;
    struct session_write *latest =
        check_budget_take(near->budget, registers->key_count, sizeof *latest);
    bool good = latest != NULL;
    for (uint32_t i = 0; good && i < registers->history->count; i++) {
        uint32_t reader = registers->by_session[i];
        uint32_t session = registers->session[reader] + 1;
        const struct register_transaction *own = &registers->transactions[reader];
        for (uint32_t r = own->first_read; good && r < own->first_read + own->read_count; r++) {
            uint32_t key = registers->reads[r].key;
            uint32_t from = register_writer(near->list, &registers->reads[r]);
            if (from != REGISTER_NONE && latest[key].session == session &&
                latest[key].transaction != from) {
                good = forced_add(near->list, near->budget, latest[key].transaction, from, reader,
                                  key);
            }
        }
        for (uint32_t w = own->first_write; w < own->first_write + own->write_count; w++) {
            latest[registers->writes[w].key] = (struct session_write){session, reader};
        }
        good = good && check_budget_spend(near->budget, own->read_count + own->write_count);
    }
    return good;
}

bool forced_read_atomic(const struct register_history *registers, struct check_budget *budget,
                        struct forced_list *list)
{
    struct near near = {.registers = registers, .budget = budget, .list = list};
    bool good = near_open(&near);
    for (uint32_t i = 0; good && i < registers->history->count; i++) {
        good = atomic_of(&near, i);
    }
    return good && atomic_sessions(&near);
}
