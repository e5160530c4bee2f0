/* fuzz_lab_text.c - whatever text people send: inputs, input files, conditions, settings and
 * scenarios are read or refused with a sentence, and what was read can be written and read again. */
#include "lab/condition.h"
#include "lab/input.h"
#include "lab/scenario.h"
#include "lab/settings.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct lab_scenario *scenario;

static void read_input(const char *text)
{
    struct sim_input input, again;
    struct lab_problem problem = {.allowed = NULL};
    cJSON *body = cJSON_Parse(text);
    if (lab_input_parse(scenario, body, &input, NULL, &problem) == 0) {
        cJSON *back = lab_input_json(scenario, &input);
        int status = lab_input_parse(scenario, back, &again, NULL, NULL);
        assert(status == 0 && memcmp(&input, &again, sizeof input) == 0);
        cJSON_Delete(back);
    } else {
        assert(problem.detail[0] != '\0');
        lab_problem_clear(&problem);
    }
    cJSON_Delete(body);
}

static void read_file(const char *text)
{
    struct lab_inputs inputs = {0};
    struct lab_problem problem = {.allowed = NULL};
    if (lab_inputs_read(scenario, text, &inputs, &problem) != 0) {
        assert(inputs.count == 0 && strncmp(problem.detail, "line ", 5) == 0);
        lab_problem_clear(&problem);
    }
    lab_inputs_free(&inputs);
}

static void read_condition(const char *text)
{
    struct lab_condition condition;
    struct lab_problem problem = {.allowed = NULL};
    int64_t figures[64] = {0};
    struct node_note note = {.kind = NODE_NOTE_CRASHED, .peer = NODE_NONE, .subject = NODE_NONE};
    if (lab_condition_parse(scenario, text, &condition, &problem) == 0) {
        struct lab_moment moment = {.figures = figures};
        (void)lab_condition_holds(&condition, scenario, &moment);
        moment.note = &note;
        (void)lab_condition_holds(&condition, scenario, &moment);
    } else {
        lab_problem_clear(&problem);
    }
}

static void read_setting(const char *text)
{
    int64_t values[LAB_SETTINGS_MAX];
    struct lab_problem problem = {.allowed = NULL};
    memcpy(values, scenario->settings, sizeof values);
    if (lab_setting_parse_text(scenario->system, text, values, &problem) != 0) {
        lab_problem_clear(&problem);
    }
}

static void read_scenario(const char *text)
{
    struct lab_scenario *other = NULL;
    struct lab_problem problem = {.allowed = NULL};
    if (lab_scenario_parse("kitchens/fuzz", text, &other, &problem) == 0) {
        struct sim_plan plan;
        lab_scenario_plan(other, 1, other->settings, &plan);
        (void)sim_bytes(&plan);
        lab_scenario_free(&other);
    } else {
        lab_problem_clear(&problem);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const READERS[])(const char *) = {read_input, read_file, read_condition,
                                                    read_setting, read_scenario};
    if (scenario == NULL &&
        lab_scenario_load("kitchens/quiet-tuesday", false, &scenario, NULL) != 0) {
        abort();
    }
    if (size == 0) {
        return 0;
    }
    char *text = malloc(size);
    assert(text != NULL);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    READERS[data[0] % (sizeof READERS / sizeof READERS[0])](text);
    free(text);
    return 0;
}
