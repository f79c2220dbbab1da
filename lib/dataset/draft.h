/* Inside of drafts. */
#ifndef MLOPS_DATASET_DRAFT_H
#define MLOPS_DATASET_DRAFT_H

#include "dataset/dataset.h"
#include "store/erased.h"

struct mlops_draft {
    mlops_change *change;
    mlops__lease lease;  /* on what went to the packs */
    mlops__version base; /* its tree is that of the draft; without a commit if has_parent is 0 */
    int has_parent;
    int is_loaded; /* its tree was read: that of a draft that nothing was done to need not be */
    int committed;
    int has_merged, is_broken; /* broken: a merge failed half way */
    mlops_id merged;           /* the second parent */
    int64_t merged_ns;
    int64_t n_conflicts;                             /* that the last merge has left */
    const char *dataset, *branch, *author, *message; /* in the arena of base */
    const char *metadata;
    mlops__ref ref, tag;         /* of the branch's name, as they were at the begin */
    mlops__erased_latest erased; /* when it was begun: what was erased since may be in its tree */
    const mlops_executor *executor; /* NULL: none */
    const char *reason;             /* why what tables break is let pass; NULL: it is not */
};

/* Makes content of bytes, which go to the packs, or are copied if they are small: for the entry at
 * a path, which has the blob in the end. */
mlops_status mlops__draft_blob(mlops_draft *self, const char *path, mlops__role role,
                               mlops__bytes bytes, mlops__blob **out, mlops_error *err);
/* The same of what is not small, and is read part by part. */
mlops_status mlops__draft_blob_of(mlops_draft *self, const char *path, mlops__role role,
                                  const mlops__source *source, mlops__blob **out, mlops_error *err);
void mlops__draft_blob_free(mlops__blob *blob);

/* All blobs go to the packs, and the change names them and holds them from then on. */
mlops_status mlops__draft_put_blobs(mlops_draft *self, mlops_error *err);

/* MLOPS_E_INVALID once it was committed, or for a path that is none. The tree is there then. */
mlops_status mlops__draft_check(mlops_draft *self, const char *path, mlops_error *err);
mlops_status mlops__draft_load(mlops_draft *self, mlops_error *err); /* the tree alone */

/* What its tree will be if nothing is done to it any more; 0: out of memory. */
int mlops__draft_tree_id(const mlops_draft *self, mlops_id *out);

/* Opens the JSON of an entry, and puts what all of them have. */
void mlops__draft_head(mlops__json_writer *out, const char *path, const char *kind,
                       const mlops_id *id, int64_t size);

/* Puts an entry: what the buffer has as its JSON, and blobs by role (NULL: none). Frees the buffer;
 * takes the blobs, or frees them after an error. */
mlops_status mlops__draft_put(mlops_draft *self, const char *path, mlops__buf *json,
                              mlops__blob *blobs[3], mlops_error *err);

/* The table of an entry, whose bytes may wait in the draft. */
mlops_status mlops__draft_table(const mlops_draft *self, const mlops__entry *entry,
                                const mlops__facts *facts, mlops_table **out, mlops_error *err);

/* Draws a split as that of another table was drawn: the member of its entry. */
mlops_status mlops__draft_split_as(mlops_draft *self, const char *path, const mlops__record *split,
                                   mlops_error *err);

/* Time of a commit that is made now: later than its parents'. */
int64_t mlops__draft_time(const mlops_draft *self);

/* Holds all tables against the expectations kept for them. MLOPS_E_REFUSED; else out gets the
 * record that says so, or nothing if there are none, which the second puts with the commit. */
mlops_status mlops__draft_require(mlops_draft *self, int64_t time_ns, mlops__buf *out,
                                  mlops_error *err);
mlops_status mlops__draft_put_verdict(mlops_draft *self, const mlops_id *commit,
                                      const mlops__buf *verdict, mlops_error *err);

/* Adds what moves the branch to a commit; verb is what the journal calls it. */
mlops_status mlops__draft_put_ref(mlops_draft *self, const char *verb, const mlops_id *id,
                                  mlops_error *err);

/* Adds as a file what is read part by part, if what judges (nullable) it when all of it was read
 * returns MLOPS_OK; else returns what that did. */
typedef mlops_status mlops__draft_judge(void *user, uint64_t size, const mlops_id *id);
mlops_status mlops__draft_put_source(mlops_draft *self, const char *path,
                                     const mlops__source *source, mlops__draft_judge *judge,
                                     void *user, mlops_error *err);

/* Adds bytes that take the place of a table, read as it was; what it was for, and how its rows were
 * divided, is said of them as far as it can be. MLOPS_END if they are no such table. */
mlops_status mlops__draft_put_again(mlops_draft *self, const mlops__facts *was, mlops__bytes bytes,
                                    mlops_error *err);

/* Adds bytes as a file; those of a CSV file as a table, file being what messages call it. */
mlops_status mlops__draft_put_file(mlops_draft *self, const char *path, mlops__bytes bytes,
                                   mlops_error *err);
mlops_status mlops__draft_put_csv(mlops_draft *self, const char *path, mlops__bytes bytes,
                                  const char *file, const mlops_draft_table_opts *opts,
                                  mlops_error *err);

#endif
