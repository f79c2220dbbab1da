/* Proofs of commits: 32 bytes of a root, then text. What is taken has one commit whose parts can be
 * read, and is taken again; what is not says why.
 */
#include "fuzz/fuzz.h"

#include <mlops.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops_id root, link;
    mlops_audit *audit;
    mlops_error e;
    mlops_audit_entry entry = MLOPS_AUDIT_ENTRY_INIT;
    size_t needed;
    if (size < sizeof root.bytes) return 0;
    memcpy(root.bytes, data, sizeof root.bytes);
    const char *text = (const char *)data + sizeof root.bytes;
    mlops_status status =
        mlops_audit_parse(&audit, text, size - sizeof root.bytes, &root, NULL, &e);
    must(!status || (status == MLOPS_E_CORRUPT && e.message[0] && !audit));
    if (status) return 0;
    must(mlops_audit_n_entries(audit) == 1);
    must(!mlops_audit_at(audit, 0, &entry) && entry.seq > 0);
    must(!mlops_audit_link(audit, 0, &link));
    must(!mlops_audit_operations(audit, 0, NULL, 0, &needed));
    mlops_audit_unref(audit);
    return 0;
}
