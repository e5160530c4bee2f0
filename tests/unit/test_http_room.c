/* test_http_room.c - the room of a lecture, on a clock of the test's. */
#include "unit.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

#include "http/room.h"
#include "store/store.h"

static const char CODE[] = "ACDEF";
static const char GUESS[] =
    "{\"scene\":\"crisis\",\"step\":\"guess\",\"vote\":{\"round\":1,\"open\":true,"
    "\"options\":[{\"id\":\"yes\"},{\"id\":\"no\"}]}}";
static const int64_t HOUR_MS = 3600 * 1000;

static struct room *room;
static int64_t now_ms;
static struct error error;

static int setup(void **state)
{
    (void)state;
    now_ms = 1000000 * HOUR_MS;
    room = room_new();
    return room == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    (void)state;
    room_free(&room);
    return 0;
}

/* A member's name as access.h has them. */
static const char *owner(uint32_t number)
{
    static char name[ACCESS_TOKEN_BYTES];
    snprintf(name, sizeof name, "%032x", number);
    return name;
}

static int change(const char *json)
{
    cJSON *body = cJSON_Parse(json);
    assert_non_null(body);
    int status = room_change(room, body, now_ms, &error);
    cJSON_Delete(body);
    return status;
}

static int join(uint32_t member)
{
    return room_join(room, CODE, owner(member), "", now_ms, &error);
}

static int vote(uint32_t member, uint32_t round, const char *option)
{
    const struct room_choice choice = {
        .scene = "crisis", .step = "guess", .option = option, .round = round};
    return room_vote(room, owner(member), &choice, now_ms, &error);
}

/* What was counted for an option of the question "guess"; -1: there is no such count. */
static int counted(uint32_t round, const char *option)
{
    int found = -1;
    struct store_room copy;
    room_copy(room, NULL, &copy);
    for (uint32_t i = 0; i < copy.vote_count; i++) {
        if (copy.votes[i].round == round && strcmp(copy.votes[i].option, option) == 0 &&
            strcmp(copy.votes[i].step, "guess") == 0)
            found = (int)copy.votes[i].count;
    }
    room_copy_free(&copy);
    return found;
}

static void test_codes_are_of_letters_that_nobody_confuses(void **state)
{
    (void)state;
    uint8_t random[ROOM_CODE_LETTERS];
    char code[ROOM_CODE_BYTES];
    for (int value = 0; value < 256; value++) {
        memset(random, value, sizeof random);
        room_code_make(random, code);
        assert_int_equal(strlen(code), ROOM_CODE_LETTERS);
        assert_int_equal(strspn(code, "ACDEFGHJKMNPQRTUWXY34679"), ROOM_CODE_LETTERS);
    }
}

static void test_it_is_over_without_a_presenter(void **state)
{
    (void)state;
    assert_int_equal(room_check(room, NULL, now_ms, &error), -404);
    assert_true(room_open(room, CODE, now_ms));
    assert_int_equal(room_check(room, "acdef", now_ms, &error), 0);
    assert_int_equal(room_check(room, "ACDEG", now_ms, &error), -404);
    now_ms += ROOM_IDLE_MS_MAX;
    assert_int_equal(room_check(room, CODE, now_ms, &error), 0);
    room_presenter_seen(room, now_ms);
    now_ms += ROOM_IDLE_MS_MAX + 1;
    assert_int_equal(room_check(room, CODE, now_ms, &error), -410);
    room_presenter_seen(room, now_ms); /* too late */
    assert_int_equal(room_check(room, CODE, now_ms, &error), -410);
    assert_int_equal(join(1), -410);
    assert_int_equal(change("{}"), -410);
    assert_true(room_open(room, "CCCCC", now_ms));
    assert_int_equal(room_check(room, CODE, now_ms, &error), -404);
    assert_int_equal(room_check(room, "CCCCC", now_ms - 5 * HOUR_MS, &error), 0); /* set back */
}

static void test_the_presenters_signs_are_stored_now_and_then(void **state)
{
    (void)state;
    assert_true(room_open(room, CODE, now_ms));
    uint64_t generation = room_generation(room);
    now_ms += ROOM_SEEN_STEP_MS - 1;
    room_presenter_seen(room, now_ms);
    assert_int_equal(room_generation(room), generation);
    now_ms += 1;
    room_presenter_seen(room, now_ms);
    assert_int_equal(room_generation(room), generation + 1);
}

static void test_only_members_vote_and_once(void **state)
{
    (void)state;
    assert_true(room_open(room, CODE, now_ms));
    assert_int_equal(change(GUESS), 0);
    assert_int_equal(vote(1, 1, "yes"), -403);
    assert_int_equal(join(1), 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(vote(1, 1, i % 2 == 0 ? "yes" : "no"), 0);
    assert_int_equal(counted(1, "yes"), 0);
    assert_int_equal(counted(1, "no"), 1);
    assert_int_equal(vote(1, 2, "yes"), -409);
    assert_int_equal(vote(1, 1, "perhaps"), -422);
    assert_int_equal(vote(1, 0, "yes"), -409);
}

static void test_a_round_that_is_opened_again_goes_on(void **state)
{
    (void)state;
    assert_true(room_open(room, CODE, now_ms));
    assert_int_equal(join(1), 0);
    assert_int_equal(join(2), 0);
    assert_int_equal(change(GUESS), 0);
    assert_int_equal(vote(1, 1, "yes"), 0);
    assert_int_equal(change("{\"vote\":null}"), 0);
    assert_int_equal(vote(2, 1, "yes"), -409);
    assert_int_equal(change(GUESS), 0);
    assert_int_equal(vote(1, 1, "no"), 0);
    assert_int_equal(counted(1, "yes") * 10 + counted(1, "no"), 1);
    /* Other options: nobody's former vote means anything. */
    assert_int_equal(change("{\"vote\":{\"round\":1,\"open\":true,"
                            "\"options\":[{\"id\":\"no\"},{\"id\":\"yes\"}]}}"),
                     0);
    assert_int_equal(counted(1, "yes") * 10 + counted(1, "no"), 0);
    assert_int_equal(vote(1, 1, "no"), 0);
    assert_int_equal(counted(1, "no"), 1);
}

static void test_it_is_full_some_time(void **state)
{
    (void)state;
    assert_true(room_open(room, CODE, now_ms));
    for (uint32_t i = 0; i < ROOM_MEMBERS_MAX; i++)
        assert_int_equal(join(i), 0);
    assert_int_equal(join(ROOM_MEMBERS_MAX), -503);
    assert_int_equal(join(7), 0);
    assert_false(room_has_member(room, owner(ROOM_MEMBERS_MAX)));
}

static void test_it_takes_so_many_counts_and_no_more(void **state)
{
    (void)state;
    char json[200];
    int status = 0;
    uint32_t asked = 0;
    assert_true(room_open(room, CODE, now_ms));
    while (status == 0 && asked < ROOM_TALLIES_MAX) {
        snprintf(json, sizeof json,
                 "{\"scene\":\"s\",\"step\":\"q%u\",\"vote\":{\"round\":1,\"open\":true,"
                 "\"options\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\"}]}}",
                 asked);
        status = change(json);
        asked += status == 0;
    }
    assert_int_equal(status, -409);
    assert_int_equal(asked, ROOM_TALLIES_MAX / 3);
    assert_int_equal(change("{\"blank\":true}"), 0);
    assert_int_equal(room_reset(room, "", now_ms, &error), 0);
    assert_int_equal(change(json), 0);
}

/* Votes on a run, as "class:option=count ", into `text`. */
static void votes_on(const char *shown, char *text, size_t bytes)
{
    struct store_room copy;
    size_t length = 0;
    room_copy(room, shown, &copy);
    text[0] = 0;
    for (uint32_t i = 0; i < copy.vote_count && length < bytes; i++)
        length += (size_t)snprintf(text + length, bytes - length, "%u:%s=%u ", copy.votes[i].class,
                                   copy.votes[i].option, copy.votes[i].count);
    room_copy_free(&copy);
}

static void test_votes_stay_with_their_run(void **state)
{
    (void)state;
    char text[200];
    assert_true(room_open(room, CODE, now_ms));
    assert_int_equal(join(1), 0);
    assert_int_equal(change("{\"run\":\"r1\"}"), 0);
    assert_int_equal(change(GUESS), 0);
    assert_int_equal(vote(1, 1, "yes"), 0);
    assert_int_equal(room_reset(room, "r2", now_ms, &error), 0);
    assert_int_equal(change(GUESS), 0);
    assert_int_equal(vote(1, 1, "no"), 0);
    assert_int_equal(change("{\"run\":\"r1\",\"step\":\"guess\",\"vote\":null}"), 0);
    votes_on("r1", text, sizeof text);
    assert_string_equal(text, "1:yes=1 1:no=0 ");
    votes_on("r2", text, sizeof text);
    assert_string_equal(text, "2:yes=0 2:no=1 ");
    votes_on("r", text, sizeof text);
    assert_string_equal(text, "");
    cJSON *shown = room_votes_json(room, true);
    assert_int_equal(cJSON_GetArraySize(shown), 2); /* of the present class only */
    cJSON_Delete(shown);
    room_end(room);
    assert_true(room_open(room, CODE, now_ms));
    votes_on("r1", text, sizeof text);
    assert_string_equal(text, "1:yes=1 1:no=0 ");
}

/* The oldest of former classes make place; those of the present one never. */
static void test_former_votes_make_place(void **state)
{
    (void)state;
    char json[200], text[64];
    assert_true(room_open(room, CODE, now_ms));
    assert_int_equal(change("{\"run\":\"r1\"}"), 0);
    assert_int_equal(change(GUESS), 0);
    assert_int_equal(room_reset(room, "r2", now_ms, &error), 0);
    for (uint32_t i = 0; i < ROOM_TALLIES_MAX / 2; i++) {
        votes_on("r1", text, sizeof text);
        assert_string_equal(text, "1:yes=0 1:no=0 ");
        snprintf(json, sizeof json,
                 "{\"scene\":\"s\",\"step\":\"q%u\",\"vote\":{\"round\":1,\"open\":true,"
                 "\"options\":[{\"id\":\"a\"},{\"id\":\"b\"}]}}",
                 i);
        assert_int_equal(change(json), 0);
    }
    votes_on("r1", text, sizeof text);
    assert_string_equal(text, "");
    assert_int_equal(change(GUESS), -409);
}

static void test_orders_come_at_a_persons_pace(void **state)
{
    (void)state;
    assert_true(room_open(room, CODE, now_ms));
    assert_int_equal(join(1), 0);
    assert_int_equal(room_order(room, owner(2), now_ms, &error), -403);
    assert_int_equal(room_order(room, owner(1), now_ms, &error), -403);
    assert_int_equal(change("{\"inputs_allowed\":true}"), 0);
    for (int i = 0; i < ROOM_ORDERS_BURST; i++)
        assert_int_equal(room_order(room, owner(1), now_ms, &error), 0);
    assert_int_equal(room_order(room, owner(1), now_ms, &error), -429);
    now_ms += ROOM_ORDER_PAUSE_MS;
    assert_int_equal(room_order(room, owner(1), now_ms, &error), 0);
    assert_int_equal(room_order(room, owner(1), now_ms, &error), -429);
    assert_int_equal(room_order(room, owner(1), now_ms - HOUR_MS, &error), 0); /* set back */
    assert_int_equal(change("{\"frozen\":true}"), 0);
    now_ms += HOUR_MS;
    assert_int_equal(room_order(room, owner(1), now_ms, &error), -403);
}

/* Into another room, as after a restart. */
static void test_what_is_stored_comes_back(void **state)
{
    (void)state;
    struct store_room copy;
    assert_true(room_open(room, CODE, now_ms));
    assert_int_equal(join(1), 0);
    assert_int_equal(change("{\"run\":\"r1\",\"at_ms\":1234.567,\"inputs_allowed\":true}"), 0);
    assert_int_equal(change(GUESS), 0);
    assert_int_equal(vote(1, 1, "yes"), 0);
    room_copy(room, NULL, &copy);
    struct room *again = room_new();
    assert_non_null(again);
    room_load(again, &copy);
    for (uint32_t i = 0; i < copy.vote_count; i++)
        room_load_vote(again, &copy.votes[i]);
    uint64_t version = copy.version;
    room_copy_free(&copy);
    room_free(&room);
    room = again;
    assert_int_equal(room_check(room, CODE, now_ms, &error), 0);
    assert_true(room_shows(room, "r1"));
    assert_int_equal(counted(1, "yes"), 1);
    assert_int_equal(vote(1, 1, "yes"), -403);
    assert_int_equal(join(1), 0);
    assert_int_equal(vote(1, 1, "yes"), -409); /* closed: nobody knows who has voted */
    cJSON *document = room_json(room, true);
    assert_true(cJSON_GetObjectItem(document, "version")->valuedouble > (double)version);
    assert_true(cJSON_GetObjectItem(document, "at_ms")->valuedouble == 1234.567);
    cJSON_Delete(document);
    assert_int_equal(change(GUESS), 0);
    assert_int_equal(counted(1, "yes"), 0);
}

static void test_damaged_rows_are_left_out(void **state)
{
    (void)state;
    const struct store_room shows_nothing = {
        .code = CODE, .state = "{\"scene\":5}", .version = 3, .seen_ms = now_ms};
    const struct store_vote bad[] = {
        {.run = "", .scene = "s", .step = "t", .option = "o", .round = 3},
        {.run = "a-name-that-is-longer-than-any-run",
         .scene = "s",
         .step = "t",
         .option = "o",
         .round = 1},
        {.run = "",
         .scene = "a-name-that-is-longer-than-any-scene",
         .step = "t",
         .option = "o",
         .round = 1}};
    room_load(room, &(struct store_room){.code = "TOOLONG", .state = "{}"});
    assert_int_equal(room_check(room, NULL, now_ms, &error), -404);
    room_load(room, &shows_nothing);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        room_load_vote(room, &bad[i]);
    assert_int_equal(room_check(room, CODE, now_ms, &error), 0);
    struct store_room copy;
    room_copy(room, NULL, &copy);
    assert_int_equal(copy.vote_count, 0);
    room_copy_free(&copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_codes_are_of_letters_that_nobody_confuses, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_it_is_over_without_a_presenter, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_presenters_signs_are_stored_now_and_then, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_only_members_vote_and_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_round_that_is_opened_again_goes_on, setup, teardown),
        cmocka_unit_test_setup_teardown(test_it_is_full_some_time, setup, teardown),
        cmocka_unit_test_setup_teardown(test_it_takes_so_many_counts_and_no_more, setup, teardown),
        cmocka_unit_test_setup_teardown(test_votes_stay_with_their_run, setup, teardown),
        cmocka_unit_test_setup_teardown(test_former_votes_make_place, setup, teardown),
        cmocka_unit_test_setup_teardown(test_orders_come_at_a_persons_pace, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_stored_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damaged_rows_are_left_out, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
