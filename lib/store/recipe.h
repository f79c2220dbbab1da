/* Recipes: what an object is made of. The bytes are in docs/format.md. */
#ifndef MLOPS_STORE_RECIPE_H
#define MLOPS_STORE_RECIPE_H

#include "base/buf.h"
#include "base/cursor.h"
#include "store/pack.h"

enum {
    MLOPS__CHUNK_KEY = 20,
    MLOPS__TEXT_HASH = 16,      /* XXH3-128, low and high */
    MLOPS__DEPTH_MAX = 4,       /* bases behind each other, of objects that are changes to bytes */
    MLOPS__ROWS_DEPTH_MAX = 32, /* of objects that are changes to rows */
    MLOPS__CHAIN_MAX = MLOPS__DEPTH_MAX + MLOPS__ROWS_DEPTH_MAX /* that reading one may lead to */
};

typedef enum mlops__piece_kind {
    MLOPS__PIECE_CHUNK = 0, /* a chunk */
    MLOPS__PIECE_COPY = 1,  /* a part of the base */
    MLOPS__PIECE_DELTA = 2, /* a part of the base, as a chunk of operations changes it */
    MLOPS__PIECE_PART = 3,  /* a part of a chunk that others are in, too: all of the content */
    MLOPS__PIECE_GROUP = 4, /* rows, in a chunk that is a group */
    MLOPS__PIECE_SAME = 5,  /* rows of the base */
    MLOPS__PIECE_PATCH = 6, /* rows of the base, as a chunk that is a patch changes them */
    MLOPS__PIECE_ZONES = 7, /* no rows: what is known of all groups, in a chunk; the last */
    MLOPS__PIECE_WAS = 8    /* no rows: what cells of the patch ahead of it were, in a chunk */
} mlops__piece_kind;

typedef struct mlops__piece {
    mlops__piece_kind kind;
    uint64_t size;       /* of its part of the content */
    uint64_t base_at;    /* where in the base, or in the chunk of a part, it begins; else 0 */
    const uint8_t *key;  /* of the chunk; not of a copy */
    uint64_t rows;       /* of text: how many */
    uint64_t base_row;   /* where in the base they begin; not of a group */
    const uint8_t *hash; /* of the text of a group */
} mlops__piece;

typedef struct mlops__recipe {
    uint64_t size;       /* of the content */
    const uint8_t *base; /* name of an object; NULL if there is none */
    mlops__pack_codec codec;
    uint32_t number; /* of its versions since the one without a base */
    uint32_t depth;  /* of bases of its kind that stand behind each other; 0 without a base */
    mlops__cursor pieces;
    size_t n_pieces;
} mlops__recipe;

/* Is content of this codec rows of text? */
int mlops__recipe_has_rows(mlops__pack_codec codec);

/* False for bytes that are none: all of it is looked at. The bytes are borrowed. */
int mlops__recipe_open(mlops__recipe *out, mlops__pack_codec codec, const uint8_t *bytes, size_t n);

/* 0 behind the last. */
int mlops__recipe_next(mlops__recipe *self, mlops__piece *out);

/* Writing one: size first, then pieces in order. */
void mlops__recipe_begin(mlops__buf *out, uint64_t size);
void mlops__recipe_begin_based(mlops__buf *out, uint64_t size, const uint8_t base[32],
                               uint32_t number, uint32_t depth);
void mlops__recipe_put_rows(mlops__buf *out, const mlops__piece *piece);
void mlops__recipe_put_about(mlops__buf *out, mlops__piece_kind kind,
                             const uint8_t key[MLOPS__CHUNK_KEY]); /* zones, and what cells were */
void mlops__recipe_put(mlops__buf *out, int based, const mlops__piece *piece);
void mlops__recipe_put_part(mlops__buf *out, const uint8_t key[MLOPS__CHUNK_KEY], uint32_t at);

#endif
