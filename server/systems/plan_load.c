/* plan_load.c: what the loaders of several systems read alike from a scenario's JSON (plan_load.h). */
#include "systems/plan_load.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

int plan_number(const cJSON *item, const char *what, int64_t min, int64_t max, int64_t *value,
                struct error *error)
{
    bool number = cJSON_IsNumber(item);
    /* Looked at first: what is far outside of it does not fit into an integer either. */
    bool outside = number && (item->valuedouble < (double)min || item->valuedouble > (double)max);
    if (!number || (!outside && item->valuedouble != (double)(int64_t)item->valuedouble))
        return error_set(error, "%s must be a whole number from %lld to %lld", what, (long long)min,
                         (long long)max);
    if (outside)
        return error_set(error, "%s is %.12g; it must be from %lld to %lld", what,
                         item->valuedouble, (long long)min, (long long)max);
    *value = (int64_t)item->valuedouble;
    return 0;
}

static int read_key_names(const cJSON *list, char (*keys)[PLAN_NAME_BYTES], uint32_t keys_max,
                          uint32_t *count, struct error *error)
{
    int names = cJSON_GetArraySize(list);
    if (names < 1 || names > (int)keys_max)
        return error_set(error, "keys has %d entries; there must be 1 to %u", names, keys_max);
    const cJSON *item = NULL;
    *count = 0;
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item) || strlen(item->valuestring) == 0 ||
            strlen(item->valuestring) >= PLAN_NAME_BYTES)
            return error_set(error, "keys[%u] must be a text of 1 to %d bytes", *count,
                             PLAN_NAME_BYTES - 1);
        for (uint32_t i = 0; i < *count; i++)
            if (strcmp(keys[i], item->valuestring) == 0)
                return error_set(error, "keys: \"%s\" stands twice", item->valuestring);
        (void)snprintf(keys[(*count)++], PLAN_NAME_BYTES, "%s", item->valuestring);
    }
    return 0;
}

int plan_keys(const cJSON *item, char (*keys)[PLAN_NAME_BYTES], uint32_t keys_max, uint32_t *count,
              struct error *error)
{
    int64_t number = 0;
    assert(keys_max > 0);
    if (cJSON_IsArray(item))
        return read_key_names(item, keys, keys_max, count, error);
    if (plan_number(item, "keys", 1, keys_max, &number, error) != 0)
        return -1;
    *count = (uint32_t)number;
    for (uint32_t i = 0; i < *count; i++)
        (void)snprintf(keys[i], PLAN_NAME_BYTES, "k%u", i);
    return 0;
}

int plan_titles(const cJSON *list, const char (*nodes)[PLAN_NAME_BYTES], uint32_t count,
                char *titles, size_t bytes, struct error *error)
{
    assert(bytes >= PLAN_NAME_BYTES);
    if (list != NULL && (!cJSON_IsArray(list) || cJSON_GetArraySize(list) != (int)count))
        return error_set(error, "titles must be a list of %u texts", count);
    for (uint32_t i = 0; i < count; i++) {
        const cJSON *item = list == NULL ? NULL : cJSON_GetArrayItem(list, (int)i);
        if (list != NULL && (!cJSON_IsString(item) || strlen(item->valuestring) >= bytes))
            return error_set(error, "titles[%u] must be a text of less than %zu bytes", i, bytes);
        (void)snprintf(titles + i * bytes, bytes, "%s",
                       item == NULL ? nodes[i] : item->valuestring);
    }
    return 0;
}

const int32_t PLAN_RING_M[PLAN_RING_PLACES][2] = {{300, 0},   {512, 88},  {600, 300},
                                                  {512, 512}, {300, 600}, {88, 512},
                                                  {0, 300},   {88, 88},   {300, 300}};

static int read_place(const cJSON *pair, uint32_t i, int32_t *x_m, int32_t *y_m,
                      struct error *error)
{
    int64_t x = 0;
    int64_t y = 0;
    if (!cJSON_IsArray(pair) || cJSON_GetArraySize(pair) != 2 ||
        plan_number(cJSON_GetArrayItem(pair, 0), "x_m", 0, PLAN_MAP_MAX_M, &x, error) != 0 ||
        plan_number(cJSON_GetArrayItem(pair, 1), "y_m", 0, PLAN_MAP_MAX_M, &y, error) != 0)
        return error_set(error, "places[%u] must be a pair [x_m, y_m] from 0 to %d", i,
                         PLAN_MAP_MAX_M);
    *x_m = (int32_t)x;
    *y_m = (int32_t)y;
    return 0;
}

int plan_places(const cJSON *list, const struct plan_ring *ring, uint32_t count, int32_t *x_m,
                int32_t *y_m, struct error *error)
{
    assert(count > 0 && count <= ring->count);
    if (list != NULL && (!cJSON_IsArray(list) || cJSON_GetArraySize(list) != (int)count))
        return error_set(error, "places must be a list of %u pairs [x_m, y_m]", count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = i * ring->count / count;
        x_m[i] = ring->places_m[at][0];
        y_m[i] = ring->places_m[at][1];
        if (list != NULL &&
            read_place(cJSON_GetArrayItem(list, (int)i), i, &x_m[i], &y_m[i], error) != 0)
            return -1;
    }
    return 0;
}
