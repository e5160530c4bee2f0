/* room_state.h - what the presenter of a room shows: the run and its moment, the scene and its step, and
 * the question that is asked. Plain values, no lock, no heap; docs/api.md, Rooms, has the form in JSON.
 *
 * The same form goes in (POST /room/state, and what was stored) and out, so a state that is written and
 * read again is the same. */
#ifndef HTTP_ROOM_STATE_H
#define HTTP_ROOM_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "lab/lab.h"
#include "lab/scene.h"

struct cJSON;

enum {
    ROOM_WORD_BYTES = LAB_SCENE_NAME_BYTES, /* of a scene, a step, an option */
    ROOM_OPTIONS_MAX = LAB_SCENE_OPTIONS_MAX,
    ROOM_ROUNDS = 2, /* before it was seen, and after */
    ROOM_TEXT_CHARACTERS_MAX = 300,
    ROOM_TEXT_BYTES = 4 * ROOM_TEXT_CHARACTERS_MAX + 1,
};
#define ROOM_AT_US_MAX (INT64_C(24) * 3600 * 1000000)

struct room_option {
    char id[ROOM_WORD_BYTES];
    char text[ROOM_TEXT_BYTES]; /* of a scene of one's own; "": the page has it in its words */
};

/* The question of the state's scene and step. */
struct room_vote {
    uint32_t round;      /* 1 or 2; 0: nothing is asked */
    bool open, revealed; /* never both: what is shown is final */
    uint32_t option_count;
    struct room_option options[ROOM_OPTIONS_MAX];
    char question[ROOM_TEXT_BYTES]; /* as the options' texts */
};

struct room_state {
    char run[LAB_RUN_ID_BYTES]; /* "": none */
    char scene[ROOM_WORD_BYTES], step[ROOM_WORD_BYTES];
    int64_t at_us; /* virtual; -1: the live edge */
    bool frozen;   /* everybody looks where the presenter looks, and does nothing */
    bool inputs_allowed;
    bool blank;
    struct room_vote vote;
};

/* Nothing is shown, nothing allowed. */
struct room_state room_state_empty(void);
/* Takes what the object names and leaves the rest; another scene or step ends the vote. -1 with a
 * sentence, and the state as it was, when a field is unknown or out of range. */
int room_state_change(struct room_state *state, const struct cJSON *change, struct error *error);
/* All of it; the caller's. */
struct cJSON *room_state_json(const struct room_state *state);
/* The place of an option; ROOM_OPTIONS_MAX if there is none of this name. */
uint32_t room_vote_option(const struct room_vote *vote, const char *id);

#endif
