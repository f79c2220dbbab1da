/* mlops/lineage.h: what was made of what: data of data, runs of data, models of runs and data.
 *
 * A thing is named by a text, as MLflow spells them: "datasets:/NAME/COMMIT", "runs:/ID" and
 * "models:/NAME/VERSION", with whole ids; such a text never changes its meaning. Anything else with
 * a scheme, "s3://raw/2026/05.parquet", is a thing that the store does not know. Where a verb takes
 * one, "datasets:/NAME" stands for its branch "main", "datasets:/NAME@REF" for any ref of it,
 * "models:/NAME@ALIAS" and "models:/NAME/latest" for a version, and ids may be cut to 8 digits.
 *
 * Some links come by themselves: from the commit that a run is told to learn from to the run
 * ("input"), from run and commit to the version that is registered of them ("registered",
 * "trained"), and from each commit to those that came after it ("parent"). Others are put here.
 * A link outlives what it names: it says that something was there, and does not keep it. It goes
 * where the commits that it names go (mlops/transfer.h), unless it names a version of a model.
 */
#ifndef MLOPS_LINEAGE_H
#define MLOPS_LINEAGE_H

#include <mlops/base.h>
#include <mlops/change.h>
#include <mlops/store.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Bits of mlops_link_opts.flags. */
enum {
    MLOPS_LINK_KEEP = 1 /**< commits that the link names are kept by mlops_store_gc(), for as long
                           as it is there; default: a link keeps nothing */
};

/** What a link says. Zero means the default in each field. */
typedef struct mlops_link_opts {
    uint32_t struct_size; /**< MLOPS_LINK_OPTS_INIT sets it */
    uint32_t flags;       /**< MLOPS_LINK_KEEP */
    const char *relation; /**< @nullable how one was made of the other: 1 to 64 bytes of UTF-8
                               without control characters; default by what they are: "derived" for
                               data of data, "input" for what a run reads or a model that is used,
                               "output" for data of a run, "trained" and "registered" for a version
                               of data and of a run */
} mlops_link_opts;

#define MLOPS_LINK_OPTS_INIT                                                                       \
    { sizeof(mlops_link_opts), 0, 0 }

/** What of the lineage is told. Zero means the default in each field. */
typedef struct mlops_lineage_opts {
    uint32_t struct_size; /**< MLOPS_LINEAGE_OPTS_INIT sets it */
    uint32_t flags;       /**< MLOPS_LINEAGE_NO_HISTORY */
    int32_t depth;        /**< links from there to the farthest; default: all there are */
    uint32_t reserved;    /**< must be 0 */
    int64_t n_max;        /**< links, up to 1,000,000; default 10,000 */
} mlops_lineage_opts;

#define MLOPS_LINEAGE_OPTS_INIT                                                                    \
    { sizeof(mlops_lineage_opts), 0, 0, 0, 0 }

/** Bits of mlops_lineage_opts.flags. */
enum {
    MLOPS_LINEAGE_NO_HISTORY = 1 /**< a dataset's earlier and later commits are not followed */
};

/**
 * Say that something was made of something else. The same again is fine. What the store knows must
 * be there, or be made by the same change.
 *
 * @param change  change
 * @param from    what it was made of, as above
 * @param to      what was made of it, as above
 * @param opts    @nullable
 * @param err     @nullable
 * @return MLOPS_E_NOT_FOUND if one of them is not there; MLOPS_E_INVALID for a text that names
 *         nothing, and if both are the same; MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM,
 *         MLOPS_E_FORKED; MLOPS_E_CONFLICT comes from the commit, if somebody else has changed the
 *         link in between
 * @since 0.1
 */
MLOPS_API mlops_status mlops_lineage_link(mlops_change *change, const char *from, const char *to,
                                          const mlops_link_opts *opts, mlops_error *err);

/**
 * Take a link back; of "parent", which commits say themselves, there is none to take.
 *
 * @param change    change
 * @param from      as in mlops_lineage_link(); what is not there any more is named by its whole id
 * @param to        likewise
 * @param relation  @nullable of the link; default as in mlops_link_opts
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND if there is no such link; as mlops_lineage_link()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_lineage_unlink(mlops_change *change, const char *from, const char *to,
                                            const char *relation, mlops_error *err);

/**
 * What something was made of, what that was made of, and so on. Each link is told once, at the
 * least number of links that lead to it.
 *
 * @param[out] out  depth (int64, from 1 on), from, relation, to (strings), time_ns (int64: when the
 *                  link was put, or the later commit made), exists (bool: is what it was made of
 *                  still there; null for what the store does not know); by depth, from, to and
 *                  relation; to be ended with mlops_table_unref(); NULL after an error
 * @param store     store
 * @param id        as above; what is not there any more is named by its whole id
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_LIMIT for more than n_max links; MLOPS_E_NOT_FOUND, MLOPS_E_INVALID,
 *         MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_lineage_upstream(mlops_table **out, mlops_store *store, const char *id,
                                              const mlops_lineage_opts *opts, mlops_error *err);

/**
 * What was made of something, what was made of that, and so on.
 *
 * @param[out] out  as in mlops_lineage_upstream(); exists is of what was made
 * @param store     store
 * @param id        as there
 * @param opts      @nullable
 * @param err       @nullable
 * @return as there
 * @since 0.1
 */
MLOPS_API mlops_status mlops_lineage_downstream(mlops_table **out, mlops_store *store,
                                                const char *id, const mlops_lineage_opts *opts,
                                                mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
