/* kv_load.c: a scenario's own data into the plan: how many replicas, which keys. Every field checked.
 *
 *   "replicas": 3, "keys": 16                     keys k0, k1 ...
 *   "replicas": 3, "keys": ["lobster", "menu"]    keys by name
 *   "strong_keys": 8                              in mode hybrid: the first so many; 0 if left out
 *   "places": [[0, 0], [400, 0], [0, 400]]        optional, metres; else on a circle */
#include <cjson/cJSON.h>

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "systems/kv/kv.h"
#include "systems/plan_load.h"

static const struct plan_ring RING = {PLAN_RING_M, KV_REPLICAS_MAX};

int kv_load(const struct cJSON *scenario, void *data, struct error *error)
{
    struct kv_plan draft;
    int64_t replicas = 0;
    memset(&draft, 0, sizeof draft); /* a world is copied and compared: no byte left to chance */
    if (plan_number(cJSON_GetObjectItemCaseSensitive(scenario, "replicas"), "replicas",
                    KV_REPLICAS_MIN, KV_REPLICAS_MAX, &replicas, error) != 0)
        return -1;
    draft.replica_count = (uint32_t)replicas;
    for (uint32_t i = 0; i < draft.replica_count; i++)
        (void)snprintf(draft.replicas[i], KV_NAME_BYTES, "%c", (char)('A' + i));
    if (plan_keys(cJSON_GetObjectItemCaseSensitive(scenario, "keys"), draft.keys, KV_KEYS_MAX,
                  &draft.key_count, error) != 0 ||
        plan_places(cJSON_GetObjectItemCaseSensitive(scenario, "places"), &RING,
                    draft.replica_count, draft.x_m, draft.y_m, error) != 0)
        return -1;
    const cJSON *strong = cJSON_GetObjectItemCaseSensitive(scenario, "strong_keys");
    int64_t strong_keys = 0;
    if (strong != NULL &&
        plan_number(strong, "strong_keys", 0, draft.key_count, &strong_keys, error) != 0)
        return -1;
    draft.strong_keys = (uint32_t)strong_keys;
    assert(draft.key_count > 0);
    memcpy(data, &draft, sizeof draft);
    return 0;
}
