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
** The bytes of the sequence that begins at `at`, of which `left` (at least 1) can be read. If they
** are ill-formed, `*valid` is false and the length is that of the maximal subpart: what Unicode
** (section 3.9, "U+FFFD Substitution of Maximal Subparts") replaces by one U+FFFD.
*/
CFS_INTERNAL size_t cfs_utf8_sequence(const unsigned char *at, size_t left, bool *valid);

/* How many bytes cfs_utf8_write writes for this code point: 1 to 4. */
CFS_INTERNAL size_t cfs_utf8_size(uint32_t code_point);

/* Writes a code point, at most U+10FFFF and no surrogate; returns the first byte after it. */
CFS_INTERNAL unsigned char *cfs_utf8_write(unsigned char *out, uint32_t code_point);

/*
** Copies `length` bytes, every maximal subpart that is ill-formed replaced by U+FFFD, and returns
** how many bytes that makes: `length` exactly if nothing had to be replaced or each replacement was
** as long as what it replaced. `out` may be NULL, to learn the size: at most 3 times `length`,
** which must not exceed SIZE_MAX / 3. `*valid` tells whether nothing was replaced.
*/
CFS_INTERNAL size_t cfs_utf8_repair(const char *bytes, size_t length, char *out, bool *valid);

#endif
