/* Run the pieces of a loop on several threads, and compare tables with them. Run it in
 * examples/data. */
#include <mlops.h>
#include <stdio.h>

static mlops_status square(void *user, int64_t index, int32_t worker) {
    (void)worker;
    ((int64_t *)user)[index] = index * index;
    return MLOPS_OK;
}

int main(void) {
    mlops_pool *pool;
    mlops_table *train, *live;
    mlops_drift *drift;
    mlops_error e;
    int64_t squares[100];
    if (mlops_pool_new(&pool, 0, NULL, &e)) return fprintf(stderr, "%s\n", e.message), 1;
    const mlops_executor *executor = mlops_pool_executor(pool);
    if (executor->parallel_for(executor->ctx, 100, square, squares)) return 1;
    mlops_call call = MLOPS_CALL_INIT;
    call.executor = executor;
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    opts.call = &call;
    if (mlops_table_load(&train, "train.csv", NULL, &e) ||
        mlops_table_load(&live, "live.csv", NULL, &e) ||
        mlops_drift_compare(&drift, train, live, &opts, &e))
        return fprintf(stderr, "%s\n", e.message), 1;
    printf("%d workers, %lld columns drifted\n", (int)executor->n_workers,
           (long long)mlops_drift_n_drifted(drift));
    mlops_drift_unref(drift);
    mlops_table_unref(live);
    mlops_table_unref(train);
    mlops_pool_free(pool);
    return squares[99] != 9801;
}
