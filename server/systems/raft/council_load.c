/* council_load.c: a scenario's own data into the plan: how many servers, which keys. Every field checked.
 *
 *   "servers": 5, "voters": 3                     the others are spare; all vote if left out
 *   "titles": ["Harbour Kitchen", ...]            optional, what people call them
 *   "keys": 8                                     keys k0, k1 ...; or a list of names
 *   "places": [[0, 0], [400, 0] ...]              optional, metres; else on a circle */
#include <cjson/cJSON.h>

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "systems/plan_load.h"
#include "systems/raft/council.h"

static const struct plan_ring RING = {PLAN_RING_M, COUNCIL_SERVERS_MAX};

int council_load(const struct cJSON *scenario, void *data, struct error *error)
{
    struct council_plan draft;
    int64_t servers = 0;
    int64_t voters = 0;
    memset(&draft, 0, sizeof draft); /* a world is copied and compared: no byte left to chance */
    if (plan_number(cJSON_GetObjectItemCaseSensitive(scenario, "servers"), "servers", 1,
                    COUNCIL_SERVERS_MAX, &servers, error) != 0) {
        return -1;
    }
    const cJSON *first = cJSON_GetObjectItemCaseSensitive(scenario, "voters");
    voters = servers;
    if (first != NULL && plan_number(first, "voters", 1, servers, &voters, error) != 0) {
        return -1;
    }
    draft.server_count = (uint32_t)servers;
    draft.voters = (uint32_t)voters;
    for (uint32_t i = 0; i < draft.server_count; i++) {
        (void)snprintf(draft.servers[i], COUNCIL_NAME_BYTES, "n%u", i + 1);
    }
    if (plan_keys(cJSON_GetObjectItemCaseSensitive(scenario, "keys"), draft.keys, COUNCIL_KEYS_MAX,
                  &draft.key_count, error) != 0 ||
        plan_titles(cJSON_GetObjectItemCaseSensitive(scenario, "titles"),
                    (const char(*)[PLAN_NAME_BYTES])draft.servers, draft.server_count,
                    draft.titles[0], sizeof draft.titles[0], error) != 0 ||
        plan_places(cJSON_GetObjectItemCaseSensitive(scenario, "places"), &RING, draft.server_count,
                    draft.x_m, draft.y_m, error) != 0) {
        return -1;
    }
    assert(draft.key_count > 0);
    memcpy(data, &draft, sizeof draft);
    return 0;
}
