/*
** Reads every prefix of every vector where the next page cannot be touched, and every vector where
** the page before cannot; writes into places of just the size that they must have. A byte too much
** ends the program.
**
** The verdict on the whole tells those on its prefixes: a prefix that ends before the byte at fault
** is incomplete, a longer one has the same fault.
*/
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "reference.h"
#include "vector.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A room whose neighbours on both sides cannot be touched. */
struct room {
    char *start, *end;
};

static struct room new_room(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = 3 * VECTOR_LONGEST / page + 1;
    char *place = mmap(NULL, (pages + 2) * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct room room;
    CHECK(place != MAP_FAILED);
    room.start = place + page;
    room.end = room.start + pages * page;
    CHECK(mprotect(room.start, pages * page, PROT_READ | PROT_WRITE) == 0);
    return room;
}

/* The text's copy ends where the room does. */
static void copy_text(const struct room *room, const cfs_text *text)
{
    if (text->source != NULL)
        cfs_text_copy(text, room->end - text->size);
}

static void check_whole(const struct room *room, const cfs_envelope *envelope)
{
    cfs_bytes code, none = {NULL, 0};
    size_t size;
    copy_text(room, &envelope->message);
    copy_text(room, &envelope->request_id);
    copy_text(room, &envelope->code);
    code.at = envelope->code.source;
    code.length = envelope->code.length;
    size = cfs_envelope_write(none, code, code, NULL, 0);
    CHECK(size < (size_t)(room->end - room->start));
    CHECK(cfs_envelope_write(none, code, code, room->end - size, size) == size);
    CHECK(cfs_envelope_write(none, code, code, room->end - (size - 1), size - 1) == size);
}

/* The texts that are moved end where the room does. */
static void check_moving(const struct room *room, const char *body, size_t length,
                         const cfs_envelope *envelope)
{
    const cfs_text *texts[] = {&envelope->code, &envelope->message, &envelope->request_id};
    size_t size = 0, index;
    cfs_envelope moved;
    cfs_refusal refusal;
    for (index = 0; index < 3; index++)
        size += texts[index]->exact ? 0 : texts[index]->size;
    CHECK(cfs_envelope_read_texts(body, length, &moved, &refusal, room->end - size, size) ==
          CFS_ENVELOPE);
    CHECK(moved.code.exact && moved.message.exact && moved.request_id.exact);
}

static void check_prefix(const char *body, size_t length, enum cfs_what what, size_t position)
{
    cfs_envelope envelope;
    cfs_refusal refusal;
    enum cfs_what prefix = cfs_envelope_read(body, length, &envelope, &refusal);
    if (prefix == CFS_ENVELOPE || prefix == CFS_NOT_ENVELOPE)
        CHECK(position > length); /* JSON in itself */
    else if (position <= length)
        CHECK(prefix == what && refusal.position == position);
    else
        CHECK(prefix <= CFS_MALFORMED && refusal.position == length + 1);
}

int main(void)
{
    static struct vector v;
    struct room room = new_room(), other = new_room();
    size_t vectors = 0, prefixes = 0, length;
    while (vector_next(stdin, &v)) {
        cfs_envelope envelope;
        cfs_refusal refusal = {NULL, 0};
        enum cfs_what what;
        size_t position;
        memcpy(room.start, v.body.bytes, v.body.size);
        what = cfs_envelope_read(room.start, v.body.size, &envelope, &refusal);
        if (what == CFS_ENVELOPE) {
            check_whole(&other, &envelope);
            check_moving(&other, room.start, v.body.size, &envelope);
        }
        /* of what is JSON to its end, no prefix has a fault */
        position = what == CFS_ENVELOPE || what == CFS_NOT_ENVELOPE ? SIZE_MAX : refusal.position;
        for (length = 0; length <= v.body.size; length++, prefixes++) {
            char *body = room.end - length;
            memcpy(body, v.body.bytes, length);
            if (length < v.body.size || position <= length)
                check_prefix(body, length, what, position);
            else
                CHECK(cfs_envelope_read(body, length, &envelope, &refusal) == what);
        }
        vectors++;
    }
    printf("pages: %zu prefixes of %zu vectors, none read outside its bytes\n", prefixes, vectors);
    return vectors < 2000;
}
