// Byte primitives that Swift cannot express: the SSE4.2 checksum instruction and glibc's memmem.
#ifndef SLUICE_CBYTES_H
#define SLUICE_CBYTES_H

#include <stddef.h>
#include <stdint.h>

/// Continues a CRC-32C (Castagnoli, RFC 3720 appendix B.4) over `count` octets; start with 0.
uint32_t sluice_crc32c(uint32_t crc, const void *bytes, size_t count);

/// The first occurrence of `needle` in `haystack`, or NULL.
const void *sluice_memmem(const void *haystack, size_t haystack_count, const void *needle, size_t needle_count);

/// The offset of the first line feed that two hyphens follow (where a MIME delimiter may start), or `count`.
size_t sluice_find_dashes(const void *bytes, size_t count);

#endif
