/* live_link.h - the way into the live stream: the handshake at /live?run=ID. */
#ifndef HTTP_LIVE_LINK_H
#define HTTP_LIVE_LINK_H

struct mg_connection;

/* civetweb calls this before the handshake, `context` being the server: refuses what may not come
 * in with a problem document (403, 404, 421, 429, 503). 0: go on. */
int live_link_connect(const struct mg_connection *connection, void *context);

/* After the handshake: hands the socket to the hub. */
void live_link_ready(struct mg_connection *connection, void *context);

#endif
