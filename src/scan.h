/*
** Where bytes that a caller gives begin, and where a run of plain bytes in a string ends. The end
** is looked for in many bytes at a time: 16 with SSE2 or NEON, where the compiler has them, else 8
** in a word. Define CFS_PORTABLE to do without SSE2 and NEON.
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

/* For functions whose flag `markup` is a constant in every call, so that no loop tests it. */
#if defined(__GNUC__)
#define CFS_INLINE static inline __attribute__((always_inline))
#else
#define CFS_INLINE static inline
#endif

/* The first of `length` bytes. It is never NULL; `bytes` may be NULL if there are none. */
static inline const unsigned char *cfs_first_byte(const char *bytes, size_t length)
{
    return (const unsigned char *)(length == 0 ? "" : bytes);
}

/* Is the byte ASCII, and may it stand in a JSON string, with `markup` also in HTML? */
CFS_INLINE bool cfs_is_plain(unsigned char byte, bool markup)
{
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\' &&
           !(markup && (byte == '<' || byte == '>' || byte == '&'));
}

#if defined(CFS_SCAN_SSE2) || defined(CFS_SCAN_NEON)

/*
** Which of 16 bytes are not plain? The result has CFS_SCAN_BITS bits for each byte, the lowest for
** the first. A comparison of signed bytes finds those below 0x20 and those from 0x80 on at once;
** '"' and '&' differ in the bit 4, '<' and '>' in the bit 2.
*/
#if defined(CFS_SCAN_SSE2)

#define CFS_SCAN_BITS 1u
CFS_INLINE uint64_t cfs_stops(const unsigned char *at, bool markup)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)at), quotes = bytes;
    __m128i stops = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
    stops = _mm_or_si128(stops, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    if (markup) {
        __m128i angles = _mm_or_si128(bytes, _mm_set1_epi8(2));
        stops = _mm_or_si128(stops, _mm_cmpeq_epi8(angles, _mm_set1_epi8('>')));
        quotes = _mm_or_si128(bytes, _mm_set1_epi8(4));
    }
    stops = _mm_or_si128(stops, _mm_cmpeq_epi8(quotes, _mm_set1_epi8(markup ? '&' : '"')));
    return (uint64_t)_mm_movemask_epi8(stops);
}

#else

#define CFS_SCAN_BITS 4u
CFS_INLINE uint64_t cfs_stops(const unsigned char *at, bool markup)
{
    uint8x16_t bytes = vld1q_u8(at), quotes = bytes;
    uint8x16_t stops = vcltq_s8(vreinterpretq_s8_u8(bytes), vdupq_n_s8(0x20));
    stops = vorrq_u8(stops, vceqq_u8(bytes, vdupq_n_u8('\\')));
    if (markup) {
        uint8x16_t angles = vorrq_u8(bytes, vdupq_n_u8(2));
        stops = vorrq_u8(stops, vceqq_u8(angles, vdupq_n_u8('>')));
        quotes = vorrq_u8(bytes, vdupq_n_u8(4));
    }
    stops = vorrq_u8(stops, vceqq_u8(quotes, vdupq_n_u8(markup ? '&' : '"')));
    return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(stops), 4)), 0);
}

#endif

static inline size_t cfs_first_stop(uint64_t stops)
{
    return (unsigned)__builtin_ctzll(stops) / CFS_SCAN_BITS;
}

/*
** The first byte from `at` on that is not plain, or `end`. The bytes from `start` on can be read:
** the last 16 before `end` are read together, even those of them that lie before `at`.
*/
CFS_INLINE const unsigned char *cfs_plain_end(const unsigned char *start, const unsigned char *at,
                                              const unsigned char *end, bool markup)
{
    uint64_t stops;
    for (; end - at >= 16; at += 16)
        if ((stops = cfs_stops(at, markup)) != 0)
            return at + cfs_first_stop(stops);
    if (at < end && end - start >= 16) {
        size_t left = (size_t)(end - at);
        stops = cfs_stops(end - 16, markup) >> (16 - left) * CFS_SCAN_BITS;
        return stops != 0 ? at + cfs_first_stop(stops) : end;
    }
    while (at < end && cfs_is_plain(*at, markup))
        at++;
    return at;
}

#else

#define CFS_SCAN_EACH(byte) ((uint64_t)0x0101010101010101u * (byte))

/* Is one of the eight bytes zero? */
static inline bool cfs_has_zero(uint64_t bytes)
{
    return ((bytes - CFS_SCAN_EACH(1)) & ~bytes & CFS_SCAN_EACH(0x80)) != 0;
}

/* Are the eight bytes plain? */
CFS_INLINE bool cfs_are_plain(uint64_t bytes, bool markup)
{
    return (bytes & CFS_SCAN_EACH(0x80)) == 0 &&
           ((bytes - CFS_SCAN_EACH(0x20)) & CFS_SCAN_EACH(0x80)) == 0 && /* none below 0x20 */
           !cfs_has_zero(bytes ^ CFS_SCAN_EACH('"')) &&
           !cfs_has_zero(bytes ^ CFS_SCAN_EACH('\\')) &&
           !(markup && (cfs_has_zero(bytes ^ CFS_SCAN_EACH('&')) ||
                        cfs_has_zero((bytes | CFS_SCAN_EACH(2)) ^ CFS_SCAN_EACH('>'))));
}

/* The first byte from `at` on that is not plain, or `end`. */
CFS_INLINE const unsigned char *cfs_plain_end(const unsigned char *start, const unsigned char *at,
                                              const unsigned char *end, bool markup)
{
    (void)start;
    for (; end - at >= 8; at += 8) {
        uint64_t bytes;
        memcpy(&bytes, at, sizeof bytes);
        if (!cfs_are_plain(bytes, markup))
            break;
    }
    while (at < end && cfs_is_plain(*at, markup))
        at++;
    return at;
}

#endif

#endif
