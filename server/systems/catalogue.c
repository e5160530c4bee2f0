/* catalogue.c: all systems, in the order of the course. */
#include "systems/kitchens/kitchens.h"

const struct system *const SYSTEMS[] = {
    &KITCHENS,
};
const uint32_t SYSTEM_COUNT = sizeof SYSTEMS / sizeof SYSTEMS[0];
