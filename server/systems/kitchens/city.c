/* city.c: names of the plan, and the plan as the page gets it.
 *
 * Lists of names give numbers in rows and notes a text in one place. The order of each list is that
 * of its enum, held by designated initialisers: an entry that is forgotten is a NULL that the test
 * of all lists finds, never a neighbour's name. */
#include "systems/kitchens/city.h"

#include <assert.h>
#include <string.h>

#include "base/json_writer.h"
#include "systems/kitchens/ledger.h"

enum { LETTERS = 26, PPM_OF_PCT = 10000 };

/* As the customers number their sources (customers.h): by load, by hand, by phone. */
static const char *const SOURCES[] = {"curve", "hand", "phone"};
static const char *const OUTCOMES[] = {
    [LEDGER_OPEN] = "open",
    [LEDGER_SERVED] = "served",
    [LEDGER_REFUSED] = "refused",
    [LEDGER_LOST] = "lost",
};
static const char *const REASONS[] = {
    [KITCHENS_REASON_NONE] = "none",
    [KITCHENS_REASON_TOO_LATE] = "too_late",
    [KITCHENS_REASON_TARGET_FULL] = "target_full",
    [KITCHENS_REASON_TARGET_DEAD] = "target_dead",
    [KITCHENS_REASON_SOURCE_DEAD] = "source_dead",
    [KITCHENS_REASON_TIMEOUT] = "timeout",
};
static const char *const WAITS[] = {
    [KITCHENS_WAIT_NO_KITCHEN] = "no_kitchen",       [KITCHENS_WAIT_ALL_FULL] = "all_full",
    [KITCHENS_WAIT_NO_SPECIALIST] = "no_specialist", [KITCHENS_WAIT_RECOVERING] = "recovering",
    [KITCHENS_WAIT_ITS_KITCHEN] = "its_kitchen",
};
static const char *const REFUSALS[] = {
    [KITCHENS_REFUSED_BOOK_FULL] = "book_full",
    [KITCHENS_REFUSED_TOO_MANY_WAITING] = "too_many_waiting",
    [KITCHENS_REFUSED_DISK] = "disk",
    [LEDGER_REFUSED_NEVER_HEARD] = "never_heard",
};
static const char *const POLICIES[] = {
    [KITCHENS_ROUND_ROBIN] = "round-robin",
    [KITCHENS_WEIGHTED_ROUND_ROBIN] = "weighted-round-robin",
    [KITCHENS_LEAST_CONNECTIONS] = "least-connections",
    [KITCHENS_TWO_CHOICES] = "two-choices",
    [KITCHENS_WEIGHTED_SCORE] = "weighted-score",
};
static const char *const HANDOVERS[] = {"failed", "accepted"};
const char *const LEDGER_BLOCKER_NAMES[LEDGER_BLOCKER_COUNT] = {
    [LEDGER_BLOCKED_MESSAGE] = "message",
    [LEDGER_BLOCKED_CUT] = "road_closed",
    [LEDGER_BLOCKED_ANSWER] = "no_answer",
    [LEDGER_BLOCKED_BUSY] = "node_busy",
    [LEDGER_BLOCKED_BOOK] = "order_book",
    [LEDGER_BLOCKED_KITCHENS] = "no_free_kitchen",
    [LEDGER_BLOCKED_SLOT] = "cooks_busy",
    [LEDGER_BLOCKED_COOKING] = "cooking",
    [LEDGER_BLOCKED_REJECTED] = "rejected",
    [LEDGER_BLOCKED_HANDOVER] = "handover",
    [LEDGER_BLOCKED_CLOSED] = "kitchen_closed",
    [LEDGER_BLOCKED_PAUSED] = "kitchen_paused",
    [LEDGER_BLOCKED_DISPATCHER] = "dispatcher_down",
    [LEDGER_BLOCKED_DROPPED] = "ticket_dropped",
    [LEDGER_BLOCKED_UNTOLD] = "untold",
};

struct name_list {
    const char *const *names;
    uint32_t count;
};
#define NAME_LIST(array)                                                                           \
    {                                                                                              \
        array, sizeof array / sizeof array[0]                                                      \
    }

/* Dishes, cuisines and districts belong to the plan and not in here; so do their places stay empty.
 */
static const struct name_list LISTS[] = {
    [KITCHENS_LIST_SOURCES] = NAME_LIST(SOURCES),
    [KITCHENS_LIST_OUTCOMES] = NAME_LIST(OUTCOMES),
    [KITCHENS_LIST_REASONS] = NAME_LIST(REASONS),
    [KITCHENS_LIST_WAITS] = NAME_LIST(WAITS),
    [KITCHENS_LIST_REFUSALS] = NAME_LIST(REFUSALS),
    [KITCHENS_LIST_POLICIES] = NAME_LIST(POLICIES),
    [KITCHENS_LIST_HANDOVERS] = NAME_LIST(HANDOVERS),
    [KITCHENS_LIST_BLOCKERS] = NAME_LIST(LEDGER_BLOCKER_NAMES),
};

/* One door for all lists: fixed names do not depend on the plan, so callers that want only those
 * may pass NULL for it (explain.c does). */
const char *kitchens_plan_name(const void *plan, uint16_t list, uint32_t index)
{
    const struct kitchens_plan *city = plan;
    assert(city != NULL || list > KITCHENS_LIST_DISTRICTS);
    switch (list) {
    case KITCHENS_LIST_DISHES:
        return index < city->dish_count ? city->dishes[index].name : NULL;
    case KITCHENS_LIST_CUISINES:
        return index < city->cuisine_count ? city->cuisines[index] : NULL;
    case KITCHENS_LIST_DISTRICTS:
        return index < city->district_count ? city->districts[index].name : NULL;
    default:
        break;
    }
    if (list >= sizeof LISTS / sizeof LISTS[0] || index >= LISTS[list].count)
        return NULL;
    return LISTS[list].names[index];
}

void kitchens_place_name(uint32_t index, char name[16])
{
    assert(index < KITCHENS_MAX);
    uint32_t length = 0;
    if (index >= LETTERS)
        name[length++] = (char)('A' + index / LETTERS - 1);
    name[length++] = (char)('A' + index % LETTERS);
    assert(length <= 2);
    name[length] = '\0';
}

/* ---- The map ---- */

void kitchens_map_size(const struct kitchens_plan *plan, int32_t *width_m, int32_t *height_m)
{
    *width_m = 0;
    *height_m = 0;
    for (uint32_t i = 0; i < plan->district_count; i++) {
        const struct kitchens_district *district = &plan->districts[i];
        int32_t right = district->x_m + district->width_m;
        int32_t bottom = district->y_m + district->height_m;
        *width_m = right > *width_m ? right : *width_m;
        *height_m = bottom > *height_m ? bottom : *height_m;
    }
}

/* An order from beyond the map would have a distance and a courier, and no place on the stage. */
int64_t kitchens_argument_max(const void *plan, uint32_t input, uint32_t argument)
{
    assert(input < KITCHENS_INPUT_COUNT);
    assert(argument < NODE_INPUT_ARGS);
    const struct system_argument *table = &KITCHENS_INPUTS[input].args[argument];
    assert(table->name != NULL);
    int32_t width_m, height_m;
    kitchens_map_size(plan, &width_m, &height_m);
    int64_t max = table->max;
    if (strcmp(table->name, "x_m") == 0)
        max = width_m;
    if (strcmp(table->name, "y_m") == 0)
        max = height_m;
    return max < table->max ? max : table->max;
}

/* ---- For the page ---- */

static void describe_districts(const struct kitchens_plan *plan, struct json_writer *writer)
{
    json_array(writer, "districts");
    for (uint32_t i = 0; i < plan->district_count; i++) {
        const struct kitchens_district *district = &plan->districts[i];
        json_object(writer, NULL);
        json_string(writer, "name", district->name);
        json_i64(writer, "x_m", district->x_m);
        json_i64(writer, "y_m", district->y_m);
        json_i64(writer, "width_m", district->width_m);
        json_i64(writer, "height_m", district->height_m);
        json_u64(writer, "share_pct", district->share_ppm / PPM_OF_PCT);
        json_close(writer);
    }
    json_close(writer);
}

static void describe_map(const struct kitchens_plan *plan, struct json_writer *writer)
{
    int32_t width_m, height_m;
    kitchens_map_size(plan, &width_m, &height_m);
    json_object(writer, "map");
    json_i64(writer, "width_m", width_m);
    json_i64(writer, "height_m", height_m);
    json_close(writer);
}

static void describe_menu(const struct kitchens_plan *plan, struct json_writer *writer)
{
    json_array(writer, "cuisines");
    for (uint32_t i = 0; i < plan->cuisine_count; i++)
        json_string(writer, NULL, plan->cuisines[i]);
    json_close(writer);
    json_array(writer, "dishes");
    for (uint32_t i = 0; i < plan->dish_count; i++) {
        json_object(writer, NULL);
        json_string(writer, "name", plan->dishes[i].name);
        json_string(writer, "cuisine", plan->cuisines[plan->dishes[i].cuisine]);
        json_u64(writer, "preparation_ms", plan->dishes[i].preparation_ms);
        json_close(writer);
    }
    json_close(writer);
}

/* Takes the kitchen apart from the plan, because one that was opened by hand has another size than
 * the plan says (view.c). */
void kitchens_describe_kitchen(const struct kitchens_plan *plan, uint32_t index,
                               const struct kitchens_kitchen *kitchen, struct json_writer *writer)
{
    assert(index < plan->kitchen_count);
    assert(kitchen->district < plan->district_count);
    char letter[16];
    kitchens_place_name(index, letter);
    json_object(writer, NULL);
    json_u64(writer, "node", KITCHENS_FIRST + index);
    json_string(writer, "letter", letter);
    json_string(writer, "name", kitchen->name);
    json_i64(writer, "x_m", kitchen->x_m);
    json_i64(writer, "y_m", kitchen->y_m);
    json_string(writer, "district", plan->districts[kitchen->district].name);
    json_u64(writer, "cooks", kitchen->cooks);
    json_u64(writer, "capacity", kitchen->capacity);
    json_u64(writer, "speed_pct", kitchen->speed_pct);
    json_array(writer, "specialties");
    for (uint32_t i = 0; i < plan->cuisine_count; i++) {
        if ((kitchen->specialties >> i & 1u) != 0)
            json_string(writer, NULL, plan->cuisines[i]);
    }
    json_close(writer);
    json_bool(writer, "open", kitchen->open != 0);
    json_close(writer);
}

/* What the page needs once; after that it gets only changes. Node names come in order of index, so
 * that a number in a frame is enough everywhere else. */
void kitchens_describe(const void *plan, struct json_writer *writer)
{
    const struct kitchens_plan *city = plan;
    describe_map(city, writer);
    describe_districts(city, writer);
    json_object(writer, "dispatcher");
    json_i64(writer, "x_m", city->dispatcher_x_m);
    json_i64(writer, "y_m", city->dispatcher_y_m);
    json_close(writer);
    json_array(writer, "kitchens");
    for (uint32_t i = 0; i < city->kitchen_count; i++)
        kitchens_describe_kitchen(city, i, &city->kitchens[i], writer);
    json_close(writer);
    describe_menu(city, writer);
}

/* ---- Equal kitchens ---- */

static uint16_t rounded_mean(uint32_t sum, uint32_t count)
{
    return (uint16_t)((sum + count / 2) / count);
}

/* Gives a place an equal share of what the city opens with. The speed makes up for rounding, so
 * that all cooks together can do as much as before: otherwise the comparison would be of load. */
static void make_equal(const struct kitchens_plan *plan, struct kitchens_kitchen *place)
{
    uint32_t open = 0;
    uint32_t cooks = 0;
    uint32_t capacity = 0;
    uint32_t work = 0;
    for (uint32_t i = 0; i < plan->kitchen_count; i++) {
        const struct kitchens_kitchen *kitchen = &plan->kitchens[i];
        if (kitchen->open == 0)
            continue;
        open++;
        cooks += kitchen->cooks;
        capacity += kitchen->capacity;
        work += (uint32_t)kitchen->cooks * kitchen->speed_pct;
    }
    if (cooks < open)
        return;
    place->cooks = rounded_mean(cooks, open);
    place->capacity = rounded_mean(capacity, open);
    place->speed_pct = rounded_mean(work, open * place->cooks);
    if (place->capacity <= place->cooks)
        place->capacity = (uint16_t)(place->cooks + 1);
}

struct kitchens_kitchen kitchens_place(const struct node_env *env, uint32_t index)
{
    const struct kitchens_plan *plan = env->plan;
    assert(index < plan->kitchen_count);
    struct kitchens_kitchen place = plan->kitchens[index];
    int64_t kitchens_max = env->settings[KITCHENS_SET_KITCHENS_MAX];
    if (kitchens_max > 0 && (int64_t)index >= kitchens_max)
        place.open = 0;
    if (env->settings[KITCHENS_SET_EQUAL] != 0 && place.open != 0)
        make_equal(plan, &place);
    return place;
}
