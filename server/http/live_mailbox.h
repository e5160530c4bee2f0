/* live_mailbox.h - what other threads tell the hub of the live stream: frames, runs that are gone, viewers
 * that come. Putting something in never waits for the hub; letters are read in the order in which
 * they came.
 *
 * It is bounded: of frames, more than fit are dropped, which viewers notice and get a keyframe; of
 * runs that are gone the letter may be lost but not the fact, which live_mailbox_run_is_gone()
 * remembers. */
#ifndef HTTP_LIVE_MAILBOX_H
#define HTTP_LIVE_MAILBOX_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "http/limits.h"
#include "lab/lab.h"

struct live_viewer;

enum {
    /* Besides frames: each viewer is at most once on its way in. */
    LIVE_MAILBOX_LETTERS_MAX = LIVE_MAILBOX_FRAMES_MAX + LIVE_VIEWERS_MAX + LAB_RUNS_LIVE_MAX
};

enum live_letter_kind {
    LIVE_LETTER_FRAME,  /* of a run */
    LIVE_LETTER_GONE,   /* a run */
    LIVE_LETTER_VIEWER, /* one comes in */
    LIVE_LETTER_ROOM    /* what the room shows now; no frame: another room begins */
};

struct live_letter {
    enum live_letter_kind kind;
    uint8_t layer;
    uint32_t slot;
    union {
        struct lab_frame *frame;
        struct live_viewer *viewer;
    } of;
};

struct live_mailbox {
    pthread_mutex_t mutex;
    int wake; /* an eventfd, readable while there are letters */
    uint32_t count, frames;
    struct live_letter *letters, *spare; /* LIVE_MAILBOX_LETTERS_MAX each; swapped when read */
    uint32_t gone[LAB_RUNS_LIVE_MAX];    /* slot + 1 of the run that was last gone from the place */
};

/* 0, or -1 without memory or descriptors; free it in any case. */
int live_mailbox_init(struct live_mailbox *mailbox);
void live_mailbox_free(struct live_mailbox *mailbox);

/* ---- Any thread ---- */

/* Wakes the hub even if there is nothing new. */
void live_mailbox_wake(struct live_mailbox *mailbox);
/* A frame of a run, or of the room. False: no room, and the frame stays the caller's. */
bool live_mailbox_put_frame(struct live_mailbox *mailbox, const struct live_letter *letter);
void live_mailbox_put_gone(struct live_mailbox *mailbox, uint32_t slot);
/* False: its run was gone meanwhile, and the viewer stays the caller's. `of_run`: it has one. */
bool live_mailbox_put_viewer(struct live_mailbox *mailbox, const struct live_letter *letter,
                             bool of_run);
bool live_mailbox_run_is_gone(struct live_mailbox *mailbox, uint32_t slot);

/* ---- The hub's thread ---- */

/* Takes all letters at once, so that others never wait for a fan-out. They are valid until the next
 * call. */
const struct live_letter *live_mailbox_take(struct live_mailbox *mailbox, uint32_t *count);

#endif
