/* Reads a file as an envelope, once, for a tool that counts instructions: once FILE */
#include "envelope.h"

#include <stdio.h>

static char body[1 << 20];

int main(int count, char **arguments)
{
    FILE *file = count == 2 ? fopen(arguments[1], "rb") : NULL;
    cfs_envelope envelope;
    cfs_refusal refusal;
    size_t length;
    if (file == NULL)
        return 2;
    length = fread(body, 1, sizeof body, file);
    fclose(file);
    return cfs_envelope_read(body, length, &envelope, &refusal) == CFS_ENVELOPE ? 0 : 1;
}
