/* Nanoseconds of processor time for a row of anomaly scores, one line a kind.
 *
 * usage: bench_anomaly N_FEATURES RUNS [N_TREES TREE_ROWS]
 * Prints the kind, ns for a row that is learnt from, us of freezing, ns for a row that is scored
 * (the least of so many runs each), and bytes of storage for learning, of storage when loaded, and
 * saved. The forest is of the given shape, or the usual one.
 */
#include "bench.h"

enum { N_LEARN = 10000, N_SCORE = 10000 };

static double least(double a, double b) { return a < b ? a : b; }

static int measure(mlops_anomaly_opts *opts, const float *rows, int64_t d, int runs) {
    static float scores[N_SCORE];
    static uint8_t saved[1 << 24];
    double learn = 1e300, freeze = 1e300, score = 1e300;
    size_t n_saved = 0, n_loaded = 0;
    for (int run = 0; run < runs; run++) {
        mlops_anomaly *p;
        mlops_error err;
        if (mlops_anomaly_new(&p, opts, &err)) return fprintf(stderr, "%s\n", err.message), 1;
        double t0 = used_ns();
        int status = mlops_anomaly_add(p, rows, N_LEARN, d, &err);
        double t1 = used_ns();
        if (!status) status = mlops_anomaly_freeze(p, &err);
        double t2 = used_ns();
        if (!status) status = mlops_anomaly_score(p, rows, N_SCORE, d, scores, &err);
        double t3 = used_ns();
        if (!status) status = mlops_anomaly_save(p, saved, sizeof saved, &n_saved);
        if (!status) status = mlops_anomaly_load_size(saved, n_saved, &n_loaded);
        mlops_anomaly_free(p);
        if (status) return 1;
        learn = least(learn, t1 - t0);
        freeze = least(freeze, t2 - t1);
        score = least(score, t3 - t2);
    }
    printf("%-12s learn %6.1f ns  freeze %8.1f us  score %7.1f ns  storage %7zu, loaded %7zu, "
           "saved %7zu\n",
           mlops_anomaly_kind_name(opts->kind), learn / N_LEARN, freeze / 1e3, score / N_SCORE,
           mlops_anomaly_size(opts), n_loaded, n_saved);
    return 0;
}

int main(int argc, char **argv) {
    mlops_anomaly_opts opts = MLOPS_ANOMALY_OPTS_INIT;
    if (argc < 3) return 2;
    int64_t d = atoll(argv[1]);
    float *rows = malloc((size_t)(N_LEARN * d) * sizeof *rows);
    if (!rows) return 1;
    uint64_t state = 1;
    for (int64_t i = 0; i < N_LEARN * d; i++) {
        double sum = 0;
        for (int k = 0; k < 4; k++) sum += draw_uniform(&state);
        rows[i] = (float)(sum - 2);
    }
    int status = 0;
    for (; mlops_anomaly_kind_name(opts.kind) && !status; opts.kind++) {
        opts.n_features = d;
        opts.n_trees = opts.kind == MLOPS_ANOMALY_FOREST && argc > 4 ? atoll(argv[3]) : 0;
        opts.tree_rows = opts.n_trees ? atoll(argv[4]) : 0;
        status = measure(&opts, rows, d, atoi(argv[2]));
    }
    free(rows);
    return status;
}
