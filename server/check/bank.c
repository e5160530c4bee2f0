/* bank.c - the checker "bank": transfers move money and make none.
 *
 * Every read sees all accounts as of one moment: their sum is always the same, no account is negative
 * (unless that is allowed), none is missing. Which accounts there are, reads and transfers that succeeded
 * say. Without the option total, the sum is that of the first read; any two that differ prove a fault. */
#include "check/judging.h"

#include <assert.h>

struct bank {
    struct judging judging;
    struct naming accounts;
    uint32_t *named_by; /* of each account: the first operation that names it */
    uint32_t *seen_by;  /* and the latest read that saw it, + 1 */
    int64_t total;
    uint32_t total_from; /* the read that gave the total, or CHECK_NO_OPERATION */
    bool total_known;
    bool negative_allowed;
};

static bool is_field(const struct check_value *name, const char *field)
{
    uint32_t i = 0;
    while (name->kind == CHECK_TEXT && i < name->count && field[i] == name->text[i] &&
           field[i] != '\0') {
        i++;
    }
    return name->kind == CHECK_TEXT && i == name->count && field[i] == '\0';
}

static void name_account(struct bank *bank, uint32_t operation, const struct check_value *account)
{
    uint32_t before = bank->accounts.count;
    uint32_t name = naming_add(&bank->accounts, account);
    if (name == before) {
        bank->named_by[name] = operation;
    }
}

/* Finds the accounts; -1: no such operation. */
static int name_accounts(struct bank *bank, uint32_t i)
{
    const struct check_operation *operation = &bank->judging.history->operations[i];
    bool read = judging_is(operation, "read");
    if (!read && !judging_is(operation, "transfer")) {
        return judging_refuse(&bank->judging, i, "there are read and transfer");
    }
    if (operation->outcome != CHECK_OK) {
        return 0;
    }
    const struct check_value *map = read ? &operation->output : &operation->input;
    if (map->kind != CHECK_MAP) {
        return judging_refuse(&bank->judging, i,
                              "a read gives a map from accounts to balances, a transfer has a map "
                              "with from, to, amount");
    }
    for (uint32_t k = 0; k < map->count; k++) {
        const struct check_value *name = &map->items[2 * k];
        if (read) {
            name_account(bank, i, name);
        } else if (is_field(name, "from") || is_field(name, "to")) {
            name_account(bank, i, name + 1);
        }
    }
    return 0;
}

static void tell_total(struct bank *bank, uint32_t read, int64_t sum)
{
    struct check_line line = {.word = "bank_total",
                              .a = read,
                              .b = CHECK_NO_OPERATION,
                              .value = {.kind = CHECK_INTEGER, .integer = sum},
                              .number = bank->total};
    struct check_finding *finding = judging_broken(&bank->judging, "wrong-total", &line);
    if (finding != NULL && bank->total_from != CHECK_NO_OPERATION) {
        line = (struct check_line){.word = "bank_total_before",
                                   .a = bank->total_from,
                                   .b = CHECK_NO_OPERATION,
                                   .number = bank->total};
        check_finding_line(finding, &line);
    }
}

static void tell_missing(struct bank *bank, uint32_t read)
{
    uint32_t account = 0;
    while (bank->seen_by[account] == read + 1) {
        account++;
    }
    struct check_line line = {.word = "bank_missing",
                              .a = read,
                              .b = bank->named_by[account],
                              .key = *bank->accounts.values[account]};
    judging_broken(&bank->judging, "missing-account", &line);
}

/* Adds one balance to the sum; false when it is no number, or one that no sum has room for. */
static bool add_balance(struct bank *bank, uint32_t read, const struct check_value *pair,
                        int64_t *sum)
{
    if (pair[1].kind == CHECK_INTEGER && !__builtin_add_overflow(*sum, pair[1].integer, sum)) {
        return true;
    }
    struct check_line line = {.word = "bank_phantom",
                              .a = read,
                              .b = CHECK_NO_OPERATION,
                              .key = pair[0],
                              .value = pair[1]};
    judging_broken(&bank->judging, "phantom", &line);
    return false;
}

static void judge_read(struct bank *bank, uint32_t read)
{
    const struct check_value *map = &bank->judging.history->operations[read].output;
    int64_t sum = 0;
    uint32_t seen = 0;
    bool whole = true;
    const struct check_value *negative = NULL;
    for (uint32_t k = 0; k < map->count; k++) {
        const struct check_value *pair = &map->items[2 * k];
        uint32_t account = naming_find(&bank->accounts, &pair[0]);
        assert(account != CHECK_TABLE_NONE);
        if (bank->seen_by[account] == read + 1) {
            struct check_line line = {
                .word = "bank_twice", .a = read, .b = CHECK_NO_OPERATION, .key = pair[0]};
            judging_broken(&bank->judging, "duplicate-account", &line);
        }
        seen += bank->seen_by[account] != read + 1;
        bank->seen_by[account] = read + 1;
        whole = add_balance(bank, read, pair, &sum) && whole;
        bool below = pair[1].kind == CHECK_INTEGER && pair[1].integer < 0;
        negative = negative == NULL && below ? pair : negative;
    }
    if (negative != NULL && !bank->negative_allowed) {
        struct check_line line = {.word = "bank_negative",
                                  .a = read,
                                  .b = CHECK_NO_OPERATION,
                                  .key = negative[0],
                                  .value = negative[1]};
        judging_broken(&bank->judging, "negative-balance", &line);
    }
    if (seen < bank->accounts.count) {
        tell_missing(bank, read);
    } else if (whole && !bank->total_known) {
        bank->total = sum;
        bank->total_known = true;
        bank->total_from = read;
    } else if (whole && sum != bank->total) {
        tell_total(bank, read, sum);
    }
    check_budget_spend(&bank->judging.budget, map->count);
}

static int judge_reads(struct bank *bank)
{
    const struct check_history *history = bank->judging.history;
    struct check_budget *budget = &bank->judging.budget;
    uint64_t room = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        room += history->operations[i].output.kind == CHECK_MAP
                    ? history->operations[i].output.count
                    : 0;
        room += 2; /* of a transfer */
    }
    if (room > UINT32_MAX / 4) {
        budget->why = "memory";
        return 0;
    }
    bank->named_by = check_budget_take(budget, room, sizeof *bank->named_by);
    bank->seen_by = check_budget_take(budget, room, sizeof *bank->seen_by);
    if (bank->named_by == NULL || bank->seen_by == NULL ||
        !naming_open(&bank->accounts, budget, (uint32_t)room)) {
        return 0;
    }
    for (uint32_t i = 0; i < history->count; i++) {
        if (name_accounts(bank, i) != 0) {
            return -1;
        }
    }
    for (uint32_t i = 0; i < history->count && budget->why == NULL; i++) {
        const struct check_operation *operation = &history->operations[i];
        if (operation->outcome == CHECK_OK && judging_is(operation, "read")) {
            judge_read(bank, i);
        }
    }
    return 0;
}

static int judge_history(const struct check_history *history, const struct check_options *options,
                         const struct check_limits *limits, struct check_verdict *verdict,
                         struct error *error)
{
    static const char *const KNOWN[] = {"total", "negative", NULL};
    static const char *const NEGATIVE[] = {"forbidden", "allowed", NULL};
    struct bank bank = {.total_from = CHECK_NO_OPERATION};
    uint32_t negative;
    if (option_refuse_others(options, "bank", KNOWN, error) != 0 ||
        option_integer(options, "total", &bank.total, &bank.total_known, error) != 0 ||
        option_choice(options, "negative", NEGATIVE, &negative, error) != 0) {
        return -1;
    }
    bank.negative_allowed = negative == 1;
    judging_open(&bank.judging, history, limits, verdict, error);
    return judging_close(&bank.judging, "bank", judge_reads(&bank));
}

const struct check_model check_bank = {
    .name = "bank",
    .about = "accounts and transfers: the sum never changes, no account is negative or missing",
    .options = "total=INTEGER negative=forbidden|allowed",
    .judge = judge_history,
};
