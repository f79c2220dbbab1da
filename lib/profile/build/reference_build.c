/* Making a reference from a table: which columns, in which order, and their cells.
 *
 * Owns the meaning of the options. Invariant: the columns are those of the list, in its order, or
 * those of the table, in its order, less those to ignore; there is one at least.
 */
#include "profile/build/reference_build.h"

#include "base/opts.h"

#include <string.h>

enum { EDGES_DEFAULT = 255, EDGES_MIN = 9 };

static mlops_status with_defaults(mlops_reference_opts *out, const mlops_reference_opts *given,
                                  mlops_error *err) {
    MLOPS_TRY(mlops__opts_copy(out, sizeof *out, given, "mlops_reference_opts", err));
    if (out->flags)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_reference_opts: flags are 0x%x; there are none, set 0",
                           out->flags);
    if (!out->n_edges) out->n_edges = EDGES_DEFAULT;
    if (out->n_edges < EDGES_MIN || out->n_edges > MLOPS__REFERENCE_EDGES)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_reference_opts: n_edges is %lld; it must be 9 to 1023, or 0 for "
                           "the default",
                           (long long)out->n_edges);
    return MLOPS_OK;
}

static mlops_status check_named(const mlops_table *table, const char *const *names, int64_t n,
                                const char *option, mlops_error *err) {
    char hint[MLOPS__HINT];
    for (int64_t i = 0; i < n; i++)
        if (mlops_table_find(table, names[i]) < 0)
            return mlops__fail(err, MLOPS_E_SCHEMA,
                               "reference: option '%s' names '%s', which the table does not have%s",
                               option, names[i], mlops__table_hint(table, hint));
    return MLOPS_OK;
}

static int among(const char *name, const char *const *names, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        if (!strcmp(names[i], name)) return 1;
    return 0;
}

/* Indices of the columns to take, in the arena. */
static mlops_status choose(const mlops_table *table, const mlops_reference_opts *opts,
                           mlops__arena *arena, int64_t **out, int64_t *n_out, mlops_error *err) {
    const char **keep, **drop;
    int64_t n_keep, n_drop;
    MLOPS_TRY(mlops__names_parse(arena, opts->columns, &keep, &n_keep, err));
    MLOPS_TRY(mlops__names_parse(arena, opts->ignore, &drop, &n_drop, err));
    MLOPS_TRY(check_named(table, keep, n_keep, "columns", err));
    MLOPS_TRY(check_named(table, drop, n_drop, "ignore", err));
    int64_t n = opts->columns ? n_keep : mlops_table_n_columns(table);
    *out = mlops__arena_array(arena, (size_t)n + 1, sizeof **out);
    if (!*out) return mlops__fail_nomem(err, (size_t)n * sizeof **out);
    *n_out = 0;
    for (int64_t i = 0; i < n; i++) {
        const char *name = opts->columns ? keep[i] : mlops_table_name(table, i);
        if (!among(name, drop, n_drop)) (*out)[(*n_out)++] = mlops_table_find(table, name);
    }
    if (*n_out) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_SCHEMA,
                       "reference: no column is left; name one or more, or ignore fewer");
}

static mlops_status fill(mlops_reference *self, const mlops_table *table, const int64_t *chosen,
                         const mlops_reference_opts *opts, double *values) {
    mlops__arena *arena = mlops__reference_arena(self);
    size_t n_rows = (size_t)mlops_table_n_rows(table);
    for (int64_t i = 0; i < mlops_reference_n_columns(self); i++) {
        const mlops__column *column = mlops__table_column(table, chosen[i]);
        mlops__reference_column *out = &mlops__reference_columns(self)[i];
        mlops__cells_task task = {column,          &mlops__reference_host(self)->allocator,
                                  arena,           values,
                                  values + n_rows, opts->n_edges};
        out->name = mlops__arena_text(arena, column->name, strlen(column->name));
        if (!out->name) return MLOPS_E_NOMEM;
        MLOPS_TRY(mlops__reference_numeric(column->type) ? mlops__cells_numeric(out, &task)
                                                         : mlops__cells_text(out, &task));
    }
    return MLOPS_OK;
}

static mlops_status build(mlops_reference **out, const mlops_table *table, const int64_t *chosen,
                          int64_t n_chosen, const mlops_reference_opts *opts,
                          const mlops__host *host, mlops_error *err) {
    size_t n_rows = (size_t)mlops_table_n_rows(table), size;
    if (!mlops__mul(n_rows, 2 * sizeof(double), &size)) return mlops__fail_nomem(err, SIZE_MAX);
    double *values = mlops__alloc(&host->allocator, size);
    if (!values) return mlops__fail_nomem(err, size);
    mlops_reference *self;
    mlops_status status = mlops__reference_begin(&self, n_chosen, (int64_t)n_rows, host, err);
    if (status == MLOPS_OK) {
        status = fill(self, table, chosen, opts, values);
        if (status == MLOPS_E_NOMEM) mlops__fail_nomem(err, n_rows);
    }
    if (status == MLOPS_OK) status = mlops__reference_finish(self, err);
    mlops__free(&host->allocator, values, size);
    if (status == MLOPS_OK) *out = self;
    else mlops_reference_unref(self);
    return status;
}

mlops_status mlops_reference_new(mlops_reference **out, const mlops_table *table,
                                 const mlops_reference_opts *opts, mlops_error *err) {
    *out = NULL;
    mlops_reference_opts o;
    mlops__host host;
    MLOPS_TRY(with_defaults(&o, opts, err));
    MLOPS_TRY(mlops__host_init(&host, o.host, err));
    if (mlops_table_n_rows(table) < 1)
        return mlops__fail(err, MLOPS_E_SCHEMA, "reference: the table has no rows; it needs one");
    mlops__arena arena;
    mlops__arena_init(&arena, &host.allocator, SIZE_MAX);
    int64_t *chosen, n_chosen;
    mlops_status status = choose(table, &o, &arena, &chosen, &n_chosen, err);
    if (status == MLOPS_OK) status = build(out, table, chosen, n_chosen, &o, &host, err);
    mlops__arena_free(&arena);
    return status;
}
