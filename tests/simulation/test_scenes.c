/* test_scenes.c - every scene of the storyboard comes to its end: on its seed, and on ten others unless it
 * says why it needs its own. */
#include "lab/scene.h"
#include "unit.h"

#include <inttypes.h>

enum { OTHER_SEEDS = 10 };

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
    for (uint64_t i = 1; scene->any_seed && i <= OTHER_SEEDS; i++) {
        play(scene, scene->seed + i);
    }
    lab_scene_free(&scene);
}

static void test_every_scene_comes_to_its_end(void **state)
{
    (void)state;
    lab_scene_names(play_all, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_scene_comes_to_its_end)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
