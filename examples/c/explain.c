/*
** Reads the body of a response from standard input; says which error it is and whether the call may
** be repeated. The exit status is 0 if it may, 1 if it may not, 2 if the body is no error envelope.
**
**     cc -o explain explain.c $(pkg-config --cflags --libs cfs-errors)
*/
#include <cfs-errors/catalogue.h>
#include <cfs-errors/envelope.h>

#include <stdio.h>

static int explain(const cfs_error *error)
{
    enum cfs_retry retry = error->advice->retry;
    printf("%s: %s\n", error->code, cfs_category_name(error->advice->category));
    printf("repeat: %s\n", retry == CFS_RETRY_never ? "no" : cfs_retry_name(retry));
    printf("%s\n", error->advice->remedy);
    return retry == CFS_RETRY_never;
}

int main(void)
{
    static char body[65536], texts[1024]; /* the texts that are escaped in the body */
    size_t length = fread(body, 1, sizeof body, stdin);
    const cfs_error *error = NULL;
    cfs_envelope envelope;
    cfs_refusal refusal;
    enum cfs_what what =
        cfs_envelope_read_texts(body, length, &envelope, &refusal, texts, sizeof texts);
    if (what != CFS_ENVELOPE) {
        printf("%s: %s at byte %lu\n", cfs_what_phrase(what), refusal.reason,
               (unsigned long)refusal.position);
        return 2;
    }
    if (envelope.code.exact) /* else it is longer than any code of the catalogue */
        error = cfs_find(envelope.code.source, envelope.code.length);
    if (error != NULL)
        return explain(error);
    printf("a code that the catalogue does not have\nrepeat: no\n");
    return 1;
}
