/* Events of a model file that is JSON.
 *
 * Owns nothing. Invariant: what is taken at once are the items that the events would have told, to
 * the last bit; the first that is not plain, or wrong, is left to them, and so is the place of an
 * error.
 */
#include "model/build/source.h"
#include "text/number.h"

#include <string.h>

enum { WINDOW = 2048, BATCH = 64 };

static mlops__source_json *of(mlops__source *base) { return (mlops__source_json *)base; }

static mlops_status json_next(mlops__source *base) {
    static const mlops__event events[] = {
        [MLOPS__JSON_NULL] = MLOPS__EVENT_NULL,
        [MLOPS__JSON_TRUE] = MLOPS__EVENT_TRUE,
        [MLOPS__JSON_FALSE] = MLOPS__EVENT_FALSE,
        [MLOPS__JSON_NUMBER] = MLOPS__EVENT_NUMBER,
        [MLOPS__JSON_STRING] = MLOPS__EVENT_STRING,
        [MLOPS__JSON_NAME] = MLOPS__EVENT_NAME,
        [MLOPS__JSON_ARRAY] = MLOPS__EVENT_ARRAY,
        [MLOPS__JSON_ARRAY_END] = MLOPS__EVENT_ARRAY_END,
        [MLOPS__JSON_OBJECT] = MLOPS__EVENT_OBJECT,
        [MLOPS__JSON_OBJECT_END] = MLOPS__EVENT_OBJECT_END,
        [MLOPS__JSON_END] = MLOPS__EVENT_END,
    };
    mlops__json *json = &of(base)->json;
    mlops__json_event event;
    MLOPS_TRY(mlops__json_next(json, &event));
    base->event = events[event];
    base->text = json->text;
    base->n = json->n;
    return MLOPS_OK;
}

static int json_f32(const mlops__source *base, float *out) {
    return mlops__parse_f32(base->text, base->n, 1, out);
}

static int json_i64(const mlops__source *base, int64_t *out) {
    double value;
    if (mlops__parse_i64(base->text, base->n, out)) return 1;
    if (!mlops__parse_f64(base->text, base->n, 0, &value)) return 0;
    if (!(value >= -0x1p53 && value <= 0x1p53)) return 0;
    *out = (int64_t)value;
    return (double)*out == value;
}

static mlops_status json_fail(mlops__source *base, mlops_status code, const char *message) {
    return mlops__json_fail(&of(base)->json, code, "%s", message);
}

/* Among the n characters of text a 0 stands ahead of a digit, as JSON does not have it; those of
 * exponents count too. The byte ahead of text is the one that begins the first number. */
static int has_needless_zero(const char *text, size_t n) {
    int found = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        char before = text[(ptrdiff_t)i - 1];
        int begins = (before == ',') | (before == '[') | (before == '-');
        found |= begins & (text[i] == '0') & ((uint8_t)(text[i + 1] - '0') <= 9);
    }
    return found;
}

/* A number as digits * 10^-scale. */
typedef struct plain {
    uint64_t digits;
    int64_t scale;
    int negative;
} plain;

/* What stands behind its E, of up to two digits, and how many characters it is, with the E. */
static int64_t exponent_of(const char *text, const char *end, size_t *n) {
    const uint64_t last_four = 0xffffffff00000000;
    uint64_t found =
        mlops__word_zeros((mlops__word(end - 8) | MLOPS__WORD_OF(0x20)) ^ MLOPS__WORD_OF('e')) &
        last_four;
    *n = 0;
    if (!found) return 0;
    const char *at = end - 8 + (63 - __builtin_clzll(found)) / 8, *p = at + 1;
    if (at <= text) return 0; /* that of the number ahead */
    int negative = *p == '-';
    p += negative || *p == '+';
    size_t n_digits = (size_t)(end - p);
    uint64_t value = 0, others = 0;
    if (n_digits - 1 >= 2) return 0;
    value = mlops__digits_take(end, n_digits, &others);
    if (others) return 0;
    *n = (size_t)(end - at);
    return negative ? -(int64_t)value : (int64_t)value;
}

/* As XGBoost writes nearly all of them: a digit, mostly a point and one to eight digits, E and one
 * digit. Little here branches on where in the field something stands. */
static inline int take_usual(mlops__text_span field, plain *out) {
    const char *end = field.text + field.n, *p = field.text + (*field.text == '-');
    uint64_t first = (uint8_t)(*p - '0'), exponent = (uint8_t)(end[-1] - '0');
    int below = end[-2] == '-';
    const char *e = end - 2 - below;
    size_t n = (size_t)(e - p) - 2;
    if ((*e | 0x20) != 'e' || first > 9 || exponent > 9) return 0;
    out->negative = *field.text == '-';
    out->digits = first;
    out->scale = below ? (int64_t)exponent : -(int64_t)exponent;
    if (e - p == 1) return 1;
    if (p[1] != '.' || n - 1 >= 8) return 0;
    uint64_t behind = mlops__digits_last(mlops__word(e - 8) ^ MLOPS__WORD_OF('0'), n);
    out->digits = first * mlops__digits_power(n) + mlops__digits_value(behind);
    out->scale += (int64_t)n;
    return !mlops__digits_others(behind);
}

/* False: it is something else than [-] digits [. digits] [E [sign] digits], or a long one. */
static inline int take_apart(const mlops__text_fields *fields, mlops__text_span field, plain *out) {
    if (!mlops__text_is_inside(fields, field)) return 0;
    if (take_usual(field, out)) return 1;
    size_t tail, scale;
    const char *p = field.text, *end = p + field.n;
    int64_t exponent = exponent_of(p, end, &tail);
    out->negative = *p == '-';
    p += out->negative;
    end -= tail;
    if (p >= end || *p == '.' || end[-1] == '.') return 0;
    if (!mlops__digits_decimal(p, (size_t)(end - p), &out->digits, &scale)) return 0;
    out->scale = (int64_t)scale - exponent;
    return 1;
}

static float f32_of(const plain *number, mlops__text_span field) {
    float value = 0.0f;
    int settled = number->digits == 0;
    if (!settled && number->scale >= 0 && number->scale <= 19)
        settled = mlops__decimal_f32(number->digits, (size_t)number->scale, &value);
    if (!settled) (void)mlops__parse_f32(field.text, field.n, 0, &value);
    else if (number->negative) value = -value;
    return value;
}

/* These take up to BATCH fields as long as they are plain, and return how many. */
typedef int64_t taker(const mlops__source_json *self, const mlops__text_fields *fields,
                      mlops__buf *out);

static int64_t take_none(const mlops__source_json *self, const mlops__text_fields *fields,
                         mlops__buf *out) {
    plain number;
    int64_t i = 0;
    (void)self;
    (void)out;
    while (i < fields->n && take_apart(fields, mlops__text_span_at(fields, i), &number)) i++;
    return i;
}

static int64_t take_f32(const mlops__source_json *self, const mlops__text_fields *fields,
                        mlops__buf *out) {
    float values[BATCH];
    plain number;
    int64_t i = 0;
    (void)self;
    for (; i < fields->n; i++) {
        mlops__text_span field = mlops__text_span_at(fields, i);
        if (!take_apart(fields, field, &number)) break;
        values[i] = f32_of(&number, field);
    }
    mlops__buf_put(out, values, (size_t)i * sizeof *values);
    return i;
}

static int64_t take_i32(const mlops__source_json *self, const mlops__text_fields *fields,
                        mlops__buf *out) {
    int64_t wide[BATCH], other = 0;
    int32_t values[BATCH];
    int minus_zero;
    int64_t n = self->kern->numbers_i64(fields, wide, &minus_zero);
    for (int64_t i = 0; i < n; i++) {
        values[i] = (int32_t)wide[i];
        other |= values[i] ^ wide[i];
    }
    if (other) return 0;
    mlops__buf_put(out, values, (size_t)n * sizeof *values);
    return n;
}

/* Offset of the end of the fields taken, 0: none; *more: there may be more of them. The number
 * that text begins with is the first one. */
static size_t take_window(const mlops__source_json *self, const char *text, size_t n, taker *take,
                          mlops__buf *out, int *more) {
    uint32_t at[1 + WINDOW + MLOPS__MARKS_SPARE];
    mlops__marks_found found;
    const char *end = memchr(text, ']', n);
    if (end) n = (size_t)(end - text);
    *more = 0;
    if (has_needless_zero(text, n)) return 0;
    at[0] = UINT32_MAX; /* the byte ahead */
    self->kern->marks((const uint8_t *)text, n, ',', at + 1, &found);
    if (found.n_lines || found.odd) return 0;
    if (end) at[++found.n] = (uint32_t)n;
    const mlops__json *json = &self->json;
    mlops__text_fields all = {at, 1, (int64_t)found.n, text, json->data, json->data + json->size,
                              0};
    int64_t i = 0, due = 0, got = 0;
    for (; got == due && i < all.n; i += got) {
        mlops__text_fields some = mlops__text_fields_from(&all, i);
        some.n = due = some.n < BATCH ? some.n : BATCH;
        got = take(self, &some, out);
    }
    *more = !end && i && i == all.n;
    return i ? at[i] : 0;
}

static void json_take(mlops__source *base, mlops__items items, mlops__buf *out) {
    static taker *const takers[] = {take_none, take_i32, take_f32};
    mlops__source_json *self = of(base);
    mlops__json *json = &self->json;
    size_t comma = 0; /* there is one ahead of the next item */
    int more = 1;
    while (more) {
        const char *text = json->data + json->offset + comma;
        size_t left = json->size - json->offset - comma;
        size_t n =
            take_window(self, text, left < WINDOW ? left : WINDOW, takers[items], out, &more);
        if (n) mlops__json_pass(json, comma + n);
        comma = 1;
    }
}

static const mlops__source_ops json_ops = {json_next, json_f32, json_i64, json_fail, json_take};

void mlops__source_json_init(mlops__source_json *self, const void *text, size_t n,
                             const mlops__kern *kern, mlops__arena *arena, mlops_error *err) {
    self->base = (mlops__source){&json_ops, MLOPS__EVENT_NULL, NULL, 0, err};
    self->kern = kern;
    mlops__json_init(&self->json, text, n, arena, err);
}
