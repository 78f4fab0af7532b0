/*
** The lines that vectors.py writes: a document, and what an independent oracle says of it.
*/
#ifndef VECTOR_H
#define VECTOR_H

#include "envelope.h"

#include <stdio.h>

#define VECTOR_LONGEST 4096

struct vector_text {
    bool there;
    size_t size;
    unsigned char bytes[VECTOR_LONGEST];
};

struct vector {
    struct vector_text body;
    char what[16]; /* as cfs_what_name has it */
    size_t position;
    struct vector_text texts[3]; /* code, message, request id */
    bool has_others;
};

/* Reads the next one; false at the end. What is no vector ends the program. */
bool vector_next(FILE *file, struct vector *vector);

#endif
