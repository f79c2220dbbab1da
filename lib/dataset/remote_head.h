/* A dataset at a remote: its head, which has branches and tags, and who is at it. */
#ifndef MLOPS_DATASET_REMOTE_HEAD_H
#define MLOPS_DATASET_REMOTE_HEAD_H

#include "dataset/dataset.h"
#include "store/remote_content.h"

#include <mlops/transfer.h>

/* ---- heads: what is there, and in which objects ---- */

typedef struct mlops__head_ref {
    const char *kind; /* mlops__ref_branch or mlops__ref_tag */
    const char *name;
    mlops_id commit;
} mlops__head_ref;

/* What is expected of a table, or that nothing is any more: the record that its store has of it. */
typedef struct mlops__head_suite {
    const char *path, *text; /* text NULL: nothing */
    int64_t time_ns;
    mlops__bytes json;
} mlops__head_suite;

typedef struct mlops__head {
    char key[MLOPS__REMOTE_NAME];
    mlops__arena arena; /* all below */
    mlops__bytes was;   /* as it was read; data NULL: there is none */
    const char *dataset;
    mlops__head_ref *refs;
    size_t n_refs;
    mlops_id *indexes;
    size_t n_indexes;
    mlops_id erased, links; /* objects that list what was erased, and links of lineage */
    int has_erased, has_links;
    mlops__head_suite *suites;
    size_t n_suites, suites_cap;
} mlops__head;

/* Ends with mlops__head_free(), also after an error. Of a dataset that is not there it is empty. */
mlops_status mlops__head_read(mlops__head *self, mlops__remote *remote, const char *dataset,
                              mlops_error *err);
/* The same of one that was listed. */
mlops_status mlops__head_read_key(mlops__head *self, mlops__remote *remote, const char *name,
                                  mlops_error *err);
void mlops__head_free(mlops__head *self);
mlops__head_ref *mlops__head_find(const mlops__head *self, const char *kind, const char *name);
/* Adds or moves one; the texts live as long as the head, or are copied. */
mlops_status mlops__head_set(mlops__head *self, const char *kind, const char *name,
                             const mlops_id *commit, mlops_error *err);
/* What it says now takes the place of what was read. MLOPS_E_CONFLICT */
mlops_status mlops__head_swap(const mlops__head *self, mlops__remote *remote, mlops_error *err);

/* Reads all indexes that it names; those that parts has already stay. */
mlops_status mlops__head_parts(const mlops__head *self, mlops__remote *remote, mlops__depot *parts,
                               mlops_error *err);
/* Puts an index as an object of its own. The name is told before. */
mlops_status mlops__head_put_index(mlops__remote *remote, mlops__depot *parts, mlops_id *out,
                                   mlops__cutter_name *name, void *user, mlops_error *err);

/* A list that the head names, whole: read, and put as an object of its own. *id and *has are the
 * head's; *changed if it has named another one. */
mlops_status mlops__head_load_list(mlops__remote *remote, const mlops_id *id, mlops__buf *out,
                                   mlops_error *err);
mlops_status mlops__head_put_list(mlops__remote *remote, const mlops__buf *list, mlops_id *id,
                                  int *has, mlops__cutter_name *tell, void *user, int *changed,
                                  mlops_error *err);

/* ---- expectations ---- */

mlops_status mlops__head_read_suites(mlops__head *self, const mlops__record *record,
                                     mlops_error *err);
void mlops__head_write_suites(const mlops__head *self, mlops__json_writer *out);
/* The newer ones go from the store into the head, or the other way. */
mlops_status mlops__head_take_suites(mlops__head *self, mlops__view *view, int *changed);
mlops_status mlops__head_give_suites(const mlops__head *self, mlops_change *change,
                                     mlops__view *view);

/* What a commit was held to, if it was: ahead of the commit. */
mlops_status mlops__send_verdict(mlops__cutter *cutter, mlops__view *view, const char *dataset,
                                 const mlops_id *commit);
mlops_status mlops__receive_verdict(mlops__fetcher *fetcher, mlops__depot *parts,
                                    mlops_change *change, const char *dataset,
                                    const mlops_id *commit, mlops_error *err);

/* ---- leases: objects of a push that no head names yet ---- */

typedef struct mlops__push_lease {
    mlops__remote *remote;
    char key[MLOPS__REMOTE_NAME];
    mlops__buf was;     /* as it is there; size 0: not */
    mlops__buf objects; /* 32 bytes each */
    int64_t n;
    char push[33];
} mlops__push_lease;

mlops_status mlops__push_lease_take(mlops__push_lease *self, mlops__remote *remote,
                                    const mlops_store *store, const char *dataset,
                                    mlops_error *err);
void mlops__push_lease_free(mlops__push_lease *self);
/* One more object is about to be put, or none: then it is known that the lease still holds. */
mlops_status mlops__push_lease_renew(mlops__push_lease *self, const uint8_t *object,
                                     mlops_error *err);
/* The objects of a lease's bytes, 32 bytes each, appended. MLOPS_E_CORRUPT */
mlops_status mlops__push_lease_read(mlops__bytes bytes, mlops__buf *out, const mlops__host *host,
                                    mlops_error *err);

/* ---- what a tree names ---- */

/* Each content that an entry names: its bytes, and whatever else in it is spelled as an id. */
typedef mlops_status mlops__entry_visit(void *user, const mlops_id *id, mlops_error *err);
mlops_status mlops__entry_names(const mlops__entry *entry, mlops__entry_visit *visit, void *user,
                                mlops_error *err);

/* Is a name in a list of names and globs? NULL: every name is. Of paths, what is no glob stands for
 * all that lies below it, too. */
mlops_status mlops__list_has(const char *list, const char *name, int is_path,
                             const mlops__host *host, int *out, mlops_error *err);

/* ---- branches and tags of a pull ---- */

/* Has the one here follow that of the remote, in the change; *moves if it does. MLOPS_E_CONFLICT */
mlops_status mlops__pull_ref(const mlops__head_ref *there, const char *dataset,
                             const mlops_pull_opts *opts, mlops_change *change, mlops__view *view,
                             int *moves);

/* ---- what was not pulled ---- */

/* What is noted of a dataset that is here in part. */
typedef struct mlops__partial {
    int is_there;
    mlops__bytes was;  /* its record */
    const char *paths; /* NULL: of commits that are here, all content is */
    mlops_id *absent;  /* commits */
    size_t n_absent;
} mlops__partial;

mlops_status mlops__partial_read(mlops__partial *out, mlops__view *view, const char *dataset);
/* Or that nothing is missing. */
mlops_status mlops__partial_put(mlops_change *change, const char *dataset,
                                const mlops__partial *self, mlops_error *err);
int mlops__partial_has(const mlops__partial *self, const mlops_id *commit);
/* MLOPS_E_NOT_FOUND that says so, if a commit was not pulled; else MLOPS_OK. */
mlops_status mlops__partial_commit(mlops__view *view, const char *dataset, const mlops_id *id);
/* The same of content, of whatever dataset. */
mlops_status mlops__partial_content(mlops_store *store, const mlops_id *id, mlops_error *err);

/* ---- lines of commits ---- */

/* Commits that others lead to, older ones first. */
typedef struct mlops__line {
    mlops__view *view;
    const char *dataset;
    mlops__buf ids; /* 32 bytes each */
    mlops__kv *seen;
    mlops__kv_txn *txn;
} mlops__line;

mlops_status mlops__line_init(mlops__line *self, mlops__view *view, const char *dataset,
                              mlops_error *err);
void mlops__line_free(mlops__line *self);
int mlops__line_has(mlops__line *self, const mlops_id *id); /* was it met? */
/* True if the line ends ahead of this commit. */
typedef mlops_status mlops__line_stop(void *user, const mlops_id *id, int *stops, mlops_error *err);
mlops_status mlops__line_add(mlops__line *self, const mlops_id *from, mlops__line_stop *stop,
                             void *user);
/* Does one commit of this store lead to another one? What was not pulled leads nowhere. */
mlops_status mlops__line_leads(mlops__view *view, const char *dataset, const mlops_id *from,
                               const mlops_id *to, int *out);

#endif
