#include "utf8.h"

#include <string.h>

size_t cfs_utf8_sequence(const unsigned char *at, size_t left, bool *valid)
{
    unsigned char first = at[0], low = 0x80, high = 0xBF; /* the range of the second byte */
    size_t need, have;
    *valid = false;
    if (first < 0x80)
        need = 1;
    else if (first < 0xC2) /* a continuation byte, or the lead of an overlong form */
        return 1;
    else if (first < 0xE0)
        need = 2;
    else if (first < 0xF0)
        need = 3;
    else if (first < 0xF5)
        need = 4;
    else
        return 1;
    if (first == 0xE0)
        low = 0xA0; /* else overlong */
    else if (first == 0xED)
        high = 0x9F; /* else a surrogate */
    else if (first == 0xF0)
        low = 0x90; /* else overlong */
    else if (first == 0xF4)
        high = 0x8F; /* else above U+10FFFF */
    for (have = 1; have < need; have++) {
        if (have == left || at[have] < low || at[have] > high)
            return have;
        low = 0x80;
        high = 0xBF;
    }
    *valid = true;
    return need;
}

size_t cfs_utf8_size(uint32_t code_point)
{
    return code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
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
    const unsigned char *at = (const unsigned char *)bytes;
    size_t size = 0;
    *valid = true;
    while (length > 0) {
        bool good;
        size_t taken = cfs_utf8_sequence(at, length, &good);
        if (out != NULL && good)
            memcpy(out + size, at, taken);
        else if (out != NULL)
            cfs_utf8_write((unsigned char *)out + size, CFS_REPLACEMENT);
        *valid = *valid && good;
        size += good ? taken : CFS_REPLACEMENT_SIZE;
        at += taken;
        length -= taken;
    }
    return size;
}
