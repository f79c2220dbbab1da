/* The verdicts as JSON: every number of every column, in the order of the reference.
 *
 * Owns the names of the members, which are those of mlops_drift_column. Invariant: what does not
 * apply is null; the text depends on the verdicts alone.
 */
#include "column/table.h"
#include "drift/inside.h"
#include "text/json.h"

static void put_shares(mlops__json_writer *json, double reference, double current) {
    mlops__json_put_f64(json, "reference", reference);
    mlops__json_put_f64(json, "current", current);
    mlops__json_close(json, '}');
}

static void put_regions(mlops__json_writer *json, const mlops__drift_judged *judged) {
    const mlops_drift_column *column = &judged->column;
    mlops__json_name(json, "regions");
    mlops__json_open(json, '[');
    for (int i = 0; i < judged->n_regions; i++) {
        const mlops__drift_region *region = &judged->regions[i];
        mlops__json_open(json, '{');
        mlops__json_put_text(json, "kind", mlops__drift_part_name(region->kind));
        if (region->kind == MLOPS__DRIFT_SPAN) {
            mlops__json_put_f64(json, "low", region->low);
            mlops__json_put_f64(json, "high", region->high);
        }
        if (region->text) mlops__json_put_text(json, "category", region->text);
        put_shares(json, region->reference, region->current);
    }
    if (mlops__drift_tells_nulls(judged)) {
        mlops__json_open(json, '{');
        mlops__json_put_text(json, "kind", "nulls");
        put_shares(json, column->nulls_reference, column->nulls_current);
    }
    mlops__json_close(json, ']');
}

static void put_column(mlops__json_writer *json, const mlops__drift_judged *judged) {
    const mlops_drift_column *column = &judged->column;
    mlops__json_open(json, '{');
    mlops__json_put_text(json, "name", column->name);
    mlops__json_put_text(json, "type", mlops__type_name(column->type));
    mlops__json_put_text(json, "verdict", mlops__drift_word(column->verdict));
    mlops__json_put_text(json, "test", column->test);
    mlops__json_put_f64(json, "effect", column->effect);
    mlops__json_put_f64(json, "effect_low", column->effect_low);
    mlops__json_put_f64(json, "tolerance", column->tolerance);
    mlops__json_put_f64(json, "p_value", column->p_value);
    mlops__json_put_f64(json, "p_adjusted", column->p_adjusted);
    mlops__json_put_f64(json, "severity", column->severity);
    mlops__json_put_f64(json, "ks", column->ks);
    mlops__json_put_f64(json, "wasserstein", column->wasserstein);
    mlops__json_put_f64(json, "psi", column->psi);
    mlops__json_put_f64(json, "js", column->js);
    mlops__json_put_f64(json, "tv", column->tv);
    mlops__json_put_i64(json, "n_reference", column->n_reference);
    mlops__json_put_i64(json, "n_current", column->n_current);
    mlops__json_put_f64(json, "nulls_reference", column->nulls_reference);
    mlops__json_put_f64(json, "nulls_current", column->nulls_current);
    mlops__json_put_f64(json, "mean_reference", column->mean_reference);
    mlops__json_put_f64(json, "mean_current", column->mean_current);
    mlops__json_put_f64(json, "location", column->location);
    mlops__json_put_i64(json, "direction", column->direction);
    mlops__json_put_text(json, "where", column->where);
    put_regions(json, judged);
    mlops__json_name(json, "exact");
    mlops__json_bool(json, column->exact != 0);
    mlops__json_close(json, '}');
}

static void put_segment(mlops__json_writer *json, const mlops__drift_segment *segment) {
    mlops__json_open(json, '{');
    mlops__json_put_text(json, "segment", segment->name);
    mlops__json_put_i64(json, "n_rows", segment->n_rows);
    mlops__json_put_text(json, "verdict", mlops__drift_word(segment->verdict));
    mlops__json_put_i64(json, "n_drifted", segment->n_drifted);
    if (segment->has_labels) {
        mlops__json_put_text(json, "measured", mlops__drift_word(segment->measured));
        mlops__json_put_text(json, "estimated", mlops__drift_word(segment->estimated));
    }
    mlops__json_close(json, '}');
}

void mlops__drift_json_extra(mlops__buf *out, const mlops_drift *self,
                             const mlops__drift_extra *extra) {
    mlops__json_writer json;
    mlops__json_writer_init(&json, out, 2);
    mlops__json_open(&json, '{');
    mlops__json_put_text(&json, "verdict", mlops__drift_word(mlops_drift_overall(self)));
    mlops__json_put_i64(&json, "n_columns", self->n);
    mlops__json_put_i64(&json, "n_drifted", mlops_drift_n_drifted(self));
    mlops__json_put_f64(&json, "severity", mlops_drift_severity(self));
    if (self->rule.preset) {
        mlops__json_put_text(&json, "preset", mlops__drift_preset_name(self->rule.preset, 0));
    } else {
        mlops__json_put_f64(&json, "alpha", self->rule.alpha);
        mlops__json_put_text(&json, "correction",
                             mlops__drift_correction_name(self->rule.correction, 0));
        mlops__json_put_f64(&json, "ks_tolerance", self->rule.ks_tolerance);
        mlops__json_put_f64(&json, "tv_tolerance", self->rule.tv_tolerance);
        mlops__json_put_i64(&json, "rows_min", self->rule.rows_min);
    }
    if (extra->n_notes > 0) {
        mlops__json_name(&json, "notes");
        mlops__json_open(&json, '{');
        for (int64_t i = 0; i < extra->n_notes; i++)
            mlops__json_put_f64(&json, extra->notes[i].key, extra->notes[i].value);
        mlops__json_close(&json, '}');
    }
    if (extra->n_segments > 0) {
        mlops__json_name(&json, "segments");
        mlops__json_open(&json, '[');
        for (int64_t i = 0; i < extra->n_segments; i++) put_segment(&json, &extra->segments[i]);
        mlops__json_close(&json, ']');
    }
    if (extra->json) extra->json(&json, extra->of);
    mlops__json_name(&json, "columns");
    mlops__json_open(&json, '[');
    for (int64_t i = 0; i < self->n; i++) put_column(&json, &self->columns[i]);
    mlops__json_close(&json, ']');
    mlops__json_close(&json, '}');
    mlops__buf_u8(out, '\n');
}
