/* Erasures on their way: what a store has of them, what a remote has, and both together. */
#ifndef MLOPS_DATASET_REMOTE_ERASURES_H
#define MLOPS_DATASET_REMOTE_ERASURES_H

#include "dataset/remote_head.h"
#include "store/erased.h"

/* The record of one. Stores number them each for itself; the origin tells them apart. */
typedef struct mlops__erasure_note {
    const char *origin;
    mlops__record record;
} mlops__erasure_note;

typedef struct mlops__erased_content {
    mlops_id id, stand_in;
    int has_stand_in;
    uint32_t erasure; /* place among the notes, from 1 on */
} mlops__erased_content;

typedef struct mlops__erased_pair {
    mlops_id tree, stand_in;
    uint32_t erasure;
} mlops__erased_pair;

typedef struct mlops__erasures {
    mlops__arena arena;
    mlops__erasure_note *notes;
    size_t n_notes, notes_cap;
    mlops__erased_content *contents;
    size_t n_contents, contents_cap;
    mlops__erased_pair *pairs;
    size_t n_pairs, pairs_cap;
    mlops__idset ids;   /* of contents: their places */
    mlops__idset trees; /* of pairs: their places */
} mlops__erasures;

void mlops__erasures_init(mlops__erasures *self, const mlops_allocator *allocator);
void mlops__erasures_free(mlops__erasures *self); /* one of zeroes too */

/* Adds what the store has, or what a head names; both to an empty list. */
mlops_status mlops__erasures_of_store(mlops__erasures *self, mlops_store *store, mlops_error *err);
mlops_status mlops__erasures_of_head(mlops__erasures *self, const mlops__head *head,
                                     mlops__remote *remote, mlops_error *err);
/* The bytes of a remote's object. MLOPS_E_CORRUPT */
mlops_status mlops__erasures_parse(mlops__erasures *self, mlops__bytes json, mlops_error *err);

/* Of an erasure of this origin, from 1 on; 0: there is none. */
uint32_t mlops__erasures_find(const mlops__erasures *self, const char *origin);
/* NULL if there is none. */
const mlops__erased_content *mlops__erasures_content(const mlops__erasures *self,
                                                     const uint8_t id[32]);
mlops__erased_pair *mlops__erasures_pair(const mlops__erasures *self, const mlops_id *tree);

/* Adds to a list what another one has: its notes and contents; of its pairs none. */
mlops_status mlops__erasures_merge(mlops__erasures *self, const mlops__erasures *other,
                                   mlops_error *err);
mlops_status mlops__erasures_set_pair(mlops__erasures *self, const mlops__erasures *other,
                                      const mlops__erased_pair *pair, mlops_error *err);

/* As an object of the remote, which the head names from then on; *changed if it did not. */
mlops_status mlops__erasures_put(const mlops__erasures *self, mlops__head *head,
                                 mlops__remote *remote, mlops__cutter_name *tell, void *user,
                                 int *changed, mlops_error *err);

/* Members of a note but those that are of one store alone: its number, and when it was finished. */
void mlops__erasure_note_write(mlops__json_writer *out, const mlops__erasure_note *note);

/* Ahead of a push: MLOPS_E_CONFLICT if the remote has erasures that are not here. */
mlops_status mlops__erasures_known(const mlops__erasures *here, const mlops__erasures *there,
                                   const char *dataset, mlops_error *err);

#endif
