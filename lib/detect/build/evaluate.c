/* Alarms of a detector, held against the changes that there were.
 *
 * Owns nothing. Invariant: each alarm is counted once: as the first of a window, as repeated there,
 * or as false.
 */
#include "base/bits.h"
#include "base/opts.h"

#include <mlops/detector_score.h>

static double ratio(double above, double below) {
    return below > 0 ? above / below : mlops__f64_of(MLOPS__NAN_BITS);
}

static mlops_status check_places(const char *what, const int64_t *places, int64_t n_places,
                                 int64_t n, mlops_error *err) {
    if (n_places < 0) return mlops__fail(err, MLOPS_E_INVALID, "n_%s is negative", what);
    for (int64_t i = 0; i < n_places; i++)
        if (places[i] < 0 || places[i] >= n || (i > 0 && places[i] <= places[i - 1]))
            return mlops__fail(err, MLOPS_E_INVALID,
                               "%s[%lld] is %lld: places must ascend strictly from 0 to %lld", what,
                               (long long)i, (long long)places[i], (long long)n - 1);
    return MLOPS_OK;
}

/* Counts, and the sum of the delays; *covered is how many values lie in windows. */
static double count(mlops_detector_score *s, const int64_t *alarms, const int64_t *changes,
                    int64_t n, int64_t max_delay, int64_t *covered) {
    double delays = 0;
    int64_t at = 0;
    *covered = 0;
    for (; at < s->n_alarms && (!s->n_changes || alarms[at] < changes[0]); at++) s->n_false++;
    for (int64_t i = 0; i < s->n_changes; i++) {
        int64_t next = i + 1 < s->n_changes ? changes[i + 1] : n, end = next;
        int64_t begun = changes[i], first = at;
        if (max_delay && max_delay < next - begun) end = begun + max_delay + 1;
        if (end > next) end = next;
        *covered += end - begun;
        for (; at < s->n_alarms && alarms[at] < end; at++) s->n_repeated += at > first;
        if (at > first) {
            double delay = (double)(alarms[first] - begun);
            s->n_detected++;
            delays += delay;
            if (!(delay <= s->delay_max)) s->delay_max = delay;
        }
        int64_t behind = at;
        for (; at < s->n_alarms && alarms[at] < next; at++) s->n_false++;
        s->n_late += behind == first && at > behind;
    }
    return delays;
}

mlops_status mlops_detector_evaluate(mlops_detector_score *out, const int64_t *alarms,
                                     int64_t n_alarms, const int64_t *changes, int64_t n_changes,
                                     int64_t n, const mlops_detector_score_opts *opts,
                                     mlops_error *err) {
    mlops_detector_score s = MLOPS_DETECTOR_SCORE_INIT;
    mlops_detector_score_opts o;
    int64_t covered;
    MLOPS_TRY(mlops__opts_copy(&o, sizeof o, opts, "mlops_detector_score_opts", err));
    if (o.flags || o.max_delay < 0)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_detector_score_opts: flags must be 0, max_delay 1 or more");
    if (n < 0) return mlops__fail(err, MLOPS_E_INVALID, "n is negative");
    MLOPS_TRY(check_places("alarms", alarms, n_alarms, n, err));
    MLOPS_TRY(check_places("changes", changes, n_changes, n, err));
    s.n_alarms = n_alarms;
    s.n_changes = n_changes;
    s.delay_max = ratio(0, 0);
    double delays = count(&s, alarms, changes, n, o.max_delay, &covered);
    double detected = (double)s.n_detected, all = (double)n_changes, given = (double)n_alarms;
    double quiet = (double)(n - covered);
    s.n_missed = n_changes - s.n_detected - s.n_late;
    s.delay_mean = ratio(delays, detected);
    s.precision = ratio(detected, given);
    s.recall = ratio(detected, all);
    s.f1 = ratio(2 * detected, given + all);
    s.episode_recall = ratio(detected + (double)s.n_late, all);
    s.window_precision = ratio(detected + (double)s.n_repeated, given);
    s.false_alarm_rate = ratio((double)s.n_false, quiet);
    s.mtfa = ratio(quiet, (double)s.n_false);
    s.mtr = s.mtfa * s.recall / (s.delay_mean + 1);
    s.always_precision = ratio(all, (double)n);
    s.always_f1 = ratio(2 * all, (double)n + all);
    s.always_window_precision = ratio((double)covered, (double)n);
    return mlops__opts_result(out, &s, sizeof s, "mlops_detector_score", err);
}
