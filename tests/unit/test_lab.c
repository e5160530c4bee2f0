/* test_lab.c - runs in the lab: made, steered, paced, watched, put away and brought back. */
#include "data_folder.h"
#include "lab/lab.h"
#include "unit.h"

#include <cjson/cJSON.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { RUNS_MAX = 4, INPUT_THREADS = 4, INPUTS_EACH = 25, WAIT_TRIES = 2000 };

struct fixture {
    char folder[DATA_FOLDER_BYTES];
    struct lab *lab;
};

static void lab_reopen(struct fixture *fixture)
{
    struct lab_problem problem = {.allowed = NULL};
    lab_close(&fixture->lab);
    fixture->lab = lab_open(&(struct lab_options){.data_directory = fixture->folder,
                                                  .workers = 2,
                                                  .runs_max = RUNS_MAX},
                            &problem);
    if (fixture->lab == NULL) {
        fail_msg("%s", problem.detail);
    }
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    data_folder_make(fixture->folder);
    lab_reopen(fixture);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    lab_close(&fixture->lab);
    data_folder_remove(fixture->folder);
    free(fixture);
    return 0;
}

typedef int request(struct lab *, const char *, const struct cJSON *, struct cJSON **,
                    struct lab_problem *);

static int input(struct lab *lab, const char *run, const struct cJSON *body, struct cJSON **out,
                 struct lab_problem *problem)
{
    return lab_run_input(lab, run, "presenter", body, out, problem);
}

/* Asks and expects a status; the answer (or NULL) is the caller's. */
static cJSON *ask(struct lab *lab, request *what, const char *run, const char *body, int expected)
{
    struct lab_problem problem = {.allowed = NULL};
    cJSON *out = NULL;
    cJSON *json = cJSON_Parse(body);
    int status = what(lab, run, json, &out, &problem);
    cJSON_Delete(json);
    if (status != expected) {
        fail_msg("%s: %d %s", body, status, status == 0 ? "" : problem.detail);
    }
    if (status != 0) {
        assert_true(strlen(problem.detail) > 0);
        lab_problem_clear(&problem);
    }
    return out;
}

static void done(struct lab *lab, request *what, const char *run, const char *body, int expected)
{
    cJSON_Delete(ask(lab, what, run, body, expected));
}

static int create(struct lab *lab, const char *owner, const struct cJSON *body, struct cJSON **out,
                  struct lab_problem *problem)
{
    return lab_run_create(lab, body, owner, out, problem);
}

static void make(struct lab *lab, const char *body, char name[LAB_RUN_ID_BYTES])
{
    cJSON *out = ask(lab, create, NULL, body, 0);
    strcpy(name, cJSON_GetObjectItem(out, "run")->valuestring);
    cJSON_Delete(out);
}

static cJSON *get(struct lab *lab, const char *name)
{
    struct lab_problem problem;
    cJSON *out = NULL;
    if (lab_run_get(lab, name, &out, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    return out;
}

static double number(struct lab *lab, const char *name, const char *field)
{
    cJSON *run = get(lab, name);
    double value = cJSON_GetObjectItem(run, field)->valuedouble;
    cJSON_Delete(run);
    return value;
}

static void text(struct lab *lab, const char *name, const char *field, char value[64])
{
    cJSON *run = get(lab, name);
    snprintf(value, 64, "%s", cJSON_GetObjectItem(run, field)->valuestring);
    cJSON_Delete(run);
}

static void assert_text(struct lab *lab, const char *name, const char *field, const char *expected)
{
    char value[64];
    text(lab, name, field, value);
    assert_string_equal(value, expected);
}

static const char FIRE[] = "{\"scenario\":\"kitchens/kitchen-fire\",\"seed\":5}";

static void test_same_content_same_id(void **state)
{
    struct fixture *fixture = *state;
    char first[LAB_RUN_ID_BYTES], second[LAB_RUN_ID_BYTES], other[LAB_RUN_ID_BYTES];
    char id[64];
    make(fixture->lab, FIRE, first);
    make(fixture->lab, FIRE, second);
    make(fixture->lab, "{\"scenario\":\"kitchens/kitchen-fire\",\"seed\":6}", other);
    text(fixture->lab, first, "run_id", id);
    assert_string_equal(first, id);
    assert_text(fixture->lab, second, "run_id", id);
    assert_string_not_equal(first, second);
    text(fixture->lab, other, "run_id", id);
    assert_string_not_equal(first, id);
}

static void test_bad_requests_change_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct lab *lab = fixture->lab;
    char run[LAB_RUN_ID_BYTES];
    done(lab, create, NULL, "{\"scenario\":\"kitchens/none\"}", -422);
    done(lab, create, NULL, "{\"scenario\":\"kitchens/bench\",\"seed\":-1}", -422);
    done(lab, create, NULL, "{\"scenario\":\"kitchens/bench\",\"colour\":1}", -422);
    done(lab, create, NULL, "{\"scenario\":\"kitchens/bench\",\"settings\":{\"policy\":5}}", -422);
    done(lab, create, NULL, "[]", -400);
    make(lab, FIRE, run);
    done(lab, lab_run_pace, run, "{\"paused\":true}", 0);
    done(lab, input, run, "{\"type\":\"node.crash\",\"node\":\"Z\"}", -422);
    done(lab, input, run, "{\"type\":\"order.place\"}", -409);
    done(lab, input, "rnone", "{\"type\":\"heal.all\"}", -404);
    done(lab, lab_run_pace, run, "{\"speed\":0}", -422);
    done(lab, lab_run_pace, run, "{\"speed\":1001}", -422);
    done(lab, lab_run_pace, run, "{\"step\":\"back\"}", -422);
    done(lab, lab_run_pace, run, "{\"until\":\"no such\"}", -422);
    done(lab, lab_run_pace, run, "{\"advance_ms\":-1}", -422);
    done(lab, lab_run_pace, run, "{}", -422);
    done(lab, lab_run_pace, run, "{\"speed\":1,\"paused\":false}", -422);
    done(lab, lab_run_pace, run, "{\"speed\":0,\"until\":\"t_ms >= 5\"}", -422);
    done(lab, lab_run_pace, run, "{\"speed\":1,\"until\":\"no such\"}", -422);
    assert_int_equal((int)number(lab, run, "inputs_count"), 2);
}

/* Pacing never changes a result: any way to the same moment has the same digest. */
static void test_pace_is_not_an_input(void **state)
{
    struct fixture *fixture = *state;
    struct lab *lab = fixture->lab;
    char a[LAB_RUN_ID_BYTES], b[LAB_RUN_ID_BYTES], digest[64];
    make(lab, FIRE, a);
    make(lab, FIRE, b);
    done(lab, lab_run_pace, a, "{\"paused\":true}", 0);
    done(lab, lab_run_pace, a, "{\"until\":\"t_ms >= 70000\"}", 0);
    done(lab, lab_run_pace, b, "{\"paused\":true}", 0);
    for (int i = 0; i < 50; i++) {
        done(lab, lab_run_pace, b, "{\"step\":\"event\"}", 0);
    }
    done(lab, lab_run_pace, b, "{\"until\":\"kitchen_suspected\"}", 0);
    assert_text(lab, b, "state", "paused");
    assert_true(number(lab, b, "t_ms") > 60000 && number(lab, b, "t_ms") < 70000);
    done(lab, lab_run_pace, b, "{\"until\":\"t_ms >= 70000\"}", 0);
    assert_true(number(lab, a, "t_ms") == 70000);
    text(lab, a, "digest", digest);
    assert_text(lab, b, "digest", digest);
}

/* To be watched on the way there, it comes to the same moment. */
static void test_play_until(void **state)
{
    struct fixture *fixture = *state;
    struct lab *lab = fixture->lab;
    char a[LAB_RUN_ID_BYTES], b[LAB_RUN_ID_BYTES], paused[64] = "", digest[64];
    make(lab, "{\"scenario\":\"kitchens/kitchen-fire\",\"seed\":5,\"paused\":true}", a);
    make(lab, "{\"scenario\":\"kitchens/kitchen-fire\",\"seed\":5,\"paused\":true}", b);
    assert_text(lab, b, "state", "paused");
    assert_true(number(lab, b, "t_ms") == 0);
    done(lab, lab_run_pace, a, "{\"until\":\"kitchen_suspected\"}", 0);
    done(lab, lab_run_pace, b, "{\"until\":\"kitchen_suspected\",\"speed\":1000}", 0);
    for (int i = 0; i < 3000 && strcmp(paused, "paused") != 0; i++) {
        usleep(10000);
        text(lab, b, "state", paused);
    }
    assert_string_equal(paused, "paused");
    assert_true(number(lab, b, "speed") == 1000);
    assert_true(number(lab, a, "t_ms") == number(lab, b, "t_ms"));
    text(lab, a, "digest", digest);
    assert_text(lab, b, "digest", digest);
    done(lab, create, NULL, "{\"scenario\":\"kitchens/bench\",\"paused\":1}", -422);
}

static void test_past_and_future_inputs(void **state)
{
    struct fixture *fixture = *state;
    struct lab *lab = fixture->lab;
    char run[LAB_RUN_ID_BYTES];
    make(lab, FIRE, run);
    done(lab, lab_run_pace, run, "{\"paused\":true}", 0);
    done(lab, lab_run_pace, run, "{\"until\":\"t_ms >= 5000\"}", 0);
    done(lab, input, run, "{\"type\":\"node.crash\",\"node\":\"B\",\"at_ms\":4999}", -409);
    cJSON *out = ask(lab, input, run, "{\"type\":\"node.crash\",\"node\":\"B\",\"at_ms\":7000}", 0);
    assert_int_equal(cJSON_GetObjectItem(out, "t_ms")->valueint, 7000);
    cJSON_Delete(out);
    done(lab, lab_run_pace, run, "{\"until\":\"node_crashed\"}", 0);
    assert_true(number(lab, run, "t_ms") == 7000);
}

static int branch(struct lab *lab, const char *run, const struct cJSON *body, struct cJSON **out,
                  struct lab_problem *problem)
{
    return lab_run_branch(lab, run, body, NULL, "presenter", out, problem);
}

/* A branch has the past of its parent, bit for bit, and a future of its own; it needs its parent
 * no more. */
static void test_branch(void **state)
{
    struct fixture *fixture = *state;
    struct lab *lab = fixture->lab;
    struct lab_problem problem;
    char run[LAB_RUN_ID_BYTES], other[LAB_RUN_ID_BYTES], digest[64], later[64];
    make(lab, FIRE, run);
    done(lab, lab_run_pace, run, "{\"paused\":true}", 0);
    done(lab, lab_run_pace, run, "{\"until\":\"t_ms >= 5000\"}", 0);
    done(lab, input, run, "{\"type\":\"node.pause\",\"node\":\"B\"}", 0);
    done(lab, lab_run_pace, run, "{\"until\":\"t_ms >= 20000\"}", 0);
    text(lab, run, "digest", digest);
    done(lab, input, run, "{\"type\":\"node.crash\",\"node\":\"C\"}", 0);
    done(lab, lab_run_pace, run, "{\"until\":\"t_ms >= 70000\"}", 0);
    text(lab, run, "digest", later);
    done(lab, branch, run, "{\"at_ms\":70001}", -422);
    done(lab, branch, run, "{}", -422);
    cJSON *out = ask(lab, branch, run, "{\"at_ms\":19999.999}", 0);
    strcpy(other, cJSON_GetObjectItem(out, "run")->valuestring);
    cJSON_Delete(out);
    assert_int_equal(lab_run_delete(lab, run, &problem), 0);
    done(lab, lab_run_pace, other, "{\"until\":\"t_ms >= 20000\"}", 0);
    assert_text(lab, other, "digest", digest);
    assert_int_equal((int)number(lab, other, "inputs_count"), 3);
    done(lab, lab_run_pace, other, "{\"until\":\"t_ms >= 70000\"}", 0);
    text(lab, other, "digest", digest);
    assert_string_not_equal(digest, later);
    lab_reopen(fixture);
    assert_text(fixture->lab, other, "digest", digest);
}

static int label(struct lab *lab, const char *run, const struct cJSON *body, struct cJSON **out,
                 struct lab_problem *problem)
{
    (void)out;
    return lab_run_label(lab, run, body, problem);
}

static const char *text_of(const cJSON *object, const char *field)
{
    const cJSON *item = cJSON_GetObjectItem(object, field);
    return cJSON_IsString(item) ? item->valuestring : "";
}

static cJSON *family_of(struct lab *lab, const char *run)
{
    struct lab_problem problem = {.allowed = NULL};
    cJSON *out = NULL;
    assert_int_equal(lab_run_family(lab, run, NULL, &out, &problem), 0);
    return out;
}

/* What a branch changes takes effect where it begins; the family lists root and branches in order,
 * also when somebody between them was deleted, and after a restart. */
static void test_family(void **state)
{
    struct fixture *fixture = *state;
    struct lab *lab = fixture->lab;
    char root[LAB_RUN_ID_BYTES], child[LAB_RUN_ID_BYTES], grandchild[LAB_RUN_ID_BYTES];
    make(lab, FIRE, root);
    done(lab, lab_run_pace, root, "{\"until\":\"t_ms >= 30000\"}", 0);
    cJSON *out =
        ask(lab, branch, root,
            "{\"at_ms\":10000,\"label\":\"Tròn\",\"settings\":{\"policy\":\"round-robin\"}}", 0);
    strcpy(child, text_of(out, "run"));
    cJSON_Delete(out);
    out = ask(lab, branch, child,
              "{\"at_ms\":5000,\"inputs\":[{\"type\":\"node.crash\",\"node\":\"B\"}]}", 0);
    strcpy(grandchild, text_of(out, "run"));
    cJSON_Delete(out);
    done(lab, label, grandchild, "{\"label\":\"B burns\"}", 0);
    done(lab, branch, root, "{\"at_ms\":5000,\"settings\":{\"equal_kitchens\":true}}", -422);
    done(lab, branch, root, "{\"at_ms\":5000,\"colour\":1}", -422);
    done(lab, branch, root, "{\"at_ms\":5000,\"until_ms\":4999}", -422);
    done(lab, branch, root,
         "{\"at_ms\":5000,\"inputs\":[{\"type\":\"node.crash\",\"node\":\"B\",\"at_ms\":4999}]}",
         -422);
    cJSON *family = family_of(lab, grandchild);
    assert_int_equal(cJSON_GetArraySize(family), 3);
    assert_string_equal(text_of(cJSON_GetArrayItem(family, 0), "run"), root);
    assert_string_equal(text_of(cJSON_GetArrayItem(family, 1), "label"), "Tròn");
    assert_string_equal(text_of(cJSON_GetArrayItem(family, 2), "parent"), child);
    cJSON_Delete(family);
    struct lab_problem problem = {.allowed = NULL};
    assert_int_equal(lab_run_delete(lab, child, &problem), 0);
    lab_reopen(fixture);
    lab = fixture->lab;
    family = family_of(lab, root);
    assert_int_equal(cJSON_GetArraySize(family), 2);
    assert_string_equal(text_of(cJSON_GetArrayItem(family, 1), "label"), "B burns");
    assert_null(cJSON_GetObjectItem(cJSON_GetArrayItem(family, 1), "parent"));
    cJSON_Delete(family);
}

/* The limit of a family is stated and holds. */
static void test_branches_limit(void **state)
{
    struct fixture *fixture = *state;
    struct lab *lab = fixture->lab;
    char root[LAB_RUN_ID_BYTES];
    struct lab_problem problem = {.allowed = NULL};
    make(lab, FIRE, root);
    done(lab, lab_run_pace, root, "{\"until\":\"t_ms >= 1000\"}", 0);
    char branches[LAB_BRANCHES_MAX][LAB_RUN_ID_BYTES];
    for (int i = 0; i < LAB_BRANCHES_MAX; i++) {
        cJSON *out = ask(lab, branch, root, "{\"at_ms\":500}", 0);
        strcpy(branches[i], text_of(out, "run"));
        cJSON_Delete(out);
    }
    done(lab, branch, branches[3], "{\"at_ms\":500}", -409);
    assert_int_equal(lab_run_delete(lab, branches[3], &problem), 0);
    done(lab, branch, root, "{\"at_ms\":500}", 0);
}

/* "Same orders, same faults, but": people's later inputs stay, and it is computed to the same end. */
static void test_counterfactual(void **state)
{
    struct fixture *fixture = *state;
    struct lab *lab = fixture->lab;
    char root[LAB_RUN_ID_BYTES], other[LAB_RUN_ID_BYTES];
    make(lab, FIRE, root);
    done(lab, lab_run_pace, root, "{\"until\":\"t_ms >= 10000\"}", 0);
    done(lab, input, root, "{\"type\":\"node.crash\",\"node\":\"C\"}", 0);
    done(lab, lab_run_pace, root, "{\"until\":\"t_ms >= 20000\"}", 0);
    cJSON *out = ask(lab, branch, root, "{\"at_ms\":0,\"keep_later\":true,\"until_ms\":20000}", 0);
    strcpy(other, text_of(out, "run"));
    cJSON_Delete(out);
    cJSON *one = get(lab, root), *two = get(lab, other);
    assert_string_equal(text_of(one, "digest"), text_of(two, "digest"));
    assert_string_equal(text_of(two, "state"), "paused");
    cJSON_Delete(one);
    cJSON_Delete(two);
}

/* What is asked for at the beginning is not undone by what people changed later. */
static void test_counterfactual_setting_stays(void **state)
{
    struct fixture *fixture = *state;
    struct lab *lab = fixture->lab;
    char root[LAB_RUN_ID_BYTES];
    make(lab, FIRE, root);
    done(lab, lab_run_pace, root, "{\"until\":\"t_ms >= 10000\"}", 0);
    done(lab, input, root,
         "{\"type\":\"setting.set\",\"key\":\"policy\",\"value\":\"round-robin\"}", 0);
    done(lab, input, root, "{\"type\":\"setting.set\",\"key\":\"migration\",\"value\":true}", 0);
    done(lab, lab_run_pace, root, "{\"until\":\"t_ms >= 20000\"}", 0);
    cJSON *out = ask(lab, branch, root,
                     "{\"at_ms\":0,\"keep_later\":true,\"until_ms\":20000,"
                     "\"settings\":{\"policy\":\"least-connections\"}}",
                     0);
    cJSON *other = get(lab, text_of(out, "run"));
    const cJSON *settings = cJSON_GetObjectItem(other, "settings");
    assert_string_equal(text_of(settings, "policy"), "least-connections");
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(settings, "migration")));
    cJSON_Delete(other);
    cJSON_Delete(out);
}

struct sender {
    struct lab *lab;
    const char *run;
    atomic_int *sent;
};

static void *send_inputs(void *context)
{
    struct sender *sender = context;
    for (int i = 0; i < INPUTS_EACH; i++) {
        struct lab_problem problem;
        cJSON *out = NULL;
        cJSON *body =
            cJSON_Parse(i % 2 == 0 ? "{\"type\":\"setting.set\",\"key\":\"policy\",\"value\":"
                                     "\"round-robin\"}"
                                   : "{\"type\":\"order.place\",\"dish\":\"Calzone\"}");
        if (lab_run_input(sender->lab, sender->run, "phone", body, &out, &problem) == 0) {
            atomic_fetch_add(sender->sent, 1);
        } else {
            lab_problem_clear(&problem);
        }
        cJSON_Delete(out);
        cJSON_Delete(body);
    }
    return NULL;
}

/* What was acknowledged is there after a restart, and gives the same world. */
static void test_inputs_of_many_survive(void **state)
{
    struct fixture *fixture = *state;
    char run[LAB_RUN_ID_BYTES], digest[64];
    pthread_t threads[INPUT_THREADS];
    atomic_int sent = 0;
    make(fixture->lab, FIRE, run);
    done(fixture->lab, lab_run_pace, run, "{\"speed\":100}", 0);
    struct sender sender = {fixture->lab, run, &sent};
    for (int i = 0; i < INPUT_THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, send_inputs, &sender), 0);
    }
    for (int i = 0; i < INPUT_THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(sent, INPUT_THREADS * INPUTS_EACH);
    done(fixture->lab, lab_run_pace, run, "{\"paused\":true}", 0);
    text(fixture->lab, run, "digest", digest);
    double t_ms = number(fixture->lab, run, "t_ms");
    lab_reopen(fixture);
    assert_text(fixture->lab, run, "digest", digest);
    assert_true(number(fixture->lab, run, "t_ms") == t_ms);
    assert_int_equal((int)number(fixture->lab, run, "inputs_count"), sent + 2);
    assert_text(fixture->lab, run, "state", "paused");
}

/* When all places are taken, one that stands still goes to the store; one that runs never does. */
static void test_full_lab(void **state)
{
    struct fixture *fixture = *state;
    char runs[RUNS_MAX + 1][LAB_RUN_ID_BYTES];
    for (int i = 0; i < RUNS_MAX; i++) {
        make(fixture->lab, FIRE, runs[i]);
    }
    done(fixture->lab, create, NULL, FIRE, -503);
    done(fixture->lab, lab_run_pace, runs[1], "{\"paused\":true}", 0);
    struct lab_problem problem;
    cJSON *out = NULL;
    cJSON *body = cJSON_Parse(FIRE);
    int status = -503;
    for (int i = 0; i < WAIT_TRIES && status == -503; i++) { /* until its rows are stored */
        status = lab_run_create(fixture->lab, body, NULL, &out, &problem);
        usleep(5000);
    }
    assert_int_equal(status, 0);
    cJSON_Delete(out);
    cJSON_Delete(body);
    done(fixture->lab, lab_run_pace, runs[2], "{\"paused\":true}", 0);
    status = -503;
    for (int i = 0; i < WAIT_TRIES && status == -503; i++) { /* it comes back, another one goes */
        status = lab_run_get(fixture->lab, runs[1], &out, &problem);
        usleep(5000);
    }
    assert_int_equal(status, 0);
    cJSON_Delete(out);
}

static void test_deleted_run_is_unknown(void **state)
{
    struct fixture *fixture = *state;
    struct lab_problem problem;
    cJSON *out = NULL;
    char run[LAB_RUN_ID_BYTES];
    make(fixture->lab, FIRE, run);
    assert_int_equal(lab_run_delete(fixture->lab, run, &problem), 0);
    assert_int_equal(lab_run_get(fixture->lab, run, &out, &problem), -404);
    assert_int_equal(lab_run_delete(fixture->lab, run, &problem), -404);
    assert_int_equal(lab_run_list(fixture->lab, NULL, &out, &problem), 0);
    assert_int_equal(cJSON_GetArraySize(out), 0);
    cJSON_Delete(out);
}

static void test_session_has_one_run(void **state)
{
    struct fixture *fixture = *state;
    struct lab_problem problem;
    cJSON *first = NULL, *again = NULL, *list = NULL;
    char owner[64];
    assert_int_equal(lab_run_session(fixture->lab, "anna", &first, &problem), 0);
    assert_int_equal(lab_run_session(fixture->lab, "anna", &again, &problem), 0);
    const char *name = cJSON_GetObjectItem(first, "run")->valuestring;
    assert_string_equal(name, cJSON_GetObjectItem(again, "run")->valuestring);
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(first, "created")));
    assert_true(cJSON_IsFalse(cJSON_GetObjectItem(again, "created")));
    assert_int_equal(lab_run_owner(fixture->lab, name, owner, &problem), 0);
    assert_string_equal(owner, "anna");
    assert_int_equal(lab_run_list(fixture->lab, "bert", &list, &problem), 0);
    assert_int_equal(cJSON_GetArraySize(list), 0);
    cJSON_Delete(list);
    assert_int_equal(lab_run_list(fixture->lab, "anna", &list, &problem), 0);
    assert_int_equal(cJSON_GetArraySize(list), 1);
    cJSON_Delete(list);
    cJSON_Delete(first);
    cJSON_Delete(again);
}

/* ---- The live stream ---- */

struct viewer {
    pthread_mutex_t lock;
    uint64_t sequence;
    uint32_t keyframes, deltas, gone, broken;
    uint32_t key_bytes, delta_bytes;
};

static uint32_t header_bytes(const struct lab_frame *frame)
{
    return frame->bytes[1] < 126 ? 2 : frame->bytes[1] == 126 ? 4 : 10;
}

static void on_published(void *context, uint32_t slot, uint8_t layer, struct lab_frame *frame)
{
    struct viewer *viewer = context;
    (void)slot;
    (void)layer;
    uint32_t header = header_bytes(frame);
    char *payload = strndup((const char *)frame->bytes + header, frame->length - header);
    cJSON *json = cJSON_Parse(payload);
    pthread_mutex_lock(&viewer->lock);
    if (json == NULL) {
        viewer->broken++;
    } else if (frame->base == 0) {
        viewer->keyframes++;
        viewer->key_bytes = frame->length;
        viewer->broken += viewer->sequence != 0 && frame->sequence != viewer->sequence;
        viewer->sequence = frame->sequence;
    } else {
        viewer->deltas++;
        viewer->delta_bytes += frame->length;
        viewer->broken += viewer->sequence != 0 && frame->base != viewer->sequence;
        viewer->sequence = viewer->sequence == 0 ? 0 : frame->sequence;
    }
    pthread_mutex_unlock(&viewer->lock);
    cJSON_Delete(json);
    free(payload);
    lab_frame_release(frame);
}

static void on_gone(void *context, uint32_t slot)
{
    struct viewer *viewer = context;
    (void)slot;
    pthread_mutex_lock(&viewer->lock);
    viewer->gone++;
    pthread_mutex_unlock(&viewer->lock);
}

static void wait_for(struct viewer *viewer, const uint32_t *count, uint32_t least)
{
    uint32_t now = 0;
    for (int i = 0; i < WAIT_TRIES && now < least; i++) {
        pthread_mutex_lock(&viewer->lock);
        now = *count;
        pthread_mutex_unlock(&viewer->lock);
        usleep(5000);
    }
    assert_true(now >= least);
}

static void test_frames_continue_each_other(void **state)
{
    struct fixture *fixture = *state;
    struct lab_problem problem;
    char run[LAB_RUN_ID_BYTES];
    uint32_t slot, messages;
    struct viewer viewer = {.lock = PTHREAD_MUTEX_INITIALIZER};
    lab_live_attach(fixture->lab, &(struct lab_live_callbacks){.context = &viewer,
                                                               .published = on_published,
                                                               .gone = on_gone});
    make(fixture->lab, FIRE, run);
    assert_int_equal(lab_live_join(fixture->lab, run, 0, &slot, &problem), 0);
    wait_for(&viewer, &viewer.keyframes, 1);
    wait_for(&viewer, &viewer.deltas, 5);
    lab_live_keyframe(fixture->lab, slot, 0);
    wait_for(&viewer, &viewer.keyframes, 2);
    wait_for(&viewer, &viewer.deltas, 10);
    assert_int_equal(viewer.broken, 0);
    assert_true(viewer.key_bytes < 30 * 1024);
    lab_live_leave(fixture->lab, slot, 0);
    viewer.sequence = 0;
    done(fixture->lab, lab_run_pace, run, "{\"speed\":0.01}", 0);
    assert_int_equal(lab_live_join(fixture->lab, run, 1, &messages, &problem), 0);
    wait_for(&viewer, &viewer.keyframes, 3);
    assert_int_equal(lab_run_delete(fixture->lab, run, &problem), 0);
    wait_for(&viewer, &viewer.gone, 1);
    lab_live_keyframe(fixture->lab, messages, 1); /* letters that come late hurt nobody */
    lab_live_leave(fixture->lab, messages, 1);
    assert_int_equal(lab_live_join(fixture->lab, run, 0, &slot, &problem), -404);
    lab_live_attach(fixture->lab, NULL);
    assert_int_equal(viewer.broken, 0);
}

/* Another program locks the database: inputs are refused with the reason, the run is held, and
 * goes on by itself. */
static void test_trouble_with_the_store(void **state)
{
    struct fixture *fixture = *state;
    struct lab *lab = fixture->lab;
    char run[LAB_RUN_ID_BYTES], path[128], value[64] = "";
    struct sqlite3 *other = NULL;
    make(lab, FIRE, run);
    done(lab, lab_run_pace, run, "{\"speed\":100}", 0);
    snprintf(path, sizeof path, "%s/chef.db", fixture->folder);
    assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_busy_timeout(other, 5000), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    for (int i = 0; i < WAIT_TRIES && strcmp(value, "held") != 0; i++) {
        text(lab, run, "state", value);
        usleep(5000);
    }
    assert_string_equal(value, "held");
    text(lab, run, "problem", value);
    assert_non_null(strstr(value, "database"));
    double t_ms = number(lab, run, "t_ms");
    done(lab, input, run, "{\"type\":\"heal.all\"}", -503);
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    for (int i = 0; i < WAIT_TRIES && strcmp(value, "live") != 0; i++) {
        text(lab, run, "state", value);
        usleep(5000);
    }
    assert_string_equal(value, "live");
    for (int i = 0; i < WAIT_TRIES && number(lab, run, "t_ms") <= t_ms; i++) {
        usleep(5000);
    }
    assert_true(number(lab, run, "t_ms") > t_ms);
    done(lab, input, run, "{\"type\":\"heal.all\"}", 0);
}

static void test_compare(void **state)
{
    struct fixture *fixture = *state;
    struct lab_problem problem;
    cJSON *out = NULL;
    cJSON *body = cJSON_Parse("{\"scenario\":\"kitchens/lunch-rush\",\"seed\":7,\"setting\":"
                              "\"policy\",\"values\":[\"round-robin\",\"weighted-score\"],"
                              "\"until\":\"30s\"}");
    assert_int_equal(lab_compare(fixture->lab, body, &out, &problem), 0);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(out, "columns")), 2);
    assert_true(cJSON_GetArraySize(cJSON_GetObjectItem(out, "rows")) > 20);
    cJSON_Delete(out);
    cJSON_ReplaceItemInObject(body, "until", cJSON_CreateString("2h"));
    assert_int_equal(lab_compare(fixture->lab, body, &out, &problem), -422);
    cJSON_ReplaceItemInObject(body, "setting", cJSON_CreateString("none"));
    assert_int_equal(lab_compare(fixture->lab, body, &out, &problem), -422);
    lab_problem_clear(&problem);
    cJSON_Delete(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_same_content_same_id, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_requests_change_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pace_is_not_an_input, setup, teardown),
        cmocka_unit_test_setup_teardown(test_play_until, setup, teardown),
        cmocka_unit_test_setup_teardown(test_past_and_future_inputs, setup, teardown),
        cmocka_unit_test_setup_teardown(test_branch, setup, teardown),
        cmocka_unit_test_setup_teardown(test_family, setup, teardown),
        cmocka_unit_test_setup_teardown(test_branches_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_counterfactual, setup, teardown),
        cmocka_unit_test_setup_teardown(test_counterfactual_setting_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(test_inputs_of_many_survive, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full_lab, setup, teardown),
        cmocka_unit_test_setup_teardown(test_deleted_run_is_unknown, setup, teardown),
        cmocka_unit_test_setup_teardown(test_session_has_one_run, setup, teardown),
        cmocka_unit_test_setup_teardown(test_frames_continue_each_other, setup, teardown),
        cmocka_unit_test_setup_teardown(test_trouble_with_the_store, setup, teardown),
        cmocka_unit_test_setup_teardown(test_compare, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
