/* ledger.c: what each note means for the ledger of the council. */
#include "systems/raft/ledger.h"

#include <assert.h>

static const int64_t NS_PER_US = 1000;

static void init(void *state, const struct node_env *env, uint64_t seed)
{
    struct council_ledger *ledger = state;
    (void)env;
    (void)seed;
    ledger->leader = NODE_NONE;
}

void council_ledger_break(const struct ledger_context *context, enum council_check check,
                          enum council_word word, uint32_t subject, const int64_t *args)
{
    struct ledger_witness *witness = &context->ledger->witness[check];
    witness->count++;
    if (witness->count > 1) {
        return;
    }
    *witness = (struct ledger_witness){.count = 1,
                                       .subject = subject,
                                       .word = word,
                                       .at_ns = context->note->time_ns,
                                       .event = context->note->event};
    memcpy(witness->args, args, sizeof witness->args);
    if (context->sink->note != NULL) {
        struct node_note told = *context->note;
        told.kind = COUNCIL_NOTE_PROMISE_BROKEN;
        told.subject = subject;
        told.peer = NODE_NONE;
        memset(told.args, 0, sizeof told.args);
        told.args[0] = check;
        context->sink->note(context->sink->context, &told);
    }
}

/* ---- Operations ---- */

struct ledger_operation *council_ledger_find(struct council_ledger *ledger, uint32_t operation)
{
    struct ledger_operation *one = &ledger->operations[operation % LEDGER_OPERATIONS];
    return one->operation == operation ? one : NULL;
}

static void invoked(const struct ledger_context *context)
{
    const struct node_note *note = context->note;
    struct ledger_operation *one = &context->ledger->operations[note->subject % LEDGER_OPERATIONS];
    *one =
        (struct ledger_operation){.invoked_ns = note->time_ns,
                                  .what = note->args[0],
                                  .value = note->args[1],
                                  .event = note->event,
                                  .floor = context->ledger->newest[COUNCIL_WHAT_KEY(note->args[0])],
                                  .operation = note->subject,
                                  .server = note->peer,
                                  .open = 1};
}

/* Every answer carries the version of its key, which only grows: so an answer that is older than one
 * that was there before the question is seen at once. What clients saw, and nothing else, is looked
 * at. */
static void judge_freshness(const struct ledger_context *context,
                            const struct ledger_operation *one)
{
    const struct node_note *note = context->note;
    uint64_t version = (uint64_t)note->args[2] >> 1;
    uint64_t *newest = &context->ledger->newest[COUNCIL_WHAT_KEY(note->args[0])];
    if (version < one->floor) {
        council_ledger_break(context, COUNCIL_CHECK_FRESH, COUNCIL_WORD_STALE, note->subject,
                             (int64_t[NODE_NOTE_ARGS]){(int64_t)version, (int64_t)one->floor});
    }
    *newest = version > *newest ? version : *newest;
}

static void over(const struct ledger_context *context, enum council_error error)
{
    const struct node_note *note = context->note;
    struct council_ledger *ledger = context->ledger;
    struct ledger_operation *one = council_ledger_find(ledger, note->subject);
    bool ok = note->kind == COUNCIL_NOTE_OK || error == COUNCIL_MISMATCH; /* a clear answer */
    ledger->ok += ok;
    ledger->second_ok += ok;
    bool failed = !ok && note->kind == COUNCIL_NOTE_FAILED;
    ledger->failed += failed;
    ledger->second_failed += failed;
    ledger->unknown += !ok && !failed;
    ledger->second_unknown += !ok && !failed;
    if (one == NULL) {
        return;
    }
    one->open = 0;
    one->error = (uint8_t)error;
    one->server = note->peer;
    one->ended_ns = note->time_ns;
    one->result = note->kind == COUNCIL_NOTE_OK ? note->args[1] : 0;
    one->attempts = note->kind == COUNCIL_NOTE_OK ? (uint32_t)note->args[3] : 0;
    if (note->kind == COUNCIL_NOTE_OK) {
        judge_freshness(context, one);
    }
    if (ok) {
        histogram_add(&ledger->latency_us,
                      (uint64_t)((note->time_ns - one->invoked_ns) / NS_PER_US));
    }
    council_ledger_row_operation(context, one);
}

/* A command of a session is done at one index only; wherever it is done again, by whichever server,
 * it must be that one. */
static void applied(const struct ledger_context *context)
{
    const struct node_note *note = context->note;
    uint32_t session = (uint32_t)note->args[1];
    uint32_t serial = (uint32_t)note->args[2];
    uint64_t index = (uint64_t)note->args[0];
    uint32_t place = session % LEDGER_SERIALS;
    if (note->args[3] != 0 || session == 0) {
        return;
    }
    if (context->ledger->serials[place].session == session &&
        context->ledger->serials[place].serial == serial) {
        uint64_t first = context->ledger->serials[place].index;
        if (first != index) {
            council_ledger_break(
                context, COUNCIL_CHECK_APPLIED_ONCE, COUNCIL_WORD_APPLIED_TWICE, note->subject,
                (int64_t[NODE_NOTE_ARGS]){session, serial, (int64_t)first, (int64_t)index});
        }
        return;
    }
    if (context->ledger->serials[place].session != session ||
        context->ledger->serials[place].serial < serial) {
        context->ledger->serials[place].session = session;
        context->ledger->serials[place].serial = serial;
        context->ledger->serials[place].index = index;
    }
}

/* ---- Servers ---- */

/* Who leads is who believes so in the highest term. */
static void leader_is(const struct ledger_context *context, uint32_t leader)
{
    struct council_ledger *ledger = context->ledger;
    int64_t now_ns = context->note->time_ns;
    if (leader == ledger->leader) {
        return;
    }
    if (leader == NODE_NONE) {
        ledger->no_leader_since_ns = now_ns;
    } else if (ledger->leader == NODE_NONE) {
        int64_t gap_ns = now_ns - ledger->no_leader_since_ns;
        ledger->no_leader_ns = gap_ns > ledger->no_leader_ns ? gap_ns : ledger->no_leader_ns;
    }
    ledger->leader_changes += leader != NODE_NONE;
    ledger->leader = leader;
}

static void leads_no_more(const struct ledger_context *context, uint32_t node)
{
    context->ledger->leads &= ~(UINT32_C(1) << node);
    if (context->ledger->leader == node) {
        leader_is(context, NODE_NONE);
    }
}

/* The five promises of Raft come first among the checks. */
static const enum council_word SAFETY_WORDS[RAFT_PROMISE_COUNT] = {
    [RAFT_ELECTION_SAFETY] = COUNCIL_WORD_TWO_LEADERS,
    [RAFT_LEADER_APPEND_ONLY] = COUNCIL_WORD_STRUCK_OUT,
    [RAFT_LOG_MATCHING] = COUNCIL_WORD_LOGS_DIFFER,
    [RAFT_LEADER_COMPLETENESS] = COUNCIL_WORD_LACKS_COMMITTED,
    [RAFT_STATE_MACHINE_SAFETY] = COUNCIL_WORD_APPLIED_OTHER,
};
_Static_assert((int)COUNCIL_CHECK_STATE_MACHINE == (int)RAFT_STATE_MACHINE_SAFETY, "in that order");

static void judge_safety(const struct ledger_context *context, enum raft_note kind)
{
    struct council_ledger *ledger = context->ledger;
    const struct node_note *note = context->note;
    raft_safety_note(&ledger->safety, note->node, kind, note->args, note->time_ns, note->event);
    for (uint32_t promise = 0; promise < RAFT_PROMISE_COUNT; promise++) {
        const struct raft_breach *breach = &ledger->safety.breaches[promise];
        if (!breach->broken || ledger->witness[promise].count > 0) {
            continue;
        }
        ledger->violations++;
        /* Of a leader that lacks an entry: the term in which it was elected. */
        int64_t term = promise == RAFT_LEADER_COMPLETENESS ? note->args[0] : (int64_t)breach->term;
        council_ledger_break(
            context, (enum council_check)promise, SAFETY_WORDS[promise], NODE_NONE,
            (int64_t[NODE_NOTE_ARGS]){breach->node, breach->other, (int64_t)breach->index, term});
    }
}

static void count(const struct ledger_context *context, enum raft_note kind)
{
    const struct node_note *note = context->note;
    struct council_ledger *ledger = context->ledger;
    uint64_t index = (uint64_t)note->args[0];
    switch (kind) {
    case RAFT_NOTE_CANDIDATE:
        ledger->elections++;
        ledger->server_elections[note->node]++;
        break;
    case RAFT_NOTE_VOTED:
        ledger->server_votes[note->node]++;
        break;
    case RAFT_NOTE_LEADER:
        ledger->leads |= UINT32_C(1) << note->node;
        if (index >= ledger->term) {
            ledger->term = index;
            leader_is(context, note->node);
        }
        break;
    case RAFT_NOTE_STEPPED_DOWN:
        leads_no_more(context, note->node);
        break;
    case RAFT_NOTE_APPENDED:
        if (note->node == ledger->leader) {
            ledger->appended[index % LEDGER_PENDING].index = index;
            ledger->appended[index % LEDGER_PENDING].time_ns = note->time_ns;
        }
        break;
    case RAFT_NOTE_COMMITTED:
        for (uint64_t i = index; note->node == ledger->leader && i > 0 &&
                                 ledger->appended[i % LEDGER_PENDING].index == i;
             i--) {
            int64_t took_ns = note->time_ns - ledger->appended[i % LEDGER_PENDING].time_ns;
            histogram_add(&ledger->commit_us, (uint64_t)(took_ns / NS_PER_US));
            ledger->appended[i % LEDGER_PENDING].index = 0;
        }
        break;
    case RAFT_NOTE_TRUNCATED:
        ledger->struck_out += (uint64_t)(note->args[1] - note->args[0] + 1);
        break;
    case RAFT_NOTE_IMAGE_SENT:
        ledger->images_sent++;
        break;
    default:
        break;
    }
}

static void server_note(const struct ledger_context *context)
{
    const struct node_note *note = context->note;
    enum raft_note kind = (enum raft_note)(note->kind - COUNCIL_NOTE_RAFT);
    judge_safety(context, kind);
    count(context, kind);
}

static void host_note(const struct ledger_context *context)
{
    const struct node_note *note = context->note;
    const struct council_plan *plan = context->world->env->plan;
    if (note->kind == NODE_NOTE_CRASHED && note->node < plan->server_count) {
        leads_no_more(context, note->node);
    } else if (note->kind == NODE_NOTE_STARTED && note->node < plan->server_count) {
        context->ledger->boot_ns[note->node] = note->time_ns;
    } else if (note->kind == NODE_NOTE_VIOLATION) {
        context->ledger->violations++;
        council_ledger_break(context, COUNCIL_CHECK_SOUND, COUNCIL_WORD_BAD_STATE, NODE_NONE,
                             (int64_t[NODE_NOTE_ARGS]){note->args[1], note->node});
    }
}

/* Before the note is taken in: it may end what it is about. */
static void judge_service(const struct ledger_context *context)
{
    struct council_ledger *ledger = context->ledger;
    uint32_t leader = ledger->leader;
    uint32_t followers =
        council_service_note(&ledger->service, context->world, context->note, leader, ledger->term);
    if (followers > 0) {
        council_ledger_break(context, COUNCIL_CHECK_STAYS, COUNCIL_WORD_DEPOSED, NODE_NONE,
                             (int64_t[NODE_NOTE_ARGS]){leader, (int64_t)ledger->term, followers});
    }
}

static void note(void *state, const struct node_world *world, const struct node_note *told,
                 const struct node_row_sink *sink)
{
    struct ledger_context context = {.ledger = state, .world = world, .note = told, .sink = sink};
    context.ledger->notes++;
    if (told->node < RAFT_NODES_MAX) {
        context.ledger->changed[told->node] = context.ledger->notes;
    }
    judge_service(&context);
    if (told->kind < NODE_NOTE_SYSTEM) {
        host_note(&context);
        return;
    }
    switch (told->kind) {
    case COUNCIL_NOTE_INVOKED:
        invoked(&context);
        break;
    case COUNCIL_NOTE_OK:
        over(&context, COUNCIL_OK);
        break;
    case COUNCIL_NOTE_FAILED:
    case COUNCIL_NOTE_UNKNOWN:
        over(&context, (enum council_error)told->args[1]);
        break;
    case COUNCIL_NOTE_SKIPPED:
        context.ledger->skipped++;
        break;
    case COUNCIL_NOTE_APPLIED:
        applied(&context);
        break;
    case COUNCIL_NOTE_RETRIED:
    case COUNCIL_NOTE_REFUSED:
    case COUNCIL_NOTE_PROMISE_BROKEN:
        break;
    default:
        server_note(&context);
        break;
    }
}

static void tick(void *state, const struct node_world *world, const struct node_row_sink *sink)
{
    struct council_ledger *ledger = state;
    struct ledger_context context = {.ledger = ledger, .world = world, .sink = sink};
    if (council_service_tick(&ledger->service, world, ledger->leader, ledger->no_leader_since_ns)) {
        int64_t gap_ns = world->time_ns - ledger->no_leader_since_ns;
        context.note = &(struct node_note){.time_ns = world->time_ns,
                                           .event = ledger->service.event,
                                           .node = NODE_NONE,
                                           .peer = NODE_NONE,
                                           .subject = NODE_NONE};
        council_ledger_break(&context, COUNCIL_CHECK_SERVICE, COUNCIL_WORD_NOBODY_LED, NODE_NONE,
                             (int64_t[NODE_NOTE_ARGS]){gap_ns / COUNCIL_NS_PER_MS});
    }
    council_ledger_rows_second(&context);
    ledger->last_ok = ledger->second_ok;
    ledger->second_ok = ledger->second_failed = ledger->second_unknown = 0;
}

const struct node_observer COUNCIL_LEDGER = {
    .state_bytes = (sizeof(struct council_ledger) + 7) / 8 * 8,
    .init = init,
    .note = note,
    .tick = tick,
};
