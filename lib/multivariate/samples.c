/* Two samples of rows, of tables or matrices.
 *
 * Owns which columns are compared, and the numbers of texts. Invariant: both samples have the same
 * columns in the same order, and a text the same number in both: its place among all, as they sort.
 */
#include "base/opts.h"
#include "base/real.h"
#include "column/column_store.h"
#include "multivariate/multivariate.h"
#include "stats/stats.h"

#include <string.h>

enum { ROWS_MAX_BITS = 40, COLUMNS_MAX = 65536 };

/* ---- binding ---- */

static int is_named(const char *name, const char *const *names, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        if (!strcmp(names[i], name)) return 1;
    return 0;
}

static mlops_status find_column(const mlops__column **out, const mlops_table *table,
                                const char *which, const char *name, mlops_error *err) {
    char hint[MLOPS__HINT];
    const int64_t index = mlops_table_find(table, name);
    if (index < 0)
        return mlops__fail(err, MLOPS_E_SCHEMA, "multivariate: the %s table has no column '%s'%s",
                           which, name, mlops__table_hint(table, hint));
    *out = mlops__table_column(table, index);
    return MLOPS_OK;
}

typedef struct texts {
    const mlops__column *sides[2];
} texts;

static const char *text_at(const texts *self, int64_t i) {
    const int64_t n = self->sides[0]->n_texts;
    return i < n ? self->sides[0]->texts[i] : self->sides[1]->texts[i - n];
}

static int sorts_after(const void *context, int64_t a, int64_t b) {
    return strcmp(text_at(context, a), text_at(context, b)) > 0;
}

/* Numbers the texts of a column of both tables; equal ones alike. A column of nulls has one. */
static mlops_status number_texts(mlops_multivariate *self, const texts *both, mlops__words *out,
                                 mlops_error *err) {
    const int64_t n = both->sides[0]->n_texts, all = n + both->sides[1]->n_texts;
    int64_t *order = mlops__arena_array(&self->arena, (size_t)all + 1, sizeof *order);
    int32_t *codes = mlops__arena_array(&self->arena, (size_t)all + 1, sizeof *codes);
    if (!order || !codes || all >= INT32_MAX)
        return mlops__fail_nomem(err, (size_t)all * sizeof *order);
    for (int64_t i = 0; i < all; i++) order[i] = i;
    mlops__sort_order(order, all, sorts_after, both);
    for (int64_t i = 0, id = 0; i < all; i++) {
        if (i > 0 && sorts_after(both, order[i], order[i - 1])) id++;
        codes[order[i]] = (int32_t)id;
        out->n = id + 1;
    }
    if (out->n == 0) out->n = 1;
    out->codes[0] = codes;
    out->codes[1] = codes + n;
    return MLOPS_OK;
}

static mlops_status bind_column(mlops_multivariate *self, const mlops_table *const tables[2],
                                const char *name, mlops_error *err) {
    texts both;
    for (int s = 0; s < 2; s++) {
        MLOPS_TRY(find_column(&both.sides[s], tables[s], s ? "current" : "reference", name, err));
        self->sides[s].columns[self->d] = both.sides[s];
    }
    const int first = both.sides[0]->type == MLOPS_TYPE_STRING;
    if (first != (both.sides[1]->type == MLOPS_TYPE_STRING))
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "multivariate: column '%s' holds strings in the %s table, and none in "
                           "the other",
                           name, first ? "reference" : "current");
    if (first) MLOPS_TRY(number_texts(self, &both, &self->words[self->d], err));
    self->d++;
    return MLOPS_OK;
}

static mlops_status bind(mlops_multivariate *self, const mlops_table *reference,
                         const mlops_table *current, const mlops_multivariate_opts *opts,
                         mlops_error *err) {
    const char **keep, **drop;
    int64_t n_keep, n_drop;
    const mlops_table *tables[] = {reference, current};
    MLOPS_TRY(mlops__names_parse(&self->arena, opts->columns, &keep, &n_keep, err));
    MLOPS_TRY(mlops__names_parse(&self->arena, opts->ignore, &drop, &n_drop, err));
    const int64_t n = opts->columns ? n_keep : mlops_table_n_columns(reference);
    for (int s = 0; s < 2; s++) {
        self->sides[s].n = mlops_table_n_rows(tables[s]);
        self->sides[s].columns =
            mlops__arena_array(&self->arena, (size_t)n, sizeof *self->sides[s].columns);
        if (!self->sides[s].columns) return mlops__fail_nomem(err, (size_t)n * sizeof(void *));
    }
    self->words = mlops__arena_array(&self->arena, (size_t)n, sizeof *self->words);
    if (!self->words) return mlops__fail_nomem(err, (size_t)n * sizeof *self->words);
    for (int64_t i = 0; i < n_drop; i++)
        if (mlops_table_find(reference, drop[i]) < 0)
            return mlops__fail(err, MLOPS_E_SCHEMA,
                               "multivariate: ignore names '%s', which the reference table has not",
                               drop[i]);
    for (int64_t i = 0; i < n; i++) {
        const char *name = opts->columns ? keep[i] : mlops_table_name(reference, i);
        if (is_named(name, drop, n_drop)) continue;
        MLOPS_TRY(bind_column(self, tables, name, err));
    }
    if (self->d > 0) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID, "multivariate: no column is left");
}

/* ---- samples ---- */

static mlops_status begin(mlops_multivariate **out, mlops_multivariate_opts *opts,
                          const mlops_multivariate_opts *given, mlops_error *err) {
    mlops__host host;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "multivariate: out is NULL");
    *out = NULL;
    MLOPS_TRY(mlops__opts_copy(opts, sizeof *opts, given, "mlops_multivariate_opts", err));
    if (opts->flags || opts->reserved || (unsigned)opts->scale > MLOPS_MULTIVARIATE_SCALE_NONE)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_multivariate_opts: flags and reserved must be 0, scale one of "
                           "its enum");
    MLOPS_TRY(mlops__host_init(&host, opts->host, err));
    mlops_multivariate *self = mlops__alloc_zero(&host.allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->host = host;
    self->kern = mlops__kern_for(host.cpu);
    mlops__arena_init(&self->arena, &self->host.allocator, SIZE_MAX);
    *out = self;
    return MLOPS_OK;
}

void mlops_multivariate_free(mlops_multivariate *self) {
    if (!self) return;
    const mlops_allocator allocator = self->host.allocator;
    mlops__arena_free(&self->arena);
    mlops__free(&allocator, self, sizeof *self);
}

/* Hands out the samples, or nothing of them. */
static mlops_status end(mlops_multivariate **out, mlops_status status, int standard) {
    mlops_multivariate *self = *out;
    self->standard = standard;
    self->n = self->sides[0].n + self->sides[1].n;
    if (status == MLOPS_OK) return status;
    mlops_multivariate_free(self);
    *out = NULL;
    return status;
}

mlops_status mlops_multivariate_tables(mlops_multivariate **out, const mlops_table *reference,
                                       const mlops_table *current,
                                       const mlops_multivariate_opts *given, mlops_error *err) {
    mlops_multivariate_opts opts;
    MLOPS_TRY(begin(out, &opts, given, err));
    mlops_status status = reference && current ? bind(*out, reference, current, &opts, err)
                                               : mlops__fail(err, MLOPS_E_INVALID,
                                                             "multivariate: the %s table is NULL",
                                                             reference ? "current" : "reference");
    return end(out, status, opts.scale != MLOPS_MULTIVARIATE_SCALE_NONE);
}

static mlops_status take_matrices(mlops_multivariate **out, const mlops__side sides[2],
                                  int64_t n_columns, const mlops_multivariate_opts *given,
                                  mlops_error *err) {
    mlops_multivariate_opts opts;
    MLOPS_TRY(begin(out, &opts, given, err));
    mlops_status status = MLOPS_OK;
    if (opts.columns || opts.ignore)
        status = mlops__fail(err, MLOPS_E_INVALID,
                             "mlops_multivariate_opts: columns and ignore are of tables alone");
    else if (n_columns < 1 || n_columns > COLUMNS_MAX)
        status = mlops__fail(err, MLOPS_E_INVALID, "multivariate: n_columns must be 1 to %d",
                             COLUMNS_MAX);
    for (int s = 0; s < 2 && status == MLOPS_OK; s++)
        if (sides[s].n < 0 || sides[s].n >> ROWS_MAX_BITS ||
            (sides[s].n > 0 && !sides[s].f32 && !sides[s].f64))
            status =
                mlops__fail(err, MLOPS_E_INVALID, "multivariate: the %s has %lld rows, or is NULL",
                            s ? "current sample" : "reference", (long long)sides[s].n);
    (*out)->sides[0] = sides[0];
    (*out)->sides[1] = sides[1];
    (*out)->d = n_columns;
    return end(out, status, opts.scale == MLOPS_MULTIVARIATE_SCALE_STANDARD);
}

mlops_status mlops_multivariate_rows(mlops_multivariate **out, const float *reference,
                                     int64_t n_reference, const float *current, int64_t n_current,
                                     int64_t n_columns, int64_t reference_row_stride,
                                     int64_t reference_column_stride, int64_t current_row_stride,
                                     int64_t current_column_stride,
                                     const mlops_multivariate_opts *opts, mlops_error *err) {
    const mlops__side sides[] = {
        {n_reference, NULL, reference, NULL, reference_row_stride, reference_column_stride},
        {n_current, NULL, current, NULL, current_row_stride, current_column_stride}};
    return take_matrices(out, sides, n_columns, opts, err);
}

mlops_status mlops_multivariate_rows_f64(mlops_multivariate **out, const double *reference,
                                         int64_t n_reference, const double *current,
                                         int64_t n_current, int64_t n_columns,
                                         int64_t reference_row_stride,
                                         int64_t reference_column_stride,
                                         int64_t current_row_stride, int64_t current_column_stride,
                                         const mlops_multivariate_opts *opts, mlops_error *err) {
    const mlops__side sides[] = {
        {n_reference, NULL, NULL, reference, reference_row_stride, reference_column_stride},
        {n_current, NULL, NULL, current, current_row_stride, current_column_stride}};
    return take_matrices(out, sides, n_columns, opts, err);
}

/* ---- results ---- */

const char *mlops__rows_name(const mlops_multivariate *self, int64_t column, char spare[24]) {
    if (self->words) return self->sides[0].columns[column]->name;
    mlops__format(spare, 24, "f%lld", (long long)column);
    return spare;
}

mlops_multivariate_result mlops__multivariate_begin(const mlops_multivariate *self,
                                                    const char *test) {
    const double nan = mlops__not_a_number();
    mlops_multivariate_result out = MLOPS_MULTIVARIATE_RESULT_INIT;
    out.test = test;
    out.n_reference = self->sides[0].n;
    out.n_current = self->sides[1].n;
    out.n_columns = self->d;
    out.effect = out.effect_low = out.effect_high = out.tolerance = out.p_value = nan;
    out.mmd2 = out.mmd2_biased = out.bandwidth = nan;
    out.error_reference = out.error_current = nan;
    return out;
}

mlops_drift_verdict mlops__multivariate_judge(const mlops_multivariate_result *found,
                                              double nothing, int64_t rows_min) {
    if (found->n_reference < rows_min || found->n_current < rows_min)
        return MLOPS_DRIFT_NOT_ENOUGH_DATA;
    if (found->effect_low > found->tolerance) return MLOPS_DRIFT_YES;
    const int within = found->effect <= found->tolerance &&
                       found->effect_high - nothing <= 2 * (found->tolerance - nothing);
    return within ? MLOPS_DRIFT_NO : MLOPS_DRIFT_NOT_ENOUGH_DATA;
}
