/* mlops/folder.h: folders as versions of data: adding one, and what of it has changed.
 *
 * A folder becomes entries of kind "file" under a prefix, one for each file below it, but for what
 * was a table there. What was read
 * once is known by its device, inode, size and times, and is not read again while they stay; a file
 * that changed in the moment in which it was read is. That memory is a cache in the store: whoever
 * deletes it loses time.
 *
 * Datasets keep files and nothing else: no empty folders, owners, rights or links. A symbolic link
 * is refused, unless the options say to follow it or to leave it out; so is a pipe, a socket or a
 * device. The store's own directory is left out; a folder that lies in it is refused.
 *
 * Globs are those of .gitignore: "*" stands for any bytes of a name, "?" for one, "[a-z]" for one
 * of a set, "[!a-z]" or "[^a-z]" for any other; classes such as "[[:alpha:]]" are refused. One
 * without a slash is of a name, wherever it stands; one with a slash is of a path from its
 * beginning, and "**" between slashes stands for any number of folders. What a glob says of a
 * folder it says of all below it.
 */
#ifndef MLOPS_FOLDER_H
#define MLOPS_FOLDER_H

#include <mlops/call.h>
#include <mlops/draft.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Bits of mlops_folder_opts.flags. */
enum {
    MLOPS_FOLDER_FOLLOW_LINKS = 1, /**< a symbolic link is what it leads to */
    MLOPS_FOLDER_SKIP_LINKS = 2,   /**< symbolic links are left out */
    MLOPS_FOLDER_KEEP_MISSING = 4  /**< entries whose files are gone stay as they are */
};

/** What of a folder counts. Zero means the default in each field. */
typedef struct mlops_folder_opts {
    uint32_t struct_size; /**< MLOPS_FOLDER_OPTS_INIT sets it */
    uint32_t flags;       /**< MLOPS_FOLDER_FOLLOW_LINKS, MLOPS_FOLDER_SKIP_LINKS,
                                 MLOPS_FOLDER_KEEP_MISSING */
    const char *include;  /**< @nullable list of globs; default: everything */
    const char *exclude;  /**< @nullable list of globs, which go before include; default: nothing */
    const mlops_call *call; /**< @nullable threads that read, hash and compress; progress in files;
                                 deadline */
} mlops_folder_opts;

#define MLOPS_FOLDER_OPTS_INIT                                                                     \
    { sizeof(mlops_folder_opts), 0, 0, 0, 0 }

/** What was found. */
typedef struct mlops_folder_stat {
    uint32_t struct_size; /**< MLOPS_FOLDER_STAT_INIT sets it */
    uint32_t reserved;    /**< 0 */
    int64_t n_files;      /**< that count */
    int64_t n_added;      /**< entries that are new */
    int64_t n_changed;    /**< entries with other content than before */
    int64_t n_removed;    /**< entries whose files are gone */
    int64_t n_read;       /**< files that were read, since they were not known */
    int64_t bytes;        /**< of all files */
    int64_t bytes_read;   /**< of those that were read */
    int64_t n_now_files;  /**< entries that were tables, and are files from here on */
    int64_t n_now_less;   /**< tables that have changed, and have lost a target, time, row_id,
                               split or parts */
} mlops_folder_stat;

#define MLOPS_FOLDER_STAT_INIT                                                                     \
    { sizeof(mlops_folder_stat), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Add a folder: afterwards the entries under the prefix are its files. Those that have not changed
 * stay as they are, tables with all that is known of them. A table whose file has changed stays
 * one, read with the options that it was read with, with its target, time and row_id where it has
 * the columns yet, and a split and parts drawn by their rules where they can be; of kind "csv" from
 * then on. One that is no such table any more becomes a file. If n_added, n_changed and n_removed
 * are 0, there is nothing to commit. All is read before the first entry changes: after an error the
 * draft is as it was.
 *
 * @param self      draft
 * @param prefix    @nullable where its files go: a path as in mlops_draft_add_file(); default: the
 *                  root, so that the dataset becomes the folder
 * @param folder    folder to read
 * @param opts      @nullable
 * @param[out] out  @nullable @shape(1) what was found; struct_size must be set
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND, MLOPS_E_DENIED, MLOPS_E_IO, naming the file; MLOPS_E_INVALID for a
 *         link, for what is no file, for a name that no entry can have, for a glob that is none,
 *         for a folder that is the store's, or lies in it, and for one without a file to add where
 *         entries would be removed, as of a disk that is not mounted; MLOPS_E_BUSY for a
 *         file that changes whenever it is read; MLOPS_E_EXISTS if an entry would be a folder, too;
 *         MLOPS_E_CANCELLED, MLOPS_E_DEADLINE, MLOPS_E_NO_SPACE, MLOPS_E_CORRUPT, MLOPS_E_NOMEM,
 *         MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_draft_add_folder(mlops_draft *self, const char *prefix,
                                              const char *folder, const mlops_folder_opts *opts,
                                              mlops_folder_stat *out, mlops_error *err);

/**
 * How a folder differs from a commit: what mlops_draft_add_folder() would change. Nothing is added
 * to the store, but for what is remembered of files.
 *
 * @param[out] out  path, change ("added", "changed", "removed"), from_id, to_id (strings),
 * from_size, to_size (int64); null where there is none; by path. To be ended with
 *                  mlops_table_unref(); NULL after an error
 * @param store     store
 * @param dataset   name
 * @param ref       @nullable as in mlops_dataset_resolve()
 * @param prefix    @nullable as above
 * @param folder    folder to read
 * @param opts      @nullable
 * @param err       @nullable
 * @return as mlops_draft_add_folder() and mlops_dataset_resolve()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_status(mlops_table **out, mlops_store *store,
                                            const char *dataset, const char *ref,
                                            const char *prefix, const char *folder,
                                            const mlops_folder_opts *opts, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
