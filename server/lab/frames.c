/* frames.c - the JSON of live frames. */
#include "lab/frames.h"

#include "base/json_writer.h"
#include "lab/notes.h"
#include "lab/settings.h"
#include "lab/words.h"

#include <string.h>

enum {
    KEY_EVENTS = 40,
    FLIGHTS_MAX = 200,
    WORDS_BYTES = LAB_VERDICT_WORDS_BYTES,
};
static const int64_t NS_PER_US = 1000;
static const int64_t NS_PER_S = 1000000000;

/* ---- Parts ---- */

static void write_head(const struct lab_scene *scene, const struct lab_frame_head *head,
                       struct json_writer *json)
{
    json_array(json, "h");
    json_u64(json, NULL, LAB_LIVE_SCHEMA);
    json_string(json, NULL, head->run);
    json_u64(json, NULL, 0); /* branch */
    json_u64(json, NULL, head->epoch);
    json_u64(json, NULL, head->sequence);
    json_u64(json, NULL, head->base);
    json_u64(json, NULL, head->nonce);
    json_close(json);
    json_i64(json, "t", lab_course_now_ns(scene->course) / NS_PER_US);
}

/* The past has no pace: whoever looks at it moves a cursor of his own. */
static void write_pace(const struct lab_scene *scene, struct json_writer *json)
{
    const struct lab_run *run = scene->run;
    if (run == NULL) {
        return;
    }
    json_object(json, "pace");
    json_string(json, "state", lab_run_state_name(run));
    json_decimal(json, "speed", run->pace.speed_ppm, 6);
    if (run->pace.behind_ns > NS_PER_S / 4) {
        json_i64(json, "behind_ms", run->pace.behind_ns / 1000000);
    }
    if (run->trouble.text[0] != '\0') {
        json_string(json, "problem", run->trouble.text);
    }
    json_close(json);
}

static int64_t index_or_none(uint32_t index)
{
    return index == NODE_NONE ? -1 : (int64_t)index;
}

static void write_event(const struct lab_event_note *event, struct json_writer *json)
{
    const struct node_note *note = &event->note;
    json_array(json, NULL);
    json_u64(json, NULL, note->event);
    json_u64(json, NULL, note->cause);
    json_i64(json, NULL, note->time_ns / NS_PER_US);
    json_string(json, NULL, event->name);
    json_i64(json, NULL, index_or_none(note->node));
    json_i64(json, NULL, index_or_none(note->peer));
    json_i64(json, NULL, index_or_none(note->subject));
    for (int i = 0; i < NODE_NOTE_ARGS; i++) {
        json_i64(json, NULL, note->args[i]);
    }
    json_close(json);
}

/* Events after `told`, at most the last `most` of them. */
static void write_events(const struct lab_scene *scene, uint64_t told, uint32_t most,
                         struct json_writer *json)
{
    uint64_t first = scene->show->event_count > most ? scene->show->event_count - most : 0;
    first = first > told ? first : told;
    if (first == scene->show->event_count) {
        return;
    }
    json_array(json, "events");
    for (uint64_t i = first; i < scene->show->event_count; i++) {
        write_event(&scene->show->events[i % LAB_EVENTS_KEPT], json);
    }
    json_close(json);
}

static void write_figures(const struct system *system, const int64_t *figures, const int64_t *told,
                          struct json_writer *json)
{
    bool open = false;
    for (uint32_t i = 0; i < system->figure_count; i++) {
        if (told != NULL && told[i] == figures[i]) {
            continue;
        }
        if (!open) {
            json_object(json, "figures");
            open = true;
        }
        if (figures[i] == NODE_CELL_NULL) {
            json_null(json, system->figures[i].name);
        } else {
            json_decimal(json, system->figures[i].name, figures[i], system->figures[i].decimals);
        }
    }
    if (open) {
        json_close(json);
    }
}

static void write_point_cell(const struct lab_scenario *scenario,
                             const struct system_column *column, int64_t value,
                             struct json_writer *json)
{
    const struct system *system = scenario->system;
    if (value == NODE_CELL_NULL) {
        json_null(json, NULL);
    } else if (column->kind == SYSTEM_CELL_NUMBER) {
        json_decimal(json, NULL, value, column->decimals);
    } else if (column->kind == SYSTEM_CELL_SETTING_CHOICE) {
        json_string(json, NULL, system->settings[column->list].choices[value]);
    } else {
        json_i64(json, NULL, value);
    }
}

static void write_point(const struct lab_scene *scene, const struct node_row *row,
                        struct json_writer *json)
{
    const struct system_table *table = &scene->course->scenario->system->tables[row->table];
    json_array(json, NULL);
    json_i64(json, NULL, row->time_ns / NS_PER_S);
    for (uint32_t i = 0; i < table->column_count; i++) {
        write_point_cell(scene->course->scenario, &table->columns[i], row->cells[i], json);
    }
    json_close(json);
}

/* Rows of figures after `told`; of a fast run only every so manieth. */
static void write_points(const struct lab_scene *scene, uint32_t told, struct json_writer *json)
{
    uint32_t first =
        scene->show->point_count > LAB_POINTS_KEPT ? scene->show->point_count - LAB_POINTS_KEPT : 0;
    first = first > told ? first : told;
    bool open = false;
    for (uint32_t i = first; i < scene->show->point_count; i++) {
        const struct node_row *row = &scene->show->points[i % LAB_POINTS_KEPT];
        if (row->time_ns / NS_PER_S % scene->points_stride_s != 0) {
            continue;
        }
        if (!open) {
            json_array(json, "points");
            open = true;
        }
        write_point(scene, row, json);
    }
    if (open) {
        json_close(json);
    }
}

static void write_points_columns(const struct lab_scene *scene, struct json_writer *json)
{
    if (scene->show->points_table < 0) {
        return;
    }
    const struct system_table *table =
        &scene->course->scenario->system->tables[scene->show->points_table];
    json_array(json, "points_columns");
    json_string(json, NULL, "t_s");
    for (uint32_t i = 0; i < table->column_count; i++) {
        json_string(json, NULL, table->columns[i].name);
    }
    json_close(json);
}

/* As lab_judgement_json has them. */
static void write_reasons(const struct system *system, const struct lab_judgement *judgement,
                          uint32_t check, struct json_writer *json)
{
    const struct node_reason *reason = lab_finding_reason(judgement, check);
    uint16_t unpromised = judgement->unpromised[check];
    if (reason != NULL && reason->word < system->word_count) {
        json_object(json, "reason");
        json_string(json, "word", system->words[reason->word]);
        json_u64(json, "subject", reason->subject);
        json_array(json, "args");
        for (int i = 0; i < NODE_NOTE_ARGS; i++) {
            json_i64(json, NULL, reason->args[i]);
        }
        json_close(json);
        json_close(json);
    }
    if (unpromised < system->word_count) {
        json_string(json, "unpromised", system->words[unpromised]);
    }
    const struct lab_judged *judged = lab_judged_find(judgement, check);
    if (judged != NULL) {
        json_object(json, "history");
        json_string(json, "model", judged->model);
        json_u64(json, "operations", judged->operations);
        json_close(json);
    }
}

static void write_verdict(const struct lab_scene *scene, const struct lab_judgement *judgement,
                          uint32_t check, const char *excuse, struct json_writer *json)
{
    const struct system_finding *finding = &judgement->findings[check];
    char buffer[WORDS_BYTES];
    struct text words = text_init(buffer, sizeof buffer);
    lab_verdict_words(scene->course->scenario, judgement, check, excuse, &words);
    json_object(json, NULL);
    json_string(json, "check", scene->course->scenario->system->checks[check].name);
    json_string(json, "kind",
                scene->course->scenario->system->checks[check].history ? "history" : "invariant");
    json_string(json, "verdict", lab_verdict_name(judgement, check, excuse));
    json_i64(json, "expected", finding->expected);
    json_i64(json, "actual", finding->actual);
    json_string(json, "text", buffer);
    write_reasons(scene->course->scenario->system, judgement, check, json);
    if (finding->verdict == SYSTEM_FAIL) {
        json_object(json, "witness");
        json_array(json, "subjects");
        if (finding->subject != NODE_NONE) {
            json_u64(json, NULL, finding->subject);
        }
        json_close(json);
        json_decimal(json, "at_ms", finding->at_ns / NS_PER_US, 3);
        json_u64(json, "first_event", finding->first_event);
        json_u64(json, "last_event", finding->last_event);
        json_close(json);
    }
    json_close(json);
}

/* All verdicts (told == NULL), or all once one of them is another than told. */
static void write_verdicts(const struct lab_scene *scene, const uint8_t *told,
                           struct json_writer *json)
{
    const struct system *system = scene->course->scenario->system;
    struct lab_judgement judgement;
    if (told != NULL && memcmp(told, scene->verdicts, system->check_count) == 0) {
        return;
    }
    lab_course_judge(scene->course, &judgement);
    const char *excuse = lab_course_excuse(scene->course);
    json_array(json, "verdicts");
    for (uint32_t i = 0; i < judgement.count; i++) {
        if (told == NULL || told[i] != scene->verdicts[i]) {
            write_verdict(scene, &judgement, i, excuse, json);
        }
    }
    json_close(json);
}

static void write_faults(const struct lab_scene *scene, struct json_writer *json)
{
    json_array(json, "faults");
    for (uint32_t i = 0; i < scene->show->faults.count; i++) {
        const struct lab_fault *fault = &scene->show->faults.list[i];
        struct sim_input input = {.type = fault->type};
        json_array(json, NULL);
        json_string(json, NULL, lab_input_name(scene->course->scenario, &input));
        json_i64(json, NULL, index_or_none(fault->node));
        json_i64(json, NULL, index_or_none(fault->peer));
        json_i64(json, NULL, fault->since_ns / NS_PER_US);
        json_close(json);
    }
    json_close(json);
}

static void write_flights(const struct lab_scene *scene, struct json_writer *json)
{
    struct sim_flight flights[FLIGHTS_MAX];
    uint32_t count = sim_flights(&scene->course->sim, flights, FLIGHTS_MAX);
    json_array(json, "flights");
    for (uint32_t i = 0; i < count; i++) {
        const struct sim_flight *flight = &flights[i];
        const struct node_protocol *protocol = scene->course->scenario->nodes[flight->to].protocol;
        bool named = flight->type < protocol->message_count;
        json_array(json, NULL);
        json_u64(json, NULL, flight->from);
        json_u64(json, NULL, flight->to);
        json_string(json, NULL, named ? protocol->messages[flight->type].name : "unknown");
        json_i64(json, NULL, flight->sent_ns / NS_PER_US);
        json_i64(json, NULL, flight->arrives_ns / NS_PER_US);
        json_i64(json, NULL, index_or_none(flight->subject));
        json_u64(json, NULL, flight->carried != 0 ? 3u : flight->lost);
        json_close(json);
    }
    json_close(json);
}

static uint64_t write_view(const struct lab_scene *scene, uint64_t mark, struct json_writer *json)
{
    struct node_world world;
    sim_world_view(&scene->course->sim, &world);
    json_object(json, "view");
    mark = scene->course->scenario->system->view(sim_observer_state(&scene->course->sim), &world,
                                                 mark, json);
    json_close(json);
    return mark;
}

/* ---- Frames ---- */

static void remember(const struct lab_scene *scene, struct lab_live_layer *layer)
{
    layer->events_told = scene->show->event_count;
    layer->points_told = scene->show->point_count;
    layer->pace_version = scene->run == NULL ? 0 : scene->run->pace.version;
    layer->faults_version = scene->show->faults.version;
    layer->settled = layer->time_told_ns == lab_course_now_ns(scene->course);
    layer->time_told_ns = lab_course_now_ns(scene->course);
    memcpy(layer->verdicts, scene->verdicts, sizeof layer->verdicts);
}

static void tell_figures(const struct lab_scene *scene, struct lab_live_layer *layer,
                         int64_t now_ns, struct json_writer *json)
{
    int64_t figures[LAB_LIVE_FIGURES_MAX] = {0};
    bool stands = scene->run != NULL && scene->run->pace.paused; /* nothing better will come */
    if (!stands && now_ns - layer->figures_told_ns < LAB_LIVE_FIGURES_EVERY_NS) {
        return;
    }
    lab_course_figures(scene->course, figures);
    write_figures(scene->course->scenario->system, figures,
                  layer->figures_known ? layer->figures : NULL, json);
    memcpy(layer->figures, figures, sizeof figures);
    layer->figures_known = true;
    layer->figures_told_ns = now_ns;
}

void lab_frame_delta(const struct lab_scene *scene, struct lab_live_layer *layer, bool messages,
                     int64_t now_ns, const struct lab_frame_head *head, struct text *text)
{
    struct json_writer json = json_init(text);
    json_object(&json, NULL);
    write_head(scene, head, &json);
    if (scene->run != NULL && scene->run->pace.version != layer->pace_version) {
        write_pace(scene, &json);
    }
    layer->view_mark = write_view(scene, layer->view_mark, &json);
    write_events(scene, layer->events_told, scene->events_max, &json);
    tell_figures(scene, layer, now_ns, &json);
    write_points(scene, layer->points_told, &json);
    write_verdicts(scene, layer->verdicts, &json);
    if (scene->show->faults.version != layer->faults_version) {
        write_faults(scene, &json);
    }
    if (messages) {
        write_flights(scene, &json);
    }
    json_close(&json);
    remember(scene, layer);
}

void lab_frame_key(const struct lab_scene *scene, struct lab_live_layer *layer, bool messages,
                   const struct lab_frame_head *head, struct text *text)
{
    struct json_writer json = json_init(text);
    int64_t figures[LAB_LIVE_FIGURES_MAX] = {0};
    json_object(&json, NULL);
    write_head(scene, head, &json);
    write_pace(scene, &json);
    uint64_t mark = write_view(scene, 0, &json);
    write_events(scene, 0, KEY_EVENTS, &json);
    lab_course_figures(scene->course, figures);
    write_figures(scene->course->scenario->system, figures, NULL, &json);
    write_points_columns(scene, &json);
    write_points(scene, 0, &json);
    write_verdicts(scene, NULL, &json);
    write_faults(scene, &json);
    if (messages) {
        write_flights(scene, &json);
    }
    json_close(&json);
    if (layer != NULL) {
        remember(scene, layer);
        layer->view_mark = mark;
        memcpy(layer->figures, figures, sizeof figures);
        layer->figures_known = true;
    }
}
