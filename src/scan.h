/*
** Finding the end of a run of plain bytes in a string, many bytes at a time: 16 with SSE2 or NEON,
** where the compiler has them, else 8 in a word. Define CFS_PORTABLE to do without the former.
*/
#ifndef CFS_SCAN_H
#define CFS_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if !defined(CFS_PORTABLE) && defined(__GNUC__) && defined(__SSE2__)
#define CFS_SCAN_SSE2
#include <emmintrin.h>
#elif !defined(CFS_PORTABLE) && defined(__GNUC__) && defined(__AARCH64EL__) && defined(__ARM_NEON)
#define CFS_SCAN_NEON
#include <arm_neon.h>
#endif

/* May the byte stand in a JSON string as it is, and is it ASCII? */
static inline bool cfs_is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

#if defined(CFS_SCAN_SSE2) || defined(CFS_SCAN_NEON)

/*
** Of 16 bytes, which are not plain? CFS_SCAN_BITS bits of the result for each byte, the first
*byte's
** are the lowest. A comparison of signed bytes finds those below 0x20 and those from 0x80 at once.
*/
#if defined(CFS_SCAN_SSE2)

#define CFS_SCAN_BITS 1u
static inline uint64_t cfs_stops(const unsigned char *at)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)at);
    __m128i stops = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
    stops = _mm_or_si128(stops, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    stops = _mm_or_si128(stops, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    return (uint64_t)_mm_movemask_epi8(stops);
}

#else

#define CFS_SCAN_BITS 4u
static inline uint64_t cfs_stops(const unsigned char *at)
{
    uint8x16_t bytes = vld1q_u8(at);
    uint8x16_t stops = vcltq_s8(vreinterpretq_s8_u8(bytes), vdupq_n_s8(0x20));
    stops = vorrq_u8(stops, vceqq_u8(bytes, vdupq_n_u8('"')));
    stops = vorrq_u8(stops, vceqq_u8(bytes, vdupq_n_u8('\\')));
    return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(stops), 4)), 0);
}

#endif

static inline size_t cfs_first_stop(uint64_t stops)
{
    return (unsigned)__builtin_ctzll(stops) / CFS_SCAN_BITS;
}

/*
** The first byte from `at` on that is not plain; `end` if there is none. Bytes from `start` on may
** be read: the last 16 are read together, though `at` may be among them.
*/
static inline const unsigned char *cfs_plain_end(const unsigned char *start,
                                                 const unsigned char *at, const unsigned char *end)
{
    uint64_t stops;
    for (; end - at >= 16; at += 16)
        if ((stops = cfs_stops(at)) != 0)
            return at + cfs_first_stop(stops);
    if (at < end && end - start >= 16) {
        size_t left = (size_t)(end - at);
        stops = cfs_stops(end - 16) >> (16 - left) * CFS_SCAN_BITS;
        return stops != 0 ? at + cfs_first_stop(stops) : end;
    }
    while (at < end && cfs_is_plain(*at))
        at++;
    return at;
}

#else

/* Is one of the eight bytes zero? */
static inline bool cfs_has_zero(uint64_t bytes)
{
    return ((bytes - 0x0101010101010101u) & ~bytes & 0x8080808080808080u) != 0;
}

/* The first byte from `at` on that is not plain; `end` if there is none. */
static inline const unsigned char *cfs_plain_end(const unsigned char *start,
                                                 const unsigned char *at, const unsigned char *end)
{
    (void)start;
    for (; end - at >= 8; at += 8) {
        uint64_t bytes;
        memcpy(&bytes, at, sizeof bytes);
        if ((bytes & 0x8080808080808080u) != 0 ||
            ((bytes - 0x2020202020202020u) & 0x8080808080808080u) != 0 || /* below 0x20 */
            cfs_has_zero(bytes ^ 0x2222222222222222u) || cfs_has_zero(bytes ^ 0x5C5C5C5C5C5C5C5Cu))
            break;
    }
    while (at < end && cfs_is_plain(*at))
        at++;
    return at;
}

#endif

#endif
