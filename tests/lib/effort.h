/* effort.h - how many rounds a test of many drawn or listed cases makes, by what its build is for.
 *
 * The preset `release` makes them all. The others look at the same code with other eyes (sanitizers,
 * another compiler), and whatever they could see shows in one case of seven as well: CMake sets
 * CHEF_TEST_SHARE for them. Seven, because no list of kinds here has a length that it divides. */
#ifndef TESTS_EFFORT_H
#define TESTS_EFFORT_H

#include <stdbool.h>
#include <stdint.h>

/* Rounds to make where the whole test has that many; at least one. */
uint32_t effort_rounds(uint32_t whole);

/* True for the cases of a list that this build tries, by their number. */
bool effort_has(uint32_t number);

/* ./chef test --long: there is time for more. */
bool effort_is_long(void);

#endif
