/* A monitor, for the folder that keeps its windows: rows up to the end of one, and no further. */
#ifndef MLOPS_MONITOR_MONITOR_H
#define MLOPS_MONITOR_MONITOR_H

#include <mlops/monitor.h>

/* Ends the current window if its time is over. */
void mlops__monitor_tick(mlops_monitor *self);

/* Rows that the current window still takes; 1 or more. */
int64_t mlops__monitor_left(const mlops_monitor *self);

/* Windows that ended; none ends by this. */
int64_t mlops__monitor_completed(const mlops_monitor *self);

/* Windows to which labels can count; 0: none are expected. */
int64_t mlops__monitor_windows_kept(const mlops_monitor *self);

/* Rows that were added, in all. */
int64_t mlops__monitor_rows(const mlops_monitor *self);

/* One more share; each is ended with mlops_monitor_free(). */
mlops_monitor *mlops__monitor_share(mlops_monitor *self);

/* Rows of the newest complete window. */
int64_t mlops__monitor_newest(const mlops_monitor *self);

/* As mlops_monitor_add(), but no window ends by its time. */
mlops_status mlops__monitor_add_rows(mlops_monitor *self, const float *rows, int64_t n_rows,
                                     int64_t n_features, const double *predictions, int64_t width);

/* Adds rows of a table from one on, as mlops_monitor_add_table(), as many as the current window
 * still takes: *n of them; no window ends by its time. */
mlops_status mlops__monitor_add_part(mlops_monitor *self, const mlops_table *table, int64_t from,
                                     int64_t *n, mlops_error *err);

#endif
