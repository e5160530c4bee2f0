/* bench_link.c - how long the link of a lecture is: 50 virtual minutes of kitchens/lunch-rush with
 * 200 inputs, really run; and of the most inputs that a run may have. Usage: bench_link */
#include "lab/lab_internal.h"
#include "lab/link.h"
#include "link_runs.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LECTURE_MINUTES = 50, LECTURE_INPUTS = 200, LECTURES = 20 };
static const int64_t MINUTE_NS = INT64_C(60000000000);

/* What a lecturer and a room do, in parts of a hundred; %k and %l stand for a kitchen, %d for a dish, %u and %n for numbers. */
static const struct {
    uint32_t share;
    const char *who, *body;
} ACTS[] = {
    {50, "phone", "{\"type\":\"order.place\",\"dish\":\"%d\",\"x_m\":%u,\"y_m\":%u}"},
    {8, "presenter", "{\"type\":\"node.crash\",\"node\":\"%k\"}"},
    {8, "presenter", "{\"type\":\"node.restart\",\"node\":\"%k\"}"},
    {5, "presenter", "{\"type\":\"kitchen.slow\",\"node\":\"%k\"}"},
    {4, "presenter", "{\"type\":\"link.cut\",\"node\":\"dispatcher\",\"peer\":\"%k\"}"},
    {3, "presenter", "{\"type\":\"net.partition\",\"nodes\":[\"A\",\"%l\"]}"},
    {4, "presenter", "{\"type\":\"net.heal\"}"},
    {3, "presenter", "{\"type\":\"setting.set\",\"key\":\"policy\",\"value\":\"round-robin\"}"},
    {3, "presenter", "{\"type\":\"setting.set\",\"key\":\"policy\",\"value\":\"weighted-score\"}"},
    {3, "presenter", "{\"type\":\"setting.set\",\"key\":\"orders_per_min\",\"value\":%n}"},
    {3, "presenter", "{\"type\":\"disk.slow\",\"node\":\"dispatcher\"}"},
    {6, "presenter", "{\"type\":\"load.rush\"}"},
};
enum { ACT_COUNT = sizeof ACTS / sizeof ACTS[0] };

static void put_word(struct link_random *random, const struct lab_scenario *scenario, char what,
                     struct text *text)
{
    if (what == 'k' || what == 'l') {
        text_add_char(text, (char)((what == 'k' ? 'A' : 'B') + (int)link_random_below(random, 7)));
    } else if (what == 'u') {
        text_add_u64(text, link_random_below(random, 4000));
    } else if (what == 'n') {
        text_add_u64(text, 400 + link_random_below(random, 40) * 10);
    } else {
        text_add(text, scenario->system->plan_name(scenario->data, 0,
                                                   (uint32_t)link_random_below(random, 8)));
    }
}

static struct sim_input act(struct link_random *random, const struct lab_scenario *scenario,
                            const char **who)
{
    char buffer[200];
    struct text text = text_init(buffer, sizeof buffer);
    struct sim_input input;
    struct lab_problem problem;
    uint64_t place = link_random_below(random, 100);
    uint32_t index = 0;
    while (place >= ACTS[index].share) {
        place -= ACTS[index++].share;
        assert(index < ACT_COUNT);
    }
    for (const char *at = ACTS[index].body; *at != '\0'; at++) {
        if (*at == '%') {
            put_word(random, scenario, *++at, &text);
        } else {
            text_add_char(&text, *at);
        }
    }
    cJSON *body = cJSON_Parse(buffer);
    if (lab_input_parse(scenario, body, &input, NULL, &problem) != 0) {
        (void)fprintf(stderr, "%s: %s\n", buffer, problem.detail);
        exit(1);
    }
    cJSON_Delete(body);
    *who = ACTS[index].who;
    return input;
}

static uint32_t link_length(const struct lab_course *course)
{
    static char letters[LAB_LINK_BYTES_MAX];
    struct text text = text_init(letters, sizeof letters);
    lab_link_of_course(course, lab_course_now_ns(course) / 2, NULL, -1, &text);
    return text.cut ? 0 : text.length;
}

/* Gives the inputs while the run goes on, as they come in a lecture. */
static uint32_t lecture(const struct lab_scenario *scenario, uint64_t seed)
{
    struct link_random random = {seed * UINT64_C(0x9e3779b97f4a7c15)};
    struct lab_course course;
    int64_t step_us = LECTURE_MINUTES * (MINUTE_NS / 1000) / LECTURE_INPUTS;
    if (lab_course_open(&course, scenario, seed, scenario->settings, true, NULL) != 0) {
        abort();
    }
    for (uint32_t i = 0; i < LECTURE_INPUTS; i++) {
        const char *who;
        struct sim_input input = act(&random, scenario, &who);
        input.time_ns =
            (step_us * i + (int64_t)link_random_below(&random, (uint64_t)step_us)) * 1000;
        (void)lab_course_run(&course, input.time_ns, UINT64_MAX);
        lab_course_input(&course, &input, scenario->script->count + 1 + i, who);
    }
    (void)lab_course_run(&course, LECTURE_MINUTES * MINUTE_NS, UINT64_MAX);
    uint32_t length = link_length(&course);
    lab_course_close(&course);
    return length;
}

/* Every kind of input, with every argument anywhere in its range: nothing repeats. */
static uint32_t fullest(const struct lab_scenario *scenario)
{
    struct link_random random = {1};
    struct lab_course course;
    link_random_course(&random, scenario, LAB_INPUTS_MAX - scenario->script->count,
                       24 * 60 * MINUTE_NS, &course);
    uint32_t length = link_length(&course);
    lab_course_close(&course);
    return length;
}

/* The input with the most to say, as often as may be: five numbers, none like the one before. */
static uint32_t longest(const struct lab_scenario *scenario)
{
    struct link_random random = {2};
    struct lab_course course;
    if (lab_course_open(&course, scenario, 1, scenario->settings, true, NULL) != 0) {
        abort();
    }
    for (uint32_t i = 0; i < LAB_INPUTS_MAX; i++) {
        struct sim_input input = {.type = SIM_INPUT_LINK_SET};
        input.time_ns = (int64_t)(864000 * (uint64_t)i + link_random_below(&random, 864000)) * 1000;
        input.node = (uint32_t)link_random_below(&random, scenario->node_count);
        input.peer = (input.node + 1) % scenario->node_count;
        for (int k = 0; k < 5; k++) {
            input.args[k] = (int64_t)link_random_below(&random, k < 2 ? 60000000 : 1000000);
        }
        lab_course_input(&course, &input, i + 1, "presenter");
    }
    uint32_t length = link_length(&course);
    lab_course_close(&course);
    return length;
}

int main(void)
{
    struct lab_scenario *scenario = NULL;
    if (lab_scenario_load("kitchens/lunch-rush", false, &scenario, NULL) != 0) {
        abort();
    }
    uint32_t smallest = UINT32_MAX;
    uint32_t largest = 0;
    for (uint64_t seed = 1; seed <= LECTURES; seed++) {
        uint32_t length = lecture(scenario, seed);
        smallest = length < smallest ? length : smallest;
        largest = length > largest ? length : largest;
    }
    printf("a lecture of %d minutes with %d inputs: %u to %u bytes (%d lectures; an address holds "
           "%d)\n",
           LECTURE_MINUTES, LECTURE_INPUTS, smallest, largest, LECTURES,
           LAB_LINK_ADDRESS_BYTES_MAX);
    printf("%d inputs at random: %u bytes (of at most %d)\n", LAB_INPUTS_MAX, fullest(scenario),
           LAB_LINK_BYTES_MAX);
    printf("the same of the kind that says most: %u bytes\n", longest(scenario));
    lab_scenario_free(&scenario);
    return 0;
}
