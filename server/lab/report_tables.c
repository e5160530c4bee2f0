/* report_tables.c - the parts of a report that are lists. */
#include "lab/report_tables.h"

#include "base/html_writer.h"
#include "lab/model.h"
#include "lab/report_plot.h"
#include "lab/settings.h"
#include "lab/titles.h"
#include "lab/words.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- What the parts share ---- */

void lab_report_say(const char *key, struct text *text)
{
    html_add(text, lab_report_word(key));
}

static bool put_count(const void *context, const char *name, size_t length, struct text *text)
{
    if (length != 1 || name[0] != 'n') {
        return false;
    }
    text_add_u64(text, *(const uint64_t *)context);
    return true;
}

void lab_report_say_number(const char *key, uint64_t number, struct text *text)
{
    char words[LAB_REPORT_WORDS_BYTES];
    struct text said = text_init(words, sizeof words);
    lab_sentence_fill(lab_report_word(key), put_count, &number, &said);
    html_add(text, words);
}

void lab_report_section(const char *id, struct text *text)
{
    char key[40];
    (void)snprintf(key, sizeof key, "section.%s", id);
    text_add(text, "<section id=\"");
    text_add(text, id);
    text_add(text, "\">\n<h2>");
    lab_report_say(key, text);
    text_add(text, "</h2>\n");
}

void lab_report_section_end(struct text *text)
{
    text_add(text, "</section>\n");
}

static void put_paragraph(const char *class, const char *key, struct text *text)
{
    text_add(text, "<p class=\"");
    text_add(text, class);
    text_add(text, "\">");
    lab_report_say(key, text);
    text_add(text, "</p>\n");
}

/* Heads of a table by the keys of their words, NULL-terminated; "n:" before one: a number. */
static void put_head(const char *const *keys, struct text *text)
{
    text_add(text, "<div class=\"wide\"><table><thead><tr>");
    for (; *keys != NULL; keys++) {
        bool number = strncmp(*keys, "n:", 2) == 0;
        text_add(text, number ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">");
        lab_report_say(*keys + (number ? 2 : 0), text);
        text_add(text, "</th>");
    }
    text_add(text, "</tr></thead><tbody>\n");
}

static void put_foot(struct text *text)
{
    text_add(text, "</tbody></table></div>\n");
}

/* ---- Promises ---- */

struct tally {
    uint32_t kept, broken, planned, open;
    uint32_t free; /* no promise, and not broken */
};

/* The class, and the key of the words, of a verdict. */
static const char *verdict_class(const char *name)
{
    return strcmp(name, "PASS") == 0            ? "kept"
           : strcmp(name, "FAIL") == 0          ? "broken"
           : strcmp(name, "EXPECTED-FAIL") == 0 ? "planned"
           : strcmp(name, "NOT-PROMISED") == 0  ? "free"
                                                : "open";
}

static struct tally tally_of(const struct lab_report *report, const struct lab_judgement *judgement)
{
    struct tally tally = {0};
    for (uint32_t i = 0; i < judgement->count; i++) {
        const char *class = verdict_class(lab_verdict_name(judgement, i, report->excuse));
        tally.kept += strcmp(class, "kept") == 0;
        tally.broken += strcmp(class, "broken") == 0;
        tally.planned += strcmp(class, "planned") == 0;
        tally.open += strcmp(class, "open") == 0;
        tally.free += strcmp(class, "free") == 0;
    }
    return tally;
}

static void put_badge(const char *class, struct text *text)
{
    char key[40];
    (void)snprintf(key, sizeof key, "verdict.%s", class);
    text_add(text, "<span class=\"verdict ");
    text_add(text, class);
    text_add(text, "\"><svg viewBox=\"0 0 16 16\" aria-hidden=\"true\"><use href=\"#v-");
    text_add(text, class);
    text_add(text, "\"/></svg>");
    lab_report_say(key, text);
    text_add(text, "</span>");
}

/* The worst that there is, and how much of it. */
static void put_summary(const struct lab_report *report, const struct lab_judgement *judgement,
                        struct text *text)
{
    struct tally tally = tally_of(report, judgement);
    const char *class = tally.broken > 0    ? "broken"
                        : tally.planned > 0 ? "planned"
                        : tally.open > 0    ? "open"
                                            : "kept";
    uint32_t count = tally.broken > 0    ? tally.broken
                     : tally.planned > 0 ? tally.planned
                     : tally.open > 0    ? tally.open
                                         : tally.kept;
    char key[40];
    (void)snprintf(key, sizeof key, "summary.%s%s", class, count == 1 ? ".one" : "");
    text_add(text, "<p class=\"card ");
    text_add(text, class);
    text_add(text, "\"><svg viewBox=\"0 0 16 16\" aria-hidden=\"true\"><use href=\"#v-");
    text_add(text, class);
    text_add(text, "\"/></svg><b>");
    lab_report_say_number(key, count, text);
    text_add(text, "</b><span>");
    bool rested = judgement->converged && judgement->halt == SIM_HALT_NONE;
    lab_report_say(rested ? "verdicts.how" : "verdicts.restless", text);
    text_add(text, "</span></p>\n");
}

/* "Order 17, at 0:12.345, events 100 to 140" */
static void put_witness(const struct system_finding *finding, bool operation, struct text *text)
{
    char words[LAB_REPORT_WORDS_BYTES];
    text_add(text, "<br><small>");
    if (finding->subject != NODE_NONE) {
        lab_report_say_number(operation ? "witness.operation" : "witness.subject", finding->subject,
                              text);
        text_add(text, ", ");
    }
    lab_report_say("witness.at", text);
    text_add_char(text, ' ');
    lab_report_time(finding->at_ns, 3, text);
    (void)snprintf(words, sizeof words, ", %s %" PRIu64 "\xe2\x80\x93%" PRIu64,
                   lab_report_word("witness.events"), finding->first_event, finding->last_event);
    html_add(text, words);
    text_add(text, "</small>");
}

/* What a checker of histories looked at, and the lines of the smallest proof. */
static void put_judged(const struct lab_judged *judged, const char *json, struct lab_pieces *out)
{
    struct text *text = &out->text;
    char words[LAB_REPORT_WORDS_BYTES];
    cJSON *proof = json == NULL ? NULL : cJSON_Parse(json);
    const cJSON *first = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(proof, "findings"), 0);
    const cJSON *line;
    (void)snprintf(words, sizeof words, "%s: %s %" PRIu32 ", %s %" PRIu32, judged->model,
                   lab_report_word("proof.operations"), judged->operations,
                   lab_report_word("proof.under_fault"), judged->under_fault);
    text_add(text, "<br><small>");
    html_add(text, words);
    if (judged->weakest != NULL) {
        text_add(text, ". ");
        lab_report_say("proof.weakest", text);
        text_add_char(text, ' ');
        html_add(text, judged->weakest);
    }
    text_add(text, "</small>");
    if (first != NULL) {
        text_add(text, "<ul>");
        cJSON_ArrayForEach(line, cJSON_GetObjectItemCaseSensitive(first, "lines"))
        {
            const cJSON *said = cJSON_GetObjectItemCaseSensitive(line, "field");
            if (!lab_pieces_room(out) || !cJSON_IsString(said)) {
                break;
            }
            text_add(text, "<li>");
            html_add(text, said->valuestring);
            text_add(text, "</li>");
        }
        text_add(text, "</ul>");
    }
    cJSON_Delete(proof);
}

static bool is_kept(const struct lab_report *report, const struct lab_judgement *judgement,
                    uint32_t index)
{
    return strcmp(lab_verdict_name(judgement, index, report->excuse), "PASS") == 0;
}

/* What it is called, and what kind of promise it is. */
static void put_promise(const struct lab_report *report, uint32_t index, struct text *text)
{
    const struct system *system = report->scenario->system;
    const struct system_check *check = &system->checks[index];
    const char *term = lab_title_field(system, "checks", check->name, "term");
    html_add(text, lab_title(system, "checks", check->name));
    text_add(text, "<small>");
    html_add(text, term == NULL ? check->name : term);
    text_add(text, " \xc2\xb7 ");
    lab_report_say(check->history ? "check.history" : "check.invariant", text);
    text_add(text, "</small>");
}

/* What is not kept, with its reason and where to look. */
static void put_verdict(const struct lab_report *report, const struct lab_judgement *judgement,
                        uint32_t index, struct lab_pieces *out)
{
    char words[LAB_VERDICT_WORDS_BYTES];
    struct text *text = &out->text;
    const struct lab_judged *judged = lab_judged_find(judgement, index);
    struct text said = text_init(words, sizeof words);
    lab_verdict_words(report->scenario, judgement, index, report->excuse, &said);
    text_add(text, "<tr><td>");
    put_badge(verdict_class(lab_verdict_name(judgement, index, report->excuse)), text);
    text_add(text, "</td><td class=\"promise\">");
    put_promise(report, index, text);
    text_add(text, "</td><td>");
    html_add(text, words);
    if (judgement->findings[index].verdict == SYSTEM_FAIL) {
        put_witness(&judgement->findings[index], judged != NULL, text);
    }
    if (judged != NULL) {
        put_judged(judged, lab_proof_of(report->proofs, index), out);
    }
    text_add(text, "</td></tr>\n");
}

static void put_broken(const struct lab_report *report, const struct lab_judgement *judgement,
                       struct lab_pieces *out)
{
    static const char *const HEADS[] = {"head.verdict", "head.promise", "head.reason", NULL};
    text_add(&out->text, "<div class=\"reasons\">");
    put_head(HEADS, &out->text);
    for (uint32_t i = 0; i < judgement->count && lab_pieces_room(out); i++) {
        if (!is_kept(report, judgement, i)) {
            put_verdict(report, judgement, i, out);
        }
    }
    put_foot(&out->text);
    text_add(&out->text, "</div>\n");
}

/* What the badges that are neither good nor bad say to who reads them for the first time. */
static void put_meanings(const struct tally *tally, struct text *text)
{
    if (tally->planned > 0) {
        put_paragraph("note", "meaning.planned", text);
    }
    if (tally->open > 0) {
        put_paragraph("note", "meaning.open", text);
    }
    if (tally->free > 0) {
        put_paragraph("note", "meaning.free", text);
    }
}

/* All that can be said of a promise that is kept is that nothing was found; so a list will do. */
static void put_kept(const struct lab_report *report, const struct lab_judgement *judgement,
                     struct lab_pieces *out)
{
    struct text *text = &out->text;
    text_add(text, "<ul class=\"list\">\n");
    for (uint32_t i = 0; i < judgement->count && lab_pieces_room(out); i++) {
        if (is_kept(report, judgement, i)) {
            text_add(text,
                     "<li class=\"kept\"><svg viewBox=\"0 0 16 16\" role=\"img\" aria-label=\"");
            lab_report_say("verdict.kept", text);
            text_add(text, "\"><use href=\"#v-kept\"/></svg><div>");
            put_promise(report, i, text);
            const struct lab_judged *judged = lab_judged_find(judgement, i);
            if (judged != NULL) {
                put_judged(judged, NULL, out);
            }
            text_add(text, "</div></li>\n");
        }
    }
    text_add(text, "</ul>\n");
}

void lab_report_verdicts(const struct lab_report *report, const struct lab_judgement *judgement,
                         struct lab_pieces *out)
{
    struct text *text = &out->text;
    lab_report_section("verdicts", text);
    if (judgement == NULL) {
        put_paragraph("note", "verdicts.none", text);
        lab_report_section_end(text);
        return;
    }
    put_summary(report, judgement, text);
    struct tally tally = tally_of(report, judgement);
    if (tally.kept < judgement->count) {
        put_broken(report, judgement, out);
        put_meanings(&tally, &out->text);
    }
    if (tally.kept > 0) {
        put_kept(report, judgement, out);
    }
    lab_report_section_end(text);
    (void)lab_pieces_room(out);
}

/* ---- Figures ---- */

static void put_figure(const struct system *system, const struct system_figure *figure,
                       int64_t value, struct text *text)
{
    const char *about = lab_title_field(system, "figures", figure->name, "about");
    char number[32];
    text_add(text, "<div><dt>");
    html_add(text, lab_title(system, "figures", figure->name));
    if (about != NULL) {
        text_add(text, "<small>");
        html_add(text, about);
        text_add(text, "</small>");
    }
    text_add(text, "</dt><dd>");
    html_add(text, lab_decimal_text(value, figure->decimals, number));
    text_add(text, " <small>");
    html_add(text, figure->unit);
    text_add(text, "</small></dd></div>\n");
}

void lab_report_figures(const struct lab_report *report, struct lab_pieces *out)
{
    const struct system *system = report->scenario->system;
    struct text *text = &out->text;
    lab_report_section("figures", text);
    put_paragraph("note", report->foreign ? "figures.none" : "figures.note", text);
    text_add(text, "<dl class=\"figures\">\n");
    for (uint32_t i = 0; i < system->figure_count && !report->foreign && lab_pieces_room(out);
         i++) {
        if (report->figures[i] != NODE_CELL_NULL) {
            put_figure(system, &system->figures[i], report->figures[i], text);
        }
    }
    text_add(text, "</dl>\n");
    lab_report_section_end(text);
}

/* ---- Settings and parameters ---- */

static void put_setting_value(const struct lab_report *report, const struct system_setting *setting,
                              int64_t value, struct text *text)
{
    char words[LAB_REPORT_WORDS_BYTES];
    struct text said = text_init(words, sizeof words);
    lab_setting_words(report->scenario->system, setting, value, &said);
    html_add(text, words);
}

/* Bug switches are told only where one was on: the rest of them is no part of the story. */
static bool is_told(const struct lab_report *report, uint32_t index)
{
    const struct system_setting *setting = &report->scenario->system->settings[index];
    return setting->trap == NULL || report->settings_at_start[index] != setting->standard ||
           report->settings[index] != setting->standard;
}

static void put_setting(const struct lab_report *report, uint32_t index, struct text *text)
{
    const struct system *system = report->scenario->system;
    const struct system_setting *setting = &system->settings[index];
    int64_t planned = report->scenario->settings[index];
    int64_t begun = report->settings_at_start[index], now = report->settings[index];
    text_add(text, begun != planned || now != planned ? "<tr class=\"changed\"><td>" : "<tr><td>");
    html_add(text, lab_title(system, "settings", setting->key));
    text_add(text, " <small><code>");
    html_add(text, setting->key);
    text_add(text, "</code></small></td><td>");
    put_setting_value(report, setting, begun, text);
    if (begun != planned) {
        text_add(text, "<br><small>");
        lab_report_say("settings.planned", text);
        text_add_char(text, ' ');
        put_setting_value(report, setting, planned, text);
        text_add(text, "</small>");
    }
    text_add(text, "</td><td>");
    if (now != begun) {
        put_setting_value(report, setting, now, text);
    }
    text_add(text, "</td></tr>\n");
}

void lab_report_settings(const struct lab_report *report, struct lab_pieces *out)
{
    static const char *const HEADS[] = {"head.setting", "head.at_start", "head.at_end", NULL};
    struct text *text = &out->text;
    lab_report_section("settings", text);
    put_paragraph("note", "settings.note", text);
    put_head(HEADS, text);
    for (uint32_t i = 0; i < report->scenario->system->setting_count && lab_pieces_room(out); i++) {
        if (is_told(report, i)) {
            put_setting(report, i, text);
        }
    }
    put_foot(text);
    lab_report_section_end(text);
}

void lab_report_model(const struct lab_report *report, struct lab_pieces *out)
{
    static const char *const HEADS[] = {"head.parameter", "n:head.value", NULL};
    struct text *text = &out->text;
    cJSON *model = lab_model_json(&report->scenario->model);
    lab_report_section("model", text);
    put_paragraph("note", "model.note", text);
    put_head(HEADS, text);
    const cJSON *item;
    cJSON_ArrayForEach(item, model)
    {
        char key[48];
        (void)snprintf(key, sizeof key, "model.%s", item->string);
        text_add(text, "<tr><td>");
        lab_report_say(key, text);
        text_add(text, " <small><code>");
        html_add(text, item->string);
        text_add(text, "</code></small></td><td class=\"n\">");
        text_add_i64(text, (int64_t)item->valuedouble);
        text_add(text, "</td></tr>\n");
    }
    put_foot(text);
    lab_report_section_end(text);
    cJSON_Delete(model);
    (void)lab_pieces_room(out);
}

/* ---- Inputs and events ---- */

static void put_input(const struct lab_report *report, const struct lab_input *input,
                      struct text *text)
{
    char words[LAB_REPORT_WORDS_BYTES];
    struct text said = text_init(words, sizeof words);
    lab_input_words(report->scenario, &input->input, &said);
    text_add(text, "<tr><td class=\"n\">");
    text_add_u64(text, input->number);
    text_add(text, "</td><td class=\"n\">");
    lab_report_time(input->input.time_ns, 3, text);
    text_add(text, "</td><td>");
    html_add(text, input->who);
    text_add(text, "</td><td>");
    html_add(text, words);
    text_add(text, "</td></tr>\n");
}

static void put_more(const char *key, uint64_t count, struct text *text)
{
    if (count > 0) {
        text_add(text, "<p class=\"note\">");
        lab_report_say_number(key, count, text);
        text_add(text, "</p>\n");
    }
}

void lab_report_inputs(const struct lab_report *report, const struct lab_inputs *inputs,
                       struct lab_pieces *out)
{
    static const char *const HEADS[] = {"n:head.number", "n:head.time", "head.who", "head.what",
                                        NULL};
    struct text *text = &out->text;
    uint32_t done = 0, shown = 0;
    while (done < inputs->count && inputs->items[done].input.time_ns <= report->time_ns) {
        done++;
    }
    lab_report_section("inputs", text);
    put_paragraph("note", done > 0 ? "inputs.note" : "inputs.none", text);
    if (done > 0) {
        put_head(HEADS, text);
        for (; shown < done && shown < LAB_REPORT_INPUTS_MAX && lab_pieces_room(out); shown++) {
            put_input(report, &inputs->items[shown], text);
        }
        put_foot(text);
    }
    put_more("inputs.more", done - shown, text);
    put_more("inputs.later", inputs->count - done, text);
    lab_report_section_end(text);
    (void)lab_pieces_room(out);
}

void lab_report_events(const struct lab_report *report, const struct lab_report_rows *rows,
                       struct lab_pieces *out)
{
    static const char *const HEADS[] = {"n:head.time", "n:head.event", "head.what", NULL};
    struct text *text = &out->text;
    (void)report;
    lab_report_section("events", text);
    put_paragraph("note", rows->event_count > 0 ? "events.note" : "events.none", text);
    if (rows->event_count > 0) {
        put_head(HEADS, text);
        for (uint32_t i = 0; i < rows->event_count && lab_pieces_room(out); i++) {
            const struct lab_report_event *event = &rows->events[i];
            text_add(text, "<tr><td class=\"n\">");
            lab_report_time(event->time_ns, 3, text);
            text_add(text, "</td><td class=\"n\">");
            if (event->event != 0) { /* an input has none */
                text_add_u64(text, event->event);
            }
            text_add(text, "</td><td>");
            html_add(text, event->text);
            text_add(text, "</td></tr>\n");
        }
        put_foot(text);
    }
    put_more("events.more", rows->events_more, text);
    lab_report_section_end(text);
    (void)lab_pieces_room(out);
}
