/* duration.c - lengths of time as people write them.
 *
 * Units from large to small, each once, is what makes a writing unique, so that "1m90s" is a typing
 * error that is reported and not a length that is guessed. */
#include "base/duration.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct duration_unit {
    const char *name;
    uint64_t length_ns;
};

static const struct duration_unit DURATION_UNITS[] = {
    {"h", DURATION_HOUR}, {"m", DURATION_MINUTE}, {"s", DURATION_S},
    {"ms", DURATION_MS},  {"us", DURATION_US},    {"ns", 1},
};
enum { DURATION_UNIT_COUNT = sizeof DURATION_UNITS / sizeof DURATION_UNITS[0] };

static const uint64_t DURATION_LIMIT_NS = (uint64_t)1 << 63;

/* Reads digits at *at; false when there is none or the number passes the limit. */
static bool duration_number(const char **at, uint64_t *number)
{
    const char *begin = *at;
    uint64_t value = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++) {
        value = value * 10 + (uint64_t)(**at - '0');
        if (value >= DURATION_LIMIT_NS / 10) {
            return false;
        }
    }
    *number = value;
    return *at != begin;
}

/* The unit whose name is exactly the letters at *at, or DURATION_UNIT_COUNT. */
static size_t duration_unit_at(const char **at)
{
    size_t letters = 0;
    while ((*at)[letters] >= 'a' && (*at)[letters] <= 'z') {
        letters++;
    }
    for (size_t i = 0; i < DURATION_UNIT_COUNT; i++) {
        if (strlen(DURATION_UNITS[i].name) == letters &&
            memcmp(*at, DURATION_UNITS[i].name, letters) == 0) {
            *at += letters;
            return i;
        }
    }
    return DURATION_UNIT_COUNT;
}

int duration_parse(const char *string, uint64_t *length_ns, struct error *error)
{
    assert(string != NULL);
    assert(length_ns != NULL);
    const char *at = string;
    uint64_t total_ns = 0;
    size_t next_unit = 0;
    do {
        uint64_t number;
        if (!duration_number(&at, &number)) {
            return error_set(
                error, "duration '%.40s': expected a number below 2^63 ns, as in 10m, 1h30m, 250ms",
                string);
        }
        size_t unit = duration_unit_at(&at);
        if (unit == DURATION_UNIT_COUNT) {
            return error_set(error,
                             "duration '%.40s': a number needs a unit, one of h, m, s, ms, us, ns",
                             string);
        }
        if (unit < next_unit) {
            return error_set(
                error,
                "duration '%.40s': units go from large to small, each once: h, m, s, ms, us, ns",
                string);
        }
        next_unit = unit + 1;
        assert(total_ns < DURATION_LIMIT_NS);
        if (number > (DURATION_LIMIT_NS - 1 - total_ns) / DURATION_UNITS[unit].length_ns) {
            return error_set(error, "duration '%.40s': longer than 2^63 ns (292 years)", string);
        }
        total_ns += number * DURATION_UNITS[unit].length_ns;
    } while (*at != '\0');
    *length_ns = total_ns;
    return 0;
}

void duration_format(struct text *text, uint64_t length_ns)
{
    if (length_ns == 0) {
        text_add(text, "0s");
        return;
    }
    /* Nanoseconds are the last unit, so nothing is left over. */
    for (size_t i = 0; i < DURATION_UNIT_COUNT; i++) {
        uint64_t number = length_ns / DURATION_UNITS[i].length_ns;
        if (number > 0) {
            text_add_u64(text, number);
            text_add(text, DURATION_UNITS[i].name);
        }
        length_ns %= DURATION_UNITS[i].length_ns;
    }
}
