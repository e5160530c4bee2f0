/* show.c - the latest notes and rows, as they come. */
#include "lab/show.h"

#include <string.h>

int32_t lab_show_table(const struct system *system, const char *name)
{
    for (uint32_t i = 0; i < system->table_count; i++) {
        if (strcmp(system->tables[i].name, name) == 0) {
            return (int32_t)i;
        }
    }
    return -1;
}

void lab_show_begin(struct lab_show *show, const struct lab_scenario *scenario)
{
    memset(show, 0, sizeof *show);
    show->scenario = scenario;
    show->points_table = lab_show_table(scenario->system, "metrics");
}

void lab_show_note(struct lab_show *show, const struct node_note *note,
                   const struct system_note *known)
{
    if (!known->listed) {
        return;
    }
    show->events[show->event_count % LAB_EVENTS_KEPT] = (struct lab_event_note){
        .note = *note, .name = known->name, .interesting = known->interesting};
    show->event_count++;
}

void lab_show_row(struct lab_show *show, const struct node_row *row)
{
    if (row->table == show->points_table) {
        show->points[show->point_count % LAB_POINTS_KEPT] = *row;
        show->point_count++;
    }
}
