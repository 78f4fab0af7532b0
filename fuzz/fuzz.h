/*
** What the targets share. They allocate nothing, so that many inputs are tried in a second.
*/
#ifndef FUZZ_H
#define FUZZ_H

#include "reference.h"
#include "utf8.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
