// Primitives that Swift cannot express: vector and checksum instructions, and glibc's memmem and mallopt.
#ifndef SLUICE_CBYTES_H
#define SLUICE_CBYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Continues a CRC-32C (Castagnoli, RFC 3720 appendix B.4) over `count` octets; start with 0.
uint32_t sluice_crc32c(uint32_t crc, const void *bytes, size_t count);

/// The first occurrence of `needle` in `haystack`, or NULL.
const void *sluice_memmem(const void *haystack, size_t haystack_count, const void *needle, size_t needle_count);

/// Whether all octets are 0.
bool sluice_is_zero(const void *bytes, size_t count);

/// The offset of the first line feed that two hyphens follow (where a MIME delimiter may start), or `count`.
size_t sluice_find_dashes(const void *bytes, size_t count);

/// The offset of the first line from `start` on, where one begins, that is empty or begins with a carriage return or with
/// a letter, which is given in lower case and may stand there in either; `count` if there is none.
size_t sluice_find_line(const void *bytes, size_t count, size_t start, uint8_t letter);

/// The offset of the first carriage return from `start` on that something else than a line feed follows, or `count`.
size_t sluice_find_bare_return(const void *bytes, size_t count, size_t start);

/// Where the pieces of a header field stand.
struct sluice_field {
    /// After the name.
    size_t name_end;
    /// Of the colon; blanks may stand before it.
    size_t colon;
    /// After the line end of the last continuation line, or the end of all.
    size_t end;
};

/// Finds the field that starts a line at `start`, and returns whether one does: a name of printable ASCII, blanks, a colon.
int sluice_read_field(const void *bytes, size_t count, size_t start, struct sluice_field *field);

/// Decodes base64 from the start, at vector speed where the processor can (AVX2), until something else comes than whole
/// groups of four digits and line ends between them.
///
/// Sets how many characters were read, and returns how many octets they hold. Where the processor cannot, none are read.
/// Up to 32 octets behind those may be overwritten, so `output` needs room for `count / 4 * 3 + 32`.
size_t sluice_base64_decode(const void *text, size_t count, void *output, size_t *consumed);

/// An octet above 127.
#define SLUICE_TEXT_HIGH 1u
/// An octet below 32 that is no tab.
#define SLUICE_TEXT_CONTROL 2u
/// The two octets `=?`, with which an encoded word begins.
#define SLUICE_TEXT_WORD 4u

/// Which of these stand in a text.
unsigned sluice_text_kinds(const void *bytes, size_t count);

/// Writes a text with one space in the place of several spaces and tabs and none at the ends of lines or of all, and
/// returns how many octets that are.
///
/// Of `all` octets that stand there, the first `count` are written; those behind them say what becomes of blanks at
/// their end. `output` needs room for `count`.
size_t sluice_relax_blanks(const void *text, size_t count, size_t all, void *output);

/// Writes the value of a header field without line ends and carriage returns, with one space in the place of several
/// spaces and tabs and none at its ends, and returns how many octets that are. `output` needs room for `count`.
size_t sluice_unfold_blanks(const void *value, size_t count, void *output);

/// Writes a text without spaces, tabs, carriage returns and line feeds, and returns how many octets that are. `output`
/// needs room for `count`.
size_t sluice_remove_blanks(const void *text, size_t count, void *output);

/// Lets the processor fetch what will soon be read; any address will do.
static inline void sluice_prefetch(const void *address) {
    __builtin_prefetch(address);
}

/// How much free memory glibc's allocator keeps at the end of an arena, how much it asks for at once, and from which size
/// on a piece is mapped by itself; in octets.
void sluice_tune_allocator(int kept, int asked, int mapped);

#endif
