/* How often verdicts alarm where they must not, and how often they find what they must, by
 * simulation through the public verbs; beside them the rules that others have for a default, on the
 * same samples.
 *
 * usage: bench_alarms [--quick | SETTING]
 * One line a setting: name, kind ("null" or "power"), alpha, reports, reports with an alarm of
 * ours, then with one of Evidently's default, of KS p <= 0.05, and of PSI >= 0.1 (ten quantile
 * bins, or categories). Evidently's and KS are of numbers: 0 in "rare" settings.
 *
 * In "edge" settings the distributions differ by the whole tolerance, the hardest case in which
 * nothing has drifted. Samples of a million values and more are drawn in order (spacings of a
 * Poisson process), as the verbs see no more than the order.
 */
#include "bench.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

typedef enum mode {
    TABLES,   /* reference and current are new in each report */
    KEPT,     /* the same, the reference as a kept one */
    WINDOWS,  /* one reference, windows of a monitor, 100 of each */
    SEGMENTS, /* the same, rows of eight segments: ours is an alarm of all rows or of any segment */
    ORDERED,  /* one column, drawn in order */
    RARE      /* one column of rare categories; shift is the share that is new */
} mode;

typedef struct setting {
    const char *name;
    mode mode;
    int64_t n, m, columns;
    int edge;     /* all columns are harmless by a hair */
    double shift; /* in standard deviations, of the first column: power is measured */
    double alpha;
    int64_t reports;
    int slow; /* not with --quick */
} setting;

static uint64_t state = 20260101;

static uint64_t bits(void) {
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static double uniform(void) { return ((double)(bits() >> 11) + 0.5) * 0x1p-53; }

static double normal(void) { /* Marsaglia's polar method */
    static double kept;
    static int has;
    if (has) return has = 0, kept;
    double u, v, s;
    do u = 2 * uniform() - 1, v = 2 * uniform() - 1, s = u * u + v * v;
    while (s >= 1);
    double r = sqrt(-2 * log(s) / s);
    kept = v * r;
    has = 1;
    return u * r;
}

/* One value of a column; columns are of six kinds, the sixth follows the first of its row. */
static double draw(int64_t column, double first) {
    switch (column % 6) {
    case 0: return normal();
    case 1: return exp(1.5 * normal());
    case 2: return floor(5 * uniform());
    case 3: return uniform() < 0.97 ? 0 : normal();
    case 4: return uniform() < 0.3 ? (double)NAN : uniform();
    default: return first + 0.1 * normal();
    }
}

static void fill(const setting *self, double *out, int64_t n, int current) {
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < self->columns; j++) {
            double *value = &out[i * self->columns + j];
            if (self->edge) *value = uniform() + (current ? 0.05 : 0);
            else *value = draw(j, out[i * self->columns + j / 6 * 6]);
            if (self->shift > 0 && current && j == 0) *value += self->shift;
        }
}

/* n uniform values in order, from the spacings of n + 1 points. */
static void fill_ordered(double *out, int64_t n, double shift) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) out[i] = sum += -log(uniform());
    sum += -log(uniform());
    for (int64_t i = 0; i < n; i++) out[i] = out[i] / sum + shift;
}

/* P(D >= d) in the limit: what a program that looks at p alone goes by. */
static double ks_p(double d, double n, double m) {
    double x = d * sqrt(n * m / (n + m)), sum = 0;
    if (x < 0.3) return 1;
    for (int k = 1; k < 50; k++) sum += (k % 2 ? 2 : -2) * exp(-2.0 * k * k * x * x);
    return sum;
}

typedef struct tally {
    int64_t reports, ours, evidently, p05, psi;
} tally;

static void count(const setting *self, tally *out, const mlops_drift *drift) {
    int evidently = 0, p05 = 0, psi = 0;
    int64_t looked = self->shift > 0 ? 1 : mlops_drift_n_columns(drift), ours = 0;
    for (int64_t i = 0; i < looked; i++) {
        mlops_drift_column c = MLOPS_DRIFT_COLUMN_INIT;
        if (mlops_drift_get(drift, i, &c)) exit(1);
        double p = ks_p(c.ks, (double)c.n_reference, (double)c.n_current);
        ours |= c.verdict == MLOPS_DRIFT_YES;
        p05 |= p <= 0.05;
        psi |= c.psi >= 0.1;
        evidently |= c.n_reference > 1000 ? c.wasserstein >= 0.1 : p <= 0.05;
    }
    out->reports++;
    out->ours += ours;
    out->evidently += evidently;
    out->p05 += p05;
    out->psi += psi;
}

/* Numbers of categories that are equally frequent; with edge a harmless share is new. */
static mlops_table *rare_of(const setting *self, int64_t n, int current) {
    enum { KINDS = 1000, DIGITS = 8 };
    mlops_table *out;
    mlops_error err;
    double fresh = !current ? 0 : self->edge ? 0.05 : self->shift;
    char *csv = malloc((size_t)n * DIGITS + DIGITS);
    if (!csv) exit(1);
    size_t at = (size_t)sprintf(csv, "s\n");
    for (int64_t i = 0; i < n; i++)
        at += (size_t)sprintf(csv + at, "%c%d\n", uniform() < fresh ? 'n' : 'w',
                              (int)(KINDS * uniform()));
    must(mlops_table_parse(&out, csv, at, NULL, &err), &err);
    free(csv);
    return out;
}

static mlops_table *table_of(const setting *self, double *values, int64_t n, int current) {
    mlops_table *out;
    mlops_error err;
    if (self->mode == RARE) return rare_of(self, n, current);
    if (self->mode == ORDERED) fill_ordered(values, n, self->edge && current ? 0.05 : 0);
    else fill(self, values, n, current);
    must(mlops_table_from_matrix(&out, values, n, self->columns, NULL, NULL, &err), &err);
    return out;
}

static void one_report(const setting *self, double *values, tally *out) {
    mlops_error err;
    mlops_drift *drift;
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    opts.alpha = self->alpha;
    mlops_table *x = table_of(self, values, self->n, 0), *y = table_of(self, values, self->m, 1);
    if (self->mode == KEPT) {
        mlops_reference *kept;
        must(mlops_reference_new(&kept, x, NULL, &err), &err);
        must(mlops_drift_compare_reference(&drift, kept, y, &opts, &err), &err);
        mlops_reference_unref(kept);
    } else {
        must(mlops_drift_compare(&drift, x, y, &opts, &err), &err);
    }
    count(self, out, drift);
    mlops_drift_unref(drift);
    mlops_table_unref(x);
    mlops_table_unref(y);
}

enum { N_SEGMENTS = 8 };

static void add_to_segments(mlops_monitor *monitor, const mlops_table *rows) {
    static int64_t segments[1000000];
    mlops_error err;
    int64_t n = mlops_table_n_rows(rows);
    for (int64_t i = 0; i < n; i++) segments[i] = (int64_t)(bits() % (N_SEGMENTS + 1));
    must(mlops_monitor_add_segments_table(monitor, rows, segments, n, NULL, 0, NULL, NULL, &err),
         &err);
}

static int any_segment(const mlops_monitor *monitor) {
    int64_t drifted = 0;
    for (int64_t i = 0; i <= N_SEGMENTS; i++) {
        mlops_drift *found;
        mlops_error err;
        must(mlops_monitor_segment_drift(&found, monitor, i, &err), &err);
        drifted += mlops_drift_n_drifted(found);
        mlops_drift_unref(found);
    }
    return drifted > 0;
}

static void expect_segments(mlops_monitor *monitor) {
    mlops_monitor_segments_opts opts = MLOPS_MONITOR_SEGMENTS_OPTS_INIT;
    mlops_error err;
    char key[] = "0";
    opts.n_segments = N_SEGMENTS;
    must(mlops_monitor_expect_segments(monitor, &opts, &err), &err);
    for (; key[0] < '0' + N_SEGMENTS; key[0]++) mlops_monitor_segment(monitor, key);
}

/* A monitor that watches a hundred windows. */
static void one_monitor(const setting *self, double *values, tally *out) {
    enum { WINDOWS_OF_ONE = 100 };
    mlops_error err;
    mlops_reference *kept;
    mlops_monitor *monitor;
    mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    mlops_table *x = table_of(self, values, self->n, 0);
    drift.alpha = self->alpha;
    opts.drift = &drift;
    opts.window_rows = self->m;
    must(mlops_reference_new(&kept, x, NULL, &err), &err);
    must(mlops_monitor_new_reference(&monitor, NULL, kept, &opts, &err), &err);
    if (self->mode == SEGMENTS) expect_segments(monitor);
    for (int w = 0; w < WINDOWS_OF_ONE; w++) {
        mlops_drift *found;
        mlops_table *y = table_of(self, values, self->m, 1);
        if (self->mode == SEGMENTS) add_to_segments(monitor, y);
        else must(mlops_monitor_add_table(monitor, y, &err), &err);
        must(mlops_monitor_drift(&found, monitor, &err), &err);
        int64_t before = out->ours;
        count(self, out, found);
        if (self->mode == SEGMENTS && out->ours == before) out->ours += any_segment(monitor);
        mlops_drift_unref(found);
        mlops_table_unref(y);
    }
    mlops_monitor_free(monitor);
    mlops_reference_unref(kept);
    mlops_table_unref(x);
}

/* By this much of a standard deviation a normal moves if the largest gap is to be the tolerance,
 * 0.05; a tenth more is what must be found. */
#define TOLERATED 0.12541355588642775

static const setting settings[] = {
    {"50_50", TABLES, 50, 50, 6, 0, 0, 0.01, 4000, 0},
    {"1001_50", TABLES, 1001, 50, 6, 0, 0, 0.01, 2000, 0},
    {"1001_200", TABLES, 1001, 200, 6, 0, 0, 0.01, 2000, 0},
    {"5000_500", TABLES, 5000, 500, 6, 0, 0, 0.01, 1000, 0},
    {"10000_10000", TABLES, 10000, 10000, 6, 0, 0, 0.01, 600, 0},
    {"100000_100000", TABLES, 100000, 100000, 2, 0, 0, 0.01, 400, 1},
    {"50_50_edge", TABLES, 50, 50, 6, 1, 0, 0.01, 4000, 0},
    {"1001_200_edge", TABLES, 1001, 200, 6, 1, 0, 0.01, 4000, 0},
    {"5000_5000_edge", TABLES, 5000, 5000, 1, 1, 0, 0.01, 4000, 0},
    {"5000_5000_edge_x20", TABLES, 5000, 5000, 20, 1, 0, 0.01, 2000, 0},
    {"100000_100000_edge", TABLES, 100000, 100000, 1, 1, 0, 0.01, 3000, 1},
    {"1m_1m_edge", ORDERED, 1000000, 1000000, 1, 1, 0, 0.05, 600, 1},
    {"10m_10m_edge", ORDERED, 10000000, 10000000, 1, 1, 0, 0.05, 400, 1},
    {"kept_1001_50", KEPT, 1001, 50, 6, 0, 0, 0.01, 2000, 0},
    {"kept_5000_500", KEPT, 5000, 500, 6, 0, 0, 0.01, 1000, 0},
    {"kept_5000_5000_edge", KEPT, 5000, 5000, 1, 1, 0, 0.01, 4000, 0},
    {"kept_100000_100000_edge", KEPT, 100000, 100000, 1, 1, 0, 0.01, 3000, 1},
    {"windows_5000_50", WINDOWS, 5000, 50, 6, 0, 0, 0.01, 100, 0},
    {"windows_5000_500", WINDOWS, 5000, 500, 6, 0, 0, 0.01, 40, 0},
    {"segments_5000_500", SEGMENTS, 5000, 500, 6, 0, 0, 0.01, 40, 0},
    {"segments_100000_9000_edge", SEGMENTS, 100000, 9000, 2, 1, 0, 0.01, 20, 0},
    {"windows_100000_1000_edge", WINDOWS, 100000, 1000, 6, 1, 0, 0.01, 40, 0},
    {"x1000_50_50", TABLES, 50, 50, 1000, 0, 0, 0.001, 6000, 1},
    {"x1000_1001_50", TABLES, 1001, 50, 1000, 0, 0, 0.01, 600, 0},
    {"x1000_1001_200_edge", TABLES, 1001, 200, 1000, 1, 0, 0.01, 2000, 1},
    {"x1000_windows_1001_50", WINDOWS, 1001, 50, 1000, 0, 0, 0.001, 60, 1},
    {"rare_100_1500", RARE, 100, 1500, 1, 0, 0, 0.01, 4000, 0},
    {"rare_1000_1000", RARE, 1000, 1000, 1, 0, 0, 0.01, 4000, 0},
    {"rare_5000_500", RARE, 5000, 500, 1, 0, 0, 0.01, 2000, 0},
    {"rare_5000_5000_edge", RARE, 5000, 5000, 1, 1, 0, 0.01, 2000, 0},
    {"rare_20000_1000_edge", RARE, 20000, 1000, 1, 1, 0, 0.01, 1000, 0},
    {"found_rare_5000_5000", RARE, 5000, 5000, 1, 0, 0.15, 0.01, 2000, 0},
    {"found_5000_5000", TABLES, 5000, 5000, 1, 0, TOLERATED + 0.1, 0.01, 4000, 0},
    /* 1,000 columns: the least p is held against alpha / 1,000. A test that knows where the gap is
     * largest, and is told the tolerance, reaches 0.99 here: 13,850 = 2 (6.59 / 2 / 0.0396)^2. */
    {"found_x1000_13850_13850", TABLES, 13850, 13850, 1, 0, TOLERATED + 0.1, 0.01 / 1000, 2000, 0},
};

int main(int argc, char **argv) {
    int quick = argc > 1 && strcmp(argv[1], "--quick") == 0;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        const setting *self = &settings[i];
        if (quick ? self->slow : argc > 1 && strcmp(argv[1], self->name) != 0) continue;
        int64_t rows = self->n > self->m ? self->n : self->m;
        double *values = malloc((size_t)(rows * self->columns) * sizeof *values);
        tally found = {0, 0, 0, 0, 0};
        if (!values) return 1;
        for (int64_t r = 0; r < self->reports; r++)
            if (self->mode == WINDOWS || self->mode == SEGMENTS) one_monitor(self, values, &found);
            else one_report(self, values, &found);
        printf("%s %s %g %lld %lld %lld %lld %lld\n", self->name,
               self->shift > 0 ? "power" : "null", self->alpha, (long long)found.reports,
               (long long)found.ours, (long long)found.evidently, (long long)found.p05,
               (long long)found.psi);
        fflush(stdout);
        free(values);
    }
    return 0;
}
