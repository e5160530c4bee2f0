/* room_keep.c - stores the room, many changes at a time, and publishes it. */
#include "http/room_keep.h"

#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "http/live_hub.h"
#include "http/room.h"
#include "http/server.h"
#include "lab/lab.h"
#include "store/store.h"

struct room_keep {
    struct lab *lab;
    struct live_hub *hub;
    struct room *room;
    /* Guards all that follows; not held while the store works. */
    pthread_mutex_t mutex;
    pthread_cond_t stored_some;
    bool storing;
    uint64_t stored; /* generation of the room that is on the disk */
    /* Of the last write: how many there were, and whether it failed. */
    uint64_t writes;
    int status;
    char problem[LAB_PROBLEM_BYTES];
};

int64_t room_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct room *room_keep_room(struct room_keep *keep)
{
    return keep->room;
}

/* ---- Opening ---- */

static void on_room(void *context, const struct store_room *room)
{
    room_load(context, room);
}

static void on_vote(void *context, const struct store_vote *vote)
{
    room_load_vote(context, vote);
}

static int keep_read(struct room_keep *keep, struct error *error)
{
    struct lab_problem problem = {.detail = ""};
    const struct store_room_reader reader = {
        .context = keep->room, .room = on_room, .vote = on_vote};
    if (lab_room_read(keep->lab, &reader, &problem) == 0)
        return 0;
    error_set(error, "%s", problem.detail);
    lab_problem_clear(&problem);
    return -1;
}

struct room_keep *room_keep_open(struct lab *lab, struct live_hub *hub, struct error *error)
{
    struct room_keep *keep = calloc(1, sizeof *keep);
    if (keep == NULL || (keep->room = room_new()) == NULL) {
        error_set(error, "out of memory");
        free(keep);
        return NULL;
    }
    keep->lab = lab;
    keep->hub = hub;
    pthread_mutex_init(&keep->mutex, NULL);
    pthread_cond_init(&keep->stored_some, NULL);
    if (keep_read(keep, error) != 0) {
        room_keep_close(&keep);
        return NULL;
    }
    keep->stored = room_generation(keep->room);
    room_keep_tell(keep, false);
    return keep;
}

void room_keep_close(struct room_keep **keep)
{
    if (*keep == NULL)
        return;
    room_free(&(*keep)->room);
    pthread_mutex_destroy(&(*keep)->mutex);
    pthread_cond_destroy(&(*keep)->stored_some);
    free(*keep);
    *keep = NULL;
}

/* ---- Storing ---- */

/* Writes the room as it is now; the mutex is held, and let go meanwhile. */
static void keep_write(struct room_keep *keep)
{
    struct store_room copy;
    struct lab_problem problem = {.detail = ""};
    keep->storing = true;
    pthread_mutex_unlock(&keep->mutex);
    uint64_t generation = room_generation(keep->room); /* before the copy, which may hold more */
    room_copy(keep->room, &copy);
    int status = lab_room_put(keep->lab, &copy, &problem);
    room_copy_free(&copy);
    pthread_mutex_lock(&keep->mutex);
    keep->storing = false;
    keep->writes++;
    keep->status = status;
    memcpy(keep->problem, problem.detail, sizeof keep->problem);
    lab_problem_clear(&problem);
    if (status == 0)
        keep->stored = generation;
    pthread_cond_broadcast(&keep->stored_some);
}

/* The write under way may have begun before this change: the one after it counts. */
int room_keep_store(struct room_keep *keep, struct lab_problem *problem)
{
    uint64_t wanted = room_generation(keep->room);
    pthread_mutex_lock(&keep->mutex);
    uint64_t enough = keep->writes + (keep->storing ? 2 : 1);
    while (keep->stored < wanted && keep->writes < enough) {
        if (keep->storing)
            pthread_cond_wait(&keep->stored_some, &keep->mutex);
        else
            keep_write(keep);
    }
    int status = keep->stored >= wanted ? 0 : keep->status;
    if (status != 0)
        snprintf(problem->detail, sizeof problem->detail, "%s", keep->problem);
    pthread_mutex_unlock(&keep->mutex);
    return status;
}

/* ---- Telling ---- */

void room_keep_tell(struct room_keep *keep, bool another)
{
    cJSON *message = cJSON_CreateObject();
    cJSON *document = room_json(keep->room, false);
    double version = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(document, "version"));
    int64_t now_ns = server_now_ns();
    cJSON_AddNumberToObject(message, "nonce", (uint32_t)((uint64_t)now_ns / 1000));
    cJSON_AddItemToObject(message, "room", document);
    char *text = cJSON_PrintUnformatted(message);
    cJSON_Delete(message);
    if (text == NULL)
        return; /* no memory: the next change tells */
    struct lab_frame *frame = lab_frame_make(text, (uint32_t)strlen(text), now_ns);
    cJSON_free(text);
    frame->sequence = (uint64_t)version;
    if (another)
        live_hub_room_tell(keep->hub, NULL);
    live_hub_room_tell(keep->hub, frame);
}
