/* room.h - `chef serve --room`: what a lecture hall needs around the server: a presenter's key, and
 * the address that phones in the same network can open. */
#ifndef COMMAND_ROOM_H
#define COMMAND_ROOM_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { ROOM_PATH_BYTES = 4096 };

/* Makes sure that `data` has a file with a presenter's key, a new random one if there is none,
 * readable by its owner only, and writes its path. 0, or -1 with a reason. */
int room_key_make(const char *data, char path[ROOM_PATH_BYTES], struct error *error);

/* Prints to stdout: the addresses of this machine in its networks with the port, the first as a QR
 * code, where the key stands, and what to try when phones do not reach it. */
void room_print(uint16_t port, const char *key_path);

#endif
