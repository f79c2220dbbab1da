/* Casting elements from one dtype to another.
 *
 * Owns nothing. Invariant: every pair of dtypes has a result for every element, or MLOPS_E_PARSE: a
 * number goes by way of f64 or i64, whichever holds all of its dtype. Freestanding: part of the
 * firmware build.
 */
#include "model/run/graph_step.h"
#include "text/number.h"

/* A number on its way: real if is_real, else whole. */
typedef struct number {
    double real;
    int64_t whole;
    int is_real;
} number;

static int is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Integers by themselves, so that those above 2^53 are exact. */
static int parse(const mlops__graph_text *text, mlops__graph_dtype to, number *out) {
    const char *from = text->bytes;
    size_t n = text->n;
    for (; n && is_blank(*from); from++) n--;
    while (n && is_blank(from[n - 1])) n--;
    float single;
    out->is_real = 0;
    if (to != MLOPS__GRAPH_F32 && to != MLOPS__GRAPH_F64 && mlops__parse_i64(from, n, &out->whole))
        return 1;
    out->is_real = 1;
    if (to != MLOPS__GRAPH_F32) return mlops__parse_f64(from, n, 1, &out->real);
    if (!mlops__parse_f32(from, n, 1, &single)) return 0;
    out->real = (double)single;
    return 1;
}

static int load(const mlops__graph_view *x, int64_t i, mlops__graph_dtype to, number *out) {
    *out = (number){0};
    switch (x->dtype) {
    case MLOPS__GRAPH_F32: out->real = (double)((const float *)x->data)[i]; break;
    case MLOPS__GRAPH_F64: out->real = ((const double *)x->data)[i]; break;
    case MLOPS__GRAPH_I64: out->whole = ((const int64_t *)x->data)[i]; break;
    case MLOPS__GRAPH_I32: out->whole = ((const int32_t *)x->data)[i]; break;
    case MLOPS__GRAPH_BOOL: out->whole = ((const uint8_t *)x->data)[i] != 0; break;
    case MLOPS__GRAPH_TEXT: return parse((const mlops__graph_text *)x->data + i, to, out);
    case MLOPS__GRAPH_BYTES: return 0;
    }
    out->is_real = x->dtype == MLOPS__GRAPH_F32 || x->dtype == MLOPS__GRAPH_F64;
    return 1;
}

/* Towards zero, the nearest there is if outside. */
static int64_t whole_of(double x, double low, double high) {
    if (x != x) return 0;
    if (x <= low) return low < -0x1p40 ? INT64_MIN : INT32_MIN;
    if (x >= high) return high > 0x1p40 ? INT64_MAX : INT32_MAX;
    return (int64_t)x;
}

static float next_f32(float x, int is_up) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    if (bits << 1 == 0) bits = is_up ? 1 : 0x80000001;
    else bits += (bits >> 31 == 0) == is_up ? 1 : UINT32_MAX;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static float round_f32(double x, int64_t rounding) {
    float nearest = (float)x;
    if (rounding == MLOPS__ROUND_UP && (double)nearest < x) return next_f32(nearest, 1);
    if (rounding == MLOPS__ROUND_DOWN && (double)nearest > x) return next_f32(nearest, 0);
    return nearest;
}

static void store(const number *from, mlops__graph_dtype dtype, int64_t rounding, void *to,
                  int64_t i) {
    double real = from->is_real ? from->real : (double)from->whole;
    if (dtype == MLOPS__GRAPH_F64) ((double *)to)[i] = real;
    else if (dtype == MLOPS__GRAPH_BOOL)
        ((uint8_t *)to)[i] = from->is_real ? real != 0.0 : from->whole != 0;
    else if (dtype == MLOPS__GRAPH_F32)
        ((float *)to)[i] = from->is_real ? round_f32(real, rounding) : (float)from->whole;
    else if (dtype == MLOPS__GRAPH_I64)
        ((int64_t *)to)[i] = from->is_real ? whole_of(real, -0x1p63, 0x1p63) : from->whole;
    else
        ((int32_t *)to)[i] = (int32_t)(from->is_real ? whole_of(real, -0x1p31, 0x1p31 - 1)
                                                     : (int64_t)(int32_t)(uint32_t)from->whole);
}

/* A number as ONNX Runtime spells it. */
static size_t spell(char out[MLOPS__NUMBER_MAX], const number *x) {
    if (!x->is_real) return mlops__format(out, MLOPS__NUMBER_MAX, "%lld", (long long)x->whole);
    if (x->real != x->real) return mlops__format(out, MLOPS__NUMBER_MAX, "NaN");
    if (x->real - x->real != 0.0)
        return mlops__format(out, MLOPS__NUMBER_MAX, x->real > 0.0 ? "INF" : "-INF");
    return mlops__format_digits(out, x->real, 8);
}

static mlops_status to_text(const mlops__step *step, const mlops__graph_view *x,
                            mlops__graph_text *to) {
    int64_t n = mlops__view_count(x);
    for (int64_t i = 0; i < n; i++) {
        char text[MLOPS__NUMBER_MAX];
        number value;
        if (!load(x, i, MLOPS__GRAPH_TEXT, &value)) return mlops__step_fail(step, "not a number");
        size_t size = spell(text, &value);
        char *copy = mlops__step_text(step, size);
        if (!copy) return mlops__step_fail_code(step, MLOPS_E_ARENA, "no room for a text");
        memcpy(copy, text, size);
        to[i] = (mlops__graph_text){copy, size};
    }
    return MLOPS_OK;
}

mlops_status mlops__op_cast(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    uint32_t value = mlops__step_operand(step, 1);
    mlops__graph_dtype dtype = mlops__graph_value_at(step->run->graph, value).dtype;
    int64_t rounding = mlops__step_int(step, 0), n = mlops__view_count(x);
    void *to;
    MLOPS_TRY(mlops__step_out(step, 0, dtype, x->rank, x->dims, &to));
    if (x->dtype == dtype) {
        memcpy(to, x->data, (size_t)n * mlops__dtype_size(dtype));
        return MLOPS_OK;
    }
    if (dtype == MLOPS__GRAPH_TEXT) return to_text(step, x, to);
    for (int64_t i = 0; i < n; i++) {
        number on_way;
        if (!load(x, i, dtype, &on_way))
            return mlops__step_fail_code(step, MLOPS_E_PARSE, "a text is no number");
        store(&on_way, dtype, rounding, to, i);
    }
    return MLOPS_OK;
}
