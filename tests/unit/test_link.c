/* test_link.c - runs become links and come back as the same runs; what is not a link is refused. */
#include "base/crc32c.h"
#include "lab/behaviour.h"
#include "lab/lab_internal.h"
#include "lab/link.h"
#include "lab/link_body.h"
#include "link_runs.h"
#include "unit.h"

#include <stdlib.h>
#include <zlib.h>

enum { ROUNDS = 300, INPUTS_A_ROUND = 60 };
static const int64_t SECOND_NS = 1000000000;
static char letters[LAB_LINK_BYTES_MAX];

static struct lab_scenario *load(const char *name)
{
    struct lab_scenario *scenario = NULL;
    struct lab_problem problem = {.allowed = NULL};
    if (lab_scenario_load(name, false, &scenario, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    return scenario;
}

static struct text link_of(const struct lab_course *course, int64_t moment_ns, const char *label,
                           int64_t branch_ns)
{
    struct text text = text_init(letters, sizeof letters);
    lab_link_of_course(course, moment_ns, label, branch_ns, &text);
    assert_false(text.cut);
    return text;
}

static struct lab_link read_link(const char *text, size_t length)
{
    struct lab_link link;
    struct lab_problem problem = {.allowed = NULL};
    if (lab_link_read(text, length, &link, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    return link;
}

static struct lab_link_run open_link(const struct lab_link *link)
{
    struct lab_link_run run;
    struct lab_problem problem = {.allowed = NULL};
    if (lab_link_open(link, &run, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    return run;
}

static void assert_same_inputs(const struct lab_inputs *left, const struct lab_inputs *right)
{
    assert_int_equal(left->count, right->count);
    for (uint32_t i = 0; i < left->count; i++) {
        assert_memory_equal(&left->items[i].input, &right->items[i].input,
                            sizeof left->items[i].input);
        assert_int_equal(left->items[i].number, right->items[i].number);
        assert_string_equal(left->items[i].who, right->items[i].who);
    }
}

/* The run of the link, computed up to the link's edge, has the link's digest there. */
static void assert_same_course(const struct lab_link *link, const struct lab_link_run *run)
{
    struct lab_course course;
    assert_int_equal(
        lab_course_open(&course, run->scenario, link->seed, run->settings, false, NULL), 0);
    for (uint32_t i = 0; i < run->inputs.count; i++) {
        lab_course_input(&course, &run->inputs.items[i].input, run->inputs.items[i].number,
                         run->inputs.items[i].who);
    }
    (void)lab_course_run(&course, link->edge_ns, UINT64_MAX);
    assert_true(sim_digest(&course.sim) == link->digest);
    lab_course_close(&course);
}

static void round_trip(const struct lab_course *course, int64_t moment_ns)
{
    struct text text = link_of(course, moment_ns, NULL, -1);
    struct lab_link link = read_link(text.at, text.length);
    struct lab_link_run run = open_link(&link);
    assert_string_equal(link.scenario, course->scenario->name);
    assert_int_equal(link.seed, course->seed);
    assert_int_equal(link.moment_ns, moment_ns);
    assert_int_equal(link.edge_ns, lab_course_now_ns(course));
    assert_true(run.same_version);
    assert_string_equal(run.note, "");
    assert_memory_equal(run.settings, course->settings,
                        course->scenario->system->setting_count * sizeof run.settings[0]);
    assert_same_inputs(&run.inputs, &course->inputs);
    assert_same_course(&link, &run);
    lab_link_run_free(&run);
    lab_link_free(&link);
}

/* Any inputs, at any place between two events, come back. */
static void test_random_runs(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"kitchens/lunch-rush", "kitchens/road-closed",
                                        "kitchens/trap-03-targets-once"};
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        struct link_random random = {round * UINT64_C(0x9e3779b97f4a7c15)};
        struct lab_scenario *scenario = load(NAMES[round % 3]);
        struct lab_course course;
        link_random_course(&random, scenario, (uint32_t)link_random_below(&random, INPUTS_A_ROUND),
                           5 * SECOND_NS, &course);
        (void)lab_course_run(&course, (int64_t)link_random_below(&random, 6) * SECOND_NS,
                             UINT64_MAX);
        for (uint64_t steps = link_random_below(&random, 100); steps > 0; steps--) {
            (void)lab_course_step(&course, 10 * SECOND_NS);
        }
        round_trip(&course, lab_course_now_ns(&course) / 2);
        lab_course_close(&course);
        lab_scenario_free(&scenario);
    }
}

/* ---- What stands around a link, and what is not one ---- */

static char *small_link(void)
{
    struct lab_scenario *scenario = load("kitchens/road-closed");
    struct lab_course course;
    struct link_random random = {42};
    link_random_course(&random, scenario, 20, 5 * SECOND_NS, &course);
    (void)lab_course_run(&course, 3 * SECOND_NS, UINT64_MAX);
    struct text text = link_of(&course, SECOND_NS, "What if \xc3\xa9", 2 * SECOND_NS);
    lab_course_close(&course);
    lab_scenario_free(&scenario);
    return strdup(text.at);
}

static bool is_refused(const char *text, size_t length, char detail[LAB_PROBLEM_BYTES])
{
    struct lab_link link;
    struct lab_problem problem = {.allowed = NULL};
    if (lab_link_read(text, length, &link, &problem) == 0) {
        lab_link_free(&link);
        return false;
    }
    assert_true(strlen(problem.detail) > 0);
    memcpy(detail, problem.detail, LAB_PROBLEM_BYTES);
    lab_problem_clear(&problem);
    return true;
}

static void test_every_byte_counts(void **state)
{
    (void)state;
    char *good = small_link();
    char detail[LAB_PROBLEM_BYTES];
    size_t length = strlen(good);
    for (size_t i = 0; i < length; i++) {
        char kept = good[i];
        for (int bit = 0; bit < 8; bit++) {
            good[i] = (char)((unsigned char)kept ^ 1u << bit);
            if (!is_refused(good, length, detail)) {
                fail_msg("byte %zu, bit %d", i, bit);
            }
        }
        good[i] = kept;
    }
    for (size_t cut = 0; cut < length; cut++) {
        assert_true(is_refused(good, cut, detail));
    }
    free(good);
}

static void test_it_stands_anywhere(void **state)
{
    (void)state;
    static char file[16384];
    char *good = small_link();
    char detail[LAB_PROBLEM_BYTES];
    int length = snprintf(file, sizeof file,
                          "chef1. is how a link begins; chef1.AAAA.00000000 is none.%c%cPK <a "
                          "href=\"http://localhost/#l=%s\">chef1.",
                          0, 0, good);
    struct lab_link link = read_link(file, (size_t)length);
    assert_string_equal(link.scenario, "kitchens/road-closed");
    assert_string_equal(link.label, "What if \xc3\xa9");
    assert_int_equal(link.branch_ns, 2 * SECOND_NS);
    assert_int_equal(link.moment_ns, SECOND_NS);
    assert_int_equal(link.edge_ns, 3 * SECOND_NS);
    lab_link_free(&link);
    assert_true(is_refused("no such thing", 13, detail));
    assert_non_null(strstr(detail, "no link"));
    assert_true(is_refused(good, strlen(good) - 1, detail));
    assert_non_null(strstr(detail, "damaged"));
    free(good);
}

/* ---- Other versions ---- */

/* A link as another version writes it: the body is changed before it is packed. */
static struct lab_link_run open_changed(const struct lab_course *course, const char *from,
                                        const char *to)
{
    struct link_bytes body = link_body_write(course, 0, NULL, -1);
    struct lab_link link;
    size_t length = strlen(from);
    bool found = false;
    assert_int_equal(length, strlen(to));
    for (size_t i = 0; i + length <= body.length; i++) {
        if (memcmp(body.at + i, from, length) == 0) {
            memcpy(body.at + i, to, length);
            found = true;
        }
    }
    assert_true(found);
    assert_true(link_body_read(&body, &link));
    struct lab_link_run run = open_link(&link);
    lab_link_free(&link);
    return run;
}

static void test_other_versions(void **state)
{
    (void)state;
    struct lab_scenario *scenario = load("kitchens/road-closed");
    struct lab_course course;
    int64_t settings[LAB_SETTINGS_MAX];
    memcpy(settings, scenario->settings, sizeof settings);
    settings[0] = settings[0] == 0 ? 1 : 0; /* whatever it is, it stands in the link by its name */
    assert_int_equal(lab_course_open(&course, scenario, 7, settings, true, NULL), 0);
    const struct sim_input crash = {
        .time_ns = SECOND_NS, .type = SIM_INPUT_NODE_CRASH, .node = 2, .peer = NODE_NONE};
    lab_course_input(&course, &crash, scenario->script->count + 1, "phone");

    struct lab_link_run run = open_changed(&course, lab_behaviour_id(), "b000000000000");
    assert_false(run.same_version);
    assert_non_null(strstr(run.note, "another version"));
    assert_int_equal(run.inputs.count, scenario->script->count + 1);
    lab_link_run_free(&run);

    run = open_changed(&course, "node.crash", "node.smash");
    assert_false(run.same_version);
    assert_int_equal(run.inputs_left_out, 1);
    assert_int_equal(run.inputs.count, scenario->script->count);
    assert_non_null(strstr(run.note, "0 settings and 1 inputs"));
    lab_link_run_free(&run);

    const char *key = scenario->system->settings[0].key;
    char other[64];
    (void)snprintf(other, sizeof other, "%s", key);
    other[0] = other[0] == 'z' ? 'y' : 'z';
    run = open_changed(&course, key, other);
    assert_int_equal(run.settings_left_out, 1);
    assert_non_null(strstr(run.note, "1 settings and 0 inputs"));
    lab_link_run_free(&run);
    lab_course_close(&course);
    lab_scenario_free(&scenario);
}

/* What the program does not carry under this name comes along. */
static void test_a_scenario_of_its_own(void **state)
{
    (void)state;
    struct lab_scenario *carried = load("kitchens/road-closed");
    struct lab_scenario *own = NULL;
    size_t bytes = strlen(carried->text) + 2;
    char *text = malloc(bytes);
    (void)snprintf(text, bytes, "%s ", carried->text);
    assert_int_equal(lab_scenario_parse(carried->name, text, &own, NULL), 0);
    struct lab_course course;
    assert_int_equal(lab_course_open(&course, own, 7, own->settings, true, NULL), 0);
    (void)lab_course_run(&course, SECOND_NS, UINT64_MAX);
    struct text letters_of = link_of(&course, 0, NULL, -1);
    struct lab_link link = read_link(letters_of.at, letters_of.length);
    struct lab_link_run run = open_link(&link);
    assert_string_equal(run.scenario->text, text);
    assert_true(run.same_version);
    assert_same_course(&link, &run);
    lab_link_run_free(&run);
    lab_link_free(&link);
    lab_course_close(&course);
    lab_scenario_free(&own);
    lab_scenario_free(&carried);
    free(text);
}

/* A run from which some of the script was taken carries all that is left. */
static void test_without_some_of_the_script(void **state)
{
    (void)state;
    struct lab_scenario *scenario = load("kitchens/road-closed");
    struct lab_course course;
    assert_true(scenario->script->count > 1);
    assert_int_equal(lab_course_open(&course, scenario, 7, scenario->settings, false, NULL), 0);
    for (uint32_t i = 1; i < scenario->script->count; i++) {
        const struct lab_input *item = &scenario->script->items[i];
        lab_course_input(&course, &item->input, item->number, item->who);
    }
    (void)lab_course_run(&course, SECOND_NS, UINT64_MAX);
    round_trip(&course, 0);
    lab_course_close(&course);
    lab_scenario_free(&scenario);
}

/* ---- Limits ---- */

static void test_the_most_inputs(void **state)
{
    (void)state;
    struct lab_scenario *scenario = load("kitchens/lunch-rush");
    struct lab_course course;
    struct link_random random = {7};
    link_random_course(&random, scenario, LAB_INPUTS_MAX - scenario->script->count,
                       24 * 3600 * SECOND_NS, &course);
    struct text text = link_of(&course, 0, NULL, -1);
    struct lab_link link = read_link(text.at, text.length);
    struct lab_link_run run = open_link(&link);
    assert_same_inputs(&run.inputs, &course.inputs);
    lab_link_run_free(&run);
    lab_link_free(&link);
    const struct sim_input more = {.time_ns = 24 * 3600 * SECOND_NS,
                                   .type = SIM_INPUT_NET_HEAL,
                                   .node = NODE_NONE,
                                   .peer = NODE_NONE};
    lab_course_input(&course, &more, LAB_INPUTS_MAX + 1, "phone");
    struct text longer = link_of(&course, 0, NULL, -1);
    char detail[LAB_PROBLEM_BYTES];
    assert_true(is_refused(longer.at, longer.length, detail));
    assert_non_null(strstr(detail, "cannot read"));
    lab_course_close(&course);
    lab_scenario_free(&scenario);
}

static void test_all_or_nothing(void **state)
{
    (void)state;
    char few[120];
    struct lab_scenario *scenario = load("kitchens/road-closed");
    struct lab_course course;
    struct link_random random = {42};
    link_random_course(&random, scenario, 20, 5 * SECOND_NS, &course);
    struct text text = text_init(few, sizeof few);
    text_add(&text, "run ");
    lab_link_of_course(&course, 0, NULL, -1, &text);
    assert_true(text.cut);
    assert_string_equal(few, "run ");
    lab_course_close(&course);
    lab_scenario_free(&scenario);
}

/* Letters and check around packed bytes, as link.c writes them. */
static struct text wrap(const uint8_t *bytes, size_t size)
{
    static const char LETTERS[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    struct text text = text_init(letters, sizeof letters);
    text_add(&text, "chef1.");
    for (size_t bit = 0; bit < size * 8; bit += 6) {
        unsigned pair = (unsigned)bytes[bit / 8] << 8;
        pair |= bit / 8 + 1 < size ? bytes[bit / 8 + 1] : 0;
        text_add_char(&text, LETTERS[pair >> (10 - bit % 8) & 63]);
    }
    uint32_t check = crc32c(0, text.at + 6, text.length - 6);
    text_add_char(&text, '.');
    text_add_hex(&text, check, 8);
    return text;
}

/* A few letters may become more bytes than there is memory; they become no more than a link has. */
static void test_a_bomb(void **state)
{
    (void)state;
    enum { BYTES = 64 * 1024 * 1024, PACKED_MAX = 256 * 1024 };
    uint8_t *nothing = calloc(BYTES, 1);
    uint8_t *packed = malloc(PACKED_MAX);
    char detail[LAB_PROBLEM_BYTES];
    z_stream stream = {
        .next_in = nothing, .avail_in = BYTES, .next_out = packed + 1, .avail_out = PACKED_MAX - 1};
    packed[0] = 1;
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    struct text text = wrap(packed, stream.total_out + 1);
    assert_int_equal(deflateEnd(&stream), Z_OK);
    assert_true(is_refused(text.at, text.length, detail));
    assert_non_null(strstr(detail, "cannot read"));
    free(nothing);
    free(packed);
}

/* What the API refuses no link brings in: a setting of the start, changed later. */
static void test_start_settings_stay(void **state)
{
    (void)state;
    struct lab_scenario *scenario = load("kitchens/road-closed");
    struct lab_course course;
    uint32_t fixed = 0;
    while (scenario->system->settings[fixed].live) {
        fixed++;
    }
    assert_int_equal(lab_course_open(&course, scenario, 7, scenario->settings, true, NULL), 0);
    const struct sim_input change = {.time_ns = SECOND_NS,
                                     .type = SIM_INPUT_SETTING,
                                     .node = NODE_NONE,
                                     .peer = NODE_NONE,
                                     .args = {fixed, scenario->system->settings[fixed].min}};
    lab_course_input(&course, &change, scenario->script->count + 1, "phone");
    struct lab_link_run run = open_changed(&course, "road-closed", "road-closed");
    assert_int_equal(run.inputs_left_out, 1);
    assert_int_equal(run.inputs.count, scenario->script->count);
    lab_link_run_free(&run);
    lab_course_close(&course);
    lab_scenario_free(&scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start_settings_stay),
        cmocka_unit_test(test_random_runs),
        cmocka_unit_test(test_every_byte_counts),
        cmocka_unit_test(test_it_stands_anywhere),
        cmocka_unit_test(test_other_versions),
        cmocka_unit_test(test_a_scenario_of_its_own),
        cmocka_unit_test(test_without_some_of_the_script),
        cmocka_unit_test(test_the_most_inputs),
        cmocka_unit_test(test_all_or_nothing),
        cmocka_unit_test(test_a_bomb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
