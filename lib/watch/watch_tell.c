/* What a monitor says, as JSON for the store.
 *
 * Owns nothing. Invariant: tables are written by their own names and types, whatever the labels are
 * of.
 */
#include "watch/watch_tell.h"

#include "text/json.h"

#include <mlops/monitor_policy.h>
#include <mlops/monitor_segment.h>

#include <string.h>

enum { CELL = 256 /* names of metrics, keys of segments, numbers */ };

static void put_cell(mlops__json_writer *json, const mlops_table *table, int64_t column,
                     int64_t row) {
    char text[CELL];
    size_t n = 0;
    int good = !mlops_table_text(table, column, row, text, sizeof text, &n) && n;
    if (good && mlops_table_type(table, column) == MLOPS_TYPE_STRING)
        mlops__json_string(json, text);
    else if (good && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9')) && text[n - 1] <= '9')
        mlops__json_raw(json, text, n);
    else mlops__json_null(json);
}

/* An object of the columns from the first on. */
static void put_row(mlops__json_writer *json, const mlops_table *table, int64_t row,
                    int64_t first) {
    mlops__json_open(json, '{');
    for (int64_t column = first; column < mlops_table_n_columns(table); column++) {
        mlops__json_name(json, mlops_table_name(table, column));
        put_cell(json, table, column, row);
    }
    mlops__json_close(json, '}');
}

void mlops__watch_window_json(mlops__buf *out, const mlops_table *table, int64_t window) {
    mlops__json_writer json;
    char text[CELL], wanted[32];
    mlops__format(wanted, sizeof wanted, "%lld", (long long)window);
    mlops__json_writer_init(&json, out, 0);
    mlops__json_open(&json, '[');
    for (int64_t row = 0; row < mlops_table_n_rows(table); row++) {
        (void)mlops_table_text(table, 0, row, text, sizeof text, NULL); /* the row is there */
        if (!strcmp(text, wanted)) put_row(&json, table, row, 1);
    }
    mlops__json_close(&json, ']');
}

mlops_status mlops__watch_take_text(mlops__buf *out, mlops__watch_text *verb, const void *of,
                                    mlops_error *err) {
    size_t n = 0;
    mlops_status status = verb(of, NULL, 0, &n);
    if (status) return mlops__fail(err, status, "what is to be kept of a window cannot be told");
    char *text = (char *)mlops__buf_extend(out, n + 1);
    if (!text) return mlops__fail_nomem(err, n + 1);
    status = verb(of, text, n + 1, NULL);
    if (status) return mlops__fail(err, status, "what is to be kept of a window does not fit");
    out->size--; /* without the NUL */
    return MLOPS_OK;
}

mlops_status mlops__watch_take_segments(mlops__buf *out, const mlops_monitor *monitor,
                                        mlops_error *err) {
    mlops_table *table;
    mlops__json_writer json;
    mlops_status status = mlops_monitor_segments(&table, monitor, err);
    if (status == MLOPS_E_INVALID) return MLOPS_OK; /* none are expected */
    MLOPS_TRY(status);
    mlops__json_writer_init(&json, out, 0);
    mlops__json_open(&json, '[');
    for (int64_t row = 0; row < mlops_table_n_rows(table); row++) put_row(&json, table, row, 0);
    mlops__json_close(&json, ']');
    mlops_table_unref(table);
    return out->status ? mlops__fail_nomem(err, out->size) : MLOPS_OK;
}

static mlops_status reason(const void *of, char *text, size_t cap, size_t *needed) {
    return mlops_monitor_alarm_reason(of, text, cap, needed);
}

mlops_status mlops__watch_take_alarm(mlops__buf *out, const mlops_monitor *monitor,
                                     mlops_error *err) {
    mlops_policy_decision decision = MLOPS_POLICY_DECISION_INIT;
    if (mlops_monitor_alarm(monitor, &decision)) return MLOPS_OK; /* there is no policy */
    return mlops__watch_take_text(out, reason, monitor, err);
}
