/* Merkle trees (RFC 6962, section 2.1; climbing as in RFC 9162, section 2.1.3.2).
 *
 * Owns nothing. Invariant: parts are perfect trees of falling size, one for each bit of n, until
 * the end joins them from the right.
 */
#include "audit/merkle.h"

#include <string.h>

static void hash_leaf(uint8_t out[32], const uint8_t leaf[32], mlops__sha256_blocks *blocks) {
    mlops__sha256 sha;
    mlops__sha256_init(&sha, blocks);
    mlops__sha256_add(&sha, "\0", 1);
    mlops__sha256_add(&sha, leaf, 32);
    mlops__sha256_end(&sha, out);
}

static void hash_pair(uint8_t out[32], const uint8_t left[32], const uint8_t right[32],
                      mlops__sha256_blocks *blocks) {
    mlops__sha256 sha;
    mlops__sha256_init(&sha, blocks);
    mlops__sha256_add(&sha, "\1", 1);
    mlops__sha256_add(&sha, left, 32);
    mlops__sha256_add(&sha, right, 32);
    mlops__sha256_end(&sha, out);
}

void mlops__merkle_init(mlops__merkle *self, int64_t wanted, mlops__sha256_blocks *blocks) {
    memset(self, 0, sizeof *self);
    self->wanted = wanted;
    self->blocks = blocks;
}

/* Joins the two newest parts; the one beside the wanted leaf's is on its path. */
static void join(mlops__merkle *self) {
    int right = --self->depth, left = right - 1;
    if (self->parts[left].holds) memcpy(self->path[self->n_path++], self->parts[right].hash, 32);
    if (self->parts[right].holds) memcpy(self->path[self->n_path++], self->parts[left].hash, 32);
    self->parts[left].holds |= self->parts[right].holds;
    hash_pair(self->parts[left].hash, self->parts[left].hash, self->parts[right].hash,
              self->blocks);
}

void mlops__merkle_add(mlops__merkle *self, const uint8_t leaf[32]) {
    hash_leaf(self->parts[self->depth].hash, leaf, self->blocks);
    self->parts[self->depth].holds = self->n == self->wanted;
    self->depth++;
    self->n++;
    for (int64_t i = self->n; i % 2 == 0; i /= 2) join(self);
}

void mlops__merkle_end(mlops__merkle *self, uint8_t root[32]) {
    while (self->depth > 1) join(self);
    if (self->depth) {
        memcpy(root, self->parts[0].hash, 32);
        return;
    }
    mlops__sha256 sha;
    mlops__sha256_init(&sha, self->blocks);
    mlops__sha256_end(&sha, root); /* of a tree without leaves: the hash of nothing */
}

int mlops__merkle_climb(uint8_t root[32], const uint8_t leaf[32], int64_t index, int64_t n,
                        const uint8_t (*path)[32], int n_path, mlops__sha256_blocks *blocks) {
    int64_t at = index, last = n - 1;
    if (index < 0 || index >= n) return 0;
    hash_leaf(root, leaf, blocks);
    for (int i = 0; i < n_path; i++) {
        if (last == 0) return 0;
        if (at % 2 || at == last) {
            hash_pair(root, path[i], root, blocks);
            for (; at % 2 == 0 && at; at /= 2) last /= 2;
        } else {
            hash_pair(root, root, path[i], blocks);
        }
        at /= 2;
        last /= 2;
    }
    return last == 0;
}
