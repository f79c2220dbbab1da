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

enum { NAME_MAX_BYTES = 255, METADATA_MAX = 1 << 20, GOLDEN_DEFAULT = 16, META_VERSION = 1 };

typedef struct writing {
    mlops__host host;
    mlops_bundle_opts opts;
    const mlops_model *model;
    mlops__buf meta;
    mlops__buf golden;
    mlops__buf reference;
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
    float *row;
    uint32_t *seen;
    void *sums;
    double *out;
} making;

static void write_rows(writing *self, const mlops__plan *plan, const making *room) {
    mlops__buf *out = &self->golden;
    uint32_t n = (uint32_t)(self->opts.n_golden ? self->opts.n_golden : GOLDEN_DEFAULT);
    uint32_t width = mlops__plan_width(plan);
    mlops__buf_u32(out, MLOPS__GOLDEN_VERSION);
    mlops__buf_u32(out, n);
    mlops__buf_u32(out, plan->n_features);
    mlops__buf_u32(out, width);
    for (int predicting = 0; predicting < 2; predicting++)
        for (uint32_t i = 0; i < n; i++) {
            const float *row = room->row;
            if (self->opts.n_golden) row = self->opts.golden_rows + (size_t)i * plan->n_features;
            else mlops__golden_draw(plan, i, room->row, room->seen);
            for (uint32_t j = 0; !predicting && j < plan->n_features; j++)
                mlops__buf_f32(out, row[j]);
            if (!predicting) continue;
            mlops__plan_predict(plan, (mlops__row){.f32 = row}, (mlops__sums){.any = room->sums},
                                room->out);
            for (uint32_t j = 0; j < width; j++) mlops__buf_f64(out, room->out[j]);
        }
}

static mlops_status write_golden(writing *self, const mlops__plan *plan) {
    mlops__arena arena;
    mlops__arena_init(&arena, &self->host.allocator, SIZE_MAX);
    making room = {mlops__arena_array(&arena, plan->n_features, sizeof(float)),
                   mlops__arena_array(&arena, plan->n_features, sizeof(uint32_t)),
                   mlops__arena_array(&arena, plan->n_groups, mlops__plan_number_size(plan)),
                   mlops__arena_array(&arena, mlops__plan_width(plan), sizeof(double))};
    int have = room.row && room.seen && room.sums && room.out;
    if (have) write_rows(self, plan, &room);
    mlops__arena_free(&arena);
    return have ? MLOPS_OK : MLOPS_E_NOMEM;
}

static mlops_status gather(writing *self, mlops__buf *out) {
    size_t n;
    const uint8_t *bytes = mlops__model_plan(self->model, &n);
    mlops__plan plan;
    if (!mlops__model_opened(self->model)->bytes)
        return mlops__fail(self->err, MLOPS_E_UNSUPPORTED,
                           "the model is a graph of ONNX; bundles hold forests");
    MLOPS_TRY(mlops__plan_open(&plan, bytes, n, self->err));
    write_meta(self);
    MLOPS_TRY(write_golden(self, &plan));
    if (self->opts.reference)
        MLOPS_TRY(mlops__reference_payload(self->opts.reference, &self->reference));
    MLOPS_TRY(self->meta.status);
    MLOPS_TRY(self->golden.status);
    MLOPS_TRY(self->reference.status);
    const mlops__section sections[] = {
        {MLOPS__KIND_PLAN, 0, bytes, n},
        {MLOPS__KIND_META, 0, self->meta.data, self->meta.size},
        {MLOPS__KIND_GOLDEN, 0, self->golden.data, self->golden.size},
        {MLOPS__KIND_REFERENCE, MLOPS__SECTION_OPTIONAL, self->reference.data,
         self->reference.size},
    };
    return mlops__container_write(out, MLOPS__KIND_BUNDLE, sections, self->opts.reference ? 4 : 3,
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
    mlops_status status = gather(self, out);
    mlops__buf_free(&self->meta);
    mlops__buf_free(&self->golden);
    mlops__buf_free(&self->reference);
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
