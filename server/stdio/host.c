/* host.c - nodes of a system in a process of their own. */
#include "stdio/host.h"

#include "stdio/files.h"

#include "base/draw.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const uint32_t DRAW_STDIO = DRAW_PURPOSE('s', 't', 'd', 'i');
static const int64_t NS_PER_S = 1000000000;

/* An event on its way to a hosted node; its bytes follow in `bytes`. */
struct waiting {
    uint32_t hosted;
    struct node_event event;
    int64_t args[NODE_INPUT_ARGS];
    uint8_t *bytes; /* its own, or NULL */
};

struct hosted {
    uint32_t node;
    const struct node_protocol *protocol;
    void *state;
    uint64_t draw_key;
    uint32_t token_last;
    int64_t timers[NODE_TIMERS_MAX]; /* monotonic deadlines; negative: not set */
    struct stdio_files *files;
};

struct stdio_host {
    struct stdio_host_options options;
    int64_t *settings;
    int64_t start_ns; /* of the process: monotonic time 0 of its nodes */
    uint32_t hosted_count;
    struct hosted hosted[STDIO_NODES_MAX];
    uint8_t *outbox;
    struct waiting *waiting; /* a ring of STDIO_EVENTS_MAX */
    uint32_t first, count;
    uint64_t steps;
    struct error trouble; /* "" while all is well */
};

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static int64_t monotonic_ns(const struct stdio_host *host)
{
    return clock_ns(CLOCK_MONOTONIC) - host->start_ns;
}

/* ---- What waits ---- */

/* Bytes are copied. False when the ring is full: then it is as if the net had lost it. */
static bool queue_put(struct stdio_host *host, uint32_t hosted, const struct node_event *event)
{
    if (host->count == STDIO_EVENTS_MAX) {
        return false;
    }
    struct waiting *waiting = &host->waiting[(host->first + host->count) % STDIO_EVENTS_MAX];
    *waiting = (struct waiting){.hosted = hosted, .event = *event};
    if (event->bytes != NULL && event->length > 0) {
        waiting->bytes = malloc(event->length);
        if (waiting->bytes == NULL) {
            return false;
        }
        memcpy(waiting->bytes, event->bytes, event->length);
    }
    if (event->args != NULL) {
        memcpy(waiting->args, event->args, sizeof waiting->args);
    }
    host->count++;
    return true;
}

/* What a node was promised about its own disk is never lost: there is room for it, since a node that
 * has so much under way is not given more to do. */
static void queue_own(struct stdio_host *host, uint32_t hosted, const struct node_event *event)
{
    if (!queue_put(host, hosted, event) && host->trouble.text[0] == '\0') {
        (void)error_set(&host->trouble, "node %u has more than %d things under way",
                        host->hosted[hosted].node, STDIO_EVENTS_MAX);
    }
}

static struct hosted *hosted_find(struct stdio_host *host, uint32_t node, uint32_t *index)
{
    for (uint32_t i = 0; i < host->hosted_count; i++) {
        if (host->hosted[i].node == node) {
            *index = i;
            return &host->hosted[i];
        }
    }
    return NULL;
}

bool stdio_host_message(struct stdio_host *host, uint32_t from, uint32_t to, uint16_t type,
                        const uint8_t *bytes, uint32_t length)
{
    uint32_t index = 0;
    const struct hosted *hosted = hosted_find(host, to, &index);
    if (hosted == NULL || from >= host->options.node_count ||
        type >= hosted->protocol->message_count) {
        return false;
    }
    const struct node_message_type *known = &hosted->protocol->messages[type];
    struct node_env env = {.self = to,
                           .node_count = host->options.node_count,
                           .settings = host->settings,
                           .plan = host->options.plan};
    if (length < known->bytes_min || length > known->bytes_max ||
        (hosted->protocol->malformed != NULL &&
         hosted->protocol->malformed(&env, type, bytes, length))) {
        return false;
    }
    struct node_event event = {
        .kind = NODE_EVENT_MESSAGE, .type = type, .from = from, .bytes = bytes, .length = length};
    (void)queue_put(host, index, &event);
    return true;
}

void stdio_host_input(struct stdio_host *host, uint32_t node, uint16_t type,
                      const int64_t args[NODE_INPUT_ARGS])
{
    uint32_t index = 0;
    const struct hosted *hosted = hosted_find(host, node, &index);
    assert(hosted != NULL);
    struct node_event event = {
        .kind = NODE_EVENT_INPUT, .type = type, .from = NODE_NONE, .args = args};
    queue_own(host, index, &event);
}

/* ---- What a step asked for ---- */

static void act_send(struct stdio_host *host, const struct hosted *from,
                     const struct node_intent *intent, const uint8_t *payload)
{
    uint32_t index = 0;
    if (hosted_find(host, intent->to, &index) != NULL) {
        (void)stdio_host_message(host, from->node, intent->to, intent->type, payload,
                                 intent->length);
    } else {
        host->options.send(host->options.context, from->node, intent->to, intent->type, payload,
                           intent->length);
    }
}

static void act_write(struct stdio_host *host, uint32_t index, const struct node_intent *intent,
                      const uint8_t *payload)
{
    struct hosted *hosted = &host->hosted[index];
    struct node_event event = {.kind = NODE_EVENT_WRITTEN,
                               .id = intent->id,
                               .from = NODE_NONE,
                               .token = intent->token,
                               .status = NODE_IO_OK};
    if ((uint64_t)intent->offset + intent->length > hosted->protocol->file_bytes[intent->id]) {
        event.status = NODE_IO_FULL;
    } else if (stdio_files_write(hosted->files, intent->id, intent->offset, payload, intent->length,
                                 (intent->flags & NODE_SYNC) != 0, &host->trouble) != 0) {
        return; /* fail-stop */
    }
    queue_own(host, index, &event);
}

static void act_read(struct stdio_host *host, uint32_t index, const struct node_intent *intent)
{
    uint8_t bytes[NODE_MESSAGE_BYTES_MAX];
    struct node_event event = {.kind = NODE_EVENT_READ,
                               .id = intent->id,
                               .from = NODE_NONE,
                               .offset = intent->offset,
                               .bytes = bytes};
    uint32_t wanted =
        intent->length < NODE_MESSAGE_BYTES_MAX ? intent->length : NODE_MESSAGE_BYTES_MAX;
    if (stdio_files_read(host->hosted[index].files, intent->id, intent->offset, bytes, wanted,
                         &event.length, &host->trouble) == 0) {
        queue_own(host, index, &event);
    }
}

static void act_note(struct stdio_host *host, const struct hosted *hosted, const uint8_t *payload)
{
    struct node_note note;
    memcpy(&note, payload, sizeof note);
    note.node = hosted->node;
    note.time_ns = clock_ns(CLOCK_MONOTONIC);
    note.event = host->steps;
    if (host->options.note != NULL) {
        host->options.note(host->options.context, &note);
    }
}

static void act(struct stdio_host *host, uint32_t index, const struct node_outbox *outbox)
{
    struct hosted *hosted = &host->hosted[index];
    uint32_t at = 0;
    while (at < outbox->length && host->trouble.text[0] == '\0') {
        struct node_intent intent;
        memcpy(&intent, outbox->at + at, sizeof intent);
        const uint8_t *payload = outbox->at + at + sizeof intent;
        uint32_t carried = intent.kind == NODE_INTENT_READ ? 0 : intent.length;
        at += (uint32_t)sizeof intent + ((carried + 7u) & ~7u);
        switch ((enum node_intent_kind)intent.kind) {
        case NODE_INTENT_SEND: /* the write it waits for was done before it */
            act_send(host, hosted, &intent, payload);
            break;
        case NODE_INTENT_WRITE:
            act_write(host, index, &intent, payload);
            break;
        case NODE_INTENT_READ:
            act_read(host, index, &intent);
            break;
        case NODE_INTENT_TIMER:
            hosted->timers[intent.id] = intent.time_ns;
            break;
        case NODE_INTENT_NOTE:
            act_note(host, hosted, payload);
            break;
        case NODE_INTENT_COST: /* here work costs what it costs */
            break;
        case NODE_INTENT_HALT:
            (void)error_set(&host->trouble, "node %u cannot go on from its own state",
                            hosted->node);
            break;
        }
    }
}

static void step(struct stdio_host *host, uint32_t index, struct node_event *event)
{
    struct hosted *hosted = &host->hosted[index];
    struct node_outbox outbox = {.at = host->outbox, .token_last = hosted->token_last};
    struct node_env env = {.self = hosted->node,
                           .node_count = host->options.node_count,
                           .draw_key = hosted->draw_key,
                           .settings = host->settings,
                           .plan = host->options.plan};
    event->monotonic_ns = monotonic_ns(host);
    event->wall_ns = clock_ns(CLOCK_REALTIME);
    host->steps++;
    hosted->protocol->step(hosted->state, &env, event, &outbox);
    hosted->token_last = outbox.token_last;
    if (outbox.overflow) {
        (void)error_set(&host->trouble, "node %u asked for more than one step may", hosted->node);
        return;
    }
    act(host, index, &outbox);
}

/* ---- Turns ---- */

static void step_waiting(struct stdio_host *host)
{
    struct waiting waiting = host->waiting[host->first];
    host->first = (host->first + 1) % STDIO_EVENTS_MAX;
    host->count--;
    waiting.event.bytes = waiting.bytes;
    waiting.event.args = waiting.args;
    step(host, waiting.hosted, &waiting.event);
    free(waiting.bytes);
}

/* The earliest deadline; INT64_MAX when no timer is set. */
static int64_t next_timer(const struct stdio_host *host, uint32_t *index, uint8_t *timer)
{
    int64_t next_ns = INT64_MAX;
    for (uint32_t i = 0; i < host->hosted_count; i++) {
        for (uint8_t t = 0; t < NODE_TIMERS_MAX; t++) {
            int64_t deadline_ns = host->hosted[i].timers[t];
            if (deadline_ns >= 0 && deadline_ns < next_ns) {
                next_ns = deadline_ns;
                *index = i;
                *timer = t;
            }
        }
    }
    return next_ns;
}

int64_t stdio_host_turn(struct stdio_host *host, struct error *error)
{
    for (int steps = 0; steps < STDIO_STEPS_A_TURN && host->trouble.text[0] == '\0'; steps++) {
        uint32_t index = 0;
        uint8_t timer = 0;
        int64_t next_ns = next_timer(host, &index, &timer);
        int64_t now_ns = monotonic_ns(host);
        if (next_ns <= now_ns) {
            struct node_event event = {.kind = NODE_EVENT_TIMER, .id = timer, .from = NODE_NONE};
            host->hosted[index].timers[timer] = -1;
            step(host, index, &event);
        } else if (host->count > 0) {
            step_waiting(host);
        } else {
            return next_ns == INT64_MAX ? INT64_MAX : next_ns - now_ns;
        }
    }
    if (host->trouble.text[0] != '\0') {
        *error = host->trouble;
        return -1;
    }
    return 0;
}

void stdio_host_start(struct stdio_host *host)
{
    for (uint32_t i = 0; i < host->hosted_count; i++) {
        struct node_event event = {.kind = NODE_EVENT_START, .from = NODE_NONE};
        queue_own(host, i, &event);
    }
}

/* ---- From the beginning to the end ---- */

static int hosted_open(struct stdio_host *host, uint32_t index, struct error *error)
{
    const struct stdio_host_options *options = &host->options;
    struct hosted *hosted = &host->hosted[index];
    hosted->node = options->hosted[index].node;
    hosted->protocol = options->hosted[index].protocol;
    hosted->draw_key = draw_u64(options->seed, DRAW_STDIO, hosted->node, 0);
    hosted->state = calloc(1, hosted->protocol->state_bytes);
    memset(hosted->timers, 0xff, sizeof hosted->timers); /* -1 each */
    if (hosted->state == NULL) {
        return error_set(error, "no memory for node %u", hosted->node);
    }
    hosted->files = stdio_files_open(options->folder, hosted->node, hosted->protocol, error);
    if (hosted->files == NULL) {
        return -1;
    }
    struct node_env env = {.self = hosted->node,
                           .node_count = options->node_count,
                           .draw_key = hosted->draw_key,
                           .settings = host->settings,
                           .plan = options->plan};
    hosted->protocol->boot(hosted->state, &env);
    return 0;
}

struct stdio_host *stdio_host_new(const struct stdio_host_options *options, struct error *error)
{
    assert(options->hosted_count > 0);
    assert(options->hosted_count <= STDIO_NODES_MAX);
    struct stdio_host *host = calloc(1, sizeof *host);
    if (host == NULL) {
        (void)error_set(error, "no memory for the host");
        return NULL;
    }
    host->options = *options;
    host->start_ns = clock_ns(CLOCK_MONOTONIC);
    host->outbox = aligned_alloc(8, NODE_OUTBOX_BYTES);
    host->waiting = calloc(STDIO_EVENTS_MAX, sizeof *host->waiting);
    host->settings = calloc(options->setting_count + 1, sizeof *host->settings);
    bool bad = host->outbox == NULL || host->waiting == NULL || host->settings == NULL;
    if (bad) {
        (void)error_set(error, "no memory for the host");
    } else {
        memcpy(host->settings, options->settings, options->setting_count * sizeof *host->settings);
    }
    for (uint32_t i = 0; i < options->hosted_count && !bad; i++) {
        host->hosted_count = i + 1;
        bad = hosted_open(host, i, error) != 0;
    }
    if (bad) {
        stdio_host_free(&host);
    }
    return host;
}

void stdio_host_free(struct stdio_host **host_pointer)
{
    struct stdio_host *host = *host_pointer;
    if (host == NULL) {
        return;
    }
    *host_pointer = NULL;
    for (; host->waiting != NULL && host->count > 0; host->count--) {
        free(host->waiting[host->first].bytes);
        host->first = (host->first + 1) % STDIO_EVENTS_MAX;
    }
    for (uint32_t i = 0; i < host->hosted_count; i++) {
        stdio_files_close(&host->hosted[i].files);
        free(host->hosted[i].state);
    }
    free(host->settings);
    free(host->waiting);
    free(host->outbox);
    free(host);
}
