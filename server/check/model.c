/* model.c - the checkers that there are, by name. A new one adds its line. */
#include "check/model.h"

#include <assert.h>
#include <string.h>

const struct check_model *const CHECK_MODELS[] = {
    &check_register,
    &check_kv,
    &check_multi_register,
    &check_mutex,
    &check_queue,
    &check_set,
    &check_sequential,
    &check_causal,
    &check_sessions,
    &check_convergence,
    &check_counter,
    &check_total_queue,
    &check_bank,
    &check_unique_ids,
    &check_list_append,
    &check_transactions,
    NULL, /* the end */
};
const uint32_t CHECK_MODEL_COUNT = sizeof CHECK_MODELS / sizeof CHECK_MODELS[0] - 1;

const struct check_model *check_model_find(const char *name)
{
    assert(name != NULL);
    for (uint32_t i = 0; i < CHECK_MODEL_COUNT; i++) {
        if (strcmp(CHECK_MODELS[i]->name, name) == 0) {
            return CHECK_MODELS[i];
        }
    }
    return NULL;
}
