/* Values of Arrow arrays: checked, widened, and appended to a column.
 *
 * Owns nothing; the producer's buffers are read in place. Invariant: no buffer is touched before
 * its array has been held against its type; how long a buffer is only the producer knows, so what
 * is checked is that lengths, offsets and indices agree with each other.
 */
#include "column/arrow_take.h"
#include "column/arrow_types.h"
#include "text/utf8.h"

#include <string.h>

/* An array while it is taken. */
typedef struct source {
    const mlops__arrow_type *type;
    const struct ArrowArray *array;
    const mlops__arrow_rows *rows;
    const uint8_t *validity;
    const uint8_t *data; /* values, offsets or views */
    int64_t start;       /* position of row 0 in them */
    const char *name;
    mlops_error *err;
} source;

static int bit(const uint8_t *bits, int64_t i) { return !bits || (bits[i >> 3] >> (i & 7) & 1); }

static int is_present(const source *self, int64_t i) {
    return bit(self->rows->validity, self->rows->first + i) && bit(self->validity, self->start + i);
}

static mlops_status refuse(const source *self, mlops_status code, int64_t row,
                           const char *problem) {
    return mlops__fail(self->err, code, "column '%s', row %lld: %s", self->name, (long long)row,
                       problem);
}

mlops_status mlops__arrow_check(const struct ArrowArray *array, const char *what,
                                mlops_error *err) {
    const char *problem = NULL;
    if (!array->release) problem = "was released or moved away";
    else if (array->length < 0 || array->offset < 0) problem = "has a negative length or offset";
    else if (array->length > INT64_MAX - 8 - array->offset) problem = "is too long";
    else if (array->null_count < -1 || array->null_count > array->length)
        problem = "has a null_count beyond its length";
    else if (array->n_buffers < 0 || array->n_children < 0) problem = "has a negative count";
    else if (array->n_buffers > 0 && !array->buffers) problem = "has no buffers";
    else if (array->n_children > 0 && !array->children) problem = "has no children";
    if (!problem) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID, "the array of %s %s", what, problem);
}

static const char *shape_problem(const source *self) {
    const struct ArrowArray *a = self->array;
    const mlops__arrow_type *t = self->type;
    int is_view = t->kind == MLOPS__ARROW_VIEW;
    if (is_view ? a->n_buffers < t->n_buffers : a->n_buffers != t->n_buffers)
        return "another number of buffers than its type has";
    if (a->n_children) return "children, which its type has not";
    if (a->length < self->rows->first || a->length - self->rows->first < self->rows->n)
        return "fewer rows than the table";
    if (t->kind == MLOPS__ARROW_NULL) return NULL;
    if (a->null_count > 0 && !a->buffers[0]) return "nulls but no validity buffer";
    if (self->rows->n && !a->buffers[1]) return "rows but no buffer of values";
    if (is_view && a->n_buffers > 3 && !a->buffers[a->n_buffers - 1])
        return "a view without sizes of its buffers";
    return NULL;
}

static mlops_status open_source(source *self, const struct ArrowSchema *schema) {
    char what[160];
    mlops__format(what, sizeof what, "column '%s'", self->name);
    if (!schema->format)
        return mlops__fail(self->err, MLOPS_E_INVALID, "column '%s' has no format", self->name);
    self->type = mlops__arrow_type_find(schema->format);
    if (!self->type)
        return mlops__fail(self->err, MLOPS_E_UNSUPPORTED,
                           "column '%s' is of type %s ('%s'), which a table does not take in",
                           self->name, mlops__arrow_type_name(schema->format), schema->format);
    MLOPS_TRY(mlops__arrow_check(self->array, what, self->err));
    const char *problem = shape_problem(self);
    if (problem)
        return mlops__fail(self->err, MLOPS_E_INVALID, "the array of %s has %s", what, problem);
    if (self->type->kind != MLOPS__ARROW_NULL) {
        self->validity = self->array->buffers[0];
        self->data = self->array->buffers[1];
    }
    self->start = self->array->offset + self->rows->first;
    return MLOPS_OK;
}

/* Bytes of the value, and of the unsigned number that they are on this machine. */
static uint64_t load(const source *self, int64_t i) {
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    size_t at = (size_t)(self->start + i);
    switch (self->type->width) {
    case 1: return memcpy(&u8, self->data + at, 1), u8;
    case 2: return memcpy(&u16, self->data + 2 * at, 2), u16;
    case 4: return memcpy(&u32, self->data + 4 * at, 4), u32;
    default: return memcpy(&u64, self->data + 8 * at, 8), u64;
    }
}

static int64_t load_signed(const source *self, int64_t i) {
    uint64_t value = load(self, i);
    switch (self->type->width) {
    case 1: return (int8_t)value;
    case 2: return (int16_t)value;
    case 4: return (int32_t)value;
    default: return (int64_t)value;
    }
}

static double from_f16(uint32_t bits) {
    uint32_t exponent = bits >> 10 & 31, fraction = bits & 1023;
    double value = (double)fraction / 1024.0;
    if (exponent == 31) { /* infinities, and NaN with its payload */
        uint64_t wide = (uint64_t)0x7ff << 52 | (uint64_t)fraction << 42;
        memcpy(&value, &wide, sizeof value);
    } else if (exponent == 0) {
        value /= 16384.0;
    } else {
        value += 1.0;
        for (uint32_t i = 15; i < exponent; i++) value *= 2.0;
        for (uint32_t i = exponent; i < 15; i++) value /= 2.0;
    }
    return bits >> 15 ? -value : value;
}

static double load_float(const source *self, int64_t i) {
    uint64_t bits = load(self, i);
    uint32_t half = (uint32_t)bits;
    float single;
    double value;
    if (self->type->width == 2) return from_f16(half);
    if (self->type->width == 4) return memcpy(&single, &half, sizeof single), (double)single;
    return memcpy(&value, &bits, sizeof value), value;
}

static mlops_status take_bools(const source *self, mlops__column_store *store) {
    for (int64_t i = 0; i < self->rows->n; i++) {
        if (is_present(self, i)) mlops__column_store_bool(store, bit(self->data, self->start + i));
        else MLOPS_TRY(mlops__column_store_null(store));
    }
    return MLOPS_OK;
}

/* All rows at once, where nothing is null and nothing changes. */
static int copy_rows(const source *self, mlops__column_store *store) {
    size_t n = (size_t)self->rows->n;
    if (self->validity || self->rows->validity || store->validity) return 0;
    if (self->type->width != 8 || self->type->unit > 1) return 0;
    if (n) memcpy((uint64_t *)store->data + store->n, self->data + 8 * (size_t)self->start, 8 * n);
    store->n += self->rows->n;
    return 1;
}

static mlops_status take_floats(const source *self, mlops__column_store *store) {
    if (copy_rows(self, store)) return MLOPS_OK;
    for (int64_t i = 0; i < self->rows->n; i++) {
        if (is_present(self, i)) mlops__column_store_f64(store, load_float(self, i));
        else MLOPS_TRY(mlops__column_store_null(store));
    }
    return MLOPS_OK;
}

static mlops_status take_signed(const source *self, mlops__column_store *store) {
    if (copy_rows(self, store)) return MLOPS_OK;
    int64_t unit = self->type->unit ? self->type->unit : 1, most = INT64_MAX / unit;
    for (int64_t i = 0; i < self->rows->n; i++) {
        if (!is_present(self, i)) {
            MLOPS_TRY(mlops__column_store_null(store));
            continue;
        }
        int64_t value = load_signed(self, i);
        if (unit > 1 && (value > most || value < -most))
            return refuse(self, MLOPS_E_UNSUPPORTED, store->n,
                          "a time beyond what int64 nanoseconds hold (1677 to 2262)");
        mlops__column_store_i64(store, value * unit);
    }
    return MLOPS_OK;
}

static int is_exact_i64(int64_t value) {
    double d = (double)value;
    return d < 9223372036854775808.0 && (int64_t)d == value;
}

static int is_exact_u64(uint64_t value) {
    double d = (double)value;
    return d < 18446744073709551616.0 && (uint64_t)d == value;
}

/* From here on the column is float64. False if a value would change. */
static int widen_exactly(mlops__column_store *store) {
    for (int64_t i = 0; i < store->n; i++)
        if (!is_exact_i64(((const int64_t *)store->data)[i])) return 0;
    mlops__column_store_widen(store);
    return 1;
}

static mlops_status take_unsigned(const source *self, mlops__column_store *store) {
    for (int64_t i = 0; i < self->rows->n; i++) {
        if (!is_present(self, i)) {
            MLOPS_TRY(mlops__column_store_null(store));
            continue;
        }
        uint64_t value = load(self, i);
        int is_int = store->type == MLOPS_TYPE_INT64;
        if (is_int && value > INT64_MAX) is_int = !widen_exactly(store);
        if (is_int ? value > INT64_MAX : !is_exact_u64(value))
            return refuse(self, MLOPS_E_UNSUPPORTED, store->n,
                          "with this uint64 the column fits neither int64 nor float64");
        if (is_int) mlops__column_store_i64(store, (int64_t)value);
        else mlops__column_store_f64(store, (double)value);
    }
    return MLOPS_OK;
}

static mlops_status check_text(const source *self, int64_t row, const char *bytes, size_t n) {
    if (mlops__utf8_check(bytes, n) < n)
        return refuse(self, MLOPS_E_INVALID, row, "the text is no UTF-8");
    if (memchr(bytes, 0, n)) return refuse(self, MLOPS_E_UNSUPPORTED, row, "the text holds a NUL");
    return MLOPS_OK;
}

/* Bytes of a text are looked at when it is new; ahead of a sink, which counts them at once. */
static mlops_status put_text(const source *self, mlops__column_store *store, const uint8_t *text,
                             size_t n) {
    int64_t known = store->dictionary.n;
    const char *bytes = n ? (const char *)text : "";
    if (store->sink) MLOPS_TRY(check_text(self, store->n, bytes, n));
    MLOPS_TRY(mlops__column_store_text(store, bytes, n));
    if (store->sink || store->dictionary.n == known) return MLOPS_OK;
    return check_text(self, store->n - 1, bytes, n);
}

static mlops_status take_texts(const source *self, mlops__column_store *store) {
    const uint8_t *bytes = self->array->buffers[2];
    if (self->rows->n == 0) return MLOPS_OK;
    int64_t begin = load_signed(self, 0);
    if (begin < 0) return refuse(self, MLOPS_E_INVALID, store->n, "a negative offset");
    for (int64_t i = 0; i < self->rows->n; i++) {
        int64_t end = load_signed(self, i + 1);
        if (end < begin) return refuse(self, MLOPS_E_INVALID, store->n, "offsets go back");
        if (end > begin && !bytes)
            return refuse(self, MLOPS_E_INVALID, store->n, "a text, but no buffer of bytes");
        if ((uint64_t)end > SIZE_MAX) return MLOPS_E_NOMEM;
        const uint8_t *text = end > begin ? bytes + begin : NULL;
        MLOPS_TRY(is_present(self, i) ? put_text(self, store, text, (size_t)(end - begin))
                                      : mlops__column_store_null(store));
        begin = end;
    }
    return MLOPS_OK;
}

/* Where the bytes of a view lie; NULL if that is outside of its buffer. */
static const uint8_t *find_view(const source *self, const uint8_t *view, size_t n) {
    enum { INLINE = 12 };
    if (n <= INLINE) return view + 4;
    const struct ArrowArray *a = self->array;
    int32_t index, offset;
    int64_t size;
    memcpy(&index, view + 8, sizeof index);
    memcpy(&offset, view + 12, sizeof offset);
    if (index < 0 || index >= a->n_buffers - 3 || offset < 0) return NULL;
    const uint8_t *sizes = a->buffers[a->n_buffers - 1], *bytes = a->buffers[2 + index];
    memcpy(&size, sizes + 8 * (size_t)index, sizeof size);
    return bytes && offset <= size && (int64_t)n <= size - offset ? bytes + offset : NULL;
}

static mlops_status take_views(const source *self, mlops__column_store *store) {
    for (int64_t i = 0; i < self->rows->n; i++) {
        if (!is_present(self, i)) {
            MLOPS_TRY(mlops__column_store_null(store));
            continue;
        }
        const uint8_t *view = self->data + 16 * (size_t)(self->start + i);
        int32_t n;
        memcpy(&n, view, sizeof n);
        const uint8_t *text = n < 0 ? NULL : find_view(self, view, (size_t)n);
        if (!text) return refuse(self, MLOPS_E_INVALID, store->n, "a view beyond its buffer");
        MLOPS_TRY(put_text(self, store, text, (size_t)n));
    }
    return MLOPS_OK;
}

static mlops_status take_plain(const source *self, mlops__column_store *store) {
    if (store->type == MLOPS_TYPE_NULL && self->type->type != MLOPS_TYPE_NULL)
        MLOPS_TRY(mlops__column_store_begin(store, self->type->type));
    switch (self->type->kind) {
    case MLOPS__ARROW_BOOL: return take_bools(self, store);
    case MLOPS__ARROW_SIGNED: return take_signed(self, store);
    case MLOPS__ARROW_UNSIGNED: return take_unsigned(self, store);
    case MLOPS__ARROW_FLOAT: return take_floats(self, store);
    case MLOPS__ARROW_TEXT: return take_texts(self, store);
    case MLOPS__ARROW_VIEW: return take_views(self, store);
    case MLOPS__ARROW_NULL: break;
    }
    for (int64_t i = 0; i < self->rows->n; i++) MLOPS_TRY(mlops__column_store_null(store));
    return MLOPS_OK;
}

/* Appends the value that stands at a row of another store of the same type. known holds the code
 * here of each text there, -1 as long as it has none. */
static mlops_status put_value(mlops__column_store *store, const mlops__column_store *values,
                              int64_t row, int32_t *known) {
    if (values->n_nulls && (!values->validity || !bit(values->validity, row)))
        return mlops__column_store_null(store);
    if (values->type == MLOPS_TYPE_BOOL)
        mlops__column_store_bool(store, ((const uint8_t *)values->data)[row]);
    if (values->type == MLOPS_TYPE_INT64)
        mlops__column_store_i64(store, ((const int64_t *)values->data)[row]);
    if (values->type == MLOPS_TYPE_FLOAT64)
        mlops__column_store_f64(store, ((const double *)values->data)[row]);
    if (values->type != MLOPS_TYPE_STRING) return MLOPS_OK;
    int32_t code = ((const int32_t *)values->data)[row];
    if (store->sink) {
        size_t n;
        const char *text = mlops__dictionary_text(&values->dictionary, code, &n);
        return mlops__column_store_text(store, text, n);
    }
    if (known[code] < 0) {
        size_t n;
        const char *text = mlops__dictionary_text(&values->dictionary, code, &n);
        MLOPS_TRY(mlops__dictionary_add(&store->dictionary, text, n, &known[code]));
    }
    mlops__column_store_code(store, known[code]);
    return MLOPS_OK;
}

static mlops_status take_indices(const source *self, mlops__column_store *store,
                                 const mlops__column_store *values, int32_t *known) {
    memset(known, 0xff, (size_t)values->dictionary.n * sizeof *known);
    for (int64_t i = 0; i < self->rows->n; i++) {
        if (!is_present(self, i)) {
            MLOPS_TRY(mlops__column_store_null(store));
            continue;
        }
        int is_signed = self->type->kind == MLOPS__ARROW_SIGNED;
        uint64_t index = is_signed ? (uint64_t)load_signed(self, i) : load(self, i);
        if (index >= (uint64_t)values->n)
            return refuse(self, MLOPS_E_INVALID, store->n, "an index beyond the dictionary");
        MLOPS_TRY(put_value(store, values, (int64_t)index, known));
    }
    return MLOPS_OK;
}

/* The dictionary has been read: values come in the order of rows, so that a table is the same
 * whether its producer had a dictionary or not. */
static mlops_status take_decoded(const source *self, mlops__column_store *store,
                                 const mlops__column_store *values) {
    if (store->type == MLOPS_TYPE_NULL && values->type != MLOPS_TYPE_NULL)
        MLOPS_TRY(mlops__column_store_begin(store, values->type));
    if (store->type != values->type)
        return refuse(self, MLOPS_E_UNSUPPORTED, store->n, "dictionaries of different types");
    size_t n = (size_t)values->dictionary.n * sizeof(int32_t);
    int32_t *known = mlops__alloc(store->allocator, n);
    mlops_status status = known ? take_indices(self, store, values, known) : MLOPS_E_NOMEM;
    mlops__free(store->allocator, known, n);
    return status;
}

static mlops_status take_dictionary(const source *self, mlops__column_store *store,
                                    const struct ArrowSchema *schema) {
    const struct ArrowSchema *inner = schema->dictionary;
    const struct ArrowArray *array = self->array->dictionary;
    mlops__arrow_kind kind = self->type->kind;
    int is_index = kind == MLOPS__ARROW_SIGNED || kind == MLOPS__ARROW_UNSIGNED;
    if (!is_index || self->type->unit || !array || inner->dictionary)
        return mlops__fail(
            self->err, MLOPS_E_INVALID,
            "column '%s': a dictionary needs whole numbers as indices, an array, and "
            "none within",
            self->name);
    mlops__arrow_rows all = {0, array->length, NULL};
    mlops__column_store values;
    mlops__column_store_init(&values, store->allocator, store->dictionary.entropy);
    mlops_status status = mlops__arrow_take(&values, inner, array, &all, self->name, self->err);
    if (status == MLOPS_OK) status = take_decoded(self, store, &values);
    mlops__column_store_free(&values);
    return status;
}

mlops_status mlops__arrow_take(mlops__column_store *store, const struct ArrowSchema *schema,
                               const struct ArrowArray *array, const mlops__arrow_rows *rows,
                               const char *name, mlops_error *err) {
    source self = {NULL, array, rows, NULL, NULL, 0, name, err};
    MLOPS_TRY(open_source(&self, schema));
    if (!schema->dictionary && array->dictionary)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "column '%s' has a dictionary that its schema does not know", name);
    if (rows->n > INT64_MAX - 8 - store->n - store->n / 2) return MLOPS_E_NOMEM;
    int64_t cap = store->n + rows->n, more = store->n + store->n / 2;
    if (cap > store->cap && cap < more) cap = more; /* of a stream */
    MLOPS_TRY(mlops__column_store_reserve(store, cap));
    return schema->dictionary ? take_dictionary(&self, store, schema) : take_plain(&self, store);
}
