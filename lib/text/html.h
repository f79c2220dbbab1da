/* HTML and SVG onto a buffer: escaping, tables, and the few shapes that reports draw.
 *
 * Documents are self-contained: no script, no network, light and dark, readable on a phone.
 */
#ifndef MLOPS_TEXT_HTML_H
#define MLOPS_TEXT_HTML_H

#include "base/buf.h"

/* Document frame with the house's style sheet. title is escaped. */
void mlops__html_begin(mlops__buf *out, const char *title);
void mlops__html_end(mlops__buf *out);

/* Text with & < > " ' escaped; bytes that HTML forbids become U+FFFD. */
void mlops__html_text(mlops__buf *out, const char *text);

/* <tag class="class">text</tag>; class may be NULL. */
void mlops__html_element(mlops__buf *out, const char *tag, const char *class_name,
                         const char *text);

/* A number with so many significant digits; an en dash if it is not finite. */
void mlops__html_number(mlops__buf *out, double value, int digits);

/* Two histograms of k bins over each other as inline SVG: shares of the reference as bars, of the
 * current window as a line. Widths are equal; label is the accessible description. */
void mlops__svg_histograms(mlops__buf *out, const double *reference, const double *current,
                           size_t k, const char *label);

/* A horizontal bar: value, its lower bound and the tolerance on a scale of 0 to max. */
void mlops__svg_effect(mlops__buf *out, double effect, double low, double tolerance, double max);

#endif
