/*
** Gives the body of each vector to a target of fuzz/: a run of it that is the same everywhere.
*/
#include "vector.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(void)
{
    static struct vector v;
    size_t vectors = 0;
    for (; vector_next(stdin, &v); vectors++)
        LLVMFuzzerTestOneInput(v.body.bytes, v.body.size);
    return vectors < 2000;
}
