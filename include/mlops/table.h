/* mlops/table.h: columns of values, read from CSV or taken over from Arrow.
 *
 * A mlops_table is immutable and shared. Its columns are bool, int64, float64 or string (UTF-8,
 * dictionary-encoded), each value of which may be null. Arrow columns of other widths, views, large
 * and dictionary types are taken in as the nearest of these without loss; what cannot be is refused
 * by name. The table is the form in which statistics, references and predictions take their input.
 */
#ifndef MLOPS_TABLE_H
#define MLOPS_TABLE_H

#include <mlops/arrow.h>
#include <mlops/base.h>
#include <mlops/call.h>
#include <mlops/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A table. Immutable and shared; ends with the last mlops_table_unref(). @threadsafe */
typedef struct mlops_table mlops_table;

/** Type of a column. */
typedef enum mlops_type {
    MLOPS_TYPE_NULL = 0,    /**< every value is null */
    MLOPS_TYPE_BOOL = 1,    /**< true, false */
    MLOPS_TYPE_INT64 = 2,   /**< whole numbers */
    MLOPS_TYPE_FLOAT64 = 3, /**< binary64; NaN is a value and not null */
    MLOPS_TYPE_STRING = 4,  /**< UTF-8 */
    MLOPS_TYPE_FORCE32 = 0x7fffffff
} mlops_type;

/** Options of the verbs that read CSV. Zero means the default in each field. */
typedef struct mlops_csv_opts {
    uint32_t struct_size;          /**< MLOPS_CSV_OPTS_INIT sets it */
    uint32_t flags;                /**< MLOPS_CSV_NO_HEADER */
    const struct mlops_host *host; /**< @nullable */
    const struct mlops_call *call; /**< @nullable progress, deadline, memory limit */
    const char *delimiter;         /**< @nullable one ASCII character; default "," */
    const char *names;             /**< @nullable column names, separated by the delimiter, in place
                                        of those of the header; quoted as in a CSV line */
    const char *nulls;             /**< @nullable spellings of null, separated by the delimiter;
                                        default "" NA N/A NaN nan null NULL None and "?" */
    int64_t skip_lines;            /**< lines to pass over before the header; default none */
    int64_t rows_max;              /**< rows to read at the most; default all */
    int64_t line_max;              /**< bytes of one record with its line end; default 16 MiB */
    int64_t memory_max;            /**< bytes that it may take, besides call's; default 16 GiB */
    const char *types;             /**< @nullable types of columns: "a=string,b=int64", of bool,
                                        int64, float64, string, time, time(FORMAT); quoted as CSV */
} mlops_csv_opts;

enum {
    MLOPS_CSV_NO_HEADER = 1 /**< the first line holds values; columns are called c0, c1, ... */
};

#define MLOPS_CSV_OPTS_INIT                                                                        \
    { sizeof(mlops_csv_opts), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Read a CSV file (RFC 4180; LF, CRLF or CR; a byte order mark is passed over), in steps, never
 * whole, and twice where a column turns out late to hold strings.
 *
 * A column takes the first type that fits every value that is not null: bool (true, True, TRUE,
 * false, False, FALSE), int64, float64 (inf and nan in any case too; whole numbers beyond int64),
 * string. Blanks around a number are passed over. A quoted field is a string; "" in quotes is an
 * empty string, no null. Empty lines are passed over; in a table of one column they are empty
 * fields, from the first record on. Lines count as an editor counts them. A header without records
 * is a table without rows, whose columns are of type null. A column whose type is given has it, or
 * is refused if a value does not fit. Times, quoted or not, are int64, UTC nanoseconds since 1970;
 * FORMAT is as of strptime, with %Y %y %m %b %d %H %I %p %M %S %f %z and %%.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param path      file to read
 * @param opts      @nullable
 * @param err       @nullable; line and column (of the field, 1-based) of the fault
 * @return MLOPS_E_NOT_FOUND, MLOPS_E_IO, MLOPS_E_DENIED; MLOPS_E_PARSE for an empty file, a record
 *         of another length than the header, a name that is empty or stands twice, an open quote,
 *         bytes behind a closing quote, bytes that are no UTF-8, NUL, a value that does not fit the
 *         type given; MLOPS_E_SCHEMA for the type of a column that is not there; MLOPS_E_LIMIT for
 *         a record or table beyond its limit; MLOPS_E_INVALID for an option; MLOPS_E_CANCELLED,
 *         MLOPS_E_DEADLINE, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_table_load(mlops_table **out, const char *path,
                                        const mlops_csv_opts *opts, mlops_error *err);

/**
 * Read CSV from memory. As mlops_table_load().
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param text      @shape(n) the bytes; borrowed for the call
 * @param n         number of bytes
 * @param opts      @nullable
 * @param err       @nullable
 * @since 0.1
 */
MLOPS_API mlops_status mlops_table_parse(mlops_table **out, const char *text, size_t n,
                                         const mlops_csv_opts *opts, mlops_error *err);

/**
 * Take over a table (a struct array) from Arrow.
 *
 * Both structs are moved: they are released by the library, also after an error, except where their
 * own release is already NULL. Structure (counts, buffers, offsets, indices) is validated; so are
 * the bytes of strings. A row that the struct itself calls null is null in each column.
 *
 * bool, integers, floats, strings (large, view), null, and dictionaries of these are taken in;
 * dates and timestamps as int64 nanoseconds since 1970. uint64 beyond int64 makes a float64 column,
 * where that holds each value exactly. All else is refused.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param schema    @takes
 * @param array     @takes
 * @param host      @nullable
 * @param err       @nullable
 * @return MLOPS_E_INVALID for a struct that breaks Arrow's rules; MLOPS_E_UNSUPPORTED names the
 *         column and its type; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_table_import(mlops_table **out, struct ArrowSchema *schema,
                                          struct ArrowArray *array, const mlops_host *host,
                                          mlops_error *err);

/**
 * Take over a stream of tables from Arrow, joined to one. The stream is moved, as above.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param stream    @takes
 * @param host      @nullable
 * @param err       @nullable
 * @return as mlops_table_import(); MLOPS_E_IO with the producer's own message
 * @since 0.1
 */
MLOPS_API mlops_status mlops_table_import_stream(mlops_table **out, struct ArrowArrayStream *stream,
                                                 const mlops_host *host, mlops_error *err);

/**
 * Make a table of float64 columns from a matrix. The values are copied.
 *
 * @param[out] out   the table, to be ended with mlops_table_unref(); NULL after an error
 * @param values     @shape(n_rows, n_columns) row-major
 * @param n_rows     0 or more
 * @param n_columns  1 or more
 * @param names      @nullable column names separated by commas, quoted as in a CSV line; default
 *                   c0, c1, ...
 * @param host       @nullable
 * @param err        @nullable
 * @return MLOPS_E_INVALID, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_table_from_matrix(mlops_table **out, const double *values,
                                               int64_t n_rows, int64_t n_columns, const char *names,
                                               const mlops_host *host, mlops_error *err);

/** Share the table: one more mlops_table_unref() is due. Returns its argument. @since 0.1 */
MLOPS_API mlops_table *mlops_table_ref(mlops_table *self);

/** End one share of the table; the last one frees it. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_table_unref(mlops_table *self);

/** Number of rows. @since 0.1 */
MLOPS_API int64_t mlops_table_n_rows(const mlops_table *self);

/** Number of columns. @since 0.1 */
MLOPS_API int64_t mlops_table_n_columns(const mlops_table *self);

/**
 * Name of a column.
 *
 * @param self   table
 * @param index  0 to n_columns - 1
 * @return @borrowed(self) @nullable NULL if index is out of range
 * @since 0.1
 */
MLOPS_API const char *mlops_table_name(const mlops_table *self, int64_t index);

/** Type of a column; MLOPS_TYPE_NULL also where index is out of range. @since 0.1 */
MLOPS_API mlops_type mlops_table_type(const mlops_table *self, int64_t index);

/** Index of the column of this name, -1 if there is none. @since 0.1 */
MLOPS_API int64_t mlops_table_find(const mlops_table *self, const char *name);

/** Number of nulls in a column; -1 if index is out of range. @since 0.1 */
MLOPS_API int64_t mlops_table_n_nulls(const mlops_table *self, int64_t index);

/**
 * Values of a bool, int64 or float64 column as float64; a null becomes NaN.
 *
 * @param self      table
 * @param index     column
 * @param[out] out  @shape(n_rows)
 * @param n_rows    must be mlops_table_n_rows()
 * @param err       @nullable
 * @return MLOPS_E_INVALID; MLOPS_E_SCHEMA names a string column
 * @since 0.1
 */
MLOPS_API mlops_status mlops_table_values(const mlops_table *self, int64_t index, double *out,
                                          int64_t n_rows, mlops_error *err);

/**
 * Values of a bool or int64 column as they are; a null becomes INT64_MIN.
 *
 * @param self      table
 * @param index     column
 * @param[out] out  @shape(n_rows)
 * @param n_rows    must be mlops_table_n_rows()
 * @param err       @nullable
 * @return MLOPS_E_INVALID; MLOPS_E_SCHEMA names a column of strings or float64
 * @since 0.1
 */
MLOPS_API mlops_status mlops_table_integers(const mlops_table *self, int64_t index, int64_t *out,
                                            int64_t n_rows, mlops_error *err);

/**
 * One value as text, as it would stand in a CSV field without its quotes. A null is empty.
 *
 * @param self       table
 * @param index      column
 * @param row        0 to n_rows - 1
 * @param[out] text  @shape(cap) ends in NUL, cut where it does not fit
 * @param cap        bytes of text
 * @param[out] needed  @nullable bytes that the whole text takes, without NUL
 * @return MLOPS_E_INVALID if column or row is out of range; MLOPS_E_ARENA if cut
 * @since 0.1
 */
MLOPS_API mlops_status mlops_table_text(const mlops_table *self, int64_t index, int64_t row,
                                        char *text, size_t cap, size_t *needed);

/**
 * Hand the table out as Arrow: a struct array of its columns, strings as dictionaries.
 *
 * Numbers, codes and validity are not copied; bool values are packed to bits, and distinct texts
 * laid side by side. What is handed out keeps the table alive until it is released; children may be
 * moved out.
 *
 * @param self         table
 * @param[out] schema  @shape(1) filled in; to be released by the caller
 * @param[out] array   @shape(1) filled in; to be released by the caller
 * @param err          @nullable
 * @return MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_table_export(const mlops_table *self, struct ArrowSchema *schema,
                                          struct ArrowArray *array, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
