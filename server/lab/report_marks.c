/* report_marks.c - faults and actions for the charts of a report. */
#include "lab/report_marks.h"

#include "lab/faults.h"
#include "lab/titles.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static void mark_add(struct lab_report_marks *marks, const struct lab_scenario *scenario,
                     const struct lab_input *input, bool line)
{
    uint32_t lines = marks->count - marks->fault_count; /* each stretch has one label */
    if (line && lines >= LAB_REPORT_MARKS_MAX) {
        marks->more++;
        return;
    }
    assert(marks->count < sizeof marks->marks / sizeof marks->marks[0]);
    struct lab_report_mark *mark = &marks->marks[marks->count++];
    char words[2 * LAB_REPORT_LABEL_BYTES];
    struct text text = text_init(words, sizeof words);
    lab_input_mark(scenario, &input->input, &text);
    *mark = (struct lab_report_mark){
        .time_ns = input->input.time_ns, .number = input->number, .line = line};
    struct text label = text_init(mark->label, sizeof mark->label);
    text_add_bytes(&label, words, (uint32_t)strnlen(words, sizeof mark->label - 1));
}

static bool same_fault(const struct lab_fault *a, const struct lab_fault *b)
{
    return a->type == b->type && a->node == b->node && a->peer == b->peer &&
           a->since_ns == b->since_ns;
}

/* Is a fault still in the list? Its place may have changed. */
static bool goes_on(const struct lab_faults *faults, const struct lab_fault *fault)
{
    for (uint32_t i = 0; i < faults->count; i++) {
        if (same_fault(&faults->list[i], fault)) {
            return true;
        }
    }
    return false;
}

static void faults_close(struct lab_report_marks *marks, const uint32_t *stretch_of,
                         const struct lab_faults *before, const struct lab_faults *now,
                         int64_t time_ns)
{
    for (uint32_t i = 0; i < before->count; i++) {
        if (stretch_of[i] != UINT32_MAX && !goes_on(now, &before->list[i])) {
            marks->faults[stretch_of[i]].to_ns = time_ns;
        }
    }
}

/* The stretch of each fault in the list: those that went on keep theirs, a new one begins. */
static void faults_follow(struct lab_report_marks *marks, uint32_t *stretch_of,
                          const struct lab_faults *before, const struct lab_faults *now)
{
    uint32_t former[LAB_FAULTS_MAX];
    memcpy(former, stretch_of, sizeof former);
    for (uint32_t i = 0; i < now->count; i++) {
        stretch_of[i] = UINT32_MAX;
        bool known = false;
        for (uint32_t b = 0; b < before->count && !known; b++) {
            known = same_fault(&before->list[b], &now->list[i]);
            stretch_of[i] = known ? former[b] : UINT32_MAX;
        }
        if (!known && marks->fault_count < LAB_REPORT_FAULTS_MAX) {
            stretch_of[i] = marks->fault_count;
        }
    }
}

static bool is_client_operation(const struct system *system, const struct sim_input *input)
{
    return input->type >= SIM_INPUT_SYSTEM &&
           system->inputs[input->type - SIM_INPUT_SYSTEM].client_operation;
}

/* A step that heal.all brings along; it is said once, not once a node. */
static bool is_remedy(const struct lab_scenario *scenario, const struct sim_input *input)
{
    const struct system *system = scenario->system;
    struct system_remedy remedy;
    for (uint32_t i = 0; system->remedy != NULL && system->remedy(scenario->data, i, &remedy);
         i++) {
        if (remedy.kind == SYSTEM_REMEDY_HEAL && !remedy.is_setting &&
            remedy.type + SIM_INPUT_SYSTEM == input->type && remedy.node == input->node &&
            memcmp(remedy.args, input->args, sizeof remedy.args) == 0) {
            return true;
        }
    }
    return false;
}

/* A client's order is what the run is about, not something done to it. What ends a fault shows as
 * the end of its stretch. */
static bool is_action(const struct lab_scenario *scenario, const struct sim_input *input)
{
    return !is_client_operation(scenario->system, input) && !is_remedy(scenario, input);
}

static void take_input(struct lab_report_marks *marks, const struct lab_scenario *scenario,
                       const struct lab_input *input, struct lab_faults *faults,
                       uint32_t *stretch_of)
{
    struct lab_faults before = *faults;
    int64_t time_ns = input->input.time_ns;
    lab_faults_input(faults, scenario, &input->input);
    faults_close(marks, stretch_of, &before, faults, time_ns);
    faults_follow(marks, stretch_of, &before, faults);
    bool begins = faults->count > 0 && !goes_on(&before, &faults->list[faults->count - 1]);
    bool ends = faults->count < before.count && input->input.type != SIM_INPUT_HEAL_ALL;
    if (begins && stretch_of[faults->count - 1] != UINT32_MAX) {
        mark_add(marks, scenario, input, false);
        marks->faults[marks->fault_count++] =
            (struct lab_report_fault){.from_ns = time_ns, .to_ns = INT64_MAX};
    } else if (begins) {
        marks->more++;
    } else if (!ends && is_action(scenario, &input->input)) {
        mark_add(marks, scenario, input, true);
    }
}

void lab_report_marks_make(struct lab_report_marks *marks, const struct lab_scenario *scenario,
                           const struct lab_inputs *inputs, int64_t end_ns)
{
    struct lab_faults faults = {0};
    uint32_t stretch_of[LAB_FAULTS_MAX];
    memset(stretch_of, 0xff, sizeof stretch_of);
    *marks = (struct lab_report_marks){0};
    for (uint32_t i = 0; i < inputs->count && inputs->items[i].input.time_ns <= end_ns; i++) {
        take_input(marks, scenario, &inputs->items[i], &faults, stretch_of);
    }
    for (uint32_t i = 0; i < marks->fault_count; i++) {
        if (marks->faults[i].to_ns > end_ns) {
            marks->faults[i].to_ns = end_ns;
        }
    }
}
