/* Streams of a table that can be opened again, in batches by chance, and an allocator that counts.
 */
#ifndef TESTS_UNIT_HELP_STREAM_H
#define TESTS_UNIT_HELP_STREAM_H

#include "column/table_select.h"
#include "unit/help_drift.h"

#include <mlops/drift_stream.h>
#include <stdatomic.h>

/* ---- a producer that can be opened again ---- */

typedef struct producer {
    mlops_table *table;
    int64_t batch;    /* rows of a batch; 0: by chance */
    int project;      /* 1: only what is asked for, 2: and the other way round */
    int64_t opened;   /* times */
    int64_t fail_at;  /* batch that fails; 0: none */
    int64_t shrunk;   /* opening from which on the last row is gone; 0: none */
    const char *lost; /* name of a column that is only there at first */
    int64_t asked;    /* columns of the last opening; -1: all */
    int spoil;        /* the first texts begin with bytes that are no UTF-8 */
} producer;

typedef struct reading {
    producer *from;
    mlops_table *table;
    int64_t at, n_batches;
} reading;

static inline int get_schema(struct ArrowArrayStream *self, struct ArrowSchema *out) {
    reading *state = self->private_data;
    struct ArrowArray array;
    assert_int_equal(mlops_table_export(state->table, out, &array, NULL), MLOPS_OK);
    array.release(&array);
    return 0;
}

static inline int get_next(struct ArrowArrayStream *self, struct ArrowArray *out) {
    reading *state = self->private_data;
    int64_t rows = mlops_table_n_rows(state->table), left = rows - state->at, all[64];
    if (++state->n_batches == state->from->fail_at) return 5;
    memset(out, 0, sizeof *out);
    if (left == 0) return 0;
    int64_t n = state->from->batch ? state->from->batch : 1 + (int64_t)(draw() % (uint64_t)left);
    if (n > left) n = left;
    mlops_table *part;
    struct ArrowSchema schema;
    for (int64_t i = 0; i < 64; i++) all[i] = i;
    assert_int_equal(mlops__table_slice(&part, state->table, state->at, n, all,
                                        mlops_table_n_columns(state->table), NULL),
                     MLOPS_OK);
    assert_int_equal(mlops_table_export(part, &schema, out, NULL), MLOPS_OK);
    schema.release(&schema);
    mlops_table_unref(part);
    for (int64_t i = 0; state->from->spoil && i < out->n_children; i++) {
        const struct ArrowArray *texts = out->children[i];
        uint8_t *bytes;
        if (texts->dictionary) texts = texts->dictionary;
        if (texts->n_buffers < 3) continue;
        memcpy(&bytes, &texts->buffers[2], sizeof bytes); /* they are this batch's own */
        memset(bytes, 0x80, 70);
        break;
    }
    state->at += n;
    return 0;
}

static inline const char *last_error(struct ArrowArrayStream *self) {
    (void)self;
    return "the disk is gone";
}

static int64_t n_open; /* streams */

static inline void release(struct ArrowArrayStream *self) {
    reading *state = self->private_data;
    mlops_table_unref(state->table);
    free(state);
    self->release = NULL;
    n_open--;
}

static inline int64_t choose(const producer *self, const char *names, int64_t *out) {
    const char **list;
    int64_t n = 0, count = 0;
    mlops__arena arena;
    mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
    assert_int_equal(mlops__names_parse(&arena, names, &list, &n, NULL), MLOPS_OK);
    for (int64_t i = 0; i < n; i++) {
        int64_t at = mlops_table_find(self->table, list[self->project == 2 ? n - 1 - i : i]);
        assert_true(at >= 0);
        out[count++] = at;
    }
    mlops__arena_free(&arena);
    return count;
}

static inline int32_t open_producer(void *user, const char *columns, struct ArrowArrayStream *out) {
    producer *self = user;
    int64_t at[64], n = mlops_table_n_columns(self->table), k = 0;
    self->opened++;
    self->asked = -1;
    if (columns) self->asked = choose(self, columns, at);
    if (columns && self->project) k = self->asked;
    for (int64_t i = 0; i < n && !(columns && self->project); i++)
        if (!self->lost || self->opened == 1 ||
            strcmp(mlops_table_name(self->table, i), self->lost) != 0)
            at[k++] = i;
    reading *state = calloc(1, sizeof *state);
    assert_non_null(state);
    int64_t rows = mlops_table_n_rows(self->table);
    if (self->shrunk && self->opened >= self->shrunk) rows--;
    state->from = self;
    assert_true(k > 0);
    assert_int_equal(mlops__table_slice(&state->table, self->table, 0, rows, at, k, NULL), 0);
    *out = (struct ArrowArrayStream){get_schema, get_next, last_error, release, state};
    n_open++;
    return 0;
}

static inline int32_t open_nothing(void *user, const char *columns, struct ArrowArrayStream *out) {
    (void)user;
    (void)columns;
    (void)out;
    return 2; /* ENOENT */
}

/* ---- an allocator that counts ---- */

static _Atomic size_t in_use, most; /* workers take memory, too */
static _Atomic int64_t n_blocks;

static inline void *take(void *ctx, size_t size, size_t align) {
    void *p = mlops__heap.alloc(ctx, size, align);
    if (!p) return NULL;
    size_t now = atomic_fetch_add(&in_use, size) + size, before = atomic_load(&most);
    n_blocks++;
    while (now > before && !atomic_compare_exchange_weak(&most, &before, now)) {
    }
    return p;
}

static inline void give(void *ctx, void *p, size_t size, size_t align) {
    in_use -= size;
    n_blocks--;
    mlops__heap.free(ctx, p, size, align);
}

/* Both are there while one is copied. */
static inline void *again(void *ctx, void *p, size_t old_size, size_t new_size, size_t align) {
    void *out = take(ctx, new_size, align);
    if (!out) return NULL;
    memcpy(out, p, old_size < new_size ? old_size : new_size);
    give(ctx, p, old_size, align);
    return out;
}

static const mlops_allocator counting = {sizeof counting, 0, NULL, take, again, give};

static inline producer producer_of(mlops_table *table) {
    producer self = {table, 0, (int)(draw() % 3), 0, 0, 0, NULL, 0, 0};
    return self;
}

static inline mlops_drift_stream_opts both(producer *x, producer *y,
                                           const mlops_drift_opts *drift) {
    mlops_drift_stream_opts opts = MLOPS_DRIFT_STREAM_OPTS_INIT;
    opts.drift = drift;
    opts.reference_open = x ? open_producer : NULL;
    opts.reference_user = x;
    opts.current_open = open_producer;
    opts.current_user = y;
    return opts;
}

/* Compares within ever larger bounds, until one is enough; what is told must hold. */
static inline mlops_drift *within(mlops_drift_stream_opts *opts, mlops_drift_opts *drift,
                                  const mlops_executor *executor, int64_t bound) {
    mlops_host host = MLOPS_HOST_INIT;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_drift *out = NULL;
    host.allocator = &counting;
    call.executor = executor;
    drift->host = &host;
    drift->call = &call;
    opts->drift = drift;
    for (mlops_status status = MLOPS_E_LIMIT; status; bound += bound / 2) {
        mlops_error err;
        call.memory_max = bound;
        in_use = most = 0;
        status = mlops_drift_compare_stream(&out, opts, &err);
        if (status) refused(status, &err, MLOPS_E_LIMIT, "memory_max");
        if (most > (size_t)bound + 8192) fail_msg("%zu bytes of %lld", most, (long long)bound);
        assert_int_equal(n_open, 0);
        if (status) assert_int_equal(n_blocks, 0);
    }
    drift->host = NULL; /* the report lives on with the allocator, which is there for good */
    drift->call = NULL;
    return out;
}

/* The same data at once. */
static inline mlops_table *whole(producer *from) {
    struct ArrowArrayStream stream;
    mlops_table *out;
    assert_int_equal(open_producer(from, NULL, &stream), 0);
    assert_int_equal(mlops_table_import_stream(&out, &stream, NULL, NULL), MLOPS_OK);
    return out;
}

#endif
