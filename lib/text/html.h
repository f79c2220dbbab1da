/* HTML and SVG onto a buffer: escaping, tables, and the few shapes that reports draw.
 *
 * Documents are self-contained: no script, no network, light and dark, readable on a phone and in
 * print. The style sheet knows, beside the elements themselves:
 *
 *     <div class="cards">        a row of cards, that wraps
 *     <div class="card yes">     a card; yes, no, unknown give it a coloured edge
 *     <span class="label">       small caption inside of a card
 *     <span class="value">       large figure inside of a card
 *     <div class="scroll">       around a table; <th> names a row, class "num" aligns numbers
 *     <span class="badge yes">   a verdict: yes (drift), no, unknown
 *     <figure>, <figcaption>     a large drawing; drawings in table cells are small
 *     <span class="key ref">     a legend: ref (reference) and cur (current window)
 *     <p class="note">, <footer> what is said aside
 */
#ifndef MLOPS_TEXT_HTML_H
#define MLOPS_TEXT_HTML_H

#include "base/buf.h"

/* Document frame with the house's style sheet, up to an open <main>; the heading is the caller's.
 * title is escaped. */
void mlops__html_begin(mlops__buf *out, const char *title);
void mlops__html_end(mlops__buf *out);

/* Text with & < > " ' escaped; bytes that HTML forbids become U+FFFD. */
void mlops__html_text(mlops__buf *out, const char *text);

/* <tag class="class">text</tag>; class may be NULL. */
void mlops__html_element(mlops__buf *out, const char *tag, const char *class_name,
                         const char *text);

/* A number with so many significant digits; an en dash if it is not finite. */
void mlops__html_number(mlops__buf *out, double value, int digits);

/* A table under a heading, up to its open body; heads from first_number on are of numbers. */
void mlops__html_table(mlops__buf *out, const char *title, const char *const *heads, int n,
                       int first_number);
void mlops__html_table_end(mlops__buf *out);

/* A row up to the cells behind its name, which </tr> ends; a cell of a number. */
void mlops__html_row(mlops__buf *out, const char *name);
void mlops__html_cell(mlops__buf *out, double value, int digits);

/* A card up to its figure, which is the caller's. */
void mlops__html_card(mlops__buf *out, const char *class_name, const char *label);
void mlops__html_card_end(mlops__buf *out);

/* Two histograms of k bins over each other as inline SVG: shares of the reference as bars, of the
 * current window as a line. Widths are equal; bins from mark to mark_end - 1 have a ground of their
 * own, for where to look. label is the accessible description. */
void mlops__svg_histograms(mlops__buf *out, const double *reference, const double *current,
                           size_t k, int mark, int mark_end, const char *label);

/* n values in their order, as steps: the ground from low to high of each, and a line at the value.
 * What is not finite is left out. label is the accessible description. */
void mlops__svg_steps(mlops__buf *out, const double *values, const double *low, const double *high,
                      size_t n, const char *label);

/* A horizontal bar: value, its lower bound and the tolerance on a scale of 0 to max. */
void mlops__svg_effect(mlops__buf *out, double effect, double low, double tolerance, double max);

#endif
