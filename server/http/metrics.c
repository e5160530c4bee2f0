/* metrics.c - /metrics: the server's, the live stream's, the lab's and each kitchen's figures in
 * Prometheus's text format (version 0.0.4), in base units: seconds, bytes, ratios. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "http/handlers.h"
#include "http/live_hub.h"
#include "http/request.h"
#include "http/server.h"
#include "lab/lab.h"

enum {
    SERIES_MAX = 4096, /* of the runs; further ones are left out */
    SERIES_NAME_BYTES = 64,
    UNIT_GROWTH_BYTES = 5, /* "_ms" to "_seconds" */
    SERIES_LABEL_BYTES = 128,
    OUTPUT_BYTES_MAX = 1 << 20,
    LINE_BYTES_MAX = 320
};

/* ---- Writing ---- */

struct output {
    char *at;
    size_t length;
};

/* What does not fit is left out by whole lines. */
static void put(struct output *output, const char *line)
{
    size_t length = strlen(line);
    if (output->length + length <= OUTPUT_BYTES_MAX) {
        memcpy(output->at + output->length, line, length);
        output->length += length;
    }
}

static void put_head(struct output *output, const char *name, const char *type, const char *help)
{
    char lines[LINE_BYTES_MAX];
    snprintf(lines, sizeof lines, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
    put(output, lines);
}

/* The fewest digits that are read back as the same number: 0.2, not 0.20000000000000001. */
static void shortest(double value, char number[32])
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(number, 32, "%.*g", digits, value);
        if (strtod(number, NULL) == value)
            return;
    }
}

/* labels: "" or {a="b"}. */
static void put_value(struct output *output, const char *name, const char *labels, double value)
{
    char line[LINE_BYTES_MAX], number[32] = "NaN";
    if (isfinite(value))
        shortest(value, number);
    snprintf(line, sizeof line, "%s%s %s\n", name, labels, number);
    put(output, line);
}

static void counter(struct output *output, const char *name, const char *help, double value)
{
    put_head(output, name, "counter", help);
    put_value(output, name, "", value);
}

static void gauge(struct output *output, const char *name, const char *help, double value)
{
    put_head(output, name, "gauge", help);
    put_value(output, name, "", value);
}

static double seconds(uint64_t ns)
{
    return (double)ns / 1e9;
}

/* ---- The process and its requests ---- */

/* Resident memory is not in getrusage: that has the largest so far. */
static double resident_bytes(void)
{
    unsigned long pages_all = 0, pages_resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL)
        return NAN;
    int fields = fscanf(file, "%lu %lu", &pages_all, &pages_resident);
    fclose(file);
    return fields == 2 ? (double)pages_resident * (double)sysconf(_SC_PAGESIZE) : NAN;
}

static void put_process(struct output *output, const struct server *server)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        memset(&usage, 0, sizeof usage);
    double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                 (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    counter(output, "process_cpu_seconds_total", "CPU time of the program.", cpu);
    gauge(output, "process_resident_memory_bytes", "Memory of the program in use.",
          resident_bytes());
    gauge(output, "chef_uptime_seconds", "Time since the server was started.",
          seconds((uint64_t)(server_now_ns() - server->started_ns)));
}

/* Status classes rather than codes: five series that say what matters. */
static void put_requests(struct output *output, struct server_counters *counters)
{
    uint64_t all = 0;
    put_head(output, "chef_http_requests_total", "counter", "Requests answered, by status class.");
    for (int i = 2; i < STATUS_CLASSES; i++) {
        char labels[32];
        uint64_t value = atomic_load(&counters->requests[i]);
        snprintf(labels, sizeof labels, "{class=\"%dxx\"}", i);
        put_value(output, "chef_http_requests_total", labels, (double)value);
        all += value;
    }
    put_head(output, "chef_http_request_duration_seconds", "summary",
             "Time from a request's head to its answer.");
    put_value(output, "chef_http_request_duration_seconds_sum", "",
              seconds(atomic_load(&counters->request_ns_sum)));
    put_value(output, "chef_http_request_duration_seconds_count", "", (double)all);
    gauge(output, "chef_http_requests_running", "Requests being answered now, this one included.",
          (double)atomic_load(&counters->requests_running));
    counter(output, "chef_http_rate_refused_total",
            "Requests refused because their address made too many.",
            (double)atomic_load(&counters->rate_refused));
    counter(output, "chef_http_origin_refused_total",
            "Requests refused because they came from another site's page.",
            (double)atomic_load(&counters->origin_refused));
    counter(output, "chef_http_exports_total", "Exports that were begun.",
            (double)atomic_load(&counters->exports));
    counter(output, "chef_http_export_bytes_total", "Bytes of exports that were sent.",
            (double)atomic_load(&counters->export_bytes));
    counter(output, "chef_http_exports_cut_total", "Exports that ended before their last byte.",
            (double)atomic_load(&counters->exports_cut));
}

/* ---- The live stream ---- */

static void put_live(struct output *output, struct live_counters *live)
{
    gauge(output, "chef_live_viewers", "Viewers of live streams now.",
          (double)atomic_load(&live->viewers));
    counter(output, "chef_live_viewers_joined_total", "Viewers that joined a live stream.",
            (double)atomic_load(&live->viewers_joined));
    counter(output, "chef_live_viewers_refused_total", "Viewers refused because the hub is full.",
            (double)atomic_load(&live->viewers_refused));
    counter(output, "chef_live_frames_sent_total", "Frames sent, one for each viewer.",
            (double)atomic_load(&live->frames_sent));
    counter(output, "chef_live_frame_bytes_sent_total", "Bytes of frames sent to viewers.",
            (double)atomic_load(&live->frame_bytes_sent));
    counter(output, "chef_live_frames_skipped_total",
            "Frames not sent because the viewer was behind.",
            (double)atomic_load(&live->frames_skipped));
    counter(output, "chef_live_frames_dropped_total",
            "Frames not sent to anybody because the hub was behind.",
            (double)atomic_load(&live->frames_dropped));
    counter(output, "chef_live_keyframes_sent_total", "Keyframes sent, one for each viewer.",
            (double)atomic_load(&live->keyframes_sent));
    counter(output, "chef_live_partial_writes_total",
            "Frames of which a viewer's socket took only a part at once.",
            (double)atomic_load(&live->partial_writes));
    counter(output, "chef_live_acknowledgements_total", "Acknowledgements from viewers.",
            (double)atomic_load(&live->acknowledgements));
    counter(output, "chef_live_messages_refused_total",
            "Messages of viewers that closed their connection.",
            (double)atomic_load(&live->messages_refused));
    put_head(output, "chef_live_fanout_seconds", "summary",
             "Time from a frame's encoding to its last viewer's socket.");
    put_value(output, "chef_live_fanout_seconds_sum", "",
              seconds(atomic_load(&live->fanout_ns_sum)));
    put_value(output, "chef_live_fanout_seconds_count", "", (double)atomic_load(&live->fanouts));
    gauge(output, "chef_live_fanout_max_seconds", "The longest such time since the start.",
          seconds(atomic_load(&live->fanout_ns_max)));
}

/* ---- The lab ---- */

static void put_lab(struct output *output, const struct lab_counters *lab)
{
    counter(output, "chef_runs_created_total", "Runs made.", (double)lab->runs_created);
    gauge(output, "chef_runs_live", "Runs in memory.", (double)lab->runs_live);
    gauge(output, "chef_runs_stored", "Runs in the store.", (double)lab->runs_stored);
    gauge(output, "chef_runs_behind", "Live runs that do not keep their pace.",
          (double)lab->behind_runs);
    gauge(output, "chef_world_bytes", "Memory of all worlds.", (double)lab->world_bytes);
    counter(output, "chef_inputs_total", "Inputs stored and applied.", (double)lab->inputs);
    counter(output, "chef_steps_total", "Events delivered to nodes.", (double)lab->steps);
    counter(output, "chef_virtual_seconds_total", "Virtual time computed, over all runs.",
            seconds(lab->virtual_ns));
    counter(output, "chef_frames_encoded_total", "Frames encoded.", (double)lab->frames);
    counter(output, "chef_frame_bytes_encoded_total", "Bytes of frames encoded.",
            (double)lab->frame_bytes);
    counter(output, "chef_keyframes_encoded_total", "Keyframes encoded.", (double)lab->keyframes);
    counter(output, "chef_rows_written_total", "Rows of results written to the store.",
            (double)lab->rows_written);
    counter(output, "chef_store_errors_total", "Errors of the store.", (double)lab->store_errors);
    put_head(output, "chef_store_commit_seconds", "summary", "Time of commits to the store.");
    put_value(output, "chef_store_commit_seconds_sum", "", seconds(lab->commit_ns_sum));
    put_value(output, "chef_store_commit_seconds_count", "", (double)lab->commits);
    put_head(output, "chef_lab_tick_seconds", "summary", "Time of a worker's turn with one run.");
    put_value(output, "chef_lab_tick_seconds_sum", "", seconds(lab->tick_ns_sum));
    put_value(output, "chef_lab_tick_seconds_count", "", (double)lab->ticks);
}

/* ---- Figures of each run ---- */

struct series {
    char name[SERIES_NAME_BYTES];
    char labels[SERIES_LABEL_BYTES];
    double value;
    uint32_t order; /* of arrival: keeps runs and kitchens together */
};

struct series_list {
    struct series *list;
    uint32_t count;
};

/* Prometheus wants base units in names and values; the systems measure in handier ones. */
static double base_unit(char name[SERIES_NAME_BYTES], double value)
{
    static const struct {
        const char *unit, *base;
        double divisor;
    } units[] = {
        {"_ms", "_seconds", 1000}, {"_pct", "_ratio", 100}, {"_per_min", "_per_second", 60}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t length = strlen(name), unit_length = strlen(units[i].unit);
        if (length > unit_length && strcmp(name + length - unit_length, units[i].unit) == 0) {
            strcpy(name + length - unit_length, units[i].base);
            return value / units[i].divisor;
        }
    }
    return value;
}

static void on_series(void *context, const char *name, const char *labels, double value)
{
    struct series_list *series = context;
    if (series->count == SERIES_MAX || strlen(name) + UNIT_GROWTH_BYTES >= SERIES_NAME_BYTES ||
        strlen(labels) + 3 > SERIES_LABEL_BYTES)
        return;
    struct series *one = &series->list[series->count];
    one->order = series->count++;
    strcpy(one->name, name);
    one->value = base_unit(one->name, value);
    snprintf(one->labels, sizeof one->labels, "{%s}", labels);
}

/* The format wants all values of a name together. */
static int series_compare(const void *a, const void *b)
{
    const struct series *left = a, *right = b;
    int names = strcmp(left->name, right->name);
    return names != 0 ? names : left->order < right->order ? -1 : 1;
}

static bool ends_with_total(const char *name)
{
    size_t length = strlen(name);
    return length > 6 && strcmp(name + length - 6, "_total") == 0;
}

/* The name is all there is to say: "chef_kitchens_kitchen_load_believed". */
static void put_series_head(struct output *output, const char *name)
{
    char help[SERIES_NAME_BYTES + 48];
    snprintf(help, sizeof help, "Of each shared run in memory: %s.",
             strncmp(name, "chef_", 5) == 0 ? name + 5 : name);
    for (char *at = help; *at != 0; at++)
        *at = *at == '_' ? ' ' : *at;
    put_head(output, name, ends_with_total(name) ? "counter" : "gauge", help);
}

/* The lab gives run by run; sorting brings the values of a name together. */
static void put_runs(struct output *output, struct lab *lab)
{
    struct series_list series = {.list = calloc(SERIES_MAX, sizeof(struct series))};
    if (series.list == NULL)
        return;
    lab_series(lab, on_series, &series);
    qsort(series.list, series.count, sizeof series.list[0], series_compare);
    for (uint32_t i = 0; i < series.count; i++) {
        const struct series *one = &series.list[i];
        if (i == 0 || strcmp(series.list[i - 1].name, one->name) != 0)
            put_series_head(output, one->name);
        put_value(output, one->name, one->labels, one->value);
    }
    free(series.list);
}

int handle_metrics(struct request *request)
{
    struct server *server = request->server;
    struct lab_counters lab = {0};
    struct output output = {.at = malloc(OUTPUT_BYTES_MAX)};
    if (output.at == NULL)
        return reply_problem(request, 503, "Out of memory.");
    lab_counters_read(server->lab, &lab);
    put_process(&output, server);
    put_requests(&output, &server->counters);
    put_live(&output, live_hub_counters(server->hub));
    put_lab(&output, &lab);
    put_runs(&output, server->lab);
    int status = reply_bytes(request, 200, "text/plain; version=0.0.4; charset=utf-8", output.at,
                             output.length);
    free(output.at);
    return status;
}
