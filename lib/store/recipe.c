/* Reading and writing recipes.
 *
 * Owns nothing. Invariant: a recipe that was opened is whole: its pieces make up the size that it
 * says, so that whoever walks over them need not look again.
 */
#include "store/recipe.h"

#include <string.h>

enum { ID = 32 };

/* It has the size of the content, and lies inside of its chunk. */
static int next_part(const mlops__recipe *self, mlops__cursor *c, mlops__piece *out) {
    const uint8_t *key = mlops__cursor_take(c, MLOPS__CHUNK_KEY);
    uint32_t at = mlops__cursor_u32(c);
    if (c->failed) return -1;
    uint32_t n = mlops__load_u32(key + 16);
    *out = (mlops__piece){.kind = MLOPS__PIECE_PART, .size = self->size, .base_at = at, .key = key};
    return at > n || self->size > n - at || self->size == 0 ? -1 : 1;
}

/* Each row has a byte at least: its line end, but for a last one without. Nothing stands behind
 * zones. */
static int next_rows(mlops__cursor *c, mlops__piece *out) {
    static const uint8_t SIZES[] = {16 + MLOPS__TEXT_HASH + MLOPS__CHUNK_KEY, 32,
                                    24 + MLOPS__CHUNK_KEY, MLOPS__CHUNK_KEY, MLOPS__CHUNK_KEY};
    unsigned kind = (unsigned)mlops__cursor_peek(c);
    if (kind < MLOPS__PIECE_GROUP || kind > MLOPS__PIECE_WAS) return -1;
    const uint8_t *bytes = mlops__cursor_take(c, 1u + SIZES[kind - MLOPS__PIECE_GROUP]);
    if (!bytes++) return -1;
    *out = (mlops__piece){.kind = (mlops__piece_kind)kind};
    if (kind >= MLOPS__PIECE_ZONES) out->key = bytes;
    if (kind >= MLOPS__PIECE_ZONES)
        return kind == MLOPS__PIECE_ZONES && mlops__cursor_left(c) ? -1 : 1;
    out->rows = mlops__load_u64(bytes);
    out->size = mlops__load_u64(bytes + 8);
    if (kind == MLOPS__PIECE_GROUP) out->hash = bytes + 16;
    else out->base_row = mlops__load_u64(bytes + 16);
    if (kind == MLOPS__PIECE_SAME) out->base_at = mlops__load_u64(bytes + 24);
    if (kind == MLOPS__PIECE_GROUP) out->key = bytes + 16 + MLOPS__TEXT_HASH;
    if (kind == MLOPS__PIECE_PATCH) out->key = bytes + 24;
    return out->rows == 0 || out->size < out->rows ? -1 : 1;
}

/* 1: a piece, 0: the end, -1: damage. */
static int next(const mlops__recipe *self, mlops__cursor *c, mlops__piece *out) {
    int based = self->codec == MLOPS__PACK_BASED;
    if (mlops__cursor_left(c) == 0) return 0;
    if (self->codec == MLOPS__PACK_PART) return next_part(self, c, out);
    if (mlops__recipe_has_rows(self->codec)) return next_rows(c, out);
    unsigned kind = based ? mlops__cursor_u8(c) : (unsigned)MLOPS__PIECE_CHUNK;
    if (kind > MLOPS__PIECE_DELTA) return -1;
    *out = (mlops__piece){.kind = (mlops__piece_kind)kind};
    if (kind != MLOPS__PIECE_CHUNK) {
        out->base_at = mlops__cursor_u64(c);
        out->size = mlops__cursor_u64(c);
    }
    if (kind != MLOPS__PIECE_COPY) out->key = mlops__cursor_take(c, MLOPS__CHUNK_KEY);
    if (kind == MLOPS__PIECE_CHUNK && out->key) out->size = mlops__load_u32(out->key + 16);
    return c->failed || out->size == 0 ? -1 : 1;
}

int mlops__recipe_has_rows(mlops__pack_codec codec) {
    return codec == MLOPS__PACK_ROWS || codec == MLOPS__PACK_ROWS_BASED;
}

/* What an object that leads over others says of them. */
static int read_base(mlops__recipe *out, mlops__cursor *c) {
    int rows = out->codec == MLOPS__PACK_ROWS_BASED;
    if (!rows && out->codec != MLOPS__PACK_BASED) return 1;
    out->base = mlops__cursor_take(c, ID);
    out->number = mlops__cursor_u32(c);
    out->depth = mlops__cursor_u32(c);
    if (c->failed || out->depth < 1 || out->number < 1) return 0;
    return out->depth <= (uint32_t)(rows ? MLOPS__ROWS_DEPTH_MAX : MLOPS__DEPTH_MAX);
}

int mlops__recipe_open(mlops__recipe *out, mlops__pack_codec codec, const uint8_t *bytes,
                       size_t n) {
    mlops__cursor c;
    mlops__piece piece;
    int found;
    memset(out, 0, sizeof *out);
    out->codec = codec;
    mlops__cursor_init(&c, bytes, n);
    out->size = mlops__cursor_u64(&c);
    if (c.failed || codec == MLOPS__PACK_ZSTD || codec > MLOPS__PACK_ROWS_BASED) return 0;
    if (!read_base(out, &c)) return 0;
    out->pieces = c;
    if (out->size > INT64_MAX) return 0;
    uint64_t left = out->size;
    mlops__piece_kind ahead = MLOPS__PIECE_CHUNK;
    while ((found = next(out, &c, &piece)) > 0) {
        int is_of_base = piece.kind == MLOPS__PIECE_SAME || piece.kind == MLOPS__PIECE_PATCH;
        if (piece.size > left || (is_of_base && !out->base)) return 0;
        if (piece.kind == MLOPS__PIECE_WAS && ahead != MLOPS__PIECE_PATCH) return 0;
        left -= piece.size;
        ahead = piece.kind;
        out->n_pieces++;
    }
    return found == 0 && left == 0;
}

int mlops__recipe_next(mlops__recipe *self, mlops__piece *out) {
    return next(self, &self->pieces, out) > 0;
}

void mlops__recipe_begin(mlops__buf *out, uint64_t size) { mlops__buf_u64(out, size); }

void mlops__recipe_begin_based(mlops__buf *out, uint64_t size, const uint8_t base[32],
                               uint32_t number, uint32_t depth) {
    mlops__buf_u64(out, size);
    mlops__buf_put(out, base, ID);
    mlops__buf_u32(out, number);
    mlops__buf_u32(out, depth);
}

void mlops__recipe_put_rows(mlops__buf *out, const mlops__piece *piece) {
    mlops__buf_u8(out, (uint8_t)piece->kind);
    mlops__buf_u64(out, piece->rows);
    mlops__buf_u64(out, piece->size);
    if (piece->kind != MLOPS__PIECE_GROUP) mlops__buf_u64(out, piece->base_row);
    if (piece->kind == MLOPS__PIECE_SAME) mlops__buf_u64(out, piece->base_at);
    if (piece->kind == MLOPS__PIECE_GROUP) mlops__buf_put(out, piece->hash, MLOPS__TEXT_HASH);
    if (piece->kind != MLOPS__PIECE_SAME) mlops__buf_put(out, piece->key, MLOPS__CHUNK_KEY);
}

void mlops__recipe_put_about(mlops__buf *out, mlops__piece_kind kind,
                             const uint8_t key[MLOPS__CHUNK_KEY]) {
    mlops__buf_u8(out, (uint8_t)kind);
    mlops__buf_put(out, key, MLOPS__CHUNK_KEY);
}

void mlops__recipe_put(mlops__buf *out, int based, const mlops__piece *piece) {
    if (based) mlops__buf_u8(out, (uint8_t)piece->kind);
    if (piece->kind != MLOPS__PIECE_CHUNK) {
        mlops__buf_u64(out, piece->base_at);
        mlops__buf_u64(out, piece->size);
    }
    if (piece->kind != MLOPS__PIECE_COPY) mlops__buf_put(out, piece->key, MLOPS__CHUNK_KEY);
}

void mlops__recipe_put_part(mlops__buf *out, const uint8_t key[MLOPS__CHUNK_KEY], uint32_t at) {
    mlops__buf_put(out, key, MLOPS__CHUNK_KEY);
    mlops__buf_u32(out, at);
}
