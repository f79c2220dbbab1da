/* Values of an expression in the training table: numbers to sum and sort, categories to count.
 *
 * Owns nothing: all lies in the arena of one call. Invariant: nothing that is made of a sample
 * depends on the order of its rows.
 */
#include "feature/feature_inside.h"

#include <string.h>

static size_t width(mlops_type type) {
    return type == MLOPS_TYPE_BOOL     ? 1
           : type == MLOPS_TYPE_STRING ? sizeof(mlops__expr_text)
                                       : sizeof(int64_t);
}

static mlops_status take(mlops__feature_sample *out, const mlops__feature_fitting *self,
                         const mlops__expr *expr, mlops__arena *arena) {
    size_t n = (size_t)mlops_table_n_rows(self->table);
    size_t scratch_size = mlops__expr_scratch_size(expr, (int64_t)n);
    void *scratch = mlops__arena_alloc(arena, scratch_size);
    out->type = mlops__expr_type(expr);
    out->n = (int64_t)n;
    out->values = mlops__arena_array(arena, n + 1, width(out->type));
    out->validity = mlops__arena_alloc(arena, n / 8 + 1);
    if (!scratch || !out->values || !out->validity) return MLOPS_E_NOMEM;
    const mlops__expr_output output = {out->values, out->validity};
    return mlops__expr_evaluate(expr, self->inputs, 0, out->n, scratch, scratch_size, &output);
}

mlops_status mlops__feature_sample_take(mlops__feature_sample *out, mlops__feature_fitting *self,
                                        const char *text, size_t n, mlops__arena *arena) {
    mlops__expr_scope scope = mlops__feature_scope(self);
    mlops__expr *expr;
    *out = (mlops__feature_sample){0};
    MLOPS_TRY(mlops__expr_compile(&expr, text, n, &scope, &self->self->host.allocator, NULL));
    mlops_status status = take(out, self, expr, arena);
    if (status == MLOPS_OK && out->type == MLOPS_TYPE_STRING) {
        status = mlops__expr_texts_unfold(out->values, out->n, arena);
        if (status == MLOPS_OK) out->texts_of = expr;
        if (status == MLOPS_OK) return status;
    }
    mlops__expr_free(expr);
    return status;
}

void mlops__feature_sample_end(mlops__feature_sample *self) { mlops__expr_free(self->texts_of); }

static int is_present(const mlops__feature_sample *self, int64_t i) {
    return self->validity[i / 8] >> (i % 8) & 1;
}

mlops_status mlops__feature_sample_numbers(const mlops__feature_sample *self, mlops__arena *arena,
                                           double **out, int64_t *n, int64_t *infinite) {
    double *values = mlops__arena_array(arena, (size_t)self->n + 1, sizeof *values);
    *out = values;
    *n = 0;
    *infinite = -1;
    if (!values) return MLOPS_E_NOMEM;
    for (int64_t i = 0; i < self->n; i++) {
        double x = self->type == MLOPS_TYPE_INT64 ? (double)((const int64_t *)self->values)[i]
                                                  : ((const double *)self->values)[i];
        if (!is_present(self, i) || x != x) continue;
        if (x - x != 0 && *infinite < 0) *infinite = i;
        values[(*n)++] = x + 0.0; /* -0 becomes 0 */
    }
    return MLOPS_OK;
}

/* ---- categories ---- */

/* Row i as a category that occurs once. */
static mlops__feature_category category_of(const mlops__feature_sample *self, int64_t i) {
    mlops__feature_category out = {.count = 1};
    switch (self->type) {
    case MLOPS_TYPE_STRING:
        out.text = ((const mlops__expr_text *)self->values)[i].data;
        out.n = ((const mlops__expr_text *)self->values)[i].n;
        break;
    case MLOPS_TYPE_FLOAT64: out.f64 = ((const double *)self->values)[i] + 0.0; break;
    case MLOPS_TYPE_BOOL: out.i64 = ((const uint8_t *)self->values)[i]; break;
    default: out.i64 = ((const int64_t *)self->values)[i]; break;
    }
    return out;
}

/* Less than 0: a comes before b. */
static int order(const mlops__feature_category *a, const mlops__feature_category *b) {
    if (a->count != b->count) return a->count > b->count ? -1 : 1;
    if (a->i64 != b->i64) return a->i64 < b->i64 ? -1 : 1;
    if (a->f64 != b->f64) return a->f64 < b->f64 ? -1 : 1;
    size_t shared = a->n < b->n ? a->n : b->n;
    int bytes = shared ? memcmp(a->text, b->text, shared) : 0;
    return bytes ? bytes : (a->n > b->n) - (a->n < b->n);
}

/* Restores the heap below root, of which the last in order is the top. */
static void sift(mlops__feature_category *heap, int64_t root, int64_t n) {
    for (int64_t child = 2 * root + 1; child < n; child = 2 * root + 1) {
        if (child + 1 < n && order(&heap[child + 1], &heap[child]) > 0) child++;
        if (order(&heap[child], &heap[root]) <= 0) return;
        mlops__feature_category swap = heap[root];
        heap[root] = heap[child];
        heap[child] = swap;
        root = child;
    }
}

static void sort(mlops__feature_category *all, int64_t n) {
    for (int64_t i = n / 2; i-- > 0;) sift(all, i, n);
    for (int64_t i = n - 1; i > 0; i--) {
        mlops__feature_category swap = all[0];
        all[0] = all[i];
        all[i] = swap;
        sift(all, 0, i);
    }
}

/* Counts a row. codes are those of the values' bytes. */
static mlops_status count(const mlops__feature_sample *self, int64_t row, mlops__dictionary *codes,
                          mlops__buf *categories) {
    const mlops__feature_category c = category_of(self, row);
    int32_t code = 0;
    const void *key = self->type == MLOPS_TYPE_STRING    ? (const void *)c.text
                      : self->type == MLOPS_TYPE_FLOAT64 ? (const void *)&c.f64
                                                         : (const void *)&c.i64;
    size_t n = self->type == MLOPS_TYPE_STRING ? c.n : sizeof c.i64;
    MLOPS_TRY(mlops__dictionary_add(codes, key, n, &code));
    if ((size_t)code == categories->size / sizeof c) {
        mlops__buf_put(categories, &c, sizeof c);
        return categories->status;
    }
    ((mlops__feature_category *)(void *)categories->data)[code].count++;
    return MLOPS_OK;
}

mlops_status mlops__feature_sample_categories(const mlops__feature_sample *self,
                                              mlops__arena *arena, int64_t max,
                                              mlops__feature_category **out, int64_t *n) {
    mlops__dictionary codes;
    mlops__buf categories;
    mlops_status status = MLOPS_OK;
    mlops__dictionary_init(&codes, arena->allocator, NULL);
    mlops__buf_init(&categories, arena->allocator);
    for (int64_t i = 0; i < self->n && status == MLOPS_OK; i++) {
        int absent = !is_present(self, i);
        if (self->type == MLOPS_TYPE_FLOAT64 && !absent) {
            double x = ((const double *)self->values)[i];
            absent = x != x;
        }
        if (!absent) status = count(self, i, &codes, &categories);
    }
    int64_t found = codes.n;
    mlops__dictionary_free(&codes);
    *n = found < max ? found : max;
    *out = NULL;
    if (status == MLOPS_OK) {
        if (found) sort((mlops__feature_category *)(void *)categories.data, found);
        *out = mlops__arena_array(arena, (size_t)*n + 1, sizeof **out);
        if (!*out) status = MLOPS_E_NOMEM;
        else if (*n) memcpy(*out, categories.data, (size_t)*n * sizeof **out);
    }
    mlops__buf_free(&categories);
    return status;
}
