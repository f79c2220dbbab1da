/* The index: what journal and packs add up to. Records in numbered tables, each guarded.
 *
 * A key of the map is the table's number and the record's key; a value begins with XXH3 over both.
 * Tables up to MLOPS__TABLE_LAST are the nouns', made by the journal's PUT and DEL alone; the index
 * keeps their counts and an additive hash, which two indexes of one journal have in common. The
 * others are the store's own.
 */
#ifndef MLOPS_STORE_INDEX_H
#define MLOPS_STORE_INDEX_H

#include "store/batch.h"
#include "store/journal.h"
#include "store/kv.h"

enum {
    MLOPS__TABLE_LAST = 32, /* of the nouns; from 1 on */
    MLOPS__TABLE_LEASES = 0xf7,
    MLOPS__TABLE_PACKS = 0xf8,
    MLOPS__TABLE_CHUNKS = 0xf9,
    MLOPS__TABLE_OBJECTS = 0xfa,
    MLOPS__TABLE_FRAMES = 0xfb,
    MLOPS__TABLE_HEAD = 0xfc,
    MLOPS__FRAMES_EVERY = 64 /* of the journal's frames one in so many has its place noted */
};

/* Sum over records; order does not matter, so that a set has one hash. */
typedef struct mlops__table_sum {
    int64_t n;
    uint64_t low, high; /* of the sum of hashes */
} mlops__table_sum;

/* One transaction over the map, and what it keeps of the whole. */
typedef struct mlops__index {
    mlops__kv_txn *txn;
    const mlops_allocator *allocator;
    int dirty;          /* the head is to be written */
    mlops__place place; /* behind the last frame that was applied */
    mlops__table_sum sums[MLOPS__TABLE_LAST + 1];
    mlops__batch *batch; /* the caller's: where puts and deletes of frames wait; NULL: nowhere */
} mlops__index;

/* Begins; an empty map is at the place before the first frame. MLOPS_E_CORRUPT for a damaged head.
 */
mlops_status mlops__index_begin(mlops__index *self, mlops__kv *kv, const mlops__host *host,
                                int writes, mlops_error *err);
void mlops__index_end(mlops__index *self);
mlops_status mlops__index_commit(mlops__index *self, mlops_error *err);

/* MLOPS_E_NOT_FOUND without a message; MLOPS_E_CORRUPT if the guard fails. */
mlops_status mlops__index_get(mlops__index *self, uint8_t table, mlops__bytes key,
                              mlops__bytes *value, mlops_error *err);
mlops_status mlops__index_put(mlops__index *self, uint8_t table, mlops__bytes key,
                              mlops__bytes value, mlops_error *err);
mlops_status mlops__index_del(mlops__index *self, uint8_t table, mlops__bytes key,
                              mlops_error *err);

/* Records of one table whose keys begin with the prefix, in ascending order. */
typedef struct mlops__index_iter {
    mlops__kv_cursor *cursor;
    uint8_t prefix[MLOPS__KV_KEY_MAX]; /* where it begins, with the table */
    size_t prefix_size, begin_size;
    int begun;
} mlops__index_iter;

mlops_status mlops__index_iter_init(mlops__index_iter *self, mlops__index *index, uint8_t table,
                                    mlops__bytes prefix, mlops_error *err);
/* The same of all records of the table, from a key on. */
mlops_status mlops__index_iter_from(mlops__index_iter *self, mlops__index *index, uint8_t table,
                                    mlops__bytes key, mlops_error *err);
mlops_status mlops__index_iter_next(mlops__index_iter *self, mlops__bytes *key, mlops__bytes *value,
                                    mlops_error *err); /* MLOPS_END */
void mlops__index_iter_free(mlops__index_iter *self);

/* Applies a frame that lies between the two places and moves the head behind it. With a batch
 * nothing of the nouns' tables is to be read before mlops__index_settle(), or the commit, which
 * applies what waits. */
mlops_status mlops__index_apply(mlops__index *self, const mlops__frame *frame,
                                const mlops__place *after, mlops_error *err);

mlops_status mlops__index_settle(mlops__index *self, mlops_error *err);

/* Hash over the sums of all tables: equal for stores with the same records. */
uint64_t mlops__index_state(const mlops__index *self);

/* True if the guard of a record holds, as the map has it: key with its table, value with its guard.
 * The value is what it guards from then on. */
int mlops__index_unguard(mlops__bytes full_key, mlops__bytes *value);

/* What the records of a map add up to, and what its head says, as its pages are read. */
typedef struct mlops__index_tally {
    mlops__table_sum sums[MLOPS__TABLE_LAST + 1];
    mlops__table_sum said[MLOPS__TABLE_LAST + 1];
    int has_head;
} mlops__index_tally;

/* One record as the map has it; MLOPS_E_CORRUPT, without a message, if its guard fails. */
mlops_status mlops__index_count(mlops__index_tally *self, mlops__bytes full_key,
                                mlops__bytes value);

/* Big-endian numbers for keys, so that order of bytes is order of numbers. */
void mlops__key_u64(uint8_t out[8], uint64_t value);

#endif
