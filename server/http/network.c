/* network.c - lists the addresses of the machine's interfaces. */
#include "http/network.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

_Static_assert(NETWORK_ADDRESS_BYTES == INET_ADDRSTRLEN, "room for every IPv4 address");

static bool is_reachable(const struct ifaddrs *interface)
{
    return interface->ifa_addr != NULL && interface->ifa_addr->sa_family == AF_INET &&
           (interface->ifa_flags & IFF_UP) != 0 && (interface->ifa_flags & IFF_LOOPBACK) == 0;
}

void network_addresses(void (*each)(void *context, const char *address), void *context)
{
    struct ifaddrs *interfaces = NULL;
    char address[NETWORK_ADDRESS_BYTES];
    if (getifaddrs(&interfaces) != 0)
        return;
    for (const struct ifaddrs *at = interfaces; at != NULL; at = at->ifa_next) {
        if (!is_reachable(at))
            continue;
        const struct sockaddr_in *inet = (const struct sockaddr_in *)(const void *)at->ifa_addr;
        if (inet_ntop(AF_INET, &inet->sin_addr, address, sizeof address) != NULL)
            each(context, address);
    }
    freeifaddrs(interfaces);
}
