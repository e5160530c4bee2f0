/* live_hub.c - the hub's thread and its channels. */
#include "http/live_hub.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/limits.h"
#include "http/live_command.h"
#include "http/live_mailbox.h"
#include "http/live_viewer.h"
#include "http/server.h"
#include "lab/lab.h"

enum {
    LAYERS = 2,
    EVENTS_PER_ROUND = 256,
    ROUND_MS_MAX = 1000,
    JOIN_TRIES_MAX = 3,
    PING = 9,
    PONG = 10
};

static const int64_t SECOND_NS = INT64_C(1000000000);

/* The viewers of one run in one layer, or of the room. */
struct channel {
    uint32_t slot;
    struct live_viewer *first;
    int64_t keyframe_asked_ns; /* 0: none is on its way */
};

struct live_hub {
    struct lab *lab;
    pthread_t thread;
    int epoll;
    atomic_bool stopping;
    _Atomic int64_t seen_ns;
    struct live_counters counters;
    struct live_mailbox mailbox;

    /* The thread's own. */
    struct channel channels[LAB_RUNS_LIVE_MAX][LAYERS];
    struct channel room;
    struct lab_frame *room_frame; /* what it shows, for whoever comes; NULL: nothing yet */
    uint32_t viewers_max, viewer_count;
    struct live_viewer **viewers; /* all that were added and not freed */
    struct live_viewer *dead;     /* to be freed at the end of the round, linked by `next` */
    int64_t swept_ns;
};

/* Counters are only read as figures: no order among them is needed. */
static void count(_Atomic uint64_t *counter, uint64_t add)
{
    atomic_fetch_add_explicit(counter, add, memory_order_relaxed);
}

/* ---- Any thread ---- */

static void on_published(void *context, uint32_t slot, uint8_t layer, struct lab_frame *frame)
{
    struct live_hub *hub = context;
    const struct live_letter letter = {LIVE_LETTER_FRAME, layer, slot, {.frame = frame}};
    assert(layer < LAYERS);
    if (live_mailbox_put_frame(&hub->mailbox, &letter))
        return;
    count(&hub->counters.frames_dropped, 1); /* viewers notice the gap and get a keyframe */
    lab_frame_release(frame);
}

static void on_gone(void *context, uint32_t slot)
{
    struct live_hub *hub = context;
    live_mailbox_put_gone(&hub->mailbox, slot);
}

void live_hub_room_tell(struct live_hub *hub, struct lab_frame *frame)
{
    const struct live_letter letter = {LIVE_LETTER_ROOM, 0, 0, {.frame = frame}};
    if (live_mailbox_put_frame(&hub->mailbox, &letter) || frame == NULL)
        return;
    count(&hub->counters.frames_dropped, 1);
    lab_frame_release(frame);
}

static bool is_of_room(const struct live_viewer *viewer)
{
    return viewer->run[0] == 0;
}

static int viewer_join(struct live_hub *hub, struct live_viewer *viewer,
                       struct lab_problem *problem)
{
    int result = is_of_room(viewer)
                     ? 0
                     : lab_live_join(hub->lab, viewer->run, viewer->layer, &viewer->slot, problem);
    viewer->joined = result == 0;
    return result;
}

static void viewer_leave(struct live_hub *hub, struct live_viewer *viewer)
{
    if (viewer->joined && !is_of_room(viewer))
        lab_live_leave(hub->lab, viewer->slot, viewer->layer);
    viewer->joined = false;
}

/* Joins the run and puts the viewer into the mailbox; once more if the run was put away just then.
 * On failure the viewer stays the caller's. */
static int viewer_send_in(struct live_hub *hub, struct live_viewer *viewer,
                          struct lab_problem *problem)
{
    for (int i = 0; i < JOIN_TRIES_MAX; i++) {
        int result = viewer_join(hub, viewer, problem);
        if (result != 0)
            return result;
        const struct live_letter letter = {
            LIVE_LETTER_VIEWER, viewer->layer, viewer->slot, {.viewer = viewer}};
        if (live_mailbox_put_viewer(&hub->mailbox, &letter, !is_of_room(viewer)))
            return 0;
        viewer_leave(hub, viewer);
    }
    strcpy(problem->detail, "The run was put away.");
    return -503;
}

bool live_hub_has_room(const struct live_hub *hub)
{
    return atomic_load(&hub->counters.viewers) < hub->viewers_max;
}

/* Admits one more, or tells it to try later. */
static bool viewer_admit(struct live_hub *hub, struct live_viewer *viewer)
{
    if (atomic_fetch_add(&hub->counters.viewers, 1) < hub->viewers_max)
        return true;
    atomic_fetch_sub(&hub->counters.viewers, 1);
    live_viewer_close(viewer, LIVE_CLOSE_TRY_LATER, server_now_ns());
    count(&hub->counters.viewers_refused, 1);
    return false;
}

int live_hub_add(struct live_hub *hub, int socket, const char *run, struct lab_problem *problem)
{
    struct live_viewer *viewer = live_viewer_new(socket, run, server_now_ns());
    if (viewer == NULL) {
        close(socket);
        strcpy(problem->detail, "Out of memory.");
        return -503;
    }
    if (!viewer_admit(hub, viewer)) {
        live_viewer_free(viewer);
        strcpy(problem->detail, "The server has as many viewers as it can have.");
        return -503;
    }
    int result = viewer_send_in(hub, viewer, problem);
    if (result == 0) {
        count(&hub->counters.viewers_joined, 1);
        return 0;
    }
    atomic_fetch_sub(&hub->counters.viewers, 1);
    live_viewer_close(viewer, LIVE_CLOSE_POLICY, server_now_ns());
    live_viewer_free(viewer);
    return result;
}

/* ---- Channels: from here on, the hub's thread ---- */

static struct channel *channel_of(struct live_hub *hub, const struct live_viewer *viewer)
{
    if (is_of_room(viewer))
        return &hub->room;
    return &hub->channels[viewer->slot % LAB_RUNS_LIVE_MAX][viewer->layer];
}

/* One keyframe serves all who wait for it. An answer that does not come is asked for again. */
static void channel_ask_keyframe(struct live_hub *hub, const struct live_viewer *viewer,
                                 int64_t now_ns)
{
    struct channel *channel = channel_of(hub, viewer);
    int64_t again_ns = LIVE_KEYFRAME_ASK_AGAIN_MS * INT64_C(1000000);
    if (channel->keyframe_asked_ns != 0 && now_ns - channel->keyframe_asked_ns < again_ns)
        return;
    channel->keyframe_asked_ns = now_ns;
    count(&hub->counters.keyframes_asked, 1);
    lab_live_keyframe(hub->lab, viewer->slot, viewer->layer);
}

static void channel_add(struct live_hub *hub, struct live_viewer *viewer)
{
    struct channel *channel = channel_of(hub, viewer);
    viewer->previous = NULL;
    viewer->next = channel->first;
    if (channel->first != NULL)
        channel->first->previous = viewer;
    channel->first = viewer;
}

static void channel_remove(struct live_hub *hub, struct live_viewer *viewer)
{
    struct channel *channel = channel_of(hub, viewer);
    if (viewer->previous != NULL)
        viewer->previous->next = viewer->next;
    else if (channel->first == viewer)
        channel->first = viewer->next;
    if (viewer->next != NULL)
        viewer->next->previous = viewer->previous;
    viewer->next = viewer->previous = NULL;
}

/* Out of its channel; the socket stays. */
static void viewer_detach(struct live_hub *hub, struct live_viewer *viewer)
{
    if (!viewer->joined)
        return;
    channel_remove(hub, viewer);
    viewer_leave(hub, viewer);
}

/* ---- Viewers ---- */

static void viewer_watch(struct live_hub *hub, struct live_viewer *viewer, int operation)
{
    struct epoll_event event = {.events = EPOLLIN | (viewer->wants_write ? EPOLLOUT : 0u),
                                .data.ptr = viewer};
    if (epoll_ctl(hub->epoll, operation, viewer->socket, &event) != 0)
        viewer->dead = true;
    viewer->watches_write = viewer->wants_write;
}

/* After anything that may have changed what the viewer waits for, or ended it. */
static void viewer_settle(struct live_hub *hub, struct live_viewer *viewer)
{
    if (!viewer->dead && viewer->wants_write != viewer->watches_write)
        viewer_watch(hub, viewer, EPOLL_CTL_MOD);
    if (viewer->dead || viewer->closing)
        viewer_detach(hub, viewer);
    if (!viewer->dead || viewer->index == UINT32_MAX)
        return;
    /* Other events of this round may still name it: freed at the end of the round. */
    struct live_viewer *last = hub->viewers[--hub->viewer_count];
    hub->viewers[viewer->index] = last;
    last->index = viewer->index;
    viewer->index = UINT32_MAX;
    epoll_ctl(hub->epoll, EPOLL_CTL_DEL, viewer->socket, NULL);
    viewer->next = hub->dead;
    hub->dead = viewer;
}

static void dead_free(struct live_hub *hub)
{
    while (hub->dead != NULL) {
        struct live_viewer *viewer = hub->dead;
        hub->dead = viewer->next;
        viewer->next = NULL;
        live_viewer_free(viewer);
        atomic_fetch_sub(&hub->counters.viewers, 1);
    }
}

static void viewer_close(struct live_hub *hub, struct live_viewer *viewer, uint16_t code)
{
    live_viewer_close(viewer, code, server_now_ns());
    viewer_settle(hub, viewer);
}

/* The viewers of a run that was deleted or put away are told; pages come back by themselves. */
static void run_gone(struct live_hub *hub, uint32_t slot)
{
    for (uint8_t layer = 0; layer < LAYERS; layer++) {
        struct channel *channel = &hub->channels[slot % LAB_RUNS_LIVE_MAX][layer];
        while (channel->slot == slot && channel->first != NULL) {
            struct live_viewer *viewer = channel->first;
            viewer_close(hub, viewer, LIVE_CLOSE_GOING_AWAY);
            assert(channel->first != viewer);
        }
    }
}

/* Into the channel of its run; whoever is left there of an earlier run in the same place goes. */
static void viewer_attach(struct live_hub *hub, struct live_viewer *viewer, int64_t now_ns)
{
    struct channel *channel = channel_of(hub, viewer);
    if (channel->slot != viewer->slot) {
        run_gone(hub, channel->slot);
        channel->slot = viewer->slot;
        channel->keyframe_asked_ns = 0;
    }
    channel_add(hub, viewer);
    if (!is_of_room(viewer) && live_viewer_needs_keyframe(viewer, now_ns))
        channel_ask_keyframe(hub, viewer, now_ns);
}

static void frame_send_to(struct live_hub *hub, struct live_viewer *viewer, struct lab_frame *frame,
                          int64_t now_ns)
{
    if (live_viewer_send(viewer, frame, now_ns) == LIVE_SENT) {
        count(&hub->counters.frames_sent, 1);
        count(&hub->counters.frame_bytes_sent, frame->length);
        count(&hub->counters.keyframes_sent, frame->base == 0);
        count(&hub->counters.partial_writes, viewer->wants_write);
    } else if (frame->base != 0) {
        count(&hub->counters.frames_skipped, 1);
        if (live_viewer_needs_keyframe(viewer, now_ns))
            channel_ask_keyframe(hub, viewer, now_ns);
    }
    viewer_settle(hub, viewer);
}

/* Who is behind gets a keyframe: of a run, when the lab has made one; of the room at once. */
static void viewer_refresh(struct live_hub *hub, struct live_viewer *viewer, int64_t now_ns)
{
    if (!viewer->joined || !live_viewer_needs_keyframe(viewer, now_ns))
        return;
    if (!is_of_room(viewer))
        channel_ask_keyframe(hub, viewer, now_ns);
    else if (hub->room_frame != NULL)
        frame_send_to(hub, viewer, hub->room_frame, now_ns);
}

/* A viewer that viewer_send_in put into the mailbox. */
static void viewer_arrive(struct live_hub *hub, struct live_viewer *viewer, int64_t now_ns)
{
    assert(hub->viewer_count < hub->viewers_max);
    viewer->index = hub->viewer_count;
    hub->viewers[hub->viewer_count++] = viewer;
    viewer_attach(hub, viewer, now_ns);
    viewer_watch(hub, viewer, EPOLL_CTL_ADD);
    if (is_of_room(viewer))
        viewer_refresh(hub, viewer, now_ns);
    viewer_settle(hub, viewer);
}

/* ---- What viewers say ---- */

/* It joins the other layer before it leaves this one, so that the run stays where it is. */
static void viewer_change_layer(struct live_hub *hub, struct live_viewer *viewer, uint8_t layer)
{
    struct lab_problem problem = {0};
    uint32_t slot = viewer->slot;
    if (viewer->layer == layer)
        return;
    int result = lab_live_join(hub->lab, viewer->run, layer, &slot, &problem);
    lab_problem_clear(&problem);
    viewer_detach(hub, viewer);
    if (result != 0) {
        viewer_close(hub, viewer, LIVE_CLOSE_GOING_AWAY);
        return;
    }
    viewer->slot = slot;
    viewer->layer = layer;
    viewer->joined = true;
    live_viewer_restart(viewer);
    viewer_attach(hub, viewer, server_now_ns());
}

static void viewer_command(struct live_hub *hub, struct live_viewer *viewer,
                           const struct live_message *message)
{
    struct live_command command = live_command_parse(message->bytes, message->length);
    if (command.kind == LIVE_COMMAND_ACK && live_viewer_acknowledge(viewer, command.nonce)) {
        count(&hub->counters.acknowledgements, 1);
    } else if (command.kind == LIVE_COMMAND_LAYER && !is_of_room(viewer)) {
        viewer_change_layer(hub, viewer, command.messages_layer ? 1 : 0);
    } else {
        count(&hub->counters.messages_refused, 1);
        viewer_close(hub, viewer, LIVE_CLOSE_POLICY);
    }
}

/* A Close is answered with its own code (RFC 6455, 5.5.1). */
static uint16_t close_code(const struct live_message *message)
{
    if (message->length < 2)
        return LIVE_CLOSE_NORMAL;
    uint16_t code = (uint16_t)(message->bytes[0] << 8 | message->bytes[1]);
    return code >= 1000 && code < 5000 ? code : LIVE_CLOSE_PROTOCOL;
}

static void viewer_message(struct live_hub *hub, struct live_viewer *viewer, enum live_read read,
                           const struct live_message *message)
{
    switch (read) {
    case LIVE_READ_TEXT:
        viewer_command(hub, viewer, message);
        break;
    case LIVE_READ_PING:
        live_viewer_send_control(viewer, PONG, message->bytes, message->length);
        break;
    case LIVE_READ_CLOSE:
        viewer_close(hub, viewer, close_code(message));
        break;
    case LIVE_READ_REFUSED:
        count(&hub->counters.messages_refused, 1);
        viewer_close(hub, viewer, (uint16_t)message->refused);
        break;
    case LIVE_READ_PONG:
    case LIVE_READ_MORE:
        break;
    }
}

static void viewer_listen(struct live_hub *hub, struct live_viewer *viewer, int64_t now_ns)
{
    struct live_message message;
    enum live_read read;
    while (!viewer->closing && !viewer->dead &&
           (read = live_reader_next(&viewer->reader, &message)) != LIVE_READ_MORE) {
        count(&hub->counters.messages, 1);
        if (!live_viewer_count(viewer, 1, 0, now_ns))
            viewer_close(hub, viewer, LIVE_CLOSE_POLICY);
        else
            viewer_message(hub, viewer, read, &message);
    }
}

/* One receive a round and viewer, so that who sends much holds nobody up. */
static void viewer_readable(struct live_hub *hub, struct live_viewer *viewer, int64_t now_ns)
{
    uint32_t capacity;
    if (viewer->closing)
        live_reader_init(&viewer->reader); /* drop what comes after a Close */
    uint8_t *space = live_reader_space(&viewer->reader, &capacity);
    ssize_t received = recv(viewer->socket, space, capacity, MSG_DONTWAIT);
    if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return;
    if (received <= 0) {
        viewer->dead = true;
        return;
    }
    viewer->heard_ns = now_ns;
    live_reader_received(&viewer->reader, (uint32_t)received);
    if (!live_viewer_count(viewer, 0, (uint32_t)received, now_ns))
        viewer_close(hub, viewer, LIVE_CLOSE_POLICY);
    viewer_listen(hub, viewer, now_ns);
}

/* Writing first: what leaves makes room for what reading may answer. */
static void viewer_event(struct live_hub *hub, struct live_viewer *viewer, uint32_t events,
                         int64_t now_ns)
{
    if (viewer->dead)
        return; /* by an earlier event of this round */
    if ((events & EPOLLOUT) != 0)
        live_viewer_flush(viewer);
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
        viewer_readable(hub, viewer, now_ns);
    viewer_refresh(hub, viewer, now_ns);
    viewer_settle(hub, viewer);
}

/* ---- Letters ---- */

/* From encoding to the last viewer's socket: what the live stream adds to a frame's age. */
static void fanout_measure(struct live_hub *hub, int64_t encoded_ns)
{
    int64_t took = server_now_ns() - encoded_ns;
    uint64_t took_ns = took > 0 ? (uint64_t)took : 0;
    count(&hub->counters.fanouts, 1);
    count(&hub->counters.fanout_ns_sum, took_ns);
    if (took_ns > atomic_load_explicit(&hub->counters.fanout_ns_max, memory_order_relaxed))
        atomic_store_explicit(&hub->counters.fanout_ns_max, took_ns, memory_order_relaxed);
}

static void frame_fan_out(struct live_hub *hub, uint32_t slot, uint8_t layer,
                          struct lab_frame *frame)
{
    struct channel *channel = &hub->channels[slot % LAB_RUNS_LIVE_MAX][layer];
    struct live_viewer *viewer = channel->slot == slot ? channel->first : NULL;
    int64_t now_ns = server_now_ns();
    if (frame->base == 0 && channel->slot == slot)
        channel->keyframe_asked_ns = 0;
    while (viewer != NULL) {
        struct live_viewer *next = viewer->next; /* sending may end it */
        frame_send_to(hub, viewer, frame, now_ns);
        viewer = next;
    }
    fanout_measure(hub, frame->encoded_ns);
    lab_frame_release(frame);
}

/* A newer state of the room takes the place of the one that is kept, and goes to all. No frame: they
 * belong to a room that is over. */
static void room_told(struct live_hub *hub, struct lab_frame *frame, int64_t now_ns)
{
    if (frame != NULL && hub->room_frame != NULL && frame->sequence <= hub->room_frame->sequence) {
        lab_frame_release(frame);
        return;
    }
    if (hub->room_frame != NULL)
        lab_frame_release(hub->room_frame);
    hub->room_frame = frame;
    for (struct live_viewer *viewer = hub->room.first, *next; viewer != NULL; viewer = next) {
        next = viewer->next; /* sending may end it */
        if (frame != NULL)
            frame_send_to(hub, viewer, frame, now_ns);
        else
            viewer_close(hub, viewer, LIVE_CLOSE_GOING_AWAY);
    }
}

static void letter_read(struct live_hub *hub, const struct live_letter *letter, int64_t now_ns)
{
    switch (letter->kind) {
    case LIVE_LETTER_FRAME:
        frame_fan_out(hub, letter->slot, letter->layer, letter->of.frame);
        break;
    case LIVE_LETTER_GONE:
        run_gone(hub, letter->slot);
        break;
    case LIVE_LETTER_VIEWER:
        viewer_arrive(hub, letter->of.viewer, now_ns);
        break;
    case LIVE_LETTER_ROOM:
        room_told(hub, letter->of.frame, now_ns);
        break;
    }
}

static void mailbox_read(struct live_hub *hub, int64_t now_ns)
{
    uint32_t letter_count;
    const struct live_letter *letters = live_mailbox_take(&hub->mailbox, &letter_count);
    for (uint32_t i = 0; i < letter_count; i++)
        letter_read(hub, &letters[i], now_ns);
}

/* ---- The thread ---- */

/* Once a second: who is silent is asked, then given up. */
static void viewers_sweep(struct live_hub *hub, int64_t now_ns)
{
    if (now_ns - hub->swept_ns < SECOND_NS)
        return;
    hub->swept_ns = now_ns;
    for (uint32_t i = hub->viewer_count; i > 0; i--) {
        struct live_viewer *viewer = hub->viewers[i - 1];
        int64_t silent_ns = now_ns - viewer->heard_ns;
        if (!is_of_room(viewer) && live_mailbox_run_is_gone(&hub->mailbox, viewer->slot))
            viewer_close(hub, viewer, LIVE_CLOSE_GOING_AWAY);
        if (viewer->closing ? now_ns - viewer->closing_ns > LIVE_CLOSE_S_MAX * SECOND_NS
                            : silent_ns > LIVE_SILENCE_S_MAX * SECOND_NS) {
            viewer->dead = true;
        } else if (silent_ns > LIVE_PING_AFTER_S * SECOND_NS &&
                   now_ns - viewer->asked_ns > LIVE_PING_AFTER_S * SECOND_NS) {
            viewer->asked_ns = now_ns;
            live_viewer_send_control(viewer, PING, NULL, 0);
        }
        if (is_of_room(viewer))
            viewer_refresh(hub, viewer, now_ns);
        viewer_settle(hub, viewer);
    }
}

static void hub_round(struct live_hub *hub)
{
    struct epoll_event events[EVENTS_PER_ROUND];
    int ready = epoll_wait(hub->epoll, events, EVENTS_PER_ROUND, ROUND_MS_MAX);
    int64_t now_ns = server_now_ns();
    atomic_store(&hub->seen_ns, now_ns);
    for (int i = 0; i < ready; i++) {
        uint64_t woken;
        if (events[i].data.ptr != NULL)
            viewer_event(hub, events[i].data.ptr, events[i].events, now_ns);
        else if (read(hub->mailbox.wake, &woken, sizeof woken) > 0)
            mailbox_read(hub, now_ns);
    }
    viewers_sweep(hub, now_ns);
    dead_free(hub);
}

/* At the end everybody gets a Close that says so; nobody is waited for. */
static void *hub_run(void *context)
{
    struct live_hub *hub = context;
    while (!atomic_load(&hub->stopping))
        hub_round(hub);
    mailbox_read(hub, server_now_ns()); /* whoever was on the way in gets a Close too */
    while (hub->viewer_count > 0) {
        struct live_viewer *viewer = hub->viewers[hub->viewer_count - 1];
        viewer_close(hub, viewer, LIVE_CLOSE_GOING_AWAY);
        viewer->dead = true;
        viewer_settle(hub, viewer);
    }
    dead_free(hub);
    return NULL;
}

static void hub_free(struct live_hub *hub)
{
    if (hub->epoll >= 0)
        close(hub->epoll);
    if (hub->room_frame != NULL)
        lab_frame_release(hub->room_frame);
    live_mailbox_free(&hub->mailbox);
    free(hub->viewers);
    free(hub);
}

static int hub_build(struct live_hub *hub, struct lab *lab, uint32_t viewers_max)
{
    hub->lab = lab;
    hub->viewers_max = viewers_max;
    int mailbox = live_mailbox_init(&hub->mailbox);
    hub->epoll = epoll_create1(EPOLL_CLOEXEC);
    hub->viewers = malloc(viewers_max * sizeof(struct live_viewer *));
    if (mailbox != 0 || hub->epoll < 0 || hub->viewers == NULL)
        return -1;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    atomic_store(&hub->seen_ns, server_now_ns());
    return epoll_ctl(hub->epoll, EPOLL_CTL_ADD, hub->mailbox.wake, &event);
}

struct live_hub *live_hub_start(struct lab *lab, uint32_t viewers_max, struct error *error)
{
    assert(viewers_max > 0 && viewers_max <= LIVE_VIEWERS_MAX);
    struct live_hub *hub = calloc(1, sizeof *hub);
    if (hub == NULL) {
        error_set(error, "out of memory");
        return NULL;
    }
    if (hub_build(hub, lab, viewers_max) != 0 ||
        pthread_create(&hub->thread, NULL, hub_run, hub) != 0) {
        error_set(error, "the live stream cannot be started: out of memory or descriptors");
        hub_free(hub);
        return NULL;
    }
    const struct lab_live_callbacks callbacks = {
        .context = hub, .published = on_published, .gone = on_gone};
    lab_live_attach(lab, &callbacks);
    return hub;
}

void live_hub_stop(struct live_hub **hub)
{
    if (*hub == NULL)
        return;
    lab_live_attach((*hub)->lab, NULL);
    atomic_store(&(*hub)->stopping, true);
    live_mailbox_wake(&(*hub)->mailbox);
    pthread_join((*hub)->thread, NULL);
    hub_free(*hub);
    *hub = NULL;
}

struct live_counters *live_hub_counters(struct live_hub *hub)
{
    return &hub->counters;
}

int64_t live_hub_seen_ns(const struct live_hub *hub)
{
    return atomic_load(&hub->seen_ns);
}
