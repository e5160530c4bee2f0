/* files.h - the files of one hosted node: in a folder, or in memory.
 *
 * A file is named NODE.FILE ("3.0") in the folder. Errors say what the system said. */
#ifndef STDIO_FILES_H
#define STDIO_FILES_H

#include "base/error.h"
#include "node/node.h"

struct stdio_files; /* opaque */

/* folder NULL: in memory. NULL with a reason. */
struct stdio_files *stdio_files_open(const char *folder, uint32_t node,
                                     const struct node_protocol *protocol, struct error *error);
void stdio_files_close(struct stdio_files **files);

/* Within the file's limit, which the caller has checked. With `sync`, durable when it returns. 0, or
 * -1 with a reason. */
int stdio_files_write(struct stdio_files *files, uint8_t file, uint32_t offset, const void *bytes,
                      uint32_t length, bool sync, struct error *error);
/* Up to `wanted` bytes; *length says how many there were. */
int stdio_files_read(struct stdio_files *files, uint8_t file, uint32_t offset, void *bytes,
                     uint32_t wanted, uint32_t *length, struct error *error);

#endif
