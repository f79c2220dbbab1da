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
    if (out->flags & ~(uint32_t)MLOPS_REFERENCE_EXACT)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_reference_opts: flags are 0x%x; there is 0x1, "
                           "MLOPS_REFERENCE_EXACT",
                           out->flags);
    if (!out->n_edges) out->n_edges = EDGES_DEFAULT;
    if (out->n_edges < EDGES_MIN || out->n_edges > MLOPS__REFERENCE_EDGES)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_reference_opts: n_edges is %lld; it must be 9 to 1023, or 0 for "
                           "the default",
                           (long long)out->n_edges);
    return MLOPS_OK;
}

/* Where columns are chosen from. */
typedef struct source {
    const mlops_table *table; /* NULL: a reference that is kept already */
    const mlops_reference *kept;
} source;

static int64_t source_find(const source *self, const char *name) {
    return self->table ? mlops_table_find(self->table, name)
                       : mlops__reference_find(self->kept, name);
}

static const char *source_name(const source *self, int64_t index) {
    return self->table ? mlops_table_name(self->table, index)
                       : mlops_reference_name(self->kept, index);
}

static mlops_status check_named(const source *from, const char *const *names, int64_t n,
                                const char *option, mlops_error *err) {
    char room[MLOPS__HINT];
    const char *hint = from->table ? mlops__table_hint(from->table, room) : "";
    for (int64_t i = 0; i < n; i++)
        if (source_find(from, names[i]) < 0)
            return mlops__fail(err, MLOPS_E_SCHEMA,
                               "reference: option '%s' names '%s', which the %s does not have%s",
                               option, names[i], from->table ? "table" : "reference", hint);
    return MLOPS_OK;
}

static int among(const char *name, const char *const *names, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        if (!strcmp(names[i], name)) return 1;
    return 0;
}

/* Indices of the columns to take, in the arena. */
static mlops_status choose(const source *from, const mlops_reference_opts *opts,
                           mlops__arena *arena, int64_t **out, int64_t *n_out, mlops_error *err) {
    const char **keep, **drop;
    int64_t n_keep, n_drop;
    MLOPS_TRY(mlops__names_parse(arena, opts->columns, &keep, &n_keep, err));
    MLOPS_TRY(mlops__names_parse(arena, opts->ignore, &drop, &n_drop, err));
    MLOPS_TRY(check_named(from, keep, n_keep, "columns", err));
    if (from->table) MLOPS_TRY(check_named(from, drop, n_drop, "ignore", err));
    int64_t all =
        from->table ? mlops_table_n_columns(from->table) : mlops_reference_n_columns(from->kept);
    int64_t n = opts->columns ? n_keep : all;
    *out = mlops__arena_array(arena, (size_t)n + 1, sizeof **out);
    if (!*out) return mlops__fail_nomem(err, (size_t)n * sizeof **out);
    *n_out = 0;
    for (int64_t i = 0; i < n; i++) {
        const char *name = opts->columns ? keep[i] : source_name(from, i);
        if (!among(name, drop, n_drop)) (*out)[(*n_out)++] = source_find(from, name);
    }
    if (*n_out) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_SCHEMA,
                       "reference: no column is left; name one or more, or ignore fewer");
}

mlops_status mlops__reference_choose(mlops_reference *self, const mlops_reference_opts *opts,
                                     mlops_error *err) {
    if (!opts->columns && !opts->ignore) return MLOPS_OK;
    source from = {NULL, self};
    mlops__arena arena;
    mlops__arena_init(&arena, &mlops__reference_host(self)->allocator, SIZE_MAX);
    int64_t *chosen, n_chosen;
    mlops_status status = choose(&from, opts, &arena, &chosen, &n_chosen, err);
    if (status == MLOPS_OK) status = mlops__reference_keep(self, chosen, n_chosen, err);
    mlops__arena_free(&arena);
    return status;
}

static mlops_status fill(mlops_reference *self, const mlops_table *table, const int64_t *chosen,
                         const mlops_reference_opts *opts, double *values) {
    mlops__arena *arena = mlops__reference_arena(self);
    size_t n_rows = (size_t)mlops_table_n_rows(table);
    for (int64_t i = 0; i < mlops_reference_n_columns(self); i++) {
        const mlops__column *column = mlops__table_column(table, chosen[i]);
        mlops__reference_column *out = &mlops__reference_columns(self)[i];
        mlops__cells_task task = {column,
                                  mlops__reference_host(self),
                                  arena,
                                  values,
                                  values + n_rows,
                                  opts->n_edges,
                                  (opts->flags & MLOPS_REFERENCE_EXACT) != 0};
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
    source from = {table, NULL};
    mlops_status status = choose(&from, &o, &arena, &chosen, &n_chosen, err);
    if (status == MLOPS_OK) status = build(out, table, chosen, n_chosen, &o, &host, err);
    mlops__arena_free(&arena);
    return status;
}
