/* condition.c - a small language over what happens.
 *
 * Parsed by descent into a table of terms (children before parents, so depth is bounded by the
 * table), evaluated from the root. Values are compared in millionths. */
#include "lab/condition.h"

#include "lab/input.h"
#include "lab/notes.h"

#include <assert.h>
#include <string.h>

enum term_kind {
    TERM_OR,
    TERM_AND,
    TERM_NOT,
    TERM_FIRST,
    TERM_COMPARE,
    TERM_NOTE,   /* truth: the note of kind `index` is here */
    TERM_NUMBER, /* values */
    TERM_FIGURE,
    TERM_CARRIED, /* by name: an argument of a note, a column of a row */
    TERM_NODE,
    TERM_PEER,
    TERM_SUBJECT,
    TERM_TIME,
    TERM_COUNT, /* at how many moments so far `left` was true */
};
enum compare { LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, EQUAL, NOT_EQUAL };

enum { MILLION = 1000000, MILLION_DECIMALS = 6, DEPTH_MAX = 16, WORD_BYTES = 32 };

struct parser {
    const struct lab_scenario *scenario;
    const char *text; /* the whole, for the message */
    const char *at;
    struct lab_condition *condition;
    struct lab_problem *problem;
    uint32_t depth;
    int status; /* 0, or that of the first refusal */
};

/* ---- Reading words ---- */

static uint8_t refuse(struct parser *parser, const char *what)
{
    if (parser->status == 0) {
        parser->status =
            lab_refuse(parser->problem, LAB_UNPROCESSABLE, "condition \"%.200s\": %s at \"%.30s\"",
                       parser->text, what, parser->at);
    }
    return 0;
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void skip_space(struct parser *parser)
{
    while (*parser->at == ' ' || *parser->at == '\t') {
        parser->at++;
    }
}

static bool take_symbol(struct parser *parser, const char *symbol)
{
    skip_space(parser);
    if (strncmp(parser->at, symbol, strlen(symbol)) != 0) {
        return false;
    }
    parser->at += strlen(symbol);
    return true;
}

/* The word that stands next, without taking it; empty when there is none. */
static size_t peek_word(struct parser *parser, char word[WORD_BYTES])
{
    skip_space(parser);
    size_t length = 0;
    while (is_word_char(parser->at[length])) {
        length++;
    }
    size_t kept = length < WORD_BYTES ? length : WORD_BYTES - 1;
    memcpy(word, parser->at, kept);
    word[kept] = '\0';
    return length;
}

static bool take_word(struct parser *parser, const char *expected)
{
    char word[WORD_BYTES];
    size_t length = peek_word(parser, word);
    if (strcmp(word, expected) != 0) {
        return false;
    }
    parser->at += length;
    return true;
}

/* ---- Terms ---- */

static uint8_t add_term(struct parser *parser, struct lab_condition_term term)
{
    if (parser->condition->count == LAB_CONDITION_TERMS_MAX) {
        return refuse(parser, "too many terms");
    }
    parser->condition->terms[parser->condition->count] = term;
    return parser->condition->count++;
}

static uint8_t parse_or(struct parser *parser);

static uint8_t parse_number(struct parser *parser)
{
    bool negative = take_symbol(parser, "-");
    int64_t value = 0;
    int decimals = -1;
    const char *begin = parser->at;
    for (; (*parser->at >= '0' && *parser->at <= '9') || *parser->at == '.'; parser->at++) {
        if (*parser->at == '.') {
            decimals = decimals < 0 ? 0 : MILLION_DECIMALS + 1;
            continue;
        }
        decimals += decimals >= 0;
        if (decimals > MILLION_DECIMALS || value > INT64_C(900000000000)) {
            return refuse(parser, "a number has at most six decimals and twelve digits");
        }
        value = value * 10 + (*parser->at - '0');
    }
    if (parser->at == begin || decimals > MILLION_DECIMALS) {
        return refuse(parser, "expected a number");
    }
    for (int i = decimals < 0 ? 0 : decimals; i < MILLION_DECIMALS; i++) {
        value *= 10;
    }
    return add_term(parser, (struct lab_condition_term){.kind = TERM_NUMBER,
                                                        .millionths = negative ? -value : value});
}

static int figure_find(const struct system *system, const char *name)
{
    for (uint32_t i = 0; i < system->figure_count; i++) {
        if (strcmp(system->figures[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

struct argument_search {
    const char *name;
    bool found;
};

static void argument_match(void *context, uint16_t kind, const struct system_note *note)
{
    struct argument_search *search = context;
    (void)kind;
    for (int i = 0; i < NODE_NOTE_ARGS && note->args[i] != NULL; i++) {
        search->found = search->found || strcmp(note->args[i], search->name) == 0;
    }
}

static bool argument_exists(const struct system *system, const char *name)
{
    struct argument_search search = {.name = name};
    lab_notes_each(system, argument_match, &search);
    return search.found;
}

static const struct system_column *column_find(const struct system_table *table, const char *name,
                                               uint32_t *index)
{
    for (*index = 0; *index < table->column_count; ++*index) {
        if (strcmp(table->columns[*index].name, name) == 0) {
            return &table->columns[*index];
        }
    }
    return NULL;
}

/* Only numbers compare. */
static bool column_exists(const struct system *system, const char *name)
{
    for (uint32_t i = 0; i < system->table_count; i++) {
        uint32_t index;
        const struct system_column *column = column_find(&system->tables[i], name, &index);
        if (column != NULL && column->kind == SYSTEM_CELL_NUMBER) {
            return true;
        }
    }
    return false;
}

static void allow_note(void *problem, uint16_t kind, const struct system_note *note)
{
    (void)kind;
    lab_problem_allow(problem, note->name);
}

static uint8_t refuse_word(struct parser *parser, const char *word)
{
    if (parser->status != 0) {
        return 0;
    }
    const struct system *system = parser->scenario->system;
    parser->status = lab_refuse(parser->problem, LAB_UNPROCESSABLE,
                                "condition \"%.200s\": \"%.31s\" is no note, figure, node, "
                                "argument of a note or column of a table",
                                parser->text, word);
    for (uint32_t i = 0; i < system->figure_count; i++) {
        lab_problem_allow(parser->problem, system->figures[i].name);
    }
    lab_notes_each(system, allow_note, parser->problem);
    return 0;
}

static uint8_t add_note_term(struct parser *parser, struct lab_condition_term term)
{
    parser->condition->uses_notes = true;
    return add_term(parser, term);
}

/* A name that has a value. */
static uint8_t parse_value_name(struct parser *parser, const char *word)
{
    static const struct {
        const char *name;
        enum term_kind kind;
    } PLACES[] = {{"node", TERM_NODE}, {"peer", TERM_PEER}, {"subject", TERM_SUBJECT}};
    const struct system *system = parser->scenario->system;
    for (size_t i = 0; i < sizeof PLACES / sizeof PLACES[0]; i++) {
        if (strcmp(word, PLACES[i].name) == 0) {
            return add_note_term(parser,
                                 (struct lab_condition_term){.kind = (uint8_t)PLACES[i].kind});
        }
    }
    if (strcmp(word, "t_ms") == 0) {
        return add_term(parser, (struct lab_condition_term){.kind = TERM_TIME});
    }
    int figure = figure_find(system, word);
    if (figure >= 0) {
        parser->condition->uses_figures = true;
        return add_term(
            parser, (struct lab_condition_term){.kind = TERM_FIGURE, .index = (uint16_t)figure});
    }
    uint32_t node = lab_node_find(parser->scenario, word);
    if (node != NODE_NONE) {
        return add_term(parser, (struct lab_condition_term){.kind = TERM_NUMBER,
                                                            .millionths = (int64_t)node * MILLION});
    }
    bool argument = argument_exists(system, word);
    bool column = column_exists(system, word);
    if (argument || column) {
        struct lab_condition_term term = {.kind = TERM_CARRIED};
        memcpy(term.name, word, WORD_BYTES);
        parser->condition->uses_notes = parser->condition->uses_notes || argument;
        parser->condition->uses_rows = parser->condition->uses_rows || column;
        return add_term(parser, term);
    }
    return refuse_word(parser, word);
}

static uint8_t parse_inner(struct parser *parser)
{
    uint8_t inner = parse_or(parser);
    if (!take_symbol(parser, ")")) {
        return refuse(parser, "expected )");
    }
    return inner;
}

static uint8_t parse_value(struct parser *parser)
{
    char word[WORD_BYTES];
    size_t length = peek_word(parser, word);
    if (length == 0 || (word[0] >= '0' && word[0] <= '9')) {
        return parse_number(parser);
    }
    parser->at += length;
    if (strcmp(word, "count") == 0 && take_symbol(parser, "(")) {
        uint8_t inner = parse_inner(parser);
        return add_term(parser, (struct lab_condition_term){.kind = TERM_COUNT, .left = inner});
    }
    return parse_value_name(parser, word);
}

static bool take_compare(struct parser *parser, enum compare *compare)
{
    static const struct {
        const char *symbol;
        enum compare compare;
    } SYMBOLS[] = {{"<=", LESS_EQUAL}, {">=", GREATER_EQUAL}, {"==", EQUAL},
                   {"!=", NOT_EQUAL},  {"<", LESS},           {">", GREATER}};
    for (size_t i = 0; i < sizeof SYMBOLS / sizeof SYMBOLS[0]; i++) {
        if (take_symbol(parser, SYMBOLS[i].symbol)) {
            *compare = SYMBOLS[i].compare;
            return true;
        }
    }
    return false;
}

static uint8_t parse_compare(struct parser *parser)
{
    uint8_t left = parse_value(parser);
    enum compare compare;
    if (!take_compare(parser, &compare)) {
        return refuse(parser, "expected a comparison");
    }
    uint8_t right = parse_value(parser);
    return add_term(parser, (struct lab_condition_term){.kind = TERM_COMPARE,
                                                        .compare = (uint8_t)compare,
                                                        .left = left,
                                                        .right = right});
}

static uint8_t parse_primary(struct parser *parser)
{
    char word[WORD_BYTES];
    if (take_symbol(parser, "(")) {
        return parse_inner(parser);
    }
    size_t length = peek_word(parser, word);
    if (strcmp(word, "first") == 0) {
        parser->at += length;
        if (!take_symbol(parser, "(")) {
            return refuse(parser, "expected ( after first");
        }
        uint8_t inner = parse_inner(parser);
        return add_term(parser, (struct lab_condition_term){.kind = TERM_FIRST, .left = inner});
    }
    uint16_t kind = lab_note_find(parser->scenario->system, word);
    if (kind != 0) {
        parser->at += length;
        return add_note_term(parser, (struct lab_condition_term){.kind = TERM_NOTE, .index = kind});
    }
    return parse_compare(parser);
}

static uint8_t parse_not(struct parser *parser)
{
    if (!take_word(parser, "not")) {
        return parse_primary(parser);
    }
    bool negate = true;
    while (take_word(parser, "not")) {
        negate = !negate;
    }
    uint8_t inner = parse_primary(parser);
    return negate ? add_term(parser, (struct lab_condition_term){.kind = TERM_NOT, .left = inner})
                  : inner;
}

static uint8_t parse_and(struct parser *parser)
{
    uint8_t left = parse_not(parser);
    while (parser->status == 0 && take_word(parser, "and")) {
        uint8_t right = parse_not(parser);
        left = add_term(
            parser, (struct lab_condition_term){.kind = TERM_AND, .left = left, .right = right});
    }
    return left;
}

static uint8_t parse_or(struct parser *parser)
{
    if (parser->depth == DEPTH_MAX) {
        return refuse(parser, "too deep");
    }
    parser->depth++;
    uint8_t left = parse_and(parser);
    while (parser->status == 0 && take_word(parser, "or")) {
        uint8_t right = parse_and(parser);
        left = add_term(parser,
                        (struct lab_condition_term){.kind = TERM_OR, .left = left, .right = right});
    }
    parser->depth--;
    return left;
}

/* ---- What it can see ---- */

/* What a truth may be at a moment of which not all is known. */
enum maybe { MAYBE_FALSE = 1, MAYBE_TRUE = 2, MAYBE = MAYBE_FALSE | MAYBE_TRUE };

static bool note_has(const struct system_note *note, const char *argument)
{
    for (int i = 0; i < NODE_NOTE_ARGS && note->args[i] != NULL; i++) {
        if (strcmp(note->args[i], argument) == 0) {
            return true;
        }
    }
    return false;
}

/* A moment of which only this is known: a note of some kind, or (NULL) a row of some table. */
struct glimpse {
    uint16_t kind;
    const struct system_note *note;
    const struct system_table *table;
};

/* A comparison is false where one of its sides has no value. */
static enum maybe maybe_value(const struct lab_condition_term *term, const struct glimpse *glimpse)
{
    uint32_t index;
    bool there = true;
    switch ((enum term_kind)term->kind) {
    case TERM_CARRIED:
        there = (glimpse->note != NULL && note_has(glimpse->note, term->name)) ||
                (glimpse->table != NULL && column_find(glimpse->table, term->name, &index) != NULL);
        break;
    case TERM_NODE:
    case TERM_PEER:
    case TERM_SUBJECT:
        there = glimpse->note != NULL;
        break;
    default:
        break; /* a number, a figure, the time */
    }
    return there ? MAYBE : MAYBE_FALSE;
}

static enum maybe maybe_not(enum maybe inner)
{
    return ((inner & MAYBE_FALSE) != 0 ? MAYBE_TRUE : 0) |
           ((inner & MAYBE_TRUE) != 0 ? MAYBE_FALSE : 0);
}

/* Terms that alone make the whole true: the root, and what stands beside an `or` up to it. Parents
 * come after children. */
static void mark_sufficient(const struct lab_condition *condition,
                            bool sufficient[LAB_CONDITION_TERMS_MAX])
{
    sufficient[condition->root] = true;
    for (uint32_t i = condition->count; i-- > 0;) {
        const struct lab_condition_term *term = &condition->terms[i];
        if (sufficient[i] && term->kind == TERM_OR) {
            sufficient[term->left] = true;
            sufficient[term->right] = true;
        }
    }
}

/* Whatever else the moment carries and whatever the figures are: could the condition come true at
 * it, or a first() or a count() see what it waits for? A first() that alone makes the whole true is not true yet:
 * the moment at which it was has been looked at. */
static bool glimpse_matters(const struct lab_condition *condition, const struct glimpse *glimpse)
{
    enum maybe truth[LAB_CONDITION_TERMS_MAX];
    bool sufficient[LAB_CONDITION_TERMS_MAX] = {false};
    bool seen = false;
    mark_sufficient(condition, sufficient);
    for (uint32_t i = 0; i < condition->count; i++) {
        const struct lab_condition_term *term = &condition->terms[i];
        enum maybe left = term->left < i ? truth[term->left] : MAYBE_FALSE;
        enum maybe right = term->right < i ? truth[term->right] : MAYBE_FALSE;
        switch ((enum term_kind)term->kind) {
        case TERM_OR:
            truth[i] = ((left | right) & MAYBE_TRUE) | (left & right & MAYBE_FALSE);
            break;
        case TERM_AND:
            truth[i] = (left & right & MAYBE_TRUE) | ((left | right) & MAYBE_FALSE);
            break;
        case TERM_NOT:
            truth[i] = maybe_not(left);
            break;
        case TERM_FIRST:
            seen = seen || (left & MAYBE_TRUE) != 0;
            truth[i] = sufficient[i] ? left : MAYBE;
            break;
        case TERM_COUNT:
            seen = seen || (left & MAYBE_TRUE) != 0;
            truth[i] = MAYBE_FALSE; /* a value */
            break;
        case TERM_NOTE:
            truth[i] =
                glimpse->note != NULL && term->index == glimpse->kind ? MAYBE_TRUE : MAYBE_FALSE;
            break;
        case TERM_COMPARE:
            truth[i] = maybe_value(&condition->terms[term->left], glimpse) &
                       maybe_value(&condition->terms[term->right], glimpse);
            truth[i] = truth[i] == MAYBE ? MAYBE : MAYBE_FALSE;
            break;
        default:
            truth[i] = MAYBE_FALSE; /* a value */
            break;
        }
    }
    return seen || (truth[condition->root] & MAYBE_TRUE) != 0;
}

static void kind_enter(void *context, uint16_t kind, const struct system_note *note)
{
    struct lab_condition *condition = context;
    const struct glimpse glimpse = {.kind = kind, .note = note};
    if (kind < LAB_CONDITION_KINDS && glimpse_matters(condition, &glimpse)) {
        condition->kinds[kind / 64] |= UINT64_C(1) << kind % 64;
    }
}

static void tables_enter(struct lab_condition *condition, const struct system *system)
{
    assert(system->table_count <= 32);
    for (uint32_t i = 0; i < system->table_count; i++) {
        const struct glimpse glimpse = {.table = &system->tables[i]};
        if (glimpse_matters(condition, &glimpse)) {
            condition->tables |= UINT32_C(1) << i;
        }
    }
}

int lab_condition_parse(const struct lab_scenario *scenario, const char *text,
                        struct lab_condition *condition, struct lab_problem *problem)
{
    struct lab_condition parsed = {.count = 0};
    struct parser parser = {
        .scenario = scenario, .text = text, .at = text, .condition = &parsed, .problem = problem};
    if (strlen(text) > LAB_CONDITION_BYTES_MAX) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "a condition has at most %d bytes",
                          LAB_CONDITION_BYTES_MAX);
    }
    parsed.root = parse_or(&parser);
    skip_space(&parser);
    if (parser.status == 0 && *parser.at != '\0') {
        (void)refuse(&parser, "expected and, or, or the end");
    }
    if (parser.status == 0) {
        *condition = parsed;
        if (parsed.uses_notes) {
            lab_notes_each(scenario->system, kind_enter, condition);
        }
        if (parsed.uses_rows) {
            tables_enter(condition, scenario->system);
        }
    }
    return parser.status;
}

/* ---- Evaluation ---- */

static int64_t in_millionths(int64_t value, unsigned decimals)
{
    for (; decimals > MILLION_DECIMALS; decimals--) {
        value /= 10;
    }
    for (; decimals < MILLION_DECIMALS; decimals++) {
        if (value > INT64_MAX / 10 || value < INT64_MIN / 10) {
            return value > 0 ? INT64_MAX : INT64_MIN + 1;
        }
        value *= 10;
    }
    return value;
}

static bool argument_value(const struct system *system, const struct lab_moment *moment,
                           const char *name, int64_t *value)
{
    const struct system_note *note = lab_note(system, moment->note->kind);
    for (int i = 0; note != NULL && i < NODE_NOTE_ARGS && note->args[i] != NULL; i++) {
        if (strcmp(note->args[i], name) == 0) {
            *value = in_millionths(moment->note->args[i], 0);
            return true;
        }
    }
    return false;
}

static bool column_value(const struct system *system, const struct node_row *row, const char *name,
                         int64_t *value)
{
    uint32_t index;
    const struct system_column *column = column_find(&system->tables[row->table], name, &index);
    if (column == NULL || index >= row->cell_count || row->cells[index] == NODE_CELL_NULL) {
        return false;
    }
    *value = in_millionths(row->cells[index], column->decimals);
    return true;
}

static bool note_place(uint32_t place, int64_t *value)
{
    *value = (int64_t)place * MILLION;
    return place != NODE_NONE;
}

/* False when there is no such value at this moment. */
static bool term_value(const struct lab_condition_term *term, const struct system *system,
                       const struct lab_moment *moment, int64_t *value)
{
    switch ((enum term_kind)term->kind) {
    case TERM_NUMBER:
    case TERM_COUNT:
        *value = term->millionths;
        return true;
    case TERM_TIME:
        *value = moment->time_ns; /* a millionth of a ms is a ns */
        return true;
    case TERM_FIGURE:
        *value = in_millionths(moment->figures[term->index], system->figures[term->index].decimals);
        return moment->figures[term->index] != NODE_CELL_NULL;
    case TERM_CARRIED:
        return (moment->note != NULL && argument_value(system, moment, term->name, value)) ||
               (moment->row != NULL && column_value(system, moment->row, term->name, value));
    case TERM_NODE:
        return moment->note != NULL && note_place(moment->note->node, value);
    case TERM_PEER:
        return moment->note != NULL && note_place(moment->note->peer, value);
    case TERM_SUBJECT:
        return moment->note != NULL && note_place(moment->note->subject, value);
    default:
        return false;
    }
}

static bool compare_values(enum compare compare, int64_t left, int64_t right)
{
    switch (compare) {
    case LESS:
        return left < right;
    case LESS_EQUAL:
        return left <= right;
    case GREATER:
        return left > right;
    case GREATER_EQUAL:
        return left >= right;
    case EQUAL:
        return left == right;
    case NOT_EQUAL:
        return left != right;
    }
    return false;
}

/* Terms hold children before parents, so one pass in order gives every truth; first() and count() see
 * each moment even where the other side of an `or` already holds. */
bool lab_condition_holds(struct lab_condition *condition, const struct lab_scenario *scenario,
                         const struct lab_moment *moment)
{
    const struct system *system = scenario->system;
    bool truth[LAB_CONDITION_TERMS_MAX] = {false};
    assert(!condition->uses_figures || moment->figures != NULL);
    assert(moment->note == NULL || moment->row == NULL);
    for (uint32_t i = 0; i < condition->count; i++) {
        struct lab_condition_term *term = &condition->terms[i];
        int64_t left;
        int64_t right;
        switch ((enum term_kind)term->kind) {
        case TERM_OR:
            truth[i] = truth[term->left] || truth[term->right];
            break;
        case TERM_AND:
            truth[i] = truth[term->left] && truth[term->right];
            break;
        case TERM_NOT:
            truth[i] = !truth[term->left];
            break;
        case TERM_FIRST:
            term->latched = term->latched || truth[term->left];
            truth[i] = term->latched;
            break;
        case TERM_COUNT:
            term->millionths += truth[term->left] ? MILLION : 0;
            break;
        case TERM_NOTE:
            truth[i] = moment->note != NULL && moment->note->kind == term->index;
            break;
        case TERM_COMPARE:
            truth[i] = term_value(&condition->terms[term->left], system, moment, &left) &&
                       term_value(&condition->terms[term->right], system, moment, &right) &&
                       compare_values((enum compare)term->compare, left, right);
            break;
        default:
            break; /* values are read where they are compared */
        }
    }
    return truth[condition->root];
}

void lab_condition_figures_words(const struct lab_condition *condition,
                                 const struct lab_scenario *scenario, const int64_t *figures,
                                 struct text *text)
{
    const struct system *system = scenario->system;
    uint64_t said = 0;
    assert(system->figure_count <= 64);
    for (uint32_t i = 0; i < condition->count; i++) {
        const struct lab_condition_term *term = &condition->terms[i];
        uint64_t bit = UINT64_C(1) << term->index % 64;
        if (term->kind != TERM_FIGURE || (said & bit) != 0 ||
            figures[term->index] == NODE_CELL_NULL) {
            continue;
        }
        text_add(text, said == 0 ? "" : ", ");
        text_add(text, system->figures[term->index].name);
        text_add_char(text, ' ');
        text_add_decimal(text, figures[term->index], system->figures[term->index].decimals);
        said |= bit;
    }
}
