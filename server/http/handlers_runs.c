/* handlers_runs.c - runs: made, listed, steered, asked. The lab does it; here stands who may, and
 * what the query string means. */
#include "http/handlers.h"

#include <civetweb.h>
#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "http/limits.h"
#include "http/request.h"
#include "http/server.h"
#include "lab/lab.h"

static const char *run_of(const struct request *request)
{
    return request->parameters[0];
}

/* For the list of inputs: browsers say where a request comes from, programs do not. */
static const char *who_asks(const struct request *request)
{
    if (mg_get_header(request->connection, "Sec-Fetch-Site") == NULL &&
        mg_get_header(request->connection, "Origin") == NULL)
        return "script";
    return request->visitor.presenter ? "presenter" : "phone";
}

int handle_runs(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    const char *owner = request->visitor.owner;
    int result = lab_run_list(request->server->lab, owner, &document, &problem);
    return reply_lab(request, result, 200, document, &problem);
}

/* Private runs belong to the browser that asks; shared ones are the presenter's to make. */
/* Who is to own the run that a body asks for: *owner is NULL for a shared one. 0, or the status of
 * the answer that was given. */
static int owner_of_new_run(struct request *request, const char **owner)
{
    const cJSON *private = cJSON_GetObjectItemCaseSensitive(request->body, "private");
    if (private != NULL && !cJSON_IsBool(private))
        return reply_problem(request, 422, "private must be true or false.");
    int status = 0;
    if (!cJSON_IsTrue(private))
        status = access_require_presenter(request, "make a shared run; ask for \"private\": true");
    else if (!access_session_begin(request))
        status = reply_problem(request, 503, "The system gives no random bytes.");
    *owner = cJSON_IsTrue(private) ? request->visitor.owner : NULL;
    return status;
}

int handle_run_create(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    const char *owner = NULL;
    int status = owner_of_new_run(request, &owner);
    if (status != 0)
        return status;
    int result = lab_run_create(request->server->lab, request->body, owner, &document, &problem);
    return reply_lab(request, result, 201, document, &problem);
}

int handle_branch(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    const char *owner = NULL;
    int status = owner_of_new_run(request, &owner);
    if (status != 0)
        return status;
    /* The past is computed in any case; a future far ahead waits in line with other long work. */
    bool far = cJSON_HasObjectItem(request->body, "until_ms");
    sem_t *places = far ? &request->server->heavy_places : &request->server->past_places;
    status = request_place_take(request, places);
    if (status != 0)
        return status;
    int result = lab_run_branch(request->server->lab, run_of(request), request->body, owner,
                                who_asks(request), &document, &problem);
    sem_post(places);
    return reply_lab(request, result, 201, document, &problem);
}

int handle_run(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    int result = lab_run_get(request->server->lab, run_of(request), &document, &problem);
    struct cJSON *family = NULL;
    if (result == 0)
        result = lab_run_family(request->server->lab, run_of(request), request->visitor.owner,
                                &family, &problem);
    if (family != NULL)
        (void)cJSON_AddItemToObject(document, "family", family);
    return reply_lab(request, result, 200, document, &problem);
}

int handle_label(struct request *request)
{
    struct lab_problem problem = {0};
    int status = access_require_steering(request, run_of(request));
    if (status != 0)
        return status;
    int result = lab_run_label(request->server->lab, run_of(request), request->body, &problem);
    return reply_lab(request, result, 204, NULL, &problem);
}

/* Whoever may steer a run may also delete it. */
int handle_run_delete(struct request *request)
{
    struct lab_problem problem = {0};
    int status = access_require_steering(request, run_of(request));
    if (status != 0)
        return status;
    int result = lab_run_delete(request->server->lab, run_of(request), &problem);
    return reply_lab(request, result, 204, NULL, &problem);
}

/* ---- Steering ---- */

int handle_inputs(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    if (room_takes_input(request, run_of(request)))
        return handle_room_input(request, run_of(request));
    int status = access_require_steering(request, run_of(request));
    if (status != 0)
        return status;
    int result = lab_run_input(request->server->lab, run_of(request), who_asks(request),
                               request->body, &document, &problem);
    return reply_lab(request, result, 202, document, &problem);
}

int handle_pace(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    int status = access_require_steering(request, run_of(request));
    if (status != 0)
        return status;
    int result =
        lab_run_pace(request->server->lab, run_of(request), request->body, &document, &problem);
    return reply_lab(request, result, 200, document, &problem);
}

/* ---- Asking ---- */

int handle_state(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    int result = lab_run_state(request->server->lab, run_of(request), &document, &problem);
    return reply_lab(request, result, 200, document, &problem);
}

static int query_limit(struct request *request, uint32_t *limit)
{
    uint64_t value = 0;
    int status = request_query_number(request, "limit", 1, HTTP_ROWS_LIMIT_MAX,
                                      HTTP_ROWS_LIMIT_STANDARD, &value);
    *limit = (uint32_t)value;
    return status;
}

int handle_events(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    struct lab_events_query query = {.limit = 0};
    int status = request_query_number(request, "after", 0, INT64_MAX, 0, &query.after_event);
    if (status == 0)
        status = request_query_number(request, "after_row", 0, INT64_MAX, 0, &query.after_row);
    if (status == 0)
        status = query_limit(request, &query.limit);
    if (status != 0)
        return status;
    int result = lab_run_events(request->server->lab, run_of(request), &query, &document, &problem);
    return reply_lab(request, result, 200, document, &problem);
}

int handle_verdicts(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    int result = lab_run_verdicts(request->server->lab, run_of(request), &document, &problem);
    return reply_lab(request, result, 200, document, &problem);
}

int handle_verify(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    int status = request_place_take(request, &request->server->heavy_places);
    if (status != 0)
        return status;
    int result = lab_run_verify(request->server->lab, run_of(request), &document, &problem);
    sem_post(&request->server->heavy_places);
    return reply_lab(request, result, 200, document, &problem);
}

/* Rows of a table after a number; without the number, from the beginning. */
static int rows_answer(struct request *request, const char *table, const char *after_name,
                       bool open_only)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    uint64_t given = 0;
    uint32_t limit = 0;
    int status = request_query_number(request, after_name, 0, INT64_MAX - 1, UINT64_MAX, &given);
    if (status == 0)
        status = query_limit(request, &limit);
    if (status != 0)
        return status;
    int64_t after = given == UINT64_MAX ? -1 : (int64_t)given;
    int result = lab_run_rows(request->server->lab, run_of(request), table, after, limit, open_only,
                              &document, &problem);
    return reply_lab(request, result, 200, document, &problem);
}

int handle_run_metrics(struct request *request)
{
    return rows_answer(request, "metrics", "after_s", false);
}

int handle_orders(struct request *request)
{
    char state[16] = "all";
    bool given = request->query != NULL && strstr(request->query, "state=") != NULL;
    if (given && (!request_query_word(request, "state", state, sizeof state) ||
                  (strcmp(state, "all") != 0 && strcmp(state, "open") != 0)))
        return reply_problem(request, 422, "state must be open or all.");
    return rows_answer(request, NULL, "after", strcmp(state, "open") == 0);
}

/* What is no number cannot be the number of a subject: 404, as for one that is not there. */
int handle_subject(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    uint32_t subject = 0;
    int length = 0;
    const char *word = request->parameters[1];
    if (strlen(word) > 9 || word[strspn(word, "0123456789")] != 0 ||
        sscanf(word, "%u%n", &subject, &length) != 1)
        return reply_problem(request, 404, "\"%s\" is not the number of a subject.", word);
    struct lab *lab = request->server->lab;
    int64_t at_ns = -1;
    int status = request_query_ms(request, "at_ms", -1, &at_ns);
    if (status != 0)
        return status;
    int result = lab_run_subject(lab, run_of(request), subject, at_ns, false, &document, &problem);
    if (result == -404 && at_ns < 0) { /* perhaps it was long ago: computing that takes a place */
        status = request_place_take(request, &request->server->heavy_places);
        if (status != 0)
            return status;
        lab_problem_clear(&problem);
        result = lab_run_subject(lab, run_of(request), subject, -1, true, &document, &problem);
        sem_post(&request->server->heavy_places);
    }
    return reply_lab(request, result, 200, document, &problem);
}

int handle_comparisons(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    int status = request_place_take(request, &request->server->heavy_places);
    if (status != 0)
        return status;
    int result = lab_compare(request->server->lab, request->body, &document, &problem);
    sem_post(&request->server->heavy_places);
    return reply_lab(request, result, 200, document, &problem);
}
