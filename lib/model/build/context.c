/* Contexts: working memory of predicting, in the caller's storage or on the heap.
 *
 * Owns a share of the model only where it made the storage itself; what is bound is borrowed.
 * Invariants: everything that predicting writes to lies between the context and its size; a row is
 * predicted by one worker, in that worker's room, and never looks at another row.
 */
#include "base/opts.h"
#include "model/build/handle.h"

#include <mlops/context_bind.h>
#include <string.h>

enum { ALIGN = 64, LANES = MLOPS__FOREST_LANES, WORKERS_MAX = 1024 };
enum { TURNS = 16, TURNS_MIN = 4 };

struct mlops_context {
    const mlops_model *model;
    mlops_model *held; /* NULL: the caller's storage */
    size_t size;
    int64_t rows; /* that run together */
    mlops_model_output output;
    mlops_executor executor; /* parallel_for NULL: the calling thread */
    mlops__input input;
    const mlops__column **columns; /* room for one a feature */
    mlops__room rooms[];           /* one a worker */
};

static size_t padded(size_t n) { return (n + ALIGN - 1) / ALIGN * ALIGN; }

static size_t workers_of(const mlops_executor *executor) {
    return executor ? (size_t)executor->n_workers : 1;
}

static size_t head_size(size_t n_workers) {
    return padded(sizeof(mlops_context) + n_workers * sizeof(mlops__room));
}

static size_t columns_size(const mlops_model *model) {
    return padded(model->plan.n_features * sizeof(const mlops__column *));
}

size_t mlops__context_size(const mlops_model *model, const mlops__room_shape *shape,
                           const mlops_executor *executor) {
    size_t n = workers_of(executor), room = mlops__room_size(model, shape);
    if (!room || room > SIZE_MAX / 2 / n) return 0;
    return head_size(n) + columns_size(model) + n * padded(room);
}

mlops_status mlops__context_init(mlops_context **out, void *mem, size_t size,
                                 const mlops_model *model, mlops_model_output output,
                                 const mlops__room_shape *shape, const mlops_executor *executor) {
    size_t n = workers_of(executor), needed = mlops__context_size(model, shape, executor);
    uint8_t *p = mem;
    *out = NULL;
    if (!mem || (uintptr_t)mem % ALIGN || !needed || !mlops__model_has(model, output))
        return MLOPS_E_INVALID;
    if (size < needed) return MLOPS_E_ARENA;
    mlops_context *self = mem;
    memset(self, 0, head_size(n));
    self->model = model;
    self->size = needed;
    self->output = output;
    self->rows = shape->rows;
    if (executor) self->executor = *executor;
    p += head_size(n);
    self->columns = (const mlops__column **)(void *)p;
    p += columns_size(model);
    for (size_t i = 0; i < n; i++, p += padded(mlops__room_size(model, shape)))
        mlops__room_init(&self->rooms[i], model, shape, p);
    *out = self;
    return MLOPS_OK;
}

/* The executor that the options ask for; *given NULL: none. */
static mlops_status read_opts(const mlops_context_opts *opts, mlops_executor *out,
                              const mlops_executor **given, mlops_error *err) {
    mlops_context_opts own;
    *given = NULL;
    MLOPS_TRY(mlops__opts_copy(&own, sizeof own, opts, "mlops_context_opts", err));
    if (own.flags) return mlops__fail(err, MLOPS_E_INVALID, "mlops_context_opts: flags must be 0");
    if (!own.executor) return MLOPS_OK;
    MLOPS_TRY(mlops__opts_copy(out, sizeof *out, own.executor, "mlops_executor", err));
    if (!out->parallel_for || out->n_workers < 1 || out->n_workers > WORKERS_MAX)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_executor: n_workers is %d; 1 to %d, and a parallel_for",
                           (int)out->n_workers, WORKERS_MAX);
    *given = out;
    return MLOPS_OK;
}

size_t mlops_context_size(const mlops_model *model, const mlops_context_opts *opts) {
    mlops_executor executor;
    const mlops_executor *given;
    mlops__room_shape shape = mlops__room_shape_of(model, MLOPS_MODEL_OUTPUT_MARGIN, 0, 1);
    mlops__room_shape other = mlops__room_shape_of(model, MLOPS_MODEL_OUTPUT_CLASS, 0, 1);
    if (read_opts(opts, &executor, &given, NULL)) return 0;
    size_t size = mlops__context_size(model, &shape, given); /* for whichever output it will be */
    size_t more = mlops__context_size(model, &other, given);
    return !size || !more ? 0 : more > size ? more : size;
}

mlops_status mlops_context_init(mlops_context **out, void *mem, size_t size,
                                const mlops_model *model, mlops_model_output output,
                                const mlops_context_opts *opts) {
    mlops_executor executor;
    const mlops_executor *given;
    mlops__room_shape shape = mlops__room_shape_of(model, output, 0, 1);
    *out = NULL;
    MLOPS_TRY(read_opts(opts, &executor, &given, NULL));
    return mlops__context_init(out, mem, size, model, output, &shape, given);
}

static mlops_status make(mlops_context **out, mlops_model *model, mlops_model_output output,
                         int64_t rows, const mlops_executor *given, mlops_error *err) {
    if (!mlops__model_has(model, output))
        return mlops__fail(err, MLOPS_E_INVALID, "the model has no output %d", (int)output);
    mlops__room_shape shape = mlops__room_shape_of(model, output, rows, rows == 0);
    size_t size = mlops__context_size(model, &shape, given);
    void *mem = size ? mlops__alloc_aligned(&model->host.allocator, size, ALIGN) : NULL;
    if (!mem) return mlops__fail_nomem(err, size);
    mlops_status status = mlops__context_init(out, mem, size, model, output, &shape, given);
    if (status) {
        mlops__free_aligned(&model->host.allocator, mem, size, ALIGN);
        return mlops__fail(err, status, "the allocator does not align to 64 bytes");
    }
    (*out)->held = mlops_model_ref(model);
    return MLOPS_OK;
}

mlops_status mlops_context_new(mlops_context **out, mlops_model *model, mlops_model_output output,
                               const mlops_context_opts *opts, mlops_error *err) {
    mlops_executor executor;
    const mlops_executor *given;
    *out = NULL;
    MLOPS_TRY(read_opts(opts, &executor, &given, err));
    return make(out, model, output, 0, given, err);
}

mlops_status mlops__context_for_row(mlops_context **out, mlops_model *model,
                                    mlops_model_output output, mlops_error *err) {
    *out = NULL;
    return make(out, model, output, 1, NULL, err);
}

void mlops_context_free(mlops_context *self) {
    if (!self || !self->held) return;
    mlops_model *model = self->held;
    mlops__free_aligned(&model->host.allocator, self, self->size, ALIGN);
    mlops_model_unref(model);
}

void mlops__context_number_texts(mlops_context *self) { self->rooms[0].graph.numbered = 1; }

int64_t mlops_context_width(const mlops_context *self) {
    return mlops__model_width(self->model, self->output);
}

/* -- running -------------------------------------------------------------------------------- */

typedef struct batch {
    mlops_context *context;
    const mlops__input *input;
    int64_t first, n_rows, piece;
    int64_t width;
    double *out;
} batch;

static mlops_status run_piece(void *user, int64_t index, int32_t worker) {
    const batch *b = user;
    mlops_context *self = b->context;
    int64_t at = index * b->piece, left = b->n_rows - at;
    if (worker < 0 || worker >= self->executor.n_workers || index < 0 || left <= 0)
        return MLOPS_E_INVALID;
    return mlops__model_run(self->model, &self->rooms[worker], self->output, b->input,
                            b->first + at, left < b->piece ? left : b->piece,
                            b->out + at * b->width, NULL);
}

static mlops_status run(mlops_context *self, const mlops__input *input, int64_t first,
                        int64_t n_rows, double *out, mlops_error *err) {
    const mlops_executor *executor = &self->executor;
    int is_whole = self->model->graph && self->model->graph->is_whole;
    if (!executor->parallel_for || n_rows < 2 * LANES || is_whole)
        return mlops__model_run(self->model, &self->rooms[0], self->output, input, first, n_rows,
                                out, err);
    /* Many turns, as the last ones wait for the slowest worker; few take no whole blocks. */
    int64_t share = n_rows / executor->n_workers, piece = share / TURNS / self->rows * self->rows;
    if (piece == 0) piece = share / TURNS_MIN >= self->rows ? self->rows : LANES;
    batch b = {self, input, first, n_rows, piece, mlops_context_width(self), out};
    return executor->parallel_for(executor->ctx, (n_rows + piece - 1) / piece, run_piece, &b);
}

mlops_status mlops__context_run(mlops_context *self, int64_t first, int64_t n_rows, double *out,
                                int64_t width, mlops_error *err) {
    const mlops__input *input = &self->input;
    if (input->kind == MLOPS__INPUT_NONE || first < 0 || n_rows < 0 ||
        first > input->n_rows - n_rows || width != mlops_context_width(self) ||
        (n_rows && width && !out))
        return MLOPS_E_INVALID;
    return run(self, input, first, n_rows, out, err);
}

mlops_status mlops_context_run(mlops_context *self, int64_t first_row, int64_t n_rows, double *out,
                               int64_t width) {
    return mlops__context_run(self, first_row, n_rows, out, width, NULL);
}

static mlops_status predict(mlops_context *self, mlops__row rows, int64_t n_rows,
                            int64_t n_features, double *out, int64_t width) {
    int given = rows.f32 || rows.f64;
    if (n_rows < 0 || n_features != mlops_model_n_features(self->model) ||
        width != mlops_context_width(self) || (n_rows && !given) || (n_rows && width && !out))
        return MLOPS_E_INVALID;
    mlops__input input = mlops__input_of_rows(rows, n_rows, n_features);
    return run(self, &input, 0, n_rows, out, NULL);
}

mlops_status mlops_context_predict(mlops_context *self, const float *rows, int64_t n_rows,
                                   int64_t n_features, double *out, int64_t width) {
    return predict(self, (mlops__row){.f32 = rows}, n_rows, n_features, out, width);
}

mlops_status mlops_context_predict_f64(mlops_context *self, const double *rows, int64_t n_rows,
                                       int64_t n_features, double *out, int64_t width) {
    return predict(self, (mlops__row){.f64 = rows}, n_rows, n_features, out, width);
}

/* -- binding -------------------------------------------------------------------------------- */

/* What all numbers that come without names must be. */
static mlops_status check_numbers(mlops_context *self, const mlops__input *input,
                                  mlops_error *err) {
    int64_t n = mlops_model_n_features(self->model);
    const char *texts = self->model->graph ? mlops__graph_text_input(self->model->graph) : NULL;
    memset(&self->input, 0, sizeof self->input);
    if (texts)
        return mlops__fail(err, MLOPS_E_SCHEMA, "input \"%.*s\" takes texts: bind a table", 200,
                           texts);
    if (input->n_features != n)
        return mlops__fail(err, MLOPS_E_INVALID, "n_features is %lld, the model has %lld",
                           (long long)input->n_features, (long long)n);
    return MLOPS_OK;
}

static mlops_status bind_rows(mlops_context *self, const mlops__input *input, mlops_error *err) {
    MLOPS_TRY(check_numbers(self, input, err));
    if (input->n_rows < 0)
        return mlops__fail(err, MLOPS_E_INVALID, "n_rows is %lld", (long long)input->n_rows);
    MLOPS_TRY(mlops__input_check_rows(input, err));
    self->input = *input;
    return MLOPS_OK;
}

mlops_status mlops_context_bind(mlops_context *self, const float *rows, int64_t n_rows,
                                int64_t n_features, int64_t row_stride, int64_t column_stride,
                                mlops_error *err) {
    mlops__input input = mlops__input_of_rows((mlops__row){.f32 = rows}, n_rows, n_features);
    input.row_stride = row_stride;
    input.column_stride = column_stride;
    return bind_rows(self, &input, err);
}

mlops_status mlops_context_bind_f64(mlops_context *self, const double *rows, int64_t n_rows,
                                    int64_t n_features, int64_t row_stride, int64_t column_stride,
                                    mlops_error *err) {
    mlops__input input = mlops__input_of_rows((mlops__row){.f64 = rows}, n_rows, n_features);
    input.row_stride = row_stride;
    input.column_stride = column_stride;
    return bind_rows(self, &input, err);
}

void mlops__context_bind_input(mlops_context *self, const mlops__input *input) {
    self->input = *input;
}

mlops_status mlops_context_bind_table(mlops_context *self, const mlops_table *table,
                                      const char *columns, mlops_error *err) {
    const mlops__column **bound;
    mlops__arena arena;
    memset(&self->input, 0, sizeof self->input);
    mlops__arena_init(&arena, &self->model->host.allocator, SIZE_MAX);
    mlops_status status = mlops__model_bind(self->model, table, columns, &arena, &bound, err);
    size_t n = self->model->plan.n_features;
    if (status == MLOPS_OK) {
        memcpy(self->columns, bound, n * sizeof *bound);
        self->input = (mlops__input){.kind = MLOPS__INPUT_COLUMNS,
                                     .n_rows = mlops_table_n_rows(table),
                                     .n_features = (int64_t)n,
                                     .columns = self->columns};
    }
    mlops__arena_free(&arena);
    return status;
}

static mlops_status bind_csr(mlops_context *self, const mlops__csr *csr, int64_t n_starts,
                             int64_t n_features, mlops_error *err) {
    mlops__input input = {.kind = MLOPS__INPUT_CSR, .n_features = n_features, .csr = *csr};
    input.n_rows = n_starts < 0 ? n_starts : n_starts - 1;
    MLOPS_TRY(check_numbers(self, &input, err));
    MLOPS_TRY(mlops__input_check_csr(&input, err));
    size_t n = workers_of(self->executor.parallel_for ? &self->executor : NULL);
    for (size_t i = 0; i < n; i++) mlops__gather_begin(&self->rooms[i].gather, &input);
    self->input = input;
    return MLOPS_OK;
}

mlops_status mlops_context_bind_csr(mlops_context *self, const float *values,
                                    const int32_t *features, int64_t n_values,
                                    const int32_t *starts, int64_t n_starts, int64_t n_features,
                                    double absent, mlops_error *err) {
    const mlops__csr csr = {.f32 = values,
                            .features32 = features,
                            .starts32 = starts,
                            .n_values = n_values,
                            .absent = absent};
    return bind_csr(self, &csr, n_starts, n_features, err);
}

mlops_status mlops_context_bind_csr_f64(mlops_context *self, const double *values,
                                        const int32_t *features, int64_t n_values,
                                        const int32_t *starts, int64_t n_starts, int64_t n_features,
                                        double absent, mlops_error *err) {
    const mlops__csr csr = {.f64 = values,
                            .features32 = features,
                            .starts32 = starts,
                            .n_values = n_values,
                            .absent = absent};
    return bind_csr(self, &csr, n_starts, n_features, err);
}

mlops_status mlops_context_bind_csr_i64(mlops_context *self, const float *values,
                                        const int64_t *features, int64_t n_values,
                                        const int64_t *starts, int64_t n_starts, int64_t n_features,
                                        double absent, mlops_error *err) {
    const mlops__csr csr = {.f32 = values,
                            .features64 = features,
                            .starts64 = starts,
                            .n_values = n_values,
                            .absent = absent};
    return bind_csr(self, &csr, n_starts, n_features, err);
}

mlops_status mlops_context_bind_csr_f64_i64(mlops_context *self, const double *values,
                                            const int64_t *features, int64_t n_values,
                                            const int64_t *starts, int64_t n_starts,
                                            int64_t n_features, double absent, mlops_error *err) {
    const mlops__csr csr = {.f64 = values,
                            .features64 = features,
                            .starts64 = starts,
                            .n_values = n_values,
                            .absent = absent};
    return bind_csr(self, &csr, n_starts, n_features, err);
}
