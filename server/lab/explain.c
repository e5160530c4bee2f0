/* explain.c - what is known of one subject of a run, an order say.
 *
 * The system's ledger remembers the subjects of the last minutes only: a world has a fixed size. An
 * older one is explained by what a run is, its seed and its inputs: the run is computed again, on
 * the side, up to the moment at which that subject was over; there the ledger knows it whole, with
 * the scores of that time. */
#include "lab/lab_internal.h"

#include "base/json_writer.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

enum {
    SUBJECT_BYTES = 64 * 1024,
    STEPS_BETWEEN_LOOKS = 1000, /* few: a ledger soon forgets the scores of a decision */
};

/* 0 and the document, or -1 where the ledger does not know the subject. */
static int explain(const struct lab_course *course, uint32_t subject, struct cJSON **out)
{
    char *buffer = malloc(SUBJECT_BYTES);
    if (buffer == NULL) {
        abort();
    }
    struct text text = text_init(buffer, SUBJECT_BYTES);
    struct json_writer writer = json_init(&text);
    struct node_world world;
    sim_world_view(&course->sim, &world);
    json_object(&writer, NULL);
    bool known = course->scenario->system->explain(sim_observer_state(&course->sim), &world,
                                                   subject, &writer);
    json_close(&writer);
    if (known && !text.cut) {
        *out = cJSON_CreateRaw(buffer);
    }
    free(buffer);
    return known && !text.cut ? 0 : -1;
}

/* The same run from its beginning, in memory of its own. */
struct again {
    struct lab_scenario *scenario;
    struct lab_course course;
    int64_t edge_ns; /* how far the run had come */
    uint32_t subject;
    bool over;
};

static int again_open(struct again *again, const struct lab_run *run, struct lab_problem *problem)
{
    const struct lab_course *course = &run->course;
    int status =
        lab_scenario_parse(run->scenario->name, run->scenario->text, &again->scenario, problem);
    if (status == 0) {
        status = lab_course_open(&again->course, again->scenario, course->seed, course->settings,
                                 false, problem);
        if (status != 0) {
            lab_scenario_free(&again->scenario);
        }
    }
    if (status != 0) {
        return status;
    }
    for (uint32_t i = 0; i < course->inputs_done; i++) {
        const struct lab_input *item = &course->inputs.items[i];
        lab_course_input(&again->course, &item->input, item->number, item->who);
    }
    again->course.sim.checks = false;
    again->edge_ns = lab_course_now_ns(course);
    return 0;
}

static void again_close(struct again *again)
{
    lab_course_close(&again->course);
    lab_scenario_free(&again->scenario);
}

static void see_row(void *context, const struct node_row *row)
{
    struct again *again = context;
    again->over = again->over || (row->table == again->scenario->system->subject_table &&
                                  row->cells[0] == again->subject);
}

/* A little beyond the moment at which the subject was over. */
static void again_run(struct lab *lab, struct again *again)
{
    enum sim_status status;
    again->course.context = again;
    again->course.row = see_row;
    do {
        status = lab_course_run(&again->course, again->edge_ns, STEPS_BETWEEN_LOOKS);
    } while (status == SIM_WORKING && !again->over && !atomic_load(&lab->stopping_soon));
}

int lab_run_subject(struct lab *lab, const char *name, uint32_t subject, bool compute,
                    struct cJSON **out, struct lab_problem *problem)
{
    struct lab_run *run;
    struct again again = {.subject = subject};
    int status = lab_run_take(lab, name, &run, problem);
    if (status != 0) {
        return status;
    }
    bool known = !run->broken && explain(&run->course, subject, out) == 0;
    if (run->broken) {
        status = lab_refuse(problem, LAB_CONFLICT, "%s", run->trouble.text);
    } else if (!known && compute) {
        status = again_open(&again, run, problem);
    }
    lab_run_give(lab, run);
    if (again.scenario != NULL) {
        again_run(lab, &again);
        known = explain(&again.course, subject, out) == 0;
        again_close(&again);
    }
    if (status == 0 && !known) {
        status = lab_refuse(problem, LAB_NOT_FOUND, "run %s knows nothing of %u%s", name, subject,
                            compute ? "" : " any more");
    }
    return status;
}
