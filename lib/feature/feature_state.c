/* What fitted functions take from the training table, and what stands in their place then.
 *
 * Owns nothing. Invariant: sums are exact and each result depends on the multiset of the values
 * alone; it is written with as many digits as give the same bits again.
 */
#include "base/exact_sum.h"
#include "base/real.h"
#include "feature/feature_inside.h"
#include "stats/stats.h"
#include "text/number.h"

#include <string.h>

typedef mlops__feature_fitting fitting;
typedef mlops__expr_expansion expansion;

enum { CATEGORIES = 50, CATEGORIES_MAX = 10000 };

const char *const mlops__feature_functions[] = {"impute", "minmax", "one_hot", "standardise", NULL};

/* ---- numbers ---- */

double mlops__feature_mean(const double *values, int64_t n) {
    mlops__exact sum = {{0}, 0, 0};
    for (int64_t i = 0; i < n; i++) mlops__exact_add(&sum, values[i]);
    return mlops__exact_mean(&sum, n);
}

static double power_of_two(int k) { /* -1074 to 1023 */
    uint64_t bits = k >= -1022 ? (uint64_t)(k + 1023) << 52 : (uint64_t)1 << (k + 1074);
    double out;
    memcpy(&out, &bits, sizeof out);
    return out;
}

/* The least k with |x| < 2^k, if that is above -1022. */
static int exponent_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int biased = (int)(bits >> 52 & 0x7ff);
    return (biased ? biased : 1) - 1022;
}

/* Deviations are scaled by a power of two, so that no square is out of range; the rounding of the
 * mean is taken back. */
double mlops__feature_deviation(const double *values, int64_t n, double mean) {
    mlops__exact sum = {{0}, 0, 0}, squares = {{0}, 0, 0};
    double most = 0;
    for (int64_t i = 0; i < n; i++) {
        double d = values[i] - mean, size = d < 0 ? -d : d;
        if (size > most) most = size;
    }
    if (most == 0 || most - most != 0) return most;
    int k = exponent_of(most);
    double scale = power_of_two(-k);
    for (int64_t i = 0; i < n; i++) {
        double d = (values[i] - mean) * scale;
        mlops__exact_add(&sum, d);
        mlops__exact_add(&squares, d * d);
    }
    double offset = mlops__exact_mean(&sum, n);
    double variance = mlops__exact_mean(&squares, n) - offset * offset;
    if (variance < 0) variance = 0;
    return mlops__sqrt(variance) * power_of_two(k / 2) * power_of_two(k - k / 2);
}

mlops_status mlops__feature_median(mlops_cpu cpu, const double *values, int64_t n,
                                   mlops__arena *arena, double *out) {
    double *sorted = mlops__arena_array(arena, (size_t)n, 2 * sizeof *sorted);
    if (!sorted) return MLOPS_E_NOMEM;
    mlops__sort_f64(cpu, sorted, sorted + n, values, n);
    double low = sorted[(n - 1) / 2], high = sorted[n / 2], sum = low + high;
    *out = sum - sum == 0 ? sum / 2 : low / 2 + high / 2;
    return MLOPS_OK;
}

void mlops__feature_put(mlops__buf *out, mlops_type type, const mlops__feature_category *value) {
    char text[MLOPS__NUMBER_MAX];
    switch (type) {
    case MLOPS_TYPE_STRING: mlops__expr_put_text(out, value->text, value->n); break;
    case MLOPS_TYPE_FLOAT64: mlops__buf_put(out, text, mlops__format_f64(text, value->f64)); break;
    case MLOPS_TYPE_BOOL: mlops__buf_text(out, value->i64 ? "true" : "false"); break;
    default: mlops__buf_format(out, "%lld", (long long)value->i64); break;
    }
}

static void put_real(mlops__buf *out, double value) {
    mlops__feature_put(out, MLOPS_TYPE_FLOAT64, &(mlops__feature_category){.f64 = value});
}

/* ---- functions ---- */

static mlops_status problem(expansion *call, int64_t at, const char *format, ...)
    MLOPS__PRINTF(3, 4);

static mlops_status problem(expansion *call, int64_t at, const char *format, ...) {
    va_list args;
    va_start(args, format);
    mlops__vformat(call->problem, sizeof call->problem, format, args);
    va_end(args);
    call->at = at;
    return MLOPS_E_SCHEMA;
}

static int is_number(mlops_type type) {
    return type == MLOPS_TYPE_INT64 || type == MLOPS_TYPE_FLOAT64;
}

static mlops_status want_arguments(expansion *call, int64_t least, int64_t most) {
    if (call->n_args >= least && call->n_args <= most) return MLOPS_OK;
    if (least == most)
        problem(call, -1, "%s takes %lld argument%s, and %lld %s given", call->name,
                (long long)least, mlops__plural(least), (long long)call->n_args,
                call->n_args == 1 ? "is" : "are");
    else
        problem(call, -1, "%s takes %lld or %lld arguments, and %lld %s given", call->name,
                (long long)least, (long long)most, (long long)call->n_args,
                call->n_args == 1 ? "is" : "are");
    return MLOPS_E_PARSE;
}

/* The finite numbers of the first argument. */
static mlops_status numbers(fitting *self, expansion *call, mlops__arena *arena, double **out,
                            int64_t *n) {
    const mlops__expr_argument *x = &call->args[0];
    mlops__feature_sample sample;
    int64_t infinite;
    if (!is_number(x->type))
        return problem(call, 0, "%s takes numbers, and this is %s", call->name,
                       x->type == MLOPS_TYPE_STRING ? "text" : "a condition");
    MLOPS_TRY(mlops__feature_sample_take(&sample, self, x->text, x->n, arena));
    MLOPS_TRY(mlops__feature_sample_numbers(&sample, arena, out, n, &infinite));
    if (infinite >= 0)
        return problem(call, 0,
                       "row %lld (from 0) is infinite here, and nothing can be fitted to that; "
                       "hold it with clip",
                       (long long)infinite);
    if (*n == 0)
        return problem(call, 0, "there is no value to fit %s to: all are null or NaN", call->name);
    return MLOPS_OK;
}

/* (x - shift) / scale */
static void put_scaled(expansion *call, double shift, double scale) {
    mlops__buf_text(call->out, "((");
    mlops__buf_put(call->out, call->args[0].text, call->args[0].n);
    mlops__buf_text(call->out, ") - ");
    put_real(call->out, shift);
    mlops__buf_text(call->out, ") / ");
    put_real(call->out, scale);
}

static mlops_status too_far(expansion *call) {
    return problem(call, 0, "the values lie too far apart for float64; hold them with clip");
}

static mlops_status standardise(fitting *self, expansion *call, mlops__arena *arena) {
    double *values;
    int64_t n;
    MLOPS_TRY(want_arguments(call, 1, 1));
    MLOPS_TRY(numbers(self, call, arena, &values, &n));
    double mean = mlops__feature_mean(values, n);
    double deviation = mlops__feature_deviation(values, n, mean);
    if (deviation - deviation != 0) return too_far(call);
    put_scaled(call, mean + 0.0, deviation == 0 ? 1 : deviation);
    return MLOPS_OK;
}

static mlops_status minmax(fitting *self, expansion *call, mlops__arena *arena) {
    double *values;
    int64_t n;
    MLOPS_TRY(want_arguments(call, 1, 1));
    MLOPS_TRY(numbers(self, call, arena, &values, &n));
    double least = values[0], most = values[0];
    for (int64_t i = 1; i < n; i++) {
        if (values[i] < least) least = values[i];
        if (values[i] > most) most = values[i];
    }
    double range = most - least;
    if (range - range != 0) return too_far(call);
    put_scaled(call, least, range == 0 ? 1 : range);
    return MLOPS_OK;
}

/* x where it is there, else a value, which put_value has written behind the comma. NaN is there
 * only of float64. */
static void put_filled(expansion *call, mlops_type type, const mlops__feature_category *value) {
    const mlops__expr_argument *x = &call->args[0];
    int real = x->type == MLOPS_TYPE_FLOAT64;
    mlops__buf_text(call->out, real ? "if(not isnan(" : "coalesce(");
    if (real) {
        mlops__buf_put(call->out, x->text, x->n);
        mlops__buf_text(call->out, "), ");
    }
    mlops__buf_put(call->out, x->text, x->n);
    mlops__buf_text(call->out, ", ");
    mlops__feature_put(call->out, type, value);
    mlops__buf_text(call->out, ")");
}

static int is_word(const mlops__expr_argument *arg, const char *word) {
    return arg->constant && arg->type == MLOPS_TYPE_STRING && arg->string.n == strlen(word) &&
           memcmp(arg->string.data, word, arg->string.n) == 0;
}

static mlops_status impute_mode(fitting *self, expansion *call, mlops__arena *arena) {
    const mlops__expr_argument *x = &call->args[0];
    mlops__feature_sample sample;
    mlops__feature_category *best;
    double *values;
    int64_t n;
    if (is_number(x->type)) MLOPS_TRY(numbers(self, call, arena, &values, &n)); /* for its errors */
    MLOPS_TRY(mlops__feature_sample_take(&sample, self, x->text, x->n, arena));
    mlops_status status = mlops__feature_sample_categories(&sample, arena, 1, &best, &n);
    if (status == MLOPS_OK && n == 0)
        status = problem(call, 0, "there is no value to fit impute to: all are null");
    if (status == MLOPS_OK) put_filled(call, x->type, best);
    mlops__feature_sample_end(&sample);
    return status;
}

static mlops_status impute_constant(expansion *call) {
    const mlops__expr_argument *x = &call->args[0], *with = &call->args[1];
    mlops__feature_category value = {0, with->i64, with->f64, with->string.data, with->string.n};
    int fits = x->type == with->type || (is_number(x->type) && is_number(with->type));
    if (!with->constant || (!fits && with->type == MLOPS_TYPE_STRING))
        return problem(call, 1,
                       "impute takes 'mean', 'median', 'mode' or a constant; coalesce(x, y) takes "
                       "what else can stand in");
    if (!fits)
        return problem(call, 1, "the constant is %s, and what it stands in for is %s",
                       is_number(with->type) ? "a number" : "a condition",
                       x->type == MLOPS_TYPE_STRING ? "text"
                       : is_number(x->type)         ? "a number"
                                                    : "a condition");
    put_filled(call, with->type, &value);
    return MLOPS_OK;
}

static mlops_status impute(fitting *self, expansion *call, mlops__arena *arena) {
    MLOPS_TRY(want_arguments(call, 2, 2));
    const mlops__expr_argument *with = &call->args[1];
    int mean = is_word(with, "mean"), median = is_word(with, "median");
    if (is_word(with, "mode")) return impute_mode(self, call, arena);
    if (!mean && !median) return impute_constant(call);
    mlops__feature_category value = {0};
    double *values;
    int64_t n;
    MLOPS_TRY(numbers(self, call, arena, &values, &n));
    if (mean) value.f64 = mlops__feature_mean(values, n) + 0.0;
    else MLOPS_TRY(mlops__feature_median(self->self->host.cpu, values, n, arena, &value.f64));
    put_filled(call, MLOPS_TYPE_FLOAT64, &value);
    return MLOPS_OK;
}

/* Only notes what is asked for: the line makes the outputs. */
static mlops_status one_hot(fitting *self, expansion *call) {
    MLOPS_TRY(want_arguments(call, 1, 2));
    const mlops__expr_argument *x = &call->args[0], *max = &call->args[1];
    if (!self->whole_line || self->n_one_hot++)
        return problem(call, -1, "one_hot makes several outputs: it stands alone on its line");
    if (x->type == MLOPS_TYPE_FLOAT64)
        return problem(call, 0, "one_hot takes text, int64 or a condition, and this is float64");
    if (call->n_args == 2 && (!max->constant || max->type != MLOPS_TYPE_INT64 || max->i64 < 1 ||
                              max->i64 > CATEGORIES_MAX))
        return problem(call, 1, "one_hot takes the most categories as a constant from 1 to %d",
                       CATEGORIES_MAX);
    self->encoded = *x;
    self->encoded.text = mlops__arena_text(&self->arena, x->text, x->n);
    self->categories_max = call->n_args == 2 ? max->i64 : CATEGORIES;
    mlops__buf_text(call->out, "0.0");
    return self->encoded.text ? MLOPS_OK : MLOPS_E_NOMEM;
}

mlops_status mlops__feature_expand(void *user, expansion *call) {
    fitting *self = user;
    mlops__arena arena;
    mlops_status status;
    mlops__arena_init(&arena, &self->self->host.allocator, SIZE_MAX);
    switch (call->name[0]) {
    case 'i': status = impute(self, call, &arena); break;
    case 'm': status = minmax(self, call, &arena); break;
    case 's': status = standardise(self, call, &arena); break;
    default: status = one_hot(self, call); break;
    }
    mlops__arena_free(&arena);
    if (status == MLOPS_E_LIMIT)
        problem(call, 0, "what %s is fitted to is beyond the limits of the language", call->name);
    return status;
}
