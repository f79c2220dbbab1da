/* What tests of datasets with one store share: it, and the folder that it lies in. */
#ifndef TESTS_UNIT_HELP_FIXTURE_H
#define TESTS_UNIT_HELP_FIXTURE_H

#include "unit/help_dataset.h"

typedef struct fixture {
    place p;
    mlops_store *s;
} fixture;

static inline void begin(fixture *f) {
    make_place(&f->p);
    f->s = open_store(f->p.path, NULL);
}

/* For many short ones: nothing is synced, and the index is in memory. */
static inline void begin_swift(fixture *f) {
    make_place(&f->p);
    f->s = open_with(f->p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_MEMORY);
}

static inline void reopen(fixture *f) {
    mlops_store_close(f->s);
    f->s = open_store(f->p.path, NULL);
}

static inline void end(fixture *f) {
    mlops_store_close(f->s);
    remove_place(&f->p);
}

/* The branch "side" of "d" into "main". */
static inline mlops_id merge_side(fixture *f, const mlops_dataset_merge_opts *opts) {
    mlops_change *c = new_change(f->s);
    mlops_error e;
    mlops_id id;
    works(mlops_dataset_merge(&id, c, "d", "side", opts, &e), &e);
    commit(c);
    mlops_change_free(c);
    return id;
}

#endif
