/* Inside of a mlops_reference, and its bytes read in place.
 *
 * Cells. A numeric column (int64, float64) has n_edges ascending edges and n_edges + 1 cells: cell
 * i is edges[i-1] < x <= edges[i], the last is all that lies above. Every edge is a float32 number,
 * and lies so that a value of the reference and its float32 neighbour fall into the same cell:
 * streams of float32 and of float64 are counted alike. Columns with at most that many distinct
 * values have one cell for each (exact); others are cut at equal ranks, heavy values by themselves.
 * Any other column has a cell for each category and a last one for the rest. Nulls and NaN are in
 * no cell.
 *
 * Payload (section "REFR" of a container, integers and floats little-endian):
 *
 *     offset  size  what
 *          0     4  version, 1: readers refuse others
 *          4     4  number of columns, 1 or more
 *          8     8  number of rows, 1 or more
 *         16  88*n  columns: offset (u32) and length (u32) of the name; type (u32); flags (u32, bit
 *                   0: exact, bits 8 to 31: 0, or 1 to 8 if it is that column of texts,
 * "review.words" of "review", in the order of docs/drift.md); n_null, n_nan (i64 each); n_edges,
 * n_categories (u32 each); offsets of counts, edges, categories (u32 each), hidden (u32, in units
 * of 2^-32); mean, sd, min, max (f64)
 *        ...        counts of all columns (i64 each)
 *        ...        edges of all columns (f32 each)
 *        ...        categories of all columns: offset (u32) and length (u32) of the text
 *        ...        texts, each with a NUL behind it: names, then categories; the end of the
 * payload
 *
 * There is one way to lay it out, without gaps, and readers hold it to that. Values that are kept
 * beside the cells are no part of it: a saved reference has them in sections of their own.
 */
#ifndef MLOPS_PROFILE_REFERENCE_H
#define MLOPS_PROFILE_REFERENCE_H

#include "base/buf.h"
#include "sys/host.h"

#include <mlops/profile_read.h>
#include <mlops/reference.h>

enum { MLOPS__REFERENCE_EDGES = 1023, MLOPS__REFERENCE_CATEGORIES = 64 };

/* One column. Borrowed from the reference. */
typedef struct mlops__reference_column {
    const char *name;
    mlops_type type;
    int exact;             /* each cell but the last holds one distinct value; the rest is empty */
    double hidden;         /* numeric: largest share of the values in a cell that does not tell
                              where, having several, or one with room beside it; 0 if exact */
    int part;              /* 0; k + 1: column k of column/text_counts.h, of the texts that the
                              name tells */
    int64_t n;             /* rows */
    int64_t n_null;        /* nulls */
    int64_t n_nan;         /* NaN; n - n_null - n_nan values are in cells */
    int64_t n_cells;       /* n_edges + 1 or n_categories + 1 */
    const int64_t *counts; /* of the cells; their sum is n - n_null - n_nan */
    int64_t n_edges;       /* numeric: 0 to 1,023; else 0 */
    const double *edges;   /* finite, strictly ascending, float32 numbers */
    int64_t n_categories;  /* not numeric: 0 to 64; else 0 */
    const char *const *categories; /* by falling count, ties by text; "false", "true" for bool */
    const uint8_t *by_text;        /* the categories' indices in the order of their texts */
    double mean;                   /* of the finite values; NaN if there is none, or not numeric */
    double sd;                     /* of the finite values, by n; NaN likewise */
    double min;                    /* least value, infinities among them; NaN likewise */
    double max;
    const uint8_t
        *ecdf; /* numeric: every value, as profile/build/ecdf.h has it; NULL: only cells */
    size_t ecdf_size;
    const struct mlops__seen *seen; /* strings with a rest: profile/seen.h; NULL: not kept */
} mlops__reference_column;

/* True for types that have edges. */
int mlops__reference_numeric(mlops_type type);

const mlops__reference_column *mlops__reference_at(const mlops_reference *self, int64_t index);
const mlops__host *mlops__reference_host(const mlops_reference *self);

/* Index of the column of this name, -1 if there is none. */
int64_t mlops__reference_find(const mlops_reference *self, const char *name);

/* Whether a list of columns that has this name means the column: its own, or that of the texts
 * which it is a part of. */
int mlops__reference_is_named(const mlops__reference_column *column, const char *name);

/* Cell of a category's text; n_categories: the rest. */
int64_t mlops__reference_category(const mlops__reference_column *column, const char *text);

/* The next float32 below a finite one; -inf below the least. */
double mlops__float32_below(double number);

/* Finer cells of a numeric column, for counting values that may lie where the reference had none:
 * one cell below its least value, one above its greatest and, where it is exact, one between any
 * two of its values; the counts there are 0. Writes up to 2 n_edges + 2 edges (float32 numbers too)
 * and one count more; returns the number of edges. A value and its float32 neighbour share a cell.
 */
int64_t mlops__reference_refine(const mlops__reference_column *column, double *edges,
                                int64_t *counts);

/* How many values a column keeps: 0 if it has cells alone. */
int64_t mlops__reference_n_values(const mlops__reference_column *column);

/* All of them, ascending, of a column that has ecdf: what sorting the column of the table gave. */
void mlops__reference_values(const mlops__reference_column *column, double *out);

/* Appends the payload to out; canonical. Errors stick in out; MLOPS_E_LIMIT beyond 4 GiB. */
mlops_status mlops__reference_payload(const mlops_reference *self, mlops__buf *out);

/* Section "SEEN" (profile/seen.h): appends it, or nothing if no column has one; takes it, with the
 * categories in place that it is held against. Errors stick in out; MLOPS_E_CORRUPT,
 * MLOPS_E_UNSUPPORTED, MLOPS_E_NOMEM. */
void mlops__reference_seen_put(const mlops_reference *self, mlops__buf *out);
mlops_status mlops__reference_seen_take(mlops_reference *self, const uint8_t *bytes, size_t size,
                                        mlops_error *err);

/* Makes a reference of a payload, which is borrowed for the call. host is copied. */
mlops_status mlops__reference_parse(mlops_reference **out, const void *bytes, size_t n,
                                    const mlops__host *host, mlops_error *err);

/* The payload in place, for firmware: freestanding, no heap, any alignment. */
typedef struct mlops__reference_view {
    const uint8_t *data;
    size_t size;
    int64_t n_columns;
    int64_t n_rows;
} mlops__reference_view;

/* Checks every byte of the payload. MLOPS_E_CORRUPT, MLOPS_E_UNSUPPORTED (a later version). */
mlops_status mlops__reference_view_open(mlops__reference_view *out, const void *bytes, size_t n,
                                        mlops_error *err);

/* Index of a column of an open view; -1 if there is none. */
int64_t mlops__reference_view_find(const mlops__reference_view *self, const char *name);

/* A profile over the edges of a column whose index is in range: its size (0 for a column that has
 * no numbers: string or null) and its start in mem, aligned to 8. A bool column gets the edges 0
 * and 1. A numeric column without edges (no finite value) gets the log-linear bins. */
size_t mlops__reference_view_profile_size(const mlops__reference_view *self, int64_t index);
mlops_status mlops__reference_view_profile(mlops_profile **out, void *mem, size_t size,
                                           const mlops__reference_view *self, int64_t index);

#endif
