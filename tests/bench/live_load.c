/* live_load.c - many viewers of one run in one thread (libwebsockets): how old is a frame when it
 * is read, and what does a delivery cost the server?
 *
 * A frame's nonce is the time of its encoding in microseconds of the host's monotonic clock, so
 * server and viewers on one machine need nothing else. Its age is taken when its last byte is
 * handed to the viewer. Viewers acknowledge every fifth frame, as docs/api.md asks. Silent viewers
 * finish the handshake and then never read. Prints one line of JSON. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <libwebsockets.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/histogram.h"

enum {
    ACK_EVERY_FRAMES = 5,
    CONNECTING_MAX = 64, /* handshakes under way at once */
    SILENT_MAX = 64,
    VIEWERS_MAX = 16000,
    RX_BYTES = 4096,
    WARM_S = 2,
    RAMP_S_MAX = 60
};

struct viewer {
    struct lws *wsi;
    uint32_t nonce;
    uint32_t unacknowledged;
    bool open;
};

struct options {
    int port, viewers, seconds, silent, pid;
    const char *run;
};

struct load {
    struct options options;
    struct lws_context *context;
    struct viewer viewers[VIEWERS_MAX];
    int silent[SILENT_MAX];
    int started, connecting, open, lost;
    bool measuring;
    uint64_t frames, bytes, keyframes;
    struct histogram age_us;
};

static struct load load;

static uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* ---- Frames ---- */

/* The last number of "h":[...] and whether the one before it, the base, is 0. */
static bool head_read(const char *bytes, size_t length, uint32_t *nonce, bool *keyframe)
{
    char head[160];
    size_t copied = length < sizeof head - 1 ? length : sizeof head - 1;
    memcpy(head, bytes, copied);
    head[copied] = 0;
    char *end = strchr(head, ']');
    if (strncmp(head, "{\"h\":[", 6) != 0 || end == NULL)
        return false;
    *end = 0;
    char *last = strrchr(head, ',');
    *last = 0;
    char *base = strrchr(head, ',');
    *nonce = (uint32_t)strtoul(last + 1, NULL, 10);
    *keyframe = strtoull(base + 1, NULL, 10) == 0;
    return true;
}

static int frame_received(struct viewer *viewer, const char *bytes, size_t length)
{
    bool keyframe = false;
    if (lws_is_first_fragment(viewer->wsi)) {
        if (!head_read(bytes, length, &viewer->nonce, &keyframe)) {
            fprintf(stderr, "live_load: a frame without a head: %.*s\n", (int)length, bytes);
            return -1;
        }
        load.keyframes += load.measuring && keyframe;
    }
    if (load.measuring)
        load.bytes += length;
    if (!lws_is_final_fragment(viewer->wsi))
        return 0;
    if (load.measuring) {
        load.frames++;
        histogram_add(&load.age_us, (uint32_t)now_us() - viewer->nonce);
    }
    if (++viewer->unacknowledged >= ACK_EVERY_FRAMES)
        lws_callback_on_writable(viewer->wsi);
    return 0;
}

static int acknowledge(struct viewer *viewer)
{
    unsigned char buffer[LWS_PRE + 40];
    if (viewer->unacknowledged < ACK_EVERY_FRAMES)
        return 0;
    int length = snprintf((char *)buffer + LWS_PRE, 40, "{\"ack\":%" PRIu32 "}", viewer->nonce);
    viewer->unacknowledged = 0;
    return lws_write(viewer->wsi, buffer + LWS_PRE, (size_t)length, LWS_WRITE_TEXT) < length ? -1
                                                                                             : 0;
}

static void viewer_lost(struct viewer *viewer)
{
    if (viewer->open)
        load.open--;
    else
        load.connecting--;
    viewer->open = false;
    load.lost++;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t length)
{
    struct viewer *viewer = user;
    switch (reason) {
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        viewer->wsi = wsi;
        viewer->open = true;
        load.connecting--;
        load.open++;
        return 0;
    case LWS_CALLBACK_CLIENT_RECEIVE:
        return frame_received(viewer, in, length);
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return acknowledge(viewer);
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        fprintf(stderr, "live_load: %s\n", in != NULL ? (const char *)in : "connection failed");
        viewer_lost(viewer);
        return 0;
    case LWS_CALLBACK_CLIENT_CLOSED:
        viewer_lost(viewer);
        return 0;
    default:
        return 0;
    }
}

/* ---- Connecting ---- */

static bool viewer_start(struct viewer *viewer)
{
    char path[128];
    snprintf(path, sizeof path, "/live?run=%s", load.options.run);
    struct lws_client_connect_info info = {
        .context = load.context,
        .address = "127.0.0.1",
        .port = load.options.port,
        .path = path,
        .host = "127.0.0.1",
        .protocol = NULL,
        .local_protocol_name = "live",
        .userdata = viewer,
        .ietf_version_or_minus_one = -1,
    };
    load.started++;
    load.connecting++;
    return lws_client_connect_via_info(&info) != NULL;
}

/* A viewer that reads nothing, not even the answer to its handshake. */
static bool silent_start(int *descriptor)
{
    char request[512];
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)load.options.port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int small = 4096;
    *descriptor = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(*descriptor, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    if (connect(*descriptor, (struct sockaddr *)&address, sizeof address) != 0)
        return false;
    int length = snprintf(request, sizeof request,
                          "GET /live?run=%s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                          load.options.run);
    return send(*descriptor, request, (size_t)length, 0) == length;
}

static bool ramp(void)
{
    uint64_t give_up_us = now_us() + RAMP_S_MAX * UINT64_C(1000000);
    for (int i = 0; i < load.options.silent; i++) {
        if (!silent_start(&load.silent[i]))
            return false;
    }
    while (load.open < load.options.viewers && load.lost == 0 && now_us() < give_up_us) {
        while (load.started < load.options.viewers && load.connecting < CONNECTING_MAX) {
            if (!viewer_start(&load.viewers[load.started]))
                return false;
        }
        lws_service(load.context, 0);
    }
    return load.open == load.options.viewers;
}

static void serve_for(int seconds)
{
    uint64_t until_us = now_us() + (uint64_t)seconds * 1000000;
    while (now_us() < until_us)
        lws_service(load.context, 0);
}

/* ---- Measuring ---- */

/* CPU time of the server so far in microseconds. */
static double server_cpu_us(void)
{
    char path[64], line[1024];
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", load.options.pid);
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL) {
        fprintf(stderr, "live_load: cannot read %s\n", path);
        exit(1);
    }
    fclose(file);
    const char *after_name = strrchr(line, ')');
    if (after_name == NULL ||
        sscanf(after_name, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
               &system) != 2)
        exit(1);
    return (double)(user + system) * 1e6 / (double)sysconf(_SC_CLK_TCK);
}

static double own_cpu_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static double ms(uint32_t rank_ppm)
{
    return (double)histogram_percentile(&load.age_us, rank_ppm) / 1000;
}

static void report(double server_us, double own_us, double seconds)
{
    double frames = (double)load.frames;
    printf("{\"viewers\": %d, \"silent\": %d, \"lost\": %d, \"seconds\": %.1f, "
           "\"frames_per_viewer_s\": %.2f, \"frame_bytes\": %.0f, \"keyframes\": %" PRIu64
           ", \"p50_ms\": %.1f, \"p99_ms\": %.1f, \"max_ms\": %.1f, "
           "\"server_us_per_delivery\": %.2f, \"server_cores\": %.2f, \"load_cores\": %.2f}\n",
           load.options.viewers, load.options.silent, load.lost, seconds,
           frames / load.options.viewers / seconds, (double)load.bytes / frames, load.keyframes,
           ms(500000), ms(990000), (double)load.age_us.largest / 1000, server_us / frames,
           server_us / 1e6 / seconds, own_us / 1e6 / seconds);
}

static void measure(void)
{
    double server_before = server_cpu_us(), own_before = own_cpu_us();
    uint64_t begin_us = now_us();
    load.measuring = true;
    serve_for(load.options.seconds);
    load.measuring = false;
    double seconds = (double)(now_us() - begin_us) / 1e6;
    report(server_cpu_us() - server_before, own_cpu_us() - own_before, seconds);
}

/* ---- Start ---- */

static bool options_parse(int argc, char **argv)
{
    struct options *options = &load.options;
    *options = (struct options){.viewers = 100, .seconds = 10};
    for (int i = 1; i + 1 < argc; i += 2) {
        int value = atoi(argv[i + 1]);
        if (strcmp(argv[i], "--port") == 0)
            options->port = value;
        else if (strcmp(argv[i], "--viewers") == 0)
            options->viewers = value;
        else if (strcmp(argv[i], "--seconds") == 0)
            options->seconds = value;
        else if (strcmp(argv[i], "--silent") == 0)
            options->silent = value;
        else if (strcmp(argv[i], "--pid") == 0)
            options->pid = value;
        else if (strcmp(argv[i], "--run") == 0)
            options->run = argv[i + 1];
        else
            return false;
    }
    return options->port > 0 && options->pid > 0 && options->run != NULL && options->viewers > 0 &&
           options->viewers <= VIEWERS_MAX && options->seconds > 0 && options->silent >= 0 &&
           options->silent <= SILENT_MAX;
}

static bool context_open(void)
{
    static const struct lws_protocols protocols[] = {{"live", on_event, 0, RX_BYTES, 0, NULL, 0},
                                                     {NULL, NULL, 0, 0, 0, NULL, 0}};
    /* libwebsockets makes its tables as large as this limit (with a limit of its own it would
     * search them from the start for each event). */
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    rlim_t wanted = (rlim_t)load.options.viewers + 1024;
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    lws_set_log_level(LLL_ERR, NULL);
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .gid = -1,
        .uid = -1,
        .pt_serv_buf_size = 65536,
        .max_http_header_pool = CONNECTING_MAX * 2,
    };
    load.context = lws_create_context(&info);
    return load.context != NULL;
}

int main(int argc, char **argv)
{
    if (!options_parse(argc, argv)) {
        fprintf(stderr, "usage: live_load --port N --pid SERVER --run ID [--viewers N] "
                        "[--seconds N] [--silent N]\n");
        return 2;
    }
    if (!context_open()) {
        fprintf(stderr, "live_load: libwebsockets does not start\n");
        return 1;
    }
    if (!ramp()) {
        fprintf(stderr, "live_load: %d of %d viewers came in, %d were lost\n", load.open,
                load.options.viewers, load.lost);
        return 1;
    }
    serve_for(WARM_S);
    measure();
    return 0; /* the kernel closes 4,000 sockets faster than a loop */
}
