/* words.c - notes and reasons in English. */
#include "lab/words.h"

#include "base/embedded.h"
#include "lab/notes.h"
#include "lab/tables.h"
#include "lab/titles.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SYSTEMS_MAX = 16, NOTES_MAX = NODE_NOTE_SYSTEM + 192, WORDS_MAX = 256, PATH_BYTES = 96 };

/* Sentences of one system by note kind and by word; NULL where the tables have none. */
struct words {
    const cJSON *file; /* they stand in here */
    const char *notes[NOTES_MAX];
    const char *reasons[WORDS_MAX];
};
static struct words WORDS[SYSTEMS_MAX];
static const cJSON *HOST_WORDS;
static pthread_once_t WORDS_ONCE = PTHREAD_ONCE_INIT;

/* The parsed file; kept for ever, since sentences point into it. */
static const cJSON *words_file(const char *name)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "web/words/%s.json", name);
    const struct embedded_file *file = embedded_find(path);
    return file == NULL ? NULL : cJSON_Parse((const char *)file->bytes);
}

static const char *sentence(const cJSON *file, const char *group, const char *key)
{
    const cJSON *item =
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(file, group), key);
    if (cJSON_IsObject(item)) {
        item = cJSON_GetObjectItemCaseSensitive(item, "text");
    }
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

static void words_make_system(const struct system *system, const cJSON *host, struct words *words)
{
    const cJSON *file = words_file(system->name);
    words->file = file;
    assert(NODE_NOTE_SYSTEM + system->note_count <= NOTES_MAX);
    assert(system->word_count <= WORDS_MAX);
    for (uint32_t kind = 1; kind < NODE_NOTE_SYSTEM + system->note_count; kind++) {
        const struct system_note *note = lab_note(system, (uint16_t)kind);
        if (note == NULL) {
            continue;
        }
        words->notes[kind] = sentence(file, "notes", note->name);
        if (words->notes[kind] == NULL) {
            words->notes[kind] = sentence(host, "notes", note->name);
        }
    }
    for (uint32_t word = 0; word < system->word_count; word++) {
        words->reasons[word] = sentence(file, "reasons", system->words[word]);
    }
}

static void words_make(void)
{
    HOST_WORDS = words_file("host");
    assert(SYSTEM_COUNT <= SYSTEMS_MAX);
    for (uint32_t i = 0; i < SYSTEM_COUNT; i++) {
        words_make_system(SYSTEMS[i], HOST_WORDS, &WORDS[i]);
    }
}

static const struct words *words_of(const struct system *system)
{
    int status = pthread_once(&WORDS_ONCE, words_make);
    assert(status == 0);
    for (uint32_t i = 0; i < SYSTEM_COUNT; i++) {
        if (SYSTEMS[i] == system) {
            return &WORDS[i];
        }
    }
    return NULL;
}

/* ---- Filling in ---- */

struct values {
    const struct lab_scenario *scenario;
    uint32_t node, peer, subject;
    const int64_t *args;
    const char *const *arg_names; /* or NULL */
};

static void add_node(const struct values *values, uint32_t node, struct text *text)
{
    text_add(text, node < values->scenario->node_count ? values->scenario->nodes[node].name : "-");
}

/* "a:node": the number is a node. */
static bool add_numbered_node(const struct values *values, const char *name, size_t length,
                              struct text *text)
{
    static const char AS_NODE[] = ":node";
    if (length != sizeof AS_NODE || memcmp(name + 1, AS_NODE, sizeof AS_NODE - 1) != 0 ||
        name[0] < 'a' || name[0] >= 'a' + NODE_NOTE_ARGS) {
        return false;
    }
    add_node(values, (uint32_t)values->args[name[0] - 'a'], text);
    return true;
}

/* A number; an argument called `check` is a promise, by its title. */
static void add_argument(const struct values *values, const char *named, int64_t value,
                         struct text *text)
{
    const struct system *system = values->scenario->system;
    if (named != NULL && strcmp(named, "check") == 0 && value >= 0 &&
        value < (int64_t)system->check_count) {
        text_add(text, lab_title(system, "checks", system->checks[value].name));
    } else {
        text_add_i64(text, value);
    }
}

/* The value of a place; false when the name is unknown. */
static bool add_value(const void *context, const char *name, size_t length, struct text *text)
{
    const struct values *values = context;
    static const char *const LETTERS[NODE_NOTE_ARGS] = {"a", "b", "c", "d"};
    for (int i = 0; i < NODE_NOTE_ARGS; i++) {
        const char *named = values->arg_names == NULL ? NULL : values->arg_names[i];
        if ((named != NULL && strlen(named) == length && memcmp(named, name, length) == 0) ||
            (length == 1 && LETTERS[i][0] == name[0])) {
            add_argument(values, named, values->args[i], text);
            return true;
        }
    }
    if ((length == 5 && memcmp(name, "order", 5) == 0) ||
        (length == 7 && memcmp(name, "subject", 7) == 0)) {
        text_add_u64(text, values->subject);
        return true;
    }
    if (length == 4 && memcmp(name, "node", 4) == 0) {
        add_node(values, values->node, text);
        return true;
    }
    if (length == 4 && memcmp(name, "peer", 4) == 0) {
        add_node(values, values->peer, text);
        return true;
    }
    return add_numbered_node(values, name, length, text);
}

void lab_words_subject(const struct lab_scenario *scenario, uint32_t subject, struct text *text)
{
    const struct system *system = scenario->system;
    const char *column = system->tables[system->subject_table].columns[0].name;
    static const char ENDING[] = "_id";
    size_t length = strlen(column);
    size_t ending = sizeof ENDING - 1;
    bool is_id = length > ending && strcmp(column + length - ending, ENDING) == 0;
    text_add_bytes(text, column, (uint32_t)(is_id ? length - ending : length));
    text_add_char(text, ' ');
    text_add_u64(text, subject);
}

/* "order_cooked" as "order cooked", then what else is known. */
static void say_plainly(const char *name, const struct values *values, struct text *text)
{
    for (; *name != '\0'; name++) {
        text_add_char(text, *name == '_' ? ' ' : *name);
    }
    if (values->subject != NODE_NONE) {
        text_add(text, ", ");
        lab_words_subject(values->scenario, values->subject, text);
    }
    for (int i = 0; i < NODE_NOTE_ARGS && values->arg_names != NULL && values->arg_names[i] != NULL;
         i++) {
        text_add(text, ", ");
        text_add(text, values->arg_names[i]);
        text_add_char(text, ' ');
        text_add_i64(text, values->args[i]);
    }
}

/* A setting by its key and value instead of numbers. */
static void say_setting(const struct lab_scenario *scenario, const struct node_note *note,
                        struct text *text)
{
    const struct system *system = scenario->system;
    if (note->args[0] < 0 || note->args[0] >= (int64_t)system->setting_count) {
        return;
    }
    const struct system_setting *setting = &system->settings[note->args[0]];
    text_add(text, setting->key);
    text_add(text, " is now ");
    if (setting->kind == SYSTEM_CHOICE) {
        text_add(text, setting->choices[note->args[1]]);
    } else if (setting->kind == SYSTEM_SWITCH) {
        text_add(text, note->args[1] != 0 ? "on" : "off");
    } else {
        text_add_decimal(text, note->args[1], setting->decimals);
    }
}

void lab_words_note(const struct lab_scenario *scenario, const struct node_note *note,
                    struct text *text)
{
    const struct system_note *known = lab_note(scenario->system, note->kind);
    assert(known != NULL);
    if (note->kind == NODE_NOTE_SETTING) {
        say_setting(scenario, note, text);
        return;
    }
    if (note->kind == NODE_NOTE_VIOLATION) {
        struct node_reason reason = {.word = (uint16_t)note->args[0], .subject = note->subject};
        memcpy(reason.args, note->args + 1, (NODE_NOTE_ARGS - 1) * sizeof reason.args[0]);
        lab_words_reason(scenario, &reason, text);
        return;
    }
    struct values values = {scenario,      note->node, note->peer,
                            note->subject, note->args, known->args};
    const char *words = words_of(scenario->system)->notes[note->kind];
    if (words == NULL) {
        say_plainly(known->name, &values, text);
    } else {
        lab_sentence_fill(words, add_value, &values, text);
    }
}

void lab_words_reason(const struct lab_scenario *scenario, const struct node_reason *reason,
                      struct text *text)
{
    const struct system *system = scenario->system;
    struct values values = {scenario, NODE_NONE, NODE_NONE, reason->subject, reason->args, NULL};
    if (reason->word >= system->word_count) {
        text_add(text, "no reason known");
        return;
    }
    const char *words = words_of(system)->reasons[reason->word];
    if (words == NULL) {
        say_plainly(system->words[reason->word], &values, text);
    } else {
        lab_sentence_fill(words, add_value, &values, text);
    }
}

/* ---- Rows ---- */

static void add_cell(const struct lab_table *table, const struct lab_row *row, const char *name,
                     size_t length, struct text *text)
{
    for (uint32_t i = 0; i < table->column_count; i++) {
        const struct lab_cell *cell = &row->cells[i];
        if (strlen(table->columns[i].name) != length ||
            memcmp(table->columns[i].name, name, length) != 0) {
            continue;
        }
        if (cell->kind == LAB_CELL_TEXT) {
            text_add(text, cell->text);
        } else if (cell->kind == LAB_CELL_NUMBER) {
            text_add_decimal(text, cell->value, table->columns[i].decimals);
        } else {
            text_add_char(text, '-');
        }
    }
}

void lab_words_row(const struct lab_scenario *scenario, const struct node_row *row,
                   struct text *text)
{
    struct lab_row converted;
    lab_row_convert(scenario, row, &converted);
    const struct lab_table *table = &lab_tables(scenario->system)->tables[converted.table];
    const cJSON *group =
        cJSON_GetObjectItemCaseSensitive(words_of(scenario->system)->file, "tables");
    const cJSON *words = cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(group, table->name), "row");
    if (!cJSON_IsString(words)) {
        text_add(text, table->name);
        text_add(text, ": ");
        add_cell(table, &converted, table->columns[0].name, strlen(table->columns[0].name), text);
        return;
    }
    for (const char *at = words->valuestring; *at != '\0';) {
        size_t plain = strcspn(at, "{");
        text_add_bytes(text, at, (uint32_t)plain);
        at += plain;
        size_t place = strcspn(at, "}");
        if (*at == '{' && at[place] == '}') {
            add_cell(table, &converted, at + 1, place - 1, text);
            at += place + 1;
        } else {
            text_add(text, at);
            break;
        }
    }
}

/* ---- Halts ---- */

void lab_words_halt(const struct lab_scenario *scenario, enum sim_halt halt,
                    const struct node_reason *reason, struct text *text)
{
    static const char *const HOST_HALTS[] = {
        [SIM_HALT_EVENTS_FULL] = "more events pending than the world has room for",
        [SIM_HALT_MESSAGES_FULL] = "more messages under way than the world has room for",
        [SIM_HALT_OUTBOX_FULL] = "one step of a node asked for more than its outbox holds",
        [SIM_HALT_DISK_FULL] = "more writes of one disk under way than it has room for",
    };
    if (halt == SIM_HALT_NODE) {
        lab_words_reason(scenario, reason, text);
    } else if (halt != SIM_HALT_NONE) {
        text_add(text, HOST_HALTS[halt]);
    }
}
