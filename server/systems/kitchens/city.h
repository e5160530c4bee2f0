/* city.h: the city and its menu as data: a scenario's JSON becomes a struct kitchens_plan.
 *
 * A scenario names its city and its menu by file ("city": "city" is data/city.json) or holds them
 * itself (an object in place of the name), so that a trap can have the three kitchens it needs.
 * Everything is checked here, strictly: an unknown field, a name that does not exist, a number out
 * of its range is refused with one line that names it. Behind this door the plan is trusted.
 */
#ifndef CHEF_KITCHENS_CITY_H
#define CHEF_KITCHENS_CITY_H

#include "systems/kitchens/kitchens.h"

/* Ranges of the data of a city, named in the refusals of what lies outside. */
enum {
    CITY_MAP_MIN_M = 100, /* sides of the map */
    CITY_MAP_MAX_M = 50000,
    CITY_PREPARATION_MIN_MS = 100,
    CITY_PREPARATION_MAX_MS = 60000,
    CITY_SPEED_MIN_PCT = 25, /* of a kitchen */
    CITY_SPEED_MAX_PCT = 400,
    CITY_SHARE_PPM = 1000000,      /* what the districts' shares sum to */
    CITY_CURVE_MAX_PPM = 10000000, /* ten times orders_per_min */
};

/* Fields "city", "menu" of a scenario (other fields are the lab's) into *plan, whole. 0, or -1
 * with a reason and *plan untouched. The only function that reads JSON. */
int kitchens_load(const struct cJSON *scenario, void *plan, struct error *error);

/* Nodes in order of index: dispatcher, A .., customers. `count_max` bounds what is written. */
uint32_t kitchens_nodes(const void *plan, struct system_node *nodes, uint32_t count_max);

/* Kitchen place `index` as this run has it: the plan's, empty beyond kitchens_max, or with
 * equal_kitchens an equal share of what the city opens with (each keeps its place and specialties;
 * all together can do as much as before). */
struct kitchens_kitchen kitchens_place(const struct node_env *env, uint32_t index);

/* The letter(s) of kitchen place `index` (0-based): A .. Z, AA .. AX. `name` has room for 16. */
void kitchens_place_name(uint32_t index, char name[16]);

/* A name of a list (enum kitchens_list), or NULL past its end. */
const char *kitchens_plan_name(const void *plan, uint16_t list, uint32_t index);

/* Size of the map, which reaches from 0, 0 to the far corner of the districts. */
void kitchens_map_size(const struct kitchens_plan *plan, int32_t *width_m, int32_t *height_m);

/* The largest value of an input's number in this city: places end where the map does. */
int64_t kitchens_argument_max(const void *plan, uint32_t input, uint32_t argument);

/* The plan for the page, as docs/api.md shows it. */
void kitchens_describe(const void *plan, struct json_writer *writer);
/* One kitchen of it, as an object of an array: for a kitchen that has opened meanwhile, too. */
void kitchens_describe_kitchen(const struct kitchens_plan *plan, uint32_t index,
                               const struct kitchens_kitchen *kitchen, struct json_writer *writer);

#endif
