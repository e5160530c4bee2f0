/* handlers_links.c - runs as links: made, and opened. */
#include "http/handlers.h"

#include "http/request.h"
#include "http/server.h"
#include "lab/lab.h"

/* Whoever may look at a run may share it. */
int handle_link(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    int64_t at_ns = -1;
    int status = request_query_ms(request, "at_ms", -1, &at_ns);
    if (status == 0)
        status = request_place_take(request, &request->server->heavy_places);
    if (status != 0)
        return status;
    int result =
        lab_run_link(request->server->lab, request->parameters[0], at_ns, &document, &problem);
    sem_post(&request->server->heavy_places);
    return reply_lab(request, result, 200, document, &problem);
}

/* The run that is made belongs to the browser, so everybody may. */
int handle_link_open(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    if (!access_session_begin(request))
        return reply_problem(request, 503, "The system gives no random bytes.");
    int status = request_place_take(request, &request->server->heavy_places);
    if (status != 0)
        return status;
    int result = lab_link_make_run(request->server->lab, request->body, request->visitor.owner,
                                   &document, &problem);
    sem_post(&request->server->heavy_places);
    return reply_lab(request, result, 201, document, &problem);
}
