/* mlops/drift_stream.h: drift of data that is too large for memory.
 *
 * Both sides are read in passes. Each keeps the values of a few columns, of every row, judges these
 * and lets go of them: verdicts are those of mlops_drift_compare() on the whole tables, to the bit,
 * and memory stays within a bound. The more memory, the fewer passes.
 */
#ifndef MLOPS_DRIFT_STREAM_H
#define MLOPS_DRIFT_STREAM_H

#include <mlops/arrow.h>
#include <mlops/base.h>
#include <mlops/drift.h>
#include <mlops/reference.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What to compare. Each side has one source; all else NULL. Zero means the default in each field.
 */
typedef struct mlops_drift_stream_opts {
    uint32_t struct_size;                 /**< MLOPS_DRIFT_STREAM_OPTS_INIT sets it */
    uint32_t flags;                       /**< none yet; must be 0 */
    const struct mlops_drift_opts *drift; /**< @nullable how to compare. Its call.memory_max is the
                                               bound, by default 1 GiB */
    const struct mlops_csv_opts *csv;     /**< @nullable how files of CSV are read; host, call and
                                               memory_max of it are not looked at */
    mlops_stream_open reference_open;     /**< @nullable opens what is known to be good */
    void *reference_user;                 /**< @nullable first argument of reference_open */
    const char *reference_path;           /**< @nullable CSV, a saved reference, or a bundle */
    const struct mlops_reference *reference; /**< @nullable kept reference */
    mlops_stream_open current_open;          /**< @nullable opens what is to be judged */
    void *current_user;                      /**< @nullable first argument of current_open */
    const char *current_path;                /**< @nullable CSV */
} mlops_drift_stream_opts;

#define MLOPS_DRIFT_STREAM_OPTS_INIT                                                               \
    { sizeof(mlops_drift_stream_opts), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Compare two sources column by column by name, with every row of both, in as many passes as the
 * bound on memory demands. A kept reference needs one pass less of memory, and no rows of its own.
 *
 * Progress is told in columns, at least once for each batch; what it is asked within a pass is
 * whether to go on. There are more of them once a column has turned out to be one of texts. What is
 * counted against the bound is all that the library allocates in the call, not what the producer of
 * a stream holds.
 *
 * @param[out] out  the verdicts, to be ended with mlops_drift_unref(); NULL after an error
 * @param opts      @nullable which sources, and how
 * @param err       @nullable
 * @return as mlops_drift_compare(), mlops_drift_compare_reference(), mlops_table_import_stream()
 *         and mlops_table_load(); MLOPS_E_LIMIT names a column that does not fit by itself, and
 *         the bytes that it takes; MLOPS_E_IO if a source cannot be opened, or has changed between
 *         two passes
 * @since 0.1
 */
MLOPS_API mlops_status mlops_drift_compare_stream(mlops_drift **out,
                                                  const mlops_drift_stream_opts *opts,
                                                  mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
