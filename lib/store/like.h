/* The content that other content is kept as changes to, while those are made. */
#ifndef MLOPS_STORE_LIKE_H
#define MLOPS_STORE_LIKE_H

#include "store/content.h"
#include "store/delta.h"

typedef struct mlops__like {
    mlops_store *store;
    mlops__content_reader reader; /* level 0 is the base; its index is set by who begins a read */
    uint8_t base[32];
    uint32_t number; /* of the version that is made */
    mlops__delta delta;
    struct mlops__like_slot *chunks, *anchors; /* tables of places in the base */
    int chunk_bits, anchor_bits;
    int anchor_spread; /* one position in 2 to this power is an anchor, by what stands there */
    uint8_t *window;   /* of the base */
    uint64_t window_at;
    size_t window_size;
} mlops__like;

void mlops__like_init(mlops__like *self, mlops_store *store);
void mlops__like_free(mlops__like *self);

/* Begins with the object, or one that it is kept as changes to, so that what is made leads over no
 * more than MLOPS__DEPTH_MAX. MLOPS_END if it is missing, damaged, inline or small. */
mlops_status mlops__like_begin(mlops__like *self, mlops__index *index, const mlops_id *id,
                               mlops_error *err);

/* Of the base, among objects that are changes to bytes. */
uint32_t mlops__like_depth(const mlops__like *self);

/* Where the base has a chunk; false if it has none. */
int mlops__like_find(const mlops__like *self, const uint8_t *key, uint64_t *at);

/* Somewhere in the base where some of these n bytes are: *at is where the first of them would be.
 * MLOPS_END if none of them are. */
mlops_status mlops__like_locate(mlops__like *self, const uint8_t *bytes, size_t n, uint64_t *at,
                                mlops_error *err);

#endif
