/* The journal as people read it.
 *
 * Owns copies of the commits that were read. Invariants: what is shown of a commit is what its
 * frame says, nothing is taken from the index; a commit that does not go on with the one before is
 * never shown, and the whole chain is verified from the first commit on.
 */
#include "audit/audit_inside.h"

#include "base/arena.h"
#include "base/hex.h"
#include "base/opts.h"
#include "store/record.h"
#include "store/store_walk.h"
#include "text/json.h"
#include "text/utf8.h"

#include <stdatomic.h>
#include <string.h>

enum { COMMITS_MAX = 1000000 };

typedef struct commit {
    mlops__frame frame; /* in the arena */
    const char *actor, *verb, *note, *trace;
    int32_t n_ops;
} commit;

struct mlops_audit {
    _Atomic(int64_t) refs;
    mlops_allocator allocator;
    mlops__arena arena;
    commit *commits;
    size_t room;
    int64_t n;
};

static int is_key(const mlops__op *op, const char *name) {
    return op->key.size == strlen(name) && memcmp(op->key.data, name, op->key.size) == 0;
}

/* Where a text of this name goes; NULL if it is none that people read. */
static const char **place_of(commit *c, const mlops__op *op) {
    if (is_key(op, "actor")) return &c->actor;
    if (is_key(op, "verb")) return &c->verb;
    if (is_key(op, "note")) return &c->note;
    return is_key(op, "trace") ? &c->trace : NULL;
}

static mlops_status take(mlops_audit *self, commit *out, const mlops__frame *frame,
                         mlops_error *err) {
    mlops__ops ops;
    mlops__op op;
    memset(out, 0, sizeof *out);
    uint8_t *copy = mlops__arena_alloc(&self->arena, frame->size);
    if (!copy) return mlops__fail_nomem(err, frame->size);
    memcpy(copy, frame->data, frame->size);
    if (mlops__frame_open(&out->frame, copy, frame->size))
        return mlops__fail(err, MLOPS_E_CORRUPT, "commit %lld is damaged", (long long)frame->seq);
    mlops__ops_init(&ops, &out->frame);
    while (mlops__ops_next(&ops, &op)) {
        const char **place = op.kind == MLOPS__OP_NOTE ? place_of(out, &op) : NULL;
        out->n_ops += op.kind != MLOPS__OP_NOTE;
        if (!place) continue;
        *place = mlops__arena_text(&self->arena, (const char *)op.value.data, op.value.size);
        if (!*place) return mlops__fail_nomem(err, op.value.size);
    }
    return MLOPS_OK;
}

static mlops_status grow(mlops_audit *self, mlops_error *err) {
    size_t room = self->room ? self->room * 2 : 64;
    commit *more = mlops__alloc_array(&self->allocator, room, sizeof *more);
    if (!more) return mlops__fail_nomem(err, room * sizeof *more);
    if (self->n) memcpy(more, self->commits, (size_t)self->n * sizeof *more);
    mlops__free(&self->allocator, self->commits, self->room * sizeof *more);
    self->commits = more;
    self->room = room;
    return MLOPS_OK;
}

static mlops_status read_all(mlops_audit *self, mlops_store *store, int64_t from, int64_t n_max,
                             mlops_error *err) {
    mlops__walk walk;
    mlops__frame frame;
    MLOPS_TRY(mlops__walk_begin(&walk, store, from, err));
    mlops_status status = MLOPS_OK;
    while (!status && self->n < n_max) {
        status = mlops__walk_next(&walk, &frame, err);
        if (!status && (size_t)self->n == self->room) status = grow(self, err);
        if (!status) status = take(self, &self->commits[self->n], &frame, err);
        if (!status) self->n++;
    }
    mlops__walk_end(&walk);
    return status == MLOPS_END ? MLOPS_OK : status;
}

static mlops_status make(mlops_audit **out, const mlops_allocator *allocator, mlops_error *err) {
    mlops_audit *self = mlops__alloc_zero(allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    atomic_init(&self->refs, 1);
    self->allocator = *allocator;
    mlops__arena_init(&self->arena, &self->allocator, SIZE_MAX);
    *out = self;
    return MLOPS_OK;
}

mlops_status mlops_audit_read(mlops_audit **out, mlops_store *store, int64_t from, int64_t n_max,
                              mlops_error *err) {
    mlops_audit *self = NULL;
    if (!out || !store) return mlops__fail(err, MLOPS_E_INVALID, "out or the store is NULL");
    *out = NULL;
    if (from < 1 || n_max < 1 || n_max > COMMITS_MAX)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "from must be 1 or more, and n_max 1 to %d; they are %lld and %lld",
                           COMMITS_MAX, (long long)from, (long long)n_max);
    MLOPS_TRY(make(&self, &mlops__store_host(store)->allocator, err));
    mlops_status status = read_all(self, store, from, n_max, err);
    if (status) mlops_audit_unref(self);
    else *out = self;
    return status;
}

mlops_status mlops__audit_of_frame(mlops_audit **out, const mlops__frame *frame,
                                   const mlops_allocator *allocator, mlops_error *err) {
    mlops_audit *self = NULL;
    MLOPS_TRY(make(&self, allocator, err));
    mlops_status status = grow(self, err);
    if (!status) status = take(self, &self->commits[0], frame, err);
    if (!status) self->n = 1;
    if (status) mlops_audit_unref(self);
    else *out = self;
    return status;
}

mlops_audit *mlops_audit_ref(mlops_audit *self) {
    if (self) atomic_fetch_add(&self->refs, 1);
    return self;
}

void mlops_audit_unref(mlops_audit *self) {
    if (!self || atomic_fetch_sub(&self->refs, 1) > 1) return;
    mlops_allocator allocator = self->allocator;
    mlops__arena_free(&self->arena);
    mlops__free(&allocator, self->commits, self->room * sizeof *self->commits);
    mlops__free(&allocator, self, sizeof *self);
}

int64_t mlops_audit_n_entries(const mlops_audit *self) { return self->n; }

mlops_status mlops_audit_at(const mlops_audit *self, int64_t index, mlops_audit_entry *out) {
    mlops_audit_entry entry = MLOPS_AUDIT_ENTRY_INIT;
    if (index < 0 || index >= self->n) return MLOPS_E_INVALID;
    const commit *c = &self->commits[index];
    entry.n_operations = c->n_ops;
    entry.seq = c->frame.seq;
    entry.time_ns = c->frame.time_ns;
    entry.actor = c->actor;
    entry.verb = c->verb;
    entry.note = c->note;
    entry.trace_id = c->trace;
    return mlops__opts_return(out, &entry, sizeof entry);
}

mlops_status mlops_audit_link(const mlops_audit *self, int64_t index, mlops_id *out) {
    if (index < 0 || index >= self->n) return MLOPS_E_INVALID;
    memcpy(out->bytes, self->commits[index].frame.link, sizeof out->bytes);
    return MLOPS_OK;
}

/* ---- operations ---- */

static void put_bytes(mlops__json_writer *json, mlops__buf *out, mlops__bytes bytes) {
    const char *text = (const char *)bytes.data;
    int readable = mlops__utf8_check(text, bytes.size) == bytes.size;
    for (size_t i = 0; readable && i < bytes.size; i++) readable = text[i] != 0;
    if (readable) {
        mlops__json_string_n(json, text, bytes.size);
        return;
    }
    mlops__json_raw(json, "\"0x", 3);
    for (size_t i = 0; i < bytes.size; i++) {
        char digits[3];
        mlops__hex_bytes(digits, bytes.data + i, 1);
        mlops__buf_text(out, digits);
    }
    mlops__buf_text(out, "\"");
}

/* A record's value: as the JSON that it is, or as bytes. */
static void put_value(mlops__json_writer *json, mlops__buf *out, mlops__bytes value,
                      const mlops_allocator *allocator) {
    mlops__arena arena;
    mlops__record record;
    mlops__arena_init(&arena, allocator, SIZE_MAX);
    if (mlops__record_parse(&record, value, &arena, NULL)) put_bytes(json, out, value);
    else mlops__json_raw(json, (const char *)value.data, value.size);
    mlops__arena_free(&arena);
}

/* What people call the tables. */
static const char *table_name(uint8_t table) {
    static const char *const names[] = {
        [MLOPS__TABLE_REFS] = "refs",
        [MLOPS__TABLE_COMMITS] = "commits",
        [MLOPS__TABLE_EXPERIMENTS] = "experiments",
        [MLOPS__TABLE_RUNS] = "runs",
        [MLOPS__TABLE_RUN_ORDER] = "run order",
        [MLOPS__TABLE_PARAMS] = "params",
        [MLOPS__TABLE_TAGS] = "tags",
        [MLOPS__TABLE_METRICS] = "metrics",
        [MLOPS__TABLE_POINTS] = "points",
        [MLOPS__TABLE_ARTIFACTS] = "artifacts",
        [MLOPS__TABLE_FEATURES] = "features",
        [MLOPS__TABLE_MODELS] = "models",
        [MLOPS__TABLE_VERSIONS] = "versions",
        [MLOPS__TABLE_ALIASES] = "aliases",
        [MLOPS__TABLE_ALIAS_LOG] = "alias log",
        [MLOPS__TABLE_GATES] = "gates",
        [MLOPS__TABLE_DECISIONS] = "decisions",
        [MLOPS__TABLE_DEPLOYMENTS] = "deployments",
        [MLOPS__TABLE_WATCHES] = "watches",
        [MLOPS__TABLE_WINDOWS] = "windows",
    };
    return table < sizeof names / sizeof *names && names[table] ? names[table] : "unknown";
}

static const char *name_of(mlops__op_kind kind) {
    switch (kind) {
    case MLOPS__OP_NOTE: return "note";
    case MLOPS__OP_PUT: return "put";
    case MLOPS__OP_DEL: return "delete";
    case MLOPS__OP_INLINE:
    case MLOPS__OP_PACKED: return "content";
    case MLOPS__OP_DROPPED: return "drop";
    }
    return "";
}

static void put_op(mlops__json_writer *json, mlops__buf *out, const mlops__op *op,
                   const mlops_allocator *allocator) {
    mlops__json_open(json, '{');
    mlops__json_name(json, "op");
    mlops__json_string(json, name_of(op->kind));
    if (op->table) {
        mlops__json_name(json, "table");
        mlops__json_string(json, table_name(op->table));
    }
    mlops__json_name(json, "key");
    put_bytes(json, out, op->key);
    if (op->kind == MLOPS__OP_PUT) {
        mlops__json_name(json, "value");
        put_value(json, out, op->value, allocator);
    }
    if (op->kind == MLOPS__OP_INLINE || op->kind == MLOPS__OP_PACKED) {
        int64_t size = op->kind == MLOPS__OP_INLINE ? (int64_t)op->value.size
                                                    : (int64_t)mlops__load_u64(op->value.data);
        mlops__json_name(json, "size");
        mlops__json_i64(json, size);
    }
    mlops__json_close(json, '}');
}

mlops_status mlops_audit_operations(const mlops_audit *self, int64_t index, char *text, size_t cap,
                                    size_t *needed) {
    mlops__ops ops;
    mlops__op op;
    mlops__buf out;
    mlops__json_writer json;
    if (index < 0 || index >= self->n) return MLOPS_E_INVALID;
    mlops__buf_init_fixed(&out, text, cap);
    mlops__json_writer_init(&json, &out, 0);
    mlops__json_open(&json, '[');
    mlops__ops_init(&ops, &self->commits[index].frame);
    while (mlops__ops_next(&ops, &op))
        if (op.kind != MLOPS__OP_NOTE) put_op(&json, &out, &op, &self->allocator);
    mlops__json_close(&json, ']');
    return mlops__buf_finish_text(&out, needed);
}

/* ---- verifying ---- */

mlops_status mlops_audit_verify(mlops_store *store, mlops_id *link, int64_t *n, mlops_error *err) {
    mlops__walk walk;
    mlops__frame frame;
    if (!store || !link) return mlops__fail(err, MLOPS_E_INVALID, "the store or link is NULL");
    MLOPS_TRY(mlops__walk_begin(&walk, store, 1, err));
    mlops_status status;
    do status = mlops__walk_next(&walk, &frame, err);
    while (!status);
    memcpy(link->bytes, walk.place.chain.link, sizeof link->bytes);
    if (n) *n = walk.place.chain.seq;
    mlops__walk_end(&walk);
    return status == MLOPS_END ? MLOPS_OK : status;
}
