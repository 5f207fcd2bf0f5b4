#define _GNU_SOURCE
#include "CBytes.h"
#include <malloc.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
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

// The instruction's result comes after three cycles, so three lanes side by side cost as much as one.
#define LANE ((size_t)512)

// x to a power, modulo the polynomial, reflected.
static uint32_t power_of_x(unsigned power) {
    uint32_t value = 0x80000000u;
    while (power--) value = value & 1 ? (value >> 1) ^ POLYNOMIAL : value >> 1;
    return value;
}

// What multiplying by each moves a checksum over one lane and over two; the product has 33 bits more than it should,
// which the instruction reduces again.
static const uint64_t *lane_shifts(void) {
    static uint64_t shifts[2];
    static int ready;
    if (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE)) {
        __atomic_store_n(&shifts[0], power_of_x(LANE * 8 - 33), __ATOMIC_RELAXED);  // every thread stores the same
        __atomic_store_n(&shifts[1], power_of_x(LANE * 16 - 33), __ATOMIC_RELAXED);
        __atomic_store_n(&ready, 1, __ATOMIC_RELEASE);
    }
    return shifts;
}

__attribute__((target("sse4.2,pclmul")))
static uint64_t shifted(uint64_t crc, uint64_t shift) {
    __m128i product = _mm_clmulepi64_si128(_mm_cvtsi64_si128((int64_t)crc), _mm_cvtsi64_si128((int64_t)shift), 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
}

__attribute__((target("sse4.2,pclmul")))
static uint32_t crc32c_lanes(uint32_t crc, const uint8_t *bytes, size_t count) {
    const uint64_t *shifts = lane_shifts();
    for (; count >= 3 * LANE; bytes += 3 * LANE, count -= 3 * LANE) {
        uint64_t first = crc, second = 0, third = 0, words[3];
        for (size_t at = 0; at < LANE; at += 8) {
            memcpy(&words[0], bytes + at, 8);
            memcpy(&words[1], bytes + LANE + at, 8);
            memcpy(&words[2], bytes + 2 * LANE + at, 8);
            first = __builtin_ia32_crc32di(first, words[0]);
            second = __builtin_ia32_crc32di(second, words[1]);
            // The last word waits for what the other lanes come to.
            if (at + 8 < LANE) third = __builtin_ia32_crc32di(third, words[2]);
        }
        words[2] ^= shifted(first, shifts[1]) ^ shifted(second, shifts[0]);
        crc = (uint32_t)__builtin_ia32_crc32di(third, words[2]);
    }
    return crc32c_sse42(crc, bytes, count);
}
#endif

uint32_t sluice_crc32c(uint32_t crc, const void *bytes, size_t count) {
    crc = ~crc;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul")) return ~crc32c_lanes(crc, bytes, count);
    if (__builtin_cpu_supports("sse4.2")) return ~crc32c_sse42(crc, bytes, count);
#endif
    return ~crc32c_portable(crc, bytes, count);
}

const void *sluice_memmem(const void *haystack, size_t haystack_count, const void *needle, size_t needle_count) {
    return memmem(haystack, haystack_count, needle, needle_count);
}

bool sluice_is_zero(const void *start, size_t count) {
    const uint8_t *bytes = start;
    // If the first octet is 0 and each is like the one after it, all are.
    return count == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0);
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

void sluice_tune_allocator(int kept, int asked, int mapped) {
    mallopt(M_TRIM_THRESHOLD, kept);
    mallopt(M_TOP_PAD, asked);
    mallopt(M_MMAP_THRESHOLD, mapped);
}
