/* Structs versioned by their size, as libbpf made them known: smaller is older, larger must be
 * zero behind what we know.
 *
 * Owns nothing. Invariant: after a copy the implementation has a full struct and never tests sizes.
 * Freestanding: part of the firmware build.
 */
#include "base/opts.h"

#include <string.h>

enum { SIZE_MIN = 4, SIZE_LIMIT = 4096 };

static int plausible(uint32_t size) { return size >= SIZE_MIN && size <= SIZE_LIMIT; }

static mlops_status refuse(uint32_t size, const char *name, mlops_error *err) {
    return mlops__fail(err, MLOPS_E_INVALID, "%s: struct_size is %u; start it with its _INIT macro",
                       name, (unsigned)size);
}

mlops_status mlops__opts_copy(void *out, size_t ours, const void *given, const char *name,
                              mlops_error *err) {
    memset(out, 0, ours);
    uint32_t size = (uint32_t)ours;
    if (given) memcpy(&size, given, sizeof size);
    if (!plausible(size)) return refuse(size, name, err);
    for (size_t i = ours; i < size; i++)
        if (((const uint8_t *)given)[i])
            return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                               "%s: a field at byte %zu is newer than this library", name, i);
    if (given) memcpy(out, given, size < ours ? size : ours);
    uint32_t full = (uint32_t)ours;
    memcpy(out, &full, sizeof full);
    return MLOPS_OK;
}

mlops_status mlops__opts_return(void *out, const void *ours, size_t size) {
    uint32_t given;
    memcpy(&given, out, sizeof given);
    if (!plausible(given)) return MLOPS_E_INVALID;
    size_t n = given < size ? given : size;
    memcpy((uint8_t *)out + SIZE_MIN, (const uint8_t *)ours + SIZE_MIN, n - SIZE_MIN);
    return MLOPS_OK;
}

mlops_status mlops__opts_result(void *out, const void *ours, size_t size, const char *name,
                                mlops_error *err) {
    uint32_t given;
    memcpy(&given, out, sizeof given);
    if (!plausible(given)) return refuse(given, name, err);
    return mlops__opts_return(out, ours, size);
}
