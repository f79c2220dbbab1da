/* What was erased: tombstones, and what stands in for the trees that named it.
 *
 * Records of MLOPS__TABLE_ERASURES, which docs/format.md has: "content", id; "tree", id; "erasure",
 * number; "latest".
 */
#ifndef MLOPS_STORE_ERASED_H
#define MLOPS_STORE_ERASED_H

#include "store/idset.h"
#include "store/record.h"

/* Has content of this name been erased? */
mlops_status mlops__erased_has(mlops__index *index, const uint8_t id[32], int *out,
                               mlops_error *err);
/* MLOPS_E_ERASED, and when, by whom and why, if so. */
mlops_status mlops__erased_check(mlops__index *index, const uint8_t id[32], mlops_error *err);
mlops_status mlops__erased_check_now(mlops_store *store, const mlops_id *id, mlops_error *err);
/* Returns the status; if it is MLOPS_E_ERASED, the error names what it is of, unless that is NULL.
 */
mlops_status mlops__erased_name(mlops_error *err, mlops_status status, const char *name);

/* Is an object, or one that it leads over, erased? For who holds the store's lock. */
mlops_status mlops__erased_under(mlops_store *store, mlops__index *index, const uint8_t id[32],
                                 int *out, mlops_error *err);

/* What content is kept as changes to, which takes the place of its name; *out is 0 if there is
 * none. */
mlops_status mlops__content_base(mlops_store *store, mlops_id *id, int *out, mlops_error *err);

/* What stands in for a tree since some of what it names was erased; the tree itself otherwise. */
mlops_status mlops__erased_tree(mlops_store *store, mlops_id *tree, mlops_error *err);

/* Numbers of the newest erasure, and of the last up to which all are finished. */
typedef struct mlops__erased_latest {
    int64_t number, finished;
    mlops__bytes was; /* the record, in the arena; data NULL: none */
} mlops__erased_latest;

mlops_status mlops__erased_latest_read(mlops__erased_latest *out, mlops__index *index,
                                       mlops__arena *arena, mlops_error *err);
void mlops__erased_latest_key(mlops__key *out);

/* MLOPS_E_BUSY while packs may still have what was erased, which must not leave the store. */
mlops_status mlops__erased_settled(mlops_store *store, mlops_error *err);

/* All that tombstones name. */
mlops_status mlops__erased_all(mlops_store *store, mlops__idset *out, mlops_error *err);

/* condemn.c: MLOPS_E_UNSUPPORTED if some of it is in the journal, which nothing is erased from. */
mlops_status mlops__erase_may(mlops_store *store, const mlops__idset *content, mlops_error *err);

/* Commits the change, with what it has of tombstones, if commits of datasets and erasures are still
 * those of a moment; MLOPS_END if not, and nothing was done. MLOPS_E_UNSUPPORTED as above, if some
 * of the content came into the journal since. */
typedef struct mlops__erase_moment {
    mlops__table_sum commits, erasures;
    int64_t next; /* commit of the store */
} mlops__erase_moment;

mlops_status mlops__erase_look(mlops_store *store, mlops__erase_moment *out, mlops_error *err);
mlops_status mlops__erase_commit(mlops_change *change, const mlops__erase_moment *moment,
                                 const mlops__idset *content, mlops_error *err);

typedef struct mlops__erase_work {
    int64_t n_remade;  /* pieces of content that were kept together with what is erased */
    int64_t n_deleted; /* packs */
    int64_t n_waiting; /* packs that others still read */
    int done;          /* nothing of what tombstones name is left in the packs */
} mlops__erase_work;

/* Takes what tombstones name out of the packs: what was kept as changes to it, or shares a chunk
 * with it, is kept anew; then the packs that have some of it are rewritten and deleted. May be cut
 * off anywhere, and done again. */
mlops_status mlops__erase_content(mlops_store *store, const mlops_call *call,
                                  mlops__erase_work *out, mlops_error *err);

#endif
