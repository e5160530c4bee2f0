/* lin_kv.c: the workload lin-kv.
 *
 * A request becomes an input of the range's node of clients; the notes by which that tells of
 * operations are the answers. */
#include "stdio/lin_kv.h"

#include "stdio/carry.h"
#include "stdio/host.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { ASKED, INVOKED, FREE };
enum { PATH_BYTES = 512 };

/* A request of a client of Maelstrom. */
struct open_request {
    char client[SESSION_NAME_BYTES];
    int64_t message;
    const struct range *range;
    struct store_request request;
    uint32_t operation; /* once it is invoked */
    uint8_t stage;      /* ASKED: given to the node of clients, in order */
};

struct range {
    struct lin_kv *owner;
    int64_t number; /* of its first key, by keys of a range */
    struct stdio_host *host;
    uint64_t asked, invoked;         /* how many so far: they are invoked in the order of asking */
    uint32_t order[LIN_KV_OPEN_MAX]; /* ring: places of requests that were asked */
};

struct lin_kv {
    const struct store *store;
    lin_kv_prepare *prepare;
    void *context;
    const char *folder;
    const void *plan;
    const int64_t *settings;
    struct session *session;
    uint32_t servers, range_count;
    struct range ranges[LIN_KV_RANGES];
    struct open_request open[LIN_KV_OPEN_MAX];
    struct error trouble; /* "" while all is well */
};

struct lin_kv *lin_kv_new(const struct store *store, lin_kv_prepare *prepare, void *context,
                          const char *folder)
{
    struct lin_kv *self = calloc(1, sizeof *self);
    if (self != NULL) {
        self->store = store;
        self->prepare = prepare;
        self->context = context;
        self->folder = folder;
        for (uint32_t i = 0; i < LIN_KV_OPEN_MAX; i++) {
            self->open[i].stage = FREE;
        }
    }
    return self;
}

void lin_kv_free(struct lin_kv **self_pointer)
{
    struct lin_kv *self = *self_pointer;
    *self_pointer = NULL;
    for (uint32_t i = 0; self != NULL && i < self->range_count; i++) {
        stdio_host_free(&self->ranges[i].host);
    }
    free(self);
}

/* ---- Answers ---- */

static struct open_request *by_operation(const struct range *range, uint32_t operation)
{
    struct lin_kv *self = range->owner;
    for (uint32_t i = 0; i < LIN_KV_OPEN_MAX; i++) {
        struct open_request *open = &self->open[i];
        if (open->stage == INVOKED && open->range == range && open->operation == operation) {
            return open;
        }
    }
    return NULL;
}

static void refuse(struct lin_kv *self, struct open_request *open, enum session_error code,
                   const char *text)
{
    session_refuse(self->session, open->client, open->message, code, text);
    open->stage = FREE;
}

static void done(struct lin_kv *self, struct open_request *open, const struct store_news *news)
{
    static const char *const TYPES[] = {
        [STORE_READ] = "read_ok", [STORE_WRITE] = "write_ok", [STORE_CAS] = "cas_ok"};
    bool read = open->request.function == STORE_READ;
    if (read && !news->there) {
        refuse(self, open, SESSION_NO_KEY, "the key has never been written");
        return;
    }
    session_reply(self->session, open->client, open->message, TYPES[open->request.function]);
    if (read) {
        json_i64(&self->session->json, "value", news->value);
    }
    session_send(self->session);
    open->stage = FREE;
}

static bool is_meant(const struct store_request *asked, const struct store_request *told)
{
    return asked->function == told->function && asked->key == told->key &&
           (asked->function == STORE_READ || asked->value == told->value);
}

/* The node of clients tells of operations in the order in which they were asked; between them it may
 * look at keys by itself (its final reads), which nobody here waits for. */
static void invoked(struct range *range, const struct store_news *news)
{
    struct open_request *open = &range->owner->open[range->order[range->invoked % LIN_KV_OPEN_MAX]];
    bool skipped = news->kind == STORE_SKIPPED;
    if (range->invoked == range->asked || (!skipped && !is_meant(&open->request, &news->request))) {
        return;
    }
    range->invoked++;
    open->stage = INVOKED;
    open->operation = news->operation;
    if (skipped) {
        refuse(range->owner, open, news->code, news->text);
    }
}

static void on_note(void *context, const struct node_note *note)
{
    struct range *range = context;
    struct store_news news;
    range->owner->store->news(note, &news);
    if (news.kind == STORE_INVOKED || news.kind == STORE_SKIPPED) {
        invoked(range, &news);
    } else if (news.kind != STORE_NO_NEWS) {
        struct open_request *open = by_operation(range, news.operation);
        if (open != NULL && news.kind == STORE_DONE) {
            done(range->owner, open, &news);
        } else if (open != NULL) {
            refuse(range->owner, open, news.code, news.text);
        }
    }
}

/* ---- Ranges ---- */

/* Servers are 0 .. servers-1; the node of clients in process i is servers + i. */
static uint32_t process_of(const struct lin_kv *self, uint32_t node)
{
    return node % self->servers;
}

static void on_send(void *context, uint32_t from, uint32_t to, uint16_t type, const uint8_t *bytes,
                    uint32_t length)
{
    const struct range *range = context;
    struct carry carry = {
        .range = range->number, .from = from, .to = to, .kind = type, .length = length};
    carry_send(range->owner->session, process_of(range->owner, to), &carry, bytes);
}

static int folder_of(const struct lin_kv *self, int64_t number, char path[PATH_BYTES],
                     struct error *error)
{
    int length = snprintf(path, PATH_BYTES, "%s/%lld", self->folder, (long long)number);
    if (length < 0 || length >= PATH_BYTES) {
        return error_set(error, "the name of the folder for files is too long");
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST
               ? 0
               : error_set(error, "cannot make the folder %.200s: %s", path, strerror(errno));
}

static int range_begin(struct lin_kv *self, struct range *range, int64_t number,
                       struct error *error)
{
    char path[PATH_BYTES];
    struct timespec now;
    uint32_t own = self->session->self;
    if (self->folder != NULL && folder_of(self, number, path, error) != 0) {
        return -1;
    }
    (void)clock_gettime(CLOCK_REALTIME, &now);
    struct stdio_host_options options = {
        .node_count = 2 * self->servers,
        .hosted_count = 2,
        .hosted = {{own, self->store->server}, {self->servers + own, self->store->clients}},
        .settings = self->settings,
        .setting_count = self->store->setting_count,
        .plan = self->plan,
        .seed = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec + own,
        .folder = self->folder != NULL ? path : NULL,
        .context = range,
        .send = on_send,
        .note = on_note};
    *range = (struct range){.owner = self, .number = number};
    range->host = stdio_host_new(&options, error);
    if (range->host == NULL) {
        return -1;
    }
    stdio_host_start(range->host);
    if (stdio_host_turn(range->host, error) < 0) { /* its files are read before anybody asks */
        stdio_host_free(&range->host);
        return -1;
    }
    return 0;
}

/* The range of that number, begun if it was not. NULL: there is no room for one more, or it could not
 * begin, which is this process's end. */
static struct range *range_find(struct lin_kv *self, int64_t number)
{
    for (uint32_t i = 0; i < self->range_count; i++) {
        if (self->ranges[i].number == number) {
            return &self->ranges[i];
        }
    }
    if (self->range_count == LIN_KV_RANGES) {
        return NULL;
    }
    struct range *range = &self->ranges[self->range_count];
    if (range_begin(self, range, number, &self->trouble) != 0) {
        return NULL;
    }
    self->range_count++;
    return range;
}

/* What is no message of ours is like one that was lost. */
static void on_peer(void *context, struct session *session, uint32_t from, const struct cJSON *body)
{
    struct lin_kv *self = context;
    struct carry carry = {.range = 0};
    uint8_t bytes[NODE_MESSAGE_BYTES_MAX];
    if (!carry_read(body, &carry, bytes) || carry.from >= 2 * self->servers ||
        process_of(self, carry.from) != from || carry.to >= 2 * self->servers ||
        process_of(self, carry.to) != session->self) {
        return;
    }
    struct range *range = range_find(self, carry.range);
    if (range != NULL) {
        (void)stdio_host_message(range->host, carry.from, carry.to, carry.kind, bytes,
                                 carry.length);
    }
}

/* ---- Requests ---- */

/* Type and fields of a request, `key` as its clients name it. 0, or the code of a refusal with its
 * reason. */
static enum session_error read_request(const struct session_request *body, int64_t *key,
                                       struct store_request *request, const char **text)
{
    static const struct {
        const char *type, *fields[3];
    } TYPES[] = {[STORE_READ] = {"read", {"key"}},
                 [STORE_WRITE] = {"write", {"key", "value"}},
                 [STORE_CAS] = {"cas", {"key", "to", "from"}}};
    int64_t *const into[3] = {key, &request->value, &request->expected};
    uint32_t type = 0;
    while (type <= STORE_CAS && strcmp(TYPES[type].type, body->type) != 0) {
        type++;
    }
    if (type > STORE_CAS) {
        *text = "this node does not serve requests of that type; it serves read, write and cas";
        return SESSION_NOT_SUPPORTED;
    }
    request->function = (enum store_function)type;
    for (uint32_t i = 0; i < 3 && TYPES[type].fields[i] != NULL; i++) {
        const cJSON *field = cJSON_GetObjectItemCaseSensitive(body->body, TYPES[type].fields[i]);
        if (field == NULL) {
            *text = "a field is missing: read has key, write key and value, cas key, from and to";
            return SESSION_MALFORMED;
        }
        if (!session_whole(field, into[i])) {
            *text = "keys and values are whole numbers from -9000000000000000 to 9000000000000000";
            return SESSION_NOT_SUPPORTED;
        }
    }
    return SESSION_TIMEOUT;
}
_Static_assert(SESSION_WHOLE_MAX == 9000000000000000, "the sentence above says so");
_Static_assert(SESSION_TIMEOUT == 0, "no code of a refusal");

static struct open_request *free_place(struct lin_kv *self, uint32_t *place)
{
    for (uint32_t i = 0; i < LIN_KV_OPEN_MAX; i++) {
        if (self->open[i].stage == FREE) {
            *place = i;
            return &self->open[i];
        }
    }
    return NULL;
}

/* Rounds down, so that neighbours on both sides of 0 are neighbours. */
static int64_t range_of(int64_t key, int64_t keys)
{
    return key >= 0 ? key / keys : -((-key + keys - 1) / keys);
}

static void ask(struct lin_kv *self, struct range *range, const struct session_request *from,
                const struct store_request *request)
{
    int64_t args[NODE_INPUT_ARGS] = {0};
    uint32_t place = 0;
    uint32_t own = self->session->self;
    struct open_request *open = free_place(self, &place);
    if (open == NULL) {
        session_refuse(self->session, from->client, from->message, SESSION_UNAVAILABLE,
                       "too many requests at once");
        return;
    }
    *open = (struct open_request){
        .message = from->message, .range = range, .request = *request, .stage = ASKED};
    memcpy(open->client, from->client, sizeof open->client);
    range->order[range->asked++ % LIN_KV_OPEN_MAX] = place;
    uint16_t input = self->store->input(request, own, args);
    stdio_host_input(range->host, self->servers + own, input, args);
}

static void on_request(void *context, struct session *session, const struct session_request *from)
{
    struct lin_kv *self = context;
    struct store_request request = {.key = 0};
    int64_t key = 0;
    int64_t keys = self->store->keys;
    const char *text = NULL;
    enum session_error code = read_request(from, &key, &request, &text);
    if (text != NULL) {
        session_refuse(session, from->client, from->message, code, text);
        return;
    }
    struct range *range = range_find(self, range_of(key, keys));
    if (range == NULL) {
        char full[160];
        (void)snprintf(full, sizeof full,
                       "there is room for keys of %d ranges of %lld neighbours; this key is of one "
                       "more",
                       LIN_KV_RANGES, (long long)keys);
        session_refuse(session, from->client, from->message, SESSION_UNAVAILABLE, full);
        return;
    }
    request.key = (uint32_t)(key - range->number * keys);
    assert(request.key < self->store->keys);
    ask(self, range, from, &request);
}

/* ---- Begin, go on ---- */

static int begin(void *context, struct session *session, struct error *error)
{
    struct lin_kv *self = context;
    self->session = session;
    self->servers = session->node_count;
    if (self->servers > self->store->servers_max) {
        return error_set(error, "there are %u nodes; mode %s has at most %u", self->servers,
                         self->store->mode, self->store->servers_max);
    }
    if (self->prepare(self->context, self->store, self->servers, &self->plan, &self->settings,
                      error) != 0) {
        return -1;
    }
    if (range_find(self, 0) == NULL) { /* most tests begin there */
        *error = self->trouble;
        return -1;
    }
    return 0;
}

static int64_t turn(void *context, struct session *session, struct error *error)
{
    struct lin_kv *self = context;
    int64_t wait_ns = INT64_MAX;
    (void)session;
    for (uint32_t i = 0; i < self->range_count && wait_ns >= 0; i++) {
        int64_t own_ns = stdio_host_turn(self->ranges[i].host, error);
        wait_ns = own_ns < wait_ns ? own_ns : wait_ns;
    }
    if (wait_ns >= 0 && self->trouble.text[0] != '\0') {
        *error = self->trouble;
        wait_ns = -1;
    }
    return wait_ns;
}

const struct session_workload STDIO_LIN_KV = {
    .name = "lin-kv", .begin = begin, .request = on_request, .peer = on_peer, .turn = turn};
