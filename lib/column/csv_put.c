/* Runs of plainly spelled values of one column: numbers of up to 16 characters, eight at a time,
 * and texts whose slots are asked for before they are needed.
 *
 * Owns nothing. Invariant: what is put is what text/number.h reads from the same characters; what
 * is not spelled plainly ends the run and is left to csv_infer.c.
 */
#include "column/csv_infer.h"

static const uint64_t ZEROS = MLOPS__WORD_OF('0');

/* The last 16 bytes of a number: '0' in front of its first. */
typedef struct plain {
    uint64_t high; /* the last eight */
    uint64_t low;
    size_t n;
    int negative;
} plain;

/* n of the 8 bytes up to end, the others '0'. n is 0 to 8. */
static inline uint64_t take_word(const char *end, size_t n) {
    uint64_t word = mlops__word(end - 8), away = n < 8 ? ~(uint64_t)0 >> 8 * n : 0;
    return (word & ~away) | (ZEROS & away);
}

/* False if there are too many characters, or none, or bytes before them that may not be read. */
static inline int take_plain(const mlops__csv_field *field, const char *floor, plain *out) {
    size_t n = field->n;
    const char *end = field->text + n;
    if (field->quoted || n == 0 || end - floor < 16) return 0;
    out->negative = *field->text == '-';
    out->n = n -= (size_t)out->negative;
    if (n == 0 || n > 16) return 0;
    out->high = take_word(end, n < 8 ? n : 8);
    out->low = n > 8 ? take_word(end - 8, n - 8) : ZEROS;
    return 1;
}

static inline int is_digits(uint64_t word) {
    uint64_t over = word + MLOPS__WORD_OF(6); /* a carry comes from what is no digit alone */
    return ((word & MLOPS__WORD_OF(0xf0)) | ((over & MLOPS__WORD_OF(0xf0)) >> 4)) ==
           (ZEROS | MLOPS__WORD_OF(3));
}

/* The value of eight digits, by pairs, fours and eights. */
static inline uint64_t value_of(uint64_t word) {
    word = (word & MLOPS__WORD_OF(0x0f)) * 2561 >> 8;
    word = (word & 0x00ff00ff00ff00ff) * 6553601 >> 16;
    return (word & 0x0000ffff0000ffff) * 42949672960001 >> 32;
}

int64_t mlops__csv_put_i64(mlops__csv_column *self, const mlops__csv_run *run) {
    mlops__column_store *store = self->store;
    int64_t *out = (int64_t *)store->data + store->n, i = 0;
    int minus_zero = 0;
    for (; i < run->n; i++) {
        plain p;
        if (!take_plain(&run->fields[i * run->stride], run->floor, &p)) break;
        if (!is_digits(p.high) || !is_digits(p.low)) break;
        uint64_t value = value_of(p.high);
        if (p.n > 8) value += value_of(p.low) * 100000000;
        minus_zero |= p.negative && value == 0;
        uint64_t sign = (uint64_t)0 - (uint64_t)p.negative; /* no branch: they come in no order */
        out[i] = (int64_t)((value ^ sign) - sign);
    }
    self->minus_zero |= minus_zero;
    mlops__column_store_present_rows(store, i);
    return i;
}

/* Takes the point out of the number; *scale is the number of digits behind it. */
static inline void take_point(plain *p, size_t *scale) {
    uint64_t in_high = mlops__word_zeros(p->high ^ MLOPS__WORD_OF('.'));
    uint64_t in_low = mlops__word_zeros(p->low ^ MLOPS__WORD_OF('.'));
    uint64_t found = in_high ? in_high : in_low;
    *scale = 0;
    if (!found) return;
    uint64_t *word = in_high ? &p->high : &p->low;
    unsigned bit = (unsigned)__builtin_ctzll(found) - 7; /* where the point begins */
    uint64_t below = ((uint64_t)1 << bit) - 1, above = ~below << 7 << 1;
    uint64_t carried = in_high ? p->low >> 56 : '0';
    *word = (*word & above) | (*word & below) << 8 | carried;
    if (in_high) p->low = p->low << 8 | '0';
    *scale = (56 - bit) / 8 + (in_high ? 0u : 8u);
    p->n--;
}

/* Division rounds as the processor is told to; the results here are to be those of no mode. */
static int rounds_to_nearest(void) {
    volatile double tiny = 0x1p-60;
    return 1.0 + tiny == 1.0 - tiny;
}

/* A whole number up to 2^53 and a power of ten up to 10^22 are exact, so that their quotient is
 * rounded once (Clinger 1990). */
int64_t mlops__csv_put_f64(mlops__csv_column *self, const mlops__csv_run *run) {
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    static const double signs[] = {1.0, -1.0}; /* no branch: they come in no order */
    mlops__column_store *store = self->store;
    double *out = (double *)store->data + store->n;
    int64_t i = 0, n = rounds_to_nearest() ? run->n : 0;
    for (; i < n; i++) {
        plain p;
        size_t scale;
        if (!take_plain(&run->fields[i * run->stride], run->floor, &p)) break;
        take_point(&p, &scale);
        if (p.n == 0 || !is_digits(p.high) || !is_digits(p.low)) break;
        uint64_t value = value_of(p.high);
        if (p.n > 8) value += value_of(p.low) * 100000000;
        if (value >> 53) break;
        out[i] = (double)(int64_t)value / powers[scale] * signs[p.negative];
    }
    mlops__column_store_present_rows(store, i);
    return i;
}

static inline mlops__text_key key_of(const mlops__csv_field *field, const char *floor) {
    size_t n = field->n;
    if (n > 8) return mlops__text_key_long(field->text, n);
    const char *end = field->text + n;
    return end - floor < 8 ? mlops__text_key_of(field->text, n)
                           : mlops__text_key_short(mlops__word(end - 8), n);
}

enum { AHEAD = 128 };

/* The keys of the next texts; returns how many. */
static int64_t expect(const mlops__dictionary *texts, const mlops__csv_nulls *nulls,
                      const mlops__csv_run *run, int64_t from, mlops__text_key *keys) {
    int64_t n = run->n - from < AHEAD ? run->n - from : AHEAD, i = 0;
    for (; i < n; i++) {
        const mlops__csv_field *field = &run->fields[(from + i) * run->stride];
        if (field->doubled) break;
        if (mlops__csv_may_be_null(nulls, field) && mlops__csv_is_null(nulls, field)) break;
        keys[i] = key_of(field, run->floor);
        mlops__dictionary_expect(texts, keys[i]);
    }
    return i;
}

int64_t mlops__csv_put_texts(mlops__csv_column *self, const mlops__csv_nulls *nulls,
                             const mlops__csv_run *run, mlops_status *status) {
    mlops__column_store *store = self->store;
    int32_t *codes = (int32_t *)store->data + store->n;
    mlops__text_key keys[AHEAD];
    int64_t n = 0, i = 0;
    do {
        n = expect(&store->dictionary, nulls, run, i, keys);
        for (int64_t k = 0; k < n && *status == MLOPS_OK; k++) {
            const mlops__csv_field *field = &run->fields[i * run->stride];
            *status = mlops__dictionary_add_key(&store->dictionary, keys[k], field->text, field->n,
                                                &codes[i]);
            i += *status == MLOPS_OK;
        }
    } while (n == AHEAD && *status == MLOPS_OK && i < run->n);
    mlops__column_store_present_rows(store, i);
    return i;
}
