/* register_sessions.c - chains of transactions: the sessions (register.h). */
#include "check/register.h"

#include <assert.h>

bool register_find_sessions(struct register_history *registers, struct check_budget *budget)
{
    uint32_t count = registers->history->count;
    registers->session = check_budget_take(budget, count, sizeof *registers->session);
    registers->place = check_budget_take(budget, count, sizeof *registers->place);
    registers->by_session = check_budget_take(budget, count, sizeof *registers->by_session);
    uint32_t *latest = check_budget_take(budget, count, sizeof *latest);
    uint32_t *starts = check_budget_take(budget, (size_t)count + 1, sizeof *starts);
    if (registers->session == NULL || registers->place == NULL || registers->by_session == NULL ||
        latest == NULL || starts == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t before = registers->previous[i];
        assert(before == GRAPH_NONE || before < i);
        /* Who follows one that was never answered, against all rules, begins a session of its own. */
        bool follows = before != GRAPH_NONE && latest[registers->session[before]] == before;
        uint32_t session = follows ? registers->session[before] : registers->session_count++;
        registers->session[i] = session;
        registers->place[i] = follows ? registers->place[before] + 1 : 0;
        latest[session] = i;
        starts[session + 1]++;
    }
    for (uint32_t s = 0; s < registers->session_count; s++) {
        starts[s + 1] += starts[s];
    }
    for (uint32_t i = 0; i < count; i++) {
        registers->by_session[starts[registers->session[i]] + registers->place[i]] = i;
    }
    return check_budget_spend(budget, count);
}
