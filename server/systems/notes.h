/* notes.h: how a system's notes.c writes its table of notes, one line each. For those files only: the
 * names are short.
 *
 * What each kind means stands at struct system_note; the rest of a line are the names of the note's
 * numbers, NULL if it has none. */
#ifndef CHEF_SYSTEMS_NOTES_H
#define CHEF_SYSTEMS_NOTES_H

#include "systems/system.h"

#define QUIET(n, ...)                                                                              \
    {                                                                                              \
        .name = n, .args = { __VA_ARGS__ }                                                         \
    }
#define DETAIL(n, ...)                                                                             \
    {                                                                                              \
        .name = n, .args = {__VA_ARGS__}, .detail = true                                           \
    }
#define LISTED(n, ...)                                                                             \
    {                                                                                              \
        .name = n, .args = {__VA_ARGS__}, .listed = true                                           \
    }
#define JUMPED(n, ...)                                                                             \
    {                                                                                              \
        .name = n, .args = {__VA_ARGS__}, .listed = true, .jump = true                             \
    }
#define MARKED(n, ...)                                                                             \
    {                                                                                              \
        .name = n, .args = {__VA_ARGS__}, .listed = true, .interesting = true                      \
    }

#endif
