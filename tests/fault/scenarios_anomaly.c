/* Anomaly scores on the host's heap: learnt, frozen, saved and read into the caller's storage.
 *
 * Owns nothing. Making one is all that can fail: what follows works on its memory alone.
 */
#include "fault/sweep.h"

#include "base/fail.h"

static int use(mlops_anomaly *p) {
    static uint64_t bytes[512], learning[1024], storage[1024];
    mlops_anomaly_summary s = MLOPS_ANOMALY_SUMMARY_INIT;
    mlops_error err;
    float row[2], score;
    double limit, p_value;
    size_t needed = 0, size = 0;
    for (int i = 0; i < 200; i++) {
        row[0] = (float)(i * 37 % 20), row[1] = row[0] + (float)(i * 53 % 7);
        if (mlops_anomaly_add(p, row, 1, mlops_anomaly_n_features(p), &err)) return SWEEP_WRONG;
    }
    if (mlops_anomaly_save(p, learning, sizeof learning, &needed) ||
        mlops_anomaly_load_size(learning, needed, &size) || size > sizeof storage ||
        mlops_anomaly_load(&p, storage, size, learning, needed))
        return SWEEP_WRONG;
    row[1] = 100;
    if (mlops_anomaly_freeze(p, &err) || mlops_anomaly_save(p, bytes, sizeof bytes, &needed) ||
        mlops_anomaly_load_size(bytes, needed, &size) || size > sizeof storage ||
        mlops_anomaly_load(&p, storage, size, bytes, needed) || mlops_anomaly_summarize(p, &s) ||
        mlops_anomaly_score(p, row, 1, 2, &score, &err) ||
        mlops_anomaly_p_values(p, &score, 1, &p_value, &err) ||
        mlops_anomaly_threshold(p, 0.05, &limit, &err))
        return SWEEP_WRONG;
    return score > limit && p_value == s.rate_min ? MLOPS_OK : SWEEP_WRONG;
}

static int make_and_use(const mlops_host *host, const char *dir) {
    static uint64_t storage[1024];
    mlops_anomaly *p;
    mlops_error err;
    mlops_anomaly_opts opts = MLOPS_ANOMALY_OPTS_INIT;
    (void)dir;
    opts.host = host;
    opts.kind = MLOPS_ANOMALY_MAHALANOBIS;
    opts.n_features = 2;
    mlops_status status = mlops_anomaly_new(&p, &opts, &err);
    if (status) return p ? SWEEP_WRONG : sweep_told(status, &err);
    int result = use(p);
    mlops_anomaly_free(p);
    if (result || !mlops_anomaly_kind_name(opts.kind)) return result ? result : SWEEP_WRONG;
    if (mlops_anomaly_init(&p, storage, mlops_anomaly_size(&opts), &opts, &err)) return SWEEP_WRONG;
    return use(p);
}

const sweep_scenario sweep_anomaly[] = {
    {"anomaly: make and use", NULL, make_and_use, NULL, SWEEP_MEMORY},
    {NULL, NULL, NULL, NULL, 0},
};
