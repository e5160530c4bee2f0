/* test_store.c - runs, inputs and rows survive; what fails leaves nothing behind. */
#include "data_folder.h"
#include "store/store.h"
#include "store/store_internal.h"
#include "unit.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

static const struct store_table TABLES[] = {
    {"events",
     10,
     {{"event_id", STORE_INTEGER, 0},
      {"cause_id", STORE_INTEGER, 0},
      {"kind", STORE_TEXT, 0},
      {"node", STORE_TEXT, 0},
      {"peer", STORE_TEXT, 0},
      {"order_id", STORE_INTEGER, 0},
      {"text", STORE_TEXT, 0},
      {"arg_1", STORE_INTEGER, 0},
      {"arg_2", STORE_INTEGER, 0},
      {"arg_3", STORE_INTEGER, 0}}},
};

struct fixture {
    char folder[DATA_FOLDER_BYTES];
    char path[96];
    struct store *store;
};

static void store_reopen(struct fixture *fixture, int64_t bytes_max)
{
    struct error error = {.text = ""};
    store_close(&fixture->store);
    fixture->store = store_open(
        &(struct store_options){
            .path = fixture->path, .tables = TABLES, .table_count = 1, .bytes_max = bytes_max},
        &error);
    if (fixture->store == NULL) {
        fail_msg("%s", error.text);
    }
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    data_folder_make(fixture->folder);
    snprintf(fixture->path, sizeof fixture->path, "%s/chef.db", fixture->folder);
    store_reopen(fixture, 0);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    store_close(&fixture->store);
    data_folder_remove(fixture->folder);
    free(fixture);
    return 0;
}

static const struct store_run RUN = {.name = "r1",
                                     .run_id = "r1",
                                     .system = "kitchens",
                                     .scenario = "kitchens/bench",
                                     .scenario_text = "{}",
                                     .settings = "{\"policy\":\"round-robin\"}",
                                     .behaviour_id = "b1",
                                     .owner = "",
                                     .seed = 9007199254740991,
                                     .created_ms = 5,
                                     .speed_ppm = 1000000};

static int64_t make_run(struct store *store, const char *name)
{
    struct store_run run = RUN;
    run.name = name;
    struct store_input script = {
        .input = 1, .t_ns = 100, .who = "script", .type = "net.heal", .body = "{}"};
    int64_t key = 0;
    struct error error = {.text = ""};
    if (store_run_create(store, &run, &script, 1, &key, &error) != 0) {
        fail_msg("%s", error.text);
    }
    return key;
}

static void put_row(struct store_batch *batch, uint64_t row)
{
    store_batch_row(batch, 0, row, (int64_t)row * 1500000);
    store_batch_number(batch, (int64_t)row);
    store_batch_number(batch, 0);
    store_batch_text(batch, "order_cooked");
    store_batch_null(batch);
    store_batch_text(batch, "\"B\", the second");
    store_batch_null(batch);
    store_batch_text(batch, "text");
    store_batch_null(batch);
    store_batch_null(batch);
    store_batch_number(batch, -7);
}

static void put_rows(struct store *store, int64_t run, uint64_t first, uint64_t last)
{
    struct store_batch *batch = store_batch_create(run);
    for (uint64_t row = first; row <= last; row++) {
        put_row(batch, row);
    }
    store_batch_edge(batch, (int64_t)last * 1000, last);
    assert_true(store_batch_put(store, &batch));
    assert_null(batch);
}

static int64_t query_number(struct fixture *fixture, const char *sql)
{
    struct error error;
    struct sqlite3 *reader = store_reader_open(fixture->store, &error);
    assert_non_null(reader);
    struct sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(reader, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    store_reader_close(fixture->store, &reader);
    return value;
}

struct seen {
    int count;
    struct store_run last;
    char name[32];
};

static void see_run(void *context, const struct store_run *run)
{
    struct seen *seen = context;
    seen->count++;
    seen->last = *run;
    snprintf(seen->name, sizeof seen->name, "%s", run->name);
}

static struct seen see(struct store *store, struct store_run_query query)
{
    struct seen seen = {0};
    struct error error = {.text = ""};
    if (store_runs_read(store, &query, see_run, &seen, &error) != 0) {
        fail_msg("%s", error.text);
    }
    return seen;
}

static void test_run_comes_back(void **state)
{
    struct fixture *fixture = *state;
    int64_t key = make_run(fixture->store, "r1");
    put_rows(fixture->store, key, 1, 3);
    store_reopen(fixture, 0);
    struct seen seen = see(fixture->store, (struct store_run_query){.name = "r1"});
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.last.run, key);
    assert_int_equal(seen.last.seed, 9007199254740991);
    assert_int_equal(seen.last.t_ns, 3000);
    assert_int_equal(seen.last.digest, 3);
    assert_int_equal(seen.last.inputs_count, 1);
    uint64_t rows = 0;
    struct error error;
    assert_int_equal(store_rows_count(fixture->store, key, &rows, &error), 0);
    assert_int_equal(rows, 3);
    assert_int_equal(see(fixture->store, (struct store_run_query){.owner = ""}).count, 1);
    assert_int_equal(see(fixture->store, (struct store_run_query){.owner = "x"}).count, 0);
    assert_int_equal(see(fixture->store, (struct store_run_query){.name = "r2"}).count, 0);
}

static void test_name_is_unique(void **state)
{
    struct fixture *fixture = *state;
    make_run(fixture->store, "r1");
    int64_t key = 77;
    struct error error = {.text = ""};
    assert_int_equal(store_run_create(fixture->store, &RUN, NULL, 0, &key, &error), -1);
    assert_int_equal(key, 77);
    assert_non_null(strstr(error.text, "UNIQUE"));
}

static void see_input(void *context, const struct store_input *input)
{
    char *order = context;
    size_t length = strlen(order);
    snprintf(order + length, 64 - length, "%lld:%u ", (long long)input->t_ns, input->input);
}

static void test_inputs_in_order_of_effect(void **state)
{
    struct fixture *fixture = *state;
    int64_t key = make_run(fixture->store, "r1");
    struct error error;
    const struct store_input inputs[] = {
        {2, 50, 40, "presenter", "node.crash", "{}"},
        {3, 100, 60, "phone", "order.place", "{\"dish\":\"soup\"}"}};
    assert_int_equal(store_inputs_append(fixture->store, key, &inputs[0], 1, &error), 0);
    assert_int_equal(store_inputs_append(fixture->store, key, &inputs[1], 1, &error), 0);
    assert_int_equal(store_inputs_append(fixture->store, key, &inputs[1], 1, &error), -1);
    assert_int_equal(store_inputs_append(fixture->store, key + 1, &inputs[1], 1, &error), -1);
    char order[64] = "";
    assert_int_equal(store_inputs_read(fixture->store, key, see_input, order, &error), 0);
    assert_string_equal(order, "50:2 100:1 100:3 ");
}

static void test_deleted_run_is_gone_with_its_rows(void **state)
{
    struct fixture *fixture = *state;
    struct error error;
    int64_t key = make_run(fixture->store, "r1");
    put_rows(fixture->store, key, 1, 6000);
    assert_int_equal(store_run_delete(fixture->store, key, &error), 0);
    assert_int_equal(see(fixture->store, (struct store_run_query){.run = 0}).count, 0);
    put_rows(fixture->store, key, 6001, 6002); /* a straggler: dropped or removed, never an error */
    int64_t other = make_run(fixture->store, "r1");
    assert_true(other != key);
    assert_int_equal(store_flush(fixture->store, &error), 0);
    for (int i = 0; i < 500 && query_number(fixture, "SELECT count(*) FROM runs") != 1; i++) {
        usleep(10000);
    }
    assert_int_equal(query_number(fixture, "SELECT count(*) FROM runs"), 1);
    assert_int_equal(query_number(fixture, "SELECT count(*) FROM events"), 0);
}

/* A quota that rows overrun: the store says so, keeps the rows, goes on when there is room. */
static void test_full_disk_pauses_and_goes_on(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {.text = ""};
    store_reopen(fixture, 600 * 1024);
    int64_t large = make_run(fixture->store, "large");
    put_rows(fixture->store, large, 1, 4000);
    assert_int_equal(store_flush(fixture->store, &error), 0);
    int64_t small = make_run(fixture->store, "small");
    for (uint64_t i = 0; i < 8; i++) {
        put_rows(fixture->store, small, i * 1000 + 1, i * 1000 + 1000);
    }
    assert_int_equal(store_flush(fixture->store, &error), -1);
    assert_non_null(strstr(error.text, "full"));
    assert_true(store_problem(fixture->store, &error));
    assert_int_equal(query_number(fixture, "SELECT count(*) FROM pragma_quick_check WHERE "
                                           "quick_check<>'ok'"),
                     0);
    int64_t stored = query_number(fixture, "SELECT count(*) FROM events WHERE run=2");
    assert_int_equal(query_number(fixture, "SELECT t_ns FROM runs WHERE run=2"), stored * 1000);
    store_close(&fixture->store); /* gives up what did not fit */
    store_reopen(fixture, 0);
    uint64_t rows = 0;
    assert_int_equal(store_rows_count(fixture->store, small, &rows, &error), 0);
    assert_int_equal(rows, stored);
    put_rows(fixture->store, small, rows + 1, 8000); /* as a recomputing run does */
    assert_int_equal(store_flush(fixture->store, &error), 0);
    assert_int_equal(query_number(fixture, "SELECT count(*) FROM events WHERE run=2"), 8000);
    assert_int_equal(query_number(fixture, "SELECT max(row) FROM events WHERE run=2"), 8000);
}

/* Room comes back while the store runs: what waited is written by itself. */
static void test_room_comes_back(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {.text = ""};
    store_reopen(fixture, 600 * 1024);
    int64_t large = make_run(fixture->store, "large");
    put_rows(fixture->store, large, 1, 4000);
    assert_int_equal(store_flush(fixture->store, &error), 0);
    int64_t small = make_run(fixture->store, "small");
    put_rows(fixture->store, small, 1, 6000);
    assert_int_equal(store_flush(fixture->store, &error), -1);
    assert_int_equal(store_run_delete(fixture->store, large, &error), 0);
    for (int i = 0; i < 1000 && store_problem(fixture->store, NULL); i++) {
        usleep(10000);
    }
    assert_false(store_problem(fixture->store, &error));
    assert_int_equal(query_number(fixture, "SELECT count(*) FROM events WHERE run=2"), 6000);
}

/* Another connection holds the write lock for a while. (Not another process: a fork would copy
 * the locks that the writer's thread happens to hold.) */
static void test_locked_database(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {.text = ""};
    int64_t key = make_run(fixture->store, "r1");
    struct sqlite3 *other = NULL;
    assert_int_equal(sqlite3_open(fixture->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_busy_timeout(other, 5000), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    put_rows(fixture->store, key, 1, 10);
    struct store_input input = {2, 50, 40, "presenter", "node.crash", "{}"};
    assert_int_equal(store_inputs_append(fixture->store, key, &input, 1, &error), -1);
    assert_non_null(strstr(error.text, "locked"));
    assert_int_equal(store_flush(fixture->store, &error), -1);
    assert_int_equal(query_number(fixture, "SELECT count(*) FROM events"), 0);
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    for (int i = 0; i < 1000 && store_problem(fixture->store, NULL); i++) {
        usleep(10000);
    }
    assert_int_equal(store_flush(fixture->store, &error), 0);
    assert_int_equal(query_number(fixture, "SELECT count(*) FROM events"), 10);
    assert_int_equal(query_number(fixture, "SELECT count(*) FROM inputs"), 1);
}

static void test_newer_database_is_refused(void **state)
{
    struct fixture *fixture = *state;
    store_close(&fixture->store);
    struct sqlite3 *database = NULL;
    assert_int_equal(sqlite3_open(fixture->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, "PRAGMA user_version=999", NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(database);
    struct error error = {.text = ""};
    assert_null(store_open(
        &(struct store_options){.path = fixture->path, .tables = TABLES, .table_count = 1},
        &error));
    assert_non_null(strstr(error.text, "version 999"));
    assert_null(store_open(&(struct store_options){.path = "/nowhere/chef.db"}, &error));
    assert_non_null(strstr(error.text, "/nowhere/chef.db"));
}

static void see_checkpoint(void *context, const struct store_checkpoint *checkpoint)
{
    char *text = context;
    snprintf(text, 64, "%lld %s %s %zu %s", (long long)checkpoint->t_ns, checkpoint->program,
             checkpoint->rows, checkpoint->world_bytes, (const char *)checkpoint->world);
}

struct cards {
    uint32_t count;
    int64_t first;
    char titles[256];
};

static void see_card(void *context, const struct store_card *card)
{
    struct cards *cards = context;
    cards->first = cards->count++ == 0 ? card->card : cards->first;
    assert_string_equal(card->scenario, "kitchens/bench");
    assert_string_equal(card->settings, "{\"migration\":true}");
    assert_string_equal(card->condition, "order_cooked");
    assert_int_equal(card->seed, 9007199254740991);
    assert_int_equal(card->t_ns, 37204500000);
    assert_int_equal(card->created_ms, 5);
    strcat(cards->titles, card->title);
    strcat(cards->titles, " ");
}

static struct cards cards_of(struct fixture *fixture, const char *owner)
{
    struct cards cards = {.count = 0};
    struct error error;
    assert_int_equal(store_cards_read(fixture->store, owner, see_card, &cards, &error), 0);
    return cards;
}

static int64_t make_card(struct fixture *fixture, const char *owner, const char *title)
{
    const struct store_card card = {.owner = owner,
                                    .created_ms = 5,
                                    .title = title,
                                    .scenario = "kitchens/bench",
                                    .settings = "{\"migration\":true}",
                                    .condition = "order_cooked",
                                    .seed = 9007199254740991,
                                    .t_ns = 37204500000};
    struct error error;
    int64_t number = -1;
    assert_int_equal(store_card_create(fixture->store, &card, 2, &number, &error), 0);
    return number;
}

/* Each owner's own and everybody's, newest first; so many and no more; and only the owner's go. */
static void test_cards(void **state)
{
    struct fixture *fixture = *state;
    struct error error;
    int64_t shared = make_card(fixture, "", "all");
    int64_t first = make_card(fixture, "me", "one");
    assert_true(make_card(fixture, "me", "two") > first);
    assert_int_equal(make_card(fixture, "me", "three"), 0);
    assert_true(make_card(fixture, "you", "other") > 0);
    store_reopen(fixture, 0);
    assert_string_equal(cards_of(fixture, "me").titles, "two one all ");
    assert_string_equal(cards_of(fixture, "you").titles, "other all ");
    assert_string_equal(cards_of(fixture, "").titles, "all ");
    assert_int_equal(store_card_delete(fixture->store, first, "you", &error), 0);
    assert_int_equal(store_card_delete(fixture->store, shared, "me", &error), 0);
    assert_int_equal(cards_of(fixture, "me").count, 3);
    assert_int_equal(store_card_delete(fixture->store, first, "me", &error), 0);
    assert_string_equal(cards_of(fixture, "me").titles, "two all ");
    assert_true(make_card(fixture, "me", "four") > 0);
    assert_int_equal(make_card(fixture, "me", "five"), 0);
}

static void test_checkpoint_is_replaced(void **state)
{
    struct fixture *fixture = *state;
    struct error error;
    int64_t key = make_run(fixture->store, "r1");
    char text[64] = "none";
    assert_int_equal(store_checkpoint_read(fixture->store, key, see_checkpoint, text, &error), 0);
    assert_string_equal(text, "none");
    store_checkpoint_put(fixture->store, key, &(struct store_checkpoint){5, "p", "1", "old", 4});
    store_checkpoint_put(fixture->store, key, &(struct store_checkpoint){9, "q", "2", "new", 4});
    assert_int_equal(store_flush(fixture->store, &error), 0);
    assert_int_equal(store_checkpoint_read(fixture->store, key, see_checkpoint, text, &error), 0);
    assert_string_equal(text, "9 q 2 4 new");
}

/* ---- Closing ---- */

static struct store_job *heap_job(enum store_job_kind kind, struct store_job *next)
{
    struct store_job *job = calloc(1, sizeof *job);
    assert_non_null(job);
    job->kind = kind;
    job->bytes = 10;
    job->next = next;
    if (kind == STORE_JOB_BATCH) {
        job->batch = store_batch_create(1);
        put_row(job->batch, 1);
    }
    return job;
}

/* When the time is over, what somebody waits for is still written, in its order; the rest goes. */
static void test_what_is_kept_when_closing_takes_too_long(void **state)
{
    (void)state;
    struct store store = {.queue_bytes = 70};
    pthread_mutex_init(&store.lock, NULL);
    pthread_cond_init(&store.done, NULL);
    struct store_job input = {.kind = STORE_JOB_INPUT, .bytes = 10};
    struct store_job flush = {.kind = STORE_JOB_FLUSH, .bytes = 10};
    struct store_job label = {.kind = STORE_JOB_RUN_LABEL, .bytes = 10};
    label.next = heap_job(STORE_JOB_BATCH, NULL);
    flush.next = heap_job(STORE_JOB_PACE, &label);
    input.next = heap_job(STORE_JOB_CHECKPOINT, &flush);
    struct store_job *kept = store_jobs_keep(&store, heap_job(STORE_JOB_BATCH, &input));
    assert_ptr_equal(kept, &input);
    assert_ptr_equal(input.next, &label);
    assert_null(label.next);
    assert_true(flush.done && flush.status != 0 && flush.error.text[0] != '\0');
    assert_false(input.done || label.done);
    assert_int_equal(store.queue_bytes, 20);
    assert_int_equal(store.counters.rows_written, 0);
    assert_null(store_jobs_keep(&store, NULL));
    pthread_mutex_destroy(&store.lock);
    pthread_cond_destroy(&store.done);
}

/* With no time at all: whatever was written by then, edge and rows agree, and what was answered is
 * there. */
static void test_closing_at_once_leaves_no_gap(void **state)
{
    enum { BATCHES = 20, ROWS = 5000 };
    struct fixture *fixture = *state;
    struct error error = {.text = ""};
    store_close(&fixture->store);
    fixture->store = store_open(
        &(struct store_options){
            .path = fixture->path, .tables = TABLES, .table_count = 1, .closing_ms = -1},
        &error);
    assert_non_null(fixture->store);
    int64_t key = make_run(fixture->store, "r1");
    for (uint64_t i = 0; i < BATCHES; i++) {
        put_rows(fixture->store, key, i * ROWS + 1, (i + 1) * ROWS);
    }
    store_reopen(fixture, 0);
    int64_t rows = query_number(fixture, "SELECT count(*) FROM events");
    assert_int_equal(rows % ROWS, 0);
    assert_int_equal(query_number(fixture, "SELECT coalesce(max(row), 0) FROM events"), rows);
    assert_int_equal(query_number(fixture, "SELECT t_ns FROM runs"), rows * 1000);
    assert_int_equal(query_number(fixture, "SELECT count(*) FROM inputs"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_run_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_name_is_unique, setup, teardown),
        cmocka_unit_test_setup_teardown(test_inputs_in_order_of_effect, setup, teardown),
        cmocka_unit_test_setup_teardown(test_deleted_run_is_gone_with_its_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full_disk_pauses_and_goes_on, setup, teardown),
        cmocka_unit_test_setup_teardown(test_room_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_locked_database, setup, teardown),
        cmocka_unit_test_setup_teardown(test_newer_database_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cards, setup, teardown),
        cmocka_unit_test_setup_teardown(test_checkpoint_is_replaced, setup, teardown),
        cmocka_unit_test(test_what_is_kept_when_closing_takes_too_long),
        cmocka_unit_test_setup_teardown(test_closing_at_once_leaves_no_gap, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
