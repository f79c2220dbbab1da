/* The bytes of online rows: docs/format.md.
 *
 * Owns nothing. Invariants: what is read was held against the size of the bytes first; a key spells
 * its type and length, so that no two entities share one.
 */
#include "base/cursor.h"
#include "featurestore/view.h"
#include "text/utf8.h"

#include <string.h>

enum { TAG_BOOL = 1, TAG_INT64 = 2, TAG_STRING = 3, CELL = 8 };

int mlops__view_is_cell(const mlops__view *self, int64_t column) {
    return !self->columns[column].is_key && column != self->event_time && column != self->created;
}

static int64_t n_cells(const mlops__view *self) {
    return self->n_columns - self->n_keys - 1 - (self->created >= 0);
}

static int is_there(const mlops__column *column, int64_t row) {
    return column->type != MLOPS_TYPE_NULL && mlops__column_valid(column, row);
}

/* ---- keys ---- */

static void put_big(mlops__buf *out, uint64_t value, int n) {
    while (n-- > 0) mlops__buf_u8(out, (uint8_t)(value >> 8 * n));
}

static void put_part(mlops__buf *out, const mlops__column *column, int64_t row) {
    if (column->type == MLOPS_TYPE_BOOL) {
        mlops__buf_u8(out, TAG_BOOL);
        mlops__buf_u8(out, ((const uint8_t *)column->data)[row]);
    } else if (column->type == MLOPS_TYPE_INT64) {
        mlops__buf_u8(out, TAG_INT64);
        put_big(out, (uint64_t)((const int64_t *)column->data)[row] ^ (uint64_t)1 << 63, 8);
    } else {
        const char *text = column->texts[((const int32_t *)column->data)[row]];
        size_t n = strlen(text);
        mlops__buf_u8(out, TAG_STRING);
        put_big(out, n, 4);
        mlops__buf_put(out, text, n);
    }
}

void mlops__row_prefix(uint8_t out[MLOPS__ROW_PREFIX], int64_t number) {
    mlops__buf b;
    mlops__buf_init_fixed(&b, out, MLOPS__ROW_PREFIX);
    put_big(&b, (uint64_t)number, MLOPS__ROW_PREFIX);
}

mlops_status mlops__row_key(mlops__key *out, const mlops__view *view,
                            const mlops__column *const *keys, int64_t row, mlops_error *err) {
    mlops__buf b;
    mlops__buf_init_fixed(&b, out->data, MLOPS__ROW_PREFIX + MLOPS__ENTITY_MAX);
    put_big(&b, (uint64_t)view->number, MLOPS__ROW_PREFIX);
    for (int64_t i = 0; i < view->n_keys; i++) {
        if (!is_there(keys[i], row)) return MLOPS_END;
        put_part(&b, keys[i], row);
    }
    out->size = b.size;
    out->too_long = b.status != MLOPS_OK;
    if (!out->too_long) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_LIMIT, "row %lld (from 0): its key takes more than %d bytes",
                       (long long)row, MLOPS__ENTITY_MAX);
}

/* ---- rows ---- */

static int64_t i64_of(const mlops__column *column, int64_t row) {
    return ((const int64_t *)column->data)[row];
}

static void put_cell(mlops__buf *out, mlops_type type, const mlops__column *column, int64_t row,
                     uint32_t *n_texts) {
    uint64_t bits = 0;
    double real = 0;
    if (!is_there(column, row)) {
        mlops__buf_u64(out, 0);
        return;
    }
    switch (type) {
    case MLOPS_TYPE_BOOL: bits = ((const uint8_t *)column->data)[row]; break;
    case MLOPS_TYPE_INT64: bits = (uint64_t)i64_of(column, row); break;
    case MLOPS_TYPE_FLOAT64:
        real = mlops__column_f64(column, row);
        memcpy(&bits, &real, sizeof bits);
        break;
    default:
        bits = (uint64_t)strlen(column->texts[((const int32_t *)column->data)[row]]);
        bits = bits << 32 | *n_texts;
        *n_texts += (uint32_t)(bits >> 32);
    }
    mlops__buf_u64(out, bits);
}

static void put_validity(mlops__buf *out, const mlops__view *view,
                         const mlops__column *const *columns, int64_t row) {
    unsigned byte = 0;
    int n = 0;
    for (int64_t i = 0; i < view->n_columns; i++) {
        if (!mlops__view_is_cell(view, i)) continue;
        byte |= (unsigned)is_there(columns[i], row) << n;
        if (++n < 8) continue;
        mlops__buf_u8(out, (uint8_t)byte);
        byte = 0, n = 0;
    }
    if (n) mlops__buf_u8(out, (uint8_t)byte);
}

void mlops__row_write(mlops__buf *out, const mlops__view *view, const mlops__column *const *columns,
                      int64_t row) {
    uint32_t n_texts = 0;
    mlops__buf_i64(out, i64_of(columns[view->event_time], row));
    mlops__buf_i64(out, view->created >= 0 ? i64_of(columns[view->created], row) : 0);
    put_validity(out, view, columns, row);
    for (int64_t i = 0; i < view->n_columns; i++)
        if (mlops__view_is_cell(view, i))
            put_cell(out, view->columns[i].type, columns[i], row, &n_texts);
    for (int64_t i = 0; i < view->n_columns; i++) {
        if (view->columns[i].type != MLOPS_TYPE_STRING || !mlops__view_is_cell(view, i) ||
            !is_there(columns[i], row))
            continue;
        const char *text = columns[i]->texts[((const int32_t *)columns[i]->data)[row]];
        mlops__buf_put(out, text, strlen(text));
    }
}

/* A text behind the ones before it: as a column has it. */
static int is_text(const mlops__row *row, uint64_t bits, uint64_t at) {
    size_t n = (size_t)(bits >> 32);
    if ((bits & UINT32_MAX) != at || n > row->texts.size - at) return 0;
    const uint8_t *text = row->texts.data + at;
    return n == 0 || (mlops__utf8_check(text, n) == n && !memchr(text, 0, n));
}

mlops_status mlops__row_parse(mlops__row *out, const mlops__view *view, mlops__bytes bytes,
                              mlops_error *err) {
    mlops__cursor c;
    int64_t n = n_cells(view), cell = 0;
    uint64_t at = 0;
    mlops__cursor_init(&c, bytes.data, bytes.size);
    out->event_ns = mlops__cursor_i64(&c);
    out->created_ns = mlops__cursor_i64(&c);
    out->validity = mlops__cursor_take(&c, (size_t)(n + 7) / 8);
    out->cells = mlops__cursor_take(&c, (size_t)n * CELL);
    out->texts.size = mlops__cursor_left(&c);
    out->texts.data = mlops__cursor_take(&c, out->texts.size);
    int whole = !c.failed && (view->created >= 0 || out->created_ns == 0);
    for (int64_t i = 0; whole && i < view->n_columns; i++) {
        if (!mlops__view_is_cell(view, i)) continue;
        uint64_t bits = mlops__row_bits(out, cell);
        int valid = mlops__row_valid(out, cell++);
        if (!valid) whole = bits == 0;
        else if (view->columns[i].type == MLOPS_TYPE_BOOL) whole = bits <= 1;
        else if (view->columns[i].type == MLOPS_TYPE_STRING) {
            whole = is_text(out, bits, at);
            at += bits >> 32;
        }
    }
    if (whole && n % 8) whole = out->validity[n / 8] >> n % 8 == 0;
    if (whole && at == out->texts.size) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "a row of online view \"%s\" is not whole",
                       view->name);
}

int mlops__row_valid(const mlops__row *self, int64_t i) {
    return self->validity[i / 8] >> i % 8 & 1;
}

uint64_t mlops__row_bits(const mlops__row *self, int64_t i) {
    return mlops__load_u64(self->cells + CELL * i);
}

mlops__bytes mlops__row_text(const mlops__row *self, int64_t i) {
    uint64_t bits = mlops__row_bits(self, i);
    return (mlops__bytes){self->texts.data + (bits & UINT32_MAX), (size_t)(bits >> 32)};
}
