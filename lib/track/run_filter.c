/* Filters of runs.
 *
 * Owns the compiled filter and its names. Invariants: a name has one canonical spelling and one
 * slot, whose column of a block is the one behind the run's id; only what the filter names is read.
 */
#include "column/rows.h"
#include "track/filter.h"

#include <string.h>

const mlops__run_column mlops__run_columns[MLOPS__RUN_COLUMNS] = {
    {"run_id", MLOPS_TYPE_STRING},  {"experiment", MLOPS_TYPE_STRING},
    {"name", MLOPS_TYPE_STRING},    {"status", MLOPS_TYPE_STRING},
    {"start_ns", MLOPS_TYPE_INT64}, {"end_ns", MLOPS_TYPE_INT64},
    {"parent", MLOPS_TYPE_STRING},  {"actor", MLOPS_TYPE_STRING},
    {"source", MLOPS_TYPE_STRING},  {"dataset", MLOPS_TYPE_STRING},
    {"commit", MLOPS_TYPE_STRING},
};

/* The run's own names beside those of its columns; MLflow's. */
static const struct alias {
    const char *name, *column;
    int64_t unit;
} ALIASES[] = {
    {"start_time", "start_ns", 1000000},
    {"end_time", "end_ns", 1000000},
    {"created", "start_ns", 1000000},
    {"Created", "start_ns", 1000000},
    {"run_name", "name", 1},
    {"run name", "name", 1},
    {"Run name", "name", 1},
    {"Run Name", "name", 1},
    {"user_id", "actor", 1},
};

enum { N_ALIASES = sizeof ALIASES / sizeof ALIASES[0] };

static const struct entity {
    const char *name;
    mlops__table table;
} ENTITIES[] = {
    {"metrics", MLOPS__TABLE_METRICS},   {"metric", MLOPS__TABLE_METRICS},
    {"params", MLOPS__TABLE_PARAMS},     {"param", MLOPS__TABLE_PARAMS},
    {"parameters", MLOPS__TABLE_PARAMS}, {"parameter", MLOPS__TABLE_PARAMS},
    {"tags", MLOPS__TABLE_TAGS},         {"tag", MLOPS__TABLE_TAGS},
    {"attributes", MLOPS__TABLE_RUNS},   {"attribute", MLOPS__TABLE_RUNS},
    {"attr", MLOPS__TABLE_RUNS},         {"run", MLOPS__TABLE_RUNS},
};

enum { N_ENTITIES = sizeof ENTITIES / sizeof ENTITIES[0] };

static int own_column(const char *name) {
    for (int i = 0; i < MLOPS__RUN_COLUMNS; i++)
        if (strcmp(name, mlops__run_columns[i].name) == 0) return i;
    return -1;
}

/* One of the run's own; 0 if there is none of the name. */
static int find_own(const char *name, mlops__filter_name *out) {
    out->table = MLOPS__TABLE_RUNS;
    out->unit = 1;
    out->canonical = name;
    out->column = own_column(name);
    for (int i = 0; i < N_ALIASES && out->column < 0; i++) {
        if (strcmp(name, ALIASES[i].name) != 0) continue;
        out->column = own_column(ALIASES[i].column);
        out->unit = ALIASES[i].unit;
        out->canonical = ALIASES[i].column;
        if (out->unit > 1) out->canonical = ALIASES[i].column[0] == 's' ? "start_time" : "end_time";
    }
    return out->column >= 0;
}

/* What a name means, canonical spelling apart. 0 if nothing. */
static int find_meaning(const char *name, mlops__filter_name *out) {
    const char *dot = strchr(name, '.');
    memset(out, 0, sizeof *out);
    for (int i = 0; i < N_ENTITIES && dot; i++) {
        size_t n = strlen(ENTITIES[i].name);
        if (n != (size_t)(dot - name) || memcmp(name, ENTITIES[i].name, n) != 0) continue;
        if (ENTITIES[i].table == MLOPS__TABLE_RUNS) return find_own(dot + 1, out);
        out->table = ENTITIES[i].table;
        out->key = dot + 1;
        return dot[1] != 0;
    }
    return find_own(name, out);
}

static const char *prefix_of(mlops__table table) {
    if (table == MLOPS__TABLE_METRICS) return "metrics.";
    return table == MLOPS__TABLE_PARAMS ? "params." : "tags.";
}

static mlops_type type_of(const mlops__filter_name *name) {
    if (name->table == MLOPS__TABLE_RUNS) return mlops__run_columns[name->column].type;
    return name->table == MLOPS__TABLE_METRICS ? MLOPS_TYPE_FLOAT64 : MLOPS_TYPE_STRING;
}

/* The canonical spelling, and within it the key, in the arena. */
static int spell(mlops__filter *self, mlops__filter_name *name) {
    if (name->table == MLOPS__TABLE_RUNS) return name->canonical != NULL;
    const char *prefix = prefix_of(name->table);
    size_t n = strlen(prefix), m = strlen(name->key);
    char *text = mlops__arena_alloc(&self->arena, n + m + 1);
    if (!text) return 0;
    memcpy(text, prefix, n);
    memcpy(text + n, name->key, m + 1);
    name->canonical = text;
    name->key = text + n;
    return 1;
}

static int add_name(mlops__filter *self, const mlops__filter_name *name) {
    mlops__filter_name *more = mlops__arena_grow(&self->arena, self->names, (int64_t)self->n_names,
                                                 &self->cap, sizeof *more);
    if (!more) return 0;
    self->names = more;
    self->names[self->n_names++] = *name;
    return 1;
}

static mlops_status resolve(void *user, const char *name, size_t n, mlops__expr_symbol *out) {
    mlops__filter *self = user;
    mlops__filter_name meant;
    (void)n;
    if (!find_meaning(name, &meant)) return MLOPS_E_NOT_FOUND;
    if (meant.key && strlen(meant.key) > MLOPS__RUN_KEY_MAX) {
        out->problem = "this name has more than 250 bytes; no param, metric or tag has";
        return MLOPS_E_LIMIT;
    }
    if (!spell(self, &meant)) return MLOPS_E_NOMEM;
    size_t slot = 0;
    while (slot < self->n_names && strcmp(self->names[slot].canonical, meant.canonical) != 0)
        slot++;
    if (slot == self->n_names && !add_name(self, &meant)) return MLOPS_E_NOMEM;
    out->type = type_of(&meant);
    out->slot = (int32_t)slot;
    out->name = self->names[slot].canonical;
    return MLOPS_OK;
}

static const char *known(void *user, int64_t i) {
    (void)user;
    if (i < MLOPS__RUN_COLUMNS) return mlops__run_columns[i].name;
    i -= MLOPS__RUN_COLUMNS;
    return i < N_ALIASES ? ALIASES[i].name : NULL;
}

mlops_status mlops__filter_begin(mlops__filter *self, const char *text, const mlops__host *host,
                                 mlops_error *err) {
    mlops__expr_scope scope;
    memset(self, 0, sizeof *self);
    self->host = host;
    mlops__arena_init(&self->arena, &host->allocator, SIZE_MAX);
    if (!text) return MLOPS_OK;
    memset(&scope, 0, sizeof scope);
    scope.resolve = resolve;
    scope.known = known;
    scope.user = self;
    scope.wanted = MLOPS_TYPE_BOOL;
    scope.what = "filter";
    scope.cpu_max = host->cpu;
    MLOPS_TRY(mlops__expr_compile(&self->expr, text, strlen(text), &scope, &host->allocator, err));
    self->scratch_size = mlops__expr_scratch_size(self->expr, MLOPS__FILTER_BLOCK);
    self->scratch = mlops__alloc(&host->allocator, self->scratch_size);
    return self->scratch ? MLOPS_OK : mlops__fail_nomem(err, self->scratch_size);
}

void mlops__filter_end(mlops__filter *self) {
    mlops__free(&self->host->allocator, self->scratch, self->scratch_size);
    mlops__expr_free(self->expr);
    mlops__arena_free(&self->arena);
}

/* ---- picking ---- */

/* One run on its way into a block; the arena is of this run alone. */
typedef struct cell_source {
    mlops__index *index;
    const char *run;
    mlops__arena arena;
    mlops__record own; /* n is 0 as long as it was not read */
} cell_source;

static mlops_status put_own(cell_source *self, const mlops__filter_name *name, mlops__rows *rows,
                            mlops_error *err) {
    if (self->own.n == 0) {
        mlops__key key;
        mlops__key_init(&key);
        mlops__key_text(&key, self->run);
        mlops_status status = mlops__record_get(&self->own, self->index, MLOPS__TABLE_RUNS,
                                                mlops__key_bytes(&key), &self->arena, err);
        if (status == MLOPS_E_NOT_FOUND)
            return mlops__fail(err, MLOPS_E_CORRUPT, "the run '%s' is ordered but not there",
                               self->run);
        MLOPS_TRY(status);
    }
    const mlops__run_column *column = &mlops__run_columns[name->column];
    if (name->column == 0) mlops__rows_text(rows, self->run);
    else if (column->type == MLOPS_TYPE_STRING)
        mlops__rows_text(rows, mlops__record_text(&self->own, column->name));
    else if (mlops__record_find(&self->own, column->name))
        mlops__rows_i64(rows, mlops__record_i64(&self->own, column->name, 0) / name->unit);
    else mlops__rows_null(rows);
    return MLOPS_OK;
}

static mlops_status put_cell(cell_source *self, const mlops__filter_name *name, mlops__rows *rows,
                             mlops_error *err) {
    mlops__key key;
    mlops__record record;
    if (name->table == MLOPS__TABLE_RUNS) return put_own(self, name, rows, err);
    mlops__run_key(&key, self->run, name->key);
    mlops_status status = mlops__record_get(&record, self->index, name->table,
                                            mlops__key_bytes(&key), &self->arena, err);
    if (status == MLOPS_E_NOT_FOUND) {
        mlops__rows_null(rows);
        return MLOPS_OK;
    }
    MLOPS_TRY(status);
    if (name->table == MLOPS__TABLE_METRICS)
        mlops__rows_f64(rows, mlops__record_f64(&record, "value", 0));
    else mlops__rows_text(rows, mlops__record_text(&record, "value"));
    return MLOPS_OK;
}

static mlops_status put_run(const mlops__filter *self, mlops__index *index, const char *run,
                            mlops__rows *rows, mlops_error *err) {
    cell_source source = {index, run, {0}, {NULL, 0}};
    mlops_status status = MLOPS_OK;
    mlops__arena_init(&source.arena, &self->host->allocator, SIZE_MAX);
    mlops__rows_text(rows, run);
    for (size_t i = 0; i < self->n_names && !status; i++)
        status = put_cell(&source, &self->names[i], rows, err);
    mlops__arena_free(&source.arena);
    return status;
}

/* A block of runs as a table: the id, then a column for each slot. */
static mlops_status make_block(mlops__filter *self, mlops__index *index,
                               const char (*runs)[MLOPS__RUN_TEXT], int64_t n, mlops__arena *arena,
                               mlops_table **out, mlops_error *err) {
    mlops__rows rows;
    mlops__rows_column *columns = mlops__arena_array(arena, self->n_names + 1, sizeof *columns);
    if (!columns) return mlops__fail_nomem(err, self->n_names * sizeof *columns);
    columns[0] = (mlops__rows_column){"the run", MLOPS_TYPE_STRING};
    for (size_t i = 0; i < self->n_names; i++)
        columns[i + 1] = (mlops__rows_column){self->names[i].canonical, type_of(&self->names[i])};
    MLOPS_TRY(mlops__rows_begin(&rows, self->host, columns, (int64_t)self->n_names + 1, err));
    mlops_status status = MLOPS_OK;
    for (int64_t i = 0; i < n && !status; i++) status = put_run(self, index, runs[i], &rows, err);
    return mlops__rows_end(&rows, status, out, err);
}

static mlops_status evaluate(const mlops__filter *self, const mlops_table *block,
                             mlops__arena *arena, int64_t n, uint8_t *picked, mlops_error *err) {
    const mlops__expr_input *inputs;
    const mlops__expr_output out = {picked, NULL};
    MLOPS_TRY(mlops__expr_column_inputs(block, arena, &inputs, err));
    mlops_status status =
        mlops__expr_evaluate(self->expr, inputs + 1, 0, n, self->scratch, self->scratch_size, &out);
    return status ? mlops__fail(err, status, "a filter cannot be evaluated") : MLOPS_OK;
}

mlops_status mlops__filter_pick(mlops__filter *self, mlops__index *index,
                                const char (*runs)[MLOPS__RUN_TEXT], int64_t n, uint8_t *picked,
                                mlops_error *err) {
    mlops__arena arena;
    mlops_table *block;
    memset(picked, 1, (size_t)n);
    if (!self->expr || n == 0) return MLOPS_OK;
    mlops__arena_init(&arena, &self->host->allocator, SIZE_MAX);
    mlops_status status = make_block(self, index, runs, n, &arena, &block, err);
    if (!status) {
        status = evaluate(self, block, &arena, n, picked, err);
        mlops_table_unref(block);
    }
    mlops__arena_free(&arena);
    return status;
}
