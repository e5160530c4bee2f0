/* trace.c - everything that happened between two moments of a run, for the space-time diagram.
 *
 * A stretch is computed again while a tracer looks on. Few events are given one by one; many are
 * counted, by stretches of time, by pairs of nodes and by nodes, so that any zoom of a diagram is
 * answered in bounded space and the sums are always those of the run: nothing is left out. */
#include "lab/lab_internal.h"
#include "lab/replay.h"

#include "lab/growing.h"
#include "lab/notes.h"
#include "lab/settings.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 256, NOTES_MAX = 500 };
static const int64_t NS_PER_US = 1000;
static const char *const KINDS[] = {
    [NODE_EVENT_START] = "start",    [NODE_EVENT_MESSAGE] = "message",
    [NODE_EVENT_TIMER] = "timer",    [NODE_EVENT_WRITTEN] = "written",
    [NODE_EVENT_READ] = "read",      [NODE_EVENT_INPUT] = "input",
    [NODE_EVENT_SETTING] = "setting"};
enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

struct trace {
    const struct lab_replay *replay;
    int64_t from_ns, to_ns;
    int64_t bucket_ns;
    uint32_t nodes;
    uint32_t max; /* one by one up to here */
    uint64_t events, lost;
    struct sim_trace *list; /* the first `max` of both */
    uint32_t listed;
    uint32_t *cells; /* [bucket][from][to], delivered */
    uint32_t *gone;  /* likewise, those that reached nobody */
    uint32_t *steps; /* [bucket][node] */
    uint32_t note_count, notes_more;
    struct {
        struct node_note note;
        const char *name;
    } notes[NOTES_MAX];
};

/* ---- Looking on ---- */

static uint32_t bucket_of(const struct trace *trace, int64_t time_ns)
{
    int64_t bucket = (time_ns - trace->from_ns) / trace->bucket_ns;
    return bucket < 0 ? 0 : bucket >= BUCKETS ? BUCKETS - 1 : (uint32_t)bucket;
}

static void see_event(void *context, const struct sim_trace *seen)
{
    struct trace *trace = context;
    uint32_t bucket = bucket_of(trace, seen->time_ns);
    assert(seen->node < trace->nodes);
    if (seen->from < trace->nodes) {
        uint32_t *of = seen->event != 0 ? trace->cells : trace->gone;
        of[(bucket * trace->nodes + seen->from) * trace->nodes + seen->node]++;
    }
    if (seen->event != 0) {
        trace->steps[bucket * trace->nodes + seen->node]++;
        trace->events++;
    } else {
        trace->lost++;
    }
    if (trace->listed < trace->max) {
        trace->list[trace->listed++] = *seen;
    }
}

static void see_note(void *context, const struct node_note *note, const struct system_note *known)
{
    struct trace *trace = context;
    if (!known->interesting) {
        return;
    }
    if (trace->note_count == NOTES_MAX) {
        trace->notes_more++;
        return;
    }
    trace->notes[trace->note_count].note = *note;
    trace->notes[trace->note_count++].name = known->name;
}

/* ---- Writing ---- */

static int64_t index_or_none(uint32_t index)
{
    return index == NODE_NONE ? -1 : (int64_t)index;
}

static void write_events(const struct trace *trace, struct lab_growing *text)
{
    const char *comma = "";
    lab_growing_print(text, "\"events\":[");
    for (uint32_t i = 0; i < trace->listed; i++) {
        const struct sim_trace *seen = &trace->list[i];
        bool message = seen->kind == NODE_EVENT_MESSAGE;
        if (seen->event != 0) {
            lab_growing_print(text,
                              "%s[%" PRIu64 ",%" PRIu64 ",%" PRId64 ",%u,%u,%" PRId64 ",%d,%" PRId64
                              ",%" PRId64 "]",
                              comma, seen->event, seen->cause, seen->time_ns / NS_PER_US,
                              seen->node, seen->kind, index_or_none(seen->from),
                              message ? seen->type : -1, seen->sent_ns / NS_PER_US,
                              index_or_none(seen->subject));
            comma = ",";
        }
    }
    comma = "";
    lab_growing_print(text, "],\"lost\":[");
    for (uint32_t i = 0; i < trace->listed; i++) {
        const struct sim_trace *seen = &trace->list[i];
        if (seen->event == 0) {
            lab_growing_print(text,
                              "%s[%u,%u,%u,%" PRId64 ",%" PRId64 ",%" PRId64 ",%d,%" PRIu64 "]",
                              comma, seen->from, seen->node, seen->type, seen->sent_ns / NS_PER_US,
                              seen->time_ns / NS_PER_US, index_or_none(seen->subject),
                              (int)seen->fate, seen->cause);
            comma = ",";
        }
    }
    lab_growing_print(text, "],");
}

static void write_counts(const struct trace *trace, struct lab_growing *text)
{
    const char *comma = "";
    lab_growing_print(text, "\"bucket_us\":%" PRId64 ",\"cells\":[", trace->bucket_ns / NS_PER_US);
    for (uint32_t i = 0; i < BUCKETS * trace->nodes * trace->nodes; i++) {
        if (trace->cells[i] > 0 || trace->gone[i] > 0) {
            lab_growing_print(text, "%s[%u,%u,%u,%u,%u]", comma, i / trace->nodes / trace->nodes,
                              i / trace->nodes % trace->nodes, i % trace->nodes, trace->cells[i],
                              trace->gone[i]);
            comma = ",";
        }
    }
    comma = "";
    lab_growing_print(text, "],\"nodes\":[");
    for (uint32_t i = 0; i < BUCKETS * trace->nodes; i++) {
        if (trace->steps[i] > 0) {
            lab_growing_print(text, "%s[%u,%u,%u]", comma, i / trace->nodes, i % trace->nodes,
                              trace->steps[i]);
            comma = ",";
        }
    }
    lab_growing_print(text, "],");
}

static void write_names(const struct trace *trace, struct lab_growing *text)
{
    const struct node_protocol *protocol = trace->replay->run->scenario->nodes[0].protocol;
    lab_growing_print(text, "\"names\":{\"kinds\":[");
    for (int i = 0; i < KIND_COUNT; i++) {
        lab_growing_print(text, "%s\"%s\"", i == 0 ? "" : ",", KINDS[i]);
    }
    lab_growing_print(text, "],\"types\":[");
    for (uint32_t i = 0; i < protocol->message_count; i++) {
        const char *name = protocol->messages[i].name;
        lab_growing_print(text, "%s\"%s\"", i == 0 ? "" : ",", name == NULL ? "" : name);
    }
    lab_growing_print(text, "]},");
}

static void write_notes(const struct trace *trace, struct lab_growing *text)
{
    lab_growing_print(text, "\"notes_more\":%u,\"notes\":[", trace->notes_more);
    for (uint32_t i = 0; i < trace->note_count; i++) {
        const struct node_note *note = &trace->notes[i].note;
        lab_growing_print(
            text, "%s[%" PRIu64 ",%" PRId64 ",\"%s\",%" PRId64 ",%" PRId64 ",%" PRId64 "]",
            i == 0 ? "" : ",", note->event, note->time_ns / NS_PER_US, trace->notes[i].name,
            index_or_none(note->node), index_or_none(note->peer), index_or_none(note->subject));
    }
    lab_growing_print(text, "]}");
}

static cJSON *trace_json(const struct trace *trace)
{
    struct lab_growing text = {0};
    char number[32];
    bool few = trace->events + trace->lost <= trace->max;
    lab_growing_print(&text, "{\"kind\":\"%s\",\"from_ms\":%s,", few ? "events" : "counts",
                      lab_decimal_text(trace->from_ns / NS_PER_US, 3, number));
    lab_growing_print(&text, "\"to_ms\":%s,",
                      lab_decimal_text(trace->to_ns / NS_PER_US, 3, number));
    lab_growing_print(&text, "\"edge_ms\":%s,\"total\":%" PRIu64 ",\"total_lost\":%" PRIu64 ",",
                      lab_decimal_text(trace->replay->edge_ns / NS_PER_US, 3, number),
                      trace->events, trace->lost);
    if (few) {
        write_events(trace, &text);
    } else {
        write_counts(trace, &text);
    }
    write_names(trace, &text);
    write_notes(trace, &text);
    cJSON *document = cJSON_CreateRaw(text.at);
    free(text.at);
    return document;
}

/* ---- The request ---- */

static void *zeroed(size_t count, size_t bytes)
{
    void *memory = calloc(count, bytes);
    if (memory == NULL) {
        abort();
    }
    return memory;
}

static void trace_run(struct trace *trace, struct lab_replay *replay)
{
    uint32_t nodes = replay->run->scenario->node_count;
    int64_t span_us = (trace->to_ns - trace->from_ns) / NS_PER_US;
    trace->replay = replay;
    trace->nodes = nodes;
    trace->bucket_ns = ((span_us + BUCKETS - 1) / BUCKETS) * NS_PER_US;
    trace->list = zeroed(trace->max, sizeof *trace->list);
    trace->cells = zeroed((size_t)BUCKETS * nodes * nodes, sizeof *trace->cells);
    trace->gone = zeroed((size_t)BUCKETS * nodes * nodes, sizeof *trace->gone);
    trace->steps = zeroed((size_t)BUCKETS * nodes, sizeof *trace->steps);
    replay->course.sim.tracer = (struct sim_tracer){trace, see_event};
    replay->context = trace;
    replay->note = see_note;
    (void)lab_replay_run(replay, trace->to_ns);
}

static void trace_free(struct trace *trace)
{
    free(trace->list);
    free(trace->cells);
    free(trace->gone);
    free(trace->steps);
    free(trace);
}

int lab_run_trace(struct lab *lab, const char *name, int64_t from_ns, int64_t to_ns, uint32_t max,
                  struct cJSON **out, struct lab_problem *problem)
{
    struct lab_replay *replay;
    if (to_ns <= from_ns) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "to_ms must be later than from_ms, %.3f",
                          lab_decimal(from_ns / NS_PER_US, 3));
    }
    if (max < LAB_TRACE_EVENTS_MIN || max > LAB_TRACE_EVENTS_MAX) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "max must be a whole number from %d to %d",
                          LAB_TRACE_EVENTS_MIN, LAB_TRACE_EVENTS_MAX);
    }
    /* What happens at from_ns itself belongs to the stretch before, but for the beginning. */
    int status = lab_replay_open(lab, name, from_ns == 0 ? LAB_REPLAY_BEFORE : LAB_REPLAY_AT,
                                 from_ns, 0, &replay, problem);
    if (status != 0) {
        return status;
    }
    struct trace *trace = zeroed(1, sizeof *trace);
    *trace = (struct trace){.from_ns = from_ns, .to_ns = to_ns, .max = max};
    trace_run(trace, replay);
    *out = trace_json(trace);
    trace_free(trace);
    lab_replay_close(&replay);
    return 0;
}
