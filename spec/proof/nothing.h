/*
** No bytes may be given as NULL to every function that takes a pointer and a length. The file that
** includes this one defines CHECK.
*/
#ifndef NOTHING_H
#define NOTHING_H

#include "catalogue.h"
#include "envelope.h"
#include "utf8.h"

#include <string.h>

static void check_absent(const cfs_text *text)
{
    CHECK(text->source == NULL && text->length == 0 && text->size == 0 && text->exact);
}

static void check_nothing(void)
{
    const cfs_bytes absent = {NULL, 0};
    cfs_envelope envelope;
    cfs_refusal refusal = {"", 0};
    char out[] = "@";
    size_t size = 7;
    bool valid = false;
    CHECK(cfs_envelope_read(NULL, 0, &envelope, &refusal) == CFS_EMPTY);
    CHECK(strcmp(refusal.reason, "expected a JSON document") == 0 && refusal.position == 1);
    CHECK(cfs_envelope_read("{\"code\":1}", 10, &envelope, &refusal) == CFS_ENVELOPE);
    check_absent(&envelope.message);
    check_absent(&envelope.request_id);
    cfs_text_copy(&envelope.message, NULL);
    cfs_text_copy(&envelope.request_id, out);
    CHECK(cfs_envelope_read_texts(NULL, 0, &envelope, &refusal, NULL, 0) == CFS_EMPTY);
    CHECK(cfs_envelope_read_texts("{\"code\":\"\\n\"}", 13, &envelope, &refusal, NULL, 0) ==
          CFS_ENVELOPE);
    CHECK(envelope.code.size == 1 && !envelope.code.exact);
    CHECK(cfs_envelope_write(absent, absent, absent, NULL, 0) == 2);
    CHECK(cfs_find(NULL, 0) == NULL);
    CHECK(cfs_seen_find(NULL, 0) == NULL);
    CHECK(cfs_utf8_repair(NULL, 0, NULL, &valid) == 0 && valid);
    valid = false;
    CHECK(cfs_utf8_repair(NULL, 0, out, &valid) == 0 && valid);
    CHECK(cfs_utf8_end(NULL, NULL) == NULL);
    CHECK(cfs_utf8_skip(NULL, NULL, &size, &valid) == NULL && size == 7 && valid);
    valid = false;
    CHECK(cfs_utf8_skip(NULL, NULL, &size, &valid) == NULL && size == 7 && !valid);
    CHECK(out[0] == '@');
}

#endif
