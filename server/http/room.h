/* room.h - the room of a lecture: who is in it, what the presenter shows, how many voted for what.
 *
 * One room a server. It is opened by the presenter, who is known by a key (access.h); everybody else
 * comes in with its code and is a *member*: a browser's cookie, and perhaps a nickname, both in
 * memory only and gone with the room. What is stored of it (room_keep.h) is code, state and counts.
 *
 * A member has one vote in each round of a question; another one takes its place. Since nobody's vote
 * is stored, a vote that was open when the program ended is closed when it comes back, and to open it
 * again is to begin it anew: no count is ever more than the browsers that are in it.
 *
 * Memory is bounded and taken at the start. May be used from any thread. Nothing here knows a clock:
 * now_ms is the calendar's, since 1970. What can be refused returns 0, or -status of HTTP with a
 * sentence. */
#ifndef HTTP_ROOM_H
#define HTTP_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "http/access.h"
#include "http/room_state.h"

struct cJSON;
struct room; /* opaque */
struct store_room;
struct store_vote;

enum {
    ROOM_CODE_LETTERS = 5,
    ROOM_CODE_BYTES = ROOM_CODE_LETTERS + 1,
    ROOM_MEMBERS_MAX = 2000,
    ROOM_NICKNAME_CHARACTERS_MAX = 24,
    ROOM_NICKNAMES_SHOWN_MAX = 200, /* to the presenter */
    ROOM_TALLIES_MAX = 1024,        /* counts: a round of a question has one for each option */
    ROOM_ORDERS_BURST = 5,          /* that a member may place at once ... */
    ROOM_ORDER_PAUSE_MS = 3000,     /* ... and one more each so long */
};
/* So long without a sign of the presenter, and the room is over. */
#define ROOM_IDLE_MS_MAX (INT64_C(2) * 3600 * 1000)
/* A sign of the presenter that is older than this is stored again. */
#define ROOM_SEEN_STEP_MS INT64_C(60000)

/* NULL when there is no memory. */
struct room *room_new(void);
void room_free(struct room **room);

/* Writes a code of letters and digits that nobody takes for one another, from random bytes. */
void room_code_make(const uint8_t random[ROOM_CODE_LETTERS], char code[ROOM_CODE_BYTES]);

/* The presenter comes: takes up the room that there is (false), or opens one with this code, empty
 * and without members (true). */
bool room_open(struct room *room, const char *code, int64_t now_ms);
/* For everybody, at once. Counts stay until a room is opened. */
void room_end(struct room *room);
/* A sign of the presenter. */
void room_presenter_seen(struct room *room, int64_t now_ms);

/* May somebody with this code see the room? NULL: the presenter. -404: there is none, or not of this
 * code; -410: it is over. Letters may be small. */
int room_check(struct room *room, const char *code, int64_t now_ms, struct error *error);
/* Likewise for a member by its cookie's hash, as access.h has it. -403: not one. */
int room_check_member(struct room *room, const char *owner, int64_t now_ms, struct error *error);
bool room_has_member(struct room *room, const char *owner);
/* Becomes a member, or changes the nickname. As room_check(), and -422, -503 (full). */
int room_join(struct room *room, const char *code, const char *owner, const char *nickname,
              int64_t now_ms, struct error *error);

/* ---- The presenter's; as room_check() with NULL ---- */

/* As room_state_change() (-422). -409: it has as many counts as it can have. */
int room_change(struct room *room, const struct cJSON *change, int64_t now_ms, struct error *error);
/* As room_desk_wish() and room_desk_wall(): the presenter's two pages, the desk and the wall. */
int room_wish(struct room *room, const struct cJSON *body, int64_t now_ms, struct error *error);
int room_wall(struct room *room, const struct cJSON *body, int64_t now_ms, struct error *error);
/* Between two groups: no votes, no step, this run. Members stay. */
int room_reset(struct room *room, const char *run, int64_t now_ms, struct error *error);

/* ---- A member's; as room_check_member() ---- */

struct room_choice {
    const char *scene, *step, *option;
    uint32_t round;
};
/* -409: this is not what is asked now; -422: no such option. */
int room_vote(struct room *room, const char *owner, const struct room_choice *choice,
              int64_t now_ms, struct error *error);
/* Is this the run that the room looks at? */
bool room_shows(struct room *room, const char *run);
/* May the member place an order now? Counts it. -403 with the reason; -429 too many. */
int room_order(struct room *room, const char *owner, int64_t now_ms, struct error *error);

/* ---- Documents; the caller's ---- */

/* What the audience may see, or all. */
struct cJSON *room_json(struct room *room, bool presenter);
/* Every count: [{scene, step, round, option, count}]; what is revealed now for the audience. */
struct cJSON *room_votes_json(struct room *room, bool presenter);

/* ---- For room_keep.c ---- */

/* Grows with each change of what is stored. */
uint64_t room_generation(struct room *room);
/* What is to be stored; room_copy_free() frees what it points to. With a run: only the votes on it,
 * of every class. */
void room_copy(struct room *room, const char *run, struct store_room *copy);
void room_copy_free(struct store_room *copy);
/* What was stored, in this order, before anybody uses the room. Votes that do not fit are dropped. */
void room_load(struct room *room, const struct store_room *stored);
void room_load_vote(struct room *room, const struct store_vote *stored);

#endif
