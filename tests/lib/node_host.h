/* node_host.h - one protocol node in a test's hand: the test is its network, its clock and its
 * disk.
 *
 * A step is run by one of the functions below; what it asked for then lies open: messages and notes
 * of that step, timers, writes that are not yet answered. */
#ifndef TESTS_LIB_NODE_HOST_H
#define TESTS_LIB_NODE_HOST_H

#include "node/node.h"

enum {
    HOST_SENDS_MAX = 512,
    HOST_NOTES_MAX = 2048,
    HOST_WRITES_MAX = 256,
    HOST_FILE_BYTES = 256 * 1024,
    HOST_SETTINGS_MAX = 128,
};
#define HOST_NEVER INT64_MAX

struct host_send {
    uint32_t to;
    uint16_t type;
    uint16_t length;
    int64_t travel_ns; /* carried; else 0 */
    uint8_t bytes[NODE_MESSAGE_BYTES_MAX];
};

struct host_write {
    uint8_t file;
    uint32_t token;
};

struct node_host {
    const struct node_protocol *protocol;
    struct node_env env;
    int64_t settings[HOST_SETTINGS_MAX];
    int64_t now_ns;
    void *state; /* on the heap, so that ASan sees its ends */
    struct node_outbox outbox;
    int64_t timers[NODE_TIMERS_MAX];
    uint32_t send_count, note_count, write_count, read_count;
    struct host_send sends[HOST_SENDS_MAX];    /* of the last step */
    struct node_note notes[HOST_NOTES_MAX];    /* of the last step */
    struct host_write writes[HOST_WRITES_MAX]; /* not yet answered */
    struct node_intent reads[8];               /* not yet answered */
    bool halted;
    uint32_t file_length[NODE_FILES_MAX];
    uint8_t files[NODE_FILES_MAX][HOST_FILE_BYTES];
};

/* A fresh process; its files are empty. Ended with host_free(). */
struct node_host *host_new(const struct node_protocol *protocol, uint32_t self, uint32_t node_count,
                           const void *plan, const int64_t *settings, uint32_t setting_count);
void host_free(struct node_host **host);
/* Forgets memory, timers and unanswered writes; files stay as they are. Then START. */
void host_restart(struct node_host *host);

void host_start(struct node_host *host);
/* True: delivered; false: the protocol calls it malformed. */
bool host_message(struct node_host *host, uint32_t from, uint16_t type, const void *bytes,
                  uint32_t length);
void host_input(struct node_host *host, uint16_t type, const int64_t *args);
void host_set(struct node_host *host, uint16_t setting, int64_t value);
/* Lets time pass up to `until_ns`, running timers when they are due; messages and notes of all
 * those steps are kept, up to the room there is. Returns how many timers ran. */
uint32_t host_run(struct node_host *host, int64_t until_ns);
/* Answers the oldest write with this status; false when there is none. */
bool host_written(struct node_host *host, enum node_io_status status);
/* Answers all reads, and those that follow from them. */
void host_read_all(struct node_host *host);

/* Forgets the messages and notes seen so far. */
void host_forget(struct node_host *host);
/* The first of the messages of that type, NULL if none. */
const struct host_send *host_sent(const struct node_host *host, uint16_t type);
uint32_t host_sent_count(const struct node_host *host, uint16_t type);
const struct node_note *host_noted(const struct node_host *host, uint16_t kind);
uint32_t host_noted_count(const struct node_host *host, uint16_t kind);

#endif
