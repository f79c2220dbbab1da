/* Content that is packed, or was found in the packs, and that no commit names yet, and commits of
 * datasets that no branch leads to yet: a collection of garbage leaves them alone for as long as
 * somebody means to commit what does. */
#ifndef MLOPS_STORE_LEASE_H
#define MLOPS_STORE_LEASE_H

#include "store/index.h"

#include <mlops/store.h>

/* What a change has leased. Rows of MLOPS__TABLE_LEASES: u64 owner, id of the content or commit ->
 * u64 moment of the index that it came with. */
typedef struct mlops__lease {
    uint64_t owner; /* upper half: number of the process; 0: nothing was leased yet */
    uint64_t epoch; /* deletions of collections, when the content was looked for */
} mlops__lease;

/* Ahead of looking for content: draws an owner. */
mlops_status mlops__lease_begin(mlops__lease *self, mlops_store *store, mlops_error *err);

/* Deletions since then: what was found may be gone. */
mlops_status mlops__lease_is_old(const mlops__lease *self, mlops__index *index, int *out,
                                 mlops_error *err);

/* Within the transaction that packs it. */
mlops_status mlops__lease_note(const mlops__lease *self, mlops__index *index, const uint8_t id[32],
                               mlops_error *err);

/* Of what was found: in a transaction of its own. *held is 0 if it may be gone. */
mlops_status mlops__lease_take(const mlops__lease *self, mlops_store *store, const uint8_t id[32],
                               int *held, mlops_error *err);

/* The change was committed, or given up: its rows go with the next commit of the index. The second
 * is for who holds the store's lock. */
void mlops__lease_end(mlops__lease *self, mlops_store *store);
void mlops__lease_end_locked(mlops__lease *self, mlops_store *store);
mlops_status mlops__leases_settle(mlops_store *store, mlops__index *index, mlops_error *err);

/* Deletes the rows of processes that are gone. */
mlops_status mlops__leases_clear(mlops_store *store, mlops__index *index, mlops_error *err);

/* Numbers in MLOPS__TABLE_PACKS that only grow: 'e' deletions of collections, 'n' the highest pack
 * that was ever deleted, 'r' times that all packs were looked through again; 'g' when the last
 * collection came to its end, or a service first looked; 'a' the newest commit at the time 't', if
 * its own is ahead of that. 0 where none is. */
mlops_status mlops__mark_get(mlops__index *index, char what, int64_t *out, mlops_error *err);
mlops_status mlops__mark_put(mlops__index *index, char what, int64_t value, mlops_error *err);

#endif
