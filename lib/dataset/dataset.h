/* Inside of datasets: refs, commits and content, as the store has them and as a change leaves them.
 *
 * Records: a ref is {"commit": id}, with "follows": true if it is a remote's; a commit is the bytes
 * whose SHA-256 is its id. docs/format.md has both, and the tree that a commit names.
 */
#ifndef MLOPS_DATASET_DATASET_H
#define MLOPS_DATASET_DATASET_H

#include "dataset/tree.h"
#include "store/record.h"

#include <mlops/dataset.h>
#include <mlops/diff.h>
#include <mlops/draft.h>

/* What is read through: a moment of the store, under what a change has pending (nullable). */
typedef struct mlops__view {
    mlops_store *store;
    const mlops_change *change;
    mlops__index index;
    mlops__arena *arena; /* for what is read */
    mlops_error *err;
} mlops__view;

mlops_status mlops__view_begin(mlops__view *self, mlops_store *store, const mlops_change *change,
                               mlops__arena *arena, mlops_error *err);
void mlops__view_end(mlops__view *self);

/* ---- refs ---- */

typedef struct mlops__ref {
    int is_there; /* under the change */
    int follows;  /* one of a remote, under a prefix; until somebody here moves it */
    mlops_id commit;
    mlops__bytes is;  /* its record then */
    mlops__bytes was; /* the store's record, for mlops__change_expect(); data NULL: none */
} mlops__ref;

extern const char *const mlops__ref_branch, *const mlops__ref_tag; /* kinds */

void mlops__ref_key(mlops__key *out, const char *dataset, const char *kind, const char *name);
mlops_status mlops__ref_read(mlops__ref *out, mlops__view *view, const char *dataset,
                             const char *kind, const char *name);

/* Puts the record of a ref at a commit, and whether it follows one of a remote; what old (as it was
 * read) says beyond that stays. */
mlops_status mlops__ref_put(mlops_change *change, const mlops__key *key, const mlops__ref *old,
                            const mlops_id *commit, int follows, mlops_error *err);

/* What a branch or tag may be called; one that is made also not as what stands for a time. */
mlops_status mlops__ref_check(const char *kind, const char *name, mlops_error *err);
mlops_status mlops__ref_check_new(const char *kind, const char *name, mlops_error *err);

/* The commit that a ref (nullable) stands for. */
mlops_status mlops__ref_resolve(mlops_id *out, mlops__view *view, const char *dataset,
                                const char *ref);

/* MLOPS_E_NOT_FOUND, with the nearest name, if the store has no such dataset; the second one, if it
 * has it, says so of the ref. */
mlops_status mlops__ref_dataset(mlops__view *view, const char *dataset);
mlops_status mlops__ref_missing(mlops__view *view, const char *dataset, const char *ref);

/* ---- commits ---- */

typedef struct mlops__commit {
    mlops_id id, tree;
    int64_t time_ns;
    const char *author, *message; /* nullable */
    mlops__bytes metadata;        /* as it is spelled; size 0: none */
    const mlops_id *parents;
    size_t n_parents;
} mlops__commit;

/* Held against its id. */
mlops_status mlops__commit_read(mlops__commit *out, mlops__view *view, const char *dataset,
                                const mlops_id *id);
/* The change is to find it there: nobody else may have collected it by then. */
mlops_status mlops__commit_expect(mlops_change *change, mlops__view *view, const char *dataset,
                                  const mlops_id *id);
/* Of the record, to one that has its id. */
mlops_status mlops__commit_parse(mlops__commit *out, mlops__bytes value, mlops__view *view);
void mlops__commit_key(mlops__key *out, const char *dataset, const mlops_id *id);
/* Of two of one time, the one with the lesser id. */
int mlops__commit_is_newer(const mlops__commit *self, const mlops__commit *than);

/* Of what is expected of a table, of all such of a dataset, and of what a commit was held to. */
void mlops__suite_key(mlops__key *out, mlops_store *store, const char *dataset, const char *path);
void mlops__suite_prefix(mlops__key *out, const char *dataset);
void mlops__verdict_key(mlops__key *out, const char *dataset, const mlops_id *commit);

/* Appends the record, which format.md has member by member. */
void mlops__commit_write(const mlops__commit *self, const char *dataset, mlops__buf *out);

/* ---- content ---- */

/* Content whole, also what a change (nullable) has yet to commit; to be freed. MLOPS_E_CORRUPT if
 * it is missing, since a commit names it. */
mlops_status mlops__content_load(mlops__buf *out, mlops_store *store, const mlops_change *change,
                                 const mlops_id *id, mlops_error *err);

/* ---- a commit that is read ---- */

typedef struct mlops__version {
    mlops_store *store;
    mlops__arena arena;
    mlops__commit commit;
    mlops__tree tree; /* what stands in for it, if some of the commit's was erased: lacks_some */
    mlops_id tree_id; /* of this one, once it is loaded */
    int lacks_some;
} mlops__version;

/* Ends with mlops__version_close(), also after an error; the first one reads no tree yet. */
mlops_status mlops__version_begin(mlops__version *self, mlops_store *store, const char *dataset,
                                  const char *ref, mlops_error *err);
mlops_status mlops__version_open(mlops__version *self, mlops_store *store, const char *dataset,
                                 const char *ref, mlops_error *err);
void mlops__version_close(mlops__version *self);

/* Of a commit that was read; its tree is read into the arena of the version. */
mlops_status mlops__version_load(mlops__version *self, const mlops_change *change,
                                 mlops_error *err);

/* The entry at a path; path NULL: the only table. */
mlops_status mlops__version_find(mlops__version *self, const char *path, mlops__facts *out,
                                 mlops_error *err);

/* The table of an entry: change (nullable) may hold its content yet. */
mlops_status mlops__facts_table(mlops_table **out, const mlops__facts *facts, mlops_store *store,
                                const mlops_change *change, mlops_error *err);

/* Names and types of its columns, in the arena. */
mlops_status mlops__facts_columns(const char ***names, mlops_type **types,
                                  const mlops__facts *facts, mlops__arena *arena, mlops_error *err);

/* The difference of two versions of a table, told by the rows alone that may differ: the entries
 * are those of from and to. opts have the key by which rows stand for each other. MLOPS_END if
 * both are to be read whole. */
mlops_status mlops__facts_diff(mlops_diff **out, mlops__version *const versions[2],
                               const mlops__facts *const facts[2], const char *dataset,
                               const mlops_diff_opts *opts, mlops_error *err);

/* The bytes of the file that an entry becomes: of a table, CSV. To be freed. */
mlops_status mlops__facts_file(const mlops__facts *facts, mlops_store *store, mlops__buf *out,
                               mlops_error *err);

/* The profile of an entry that has one, likewise. */
mlops_status mlops__facts_profile(mlops_reference **out, const mlops__facts *facts,
                                  mlops_store *store, const mlops_change *change, mlops_error *err);

/* The options that CSV was read with; texts live in the arena. */
mlops_status mlops__facts_csv(mlops_csv_opts *out, const mlops__facts *facts, mlops__arena *arena,
                              mlops_error *err);

/* Types of all columns, as mlops_csv_opts has them: those of times as they were given, with their
 * formats. With a NUL behind it. */
mlops_status mlops__facts_types(const mlops__facts *facts, const char *given, mlops__arena *arena,
                                mlops__buf *out, mlops_error *err);

/* The table that bytes of a kind are. */
mlops_status mlops__facts_parse(mlops_table **out, const mlops__facts *facts, const void *bytes,
                                size_t n, const mlops__host *host, mlops_error *err);

#endif
