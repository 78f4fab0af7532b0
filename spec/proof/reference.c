#include "reference.h"

#include <string.h>

/* {=================================================================
** UTF-8, by arithmetic
** ================================================================== */

/* Is there a code point of a sequence of `size` bytes between the two? */
static bool any_between(uint32_t low, uint32_t high, int size)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    return high >= least[size] && low <= 0x10FFFF && !(low >= 0xD800 && high <= 0xDFFF);
}

size_t reference_sequence(const unsigned char *at, size_t left, bool *whole)
{
    int size = at[0] < 0x80 ? 1 : at[0] < 0xC0 ? 0 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4, have;
    uint32_t bits = at[0] & (0x7Fu >> size);
    *whole = size == 1;
    if (size < 2 || at[0] >= 0xF8)
        return 1;
    for (have = 1;; have++) {
        int missing = 6 * (size - have);
        uint32_t low = bits << missing, high = low | ((1u << missing) - 1);
        if (!any_between(low, high, size))
            return have == 1 ? 1 : (size_t)have - 1;
        *whole = have == size;
        if (*whole || (size_t)have == left || at[have] >> 6 != 2)
            return (size_t)have;
        bits = bits << 6 | (at[have] & 0x3Fu);
    }
}

static size_t encode(uint32_t code_point, unsigned char *out)
{
    if (code_point < 0x80) {
        out[0] = (unsigned char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out[0] = (unsigned char)(0xC0 + code_point / 0x40);
        out[1] = (unsigned char)(0x80 + code_point % 0x40);
        return 2;
    }
    if (code_point < 0x10000) {
        out[0] = (unsigned char)(0xE0 + code_point / 0x1000);
        out[1] = (unsigned char)(0x80 + code_point / 0x40 % 0x40);
        out[2] = (unsigned char)(0x80 + code_point % 0x40);
        return 3;
    }
    out[0] = (unsigned char)(0xF0 + code_point / 0x40000);
    out[1] = (unsigned char)(0x80 + code_point / 0x1000 % 0x40);
    out[2] = (unsigned char)(0x80 + code_point / 0x40 % 0x40);
    out[3] = (unsigned char)(0x80 + code_point % 0x40);
    return 4;
}

/* Copies what belongs together at `*at`, repaired. */
static size_t copy_sequence(const unsigned char **at, size_t left, unsigned char *out)
{
    bool whole;
    size_t taken = reference_sequence(*at, left, &whole);
    memcpy(out, whole ? *at : (const unsigned char *)"\xEF\xBF\xBD", whole ? taken : 3);
    *at += taken;
    return whole ? taken : 3;
}

size_t reference_repair(const unsigned char *at, size_t length, unsigned char *out)
{
    const unsigned char *end = at + length;
    size_t size = 0;
    while (at < end)
        size += copy_sequence(&at, (size_t)(end - at), out + size);
    return size;
}

static uint32_t hex4(const unsigned char *at)
{
    char digits[5] = "";
    memcpy(digits, at, 4);
    return (uint32_t)strtoul(digits, NULL, 16);
}

/* The code point of the escape \u at `at`, and how long it is: 6 bytes, 12 if it is a pair. */
static uint32_t unicode_escape(const unsigned char *at, size_t left, size_t *taken)
{
    uint32_t unit = hex4(at + 2);
    *taken = 6;
    if (unit >> 10 == 0x36 && left >= 12 && at[6] == '\\' && at[7] == 'u' &&
        hex4(at + 8) >> 10 == 0x37) {
        *taken = 12;
        return 0x10000 + ((unit & 0x3FF) << 10 | (hex4(at + 8) & 0x3FF));
    }
    return unit >> 11 == 0x1B ? 0xFFFD : unit;
}

size_t reference_text(const unsigned char *at, size_t length, unsigned char *out)
{
    static const char *const letters = "b\bf\fn\nr\rt\t";
    const unsigned char *end = at + length;
    size_t size = 0, taken;
    while (at < end) {
        if (*at != '\\') {
            size += copy_sequence(&at, (size_t)(end - at), out + size);
        } else if (at[1] == 'u') {
            size += encode(unicode_escape(at, (size_t)(end - at), &taken), out + size);
            at += taken;
        } else {
            const char *letter = strchr(letters, at[1]);
            out[size++] = letter == NULL ? at[1] : (unsigned char)letter[1];
            at += 2;
        }
    }
    return size;
}

/* }=============================================================== */

/* {=================================================================
** JSON, by a machine
** ================================================================== */

static bool is_space(unsigned char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static bool is_digit(unsigned char byte)
{
    return byte >= '0' && byte <= '9';
}

static enum cfs_what go_to(struct reference *m, enum reference_state state)
{
    m->state = state;
    return CFS_ENVELOPE;
}

static enum cfs_what begin_word(struct reference *m, const char *rest)
{
    m->word = rest;
    return go_to(m, REFERENCE_WORD);
}

static enum cfs_what begin_text(struct reference *m, bool in_name)
{
    m->in_name = in_name;
    return go_to(m, REFERENCE_TEXT);
}

static enum cfs_what open(struct reference *m, unsigned char bracket)
{
    if (m->depth == CFS_DEPTH)
        return CFS_TOO_DEEP;
    m->open[m->depth++] = bracket;
    return go_to(m, bracket == '{' ? REFERENCE_FIRST_NAME : REFERENCE_FIRST_VALUE);
}

static enum cfs_what begin_value(struct reference *m, unsigned char byte)
{
    switch (byte) {
    case '{':
    case '[':
        return open(m, byte);
    case '"':
        return begin_text(m, false);
    case 't':
        return begin_word(m, "rue");
    case 'f':
        return begin_word(m, "alse");
    case 'n':
        return begin_word(m, "ull");
    case '-':
        return go_to(m, REFERENCE_MINUS);
    case '0':
        return go_to(m, REFERENCE_ZERO);
    default:
        return is_digit(byte) ? go_to(m, REFERENCE_WHOLE) : CFS_MALFORMED;
    }
}

static enum cfs_what after_value(struct reference *m, unsigned char byte)
{
    unsigned char open_one = m->depth > 0 ? m->open[m->depth - 1] : 0;
    if (is_space(byte))
        return go_to(m, REFERENCE_AFTER);
    if (byte == ',' && open_one != 0)
        return go_to(m, open_one == '{' ? REFERENCE_NAME : REFERENCE_VALUE);
    if ((byte == '}' && open_one == '{') || (byte == ']' && open_one == '[')) {
        m->depth--;
        return go_to(m, REFERENCE_AFTER);
    }
    return CFS_MALFORMED;
}

static enum cfs_what step_text(struct reference *m, unsigned char byte)
{
    switch (m->state) {
    case REFERENCE_TEXT:
        if (byte == '"')
            return go_to(m, m->in_name ? REFERENCE_COLON : REFERENCE_AFTER);
        if (byte == '\\')
            return go_to(m, REFERENCE_ESCAPE);
        return byte < 0x20 ? CFS_MALFORMED : CFS_ENVELOPE;
    case REFERENCE_ESCAPE:
        m->digits = 4;
        if (byte == 'u')
            return go_to(m, REFERENCE_HEX);
        return byte != 0 && strchr("\"\\/bfnrt", byte) ? go_to(m, REFERENCE_TEXT) : CFS_MALFORMED;
    default: /* REFERENCE_HEX */
        if (byte == 0 || strchr("0123456789abcdefABCDEF", byte) == NULL)
            return CFS_MALFORMED;
        return --m->digits > 0 ? CFS_ENVELOPE : go_to(m, REFERENCE_TEXT);
    }
}

static enum cfs_what step_number(struct reference *m, unsigned char byte)
{
    bool digit = is_digit(byte), e = byte == 'e' || byte == 'E';
    switch (m->state) {
    case REFERENCE_MINUS:
        return digit ? go_to(m, byte == '0' ? REFERENCE_ZERO : REFERENCE_WHOLE) : CFS_MALFORMED;
    case REFERENCE_POINT:
        return digit ? go_to(m, REFERENCE_FRACTION) : CFS_MALFORMED;
    case REFERENCE_E:
        if (byte == '+' || byte == '-')
            return go_to(m, REFERENCE_SIGN);
        return digit ? go_to(m, REFERENCE_EXPONENT) : CFS_MALFORMED;
    case REFERENCE_SIGN:
        return digit ? go_to(m, REFERENCE_EXPONENT) : CFS_MALFORMED;
    default:
        break;
    }
    if (digit && m->state != REFERENCE_ZERO)
        return CFS_ENVELOPE;
    if (byte == '.' && (m->state == REFERENCE_ZERO || m->state == REFERENCE_WHOLE))
        return go_to(m, REFERENCE_POINT);
    if (e && m->state != REFERENCE_EXPONENT)
        return go_to(m, REFERENCE_E);
    return after_value(m, byte);
}

enum cfs_what reference_step(struct reference *m, unsigned char byte)
{
    if (m->state >= REFERENCE_MINUS)
        return step_number(m, byte);
    if (m->state == REFERENCE_TEXT || m->state == REFERENCE_ESCAPE || m->state == REFERENCE_HEX)
        return step_text(m, byte);
    if (m->state == REFERENCE_WORD) {
        if (byte != (unsigned char)*m->word++)
            return CFS_MALFORMED;
        return *m->word == '\0' ? go_to(m, REFERENCE_AFTER) : CFS_ENVELOPE;
    }
    if (is_space(byte))
        return CFS_ENVELOPE;
    switch (m->state) {
    case REFERENCE_FIRST_VALUE:
        return byte == ']' ? after_value(m, byte) : begin_value(m, byte);
    case REFERENCE_VALUE:
        return begin_value(m, byte);
    case REFERENCE_FIRST_NAME:
        if (byte == '}')
            return after_value(m, byte);
        return byte == '"' ? begin_text(m, true) : CFS_MALFORMED;
    case REFERENCE_NAME:
        return byte == '"' ? begin_text(m, true) : CFS_MALFORMED;
    case REFERENCE_COLON:
        return byte == ':' ? go_to(m, REFERENCE_VALUE) : CFS_MALFORMED;
    default: /* REFERENCE_AFTER */
        return after_value(m, byte);
    }
}

bool reference_is_whole(const struct reference *m)
{
    return m->depth == 0 && (m->state == REFERENCE_AFTER || m->state >= REFERENCE_ZERO);
}

/* }=============================================================== */

/* {=================================================================
** The envelope
** ================================================================== */

enum { CODE, MESSAGE, REQUEST_ID, FIELDS, NOBODY };

struct span {
    const unsigned char *at;
    size_t length;
};

struct verdict {
    const unsigned char *body;
    enum cfs_what what;
    size_t position;
    struct span fields[FIELDS];
    bool seen[FIELDS], has_others;
    int field;                         /* whose value comes, or goes on */
    const unsigned char *name, *value; /* where they began; NULL: no value goes on */
};

static unsigned char expected[3 * REFERENCE_LONGEST], given[3 * REFERENCE_LONGEST];

static void decide(struct verdict *v, enum cfs_what what, const unsigned char *at)
{
    if (what != CFS_NOT_ENVELOPE || v->what == CFS_ENVELOPE) {
        v->what = what;
        v->position = (size_t)(at - v->body) + 1;
    }
}

static int field_of(const unsigned char *name, size_t length)
{
    static const char *const names[] = {"code", "message", "requestId", "requestID", "request_id"};
    size_t size, index;
    if (length > 60) /* ten escapes of six bytes */
        return NOBODY;
    size = reference_text(name, length, expected);
    for (index = 0; index < 5; index++)
        if (strlen(names[index]) == size && memcmp(names[index], expected, size) == 0)
            return index < 2 ? (int)index : REQUEST_ID;
    return NOBODY;
}

static void end_name(struct verdict *v, const unsigned char *end)
{
    v->field = field_of(v->name + 1, (size_t)(end - v->name) - 1);
    if (v->field == NOBODY) {
        v->has_others = true;
        return;
    }
    if (v->seen[v->field])
        decide(v, CFS_NOT_ENVELOPE, v->name);
    v->seen[v->field] = true;
}

static void end_value(struct verdict *v, const unsigned char *end)
{
    bool string = *v->value == '"', number = *v->value == '-' || is_digit(*v->value);
    struct span span;
    span.at = string ? v->value + 1 : v->value;
    span.length = (size_t)(end - span.at);
    if ((string && (span.length > 0 || v->field != CODE)) || number)
        v->fields[v->field] = span;
    else if (*v->value != 'n' || v->field == CODE)
        decide(v, CFS_NOT_ENVELOPE, v->value);
    v->field = NOBODY;
    v->value = NULL;
}

/* Looks at what a step at `at`, from a state of the outermost object, has begun or ended there. */
static void watch(struct verdict *v, enum reference_state before, const struct reference *now,
                  const unsigned char *at)
{
    if (now->state == REFERENCE_TEXT &&
        (before == REFERENCE_NAME || before == REFERENCE_FIRST_NAME))
        v->name = at;
    else if (now->state == REFERENCE_COLON && before == REFERENCE_TEXT)
        end_name(v, at);
    else if (v->field == NOBODY)
        return;
    else if (before == REFERENCE_VALUE && now->state != REFERENCE_VALUE)
        v->value = at;
    if (v->value != NULL &&
        (now->depth > 1 || now->state == REFERENCE_AFTER || now->state == REFERENCE_NAME))
        end_value(v, at);
}

/* Passes over a byte order mark and white space; false if the verdict is there already. */
static bool begin(struct verdict *v, const unsigned char **at, const unsigned char *end)
{
    static const char mark[] = "\xEF\xBB\xBF";
    const char *next = mark;
    if (*at < end && **at == 0xEF)
        for (; *next != '\0'; next++, ++*at)
            if (*at == end || **at != (unsigned char)*next) {
                decide(v, CFS_MALFORMED, *at);
                return false;
            }
    while (*at < end && is_space(**at))
        ++*at;
    if (*at == end || **at == '<') {
        decide(v, *at == end ? CFS_EMPTY : CFS_HTML, *at);
        return false;
    }
    return true;
}

static void read_reference(struct verdict *v, size_t length)
{
    struct reference m;
    const unsigned char *at = v->body, *end = at + length, *root;
    memset(&m, 0, sizeof m);
    if (!begin(v, &at, end))
        return;
    root = at;
    if (*root != '{')
        decide(v, CFS_NOT_ENVELOPE, root);
    for (; at < end; at++) {
        enum reference_state before = m.state;
        bool outermost = m.depth == 1;
        enum cfs_what what = reference_step(&m, *at);
        if (what != CFS_ENVELOPE) {
            decide(v, what, at);
            return;
        }
        if (*root == '{' && outermost)
            watch(v, before, &m, at);
    }
    if (!reference_is_whole(&m))
        decide(v, CFS_MALFORMED, end);
    else if (!v->seen[CODE])
        decide(v, CFS_NOT_ENVELOPE, root);
}

/* A text of the library is where it should be, and says what it should. */
static void compare_text(const struct span *span, const cfs_text *text)
{
    size_t size;
    CHECK((const unsigned char *)text->source == span->at);
    if (span->at == NULL)
        return;
    CHECK(text->length == span->length);
    if (text->length > REFERENCE_LONGEST)
        return;
    size = reference_text(span->at, span->length, expected);
    CHECK(text->size == size);
    CHECK(text->exact == (size == span->length && memcmp(expected, span->at, size) == 0));
    given[size] = 0xAA; /* must stay */
    cfs_text_copy(text, (char *)given);
    CHECK(memcmp(expected, given, size) == 0 && given[size] == 0xAA);
}

/* The text that has been moved to `*at` in `out`, or that stayed where it was as it does not fit. */
static void compare_moved(const cfs_text *text, const cfs_text *moved, const char *out, size_t *at,
                          size_t capacity)
{
    if (text->exact || text->size > capacity - *at) {
        CHECK(moved->source == text->source && moved->length == text->length);
        CHECK(moved->size == text->size && moved->exact == text->exact);
        return;
    }
    CHECK(moved->source == out + *at && moved->exact);
    CHECK(moved->length == text->size && moved->size == text->size);
    cfs_text_copy(text, (char *)expected);
    CHECK(memcmp(expected, moved->source, text->size) == 0);
    *at += text->size;
}

/* Reads the body once more, the texts into so many bytes. */
static void compare_moving(const char *body, size_t length, const cfs_envelope *envelope,
                           size_t capacity)
{
    static char out[9 * REFERENCE_LONGEST + 1];
    cfs_envelope moved;
    cfs_refusal refusal;
    size_t at = 0;
    out[capacity] = '@'; /* must stay */
    CHECK(cfs_envelope_read_texts(body, length, &moved, &refusal, out, capacity) == CFS_ENVELOPE);
    compare_moved(&envelope->code, &moved.code, out, &at, capacity);
    compare_moved(&envelope->message, &moved.message, out, &at, capacity);
    compare_moved(&envelope->request_id, &moved.request_id, out, &at, capacity);
    CHECK(moved.has_others == envelope->has_others && out[capacity] == '@');
}

/* With room for all texts, for a byte less, and for each of those that are less than all. */
static void compare_every_moving(const char *body, size_t length, const cfs_envelope *envelope)
{
    const cfs_text *texts[] = {&envelope->code, &envelope->message, &envelope->request_id};
    size_t all = 0, index;
    for (index = 0; index < 3; index++)
        all += texts[index]->exact ? 0 : texts[index]->size;
    if (length > REFERENCE_LONGEST || all == 0)
        return;
    compare_moving(body, length, envelope, all);
    compare_moving(body, length, envelope, all - 1);
    for (index = 0; index < 3; index++)
        compare_moving(body, length, envelope, texts[index]->size);
}

/* A body that is refused is refused alike, and nothing is moved. */
static void compare_refused(const char *body, size_t length, enum cfs_what what,
                            const cfs_refusal *refusal)
{
    const cfs_text text = {"\\n", 2, 1, false};
    cfs_envelope envelope;
    cfs_refusal again;
    char out[] = "@";
    envelope.code = envelope.message = envelope.request_id = text;
    CHECK(cfs_envelope_read_texts(body, length, &envelope, &again, out, 1) == what);
    CHECK(again.position == refusal->position && again.reason == refusal->reason);
    CHECK(envelope.code.source == text.source && out[0] == '@');
}

enum cfs_what reference_compare(const char *body, size_t length, cfs_envelope *envelope,
                                cfs_refusal *refusal)
{
    struct verdict v;
    enum cfs_what what = cfs_envelope_read(body, length, envelope, refusal);
    memset(&v, 0, sizeof v);
    v.body = (const unsigned char *)(length == 0 ? "" : body); /* NULL where there are no bytes */
    v.field = NOBODY;
    read_reference(&v, length);
    CHECK(what == v.what);
    if (what != CFS_ENVELOPE) {
        CHECK(refusal->position == v.position);
        CHECK(refusal->reason != NULL);
        compare_refused(body, length, what, refusal);
        return what;
    }
    compare_text(&v.fields[CODE], &envelope->code);
    compare_text(&v.fields[MESSAGE], &envelope->message);
    compare_text(&v.fields[REQUEST_ID], &envelope->request_id);
    CHECK(envelope->has_others == v.has_others);
    CHECK(envelope->code.source != NULL && envelope->code.size > 0);
    compare_every_moving(body, length, envelope);
    return what;
}

/* }=============================================================== */
