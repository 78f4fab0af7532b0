/*
** Any bytes as a body, read by jansson, too: both refuse the same bodies and read the same strings.
** jansson has limits that JSON does not have; each is named here.
*/
#include "fuzz.h"

#include <jansson.h>

/* jansson's memory: given out in order, taken back at once by the next input. */
static union {
    max_align_t align;
    unsigned char bytes[1 << 22];
} arena;
static size_t arena_used;

static void *take(size_t size)
{
    void *place = arena.bytes + arena_used;
    size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    CHECK(size <= sizeof arena.bytes - arena_used);
    arena_used += size;
    return place;
}

static void give_back(void *place)
{
    (void)place;
}

/* Did jansson refuse what RFC 8259 lets it refuse? */
static bool is_limit(const json_error_t *error)
{
    static const char surrogate[] = "invalid Unicode '\\u";
    switch (json_error_code(error)) {
    case json_error_invalid_utf8:
    case json_error_numeric_overflow:
    case json_error_null_byte_in_key:
        return true;
    case json_error_invalid_syntax:
        return strncmp(error->text, surrogate, sizeof surrogate - 1) == 0;
    default:
        return false;
    }
}

static void compare(const json_t *value, const cfs_text *text)
{
    static char given[3 * REFERENCE_LONGEST];
    if (!json_is_string(value) || text->source == NULL)
        return;
    CHECK(text->size == json_string_length(value));
    cfs_text_copy(text, given);
    CHECK(memcmp(json_string_value(value), given, text->size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool marked = size >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0;
    cfs_envelope envelope;
    cfs_refusal refusal;
    json_error_t error;
    json_t *document;
    enum cfs_what what = cfs_envelope_read(bytes_or_null(data, size), size, &envelope, &refusal);
    if (what == CFS_TOO_DEEP || (size > 0 && memchr(data, 0, size) != NULL))
        return 0; /* a NUL between tokens ends jansson's document */
    arena_used = 0;
    json_set_alloc_funcs(take, give_back);
    document = json_loadb((const char *)data + (marked ? 3 : 0), size - (marked ? 3 : 0),
                          JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (what != CFS_ENVELOPE && what != CFS_NOT_ENVELOPE) {
        CHECK(document == NULL);
    } else if (document == NULL) {
        CHECK(is_limit(&error));
    } else if (what == CFS_ENVELOPE) {
        compare(json_object_get(document, "code"), &envelope.code);
        compare(json_object_get(document, "message"), &envelope.message);
    }
    return 0;
}
