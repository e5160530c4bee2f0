/* share.c - a run of the lab becomes a link, and a link (or a short id, or a name) a run. */
#include "lab/lab_internal.h"

#include "lab/link.h"
#include "lab/settings.h"
#include "lab/short_id.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_ms(cJSON *object, const char *field, int64_t time_ns)
{
    (void)cJSON_AddNumberToObject(object, field, lab_decimal(time_ns / 1000, 3));
}

static void add_digest(cJSON *object, uint64_t digest)
{
    char text[20];
    (void)snprintf(text, sizeof text, "%016" PRIx64, digest);
    (void)cJSON_AddStringToObject(object, "digest", text);
}

/* ---- A run becomes a link ---- */

/* What is needed of a run once it is let go. */
struct shared {
    cJSON *document;
    struct lab_scenario *scenario; /* its own copy, when there is a short id to find; or NULL */
    uint64_t seed;
};

static int write_link(const struct lab_run *run, int64_t at_ns, struct shared *shared,
                      struct lab_problem *problem)
{
    const struct lab_course *course = &run->course;
    int64_t edge_ns = lab_course_now_ns(course);
    int64_t moment_ns = at_ns < 0 ? edge_ns : at_ns;
    if (moment_ns > edge_ns) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "at_ms must be a number from 0 to %.3f, where the run is now",
                          lab_decimal(edge_ns / 1000, 3));
    }
    char *letters = malloc(LAB_LINK_BYTES_MAX);
    if (letters == NULL) {
        abort();
    }
    struct text text = text_init(letters, LAB_LINK_BYTES_MAX);
    bool branch = run->parent[0] != '\0' || run->branch_ns > 0; /* 0: also of what is none */
    lab_link_of_course(course, moment_ns, run->label, branch ? run->branch_ns : -1, &text);
    if (text.cut) {
        free(letters);
        return lab_refuse(problem, LAB_CONFLICT,
                          "run %s is too much for a link: it would have more than %d bytes",
                          run->name, LAB_LINK_BYTES_MAX);
    }
    shared->document = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(shared->document, "link", letters);
    (void)cJSON_AddNumberToObject(shared->document, "bytes", text.length);
    (void)cJSON_AddBoolToObject(shared->document, "fits",
                                text.length <= LAB_LINK_ADDRESS_BYTES_MAX);
    add_ms(shared->document, "t_ms", moment_ns);
    add_ms(shared->document, "edge_ms", edge_ns);
    add_digest(shared->document, lab_link_digest(course));
    free(letters);
    return 0;
}

static void add_short_id(struct lab *lab, const struct shared *shared)
{
    uint64_t digest = 0;
    char letters[LAB_SHORT_ID_BYTES];
    struct text text = text_init(letters, sizeof letters);
    if (lab_short_id_digest(shared->scenario, shared->seed, &lab->stopping_soon, &digest, NULL) ==
        0) {
        lab_short_id_write(shared->scenario, shared->seed, digest, &text);
        (void)cJSON_AddStringToObject(shared->document, "short_id", letters);
    }
}

int lab_run_link(struct lab *lab, const char *name, int64_t at_ns, struct cJSON **out,
                 struct lab_problem *problem)
{
    struct lab_run *run;
    struct shared shared = {.document = NULL};
    int status = lab_run_take(lab, name, &run, problem);
    if (status != 0) {
        return status;
    }
    status = run->broken ? lab_refuse(problem, LAB_CONFLICT, "%s", run->trouble.text)
                         : write_link(run, at_ns, &shared, problem);
    if (status == 0 && lab_short_id_exists(&run->course)) {
        shared.seed = run->course.seed;
        (void)lab_scenario_load(run->scenario->name, false, &shared.scenario, NULL);
    }
    lab_run_give(lab, run);
    if (shared.scenario != NULL) {
        add_short_id(lab, &shared); /* it may be computed, so not while the run is locked */
        lab_scenario_free(&shared.scenario);
    }
    *out = status == 0 ? shared.document : *out;
    return status;
}

/* ---- A link becomes a run ---- */

/* What the page is told of a run that was opened. */
struct opened {
    char name[LAB_RUN_ID_BYTES];
    int64_t moment_ns, edge_ns;
    bool same_version, digest_matches;
    const char *note; /* "" : nothing */
};

static cJSON *opened_json(const struct opened *opened)
{
    cJSON *document = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(document, "run", opened->name);
    add_ms(document, "t_ms", opened->moment_ns);
    add_ms(document, "edge_ms", opened->edge_ns);
    (void)cJSON_AddBoolToObject(document, "same_version", opened->same_version);
    (void)cJSON_AddBoolToObject(document, "digest_matches", opened->digest_matches);
    if (opened->note[0] != '\0') {
        (void)cJSON_AddStringToObject(document, "note", opened->note);
    }
    return document;
}

/* Where the run stands now, and its digest there. -404 when somebody has deleted it since. */
static int look(struct lab *lab, const char *name, int64_t *now_ns, uint64_t *digest,
                struct lab_problem *problem)
{
    struct lab_run *run;
    int status = lab_run_take(lab, name, &run, problem);
    if (status == 0) {
        *now_ns = lab_course_now_ns(&run->course);
        *digest = sim_digest(&run->course.sim);
        lab_run_give(lab, run);
    }
    return status;
}

/* A run that was shared before it began is opened at 0 and plays from there, so it has left 0 before
 * anybody could look: what its digest was there is found out on a world of its own. */
static bool digest_fits_at_start(const struct lab_link *link, const struct lab_link_run *run)
{
    struct lab_course course;
    if (lab_course_open(&course, run->scenario, link->seed, run->settings, false, NULL) != 0) {
        return false;
    }
    for (uint32_t i = 0; i < run->inputs.count; i++) {
        lab_course_input(&course, &run->inputs.items[i].input, run->inputs.items[i].number,
                         run->inputs.items[i].who);
    }
    (void)lab_course_run(&course, 0, UINT64_MAX);
    bool fits = sim_digest(&course.sim) == link->digest;
    lab_course_close(&course);
    return fits;
}

static int make_run(struct lab *lab, const struct lab_link *link, struct lab_link_run *run,
                    const char *owner, struct opened *opened, struct lab_problem *problem)
{
    uint64_t digest = 0;
    struct lab_new_run new_run = {.scenario = run->scenario,
                                  .seed = link->seed,
                                  .owner = owner,
                                  .inputs = &run->inputs,
                                  .at_ns = link->edge_ns,
                                  .label = link->label,
                                  .branch_ns = link->branch_ns > 0 ? link->branch_ns : 0};
    bool fits_at_start = link->edge_ns == 0 && digest_fits_at_start(link, run);
    memcpy(new_run.settings, run->settings, sizeof new_run.settings);
    run->scenario = NULL; /* it is the new run's */
    int status = lab_run_make(lab, &new_run, opened->name, problem);
    if (status == 0) {
        status = look(lab, opened->name, &opened->edge_ns, &digest, problem);
    }
    if (status != 0) {
        return status;
    }
    bool fits = link->edge_ns == 0 ? fits_at_start
                                   : opened->edge_ns == link->edge_ns && digest == link->digest;
    opened->moment_ns = link->moment_ns < opened->edge_ns ? link->moment_ns : opened->edge_ns;
    opened->same_version = run->same_version;
    opened->digest_matches = run->same_version && fits;
    opened->note = run->note;
    if (run->same_version && !fits) {
        opened->note = opened->edge_ns < link->edge_ns
                           ? "The run is still being computed up to where it was shared."
                           : "The digest is not the one that the link names: this is another run.";
    }
    return 0;
}

static int open_link(struct lab *lab, const char *text, const char *owner, struct cJSON **out,
                     struct lab_problem *problem)
{
    struct lab_link link;
    struct lab_link_run run;
    struct opened opened = {.note = ""};
    int status = lab_link_read(text, strlen(text), &link, problem);
    if (status != 0) {
        return status;
    }
    status = lab_link_open(&link, &run, problem);
    if (status == 0) {
        status = make_run(lab, &link, &run, owner, &opened, problem);
        *out = status == 0 ? opened_json(&opened) : *out;
        lab_link_run_free(&run);
    }
    lab_link_free(&link);
    return status == -LAB_NOT_FOUND ? -LAB_UNPROCESSABLE : status;
}

/* ---- What else people type ---- */

static int open_short_id(struct lab *lab, const char *text, const char *owner, struct cJSON **out,
                         struct lab_problem *problem)
{
    struct lab_short_id id;
    struct lab_new_run new_run = {.owner = owner};
    uint64_t digest = 0;
    char note[LAB_PROBLEM_BYTES] = "";
    struct opened opened = {.same_version = true, .digest_matches = true, .note = note};
    int status = lab_short_id_read(text, &id, problem);
    if (status == 0) {
        status = lab_scenario_load(id.scenario, false, &new_run.scenario, problem);
    }
    if (status == 0) {
        status =
            lab_short_id_digest(new_run.scenario, id.seed, &lab->stopping_soon, &digest, problem);
    }
    if (status != 0) {
        lab_scenario_free(&new_run.scenario);
        return status == -LAB_NOT_FOUND ? -LAB_UNPROCESSABLE : status;
    }
    if (lab_short_check(digest) != id.check) {
        opened.same_version = false;
        opened.digest_matches = false;
        (void)snprintf(note, sizeof note,
                       "The check of %s#%" PRIu64
                       " is %04x here, not %04x: a slip in typing, or an "
                       "id of another version.",
                       id.scenario, id.seed, lab_short_check(digest), id.check);
    }
    new_run.seed = id.seed;
    memcpy(new_run.settings, new_run.scenario->settings, sizeof new_run.settings);
    status = lab_run_make(lab, &new_run, opened.name, problem);
    *out = status == 0 ? opened_json(&opened) : *out;
    return status;
}

static int open_name(struct lab *lab, const char *text, struct cJSON **out,
                     struct lab_problem *problem)
{
    struct opened opened = {.same_version = true, .digest_matches = true, .note = ""};
    uint64_t digest;
    const char *from = text + strspn(text, " \t\r\n");
    size_t length = strcspn(from, " \t\r\n");
    bool one_word =
        length < sizeof opened.name && from[length + strspn(from + length, " \t\r\n")] == '\0';
    for (size_t i = 0; one_word && i < length; i++) {
        opened.name[i] = from[i] >= 'A' && from[i] <= 'Z' ? (char)(from[i] - 'A' + 'a') : from[i];
    }
    if (!one_word || length == 0 || look(lab, opened.name, &opened.edge_ns, &digest, NULL) != 0) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "\"%.60s\" is neither a link (chef1...), nor a short id like "
                          "kitchens/lunch-rush#7-f14d, nor the name of a run here",
                          text);
    }
    opened.moment_ns = opened.edge_ns;
    *out = opened_json(&opened);
    return 0;
}

int lab_link_make_run(struct lab *lab, const struct cJSON *body, const char *owner,
                      struct cJSON **out, struct lab_problem *problem)
{
    const cJSON *link = cJSON_GetObjectItemCaseSensitive(body, "link");
    if (!cJSON_IsString(link)) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "link %s",
                          link == NULL ? "is missing" : "is not a text");
    }
    if (body->child->next != NULL) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "opening a link takes no field beside link");
    }
    if (strstr(link->valuestring, "chef1.") != NULL) {
        return open_link(lab, link->valuestring, owner, out, problem);
    }
    if (lab_short_id_is_meant(link->valuestring)) {
        return open_short_id(lab, link->valuestring, owner, out, problem);
    }
    return open_name(lab, link->valuestring, out, problem);
}
