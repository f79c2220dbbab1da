/* The reference as an object: shares, columns by name, cells of values and texts.
 *
 * Owns the handle and the arena in which all of its columns live. Invariant: once finished it never
 * changes, and by_name and by_text list its names and categories in ascending order.
 */
#include "base/arena.h"
#include "column/text_counts.h"
#include "profile/build/reference_build.h"

#include <stdatomic.h>
#include <string.h>

struct mlops_reference {
    mlops__host host;
    atomic_int_fast64_t n_refs;
    mlops__arena arena;
    int64_t n_rows;
    int64_t n_columns;
    mlops__reference_column *columns;
    int64_t *by_name;
};

mlops_status mlops__reference_begin(mlops_reference **out, int64_t n_columns, int64_t n_rows,
                                    const mlops__host *host, mlops_error *err) {
    *out = NULL;
    mlops_reference *self = mlops__alloc_zero(&host->allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->host = *host;
    atomic_init(&self->n_refs, 1);
    mlops__arena_init(&self->arena, &self->host.allocator, SIZE_MAX);
    self->n_rows = n_rows;
    self->n_columns = n_columns;
    self->columns =
        mlops__arena_array(&self->arena, (size_t)n_columns, sizeof(mlops__reference_column));
    self->by_name = mlops__arena_array(&self->arena, (size_t)n_columns, sizeof *self->by_name);
    if (!self->columns || !self->by_name) {
        mlops_reference_unref(self);
        return mlops__fail_nomem(err, (size_t)n_columns * sizeof(mlops__reference_column));
    }
    *out = self;
    return MLOPS_OK;
}

mlops__reference_column *mlops__reference_columns(mlops_reference *self) { return self->columns; }

mlops__arena *mlops__reference_arena(mlops_reference *self) { return &self->arena; }

/* Restores the heap below root in order, a heap of column indices by name. */
static void sift(const mlops_reference *self, int64_t root, int64_t n) {
    int64_t *order = self->by_name;
    for (int64_t child = 2 * root + 1; child < n; child = 2 * root + 1) {
        const char *name = self->columns[order[child]].name;
        if (child + 1 < n && strcmp(self->columns[order[child + 1]].name, name) > 0) child++;
        if (strcmp(self->columns[order[child]].name, self->columns[order[root]].name) <= 0) return;
        int64_t swap = order[root];
        order[root] = order[child];
        order[child] = swap;
        root = child;
    }
}

static void sort_names(mlops_reference *self) {
    int64_t n = self->n_columns;
    int64_t *order = self->by_name;
    for (int64_t i = 0; i < n; i++) order[i] = i;
    for (int64_t i = n / 2; i-- > 0;) sift(self, i, n);
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t swap = order[0];
        order[0] = order[i];
        order[i] = swap;
        sift(self, 0, i);
    }
}

/* At most 64 categories: by insertion. */
static int sort_categories(mlops_reference *self, mlops__reference_column *column) {
    size_t n = (size_t)column->n_categories;
    uint8_t *order = mlops__arena_alloc(&self->arena, n + 1);
    if (!order) return 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = i;
        for (; at > 0; at--) {
            if (strcmp(column->categories[order[at - 1]], column->categories[i]) < 0) break;
            order[at] = order[at - 1];
        }
        order[at] = (uint8_t)i;
    }
    column->by_text = order;
    return 1;
}

mlops_status mlops__reference_finish(mlops_reference *self, mlops_error *err) {
    sort_names(self);
    for (int64_t i = 1; i < self->n_columns; i++) {
        const char *name = self->columns[self->by_name[i]].name;
        if (!strcmp(self->columns[self->by_name[i - 1]].name, name))
            return mlops__fail(err, MLOPS_E_CORRUPT, "reference: two columns are called '%s'",
                               name);
    }
    for (int64_t i = 0; i < self->n_columns; i++)
        if (!sort_categories(self, &self->columns[i])) return mlops__fail_nomem(err, 64);
    return MLOPS_OK;
}

mlops_status mlops__reference_finish_new(mlops_reference *self, mlops_error *err) {
    mlops_status status = mlops__reference_finish(self, NULL);
    if (status == MLOPS_OK) return MLOPS_OK;
    if (status == MLOPS_E_NOMEM) return mlops__fail_nomem(err, (size_t)self->n_columns);
    for (int64_t i = 1; i < self->n_columns; i++) {
        const char *name = self->columns[self->by_name[i]].name;
        if (!strcmp(self->columns[self->by_name[i - 1]].name, name))
            return mlops__fail(err, MLOPS_E_SCHEMA,
                               "reference: '%s' is a column, and what is kept of texts; name one "
                               "of the two in ignore",
                               name);
    }
    return status;
}

mlops_status mlops__reference_resize(mlops_reference *self, int64_t n_columns, int64_t n_rows,
                                     mlops_error *err) {
    self->n_rows = n_rows;
    if (n_columns == self->n_columns) return MLOPS_OK;
    size_t n = (size_t)n_columns, old = (size_t)self->n_columns;
    mlops__reference_column *columns = mlops__arena_array(&self->arena, n, sizeof *columns);
    int64_t *by_name = mlops__arena_array(&self->arena, n, sizeof *by_name);
    if (!columns || !by_name) return mlops__fail_nomem(err, n * sizeof *columns);
    memcpy(columns, self->columns, (old < n ? old : n) * sizeof *columns);
    self->columns = columns;
    self->by_name = by_name;
    self->n_columns = n_columns;
    return MLOPS_OK;
}

void mlops__reference_leave_to(mlops_reference *self, const mlops__host *host) {
    self->host = *host;
}

mlops_status mlops__reference_keep(mlops_reference *self, const int64_t *chosen, int64_t n,
                                   mlops_error *err) {
    mlops__reference_column *kept =
        mlops__arena_array(&self->arena, (size_t)n, sizeof(mlops__reference_column));
    if (!kept) return mlops__fail_nomem(err, (size_t)n * sizeof *kept);
    for (int64_t i = 0; i < n; i++) kept[i] = self->columns[chosen[i]];
    self->columns = kept;
    self->n_columns = n;
    sort_names(self);
    return MLOPS_OK;
}

mlops_reference *mlops_reference_ref(mlops_reference *self) {
    if (self) atomic_fetch_add_explicit(&self->n_refs, 1, memory_order_relaxed);
    return self;
}

void mlops_reference_unref(mlops_reference *self) {
    if (!self || atomic_fetch_sub_explicit(&self->n_refs, 1, memory_order_acq_rel) != 1) return;
    mlops_allocator allocator = self->host.allocator;
    mlops__arena_free(&self->arena);
    mlops__free(&allocator, self, sizeof *self);
}

int64_t mlops_reference_n_rows(const mlops_reference *self) { return self->n_rows; }

int32_t mlops_reference_is_exact(const mlops_reference *self) {
    int32_t exact = 0;
    for (int64_t i = 0; i < self->n_columns; i++) exact |= self->columns[i].ecdf != NULL;
    return exact;
}

int64_t mlops_reference_size(const mlops_reference *self) {
    return (int64_t)(sizeof *self + self->arena.used);
}

int64_t mlops_reference_n_columns(const mlops_reference *self) { return self->n_columns; }

const char *mlops_reference_name(const mlops_reference *self, int64_t index) {
    return index < 0 || index >= self->n_columns ? NULL : self->columns[index].name;
}

mlops_type mlops_reference_type(const mlops_reference *self, int64_t index) {
    return index < 0 || index >= self->n_columns ? MLOPS_TYPE_NULL : self->columns[index].type;
}

const mlops__reference_column *mlops__reference_at(const mlops_reference *self, int64_t index) {
    return &self->columns[index];
}

const mlops__host *mlops__reference_host(const mlops_reference *self) { return &self->host; }

int64_t mlops__reference_find(const mlops_reference *self, const char *name) {
    int64_t low = 0, high = self->n_columns;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        int order = strcmp(self->columns[self->by_name[middle]].name, name);
        if (order == 0) return self->by_name[middle];
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    return -1;
}

int mlops__reference_is_named(const mlops__reference_column *column, const char *name) {
    if (strcmp(column->name, name) == 0) return 1;
    size_t n = column->part ? mlops__texts_base(column->name, column->part - 1) : 0;
    return n > 0 && strncmp(column->name, name, n) == 0 && !name[n];
}

double mlops__float32_below(double number) {
    float value = (float)number;
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = value > 0.0f ? bits - 1 : value < 0.0f ? bits + 1 : 0x80000001u;
    memcpy(&value, &bits, sizeof value);
    return (double)value + 0.0;
}

/* The least float32 that neither the number nor its float32 neighbour exceeds. */
static double float32_from(double number) {
    double value = (double)(float)number;
    return value >= number ? value + 0.0 : -mlops__float32_below(-value) + 0.0;
}

/* Ends a cell at a bound that is finite and lies above the newest edge. */
static int64_t end_cell(double *edges, int64_t *counts, int64_t n, double bound, int64_t count) {
    if (bound - bound != 0.0 || (n && bound <= edges[n - 1])) return n;
    edges[n] = bound;
    counts[n] = count;
    return n + 1;
}

int64_t mlops__reference_refine(const mlops__reference_column *column, double *edges,
                                int64_t *counts) {
    const double range = 0x1.fffffep127; /* of float32 */
    int64_t n = 0, last = column->counts[column->n_edges];
    if (!column->exact && column->min >= -range && column->min <= range)
        n = end_cell(edges, counts, n, mlops__float32_below((double)(float)column->min), 0);
    for (int64_t i = 0; i < column->n_edges; i++) {
        /* The value is above the float32 below the edge, or rounds to it: one more below. */
        if (column->exact)
            n = end_cell(edges, counts, n,
                         mlops__float32_below(mlops__float32_below(column->edges[i])), 0);
        n = end_cell(edges, counts, n, column->edges[i], column->counts[i]);
    }
    if (last && column->max >= -range && column->max <= range) {
        n = end_cell(edges, counts, n, float32_from(column->max), last);
        last = 0;
    }
    counts[n] = last;
    return n;
}

int64_t mlops__reference_category(const mlops__reference_column *column, const char *text) {
    int64_t low = 0, high = column->n_categories;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        int order = strcmp(column->categories[column->by_text[middle]], text);
        if (order == 0) return column->by_text[middle];
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    return column->n_categories;
}
