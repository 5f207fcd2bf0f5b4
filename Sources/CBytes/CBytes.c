#define _GNU_SOURCE
#include "CBytes.h"
#include <string.h>
#if defined(__x86_64__)
#include <emmintrin.h>
#endif

#define POLYNOMIAL 0x82f63b78u  // Castagnoli, reflected

static uint32_t crc32c_portable(uint32_t crc, const uint8_t *bytes, size_t count) {
    static uint32_t table[256];
    static int ready;
    if (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE)) {
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t value = i;
            for (int bit = 0; bit < 8; bit++) value = value & 1 ? (value >> 1) ^ POLYNOMIAL : value >> 1;
            __atomic_store_n(&table[i], value, __ATOMIC_RELAXED);  // every thread stores the same values
        }
        __atomic_store_n(&ready, 1, __ATOMIC_RELEASE);
    }
    while (count--) crc = table[(crc ^ *bytes++) & 0xff] ^ (crc >> 8);
    return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2")))
static uint32_t crc32c_sse42(uint32_t crc, const uint8_t *bytes, size_t count) {
    uint64_t wide = crc;
    while (count >= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        wide = __builtin_ia32_crc32di(wide, word);
        bytes += 8;
        count -= 8;
    }
    crc = (uint32_t)wide;
    while (count--) crc = __builtin_ia32_crc32qi(crc, *bytes++);
    return crc;
}
#endif

uint32_t sluice_crc32c(uint32_t crc, const void *bytes, size_t count) {
    crc = ~crc;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2")) return ~crc32c_sse42(crc, bytes, count);
#endif
    return ~crc32c_portable(crc, bytes, count);
}

const void *sluice_memmem(const void *haystack, size_t haystack_count, const void *needle, size_t needle_count) {
    return memmem(haystack, haystack_count, needle, needle_count);
}

size_t sluice_find_dashes(const void *start, size_t count) {
    const uint8_t *bytes = start;
    size_t at = 0;
#if defined(__x86_64__)
    const __m128i feed = _mm_set1_epi8('\n'), dash = _mm_set1_epi8('-');
    // Two overlapping loads compare `\n` and the octet after it; 18 octets hold all candidates of a block and their tails.
    for (; at + 18 <= count; at += 16) {
        __m128i here = _mm_loadu_si128((const __m128i *)(bytes + at));
        __m128i next = _mm_loadu_si128((const __m128i *)(bytes + at + 1));
        __m128i both = _mm_and_si128(_mm_cmpeq_epi8(here, feed), _mm_cmpeq_epi8(next, dash));
        for (unsigned mask = (unsigned)_mm_movemask_epi8(both); mask; mask &= mask - 1) {
            size_t found = at + (size_t)__builtin_ctz(mask);
            if (bytes[found + 2] == '-') return found;
        }
    }
#endif
    for (; at + 3 <= count; at++) {
        if (bytes[at] == '\n' && bytes[at + 1] == '-' && bytes[at + 2] == '-') return at;
    }
    return count;
}
