/* Runs of plainly spelled values of one column: numbers by the kernels, those of up to 19 digits
 * here, and texts whose slots are asked for before they are needed.
 *
 * Owns nothing. Invariant: what is put is what text/number.h reads from the same characters; what
 * is not spelled plainly ends the run and is left to csv_infer.c.
 */
#include "column/csv_infer.h"
#include "text/number.h"

/* The run's next field may have more digits than kernels take. */
static inline int is_long(const mlops__text_fields *run, int64_t i, mlops__text_span *field) {
    if (i == run->n) return 0;
    *field = mlops__text_span_at(run, i);
    return field->n >= MLOPS__NUMBERS_MAX && mlops__text_is_inside(run, *field);
}

static int take_long_i64(mlops__text_span field, int64_t *out) {
    enum { DIGITS = 18 /* fit in any case */ };
    uint64_t others = 0, negative = *field.text == '-', n = field.n - negative;
    if (n > DIGITS) return 0;
    int64_t value = (int64_t)mlops__digits_take(field.text + field.n, (size_t)n, &others);
    *out = negative ? -value : value;
    return !others && value; /* not -0 */
}

int64_t mlops__csv_put_i64(mlops__csv_column *self, const mlops__kern *kern,
                           const mlops__text_fields *run) {
    int64_t *out = (int64_t *)self->store->data + self->store->n, i = 0, before;
    do {
        before = i;
        mlops__text_fields rest = mlops__text_fields_from(run, i);
        mlops__text_span field;
        i += kern->numbers_i64(&rest, out + i, &self->minus_zero);
        while (is_long(run, i, &field) && take_long_i64(field, out + i)) i++;
    } while (before < i && i < run->n);
    mlops__column_store_present_rows(self->store, i);
    return i;
}

/* Division rounds as the processor is told to; the results here are to be those of no mode. */
static int rounds_to_nearest(void) {
    volatile double tiny = 0x1p-60;
    return 1.0 + tiny == 1.0 - tiny;
}

/* A whole number up to 2^53 and a power of ten up to 10^22 are exact, so that their quotient is
 * rounded once (Clinger 1990). */
static int take_long_f64(mlops__text_span field, double *out) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,
                                    1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19};
    size_t negative = *field.text == '-', scale;
    uint64_t digits;
    double magnitude;
    if (!mlops__digits_decimal(field.text + negative, field.n - negative, &digits, &scale))
        return 0;
    if (!(digits >> 53)) magnitude = (double)(int64_t)digits / powers[scale];
    else if (!mlops__decimal_f64(digits, scale, &magnitude)) return 0;
    *out = negative ? -magnitude : magnitude;
    return 1;
}

int64_t mlops__csv_put_f64(mlops__csv_column *self, const mlops__kern *kern,
                           const mlops__text_fields *run) {
    double *out = (double *)self->store->data + self->store->n;
    int64_t i = 0, before;
    if (!rounds_to_nearest()) return 0;
    do {
        before = i;
        mlops__text_fields rest = mlops__text_fields_from(run, i);
        mlops__text_span field;
        i += kern->numbers_f64(&rest, out + i);
        while (is_long(run, i, &field) && take_long_f64(field, out + i)) i++;
    } while (before < i && i < run->n);
    mlops__column_store_present_rows(self->store, i);
    return i;
}

static inline mlops__text_key key_of(const mlops__csv_field *field, const char *floor) {
    size_t n = field->n;
    if (n > 8) return mlops__text_key_long(field->text, n);
    const char *end = field->text + n;
    return end - floor < 8 ? mlops__text_key_of(field->text, n)
                           : mlops__text_key_short(mlops__word(end - 8), n);
}

/* The field is its text, and no null. */
static inline int is_verbatim(const mlops__csv_nulls *nulls, const mlops__csv_field *field) {
    if (field->doubled) return 0;
    return !mlops__csv_may_be_null(nulls, field) || !mlops__csv_is_null(nulls, field);
}

static inline mlops_status take_text(mlops__dictionary *texts, mlops__text_key key,
                                     const mlops__csv_field *field, int32_t *code) {
    *code = mlops__dictionary_glance(texts, key);
    if (*code >= 0) return MLOPS_OK;
    return mlops__dictionary_add_key(texts, key, field->text, field->n, code);
}

enum { AHEAD = 128, NEAR = 1024 /* slots: these are in the cache anyway */ };

/* Texts as they come, as long as there are few. */
static int64_t take_near(mlops__dictionary *texts, const mlops__csv_nulls *nulls,
                         const mlops__text_fields *run, int32_t *codes, mlops_status *status) {
    int64_t i = 0;
    for (; i < run->n && texts->n_slots <= NEAR; i++) {
        mlops__csv_field field = mlops__text_field_at(run, i);
        if (!is_verbatim(nulls, &field)) break;
        *status = take_text(texts, key_of(&field, run->floor), &field, &codes[i]);
        if (*status != MLOPS_OK) break;
    }
    return i;
}

/* The keys of the next texts; returns how many. */
static int64_t expect(const mlops__dictionary *texts, const mlops__csv_nulls *nulls,
                      const mlops__text_fields *run, int64_t from, mlops__text_key *keys) {
    int64_t n = run->n - from < AHEAD ? run->n - from : AHEAD, i = 0;
    for (; i < n; i++) {
        mlops__csv_field field = mlops__text_field_at(run, from + i);
        if (!is_verbatim(nulls, &field)) break;
        keys[i] = key_of(&field, run->floor);
        mlops__dictionary_expect(texts, keys[i]);
    }
    return i;
}

int64_t mlops__csv_put_texts(mlops__csv_column *self, const mlops__csv_nulls *nulls,
                             const mlops__text_fields *run, mlops_status *status) {
    mlops__column_store *store = self->store;
    mlops__dictionary *texts = &store->dictionary;
    int32_t *codes = (int32_t *)store->data + store->n;
    mlops__text_key keys[AHEAD];
    int64_t i = take_near(texts, nulls, run, codes, status), n = AHEAD;
    while (n == AHEAD && *status == MLOPS_OK && i < run->n) {
        n = expect(texts, nulls, run, i, keys);
        for (int64_t k = 0; k < n && *status == MLOPS_OK; k++) {
            mlops__csv_field field = mlops__text_field_at(run, i);
            *status = take_text(texts, keys[k], &field, &codes[i]);
            i += *status == MLOPS_OK;
        }
    }
    mlops__column_store_present_rows(store, i);
    return i;
}
