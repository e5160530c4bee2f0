/* columns.h: how a system's tables.c writes its tables and columns, one line each. For those
 * files only: the names are short.
 *
 * What each part of a column is stands at struct system_column; list and setting are the system's own
 * numbers, meaning is its line of columns.csv. */
#ifndef CHEF_SYSTEMS_COLUMNS_H
#define CHEF_SYSTEMS_COLUMNS_H

#include "systems/system.h"

#define NUMBER(name, decimals, unit, meaning)                                                      \
    {                                                                                              \
        name, SYSTEM_CELL_NUMBER, decimals, 0, unit, meaning                                       \
    }
#define NODE(name, meaning)                                                                        \
    {                                                                                              \
        name, SYSTEM_CELL_NODE, 0, 0, "", meaning                                                  \
    }
#define LIST(name, list, meaning)                                                                  \
    {                                                                                              \
        name, SYSTEM_CELL_LIST, 0, list, "", meaning                                               \
    }
#define CHOICE(name, setting, meaning)                                                             \
    {                                                                                              \
        name, SYSTEM_CELL_SETTING_CHOICE, 0, setting, "", meaning                                  \
    }
/* columns is an array of struct system_column. */
#define TABLE(name, columns)                                                                       \
    {                                                                                              \
        name, columns, (uint32_t)(sizeof columns / sizeof columns[0])                              \
    }

#endif
