/* ledger.h: the observer of the council: what it offers to the catalogue (council.c), and its memory.
 *
 * It sees every note on the true clock: so it knows when nobody led, and which operation was done
 * twice. The five properties of Raft are judged here from what servers note (raft_safety.h): they look
 * inside. What clients saw is judged from the history alone, by server/check.
 *
 * Parts: ledger.c (what each note means), judge.c (promises, figures, rows), tables.c, view.c and
 * explain.c. */
#ifndef CHEF_SYSTEMS_RAFT_LEDGER_H
#define CHEF_SYSTEMS_RAFT_LEDGER_H

#include "base/histogram.h"
#include "systems/raft/council.h"
#include "systems/raft/raft_safety.h"
#include "systems/raft/service.h"

enum council_check {
    COUNCIL_CHECK_ELECTION, /* in the order of enum raft_promise */
    COUNCIL_CHECK_APPEND_ONLY,
    COUNCIL_CHECK_LOG_MATCHING,
    COUNCIL_CHECK_COMPLETENESS,
    COUNCIL_CHECK_STATE_MACHINE,
    COUNCIL_CHECK_FRESH,        /* nobody sees what is older than what was seen before it began */
    COUNCIL_CHECK_APPLIED_ONCE, /* no command of a session is done twice */
    COUNCIL_CHECK_SOUND,        /* a server's own invariant */
    COUNCIL_CHECK_LINEARIZABLE, /* by server/check, from the history alone */
    COUNCIL_CHECK_SERVICE,      /* service.h: leader_when_possible */
    COUNCIL_CHECK_STAYS,        /* service.h: leader_stays */
    COUNCIL_CHECK_COUNT
};
extern const struct system_check COUNCIL_CHECKS[COUNCIL_CHECK_COUNT];

enum council_figure {
    COUNCIL_FIGURE_AVAILABILITY_PCT, /* good operations of all that are over */
    COUNCIL_FIGURE_OPS_PER_S,        /* good ones, last virtual second */
    COUNCIL_FIGURE_LATENCY_MEAN_MS,
    COUNCIL_FIGURE_LATENCY_P50_MS,
    COUNCIL_FIGURE_LATENCY_P99_MS,
    COUNCIL_FIGURE_COMMIT_P50_MS, /* appended by the leader until committed there */
    COUNCIL_FIGURE_COMMIT_P99_MS,
    COUNCIL_FIGURE_OPS_OK,
    COUNCIL_FIGURE_OPS_FAIL,
    COUNCIL_FIGURE_OPS_INFO,
    COUNCIL_FIGURE_SKIPPED,
    COUNCIL_FIGURE_TERM,
    COUNCIL_FIGURE_LEADER_CHANGES,
    COUNCIL_FIGURE_ELECTIONS,    /* candidacies */
    COUNCIL_FIGURE_NO_LEADER_MS, /* longest time in which nobody led */
    COUNCIL_FIGURE_STRUCK_OUT,   /* entries */
    COUNCIL_FIGURE_IMAGES_SENT,
    COUNCIL_FIGURE_SAFETY_VIOLATIONS,
    COUNCIL_FIGURE_SERVERS_UP,
    COUNCIL_FIGURE_COUNT
};
extern const struct system_figure COUNCIL_FIGURES[COUNCIL_FIGURE_COUNT];

enum council_table {
    COUNCIL_TABLE_OPERATIONS,
    COUNCIL_TABLE_METRICS,
    COUNCIL_TABLE_SERVERS,
    COUNCIL_TABLE_COUNT
};
extern const struct system_table COUNCIL_TABLES[COUNCIL_TABLE_COUNT];
enum { COUNCIL_CHART_COUNT = 3 };
extern const struct system_chart COUNCIL_CHARTS[COUNCIL_CHART_COUNT];

/* ---- Memory; private to the ledger's files ---- */

enum {
    LEDGER_OPERATIONS = 256, /* that are open, or lately over */
    LEDGER_PENDING = 1024,   /* entries whose commit is awaited, by index */
    LEDGER_SERIALS = 256,    /* sessions whose last applied serial is known */
};

struct ledger_operation {
    int64_t invoked_ns, ended_ns, what, value, result;
    uint64_t event;
    uint64_t floor; /* version of its key that was seen before it began */
    uint32_t operation, server, attempts;
    uint8_t open, error, pad[2];
};

struct ledger_witness {
    uint32_t count, subject, word, pad;
    int64_t args[NODE_NOTE_ARGS];
    int64_t at_ns;
    uint64_t event;
};

struct council_ledger {
    struct raft_safety safety;
    struct council_service service;
    struct ledger_operation operations[LEDGER_OPERATIONS];
    struct ledger_witness witness[COUNCIL_CHECK_COUNT];
    struct histogram latency_us, commit_us;
    struct {
        uint64_t index;
        int64_t time_ns;
    } appended[LEDGER_PENDING]; /* by the leader */
    struct {
        uint32_t session, serial;
        uint64_t index; /* where its serial was applied first */
    } serials[LEDGER_SERIALS];
    uint64_t newest[COUNCIL_KEYS_MAX]; /* version that an operation that is over has seen */
    uint64_t notes, ok, failed, unknown, skipped, leader_changes, elections, struck_out,
        images_sent, violations;
    uint64_t term;
    uint32_t leader; /* NODE_NONE: nobody, as far as can be told */
    uint32_t leads;  /* bits: who believes to lead */
    int64_t no_leader_since_ns, no_leader_ns;
    /* Of each server, for the rows. */
    uint64_t server_elections[RAFT_NODES_MAX], server_votes[RAFT_NODES_MAX];
    uint64_t changed[RAFT_NODES_MAX]; /* count of notes at its last own one, for the view */
    int64_t boot_ns[RAFT_NODES_MAX];  /* when its clock stood at 0 */
    uint64_t second_ok, second_failed, second_unknown, last_ok;
};

struct ledger_context {
    struct council_ledger *ledger;
    const struct node_world *world;
    const struct node_note *note;
    const struct node_row_sink *sink;
};

struct ledger_operation *council_ledger_find(struct council_ledger *ledger, uint32_t operation);
/* A promise is broken: the first time is its witness, and told. */
void council_ledger_break(const struct ledger_context *context, enum council_check check,
                          enum council_word word, uint32_t subject, const int64_t *args);
/* judge.c */
void council_ledger_row_operation(const struct ledger_context *context,
                                  const struct ledger_operation *operation);
void council_ledger_rows_second(const struct ledger_context *context);
void council_figures_read(const void *memory, const struct node_world *world, int64_t *values);
void council_judge(const void *memory, const struct node_world *world, bool final,
                   struct system_finding *findings);
void council_rows_open(const void *memory, const struct node_world *world,
                       const struct node_row_sink *sink);
uint64_t council_view(const void *memory, const struct node_world *world, uint64_t since,
                      struct json_writer *writer);
bool council_explain(const void *memory, const struct node_world *world, uint32_t subject,
                     struct json_writer *writer);

#endif
