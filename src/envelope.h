/*
** The envelope in which a service tells an error, read and written:
**
**     {"requestId": "ae22...", "code": "NoSuchKey", "message": "The resource ..."}
**
** Plain C, no Lua, no allocation, no recursion, no state. No byte is read but those that are given;
** they need not end in a NUL. A pointer to bytes may be NULL where their number is 0.
*/
#ifndef CFS_ENVELOPE_H
#define CFS_ENVELOPE_H

#include "cfs.h"

#include <stdbool.h>
#include <stddef.h>

CFS_BEGIN_DECLARATIONS

/* How many arrays and objects may lie within one another. */
#define CFS_DEPTH 64

/* What a body turned out to be. */
enum cfs_what {
    CFS_ENVELOPE,     /* an envelope */
    CFS_EMPTY,        /* no bytes, or nothing but white space */
    CFS_HTML,         /* markup: its first byte is '<' */
    CFS_MALFORMED,    /* not JSON (RFC 8259) */
    CFS_TOO_DEEP,     /* JSON so far, with more than CFS_DEPTH levels */
    CFS_NOT_ENVELOPE, /* JSON, but not an object with a code */
    CFS_WHAT_COUNT
};

/* The word for it, "too_deep", and the beginning of a sentence, "nested too deeply". */
CFS_API const char *cfs_what_name(enum cfs_what what);
CFS_API const char *cfs_what_phrase(enum cfs_what what);

/*
** The text of a string or of a number. Its source lies within the body that was read and is valid
** as long as the body is. The text of a string is what its escapes stand for, in valid UTF-8
** (U+FFFD stands for each lone surrogate and for each maximal subpart that is ill-formed). The text
** of a number is the number as it is written.
*/
typedef struct cfs_text {
    const char *source; /* its first byte in the body; NULL: absent, and `size` is 0 */
    size_t length;      /* how many bytes it takes there */
    size_t size;        /* how many bytes the text has, at most 3 times `length` */
    bool exact;         /* the bytes in the body are the text */
} cfs_text;

typedef struct cfs_envelope {
    cfs_text code;       /* always there, never empty */
    cfs_text message;    /* absent or null: source is NULL */
    cfs_text request_id; /* the same; spelt requestId, requestID or request_id */
    bool has_others;     /* the body has members that are none of these */
} cfs_envelope;

/* Why a body was refused. */
typedef struct cfs_refusal {
    const char *reason; /* "expected ':'" */
    size_t position;    /* 1 is the first byte */
} cfs_refusal;

/*
** Reads a body of `length` bytes: one JSON document as RFC 8259 has it. A byte order mark may stand
** before it.
**
** Returns CFS_ENVELOPE and fills `*envelope`, or returns what the body is instead and fills
** `*refusal`. For CFS_EMPTY, CFS_HTML, CFS_MALFORMED and CFS_TOO_DEEP the position is that of the
** first byte with which no acceptable document can go on; it is `length` + 1 where more bytes were
** expected. For CFS_NOT_ENVELOPE it is that of the value or the name at fault; a body that is not
** JSON to its end is CFS_MALFORMED, whatever its members are. The names of members are compared
** after unescaping; each may appear once.
*/
CFS_API enum cfs_what cfs_envelope_read(const char *body, size_t length, cfs_envelope *envelope,
                                        cfs_refusal *refusal);

/*
** Does the same and writes each text of an envelope that is not exact to `out`, which has room for
** `capacity` bytes: `source` points there then, `length` is `size`, and the text is exact. A text
** that does not fit behind those before it is left as it is. `out` may be NULL if `capacity` is 0.
*/
CFS_API enum cfs_what cfs_envelope_read_texts(const char *body, size_t length,
                                              cfs_envelope *envelope, cfs_refusal *refusal,
                                              char *out, size_t capacity);

/* Writes the text's `size` bytes to `out`, without a final NUL; none if there is no such text. */
CFS_API void cfs_text_copy(const cfs_text *text, char *out);

/* Bytes of any kind. NULL as `at` means that a member is absent, "" that it is empty. */
typedef struct cfs_bytes {
    const char *at;
    size_t length;
} cfs_bytes;

/*
** Writes an envelope of the members that are not absent, in this order, and returns its size. Where
** the size exceeds `capacity`, `out` holds nothing of use: call again with that many bytes. `out`
** may be NULL where `capacity` is 0. The envelope is valid UTF-8, has no final NUL, and is safe
** within HTML and JavaScript: '<', '>', '&', U+2028 and U+2029 are escaped. Returns SIZE_MAX where
** the size might not fit a size_t.
*/
CFS_API size_t cfs_envelope_write(cfs_bytes request_id, cfs_bytes code, cfs_bytes message,
                                  char *out, size_t capacity);

CFS_END_DECLARATIONS

#endif
