/* References that know which values their string columns have had.
 *
 * Owns section "SEEN" of a saved reference. Invariant: the slots that are kept count the values of
 * the column, those of its categories among them.
 */
#include "base/cursor.h"
#include "profile/build/reference_build.h"
#include "profile/seen.h"

void mlops__reference_seen_put(const mlops_reference *self, mlops__buf *out) {
    uint32_t n = 0;
    for (int64_t i = 0; i < mlops_reference_n_columns(self); i++)
        n += mlops__reference_at(self, i)->seen != NULL;
    if (n == 0) return;
    mlops__buf_u32(out, MLOPS__SEEN_VERSION);
    mlops__buf_u32(out, n);
    for (int64_t i = 0; i < mlops_reference_n_columns(self); i++) {
        const mlops__seen *seen = mlops__reference_at(self, i)->seen;
        if (!seen) continue;
        mlops__buf_u32(out, (uint32_t)seen->n);
        for (int64_t k = 0; k < seen->n; k++) mlops__buf_u32(out, seen->slots[k]);
    }
}

static int has_rest(const mlops__reference_column *column) {
    return column->type == MLOPS_TYPE_STRING && column->counts[column->n_categories] > 0;
}

static int holds(const mlops__seen *self, const mlops__reference_column *column) {
    const int most = MLOPS__SEEN_TIMES - 1;
    for (int64_t i = 0; i < column->n_categories; i++) {
        int times = mlops__seen_times(self, column->categories[i]);
        if (times < most && times < column->counts[i]) return 0;
    }
    return 1;
}

static mlops_status take_column(mlops__reference_column *column, mlops__arena *arena,
                                mlops__cursor *in) {
    uint32_t n = mlops__cursor_u32(in);
    if (in->failed || n > mlops__cursor_left(in) / 4) return MLOPS_E_CORRUPT;
    mlops__seen *seen = mlops__arena_alloc(arena, sizeof *seen);
    uint32_t *slots = mlops__arena_array(arena, (size_t)n + 1, sizeof *slots);
    if (!seen || !slots) return MLOPS_E_NOMEM;
    for (uint32_t i = 0; i < n; i++) slots[i] = mlops__cursor_u32(in);
    MLOPS_TRY(mlops__seen_take(seen, slots, n, column->n - column->n_null));
    if (!holds(seen, column)) return MLOPS_E_CORRUPT;
    column->seen = seen;
    return MLOPS_OK;
}

mlops_status mlops__reference_seen_take(mlops_reference *self, const uint8_t *bytes, size_t size,
                                        mlops_error *err) {
    mlops__cursor in;
    uint32_t n = 0;
    mlops__cursor_init(&in, bytes, size);
    uint32_t version = mlops__cursor_u32(&in), n_there = mlops__cursor_u32(&in);
    if (!in.failed && version != MLOPS__SEEN_VERSION)
        return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                           "reference: its seen values are of version %u; this library reads %d",
                           version, MLOPS__SEEN_VERSION);
    for (int64_t i = 0; i < mlops_reference_n_columns(self); i++) {
        mlops__reference_column *column = &mlops__reference_columns(self)[i];
        if (!has_rest(column)) continue;
        n++;
        mlops_status status = take_column(column, mlops__reference_arena(self), &in);
        if (status == MLOPS_E_NOMEM) return mlops__fail_nomem(err, size);
        if (status != MLOPS_OK)
            return mlops__fail(err, status,
                               "reference: the seen values of column '%s' are damaged, or not "
                               "those that it counts",
                               column->name);
    }
    if (!in.failed && n > 0 && n == n_there && mlops__cursor_left(&in) == 0) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT,
                       "reference: it has the seen values of %u columns, of which there are %u",
                       n_there, n);
}
