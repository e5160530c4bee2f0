/* log_codec.h - records in a file that may end anywhere: length, type, CRC32C.
 *
 * A log is a sequence of records, each padded to 8 bytes, ended by a zero header. Whoever appends
 * writes record and terminator together, the next record overwrites the terminator: so a clean end
 * and a torn one can be told apart. The checksum covers length, type and body and starts from a
 * `salt`; a file that is used again gets a new salt, so that what is left from its former life
 * never passes for a record of the present one.
 *
 * Pure functions over bytes; files are the caller's. Used by every node that keeps a log. */
#ifndef BASE_LOG_CODEC_H
#define BASE_LOG_CODEC_H

#include <stdint.h>

enum {
    LOG_HEADER_BYTES = 8,
    LOG_TERMINATOR_BYTES = LOG_HEADER_BYTES,
    LOG_BODY_BYTES_MAX = 4000, /* so that a record with its terminator fits one write */
};

/* Bytes of a record with a body of `length`, without terminator. */
uint32_t log_record_bytes(uint32_t length);

/* Writes record and terminator to `at`, which has room for log_record_bytes(length) +
 * LOG_TERMINATOR_BYTES. type > 0, length <= LOG_BODY_BYTES_MAX. Returns log_record_bytes(length):
 * where the next record goes. */
uint32_t log_record_put(uint8_t *at, uint32_t salt, uint16_t type, const void *body,
                        uint32_t length);

enum log_found {
    LOG_RECORD,  /* *record is filled, *offset is behind it */
    LOG_END,     /* a terminator: the log ends here, cleanly */
    LOG_PARTIAL, /* the bytes at hand end within this record: read on from *offset */
    LOG_TORN,    /* not a record of this log: it ends here, and something was lost */
};

struct log_record {
    const uint8_t *body; /* in the caller's bytes */
    uint32_t length;
    uint16_t type;
};

/* The record at *offset of `bytes`. Never reads past `length`. */
enum log_found log_record_next(const uint8_t *bytes, uint32_t length, uint32_t salt,
                               uint32_t *offset, struct log_record *record);

#endif
