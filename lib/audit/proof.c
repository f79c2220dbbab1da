/* Proof that a commit is one of a store's first n.
 *
 * Owns nothing. Invariants: a root is computed from commits whose chain was verified on the way; a
 * proof is taken only if the frame's own bytes give the link that leads to the root, so that
 * nothing in the text is trusted.
 */
#include "audit/audit_inside.h"
#include "audit/merkle.h"

#include "base/hex.h"
#include "kern/kern.h"
#include "store/record.h"
#include "store/store_walk.h"

#include <string.h>

static mlops__sha256_blocks *blocks_of(const mlops_store *store) {
    return mlops__kern_for(mlops__store_host(store)->cpu)->sha256_blocks;
}

/* What a walk over the first n commits finds: the tree, and the frame of the wanted leaf as digits.
 */
typedef struct tour {
    mlops__merkle tree;
    int64_t n;      /* commits wanted; 0: all */
    mlops__buf hex; /* of the wanted frame */
} tour;

static mlops_status take_frame(tour *self, const mlops__frame *frame, mlops_error *err) {
    if (self->tree.n == self->tree.wanted) {
        uint8_t *out = mlops__buf_extend(&self->hex, 2 * frame->size + 1);
        if (!out) return mlops__fail_nomem(err, 2 * frame->size + 1);
        mlops__hex_bytes((char *)out, frame->data, frame->size);
        self->hex.size--;
    }
    mlops__merkle_add(&self->tree, frame->link);
    return MLOPS_OK;
}

static mlops_status go(tour *self, mlops_store *store, mlops_error *err) {
    mlops__walk walk;
    mlops__frame frame;
    MLOPS_TRY(mlops__walk_begin(&walk, store, 1, err));
    mlops_status status = MLOPS_OK;
    while (!status && (self->n == 0 || self->tree.n < self->n)) {
        status = mlops__walk_next(&walk, &frame, err);
        if (!status) status = take_frame(self, &frame, err);
    }
    mlops__walk_end(&walk);
    if (status < 0) return status;
    if (self->n == 0) self->n = self->tree.n;
    if (self->tree.n < self->n || self->tree.wanted >= self->n)
        return mlops__fail(
            err, MLOPS_E_NOT_FOUND, "there are %lld commits, not %lld", (long long)self->tree.n,
            (long long)(self->tree.wanted >= self->n ? self->tree.wanted + 1 : self->n));
    return MLOPS_OK;
}

mlops_status mlops_audit_root(mlops_store *store, int64_t n, mlops_id *root, mlops_error *err) {
    tour t = {.n = n};
    if (!store || !root || n < 0)
        return mlops__fail(err, MLOPS_E_INVALID, "the store or root is NULL, or n below 0");
    mlops__merkle_init(&t.tree, -1, blocks_of(store));
    MLOPS_TRY(go(&t, store, err));
    mlops__merkle_end(&t.tree, root->bytes);
    return MLOPS_OK;
}

static void write_proof(const tour *self, mlops__buf *out) {
    mlops__json_writer json;
    mlops__json_writer_init(&json, out, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_i64(&json, "commit", self->tree.wanted + 1);
    mlops__record_put_i64(&json, "commits", self->n);
    mlops__json_name(&json, "frame");
    mlops__json_string_n(&json, (const char *)self->hex.data, self->hex.size);
    mlops__json_name(&json, "path");
    mlops__json_open(&json, '[');
    for (int i = 0; i < self->tree.n_path; i++) {
        char digits[65];
        mlops__hex_bytes(digits, self->tree.path[i], 32);
        mlops__json_string(&json, digits);
    }
    mlops__json_close(&json, ']');
    mlops__json_close(&json, '}');
}

mlops_status mlops_audit_prove(mlops_store *store, int64_t seq, int64_t n, char *text, size_t cap,
                               size_t *needed, mlops_error *err) {
    tour t = {.n = n};
    mlops__buf out;
    mlops_id root;
    if (!store || seq < 1 || n < 0 || (n && seq > n))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "the store is NULL, or commit %lld is none of the first %lld",
                           (long long)seq, (long long)n);
    mlops__merkle_init(&t.tree, seq - 1, blocks_of(store));
    mlops__buf_init(&t.hex, &mlops__store_host(store)->allocator);
    mlops_status status = go(&t, store, err);
    if (!status) {
        mlops__merkle_end(&t.tree, root.bytes);
        mlops__buf_init_fixed(&out, text, cap);
        write_proof(&t, &out);
        status = mlops__buf_finish_text(&out, needed);
        if (status)
            mlops__fail(err, status, "the proof takes more than the %zu bytes of room", cap);
    }
    mlops__buf_free(&t.hex);
    return status;
}

/* ---- taking a proof ---- */

static mlops_status no_proof(mlops_error *err, const char *why) {
    return mlops__fail(err, MLOPS_E_CORRUPT, "this is no proof: %s", why);
}

/* The path's hashes; -1 if they are none. */
static int read_path(const mlops__record *items, uint8_t path[MLOPS__MERKLE_PATH][32]) {
    if (items->n > MLOPS__MERKLE_PATH) return -1;
    for (size_t i = 0; i < items->n; i++) {
        const char *digits = items->fields[i].text;
        if (!digits || strlen(digits) != 64 || !mlops__hex_parse(path[i], digits, 32)) return -1;
    }
    return (int)items->n;
}

static mlops_status read_frame(mlops__frame *out, const char *digits, mlops__arena *arena,
                               mlops_error *err) {
    size_t n = digits ? strlen(digits) : 0;
    if (n == 0 || n % 2) return no_proof(err, "it has no frame");
    uint8_t *bytes = mlops__arena_alloc(arena, n / 2);
    if (!bytes) return mlops__fail_nomem(err, n / 2);
    if (!mlops__hex_parse(bytes, digits, n / 2) || mlops__frame_open(out, bytes, n / 2))
        return no_proof(err, "its frame is damaged");
    return MLOPS_OK;
}

static mlops_status judge(const mlops__frame *frame, const mlops__record *proof,
                          const mlops__record *items, const mlops_id *root,
                          mlops__sha256_blocks *blocks, mlops_error *err) {
    uint8_t path[MLOPS__MERKLE_PATH][32], reached[32];
    mlops__chain chain = {frame->seq - 1, INT64_MIN, {0}};
    int64_t seq = mlops__record_i64(proof, "commit", 0), n = mlops__record_i64(proof, "commits", 0);
    int n_path = read_path(items, path);
    memcpy(chain.link, frame->prev, sizeof chain.link);
    if (seq != frame->seq) return no_proof(err, "its frame is another commit's");
    if (mlops__frame_follow(frame, &chain, blocks)) return no_proof(err, "its frame is damaged");
    if (n_path < 0 || !mlops__merkle_climb(reached, frame->link, seq - 1, n,
                                           (const uint8_t(*)[32])path, n_path, blocks))
        return no_proof(err, "its path has not the form of one");
    if (memcmp(reached, root->bytes, sizeof reached) != 0)
        return no_proof(err, "it leads to another root");
    return MLOPS_OK;
}

static mlops_status parse(mlops_audit **out, mlops__bytes text, const mlops_id *root,
                          const mlops__host *host, mlops__arena *arena, mlops_error *err) {
    mlops__record proof, items;
    mlops__frame frame;
    MLOPS_TRY(mlops__record_parse(&proof, text, arena, err));
    mlops__bytes list = mlops__record_json(&proof, "path");
    if (list.size == 0) return no_proof(err, "it has no path");
    MLOPS_TRY(mlops__record_items(&items, list, arena, err));
    MLOPS_TRY(read_frame(&frame, mlops__record_text(&proof, "frame"), arena, err));
    mlops__sha256_blocks *blocks = mlops__kern_for(host->cpu)->sha256_blocks;
    MLOPS_TRY(judge(&frame, &proof, &items, root, blocks, err));
    return mlops__audit_of_frame(out, &frame, &host->allocator, err);
}

mlops_status mlops_audit_parse(mlops_audit **out, const char *text, size_t n, const mlops_id *root,
                               const mlops_host *given, mlops_error *err) {
    mlops__host host;
    mlops__arena arena;
    if (!out || !text || !root)
        return mlops__fail(err, MLOPS_E_INVALID, "out, the text or root is NULL");
    *out = NULL;
    MLOPS_TRY(mlops__host_init(&host, given, err));
    mlops__arena_init(&arena, &host.allocator, SIZE_MAX);
    mlops_status status =
        parse(out, (mlops__bytes){(const uint8_t *)text, n}, root, &host, &arena, err);
    mlops__arena_free(&arena);
    return status;
}
