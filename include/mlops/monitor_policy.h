/* mlops/monitor_policy.h: when is somebody to be told of what a monitor finds?
 *
 * A policy (mlops/policy.h) is given to a monitor, and takes the severity of each window that ends:
 * the largest of what drifted and of the performance that was lost, over its tolerance.
 *
 *     mlops_monitor_set_policy(monitor, &two_of_three, &error);
 *     mlops_monitor_alarm(monitor, &decision);    // after adding, or whenever asked for metrics
 *     if (decision.alarmed) page(mlops_monitor_alarm_reason(...));
 */
#ifndef MLOPS_MONITOR_POLICY_H
#define MLOPS_MONITOR_POLICY_H

#include <mlops/base.h>
#include <mlops/monitor.h>
#include <mlops/policy.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Have the windows from the next one on decided upon. Once, and before the first window ends.
 *
 * @param self  monitor
 * @param opts  @nullable rules; host is not used
 * @param err   @nullable
 * @return MLOPS_E_INVALID for a rule out of range, or a monitor that has a policy or a window
 *         already; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_set_policy(mlops_monitor *self, const mlops_policy_opts *opts,
                                                mlops_error *err);

/**
 * Say that the data of the current window are broken: expectations failed, or an outage is known.
 * When it ends it counts for nothing in the policy, whatever was found.
 *
 * @param self  monitor with a policy
 * @return MLOPS_E_INVALID if there is no policy
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_veto(mlops_monitor *self);

/**
 * Where the policy stands after the newest window.
 *
 * @param self      monitor with a policy
 * @param[out] out  @shape(1) struct_size must be set
 * @return MLOPS_E_INVALID if there is no policy, or struct_size is unknown
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_alarm(const mlops_monitor *self, mlops_policy_decision *out);

/**
 * The same, and why, as a line of JSON: mlops_policy_reason().
 *
 * @param self         monitor with a policy
 * @param[out] text    @nullable @shape(cap) ends in NUL; NULL to ask for the size
 * @param cap          bytes of text
 * @param[out] needed  @nullable bytes of the whole text, without NUL
 * @return MLOPS_E_ARENA if cap is too small: text is empty then; MLOPS_E_INVALID if there is no
 *         policy
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_alarm_reason(const mlops_monitor *self, char *text, size_t cap,
                                                  size_t *needed);

#ifdef __cplusplus
}
#endif

#endif
