/* system.h: the second contract: what a system adds to its protocols so that the lab can
 * configure, load, run, judge, show and export it.
 *
 * Everything here is data and pure functions. Numbers are int64; a setting or cell with
 * `decimals` d holds value x 10^d (0.8 with two decimals is 80). Texts for people are keys into
 * the system's table of words, web/words/<system>.json (English), used by the page and by the
 * command line alike.
 */
#ifndef CHEF_SYSTEMS_SYSTEM_H
#define CHEF_SYSTEMS_SYSTEM_H

#include "base/error.h"
#include "node/node.h"
#include "node/observer.h"

struct cJSON;
struct json_writer;

/* ---- Settings; bug switches are settings too ---- */

enum system_setting_kind { SYSTEM_NUMBER, SYSTEM_SWITCH, SYSTEM_CHOICE };
struct system_setting {
    const char *key; /* "overload_threshold", "bug.no_fence" */
    enum system_setting_kind kind;
    bool live; /* may change while the run goes on; otherwise only at t = 0 */
    uint8_t decimals;
    const char *unit; /* "orders/min", "ms", "" */
    int64_t min, max, standard;
    const char *const *choices; /* SYSTEM_CHOICE: names in order of value, NULL-terminated */
    const char *trap;           /* bug switches: the trap they open, "CHEF-T07"; else NULL */
};

/* ---- Inputs of the system (the host's own stand in the simulator) ---- */

enum system_argument_kind { SYSTEM_ARG_NUMBER, SYSTEM_ARG_CHOICE };
struct system_argument {
    const char *name; /* with its unit: "factor_pct"; NULL ends the list */
    enum system_argument_kind kind;
    int64_t min, max, standard;
    uint16_t list; /* SYSTEM_ARG_CHOICE: which list of names of the plan (dishes, districts): see
                      plan_name() */
};
struct system_input {
    const char *name;      /* "order.place" */
    const char *target;    /* name of the node that gets it, or NULL: the input names a node */
    bool client_operation; /* 202 with an id; 409 while the run is paused */
    struct system_argument args[NODE_INPUT_ARGS];
    /* The kind of note that tells of each such operation, whoever began it, with arguments of the
     * same names: by it a load can be given as inputs. 0: none. */
    uint16_t told_by;
};

/* ---- Notes, words, checks, figures, tables ---- */

struct system_note {
    const char *name; /* "order_cooked": key of its words, name in conditions and in events.csv */
    const char *args[NODE_NOTE_ARGS]; /* names with unit, NULL if unused: "silence_ms" is usable in
                                         conditions */
    bool listed;                      /* appears in the event list and events.csv */
    bool interesting;                 /* a place to jump to, and a mark on the charts */
    bool jump;                        /* a place to jump to, but no mark: it happens too often */
    bool detail; /* explains other notes, but nothing happens by it (a candidate's score) */
};

enum system_verdict { SYSTEM_PASS, SYSTEM_FAIL, SYSTEM_UNKNOWN };
struct system_check {
    const char *name; /* "no_order_lost" */
    bool history;     /* judged from operations only; false: an invariant that looks inside nodes */
};
struct system_finding {
    enum system_verdict verdict;
    int64_t expected, actual;
    uint32_t subject;                 /* witness: order */
    int64_t at_ns;                    /* when it was broken */
    uint64_t first_event, last_event; /* witness: the window of events */
    struct node_reason reason;        /* in words */
};

/* ---- Operations of clients: the history that checkers judge (server/check) ----
 *
 * Clients tell of each operation by notes: one when it is invoked, one when it is completed, both on
 * the true clock of the run. The lab turns them into the table `history` and into what checkers read,
 * without looking into any node. */

enum system_phase {
    SYSTEM_INVOKED,
    SYSTEM_OK,
    SYSTEM_FAILED, /* it did not happen and never will */
    SYSTEM_INFO,   /* nobody knows; its process goes on under another number */
    SYSTEM_PART /* one more part of what this operation asked for or was told; comes before the note
                   that it belongs to. With a key: function, key and values; without one: a bare
                   value of a list that ends with the value of that note */
};
enum { SYSTEM_VALUES_MAX = 4 };
struct system_operation {
    uint8_t phase;       /* enum system_phase */
    uint8_t level;       /* bit index: which promise the operation was made under (struct
                            system_history.levels) */
    uint16_t function;   /* index in `functions` */
    uint32_t operation;  /* 1, 2, 3 ... over the run */
    uint32_t process;    /* a client's thread; at most one operation of it is open */
    uint32_t node;       /* whom the client asked, or NODE_NONE */
    uint32_t key;        /* see key_name(), or NODE_NONE */
    uint16_t error;      /* FAILED, INFO: index in `errors` */
    uint8_t value_count; /* 0: nil */
    int64_t values[SYSTEM_VALUES_MAX]; /* one: a number; more: a list (compare-and-set from, to);
                                NODE_CELL_NULL: nil */
};
/* A check that is judged from the history. */
struct system_judged {
    uint16_t check;      /* index in `checks`, which has history = true */
    const char *model;   /* of server/check: "register", "kv", "sessions" ... */
    const char *options; /* "init=0 nil=missing": KEY=VALUE with a blank between, or "" */
    uint8_t levels;      /* bits: operations of these levels are looked at */
};
struct system_history {
    const char *const *functions; /* "read", "write", "cas"; NULL-terminated */
    const char *const *levels;    /* "strong", "eventual", "local"; NULL-terminated, at most 8 */
    const char *const *errors;    /* keys of the system's words; NULL-terminated */
    /* The name of a key, as it stands in exports; NULL past the end. */
    const char *(*key_name)(const void *plan, uint32_t key);
    /* Is this note about an operation? Fills it. */
    bool (*operation)(const void *plan, const struct node_note *note,
                      struct system_operation *operation);
    const struct system_judged *judged;
    uint32_t judged_count;
};

enum system_better { SYSTEM_NEITHER, SYSTEM_LOWER, SYSTEM_HIGHER };
struct system_figure {
    const char *name; /* with its unit: "response_mean_ms", "orders_lost" */
    const char *unit;
    uint8_t decimals;
    bool total;                /* it only grows: /metrics gives it as a counter */
    enum system_better better; /* which of two runs is the better one in this */
};

enum system_cell {
    SYSTEM_CELL_NUMBER,
    SYSTEM_CELL_NODE,
    SYSTEM_CELL_LIST,
    SYSTEM_CELL_SETTING_CHOICE
};
struct system_column {
    const char *name; /* with its unit: "queue_ms" */
    enum system_cell kind;
    uint8_t decimals; /* SYSTEM_CELL_NUMBER */
    uint16_t list;    /* SYSTEM_CELL_LIST: list of names of the plan or of the system;
                         SYSTEM_CELL_SETTING_CHOICE: index of the setting */
    const char *unit;
    const char *meaning; /* one line for columns.csv */
};
struct system_table {
    const char *name; /* "orders": file orders.csv, table in the store */
    /* After the common prefix run_id, seed, system, scenario, mode, t_ms. */
    const struct system_column *columns;
    uint32_t column_count;
};

/* A chart of the report about a run, drawn from rows of one of the tables above. Its title, caption
 * and names of lines stand in the table of words ("charts"). */
enum system_chart_kind {
    SYSTEM_CHART_LINES, /* of a table with a row a virtual second: values over time */
    SYSTEM_CHART_BARS,  /* of a table with a row a virtual second and node, which its first column
                           names: means of the last minute, a group of bars a node */
};
enum { SYSTEM_CHART_COLUMNS = 3 };
struct system_chart {
    const char *name; /* key of its words */
    enum system_chart_kind kind;
    uint32_t table;                            /* index in `tables` */
    const char *columns[SYSTEM_CHART_COLUMNS]; /* numbers of one unit; NULL ends them */
    int8_t shift;      /* the axis shows value / 10^shift: 3 for ms in s, -2 for a share in % */
    uint8_t decimals;  /* of values in the caption and in the table under the chart */
    const char *unit;  /* of the axis */
    bool ideal_is_one; /* a line at 1 says what would be best */
};

/* What a system tells of its nodes: as struct sim_node_plan, but owned here. */
struct system_node {
    char name[16];
    const struct node_protocol *protocol;
    int32_t x_m, y_m;
    uint32_t region;
};

/* A step that mends or quietens the system itself, where the host's heal.all does not reach. */
enum system_remedy_kind {
    SYSTEM_REMEDY_HEAL, /* undoes an input of the system that acts as a fault (a slowed kitchen) */
    SYSTEM_REMEDY_STOP, /* ends new work, so that the world can come to rest (orders per minute 0) */
};
struct system_remedy {
    enum system_remedy_kind kind;
    bool is_setting; /* args: setting index, value; otherwise an input: type, node, args */
    uint16_t type;   /* index in `inputs` */
    uint32_t node;
    int64_t args[NODE_INPUT_ARGS];
};

/* Who must be well for work to get done, as bits of node indices: all of `all`, and at least one of
 * `one` (0: nobody in particular). What is promised "in the end" is promised only then; a sweep that
 * heals a part of the world heals at least these. */
struct system_core {
    uint64_t all, one;
};

struct system {
    const char *name; /* "kitchens" */
    const struct system_setting *settings;
    uint32_t setting_count;
    const struct system_input *inputs;
    uint32_t input_count;
    const struct system_note *notes; /* indexed by kind - NODE_NOTE_SYSTEM */
    uint32_t note_count;
    const char *const *words; /* keys for reasons */
    uint32_t word_count;
    const struct system_check *checks;
    uint32_t check_count;
    const struct system_figure *figures;
    uint32_t figure_count;
    /* Filled by the observer's rows. The tables events (of listed notes), inputs, verdicts and
     * columns are the same for every system and the lab writes them. */
    const struct system_table *tables;
    uint32_t table_count;
    uint32_t
        subject_table; /* its first column numbers the subjects; a row comes when one is over */
    const struct system_chart *charts; /* of the report, in its order */
    uint32_t chart_count;

    /* The scenario's data (JSON object, already parsed; may name embedded data files by path)
     * into the system's read-only plan of plan_bytes. 0 or -1. */
    uint32_t plan_bytes;
    int (*load)(const struct cJSON *scenario, void *plan, struct error *error);
    /* Nodes of the world, in order of index. Returns the count, at most `count_max`. */
    uint32_t (*nodes)(const void *plan, struct system_node *nodes, uint32_t count_max);
    /* The n-th name of a list of the plan (dishes, districts ...); NULL past the end. */
    const char *(*plan_name)(const void *plan, uint16_t list, uint32_t index);
    /* The largest value of a number that an input carries, where the plan knows better than the
     * table of inputs: nobody orders from beyond the edge of the map. At most what the table
     * says. May be NULL. */
    int64_t (*argument_max)(const void *plan, uint32_t input, uint32_t argument);
    /* Fields of a JSON object the caller has opened: the map, menu, kitchens: what the page
     * needs once. */
    void (*describe)(const void *plan, struct json_writer *writer);

    /* The index-th step that heals the system or stops its load; false past the last. Heal steps
     * follow each heal.all; all steps are applied to the healed fork that is judged finally. May be
     * NULL. */
    bool (*remedy)(const void *plan, uint32_t index, struct system_remedy *remedy);

    /* Messages of more than 88 bytes that may be under way to a node at once, paused ones included; 0:
     * few. The world has room for so many a node. */
    uint32_t large_messages;

    /* Key of a start setting that lets only the first so many parts of the world take part, 0 all
     * of them: how a world is made smaller. May be NULL. */
    const char *parts_setting;

    /* Operations of clients; NULL: the system's ledger judges everything by itself. */
    const struct system_history *history;
    /* Is this check no promise under these settings (a linearizable read in AP mode)? Then a word of
     * `words` that says why: what is broken is EXPECTED-FAIL, what is not NOT-PROMISED. UINT16_MAX: it
     * is a promise. Asked for each state of the settings that a run went through. May be NULL: all
     * checks always are. */
    uint16_t (*unpromised)(const void *plan, const int64_t *settings, uint32_t check);
    /* Bits of checks about operations of which each was promised it itself, whatever was set before
     * and after: such a check is a promise of the run as soon as it was one at some time. All others
     * are none as soon as they were none: what broke later may come from then. */
    uint64_t by_operation;

    /* Who makes up the cluster, as bits of node indices: recipes of faults act among these, and
     * clients are none. May be NULL: all nodes. */
    uint64_t (*members)(const void *plan);
    /* The member who leads, as far as can be told from outside; NODE_NONE: nobody. May be NULL. */
    uint32_t (*leader)(const void *ledger, const struct node_world *world);

    /* May be NULL: work gets done without anybody in particular. */
    void (*core)(const void *plan, struct system_core *core);

    const struct node_observer *observer; /* the system's ledger: measures and judges from notes */
    /* Current figures, in the order of `figures`; NODE_CELL_NULL where there is none yet. */
    void (*figures_read)(const void *ledger, const struct node_world *world, int64_t *values);
    /* Judge what has happened so far; `final`: the world was healed and has come to rest (what
     * is missing now is lost). One finding a check. */
    void (*judge)(const void *ledger, const struct node_world *world, bool final,
                  struct system_finding *findings);
    /* Rows of things still open (orders not finished), for an export at this moment. */
    void (*rows_open)(const void *ledger, const struct node_world *world,
                      const struct node_row_sink *sink);
    /* The system's part of a live frame: fields of an opened JSON object. since = 0: everything
     * (keyframe); otherwise what changed after that mark. Returns the mark to pass next time. */
    uint64_t (*view)(const void *ledger, const struct node_world *world, uint64_t since,
                     struct json_writer *writer);
    /* Everything known about one subject (an order): fields of an opened JSON object. False: not
     * known. */
    bool (*explain)(const void *ledger, const struct node_world *world, uint32_t subject,
                    struct json_writer *writer);
};

/* The catalogue: all systems, in the order of the course. */
extern const struct system *const SYSTEMS[];
extern const uint32_t SYSTEM_COUNT;

#endif
