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

static int read_number(const cJSON *item, const char *what, int64_t min, int64_t max,
                       int64_t *value, struct error *error)
{
    if (!cJSON_IsNumber(item) || item->valuedouble != (double)(int64_t)item->valuedouble)
        return error_set(error, "%s must be a whole number from %lld to %lld", what, (long long)min,
                         (long long)max);
    if (item->valuedouble < (double)min || item->valuedouble > (double)max)
        return error_set(error, "%s is %.12g; it must be from %lld to %lld", what,
                         item->valuedouble, (long long)min, (long long)max);
    *value = (int64_t)item->valuedouble;
    return 0;
}

static int read_key_names(const cJSON *list, struct kv_plan *plan, struct error *error)
{
    int count = cJSON_GetArraySize(list);
    if (count < 1 || count > KV_KEYS_MAX)
        return error_set(error, "keys has %d entries; there must be 1 to %d", count, KV_KEYS_MAX);
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item) || strlen(item->valuestring) == 0 ||
            strlen(item->valuestring) >= KV_NAME_BYTES)
            return error_set(error, "keys[%u] must be a text of 1 to %d bytes", plan->key_count,
                             KV_NAME_BYTES - 1);
        for (uint32_t i = 0; i < plan->key_count; i++)
            if (strcmp(plan->keys[i], item->valuestring) == 0)
                return error_set(error, "keys: \"%s\" stands twice", item->valuestring);
        (void)snprintf(plan->keys[plan->key_count++], KV_NAME_BYTES, "%s", item->valuestring);
    }
    return 0;
}

static int read_keys(const cJSON *item, struct kv_plan *plan, struct error *error)
{
    int64_t count = 0;
    if (cJSON_IsArray(item))
        return read_key_names(item, plan, error);
    if (read_number(item, "keys", 1, KV_KEYS_MAX, &count, error) != 0)
        return -1;
    plan->key_count = (uint32_t)count;
    for (uint32_t i = 0; i < plan->key_count; i++)
        (void)snprintf(plan->keys[i], KV_NAME_BYTES, "k%u", i);
    return 0;
}

/* Without places: round a square of 600 m, clockwise, so that neighbours on the circle of replicas
 * are neighbours on the map. */
static const int32_t CIRCLE_M[KV_REPLICAS_MAX][2] = {{300, 0},   {512, 88}, {600, 300}, {512, 512},
                                                     {300, 600}, {88, 512}, {0, 300},   {88, 88}};

static int read_places(const cJSON *list, struct kv_plan *plan, struct error *error)
{
    if (list != NULL &&
        (!cJSON_IsArray(list) || cJSON_GetArraySize(list) != (int)plan->replica_count))
        return error_set(error, "places must be a list of %u pairs [x_m, y_m]",
                         plan->replica_count);
    for (uint32_t i = 0; i < plan->replica_count; i++) {
        int64_t x_m = CIRCLE_M[i * KV_REPLICAS_MAX / plan->replica_count][0];
        int64_t y_m = CIRCLE_M[i * KV_REPLICAS_MAX / plan->replica_count][1];
        const cJSON *pair = list == NULL ? NULL : cJSON_GetArrayItem(list, (int)i);
        if (pair != NULL && (!cJSON_IsArray(pair) || cJSON_GetArraySize(pair) != 2 ||
                             read_number(cJSON_GetArrayItem(pair, 0), "places: x_m", 0,
                                         KV_MAP_MAX_M, &x_m, error) != 0 ||
                             read_number(cJSON_GetArrayItem(pair, 1), "places: y_m", 0,
                                         KV_MAP_MAX_M, &y_m, error) != 0))
            return error_set(error, "places[%u] must be a pair [x_m, y_m] from 0 to %d", i,
                             KV_MAP_MAX_M);
        plan->x_m[i] = (int32_t)x_m;
        plan->y_m[i] = (int32_t)y_m;
    }
    return 0;
}

int kv_load(const struct cJSON *scenario, void *data, struct error *error)
{
    struct kv_plan draft;
    int64_t replicas = 0;
    memset(&draft, 0, sizeof draft); /* a world is copied and compared: no byte left to chance */
    if (read_number(cJSON_GetObjectItemCaseSensitive(scenario, "replicas"), "replicas",
                    KV_REPLICAS_MIN, KV_REPLICAS_MAX, &replicas, error) != 0)
        return -1;
    draft.replica_count = (uint32_t)replicas;
    for (uint32_t i = 0; i < draft.replica_count; i++)
        (void)snprintf(draft.replicas[i], KV_NAME_BYTES, "%c", (char)('A' + i));
    if (read_keys(cJSON_GetObjectItemCaseSensitive(scenario, "keys"), &draft, error) != 0 ||
        read_places(cJSON_GetObjectItemCaseSensitive(scenario, "places"), &draft, error) != 0)
        return -1;
    const cJSON *strong = cJSON_GetObjectItemCaseSensitive(scenario, "strong_keys");
    int64_t strong_keys = 0;
    if (strong != NULL &&
        read_number(strong, "strong_keys", 0, draft.key_count, &strong_keys, error) != 0)
        return -1;
    draft.strong_keys = (uint32_t)strong_keys;
    assert(draft.key_count > 0);
    memcpy(data, &draft, sizeof draft);
    return 0;
}
