/* command_scene.c - `chef scene`: a scene of the storyboard without a page, as its tests play it. */
#include "command/arguments.h"
#include "command/command.h"

#include "lab/scene.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char USAGE[] =
    "usage: chef scene [NAME|FILE.json] [--seed N | --seeds A..B] [--tasks FILE.json]\n"
    "\n"
    "Without a name: the scenes of the storyboard. With one: plays it to its end and says where "
    "each\n"
    "step ended, which answer the run gave, and whether everything came that should have.\n"
    "\n"
    "  --seed N       on another seed than the scene's\n"
    "  --seeds A..B   on each of these seeds\n"
    "  --tasks FILE   and tries the tasks of its turns: each must come true with its inputs of\n"
    "                 the file, {\"STEP/TASK\": [{\"after_ms\": 0, \"type\": ...}]}, and not "
    "without\n"
    "\n"
    "Exit code: 0 played to its end, 1 it failed on a seed, 2 unusable input.\n";
enum { SEEDS_MAX = 10000, TASKS_BYTES_MAX = 64 * 1024 };

static void print_name(void *context, const char *name)
{
    struct lab_scene *scene = NULL;
    (void)context;
    if (lab_scene_load(name, false, &scene, NULL) == 0) {
        printf("%-20s %-34s %s\n", name, scene->scenario->name,
               lab_scene_text(scene, scene->json, "", "title"));
        lab_scene_free(&scene);
    }
}

static void print_answer(const struct lab_scene *scene, const struct lab_scene_step *step,
                         uint32_t answer)
{
    char key[96];
    const cJSON *options = cJSON_GetObjectItemCaseSensitive(step->json, "options");
    (void)snprintf(key, sizeof key, "%s.options.%s", step->id, step->choices[answer].id);
    printf("  %s", lab_scene_text(scene, cJSON_GetArrayItem(options, (int)answer), key, "text"));
}

static void print_result(const struct lab_scene *scene, uint64_t seed,
                         const struct lab_scene_result *result)
{
    printf("%s, seed %" PRIu64 ", digest %016" PRIx64 "\n", scene->name, seed, result->digest);
    for (uint32_t i = 0; i < result->steps_done; i++) {
        const struct lab_scene_step *step = &scene->steps[i];
        printf("  %10.3f s  %-10s %-12s", (double)result->time_ns[i] / 1e9,
               lab_beat_name(step->beat), step->id);
        if (step->beat == LAB_BEAT_PREDICT) {
            print_answer(scene, step, result->answers[i]);
        }
        printf("\n");
    }
    printf("  %s%s\n", result->failed ? "failed: " : "played to its end", result->why);
}

/* Solutions of tasks; NULL and a message when the file is none. The caller's. */
static cJSON *read_solutions(const char *path)
{
    static char text[TASKS_BYTES_MAX + 1];
    FILE *file = fopen(path, "rb");
    size_t length = file == NULL ? 0 : fread(text, 1, sizeof text, file);
    cJSON *solutions = length > TASKS_BYTES_MAX ? NULL : cJSON_ParseWithLength(text, length);
    if (file != NULL) {
        (void)fclose(file);
    }
    if (!cJSON_IsObject(solutions)) {
        cJSON_Delete(solutions);
        (void)command_refuse("scene", "--tasks: %s is no file of a JSON object of at most %d bytes",
                             path, TASKS_BYTES_MAX);
        return NULL;
    }
    return solutions;
}

/* A scene that came to its end, and its tasks where there are solutions. */
static int play_once(const struct lab_scene *scene, uint64_t seed, const cJSON *solutions,
                     struct lab_scene_result *result, struct lab_problem *problem)
{
    static struct lab_scene_result tasks;
    int status = lab_scene_run(scene, seed, result, problem);
    if (status == 0 && !result->failed && solutions != NULL) {
        status = lab_scene_tasks(scene, seed, solutions, &tasks, problem);
        result->failed = tasks.failed;
        (void)snprintf(result->why, sizeof result->why, "%s", tasks.why);
    }
    return status;
}

static int play(const struct lab_scene *scene, uint64_t first, uint64_t last,
                const cJSON *solutions)
{
    struct lab_scene_result *result = calloc(1, sizeof *result);
    uint64_t failures = 0;
    int code = EXIT_GOOD;
    if (result == NULL) {
        abort();
    }
    for (uint64_t seed = first; seed <= last && code == EXIT_GOOD; seed++) {
        struct lab_problem problem = {0};
        if (play_once(scene, seed, solutions, result, &problem) != 0) {
            code = command_refuse_problem("scene", &problem);
        } else if (first == last || result->failed) {
            print_result(scene, seed, result);
            failures += result->failed;
        }
    }
    if (code == EXIT_GOOD && first != last) {
        printf("%s: played to its end on %" PRIu64 " of %" PRIu64 " seeds\n", scene->name,
               last - first + 1 - failures, last - first + 1);
    }
    free(result);
    return code != EXIT_GOOD ? code : failures > 0 ? EXIT_BROKEN : EXIT_GOOD;
}

static int read_seeds(int argc, char **argv, uint64_t *first, uint64_t *last)
{
    int status = 0;
    const char *one = command_option("scene", argc, argv, "--seed", &status);
    const char *many = status == 0 ? command_option("scene", argc, argv, "--seeds", &status) : NULL;
    if (status != 0) {
        return EXIT_UNUSABLE;
    }
    if (one != NULL) {
        status = command_number("scene", "--seed", one, 0, LAB_SEED_MAX, first);
        *last = *first;
    }
    return status != 0 || many == NULL ? status
                                       : command_seeds("scene", many, SEEDS_MAX, first, last);
}

static const char *take_name(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i] != NULL && argv[i][0] != '-') {
            const char *name = argv[i];
            argv[i] = NULL;
            return name;
        }
    }
    return NULL;
}

int command_scene(int argc, char **argv)
{
    uint64_t first = UINT64_MAX;
    uint64_t last = 0;
    struct lab_problem problem = {0};
    struct lab_scene *scene = NULL;
    if (command_switch(argc, argv, "--help")) {
        (void)fputs(USAGE, stdout);
        return EXIT_GOOD;
    }
    int status = read_seeds(argc, argv, &first, &last);
    const char *tasks =
        status == 0 ? command_option("scene", argc, argv, "--tasks", &status) : NULL;
    const char *name = take_name(argc, argv);
    status = status != 0 ? status : command_rest("scene", argc, argv);
    if (status != 0) {
        return status;
    }
    if (name == NULL) {
        lab_scene_names(print_name, NULL);
        return EXIT_GOOD;
    }
    if (lab_scene_load(name, true, &scene, &problem) != 0) {
        return command_refuse_problem("scene", &problem);
    }
    cJSON *solutions = tasks == NULL ? NULL : read_solutions(tasks);
    first = first == UINT64_MAX ? scene->seed : first;
    last = first > last ? first : last;
    status =
        tasks != NULL && solutions == NULL ? EXIT_UNUSABLE : play(scene, first, last, solutions);
    cJSON_Delete(solutions);
    lab_scene_free(&scene);
    return status;
}
