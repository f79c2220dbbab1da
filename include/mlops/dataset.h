/* mlops/dataset.h: versions of data, read: what there is, how it differs, tables and files of it.
 *
 * mlops/draft.h makes what is read here, and says what a ref is. Each verb reads the store as it is
 * at its begin. Whoever reads more than once resolves a ref to an id first, so that a branch that
 * moves in between makes no difference.
 */
#ifndef MLOPS_DATASET_H
#define MLOPS_DATASET_H

#include <mlops/base.h>
#include <mlops/call.h>
#include <mlops/change.h>
#include <mlops/reference.h>
#include <mlops/store.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Which rows of a table. */
typedef enum mlops_part {
    MLOPS_PART_ALL = 0,      /**< all of them */
    MLOPS_PART_TRAIN = 1,    /**< those that are not held out */
    MLOPS_PART_HELD_OUT = 2, /**< those that models are judged on */
    MLOPS_PART_FORCE32 = 0x7fffffff
} mlops_part;

/** Bits of mlops_checkout_opts.flags. */
enum {
    MLOPS_CHECKOUT_FORCE = 1 /**< replace files that have other content */
};

/** How files are written. Zero means the default in each field. */
typedef struct mlops_checkout_opts {
    uint32_t struct_size; /**< MLOPS_CHECKOUT_OPTS_INIT sets it */
    uint32_t flags;       /**< MLOPS_CHECKOUT_FORCE */
    const char *include;  /**< @nullable list of globs, as in mlops/folder.h; default: everything */
    const char *exclude;  /**< @nullable list of globs, which go before include; default: nothing */
    const mlops_call *call; /**< @nullable threads that write; progress in files; deadline */
} mlops_checkout_opts;

#define MLOPS_CHECKOUT_OPTS_INIT                                                                   \
    { sizeof(mlops_checkout_opts), 0, 0, 0, 0 }

/**
 * Id of a commit.
 *
 * @param[out] out  @shape(1)
 * @param store     store
 * @param dataset   name
 * @param ref       @nullable branch, tag, or digits of an id; default "main"
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND if there is no such dataset or ref (the message has the nearest name),
 *         or the digits begin more than one id; MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO,
 *         MLOPS_E_NOMEM, MLOPS_E_FORKED: from here on "as resolving"
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_resolve(mlops_id *out, mlops_store *store, const char *dataset,
                                             const char *ref, mlops_error *err);

/**
 * Datasets of a store, by name.
 *
 * @param[out] out  dataset (string), n_branches, n_tags, n_commits (int64 each); to be ended with
 *                  mlops_table_unref(); NULL after an error
 * @param store     store
 * @param err       @nullable
 * @return MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_list(mlops_table **out, mlops_store *store, mlops_error *err);

/**
 * Branches, then tags of a dataset, each by name.
 *
 * @param[out] out  kind ("branch", "tag"), name, commit (strings), follows (bool: one of a remote);
 *                  to be ended with mlops_table_unref(); NULL after an error
 * @param store     store
 * @param dataset   name
 * @param err       @nullable
 * @return as resolving
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_refs(mlops_table **out, mlops_store *store,
                                          const char *dataset, mlops_error *err);

/**
 * A commit and those that it goes back to, newest first.
 *
 * @param[out] out  commit (string), time_ns (int64), author, message (strings, null if none),
 *                  parents (string: ids joined by blanks), n_entries, bytes (int64 each, of all
 *                  entries); to be ended with mlops_table_unref(); NULL after an error
 * @param store     store
 * @param dataset   name
 * @param ref       @nullable as in mlops_dataset_resolve()
 * @param n_max     how many at the most, 1 to 1,000,000
 * @param err       @nullable
 * @return as resolving
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_log(mlops_table **out, mlops_store *store, const char *dataset,
                                         const char *ref, int64_t n_max, mlops_error *err);

/**
 * Entries of a commit, by path, bytewise.
 *
 * @param[out] out  path, kind ("file", "csv", "table"), id (strings), size, n_rows, n_columns,
 *                  n_held_out (int64; null where there is none), target, time, row_id (strings);
 *                  to be ended with mlops_table_unref(); NULL after an error
 * @param store     store
 * @param dataset   name
 * @param ref       @nullable as in mlops_dataset_resolve()
 * @param err       @nullable
 * @return as resolving
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_entries(mlops_table **out, mlops_store *store,
                                             const char *dataset, const char *ref,
                                             mlops_error *err);

/**
 * Entries that differ between two commits, by path, bytewise. An entry has changed, too, if only
 * its split differs, or what its columns are for.
 *
 * @param[out] out  path, change ("added", "removed", "changed"), from_id, to_id (strings),
 *                  from_size, to_size (int64); null on the side where the entry is not; renamed
 *                  (string: where the same content is on the other side, for what was added and
 *                  what was removed; null if it is nowhere); to be ended with mlops_table_unref();
 *                  NULL after an error
 * @param store     store
 * @param dataset   name
 * @param from      @nullable older ref; default: the first parent of the other, or nothing if it
 *                  has none
 * @param to        @nullable newer ref, as in mlops_dataset_resolve()
 * @param err       @nullable
 * @return as resolving
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_diff(mlops_table **out, mlops_store *store,
                                          const char *dataset, const char *from, const char *to,
                                          mlops_error *err);

/**
 * A table of a commit.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param store     store
 * @param dataset   name
 * @param ref       @nullable as in mlops_dataset_resolve()
 * @param path      @nullable of the entry; default: the only table
 * @param part      which rows
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND if there is no such entry; MLOPS_E_INVALID if there are several tables
 *         and no path; MLOPS_E_SCHEMA if the entry is no table, or has no split and part asks for
 *         one; as resolving
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_table(mlops_table **out, mlops_store *store,
                                           const char *dataset, const char *ref, const char *path,
                                           mlops_part part, mlops_error *err);

/**
 * The profile of a table, kept with the commit: what live data is held against. It is over all rows
 * and columns.
 *
 * @param[out] out  the reference, to be ended with mlops_reference_unref(); NULL after an error
 * @param store     store
 * @param dataset   name
 * @param ref       @nullable as in mlops_dataset_resolve()
 * @param path      @nullable of the entry; default: the only table
 * @param err       @nullable
 * @return MLOPS_E_SCHEMA if the table has no rows; as mlops_dataset_table()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_reference(mlops_reference **out, mlops_store *store,
                                               const char *dataset, const char *ref,
                                               const char *path, mlops_error *err);

/**
 * A commit as JSON: dataset, commit, parents, time_ns, author, message, metadata, tree, and entries
 * with their schema and split, as docs/format.md has them.
 *
 * @param store        store
 * @param dataset      name
 * @param ref          @nullable as in mlops_dataset_resolve()
 * @param[out] text    @nullable @shape(cap) NULL to ask for the size
 * @param cap          bytes of text
 * @param[out] needed  @nullable length of the text without its NUL
 * @param err          @nullable
 * @return MLOPS_E_ARENA if cap is too small: the text is empty then; as resolving
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_describe(mlops_store *store, const char *dataset,
                                              const char *ref, char *text, size_t cap,
                                              size_t *needed, mlops_error *err);

/**
 * Write entries below a folder, tables as CSV. Files that are there and have the same content stay
 * as they are; files of other names are not touched. Each file is written beside its place and then
 * takes it, so that a call that was cut off is gone on with by another one; nothing is synced.
 * Files are remembered as if mlops_draft_add_folder() had read them. One checkout of a folder at a
 * time.
 *
 * @param store    store
 * @param dataset  name
 * @param ref      @nullable as in mlops_dataset_resolve()
 * @param folder   made if it is not there
 * @param opts     @nullable
 * @param err      @nullable
 * @return MLOPS_E_EXISTS for a file with other content, or a link that leads nowhere, before
 *         anything is written, unless that is to be replaced, and for what is no folder where one
 *         is due; MLOPS_E_INVALID for a folder that is the store's or lies in it, for a name that
 * no file can have, and for a glob that is none; MLOPS_E_CANCELLED, MLOPS_E_DEADLINE;
 *         MLOPS_E_DENIED, MLOPS_E_NO_SPACE; as resolving
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_checkout(mlops_store *store, const char *dataset,
                                              const char *ref, const char *folder,
                                              const mlops_checkout_opts *opts, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
