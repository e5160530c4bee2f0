/* fake_lab.c - the fake lab. */
#include "fake_lab.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lab/lab.h"

enum { LAYERS = 2, FRAME_HEAD_BYTES = 4, FRAME_BYTES_MAX = 65535 };

struct fake_run {
    char id[LAB_RUN_ID_BYTES]; /* "" : free */
    char owner[64];
    uint32_t slot;
    uint64_t sequence[LAYERS];
    uint32_t viewers[LAYERS];
    bool keyframe[LAYERS];
};

struct lab {
    pthread_mutex_t mutex;
    pthread_t thread;
    bool stopping;
    struct lab_live_callbacks live;
    struct lab_counters counters;
    uint32_t named;
    struct fake_run runs[LAB_RUNS_LIVE_MAX];
};

static uint32_t frame_bytes = FAKE_FRAME_BYTES_STANDARD;
static uint32_t frames_per_second = 10;

void fake_lab_frames(uint32_t bytes, uint32_t per_second)
{
    assert(bytes <= FRAME_BYTES_MAX && per_second > 0);
    frame_bytes = bytes;
    frames_per_second = per_second;
}

static int refuse(struct lab_problem *problem, int status, const char *words, const char *value)
{
    snprintf(problem->detail, sizeof problem->detail, "%s \"%.100s\".", words, value);
    return -status;
}

/* ---- Frames ---- */

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* {"h":[1,"f1",0,1,seq,base,nonce],"pad":"xxx"} of exactly `bytes` bytes. */
static struct lab_frame *frame_make(const struct fake_run *run, uint64_t sequence, uint64_t base,
                                    uint32_t bytes)
{
    struct lab_frame *frame = malloc(sizeof *frame + FRAME_HEAD_BYTES + bytes + 1);
    assert(frame != NULL);
    atomic_init(&frame->references, 1);
    frame->length = FRAME_HEAD_BYTES + bytes;
    frame->sequence = sequence;
    frame->base = base;
    frame->encoded_ns = now_ns();
    frame->nonce = (uint32_t)(frame->encoded_ns / 1000);
    frame->bytes[0] = 0x81; /* final, text */
    frame->bytes[1] = 126;  /* a length of 16 bits */
    frame->bytes[2] = (uint8_t)(bytes >> 8);
    frame->bytes[3] = (uint8_t)bytes;
    char *text = (char *)frame->bytes + FRAME_HEAD_BYTES;
    int used = snprintf(text, bytes + 1, "{\"h\":[1,\"%s\",0,1,%llu,%llu,%u],\"pad\":\"", run->id,
                        (unsigned long long)sequence, (unsigned long long)base, frame->nonce);
    assert(used > 0 && (uint32_t)used + 2 <= bytes);
    memset(text + used, 'x', bytes - (uint32_t)used - 2);
    memcpy(text + bytes - 2, "\"}", 2);
    return frame;
}

static void publish(struct lab *lab, struct fake_run *run, uint8_t layer, uint64_t base,
                    uint32_t bytes)
{
    struct lab_frame *frame = frame_make(run, run->sequence[layer], base, bytes);
    lab->counters.frames++;
    lab->counters.frame_bytes += frame->length;
    lab->counters.keyframes += base == 0;
    if (lab->live.published != NULL)
        lab->live.published(lab->live.context, run->slot, layer, frame);
    else
        lab_frame_release(frame);
}

static void run_tick(struct lab *lab, struct fake_run *run)
{
    for (uint8_t layer = 0; layer < LAYERS; layer++) {
        if (run->id[0] == 0 || run->viewers[layer] == 0)
            continue;
        uint64_t base = run->sequence[layer]++;
        if (base > 0)
            publish(lab, run, layer, base, frame_bytes);
        if (run->keyframe[layer])
            publish(lab, run, layer, 0, FAKE_KEYFRAME_BYTES);
        run->keyframe[layer] = false;
    }
}

static void *lab_work(void *context)
{
    struct lab *lab = context;
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    pthread_mutex_lock(&lab->mutex);
    while (!lab->stopping) {
        for (uint32_t i = 0; i < LAB_RUNS_LIVE_MAX; i++)
            run_tick(lab, &lab->runs[i]);
        pthread_mutex_unlock(&lab->mutex);
        at.tv_nsec += 1000000000L / frames_per_second;
        at.tv_sec += at.tv_nsec / 1000000000L;
        at.tv_nsec %= 1000000000L;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
        pthread_mutex_lock(&lab->mutex);
    }
    pthread_mutex_unlock(&lab->mutex);
    return NULL;
}

struct lab *lab_open(const struct lab_options *options, struct lab_problem *problem)
{
    (void)options;
    struct lab *lab = calloc(1, sizeof *lab);
    if (lab == NULL || pthread_mutex_init(&lab->mutex, NULL) != 0 ||
        pthread_create(&lab->thread, NULL, lab_work, lab) != 0) {
        free(lab);
        refuse(problem, 503, "cannot start", "the fake lab");
        return NULL;
    }
    return lab;
}

void lab_stop_soon(struct lab *lab)
{
    (void)lab; /* nothing takes long */
}

void lab_close(struct lab **lab)
{
    if (*lab == NULL)
        return;
    pthread_mutex_lock(&(*lab)->mutex);
    (*lab)->stopping = true;
    pthread_mutex_unlock(&(*lab)->mutex);
    pthread_join((*lab)->thread, NULL);
    pthread_mutex_destroy(&(*lab)->mutex);
    free(*lab);
    *lab = NULL;
}

/* ---- Runs ---- */

/* With the lab locked. */
static struct fake_run *run_find(struct lab *lab, const char *id)
{
    for (uint32_t i = 0; id[0] != 0 && i < LAB_RUNS_LIVE_MAX; i++) {
        if (strcmp(lab->runs[i].id, id) == 0)
            return &lab->runs[i];
    }
    return NULL;
}

static struct fake_run *run_of_slot(struct lab *lab, uint32_t slot)
{
    struct fake_run *run = &lab->runs[slot % LAB_RUNS_LIVE_MAX];
    return run->id[0] != 0 && run->slot == slot ? run : NULL;
}

static cJSON *run_describe(const struct fake_run *run)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "run", run->id);
    cJSON_AddStringToObject(object, "scenario", "kitchens/fake");
    cJSON_AddNumberToObject(object, "t_ms", 0);
    return object;
}

static int run_make(struct lab *lab, const char *owner, cJSON **out, struct lab_problem *problem)
{
    for (uint32_t i = 0; i < LAB_RUNS_LIVE_MAX; i++) {
        struct fake_run *run = &lab->runs[i];
        if (run->id[0] != 0)
            continue;
        uint32_t slot = run->slot + LAB_RUNS_LIVE_MAX;
        memset(run, 0, sizeof *run);
        run->slot = slot / LAB_RUNS_LIVE_MAX * LAB_RUNS_LIVE_MAX + i;
        snprintf(run->id, sizeof run->id, "f%u", ++lab->named);
        snprintf(run->owner, sizeof run->owner, "%s", owner != NULL ? owner : "");
        lab->counters.runs_created++;
        *out = run_describe(run);
        return 0;
    }
    return refuse(problem, 503, "no room for another", "run");
}

int lab_run_branch(struct lab *lab, const char *run, const cJSON *body, const char *owner,
                   const char *who, cJSON **out, struct lab_problem *problem)
{
    (void)run;
    (void)body;
    (void)who;
    pthread_mutex_lock(&lab->mutex);
    int result = run_make(lab, owner, out, problem);
    pthread_mutex_unlock(&lab->mutex);
    return result;
}

int lab_run_create(struct lab *lab, const cJSON *body, const char *owner, cJSON **out,
                   struct lab_problem *problem)
{
    const cJSON *scenario = cJSON_GetObjectItemCaseSensitive(body, "scenario");
    if (!cJSON_IsString(scenario) || strcmp(scenario->valuestring, "kitchens/fake") != 0) {
        problem->allowed = cJSON_CreateArray();
        cJSON_AddItemToArray(problem->allowed, cJSON_CreateString("kitchens/fake"));
        return refuse(problem, 422, "There is no scenario",
                      cJSON_IsString(scenario) ? scenario->valuestring : "");
    }
    pthread_mutex_lock(&lab->mutex);
    int result = run_make(lab, owner, out, problem);
    pthread_mutex_unlock(&lab->mutex);
    return result;
}

int lab_run_session(struct lab *lab, const char *owner, cJSON **out, struct lab_problem *problem)
{
    pthread_mutex_lock(&lab->mutex);
    int result = run_make(lab, owner, out, problem);
    pthread_mutex_unlock(&lab->mutex);
    return result;
}

int lab_run_list(struct lab *lab, const char *owner, cJSON **out, struct lab_problem *problem)
{
    (void)owner;
    (void)problem;
    *out = cJSON_CreateArray();
    pthread_mutex_lock(&lab->mutex);
    for (uint32_t i = 0; i < LAB_RUNS_LIVE_MAX; i++) {
        if (lab->runs[i].id[0] != 0)
            cJSON_AddItemToArray(*out, run_describe(&lab->runs[i]));
    }
    pthread_mutex_unlock(&lab->mutex);
    return 0;
}

void lab_run_allow(struct lab *lab, const char *owner, struct lab_problem *problem)
{
    (void)owner;
    problem->allowed = cJSON_CreateArray();
    pthread_mutex_lock(&lab->mutex);
    for (uint32_t i = 0; i < LAB_RUNS_LIVE_MAX; i++) {
        if (lab->runs[i].id[0] != 0)
            cJSON_AddItemToArray(problem->allowed, cJSON_CreateString(lab->runs[i].id));
    }
    pthread_mutex_unlock(&lab->mutex);
}

int lab_run_get(struct lab *lab, const char *id, cJSON **out, struct lab_problem *problem)
{
    pthread_mutex_lock(&lab->mutex);
    struct fake_run *run = run_find(lab, id);
    if (run != NULL)
        *out = run_describe(run);
    pthread_mutex_unlock(&lab->mutex);
    return run != NULL ? 0 : refuse(problem, 404, "There is no run", id);
}

int lab_run_label(struct lab *lab, const char *id, const cJSON *body, struct lab_problem *problem)
{
    (void)lab;
    (void)body;
    return refuse(problem, 404, "There is no run", id);
}

int lab_run_family(struct lab *lab, const char *id, const char *viewer, cJSON **out,
                   struct lab_problem *problem)
{
    (void)viewer;
    return lab_run_get(lab, id, out, problem);
}

int lab_run_frames(struct lab *lab, const char *id, const struct lab_past_query *query, cJSON **out,
                   struct lab_problem *problem)
{
    (void)query;
    return lab_run_get(lab, id, out, problem);
}

int lab_run_link(struct lab *lab, const char *id, int64_t at_ns, cJSON **out,
                 struct lab_problem *problem)
{
    (void)at_ns;
    return lab_run_get(lab, id, out, problem);
}

int lab_link_make_run(struct lab *lab, const cJSON *body, const char *owner, cJSON **out,
                      struct lab_problem *problem)
{
    return lab_run_create(lab, body, owner, out, problem);
}

int lab_run_find(struct lab *lab, const char *id, const struct lab_find_request *request,
                 cJSON **out, struct lab_problem *problem)
{
    (void)request;
    return lab_run_get(lab, id, out, problem);
}

int lab_run_trace(struct lab *lab, const char *id, int64_t from_ns, int64_t to_ns, uint32_t max,
                  cJSON **out, struct lab_problem *problem)
{
    (void)from_ns;
    (void)to_ns;
    (void)max;
    return lab_run_get(lab, id, out, problem);
}

int lab_run_causes(struct lab *lab, const char *id, const struct lab_causes_query *query,
                   cJSON **out, struct lab_problem *problem)
{
    (void)query;
    return lab_run_get(lab, id, out, problem);
}

int lab_compare_csv(struct lab *lab, const char *a, const char *b, lab_export_write write,
                    void *context, struct lab_problem *problem)
{
    (void)lab;
    (void)b;
    (void)write;
    (void)context;
    return refuse(problem, 404, "There is no run", a);
}

int lab_run_owner(struct lab *lab, const char *id, char owner[64], struct lab_problem *problem)
{
    pthread_mutex_lock(&lab->mutex);
    struct fake_run *run = run_find(lab, id);
    if (run != NULL)
        strcpy(owner, run->owner);
    pthread_mutex_unlock(&lab->mutex);
    return run != NULL ? 0 : refuse(problem, 404, "There is no run", id);
}

int lab_run_delete(struct lab *lab, const char *id, struct lab_problem *problem)
{
    pthread_mutex_lock(&lab->mutex);
    struct fake_run *run = run_find(lab, id);
    if (run != NULL) {
        run->id[0] = 0;
        if (lab->live.gone != NULL)
            lab->live.gone(lab->live.context, run->slot);
    }
    pthread_mutex_unlock(&lab->mutex);
    return run != NULL ? 0 : refuse(problem, 404, "There is no run", id);
}

/* Everything else about a run answers with what it is called. */
int lab_scenarios(struct lab *lab, cJSON **out)
{
    (void)lab;
    *out = cJSON_CreateArray();
    return 0;
}

int lab_systems(struct lab *lab, cJSON **out)
{
    return lab_scenarios(lab, out);
}

int lab_run_input(struct lab *lab, const char *run, const char *who, const cJSON *body, cJSON **out,
                  struct lab_problem *problem)
{
    (void)who;
    (void)body;
    return lab_run_get(lab, run, out, problem);
}

int lab_run_operation(struct lab *lab, const char *run, const char *who, const cJSON *body,
                      cJSON **out, struct lab_problem *problem)
{
    return lab_run_input(lab, run, who, body, out, problem);
}

int lab_run_again(struct lab *lab, const char *run, cJSON **out, struct lab_problem *problem)
{
    return lab_run_get(lab, run, out, problem);
}

int lab_room_put(struct lab *lab, const struct store_room *room, struct lab_problem *problem)
{
    (void)lab;
    (void)room;
    (void)problem;
    return 0;
}

int lab_room_read(struct lab *lab, const struct store_room_reader *to, struct lab_problem *problem)
{
    (void)lab;
    (void)to;
    (void)problem;
    return 0;
}

int lab_run_pace(struct lab *lab, const char *run, const cJSON *body, cJSON **out,
                 struct lab_problem *problem)
{
    (void)body;
    return lab_run_get(lab, run, out, problem);
}

int lab_run_state(struct lab *lab, const char *run, cJSON **out, struct lab_problem *problem)
{
    return lab_run_get(lab, run, out, problem);
}

int lab_run_events(struct lab *lab, const char *run, const struct lab_events_query *query,
                   cJSON **out, struct lab_problem *problem)
{
    (void)query;
    return lab_run_get(lab, run, out, problem);
}

int lab_run_verdicts(struct lab *lab, const char *run, cJSON **out, struct lab_problem *problem)
{
    return lab_run_get(lab, run, out, problem);
}

int lab_run_verify(struct lab *lab, const char *run, cJSON **out, struct lab_problem *problem)
{
    return lab_run_get(lab, run, out, problem);
}

int lab_run_rows(struct lab *lab, const char *run, const char *table, int64_t after, uint32_t limit,
                 bool open_only, cJSON **out, struct lab_problem *problem)
{
    (void)table;
    (void)after;
    (void)limit;
    (void)open_only;
    return lab_run_get(lab, run, out, problem);
}

int lab_run_subject(struct lab *lab, const char *run, uint32_t subject, int64_t at_ns, bool compute,
                    cJSON **out, struct lab_problem *problem)
{
    (void)at_ns;
    (void)subject;
    (void)compute;
    return lab_run_get(lab, run, out, problem);
}

int lab_compare(struct lab *lab, const cJSON *body, cJSON **out, struct lab_problem *problem)
{
    (void)body;
    (void)problem;
    return lab_scenarios(lab, out);
}

/* Jobs and cards are the real lab's to test. */
int lab_search_begin(struct lab *lab, const cJSON *body, const char *owner, cJSON **out,
                     struct lab_problem *problem)
{
    (void)owner;
    return lab_compare(lab, body, out, problem);
}

int lab_shrink_begin(struct lab *lab, const char *run, const cJSON *body, const char *owner,
                     cJSON **out, struct lab_problem *problem)
{
    (void)body;
    (void)owner;
    return lab_run_get(lab, run, out, problem);
}

int lab_job_get(struct lab *lab, const char *job, const char *owner, bool all, cJSON **out,
                struct lab_problem *problem)
{
    (void)job;
    (void)all;
    return lab_card_list(lab, owner, out, problem);
}

int lab_job_delete(struct lab *lab, const char *job, const char *owner, bool all,
                   struct lab_problem *problem)
{
    (void)lab;
    (void)job;
    (void)owner;
    (void)all;
    (void)problem;
    return 0;
}

int lab_card_create(struct lab *lab, const cJSON *body, const char *owner, cJSON **out,
                    struct lab_problem *problem)
{
    (void)owner;
    return lab_compare(lab, body, out, problem);
}

int lab_card_list(struct lab *lab, const char *owner, cJSON **out, struct lab_problem *problem)
{
    (void)owner;
    (void)problem;
    return lab_scenarios(lab, out);
}

int lab_card_delete(struct lab *lab, int64_t card, const char *owner, bool all,
                    struct lab_problem *problem)
{
    (void)card;
    return lab_job_delete(lab, "", owner, all, problem);
}

/* "orders" has as many rows as a piece has lines, times 16; there is no other table. */
int lab_export_csv(struct lab *lab, const char *run, const char *table,
                   enum lab_export_flavour flavour, int (*begin)(void *context, uint64_t rows),
                   lab_export_write write, void *context, struct lab_problem *problem)
{
    static char piece[65536];
    char owner[64];
    (void)flavour;
    int result = lab_run_owner(lab, run, owner, problem);
    if (result != 0)
        return result;
    if (strcmp(table, "orders") != 0)
        return refuse(problem, 404, "There is no table", table);
    memset(piece, '7', sizeof piece);
    for (size_t i = 15; i < sizeof piece; i += 16)
        piece[i] = '\n';
    if (begin(context, 16 * sizeof piece / 16) != 0)
        return -503;
    for (int i = 0; i < 16; i++) {
        if (write(context, piece, sizeof piece) != 0)
            return -503;
    }
    return 0;
}

int lab_export_zip(struct lab *lab, const char *run, struct lab_votes votes, lab_export_write write,
                   void *context, struct lab_problem *problem)
{
    char owner[64];
    (void)votes;
    int result = lab_run_owner(lab, run, owner, problem);
    return result != 0 ? result : write(context, "PK", 2);
}

int lab_export_history(struct lab *lab, const char *run, lab_export_write write, void *context,
                       struct lab_problem *problem)
{
    static const char LINE[] = "{\"process\":0,\"type\":\"invoke\",\"f\":\"read\"}\n";
    char owner[64];
    int result = lab_run_owner(lab, run, owner, problem);
    return result != 0 ? result : write(context, LINE, sizeof LINE - 1);
}

int lab_export_report(struct lab *lab, const char *run, struct lab_votes votes,
                      lab_export_write write, void *context, struct lab_problem *problem)
{
    (void)votes;
    static const char PAGE[] = "<!doctype html><title>A run</title>";
    char owner[64];
    int result = lab_run_owner(lab, run, owner, problem);
    return result != 0 ? result : write(context, PAGE, sizeof PAGE - 1);
}

const char *lab_export_report_policy(void)
{
    return "default-src 'none'";
}

/* ---- Live ---- */

void lab_live_attach(struct lab *lab, const struct lab_live_callbacks *callbacks)
{
    pthread_mutex_lock(&lab->mutex);
    lab->live = callbacks != NULL ? *callbacks : (struct lab_live_callbacks){0};
    pthread_mutex_unlock(&lab->mutex);
}

int lab_live_join(struct lab *lab, const char *id, uint8_t layer, uint32_t *slot,
                  struct lab_problem *problem)
{
    pthread_mutex_lock(&lab->mutex);
    struct fake_run *run = run_find(lab, id);
    if (run != NULL) {
        run->viewers[layer]++;
        *slot = run->slot;
    }
    pthread_mutex_unlock(&lab->mutex);
    return run != NULL ? 0 : refuse(problem, 404, "There is no run", id);
}

void lab_live_leave(struct lab *lab, uint32_t slot, uint8_t layer)
{
    pthread_mutex_lock(&lab->mutex);
    struct fake_run *run = run_of_slot(lab, slot);
    if (run != NULL) {
        assert(run->viewers[layer] > 0);
        run->viewers[layer]--;
    }
    pthread_mutex_unlock(&lab->mutex);
}

void lab_live_keyframe(struct lab *lab, uint32_t slot, uint8_t layer)
{
    pthread_mutex_lock(&lab->mutex);
    struct fake_run *run = run_of_slot(lab, slot);
    if (run != NULL)
        run->keyframe[layer] = true;
    pthread_mutex_unlock(&lab->mutex);
}

void lab_counters_read(struct lab *lab, struct lab_counters *counters)
{
    pthread_mutex_lock(&lab->mutex);
    *counters = lab->counters;
    pthread_mutex_unlock(&lab->mutex);
}

void lab_series(struct lab *lab, lab_series_put put, void *context)
{
    (void)lab;
    put(context, "chef_kitchens_kitchen_cooking", "run=\"f1\",kitchen=\"A\"", 3);
    put(context, "chef_kitchens_kitchen_pending", "run=\"f1\",kitchen=\"A\"", 1);
    put(context, "chef_kitchens_kitchen_cooking", "run=\"f1\",kitchen=\"B\"", 2);
    put(context, "chef_kitchens_kitchen_pending", "run=\"f1\",kitchen=\"B\"", 0);
}

int lab_storing(struct lab *lab, struct lab_problem *problem)
{
    (void)lab;
    (void)problem;
    return 0;
}
