/* effort.c - how many rounds a test makes. */
#include "effort.h"

#include <stdlib.h>

static uint32_t share(void)
{
    const char *text = getenv("CHEF_TEST_SHARE");
    unsigned long one_in = text != NULL ? strtoul(text, NULL, 10) : 1;
    return one_in > 0 && one_in <= 1000 ? (uint32_t)one_in : 1;
}

uint32_t effort_rounds(uint32_t whole)
{
    uint32_t rounds = whole / share();
    return rounds > 0 ? rounds : 1;
}

bool effort_has(uint32_t number)
{
    return number % share() == 0;
}

bool effort_is_long(void)
{
    return getenv("CHEF_TEST_LONG") != NULL;
}
