/* The shapes that reports draw, as SVG inside of HTML.
 *
 * Owns the geometry; colours are the style sheet's. Invariant: every drawing names itself in a
 * <title>, and no value that comes in, not finite or negative, yields a coordinate outside the
 * frame.
 */
#include "text/html.h"
#include "text/number.h"

enum {
    HISTOGRAM_WIDTH = 240,
    HISTOGRAM_HEIGHT = 60,
    EFFECT_WIDTH = 160,
    EFFECT_HEIGHT = 20,
    COORDINATE_DIGITS = 5
};

static void begin(mlops__buf *out, const char *class_name, int width, int height,
                  const char *label) {
    mlops__buf_format(out,
                      "<svg class=\"%s\" role=\"img\" viewBox=\"0 0 %d %d\" "
                      "preserveAspectRatio=\"none\" xmlns=\"http://www.w3.org/2000/svg\">",
                      class_name, width, height);
    mlops__html_element(out, "title", NULL, label);
}

static void put_coordinate(mlops__buf *out, const char *before, double value) {
    char text[MLOPS__NUMBER_MAX];
    mlops__buf_text(out, before);
    mlops__buf_put(out, text, mlops__format_digits(text, value, COORDINATE_DIGITS));
}

/* value as a share of max, in [0, 1]; NaN counts as 0. */
static double share(double value, double max) {
    if (!(value > 0)) return 0;
    return value < max ? value / max : 1;
}

static double highest(const double *values, size_t k, double at_least) {
    for (size_t i = 0; i < k; i++)
        if (values[i] > at_least && values[i] - values[i] == 0) at_least = values[i];
    return at_least;
}

static double bar_top(const double *values, size_t i, double max) {
    enum { HEADROOM = 3 };
    return HISTOGRAM_HEIGHT - share(values[i], max) * (HISTOGRAM_HEIGHT - HEADROOM);
}

void mlops__svg_histograms(mlops__buf *out, const double *reference, const double *current,
                           size_t k, int mark, int mark_end, const char *label) {
    begin(out, "histograms", HISTOGRAM_WIDTH, HISTOGRAM_HEIGHT, label);
    double max = highest(current, k, highest(reference, k, 0));
    double width = k ? (double)HISTOGRAM_WIDTH / (double)k : 0;
    if (mark < mark_end) {
        put_coordinate(out, "<path class=\"mark\" d=\"M", mark * width);
        put_coordinate(out, " 0H", mark_end * width);
        mlops__buf_format(out, "V%d", HISTOGRAM_HEIGHT);
        put_coordinate(out, "H", mark * width);
        mlops__buf_text(out, "z\"/>");
    }
    mlops__buf_text(out, "<path class=\"ref\" d=\"");
    for (size_t i = 0; i < k; i++) {
        put_coordinate(out, "M", (double)i * width + width * 0.06);
        mlops__buf_format(out, " %d", HISTOGRAM_HEIGHT);
        put_coordinate(out, "V", bar_top(reference, i, max));
        put_coordinate(out, "h", width * 0.88);
        mlops__buf_format(out, "V%dz", HISTOGRAM_HEIGHT);
    }
    mlops__buf_text(out, "\"/><path class=\"cur\" d=\"");
    for (size_t i = 0; i < k; i++) {
        double top = bar_top(current, i, max);
        if (i == 0) put_coordinate(out, "M0 ", top);
        else put_coordinate(out, "V", top);
        put_coordinate(out, "H", (double)(i + 1) * width);
    }
    mlops__buf_format(out, "\"/><path class=\"axis\" d=\"M0 %dH%d\"/></svg>", HISTOGRAM_HEIGHT,
                      HISTOGRAM_WIDTH);
}

static int is_finite(double value) { return value - value == 0; }

void mlops__svg_steps(mlops__buf *out, const double *values, const double *low, const double *high,
                      size_t n, const char *label) {
    const double *const all[] = {low, high, values};
    double least = 0, most = 0, width = n ? (double)HISTOGRAM_WIDTH / (double)n : 0;
    int known = 0;
    for (size_t i = 0; i < 3 * n; i++) {
        double value = all[i / n][i % n];
        if (!is_finite(value)) continue;
        if (!known || value < least) least = value;
        if (!known++ || value > most) most = value;
    }
    begin(out, "histograms", HISTOGRAM_WIDTH, HISTOGRAM_HEIGHT, label);
    for (int line = 0; line < 2; line++) {
        mlops__buf_text(out, line ? "\"/><path class=\"cur\" d=\"" : "<path class=\"ref\" d=\"");
        for (size_t i = 0; i < n; i++) {
            double y[3];
            for (int j = 0; j < 3; j++) /* halves, as a span may be more than there is */
                y[j] =
                    HISTOGRAM_HEIGHT * (1 - share(all[j][i] / 2 - least / 2, most / 2 - least / 2));
            if (!is_finite(values[i]) || !is_finite(low[i]) || !is_finite(high[i])) continue;
            put_coordinate(out, "M", (double)i * width);
            put_coordinate(out, " ", y[line ? 2 : 0]);
            put_coordinate(out, "H", (double)(i + 1) * width);
            if (line) continue;
            put_coordinate(out, "V", y[1]);
            put_coordinate(out, "H", (double)i * width);
            mlops__buf_text(out, "z");
        }
    }
    mlops__buf_text(out, "\"/></svg>");
}

static void put_bar(mlops__buf *out, const char *class_name, double width) {
    mlops__buf_format(out, "<rect class=\"%s\" y=\"4\" height=\"12\"", class_name);
    put_coordinate(out, " width=\"", width);
    mlops__buf_text(out, "\"/>");
}

void mlops__svg_effect(mlops__buf *out, double effect, double low, double tolerance, double max) {
    mlops__buf label;
    char text[4 * MLOPS__NUMBER_MAX];
    mlops__buf_init_fixed(&label, text, sizeof text);
    mlops__buf_text(&label, "effect ");
    mlops__html_number(&label, effect, 3);
    mlops__buf_text(&label, ", at least ");
    mlops__html_number(&label, low, 3);
    mlops__buf_text(&label, "; tolerance ");
    mlops__html_number(&label, tolerance, 3);
    mlops__buf_u8(&label, 0);
    begin(out, "effect", EFFECT_WIDTH, EFFECT_HEIGHT, text);
    if (!(max > 0)) max = 1;
    int exceeds = low > tolerance;
    put_bar(out, "track", EFFECT_WIDTH);
    put_bar(out, exceeds ? "about yes" : "about no", EFFECT_WIDTH * share(effect, max));
    put_bar(out, exceeds ? "yes" : "no", EFFECT_WIDTH * share(low, max));
    put_coordinate(out, "<path class=\"tolerance\" d=\"M", EFFECT_WIDTH * share(tolerance, max));
    mlops__buf_format(out, " 0v%d\"/></svg>", EFFECT_HEIGHT);
}
