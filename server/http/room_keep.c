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

enum { RETRY_MS = 1000 };

struct room_keep {
    struct lab *lab;
    struct live_hub *hub;
    struct room *room;
    pthread_t thread;
    bool started;
    /* Guards all that follows; not held while the store works. */
    pthread_mutex_t mutex;
    pthread_cond_t changed; /* for the thread: something is to be stored, or closing */
    pthread_cond_t written; /* for those who wait */
    bool closing, writing;
    bool awaited;      /* by somebody who came after the last write began */
    uint64_t stored;   /* generation of the room that is on the disk */
    uint64_t attempts; /* writes that are over, whatever came of them */
    int status;        /* of the last one */
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

/* ---- Reading what was stored ---- */

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

/* ---- Storing: the thread ---- */

/* Writes the room as it is now; the mutex is held, and let go meanwhile. */
static void keep_write(struct room_keep *keep)
{
    struct store_room copy;
    struct lab_problem problem = {.detail = ""};
    keep->writing = true;
    keep->awaited = false;
    pthread_mutex_unlock(&keep->mutex);
    uint64_t generation = room_generation(keep->room); /* before the copy, which may hold more */
    room_copy(keep->room, NULL, &copy);
    int status = lab_room_put(keep->lab, &copy, &problem);
    room_copy_free(&copy);
    pthread_mutex_lock(&keep->mutex);
    keep->writing = false;
    keep->attempts++;
    keep->status = status;
    memcpy(keep->problem, problem.detail, sizeof keep->problem);
    lab_problem_clear(&problem);
    if (status == 0)
        keep->stored = generation;
    pthread_cond_broadcast(&keep->written);
}

static struct timespec in_ms(int64_t ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    int64_t ns = at.tv_nsec + ms % 1000 * 1000000;
    at.tv_sec += ms / 1000 + ns / 1000000000;
    at.tv_nsec = ns % 1000000000;
    return at;
}

/* What could not be written is tried again some time, and at once for whoever waits. At the end once
 * more. */
static void *keep_run(void *context)
{
    struct room_keep *keep = context;
    bool done = false;
    pthread_mutex_lock(&keep->mutex);
    while (!done) {
        done = keep->closing;
        if (keep->stored < room_generation(keep->room))
            keep_write(keep);
        if (done || keep->closing)
            continue;
        if (keep->stored == room_generation(keep->room)) {
            pthread_cond_wait(&keep->changed, &keep->mutex);
        } else if (keep->status != 0 && !keep->awaited) {
            const struct timespec until = in_ms(RETRY_MS);
            pthread_cond_timedwait(&keep->changed, &keep->mutex, &until);
        }
    }
    pthread_mutex_unlock(&keep->mutex);
    return NULL;
}

/* ---- Storing: any thread ---- */

/* A write under way may have begun before this change: the one after it counts. */
int room_keep_store(struct room_keep *keep, int64_t wait_ms, struct lab_problem *problem)
{
    uint64_t wanted = room_generation(keep->room);
    const struct timespec until = in_ms(wait_ms);
    int waited = 0;
    pthread_mutex_lock(&keep->mutex);
    uint64_t enough = keep->attempts + (keep->writing ? 2 : 1);
    keep->awaited = true;
    pthread_cond_signal(&keep->changed);
    while (keep->stored < wanted && keep->attempts < enough && waited == 0)
        waited = pthread_cond_timedwait(&keep->written, &keep->mutex, &until);
    int status = ROOM_KEEP_LATER;
    if (keep->stored >= wanted)
        status = 0;
    else if (keep->attempts >= enough)
        status = keep->status;
    if (status < 0)
        snprintf(problem->detail, sizeof problem->detail, "%s", keep->problem);
    pthread_mutex_unlock(&keep->mutex);
    return status;
}

/* ---- Coming and going ---- */

static void keep_init(struct room_keep *keep)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&keep->mutex, NULL);
    pthread_cond_init(&keep->changed, &monotonic);
    pthread_cond_init(&keep->written, &monotonic);
    pthread_condattr_destroy(&monotonic);
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
    keep_init(keep);
    if (keep_read(keep, error) != 0) {
        room_keep_close(&keep);
        return NULL;
    }
    keep->stored = room_generation(keep->room);
    if (pthread_create(&keep->thread, NULL, keep_run, keep) != 0) {
        error_set(error, "the system has no thread left for the room");
        room_keep_close(&keep);
        return NULL;
    }
    keep->started = true;
    room_keep_tell(keep, false);
    return keep;
}

void room_keep_close(struct room_keep **keep_pointer)
{
    struct room_keep *keep = *keep_pointer;
    if (keep == NULL)
        return;
    pthread_mutex_lock(&keep->mutex);
    keep->closing = true;
    pthread_cond_signal(&keep->changed);
    pthread_mutex_unlock(&keep->mutex);
    if (keep->started)
        pthread_join(keep->thread, NULL);
    room_free(&keep->room);
    pthread_mutex_destroy(&keep->mutex);
    pthread_cond_destroy(&keep->changed);
    pthread_cond_destroy(&keep->written);
    free(keep);
    *keep_pointer = NULL;
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
