/* What is added to drafts: files, tables, and splits of tables.
 *
 * Owns bytes on their way to an entry. Invariant: an entry is put when all of it is there, so that
 * one that cannot be read, or has no such column, leaves the draft as it was.
 */
#include "base/opts.h"
#include "column/table_bytes.h"
#include "dataset/parts.h"
#include "dataset/source_file.h"
#include "dataset/split.h"
#include "file/container.h"
#include "file/file.h"
#include "profile/reference.h"
#include "text/utf8.h"

#include <string.h>

/* An entry that is made. */
typedef struct making {
    mlops_draft *draft;
    const char *path, *kind;
    const mlops_table *table; /* NULL: a file */
    mlops_draft_table_opts opts;
    mlops_csv_opts csv;
    mlops__blob *blobs[3];
    int is_again; /* columns that it has no more need not be there */
    mlops_error *err;
} making;

static const mlops__host *host_of(const mlops_draft *self) {
    return mlops__store_host(self->base.store);
}

/* ---- the JSON of an entry ---- */

static void put_columns(mlops__json_writer *out, const mlops_table *table) {
    mlops__json_name(out, "columns");
    mlops__json_open(out, '[');
    for (int64_t i = 0; i < mlops_table_n_columns(table); i++) {
        mlops__json_open(out, '{');
        mlops__record_put_text(out, "name", mlops_table_name(table, i));
        mlops__record_put_text(out, "type", mlops__type_name(mlops_table_type(table, i)));
        mlops__record_put_i64(out, "n_nulls", mlops_table_n_nulls(table, i));
        mlops__json_close(out, '}');
    }
    mlops__json_close(out, ']');
}

static void put_count(mlops__json_writer *out, const char *name, int64_t value) {
    if (value) mlops__record_put_i64(out, name, value);
}

/* What is the default is left out. */
static void put_csv(mlops__json_writer *out, const mlops_csv_opts *csv, const mlops_table *table) {
    mlops__json_name(out, "csv");
    mlops__json_open(out, '{');
    if (csv->flags & MLOPS_CSV_NO_HEADER) {
        mlops__json_name(out, "header");
        mlops__json_bool(out, 0);
    }
    mlops__record_put_text(out, "delimiter", csv->delimiter);
    mlops__record_put_text(out, "names", csv->names);
    mlops__record_put_text(out, "nulls", csv->nulls);
    mlops__record_put_text(out, "types", csv->types);
    put_count(out, "skip_lines", csv->skip_lines);
    put_count(out, "rows_max", csv->rows_max);
    put_count(out, "line_max", csv->line_max);
    if (mlops__table_lines_ahead(table) >= 0)
        mlops__record_put_i64(out, "lines_ahead", mlops__table_lines_ahead(table));
    mlops__json_close(out, '}');
}

void mlops__draft_head(mlops__json_writer *out, const char *path, const char *kind,
                       const mlops_id *id, int64_t size) {
    mlops__json_open(out, '{');
    mlops__record_put_text(out, "path", path);
    mlops__record_put_text(out, "kind", kind);
    mlops__record_put_id(out, "id", id);
    mlops__record_put_i64(out, "size", size);
}

static void write_entry(const making *self, mlops__buf *buf) {
    mlops__json_writer out;
    const mlops__blob *bytes = self->blobs[MLOPS__ROLE_BYTES];
    const mlops__blob *profile = self->blobs[MLOPS__ROLE_PROFILE];
    mlops__json_writer_init(&out, buf, 0);
    mlops__draft_head(&out, self->path, self->kind, &bytes->id, (int64_t)bytes->size);
    if (self->table) {
        mlops__record_put_i64(&out, "n_rows", mlops_table_n_rows(self->table));
        put_columns(&out, self->table);
        mlops__record_put_text(&out, "target", self->opts.target);
        mlops__record_put_text(&out, "time", self->opts.time);
        mlops__record_put_text(&out, "row_id", self->opts.row_id);
        mlops__record_put_id(&out, "profile", profile ? &profile->id : NULL);
    }
    if (!strcmp(self->kind, "csv")) put_csv(&out, &self->csv, self->table);
    mlops__json_close(&out, '}');
}

static mlops_status put_entry(making *self) {
    mlops__buf json;
    mlops__buf_init(&json, &host_of(self->draft)->allocator);
    write_entry(self, &json);
    return mlops__draft_put(self->draft, self->path, &json, self->blobs, self->err);
}

/* ---- files ---- */

static mlops_status read_file(const mlops_draft *self, const char *file, mlops__buf *out,
                              mlops_error *err) {
    mlops__file_view view;
    const mlops__host *host = host_of(self);
    mlops__buf_init(out, &host->allocator);
    MLOPS_TRY(mlops__file_open(&view, host, file, SIZE_MAX, 0, err));
    out->data = (uint8_t *)(uintptr_t)view.data; /* not mapped, so it is the heap's */
    out->size = out->cap = view.size;
    return MLOPS_OK;
}

mlops_status mlops__draft_put_source(mlops_draft *self, const char *path,
                                     const mlops__source *source, mlops__draft_judge *judge,
                                     void *user, mlops_error *err) {
    making m = {.draft = self, .path = path, .kind = "file", .err = err};
    mlops__blob **blob = &m.blobs[MLOPS__ROLE_BYTES];
    MLOPS_TRY(mlops__draft_blob_of(self, path, MLOPS__ROLE_BYTES, source, blob, err));
    mlops_status status = judge ? judge(user, source->size, &(*blob)->id) : MLOPS_OK;
    if (!status) return put_entry(&m);
    mlops__draft_blob_free(*blob);
    return status;
}

mlops_status mlops__draft_put_file(mlops_draft *self, const char *path, mlops__bytes bytes,
                                   mlops_error *err) {
    static const uint8_t none;
    const mlops__source source = {.size = bytes.size, .bytes = bytes.data ? bytes.data : &none};
    return mlops__draft_put_source(self, path, &source, NULL, NULL, err);
}

/* One that is not large is read whole, so that what is there already costs its hash alone. */
static mlops_status put_opened(mlops_draft *self, const char *path, mlops__source_file *file,
                               mlops_error *err) {
    mlops__file_view view;
    int64_t size = mlops__file_size(&file->host->io, file->number);
    const mlops__source source = {
        .size = (uint64_t)size, .read = mlops__source_file_read, .user = file};
    if (size >= MLOPS__SOURCE_LARGE && (uint64_t)size <= SIZE_MAX)
        return mlops__draft_put_source(self, path, &source, NULL, NULL, err);
    MLOPS_TRY(mlops__file_view_of(&view, file->host, file->number, file->path, SIZE_MAX, 0, err));
    mlops_status status =
        mlops__draft_put_file(self, path, (mlops__bytes){view.data, view.size}, err);
    mlops__file_close(&view, file->host);
    return status;
}

mlops_status mlops_draft_add_file(mlops_draft *self, const char *path, const char *file,
                                  mlops_error *err) {
    MLOPS_TRY(mlops__draft_check(self, path, err));
    if (!file) return mlops__fail(err, MLOPS_E_INVALID, "path is NULL");
    const mlops__host *host = host_of(self);
    mlops__source_file f = {host, mlops__file_number(&host->io, file, MLOPS_IO_READ), file};
    if (f.number < 0) return mlops__fail_os(err, f.number, "cannot open", file);
    mlops_status status = put_opened(self, path, &f, err);
    mlops__file_end(&host->io, f.number); /* nothing was written, so nothing can be lost */
    return status;
}

mlops_status mlops_draft_add_bytes(mlops_draft *self, const char *path, const void *bytes, size_t n,
                                   mlops_error *err) {
    MLOPS_TRY(mlops__draft_check(self, path, err));
    if (n && !bytes) return mlops__fail(err, MLOPS_E_INVALID, "%zu bytes at NULL", n);
    return mlops__draft_put_file(self, path, (mlops__bytes){bytes, n}, err);
}

/* ---- tables ---- */

static mlops_status check_column(const making *self, const char *what, const char *name) {
    char hint[MLOPS__HINT];
    if (!name || mlops_table_find(self->table, name) >= 0) return MLOPS_OK;
    return mlops__fail(self->err, MLOPS_E_SCHEMA,
                       "the table has no column '%s', which is given as %s%s", name, what,
                       mlops__table_hint(self->table, hint));
}

static mlops_status check_columns(const making *self) {
    MLOPS_TRY(check_column(self, "target", self->opts.target));
    MLOPS_TRY(check_column(self, "time", self->opts.time));
    return check_column(self, "row_id", self->opts.row_id);
}

/* The file that mlops_reference_save() would write. */
static mlops_status write_profile(const mlops_reference *reference, mlops__buf *out) {
    mlops__buf payload;
    mlops__buf_init(&payload, out->allocator);
    mlops_status status = mlops__reference_payload(reference, &payload);
    mlops__section section = {MLOPS__KIND_REFERENCE, 0, payload.data, payload.size};
    if (!status)
        status = mlops__container_write(out, MLOPS__KIND_REFERENCE, &section, 1,
                                        mlops__sha256_blocks_scalar);
    mlops__buf_free(&payload);
    return status;
}

/* A table without rows has no profile. */
static mlops_status make_profile(making *self) {
    mlops_reference *reference;
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    const mlops_host lent = mlops__host_lend(host_of(self->draft));
    mlops__buf bytes;
    if (mlops_table_n_rows(self->table) == 0) return MLOPS_OK;
    opts.host = &lent;
    MLOPS_TRY(mlops_reference_new(&reference, self->table, &opts, self->err));
    mlops__buf_init(&bytes, &host_of(self->draft)->allocator);
    mlops_status status = write_profile(reference, &bytes);
    mlops_reference_unref(reference);
    if (status) {
        mlops__buf_free(&bytes);
        if (status == MLOPS_E_NOMEM) return mlops__fail_nomem(self->err, bytes.size);
        return mlops__fail(self->err, status, "the profile would be larger than 4 GiB");
    }
    status = mlops__draft_blob(self->draft, self->path, MLOPS__ROLE_PROFILE,
                               (mlops__bytes){bytes.data, bytes.size},
                               &self->blobs[MLOPS__ROLE_PROFILE], self->err);
    mlops__buf_free(&bytes);
    return status;
}

static void drop_column(const making *self, const char **name) {
    if (*name && mlops_table_find(self->table, *name) < 0) *name = NULL;
}

static void drop_columns(making *self) {
    drop_column(self, &self->opts.target);
    drop_column(self, &self->opts.time);
    drop_column(self, &self->opts.row_id);
}

static mlops_status put_bytes(making *self, mlops__bytes bytes) {
    if (self->is_again) drop_columns(self);
    MLOPS_TRY(check_columns(self));
    return mlops__draft_blob(self->draft, self->path, MLOPS__ROLE_BYTES, bytes,
                             &self->blobs[MLOPS__ROLE_BYTES], self->err);
}

static mlops_status put_table(making *self) {
    mlops_status status = make_profile(self);
    if (!status) return put_entry(self);
    mlops__draft_blob_free(self->blobs[MLOPS__ROLE_BYTES]);
    return status;
}

static mlops_status begin_table(making *self, mlops_draft *draft, const char *path,
                                const char *kind, const mlops_draft_table_opts *opts,
                                mlops_error *err) {
    memset(self, 0, sizeof *self);
    self->draft = draft;
    self->path = path;
    self->kind = kind;
    self->err = err;
    MLOPS_TRY(mlops__draft_check(draft, path, err));
    MLOPS_TRY(
        mlops__opts_copy(&self->opts, sizeof self->opts, opts, "mlops_draft_table_opts", err));
    if (self->opts.flags)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_draft_table_opts: flags 0x%x",
                           self->opts.flags);
    return mlops__opts_copy(&self->csv, sizeof self->csv, self->opts.csv, "mlops_csv_opts", err);
}

mlops_status mlops_draft_add_table(mlops_draft *self, const char *path, const mlops_table *table,
                                   const mlops_draft_table_opts *opts, mlops_error *err) {
    making m;
    mlops__buf bytes;
    if (!table) return mlops__fail(err, MLOPS_E_INVALID, "the table is NULL");
    MLOPS_TRY(begin_table(&m, self, path, "table", opts, err));
    m.table = table;
    mlops__buf_init(&bytes, &host_of(self)->allocator);
    mlops__table_encode(table, &bytes);
    mlops_status status = bytes.status;
    if (status == MLOPS_E_NOMEM) mlops__fail_nomem(err, bytes.size);
    else if (status) mlops__fail(err, status, "a text of the table has 4 GiB or more");
    if (!status) status = put_bytes(&m, (mlops__bytes){bytes.data, bytes.size});
    mlops__buf_free(&bytes); /* ahead of what profiles take */
    return status ? status : put_table(&m);
}

static mlops_status check_utf8(const char *what, const char *text, mlops_error *err) {
    if (!text || mlops__utf8_check(text, strlen(text)) == strlen(text)) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID, "mlops_csv_opts: %s is no UTF-8", what);
}

static mlops_status put_csv_table(making *self, mlops__bytes bytes, const char *file) {
    mlops_csv_opts opts = self->csv;
    const mlops_host lent = mlops__host_lend(host_of(self->draft));
    mlops_table *table;
    opts.host = &lent;
    mlops_status status =
        mlops_table_parse(&table, (const char *)bytes.data, bytes.size, &opts, self->err);
    if (status) return mlops__fail_path(self->err, status, file);
    self->table = table;
    status = put_bytes(self, bytes);
    if (!status) status = put_table(self);
    mlops_table_unref(table);
    return status;
}

static mlops_status begin_csv(making *self, mlops_draft *draft, const char *path,
                              const mlops_draft_table_opts *opts, mlops_error *err) {
    MLOPS_TRY(begin_table(self, draft, path, "csv", opts, err));
    MLOPS_TRY(check_utf8("names", self->csv.names, err));
    MLOPS_TRY(check_utf8("types", self->csv.types, err));
    return check_utf8("nulls", self->csv.nulls, err);
}

mlops_status mlops_draft_add_csv(mlops_draft *self, const char *path, const char *file,
                                 const mlops_draft_table_opts *opts, mlops_error *err) {
    making m;
    mlops__buf bytes;
    MLOPS_TRY(begin_csv(&m, self, path, opts, err));
    MLOPS_TRY(read_file(self, file, &bytes, err));
    mlops_status status = put_csv_table(&m, (mlops__bytes){bytes.data, bytes.size}, file);
    mlops__buf_free(&bytes);
    return status;
}

mlops_status mlops__draft_put_csv(mlops_draft *self, const char *path, mlops__bytes bytes,
                                  const char *file, const mlops_draft_table_opts *opts,
                                  mlops_error *err) {
    making m;
    MLOPS_TRY(begin_csv(&m, self, path, opts, err));
    return put_csv_table(&m, bytes, file);
}

/* ---- splits ---- */

static const char *const split_names[] = {"random", "stratified", "time"};

static mlops_status check_split(const mlops_split_opts *opts, mlops_error *err) {
    if (opts->flags || opts->reserved)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_split_opts: flags or reserved is not 0");
    if ((uint32_t)opts->kind > MLOPS_SPLIT_TIME)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_split_opts: kind %d", (int)opts->kind);
    if (!(opts->share > 0) || !(opts->share < 1))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_split_opts: share must lie between 0 and 1");
    if (opts->kind == MLOPS_SPLIT_RANDOM && opts->column)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_split_opts: a random split has no column");
    return MLOPS_OK;
}

static mlops_status choose_column(mlops_split_opts *opts, const mlops__facts *facts,
                                  const mlops_table *table, const mlops__column **out,
                                  mlops_error *err) {
    *out = NULL;
    if (opts->kind == MLOPS_SPLIT_RANDOM) return MLOPS_OK;
    int by_time = opts->kind == MLOPS_SPLIT_TIME;
    if (!opts->column) opts->column = by_time ? facts->time : facts->target;
    if (!opts->column)
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "'%s' has no %s column; mlops_split_opts: column names one", facts->path,
                           by_time ? "time" : "target");
    *out = mlops__table_column(table, mlops_table_find(table, opts->column));
    if (*out) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_SCHEMA, "'%s' has no column '%s'", facts->path, opts->column);
}

/* The bits of the rows that are held out. */
static mlops_status draw(mlops_split_opts *opts, const mlops__facts *facts,
                         const mlops_table *table, mlops__buf *bits, int64_t *n, mlops_error *err) {
    mlops__draw plan = {opts->kind, opts->share, (uint64_t)opts->seed, NULL, facts->n_rows};
    MLOPS_TRY(choose_column(opts, facts, table, &plan.column, err));
    if (opts->kind == MLOPS_SPLIT_TIME)
        MLOPS_TRY(mlops__times_check(plan.column, opts->column, facts->n_rows, err));
    mlops__buf_zero(bits, (size_t)(facts->n_rows / 8 + (facts->n_rows % 8 != 0)));
    if (bits->status) return mlops__fail_nomem(err, bits->size);
    mlops_status status = mlops__draw_rows(&plan, bits->allocator, bits->data, n);
    if (status == MLOPS_E_NOMEM) return mlops__fail_nomem(err, (size_t)facts->n_rows * 8);
    if (status) return mlops__fail(err, status, "'%s' has too many values", opts->column);
    if (*n > 0 && *n < facts->n_rows) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID, "of the %lld rows of '%s' this would hold out %s",
                       (long long)facts->n_rows, facts->path, *n ? "all" : "none");
}

/* The entry as it was, but for its split. */
static void write_split(mlops__buf *buf, const mlops__facts *facts, const mlops_split_opts *opts,
                        int64_t n, const mlops_id *rows) {
    mlops__json_writer out;
    mlops__json_writer_init(&out, buf, 0);
    mlops__json_open(&out, '{');
    mlops__record_put_except(&out, &facts->record, "split");
    mlops__json_name(&out, "split");
    mlops__json_open(&out, '{');
    mlops__record_put_text(&out, "kind", split_names[opts->kind]);
    mlops__record_put_f64(&out, "share", opts->share);
    mlops__record_put_i64(&out, "seed", opts->seed);
    mlops__record_put_text(&out, "column", opts->column);
    mlops__record_put_i64(&out, "n_held_out", n);
    mlops__record_put_id(&out, "rows", rows);
    mlops__json_close(&out, '}');
    mlops__json_close(&out, '}');
}

mlops_status mlops__draft_table(const mlops_draft *self, const mlops__entry *entry,
                                const mlops__facts *facts, mlops_table **out, mlops_error *err) {
    const mlops__blob *waits = entry->blobs[MLOPS__ROLE_BYTES];
    if (!waits || waits->is_kept || !mlops__facts_is_table(facts))
        return mlops__facts_table(out, facts, self->base.store, self->change, err);
    return mlops__facts_parse(out, facts, waits->bytes.data, waits->bytes.size, host_of(self), err);
}

static mlops_status put_split(mlops_draft *self, mlops__entry *entry, const mlops__facts *facts,
                              mlops_split_opts *opts, mlops_error *err) {
    mlops__buf bits, json;
    mlops_table *table;
    mlops__blob *rows;
    int64_t n = 0;
    MLOPS_TRY(mlops__draft_table(self, entry, facts, &table, err));
    mlops__buf_init(&bits, &host_of(self)->allocator);
    mlops_status status = draw(opts, facts, table, &bits, &n, err);
    mlops_table_unref(table);
    if (status) {
        mlops__buf_free(&bits);
        return status;
    }
    status = mlops__draft_blob(self, entry->path, MLOPS__ROLE_ROWS,
                               (mlops__bytes){bits.data, bits.size}, &rows, err);
    mlops__buf_free(&bits);
    if (status) return status;
    mlops__buf_init(&json, &host_of(self)->allocator);
    write_split(&json, facts, opts, n, &rows->id);
    const char *text = NULL;
    if (!json.status)
        text = mlops__arena_text(&self->base.arena, (const char *)json.data, json.size);
    if (text) {
        mlops__entry_drop(entry, MLOPS__ROLE_ROWS);
        entry->blobs[MLOPS__ROLE_ROWS] = rows;
        entry->json = (mlops__bytes){(const uint8_t *)text, json.size};
    } else {
        mlops__draft_blob_free(rows);
        status = mlops__fail_nomem(err, json.size);
    }
    mlops__buf_free(&json);
    return status;
}

mlops_status mlops_draft_split(mlops_draft *self, const char *path, const mlops_split_opts *opts,
                               mlops_error *err) {
    mlops_split_opts local;
    mlops__facts facts;
    MLOPS_TRY(mlops__draft_check(self, path, err));
    MLOPS_TRY(mlops__opts_copy(&local, sizeof local, opts, "mlops_split_opts", err));
    if (local.share == 0) local.share = 0.2;
    MLOPS_TRY(check_split(&local, err));
    MLOPS_TRY(mlops__version_find(&self->base, path, &facts, err));
    return put_split(self, mlops__tree_find(&self->base.tree, path), &facts, &local, err);
}

mlops_status mlops__draft_split_as(mlops_draft *self, const char *path, const mlops__record *split,
                                   mlops_error *err) {
    enum { KINDS = sizeof split_names / sizeof *split_names };
    mlops_split_opts opts = MLOPS_SPLIT_OPTS_INIT;
    const char *kind = mlops__record_text(split, "kind");
    uint32_t i = 0;
    while (i < KINDS && (!kind || strcmp(kind, split_names[i]) != 0)) i++;
    opts.kind = (mlops_split)i;
    opts.share = mlops__record_f64(split, "share", 0);
    opts.seed = mlops__record_i64(split, "seed", 0);
    opts.column = mlops__record_text(split, "column");
    if (i == KINDS) return mlops__fail(err, MLOPS_E_CORRUPT, "'%s' has a split of no kind", path);
    return mlops_draft_split(self, path, &opts, err);
}

/* ---- in the place of a table ---- */

static int is_misfit(mlops_status status) {
    return status == MLOPS_E_PARSE || status == MLOPS_E_SCHEMA || status == MLOPS_E_INVALID ||
           status == MLOPS_E_LIMIT;
}

/* As far as the rows allow it. */
static mlops_status divide_again(mlops_draft *self, const mlops__facts *was, mlops_error *err) {
    mlops__arena *arena = &self->base.arena;
    mlops__record split;
    mlops__parts_kept kept;
    mlops_status status = MLOPS_OK;
    if (was->has_split) {
        MLOPS_TRY(
            mlops__record_parse(&split, mlops__record_json(&was->record, "split"), arena, err));
        status = mlops__draft_split_as(self, was->path, &split, err);
    }
    if (status && !is_misfit(status)) return status;
    if (!mlops__record_find(&was->record, "parts")) return MLOPS_OK;
    MLOPS_TRY(mlops__parts_read(&kept, was, arena, err));
    status = mlops__draft_divide_as(self, was->path, &kept.rule, err);
    return is_misfit(status) ? MLOPS_OK : status;
}

/* What came as a table, and not as CSV, is CSV from here on: that of a checkout, say, whose columns
 * have the types that they had. */
mlops_status mlops__draft_put_again(mlops_draft *self, const mlops__facts *was, mlops__bytes bytes,
                                    mlops_error *err) {
    making m;
    mlops__buf types;
    mlops_csv_opts csv = MLOPS_CSV_OPTS_INIT;
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    mlops__buf_init(&types, self->base.arena.allocator);
    MLOPS_TRY(mlops__facts_csv(&csv, was, &self->base.arena, err));
    mlops_status status = MLOPS_OK;
    if (strcmp(was->kind, "table") == 0) {
        status = mlops__facts_types(was, NULL, &self->base.arena, &types, err);
        csv.types = types.size > 1 ? (const char *)types.data : NULL;
    }
    opts.csv = &csv;
    opts.target = was->target;
    opts.time = was->time;
    opts.row_id = was->row_id;
    if (!status) status = begin_csv(&m, self, was->path, &opts, err);
    m.is_again = 1;
    if (!status) status = put_csv_table(&m, bytes, was->path);
    mlops__buf_free(&types);
    if (status) return is_misfit(status) ? MLOPS_END : status;
    return divide_again(self, was, err);
}
