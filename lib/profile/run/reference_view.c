/* The payload of a reference, read in place.
 *
 * Owns no memory: a view is the caller's bytes. Invariant: what is asked here comes from a payload
 * that mlops__reference_view_open() has checked, so that no offset is looked at twice.
 * Freestanding: part of the firmware build.
 */
#include "base/cursor.h"
#include "profile/run/profile_state.h"
#include "profile/run/reference_layout.h"

#include <string.h>

mlops__reference_record mlops__reference_record_at(const mlops__reference_view *self,
                                                   int64_t index) {
    size_t offset = MLOPS__REFERENCE_HEADER + (size_t)index * MLOPS__REFERENCE_RECORD;
    mlops__cursor in;
    mlops__reference_record r;
    mlops__cursor_init(&in, self->data + offset, MLOPS__REFERENCE_RECORD);
    r.name = mlops__cursor_u32(&in);
    r.name_size = mlops__cursor_u32(&in);
    r.type = mlops__cursor_u32(&in);
    r.flags = mlops__cursor_u32(&in);
    r.part = r.flags >> MLOPS__REFERENCE_PART_SHIFT;
    r.flags &= ((uint32_t)1 << MLOPS__REFERENCE_PART_SHIFT) - 1;
    r.n_null = mlops__cursor_i64(&in);
    r.n_nan = mlops__cursor_i64(&in);
    r.n_edges = mlops__cursor_u32(&in);
    r.n_categories = mlops__cursor_u32(&in);
    r.counts = mlops__cursor_u32(&in);
    r.edges = mlops__cursor_u32(&in);
    r.categories = mlops__cursor_u32(&in);
    r.hidden = mlops__cursor_u32(&in);
    for (size_t i = 0; i < 4; i++) r.moments[i] = mlops__cursor_u64(&in);
    return r;
}

int64_t mlops__reference_record_count(const mlops__reference_view *self,
                                      const mlops__reference_record *r, int64_t cell) {
    return (int64_t)mlops__load_u64(self->data + r->counts + (size_t)cell * 8);
}

double mlops__reference_record_edge(const mlops__reference_view *self,
                                    const mlops__reference_record *r, int64_t edge) {
    return (double)mlops__load_f32(self->data + r->edges + (size_t)edge * 4);
}

const char *mlops__reference_record_category(const mlops__reference_view *self,
                                             const mlops__reference_record *r, int64_t category) {
    uint32_t offset = mlops__load_u32(self->data + r->categories + (size_t)category * 8);
    return (const char *)self->data + offset;
}

int64_t mlops__reference_view_find(const mlops__reference_view *self, const char *name) {
    size_t n = strlen(name);
    for (int64_t i = 0; i < self->n_columns; i++) {
        mlops__reference_record r = mlops__reference_record_at(self, i);
        if (r.name_size == n && memcmp(self->data + r.name, name, n) == 0) return i;
    }
    return -1;
}

/* Edges of the profile of a column; -1 if it has no numbers. */
static int64_t profile_edges(const mlops__reference_record *r) {
    if (r->type == MLOPS_TYPE_BOOL) return 2;
    return mlops__reference_numeric((mlops_type)r->type) ? (int64_t)r->n_edges : -1;
}

size_t mlops__reference_view_profile_size(const mlops__reference_view *self, int64_t index) {
    mlops__reference_record r = mlops__reference_record_at(self, index);
    int64_t n_edges = profile_edges(&r);
    mlops__profile_shape shape = mlops__profile_over(n_edges);
    return n_edges < 0 ? 0 : mlops__profile_bytes(&shape);
}

mlops_status mlops__reference_view_profile(mlops_profile **out, void *mem, size_t size,
                                           const mlops__reference_view *self, int64_t index) {
    mlops__reference_record r = mlops__reference_record_at(self, index);
    int64_t n_edges = profile_edges(&r);
    *out = NULL;
    if (n_edges < 0) return MLOPS_E_SCHEMA;
    mlops_profile *profile;
    mlops__profile_shape shape = mlops__profile_over(n_edges);
    MLOPS_TRY(mlops__profile_begin(&profile, mem, size, &shape));
    for (int64_t i = 0; i < n_edges; i++) {
        double edge =
            r.type == MLOPS_TYPE_BOOL ? (double)i : mlops__reference_record_edge(self, &r, i);
        if (!mlops__profile_set_edge(profile, i, edge)) return MLOPS_E_CORRUPT;
    }
    *out = profile;
    return MLOPS_OK;
}
