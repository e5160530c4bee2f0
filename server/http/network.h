/* network.h - the addresses of this machine that others in its networks can reach. */
#ifndef HTTP_NETWORK_H
#define HTTP_NETWORK_H

enum { NETWORK_ADDRESS_BYTES = 16 }; /* IPv4 in dots */

/* Calls `each` for the IPv4 address of every interface that is up and no loopback. */
void network_addresses(void (*each)(void *context, const char *address), void *context);

#endif
