/* Runs of plainly spelled values of one column: numbers by the kernels, those of up to 19 digits
 * here, and texts whose slots are asked for before they are needed.
 *
 * Owns nothing. Invariant: what is put is what text/number.h reads from the same characters; what
 * is not spelled plainly ends the run and is left to csv_infer.c.
 */
#include "base/real.h"
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

/* A whole number up to 2^53 and a power of ten up to 10^22 are exact, so that their quotient is
 * rounded once (Clinger 1990). */
static int real_of(uint64_t digits, size_t scale, double *out) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,
                                    1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19};
    if (digits >> 53) return mlops__decimal_f64(digits, scale, out);
    *out = (double)(int64_t)digits / powers[scale];
    return 1;
}

/* Those that have more digits than 2^53. */
static int64_t put_decimals(const mlops__kern *kern, const mlops__text_fields *run, double *out) {
    mlops__decimals decimals;
    int64_t n = kern->numbers_decimal(run, &decimals), i = 0;
    for (; i < n; i++) {
        double magnitude;
        if (!real_of(decimals.digits[i], decimals.scales[i], &magnitude)) break;
        out[i] = decimals.negative >> i & 1 ? -magnitude : magnitude;
    }
    return i;
}

int64_t mlops__csv_put_f64(mlops__csv_column *self, const mlops__kern *kern,
                           const mlops__text_fields *run) {
    double *out = (double *)self->store->data + self->store->n;
    int64_t i = 0, before;
    mlops__text_span field;
    if (!mlops__rounds_to_nearest()) return 0; /* division would not */
    do {
        before = i;
        mlops__text_fields rest = mlops__text_fields_from(run, i);
        if (is_long(run, i, &field)) i += put_decimals(kern, &rest, out + i);
        else i += kern->numbers_f64(&rest, out + i);
    } while (i < run->n && before < i);
    mlops__column_store_present_rows(self->store, i);
    return i;
}

/* ---- texts ---- */

/* The text may not tell itself from a null by its code. */
static void note_text(mlops__csv_column *self, const mlops__csv_field *field) {
    mlops__csv_field plain = mlops__csv_plain(field->text, field->n);
    if (!field->quoted || self->null_texts) return;
    self->null_texts = field->doubled ? mlops__csv_may_be_null(self->nulls, &plain)
                                      : mlops__csv_is_null(self->nulls, &plain);
}

mlops_status mlops__csv_halve(const mlops__csv_column *self, const mlops__csv_field *field,
                              mlops__text_span *out) {
    *out = (mlops__text_span){field->text, field->n};
    if (!field->doubled) return MLOPS_OK;
    self->scratch->size = 0;
    char *copy = (char *)mlops__buf_extend(self->scratch, field->n);
    if (!copy) return MLOPS_E_NOMEM;
    *out = (mlops__text_span){copy, mlops__csv_unquote(field, copy)};
    return MLOPS_OK;
}

mlops_status mlops__csv_put_text(mlops__csv_column *self, const mlops__csv_field *field) {
    mlops__text_span text;
    note_text(self, field);
    MLOPS_TRY(mlops__csv_halve(self, field, &text));
    return mlops__column_store_text(self->store, text.text, text.n);
}

static inline mlops__text_key key_of(const mlops__csv_field *field, const char *floor) {
    size_t n = field->n;
    if (n > 8) return mlops__text_key_long(field->text, n);
    const char *end = field->text + n;
    return end - floor < 8 ? mlops__text_key_of(field->text, n)
                           : mlops__text_key_short(mlops__word(end - 8), n);
}

/* Texts of a run, no more than there are keys. */
typedef struct some_texts {
    mlops__text_fields run;
    mlops__text_keys keys;
    int64_t n;       /* of the run: those ahead of one with doubled quotes */
    uint64_t odd;    /* bits of fields that kernels leave: it is known of them whether */
    uint64_t nulls;  /* they are nulls, */
    uint64_t hashes; /* or have a hash for a key */
} some_texts;

/* The key of a null is not found, or it is by chance. */
static void take_odd(const mlops__csv_column *self, some_texts *some) {
    some->nulls = some->hashes = 0;
    for (uint64_t odd = some->odd; odd; odd &= odd - 1) {
        int64_t i = __builtin_ctzll(odd);
        mlops__csv_field field = mlops__text_field_at(&some->run, i);
        if (field.doubled) {
            some->n = i;
            return;
        }
        mlops__text_key key = {0xff, 0};
        int null =
            mlops__csv_may_be_null(self->nulls, &field) && mlops__csv_is_null(self->nulls, &field);
        if (!null) key = key_of(&field, some->run.floor);
        some->keys.words[i] = key.word;
        some->keys.tags[i] = key.tag;
        some->nulls |= (uint64_t)null << i;
        some->hashes |= (uint64_t)mlops__text_key_hashed(key) << i;
    }
}

enum { NEAR = 1024 /* slots: these are in the cache anyway */ };

/* The keys of texts from number from on, whose slots are asked for. */
static void take_keys(const mlops__csv_column *self, const mlops__kern *kern,
                      const mlops__text_fields *run, int64_t from, some_texts *some) {
    const mlops__dictionary *texts = &self->store->dictionary;
    some->run = mlops__text_fields_from(run, from);
    if (some->run.n > MLOPS__TEXTS) some->run.n = MLOPS__TEXTS;
    some->n = some->run.n;
    some->odd = kern->texts_keys(&some->run, &some->keys);
    if (self->null_texts) some->odd = ~(uint64_t)0 >> (MLOPS__TEXTS - some->n);
    take_odd(self, some);
    for (int64_t i = 0; texts->n_slots > NEAR && i < some->n; i++)
        mlops__dictionary_load(texts, some->keys.tags[i]);
    for (int64_t i = 0; mlops__dictionary_is_dense(texts) && i < some->n; i++)
        mlops__dictionary_load_next(texts, some->keys.tags[i]);
}

/* Codes of texts from number i on that are there; returns the number of the next. */
static int64_t find_some(const mlops__dictionary *texts, const mlops__kern *kern,
                         const some_texts *some, int64_t i, int32_t *codes) {
    const mlops__slots slots = {texts->slots, texts->n_slots};
    if (!slots.n) return i;
    int64_t to = kern->texts_find(&slots, &some->keys, i, some->n, codes);
    for (uint64_t left = some->hashes >> i << i; left; left &= left - 1) {
        int64_t at = __builtin_ctzll(left);
        if (at >= to) break;
        mlops__csv_field field = mlops__text_field_at(&some->run, at);
        if ((some->nulls >> at & 1) || !mlops__dictionary_is(texts, codes[at], field.text, field.n))
            return at;
    }
    return to;
}

/* The same of texts that are new, up to one that kernels leave. */
static int64_t put_some(mlops__csv_column *self, const mlops__kern *kern, const some_texts *some,
                        int64_t i, int32_t *codes) {
    uint64_t odd = some->odd >> i;
    int64_t to = odd ? i + __builtin_ctzll(odd) : some->n;
    if (to > some->n) to = some->n;
    if (to == i) return i;
    return mlops__dictionary_put(&self->store->dictionary, kern->texts_put, &some->keys, i, to,
                                 self->nulls->first, codes);
}

/* A text that is not found at once, or a null. */
static mlops_status take_new(mlops__csv_column *self, const some_texts *some, int64_t i) {
    mlops__column_store *store = self->store;
    mlops__text_key key = {some->keys.words[i], some->keys.tags[i]};
    mlops__csv_field field = mlops__text_field_at(&some->run, i);
    int null =
        some->odd >> i & 1 ? (int)(some->nulls >> i & 1) : mlops__csv_is_null(self->nulls, &field);
    if (null) return mlops__column_store_null(store);
    note_text(self, &field);
    int32_t code = -1;
    MLOPS_TRY(mlops__dictionary_add_key(&store->dictionary, key, field.text, field.n, &code));
    mlops__column_store_code(store, code);
    return MLOPS_OK;
}

/* The text that is number i and, where they are long, more: behind a new one there mostly are.
 * Returns the number of the next. */
__attribute__((noinline)) static int64_t take_more(mlops__csv_column *self, const some_texts *some,
                                                   int64_t i, mlops_status *status) {
    const mlops__dictionary *texts = &self->store->dictionary;
    int64_t n;
    do {
        n = texts->n;
        *status = take_new(self, some, i);
        i += *status == MLOPS_OK;
    } while (n < texts->n && i < some->n && (some->hashes >> i & 1));
    return i;
}

/* Returns how many: less than all if the keys do not tell nulls from texts any more. */
static int64_t take_some(mlops__csv_column *self, const mlops__kern *kern, const some_texts *some,
                         mlops_status *status) {
    mlops__column_store *store = self->store;
    int32_t *codes = (int32_t *)store->data + store->n;
    int64_t i = 0;
    int null_texts = self->null_texts;
    while (i < some->n && *status == MLOPS_OK && self->null_texts == null_texts) {
        int64_t from = i;
        i = find_some(&store->dictionary, kern, some, i, codes);
        if (i < some->n) i = put_some(self, kern, some, i, codes);
        mlops__column_store_present_rows(store, i - from);
        if (i == some->n) break;
        i = take_more(self, some, i, status);
    }
    return i;
}

int64_t mlops__csv_put_texts(mlops__csv_column *self, const mlops__kern *kern,
                             const mlops__text_fields *run, mlops_status *status) {
    mlops__column_store *store = self->store;
    mlops__dictionary *texts = &store->dictionary;
    some_texts some;
    int64_t i = 0;
    if (store->n)
        texts->n_expected = (int64_t)((double)texts->n / (double)store->n * (double)store->cap);
    while (i < run->n && *status == MLOPS_OK) {
        take_keys(self, kern, run, i, &some);
        int64_t taken = take_some(self, kern, &some, status);
        i += taken;
        if (taken == some.n && some.n < some.run.n) break;
    }
    return i;
}
