/* scene.h - a scene of the storyboard: a run, what happens to it, a question, and what must come of it.
 *
 *   {"scenario": "kitchens/lunch-rush", "seed": 7, "settings": {"policy": "round-robin"},
 *    "steps": [
 *      {"id": "look", "beat": "situation", "caption": "..."},
 *      {"id": "guess", "beat": "predict", "question": "...",
 *       "options": [{"id": "yes", "text": "...", "holds": "waiting > 50"}, {"id": "no", "text": "..."}]},
 *      {"id": "rush", "beat": "run", "do": [{"type": "load.rush"}], "until": "waiting > 50",
 *       "within_s": 120, "speed": 4, "caption": "..."},
 *      {"id": "stop", "beat": "freeze", "focus": ["B"], "caption": "..."},   or "@node", "@peer"
 *      {"id": "why", "beat": "explain", "view": "spacetime", "last_s": 2, "caption": "..."},
 *      {"id": "again", "beat": "vote_again"},
 *      {"id": "turn", "beat": "turn", "caption": "...",
 *       "tasks": [{"id": "sink", "text": "...", "until": "waiting > 100", "unless": "count(node_crashed) > 2"}]},
 *      {"id": "home", "beat": "home"}],
 *    "expect": {"no_order_lost": "PASS"},     at the end, healed and judged; the others are free
 *    "seeds": "own", "why_own": "...",        left out: it works on any seed
 *    "act": "city",                           or "agreement", "trouble": its chapter in the storyboard
 *    "minutes": 9,                            that a class takes with it, votes included
 *    "title": "...", "about": "...", "sources": ["..."], "next": "crisis"}
 *
 * A step waits for what happens in the model, never for time that passes: a run whose condition does
 * not come within `within_s` (virtual) fails the scene. Its moment is the whole microsecond of virtual time at
 * which the step before has ended; a run's, once it has ended, the one that has had the event it waited for. What a
 * step does comes LAB_SCENE_APART_NS behind its moment, and `until` and `holds` are looked at from the moment on: so
 * both see what the inputs of `do` cause at once, and neither what was before. Inputs that are a client's operation
 * are refused in `do`, since they take effect only while a run goes on.
 *
 * The answer to a question is no field: it is the first option whose `holds` came true between the question's moment
 * and the first step behind its runs that is neither a run nor a question, or the one without; so the run
 * answers, not who wrote the scene.
 *
 * "@node" and "@peer", in a focus and as the node or peer of an input of `do`, are the node that said, or the other
 * one of, the event that the run before ended with ("event" in the answer of /find). So a scene can point at whoever
 * was elected on this seed, and crash it. Where no event but a figure or a row ended the run there is nobody. A task's
 * `until` is looked at from the turn on: count(...) and first(...) know nothing of what was before. Once `unless` has
 * come true since then, the task cannot be done any more: what is judged is "(UNTIL) and not first(UNLESS)". Every step may have
 * "notes", for the lecturer alone. A speed may be as small as 0.001, where single
 * messages are seen, and so may the seconds of `last_s`.
 *
 * A field that does not exist, or that its beat does not look at, is refused. web/scene.schema.json says for editors what
 * the reader says of a file; "$schema" may name it, and is not looked at.
 *
 * Scenes inside the program (web/scenes/NAME.json) leave their texts to web/words/scenes.json, where they stand as
 * "NAME.title", "NAME.STEP.caption", "NAME.STEP.options.OPTION"; a file of one's own holds them itself. */
#ifndef LAB_SCENE_H
#define LAB_SCENE_H

#include "lab/condition.h"
#include "lab/input.h"
#include "lab/problem.h"
#include "lab/scenario.h"

enum {
    LAB_SCENE_NAME_BYTES = 32,
    LAB_SCENE_BYTES_MAX = 64 * 1024, /* of a file */
    LAB_SCENE_STEPS_MAX = 24,
    LAB_SCENE_OPTIONS_MAX = 4,
    LAB_SCENE_TASKS_MAX = 4,
    LAB_SCENE_DO_MAX = 8,
    LAB_SCENE_WITHIN_S_MAX = 3600,
    LAB_SCENE_WITHIN_S_STANDARD = 300,
    LAB_SCENE_APART_NS =
        1000, /* between the moment of a step and what it does, the least that a run can go */
};

enum lab_beat {
    LAB_BEAT_SITUATION,
    LAB_BEAT_PREDICT,
    LAB_BEAT_RUN,
    LAB_BEAT_FREEZE,
    LAB_BEAT_EXPLAIN,
    LAB_BEAT_VOTE_AGAIN,
    LAB_BEAT_TURN,
    LAB_BEAT_HOME,
    LAB_BEATS
};
const char *lab_beat_name(enum lab_beat beat);

/* A choice of a question, or a task of a mission. */
struct lab_scene_choice {
    const char *id;   /* within the scene's json */
    bool conditional; /* an option without is what is left */
    struct lab_condition condition;
};

struct lab_scene_step {
    enum lab_beat beat;
    const char *id;
    const struct cJSON *json;   /* the step in the scene's json */
    struct lab_condition until; /* of a run */
    int64_t within_ns;
    uint32_t choice_count; /* options of a prediction, tasks of a turn */
    struct lab_scene_choice choices[LAB_SCENE_OPTIONS_MAX];
};

struct lab_scene {
    char name[LAB_SCENE_NAME_BYTES];
    struct cJSON *json;
    struct lab_scenario *scenario;
    uint64_t seed;
    bool any_seed;
    int64_t settings[LAB_SETTINGS_MAX]; /* at t = 0: the scenario's and the scene's own */
    uint32_t step_count;
    struct lab_scene_step steps[LAB_SCENE_STEPS_MAX];
};

/* Of the program by its name, or from a file when `files` is true and the name ends in .json. -404 with the
 * list of scenes, -422 with what is wrong. *scene is the caller's. */
int lab_scene_load(const char *name, bool files, struct lab_scene **scene,
                   struct lab_problem *problem);
/* From a document, which is taken over, be it refused. `own_words`: it holds its texts itself. */
int lab_scene_make(const char *name, struct cJSON *json, bool own_words, struct lab_scene **scene,
                   struct lab_problem *problem);
/* The same from its text. */
int lab_scene_parse(const char *name, const char *text, bool own_words, struct lab_scene **scene,
                    struct lab_problem *problem);
void lab_scene_free(struct lab_scene **scene);
/* The document with "name", "system" and "seed" in it, as the page plays it; the caller's. */
struct cJSON *lab_scene_json(const struct lab_scene *scene);
/* Calls `each` with the name of every scene inside the program, in the order of the course. */
void lab_scene_names(void (*each)(void *context, const char *name), void *context);
/* A text of the program's own scenes by its key, "crisis.guess.question". NULL when there is none. */
const char *lab_scene_word(const char *key);
/* A text of the scene: its own, or that of the table of words. NULL when there is none. */
const char *lab_scene_text(const struct lab_scene *scene, const struct cJSON *holder,
                           const char *key, const char *field);

/* ---- A scene without a page: what the tests and `chef scene` do ---- */

struct lab_scene_result {
    uint32_t steps_done;                   /* all of them unless the scene failed at this one */
    int64_t time_ns[LAB_SCENE_STEPS_MAX];  /* where each step ended */
    uint32_t answers[LAB_SCENE_STEPS_MAX]; /* of a prediction: the option that held */
    bool failed;
    char why[LAB_PROBLEM_BYTES]; /* one sentence, when it failed */
    uint64_t digest;
};
/* Goes through the scene on this seed. A scene that fails is no error: 0. -422 when an input of it is refused. */
int lab_scene_run(const struct lab_scene *scene, uint64_t seed, struct lab_scene_result *result,
                  struct lab_problem *problem);

/* An input of `do` with the node and peer of the event before in place of "@node" and "@peer" (NODE_NONE: there is
 * none); the caller's. */
struct cJSON *lab_scene_body(const struct lab_scene *scene, const struct cJSON *item, uint32_t node,
                             uint32_t peer);

/* ---- Tasks of its turns ---- */

enum { LAB_TASK_IDLE_S = 180, LAB_TASK_SOLVED_S = 600 }; /* virtual, from the turn on */

/* Can each task be done, and is none done by nobody? `solutions` holds for each "STEP/TASK" a list of inputs as in
 * `do`, each with "after_ms" from the turn on, in order of time; client's operations may be among them. Fails with one
 * sentence about the first task that comes true though nobody does anything, or that does not come true with its
 * inputs, or that has none, or about a solution of no task. -422 with the input that is refused. */
int lab_scene_tasks(const struct lab_scene *scene, uint64_t seed, const struct cJSON *solutions,
                    struct lab_scene_result *result, struct lab_problem *problem);
/* One of them: does it come true within `within_ns` when `inputs` (NULL: nothing) are done? -422 also when the scene
 * fails before its turn. */
int lab_scene_task(const struct lab_scene *scene, uint64_t seed, uint32_t step, uint32_t task,
                   const struct cJSON *inputs, int64_t within_ns, bool *done,
                   struct lab_problem *problem);

#endif
