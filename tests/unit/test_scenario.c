/* test_scenario.c - scenarios, settings, inputs and input files: read, written back, refused. */
#include "lab/course.h"
#include "lab/input.h"
#include "lab/scenario.h"
#include "lab/settings.h"
#include "toy_scenario.h"
#include "unit.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

const struct system *const SYSTEMS[] = {&TOY};
const uint32_t SYSTEM_COUNT = 1;

static void test_common_part(void **state)
{
    (void)state;
    assert_string_equal(toy_scenario->title, "Toy");
    assert_int_equal(toy_scenario->seed, 7);
    assert_int_equal(toy_scenario->until_ns, 20000000000);
    assert_int_equal(toy_scenario->settings[TOY_SET_BEAT_MS], 100);
    assert_int_equal(toy_scenario->settings[TOY_SET_SHARE], 80);
    assert_int_equal(toy_scenario->script->count, 1);
    assert_int_equal(toy_scenario->script->items[0].input.time_ns, 2500000000);
    assert_int_equal(toy_scenario->script->items[0].input.args[0], 5);
    assert_int_equal(toy_scenario->node_count, 2);
}

static void scenario_refused(const char *text, const char *words)
{
    struct lab_scenario *none = NULL;
    struct lab_problem problem;
    assert_int_equal(lab_scenario_parse("toy/x", text, &none, &problem), -422);
    assert_null(none);
    if (strstr(problem.detail, words) == NULL) {
        fail_msg("%s", problem.detail);
    }
    lab_problem_clear(&problem);
}

static void test_scenarios_refused(void **state)
{
    (void)state;
    scenario_refused("", "not a JSON object");
    scenario_refused("[]", "not a JSON object");
    scenario_refused("{} x", "not a JSON object");
    scenario_refused("{\"system\":\"moon\"}", "no system \"moon\"");
    scenario_refused("{\"seed\":-1}", "seed must be");
    scenario_refused("{\"seed\":1.5}", "seed must be");
    scenario_refused("{\"until_s\":90000}", "until_s must be");
    scenario_refused("{\"title\":5}", "title must be a text");
    scenario_refused("{\"settings\":{\"share\":2}}", "from 0.00 to 1.00");
    scenario_refused("{\"settings\":{\"speed\":2}}", "no setting \"speed\"");
    scenario_refused("{\"bug\":\"bug.other\"}", "no setting \"bug.other\"");
    scenario_refused("{\"model\":{\"disk_sync_ns\":0}}", "disk_sync_ns");
    scenario_refused("{\"model\":{\"gravity\":1}}", "gravity");
    scenario_refused("{\"inputs\":[{\"type\":\"heal.all\"}]}", "input 1: at_ms");
    scenario_refused(
        "{\"inputs\":[{\"at_ms\":0,\"type\":\"heal.all\"},{\"at_ms\":5,\"type\":\"x\"}]}",
        "input 2: there is no input type \"x\"");
    struct lab_scenario *none = NULL;
    struct lab_problem problem;
    assert_int_equal(lab_scenario_load("toy/none", true, &none, &problem), -404);
    lab_problem_clear(&problem);
    assert_int_equal(lab_scenario_load("nowhere.json", true, &none, &problem), -404);
    assert_int_equal(lab_scenario_load("nowhere.json", false, &none, &problem), -404);
    lab_problem_clear(&problem);
}

static void set_text(const char *text, int expected, int64_t value, uint32_t index)
{
    int64_t values[5] = {1, 2, 3, 4, 5};
    struct lab_problem problem = {.allowed = NULL};
    assert_int_equal(lab_setting_parse_text(&TOY, text, values, &problem), expected);
    if (expected == 0) {
        assert_int_equal(values[index], value);
    } else {
        lab_problem_clear(&problem);
    }
    for (uint32_t i = 0; i < 5; i++) {
        assert_true(values[i] == (int64_t)i + 1 || (expected == 0 && i == index));
    }
}

static void test_settings_from_text(void **state)
{
    (void)state;
    set_text("share=0.29", 0, 29, TOY_SET_SHARE);
    set_text("share=0.295", -422, 0, 0);
    set_text("share=1.01", -422, 0, 0);
    set_text("share=nan", -422, 0, 0);
    set_text("share=", -422, 0, 0);
    set_text("colour=dark blue", 0, 1, TOY_SET_COLOUR);
    set_text("colour=green", -422, 0, 0);
    set_text("loud=true", 0, 1, TOY_SET_LOUD);
    set_text("loud=1", -422, 0, 0);
    set_text("=1", -404, 0, 0);
    set_text("share", -422, 0, 0);
}

static void parse_input(const char *json, int expected, const char *back)
{
    struct sim_input input;
    struct lab_problem problem;
    cJSON *body = cJSON_Parse(json);
    int status = lab_input_parse(toy_scenario, body, &input, NULL, &problem);
    cJSON_Delete(body);
    assert_int_equal(status, expected);
    if (expected != 0) {
        if (strstr(problem.detail, back) == NULL) {
            fail_msg("%s", problem.detail);
        }
        lab_problem_clear(&problem);
        return;
    }
    cJSON *again = lab_input_json(toy_scenario, &input);
    char *text = cJSON_PrintUnformatted(again);
    assert_string_equal(text, back);
    struct sim_input second;
    assert_int_equal(lab_input_parse(toy_scenario, again, &second, NULL, NULL), 0);
    assert_memory_equal(&input, &second, sizeof input);
    free(text);
    cJSON_Delete(again);
}

static void test_inputs_there_and_back(void **state)
{
    (void)state;
    parse_input("{\"type\":\"toy.bump\",\"node\":\"B\"}", 0,
                "{\"type\":\"toy.bump\",\"node\":\"B\",\"by\":1}");
    parse_input("{\"type\":\"toy.paint\",\"colour\":\"dark blue\"}", 0,
                "{\"type\":\"toy.paint\",\"colour\":\"dark blue\"}");
    parse_input("{\"type\":\"toy.paint\"}", 0, "{\"type\":\"toy.paint\",\"colour\":\"all\"}");
    parse_input("{\"type\":\"setting.set\",\"key\":\"share\",\"value\":0.5}", 0,
                "{\"type\":\"setting.set\",\"key\":\"share\",\"value\":0.5}");
    parse_input("{\"type\":\"net.partition\",\"nodes\":[\"B\"],\"bystanders\":[\"A\"]}", 0,
                "{\"type\":\"net.partition\",\"nodes\":[\"B\"],\"bystanders\":[\"A\"]}");
    parse_input("{\"type\":\"net.partition\",\"nodes\":[\"B\"]}", 0,
                "{\"type\":\"net.partition\",\"nodes\":[\"B\"]}");
    parse_input("{\"type\":\"node.crash\",\"node\":\"A\",\"at_ms\":7,\"who\":\"x\"}", 0,
                "{\"type\":\"node.crash\",\"node\":\"A\"}");
    parse_input("{\"type\":\"disk.full\",\"node\":\"A\",\"on\":true}", 0,
                "{\"type\":\"disk.full\",\"node\":\"A\",\"on\":1}");
}

static void test_inputs_refused(void **state)
{
    (void)state;
    parse_input("[]", -422, "must be an object");
    parse_input("{}", -422, "type is missing");
    parse_input("{\"type\":5}", -422, "type is not a text");
    parse_input("{\"type\":\"node.crash\"}", -422, "node is missing");
    parse_input("{\"type\":\"node.crash\",\"node\":\"Z\"}", -422, "no such node");
    parse_input("{\"type\":\"node.crash\",\"node\":\"A\",\"force\":1}", -422,
                "no argument \"force\"");
    parse_input("{\"type\":\"toy.bump\",\"node\":\"B\",\"by\":101}", -422, "from 1 to 100");
    parse_input("{\"type\":\"toy.bump\",\"node\":\"B\",\"by\":1.5}", -422, "whole number");
    parse_input("{\"type\":\"toy.paint\",\"colour\":\"green\"}", -422, "no such one");
    parse_input("{\"type\":\"setting.set\",\"key\":\"none\",\"value\":1}", -422, "no setting");
    parse_input("{\"type\":\"net.partition\",\"nodes\":[]}", -422, "one side");
}

static void read_file(const char *text, int expected, const char *words, uint32_t count)
{
    struct lab_inputs inputs = {0};
    struct lab_problem problem;
    assert_int_equal(lab_inputs_read(toy_scenario, text, &inputs, &problem), expected);
    assert_int_equal(inputs.count, count);
    if (expected != 0) {
        if (strstr(problem.detail, words) == NULL) {
            fail_msg("%s", problem.detail);
        }
        lab_problem_clear(&problem);
    }
    for (uint32_t i = 1; i < inputs.count; i++) {
        assert_true(inputs.items[i - 1].input.time_ns <= inputs.items[i].input.time_ns);
    }
    lab_inputs_free(&inputs);
}

static void test_input_files(void **state)
{
    (void)state;
    read_file("", 0, "", 0);
    read_file("{\"t_ms\":5,\"type\":\"heal.all\"}\n\n{\"t_ms\":1.5,\"type\":\"heal.all\"}\n", 0, "",
              2);
    read_file("\xef\xbb\xbfrun_id,t_ms,type,node,peer,args\r\n"
              "r1,5.000,toy.bump,B,,\"{\"\"by\"\":7}\"\r\nr1,6,node.crash,A,,\r\n",
              0, "", 2);
    read_file("{\"t_ms\":5,\"type\":\"heal.all\"}\n{\"type\":\"heal.all\"}\n", -422, "line 2: t_ms",
              0);
    read_file("{\"t_ms\":5,\n", -422, "line 1: not a JSON object", 0);
    read_file("{\"t_ms\":5,\"input_id\":9,\"type\":\"heal.all\"}\n", 0, "", 1);
    read_file("{\"t_ms\":5,\"input_id\":0.5,\"type\":\"heal.all\"}\n", -422, "line 1: input_id", 0);
    read_file("t_ms,type,input_id\n1,heal.all,x\n", -422, "line 2: input_id", 0);
    read_file("t_ms,type,input_id\n1,heal.all,3\n2,heal.all,3\n", -422, "input_id 3 stands twice",
              0);
    read_file("t_ms,type,input_id\n1,heal.all,\n2,heal.all,\n", 0, "", 2);
    read_file("a,b\n1,2\n", -422, "line 1: neither", 0);
    read_file("t_ms,type\nx,heal.all\n", -422, "line 2: t_ms", 0);
    read_file("{\"t_ms\":5,\"type\":\"recipe.isolate_leader\",\"length_ms\":1000}\n", 0, "", 2);
    read_file("{\"t_ms\":5,\"type\":\"recipe.isolate_leader\",\"input_id\":1}\n", -422,
              "line 1: a recipe", 0);
    read_file("{\"t_ms\":5,\"type\":\"recipe.stew\"}\n", -422, "\"recipe.stew\"", 0);
    read_file("{\"t_ms\":5,\"type\":\"recipe.ring\",\"seed\":0.5}\n", -422, "seed must be", 0);
    read_file("{\"t_ms\":5,\"type\":\"recipe.ring\",\"salt\":1}\n", -422, "no argument \"salt\"",
              0);
    read_file("{\"t_ms\":5,\"type\":\"recipe.ring\",\"leader\":\"X\"}\n", -422, "no such member",
              0);
    read_file("t_ms,type,args\n1,toy.bump,[1]\n", -422, "line 2: args", 0);
    read_file("t_ms,type\n1,\"heal.all\"x\n", -422, "line 2: not a row", 0);
}

/* What only the host knows to be too much: nothing is left that somebody could free again. */
static void test_a_world_refused(void **state)
{
    (void)state;
    char text[4096];
    struct lab_scenario *slow = NULL;
    struct lab_course course;
    struct lab_problem problem;
    const char *rest = strchr(TOY_SCENARIO, '{') + 1;
    (void)snprintf(text, sizeof text, "{\"model\":{\"event_cpu_ns\":1000000000000000},%s", rest);
    assert_int_equal(lab_scenario_parse("toy/slow", text, &slow, &problem), 0);
    assert_int_equal(lab_course_open(&course, slow, 1, slow->settings, true, &problem), -422);
    assert_non_null(strstr(problem.detail, "event_cpu_ns"));
    assert_null(course.sim.world);
    lab_scenario_free(&slow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_common_part),        cmocka_unit_test(test_scenarios_refused),
        cmocka_unit_test(test_settings_from_text), cmocka_unit_test(test_inputs_there_and_back),
        cmocka_unit_test(test_inputs_refused),     cmocka_unit_test(test_input_files),
        cmocka_unit_test(test_a_world_refused),
    };
    return cmocka_run_group_tests(tests, toy_scenario_setup, toy_scenario_teardown);
}
