/* files.c - the files of one hosted node. */
#include "stdio/files.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 512 };

struct stdio_files {
    int descriptors[NODE_FILES_MAX]; /* -1: in memory, or no such file */
    uint8_t *bytes[NODE_FILES_MAX];  /* in memory, of the file's limit */
    uint32_t length[NODE_FILES_MAX];
};

static int file_open(struct stdio_files *files, const char *folder, uint32_t node, uint8_t file,
                     struct error *error)
{
    char path[PATH_BYTES];
    int length = snprintf(path, sizeof path, "%s/%u.%u", folder, node, file);
    if (length < 0 || length >= (int)sizeof path) {
        return error_set(error, "the name of the folder for files is too long");
    }
    files->descriptors[file] = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return files->descriptors[file] >= 0
               ? 0
               : error_set(error, "cannot open %.200s: %s", path, strerror(errno));
}

struct stdio_files *stdio_files_open(const char *folder, uint32_t node,
                                     const struct node_protocol *protocol, struct error *error)
{
    struct stdio_files *files = calloc(1, sizeof *files);
    if (files == NULL) {
        (void)error_set(error, "no memory for the files of node %u", node);
        return NULL;
    }
    memset(files->descriptors, 0xff, sizeof files->descriptors); /* -1 each */
    int status = 0;
    for (uint8_t file = 0; file < NODE_FILES_MAX && status == 0; file++) {
        if (protocol->file_bytes[file] == 0) {
            continue;
        }
        if (folder != NULL) {
            status = file_open(files, folder, node, file, error);
        } else {
            files->bytes[file] = calloc(1, protocol->file_bytes[file]);
            status = files->bytes[file] != NULL
                         ? 0
                         : error_set(error, "no memory for the files of node %u", node);
        }
    }
    if (status != 0) {
        stdio_files_close(&files);
    }
    return files;
}

void stdio_files_close(struct stdio_files **files_pointer)
{
    struct stdio_files *files = *files_pointer;
    if (files == NULL) {
        return;
    }
    *files_pointer = NULL;
    for (int file = 0; file < NODE_FILES_MAX; file++) {
        if (files->descriptors[file] >= 0) {
            (void)close(files->descriptors[file]);
        }
        free(files->bytes[file]);
    }
    free(files);
}

int stdio_files_write(struct stdio_files *files, uint8_t file, uint32_t offset, const void *bytes,
                      uint32_t length, bool sync, struct error *error)
{
    int descriptor = files->descriptors[file];
    if (descriptor < 0) {
        assert(files->bytes[file] != NULL);
        memcpy(files->bytes[file] + offset, bytes, length);
        uint32_t end = offset + length;
        files->length[file] = end > files->length[file] ? end : files->length[file];
        return 0;
    }
    uint32_t done = 0;
    while (done < length) {
        ssize_t wrote =
            pwrite(descriptor, (const uint8_t *)bytes + done, length - done, (off_t)offset + done);
        if (wrote < 0 && errno != EINTR) {
            return error_set(error, "cannot write: %s", strerror(errno));
        }
        done += wrote > 0 ? (uint32_t)wrote : 0;
    }
    if (sync && fdatasync(descriptor) != 0) {
        return error_set(error, "cannot make a write durable: %s", strerror(errno));
    }
    return 0;
}

int stdio_files_read(struct stdio_files *files, uint8_t file, uint32_t offset, void *bytes,
                     uint32_t wanted, uint32_t *length, struct error *error)
{
    int descriptor = files->descriptors[file];
    *length = 0;
    if (descriptor < 0) {
        uint32_t there = files->bytes[file] != NULL ? files->length[file] : 0;
        uint32_t left = offset < there ? there - offset : 0;
        *length = wanted < left ? wanted : left;
        if (*length > 0) {
            memcpy(bytes, files->bytes[file] + offset, *length);
        }
        return 0;
    }
    ssize_t got;
    do {
        got = pread(descriptor, bytes, wanted, (off_t)offset);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return error_set(error, "cannot read: %s", strerror(errno));
    }
    *length = (uint32_t)got;
    return 0;
}
