/*
** exhaustive strings N: every string of N bytes, 4 at most, as the inside of a JSON string. Counting
** tells how many of them need no repair.
** exhaustive documents N: every string of up to N of the bytes that documents are built of; the
** empty one is given as NULL.
**
** The reference walks along the tree of all strings, so that each costs it one step.
*/
#include "reference.h"
#include "utf8.h"

#include <inttypes.h>
#include <string.h>

/* Where the reference stands, and where it was stopped: position 0 means that it was not. */
struct walk {
    struct reference machine;
    size_t stopped;
};

static void step(struct walk *walk, char byte, size_t position)
{
    if (walk->stopped == 0 && reference_step(&walk->machine, (unsigned char)byte) != CFS_ENVELOPE)
        walk->stopped = position;
}

/* The document is over, after `length` bytes. */
static void stop(struct walk *walk, size_t length)
{
    if (walk->stopped == 0 && !reference_is_whole(&walk->machine))
        walk->stopped = length + 1;
}

/* {=================================================================
** The insides of strings
** ================================================================== */

#define HEAD "{\"code\":\""
#define HEAD_SIZE (sizeof HEAD - 1)

struct strings {
    char body[32];
    size_t length; /* of the inside */
    uint64_t read, accepted, whole;
};

/* How many strings there are of 94 bytes, 8 escapes, and sequences of two, three and four bytes. */
static uint64_t count_whole(size_t length)
{
    static const uint64_t pieces[] = {94, 8 + 1920, 61440, 1048576};
    uint64_t count = length == 0;
    size_t size;
    for (size = 1; size <= length; size++)
        count += pieces[size - 1] * count_whole(length - size);
    return count;
}

static void check_string(struct strings *s, struct walk walk)
{
    const char *inside = s->body + HEAD_SIZE;
    unsigned char expected[3 * 4];
    char given[3 * 4];
    size_t length = HEAD_SIZE + s->length + 2, size;
    bool valid;
    cfs_envelope envelope;
    cfs_refusal refusal;
    enum cfs_what what = cfs_envelope_read(s->body, length, &envelope, &refusal);
    step(&walk, '"', length - 1);
    step(&walk, '}', length);
    stop(&walk, length);
    s->read++;
    if (walk.stopped > 0) {
        CHECK(what == CFS_MALFORMED && refusal.position == walk.stopped);
        return;
    }
    CHECK(what == CFS_ENVELOPE && envelope.code.source == inside);
    CHECK(envelope.code.length == s->length);
    size = reference_text((const unsigned char *)inside, s->length, expected);
    CHECK(envelope.code.size == size);
    cfs_text_copy(&envelope.code, given);
    CHECK(memcmp(given, expected, size) == 0);
    cfs_utf8_repair(inside, s->length, NULL, &valid);
    s->accepted++;
    s->whole += valid;
}

static void walk_strings(struct strings *s, const struct walk *walk, size_t depth)
{
    int byte;
    if (depth == s->length) {
        check_string(s, *walk);
        return;
    }
    for (byte = 0; byte < 256; byte++) {
        struct walk next = *walk;
        s->body[HEAD_SIZE + depth] = (char)byte;
        step(&next, (char)byte, HEAD_SIZE + depth + 1);
        walk_strings(s, &next, depth + 1);
    }
}

static bool strings(size_t length)
{
    struct strings s = {HEAD, 0, 0, 0, 0};
    struct walk walk;
    size_t index;
    memset(&walk, 0, sizeof walk);
    for (index = 0; index < HEAD_SIZE; index++)
        step(&walk, HEAD[index], index + 1);
    s.length = length;
    memcpy(s.body + HEAD_SIZE + length, "\"}", 2);
    walk_strings(&s, &walk, 0);
    printf("strings: %" PRIu64 " of %zu bytes, %" PRIu64 " accepted, %" PRIu64 " without repair\n",
           s.read, length, s.accepted, s.whole);
    return s.whole == count_whole(length);
}

/* }=============================================================== */

/* {=================================================================
** Documents
** ================================================================== */

#define SYMBOLS "{}[]:,\"1t- \\"

struct documents {
    char body[16];
    size_t longest;
    uint64_t read, accepted;
};

/* No envelope among them: its code would take more letters. */
static void check_document(struct documents *d, struct walk walk, size_t length)
{
    cfs_envelope envelope;
    cfs_refusal refusal;
    const char *body = length == 0 ? NULL : d->body;
    enum cfs_what what = cfs_envelope_read(body, length, &envelope, &refusal);
    size_t spaces = 0;
    while (spaces < length && d->body[spaces] == ' ')
        spaces++;
    stop(&walk, length);
    d->read++;
    if (walk.stopped == 0) {
        CHECK(what == CFS_NOT_ENVELOPE && refusal.position == spaces + 1);
        d->accepted++;
    } else {
        CHECK(what == (spaces == length ? CFS_EMPTY : CFS_MALFORMED));
        CHECK(refusal.position == walk.stopped);
    }
}

static void walk_documents(struct documents *d, const struct walk *walk, size_t depth)
{
    const char *symbol;
    check_document(d, *walk, depth);
    for (symbol = SYMBOLS; depth < d->longest && *symbol != '\0'; symbol++) {
        struct walk next = *walk;
        d->body[depth] = *symbol;
        step(&next, *symbol, depth + 1);
        walk_documents(d, &next, depth + 1);
    }
}

static bool documents(size_t longest)
{
    struct documents d;
    struct walk walk;
    memset(&walk, 0, sizeof walk);
    memset(&d, 0, sizeof d);
    d.longest = longest;
    walk_documents(&d, &walk, 0);
    printf("documents: %" PRIu64 " of up to %zu symbols, %" PRIu64 " accepted\n", d.read, longest,
           d.accepted);
    return d.accepted > 0;
}

/* }=============================================================== */

int main(int count, char **arguments)
{
    size_t length;
    CHECK(count == 3);
    length = strtoul(arguments[2], NULL, 10);
    if (strcmp(arguments[1], "strings") == 0) {
        CHECK(length >= 1 && length <= 4);
        return !strings(length);
    }
    CHECK(strcmp(arguments[1], "documents") == 0 && length <= sizeof((struct documents *)0)->body);
    return !documents(length);
}
