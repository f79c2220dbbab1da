/* Detectors on the host's heap: one that sees a change, saved and read into the caller's storage.
 *
 * Owns nothing. Making one is all that can fail: what follows works on its memory alone.
 */
#include "fault/sweep.h"

#include "base/fail.h"

static int use(mlops_detector *p) {
    static uint64_t bytes[512], storage[512];
    mlops_detector *read;
    mlops_detector_summary s = MLOPS_DETECTOR_SUMMARY_INIT;
    mlops_detector_score score = MLOPS_DETECTOR_SCORE_INIT;
    mlops_error err;
    double values[200];
    const int64_t change = 100;
    int32_t signals[200];
    size_t needed = 0;
    for (int i = 0; i < 200; i++) values[i] = i % 3 + (i >= change ? 20 : 0);
    if (mlops_detector_add(p, values, 200, signals, &err) ||
        mlops_detector_save(p, bytes, sizeof bytes, &needed) ||
        mlops_detector_load(&read, storage, sizeof storage, bytes, needed) ||
        mlops_detector_summarize(read, &s) || s.n_changes != 1 ||
        mlops_detector_evaluate(&score, &s.last_change, 1, &change, 1, s.n, NULL, &err))
        return SWEEP_WRONG;
    mlops_detector_reset(p);
    return score.n_detected == 1 && !mlops_detector_summarize(p, &s) && s.n == 0 ? MLOPS_OK
                                                                                 : SWEEP_WRONG;
}

static int make_and_use(const mlops_host *host, const char *dir) {
    static uint64_t storage[512];
    mlops_detector *p;
    mlops_error err;
    mlops_detector_opts opts = MLOPS_DETECTOR_OPTS_INIT;
    (void)dir;
    opts.host = host;
    opts.kind = MLOPS_DETECTOR_CUSUM;
    mlops_status status = mlops_detector_new(&p, &opts, &err);
    if (status) return p ? SWEEP_WRONG : sweep_told(status, &err);
    int result = use(p);
    mlops_detector_free(p);
    if (result || !mlops_detector_kind_name(opts.kind)) return result ? result : SWEEP_WRONG;
    if (mlops_detector_init(&p, storage, mlops_detector_size(&opts), &opts, &err))
        return SWEEP_WRONG;
    return use(p);
}

const sweep_scenario sweep_detector[] = {
    {"detector: make and use", NULL, make_and_use, NULL, SWEEP_MEMORY},
    {NULL, NULL, NULL, NULL, 0},
};
