/* A reference as payload, and back.
 *
 * Owns the layout's writing side. Invariant: what is written is the one layout that
 * mlops__reference_view_open() takes, and parsing it gives a reference that writes the same bytes.
 */
#include "column/text_counts.h"
#include "profile/build/reference_build.h"
#include "profile/profile.h"
#include "profile/run/reference_layout.h"
#include "text/utf8.h"

#include <string.h>

/* Where the next thing of each kind goes. */
typedef struct places {
    uint64_t counts;
    uint64_t edges;
    uint64_t categories;
    uint64_t texts;
} places;

static places first_places(const mlops_reference *self) {
    int64_t n = mlops_reference_n_columns(self);
    places at = {MLOPS__REFERENCE_HEADER + (uint64_t)n * MLOPS__REFERENCE_RECORD, 0, 0, 0};
    uint64_t n_cells = 0, n_edges = 0, n_categories = 0;
    for (int64_t i = 0; i < n; i++) {
        const mlops__reference_column *c = mlops__reference_at(self, i);
        n_cells += (uint64_t)c->n_cells;
        n_edges += (uint64_t)c->n_edges;
        n_categories += (uint64_t)c->n_categories;
    }
    at.edges = at.counts + 8 * n_cells;
    at.categories = at.edges + 4 * n_edges;
    at.texts = at.categories + 8 * n_categories;
    return at;
}

static void put_record(mlops__buf *out, const mlops__reference_column *c, places *at) {
    const double moments[] = {c->mean, c->sd, c->min, c->max};
    uint64_t name_size = strlen(c->name);
    mlops__buf_u32(out, (uint32_t)at->texts);
    mlops__buf_u32(out, (uint32_t)name_size);
    mlops__buf_u32(out, (uint32_t)c->type);
    mlops__buf_u32(out, (c->exact ? MLOPS__REFERENCE_EXACT : 0) |
                            (uint32_t)c->part << MLOPS__REFERENCE_PART_SHIFT);
    mlops__buf_i64(out, c->n_null);
    mlops__buf_i64(out, c->n_nan);
    mlops__buf_u32(out, (uint32_t)c->n_edges);
    mlops__buf_u32(out, (uint32_t)c->n_categories);
    mlops__buf_u32(out, (uint32_t)at->counts);
    mlops__buf_u32(out, (uint32_t)at->edges);
    mlops__buf_u32(out, (uint32_t)at->categories);
    mlops__buf_u32(out, (uint32_t)(c->hidden * 0x1p32));
    for (size_t i = 0; i < 4; i++)
        mlops__buf_u64(out,
                       moments[i] == moments[i] ? mlops__bits_of(moments[i]) : MLOPS__NAN_BITS);
    at->texts += name_size + 1;
    at->counts += 8 * (uint64_t)c->n_cells;
    at->edges += 4 * (uint64_t)c->n_edges;
    at->categories += 8 * (uint64_t)c->n_categories;
}

static void put_cells(const mlops_reference *self, mlops__buf *out) {
    int64_t n = mlops_reference_n_columns(self);
    for (int64_t i = 0; i < n; i++) {
        const mlops__reference_column *c = mlops__reference_at(self, i);
        for (int64_t j = 0; j < c->n_cells; j++) mlops__buf_i64(out, c->counts[j]);
    }
    for (int64_t i = 0; i < n; i++) {
        const mlops__reference_column *c = mlops__reference_at(self, i);
        for (int64_t j = 0; j < c->n_edges; j++) mlops__buf_f32(out, (float)c->edges[j]);
    }
}

static void put_text(mlops__buf *out, const char *text) {
    mlops__buf_put(out, text, strlen(text) + 1);
}

static void put_texts(const mlops_reference *self, mlops__buf *out, uint64_t place) {
    int64_t n = mlops_reference_n_columns(self);
    for (int64_t i = 0; i < n; i++) {
        const mlops__reference_column *c = mlops__reference_at(self, i);
        for (int64_t j = 0; j < c->n_categories; j++) {
            size_t size = strlen(c->categories[j]);
            mlops__buf_u32(out, (uint32_t)place);
            mlops__buf_u32(out, (uint32_t)size);
            place += size + 1;
        }
    }
    for (int64_t i = 0; i < n; i++) put_text(out, mlops__reference_at(self, i)->name);
    for (int64_t i = 0; i < n; i++) {
        const mlops__reference_column *c = mlops__reference_at(self, i);
        for (int64_t j = 0; j < c->n_categories; j++) put_text(out, c->categories[j]);
    }
}

mlops_status mlops__reference_payload(const mlops_reference *self, mlops__buf *out) {
    size_t begin = out->size;
    places at = first_places(self);
    mlops__buf_u32(out, MLOPS__REFERENCE_VERSION);
    mlops__buf_u32(out, (uint32_t)mlops_reference_n_columns(self));
    mlops__buf_i64(out, mlops_reference_n_rows(self));
    for (int64_t i = 0; i < mlops_reference_n_columns(self); i++)
        put_record(out, mlops__reference_at(self, i), &at);
    put_cells(self, out);
    put_texts(self, out, at.texts);
    if (out->status == MLOPS_OK && out->size - begin > UINT32_MAX) out->status = MLOPS_E_LIMIT;
    return out->status;
}

static mlops_status check_utf8(const char *text, mlops_error *err) {
    size_t n = strlen(text);
    if (mlops__utf8_check(text, n) == n) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "reference: a name or category is no UTF-8");
}

/* Copies one column out of the view into the arena. */
static mlops_status copy_column(mlops__reference_column *out, mlops__arena *arena,
                                const mlops__reference_view *view, int64_t index,
                                mlops_error *err) {
    mlops__reference_record r = mlops__reference_record_at(view, index);
    const char *name = (const char *)view->data + r.name;
    int64_t n_cells = (int64_t)r.n_edges + r.n_categories + 1;
    int64_t *counts = mlops__arena_array(arena, (size_t)n_cells, sizeof *counts);
    double *edges = mlops__arena_array(arena, (size_t)r.n_edges + 1, sizeof *edges);
    const char **texts = mlops__arena_array(arena, (size_t)r.n_categories + 1, sizeof *texts);
    char *own_name = mlops__arena_text(arena, name, r.name_size);
    if (!counts || !edges || !texts || !own_name) return mlops__fail_nomem(err, r.name_size);
    MLOPS_TRY(check_utf8(name, err));
    int part = (int)r.part - 1;
    if (part >= 0 &&
        (!mlops__texts_base(name, part) || mlops__texts_type(part) != (mlops_type)r.type))
        return mlops__fail(err, MLOPS_E_CORRUPT,
                           "reference: column '%s' is not what it says to be of texts", name);
    for (int64_t i = 0; i < n_cells; i++) counts[i] = mlops__reference_record_count(view, &r, i);
    for (int64_t i = 0; i < r.n_edges; i++) edges[i] = mlops__reference_record_edge(view, &r, i);
    for (int64_t i = 0; i < r.n_categories; i++) {
        const char *text = mlops__reference_record_category(view, &r, i);
        MLOPS_TRY(check_utf8(text, err));
        texts[i] = mlops__arena_text(arena, text, strlen(text));
        if (!texts[i]) return mlops__fail_nomem(err, strlen(text));
    }
    *out = (mlops__reference_column){
        .name = own_name,
        .type = (mlops_type)r.type,
        .exact = r.flags & MLOPS__REFERENCE_EXACT,
        .part = (int)r.part,
        .hidden = (double)r.hidden * 0x1p-32,
        .n = view->n_rows,
        .n_null = r.n_null,
        .n_nan = r.n_nan,
        .n_cells = n_cells,
        .counts = counts,
        .n_edges = r.n_edges,
        .edges = edges,
        .n_categories = r.n_categories,
        .categories = texts,
        .mean = mlops__f64_of(r.moments[0]),
        .sd = mlops__f64_of(r.moments[1]),
        .min = mlops__f64_of(r.moments[2]),
        .max = mlops__f64_of(r.moments[3]),
    };
    return MLOPS_OK;
}

mlops_status mlops__reference_parse(mlops_reference **out, const void *bytes, size_t n,
                                    const mlops__host *host, mlops_error *err) {
    *out = NULL;
    mlops__reference_view view;
    MLOPS_TRY(mlops__reference_view_open(&view, bytes, n, err));
    mlops_reference *self;
    MLOPS_TRY(mlops__reference_begin(&self, view.n_columns, view.n_rows, host, err));
    mlops_status status = MLOPS_OK;
    for (int64_t i = 0; i < view.n_columns && status == MLOPS_OK; i++)
        status = copy_column(&mlops__reference_columns(self)[i], mlops__reference_arena(self),
                             &view, i, err);
    if (status == MLOPS_OK) status = mlops__reference_finish(self, err);
    if (status == MLOPS_OK) *out = self;
    else mlops_reference_unref(self);
    return status;
}
