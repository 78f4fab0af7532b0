/*
** The C library by itself, used as a C program would: what this prints is compared by c_spec.lua.
*/
#include "catalogue.h"
#include "envelope.h"
#include "utf8.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void print_error(const cfs_error *error)
{
    const cfs_advice *advice = error->advice;
    printf("%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", cfs_service_name(error->service),
           error->code, error->status, error->reason, error->message, error->description,
           cfs_fault_name(advice->fault), cfs_category_name(advice->category),
           cfs_retry_name(advice->retry), cfs_canonical_name(advice->canonical), advice->remedy);
}

/* Walks the catalogue; each row is found by its name, and advice belongs to its row. */
static void walk(void)
{
    size_t index;
    for (index = 0; index < cfs_count(); index++) {
        const cfs_error *error = cfs_at(index);
        if (cfs_find(error->code, strlen(error->code)) != error)
            printf("not found: %s\n", error->code);
        if (error->advice->code != (enum cfs_code)index)
            printf("advice of another: %s\n", error->code);
        print_error(error);
    }
}

static const char *found(const char *code, size_t length)
{
    return cfs_find(code, length) == NULL ? "none" : "some";
}

static void find(void)
{
    const char *last = cfs_at(cfs_count() - 1)->code;
    char longest[300];
    memset(longest, 'A', sizeof longest);
    printf("cut %s\n", found("InstanceNotFoundX", 17));
    printf("by length %s\n", found("InstanceNotFoundX", 16));
    printf("case %s\n", found("instancenotfound", 16));
    printf("empty %s\n", found("", 0));
    printf("long %s %s\n", found(longest, 300), found(longest, 256 + 16));
    memcpy(longest, last, strlen(last) - 1);
    printf("as long as the last %s\n", found(longest, strlen(last)));
    printf("past the end %s\n", cfs_at(cfs_count()) == NULL ? "none" : "some");
    printf("by enumerator %s\n", cfs_at(CFS_CODE_RateLimit)->code);
    printf("seen %s %s %s %s %s\n", cfs_layer_name(cfs_seen_find("BadGatewayX", 10)->layer),
           cfs_seen_find("BadGatewaX", 10) == NULL ? "none" : "some",
           cfs_seen_find("RateLimit", 9) == NULL ? "none" : "some",
           cfs_seen_find(longest, 32) == NULL ? "none" : "some",
           cfs_seen_find(longest, 300) == NULL ? "none" : "some");
}

/* No bytes may be given as NULL. */
static void nothing(void)
{
    cfs_envelope envelope;
    cfs_refusal refusal;
    bool valid;
    enum cfs_what what = cfs_envelope_read(NULL, 0, &envelope, &refusal);
    printf("%s %s %d\n", cfs_what_name(what), refusal.reason, (int)refusal.position);
    printf("%s\n", found(NULL, 0));
    printf("%d", (int)cfs_utf8_repair(NULL, 0, NULL, &valid));
    printf(" valid %d\n", valid);
}

/* Sizes that only a 32-bit machine could meet are refused before a byte is read. */
static void limits(void)
{
    cfs_envelope envelope;
    cfs_refusal refusal;
    bool valid;
    cfs_bytes none = {NULL, 0}, huge = {"", SIZE_MAX / 4};
    enum cfs_what what = cfs_envelope_read("", SIZE_MAX / 2, &envelope, &refusal);
    printf("%s %s %d\n", cfs_what_name(what), refusal.reason, (int)refusal.position);
    printf("%s\n", cfs_envelope_write(huge, none, none, NULL, 0) == SIZE_MAX ? "too much" : "fits");
    printf("%s\n", cfs_envelope_write(none, huge, none, NULL, 0) == SIZE_MAX ? "too much" : "fits");
    printf("%s\n", cfs_envelope_write(none, none, huge, NULL, 0) == SIZE_MAX ? "too much" : "fits");
    printf("%d\n", (int)cfs_envelope_write(none, none, none, NULL, 0));
    printf("%s\n",
           cfs_utf8_repair("", SIZE_MAX / 2, NULL, &valid) == SIZE_MAX ? "too much" : "fits");
    printf("valid %d\n", valid);
}

/* The bytes of a sequence, whatever its first byte is. */
static void sequences(void)
{
    const unsigned char *bytes = (const unsigned char *)"A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\x80";
    printf("%d %d %d %d %d\n", (int)cfs_utf8_length(bytes, 11), (int)cfs_utf8_length(bytes + 1, 10),
           (int)cfs_utf8_length(bytes + 3, 8), (int)cfs_utf8_length(bytes + 6, 5),
           (int)cfs_utf8_length(bytes + 10, 1));
}

int main(void)
{
    walk();
    find();
    nothing();
    limits();
    sequences();
    return 0;
}
