/* Making a reference from a table: which columns, in which order, and their cells.
 *
 * Owns the meaning of the options. Invariant: the columns are those of the list, in its order, or
 * those of the table, in its order, less those to ignore; there is one at least.
 */
#include "profile/build/reference_build.h"

#include "base/opts.h"
#include "column/text_counts.h"

#include <string.h>

enum { EDGES_DEFAULT = 255, EDGES_MIN = 9 };

mlops_status mlops__reference_defaults(mlops_reference_opts *out, const mlops_reference_opts *given,
                                       mlops_error *err) {
    MLOPS_TRY(mlops__opts_copy(out, sizeof *out, given, "mlops_reference_opts", err));
    if (out->flags & ~(uint32_t)(MLOPS_REFERENCE_EXACT | MLOPS_REFERENCE_TEXTS))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_reference_opts: flags are 0x%x; there are 0x1, "
                           "MLOPS_REFERENCE_EXACT, and 0x2, MLOPS_REFERENCE_TEXTS",
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

static int64_t source_n(const source *self) {
    return self->table ? mlops_table_n_columns(self->table) : mlops_reference_n_columns(self->kept);
}

static int source_is(const source *self, int64_t index, const char *name) {
    return self->table ? strcmp(mlops_table_name(self->table, index), name) == 0
                       : mlops__reference_is_named(mlops__reference_at(self->kept, index), name);
}

/* The first column from index on that the name means; -1 if there is none. */
static int64_t source_find(const source *self, const char *name, int64_t index) {
    if (self->table) return index ? -1 : mlops_table_find(self->table, name);
    for (; index < mlops_reference_n_columns(self->kept); index++)
        if (source_is(self, index, name)) return index;
    return -1;
}

static mlops_status check_named(const source *from, const char *const *names, int64_t n,
                                const char *option, mlops_error *err) {
    char room[MLOPS__HINT];
    const char *hint = from->table ? mlops__table_hint(from->table, room) : "";
    for (int64_t i = 0; i < n; i++)
        if (source_find(from, names[i], 0) < 0)
            return mlops__fail(err, MLOPS_E_SCHEMA,
                               "reference: option '%s' names '%s', which the %s does not have%s",
                               option, names[i], from->table ? "table" : "reference", hint);
    return MLOPS_OK;
}

/* Columns of a list, in its order, or all. */
typedef struct choice {
    int64_t *columns;
    int64_t n;
    const char **drop;
    int64_t n_drop;
} choice;

static void take(choice *self, const source *from, int64_t index) {
    for (int64_t i = 0; i < self->n_drop; i++)
        if (source_is(from, index, self->drop[i])) return;
    for (int64_t i = 0; i < self->n; i++)
        if (self->columns[i] == index) return; /* "review" and "review.words" may both be named */
    self->columns[self->n++] = index;
}

/* Indices of the columns to take, in the arena. */
static mlops_status choose(const source *from, const mlops_reference_opts *opts,
                           mlops__arena *arena, int64_t **out, int64_t *n_out, mlops_error *err) {
    const char **keep;
    int64_t n_keep, n = source_n(from);
    choice self = {NULL, 0, NULL, 0};
    MLOPS_TRY(mlops__names_parse(arena, opts->columns, &keep, &n_keep, err));
    MLOPS_TRY(mlops__names_parse(arena, opts->ignore, &self.drop, &self.n_drop, err));
    MLOPS_TRY(check_named(from, keep, n_keep, "columns", err));
    if (from->table) MLOPS_TRY(check_named(from, self.drop, self.n_drop, "ignore", err));
    self.columns = mlops__arena_array(arena, (size_t)n + 1, sizeof *self.columns);
    if (!self.columns) return mlops__fail_nomem(err, (size_t)n * sizeof *self.columns);
    for (int64_t i = 0; i < n && !opts->columns; i++) take(&self, from, i);
    for (int64_t i = 0; i < n_keep; i++)
        for (int64_t at = source_find(from, keep[i], 0); at >= 0;
             at = source_find(from, keep[i], at + 1))
            take(&self, from, at);
    *out = self.columns;
    *n_out = self.n;
    if (self.n) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_SCHEMA,
                       "reference: no column is left; name one or more, or ignore fewer");
}

mlops_status mlops__reference_choose_of(const mlops_table *table, const mlops_reference_opts *opts,
                                        mlops__arena *arena, int64_t **out, int64_t *n,
                                        mlops_error *err) {
    const source from = {table, NULL};
    return choose(&from, opts, arena, out, n, err);
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

/* A reference while it is made of a table. */
typedef struct maker {
    mlops_reference *self;
    const mlops_reference_opts *opts;
    const mlops__host *host;
    double *values; /* 2 for each row */
    int64_t n;      /* columns that stand */
    mlops_error *err;
} maker;

mlops_status mlops__reference_make_column(mlops__reference_column *out,
                                          const mlops__cells_task *task, const char *name,
                                          int part) {
    memset(out, 0, sizeof *out); /* it may have been tried before */
    out->part = part;
    out->name = mlops__arena_text(task->arena, name, strlen(name));
    if (!out->name) return MLOPS_E_NOMEM;
    return mlops__reference_numeric(task->column->type) ? mlops__cells_numeric(out, task)
                                                        : mlops__cells_text(out, task);
}

static mlops_status add(maker *m, const mlops__column *column, int part) {
    size_t n = (size_t)column->n_rows;
    int exact = (m->opts->flags & MLOPS_REFERENCE_EXACT) != 0;
    mlops__cells_task task = {column,    m->host,       mlops__reference_arena(m->self),
                              m->values, m->values + n, m->opts->n_edges,
                              exact};
    mlops__reference_column *out = &mlops__reference_columns(m->self)[m->n++];
    mlops_status status = mlops__reference_make_column(out, &task, column->name, part);
    return status ? mlops__fail_nomem(m->err, n) : MLOPS_OK;
}

static mlops_status add_texts(maker *m, const mlops__column *column) {
    mlops_table *texts;
    MLOPS_TRY(mlops__table_texts(&texts, m->host, column, m->err));
    mlops_status status = MLOPS_OK;
    for (int k = 0; k < MLOPS__TEXTS_COLUMNS && status == MLOPS_OK; k++)
        status = add(m, mlops__table_column(texts, k), k + 1);
    mlops_table_unref(texts);
    return status;
}

/* are_texts: of each chosen column. */
static mlops_status fill(maker *m, const mlops_table *table, const int64_t *chosen,
                         const uint8_t *are_texts, int64_t n_chosen) {
    for (int64_t i = 0; i < n_chosen; i++) {
        const mlops__column *column = mlops__table_column(table, chosen[i]);
        MLOPS_TRY(are_texts[i] ? add_texts(m, column) : add(m, column, 0));
    }
    return mlops__reference_finish_new(m->self, m->err);
}

static mlops_status build(mlops_reference **out, const mlops_table *table, mlops__arena *arena,
                          const int64_t *chosen, int64_t n_chosen, maker *m) {
    int64_t n = n_chosen;
    size_t n_rows = (size_t)mlops_table_n_rows(table), size;
    uint8_t *are_texts = mlops__arena_alloc(arena, (size_t)n_chosen);
    if (!are_texts) return mlops__fail_nomem(m->err, (size_t)n_chosen);
    for (int64_t i = 0; i < n_chosen && m->opts->flags & MLOPS_REFERENCE_TEXTS; i++) {
        int is = 0;
        MLOPS_TRY(mlops__texts_are(&is, mlops__table_column(table, chosen[i]),
                                   MLOPS__TEXTS_ROWS_MIN, m->host, m->err));
        are_texts[i] = (uint8_t)is;
        n += is ? MLOPS__TEXTS_COLUMNS - 1 : 0;
    }
    if (!mlops__mul(n_rows, 2 * sizeof(double), &size)) return mlops__fail_nomem(m->err, SIZE_MAX);
    m->values = mlops__alloc(&m->host->allocator, size);
    if (!m->values) return mlops__fail_nomem(m->err, size);
    mlops_status status = mlops__reference_begin(&m->self, n, (int64_t)n_rows, m->host, m->err);
    if (status == MLOPS_OK) status = fill(m, table, chosen, are_texts, n_chosen);
    mlops__free(&m->host->allocator, m->values, size);
    if (status == MLOPS_OK) *out = m->self;
    else mlops_reference_unref(m->self);
    return status;
}

mlops_status mlops_reference_new(mlops_reference **out, const mlops_table *table,
                                 const mlops_reference_opts *opts, mlops_error *err) {
    *out = NULL;
    mlops_reference_opts o;
    mlops__host host;
    MLOPS_TRY(mlops__reference_defaults(&o, opts, err));
    MLOPS_TRY(mlops__host_init(&host, o.host, err));
    if (mlops_table_n_rows(table) < 1)
        return mlops__fail(err, MLOPS_E_SCHEMA, "reference: the table has no rows; it needs one");
    mlops__arena arena;
    mlops__arena_init(&arena, &host.allocator, SIZE_MAX);
    int64_t *chosen, n_chosen;
    maker m = {NULL, &o, &host, NULL, 0, err};
    mlops_status status = mlops__reference_choose_of(table, &o, &arena, &chosen, &n_chosen, err);
    if (status == MLOPS_OK) status = build(out, table, &arena, chosen, n_chosen, &m);
    mlops__arena_free(&arena);
    return status;
}
