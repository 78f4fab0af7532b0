/*
** Any bytes as the members of an envelope: what is written fits its size, is valid UTF-8, has
** nothing that HTML or JavaScript would take for its own, and reads back as the same members,
** repaired.
*/
#include "fuzz.h"

#define LONGEST 1024

/* A member made of the input's first bytes: whether it is there, how long it is, and its bytes. */
static cfs_bytes take_member(const uint8_t **data, size_t *size)
{
    cfs_bytes bytes = {NULL, 0};
    size_t length;
    if (*size == 0)
        return bytes;
    length = *(*data)++;
    --*size;
    if (length == 255)
        return bytes;
    bytes.at = (const char *)*data;
    bytes.length = length < *size ? length : *size;
    *data += bytes.length;
    *size -= bytes.length;
    return bytes;
}

/* Valid UTF-8, and no character that HTML or JavaScript takes for its own. */
static void check_written(const unsigned char *json, size_t size)
{
    const unsigned char *at = json, *end = json + size;
    bool whole;
    while (at < end) {
        CHECK(*at >= 0x20 && *at != '<' && *at != '>' && *at != '&');
        CHECK(end - at < 3 || at[0] != 0xE2 || at[1] != 0x80 || (at[2] != 0xA8 && at[2] != 0xA9));
        at += reference_sequence(at, (size_t)(end - at), &whole);
        CHECK(whole);
    }
}

static void check_member(cfs_bytes member, const cfs_text *text)
{
    static unsigned char expected[3 * LONGEST], given[3 * LONGEST];
    size_t size;
    CHECK((member.at == NULL) == (text->source == NULL));
    if (member.at == NULL)
        return;
    size = reference_repair((const unsigned char *)member.at, member.length, expected);
    CHECK(text->size == size);
    cfs_text_copy(text, (char *)given);
    CHECK(memcmp(expected, given, size) == 0);
}

/* Writes them, also into `less` bytes and into just as many as it takes, and reads them back. */
static void check(cfs_bytes request_id, cfs_bytes code, cfs_bytes message, size_t less)
{
    static char json[6 * LONGEST], cut[6 * LONGEST];
    size_t written = cfs_envelope_write(request_id, code, message, json, sizeof json);
    cfs_envelope envelope;
    cfs_refusal refusal;
    enum cfs_what what;
    CHECK(written <= sizeof json);
    check_written((const unsigned char *)json, written);
    less = less < written ? less : written - 1;
    cut[less] = '@';
    CHECK(cfs_envelope_write(request_id, code, message, cut, less) == written);
    CHECK(cut[less] == '@');
    CHECK(cfs_envelope_write(request_id, code, message, cut, written) == written);
    CHECK(memcmp(json, cut, written) == 0);
    what = reference_compare(json, written, &envelope, &refusal);
    CHECK(what == (code.length > 0 ? CFS_ENVELOPE : CFS_NOT_ENVELOPE));
    if (what == CFS_ENVELOPE) {
        check_member(request_id, &envelope.request_id);
        check_member(code, &envelope.code);
        check_member(message, &envelope.message);
        CHECK(!envelope.has_others);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const cfs_bytes some = {"A", 1};
    cfs_bytes request_id = take_member(&data, &size), code = take_member(&data, &size),
              message = take_member(&data, &size);
    check(request_id, code, message, size);
    if (code.length == 0) /* what has none is no envelope */
        check(request_id, some, message, size);
    return 0;
}
