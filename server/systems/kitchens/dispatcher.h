/* dispatcher.h: the dispatcher's memory, and what its parts offer each other. Private to
 * dispatcher*.c.
 *
 * The dispatcher chooses who cooks. Three things make it:
 *
 *  - The book (dispatcher_book.c, dispatcher_recover.c): an order is confirmed when its record is
 *    durable, and over when the record of its settling is. What the book holds survives a crash;
 *    all else is learnt again.
 *  - The registry (dispatcher_registry.c): who is open, as far as it is told. Silence, or no answer
 *    to an assignment, is suspicion; not finishing is ejection.
 *  - Assignments (dispatcher_assign.c, dispatcher_handover.c): each has an epoch of its own. At any
 *    moment an order has at most one valid epoch; words under another one are stale.
 *
 * An order is in exactly one list: being written, waiting, recovered and not yet claimed, the line
 * of a full kitchen, or a kitchen's tickets. Slots of orders come from a roster; links hold
 * slot + 1, so that zeroed memory is an empty dispatcher.
 */
#ifndef CHEF_KITCHENS_DISPATCHER_H
#define CHEF_KITCHENS_DISPATCHER_H

#include "systems/kitchens/messages.h"
#include "systems/kitchens/policy.h"
#include "systems/kitchens/roster.h"

/* Limits and times of the dispatcher. The window is what makes "place" idempotent in bounded
 * memory; customers keep the same one (CUSTOMERS_WINDOW). A segment of the book is sized so that a
 * full city's snapshot leaves a quarter of it for what happens next (dispatcher_book.h). */
enum {
    DISPATCHER_PLACES = KITCHENS_FIRST + KITCHENS_MAX, /* by node number of the place; 0 unused */
    DISPATCHER_WINDOW = 4096, /* order numbers above the oldest unanswered one: who was answered */
    DISPATCHER_SETTLED = 256, /* latest settled orders whose epoch is remembered */
    DISPATCHER_RESEND_MS = 100,
    DISPATCHER_EPOCH_BITS = 24,           /* epoch = term << 24 + count: rising through all boots */
    DISPATCHER_SEGMENT_BYTES = 48 * 1024, /* of each of the two files of the book */
    DISPATCHER_TURN_BYTES = NODE_OUTBOX_BYTES / 4, /* a step that asks for more than that goes on in
                                                      another one */
};
#define DISPATCHER_NS_PER_MS INT64_C(1000000)

enum dispatcher_timer {
    DISPATCHER_TIMER_RESEND,
    DISPATCHER_TIMER_WATCH,
    DISPATCHER_TIMER_CYCLE,
    DISPATCHER_TIMER_MORE /* what did not fit into the last step */
};

/* ---- Orders ---- */

/* Where an order is, from the dispatcher's side. The way of an undisturbed order is BOOKING,
 * WAITING for the blink of a choice, ASSIGNED, ACCEPTED, SETTLING; everything else is a
 * disturbance. */
enum order_state {
    ORDER_BOOKING,   /* its record is being written; nobody may know yet */
    ORDER_WAITING,   /* confirmed, and no kitchen has it */
    ORDER_RECOVERED, /* read from the book; some kitchen may have it */
    ORDER_ASSIGNED,  /* sent to a kitchen, not answered */
    ORDER_ACCEPTED,  /* on the kitchen's rail */
    ORDER_OFFERED,   /* the kitchen is asked to let it go */
    ORDER_SETTLING,  /* cooked; the record of that is being written */
};

enum order_flag {
    ORDER_AGAIN = 1,    /* a kitchen had it and lost it */
    ORDER_MOVED = 2,    /* moved_ns is set */
    ORDER_STARTED = 4,  /* its kitchen said that it is being cooked */
    ORDER_RESERVES = 8, /* counted in `reserved` of its hand-over's target */
    ORDER_UNTOLD = 16,  /* waits, and nobody has been told so yet */
};

/* One open order. It is in the dispatcher from the moment it is written until its being done is
 * durable; a slot of the roster, and this beside it. Only the entry in the book survives a crash
 * (struct book_entry); the rest is learnt again. */
struct order {
    uint64_t epoch;
    int64_t assigned_ns; /* under this epoch */
    int64_t sent_ns;     /* last time that ASSIGN or OFFER was sent */
    int64_t moved_ns;    /* last hand-over */
    uint32_t preparation_ms;
    uint32_t token;            /* of the write it waits for; NODE_NONE: not written yet */
    uint32_t refused_sequence; /* word in which `refused_by` refused it */
    uint16_t x_m, y_m;
    uint16_t next, previous;               /* in its list */
    uint16_t resend_next, resend_previous; /* among the unanswered */
    uint8_t dish, source, state, flags;
    uint8_t list;
    uint8_t kitchen;    /* place that has it or whose line it is in; SETTLING: that cooked it */
    uint8_t partner;    /* OFFERED: target; ASSIGNED by hand-over: source; else 0 */
    uint8_t refused_by; /* place that refused it last */
    uint8_t attempts;   /* how often it was sent unanswered */
    uint8_t done_node;  /* SETTLING: who is to be told */
    uint8_t pad[2];
};
_Static_assert(sizeof(struct order) == 72, "no padding: there are 2,048 of them");

enum order_list_name {
    LIST_NONE,
    LIST_WRITING,   /* in order of tokens */
    LIST_WAITING,   /* first come, first served */
    LIST_RECOVERED, /* until somebody claims it or the grace is over */
    LIST_LINE,      /* + place: waits for that kitchen (round robin) */
    LIST_TICKETS = LIST_LINE + DISPATCHER_PLACES, /* + place: oldest assignment first */
    LIST_COUNT = LIST_TICKETS + DISPATCHER_PLACES
};
_Static_assert(LIST_COUNT <= UINT8_MAX, "struct order names its list in a byte");
/* Ends of an intrusive list, as slot + 1; 0: none. */
struct order_list {
    uint16_t first, last;
    uint32_t count;
};

/* ---- Kitchens, as the dispatcher knows them ---- */

/* What the dispatcher makes of a kitchen. Suspicion is about silence, ejection about results; a
 * place that is neither trusted nor on probation gets no work, and has no valid registration,
 * except an ejected one that has registered and waits for its time to be over. */
enum place_state {
    PLACE_ABSENT,
    PLACE_TRUSTED,
    PLACE_PROBATION, /* back from ejection: one ticket at a time until it finishes one */
    PLACE_SUSPECTED,
    PLACE_EJECTED
};

/* A kitchen as it is believed to be: what it registered, what it said last, and what was sent to it
 * since. Nothing in here is truth, and every use of it has to bear that it is old. */
struct place {
    uint64_t registration; /* valid one; 0: none */
    uint64_t request;      /* REGISTER that it answered last */
    int64_t heard_ns;
    int64_t ejected_until_ns;
    uint32_t node;     /* who holds this identity */
    uint32_t sequence; /* of the last word */
    uint32_t average_ms;
    uint32_t specialties;
    int32_t x_m, y_m;
    uint16_t cooks, capacity;
    uint16_t pending, cooking;  /* told */
    uint16_t heartbeat_tickets; /* told by the last heartbeat */
    uint16_t unanswered;        /* assignments under way */
    uint16_t reserved;          /* hand-overs on their way to it */
    uint8_t state;
    uint8_t ejections;
    bool leaving, overloaded;
    uint8_t pad[6];
};
_Static_assert(sizeof(struct place) % 8 == 0, "no padding");

/* ---- The book ---- */

/* The book on the disk: where the next record goes, what is durable, and which numbers were
 * answered. `accepted` is written to each segment's head, `refused` is not: a refusal promises
 * nothing. */
struct book {
    uint32_t generation;     /* of the active segment; salt of its records */
    uint32_t offset;         /* where the next record goes */
    uint32_t snapshot_token; /* of the snapshot that begins the segment, while it is not durable */
    uint32_t first_token;    /* of the segment: what fails before it does not matter */
    uint8_t file;            /* of the active segment */
    bool whole;              /* its snapshot is durable: it must not be written over */
    bool broken;             /* a write failed: nothing more goes into this segment */
    bool full;               /* another snapshot is due once this one is durable */
    uint8_t pad[4];
    uint32_t floor; /* customers have their answer for every lower number */
    uint32_t pad2;
    uint64_t accepted[DISPATCHER_WINDOW / 64]; /* by number modulo window */
    /* By number modulo window: 0, or 1 + enum kitchens_refusal. Who asks again gets the same
     * answer for the same reason. */
    uint8_t refused[DISPATCHER_WINDOW];
};

/* Reading the book after a boot: both segments are looked at, the right one is read, and what it
 * held is told. */
enum recover_stage { RECOVER_SCAN_FIRST, RECOVER_SCAN_SECOND, RECOVER_LOAD, RECOVER_TELL };
struct recover {
    uint8_t stage, file;
    bool whole[NODE_FILES_MAX]; /* that segment has a whole snapshot */
    uint8_t pad[4];
    uint32_t generation[NODE_FILES_MAX];
    uint32_t offset;
    uint32_t torn_bytes;
    uint32_t told; /* RECOVER_TELL: slots gone through */
    uint32_t pad2;
};

enum dispatcher_phase {
    DISPATCHER_READING,   /* the book, after a boot */
    DISPATCHER_BEGINNING, /* writes its new term */
    DISPATCHER_OPEN
};

/* An order that is over, and under which epoch: to know an echo of that word from a stale one. */
struct settled {
    uint64_t epoch;
    uint32_t order;
    uint32_t pad;
};

/* The whole memory of the node; zeroed memory is an empty dispatcher that has read nothing. Its
 * size counts: it is the largest node of a world that is to fit into a megabyte. */
struct dispatcher {
    struct book book;
    struct recover recover;
    struct policy_memory policy;
    uint64_t epoch;                              /* last one given out */
    uint64_t refused_request[DISPATCHER_PLACES]; /* by node: registration refused and noted */
    int64_t grace_until_ns; /* recovered orders wait for their kitchens; 0: over */
    int64_t
        assembly_until_ns; /* all orders wait until every kitchen can have registered; 0: over */
    uint32_t waiting;      /* orders in LIST_WAITING and in lines */
    uint32_t specialties_open; /* cuisines that somebody open has as a specialty */
    uint16_t resend_first, resend_last;
    uint8_t phase;
    bool resend_armed;
    uint8_t pad[2];
    struct order_list lists[LIST_COUNT];
    struct place places[DISPATCHER_PLACES];
    uint8_t identity_of[DISPATCHER_PLACES + 1]; /* by node; 0: not registered */
    uint8_t pad2[4];
    struct settled settled[DISPATCHER_SETTLED];
    struct roster roster;
    struct order orders[KITCHENS_ORDERS_MAX];
};
_Static_assert(sizeof(struct dispatcher) % 8 == 0, "the host's alignment");
_Static_assert(sizeof(struct dispatcher) <= 192 * 1024, "its share of the world");

/* One step: everything that its functions need. */
struct turn {
    struct dispatcher *self;
    const struct node_env *env;
    const struct kitchens_plan *plan;
    struct node_outbox *outbox;
    int64_t now_ns;
};

/* Settings are read where they matter and never kept: they may change while the run goes on. */
static inline int64_t turn_setting(const struct turn *turn, enum kitchens_setting which)
{
    return turn->env->settings[which];
}

static inline int64_t turn_setting_ns(const struct turn *turn, enum kitchens_setting which_ms)
{
    return turn->env->settings[which_ms] * DISPATCHER_NS_PER_MS;
}

/* Has this step asked for enough? The rest is for the next one: see dispatcher_continue(). */
static inline bool turn_is_long(const struct turn *turn)
{
    return turn->outbox->length >= DISPATCHER_TURN_BYTES;
}

/* An order's slot, its number, and a place's number, from where they stand in their arrays. */
static inline uint32_t order_slot(const struct turn *turn, const struct order *order)
{
    return (uint32_t)(order - turn->self->orders);
}

static inline uint32_t order_number(const struct turn *turn, const struct order *order)
{
    return turn->self->roster.numbers[order_slot(turn, order)];
}

static inline uint32_t place_number(const struct turn *turn, const struct place *place)
{
    return (uint32_t)(place - turn->self->places);
}

/* Notes what happened to a subject; `peer` or NODE_NONE. */
void dispatcher_note(const struct turn *turn, enum kitchens_note kind, uint32_t peer,
                     uint32_t subject, int64_t a, int64_t b, int64_t c, int64_t d);

/* ---- dispatcher_lists.c ---- */

/* Take an order out of its list (if any) and put it at the end, or at the front, of another. */
void order_append(const struct turn *turn, struct order *order, uint32_t list);
void order_prepend(const struct turn *turn, struct order *order, uint32_t list);
void order_remove(const struct turn *turn, struct order *order);
/* The ends of a list and its neighbours, NULL past the end. An order must be in a list for its
 * neighbours to mean anything. Remember the neighbour before changing the list: orders move. */
struct order *order_first(const struct turn *turn, uint32_t list);
struct order *order_last(const struct turn *turn, uint32_t list);
struct order *order_after(const struct turn *turn, const struct order *order);
struct order *order_before(const struct turn *turn, const struct order *order);
/* An order by number, NULL if it is not open. */
struct order *order_find(const struct turn *turn, uint32_t number);
/* Puts an unanswered question (ASSIGN, OFFER) at the end of those to be repeated, or takes it
 * away. */
void resend_add(const struct turn *turn, struct order *order);
void resend_remove(const struct turn *turn, struct order *order);
/* The one that was asked longest ago; NULL if nothing is unanswered. */
struct order *resend_first(const struct turn *turn);

/* ---- dispatcher_book.c ---- */

/* What the dispatcher knows of an order number: never seen, taken, refused, or below the floor,
 * where nobody asks any more. */
enum book_memory { BOOK_NEVER_SEEN, BOOK_ACCEPTED, BOOK_REFUSED, BOOK_ANSWERED_LONG_AGO };
enum book_memory book_recall(const struct book *book, uint32_t number);
/* Why it was refused. Precondition: book_recall() says that it was. */
enum kitchens_refusal book_refusal(const struct book *book, uint32_t number);
/* Nobody asks any more for numbers below `floor`. */
void book_raise_floor(struct book *book, uint32_t floor);
/* Remember an answer that is being given. Precondition: the number is not below the floor. */
void book_remember_accepted(struct book *book, uint32_t number);
void book_remember_refused(struct book *book, uint32_t number, enum kitchens_refusal why);

/* Write the record of an order that has just come (BOOKING) or is over (SETTLING); it joins
 * LIST_WRITING until that is durable: then dispatcher_confirmed() or dispatcher_settled(). */
void book_write(const struct turn *turn, struct order *order);
/* Begin the next segment with everything that is open. */
void book_snapshot(const struct turn *turn);
/* A write of the book came back from the disk, well or not. Every order whose record is durable by
 * it is confirmed or settled from here. */
void book_written(const struct turn *turn, const struct node_event *event);
/* Try again after a failure. */
void book_retry(const struct turn *turn);

/* ---- dispatcher_recover.c ---- */

/* Start reading, in the first step of a boot. */
void recover_begin(const struct turn *turn);
/* One read came back. */
void recover_read(const struct turn *turn, const struct node_event *event);
/* Goes on telling what the book held. */
void recover_continue(const struct turn *turn);

/* ---- dispatcher.c ---- */

/* Another step follows at once. */
void dispatcher_continue(const struct turn *turn);
/* The record of an order is durable. */
void dispatcher_confirmed(const struct turn *turn, struct order *order);
void dispatcher_settled(const struct turn *turn, struct order *order);
/* The new term is durable: the work begins. */
void dispatcher_open(const struct turn *turn);

/* ---- dispatcher_registry.c ---- */

/* What it believes of a kitchen's tickets: told, and its own assignments under way. */
uint32_t place_tickets(const struct turn *turn, const struct place *place);
/* May new orders go there? */
bool place_is_open(const struct place *place);
/* Tickets that it may have: one on probation. */
uint32_t place_capacity(const struct place *place);
/* The place whose valid registration this is, held by that node; NULL if none. */
struct place *place_by_registration(const struct turn *turn, uint32_t node, uint64_t registration);
/* It has said how it is doing. */
void place_told(const struct turn *turn, struct place *place, const struct kitchens_state *state);
/* Silence, or no answer: its registration ends and its orders go to others. Nothing, if it has
 * none. */
void place_suspect(const struct turn *turn, struct place *place);
/* Its ticket was finished. */
void place_finished_one(const struct turn *turn, struct place *place);
/* REGISTER, LEAVE and HEARTBEAT of a node that is a kitchen; lengths and fields were checked. */
void registry_register(const struct turn *turn, const struct node_event *event);
void registry_leave(const struct turn *turn, const struct node_event *event);
void registry_ask(const struct turn *turn, uint32_t node);
void registry_heartbeat(const struct turn *turn, const struct node_event *event);
/* Each heartbeat: silence, and those who do not finish. */
void registry_watch(const struct turn *turn);

/* ---- dispatcher_assign.c ---- */

/* Fills what the policies look at; returns how many kitchens may get this order. */
uint32_t assign_candidates(const struct turn *turn, const struct order *order,
                           struct policy_candidate *candidates);
struct policy_candidate assign_candidate(const struct turn *turn, const struct order *order,
                                         const struct place *place);
/* Says of each candidate what its score is made of: "why this kitchen?" */
void assign_note_candidates(const struct turn *turn, const struct order *order,
                            const struct policy_candidate *candidates, uint32_t count);
/* Give an order that no kitchen has to a kitchen, or let it wait. */
void assign_order(const struct turn *turn, struct order *order);
/* Send it to that place under that epoch. `partner`: source of a hand-over, or 0. */
void assign_to(const struct turn *turn, struct order *order, struct place *place, uint64_t epoch,
               int64_t score, uint32_t partner);
/* Take it from its kitchen, whatever was going on; it is then in no list. */
void assign_take_back(const struct turn *turn, struct order *order, enum kitchens_reason reason);
/* Take all orders from a place and give them to others. Returns how many it had. */
uint32_t assign_take_all(const struct turn *turn, struct place *place, enum kitchens_reason reason);
/* Is it too early after a restart to choose among the few that have registered? */
bool assign_is_early(const struct turn *turn);
/* Something may have room now: that place's line first, then who waits for anybody. */
void assign_serve(const struct turn *turn, struct place *place);
void assign_serve_waiting(const struct turn *turn);
/* Goes on with those whom a long step has put off. */
void assign_continue(const struct turn *turn);
/* The policy has changed: lines are for policies that take turns. */
void assign_policy_changed(const struct turn *turn);
/* What a kitchen answered to an assignment; words that do not mean its valid one are ignored. */
void assign_accepted(const struct turn *turn, struct place *place,
                     const struct kitchens_report *word);
void assign_rejected(const struct turn *turn, struct place *place,
                     const struct kitchens_report *word);
/* Asks again what has waited long enough; suspects who has been asked too often. */
void assign_resend_due(const struct turn *turn);
/* A fresh epoch, above all that were ever given out. Serves registrations, too. */
uint64_t epoch_next(const struct turn *turn);

/* ---- dispatcher_handover.c ---- */

/* One round: every overloaded kitchen offers a few waiting orders to kitchens with room. */
void handover_cycle(const struct turn *turn);
/* The source has let go, or was too late: answers to an offer. `place`: whose word it is. */
void handover_released(const struct turn *turn, struct place *place,
                       const struct kitchens_report *word);
void handover_too_late(const struct turn *turn, struct place *place,
                       const struct kitchens_report *word);
/* An offer is over, whatever came of it. */
void handover_unreserve(const struct turn *turn, struct order *order);
/* Says that a hand-over came to nothing, and why. Changes nothing by itself. */
void handover_failed(const struct turn *turn, const struct order *order, uint32_t source,
                     uint32_t target, enum kitchens_reason reason);

/* ---- dispatcher_look.c ---- */

/* For struct node_protocol: what is still to be done, what must hold, what an expert may see. */
bool dispatcher_pending(const void *state, const struct node_env *env, struct node_reason *reason);
bool dispatcher_violation(const void *state, const struct node_env *env,
                          struct node_reason *reason);
void dispatcher_inspect(const void *state, const struct node_env *env, struct json_writer *writer);

#endif
