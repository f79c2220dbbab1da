/* mlops/dataset_read.h: bytes and rows of an entry of a dataset, whole or in part, without checking
 * it out.
 *
 * A part is read for what it costs by itself: of content that is kept as changes to earlier
 * versions no more is made than was asked for.
 */
#ifndef MLOPS_DATASET_READ_H
#define MLOPS_DATASET_READ_H

#include <mlops/base.h>
#include <mlops/store.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Bytes of an entry as they were added; of one of kind "table" its canonical bytes.
 *
 * @param store        store
 * @param dataset      name
 * @param ref          @nullable as in mlops_dataset_resolve()
 * @param path         of the entry
 * @param[out] bytes   @nullable @shape(cap) NULL to ask for the size
 * @param cap          bytes of room
 * @param[out] needed  @nullable size of the entry
 * @param err          @nullable
 * @return MLOPS_E_NOT_FOUND if there is no such entry; MLOPS_E_ARENA if cap is below the size; as
 *         resolving
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_read(mlops_store *store, const char *dataset, const char *ref,
                                          const char *path, void *bytes, size_t cap, size_t *needed,
                                          mlops_error *err);

/**
 * Some of these bytes. A ref that is a branch may move between two calls; its id does not.
 *
 * @param store        store
 * @param dataset      name
 * @param ref          @nullable as in mlops_dataset_resolve()
 * @param path         of the entry
 * @param offset       of the first byte, 0 to the size of the entry
 * @param size         how many, from there on; fewer are there only at the end of the entry
 * @param[out] bytes   @nullable @shape(cap) NULL to ask how many there are
 * @param cap          bytes of room
 * @param[out] needed  @nullable how many there are: size, or what is left of the entry
 * @param err          @nullable
 * @return MLOPS_E_NOT_FOUND if there is no such entry; MLOPS_E_INVALID for an offset behind its
 *         end, or a size below 0; MLOPS_E_ARENA if cap is too small; as resolving
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_read_at(mlops_store *store, const char *dataset,
                                             const char *ref, const char *path, int64_t offset,
                                             int64_t size, void *bytes, size_t cap, size_t *needed,
                                             mlops_error *err);

/**
 * Some rows of a table of a commit, with all of its columns or some. They have the types that the
 * whole table has. A ref that is a branch may move between two calls; its id does not.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param store     store
 * @param dataset   name
 * @param ref       @nullable as in mlops_dataset_resolve()
 * @param path      @nullable of the entry; default: the only table
 * @param from      the first row, 0 to the number of rows
 * @param n         how many, from there on; fewer are there only at the end of the table
 * @param columns   @nullable names of those wanted, in the order in which they will stand,
 * separated by commas and quoted as in a CSV line; default all
 * @param err       @nullable
 * @return MLOPS_E_SCHEMA if the entry is no table, or has no such column; MLOPS_E_INVALID for rows
 *         that are not there, or a column that is named twice; as mlops_dataset_table()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_rows(mlops_table **out, mlops_store *store,
                                          const char *dataset, const char *ref, const char *path,
                                          int64_t from, int64_t n, const char *columns,
                                          mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
