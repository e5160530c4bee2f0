/* repeat.c - the words that repeat a run on the command line. */
#include "lab/repeat.h"

#include "lab/settings.h"

static void add_value(const struct system_setting *setting, int64_t value, struct text *text)
{
    if (setting->kind == SYSTEM_CHOICE) {
        text_add(text, setting->choices[value]);
    } else if (setting->kind == SYSTEM_SWITCH) {
        text_add(text, value != 0 ? "true" : "false");
    } else {
        text_add_decimal(text, value, setting->decimals);
    }
}

void lab_repeat_words(const struct lab_scenario *scenario, uint64_t seed, const int64_t *settings,
                      struct text *text)
{
    const struct system *system = scenario->system;
    text_add(text, scenario->name);
    text_add(text, " --seed ");
    text_add_u64(text, seed);
    for (uint32_t i = 0; i < system->setting_count; i++) {
        if (settings[i] == scenario->settings[i]) {
            continue;
        }
        text_add(text, " --set ");
        text_add(text, system->settings[i].key);
        text_add_char(text, '=');
        add_value(&system->settings[i], settings[i], text);
    }
}
