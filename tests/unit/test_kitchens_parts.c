/* test_kitchens_parts.c - roster and agenda against the simplest thing that does the same. */
#include "base/draw.h"
#include "systems/kitchens/agenda.h"
#include "unit.h"

enum { STEPS = 20000, NUMBERS = 6000, ITEMS = 300 };
static const uint32_t DRAW_TEST = DRAW_PURPOSE('t', 'e', 's', 't');

static uint64_t draw(uint32_t step, uint32_t what)
{
    return draw_u64(11, DRAW_TEST, what, step);
}

static void test_roster(void **state)
{
    (void)state;
    static struct roster roster;
    static uint32_t slot_of[NUMBERS + 1]; /* 1 + slot; 0: not in */
    uint32_t count = 0;
    memset(&roster, 0, sizeof roster);
    for (uint32_t step = 0; step < STEPS; step++) {
        uint32_t number = 1 + (uint32_t)draw_below(draw(step, 0), NUMBERS);
        uint32_t slot = roster_find(&roster, number);
        assert_int_equal(slot, slot_of[number] == 0 ? ROSTER_NONE : slot_of[number] - 1);
        if (slot == ROSTER_NONE) {
            slot = roster_add(&roster, number);
            assert_int_equal(slot == ROSTER_NONE, count == ROSTER_SLOTS);
            slot_of[number] = slot == ROSTER_NONE ? 0 : slot + 1;
            count += slot != ROSTER_NONE;
        } else {
            roster_remove(&roster, slot);
            slot_of[number] = 0;
            count--;
        }
        assert_int_equal(roster.count, count);
        if (slot_of[number] != 0)
            assert_int_equal(roster.numbers[slot], number);
    }
    assert_true(count > ROSTER_SLOTS / 2); /* it was full for most of the way */
}

static int64_t slow_next(const int64_t *due, uint32_t *item)
{
    int64_t next = AGENDA_NEVER;
    for (uint32_t i = 0; i < ITEMS; i++) {
        if (due[i] < next) {
            next = due[i];
            *item = i;
        }
    }
    return next;
}

static void test_agenda(void **state)
{
    (void)state;
    static struct agenda agenda;
    int64_t due[ITEMS];
    memset(&agenda, 0, sizeof agenda);
    for (uint32_t i = 0; i < ITEMS; i++)
        due[i] = AGENDA_NEVER;
    for (uint32_t step = 0; step < STEPS; step++) {
        uint32_t item = (uint32_t)draw_below(draw(step, 0), ITEMS);
        if (draw_below(draw(step, 1), 3) == 0) {
            agenda_remove(&agenda, item);
            due[item] = AGENDA_NEVER;
        } else {
            due[item] = (int64_t)draw_below(draw(step, 2), 100); /* many at the same time */
            agenda_set(&agenda, item, due[item]);
        }
        uint32_t expected = ITEMS, found = ITEMS;
        assert_int_equal(agenda_next(&agenda, &found), slow_next(due, &expected));
        assert_int_equal(found, expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_roster),
        cmocka_unit_test(test_agenda),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
