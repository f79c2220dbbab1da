/* mlops/gc.h: giving back the room of what nothing names any more.
 *
 * Content is garbage when no record names it: no dataset's commit that a branch or tag reaches, no
 * run, model version or other record. A collection marks what is named, drops the rest, and moves
 * what is left of packs that are mostly garbage into others. It goes on in pieces, beside readers
 * and writers of any process, and may be left off at any time; the audit trail keeps what was.
 */
#ifndef MLOPS_GC_H
#define MLOPS_GC_H

#include <mlops/call.h>
#include <mlops/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Bits of mlops_gc_opts.flags. */
enum {
    MLOPS_GC_DRY_RUN = 1,   /**< mark and count, change nothing */
    MLOPS_GC_KEEP_BASES = 2 /**< write nothing anew: what content is kept as changes to stays */
};

/** How garbage is collected. Zero means the default in each field. */
typedef struct mlops_gc_opts {
    uint32_t struct_size; /**< MLOPS_GC_OPTS_INIT sets it */
    uint32_t flags;       /**< MLOPS_GC_DRY_RUN, MLOPS_GC_KEEP_BASES */
    int64_t budget_ns;    /**< time after which no new piece is begun; default none */
    int64_t keep_ns;   /**< what commits of the store put or named since then stays, and a dataset's
                            commits of that time; default 14 days, 1 for nothing */
    double min_live;   /**< share of a pack, above 0 and up to 1, below which it is emptied; default
                            0.5, and more as long as all packs take above 1.15 times what is needed
                            of them */
    double remake_max; /**< content is written anew, by itself, so that what it is kept as changes
                          to may go, where that takes no more than this share of the bytes that go,
                          and so are small files of a chunk of which less is needed; above 0 and up
                          to 1, default 0.9 */
} mlops_gc_opts;

#define MLOPS_GC_OPTS_INIT                                                                         \
    { sizeof(mlops_gc_opts), 0, 0, 0, 0.0, 0.0 }

/** What a collection has found and done so far; in bytes of packs unless said otherwise. */
typedef struct mlops_gc_stat {
    uint32_t struct_size;      /**< MLOPS_GC_STAT_INIT sets it */
    uint32_t done;             /**< 1 when the collection has come to its end */
    int64_t n_objects;         /**< pieces of content that are named, those in packs */
    int64_t n_chunks;          /**< chunks that they need */
    int64_t n_dead_objects;    /**< pieces of content that nothing names */
    int64_t n_dead_commits;    /**< commits of datasets that nothing reaches */
    int64_t n_packs;           /**< when the collection began */
    int64_t pack_bytes;        /**< of these */
    int64_t live_bytes;        /**< of them that are needed */
    int64_t garbage_bytes;     /**< of them that are not */
    int64_t content_bytes;     /**< of content that is named, each piece of it once */
    int64_t shared_bytes;      /**< of it that are kept as changes to other content */
    int64_t chunk_bytes;       /**< of chunks that are needed, before compression */
    int64_t n_emptied;         /**< packs that are mostly garbage, which are emptied */
    int64_t copied_bytes;      /**< moved out of them, or to be moved */
    int64_t freed_bytes;       /**< of packs that were deleted, or are to be */
    int64_t n_dropped_objects; /**< pieces of content that were dropped */
    int64_t n_dropped_commits; /**< commits of datasets that were dropped */
    int64_t n_deleted;         /**< packs that were deleted */
    int64_t n_waiting;   /**< emptied packs that wait: somebody still reads the store as it was,
                              or has an index in memory; the next collection deletes them */
    int64_t memory_peak; /**< bytes that the collection held at most */
    int64_t n_bases; /**< pieces of content that nothing names, and that some was kept as changes
                          to which is named */
    int64_t n_dead_bases; /**< of them that go */
    int64_t n_remade;     /**< pieces of content that are written anew for that */
    int64_t remade_bytes; /**< that these take, about */
} mlops_gc_stat;

#define MLOPS_GC_STAT_INIT                                                                         \
    {                                                                                              \
        sizeof(mlops_gc_stat), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,   \
            0, 0                                                                                   \
    }

/**
 * Collect garbage for a while, or to the end. A collection that was left off goes on with the next
 * call, if that asks for the same; one whose process ends is begun anew by the next.
 *
 * @param self      store
 * @param opts      @nullable
 * @param call      @nullable progress, deadline, actor and trace for the audit trail; memory_max is
 *                  for marks, from 64 KiB, default 32 MiB: where it is too little some garbage
 *                  stays; writing content anew takes as much again as adding it does
 * @param[out] out  @nullable @shape(1) what was found so far; struct_size must be set
 * @param err       @nullable
 * @return MLOPS_OK if there is more to do, MLOPS_END if the collection has come to its end;
 *         MLOPS_E_BUSY if another thread or process is collecting; MLOPS_E_CORRUPT if a commit is
 *         damaged, so that what it names cannot be told: nothing more is dropped then;
 *         MLOPS_E_CANCELLED, MLOPS_E_DEADLINE, after which it can go on; MLOPS_E_DENIED if the
 * store is open for reading alone; MLOPS_E_NO_SPACE, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_INVALID,
 *         MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_store_gc(mlops_store *self, const mlops_gc_opts *opts,
                                      const mlops_call *call, mlops_gc_stat *out, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
