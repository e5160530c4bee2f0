/* test_scene.c - scenes of the storyboard: read, refused with a reason, and played to an answer. */
#include "lab/scene.h"
#include "unit.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD                                                                                       \
    "\"title\":\"A rush\",\"about\":\"How it begins.\",\"scenario\":\"kitchens/stadium-night\","
#define RUSH                                                                                       \
    "{\"id\":\"rush\",\"beat\":\"run\",\"until\":\"kitchen_overloaded\",\"caption\":\"Hungry.\"}"
#define QUESTION                                                                                   \
    "{\"id\":\"q\",\"beat\":\"predict\",\"question\":\"Who waits?\",\"options\":["                 \
    "{\"id\":\"many\",\"text\":\"Many\",\"holds\":\"orders_placed > 100\"},"                       \
    "{\"id\":\"few\",\"text\":\"Few\"}]}"
#define STOP "{\"id\":\"stop\",\"beat\":\"freeze\",\"caption\":\"There.\"}"

static struct lab_scene *scene_of(const char *text)
{
    struct lab_scene *scene = NULL;
    struct lab_problem problem = {0};
    if (lab_scene_parse("own", text, true, &scene, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    return scene;
}

static void test_a_scene_is_played_and_the_run_answers(void **state)
{
    (void)state;
    static struct lab_scene_result result;
    struct lab_scene *scene = scene_of("{" HEAD "\"steps\":[" QUESTION "," RUSH "," STOP "]}");
    assert_int_equal(lab_scene_run(scene, 7, &result, NULL), 0);
    assert_false(result.failed);
    assert_int_equal(result.steps_done, 3);
    assert_int_equal(result.time_ns[0], 0);
    assert_true(result.time_ns[1] > 40000000000); /* the match ends at 40 s */
    assert_int_equal(result.time_ns[2], result.time_ns[1]);
    assert_int_equal(result.answers[0], 0);
    lab_scene_free(&scene);
}

static void test_what_does_not_come_fails_the_scene(void **state)
{
    (void)state;
    static struct lab_scene_result result;
    struct lab_scene *scene =
        scene_of("{" HEAD "\"steps\":[{\"id\":\"never\",\"beat\":\"run\",\"caption\":\"x\","
                 "\"until\":\"refused > 1000000\",\"within_s\":10}," STOP "]}");
    assert_int_equal(lab_scene_run(scene, 7, &result, NULL), 0);
    assert_true(result.failed);
    assert_int_equal(result.steps_done, 0);
    assert_int_equal(result.time_ns[0], 10000000000);
    assert_non_null(strstr(result.why, "step never: \"refused > 1000000\" did not come"));
    lab_scene_free(&scene);
}

/* The crash, which the scene itself does, is seen by the dispatcher; the verdict must be as said. */
static void test_what_a_scene_does_and_expects(void **state)
{
    (void)state;
    static struct lab_scene_result result;
    struct lab_scene *scene = scene_of(
        "{" HEAD "\"steps\":[{\"id\":\"open\",\"beat\":\"run\",\"caption\":\"x\","
        "\"until\":\"order_served\"},{\"id\":\"crash\",\"beat\":\"run\",\"caption\":\"x\",\"within_"
        "s\":30,"
        "\"do\":[{\"type\":\"node.crash\",\"node\":\"B\"}],\"until\":\"kitchen_suspected and peer "
        "== B\"}],\"expect\":{\"no_order_lost\":\"FAIL\"}}");
    assert_int_equal(lab_scene_run(scene, 3, &result, NULL), 0);
    assert_true(result.failed);
    assert_int_equal(result.steps_done, 2);
    assert_string_equal(result.why, "no_order_lost is PASS at the end, not FAIL");
    lab_scene_free(&scene);
}

/* Two kitchens crash: a task that counts from the turn on does not count the crash before it. */
static void test_a_task_is_done_by_inputs_and_not_by_itself(void **state)
{
    (void)state;
    bool done = true;
    struct lab_problem problem = {0};
    struct lab_scene *scene = scene_of(
        "{" HEAD "\"steps\":[{\"id\":\"open\",\"beat\":\"run\",\"caption\":\"x\",\"until\":"
        "\"order_served\"},{\"id\":\"crash\",\"beat\":\"run\",\"caption\":\"x\","
        "\"do\":[{\"type\":\"node.crash\",\"node\":\"B\"}],\"until\":\"kitchen_suspected\"},"
        "{\"id\":\"stop\",\"beat\":\"freeze\",\"focus\":[\"@peer\"],\"caption\":\"x\"},"
        "{\"id\":\"turn\",\"beat\":\"turn\",\"caption\":\"x\",\"tasks\":[{\"id\":\"two\","
        "\"text\":\"x\",\"until\":\"count(kitchen_suspected) >= 2\"}]}]}");
    cJSON *inputs = cJSON_Parse("[{\"after_ms\":1000,\"type\":\"node.crash\",\"node\":\"C\"},"
                                "{\"after_ms\":2000,\"type\":\"node.crash\",\"node\":\"D\"}]");
    assert_int_equal(lab_scene_task(scene, 3, 3, 0, NULL, 20000000000, &done, NULL), 0);
    assert_false(done);
    assert_int_equal(lab_scene_task(scene, 3, 3, 0, inputs, 20000000000, &done, NULL), 0);
    assert_true(done);
    assert_int_equal(lab_scene_task(scene, 3, 3, 0, inputs, 2000000000, &done, NULL), 0);
    assert_false(done); /* nobody has noticed the second one yet */
    cJSON_Delete(inputs);
    inputs = cJSON_Parse("[{\"after_ms\":0,\"type\":\"moon.fall\"}]");
    assert_int_equal(lab_scene_task(scene, 3, 3, 0, inputs, 1000000000, &done, &problem), -422);
    lab_problem_clear(&problem);
    cJSON_Delete(inputs);
    lab_scene_free(&scene);
}

/* Two crashes are one too many, whatever comes of them; one may be. */
static void test_a_task_is_spoiled_by_what_it_forbids(void **state)
{
    (void)state;
    bool done = true;
    struct lab_scene *scene = scene_of(
        "{" HEAD "\"steps\":[{\"id\":\"turn\",\"beat\":\"turn\",\"caption\":\"x\",\"tasks\":["
        "{\"id\":\"lunch\",\"text\":\"x\",\"until\":\"count(order_served) >= 20\","
        "\"unless\":\"count(node_crashed) > 1\"}]}]}");
    cJSON *inputs = cJSON_Parse("[{\"after_ms\":1000,\"type\":\"node.crash\",\"node\":\"C\"}]");
    assert_int_equal(lab_scene_task(scene, 3, 0, 0, inputs, 60000000000, &done, NULL), 0);
    assert_true(done);
    cJSON_AddItemToArray(inputs,
                         cJSON_Parse("{\"after_ms\":1000,\"type\":\"node.crash\",\"node\":\"D\"}"));
    assert_int_equal(lab_scene_task(scene, 3, 0, 0, inputs, 60000000000, &done, NULL), 0);
    assert_false(done);
    cJSON_Delete(inputs);
    lab_scene_free(&scene);
}

/* A crash that the scene does is an event like any other: it answers the question before it, ends the step that does
 * it, and comes after what the run had waited for. */
static void test_what_is_done_is_seen_by_the_step_that_does_it(void **state)
{
    (void)state;
    static struct lab_scene_result result;
    struct lab_scene *scene = scene_of(
        "{" HEAD "\"steps\":[{\"id\":\"open\",\"beat\":\"run\",\"caption\":\"x\",\"until\":"
        "\"order_served\"},{\"id\":\"q\",\"beat\":\"predict\",\"question\":\"x\",\"options\":["
        "{\"id\":\"served\",\"text\":\"x\",\"holds\":\"order_served\"},"
        "{\"id\":\"crash\",\"text\":\"x\",\"holds\":\"node_crashed\"},"
        "{\"id\":\"rest\",\"text\":\"x\"}]},"
        "{\"id\":\"crash\",\"beat\":\"run\",\"caption\":\"x\",\"within_s\":5,"
        "\"do\":[{\"type\":\"node.crash\",\"node\":\"B\"}],\"until\":\"node_crashed\"}," STOP "]}");
    assert_int_equal(lab_scene_run(scene, 3, &result, NULL), 0);
    assert_string_equal(result.why, "");
    assert_int_equal(result.time_ns[1], result.time_ns[0]);
    assert_int_equal(result.time_ns[2], result.time_ns[1] + 2 * LAB_SCENE_APART_NS);
    assert_string_equal(scene->steps[1].choices[result.answers[1]].id, "crash");
    lab_scene_free(&scene);
}

/* Who is first to take an order differs by seed; the crash is that kitchen's, and so is the focus. */
static void test_an_input_follows_the_event_before(void **state)
{
    (void)state;
    static struct lab_scene_result result;
    struct lab_scene *scene = scene_of(
        "{" HEAD "\"steps\":[{\"id\":\"open\",\"beat\":\"run\",\"caption\":\"x\",\"speed\":0.05,"
        "\"until\":\"t_ms > 5000 and order_assigned\"},"
        "{\"id\":\"crash\",\"beat\":\"run\",\"caption\":\"x\",\"do\":[{\"type\":\"node.crash\","
        "\"node\":\"@peer\"}],\"until\":\"kitchen_suspected\",\"within_s\":10}]}");
    for (uint64_t seed = 1; seed <= 5; seed++) {
        assert_int_equal(lab_scene_run(scene, seed, &result, NULL), 0);
        assert_false(result.failed);
    }
    cJSON *crash = cJSON_Parse("{\"type\":\"node.crash\",\"node\":\"@peer\"}");
    cJSON *body = lab_scene_body(scene, crash, NODE_NONE, 2);
    assert_string_equal(cJSON_GetObjectItemCaseSensitive(body, "node")->valuestring,
                        scene->scenario->nodes[2].name);
    cJSON_Delete(body);
    body = lab_scene_body(scene, crash, 1, NODE_NONE); /* nobody: refused when it is done */
    assert_string_equal(cJSON_GetObjectItemCaseSensitive(body, "node")->valuestring, "@peer");
    cJSON_Delete(body);
    cJSON_Delete(crash);
    lab_scene_free(&scene);
}

static void refused(const char *steps, const char *words)
{
    char text[2048];
    struct lab_scene *none = NULL;
    struct lab_problem problem = {0};
    (void)snprintf(text, sizeof text, "{" HEAD "\"steps\":[%s]}", steps);
    assert_int_equal(lab_scene_parse("own", text, true, &none, &problem), -422);
    assert_null(none);
    if (strstr(problem.detail, words) == NULL) {
        fail_msg("%s", problem.detail);
    }
    lab_problem_clear(&problem);
}

static void test_bad_scenes_are_refused(void **state)
{
    (void)state;
    refused("", "steps must be a list");
    refused("{\"beat\":\"home\"}", "an id of its own");
    refused(STOP "," STOP, "an id of its own");
    refused("{\"id\":\"a\",\"beat\":\"dance\"}", "a: beat must be");
    refused("{\"id\":\"a\",\"beat\":\"home\",\"music\":1}", "no field \"music\"");
    refused("{\"id\":\"a\",\"beat\":\"freeze\"}", "a: caption must be a text");
    refused("{\"id\":\"a\",\"beat\":\"run\",\"caption\":\"x\"}", "until must be a condition");
    refused("{\"id\":\"a\",\"beat\":\"run\",\"caption\":\"x\",\"until\":\"nonsense > 5\"}",
            "a: until:");
    refused("{\"id\":\"a\",\"beat\":\"run\",\"caption\":\"x\",\"until\":\"waiting > "
            "1\",\"within_s\":0}",
            "within_s must be a whole number");
    refused(
        "{\"id\":\"a\",\"beat\":\"run\",\"caption\":\"x\",\"until\":\"waiting > 1\",\"speed\":0}",
        "speed must be a number from 0.001");
    refused("{\"id\":\"a\",\"beat\":\"run\",\"caption\":\"x\",\"until\":\"waiting > 1\",\"do\":["
            "{\"type\":\"moon.fall\"}]}",
            "a: do:");
    refused("{\"id\":\"a\",\"beat\":\"run\",\"caption\":\"x\",\"until\":\"waiting > 1\",\"do\":["
            "{\"type\":\"order.place\"}]}",
            "client's operation");
    refused("{\"id\":\"a\",\"beat\":\"freeze\",\"caption\":\"x\",\"focus\":[\"Z\"]}", "a: focus");
    refused("{\"id\":\"a\",\"beat\":\"home\",\"notes\":\"\"}", "notes must be a text");
    refused(QUESTION, "comes a run that answers it");
    refused("{\"id\":\"v\",\"beat\":\"vote_again\"}", "comes after a predict");
    refused("{\"id\":\"a\",\"beat\":\"turn\",\"caption\":\"x\",\"tasks\":[{\"id\":\"t\","
            "\"text\":\"x\"}]}",
            "until must be a condition");
}

static void test_its_place_in_the_course_is_checked(void **state)
{
    (void)state;
    static const char *const heads[][2] = {
        {"\"act\":\"city\",\"minutes\":9,", NULL},
        {"\"act\":\"opera\",", "act must be city"},
        {"\"act\":3,", "act must be city"},
        {"\"minutes\":0,", "minutes must be a whole number from 1 to 180"},
        {"\"minutes\":\"nine\",", "minutes must be a whole number"},
    };
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        char text[2048];
        struct lab_scene *scene = NULL;
        struct lab_problem problem = {0};
        (void)snprintf(text, sizeof text, "{%s" HEAD "\"steps\":[%s]}", heads[i][0], STOP);
        int status = lab_scene_parse("own", text, true, &scene, &problem);
        assert_int_equal(status, heads[i][1] == NULL ? 0 : -422);
        assert_true(heads[i][1] == NULL || strstr(problem.detail, heads[i][1]) != NULL);
        lab_scene_free(&scene);
        lab_problem_clear(&problem);
    }
}

static void each_reads(void *count, const char *name)
{
    struct lab_scene *scene = NULL;
    struct lab_problem problem = {0};
    if (lab_scene_load(name, false, &scene, &problem) != 0) {
        fail_msg("%s: %s", name, problem.detail);
    }
    lab_scene_free(&scene);
    ++*(uint32_t *)count;
}

static void test_all_scenes_of_the_program_are_read(void **state)
{
    (void)state;
    uint32_t count = 0;
    lab_scene_names(each_reads, &count);
    assert_true(count > 0);
    struct lab_scene *none = NULL;
    struct lab_problem problem = {0};
    assert_int_equal(lab_scene_load("no-such", false, &none, &problem), -404);
    assert_non_null(problem.allowed);
    lab_problem_clear(&problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_scene_is_played_and_the_run_answers),
        cmocka_unit_test(test_what_does_not_come_fails_the_scene),
        cmocka_unit_test(test_what_a_scene_does_and_expects),
        cmocka_unit_test(test_a_task_is_done_by_inputs_and_not_by_itself),
        cmocka_unit_test(test_a_task_is_spoiled_by_what_it_forbids),
        cmocka_unit_test(test_what_is_done_is_seen_by_the_step_that_does_it),
        cmocka_unit_test(test_an_input_follows_the_event_before),
        cmocka_unit_test(test_bad_scenes_are_refused),
        cmocka_unit_test(test_its_place_in_the_course_is_checked),
        cmocka_unit_test(test_all_scenes_of_the_program_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
