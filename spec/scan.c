/*
** Compares cfs_plain_end with a loop of one byte at a time: every byte value at every place of runs
** of up to 50 bytes, read from every place. Prints how it scans and how many differed.
*/
#include "scan.h"

#include <stdio.h>

static size_t plain_end(const unsigned char *bytes, size_t at, size_t length, bool markup)
{
    while (at < length && bytes[at] >= 0x20 && bytes[at] < 0x80 && bytes[at] != '"' &&
           bytes[at] != '\\' && !(markup && strchr("<>&", bytes[at]) != NULL))
        at++;
    return at;
}

/* How many places are told wrongly when the bytes are read from each place on? */
static int count_wrong(const unsigned char *bytes, size_t length)
{
    size_t at;
    int wrong = 0;
    for (at = 0; at <= length; at++) {
        const unsigned char *from = bytes + at, *end = bytes + length;
        const unsigned char *text = bytes + plain_end(bytes, at, length, false);
        const unsigned char *html = bytes + plain_end(bytes, at, length, true);
        wrong += cfs_plain_end(bytes, from, end, false) != text;
        wrong += cfs_plain_end(bytes, from, end, true) != html;
    }
    return wrong;
}

int main(void)
{
    unsigned char bytes[50];
    size_t length, place;
    int value, wrong = 0;
    for (length = 0; length <= sizeof bytes; length++) {
        memset(bytes, 'x', sizeof bytes);
        wrong += count_wrong(bytes, length);
        for (place = 0; place < length; place++) {
            for (value = 0; value < 256; value++) {
                bytes[place] = (unsigned char)value;
                wrong += count_wrong(bytes, length);
            }
            bytes[place] = 'x';
        }
    }
#if defined(CFS_SCAN_SSE2) || defined(CFS_SCAN_NEON)
    printf("by 16 bytes: %d wrong\n", wrong);
#else
    printf("by words: %d wrong\n", wrong);
#endif
    return 0;
}
