/* explain.c - what is known of one subject of a run, an order say.
 *
 * The system's ledger remembers the subjects of the last minutes only: a world has a fixed size. An
 * older one is explained by what a run is, its seed and its inputs: the run is computed again, on
 * the side, up to the moment at which that subject was over; there the ledger knows it whole, with
 * the scores of that time. */
#include "lab/lab_internal.h"
#include "lab/replay.h"

#include "base/json_writer.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

enum {
    SUBJECT_BYTES = 64 * 1024,
    UNKNOWN = -1,
    STEPS_BETWEEN_LOOKS = 1000, /* few: a ledger soon forgets the scores of a decision */
};

/* 0 and the document, or UNKNOWN where the ledger does not know the subject. */
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
    return known && !text.cut ? 0 : UNKNOWN;
}

/* ---- Long ago: the run again, until the subject was over ---- */

struct again {
    const struct lab_replay *replay;
    uint32_t subject;
    bool over;
};

static void see_row(void *context, const struct node_row *row)
{
    struct again *again = context;
    again->over =
        again->over || (row->table == again->replay->run->scenario->system->subject_table &&
                        row->cells[0] == again->subject);
}

/* A little beyond the moment at which the subject was over. */
static int explain_again(struct lab *lab, const char *name, uint32_t subject, struct cJSON **out,
                         struct lab_problem *problem)
{
    struct lab_replay *replay;
    int status = lab_replay_open(lab, name, LAB_REPLAY_BEFORE, 0, 0, &replay, problem);
    if (status != 0) {
        return status;
    }
    struct again again = {.replay = replay, .subject = subject};
    enum sim_status moved;
    replay->context = &again;
    replay->row = see_row;
    replay->course.sim.checks = false;
    do {
        moved = lab_course_run(&replay->course, replay->edge_ns, STEPS_BETWEEN_LOOKS);
    } while (moved == SIM_WORKING && !again.over && !atomic_load(&lab->stopping_soon));
    status = explain(&replay->course, subject, out);
    lab_replay_close(&replay);
    return status;
}

/* As it was known at a moment of the past. */
static int explain_then(struct lab *lab, const char *name, uint32_t subject, int64_t time_ns,
                        struct cJSON **out, struct lab_problem *problem)
{
    struct lab_replay *replay;
    int status = lab_replay_open(lab, name, LAB_REPLAY_AT, time_ns, 0, &replay, problem);
    if (status == 0) {
        status = explain(&replay->course, subject, out);
        lab_replay_close(&replay);
    }
    return status;
}

static int explain_now(struct lab *lab, const char *name, uint32_t subject, struct cJSON **out,
                       struct lab_problem *problem)
{
    struct lab_run *run;
    int status = lab_run_take(lab, name, &run, problem);
    if (status != 0) {
        return status;
    }
    status = run->broken ? lab_refuse(problem, LAB_CONFLICT, "%s", run->trouble.text)
                         : explain(&run->course, subject, out);
    lab_run_give(lab, run);
    return status;
}

int lab_run_subject(struct lab *lab, const char *name, uint32_t subject, int64_t at_ns,
                    bool compute, struct cJSON **out, struct lab_problem *problem)
{
    int status = at_ns >= 0 ? explain_then(lab, name, subject, at_ns, out, problem)
                 : compute  ? explain_again(lab, name, subject, out, problem)
                            : explain_now(lab, name, subject, out, problem);
    if (status == UNKNOWN) {
        bool any_more = at_ns < 0 && !compute;
        status = lab_refuse(problem, LAB_NOT_FOUND, "run %s knows nothing of %u%s", name, subject,
                            at_ns >= 0 ? " at that moment"
                            : any_more ? " any more"
                                       : "");
    }
    return status;
}
