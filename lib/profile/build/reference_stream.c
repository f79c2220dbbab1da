/* Making a reference of what is too large for memory: passes over it, a block of columns each.
 *
 * Owns the columns that are made so far. Invariant: each is what it would be of the whole table;
 * all memory, that of the reference too, is asked from the purse of the passes.
 */
#include "base/opts.h"
#include "column/passes.h"
#include "column/text_counts.h"
#include "profile/build/reference_build.h"

#include <string.h>

typedef struct maker {
    mlops__passes passes;
    mlops_reference_opts opts;
    mlops__host host; /* the caller's */
    mlops__arena arena;
    mlops_reference *self;
} maker;

enum { PACKING = 36 /* bytes that keeping a value may take for a while, at the most */ };

static int is_exact(const maker *self) { return (self->opts.flags & MLOPS_REFERENCE_EXACT) != 0; }

static mlops_status poll(void *user, mlops_error *err) {
    const maker *self = user;
    const mlops_call *call = &self->passes.call;
    const mlops_clock *clock = &self->host.clock;
    long long done = self->passes.first, n = self->passes.n;
    if (call->progress && call->progress(call->progress_user, done, n) != 0)
        return mlops__fail(err, MLOPS_E_CANCELLED, "cancelled after %lld of %lld column%s", done, n,
                           mlops__plural(n));
    if (call->deadline_ns != 0 && clock->monotonic_ns(clock->ctx) > call->deadline_ns)
        return mlops__fail(err, MLOPS_E_DEADLINE, "the deadline passed after %lld of %lld column%s",
                           done, n, mlops__plural(n));
    return MLOPS_OK;
}

/* Numbers are sorted where they are, which takes as many beside them; of texts there are keys. */
static size_t rooms(const maker *self) {
    const mlops_table *block = self->passes.sources[0].block;
    for (int64_t i = 0; i < mlops_table_n_columns(block); i++)
        if (!mlops__reference_numeric(mlops_table_type(block, i))) return 2 * sizeof(double);
    return sizeof(double);
}

static size_t room_of(void *user) {
    const maker *self = user;
    size_t each = rooms(self) + (is_exact(self) ? PACKING : 0), size;
    return mlops__mul((size_t)self->passes.sources[0].n_rows, each, &size) ? size : SIZE_MAX;
}

static mlops_status grown(void *user, mlops_error *err) {
    maker *self = user;
    return mlops__reference_resize(self->self, self->passes.n, 0, err);
}

/* A column of the block, whose rows go with it. */
static mlops_status make_column(maker *self, int64_t i, double *scratch) {
    mlops__passes *passes = &self->passes;
    const mlops__pass_column *from = &passes->columns[passes->first + i];
    int64_t index;
    const mlops_table *table = mlops__passes_find(passes, 0, i, &index);
    const mlops__column *column = mlops__table_column(table, index);
    mlops__cells_task task = {column,        &passes->host, mlops__reference_arena(self->self),
                              NULL,          scratch,       self->opts.n_edges,
                              is_exact(self)};
    if (!mlops__reference_numeric(column->type)) task.values = scratch + column->n_rows;
    else memcpy(&task.values, &column->data, sizeof column->data); /* the table is ours */
    mlops__reference_column *out = &mlops__reference_columns(self->self)[passes->first + i];
    mlops_status status = mlops__reference_make_column(out, &task, from->shown, from->part + 1);
    mlops__passes_drop(passes, i);
    return status;
}

static mlops_status make_block(void *user, int64_t *n, mlops_error *err) {
    maker *self = user;
    mlops__passes *passes = &self->passes;
    int64_t i = 0, n_rows = passes->sources[0].n_rows;
    if (n_rows < 1)
        return mlops__fail(err, MLOPS_E_SCHEMA, "reference: the table has no rows; it needs one");
    size_t size = (size_t)n_rows * rooms(self);
    double *scratch = mlops__alloc(&passes->host.allocator, size);
    mlops_status status = scratch ? MLOPS_OK : MLOPS_E_NOMEM;
    for (; i < *n && status == MLOPS_OK; i += status == MLOPS_OK)
        status = make_column(self, i, scratch);
    mlops__free(&passes->host.allocator, scratch, size);
    *n = i;
    if (status == MLOPS_E_NOMEM && i > 0 && atomic_load(&passes->purse.exceeded)) return MLOPS_OK;
    return status ? mlops__fail_nomem(err, size) : MLOPS_OK;
}

static mlops_status refuse(void *user, double size, mlops_error *err) {
    const maker *self = user;
    const mlops__passes *passes = &self->passes;
    const mlops__pass_column *column = &passes->columns[passes->first];
    int64_t n = passes->sources[0].n_rows;
    const mlops_table *head = passes->sources[0].head;
    mlops_type type = column->part >= 0
                          ? mlops__texts_type(column->part)
                          : mlops_table_type(head, mlops_table_find(head, column->name));
    size_t each = mlops__reference_numeric(type) ? sizeof(double) : 2 * sizeof(double);
    size += (double)n * (double)(each + (is_exact(self) ? PACKING : 0));
    return mlops__fail(err, MLOPS_E_LIMIT,
                       "reference: column '%s' takes %lld bytes of memory with %lld rows, besides "
                       "distinct texts; %lld of these are what is kept of others. "
                       "mlops_call.memory_max is %zu: raise it%s",
                       column->shown, (long long)size, (long long)n,
                       (long long)mlops_reference_size(self->self), passes->purse.max,
                       is_exact(self) ? ", or do not keep every value" : "");
}

/* The columns that the options choose. */
static mlops_status bind(maker *self, mlops_error *err) {
    mlops__passes *passes = &self->passes;
    int64_t *chosen, n;
    MLOPS_TRY(mlops__passes_look(passes, err));
    const mlops_table *head = passes->sources[0].head;
    MLOPS_TRY(mlops__reference_choose_of(head, &self->opts, &self->arena, &chosen, &n, err));
    passes->columns = mlops__arena_array(&self->arena, (size_t)n, sizeof *passes->columns);
    if (!passes->columns) return mlops__fail_nomem(err, (size_t)n * sizeof *passes->columns);
    for (int64_t i = 0; i < n; i++) {
        mlops__pass_column *column = &passes->columns[i];
        column->name = column->shown = mlops_table_name(head, chosen[i]);
        column->part = -1;
        column->decided = !(self->opts.flags & MLOPS_REFERENCE_TEXTS);
    }
    passes->n = n;
    passes->rows_min = MLOPS__TEXTS_ROWS_MIN;
    return mlops__reference_begin(&self->self, n, 0, &passes->host, err);
}

static mlops_status take_source(maker *self, const mlops_reference_stream_opts *opts,
                                mlops_error *err) {
    mlops__pass_source *from = &self->passes.sources[0];
    if (opts->flags != 0)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_reference_stream_opts.flags is 0x%x; there are none, set 0",
                           opts->flags);
    if ((opts->open != NULL) + (opts->path != NULL) != 1)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_reference_stream_opts has %d sources; a reference has one",
                           opts->open ? 2 : 0);
    from->what = opts->path ? opts->path : "the stream";
    from->open = opts->open;
    from->user = opts->user;
    from->path = opts->path;
    self->passes.n_sources = 1;
    return MLOPS_OK;
}

static mlops_status take_call(mlops_call *out, const mlops_call *given, mlops_error *err) {
    MLOPS_TRY(mlops__opts_copy(out, sizeof *out, given, "mlops_call", err));
    if (out->flags != 0)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_call.flags is 0x%x; there are none, set 0",
                           out->flags);
    if (out->memory_max >= 0) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID, "mlops_call.memory_max is negative");
}

static mlops_status make(maker *self, const mlops_reference_stream_opts *given, mlops_error *err) {
    mlops__passes *passes = &self->passes;
    mlops_reference_stream_opts opts;
    mlops_call call;
    MLOPS_TRY(mlops__opts_copy(&opts, sizeof opts, given, "mlops_reference_stream_opts", err));
    MLOPS_TRY(take_source(self, &opts, err));
    MLOPS_TRY(mlops__reference_defaults(&self->opts, opts.reference, err));
    MLOPS_TRY(mlops__host_init(&self->host, self->opts.host, err));
    MLOPS_TRY(take_call(&call, opts.call, err));
    passes->user = self;
    passes->poll = poll;
    passes->room_of = room_of;
    passes->grown = grown;
    passes->use = make_block;
    passes->refuse = refuse;
    passes->arena = &self->arena;
    MLOPS_TRY(mlops__passes_begin(passes, &self->host, &call, self->opts.csv, err));
    mlops__arena_init(&self->arena, &passes->host.allocator, SIZE_MAX);
    MLOPS_TRY(bind(self, err));
    MLOPS_TRY(mlops__passes_run(passes, err));
    MLOPS_TRY(mlops__reference_resize(self->self, passes->n, passes->sources[0].n_rows, err));
    MLOPS_TRY(mlops__reference_finish_new(self->self, err));
    return poll(self, err);
}

mlops_status mlops_reference_new_stream(mlops_reference **out,
                                        const mlops_reference_stream_opts *opts, mlops_error *err) {
    maker self;
    *out = NULL;
    memset(&self, 0, sizeof self);
    mlops_status status =
        mlops__passes_judge(&self.passes, make(&self, opts, err),
                            "reference: what is kept, besides the values of a column,", err);
    if (self.arena.allocator) mlops__arena_free(&self.arena);
    mlops__passes_end(&self.passes);
    if (self.self) mlops__reference_leave_to(self.self, &self.host);
    if (status == MLOPS_OK) *out = self.self;
    else mlops_reference_unref(self.self);
    return status;
}
