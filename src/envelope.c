#include "envelope.h"
#include "utf8.h"

#include <string.h>

/* {=================================================================
** Words
** ================================================================== */

const char *cfs_what_name(enum cfs_what what)
{
    static const char *const names[] = {"envelope",  "empty",    "html",
                                        "malformed", "too_deep", "not_envelope"};
    return names[what];
}

const char *cfs_what_phrase(enum cfs_what what)
{
    static const char *const phrases[] = {"an error envelope", "empty body",
                                          "not JSON",          "malformed JSON",
                                          "nested too deeply", "not an error envelope"};
    return phrases[what];
}

/* }=============================================================== */

/* {=================================================================
** Escapes: RFC 8259, section 7
** ================================================================== */

/* The value of a hexadecimal digit; 16 if it is none. */
static uint32_t hex_value(unsigned char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - (uint32_t)'0';
    byte |= 0x20; /* ASCII lower case */
    return byte >= 'a' && byte <= 'f' ? byte - (uint32_t)'a' + 10 : 16;
}

/* Reads four hexadecimal digits. On failure `*at` is where the first one is missing. */
static bool read_hex4(const unsigned char **at, const unsigned char *end, uint32_t *value)
{
    int digits;
    *value = 0;
    for (digits = 0; digits < 4; digits++) {
        uint32_t digit = *at < end ? hex_value(**at) : 16;
        if (digit == 16)
            return false;
        *value = *value << 4 | digit;
        ++*at;
    }
    return true;
}

/* The second half of a surrogate pair, if it follows; it is passed over only if it does. */
static uint32_t join_surrogates(const unsigned char **at, const unsigned char *end, uint32_t high)
{
    const unsigned char *next = *at + 2;
    uint32_t low;
    if (end - *at < 2 || (*at)[0] != '\\' || (*at)[1] != 'u' || !read_hex4(&next, end, &low) ||
        low < 0xDC00 || low > 0xDFFF)
        return CFS_REPLACEMENT;
    *at = next;
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

/*
** Reads the escape whose backslash is at `*at`; a lone surrogate is U+FFFD. On failure `*at` is the
** byte that cannot follow.
*/
static bool read_escape(const unsigned char **at, const unsigned char *end, uint32_t *code_point)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    const char *letter;
    if (++*at == end)
        return false;
    if (**at != 'u') {
        letter = memchr(letters, **at, sizeof letters - 1);
        if (letter == NULL)
            return false;
        *code_point = (unsigned char)meanings[letter - letters];
        ++*at;
        return true;
    }
    ++*at;
    if (!read_hex4(at, end, code_point))
        return false;
    if (*code_point >= 0xD800 && *code_point <= 0xDBFF)
        *code_point = join_surrogates(at, end, *code_point);
    else if (*code_point >= 0xDC00 && *code_point <= 0xDFFF)
        *code_point = CFS_REPLACEMENT;
    return true;
}

void cfs_text_copy(const cfs_text *text, char *out)
{
    const unsigned char *at = (const unsigned char *)text->source, *end = at + text->length;
    unsigned char *to = (unsigned char *)out;
    if (text->exact) {
        memcpy(out, text->source, text->length);
        return;
    }
    while (at < end) {
        if (*at == '\\') {
            uint32_t code_point = CFS_REPLACEMENT;
            read_escape(&at, end, &code_point);
            to = cfs_utf8_write(to, code_point);
        } else {
            bool valid;
            size_t taken = cfs_utf8_sequence(at, (size_t)(end - at), &valid);
            if (valid) {
                memcpy(to, at, taken);
                to += taken;
            } else {
                to = cfs_utf8_write(to, CFS_REPLACEMENT);
            }
            at += taken;
        }
    }
}

/* }=============================================================== */

/* {=================================================================
** Tokens: each function begins at the token's first byte and leaves `at` behind it, or, having
** failed, at the byte that cannot stand there.
** ================================================================== */

/* The members of an envelope, in the order of `cfs_envelope`. */
enum member { MEMBER_CODE, MEMBER_MESSAGE, MEMBER_REQUEST_ID, MEMBER_COUNT, MEMBER_NONE };

struct reader {
    const unsigned char *start, *at, *end;
    uint64_t objects;   /* its lowest bit: is the innermost container an object? */
    unsigned depth;     /* containers open */
    enum member member; /* whose value comes next; MEMBER_NONE: nobody's that counts */
    cfs_text members[MEMBER_COUNT];
    bool seen[MEMBER_COUNT];
    bool others;
    enum cfs_what what;   /* CFS_ENVELOPE as long as nothing speaks against it */
    cfs_refusal *refusal; /* filled when `what` changes */
};

static void refuse(struct reader *r, enum cfs_what what, const char *reason,
                   const unsigned char *at)
{
    r->what = what;
    r->refusal->reason = reason;
    r->refusal->position = (size_t)(at - r->start) + 1;
}

/* Ends the reading: JSON does not go on like this. */
static bool malformed(struct reader *r, const char *reason)
{
    refuse(r, CFS_MALFORMED, reason, r->at);
    return false;
}

/* Notes that this is no envelope, unless something has already; reading goes on. */
static void object(struct reader *r, const char *reason, const unsigned char *at)
{
    if (r->what == CFS_ENVELOPE)
        refuse(r, CFS_NOT_ENVELOPE, reason, at);
}

static bool next_is(const struct reader *r, unsigned char byte)
{
    return r->at < r->end && *r->at == byte;
}

static void skip_space(struct reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t'))
        r->at++;
}

/* May the byte stand in a string as it is, by itself? */
static bool is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

static bool read_string(struct reader *r, cfs_text *text)
{
    const unsigned char *first = ++r->at;
    text->source = (const char *)first;
    text->size = 0;
    text->exact = true;
    for (;;) {
        const unsigned char *run = r->at;
        while (r->at < r->end && is_plain(*r->at))
            r->at++;
        text->size += (size_t)(r->at - run);
        if (r->at == r->end)
            return malformed(r, "expected '\"' to end the string");
        if (*r->at == '"') {
            break;
        } else if (*r->at == '\\') {
            uint32_t code_point;
            if (!read_escape(&r->at, r->end, &code_point))
                return malformed(r, "expected a valid escape");
            text->size += cfs_utf8_size(code_point);
            text->exact = false;
        } else if (*r->at < 0x20) {
            return malformed(r, "expected control bytes in a string to be escaped");
        } else {
            bool valid;
            size_t taken = cfs_utf8_sequence(r->at, (size_t)(r->end - r->at), &valid);
            text->size += valid ? taken : CFS_REPLACEMENT_SIZE;
            text->exact = text->exact && valid;
            r->at += taken;
        }
    }
    text->length = (size_t)(r->at - first);
    r->at++;
    return true;
}

static bool is_digit(const struct reader *r)
{
    return r->at < r->end && *r->at >= '0' && *r->at <= '9';
}

static bool read_digits(struct reader *r)
{
    if (!is_digit(r))
        return malformed(r, "expected a digit");
    while (is_digit(r))
        r->at++;
    return true;
}

static bool read_number(struct reader *r, cfs_text *text)
{
    const unsigned char *first = r->at;
    if (*r->at == '-')
        r->at++;
    if (next_is(r, '0')) /* nothing may follow a leading zero */
        r->at++;
    else if (!read_digits(r))
        return false;
    if (next_is(r, '.')) {
        r->at++;
        if (!read_digits(r))
            return false;
    }
    if (next_is(r, 'e') || next_is(r, 'E')) {
        r->at++;
        if (next_is(r, '+') || next_is(r, '-'))
            r->at++;
        if (!read_digits(r))
            return false;
    }
    text->source = (const char *)first;
    text->length = text->size = (size_t)(r->at - first);
    text->exact = true;
    return true;
}

static bool read_literal(struct reader *r, const char *word)
{
    for (; *word != '\0'; word++) {
        if (!next_is(r, (unsigned char)*word))
            return malformed(r, "expected true, false or null");
        r->at++;
    }
    return true;
}

/* }=============================================================== */

/* {=================================================================
** The document
** ================================================================== */

static bool in_object(const struct reader *r)
{
    return r->depth > 0 && (r->objects & 1);
}

/* Is the next byte the bracket that closes the innermost container? */
static bool at_close(struct reader *r)
{
    skip_space(r);
    return next_is(r, in_object(r) ? '}' : ']');
}

static bool open_container(struct reader *r)
{
    if (r->depth == CFS_DEPTH) {
        refuse(r, CFS_TOO_DEEP, "expected at most 64 levels", r->at);
        return false;
    }
    r->objects = r->objects << 1 | (*r->at == '{');
    r->depth++;
    r->at++;
    return true;
}

/* Closes every container that ends here. */
static void close_containers(struct reader *r)
{
    while (r->depth > 0 && at_close(r)) {
        r->objects >>= 1;
        r->depth--;
        r->at++;
    }
}

/* Which member is called so? The longest name has 10 bytes. */
static enum member find_member(const cfs_text *name)
{
    static const struct {
        const char *name;
        size_t length;
        enum member member;
    } names[] = {{"code", 4, MEMBER_CODE},
                 {"message", 7, MEMBER_MESSAGE},
                 {"requestId", 9, MEMBER_REQUEST_ID},
                 {"requestID", 9, MEMBER_REQUEST_ID},
                 {"request_id", 10, MEMBER_REQUEST_ID}};
    char copy[10];
    size_t index;
    if (name->size > sizeof copy)
        return MEMBER_NONE;
    cfs_text_copy(name, copy);
    for (index = 0; index < sizeof names / sizeof names[0]; index++)
        if (names[index].length == name->size && memcmp(names[index].name, copy, name->size) == 0)
            return names[index].member;
    return MEMBER_NONE;
}

static bool read_name(struct reader *r)
{
    static const char *const twice[] = {"'code' appears twice", "'message' appears twice",
                                        "'requestId' appears twice"};
    const unsigned char *first;
    cfs_text name;
    skip_space(r);
    first = r->at;
    if (!next_is(r, '"'))
        return malformed(r, "expected a member's name");
    if (!read_string(r, &name))
        return false;
    skip_space(r);
    if (!next_is(r, ':'))
        return malformed(r, "expected ':'");
    r->at++;
    if (r->depth > 1)
        return true;
    r->member = find_member(&name);
    if (r->member == MEMBER_NONE) {
        r->others = true;
    } else {
        if (r->seen[r->member])
            object(r, twice[r->member], first);
        r->seen[r->member] = true;
    }
    return true;
}

/* The value of a member that counts: `text` of a string or a number, else an empty one. */
static void take(struct reader *r, const cfs_text *text, const unsigned char *first)
{
    static const char *const wrong[] = {"'code' is neither a non-empty string nor a number",
                                        "'message' is neither a string nor a number",
                                        "'requestId' is neither a string nor a number"};
    bool is_text = text->source != NULL && (r->member != MEMBER_CODE || text->size > 0);
    bool is_absent = *first == 'n' && r->member != MEMBER_CODE;
    if (is_text)
        r->members[r->member] = *text;
    else if (!is_absent)
        object(r, wrong[r->member], first);
}

/* Reads a scalar, or opens a container, which `*opened` tells. */
static bool read_value(struct reader *r, bool *opened)
{
    cfs_text text = {NULL, 0, 0, false};
    const unsigned char *first;
    bool good;
    skip_space(r);
    first = r->at;
    *opened = next_is(r, '{') || next_is(r, '[');
    if (*opened)
        good = open_container(r);
    else if (next_is(r, '"'))
        good = read_string(r, &text);
    else if (next_is(r, '-') || is_digit(r))
        good = read_number(r, &text);
    else if (next_is(r, 't'))
        good = read_literal(r, "true");
    else if (next_is(r, 'f'))
        good = read_literal(r, "false");
    else if (next_is(r, 'n'))
        good = read_literal(r, "null");
    else
        good = malformed(r, "expected a value");
    if (good && r->member != MEMBER_NONE) {
        take(r, &text, first);
        r->member = MEMBER_NONE;
    }
    return good;
}

/* Reads one value whole, however deep: what is open is kept in `objects`, a bit a level. */
static bool read_document(struct reader *r)
{
    for (;;) {
        bool opened;
        if (in_object(r) && !read_name(r))
            return false;
        if (!read_value(r, &opened))
            return false;
        if (opened && !at_close(r))
            continue; /* with its first element */
        close_containers(r);
        if (r->depth == 0)
            return true;
        if (!next_is(r, ','))
            return malformed(r, in_object(r) ? "expected ',' or '}'" : "expected ',' or ']'");
        r->at++;
    }
}

/* RFC 8259, section 8.1, lets us ignore one. */
static bool read_byte_order_mark(struct reader *r)
{
    static const unsigned char mark[] = {0xEF, 0xBB, 0xBF};
    size_t index;
    if (!next_is(r, mark[0]))
        return true;
    for (index = 0; index < sizeof mark; index++) {
        if (!next_is(r, mark[index]))
            return malformed(r, "expected the byte order mark to go on");
        r->at++;
    }
    return true;
}

/* Reads the whole body; afterwards `r->what` is the verdict. */
static void read_body(struct reader *r)
{
    const unsigned char *root;
    if (!read_byte_order_mark(r))
        return;
    skip_space(r);
    root = r->at;
    if (root == r->end) {
        refuse(r, CFS_EMPTY, "expected a JSON document", root);
        return;
    }
    if (*root == '<') {
        refuse(r, CFS_HTML, "found HTML or XML", root);
        return;
    }
    if (*root != '{')
        object(r, "the document is not an object", root);
    if (!read_document(r))
        return;
    skip_space(r);
    if (r->at < r->end)
        malformed(r, "expected the end of the document");
    else if (!r->seen[MEMBER_CODE])
        object(r, "'code' is missing", root);
}

enum cfs_what cfs_envelope_read(const char *body, size_t length, cfs_envelope *envelope,
                                cfs_refusal *refusal)
{
    struct reader r;
    memset(&r, 0, sizeof r);
    r.start = r.at = (const unsigned char *)body;
    r.member = MEMBER_NONE;
    r.what = CFS_ENVELOPE;
    r.refusal = refusal;
    if (length > SIZE_MAX / CFS_REPLACEMENT_SIZE) { /* a text's size might not fit a size_t */
        refuse(&r, CFS_NOT_ENVELOPE, "the document is too long", r.start);
        return r.what;
    }
    r.end = r.start + length;
    read_body(&r);
    if (r.what == CFS_ENVELOPE) {
        envelope->code = r.members[MEMBER_CODE];
        envelope->message = r.members[MEMBER_MESSAGE];
        envelope->request_id = r.members[MEMBER_REQUEST_ID];
        envelope->others = r.others;
    }
    return r.what;
}

/* }=============================================================== */

/* {=================================================================
** Writing
** ================================================================== */

/* What was written so far, and what did not fit: `size` counts both. */
struct writer {
    char *out;
    size_t capacity, size;
};

static void put(struct writer *w, const void *bytes, size_t length)
{
    if (w->size + length <= w->capacity)
        memcpy(w->out + w->size, bytes, length);
    w->size += length;
}

static void put_escaped(struct writer *w, unsigned char byte)
{
    static const char digits[] = "0123456789abcdef";
    char escape[6] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
    put(w, escape, sizeof escape);
}

/* Must the byte be escaped? By RFC 8259, or lest a browser take it for markup. */
static bool is_escaped(unsigned char byte)
{
    return byte < 0x20 || byte == '"' || byte == '\\' || byte == '<' || byte == '>' || byte == '&';
}

/* One sequence of UTF-8 that is not ASCII. U+2028 and U+2029 end a line in old JavaScript. */
static size_t put_sequence(struct writer *w, const unsigned char *at, size_t left)
{
    bool valid;
    size_t taken = cfs_utf8_sequence(at, left, &valid);
    if (!valid)
        put(w, "\xEF\xBF\xBD", CFS_REPLACEMENT_SIZE);
    else if (taken == 3 && memcmp(at, "\xE2\x80\xA8", 3) == 0)
        put(w, "\\u2028", 6);
    else if (taken == 3 && memcmp(at, "\xE2\x80\xA9", 3) == 0)
        put(w, "\\u2029", 6);
    else
        put(w, at, taken);
    return taken;
}

static void put_string(struct writer *w, cfs_bytes bytes)
{
    const unsigned char *at = (const unsigned char *)bytes.at, *end = at + bytes.length;
    put(w, "\"", 1);
    while (at < end) {
        const unsigned char *run = at;
        while (at < end && *at < 0x80 && !is_escaped(*at))
            at++;
        put(w, run, (size_t)(at - run));
        if (at == end)
            break;
        if (*at >= 0x80) {
            at += put_sequence(w, at, (size_t)(end - at));
        } else if (*at == '"' || *at == '\\') {
            put(w, "\\", 1);
            put(w, at++, 1);
        } else {
            put_escaped(w, *at++);
        }
    }
    put(w, "\"", 1);
}

static void put_member(struct writer *w, const char *name, size_t length, cfs_bytes value)
{
    if (value.at == NULL)
        return;
    put(w, w->size == 0 ? "{\"" : ",\"", 2);
    put(w, name, length);
    put(w, "\":", 2);
    put_string(w, value);
}

size_t cfs_envelope_write(cfs_bytes request_id, cfs_bytes code, cfs_bytes message, char *out,
                          size_t capacity)
{
    struct writer w = {out, capacity, 0};
    const size_t most = SIZE_MAX / 32; /* an escape has 6 bytes; four such texts are no danger */
    if (request_id.length > most || code.length > most || message.length > most)
        return SIZE_MAX;
    put_member(&w, "requestId", 9, request_id);
    put_member(&w, "code", 4, code);
    put_member(&w, "message", 7, message);
    if (w.size == 0)
        put(&w, "{", 1);
    put(&w, "}", 1);
    return w.size;
}

/* }=============================================================== */
