/* append_models.c - names of anomalies, isolation levels, and which level forbids what (append.h).
 *
 * The levels and their order: Adya (1999); Bailis and others, "Highly available transactions" (VLDB
 * 2013); Cerone, Bernardi, Gotsman (CONCUR 2015) for read atomic and snapshot isolation; Daudjee and
 * Salem (VLDB 2006) for the strong-session ones; as Elle puts them together. A lost update breaks cursor
 * stability, and with it all levels above. */
#include "check/append.h"

#include <assert.h>
#include <string.h>

static const char *const NAMES[APPEND_ANOMALIES] = {
    [APPEND_PHANTOM] = "phantom",
    [APPEND_DUPLICATE] = "duplicate-elements",
    [APPEND_INCOMPATIBLE] = "incompatible-order",
    [APPEND_DIRTY] = "dirty-update",
    [APPEND_G1A] = "G1a",
    [APPEND_G1B] = "G1b",
    [APPEND_INTERNAL] = "internal",
    [APPEND_FUTURE] = "future-read",
    [APPEND_LOST] = "lost-update",
    [APPEND_G0] = "G0",
    [APPEND_G0 + 1] = "G0-process",
    [APPEND_G0 + 2] = "G0-realtime",
    [APPEND_G1C] = "G1c",
    [APPEND_G1C + 1] = "G1c-process",
    [APPEND_G1C + 2] = "G1c-realtime",
    [APPEND_SINGLE] = "G-single-item",
    [APPEND_SINGLE + 1] = "G-single-item-process",
    [APPEND_SINGLE + 2] = "G-single-item-realtime",
    [APPEND_NONADJACENT] = "G-nonadjacent-item",
    [APPEND_NONADJACENT + 1] = "G-nonadjacent-item-process",
    [APPEND_NONADJACENT + 2] = "G-nonadjacent-item-realtime",
    [APPEND_G2] = "G2-item",
    [APPEND_G2 + 1] = "G2-item-process",
    [APPEND_G2 + 2] = "G2-item-realtime",
};
_Static_assert(APPEND_ANOMALIES <= 32, "a set of anomalies is 32 bits");
_Static_assert((int)APPEND_ANOMALIES <= (int)CHECK_FINDINGS_MAX, "a verdict has room for all");
_Static_assert((int)APPEND_MODELS <= (int)CHECK_ANSWERS_MAX, "a verdict has room for all");

const char *append_anomaly_name(enum append_anomaly anomaly)
{
    assert(anomaly < APPEND_ANOMALIES && NAMES[anomaly] != NULL);
    return NAMES[anomaly];
}

enum level {
    READ_UNCOMMITTED,
    READ_COMMITTED,
    READ_ATOMIC,
    CURSOR_STABILITY,
    CONSISTENT_VIEW,
    REPEATABLE_READ,
    SNAPSHOT_ISOLATION,
    SERIALIZABLE,
    SESSION_READ_UNCOMMITTED,
    SESSION_READ_COMMITTED,
    SESSION_SNAPSHOT_ISOLATION,
    SESSION_SERIALIZABLE,
    STRONG_READ_UNCOMMITTED,
    STRONG_READ_COMMITTED,
    STRONG_SNAPSHOT_ISOLATION,
    STRICT_SERIALIZABLE,
    LEVELS,
};
_Static_assert((int)LEVELS == (int)APPEND_MODELS, "the header says how many there are");

const char *const APPEND_MODEL_NAMES[APPEND_MODELS] = {
    "read-uncommitted",
    "read-committed",
    "read-atomic",
    "cursor-stability",
    "consistent-view",
    "repeatable-read",
    "snapshot-isolation",
    "serializable",
    "strong-session-read-uncommitted",
    "strong-session-read-committed",
    "strong-session-snapshot-isolation",
    "strong-session-serializable",
    "strong-read-uncommitted",
    "strong-read-committed",
    "strong-snapshot-isolation",
    "strict-serializable",
};

/* A level, the levels that it includes, and what it forbids beyond them. */
static const struct {
    uint32_t includes, forbids;
} LATTICE[LEVELS] = {
    [READ_UNCOMMITTED] = {.forbids = APPEND_BIT(APPEND_PHANTOM) | APPEND_BIT(APPEND_DUPLICATE) |
                                     APPEND_BIT(APPEND_G0)},
    [READ_COMMITTED] = {1u << READ_UNCOMMITTED,
                        APPEND_BIT(APPEND_G1A) | APPEND_BIT(APPEND_G1B) | APPEND_BIT(APPEND_G1C) |
                            APPEND_BIT(APPEND_DIRTY) | APPEND_BIT(APPEND_INCOMPATIBLE) |
                            APPEND_BIT(APPEND_FUTURE)},
    [READ_ATOMIC] = {1u << READ_COMMITTED, APPEND_BIT(APPEND_INTERNAL)},
    [CURSOR_STABILITY] = {1u << READ_COMMITTED, APPEND_BIT(APPEND_LOST)},
    [CONSISTENT_VIEW] = {1u << CURSOR_STABILITY, APPEND_BIT(APPEND_SINGLE)},
    [REPEATABLE_READ] = {1u << CURSOR_STABILITY, APPEND_BIT(APPEND_G2)},
    [SNAPSHOT_ISOLATION] = {1u << CONSISTENT_VIEW | 1u << READ_ATOMIC,
                            APPEND_BIT(APPEND_NONADJACENT)},
    [SERIALIZABLE] = {1u << SNAPSHOT_ISOLATION | 1u << REPEATABLE_READ, 0},
    [SESSION_READ_UNCOMMITTED] = {1u << READ_UNCOMMITTED, APPEND_BIT(APPEND_G0 + 1)},
    [SESSION_READ_COMMITTED] = {1u << READ_COMMITTED | 1u << SESSION_READ_UNCOMMITTED,
                                APPEND_BIT(APPEND_G1C + 1)},
    [SESSION_SNAPSHOT_ISOLATION] = {1u << SNAPSHOT_ISOLATION | 1u << SESSION_READ_COMMITTED,
                                    APPEND_BIT(APPEND_NONADJACENT + 1)},
    [SESSION_SERIALIZABLE] = {1u << SERIALIZABLE | 1u << SESSION_SNAPSHOT_ISOLATION,
                              APPEND_BIT(APPEND_G2 + 1)},
    [STRONG_READ_UNCOMMITTED] = {1u << SESSION_READ_UNCOMMITTED, APPEND_BIT(APPEND_G0 + 2)},
    [STRONG_READ_COMMITTED] = {1u << SESSION_READ_COMMITTED | 1u << STRONG_READ_UNCOMMITTED,
                               APPEND_BIT(APPEND_G1C + 2)},
    [STRONG_SNAPSHOT_ISOLATION] = {1u << SESSION_SNAPSHOT_ISOLATION | 1u << STRONG_READ_COMMITTED,
                                   APPEND_BIT(APPEND_NONADJACENT + 2)},
    [STRICT_SERIALIZABLE] = {1u << SESSION_SERIALIZABLE | 1u << STRONG_SNAPSHOT_ISOLATION,
                             APPEND_BIT(APPEND_G2 + 2)},
};

uint32_t append_model_find(const char *name)
{
    for (uint32_t i = 0; i < APPEND_MODELS; i++) {
        if (strcmp(APPEND_MODEL_NAMES[i], name) == 0) {
            return i;
        }
    }
    return APPEND_NONE;
}

/* All kinds of which each implies the given one: it is the weaker claim. */
static uint32_t implying(uint32_t kinds)
{
    for (uint32_t order = 0; order < 3; order++) {
        if ((kinds & APPEND_BIT(APPEND_G2 + order)) != 0) {
            kinds |= APPEND_BIT(APPEND_NONADJACENT + order);
        }
        if ((kinds & APPEND_BIT(APPEND_NONADJACENT + order)) != 0) {
            kinds |= APPEND_BIT(APPEND_SINGLE + order);
        }
        if ((kinds & APPEND_BIT(APPEND_G1C + order)) != 0) {
            kinds |= APPEND_BIT(APPEND_G0 + order);
        }
    }
    /* A cycle of data is one with real time, too; so is one with the order of processes. */
    for (uint32_t kind = APPEND_G0; kind < APPEND_ANOMALIES; kind += 3) {
        if ((kinds & APPEND_BIT(kind + 2)) != 0) {
            kinds |= APPEND_BIT(kind + 1);
        }
        if ((kinds & APPEND_BIT(kind + 1)) != 0) {
            kinds |= APPEND_BIT(kind);
        }
    }
    return kinds;
}

uint32_t append_model_forbids(uint32_t model)
{
    assert(model < APPEND_MODELS);
    uint32_t kinds = 0;
    uint32_t levels = 1u << model;
    for (uint32_t i = model + 1; i-- > 0;) { /* a level includes only such as stand before it */
        if ((levels & 1u << i) != 0) {
            assert(LATTICE[i].includes < 1u << i || i == 0);
            kinds |= LATTICE[i].forbids;
            levels |= LATTICE[i].includes;
        }
    }
    return implying(kinds);
}
