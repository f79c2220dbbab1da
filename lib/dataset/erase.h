/* Inside of erasing: what is planned, entry by entry. */
#ifndef MLOPS_DATASET_ERASE_H
#define MLOPS_DATASET_ERASE_H

#include "dataset/draft.h"
#include "dataset/folder.h"

#include <mlops/erase.h>

/* What becomes of entries that are spelled alike. */
typedef struct mlops__erase_made {
    mlops__bytes json; /* of the entry that stands in; size 0: the entry goes */
    int stays;         /* there is nothing to erase in it */
    int is_unread;     /* not all was searched: it, or what it is kept as changes to, is no table,
                          or none behind its rows */
} mlops__erase_made;

/* Whose profile it is: of what is erased, and of what stays. */
enum mlops__erase_profile { MLOPS__PROFILE_GOES = 1, MLOPS__PROFILE_STAYS = 2 };

/* What goes on in the place of content, without some rows. */
typedef struct mlops__erase_stand_in {
    mlops_id id;
    int64_t size;
} mlops__erase_stand_in;

/* Of a table that lost rows here, and others elsewhere: what is left on either side. Here the rows
 * are to stay alone that are there, too. */
typedef struct mlops__erase_apart {
    mlops_id here, there;
    mlops_id profile; /* of the one there */
    int has_profile;
    int is_cut; /* the one here was looked through */
} mlops__erase_apart;

/* Content that is elsewhere, appended. */
typedef mlops_status mlops__erase_load(void *user, const mlops_id *id, mlops__buf *out,
                                       mlops_error *err);

typedef struct mlops__erase_aparts {
    mlops__erase_apart *items;
    size_t n, cap;
    mlops__idset ids; /* of those here: places */
    mlops__erase_load *load;
    void *user;
} mlops__erase_aparts;

/* Datasets and paths, each once, for the certificate, which has the first of them. */
typedef struct mlops__erase_names {
    mlops__buf json;
    int64_t n;
} mlops__erase_names;

typedef struct mlops__erasure {
    mlops_store *store;
    mlops__erase_aparts *aparts; /* nullable: what is asked for, else */
    const char *dataset;
    mlops_erase_opts opts;
    int by_rows; /* not entries whole */
    mlops_call call;
    mlops__globs globs;
    mlops__arena arena;
    mlops_change *change;  /* that what stands in is packed for */
    mlops_draft *draft;    /* a scratch draft of it, which is not committed */
    mlops__idset content;  /* what is erased: places among the stand-ins from 1 on; 0: none */
    mlops__idset named;    /* content of entries of all trees */
    mlops__idset derived;  /* profiles: mlops__erase_profile */
    mlops__idset seen;     /* entries, by the SHA-256 of their JSON: places in made */
    mlops__idset like;     /* paths, by SHA-256: places in made of what stood in there last */
    mlops__buf made;       /* mlops__erase_made */
    mlops__buf stand_ins;  /* mlops__erase_stand_in */
    mlops__buf trees;      /* of erase_plan.c */
    mlops__idset tree_ids; /* places among these */
    int has_columns;       /* some table has what rows are chosen by */
    int has_fit;           /* some column can have the value */
    const char *misfit_path, *misfit_type;      /* the first one that cannot; NULL: there is none */
    mlops__erase_names entries, unread, opaque; /* that lose something; that were not searched,
                                                   and that never are */
    mlops_erase_stat stat;
    mlops_error *err;
} mlops__erasure;

/* Rows of a table that go: a bit for each. */
typedef struct mlops__erase_drops {
    uint8_t *bits;
    int64_t n;
} mlops__erase_drops;

static inline int mlops__erase_drops_row(const mlops__erase_drops *self, int64_t row) {
    return self->bits[row / 8] >> row % 8 & 1;
}

static inline void mlops__erase_drop(mlops__erase_drops *self, int64_t row) {
    self->bits[row / 8] |= (uint8_t)(1 << row % 8);
    self->n++;
}

/* erase_find.c: drops the rows that are asked for, of the entry at the path, which was read with
 * types (nullable). MLOPS_E_SCHEMA if a condition does not fit. */
mlops_status mlops__erase_find(mlops__erasure *plan, const char *path, const mlops_table *table,
                               const char *types, mlops__erase_drops *drops);
/* MLOPS_E_PARSE, as far as it can be told without a table. */
mlops_status mlops__erase_where_check(mlops_store *store, const char *where, mlops_error *err);

/* erase_rows.c: an entry without the rows that are asked for; *n is how many they are. Of a dry run
 * nothing is made. */
mlops_status mlops__erase_rows(mlops__erasure *plan, const mlops__facts *facts, mlops__bytes like,
                               mlops__erase_made *out, int64_t *n);
/* Is it of a kind that has rows? */
int mlops__erase_has_rows(const mlops__facts *facts);

/* erase_tree.c: what stands in for a tree from the commit of the change on; and reading one. */
mlops_status mlops__erase_put_tree(mlops_change *change, int64_t number, const mlops_id *tree,
                                   const mlops__tree *stand_in, mlops_error *err);
mlops_status mlops__tree_load(mlops__tree *out, mlops_store *store, const mlops_change *change,
                              const mlops_id *id, mlops_error *err);

/* erase.c: the newest number, and the last up to which all are finished; a tombstone, whose
 * stand-in may be NULL. */
mlops_status mlops__erase_put_latest(mlops_change *change, int64_t number, int64_t finished,
                                     mlops_error *err);
mlops_status mlops__erase_put_content(mlops_change *change, int64_t number, const mlops_id *id,
                                      const mlops_id *stand_in, mlops_error *err);

/* Tables that others erased other rows of: what is left on both sides stands in for what is left on
 * each. An erasure of this store like any other, with their reason. */
mlops_status mlops__erase_join(mlops_store *store, mlops__erase_aparts *aparts, const char *reason,
                               const char *by, const mlops_call *call, mlops_error *err);

/* erase_plan.c */
mlops_status mlops__erasure_plan(mlops__erasure *plan);
void mlops__erasure_init(mlops__erasure *plan, mlops_store *store, mlops_error *err);
void mlops__erasure_free(mlops__erasure *plan);

#endif
