/* Two samples of rows, and what is found of them. */
#ifndef TESTS_UNIT_HELP_MULTIVARIATE_H
#define TESTS_UNIT_HELP_MULTIVARIATE_H

#include "unit/help_drift.h"

enum { D = 7 };

static inline mlops_multivariate *pair_of(const double *x, int64_t n, const double *y, int64_t m,
                                          int64_t d, const mlops_multivariate_opts *opts) {
    mlops_multivariate *out;
    mlops_error e;
    if (mlops_multivariate_rows_f64(&out, x, n, y, m, d, d, 1, d, 1, opts, &e))
        fail_msg("%s", e.message);
    return out;
}

static inline mlops_multivariate_result mmd(const mlops_multivariate *self,
                                            const mlops_mmd_opts *opts) {
    mlops_multivariate_result out = MLOPS_MULTIVARIATE_RESULT_INIT;
    mlops_error e;
    if (mlops_multivariate_mmd(&out, self, opts, &e)) fail_msg("%s", e.message);
    return out;
}

static inline mlops_multivariate_result pca(const mlops_multivariate *self,
                                            const mlops_pca_opts *opts) {
    mlops_multivariate_result out = MLOPS_MULTIVARIATE_RESULT_INIT;
    mlops_error e;
    if (mlops_multivariate_pca(&out, self, opts, &e)) fail_msg("%s", e.message);
    return out;
}

static inline mlops_multivariate_result classify(const mlops_multivariate *self,
                                                 const mlops_classify_opts *opts) {
    mlops_multivariate_result out = MLOPS_MULTIVARIATE_RESULT_INIT;
    mlops_error e;
    if (mlops_multivariate_classify(&out, self, opts, &e)) fail_msg("%s", e.message);
    return out;
}

static inline mlops_mmd_opts by(mlops_mmd_method method) {
    mlops_mmd_opts opts = MLOPS_MMD_OPTS_INIT;
    opts.method = method;
    return opts;
}

static inline void fill(double *x, int64_t n, double shift) {
    for (int64_t i = 0; i < n; i++) x[i] = normal() + shift;
}

#endif
