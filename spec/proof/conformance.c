/*
** Reads vectors from its input and holds the library to them: verdict, position, texts. The hash is
** of all that the library said, so that builds can be compared.
*/
#include "reference.h"
#include "vector.h"

#include "nothing.h"

#include <inttypes.h>
#include <string.h>

static uint64_t hash = 14695981039346656037u; /* FNV-1a */

static void add_bytes(const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    while (size-- > 0)
        hash = (hash ^ *at++) * 1099511628211u;
}

static void add_number(size_t number)
{
    char digits[24];
    add_bytes(digits, (size_t)snprintf(digits, sizeof digits, "%zu,", number));
}

static bool same_text(const struct vector_text *expected, const cfs_text *text)
{
    static char given[3 * VECTOR_LONGEST];
    if (text->source == NULL)
        return !expected->there;
    cfs_text_copy(text, given);
    add_number(text->size);
    add_bytes(given, text->size);
    return expected->there && text->size == expected->size &&
           memcmp(given, expected->bytes, text->size) == 0;
}

static bool same(const struct vector *v)
{
    cfs_envelope envelope;
    cfs_refusal refusal;
    enum cfs_what what =
        reference_compare((const char *)v->body.bytes, v->body.size, &envelope, &refusal);
    bool good = strcmp(cfs_what_name(what), v->what) == 0;
    add_bytes(cfs_what_name(what), strlen(cfs_what_name(what)));
    if (what != CFS_ENVELOPE) {
        add_number(refusal.position);
        add_bytes(refusal.reason, strlen(refusal.reason));
        return good && refusal.position == v->position;
    }
    add_number(envelope.has_others);
    good = same_text(&v->texts[0], &envelope.code) && good;
    good = same_text(&v->texts[1], &envelope.message) && good;
    good = same_text(&v->texts[2], &envelope.request_id) && good;
    return good && envelope.has_others == v->has_others;
}

int main(void)
{
    static struct vector v;
    size_t vectors = 0, differences = 0, index;
    check_nothing();
    while (vector_next(stdin, &v)) {
        vectors++;
        if (same(&v))
            continue;
        if (differences++ < 20) {
            printf("%s %zu expected: ", v.what, v.position);
            for (index = 0; index < v.body.size; index++)
                printf(v.body.bytes[index] - 0x20u < 0x5F ? "%c" : "\\x%02x", v.body.bytes[index]);
            printf("\n");
        }
    }
    printf("conformance: %zu vectors, %zu differences, hash %016" PRIx64 "\n", vectors, differences,
           hash);
    return vectors < 2000 || differences > 0;
}
