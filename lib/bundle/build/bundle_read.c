/* Opening a bundle: every byte checked, every structure validated, the golden rows predicted.
 *
 * Owns the model, the reference and copies of the texts; the file is closed again. Invariant: a
 * bundle that is handed out predicts, on this machine, what it predicted where it was made.
 */
#include "base/arena.h"
#include "bundle/build/golden_make.h"
#include "bundle/run/golden.h"
#include "file/file.h"
#include "kern/kern.h"
#include "profile/reference.h"
#include "text/utf8.h"

#include <mlops/bundle.h>
#include <mlops/context.h>

#include <stdatomic.h>
#include <string.h>

enum { META_VERSION = 1, ID_OFFSET = 32 };

struct mlops_bundle {
    atomic_int_fast32_t n_refs;
    mlops__host host;
    mlops__arena arena; /* of the texts */
    mlops_model *model;
    mlops_reference *reference; /* NULL if the bundle has none */
    const char *name;
    const char *version;
    const char *metadata;
    mlops_id id;
};

static mlops_status read_text(mlops_bundle *self, mlops__cursor *in, const char **out,
                              mlops_error *err) {
    uint32_t n = mlops__cursor_u32(in);
    const char *text = (const char *)mlops__cursor_take(in, n);
    if (!text || memchr(text, 0, n) || mlops__utf8_check(text, n) < n)
        return mlops__fail(err, MLOPS_E_CORRUPT, "the bundle's metadata is not well-formed");
    *out = mlops__arena_text(&self->arena, text, n);
    return *out ? MLOPS_OK : mlops__fail_nomem(err, (size_t)n + 1);
}

static mlops_status read_meta(mlops_bundle *self, mlops__cursor in, mlops_error *err) {
    uint32_t version = mlops__cursor_u32(&in);
    if (!in.failed && version != META_VERSION)
        return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                           "the bundle's metadata has version %lu; this library reads version %d",
                           (unsigned long)version, META_VERSION);
    MLOPS_TRY(read_text(self, &in, &self->name, err));
    MLOPS_TRY(read_text(self, &in, &self->version, err));
    MLOPS_TRY(read_text(self, &in, &self->metadata, err));
    if (mlops__cursor_left(&in))
        return mlops__fail(err, MLOPS_E_CORRUPT, "the bundle's metadata is too long");
    return MLOPS_OK;
}

static mlops_status predict_golden(const mlops_bundle *self, mlops_context *context,
                                   const mlops__golden *golden, float *row, double *out,
                                   mlops_error *err) {
    for (uint32_t i = 0; i < golden->n_rows; i++) {
        mlops__golden_row(golden, i, row);
        mlops_status status =
            mlops_context_predict(context, row, 1, golden->n_features, out, golden->width);
        if (status || !mlops__golden_equals(golden, i, out))
            return mlops__fail(err, MLOPS_E_CORRUPT,
                               "golden row %lu: this machine predicts another value than the one "
                               "where the bundle of '%s' was made",
                               (unsigned long)i, self->name);
    }
    return MLOPS_OK;
}

static mlops_status prove(const mlops_bundle *self, mlops__cursor section, mlops_error *err) {
    mlops__golden golden;
    mlops__arena arena;
    mlops_context *context;
    uint32_t n = (uint32_t)mlops_model_n_features(self->model);
    mlops_model_output output = mlops__golden_output(self->model);
    uint32_t width = (uint32_t)mlops_model_width(self->model, output);
    MLOPS_TRY(mlops__golden_open(&golden, section, n, width, err));
    MLOPS_TRY(mlops__context_for_row(&context, self->model, output, err));
    if (mlops__model_graph(self->model)) mlops__context_number_texts(context);
    mlops__arena_init(&arena, &self->host.allocator, SIZE_MAX);
    float *row = mlops__arena_array(&arena, n, sizeof *row);
    double *out = mlops__arena_array(&arena, width, sizeof *out);
    mlops_status status = row && out ? predict_golden(self, context, &golden, row, out, err)
                                     : mlops__fail_nomem(err, n * sizeof *row);
    mlops__arena_free(&arena);
    mlops_context_free(context);
    return status;
}

static mlops_status read_model(mlops_bundle *self, mlops__cursor plan, mlops_error *err) {
    mlops_host host = mlops__host_lend(&self->host);
    return mlops__model_from_plan(&self->model, plan.data, plan.size, &host, err);
}

static mlops_status read_all(mlops_bundle *self, const void *bytes, size_t n, mlops_error *err) {
    mlops__container whole;
    MLOPS_TRY(mlops__container_read(&whole, bytes, n, MLOPS__KIND_BUNDLE, err));
    MLOPS_TRY(mlops__container_verify(&whole, mlops__kern_for(self->host.cpu)->sha256_blocks, err));
    memcpy(self->id.bytes, whole.data + ID_OFFSET, sizeof self->id.bytes);
    mlops__cursor plan = mlops__container_model(&whole);
    if (plan.failed) return mlops__fail(err, MLOPS_E_CORRUPT, "the bundle has not one model");
    MLOPS_TRY(read_model(self, plan, err));
    MLOPS_TRY(read_meta(self, mlops__container_find(&whole, MLOPS__KIND_META), err));
    mlops__cursor reference = mlops__container_find(&whole, MLOPS__KIND_REFERENCE);
    if (!reference.failed)
        MLOPS_TRY(mlops__reference_parse(&self->reference, reference.data, reference.size,
                                         &self->host, err));
    mlops__cursor seen = mlops__container_find(&whole, MLOPS__KIND_SEEN);
    if (self->reference && !seen.failed)
        MLOPS_TRY(mlops__reference_seen_take(self->reference, seen.data, seen.size, err));
    return prove(self, mlops__container_find(&whole, MLOPS__KIND_GOLDEN), err);
}

static mlops_status read_bundle(mlops_bundle **out, const void *bytes, size_t n,
                                const mlops__host *host, mlops_error *err) {
    mlops_bundle *self = mlops__alloc_zero(&host->allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    atomic_init(&self->n_refs, 1);
    self->host = *host;
    mlops__arena_init(&self->arena, &self->host.allocator, SIZE_MAX);
    mlops_status status = read_all(self, bytes, n, err);
    if (status) mlops_bundle_unref(self);
    else *out = self;
    return status;
}

mlops_status mlops_bundle_parse(mlops_bundle **out, const void *bytes, size_t n,
                                const mlops_host *host, mlops_error *err) {
    mlops__host resolved;
    *out = NULL;
    MLOPS_TRY(mlops__host_init(&resolved, host, err));
    return read_bundle(out, bytes, n, &resolved, err);
}

mlops_status mlops_bundle_load(mlops_bundle **out, const char *path, const mlops_host *host,
                               mlops_error *err) {
    mlops__host resolved;
    mlops__file_view view;
    *out = NULL;
    MLOPS_TRY(mlops__host_init(&resolved, host, err));
    MLOPS_TRY(mlops__file_open(&view, &resolved, path, SIZE_MAX, 1, err));
    mlops_status status = read_bundle(out, view.data, view.size, &resolved, err);
    mlops__file_close(&view, &resolved);
    return mlops__fail_path(err, status, path);
}

mlops_bundle *mlops_bundle_ref(mlops_bundle *self) {
    atomic_fetch_add_explicit(&self->n_refs, 1, memory_order_relaxed);
    return self;
}

void mlops_bundle_unref(mlops_bundle *self) {
    if (!self || atomic_fetch_sub_explicit(&self->n_refs, 1, memory_order_acq_rel) > 1) return;
    mlops_allocator allocator = self->host.allocator;
    mlops_model_unref(self->model);
    mlops_reference_unref(self->reference);
    mlops__arena_free(&self->arena);
    mlops__free(&allocator, self, sizeof *self);
}

mlops_model *mlops_bundle_model(const mlops_bundle *self) { return self->model; }

mlops_reference *mlops_bundle_reference(const mlops_bundle *self) { return self->reference; }

const char *mlops_bundle_name(const mlops_bundle *self) { return self->name; }

const char *mlops_bundle_version(const mlops_bundle *self) { return self->version; }

const char *mlops_bundle_metadata(const mlops_bundle *self) { return self->metadata; }

mlops_status mlops_bundle_id(const mlops_bundle *self, mlops_id *out) {
    *out = self->id;
    return MLOPS_OK;
}
