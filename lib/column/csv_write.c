/* Tables as CSV text.
 *
 * Owns the choice of quotes and spellings. Invariant: a field is spelled so that the reader's own
 * rules give its value back: a text is quoted where without quotes it would be a null, a number, a
 * bool or more than one field; what cannot be spelled is an error, never another value.
 */
#include "column/csv_write.h"

#include "base/opts.h"
#include "column/csv_infer.h"
#include "column/names.h"
#include "column/table_inside.h"
#include "file/file.h"
#include "text/number.h"

#include <mlops/table_out.h>

#include <string.h>

typedef struct writer {
    mlops__buf *out;
    char delimiter;
    mlops__csv_nulls nulls;
    const char *null; /* how one is spelled */
    const char *nan;
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

static mlops_status choose_spellings(writer *self) {
    static const char *const nans[] = {"nan", "NaN", "NAN", "Nan", "naN", "nAn", "NAn", "nAN"};
    for (int64_t i = 0; i < self->nulls.n && !self->null; i++)
        if (!is_special(self, self->nulls.texts[i])) self->null = self->nulls.texts[i];
    for (size_t i = 0; i < sizeof nans / sizeof *nans && !self->nan; i++)
        if (!reads_as_null(self, nans[i])) self->nan = nans[i];
    if (self->null && self->nan) return MLOPS_OK;
    return mlops__fail(self->err, MLOPS_E_INVALID,
                       "mlops_csv_opts: nulls leaves no spelling for %s without quotes",
                       self->null ? "NaN" : "a null");
}

static mlops_status open_writer(writer *self, const mlops_csv_opts *opts) {
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
    return choose_spellings(self);
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

/* quoted: for each text of the column, whether it needs quotes. */
static mlops_status put_field(const writer *self, const mlops__column *column, int64_t row,
                              const uint8_t *quoted) {
    if (!mlops__column_valid(column, row) || column->type == MLOPS_TYPE_NULL) {
        mlops__buf_text(self->out, self->null);
        return MLOPS_OK;
    }
    if (column->type != MLOPS_TYPE_STRING) return put_number(self, column, row);
    int32_t code = ((const int32_t *)column->data)[row];
    if (quoted[code]) put_quoted(self->out, column->texts[code]);
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

static mlops_status find_quoted(writer *self, const mlops__column *column, uint8_t **out) {
    *out = mlops__arena_alloc(&self->arena, (size_t)column->n_texts);
    if (!*out) return mlops__fail_nomem(self->err, (size_t)column->n_texts);
    for (int64_t i = 0; i < column->n_texts; i++)
        (*out)[i] = (uint8_t)needs_quotes(self, column->texts[i]);
    return MLOPS_OK;
}

static mlops_status put_rows(writer *self, const mlops_table *table) {
    size_t n = (size_t)table->n_columns;
    uint8_t **quoted = mlops__arena_array(&self->arena, n, sizeof *quoted);
    if (!quoted) return mlops__fail_nomem(self->err, n * sizeof *quoted);
    for (size_t i = 0; i < n; i++) MLOPS_TRY(find_quoted(self, &table->columns[i], &quoted[i]));
    for (int64_t row = 0; row < table->n_rows && !self->out->status; row++) {
        for (size_t i = 0; i < n; i++) {
            if (i) mlops__buf_u8(self->out, (uint8_t)self->delimiter);
            MLOPS_TRY(put_field(self, &table->columns[i], row, quoted[i]));
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
    mlops_status status = open_writer(&w, &local);
    if (!status && !(local.flags & MLOPS_CSV_NO_HEADER)) put_header(&w, self);
    if (!status) status = put_rows(&w, self);
    mlops__arena_free(&w.arena);
    if (!status && out->status) status = mlops__fail_nomem(err, out->size);
    return status;
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
