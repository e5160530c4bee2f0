/* test_check_read.c - each format says the same of the same operations; what is malformed is refused
 * with its line; equal moments are concurrent. */
#include "check/read.h"
#include "shared_data.h"
#include "unit.h"

#include <stdlib.h>

enum { PLENTY = 64 * 1024 * 1024 };

static struct check_history *read_ok(const char *text)
{
    struct check_history *history = NULL;
    struct error error = {.text = ""};
    if (check_read(text, strlen(text), CHECK_FORMAT_DETECT, PLENTY, &history, &error) != 0) {
        fail_msg("\"%s\" was refused: %s", text, error.text);
    }
    return history;
}

static void expect_refusal(const char *text, const char *words)
{
    struct check_history *history = NULL;
    struct error error = {.text = ""};
    if (check_read(text, strlen(text), CHECK_FORMAT_DETECT, PLENTY, &history, &error) == 0) {
        fail_msg("\"%s\" was read", text);
    }
    assert_null(history);
    if (strstr(error.text, words) == NULL || strncmp(error.text, "line ", 5) != 0) {
        fail_msg("\"%s\" was refused with \"%s\", not with \"%s\"", text, error.text, words);
    }
}

/* A cas [1 2] of process 0 that is told ok, while process 1 reads 2, and a write whose end is
 * unknown. */
static void expect_the_example(const char *text)
{
    struct check_history *history = read_ok(text);
    assert_int_equal(history->count, 3);
    const struct check_operation *cas = &history->operations[0], *read = cas + 1, *write = cas + 2;
    assert_string_equal(cas->function, "cas");
    assert_int_equal(cas->outcome, CHECK_OK);
    assert_int_equal(cas->input.kind, CHECK_LIST);
    assert_int_equal(cas->input.count, 2);
    assert_int_equal(cas->input.items[1].integer, 2);
    assert_string_equal(read->function, "read");
    assert_int_equal(read->process, 1);
    assert_int_equal(read->output.integer, 2);
    assert_true(read->call < cas->end && cas->call < read->end);
    assert_string_equal(write->function, "write");
    assert_int_equal(write->outcome, CHECK_INFO);
    assert_int_equal(write->end, CHECK_NEVER);
    assert_true(write->call > read->end && write->call > cas->end);
    assert_int_equal(write->input.integer, 7);
    check_history_free(&history);
}

static void test_formats_say_the_same(void **state)
{
    (void)state;
    expect_the_example("[{:process 0, :type :invoke, :f :cas, :value [1 2]}\n"
                       " {:process 1 :type :invoke :f :read :value nil} ; a comment\n"
                       "#_{:process 9} {:process :nemesis :type :info :f :start :value nil}\n"
                       "{:process 0 :type :ok :f :cas :value [1 2]}\n"
                       "{:process 1 :type :ok :f :read :value 2}\n"
                       "{:process 0 :type :invoke :f :write :value 7}]\n");
    expect_the_example("#jepsen.history.Op{:process 0, :type :invoke, :f :cas, :value (1 2)}\n"
                       "^{:a 1} {:process 1 :type :invoke :f :read :value nil}\n"
                       "{:process 0 :type :ok :f :cas :value [1 2]}\n"
                       "{:process 1 :type :ok :f :read :value #tag 2}\n"
                       "{:process 0 :type :invoke :f :write :value ^:m 7}\n"
                       "{:process 0 :type :info :f :write :value :timed-out}\n");
    expect_the_example("[{\"process\":0,\"type\":\"invoke\",\"f\":\"cas\",\"value\":[1,2]},\n"
                       "{\"process\":1,\"type\":\"invoke\",\"f\":\"read\",\"value\":null},"
                       "{\"process\":\"nemesis\",\"type\":\"info\",\"f\":\"start\"},"
                       "{\"process\":0,\"type\":\"ok\",\"f\":\"cas\",\"value\":[1,2]},"
                       "{\"process\":1,\"type\":\"ok\",\"f\":\"read\",\"value\":2},"
                       "{\"process\":0,\"type\":\"invoke\",\"f\":\"write\",\"value\":7}]");
    expect_the_example(
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"cas\",\"value\":[1,2],\"time\":5}\n"
        "{\"process\":1,\"type\":\"invoke\",\"f\":\"read\",\"time\":6}\n"
        "{\"process\":0,\"type\":\"ok\",\"f\":\"cas\",\"value\":[1,2],\"time\":7}\n"
        "{\"process\":1,\"type\":\"ok\",\"f\":\"read\",\"value\":2,\"time\":8}\n"
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"write\",\"value\":7,\"time\":9}\n"
        "{\"process\":0,\"type\":\"info\",\"f\":\"write\",\"time\":9}\n");
    expect_the_example("INFO  jepsen.core - Running\n"
                       "INFO  jepsen.util - 0\t:invoke\t:cas\t[1 2]\n"
                       "INFO  jepsen.util - 1\t:invoke\t:read\tnil\n"
                       "INFO  jepsen.util - 0\t:ok\t:cas\t[1 2]\n"
                       "INFO  jepsen.util - 1\t:ok\t:read\t2\n"
                       "INFO  jepsen.util - 0\t:invoke\t:write\t7\n"
                       "INFO  jepsen.util - 0\t:info\t:write\t:timed-out\n");
    expect_the_example("run_id,op_id,process,type,f,key,value,invoke_ns,complete_ns,node,error\n"
                       "r1,12,0,info,write,,7,900,,n1,timeout\n"
                       "r1,10,0,ok,cas,,\"[1,2]\",100,300,n1,\n"
                       "r1,11,1,ok,read,,2,200,400,\"n\"\"2\",\n");
}

static void test_values_of_all_kinds(void **state)
{
    (void)state;
    struct check_history *history = read_ok(
        "{:process 3 :type :invoke :f :txn :time 5 :value [[:append \"k\\n\\u00e9\" 1] #{1 2 2} "
        "{:a/b 1, 2 nil} true false -9223372036854775808 9223372036854775808 1.5 \\x sym]}");
    const struct check_value *items = history->operations[0].input.items;
    assert_int_equal(history->operations[0].input.count, 10);
    assert_string_equal(items[0].items[1].text, "k\n\xC3\xA9");
    assert_int_equal(items[1].kind, CHECK_SET);
    assert_int_equal(items[1].count, 3);
    assert_int_equal(items[2].kind, CHECK_MAP);
    assert_string_equal(items[2].items[0].text, "a/b");
    assert_int_equal(items[2].items[3].kind, CHECK_NIL);
    assert_int_equal(items[3].kind, CHECK_TRUE);
    assert_int_equal(items[4].kind, CHECK_FALSE);
    assert_true(items[5].integer == INT64_MIN);
    assert_string_equal(items[6].text, "9223372036854775808");
    assert_string_equal(items[7].text, "1.5");
    assert_string_equal(items[8].text, "x");
    assert_string_equal(items[9].text, "sym");
    check_history_free(&history);
    history = read_ok("{\"process\":0,\"type\":\"invoke\",\"f\":\"read\",\"value\":"
                      "{\"7\":100,\"07\":1,\"\\ud83d\\ude00\":[]}}");
    items = history->operations[0].input.items;
    assert_int_equal(items[0].integer, 7);
    assert_string_equal(items[2].text, "07");
    assert_string_equal(items[4].text, "\xF0\x9F\x98\x80");
    check_history_free(&history);
}

static void test_keys_and_tuples(void **state)
{
    (void)state;
    struct check_history *history =
        read_ok("{:process 0 :type :invoke :f :write :value #jepsen.independent/tuple [5 [1 2]]}"
                "{:process 1 :type :invoke :f :get :key \"k\" :value nil}"
                "{:process 2 :type :invoke :f :cas :value [#jepsen.independent/tuple [5 6]]}");
    assert_int_equal(history->operations[0].key.integer, 5);
    assert_int_equal(history->operations[0].input.count, 2);
    assert_string_equal(history->operations[1].key.text, "k");
    assert_int_equal(history->operations[2].key.kind, CHECK_NIL);
    check_history_free(&history);
}

/* What ends and what begins at one moment is concurrent; one nanosecond later it is not. */
static void test_equal_moments_are_concurrent(void **state)
{
    (void)state;
    for (int later = 0; later <= 1; later++) {
        char text[400];
        (void)snprintf(text, sizeof text,
                       "{:process 0 :type :invoke :f :write :value 1 :time 10}"
                       "{:process 0 :type :ok :f :write :value 1 :time 20}"
                       "{:process 1 :type :invoke :f :read :value nil :time %d}"
                       "{:process 1 :type :ok :f :read :value 0 :time 30}",
                       20 + later);
        struct check_history *history = read_ok(text);
        assert_int_equal(history->operations[0].end < history->operations[1].call, later);
        check_history_free(&history);
        (void)snprintf(text, sizeof text,
                       "process,type,f,value,invoke_ms,complete_ms\n"
                       "1,ok,read,0,0.00002%d,0.00003\n0,ok,write,1,0.00001,0.00002\n",
                       later);
        history = read_ok(text);
        assert_int_equal(history->operations[0].process, 0);
        assert_int_equal(history->operations[0].end < history->operations[1].call, later);
        check_history_free(&history);
    }
}

/* A client that goes on at the very moment when it was answered keeps its own order. */
static void test_a_process_goes_on_at_once(void **state)
{
    (void)state;
    struct check_history *history = read_ok("{:process 0 :type :invoke :f :write :value 1 :time 10}"
                                            "{:process 0 :type :ok :f :write :value 1 :time 20}"
                                            "{:process 0 :type :invoke :f :read :time 20}"
                                            "{:process 0 :type :ok :f :read :value 0 :time 30}");
    assert_int_equal(history->count, 2);
    assert_string_equal(history->operations[0].function, "write");
    check_history_free(&history);
}

static void test_awdit_has_sessions_and_no_clock(void **state)
{
    (void)state;
    struct check_history *history = read_ok("w 0 1\nr 1 -2\n-----\nw 0 2\n=====\nr 0 2");
    assert_int_equal(history->count, 3);
    const struct check_operation *first = history->operations;
    assert_int_equal(first[0].process, first[1].process);
    assert_int_not_equal(first[0].process, first[2].process);
    assert_int_equal(first[0].output.count, 2);
    assert_string_equal(first[0].output.items[1].items[0].text, "r");
    assert_int_equal(first[0].output.items[1].items[2].integer, -2);
    assert_true(first[2].call < first[0].end && first[1].call < first[0].end);
    check_history_free(&history);
}

static void test_what_is_malformed_is_refused_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } CASES[] = {
        {"", "no known format"},
        {"[]", "line 1: there is no operation"},
        {"hello", "no known format"},
        {"[{:process 0 :type :invoke :f :read :value nil}", "ends before the ]"},
        {"[{:process 0 :type :invoke :f :read :value nil}\n] 5", "line 2: something stands behind"},
        {"{:process 0 :type :invoke :f :read :value", "value is missing"},
        {"{:process 0 :type :invoke :f :read :value nil", "within the operation of line 1"},
        {"\n{:process 0 :type :started :f :read}", "line 2: type is started"},
        {"{:process 0 :f :read}", "has no type"},
        {"{:process 0 :type :invoke :value 3}", "has no function"},
        {"{:process -1 :type :invoke :f :read}", "the process is no number"},
        {"{:process \"c1\" :type :invoke :f :read}", "the process is no number"},
        {"{:process 0 :type :invoke :f :read}\n{:process 0 :type :invoke :f :read}",
         "line 2: process 0 begins an operation while its one of line 1 is open"},
        {"\n\n{:process 3 :type :ok :f :read}", "line 3: process 3 completes an operation, but"},
        {"{:process 0 :type :invoke :f :read}{:process 0 :type :info :f :read}\n"
         "{:process 0 :type :ok :f :read :value 1}",
         "line 2: process 0 completes an operation, but has none"},
        {"{:process 0 :type :invoke :f :read}{:process 0 :type :info :f :read}\n"
         "{:process 0 :type :invoke :f :read}",
         "line 2: process 0 begins an operation, but nobody knows"},
        {"{:process 0 :type :invoke :f :read}{:process 0 :type :ok :f :write}",
         "completes \"write\", but began \"read\""},
        {"{:process 0 :type :invoke :f :read :index 4}\n{:process 1 :type :invoke :f :read :index "
         "3}",
         "line 2: index 3 comes after index 4"},
        {"{:process 0 :type :invoke :f :read :time 1.5}", "time is no whole number"},
        {"{:process 0 :type :invoke :f :read :value {1}}", "a key without a value"},
        {"{:process 0 :type :invoke :f :read :value \"abc", "within a string"},
        {"{:process 0 :type :invoke :f :read :value \"\\q\"}", "no escape"},
        {"{:process 0 :type :invoke :f :w :value #jepsen.independent/tuple [1]}", "[key value]"},
        {"[{\"process\":0,\"type\":\"invoke\",\"f\":\"read\"}", "comma or ] is missing"},
        {"{\"process\":0,\"type\":\"invoke\",\"f\":\"read\",}", "\" is missing"},
        {"{\"process\":0 \"type\":\"invoke\"}", "comma or } is missing"},
        {"{\"process\":0,\"type\":\"invoke\",\"f\":\"w\",\"value\":nope}", "is none of JSON"},
        {"INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - 0\t:ok\t:read\n",
         "line 2: an operation needs"},
        {"INFO  jepsen.util - 0\t:invoke\t:read\tnil\n0 :ok :read nil\n",
         "line 2: this is no line"},
        {"w 0 1\nq 0 1\n", "line 2: an operation begins"},
        {"w 0\n", "line 1: an operation is"},
        {"process,type,f\n", "line 1: the header needs"},
        {"process,type,f,invoke_ns,complete_ns\n0,ok,read,5\n", "line 2: the row has 4 cells"},
        {"process,type,f,invoke_ns,complete_ns\n0,ok,read,5,4\n",
         "line 2: an operation is invoked"},
        {"process,type,f,invoke_ns,complete_ns\n0,invoke,read,5,9\n", "line 2: type is"},
        {"process,type,f,invoke_ns,complete_ns\n0,ok,read,5x,9\n", "line 2: \"5x\" is no time"},
        {"process,type,f,invoke_ns,complete_ns\n0,ok,read,5,9\n0,ok,read,7,12\n",
         "line 3: process 0 begins an operation while"},
        {"process,type,f,invoke_ns,complete_ns\n0,info,read,5,9\n0,ok,read,17,22\n",
         "line 3: process 0 begins an operation while"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        expect_refusal(CASES[i].text, CASES[i].words);
    }
}

/* Of the levels that are asked for; what says none is of none. */
static void test_levels(void **state)
{
    static const struct {
        const char *levels;
        uint32_t count; /* 0: refused */
    } CASES[] = {{NULL, 3}, {"strong", 1}, {"local,strong", 2}, {"str", 0}, {"strong,", 1}};
    static const char *const TEXTS[] = {
        "process,type,f,value,invoke_ns,complete_ns,level\n0,ok,write,1,0,5,strong\n"
        "1,ok,read,1,6,7,local\n0,info,write,2,8,,\n",
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"write\",\"value\":1,\"level\":\"strong\"}\n"
        "{\"process\":0,\"type\":\"ok\",\"f\":\"write\",\"value\":1,\"level\":\"strong\"}\n"
        "{\"process\":1,\"type\":\"invoke\",\"f\":\"read\",\"value\":null,\"level\":\"local\"}\n"
        "{\"process\":1,\"type\":\"ok\",\"f\":\"read\",\"value\":1,\"level\":\"local\"}\n"
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"write\",\"value\":2}\n"};
    (void)state;
    for (size_t i = 0; i < 2 * sizeof CASES / sizeof CASES[0]; i++) {
        struct check_history *history = NULL;
        struct error error = {.text = ""};
        int status = check_read_levels(TEXTS[i % 2], strlen(TEXTS[i % 2]), CHECK_FORMAT_DETECT,
                                       CASES[i / 2].levels, PLENTY, &history, &error);
        assert_int_equal(status, CASES[i / 2].count == 0 ? -1 : 0);
        assert_int_equal(status == 0 ? history->count : 0, CASES[i / 2].count);
        if (status == 0) {
            check_history_free(&history);
        } else {
            assert_non_null(strstr(error.text, "no operation of level"));
        }
    }
}

static void test_depth_is_bounded(void **state)
{
    (void)state;
    static const char *const OPENS[] = {"[", "#_", "#a ", "^a ", "{", "#{"};
    for (size_t i = 0; i < sizeof OPENS / sizeof OPENS[0]; i++) {
        static char text[400000];
        size_t length =
            (size_t)snprintf(text, sizeof text, "{:process 0 :type :invoke :f :read :value ");
        for (int j = 0; j < 100000; j++) {
            length += (size_t)snprintf(text + length, sizeof text - length, "%s", OPENS[i]);
        }
        expect_refusal(text, "nested deeper");
    }
}

static void test_memory_is_bounded(void **state)
{
    (void)state;
    static char text[200000];
    size_t length = 0;
    for (int i = 0; i < 1500; i++) {
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "{:process %d :type :invoke :f :write :value [%d \"v%d\"]}\n", i,
                                   i, i);
    }
    bool read = false, refused = false;
    for (size_t bound = 1000; bound < 4000000; bound += bound / 2) {
        struct check_history *history = NULL;
        struct error error = {.text = ""};
        if (check_read(text, length, CHECK_FORMAT_EDN, bound, &history, &error) == 0) {
            read = true;
            assert_true(check_history_bytes(history) <= bound);
        } else {
            refused = true;
            assert_non_null(strstr(error.text, "memory"));
        }
        check_history_free(&history);
    }
    assert_true(read && refused);
}

static void test_every_reference_history_is_read(void **state)
{
    (void)state;
    struct shared_row *rows;
    uint32_t count = shared_manifest("", &rows);
    if (count == 0) {
        skip();
    }
    for (uint32_t i = 0; i < count; i++) {
        struct check_history *history = shared_history(rows[i].path);
        if (history == NULL) {
            fail_msg("%s was not read", rows[i].path);
        }
        check_history_free(&history);
    }
    free(rows);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(test_formats_say_the_same),
        cmocka_unit_test(test_values_of_all_kinds),
        cmocka_unit_test(test_keys_and_tuples),
        cmocka_unit_test(test_equal_moments_are_concurrent),
        cmocka_unit_test(test_a_process_goes_on_at_once),
        cmocka_unit_test(test_awdit_has_sessions_and_no_clock),
        cmocka_unit_test(test_what_is_malformed_is_refused_with_its_line),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_depth_is_bounded),
        cmocka_unit_test(test_memory_is_bounded),
        cmocka_unit_test(test_every_reference_history_is_read),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
