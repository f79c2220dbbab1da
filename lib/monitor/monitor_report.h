/* What a report says of performance and of new values, beside drift. */
#ifndef MLOPS_MONITOR_MONITOR_REPORT_H
#define MLOPS_MONITOR_MONITOR_REPORT_H

#include "monitor/monitor_inside.h"
#include "text/json.h"

/* Metrics of the newest windows, the current one last. */
typedef struct mlops__report_labels {
    const mlops_monitor *monitor;
    int64_t first, n; /* windows, from 0 */
    double *points;
} mlops__report_labels;

/* MLOPS_E_NOMEM. */
mlops_status mlops__report_labels_begin(mlops__report_labels *out, const mlops_monitor *monitor,
                                        mlops__arena *arena);

/* Of such; to be called by drift. */
void mlops__report_labels_html(mlops__buf *out, const void *of);
void mlops__report_labels_json(mlops__json_writer *json, const void *of);

#endif
