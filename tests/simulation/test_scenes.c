/* test_scenes.c - every scene of the storyboard comes to its end: on its seed, and on ten others unless it
 * says why it needs its own. Its tasks can be done, as missions/NAME.json does them, and are not done by
 * doing nothing. It has all that a scene of the course should have. The
 * example of docs/writing-a-scene.md does what the page says. */
#include "effort.h"
#include "lab/scene.h"
#include "unit.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OTHER_SEEDS = 10,
    TASK_SEEDS = 3,        /* its own and those after it */
    CAPTION_LETTERS = 125, /* two lines on a page of 1280 pixels */
    FILE_BYTES = 64 * 1024,
};
#define IDLE_NS   INT64_C(180000000000)
#define SOLVED_NS INT64_C(600000000000)

static void play(const struct lab_scene *scene, uint64_t seed)
{
    static struct lab_scene_result result;
    struct lab_problem problem = {0};
    if (lab_scene_run(scene, seed, &result, &problem) != 0) {
        fail_msg("%s, seed %" PRIu64 ": %s", scene->name, seed, problem.detail);
    }
    if (result.failed) {
        fail_msg("%s, seed %" PRIu64 ": %s", scene->name, seed, result.why);
    }
}

static void play_all(void *context, const char *name)
{
    struct lab_scene *scene = NULL;
    (void)context;
    assert_int_equal(lab_scene_load(name, false, &scene, NULL), 0);
    play(scene, scene->seed);
    for (uint64_t i = 1; scene->any_seed && i <= effort_rounds(OTHER_SEEDS); i++) {
        play(scene, scene->seed + i);
    }
    lab_scene_free(&scene);
}

static void test_every_scene_comes_to_its_end(void **state)
{
    (void)state;
    lab_scene_names(play_all, NULL);
}

/* ---- Tasks ---- */

/* A file of the repository, in a buffer that the next one takes. */
static char *text_of(const char *place)
{
    static char text[FILE_BYTES];
    char path[512];
    const char *source = getenv("CHEF_SOURCE");
    (void)snprintf(path, sizeof path, "%s/%s", source != NULL ? source : ".", place);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fail_msg("there is no %s", path);
        return text;
    }
    size_t length = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    text[length] = '\0';
    return text;
}

/* {"STEP/TASK": [inputs with after_ms]}; the caller's. */
static cJSON *missions_of(const char *name)
{
    char place[128];
    (void)snprintf(place, sizeof place, "tests/simulation/missions/%s.json", name);
    cJSON *missions = cJSON_Parse(text_of(place));
    assert_non_null(missions);
    return missions;
}

static void try_tasks(void *context, const char *name)
{
    static struct lab_scene_result result;
    struct lab_scene *scene = NULL;
    (void)context;
    assert_int_equal(lab_scene_load(name, false, &scene, NULL), 0);
    cJSON *missions = missions_of(name);
    for (uint64_t seed = scene->seed; seed < scene->seed + effort_rounds(TASK_SEEDS); seed++) {
        struct lab_problem problem = {0};
        if (lab_scene_tasks(scene, seed, missions, &result, &problem) != 0) {
            fail_msg("%s, seed %" PRIu64 ": %s", name, seed, problem.detail);
        }
        if (result.failed) {
            fail_msg("%s, seed %" PRIu64 ": %s", name, seed, result.why);
        }
    }
    cJSON_Delete(missions);
    lab_scene_free(&scene);
}

static void test_tasks_can_be_done_and_are_not_done_by_themselves(void **state)
{
    (void)state;
    lab_scene_names(try_tasks, NULL);
}

/* ---- The course ---- */

static uint32_t letters(const char *text)
{
    uint32_t count = 0;
    for (; *text != '\0'; text++) {
        count += ((unsigned char)*text & 0xc0) != 0x80; /* UTF-8: not the later bytes of one */
    }
    return count;
}

static void look_at_step(const struct lab_scene *scene, const struct lab_scene_step *step)
{
    const char *caption = lab_scene_text(scene, step->json, step->id, "caption");
    if (caption != NULL && letters(caption) > CAPTION_LETTERS) {
        fail_msg("%s, %s: a caption of %u letters", scene->name, step->id, letters(caption));
    }
    if (lab_scene_text(scene, step->json, step->id, "notes") == NULL) {
        fail_msg("%s, %s: no notes for the lecturer", scene->name, step->id);
    }
}

/* The whole beat, sources, and a next scene that there is; `context` gets the name that must come. */
static void look_at_scene(void *context, const char *name)
{
    struct lab_scene *scene = NULL;
    const char **expected = context;
    uint32_t beats = 0;
    assert_int_equal(lab_scene_load(name, false, &scene, NULL), 0);
    for (uint32_t i = 0; i < scene->step_count; i++) {
        beats |= UINT32_C(1) << scene->steps[i].beat;
        look_at_step(scene, &scene->steps[i]);
    }
    if (beats != (UINT32_C(1) << LAB_BEATS) - 1) {
        fail_msg("%s: a beat is missing (%x)", name, beats);
    }
    assert_true(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(scene->json, "sources")) > 0);
    assert_true(*expected == NULL || strcmp(*expected, name) == 0);
    static char next[LAB_SCENE_NAME_BYTES];
    const char *after = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(scene->json, "next"));
    (void)snprintf(next, sizeof next, "%s", after == NULL ? "" : after);
    *expected = next;
    lab_scene_free(&scene);
}

static void test_the_scenes_are_a_course(void **state)
{
    (void)state;
    const char *expected = NULL;
    lab_scene_names(look_at_scene, &expected);
    assert_string_equal(expected, ""); /* the last one ends it */
}

/* ---- The example of docs/writing-a-scene.md ---- */

/* The json block number `which` of the page, in the page's buffer. */
static char *block_of(char *page, uint32_t which)
{
    static const char FENCE[] = "```json\n";
    char *block = page;
    for (uint32_t i = 0; i <= which; i++) {
        block = strstr(block, FENCE);
        assert_non_null(block);
        block += sizeof FENCE - 1;
    }
    return block;
}

/* It is a file of one's own, as a lecturer would write it, and its solution stands below it. */
static void test_the_example_of_the_page_plays(void **state)
{
    (void)state;
    static struct lab_scene_result result;
    struct lab_scene *scene = NULL;
    struct lab_problem problem = {0};
    char *page = text_of("docs/writing-a-scene.md");
    char *text = block_of(page, 0);
    cJSON *solutions = cJSON_Parse(block_of(page, 1));
    assert_non_null(solutions);
    *strstr(text, "```") = '\0';
    if (lab_scene_parse("example", text, true, &scene, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    assert_true(scene->any_seed);
    for (uint64_t seed = scene->seed; seed <= scene->seed + OTHER_SEEDS; seed++) {
        play(scene, seed);
    }
    assert_int_equal(lab_scene_tasks(scene, scene->seed, solutions, &result, NULL), 0);
    assert_string_equal(result.why, "");
    cJSON_Delete(solutions);
    lab_scene_free(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_scene_comes_to_its_end),
        cmocka_unit_test(test_tasks_can_be_done_and_are_not_done_by_themselves),
        cmocka_unit_test(test_the_scenes_are_a_course),
        cmocka_unit_test(test_the_example_of_the_page_plays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
