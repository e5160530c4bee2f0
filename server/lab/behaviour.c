/* behaviour.c - the golden digests and the id made of them. */
#include "lab/behaviour.h"

#include "base/digest.h"

#include <pthread.h>
#include <stdio.h>

const struct lab_golden LAB_GOLDEN[] = {
#include "lab/golden.inc"
};
const size_t LAB_GOLDEN_COUNT = sizeof LAB_GOLDEN / sizeof LAB_GOLDEN[0];

static char ID[16];
static pthread_once_t ID_ONCE = PTHREAD_ONCE_INIT;

static void id_make(void)
{
    struct digest digest = digest_init();
    for (size_t i = 0; i < LAB_GOLDEN_COUNT; i++) {
        digest_words(&digest, LAB_GOLDEN[i].digest, LAB_GOLDEN[i].seconds);
    }
    (void)snprintf(ID, sizeof ID, "b%012llx", (unsigned long long)(digest_value(&digest) >> 16));
}

const char *lab_behaviour_id(void)
{
    (void)pthread_once(&ID_ONCE, id_make);
    return ID;
}
