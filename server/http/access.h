/* access.h - who asks, and what they may do (docs/api.md, Access).
 *
 * Without a presenter's key everybody may do everything, which is why the server then binds to
 * loopback only. With a key, only the presenter steers shared runs; others watch, and steer the
 * private run of their browser. A browser is known by a random cookie; the presenter by the key
 * itself (Authorization: Bearer) or by a cookie given for it. Keys and cookies are never written
 * anywhere: what the lab stores of a browser is a hash. */
#ifndef HTTP_ACCESS_H
#define HTTP_ACCESS_H

#include <stdbool.h>

#include "base/error.h"

struct access; /* opaque; may be used from any thread */
struct mg_connection;
struct request;

enum {
    ACCESS_TOKEN_BYTES = 33, /* 128 bits in hex, and the terminator */
    ACCESS_KEY_BYTES_MIN = 8,
    ACCESS_KEY_BYTES_MAX = 256
};

struct visitor {
    char session[ACCESS_TOKEN_BYTES]; /* the browser's cookie; "" if it has none */
    char owner[ACCESS_TOKEN_BYTES];   /* what the lab knows it by; "" likewise */
    bool presenter;
    bool wrong_key; /* an Authorization header that is not the key */
};

/* key_file may be NULL: no key. The key is the first line of the file. NULL with a reason on
 * failure. */
struct access *access_open(const char *key_file, struct error *error);
void access_close(struct access **access);
bool access_has_key(const struct access *access);

/* Does the request come from a page of this server, or from no page at all? Looks at Origin and
 * Host. Fills `error` when it does not. */
bool access_origin_allowed(const struct access *access, const struct mg_connection *connection,
                           struct error *error);

/* Does this Host name the machine itself? */
bool access_host_is_loopback(const char *host);

void access_identify(struct access *access, const struct mg_connection *connection,
                     struct visitor *visitor);
/* Gives the browser a session cookie if it has none. False when the system has no randomness. */
bool access_session_begin(struct request *request);
/* Compares the key; when it is right, gives the browser a presenter's cookie. */
bool access_presenter_begin(struct request *request, const char *key);

/* 0, or the status of the refusal that was sent. */
int access_require_presenter(struct request *request, const char *what);
/* May the visitor steer or delete this run? Its owner or the presenter. As above. */
int access_require_steering(struct request *request, const char *run);

#endif
