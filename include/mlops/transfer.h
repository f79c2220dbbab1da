/* mlops/transfer.h: datasets that travel between stores, over a remote.
 *
 * What travels is what is not there: commits, the parts of their content, and links of lineage. A
 * push or pull that was cut short, however that came, goes on where it was when it is called again.
 * A dataset at a remote has branches and tags of its own, and nobody sees one before all that it
 * leads to is there. docs/remote.md has examples.
 */
#ifndef MLOPS_TRANSFER_H
#define MLOPS_TRANSFER_H

#include <mlops/base.h>
#include <mlops/call.h>
#include <mlops/remote.h>
#include <mlops/store.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Bits of mlops_pull_opts.flags. */
enum {
    MLOPS_PULL_FORCE = 1 /**< branches and tags here move to where the remote's are, whatever they
                              lead to here */
};

/** What is pushed, and how. Zero means the default in each field. */
typedef struct mlops_push_opts {
    uint32_t struct_size;   /**< MLOPS_PUSH_OPTS_INIT sets it */
    uint32_t flags;         /**< none yet; must be 0 */
    const char *branches;   /**< @nullable names or globs, a list; default all but those that follow
                                 a remote's, under a prefix (mlops_pull_opts) */
    const char *tags;       /**< @nullable names or globs, a list; default likewise */
    const char *expected;   /**< @nullable 64 digits: the commit that the one branch that is pushed
                                 has at the remote, which need not lead to ours; default: branches
                                 move forward alone */
    int64_t object_bytes;   /**< of one object, up to 64 MiB; default 64 MiB */
    const mlops_call *call; /**< @nullable progress in commits, deadline; default none */
} mlops_push_opts;

#define MLOPS_PUSH_OPTS_INIT                                                                       \
    { sizeof(mlops_push_opts), 0, 0, 0, 0, 0, 0 }

/** What is pulled, and how. Zero means the default in each field. */
typedef struct mlops_pull_opts {
    uint32_t struct_size;   /**< MLOPS_PULL_OPTS_INIT sets it */
    uint32_t flags;         /**< MLOPS_PULL_FORCE */
    const char *branches;   /**< @nullable names or globs, a list; default all */
    const char *tags;       /**< @nullable names or globs, a list; default all */
    const char *prefix;     /**< @nullable in front of the names that branches and tags get here,
                                 which follow the remote's then, whatever they were, until they get
                                 a commit or are moved here; default none */
    const char *paths;      /**< @nullable globs, a list: entries of other paths stay there;
                                 default all */
    int64_t depth;          /**< commits of each line, the newest; older ones stay there; default
                                 all */
    const mlops_call *call; /**< @nullable progress in commits, deadline; default none */
} mlops_pull_opts;

#define MLOPS_PULL_OPTS_INIT                                                                       \
    { sizeof(mlops_pull_opts), 0, 0, 0, 0, 0, 0, 0 }

/** What travelled. */
typedef struct mlops_transfer {
    uint32_t struct_size; /**< MLOPS_TRANSFER_INIT sets it */
    uint32_t reserved;    /**< must be 0 */
    int64_t n_requests;   /**< calls of the remote's functions */
    int64_t bytes;        /**< that were sent or read */
    int64_t n_commits;    /**< that travelled */
    int64_t n_contents;   /**< contents that travelled, trees among them */
    int64_t n_refs;       /**< branches and tags that moved */
} mlops_transfer;

#define MLOPS_TRANSFER_INIT                                                                        \
    { sizeof(mlops_transfer), 0, 0, 0, 0, 0, 0 }

/** What is no longer needed, and when that goes. Zero means the default in each field. */
typedef struct mlops_remote_gc_opts {
    uint32_t struct_size;   /**< MLOPS_REMOTE_GC_OPTS_INIT sets it */
    uint32_t flags;         /**< MLOPS_REMOTE_GC_DRY */
    int64_t grace_ns;       /**< how long an object is unneeded before it goes, 10 minutes or more;
                                 default a week */
    const mlops_call *call; /**< @nullable progress in datasets, deadline; default none */
    const mlops_host *host; /**< @nullable memory and clock; default the machine's */
} mlops_remote_gc_opts;

#define MLOPS_REMOTE_GC_OPTS_INIT                                                                  \
    { sizeof(mlops_remote_gc_opts), 0, 0, 0, 0 }

/** Bits of mlops_remote_gc_opts.flags. */
enum {
    MLOPS_REMOTE_GC_DRY = 1 /**< look, and change nothing */
};

/** What a remote holds, as its gc found it. */
typedef struct mlops_remote_stats {
    uint32_t struct_size; /**< MLOPS_REMOTE_STATS_INIT sets it */
    uint32_t reserved;    /**< must be 0 */
    int64_t n_datasets;   /**< with branches or tags */
    int64_t n_commits;    /**< that these lead to */
    int64_t n_objects;    /**< all that there are, before any goes */
    int64_t n_unneeded;   /**< that nothing leads to and no push holds, deleted or yet to be */
    int64_t n_deleted;    /**< of these; with MLOPS_REMOTE_GC_DRY what would go now */
    int64_t n_requests;   /**< calls of the remote's functions */
} mlops_remote_stats;

#define MLOPS_REMOTE_STATS_INIT                                                                    \
    { sizeof(mlops_remote_stats), 0, 0, 0, 0, 0, 0, 0 }

/**
 * Put what branches and tags of a dataset lead to on a remote, then move them there, all or none.
 * A branch there moves forward alone, unless its old commit is given; a tag there never moves. What
 * was erased (mlops/erase.h) is not sent; where the remote has it, nothing leads to it from then
 * on, and its gc deletes it.
 *
 * @param store     store
 * @param remote    outlives the call
 * @param dataset   name
 * @param opts      @nullable
 * @param[out] out  @nullable @shape(1) what travelled, also after an error
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND if there is no such dataset, or no branch or tag that was named here,
 * or if something of it was never pulled here; MLOPS_E_CONFLICT if the remote's branch has commits
 * that ours does not lead to, or moved meanwhile, or if something was erased there and not here;
 * MLOPS_E_CORRUPT for damage here or there; MLOPS_E_BUSY also while an erasure here is not done;
 * MLOPS_E_DEADLINE, MLOPS_E_CANCELLED; what the remote returns
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_push(mlops_store *store, const mlops_remote *remote,
                                          const char *dataset, const mlops_push_opts *opts,
                                          mlops_transfer *out, mlops_error *err);

/**
 * Bring what branches and tags of a dataset lead to at a remote into the store, then move them
 * here, all or none, in one commit of the store. All of it is verified before. A branch that is
 * ahead here stays; so does one that follows a remote's under a prefix, unless its name is given or
 * the prefix is. What was erased there is erased here first, in a commit of its own, and what
 * was erased here does not come; mlops_dataset_erase() then deletes the bytes that are here.
 *
 * With depth or paths, what stays away is noted: verbs that come upon it return MLOPS_E_NOT_FOUND
 * and say so. Pulling again without them brings the rest.
 *
 * @param store     store
 * @param remote    outlives the call
 * @param dataset   name
 * @param opts      @nullable
 * @param[out] out  @nullable @shape(1) what travelled, also after an error
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND if the remote has no such dataset, or none of the branches or tags;
 *         MLOPS_E_CONFLICT if a branch or tag here leads elsewhere than that of the remote,
 *         or if rows of the same table were erased on both sides, and what is left there is gone;
 *         MLOPS_E_CORRUPT for what is not what its name says, and for a commit that is not later
 *         than one that it goes back to; MLOPS_E_DENIED for a store that is open for reading
 *         alone; else as pushing
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_pull(mlops_store *store, const mlops_remote *remote,
                                          const char *dataset, const mlops_pull_opts *opts,
                                          mlops_transfer *out, mlops_error *err);

/**
 * Datasets of a remote with their branches and tags.
 *
 * @param[out] out  dataset, kind ("branch", "tag"), name, commit (strings), those of one dataset
 *                  together; to be ended with mlops_table_unref(); NULL after an error
 * @param remote    outlives the call
 * @param call      @nullable deadline
 * @param host      @nullable memory; default the C heap
 * @param err       @nullable
 * @return MLOPS_E_CORRUPT, MLOPS_E_BUSY, MLOPS_E_DEADLINE, MLOPS_E_NOMEM; what the remote returns
 * @since 0.1
 */
MLOPS_API mlops_status mlops_remote_refs(mlops_table **out, const mlops_remote *remote,
                                         const mlops_call *call, const mlops_host *host,
                                         mlops_error *err);

/**
 * Delete what no branch or tag of a remote leads to. What is unneeded is noted first and goes with
 * a later call, when it has been unneeded for the time of grace; what a running push has put, or
 * one that was cut short within that time, stays.
 *
 * @param remote    outlives the call
 * @param opts      @nullable
 * @param[out] out  @nullable @shape(1)
 * @param err       @nullable
 * @return MLOPS_E_CONFLICT if another one is at it; MLOPS_E_CORRUPT, and nothing is deleted, if
 * what a branch leads to is damaged; else as pushing
 * @since 0.1
 */
MLOPS_API mlops_status mlops_remote_gc(const mlops_remote *remote, const mlops_remote_gc_opts *opts,
                                       mlops_remote_stats *out, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
