/* handlers_room.c - the room of a lecture (docs/api.md, Rooms): who may, and what is answered. */
#include "http/handlers.h"

#include <civetweb.h>
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/csv_writer.h"
#include "http/limits.h"
#include "http/network.h"
#include "http/qr_code.h"
#include "http/request.h"
#include "http/room.h"
#include "http/room_keep.h"
#include "http/server.h"
#include "lab/lab.h"

enum {
    CSV_ROW_BYTES_MAX = 3 * ROOM_WORD_BYTES + 40,
    CSV_BYTES = (ROOM_TALLIES_MAX + 1) * CSV_ROW_BYTES_MAX,
    CODE_GIVEN_BYTES = 64,
    HOST_BYTES = QR_CODE_TEXT_BYTES_MAX + 2, /* of any that fits, and one that does not */
    VOTE_WAIT_MS = 100,       /* for the disk; then a vote is counted, and stored a little later */
    PRESENTER_WAIT_MS = 10000 /* likewise */
};

static struct room *room_of(const struct request *request)
{
    return room_keep_room(request->server->room);
}

static int refuse(struct request *request, int result, const struct error *error)
{
    if (result == -429)
        request_header(request, "Retry-After", "3");
    return reply_error(request, -result, error);
}

/* The phones are told at once; the presenter is answered when it is stored. */
static int answer_stored(struct request *request, int status, bool another, bool tell)
{
    struct lab_problem problem = {.detail = ""};
    struct room_keep *keep = request->server->room;
    if (tell)
        room_keep_tell(keep, another);
    int result = room_keep_store(keep, PRESENTER_WAIT_MS, &problem);
    if (result == ROOM_KEEP_LATER)
        result = 0;
    cJSON *document = result == 0 ? room_json(room_of(request), request->visitor.presenter) : NULL;
    return reply_lab(request, result, status, document, &problem);
}

/* Taken first and given back, so that an address that has no more left learns nothing. */
int room_code_check(const struct request *request, const char *code, struct error *error)
{
    struct rate *rate = &request->server->code_rate;
    const char *address = mg_get_request_info(request->connection)->remote_addr;
    uint32_t retry_after_s;
    if (!rate_take(rate, address, RATE_CODE_COST, server_now_ns(), &retry_after_s)) {
        error_set(error, "Too many codes were tried from this address.");
        return -429;
    }
    int result = room_check(room_of(request), code, room_now_ms(), error);
    if (result == 0)
        rate_give(rate, address, RATE_CODE_COST, server_now_ns());
    return result;
}

/* ---- Opening, ending, looking ---- */

static bool code_draw(char code[ROOM_CODE_BYTES])
{
    uint8_t random[ROOM_CODE_LETTERS];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return false;
    room_code_make(random, code);
    return true;
}

int handle_room_open(struct request *request)
{
    char code[ROOM_CODE_BYTES];
    int status = access_require_presenter(request, "open a room");
    if (status != 0)
        return status;
    if (!code_draw(code))
        return reply_problem(request, 503, "The system gives no random bytes.");
    bool opened = room_open(room_of(request), code, room_now_ms());
    return answer_stored(request, opened ? 201 : 200, opened, opened);
}

int handle_room_end(struct request *request)
{
    struct error error;
    struct lab_problem problem = {.detail = ""};
    int status = access_require_presenter(request, "end the room");
    if (status != 0)
        return status;
    int result = room_check(room_of(request), NULL, room_now_ms(), &error);
    if (result != 0)
        return refuse(request, result, &error);
    room_end(room_of(request));
    room_keep_tell(request->server->room, false);
    result = room_keep_store(request->server->room, PRESENTER_WAIT_MS, &problem);
    return reply_lab(request, result < 0 ? result : 0, 204, NULL, &problem);
}

/* 0, or -status: the presenter, a member, or whoever has the code. */
static int check_audience(struct request *request, struct error *error)
{
    char code[CODE_GIVEN_BYTES] = "";
    if (request->visitor.presenter)
        return room_check(room_of(request), NULL, room_now_ms(), error);
    if (request_query_word(request, "code", code, sizeof code))
        return room_code_check(request, code, error);
    return room_check_member(room_of(request), request->visitor.owner, room_now_ms(), error);
}

int handle_room(struct request *request)
{
    struct error error;
    int result = check_audience(request, &error);
    if (result != 0)
        return refuse(request, result, &error);
    if (!request->visitor.presenter)
        return reply_json(request, 200, room_json(room_of(request), false));
    room_presenter_seen(room_of(request), room_now_ms());
    return answer_stored(request, 200, false, false);
}

/* ---- The presenter's ---- */

/* 0, or the status of the refusal that was sent: a run that is to be shown must be there. */
static int check_run(struct request *request)
{
    char owner[64];
    struct lab_problem problem = {0};
    const cJSON *run = cJSON_GetObjectItemCaseSensitive(request->body, "run");
    if (!cJSON_IsString(run) || strlen(run->valuestring) >= LAB_RUN_ID_BYTES)
        return 0; /* the room says what is wrong */
    int result = lab_run_owner(request->server->lab, run->valuestring, owner, &problem);
    return result == 0 ? 0 : reply_lab(request, result, 0, NULL, &problem);
}

int handle_room_state(struct request *request)
{
    struct error error;
    int status = access_require_presenter(request, "say what the room shows");
    if (status == 0)
        status = check_run(request);
    if (status != 0)
        return status;
    int result = room_change(room_of(request), request->body, room_now_ms(), &error);
    return result == 0 ? answer_stored(request, 200, false, true) : refuse(request, result, &error);
}

/* Of the presenter's pages to each other: nothing of it is stored, so nobody waits for the disk. */
static int answer_told(struct request *request, int result, const struct error *error)
{
    if (result != 0)
        return refuse(request, result, error);
    room_keep_tell(request->server->room, false);
    return reply_json(request, 200, room_json(room_of(request), true));
}

int handle_room_wish(struct request *request)
{
    struct error error;
    int status = access_require_presenter(request, "drive the wall");
    if (status != 0)
        return status;
    return answer_told(request, room_wish(room_of(request), request->body, room_now_ms(), &error),
                       &error);
}

int handle_room_wall(struct request *request)
{
    struct error error;
    int status = access_require_presenter(request, "be the wall");
    if (status != 0)
        return status;
    return answer_told(request, room_wall(room_of(request), request->body, room_now_ms(), &error),
                       &error);
}

/* Body {}: between two groups. The run begins anew as another one; the former stays for its exports. */
int handle_room_reset(struct request *request)
{
    struct error error;
    struct lab_problem problem = {.detail = ""};
    char run[LAB_RUN_ID_BYTES] = "";
    cJSON *made = NULL, *shown;
    int status = access_require_presenter(request, "reset the room");
    if (status != 0)
        return status;
    int result = room_check(room_of(request), NULL, room_now_ms(), &error);
    if (result != 0)
        return refuse(request, result, &error);
    shown = room_json(room_of(request), true);
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(shown, "run"));
    result = name == NULL ? 0 : lab_run_again(request->server->lab, name, &made, &problem);
    if (made != NULL)
        snprintf(run, sizeof run, "%s", cJSON_GetObjectItem(made, "run")->valuestring);
    cJSON_Delete(shown);
    cJSON_Delete(made);
    if (result != 0)
        return reply_lab(request, result, 0, NULL, &problem);
    result = room_reset(room_of(request), run, room_now_ms(), &error);
    return result == 0 ? answer_stored(request, 200, false, true) : refuse(request, result, &error);
}

/* ---- Members ---- */

static const char *word_of(const struct request *request, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(request->body, name));
}

int handle_room_join(struct request *request)
{
    struct error error;
    const cJSON *nickname = cJSON_GetObjectItemCaseSensitive(request->body, "nickname");
    const char *code = word_of(request, "code");
    if (code == NULL || (nickname != NULL && !cJSON_IsString(nickname)))
        return reply_problem(request, 422,
                             "The body must be {\"code\": \"...\", \"nickname\": \"...\"}; the "
                             "nickname may be left out.");
    int result = room_code_check(request, code, &error);
    if (result != 0)
        return refuse(request, result, &error);
    if (!access_session_begin(request))
        return reply_problem(request, 503, "The system gives no random bytes.");
    result = room_join(room_of(request), code, request->visitor.owner,
                       nickname != NULL ? nickname->valuestring : "", room_now_ms(), &error);
    if (result != 0)
        return refuse(request, result, &error);
    return reply_json(request, 200, room_json(room_of(request), false));
}

int handle_room_vote(struct request *request)
{
    struct error error;
    struct lab_problem problem = {.detail = ""};
    const cJSON *round = cJSON_GetObjectItemCaseSensitive(request->body, "round");
    struct room_choice choice = {.scene = word_of(request, "scene"),
                                 .step = word_of(request, "step"),
                                 .option = word_of(request, "option")};
    if (choice.scene == NULL || choice.step == NULL || choice.option == NULL ||
        !cJSON_IsNumber(round) || (round->valuedouble != 1 && round->valuedouble != 2))
        return reply_problem(request, 422,
                             "The body must be {\"scene\", \"step\", \"round\": 1 or 2, "
                             "\"option\"}.");
    choice.round = (uint32_t)round->valuedouble;
    int result =
        room_vote(room_of(request), request->visitor.owner, &choice, room_now_ms(), &error);
    if (result != 0)
        return refuse(request, result, &error);
    result = room_keep_store(request->server->room, VOTE_WAIT_MS, &problem);
    if (result == ROOM_KEEP_LATER)
        return reply_empty(request, 202);
    return reply_lab(request, result, 204, NULL, &problem);
}

/* Somebody of the audience acts in the run that the room looks at. */
int handle_room_input(struct request *request, const char *run)
{
    struct error error;
    struct cJSON *document = NULL;
    struct lab_problem problem = {0};
    int result = room_order(room_of(request), request->visitor.owner, room_now_ms(), &error);
    if (result != 0)
        return refuse(request, result, &error);
    result =
        lab_run_operation(request->server->lab, run, "phone", request->body, &document, &problem);
    return reply_lab(request, result, 202, document, &problem);
}

bool room_takes_input(const struct request *request, const char *run)
{
    return !request->visitor.presenter && room_shows(room_of(request), run) &&
           room_has_member(room_of(request), request->visitor.owner);
}

/* ---- Votes ---- */

int handle_room_votes(struct request *request)
{
    struct error error;
    int result = check_audience(request, &error);
    if (result != 0)
        return refuse(request, result, &error);
    return reply_json(request, 200, room_votes_json(room_of(request), request->visitor.presenter));
}

static void votes_write(const cJSON *votes, struct text *text)
{
    struct csv_writer csv = csv_init(text);
    const cJSON *vote;
    text_add(text, "scene,step,round,option,count\r\n");
    cJSON_ArrayForEach(vote, votes)
    {
        csv_string(&csv, cJSON_GetStringValue(cJSON_GetObjectItem(vote, "scene")));
        csv_string(&csv, cJSON_GetStringValue(cJSON_GetObjectItem(vote, "step")));
        csv_u64(&csv, (uint64_t)cJSON_GetNumberValue(cJSON_GetObjectItem(vote, "round")));
        csv_string(&csv, cJSON_GetStringValue(cJSON_GetObjectItem(vote, "option")));
        csv_u64(&csv, (uint64_t)cJSON_GetNumberValue(cJSON_GetObjectItem(vote, "count")));
        csv_end_row(&csv);
    }
}

/* Of a room that is over too: until another one is opened. */
int handle_room_votes_csv(struct request *request)
{
    int status = access_require_presenter(request, "export the votes");
    if (status != 0)
        return status;
    char *bytes = malloc(CSV_BYTES);
    if (bytes == NULL)
        return reply_problem(request, 503, "Out of memory.");
    struct text text = text_init(bytes, CSV_BYTES);
    cJSON *votes = room_votes_json(room_of(request), true);
    votes_write(votes, &text);
    cJSON_Delete(votes);
    request_header(request, "Content-Disposition", "attachment; filename=\"votes.csv\"");
    status =
        reply_bytes(request, 200, "text/csv; charset=utf-8; header=present", text.at, text.length);
    free(bytes);
    return status;
}

/* ---- The way in ---- */

static void first_address(void *context, const char *address)
{
    char *host = context;
    if (host[0] == 0)
        strcpy(host, address);
}

/* Where phones find this server: as the presenter does, unless that is this machine itself. */
static void host_for_phones(const struct request *request, char *host, size_t bytes)
{
    char address[NETWORK_ADDRESS_BYTES] = "";
    const char *given = mg_get_header(request->connection, "Host");
    if (given != NULL && !access_host_is_loopback(given)) {
        snprintf(host, bytes, "%s", given);
        return;
    }
    network_addresses(first_address, address);
    snprintf(host, bytes, "%s:%u", address[0] != 0 ? address : "127.0.0.1", request->server->port);
}

int handle_room_qr(struct request *request)
{
    struct error error;
    char host[HOST_BYTES], url[2 * HOST_BYTES], svg[QR_CODE_SVG_BYTES];
    int status = access_require_presenter(request, "show the way into the room");
    if (status != 0)
        return status;
    int result = room_check(room_of(request), NULL, room_now_ms(), &error);
    if (result != 0)
        return refuse(request, result, &error);
    cJSON *document = room_json(room_of(request), true);
    host_for_phones(request, host, sizeof host);
    snprintf(url, sizeof url, "http://%s/join?code=%s", host,
             cJSON_GetStringValue(cJSON_GetObjectItem(document, "code")));
    cJSON_Delete(document);
    struct text text = text_init(svg, sizeof svg);
    if (!qr_code_svg(url, &text))
        return reply_problem(request, 409, "The name of this server is too long for a QR code.");
    request_header(request, "X-Join-Address", url);
    return reply_bytes(request, 200, "image/svg+xml", text.at, text.length);
}
