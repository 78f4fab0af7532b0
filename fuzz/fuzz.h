/*
** What the targets share. They allocate nothing, so that many inputs are tried in a second.
*/
#ifndef FUZZ_H
#define FUZZ_H

#include "reference.h"
#include "utf8.h"

#include <string.h>

/* The bytes as a caller may give them: NULL where there are none. */
static inline const char *bytes_or_null(const uint8_t *data, size_t size)
{
    return size == 0 ? NULL : (const char *)data;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
