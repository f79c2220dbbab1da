/* A report of rows as a whole: the answer of each way to compare, and what tells where it is from.
 *
 * Owns the wording, and the names of JSON's members. Invariant: HTML and JSON tell the same results
 * and tables, which are those that the verbs give one by one.
 */
#include "base/opts.h"
#include "column/column_store.h"
#include "drift/judge.h"
#include "multivariate/classify.h"
#include "text/html.h"

enum { MMD, PCA, CLASSIFY, WAYS, LISTED = 50, DIGITS = 3, DRAWN = 3 /* error, low, high */ };

typedef struct report {
    const mlops_multivariate *samples;
    mlops_multivariate_report_opts opts;
    mlops_multivariate_result found[WAYS];
    mlops_table *chunks, *residuals, *features; /* NULL: there is nothing to tell */
    double *drawn;                              /* of chunks and of a gap between the sides */
    int64_t n_drawn;
} report;

static int tells(const report *self, int way) { return !(self->opts.flags >> way & 1); }

/* ---- looking ---- */

static mlops_status draw(report *self, mlops_error *err) {
    const mlops__column *columns[1 + DRAWN];
    static const int64_t which[1 + DRAWN] = {1, 3, 4, 5};
    const int64_t n = mlops_table_n_rows(self->chunks);
    for (int i = 0; i <= DRAWN; i++) columns[i] = mlops__table_column(self->chunks, which[i]);
    self->n_drawn = n + 1;
    self->drawn = mlops__alloc_array(&self->samples->host.allocator, (size_t)self->n_drawn,
                                     DRAWN * sizeof *self->drawn);
    if (!self->drawn)
        return mlops__fail_nomem(err, (size_t)self->n_drawn * DRAWN * sizeof *self->drawn);
    for (int64_t i = 0, gap = 0; i < n; i++) {
        const int begins = i && mlops__column_f64(columns[0], i) == 0;
        for (int j = 0; j < DRAWN; j++) {
            double *at = self->drawn + j * self->n_drawn + i + gap;
            if (begins) *at++ = mlops__not_a_number();
            *at = mlops__column_f64(columns[1 + j], i);
        }
        gap += begins;
    }
    return MLOPS_OK;
}

static mlops_status look(report *self, mlops_error *err) {
    const mlops_multivariate_report_opts *opts = &self->opts;
    const mlops_multivariate *of = self->samples;
    for (int i = 0; i < WAYS; i++)
        self->found[i] = (mlops_multivariate_result)MLOPS_MULTIVARIATE_RESULT_INIT;
    if (tells(self, MMD)) MLOPS_TRY(mlops_multivariate_mmd(&self->found[MMD], of, opts->mmd, err));
    if (tells(self, PCA)) MLOPS_TRY(mlops_multivariate_pca(&self->found[PCA], of, opts->pca, err));
    if (self->found[PCA].n_components) {
        MLOPS_TRY(mlops_multivariate_chunks(&self->chunks, of, opts->pca, err));
        MLOPS_TRY(mlops_multivariate_residuals(&self->residuals, of, opts->pca, err));
        MLOPS_TRY(draw(self, err));
    }
    if (!tells(self, CLASSIFY)) return MLOPS_OK;
    return mlops__classify(&self->found[CLASSIFY], &self->features, of, opts->classify, err);
}

/* ---- HTML ---- */

static const char *const WAY[WAYS] = {"Mean discrepancy", "Reconstruction", "Classifier"};

static void put_count(mlops__buf *out, const char *label, int64_t n) {
    mlops__html_card(out, "", label);
    mlops__buf_format(out, "%lld", (long long)n);
    mlops__html_card_end(out);
}

static void put_cards(mlops__buf *out, const report *self) {
    mlops__buf_text(out, "<div class=\"cards\">\n");
    for (int i = 0; i < WAYS; i++)
        if (tells(self, i)) mlops__drift_card(out, WAY[i], self->found[i].verdict);
    put_count(out, "Rows of the reference", self->samples->sides[0].n);
    put_count(out, "Current rows", self->samples->sides[1].n);
    put_count(out, "Columns", self->samples->d);
    mlops__buf_text(out, "</div>\n");
}

static void put_answer(mlops__buf *out, const mlops_multivariate_result *found, const char *name) {
    const double effect = found->effect, most = 2 * found->tolerance;
    mlops__html_row(out, name);
    mlops__drift_cell(out, found->verdict);
    mlops__buf_text(out, "<td>");
    if (found->effect_low == found->effect_low)
        mlops__svg_effect(out, effect, found->effect_low, found->tolerance,
                          effect > most ? effect : most);
    mlops__buf_format(out, "</td><td>%s</td>", found->test);
    mlops__html_cell(out, effect, DIGITS);
    mlops__html_cell(out, found->effect_low, DIGITS);
    mlops__html_cell(out, found->effect_high, DIGITS);
    mlops__html_cell(out, found->tolerance, DIGITS);
    mlops__html_cell(out, found->p_value, DIGITS);
    mlops__buf_text(out, "</tr>\n");
}

static void put_answers(mlops__buf *out, const report *self) {
    static const char *const heads[] = {"Compared by", "Answer",  "",          "Test", "Effect",
                                        "At least",    "At most", "Tolerance", "p"};
    mlops__html_table(out, "Answers", heads, 9, 4);
    for (int i = 0; i < WAYS; i++)
        if (tells(self, i)) put_answer(out, &self->found[i], WAY[i]);
    mlops__html_table_end(out);
}

static void put_chunks(mlops__buf *out, const report *self) {
    const mlops_multivariate_result *found = &self->found[PCA];
    const double *drawn = self->drawn;
    mlops__html_element(out, "h2", NULL, "Reconstruction error by rows");
    mlops__buf_text(out, "<figure>");
    mlops__svg_steps(out, drawn, drawn + self->n_drawn, drawn + 2 * self->n_drawn,
                     (size_t)self->n_drawn, "mean errors of consecutive rows");
    mlops__buf_format(out,
                      "<figcaption>How far rows lie from %lld components, in their order: those of "
                      "the reference (mean ",
                      (long long)found->n_components);
    mlops__html_number(out, found->error_reference, DIGITS);
    mlops__buf_text(out, "), and behind the gap the current ones (");
    mlops__html_number(out, found->error_current, DIGITS);
    mlops__buf_text(out, "). The ground is three standard deviations of the reference's to either "
                         "side.</figcaption></figure>\n");
}

/* The first rows of a table: a name, then numbers. */
static void put_columns(mlops__buf *out, const mlops_table *table, const char *title,
                        const char *const *heads, int n) {
    const mlops__column *names = mlops__table_column(table, 0);
    mlops__html_table(out, title, heads, n, 1);
    for (int64_t i = 0; i < names->n_rows && i < LISTED; i++) {
        mlops__html_row(out, names->texts[((const int32_t *)names->data)[i]]);
        for (int j = 1; j < n; j++)
            mlops__html_cell(out, mlops__column_f64(mlops__table_column(table, j), i), DIGITS);
        mlops__buf_text(out, "</tr>\n");
    }
    mlops__html_table_end(out);
    if (names->n_rows > LISTED)
        mlops__buf_format(out, "<p class=\"note\">The first %d of %lld columns.</p>\n", LISTED,
                          (long long)names->n_rows);
}

static void put_html(mlops__buf *out, const void *of) {
    static const char *const off[] = {"Column", "Squared error before", "Squared error now",
                                      "Share of the growth"};
    static const char *const gains[] = {"Column", "Share of the gain"};
    const report *self = of;
    const char *title = self->opts.title ? self->opts.title : "Drift of rows as a whole";
    mlops__html_begin(out, title);
    mlops__html_element(out, "h1", NULL, title);
    put_cards(out, self);
    put_answers(out, self);
    if (self->chunks) put_chunks(out, self);
    if (self->residuals) put_columns(out, self->residuals, "Columns off the components", off, 4);
    if (self->features) put_columns(out, self->features, "What tells rows apart", gains, 2);
    mlops__buf_text(
        out, "<h2>How to read this</h2>\n"
             "<p>It is <strong>drift</strong> if the least effect that the data allow (the solid "
             "part of the bar) lies beyond the tolerance (the upright line). The effect of the "
             "mean discrepancy is a distance of the two distributions, in which each change of a "
             "column or between columns counts; that of the reconstruction is how far the errors "
             "of rows have moved, as a Kolmogorov-Smirnov distance; that of the classifier is how "
             "well trees tell current rows from others, an AUC, where 0.5 is chance. Each answer "
             "stands by itself; where it has no least effect, there are too few rows, or the rule "
             "is another tool's. Where nothing has drifted, shares of columns are noise.</p>\n");
    mlops__html_end(out);
}

/* ---- JSON ---- */

static void put_cell(mlops__json_writer *json, const mlops__column *column, int64_t row) {
    const double value = column->type == MLOPS_TYPE_STRING ? 0 : mlops__column_f64(column, row);
    if (column->type == MLOPS_TYPE_STRING)
        mlops__json_put_text(json, column->name,
                             column->texts[((const int32_t *)column->data)[row]]);
    else if (column->type == MLOPS_TYPE_INT64)
        mlops__json_put_i64(json, column->name, (int64_t)value);
    else if (column->type == MLOPS_TYPE_FLOAT64) mlops__json_put_f64(json, column->name, value);
    else {
        mlops__json_name(json, column->name);
        mlops__json_bool(json, value != 0);
    }
}

static void put_table(mlops__json_writer *json, const char *name, const mlops_table *table) {
    if (!table) return;
    mlops__json_name(json, name);
    mlops__json_open(json, '[');
    for (int64_t i = 0; i < mlops_table_n_rows(table); i++) {
        mlops__json_open(json, '{');
        for (int64_t j = 0; j < mlops_table_n_columns(table); j++)
            put_cell(json, mlops__table_column(table, j), i);
        mlops__json_close(json, '}');
    }
    mlops__json_close(json, ']');
}

static void put_result(mlops__json_writer *json, const mlops_multivariate_result *found) {
    mlops__json_put_text(json, "test", found->test);
    mlops__json_put_text(json, "verdict", mlops__drift_word(found->verdict));
    mlops__json_put_f64(json, "effect", found->effect);
    mlops__json_put_f64(json, "effect_low", found->effect_low);
    mlops__json_put_f64(json, "effect_high", found->effect_high);
    mlops__json_put_f64(json, "tolerance", found->tolerance);
    mlops__json_put_f64(json, "p_value", found->p_value);
    mlops__json_put_f64(json, "mmd2", found->mmd2);
    mlops__json_put_f64(json, "mmd2_biased", found->mmd2_biased);
    mlops__json_put_f64(json, "bandwidth", found->bandwidth);
    mlops__json_put_i64(json, "n_permutations", found->n_permutations);
    mlops__json_put_i64(json, "n_components", found->n_components);
    mlops__json_put_f64(json, "error_reference", found->error_reference);
    mlops__json_put_f64(json, "error_current", found->error_current);
}

static void put_json(mlops__buf *out, const void *of) {
    static const char *const names[WAYS] = {"mmd", "pca", "classify"};
    const report *self = of;
    mlops__json_writer json;
    mlops__json_writer_init(&json, out, 2);
    mlops__json_open(&json, '{');
    mlops__json_put_i64(&json, "n_reference", self->samples->sides[0].n);
    mlops__json_put_i64(&json, "n_current", self->samples->sides[1].n);
    mlops__json_put_i64(&json, "n_columns", self->samples->d);
    for (int i = 0; i < WAYS; i++) {
        if (!tells(self, i)) continue;
        mlops__json_name(&json, names[i]);
        mlops__json_open(&json, '{');
        put_result(&json, &self->found[i]);
        put_table(&json, "chunks", i == PCA ? self->chunks : NULL);
        put_table(&json, "residuals", i == PCA ? self->residuals : NULL);
        put_table(&json, "features", i == CLASSIFY ? self->features : NULL);
        mlops__json_close(&json, '}');
    }
    mlops__json_close(&json, '}');
    mlops__buf_u8(out, '\n');
}

/* ---- both ---- */

mlops_status mlops_multivariate_save(const mlops_multivariate *self, const char *path,
                                     const mlops_multivariate_report_opts *opts, mlops_error *err) {
    enum { ALL = (1 << WAYS) - 1 };
    report all = {.samples = self};
    if (!self) return mlops__fail(err, MLOPS_E_INVALID, "multivariate: the samples are NULL");
    MLOPS_TRY(
        mlops__opts_copy(&all.opts, sizeof all.opts, opts, "mlops_multivariate_report_opts", err));
    if (all.opts.flags >= ALL)
        return mlops__fail(
            err, MLOPS_E_INVALID,
            "mlops_multivariate_report_opts: flags has an unknown bit, or skips all");
    mlops_status status = look(&all, err);
    if (!status) status = mlops__drift_write(&self->host, path, &all, put_html, put_json, err);
    mlops__free(&self->host.allocator, all.drawn, (size_t)all.n_drawn * DRAWN * sizeof *all.drawn);
    mlops_table_unref(all.chunks);
    mlops_table_unref(all.residuals);
    mlops_table_unref(all.features);
    return status;
}
