/* test_kitchens_ledger.c - the ledger, fed with notes by hand: measures, verdicts, intervals, rows. */
#include "base/draw.h"
#include "base/json_writer.h"
#include "systems/kitchens/city.h"
#include "systems/kitchens/ledger_state.h"
#include "unit.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

enum { KITCHEN_A = 1, KITCHEN_B = 2, KITCHEN_C = 3, CUSTOMERS = 4, ROWS_MAX = 20000 };

static const char SCENARIO[] =
    "{\"menu\":{\"cuisines\":[\"pizza\",\"curry\"],\"dishes\":["
    "{\"name\":\"Pizza\",\"cuisine\":\"pizza\",\"preparation_ms\":1000},"
    "{\"name\":\"Dal\",\"cuisine\":\"curry\",\"preparation_ms\":1000}]},"
    "\"city\":{\"districts\":[{\"name\":\"Town\",\"x_m\":0,\"y_m\":0,\"width_m\":1000,"
    "\"height_m\":1000,\"share_pct\":100}],\"dispatcher\":{\"x_m\":500,\"y_m\":500},\"kitchens\":["
    "{\"name\":\"A\",\"x_m\":1,\"y_m\":1,\"cooks\":2,\"capacity\":5,\"speed_pct\":100,"
    "\"specialties\":[\"pizza\"]},"
    "{\"name\":\"B\",\"x_m\":2,\"y_m\":1,\"cooks\":2,\"capacity\":5,\"speed_pct\":100,"
    "\"specialties\":[\"curry\"]},"
    "{\"name\":\"C\",\"x_m\":3,\"y_m\":1,\"cooks\":0,\"capacity\":0,\"speed_pct\":100,"
    "\"specialties\":[]}]}}";

/* A world of which the ledger only sees notes. */
struct city {
    struct kitchens_plan plan;
    int64_t settings[KITCHENS_SET_COUNT];
    struct node_env env;
    struct node_world world;
    struct node_row_sink sink;
    struct ledger *ledger;
    uint64_t event;
    struct node_row *rows;
    uint32_t row_count;
};

static bool never_cut(const struct node_world *world, uint32_t from, uint32_t to)
{
    (void)world;
    (void)from;
    (void)to;
    return false;
}

static void keep_row(void *context, const struct node_row *row)
{
    struct city *city = context;
    assert_in_range(city->row_count, 0, ROWS_MAX - 1);
    city->rows[city->row_count++] = *row;
}

static void note_at(struct city *city, int64_t time_ms, uint16_t kind, uint32_t node, uint32_t peer,
                    uint32_t subject, const int64_t args[4])
{
    struct node_note note = {.kind = kind,
                             .peer = peer,
                             .subject = subject,
                             .node = node,
                             .time_ns = time_ms * LEDGER_MS_NS,
                             .event = ++city->event,
                             .cause = city->event - 1};
    memcpy(note.args, args, sizeof note.args);
    assert_true(note.time_ns >= city->world.time_ns);
    while (city->world.time_ns / LEDGER_SECOND_NS < note.time_ns / LEDGER_SECOND_NS) {
        city->world.time_ns = (city->world.time_ns / LEDGER_SECOND_NS + 1) * LEDGER_SECOND_NS;
        KITCHENS_LEDGER.tick(city->ledger, &city->world, &city->sink);
    }
    city->world.time_ns = note.time_ns;
    KITCHENS_LEDGER.note(city->ledger, &city->world, &note, &city->sink);
}
#define NOTE(city, time_ms, kind, node, peer, subject, ...)                                        \
    note_at(city, time_ms, kind, node, peer, subject, (const int64_t[4]){__VA_ARGS__})

static struct city *city_new(void)
{
    struct city *city = calloc(1, sizeof *city);
    cJSON *scenario = cJSON_Parse(SCENARIO);
    struct error error;
    assert_int_equal(kitchens_load(scenario, &city->plan, &error), 0);
    cJSON_Delete(scenario);
    city->settings[KITCHENS_SET_OVERLOAD_THRESHOLD] = 80;
    city->settings[KITCHENS_SET_COOLDOWN_MS] = 5000;
    city->settings[KITCHENS_SET_HEARTBEAT_MS] = 2000;
    city->settings[KITCHENS_SET_PANIC_PCT] = 50;
    city->settings[KITCHENS_SET_EJECTION] = 1;
    city->settings[KITCHENS_SET_POLICY] = KITCHENS_WEIGHTED_SCORE;
    city->env = (struct node_env){.self = NODE_NONE,
                                  .node_count = CUSTOMERS + 1,
                                  .settings = city->settings,
                                  .plan = &city->plan};
    city->world =
        (struct node_world){.node_count = CUSTOMERS + 1, .env = &city->env, .cut = never_cut};
    city->rows = calloc(ROWS_MAX, sizeof *city->rows);
    city->sink = (struct node_row_sink){.context = city, .put = keep_row};
    city->ledger = malloc(sizeof *city->ledger);
    assert_non_null(city->ledger);
    KITCHENS_LEDGER.init(city->ledger, &city->env, 1);
    for (uint32_t node = 0; node <= CUSTOMERS; node++)
        NOTE(city, 0, NODE_NOTE_STARTED, node, NODE_NONE, NODE_NONE, 1);
    for (uint32_t node = KITCHEN_A; node <= KITCHEN_C; node++)
        NOTE(city, 0, KITCHENS_NOTE_KITCHEN_REGISTERED, 0, node, NODE_NONE, node, 0, node);
    return city;
}

static void city_free(struct city *city)
{
    free(city->ledger);
    free(city->rows);
    free(city);
}

/* ---- Pieces of an order's life ---- */

static void placed(struct city *city, int64_t t, uint32_t order)
{
    NOTE(city, t, KITCHENS_NOTE_PLACED, CUSTOMERS, NODE_NONE, order, 100, 200, 0, 0);
}

static void confirmed(struct city *city, int64_t t, uint32_t order)
{
    placed(city, t, order);
    NOTE(city, t + 5, KITCHENS_NOTE_RECEIVED, 0, NODE_NONE, order, 0);
    NOTE(city, t + 7, KITCHENS_NOTE_CONFIRMED, 0, NODE_NONE, order, 0);
}

static void assigned(struct city *city, int64_t t, uint32_t order, uint32_t kitchen, int64_t epoch)
{
    NOTE(city, t, KITCHENS_NOTE_ASSIGNED, 0, kitchen, order, epoch, 500000, KITCHENS_WEIGHTED_SCORE,
         epoch > 1);
}

/* On the rail of a kitchen at t + 10. */
static void queued(struct city *city, int64_t t, uint32_t order, uint32_t kitchen)
{
    confirmed(city, t, order);
    assigned(city, t + 7, order, kitchen, 1);
    NOTE(city, t + 10, KITCHENS_NOTE_QUEUED, kitchen, NODE_NONE, order, 1, 1, 0);
}

static void cooking(struct city *city, int64_t t, uint32_t order, uint32_t kitchen, int64_t epoch)
{
    NOTE(city, t, KITCHENS_NOTE_COOKING, kitchen, NODE_NONE, order, epoch, 1000 * LEDGER_MS_NS, -1,
         0);
}

static void cooked(struct city *city, int64_t t, uint32_t order, uint32_t kitchen, int64_t epoch)
{
    NOTE(city, t, KITCHENS_NOTE_COOKED, kitchen, NODE_NONE, order, epoch, 3000);
}

static void settled(struct city *city, int64_t t, uint32_t order, uint32_t kitchen, int64_t epoch)
{
    NOTE(city, t, KITCHENS_NOTE_SETTLED, 0, kitchen, order, epoch);
}

static void served(struct city *city, int64_t t, uint32_t order, uint32_t kitchen)
{
    NOTE(city, t, KITCHENS_NOTE_SERVED, CUSTOMERS, kitchen, order, 1, 0);
}

static void handed_over(struct city *city, int64_t t, uint32_t from, uint32_t to, int64_t epoch)
{
    NOTE(city, t, KITCHENS_NOTE_HANDOVER_OFFERED, 0, from, 1, epoch, to);
    NOTE(city, t + 2, KITCHENS_NOTE_HANDOVER_RELEASED, from, NODE_NONE, 1, epoch);
    NOTE(city, t + 6, KITCHENS_NOTE_QUEUED, to, NODE_NONE, 1, epoch + 1, 1, 0);
    NOTE(city, t + 8, KITCHENS_NOTE_HANDOVER_ACCEPTED, 0, to, 1, epoch + 1, from);
}

static struct system_finding judged(struct city *city, enum ledger_check check, bool final)
{
    struct system_finding findings[LEDGER_CHECK_COUNT];
    kitchens_judge(city->ledger, &city->world, final, findings);
    return findings[check];
}

static void passes(struct city *city, enum ledger_check check)
{
    struct system_finding finding = judged(city, check, false);
    if (finding.verdict != SYSTEM_PASS)
        print_message("check %s: word %u\n", KITCHENS_CHECKS[check].name, finding.reason.word);
    assert_int_equal(finding.verdict, SYSTEM_PASS);
}

static void fails(struct city *city, enum ledger_check check, enum kitchens_word word)
{
    struct system_finding finding = judged(city, check, true);
    assert_int_equal(finding.verdict, SYSTEM_FAIL);
    assert_int_equal(finding.reason.word, word);
    assert_true(finding.actual > finding.expected);
    for (int i = 0; i < LEDGER_CHECK_COUNT; i++) {
        bool final = i == LEDGER_CHECK_EVERY_ORDER_SERVED || i == LEDGER_CHECK_NO_ORDER_LOST;
        if (i != (int)check && !final)
            passes(city, (enum ledger_check)i);
    }
}

static const struct node_row *row_of(const struct city *city, enum ledger_table table, uint32_t nth)
{
    for (uint32_t i = 0; i < city->row_count; i++) {
        if (city->rows[i].table == table && nth-- == 0)
            return &city->rows[i];
    }
    return NULL;
}

static int64_t cell(const struct node_row *row, const char *column)
{
    const struct system_table *table = &KITCHENS_TABLES[row->table];
    for (uint32_t i = 0; i < table->column_count; i++) {
        if (strcmp(table->columns[i].name, column) == 0)
            return row->cells[i];
    }
    fail_msg("no column %s", column);
    return 0;
}

/* ---- Measuring ---- */

static void test_a_plain_life(void **state)
{
    (void)state;
    struct city *city = city_new();
    queued(city, 1000, 17, KITCHEN_A);
    NOTE(city, 1300, KITCHENS_NOTE_COOKING, KITCHEN_A, NODE_NONE, 17, 1, 1000 * LEDGER_MS_NS, 16,
         0);
    cooked(city, 2300, 17, KITCHEN_A, 1);
    settled(city, 2310, 17, KITCHEN_A, 1);
    served(city, 5300, 17, KITCHEN_A);

    const struct node_row *row = row_of(city, LEDGER_TABLE_ORDERS, 0);
    assert_non_null(row);
    assert_int_equal(row->time_ns, 1000 * LEDGER_MS_NS);
    assert_int_equal(cell(row, "order_id"), 17);
    assert_int_equal(cell(row, "outcome"), LEDGER_SERVED);
    assert_int_equal(cell(row, "queue_ms"), 290000);
    assert_int_equal(cell(row, "cook_ms"), 1000000);
    assert_int_equal(cell(row, "response_ms"), 1300000);
    assert_int_equal(cell(row, "courier_ms"), 3000);
    assert_int_equal(cell(row, "kitchen_last"), KITCHEN_A);
    static const struct {
        int64_t blocker, from, to;
    } STEPS[] = {
        {LEDGER_BLOCKED_MESSAGE, 0, 5000},         {LEDGER_BLOCKED_BOOK, 5000, 7000},
        {LEDGER_BLOCKED_MESSAGE, 7000, 10000},     {LEDGER_BLOCKED_SLOT, 10000, 300000},
        {LEDGER_BLOCKED_COOKING, 300000, 1300000},
    };
    for (uint32_t i = 0; i < 5; i++) {
        row = row_of(city, LEDGER_TABLE_ORDER_STEPS, i);
        assert_non_null(row);
        assert_int_equal(cell(row, "seq"), i + 1);
        assert_int_equal(cell(row, "blocker"), STEPS[i].blocker);
        assert_int_equal(cell(row, "from_ms"), STEPS[i].from);
        assert_int_equal(cell(row, "to_ms"), STEPS[i].to);
    }
    assert_int_equal(cell(row_of(city, LEDGER_TABLE_ORDER_STEPS, 3), "ref"), 16);
    assert_null(row_of(city, LEDGER_TABLE_ORDER_STEPS, 5));

    int64_t figures[LEDGER_FIGURE_COUNT];
    kitchens_figures_read(city->ledger, &city->world, figures);
    assert_int_equal(figures[LEDGER_FIGURE_RESPONSE_MEAN_MS], 1300);
    assert_int_equal(figures[LEDGER_FIGURE_RESPONSE_RUN_P99_MS], 1300);
    assert_int_equal(figures[LEDGER_FIGURE_ORDERS_SERVED], 1);
    assert_int_equal(figures[LEDGER_FIGURE_MISROUTED_PCT], 0);
    assert_int_equal(figures[LEDGER_FIGURE_KITCHENS_UP], 3);
    for (int i = 0; i < LEDGER_CHECK_COUNT; i++)
        assert_int_equal(judged(city, (enum ledger_check)i, true).verdict, SYSTEM_PASS);
    city_free(city);
}

static void test_a_crash_is_an_interval(void **state)
{
    (void)state;
    struct city *city = city_new();
    queued(city, 1000, 5, KITCHEN_A);
    cooking(city, 1100, 5, KITCHEN_A, 1);
    NOTE(city, 1500, NODE_NOTE_CRASHED, KITCHEN_A, NODE_NONE, NODE_NONE, 0);
    NOTE(city, 3000, KITCHENS_NOTE_KITCHEN_SUSPECTED, 0, KITCHEN_A, NODE_NONE, 1500, 1);
    assigned(city, 3000, 5, KITCHEN_B, 2);
    NOTE(city, 3003, KITCHENS_NOTE_QUEUED, KITCHEN_B, NODE_NONE, 5, 2, 1, 0);
    cooking(city, 3003, 5, KITCHEN_B, 2);
    cooked(city, 4003, 5, KITCHEN_B, 2);
    const struct ledger_order *order = ledger_order_find_const(city->ledger, 5);
    assert_int_equal(ledger_order_blocked(city->ledger, order, LEDGER_BLOCKED_CLOSED),
                     1500 * LEDGER_UNITS_PER_MS);
    assert_int_equal(ledger_order_blocked(city->ledger, order, LEDGER_BLOCKED_COOKING),
                     1400 * LEDGER_UNITS_PER_MS);
    assert_int_equal(order->cooked, 3003 * LEDGER_UNITS_PER_MS);
    assert_int_equal(order->reassigned, 1);
    city_free(city);
}

static int by_value(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static void test_percentiles_against_sorting(void **state)
{
    (void)state;
    struct ledger_window *window = calloc(1, sizeof *window);
    uint32_t seconds[6000];
    uint32_t values[6000];
    uint32_t sorted[6000];
    for (uint32_t i = 0; i < 6000; i++) {
        seconds[i] = i / 20;
        values[i] = (uint32_t)draw_below(draw_u64(3, 1, 0, i), i % 3 == 0 ? 10 : 100000);
        ledger_window_expire(window, seconds[i]);
        ledger_window_add(window, seconds[i], values[i]);
        if (i % 97 != 0)
            continue;
        uint32_t count = 0;
        for (uint32_t j = 0; j <= i; j++) {
            if (seconds[j] + LEDGER_WINDOW_S > seconds[i])
                sorted[count++] = values[j];
        }
        qsort(sorted, count, sizeof sorted[0], by_value);
        assert_int_equal(window->count, count);
        for (uint32_t ppm = 0; ppm <= 1000000; ppm += 10000) {
            uint32_t rank = (uint32_t)(((uint64_t)count * ppm + 999999) / 1000000);
            assert_int_equal(ledger_window_percentile(window, ppm),
                             sorted[rank == 0 ? 0 : rank - 1]);
        }
    }
    free(window);
}

static void test_utilisation(void **state)
{
    (void)state;
    struct city *city = city_new();
    queued(city, 0, 1, KITCHEN_A);
    cooking(city, 10, 1, KITCHEN_A, 1);
    cooked(city, 20010, 1, KITCHEN_A, 1);
    NOTE(city, 40000, KITCHENS_NOTE_RUSH, CUSTOMERS, NODE_NONE, NODE_NONE, -1, 100, 100);
    int64_t jain, max_over_mean, utilisation;
    ledger_utilisation(city->ledger, city->world.time_ns, &jain, &max_over_mean, &utilisation);
    assert_int_equal(jain, 5000); /* one of two kitchens with cooks does all the work */
    assert_int_equal(max_over_mean, 200);
    assert_in_range(utilisation, 1249, 1250); /* 20 of 40 s, one of four cooks */
    city_free(city);
}

/* A refusal counts when it is heard: one that is lost, before an order that is then taken, leaves
 * no trace in its row. */
static void test_a_lost_refusal(void **state)
{
    (void)state;
    struct city *city = city_new();
    placed(city, 100, 1);
    placed(city, 100, 2);
    NOTE(city, 110, KITCHENS_NOTE_REFUSED, 0, CUSTOMERS, 1, KITCHENS_REFUSED_DISK);
    NOTE(city, 110, KITCHENS_NOTE_REFUSED, 0, CUSTOMERS, 2, KITCHENS_REFUSED_DISK);
    NOTE(city, 120, KITCHENS_NOTE_TURNED_AWAY, CUSTOMERS, 0, 1, KITCHENS_REFUSED_DISK);
    NOTE(city, 600, KITCHENS_NOTE_RESENT, CUSTOMERS, 0, 2, 2);
    NOTE(city, 605, KITCHENS_NOTE_RECEIVED, 0, NODE_NONE, 2, 0);
    NOTE(city, 607, KITCHENS_NOTE_CONFIRMED, 0, NODE_NONE, 2, 0);
    const struct node_row *row = row_of(city, LEDGER_TABLE_ORDERS, 0);
    assert_int_equal(cell(row, "order_id"), 1);
    assert_int_equal(cell(row, "outcome"), LEDGER_REFUSED);
    assert_int_equal(cell(row, "reason"), KITCHENS_REFUSED_DISK);
    assigned(city, 610, 2, KITCHEN_A, 1);
    NOTE(city, 620, KITCHENS_NOTE_QUEUED, KITCHEN_A, NODE_NONE, 2, 1, 1, 0);
    cooking(city, 620, 2, KITCHEN_A, 1);
    cooked(city, 1620, 2, KITCHEN_A, 1);
    NOTE(city, 1630, KITCHENS_NOTE_SETTLED, 0, KITCHEN_A, 2, 1);
    NOTE(city, 4620, KITCHENS_NOTE_SERVED, CUSTOMERS, KITCHEN_A, 2, 1, 0);
    row = row_of(city, LEDGER_TABLE_ORDERS, 1);
    assert_int_equal(cell(row, "outcome"), LEDGER_SERVED);
    assert_int_equal(cell(row, "reason"), NODE_CELL_NULL);
    assert_int_equal(cell(row, "response_ms"), 1520 * 1000);
    city_free(city);
}

static void test_rows_of_a_second(void **state)
{
    (void)state;
    struct city *city = city_new();
    queued(city, 100, 1, KITCHEN_A);
    NOTE(city, 200, KITCHENS_NOTE_BELIEF, 0, KITCHEN_A, NODE_NONE, 0, 2, 1, 900);
    NOTE(city, 2500, KITCHENS_NOTE_RUSH, CUSTOMERS, NODE_NONE, NODE_NONE, -1, 100, 100);
    const struct node_row *row = row_of(city, LEDGER_TABLE_METRICS, 0);
    assert_int_equal(row->time_ns, LEDGER_SECOND_NS);
    assert_int_equal(cell(row, "offered_per_min"), 60);
    assert_int_equal(cell(row, "resp_p99_ms"), NODE_CELL_NULL);
    assert_int_equal(cell(row, "uptime_pct"), 100000);
    assert_int_equal(cell(row, "stale"), NODE_CELL_NULL); /* not 0: nobody has looked */
    assert_int_equal(cell(row, "oversold"), NODE_CELL_NULL);
    row = row_of(city, LEDGER_TABLE_KITCHENS, 0);
    assert_int_equal(cell(row, "kitchen"), KITCHEN_A);
    assert_int_equal(cell(row, "assigned"), 1);
    assert_int_equal(cell(row, "load"), 2000);
    assert_int_equal(cell(row, "load_believed"), 6000);
    assert_int_equal(cell(row_of(city, LEDGER_TABLE_KITCHENS, 3), "assigned"), 0);
    kitchens_rows_open(city->ledger, &city->world, &city->sink);
    row = row_of(city, LEDGER_TABLE_ORDERS, 0);
    assert_int_equal(cell(row, "outcome"), LEDGER_OPEN);
    assert_int_equal(cell(row, "response_ms"), NODE_CELL_NULL);
    city_free(city);
}

/* ---- Shown ---- */

static cJSON *frame_of(struct city *city, uint64_t since, uint64_t *mark)
{
    static char buffer[65536];
    struct text text = text_init(buffer, sizeof buffer);
    struct json_writer writer = json_init(&text);
    json_object(&writer, NULL);
    *mark = kitchens_view(city->ledger, &city->world, since, &writer);
    json_close(&writer);
    assert_false(text.cut);
    cJSON *frame = cJSON_Parse(buffer);
    assert_non_null(frame);
    return frame;
}

static int items(const cJSON *frame, const char *name)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(frame, name);
    return list == NULL ? -1 : cJSON_GetArraySize(list);
}

static int number_at(const cJSON *frame, const char *list, int item, int place)
{
    const cJSON *row = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(frame, list), item);
    return cJSON_GetArrayItem(row, place)->valueint;
}

static void test_frames(void **state)
{
    (void)state;
    struct city *city = city_new();
    uint64_t mark = 0;
    queued(city, 100, 1, KITCHEN_A);
    cJSON *frame = frame_of(city, 0, &mark);
    assert_int_equal(items(frame, "k"), 3);
    assert_int_equal(items(frame, "kitchens"), 3);
    assert_int_equal(number_at(frame, "k", 0, 1), LEDGER_TRUTH_OPEN);
    assert_int_equal(number_at(frame, "k", 0, 3), 1);
    assert_true(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(frame, "sprites")));
    assert_int_equal(items(frame, "on"), 1);
    assert_int_equal(number_at(frame, "o", 0, 1), LEDGER_PHASE_QUEUED);
    assert_int_equal(number_at(frame, "o", 0, 2), KITCHEN_A);
    cJSON_Delete(frame);

    frame = frame_of(city, mark, &mark); /* nothing happened */
    assert_int_equal(items(frame, "k"), -1);
    assert_int_equal(items(frame, "d"), -1);
    assert_int_equal(items(frame, "on"), 0);
    assert_int_equal(items(frame, "o"), 0);
    cJSON_Delete(frame);

    cooking(city, 200, 1, KITCHEN_A, 1);
    confirmed(city, 300, 2);
    frame = frame_of(city, mark, &mark);
    assert_int_equal(items(frame, "k"), 1);
    assert_int_equal(items(frame, "kitchens"), -1);
    assert_int_equal(items(frame, "on"), 1);
    assert_int_equal(number_at(frame, "on", 0, 0), 2);
    assert_int_equal(items(frame, "o"), 2);
    assert_int_equal(number_at(frame, "o", 0, 1), LEDGER_PHASE_COOKING);
    assert_int_equal(number_at(frame, "o", 0, 3), 200 - 307);
    assert_int_equal(number_at(frame, "o", 0, 4), 1200 - 307);
    cJSON_Delete(frame);
    city_free(city);
}

/* 150 orders, all on the rail of A or B. */
static void crowd(struct city *city, int64_t t, uint32_t first)
{
    for (uint32_t i = 0; i < 150; i++)
        queued(city, t + 20 * i, first + i, i % 2 == 0 ? KITCHEN_A : KITCHEN_B);
}

static bool shows_sprites(const cJSON *frame)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(frame, "sprites"));
}

static void test_frames_of_counts(void **state)
{
    (void)state;
    struct city *city = city_new();
    uint64_t mark = 0;
    cJSON_Delete(frame_of(city, 0, &mark));
    crowd(city, 20, 1);
    cJSON *frame = frame_of(city, mark, &mark); /* a leap: what stands there now */
    assert_true(shows_sprites(frame));
    assert_int_equal(items(frame, "on"), 150);
    cJSON_Delete(frame);
    crowd(city, 5020, 1001);
    frame = frame_of(city, mark, &mark); /* it goes on like that: counts */
    assert_true(cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(frame, "sprites")));
    assert_int_equal(items(frame, "on"), -1);
    assert_int_equal(items(frame, "flow"), 3); /* to A, to B, to the dispatcher */
    assert_int_equal(number_at(frame, "flow", 0, 2) + number_at(frame, "flow", 1, 2), 150);
    cJSON_Delete(frame);
    queued(city, 9500, 2000, KITCHEN_A);
    frame = frame_of(city, mark, &mark); /* seconds have passed: not calm yet */
    assert_int_equal(items(frame, "flow"), 2);
    cJSON_Delete(frame);
    frame = frame_of(city, mark, &mark); /* calm: all orders at once */
    assert_int_equal(city->ledger->open, 301);
    assert_int_equal(items(frame, "flow"), 0); /* but they are too many */
    cJSON_Delete(frame);
    cooking(city, 9600, 2000, KITCHEN_A, 1);
    cooked(city, 9700, 2000, KITCHEN_A, 1);
    settled(city, 9700, 2000, KITCHEN_A, 1);
    served(city, 9800, 2000, KITCHEN_A);
    frame = frame_of(city, mark, &mark);
    assert_true(shows_sprites(frame));
    assert_int_equal(items(frame, "on"), 300);
    assert_int_equal(items(frame, "o"), 300);
    cJSON_Delete(frame);
    city_free(city);
}

static void test_explain(void **state)
{
    (void)state;
    struct city *city = city_new();
    char buffer[8192];
    struct text text = text_init(buffer, sizeof buffer);
    struct json_writer writer = json_init(&text);
    confirmed(city, 100, 1);
    NOTE(city, 107, KITCHENS_NOTE_CANDIDATE, 0, KITCHEN_A, 1, 80000, 300000, 40000, 50000);
    NOTE(city, 107, KITCHENS_NOTE_CANDIDATE, 0, KITCHEN_B, 1, 320000, 0, 100000, 100000);
    NOTE(city, 107, KITCHENS_NOTE_ASSIGNED, 0, KITCHEN_B, 1, 1, 520000, KITCHENS_WEIGHTED_SCORE, 0);
    NOTE(city, 110, KITCHENS_NOTE_QUEUED, KITCHEN_B, NODE_NONE, 1, 1, 1, 0);
    handed_over(city, 500, KITCHEN_B, KITCHEN_A, 1);
    cooking(city, 600, 1, KITCHEN_A, 2);
    cooked(city, 1600, 1, KITCHEN_A, 2);
    json_object(&writer, NULL);
    assert_false(kitchens_explain(city->ledger, &city->world, 99, &writer));
    assert_true(kitchens_explain(city->ledger, &city->world, 1, &writer));
    json_close(&writer);
    cJSON *answer = cJSON_Parse(buffer);
    assert_non_null(answer);
    double sum = 0;
    const cJSON *interval;
    cJSON_ArrayForEach(interval, cJSON_GetObjectItemCaseSensitive(answer, "intervals"))
    {
        double from_ms = cJSON_GetObjectItemCaseSensitive(interval, "from_ms")->valuedouble;
        assert_true(from_ms == sum); /* one after the other, from 0 */
        sum = cJSON_GetObjectItemCaseSensitive(interval, "to_ms")->valuedouble;
    }
    assert_true(sum == 1500);
    assert_true(cJSON_GetObjectItemCaseSensitive(answer, "response_ms")->valuedouble == 1500);
    const cJSON *candidates = cJSON_GetObjectItemCaseSensitive(answer, "candidates");
    assert_int_equal(cJSON_GetArraySize(candidates), 2);
    const cJSON *second = cJSON_GetArrayItem(candidates, 1);
    assert_true(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(second, "chosen")));
    const cJSON *handovers = cJSON_GetObjectItemCaseSensitive(answer, "handovers");
    assert_int_equal(cJSON_GetArraySize(handovers), 1);
    const cJSON *handover = cJSON_GetArrayItem(handovers, 0);
    assert_int_equal(cJSON_GetObjectItemCaseSensitive(handover, "from")->valueint, KITCHEN_B);
    assert_int_equal(cJSON_GetObjectItemCaseSensitive(handover, "to")->valueint, KITCHEN_A);
    cJSON_Delete(answer);
    city_free(city);
}

/* ---- Promises, each broken ---- */

static void test_lost_at_restart(void **state)
{
    (void)state;
    struct city *city = city_new();
    confirmed(city, 100, 1);
    confirmed(city, 200, 2);
    NOTE(city, 500, NODE_NOTE_CRASHED, 0, NODE_NONE, NODE_NONE, 0);
    NOTE(city, 900, NODE_NOTE_STARTED, 0, NODE_NONE, NODE_NONE, 2);
    NOTE(city, 950, KITCHENS_NOTE_BOOK_ORDER, 0, NODE_NONE, 1, 0);
    passes(city, LEDGER_CHECK_NO_ORDER_LOST);
    NOTE(city, 951, KITCHENS_NOTE_BOOK_RECOVERED, 0, NODE_NONE, NODE_NONE, 1, 0, 2);
    fails(city, LEDGER_CHECK_NO_ORDER_LOST, KITCHENS_WORD_LOST_AFTER_CONFIRMED);
    assert_int_equal(judged(city, LEDGER_CHECK_NO_ORDER_LOST, false).subject, 2);
    assert_int_equal(cell(row_of(city, LEDGER_TABLE_ORDERS, 0), "outcome"), LEDGER_LOST);
    city_free(city);
}

static void test_forgotten_but_cooked(void **state)
{
    (void)state;
    struct city *city = city_new();
    queued(city, 100, 1, KITCHEN_A);
    cooking(city, 120, 1, KITCHEN_A, 1);
    NOTE(city, 500, NODE_NOTE_CRASHED, 0, NODE_NONE, NODE_NONE, 0);
    NOTE(city, 951, KITCHENS_NOTE_BOOK_RECOVERED, 0, NODE_NONE, NODE_NONE, 0, 0, 2);
    passes(city, LEDGER_CHECK_NO_ORDER_LOST); /* its kitchen still holds it */
    NOTE(city, 990, KITCHENS_NOTE_DROPPED, KITCHEN_A, NODE_NONE, 1, 1, 1);
    fails(city, LEDGER_CHECK_NO_ORDER_LOST, KITCHENS_WORD_LOST_AFTER_CONFIRMED);
    city_free(city);
}

static void test_never_served(void **state)
{
    (void)state;
    struct city *city = city_new();
    confirmed(city, 100, 1);
    NOTE(city, 107, KITCHENS_NOTE_WAITING, 0, NODE_NONE, 1, KITCHENS_WAIT_NO_SPECIALIST);
    passes(city, LEDGER_CHECK_EVERY_ORDER_SERVED);
    fails(city, LEDGER_CHECK_EVERY_ORDER_SERVED, KITCHENS_WORD_NEVER_SERVED);
    assert_int_equal(judged(city, LEDGER_CHECK_NO_ORDER_LOST, true).verdict, SYSTEM_PASS);
    city_free(city);
}

/* An order was taken from a silent kitchen and waits; the dispatcher crashes, has forgotten that,
 * and lets the kitchen keep its ticket: the order waits for nobody's room any more. */
static void test_claimed_after_a_restart(void **state)
{
    (void)state;
    struct city *city = city_new();
    city->settings[KITCHENS_SET_EJECTION] = 0; /* silence is not on trial here */
    queued(city, 100, 1, KITCHEN_A);
    queued(city, 200, 2, KITCHEN_A);
    NOTE(city, 2000, KITCHENS_NOTE_WAITING, 0, NODE_NONE, 1, KITCHENS_WAIT_ALL_FULL);
    NOTE(city, 3000, NODE_NOTE_CRASHED, 0, NODE_NONE, NODE_NONE, 0);
    NOTE(city, 5000, NODE_NOTE_STARTED, 0, NODE_NONE, NODE_NONE, 2);
    NOTE(city, 5001, KITCHENS_NOTE_BOOK_ORDER, 0, NODE_NONE, 1, 0);
    NOTE(city, 5001, KITCHENS_NOTE_BOOK_ORDER, 0, NODE_NONE, 2, 0);
    NOTE(city, 5002, KITCHENS_NOTE_BOOK_RECOVERED, 0, NODE_NONE, NODE_NONE, 2, 0, 2);
    assert_int_equal(city->ledger->waiting, 1);
    for (uint32_t node = KITCHEN_A; node <= KITCHEN_C; node++)
        NOTE(city, 5100, KITCHENS_NOTE_KITCHEN_REGISTERED, 0, node, NODE_NONE, node, 0, node);
    NOTE(city, 5100, KITCHENS_NOTE_CLAIMED, 0, KITCHEN_A, 1, 1, 0);
    NOTE(city, 5100, KITCHENS_NOTE_CLAIMED, 0, KITCHEN_A, 2, 1, 0);
    assert_int_equal(city->ledger->waiting, 0);
    assert_int_equal(ledger_kitchen(city->ledger, KITCHEN_A)->committed, 2);
    for (uint32_t order = 3; order < 60; order++) { /* the others are at work and have room */
        queued(city, 1000 * order + 5000, order, KITCHEN_B);
        cooking(city, 1000 * order + 5100, order, KITCHEN_B, 1);
        cooked(city, 1000 * order + 5200, order, KITCHEN_B, 1);
    }
    cooking(city, 65000, 1, KITCHEN_A, 1);
    assert_int_equal(ledger_order_find(city->ledger, 1)->phase, LEDGER_PHASE_COOKING);
    passes(city, LEDGER_CHECK_EVERY_ORDER_SERVED);
    city_free(city);
}

/* The same without the claim: an order that waits although there is room is starved. */
static void test_starved(void **state)
{
    (void)state;
    struct city *city = city_new();
    confirmed(city, 100, 1);
    NOTE(city, 107, KITCHENS_NOTE_WAITING, 0, NODE_NONE, 1, KITCHENS_WAIT_NO_SPECIALIST);
    for (uint32_t order = 2; order < 30; order++) {
        queued(city, 1000 * order, order, KITCHEN_B);
        cooking(city, 1000 * order + 100, order, KITCHEN_B, 1);
        cooked(city, 1000 * order + 200, order, KITCHEN_B, 1);
    }
    passes(city, LEDGER_CHECK_EVERY_ORDER_SERVED);
    for (uint32_t second = 30; second <= 33; second++)
        NOTE(city, 1000 * second, KITCHENS_NOTE_BELIEF, 0, KITCHEN_B, NODE_NONE, 0);
    assert_int_equal(judged(city, LEDGER_CHECK_EVERY_ORDER_SERVED, false).reason.word,
                     KITCHENS_WORD_STARVED);
    city_free(city);
}

static void test_settled_twice(void **state)
{
    (void)state;
    struct city *city = city_new();
    queued(city, 100, 1, KITCHEN_A);
    cooking(city, 110, 1, KITCHEN_A, 1);
    assigned(city, 1000, 1, KITCHEN_B, 2);
    cooked(city, 1110, 1, KITCHEN_A, 1);
    settled(city, 1120, 1, KITCHEN_A, 1);
    served(city, 1300, 1, KITCHEN_A);
    passes(city, LEDGER_CHECK_SETTLED_ONCE);
    cooked(city, 2110, 1, KITCHEN_B, 2);
    settled(city, 2120, 1, KITCHEN_B, 2);
    fails(city, LEDGER_CHECK_SETTLED_ONCE, KITCHENS_WORD_SETTLED_TWICE);
    city_free(city);
}

static void test_copied_order_cooked_twice(void **state)
{
    (void)state;
    struct city *city = city_new();
    queued(city, 100, 1, KITCHEN_A);
    NOTE(city, 200, KITCHENS_NOTE_QUEUED, KITCHEN_B, NODE_NONE, 1, 1, 1, 0);
    cooking(city, 210, 1, KITCHEN_A, 1);
    cooking(city, 210, 1, KITCHEN_B, 1);
    cooked(city, 1210, 1, KITCHEN_A, 1);
    passes(city, LEDGER_CHECK_ONE_COOK_PER_EPOCH);
    cooked(city, 1211, 1, KITCHEN_B, 1);
    fails(city, LEDGER_CHECK_ONE_COOK_PER_EPOCH, KITCHENS_WORD_COOKED_TWICE_ONE_EPOCH);
    city_free(city);
}

static void test_bounce(void **state)
{
    (void)state;
    struct city *city = city_new();
    queued(city, 100, 1, KITCHEN_A);
    handed_over(city, 1000, KITCHEN_A, KITCHEN_B, 1);
    passes(city, LEDGER_CHECK_NO_BOUNCE);
    const struct node_row *row = row_of(city, LEDGER_TABLE_MIGRATIONS, 0);
    assert_int_equal(cell(row, "from"), KITCHEN_A);
    assert_int_equal(cell(row, "to"), KITCHEN_B);
    assert_int_equal(cell(row, "offered_ms"), 1000000);
    assert_int_equal(cell(row, "accepted_ms"), 1008000);
    handed_over(city, 7000, KITCHEN_B, KITCHEN_A, 2); /* after the cooldown */
    passes(city, LEDGER_CHECK_NO_BOUNCE);
    handed_over(city, 8000, KITCHEN_A, KITCHEN_B, 3);
    fails(city, LEDGER_CHECK_NO_BOUNCE, KITCHENS_WORD_BOUNCED);
    city_free(city);
}

static void test_started_order_moved(void **state)
{
    (void)state;
    struct city *city = city_new();
    queued(city, 100, 1, KITCHEN_A);
    NOTE(city, 200, KITCHENS_NOTE_HANDOVER_OFFERED, 0, KITCHEN_A, 1, 1, KITCHEN_B);
    cooking(city, 201, 1, KITCHEN_A, 1);
    NOTE(city, 202, KITCHENS_NOTE_HANDOVER_RELEASED, KITCHEN_A, NODE_NONE, 1, 1);
    fails(city, LEDGER_CHECK_STARTED_STAYS, KITCHENS_WORD_STARTED_MOVED);
    city_free(city);
}

static void test_better_was_there(void **state)
{
    (void)state;
    struct city *city = city_new();
    confirmed(city, 100, 1);
    NOTE(city, 107, KITCHENS_NOTE_CANDIDATE, 0, KITCHEN_A, 1, 80000, 300000, 40000, 50000);
    NOTE(city, 107, KITCHENS_NOTE_CANDIDATE, 0, KITCHEN_B, 1, 320000, 0, 100000, 100000);
    NOTE(city, 107, KITCHENS_NOTE_ASSIGNED, 0, KITCHEN_B, 1, 1, 520000, KITCHENS_WEIGHTED_SCORE, 0);
    passes(city, LEDGER_CHECK_BEST_SCORE_WINS);
    confirmed(city, 200, 2);
    NOTE(city, 207, KITCHENS_NOTE_CANDIDATE, 0, KITCHEN_A, 2, 80000, 300000, 40000, 50000);
    NOTE(city, 207, KITCHENS_NOTE_CANDIDATE, 0, KITCHEN_B, 2, 320000, 0, 100000, 100000);
    NOTE(city, 207, KITCHENS_NOTE_ASSIGNED, 0, KITCHEN_A, 2, 2, 470000, KITCHENS_WEIGHTED_SCORE, 0);
    fails(city, LEDGER_CHECK_BEST_SCORE_WINS, KITCHENS_WORD_BETTER_WAS_THERE);
    city_free(city);
}

static void test_kitchen_without_places(void **state)
{
    (void)state;
    struct city *city = city_new();
    confirmed(city, 100, 1);
    assigned(city, 107, 1, KITCHEN_C, 1);
    fails(city, LEDGER_CHECK_SCORE_POSSIBLE, KITCHENS_WORD_SCORE_IMPOSSIBLE);
    city_free(city);
}

/* `count` orders within one refresh, from t on: to all kitchens in turn when shared, or to A. */
static void many_orders(struct city *city, int64_t t, uint32_t first, uint32_t count, bool shared)
{
    for (uint32_t i = 0; i < count; i++) {
        confirmed(city, t + 20 * i, first + i);
        assigned(city, t + 20 * i + 10, first + i, shared ? KITCHEN_A + i % 3 : KITCHEN_A,
                 first + i);
    }
}

static void test_herd(void **state)
{
    (void)state;
    struct city *city = city_new();
    city->ledger->kitchens[KITCHEN_C - KITCHENS_FIRST].capacity = 10;
    many_orders(city, 100, 1, 40, true);
    passes(city, LEDGER_CHECK_BALANCED_HERD); /* a third of the orders to a quarter of the places */
    many_orders(city, 2100, 101, 5, false);
    passes(city, LEDGER_CHECK_BALANCED_HERD); /* too few to say */
    many_orders(city, 4100, 201, 40, false);
    fails(city, LEDGER_CHECK_BALANCED_HERD, KITCHENS_WORD_HERD);
    city_free(city);
}

static void test_no_herd_where_the_room_is(void **state)
{
    (void)state;
    struct city *city = city_new();
    city->ledger->kitchens[KITCHEN_C - KITCHENS_FIRST].capacity = 10;
    city->ledger->kitchens[KITCHEN_C - KITCHENS_FIRST].committed = 60;
    many_orders(city, 100, 1, 40, false);
    passes(city, LEDGER_CHECK_BALANCED_HERD); /* the others were full */
    city_free(city);
}

/* Two kitchens are back from ejection and get one ticket each: the third gets the rest, and that is
 * no herd until they are trusted in full. */
static void test_no_herd_beside_probation(void **state)
{
    (void)state;
    struct city *city = city_new();
    city->ledger->kitchens[KITCHEN_C - KITCHENS_FIRST].capacity = 10;
    for (uint32_t node = KITCHEN_B; node <= KITCHEN_C; node++) {
        NOTE(city, 50, KITCHENS_NOTE_KITCHEN_EJECTED, 0, node, NODE_NONE, 5000, 50);
        NOTE(city, 50, KITCHENS_NOTE_KITCHEN_TRUSTED, 0, node, NODE_NONE, 0);
    }
    city->ledger->witness[LEDGER_CHECK_NEVER_EJECTS_ALL].count = 0; /* not on trial here */
    many_orders(city, 2100, 1, 40, false);
    passes(city, LEDGER_CHECK_BALANCED_HERD);
    for (uint32_t node = KITCHEN_B; node <= KITCHEN_C; node++)
        NOTE(city, 8000, KITCHENS_NOTE_SETTLED, 0, node, 900 + node, 1);
    many_orders(city, 10100, 201, 40, false);
    assert_int_equal(judged(city, LEDGER_CHECK_BALANCED_HERD, false).verdict, SYSTEM_FAIL);
    city_free(city);
}

static void test_overloaded_target(void **state)
{
    (void)state;
    struct city *city = city_new();
    for (uint32_t order = 1; order <= 5; order++)
        queued(city, 100 * order, order, KITCHEN_A);
    for (uint32_t order = 1; order <= 5; order++) {
        NOTE(city, 1000 + order, KITCHENS_NOTE_HANDOVER_OFFERED, 0, KITCHEN_A, order, 1, KITCHEN_B);
        if (order == 4)
            passes(city, LEDGER_CHECK_NO_OVERLOADED_TARGET); /* 4 of 5 tickets are 80 % */
    }
    fails(city, LEDGER_CHECK_NO_OVERLOADED_TARGET, KITCHENS_WORD_TARGET_OVERLOADED);
    city_free(city);
}

static void test_black_hole(void **state)
{
    (void)state;
    struct city *city = city_new();
    queued(city, 100, 1, KITCHEN_A);
    cooking(city, 120, 1, KITCHEN_A, 1);
    NOTE(city, 19000, KITCHENS_NOTE_RUSH, CUSTOMERS, NODE_NONE, NODE_NONE, -1, 100, 100);
    passes(city, LEDGER_CHECK_NO_BLACK_HOLE);
    NOTE(city, 22000, KITCHENS_NOTE_RUSH, CUSTOMERS, NODE_NONE, NODE_NONE, -1, 100, 100);
    fails(city, LEDGER_CHECK_NO_BLACK_HOLE, KITCHENS_WORD_BLACK_HOLE);
    city_free(city);
}

static void test_ejects_too_many(void **state)
{
    (void)state;
    struct city *city = city_new();
    NOTE(city, 100, KITCHENS_NOTE_KITCHEN_EJECTED, 0, KITCHEN_A, NODE_NONE, 9000, 33);
    passes(city, LEDGER_CHECK_NEVER_EJECTS_ALL);
    NOTE(city, 100, KITCHENS_NOTE_KITCHEN_EJECTED, 0, KITCHEN_B, NODE_NONE, 9000, 66);
    fails(city, LEDGER_CHECK_NEVER_EJECTS_ALL, KITCHENS_WORD_ALL_EJECTED);
    city_free(city);
}

static void test_identity_twice(void **state)
{
    (void)state;
    struct city *city = city_new();
    NOTE(city, 100, KITCHENS_NOTE_KITCHEN_REGISTERED, 0, KITCHEN_C, NODE_NONE, 9, 0, KITCHEN_C);
    passes(city, LEDGER_CHECK_IDENTITY_UNIQUE);
    NOTE(city, 100, KITCHENS_NOTE_KITCHEN_REGISTERED, 0, KITCHEN_C, NODE_NONE, 9, 0, KITCHEN_A);
    fails(city, LEDGER_CHECK_IDENTITY_UNIQUE, KITCHENS_WORD_IDENTITY_TWICE);
    city_free(city);
}

static void test_violation_of_a_node(void **state)
{
    (void)state;
    struct city *city = city_new();
    NOTE(city, 100, NODE_NOTE_VIOLATION, KITCHEN_A, NODE_NONE, NODE_NONE,
         KITCHENS_WORD_COOKS_EXCEEDED, 3, 2);
    fails(city, LEDGER_CHECK_COOKS_AND_TICKETS, KITCHENS_WORD_COOKS_EXCEEDED);
    city_free(city);
}

static void test_too_many_orders(void **state)
{
    (void)state;
    struct city *city = city_new();
    for (uint32_t order = 1; order <= LEDGER_ORDERS + 3; order++)
        placed(city, 100, order);
    assert_int_equal(city->ledger->counts.not_followed, 3);
    assert_int_equal(judged(city, LEDGER_CHECK_NO_ORDER_LOST, false).verdict, SYSTEM_UNKNOWN);
    assert_int_equal(judged(city, LEDGER_CHECK_BALANCED_HERD, false).verdict, SYSTEM_PASS);
    city_free(city);
}

/* ---- Anything at all ---- */

/* Intervals are a partition of an order's life, whatever was noted. */
static void check_partitions(const struct ledger *ledger)
{
    uint32_t steps = 0;
    for (uint32_t i = 0; i < ledger->order_fresh; i++) {
        const struct ledger_order *order = &ledger->orders[i];
        if (order->phase == 0)
            continue;
        uint32_t from = 0;
        for (uint16_t at = order->first_step; at != LEDGER_NOBODY; at = ledger->steps[at].next) {
            assert_true(ledger->steps[at].until > from);
            assert_in_range(ledger->steps[at].blocker, 0, LEDGER_BLOCKER_COUNT - 1);
            from = ledger->steps[at].until;
            steps++;
        }
        if (order->cooked > 1)
            assert_int_equal(from, order->cooked);
    }
    assert_in_range(steps, 0, LEDGER_STEPS);
}

static void test_random_notes(void **state)
{
    (void)state;
    struct city *city = city_new();
    city->sink.put = NULL;
    for (uint64_t i = 0; i < 200000; i++) {
        uint64_t kind = draw_below(draw_u64(1, 1, 0, i), KITCHENS_NOTE_END + 40);
        uint64_t node = draw_below(draw_u64(1, 2, 0, i), CUSTOMERS + 1);
        uint64_t peer = draw_below(draw_u64(1, 3, 0, i), CUSTOMERS + 1);
        uint64_t order = i / 40 + draw_below(draw_u64(1, 4, 0, i), 60);
        int64_t args[4];
        for (uint64_t j = 0; j < 4; j++)
            args[j] = (int64_t)draw_below(draw_u64(1, 5 + (uint32_t)j, 0, i), 2);
        if (kind >= KITCHENS_NOTE_END) /* more orders than anything else */
            kind = KITCHENS_NOTE_PLACED;
        if (kind == NODE_NOTE_VIOLATION || kind == 0)
            continue;
        note_at(city, (int64_t)(i / 5), (uint16_t)kind, (uint32_t)node, (uint32_t)peer,
                (uint32_t)order, args);
        if (i % 5000 == 0)
            check_partitions(city->ledger);
    }
    check_partitions(city->ledger);
    city_free(city);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_plain_life),
        cmocka_unit_test(test_a_crash_is_an_interval),
        cmocka_unit_test(test_percentiles_against_sorting),
        cmocka_unit_test(test_utilisation),
        cmocka_unit_test(test_rows_of_a_second),
        cmocka_unit_test(test_a_lost_refusal),
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_frames_of_counts),
        cmocka_unit_test(test_explain),
        cmocka_unit_test(test_lost_at_restart),
        cmocka_unit_test(test_forgotten_but_cooked),
        cmocka_unit_test(test_never_served),
        cmocka_unit_test(test_claimed_after_a_restart),
        cmocka_unit_test(test_starved),
        cmocka_unit_test(test_settled_twice),
        cmocka_unit_test(test_copied_order_cooked_twice),
        cmocka_unit_test(test_bounce),
        cmocka_unit_test(test_started_order_moved),
        cmocka_unit_test(test_better_was_there),
        cmocka_unit_test(test_kitchen_without_places),
        cmocka_unit_test(test_herd),
        cmocka_unit_test(test_no_herd_where_the_room_is),
        cmocka_unit_test(test_no_herd_beside_probation),
        cmocka_unit_test(test_overloaded_target),
        cmocka_unit_test(test_black_hole),
        cmocka_unit_test(test_ejects_too_many),
        cmocka_unit_test(test_identity_twice),
        cmocka_unit_test(test_violation_of_a_node),
        cmocka_unit_test(test_too_many_orders),
        cmocka_unit_test(test_random_notes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
