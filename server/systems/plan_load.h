/* plan_load.h: what the loaders of several systems read alike from a scenario's JSON: whole numbers,
 * names of keys, titles, places on the map. Every field is checked.
 *
 * All return 0; or -1 and one sentence with the field and what is allowed. Only *_load.c includes it. */
#ifndef CHEF_SYSTEMS_PLAN_LOAD_H
#define CHEF_SYSTEMS_PLAN_LOAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct cJSON;

enum {
    PLAN_NAME_BYTES = 16,    /* of a key or a node, its end included */
    PLAN_MAP_MAX_M = 100000, /* of a coordinate */
    PLAN_RING_PLACES = 9,
};

int plan_number(const struct cJSON *item, const char *what, int64_t min, int64_t max,
                int64_t *value, struct error *error);

/* A number: so many keys, k0, k1 ...; or a list of names, none twice. At most `keys_max`. */
int plan_keys(const struct cJSON *item, char (*keys)[PLAN_NAME_BYTES], uint32_t keys_max,
              uint32_t *count, struct error *error);

/* One text for each of `count` nodes, into places of `bytes` bytes that lie behind one another; without
 * a list (NULL) they are called as the nodes are. */
int plan_titles(const struct cJSON *list, const char (*nodes)[PLAN_NAME_BYTES], uint32_t count,
                char *titles, size_t bytes, struct error *error);

/* Where nodes stand that the scenario gives no places: some of these, spread evenly. In metres. */
struct plan_ring {
    const int32_t (*places_m)[2];
    uint32_t count;
};
/* Round a square of 600 m, clockwise, so that neighbours in number are neighbours on the map; the last
 * one is its middle. */
extern const int32_t PLAN_RING_M[PLAN_RING_PLACES][2];

/* A pair [x_m, y_m] for each of `count` nodes; list may be NULL. */
int plan_places(const struct cJSON *list, const struct plan_ring *ring, uint32_t count,
                int32_t *x_m, int32_t *y_m, struct error *error);

#endif
