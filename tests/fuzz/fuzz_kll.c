/* A sketch of quantiles: what is taken has ranks that ascend, comes back, merges with itself and
 * takes values in. */
#include "fuzz/fuzz.h"

#include <mlops.h>

enum { WORDS = 1 << 18 };

static uint64_t room[2][WORDS], saved[2][WORDS];

static mlops_kll_summary summary_of(const mlops_kll *p) {
    mlops_kll_summary s = MLOPS_KLL_SUMMARY_INIT;
    must(!mlops_kll_summarize(p, &s));
    return s;
}

static size_t save(mlops_kll *p, mlops_kll_form form, int which) {
    size_t n;
    must(!mlops_kll_save(p, form, saved[which], sizeof saved[which], &n));
    return n;
}

static void come_back(mlops_kll *p) {
    for (int form = 0; form < 3; form++) {
        mlops_kll *q;
        size_t n = save(p, (mlops_kll_form)form, 0);
        must(!mlops_kll_load(&q, room[1], sizeof room[1], saved[0], n));
        must(save(q, (mlops_kll_form)form, 1) == n && !memcmp(saved[0], saved[1], n));
        must(summary_of(q).n == summary_of(p).n);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops_kll *p, *q;
    mlops_status status = mlops_kll_load(&p, room[0], sizeof room[0], data, size);
    must(!status || status == MLOPS_E_CORRUPT || status == MLOPS_E_UNSUPPORTED ||
         status == MLOPS_E_LIMIT);
    if (status) return 0;
    come_back(p);
    mlops_kll_summary s = summary_of(p);
    double last = s.min;
    for (int i = 1; s.n && i <= 8; i++) {
        double v = mlops_kll_quantile(p, i / 8.0), rank = mlops_kll_rank(p, v);
        must(v >= last && v <= s.max && rank >= i / 8.0 - 1e-9 && rank <= 1);
        last = v;
    }
    size_t n = save(p, MLOPS_KLL_NATIVE, 0);
    must(!mlops_kll_load(&q, room[1], sizeof room[1], saved[0], n));
    status = mlops_kll_merge(p, q);
    must(!status || status == MLOPS_E_LIMIT);
    must(summary_of(p).n == (status ? s.n : 2 * s.n));
    double values[600];
    for (int i = 0; i < 600; i++) values[i] = i % 7 * 1e9;
    (void)mlops_kll_add(p, values, 600);
    come_back(p);
    return 0;
}
