/* connection.c - finds, takes over and ends civetweb's sockets. */
#include "http/connection.h"

#include <arpa/inet.h>
#include <assert.h>
#include <civetweb.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static bool socket_is_at(int descriptor, int port)
{
    struct sockaddr_in local;
    socklen_t length = sizeof local;
    return getsockname(descriptor, (struct sockaddr *)&local, &length) == 0 &&
           local.sin_family == AF_INET && ntohs(local.sin_port) == port;
}

/* Other kinds of descriptors (files, pipes) simply have no peer. */
static bool peer_is(int descriptor, const struct in_addr *address, int port)
{
    struct sockaddr_in peer;
    socklen_t length = sizeof peer;
    return getpeername(descriptor, (struct sockaddr *)&peer, &length) == 0 &&
           peer.sin_family == AF_INET && ntohs(peer.sin_port) == port &&
           peer.sin_addr.s_addr == address->s_addr;
}

/* The only descriptor below `end` with these addresses; -1 when there is none or more than one
 * (one client port joined to two addresses of this machine). */
static int descriptor_find(const struct mg_request_info *info, int end)
{
    int found = -1;
    struct in_addr address;
    if (inet_pton(AF_INET, info->remote_addr, &address) != 1)
        return -1;
    for (int i = STDERR_FILENO + 1; i < end; i++) {
        if (!peer_is(i, &address, info->remote_port) || !socket_is_at(i, info->server_port))
            continue;
        if (found != -1)
            return -1;
        found = i;
    }
    return found;
}

int connection_descriptor(struct mg_connection *connection, int descriptor_min)
{
    assert(connection != NULL);
    return descriptor_find(mg_get_request_info(connection), descriptor_min);
}

size_t connection_waiting(int descriptor)
{
    int bytes = 0;
    bool known = descriptor != -1 && ioctl(descriptor, FIONREAD, &bytes) == 0 && bytes > 0;
    return known ? (size_t)bytes : 0;
}

/* A socket whose other end has hung up. */
static int hung_up_socket(void)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
        return -1;
    close(pair[1]);
    return pair[0];
}

/* First the copy, then the swap: if either fails, nothing has happened. */
int connection_take(struct mg_connection *connection, int descriptor_min)
{
    assert(connection != NULL && descriptor_min > STDERR_FILENO);
    int descriptor = descriptor_find(mg_get_request_info(connection), descriptor_min);
    if (descriptor == -1)
        return -1;
    int nobody = hung_up_socket();
    if (nobody == -1)
        return -1;
    int taken = fcntl(descriptor, F_DUPFD_CLOEXEC, descriptor_min);
    if (taken != -1 && dup2(nobody, descriptor) == -1) {
        close(taken);
        taken = -1;
    }
    close(nobody);
    return taken;
}

void connection_end_all(int port, int descriptor_min)
{
    for (int i = STDERR_FILENO + 1; i < descriptor_min; i++) {
        if (socket_is_at(i, port))
            shutdown(i, SHUT_RDWR);
    }
}
