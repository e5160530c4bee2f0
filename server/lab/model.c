/* model.c - the simulator's parameters by name. */
#include "lab/model.h"

#include "lab/settings.h"

#include <cjson/cJSON.h>
#include <stddef.h>
#include <string.h>

static const struct model_field {
    const char *name;
    size_t offset;
} MODEL_FIELDS[] = {
#define FIELD(name)                                                                                \
    {                                                                                              \
#name, offsetof(struct sim_model, name)                                                    \
    }
    FIELD(event_cpu_ns),   FIELD(byte_cpu_ps),    FIELD(link_base_ns),     FIELD(link_ns_per_km),
    FIELD(link_region_ns), FIELD(link_jitter_ns), FIELD(link_bytes_per_s), FIELD(disk_write_ns),
    FIELD(disk_sync_ns),   FIELD(disk_read_ns),   FIELD(disk_bytes_per_s), FIELD(reboot_ns),
#undef FIELD
};
enum { MODEL_FIELD_COUNT = sizeof MODEL_FIELDS / sizeof MODEL_FIELDS[0] };
_Static_assert(MODEL_FIELD_COUNT * sizeof(int64_t) == sizeof(struct sim_model),
               "every parameter has its name here");

static int64_t *model_field(struct sim_model *model, const struct model_field *field)
{
    return (int64_t *)(void *)((char *)model + field->offset);
}

static int model_set(struct sim_model *model, const cJSON *item, struct lab_problem *problem)
{
    for (size_t i = 0; i < MODEL_FIELD_COUNT; i++) {
        if (strcmp(MODEL_FIELDS[i].name, item->string) != 0) {
            continue;
        }
        int64_t value = 0;
        if (!cJSON_IsNumber(item) || !lab_decimal_parse(item->valuedouble, 0, &value) ||
            value < 1) {
            return lab_refuse(problem, LAB_UNPROCESSABLE,
                              "model parameter %s must be a whole number from 1", item->string);
        }
        *model_field(model, &MODEL_FIELDS[i]) = value;
        return 0;
    }
    int status =
        lab_refuse(problem, LAB_UNPROCESSABLE, "unknown model parameter \"%.60s\"", item->string);
    for (size_t i = 0; i < MODEL_FIELD_COUNT; i++) {
        lab_problem_allow(problem, MODEL_FIELDS[i].name);
    }
    return status;
}

int lab_model_parse(const struct cJSON *object, struct sim_model *model,
                    struct lab_problem *problem)
{
    if (object == NULL) {
        return 0;
    }
    if (!cJSON_IsObject(object)) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "model must be an object {name: value}");
    }
    struct sim_model parsed = *model;
    for (const cJSON *item = object->child; item != NULL; item = item->next) {
        int status = model_set(&parsed, item, problem);
        if (status != 0) {
            return status;
        }
    }
    *model = parsed;
    return 0;
}

struct cJSON *lab_model_json(const struct sim_model *model)
{
    cJSON *object = cJSON_CreateObject();
    struct sim_model copy = *model;
    for (size_t i = 0; i < MODEL_FIELD_COUNT; i++) {
        (void)cJSON_AddNumberToObject(object, MODEL_FIELDS[i].name,
                                      (double)*model_field(&copy, &MODEL_FIELDS[i]));
    }
    return object;
}
