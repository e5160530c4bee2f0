/* commit_chains.c - for the clocks of commit_causal.c: as few chains of transactions as are found at once, and
 * all transactions in an order that so and wr allow (register.h). A process that does one transaction only
 * would else be a session, and a clock, of its own. */
#include "check/register.h"

#include <assert.h>
#include <string.h>

/* Which session follows another one: it begins with a read from the other one's last transaction. */
static void link_sessions(const struct register_history *registers, const struct forced_list *list,
                          const uint32_t *last, uint32_t *next, bool *follows)
{
    for (uint32_t i = 0; i < registers->history->count; i++) {
        const struct register_transaction *own = &registers->transactions[i];
        uint32_t session = registers->session[i];
        uint32_t end = registers->place[i] == 0 ? own->first_read + own->read_count : 0;
        for (uint32_t r = own->first_read; r < end && !follows[session]; r++) {
            uint32_t from = register_writer(list, &registers->reads[r]);
            if (from == REGISTER_NONE || from == registers->history->count) {
                continue;
            }
            uint32_t before = registers->session[from];
            if (last[before] == from && next[before] == REGISTER_NONE) {
                assert(before != session); /* else so and wr had a cycle */
                next[before] = session;
                follows[session] = true;
            }
        }
    }
}

/* Puts the transactions of a session behind those that the chain in hand has. */
static void append_session(const struct register_history *registers, uint32_t start, uint32_t end,
                           uint32_t place, struct register_chains *chains)
{
    for (uint32_t i = start; i < end; i++) {
        uint32_t transaction = registers->by_session[i];
        chains->of[transaction] = chains->count;
        chains->place[transaction] = place + i - start;
        chains->order[chains->placed++] = transaction;
    }
}

bool register_find_chains(const struct register_history *registers, const struct forced_list *list,
                          struct check_budget *budget, struct register_chains *chains)
{
    uint32_t count = registers->history->count;
    uint32_t sessions = registers->session_count;
    *chains = (struct register_chains){.count = 0};
    chains->of = check_budget_take(budget, count, sizeof *chains->of);
    chains->place = check_budget_take(budget, count, sizeof *chains->place);
    chains->order = check_budget_take(budget, count, sizeof *chains->order);
    uint32_t *starts = check_budget_take(budget, (size_t)sessions + 1, sizeof *starts);
    uint32_t *last = check_budget_take(budget, sessions, sizeof *last);
    uint32_t *next = check_budget_take(budget, sessions, sizeof *next);
    bool *follows = check_budget_take(budget, sessions, sizeof *follows);
    if (budget->why != NULL) {
        return false;
    }
    memset(next, 0xff, sessions * sizeof *next);
    for (uint32_t i = count; i-- > 0;) {
        starts[registers->session[registers->by_session[i]]] = i;
    }
    starts[sessions] = count;
    for (uint32_t session = 0; session < sessions; session++) {
        last[session] = registers->by_session[starts[session + 1] - 1];
    }
    link_sessions(registers, list, last, next, follows);
    for (uint32_t root = 0; root < sessions; root++) {
        if (follows[root]) {
            continue;
        }
        uint32_t place = 0;
        for (uint32_t session = root; session != REGISTER_NONE; session = next[session]) {
            append_session(registers, starts[session], starts[session + 1], place, chains);
            place += starts[session + 1] - starts[session];
        }
        chains->count++;
    }
    assert(chains->placed == count);
    return check_budget_spend(budget, count);
}

/* ---- An order, near to that of time ---- */

bool register_nth_before(const struct register_history *registers, const struct forced_list *list,
                         uint32_t transaction, uint32_t n, uint32_t *before)
{
    const struct register_transaction *own = &registers->transactions[transaction];
    if (n == 0) {
        *before = registers->previous[transaction];
        return true;
    }
    if (n > own->read_count) {
        return false;
    }
    *before = register_writer(list, &registers->reads[own->first_read + n - 1]);
    *before = *before == registers->history->count ? REGISTER_NONE : *before;
    return true;
}

/* Depth first from each transaction to those before it, which are placed first. There is no cycle. */
bool register_find_order(const struct register_history *registers, const struct forced_list *list,
                         struct check_budget *budget, uint32_t *order, uint32_t *rank)
{
    uint32_t count = registers->history->count;
    struct {
        uint32_t transaction, next;
    } *stack = check_budget_take(budget, count, sizeof *stack);
    uint32_t placed = 0;
    if (stack == NULL) {
        return false;
    }
    memset(rank, 0xff, count * sizeof *rank);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t depth = 0;
        if (rank[i] == REGISTER_NONE) {
            stack[depth].transaction = i;
            stack[depth++].next = 0;
        }
        while (depth > 0) {
            uint32_t transaction = stack[depth - 1].transaction;
            uint32_t n = stack[depth - 1].next++;
            uint32_t before;
            if (!register_nth_before(registers, list, transaction, n, &before)) {
                rank[transaction] = placed;
                order[placed++] = transaction;
                depth--;
            } else if (before != REGISTER_NONE && rank[before] == REGISTER_NONE) {
                assert(depth < count);
                stack[depth].transaction = before;
                stack[depth++].next = 0;
            }
        }
    }
    assert(placed == count);
    return check_budget_spend(budget, count);
}
