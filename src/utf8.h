/*
** UTF-8 as RFC 3629 defines it, for bytes that may be anything.
**
** Plain C, no Lua, no allocation, no state.
*/
#ifndef CFS_UTF8_H
#define CFS_UTF8_H

#include "cfs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

CFS_BEGIN_DECLARATIONS

/* The replacement character, U+FFFD, and the bytes it takes. */
#define CFS_REPLACEMENT 0xFFFDu
#define CFS_REPLACEMENT_SIZE 3u

/*
** The length, 1 to 4, of the well-formed sequence that begins at `at`; 0 if the sequence there is
** ill-formed. `left` bytes can be read there, 1 at least.
*/
CFS_API size_t cfs_utf8_length(const unsigned char *at, size_t left);

/*
** The length, 1 to 3, of the maximal subpart, at `at`, of a sequence that is ill-formed. Unicode
** (section 3.9, "U+FFFD Substitution of Maximal Subparts") replaces it by one U+FFFD.
*/
CFS_API size_t cfs_utf8_ill_formed(const unsigned char *at, size_t left);

/* The first byte from `at` on that is ASCII or begins no well-formed sequence, or `end`. */
CFS_API const unsigned char *cfs_utf8_end(const unsigned char *at, const unsigned char *end);

/*
** The first byte from `at` on that is ASCII, or `end`. `*size` grows by the size that the bytes
** before it have once they are repaired; `*valid` becomes false if one of them needs a repair.
*/
CFS_API const unsigned char *cfs_utf8_skip(const unsigned char *at, const unsigned char *end,
                                           size_t *size, bool *valid);

/* How many bytes cfs_utf8_write writes for this code point, 1 to 4. */
static inline size_t cfs_utf8_size(uint32_t code_point)
{
    return code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
}

/* Writes a code point, at most U+10FFFF and no surrogate; returns the first byte after it. */
CFS_API unsigned char *cfs_utf8_write(unsigned char *out, uint32_t code_point);

/*
** Copies `length` bytes to `out`, replaces every maximal subpart that is ill-formed by U+FFFD, and
** returns the size of the result, at most 3 times `length`. `out` may be NULL: nothing is written
** then. `*valid` tells whether nothing was replaced. Returns SIZE_MAX, and reads nothing, where the
** size might not fit a size_t. `bytes` may be NULL where `length` is 0.
*/
CFS_API size_t cfs_utf8_repair(const char *bytes, size_t length, char *out, bool *valid);

CFS_END_DECLARATIONS

#endif
