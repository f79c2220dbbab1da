/* The state of a monitor as bytes: what its parts put and read. */
#ifndef MLOPS_MONITOR_STATE_INSIDE_H
#define MLOPS_MONITOR_STATE_INSIDE_H

#include "base/buf.h"
#include "base/cursor.h"
#include "base/sha256.h"
#include "monitor/monitor_inside.h"

/* NaN is always the same bits. */
void mlops__state_put_f64(mlops__buf *out, double value);

/* Finite, or that NaN; else in fails. */
double mlops__state_f64(mlops__cursor *in);

/* Between bounds; else in fails. */
int64_t mlops__state_i64(mlops__cursor *in, int64_t least, int64_t most);

void mlops__state_hash(mlops__sha256 *to, double value);

/* Options, and what rows are held against. */
void mlops__monitor_labels_hash(const mlops__labels *self, mlops__sha256 *to);

void mlops__monitor_labels_put(const mlops_monitor *monitor, mlops__buf *out);

/* Empty, as when it was made. */
void mlops__monitor_labels_reset(mlops__labels *self);

/* Into an empty one; the monitor's own numbers are read. 0: the bytes contradict each other. */
int mlops__monitor_labels_read(mlops_monitor *monitor, mlops__cursor *in);

#endif
