/* Inside of a mlops_table, for the folders that compute on columns. */
#ifndef MLOPS_COLUMN_TABLE_H
#define MLOPS_COLUMN_TABLE_H

#include "base/arena.h"
#include "sys/host.h"

#include <mlops/table.h>

/* One column. Values of nulls are zero, and NaN for float64. Validity: bit i set means present;
 * NULL means that all are. A string column has int32 codes into n_values texts, in the order of
 * first appearance; the code of a null is -1. */
typedef struct mlops__column {
    const char *name;
    mlops_type type;
    int64_t n_rows;
    int64_t n_nulls;
    const uint8_t *validity;
    const void *data;         /* uint8_t (bool), int64_t, double or int32_t (string) each */
    const char *const *texts; /* string: NUL-terminated */
    int64_t n_texts;
} mlops__column;

const mlops__column *mlops__table_column(const mlops_table *self, int64_t index);
const mlops__host *mlops__table_host(const mlops_table *self);

/* Of one that was read from CSV: how many lines are ahead of its first row, if each row is one line
 * and none of the lines behind it is empty; else -1. */
int64_t mlops__table_lines_ahead(const mlops_table *self);

/* As it is spelled, such as "float64"; "null" for what is no type, and of what is no name. */
const char *mlops__type_name(mlops_type type);
mlops_type mlops__type_named(const char *name);

int mlops__column_valid(const mlops__column *self, int64_t row);

/* Numeric value; NaN for a null. Not for strings. */
double mlops__column_f64(const mlops__column *self, int64_t row);

/* Writes rows first to first + n - 1 of a column, first a multiple of 8: values, and bits of
 * validity, set where one is present. */
typedef mlops_status mlops__table_fill(void *user, int64_t column, int64_t first, int64_t n,
                                       double *values, uint8_t *validity);

/* A table of float64 columns, each of which is filled from its first row to its last. A status that
 * fill returns is returned; MLOPS_E_INVALID for a name that is empty or doubled. */
mlops_status mlops__table_from_fill(mlops_table **out, const mlops__host *host,
                                    const char *const *names, int64_t n_columns, int64_t n_rows,
                                    mlops__table_fill *fill, void *user, mlops_error *err);

/* For a message about a column that a table lacks, behind its name: where the table has one column
 * alone, what that is called, and whether the delimiter may be another; else "". In room. */
enum { MLOPS__HINT = 192 };
const char *mlops__table_hint(const mlops_table *self, char room[MLOPS__HINT]);

/* A list of names as options spell it: separated by commas, quoted as in a CSV line. The texts live
 * in the arena. list NULL gives none. MLOPS_E_INVALID for an open quote, an empty or doubled name.
 */
mlops_status mlops__names_parse(mlops__arena *arena, const char *list, const char ***out,
                                int64_t *n, mlops_error *err);

#endif
