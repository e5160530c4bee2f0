/* room_votes.c - votes: one of each member and round, counted. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "http/room_internal.h"
#include "store/store.h"

/* ---- Counts ---- */

/* Of this question of the present class? */
static bool is_of(const struct room *room, const struct room_tally *tally, const char *scene,
                  const char *step, uint32_t round)
{
    return tally->class == room->class && tally->round == round &&
           strcmp(tally->scene, scene) == 0 && strcmp(tally->step, step) == 0;
}

static struct room_tally *tally_find(struct room *room, const struct room_choice *choice)
{
    for (uint32_t i = 0; i < room->tally_count; i++) {
        struct room_tally *tally = &room->tallies[i];
        if (is_of(room, tally, choice->scene, choice->step, choice->round) &&
            strcmp(tally->option, choice->option) == 0)
            return tally;
    }
    return NULL;
}

static uint32_t tallies_of(const struct room *room, const struct room_state *state)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < room->tally_count; i++)
        count += is_of(room, &room->tallies[i], state->scene, state->step, state->vote.round);
    return count;
}

/* Makes place for `wanted`: the oldest votes of former classes go. */
static void tallies_forget(struct room *room, uint32_t wanted)
{
    uint32_t gone = 0;
    while (room->tally_count - gone + wanted > ROOM_TALLIES_MAX && gone < room->tally_count &&
           room->tallies[gone].class != room->class)
        gone++;
    room->tally_count -= gone;
    memmove(room->tallies, room->tallies + gone, room->tally_count * sizeof *room->tallies);
}

/* The order of the others stays: it is that of the lecture. */
static void tallies_remove(struct room *room, const struct room_state *state)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < room->tally_count; i++) {
        if (!is_of(room, &room->tallies[i], state->scene, state->step, state->vote.round))
            room->tallies[kept++] = room->tallies[i];
    }
    room->tally_count = kept;
}

static void tallies_begin(struct room *room, const struct room_state *state)
{
    tallies_remove(room, state);
    for (uint32_t i = 0; i < state->vote.option_count; i++) {
        struct room_tally *tally = &room->tallies[room->tally_count++];
        memset(tally, 0, sizeof *tally);
        strcpy(tally->run, state->run);
        strcpy(tally->scene, state->scene);
        strcpy(tally->step, state->step);
        strcpy(tally->option, state->vote.options[i].id);
        tally->class = room->class;
        tally->round = state->vote.round;
    }
}

/* ---- The ballot ---- */

static bool ballot_is_for(const struct room_ballot *ballot, const struct room_state *state)
{
    if (strcmp(ballot->scene, state->scene) != 0 || strcmp(ballot->step, state->step) != 0 ||
        ballot->option_count != state->vote.option_count)
        return false;
    for (uint32_t i = 0; i < ballot->option_count; i++) {
        if (strcmp(ballot->options[i], state->vote.options[i].id) != 0)
            return false;
    }
    return true;
}

static void ballot_make(struct room *room, const struct room_state *state)
{
    struct room_ballot *ballot = &room->ballot;
    memset(ballot, 0, sizeof *ballot);
    strcpy(ballot->scene, state->scene);
    strcpy(ballot->step, state->step);
    ballot->option_count = state->vote.option_count;
    for (uint32_t i = 0; i < ballot->option_count; i++)
        strcpy(ballot->options[i], state->vote.options[i].id);
    for (uint32_t i = 0; i < room->member_count; i++)
        memset(room->members[i].choices, 0, sizeof room->members[i].choices);
}

int room_ballot_begin(struct room *room, const struct room_state *state, struct error *error)
{
    const struct room_vote *vote = &state->vote;
    bool same = ballot_is_for(&room->ballot, state);
    if (same && room->ballot.begun[vote->round - 1])
        return 0; /* it goes on */
    uint32_t former = tallies_of(room, state);
    if (vote->option_count > former)
        tallies_forget(room, vote->option_count - former);
    if (room->tally_count - former + vote->option_count > ROOM_TALLIES_MAX) {
        error_set(error, "The room has %u counts, of at most %d: export them, and reset the room.",
                  room->tally_count, ROOM_TALLIES_MAX);
        return -409;
    }
    if (!same)
        ballot_make(room, state);
    tallies_begin(room, state);
    room->ballot.begun[vote->round - 1] = true;
    return 0;
}

void room_class_begin(struct room *room)
{
    room->class ++;
    memset(&room->ballot, 0, sizeof room->ballot);
    for (uint32_t i = 0; i < room->member_count; i++)
        memset(room->members[i].choices, 0, sizeof room->members[i].choices);
}

/* ---- Voting ---- */

static int choice_check(const struct room *room, const struct room_choice *choice,
                        struct error *error)
{
    const struct room_state *state = &room->state;
    if (!state->vote.open || choice->round != state->vote.round ||
        strcmp(choice->scene, state->scene) != 0 || strcmp(choice->step, state->step) != 0) {
        error_set(error, "The vote on %.31s of %.31s is closed.", choice->step, choice->scene);
        return -409;
    }
    if (room_vote_option(&state->vote, choice->option) == ROOM_OPTIONS_MAX) {
        error_set(error, "There is no option \"%.40s\" to vote for.", choice->option);
        return -422;
    }
    return 0;
}

/* The former vote goes, if there was one. */
static void choose(struct room *room, struct room_member *member, const struct room_choice *choice)
{
    uint8_t *chosen = &member->choices[choice->round - 1];
    struct room_choice former = *choice;
    if (*chosen != 0) {
        former.option = room->ballot.options[*chosen - 1];
        struct room_tally *tally = tally_find(room, &former);
        if (tally != NULL && tally->count > 0)
            tally->count--;
    }
    struct room_tally *tally = tally_find(room, choice);
    if (tally != NULL)
        tally->count++;
    *chosen = (uint8_t)(room_vote_option(&room->state.vote, choice->option) + 1);
    room->generation++;
}

int room_vote(struct room *room, const char *owner, const struct room_choice *choice,
              int64_t now_ms, struct error *error)
{
    struct room_member *member;
    pthread_mutex_lock(&room->mutex);
    int status = room_member_check(room, owner, now_ms, &member, error);
    if (status == 0)
        status = choice_check(room, choice, error);
    if (status == 0)
        choose(room, member, choice);
    pthread_mutex_unlock(&room->mutex);
    return status;
}

/* ---- Documents ---- */

void room_counts_add(const struct room *room, cJSON *vote)
{
    cJSON *counts = cJSON_AddObjectToObject(vote, "counts");
    for (uint32_t round = 1; round <= ROOM_ROUNDS; round++) {
        char name[2] = {(char)('0' + round), 0};
        cJSON *of_round = NULL;
        for (uint32_t i = 0; i < room->tally_count; i++) {
            const struct room_tally *tally = &room->tallies[i];
            if (!is_of(room, tally, room->state.scene, room->state.step, round))
                continue;
            if (of_round == NULL)
                of_round = cJSON_AddObjectToObject(counts, name);
            cJSON_AddNumberToObject(of_round, tally->option, tally->count);
        }
    }
}

static bool is_shown(const struct room *room, const struct room_tally *tally)
{
    const struct room_state *state = &room->state;
    return state->vote.revealed && strcmp(tally->scene, state->scene) == 0 &&
           strcmp(tally->step, state->step) == 0;
}

cJSON *room_votes_json(struct room *room, bool presenter)
{
    cJSON *list = cJSON_CreateArray();
    pthread_mutex_lock(&room->mutex);
    for (uint32_t i = 0; i < room->tally_count; i++) {
        const struct room_tally *tally = &room->tallies[i];
        if (tally->class != room->class || (!presenter && !is_shown(room, tally)))
            continue;
        cJSON *item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "scene", tally->scene);
        cJSON_AddStringToObject(item, "step", tally->step);
        cJSON_AddNumberToObject(item, "round", tally->round);
        cJSON_AddStringToObject(item, "option", tally->option);
        cJSON_AddNumberToObject(item, "count", tally->count);
        cJSON_AddItemToArray(list, item);
    }
    pthread_mutex_unlock(&room->mutex);
    return list;
}

void room_load_vote(struct room *room, const struct store_vote *stored)
{
    if (room->tally_count == ROOM_TALLIES_MAX || stored->round < 1 || stored->round > ROOM_ROUNDS ||
        strlen(stored->run) >= LAB_RUN_ID_BYTES || strlen(stored->scene) >= ROOM_WORD_BYTES ||
        strlen(stored->step) >= ROOM_WORD_BYTES || strlen(stored->option) >= ROOM_WORD_BYTES)
        return;
    struct room_tally *tally = &room->tallies[room->tally_count++];
    strcpy(tally->run, stored->run);
    strcpy(tally->scene, stored->scene);
    strcpy(tally->step, stored->step);
    strcpy(tally->option, stored->option);
    tally->class = stored->class;
    tally->round = stored->round;
    tally->count = stored->count;
}
