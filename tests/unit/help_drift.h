/* What the tests of drift share: tables by the kind, comparisons that must succeed or fail. */
#ifndef TESTS_UNIT_HELP_DRIFT_H
#define TESTS_UNIT_HELP_DRIFT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "sys/host.h"
#include "unit/draw.h"

#include <mlops.h>

static inline double normal(void) {
    double r = sqrt(-2 * log(1 - uniform()));
    return r * cos(6.283185307179586 * uniform());
}

static inline void close_to(double got, double want, double relative) {
    if (!(fabs(got - want) <= relative * fabs(want) || (isnan(got) && isnan(want))))
        fail_msg("%.17g is not %.17g", got, want);
}

static inline void refused(mlops_status status, const mlops_error *err, mlops_status want,
                           const char *word) {
    assert_int_equal(status, want);
    assert_int_equal(err->code, want);
    if (!strstr(err->message, word)) fail_msg("'%s' lacks '%s'", err->message, word);
}

static inline mlops_table *matrix(const double *values, int64_t n_rows, int64_t n_columns) {
    mlops_table *out;
    mlops_error err;
    if (mlops_table_from_matrix(&out, values, n_rows, n_columns, NULL, NULL, &err))
        fail_msg("%s", err.message);
    return out;
}

static inline mlops_table *parse(const char *csv) {
    mlops_table *out;
    mlops_error err;
    if (mlops_table_parse(&out, csv, strlen(csv), NULL, &err)) fail_msg("%s", err.message);
    return out;
}

/* A table of one string column "s" with so many rows of each category "a", "b", ...; codes at or
 * beyond 26 are two letters. */
static inline mlops_table *letters(const int *counts, int k) {
    mlops__buf csv;
    mlops_table *out;
    mlops__buf_init(&csv, &mlops__heap);
    mlops__buf_text(&csv, "s\n");
    for (int i = 0; i < k; i++)
        for (int r = 0; r < counts[i]; r++)
            mlops__buf_format(&csv, "%c%c\n", 'a' + i / 26, 'a' + i % 26);
    assert_int_equal(mlops_table_parse(&out, (const char *)csv.data, csv.size, NULL, NULL),
                     MLOPS_OK);
    mlops__buf_free(&csv);
    return out;
}

/* Whole numbers, moved by a share of n. */
static inline mlops_table *ramp(int64_t n, double shift) {
    double *values = malloc((size_t)n * sizeof *values);
    assert_non_null(values);
    for (int64_t i = 0; i < n; i++) values[i] = (double)i + nearbyint(shift * (double)n);
    mlops_table *out = matrix(values, n, 1);
    free(values);
    return out;
}

static inline mlops_table *normals(int64_t n, int64_t k, double shift) {
    double *values = malloc((size_t)(n * k) * sizeof *values);
    assert_non_null(values);
    for (int64_t i = 0; i < n * k; i++) values[i] = normal() + shift;
    mlops_table *out = matrix(values, n, k);
    free(values);
    return out;
}

static inline mlops_table *constant(int64_t n, double value) {
    double *values = malloc((size_t)n * sizeof *values);
    assert_non_null(values);
    for (int64_t i = 0; i < n; i++) values[i] = value;
    mlops_table *out = matrix(values, n, 1);
    free(values);
    return out;
}

static inline mlops_reference *keep(const mlops_table *table, int64_t n_edges) {
    mlops_reference *out;
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    mlops_error err;
    opts.n_edges = n_edges;
    if (mlops_reference_new(&out, table, &opts, &err)) fail_msg("%s", err.message);
    return out;
}

static inline mlops_drift_column column_of(const mlops_drift *self, int64_t index) {
    mlops_drift_column out = MLOPS_DRIFT_COLUMN_INIT;
    assert_int_equal(mlops_drift_get(self, index, &out), MLOPS_OK);
    return out;
}

static inline mlops_drift *compare(mlops_table *x, mlops_table *y, const mlops_drift_opts *opts) {
    mlops_drift *out;
    mlops_error err;
    if (mlops_drift_compare(&out, x, y, opts, &err)) fail_msg("%s", err.message);
    return out;
}

/* Ends the tables too. */
static inline mlops_drift_column compare_one(mlops_table *x, mlops_table *y,
                                             const mlops_drift_opts *opts) {
    mlops_drift *drift = compare(x, y, opts);
    mlops_drift_column out = column_of(drift, 0);
    assert_int_equal(mlops_drift_overall(drift), out.verdict);
    out.name = NULL;
    mlops_drift_unref(drift);
    mlops_table_unref(x);
    mlops_table_unref(y);
    return out;
}

static inline void make_path(char *out, size_t cap, const char *folder, const char *name) {
    assert_true(snprintf(out, cap, "%s/%s", folder, name) < (int)cap);
}

#endif
