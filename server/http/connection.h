/* connection.h - the sockets behind civetweb's connections.
 *
 * civetweb serves a WebSocket by a thread that sits in poll() for as long as the viewer stays; it
 * reads a message of up to 2 GB into memory before it shows any of it; and a write to a viewer who
 * does not read blocks whoever writes. Its interface offers no way around that. So the server lets
 * it do what it is good at, HTTP and the handshake, and then takes the TCP connection over: the
 * connection's descriptor is found by its two addresses, copied, and civetweb's own number is
 * pointed (dup2) at a socket whose other end is closed. civetweb sees its peer hang up, tidies up
 * and gives the thread back; the copy lives on in the hub, which never blocks. Only POSIX and
 * civetweb's public interface are used. */
#ifndef HTTP_CONNECTION_H
#define HTTP_CONNECTION_H

#include <stddef.h>

struct mg_connection;

/* Call from a handler of this connection (nobody else then uses its descriptor). Returns the copy,
 * numbered `descriptor_min` or higher and the caller's to close, or -1 when there is none to spare
 * or the addresses are not unique; the connection is then as before. Descriptors of civetweb are
 * searched below `descriptor_min`. */
int connection_take(struct mg_connection *connection, int descriptor_min);

/* The connection's own descriptor, which stays civetweb's; -1 as above. Only within a handler. */
int connection_descriptor(struct mg_connection *connection, int descriptor_min);
/* Bytes that have come in on it and wait to be read; 0 for -1. */
size_t connection_waiting(int descriptor);

/* Ends all connections of the port that civetweb still has, and the port itself, so that its
 * threads return at once instead of at the end of their poll (up to 2 s). */
void connection_end_all(int port, int descriptor_min);

#endif
