/*
** Any bytes as a body: the library and the reference agree on verdict, position and texts. The
** position of a refusal is right: the same body cut behind that byte is refused there, too, and cut
** before that byte it is not.
*/
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cfs_envelope envelope;
    cfs_refusal refusal, shorter;
    enum cfs_what what = reference_compare(bytes_or_null(data, size), size, &envelope, &refusal);
    if (what == CFS_ENVELOPE || what == CFS_NOT_ENVELOPE || refusal.position > size)
        return 0;
    CHECK(cfs_envelope_read((const char *)data, refusal.position, &envelope, &shorter) == what);
    CHECK(shorter.position == refusal.position);
    what = cfs_envelope_read(bytes_or_null(data, refusal.position - 1), refusal.position - 1,
                             &envelope, &shorter);
    CHECK(what == CFS_ENVELOPE || what == CFS_NOT_ENVELOPE || shorter.position == refusal.position);
    return 0;
}
