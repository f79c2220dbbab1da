/* mlops/monitor_state.h: a monitor goes on where it was after a restart.
 *
 *     mlops_monitor_suspend(monitor, bytes, sizeof bytes, &n);    // to be kept by the program
 *     mlops_monitor_new(&monitor, model, "train.csv", &opts, &error);    // as before
 *     mlops_monitor_resume(monitor, bytes, n, &error);
 */
#ifndef MLOPS_MONITOR_STATE_H
#define MLOPS_MONITOR_STATE_H

#include <mlops/base.h>
#include <mlops/monitor.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Write all that a monitor has seen as bytes: the current window, the newest complete one, totals,
 * rows that wait for labels. Canonical, little-endian. The monitor may go on.
 *
 * @param self          monitor
 * @param[out] bytes    @nullable @shape(cap) NULL to ask for the size
 * @param cap           bytes of room
 * @param[out] needed   @nullable bytes that it takes
 * @return MLOPS_E_ARENA if cap is too small; nothing is written then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_suspend(const mlops_monitor *self, void *bytes, size_t cap,
                                             size_t *needed);

/**
 * Go on where a monitor was: whatever is added from now on, this monitor says what the other would
 * have said. It must have been made of the same reference with the same options.
 *
 * @param self   monitor; forgets what it has seen, after an error, too
 * @param bytes  @shape(n) of mlops_monitor_suspend(); borrowed for the call
 * @param n      number of bytes
 * @param err    @nullable
 * @return MLOPS_E_SCHEMA if the other had another reference, model or options; MLOPS_E_CORRUPT for
 * bytes that are no state, or contradict each other; MLOPS_E_UNSUPPORTED for those of another
 *         format; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_resume(mlops_monitor *self, const void *bytes, size_t n,
                                            mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
