/* limits.h - every bound of the server in one place. Nothing that comes from the network is read,
 * kept or waited for beyond these. */
#ifndef HTTP_LIMITS_H
#define HTTP_LIMITS_H

#include "lab/lab.h"

enum {
    /* Requests. */
    HTTP_THREADS = 768,            /* one each for a request under way: 500 slow ones hurt nobody */
    HTTP_ACCEPT_QUEUE = 1000,      /* accepted connections that wait for a thread */
    HTTP_LISTEN_BACKLOG = 4096,    /* connections that the kernel keeps for us */
    HTTP_HEADER_BYTES_MAX = 16384, /* request line and headers */
    HTTP_BODY_BYTES_MAX = 16384,   /* more is 413, before it is read */
    HTTP_LINK_BODY_BYTES_MAX = LAB_LINK_BYTES_MAX + 1024, /* of a link that is opened */
    HTTP_BODY_SECONDS_MAX = 10,       /* for the whole body, however slowly it drips */
    HTTP_DRAIN_BYTES_MAX = 1 << 20,   /* read and dropped after a 413, so that the answer is seen */
    HTTP_REQUEST_TIMEOUT_MS = 5000,   /* for the head of a request, and for a stuck write */
    HTTP_KEEP_ALIVE_MS = 1000,        /* an idle connection holds a thread: not for long */
    HTTP_EXPORT_SECONDS_STALLED = 30, /* a reader of an export below the rate is cut after this */
    HTTP_EXPORT_BYTES_PER_S_MIN = 16384,
    HTTP_EXPORTS_MAX = 32,      /* at once; more is 503 */
    HTTP_HEAVY_MAX = 2,         /* comparisons and the like at once; others wait in line ... */
    HTTP_PAST_MAX = 4,          /* looking at the past, milliseconds each; likewise */
    HTTP_PLACE_WAIT_S_MAX = 10, /* ... for so long, then 503 */
    HTTP_STACK_BYTES = 1 << 20, /* of a handler */
    HTTP_BODY_DEPTH_MAX = 32,   /* objects and arrays inside each other */
    HTTP_ROWS_LIMIT_MAX = 10000,
    HTTP_ROWS_LIMIT_STANDARD = 1000,

    /* Requests of one client address: a bucket that holds BURST and gains PER_S. A room behind
     * one router shares an address, so these only stop programs that run away. */
    RATE_BURST = 20000,
    RATE_PER_S = 1000,
    RATE_ADDRESSES_MAX = 4096,
    RATE_CODE_COST = 100, /* of a wrong room code, in a bucket of codes: guessing one takes days */

    /* Live viewers. */
    LIVE_VIEWERS_MAX = 10000,      /* less where the system allows fewer open files */
    LIVE_UNACKNOWLEDGED_MAX = 10,  /* frames sent ahead of the viewer's word: 1 s at 10 a second */
    LIVE_MESSAGE_BYTES_MAX = 4096, /* of a viewer; more is 1009 */
    LIVE_MESSAGES_PER_S_MAX = 100, /* of a viewer, pings counted; more is 1008 */
    LIVE_BYTES_PER_S_MAX = 65536,  /* likewise */
    LIVE_PING_AFTER_S = 30,        /* silence after which the server asks */
    LIVE_SILENCE_S_MAX = 90,       /* silence after which a viewer is gone */
    LIVE_CLOSE_S_MAX = 2,          /* for the other side to answer a Close */
    LIVE_MAILBOX_FRAMES_MAX = 16384,  /* frames that wait for the hub; more are dropped */
    LIVE_KEYFRAME_PAUSE_MS = 250,     /* doubled with each setback */
    LIVE_SETBACKS_MAX = 5,            /* doublings: 8 s */
    LIVE_SETBACK_S = 10,              /* in step for so long: forgotten */
    LIVE_KEYFRAME_ASK_AGAIN_MS = 1000 /* a keyframe asked for and not seen */
};

#endif
