/* handlers_jobs.c - what computes in the background (searches, shrinking), and the cards that keep
 * what was found. Jobs and cards belong to the browser that asked, by its session. */
#include "http/handlers.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/request.h"
#include "http/server.h"
#include "lab/lab.h"

/* A session to which things can belong. 0, or the status of the refusal that was sent. */
static int session_take(struct request *request)
{
    return access_session_begin(request)
               ? 0
               : reply_problem(request, 503, "The system gives no random bytes.");
}

int handle_search(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    int status = session_take(request);
    if (status != 0)
        return status;
    int result = lab_search_begin(request->server->lab, request->body, request->visitor.owner,
                                  &document, &problem);
    return reply_lab(request, result, 202, document, &problem);
}

int handle_shrink(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    int status = session_take(request);
    if (status != 0)
        return status;
    int result = lab_shrink_begin(request->server->lab, request->parameters[0], request->body,
                                  request->visitor.owner, &document, &problem);
    return reply_lab(request, result, 202, document, &problem);
}

int handle_job(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    int result = lab_job_get(request->server->lab, request->parameters[0], request->visitor.owner,
                             request->visitor.presenter, &document, &problem);
    return reply_lab(request, result, 200, document, &problem);
}

int handle_job_delete(struct request *request)
{
    struct lab_problem problem = {0};
    int result = lab_job_delete(request->server->lab, request->parameters[0],
                                request->visitor.owner, request->visitor.presenter, &problem);
    return reply_lab(request, result, 204, NULL, &problem);
}

/* ---- Cards ---- */

int handle_cards(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    int result = lab_card_list(request->server->lab, request->visitor.owner, &document, &problem);
    return reply_lab(request, result, 200, document, &problem);
}

/* The presenter's are for everybody, unless asked otherwise. */
int handle_card_create(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    const cJSON *private = cJSON_GetObjectItemCaseSensitive(request->body, "private");
    if (private != NULL && !cJSON_IsBool(private))
        return reply_problem(request, 422, "private must be true or false.");
    bool shared = request->visitor.presenter && !cJSON_IsTrue(private);
    int status = shared ? 0 : session_take(request);
    if (status != 0)
        return status;
    int result = lab_card_create(request->server->lab, request->body,
                                 shared ? NULL : request->visitor.owner, &document, &problem);
    return reply_lab(request, result, 201, document, &problem);
}

int handle_card_delete(struct request *request)
{
    struct lab_problem problem = {0};
    const char *word = request->parameters[0];
    if (strlen(word) > 15 || word[0] == 0 || word[strspn(word, "0123456789")] != 0)
        return reply_problem(request, 404, "\"%s\" is not the number of a card.", word);
    int result = lab_card_delete(request->server->lab, strtoll(word, NULL, 10),
                                 request->visitor.owner, request->visitor.presenter, &problem);
    return reply_lab(request, result, 204, NULL, &problem);
}
