/* link.h - a run as one line of text: what is shared, cited, put into a file or an address.
 *
 *     chef1.<base64url>.<8 hex digits>        the digits are the CRC-32C of the middle part
 *
 * A run is its scenario, seed, settings and inputs; that is what a link holds, with the moment to
 * show, and the live edge with the digest there, so that whoever computes the run again can tell
 * whether it is the same one. Results are never in it.
 *
 * Everything is named, nothing numbered by a table of this version: settings, inputs, arguments and
 * nodes stand by the names that the API has for them, each name once. So another version can still
 * open what it knows and count what it does not. What repeats (names, who, an argument that always
 * has its standard) stands together and deflates to next to nothing.
 *
 * A scenario that the program carries is named, with a hash of its text; any other comes along whole.
 */
#ifndef LAB_LINK_H
#define LAB_LINK_H

#include "base/text.h"
#include "lab/course.h"

enum {
    LAB_LINK_NOTE_BYTES = 400,
    LAB_LINK_SHAPES_MAX = 256, /* kinds of inputs, told apart by which arguments they have */
    LAB_LINK_FIELDS_MAX = NODE_INPUT_ARGS + 2,
    LAB_LINK_STRINGS_MAX = 1024,
    LAB_LINK_STRING_BYTES_MAX = 63,
};

/* What was read. All but the inputs is plain to see; those are read by lab_link_open(). */
struct lab_link {
    char scenario[LAB_SCENARIO_NAME_BYTES];
    char behaviour_id[24];
    uint64_t scenario_hash;
    char *scenario_text; /* NULL: the program that made the link carries it */
    uint64_t seed;
    char label[LAB_LABEL_BYTES]; /* of a branch, or "" */
    int64_t branch_ns;           /* where the branch began; -1: it is none */
    int64_t moment_ns;           /* to show; at most edge_ns */
    int64_t edge_ns;
    uint64_t digest;  /* at the edge */
    bool with_script; /* the scenario's own inputs belong to it, beside those in the link */
    uint32_t input_count;
    struct lab_link_body *body; /* the rest (link_body.h) */
};

/* Appends the link of the run: its present is the edge. `label` may be NULL, `branch_ns` is -1 for
 * a run that is no branch. text->cut when it did not fit. A course that stands between two events
 * of one moment is computed to the end of that moment, on a copy. */
void lab_link_of_course(const struct lab_course *course, int64_t moment_ns, const char *label,
                        int64_t branch_ns, struct text *text);

/* The digest that stands in its link. */
uint64_t lab_link_digest(const struct lab_course *course);

/* Finds a link anywhere in `text` (a file, an address, a bare link) and reads it. -422 with one
 * sentence when there is none or it is damaged; then *link is untouched. */
int lab_link_read(const char *text, size_t length, struct lab_link *link,
                  struct lab_problem *problem);
void lab_link_free(struct lab_link *link);

/* The run of a link in this program. */
struct lab_link_run {
    struct lab_scenario *scenario;
    int64_t settings[LAB_SETTINGS_MAX]; /* at t = 0 */
    struct lab_inputs inputs;           /* all there are, the script's included, numbered */
    /* The program that made it computes the same runs as this one, and nothing was left out. Only
     * then does it mean anything that a digest is the same. */
    bool same_version;
    uint32_t settings_left_out, inputs_left_out;
    char note[LAB_LINK_NOTE_BYTES]; /* what is different, for people; "" when nothing is */
};
/* -404 with the scenarios that exist when this program has no such scenario; -422. */
int lab_link_open(const struct lab_link *link, struct lab_link_run *run,
                  struct lab_problem *problem);
void lab_link_run_free(struct lab_link_run *run);

/* Of a scenario's text. */
uint64_t lab_link_scenario_hash(const char *text);

#endif
