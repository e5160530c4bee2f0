/* check_json.c - the verdict as an artefact: one JSON object of a bounded size. */
#include "lab/check_words.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SENTENCE_BYTES = 2048 };

/* What appends a sentence to the text of `part`. */
struct check_sentence {
    char bytes[SENTENCE_BYTES];
    struct text text;
};

static struct text *begin(struct check_sentence *sentence)
{
    sentence->text = text_init(sentence->bytes, sizeof sentence->bytes);
    return &sentence->text;
}

static void add_string(struct json_writer *json, const char *name,
                       const struct check_sentence *sentence)
{
    json_bytes(json, name, sentence->text.at, sentence->text.length);
}

static void add_value(struct json_writer *json, const char *name, const struct check_value *value)
{
    struct check_sentence sentence;
    if (value->kind == CHECK_NIL) {
        json_null(json, name);
    } else if (value->kind == CHECK_INTEGER) {
        json_i64(json, name, value->integer);
    } else {
        lab_check_value(value, begin(&sentence));
        add_string(json, name, &sentence);
    }
}

static void add_operation(struct json_writer *json, const char *name,
                          const struct check_history *history, uint32_t number)
{
    static const char *const OUTCOMES[] = {
        [CHECK_OK] = "ok", [CHECK_FAIL] = "fail", [CHECK_INFO] = "info"};
    if (number >= history->count) {
        return;
    }
    const struct check_operation *operation = &history->operations[number];
    json_object(json, name);
    json_u64(json, "op_id", operation->number);
    json_u64(json, "process", operation->process);
    json_string(json, "type", OUTCOMES[operation->outcome]);
    json_string(json, "f", operation->function);
    add_value(json, "key", &operation->key);
    add_value(json, "input", &operation->input);
    add_value(json, "output", &operation->output);
    if (operation->call_ns != CHECK_NO_TIME) {
        json_i64(json, "invoke_ns", operation->call_ns);
    }
    if (operation->end_ns != CHECK_NO_TIME) {
        json_i64(json, "complete_ns", operation->end_ns);
    }
    if (operation->call_line > 0) {
        json_u64(json, "line", operation->call_line);
    }
    json_close(json);
}

static void add_line(struct json_writer *json, const struct check_history *history,
                     const struct check_line *line)
{
    struct check_sentence sentence;
    json_object(json, NULL);
    json_string(json, "word", line->word);
    lab_check_line(history, line, false, begin(&sentence));
    add_string(json, "field", &sentence);
    lab_check_line(history, line, true, begin(&sentence));
    add_string(json, "city", &sentence);
    add_value(json, "key", &line->key);
    add_value(json, "value", &line->value);
    json_i64(json, "number", line->number);
    add_operation(json, "a", history, line->a);
    add_operation(json, "b", history, line->b);
    json_close(json);
}

static void add_finding(struct json_writer *json, const struct check_history *history,
                        const struct check_finding *finding, uint32_t lines_max)
{
    struct check_sentence sentence;
    json_object(json, NULL);
    json_string(json, "anomaly", finding->anomaly);
    lab_check_anomaly(finding->anomaly, false, begin(&sentence));
    add_string(json, "field", &sentence);
    lab_check_anomaly(finding->anomaly, true, begin(&sentence));
    add_string(json, "city", &sentence);
    json_u64(json, "count", finding->count);
    json_u64(json, "lines_in_all", finding->line_count);
    json_array(json, "lines");
    for (uint32_t i = 0; i < finding->line_count && i < lines_max; i++) {
        add_line(json, history, &finding->lines[i]);
    }
    json_close(json);
    json_close(json);
}

static void add_power(struct json_writer *json, const struct check_history *history)
{
    struct lab_check_power power;
    lab_check_power_count(history, &power);
    json_object(json, "operations");
    for (uint32_t i = 0; i < power.kind_count; i++) {
        json_object(json, power.kinds[i].function);
        json_u64(json, "ok", power.kinds[i].count[CHECK_OK]);
        json_u64(json, "fail", power.kinds[i].count[CHECK_FAIL]);
        json_u64(json, "info", power.kinds[i].count[CHECK_INFO]);
        json_close(json);
    }
    json_close(json);
}

static void add_verdict(struct json_writer *json, const struct check_history *history,
                        const struct check_verdict *verdict, uint32_t lines_max)
{
    struct check_sentence sentence;
    json_string(json, "answer", lab_check_answer(verdict->answer));
    if (verdict->why != NULL) {
        json_string(json, "why", verdict->why);
        lab_check_why(history, verdict, false, begin(&sentence));
        add_string(json, "why_text", &sentence);
    }
    json_string(json, "weakest_broken", verdict->weakest);
    json_array(json, "findings");
    for (uint32_t i = 0; i < verdict->finding_count; i++) {
        add_finding(json, history, &verdict->findings[i], lines_max);
    }
    json_close(json);
    json_object(json, "answers");
    for (uint32_t i = 0; i < verdict->answer_count; i++) {
        json_string(json, verdict->answers[i].model, lab_check_answer(verdict->answers[i].answer));
    }
    json_close(json);
    json_u64(json, "steps", verdict->steps);
    json_u64(json, "bytes_peak", verdict->bytes_peak);
}

char *lab_check_json(const char *model, const char *name, const struct check_history *history,
                     const struct check_verdict *verdict)
{
    assert(model != NULL && history != NULL && verdict != NULL);
    char *bytes = malloc(LAB_CHECK_BYTES_MAX);
    for (uint32_t lines_max = CHECK_LINES_MAX; bytes != NULL; lines_max /= 4) {
        struct text text = text_init(bytes, LAB_CHECK_BYTES_MAX);
        struct json_writer json = json_init(&text);
        json_object(&json, NULL);
        json_string(&json, "model", model);
        json_string(&json, "history", name);
        json_u64(&json, "operation_count", history->count);
        add_verdict(&json, history, verdict, lines_max);
        add_power(&json, history);
        json_close(&json);
        if (!text.cut) {
            break;
        }
        if (lines_max == 0) { /* names and values of a hostile history: not even that fits */
            free(bytes);
            return NULL;
        }
    }
    return bytes;
}
