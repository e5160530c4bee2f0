/* kitchen.h: a kitchen's memory, and what its parts offer each other.
 *
 * Private to the kitchen's files: kitchen.c (which part gets which event), desk.c (tasks: orders,
 * deliveries, prices, siblings to settle), store_client.c (one task's question to the store),
 * settle.c, release.c, stove.c. Observers may read it. The replica of the store comes first and knows nothing of
 * the rest: the desk asks it by messages, as it asks every other one; only which lobster to try is
 * looked up in the copy in the own house. */
#ifndef CHEF_SYSTEMS_CITY_KITCHEN_H
#define CHEF_SYSTEMS_CITY_KITCHEN_H

#include "systems/city/messages.h"
#include "systems/city/words.h"
#include "systems/kv/replica.h"

enum {
    CITY_TIMER = KV_TIMER_RAFT + 1,
    CITY_TICK_MS = 20,
    CITY_TASKS = 20, /* open at a desk; with a session each, of all that the store remembers */
    CITY_TICKETS = 24,
    CITY_ASK_MS = 3000,    /* a desk that is not heard is asked so long, and then no more */
    CITY_FATES = 256,      /* orders whose fate is remembered */
    CITY_SEEN = 64,        /* orders cooked here lately: a doubled ticket is none */
    CITY_ATTEMPT_MS = 150, /* without an answer the store is asked again */
    CITY_AGAIN_MS = 30,    /* after a refusal, or after somebody else was quicker */
    CITY_TRIES_MAX = 12,   /* lobsters tried for one order */
    CITY_TICKET_MS = 200,  /* a cook that does not say so in time is asked again, */
    CITY_TICKET_TRIES = 3, /* so often; then another one */
    CITY_LOAD_MS = 250,
    CITY_TRUCK_MS = 30000, /* a truck waits so long for the book */
};
_Static_assert(CITY_TASKS *CITY_KITCHENS_MAX <= MACHINE_SESSIONS, "no session is ever forgotten");

enum city_task_kind {
    CITY_TASK_FREE,
    CITY_TASK_ORDER,
    CITY_TASK_TRUCK,
    CITY_TASK_PRICE,
    CITY_TASK_SETTLE,
    CITY_TASK_RELEASE /* takes back the claim of an order that was turned away in doubt */
};
enum city_phase {
    CITY_PHASE_PRICE,    /* an order: reads the price, */
    CITY_PHASE_CLAIM,    /* writes itself into the book, */
    CITY_PHASE_EMPTY,    /* or makes sure that nothing is left; */
    CITY_PHASE_DISPATCH, /* waits for who cooks, */
    CITY_PHASE_TICKET,   /* for the cook to take it, */
    CITY_PHASE_COOKING,  /* and for the dish */
    CITY_PHASE_WRITE,    /* truck, price, settling: one write */
    CITY_PHASE_RELEASE,  /* a release: looks whether the claim stands, and writes it away */
};

/* Something that a desk is about. At most one question to the store is open for it. */
struct city_task {
    int64_t end_ns;   /* gives up */
    int64_t retry_ns; /* the store, or a cook, is asked again; 0: not */
    int64_t value,
        expected;    /* of the question: written, and what a conditional write finds there */
    int64_t price;   /* of the dish; of a release the claim */
    uint32_t order;  /* or NODE_NONE */
    uint32_t op;     /* of the store's question; 0: none is open */
    uint32_t node;   /* whom it was put to */
    uint32_t serial; /* of its strong writes */
    uint32_t if_version;
    uint32_t epoch; /* of the modes, in which `context` was read */
    uint32_t context[KV_REPLICAS_MAX];
    uint32_t delivery, cook;
    uint32_t generation; /* after a question in doubt it is another process */
    uint16_t key;
    uint8_t kind, phase, dish, tries, function, level, attempt, has_context, in_doubt, refused,
        told, pad;
};

struct city_ticket {
    int64_t done_ns; /* 0: waits for a stove */
    uint32_t order, desk;
    uint32_t dish, pad;
};

struct city_kitchen {
    struct kv_replica store;
    struct city_task tasks[CITY_TASKS];
    struct city_ticket tickets[CITY_TICKETS]; /* in order of arrival; order NODE_NONE: free */
    uint32_t seen[CITY_SEEN];
    uint32_t orders_seen[CITY_SEEN]; /* at the desk; a doubled order is none */
    struct {
        uint32_t order, key, delivery;
    } named[CITY_SEEN]; /* orders that had to go without, lately, and of which lobster */
    struct {
        int64_t asked_ns; /* of another desk's, while it is UNKNOWN: since when it is asked */
        uint32_t order, fate;
    } fates[CITY_FATES]; /* order NODE_NONE: free */
    uint32_t seen_next, orders_next, named_next, ticket_count, generation, fates_next;
    uint32_t load[CITY_KITCHENS_MAX]; /* what the others said, and what was given since */
    uint64_t boot[CITY_KITCHENS_MAX];
    int64_t heard_ns[CITY_KITCHENS_MAX];
    int64_t load_due_ns;
    int64_t ask_due_ns; /* desks are asked for the fate of their orders again */
    uint64_t own_boot;
    uint32_t op_last, serial_last;
};

struct city_turn {
    struct city_kitchen *self;
    const struct node_env *env;
    const struct city_plan *plan;
    struct node_outbox *outbox;
    const int64_t *store; /* the store's settings */
    int64_t now_ns, wall_ns;
};

static inline int64_t city_setting(const struct city_turn *turn, enum city_setting setting)
{
    return turn->env->settings[setting];
}
void city_say(const struct city_turn *turn, enum city_note kind, uint32_t peer, uint32_t subject,
              int64_t a, int64_t b, int64_t c, int64_t d);

/* ---- desk.c ---- */

void desk_on_order(const struct city_turn *turn, const struct city_order *order);
void desk_on_assign(const struct city_turn *turn, const struct city_assign *assign);
void desk_on_taken(const struct city_turn *turn, uint32_t cook, const struct city_taken *taken);
void desk_on_cooked(const struct city_turn *turn, const struct city_order *order);
void desk_on_truck(const struct city_turn *turn);
void desk_on_price(const struct city_turn *turn, uint32_t dish, int64_t price);
/* That kitchen has forgotten what it had taken. */
void desk_on_new_boot(const struct city_turn *turn, uint32_t cook);
/* The store has answered what was asked for this task; *state is what it told. */
void desk_on_answer(const struct city_turn *turn, struct city_task *task, enum kv_result result,
                    const struct kv_state *state);
/* That lobster is somebody else's. */
void desk_sorry(const struct city_turn *turn, uint32_t order);
void desk_tick(const struct city_turn *turn);

uint32_t desk_open(const struct city_kitchen *self);
/* A free place for a task, or NULL. */
struct city_task *desk_begin(const struct city_turn *turn, enum city_task_kind kind,
                             int64_t end_ns);
bool desk_is_about(const struct city_kitchen *self, uint32_t key);

/* ---- store_client.c ---- */

/* A key as the replica in this house has it, whichever path serves it. */
void client_copy(const struct city_kitchen *self, const struct city_plan *plan, uint32_t key,
                 struct kv_state *state);
/* The one value of a state, `missing` if there is none; of siblings the one that counts. */
int64_t client_value(const struct kv_state *state, int64_t missing);
/* Asks: reads a key, or writes it over what *seen says; a strong key is written only if nobody has
 * written it since. */
void client_read(const struct city_turn *turn, struct city_task *task, uint32_t key);
void client_write(const struct city_turn *turn, struct city_task *task, uint32_t key, int64_t value,
                  const struct kv_state *seen);
void client_on_reply(const struct city_turn *turn, const struct node_event *event);
void client_tick(const struct city_turn *turn, struct city_task *task);

/* ---- settle.c ---- */

/* The store itself keeps one of a key's siblings, for a switch of modes. */
void settle_by_store(const struct city_turn *turn, uint32_t key);
/* Siblings that this kitchen has to settle become tasks. */
void settle_tick(const struct city_turn *turn);
/* The first key with siblings, or with the claim of an order turned away; NODE_NONE: none. */
uint32_t settle_left(const struct city_kitchen *self, const struct city_plan *plan);

/* ---- release.c ---- */

/* The customer is told no, but the log has not answered whether his lobster is written. */
void release_begin(const struct city_turn *turn, struct city_task *task);
void release_on_answer(const struct city_turn *turn, struct city_task *task, enum kv_result result,
                       const struct kv_state *state);
/* Looks again. */
void release_go_on(const struct city_turn *turn, struct city_task *task);
bool release_is_about(const struct city_kitchen *self, uint32_t key);
uint32_t release_open(const struct city_kitchen *self);

/* ---- fate.c ---- */

/* Of an order of this desk. */
void fate_is(const struct city_turn *turn, uint32_t order, enum city_fate fate);
enum city_fate fate_known(const struct city_kitchen *self, uint32_t order);
/* The same; what is not known that desk is asked. OPEN: not answered yet. */
enum city_fate fate_asked(const struct city_turn *turn, uint32_t order, uint32_t desk);
void fate_on_question(const struct city_turn *turn, uint32_t from,
                      const struct city_told *question);
void fate_on_told(const struct city_turn *turn, const struct city_told *told);

/* ---- stove.c ---- */

void stove_on_ticket(const struct city_turn *turn, uint32_t desk, const struct city_order *order);
void stove_on_load(const struct city_turn *turn, uint32_t from, const struct city_load *load);
void stove_tick(const struct city_turn *turn);
/* Who dispatches, as far as this kitchen knows: who leads; without a log everybody for himself. */
uint32_t stove_dispatcher(const struct city_kitchen *self, const struct city_plan *plan,
                          uint32_t own);
/* The kitchen that is heard and has the least to do. */
uint32_t stove_choose(const struct city_turn *turn, uint32_t not_this);
uint32_t stove_open(const struct city_kitchen *self);

#endif
