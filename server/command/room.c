/* room.c - the key file, and the address as words and as a QR code. */
#include "command/room.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/network.h"
#include "http/qr_code.h"

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

struct printing {
    uint16_t port;
    bool any;
};

/* Prints one address; the first also as a picture. */
static void address_print(void *context, const char *address)
{
    struct printing *printing = context;
    char url[ADDRESS_BYTES];
    snprintf(url, sizeof url, "http://%s:%u/", address, printing->port);
    printf("chef: the room opens %s\n", url);
    if (!printing->any)
        qr_code_print(url, stdout);
    printing->any = true;
}

void room_print(uint16_t port, const char *key_path)
{
    struct printing printing = {.port = port};
    network_addresses(address_print, &printing);
    if (!printing.any)
        printf("chef: this machine is in no network; nobody else can reach it\n");
    printf("chef: the presenter's key is in %s\n"
           "chef: try it with one phone first. If the page does not open there, the network keeps "
           "its clients\n"
           "      apart (client isolation): use a hotspot, a cable, or ask for another network.\n",
           key_path);
    fflush(stdout);
}
