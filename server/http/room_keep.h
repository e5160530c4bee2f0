/* room_keep.h - keeps the room of a lecture: what is stored of it, and who is told when it changes.
 *
 * Whoever changed the room waits until that is on the disk, then answers: a vote that was answered is
 * counted after any crash. Many who wait at the same time share one write, of the room as it is then;
 * so 500 votes are some dozen writes. A write that fails is answered with 503; the change stands in
 * memory and goes out with the next one, and to repeat it changes nothing. */
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

/* Reads what was stored into a room of its own. NULL with a reason on failure. The lab and the hub
 * must outlive it. */
struct room_keep *room_keep_open(struct lab *lab, struct live_hub *hub, struct error *error);
void room_keep_close(struct room_keep **keep);
struct room *room_keep_room(struct room_keep *keep);

/* Waits until all that was changed so far is stored. 0, or -503 with the problem. */
int room_keep_store(struct room_keep *keep, struct lab_problem *problem);
/* Tells the phones what the presenter shows now. `another`: those of the former room are let go. */
void room_keep_tell(struct room_keep *keep, bool another);

/* Milliseconds of the calendar since 1970. */
int64_t room_now_ms(void);

#endif
