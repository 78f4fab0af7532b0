/*
** UTF-8 as RFC 3629 defines it, for bytes that may be anything.
**
** Plain C99, no Lua, no allocation, no state.
*/
#ifndef CFS_UTF8_H
#define CFS_UTF8_H

#include "catalogue.h"

#include <stdbool.h>
#include <stdint.h>

/* The replacement character, U+FFFD, and the bytes it takes. */
#define CFS_REPLACEMENT 0xFFFDu
#define CFS_REPLACEMENT_SIZE 3u

/*
** The bytes, 1 to 4, of the well-formed sequence that begins at `at`, of which `left` (at least 1)
** can be read; 0 if what begins there is ill-formed.
*/
CFS_INTERNAL size_t cfs_utf8_length(const unsigned char *at, size_t left);

/*
** The bytes, 1 to 3, of the maximal subpart at `at` of a sequence that is ill-formed: what Unicode
** (section 3.9, "U+FFFD Substitution of Maximal Subparts") replaces by one U+FFFD.
*/
CFS_INTERNAL size_t cfs_utf8_ill_formed(const unsigned char *at, size_t left);

/* The first byte from `at` on that is ASCII or begins no well-formed sequence; `end` if none. */
CFS_INTERNAL const unsigned char *cfs_utf8_end(const unsigned char *at, const unsigned char *end);

/*
** The first byte from `at` on that is ASCII; `end` if none. `*size` grows by what the bytes before
** it take once repaired; if one of them needs a repair, `*valid` becomes false.
*/
CFS_INTERNAL const unsigned char *cfs_utf8_skip(const unsigned char *at, const unsigned char *end,
                                                size_t *size, bool *valid);

/* How many bytes cfs_utf8_write writes for this code point: 1 to 4. */
static inline size_t cfs_utf8_size(uint32_t code_point)
{
    return code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
}

/* Writes a code point, at most U+10FFFF and no surrogate; returns the first byte after it. */
CFS_INTERNAL unsigned char *cfs_utf8_write(unsigned char *out, uint32_t code_point);

/*
** Copies `length` bytes, every maximal subpart that is ill-formed replaced by U+FFFD, and returns
** how many bytes that makes: `length` exactly if nothing had to be replaced or each replacement was
** as long as what it replaced. `out` may be NULL, to learn the size: at most 3 times `length`, or
** SIZE_MAX, and nothing was read, if that might not fit a size_t. `*valid` tells whether nothing
** was replaced.
*/
CFS_INTERNAL size_t cfs_utf8_repair(const char *bytes, size_t length, char *out, bool *valid);

#endif
