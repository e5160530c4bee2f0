/* report.c - one HTML file about a run: its head, its order, and where it opens again. */
#include "lab/report.h"

#include "base/embedded.h"
#include "base/html_writer.h"
#include "lab/behaviour.h"
#include "lab/lab_internal.h"
#include "lab/report_chart.h"
#include "lab/report_marks.h"
#include "lab/report_plot.h"
#include "lab/report_tables.h"
#include "lab/titles.h"
#include "lab/words.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char STYLE_PATH[] = "web/style/report.css";
enum {
    POLICY_BYTES = 256,
    SHA256_BYTES = 32,
    TITLE_BYTES_MAX = 200, /* of a scenario file, which may say as much as it likes */
    ABOUT_BYTES_MAX = 2000,
};

/* ---- Looking ---- */

/* NULL: the run is too much for a link. */
static char *link_of(const struct lab_course *course, const char *label, int64_t branch_ns)
{
    char *buffer = malloc(LAB_LINK_BYTES_MAX);
    if (buffer == NULL) {
        abort();
    }
    struct text text = text_init(buffer, LAB_LINK_BYTES_MAX);
    lab_link_of_course(course, lab_course_now_ns(course), label, branch_ns, &text);
    if (text.cut) {
        free(buffer);
        return NULL;
    }
    char *link = realloc(buffer, text.length + 1);
    return link == NULL ? buffer : link;
}

static void look_for_trouble(struct lab_report *report, const struct lab_course *course)
{
    struct node_reason reason;
    enum sim_halt halt = sim_halted(&course->sim, &reason);
    struct text text = text_init(report->trouble, sizeof report->trouble);
    lab_words_halt(course->scenario, halt, &reason, &text);
}

void lab_report_look(struct lab_report *report, const struct lab_course *course, const char *label,
                     int64_t branch_ns)
{
    const struct system *system = course->scenario->system;
    memset(report, 0, sizeof *report);
    assert(system->figure_count <= sizeof report->figures / sizeof report->figures[0]);
    report->scenario = course->scenario;
    report->seed = course->seed;
    report->digest = sim_digest(&course->sim);
    report->steps = sim_steps(&course->sim);
    report->time_ns = lab_course_now_ns(course);
    report->excuse = lab_course_excuse(course);
    memcpy(report->settings_at_start, course->settings, sizeof report->settings_at_start);
    memcpy(report->settings, lab_course_settings(course),
           system->setting_count * sizeof report->settings[0]);
    lab_course_figures(course, report->figures);
    lab_run_id_make(course->scenario, course->seed, course->settings, report->run_id);
    (void)snprintf(report->behaviour_id, sizeof report->behaviour_id, "%s", lab_behaviour_id());
    look_for_trouble(report, course);
    report->branch_ns = branch_ns;
    (void)snprintf(report->label, sizeof report->label, "%s", label == NULL ? "" : label);
    report->link = link_of(course, label, branch_ns);
}

void lab_report_forget(struct lab_report *report)
{
    free(report->link);
    report->link = NULL;
}

/* ---- The style, and the policy that lets it in ---- */

/* Of SHA256_BYTES as hex; padded as its length wants it. */
static void put_base64(const char *hex, struct text *text)
{
    static const char LETTERS[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0, count = 0;
    assert(strlen(hex) == (size_t)SHA256_BYTES * 2);
    for (const char *at = hex; *at != '\0'; at++) {
        bits = bits << 4 | (uint32_t)(*at <= '9' ? *at - '0' : *at - 'a' + 10);
        count += 4;
        if (count >= 6) {
            count -= 6;
            text_add_char(text, LETTERS[bits >> count & 63]);
        }
    }
    text_add_char(text, LETTERS[bits << (6 - count) & 63]);
    text_add_char(text, '=');
}

static char POLICY[POLICY_BYTES];
static pthread_once_t POLICY_ONCE = PTHREAD_ONCE_INIT;

static void policy_make(void)
{
    struct text text = text_init(POLICY, sizeof POLICY);
    text_add(&text, "default-src 'none'; style-src 'sha256-");
    put_base64(REPORT_STYLE_SHA256, &text); /* the build's, of the file at STYLE_PATH */
    text_add(&text, "'; base-uri 'none'; form-action 'none'");
    assert(!text.cut);
}

const char *lab_report_policy(void)
{
    int status = pthread_once(&POLICY_ONCE, policy_make);
    assert(status == 0);
    return POLICY;
}

/* In pieces: it is longer than what may be appended at once. */
static void put_style(struct lab_pieces *out)
{
    const struct embedded_file *file = embedded_find(STYLE_PATH);
    assert(file != NULL);
    text_add(&out->text, "<style>");
    for (size_t done = 0; done < file->length && lab_pieces_room(out);) {
        size_t piece = file->length - done < 4096 ? file->length - done : 4096;
        text_add_bytes(&out->text, (const char *)file->bytes + done, (uint32_t)piece);
        done += piece;
    }
    text_add(&out->text, "</style>\n");
}

/* The signs of the verdicts, drawn once and used by name: shape, word and colour tell them apart. */
static const char SIGNS[] =
    "<svg width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>"
    "<symbol id=\"v-kept\" viewBox=\"0 0 16 16\"><circle cx=\"8\" cy=\"8\" r=\"6\"/></symbol>"
    "<symbol id=\"v-broken\" viewBox=\"0 0 16 16\"><path d=\"M2 2h12v12H2z\"/>"
    "<path class=\"hole\" d=\"M5 5l6 6M11 5l-6 6\"/></symbol>"
    "<symbol id=\"v-planned\" viewBox=\"0 0 16 16\"><path class=\"ring\" stroke-dasharray=\"4 2\" "
    "d=\"M3 3h10v10H3z\"/><path class=\"ring\" d=\"M6 6l4 4M10 6l-4 4\"/></symbol>"
    "<symbol id=\"v-open\" viewBox=\"0 0 16 16\"><circle class=\"ring\" cx=\"8\" cy=\"8\" r=\"6\"/>"
    "<path class=\"ring\" d=\"M8 4.8v4M8 10.6v.8\"/></symbol>"
    "<symbol id=\"v-free\" viewBox=\"0 0 16 16\"><circle class=\"ring\" cx=\"8\" cy=\"8\" r=\"6\"/>"
    "<path class=\"ring\" d=\"M5 8h6\"/></symbol>"
    "</defs></svg>\n";

/* Up to a limit, with no letter cut in half. */
static void put_some(const char *words, size_t bytes_max, struct text *text)
{
    size_t length = strnlen(words, bytes_max + 1);
    if (length > bytes_max) {
        length = bytes_max;
        while (length > 0 && ((unsigned char)words[length] & 0xc0) == 0x80) {
            length--;
        }
    }
    html_add_bytes(text, words, (uint32_t)length);
}

static void put_head(const struct lab_report *report, struct lab_pieces *out)
{
    struct text *text = &out->text;
    text_add(text, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"");
    html_add(text, lab_report_policy());
    text_add(text, "\">\n<title>");
    put_some(report->scenario->title, TITLE_BYTES_MAX, text);
    text_add(text, " \xc2\xb7 ");
    lab_report_say("brand", text);
    text_add(text, "</title>\n");
    put_style(out);
    text_add(text, "</head>\n<body>\n");
    text_add(text, SIGNS);
}

/* ---- What run it is ---- */

static void put_fact(const char *key, const char *value, struct text *text)
{
    text_add(text, "<div><dt>");
    lab_report_say(key, text);
    text_add(text, "</dt><dd>");
    html_add(text, value);
    text_add(text, "</dd></div>\n");
}

static void put_facts(const struct lab_report *report, struct text *text)
{
    char value[64];
    struct text number = text_init(value, sizeof value);
    text_add(text, "<dl class=\"facts\">\n");
    put_fact("fact.scenario", report->scenario->name, text);
    text_add_u64(&number, report->seed);
    put_fact("fact.seed", value, text);
    text_clear(&number);
    lab_report_time(report->time_ns, 3, &number);
    put_fact("fact.time", value, text);
    put_fact("fact.run", report->run_id, text);
    if (!report->foreign) {
        text_clear(&number);
        text_add_u64(&number, report->steps);
        put_fact("fact.steps", value, text);
        text_clear(&number);
        text_add_hex(&number, report->digest, 16);
        put_fact("fact.digest", value, text);
    }
    put_fact("fact.behaviour", report->behaviour_id, text);
    if (report->label[0] != '\0') {
        put_fact("fact.label", report->label, text);
    }
    if (report->branch_ns >= 0) {
        text_clear(&number);
        lab_report_time(report->branch_ns, 3, &number);
        put_fact("fact.branch", value, text);
    }
    text_add(text, "</dl>\n");
}

static void put_title(const struct lab_report *report, struct text *text)
{
    text_add(text, "<header>\n<p class=\"brand\">");
    lab_report_say("brand", text);
    text_add(text, " \xc2\xb7 ");
    lab_report_say("kind", text);
    text_add(text, "</p>\n<h1>");
    put_some(report->scenario->title, TITLE_BYTES_MAX, text);
    text_add(text, "</h1>\n<p class=\"about\">");
    put_some(report->scenario->about, ABOUT_BYTES_MAX, text);
    text_add(text, "</p>\n");
    put_facts(report, text);
    if (report->trouble[0] != '\0') {
        text_add(text, "<p class=\"card open\"><svg viewBox=\"0 0 16 16\" aria-hidden=\"true\">"
                       "<use href=\"#v-open\"/></svg><b>");
        lab_report_say("trouble", text);
        text_add(text, "</b><span>");
        html_add(text, report->trouble);
        text_add(text, "</span></p>\n");
    }
    text_add(text, "</header>\n");
}

/* ---- Charts, and how to open it again ---- */

static void put_charts(const struct lab_report *report, const struct lab_report_rows *rows,
                       const struct lab_inputs *inputs, struct lab_pieces *out)
{
    struct lab_report_marks *marks = malloc(sizeof *marks);
    if (marks == NULL) {
        abort();
    }
    lab_report_marks_make(marks, report->scenario, inputs, report->time_ns);
    lab_report_section("charts", &out->text);
    text_add(&out->text, "<p class=\"note\">");
    lab_report_say("charts.note", &out->text);
    if (marks->more > 0) {
        text_add_char(&out->text, ' ');
        lab_report_say_number("charts.more", marks->more, &out->text);
    }
    text_add(&out->text, "</p>\n");
    for (uint32_t i = 0; i < rows->chart_count; i++) {
        lab_report_chart(rows, i, marks, report->time_ns, out);
    }
    lab_report_section_end(&out->text);
    free(marks);
}

/* The link has no letter that means markup. */
static void put_link(const struct lab_report *report, struct lab_pieces *out)
{
    size_t length = report->link == NULL ? 0 : strlen(report->link);
    lab_report_section("again", &out->text);
    text_add(&out->text, "<p>");
    if (length == 0 || length > LAB_REPORT_LINK_BYTES_MAX) {
        lab_report_say(length == 0 ? "again.none" : "again.long", &out->text);
        text_add(&out->text, "</p>\n");
        lab_report_section_end(&out->text);
        return;
    }
    lab_report_say("again.how", &out->text);
    text_add(&out->text, "</p>\n<p class=\"link\">");
    for (size_t done = 0; done < length && lab_pieces_room(out);) {
        size_t piece = length - done < 4096 ? length - done : 4096;
        text_add_bytes(&out->text, report->link + done, (uint32_t)piece);
        done += piece;
    }
    text_add(&out->text, "</p>\n");
    lab_report_section_end(&out->text);
}

void lab_report_write(const struct lab_report *report, const struct lab_report_rows *rows,
                      const struct lab_inputs *inputs, const struct lab_judgement *judgement,
                      struct lab_pieces *out)
{
    assert(rows->scenario == report->scenario);
    put_head(report, out);
    (void)lab_pieces_room(out);
    put_title(report, &out->text);
    (void)lab_pieces_room(out);
    text_add(&out->text, "<main>\n");
    lab_report_verdicts(report, judgement, out);
    lab_report_votes(report, out);
    lab_report_figures(report, out);
    put_charts(report, rows, inputs, out);
    lab_report_inputs(report, inputs, out);
    lab_report_events(report, rows, out);
    lab_report_settings(report, out);
    lab_report_model(report, out);
    put_link(report, out);
    text_add(&out->text, "</main>\n</body>\n</html>\n");
    (void)lab_pieces_room(out);
}
