/*
** shapes: reads the plain body, then one body of each of more than 1,000 adversarial shapes: two
** pieces take turns in a string or in an array of SIZE bytes. A tool outside counts what each call
** costs.
**
** shapes N: reads the vendor's example and such shapes N times in all; the memory must not grow.
*/
#define _DEFAULT_SOURCE
#include "reference.h"

#include <string.h>
#include <sys/resource.h>

#define SIZE 16384

static const char example[] =
    "{\"requestId\": \"ae2225f7-1c2e-427a-a1ad-5413b762957d\", \"code\": \"NoSuchKey\", "
    "\"message\": \"The resource you requested does not exist\"}";

static const char *const in_string[] = {
    "x",
    "xxxxxxxxxxxxxxx",
    "xxxxxxxxxxxxxxxx",
    "\\n",
    "\\\\",
    "\\\"",
    "\\u0041",
    "\\u00e9",
    "\\u20ac",
    "\\ud83d",
    "\\ud83d\\ude00",
    "\\ude00",
    "\x7F",
    "\xC3\xA9",
    "\xE2\x82\xAC",
    "\xF0\x9F\x98\x80",
    "\x80",
    "\xC3",
    "\xE2\x82",
    "\xF0\x9F\x98",
    "\xED\xA0\x80",
    "\xC0\x80",
    "\xF4\x90\x80\x80",
    "\xFF",
    " ",
    "xx\xC3\xA9",
    "xxxxxxx\\n",
};

static const char *const in_array[] = {
    "[],",
    "{},",
    "1,",
    "\"\",",
    "\"x\",",
    "true,",
    "null,",
    "false,",
    "-0.1e5,",
    "123456789012345678,",
    "{\"a\":1},",
    "[[[[]]]],",
    " 1,",
    " \n\t\r1,",
    "{\"a\":{\"a\":{}}},",
    "\"\\n\",",
    "\"\xC3\xA9\",",
    "{\"code\":\"x\"},",
    "[1],",
    "                1,",
};

/* Lets the two pieces take turns between the ends, as often as they fit. */
static size_t fill(char *body, const char *head, const char *one, const char *other,
                   const char *tail)
{
    size_t size = strlen(head), turn = strlen(one) + strlen(other), rest = strlen(tail);
    memcpy(body, head, size);
    for (; size + turn + rest <= SIZE; size += turn) {
        memcpy(body + size, one, strlen(one));
        memcpy(body + size + strlen(one), other, strlen(other));
    }
    memcpy(body + size, tail, rest);
    return size + rest;
}

/* Makes the shape of this number; its size, or 0 if there is none. */
static size_t make(char *body, size_t number)
{
    const size_t strings = sizeof in_string / sizeof in_string[0];
    const size_t arrays = sizeof in_array / sizeof in_array[0];
    if (number < strings * strings)
        return fill(body, "{\"code\":\"", in_string[number / strings], in_string[number % strings],
                    "\"}");
    number -= strings * strings;
    if (number < arrays * arrays)
        return fill(body, "{\"code\":\"A\",\"x\":[", in_array[number / arrays],
                    in_array[number % arrays], "0]}");
    return 0;
}

static void must_read(const char *body, size_t size)
{
    cfs_envelope envelope;
    cfs_refusal refusal;
    CHECK(cfs_envelope_read(body, size, &envelope, &refusal) == CFS_ENVELOPE);
}

/* In KiB, and the most that it ever was. */
static long memory(void)
{
    struct rusage usage;
    CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
    return usage.ru_maxrss;
}

static int read_often(size_t times)
{
    static char body[SIZE];
    size_t number = 0, count, size;
    long before = 0, after;
    for (count = 0; count < times; count++) {
        if (count % 100000 == 0) {
            size = make(body, number++);
            number = size == 0 ? 0 : number;
            if (size > 0)
                must_read(body, size);
        }
        must_read(example, sizeof example - 1);
        if (count == times / 100)
            before = memory();
    }
    after = memory();
    printf("bounds: %zu bodies read, memory %ld KiB, then %ld KiB\n", times, before, after);
    return after > before;
}

int main(int count, char **arguments)
{
    static char body[SIZE];
    size_t number, size;
    if (count > 1)
        return read_often(strtoul(arguments[1], NULL, 10));
    must_read(example, sizeof example - 1);
    printf("%zu\n", sizeof example - 1);
    for (number = 0; (size = make(body, number)) > 0; number++) {
        must_read(body, size);
        printf("%zu %zu\n", size, number);
    }
    return 0;
}
