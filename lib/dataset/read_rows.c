/* Some rows and columns of a table of a commit, without the rest of it.
 *
 * Owns nothing beyond a call. Invariant: what is handed out is what reading the whole table and
 * taking a part of it gives: rows of CSV are read by themselves only where each is known to be one
 * line, and with the types that the whole column has; of other tables, the bytes that have them.
 */
#include "column/csv_known.h"
#include "column/table_part.h"
#include "column/table_select.h"
#include "dataset/dataset.h"
#include "file/file.h"

#include <mlops/dataset_read.h>

#include <string.h>

/* What is asked for. */
typedef struct asking {
    mlops__version version;
    mlops__facts facts;
    int64_t from, n;
    int64_t *columns; /* numbers */
    const char **names;
    mlops_type *types;
    int64_t n_columns;
    mlops_error *err;
} asking;

static mlops_status no_memory(asking *self) {
    return mlops__fail_nomem(self->err, self->version.arena.used);
}

/* ---- which ---- */

static mlops_status make_lists(asking *self, int64_t n) {
    mlops__arena *arena = &self->version.arena;
    self->n_columns = n;
    self->columns = mlops__arena_array(arena, (size_t)n + 1, sizeof *self->columns);
    self->names = mlops__arena_array(arena, (size_t)n + 1, sizeof *self->names);
    self->types = mlops__arena_array(arena, (size_t)n + 1, sizeof *self->types);
    return self->columns && self->names && self->types ? MLOPS_OK : no_memory(self);
}

static mlops_status choose_columns(asking *self, const char *list) {
    const char **names, **chosen;
    mlops_type *types;
    int64_t n;
    MLOPS_TRY(mlops__names_parse(&self->version.arena, list, &chosen, &n, self->err));
    MLOPS_TRY(mlops__facts_columns(&names, &types, &self->facts, &self->version.arena, self->err));
    MLOPS_TRY(make_lists(self, n ? n : self->facts.n_columns));
    for (int64_t i = 0; i < self->n_columns; i++) {
        int64_t k = n ? 0 : i;
        while (n && k < self->facts.n_columns && strcmp(names[k], chosen[i]) != 0) k++;
        if (k == self->facts.n_columns)
            return mlops__fail(self->err, MLOPS_E_SCHEMA, "'%s' has no column '%s'",
                               self->facts.path, chosen[i]);
        self->columns[i] = k;
        self->names[i] = names[k];
        self->types[i] = types[k];
    }
    return MLOPS_OK;
}

static mlops_status choose_rows(asking *self) {
    const mlops__facts *facts = &self->facts;
    if (!mlops__facts_is_table(facts))
        return mlops__fail(self->err, MLOPS_E_SCHEMA, "'%s' is a file and no table", facts->path);
    if (self->from < 0 || self->n < 0)
        return mlops__fail(self->err, MLOPS_E_INVALID,
                           "%lld rows from row %lld on are asked for; neither is below 0",
                           (long long)self->n, (long long)self->from);
    if (self->from > facts->n_rows)
        return mlops__fail(self->err, MLOPS_E_INVALID,
                           "row %lld is beyond the end: '%s' has %lld rows, counted from 0",
                           (long long)self->from, facts->path, (long long)facts->n_rows);
    if (self->n > facts->n_rows - self->from) self->n = facts->n_rows - self->from;
    return MLOPS_OK;
}

/* ---- reading ---- */

static mlops_status read_whole(asking *self, mlops_table **out) {
    mlops_table *whole;
    MLOPS_TRY(mlops__facts_table(&whole, &self->facts, self->version.store, NULL, self->err));
    mlops_status status = mlops__table_slice(out, whole, self->from, self->n, self->columns,
                                             self->n_columns, self->err);
    mlops_table_unref(whole);
    return status;
}

static mlops_status parse_cells(asking *self, const mlops__buf *text, mlops_csv_opts *opts,
                                mlops_table **out) {
    const mlops__csv_known known = {self->names, self->types, self->n_columns};
    const mlops_host lent = mlops__host_lend(mlops__store_host(self->version.store));
    opts->host = &lent;
    opts->flags = 0;
    opts->skip_lines = opts->rows_max = 0;
    MLOPS_TRY(mlops__table_parse_known(out, (const char *)text->data, text->size, opts, &known,
                                       self->err));
    if (mlops_table_n_rows(*out) == self->n) return MLOPS_OK;
    mlops_table_unref(*out);
    *out = NULL;
    return mlops__fail(self->err, MLOPS_E_CORRUPT, "the content of '%s' has other rows",
                       self->facts.path);
}

/* Behind a line that stands for the header: without it, an empty cell would be no row of a single
 * column. A byte order mark is none of the first cell's. */
static mlops_status read_cells(asking *self, mlops__content_cells *cells, int64_t ahead,
                               mlops_csv_opts *opts, mlops_table **out) {
    mlops__buf text;
    const mlops__cells_wanted wanted = {self->columns, self->n_columns, self->facts.n_columns,
                                        opts->delimiter ? (uint8_t)opts->delimiter[0] : ','};
    if (mlops__cells_rows(cells) != ahead + self->facts.n_rows) return MLOPS_END;
    if (self->from + ahead == 0) return MLOPS_END;
    mlops__buf_init(&text, &mlops__store_host(self->version.store)->allocator);
    for (int64_t i = 0; i < self->n_columns; i++) {
        mlops__buf_u8(&text, 'c');
        mlops__buf_u8(&text, i + 1 < self->n_columns ? wanted.delimiter : '\n');
    }
    mlops_status status =
        mlops__cells_spell(cells, ahead + self->from, self->n, &wanted, &text, self->err);
    if (!status) status = parse_cells(self, &text, opts, out);
    mlops__buf_free(&text);
    return status;
}

static mlops_status read_bytes(void *user, uint64_t at, void *out, size_t n, mlops_error *err) {
    const asking *self = user;
    int64_t size = 0;
    MLOPS_TRY(
        mlops__content_read(self->version.store, &self->facts.id, (int64_t)at, out, n, &size, err));
    if ((uint64_t)size >= at + n) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "the content of '%s' is shorter", self->facts.path);
}

/* MLOPS_END where all of it is wanted, or none of it is there yet. */
static mlops_status read_part(asking *self, mlops_table **out) {
    int64_t size = 0;
    if (self->n == self->facts.n_rows && self->n_columns == self->facts.n_columns) return MLOPS_END;
    mlops_status status =
        mlops__content_read(self->version.store, &self->facts.id, 0, NULL, 0, &size, self->err);
    if (status) return status == MLOPS_E_NOT_FOUND ? MLOPS_END : status;
    status = mlops__table_decode_part(out, read_bytes, self, (uint64_t)size, self->from, self->n,
                                      self->columns, self->n_columns,
                                      mlops__store_host(self->version.store), self->err);
    return mlops__fail_path(self->err, status, self->facts.path);
}

/* MLOPS_END if all of it is to be read. */
static mlops_status read_some(asking *self, mlops_table **out) {
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    mlops__content_cells *cells;
    mlops__record csv;
    mlops__arena *arena = &self->version.arena;
    mlops__bytes json = mlops__record_json(&self->facts.record, "csv");
    if (strcmp(self->facts.kind, "table") == 0) return read_part(self, out);
    if (strcmp(self->facts.kind, "csv") != 0 || json.size == 0) return MLOPS_END;
    MLOPS_TRY(mlops__record_parse(&csv, json, arena, self->err));
    MLOPS_TRY(mlops__facts_csv(&opts, &self->facts, arena, self->err));
    int64_t ahead = mlops__record_i64(&csv, "lines_ahead", -1);
    if (ahead < 0 || opts.rows_max) return MLOPS_END;
    mlops_status status =
        mlops__cells_open(&cells, self->version.store, &self->facts.id, self->err);
    if (!status) status = read_cells(self, cells, ahead, &opts, out);
    mlops__cells_close(cells);
    return status;
}

static mlops_status ask(asking *self, const char *path, const char *columns, mlops_table **out) {
    MLOPS_TRY(mlops__version_find(&self->version, path, &self->facts, self->err));
    MLOPS_TRY(choose_rows(self));
    MLOPS_TRY(choose_columns(self, columns));
    mlops_status status = read_some(self, out);
    return status == MLOPS_END ? read_whole(self, out) : status;
}

mlops_status mlops_dataset_rows(mlops_table **out, mlops_store *store, const char *dataset,
                                const char *ref, const char *path, int64_t from, int64_t n,
                                const char *columns, mlops_error *err) {
    asking self = {.from = from, .n = n, .err = err};
    *out = NULL;
    mlops_status status = mlops__version_open(&self.version, store, dataset, ref, err);
    if (!status) status = ask(&self, path, columns, out);
    mlops__version_close(&self.version);
    return status;
}
