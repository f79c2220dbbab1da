/* A sketch of distinct values: what is taken comes back, merges with itself without change and
 * takes values in. */
#include "fuzz/fuzz.h"

#include <mlops.h>

enum { WORDS = 1 << 19 };

static uint64_t room[2][WORDS], saved[2][WORDS];

static size_t save(const mlops_hll *p, mlops_hll_form form, int which) {
    size_t n;
    must(!mlops_hll_save(p, form, saved[which], sizeof saved[which], &n));
    return n;
}

static void come_back(const mlops_hll *p) {
    for (int form = 0; form < 3; form++) {
        mlops_hll *q;
        size_t n = save(p, (mlops_hll_form)form, 0);
        must(!mlops_hll_load(&q, room[1], sizeof room[1], saved[0], n));
        must(save(q, (mlops_hll_form)form, 1) == n && !memcmp(saved[0], saved[1], n));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops_hll *p, *q;
    mlops_status status = mlops_hll_load(&p, room[0], sizeof room[0], data, size);
    must(!status || status == MLOPS_E_CORRUPT || status == MLOPS_E_UNSUPPORTED);
    if (status) return 0;
    come_back(p);
    double estimate = mlops_hll_estimate(p, 0);
    must(estimate >= 0 && mlops_hll_estimate(p, -2) <= estimate);
    mlops_hll_summary s = MLOPS_HLL_SUMMARY_INIT;
    must(!mlops_hll_summarize(p, &s) && s.lg_k >= 4 && s.lg_k <= 21);
    size_t n = save(p, MLOPS_HLL_NATIVE, 0);
    must(!mlops_hll_load(&q, room[1], sizeof room[1], saved[0], n));
    must(!mlops_hll_merge(p, q));
    int64_t values[400];
    for (int i = 0; i < 400; i++) values[i] = i;
    must(!mlops_hll_add_i64(p, values, 400));
    mlops_hll_add_text(p, "text");
    come_back(p);
    return 0;
}
