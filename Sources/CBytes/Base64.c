#include "CBytes.h"
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>

// Thirty-two characters at a time: the nibbles of a character choose two bits that both are set only for one outside of
// the alphabet, and the high nibble what must be added to make a digit of it ('/' is the one exception).
__attribute__((target("avx2")))
static size_t decode_avx2(const uint8_t *text, size_t count, uint8_t *output, size_t *consumed) {
    const __m256i low_kinds = _mm256_setr_epi8(
        0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a,
        0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a);
    const __m256i high_kinds = _mm256_setr_epi8(
        0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10,
        0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10);
    const __m256i shifts = _mm256_setr_epi8(
        0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m256i pack = _mm256_setr_epi8(
        2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1, 2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
    const __m256i nibble = _mm256_set1_epi8(0x0f), slash = _mm256_set1_epi8('/');
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, -1, -1);
    size_t at = 0, written = 0;
    while (at < count) {
        uint8_t rest[32];
        const uint8_t *block = text + at;
        if (count - at < 32) {  // the zeros behind it end the digits
            memset(rest, 0, 32);
            block = memcpy(rest, block, count - at);
        }
        __m256i characters = _mm256_loadu_si256((const __m256i *)block);
        __m256i high = _mm256_and_si256(_mm256_srli_epi32(characters, 4), nibble);
        __m256i low = _mm256_and_si256(characters, nibble);
        __m256i kinds = _mm256_and_si256(_mm256_shuffle_epi8(low_kinds, low), _mm256_shuffle_epi8(high_kinds, high));
        unsigned digits = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(kinds, _mm256_setzero_si256()));
        __m256i row = _mm256_add_epi8(_mm256_cmpeq_epi8(characters, slash), high);
        __m256i values = _mm256_add_epi8(characters, _mm256_shuffle_epi8(shifts, row));
        __m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x01400140));
        __m256i groups = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
        __m256i octets = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(groups, pack), lanes);
        _mm256_storeu_si256((__m256i *)(output + written), octets);
        if (digits == 0xffffffffu) {
            at += 32;
            written += 24;
            continue;
        }
        // Groups do not mix, so those before the first other character are right.
        size_t good = (size_t)__builtin_ctz(~digits);
        at += good & ~(size_t)3;
        written += good / 4 * 3;
        if (good & 3 || at == count) break;
        if (text[at] == '\r' && at + 1 < count && text[at + 1] == '\n') at += 2;
        else if (text[at] == '\n') at += 1;
        else break;
    }
    *consumed = at;
    return written;
}
#endif

size_t sluice_base64_decode(const void *text, size_t count, void *output, size_t *consumed) {
    *consumed = 0;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) return decode_avx2(text, count, output, consumed);
#endif
    (void)text, (void)count, (void)output;
    return 0;
}
