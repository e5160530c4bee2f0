/* lin_kv.c: the workload lin-kv.
 *
 * Messages between nodes of ours travel as {type: "raft", from, to, kind, bytes}, the bytes in hex:
 * their wire form is their memory form. A request becomes an input of the client node; the notes by
 * which that tells of operations are the answers. Values are kept one higher, since an input's value 0
 * means "any new one". */
#include "stdio/lin_kv.h"

#include "stdio/host.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ASKED, INVOKED, FREE };
enum { VALUE_MAX = 999999998, HEX_BASE = 16 };

/* A request of a client of Maelstrom. */
struct open_request {
    char client[SESSION_NAME_BYTES];
    int64_t message;
    uint32_t operation; /* once it is invoked */
    int64_t value, expected;
    uint16_t key;
    uint8_t function; /* enum council_function */
    uint8_t stage;    /* ASKED: given to the client node, in order */
};

struct lin_kv {
    lin_kv_prepare *prepare;
    void *context;
    const char *folder;
    struct session *session;
    struct stdio_host *host;
    uint32_t servers;
    uint64_t asked, invoked; /* how many so far: they are invoked in the order of asking */
    struct open_request open[LIN_KV_OPEN_MAX];
    uint32_t order[LIN_KV_OPEN_MAX]; /* ring: places of requests that were asked */
};

struct lin_kv *lin_kv_new(lin_kv_prepare *prepare, void *context, const char *folder)
{
    struct lin_kv *self = calloc(1, sizeof *self);
    if (self != NULL) {
        self->prepare = prepare;
        self->context = context;
        self->folder = folder;
        for (uint32_t i = 0; i < LIN_KV_OPEN_MAX; i++) {
            self->open[i].stage = FREE;
        }
    }
    return self;
}

void lin_kv_free(struct lin_kv **self)
{
    if (*self != NULL) {
        stdio_host_free(&(*self)->host);
        free(*self);
        *self = NULL;
    }
}

/* ---- Messages between nodes of ours ---- */

/* Servers are 0 .. servers-1; the client node of process i is servers + i. */
static uint32_t process_of(const struct lin_kv *self, uint32_t node)
{
    return node % self->servers;
}

static void on_send(void *context, uint32_t from, uint32_t to, uint16_t type, const uint8_t *bytes,
                    uint32_t length)
{
    static const char DIGITS[] = "0123456789abcdef";
    struct lin_kv *self = context;
    char hex[2 * NODE_MESSAGE_BYTES_MAX + 1];
    assert(length <= NODE_MESSAGE_BYTES_MAX);
    for (uint32_t i = 0; i < length; i++) {
        hex[2 * i] = DIGITS[bytes[i] / HEX_BASE];
        hex[2 * i + 1] = DIGITS[bytes[i] % HEX_BASE];
    }
    session_peer(self->session, process_of(self, to), "raft");
    json_u64(&self->session->json, "from", from);
    json_u64(&self->session->json, "to", to);
    json_u64(&self->session->json, "kind", type);
    json_bytes(&self->session->json, "bytes", hex, 2 * length);
    session_send(self->session);
}

static int hex_digit(char digit)
{
    return digit >= '0' && digit <= '9'   ? digit - '0'
           : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                                          : -1;
}

static bool hex_read(const char *hex, uint8_t *bytes, uint32_t *length)
{
    size_t digits = strlen(hex);
    if (digits % 2 != 0 || digits / 2 > NODE_MESSAGE_BYTES_MAX) {
        return false;
    }
    for (size_t i = 0; i < digits / 2; i++) {
        int high = hex_digit(hex[2 * i]);
        int low = hex_digit(hex[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        bytes[i] = (uint8_t)(high * HEX_BASE + low);
    }
    *length = (uint32_t)(digits / 2);
    return true;
}

static bool whole(const cJSON *body, const char *name, int64_t min, int64_t max, int64_t *value)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(body, name);
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= (double)min) ||
        !(item->valuedouble <= (double)max) ||
        item->valuedouble != (double)(int64_t)item->valuedouble) {
        return false;
    }
    *value = (int64_t)item->valuedouble;
    return true;
}

/* What is no message of ours is like one that was lost. */
static void on_peer(void *context, struct session *session, uint32_t from, const struct cJSON *body)
{
    struct lin_kv *self = context;
    uint8_t bytes[NODE_MESSAGE_BYTES_MAX];
    uint32_t length = 0;
    int64_t sender = 0;
    int64_t to = 0;
    int64_t kind = 0;
    const cJSON *hex = cJSON_GetObjectItemCaseSensitive(body, "bytes");
    (void)session;
    if (whole(body, "from", 0, 2 * (int64_t)self->servers - 1, &sender) &&
        whole(body, "to", 0, 2 * (int64_t)self->servers - 1, &to) &&
        whole(body, "kind", 0, UINT16_MAX, &kind) && cJSON_IsString(hex) &&
        process_of(self, (uint32_t)sender) == from && hex_read(hex->valuestring, bytes, &length)) {
        (void)stdio_host_message(self->host, (uint32_t)sender, (uint32_t)to, (uint16_t)kind, bytes,
                                 length);
    }
}

/* ---- Answers ---- */

static struct open_request *by_operation(struct lin_kv *self, uint32_t operation)
{
    for (uint32_t i = 0; i < LIN_KV_OPEN_MAX; i++) {
        if (self->open[i].stage == INVOKED && self->open[i].operation == operation) {
            return &self->open[i];
        }
    }
    return NULL;
}

static void refuse(struct lin_kv *self, struct open_request *request, enum session_error code,
                   const char *text)
{
    session_refuse(self->session, request->client, request->message, code, text);
    request->stage = FREE;
}

static void done(struct lin_kv *self, struct open_request *request, const struct node_note *note)
{
    static const char *const TYPES[COUNCIL_FUNCTIONS] = {
        [COUNCIL_READ] = "read_ok", [COUNCIL_WRITE] = "write_ok", [COUNCIL_CAS] = "cas_ok"};
    bool there = (note->args[2] & 1) != 0;
    if (request->function == COUNCIL_READ && !there) {
        refuse(self, request, SESSION_NO_KEY, "the key has never been written");
        return;
    }
    session_reply(self->session, request->client, request->message, TYPES[request->function]);
    if (request->function == COUNCIL_READ) {
        json_i64(&self->session->json, "value", note->args[1] - 1);
    }
    session_send(self->session);
    request->stage = FREE;
}

static void failed(struct lin_kv *self, struct open_request *request, const struct node_note *note)
{
    bool mismatch = note->args[1] == COUNCIL_MISMATCH;
    refuse(self, request, mismatch ? SESSION_MISMATCH : SESSION_UNAVAILABLE,
           mismatch ? "the key has another value, or none" : "no majority answered in time");
}

static bool is_meant(const struct open_request *request, const struct node_note *note)
{
    return COUNCIL_WHAT_FUNCTION(note->args[0]) == request->function &&
           COUNCIL_WHAT_KEY(note->args[0]) == request->key && note->args[1] == request->value &&
           note->args[2] == request->expected;
}

/* The client node tells of operations in the order in which they were asked; between them it may look
 * at keys by itself (its final reads), which nobody here waits for. */
static void invoked(struct lin_kv *self, const struct node_note *note)
{
    struct open_request *request = &self->open[self->order[self->invoked % LIN_KV_OPEN_MAX]];
    bool skipped = note->kind == COUNCIL_NOTE_SKIPPED;
    if (self->invoked == self->asked || (!skipped && !is_meant(request, note))) {
        return;
    }
    self->invoked++;
    request->stage = INVOKED;
    request->operation = note->subject;
    if (skipped) {
        refuse(self, request, SESSION_UNAVAILABLE, "too many requests at once");
    }
}

static void on_note(void *context, const struct node_note *note)
{
    struct lin_kv *self = context;
    struct open_request *request = NULL;
    switch (note->kind) {
    case COUNCIL_NOTE_INVOKED:
    case COUNCIL_NOTE_SKIPPED:
        invoked(self, note);
        break;
    case COUNCIL_NOTE_OK:
    case COUNCIL_NOTE_FAILED:
    case COUNCIL_NOTE_UNKNOWN:
        request = by_operation(self, note->subject);
        if (request != NULL && note->kind == COUNCIL_NOTE_OK) {
            done(self, request, note);
        } else if (request != NULL && note->kind == COUNCIL_NOTE_FAILED) {
            failed(self, request, note);
        } else if (request != NULL) {
            refuse(self, request, SESSION_TIMEOUT, "no answer in time; it may have happened");
        }
        break;
    default:
        break;
    }
}

/* ---- Requests ---- */

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

/* Type and fields into an input of the client node. False: it is none that can be served. */
static bool read_request(const struct session_request *request, uint16_t *input,
                         enum council_function *function, int64_t args[NODE_INPUT_ARGS])
{
    const cJSON *body = request->body;
    bool good = whole(body, "key", 0, LIN_KV_KEYS - 1, &args[0]);
    if (strcmp(request->type, "read") == 0) {
        *input = COUNCIL_INPUT_GET;
        *function = COUNCIL_READ;
        return good;
    }
    if (strcmp(request->type, "write") == 0) {
        *input = COUNCIL_INPUT_PUT;
        *function = COUNCIL_WRITE;
        good = good && whole(body, "value", 0, VALUE_MAX, &args[1]);
        args[1]++;
        return good;
    }
    *input = COUNCIL_INPUT_CAS;
    *function = COUNCIL_CAS;
    good = good && whole(body, "from", 0, VALUE_MAX, &args[1]) &&
           whole(body, "to", 0, VALUE_MAX, &args[2]);
    args[1]++;
    args[2]++;
    return good && strcmp(request->type, "cas") == 0;
}

static void on_request(void *context, struct session *session,
                       const struct session_request *request)
{
    struct lin_kv *self = context;
    int64_t args[NODE_INPUT_ARGS] = {0};
    uint16_t input = 0;
    enum council_function function = COUNCIL_READ;
    uint32_t place = 0;
    if (!read_request(request, &input, &function, args)) {
        session_refuse(session, request->client, request->message, SESSION_NOT_SUPPORTED,
                       "read, write and cas of whole numbers are served, under keys from 0 to 255");
        return;
    }
    struct open_request *open = free_place(self, &place);
    if (open == NULL) {
        session_refuse(session, request->client, request->message, SESSION_UNAVAILABLE,
                       "too many requests at once");
        return;
    }
    bool cas = function == COUNCIL_CAS;
    *open = (struct open_request){.message = request->message,
                                  .key = (uint16_t)args[0],
                                  .value = cas ? args[2] : args[1],
                                  .expected = cas ? args[1] : 0,
                                  .function = (uint8_t)function,
                                  .stage = ASKED};
    memcpy(open->client, request->client, sizeof open->client);
    self->order[self->asked++ % LIN_KV_OPEN_MAX] = place;
    stdio_host_input(self->host, self->servers + session->self, input, args);
}
_Static_assert(LIN_KV_KEYS == 256, "the sentence above says so");

/* ---- Begin, go on ---- */

static int begin(void *context, struct session *session, struct error *error)
{
    struct lin_kv *self = context;
    struct timespec now;
    const void *plan = NULL;
    const int64_t *settings = NULL;
    self->session = session;
    self->servers = session->node_count;
    if (self->servers > COUNCIL_SERVERS_MAX) {
        return error_set(error, "there are %u nodes; a council has at most %d", self->servers,
                         COUNCIL_SERVERS_MAX);
    }
    if (self->prepare(self->context, self->servers, &plan, &settings, error) != 0) {
        return -1;
    }
    (void)clock_gettime(CLOCK_REALTIME, &now);
    struct stdio_host_options options = {
        .node_count = 2 * self->servers,
        .hosted_count = 2,
        .hosted = {{session->self, &COUNCIL_SERVER_PROTOCOL},
                   {self->servers + session->self, &COUNCIL_CLIENTS_PROTOCOL}},
        .settings = settings,
        .setting_count = COUNCIL_SET_COUNT,
        .plan = plan,
        .seed = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec + session->self,
        .folder = self->folder,
        .context = self,
        .send = on_send,
        .note = on_note};
    self->host = stdio_host_new(&options, error);
    if (self->host == NULL) {
        return -1;
    }
    stdio_host_start(self->host);
    return 0;
}

static int64_t turn(void *context, struct session *session, struct error *error)
{
    struct lin_kv *self = context;
    (void)session;
    return stdio_host_turn(self->host, error);
}

const struct session_workload STDIO_LIN_KV = {
    .name = "lin-kv", .begin = begin, .request = on_request, .peer = on_peer, .turn = turn};
