/* append_runs.c - histories of transactions over lists (append_runs.h). */
#include "append_runs.h"

#include "base/draw.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t PURPOSE = DRAW_PURPOSE('l', 'i', 's', 't');
static const size_t HISTORY_BYTES_MAX = (size_t)4 << 30;
enum { MICROS_MAX = 64, KEYS_MAX = 64 };

/* ---- Values ---- */

struct check_value append_integer(int64_t integer)
{
    return (struct check_value){.kind = CHECK_INTEGER, .integer = integer};
}

struct check_value append_text(struct check_history *history, const char *text)
{
    uint32_t length = (uint32_t)strlen(text);
    const char *only = check_history_text(history, text, length);
    assert(only != NULL);
    return (struct check_value){.kind = CHECK_TEXT, .count = length, .text = only};
}

struct check_value append_list(struct check_history *history, const struct check_value *items,
                               uint32_t count)
{
    struct check_value *own = check_history_values(history, count);
    assert(own != NULL || count == 0);
    for (uint32_t i = 0; i < count; i++) {
        own[i] = items[i];
    }
    return (struct check_value){.kind = CHECK_LIST, .count = count, .items = own};
}

static struct check_value micro(struct check_history *history, const char *name, int64_t key,
                                struct check_value value)
{
    struct check_value items[3] = {append_text(history, name), append_integer(key), value};
    return append_list(history, items, 3);
}

struct check_value append_parse(struct check_history *history, const char *text, bool unknown)
{
    struct check_value micros[MICROS_MAX];
    struct check_value items[MICROS_MAX];
    uint32_t count = 0;
    while (*text != '\0') {
        char *at;
        bool read = *text == 'r';
        int64_t key = strtoll(text + 1, &at, 10);
        uint32_t length = 0;
        assert((read || *text == 'a') && *at == '=' && count < MICROS_MAX);
        for (text = at + 1; *text != ' ' && *text != '\0'; text = *at == ',' ? at + 1 : at) {
            assert(length < MICROS_MAX);
            items[length++] = append_integer(strtoll(text, &at, 10));
        }
        text += *text == ' ';
        struct check_value seen = {.kind = CHECK_NIL};
        if (read && !unknown) {
            seen = append_list(history, items, length);
        }
        micros[count++] =
            read ? micro(history, "r", key, seen) : micro(history, "append", key, items[0]);
    }
    return append_list(history, micros, count);
}

void append_plant(struct check_history *history, uint32_t process, enum check_outcome outcome,
                  uint32_t call, uint32_t end, const char *text)
{
    struct check_operation operation = {
        .call = call,
        .end = outcome == CHECK_INFO ? CHECK_NEVER : end,
        .process = process,
        .outcome = (uint8_t)outcome,
        .function = check_history_text(history, "txn", 3),
        .input = append_parse(history, text, true),
        .call_ns = CHECK_NO_TIME,
        .end_ns = CHECK_NO_TIME,
        .number = history->count,
    };
    if (outcome == CHECK_OK) {
        operation.output = append_parse(history, text, false);
    }
    bool added = check_history_add(history, &operation);
    assert(added);
}

/* ---- Runs ---- */

struct store_key {
    int64_t name;
    uint32_t count;
    struct check_value *values; /* appends_max */
};

struct client {
    uint32_t process;
    uint32_t operation; /* that is open; */
    bool open, done;    /* done: it has taken effect */
    uint32_t count;
    bool reads[MICROS_MAX];
    uint32_t keys[MICROS_MAX]; /* places in the store when it was called */
    int64_t names[MICROS_MAX], values[MICROS_MAX];
    uint32_t next; /* micro-operation of a torn transaction */
    struct check_value micros[MICROS_MAX];
    uint32_t seen[MICROS_MAX]; /* how long the lists were then */
    uint32_t old[KEYS_MAX];    /* how long all were at the call before, */
    int64_t old_names[KEYS_MAX];
};

struct store {
    const struct append_run *run;
    struct check_history *history;
    struct draw_stream draws;
    struct store_key *keys;
    struct client *clients;
    struct check_operation *operations; /* in order of call; added when all are known */
    uint32_t called, now, processes;
    int64_t next_name, next_value;
};

static uint32_t draw(struct store *store, uint32_t bound)
{
    uint64_t value = draw_next(&store->draws);
    return (uint32_t)draw_below(value, bound);
}

static bool chance(struct store *store, uint32_t ppm)
{
    uint64_t value = draw_next(&store->draws);
    return draw_chance_ppm(value, ppm);
}

static void key_renew(struct store *store, struct store_key *key)
{
    key->name = store->next_name++;
    key->count = 0;
}

/* How many elements of a key a snapshot has; with a stale store that is one of the call before. */
static uint32_t seen_at_call(const struct store *store, const struct client *client, uint32_t key)
{
    const struct store_key *now = &store->keys[key];
    bool stale = store->run->store == APPEND_STALE && client->old_names[key] == now->name;
    return stale ? client->old[key] : now->count;
}

static void remember(const struct store *store, struct client *client)
{
    for (uint32_t key = 0; key < store->run->keys; key++) {
        client->old[key] = store->keys[key].count;
        client->old_names[key] = store->keys[key].name;
    }
}

/* Values and names in the order of the calls, so that they are what the client asked for. */
static void call(struct store *store, struct client *client)
{
    struct check_value micros[MICROS_MAX];
    client->count = 1 + draw(store, store->run->micros_max);
    for (uint32_t i = 0; i < client->count; i++) {
        client->keys[i] = draw(store, store->run->keys);
        client->names[i] = store->keys[client->keys[i]].name;
        client->reads[i] = draw(store, 2) == 0;
        client->values[i] = store->next_value++;
        client->seen[i] = seen_at_call(store, client, client->keys[i]);
        micros[i] = client->reads[i]
                        ? micro(store->history, "r", client->names[i], (struct check_value){0})
                        : micro(store->history, "append", client->names[i],
                                append_integer(client->values[i]));
    }
    remember(store, client);
    client->operation = store->called++;
    client->open = true;
    client->done = false;
    store->operations[client->operation] = (struct check_operation){
        .call = store->now++,
        .end = CHECK_NEVER,
        .process = client->process,
        .outcome = CHECK_INFO,
        .function = check_history_text(store->history, "txn", 3),
        .input = append_list(store->history, micros, client->count),
        .call_ns = CHECK_NO_TIME,
        .end_ns = CHECK_NO_TIME,
        .number = client->operation,
    };
}

static bool appends_to(const struct client *client, uint32_t key)
{
    bool appends = false;
    for (uint32_t i = 0; i < client->count; i++) {
        appends = appends || (!client->reads[i] && client->keys[i] == key);
    }
    return appends;
}

static bool only_reads(const struct client *client)
{
    bool only = true;
    for (uint32_t i = 0; i < client->count; i++) {
        only = only && client->reads[i];
    }
    return only;
}

/* All micro-operations at one moment. A key that was replaced since the call still stands here when
 * nobody else has the place; otherwise the transaction finds it full and fails. */
static bool take_effect(struct store *store, struct client *client, struct check_value *micros)
{
    uint32_t appends_max = store->run->appends_max;
    for (uint32_t i = 0; i < client->count; i++) {
        struct store_key *key = &store->keys[client->keys[i]];
        if (key->name != client->names[i] || key->count + client->count > appends_max ||
            (store->run->store == APPEND_SNAPSHOT && !client->reads[i] &&
             key->count != client->seen[i])) {
            return false;
        }
    }
    bool snapshot = store->run->store == APPEND_SNAPSHOT ||
                    (store->run->store == APPEND_STALE && only_reads(client));
    for (uint32_t i = 0; i < client->count; i++) {
        struct store_key *key = &store->keys[client->keys[i]];
        if (client->reads[i]) {
            bool old = snapshot && !appends_to(client, client->keys[i]);
            struct check_value seen =
                append_list(store->history, key->values, old ? client->seen[i] : key->count);
            micros[i] = micro(store->history, "r", key->name, seen);
        } else {
            struct check_value value = append_integer(client->values[i]);
            key->values[key->count++] = value;
            micros[i] = micro(store->history, "append", key->name, value);
        }
    }
    for (uint32_t i = 0; i < client->count; i++) {
        struct store_key *key = &store->keys[client->keys[i]];
        if (key->count + store->run->micros_max > appends_max) {
            key_renew(store, key);
        }
    }
    return true;
}

static void take_effect_micro(struct store *store, struct client *client, uint32_t i)
{
    struct store_key *key = &store->keys[client->keys[i]];
    if (client->reads[i]) {
        struct check_value seen = append_list(store->history, key->values, key->count);
        client->micros[i] = micro(store->history, "r", key->name, seen);
        return;
    }
    assert(key->count < store->run->appends_max);
    struct check_value value = append_integer(client->values[i]);
    key->values[key->count++] = value;
    client->micros[i] = micro(store->history, "append", key->name, value);
}

/* The keys of a torn store are never replaced, so there must be room for all appends. */
static void tear(struct store *store, struct client *client)
{
    take_effect_micro(store, client, client->next++);
    if (client->next == client->count) {
        struct check_operation *operation = &store->operations[client->operation];
        operation->outcome = CHECK_OK;
        operation->output = append_list(store->history, client->micros, client->count);
        client->done = true;
        client->next = 0;
    }
}

static void effect(struct store *store, struct client *client)
{
    struct check_operation *operation = &store->operations[client->operation];
    struct check_value micros[MICROS_MAX];
    if (store->run->store == APPEND_TORN) {
        tear(store, client);
        return;
    }
    bool crash = chance(store, store->run->info_ppm);
    bool vanish = draw(store, 2) == 0;
    bool refused = chance(store, store->run->fail_ppm);
    client->done = true;
    if (crash && vanish) {
        return;
    }
    if (refused || !take_effect(store, client, micros)) {
        operation->outcome = CHECK_FAIL;
    } else if (!crash) {
        operation->outcome = CHECK_OK;
        operation->output = append_list(store->history, micros, client->count);
    }
}

static void answer(struct store *store, struct client *client)
{
    struct check_operation *operation = &store->operations[client->operation];
    client->open = false;
    if (operation->outcome == CHECK_INFO) {
        client->process = store->processes++;
    } else {
        operation->end = store->now++;
    }
}

static void store_open(struct store *store)
{
    const struct append_run *run = store->run;
    assert(run->keys <= KEYS_MAX && run->micros_max <= MICROS_MAX);
    assert(run->appends_max >= 2 * run->micros_max);
    store->keys = calloc(run->keys, sizeof *store->keys);
    store->clients = calloc(run->clients, sizeof *store->clients);
    store->operations = calloc(run->transactions, sizeof *store->operations);
    assert(store->keys != NULL && store->clients != NULL && store->operations != NULL);
    for (uint32_t i = 0; i < run->keys; i++) {
        store->keys[i].values = calloc(run->appends_max, sizeof *store->keys[i].values);
        assert(store->keys[i].values != NULL);
        key_renew(store, &store->keys[i]);
    }
    for (uint32_t i = 0; i < run->clients; i++) {
        store->clients[i].process = store->processes++;
    }
}

static void store_close(struct store *store)
{
    for (uint32_t i = 0; i < store->run->keys; i++) {
        free(store->keys[i].values);
    }
    free(store->keys);
    free(store->clients);
    free(store->operations);
}

struct check_history *append_run_make(const struct append_run *run)
{
    struct store store = {.run = run, .history = check_history_new(HISTORY_BYTES_MAX)};
    assert(store.history != NULL);
    store.draws = draw_stream_init(run->seed, PURPOSE, 0);
    store_open(&store);
    uint32_t open = 0;
    while (store.called < run->transactions || open > 0) {
        struct client *client = &store.clients[draw(&store, run->clients)];
        if (!client->open && store.called < run->transactions) {
            call(&store, client);
            open++;
        } else if (client->open && !client->done) {
            effect(&store, client);
        } else if (client->open) {
            answer(&store, client);
            open--;
        }
    }
    for (uint32_t i = 0; i < store.called; i++) {
        bool added = check_history_add(store.history, &store.operations[i]);
        assert(added);
    }
    store_close(&store);
    return store.history;
}

struct check_history *append_run_registers(const struct check_history *lists)
{
    struct check_history *history = check_history_new(HISTORY_BYTES_MAX);
    for (uint32_t i = 0; i < lists->count; i++) {
        struct check_operation operation = lists->operations[i];
        struct check_value micros[MICROS_MAX];
        const struct check_value *list =
            operation.outcome == CHECK_OK ? &operation.output : &operation.input;
        for (uint32_t m = 0; m < list->count; m++) {
            const struct check_value *old = list->items[m].items;
            struct check_value items[3] = {old[0], old[1], old[2]};
            items[0] = append_text(history, old[0].text[0] == 'r' ? "r" : "w");
            if (old[0].text[0] == 'r') {
                items[2] = old[2].kind == CHECK_LIST && old[2].count > 0
                               ? old[2].items[old[2].count - 1]
                               : append_integer(-1);
            }
            micros[m] = append_list(history, items, 3);
        }
        operation.input = append_list(history, micros, list->count);
        operation.output = operation.outcome == CHECK_OK ? operation.input : operation.output;
        operation.function = check_history_text(history, "txn", 3);
        bool added = check_history_add(history, &operation);
        assert(added);
    }
    return history;
}

/* ---- Text ---- */

static void print_value(FILE *file, const struct check_value *value)
{
    switch ((enum check_kind)value->kind) {
    case CHECK_INTEGER:
        fprintf(file, "%lld", (long long)value->integer);
        break;
    case CHECK_TEXT:
        fprintf(file, ":%s", value->text);
        break;
    case CHECK_LIST:
        fputc('[', file);
        for (uint32_t i = 0; i < value->count; i++) {
            if (i > 0) {
                fputc(' ', file);
            }
            print_value(file, &value->items[i]);
        }
        fputc(']', file);
        break;
    default:
        fputs("nil", file);
    }
}

static void print_event(FILE *file, uint32_t place, const struct check_operation *operation,
                        bool end)
{
    static const char *const TYPES[] = {"ok", "fail", "info"};
    bool answered = end && operation->outcome == CHECK_OK;
    fprintf(file, "{:index %u, :type :%s, :process %u, :f :txn, :value ", place,
            end ? TYPES[operation->outcome] : "invoke", operation->process);
    print_value(file, answered ? &operation->output : &operation->input);
    fputs("}\n", file);
}

char *append_run_text(const struct check_history *history, size_t *length)
{
    uint32_t places = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        const struct check_operation *operation = &history->operations[i];
        places = operation->call >= places ? operation->call + 1 : places;
        if (operation->end != CHECK_NEVER && operation->end >= places) {
            places = operation->end + 1;
        }
    }
    uint32_t *at = calloc((size_t)places + 1, sizeof *at); /* operation * 2 + end + 1 */
    assert(at != NULL);
    for (uint32_t i = 0; i < history->count; i++) {
        at[history->operations[i].call] = i * 2 + 1;
        if (history->operations[i].end != CHECK_NEVER) {
            at[history->operations[i].end] = i * 2 + 2;
        }
    }
    char *text = NULL;
    FILE *file = open_memstream(&text, length);
    assert(file != NULL);
    for (uint32_t i = 0; i < places; i++) {
        if (at[i] != 0) {
            print_event(file, i, &history->operations[(at[i] - 1) / 2], (at[i] - 1) % 2 == 1);
        }
    }
    fclose(file);
    free(at);
    return text;
}
