/* Tables as CSV text.
 *
 * Owns the choice of quotes and spellings. Invariant: a field is spelled so that the reader's own
 * rules give its value back: a text is quoted where without quotes it would be a null, a number, a
 * bool or more than one field; what cannot be spelled is an error, never another value.
 */
#include "column/csv_write.h"

#include "base/opts.h"
#include "column/csv_infer.h"
#include "column/csv_types.h"
#include "column/names.h"
#include "column/table_inside.h"
#include "file/file.h"
#include "text/number.h"
#include "text/time.h"

#include <mlops/table_out.h>

#include <string.h>

typedef struct writer {
    mlops__buf *out;
    char delimiter;
    mlops__csv_nulls nulls;
    const char *null; /* how one is spelled */
    const char *nan;
    mlops__csv_type *given;
    int64_t n_given;
    char *time;         /* room for one */
    mlops__arena arena; /* for the spellings, and which texts are quoted */
    mlops_error *err;
} writer;

static int reads_as_null(const writer *self, const char *text) {
    mlops__csv_field field = mlops__csv_plain(text, strlen(text));
    return mlops__csv_is_null(&self->nulls, &field);
}

/* The text would be parted, or end, or begin as what a reader passes over. */
static int is_special(const writer *self, const char *text) {
    const char stops[] = {self->delimiter, '"', '\n', '\r', 0};
    return strpbrk(text, stops) || strncmp(text, "\xef\xbb\xbf", 3) == 0;
}

static int needs_quotes(const writer *self, const char *text) {
    mlops__csv_field field = mlops__csv_plain(text, strlen(text));
    return field.n == 0 || is_special(self, text) || mlops__csv_is_null(&self->nulls, &field) ||
           mlops__csv_type_of(&field) != MLOPS_TYPE_STRING;
}

/* Unless names are given, an empty line ahead of the first record is passed over: there a null is
 * spelled otherwise. */
static int begins_empty(const mlops_table *table, const mlops_csv_opts *opts) {
    int is_bare = opts->flags & MLOPS_CSV_NO_HEADER && !opts->names;
    if (!is_bare || table->n_columns != 1 || table->n_rows == 0) return 0;
    const mlops__column *column = &table->columns[0];
    return column->type == MLOPS_TYPE_NULL || !mlops__column_valid(column, 0);
}

static mlops_status choose_spellings(writer *self, int no_empty) {
    static const char *const nans[] = {"nan", "NaN", "NAN", "Nan", "naN", "nAn", "NAn", "nAN"};
    for (int64_t i = 0; i < self->nulls.n && !self->null; i++)
        if (!is_special(self, self->nulls.texts[i]) && !(no_empty && !*self->nulls.texts[i]))
            self->null = self->nulls.texts[i];
    for (size_t i = 0; i < sizeof nans / sizeof *nans && !self->nan; i++)
        if (!reads_as_null(self, nans[i])) self->nan = nans[i];
    if (self->null && self->nan) return MLOPS_OK;
    return mlops__fail(self->err, MLOPS_E_INVALID,
                       "mlops_csv_opts: nulls leaves no spelling for %s without quotes",
                       self->null ? "NaN" : "a null");
}

static mlops_status open_writer(writer *self, const mlops_csv_opts *opts, int no_empty) {
    const char *d = opts->delimiter ? opts->delimiter : ",";
    if (!mlops__csv_is_delimiter(d))
        return mlops__fail(self->err, MLOPS_E_INVALID,
                           "mlops_csv_opts: delimiter must be one ASCII character, but no quote or "
                           "line end");
    if (opts->flags & ~(uint32_t)MLOPS_CSV_NO_HEADER)
        return mlops__fail(self->err, MLOPS_E_INVALID, "mlops_csv_opts: flags 0x%x", opts->flags);
    self->delimiter = d[0];
    const char *const *nulls = mlops__csv_nulls_default;
    int64_t n = MLOPS__CSV_NULLS_DEFAULT;
    if (opts->nulls) {
        const char **texts = NULL;
        MLOPS_TRY(
            mlops__list_parse(&self->arena, opts->nulls, d[0], "nulls", &texts, &n, self->err));
        nulls = texts;
    }
    mlops__csv_nulls_init(&self->nulls, nulls, n);
    MLOPS_TRY(choose_spellings(self, no_empty));
    MLOPS_TRY(
        mlops__csv_types_parse(&self->arena, opts->types, &self->given, &self->n_given, self->err));
    size_t room = mlops__csv_time_room(opts->types ? opts->types : "");
    self->time = mlops__arena_alloc(&self->arena, room);
    return self->time ? MLOPS_OK : mlops__fail_nomem(self->err, room);
}

/* ---- fields ---- */

static void put_quoted(mlops__buf *out, const char *text) {
    mlops__buf_u8(out, '"');
    for (const char *p; (p = strchr(text, '"')); text = p + 1) {
        mlops__buf_put(out, text, (size_t)(p + 1 - text));
        mlops__buf_u8(out, '"');
    }
    mlops__buf_text(out, text);
    mlops__buf_u8(out, '"');
}

static mlops_status put_plain(const writer *self, const mlops__column *column, int64_t row,
                              const char *text, size_t n) {
    mlops__csv_field field = mlops__csv_plain(text, n);
    if (memchr(text, self->delimiter, n) || mlops__csv_is_null(&self->nulls, &field))
        return mlops__fail(
            self->err, MLOPS_E_INVALID,
            "column '%s', row %lld: with these options %s would not be read as it is", column->name,
            (long long)row, text);
    mlops__buf_put(self->out, text, n);
    return MLOPS_OK;
}

static mlops_status put_number(const writer *self, const mlops__column *column, int64_t row) {
    char text[MLOPS__NUMBER_MAX];
    size_t n;
    if (column->type == MLOPS_TYPE_BOOL) {
        const char *word = ((const uint8_t *)column->data)[row] ? "true" : "false";
        return put_plain(self, column, row, word, strlen(word));
    }
    if (column->type == MLOPS_TYPE_INT64) {
        int64_t value = ((const int64_t *)column->data)[row];
        n = mlops__format(text, sizeof text, "%lld", (long long)value);
        return put_plain(self, column, row, text, n);
    }
    double value = ((const double *)column->data)[row];
    if (value != value) return put_plain(self, column, row, self->nan, 3);
    n = mlops__format_f64(text, value);
    return put_plain(self, column, row, text, n);
}

static mlops_status put_time(const writer *self, const mlops__column *column, int64_t row,
                             const char *format) {
    int64_t value = ((const int64_t *)column->data)[row];
    if (!mlops__csv_time_spell(self->time, format, value)) {
        char iso[MLOPS__TIME_MAX];
        mlops__time_format(iso, value);
        return mlops__fail(self->err, MLOPS_E_INVALID,
                           "column '%s', row %lld: time(%s) would not give %s back", column->name,
                           (long long)row, format, iso);
    }
    if (is_special(self, self->time) || reads_as_null(self, self->time))
        put_quoted(self->out, self->time);
    else mlops__buf_text(self->out, self->time);
    return MLOPS_OK;
}

/* What a column is spelled by. */
typedef struct spelling {
    uint8_t *quoted;  /* for each text, whether it needs quotes */
    const char *time; /* as mlops__csv_type has it */
} spelling;

static mlops_status put_field(const writer *self, const mlops__column *column, int64_t row,
                              const spelling *by) {
    if (!mlops__column_valid(column, row) || column->type == MLOPS_TYPE_NULL) {
        mlops__buf_text(self->out, self->null);
        return MLOPS_OK;
    }
    if (by->time) return put_time(self, column, row, by->time);
    if (column->type != MLOPS_TYPE_STRING) return put_number(self, column, row);
    int32_t code = ((const int32_t *)column->data)[row];
    if (by->quoted[code]) put_quoted(self->out, column->texts[code]);
    else mlops__buf_text(self->out, column->texts[code]);
    return MLOPS_OK;
}

/* ---- lines ---- */

static void put_header(const writer *self, const mlops_table *table) {
    for (int64_t i = 0; i < table->n_columns; i++) {
        const char *name = table->columns[i].name;
        if (i) mlops__buf_u8(self->out, (uint8_t)self->delimiter);
        if (is_special(self, name)) put_quoted(self->out, name);
        else mlops__buf_text(self->out, name);
    }
    mlops__buf_u8(self->out, '\n');
}

static mlops_status choose_spelling(writer *self, const mlops__column *column, spelling *out) {
    const mlops__csv_type *given = mlops__csv_types_find(self->given, self->n_given, column->name);
    out->time = given && column->type == MLOPS_TYPE_INT64 ? given->time : NULL;
    out->quoted = mlops__arena_alloc(&self->arena, (size_t)column->n_texts);
    if (!out->quoted) return mlops__fail_nomem(self->err, (size_t)column->n_texts);
    for (int64_t i = 0; i < column->n_texts; i++)
        out->quoted[i] = (uint8_t)needs_quotes(self, column->texts[i]);
    return MLOPS_OK;
}

static mlops_status put_rows(writer *self, const mlops_table *table) {
    size_t n = (size_t)table->n_columns;
    spelling *by = mlops__arena_array(&self->arena, n, sizeof *by);
    if (!by) return mlops__fail_nomem(self->err, n * sizeof *by);
    for (size_t i = 0; i < n; i++) MLOPS_TRY(choose_spelling(self, &table->columns[i], &by[i]));
    for (int64_t row = 0; row < table->n_rows && !self->out->status; row++) {
        for (size_t i = 0; i < n; i++) {
            if (i) mlops__buf_u8(self->out, (uint8_t)self->delimiter);
            MLOPS_TRY(put_field(self, &table->columns[i], row, &by[i]));
        }
        mlops__buf_u8(self->out, '\n');
    }
    return MLOPS_OK;
}

mlops_status mlops__csv_write(const mlops_table *self, const mlops_csv_opts *opts, mlops__buf *out,
                              mlops_error *err) {
    mlops_csv_opts local;
    writer w = {0};
    w.out = out;
    w.err = err;
    MLOPS_TRY(mlops__opts_copy(&local, sizeof local, opts, "mlops_csv_opts", err));
    mlops__arena_init(&w.arena, &self->host.allocator, SIZE_MAX);
    mlops_status status = open_writer(&w, &local, begins_empty(self, &local));
    if (!status && !(local.flags & MLOPS_CSV_NO_HEADER)) put_header(&w, self);
    if (!status) status = put_rows(&w, self);
    mlops__arena_free(&w.arena);
    if (!status && out->status) status = mlops__fail_nomem(err, out->size);
    return status;
}

mlops_status mlops__csv_names(const mlops_table *self, const char *delimiter, mlops__buf *out,
                              mlops_error *err) {
    const writer w = {.out = out, .delimiter = delimiter ? delimiter[0] : ','};
    put_header(&w, self);
    if (out->status) return mlops__fail_nomem(err, out->size);
    out->data[out->size - 1] = 0; /* the line's end */
    return MLOPS_OK;
}

mlops_status mlops_table_write(const mlops_table *self, const char *path,
                               const mlops_csv_opts *opts, mlops_error *err) {
    mlops_csv_opts local;
    mlops__host host = self->host;
    mlops__buf text;
    if (!path) return mlops__fail(err, MLOPS_E_INVALID, "path is NULL");
    MLOPS_TRY(mlops__opts_copy(&local, sizeof local, opts, "mlops_csv_opts", err));
    if (local.host) MLOPS_TRY(mlops__host_init(&host, local.host, err));
    mlops__buf_init(&text, &self->host.allocator);
    mlops_status status = mlops__csv_write(self, &local, &text, err);
    if (!status) status = mlops__file_write(&host, path, text.data, text.size, err);
    mlops__buf_free(&text);
    return status;
}
