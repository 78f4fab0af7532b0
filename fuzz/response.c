/*
** Any bytes where a response has no envelope: a header's value is repaired as the reference repairs
** it, and a code is found if, and only if, the catalogue has it.
*/
#include "fuzz.h"

#include "catalogue.h"

#define LONGEST 1024

static const cfs_error *find_slowly(const char *code, size_t length)
{
    size_t index, same;
    for (index = 0; index < cfs_count(); index++) {
        const char *row = cfs_at(index)->code;
        for (same = 0; same < length && row[same] != '\0' && row[same] == code[same]; same++)
            ;
        if (same == length && row[same] == '\0')
            return cfs_at(index);
    }
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned char expected[3 * LONGEST], given[3 * LONGEST + 1];
    const char *bytes = bytes_or_null(data, size);
    size_t length = size < LONGEST ? size : LONGEST, repaired;
    bool valid, again;
    repaired = reference_repair(data, length, expected);
    CHECK(cfs_utf8_repair(bytes, length, NULL, &again) == repaired);
    given[repaired] = 0xAA; /* must stay */
    CHECK(cfs_utf8_repair(bytes, length, (char *)given, &valid) == repaired);
    CHECK(memcmp(expected, given, repaired) == 0 && given[repaired] == 0xAA);
    CHECK(valid == again);
    CHECK(valid == (repaired == length && memcmp(expected, data, length) == 0));
    CHECK(cfs_utf8_repair((const char *)expected, repaired, NULL, &valid) == repaired && valid);
    CHECK(cfs_find(bytes, size) == find_slowly(bytes, size));
    return 0;
}
