/* course.c - a world on its way through virtual time. */
#include "lab/course.h"

#include "base/arena.h"
#include "lab/notes.h"
#include "lab/settings.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const int64_t NS_PER_S = 1000000000;

/* ---- Building ---- */

static struct sim_world *block_allocate(const struct sim_plan *plan)
{
    size_t bytes = sim_bytes(plan);
    bytes = (bytes + ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT * ARENA_ALIGNMENT;
    struct sim_world *block = aligned_alloc(ARENA_ALIGNMENT, bytes);
    if (block == NULL) {
        abort();
    }
    return block;
}

/* The world goes on to the end of the event under way. */
static void course_stop(struct lab_course *course)
{
    course->stopped = true;
    course->sim.stop = true;
}

/* Looks at the armed condition with a note or a row that has just come. */
static void course_look(struct lab_course *course, const struct node_note *note,
                        const struct node_row *row)
{
    const struct lab_moment moment = {note, row, course->figures, lab_course_now_ns(course)};
    if (lab_condition_holds(&course->condition, course->scenario, &moment)) {
        course_stop(course);
    }
}

static void course_row(void *context, const struct node_row *row)
{
    struct lab_course *course = context;
    if (course->stop_armed && lab_condition_sees_table(&course->condition, row->table)) {
        course_look(course, NULL, row);
    }
    if (course->row != NULL) {
        course->row(course->context, row);
    }
}

static void course_put(void *context, const struct lab_row *row)
{
    struct lab_course *course = context;
    if (course->put != NULL) {
        course->put(course->context, row);
    }
}

static void course_note(void *context, const struct node_note *note,
                        const struct system_note *known)
{
    struct lab_course *course = context;
    if (course->stop_at_interesting && lab_note_stops(note, known)) {
        course_stop(course);
    }
    if (course->stop_armed && lab_condition_sees(&course->condition, note->kind)) {
        course_look(course, note, NULL);
    }
    if (course->note != NULL) {
        course->note(course->context, note, known);
    }
}

int lab_course_open(struct lab_course *course, const struct lab_scenario *scenario, uint64_t seed,
                    const int64_t *settings, bool with_script, struct lab_problem *problem)
{
    *course = (struct lab_course){.scenario = scenario, .seed = seed};
    memcpy(course->settings, settings, scenario->system->setting_count * sizeof *settings);
    lab_scenario_plan(scenario, seed, course->settings, &course->plan);
    course->sim = (struct sim){.world = block_allocate(&course->plan), .checks = true};
    struct error error = {.text = ""};
    if (sim_init(&course->sim, &course->plan, &error) != 0) {
        free(course->sim.world);
        course->sim.world = NULL; /* whoever gives up on the course sees that there is none */
        return lab_refuse(problem, LAB_UNPROCESSABLE, "scenario %s: %s", scenario->name,
                          error.text);
    }
    lab_recorder_init(&course->recorder, scenario);
    course->recorder.context = course;
    course->recorder.note = course_note;
    course->recorder.row = course_row;
    course->recorder.put = course_put;
    course->recorder.sim = &course->sim;
    course->sim.sink = lab_recorder_sink(&course->recorder);
    course->figures = calloc(scenario->system->figure_count + 1, sizeof *course->figures);
    if (course->figures == NULL) {
        abort();
    }
    for (uint32_t i = 0; with_script && i < scenario->script->count; i++) {
        lab_course_input(course, &scenario->script->items[i].input,
                         scenario->script->items[i].number, scenario->script->items[i].who);
    }
    return 0;
}

void lab_course_collect(struct lab_course *course)
{
    course->recorder.over = &course->operations;
}

void lab_course_close(struct lab_course *course)
{
    lab_recorder_free(&course->recorder);
    lab_operations_free(&course->operations);
    lab_inputs_free(&course->inputs);
    free(course->figures);
    free(course->sim.world);
    course->figures = NULL;
    course->sim.world = NULL;
}

/* ---- Going on ---- */

int64_t lab_course_now_ns(const struct lab_course *course)
{
    return sim_now_ns(&course->sim);
}

const int64_t *lab_course_settings(const struct lab_course *course)
{
    struct node_world world;
    sim_world_view(&course->sim, &world);
    return world.env->settings;
}

void lab_course_figures(const struct lab_course *course, int64_t *figures)
{
    struct node_world world;
    sim_world_view(&course->sim, &world);
    course->scenario->system->figures_read(sim_observer_state(&course->sim), &world, figures);
}

void lab_course_input(struct lab_course *course, const struct sim_input *input, uint32_t number,
                      const char *who)
{
    assert(input->time_ns >= lab_course_now_ns(course));
    uint32_t place = lab_inputs_insert(&course->inputs, input, number, who);
    assert(place >= course->inputs_done);
}

static uint32_t last_number(const struct lab_inputs *inputs)
{
    uint32_t last = 0;
    for (uint32_t i = 0; i < inputs->count; i++) {
        last = inputs->items[i].number > last ? inputs->items[i].number : last;
    }
    return last;
}

uint32_t lab_course_inputs(struct lab_course *course, const struct lab_inputs *inputs)
{
    uint32_t before = last_number(&course->inputs);
    uint32_t last = last_number(inputs);
    last = before > last ? before : last;
    for (uint32_t i = 0; i < inputs->count; i++) {
        const struct lab_input *item = &inputs->items[i];
        uint32_t number = item->number != 0 ? item->number : ++last;
        lab_course_input(course, &item->input, number, item->who);
    }
    return last;
}

void lab_course_arm(struct lab_course *course, const struct lab_condition *condition,
                    bool interesting)
{
    course->stopped = false;
    course->stop_armed = condition != NULL;
    course->stop_at_interesting = interesting;
    course->stopped_second = lab_course_now_ns(course) / NS_PER_S;
    if (condition != NULL) {
        course->condition = *condition;
        lab_course_figures(course, course->figures);
    }
}

/* What the input that is due next says cannot be refused: it was checked when it was read, against
 * the same tables. If the host refuses it all the same, nothing changes, now as at each replay. */
static bool apply_due(struct lab_course *course)
{
    if (course->inputs_done == course->inputs.count) {
        return false;
    }
    const struct sim_input *input = &course->inputs.items[course->inputs_done].input;
    if (input->time_ns != lab_course_now_ns(course)) {
        return false;
    }
    struct error error;
    (void)sim_apply(&course->sim, input, &error);
    course->inputs_done++;
    if (course->applied != NULL) {
        course->applied(course->context, input);
    }
    return true;
}

static int64_t next_input_ns(const struct lab_course *course)
{
    return course->inputs_done < course->inputs.count
               ? course->inputs.items[course->inputs_done].input.time_ns
               : INT64_MAX;
}

/* At a whole second: figures are read and the condition is looked at without a note. */
static bool holds_at_second(struct lab_course *course)
{
    int64_t second = lab_course_now_ns(course) / NS_PER_S;
    if (!course->stop_armed || second == course->stopped_second) {
        return false;
    }
    course->stopped_second = second;
    if (course->condition.uses_figures) {
        lab_course_figures(course, course->figures);
    }
    const struct lab_moment moment = {.figures = course->figures,
                                      .time_ns = lab_course_now_ns(course)};
    return lab_condition_holds(&course->condition, course->scenario, &moment);
}

/* The place up to which nothing has to be looked at. */
static int64_t next_stop_ns(const struct lab_course *course, int64_t until_ns)
{
    int64_t stop_ns = next_input_ns(course) < until_ns ? next_input_ns(course) : until_ns;
    if (course->stop_armed) {
        int64_t second_ns = (course->stopped_second + 1) * NS_PER_S;
        stop_ns = second_ns < stop_ns ? second_ns : stop_ns;
    }
    return stop_ns;
}

/* Runs to stop_ns, or to the event whose note or row is the place to stop. */
static enum sim_status run_to(struct lab_course *course, int64_t stop_ns, uint64_t *steps)
{
    uint64_t before = sim_steps(&course->sim);
    course->sim.stop = false;
    enum sim_status status = sim_run(&course->sim, stop_ns, *steps);
    uint64_t done = sim_steps(&course->sim) - before;
    course->sim.stop = false;
    if (course->stopped) {
        return SIM_REACHED;
    }
    *steps = status == SIM_WORKING || done >= *steps ? 0 : *steps - done;
    return status;
}

/* At one moment: one input, then what it sets off, then the next one: so it goes when people give
 * them one after the other, and so it must go when they are replayed. A stop at a whole second
 * comes after all of that, a stop at a note at once. */
enum sim_status lab_course_run(struct lab_course *course, int64_t until_ns, uint64_t steps_max)
{
    uint64_t steps = steps_max;
    bool stop = false;
    while (!course->stopped) {
        int64_t stop_ns = stop ? lab_course_now_ns(course) : next_stop_ns(course, until_ns);
        enum sim_status status = run_to(course, stop_ns, &steps);
        if (status != SIM_REACHED || course->stopped) {
            course->stopped = course->stopped || stop;
            return status;
        }
        stop = stop || holds_at_second(course);
        if (apply_due(course)) {
            continue;
        }
        course->stopped = stop;
        if (stop || lab_course_now_ns(course) == until_ns) {
            return SIM_REACHED;
        }
        if (steps == 0) {
            return SIM_WORKING;
        }
    }
    return SIM_REACHED;
}

bool lab_course_step(struct lab_course *course, int64_t until_ns)
{
    if (apply_due(course)) {
        return true;
    }
    int64_t stop_ns = next_stop_ns(course, until_ns);
    course->sim.stop = false;
    if (sim_step(&course->sim, stop_ns)) {
        return true;
    }
    if (sim_run(&course->sim, stop_ns, 1) != SIM_REACHED) {
        return false;
    }
    return apply_due(course);
}
