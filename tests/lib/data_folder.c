/* data_folder.c - a folder of its own for a lab's database, for the length of a test. */
#include "data_folder.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void data_folder_make(char folder[DATA_FOLDER_BYTES])
{
    strcpy(folder, "/tmp/chef-test-XXXXXX");
    if (mkdtemp(folder) == NULL) {
        perror(folder);
        abort();
    }
}

void data_folder_remove(const char *folder)
{
    static const char *const FILES[] = {"chef.db", "chef.db-wal", "chef.db-shm"};
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        char path[DATA_FOLDER_BYTES + 16];
        int length = snprintf(path, sizeof path, "%s/%s", folder, FILES[i]);
        assert(length > 0 && length < (int)sizeof path);
        (void)unlink(path);
    }
    if (rmdir(folder) != 0) {
        perror(folder);
        abort();
    }
}
