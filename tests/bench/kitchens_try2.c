/* kitchens_try2.c - bytes of views. */
#include "lab/course.h"
#include "systems/kitchens/ledger.h"
#include "base/json_writer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv)
{
    struct lab_scenario *scenario; struct lab_problem problem; (void)argc;
    if (lab_scenario_load(argv[1], true, &scenario, &problem) != 0) return 2;
    int64_t step = atoll(argv[2]) * 1000000;
    struct lab_course course;
    if (lab_course_open(&course, scenario, 7, scenario->settings, true, &problem) != 0) return 2;
    static char buffer[1 << 20];
    uint64_t mark = 0, sum = 0, most = 0, key = 0, frames = 0, k = 0, on = 0, o = 0;
    for (int64_t t = 0; t < 120 * INT64_C(1000000000); t += step) {
        while (lab_course_run(&course, t, 1000000) == SIM_WORKING) {}
        struct node_world world; sim_world_view(&course.sim, &world);
        struct text text = text_init(buffer, sizeof buffer); struct json_writer w = json_init(&text);
        json_object(&w, NULL); mark = kitchens_view(sim_observer_state(&course.sim), &world, mark, &w); json_close(&w);
        if (t > 60 * INT64_C(1000000000)) { sum += text.length; frames++; if (text.length > most) most = text.length; }
        char *a = strstr(buffer, "\"on\""), *b = strstr(buffer, "\"o\":");
        if (a && b) { k += (uint64_t)(a - buffer); on += (uint64_t)(b - a); o += strlen(b); }
        text = text_init(buffer, sizeof buffer); w = json_init(&text);
        json_object(&w, NULL); (void)kitchens_view(sim_observer_state(&course.sim), &world, 0, &w); json_close(&w);
        if (text.length > key) key = text.length;
    }
    printf("%s step %ld ms: %lu frames, mean %lu, most %lu bytes, largest keyframe %lu; k %lu on %lu o %lu\n", argv[1], (long)(step / 1000000), frames, sum / frames, most, key, k, on, o);
    return 0;
}
