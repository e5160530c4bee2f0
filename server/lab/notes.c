/* notes.c - what notes are called. */
#include "lab/notes.h"

#include <string.h>

/* The host's own, indexed by kind. */
static const struct system_note HOST_NOTES[] = {
    [NODE_NOTE_CRASHED] = {.name = "node_crashed", .listed = true, .interesting = true},
    [NODE_NOTE_STARTED] = {.name = "node_started",
                           .args = {"boot"},
                           .listed = true,
                           .interesting = true},
    [NODE_NOTE_PAUSED] = {.name = "node_paused", .listed = true, .interesting = true},
    [NODE_NOTE_RESUMED] = {.name = "node_resumed", .listed = true, .interesting = true},
    [NODE_NOTE_CPU_SLOWED] = {.name = "cpu_slowed",
                              .args = {"factor_pct"},
                              .listed = true,
                              .interesting = true},
    [NODE_NOTE_LINK_CUT] = {.name = "link_cut",
                            .args = {"one_way"},
                            .listed = true,
                            .interesting = true},
    [NODE_NOTE_LINK_HEALED] = {.name = "link_healed", .listed = true, .interesting = true},
    [NODE_NOTE_LINK_SET] = {.name = "link_set",
                            .args = {"delay_us", "loss_ppm", "duplicate_ppm", "reorder_ppm"},
                            .listed = true,
                            .interesting = true},
    [NODE_NOTE_PARTITIONED] = {.name = "net_partitioned",
                               .args = {"side_mask", "bystander_mask"},
                               .listed = true,
                               .interesting = true},
    [NODE_NOTE_NET_HEALED] = {.name = "net_healed", .listed = true, .interesting = true},
    [NODE_NOTE_DISK_SET] = {.name = "disk_set",
                            .args = {"disk_fault", "disk_value"},
                            .listed = true,
                            .interesting = true},
    [NODE_NOTE_CLOCK_SET] = {.name = "clock_set",
                             .args = {"clock_fault", "clock_value"},
                             .listed = true,
                             .interesting = true},
    [NODE_NOTE_HEALED_ALL] = {.name = "healed_all", .listed = true, .interesting = true},
    [NODE_NOTE_SETTING] = {.name = "setting_changed",
                           .args = {"setting", "value", "former"},
                           .listed = true,
                           .interesting = true},
    [NODE_NOTE_INPUT] = {.name = "input_arrived", .args = {"input_type"}},
    [NODE_NOTE_MESSAGE_REFUSED] = {.name = "message_refused",
                                   .args = {"message_type"},
                                   .listed = true,
                                   .interesting = true},
    [NODE_NOTE_VIOLATION] = {.name = "violation",
                             .args = {"word", "a", "b", "c"},
                             .listed = true,
                             .interesting = true},
    [NODE_NOTE_HALTED] = {.name = "run_halted",
                          .args = {"word"},
                          .listed = true,
                          .interesting = true},
};
enum { HOST_NOTE_COUNT = sizeof HOST_NOTES / sizeof HOST_NOTES[0] };

const struct system_note *lab_note(const struct system *system, uint16_t kind)
{
    if (kind < HOST_NOTE_COUNT) {
        return HOST_NOTES[kind].name == NULL ? NULL : &HOST_NOTES[kind];
    }
    if (kind < NODE_NOTE_SYSTEM || kind - NODE_NOTE_SYSTEM >= (int)system->note_count) {
        return NULL;
    }
    return &system->notes[kind - NODE_NOTE_SYSTEM];
}

uint16_t lab_note_find(const struct system *system, const char *name)
{
    for (uint32_t kind = 1; kind < NODE_NOTE_SYSTEM + system->note_count; kind++) {
        const struct system_note *note = lab_note(system, (uint16_t)kind);
        if (note != NULL && strcmp(note->name, name) == 0) {
            return (uint16_t)kind;
        }
    }
    return 0;
}

bool lab_note_stops(const struct node_note *note, const struct system_note *known)
{
    bool first_boot = note->kind == NODE_NOTE_STARTED && note->args[0] == 1;
    return (known->interesting || known->jump) && !first_boot;
}

void lab_notes_each(const struct system *system,
                    void (*each)(void *context, uint16_t kind, const struct system_note *note),
                    void *context)
{
    for (uint32_t kind = 1; kind < NODE_NOTE_SYSTEM + system->note_count; kind++) {
        const struct system_note *note = lab_note(system, (uint16_t)kind);
        if (note != NULL) {
            each(context, (uint16_t)kind, note);
        }
    }
}
