#include "CBytes.h"
#if defined(__x86_64__)
#include <emmintrin.h>
#endif

static unsigned kind_of(uint8_t octet, uint8_t next) {
    unsigned kinds = octet >= 0x80 ? SLUICE_TEXT_HIGH : 0;
    if (octet < 0x20 && octet != '\t') kinds |= SLUICE_TEXT_CONTROL;
    if (octet == '=' && next == '?') kinds |= SLUICE_TEXT_WORD;
    return kinds;
}

unsigned sluice_text_kinds(const void *start, size_t count) {
    const uint8_t *bytes = start;
    unsigned kinds = 0;
    size_t at = 0;
#if defined(__x86_64__)
    const __m128i tab = _mm_set1_epi8('\t'), equals = _mm_set1_epi8('='), question = _mm_set1_epi8('?');
    const __m128i limit = _mm_set1_epi8(0x1f);
    __m128i highs = _mm_setzero_si128(), controls = highs, words = highs;
    for (; at + 17 <= count; at += 16) {
        __m128i here = _mm_loadu_si128((const __m128i *)(bytes + at));
        __m128i next = _mm_loadu_si128((const __m128i *)(bytes + at + 1));
        __m128i isControl = _mm_cmpeq_epi8(_mm_max_epu8(here, limit), limit);
        highs = _mm_or_si128(highs, here);
        controls = _mm_or_si128(controls, _mm_andnot_si128(_mm_cmpeq_epi8(here, tab), isControl));
        words = _mm_or_si128(words, _mm_and_si128(_mm_cmpeq_epi8(here, equals), _mm_cmpeq_epi8(next, question)));
    }
    if (_mm_movemask_epi8(highs)) kinds |= SLUICE_TEXT_HIGH;
    if (_mm_movemask_epi8(controls)) kinds |= SLUICE_TEXT_CONTROL;
    if (_mm_movemask_epi8(words)) kinds |= SLUICE_TEXT_WORD;
#endif
    for (; at < count; at++) kinds |= kind_of(bytes[at], at + 1 < count ? bytes[at + 1] : 0);
    return kinds;
}
