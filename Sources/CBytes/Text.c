#include "CBytes.h"
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
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

// A walk through a text of which some octets are left out.
struct walk {
    const uint8_t *text;
    size_t count, at;
    uint8_t *form;
    size_t filled;
    unsigned is_behind_blank;
};

static size_t unfold(struct walk walk) {
    for (; walk.at < walk.count; walk.at++) {
        uint8_t octet = walk.text[walk.at];
        if (is_end(octet)) continue;
        unsigned blank = (unsigned)is_blank(octet);
        if (!blank || !walk.is_behind_blank) walk.form[walk.filled++] = blank ? ' ' : octet;
        walk.is_behind_blank = blank;
    }
    return walk.filled;
}

static size_t remove_blanks(struct walk walk) {
    for (; walk.at < walk.count; walk.at++) {
        uint8_t octet = walk.text[walk.at];
        if (!is_blank(octet) && !is_end(octet)) walk.form[walk.filled++] = octet;
    }
    return walk.filled;
}

#if defined(__x86_64__)
#define BLOCK 32

// The same a block at a time. Each is written as a whole, which never is more than was read; of what is left out, and
// what comes behind that, the walk goes on with the latter, which then is written over the former.
__attribute__((always_inline))
static inline unsigned pass_block(struct walk *walk, uint64_t dropped) {
    unsigned kept = BLOCK, passed = BLOCK;
    // Most text has nothing to leave out; while the processor guesses so, the next block need not wait for this one.
    if (__builtin_expect(dropped != 0, 0)) {
        kept = (unsigned)__builtin_ctzll(dropped);
        passed = kept + (unsigned)__builtin_ctzll(~(dropped >> kept));
    }
    walk->filled += kept;
    walk->at += passed;
    return passed;
}

__attribute__((target("avx2"), always_inline))
static inline void unfold_block(struct walk *walk) {
    const __m256i space = _mm256_set1_epi8(' '), tab = _mm256_set1_epi8('\t'), change = _mm256_set1_epi8(' ' ^ '\t');
    const __m256i end = _mm256_set1_epi8('\r'), feed = _mm256_set1_epi8('\n');
    __m256i here = _mm256_loadu_si256((const __m256i *)(walk->text + walk->at)), tabs = _mm256_cmpeq_epi8(here, tab);
    __m256i written = _mm256_xor_si256(here, _mm256_and_si256(tabs, change));
    _mm256_storeu_si256((__m256i *)(walk->form + walk->filled), written);
    __m256i either = _mm256_or_si256(_mm256_cmpeq_epi8(here, end), _mm256_cmpeq_epi8(here, feed));
    uint64_t ends = (unsigned)_mm256_movemask_epi8(either);
    uint64_t blanks = (unsigned)_mm256_movemask_epi8(_mm256_or_si256(_mm256_cmpeq_epi8(here, space), tabs));
    // The carry of the sum takes a blank across the line ends that follow it.
    uint64_t behind = blanks << 1 | walk->is_behind_blank;
    behind |= (ends + (behind & ends)) & ~ends;
    unsigned passed = pass_block(walk, ends | (blanks & behind));
    walk->is_behind_blank = behind >> passed & 1;
}

__attribute__((target("avx2"), always_inline))
static inline void remove_from_block(struct walk *walk) {
    // By the low nibble of an octet, the one that is left out; where there is none, an octet with another low nibble.
    const __m256i white = _mm256_setr_epi8(
        ' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', '\n', 0, 0, '\r', 0, 0, ' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', '\n', 0, 0, '\r', 0, 0);
    __m256i here = _mm256_loadu_si256((const __m256i *)(walk->text + walk->at));
    _mm256_storeu_si256((__m256i *)(walk->form + walk->filled), here);
    pass_block(walk, (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_shuffle_epi8(white, here), here)));
}

// Takes what is less than a block at the end to where there is room for one; line ends behind it are left out.
__attribute__((target("avx2"), always_inline))
static inline size_t walk_blocks(struct walk walk, void (*take_block)(struct walk *)) {
    while (walk.at + BLOCK <= walk.count) take_block(&walk);
    if (walk.at == walk.count) return walk.filled;
    uint8_t text[2 * BLOCK], form[2 * BLOCK];
    struct walk rest = walk;
    rest.text = text, rest.count = walk.count - walk.at, rest.at = 0, rest.form = form, rest.filled = 0;
    memset(text, '\n', sizeof text);
    memcpy(text, walk.text + walk.at, rest.count);
    while (rest.at < rest.count) take_block(&rest);
    memcpy(walk.form + walk.filled, form, rest.filled);
    return walk.filled + rest.filled;
}

__attribute__((target("avx2")))
static size_t unfold_avx2(struct walk walk) { return walk_blocks(walk, unfold_block); }

__attribute__((target("avx2")))
static size_t remove_blanks_avx2(struct walk walk) { return walk_blocks(walk, remove_from_block); }
#endif

size_t sluice_unfold_blanks(const void *value, size_t count, void *output) {
    const uint8_t *text = value;
    while (count > 0 && (is_blank(text[count - 1]) || is_end(text[count - 1]))) count--;
    struct walk walk = {.text = text, .count = count, .form = output, .is_behind_blank = 1};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) return unfold_avx2(walk);
#endif
    return unfold(walk);
}

size_t sluice_remove_blanks(const void *text, size_t count, void *output) {
    struct walk walk = {.text = text, .count = count, .form = output};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) return remove_blanks_avx2(walk);
#endif
    return remove_blanks(walk);
}
