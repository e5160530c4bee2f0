/* ledger_state.h: the ledger's memory, one relocatable block, and what its parts offer each other.
 *
 * Everything here is private to ledger*.c, view.c and explain.c. Bounds: LEDGER_ORDERS records and
 * LEDGER_STEPS intervals in pools; when one is full, finished orders go first, the oldest before
 * the others; if that is not enough the order is counted as not followed and the judge says that
 * it does not know.
 *
 * Times of an order are in units of 25 us since it was placed: 32 bits then last 29 hours, and
 * 40 units are a millisecond, so that intervals still sum exactly.
 */
#ifndef CHEF_KITCHENS_LEDGER_STATE_H
#define CHEF_KITCHENS_LEDGER_STATE_H

#include "base/histogram.h"
#include "systems/kitchens/ledger.h"
#include "systems/kitchens/words.h"

/* Sizes of the pools and windows. Together they are the ledger's budget of 384 KB, the largest part
 * of a world's megabyte: it is paid for being able to answer "why?" about any recent order. */
enum {
    LEDGER_ORDERS = KITCHENS_ORDERS_MAX + 64, /* records, open and finished */
    LEDGER_FINISHED = 512,                    /* finished orders kept for questions, at most */
    LEDGER_STEPS = 5632,                      /* intervals of all records */
    LEDGER_BUCKETS = 1024,                    /* hash chains, a power of two */
    LEDGER_SETTLED_BITS = 65536,              /* orders whose being settled is remembered exactly */
    LEDGER_CANDIDATES = 2048, /* score terms of the latest decisions: 256 with 8 kitchens */
    LEDGER_WINDOW = 2048,     /* responses in the sliding window */
    LEDGER_WINDOW_S = 60,     /* its length: response figures and rates speak of these seconds */
    LEDGER_JAIN_S = 300,      /* window of jain_utilisation */
    LEDGER_BUSY_STEP_S = 10,  /* grid of the utilisation windows */
    LEDGER_BUSY_STEPS = LEDGER_JAIN_S / LEDGER_BUSY_STEP_S,
    LEDGER_MOVES = 2048, /* latest moves between nodes, for aggregated frames */
    LEDGER_TICKS = 64,   /* latest seconds whose change mark is known */
    LEDGER_UNIT_NS = 25000,
    LEDGER_UNITS_PER_MS = 40,
    LEDGER_LATE_MS = 10000, /* twice what one in a hundred waits in an ordinary rush */
};
#define LEDGER_NOBODY     UINT16_MAX /* no record, no step */
#define LEDGER_NO_KITCHEN UINT8_MAX
#define LEDGER_SECOND_NS  INT64_C(1000000000)
#define LEDGER_MS_NS      INT64_C(1000000)

/* Where an order is; the numbers are those of the live frame (docs/api.md). */
enum ledger_phase {
    LEDGER_PHASE_TO_DISPATCHER = 1,
    LEDGER_PHASE_BOOK,
    LEDGER_PHASE_WAITING,
    LEDGER_PHASE_TO_KITCHEN,
    LEDGER_PHASE_QUEUED,
    LEDGER_PHASE_COOKING,
    LEDGER_PHASE_COURIER,
    LEDGER_PHASE_HANDOVER,
    LEDGER_PHASE_SERVED,
    LEDGER_PHASE_REFUSED,
    LEDGER_PHASE_LOST,
};

enum ledger_flag {
    LEDGER_CONFIRMED = 1,    /* the promise holds */
    LEDGER_SETTLED = 2,      /* the dispatcher has booked it as done */
    LEDGER_UNHEARD = 4,      /* the dispatcher crashed and has not mentioned it since */
    LEDGER_FORGOTTEN = 8,    /* the book that survived does not hold it */
    LEDGER_TICKET_GONE = 16, /* its kitchen crashed or threw the ticket away */
    LEDGER_REJECTED = 32,    /* the refusal of a full kitchen is on the way back */
    LEDGER_GIVEN_UP = 64,    /* the customer stopped asking */
    LEDGER_HANDED_ON = 128,  /* its hand-over has reached the second phase: sent to the target */
};

/* One interval of an order: from the end of the one before (or 0) to `until`. */
struct ledger_step {
    uint32_t until; /* units since placed */
    uint32_t ref;   /* as enum ledger_blocker says; NODE_NONE */
    uint16_t next;
    uint8_t blocker;
    uint8_t node; /* where: a node, or LEDGER_NO_KITCHEN */
};
_Static_assert(sizeof(struct ledger_step) == 12, "no padding");

/* One order, open or finished. 96 bytes, two thousand of them: times are units since placed, node
 * numbers bytes, and everything that can be computed from the intervals is not stored again. */
struct ledger_order {
    int64_t placed_ns;
    uint64_t epoch; /* latest one assigned */
    uint64_t cooked_epoch;
    uint32_t order;
    uint32_t mark, born;      /* number of the note that last changed it, that made it */
    uint32_t cooked;          /* units since placed; 0: not yet */
    uint32_t offered, handed; /* hand-over offered; last one accepted; 0: never */
    uint32_t travel_ms;       /* of the courier */
    uint32_t until;           /* when the present phase ends, if known; 0: unknown */
    uint32_t candidates;      /* number of the first of its score terms */
    uint32_t blocked_ref;
    int32_t score; /* millionths; -1: no score */
    uint16_t x_m, y_m;
    uint16_t chain; /* next record of the hash bucket */
    uint16_t first_step, last_step;
    uint8_t phase; /* 0: the record is free */
    uint8_t blocked, flags, outcome;
    uint8_t reason; /* while it is open: enum kitchens_wait; once refused: why */
    uint8_t dish, source, policy, candidate_count;
    uint8_t kitchen_first, kitchen, kitchen_cooked; /* node numbers */
    uint8_t handover_from, handover_to;
    uint8_t migrations, reassigned, times_cooked; /* stop at 255 */
    uint8_t decided;                              /* node that the score terms speak of */
};
_Static_assert(sizeof(struct ledger_order) == 96, "no padding, and the pool's budget");

/* Terms of the weighted score of one candidate, millionths of the whole score. */
struct ledger_candidate {
    uint32_t load : 24, node : 8;
    uint32_t specialty, time, distance;
};
_Static_assert(sizeof(struct ledger_candidate) == 16, "a million fits into 24 bits");

enum ledger_truth { /* numbers of the live frame */
                    LEDGER_TRUTH_EMPTY,
                    LEDGER_TRUTH_OPEN,
                    LEDGER_TRUTH_SLOW,
                    LEDGER_TRUTH_CLOSED,
                    LEDGER_TRUTH_PAUSED,
                    LEDGER_TRUTH_RECOVERING,
                    LEDGER_TRUTH_LEAVING,
                    LEDGER_TRUTH_CUT,
};
/* What the dispatcher thinks of a kitchen, told by its own notes. Numbers of the live frame. */
enum ledger_belief {
    LEDGER_BELIEF_UNKNOWN,
    LEDGER_BELIEF_OPEN,
    LEDGER_BELIEF_CLOSED,
    LEDGER_BELIEF_EJECTED,
    LEDGER_BELIEF_LEFT,
};

/* One kitchen: truth, belief, and the counts of the present second. `committed` and `incoming` are
 * the ledger's own account of what the dispatcher has promised it, counted from notes, against
 * which the dispatcher's decisions are judged. */
struct ledger_kitchen {
    int64_t changed_ns;   /* busy_ns is integrated up to here */
    int64_t busy_ns;      /* cook-nanoseconds worked so far */
    int64_t away_ns;      /* last moment at which it was not up; 0: never */
    int64_t progress_ns;  /* since when it holds orders and has finished none */
    int64_t finished_ns;  /* last time that it finished an order */
    int64_t tick_busy_ns; /* busy_ns at the last tick */
    uint32_t mark, born;  /* change marks: anything; what describes it */
    uint32_t specialties;
    uint16_t cooks, capacity, speed_pct;
    uint16_t slow_pct, cpu_pct; /* 100: as built */
    uint16_t cooking, pending;  /* truth */
    uint16_t believed_cooking, believed_pending, believed_way;
    uint16_t committed; /* orders now assigned to it and not cooked */
    uint16_t incoming;  /* hand-overs offered to it and not yet with it */
    uint8_t opened, up, paused, leaving, recovering;
    uint8_t belief;
    uint8_t identity;  /* as registered: a node number; LEDGER_NO_KITCHEN */
    uint8_t probation; /* back from ejection: it gets one ticket until that is settled */
    uint32_t average_ms;
    uint32_t herd; /* assignments in the present refresh */
    int32_t score; /* of the last order assigned; -1 */
    /* This second's counts, for its row. */
    uint16_t assigned, completed, migrated_out, migrated_in, rejected, bounced;
    uint32_t served_total;
    uint32_t responses;      /* orders cooked for the first time in this second */
    uint64_t response_units; /* of those completed in this second */
};

/* The first time that a promise was broken, and how often. */
struct ledger_witness {
    uint32_t count;
    uint32_t subject;
    int64_t at_ns;
    uint64_t first_event, last_event;
    int64_t args[NODE_NOTE_ARGS];
    uint32_t word;
    uint32_t pad;
};

/* Counts of the run so far; `second` below holds the same at the last tick. */
struct ledger_counts {
    uint64_t placed, confirmed, cooked, settled, served, refused, given_up, lost, wasted, misrouted;
    uint64_t reassigned, offered, migrations, bounces, settled_twice;
    uint64_t not_followed;   /* orders without a record */
    uint64_t response_units; /* of all cooked */
};

/* Responses of the last LEDGER_WINDOW_S seconds: in order of time, and sorted. */
struct ledger_window {
    uint32_t first, count;
    uint64_t sum;
    uint32_t value[LEDGER_WINDOW];  /* ring, units */
    uint32_t second[LEDGER_WINDOW]; /* ring */
    uint32_t sorted[LEDGER_WINDOW];
    uint16_t placed[LEDGER_WINDOW_S + 1], cooked[LEDGER_WINDOW_S + 1]; /* by second, ring */
};

/* One flight between two nodes, for frames that show counts instead of sprites. */
struct ledger_move {
    uint32_t mark;
    uint8_t from, to;
    uint16_t pad;
};

/* The whole memory, in the order: counts, then rings and grids, then the big pools. Zeroed memory
 * is not quite an empty ledger: ledger_orders_init() and ledger_city_init() write what is not zero.
 */
struct ledger {
    uint64_t notes; /* the change mark: number of notes seen */
    uint64_t event; /* the last one that noted something */
    uint64_t late;  /* orders cooked later than LEDGER_LATE_MS */
    struct ledger_counts counts, second;
    struct ledger_witness witness[LEDGER_CHECK_COUNT];
    struct histogram responses; /* of the whole run, units */
    struct ledger_window window;
    uint32_t waiting, open; /* orders: waiting at the dispatcher; open in all */
    uint32_t faults;
    uint32_t kitchen_count;
    uint32_t herd_total;
    uint32_t herd_round;  /* number of the present refresh, from 1 */
    uint32_t herd_voided; /* refresh in which kitchens came or went last */
    uint32_t herd_told;   /* refresh in which a herd was found last */
    uint32_t dispatcher_mark;
    uint32_t newest; /* largest order number placed */
    uint8_t dispatcher_up, dispatcher_paused, dispatcher_recovering, pad;
    int64_t room_ns;          /* since when there has been a working kitchen with room */
    uint32_t candidate_next;  /* numbers go up; place: number modulo LEDGER_CANDIDATES */
    uint32_t candidate_first; /* of the decision that is being made */
    uint32_t candidate_order;
    uint32_t move_next;
    uint16_t finished_first, finished_count;
    uint16_t order_free, order_fresh, step_free, step_fresh, step_used; /* of the pools */
    uint32_t tick_mark[LEDGER_TICKS];
    struct ledger_kitchen kitchens[KITCHENS_MAX];
    int64_t busy_grid[LEDGER_BUSY_STEPS + 1][KITCHENS_MAX]; /* busy_ns each LEDGER_BUSY_STEP_S */
    uint64_t settled_bits[LEDGER_SETTLED_BITS / 64];
    uint16_t buckets[LEDGER_BUCKETS];
    uint16_t finished[LEDGER_FINISHED]; /* ring of records, oldest first */
    struct ledger_candidate candidates[LEDGER_CANDIDATES];
    struct ledger_move moves[LEDGER_MOVES];
    struct ledger_step steps[LEDGER_STEPS];
    struct ledger_order orders[LEDGER_ORDERS];
};
_Static_assert(sizeof(struct ledger) % 8 == 0, "the host's alignment");
_Static_assert(sizeof(struct ledger) <= 384 * 1024, "the ledger's share of the world");

/* What a note brings along, through all parts. */
struct ledger_context {
    struct ledger *ledger;
    const struct node_world *world;
    const struct kitchens_plan *plan;
    const struct node_note *note;
    const struct node_row_sink *sink;
};

/* Is this node a kitchen's place? To be asked before ledger_kitchen() of any number from a note. */
static inline bool ledger_is_kitchen(const struct ledger *ledger, uint32_t node)
{
    return node >= KITCHENS_FIRST && node < KITCHENS_FIRST + ledger->kitchen_count;
}

/* The kitchen at a node. Precondition: ledger_is_kitchen(). */
static inline struct ledger_kitchen *ledger_kitchen(struct ledger *ledger, uint32_t node)
{
    return &ledger->kitchens[node - KITCHENS_FIRST];
}

static inline const struct ledger_kitchen *ledger_kitchen_const(const struct ledger *ledger,
                                                                uint32_t node)
{
    return &ledger->kitchens[node - KITCHENS_FIRST];
}

/* ---- ledger_order.c: records and intervals ---- */

void ledger_orders_init(struct ledger *ledger);
/* The record of an order, or NULL when it is not (or no longer) known. */
struct ledger_order *ledger_order_find(struct ledger *ledger, uint32_t order);
const struct ledger_order *ledger_order_find_const(const struct ledger *ledger, uint32_t order);
/* A new record, or NULL when all are taken by open orders. The order must not be known. */
struct ledger_order *ledger_order_open(struct ledger *ledger, uint32_t order, int64_t placed_ns);
/* Moves a record among the finished ones; it stays known until its room is needed. */
void ledger_order_finish(struct ledger *ledger, struct ledger_order *order);
/* Units since placed at time_ns. */
uint32_t ledger_units(const struct ledger_order *order, int64_t time_ns);
/* Ends the present interval at time_ns (ignored when that is earlier than its beginning) under the
 * blocker the order had, and sets the next blocker. */
void ledger_order_step(struct ledger *ledger, struct ledger_order *order, int64_t time_ns,
                       enum ledger_blocker blocker, uint32_t ref);
/* Renames the present interval, once its cause is known. */
void ledger_order_blame(struct ledger_order *order, enum ledger_blocker blocker, uint32_t ref);
/* End of the last closed interval, units. */
uint32_t ledger_order_told(const struct ledger *ledger, const struct ledger_order *order);
/* Sum of the intervals under one blocker, units. */
uint32_t ledger_order_blocked(const struct ledger *ledger, const struct ledger_order *order,
                              enum ledger_blocker blocker);

/* ---- ledger_track.c: phases and ends ---- */

/* Its response is still running. */
static inline bool ledger_is_uncooked(const struct ledger_order *order)
{
    return order->cooked == 0 && order->outcome == LEDGER_OPEN;
}
void ledger_order_touch(struct ledger *ledger, struct ledger_order *order);
void ledger_order_phase(const struct ledger_context *context, struct ledger_order *order,
                        enum ledger_phase phase);
/* A truth changed around the order: ends the interval that was if its blocker is another now. */
void ledger_order_block(const struct ledger_context *context, struct ledger_order *order,
                        int64_t time_ns);
/* The note's step had waited for its node's CPU: that wait is an interval of its own, after what
 * brought the event there. */
void ledger_order_waited(const struct ledger_context *context, struct ledger_order *order);
/* The next phase begins with this note. */
void ledger_order_enter(const struct ledger_context *context, struct ledger_order *order,
                        enum ledger_phase phase);
/* From this note on, kitchen `node` (or nobody) has to cook it; ends the present interval. */
void ledger_order_commit(const struct ledger_context *context, struct ledger_order *order,
                         uint8_t node);
void ledger_handover_sent(struct ledger *ledger, struct ledger_order *order);
void ledger_order_handover_end(struct ledger *ledger, struct ledger_order *order);
/* Writes its row; the order must be open. */
void ledger_order_end(const struct ledger_context *context, struct ledger_order *order,
                      enum ledger_outcome outcome, enum ledger_phase phase);
/* Lost, if the book forgot it and no kitchen holds a ticket any more. */
void ledger_order_lose_if_vanished(const struct ledger_context *context,
                                   struct ledger_order *order);
/* Food or an order went from one node to another: for frames that show only counts. */
void ledger_move_add(struct ledger *ledger, uint32_t from, uint32_t to);

/* ---- ledger_life.c and ledger_ticket.c: what a note means for its order ---- */

void ledger_note_placed(const struct ledger_context *context);
void ledger_note_candidate(const struct ledger_context *context);
/* `order` may be NULL: no longer known. */
void ledger_note_settled(const struct ledger_context *context, struct ledger_order *order);
/* False: not a note of theirs about an order. The order is open. */
bool ledger_note_of_dispatcher(const struct ledger_context *context, struct ledger_order *order);
/* Nobody asks for it any more; over, if the dispatcher has not heard of it either. */
void ledger_note_given_up(const struct ledger_context *context, struct ledger_order *order);
/* The hand-over under way, if there is one, has failed. */
void ledger_handover_failed(const struct ledger_context *context, struct ledger_order *order,
                            uint32_t reason);
bool ledger_note_of_customers(const struct ledger_context *context, struct ledger_order *order);
/* `order` may be NULL, or over. */
bool ledger_note_of_kitchen(const struct ledger_context *context, struct ledger_order *order);

/* ---- ledger_city.c: kitchens ---- */

void ledger_city_init(struct ledger *ledger, const struct node_env *env);
/* Sets the tickets of a kitchen as they are, keeping its worked time. */
void ledger_kitchen_load(struct ledger *ledger, uint32_t node, int64_t time_ns, int32_t pending,
                         int32_t cooking);
/* Notes about kitchens and nodes (not about an order). */
void ledger_city_note(const struct ledger_context *context);
enum ledger_truth ledger_truth(const struct ledger *ledger, const struct node_world *world,
                               uint32_t node);
/* Jain's index of utilisation over the last LEDGER_JAIN_S seconds (ten-thousandths), busiest over
 * mean and mean utilisation over the last LEDGER_WINDOW_S (hundredths; ten-thousandths);
 * NODE_CELL_NULL while there is nothing to say. Only kitchens up for the whole window count. */
void ledger_utilisation(const struct ledger *ledger, int64_t now_ns, int64_t *jain,
                        int64_t *max_over_mean, int64_t *utilisation);
void ledger_city_tick(const struct ledger_context *context);

/* ---- ledger_measure.c: windows ---- */

void ledger_window_add(struct ledger_window *window, uint32_t second, uint32_t units);
void ledger_window_expire(struct ledger_window *window, uint32_t second);
/* Nearest rank, units; 0 when empty. */
uint32_t ledger_window_percentile(const struct ledger_window *window, uint32_t rank_ppm);
/* The place of a second in the rings of counts; the present one is not over. */
static inline uint32_t ledger_second_place(uint32_t second)
{
    return second % (LEDGER_WINDOW_S + 1);
}
/* The rate a minute over the last LEDGER_WINDOW_S whole seconds, or since the beginning. */
int64_t ledger_rate_per_min(const uint16_t *by_second, uint32_t second);

/* ---- ledger_judge.c ---- */

/* Says something that only the ledger can know, as a note of its own. */
void ledger_tell(const struct ledger_context *context, uint16_t kind, uint32_t node,
                 uint32_t subject, int64_t argument);
/* Counts a broken promise and keeps the first as witness. */
void ledger_break(const struct ledger_context *context, enum ledger_check check, uint32_t subject,
                  uint32_t word, int64_t a, int64_t b, int64_t c, int64_t d);
/* `decided`: by a fresh decision, whose score terms the order has. */
void ledger_judge_assigned(const struct ledger_context *context, const struct ledger_order *order,
                           bool decided);
/* The kitchens that the dispatcher chooses from are others than before. */
void ledger_judge_kitchens_changed(const struct ledger_context *context);
void ledger_judge_offered(const struct ledger_context *context, uint32_t target);
void ledger_judge_tick(const struct ledger_context *context);

/* ---- ledger_rows.c ---- */

void ledger_row_order(const struct ledger *ledger, const struct kitchens_plan *plan,
                      const struct ledger_order *order, const struct node_row_sink *sink);
void ledger_row_migration(const struct ledger_context *context, const struct ledger_order *order,
                          bool accepted, uint32_t reason);
void ledger_rows_second(const struct ledger_context *context);

#endif
