/* A table as bytes, and back.
 *
 * Owns nothing but the table while it is read. Invariant: what is written follows from names, types
 * and values alone, and what is read, written again, gives the same bytes; no memory is asked for
 * before the bytes that it is for have been seen.
 */
#include "column/table_bytes.h"

#include "base/cursor.h"
#include "column/table_inside.h"
#include "text/utf8.h"

#include <string.h>

enum { VERSION = 1, PART = 8, MAGIC_SIZE = 8, COLUMN_MIN = 24 /* bytes of a head and a name */ };

static const char MAGIC[] = "MLOPSTBL";

static size_t code_width(int64_t n_texts) {
    if (n_texts <= 256) return 1;
    return n_texts <= 65536 ? 2 : 4;
}

static size_t bits_size(int64_t n_rows) { return (size_t)(n_rows / 8) + (n_rows % 8 != 0); }

/* ---- writing ---- */

static void put_bits(mlops__buf *out, const uint8_t *values, int64_t n_rows) {
    uint8_t *bits = mlops__buf_extend(out, bits_size(n_rows));
    if (!bits) return;
    memset(bits, 0, bits_size(n_rows));
    for (int64_t i = 0; i < n_rows; i++) bits[i >> 3] |= (uint8_t)((values[i] != 0) << (i & 7));
}

static void put_numbers(mlops__buf *out, const mlops__column *column) {
    size_t bytes;
    int fits = mlops__mul((size_t)column->n_rows, PART, &bytes);
    uint8_t *p = mlops__buf_extend(out, fits ? bytes : SIZE_MAX);
    const int64_t *whole = column->data;
    const double *real = column->data;
    if (!p) return;
    for (int64_t i = 0; i < column->n_rows; i++, p += PART) {
        uint64_t bits;
        if (column->type == MLOPS_TYPE_INT64) {
            bits = (uint64_t)whole[i];
        } else {
            double value = real[i] == real[i] ? real[i] : mlops__not_a_number();
            memcpy(&bits, &value, sizeof bits);
        }
        mlops__store_u64(p, bits);
    }
}

static void put_codes(mlops__buf *out, const mlops__column *column) {
    const int32_t *codes = column->data;
    size_t width = code_width(column->n_texts), bytes;
    int fits = mlops__mul((size_t)column->n_rows, width, &bytes);
    uint8_t *p = mlops__buf_extend(out, fits ? bytes : SIZE_MAX);
    if (!p) return;
    for (int64_t i = 0; i < column->n_rows; i++, p += width) {
        uint32_t code = codes[i] < 0 ? 0 : (uint32_t)codes[i];
        for (size_t k = 0; k < width; k++) p[k] = (uint8_t)(code >> 8 * k);
    }
}

static void put_texts(mlops__buf *out, const mlops__column *column) {
    mlops__buf_u32(out, (uint32_t)column->n_texts);
    mlops__buf_u32(out, 0);
    for (int64_t i = 0; i < column->n_texts; i++) {
        size_t n = strlen(column->texts[i]);
        if ((uint64_t)n > UINT32_MAX && !out->status) out->status = MLOPS_E_LIMIT;
        mlops__buf_u32(out, (uint32_t)n);
    }
    mlops__buf_align(out, PART);
    for (int64_t i = 0; i < column->n_texts; i++) mlops__buf_text(out, column->texts[i]);
    mlops__buf_align(out, PART);
    put_codes(out, column);
}

static void put_head(mlops__buf *out, const mlops__column *column) {
    mlops__buf_u32(out, (uint32_t)column->type);
    mlops__buf_u32(out, (uint32_t)strlen(column->name));
    mlops__buf_i64(out, column->n_nulls);
    mlops__buf_text(out, column->name);
    mlops__buf_align(out, PART);
}

static void put_values(mlops__buf *out, const mlops__column *column) {
    if (column->type == MLOPS_TYPE_NULL) return;
    if (column->n_nulls) mlops__buf_put(out, column->validity, bits_size(column->n_rows));
    mlops__buf_align(out, PART);
    if (column->type == MLOPS_TYPE_BOOL) put_bits(out, column->data, column->n_rows);
    else if (column->type == MLOPS_TYPE_STRING) put_texts(out, column);
    else put_numbers(out, column);
    mlops__buf_align(out, PART);
}

void mlops__table_encode(const mlops_table *self, mlops__buf *out) {
    mlops__buf_put(out, MAGIC, MAGIC_SIZE);
    mlops__buf_u32(out, VERSION);
    mlops__buf_u32(out, (uint32_t)self->n_columns);
    mlops__buf_i64(out, self->n_rows);
    for (int64_t i = 0; i < self->n_columns; i++) put_head(out, &self->columns[i]);
    for (int64_t i = 0; i < self->n_columns && !out->status; i++)
        put_values(out, &self->columns[i]);
}

/* ---- reading ---- */

/* One column while it is read. */
typedef struct source {
    mlops__cursor *from;
    mlops__column_store *store;
    int64_t n_rows;
    int64_t n_nulls;
    const uint8_t *validity; /* NULL: no nulls */
    mlops_error *err;
} source;

static mlops_status refuse(mlops_error *err, size_t offset, const char *problem) {
    return mlops__fail_at(err, MLOPS_E_CORRUPT, 0, 0, (int64_t)offset, "this is no table: %s",
                          problem);
}

static mlops_status bad(const source *self, const char *problem) {
    return refuse(self->err, self->from->offset, problem);
}

static int is_present(const source *self, int64_t row) {
    return !self->validity || (self->validity[row >> 3] >> (row & 7) & 1);
}

/* Zeroes up to the next part. */
static int end_part(mlops__cursor *from) {
    size_t n = (PART - from->offset % PART) % PART;
    const uint8_t *p = mlops__cursor_take(from, n);
    for (size_t i = 0; p && i < n; i++)
        if (p[i]) return 0;
    return p != NULL || n == 0;
}

/* Bits of all rows, of which none beyond is set. */
static const uint8_t *take_bits(const source *self) {
    const uint8_t *bits = mlops__cursor_array(self->from, bits_size(self->n_rows), 1);
    int used = (int)(self->n_rows % 8);
    if (!bits || (used && bits[self->n_rows / 8] >> used)) return NULL;
    return end_part(self->from) ? bits : NULL;
}

static mlops_status take_validity(source *self) {
    int64_t n = 0;
    if (self->n_nulls == 0) return MLOPS_OK;
    self->validity = take_bits(self);
    if (!self->validity) return bad(self, "bits of validity are missing, or too many");
    for (int64_t i = 0; i < self->n_rows; i++) n += !is_present(self, i);
    return n == self->n_nulls ? MLOPS_OK : bad(self, "its count of nulls is another");
}

static mlops_status make_room(const source *self, mlops_type type) {
    MLOPS_TRY(mlops__column_store_reserve(self->store, self->n_rows));
    return mlops__column_store_begin(self->store, type);
}

static mlops_status take_bools(const source *self) {
    const uint8_t *bits = take_bits(self);
    if (!bits) return bad(self, "bits are missing, or too many");
    MLOPS_TRY(make_room(self, MLOPS_TYPE_BOOL));
    for (int64_t i = 0; i < self->n_rows; i++) {
        int value = bits[i >> 3] >> (i & 7) & 1;
        if (is_present(self, i)) mlops__column_store_bool(self->store, value);
        else if (value) return bad(self, "a null has a value");
        else MLOPS_TRY(mlops__column_store_null(self->store));
    }
    return MLOPS_OK;
}

static mlops_status take_whole(const source *self) {
    const uint8_t *p = mlops__cursor_array(self->from, (uint64_t)self->n_rows, PART);
    if (!p) return bad(self, "numbers are missing");
    MLOPS_TRY(make_room(self, MLOPS_TYPE_INT64));
    for (int64_t i = 0; i < self->n_rows; i++, p += PART) {
        int64_t value = (int64_t)mlops__load_u64(p);
        if (is_present(self, i)) mlops__column_store_i64(self->store, value);
        else if (value) return bad(self, "a null has a value");
        else MLOPS_TRY(mlops__column_store_null(self->store));
    }
    return MLOPS_OK;
}

static mlops_status take_real(const source *self) {
    const double nan = mlops__not_a_number();
    const uint8_t *p = mlops__cursor_array(self->from, (uint64_t)self->n_rows, PART);
    uint64_t nan_bits;
    memcpy(&nan_bits, &nan, sizeof nan_bits);
    if (!p) return bad(self, "numbers are missing");
    MLOPS_TRY(make_room(self, MLOPS_TYPE_FLOAT64));
    for (int64_t i = 0; i < self->n_rows; i++, p += PART) {
        double value = mlops__load_f64(p);
        int is_nan = mlops__load_u64(p) == nan_bits;
        if (value != value && !is_nan) return bad(self, "a NaN of another kind");
        if (is_present(self, i)) mlops__column_store_f64(self->store, value);
        else if (!is_nan) return bad(self, "a null has a value");
        else MLOPS_TRY(mlops__column_store_null(self->store));
    }
    return MLOPS_OK;
}

static mlops_status take_dictionary(const source *self, uint32_t n_texts) {
    mlops__cursor *from = self->from;
    const uint8_t *sizes = mlops__cursor_array(from, n_texts, sizeof(uint32_t));
    if (!sizes || !end_part(from)) return bad(self, "sizes of texts are missing");
    for (uint32_t i = 0; i < n_texts; i++) {
        size_t n = mlops__load_u32(sizes + 4 * (size_t)i);
        const char *text = (const char *)mlops__cursor_take(from, n);
        int32_t code = -1;
        if (!text) return bad(self, "texts are missing");
        if (mlops__utf8_check(text, n) < n || memchr(text, 0, n))
            return bad(self, "a text is no UTF-8, or has a NUL");
        MLOPS_TRY(mlops__dictionary_add(&self->store->dictionary, text, n, &code));
        if (code != (int32_t)i) return bad(self, "a text comes twice");
    }
    return end_part(from) ? MLOPS_OK : bad(self, "texts are missing");
}

static uint32_t load_code(const uint8_t *p, size_t width) {
    if (width == 1) return *p;
    return width == 2 ? mlops__load_u16(p) : mlops__load_u32(p);
}

static mlops_status take_texts(const source *self) {
    uint32_t n_texts = mlops__cursor_u32(self->from), zero = mlops__cursor_u32(self->from),
             seen = 0;
    if (self->from->failed || zero || n_texts > INT32_MAX)
        return bad(self, "the number of texts is missing, or too large");
    if ((uint64_t)self->n_rows > mlops__cursor_left(self->from))
        return bad(self, "numbers of texts are missing");
    MLOPS_TRY(make_room(self, MLOPS_TYPE_STRING));
    MLOPS_TRY(take_dictionary(self, n_texts));
    size_t width = code_width(n_texts);
    const uint8_t *p = mlops__cursor_array(self->from, (uint64_t)self->n_rows, width);
    if (!p || !end_part(self->from)) return bad(self, "numbers of texts are missing");
    for (int64_t i = 0; i < self->n_rows; i++, p += width) {
        uint32_t code = load_code(p, width);
        if (!is_present(self, i)) {
            if (code) return bad(self, "a null has a value");
            MLOPS_TRY(mlops__column_store_null(self->store));
            continue;
        }
        if (code > seen || code >= n_texts) return bad(self, "texts are out of order");
        seen += code == seen;
        mlops__column_store_code(self->store, (int32_t)code);
    }
    return seen == n_texts ? MLOPS_OK : bad(self, "no row has one of the texts");
}

static mlops_status take_column(source *self, uint32_t type) {
    if (type == MLOPS_TYPE_NULL) {
        if (self->n_nulls != self->n_rows) return bad(self, "its count of nulls is another");
        self->store->cap = self->store->n = self->store->n_nulls = self->n_rows;
        return MLOPS_OK;
    }
    MLOPS_TRY(take_validity(self));
    switch (type) {
    case MLOPS_TYPE_BOOL: return take_bools(self);
    case MLOPS_TYPE_INT64: return take_whole(self);
    case MLOPS_TYPE_FLOAT64: return take_real(self);
    default: return take_texts(self);
    }
}

typedef struct head {
    uint32_t type;
    size_t name_size;
    const uint8_t *name;
    int64_t n_nulls;
} head;

static mlops_status take_head(mlops__cursor *from, int64_t n_rows, head *out, mlops_error *err) {
    out->type = mlops__cursor_u32(from);
    out->name_size = mlops__cursor_u32(from);
    out->n_nulls = mlops__cursor_i64(from);
    out->name = mlops__cursor_take(from, out->name_size);
    if (!out->name || !end_part(from)) return refuse(err, from->offset, "a column is missing");
    if (out->type > MLOPS_TYPE_STRING) return refuse(err, from->offset, "a type is unknown");
    if (out->n_nulls < 0 || out->n_nulls > n_rows)
        return refuse(err, from->offset, "its count of nulls is another");
    if (memchr(out->name, 0, out->name_size)) return refuse(err, from->offset, "a name has a NUL");
    return MLOPS_OK;
}

/* Heads are read twice: for the names, and beside the values. */
static mlops_status take_names(mlops_table *self, mlops__cursor *from, uint32_t n_columns,
                               mlops_error *err) {
    for (uint32_t i = 0; i < n_columns; i++) {
        head h;
        MLOPS_TRY(take_head(from, self->n_rows, &h, err));
        MLOPS_TRY(
            mlops__table_add_name(self, (const char *)h.name, h.name_size, MLOPS_E_CORRUPT, err));
    }
    return mlops__table_make_stores(self, err);
}

static mlops_status take_columns(mlops_table *self, mlops__cursor heads, mlops__cursor *values,
                                 mlops_error *err) {
    for (int64_t i = 0; i < self->n_columns; i++) {
        head h;
        MLOPS_TRY(take_head(&heads, self->n_rows, &h, err));
        source column = {values, &self->stores[i], self->n_rows, h.n_nulls, NULL, err};
        mlops_status status = take_column(&column, h.type);
        if (status < 0) return mlops__meter_judge(&self->meter, status, err);
    }
    if (mlops__cursor_left(values)) return refuse(err, values->offset, "bytes follow it");
    return mlops__table_finish(self, self->n_rows, err);
}

static mlops_status take_table(mlops_table *self, mlops__cursor *from, mlops_error *err) {
    const uint8_t *magic = mlops__cursor_take(from, MAGIC_SIZE);
    uint32_t version = mlops__cursor_u32(from), n_columns = mlops__cursor_u32(from);
    self->n_rows = mlops__cursor_i64(from);
    if (!magic || memcmp(magic, MAGIC, MAGIC_SIZE) != 0)
        return refuse(err, 0, "it begins with other bytes");
    if (!from->failed && version != VERSION)
        return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                           "a table of version %u, which is later than %d", version, VERSION);
    if (from->failed || self->n_rows < 0 || n_columns > mlops__cursor_left(from) / COLUMN_MIN)
        return refuse(err, from->offset, "its head is cut short");
    if (n_columns == 0) return refuse(err, from->offset, "it has no columns");
    mlops__cursor heads = *from;
    MLOPS_TRY(take_names(self, from, n_columns, err));
    return take_columns(self, heads, from, err);
}

mlops_status mlops__table_decode(mlops_table **out, const void *bytes, size_t n,
                                 const mlops__host *host, mlops_error *err) {
    mlops__cursor from;
    mlops_table *self;
    const mlops_host lent = mlops__host_lend(host);
    *out = NULL;
    MLOPS_TRY(mlops__table_new(&self, &lent, 0, err));
    mlops__cursor_init(&from, bytes, n);
    mlops_status status = take_table(self, &from, err);
    if (status < 0) mlops_table_unref(self);
    else *out = self;
    return status;
}
