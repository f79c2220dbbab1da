/* Numbers among fields: the scalar reference, eight digits at a time in 64-bit words.
 *
 * Owns nothing. Invariant: what is written is the value to the last bit, and does not depend on the
 * byte order of the machine.
 */
#include "kern/numbers/numbers.h"

int64_t mlops__numbers_i64_scalar(const mlops__text_fields *fields, int64_t *out, int *minus_zero) {
    int64_t i = 0;
    for (; i < fields->n; i++) {
        mlops__text_span field = mlops__text_span_at(fields, i);
        if (!mlops__text_is_inside(fields, field)) break;
        uint64_t negative = *field.text == '-', others = 0;
        size_t n = (size_t)(field.n - negative);
        if (n - 1 >= MLOPS__NUMBERS_MAX) break;
        uint64_t value = mlops__digits_take(field.text + field.n, n, &others);
        if (others) break;
        *minus_zero |= negative && value == 0;
        out[i] = negative ? -(int64_t)value : (int64_t)value;
    }
    return i;
}

/* A whole number up to 2^53 and a power of ten up to 10^22 are exact, so that their quotient is
 * rounded once (Clinger 1990). */
int64_t mlops__numbers_f64_scalar(const mlops__text_fields *fields, double *out) {
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    int64_t i = 0;
    for (; i < fields->n; i++) {
        mlops__text_span field = mlops__text_span_at(fields, i);
        if (!mlops__text_is_inside(fields, field)) break;
        size_t negative = *field.text == '-', n = field.n - negative, scale;
        uint64_t value;
        if (n > MLOPS__NUMBERS_MAX) break;
        if (!mlops__digits_decimal(field.text + negative, n, &value, &scale)) break;
        if (value >> 53) break;
        double magnitude = (double)(int64_t)value / powers[scale];
        out[i] = negative ? -magnitude : magnitude;
    }
    return i;
}

int64_t mlops__numbers_decimal_scalar(const mlops__text_fields *fields, mlops__decimals *out) {
    int64_t i = 0;
    out->negative = 0;
    for (; i < fields->n && i < MLOPS__DECIMALS; i++) {
        mlops__text_span field = mlops__text_span_at(fields, i);
        if (!mlops__text_is_inside(fields, field)) break;
        size_t negative = *field.text == '-', scale;
        if (!mlops__digits_decimal(field.text + negative, field.n - negative, &out->digits[i],
                                   &scale))
            break;
        out->scales[i] = (uint8_t)scale;
        out->negative |= (uint64_t)negative << i;
    }
    return i;
}
