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

static int is_blank(uint8_t octet) { return octet == ' ' || octet == '\t'; }

size_t sluice_relax_blanks(const void *start, size_t count, size_t all, void *output) {
    const uint8_t *text = start;
    uint8_t *form = output;
    size_t at = 0, filled = 0;
#if defined(__x86_64__)
    const __m128i space = _mm_set1_epi8(' '), tab = _mm_set1_epi8('\t'), end = _mm_set1_epi8('\r');
    const __m128i feed = _mm_set1_epi8('\n'), change = _mm_set1_epi8(' ' ^ '\t');
    for (; at + 16 <= count && at + 18 <= all; at += 16) {
        __m128i here = _mm_loadu_si128((const __m128i *)(text + at));
        __m128i next = _mm_loadu_si128((const __m128i *)(text + at + 1));
        __m128i after = _mm_loadu_si128((const __m128i *)(text + at + 2));
        __m128i tabs = _mm_cmpeq_epi8(here, tab), blanks = _mm_or_si128(tabs, _mm_cmpeq_epi8(here, space));
        __m128i ends = _mm_and_si128(_mm_cmpeq_epi8(next, end), _mm_cmpeq_epi8(after, feed));
        __m128i follow = _mm_or_si128(_mm_cmpeq_epi8(next, space), _mm_cmpeq_epi8(next, tab));
        unsigned dropped = (unsigned)_mm_movemask_epi8(_mm_and_si128(blanks, _mm_or_si128(ends, follow)));
        uint8_t *block = form + filled;
        _mm_storeu_si128((__m128i *)block, _mm_xor_si128(here, _mm_and_si128(tabs, change)));
        if (!dropped) {  // as in most text
            filled += 16;
            continue;
        }
        for (unsigned place = 0; place < 16; place++) {
            form[filled] = block[place];
            filled += ~dropped >> place & 1;
        }
    }
#endif
    for (; at < count; at++) {
        int is_last = at + 1 == all || is_blank(text[at + 1])
            || (at + 2 < all && text[at + 1] == '\r' && text[at + 2] == '\n');
        if (!is_blank(text[at])) form[filled++] = text[at];
        else if (!is_last) form[filled++] = ' ';
    }
    return filled;
}

static int is_end(uint8_t octet) { return octet == '\r' || octet == '\n'; }

size_t sluice_unfold_blanks(const void *start, size_t count, void *output) {
    const uint8_t *value = start;
    uint8_t *form = output;
    size_t at = 0, filled = 0;
    int is_behind_blank = 1;
    while (at < count) {
        size_t next = at + 16 < count ? at + 16 : count;
#if defined(__x86_64__)
        if (at + 16 <= count) {
            const __m128i tab = _mm_set1_epi8('\t'), change = _mm_set1_epi8(' ' ^ '\t');
            __m128i here = _mm_loadu_si128((const __m128i *)(value + at)), tabs = _mm_cmpeq_epi8(here, tab);
            __m128i spaces = _mm_cmpeq_epi8(here, _mm_set1_epi8(' '));
            __m128i returns = _mm_cmpeq_epi8(here, _mm_set1_epi8('\r')), feeds = _mm_cmpeq_epi8(here, _mm_set1_epi8('\n'));
            unsigned blanks = (unsigned)_mm_movemask_epi8(_mm_or_si128(tabs, spaces));
            unsigned ends = (unsigned)_mm_movemask_epi8(_mm_or_si128(returns, feeds));
            if (!ends && !(blanks & (blanks << 1 | (unsigned)is_behind_blank))) {  // as in most text
                _mm_storeu_si128((__m128i *)(form + filled), _mm_xor_si128(here, _mm_and_si128(tabs, change)));
                is_behind_blank = blanks >> 15 & 1;
                filled += 16;
                at = next;
                continue;
            }
        }
#endif
        for (; at < next; at++) {
            if (is_end(value[at])) continue;
            int blank = is_blank(value[at]);
            if (!blank || !is_behind_blank) form[filled++] = blank ? ' ' : value[at];
            is_behind_blank = blank;
        }
    }
    return filled > 0 && is_behind_blank ? filled - 1 : filled;
}
