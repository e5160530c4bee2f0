/* crc32c.h - the checksum of records on disks and wires (CRC-32C, Castagnoli, RFC 3720 appendix
 * B.4).
 *
 * Polynomial 0x1EDC6F41 reflected, start and final value inverted: "123456789" gives 0xE3069283.
 * The processor's instruction is used where there is one; the result is the same. */
#ifndef BASE_CRC32C_H
#define BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Continues `crc` (0 to begin) over `size` bytes: crc32c(crc32c(0, a), b) is that of a followed by
 * b. */
uint32_t crc32c(uint32_t crc, const void *data, size_t size);

/* The same by tables only: for machines without the instruction, and to test the one against the
 * other. */
uint32_t crc32c_by_table(uint32_t crc, const void *data, size_t size);

#endif
