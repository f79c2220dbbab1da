/* The verdicts of a report: shared, immutable, in the order of the reference.
 *
 * Owns the object, its names and the order by gravity that reports follow. Invariant: nothing but
 * the count of shares changes after mlops__drift_from_columns(); the last share frees it.
 */
#include "base/opts.h"
#include "column/column_store.h"
#include "drift/inside.h"
#include "file/file.h"
#include "stats/stats.h"

#include <string.h>

static void destroy(mlops_drift *self) {
    const mlops_allocator allocator = self->host.allocator;
    size_t n = (size_t)self->n;
    mlops__free(&allocator, self->columns, n * sizeof *self->columns);
    mlops__free(&allocator, self->order, n * sizeof *self->order);
    mlops__arena_free(&self->texts);
    mlops__free(&allocator, self, sizeof *self);
}

static int rank(mlops_drift_verdict verdict) {
    return verdict == MLOPS_DRIFT_YES ? 0 : verdict == MLOPS_DRIFT_NOT_ENOUGH_DATA ? 1 : 2;
}

static int graver(const mlops__drift_judged *columns, int64_t a, int64_t b) {
    const mlops_drift_column *x = &columns[a].column, *y = &columns[b].column;
    if (rank(x->verdict) != rank(y->verdict)) return rank(x->verdict) < rank(y->verdict);
    double p = mlops__drift_gravity(x), q = mlops__drift_gravity(y);
    return p > q || (!(p < q) && a < b);
}

static int less_grave(const void *columns, int64_t i, int64_t j) { return graver(columns, j, i); }

static mlops_status keep_text(mlops__arena *texts, const char **text) {
    if (*text) *text = mlops__arena_text(texts, *text, strlen(*text));
    return *text ? MLOPS_OK : MLOPS_E_NOMEM;
}

static mlops_status fill_column(mlops_drift *self, mlops__drift_judged *out) {
    mlops_drift_column *column = &out->column;
    mlops__buf where;
    mlops__buf_init(&where, &self->host.allocator);
    mlops__drift_where(&where, out, &self->rule);
    mlops__buf_u8(&where, 0);
    mlops_status status = where.status;
    column->where = (const char *)where.data;
    if (status == MLOPS_OK) status = keep_text(&self->texts, &column->where);
    mlops__buf_free(&where);
    if (status == MLOPS_OK) status = keep_text(&self->texts, &column->name);
    for (int i = 0; i < out->n_regions && status == MLOPS_OK; i++)
        if (out->regions[i].text) status = keep_text(&self->texts, &out->regions[i].text);
    return status;
}

static mlops_status fill(mlops_drift *self, const mlops__drift_judged *columns) {
    const mlops_allocator *allocator = &self->host.allocator;
    size_t n = (size_t)self->n;
    if (n == 0) return MLOPS_OK;
    self->columns = mlops__alloc_array(allocator, n, sizeof *self->columns);
    self->order = mlops__alloc_array(allocator, n, sizeof *self->order);
    if (!self->columns || !self->order) return MLOPS_E_NOMEM;
    memcpy(self->columns, columns, n * sizeof *columns);
    for (size_t i = 0; i < n; i++) MLOPS_TRY(fill_column(self, &self->columns[i]));
    mlops__sort_order(self->order, self->n, less_grave, self->columns);
    return MLOPS_OK;
}

mlops_status mlops__drift_from_columns(mlops_drift **out, const mlops__host *host,
                                       const mlops__drift_rule *rule,
                                       const mlops__drift_judged *columns, int64_t n,
                                       mlops_error *err) {
    *out = NULL;
    mlops_drift *self = mlops__alloc_zero(&host->allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    atomic_init(&self->n_refs, 1);
    self->host = *host;
    mlops__arena_init(&self->texts, &self->host.allocator, SIZE_MAX);
    self->rule = *rule;
    self->n = n;
    if (fill(self, columns) != MLOPS_OK) {
        destroy(self);
        return mlops__fail_nomem(err, (size_t)n * sizeof *columns);
    }
    *out = self;
    return MLOPS_OK;
}

mlops_drift *mlops_drift_ref(mlops_drift *self) {
    if (self) atomic_fetch_add_explicit(&self->n_refs, 1, memory_order_relaxed);
    return self;
}

void mlops_drift_unref(mlops_drift *self) {
    if (!self || atomic_fetch_sub_explicit(&self->n_refs, 1, memory_order_acq_rel) > 1) return;
    destroy(self);
}

static int64_t count(const mlops_drift *self, mlops_drift_verdict verdict) {
    int64_t n = 0;
    for (int64_t i = 0; i < self->n; i++) n += self->columns[i].column.verdict == verdict;
    return n;
}

mlops_drift_verdict mlops_drift_overall(const mlops_drift *self) {
    int64_t n_yes = count(self, MLOPS_DRIFT_YES);
    if (self->rule.preset == MLOPS_DRIFT_EVIDENTLY ? 2 * n_yes >= self->n : n_yes > 0)
        return MLOPS_DRIFT_YES;
    return n_yes + count(self, MLOPS_DRIFT_NO) > 0 ? MLOPS_DRIFT_NO : MLOPS_DRIFT_NOT_ENOUGH_DATA;
}

double mlops_drift_severity(const mlops_drift *self) {
    double severity = mlops__not_a_number();
    for (int64_t i = 0; i < self->n; i++) {
        double one = self->columns[i].column.severity;
        if (one > severity || !(severity >= 0)) severity = one;
    }
    return severity;
}

int64_t mlops_drift_n_columns(const mlops_drift *self) { return self->n; }

int64_t mlops_drift_n_drifted(const mlops_drift *self) { return count(self, MLOPS_DRIFT_YES); }

mlops_status mlops_drift_get(const mlops_drift *self, int64_t index, mlops_drift_column *out) {
    if (!out || index < 0 || index >= self->n) return MLOPS_E_INVALID;
    return mlops__opts_return(out, &self->columns[index].column, sizeof *out);
}

static int ends_in_json(const char *path) {
    static const char lower[] = ".json", upper[] = ".JSON";
    size_t n = strlen(path), k = sizeof lower - 1, same = n >= k ? 0 : k;
    for (; same < k; same++)
        if (path[n - k + same] != lower[same] && path[n - k + same] != upper[same]) break;
    return n >= k && same == k;
}

mlops_status mlops__drift_write(const mlops__host *host, const char *path, const void *of,
                                mlops__drift_tell *html, mlops__drift_tell *json,
                                mlops_error *err) {
    if (!path || !*path) return mlops__fail(err, MLOPS_E_INVALID, "drift: the path is empty");
    mlops__buf text;
    mlops__buf_init(&text, &host->allocator);
    (ends_in_json(path) ? json : html)(&text, of);
    mlops_status status = text.status;
    if (status == MLOPS_E_NOMEM) mlops__fail_nomem(err, text.size);
    else if (status < 0) mlops__fail(err, status, "drift: the report cannot be written");
    else status = mlops__file_write(host, path, text.data, text.size, err);
    mlops__buf_free(&text);
    return status;
}

typedef struct told {
    const mlops_drift *drift;
    const mlops__drift_extra *extra;
} told;

static void put_html(mlops__buf *out, const void *of) {
    const told *self = of;
    mlops__drift_html(out, self->drift, self->extra);
}

static void put_json(mlops__buf *out, const void *of) {
    const told *self = of;
    mlops__drift_json_extra(out, self->drift, self->extra);
}

mlops_status mlops__drift_save_extra(const mlops_drift *self, const char *path,
                                     const mlops__drift_extra *extra, mlops_error *err) {
    const told all = {self, extra};
    return mlops__drift_write(&self->host, path, &all, put_html, put_json, err);
}

mlops_status mlops_drift_save(const mlops_drift *self, const char *path, mlops_error *err) {
    const mlops__drift_extra none = {0};
    return mlops__drift_save_extra(self, path, &none, err);
}

mlops_status mlops_drift_json(const mlops_drift *self, char *text, size_t cap, size_t *needed) {
    const mlops__drift_extra none = {0};
    mlops__buf out;
    mlops__buf_init_fixed(&out, text, cap);
    mlops__drift_json_extra(&out, self, &none);
    return mlops__buf_finish_text(&out, needed);
}
