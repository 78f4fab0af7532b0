/*
** Any bytes as a body: the library reads them as the reference does, verdict, position, texts and
** all; and a refusal stands where it says it does: with the byte there the reading is over, without
** it not yet.
*/
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cfs_envelope envelope;
    cfs_refusal refusal, shorter;
    enum cfs_what what = reference_compare((const char *)data, size, &envelope, &refusal);
    if (what == CFS_ENVELOPE || what == CFS_NOT_ENVELOPE || refusal.position > size)
        return 0;
    CHECK(cfs_envelope_read((const char *)data, refusal.position, &envelope, &shorter) == what);
    CHECK(shorter.position == refusal.position);
    what = cfs_envelope_read((const char *)data, refusal.position - 1, &envelope, &shorter);
    CHECK(what == CFS_ENVELOPE || what == CFS_NOT_ENVELOPE || shorter.position == refusal.position);
    return 0;
}
