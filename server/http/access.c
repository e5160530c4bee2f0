/* access.c - keys, cookies and origins. */
#include "http/access.h"

#include <assert.h>
#include <civetweb.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "http/request.h"
#include "http/server.h"
#include "lab/lab.h"

enum { PRESENTERS_MAX = 32, HOST_BYTES_MAX = 256 };

static const char SESSION_COOKIE[] = "chef_session";
static const char PRESENTER_COOKIE[] = "chef_presenter";

struct access {
    char key[ACCESS_KEY_BYTES_MAX + 1];
    size_t key_length; /* 0: no key */
    pthread_mutex_t mutex;
    /* Cookies given to presenters; the oldest goes when there are too many. Under the mutex. */
    char presenters[PRESENTERS_MAX][ACCESS_TOKEN_BYTES];
    uint32_t presenters_given;
};

/* ---- The key ---- */

static int key_read(struct access *access, const char *path, struct error *error)
{
    char line[ACCESS_KEY_BYTES_MAX + 3];
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return error_set(error, "presenter key file %s cannot be opened", path);
    bool read = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    size_t length = read ? strcspn(line, "\r\n") : 0;
    if (length < ACCESS_KEY_BYTES_MIN || length > ACCESS_KEY_BYTES_MAX)
        return error_set(error,
                         "presenter key file %s: the first line has %zu characters, a key has %d "
                         "to %d",
                         path, length, ACCESS_KEY_BYTES_MIN, ACCESS_KEY_BYTES_MAX);
    memcpy(access->key, line, length);
    access->key_length = length;
    return 0;
}

struct access *access_open(const char *key_file, struct error *error)
{
    struct access *access = calloc(1, sizeof *access);
    if (access == NULL || pthread_mutex_init(&access->mutex, NULL) != 0) {
        free(access);
        error_set(error, "out of memory");
        return NULL;
    }
    if (key_file != NULL && key_read(access, key_file, error) != 0)
        access_close(&access);
    return access;
}

void access_close(struct access **access)
{
    if (*access == NULL)
        return;
    pthread_mutex_destroy(&(*access)->mutex);
    explicit_bzero(*access, sizeof **access);
    free(*access);
    *access = NULL;
}

bool access_has_key(const struct access *access)
{
    return access->key_length > 0;
}

/* Takes the same time wherever the first difference is, and whatever the secret's length. */
static bool secret_equals(const char *secret, size_t secret_length, const char *given)
{
    size_t given_length = strlen(given);
    unsigned different = secret_length != given_length;
    for (size_t i = 0; i < given_length; i++)
        different |= (unsigned char)given[i] ^ (unsigned char)secret[i % secret_length];
    return different == 0;
}

/* ---- Tokens ---- */

static bool token_make(char token[ACCESS_TOKEN_BYTES])
{
    uint8_t random[(ACCESS_TOKEN_BYTES - 1) / 2];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return false;
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(token + 2 * i, 3, "%02x", random[i]);
    return true;
}

static bool token_is_formed(const char *token)
{
    return strlen(token) == ACCESS_TOKEN_BYTES - 1 &&
           strspn(token, "0123456789abcdef") == ACCESS_TOKEN_BYTES - 1;
}

static bool cookie_read(const struct mg_connection *connection, const char *name,
                        char token[ACCESS_TOKEN_BYTES])
{
    const char *cookies = mg_get_header(connection, "Cookie");
    if (cookies != NULL && mg_get_cookie(cookies, name, token, ACCESS_TOKEN_BYTES) > 0 &&
        token_is_formed(token))
        return true;
    token[0] = 0;
    return false;
}

/* Not "Secure": rooms are reached by plain http. Scripts cannot read it, other sites not send it. */
static void cookie_give(struct request *request, const char *name, const char *token)
{
    char line[160];
    snprintf(line, sizeof line, "%s=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000", name,
             token);
    request_header(request, "Set-Cookie", line);
}

/* ---- Who asks ---- */

/* Looks at every token, so that the time says nothing about which one fits. */
static bool presenter_token_is_known(struct access *access, const char *token)
{
    bool known = false;
    pthread_mutex_lock(&access->mutex);
    for (uint32_t i = 0; i < PRESENTERS_MAX; i++) {
        if (access->presenters[i][0] != 0)
            known |= secret_equals(access->presenters[i], ACCESS_TOKEN_BYTES - 1, token);
    }
    pthread_mutex_unlock(&access->mutex);
    return known;
}

/* MD5 of a random 128-bit token cannot be turned back; that it can be made to collide helps
 * nobody. It is what the HTTP library brings. */
static void owner_derive(struct visitor *visitor)
{
    mg_md5(visitor->owner, visitor->session, NULL);
}

/* Without a key everybody is the presenter; with one, its cookie or the key itself makes one. */
void access_identify(struct access *access, const struct mg_connection *connection,
                     struct visitor *visitor)
{
    char token[ACCESS_TOKEN_BYTES];
    memset(visitor, 0, sizeof *visitor);
    if (cookie_read(connection, SESSION_COOKIE, visitor->session))
        owner_derive(visitor);
    if (!access_has_key(access)) {
        visitor->presenter = true;
        return;
    }
    if (cookie_read(connection, PRESENTER_COOKIE, token))
        visitor->presenter = presenter_token_is_known(access, token);
    const char *authorization = mg_get_header(connection, "Authorization");
    if (authorization == NULL)
        return;
    static const char scheme[] = "Bearer ";
    bool right = mg_strncasecmp(authorization, scheme, sizeof scheme - 1) == 0 &&
                 secret_equals(access->key, access->key_length, authorization + sizeof scheme - 1);
    visitor->presenter |= right;
    visitor->wrong_key = !right;
}

bool access_session_begin(struct request *request)
{
    struct visitor *visitor = &request->visitor;
    if (visitor->session[0] != 0)
        return true;
    if (!token_make(visitor->session))
        return false;
    owner_derive(visitor);
    cookie_give(request, SESSION_COOKIE, visitor->session);
    return true;
}

bool access_presenter_begin(struct request *request, const char *key)
{
    struct access *access = request->server->access;
    char token[ACCESS_TOKEN_BYTES];
    if (!access_has_key(access))
        return true; /* everybody is */
    if (!secret_equals(access->key, access->key_length, key) || !token_make(token))
        return false;
    pthread_mutex_lock(&access->mutex);
    uint32_t place = access->presenters_given++ % PRESENTERS_MAX;
    memcpy(access->presenters[place], token, sizeof token);
    pthread_mutex_unlock(&access->mutex);
    cookie_give(request, PRESENTER_COOKIE, token);
    request->visitor.presenter = true;
    return true;
}

/* ---- What they may do ---- */

int access_require_presenter(struct request *request, const char *what)
{
    if (request->visitor.presenter)
        return 0;
    if (request->visitor.wrong_key) {
        request_header(request, "WWW-Authenticate", "Bearer realm=\"presenter\"");
        return reply_problem(request, 401, "The presenter's key is not right.");
    }
    return reply_problem(request, 403, "Only the presenter may %s.", what);
}

int access_require_steering(struct request *request, const char *run)
{
    char owner[64];
    struct lab_problem problem = {0};
    if (request->visitor.presenter)
        return 0;
    int result = lab_run_owner(request->server->lab, run, owner, &problem);
    if (result != 0)
        return reply_lab(request, result, 0, NULL, &problem);
    if (owner[0] != 0 && strcmp(owner, request->visitor.owner) == 0)
        return 0;
    return access_require_presenter(
        request, owner[0] == 0 ? "steer a shared run; open a private one to try things yourself"
                               : "steer the private run of somebody else");
}

/* ---- Where a request comes from ---- */

/* A page on another site can make a browser send requests here, and a name of its own can be made
 * to lead to 127.0.0.1. Without a key, then, only loopback names are served. */
bool access_host_is_loopback(const char *host)
{
    size_t length = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strlen(names[i]) == length && mg_strncasecmp(host, names[i], length) == 0)
            return true;
    }
    return false;
}

/* The scheme is left aside: behind a proxy the page may be https and this server not. */
static bool origin_is_host(const char *origin, const char *host)
{
    const char *rest = strstr(origin, "://");
    return rest != NULL && mg_strcasecmp(rest + 3, host) == 0;
}

bool access_origin_allowed(const struct access *access, const struct mg_connection *connection,
                           struct error *error)
{
    const char *host = mg_get_header(connection, "Host");
    const char *origin = mg_get_header(connection, "Origin");
    if (host == NULL || strlen(host) >= HOST_BYTES_MAX) {
        error_set(error, "The request does not say for which Host it is.");
        return false;
    }
    if (!access_has_key(access) && !access_host_is_loopback(host)) {
        error_set(error,
                  "This server answers to localhost and 127.0.0.1 only, since it has no "
                  "presenter key; not to \"%.100s\".",
                  host);
        return false;
    }
    if (origin != NULL && !origin_is_host(origin, host)) {
        error_set(error, "Pages of \"%.100s\" may not use this server, only its own pages.",
                  origin);
        return false;
    }
    return true;
}
