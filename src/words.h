/*
** Phrases for people, in English and in Chinese: what the catalogue's words mean (words.def), and
** in Chinese what to do about each code (advice_zh.def). All texts are UTF-8 and live as long as
** the program does.
*/
#ifndef CFS_WORDS_H
#define CFS_WORDS_H

#include "cfs.h"

#include <stddef.h>

CFS_BEGIN_DECLARATIONS

enum cfs_language { CFS_LANGUAGE_en, CFS_LANGUAGE_zh, CFS_LANGUAGE_COUNT };

typedef struct cfs_phrase {
    const char *group;        /* "category", "retry", "fault", "remedy", ... */
    const char *name;         /* "not_found" */
    const char *const *texts; /* by language */
} cfs_phrase;

/* How many phrases there are. */
CFS_API size_t cfs_phrase_count(void);

/* The phrase of this name in a group; NULL if there is none. */
CFS_API const cfs_phrase *cfs_phrase_find(const char *group, const char *name);

/* The phrase at `index`, from 0, group by group; NULL from cfs_phrase_count() on. */
CFS_API const cfs_phrase *cfs_phrase_at(size_t index);

/* The row at `index`, from 0, of reasons.def, which says how it is read; NULL behind the last. */
CFS_API const char *cfs_reason_at(size_t index);

CFS_END_DECLARATIONS

#endif
