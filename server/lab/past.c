/* past.c - looking at the past of a run: its frames at any moment, and the next or previous place to
 * stop at. Nothing here moves the run or a viewer. */
#include "lab/frames.h"
#include "lab/lab_internal.h"
#include "lab/replay.h"

#include "lab/documents.h"
#include "lab/growing.h"
#include "lab/notes.h"
#include "lab/settings.h"
#include "lab/words.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_BYTES = 400 };
static const int64_t NS_PER_US = 1000;
static const int64_t NS_PER_S = 1000000000;
static const int64_t WALL_PER_FRAME_NS = 100 * 1000 * 1000; /* as live frames come */
static const int64_t POINT_EVERY_NS = 250 * 1000 * 1000;    /* of that wall clock */

/* ---- Frames ---- */

/* Frames one behind the other, with commas between them. */
struct frames {
    struct lab_replay *replay;
    const struct lab_past_query *query;
    struct lab_live_layer layer; /* what was told so far */
    uint8_t verdicts[LAB_LIVE_CHECKS_MAX];
    char *buffer; /* of one frame */
    struct lab_growing text;
};

static void judge(struct frames *frames)
{
    struct lab_judgement judgement;
    lab_course_judge(&frames->replay->course, &judgement);
    for (uint32_t i = 0; i < judgement.count; i++) {
        frames->verdicts[i] = (uint8_t)(judgement.findings[i].verdict + 1);
    }
}

/* The first is a keyframe; so is one whose changes are too many for a frame. */
static void add_frame(struct frames *frames)
{
    const struct lab_run *run = frames->replay->run;
    int64_t stride_s = frames->query->step_ns * (POINT_EVERY_NS / WALL_PER_FRAME_NS) / NS_PER_S;
    struct lab_scene scene = {.course = &frames->replay->course,
                              .show = &frames->replay->show,
                              .verdicts = frames->verdicts,
                              .points_stride_s = stride_s < 1 ? 1 : stride_s,
                              .events_max = LAB_EVENTS_KEPT};
    uint64_t told = frames->layer.sequence;
    struct lab_frame_head head = {
        .run = run->name, .epoch = run->generation, .sequence = told + 1, .base = told};
    struct text text = text_init(frames->buffer, LAB_LIVE_FRAME_BYTES_MAX);
    judge(frames);
    if (told > 0) {
        lab_frame_delta(&scene, &frames->layer, frames->query->messages,
                        (int64_t)told * LAB_LIVE_FIGURES_EVERY_NS, &head, &text);
    }
    if (told == 0 || text.cut) {
        head.base = 0;
        text_clear(&text);
        lab_frame_key(&scene, &frames->layer, frames->query->messages, &head, &text);
    }
    frames->layer.sequence++;
    lab_growing_add(&frames->text, ",", told > 0);
    lab_growing_add(&frames->text, text.at, text.length);
}

static void frames_run(struct frames *frames)
{
    const struct lab_past_query *query = frames->query;
    struct lab_replay *replay = frames->replay;
    int64_t end_ns = query->to_ns < replay->edge_ns ? query->to_ns : replay->edge_ns;
    int64_t at_ns = lab_course_now_ns(&replay->course);
    add_frame(frames);
    while (at_ns < end_ns) {
        at_ns = end_ns - at_ns > query->step_ns ? at_ns + query->step_ns : end_ns;
        if (!lab_replay_run(replay, at_ns)) {
            break;
        }
        add_frame(frames);
    }
}

static int check_query(const struct lab_past_query *query, struct lab_problem *problem)
{
    if (query->to_ns < query->from_ns || query->to_ns - query->from_ns > LAB_PAST_SPAN_NS_MAX) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "to_ms must be from from_ms, %.3f, to one virtual hour later",
                          lab_decimal(query->from_ns / NS_PER_US, 3));
    }
    int64_t span_ns = query->to_ns - query->from_ns;
    if (query->step_ns < NS_PER_US || span_ns / query->step_ns >= LAB_PAST_FRAMES_MAX) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "step_ms must be at least 0.001 and give at most %d frames",
                          LAB_PAST_FRAMES_MAX);
    }
    return 0;
}

static cJSON *frames_json(const struct frames *frames)
{
    char digest[20];
    cJSON *object = cJSON_CreateObject();
    (void)snprintf(digest, sizeof digest, "%016" PRIx64, sim_digest(&frames->replay->course.sim));
    (void)cJSON_AddNumberToObject(object, "edge_ms",
                                  lab_decimal(frames->replay->edge_ns / NS_PER_US, 3));
    (void)cJSON_AddStringToObject(object, "digest", digest);
    (void)cJSON_AddRawToObject(object, "frames", frames->text.at);
    return object;
}

int lab_run_frames(struct lab *lab, const char *name, const struct lab_past_query *query,
                   struct cJSON **out, struct lab_problem *problem)
{
    struct frames frames = {.query = query};
    int status = check_query(query, problem);
    if (status == 0) {
        status =
            lab_replay_open(lab, name, LAB_REPLAY_AT, query->from_ns, 0, &frames.replay, problem);
    }
    if (status != 0) {
        return status;
    }
    frames.buffer = malloc(LAB_LIVE_FRAME_BYTES_MAX);
    if (frames.buffer == NULL) {
        abort();
    }
    lab_growing_add(&frames.text, "[", 1);
    frames_run(&frames);
    lab_growing_add(&frames.text, "]", 1);
    *out = frames_json(&frames);
    lab_replay_close(&frames.replay);
    free(frames.buffer);
    free(frames.text.at);
    return 0;
}

/* ---- The next or previous place to stop at ---- */

enum find_what { FIND_EVENT, FIND_INTERESTING, FIND_CONDITION };
struct find {
    int64_t from_ns;
    enum find_what what;
    const struct lab_condition *condition;
};

/* A moment is named in whole microseconds: the first at which the world has had the event. */
static int64_t moment_of(int64_t time_ns)
{
    return (time_ns + NS_PER_US - 1) / NS_PER_US * NS_PER_US;
}

struct found {
    int64_t time_ns; /* -1: nothing */
    bool has_note;
    struct node_note note;
    const struct system_note *known;
    const struct lab_course *course; /* that looks at a condition */
};

static void see_interesting(void *context, const struct node_note *note,
                            const struct system_note *known)
{
    struct found *found = context;
    if (lab_note_stops(note, known)) {
        *found = (struct found){
            .time_ns = note->time_ns, .has_note = true, .note = *note, .known = known};
    }
}

/* The course has just looked at the note: is it the one at which the condition holds? */
static void see_condition(void *context, const struct node_note *note,
                          const struct system_note *known)
{
    struct found *found = context;
    if (found->course->stopped && !found->has_note) {
        found->time_ns = note->time_ns;
        found->has_note = true;
        found->note = *note;
        found->known = known;
    }
}

static void see_any(void *context, const struct sim_trace *trace)
{
    struct found *found = context;
    if (trace->event != 0) {
        found->time_ns = trace->time_ns;
    }
}

static void find_next(struct lab_replay *replay, const struct find *find, struct found *found)
{
    struct lab_course *course = &replay->course;
    if (find->what == FIND_EVENT) {
        if (lab_course_step(course, replay->edge_ns)) {
            found->time_ns = lab_course_now_ns(course);
        }
        return;
    }
    replay->context = found;
    replay->note = find->what == FIND_INTERESTING ? see_interesting : see_condition;
    found->course = course;
    lab_course_arm(course, find->what == FIND_CONDITION ? find->condition : NULL,
                   find->what == FIND_INTERESTING);
    (void)lab_replay_run(replay, replay->edge_ns);
    if (course->stopped && found->time_ns < 0) {
        found->time_ns = lab_course_now_ns(course);
    }
}

/* Back from one kept world to the one before it, each time to just before where the last began. */
static int find_previous(struct lab *lab, const char *name, const struct find *find,
                         struct found *found, struct lab_problem *problem)
{
    int64_t end_ns = find->from_ns - NS_PER_US;
    while (end_ns >= 0 && found->time_ns < 0) {
        struct lab_replay *replay;
        int status = lab_replay_open(lab, name, LAB_REPLAY_BEFORE, end_ns - 1, 0, &replay, problem);
        if (status != 0) {
            return status;
        }
        int64_t begun_ns = lab_course_now_ns(&replay->course);
        replay->context = found;
        if (find->what == FIND_INTERESTING) {
            replay->note = see_interesting;
        } else {
            replay->course.sim.tracer = (struct sim_tracer){found, see_any};
        }
        bool going =
            lab_replay_run(replay, end_ns) || lab_course_now_ns(&replay->course) > begun_ns;
        lab_replay_close(&replay);
        end_ns = begun_ns > 0 && going ? begun_ns : -1;
    }
    return 0;
}

static cJSON *note_json(const struct lab_scenario *scenario, const struct found *found)
{
    char words[WORDS_BYTES];
    struct text text = text_init(words, sizeof words);
    const struct node_note *note = &found->note;
    cJSON *item = cJSON_CreateObject();
    lab_words_note(scenario, note, &text);
    (void)cJSON_AddNumberToObject(item, "event", (double)note->event);
    (void)cJSON_AddNumberToObject(item, "cause", (double)note->cause);
    (void)cJSON_AddNumberToObject(item, "t_ms", lab_decimal(note->time_ns / NS_PER_US, 3));
    (void)cJSON_AddStringToObject(item, "kind", found->known->name);
    if (note->node < scenario->node_count) {
        lab_add_node(scenario, item, "node", note->node);
    }
    if (note->peer < scenario->node_count) {
        lab_add_node(scenario, item, "peer", note->peer);
    }
    if (note->subject != NODE_NONE) {
        (void)cJSON_AddNumberToObject(item, "subject", note->subject);
    }
    (void)cJSON_AddStringToObject(item, "text", words);
    return item;
}

static cJSON *found_json(const struct lab_scenario *scenario, const struct found *found,
                         int64_t end_ns)
{
    cJSON *object = cJSON_CreateObject();
    bool any = found->time_ns >= 0;
    int64_t time_ns = any ? moment_of(found->time_ns) : end_ns;
    (void)cJSON_AddBoolToObject(object, "found", any);
    (void)cJSON_AddNumberToObject(object, "t_ms", lab_decimal(time_ns / NS_PER_US, 3));
    if (found->has_note) {
        (void)cJSON_AddItemToObject(object, "event", note_json(scenario, found));
    }
    return object;
}

int lab_run_find(struct lab *lab, const char *name, const struct lab_find_request *request,
                 struct cJSON **out, struct lab_problem *problem)
{
    struct found found = {.time_ns = -1};
    struct lab_condition condition;
    struct find find = {.from_ns = request->from_ns,
                        .what = request->until != NULL ? FIND_CONDITION
                                : request->interesting ? FIND_INTERESTING
                                                       : FIND_EVENT,
                        .condition = &condition};
    struct lab_replay *replay;
    int status = lab_replay_open(lab, name, request->previous ? LAB_REPLAY_BEFORE : LAB_REPLAY_AT,
                                 request->previous ? 0 : request->from_ns, 0, &replay, problem);
    if (status != 0) {
        return status;
    }
    if (request->until != NULL) {
        status = lab_condition_parse(replay->run->scenario, request->until, &condition, problem);
    }
    if (status == 0 && !request->previous) {
        find_next(replay, &find, &found);
    } else if (status == 0) {
        status = find_previous(lab, name, &find, &found, problem);
    }
    if (status == 0) {
        *out = found_json(replay->run->scenario, &found, request->previous ? 0 : replay->edge_ns);
    }
    lab_replay_close(&replay);
    return status;
}
