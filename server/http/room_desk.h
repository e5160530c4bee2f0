/* room_desk.h - the presenter's two pages in a room: the *wall* is projected and plays the scene, the
 * *desk* is for the presenter alone and may be on another machine. The wall says what it shows; the
 * desk says what it wishes (next, back, ...), and the wall does it.
 *
 * One wall drives: the last page that took the room. What another one says afterwards is refused (-409),
 * so two of them never pull at the class. Wishes are numbered and the newest ROOM_WISHES_MAX are kept;
 * the wall says in what it shows up to which number it has come. All of it is the presenter's, is in
 * memory only, and is gone with the room.
 *
 * What the wall shows is an object that only the two pages read: it is bounded here, not understood. */
#ifndef HTTP_ROOM_DESK_H
#define HTTP_ROOM_DESK_H

#include <stdint.h>

#include "base/error.h"

struct cJSON;

enum {
    ROOM_WISHES_MAX = 8,
    ROOM_WISH_BYTES = 16,       /* a word of small letters, and the terminator */
    ROOM_WALL_BYTES = 33,       /* the wall's own name: letters and digits it drew itself */
    ROOM_SHOWS_BYTES_MAX = 8192 /* what it shows, as JSON */
};

/* Plain values, no lock. */
struct room_desk {
    uint64_t wish_count; /* and the number of the newest */
    char wishes[ROOM_WISHES_MAX][ROOM_WISH_BYTES];
    char wall[ROOM_WALL_BYTES]; /* "": none */
    char shows[ROOM_SHOWS_BYTES_MAX + 1];
};

void room_desk_clear(struct room_desk *desk);
/* Adds "wall" {id, shows} or null, "wish_count", "wishes" [{number, act}]. */
void room_desk_add(const struct room_desk *desk, struct cJSON *document);

/* {act}: one more wish. -409: there is no wall; -422. */
int room_desk_wish(struct room_desk *desk, const struct cJSON *body, struct error *error);
/* {wall, shows, take?}: `take` makes it the wall. `shows` null: it closes. -409: another one drives;
 * -422. */
int room_desk_wall(struct room_desk *desk, const struct cJSON *body, struct error *error);

#endif
