#define CFS_LIBRARY
#include "utf8.h"
#include "scan.h"

#include <string.h>

static inline bool is_continuation(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

/* May the second byte follow the lead? The others would be overlong, a surrogate, or too high. */
static inline bool follows(const unsigned char *at)
{
    unsigned char low = at[0] == 0xE0 ? 0xA0 : at[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char high = at[0] == 0xED ? 0x9F : at[0] == 0xF4 ? 0x8F : 0xBF;
    return at[1] >= low && at[1] <= high;
}

static inline size_t well_formed(const unsigned char *at, size_t left)
{
    unsigned char lead = at[0];
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2 || lead > 0xF4) /* a continuation byte, or never a lead */
        return 0;
    if (lead < 0xE0)
        return left >= 2 && is_continuation(at[1]) ? 2 : 0;
    if (lead < 0xF0)
        return left >= 3 && follows(at) && is_continuation(at[2]) ? 3 : 0;
    return left >= 4 && follows(at) && is_continuation(at[2]) && is_continuation(at[3]) ? 4 : 0;
}

static inline size_t maximal_subpart(const unsigned char *at, size_t left)
{
    if (at[0] < 0xE0 || at[0] > 0xF4 || left < 2 || !follows(at))
        return 1;
    return at[0] < 0xF0 || left < 3 || !is_continuation(at[2]) ? 2 : 3;
}

size_t cfs_utf8_length(const unsigned char *at, size_t left)
{
    return well_formed(at, left);
}

size_t cfs_utf8_ill_formed(const unsigned char *at, size_t left)
{
    return maximal_subpart(at, left);
}

const unsigned char *cfs_utf8_end(const unsigned char *at, const unsigned char *end)
{
    while (at != end && *at >= 0x80) {
        size_t length = well_formed(at, (size_t)(end - at));
        if (length == 0)
            break;
        at += length;
    }
    return at;
}

const unsigned char *cfs_utf8_skip(const unsigned char *at, const unsigned char *end, size_t *size,
                                   bool *valid)
{
    const unsigned char *start = at;
    size_t repairs = 0, replaced = 0; /* how many, and how many bytes they replace */
    if (at == end)
        return at; /* both may be NULL */
    while (at < end && *at >= 0x80) {
        size_t length = well_formed(at, (size_t)(end - at));
        if (length == 0) {
            length = maximal_subpart(at, (size_t)(end - at));
            repairs++;
            replaced += length;
        }
        at += length;
    }
    *size += (size_t)(at - start) - replaced + repairs * CFS_REPLACEMENT_SIZE;
    *valid = *valid && repairs == 0;
    return at;
}

unsigned char *cfs_utf8_write(unsigned char *out, uint32_t code_point)
{
    static const unsigned char marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t size = cfs_utf8_size(code_point), left;
    for (left = size - 1; left > 0; left--) {
        out[left] = (unsigned char)(0x80 | (code_point & 0x3F));
        code_point >>= 6;
    }
    out[0] = (unsigned char)(marks[size] | code_point);
    return out + size;
}

size_t cfs_utf8_repair(const char *bytes, size_t length, char *out, bool *valid)
{
    const unsigned char *at = cfs_first_byte(bytes, length), *end;
    size_t size = 0;
    *valid = length <= SIZE_MAX / CFS_REPLACEMENT_SIZE;
    if (!*valid)
        return SIZE_MAX;
    end = at + length;
    while (at < end) {
        const unsigned char *run = at;
        while (at < end && *at < 0x80)
            at++;
        at = cfs_utf8_end(at, end);
        if (out != NULL)
            memcpy(out + size, run, (size_t)(at - run));
        size += (size_t)(at - run);
        if (at < end && *at >= 0x80) {
            at += cfs_utf8_ill_formed(at, (size_t)(end - at));
            if (out != NULL)
                cfs_utf8_write((unsigned char *)out + size, CFS_REPLACEMENT);
            size += CFS_REPLACEMENT_SIZE;
            *valid = false;
        }
    }
    return size;
}
