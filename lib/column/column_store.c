/* Growing columns: memory, nulls and changes of type.
 *
 * Owns data, validity and dictionary of one column. Invariant: the first n rows are whole; bits of
 * validity at n and beyond are zero; the value behind a null is zero, NaN for float64, -1 as a
 * code; a column of type NULL has no memory and n == n_nulls.
 */
#include "column/column_store.h"

#include "column/text_sink.h"

#include <string.h>

enum { ALIGN = 64 /* what Arrow recommends */ };

double mlops__not_a_number(void) {
    const uint64_t bits = 0x7ff8000000000000; /* the same one on every machine */
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void mlops__column_store_init(mlops__column_store *self, const mlops_allocator *allocator,
                              const mlops_entropy *entropy) {
    *self = (mlops__column_store){0};
    self->allocator = allocator;
    self->type = MLOPS_TYPE_NULL;
    mlops__dictionary_init(&self->dictionary, allocator, entropy);
}

void mlops__column_store_free(mlops__column_store *self) {
    mlops__free_aligned(self->allocator, self->data, self->data_size, ALIGN);
    mlops__free_aligned(self->allocator, self->validity, self->validity_size, ALIGN);
    mlops__dictionary_free(&self->dictionary);
    struct mlops__text_sink *sink = self->sink;
    mlops__column_store_init(self, self->allocator, self->dictionary.entropy);
    self->sink = sink;
}

static int is_sunk(const mlops__column_store *self) {
    return self->sink && self->type == MLOPS_TYPE_STRING;
}

static size_t width(mlops_type type) {
    switch (type) {
    case MLOPS_TYPE_BOOL: return 1;
    case MLOPS_TYPE_INT64: return sizeof(int64_t);
    case MLOPS_TYPE_FLOAT64: return sizeof(double);
    case MLOPS_TYPE_STRING: return sizeof(int32_t);
    case MLOPS_TYPE_NULL:
    case MLOPS_TYPE_FORCE32: break;
    }
    return 0;
}

/* Makes *p, of *size bytes or NULL, one of size bytes. */
static int resize(const mlops_allocator *allocator, void **p, size_t *size, size_t wanted) {
    void *moved = *p ? allocator->realloc(allocator->ctx, *p, *size, wanted, ALIGN)
                     : mlops__alloc_aligned(allocator, wanted, ALIGN);
    if (!moved) return 0;
    *p = moved;
    *size = wanted;
    return 1;
}

static size_t bitmap_size(int64_t rows) { return (size_t)(rows / 8) + (rows % 8 != 0); }

static int resize_data(mlops__column_store *self, int64_t cap) {
    size_t bytes;
    size_t each = is_sunk(self) ? 0 : width(self->type);
    if ((uint64_t)cap > SIZE_MAX || !mlops__mul((size_t)cap, each, &bytes)) return 0;
    if (bytes == 0) bytes = 1;
    return bytes == self->data_size ||
           resize(self->allocator, &self->data, &self->data_size, bytes);
}

static int resize_validity(mlops__column_store *self, int64_t cap) {
    size_t old = self->validity_size, bytes = bitmap_size(cap);
    if (bytes == 0) bytes = 1;
    void *p = self->validity;
    if (bytes != old && !resize(self->allocator, &p, &self->validity_size, bytes)) return 0;
    self->validity = p;
    if (bytes > old) memset(self->validity + old, 0, bytes - old);
    return 1;
}

mlops_status mlops__column_store_reserve(mlops__column_store *self, int64_t cap) {
    if (cap <= self->cap) return MLOPS_OK;
    if (is_sunk(self)) MLOPS_TRY(mlops__text_sink_reserve(self->sink, cap));
    if (self->type != MLOPS_TYPE_NULL && !resize_data(self, cap)) return MLOPS_E_NOMEM;
    if (self->validity && !resize_validity(self, cap)) return MLOPS_E_NOMEM;
    self->cap = cap;
    return MLOPS_OK;
}

/* Validity begins with the first null: all rows before are present, but in a column that had only
 * nulls. */
static int begin_validity(mlops__column_store *self) {
    if (!resize_validity(self, self->cap)) return 0;
    if (self->n_nulls == self->n) return 1;
    memset(self->validity, 0xff, (size_t)(self->n / 8));
    if (self->n % 8) self->validity[self->n / 8] = (uint8_t)((1u << (self->n % 8)) - 1);
    return 1;
}

static void put_absent(mlops__column_store *self, int64_t row) {
    if (is_sunk(self)) return;
    if (self->type == MLOPS_TYPE_BOOL) ((uint8_t *)self->data)[row] = 0;
    if (self->type == MLOPS_TYPE_INT64) ((int64_t *)self->data)[row] = 0;
    if (self->type == MLOPS_TYPE_FLOAT64) ((double *)self->data)[row] = mlops__not_a_number();
    if (self->type == MLOPS_TYPE_STRING) ((int32_t *)self->data)[row] = -1;
}

mlops_status mlops__column_store_begin(mlops__column_store *self, mlops_type type) {
    self->type = type;
    if (!resize_data(self, self->cap)) return MLOPS_E_NOMEM;
    if (self->n && !begin_validity(self)) return MLOPS_E_NOMEM;
    for (int64_t i = 0; i < self->n; i++) {
        put_absent(self, i);
        if (is_sunk(self)) MLOPS_TRY(mlops__text_sink_put(self->sink, NULL, 0));
    }
    return MLOPS_OK;
}

mlops_status mlops__column_store_restart(mlops__column_store *self, mlops_type type) {
    int64_t cap = self->cap;
    mlops__column_store_free(self);
    self->cap = cap;
    return type == MLOPS_TYPE_NULL ? MLOPS_OK : mlops__column_store_begin(self, type);
}

void mlops__column_store_widen(mlops__column_store *self) {
    self->type = MLOPS_TYPE_FLOAT64;
    for (int64_t i = 0; i < self->n; i++) {
        int absent = self->validity && !(self->validity[i >> 3] >> (i & 7) & 1);
        double value = absent ? mlops__not_a_number() : (double)((const int64_t *)self->data)[i];
        ((double *)self->data)[i] = value;
    }
}

void mlops__column_store_present_rows(mlops__column_store *self, int64_t n) {
    int64_t i = self->n, end = self->n + n;
    self->n = end;
    if (!self->validity) return;
    for (; i < end && i % 8; i++) self->validity[i >> 3] |= (uint8_t)(1u << (i & 7));
    int64_t whole = (end - i) / 8;
    memset(self->validity + (i >> 3), 0xff, (size_t)whole);
    for (i += whole * 8; i < end; i++) self->validity[i >> 3] |= (uint8_t)(1u << (i & 7));
}

mlops_status mlops__column_store_null(mlops__column_store *self) {
    if (self->type != MLOPS_TYPE_NULL) {
        if (!self->validity && !begin_validity(self)) return MLOPS_E_NOMEM;
        put_absent(self, self->n);
        if (is_sunk(self)) MLOPS_TRY(mlops__text_sink_put(self->sink, NULL, 0));
    }
    self->n++;
    self->n_nulls++;
    return MLOPS_OK;
}

mlops_status mlops__column_store_text(mlops__column_store *self, const char *text, size_t n) {
    int32_t code = -1;
    if (self->sink) {
        MLOPS_TRY(mlops__text_sink_put(self->sink, text, n));
        mlops__column_store_present(self);
        return MLOPS_OK;
    }
    MLOPS_TRY(mlops__dictionary_add(&self->dictionary, text, n, &code));
    mlops__column_store_code(self, code);
    return MLOPS_OK;
}

/* What was reserved and not used goes back where that is worth a copy. */
static int is_spare(const mlops__column_store *self) {
    return self->cap - self->n > self->cap / 16;
}

mlops_status mlops__column_store_finish(mlops__column_store *self, const char *name,
                                        mlops__column *out) {
    int spare = self->type != MLOPS_TYPE_NULL && is_spare(self);
    if (spare && !resize_data(self, self->n)) return MLOPS_E_NOMEM;
    if ((self->n_nulls || self->validity) && !resize_validity(self, self->n)) return MLOPS_E_NOMEM;
    if (self->type == MLOPS_TYPE_STRING) MLOPS_TRY(mlops__dictionary_close(&self->dictionary));
    self->cap = self->n;
    *out = (mlops__column){name,
                           self->type,
                           self->n,
                           self->n_nulls,
                           self->validity,
                           self->data,
                           self->dictionary.texts,
                           self->dictionary.n};
    return MLOPS_OK;
}
