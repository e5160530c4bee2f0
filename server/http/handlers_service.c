/* handlers_service.c - what the server says about itself, the words of the systems, and access. */
#include "http/handlers.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "base/embedded.h"
#include "http/live_hub.h"
#include "http/pages.h"
#include "http/request.h"
#include "http/server.h"
#include "lab/lab.h"
#include "lab/problem.h"

static const int64_t HUB_SILENT_NS_MAX = INT64_C(5000000000);

int handle_systems(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {.detail = "The systems cannot be listed."};
    int result = lab_systems(request->server->lab, &document);
    return reply_lab(request, result, 200, document, &problem);
}

int handle_scenarios(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {.detail = "The scenarios cannot be listed."};
    int result = lab_scenarios(request->server->lab, &document);
    return reply_lab(request, result, 200, document, &problem);
}

/* ---- Words ---- */

/* Appends the names of the files in a folder of the program, without what follows the dot. */
static void list_files(const char *folder, cJSON *list)
{
    size_t count = 0;
    const struct embedded_file *file = embedded_with_prefix(folder, &count);
    for (size_t i = 0; i < count; i++) {
        char name[64];
        const char *base = file[i].path + strlen(folder);
        int length = (int)strcspn(base, ".");
        snprintf(name, sizeof name, "%.*s", length, base);
        cJSON_AddItemToArray(list, cJSON_CreateString(name));
    }
}

int handle_words(struct request *request)
{
    char path[REQUEST_PARAMETER_BYTES + 16];
    const char *system = request->parameters[0];
    snprintf(path, sizeof path, "/words/%s.json", system);
    int status = pages_serve(request->server->pages, request, path);
    if (status != 0)
        return status;
    struct lab_problem problem;
    int result = lab_refuse(&problem, 404, "There are no words for a system \"%s\".", system);
    problem.allowed = cJSON_CreateArray();
    list_files("web/words/", problem.allowed);
    return reply_lab(request, result, 200, NULL, &problem);
}

/* English stands in the words themselves; each other language is a file. */
int handle_languages(struct request *request)
{
    struct lab_problem problem = {0};
    cJSON *list = cJSON_CreateArray();
    cJSON_AddItemToArray(list, cJSON_CreateString("en"));
    list_files("web/languages/", list);
    return reply_lab(request, 0, 200, list, &problem);
}

int handle_openapi(struct request *request)
{
    const struct embedded_file *file = embedded_find("server/http/openapi.json");
    return reply_bytes(request, 200, "application/json", file->bytes, file->length);
}

/* ---- Access ---- */

int handle_session(struct request *request)
{
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    if (!access_session_begin(request))
        return reply_problem(request, 503, "The system gives no random bytes.");
    int result = lab_run_session(request->server->lab, request->visitor.owner, &document, &problem);
    return reply_lab(request, result, 200, document, &problem);
}

int handle_presenter(struct request *request)
{
    const cJSON *key = cJSON_GetObjectItemCaseSensitive(request->body, "key");
    if (!cJSON_IsString(key))
        return reply_problem(request, 422, "The body must be {\"key\": \"...\"}.");
    if (access_presenter_begin(request, key->valuestring))
        return reply_empty(request, 204);
    request_header(request, "WWW-Authenticate", "Bearer realm=\"presenter\"");
    return reply_problem(request, 401, "The presenter's key is not right.");
}

/* ---- The server ---- */

int handle_live_plain(struct request *request)
{
    request_header(request, "Upgrade", "websocket");
    return reply_problem(request, 426, "The live stream is a WebSocket: /live?run=ID.");
}

int handle_healthz(struct request *request)
{
    return reply_bytes(request, 200, "text/plain; charset=utf-8", "ok\n", 3);
}

/* Ready: not stopping, the live stream's thread goes round, and the database takes what happens. */
int handle_readyz(struct request *request)
{
    struct server *server = request->server;
    int64_t silent_ns = server_now_ns() - live_hub_seen_ns(server->hub);
    if (atomic_load(&server->stopping))
        return reply_problem(request, 503, "The server is stopping.");
    if (silent_ns > HUB_SILENT_NS_MAX)
        return reply_problem(request, 503, "The live stream does not move.");
    struct lab_problem problem;
    int storing = lab_storing(server->lab, &problem);
    if (storing != 0)
        return reply_lab(request, storing, 200, NULL, &problem);
    return reply_bytes(request, 200, "text/plain; charset=utf-8", "ready\n", 6);
}
