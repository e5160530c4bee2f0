/* node_host.c - one protocol node in a test's hand. */
#include "node_host.h"

#include <stdlib.h>

struct node_host *host_new(const struct node_protocol *protocol, uint32_t self, uint32_t node_count,
                           const void *plan, const int64_t *settings, uint32_t setting_count)
{
    struct node_host *host = calloc(1, sizeof *host);
    if (host == NULL)
        abort();
    host->protocol = protocol;
    memcpy(host->settings, settings, setting_count * sizeof settings[0]);
    host->env = (struct node_env){.self = self,
                                  .node_count = node_count,
                                  .draw_key = 7 + self,
                                  .settings = host->settings,
                                  .plan = plan};
    host->state = calloc(1, protocol->state_bytes);
    host->outbox.at = malloc(NODE_OUTBOX_BYTES);
    if (host->state == NULL || host->outbox.at == NULL)
        abort();
    host_restart(host);
    return host;
}

void host_free(struct node_host **host)
{
    free((*host)->state);
    free((*host)->outbox.at);
    free(*host);
    *host = NULL;
}

/* ---- What a step asked for ---- */

static void take_send(struct node_host *host, const struct node_intent *intent,
                      const uint8_t *payload)
{
    if (host->send_count == HOST_SENDS_MAX)
        return;
    struct host_send *send = &host->sends[host->send_count++];
    send->to = intent->to;
    send->type = intent->type;
    send->length = (uint16_t)intent->length;
    send->travel_ns = intent->flags & NODE_CARRIED ? intent->time_ns : 0;
    memcpy(send->bytes, payload, intent->length);
}

static void take_write(struct node_host *host, const struct node_intent *intent,
                       const uint8_t *payload)
{
    if (intent->offset + intent->length > HOST_FILE_BYTES || host->write_count == HOST_WRITES_MAX)
        abort();
    memcpy(host->files[intent->id] + intent->offset, payload, intent->length);
    if (intent->offset + intent->length > host->file_length[intent->id])
        host->file_length[intent->id] = intent->offset + intent->length;
    host->writes[host->write_count++] =
        (struct host_write){.file = intent->id, .token = intent->token};
}

static void take_intent(struct node_host *host, const struct node_intent *intent,
                        const uint8_t *payload)
{
    switch ((enum node_intent_kind)intent->kind) {
    case NODE_INTENT_SEND:
        take_send(host, intent, payload);
        return;
    case NODE_INTENT_WRITE:
        take_write(host, intent, payload);
        return;
    case NODE_INTENT_READ:
        if (host->read_count == sizeof host->reads / sizeof host->reads[0])
            abort();
        host->reads[host->read_count++] = *intent;
        return;
    case NODE_INTENT_TIMER:
        host->timers[intent->id] = intent->time_ns < 0 ? HOST_NEVER : intent->time_ns;
        return;
    case NODE_INTENT_NOTE:
        if (host->note_count < HOST_NOTES_MAX)
            memcpy(&host->notes[host->note_count++], payload, sizeof(struct node_note));
        return;
    case NODE_INTENT_HALT:
        host->halted = true;
        return;
    case NODE_INTENT_COST:
        return;
    }
}

static void run_step(struct node_host *host, struct node_event *event)
{
    host->outbox.length = 0;
    event->monotonic_ns = host->now_ns;
    event->wall_ns = host->now_ns;
    host->protocol->step(host->state, &host->env, event, &host->outbox);
    if (host->outbox.overflow)
        abort();
    for (uint32_t at = 0; at < host->outbox.length;) {
        struct node_intent intent;
        memcpy(&intent, host->outbox.at + at, sizeof intent);
        at += (uint32_t)sizeof intent;
        take_intent(host, &intent, host->outbox.at + at);
        if (intent.kind != NODE_INTENT_READ)
            at += (intent.length + 7u) & ~7u;
    }
}

static void run_alone(struct node_host *host, struct node_event *event)
{
    host_forget(host);
    run_step(host, event);
}

void host_forget(struct node_host *host)
{
    host->send_count = 0;
    host->note_count = 0;
}

/* ---- Events ---- */

void host_restart(struct node_host *host)
{
    memset(host->state, 0, host->protocol->state_bytes);
    for (uint32_t i = 0; i < NODE_TIMERS_MAX; i++)
        host->timers[i] = HOST_NEVER;
    host->write_count = 0;
    host->read_count = 0;
    host->protocol->boot(host->state, &host->env);
}

void host_start(struct node_host *host)
{
    struct node_event event = {.kind = NODE_EVENT_START, .from = NODE_NONE};
    run_alone(host, &event);
}

bool host_message(struct node_host *host, uint32_t from, uint16_t type, const void *bytes,
                  uint32_t length)
{
    const struct node_protocol *protocol = host->protocol;
    if (type >= protocol->message_count || length < protocol->messages[type].bytes_min ||
        length > protocol->messages[type].bytes_max ||
        protocol->malformed(&host->env, type, bytes, length))
        return false;
    struct node_event event = {
        .kind = NODE_EVENT_MESSAGE, .type = type, .from = from, .bytes = bytes, .length = length};
    run_alone(host, &event);
    return true;
}

void host_input(struct node_host *host, uint16_t type, const int64_t *args)
{
    struct node_event event = {
        .kind = NODE_EVENT_INPUT, .type = type, .from = NODE_NONE, .args = args};
    run_alone(host, &event);
}

void host_set(struct node_host *host, uint16_t setting, int64_t value)
{
    struct node_event event = {.kind = NODE_EVENT_SETTING, .type = setting, .from = NODE_NONE};
    host->settings[setting] = value;
    run_alone(host, &event);
}

static uint32_t next_timer(const struct node_host *host)
{
    uint32_t next = 0;
    for (uint32_t i = 1; i < NODE_TIMERS_MAX; i++)
        next = host->timers[i] < host->timers[next] ? i : next;
    return next;
}

uint32_t host_run(struct node_host *host, int64_t until_ns)
{
    uint32_t count = 0;
    host_forget(host);
    for (uint32_t timer = next_timer(host); host->timers[timer] <= until_ns;
         timer = next_timer(host)) {
        struct node_event event = {
            .kind = NODE_EVENT_TIMER, .id = (uint8_t)timer, .from = NODE_NONE};
        if (host->timers[timer] > host->now_ns)
            host->now_ns = host->timers[timer];
        host->timers[timer] = HOST_NEVER;
        run_step(host, &event);
        count++;
    }
    host->now_ns = until_ns;
    return count;
}

bool host_written(struct node_host *host, enum node_io_status status)
{
    if (host->write_count == 0)
        return false;
    struct host_write write = host->writes[0];
    host->write_count--;
    memmove(&host->writes[0], &host->writes[1], host->write_count * sizeof host->writes[0]);
    struct node_event event = {.kind = NODE_EVENT_WRITTEN,
                               .id = write.file,
                               .from = NODE_NONE,
                               .token = write.token,
                               .status = status};
    run_alone(host, &event);
    return true;
}

void host_read_all(struct node_host *host)
{
    host_forget(host);
    while (host->read_count > 0) {
        struct node_intent read = host->reads[0];
        host->read_count--;
        memmove(&host->reads[0], &host->reads[1], host->read_count * sizeof host->reads[0]);
        uint32_t length = host->file_length[read.id];
        length = length > read.offset ? length - read.offset : 0;
        length = length < read.length ? length : read.length;
        struct node_event event = {.kind = NODE_EVENT_READ,
                                   .id = read.id,
                                   .from = NODE_NONE,
                                   .offset = read.offset,
                                   .length = length,
                                   .bytes = host->files[read.id] + read.offset};
        run_step(host, &event);
    }
}

/* ---- Looking ---- */

const struct host_send *host_sent(const struct node_host *host, uint16_t type)
{
    for (uint32_t i = 0; i < host->send_count; i++)
        if (host->sends[i].type == type)
            return &host->sends[i];
    return NULL;
}

uint32_t host_sent_count(const struct node_host *host, uint16_t type)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < host->send_count; i++)
        count += host->sends[i].type == type;
    return count;
}

const struct node_note *host_noted(const struct node_host *host, uint16_t kind)
{
    for (uint32_t i = 0; i < host->note_count; i++)
        if (host->notes[i].kind == kind)
            return &host->notes[i];
    return NULL;
}

uint32_t host_noted_count(const struct node_host *host, uint16_t kind)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < host->note_count; i++)
        count += host->notes[i].kind == kind;
    return count;
}
