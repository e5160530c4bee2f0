/* link_runs.c - runs with inputs of every kind. */
#include "link_runs.h"

#include "lab/settings.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* xorshift64*: its own, so that what is drawn never depends on what is tested. */
uint64_t link_random_below(struct link_random *random, uint64_t bound)
{
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return (random->state * UINT64_C(0x2545f4914f6cdd1d) >> 16) % bound;
}

static int64_t value_between(struct link_random *random, int64_t min, int64_t max)
{
    return min + (int64_t)link_random_below(random, (uint64_t)(max - min) + 1);
}

static void draw_setting(struct link_random *random, const struct lab_scenario *scenario,
                         struct sim_input *input)
{
    const struct system *system = scenario->system;
    do { /* the others cannot change later */
        input->args[0] = (int64_t)link_random_below(random, system->setting_count);
    } while (!system->settings[input->args[0]].live);
    const struct system_setting *setting = &system->settings[input->args[0]];
    int64_t last = setting->max;
    if (setting->kind == SYSTEM_SWITCH) {
        last = 1;
    } else if (setting->kind == SYSTEM_CHOICE) {
        for (last = 0; setting->choices[last + 1] != NULL; last++) {
        }
    }
    input->args[1] = value_between(random, setting->kind == SYSTEM_NUMBER ? setting->min : 0, last);
}

static void draw_host_input(struct link_random *random, const struct lab_scenario *scenario,
                            struct sim_input *input)
{
    const struct sim_input_kind *kind =
        &SIM_INPUT_KINDS[link_random_below(random, SIM_INPUT_KIND_COUNT)];
    input->type = kind->type;
    if (kind->needs_node) {
        input->node = (uint32_t)link_random_below(random, scenario->node_count);
    }
    if (kind->needs_peer) {
        input->peer = (input->node + 1) % scenario->node_count;
    }
    if (kind->type == SIM_INPUT_SETTING) {
        draw_setting(random, scenario, input);
        return;
    }
    for (int i = 0; i < NODE_INPUT_ARGS && kind->args[i].name != NULL; i++) {
        int64_t max = kind->type == SIM_INPUT_NET_PARTITION
                          ? (INT64_C(1) << scenario->node_count) - 1
                          : kind->args[i].max;
        input->args[i] = value_between(random, kind->args[i].min, max);
    }
}

static int64_t name_count(const struct lab_scenario *scenario, uint16_t list)
{
    int64_t count = 0;
    while (scenario->system->plan_name(scenario->data, list, (uint32_t)count) != NULL) {
        count++;
    }
    return count;
}

static void draw_system_input(struct link_random *random, const struct lab_scenario *scenario,
                              struct sim_input *input)
{
    const struct system *system = scenario->system;
    uint32_t index = (uint32_t)link_random_below(random, system->input_count);
    const struct system_input *kind = &system->inputs[index];
    input->type = (uint16_t)(SIM_INPUT_SYSTEM + index);
    input->node = kind->target != NULL ? lab_node_find(scenario, kind->target)
                                       : (uint32_t)link_random_below(random, scenario->node_count);
    for (uint32_t i = 0; i < NODE_INPUT_ARGS && kind->args[i].name != NULL; i++) {
        const struct system_argument *argument = &kind->args[i];
        int64_t max = argument->max;
        if (argument->kind == SYSTEM_ARG_CHOICE) {
            int64_t last = name_count(scenario, argument->list) - 1;
            max = last < max ? last : max;
        } else if (system->argument_max != NULL) {
            max = system->argument_max(scenario->data, index, i);
        }
        input->args[i] = value_between(random, argument->min, max);
    }
}

struct sim_input link_random_input(struct link_random *random, const struct lab_scenario *scenario)
{
    struct sim_input input = {.node = NODE_NONE, .peer = NODE_NONE};
    if (link_random_below(random, 2) == 0) {
        draw_host_input(random, scenario, &input);
    } else {
        draw_system_input(random, scenario, &input);
    }
    return input;
}

void link_random_course(struct link_random *random, const struct lab_scenario *scenario,
                        uint32_t count, int64_t until_ns, struct lab_course *course)
{
    static const char *const WHO[] = {"presenter", "phone", "script"};
    int64_t settings[LAB_SETTINGS_MAX];
    int64_t time_ns = 0;
    memcpy(settings, scenario->settings, sizeof settings);
    for (uint64_t i = link_random_below(random, 4); i > 0; i--) {
        struct sim_input drawn = {.node = NODE_NONE};
        draw_setting(random, scenario, &drawn);
        settings[drawn.args[0]] = drawn.args[1];
    }
    if (lab_course_open(course, scenario, 1 + link_random_below(random, 1000000), settings, true,
                        NULL) != 0) {
        abort();
    }
    for (uint32_t i = 0; i < count; i++) {
        struct sim_input input = link_random_input(random, scenario);
        int64_t left_us = (until_ns - time_ns) / 1000;
        uint64_t step_us = 2 * (uint64_t)left_us / (count - i + 1) + 1;
        time_ns += (int64_t)link_random_below(random, step_us) * 1000;
        input.time_ns = time_ns;
        lab_course_input(course, &input, scenario->script->count + 1 + i,
                         WHO[link_random_below(random, 3)]);
    }
}
