/* notes.c - what notes are called. */
#include "lab/notes.h"

#include <string.h>

/* The host's own, indexed by kind. */
static const struct system_note HOST_NOTES[] = {
    [NODE_NOTE_CRASHED] = {"node_crashed", {NULL}, true, true},
    [NODE_NOTE_STARTED] = {"node_started", {"boot"}, true, true},
    [NODE_NOTE_PAUSED] = {"node_paused", {NULL}, true, true},
    [NODE_NOTE_RESUMED] = {"node_resumed", {NULL}, true, true},
    [NODE_NOTE_CPU_SLOWED] = {"cpu_slowed", {"factor_pct"}, true, true},
    [NODE_NOTE_LINK_CUT] = {"link_cut", {"one_way"}, true, true},
    [NODE_NOTE_LINK_HEALED] = {"link_healed", {NULL}, true, true},
    [NODE_NOTE_LINK_SET] = {"link_set",
                            {"delay_us", "loss_ppm", "duplicate_ppm", "reorder_ppm"},
                            true,
                            true},
    [NODE_NOTE_PARTITIONED] = {"net_partitioned", {"side_mask"}, true, true},
    [NODE_NOTE_NET_HEALED] = {"net_healed", {NULL}, true, true},
    [NODE_NOTE_DISK_SET] = {"disk_set", {"disk_fault", "disk_value"}, true, true},
    [NODE_NOTE_CLOCK_SET] = {"clock_set", {"clock_fault", "clock_value"}, true, true},
    [NODE_NOTE_HEALED_ALL] = {"healed_all", {NULL}, true, true},
    [NODE_NOTE_SETTING] = {"setting_changed", {"setting", "value", "former"}, true, true},
    [NODE_NOTE_INPUT] = {"input_arrived", {"input_type"}, false, false},
    [NODE_NOTE_MESSAGE_REFUSED] = {"message_refused", {"message_type"}, true, true},
    [NODE_NOTE_VIOLATION] = {"violation", {"word", "a", "b", "c"}, true, true},
    [NODE_NOTE_HALTED] = {"run_halted", {"word"}, true, true},
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
