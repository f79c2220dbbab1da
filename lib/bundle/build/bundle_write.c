/* Writing a bundle: options checked, sections gathered, the whole laid out at once.
 *
 * Owns the sections while they are gathered. Invariant: equal model, reference and options give
 * equal bytes; what is written opens.
 */
#include "base/opts.h"
#include "bundle/build/golden_make.h"
#include "bundle/run/golden.h"
#include "file/file.h"
#include "kern/kern.h"
#include "model/model.h"
#include "profile/reference.h"
#include "text/json.h"
#include "text/utf8.h"

#include <mlops/bundle.h>

#include <string.h>

enum { NAME_MAX_BYTES = 255, METADATA_MAX = 1 << 20, META_VERSION = 1 };
enum { GOLDEN_DEFAULT = 16, GOLDEN_TRIED = 256, ALIGN = 64 /* of contexts */ };

typedef struct writing {
    mlops__host host;
    mlops_bundle_opts opts;
    const mlops_model *model;
    mlops__buf meta;
    mlops__buf golden;
    mlops__buf reference;
    mlops__buf seen;
    mlops_error *err;
} writing;

static mlops_status check_text(const char *text, size_t max, const char *what, mlops_error *err) {
    size_t n = strlen(text);
    if (n > max)
        return mlops__fail(err, MLOPS_E_INVALID, "%s has %zu bytes, at most %zu are allowed", what,
                           n, max);
    size_t bad = mlops__utf8_check(text, n);
    if (bad < n)
        return mlops__fail_at(err, MLOPS_E_INVALID, 0, 0, (int64_t)bad,
                              "%s is not UTF-8 at byte %zu", what, bad);
    return MLOPS_OK;
}

static mlops_status check_metadata(const writing *self) {
    mlops__arena arena;
    mlops__json json;
    mlops__json_event event = MLOPS__JSON_NULL;
    mlops_error e;
    mlops__arena_init(&arena, &self->host.allocator, SIZE_MAX);
    size_t n = strlen(self->opts.metadata), start = 0;
    while (start < n && strchr(" \t\r\n", self->opts.metadata[start])) start++;
    mlops_status status = MLOPS_OK;
    if (self->opts.metadata[start] != '{')
        return mlops__fail(self->err, MLOPS_E_INVALID, "metadata is not a JSON object");
    mlops__json_init(&json, self->opts.metadata, n, &arena, &e);
    while (!status && event != MLOPS__JSON_END) status = mlops__json_next(&json, &event);
    mlops__arena_free(&arena);
    if (status >= 0) return MLOPS_OK;
    if (status == MLOPS_E_CORRUPT) status = MLOPS_E_INVALID;
    return mlops__fail_at(self->err, status, e.line, e.column, e.offset, "metadata: %s", e.message);
}

static mlops_status read_opts(writing *self, const mlops_bundle_opts *given) {
    mlops_bundle_opts *opts = &self->opts;
    MLOPS_TRY(mlops__opts_copy(opts, sizeof *opts, given, "mlops_bundle_opts", self->err));
    MLOPS_TRY(mlops__host_init(&self->host, opts->host, self->err));
    if (opts->flags)
        return mlops__fail(self->err, MLOPS_E_INVALID, "mlops_bundle_opts: unknown flags");
    if (!opts->name) opts->name = "";
    if (!opts->version) opts->version = "";
    if (!opts->metadata) opts->metadata = "{}";
    MLOPS_TRY(check_text(opts->name, NAME_MAX_BYTES, "name", self->err));
    MLOPS_TRY(check_text(opts->version, NAME_MAX_BYTES, "version", self->err));
    MLOPS_TRY(check_text(opts->metadata, METADATA_MAX, "metadata", self->err));
    if (opts->n_golden < 0 || opts->n_golden > MLOPS__GOLDEN_MAX ||
        (opts->n_golden > 0) != (opts->golden_rows != NULL))
        return mlops__fail(self->err, MLOPS_E_INVALID,
                           "n_golden is %lld; give 1 to %d golden_rows, or none of both",
                           (long long)opts->n_golden, MLOPS__GOLDEN_MAX);
    return check_metadata(self);
}

static void write_text(mlops__buf *out, const char *text) {
    mlops__buf_u32(out, (uint32_t)strlen(text));
    mlops__buf_text(out, text);
}

static void write_meta(writing *self) {
    mlops__buf_u32(&self->meta, META_VERSION);
    write_text(&self->meta, self->opts.name);
    write_text(&self->meta, self->opts.version);
    write_text(&self->meta, self->opts.metadata);
}

/* What rows and predictions need while they are made. */
typedef struct making {
    const mlops__plan *plan; /* NULL: a graph */
    const mlops__graph *graph;
    mlops_context *context; /* of a graph */
    mlops__buf predictions;
    float *row;
    uint32_t *seen; /* of a plan, as sums */
    void *sums;
    double *out;
    uint32_t n_features;
    uint32_t width;
} making;

static mlops_status predict(const making *self, const float *row) {
    if (self->graph)
        return mlops_context_predict(self->context, row, 1, self->n_features, self->out,
                                     self->width);
    mlops__plan_predict(self->plan, (mlops__row){.f32 = row}, (mlops__sums){.any = self->sums},
                        self->out);
    return MLOPS_OK;
}

/* Puts a row down if the model has a prediction for it. */
static mlops_status put_row(writing *self, making *room, const float *row) {
    MLOPS_TRY(predict(room, row));
    for (uint32_t j = 0; j < room->n_features; j++) mlops__buf_f32(&self->golden, row[j]);
    for (uint32_t j = 0; j < room->width; j++) mlops__buf_f64(&room->predictions, room->out[j]);
    return MLOPS_OK;
}

static mlops_status put_given(writing *self, making *room) {
    for (int64_t i = 0; i < self->opts.n_golden; i++) {
        mlops_status status =
            put_row(self, room, self->opts.golden_rows + (size_t)i * room->n_features);
        if (status)
            return mlops__fail(self->err, MLOPS_E_INVALID,
                               "golden row %lld: the model has no prediction for it", (long long)i);
    }
    return MLOPS_OK;
}

/* Returns how many. */
static uint32_t put_drawn(writing *self, making *room) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < GOLDEN_TRIED && n < GOLDEN_DEFAULT; i++) {
        if (room->graph) mlops__golden_draw_graph(room->graph, i, room->row, room->n_features);
        else mlops__golden_draw(room->plan, i, room->row, room->seen);
        n += put_row(self, room, room->row) == MLOPS_OK;
    }
    return n;
}

static mlops_status put_rows(writing *self, making *room) {
    mlops__buf *out = &self->golden;
    mlops__buf_u32(out, MLOPS__GOLDEN_VERSION);
    mlops__buf_u32(out, (uint32_t)self->opts.n_golden);
    mlops__buf_u32(out, room->n_features);
    mlops__buf_u32(out, room->width);
    if (self->opts.n_golden) {
        MLOPS_TRY(put_given(self, room));
    } else {
        uint32_t n = put_drawn(self, room);
        if (!out->status) mlops__store_u32(out->data + 4, n);
    }
    mlops__buf_put(out, room->predictions.data, room->predictions.size);
    return room->predictions.status;
}

static mlops_status write_rows(writing *self, making *room) {
    mlops__arena arena;
    mlops_status status = MLOPS_OK;
    mlops__arena_init(&arena, &self->host.allocator, SIZE_MAX);
    mlops__buf_init(&room->predictions, &self->host.allocator);
    room->row = mlops__arena_array(&arena, room->n_features, sizeof(float));
    room->out = mlops__arena_array(&arena, room->width, sizeof(double));
    if (room->plan) {
        room->seen = mlops__arena_array(&arena, room->n_features, sizeof(uint32_t));
        room->sums =
            mlops__arena_array(&arena, room->plan->n_groups, mlops__plan_number_size(room->plan));
        if (!room->seen || !room->sums) status = MLOPS_E_NOMEM;
    }
    if (!room->row || !room->out) status = MLOPS_E_NOMEM;
    if (!status) status = put_rows(self, room);
    mlops__buf_free(&room->predictions);
    mlops__arena_free(&arena);
    return status;
}

static mlops_status write_golden(writing *self) {
    const mlops__plan *plan = mlops__model_opened(self->model);
    const mlops__graph *graph = mlops__model_graph(self->model);
    mlops_model_output output = mlops__golden_output(self->model);
    making room = {.plan = graph ? NULL : plan,
                   .graph = graph,
                   .n_features = plan->n_features,
                   .width = (uint32_t)mlops_model_width(self->model, output)};
    if (!graph) return write_rows(self, &room);
    if (!room.width)
        return mlops__fail(self->err, MLOPS_E_UNSUPPORTED, "the model yields no numbers");
    size_t size = mlops_context_size(self->model, NULL);
    void *mem = mlops__alloc_aligned(&self->host.allocator, size, ALIGN);
    mlops_status status =
        mem ? mlops_context_init(&room.context, mem, size, self->model, output, NULL)
            : MLOPS_E_NOMEM;
    if (!status && !self->opts.n_golden) mlops__context_number_texts(room.context);
    if (!status) status = write_rows(self, &room);
    mlops__free_aligned(&self->host.allocator, mem, size, ALIGN);
    return status;
}

static mlops_status gather(writing *self, mlops__buf *out) {
    size_t n;
    const uint8_t *bytes = mlops__model_plan(self->model, &n);
    uint32_t kind = mlops__model_graph(self->model) ? MLOPS__KIND_GRAPH : MLOPS__KIND_PLAN;
    write_meta(self);
    MLOPS_TRY(write_golden(self));
    if (self->opts.reference) {
        MLOPS_TRY(mlops__reference_payload(self->opts.reference, &self->reference));
        mlops__reference_seen_put(self->opts.reference, &self->seen);
        MLOPS_TRY(self->seen.status);
    }
    MLOPS_TRY(self->meta.status);
    MLOPS_TRY(self->golden.status);
    MLOPS_TRY(self->reference.status);
    const mlops__section sections[] = {
        {kind, 0, bytes, n},
        {MLOPS__KIND_META, 0, self->meta.data, self->meta.size},
        {MLOPS__KIND_GOLDEN, 0, self->golden.data, self->golden.size},
        {MLOPS__KIND_REFERENCE, MLOPS__SECTION_OPTIONAL, self->reference.data,
         self->reference.size},
        {MLOPS__KIND_SEEN, MLOPS__SECTION_OPTIONAL, self->seen.data, self->seen.size},
    };
    const uint32_t n_sections = self->seen.size ? 5 : self->opts.reference ? 4 : 3;
    return mlops__container_write(out, MLOPS__KIND_BUNDLE, sections, n_sections,
                                  mlops__kern_for(self->host.cpu)->sha256_blocks);
}

/* Lays the bundle out in out, a growing buffer that is begun here. */
static mlops_status lay_out(writing *self, mlops__buf *out, const mlops_bundle_opts *opts) {
    memset(out, 0, sizeof *out);
    MLOPS_TRY(read_opts(self, opts));
    mlops__buf_init(out, &self->host.allocator);
    mlops__buf_init(&self->meta, &self->host.allocator);
    mlops__buf_init(&self->golden, &self->host.allocator);
    mlops__buf_init(&self->reference, &self->host.allocator);
    mlops__buf_init(&self->seen, &self->host.allocator);
    mlops_status status = gather(self, out);
    mlops__buf_free(&self->meta);
    mlops__buf_free(&self->golden);
    mlops__buf_free(&self->reference);
    mlops__buf_free(&self->seen);
    if (status == MLOPS_E_NOMEM) return mlops__fail_nomem(self->err, 0);
    if (status == MLOPS_E_LIMIT)
        return mlops__fail(self->err, status, "the bundle would be larger than 4 GiB");
    return status;
}

mlops_status mlops_bundle_write(const char *path, const mlops_model *model,
                                const mlops_bundle_opts *opts, mlops_error *err) {
    writing self = {.model = model, .err = err};
    mlops__buf out;
    mlops_status status = lay_out(&self, &out, opts);
    if (!status) status = mlops__file_write(&self.host, path, out.data, out.size, err);
    mlops__buf_free(&out);
    return status;
}

mlops_status mlops_bundle_save(const mlops_model *model, void *bytes, size_t cap, size_t *needed,
                               const mlops_bundle_opts *opts, mlops_error *err) {
    writing self = {.model = model, .err = err};
    mlops__buf out;
    if (needed) *needed = 0;
    mlops_status status = lay_out(&self, &out, opts);
    if (!status && needed) *needed = out.size;
    if (!status && bytes && cap < out.size)
        status = mlops__fail(err, MLOPS_E_ARENA,
                             "the bundle takes %zu bytes, there is room for %zu", out.size, cap);
    if (!status && bytes) memcpy(bytes, out.data, out.size);
    mlops__buf_free(&out);
    return status;
}
