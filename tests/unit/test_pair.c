/* test_pair.c - two runs side by side: the same stay the same, a change is found where it decides
 * something first, and the table has both sides and their difference. */
#include "lab/pair.h"
#include "unit.h"

#include "lab/settings.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

static const int64_t NS_PER_S = 1000000000;

struct both {
    struct lab_scenario *scenario;
    struct lab_course courses[LAB_SIDES];
    struct lab_pair pair;
};

static void change(const struct lab_scenario *scenario, const char *text, int64_t *settings)
{
    struct lab_problem problem = {.allowed = NULL};
    memcpy(settings, scenario->settings, LAB_SETTINGS_MAX * sizeof *settings);
    if (text != NULL && lab_setting_parse_text(scenario->system, text, settings, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
}

static struct both *both_run(const char *a, const char *b, int64_t seconds)
{
    struct both *both = calloc(1, sizeof *both);
    struct lab_problem problem = {.allowed = NULL};
    const char *changes[LAB_SIDES] = {a, b};
    assert_non_null(both);
    assert_int_equal(lab_scenario_load("kitchens/lunch-rush", false, &both->scenario, &problem), 0);
    both->pair.until_ns = seconds * NS_PER_S;
    for (uint32_t side = 0; side < LAB_SIDES; side++) {
        int64_t settings[LAB_SETTINGS_MAX];
        change(both->scenario, changes[side], settings);
        assert_int_equal(
            lab_course_open(&both->courses[side], both->scenario, 7, settings, true, &problem), 0);
        both->pair.sides[side] = &both->courses[side];
    }
    assert_true(lab_pair_run(&both->pair));
    return both;
}

static void both_free(struct both *both)
{
    lab_pair_free(&both->pair);
    lab_course_close(&both->courses[0]);
    lab_course_close(&both->courses[1]);
    lab_scenario_free(&both->scenario);
    free(both);
}

static void test_the_same_is_the_same(void **state)
{
    (void)state;
    struct both *both = both_run("policy=two-choices", "policy=two-choices", 60);
    assert_false(both->pair.first_event.found);
    assert_false(both->pair.decision.found);
    assert_int_equal(sim_digest(&both->courses[0].sim), sim_digest(&both->courses[1].sim));
    assert_memory_equal(both->pair.figures[0], both->pair.figures[1],
                        both->scenario->system->figure_count * sizeof(int64_t));
    cJSON *json = lab_pair_json(&both->pair);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(json, "divergence")));
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "changes")), 0);
    cJSON_Delete(json);
    both_free(both);
}

/* Looking on changes nothing: each side is the run that it is alone. */
static void test_sides_are_the_runs_they_are_alone(void **state)
{
    (void)state;
    struct both *both = both_run("policy=round-robin", "policy=weighted-score", 60);
    struct both *other = both_run("policy=weighted-score", "policy=round-robin", 60);
    assert_int_equal(sim_digest(&both->courses[0].sim), sim_digest(&other->courses[1].sim));
    assert_int_equal(sim_digest(&both->courses[1].sim), sim_digest(&other->courses[0].sim));
    both_free(both);
    both_free(other);
}

/* The very first order goes elsewhere: that is where they part, and both say where to. */
static void test_the_first_decision(void **state)
{
    (void)state;
    struct both *both = both_run("policy=round-robin", "policy=weighted-score", 60);
    const struct lab_parting *decision = &both->pair.decision;
    assert_true(both->pair.first_event.found && decision->found);
    assert_true(decision->sides[0].there && decision->sides[1].there);
    assert_int_equal(decision->sides[0].subject, 1);
    assert_int_equal(decision->sides[0].event, decision->sides[1].event);
    assert_non_null(strstr(decision->sides[0].words, "goes to"));
    assert_string_not_equal(decision->sides[0].words, decision->sides[1].words);
    assert_true(decision->sides[0].time_ns <= both->pair.first_event.sides[0].time_ns);
    cJSON *json = lab_pair_json(&both->pair);
    const cJSON *side = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "divergence"), "a");
    const cJSON *note = cJSON_GetObjectItem(side, "note"); /* of which another language says it */
    assert_string_equal(cJSON_GetObjectItem(note, "name")->valuestring, "order_assigned");
    assert_int_equal(cJSON_GetObjectItem(note, "subject")->valueint, 1);
    cJSON_Delete(json);
    both_free(both);
}

/* A rule that costs some microseconds long before it decides anything is not taken for a decision. */
static void test_a_shift_is_no_decision(void **state)
{
    (void)state;
    struct both *both = both_run("migration=true", "migration=false", 120);
    const struct lab_parting *first = &both->pair.first_event;
    const struct lab_parting *decision = &both->pair.decision;
    assert_true(first->found && decision->found);
    assert_true(first->sides[0].time_ns < NS_PER_S);
    assert_true(decision->sides[0].time_ns > 60 * NS_PER_S);
    assert_non_null(strstr(decision->sides[0].words, "let order"));
    both_free(both);
}

static void test_which_is_better(void **state)
{
    (void)state;
    struct system_figure lower = {.better = SYSTEM_LOWER};
    struct system_figure higher = {.better = SYSTEM_HIGHER};
    struct system_figure neither = {.better = SYSTEM_NEITHER};
    assert_int_equal(lab_pair_better(&lower, 1, 2), -1);
    assert_int_equal(lab_pair_better(&lower, 2, 1), 1);
    assert_int_equal(lab_pair_better(&higher, 1, 2), 1);
    assert_int_equal(lab_pair_better(&higher, 2, 2), 0);
    assert_int_equal(lab_pair_better(&neither, 1, 2), 0);
    assert_int_equal(lab_pair_better(&lower, NODE_CELL_NULL, 2), 0);
}

struct csv {
    char *text;
    size_t length;
};

static int keep(void *context, const void *bytes, size_t length)
{
    struct csv *csv = context;
    csv->text = realloc(csv->text, csv->length + length + 1);
    assert_non_null(csv->text);
    memcpy(csv->text + csv->length, bytes, length);
    csv->length += length;
    csv->text[csv->length] = '\0';
    return 0;
}

/* Three rows a second; the difference of the numbers is that of the rows above it. */
static void test_table(void **state)
{
    (void)state;
    enum { SECONDS = 30 };
    struct both *both = both_run("policy=round-robin", "policy=weighted-score", SECONDS);
    struct lab_pieces *pieces = malloc(sizeof *pieces);
    struct csv csv = {0};
    char run_ids[LAB_SIDES][LAB_RUN_ID_BYTES] = {"ra", "rb"};
    assert_non_null(pieces);
    lab_pieces_begin(pieces, keep, &csv);
    lab_pair_csv(&both->pair, run_ids, pieces);
    assert_true(lab_pieces_end(pieces));
    int lines = 0;
    int64_t offered[LAB_SIDES + 1];
    for (char *line = strtok(csv.text, "\r\n"); line != NULL; line = strtok(NULL, "\r\n")) {
        char side[8];
        char run_id[8];
        if (lines++ == 0) {
            assert_non_null(strstr(line, ",t_ms,side,offered_per_min,"));
            continue;
        }
        int which = (lines - 2) % (LAB_SIDES + 1);
        long long value;
        assert_int_equal(
            sscanf(line, "%7[^,],7,kitchens,kitchens/lunch-rush,simulation,%*[^,],%7[^,],%lld",
                   run_id, side, &value),
            3);
        assert_string_equal(side, which == 0 ? "A" : which == 1 ? "B" : "B-A");
        assert_string_equal(run_id, which == 0 ? "ra" : "rb");
        offered[which] = value;
        if (which == LAB_SIDES) {
            assert_int_equal(offered[2], offered[1] - offered[0]);
        }
    }
    assert_int_equal(lines, 1 + 3 * SECONDS);
    free(csv.text);
    free(pieces);
    both_free(both);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_is_the_same),
        cmocka_unit_test(test_sides_are_the_runs_they_are_alone),
        cmocka_unit_test(test_the_first_decision),
        cmocka_unit_test(test_a_shift_is_no_decision),
        cmocka_unit_test(test_which_is_better),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
