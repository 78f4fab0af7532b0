/*
** How fast the C library reads, beside another reader of JSON, and beside what only touches each
** byte once: memchr for a byte that is not there, and memcpy.
**
**     reader ROUNDS SECONDS FILE...
**
** Every round runs all readers in turn on a file's bytes, each for so many seconds. Prints a line
** for each file: its size, our nanoseconds a byte, and how many times as long the others take, as the
** median of the rounds; behind each ratio stand the least and the greatest.
*/
#include "envelope.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define READERS 4
#define MAX_ROUNDS 64

static char *copy;          /* where memcpy writes to */
static volatile size_t sum; /* so that nothing is found to be useless */

static void read_ours(const char *body, size_t length)
{
    cfs_envelope envelope;
    cfs_refusal refusal;
    sum += (size_t)cfs_envelope_read(body, length, &envelope, &refusal);
}

static void read_jansson(const char *body, size_t length)
{
    json_error_t error;
    json_t *document = json_loadb(body, length, 0, &error);
    sum += document != NULL;
    json_decref(document);
}

static void run_memchr(const char *body, size_t length)
{
    sum += memchr(body, 1, length) != NULL;
}

static void run_memcpy(const char *body, size_t length)
{
    memcpy(copy, body, length);
    sum += (unsigned char)copy[length / 2];
}

static void (*const readers[READERS])(const char *, size_t) = {read_ours, read_jansson, run_memchr,
                                                               run_memcpy};

static double now(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static double run(int reader, const char *body, size_t length, long times)
{
    double start = now();
    long index;
    for (index = 0; index < times; index++)
        readers[reader](body, length);
    return now() - start;
}

/* How often a reader runs in so many seconds. */
static long calibrate(int reader, const char *body, size_t length, double seconds)
{
    long times = 1;
    double taken = run(reader, body, length, times);
    while (taken < seconds / 4) {
        times *= 2;
        taken = run(reader, body, length, times);
    }
    times = (long)((double)times * seconds / taken);
    return times > 0 ? times : 1;
}

static int compare(const void *left, const void *right)
{
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

static void measure(const char *name, const char *body, size_t length, int rounds, double seconds)
{
    double taken[READERS][MAX_ROUNDS];
    long times[READERS];
    int reader, round;
    for (reader = 0; reader < READERS; reader++)
        times[reader] = calibrate(reader, body, length, seconds);
    for (round = 0; round < rounds; round++)
        for (reader = 0; reader < READERS; reader++)
            taken[reader][round] = run(reader, body, length, times[reader]) / (double)times[reader];
    for (reader = 1; reader < READERS; reader++)
        for (round = 0; round < rounds; round++)
            taken[reader][round] /= taken[0][round];
    for (reader = 0; reader < READERS; reader++)
        qsort(taken[reader], (size_t)rounds, sizeof taken[reader][0], compare);
    printf("%-26s %9zu %9.3f", name, length, taken[0][rounds / 2] * 1e9 / (double)length);
    for (reader = 1; reader < READERS; reader++)
        printf("  %6.2f (%.2f-%.2f)", taken[reader][rounds / 2], taken[reader][0],
               taken[reader][rounds - 1]);
    printf("\n");
}

static char *load(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *body = NULL;
    if (file != NULL && fseek(file, 0, SEEK_END) == 0) {
        *length = (size_t)ftell(file);
        rewind(file);
        body = malloc(*length + 1);
        if (body != NULL && fread(body, 1, *length, file) != *length)
            body = NULL;
    }
    if (body == NULL) {
        fprintf(stderr, "reader: cannot read %s\n", path);
        exit(1);
    }
    fclose(file);
    return body;
}

int main(int count, char **arguments)
{
    int rounds = count > 3 ? atoi(arguments[1]) : 0, index;
    double seconds = count > 3 ? atof(arguments[2]) : 0;
    if (rounds < 1 || rounds > MAX_ROUNDS || !(seconds > 0)) {
        fprintf(stderr, "usage: reader ROUNDS SECONDS FILE...\n");
        return 2;
    }
    printf("%-26s %9s %9s  %s\n", "body", "bytes", "ns/byte",
           "jansson takes x      memchr takes x     memcpy takes x");
    for (index = 3; index < count; index++) {
        size_t length;
        char *body = load(arguments[index], &length);
        const char *space = strchr(arguments[index], ' '); /* behind the directory and the number */
        copy = malloc(length + 1);
        if (copy == NULL)
            return 1;
        measure(space != NULL ? space + 1 : arguments[index], body, length, rounds, seconds);
        free(copy);
        free(body);
    }
    return 0;
}
