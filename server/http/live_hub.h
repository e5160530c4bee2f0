/* live_hub.h - the live stream: one thread that holds every viewer's socket, passes frames on and
 * listens to what viewers say.
 *
 * The lab's workers put frames into the hub's mailbox and go on. The hub's thread sends each frame
 * to the viewers of its run (one send a viewer, never waiting) and reads acknowledgements through
 * epoll. Viewers belong to that thread alone; the mailbox is the only thing that is locked. */
#ifndef HTTP_LIVE_HUB_H
#define HTTP_LIVE_HUB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct lab;
struct lab_frame;
struct lab_problem;
struct live_hub; /* opaque */

/* Since the start; read at any time from any thread. */
struct live_counters {
    _Atomic uint64_t viewers; /* now */
    _Atomic uint64_t viewers_joined, viewers_refused;
    _Atomic uint64_t frames_sent, frame_bytes_sent, frames_skipped, frames_dropped;
    _Atomic uint64_t keyframes_sent, keyframes_asked, partial_writes;
    _Atomic uint64_t acknowledgements, messages, messages_refused;
    _Atomic uint64_t fanouts, fanout_ns_sum, fanout_ns_max; /* encoding to the last send */
};

/* Starts the thread and attaches itself to the lab. NULL with a reason on failure. */
struct live_hub *live_hub_start(struct lab *lab, uint32_t viewers_max, struct error *error);
/* Says goodbye to all viewers and ends the thread. */
void live_hub_stop(struct live_hub **hub);

/* May one more viewer come? */
bool live_hub_has_room(const struct live_hub *hub);
/* What the room of a lecture shows now, for all who watch the room: a frame whose sequence is the version
 * of what it says, taken over. An older one than the last is dropped. NULL: another room begins, and
 * whoever watches has to come in again. */
void live_hub_room_tell(struct live_hub *hub, struct lab_frame *frame);
/* A viewer of `run` ("": of the room) on this socket, which the hub takes over, whatever the result. 0, or -status
 * with the problem; the viewer is then told in the Close. */
int live_hub_add(struct live_hub *hub, int socket, const char *run, struct lab_problem *problem);

struct live_counters *live_hub_counters(struct live_hub *hub);
/* Nanoseconds of the monotonic clock at which the thread last went round. */
int64_t live_hub_seen_ns(const struct live_hub *hub);

#endif
