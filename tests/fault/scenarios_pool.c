/* Pools: made, used and ended.
 *
 * Owns nothing. A pool takes all its memory at once, so that either all threads run or none is
 * left.
 */
#include "fault/sweep.h"

enum { PIECES = 20, WORKERS = 3 };

static mlops_status count(void *user, int64_t index, int32_t worker) {
    int *runs = user;
    runs[index]++;
    return worker >= 0 && worker < WORKERS ? MLOPS_OK : MLOPS_E_INVALID;
}

static int run_pieces(const mlops_host *host, const char *dir) {
    mlops_pool *pool;
    mlops_error err;
    int runs[PIECES] = {0};
    (void)dir;
    mlops_status status = mlops_pool_new(&pool, WORKERS, host, &err);
    if (status) return pool ? SWEEP_WRONG : sweep_told(status, &err);
    const mlops_executor *executor = mlops_pool_executor(pool);
    status = executor->parallel_for(executor->ctx, PIECES, count, runs);
    mlops_pool_free(pool);
    for (int i = 0; i < PIECES; i++)
        if (runs[i] != 1) return SWEEP_WRONG;
    return status;
}

const sweep_scenario sweep_pool[] = {
    {"pool: run pieces", NULL, run_pieces, NULL, SWEEP_MEMORY},
    {NULL, NULL, NULL, NULL, 0},
};
