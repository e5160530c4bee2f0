/* live.c - what a run's viewers are told: frames published.
 *
 * A frame is written once for all viewers of a layer. It says what changed since the frame before;
 * a keyframe says everything. Bytes are rationed: a layer that has used up its allowance waits, so
 * that a fast run shows fewer frames, and the system's view tells counts instead of single orders. */
#include "lab/lab_internal.h"

#include "lab/frames.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    DELTA_EVENTS = 12,   /* of one frame; the list itself is asked for by GET /events */
    POINTS_A_SECOND = 4, /* of wall clock */
};
static const int64_t NS_PER_S = 1000000000;
static const int64_t MESSAGE_LAYER_SPEED_PPM = 100000; /* 0.1x: faster, nobody could follow */
static const int64_t JUDGE_EVERY_NS = 1000000000;

/* ---- Publishing ---- */

static void publish(struct lab *lab, const struct lab_run *run, uint8_t layer,
                    const struct lab_frame_head *head, const struct text *text)
{
    struct lab_frame *frame = lab_frame_make(text->at, text->length, head->encoded_ns);
    frame->sequence = head->sequence;
    frame->base = head->base;
    frame->nonce = head->nonce;
    lab->counters.frames++;
    lab->counters.frame_bytes += frame->length;
    lab->counters.keyframes += head->base == 0;
    pthread_rwlock_rdlock(&lab->live_lock);
    if (lab->attached) {
        uint32_t slot = run->place + (uint32_t)LAB_RUNS_LIVE_MAX * run->generation;
        lab->callbacks.published(lab->callbacks.context, slot, layer, frame);
    } else {
        lab_frame_release(frame);
    }
    pthread_rwlock_unlock(&lab->live_lock);
}

static struct lab_frame_head head_make(const struct lab_run *run, uint64_t sequence, uint64_t base)
{
    int64_t now_ns = lab_clock_ns();
    return (struct lab_frame_head){.run = run->name,
                                   .epoch = run->generation,
                                   .sequence = sequence,
                                   .base = base,
                                   .nonce = (uint32_t)((uint64_t)now_ns / 1000),
                                   .encoded_ns = now_ns};
}

static struct lab_scene scene_of(const struct lab_run *run)
{
    int64_t stride_s = run->pace.speed_ppm / LAB_SPEED_PPM_ONE / POINTS_A_SECOND;
    return (struct lab_scene){.course = &run->course,
                              .show = &run->show,
                              .verdicts = run->live.verdicts,
                              .run = run,
                              .points_stride_s = stride_s < 1 ? 1 : stride_s,
                              .events_max = DELTA_EVENTS};
}

static bool something_new(const struct lab_run *run, const struct lab_live_layer *layer)
{
    return lab_course_now_ns(&run->course) != layer->time_told_ns || !layer->settled ||
           run->show.event_count != layer->events_told ||
           run->pace.version != layer->pace_version ||
           run->show.faults.version != layer->faults_version;
}

static void earn_allowance(struct lab_live_layer *layer, uint8_t index, int64_t now_ns)
{
    int64_t rate = index == 0 ? LAB_LIVE_BYTES_A_SECOND : LAB_LIVE_MESSAGE_BYTES_A_SECOND;
    int64_t passed_ns = now_ns - layer->told_ns;
    passed_ns = passed_ns > NS_PER_S ? NS_PER_S : passed_ns;
    layer->allowance += rate * passed_ns / NS_PER_S;
    layer->allowance = layer->allowance > rate / 8 ? rate / 8 : layer->allowance;
    layer->told_ns = now_ns;
}

/* The frame that continues the last one, and for those who cannot use it a keyframe of the same
 * sequence. */
static void layer_turn(struct lab *lab, struct lab_run *run, uint8_t index, int64_t now_ns)
{
    struct lab_live_layer *layer = &run->live.layers[index];
    char buffer[LAB_LIVE_FRAME_BYTES_MAX]; /* a worker has stack enough */
    struct text text = text_init(buffer, sizeof buffer);
    struct lab_scene scene = scene_of(run);
    bool messages = index == 1 && run->pace.speed_ppm <= MESSAGE_LAYER_SPEED_PPM;
    earn_allowance(layer, index, now_ns);
    bool delta = layer->sequence > 0 && layer->allowance > 0 && something_new(run, layer);
    if (!delta && !layer->keyframe_wanted) {
        return;
    }
    if (delta) {
        struct lab_frame_head head = head_make(run, layer->sequence + 1, layer->sequence);
        lab_frame_delta(&scene, layer, messages, now_ns, &head, &text);
        layer->allowance -= text.length + LAB_FRAME_HEADER_BYTES;
        layer->sequence++;
        if (text.cut) {
            layer->keyframe_wanted = true; /* too much for one frame: start again */
        } else {
            publish(lab, run, index, &head, &text);
        }
    }
    if (layer->keyframe_wanted) {
        layer->sequence += layer->sequence == 0;
        struct lab_frame_head head = head_make(run, layer->sequence, 0);
        text_clear(&text);
        lab_frame_key(&scene, delta ? NULL : layer, messages, &head, &text);
        layer->keyframe_wanted = text.cut;
        if (!text.cut) {
            publish(lab, run, index, &head, &text);
        }
    }
}

/* Verdicts are looked at once a second; a frame tells those that changed. */
static void judge(struct lab_run *run, int64_t now_ns)
{
    struct lab_judgement judgement;
    if (now_ns - run->live.judged_ns < JUDGE_EVERY_NS) {
        return;
    }
    run->live.judged_ns = now_ns;
    lab_course_judge(&run->course, &judgement);
    for (uint32_t i = 0; i < judgement.count; i++) {
        run->live.verdicts[i] = (uint8_t)(judgement.findings[i].verdict + 1);
    }
}

void lab_live_turn(struct lab *lab, struct lab_run *run, int64_t now_ns)
{
    for (uint8_t i = 0; i < LAB_LIVE_LAYERS; i++) {
        if (run->live.layers[i].viewers > 0) {
            judge(run, now_ns);
            layer_turn(lab, run, i, now_ns);
        }
    }
}

void lab_live_snapshot(struct lab_run *run, struct text *text)
{
    struct lab_frame_head head = head_make(run, 0, 0);
    struct lab_scene scene = scene_of(run);
    lab_frame_key(&scene, NULL, false, &head, text);
}

void lab_live_gone(struct lab *lab, struct lab_run *run)
{
    pthread_rwlock_rdlock(&lab->live_lock);
    if (lab->attached) {
        lab->callbacks.gone(lab->callbacks.context,
                            run->place + (uint32_t)LAB_RUNS_LIVE_MAX * run->generation);
    }
    pthread_rwlock_unlock(&lab->live_lock);
}

/* ---- Viewers ---- */

void lab_live_attach(struct lab *lab, const struct lab_live_callbacks *callbacks)
{
    pthread_rwlock_wrlock(&lab->live_lock);
    lab->attached = callbacks != NULL;
    if (callbacks != NULL) {
        lab->callbacks = *callbacks;
    }
    pthread_rwlock_unlock(&lab->live_lock);
}

int lab_live_join(struct lab *lab, const char *name, uint8_t layer, uint32_t *slot,
                  struct lab_problem *problem)
{
    struct lab_run *run;
    assert(layer < LAB_LIVE_LAYERS);
    int status = lab_run_take(lab, name, &run, problem);
    if (status != 0) {
        return status;
    }
    if (run->broken) {
        status = lab_refuse(problem, LAB_CONFLICT, "%s", run->trouble.text);
        lab_run_give(lab, run);
        return status;
    }
    run->live.layers[layer].viewers++;
    run->live.layers[layer].keyframe_wanted = true;
    *slot = run->place + (uint32_t)LAB_RUNS_LIVE_MAX * run->generation;
    lab_run_wake(lab, run);
    lab_run_give(lab, run);
    return 0;
}

void lab_live_leave(struct lab *lab, uint32_t slot, uint8_t layer)
{
    struct lab_run *run = lab_run_of_slot(lab, slot);
    assert(layer < LAB_LIVE_LAYERS);
    if (run == NULL) {
        return;
    }
    if (run->live.layers[layer].viewers > 0) {
        run->live.layers[layer].viewers--;
    }
    lab_run_give(lab, run);
}

void lab_live_keyframe(struct lab *lab, uint32_t slot, uint8_t layer)
{
    struct lab_run *run = lab_run_of_slot(lab, slot);
    assert(layer < LAB_LIVE_LAYERS);
    if (run == NULL) {
        return;
    }
    run->live.layers[layer].keyframe_wanted = true;
    lab_run_wake(lab, run);
    lab_run_give(lab, run);
}
