/* excuse.c - why a run may break its promises: the one place that says what is outside the model.
 *
 * The promises hold under the fault model of docs/kitchens.md: crashes, pauses, partitions, lost and
 * repeated messages, slow, full and torn disks, wrong clocks. They do not hold with a rule turned
 * off (a bug switch), nor on a disk that lies about what it keeps. What breaks then was to be
 * expected: EXPECTED-FAIL, and the exit code is that of a good run. */
#include "lab/course.h"

#include "lab/settings.h"

#include <stddef.h>
#include <string.h>

/* Key of a bug switch that is on, or NULL. */
static const char *bug_on(const struct system *system, const int64_t *values)
{
    for (uint32_t i = 0; i < system->setting_count; i++) {
        if (system->settings[i].trap != NULL && values[i] != 0) {
            return system->settings[i].key;
        }
    }
    return NULL;
}

/* What an input puts outside the model, be it for a moment; NULL for all others. */
static const char *input_excuse(const struct system *system, const struct sim_input *input)
{
    switch (input->type) {
    case SIM_INPUT_SETTING:
        return input->args[1] != 0 && system->settings[input->args[0]].trap != NULL
                   ? system->settings[input->args[0]].key
                   : NULL;
    case SIM_INPUT_DISK_LOSE_FSYNC:
        return input->args[0] != 0 ? "disk.lose_fsync" : NULL;
    case SIM_INPUT_DISK_ROT:
        return "disk.rot";
    default:
        return NULL;
    }
}

const char *lab_course_excuse(const struct lab_course *course)
{
    const struct system *system = course->scenario->system;
    const char *excuse = bug_on(system, course->settings);
    for (uint32_t i = 0; i < course->inputs_done && excuse == NULL; i++) {
        excuse = input_excuse(system, &course->inputs.items[i].input);
    }
    return excuse;
}

/* Once it was no promise, what is broken later may come from then; unless what is judged are
 * operations that were promised it themselves. */
static void look(const struct lab_scenario *scenario, const int64_t *settings,
                 uint16_t unpromised[LAB_CHECKS_MAX])
{
    const struct system *system = scenario->system;
    for (uint32_t i = 0; i < system->check_count; i++) {
        bool promised = unpromised[i] == UINT16_MAX;
        if (promised != ((system->by_operation >> i & 1) != 0)) {
            unpromised[i] = system->unpromised(scenario->data, settings, i);
        }
    }
}

void lab_course_unpromised(const struct lab_course *course, uint16_t unpromised[LAB_CHECKS_MAX])
{
    const struct system *system = course->scenario->system;
    int64_t settings[LAB_SETTINGS_MAX];
    memset(unpromised, 0xff, LAB_CHECKS_MAX * sizeof unpromised[0]);
    if (system->unpromised == NULL) {
        return;
    }
    memcpy(settings, course->settings, system->setting_count * sizeof settings[0]);
    for (uint32_t i = 0; i < system->check_count; i++) {
        unpromised[i] = system->unpromised(course->scenario->data, settings, i);
    }
    for (uint32_t i = 0; i < course->inputs_done; i++) {
        const struct sim_input *input = &course->inputs.items[i].input;
        if (input->type == SIM_INPUT_SETTING) {
            settings[input->args[0]] = input->args[1];
            look(course->scenario, settings, unpromised);
        }
    }
}
