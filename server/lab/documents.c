/* documents.c - runs and verdicts as JSON documents. */
#include "lab/documents.h"

#include "base/json_writer.h"
#include "lab/model.h"
#include "lab/notes.h"
#include "lab/settings.h"
#include "lab/words.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PLAN_BYTES = 64 * 1024, WORDS_BYTES = LAB_VERDICT_WORDS_BYTES };

void lab_add_created(struct cJSON *item, int64_t created_ms)
{
    char text[40];
    time_t seconds = (time_t)(created_ms / 1000);
    struct tm utc;
    if (gmtime_r(&seconds, &utc) != NULL &&
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc) > 0) {
        (void)cJSON_AddStringToObject(item, "created_at", text);
    }
}

static void set_number(cJSON *item, const char *field, double value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(item, field);
    (void)cJSON_AddNumberToObject(item, field, value);
}

static void set_text(cJSON *item, const char *field, const char *value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(item, field);
    (void)cJSON_AddStringToObject(item, field, value);
}

void lab_summary_update(const struct lab_run *run, struct cJSON *item)
{
    set_number(item, "t_ms", lab_decimal(lab_course_now_ns(&run->course) / 1000, 3));
    set_text(item, "state", lab_run_state_name(run));
    set_number(item, "speed", lab_decimal(run->pace.speed_ppm, 6));
    set_number(item, "viewers", run->live.layers[0].viewers + run->live.layers[1].viewers);
    if (run->trouble.text[0] != '\0') {
        set_text(item, "problem", run->trouble.text);
    } else if (run->finished) {
        set_text(item, "problem", "this run has reached its quota of 24 virtual hours or of rows");
    }
}

void lab_add_node(const struct lab_scenario *scenario, struct cJSON *object, const char *field,
                  uint32_t node)
{
    if (node < scenario->node_count) {
        (void)cJSON_AddStringToObject(object, field, scenario->nodes[node].name);
    } else {
        (void)cJSON_AddNullToObject(object, field);
    }
}

static void add_hex(cJSON *object, const char *field, uint64_t value)
{
    char text[20];
    (void)snprintf(text, sizeof text, "%016" PRIx64, value);
    (void)cJSON_AddStringToObject(object, field, text);
}

static cJSON *plan_json(const struct lab_scenario *scenario)
{
    char *buffer = malloc(PLAN_BYTES);
    if (buffer == NULL) {
        abort();
    }
    struct text text = text_init(buffer, PLAN_BYTES);
    struct json_writer writer = json_init(&text);
    json_object(&writer, NULL);
    scenario->system->describe(scenario->data, &writer);
    json_array(&writer, "node_names");
    for (uint32_t node = 0; node < scenario->node_count; node++) {
        json_string(&writer, NULL, scenario->nodes[node].name);
    }
    json_close(&writer);
    json_close(&writer);
    cJSON *plan = text.cut ? cJSON_CreateObject() : cJSON_CreateRaw(buffer);
    free(buffer);
    return plan;
}

static cJSON *limits_json(const struct lab_run *run)
{
    cJSON *limits = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(limits, "virtual_s_max", LAB_SCENARIO_SECONDS_MAX);
    (void)cJSON_AddNumberToObject(limits, "rows_max", LAB_ROWS_MAX);
    (void)cJSON_AddNumberToObject(limits, "inputs_max", LAB_INPUTS_MAX);
    (void)cJSON_AddNumberToObject(limits, "world_bytes", run->world_bytes);
    (void)cJSON_AddNumberToObject(limits, "history_bytes_max", LAB_HISTORY_BYTES_MAX);
    (void)cJSON_AddNumberToObject(limits, "branches_max", LAB_BRANCHES_MAX);
    return limits;
}

/* How much of the past is at hand. */
static cJSON *history_json(const struct lab_run *run)
{
    cJSON *history = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(history, "worlds", run->history.count);
    (void)cJSON_AddNumberToObject(history, "bytes", (double)run->history.bytes);
    (void)cJSON_AddNumberToObject(history, "distance_ms",
                                  lab_decimal(lab_history_distance_ns(&run->history) / 1000, 3));
    return history;
}

struct cJSON *lab_run_json(const struct lab_run *run)
{
    const struct lab_scenario *scenario = run->scenario;
    cJSON *object = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(object, "run", run->name);
    (void)cJSON_AddStringToObject(object, "run_id", run->run_id);
    (void)cJSON_AddStringToObject(object, "system", scenario->system->name);
    (void)cJSON_AddStringToObject(object, "scenario", scenario->name);
    (void)cJSON_AddStringToObject(object, "title", scenario->title);
    (void)cJSON_AddStringToObject(object, "about", scenario->about);
    (void)cJSON_AddNumberToObject(object, "seed", (double)run->course.seed);
    (void)cJSON_AddBoolToObject(object, "private", run->owner[0] != '\0');
    (void)cJSON_AddStringToObject(object, "label", run->label);
    if (run->parent[0] != '\0') {
        (void)cJSON_AddStringToObject(object, "parent", run->parent);
        (void)cJSON_AddNumberToObject(object, "branch_at_ms",
                                      lab_decimal(run->branch_ns / 1000, 3));
    }
    (void)cJSON_AddStringToObject(object, "behaviour_id", run->behaviour_id);
    lab_add_created(object, run->created_ms);
    lab_summary_update(run, object);
    add_hex(object, "digest", sim_digest(&run->course.sim));
    (void)cJSON_AddNumberToObject(object, "steps", (double)sim_steps(&run->course.sim));
    (void)cJSON_AddNumberToObject(object, "until_s", (double)(scenario->until_ns / 1000000000));
    (void)cJSON_AddNumberToObject(object, "inputs_count", run->course.inputs.count);
    (void)cJSON_AddItemToObject(
        object, "settings", lab_settings_json(scenario->system, lab_course_settings(&run->course)));
    (void)cJSON_AddItemToObject(object, "settings_at_start",
                                cJSON_Duplicate(run->settings_json, true));
    (void)cJSON_AddItemToObject(object, "model", lab_model_json(&scenario->model));
    (void)cJSON_AddItemToObject(object, "limits", limits_json(run));
    (void)cJSON_AddItemToObject(object, "history", history_json(run));
    (void)cJSON_AddItemToObject(object, "plan", plan_json(scenario));
    return object;
}

/* ---- Verdicts ---- */

static cJSON *witness_json(const struct system_finding *finding)
{
    cJSON *witness = cJSON_CreateObject();
    cJSON *subjects = cJSON_AddArrayToObject(witness, "subjects");
    if (finding->subject != NODE_NONE) {
        (void)cJSON_AddItemToArray(subjects, cJSON_CreateNumber(finding->subject));
    }
    (void)cJSON_AddNumberToObject(witness, "at_ms", lab_decimal(finding->at_ns / 1000, 3));
    (void)cJSON_AddNumberToObject(witness, "first_event", (double)finding->first_event);
    (void)cJSON_AddNumberToObject(witness, "last_event", (double)finding->last_event);
    return witness;
}

/* What a checker of histories says; its proof, where it was kept, with all operations in it. */
static void add_history(cJSON *item, const struct lab_judged *judged, bool final, const char *proof)
{
    cJSON *history = cJSON_AddObjectToObject(item, "history");
    (void)cJSON_AddStringToObject(history, "model", judged->model);
    (void)cJSON_AddNumberToObject(history, "operations", judged->operations);
    if (!final) {
        return;
    }
    (void)cJSON_AddNumberToObject(history, "under_fault", judged->under_fault);
    if (judged->anomaly != NULL) {
        (void)cJSON_AddStringToObject(history, "anomaly", judged->anomaly);
    }
    if (judged->weakest != NULL) {
        (void)cJSON_AddStringToObject(history, "weakest_broken", judged->weakest);
    }
    if (proof != NULL) {
        (void)cJSON_AddItemToObject(item, "proof", cJSON_Parse(proof));
    }
}

static void add_args(cJSON *object, const int64_t args[NODE_NOTE_ARGS])
{
    cJSON *list = cJSON_AddArrayToObject(object, "args");
    for (int i = 0; i < NODE_NOTE_ARGS; i++) {
        (void)cJSON_AddItemToArray(list, cJSON_CreateNumber((double)args[i]));
    }
}

struct cJSON *lab_note_json(const struct lab_scenario *scenario, const struct node_note *note)
{
    char words[WORDS_BYTES];
    struct text text = text_init(words, sizeof words);
    const struct system_note *known = lab_note(scenario->system, note->kind);
    cJSON *object = cJSON_CreateObject();
    lab_words_note(scenario, note, &text);
    (void)cJSON_AddStringToObject(object, "name", known == NULL ? "" : known->name);
    (void)cJSON_AddStringToObject(object, "text", words);
    if (note->subject != NODE_NONE) {
        (void)cJSON_AddNumberToObject(object, "subject", note->subject);
    }
    lab_add_node(scenario, object, "node", note->node);
    lab_add_node(scenario, object, "peer", note->peer);
    add_args(object, note->args);
    return object;
}

void lab_add_reasons(struct cJSON *item, const struct system *system,
                     const struct node_reason *reason, uint16_t unpromised)
{
    if (reason != NULL && reason->word < system->word_count) {
        cJSON *object = cJSON_AddObjectToObject(item, "reason");
        (void)cJSON_AddStringToObject(object, "word", system->words[reason->word]);
        (void)cJSON_AddNumberToObject(object, "subject", reason->subject);
        add_args(object, reason->args);
    }
    if (unpromised < system->word_count) {
        (void)cJSON_AddStringToObject(item, "unpromised", system->words[unpromised]);
    }
}

struct cJSON *lab_judgement_json(const struct lab_scenario *scenario,
                                 const struct lab_judgement *judgement, const char *excuse,
                                 const struct lab_proofs *proofs)
{
    cJSON *list = cJSON_CreateArray();
    for (uint32_t i = 0; i < judgement->count; i++) {
        const struct system_check *check = &scenario->system->checks[i];
        const struct system_finding *finding = &judgement->findings[i];
        char words[WORDS_BYTES];
        struct text text = text_init(words, sizeof words);
        lab_verdict_words(scenario, judgement, i, excuse, &text);
        cJSON *item = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(item, "check", check->name);
        (void)cJSON_AddStringToObject(item, "kind", check->history ? "history" : "invariant");
        (void)cJSON_AddStringToObject(item, "verdict", lab_verdict_name(judgement, i, excuse));
        (void)cJSON_AddNumberToObject(item, "expected", (double)finding->expected);
        (void)cJSON_AddNumberToObject(item, "actual", (double)finding->actual);
        (void)cJSON_AddStringToObject(item, "text", words);
        lab_add_reasons(item, scenario->system, lab_finding_reason(judgement, i),
                        judgement->unpromised[i]);
        if (finding->verdict == SYSTEM_FAIL) {
            (void)cJSON_AddItemToObject(item, "witness", witness_json(finding));
        }
        if (lab_judged_find(judgement, i) != NULL) {
            add_history(item, lab_judged_find(judgement, i), judgement->final,
                        lab_proof_of(proofs, i));
        }
        (void)cJSON_AddItemToArray(list, item);
    }
    return list;
}

struct cJSON *lab_figures_json(const struct system *system, const int64_t *figures)
{
    cJSON *object = cJSON_CreateObject();
    for (uint32_t i = 0; i < system->figure_count; i++) {
        if (figures[i] != NODE_CELL_NULL) {
            (void)cJSON_AddNumberToObject(object, system->figures[i].name,
                                          lab_decimal(figures[i], system->figures[i].decimals));
        }
    }
    return object;
}
