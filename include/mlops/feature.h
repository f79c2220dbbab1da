/* mlops/feature.h: features from a text, fitted to a table once, the same for a table and one row.
 *
 * A definition has one feature a line, name = expression, over the columns of a table; # begins a
 * comment. docs/expressions.md is the language. These functions, which may stand in one another,
 * take what they need from the table that the features are fitted to:
 *
 *     amount  = standardise(log1p(impute(amount, 'median')))
 *     age     = minmax(impute(age, 40))
 *     country = one_hot(country, 20)
 *
 * Fitting computes that exactly, whatever the order of the rows, and writes it into the expressions
 * as constants. What is left is evaluated in float64 by one evaluator: a row alone gives the bits
 * that it gives in any table.
 */
#ifndef MLOPS_FEATURE_H
#define MLOPS_FEATURE_H

#include <mlops/base.h>
#include <mlops/host.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Fitted features. Immutable and shared; ends with the last mlops_feature_unref(). @threadsafe */
typedef struct mlops_feature mlops_feature;

/** Options of mlops_feature_fit(). Zero means the default in each field. */
typedef struct mlops_feature_opts {
    uint32_t struct_size;          /**< MLOPS_FEATURE_OPTS_INIT sets it */
    uint32_t flags;                /**< none yet; must be 0 */
    const struct mlops_host *host; /**< @nullable */
} mlops_feature_opts;

#define MLOPS_FEATURE_OPTS_INIT                                                                    \
    { sizeof(mlops_feature_opts), 0, 0 }

/** One input of a row. An element of an array: it has no struct_size and never grows. */
typedef struct mlops_feature_value {
    mlops_type type;  /**< which of the following it is; MLOPS_TYPE_NULL is a null */
    int32_t is_null;  /**< other than 0: a null, whatever the type */
    int64_t i64;      /**< int64; bool, as 0 or 1 */
    double f64;       /**< float64 */
    const char *text; /**< @nullable string: UTF-8, ends in NUL; borrowed for the call */
} mlops_feature_value;

/**
 * Fit features to a table.
 *
 * impute(x, 'mean'|'median'|'mode'|constant) fills null and NaN; standardise(x) is x less its mean,
 * divided by its population standard deviation; minmax(x) is x less its minimum, divided by the
 * range; where x is constant, both divide by 1. one_hot(x), one_hot(x, max) makes an output
 * name=category of each of the max (default 50, at most 10,000) most frequent categories of a
 * string, int64 or bool x, 1 or 0, and stands alone on its line. Null and NaN do not count.
 * docs/features.md has the formulas.
 *
 * @param[out] out    the features, to be ended with mlops_feature_unref(); NULL after an error
 * @param definition  up to 1 MiB of UTF-8
 * @param table       training rows
 * @param opts        @nullable
 * @param err         @nullable; line, column and offset are of the definition
 * @return MLOPS_E_PARSE, MLOPS_E_NOT_FOUND for an unknown name; MLOPS_E_SCHEMA for types that do
 *         not fit, a value that is infinite, or none where something is fitted; MLOPS_E_EXISTS for
 *         two outputs of one name; MLOPS_E_LIMIT beyond 65,536 outputs or the limits of the
 *         language; MLOPS_E_INVALID, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_feature_fit(mlops_feature **out, const char *definition,
                                         const mlops_table *table, const mlops_feature_opts *opts,
                                         mlops_error *err);

/**
 * Load fitted features from a file that mlops_feature_write() wrote.
 *
 * @param[out] out  the features, to be ended with mlops_feature_unref(); NULL after an error
 * @param path      file to read
 * @param host      @nullable
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND, MLOPS_E_IO, MLOPS_E_DENIED; else as mlops_feature_parse()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_feature_load(mlops_feature **out, const char *path,
                                          const mlops_host *host, mlops_error *err);

/**
 * Load fitted features from memory.
 *
 * @param[out] out  the features, to be ended with mlops_feature_unref(); NULL after an error
 * @param bytes     @shape(n) what mlops_feature_save() gave; borrowed for the call
 * @param n         number of bytes
 * @param host      @nullable
 * @param err       @nullable
 * @return MLOPS_E_CORRUPT for any other bytes; MLOPS_E_UNSUPPORTED for a later format;
 *         MLOPS_E_LIMIT beyond 64 MiB; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_feature_parse(mlops_feature **out, const void *bytes, size_t n,
                                           const mlops_host *host, mlops_error *err);

/**
 * Write to a file, whole or not at all.
 *
 * @param self  features
 * @param path  file to write; replaced if it is there
 * @param err   @nullable
 * @return MLOPS_E_IO, MLOPS_E_NO_SPACE, MLOPS_E_DENIED, MLOPS_E_NOT_FOUND, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_feature_write(const mlops_feature *self, const char *path,
                                           mlops_error *err);

/**
 * The features as JSON: definition, inputs with their types, outputs with their expressions. Equal
 * features give equal bytes.
 *
 * @param self         features
 * @param[out] bytes   @nullable @shape(cap) NULL to ask for the size
 * @param cap          bytes of room
 * @param[out] needed  @nullable bytes that it takes
 * @return MLOPS_E_ARENA if cap is too small: nothing is written then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_feature_save(const mlops_feature *self, void *bytes, size_t cap,
                                          size_t *needed);

/** Share the features: one more mlops_feature_unref() is due. Returns its argument. @since 0.1 */
MLOPS_API mlops_feature *mlops_feature_ref(mlops_feature *self);

/** End one share of the features; the last one frees it. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_feature_unref(mlops_feature *self);

/**
 * Name of the content: SHA-256 of what mlops_feature_save() gives.
 *
 * @param self      features
 * @param[out] out  @shape(1)
 * @return MLOPS_OK
 * @since 0.1
 */
MLOPS_API mlops_status mlops_feature_id(const mlops_feature *self, mlops_id *out);

/** The definition, as it was given. @return @borrowed(self) never NULL @since 0.1 */
MLOPS_API const char *mlops_feature_definition(const mlops_feature *self);

/** Number of columns that the features read. @since 0.1 */
MLOPS_API int64_t mlops_feature_n_inputs(const mlops_feature *self);

/**
 * Name of an input, in the order in which the outputs first read them.
 *
 * @param self   features
 * @param index  0 to n_inputs - 1
 * @return @borrowed(self) @nullable NULL if index is out of range
 * @since 0.1
 */
MLOPS_API const char *mlops_feature_input_name(const mlops_feature *self, int64_t index);

/** Type of an input; MLOPS_TYPE_NULL where index is out of range. @since 0.1 */
MLOPS_API mlops_type mlops_feature_input_type(const mlops_feature *self, int64_t index);

/** Number of values of a row. @since 0.1 */
MLOPS_API int64_t mlops_feature_n_outputs(const mlops_feature *self);

/**
 * Name of an output, in the order of the definition.
 *
 * @param self   features
 * @param index  0 to n_outputs - 1
 * @return @borrowed(self) @nullable NULL if index is out of range
 * @since 0.1
 */
MLOPS_API const char *mlops_feature_output_name(const mlops_feature *self, int64_t index);

/**
 * Expression of an output, with what was fitted as constants in it.
 *
 * @param self   features
 * @param index  0 to n_outputs - 1
 * @return @borrowed(self) @nullable NULL if index is out of range
 * @since 0.1
 */
MLOPS_API const char *mlops_feature_expression(const mlops_feature *self, int64_t index);

/**
 * Compute the features of a table.
 *
 * Inputs are bound to columns by name; further columns are ignored. int64 and float64 columns stand
 * for each other where every value is exact; a NaN is a null of an int64 input. Outputs are float64
 * columns; null stays null and NaN stays NaN.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self      features
 * @param table     rows
 * @param err       @nullable
 * @return MLOPS_E_SCHEMA names the column; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_feature_apply(mlops_table **out, const mlops_feature *self,
                                           const mlops_table *table, mlops_error *err);

/**
 * Compute the features of a table as rows to predict: the values of mlops_feature_apply(), rounded
 * to float32; null is NaN.
 *
 * @param self       features
 * @param table      rows
 * @param[out] out   @shape(n_rows, n_outputs) row-major, float32
 * @param n_rows     must be mlops_table_n_rows(table)
 * @param n_outputs  must be mlops_feature_n_outputs()
 * @param err        @nullable
 * @return as mlops_feature_apply(); MLOPS_E_INVALID where a shape differs
 * @since 0.1
 */
MLOPS_API mlops_status mlops_feature_matrix(const mlops_feature *self, const mlops_table *table,
                                            float *out, int64_t n_rows, int64_t n_outputs,
                                            mlops_error *err);

/**
 * Compute the features of one row: the bits of mlops_feature_matrix(). Nothing is allocated, locked
 * or called of the system.
 *
 * @param self       features
 * @param values     @shape(n_inputs) in the order of the inputs
 * @param n_inputs   must be mlops_feature_n_inputs()
 * @param[out] out   @shape(n_outputs) float32
 * @param n_outputs  must be mlops_feature_n_outputs()
 * @return MLOPS_E_INVALID where a shape differs or a text is no UTF-8; MLOPS_E_SCHEMA if a value
 *         has another type than its input, or is not exact in it; MLOPS_E_ARENA if an expression
 *         needs more working memory than the stack bound of 16 KiB; nothing is written then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_feature_row(const mlops_feature *self,
                                         const mlops_feature_value *values, int64_t n_inputs,
                                         float *out, int64_t n_outputs);

#ifdef __cplusplus
}
#endif

#endif
