/* lecture.c - what the room of a lecture asks of the lab: keep its state, begin its run anew. */
#include "lab/lab_internal.h"

#include "store/store.h"

#include <cjson/cJSON.h>
#include <string.h>

int lab_room_put(struct lab *lab, const struct store_room *room, struct lab_problem *problem)
{
    struct error error = {.text = ""};
    if (store_room_put(lab->store, room, &error) != 0) {
        return lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
    }
    return 0;
}

int lab_room_read(struct lab *lab, const struct store_room_reader *to, struct lab_problem *problem)
{
    struct error error = {.text = ""};
    if (store_room_read(lab->store, to, &error) != 0) {
        return lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
    }
    return 0;
}

int lab_run_again(struct lab *lab, const char *name, struct cJSON **out,
                  struct lab_problem *problem)
{
    struct lab_run *run;
    struct lab_new_run again = {.owner = NULL};
    char again_name[LAB_RUN_ID_BYTES];
    int status = lab_run_take(lab, name, &run, problem);
    if (status != 0) {
        return status;
    }
    again.seed = run->course.seed;
    memcpy(again.settings, run->course.settings, sizeof again.settings);
    if (run->broken) {
        status = lab_refuse(problem, LAB_CONFLICT, "%s", run->trouble.text);
    } else {
        status =
            lab_scenario_parse(run->scenario->name, run->scenario->text, &again.scenario, problem);
    }
    lab_run_give(lab, run);
    if (status == 0) {
        status = lab_run_make(lab, &again, again_name, problem);
    }
    if (status != 0) {
        return status;
    }
    *out = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(*out, "run", again_name);
    return 0;
}
