/* live_viewer.c - sends to one viewer without ever waiting for it. */
#include "http/live_viewer.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FINAL = 0x80, OPCODE_CLOSE = 8 };

struct live_viewer *live_viewer_new(int socket, const char *run, int64_t now_ns)
{
    assert(strlen(run) < LAB_RUN_ID_BYTES);
    struct live_viewer *viewer = malloc(sizeof *viewer);
    if (viewer == NULL)
        return NULL;
    memset(viewer, 0, offsetof(struct live_viewer, reader));
    live_reader_init(&viewer->reader);
    viewer->socket = socket;
    viewer->index = UINT32_MAX;
    strcpy(viewer->run, run);
    viewer->heard_ns = viewer->asked_ns = now_ns;
    return viewer;
}

static void rest_drop(struct live_viewer *viewer)
{
    if (viewer->rest_frame != NULL)
        lab_frame_release(viewer->rest_frame);
    viewer->rest_frame = NULL;
    viewer->rest = NULL;
    viewer->rest_length = 0;
}

void live_viewer_free(struct live_viewer *viewer)
{
    assert(!viewer->joined);
    rest_drop(viewer);
    close(viewer->socket);
    free(viewer);
}

/* Bytes that the socket took: all, some or none; -1 when it is broken. */
static int64_t socket_send(struct live_viewer *viewer, const uint8_t *bytes, uint32_t length)
{
    ssize_t sent = send(viewer->socket, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0)
        return sent;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
        return 0;
    viewer->dead = true;
    return -1;
}

/* ---- Frames ---- */

void live_viewer_restart(struct live_viewer *viewer)
{
    viewer->in_step = false;
    viewer->keyframe_ns = 0;
    viewer->setbacks = 0;
}

static void fall_behind(struct live_viewer *viewer, int64_t now_ns)
{
    bool soon = now_ns - viewer->keyframe_ns < LIVE_SETBACK_S * INT64_C(1000000000);
    viewer->in_step = false;
    if (!soon || viewer->keyframe_ns == 0)
        viewer->setbacks = 0;
    else if (viewer->setbacks < LIVE_SETBACKS_MAX)
        viewer->setbacks++;
}

/* Has the pause since the last keyframe passed? */
static bool keyframe_is_due(const struct live_viewer *viewer, int64_t now_ns)
{
    int64_t pause_ns = (INT64_C(1000000) * LIVE_KEYFRAME_PAUSE_MS) << viewer->setbacks;
    return viewer->setbacks == 0 || now_ns - viewer->keyframe_ns >= pause_ns;
}

bool live_viewer_needs_keyframe(const struct live_viewer *viewer, int64_t now_ns)
{
    return !viewer->in_step && !viewer->wants_write && !viewer->closing && !viewer->dead &&
           viewer->unacknowledged <= LIVE_UNACKNOWLEDGED_MAX / 2 && keyframe_is_due(viewer, now_ns);
}

/* A keyframe helps those who are behind, and those in step who were not sent the frame that it
 * stands for. */
static bool frame_fits(const struct live_viewer *viewer, const struct lab_frame *frame,
                       int64_t now_ns)
{
    if (viewer->closing || viewer->dead)
        return false;
    if (frame->base == 0)
        return viewer->in_step ? viewer->sequence < frame->sequence
                               : live_viewer_needs_keyframe(viewer, now_ns);
    return viewer->in_step && viewer->sequence == frame->base;
}

/* A frame counts as sent once its first byte has left: the rest follows before anything else. */
static void frame_count(struct live_viewer *viewer, const struct lab_frame *frame, int64_t now_ns)
{
    assert(viewer->unacknowledged < LIVE_UNACKNOWLEDGED_MAX);
    viewer->nonces[viewer->unacknowledged++] = frame->nonce;
    viewer->sequence = frame->sequence;
    viewer->in_step = true;
    if (frame->base == 0)
        viewer->keyframe_ns = now_ns;
}

/* The frame is shared, so keeping it costs a reference, not a copy. */
static void frame_keep_rest(struct live_viewer *viewer, struct lab_frame *frame, uint32_t sent)
{
    atomic_fetch_add_explicit(&frame->references, 1, memory_order_relaxed);
    viewer->rest_frame = frame;
    viewer->rest = frame->bytes + sent;
    viewer->rest_length = frame->length - sent;
    viewer->wants_write = true;
}

enum live_sent live_viewer_send(struct live_viewer *viewer, struct lab_frame *frame, int64_t now_ns)
{
    if (!frame_fits(viewer, frame, now_ns))
        return LIVE_SKIPPED;
    if (viewer->wants_write || viewer->unacknowledged == LIVE_UNACKNOWLEDGED_MAX) {
        fall_behind(viewer, now_ns);
        return LIVE_SKIPPED;
    }
    int64_t sent = socket_send(viewer, frame->bytes, frame->length);
    if (sent <= 0) {
        fall_behind(viewer, now_ns);
        viewer->wants_write = sent == 0;
        return LIVE_SKIPPED;
    }
    frame_count(viewer, frame, now_ns);
    if ((uint32_t)sent < frame->length)
        frame_keep_rest(viewer, frame, (uint32_t)sent);
    return LIVE_SENT;
}

/* Acknowledging a frame acknowledges all before it. */
bool live_viewer_acknowledge(struct live_viewer *viewer, uint32_t nonce)
{
    for (uint32_t i = 0; i < viewer->unacknowledged; i++) {
        if (viewer->nonces[i] != nonce)
            continue;
        viewer->unacknowledged -= i + 1;
        memmove(viewer->nonces, viewer->nonces + i + 1,
                viewer->unacknowledged * sizeof viewer->nonces[0]);
        viewer->acknowledged = nonce;
        viewer->has_acknowledged = true;
        return true;
    }
    return viewer->has_acknowledged && viewer->acknowledged == nonce; /* said twice */
}

/* ---- Control frames ---- */

/* Moves on to the waiting control frame. False: there is none. */
static bool rest_next(struct live_viewer *viewer)
{
    rest_drop(viewer);
    if (viewer->control_length == 0)
        return false;
    viewer->rest = viewer->control;
    viewer->rest_length = viewer->control_length;
    viewer->control_length = 0;
    return true;
}

void live_viewer_flush(struct live_viewer *viewer)
{
    while (viewer->rest_length > 0 || rest_next(viewer)) {
        int64_t sent = socket_send(viewer, viewer->rest, viewer->rest_length);
        if (sent <= 0)
            return;
        viewer->rest += sent;
        viewer->rest_length -= (uint32_t)sent;
    }
    viewer->wants_write = false;
    if (viewer->closing)
        shutdown(viewer->socket, SHUT_WR);
}

/* A control frame may not cut into the rest of a frame: it waits, and a newer one takes the place
 * of one that waits (RFC 6455, 5.5.3 allows to answer the newest Ping only). While bytes of a
 * control frame itself are leaving there is no room for another; it is dropped. */
void live_viewer_send_control(struct live_viewer *viewer, uint8_t opcode, const uint8_t *bytes,
                              uint32_t length)
{
    assert(length <= LIVE_CONTROL_BYTES_MAX);
    bool leaving = viewer->rest_length > 0 && viewer->rest_frame == NULL;
    if (viewer->closing || viewer->dead || leaving)
        return;
    viewer->control[0] = (uint8_t)(FINAL | opcode);
    viewer->control[1] = (uint8_t)length;
    if (length > 0)
        memcpy(viewer->control + 2, bytes, length);
    viewer->control_length = 2 + length;
    viewer->wants_write = true;
    live_viewer_flush(viewer);
}

/* The socket is shut for writing only: what the other side still sends is read and dropped, so that
 * the kernel does not answer it with a reset that would take our Close along. */
void live_viewer_close(struct live_viewer *viewer, uint16_t code, int64_t now_ns)
{
    if (viewer->closing || viewer->dead)
        return;
    const uint8_t bytes[2] = {(uint8_t)(code >> 8), (uint8_t)code};
    live_viewer_send_control(viewer, OPCODE_CLOSE, bytes, sizeof bytes);
    viewer->closing = true;
    viewer->closing_ns = now_ns;
    if (!viewer->wants_write && !viewer->dead)
        shutdown(viewer->socket, SHUT_WR);
}

/* ---- Guards ---- */

bool live_viewer_count(struct live_viewer *viewer, uint32_t messages, uint32_t bytes,
                       int64_t now_ns)
{
    if (now_ns - viewer->second_ns >= INT64_C(1000000000)) {
        viewer->second_ns = now_ns;
        viewer->messages_in_second = viewer->bytes_in_second = 0;
    }
    viewer->messages_in_second += messages;
    viewer->bytes_in_second += bytes;
    return viewer->messages_in_second <= LIVE_MESSAGES_PER_S_MAX &&
           viewer->bytes_in_second <= LIVE_BYTES_PER_S_MAX;
}
