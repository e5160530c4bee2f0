/* lab.h: runs. Creates, paces, steers, judges and publishes them; what server/http and the
 * command line call.
 *
 * One writer: a run's world belongs to one worker thread at a time. Callers (HTTP threads, the
 * live hub) never touch a world: they queue requests and read published, immutable frames. Every
 * function here may be called from any thread unless it says otherwise; all of them return
 * within a bounded time.
 *
 * An input is stamped by the run's worker, committed to the store, and only then applied; a run
 * never passes an uncommitted stamp. Errors: -status, where status is the HTTP status that fits
 * (400, 404, 409, 413, 422, 503 ...), with one sentence in `problem`.
 */
#ifndef CHEF_LAB_LAB_H
#define CHEF_LAB_LAB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "systems/system.h"

struct cJSON;
struct lab; /* opaque */

enum {
    LAB_RUN_ID_BYTES = 24,
    LAB_RUNS_LIVE_MAX = 1200,
    LAB_PROBLEM_BYTES = 512,
    LAB_BRANCHES_MAX = 16,      /* of one family and owner */
    LAB_BRANCH_INPUTS_MAX = 64, /* that a branch may begin with */
    LAB_LABEL_CHARACTERS_MAX = 60,
    LAB_LABEL_BYTES = 4 * LAB_LABEL_CHARACTERS_MAX + 1,
};

struct lab_problem {
    char detail[LAB_PROBLEM_BYTES]; /* one sentence: the thing, the value, what exists or a range */
    struct sentence sentence;       /* the same in words and values, for another language */
    struct cJSON *allowed; /* array of strings, the receiver's (lab_problem_clear), or NULL */
};
void lab_problem_clear(struct lab_problem *problem);

struct lab_options {
    const char *data_directory; /* the SQLite database lives here; created if missing */
    uint32_t workers;           /* 0: one for each core */
    uint32_t runs_max;          /* live at once; 0: LAB_RUNS_LIVE_MAX */
};
/* Opens the store, applies migrations, starts the workers. NULL with a reason on failure. */
struct lab *lab_open(const struct lab_options *options, struct lab_problem *problem);
/* The program is about to end: comparisons and jobs under way are given up (503). */
void lab_stop_soon(struct lab *lab);
/* Stores what there is and stops within two seconds: of a long backlog of rows, what can be computed
 * again is left out (store_close()). Takes the pointer and clears it. */
void lab_close(struct lab **lab);

/* ---- Requests that answer with a JSON document (docs/api.md). *out is the caller's
 * (cJSON_Delete), set on success only. ---- */

int lab_scenarios(struct lab *lab, struct cJSON **out);
int lab_systems(struct lab *lab, struct cJSON **out);
/* body as POST /runs; owner: session token of a private run, or NULL for a shared one. A private
 * run is paused while nobody watches; the least recently used goes first. */
int lab_run_create(struct lab *lab, const struct cJSON *body, const char *owner, struct cJSON **out,
                   struct lab_problem *problem);
/* A new run with the past of this one up to at_ms, and what the body changes; paused. `who` gives the
 * inputs in it. -409 at LAB_BRANCHES_MAX. */
int lab_run_branch(struct lab *lab, const char *run, const struct cJSON *body, const char *owner,
                   const char *who, struct cJSON **out, struct lab_problem *problem);
/* body {label}: what people call it. */
int lab_run_label(struct lab *lab, const char *run, const struct cJSON *body,
                  struct lab_problem *problem);
/* The run and all that branched from the same one, as far as `viewer` (a session token or NULL) may
 * see: the root first, children after their parents. */
int lab_run_family(struct lab *lab, const char *run, const char *viewer, struct cJSON **out,
                   struct lab_problem *problem);
/* The private run of a session, made if there is none. */
int lab_run_session(struct lab *lab, const char *owner, struct cJSON **out,
                    struct lab_problem *problem);
int lab_run_list(struct lab *lab, const char *owner, struct cJSON **out,
                 struct lab_problem *problem);
/* Names the newest runs that `owner` may see as those that exist: for a request about one that does
 * not. Names none when they cannot be read. */
void lab_run_allow(struct lab *lab, const char *owner, struct lab_problem *problem);
int lab_run_get(struct lab *lab, const char *run, struct cJSON **out, struct lab_problem *problem);
int lab_run_delete(struct lab *lab, const char *run, struct lab_problem *problem);
int lab_run_input(struct lab *lab, const char *run, const char *who, const struct cJSON *body,
                  struct cJSON **out, struct lab_problem *problem);
int lab_run_pace(struct lab *lab, const char *run, const struct cJSON *body, struct cJSON **out,
                 struct lab_problem *problem);
int lab_run_state(struct lab *lab, const char *run, struct cJSON **out,
                  struct lab_problem *problem);
struct lab_events_query {
    uint64_t after_event; /* behind the last one of at most this number; 0: from the beginning */
    uint64_t after_row;   /* behind this row: to read page by page */
    uint32_t limit;
};
int lab_run_events(struct lab *lab, const char *run, const struct lab_events_query *query,
                   struct cJSON **out, struct lab_problem *problem);
int lab_run_verdicts(struct lab *lab, const char *run, struct cJSON **out,
                     struct lab_problem *problem);
int lab_run_verify(struct lab *lab, const char *run, struct cJSON **out,
                   struct lab_problem *problem);
/* table NULL: that of the system's subjects (orders, operations). */
int lab_run_rows(struct lab *lab, const char *run, const char *table, int64_t after, uint32_t limit,
                 bool open_only, struct cJSON **out, struct lab_problem *problem);
/* What is known of an order, or whatever a system numbers. at_ns: as it was known at that moment of
 * the past; negative: now. `compute`: where the run remembers it no more, compute the run again up to
 * it (seconds for a run of many hours); otherwise -404. */
int lab_run_subject(struct lab *lab, const char *run, uint32_t subject, int64_t at_ns, bool compute,
                    struct cJSON **out, struct lab_problem *problem);
/* ---- The past of a run. These only look: neither the run nor a viewer is moved. Each is computed
 * again from the nearest kept world (lab/history.h), in milliseconds while there is one. ---- */

enum { LAB_PAST_FRAMES_MAX = 200 };
#define LAB_PAST_SPAN_NS_MAX (INT64_C(3600) * 1000000000) /* of one request for frames */

struct lab_past_query {
    int64_t from_ns, to_ns, step_ns; /* whole microseconds; beyond the live edge is the edge */
    bool messages;                   /* with the message layer */
};
/* Frames as of the live stream: a keyframe of from_ns, then what changed every step_ns. */
int lab_run_frames(struct lab *lab, const char *run, const struct lab_past_query *query,
                   struct cJSON **out, struct lab_problem *problem);

struct lab_find_request {
    int64_t from_ns;   /* after this moment, or before it */
    bool previous;     /* backwards */
    bool interesting;  /* interesting notes only, instead of any event */
    const char *until; /* a condition (only forwards), or NULL */
};
/* The next moment at which something happened. */
int lab_run_find(struct lab *lab, const char *run, const struct lab_find_request *request,
                 struct cJSON **out, struct lab_problem *problem);

/* All that happened after from_ns up to to_ns: event by event up to `max` of them, else exact counts
 * for stretches of time, pairs of nodes and nodes. */
enum { LAB_TRACE_EVENTS_MIN = 100, LAB_TRACE_EVENTS_MAX = 20000 };
int lab_run_trace(struct lab *lab, const char *run, int64_t from_ns, int64_t to_ns, uint32_t max,
                  struct cJSON **out, struct lab_problem *problem);

enum { LAB_CAUSES_MAX = 500, LAB_CAUSES_STANDARD = 40 };
struct lab_causes_query {
    uint64_t event;         /* its causes and effects; 0: everything about the subject */
    uint32_t back, forward; /* how many of each, at most LAB_CAUSES_MAX */
    uint32_t subject;
    int64_t from_ns; /* where to begin to look for the subject */
};
int lab_run_causes(struct lab *lab, const char *run, const struct lab_causes_query *query,
                   struct cJSON **out, struct lab_problem *problem);

/* The body names a setting and its values, or two runs: a, b. */
int lab_compare(struct lab *lab, const struct cJSON *body, struct cJSON **out,
                struct lab_problem *problem);
/* Who owns a run: copies the session token ("" = shared). */
int lab_run_owner(struct lab *lab, const char *run, char owner[64], struct lab_problem *problem);

/* ---- Links (link.h) ---- */

enum {
    LAB_LINK_ADDRESS_BYTES_MAX = 4096,    /* longer ones are for files: addresses get cut */
    LAB_LINK_BYTES_MAX = 4 * 1024 * 1024, /* fits any run of the most inputs */
};
/* The link of the run, showing the moment `at_ns` (-1: its present), and its short id if it has one,
 * for which it may have to be computed again. */
int lab_run_link(struct lab *lab, const char *run, int64_t at_ns, struct cJSON **out,
                 struct lab_problem *problem);
/* body {link}: a link, a short id or the name of a run here. Makes the run, computed up to its edge,
 * for `owner`; a run that is here already is only named. */
int lab_link_make_run(struct lab *lab, const struct cJSON *body, const char *owner,
                      struct cJSON **out, struct lab_problem *problem);

/* ---- Jobs: what computes for long, in the background (docs/api.md) ----
 *
 * A job belongs to the session that asked for it. `owner` below is who asks; `all` is true for the
 * presenter, who may see and end every job. */

enum {
    LAB_JOBS_RUNNING_MAX = 2,     /* at once, each in a thread of its own, behind live runs */
    LAB_JOBS_WAITING_MAX = 16,    /* more is 503 */
    LAB_JOBS_OWNER_MAX = 4,       /* running or waiting, of one session; more is 429 */
    LAB_JOBS_KEPT_MAX = 64,       /* that are over; the oldest goes first */
    LAB_JOB_SEEDS_MAX = 100000,   /* of a search */
    LAB_JOB_HITS_MAX = 100,       /* of a search */
    LAB_JOB_MINUTES_MAX = 100000, /* virtual, of all runs of a search together */
};
/* body {scenario, until, first_seed, last_seed, within?, settings?, hits?}: {job}. */
int lab_search_begin(struct lab *lab, const struct cJSON *body, const char *owner,
                     struct cJSON **out, struct lab_problem *problem);
/* body {check?}: {job}. The smaller run will be `owner`'s. */
int lab_shrink_begin(struct lab *lab, const char *run, const struct cJSON *body, const char *owner,
                     struct cJSON **out, struct lab_problem *problem);
int lab_job_get(struct lab *lab, const char *job, const char *owner, bool all, struct cJSON **out,
                struct lab_problem *problem);
/* One that waits or runs is cancelled; one that is over is forgotten. */
int lab_job_delete(struct lab *lab, const char *job, const char *owner, bool all,
                   struct lab_problem *problem);

/* ---- Cards: moments that somebody keeps ---- */

enum {
    LAB_CARDS_MAX = 100, /* of one session, and as many for everybody; more is 409 */
    LAB_CARD_TITLE_CHARACTERS_MAX = 120,
};
/* body {title, scenario, seed, settings?, t_ms, condition}: {card}. owner NULL: for everybody. */
int lab_card_create(struct lab *lab, const struct cJSON *body, const char *owner,
                    struct cJSON **out, struct lab_problem *problem);
int lab_card_list(struct lab *lab, const char *owner, struct cJSON **out,
                  struct lab_problem *problem);
/* `all`: the presenter, who may delete those for everybody (-403 for others). */
int lab_card_delete(struct lab *lab, int64_t card, const char *owner, bool all,
                    struct lab_problem *problem);

/* ---- The room of a lecture (http/room.h), of which the lab only keeps what is stored ---- */

struct store_room;
struct store_room_reader;
int lab_room_put(struct lab *lab, const struct store_room *room, struct lab_problem *problem);
int lab_room_read(struct lab *lab, const struct store_room_reader *to, struct lab_problem *problem);
/* A shared run with the beginning of this one: scenario, seed and settings, and nothing that people did. */
int lab_run_again(struct lab *lab, const char *run, struct cJSON **out,
                  struct lab_problem *problem);
/* As lab_run_input(), for somebody of the audience: only what a client of the system may do, and
 * only now (-403). */
int lab_run_operation(struct lab *lab, const char *run, const char *who, const struct cJSON *body,
                      struct cJSON **out, struct lab_problem *problem);

/* ---- Exports, streamed: `write` is called with pieces of at most 64 KB from the calling
 * thread; a non-zero answer stops. ---- */

typedef int (*lab_export_write)(void *context, const void *bytes, size_t length);
/* The Excel flavours have a byte order mark and guard formulas; SEMICOLON is for countries that
 * write a decimal comma (?for=excel chooses by Accept-Language). */
enum lab_export_flavour { LAB_EXPORT_PLAIN, LAB_EXPORT_EXCEL, LAB_EXPORT_EXCEL_SEMICOLON };
/* Rows that will follow are known before the first write: `begin` is called once with them. */
int lab_export_csv(struct lab *lab, const char *run, const char *table,
                   enum lab_export_flavour flavour, int (*begin)(void *context, uint64_t rows),
                   lab_export_write write, void *context, struct lab_problem *problem);
/* history.jsonl: the operations of clients as events, a line each, as other checkers read them. -404
 * for a system that tells of none, -422 when there are too many. */
int lab_export_history(struct lab *lab, const char *run, lab_export_write write, void *context,
                       struct lab_problem *problem);
/* What a class voted while it looked at the run; lent. Zero where nothing is known or to be told. */
struct store_vote;
struct lab_votes {
    const struct store_vote *items; /* class by class */
    uint32_t count;
};
/* The evidence in one archive: run.chef (the link, first and not compressed), report.html, run.json,
 * all tables, history.jsonl, and votes.csv where there are votes. */
int lab_export_zip(struct lab *lab, const char *run, struct lab_votes votes, lab_export_write write,
                   void *context, struct lab_problem *problem);
/* The report alone (report.h), and the Content-Security-Policy that it needs. */
int lab_export_report(struct lab *lab, const char *run, struct lab_votes votes,
                      lab_export_write write, void *context, struct lab_problem *problem);
const char *lab_export_report_policy(void);

/* The figures of two runs, second by second, and their differences, in one table. */
int lab_compare_csv(struct lab *lab, const char *a, const char *b, lab_export_write write,
                    void *context, struct lab_problem *problem);

/* ---- The live stream ---- */

/* One encoded frame, shared by all viewers: a complete unmasked WebSocket text message (header
 * and payload), ready for one write. Reference counted. */
struct lab_frame {
    atomic_uint references;
    uint32_t length;
    uint64_t sequence;  /* of the run */
    uint64_t base;      /* the sequence that this frame continues; 0: keyframe */
    uint32_t nonce;     /* what a viewer must echo: encoded_ns / 1000 modulo 2^32, so that a
                           client on the same host can tell how old a frame is */
    int64_t encoded_ns; /* host monotonic clock */
    uint8_t bytes[];
};
enum { LAB_FRAME_HEADER_BYTES = 10 }; /* at most: of WebSocket, before the text */
/* A text as such a message: a keyframe of sequence 0, whose nonce is of `now_ns` (monotonic). */
struct lab_frame *lab_frame_make(const char *text, uint32_t length, int64_t now_ns);
void lab_frame_release(struct lab_frame *frame);

/* The hub's side. The lab calls `published` (from a worker thread, must not block) whenever a
 * run has a new frame; `layer`: 0 the stage, 1 with the message layer. In a tick with a keyframe
 * the frame that continues the last one goes first and both carry the same sequence, so that
 * viewers who are up to date need not take the keyframe. */
struct lab_live_callbacks {
    void *context;
    /* Takes over one reference. */
    void (*published)(void *context, uint32_t slot, uint8_t layer, struct lab_frame *frame);
    void (*gone)(void *context, uint32_t slot); /* the run was deleted or put away */
};
/* NULL detaches: once this returns, no callback runs any more. */
void lab_live_attach(struct lab *lab, const struct lab_live_callbacks *callbacks);
/* A viewer joins or leaves a run: frames are encoded only while there are viewers. *slot
 * identifies the run in the callbacks for as long as it is in memory and never means another one
 * later: place + LAB_RUNS_LIVE_MAX x (how often the place was used before). To leave or ask with
 * a slot that is gone does nothing. */
int lab_live_join(struct lab *lab, const char *run, uint8_t layer, uint32_t *slot,
                  struct lab_problem *problem);
void lab_live_leave(struct lab *lab, uint32_t slot, uint8_t layer);
/* Ask for a keyframe with the next tick, paused or not (a viewer joined, or fell behind). */
void lab_live_keyframe(struct lab *lab, uint32_t slot, uint8_t layer);

/* ---- Figures about the lab itself, for /metrics ---- */

struct lab_counters {
    uint64_t runs_created, runs_live, runs_stored, inputs, steps, virtual_ns, frames, frame_bytes,
        keyframes, rows_written, commits, store_errors, behind_runs, world_bytes;
    uint64_t commit_ns_sum, tick_ns_sum, ticks;
};
void lab_counters_read(struct lab *lab, struct lab_counters *counters);
/* 0 while what happens can be stored; -503 and the reason while the disk is full or another program
 * locks the database. */
int lab_storing(struct lab *lab, struct lab_problem *problem);
/* For each live run in turn: figures by name, for per-kitchen series. The callback must be
 * quick. */
typedef void (*lab_series_put)(void *context, const char *name, const char *labels, double value);
void lab_series(struct lab *lab, lab_series_put put, void *context);

#endif
