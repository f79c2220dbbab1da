/* A monitor's policy: what a window is worth to it, and what it decides.
 *
 * Owns the severity of a window. Invariant: one window is added for each that ends, at a time that
 * does not go back, whatever the clock does, and goes on with it.
 */
#include "base/bits.h"
#include "monitor/monitor_inside.h"
#include "monitor/monitor_segments.h"

#include <mlops/monitor_policy.h>

mlops_status mlops_monitor_set_policy(mlops_monitor *self, const mlops_policy_opts *opts,
                                      mlops_error *err) {
    size_t size = mlops_policy_size();
    mlops__monitor_settle(self);
    if (self->policy || self->n_windows)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "monitor: a policy is set once, and before the first window ends");
    void *mem = mlops__arena_alloc(&self->arena, size);
    return mem ? mlops_policy_init(&self->policy, mem, size, opts, err)
               : mlops__fail_nomem(err, size);
}

mlops_status mlops_monitor_veto(mlops_monitor *self) {
    if (!self->policy) return MLOPS_E_INVALID;
    mlops__monitor_settle(self);
    self->vetoed = 1;
    return MLOPS_OK;
}

/* NaN, if the loss is not known. As of columns: above 1 alone where it was found. */
static double severity_of_loss(const mlops__score_loss *loss, double tolerance) {
    if (loss->verdict == MLOPS_DRIFT_NOT_ENOUGH_DATA) return mlops__f64_of(MLOPS__NAN_BITS);
    double severity = (loss->verdict == MLOPS_DRIFT_YES ? loss->low : loss->value) / tolerance;
    return severity > 0 ? severity : 0;
}

static void raise(double *severity, double other) {
    if (other > *severity || (*severity != *severity)) *severity = other;
}

/* By what was found in a monitor's newest window. */
static void raise_by(double *severity, const mlops_monitor *self) {
    const mlops__labels *scored = self->scored;
    for (int64_t i = 0; i < self->n_features; i++) raise(severity, self->judged[i].column.severity);
    if (!scored) return;
    raise(severity, severity_of_loss(&scored->measured, scored->tolerance));
    raise(severity, severity_of_loss(&scored->estimated, scored->tolerance));
}

/* Behind a clock that was set back a policy's time goes on from where it was, by what passes, until
 * the clock comes up with it: else a pause would last as long as that takes. */
static int64_t policy_time(const mlops_monitor *self, int64_t newest_ns, int64_t end_ns) {
    if (!self->n_windows || end_ns >= newest_ns) return end_ns;
    if (end_ns <= self->window_end_ns) return newest_ns;
    uint64_t passed = (uint64_t)end_ns - (uint64_t)self->window_end_ns;
    uint64_t left = (uint64_t)INT64_MAX - (uint64_t)newest_ns;
    return passed < left ? newest_ns + (int64_t)passed : INT64_MAX;
}

void mlops__monitor_decide(mlops_monitor *self, int64_t end_ns) {
    mlops_policy_decision decision = MLOPS_POLICY_DECISION_INIT;
    double severity = mlops__f64_of(MLOPS__NAN_BITS);
    raise_by(&severity, self);
    for (int64_t i = 0; self->segments && i < self->segments->n; i++)
        raise_by(&severity, self->segments->slots[i].monitor);
    (void)mlops_policy_get(self->policy, &decision);
    end_ns = policy_time(self, decision.time_ns, end_ns);
    (void)mlops_policy_add(self->policy, end_ns, severity, self->vetoed, &decision);
    self->vetoed = 0;
}

mlops_status mlops_monitor_alarm(const mlops_monitor *self, mlops_policy_decision *out) {
    if (!self->policy) return MLOPS_E_INVALID;
    mlops__monitor_settle(self);
    return mlops_policy_get(self->policy, out);
}

mlops_status mlops_monitor_alarm_reason(const mlops_monitor *self, char *text, size_t cap,
                                        size_t *needed) {
    if (!self->policy) return MLOPS_E_INVALID;
    mlops__monitor_settle(self);
    return mlops_policy_reason(self->policy, text, cap, needed);
}
