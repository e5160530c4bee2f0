/* test_condition.c - the language of conditions: what it says, and what it refuses. */
#include "lab/condition.h"
#include "toy_scenario.h"
#include "unit.h"

const struct system *const SYSTEMS[] = {&TOY};
const uint32_t SYSTEM_COUNT = 1;

static struct lab_condition parse(const char *text)
{
    struct lab_condition condition;
    struct lab_problem problem;
    if (lab_condition_parse(toy_scenario, text, &condition, &problem) != 0) {
        fail_msg("%s: %s", text, problem.detail);
    }
    return condition;
}

static const struct node_note HEARD = {.kind = TOY_NOTE_HEARD,
                                       .node = 1,
                                       .peer = 0,
                                       .subject = 17,
                                       .args = {400, 3},
                                       .time_ns = 1500000000};
static const int64_t FIGURES[] = {12, 345}; /* heard 12, mean 3.45 */

static bool holds(struct lab_condition *condition, const struct node_note *note,
                  const int64_t *figures, int64_t time_ns)
{
    const struct lab_moment moment = {.note = note, .figures = figures, .time_ns = time_ns};
    return lab_condition_holds(condition, toy_scenario, &moment);
}

static bool at_note(const char *text)
{
    struct lab_condition condition = parse(text);
    return holds(&condition, &HEARD, FIGURES, HEARD.time_ns);
}

static bool at_second(const char *text)
{
    struct lab_condition condition = parse(text);
    return holds(&condition, NULL, FIGURES, 2000000000);
}

static void test_notes(void **state)
{
    (void)state;
    assert_false(at_note("bumped"));
    assert_false(at_second("node_crashed or bumped"));
    assert_true(at_note("number > 399"));
    assert_false(at_note("number > 400"));
    assert_true(at_note("number == 400 and count <= 3"));
    assert_false(at_note("by > 0"));
    assert_true(at_note("node == B and peer == A and subject == 17"));
    assert_false(at_note("node != B"));
    assert_false(at_second("number > 0"));
    assert_true(at_second("not number > 0"));
}

static void test_figures_and_time(void **state)
{
    (void)state;
    assert_true(at_second("mean < 3.5 and mean > 3.449999"));
    assert_true(at_second("mean == 3.45"));
    assert_true(at_note("t_ms >= 1500"));
    assert_false(at_note("t_ms > 1500.000000"));
    assert_true(at_second("(bumped or mean > -1) and not (mean > 4)"));
    assert_true(at_second("not not mean > 1"));
    int64_t none[] = {0, NODE_CELL_NULL};
    struct lab_condition condition = parse("mean < 1000");
    assert_false(holds(&condition, NULL, none, 0));
}

static void test_rows(void **state)
{
    (void)state;
    const struct node_row row = {.cell_count = 2, .cells = {9, 45}}; /* number 9, half 4.5 */
    const struct lab_moment with_row = {.row = &row, .figures = FIGURES};
    const struct lab_moment second = {.figures = FIGURES};
    struct lab_condition condition = parse("first(half > 4.4)");
    assert_true(condition.uses_rows);
    assert_false(lab_condition_holds(&condition, toy_scenario, &second));
    assert_true(lab_condition_holds(&condition, toy_scenario, &with_row));
    assert_true(lab_condition_holds(&condition, toy_scenario, &second)); /* first() remembers */
    condition = parse("half > 4.5");
    assert_false(lab_condition_holds(&condition, toy_scenario, &with_row));
    condition = parse("nothing < 1"); /* the row ends before that column */
    assert_false(lab_condition_holds(&condition, toy_scenario, &with_row));
    condition = parse("number == 9"); /* an argument of a note too: here it is the row's */
    assert_true(lab_condition_holds(&condition, toy_scenario, &with_row));
    assert_false(at_note("number == 9"));
    assert_true(at_note("number == 400"));
}

/* A name that is both a note and a figure is the note where a truth is wanted. */
static void test_count(void **state)
{
    (void)state;
    struct lab_condition condition = parse("count(number == 400) >= 2 and count < 4");
    assert_false(holds(&condition, &HEARD, FIGURES, HEARD.time_ns));
    assert_false(holds(&condition, NULL, FIGURES, 2000000000)); /* no note: counts nothing */
    assert_true(lab_condition_sees(&condition, TOY_NOTE_HEARD));
    assert_true(holds(&condition, &HEARD, FIGURES, 2100000000));
    condition = parse("count(bumped) < 1");
    assert_true(holds(&condition, &HEARD, FIGURES, 2200000000));
}

static void test_first_latches(void **state)
{
    (void)state;
    struct lab_condition condition = parse("first(number > 399) and bumped");
    struct node_note bumped = {.kind = TOY_NOTE_BUMPED, .peer = NODE_NONE, .subject = NODE_NONE};
    assert_false(holds(&condition, &bumped, FIGURES, 0));
    assert_false(holds(&condition, &HEARD, FIGURES, 0));
    assert_true(holds(&condition, &bumped, FIGURES, 0));
    condition = parse("mean > 1 or first(bumped)");
    assert_true(holds(&condition, &bumped, FIGURES, 0));
    assert_true(condition.terms[condition.terms[condition.root].right].latched);
}

static void refused(const char *text, const char *words, int allowed)
{
    struct lab_condition condition;
    struct lab_problem problem;
    assert_int_equal(lab_condition_parse(toy_scenario, text, &condition, &problem), -422);
    if (strstr(problem.detail, words) == NULL) {
        fail_msg("%s: %s", text, problem.detail);
    }
    assert_int_equal(problem.allowed != NULL, allowed);
    lab_problem_clear(&problem);
    assert_int_equal(lab_condition_parse(toy_scenario, text, &condition, NULL), -422);
}

static void test_refusals(void **state)
{
    (void)state;
    refused("", "expected a number", 0);
    refused("mean", "expected a comparison", 0);
    refused("speed > 3", "\"speed\" is no note", 1);
    refused("mean > 3 and", "expected a number", 0);
    refused("mean > 1.2345678", "six decimals", 0);
    refused("mean > 99999999999999", "twelve digits", 0);
    refused("mean > 1.2.3", "decimals", 0);
    refused("(mean > 3", "expected )", 0);
    refused("first bumped", "expected (", 0);
    refused("bumped bumped", "expected and", 0);
    refused("mean > 3; drop", "expected and", 0);
    char deep[200];
    memset(deep, '(', 100);
    deep[100] = '\0';
    refused(deep, "too deep", 0);
    char wide[401] = "";
    for (int i = 0; i < 26; i++) {
        strcat(wide, "bumped or ");
    }
    strcat(wide, "bumped");
    refused(wide, "too many terms", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notes),         cmocka_unit_test(test_figures_and_time),
        cmocka_unit_test(test_rows),          cmocka_unit_test(test_count),
        cmocka_unit_test(test_first_latches), cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, toy_scenario_setup, toy_scenario_teardown);
}
