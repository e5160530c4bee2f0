/* bench_phones.h - many phones of a lecture in one thread, for `chef bench room`: each comes into the room,
 * watches run and room over two WebSockets, votes once and places one order.
 *
 * They speak to a server on this machine through plain sockets and one epoll: no library between them
 * and what is measured. Times are of the host's monotonic clock, as the nonces of frames are. */
#ifndef COMMAND_BENCH_PHONES_H
#define COMMAND_BENCH_PHONES_H

#include <stdbool.h>
#include <stdint.h>

enum { PHONES_MAX = 2000, PHONES_CODE_BYTES = 16, PHONES_ANSWER_BYTES = 8192 };

struct phones; /* opaque */

/* What they measured; milliseconds, in no order. */
struct phones_figures {
    uint32_t votes, votes_refused; /* answered with 2xx, or otherwise */
    uint32_t orders, orders_refused;
    double *vote_ms, *order_ms; /* one for each answered */
    uint64_t frames, frames_late, room_messages;
    double *frame_ms; /* ages of a sample of frames */
    uint32_t frame_samples;
    double
        *told_ms;  /* of each phone's newest message of the room: how old it was when it was read */
    uint32_t lost; /* sockets that ended */
};

/* One request to 127.0.0.1, waited for. The status, or -1; the body into `answer` (may be NULL). `head`:
 * header lines, each with its CR LF. */
int phones_ask(uint16_t port, const char *method, const char *path, const char *head,
               const char *body, char answer[PHONES_ANSWER_BYTES]);

/* All come in and watch. NULL when one cannot, with a line on standard error. */
struct phones *phones_start(uint16_t port, uint32_t count, const char *code, const char *run);
void phones_stop(struct phones **phones);
/* They watch for so long. */
void phones_watch(struct phones *phones, double seconds);
/* Forgets the frames so far. They watch for `seconds`, and each sends `vote` and `order` (bodies) at its own moment within the
 * first `within_s`. */
void phones_act(struct phones *phones, const char *vote, const char *order, double within_s,
                double seconds);
/* Of all since phones_start(); valid until the next call. */
const struct phones_figures *phones_figures(struct phones *phones);

#endif
