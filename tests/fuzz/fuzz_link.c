/* fuzz_link.c - whatever claims to be a link: it is read or refused with a sentence, and what was
 * read can be opened, or is refused with one.
 *
 * The first byte says what the others are: the text of a link; or its packed bytes, to which the
 * right letters and check are made here, so that mutations get past the check; or a body that is
 * still to be packed. */
#include "lab/link.h"
#include "lab/link_body.h"

#include "base/crc32c.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIZE_MAX_OF_MINE = 1 << 16 };

static void open_read(struct lab_link *link)
{
    struct lab_link_run run;
    struct lab_problem problem = {.allowed = NULL};
    assert(link->moment_ns <= link->edge_ns && link->branch_ns <= link->edge_ns);
    if (lab_link_open(link, &run, &problem) == 0) {
        assert(run.inputs.count + run.inputs_left_out >= link->input_count);
        assert(!run.same_version || run.note[0] == '\0');
        struct sim_plan plan;
        lab_scenario_plan(run.scenario, link->seed, run.settings, &plan);
        lab_link_run_free(&run);
    } else {
        assert(problem.detail[0] != '\0');
        lab_problem_clear(&problem);
    }
    lab_link_free(link);
}

static void read_text(const char *text, size_t length)
{
    struct lab_link link;
    struct lab_problem problem = {.allowed = NULL};
    if (lab_link_read(text, length, &link, &problem) == 0) {
        open_read(&link);
    } else {
        assert(problem.detail[0] != '\0');
        lab_problem_clear(&problem);
    }
}

/* The text of a link around packed bytes: base64url, done slowly. */
static void read_packed(const uint8_t *bytes, size_t size)
{
    static const char LETTERS[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    static char letters[SIZE_MAX_OF_MINE * 2];
    static char whole[SIZE_MAX_OF_MINE * 2 + 32];
    size_t count = (size * 8 + 5) / 6;
    for (size_t i = 0; i < count; i++) {
        unsigned value = 0;
        for (size_t bit = i * 6; bit < i * 6 + 6; bit++) {
            bool set = bit / 8 < size && (bytes[bit / 8] >> (7 - bit % 8) & 1) != 0;
            value = value << 1 | (set ? 1u : 0u);
        }
        letters[i] = LETTERS[value];
    }
    struct text text = text_init(whole, sizeof whole);
    text_add(&text, "chef1.");
    text_add_bytes(&text, letters, (uint32_t)count);
    text_add_char(&text, '.');
    text_add_hex(&text, crc32c(0, letters, count), 8);
    assert(!text.cut);
    read_text(whole, text.length);
}

static void read_body(const uint8_t *bytes, size_t size)
{
    struct link_bytes body = {0};
    struct lab_link link;
    link_put(&body, bytes, size);
    if (link_body_read(&body, &link)) {
        open_read(&link);
    }
    assert(body.at == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > SIZE_MAX_OF_MINE) {
        return 0;
    }
    if (data[0] % 3 == 0) {
        read_text((const char *)data + 1, size - 1);
    } else if (data[0] % 3 == 1) {
        read_packed(data + 1, size - 1);
    } else {
        read_body(data + 1, size - 1);
    }
    return 0;
}
