/* The comparing verbs: binds columns by name, judges them one by one or on an executor, and settles
 * the report.
 *
 * Owns the meaning of the options columns, ignore and call. Invariant: each column is judged from
 * its own rows alone, so that the result does not depend on the executor; nothing is left allocated
 * after an error.
 */
#include "base/opts.h"
#include "column/text_counts.h"
#include "drift/inside.h"
#include "drift/job.h"
#include "profile/reference.h"

#include <string.h>

typedef mlops__drift_job job;
typedef mlops__drift_source source;

static int64_t source_n(const source *self) {
    return self->table ? mlops_table_n_columns(self->table) : mlops_reference_n_columns(self->kept);
}

static const char *source_name(const source *self, int64_t i) {
    return self->table ? mlops_table_name(self->table, i) : mlops_reference_name(self->kept, i);
}

static mlops_type source_type(const source *self, int64_t i) {
    return self->table ? mlops_table_type(self->table, i) : mlops_reference_type(self->kept, i);
}

/* Whether a list of columns may have this name. */
static int source_has(const source *self, const char *name) {
    if (self->table) return mlops_table_find(self->table, name) >= 0;
    for (int64_t i = 0; i < mlops_reference_n_columns(self->kept); i++)
        if (mlops__reference_is_named(mlops__reference_at(self->kept, i), name)) return 1;
    return 0;
}

static const char *kind_of(mlops_type type) {
    return mlops__drift_numeric(type)  ? "numeric"
           : type == MLOPS_TYPE_BOOL   ? "bool"
           : type == MLOPS_TYPE_STRING ? "string"
                                       : "null";
}

mlops_status mlops__drift_job_kinds(const char *name, mlops_type reference, mlops_type current,
                                    mlops_error *err) {
    const char *a = kind_of(reference), *b = kind_of(current);
    if (reference == MLOPS_TYPE_NULL || current == MLOPS_TYPE_NULL || strcmp(a, b) == 0)
        return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_SCHEMA,
                       "column '%s' is %s in the reference and %s in the current table; both must "
                       "be of one kind",
                       name, a, b);
}

/* How long the values are that a kept column has, which working memory is for. */
static void keep_in_mind(job *self, int64_t index) {
    int64_t n = mlops__reference_n_values(mlops__reference_at(self->reference.kept, index));
    if (n > self->kept_rows) self->kept_rows = n;
}

/* A column of texts is judged by what can be counted of them, else by its categories. */
static mlops_status bind_texts(job *self, int64_t reference, int64_t current, mlops_error *err) {
    const mlops__column *x = mlops__table_column(self->reference.table, reference);
    const mlops__column *y = mlops__table_column(self->current, current);
    mlops__drift_pair one = {reference, current, {NULL, NULL}, -1};
    int described = 0;
    if (!self->rule.preset && !(self->opts.flags & MLOPS_DRIFT_WHOLE_TEXTS))
        MLOPS_TRY(mlops__texts_are(&described, x, self->rule.rows_min, &self->host, err));
    for (int i = 0; i < 2 && described; i++) {
        mlops_table **table = &self->texts[self->n_texts];
        MLOPS_TRY(mlops__table_texts(table, &self->host, i ? y : x, err));
        self->n_texts++;
        one.texts[i] = *table;
    }
    for (int64_t i = 0; i < (described ? MLOPS__TEXTS_COLUMNS : 1); i++) {
        if (described) one.reference = one.current = i;
        self->pairs[self->n++] = one;
    }
    return MLOPS_OK;
}

/* Column index of a kept reference is of texts: those of the current table are counted, once for
 * all columns that are of the same; unless it has what is counted of them, by name. */
static mlops_status bind_part(job *self, int64_t index, mlops_error *err) {
    const mlops__reference_column *x = mlops__reference_at(self->reference.kept, index);
    const mlops__drift_pair *before = self->n ? &self->pairs[self->n - 1] : NULL;
    mlops__drift_pair pair = {index, x->part - 1, {NULL, NULL}, -1};
    size_t n = mlops__texts_base(x->name, x->part - 1);
    char *name = mlops__arena_text(&self->arena, x->name, n), hint[MLOPS__HINT];
    if (!name) return mlops__fail_nomem(err, n);
    int64_t found = mlops_table_find(self->current, name);
    if (found < 0)
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "the current table has no column '%s'%s, whose texts the reference has "
                           "'%s' of; add it, or name it in mlops_drift_opts.ignore",
                           name, mlops__table_hint(self->current, hint), x->name);
    const mlops__column *texts = mlops__table_column(self->current, found);
    MLOPS_TRY(mlops__drift_job_kinds(name, MLOPS_TYPE_STRING, texts->type, err));
    if (before && before->texts[1] && before->texts_of == found) pair.texts[1] = before->texts[1];
    else {
        mlops_table **table = &self->texts[self->n_texts];
        MLOPS_TRY(mlops__table_texts(table, &self->host, texts, err));
        self->n_texts++;
        pair.texts[1] = *table;
    }
    pair.texts_of = found;
    self->pairs[self->n++] = pair;
    return MLOPS_OK;
}

static mlops_status bind_column(job *self, int64_t index, mlops_error *err) {
    const char *name = source_name(&self->reference, index);
    int64_t found = mlops_table_find(self->current, name);
    char hint[MLOPS__HINT];
    if (self->reference.kept) keep_in_mind(self, index);
    if (found < 0 && self->reference.kept && mlops__reference_at(self->reference.kept, index)->part)
        return bind_part(self, index, err);
    if (found < 0)
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "the current table has no column '%s'%s, which the reference has; add "
                           "it, or name it in mlops_drift_opts.ignore",
                           name, mlops__table_hint(self->current, hint));
    MLOPS_TRY(mlops__drift_job_kinds(name, source_type(&self->reference, index),
                                     mlops_table_type(self->current, found), err));
    if (self->reference.table &&
        mlops_table_type(self->reference.table, index) == MLOPS_TYPE_STRING)
        return bind_texts(self, index, found, err);
    mlops__drift_pair found_pair = {index, found, {NULL, NULL}, -1};
    self->pairs[self->n++] = found_pair;
    return MLOPS_OK;
}

/* Whether a list of names means the column. */
static int among(const source *from, int64_t index, const char *const *names, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        if (from->kept ? mlops__reference_is_named(mlops__reference_at(from->kept, index), names[i])
                       : strcmp(source_name(from, index), names[i]) == 0)
            return 1;
    return 0;
}

/* A name that neither side knows is taken for a slip; but not one to ignore where the reference is
 * kept, which may have been made without it. */
static mlops_status check_names(const job *self, const char *option, const char *const *names,
                                int64_t n, int both, mlops_error *err) {
    char hint[MLOPS__HINT];
    for (int64_t i = 0; i < n; i++) {
        if (source_has(&self->reference, names[i])) continue;
        if (!both && mlops_table_find(self->current, names[i]) >= 0) continue;
        const char *end =
            self->reference.table ? mlops__table_hint(self->reference.table, hint) : "";
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "mlops_drift_opts.%s names '%s', which the reference does not have%s",
                           option, names[i], end);
    }
    return MLOPS_OK;
}

mlops_status mlops__drift_job_bind(job *self, mlops_error *err) {
    const char **keep = NULL, **drop = NULL;
    int64_t n_keep = 0, n_drop = 0, n = source_n(&self->reference);
    MLOPS_TRY(mlops__names_parse(&self->arena, self->opts.columns, &keep, &n_keep, err));
    MLOPS_TRY(mlops__names_parse(&self->arena, self->opts.ignore, &drop, &n_drop, err));
    MLOPS_TRY(check_names(self, "columns", keep, n_keep, 1, err));
    if (self->reference.table) MLOPS_TRY(check_names(self, "ignore", drop, n_drop, 0, err));
    size_t most = (size_t)n + 1;
    for (int64_t i = 0; i < n; i++)
        if (source_type(&self->reference, i) == MLOPS_TYPE_STRING) most += MLOPS__TEXTS_COLUMNS;
    self->pairs = mlops__arena_array(&self->arena, most, sizeof *self->pairs);
    self->texts = mlops__arena_array(&self->arena, most, sizeof *self->texts);
    if (!self->pairs || !self->texts) return mlops__fail_nomem(err, most * sizeof *self->pairs);
    for (int64_t i = 0; i < n; i++) {
        if (self->opts.columns && !among(&self->reference, i, keep, n_keep)) continue;
        if (among(&self->reference, i, drop, n_drop)) continue;
        MLOPS_TRY(bind_column(self, i, err));
    }
    if (self->n == 0)
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "no column is left to compare; name one or more, or ignore fewer");
    self->judged = mlops__arena_array(&self->arena, (size_t)self->n, sizeof *self->judged);
    self->order = mlops__arena_array(&self->arena, (size_t)self->n, sizeof *self->order);
    if (self->judged && self->order) return MLOPS_OK;
    return mlops__fail_nomem(err, (size_t)self->n * sizeof *self->judged);
}

/* A column without any value may stand for any kind: that of the other side decides. */
static int by_numbers(mlops_type reference, mlops_type current) {
    return mlops__drift_numeric(reference) ||
           (reference == MLOPS_TYPE_NULL && mlops__drift_numeric(current));
}

/* Working memory of one column at a time, which all that are judged with it share: memory that is
 * new to the process costs more than sorting in it. */
static mlops_status take_room(job *self, int64_t index, double **out) {
    double **room = &self->rooms[index];
    if (!*room) *room = mlops__alloc(&self->host.allocator, self->room_size);
    *out = *room;
    return *room ? MLOPS_OK : MLOPS_E_NOMEM;
}

/* The data of a column of which nobody wants the rows any more; that of no rows is never written.
 */
static double *place_of(const mlops__column *column) {
    double *out;
    memcpy(&out, &column->data, sizeof out); /* the table is the job's own */
    return out;
}

static void take_place(const mlops__column *x, const mlops__column *y, double **first,
                       double **second, double **scratch) {
    *scratch = *first;
    *first = place_of(x);
    *second = place_of(y);
}

static mlops_status judge_table(job *self, const mlops__drift_pair *at, int64_t room,
                                mlops__drift_judged *out) {
    const mlops_allocator *allocator = &self->host.allocator;
    const mlops_table *before = at->texts[0] ? at->texts[0] : self->reference.table;
    const mlops_table *now = at->texts[1] ? at->texts[1] : self->current;
    const mlops__column *x = mlops__table_column(before, at->reference);
    const mlops__column *y = mlops__table_column(now, at->current);
    if (by_numbers(x->type, y->type)) {
        mlops__drift_values a, b;
        double *first;
        MLOPS_TRY(take_room(self, room, &first));
        double *second = first + x->n_rows, *scratch = second + y->n_rows;
        if (self->in_place) take_place(x, y, &first, &second, &scratch);
        mlops__drift_values_load(&a, x, self->host.cpu, first, scratch);
        mlops__drift_values_load(&b, y, self->host.cpu, second, scratch);
        mlops__drift_judge_values(out, &self->rule, self->host.cpu, x->name, x->type, &a, &b);
        if (!self->rule.preset) return MLOPS_OK;
        return mlops__drift_preset_values(out, &self->rule, x, &a, &b, &self->host);
    }
    mlops__drift_categories categories;
    mlops_status status = mlops__drift_categories_pick(&categories, x, &self->host);
    if (status == MLOPS_OK) status = mlops__drift_categories_count(&categories, y, allocator);
    if (status == MLOPS_OK) {
        mlops__drift_judge_categories(out, &self->rule, x->name, x->type, 1, &categories);
        if (x->type == MLOPS_TYPE_STRING)
            status = mlops__drift_locate_texts(out, &self->rule, &categories, x, y, &self->host);
    }
    mlops__drift_categories_free(&categories, allocator);
    if (!self->rule.preset || status != MLOPS_OK) return status;
    return mlops__drift_preset_categories(out, &self->rule, x, y, allocator);
}

static mlops_status judge_kept(job *self, const mlops__drift_pair *at, int64_t room,
                               mlops__drift_judged *out) {
    const mlops_allocator *allocator = &self->host.allocator;
    const mlops__reference_column *x = mlops__reference_at(self->reference.kept, at->reference);
    const mlops_table *rows = at->texts[1] ? at->texts[1] : self->current;
    const mlops__column *y = mlops__table_column(rows, at->current);
    if (by_numbers(x->type, y->type)) {
        mlops__drift_values before, now;
        double *whole;
        MLOPS_TRY(take_room(self, room, &whole));
        double *first = whole + self->kept_rows;
        double *scratch = self->in_place ? first : first + y->n_rows;
        if (self->in_place) first = place_of(y);
        mlops__drift_values_load(&now, y, self->host.cpu, first, scratch);
        if (!x->ecdf) return mlops__drift_judge_kept(out, &self->rule, x, &now, allocator);
        mlops__drift_values_take(&before, x, whole);
        mlops__drift_judge_values(out, &self->rule, self->host.cpu, x->name, x->type, &before,
                                  &now);
        return MLOPS_OK;
    }
    mlops__drift_categories categories;
    mlops__drift_categories_take(&categories, x);
    MLOPS_TRY(mlops__drift_categories_count(&categories, y, allocator));
    mlops__drift_judge_categories(out, &self->rule, x->name, x->type, x->exact, &categories);
    return MLOPS_OK;
}

static mlops_status judge_one(void *task_user, int64_t index, int32_t worker) {
    job *self = task_user;
    int64_t at = self->begun + index, room = self->by_worker ? worker : index;
    return self->reference.table ? judge_table(self, &self->pairs[at], room, &self->judged[at])
                                 : judge_kept(self, &self->pairs[at], room, &self->judged[at]);
}

mlops_status mlops__drift_job_poll(const job *self, int64_t done, mlops_error *err) {
    const mlops_call *call = &self->call;
    const mlops_clock *clock = &self->host.clock;
    if (call->progress && call->progress(call->progress_user, done, self->n) != 0)
        return mlops__fail(err, MLOPS_E_CANCELLED, "cancelled after %lld of %lld column%s",
                           (long long)done, (long long)self->n, mlops__plural(self->n));
    if (call->deadline_ns != 0 && clock->monotonic_ns(clock->ctx) > call->deadline_ns)
        return mlops__fail(err, MLOPS_E_DEADLINE, "the deadline passed after %lld of %lld column%s",
                           (long long)done, (long long)self->n, mlops__plural(self->n));
    return MLOPS_OK;
}

/* The values of both sides, unless they are sorted in place, and as many as the larger has for
 * sorting. What a reference keeps in order is not sorted. */
static size_t room_of(const job *self) {
    size_t n = (size_t)mlops_table_n_rows(self->current), other = 0, all = 0, size;
    if (self->reference.table) other = (size_t)mlops_table_n_rows(self->reference.table);
    int fits = self->in_place || mlops__add(n, other, &all);
    fits = fits && mlops__add(all, n > other ? n : other, &all);
    fits = fits && mlops__add(all, (size_t)self->kept_rows, &all);
    return fits && mlops__mul(all ? all : 1, sizeof(double), &size) ? size : SIZE_MAX;
}

size_t mlops__drift_job_room(const job *self) {
    size_t size = room_of(self);
    if (self->rule.preset && !mlops__mul(size, 3, &size)) size = SIZE_MAX; /* cells for values */
    return size;
}

/* Columns that may be in work at once under the limit of memory. */
static mlops_status find_width(job *self, int64_t *out, mlops_error *err) {
    self->room_size = room_of(self);
    int64_t workers = self->call.executor ? self->call.executor->n_workers : 1;
    *out = workers < 1 ? 1 : workers;
    if (self->call.memory_max <= 0) return MLOPS_OK;
    size_t size = mlops__drift_job_room(self);
    uint64_t fit = (uint64_t)self->call.memory_max / size;
    if (fit == 0)
        return mlops__fail(err, MLOPS_E_LIMIT,
                           "a column takes %zu bytes of working memory; mlops_call.memory_max is "
                           "%lld",
                           size, (long long)self->call.memory_max);
    if (fit < (uint64_t)*out) *out = (int64_t)fit;
    return MLOPS_OK;
}

/* In loops of a few for each worker. */
static mlops_status judge_loops(job *self, int64_t width, int64_t end, mlops_error *err) {
    enum { TURNS = 4 };
    const mlops_executor *executor = self->call.executor;
    self->by_worker = executor && width == executor->n_workers;
    if (self->by_worker && width < end - self->begun) width *= TURNS;
    MLOPS_TRY(mlops__drift_job_poll(self, self->begun, err));
    while (self->begun < end) {
        int64_t left = end - self->begun, n = width < left ? width : left;
        mlops_status status = executor && n > 1
                                  ? executor->parallel_for(executor->ctx, n, judge_one, self)
                                  : judge_one(self, 0, 0);
        if (status == MLOPS_E_NOMEM) return mlops__fail_nomem(err, 0);
        if (status < 0) return mlops__fail(err, status, "the executor failed");
        self->begun += executor && n > 1 ? n : 1;
        MLOPS_TRY(mlops__drift_job_poll(self, self->begun, err));
    }
    return MLOPS_OK;
}

mlops_status mlops__drift_job_judge(job *self, int64_t first, int64_t end, mlops_error *err) {
    const mlops_allocator *allocator = &self->host.allocator;
    int64_t width = 1;
    self->begun = first;
    MLOPS_TRY(find_width(self, &width, err));
    self->rooms = mlops__alloc_array(allocator, (size_t)width, sizeof *self->rooms);
    if (!self->rooms) return mlops__fail_nomem(err, (size_t)width * sizeof *self->rooms);
    mlops_status status = judge_loops(self, width, end, err);
    for (int64_t i = 0; i < width; i++) mlops__free(allocator, self->rooms[i], self->room_size);
    mlops__free(allocator, self->rooms, (size_t)width * sizeof *self->rooms);
    return status;
}

static mlops_status check_opts(job *self, const mlops_drift_opts *opts, int rows,
                               mlops_error *err) {
    MLOPS_TRY(mlops__opts_copy(&self->opts, sizeof self->opts, opts, "mlops_drift_opts", err));
    MLOPS_TRY(mlops__drift_rule_init(&self->rule, opts, rows, err));
    MLOPS_TRY(mlops__opts_copy(&self->call, sizeof self->call, self->opts.call, "mlops_call", err));
    if (self->call.flags != 0)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_call.flags is 0x%x; there are none, set 0",
                           self->call.flags);
    if (self->call.memory_max < 0)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_call.memory_max is negative");
    return mlops__host_init(&self->host, self->opts.host, err);
}

mlops_status mlops__drift_job_begin(job *self, const mlops_drift_opts *opts, int rows,
                                    mlops_error *err) {
    MLOPS_TRY(check_opts(self, opts, rows, err));
    mlops__arena_init(&self->arena, &self->host.allocator, SIZE_MAX);
    return MLOPS_OK;
}

void mlops__drift_job_end(job *self) {
    for (int64_t i = 0; i < self->n_texts; i++) mlops_table_unref(self->texts[i]);
    if (self->arena.allocator) mlops__arena_free(&self->arena);
}

mlops_status mlops__drift_job_settle(mlops_drift **out, job *self, const mlops__host *host,
                                     mlops_error *err) {
    mlops__drift_settle(self->judged, self->n, &self->rule, self->order);
    return mlops__drift_from_columns(out, host, &self->rule, self->judged, self->n, err);
}

static mlops_status compare(mlops_drift **out, job *self, const mlops_drift_opts *opts,
                            mlops_error *err) {
    mlops_status status = mlops__drift_job_begin(self, opts, self->reference.table != NULL, err);
    if (status == MLOPS_OK) status = mlops__drift_job_bind(self, err);
    if (status == MLOPS_OK) status = mlops__drift_job_judge(self, 0, self->n, err);
    if (status == MLOPS_OK) status = mlops__drift_job_settle(out, self, &self->host, err);
    mlops__drift_job_end(self);
    return status;
}

mlops_status mlops_drift_compare(mlops_drift **out, const mlops_table *reference,
                                 const mlops_table *current, const mlops_drift_opts *opts,
                                 mlops_error *err) {
    job self;
    *out = NULL;
    memset(&self, 0, sizeof self);
    if (!reference || !current) return mlops__fail(err, MLOPS_E_INVALID, "drift: a table is NULL");
    self.reference.table = reference;
    self.current = current;
    return compare(out, &self, opts, err);
}

mlops_status mlops_drift_compare_reference(mlops_drift **out, const mlops_reference *reference,
                                           const mlops_table *current, const mlops_drift_opts *opts,
                                           mlops_error *err) {
    job self;
    *out = NULL;
    memset(&self, 0, sizeof self);
    if (!reference || !current)
        return mlops__fail(err, MLOPS_E_INVALID, "drift: the reference or the table is NULL");
    self.reference.kept = reference;
    self.current = current;
    return compare(out, &self, opts, err);
}
