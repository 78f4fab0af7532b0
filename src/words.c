/*
** The phrases, expanded from words.def, advice.def, advice_zh.def and seen.def; the rows of reasons.def.
**
** A word of catalogue.h, or a code of catalogue.def, that lacks its text does not compile: its row
** here names what the row of the text defines. A Chinese text without an English one does not compile
** either, nor does a code that is both seen and documented.
*/
#ifndef CFS_LIBRARY
#define CFS_LIBRARY
#endif
#include "words.h"
#include "catalogue.h"

#include <string.h>

#define CFS_CATEGORY_MEANING(word, english, chinese)                                               \
    static const char *const category_##word[CFS_LANGUAGE_COUNT] = {english, chinese};
#define CFS_RETRY_MEANING(word, english, chinese)                                                  \
    static const char *const retry_##word[CFS_LANGUAGE_COUNT] = {english, chinese};
#define CFS_FAULT_MEANING(word, english, chinese)                                                  \
    static const char *const fault_##word[CFS_LANGUAGE_COUNT] = {english, chinese};
#define CFS_PHRASE(group, name, english, chinese)                                                  \
    static const char *const group##_##name[CFS_LANGUAGE_COUNT] = {english, chinese};
#include "words.def"
#undef CFS_CATEGORY_MEANING
#undef CFS_RETRY_MEANING
#undef CFS_FAULT_MEANING
#undef CFS_PHRASE

#define CFS_ADVICE(code, fault, category, retry, canonical, remedy)                                \
    static const char english_##code[] = remedy;
#include "advice.def"
#undef CFS_ADVICE

#define CFS_ERROR(service, code, status, reason, message, description)                             \
    static const char description_##code[] = description;
#include "catalogue.def"
#undef CFS_ERROR

#define CFS_ADVICE_ZH(code, remedy, meaning)                                                       \
    static const char *const remedy_##code[CFS_LANGUAGE_COUNT] = {english_##code, remedy};         \
    static const char *const meaning_##code[CFS_LANGUAGE_COUNT] = {description_##code, meaning};
#include "advice_zh.def"
#undef CFS_ADVICE_ZH

#define CFS_SEEN(layer, code, status, fault, category, retry, canonical, remedy, chinese, source,  \
                 date)                                                                             \
    static const char *const remedy_##code[CFS_LANGUAGE_COUNT] = {                                 \
        [CFS_LANGUAGE_zh] = chinese, [CFS_LANGUAGE_en] = remedy};
#include "seen.def"
#undef CFS_SEEN

static const cfs_phrase phrases[] = {
#define CFS_WORD(word) {"category", #word, category_##word},
    CFS_CATEGORIES(CFS_WORD)
#undef CFS_WORD
#define CFS_WORD(word) {"retry", #word, retry_##word},
        CFS_RETRIES(CFS_WORD)
#undef CFS_WORD
#define CFS_WORD(word) {"fault", #word, fault_##word},
            CFS_FAULTS(CFS_WORD)
#undef CFS_WORD
#define CFS_CATEGORY_MEANING(word, english, chinese)
#define CFS_RETRY_MEANING(word, english, chinese)
#define CFS_FAULT_MEANING(word, english, chinese)
#define CFS_PHRASE(group, name, english, chinese) {#group, #name, group##_##name},
#include "words.def"
#undef CFS_CATEGORY_MEANING
#undef CFS_RETRY_MEANING
#undef CFS_FAULT_MEANING
#undef CFS_PHRASE
#define CFS_ERROR(service, code, status, reason, message, description)                             \
    {"remedy", #code, remedy_##code}, {"description", #code, meaning_##code},
#include "catalogue.def"
#undef CFS_ERROR
#define CFS_SEEN(layer, code, status, fault, category, retry, canonical, remedy, chinese, source,  \
                 date)                                                                             \
    {"remedy", #code, remedy_##code},
#include "seen.def"
#undef CFS_SEEN
};

size_t cfs_phrase_count(void)
{
    return sizeof phrases / sizeof phrases[0];
}

const cfs_phrase *cfs_phrase_find(const char *group, const char *name)
{
    size_t index;
    for (index = 0; index < cfs_phrase_count(); index++)
        if (strcmp(phrases[index].group, group) == 0 && strcmp(phrases[index].name, name) == 0)
            return &phrases[index];
    return NULL;
}

const cfs_phrase *cfs_phrase_at(size_t index)
{
    return index < cfs_phrase_count() ? &phrases[index] : NULL;
}

const char *cfs_reason_at(size_t index)
{
    static const char *const rows[] = {
#define CFS_REASON(row) row,
#include "reasons.def"
#undef CFS_REASON
    };
    return index < sizeof rows / sizeof rows[0] ? rows[index] : NULL;
}
