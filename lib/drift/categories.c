/* Both sides of a column by categories: the 64 most frequent of the reference, and the rest.
 *
 * Owns the choice and its order, which is that of a kept reference: by falling count, ties by text.
 * Invariant: a text that is none of them, seen or not seen before, counts in the rest.
 */
#include "base/bits.h"
#include "column/table.h"
#include "drift/inside.h"
#include "profile/reference.h"

#include <string.h>

enum { MAX = MLOPS__DRIFT_CATEGORIES };

static const char *const truths[] = {"false", "true"};

mlops_status mlops__drift_tally_load(mlops__drift_tally *out, const mlops__column *column,
                                     const mlops_allocator *allocator) {
    int truth = column->type == MLOPS_TYPE_BOOL;
    memset(out, 0, sizeof *out);
    out->n_null = column->n_rows;
    if (!truth && column->type != MLOPS_TYPE_STRING) return MLOPS_OK;
    out->texts = truth ? truths : column->texts;
    out->n = truth ? 2 : column->n_texts;
    out->size = ((size_t)out->n + 1) * sizeof *out->counts;
    out->counts = mlops__alloc_zero(allocator, out->size);
    if (!out->counts) return MLOPS_E_NOMEM;
    for (int64_t i = 0; i < column->n_rows; i++) {
        if (!mlops__column_valid(column, i)) continue;
        int32_t code =
            truth ? ((const uint8_t *)column->data)[i] != 0 : ((const int32_t *)column->data)[i];
        out->counts[code]++;
        out->n_null--;
    }
    return MLOPS_OK;
}

void mlops__drift_tally_free(mlops__drift_tally *self, const mlops_allocator *allocator) {
    mlops__free(allocator, self->counts, self->size);
}

static int before(int64_t count, const char *text, int64_t other, const char *other_text) {
    return count != other ? count > other : strcmp(text, other_text) < 0;
}

static void side_set(mlops__drift_side *out, int64_t n, int64_t n_null) {
    const double none = mlops__f64_of(MLOPS__NAN_BITS);
    mlops__drift_side side = {n, n_null, none, none, none};
    *out = side;
}

/* Of more categories than are kept, all that came. */
static mlops_status pick_seen(mlops__drift_categories *out, const mlops__drift_tally *all,
                              const mlops__host *host) {
    const size_t each = 2 * sizeof(double) + sizeof(uint32_t);
    int64_t n = 0;
    for (int64_t i = 0; i < all->n; i++) n += all->counts[i] > 0;
    if (n <= MAX) return MLOPS_OK;
    out->memory = mlops__alloc_array(&host->allocator, (size_t)n, each);
    if (!out->memory) return MLOPS_E_NOMEM;
    out->size = (size_t)n * each;
    double *keys = out->memory, *scratch = keys + n, *next = keys;
    uint32_t *slots = (uint32_t *)(void *)(scratch + n);
    for (int64_t i = 0; i < all->n; i++)
        if (all->counts[i] > 0) *next++ = mlops__seen_key(all->texts[i], all->counts[i]);
    mlops__seen_make(&out->seen, slots, keys, scratch, n, out->side_reference.n, host->cpu);
    return MLOPS_OK;
}

void mlops__drift_categories_free(mlops__drift_categories *self, const mlops_allocator *allocator) {
    mlops__free(allocator, self->memory, self->size);
}

mlops_status mlops__drift_categories_pick(mlops__drift_categories *out, const mlops__column *column,
                                          const mlops__host *host) {
    const mlops_allocator *allocator = &host->allocator;
    mlops__drift_tally all;
    memset(out, 0, sizeof *out);
    MLOPS_TRY(mlops__drift_tally_load(&all, column, allocator));
    side_set(&out->side_reference, column->n_rows - all.n_null, all.n_null);
    int64_t rest = out->side_reference.n;
    for (int64_t i = 0; i < all.n; i++) {
        int64_t count = all.counts[i], at = out->n_texts;
        if (count == 0) continue;
        if (at == MAX && !before(count, all.texts[i], out->reference[MAX - 1], out->texts[MAX - 1]))
            continue;
        if (at == MAX) at--;
        else out->n_texts++;
        for (; at > 0 && before(count, all.texts[i], out->reference[at - 1], out->texts[at - 1]);
             at--) {
            out->texts[at] = out->texts[at - 1];
            out->reference[at] = out->reference[at - 1];
        }
        out->texts[at] = all.texts[i];
        out->reference[at] = count;
    }
    for (int64_t i = 0; i < out->n_texts; i++) rest -= out->reference[i];
    out->reference[out->n_texts] = rest;
    mlops_status status = rest > 0 ? pick_seen(out, &all, host) : MLOPS_OK;
    mlops__drift_tally_free(&all, allocator);
    return status;
}

void mlops__drift_categories_take(mlops__drift_categories *out,
                                  const mlops__reference_column *column) {
    memset(out, 0, sizeof *out);
    int64_t n_null = column->n_null + column->n_nan;
    side_set(&out->side_reference, column->n - n_null, n_null);
    out->n_texts = column->n_categories;
    for (int64_t i = 0; i < column->n_categories; i++) out->texts[i] = column->categories[i];
    for (int64_t i = 0; i <= column->n_categories; i++) out->reference[i] = column->counts[i];
    if (column->seen) out->seen = *column->seen;
}

/* Indices of the texts in the order of the texts. */
static void order_texts(uint8_t order[MAX], const mlops__drift_categories *self) {
    for (int64_t i = 0; i < self->n_texts; i++) {
        int64_t at = i;
        for (; at > 0 && strcmp(self->texts[i], self->texts[order[at - 1]]) < 0; at--)
            order[at] = order[at - 1];
        order[at] = (uint8_t)i;
    }
}

/* The category of a text; that of the rest if it is none. */
static int64_t find(const mlops__drift_categories *self, const uint8_t order[MAX],
                    const char *text) {
    int64_t low = 0, high = self->n_texts;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        int sign = strcmp(text, self->texts[order[middle]]);
        if (sign == 0) return order[middle];
        if (sign < 0) high = middle;
        else low = middle + 1;
    }
    return self->n_texts;
}

mlops_status mlops__drift_categories_count(mlops__drift_categories *self,
                                           const mlops__column *column,
                                           const mlops_allocator *allocator) {
    mlops__drift_tally all;
    uint8_t order[MAX] = {0};
    MLOPS_TRY(mlops__drift_tally_load(&all, column, allocator));
    side_set(&self->side_current, column->n_rows - all.n_null, all.n_null);
    order_texts(order, self);
    for (int64_t i = 0; i < all.n; i++) {
        if (all.counts[i] == 0) continue;
        self->current[find(self, order, all.texts[i])] += all.counts[i];
        if (self->seen.slots)
            self->times[mlops__seen_times(&self->seen, all.texts[i])] += all.counts[i];
    }
    mlops__drift_tally_free(&all, allocator);
    return MLOPS_OK;
}
