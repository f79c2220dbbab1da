/* The report for people: the answer first, the gravest columns with pictures, the rest as numbers.
 *
 * Owns the wording and the size: pictures go to the first columns only, so that a report of 1,000
 * columns stays below 400 KiB. Invariant: each row says the same as the JSON of its column; text
 * that comes in is escaped.
 */
#include "drift/inside.h"
#include "text/html.h"

enum { PICTURES = 80, DIGITS = 3 };

static const char *class_of(mlops_drift_verdict verdict) {
    return verdict == MLOPS_DRIFT_YES ? "yes" : verdict == MLOPS_DRIFT_NO ? "no" : "unknown";
}

static void put_badge(mlops__buf *out, mlops_drift_verdict verdict, const char *text) {
    mlops__buf_format(out, "<td><span class=\"badge %s\">%s</span></td>", class_of(verdict), text);
}

void mlops__drift_cell(mlops__buf *out, mlops_drift_verdict verdict) {
    put_badge(out, verdict, mlops__drift_answer(verdict));
}

void mlops__drift_card(mlops__buf *out, const char *label, mlops_drift_verdict verdict) {
    mlops__html_card(out, class_of(verdict), label);
    mlops__html_text(out, mlops__drift_answer(verdict));
    mlops__html_card_end(out);
}

static void put_count(mlops__buf *out, int64_t n, const char *one, const char *many) {
    mlops__buf_format(out, "%lld %s", (long long)n, n == 1 ? one : many);
}

static void put_count_card(mlops__buf *out, const char *label, int64_t n) {
    mlops__html_card(out, "", label);
    mlops__buf_format(out, "%lld", (long long)n);
    mlops__html_card_end(out);
}

static void put_headline(mlops__buf *out, const mlops_drift *self, const char *title) {
    mlops_drift_verdict overall = mlops_drift_overall(self);
    mlops__html_element(out, "h1", NULL, title);
    mlops__buf_text(out, "<p>");
    if (self->rule.preset) {
        put_count(out, mlops_drift_n_drifted(self), "column alarms", "columns alarm");
        mlops__buf_format(out, ", of %lld compared, by the rule of %s.", (long long)self->n,
                          mlops__drift_preset_name(self->rule.preset, 1));
    } else if (overall == MLOPS_DRIFT_YES) {
        put_count(out, mlops_drift_n_drifted(self), "column has", "columns have");
        mlops__buf_format(out, " drifted, of %lld compared.", (long long)self->n);
    } else if (overall == MLOPS_DRIFT_NO) {
        mlops__buf_text(out, "No column has drifted, as far as there is enough data to tell.");
    } else {
        mlops__buf_text(out, "There is not enough data to tell whether any column has drifted.");
    }
    mlops__buf_text(out, "</p>\n");
}

/* Whether alpha is a share of the alarms, and not the chance of any. */
static int by_share(const mlops_drift *self) {
    return self->rule.correction == MLOPS_STATS_BH || self->rule.correction == MLOPS_STATS_BY;
}

static void put_cards(mlops__buf *out, const mlops_drift *self, const mlops__drift_note *notes,
                      int64_t n) {
    int64_t drifted = mlops_drift_n_drifted(self), settled = 0;
    for (int64_t i = 0; i < self->n; i++)
        settled += self->columns[i].column.verdict == MLOPS_DRIFT_NO;
    mlops__buf_text(out, "<div class=\"cards\">\n");
    mlops__drift_card(out, "Answer", mlops_drift_overall(self));
    put_count_card(out, "Drifted columns", drifted);
    put_count_card(out, "Columns without drift", settled);
    put_count_card(out, "Columns with not enough data", self->n - drifted - settled);
    if (self->rule.preset) {
        mlops__html_card(out, "", "Rule of");
        mlops__html_text(out, mlops__drift_preset_name(self->rule.preset, 1));
    } else {
        mlops__html_card(out, "",
                         by_share(self) ? "Expected share of false alarms"
                                        : "Chance of any false alarm");
        mlops__buf_text(out, "\xe2\x89\xa4 ");
        mlops__html_number(out, 100 * self->rule.alpha, DIGITS);
        mlops__buf_text(out, " %");
    }
    mlops__html_card_end(out);
    for (int64_t i = 0; i < n; i++) {
        mlops__html_card(out, "", notes[i].label);
        mlops__html_number(out, notes[i].value, 4);
        mlops__buf_text(out, *notes[i].unit ? " " : "");
        mlops__html_text(out, notes[i].unit);
        mlops__html_card_end(out);
    }
    mlops__buf_text(out, "</div>\n");
}

static void put_number(mlops__buf *out, double value) { mlops__html_cell(out, value, DIGITS); }

static void put_name(mlops__buf *out, const mlops_drift_column *column) {
    mlops__html_row(out, column->name);
    mlops__drift_cell(out, column->verdict);
}

/* "ks 0.123" and what else every row says: a bound and an adjusted p, or a p and its limit. */
static void put_numbers(mlops__buf *out, const mlops_drift_column *column, int preset) {
    mlops__buf_format(out, "<td>%s</td>", column->test);
    put_number(out, column->effect);
    put_number(out, preset ? column->p_value : column->effect_low);
    put_number(out, preset ? column->tolerance : column->p_adjusted);
    put_number(out, column->severity);
    put_number(out, column->psi);
}

static void put_more_numbers(mlops__buf *out, const mlops_drift_column *column) {
    put_number(out, column->wasserstein);
    put_number(out, 100 * column->nulls_reference);
    put_number(out, 100 * column->nulls_current);
    put_number(out, column->mean_reference);
    put_number(out, column->mean_current);
}

static void put_picture_row(mlops__buf *out, const mlops__drift_judged *judged, double scale,
                            int preset) {
    const mlops_drift_column *column = &judged->column;
    const mlops__drift_bins *bins = &judged->bins;
    put_name(out, column);
    mlops__buf_text(out, "<td>");
    if (bins->k > 0)
        mlops__svg_histograms(out, bins->reference, bins->current, (size_t)bins->k,
                              judged->n_regions > 0 ? judged->regions[0].first_bin : 0,
                              judged->n_regions > 0 ? judged->regions[0].last_bin + 1 : 0,
                              column->name);
    mlops__buf_text(out, preset ? "</td>" : "</td><td>");
    if (judged->size > 0)
        mlops__svg_effect(out, column->effect, column->effect_low, column->tolerance, scale);
    if (!preset) mlops__buf_text(out, "</td>");
    mlops__html_element(out, "td", "where", column->where);
    put_numbers(out, column, preset);
    put_more_numbers(out, column);
    mlops__buf_text(out, "</tr>\n");
}

/* The columns' heads; those of presets differ in some. */
static void begin_table(mlops__buf *out, int preset, int pictured) {
    static const char *const heads[] = {
        "Column",          "Answer",       "Distribution", "Effect",   "Where", "Test",
        "Effect",          "At least",     "Adjusted p",   "Severity", "PSI",   "Shift in sd",
        "Nulls before, %", "Nulls now, %", "Mean before",  "Mean now"};
    enum { DRAWN = 2, BAR = 3, WHERE = 4, TEST = 5, BOUND = 7, ADJUSTED = 8, MORE = 11 };
    mlops__buf_text(out, "<div class=\"scroll\"><table><thead><tr>");
    for (int i = 0; i < (pictured ? (int)(sizeof heads / sizeof heads[0]) : MORE); i++) {
        if ((!pictured && i >= DRAWN && i <= WHERE) || (i == BAR && preset)) continue;
        const char *head = !preset         ? heads[i]
                           : i == BOUND    ? "p"
                           : i == ADJUSTED ? "Limit"
                                           : heads[i];
        mlops__html_element(out, "th", i > TEST ? "num" : NULL, head);
    }
    mlops__buf_text(out, "</tr></thead><tbody>\n");
}

/* What the ends of all effect bars stand for. */
static double find_scale(const mlops_drift *self) {
    double scale = 0.2;
    for (int64_t i = 0; i < self->n; i++) {
        const mlops_drift_column *column = &self->columns[i].column;
        if (column->effect > scale) scale = column->effect;
        if (2 * column->tolerance > scale) scale = 2 * column->tolerance;
    }
    return scale;
}

static void put_tables(mlops__buf *out, const mlops_drift *self) {
    int64_t n = self->n < PICTURES ? self->n : PICTURES;
    double scale = find_scale(self);
    int preset = self->rule.preset != MLOPS_DRIFT_NATIVE;
    mlops__buf_text(out,
                    "<h2>Columns, the gravest first</h2>\n<p class=\"note\"><span class=\"key\">"
                    "reference</span><span class=\"key cur\">current</span>"
                    "<span class=\"key mark\">changed the most</span></p>\n");
    begin_table(out, preset, 1);
    for (int64_t i = 0; i < n; i++)
        put_picture_row(out, &self->columns[self->order[i]], scale, preset);
    mlops__html_table_end(out);
    if (n == self->n) return;
    mlops__buf_text(out, "<h2>All other columns</h2>\n");
    begin_table(out, preset, 0);
    for (int64_t i = n; i < self->n; i++) {
        const mlops_drift_column *column = &self->columns[self->order[i]].column;
        put_name(out, column);
        put_numbers(out, column, preset);
        mlops__buf_text(out, "</tr>\n");
    }
    mlops__html_table_end(out);
}

static void put_reading(mlops__buf *out, const mlops_drift *self) {
    mlops__buf_text(
        out,
        "<h2>How to read this</h2>\n"
        "<p>A column has <strong>drifted</strong> if the least effect that its data allow (the "
        "solid part of the bar, \xe2\x80\x9c"
        "at least\xe2\x80\x9d) lies beyond the tolerance "
        "(the upright line). It has <strong>not drifted</strong> if the effect seen is within "
        "the tolerance and cannot be more than twice that. Anything else is <strong>not enough "
        "data</strong>: collect more rows, or allow a larger tolerance.</p>\n"
        "<p>The effect of a numeric column is the Kolmogorov-Smirnov distance (test ks): the "
        "largest gap between the shares of values below any bound. That of other columns is "
        "total variation (tv): the share of rows that would have to change category. Test nulls "
        "is the change of the share of missing values. Tolerances: ks ");
    mlops__html_number(out, self->rule.ks_tolerance, DIGITS);
    mlops__buf_text(out, ", tv and nulls ");
    mlops__html_number(out, self->rule.tv_tolerance, DIGITS);
    mlops__buf_text(out, ". Each side needs ");
    put_count(out, self->rule.rows_min, "row", "rows");
    mlops__buf_text(
        out, " or more.</p>\n"
             "<p>The adjusted p is the chance of such data if the true effect were within the "
             "tolerance, corrected for the number of columns by ");
    mlops__html_text(out, mlops__drift_correction_name(self->rule.correction, 1));
    mlops__buf_text(
        out,
        by_share(self)
            ? ": of the columns that drifted, a share of alpha may be false alarms, as expected, "
              "and as many may have an effect below \xe2\x80\x9c"
              "at least\xe2\x80\x9d"
            : "");
    mlops__buf_text(
        out,
        ". Severity is the effect, of drift the least, over its tolerance. PSI is taken over ten "
        "quantile bins of the reference, or over categories, as the distribution is drawn. The "
        "shift is the first Wasserstein distance in standard deviations of the reference.</p>\n");
}

static void put_preset_reading(mlops__buf *out, const mlops_drift *self) {
    const char *name = mlops__drift_preset_name(self->rule.preset, 1);
    mlops__buf_format(
        out,
        "<h2>How to read this</h2>\n<p>The answers are those of %s's rule, for comparison "
        "with it. Where a test has a p, the limit is that of p, else that of the effect. The rule "
        "holds no chance of false alarms: how often it alarms without a change depends on the "
        "number of rows and of columns.</p>\n",
        name);
}

void mlops__drift_loss_cell(mlops__buf *out, mlops_drift_verdict verdict) {
    put_badge(out, verdict, mlops__drift_loss_word(verdict));
}

static void put_segments(mlops__buf *out, const mlops__drift_segment *segments, int64_t n) {
    static const char *const heads[] = {"Segment",         "Answer",   "Rows",
                                        "Drifted columns", "Measured", "Estimated"};
    enum { COUNTS = 2, PLAIN = 4, ALL = 6 };
    if (n == 0) return;
    mlops__buf_text(out, "<h2>Segments</h2>\n<div class=\"scroll\"><table><thead><tr>");
    for (int i = 0; i < (segments->has_labels ? ALL : PLAIN); i++)
        mlops__html_element(out, "th", i >= COUNTS && i < PLAIN ? "num" : NULL, heads[i]);
    mlops__buf_text(out, "</tr></thead><tbody>\n");
    for (int64_t i = 0; i < n; i++) {
        const mlops__drift_segment *segment = &segments[i];
        mlops__html_row(out, segment->name);
        mlops__drift_cell(out, segment->verdict);
        mlops__buf_format(out, "<td class=\"num\">%lld</td><td class=\"num\">%lld</td>",
                          (long long)segment->n_rows, (long long)segment->n_drifted);
        if (segment->has_labels) {
            mlops__drift_loss_cell(out, segment->measured);
            mlops__drift_loss_cell(out, segment->estimated);
        }
        mlops__buf_text(out, "</tr>\n");
    }
    mlops__html_table_end(out);
}

void mlops__drift_html(mlops__buf *out, const mlops_drift *self, const mlops__drift_extra *extra) {
    const char *title = extra->title ? extra->title : "Drift report";
    mlops__html_begin(out, title);
    put_headline(out, self, title);
    put_cards(out, self, extra->notes, extra->n_notes);
    put_segments(out, extra->segments, extra->n_segments);
    if (extra->html) extra->html(out, extra->of);
    put_tables(out, self);
    if (self->rule.preset) put_preset_reading(out, self);
    else put_reading(out, self);
    mlops__html_end(out);
}
