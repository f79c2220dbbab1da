/* What a sketch of frequent values tells.
 *
 * Owns nothing. Invariant: entries are put in order only where places are asked for.
 * Freestanding: part of the firmware build.
 */
#include "base/opts.h"
#include "sketch/run/items_state.h"

mlops_status mlops_items_summarize(const mlops_items *self, mlops_items_summary *out) {
    mlops_items_summary s = MLOPS_ITEMS_SUMMARY_INIT;
    s.n = self->n;
    s.n_kept = self->n_kept;
    s.error = self->offset;
    s.error_share = 3.5 / (double)((uint32_t)1 << self->lg_size);
    return mlops__opts_return(out, &s, sizeof s);
}

int64_t mlops_items_frequent(mlops_items *self, mlops_items_kind kind, int64_t threshold) {
    if (kind != MLOPS_ITEMS_CERTAIN && kind != MLOPS_ITEMS_POSSIBLE) return -1;
    if (threshold < self->offset) threshold = self->offset;
    if (kind == MLOPS_ITEMS_POSSIBLE) threshold -= self->offset;
    mlops__items_order(self);
    uint32_t n = 0;
    while (n<self->n_kept && * mlops__items_entry_of(self, n)>(uint64_t) threshold) n++;
    return n;
}

static mlops_status tell(const mlops_items *self, const uint64_t *entry, mlops_items_row *row,
                         mlops_items_row *out) {
    row->upper = self->offset;
    if (entry) {
        row->lower = (int64_t)*entry;
        row->upper += row->lower;
        row->estimate = row->upper;
        if (self->text_max) row->text = mlops__items_text(entry);
        else memcpy(&row->value, entry + 1, 8);
    }
    return mlops__opts_return(out, row, sizeof *row);
}

mlops_status mlops_items_at(mlops_items *self, int64_t index, mlops_items_row *out) {
    mlops_items_row row = MLOPS_ITEMS_ROW_INIT;
    if (index < 0 || index >= self->n_kept) return MLOPS_E_INVALID;
    mlops__items_order(self);
    return tell(self, mlops__items_entry_of(self, (uint32_t)index), &row, out);
}

mlops_status mlops_items_find(const mlops_items *self, int64_t value, mlops_items_row *out) {
    mlops_items_row row = MLOPS_ITEMS_ROW_INIT;
    if (self->text_max) return MLOPS_E_INVALID;
    row.value = value;
    return tell(self, mlops__items_seek(self, &value, 8), &row, out);
}

mlops_status mlops_items_find_text(const mlops_items *self, const char *text,
                                   mlops_items_row *out) {
    mlops_items_row row = MLOPS_ITEMS_ROW_INIT;
    size_t n = strlen(text);
    if (!self->text_max) return MLOPS_E_INVALID;
    row.text = text;
    return tell(self, n > self->text_max ? NULL : mlops__items_seek(self, text, n), &row, out);
}
