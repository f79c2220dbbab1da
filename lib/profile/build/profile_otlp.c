/* A profile as JSON of OpenTelemetry.
 *
 * Owns nothing. Invariant: whole numbers of 64 bits are texts there, as proto3's JSON has them; a
 * sum can stand for a counter, which never falls.
 */
#include "profile/run/profile_state.h"
#include "text/json.h"

static void put_whole(mlops__json_writer *out, const char *name, int64_t value) {
    char digits[24];
    mlops__buf text;
    mlops__buf_init_fixed(&text, digits, sizeof digits);
    mlops__buf_format(&text, "%lld", (long long)value);
    if (name) mlops__json_name(out, name);
    mlops__json_string_n(out, digits, text.size);
}

static void put_finite(mlops__json_writer *out, const char *name, double value) {
    if (value - value == 0.0) mlops__json_put_f64(out, name, value);
}

static void put_side(mlops__json_writer *out, const mlops_profile *self, const char *name,
                     int32_t sign, int64_t offset, int64_t n) {
    mlops__json_name(out, name);
    mlops__json_open(out, '{');
    mlops__json_put_i64(out, "offset", offset);
    mlops__json_name(out, "bucketCounts");
    mlops__json_open(out, '[');
    for (int64_t i = 0; i < n; i++)
        put_whole(out, NULL, mlops_profile_power(self, sign, offset + i));
    mlops__json_close(out, ']');
    mlops__json_close(out, '}');
}

mlops_status mlops_profile_otlp(const mlops_profile *self, char *text, size_t cap, size_t *needed) {
    mlops_profile_powers p = MLOPS_PROFILE_POWERS_INIT;
    mlops_profile_summary s = MLOPS_PROFILE_SUMMARY_INIT;
    MLOPS_TRY(mlops_profile_count_powers(self, &p));
    (void)mlops_profile_summarize(self, &s); /* the struct is ours */
    mlops__buf buf;
    mlops__json_writer out;
    mlops__buf_init_fixed(&buf, text, cap);
    mlops__json_writer_init(&out, &buf, 0);
    mlops__json_open(&out, '{');
    put_whole(&out, "count", p.n);
    if (p.n && s.min >= 0 && !s.n_infinite && !self->totals[MLOPS__TOTAL_BEYOND])
        mlops__json_put_f64(&out, "sum", mlops__sum_mean(&self->sum, self->shape.scale, 1));
    mlops__json_put_i64(&out, "scale", p.scale);
    put_whole(&out, "zeroCount", p.n_zero);
    put_side(&out, self, "positive", 1, p.positive_offset, p.n_positive);
    put_side(&out, self, "negative", -1, p.negative_offset, p.n_negative);
    put_finite(&out, "min", s.min);
    put_finite(&out, "max", s.max);
    mlops__json_put_f64(&out, "zeroThreshold", p.zero_threshold);
    mlops__json_close(&out, '}');
    return mlops__buf_finish_text(&buf, needed);
}
