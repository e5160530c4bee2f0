/* catalogue.c: all systems, in the order of the course. */
#include "systems/city/city.h"
#include "systems/kitchens/kitchens.h"
#include "systems/kv/kv.h"
#include "systems/raft/council.h"

const struct system *const SYSTEMS[] = {
    &KITCHENS,
    &RAFT,
    &KV,
    &CITY,
};
const uint32_t SYSTEM_COUNT = sizeof SYSTEMS / sizeof SYSTEMS[0];
