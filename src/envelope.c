#define CFS_LIBRARY
#include "envelope.h"
#include "scan.h"
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

/* The value of a hexadecimal digit plus one; 0 for any other byte. */
static const unsigned char hex_values[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

/* Reads four hexadecimal digits. On failure `*at` is where the first one is missing. */
static bool read_hex4(const unsigned char **at, const unsigned char *end, uint32_t *value)
{
    int digits;
    *value = 0;
    for (digits = 0; digits < 4; digits++) {
        uint32_t digit = *at < end ? hex_values[**at] : 0;
        if (digit == 0)
            return false;
        *value = *value << 4 | (digit - 1);
        ++*at;
    }
    return true;
}

/* Joins `high` with the other half of a surrogate pair, which is passed over only if it follows. */
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

/* The character that the letter of an escape stands for; 0 for any other byte. */
static const unsigned char escape_values[256] = {
    ['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
    ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
};

/*
** Reads the escape whose backslash is at `*at`; a lone surrogate becomes U+FFFD. On failure `*at`
** is the first byte with which no escape can go on.
*/
static bool read_escape(const unsigned char **at, const unsigned char *end, uint32_t *code_point)
{
    if (++*at == end)
        return false;
    *code_point = escape_values[**at];
    if (*code_point != 0) {
        ++*at;
        return true;
    }
    if (**at != 'u')
        return false;
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
    const unsigned char *start = (const unsigned char *)text->source, *at = start, *end;
    unsigned char *to = (unsigned char *)out;
    if (text->size == 0) /* `out` and `source` may be NULL */
        return;
    if (text->exact) {
        memcpy(out, text->source, text->length);
        return;
    }
    end = start + text->length;
    while (at < end) {
        const unsigned char *run = at;
        at = cfs_utf8_end(cfs_plain_end(start, at, end, false), end);
        memcpy(to, run, (size_t)(at - run));
        to += at - run;
        if (at < end && *at == '\\') {
            uint32_t code_point = CFS_REPLACEMENT;
            read_escape(&at, end, &code_point);
            to = cfs_utf8_write(to, code_point);
        } else if (at < end && *at >= 0x80) {
            at += cfs_utf8_ill_formed(at, (size_t)(end - at));
            to = cfs_utf8_write(to, CFS_REPLACEMENT);
        }
    }
}

/* }=============================================================== */

/* {=================================================================
** Tokens: each function begins at the token's first byte and returns the byte behind the token. It
** returns NULL if it has refused the body; no place in a body is NULL.
** ================================================================== */

/* The members of an envelope, in the order of `cfs_envelope`. MEMBER_NONE is any other member. */
enum member { MEMBER_CODE, MEMBER_MESSAGE, MEMBER_REQUEST_ID, MEMBER_NONE };

struct reader {
    const unsigned char *start, *end; /* never NULL */
    enum member member;               /* the member whose value comes next */
    cfs_text texts[MEMBER_NONE + 1];  /* one per member; the last is scratch space */
    unsigned seen;                    /* a bit for each member whose name was read */
    bool has_others;                  /* was the name of another member read? */
    enum cfs_what what;               /* CFS_ENVELOPE until a reason against it is found */
    cfs_refusal *refusal;             /* filled when `what` changes */
};

static void refuse(struct reader *r, enum cfs_what what, const char *reason,
                   const unsigned char *at)
{
    r->what = what;
    r->refusal->reason = reason;
    r->refusal->position = (size_t)(at - r->start) + 1;
}

/* Refuses the body, which is not JSON, and ends the reading. */
static const unsigned char *malformed(struct reader *r, const char *reason, const unsigned char *at)
{
    refuse(r, CFS_MALFORMED, reason, at);
    return NULL;
}

/* Refuses the body as no envelope, unless it is refused already; the reading goes on. */
static void not_envelope(struct reader *r, const char *reason, const unsigned char *at)
{
    if (r->what == CFS_ENVELOPE)
        refuse(r, CFS_NOT_ENVELOPE, reason, at);
}

/* The byte at `at`; at the end 0, with which no token begins or goes on. */
static inline unsigned char peek(const struct reader *r, const unsigned char *at)
{
    return at < r->end ? *at : 0;
}

static inline const unsigned char *skip_space(const struct reader *r, const unsigned char *at)
{
    while (at < r->end && *at <= ' ' && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    return at;
}

/* Reads the rest of a string: `at` is the first byte that is not plain. */
static const unsigned char *read_odd_string(struct reader *r, const unsigned char *at,
                                            cfs_text *text)
{
    const unsigned char *first = (const unsigned char *)text->source, *run = first;
    text->size = 0;
    text->exact = true;
    for (;;) {
        text->size += (size_t)(at - run);
        if (at < r->end && *at >= 0x80)
            at = cfs_utf8_skip(at, r->end, &text->size, &text->exact);
        while (at < r->end && *at == '\\') {
            uint32_t code_point;
            if (!read_escape(&at, r->end, &code_point))
                return malformed(r, "expected a valid escape", at);
            text->size += cfs_utf8_size(code_point);
            text->exact = false;
        }
        if (at == r->end)
            return malformed(r, "expected '\"' to end the string", at);
        if (*at == '"')
            break;
        if (*at < 0x20)
            return malformed(r, "expected control bytes in a string to be escaped", at);
        run = at;
        at = cfs_plain_end(r->start, at, r->end, false);
    }
    text->length = (size_t)(at - first);
    return at + 1;
}

static inline const unsigned char *read_string(struct reader *r, const unsigned char *at,
                                               cfs_text *text)
{
    text->source = (const char *)++at;
    at = cfs_plain_end(r->start, at, r->end, false);
    if (peek(r, at) != '"')
        return read_odd_string(r, at, text);
    text->length = text->size = (size_t)(at - (const unsigned char *)text->source);
    text->exact = true;
    return at + 1;
}

static inline bool is_digit(unsigned char byte)
{
    return byte >= '0' && byte <= '9';
}

static inline const unsigned char *read_digits(struct reader *r, const unsigned char *at)
{
    if (!is_digit(peek(r, at)))
        return malformed(r, "expected a digit", at);
    do
        at++;
    while (is_digit(peek(r, at)));
    return at;
}

static const unsigned char *read_number(struct reader *r, const unsigned char *at, cfs_text *text)
{
    const unsigned char *first = at;
    if (*at == '-')
        at++;
    if (peek(r, at) == '0') /* nothing may follow a leading zero */
        at++;
    else if ((at = read_digits(r, at)) == NULL)
        return NULL;
    if (peek(r, at) == '.' && (at = read_digits(r, at + 1)) == NULL)
        return NULL;
    if (peek(r, at) == 'e' || peek(r, at) == 'E') {
        at++;
        if (peek(r, at) == '+' || peek(r, at) == '-')
            at++;
        if ((at = read_digits(r, at)) == NULL)
            return NULL;
    }
    text->source = (const char *)first;
    text->length = text->size = (size_t)(at - first);
    text->exact = true;
    return at;
}

static const unsigned char *read_literal(struct reader *r, const unsigned char *at,
                                         const char *word)
{
    for (; *word != '\0'; word++, at++)
        if (peek(r, at) != (unsigned char)*word)
            return malformed(r, "expected true, false or null", at);
    return at;
}

/* }=============================================================== */

/* {=================================================================
** The document
** ================================================================== */

/* The member that has this name. */
static enum member find_member(const cfs_text *name)
{
    char copy[10]; /* as long as the longest name, "request_id" */
    const char *text = name->source;
    if (name->size > sizeof copy)
        return MEMBER_NONE;
    if (!name->exact) {
        cfs_text_copy(name, copy);
        text = copy;
    }
    if (name->size == 4 && memcmp(text, "code", 4) == 0)
        return MEMBER_CODE;
    if (name->size == 7 && memcmp(text, "message", 7) == 0)
        return MEMBER_MESSAGE;
    if (name->size == 9 && memcmp(text, "requestI", 8) == 0 && (text[8] == 'd' || text[8] == 'D'))
        return MEMBER_REQUEST_ID;
    if (name->size == 10 && memcmp(text, "request_id", 10) == 0)
        return MEMBER_REQUEST_ID;
    return MEMBER_NONE;
}

/* Notes the name, at `at`, of a member of the outermost object. */
static void note_name(struct reader *r, const unsigned char *at, const cfs_text *name)
{
    static const char *const twice[] = {"'code' appears twice", "'message' appears twice",
                                        "'requestId' appears twice"};
    r->member = find_member(name);
    if (r->member == MEMBER_NONE) {
        r->has_others = true;
        return;
    }
    if ((r->seen & 1u << r->member) != 0)
        not_envelope(r, twice[r->member], at);
    r->seen |= 1u << r->member;
}

/* Reads a member's name and the colon behind it. */
static const unsigned char *read_name(struct reader *r, const unsigned char *at, bool is_outermost)
{
    const unsigned char *first = skip_space(r, at);
    cfs_text name;
    if (peek(r, first) != '"')
        return malformed(r, "expected a member's name", first);
    at = read_string(r, first, &name);
    if (at == NULL)
        return NULL;
    at = skip_space(r, at);
    if (peek(r, at) != ':')
        return malformed(r, "expected ':'", at);
    if (is_outermost)
        note_name(r, first, &name);
    return at + 1;
}

/* Checks the value, at `at`, of the member that comes next; its text, if it has one, was read. */
static void check_member(struct reader *r, const unsigned char *at)
{
    static const char *const wrong[] = {"'code' is neither a non-empty string nor a number",
                                        "'message' is neither a string nor a number",
                                        "'requestId' is neither a string nor a number"};
    const cfs_text *text = &r->texts[r->member];
    bool is_text = *at == '"' || *at == '-' || is_digit(*at);
    bool fits = r->member == MEMBER_CODE ? is_text && text->size > 0 : is_text || *at == 'n';
    if (!fits)
        not_envelope(r, wrong[r->member], at);
    r->member = MEMBER_NONE;
}

static const unsigned char *read_scalar(struct reader *r, const unsigned char *at)
{
    const unsigned char *first = at;
    unsigned char byte = peek(r, at);
    cfs_text *text = &r->texts[r->member];
    if (byte == '"')
        at = read_string(r, at, text);
    else if (byte == '-' || is_digit(byte))
        at = read_number(r, at, text);
    else if (byte == 't')
        at = read_literal(r, at, "true");
    else if (byte == 'f')
        at = read_literal(r, at, "false");
    else if (byte == 'n')
        at = read_literal(r, at, "null");
    else
        at = malformed(r, "expected a value", at);
    if (r->member != MEMBER_NONE && at != NULL)
        check_member(r, first);
    return at;
}

/* Opens a container within `depth` others. */
static const unsigned char *read_open(struct reader *r, const unsigned char *at, unsigned depth)
{
    if (depth == CFS_DEPTH) {
        refuse(r, CFS_TOO_DEEP, "expected at most 64 levels", at);
        return NULL;
    }
    if (r->member != MEMBER_NONE)
        check_member(r, at);
    return at + 1;
}

/* Reads one value, with all that is in it. */
static const unsigned char *read_document(struct reader *r, const unsigned char *at)
{
    uint64_t objects = 0; /* a bit for each open container, 1: an object; the innermost is lowest */
    unsigned depth = 0;
    unsigned char close = 0; /* the byte that closes the innermost */
    for (;;) {
        if (close == '}' && (at = read_name(r, at, depth == 1)) == NULL)
            return NULL;
        at = skip_space(r, at);
        if (peek(r, at) == '{' || peek(r, at) == '[') {
            objects = objects << 1 | (*at == '{');
            close = *at == '{' ? '}' : ']';
            at = read_open(r, at, depth++);
            if (at == NULL)
                return NULL;
            at = skip_space(r, at);
            if (peek(r, at) != close)
                continue; /* with its first element */
        } else {
            at = read_scalar(r, at);
            if (at == NULL || depth == 0)
                return at;
            at = skip_space(r, at);
        }
        while (peek(r, at) == close) {
            at++;
            if (--depth == 0)
                return at;
            objects >>= 1;
            close = (objects & 1) != 0 ? '}' : ']';
            at = skip_space(r, at);
        }
        if (peek(r, at) != ',')
            return malformed(r, close == '}' ? "expected ',' or '}'" : "expected ',' or ']'", at);
        at++;
    }
}

/* Passes over a byte order mark, as RFC 8259, section 8.1, allows. */
static const unsigned char *read_byte_order_mark(struct reader *r, const unsigned char *at)
{
    static const unsigned char mark[] = {0xEF, 0xBB, 0xBF};
    size_t index;
    if (peek(r, at) != mark[0])
        return at;
    for (index = 0; index < sizeof mark; index++, at++)
        if (peek(r, at) != mark[index])
            return malformed(r, "expected the byte order mark to go on", at);
    return at;
}

/* Reads the whole body. Afterwards `r->what` is the verdict. */
static void read_body(struct reader *r)
{
    const unsigned char *at = read_byte_order_mark(r, r->start), *root;
    if (at == NULL)
        return;
    root = skip_space(r, at);
    if (root == r->end) {
        refuse(r, CFS_EMPTY, "expected a JSON document", root);
        return;
    }
    if (*root == '<') {
        refuse(r, CFS_HTML, "found HTML or XML", root);
        return;
    }
    if (*root != '{')
        not_envelope(r, "the document is not an object", root);
    at = read_document(r, root);
    if (at == NULL)
        return;
    at = skip_space(r, at);
    if (at < r->end)
        malformed(r, "expected the end of the document", at);
    else if ((r->seen & 1u << MEMBER_CODE) == 0)
        not_envelope(r, "'code' is missing", root);
}

enum cfs_what cfs_envelope_read(const char *body, size_t length, cfs_envelope *envelope,
                                cfs_refusal *refusal)
{
    static const cfs_text absent = {NULL, 0, 0, true};
    struct reader r;
    r.start = cfs_first_byte(body, length);
    r.member = MEMBER_NONE;
    r.texts[MEMBER_MESSAGE] = absent;
    r.texts[MEMBER_REQUEST_ID] = absent;
    r.seen = 0;
    r.has_others = false;
    r.what = CFS_ENVELOPE;
    r.refusal = refusal;
    if (length > SIZE_MAX / CFS_REPLACEMENT_SIZE) { /* a text's size might not fit a size_t */
        refuse(&r, CFS_NOT_ENVELOPE, "the document is too long", r.start);
        return r.what;
    }
    r.end = r.start + length;
    read_body(&r);
    if (r.what == CFS_ENVELOPE) {
        envelope->code = r.texts[MEMBER_CODE];
        envelope->message = r.texts[MEMBER_MESSAGE];
        envelope->request_id = r.texts[MEMBER_REQUEST_ID];
        envelope->has_others = r.has_others;
    }
    return r.what;
}

/* Writes the text to `out` unless it is exact or too long; returns how many bytes were written. */
static size_t move_text(cfs_text *text, char *out, size_t capacity)
{
    if (text->exact || text->size > capacity)
        return 0;
    cfs_text_copy(text, out);
    text->source = out;
    text->length = text->size;
    text->exact = true;
    return text->size;
}

enum cfs_what cfs_envelope_read_texts(const char *body, size_t length, cfs_envelope *envelope,
                                      cfs_refusal *refusal, char *out, size_t capacity)
{
    enum cfs_what what = cfs_envelope_read(body, length, envelope, refusal);
    size_t size;
    if (what != CFS_ENVELOPE || capacity == 0)
        return what;
    size = move_text(&envelope->code, out, capacity);
    size += move_text(&envelope->message, out + size, capacity - size);
    move_text(&envelope->request_id, out + size, capacity - size);
    return what;
}

/* }=============================================================== */

/* {=================================================================
** Writing
** ================================================================== */

/* `size` counts the bytes that were written and those that did not fit. */
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

static void put_byte(struct writer *w, char byte)
{
    if (w->size < w->capacity)
        w->out[w->size] = byte;
    w->size++;
}

static void put_escaped(struct writer *w, unsigned char byte)
{
    static const char digits[] = "0123456789abcdef";
    char escape[6] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
    put(w, escape, sizeof escape);
}

/*
** Writes the sequence, not ASCII, at `at`, and returns its length. U+2028 and U+2029 end a line in
** JavaScript before ES2019.
*/
static size_t put_sequence(struct writer *w, const unsigned char *at, size_t left)
{
    size_t length = cfs_utf8_length(at, left);
    if (length == 0) {
        put(w, "\xEF\xBF\xBD", CFS_REPLACEMENT_SIZE);
        return cfs_utf8_ill_formed(at, left);
    }
    if (length == 3 && memcmp(at, "\xE2\x80\xA8", 3) == 0)
        put(w, "\\u2028", 6);
    else if (length == 3 && memcmp(at, "\xE2\x80\xA9", 3) == 0)
        put(w, "\\u2029", 6);
    else
        put(w, at, length);
    return length;
}

static void put_string(struct writer *w, cfs_bytes bytes)
{
    const unsigned char *start = (const unsigned char *)bytes.at, *at = start;
    const unsigned char *end = start + bytes.length;
    put_byte(w, '"');
    while (at < end) {
        const unsigned char *run = at;
        at = cfs_plain_end(start, at, end, true);
        put(w, run, (size_t)(at - run));
        if (at == end)
            break;
        if (*at >= 0x80) {
            at += put_sequence(w, at, (size_t)(end - at));
        } else if (*at == '"' || *at == '\\') {
            put_byte(w, '\\');
            put_byte(w, (char)*at++);
        } else {
            put_escaped(w, *at++);
        }
    }
    put_byte(w, '"');
}

/* Writes a member, unless it is absent. `name` is its name in quotes and the colon. */
static void put_member(struct writer *w, const char *name, size_t length, cfs_bytes value)
{
    if (value.at == NULL)
        return;
    put_byte(w, w->size == 0 ? '{' : ',');
    put(w, name, length);
    put_string(w, value);
}

size_t cfs_envelope_write(cfs_bytes request_id, cfs_bytes code, cfs_bytes message, char *out,
                          size_t capacity)
{
    struct writer w = {out, capacity, 0};
    const size_t most = SIZE_MAX / 32; /* an escape has 6 bytes: three such texts fit a size_t */
    if (request_id.length > most || code.length > most || message.length > most)
        return SIZE_MAX;
    put_member(&w, "\"requestId\":", 12, request_id);
    put_member(&w, "\"code\":", 7, code);
    put_member(&w, "\"message\":", 10, message);
    if (w.size == 0)
        put_byte(&w, '{');
    put_byte(&w, '}');
    return w.size;
}

/* }=============================================================== */
