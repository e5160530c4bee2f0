/* city_load.c: a scenario's JSON into the plan of the city, every field checked.
 *
 * This is the one door through which a person's data comes in; behind it the plan is trusted, and
 * what would be an error message here is an assertion there. So it is strict: unknown fields,
 * fields that stand twice (cJSON would silently take the first), texts that are cut off, numbers
 * that are not whole. Each refusal is one line that names the place, the value and what is allowed.
 *
 * The plan is read into a draft and copied when all of it is good: a caller never sees half a city.
 * It is memory of the simulation too (checkpoints copy it), so every byte is written, padding
 * included. */
#include <cjson/cJSON.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "systems/kitchens/city.h"

enum { WHERE_BYTES = 96, PPM_OF_PCT = 10000, SHARE_PCT_ALL = 100 };

/* The place in the JSON that is being read, for the sentence of a refusal. */
struct reader {
    char where[WHERE_BYTES];
    struct error *error;
};

static struct reader reader_of(const char *where, struct error *error)
{
    struct reader reader = {.error = error};
    (void)snprintf(reader.where, sizeof reader.where, "%s", where);
    return reader;
}

/* "city.json kitchens[3]": counted from 0, as in the file. */
static struct reader reader_item(const struct reader *outer, const char *list, uint32_t index)
{
    struct reader reader = {.error = outer->error};
    (void)snprintf(reader.where, sizeof reader.where, "%.60s %s[%u]", outer->where, list, index);
    return reader;
}

/* ---- Values ---- */

/* `fields` ends with NULL. Refuses what is not an object, and every name that is not listed. */
static int check_fields(const struct reader *reader, const cJSON *object, const char *const *fields)
{
    if (!cJSON_IsObject(object))
        return error_set(reader->error, "%s: must be an object", reader->where);
    for (const cJSON *item = object->child; item != NULL; item = item->next) {
        bool known = false;
        for (const char *const *field = fields; *field != NULL; field++)
            known = known || strcmp(*field, item->string) == 0;
        if (!known)
            return error_set(reader->error, "%s: unknown field \"%.32s\"", reader->where,
                             item->string);
        if (cJSON_GetObjectItemCaseSensitive(object, item->string) != item)
            return error_set(reader->error, "%s: field \"%.32s\" stands twice", reader->where,
                             item->string);
    }
    return 0;
}

/* JSON knows only floating point. A number is taken if it is a whole number within the range; the
 * comparison is written so that NaN fails it. */
static int check_integer(const struct reader *reader, const cJSON *item, const char *name,
                         int64_t min, int64_t max, int64_t *value)
{
    assert(min <= max);
    assert(max < INT64_C(1) << 53);
    if (!cJSON_IsNumber(item))
        return error_set(reader->error, "%s: %s must be a whole number from %lld to %lld",
                         reader->where, name, (long long)min, (long long)max);
    double number = item->valuedouble;
    if (!(number >= (double)min && number <= (double)max) || number != (double)(int64_t)number)
        return error_set(reader->error,
                         "%s: %s is %.12g; it must be a whole number from %lld to %lld",
                         reader->where, name, number, (long long)min, (long long)max);
    *value = (int64_t)number;
    return 0;
}

static int read_integer(const struct reader *reader, const cJSON *object, const char *name,
                        int64_t min, int64_t max, int64_t *value)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return check_integer(reader, item, name, min, max, value);
}

/* Places are in metres from the map's corner, never negative. */
static int read_metres(const struct reader *reader, const cJSON *object, const char *name,
                       int32_t *value)
{
    int64_t number = 0;
    if (read_integer(reader, object, name, 0, CITY_MAP_MAX_M, &number) != 0)
        return -1;
    *value = (int32_t)number;
    return 0;
}

/* A name has room in the plan and on the page, or is refused: cut names look like other names. */
static int check_name(const struct reader *reader, const cJSON *item, const char *what,
                      char name[KITCHENS_NAME_BYTES])
{
    if (!cJSON_IsString(item))
        return error_set(reader->error, "%s: %s must be a text", reader->where, what);
    size_t length = strlen(item->valuestring);
    if (length == 0 || length >= KITCHENS_NAME_BYTES)
        return error_set(reader->error, "%s: %s \"%.32s\" must have 1 to %d bytes", reader->where,
                         what, item->valuestring, KITCHENS_NAME_BYTES - 1);
    memset(name, 0, KITCHENS_NAME_BYTES); /* no byte of the plan is left to chance */
    memcpy(name, item->valuestring, length);
    return 0;
}

static int read_name(const struct reader *reader, const cJSON *object,
                     char name[KITCHENS_NAME_BYTES])
{
    return check_name(reader, cJSON_GetObjectItemCaseSensitive(object, "name"), "name", name);
}

static int read_list(const struct reader *reader, const cJSON *object, const char *name,
                     uint32_t min, uint32_t max, const cJSON **list, uint32_t *count)
{
    assert(min <= max);
    *list = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!cJSON_IsArray(*list))
        return error_set(reader->error, "%s: %s must be a list", reader->where, name);
    *count = (uint32_t)cJSON_GetArraySize(*list);
    if (*count < min || *count > max)
        return error_set(reader->error, "%s: %s has %u entries; there must be %u to %u",
                         reader->where, name, *count, min, max);
    return 0;
}

/* ---- The menu ---- */

static int find_cuisine(const struct reader *reader, const struct kitchens_plan *plan,
                        const cJSON *item, uint8_t *cuisine)
{
    assert(plan->cuisine_count > 0);
    for (uint32_t i = 0; cJSON_IsString(item) && i < plan->cuisine_count; i++) {
        if (strcmp(plan->cuisines[i], item->valuestring) == 0) {
            *cuisine = (uint8_t)i;
            return 0;
        }
    }
    return error_set(reader->error, "%s: unknown cuisine \"%.32s\"; the menu has %s .. %s",
                     reader->where, cJSON_IsString(item) ? item->valuestring : "",
                     plan->cuisines[0], plan->cuisines[plan->cuisine_count - 1]);
}

static int read_dish(const struct reader *reader, const cJSON *item, struct kitchens_plan *plan,
                     struct kitchens_dish *dish)
{
    static const char *const FIELDS[] = {"name", "cuisine", "preparation_ms", NULL};
    int64_t preparation = 0;
    if (check_fields(reader, item, FIELDS) != 0 || read_name(reader, item, dish->name) != 0)
        return -1;
    if (find_cuisine(reader, plan, cJSON_GetObjectItemCaseSensitive(item, "cuisine"),
                     &dish->cuisine) != 0)
        return -1;
    if (read_integer(reader, item, "preparation_ms", CITY_PREPARATION_MIN_MS,
                     CITY_PREPARATION_MAX_MS, &preparation) != 0)
        return -1;
    dish->preparation_ms = (uint32_t)preparation;
    return 0;
}

/* At most sixteen, because a kitchen's specialties are a bit mask; without doubles, because a dish
 * names one of them. */
static int read_cuisines(const struct reader *reader, const cJSON *menu, struct kitchens_plan *plan)
{
    const cJSON *list, *item;
    if (read_list(reader, menu, "cuisines", 1, KITCHENS_CUISINES_MAX, &list,
                  &plan->cuisine_count) != 0)
        return -1;
    uint32_t i = 0;
    cJSON_ArrayForEach(item, list)
    {
        if (check_name(reader, item, "a cuisine", plan->cuisines[i]) != 0)
            return -1;
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(plan->cuisines[i], plan->cuisines[j]) == 0)
                return error_set(reader->error, "%s: cuisine \"%s\" stands twice", reader->where,
                                 plan->cuisines[i]);
        }
        i++;
    }
    return 0;
}

/* Cuisines first: a dish names one of them. Names are unique, because a person orders by name. */
static int read_menu(const struct reader *reader, const cJSON *menu, struct kitchens_plan *plan)
{
    static const char *const FIELDS[] = {"cuisines", "dishes", NULL};
    const cJSON *list, *item;
    if (check_fields(reader, menu, FIELDS) != 0 || read_cuisines(reader, menu, plan) != 0 ||
        read_list(reader, menu, "dishes", 1, KITCHENS_DISHES_MAX, &list, &plan->dish_count) != 0)
        return -1;
    uint32_t i = 0;
    cJSON_ArrayForEach(item, list)
    {
        struct reader inner = reader_item(reader, "dishes", i);
        if (read_dish(&inner, item, plan, &plan->dishes[i]) != 0)
            return -1;
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(plan->dishes[i].name, plan->dishes[j].name) == 0)
                return error_set(reader->error, "%s: dish \"%s\" stands twice", inner.where,
                                 plan->dishes[i].name);
        }
        i++;
    }
    return 0;
}

/* ---- The city ---- */

/* Districts are rectangles. They may touch and need not fill the map. */
static int read_district(const struct reader *reader, const cJSON *item,
                         struct kitchens_district *district)
{
    static const char *const FIELDS[] = {"name",     "x_m",       "y_m", "width_m",
                                         "height_m", "share_pct", NULL};
    int64_t width = 0;
    int64_t height = 0;
    int64_t share = 0;
    if (check_fields(reader, item, FIELDS) != 0 || read_name(reader, item, district->name) != 0 ||
        read_metres(reader, item, "x_m", &district->x_m) != 0 ||
        read_metres(reader, item, "y_m", &district->y_m) != 0 ||
        read_integer(reader, item, "width_m", CITY_MAP_MIN_M, CITY_MAP_MAX_M, &width) != 0 ||
        read_integer(reader, item, "height_m", CITY_MAP_MIN_M, CITY_MAP_MAX_M, &height) != 0 ||
        read_integer(reader, item, "share_pct", 0, SHARE_PCT_ALL, &share) != 0)
        return -1;
    district->width_m = (int32_t)width;
    district->height_m = (int32_t)height;
    district->share_ppm = (uint32_t)share * PPM_OF_PCT;
    return 0;
}

/* Shares have to sum to all: a city of 90 % would quietly order less than its setting says. */
static int read_districts(const struct reader *reader, const cJSON *city,
                          struct kitchens_plan *plan)
{
    const cJSON *list, *item;
    if (read_list(reader, city, "districts", 1, KITCHENS_DISTRICTS_MAX, &list,
                  &plan->district_count) != 0)
        return -1;
    uint32_t i = 0;
    uint32_t share_ppm = 0;
    cJSON_ArrayForEach(item, list)
    {
        struct reader inner = reader_item(reader, "districts", i);
        if (read_district(&inner, item, &plan->districts[i]) != 0)
            return -1;
        share_ppm += plan->districts[i].share_ppm;
        i++;
    }
    assert(i == plan->district_count);
    if (share_ppm != CITY_SHARE_PPM)
        return error_set(reader->error, "%s: share_pct of the districts sums to %u; it must be 100",
                         reader->where, share_ppm / PPM_OF_PCT);
    return 0;
}

/* The first district that holds the point; every place of the city needs one. */
static int find_district(const struct reader *reader, const struct kitchens_plan *plan, int32_t x_m,
                         int32_t y_m, uint8_t *district)
{
    for (uint32_t i = 0; i < plan->district_count; i++) {
        const struct kitchens_district *d = &plan->districts[i];
        if (x_m >= d->x_m && x_m - d->x_m <= d->width_m && y_m >= d->y_m &&
            y_m - d->y_m <= d->height_m) {
            *district = (uint8_t)i;
            return 0;
        }
    }
    return error_set(reader->error, "%s: x_m %d, y_m %d lies in no district", reader->where, x_m,
                     y_m);
}

/* A list of names into a mask. None at all is allowed: such a kitchen cooks everything a little
 * slower. */
static int read_specialties(const struct reader *reader, const cJSON *item,
                            const struct kitchens_plan *plan, uint32_t *specialties)
{
    const cJSON *list, *cuisine;
    uint32_t count = 0;
    if (read_list(reader, item, "specialties", 0, KITCHENS_CUISINES_MAX, &list, &count) != 0)
        return -1;
    *specialties = 0;
    cJSON_ArrayForEach(cuisine, list)
    {
        uint8_t index = 0;
        if (find_cuisine(reader, plan, cuisine, &index) != 0)
            return -1;
        *specialties |= 1u << index;
    }
    return 0;
}

/* Cooks and capacity: fewer cooks than tickets; or none of both: a counter without a kitchen
 * behind it, which registers all the same (CHEF-T10). */
static int read_size(const struct reader *reader, const cJSON *item,
                     struct kitchens_kitchen *kitchen)
{
    int64_t cooks = 0;
    int64_t capacity = 0;
    if (read_integer(reader, item, "cooks", 0, KITCHENS_COOKS_MAX, &cooks) != 0 ||
        read_integer(reader, item, "capacity", 0, KITCHENS_CAPACITY_MAX, &capacity) != 0)
        return -1;
    if (cooks >= capacity && capacity != 0)
        return error_set(reader->error,
                         "%s: cooks is %lld; it must be below capacity, which is %lld",
                         reader->where, (long long)cooks, (long long)capacity);
    if ((cooks == 0) != (capacity == 0))
        return error_set(reader->error, "%s: cooks is %lld and capacity %lld; both or none are 0",
                         reader->where, (long long)cooks, (long long)capacity);
    kitchen->cooks = (uint16_t)cooks;
    kitchen->capacity = (uint16_t)capacity;
    return 0;
}

static int read_kitchen(const struct reader *reader, const cJSON *item, struct kitchens_plan *plan,
                        struct kitchens_kitchen *kitchen)
{
    assert(plan->district_count > 0);
    static const char *const FIELDS[] = {"name",      "x_m",         "y_m",  "cooks", "capacity",
                                         "speed_pct", "specialties", "open", NULL};
    int64_t speed = 0;
    if (check_fields(reader, item, FIELDS) != 0 || read_name(reader, item, kitchen->name) != 0 ||
        read_metres(reader, item, "x_m", &kitchen->x_m) != 0 ||
        read_metres(reader, item, "y_m", &kitchen->y_m) != 0 ||
        find_district(reader, plan, kitchen->x_m, kitchen->y_m, &kitchen->district) != 0 ||
        read_size(reader, item, kitchen) != 0 ||
        read_integer(reader, item, "speed_pct", CITY_SPEED_MIN_PCT, CITY_SPEED_MAX_PCT, &speed) !=
            0 ||
        read_specialties(reader, item, plan, &kitchen->specialties) != 0)
        return -1;
    const cJSON *open = cJSON_GetObjectItemCaseSensitive(item, "open");
    if (open != NULL && !cJSON_IsBool(open))
        return error_set(reader->error, "%s: open must be true or false", reader->where);
    kitchen->speed_pct = (uint16_t)speed;
    kitchen->open = open == NULL || cJSON_IsTrue(open);
    return 0;
}

/* At least one. Names may repeat, the places' letters do not. */
static int read_kitchens(const struct reader *reader, const cJSON *city, struct kitchens_plan *plan)
{
    const cJSON *list, *item;
    if (read_list(reader, city, "kitchens", 1, KITCHENS_MAX, &list, &plan->kitchen_count) != 0)
        return -1;
    uint32_t i = 0;
    cJSON_ArrayForEach(item, list)
    {
        struct reader inner = reader_item(reader, "kitchens", i);
        if (read_kitchen(&inner, item, plan, &plan->kitchens[i]) != 0)
            return -1;
        i++;
    }
    return 0;
}

/* The load over the city day; a city without a curve has the same load all day. */
static int read_curve(const struct reader *reader, const cJSON *city, struct kitchens_plan *plan)
{
    const cJSON *list, *item;
    uint32_t count = 0;
    for (uint32_t point = 0; point < KITCHENS_CURVE_POINTS; point++)
        plan->curve_ppm[point] = SHARE_PCT_ALL * PPM_OF_PCT;
    if (cJSON_GetObjectItemCaseSensitive(city, "curve_pct") == NULL)
        return 0;
    if (read_list(reader, city, "curve_pct", KITCHENS_CURVE_POINTS, KITCHENS_CURVE_POINTS, &list,
                  &count) != 0)
        return -1;
    uint32_t i = 0;
    cJSON_ArrayForEach(item, list)
    {
        int64_t pct = 0;
        if (check_integer(reader, item, "curve_pct", 0, CITY_CURVE_MAX_PPM / PPM_OF_PCT, &pct) != 0)
            return -1;
        plan->curve_ppm[i] = (uint32_t)pct * PPM_OF_PCT;
        i++;
    }
    return 0;
}

/* The dispatcher needs a place, because distance is delay; its district has no other meaning. */
static int read_dispatcher(const struct reader *reader, const cJSON *city,
                           struct kitchens_plan *plan)
{
    static const char *const FIELDS[] = {"x_m", "y_m", NULL};
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(city, "dispatcher");
    struct reader inner = {.error = reader->error};
    (void)snprintf(inner.where, sizeof inner.where, "%.60s dispatcher", reader->where);
    uint8_t district = 0;
    if (check_fields(&inner, item, FIELDS) != 0 ||
        read_metres(&inner, item, "x_m", &plan->dispatcher_x_m) != 0 ||
        read_metres(&inner, item, "y_m", &plan->dispatcher_y_m) != 0)
        return -1;
    return find_district(&inner, plan, plan->dispatcher_x_m, plan->dispatcher_y_m, &district);
}

/* Districts before everything that lies in one of them. */
static int read_city(const struct reader *reader, const cJSON *city, struct kitchens_plan *plan)
{
    static const char *const FIELDS[] = {"districts", "dispatcher", "kitchens", "curve_pct", NULL};
    if (check_fields(reader, city, FIELDS) != 0 || read_districts(reader, city, plan) != 0 ||
        read_dispatcher(reader, city, plan) != 0 || read_kitchens(reader, city, plan) != 0)
        return -1;
    return read_curve(reader, city, plan);
}

/* ---- By name or in place ---- */

/* The name comes from a scenario and becomes part of a path among the embedded files: letters,
 * digits and hyphens, so that nothing can climb out of the folder. */
static int check_file_name(const char *field, const char *name, struct error *error)
{
    bool good = name[0] != '\0';
    for (const char *at = name; *at != '\0'; at++)
        good = good && ((*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9') || *at == '-');
    if (!good)
        return error_set(error, "%s: \"%.32s\" is no name of a data file", field, name);
    return 0;
}

/* The parsed file data/<name>.json, the caller's; NULL with a reason.
 *
 * Data files are embedded in the program: a scenario means the same on every machine. */
static cJSON *parse_file(const char *field, const char *name, struct error *error)
{
    char path[WHERE_BYTES];
    if (check_file_name(field, name, error) != 0)
        return NULL;
    (void)snprintf(path, sizeof path, "server/systems/kitchens/data/%.32s.json", name);
    const struct embedded_file *file = embedded_find(path);
    if (file == NULL) {
        (void)error_set(error, "%s: there is no data file \"%.32s\"", field, name);
        return NULL;
    }
    cJSON *parsed = cJSON_ParseWithLength((const char *)file->bytes, file->length);
    if (parsed == NULL)
        (void)error_set(error, "%s: data file \"%.32s\" is not JSON", field, name);
    return parsed;
}

typedef int (*read_part)(const struct reader *reader, const cJSON *part,
                         struct kitchens_plan *plan);

/* Reads one part of the plan: from the object in the scenario, or from the data file it names (no
 * field: the file of the field's own name). */
static int load_part(const cJSON *scenario, const char *field, read_part read,
                     struct kitchens_plan *plan, struct error *error)
{
    assert(field != NULL);
    assert(read != NULL);
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(scenario, field);
    struct reader reader = reader_of(field, error);
    if (cJSON_IsObject(item))
        return read(&reader, item, plan);
    if (item != NULL && !cJSON_IsString(item))
        return error_set(error, "%s: must be the name of a data file or an object", field);
    const char *name = item == NULL ? field : item->valuestring;
    cJSON *parsed = parse_file(field, name, error);
    if (parsed == NULL)
        return -1;
    reader = reader_of(name, error);
    int result = read(&reader, parsed, plan);
    cJSON_Delete(parsed);
    return result;
}

int kitchens_load(const cJSON *scenario, void *plan, struct error *error)
{
    assert(scenario != NULL);
    assert(plan != NULL);
    struct kitchens_plan *draft = calloc(1, sizeof *draft);
    if (draft == NULL)
        return error_set(error, "city: no memory for its plan");
    /* The menu first: kitchens name its cuisines. */
    int result = load_part(scenario, "menu", read_menu, draft, error);
    if (result == 0)
        result = load_part(scenario, "city", read_city, draft, error);
    if (result == 0)
        memcpy(plan, draft, sizeof *draft);
    free(draft);
    return result;
}
