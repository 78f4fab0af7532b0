/*
** The envelope in which a service tells an error, read and written:
**
**     {"requestId": "ae22...", "code": "NoSuchKey", "message": "The resource ..."}
**
** Plain C99, no Lua, no allocation, no recursion, no state. Nothing is read outside the bytes
** given, and nothing is expected behind them.
*/
#ifndef CFS_ENVELOPE_H
#define CFS_ENVELOPE_H

#include "catalogue.h"

#include <stdbool.h>

/* How many arrays and objects may lie within one another. */
#define CFS_DEPTH 64

/* What a body turned out to be. */
enum cfs_what {
    CFS_ENVELOPE,     /* what we read */
    CFS_EMPTY,        /* no bytes, or nothing but white space */
    CFS_HTML,         /* markup: its first byte is '<' */
    CFS_MALFORMED,    /* not JSON (RFC 8259) */
    CFS_TOO_DEEP,     /* JSON so far, with more than CFS_DEPTH levels */
    CFS_NOT_ENVELOPE, /* JSON, but not an object with a code */
    CFS_WHAT_COUNT
};

/* The word for it, "too_deep", and the beginning of a sentence about it, "nested too deeply". */
CFS_INTERNAL const char *cfs_what_name(enum cfs_what what);
CFS_INTERNAL const char *cfs_what_phrase(enum cfs_what what);

/*
** The text of a string or of a number, within the body that was read: valid as long as that is.
** A string's text is what its escapes stand for, in valid UTF-8 (ill-formed sequences and lone
** surrogates are U+FFFD, one per maximal subpart). A number's is its source.
*/
typedef struct cfs_text {
    const char *source; /* its first byte in the body; NULL: there is no such text */
    size_t length;      /* bytes there */
    size_t size;        /* bytes of the text; at most 3 times `length` */
    bool exact;         /* the bytes there are the text */
} cfs_text;

typedef struct cfs_envelope {
    cfs_text code;       /* always there, never empty */
    cfs_text message;    /* absent or null: source is NULL */
    cfs_text request_id; /* the same; spelt requestId, requestID or request_id */
    bool others;         /* there are members that are none of these */
} cfs_envelope;

/* Why a body was refused. */
typedef struct cfs_refusal {
    const char *reason; /* "expected ':'" */
    size_t position;    /* 1 is the first byte */
} cfs_refusal;

/*
** Reads `length` bytes: one JSON document as RFC 8259 has it, which may follow a byte order mark.
**
** Returns CFS_ENVELOPE, with `*envelope` filled, or what the body is instead, with `*refusal`
** filled. For CFS_EMPTY, CFS_HTML, CFS_MALFORMED and CFS_TOO_DEEP the position is that of the first
** byte with which no acceptable document can go on, `length` + 1 where more bytes were expected.
** For CFS_NOT_ENVELOPE it is that of the value or the name at fault; in all of a document, JSON
** comes first. Members are compared after unescaping; each may appear once.
*/
CFS_INTERNAL enum cfs_what cfs_envelope_read(const char *body, size_t length,
                                             cfs_envelope *envelope, cfs_refusal *refusal);

/* Writes the text's `size` bytes to `out`, without a final NUL. */
CFS_INTERNAL void cfs_text_copy(const cfs_text *text, char *out);

/* Bytes of any kind; `at` is NULL where there are none. */
typedef struct cfs_bytes {
    const char *at;
    size_t length;
} cfs_bytes;

/*
** Writes an envelope of the members that are there, in this order, and returns its size. Where
** that exceeds `capacity`, what was written is of no use: call again with that many bytes. What
** is written is valid UTF-8, without a final NUL, and fit for HTML and for JavaScript: '<', '>',
** '&', U+2028 and U+2029 are escaped. Returns SIZE_MAX if that is more than a size_t can tell.
*/
CFS_INTERNAL size_t cfs_envelope_write(cfs_bytes request_id, cfs_bytes code, cfs_bytes message,
                                       char *out, size_t capacity);

#endif
