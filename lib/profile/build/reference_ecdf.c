/* References that keep every value of their numeric columns.
 *
 * Owns section "ECDF" of a saved reference. Invariant: the values that are kept are those that the
 * cells of the column count, its least and greatest among them.
 */
#include "base/cursor.h"
#include "profile/build/ecdf.h"
#include "profile/build/reference_build.h"

#include <string.h>

/* Bytes into the arena, with what readers may look at behind them. */
static uint8_t *keep_bytes(mlops__arena *arena, const uint8_t *bytes, size_t n) {
    size_t size;
    if (!mlops__add(n, MLOPS__ECDF_BEYOND, &size)) return NULL;
    uint8_t *out = mlops__arena_alloc(arena, size);
    if (out) memcpy(out, bytes, n);
    return out;
}

mlops_status mlops__reference_ecdf_make(mlops__reference_column *out, const mlops__cells_task *task,
                                        int64_t n) {
    mlops__buf bytes;
    mlops__buf_init(&bytes, &task->host->allocator);
    mlops__ecdf_put(&bytes, task->values, n);
    out->ecdf = bytes.status ? NULL : keep_bytes(task->arena, bytes.data, bytes.size);
    out->ecdf_size = bytes.size;
    mlops__buf_free(&bytes);
    return out->ecdf ? MLOPS_OK : MLOPS_E_NOMEM;
}

int64_t mlops__reference_n_values(const mlops__reference_column *column) {
    return column->ecdf ? column->n - column->n_null - column->n_nan : 0;
}

void mlops__reference_values(const mlops__reference_column *column, double *out) {
    mlops__ecdf from;
    int64_t at = 0;
    if (mlops__ecdf_open(&from, column->ecdf, column->ecdf_size, mlops__reference_n_values(column)))
        return;
    while (mlops__ecdf_next(&from) == MLOPS_OK)
        for (uint32_t i = 0; i < from.n; i++) {
            double value = from.values[i];
            out[at++] = value;
            for (uint64_t k = from.counts[i]; k > 0; k--) out[at++] = value;
        }
}

void mlops__reference_ecdf_put(const mlops_reference *self, mlops__buf *out) {
    uint32_t n = 0;
    for (int64_t i = 0; i < mlops_reference_n_columns(self); i++)
        n += mlops__reference_at(self, i)->ecdf != NULL;
    if (n == 0) return;
    mlops__buf_u32(out, MLOPS__ECDF_VERSION);
    mlops__buf_u32(out, n);
    for (int64_t i = 0; i < mlops_reference_n_columns(self); i++) {
        const mlops__reference_column *column = mlops__reference_at(self, i);
        if (column->ecdf) mlops__buf_put(out, column->ecdf, column->ecdf_size);
    }
}

/* Reads all values of a column, and holds them against its cells. */
static mlops_status check_column(mlops__ecdf *from, const mlops__reference_column *column) {
    int64_t n = column->n - column->n_null - column->n_nan, cell = 0, held = 0;
    double last = column->min;
    mlops_status status;
    MLOPS_TRY(mlops__ecdf_open(from, from->data, from->size, n));
    for (int first = 1; (status = mlops__ecdf_next(from)) == MLOPS_OK; first = 0) {
        if (first && from->values[0] != column->min) return MLOPS_E_CORRUPT;
        for (uint32_t i = 0; i < from->n; i++) {
            last = from->values[i];
            for (; cell < column->n_edges && last > column->edges[cell]; cell++, held = 0)
                if (held != column->counts[cell]) return MLOPS_E_CORRUPT;
            held += (int64_t)from->counts[i] + 1;
        }
    }
    if (status < 0) return status;
    int same = n == 0 || (last == column->max && held == column->counts[cell]);
    return same ? MLOPS_OK : MLOPS_E_CORRUPT;
}

mlops_status mlops__reference_ecdf_take(mlops_reference *self, const uint8_t *bytes, size_t size,
                                        mlops_error *err) {
    mlops__cursor in;
    int64_t n = mlops_reference_n_columns(self), n_numeric = 0;
    mlops__cursor_init(&in, bytes, size);
    uint32_t version = mlops__cursor_u32(&in), n_there = mlops__cursor_u32(&in);
    if (!in.failed && version != MLOPS__ECDF_VERSION)
        return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                           "reference: its values are of version %u; this library reads %d",
                           version, MLOPS__ECDF_VERSION);
    for (int64_t i = 0; i < n; i++)
        n_numeric += mlops__reference_numeric(mlops_reference_type(self, i));
    if (in.failed || n_numeric == 0 || n_there != n_numeric)
        return mlops__fail(err, MLOPS_E_CORRUPT,
                           "reference: it has the values of %u columns of "
                           "numbers, of which there are %lld",
                           n_there, (long long)n_numeric);
    const uint8_t *kept = keep_bytes(mlops__reference_arena(self), bytes, size);
    if (!kept) return mlops__fail_nomem(err, size);
    size_t at = in.offset;
    for (int64_t i = 0; i < n; i++) {
        mlops__reference_column *column = &mlops__reference_columns(self)[i];
        if (!mlops__reference_numeric(column->type)) continue;
        mlops__ecdf from = {.data = kept + at, .size = size - at};
        if (check_column(&from, column) != MLOPS_OK)
            return mlops__fail(err, MLOPS_E_CORRUPT,
                               "reference: the values of column '%s' are damaged, or not those "
                               "that its cells count",
                               column->name);
        column->ecdf = kept + at;
        column->ecdf_size = from.offset;
        at += from.offset;
    }
    if (at == size) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "reference: there is more behind its values");
}
