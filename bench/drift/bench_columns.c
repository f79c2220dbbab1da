/* A drift report of numeric columns: reference rows at hand, reference stored, both as streams that
 * are read in passes, reference stored with every value.
 *
 * usage: bench_columns COLUMNS N M RUNS      N rows of the reference, M current ones
 * The first line has the sizes of both gaps, Kolmogorov-Smirnov and Wasserstein, of the first
 * column. Then a line a run: milliseconds of the report from both tables, of that from a reference
 * that is stored, of that in passes, of that from one that is stored with every value; processor
 * milliseconds of the four; the most memory that each took at once, in bytes. Passes may take 64
 * MiB beside the values of one column. Standard error has the bytes of a value that are stored.
 */
#include "bench.h"

#include <math.h>
#include <string.h>

static size_t in_use, most;

static void *take(void *ctx, size_t size, size_t align) {
    (void)ctx;
    void *p = aligned_alloc(align < 16 ? 16 : align, (size + 63) / 64 * 64);
    in_use += p ? size : 0;
    most = in_use > most ? in_use : most;
    return p;
}

static void give(void *ctx, void *p, size_t size, size_t align) {
    (void)ctx;
    (void)align;
    in_use -= size;
    free(p);
}

static void *again(void *ctx, void *p, size_t old_size, size_t new_size, size_t align) {
    void *out = take(ctx, new_size, align);
    if (!out) return NULL;
    memcpy(out, p, old_size < new_size ? old_size : new_size);
    give(ctx, p, old_size, align);
    return out;
}

static uint64_t state = 1;

static double uniform(void) {
    state += 0x9e3779b97f4a7c15u;
    uint64_t z = (state ^ state >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

/* Normal values, of every other column a thousandth missing. */
static mlops_table *draw(int64_t n_rows, int64_t n_columns, double shift) {
    size_t n = (size_t)(n_rows * n_columns);
    double *values = malloc(n * sizeof *values);
    mlops_table *out;
    mlops_error err;
    if (!values) exit(1);
    for (size_t i = 0; i < n; i++) {
        double radius = sqrt(-2 * log(uniform() + 0x1p-60));
        values[i] = shift + radius * cos(6.283185307179586 * uniform());
        if (i % 2 && uniform() < 0.001) values[i] = (double)NAN;
    }
    must(mlops_table_from_matrix(&out, values, n_rows, n_columns, NULL, NULL, &err), &err);
    free(values);
    return out;
}

static int32_t open_table(void *user, const char *columns, struct ArrowArrayStream *out) {
    mlops_error err;
    (void)columns;
    must(mlops_table_export_stream(user, out, &err), &err);
    return 0;
}

static void in_passes(mlops_drift **out, mlops_table *before, mlops_table *after,
                      mlops_drift_opts *drift) {
    mlops_drift_stream_opts opts = MLOPS_DRIFT_STREAM_OPTS_INIT;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_error err;
    call.memory_max = (64 << 20) + 8 * (mlops_table_n_rows(before) + mlops_table_n_rows(after));
    drift->call = &call;
    opts.drift = drift;
    opts.reference_open = opts.current_open = open_table;
    opts.reference_user = before;
    opts.current_user = after;
    must(mlops_drift_compare_stream(out, &opts, &err), &err);
    drift->call = NULL;
}

int main(int argc, char **argv) {
    enum { TABLES, STORED, PASSES, EXACT, WAYS };
    if (argc < 5) return 2;
    int64_t n_columns = atoll(argv[1]);
    mlops_table *before = draw(atoll(argv[2]), n_columns, 0);
    mlops_table *after = draw(atoll(argv[3]), n_columns, 0.01);
    mlops_allocator counted = MLOPS_ALLOCATOR_INIT;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    mlops_reference_opts keep = MLOPS_REFERENCE_OPTS_INIT;
    mlops_reference *kept, *whole;
    mlops_drift *drift;
    mlops_error err;
    counted.alloc = take;
    counted.realloc = again;
    counted.free = give;
    host.allocator = &counted;
    opts.host = &host;
    must(mlops_reference_new(&kept, before, NULL, &err), &err);
    keep.host = &host;
    keep.flags = MLOPS_REFERENCE_EXACT;
    must(mlops_reference_new(&whole, before, &keep, &err), &err);
    size_t stored = in_use;
    for (int run = 0, runs = atoi(argv[4]); run < runs; run++) {
        double spent[WAYS], used[WAYS];
        size_t peak[WAYS];
        for (int way = 0; way < WAYS; way++) {
            double begun = wall_ms(), begun_used = used_ns();
            most = in_use;
            if (way == PASSES) in_passes(&drift, before, after, &opts);
            else
                must(way == TABLES ? mlops_drift_compare(&drift, before, after, &opts, &err)
                                   : mlops_drift_compare_reference(
                                         &drift, way == STORED ? kept : whole, after, &opts, &err),
                     &err);
            spent[way] = wall_ms() - begun;
            used[way] = 1e-6 * (used_ns() - begun_used);
            peak[way] = most - in_use;
            mlops_drift_column first = MLOPS_DRIFT_COLUMN_INIT;
            must(mlops_drift_get(drift, 0, &first), &err);
            if (run == 0 && way < PASSES)
                printf("%.17g %.17g%c", first.ks, first.wasserstein, way == STORED ? '\n' : ' ');
            mlops_drift_unref(drift);
        }
        for (int way = 0; way < WAYS; way++) printf("%.3f ", spent[way]);
        for (int way = 0; way < WAYS; way++) printf("%.3f ", used[way]);
        for (int way = 0; way < WAYS; way++)
            printf("%zu%c", peak[way], way + 1 < WAYS ? ' ' : '\n');
    }
    double n_values = (double)mlops_table_n_rows(before) * (double)n_columns;
    fprintf(stderr, "%.2f bytes a value\n", (double)stored / n_values);
    mlops_reference_unref(kept);
    mlops_reference_unref(whole);
    mlops_table_unref(before);
    mlops_table_unref(after);
    return 0;
}
