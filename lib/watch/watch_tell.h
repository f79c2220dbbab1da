/* What a monitor says, as JSON. */
#ifndef MLOPS_WATCH_TELL_H
#define MLOPS_WATCH_TELL_H

#include "base/buf.h"

#include <mlops/monitor.h>
#include <mlops/table.h>

/* The rows of a window, whose number is the table's first column, as an array of objects without
 * it.
 */
void mlops__watch_window_json(mlops__buf *out, const mlops_table *table, int64_t window);

/* A verb that gives a text by its size, onto the buffer. */
typedef mlops_status mlops__watch_text(const void *of, char *text, size_t cap, size_t *needed);
mlops_status mlops__watch_take_text(mlops__buf *out, mlops__watch_text *verb, const void *of,
                                    mlops_error *err);

/* Segments and alarm of a monitor; empty where none are expected. */
mlops_status mlops__watch_take_segments(mlops__buf *out, const mlops_monitor *monitor,
                                        mlops_error *err);
mlops_status mlops__watch_take_alarm(mlops__buf *out, const mlops_monitor *monitor,
                                     mlops_error *err);

#endif
