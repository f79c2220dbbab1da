/* mlops/reference.h: the distribution that live data is held against.
 *
 * A mlops_reference keeps, for each column of a table, what comparing needs and no row: for numeric
 * columns up to 1,023 quantile edges with their exact counts, for the others the 64 most frequent
 * categories and the rest, of which it knows, by a hash, what came. It is made once, saved to a
 * file or a bundle, and shared. With MLOPS_REFERENCE_EXACT it keeps each value of numeric columns,
 * too, in order and packed: comparing is as exact as with the table then.
 */
#ifndef MLOPS_REFERENCE_H
#define MLOPS_REFERENCE_H

#include <mlops/base.h>
#include <mlops/host.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A reference. Immutable and shared; ends with the last mlops_reference_unref(). @threadsafe */
typedef struct mlops_reference mlops_reference;

/** Options of the verbs that make a reference. Zero means the default in each field. */
typedef struct mlops_reference_opts {
    uint32_t struct_size;          /**< MLOPS_REFERENCE_OPTS_INIT sets it */
    uint32_t flags;                /**< MLOPS_REFERENCE_EXACT, MLOPS_REFERENCE_TEXTS, of tables and
                                        CSV */
    const struct mlops_host *host; /**< @nullable */
    const char *columns;           /**< @nullable names to keep, in this order, separated by commas,
                                        quoted as in a CSV line; default all */
    const char *ignore;        /**< @nullable names to leave out, as columns: target, id, time */
    const mlops_csv_opts *csv; /**< @nullable how mlops_reference_load() reads a CSV file */
    int64_t n_edges;           /**< edges of a numeric column at the most, 9 to 1,023; default 255.
                                    A column with no more distinct values keeps each of them */
} mlops_reference_opts;

enum {
    MLOPS_REFERENCE_EXACT = 1, /**< keep every value of numeric columns: comparing gives the
                                  measures of the table to the bit. Bundles and monitors have the
                                  quantiles alone */
    MLOPS_REFERENCE_TEXTS = 2 /**< keep columns of texts by what mlops_table_texts() counts of them,
                                   as drift of tables takes them: each as eight columns, such as
                                   review.words. Comparing with a table counts its texts, too */
};

#define MLOPS_REFERENCE_OPTS_INIT                                                                  \
    { sizeof(mlops_reference_opts), 0, 0, 0, 0, 0, 0 }

/**
 * Make a reference from a table.
 *
 * @param[out] out  the reference, to be ended with mlops_reference_unref(); NULL after an error
 * @param table     1 row or more
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_SCHEMA for a column that is named and not there, or a table without rows;
 *         MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_reference_new(mlops_reference **out, const mlops_table *table,
                                           const mlops_reference_opts *opts, mlops_error *err);

/** What to make a reference of that memory may not hold. It has one source, a stream or a file; the
 * other is NULL. Zero means the default in each field. */
typedef struct mlops_reference_stream_opts {
    uint32_t struct_size; /**< MLOPS_REFERENCE_STREAM_OPTS_INIT sets it */
    uint32_t flags;       /**< none yet; must be 0 */
    const struct mlops_reference_opts
        *reference;                /**< @nullable what to keep, and how CSV is read */
    const struct mlops_call *call; /**< @nullable progress, deadline, and memory_max, by default
                                        1 GiB */
    mlops_stream_open open;        /**< @nullable opens the data */
    void *user;                    /**< @nullable first argument of open */
    const char *path;              /**< @nullable CSV */
} mlops_reference_stream_opts;

#define MLOPS_REFERENCE_STREAM_OPTS_INIT                                                           \
    { sizeof(mlops_reference_stream_opts), 0, 0, 0, 0, 0, 0 }

/**
 * Make a reference of what memory may not hold, in as many passes as call.memory_max demands: each
 * keeps a few columns, of every row. It is that of the whole table, to the byte. What is counted is
 * all that the library allocates, the reference too. Progress is told in columns, and asked after
 * each batch.
 *
 * @param[out] out  the reference, to be ended with mlops_reference_unref(); NULL after an error
 * @param opts      @nullable which source, and how
 * @param err       @nullable
 * @return as mlops_reference_new(), mlops_table_import_stream() and mlops_table_load();
 *         MLOPS_E_LIMIT names a column that does not fit by itself, and the bytes that it takes;
 *         MLOPS_E_IO if the source cannot be opened, or has changed between two passes;
 *         MLOPS_E_CANCELLED, MLOPS_E_DEADLINE
 * @since 0.1
 */
MLOPS_API mlops_status mlops_reference_new_stream(mlops_reference **out,
                                                  const mlops_reference_stream_opts *opts,
                                                  mlops_error *err);

/**
 * Load a reference from a file: a saved reference, a bundle that has one, or a CSV file, found from
 * the content and never from the name.
 *
 * @param[out] out  the reference, to be ended with mlops_reference_unref(); NULL after an error
 * @param path      file to read
 * @param opts      @nullable; flags, csv and n_edges are for CSV alone. columns and ignore
 * choose among the columns that were saved, too; there, a name to ignore may be of none of them
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND, MLOPS_E_IO, MLOPS_E_CORRUPT, MLOPS_E_PARSE, MLOPS_E_SCHEMA,
 *         MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_reference_load(mlops_reference **out, const char *path,
                                            const mlops_reference_opts *opts, mlops_error *err);

/**
 * Save to a file, whole or not at all.
 *
 * @param self  reference
 * @param path  file to write; replaced if it is there
 * @param err   @nullable
 * @return MLOPS_E_IO, MLOPS_E_NO_SPACE, MLOPS_E_DENIED, MLOPS_E_NOT_FOUND, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_reference_save(const mlops_reference *self, const char *path,
                                            mlops_error *err);

/** Share the reference: one more mlops_reference_unref() is due. Returns its argument.
 * @since 0.1 */
MLOPS_API mlops_reference *mlops_reference_ref(mlops_reference *self);

/** End one share of the reference; the last one frees it. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_reference_unref(mlops_reference *self);

/** Number of rows that it was made from. @since 0.1 */
MLOPS_API int64_t mlops_reference_n_rows(const mlops_reference *self);

/** Whether it keeps every value of its numeric columns, as MLOPS_REFERENCE_EXACT has it.
 * @since 0.1 */
MLOPS_API int32_t mlops_reference_is_exact(const mlops_reference *self);

/** Bytes of memory that it takes; saved it takes about as many. @since 0.1 */
MLOPS_API int64_t mlops_reference_size(const mlops_reference *self);

/** Number of columns. @since 0.1 */
MLOPS_API int64_t mlops_reference_n_columns(const mlops_reference *self);

/**
 * Name of a column.
 *
 * @param self   reference
 * @param index  0 to n_columns - 1
 * @return @borrowed(self) @nullable NULL if index is out of range
 * @since 0.1
 */
MLOPS_API const char *mlops_reference_name(const mlops_reference *self, int64_t index);

/** Type of a column; MLOPS_TYPE_NULL also where index is out of range. @since 0.1 */
MLOPS_API mlops_type mlops_reference_type(const mlops_reference *self, int64_t index);

#ifdef __cplusplus
}
#endif

#endif
