/*
** A second reader of envelopes, for the tests to hold the library's against. It shares nothing with
** it but the header: JSON is a machine that is fed one byte at a time, UTF-8 is arithmetic on code
** points, and nothing here is meant to be fast.
*/
#ifndef REFERENCE_H
#define REFERENCE_H

#include "envelope.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Stops the program where a promise is not kept. */
#define CHECK(condition)                                                                           \
    ((condition) ? (void)0                                                                         \
                 : (fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition), abort()))

/* The longest document whose texts are compared, too. */
#define REFERENCE_LONGEST 16384

/* What the next byte may be, and all that has been opened. */
enum reference_state {
    REFERENCE_VALUE,
    REFERENCE_FIRST_VALUE, /* or ']' */
    REFERENCE_NAME,
    REFERENCE_FIRST_NAME, /* or '}' */
    REFERENCE_COLON,
    REFERENCE_AFTER, /* a value that is complete */
    REFERENCE_TEXT,
    REFERENCE_ESCAPE,
    REFERENCE_HEX,
    REFERENCE_WORD,
    REFERENCE_MINUS,
    REFERENCE_POINT,
    REFERENCE_E,
    REFERENCE_SIGN,
    REFERENCE_ZERO, /* from here on a number may end */
    REFERENCE_WHOLE,
    REFERENCE_FRACTION,
    REFERENCE_EXPONENT
};

struct reference {
    enum reference_state state;
    bool in_name;
    int digits;       /* of an escape, still to come */
    const char *word; /* what is still to come of a literal */
    unsigned char open[CFS_DEPTH];
    size_t depth;
};

/* Takes the next byte: CFS_ENVELOPE as long as it can stand there, CFS_MALFORMED, CFS_TOO_DEEP. */
enum cfs_what reference_step(struct reference *m, unsigned char byte);

/* Could the document end here? */
bool reference_is_whole(const struct reference *m);

/*
** How many bytes belong together at `at`: a sequence of UTF-8, or the maximal subpart of one that
** is ill-formed.
*/
size_t reference_sequence(const unsigned char *at, size_t left, bool *whole);

/* Writes the text of a valid string to `out`, which has room for 3 * `length` bytes. */
size_t reference_text(const unsigned char *at, size_t length, unsigned char *out);

/* The same for bytes without escapes. */
size_t reference_repair(const unsigned char *at, size_t length, unsigned char *out);

/* Reads the body both ways, and stops the program if the results differ; returns the verdict. */
enum cfs_what reference_compare(const char *body, size_t length, cfs_envelope *envelope,
                                cfs_refusal *refusal);

#endif
