/* room_internal.h - what room.c and room_votes.c share. All of it under the room's mutex. */
#ifndef HTTP_ROOM_INTERNAL_H
#define HTTP_ROOM_INTERNAL_H

#include <pthread.h>

#include "http/room.h"
#include "http/room_desk.h"

enum { ROOM_NICKNAME_BYTES = 4 * ROOM_NICKNAME_CHARACTERS_MAX + 1 };

struct room_member {
    char owner[ACCESS_TOKEN_BYTES];
    char nickname[ROOM_NICKNAME_BYTES];
    uint8_t choices[ROOM_ROUNDS]; /* of the ballot: place of the option + 1; 0: none */
    int64_t orders_full_ms;       /* as a bucket of rate.h: when it would be full again */
};

struct room_tally {
    char run[LAB_RUN_ID_BYTES]; /* shown when the vote was opened; "": none */
    char scene[ROOM_WORD_BYTES], step[ROOM_WORD_BYTES], option[ROOM_WORD_BYTES];
    uint32_t class, round, count;
};

/* The question whose votes are known by member: the last one that was opened. */
struct room_ballot {
    char scene[ROOM_WORD_BYTES], step[ROOM_WORD_BYTES];
    uint32_t option_count;
    char options[ROOM_OPTIONS_MAX][ROOM_WORD_BYTES];
    bool begun[ROOM_ROUNDS];
};

struct room {
    pthread_mutex_t mutex;
    char code[ROOM_CODE_BYTES]; /* "": none was ever opened */
    bool ended;
    int64_t seen_ms, seen_stored_ms;
    uint64_t version, generation;
    struct room_state state;
    struct room_desk desk;
    struct room_ballot ballot;
    uint32_t class; /* the present one; the first room's first is 1 */
    uint32_t member_count, tally_count;
    struct room_member members[ROOM_MEMBERS_MAX];
    struct room_tally tallies[ROOM_TALLIES_MAX]; /* class by class; former ones are evidence only */
};

/* room.c */

/* As room_check_member(), and who it is. */
int room_member_check(struct room *room, const char *owner, int64_t now_ms,
                      struct room_member **member, struct error *error);

/* room_votes.c */

/* What is asked is about to be open: counts for it, begun anew unless it goes on. -409: no place. */
int room_ballot_begin(struct room *room, const struct room_state *state, struct error *error);
/* Another class: no counts, no votes of members. */
void room_class_begin(struct room *room);
/* Adds "counts" {round: {option: count}} of the state's question to its vote. */
void room_counts_add(const struct room *room, struct cJSON *vote);

#endif
