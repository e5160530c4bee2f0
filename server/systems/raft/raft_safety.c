/* raft_safety.c: are Raft's five promises kept? Judged from notes, one after the other.
 *
 * Log matching is checked by induction: all entries of one index and term must be equal and must stand
 * behind entries of one term; whoever appended the entry before was compared when that was appended. */
#include "systems/raft/raft_safety.h"

#include <assert.h>

const char *raft_promise_name(enum raft_promise promise)
{
    static const char *const NAMES[RAFT_PROMISE_COUNT] = {
        [RAFT_ELECTION_SAFETY] = "election_safety",
        [RAFT_LEADER_APPEND_ONLY] = "leader_append_only",
        [RAFT_LOG_MATCHING] = "log_matching",
        [RAFT_LEADER_COMPLETENESS] = "leader_completeness",
        [RAFT_STATE_MACHINE_SAFETY] = "state_machine_safety",
    };
    assert(promise < RAFT_PROMISE_COUNT);
    return NAMES[promise];
}

/* What a note is about, for all functions below. */
struct turn {
    struct raft_safety *safety;
    struct raft_seen *server;
    uint32_t node;
    int64_t at_ns;
    uint64_t event;
};

static void breach(const struct turn *turn, enum raft_promise promise, uint32_t other,
                   uint64_t index, uint64_t term, uint64_t other_term)
{
    struct raft_breach *breach = &turn->safety->breaches[promise];
    if (!breach->broken) {
        *breach = (struct raft_breach){.broken = 1,
                                       .node = turn->node,
                                       .other = other,
                                       .index = index,
                                       .term = term,
                                       .other_term = other_term,
                                       .at_ns = turn->at_ns,
                                       .event = turn->event};
    }
}

/* ---- The window ---- */

/* NULL: too old. A place that is used again forgets what stood there. */
static struct raft_place_in_log *place_of(struct raft_safety *safety, uint64_t index)
{
    struct raft_place_in_log *place = &safety->places[index % RAFT_SAFETY_WINDOW];
    assert(index > 0);
    if (place->index > index) {
        return NULL;
    }
    if (place->index < index) {
        *place = (struct raft_place_in_log){.index = index, .committed_by = NODE_NONE};
        for (uint32_t node = 0; node < RAFT_NODES_MAX; node++) {
            safety->servers[node].variant[index % RAFT_SAFETY_WINDOW] = 0;
        }
    }
    return place;
}

/* This server's entry, as far as it is known. */
static const struct raft_variant *entry_of(const struct turn *turn, uint64_t index)
{
    struct raft_place_in_log *place = index > 0 ? place_of(turn->safety, index) : NULL;
    uint8_t variant = turn->server->variant[index % RAFT_SAFETY_WINDOW];
    return place == NULL || variant == 0 ? NULL : &place->variants[variant - 1];
}

static void forget_from(const struct turn *turn, uint64_t from, uint64_t upto)
{
    if (upto >= from + RAFT_SAFETY_WINDOW) {
        from = upto - RAFT_SAFETY_WINDOW + 1;
    }
    for (uint64_t index = from; index <= upto; index++) {
        if (place_of(turn->safety, index) != NULL) {
            turn->server->variant[index % RAFT_SAFETY_WINDOW] = 0;
        }
    }
}

/* The variant of that term; a free one; else the oldest, which its owners forget. */
static uint32_t variant_of(struct raft_safety *safety, struct raft_place_in_log *place,
                           uint64_t term)
{
    uint32_t oldest = 0;
    for (uint32_t i = 0; i < RAFT_SAFETY_VARIANTS; i++) {
        if (place->variants[i].term == term) {
            return i;
        }
        if (place->variants[i].term < place->variants[oldest].term) {
            oldest = i;
        }
    }
    place->variants[oldest] = (struct raft_variant){.term = 0};
    for (uint32_t node = 0; node < RAFT_NODES_MAX; node++) {
        uint8_t *variant = &safety->servers[node].variant[place->index % RAFT_SAFETY_WINDOW];
        *variant = *variant == oldest + 1 ? 0 : *variant;
    }
    return oldest;
}

/* ---- Notes ---- */

static void on_started(const struct turn *turn, uint64_t term, uint64_t last, uint64_t image)
{
    struct raft_seen *server = turn->server;
    if (server->struck_from != 0) { /* whether that reached the disk is not known */
        forget_from(turn, server->struck_from, server->last > last ? server->last : last);
    }
    server->last = last;
    server->commit = image;
    server->term = term;
    server->struck_from = 0;
    server->leads = 0;
}

/* A leader of an older term than the newest commit was elected by votes of long ago and can commit
 * nothing; what was committed after it is not its to have. */
static void on_leader(const struct turn *turn, uint64_t term, uint64_t last)
{
    struct raft_safety *safety = turn->safety;
    uint32_t slot = (uint32_t)(term % RAFT_SAFETY_TERMS);
    if (safety->leader_term[slot] == term && safety->leader[slot] != turn->node) {
        breach(turn, RAFT_ELECTION_SAFETY, safety->leader[slot], 0, term, term);
    }
    if (safety->leader_term[slot] < term) {
        safety->leader_term[slot] = term;
        safety->leader[slot] = turn->node;
    }
    turn->server->last = last;
    turn->server->leads = 1;
    turn->server->term = term;
    if (safety->committed == 0 || safety->committed_term >= term) {
        return;
    }
    const struct raft_variant *entry = entry_of(turn, safety->committed);
    if (last < safety->committed) {
        breach(turn, RAFT_LEADER_COMPLETENESS, NODE_NONE, safety->committed, 0,
               safety->committed_term);
    } else if (entry != NULL && entry->term != safety->committed_term) {
        breach(turn, RAFT_LEADER_COMPLETENESS, NODE_NONE, safety->committed, entry->term,
               safety->committed_term);
    }
}

static void on_appended(const struct turn *turn, uint64_t index, uint64_t term, uint64_t what)
{
    struct raft_seen *server = turn->server;
    if (server->leads && index <= server->last) {
        breach(turn, RAFT_LEADER_APPEND_ONLY, NODE_NONE, index, term, server->term);
    }
    const struct raft_variant *before = entry_of(turn, index - 1);
    uint64_t before_term = before != NULL ? before->term : 0;
    server->last = index;
    struct raft_place_in_log *place = place_of(turn->safety, index);
    if (place == NULL) {
        return;
    }
    uint32_t found = variant_of(turn->safety, place, term);
    struct raft_variant *variant = &place->variants[found];
    if (variant->term == 0) {
        *variant = (struct raft_variant){.term = term, .before = before_term, .what = what};
    } else if (variant->what != what) {
        breach(turn, RAFT_LOG_MATCHING, NODE_NONE, index, term, term);
    } else if (variant->before != 0 && before_term != 0 && variant->before != before_term) {
        breach(turn, RAFT_LOG_MATCHING, NODE_NONE, index - 1, before_term, variant->before);
    } else if (variant->before == 0) {
        variant->before = before_term;
    }
    server->variant[index % RAFT_SAFETY_WINDOW] = (uint8_t)(found + 1);
}

static void on_truncated(const struct turn *turn, uint64_t from, uint64_t upto)
{
    struct raft_seen *server = turn->server;
    if (server->leads) {
        breach(turn, RAFT_LEADER_APPEND_ONLY, NODE_NONE, from, 0, server->term);
    }
    forget_from(turn, from, upto);
    server->last = from - 1;
    if (server->struck_from == 0 || from < server->struck_from) {
        server->struck_from = from;
    }
}

/* `term` and `what` are of the entry here; 0: unknown. */
static void commit_one(const struct turn *turn, uint64_t index, uint64_t term, uint64_t what)
{
    struct raft_place_in_log *place = place_of(turn->safety, index);
    if (place == NULL || term == 0) {
        return;
    }
    if (place->committed_term == 0) {
        place->committed_term = term;
        place->committed_what = what;
        place->committed_by = turn->node;
    } else if (place->committed_term != term ||
               (what != 0 && place->committed_what != 0 && place->committed_what != what)) {
        breach(turn, RAFT_STATE_MACHINE_SAFETY, place->committed_by, index, term,
               place->committed_term);
    }
}

static void on_committed(const struct turn *turn, uint64_t upto, uint64_t term)
{
    struct raft_seen *server = turn->server;
    uint64_t from = server->commit + 1;
    if (upto >= from + RAFT_SAFETY_WINDOW) {
        from = upto - RAFT_SAFETY_WINDOW + 1;
    }
    for (uint64_t index = from; index <= upto; index++) {
        const struct raft_variant *entry = entry_of(turn, index);
        if (entry != NULL) {
            commit_one(turn, index, entry->term, entry->what);
        }
    }
    commit_one(turn, upto, term, 0);
    server->commit = upto > server->commit ? upto : server->commit;
    if (upto > turn->safety->committed) {
        turn->safety->committed = upto;
        turn->safety->committed_term = term;
    }
}

/* Entries behind the image stay if the image describes what was there (dissertation 5.1). */
static void on_image_taken(const struct turn *turn, uint64_t index, uint64_t term)
{
    struct raft_seen *server = turn->server;
    const struct raft_variant *entry = entry_of(turn, index);
    if (entry == NULL || entry->term != term) {
        forget_from(turn, index, server->last > index ? server->last : index);
        server->last = index;
        server->struck_from = 1; /* the old log comes back if the image is not yet on the disk */
    }
    commit_one(turn, index, term, 0);
    server->commit = index > server->commit ? index : server->commit;
}

void raft_safety_note(struct raft_safety *safety, uint32_t node, enum raft_note kind,
                      const int64_t args[NODE_NOTE_ARGS], int64_t at_ns, uint64_t event)
{
    if (node >= RAFT_NODES_MAX) {
        return;
    }
    struct turn turn = {.safety = safety,
                        .server = &safety->servers[node],
                        .node = node,
                        .at_ns = at_ns,
                        .event = event};
    uint64_t a = (uint64_t)args[0];
    uint64_t b = (uint64_t)args[1];
    switch (kind) {
    case RAFT_NOTE_STARTED:
        on_started(&turn, a, b, (uint64_t)args[2]);
        break;
    case RAFT_NOTE_LEADER:
        on_leader(&turn, a, b);
        break;
    case RAFT_NOTE_STEPPED_DOWN:
        turn.server->leads = 0;
        break;
    case RAFT_NOTE_APPENDED:
        on_appended(&turn, a, b, (uint64_t)args[2]);
        break;
    case RAFT_NOTE_TRUNCATED:
        on_truncated(&turn, a, b);
        break;
    case RAFT_NOTE_COMMITTED:
        on_committed(&turn, a, b);
        break;
    case RAFT_NOTE_IMAGE_TAKEN:
        on_image_taken(&turn, a, b);
        break;
    default:
        break;
    }
}
