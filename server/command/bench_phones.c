/* bench_phones.c - sockets of phones: two that listen, and one now and then that asks. */
#include "command/bench_phones.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    REQUEST_BYTES = 2048,
    STREAM_BYTES = 1 << 16, /* more than any message */
    ACK_EVERY_FRAMES = 5,
    LATE_US = 250000,
    SAMPLES_MAX = 200000,
    EVENTS_MAX = 256,
    COOKIE_BYTES = 64,
    SOCKETS_A_PHONE = 4,
    SOCKETS_OTHER = 256,
    TURN_MS = 5
};

enum channel_kind { CHANNEL_RUN, CHANNEL_ROOM, CHANNEL_VOTE, CHANNEL_ORDER };

struct phone;

/* One socket of a phone; -1: none. */
struct channel {
    struct phone *phone;
    enum channel_kind kind;
    int socket;
    int64_t begun_us;
    uint32_t unacknowledged;
    uint32_t length; /* bytes received and not yet taken */
    uint8_t *bytes;  /* STREAM_BYTES; of streams only */
    char answer[16]; /* the first line of an answer */
};

struct phone {
    struct phones *owner;
    char cookie[COOKIE_BYTES];
    struct channel channels[4];
    double told_ms;
};

struct phones {
    uint16_t port;
    uint32_t count;
    int epoll;
    char run[64];
    struct phone *phones;
    struct phones_figures figures;
};

static int64_t now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ---- Asking and waiting ---- */

static int socket_open(uint16_t port, bool blocking)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;
    int opened = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | (blocking ? 0 : SOCK_NONBLOCK), 0);
    if (opened < 0) {
        return -1;
    }
    (void)setsockopt(opened, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(opened, (const struct sockaddr *)&address, sizeof address) != 0 &&
        errno != EINPROGRESS) {
        (void)close(opened);
        return -1;
    }
    return opened;
}

static int request_write(char request[REQUEST_BYTES], uint16_t port, const char *method,
                         const char *path, const char *head, const char *body)
{
    return snprintf(request, REQUEST_BYTES,
                    "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nOrigin: http://127.0.0.1:%u\r\n"
                    "Connection: close\r\nContent-Length: %zu\r\n%s\r\n%s",
                    method, path, port, port, strlen(body), head, body);
}

/* Reads to the end of the connection; the whole answer, as text. */
static bool read_all(int from, char *bytes, size_t capacity)
{
    size_t length = 0;
    ssize_t received;
    while (length + 1 < capacity &&
           (received = recv(from, bytes + length, capacity - 1 - length, 0)) > 0) {
        length += (size_t)received;
    }
    bytes[length] = 0;
    return length > 0;
}

int phones_ask(uint16_t port, const char *method, const char *path, const char *head,
               const char *body, char answer[PHONES_ANSWER_BYTES])
{
    char request[REQUEST_BYTES];
    char whole[PHONES_ANSWER_BYTES];
    int status = -1;
    int length = request_write(request, port, method, path, head, body);
    int asked = socket_open(port, true);
    if (asked >= 0 && send(asked, request, (size_t)length, 0) == length &&
        read_all(asked, whole, sizeof whole)) {
        const char *begin = strstr(whole, "\r\n\r\n");
        (void)sscanf(whole, "HTTP/1.1 %d", &status);
        if (answer != NULL) {
            const char *cookie = strstr(whole, "Set-Cookie: ");
            (void)snprintf(answer, PHONES_ANSWER_BYTES, "%s",
                           cookie != NULL  ? cookie + strlen("Set-Cookie: ")
                           : begin != NULL ? begin + 4
                                           : "");
        }
    }
    if (asked >= 0) {
        (void)close(asked);
    }
    return status;
}

/* ---- Coming in ---- */

static bool phone_join(struct phone *phone, const char *code)
{
    char body[64];
    char answer[PHONES_ANSWER_BYTES];
    (void)snprintf(body, sizeof body, "{\"code\":\"%s\"}", code);
    int status = phones_ask(phone->owner->port, "POST", "/api/v1/room/join", "", body, answer);
    size_t length = strcspn(answer, ";");
    if (status != 200 || length >= COOKIE_BYTES) {
        (void)fprintf(stderr, "chef bench room: a phone came not in: %d %.100s\n", status, answer);
        return false;
    }
    (void)snprintf(phone->cookie, sizeof phone->cookie, "%.*s", (int)length, answer);
    return true;
}

static void channel_watch(const struct phones *phones, struct channel *channel, uint32_t events,
                          int operation)
{
    struct epoll_event event = {.events = events, .data.ptr = channel};
    (void)epoll_ctl(phones->epoll, operation, channel->socket, &event);
}

/* The handshake is waited for; what comes behind it stays in the socket. */
static bool stream_open(struct channel *channel, const char *query)
{
    char request[REQUEST_BYTES];
    char head[1024];
    size_t length = 0;
    uint16_t port = channel->phone->owner->port;
    int written = snprintf(request, sizeof request,
                           "GET /live?%s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUpgrade: websocket\r\n"
                           "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                           query, port);
    channel->bytes = malloc(STREAM_BYTES);
    channel->socket = socket_open(port, true);
    if (channel->bytes == NULL || channel->socket < 0 ||
        send(channel->socket, request, (size_t)written, 0) != written) {
        return false;
    }
    while (length + 1 < sizeof head && recv(channel->socket, head + length, 1, 0) == 1) {
        head[++length] = 0;
        if (length >= 4 && strcmp(head + length - 4, "\r\n\r\n") == 0) {
            break;
        }
    }
    if (strncmp(head, "HTTP/1.1 101", 12) != 0 ||
        fcntl(channel->socket, F_SETFL, O_NONBLOCK) != 0) {
        (void)fprintf(stderr, "chef bench room: no stream: %.60s\n", head);
        return false;
    }
    channel_watch(channel->phone->owner, channel, EPOLLIN, EPOLL_CTL_ADD);
    return true;
}

static bool phone_start(struct phones *phones, struct phone *phone, const char *code)
{
    char query[96];
    phone->owner = phones;
    for (int i = 0; i < 4; i++) {
        phone->channels[i] =
            (struct channel){.phone = phone, .kind = (enum channel_kind)i, .socket = -1};
    }
    if (!phone_join(phone, code)) {
        return false;
    }
    (void)snprintf(query, sizeof query, "run=%s", phones->run);
    if (!stream_open(&phone->channels[CHANNEL_RUN], query)) {
        return false;
    }
    (void)snprintf(query, sizeof query, "room=%s", code);
    return stream_open(&phone->channels[CHANNEL_ROOM], query);
}

static void descriptors_raise(uint32_t count)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)count * 2 * SOCKETS_A_PHONE + SOCKETS_OTHER;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < wanted) {
        limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

struct phones *phones_start(uint16_t port, uint32_t count, const char *code, const char *run)
{
    struct phones *phones = calloc(1, sizeof *phones);
    if (phones == NULL) {
        return NULL;
    }
    descriptors_raise(count);
    phones->port = port;
    phones->epoll = epoll_create1(EPOLL_CLOEXEC);
    phones->phones = calloc(count, sizeof *phones->phones);
    phones->figures.vote_ms = calloc(count, sizeof(double));
    phones->figures.order_ms = calloc(count, sizeof(double));
    phones->figures.told_ms = calloc(count, sizeof(double));
    phones->figures.frame_ms = calloc(SAMPLES_MAX, sizeof(double));
    (void)snprintf(phones->run, sizeof phones->run, "%s", run);
    bool good = phones->epoll >= 0 && phones->phones != NULL && phones->figures.vote_ms != NULL &&
                phones->figures.order_ms != NULL && phones->figures.told_ms != NULL &&
                phones->figures.frame_ms != NULL;
    while (good && phones->count < count) {
        good = phone_start(phones, &phones->phones[phones->count], code);
        phones->count++;
    }
    if (!good) {
        phones_stop(&phones);
    }
    return phones;
}

static void channel_close(struct channel *channel)
{
    if (channel->socket >= 0) {
        (void)close(channel->socket);
    }
    channel->socket = -1;
    free(channel->bytes);
    channel->bytes = NULL;
}

void phones_stop(struct phones **phones_pointer)
{
    struct phones *phones = *phones_pointer;
    if (phones == NULL) {
        return;
    }
    for (uint32_t i = 0; i < phones->count; i++) {
        for (int j = 0; j < 4; j++) {
            channel_close(&phones->phones[i].channels[j]);
        }
    }
    if (phones->epoll >= 0) {
        (void)close(phones->epoll);
    }
    free(phones->phones);
    free(phones->figures.vote_ms);
    free(phones->figures.order_ms);
    free(phones->figures.told_ms);
    free(phones->figures.frame_ms);
    free(phones);
    *phones_pointer = NULL;
}

/* ---- Streams ---- */

/* The nonce of a message: the last number of "h":[...], or {"nonce":N of the room's. */
static uint32_t nonce_of(const char *text, uint32_t length, enum channel_kind kind)
{
    char head[160];
    uint32_t copied = length < sizeof head - 1 ? length : (uint32_t)sizeof head - 1;
    memcpy(head, text, copied);
    head[copied] = 0;
    char *end = strchr(head, kind == CHANNEL_RUN ? ']' : ',');
    if (end == NULL) {
        return 0;
    }
    *end = 0;
    const char *begin = strrchr(head, kind == CHANNEL_RUN ? ',' : ':');
    return begin == NULL ? 0 : (uint32_t)strtoul(begin + 1, NULL, 10);
}

/* A masked text; the mask is zero, which leaves it as it is. */
static void acknowledge(struct channel *channel, uint32_t nonce)
{
    uint8_t message[48] = {0x81};
    int length = snprintf((char *)message + 6, sizeof message - 6, "{\"ack\":%" PRIu32 "}", nonce);
    message[1] = (uint8_t)(0x80 | length);
    (void)send(channel->socket, message, (size_t)length + 6, MSG_NOSIGNAL);
    channel->unacknowledged = 0;
}

static void message_take(struct channel *channel, const char *text, uint32_t length)
{
    struct phones_figures *figures = &channel->phone->owner->figures;
    uint32_t nonce = nonce_of(text, length, channel->kind);
    uint32_t age_us = (uint32_t)now_us() - nonce;
    if (channel->kind == CHANNEL_ROOM) {
        figures->room_messages++;
        channel->phone->told_ms = age_us / 1000.0;
        acknowledge(channel, nonce);
        return;
    }
    figures->frames++;
    figures->frames_late += age_us > LATE_US;
    if (figures->frame_samples < SAMPLES_MAX) {
        figures->frame_ms[figures->frame_samples++] = age_us / 1000.0;
    }
    if (++channel->unacknowledged >= ACK_EVERY_FRAMES) {
        acknowledge(channel, nonce);
    }
}

/* Takes the first whole message off the buffer; false when there is none. The server neither masks nor
 * splits. */
static bool message_next(struct channel *channel)
{
    const uint8_t *bytes = channel->bytes;
    uint32_t head = 2;
    uint64_t length = channel->length < 2 ? 0 : bytes[1];
    if (length == 126 && channel->length >= 4) {
        length = (uint64_t)bytes[2] << 8 | bytes[3];
        head = 4;
    } else if (channel->length < 2 || length >= 126) {
        return false; /* of 64 KB and more there are none */
    }
    if (channel->length - head < length) {
        return false;
    }
    if ((bytes[0] & 15) == 1) {
        message_take(channel, (const char *)bytes + head, (uint32_t)length);
    }
    channel->length -= head + (uint32_t)length;
    memmove(channel->bytes, channel->bytes + head + length, channel->length);
    return true;
}

static void stream_read(struct channel *channel)
{
    ssize_t received =
        recv(channel->socket, channel->bytes + channel->length, STREAM_BYTES - channel->length, 0);
    if (received <= 0 && (received == 0 || errno != EAGAIN)) {
        channel->phone->owner->figures.lost++;
        channel_close(channel);
        return;
    }
    channel->length += received > 0 ? (uint32_t)received : 0;
    while (message_next(channel)) {
    }
}

/* ---- Votes and orders ---- */

static void ask(struct phones *phones, struct channel *channel, const char *path, const char *body)
{
    char request[REQUEST_BYTES];
    char head[COOKIE_BYTES + 16];
    (void)snprintf(head, sizeof head, "Cookie: %s\r\n", channel->phone->cookie);
    int length = request_write(request, phones->port, "POST", path, head, body);
    channel->begun_us = now_us();
    channel->length = 0;
    channel->socket = socket_open(phones->port, false);
    if (channel->socket < 0) {
        phones->figures.lost++;
        return;
    }
    /* To this machine a connection is there at once, and so small a request fits its buffer. */
    if (send(channel->socket, request, (size_t)length, MSG_NOSIGNAL) != length) {
        phones->figures.lost++;
    }
    channel_watch(phones, channel, EPOLLIN, EPOLL_CTL_ADD);
}

/* The answer is there with its first line. */
static void answer_read(struct phones *phones, struct channel *channel)
{
    struct phones_figures *figures = &phones->figures;
    ssize_t received =
        recv(channel->socket, channel->answer, sizeof channel->answer - 1, MSG_WAITALL);
    bool vote = channel->kind == CHANNEL_VOTE;
    if (received < 0 && errno == EAGAIN) {
        return;
    }
    bool good = received >= 10 && strncmp(channel->answer, "HTTP/1.1 2", 10) == 0;
    double took_ms = (double)(now_us() - channel->begun_us) / 1000;
    if (good && vote) {
        figures->vote_ms[figures->votes++] = took_ms;
    } else if (good) {
        figures->order_ms[figures->orders++] = took_ms;
    } else if (vote) {
        figures->votes_refused++;
    } else {
        figures->orders_refused++;
    }
    channel_close(channel);
}

/* ---- Going on ---- */

static void turn(struct phones *phones, int wait_ms)
{
    struct epoll_event events[EVENTS_MAX];
    int ready = epoll_wait(phones->epoll, events, EVENTS_MAX, wait_ms);
    for (int i = 0; i < ready; i++) {
        struct channel *channel = events[i].data.ptr;
        if (channel->socket < 0) {
            continue;
        }
        if (channel->kind == CHANNEL_RUN || channel->kind == CHANNEL_ROOM) {
            stream_read(channel);
        } else {
            answer_read(phones, channel);
        }
    }
}

void phones_watch(struct phones *phones, double seconds)
{
    int64_t until_us = now_us() + (int64_t)(seconds * 1e6);
    while (now_us() < until_us) {
        turn(phones, TURN_MS);
    }
}

/* Spread evenly, each at its own moment; an order half the stretch behind the vote. */
void phones_act(struct phones *phones, const char *vote, const char *order, double within_s,
                double seconds)
{
    char inputs[96];
    struct phones_figures *figures = &phones->figures;
    int64_t begin_us = now_us();
    int64_t step_us = (int64_t)(within_s * 1e6) / phones->count;
    uint32_t voted = 0;
    uint32_t ordered = 0;
    figures->frames = figures->frames_late = figures->frame_samples = 0;
    (void)snprintf(inputs, sizeof inputs, "/api/v1/runs/%s/inputs", phones->run);
    while (now_us() < begin_us + (int64_t)(seconds * 1e6)) {
        int64_t passed_us = now_us() - begin_us;
        while (voted < phones->count && passed_us >= voted * step_us) {
            ask(phones, &phones->phones[voted++].channels[CHANNEL_VOTE], "/api/v1/room/vote", vote);
        }
        while (ordered < phones->count && passed_us >= ordered * step_us) {
            uint32_t who = (ordered++ + phones->count / 2) % phones->count;
            ask(phones, &phones->phones[who].channels[CHANNEL_ORDER], inputs, order);
        }
        turn(phones, 1);
    }
}

const struct phones_figures *phones_figures(struct phones *phones)
{
    for (uint32_t i = 0; i < phones->count; i++) {
        phones->figures.told_ms[i] = phones->phones[i].told_ms;
    }
    return &phones->figures;
}
