/* dispatcher_book.h: what stands in the book's two files. Private to dispatcher_book.c and
 * dispatcher_recover.c.
 *
 * A file is a segment: a snapshot of everything open, then what happened since. When a segment is
 * full, or a write to it has failed, the next one begins in the other file. A segment counts once
 * its snapshot is whole; of two that count, the one with the higher generation is the book. So at
 * every moment one whole book is on the disk.
 */
#ifndef CHEF_KITCHENS_DISPATCHER_BOOK_H
#define CHEF_KITCHENS_DISPATCHER_BOOK_H

#include "base/log_codec.h"
#include "systems/kitchens/dispatcher.h"

/* Kinds of records. A segment reads SEGMENT, OPEN .., WHOLE, then ACCEPT and SETTLE as they come.
 * Numbers are on the disk: a new kind is added at the end. */
enum book_record {
    BOOK_SEGMENT = 1, /* struct book_segment; salt 0, all others: the generation */
    BOOK_OPEN,        /* struct book_entry [..]: open orders of the snapshot */
    BOOK_WHOLE,       /* the snapshot ends here */
    BOOK_ACCEPT,      /* struct book_accepted */
    BOOK_SETTLE,      /* struct book_settled */
};

/* The head of a segment. The term is written with every snapshot, so that the highest epoch that
 * may have been given out is known without a write for each epoch. */
struct book_segment {
    uint32_t generation;
    uint32_t term; /* highest whose epochs may have been given out */
    uint32_t floor;
    uint32_t pad;
    uint64_t accepted[DISPATCHER_WINDOW / 64];
};
_Static_assert(sizeof(struct book_segment) == 16 + DISPATCHER_WINDOW / 8, "no padding");

/* An order, as much of it as is needed to cook it. */
struct book_entry {
    uint32_t order;
    uint32_t preparation_ms;
    uint16_t x_m, y_m;
    uint8_t dish, source;
    uint8_t pad[2];
};
_Static_assert(sizeof(struct book_entry) == 16, "no padding");

/* An order was taken; with it, how far the customers' answers have come. */
struct book_accepted {
    struct book_entry entry;
    uint32_t floor;
};
_Static_assert(sizeof(struct book_accepted) == 20, "no padding");

/* An order is over. */
struct book_settled {
    uint32_t order;
};

enum { BOOK_ENTRIES_MAX = LOG_BODY_BYTES_MAX / (int)sizeof(struct book_entry) };

/* The largest snapshot leaves a quarter of the segment for what happens. */
_Static_assert(sizeof(struct book_segment) + 64 +
                       (KITCHENS_ORDERS_MAX / BOOK_ENTRIES_MAX + 1) * LOG_HEADER_BYTES +
                       KITCHENS_ORDERS_MAX * sizeof(struct book_entry) <=
                   DISPATCHER_SEGMENT_BYTES * 3 / 4,
               "a segment holds more than its snapshot");

#endif
