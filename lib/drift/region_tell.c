/* Regions told: in words for people, as a table for programs.
 *
 * Owns the wording. Invariant: a text that comes in stays on one line and short; the table has the
 * numbers that the words have.
 */
#include "column/column_store.h"
#include "column/rows.h"
#include "drift/inside.h"
#include "text/number.h"
#include "text/utf8.h"

#include <string.h>

enum { DIGITS = 4, SHARE_DIGITS = 3, TEXT_MAX = 32 };

const char *mlops__drift_part_name(mlops__drift_part kind) {
    static const char *const names[] = {"values", "category", "new", "rest"};
    return names[kind];
}

static int by_nulls(const mlops__drift_judged *judged) {
    return strcmp(judged->column.test, "nulls") == 0;
}

static void put_number(mlops__buf *out, double value, int digits) {
    char text[MLOPS__NUMBER_MAX];
    mlops__buf_put(out, text, mlops__format_digits(text, value, digits));
}

static void put_shares(mlops__buf *out, double before, double now) {
    mlops__buf_text(out, " (");
    put_number(out, 100 * before, SHARE_DIGITS);
    mlops__buf_text(out, "% -> ");
    put_number(out, 100 * now, SHARE_DIGITS);
    mlops__buf_text(out, "%)");
}

static void put_quoted(mlops__buf *out, const char *text) {
    size_t n = strlen(text), whole = (size_t)mlops__utf8_shown(text, TEXT_MAX);
    mlops__buf_u8(out, '\'');
    for (size_t i = 0; i < whole; i++) {
        uint8_t c = (uint8_t)text[i];
        mlops__buf_u8(out, c < 0x20 || c == 0x7f ? ' ' : c);
    }
    mlops__buf_text(out, whole < n ? "...'" : "'");
}

static void put_region(mlops__buf *out, const mlops__drift_region *region) {
    int gained = region->current > region->reference;
    mlops__buf_text(out, gained ? "more " : "less ");
    if (region->kind == MLOPS__DRIFT_SPAN) {
        mlops__buf_text(out, "at ");
        put_number(out, region->low, DIGITS);
        if (region->high > region->low) {
            mlops__buf_text(out, "..");
            put_number(out, region->high, DIGITS);
        }
    } else if (region->text) {
        put_quoted(out, region->text);
    } else {
        mlops__buf_text(out, region->kind == MLOPS__DRIFT_NEW ? "new ones" : "others");
    }
    put_shares(out, region->reference, region->current);
}

/* The first region that gained, or lost. */
static const mlops__drift_region *first(const mlops__drift_judged *judged, int gained) {
    for (int i = 0; i < judged->n_regions; i++) {
        const mlops__drift_region *region = &judged->regions[i];
        if ((region->current > region->reference) == gained) return region;
    }
    return NULL;
}

void mlops__drift_where(mlops__buf *out, const mlops__drift_judged *judged,
                        const mlops__drift_rule *rule) {
    const mlops_drift_column *column = &judged->column;
    const mlops__drift_region *gain = first(judged, 1), *loss = first(judged, 0);
    if (by_nulls(judged)) {
        if (!(column->p_value <= rule->alpha)) return;
        mlops__buf_text(out, column->nulls_current > column->nulls_reference ? "more" : "less");
        mlops__buf_text(out, " nulls");
        put_shares(out, column->nulls_reference, column->nulls_current);
        return;
    }
    if (gain) put_region(out, gain);
    if (gain && loss) mlops__buf_text(out, ", ");
    if (loss) put_region(out, loss);
}

int mlops__drift_tells_nulls(const mlops__drift_judged *judged) {
    return by_nulls(judged) && *judged->column.where;
}

enum { N_COLUMNS = 7 };
static const mlops__rows_column columns[N_COLUMNS] = {
    {"column", MLOPS_TYPE_STRING},   {"kind", MLOPS_TYPE_STRING},
    {"low", MLOPS_TYPE_FLOAT64},     {"high", MLOPS_TYPE_FLOAT64},
    {"category", MLOPS_TYPE_STRING}, {"reference", MLOPS_TYPE_FLOAT64},
    {"current", MLOPS_TYPE_FLOAT64},
};

static void put_row(mlops__rows *rows, const char *name, const char *kind,
                    const mlops__drift_region *region) {
    mlops__rows_text(rows, name);
    mlops__rows_text(rows, kind);
    for (int i = 0; i < 2; i++) {
        double end = i == 0 ? region->low : region->high;
        if (end == end) mlops__rows_f64(rows, end);
        else mlops__rows_null(rows);
    }
    mlops__rows_text(rows, region->text);
    mlops__rows_f64(rows, region->reference);
    mlops__rows_f64(rows, region->current);
}

mlops_status mlops_drift_regions(mlops_table **out, const mlops_drift *self, mlops_error *err) {
    mlops__rows rows;
    *out = NULL;
    MLOPS_TRY(mlops__rows_begin(&rows, &self->host, columns, N_COLUMNS, err));
    for (int64_t i = 0; i < self->n; i++) {
        const mlops__drift_judged *judged = &self->columns[i];
        const mlops_drift_column *column = &judged->column;
        for (int k = 0; k < judged->n_regions; k++)
            put_row(&rows, column->name, mlops__drift_part_name(judged->regions[k].kind),
                    &judged->regions[k]);
        if (!mlops__drift_tells_nulls(judged)) continue;
        mlops__drift_region nulls = {MLOPS__DRIFT_SPAN, 0, 0, NULL, 0, 0, 0, 0};
        nulls.low = nulls.high = mlops__not_a_number();
        nulls.reference = column->nulls_reference;
        nulls.current = column->nulls_current;
        put_row(&rows, column->name, "nulls", &nulls);
    }
    return mlops__rows_end(&rows, MLOPS_OK, out, err);
}
