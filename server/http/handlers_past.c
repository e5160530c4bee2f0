/* handlers_past.c - looking at the past of a run. Whoever may watch a run may look: nothing moves. */
#include "http/handlers.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "http/limits.h"
#include "http/request.h"
#include "http/server.h"
#include "lab/lab.h"

enum { WORD_BYTES = 24, CONDITION_BYTES = 512 };
static const int64_t MS_NS = 1000000;

static const char *run_of(const struct request *request)
{
    return request->parameters[0];
}

/* One of two words; the first when it is absent. 0, or the status of the refusal that was sent. */
static int query_choice(struct request *request, const char *name, const char *const words[2],
                        bool *second)
{
    char word[WORD_BYTES] = "", detail[100];
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
    snprintf(detail, sizeof detail, "%s must be %s or %s.", name, words[0], words[1]);
    return reply_problem(request, 422, detail);
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
