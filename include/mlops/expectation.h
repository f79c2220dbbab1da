/* mlops/expectation.h: what data must be like, as text that is kept, and which rows are not.
 *
 * Expectations stand one a line; # begins a comment. Each is a condition of docs/expressions.md
 * over the columns of a table, with functions of its own (docs/expectations.md):
 *
 *     row_count() >= 1000
 *     null_share(amount) <= 0.01
 *     amount > 0 mostly 0.99 as positive
 *     country in ('DE', 'FR') warn
 *     unique(id)
 *     matches(email, '[^@ ]+@[^@ ]+')
 *     references(customer, 'customers.csv', 'id')
 *
 * One that reads a column outside of functions of all rows is a rule of rows: it must hold for each
 * row, or for the share of them behind "mostly". Rows where it is unknown (null, NaN) do not count.
 * The others are of the table and true, false or unknown. "warn" behind one says that breaking it
 * is no error, "as" gives it an id; else its id is its text.
 */
#ifndef MLOPS_EXPECTATION_H
#define MLOPS_EXPECTATION_H

#include <mlops/base.h>
#include <mlops/host.h>
#include <mlops/reference.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Expectations. Immutable and shared; ends with the last mlops_expectations_unref().
 * @threadsafe */
typedef struct mlops_expectations mlops_expectations;

/** Options of mlops_expectations_infer(). Zero means the default in each field. */
typedef struct mlops_infer_opts {
    uint32_t struct_size;          /**< MLOPS_INFER_OPTS_INIT sets it */
    uint32_t flags;                /**< MLOPS_INFER_SET_MARGIN */
    const struct mlops_host *host; /**< @nullable */
    const char *columns;           /**< @nullable names to look at, separated by commas, quoted as
                                        in a CSV line; default all */
    double margin;          /**< how far a range goes beyond what was found, as a share of its
                                 width, and a count beyond itself; 0 to 10; default 0.1 */
    int64_t categories_max; /**< most distinct values that a set is made of, 1 to 1,000;
                                 default 20 */
} mlops_infer_opts;

enum {
    MLOPS_INFER_SET_MARGIN = 1 /**< margin was given, even if 0 */
};

#define MLOPS_INFER_OPTS_INIT                                                                      \
    { sizeof(mlops_infer_opts), 0, 0, 0, 0, 0 }

/** Options of the verbs that hold a table against expectations. Zero means the default in each
 * field. */
typedef struct mlops_expectations_opts {
    uint32_t struct_size;             /**< MLOPS_EXPECTATIONS_OPTS_INIT sets it */
    uint32_t flags;                   /**< MLOPS_EXPECTATIONS_SET_AS_OF_NS */
    const mlops_reference *reference; /**< @nullable what drift() and drifted() compare with */
    int64_t as_of_ns;   /**< the time that age_of() counts back from; default none: no clock is
                             read, and age_of() is unknown */
    int64_t n_rows_max; /**< failing rows that a report names for each, 1 to 1,000; default 5 */
} mlops_expectations_opts;

enum {
    MLOPS_EXPECTATIONS_SET_AS_OF_NS = 1 /**< as_of_ns was given */
};

#define MLOPS_EXPECTATIONS_OPTS_INIT                                                               \
    { sizeof(mlops_expectations_opts), 0, 0, 0, 0 }

/**
 * Read expectations. What does not need a table is checked here: the grammar, functions, how many
 * arguments they take, and patterns.
 *
 * @param[out] out  the expectations, to be ended with mlops_expectations_unref(); NULL after an
 *                  error
 * @param text      up to 1 MiB of UTF-8; borrowed for the call
 * @param host      @nullable
 * @param err       @nullable; line, column and offset are of the text
 * @return MLOPS_E_PARSE; MLOPS_E_NOT_FOUND for an unknown function; MLOPS_E_EXISTS for two of one
 *         id; MLOPS_E_LIMIT beyond 10,000 expectations or the limits of the language;
 *         MLOPS_E_INVALID, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_expectations_parse(mlops_expectations **out, const char *text,
                                                const mlops_host *host, mlops_error *err);

/**
 * Write down what a table is like: types, nulls, ranges, categories, uniqueness, order, lengths and
 * the number of rows, with a margin. The table itself always holds to it. It is a draft to be
 * edited, as mlops_expectations_text() gives it. Of more than expectations hold, types come first,
 * then nulls, values, NaN, uniqueness and order, each from the first column on.
 *
 * @param[out] out  the expectations, to be ended with mlops_expectations_unref(); NULL after an
 *                  error
 * @param table     what is known to be good
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_SCHEMA for a column that is named and not there; MLOPS_E_INVALID for an option
 *         out of range; MLOPS_E_LIMIT if not even the types of all columns have room;
 *         MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_expectations_infer(mlops_expectations **out, const mlops_table *table,
                                                const mlops_infer_opts *opts, mlops_error *err);

/**
 * The same expectations with a table at hand that references() reads under a name.
 *
 * @param[out] out  the expectations, to be ended with mlops_expectations_unref(); NULL after an
 *                  error
 * @param self      expectations
 * @param name      what references() calls the table; a table bound before by it is replaced, and
 *                  a name that none of them reads is passed over
 * @param table     kept until the expectations end
 * @param err       @nullable
 * @return MLOPS_E_INVALID, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_expectations_bind(mlops_expectations **out,
                                               const mlops_expectations *self, const char *name,
                                               mlops_table *table, mlops_error *err);

/** Share the expectations: one more mlops_expectations_unref() is due. Returns its argument.
 * @since 0.1 */
MLOPS_API mlops_expectations *mlops_expectations_ref(mlops_expectations *self);

/** End one share of the expectations; the last one frees them. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_expectations_unref(mlops_expectations *self);

/** The expectations in canonical spelling, one a line: equal ones are equal bytes, and reading them
 * gives the same. @return @borrowed(self) never NULL @since 0.1 */
MLOPS_API const char *mlops_expectations_text(const mlops_expectations *self);

/** Number of expectations. @since 0.1 */
MLOPS_API int64_t mlops_expectations_n(const mlops_expectations *self);

/**
 * Hold a table against each expectation, in their order.
 *
 * @param[out] out  id, text, severity ("error", "warn"), kind ("row", "table") (strings), holds
 *                  (bool; null: unknown), observed (string: the values of functions of all rows),
 *                  mostly, share (float64: what is due, and what holds, of the rows that count),
 *                  n_rows, n_unknown, n_failed (int64: rows that count, that do not, that fail),
 *                  rows (string: the first that fail, from 0, joined by blanks; null if none),
 *                  problem (string: why it is unknown; null); the numbers are null for those of the
 *                  table; to be ended with mlops_table_unref(); NULL after an error
 * @param self      expectations
 * @param table     rows
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_INVALID for an option; MLOPS_E_LIMIT, MLOPS_E_NOMEM. An expectation that does not
 *         fit the table (a missing column, another type) is no error of the call: it is unknown,
 *         and its problem says why
 * @since 0.1
 */
MLOPS_API mlops_status mlops_expectations_validate(mlops_table **out,
                                                   const mlops_expectations *self,
                                                   const mlops_table *table,
                                                   const mlops_expectations_opts *opts,
                                                   mlops_error *err);

/**
 * All rows that fail one expectation of rows, also where few enough do for it to hold.
 *
 * @param[out] out  row (int64, from 0), ascending; to be ended with mlops_table_unref(); NULL after
 *                  an error
 * @param self      expectations
 * @param id        of the expectation
 * @param table     rows
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND if there is no such id (the message has the nearest); MLOPS_E_SCHEMA if
 *         it is none of rows, or does not fit the table; MLOPS_E_INVALID, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_expectations_rows(mlops_table **out, const mlops_expectations *self,
                                               const char *id, const mlops_table *table,
                                               const mlops_expectations_opts *opts,
                                               mlops_error *err);

/**
 * Refuse a report in which an expectation of severity "error" does not hold, or is unknown. One
 * that compares with a reference that there is none of does not count.
 *
 * @param report  what mlops_expectations_validate() gave
 * @param err     @nullable; names the first such expectation, what was observed, and rows
 * @return MLOPS_E_REFUSED; MLOPS_E_SCHEMA if the table is no report
 * @since 0.1
 */
MLOPS_API mlops_status mlops_expectations_require(const mlops_table *report, mlops_error *err);

/**
 * Rows of one table that stand in another, too: what has leaked from training into held-out rows,
 * or from an older version into a newer one. Rows are equal if all columns are: null equals null,
 * NaN equals NaN, and 0.0 equals -0.0. They are found by hash and confirmed by comparison.
 *
 * @param[out] out  a, b (int64: rows from 0): each row of a that stands in b, with the first row of
 *                  b that it equals, by a; to be ended with mlops_table_unref(); NULL after an
 *                  error
 * @param a         rows
 * @param b         rows
 * @param columns   @nullable names to compare, separated by commas, quoted as in a CSV line;
 *                  default: all of a
 * @param err       @nullable
 * @return MLOPS_E_SCHEMA names a column that one lacks, or has another type in it (int64 and
 *         float64 are compared by value); MLOPS_E_INVALID, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_table_overlap(mlops_table **out, const mlops_table *a,
                                           const mlops_table *b, const char *columns,
                                           mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
