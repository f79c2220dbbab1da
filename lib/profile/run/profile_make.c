/* What a profile is made to: its options, and whether two are made to the same.
 *
 * Owns the defaults. Invariant: options are checked in one place, so that what has no size cannot
 * be begun either. Freestanding: part of the firmware build.
 */
#include "base/opts.h"
#include "profile/run/profile_bins.h"

/* The next name of a list behind *at, as in a CSV line, to out (nullable). Returns its bytes, -1
 * where the list ends, -2 for what is no list. */
static int64_t next_name(const char **at, char *out) {
    const char *p = *at;
    int64_t n = 0;
    if (!p) return -1;
    int open = *p == '"', quoted = open;
    p += quoted;
    for (; *p && (open || *p != ','); p++) {
        if (quoted && *p == '"' && *++p != '"') {
            open = 0;
            break;
        }
        if (out) out[n] = *p;
        n++;
    }
    if (open || (*p && *p != ',') || !n) return -2;
    *at = *p ? p + 1 : NULL;
    return n;
}

static mlops_status measure_names(mlops__profile_shape *shape, const char *list) {
    int64_t n;
    while ((n = next_name(&list, NULL)) >= 0) {
        if (shape->n_categories == MLOPS__PROFILE_CATEGORIES) return MLOPS_E_INVALID;
        if (n >= MLOPS__PROFILE_NAMES - (int64_t)shape->names_size) return MLOPS_E_INVALID;
        shape->n_categories++;
        shape->names_size += (uint32_t)n + 1;
    }
    return n == -1 ? MLOPS_OK : MLOPS_E_INVALID;
}

static mlops_status shape_of(mlops__profile_shape *out, mlops_profile_opts *o,
                             const mlops_profile_opts *given) {
    MLOPS_TRY(mlops__opts_copy(o, sizeof *o, given, "mlops_profile_opts", NULL));
    if (o->flags & ~(uint32_t)MLOPS_PROFILE_SET_SCALE || o->reserved) return MLOPS_E_INVALID;
    if (o->n_edges < 0 || o->n_edges > MLOPS__PROFILE_EDGES) return MLOPS_E_INVALID;
    if (!o->edges != !o->n_edges || (o->n_edges && o->bins_size)) return MLOPS_E_INVALID;
    if (!o->scale && !(o->flags & MLOPS_PROFILE_SET_SCALE)) o->scale = MLOPS__PROFILE_SCALE;
    if (o->scale < -MLOPS__PROFILE_SCALE_MAX || o->scale > MLOPS__PROFILE_SCALE_MAX)
        return MLOPS_E_INVALID;
    if (o->lg_k && (o->lg_k < MLOPS__PROFILE_LG_MIN || o->lg_k > MLOPS__PROFILE_LG_MAX))
        return MLOPS_E_INVALID;
    *out = mlops__profile_over(o->n_edges);
    if (o->bins_size && (o->bins_size % 8 || o->bins_size < MLOPS__PROFILE_BINS_MIN ||
                         o->bins_size > MLOPS__PROFILE_BINS_MAX))
        return MLOPS_E_INVALID;
    if (o->bins_size) out->bins_size = (uint32_t)o->bins_size;
    out->scale = o->scale;
    out->lg_k = (uint32_t)o->lg_k;
    return measure_names(out, o->categories);
}

size_t mlops_profile_size(const mlops_profile_opts *opts) {
    mlops_profile_opts o;
    mlops__profile_shape shape;
    return shape_of(&shape, &o, opts) < 0 ? 0 : mlops__profile_bytes(&shape);
}

mlops_status mlops_profile_init(mlops_profile **out, void *mem, size_t size,
                                const mlops_profile_opts *opts) {
    *out = NULL;
    mlops_profile_opts o;
    mlops__profile_shape shape;
    MLOPS_TRY(shape_of(&shape, &o, opts));
    mlops_profile *self;
    MLOPS_TRY(mlops__profile_begin(&self, mem, size, &shape));
    for (int64_t i = 0; i < o.n_edges; i++)
        if (!mlops__profile_set_edge(self, i, o.edges[i])) return MLOPS_E_INVALID;
    const char *list = o.categories;
    char *name = mlops__profile_names(self);
    for (int64_t i = 0, n; (n = next_name(&list, name)) >= 0; i++, name += n + 1)
        if (mlops__profile_category(self, name) != i) return MLOPS_E_INVALID;
    *out = self;
    return MLOPS_OK;
}

int mlops__profile_alike(const mlops_profile *a, const mlops_profile *b) {
    return !memcmp(&a->shape, &b->shape, sizeof a->shape) &&
           !memcmp(a->data, b->data, mlops__profile_tree(a) * 8) &&
           !memcmp(mlops__profile_names(a), mlops__profile_names(b), a->shape.names_size);
}

void mlops__profile_like(void *mem, const mlops_profile *like) {
    mlops_profile *self;
    size_t size = mlops__profile_bytes(&like->shape);
    (void)mlops__profile_begin(&self, mem, size, &like->shape); /* there is room */
    memcpy(self->data, like->data, mlops__profile_tree(like) * 8);
    memcpy(mlops__profile_names(self), mlops__profile_names(like), like->shape.names_size);
}

mlops_status mlops_profile_merge(mlops_profile *self, const mlops_profile *other) {
    if (!mlops__profile_alike(self, other)) return MLOPS_E_INVALID;
    MLOPS_TRY(mlops__profile_room(self, other->n));
    if (self->shape.n_edges) {
        uint64_t *bins = self->data + mlops__profile_tree(self);
        const uint64_t *more = mlops__profile_counts(other);
        for (uint32_t i = 0; i <= self->shape.n_edges; i++) bins[i] += more[i];
    } else {
        int64_t n = mlops__profile_values(self) + mlops__profile_values(other);
        mlops__bins_merge(self, other, n);
    }
    self->n += other->n;
    for (int i = 0; i < MLOPS__TOTALS; i++) self->totals[i] += other->totals[i];
    self->min = other->min < self->min ? other->min : self->min;
    self->max = other->max > self->max ? other->max : self->max;
    mlops__sum_add(&self->sum, &other->sum);
    mlops__squares_add(&self->squares, &other->squares);
    if (self->shape.lg_k)
        (void)mlops_hll_merge(mlops__profile_distinct(self), mlops__profile_distinct(other));
    int64_t *counts = mlops__profile_categories(self);
    const int64_t *more = mlops__profile_categories(other);
    for (uint32_t i = 0; i < self->shape.n_categories; i++) counts[i] += more[i];
    return MLOPS_OK;
}
