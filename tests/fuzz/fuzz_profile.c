/* A profile: what is taken comes back as the same bytes, tells of itself, merges with itself and
 * takes values in. The checksum is set right first, so that what is behind it is reached.
 */
#include "fuzz/fuzz.h"

#include <mlops.h>

enum { WORDS = 1 << 15, BYTES = 8 * WORDS };

static uint64_t room[2][WORDS];
static uint8_t saved[2][BYTES];

static size_t come_back(const mlops_profile *p) {
    mlops_profile *q;
    size_t n, again;
    must(!mlops_profile_save(p, saved[0], BYTES, &n));
    must(!mlops_profile_load(&q, room[1], sizeof room[1], saved[0], n));
    must(!mlops_profile_save(q, saved[1], BYTES, &again));
    must(again == n && !memcmp(saved[0], saved[1], n));
    return n;
}

static void tell(const mlops_profile *p) {
    mlops_profile_summary s = MLOPS_PROFILE_SUMMARY_INIT;
    mlops_profile_moments m = MLOPS_PROFILE_MOMENTS_INIT;
    must(!mlops_profile_summarize(p, &s) && !mlops_profile_measure(p, &m));
    int64_t n = 0;
    for (int64_t i = 0; i < mlops_profile_n_bins(p); i++) {
        n += mlops_profile_bin(p, i);
        must(mlops_profile_edge(p, i) >= mlops_profile_edge(p, i ? i - 1 : 0));
    }
    must(n == s.n - s.n_null - s.n_nan);
    if (n) must(mlops_profile_quantile(p, 0.5) >= s.min && mlops_profile_quantile(p, 1) <= s.max);
    if (m.variance == m.variance) must(m.variance >= 0);
    for (int64_t i = 0; i < mlops_profile_n_categories(p); i++)
        must(mlops_profile_category(p, i) >= 0 && *mlops_profile_category_name(p, i));
    must(!(mlops_profile_distinct(p, 0) < 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const double values[] = {0, -1, 1e-40, 1e300, -2.5, 7};
    mlops_profile *p, *q;
    if (size < 12 || size > BYTES) return 0;
    memcpy(saved[0], data, size);
    seal(saved[0], size);
    mlops_status status = mlops_profile_load(&p, room[0], sizeof room[0], saved[0], size);
    must(!status || status == MLOPS_E_CORRUPT || status == MLOPS_E_UNSUPPORTED);
    if (status) return 0;
    must(come_back(p) == size && !memcmp(saved[0], data, size - 4));
    tell(p);
    must(!mlops_profile_load(&q, room[1], sizeof room[1], saved[0], size));
    status = mlops_profile_merge(p, q);
    must(!status || status == MLOPS_E_LIMIT);
    come_back(p);
    status = mlops_profile_add(p, values, 6);
    if (!status) status = mlops_profile_add_text(p, "a");
    must(!status || status == MLOPS_E_LIMIT);
    tell(p);
    come_back(p);
    return 0;
}
