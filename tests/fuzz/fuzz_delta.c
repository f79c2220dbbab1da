/* Recipes and operations on a base in memory. The first byte says what the rest is: a recipe of
 * each codec, or u16 size of a base, the base, and operations or new bytes. What is held up: a
 * recipe that opens is walked over to its size and written again byte by byte; operations make the
 * same in parts as in whole; and what is made of new bytes gives them back. */
#include "base/cursor.h"
#include "fuzz/fuzz.h"
#include "store/delta.h"
#include "store/recipe.h"
#include "sys/host.h"

typedef struct span {
    const uint8_t *data;
    size_t size;
} span;

/* ---- recipes ---- */

static void walk(mlops__pack_codec codec, span in) {
    mlops__recipe r;
    mlops__piece piece;
    mlops__buf again;
    uint64_t sum = 0;
    if (!mlops__recipe_open(&r, codec, in.data, in.size)) return;
    int rows = mlops__recipe_has_rows(codec);
    uint32_t deepest = rows ? MLOPS__ROWS_DEPTH_MAX : MLOPS__DEPTH_MAX;
    must((codec == MLOPS__PACK_BASED || codec == MLOPS__PACK_ROWS_BASED) == (r.base != NULL));
    must(!r.base || (r.depth >= 1 && r.depth <= deepest && r.number >= 1));
    mlops__buf_init(&again, &mlops__heap);
    int parts = codec == MLOPS__PACK_PART;
    if (r.base) mlops__recipe_begin_based(&again, r.size, r.base, r.number, r.depth);
    else mlops__recipe_begin(&again, r.size);
    while (mlops__recipe_next(&r, &piece)) {
        int about = piece.kind >= MLOPS__PIECE_ZONES; /* it has no rows */
        must((piece.size == 0) == about && piece.size <= r.size - sum);
        must((piece.kind == MLOPS__PIECE_COPY || piece.kind == MLOPS__PIECE_SAME) == !piece.key);
        must((piece.kind >= MLOPS__PIECE_GROUP) == rows);
        must((piece.kind == MLOPS__PIECE_PART) == parts);
        must(r.base || parts || about ||
             piece.kind == (rows ? MLOPS__PIECE_GROUP : MLOPS__PIECE_CHUNK));
        sum += piece.size;
        if (parts) {
            must(piece.base_at + piece.size <= mlops__load_u32(piece.key + 16));
            mlops__recipe_put_part(&again, piece.key, (uint32_t)piece.base_at);
        } else if (about) mlops__recipe_put_about(&again, piece.kind, piece.key);
        else if (rows) mlops__recipe_put_rows(&again, &piece);
        else mlops__recipe_put(&again, r.base != NULL, &piece);
    }
    must(sum == r.size && again.size == in.size);
    must(!again.status && memcmp(again.data, in.data, in.size) == 0);
    mlops__buf_free(&again);
}

/* ---- operations ---- */

static mlops_status read_part(void *user, uint64_t offset, uint8_t *out, size_t n,
                              mlops_error *err) {
    const span *base = user;
    if (offset > base->size || n > base->size - offset)
        return mlops__fail(err, MLOPS_E_CORRUPT, "outside");
    memcpy(out, base->data + offset, n);
    return MLOPS_OK;
}

static void in_parts(mlops__delta_reader *r, span base, const uint8_t *whole, size_t n) {
    for (size_t i = 0; i < 8; i++) { /* forwards, and back */
        size_t from = (i < 4 ? i : 7 - i) * n / 4, to = from + (n - from) / (i + 1);
        if (from >= to) continue;
        uint8_t *part = malloc(to - from);
        must(part != NULL);
        must(!mlops__delta_apply(r, n, from, to, part, read_part, &base, NULL));
        must(memcmp(part, whole + from, to - from) == 0);
        free(part);
    }
}

/* Operations do not say how much they make: of one of these sizes each. */
static void apply(span base, span ops, uint64_t base_at) {
    for (size_t n = 1; n <= 4096; n = n < 64 ? n + 1 : n * 2) {
        mlops__delta_reader r;
        mlops_status status = mlops__delta_open(&r, ops.data, ops.size, base_at, NULL);
        must(status == MLOPS_OK || status == MLOPS_E_CORRUPT);
        if (status) return;
        uint8_t *out = malloc(n);
        must(out != NULL);
        status = mlops__delta_apply(&r, n, 0, n, out, read_part, &base, NULL);
        must(status == MLOPS_OK || status == MLOPS_E_CORRUPT);
        if (!status) in_parts(&r, base, out, n);
        free(out);
    }
}

/* ---- making ---- */

static mlops_status look(void *user, uint64_t offset, const uint8_t **bytes, size_t *n,
                         mlops_error *err) {
    const span *base = user;
    (void)err;
    *n = offset < base->size ? base->size - (size_t)offset : 0;
    *bytes = base->data + (base->size - *n);
    return MLOPS_OK;
}

static void check_made(span base, span new, mlops__delta *d) {
    mlops__buf ops;
    mlops__delta_reader r;
    uint64_t begun_at = d->begun_at;
    must(d->size == new.size);
    if (new.size == 0) return;
    uint8_t *out = malloc(new.size);
    must(out != NULL);
    mlops__buf_init(&ops, &mlops__heap);
    must(!mlops__delta_end(d, &ops, NULL));
    must(!mlops__delta_open(&r, ops.data, ops.size, begun_at, NULL));
    must(!mlops__delta_apply(&r, new.size, 0, new.size, out, read_part, &base, NULL));
    must(memcmp(out, new.data, new.size) == 0);
    in_parts(&r, base, out, new.size);
    mlops__buf_free(&ops);
    free(out);
}

/* In two parts; what is not added must have left it as it was. */
static void make(span base, span new, uint64_t base_at) {
    mlops__delta d;
    size_t half = new.size / 2, done = 0;
    mlops__delta_init(&d, &mlops__heap, look, &base);
    mlops__delta_move(&d, base_at);
    mlops_status status = mlops__delta_add(&d, new.data, half, new.size - half, NULL);
    must(status == MLOPS_OK || status == MLOPS_END);
    if (!status) {
        done = half;
        status = mlops__delta_add(&d, new.data + half, new.size - half, 0, NULL);
        must(status == MLOPS_OK || status == MLOPS_END);
        if (!status) done = new.size;
    }
    check_made(base, (span){new.data, done}, &d);
    mlops__delta_free(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops__cursor c;
    mlops__cursor_init(&c, data, size);
    unsigned what = mlops__cursor_u8(&c);
    if (what % 4 < 2) {
        span rest = {data + c.offset, size - c.offset};
        static const mlops__pack_codec CODECS[] = {MLOPS__PACK_RAW, MLOPS__PACK_PART,
                                                   MLOPS__PACK_ROWS, MLOPS__PACK_RAW};
        mlops__pack_codec based = what & 8 ? MLOPS__PACK_ROWS_BASED : MLOPS__PACK_BASED;
        walk(what % 4 ? based : CODECS[what / 4 % 4], rest);
        return 0;
    }
    size_t n = mlops__cursor_u16(&c);
    uint64_t base_at = what & 4 ? mlops__cursor_u64(&c) : 0;
    if (n > mlops__cursor_left(&c)) n = mlops__cursor_left(&c);
    if (c.failed) return 0;
    span base = {mlops__cursor_take(&c, n), n}, rest = {data + c.offset, size - c.offset};
    if (what % 4 == 2) apply(base, rest, base_at);
    else make(base, rest, base_at & INT64_MAX); /* as far as content goes */
    return 0;
}
