/* Panes and segments: what is taken fits the storage that was told, comes back as the same bytes,
 * and goes on. The checksum is set right first, so that what is behind it is reached; those of the
 * profiles inside are not.
 */
#include "fuzz/fuzz.h"

#include <mlops.h>

enum { BYTES = 1 << 19 };

static uint64_t room[BYTES / 8], one[BYTES / 8];
static uint8_t saved[BYTES];

static void try_panes(const uint8_t *bytes, size_t size) {
    static const int64_t times[] = {INT64_MIN, -1, 0, 1, 3600000000000, INT64_MAX};
    mlops_panes *panes;
    size_t needed = 0, n;
    double value = 2;
    mlops_status told = mlops_panes_load_size(bytes, size, &needed);
    mlops_status status = mlops_panes_load(&panes, room, BYTES, bytes, size);
    must(!told || status == told);
    must(!status == (panes != NULL) && (status != MLOPS_E_ARENA || needed > BYTES));
    if (status) return;
    must(!mlops_panes_save(panes, saved, BYTES, &n) && n == size && !memcmp(saved, bytes, n));
    for (int64_t age = -1; age < mlops_panes_n(panes); age++)
        (void)mlops_panes_start_ns(panes, age);
    mlops_profile *newest = mlops_panes_pane(panes, 0), *all;
    must(!newest == !mlops_panes_n(panes));
    if (newest) {
        must(!mlops_profile_save(newest, saved, BYTES, &n));
        must(!mlops_profile_load(&all, one, BYTES, saved, n));
        mlops_status merged = mlops_panes_merge(panes, 9, all);
        must(!merged || merged == MLOPS_E_LIMIT);
    }
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        mlops_profile *at = mlops_panes_at(panes, times[i]);
        if (at) (void)mlops_profile_add(at, &value, 1);
    }
}

static void try_segments(const uint8_t *bytes, size_t size) {
    mlops_segments *segments;
    size_t needed = 0, n;
    double value = 2;
    mlops_status told = mlops_segments_load_size(bytes, size, &needed);
    mlops_status status = mlops_segments_load(&segments, room, BYTES, bytes, size);
    must(!told || status == told);
    must(!status == (segments != NULL) && (status != MLOPS_E_ARENA || needed > BYTES));
    if (status) return;
    must(!mlops_segments_save(segments, saved, BYTES, &n) && n == size && !memcmp(saved, bytes, n));
    for (int64_t i = 0; i < mlops_segments_n(segments); i++)
        must(mlops_segments_at(segments, mlops_segments_key(segments, i)) ==
             mlops_segments_profile(segments, i));
    (void)mlops_profile_add(mlops_segments_at(segments, "a key"), &value, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t *bytes = sealed_copy(data, size);
    try_panes(bytes, size);
    try_segments(bytes, size);
    free(bytes);
    return 0;
}
