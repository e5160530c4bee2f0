/* dispatcher_recover.c: the book is read back after a boot: which of the two segments counts, what
 * was open, and a new term.
 *
 * Both segments are scanned, then the one that counts is read again and applied. Reading goes in
 * pieces of one read each, always from the beginning of a record. Two passes cost twice the reading
 * and save a second copy of everything that one pass would have to keep until it knows which file
 * wins.
 *
 * Nothing in the files is believed before its checksum and its salt agree; what they say is then
 * the dispatcher's own former word. A torn end is normal: it is a record that was never durable, so
 * it was never spoken of.
 *
 * A new term begins with each boot, durable before anything is said: epochs of this boot are above
 * all that may have been given out before, although single epochs are never written down (as a term
 * in Raft, or the epoch of a fencing token). */
#include <assert.h>

#include "systems/kitchens/dispatcher_book.h"

/* One read at a time: its answer decides about the next. */
static void read_on(const struct turn *turn)
{
    const struct recover *recover = &turn->self->recover;
    node_read(turn->outbox, recover->file, recover->offset, NODE_MESSAGE_BYTES_MAX);
}

void recover_begin(const struct turn *turn)
{
    turn->self->phase = DISPATCHER_READING;
    turn->self->recover = (struct recover){.stage = RECOVER_SCAN_FIRST};
    read_on(turn);
}

/* ---- Records ---- */

static void scan_record(struct recover *recover, const struct log_record *record)
{
    if (record->type == BOOK_SEGMENT && record->length == sizeof(struct book_segment))
        memcpy(&recover->generation[recover->file], record->body, sizeof(uint32_t));
    if (record->type == BOOK_WHOLE)
        recover->whole[recover->file] = true;
}

static void load_segment(const struct turn *turn, const uint8_t *body)
{
    struct book *book = &turn->self->book;
    struct book_segment head;
    memcpy(&head, body, sizeof head);
    book->generation = head.generation;
    book->floor = head.floor;
    memcpy(book->accepted, head.accepted, sizeof book->accepted);
    turn->self->epoch = (uint64_t)head.term << DISPATCHER_EPOCH_BITS;
}

/* An order of the book is RECOVERED: open for certain, and perhaps with a kitchen. It was moved
 * "now", as far as anybody knows, so that a restart does not let an order bounce (CHEF-T04). */
static void load_order(const struct turn *turn, const uint8_t *body)
{
    assert(turn->self->phase == DISPATCHER_READING);
    struct book_entry entry;
    memcpy(&entry, body, sizeof entry);
    /* The snapshot and a record behind it may both hold it. */
    if (entry.order == 0 || order_find(turn, entry.order) != NULL)
        return;
    uint32_t slot = roster_add(&turn->self->roster, entry.order);
    if (slot == ROSTER_NONE)
        return;
    struct order *order = &turn->self->orders[slot];
    *order = (struct order){.preparation_ms = entry.preparation_ms,
                            .moved_ns = turn->now_ns, /* its last hand-over is not in the book */
                            .x_m = entry.x_m,
                            .y_m = entry.y_m,
                            .dish = entry.dish,
                            .source = entry.source,
                            .state = ORDER_RECOVERED,
                            .flags = ORDER_MOVED | ORDER_AGAIN};
    order_append(turn, order, LIST_RECOVERED);
}

static void load_settled(const struct turn *turn, const uint8_t *body)
{
    assert(turn->self->phase == DISPATCHER_READING);
    struct book_settled settled;
    memcpy(&settled, body, sizeof settled);
    struct order *order = order_find(turn, settled.order);
    if (order == NULL)
        return;
    order_remove(turn, order);
    roster_remove(&turn->self->roster, order_slot(turn, order));
}

/* The floor first: numbers that were answered long ago must not come back as remembered. */
static void load_accepted(const struct turn *turn, const uint8_t *body)
{
    struct book_accepted accepted;
    memcpy(&accepted, body, sizeof accepted);
    book_raise_floor(&turn->self->book, accepted.floor);
    if (accepted.entry.order >= accepted.floor)
        book_remember_accepted(&turn->self->book, accepted.entry.order);
    load_order(turn, body);
}

/* A type that is not known here, or of another length, is skipped: its checksum is good, so it is
 * of another version, not garbage. */
static void load_record(const struct turn *turn, const struct log_record *record)
{
    const uint8_t *body = record->body;
    if (record->type == BOOK_SEGMENT && record->length == sizeof(struct book_segment))
        load_segment(turn, body);
    else if (record->type == BOOK_ACCEPT && record->length == sizeof(struct book_accepted))
        load_accepted(turn, body);
    else if (record->type == BOOK_SETTLE && record->length == sizeof(struct book_settled))
        load_settled(turn, body);
    else if (record->type == BOOK_OPEN)
        for (uint32_t at = 0; at + sizeof(struct book_entry) <= record->length;
             at += (uint32_t)sizeof(struct book_entry))
            load_order(turn, body + at);
}

/* ---- Going through a segment ---- */

/* Takes the records of one read. True: there may be more. */
static bool take_records(const struct turn *turn, const struct node_event *event)
{
    struct recover *recover = &turn->self->recover;
    uint32_t at = 0;
    for (;;) {
        bool first = recover->offset == 0 && at == 0;
        uint32_t salt = first ? 0 : recover->generation[recover->file];
        struct log_record record;
        enum log_found found = log_record_next(event->bytes, event->length, salt, &at, &record);
        /* The rest of a record lies beyond this read. The next read begins at that record, unless
         * the file ends here. */
        if (found == LOG_PARTIAL) {
            bool more = event->length == NODE_MESSAGE_BYTES_MAX && at > 0;
            recover->torn_bytes = more ? 0 : event->length - at;
            assert(at <= event->length);
            recover->offset += at;
            return more;
        }
        if (found != LOG_RECORD) {
            recover->torn_bytes = found == LOG_TORN ? event->length - at : 0;
            return false;
        }
        if (recover->stage == RECOVER_LOAD)
            load_record(turn, &record);
        else
            scan_record(recover, &record);
        if (first && recover->generation[recover->file] == 0)
            return false; /* not the head of a segment */
    }
}

/* The first write of this boot is a snapshot with the new term; until it is durable nobody hears
 * anything. */
static void begin_term(const struct turn *turn)
{
    assert(turn->self->phase == DISPATCHER_READING);
    struct dispatcher *self = turn->self;
    self->epoch = ((self->epoch >> DISPATCHER_EPOCH_BITS) + 1) << DISPATCHER_EPOCH_BITS;
    assert((self->epoch & ((UINT64_C(1) << DISPATCHER_EPOCH_BITS) - 1)) == 0);
    self->phase = DISPATCHER_BEGINNING;
    self->book.whole = true; /* write to the other file */
    book_snapshot(turn);
}

static void recovered(const struct turn *turn)
{
    struct dispatcher *self = turn->self;
    int64_t term = (int64_t)(self->epoch >> DISPATCHER_EPOCH_BITS) + 1;
    self->book.file = self->recover.file;
    dispatcher_note(turn, KITCHENS_NOTE_BOOK_RECOVERED, NODE_NONE, NODE_NONE,
                    (int64_t)self->roster.count, self->recover.torn_bytes, term, 0);
    begin_term(turn);
}

/* What the book held, a step's worth at a time. */
void recover_continue(const struct turn *turn)
{
    struct dispatcher *self = turn->self;
    struct recover *recover = &self->recover;
    if (self->phase != DISPATCHER_READING || recover->stage != RECOVER_TELL)
        return;
    for (; recover->told < self->roster.fresh && !turn_is_long(turn); recover->told++) {
        uint32_t number = self->roster.numbers[recover->told];
        if (number != 0)
            dispatcher_note(turn, KITCHENS_NOTE_BOOK_ORDER, NODE_NONE, number, 0, 0, 0, 0);
    }
    if (recover->told < self->roster.fresh)
        dispatcher_continue(turn);
    else
        recovered(turn);
}

/* Both segments are known: read the newer whole one, or begin an empty book.
 *
 * The newer of those that are whole. A newer one that is not whole was being written when the
 * dispatcher crashed: the older one is the book then, and nothing that was spoken of is missing in
 * it. */
static void choose_segment(const struct turn *turn)
{
    assert(turn->self->recover.stage == RECOVER_SCAN_SECOND);
    struct recover *recover = &turn->self->recover;
    turn->self->book.generation = recover->generation[0] > recover->generation[1]
                                      ? recover->generation[0]
                                      : recover->generation[1];
    if (!recover->whole[0] && !recover->whole[1]) {
        turn->self->book.file = 1;
        begin_term(turn);
        return;
    }
    bool second = recover->whole[1] &&
                  (!recover->whole[0] || recover->generation[1] > recover->generation[0]);
    recover->stage = RECOVER_LOAD;
    recover->file = second;
    recover->offset = 0;
    read_on(turn);
}

/* An answer that is not the one asked for last is ignored: reads may be answered twice over a
 * restart. */
void recover_read(const struct turn *turn, const struct node_event *event)
{
    struct recover *recover = &turn->self->recover;
    if (turn->self->phase != DISPATCHER_READING || recover->stage == RECOVER_TELL ||
        event->id != recover->file || event->offset != recover->offset)
        return;
    if (event->status == NODE_IO_OK && take_records(turn, event)) {
        read_on(turn);
        return;
    }
    switch ((enum recover_stage)recover->stage) {
    case RECOVER_SCAN_FIRST:
        recover->stage = RECOVER_SCAN_SECOND;
        recover->file = 1;
        recover->offset = 0;
        read_on(turn);
        return;
    case RECOVER_SCAN_SECOND:
        choose_segment(turn);
        return;
    case RECOVER_LOAD:
        recover->stage = RECOVER_TELL;
        recover_continue(turn);
        return;
    case RECOVER_TELL:
        return;
    }
}
