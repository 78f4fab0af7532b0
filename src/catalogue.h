/*
** The catalogue: every error that the vendor documents, with our judgement of each.
**
** Plain C, no Lua, no allocation, no state. All pointers that are returned point to constants,
** which live as long as the program does; texts are UTF-8 and end in a NUL.
*/
#ifndef CFS_CATALOGUE_H
#define CFS_CATALOGUE_H

#include "cfs.h"

#include <stddef.h>

CFS_BEGIN_DECLARATIONS

/* CFS_CODE_AccessDenied and the like, in the order of the vendor's page. */
enum cfs_code {
#define CFS_ERROR(service, code, status, reason, message, description) CFS_CODE_##code,
#include "catalogue.def"
#undef CFS_ERROR
    CFS_CODE_COUNT
};

/* The words of the columns. A row with a word that is not in its column's list does not compile. */
/* clang-format off */
#define CFS_SERVICES(WORD) WORD(global) WORD(cfs)

/* Who sends the codes of seen.def. */
#define CFS_LAYERS(WORD) WORD(iam) WORD(gateway) WORD(common)

#define CFS_FAULTS(WORD) WORD(client) WORD(server)

#define CFS_CATEGORIES(WORD)                                                                       \
    WORD(account) WORD(authentication) WORD(clock) WORD(conflict) WORD(exists) WORD(internal)      \
    WORD(invalid) WORD(not_found) WORD(permission) WORD(quota) WORD(reference) WORD(routing)       \
    WORD(state) WORD(throttle) WORD(unavailable)

/*
** What may be done with the same call after the error:
**
** never       nothing: it fails again
** backoff     repeat it after a pause that grows
** throttle    repeat it later and, from now on, call more slowly
** same_token  repeat it with the same client token only
** resign      date and sign it again, once
** poll        wait for the state to change, then repeat it
** reread      read the resource again, then make the change again
*/
#define CFS_RETRIES(WORD)                                                                          \
    WORD(never) WORD(backoff) WORD(throttle) WORD(same_token) WORD(resign) WORD(poll) WORD(reread)

/* The gRPC status codes that the catalogue uses. */
#define CFS_CANONICALS(WORD)                                                                       \
    WORD(ABORTED) WORD(ALREADY_EXISTS) WORD(DEADLINE_EXCEEDED) WORD(FAILED_PRECONDITION)           \
    WORD(INTERNAL) WORD(INVALID_ARGUMENT) WORD(NOT_FOUND) WORD(OUT_OF_RANGE)                       \
    WORD(PERMISSION_DENIED) WORD(RESOURCE_EXHAUSTED) WORD(UNAUTHENTICATED) WORD(UNAVAILABLE)       \
    WORD(UNIMPLEMENTED)
/* clang-format on */

#define CFS_ENUMERATOR(word) CFS_SERVICE_##word,
enum cfs_service { CFS_SERVICES(CFS_ENUMERATOR) CFS_SERVICE_COUNT };
#undef CFS_ENUMERATOR

#define CFS_ENUMERATOR(word) CFS_LAYER_##word,
enum cfs_layer { CFS_LAYERS(CFS_ENUMERATOR) CFS_LAYER_COUNT };
#undef CFS_ENUMERATOR

#define CFS_ENUMERATOR(word) CFS_FAULT_##word,
enum cfs_fault { CFS_FAULTS(CFS_ENUMERATOR) CFS_FAULT_COUNT };
#undef CFS_ENUMERATOR

#define CFS_ENUMERATOR(word) CFS_CATEGORY_##word,
enum cfs_category { CFS_CATEGORIES(CFS_ENUMERATOR) CFS_CATEGORY_COUNT };
#undef CFS_ENUMERATOR

#define CFS_ENUMERATOR(word) CFS_RETRY_##word,
enum cfs_retry { CFS_RETRIES(CFS_ENUMERATOR) CFS_RETRY_COUNT };
#undef CFS_ENUMERATOR

#define CFS_ENUMERATOR(word) CFS_CANONICAL_##word,
enum cfs_canonical { CFS_CANONICALS(CFS_ENUMERATOR) CFS_CANONICAL_COUNT };
#undef CFS_ENUMERATOR

/* The columns of a row in which we judge the error: advice.def. */
typedef struct cfs_advice {
    enum cfs_code code;
    enum cfs_fault fault;
    enum cfs_category category;
    enum cfs_retry retry;
    enum cfs_canonical canonical;
    const char *remedy; /* a sentence */
} cfs_advice;

/* One error: the vendor's columns, from catalogue.def, and ours. */
typedef struct cfs_error {
    enum cfs_service service;
    const char *code;
    int status;          /* HTTP: 400 to 599 */
    const char *reason;  /* its reason phrase, as the vendor writes it */
    const char *message; /* a template in six rows: "The parameter 'parameterName' is invalid." */
    const char *description;
    const cfs_advice *advice;
} cfs_error;

/* One code that was seen in responses and is not documented for CFS: seen.def. */
typedef struct cfs_seen {
    enum cfs_layer layer;
    const char *code;
    int status; /* HTTP: 400 to 599 */
    enum cfs_fault fault;
    enum cfs_category category;
    enum cfs_retry retry;
    enum cfs_canonical canonical;
    const char *source, *date; /* where and when it was seen */
    const char *remedy;        /* a sentence */
} cfs_seen;

/* How many errors the catalogue has. */
CFS_API size_t cfs_count(void);

/* The error at `index`, from 0, in the vendor's order; NULL from cfs_count() on. */
CFS_API const cfs_error *cfs_at(size_t index);

/* The error with this code, of `length` bytes; letter case counts. NULL if there is none. */
CFS_API const cfs_error *cfs_find(const char *code, size_t length);

/* The row of a code that was seen; NULL if there is none. */
CFS_API const cfs_seen *cfs_seen_find(const char *code, size_t length);

/* The words as text: "global", "client", "not_found", "same_token", "NOT_FOUND". */
CFS_API const char *cfs_service_name(enum cfs_service service);
CFS_API const char *cfs_layer_name(enum cfs_layer layer);
CFS_API const char *cfs_fault_name(enum cfs_fault fault);
CFS_API const char *cfs_category_name(enum cfs_category category);
CFS_API const char *cfs_retry_name(enum cfs_retry retry);
CFS_API const char *cfs_canonical_name(enum cfs_canonical canonical);

CFS_END_DECLARATIONS

#endif
