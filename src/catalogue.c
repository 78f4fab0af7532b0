/*
** The catalogue's tables, expanded from catalogue.def, advice.def and seen.def.
**
** A code that is in one of the two files only, or twice in one, does not compile: a row of
** advice.def uses the enumerator that the row of catalogue.def defines, which refers to that row in
** turn.
*/
#define CFS_LIBRARY
#include "catalogue.h"

#include <string.h>

#define CFS_ADVICE(code, fault, category, retry, canonical, remedy)                                \
    static const cfs_advice advice_##code = {CFS_CODE_##code,           CFS_FAULT_##fault,         \
                                             CFS_CATEGORY_##category,   CFS_RETRY_##retry,         \
                                             CFS_CANONICAL_##canonical, remedy};
#include "advice.def"
#undef CFS_ADVICE

static const cfs_error errors[] = {
#define CFS_ERROR(service, code, status, reason, message, description)                             \
    {CFS_SERVICE_##service, #code, status, reason, message, description, &advice_##code},
#include "catalogue.def"
#undef CFS_ERROR
};

/* The codes' lengths lie side by side, so that memchr finds the few rows to be compared. */
static const unsigned char code_lengths[] = {
#define CFS_ERROR(service, code, status, reason, message, description) sizeof(#code) - 1,
#include "catalogue.def"
#undef CFS_ERROR
};

size_t cfs_count(void)
{
    return CFS_CODE_COUNT;
}

const cfs_error *cfs_at(size_t index)
{
    return index < CFS_CODE_COUNT ? &errors[index] : NULL;
}

const cfs_error *cfs_find(const char *code, size_t length)
{
    size_t index = 0;
    if (length > 255)
        return NULL;
    while (index < CFS_CODE_COUNT) {
        const unsigned char *same =
            memchr(code_lengths + index, (int)length, CFS_CODE_COUNT - index);
        if (same == NULL)
            return NULL;
        index = (size_t)(same - code_lengths);
        if (memcmp(errors[index].code, code, length) == 0)
            return &errors[index];
        index++;
    }
    return NULL;
}

/* A row of seen.def that lacks a column does not compile. */
static const cfs_seen seen[] = {
#define CFS_SEEN(layer, code, status, fault, category, retry, canonical, remedy, chinese, source,  \
                 date)                                                                             \
    {CFS_LAYER_##layer,                                                                            \
     #code,                                                                                        \
     status,                                                                                       \
     CFS_FAULT_##fault,                                                                            \
     CFS_CATEGORY_##category,                                                                      \
     CFS_RETRY_##retry,                                                                            \
     CFS_CANONICAL_##canonical,                                                                    \
     source,                                                                                       \
     date,                                                                                         \
     remedy},
#include "seen.def"
#undef CFS_SEEN
};

static const unsigned char seen_lengths[] = {
#define CFS_SEEN(layer, code, status, fault, category, retry, canonical, remedy, chinese, source,  \
                 date)                                                                             \
    sizeof(#code) - 1,
#include "seen.def"
#undef CFS_SEEN
};

/* A bit for each length that there is; a code of 32 bytes would not compile. */
static const unsigned long seen_sizes = 0
#define CFS_SEEN(layer, code, status, fault, category, retry, canonical, remedy, chinese, source,  \
                 date)                                                                             \
    | 1UL << (sizeof(#code) - 1)
#include "seen.def"
#undef CFS_SEEN
    ;

const cfs_seen *cfs_seen_find(const char *code, size_t length)
{
    size_t index;
    if (length > 31 || (seen_sizes >> length & 1) == 0)
        return NULL;
    for (index = 0; index < sizeof seen / sizeof seen[0]; index++)
        if (seen_lengths[index] == length && memcmp(seen[index].code, code, length) == 0)
            return &seen[index];
    return NULL;
}

#define CFS_NAME(word) #word,

const char *cfs_service_name(enum cfs_service service)
{
    static const char *const names[] = {CFS_SERVICES(CFS_NAME)};
    return names[service];
}

const char *cfs_layer_name(enum cfs_layer layer)
{
    static const char *const names[] = {CFS_LAYERS(CFS_NAME)};
    return names[layer];
}

const char *cfs_fault_name(enum cfs_fault fault)
{
    static const char *const names[] = {CFS_FAULTS(CFS_NAME)};
    return names[fault];
}

const char *cfs_category_name(enum cfs_category category)
{
    static const char *const names[] = {CFS_CATEGORIES(CFS_NAME)};
    return names[category];
}

const char *cfs_retry_name(enum cfs_retry retry)
{
    static const char *const names[] = {CFS_RETRIES(CFS_NAME)};
    return names[retry];
}

const char *cfs_canonical_name(enum cfs_canonical canonical)
{
    static const char *const names[] = {CFS_CANONICALS(CFS_NAME)};
    return names[canonical];
}
