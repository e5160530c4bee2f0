/* room_keep.h - keeps the room of a lecture: what is stored of it, and who is told when it changes.
 *
 * One thread writes, always the whole room as it is then; so many who changed it at the same time share
 * one write, and 500 votes are some dozen. Whoever changed it waits for the disk, but not for ever: a
 * slow one makes votes late on the disk, never late for who votes. A write that fails is tried again. */
#ifndef HTTP_ROOM_KEEP_H
#define HTTP_ROOM_KEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct lab;
struct lab_problem;
struct live_hub;
struct room;
struct room_keep; /* opaque; may be used from any thread */

/* Reads what was stored into a room of its own, and starts the thread. NULL with a reason on failure. The lab and the hub
 * must outlive it. */
struct room_keep *room_keep_open(struct lab *lab, struct live_hub *hub, struct error *error);
void room_keep_close(struct room_keep **keep);
struct room *room_keep_room(struct room_keep *keep);

enum { ROOM_KEEP_LATER = 1 };
/* Waits until all that was changed so far is stored, so long at most. 0; ROOM_KEEP_LATER when it is
 * not yet; -503 with the problem when it could not be, and is tried again. */
int room_keep_store(struct room_keep *keep, int64_t wait_ms, struct lab_problem *problem);
/* Tells the phones what the presenter shows now. `another`: those of the former room are let go. */
void room_keep_tell(struct room_keep *keep, bool another);

/* Milliseconds of the calendar since 1970. */
int64_t room_now_ms(void);

#endif
