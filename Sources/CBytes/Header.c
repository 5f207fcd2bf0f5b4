#include "CBytes.h"
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

static int is_name(uint8_t octet) { return octet > ' ' && octet < 0x7f && octet != ':'; }

static size_t after_name(const uint8_t *bytes, size_t count, size_t at) {
    while (at < count && is_name(bytes[at])) at++;
    return at;
}

static size_t after_line(const uint8_t *bytes, size_t count, size_t at) {
    const uint8_t *feed = at < count ? memchr(bytes + at, '\n', count - at) : NULL;
    return feed ? (size_t)(feed - bytes) + 1 : count;
}

static int begins_line(uint8_t octet, uint8_t letter) {
    return octet == '\r' || octet == '\n' || (octet | 0x20) == letter;
}

static size_t find_line(const uint8_t *bytes, size_t count, size_t at, uint8_t letter) {
#if defined(__x86_64__)
    const __m128i feed = _mm_set1_epi8('\n'), end = _mm_set1_epi8('\r'), lower = _mm_set1_epi8(0x20);
    const __m128i wanted = _mm_set1_epi8((char)letter);
    for (; at + 17 <= count; at += 16) {
        __m128i here = _mm_loadu_si128((const __m128i *)(bytes + at));
        __m128i next = _mm_loadu_si128((const __m128i *)(bytes + at + 1));
        __m128i empty = _mm_or_si128(_mm_cmpeq_epi8(next, feed), _mm_cmpeq_epi8(next, end));
        __m128i begins = _mm_or_si128(empty, _mm_cmpeq_epi8(_mm_or_si128(next, lower), wanted));
        unsigned mask = (unsigned)_mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(here, feed), begins));
        if (mask) return at + (size_t)__builtin_ctz(mask) + 1;
    }
#endif
    for (; at + 1 < count; at++) {
        if (bytes[at] == '\n' && begins_line(bytes[at + 1], letter)) return at + 1;
    }
    return count;
}

static size_t find_bare_return(const uint8_t *bytes, size_t count, size_t at) {
    for (; at + 1 < count; at++) {
        if (bytes[at] == '\r' && bytes[at + 1] != '\n') return at;
    }
    return count;
}

#if defined(__x86_64__)
// The same thirty-two octets at a time; what is left at the end is looked at as above.
__attribute__((target("avx2"), always_inline))
static inline size_t first_of(__m256i first, __m256i second) {
    uint64_t mask = (unsigned)_mm256_movemask_epi8(second);
    return (size_t)__builtin_ctzll(mask << 32 | (unsigned)_mm256_movemask_epi8(first));
}

__attribute__((target("avx2"), always_inline))
static inline __m256i line_feeds(const uint8_t *bytes, __m256i wanted) {
    const __m256i feed = _mm256_set1_epi8('\n'), end = _mm256_set1_epi8('\r'), lower = _mm256_set1_epi8(0x20);
    __m256i next = _mm256_loadu_si256((const __m256i *)(bytes + 1));
    __m256i empty = _mm256_or_si256(_mm256_cmpeq_epi8(next, feed), _mm256_cmpeq_epi8(next, end));
    __m256i begins = _mm256_or_si256(empty, _mm256_cmpeq_epi8(_mm256_or_si256(next, lower), wanted));
    return _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)bytes), feed), begins);
}

__attribute__((target("avx2")))
static size_t find_line_avx2(const uint8_t *bytes, size_t count, size_t at, uint8_t letter) {
    const __m256i wanted = _mm256_set1_epi8((char)letter);
    // Two blocks a turn cost less.
    for (; at + 65 <= count; at += 64) {
        __m256i first = line_feeds(bytes + at, wanted), second = line_feeds(bytes + at + 32, wanted);
        __m256i either = _mm256_or_si256(first, second);
        if (!_mm256_testz_si256(either, either)) return at + first_of(first, second) + 1;
    }
    for (; at + 33 <= count; at += 32) {
        unsigned mask = (unsigned)_mm256_movemask_epi8(line_feeds(bytes + at, wanted));
        if (mask) return at + (size_t)__builtin_ctz(mask) + 1;
    }
    return find_line(bytes, count, at, letter);
}

__attribute__((target("avx2"), always_inline))
static inline __m256i bare_returns(const uint8_t *bytes) {
    const __m256i feed = _mm256_set1_epi8('\n'), end = _mm256_set1_epi8('\r');
    __m256i returns = _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)bytes), end);
    __m256i feeds = _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)(bytes + 1)), feed);
    return _mm256_andnot_si256(feeds, returns);
}

__attribute__((target("avx2")))
static size_t find_bare_return_avx2(const uint8_t *bytes, size_t count, size_t at) {
    for (; at + 65 <= count; at += 64) {
        __m256i first = bare_returns(bytes + at), second = bare_returns(bytes + at + 32);
        __m256i either = _mm256_or_si256(first, second);
        if (!_mm256_testz_si256(either, either)) return at + first_of(first, second);
    }
    for (; at + 33 <= count; at += 32) {
        unsigned mask = (unsigned)_mm256_movemask_epi8(bare_returns(bytes + at));
        if (mask) return at + (size_t)__builtin_ctz(mask);
    }
    return find_bare_return(bytes, count, at);
}

__attribute__((target("avx2")))
static size_t after_name_avx2(const uint8_t *bytes, size_t count, size_t at) {
    const __m256i space = _mm256_set1_epi8(' '), delete = _mm256_set1_epi8(0x7f), colon = _mm256_set1_epi8(':');
    for (; at + 32 <= count; at += 32) {
        __m256i here = _mm256_loadu_si256((const __m256i *)(bytes + at));
        __m256i low = _mm256_cmpeq_epi8(_mm256_max_epu8(here, space), space);
        __m256i high = _mm256_cmpeq_epi8(_mm256_min_epu8(here, delete), delete);
        __m256i ends = _mm256_or_si256(_mm256_or_si256(low, high), _mm256_cmpeq_epi8(here, colon));
        unsigned mask = (unsigned)_mm256_movemask_epi8(ends);
        if (mask) return at + (size_t)__builtin_ctz(mask);
    }
    return after_name(bytes, count, at);
}

__attribute__((target("avx2")))
static size_t after_line_avx2(const uint8_t *bytes, size_t count, size_t at) {
    const __m256i feed = _mm256_set1_epi8('\n');
    for (; at + 32 <= count; at += 32) {
        __m256i here = _mm256_loadu_si256((const __m256i *)(bytes + at));
        unsigned mask = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(here, feed));
        if (mask) return at + (size_t)__builtin_ctz(mask) + 1;
    }
    return after_line(bytes, count, at);
}
#endif

// Inlined into two functions, one for each way to look.
__attribute__((always_inline))
static inline int read_field(
    const uint8_t *bytes, size_t count, size_t start, struct sluice_field *field,
    size_t (*name)(const uint8_t *, size_t, size_t), size_t (*line)(const uint8_t *, size_t, size_t)) {
    size_t at = field->name_end = name(bytes, count, start);
    while (at < count && (bytes[at] == ' ' || bytes[at] == '\t')) at++;
    if (field->name_end == start || at == count || bytes[at] != ':') return 0;
    field->colon = at;
    do at = line(bytes, count, at);
    while (at < count && (bytes[at] == ' ' || bytes[at] == '\t'));
    field->end = at;
    return 1;
}

#if defined(__x86_64__)
__attribute__((target("avx2")))
static int read_field_avx2(const uint8_t *bytes, size_t count, size_t start, struct sluice_field *field) {
    return read_field(bytes, count, start, field, after_name_avx2, after_line_avx2);
}
#endif

int sluice_read_field(const void *bytes, size_t count, size_t start, struct sluice_field *field) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) return read_field_avx2(bytes, count, start, field);
#endif
    return read_field(bytes, count, start, field, after_name, after_line);
}

size_t sluice_find_line(const void *start, size_t count, size_t at, uint8_t letter) {
    const uint8_t *bytes = start;
    if (at >= count || begins_line(bytes[at], letter)) return at < count ? at : count;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) return find_line_avx2(bytes, count, at, letter);
#endif
    return find_line(bytes, count, at, letter);
}

size_t sluice_find_bare_return(const void *bytes, size_t count, size_t start) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) return find_bare_return_avx2(bytes, count, start);
#endif
    return find_bare_return(bytes, count, start);
}
