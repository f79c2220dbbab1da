/* Rows of a table into the current window, its columns bound by name.
 *
 * Owns nothing. Invariant: every column is found and of the right kind before the first value
 * counts; a null counts as null, and texts are compared as texts, whatever their codes.
 */
#include "column/table.h"
#include "monitor/monitor.h"
#include "monitor/monitor_inside.h"
#include "monitor/monitor_segments.h"

enum { REMEMBERED = 256 /* codes whose category is known without a search */ };

/* True if a table's column is of the kind that the reference has: numeric, bool, string. A column
 * of nulls goes anywhere, and anything can be counted where the reference had nulls alone. */
static int fits(mlops_type reference, mlops_type given) {
    if (given == MLOPS_TYPE_NULL || reference == MLOPS_TYPE_NULL) return 1;
    int numeric = mlops__reference_numeric(reference);
    return numeric ? mlops__reference_numeric(given) : given == reference;
}

static mlops_status check_columns(const mlops_monitor *self, const mlops_table *table,
                                  mlops_error *err) {
    for (int64_t i = 0; i < self->n_features; i++) {
        const mlops__reference_column *column = self->features[i].column;
        int64_t index = mlops_table_find(table, column->name);
        char hint[MLOPS__HINT];
        if (index < 0)
            return mlops__fail(err, MLOPS_E_SCHEMA, "monitor: the table has no column '%s'%s",
                               column->name, mlops__table_hint(table, hint));
        mlops_type type = mlops_table_type(table, index);
        if (!fits(column->type, type))
            return mlops__fail(err, MLOPS_E_SCHEMA,
                               "monitor: column '%s' is %s in the table; the reference has %s",
                               column->name, mlops__type_name(type),
                               mlops__type_name(column->type));
    }
    return MLOPS_OK;
}

static void add_numbers(mlops__feature *feature, const mlops__column *column, int64_t from,
                        int64_t n) {
    double values[MLOPS__MONITOR_BLOCK];
    int64_t n_values = 0, n_null = 0;
    for (int64_t i = from; i < from + n; i++) {
        if (mlops__column_valid(column, i)) values[n_values++] = mlops__column_f64(column, i);
        else n_null++;
        if (n_values == MLOPS__MONITOR_BLOCK) {
            mlops_profile_add(feature->profile, values, n_values);
            n_values = 0;
        }
    }
    mlops_profile_add(feature->profile, values, n_values);
    mlops_profile_add_nulls(feature->profile, n_null);
}

/* Categories of the texts that were looked up last, by their code. */
typedef struct memory {
    int32_t code[REMEMBERED]; /* and 1, so that 0 is none */
    int32_t cell[REMEMBERED];
    int32_t times[REMEMBERED];
} memory;

/* Where in the memory the code of a text is. */
static uint32_t look_up(const mlops__reference_column *reference, const mlops__column *column,
                        int32_t code, memory *known) {
    uint32_t place = (uint32_t)code % REMEMBERED;
    if (known->code[place] != code + 1) {
        const char *text = column->texts[code];
        known->code[place] = code + 1;
        known->cell[place] = (int32_t)mlops__reference_category(reference, text);
        known->times[place] = reference->seen ? mlops__seen_times(reference->seen, text) : 0;
    }
    return place;
}

static void add_texts(mlops__feature *feature, const mlops__column *column, int64_t from,
                      int64_t n) {
    const mlops__reference_column *reference = feature->column;
    memory known = {.code = {0}};
    for (int64_t i = from; i < from + n; i++) {
        int64_t cell = reference->n_categories;
        if (!mlops__column_valid(column, i)) {
            feature->n_null++;
            continue;
        }
        if (reference->type == MLOPS_TYPE_STRING) {
            uint32_t at = look_up(reference, column, ((const int32_t *)column->data)[i], &known);
            cell = known.cell[at];
            if (reference->seen) feature->counts[feature->n_cells + known.times[at]]++;
        }
        if (reference->type == MLOPS_TYPE_BOOL) {
            int set = ((const uint8_t *)column->data)[i] != 0;
            cell = mlops__reference_category(reference, set ? "true" : "false");
        }
        feature->counts[cell]++;
    }
}

static void add_part(mlops_monitor *self, const mlops_table *table, int64_t from, int64_t n) {
    if (n > 0 && !self->parent) self->newest_row_ns = mlops__host_now(&self->host);
    for (int64_t i = 0; i < self->n_features; i++) {
        mlops__feature *feature = &self->features[i];
        int64_t index = mlops_table_find(table, feature->column->name);
        const mlops__column *column = mlops__table_column(table, index);
        if (column->type == MLOPS_TYPE_NULL && feature->profile)
            mlops_profile_add_nulls(feature->profile, n);
        else if (feature->profile) add_numbers(feature, column, from, n);
        else if (column->type == MLOPS_TYPE_NULL) feature->n_null += n;
        else add_texts(feature, column, from, n);
    }
}

mlops_status mlops__monitor_check_table(const mlops_monitor *self, const mlops_table *table,
                                        mlops_error *err) {
    MLOPS_TRY(check_columns(self, table, err));
    if (mlops_table_n_rows(table) <= INT64_MAX - self->n_rows - self->n_pending) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_LIMIT, "monitor: more than 2^63 - 1 rows in all");
}

/* The first value of each prediction. */
static void add_first(mlops_monitor *self, const mlops__scored *scored, int64_t n) {
    double first[MLOPS__MONITOR_BLOCK];
    for (int64_t i = 0; i < n;) {
        int64_t some = 0;
        for (; some < MLOPS__MONITOR_BLOCK && i < n; i++)
            first[some++] = scored->scores[i * scored->width];
        mlops__monitor_add_predictions(self, first, some);
    }
}

static void put_part(mlops_monitor *self, const mlops_table *table, int64_t from, int64_t n,
                     mlops__scored *scored) {
    add_part(self, table, from, n);
    if (scored) {
        add_first(self, scored, n);
        mlops__monitor_labels_count(self, scored, n);
    }
    mlops__monitor_advance(self, n);
}

static void put_rows(mlops_monitor *self, const mlops_table *table, int64_t from, int64_t end,
                     mlops__scored *scored) {
    while (from < end) {
        int64_t n = mlops__monitor_room(self, end - from);
        if (self->segments) {
            mlops__scored part = mlops__segments_part(scored);
            n = mlops__segments_run(self->segments, n);
            put_part(mlops__segments_current(self->segments), table, from, n,
                     scored ? &part : NULL);
        }
        put_part(self, table, from, n, scored);
        from += n;
    }
}

void mlops__monitor_put_table(mlops_monitor *self, const mlops_table *table,
                              mlops__scored *scored) {
    put_rows(self, table, 0, mlops_table_n_rows(table), scored);
}

mlops_status mlops_monitor_add_table(mlops_monitor *self, const mlops_table *table,
                                     mlops_error *err) {
    MLOPS_TRY(mlops__monitor_check_table(self, table, err));
    mlops__monitor_settle(self);
    mlops__monitor_put_table(self, table, NULL);
    return MLOPS_OK;
}

mlops_status mlops__monitor_add_part(mlops_monitor *self, const mlops_table *table, int64_t from,
                                     int64_t *n, mlops_error *err) {
    *n = 0;
    MLOPS_TRY(check_columns(self, table, err));
    mlops__monitor_flush(self);
    int64_t room = mlops__monitor_room(self, mlops_table_n_rows(table) - from);
    if (room > INT64_MAX - self->n_rows)
        return mlops__fail(err, MLOPS_E_LIMIT, "monitor: more than 2^63 - 1 rows in all");
    put_rows(self, table, from, from + room, NULL);
    *n = room;
    return MLOPS_OK;
}
