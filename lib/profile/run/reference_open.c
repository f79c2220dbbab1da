/* Checking the payload of a reference, every byte of it.
 *
 * Owns the rules of the layout that profile/reference.h draws. Invariant: a payload that passes is
 * the only spelling of what it says: offsets lie where the layout puts them, counts add up to the
 * rows, edges ascend, categories stand in their order, and no byte is left over.
 * Freestanding: part of the firmware build.
 */
#include "base/cursor.h"
#include "profile/profile.h"
#include "profile/run/reference_layout.h"

#include <string.h>

/* Where the next thing of each kind has to lie. */
typedef struct layout {
    uint64_t counts;
    uint64_t edges;
    uint64_t categories;
    uint64_t texts;
} layout;

static mlops_status corrupt(mlops_error *err, int64_t column, const char *what) {
    if (column < 0) return mlops__fail(err, MLOPS_E_CORRUPT, "reference: %s", what);
    return mlops__fail(err, MLOPS_E_CORRUPT, "reference: column %lld: %s", (long long)column, what);
}

int mlops__reference_numeric(mlops_type type) {
    return type == MLOPS_TYPE_INT64 || type == MLOPS_TYPE_FLOAT64;
}

/* Type and the number of cells: what the layout depends on. */
static mlops_status check_shape(const mlops__reference_record *r, int64_t column,
                                mlops_error *err) {
    if (r->type > MLOPS_TYPE_STRING) return corrupt(err, column, "its type is unknown");
    int numeric = mlops__reference_numeric((mlops_type)r->type);
    uint32_t edges_max = numeric ? MLOPS__REFERENCE_EDGES : 0;
    uint32_t categories_max = r->type == MLOPS_TYPE_STRING ? MLOPS__REFERENCE_CATEGORIES
                              : r->type == MLOPS_TYPE_BOOL ? 2
                                                           : 0;
    if (r->n_edges > edges_max || r->n_categories > categories_max)
        return corrupt(err, column, "it has more cells than its type allows");
    if (r->flags > MLOPS__REFERENCE_EXACT || r->part > MLOPS__REFERENCE_PARTS)
        return corrupt(err, column, "it has an unknown flag");
    if (numeric ? (r->hidden == 0) != (r->flags != 0) : r->hidden != 0)
        return corrupt(err, column, "what its cells hide does not fit whether it is exact");
    return MLOPS_OK;
}

/* Takes the place of n bytes at *next if offset is there and they fit; texts have no NUL inside and
 * one behind. */
static int take_text(const mlops__reference_view *self, uint64_t *next, uint32_t offset,
                     uint32_t n) {
    if (offset != *next || n >= self->size - offset || self->data[offset + n]) return 0;
    *next += (uint64_t)n + 1;
    return strlen((const char *)self->data + offset) == n;
}

static mlops_status check_counts(const mlops__reference_view *self,
                                 const mlops__reference_record *r, int64_t column,
                                 mlops_error *err) {
    if (r->n_null < 0 || r->n_nan < 0 || r->n_null > self->n_rows ||
        r->n_nan > self->n_rows - r->n_null || (r->n_nan && r->type != MLOPS_TYPE_FLOAT64))
        return corrupt(err, column, "its nulls do not fit the rows");
    int64_t left = self->n_rows - r->n_null - r->n_nan;
    int64_t last = (int64_t)r->n_edges + r->n_categories;
    int empty = 0;
    for (int64_t i = 0; i <= last; i++) {
        int64_t count = mlops__reference_record_count(self, r, i);
        if (count < 0 || count > left) return corrupt(err, column, "its counts exceed the rows");
        if (i < last) empty |= count == 0;
        left -= count;
    }
    if (left) return corrupt(err, column, "its counts do not add up to the rows");
    int rest = mlops__reference_record_count(self, r, last) != 0;
    if (empty && (r->flags || r->n_categories)) return corrupt(err, column, "a cell is empty");
    if (rest && r->flags) return corrupt(err, column, "it is not exact");
    if (mlops__reference_numeric((mlops_type)r->type)) return MLOPS_OK;
    if (rest != !r->flags) return corrupt(err, column, "it is exact");
    if (rest && r->n_categories < (r->type == MLOPS_TYPE_STRING ? MLOPS__REFERENCE_CATEGORIES : 3))
        return corrupt(err, column, "it lacks categories");
    return MLOPS_OK;
}

static mlops_status check_edges(const mlops__reference_view *self, const mlops__reference_record *r,
                                int64_t column, mlops_error *err) {
    for (int64_t i = 0; i < r->n_edges; i++) {
        double edge = mlops__reference_record_edge(self, r, i);
        uint32_t bits = mlops__load_u32(self->data + r->edges + (size_t)i * 4);
        int ascends = i == 0 || edge > mlops__reference_record_edge(self, r, i - 1);
        if (!(edge - edge == 0.0) || !ascends || bits == (uint32_t)1 << 31)
            return corrupt(err, column, "its edges do not ascend");
    }
    return MLOPS_OK;
}

/* As strcmp(), which firmware need not have. */
static int compare_texts(const char *a, const char *b) {
    while (*a && *a == *b) a++, b++;
    return (int)(uint8_t)*a - (int)(uint8_t)*b;
}

/* By falling count, ties by text, none twice. */
static int category_fits(const mlops__reference_view *self, const mlops__reference_record *r,
                         int64_t index) {
    const char *text = mlops__reference_record_category(self, r, index);
    if (r->type == MLOPS_TYPE_BOOL && compare_texts(text, "false") && compare_texts(text, "true"))
        return 0;
    for (int64_t i = 0; i < index; i++)
        if (!compare_texts(mlops__reference_record_category(self, r, i), text)) return 0;
    if (index == 0) return 1;
    int64_t count = mlops__reference_record_count(self, r, index);
    int64_t before = mlops__reference_record_count(self, r, index - 1);
    const char *above = mlops__reference_record_category(self, r, index - 1);
    return count < before || (count == before && compare_texts(above, text) < 0);
}

static mlops_status check_categories(const mlops__reference_view *self,
                                     const mlops__reference_record *r, int64_t column,
                                     uint64_t *texts, mlops_error *err) {
    for (int64_t i = 0; i < r->n_categories; i++) {
        const uint8_t *entry = self->data + r->categories + (size_t)i * 8;
        if (!take_text(self, texts, mlops__load_u32(entry), mlops__load_u32(entry + 4)))
            return corrupt(err, column, "a category is not where it belongs");
        if (!category_fits(self, r, i))
            return corrupt(err, column, "its categories are not in their order");
    }
    return MLOPS_OK;
}

/* Either all four are numbers that can be, or all are the one NaN. */
static mlops_status check_moments(const mlops__reference_view *self,
                                  const mlops__reference_record *r, int64_t column,
                                  mlops_error *err) {
    double v[4];
    memcpy(v, r->moments, sizeof v);
    int numbers =
        mlops__reference_numeric((mlops_type)r->type) && r->n_null + r->n_nan < self->n_rows;
    int finite = numbers && r->moments[0] != MLOPS__NAN_BITS;
    int fits = 1;
    for (size_t i = 0; i < 4; i++) {
        int set = i < 2 ? finite : numbers;
        if (set ? v[i] != v[i] : r->moments[i] != MLOPS__NAN_BITS) fits = 0;
        if (r->moments[i] == (uint64_t)1 << 63) fits = 0; /* -0 */
    }
    if (finite && (v[0] - v[0] != 0.0 || v[1] - v[1] != 0.0 || v[1] < 0.0)) fits = 0;
    if (finite && (v[0] < v[2] || v[0] > v[3])) fits = 0;
    if (numbers && v[2] > v[3]) fits = 0;
    if (numbers && !finite && (v[2] - v[2] == 0.0 || v[3] - v[3] == 0.0)) fits = 0;
    return fits ? MLOPS_OK : corrupt(err, column, "its mean, spread or extremes cannot be");
}

static mlops_status check_column(const mlops__reference_view *self, int64_t column, layout *next,
                                 mlops_error *err) {
    mlops__reference_record r = mlops__reference_record_at(self, column);
    if (r.counts != next->counts || r.edges != next->edges || r.categories != next->categories)
        return corrupt(err, column, "its cells are not where they belong");
    MLOPS_TRY(check_counts(self, &r, column, err));
    MLOPS_TRY(check_edges(self, &r, column, err));
    MLOPS_TRY(check_categories(self, &r, column, &next->texts, err));
    MLOPS_TRY(check_moments(self, &r, column, err));
    next->counts += 8 * ((uint64_t)r.n_edges + r.n_categories + 1);
    next->edges += 4 * (uint64_t)r.n_edges;
    next->categories += 8 * (uint64_t)r.n_categories;
    return MLOPS_OK;
}

/* Adds up the shapes to where each kind of thing begins, and holds it against the size. */
static mlops_status lay_out(const mlops__reference_view *self, layout *out, mlops_error *err) {
    uint64_t n_cells = 0, n_edges = 0, n_categories = 0;
    for (int64_t i = 0; i < self->n_columns; i++) {
        mlops__reference_record r = mlops__reference_record_at(self, i);
        MLOPS_TRY(check_shape(&r, i, err));
        n_cells += (uint64_t)r.n_edges + r.n_categories + 1;
        n_edges += r.n_edges;
        n_categories += r.n_categories;
    }
    out->counts = MLOPS__REFERENCE_HEADER + (uint64_t)self->n_columns * MLOPS__REFERENCE_RECORD;
    out->edges = out->counts + 8 * n_cells;
    out->categories = out->edges + 4 * n_edges;
    out->texts = out->categories + 8 * n_categories;
    return out->texts <= self->size ? MLOPS_OK : corrupt(err, -1, "its end is missing");
}

static mlops_status check_all(const mlops__reference_view *self, mlops_error *err) {
    layout next;
    MLOPS_TRY(lay_out(self, &next, err));
    for (int64_t i = 0; i < self->n_columns; i++) {
        mlops__reference_record r = mlops__reference_record_at(self, i);
        if (!take_text(self, &next.texts, r.name, r.name_size))
            return corrupt(err, i, "its name is not where it belongs");
    }
    for (int64_t i = 0; i < self->n_columns; i++) MLOPS_TRY(check_column(self, i, &next, err));
    return next.texts == self->size ? MLOPS_OK : corrupt(err, -1, "bytes follow its end");
}

mlops_status mlops__reference_view_open(mlops__reference_view *out, const void *bytes, size_t n,
                                        mlops_error *err) {
    *out = (mlops__reference_view){NULL, 0, 0, 0};
    mlops__cursor in;
    mlops__cursor_init(&in, bytes, n);
    uint32_t version = mlops__cursor_u32(&in);
    uint32_t n_columns = mlops__cursor_u32(&in);
    int64_t n_rows = mlops__cursor_i64(&in);
    if (in.failed || version == 0) return corrupt(err, -1, "its header is missing");
    if (version > MLOPS__REFERENCE_VERSION)
        return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                           "reference: format version %u; this library reads version 1",
                           (unsigned)version);
    if (n_columns < 1 || n_rows < 1) return corrupt(err, -1, "it has no rows or no columns");
    if (n > UINT32_MAX || n_columns > mlops__cursor_left(&in) / MLOPS__REFERENCE_RECORD)
        return corrupt(err, -1, "its end is missing");
    mlops__reference_view self = {bytes, n, n_columns, n_rows};
    MLOPS_TRY(check_all(&self, err));
    *out = self;
    return MLOPS_OK;
}
