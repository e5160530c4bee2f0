/* report_votes.c - what a class voted, before it saw the run and after, in the report about the run. */
#include "lab/report_tables.h"

#include "base/html_writer.h"
#include "lab/scene.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>

enum { KEY_BYTES = 160, ROUNDS = 2 };

static bool same_question(const struct store_vote *a, const struct store_vote *b)
{
    return a->class == b->class && strcmp(a->scene, b->scene) == 0 && strcmp(a->step, b->step) == 0;
}

/* Of the question of `like`: its option's votes in a round, or all with option NULL. */
static uint64_t count_of(struct lab_votes votes, const struct store_vote *like, uint32_t round,
                         const char *option)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < votes.count; i++) {
        const struct store_vote *vote = &votes.items[i];
        if (vote->round == round && same_question(vote, like) &&
            (option == NULL || strcmp(vote->option, option) == 0)) {
            count += vote->count;
        }
    }
    return count;
}

/* Is an earlier one of the same question, and of the same option unless that is NULL? */
static bool is_repeated(struct lab_votes votes, uint32_t index, const char *option)
{
    for (uint32_t i = 0; i < index; i++) {
        if (same_question(&votes.items[i], &votes.items[index]) &&
            (option == NULL || strcmp(votes.items[i].option, option) == 0)) {
            return true;
        }
    }
    return false;
}

/* A scene of the program's own has words; of a lecturer's the names must do. */
static void put_word(const char *key, const char *otherwise, struct text *text)
{
    const char *word = lab_scene_word(key);
    html_add(text, word == NULL ? otherwise : word);
}

/* "12 (60 %)" and a bar of that length. */
static void put_share(uint64_t count, uint64_t all, struct text *text)
{
    uint64_t percent = all == 0 ? 0 : (100 * count + all / 2) / all;
    text_add(text, "<td class=\"share\">");
    if (all > 0) {
        text_add(text,
                 "<svg viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
                 "<rect width=\"");
        text_add_u64(text, percent);
        text_add(text, "\" height=\"8\"/></svg>");
        text_add_u64(text, count);
        text_add(text, " <small>");
        text_add_u64(text, percent);
        text_add(text, " %</small>");
    }
    text_add(text, "</td>");
}

static void put_question(struct lab_votes votes, const struct store_vote *vote, struct text *text)
{
    char key[KEY_BYTES];
    text_add(text, "<h3>");
    (void)snprintf(key, sizeof key, "%s.%s.question", vote->scene, vote->step);
    put_word(key, vote->step, text);
    text_add(text, " <small>");
    (void)snprintf(key, sizeof key, "%s.title", vote->scene);
    put_word(key, vote->scene, text);
    if (votes.items[0].class != votes.items[votes.count - 1].class) {
        text_add(text, " \xc2\xb7 ");
        lab_report_say_number("votes.class", vote->class, text);
    }
    text_add(text, "</small></h3>\n<div class=\"wide\"><table><thead><tr>");
    static const char *const HEADS[] = {"head.option", "head.before", "head.after"};
    for (int i = 0; i < 1 + ROUNDS; i++) {
        text_add(text, "<th scope=\"col\">");
        lab_report_say(HEADS[i], text);
        text_add(text, "</th>");
    }
    text_add(text, "</tr></thead><tbody>\n");
}

static void put_option(struct lab_votes votes, const struct store_vote *vote, struct text *text)
{
    char key[KEY_BYTES];
    (void)snprintf(key, sizeof key, "%s.%s.options.%s.text", vote->scene, vote->step, vote->option);
    text_add(text, "<tr><td>");
    put_word(key, vote->option, text);
    text_add(text, "</td>");
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        put_share(count_of(votes, vote, round, vote->option), count_of(votes, vote, round, NULL),
                  text);
    }
    text_add(text, "</tr>\n");
}

static void put_options(struct lab_votes votes, uint32_t first, struct lab_pieces *out)
{
    for (uint32_t i = first; i < votes.count && lab_pieces_room(out); i++) {
        const struct store_vote *vote = &votes.items[i];
        if (same_question(vote, &votes.items[first]) && !is_repeated(votes, i, vote->option)) {
            put_option(votes, vote, &out->text);
        }
    }
    text_add(&out->text, "</tbody></table></div>\n");
}

void lab_report_votes(const struct lab_report *report, struct lab_pieces *out)
{
    struct lab_votes votes = report->votes;
    if (votes.count == 0) {
        return;
    }
    lab_report_section("votes", &out->text);
    text_add(&out->text, "<p class=\"note\">");
    lab_report_say("votes.note", &out->text);
    text_add(&out->text, "</p>\n");
    for (uint32_t i = 0; i < votes.count && lab_pieces_room(out); i++) {
        if (!is_repeated(votes, i, NULL)) {
            put_question(votes, &votes.items[i], &out->text);
            put_options(votes, i, out);
        }
    }
    lab_report_section_end(&out->text);
    (void)lab_pieces_room(out);
}
