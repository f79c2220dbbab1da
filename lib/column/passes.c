/* Passes over sources, a block of columns each.
 *
 * Owns how many columns a pass takes, and when a column is one of texts. Invariant: all memory is
 * asked from the purse, so that the bound holds for everything; what does not fit is let go of,
 * from the last column of the block on, and read in a later pass; a column that does not fit by
 * itself is refused.
 */
#include "column/passes.h"

#include "base/opts.h"
#include "column/names.h"
#include "column/text_sink.h"
#include "file/file.h"

#include <string.h>

enum {
    SLACK = MLOPS__PASSES_SLACK,
    TABLES = 16 << 10, /* those of a column, without its values */
    READER = 1 << 20   /* that of CSV */
};

static const int64_t MEMORY_MAX_DEFAULT = (int64_t)1 << 30;

/* ---- reading ---- */

static int32_t poll_csv(void *user, int64_t done, int64_t total) {
    const mlops__passes *self = user;
    const mlops_call *call = &self->call;
    (void)done;
    (void)total;
    return call->progress ? call->progress(call->progress_user, self->first, self->n) : 0;
}

static mlops_status open_stream(struct ArrowArrayStream *out, const mlops__passes *self,
                                const mlops__pass_source *from, const mlops__part *part,
                                mlops_error *err) {
    mlops__buf list;
    memset(out, 0, sizeof *out);
    mlops__buf_init(&list, &self->host.allocator);
    int64_t n = part->n ? part->n : 1; /* rows are counted by a column, too */
    for (int64_t i = 0; part->names && i < n; i++) mlops__names_put(&list, part->names[i]);
    mlops__buf_u8(&list, 0);
    mlops_status status = list.status ? mlops__fail_nomem(err, list.size) : MLOPS_OK;
    if (status == MLOPS_OK) {
        int32_t code = from->open(from->user, part->names ? (const char *)list.data : NULL, out);
        if (code) status = mlops__fail_os(err, code, "cannot open", from->what);
    }
    mlops__buf_free(&list);
    return status;
}

static mlops_status read_part(mlops_table **out, mlops__passes *self,
                              const mlops__pass_source *from, mlops__part *part, mlops_error *err) {
    struct ArrowArrayStream stream;
    *out = NULL;
    if (from->path) {
        MLOPS_TRY(mlops__part_load(out, from->path, part, &self->csv, err));
        part->n_kept = part->n;
        return MLOPS_OK;
    }
    MLOPS_TRY(open_stream(&stream, self, from, part, err));
    mlops_status status = mlops__part_import(out, &stream, part, &self->lent, err);
    return mlops__fail_path(err, status, from->what);
}

static void end_sinks(const mlops__passes *self, mlops__pass_source *from) {
    for (int64_t i = 0; i < from->n; i++) {
        if (!from->sinks[i]) continue;
        mlops__text_sink_free(from->sinks[i]);
        mlops__free(&self->host.allocator, from->sinks[i], sizeof *from->sinks[i]);
    }
    from->n = 0;
}

static void let_go(mlops__passes *self) {
    for (int k = 0; k < self->n_sources; k++) {
        mlops__pass_source *from = &self->sources[k];
        mlops_table_unref(from->block);
        from->block = NULL;
        end_sinks(self, from);
        size_t n = (size_t)from->cap;
        mlops__free(&self->host.allocator, from->names, n * sizeof *from->names);
        mlops__free(&self->host.allocator, from->masks, n * sizeof *from->masks);
        mlops__free(&self->host.allocator, from->sinks, n * sizeof *from->sinks);
        from->names = NULL;
        from->masks = NULL;
        from->sinks = NULL;
        from->cap = 0;
    }
}

/* Where the name of a column stands in a block; what is counted of the same texts is one. */
static int64_t find_name(const mlops__pass_source *from, const mlops__pass_column *column,
                         int64_t i) {
    int64_t last = from->n - 1;
    if (column->part < 0 && from->n > i && from->names[i] == column->name) return i;
    for (int64_t at = last; at >= 0; at--)
        if (strcmp(from->names[at], column->name) == 0) return at;
    return -1;
}

/* The names of a block. */
static mlops_status make_names(const mlops__passes *self, mlops__pass_source *from, int64_t count,
                               mlops_error *err) {
    const mlops_allocator *allocator = &self->host.allocator;
    size_t n = (size_t)count + 1;
    from->n = 0;
    from->cap = (int64_t)n;
    from->names = mlops__alloc_array(allocator, n, sizeof *from->names);
    from->masks = mlops__alloc_array(allocator, n, sizeof *from->masks);
    from->sinks = mlops__alloc_array(allocator, n, sizeof *from->sinks);
    if (!from->names || !from->masks || !from->sinks)
        return mlops__fail_nomem(err, n * sizeof *from->names);
    for (int64_t i = 0; i < count; i++) {
        const mlops__pass_column *column = &self->columns[self->first + i];
        int64_t at = column->part < 0 ? -1 : find_name(from, column, i);
        if (at < 0) from->names[at = from->n++] = column->name;
        if (column->part >= 0) from->masks[at] |= (uint32_t)1 << column->part;
    }
    return MLOPS_OK;
}

static mlops_status make_sink(const mlops__passes *self, mlops__pass_source *from, int64_t at,
                              mlops_error *err) {
    mlops__text_sink *sink = mlops__alloc_zero(&self->host.allocator, sizeof *sink);
    if (!sink) return mlops__fail_nomem(err, sizeof *sink);
    from->sinks[at] = sink;
    return mlops__text_sink_begin(sink, &self->host, from->names[at], from->masks[at], err);
}

/* Reads the names of a source; *n_kept is how many there was memory for. */
static mlops_status read_block(mlops__passes *self, mlops__pass_source *from, int64_t *n_kept,
                               mlops_error *err) {
    mlops__part part = {from->names, from->n, from->n_rows, self->poll, self->user, from->sinks, 0};
    mlops_status status = MLOPS_OK;
    for (int64_t i = 0; i < from->n && status == MLOPS_OK; i++)
        if (from->masks[i]) status = make_sink(self, from, i, err);
    if (status == MLOPS_OK) status = read_part(&from->block, self, from, &part, err);
    if (status == MLOPS_OK) from->n_rows = part.n_rows;
    *n_kept = part.n_kept;
    return status;
}

/* Columns of the block whose names are among the first n. */
static int64_t covered(const mlops__passes *self, const mlops__pass_source *from, int64_t n,
                       int64_t count) {
    for (int64_t i = 0; i < count; i++)
        if (find_name(from, &self->columns[self->first + i], i) >= n) return i;
    return count;
}

/* No column is used in this pass; rows of a source that are not known are counted. */
static mlops_status count_rows(mlops__passes *self, mlops__pass_source *from, mlops_error *err) {
    mlops__part part = {&self->columns[self->first].name, 0, -1, self->poll, self->user, NULL, 0};
    if (from->n_rows >= 0) return MLOPS_OK;
    mlops_table *none;
    mlops_status status = read_part(&none, self, from, &part, err);
    mlops_table_unref(none);
    if (status == MLOPS_OK) from->n_rows = part.n_rows;
    return status;
}

static int is_short(const mlops__passes *self, mlops_status status) {
    return status == MLOPS_E_NOMEM && atomic_load(&self->purse.exceeded);
}

/* Reads the block of a source; *count falls to as many columns as there is memory for. */
static mlops_status load(mlops__passes *self, mlops__pass_source *from, int64_t *count,
                         mlops_error *err) {
    int64_t n_kept = 0;
    mlops_status status = make_names(self, from, *count, err);
    if (status == MLOPS_OK) status = read_block(self, from, &n_kept, err);
    if (is_short(self, status)) {
        let_go(self);
        *count = 0;
        return count_rows(self, from, err);
    }
    MLOPS_TRY(status);
    *count = covered(self, from, n_kept, *count);
    return MLOPS_OK;
}

/* ---- columns of texts ---- */

/* Each that is marked becomes the columns that are counted of it. */
static mlops_status expand(mlops__passes *self, int64_t end, const uint8_t *marked, int64_t n_new,
                           mlops_error *err) {
    size_t n = (size_t)(self->n + n_new);
    mlops__pass_column *out = mlops__arena_array(self->arena, n, sizeof *out);
    if (!out) return mlops__fail_nomem(err, n * sizeof *out);
    int64_t at = 0;
    for (int64_t i = 0; i < self->n; i++) {
        out[at++] = self->columns[i];
        if (i < self->first || i >= end || !marked[i - self->first]) continue;
        at--;
        for (int k = 0; k < MLOPS__TEXTS_COLUMNS; k++, at++) {
            out[at] = self->columns[i];
            out[at].part = k;
            out[at].shown = mlops__texts_name(self->arena, out[at].name, k);
            if (!out[at].shown) return mlops__fail_nomem(err, strlen(out[at].name));
        }
    }
    mlops__pass_column *before = self->columns;
    int64_t n_before = self->n;
    self->columns = out;
    self->n = at;
    mlops_status status = self->grown(self->user, err);
    if (status == MLOPS_OK) return MLOPS_OK;
    self->columns = before;
    self->n = n_before;
    return status;
}

/* Finds columns of texts in the block of the first source. *found: there are some, and columns are
 * others now. */
static mlops_status decide(mlops__passes *self, int64_t count, int *found, mlops_error *err) {
    uint8_t *marked = mlops__alloc_zero(&self->host.allocator, (size_t)count + 1);
    mlops_status status = marked ? MLOPS_OK : mlops__fail_nomem(err, (size_t)count);
    int64_t n_new = 0;
    for (int64_t i = 0; i < count && status == MLOPS_OK; i++) {
        mlops__pass_column *column = &self->columns[self->first + i];
        int64_t index;
        int is = 0;
        if (column->decided) continue;
        const mlops_table *table = mlops__passes_find(self, 0, i, &index);
        status = mlops__texts_are(&is, mlops__table_column(table, index), self->rows_min,
                                  &self->host, err);
        column->decided = status == MLOPS_OK;
        if (marked) marked[i] = (uint8_t)is;
        n_new += is ? MLOPS__TEXTS_COLUMNS - 1 : 0;
    }
    *found = n_new > 0;
    if (status == MLOPS_OK && *found)
        status = expand(self, self->first + count, marked, n_new, err);
    if (status != MLOPS_OK) *found = 0;
    for (int64_t i = 0; i < count && marked && status != MLOPS_OK; i++)
        if (marked[i]) self->columns[self->first + i].decided = 0; /* they are asked again */
    mlops__free(&self->host.allocator, marked, (size_t)count + 1);
    return status;
}

/* The same of the one column that is next, whose texts there is no memory for. */
static mlops_status tell_apart(mlops__passes *self, int *found, mlops_error *err) {
    mlops__pass_source *from = &self->sources[0];
    mlops__pass_column *column = &self->columns[self->first];
    const uint8_t marked = 1;
    int64_t n_kept = 0;
    *found = 0;
    if (column->decided) return MLOPS_OK;
    atomic_store(&self->purse.exceeded, 0);
    mlops_status status = make_names(self, from, 1, err);
    if (status == MLOPS_OK) status = make_sink(self, from, 0, err);
    if (status == MLOPS_OK) status = read_block(self, from, &n_kept, err);
    if (status == MLOPS_OK && n_kept == 1)
        *found = mlops__text_sink_are_texts(from->sinks[0], self->rows_min);
    let_go(self);
    column->decided = 1;
    if (is_short(self, status)) return MLOPS_OK;
    MLOPS_TRY(status);
    return *found ? expand(self, self->first + 1, &marked, MLOPS__TEXTS_COLUMNS - 1, err)
                  : MLOPS_OK;
}

/* ---- how much fits ---- */

static size_t left(const mlops__passes *self) {
    return self->purse.max - atomic_load(&self->purse.used);
}

const mlops_table *mlops__passes_find(const mlops__passes *self, int source, int64_t i,
                                      int64_t *index) {
    const mlops__pass_source *from = &self->sources[source];
    const mlops__pass_column *column = &self->columns[self->first + i];
    *index = -1;
    if (!from->block) return NULL;
    if (column->part < 0) {
        *index = mlops_table_find(from->block, column->name);
        return from->block;
    }
    int64_t at = find_name(from, column, i);
    if (at < 0) return NULL; /* this source was asked for fewer columns */
    uint32_t below = from->masks[at] & (((uint32_t)1 << column->part) - 1);
    *index = __builtin_popcount(below);
    return from->sinks[at] ? from->sinks[at]->table : NULL;
}

void mlops__passes_drop(mlops__passes *self, int64_t i) {
    for (int k = 0; k < self->n_sources; k++) {
        int64_t index;
        const mlops_table *table = mlops__passes_find(self, k, i, &index);
        mlops_table *own;
        memcpy(&own, &table, sizeof own);
        if (own && index >= 0) mlops__part_drop(own, index);
    }
}

/* Bytes of the values of a column, without texts. */
static double column_size(const mlops__passes *self, const mlops__pass_column *column) {
    const mlops_table *head = self->sources[self->n_sources - 1].head;
    mlops_type type = column->part < 0
                          ? mlops_table_type(head, mlops_table_find(head, column->name))
                          : mlops__texts_type(column->part);
    double width = type == MLOPS_TYPE_BOOL ? 1 : type == MLOPS_TYPE_STRING ? 4 : 8, rows = 0;
    for (int k = 0; k < self->n_sources; k++) rows += (double)self->sources[k].n_rows;
    return rows * (width + 0.125) + 2;
}

/* Lets columns go until the others can be used; returns how many are left. */
static int64_t fit(mlops__passes *self, int64_t count, int64_t loaded) {
    while (loaded > count) mlops__passes_drop(self, --loaded);
    if (count > 0) self->room = self->room_of(self->user);
    while (count > 0 && (left(self) < SLACK || self->room > left(self) - SLACK)) {
        atomic_store(&self->purse.exceeded, 1);
        mlops__passes_drop(self, --count);
    }
    return count;
}

/* Columns that the next pass is likely to have memory for. */
static int64_t guess(const mlops__passes *self, int64_t from) {
    double most = (double)left(self) - (double)self->room - SLACK, size = 0;
    int64_t n = 0;
    while (from + n < self->n && (size += column_size(self, &self->columns[from + n])) <= most) n++;
    return n > 0 ? n : 1;
}

static mlops_status refuse(mlops__passes *self, mlops_error *err) {
    double size = column_size(self, &self->columns[self->first]) + SLACK + TABLES +
                  (double)atomic_load(&self->purse.used);
    int reader = 0;
    for (int k = 0; k < self->n_sources; k++) reader |= self->sources[k].path != NULL;
    return self->refuse(self->user, size + (reader ? READER : 0), err);
}

/* ---- passes ---- */

static int is_known(const mlops__passes *self) {
    for (int k = 0; k < self->n_sources; k++)
        if (self->sources[k].n_rows < 0) return 0;
    return 1;
}

/* One pass over all sources; *count is how many of these columns it is done with. *found: it was
 * not to be begun with these. */
static mlops_status pass(mlops__passes *self, int64_t *count, int *found, mlops_error *err) {
    int64_t asked = *count;
    mlops_status status = MLOPS_OK;
    *found = 0;
    atomic_store(&self->purse.exceeded, 0);
    for (int k = 0; k < self->n_sources; k++) {
        if (*count > 0) MLOPS_TRY(load(self, &self->sources[k], count, err));
        else MLOPS_TRY(count_rows(self, &self->sources[k], err));
        if (k == 0 && *count > 0) status = decide(self, *count, found, err);
        if (*found && status == MLOPS_OK) return MLOPS_OK;
        if (status) break;
    }
    if (status == MLOPS_OK) *count = fit(self, *count, asked);
    if (status == MLOPS_OK && *count > 0) status = self->use(self->user, count, err);
    if (!is_short(self, status)) return status;
    let_go(self);
    *count = 0;
    for (int k = 0; k < self->n_sources; k++) MLOPS_TRY(count_rows(self, &self->sources[k], err));
    return MLOPS_OK;
}

mlops_status mlops__passes_run(mlops__passes *self, mlops_error *err) {
    int64_t width = self->n;
    while (self->first < self->n) {
        int known = is_known(self), found;
        int64_t rest = self->n - self->first, asked = width < rest ? width : rest, count = asked;
        mlops_status status = pass(self, &count, &found, err);
        let_go(self);
        MLOPS_TRY(status);
        if (!found) self->first += count;
        width = guess(self, self->first);
        if (found || count > 0 || !known) continue;
        if (asked == 1 && !atomic_load(&self->purse.exceeded)) return mlops__fail_nomem(err, 0);
        if (asked == 1) MLOPS_TRY(tell_apart(self, &found, err));
        if (asked == 1 && !found) return refuse(self, err);
        width = width < asked / 2 ? width : asked / 2;
        if (width < 1) width = 1;
    }
    return MLOPS_OK;
}

/* ---- begin and end ---- */

mlops_status mlops__passes_begin(mlops__passes *self, const mlops__host *host,
                                 const mlops_call *call, const mlops_csv_opts *csv,
                                 mlops_error *err) {
    const mlops_call none = MLOPS_CALL_INIT;
    int64_t most = call->memory_max ? call->memory_max : MEMORY_MAX_DEFAULT;
    mlops__purse_init(&self->purse, &host->allocator,
                      (uint64_t)most > SIZE_MAX ? SIZE_MAX : (size_t)most);
    self->call = *call;
    self->host = *host;
    self->host.allocator = self->purse.table;
    self->lent = mlops__host_lend(&self->host);
    MLOPS_TRY(mlops__opts_copy(&self->csv, sizeof self->csv, csv, "mlops_csv_opts", err));
    self->csv_call = none;
    self->csv_call.progress = poll_csv;
    self->csv_call.progress_user = self;
    self->csv_call.deadline_ns = call->deadline_ns;
    self->csv.struct_size = sizeof self->csv;
    self->csv.host = &self->lent;
    self->csv.call = &self->csv_call;
    self->csv.memory_max = INT64_MAX;
    return MLOPS_OK;
}

mlops_status mlops__passes_look(mlops__passes *self, mlops_error *err) {
    for (int k = 0; k < self->n_sources; k++) {
        mlops__part part = {NULL, 0, -1, self->poll, self->user, NULL, 0};
        self->sources[k].n_rows = -1;
        MLOPS_TRY(read_part(&self->sources[k].head, self, &self->sources[k], &part, err));
    }
    return MLOPS_OK;
}

void mlops__passes_end(mlops__passes *self) {
    if (!self->purse.max) return;
    let_go(self);
    for (int k = 0; k < self->n_sources; k++) mlops_table_unref(self->sources[k].head);
}

mlops_status mlops__passes_judge(const mlops__passes *self, mlops_status status, const char *what,
                                 mlops_error *err) {
    if (!self->purse.max || !is_short(self, status)) return status;
    return mlops__fail(err, MLOPS_E_LIMIT,
                       "%s takes more than mlops_call.memory_max, which is %zu bytes", what,
                       self->purse.max);
}
