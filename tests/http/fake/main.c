/* main.c - `chef_fake serve ...`: the real server in front of the fake lab. Two options of its
 * own, before the others: --frame-bytes N and --frames-per-second N. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"
#include "fake_lab.h"

int main(int argc, char **argv)
{
    uint32_t bytes = FAKE_FRAME_BYTES_STANDARD, per_second = 10;
    int i = 1;
    for (; i + 1 < argc && strncmp(argv[i], "--frame", 7) == 0; i += 2) {
        if (strcmp(argv[i], "--frame-bytes") == 0)
            bytes = (uint32_t)strtoul(argv[i + 1], NULL, 10);
        else
            per_second = (uint32_t)strtoul(argv[i + 1], NULL, 10);
    }
    if (i >= argc || strcmp(argv[i], "serve") != 0 || bytes < 128 || bytes > 60000 ||
        per_second < 1 || per_second > 1000) {
        fprintf(stderr, "usage: chef_fake [--frame-bytes N] [--frames-per-second N] serve ...\n");
        return 2;
    }
    fake_lab_frames(bytes, per_second);
    return command_serve(argc - i, argv + i);
}
