/* handlers_past.c - looking at the past of a run. Whoever may watch a run may look: nothing moves. */
#include "http/handlers.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "http/limits.h"
#include "http/request.h"
#include "http/server.h"
#include "lab/lab.h"

enum { WORD_BYTES = 24, CONDITION_BYTES = 512, TRACE_EVENTS_STANDARD = 2000 };
static const int64_t MS_NS = 1000000;

static const char *run_of(const struct request *request)
{
    return request->parameters[0];
}

/* One of two words; the first when it is absent. 0, or the status of the refusal that was sent. */
static int query_choice(struct request *request, const char *name, const char *const words[2],
                        bool *second)
{
    char word[WORD_BYTES] = "";
    char given[WORD_BYTES];
    *second = false;
    snprintf(given, sizeof given, "%s=", name);
    if (request->query == NULL || strstr(request->query, given) == NULL)
        return 0;
    if (request_query_word(request, name, word, sizeof word) &&
        (strcmp(word, words[0]) == 0 || strcmp(word, words[1]) == 0)) {
        *second = strcmp(word, words[1]) == 0;
        return 0;
    }
    return reply_problem(request, 422, "%s must be %s or %s.", name, words[0], words[1]);
}

int handle_frames(struct request *request)
{
    static const char *const LAYERS[] = {"stage", "messages"};
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    struct lab_past_query query;
    int status = request_query_ms(request, "from_ms", 0, &query.from_ns);
    if (status == 0)
        status = request_query_ms(request, "to_ms", query.from_ns, &query.to_ns);
    if (status == 0)
        status = request_query_ms(request, "step_ms", 100 * MS_NS, &query.step_ns);
    if (status == 0)
        status = query_choice(request, "layer", LAYERS, &query.messages);
    if (status == 0)
        status = request_place_take(request, &request->server->past_places);
    if (status != 0)
        return status;
    int result = lab_run_frames(request->server->lab, run_of(request), &query, &document, &problem);
    sem_post(&request->server->past_places);
    return reply_lab(request, result, 200, document, &problem);
}

int handle_find(struct request *request)
{
    static const char *const STEPS[] = {"next", "previous"};
    static const char *const WHATS[] = {"event", "interesting"};
    char until[CONDITION_BYTES];
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    struct lab_find_request find = {.until = NULL};
    int status = request_query_ms(request, "from_ms", 0, &find.from_ns);
    if (status == 0)
        status = query_choice(request, "step", STEPS, &find.previous);
    if (status == 0)
        status = query_choice(request, "what", WHATS, &find.interesting);
    if (status != 0)
        return status;
    if (request->query != NULL && strstr(request->query, "until=") != NULL) {
        if (!request_query_word(request, "until", until, sizeof until))
            return reply_problem(request, 422, "until must be a condition of at most 400 bytes.");
        if (find.previous)
            return reply_problem(request, 422, "until looks forwards only; leave step out.");
        find.until = until;
    }
    status = request_place_take(request, &request->server->past_places);
    if (status != 0)
        return status;
    int result = lab_run_find(request->server->lab, run_of(request), &find, &document, &problem);
    sem_post(&request->server->past_places);
    return reply_lab(request, result, 200, document, &problem);
}

int handle_trace(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    int64_t from_ns = 0, to_ns = 0;
    uint64_t max = 0;
    int status = request_query_ms(request, "from_ms", 0, &from_ns);
    if (status == 0)
        status = request_query_ms(request, "to_ms", from_ns + 1000 * MS_NS, &to_ns);
    if (status == 0)
        status = request_query_number(request, "max", LAB_TRACE_EVENTS_MIN, LAB_TRACE_EVENTS_MAX,
                                      TRACE_EVENTS_STANDARD, &max);
    if (status == 0)
        status = request_place_take(request, &request->server->past_places);
    if (status != 0)
        return status;
    int result = lab_run_trace(request->server->lab, run_of(request), from_ns, to_ns, (uint32_t)max,
                               &document, &problem);
    sem_post(&request->server->past_places);
    return reply_lab(request, result, 200, document, &problem);
}

int handle_causes(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    struct lab_causes_query query;
    uint64_t subject = 0, back = 0, forward = 0;
    int status = request_query_number(request, "event", 1, INT64_MAX, 0, &query.event);
    if (status == 0)
        status = request_query_number(request, "subject", 0, UINT32_MAX - 1, UINT32_MAX, &subject);
    if (status == 0)
        status =
            request_query_number(request, "back", 0, LAB_CAUSES_MAX, LAB_CAUSES_STANDARD, &back);
    if (status == 0)
        status = request_query_number(request, "forward", 0, LAB_CAUSES_MAX, LAB_CAUSES_STANDARD,
                                      &forward);
    if (status == 0)
        status = request_query_ms(request, "from_ms", 0, &query.from_ns);
    if (status == 0 && (query.event != 0) == (subject != UINT32_MAX))
        status = reply_problem(request, 422, "Give event or subject: whose causes are asked for.");
    if (status == 0)
        status = request_place_take(request, &request->server->past_places);
    if (status != 0)
        return status;
    query.subject = (uint32_t)subject;
    query.back = (uint32_t)back;
    query.forward = (uint32_t)forward;
    int result = lab_run_causes(request->server->lab, run_of(request), &query, &document, &problem);
    sem_post(&request->server->past_places);
    return reply_lab(request, result, 200, document, &problem);
}
