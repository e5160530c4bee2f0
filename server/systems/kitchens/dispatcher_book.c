/* dispatcher_book.c: the book of orders on the disk: records, snapshots, and what is known once
 * they are durable. Its form stands in dispatcher_book.h.
 *
 * A write-ahead log with a snapshot, in two files that take turns. Persist before you speak:
 * nothing is said about an order before its WRITTEN event. To let the message wait for its own
 * write (node_send_after) would not do here: a later write may succeed where an earlier one has
 * failed, and a log ends at its first hole. What stands behind the hole would have been promised
 * and never be read.
 *
 * Order of events is order of tokens: LIST_WRITING is sorted by them, and one durable write
 * completes everything before it (group commit, without waiting for a group). */
#include "systems/kitchens/dispatcher_book.h"

#include <assert.h>

/* ---- Who was answered ---- */

/* Which of the numbers above the floor were answered, and how: by number modulo a window. Below the
 * floor nobody asks any more. This is what makes placing an order idempotent in bounded memory. */
static bool bit_test(const uint64_t *bits, uint32_t number)
{
    uint32_t at = number % DISPATCHER_WINDOW;
    return (bits[at / 64] >> (at % 64)) & 1;
}

static void bit_set(uint64_t *bits, uint32_t number)
{
    uint32_t at = number % DISPATCHER_WINDOW;
    bits[at / 64] |= UINT64_C(1) << (at % 64);
}

static void bit_clear(uint64_t *bits, uint32_t number)
{
    uint32_t at = number % DISPATCHER_WINDOW;
    bits[at / 64] &= ~(UINT64_C(1) << (at % 64));
}

enum book_memory book_recall(const struct book *book, uint32_t number)
{
    if (number < book->floor)
        return BOOK_ANSWERED_LONG_AGO;
    if (number - book->floor >= DISPATCHER_WINDOW)
        return BOOK_NEVER_SEEN;
    assert(number >= book->floor);
    if (bit_test(book->accepted, number))
        return BOOK_ACCEPTED;
    return book->refused[number % DISPATCHER_WINDOW] != 0 ? BOOK_REFUSED : BOOK_NEVER_SEEN;
}

enum kitchens_refusal book_refusal(const struct book *book, uint32_t number)
{
    assert(book_recall(book, number) == BOOK_REFUSED);
    return (enum kitchens_refusal)(book->refused[number % DISPATCHER_WINDOW] - 1);
}

/* A place of the window that is given free has to be empty for the number that will have it next.
 */
void book_raise_floor(struct book *book, uint32_t floor)
{
    if (floor <= book->floor)
        return;
    if (floor - book->floor >= DISPATCHER_WINDOW) {
        memset(book->accepted, 0, sizeof book->accepted);
        memset(book->refused, 0, sizeof book->refused);
        book->floor = floor;
        return;
    }
    for (; book->floor < floor; book->floor++) {
        bit_clear(book->accepted, book->floor);
        book->refused[book->floor % DISPATCHER_WINDOW] = 0;
    }
}

void book_remember_accepted(struct book *book, uint32_t number)
{
    assert(number >= book->floor);
    bit_set(book->accepted, number);
}

void book_remember_refused(struct book *book, uint32_t number, enum kitchens_refusal why)
{
    assert(number >= book->floor);
    assert(why <= KITCHENS_REFUSED_DISK);
    book->refused[number % DISPATCHER_WINDOW] = (uint8_t)(1 + why);
}

/* ---- Writing ---- */

/* What the book knows of an order: enough to have it cooked. Who has it now is not in the book;
 * that is learnt again from the kitchens, who know it better. */
static struct book_entry entry_of(const struct turn *turn, const struct order *order)
{
    return (struct book_entry){.order = order_number(turn, order),
                               .preparation_ms = order->preparation_ms,
                               .x_m = order->x_m,
                               .y_m = order->y_m,
                               .dish = order->dish,
                               .source = order->source};
}

/* Appends a record to the active segment. Returns its token. The caller has seen to the room.
 *
 * The terminator behind each record is overwritten by the next one: whoever reads the file stops
 * there, and not at what an older segment has left behind it. */
static uint32_t append(const struct turn *turn, uint32_t salt, enum book_record type,
                       const void *body, uint32_t length, uint32_t flags)
{
    struct book *book = &turn->self->book;
    uint8_t bytes[NODE_MESSAGE_BYTES_MAX];
    uint32_t size = log_record_put(bytes, salt, (uint16_t)type, body, length);
    assert(book->offset + size + LOG_TERMINATOR_BYTES <= DISPATCHER_SEGMENT_BYTES);
    uint32_t token = node_write(turn->outbox, book->file, book->offset, bytes,
                                size + LOG_TERMINATOR_BYTES, flags);
    book->offset += size;
    return token;
}

static bool has_room(const struct book *book, uint32_t body_bytes)
{
    return book->offset + log_record_bytes(body_bytes) + LOG_TERMINATOR_BYTES <=
           DISPATCHER_SEGMENT_BYTES;
}

/* Room for the record, or else a new segment: its snapshot holds the order as it will be, so the
 * record itself is not needed any more. */
void book_write(const struct turn *turn, struct order *order)
{
    assert(order->state == ORDER_BOOKING || order->state == ORDER_SETTLING);
    struct book *book = &turn->self->book;
    order_append(turn, order, LIST_WRITING);
    order->token = NODE_NONE;
    if (book->broken)
        return; /* the next snapshot holds it */
    if (!has_room(book, sizeof(struct book_accepted))) {
        book_snapshot(turn);
        return;
    }
    if (order->state == ORDER_BOOKING) {
        struct book_accepted body = {.entry = entry_of(turn, order), .floor = book->floor};
        order->token = append(turn, book->generation, BOOK_ACCEPT, &body, sizeof body, NODE_SYNC);
    } else {
        struct book_settled body = {.order = order_number(turn, order)};
        order->token = append(turn, book->generation, BOOK_SETTLE, &body, sizeof body, NODE_SYNC);
    }
}

/* ---- Snapshots ---- */

/* The head is salted with 0, everything behind it with its generation: records of the segment that
 * stood here before are not taken for this one's, however well their checksums agree. */
static void write_segment_head(const struct turn *turn)
{
    assert(turn->self->book.offset == 0);
    struct dispatcher *self = turn->self;
    struct book_segment head = {.generation = self->book.generation,
                                .term = (uint32_t)(self->epoch >> DISPATCHER_EPOCH_BITS),
                                .floor = self->book.floor};
    memcpy(head.accepted, self->book.accepted, sizeof head.accepted);
    assert(head.generation > 0);
    self->book.first_token = append(turn, 0, BOOK_SEGMENT, &head, sizeof head, 0);
}

/* The book as it will be when everything under way is done: orders being booked are in it, those
 * being settled are not. */
static void write_open_orders(const struct turn *turn)
{
    struct book_entry entries[BOOK_ENTRIES_MAX];
    uint32_t count = 0;
    for (uint32_t slot = 0; slot < turn->self->roster.fresh; slot++) {
        const struct order *order = &turn->self->orders[slot];
        if (turn->self->roster.numbers[slot] == 0 || order->state == ORDER_SETTLING)
            continue;
        assert(count < BOOK_ENTRIES_MAX);
        entries[count++] = entry_of(turn, order);
        if (count == BOOK_ENTRIES_MAX) {
            (void)append(turn, turn->self->book.generation, BOOK_OPEN, entries,
                         (uint32_t)sizeof entries, 0);
            count = 0;
        }
    }
    if (count > 0)
        (void)append(turn, turn->self->book.generation, BOOK_OPEN, entries,
                     count * (uint32_t)sizeof entries[0], 0);
}

/* A new segment, in the file that is not needed: the last whole book stays as it is until the next
 * one is whole, so a crash at any moment finds one. Only its last record asks for fsync; that it is
 * durable says that all before it are. */
void book_snapshot(const struct turn *turn)
{
    struct book *book = &turn->self->book;
    /* One at a time. What came meanwhile is written behind it; if that is too much, another one
     * follows. */
    if (book->snapshot_token != 0) {
        book->full = true;
        return;
    }
    if (book->whole) /* the last whole book stays until the next one is */
        book->file = (uint8_t)(1 - book->file);
    assert(book->file < NODE_FILES_MAX);
    book->generation++;
    book->offset = 0;
    book->whole = false;
    book->broken = false;
    book->full = false;
    write_segment_head(turn);
    write_open_orders(turn);
    book->snapshot_token = append(turn, book->generation, BOOK_WHOLE, "", 0, NODE_SYNC);
    for (struct order *order = order_first(turn, LIST_WRITING); order != NULL;
         order = order_after(turn, order))
        order->token = book->snapshot_token;
}

/* ---- What the disk answers ---- */

/* A write of the active segment failed: what follows it can never be read. Everything that was
 * under way waits for a snapshot that works. */
static void break_off(const struct turn *turn)
{
    struct book *book = &turn->self->book;
    assert(!book->broken);
    book->broken = true;
    book->snapshot_token = 0;
    for (struct order *order = order_first(turn, LIST_WRITING); order != NULL;
         order = order_after(turn, order))
        order->token = NODE_NONE;
}

static void complete(const struct turn *turn, uint32_t token)
{
    struct order *order = order_first(turn, LIST_WRITING);
    while (order != NULL && order->token <= token) {
        if (order->state == ORDER_BOOKING)
            dispatcher_confirmed(turn, order);
        else
            dispatcher_settled(turn, order);
        order = order_first(turn, LIST_WRITING);
    }
}

void book_written(const struct turn *turn, const struct node_event *event)
{
    struct book *book = &turn->self->book;
    /* Answers of a segment that was given up come late, and say nothing about the present one. */
    if (event->token < book->first_token || book->broken)
        return; /* a segment that nobody needs any more */
    if (event->status != NODE_IO_OK) {
        break_off(turn);
        return;
    }
    if (event->token == book->snapshot_token) {
        book->snapshot_token = 0;
        book->whole = true;
        if (turn->self->phase == DISPATCHER_BEGINNING)
            dispatcher_open(turn);
    }
    complete(turn, event->token);
    if (book->full && book->snapshot_token == 0)
        book_snapshot(turn);
}

/* With each watch: a full disk may have room again, and until then everything new is refused. */
void book_retry(const struct turn *turn)
{
    if (turn->self->book.broken)
        book_snapshot(turn);
}
