/* Sketches on the host's heap: two of each kind that merge, saved and read into the caller's
 * storage.
 *
 * Owns nothing. Making one is all that can fail: what follows works on its memory alone.
 */
#include "fault/sweep.h"

#include "base/fail.h"

static uint64_t bytes[4096], storage[4096];

static const double REALS[] = {0.5, 1.5, 2, 9};
static const float SINGLES[] = {3, 4};
static const int64_t WHOLES[] = {5, 6, 5};

static int kll_tells(const mlops_kll *p) {
    static const double points[] = {2, 9};
    double out[2], shares[2], quantiles[2];
    static const double q[] = {0, 1};
    mlops_kll_summary s = MLOPS_KLL_SUMMARY_INIT;
    return !mlops_kll_summarize(p, &s) && s.n == 6 && mlops_kll_rank(p, 9) == 1 &&
           mlops_kll_quantile(p, 1) == 9 && !mlops_kll_quantiles(p, q, 2, quantiles) &&
           quantiles[0] == 0.5 && !mlops_kll_cdf(p, points, 2, out) && out[0] == 0.5 &&
           !mlops_kll_pmf(p, points, 2, shares) && shares[1] == 0.5;
}

static int merge_kll(mlops_kll *p, mlops_kll *q) {
    mlops_kll *read;
    size_t n = 0;
    if (mlops_kll_add(p, REALS, 4) || mlops_kll_add_f32(q, SINGLES, 2, 1) ||
        mlops_kll_merge(p, q) || mlops_kll_save(p, MLOPS_KLL_NATIVE, bytes, sizeof bytes, &n) ||
        mlops_kll_load(&read, storage, sizeof storage, bytes, n))
        return SWEEP_WRONG;
    int good = kll_tells(p) && kll_tells(read);
    mlops_kll_reset(p);
    return good && mlops_kll_rank(p, 1) != mlops_kll_rank(p, 1) ? MLOPS_OK : SWEEP_WRONG;
}

static int use_kll(const mlops_host *host, const char *dir) {
    mlops_kll *p, *q;
    mlops_error err;
    mlops_kll_opts opts = MLOPS_KLL_OPTS_INIT;
    opts.host = host;
    opts.k = 20;
    (void)dir;
    mlops_status status = mlops_kll_new(&p, &opts, &err);
    if (status) return p ? SWEEP_WRONG : sweep_told(status, &err);
    status = mlops_kll_new(&q, &opts, &err);
    int result = q && status ? SWEEP_WRONG : sweep_told(status, &err);
    if (!status) result = merge_kll(p, q);
    mlops_kll_free(q);
    mlops_kll_free(p);
    return result;
}

static int hll_tells(const mlops_hll *p) {
    mlops_hll_summary s = MLOPS_HLL_SUMMARY_INIT;
    return !mlops_hll_summarize(p, &s) && s.n_coupons == 7 && mlops_hll_estimate(p, 0) >= 7;
}

static int merge_hll(mlops_hll *p, mlops_hll *q) {
    mlops_hll *read;
    size_t n = 0;
    mlops_hll_add_text(q, "text");
    if (mlops_hll_add(p, REALS, 4) || mlops_hll_add_i64(q, WHOLES, 3) || mlops_hll_merge(p, q) ||
        mlops_hll_save(p, MLOPS_HLL_NATIVE, bytes, sizeof bytes, &n) ||
        mlops_hll_load(&read, storage, sizeof storage, bytes, n))
        return SWEEP_WRONG;
    int good = hll_tells(p) && hll_tells(read);
    mlops_hll_reset(p);
    return good && mlops_hll_estimate(p, 0) == 0 ? MLOPS_OK : SWEEP_WRONG;
}

static int use_hll(const mlops_host *host, const char *dir) {
    mlops_hll *p, *q;
    mlops_error err;
    mlops_hll_opts opts = MLOPS_HLL_OPTS_INIT;
    opts.host = host;
    opts.lg_k = 8;
    (void)dir;
    mlops_status status = mlops_hll_new(&p, &opts, &err);
    if (status) return p ? SWEEP_WRONG : sweep_told(status, &err);
    status = mlops_hll_new(&q, &opts, &err);
    int result = q && status ? SWEEP_WRONG : sweep_told(status, &err);
    if (!status) result = merge_hll(p, q);
    mlops_hll_free(q);
    mlops_hll_free(p);
    return result;
}

static mlops_status make_items(mlops_items **out, const mlops_host *host, int64_t text_max,
                               mlops_error *err) {
    mlops_items_opts opts = MLOPS_ITEMS_OPTS_INIT;
    opts.host = host;
    opts.lg_size = 4;
    opts.text_max = text_max;
    return mlops_items_new(out, &opts, err);
}

/* One of whole numbers, and one of texts. */
static int fill_items(mlops_items *p, mlops_items *q) {
    mlops_items *read;
    mlops_items_row row = MLOPS_ITEMS_ROW_INIT;
    mlops_items_summary s = MLOPS_ITEMS_SUMMARY_INIT;
    size_t n = 0;
    if (mlops_items_add(p, WHOLES, 3) || mlops_items_add_text(q, "text", 2) ||
        mlops_items_save(p, MLOPS_ITEMS_NATIVE, bytes, sizeof bytes, &n) ||
        mlops_items_load(&read, storage, sizeof storage, bytes, n, 0) ||
        mlops_items_merge(p, read) || mlops_items_summarize(p, &s))
        return SWEEP_WRONG;
    int good = s.n == 6 && mlops_items_frequent(p, MLOPS_ITEMS_CERTAIN, 2) == 1 &&
               !mlops_items_at(p, 0, &row) && row.value == 5 && row.lower == 4 &&
               !mlops_items_find(p, 6, &row) && row.upper == 2 &&
               !mlops_items_find_text(q, "text", &row) && row.lower == 2;
    mlops_items_reset(p);
    return good && mlops_items_frequent(p, MLOPS_ITEMS_POSSIBLE, 0) == 0 ? MLOPS_OK : SWEEP_WRONG;
}

static int use_items(const mlops_host *host, const char *dir) {
    mlops_items *p, *q;
    mlops_error err;
    (void)dir;
    mlops_status status = make_items(&p, host, 0, &err);
    if (status) return p ? SWEEP_WRONG : sweep_told(status, &err);
    status = make_items(&q, host, 10, &err);
    int result = q && status ? SWEEP_WRONG : sweep_told(status, &err);
    if (!status) result = fill_items(p, q);
    mlops_items_free(q);
    mlops_items_free(p);
    return result;
}

const sweep_scenario sweep_sketch[] = {
    {"sketch: quantiles, make and merge", NULL, use_kll, NULL, SWEEP_MEMORY},
    {"sketch: distinct values, make and merge", NULL, use_hll, NULL, SWEEP_MEMORY},
    {"sketch: frequent values, make and merge", NULL, use_items, NULL, SWEEP_MEMORY},
    {NULL, NULL, NULL, NULL, 0},
};
