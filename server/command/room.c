/* room.c - the key file, and the address as words and as a QR code. */
#include "command/room.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/qr_code.h"

enum { KEY_LETTERS = 20, ADDRESS_BYTES = 64 };

/* 32 letters and digits that nobody takes for one another; five bits each. */
static const char ALPHABET[] = "abcdefghijkmnpqrstuvwxyz23456789";

static bool key_write(int descriptor)
{
    uint8_t random[KEY_LETTERS];
    char key[KEY_LETTERS + 1];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return false;
    for (int i = 0; i < KEY_LETTERS; i++)
        key[i] = ALPHABET[random[i] % (sizeof ALPHABET - 1)];
    key[KEY_LETTERS] = '\n';
    return write(descriptor, key, sizeof key) == (ssize_t)sizeof key;
}

int room_key_make(const char *data, char path[ROOM_PATH_BYTES], struct error *error)
{
    if (mkdir(data, 0700) != 0 && errno != EEXIST)
        return error_set(error, "folder %s cannot be made: %s", data, strerror(errno));
    if (snprintf(path, ROOM_PATH_BYTES, "%s/presenter.key", data) >= ROOM_PATH_BYTES)
        return error_set(error, "the name of the data folder is too long");
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor == -1 && errno == EEXIST)
        return 0; /* the key of the last time stays */
    if (descriptor == -1)
        return error_set(error, "key file %s cannot be made: %s", path, strerror(errno));
    bool written = key_write(descriptor);
    if (close(descriptor) != 0 || !written) {
        unlink(path);
        return error_set(error, "key file %s cannot be written", path);
    }
    return 0;
}

/* Prints one address; the first also as a picture. */
static void address_print(const struct sockaddr_in *address, uint16_t port, bool first)
{
    char number[INET_ADDRSTRLEN], url[ADDRESS_BYTES];
    struct qr_code code;
    if (inet_ntop(AF_INET, &address->sin_addr, number, sizeof number) == NULL)
        return;
    snprintf(url, sizeof url, "http://%s:%u/", number, port);
    printf("chef: the room opens %s\n", url);
    if (first && qr_code_make(url, &code))
        qr_code_print(&code, stdout);
}

static bool is_reachable(const struct ifaddrs *interface)
{
    return interface->ifa_addr != NULL && interface->ifa_addr->sa_family == AF_INET &&
           (interface->ifa_flags & IFF_UP) != 0 && (interface->ifa_flags & IFF_LOOPBACK) == 0;
}

void room_print(uint16_t port, const char *key_path)
{
    struct ifaddrs *interfaces = NULL;
    bool first = true;
    if (getifaddrs(&interfaces) != 0)
        interfaces = NULL;
    for (const struct ifaddrs *at = interfaces; at != NULL; at = at->ifa_next) {
        if (is_reachable(at)) {
            address_print((const struct sockaddr_in *)(const void *)at->ifa_addr, port, first);
            first = false;
        }
    }
    freeifaddrs(interfaces);
    if (first)
        printf("chef: this machine is in no network; nobody else can reach it\n");
    printf("chef: the presenter's key is in %s\n"
           "chef: try it with one phone first. If the page does not open there, the network keeps "
           "its clients\n"
           "      apart (client isolation): use a hotspot, a cable, or ask for another network.\n",
           key_path);
    fflush(stdout);
}
