/* A bundle in use on a device: predicts from its bytes, counts into profiles over its edges.
 *
 * Lives wholly in the caller's storage, laid out by measure(). Invariant: plan or graph, golden and
 * reference point into the bundle, were checked byte by byte, and every array has the size that
 * they ask for. Freestanding: part of the firmware build, where MLOPS_GRAPHS says whether it has
 * graphs.
 */
#include "base/storage.h"
#include "bundle/run/edge_graph.h"
#include "bundle/run/golden.h"
#include "model/run/plan.h"
#include "profile/reference.h"

#include <mlops/edge.h>

struct mlops_edge {
    mlops__plan plan; /* of a graph: nothing but the number of features */
#if MLOPS_GRAPHS
    mlops__edge_graph graph;
#endif
    mlops__golden golden;
    mlops__reference_view reference; /* n_columns is 0 if there is none */
    uint32_t width;
    void *sums; /* of a graph: what a run works in */
    float *row;
    double *out;
    mlops_profile **profiles; /* of each feature, or NULL */
};

#if MLOPS_GRAPHS
static int is_graph(const mlops_edge *self) { return !self->plan.bytes; }
#endif

/* Offsets of the parts in the storage. */
typedef struct layout {
    size_t sums;
    size_t row;
    size_t out;
    size_t profiles;
    size_t states;
    size_t size;
} layout;

/* Room for n items behind *size, from the next multiple of 8; 0 if that overflows. */
static int reserve(size_t *size, size_t *offset, size_t n, size_t item) {
    if (n > (SIZE_MAX - 8) / item || *size > SIZE_MAX - 8 - n * item) return 0;
    *offset = *size;
    *size += (n * item + 7) / 8 * 8;
    return 1;
}

static const char *name_of(const mlops_edge *self, uint32_t feature) {
#if MLOPS_GRAPHS
    if (is_graph(self)) return mlops__edge_graph_name(&self->graph, feature);
#endif
    return mlops__plan_name(&self->plan, feature);
}

/* Bytes that predicting a row works in; 0 if there cannot be so many. */
static size_t room_of(const mlops_edge *self) {
#if MLOPS_GRAPHS
    if (is_graph(self)) return mlops__edge_graph_size(&self->graph);
#endif
    return self->plan.n_groups * mlops__plan_number_size(&self->plan);
}

static int64_t column_of(const mlops_edge *self, uint32_t feature) {
    if (!self->reference.n_columns) return -1;
    const char *name = name_of(self, feature);
    return name ? mlops__reference_view_find(&self->reference, name) : -1;
}

static int measure(const mlops_edge *self, layout *out) {
    out->size = (sizeof *self + 7) / 8 * 8;
    size_t n = self->plan.n_features, offset, room = room_of(self);
    int fits = room && reserve(&out->size, &out->sums, room, 1) &&
               reserve(&out->size, &out->row, n, sizeof(float)) &&
               reserve(&out->size, &out->out, self->width, sizeof(double)) &&
               reserve(&out->size, &out->profiles, n, sizeof(mlops_profile *));
    out->states = out->size;
    for (uint32_t i = 0; fits && i < n; i++) {
        int64_t column = column_of(self, i);
        if (column < 0) continue;
        size_t size = mlops__reference_view_profile_size(&self->reference, column);
        fits = reserve(&out->size, &offset, size, 1);
    }
    return fits;
}

static mlops_status open_model(mlops_edge *self, mlops__cursor model) {
    self->plan.bytes = NULL;
    if (model.data[0] == 'G') {
#if MLOPS_GRAPHS
        MLOPS_TRY(mlops__edge_graph_open(&self->graph, model));
        self->plan.n_features = self->graph.n_features;
        self->width = self->graph.width;
        return MLOPS_OK;
#else
        return MLOPS_E_UNSUPPORTED;
#endif
    }
    MLOPS_TRY(mlops__plan_open(&self->plan, model.data, model.size, NULL));
    self->width = mlops__plan_width(&self->plan);
    return MLOPS_OK;
}

/* Checks the bundle and points self into it. */
static mlops_status attach(mlops_edge *self, const void *bundle, size_t n) {
    mlops__container whole;
    MLOPS_TRY(mlops__container_read(&whole, bundle, n, MLOPS__KIND_BUNDLE, NULL));
    mlops__cursor model = mlops__container_model(&whole);
    if (model.failed) return MLOPS_E_CORRUPT;
    MLOPS_TRY(open_model(self, model));
    MLOPS_TRY(mlops__golden_open(&self->golden, mlops__container_find(&whole, MLOPS__KIND_GOLDEN),
                                 self->plan.n_features, self->width, NULL));
    mlops__cursor reference = mlops__container_find(&whole, MLOPS__KIND_REFERENCE);
    self->reference = (mlops__reference_view){NULL, 0, 0, 0};
    if (reference.failed) return MLOPS_OK;
    return mlops__reference_view_open(&self->reference, reference.data, reference.size, NULL);
}

mlops_status mlops_edge_size(const void *bundle, size_t n, size_t *size) {
    mlops_edge self;
    layout places;
    *size = 0;
    MLOPS_TRY(attach(&self, bundle, n));
    if (!measure(&self, &places)) return MLOPS_E_UNSUPPORTED;
    *size = places.size;
    return MLOPS_OK;
}

static mlops_status start_profiles(mlops_edge *self, uint8_t *mem, size_t offset) {
    for (uint32_t i = 0; i < self->plan.n_features; i++) {
        int64_t column = column_of(self, i);
        size_t size = column < 0 ? 0 : mlops__reference_view_profile_size(&self->reference, column);
        self->profiles[i] = NULL;
        if (size == 0) continue;
        MLOPS_TRY(mlops__reference_view_profile(&self->profiles[i], mem + offset, size,
                                                &self->reference, column));
        offset += (size + 7) / 8 * 8;
    }
    return MLOPS_OK;
}

mlops_status mlops_edge_init(mlops_edge **out, void *mem, size_t size, const void *bundle,
                             size_t n) {
    mlops_edge found;
    layout places;
    *out = NULL;
    MLOPS_TRY(attach(&found, bundle, n));
    if (!measure(&found, &places)) return MLOPS_E_UNSUPPORTED;
    MLOPS_TRY(mlops__storage(mem, size, places.size));
    uint8_t *bytes = mem;
    mlops_edge *self = mem;
    *self = found;
    self->sums = bytes + places.sums;
    self->row = (float *)(void *)(bytes + places.row);
    self->out = (double *)(void *)(bytes + places.out);
    self->profiles = (mlops_profile **)(void *)(bytes + places.profiles);
#if MLOPS_GRAPHS
    if (is_graph(self)) MLOPS_TRY(mlops__edge_graph_start(&self->graph, self->sums));
#endif
    MLOPS_TRY(start_profiles(self, bytes, places.states));
    *out = self;
    return MLOPS_OK;
}

int64_t mlops_edge_n_features(const mlops_edge *self) { return self->plan.n_features; }

int64_t mlops_edge_width(const mlops_edge *self) { return self->width; }

static mlops_status predict(const mlops_edge *self, const float *row, double *out) {
#if MLOPS_GRAPHS
    if (is_graph(self)) return mlops__edge_graph_predict(&self->graph, row, out);
#endif
    mlops__plan_predict(&self->plan, (mlops__row){.f32 = row}, (mlops__sums){.any = self->sums},
                        out);
    return MLOPS_OK;
}

mlops_status mlops_edge_predict(mlops_edge *self, const float *row, int64_t n_features, double *out,
                                int64_t width) {
    if (n_features != mlops_edge_n_features(self)) return MLOPS_E_INVALID;
    if (width != mlops_edge_width(self)) return MLOPS_E_INVALID;
    return predict(self, row, out);
}

mlops_status mlops_edge_add(mlops_edge *self, const float *row, int64_t n_features) {
    if (n_features != mlops_edge_n_features(self)) return MLOPS_E_INVALID;
    if (!self->reference.n_columns) return MLOPS_E_NOT_FOUND;
    for (int64_t i = 0; i < n_features; i++)
        if (self->profiles[i]) MLOPS_TRY(mlops_profile_add_f32(self->profiles[i], row + i, 1, 1));
    return MLOPS_OK;
}

mlops_profile *mlops_edge_profile(mlops_edge *self, int64_t index) {
    return index < 0 || index >= mlops_edge_n_features(self) ? NULL : self->profiles[index];
}

mlops_status mlops_edge_selftest(mlops_edge *self) {
    for (uint32_t i = 0; i < self->golden.n_rows; i++) {
        mlops__golden_row(&self->golden, i, self->row);
        mlops_status status = predict(self, self->row, self->out);
        if (status || !mlops__golden_equals(&self->golden, i, self->out)) return MLOPS_E_CORRUPT;
    }
    return MLOPS_OK;
}

mlops_status mlops_edge_verify(const void *bundle, size_t n) {
    mlops__container whole;
    MLOPS_TRY(mlops__container_read(&whole, bundle, n, MLOPS__KIND_BUNDLE, NULL));
    return mlops__container_verify(&whole, mlops__sha256_blocks_scalar, NULL);
}
