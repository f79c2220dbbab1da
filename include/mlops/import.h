/* mlops/import.h: data that DVC or git-lfs keeps, as a version of a dataset.
 *
 * A tree is imported as it stands: what its .dvc files, dvc.lock or pointer files name is taken
 * from the tool's cache, held against the hash that it is named by, and added to a draft. Neither
 * tool is needed. A history is imported tree by tree, each into a commit of its own: content that
 * they have in common is kept once, and versions of a file as what has changed.
 */
#ifndef MLOPS_IMPORT_H
#define MLOPS_IMPORT_H

#include <mlops/base.h>
#include <mlops/call.h>
#include <mlops/draft.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Whose tree it is. */
typedef enum mlops_import_kind {
    MLOPS_IMPORT_DVC = 0, /**< a DVC repository: outputs of its .dvc files and dvc.lock, and nothing
                               else of it; caches of DVC 3 (files/md5/ab/...) and before (ab/...) */
    MLOPS_IMPORT_GIT_LFS = 1, /**< a git working tree: all its files, those that are pointers of
                                   git-lfs as what they point to */
    MLOPS_IMPORT_FORCE32 = 0x7fffffff
} mlops_import_kind;

/** What is imported. Zero means the default in each field. */
typedef struct mlops_import_opts {
    uint32_t struct_size;   /**< MLOPS_IMPORT_OPTS_INIT sets it */
    uint32_t flags;         /**< none yet; must be 0 */
    mlops_import_kind kind; /**< default MLOPS_IMPORT_DVC */
    uint32_t reserved;      /**< must be 0 */
    const char *cache; /**< @nullable where objects lie; default: of DVC what dir of [cache] in the
                            folder's .dvc/config.local or .dvc/config says, else .dvc/cache; of
                            git-lfs .git/lfs/objects of the folder */
    const char *include; /**< @nullable list of globs, as in mlops/folder.h; default: everything */
    const char *exclude; /**< @nullable list of globs, which go before include; default: nothing */
    const mlops_call *call; /**< @nullable progress in files; deadline */
} mlops_import_opts;

#define MLOPS_IMPORT_OPTS_INIT                                                                     \
    { sizeof(mlops_import_opts), 0, MLOPS_IMPORT_DVC, 0, 0, 0, 0, 0 }

/** What was imported. */
typedef struct mlops_import_stat {
    uint32_t struct_size; /**< MLOPS_IMPORT_STAT_INIT sets it */
    uint32_t reserved;    /**< 0 */
    int64_t n_objects;    /**< files that came from the cache */
    int64_t bytes;        /**< of these */
    int64_t n_changed;    /**< entries that came, went or have other content than the draft had; 0:
                               there is nothing to commit, as the parent has the same */
} mlops_import_stat;

#define MLOPS_IMPORT_STAT_INIT                                                                     \
    { sizeof(mlops_import_stat), 0, 0, 0, 0 }

/**
 * Add what a tree of DVC or git-lfs names. Of DVC, an object that the cache lacks is taken from its
 * place in the tree if that is a file of the same hash. Files of before DVC 3 may be named by the
 * MD5 of their text with Unix line ends, as these versions did. Entries of the same content stay as
 * they are, tables with all that is known of them. An error leaves in the draft what was added
 * ahead of it: begin another one.
 *
 * @param self      draft
 * @param prefix    @nullable where the files go, as in mlops_draft_add_folder()
 * @param folder    the tree: a repository, or a folder of one
 * @param opts      @nullable
 * @param[out] out  @nullable @shape(1) what was imported; struct_size must be set
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND for an object that is nowhere; MLOPS_E_CORRUPT for one whose bytes are
 *         others than its name says, and with the line for a file that DVC does not write so, and
 *         for a cache that is set to be elsewhere than in a folder;
 *         MLOPS_E_INVALID for a path that leads out of the folder, for a link, for an output
 *         without a hash, and of git-lfs for a folder with neither .git nor .gitattributes, unless
 *         cache is given; MLOPS_E_EXISTS, MLOPS_E_LIMIT, MLOPS_E_CANCELLED, MLOPS_E_DEADLINE;
 *         otherwise as mlops_draft_add_folder()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_draft_import(mlops_draft *self, const char *prefix, const char *folder,
                                          const mlops_import_opts *opts, mlops_import_stat *out,
                                          mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
