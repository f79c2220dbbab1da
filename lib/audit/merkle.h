/* Merkle trees as in RFC 6962, over 32 bytes a leaf. */
#ifndef MLOPS_AUDIT_MERKLE_H
#define MLOPS_AUDIT_MERKLE_H

#include "base/sha256.h"

enum { MLOPS__MERKLE_PATH = 63 }; /* hashes of a path at the most */

/* A tree that grows leaf by leaf: the roots of its perfect parts, the largest first. */
typedef struct mlops__merkle {
    mlops__sha256_blocks *blocks;
    int64_t n;
    int64_t wanted; /* leaf whose path is kept; -1: none */
    int depth;
    struct {
        uint8_t hash[32];
        int holds; /* the wanted leaf */
    } parts[64];
    int n_path;
    uint8_t path[MLOPS__MERKLE_PATH][32]; /* from the leaf up */
} mlops__merkle;

void mlops__merkle_init(mlops__merkle *self, int64_t wanted, mlops__sha256_blocks *blocks);
void mlops__merkle_add(mlops__merkle *self, const uint8_t leaf[32]);
void mlops__merkle_end(mlops__merkle *self, uint8_t root[32]); /* the path is whole, too */

/* The root that a path leads to from leaf number index of n; 0 if it has not the length of one. */
int mlops__merkle_climb(uint8_t root[32], const uint8_t leaf[32], int64_t index, int64_t n,
                        const uint8_t (*path)[32], int n_path, mlops__sha256_blocks *blocks);

#endif
