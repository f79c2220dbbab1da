/* What a monitor shows: metrics in Prometheus' text format, latencies, reports. */
#define _GNU_SOURCE
#include <unistd.h>

#include "unit/help_monitor.h"

/* A line of the text format; the family is what stands before '{' or ' '. */
static void check_line(char *line, char *family, char (*seen)[96], int *n_seen) {
    char name[96], type[32];
    if (sscanf(line, "# HELP %95s", name) == 1) {
        for (int i = 0; i < *n_seen; i++) assert_string_not_equal(seen[i], name);
        strcpy(seen[(*n_seen)++], name);
        strcpy(family, name);
        assert_true(strlen(line) > 9 + strlen(name));
        return;
    }
    if (sscanf(line, "# TYPE %95s %31s", name, type) == 2) {
        assert_string_equal(name, family);
        assert_true(!strcmp(type, "counter") || !strcmp(type, "gauge") ||
                    !strcmp(type, "histogram"));
        if (!strcmp(type, "counter")) assert_string_equal(name + strlen(name) - 6, "_total");
        return;
    }
    assert_memory_equal(line, family, strlen(family));
    char *open = strchr(line, '{'), *close = strrchr(line, '}'), *end;
    assert_true(open && close && close[1] == ' ');
    for (char *p = open + 1; p < close;) { /* key="value", with escapes */
        p += strspn(p, "abcdefghijklmnopqrstuvwxyz_");
        assert_memory_equal(p, "=\"", 2);
        for (p += 2; *p != '"'; p++) {
            assert_true(*p && *p != '\n');
            if (*p == '\\') assert_non_null(strchr("\\\"n", *++p));
        }
        p++;
        assert_true(p == close || *p++ == ',');
    }
    assert_true(isfinite(strtod(close + 2, &end)) && *end == 0);
}

static void test_metrics_are_prometheus_text(void **state) {
    (void)state;
    char family[96] = "", seen[32][96];
    int n_seen = 0;
    mlops_monitor *m =
        monitor_of(NULL, "\"a \"\"q\"\" \\ b\",\"two\nlines\"\n1,2\n3,4\n5,6\n", 50, "m\\o\"d\nel");
    float rows[100];
    for (int i = 0; i < 100; i++) rows[i] = (float)(i % 7);
    assert_int_equal(mlops_monitor_add(m, rows, 50, 2, NULL, 0), MLOPS_OK);
    char *text = metrics_of(m);
    assert_non_null(
        strstr(text, "{model=\"m\\\\o\\\"d\\nel\",feature=\"a \\\"q\\\" \\\\ b\"} 50\n"));
    assert_non_null(strstr(text, "feature=\"two\\nlines\",test=\"ks\"} "));
    assert_int_equal(text[strlen(text) - 1], '\n');
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        check_line(line, family, seen, &n_seen);
    assert_int_equal(n_seen, 13);
    free(text);
    mlops_monitor_free(m);
}

/* The one value behind so much of a line; NaN if there is no such line. */
static double sample(const char *metrics, const char *family, const char *feature,
                     const char *test) {
    char line[256];
    int n = snprintf(line, sizeof line, "\n%s{model=\"default\",feature=\"%s\"%s%s%s} ", family,
                     feature, test ? ",test=\"" : "", test ? test : "", test ? "\"" : "");
    const char *at = strstr(metrics, line);
    if (at) assert_null(strstr(at + 1, line));
    return at ? strtod(at + n, NULL) : NAN;
}

static void same(double a, double b) {
    if (!(a == b || (isnan(a) && isnan(b)))) fail_msg("%.17g is not %.17g", a, b);
}

/* Every number of the newest window is that of its verdicts; what does not apply is left out. */
static void test_scores_are_those_of_the_verdicts(void **state) {
    (void)state;
    char *train = rows_of(2000, 0.0, 0), *live = rows_of(500, 0.2, 1);
    static const char score[] = "mlops_feature_drift_score";
    mlops_monitor *m = monitor_of(NULL, train, 500, NULL);
    mlops_table *table = table_of(live);
    mlops_drift *drift;
    assert_int_equal(mlops_monitor_add_table(m, table, NULL), MLOPS_OK);
    assert_int_equal(mlops_monitor_drift(&drift, m, NULL), MLOPS_OK);
    char *text = metrics_of(m);
    for (int64_t i = 0; i < mlops_drift_n_columns(drift); i++) {
        mlops_drift_column c = column_of(drift, i);
        int yes = c.verdict == MLOPS_DRIFT_YES;
        same(sample(text, score, c.name, "ks"), c.ks);
        same(sample(text, score, c.name, "wasserstein"), c.wasserstein);
        same(sample(text, score, c.name, "psi"), c.psi);
        same(sample(text, score, c.name, "js"), c.js);
        same(sample(text, score, c.name, "tv"), c.tv);
        same(sample(text, score, c.name, "nulls"), fabs(c.nulls_current - c.nulls_reference));
        same(sample(text, "mlops_feature_drift_pvalue", c.name, NULL), c.p_adjusted);
        same(sample(text, "mlops_feature_drifted", c.name, NULL), yes);
        same(sample(text, "mlops_feature_values_total", c.name, NULL), 500);
        same(sample(text, "mlops_feature_nulls_total", c.name, NULL), rint(500 * c.nulls_current));
    }
    assert_true(isfinite(sample(text, score, "x", "ks")));
    assert_true(isnan(sample(text, score, "word", "ks")));
    assert_true(isfinite(sample(text, score, "word", "tv")));
    free(text);
    mlops_drift_unref(drift);
    mlops_table_unref(table);
    mlops_monitor_free(m);
    free(train);
    free(live);
}

/* n rows: a number in [low, high) or nothing, one of so many words, one of a hundred keys. */
static char *mixed_rows(int64_t n, double low, double high, int n_words, double *x, int *word) {
    char *text = malloc(64 * ((size_t)n + 1));
    size_t at = (size_t)sprintf(text, "x,word,key\n");
    for (int64_t i = 0; i < n; i++) {
        char number[32] = "";
        x[i] = draw() % 5 ? (double)(float)(low + (high - low) * uniform()) : NAN;
        word[i] = (int)(draw() % (uint64_t)n_words);
        if (x[i] == x[i]) snprintf(number, sizeof number, "%.9g", x[i]);
        at += (size_t)sprintf(text + at, "%s,%s,key%d\n", number, WORDS[word[i]],
                              (int)(draw() % 100));
    }
    return text;
}

/* How many keys of the second rows the first have not. */
static double new_keys(const char *train, const char *live) {
    int known[100] = {0}, n = 0;
    for (const char *at = train; (at = strstr(at, ",key")) != NULL; at++)
        if (at[4] != '\n') known[atoi(at + 4)] = 1;
    for (const char *at = live; (at = strstr(at, ",key")) != NULL; at++)
        if (at[4] != '\n') n += !known[atoi(at + 4)];
    return n;
}

/* Of a reference with as many cells as values, and of one with more values than cells. */
static void test_unseen_values_are_told(void **state) {
    (void)state;
    enum { LIVE = 200 };
    static double known[3000], x[LIVE];
    static int words[3000], word[LIVE];
    for (int64_t n = 300; n <= 3000; n *= 10) {
        char *train = mixed_rows(n, 0, 1, 2, known, words), line[128];
        char *live = mixed_rows(LIVE, -0.3, 1.1, 4, x, word);
        mlops_table *table = table_of(live);
        mlops_monitor *m = monitor_of(NULL, train, LIVE, NULL);
        double least = INFINITY, most = -INFINITY, n_out = 0, n_new = 0, n_x = 0;
        for (int64_t i = 0; i < n; i++) {
            if (known[i] < least) least = known[i];
            if (known[i] > most) most = known[i];
        }
        for (int64_t i = 0; i < LIVE; i++) {
            n_x += x[i] == x[i];
            n_out += x[i] < least || x[i] > most;
            n_new += word[i] >= 2;
        }
        char *before = metrics_of(m);
        assert_null(strstr(before, "mlops_feature_unseen_share{"));
        assert_int_equal(mlops_monitor_add_table(m, table, NULL), MLOPS_OK);
        char *metrics = metrics_of(m);
        const char *share = strstr(metrics, "unseen_share{model=\"default\",feature=\"x\"} ");
        assert_non_null(share);
        assert_true(n_out > 20 && strtod(strchr(share, ' '), NULL) == n_out / n_x);
        snprintf(line, sizeof line,
                 "mlops_feature_unseen_share{model=\"default\",feature=\"word\"} %.12g",
                 n_new / LIVE);
        assert_sample(metrics, line);
        share = strstr(metrics, "unseen_share{model=\"default\",feature=\"key\"} ");
        assert_true(share && strtod(strchr(share, ' '), NULL) == new_keys(train, live) / LIVE);
        mlops_monitor_free(m);
        mlops_table_unref(table);
        free(before);
        free(metrics);
        free(train);
        free(live);
    }
}

static void test_latency_histogram(void **state) {
    (void)state;
    static const int64_t ns[] = {0,    100,  101,     200,         1000,
                                 1001, 5000, 2000000, 10000000000, 10000000001};
    mlops_monitor *m = monitor_of(NULL, "a\n1\n2\n", 50, NULL);
    double sum = 0;
    for (size_t i = 0; i < sizeof ns / sizeof *ns; i++) {
        assert_int_equal(mlops_monitor_add_latency(m, ns[i]), MLOPS_OK);
        sum += (double)ns[i];
    }
    char *text = metrics_of(m), *at = text, line[128];
    double last = NAN;
    int64_t before = 0;
    int n_buckets = 0;
    while ((at = strstr(at, "_bucket{model=\"default\",le=\"")) != NULL) {
        double bound = strtod(strstr(at, "le=\"") + 4, NULL);
        int64_t count = strtoll(strchr(at, '}') + 1, NULL, 10), expected = 0;
        static const double steps[] = {1e-7, 2e-7, 5e-7};
        double step = steps[n_buckets % 3] * pow(10, n_buckets / 3);
        assert_true(count >= before && (isinf(bound) || fabs(bound / step - 1) < 1e-12));
        for (size_t i = 0; i < sizeof ns / sizeof *ns; i++)
            expected += isinf(bound) || (double)ns[i] <= rint(bound * 1e9);
        assert_int_equal(count, expected);
        last = bound;
        before = count;
        n_buckets++;
        at++;
    }
    assert_int_equal(n_buckets, 26);
    assert_true(isinf(last));
    snprintf(line, sizeof line, "mlops_model_latency_seconds_sum{model=\"default\"} %.17g",
             sum / 1e9);
    assert_sample(text, line);
    assert_sample(text, "mlops_model_latency_seconds_count{model=\"default\"} 10");
    free(text);
    mlops_monitor_free(m);
}

static char *saved(const mlops_monitor *m, const char *dir, const char *name) {
    char path[128];
    mlops_error err;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    if (mlops_monitor_save(m, path, &err)) fail_msg("%s", err.message);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
    fclose(file);
    unlink(path);
    return text;
}

/* The number of a member that stands once. */
static double member(const char *json, const char *name) {
    char key[64];
    int n = snprintf(key, sizeof key, "\"%s\": ", name);
    const char *at = strstr(json, key);
    if (!at) fail_msg("no %s in\n%s", key, json);
    assert_null(strstr(at + 1, key));
    return strtod(at + n, NULL);
}

static void check_report(const char *json, const mlops_monitor *m) {
    assert_true(member(json, "n_rows") == 750);
    assert_true(member(json, "window_rows") == 500);
    assert_true(member(json, "n_windows") == 1);
    assert_true(member(json, "n_columns") == 5);
    assert_true(member(json, "n_drifted") == (double)mlops_monitor_n_drifted(m));
    assert_true(member(json, "n_predictions") == 150);
    assert_true(member(json, "prediction_mean") == (140 * 70.5 + 3000) / 150);
    assert_true(member(json, "prediction_mean_window") == 70.5);
    assert_true(member(json, "n_latencies") == 4);
    assert_true(fabs(member(json, "latency_mean_seconds") - 2.5e-6) < 1e-15);
    assert_true(member(json, "latency_max_seconds") == 4e-6);
    assert_true(member(json, "latency_p50_seconds") == 2e-6);
    assert_non_null(strstr(json, "\"word\""));
}

/* Rows, predictions of some of them (the first value of each), latencies: reports sum them up. */
static void test_reports(void **state) {
    (void)state;
    char dir[] = "/tmp/test_monitor_XXXXXX";
    static float rows[140 * 5];
    static double predictions[140 * 3];
    char *train = rows_of(2000, 0.0, 0), *live = rows_of(600, 0.4, 0);
    mlops_monitor *m = monitor_of(NULL, train, 500, "pay & go");
    mlops_table *table = table_of(live);
    mlops_error err;
    assert_non_null(mkdtemp(dir));
    for (int i = 0; i < 140; i++) predictions[3 * i] = i + 1, predictions[3 * i + 1] = -1e9;
    assert_int_equal(mlops_monitor_add(m, rows, 140, 5, predictions, 3), MLOPS_OK);
    assert_int_equal(mlops_monitor_add_table(m, table, NULL), MLOPS_OK);
    for (int i = 0; i < 10; i++) predictions[i] = 300;
    assert_int_equal(mlops_monitor_add(m, rows, 10, 5, predictions, 1), MLOPS_OK);
    for (int i = 1; i <= 4; i++) assert_int_equal(mlops_monitor_add_latency(m, i * 1000), MLOPS_OK);
    char *text = saved(m, dir, "report.html");
    assert_int_equal(strncmp(text, "<!DOCTYPE html>", 15), 0);
    assert_non_null(strstr(text, "pay &amp; go"));
    assert_null(strstr(text, "pay & go"));
    assert_non_null(strstr(text, "Latency"));
    assert_non_null(strstr(text, "Windows judged"));
    free(text);
    text = saved(m, dir, "report.json");
    check_report(text, m);
    free(text);
    assert_int_equal(rmdir(dir), 0);
    assert_int_equal(mlops_monitor_save(m, "/nowhere/at/all.html", &err), MLOPS_E_NOT_FOUND);
    assert_int_equal(err.code, MLOPS_E_NOT_FOUND);
    mlops_table_unref(table);
    mlops_monitor_free(m);
    free(train);
    free(live);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_metrics_are_prometheus_text),
        cmocka_unit_test(test_scores_are_those_of_the_verdicts),
        cmocka_unit_test(test_unseen_values_are_told),
        cmocka_unit_test(test_latency_histogram),
        cmocka_unit_test(test_reports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
