/* live_viewer.h - one viewer of the live stream: what it was sent, what it has acknowledged, what
 * still waits to leave.
 *
 * Belongs to the hub's thread alone; nothing here blocks. A viewer is either *in step* (the next
 * frame that continues the last one it got is sent) or *behind* (only a keyframe helps). It falls
 * behind when it has not acknowledged LIVE_UNACKNOWLEDGED_MAX frames, or when its socket takes no
 * more; it is ready for a keyframe when it has caught up with its acknowledgements. So a viewer
 * that never reads costs one comparison a frame and delays nobody.
 *
 * Keyframes are large. One who falls behind again soon after one waits for the next, each time twice
 * as long: otherwise many slow viewers would be sent more, the slower they are. */
#ifndef HTTP_LIVE_VIEWER_H
#define HTTP_LIVE_VIEWER_H

#include <stdbool.h>
#include <stdint.h>

#include "http/live_reader.h"
#include "lab/lab.h"

struct live_viewer {
    int socket;
    bool wants_write;   /* bytes wait for the socket to become writable */
    bool watches_write; /* and the hub is told when it is */
    bool closing;       /* a Close was sent; what still comes is dropped */
    bool dead;          /* the socket failed or ended */

    /* Where it watches. */
    char run[LAB_RUN_ID_BYTES];
    uint32_t slot;
    uint8_t layer;
    bool joined;                         /* counted by the lab as a viewer of (slot, layer) */
    struct live_viewer *next, *previous; /* of the channel */
    uint32_t index;                      /* in the hub's list of all; UINT32_MAX: not there */

    /* Frames. */
    bool in_step;
    uint64_t sequence; /* of the last frame sent, when in step */
    uint32_t unacknowledged;
    uint32_t nonces[LIVE_UNACKNOWLEDGED_MAX]; /* of the frames not acknowledged, oldest first */
    uint32_t acknowledged;                    /* the newest nonce acknowledged, if any */
    bool has_acknowledged;
    int64_t keyframe_ns; /* when the last keyframe was sent; 0: never */
    uint32_t setbacks;   /* how often it fell behind soon after a keyframe */

    /* What a partial write left: of a frame (referenced), or of the control frame below. */
    struct lab_frame *rest_frame;
    const uint8_t *rest;
    uint32_t rest_length;
    uint8_t control[2 + LIVE_CONTROL_BYTES_MAX];
    uint32_t control_length; /* a control frame that waits for the rest to leave; 0: none */

    /* Guards. */
    int64_t heard_ns, asked_ns, closing_ns, second_ns;
    uint32_t messages_in_second, bytes_in_second;

    struct live_reader reader; /* last: its buffer is never cleared */
};

/* Takes the socket over. NULL when there is no memory (the socket stays the caller's). */
struct live_viewer *live_viewer_new(int socket, const char *run, int64_t now_ns);
/* Closes the socket. */
void live_viewer_free(struct live_viewer *viewer);

enum live_sent { LIVE_SENT, LIVE_SKIPPED };

/* Sends the frame if it is the viewer's turn for it; LIVE_SKIPPED otherwise. */
enum live_sent live_viewer_send(struct live_viewer *viewer, struct lab_frame *frame,
                                int64_t now_ns);
/* Is it behind, and would it take a keyframe now? */
bool live_viewer_needs_keyframe(const struct live_viewer *viewer, int64_t now_ns);
/* False: it was never sent a frame with this nonce. */
bool live_viewer_acknowledge(struct live_viewer *viewer, uint32_t nonce);
/* Starts anew, in another layer: a keyframe is due at once. */
void live_viewer_restart(struct live_viewer *viewer);

void live_viewer_send_control(struct live_viewer *viewer, uint8_t opcode, const uint8_t *bytes,
                              uint32_t length);
void live_viewer_close(struct live_viewer *viewer, uint16_t code, int64_t now_ns);
/* The socket is writable: let what waits leave. */
void live_viewer_flush(struct live_viewer *viewer);

/* Counts what came in; false: more than a viewer may send. */
bool live_viewer_count(struct live_viewer *viewer, uint32_t messages, uint32_t bytes,
                       int64_t now_ns);

#endif
