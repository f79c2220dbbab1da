/* New values among many rare ones: the measure beside its definition, its confidence and power by
 * simulation, and the same answer whatever way the reference comes. */
#define _GNU_SOURCE
#include "file/container.h"
#include "file/file.h"
#include "profile/reference.h"
#include "profile/seen.h"
#include "unit/help_drift.h"
#include "unit/help_path.h"

#include <mlops/drift_stream.h>
#include <unistd.h>

/* ---- tables of one column of words ---- */

/* The n-th word; negative ones are others. */
static mlops_table *words(const int64_t *ids, int64_t n) {
    mlops__buf csv;
    mlops_table *out;
    mlops_error err;
    mlops__buf_init(&csv, &mlops__heap);
    mlops__buf_text(&csv, "s\n");
    for (int64_t i = 0; i < n; i++) mlops__buf_format(&csv, "w%lld\n", (long long)ids[i]);
    if (mlops_table_parse(&out, (const char *)csv.data, csv.size, NULL, &err))
        fail_msg("%s", err.message);
    mlops__buf_free(&csv);
    return out;
}

typedef enum law { UNIFORM, ZIPF, IDS, N_LAWS } law;

static int64_t next_id = 1;

/* Zipf's law of exponent 1, closely enough: every draw is of one distribution. */
static int64_t draw_id(law of, int64_t k) {
    if (of == IDS) return next_id++;
    return of == UNIFORM ? (int64_t)((double)k * uniform())
                         : (int64_t)(exp(uniform() * log((double)k)) - 1);
}

/* A share of the values are others, of the same law. */
static mlops_table *sample(law of, int64_t k, int64_t n, double share) {
    int64_t *ids = malloc((size_t)n * sizeof *ids);
    assert_non_null(ids);
    for (int64_t i = 0; i < n; i++) {
        int64_t id = draw_id(of, k);
        ids[i] = uniform() < share ? -1 - id : id;
    }
    mlops_table *out = words(ids, n);
    free(ids);
    return out;
}

static mlops_drift_column judge(law of, int64_t k, int64_t n, int64_t m, double share,
                                const mlops_drift_opts *opts) {
    mlops_table *x = sample(of, k, n, 0);
    return compare_one(x, sample(of, k, m, share), opts);
}

/* ---- the measure ---- */

/* Values are parted by chance many times: the measure is the mean of what comes out. */
static void test_measure_is_a_mean_over_partitions(void **state) {
    (void)state;
    enum { K = 90, N = 301, TIMES = 20000 };
    static const int64_t sizes[] = {250, 10}; /* b is half of N, and 4 m */
    seed = 5;
    for (int s = 0; s < 2; s++) {
        int64_t m = sizes[s], b = N / 2 < 4 * m ? N / 2 : 4 * m, x[N], y[250];
        double sum = 0, squares = 0;
        mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
        opts.rows_min = 5;
        for (int i = 0; i < N; i++) x[i] = (int64_t)(K * uniform() * uniform());
        for (int i = 0; i < m; i++) y[i] = uniform() < 0.5 ? 1000 + i : x[(int)(N * uniform())];
        for (int t = 0; t < TIMES; t++) {
            int known[K] = {0}, n_new = 0, n_expected = 0;
            for (int i = 0; i < N - 1; i++) { /* the first N - b are known */
                int j = i + (int)(draw() % (uint64_t)(N - i));
                int64_t swap = x[i];
                x[i] = x[j];
                x[j] = swap;
            }
            for (int i = 0; i < N - b; i++) known[x[i]] = 1;
            for (int64_t i = N - b; i < N; i++) n_expected += !known[x[i]];
            for (int i = 0; i < m; i++) n_new += y[i] >= K || !known[y[i]];
            double gap = (double)n_new / (double)m - (double)n_expected / (double)b;
            sum += gap;
            squares += gap * gap;
        }
        double mean = sum / TIMES, error = sqrt((squares / TIMES - mean * mean) / TIMES);
        mlops_table *known_words = words(x, N);
        mlops_drift_column c = compare_one(known_words, words(y, m), &opts);
        assert_string_equal(c.test, "unseen");
        if (fabs(c.effect - mean) > 4 * error) fail_msg("%g %g %g", c.effect, mean, error);
        double en = (double)b * (double)m / (double)(b + m);
        close_to(c.effect_low, c.effect - sqrt(log(1 / (0.45 * 0.01)) / (2 * en)), 1e-12);
        close_to(c.p_value, exp(-2 * en * (c.effect - 0.05) * (c.effect - 0.05)) / 0.45, 1e-9);
    }
}

/* ---- confidence ---- */

/* Of all laws and sizes: without any tolerance, so that the whole level of the test is at stake;
 * and with the default one, of all tests together. The fewer rows, the more of the 64 most frequent
 * values are that by chance. */
static void test_false_alarms_stay_within_alpha(void **state) {
    (void)state;
    enum { REPORTS = 60 };
    static const int64_t sizes[][2] = {{60, 1500}, {100, 1500}, {200, 200}, {1500, 150}};
    static const int64_t kinds[] = {65, 1000, 100000};
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    opts.alpha = 0.1;
    seed = 21;
    for (int i = 0; i < N_LAWS * 3 * 4; i++) {
        law of = (law)(i / 12);
        const int64_t *n = sizes[i % 4];
        int alarms[2] = {0, 0};
        for (int r = 0; r < 2 * REPORTS; r++) {
            opts.tv_tolerance = r % 2 ? 0 : 1e-6;
            mlops_drift_column c = judge(of, kinds[i / 4 % 3], n[0], n[1], 0, &opts);
            int counts = c.verdict == MLOPS_DRIFT_YES && (r % 2 || !strcmp(c.test, "unseen"));
            alarms[r % 2] += counts;
        }
        if (alarms[0] > REPORTS / 10 || alarms[1] > REPORTS / 10)
            fail_msg("%d: %d %d", i, alarms[0], alarms[1]);
    }
}

/* The hardest harmless case: as many new values as the tolerance allows. */
static void test_false_alarms_at_the_tolerance(void **state) {
    (void)state;
    enum { REPORTS = 300 };
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    int alarms = 0;
    opts.alpha = 0.3;
    seed = 22;
    for (int r = 0; r < REPORTS; r++)
        alarms += judge(UNIFORM, 100, 2000, 500, 0.05, &opts).verdict == MLOPS_DRIFT_YES;
    assert_true(alarms <= REPORTS * 3 / 10);
}

static void test_new_values_are_found(void **state) {
    (void)state;
    static const struct {
        law of;
        int64_t k, n, m;
        double share;
    } cases[] = {{UNIFORM, 65, 3000, 3000, 0.14},      {UNIFORM, 1000, 5000, 5000, 0.2},
                 {ZIPF, 1000, 3000, 3000, 0.25},       {ZIPF, 100000, 5000, 5000, 0.4},
                 {UNIFORM, 10000, 20000, 20000, 0.25}, {UNIFORM, 1000, 20000, 1000, 0.15}};
    seed = 23;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int r = 0; r < 10; r++) {
            mlops_drift_column c =
                judge(cases[i].of, cases[i].k, cases[i].n, cases[i].m, cases[i].share, NULL);
            if (c.verdict != MLOPS_DRIFT_YES || strcmp(c.test, "unseen") != 0)
                fail_msg("%d: %s %g", (int)i, c.test, c.effect);
            assert_true(c.effect_low > 0.05 && c.effect_low <= cases[i].share);
        }
}

static void test_what_is_to_be_expected_is_no_drift(void **state) {
    (void)state;
    seed = 24;
    for (int r = 0; r < 5; r++) {
        assert_int_equal(judge(UNIFORM, 10000, 20000, 20000, 0, NULL).verdict, MLOPS_DRIFT_NO);
        assert_int_equal(judge(IDS, 0, 20000, 5000, 0, NULL).verdict, MLOPS_DRIFT_NO);
        /* few rows: so many new values could hide that it may not be ruled out */
        assert_int_equal(judge(UNIFORM, 100000, 300, 300, 0, NULL).verdict,
                         MLOPS_DRIFT_NOT_ENOUGH_DATA);
    }
}

/* ---- every way ---- */

static mlops_reference *through_file(mlops_reference *self) {
    mlops_reference *out;
    mlops_error err;
    if (mlops_reference_save(self, path, &err)) fail_msg("%s", err.message);
    if (mlops_reference_load(&out, path, NULL, &err)) fail_msg("%s", err.message);
    mlops_reference_unref(self);
    return out;
}

static void same(const mlops_drift *want, mlops_drift *got) {
    mlops_drift_column x = column_of(want, 0), y = column_of(got, 0);
    assert_string_equal(x.test, y.test);
    if (y.exact) assert_string_equal(x.where, y.where);
    x.name = y.name = x.where = y.where = NULL;
    x.exact = y.exact;
    assert_memory_equal(&x, &y, sizeof x);
    mlops_drift_unref(got);
}

static int32_t open_table(void *user, const char *columns, struct ArrowArrayStream *out) {
    (void)columns;
    return mlops_table_export_stream(user, out, NULL) == MLOPS_OK ? 0 : -12;
}

static mlops_drift *in_passes(mlops_table *x, const mlops_reference *kept, mlops_table *y) {
    mlops_drift_stream_opts opts = MLOPS_DRIFT_STREAM_OPTS_INIT;
    mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_drift *out;
    mlops_error err;
    call.memory_max = 2 << 20;
    drift.call = &call;
    opts.drift = &drift;
    opts.reference = kept;
    opts.reference_open = kept ? NULL : open_table;
    opts.reference_user = x;
    opts.current_open = open_table;
    opts.current_user = y;
    if (mlops_drift_compare_stream(&out, &opts, &err)) fail_msg("%s", err.message);
    return out;
}

/* The window is cut where the state is taken and given to another monitor. */
static mlops_drift *watched(mlops_reference *kept, const mlops_table *y) {
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    mlops_monitor *a, *b;
    mlops_drift *out;
    mlops_error err;
    size_t n = 0;
    opts.window_rows = 1000000;
    if (mlops_monitor_new_reference(&a, NULL, kept, &opts, &err)) fail_msg("%s", err.message);
    if (mlops_monitor_new_reference(&b, NULL, kept, &opts, &err)) fail_msg("%s", err.message);
    assert_int_equal(mlops_monitor_add_table(a, y, &err), MLOPS_OK);
    assert_int_equal(mlops_monitor_suspend(a, NULL, 0, &n), MLOPS_OK);
    uint8_t *bytes = malloc(n);
    assert_int_equal(mlops_monitor_suspend(a, bytes, n, &n), MLOPS_OK);
    if (mlops_monitor_resume(b, bytes, n, &err)) fail_msg("%s", err.message);
    assert_int_equal(mlops_monitor_drift(&out, b, &err), MLOPS_OK);
    mlops_monitor_free(a);
    mlops_monitor_free(b);
    free(bytes);
    return out;
}

static void shuffle(int64_t *ids, int n) {
    for (int i = n - 1; i > 0; i--) {
        int j = (int)(draw() % (uint64_t)(i + 1));
        int64_t swap = ids[i];
        ids[i] = ids[j];
        ids[j] = swap;
    }
}

static void test_same_answer_every_way(void **state) {
    (void)state;
    enum { N = 3000 };
    int64_t x[N], y[N];
    mlops_drift *got;
    mlops_error err;
    seed = 31;
    for (int r = 0; r < 6; r++) {
        for (int i = 0; i < N; i++) x[i] = draw_id(r % 2 ? ZIPF : UNIFORM, 900);
        for (int i = 0; i < N; i++) {
            int64_t id = draw_id(r % 2 ? ZIPF : UNIFORM, 900);
            y[i] = r < 4 && uniform() < 0.3 ? -1 - id : id;
        }
        mlops_table *a = words(x, N), *b = words(y, N);
        mlops_drift *want = compare(a, b, NULL);
        if (r < 4) assert_string_equal(column_of(want, 0).test, "unseen");
        shuffle(x, N);
        shuffle(y, N);
        mlops_table *c = words(x, N), *d = words(y, N);
        same(want, compare(c, d, NULL));
        same(want, in_passes(c, NULL, d));
        mlops_reference *kept = keep(c, 0);
        if (mlops_drift_compare_reference(&got, kept, d, NULL, &err)) fail_msg("%s", err.message);
        same(want, got);
        kept = through_file(kept);
        if (mlops_drift_compare_reference(&got, kept, b, NULL, &err)) fail_msg("%s", err.message);
        same(want, got);
        same(want, in_passes(NULL, kept, d));
        same(want, watched(kept, d));
        mlops_reference_unref(kept);
        mlops_drift_unref(want);
        mlops_table_unref(a);
        mlops_table_unref(b);
        mlops_table_unref(c);
        mlops_table_unref(d);
    }
}

static void test_where_tells_new_ones(void **state) {
    (void)state;
    mlops_drift *drift;
    mlops_error err;
    seed = 32;
    mlops_table *x = sample(UNIFORM, 500, 4000, 0), *y = sample(UNIFORM, 500, 4000, 1);
    mlops_reference *kept = keep(x, 0);
    if (mlops_drift_compare_reference(&drift, kept, y, NULL, &err)) fail_msg("%s", err.message);
    assert_string_equal(column_of(drift, 0).test, "unseen");
    assert_non_null(strstr(column_of(drift, 0).where, "more new ones (0% -> 100%)"));
    mlops_drift_unref(drift);
    mlops_reference_unref(kept);
    mlops_table_unref(x);
    mlops_table_unref(y);
}

/* Up to 64 values cells tell all: half of the level would be lost. */
static void test_it_is_tested_of_many_values_alone(void **state) {
    (void)state;
    int64_t x[650], y[650];
    for (int k = 64; k <= 65; k++) {
        for (int i = 0; i < 650; i++) x[i] = i % k, y[i] = 1000 + i % k;
        mlops_table *a = words(x, 650);
        mlops_drift_column c = compare_one(a, words(y, 650), NULL);
        assert_string_equal(c.test, "tv");
        double log_c = (k + 1) * log(2), w = k == 64 ? 0.9 : 0.45;
        if (k == 65) log_c = 65 * log(2);
        close_to(c.effect_low, c.effect - sqrt((log_c - log(w * 0.01)) / 650), 1e-12);
    }
}

/* ---- bytes ---- */

static void put_file(const void *bytes, size_t n) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

/* A file of the cells of this reference and these bytes as its section. */
static void put_reference(const mlops_reference *self, const uint8_t *seen, size_t n) {
    mlops__buf payload, whole;
    mlops__buf_init(&payload, &mlops__heap);
    mlops__buf_init(&whole, &mlops__heap);
    assert_int_equal(mlops__reference_payload(self, &payload), MLOPS_OK);
    mlops__section sections[] = {
        {MLOPS__KIND_REFERENCE, 0, payload.data, payload.size},
        {MLOPS__KIND_SEEN, MLOPS__SECTION_OPTIONAL, seen, n},
    };
    assert_int_equal(mlops__container_write(&whole, MLOPS__KIND_REFERENCE, sections, seen ? 2 : 1,
                                            mlops__sha256_blocks_scalar),
                     MLOPS_OK);
    put_file(whole.data, whole.size);
    mlops__buf_free(&payload);
    mlops__buf_free(&whole);
}

static void put_u32(uint8_t *at, uint32_t value) {
    for (int i = 0; i < 4; i++) at[i] = (uint8_t)(value >> 8 * i);
}

/* What is taken in spite of a change is taken as it is there. */
static void test_damage_is_refused(void **state) {
    (void)state;
    mlops_reference *kept, *again;
    mlops_error err;
    mlops__buf seen, back;
    seed = 41;
    mlops_table *x = sample(ZIPF, 100, 1000, 0);
    kept = keep(x, 0);
    mlops__buf_init(&seen, &mlops__heap);
    mlops__reference_seen_put(kept, &seen);
    size_t n = seen.size, n_refused = 0;
    for (size_t bit = 0; bit < 8 * n; bit++) {
        seen.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        put_reference(kept, seen.data, n);
        mlops_status status = mlops_reference_load(&again, path, NULL, &err);
        if (status == MLOPS_OK) {
            mlops__buf_init(&back, &mlops__heap);
            mlops__reference_seen_put(again, &back);
            assert_int_equal(back.size, n);
            assert_memory_equal(back.data, seen.data, n);
            mlops__buf_free(&back);
            mlops_reference_unref(again);
        } else {
            refused(status, &err, bit < 32 ? MLOPS_E_UNSUPPORTED : MLOPS_E_CORRUPT, "seen");
            n_refused++;
        }
        seen.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_true(n_refused > 8 * n / 2);
    for (size_t cut = 1; cut < n; cut += 3) {
        put_reference(kept, seen.data, cut);
        mlops_status status = mlops_reference_load(&again, path, NULL, &err);
        refused(status, &err, MLOPS_E_CORRUPT, "seen");
    }
    put_u32(seen.data + 8, UINT32_MAX); /* more than there can be */
    put_reference(kept, seen.data, n);
    refused(mlops_reference_load(&again, path, NULL, &err), &err, MLOPS_E_CORRUPT, "column 's'");
    mlops__buf_free(&seen);
    mlops_reference_unref(kept);
    mlops_table_unref(x);
}

/* A reference that has no such section, as a dataset's profile: tv has the level for itself. */
static void test_without_the_section(void **state) {
    (void)state;
    mlops_reference *again;
    mlops_drift *drift;
    mlops_error err;
    seed = 42;
    mlops_table *x = sample(UNIFORM, 200, 3000, 0), *y = sample(UNIFORM, 200, 3000, 0.9);
    mlops_reference *kept = keep(x, 0);
    put_reference(kept, NULL, 0);
    if (mlops_reference_load(&again, path, NULL, &err)) fail_msg("%s", err.message);
    if (mlops_drift_compare_reference(&drift, again, y, NULL, &err)) fail_msg("%s", err.message);
    mlops_drift_column c = column_of(drift, 0);
    assert_string_equal(c.test, "tv");
    close_to(c.effect_low, c.effect - sqrt((65 * log(2) - log(0.9 * 0.01)) / 3000), 1e-12);
    mlops_drift_unref(drift);
    mlops_reference_unref(kept);
    mlops_reference_unref(again);
    mlops_table_unref(x);
    mlops_table_unref(y);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_measure_is_a_mean_over_partitions),
        cmocka_unit_test(test_false_alarms_stay_within_alpha),
        cmocka_unit_test(test_false_alarms_at_the_tolerance),
        cmocka_unit_test(test_new_values_are_found),
        cmocka_unit_test(test_what_is_to_be_expected_is_no_drift),
        cmocka_unit_test(test_same_answer_every_way),
        cmocka_unit_test(test_where_tells_new_ones),
        cmocka_unit_test(test_it_is_tested_of_many_values_alone),
        cmocka_unit_test(test_damage_is_refused),
        cmocka_unit_test(test_without_the_section),
    };
    return cmocka_run_group_tests(tests, make_own_path, remove_own_path);
}
