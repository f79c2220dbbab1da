/* Runs as a table with a column for each param, metric and tag that one of them has.
 *
 * Owns the sets of names while the table is made. Invariants: the columns of a group stand in the
 * order of their names, which is that of the records below a run, so that filling a row is a merge.
 */
#include "column/dictionary.h"
#include "column/rows.h"
#include "track/search.h"

#include <string.h>

enum { GROUPS = 3 };

static const struct group {
    const char *prefix;
    mlops__table table;
    mlops_type type;
} GROUP[GROUPS] = {{"params.", MLOPS__TABLE_PARAMS, MLOPS_TYPE_STRING},
                   {"metrics.", MLOPS__TABLE_METRICS, MLOPS_TYPE_FLOAT64},
                   {"tags.", MLOPS__TABLE_TAGS, MLOPS_TYPE_STRING}};

typedef struct making {
    mlops__index *index;
    const mlops__run_ids *runs;
    const mlops__host *host;
    mlops__arena arena; /* of names and columns */
    mlops__dictionary names[GROUPS];
    const char **sorted[GROUPS];
    mlops__rows rows;
} making;

/* ---- columns ---- */

static mlops_status collect(making *self, int group, const char *run, mlops_error *err) {
    mlops__index_iter iter;
    mlops__bytes key, value;
    mlops_status status;
    MLOPS_TRY(mlops__run_iter(&iter, self->index, GROUP[group].table, run, err));
    while ((status = mlops__index_iter_next(&iter, &key, &value, err)) == MLOPS_OK) {
        int32_t code;
        mlops__bytes part = mlops__key_part(key, 1);
        status =
            mlops__dictionary_add(&self->names[group], (const char *)part.data, part.size, &code);
        if (status == MLOPS_E_NOMEM) status = mlops__fail_nomem(err, part.size);
        else if (status) status = mlops__fail(err, status, "the runs have too many names");
        if (status) break;
    }
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

static mlops_status sort_names(making *self, int group, mlops_error *err) {
    size_t n = (size_t)self->names[group].n;
    const char **names = mlops__arena_array(&self->arena, n ? n : 1, sizeof *names);
    if (!names) return mlops__fail_nomem(err, n * sizeof *names);
    for (size_t i = 0, length; i < n; i++)
        names[i] = mlops__dictionary_text(&self->names[group], (int32_t)i, &length);
    mlops__sort_texts(names, n);
    self->sorted[group] = names;
    return MLOPS_OK;
}

static const char *joined(making *self, const char *prefix, const char *name) {
    size_t n = strlen(prefix), m = strlen(name);
    char *text = mlops__arena_alloc(&self->arena, n + m + 1);
    if (!text) return NULL;
    memcpy(text, prefix, n);
    memcpy(text + n, name, m + 1);
    return text;
}

static mlops_status begin_rows(making *self, mlops_error *err) {
    size_t n = MLOPS__RUN_COLUMNS;
    for (int g = 0; g < GROUPS; g++) n += (size_t)self->names[g].n;
    mlops__rows_column *columns = mlops__arena_array(&self->arena, n, sizeof *columns);
    if (!columns) return mlops__fail_nomem(err, n * sizeof *columns);
    for (n = 0; n < MLOPS__RUN_COLUMNS; n++)
        columns[n] = (mlops__rows_column){mlops__run_columns[n].name, mlops__run_columns[n].type};
    for (int g = 0; g < GROUPS; g++)
        for (int64_t i = 0; i < self->names[g].n; i++) {
            const char *name = joined(self, GROUP[g].prefix, self->sorted[g][i]);
            if (!name) return mlops__fail_nomem(err, MLOPS__RUN_KEY_MAX);
            columns[n++] = (mlops__rows_column){name, GROUP[g].type};
        }
    return mlops__rows_begin(&self->rows, self->host, columns, (int64_t)n, err);
}

/* ---- rows ---- */

static mlops_status put_own(making *self, const char *run, mlops__arena *arena, mlops_error *err) {
    mlops__key key;
    mlops__record record;
    mlops__key_init(&key);
    mlops__key_text(&key, run);
    mlops_status status = mlops__record_get(&record, self->index, MLOPS__TABLE_RUNS,
                                            mlops__key_bytes(&key), arena, err);
    if (status == MLOPS_E_NOT_FOUND)
        return mlops__fail(err, MLOPS_E_CORRUPT, "the run '%s' is ordered but not there", run);
    MLOPS_TRY(status);
    mlops__rows_text(&self->rows, run);
    for (int i = 1; i < MLOPS__RUN_COLUMNS; i++) {
        const char *name = mlops__run_columns[i].name;
        if (mlops__run_columns[i].type == MLOPS_TYPE_STRING)
            mlops__rows_text(&self->rows, mlops__record_text(&record, name));
        else if (mlops__record_find(&record, name))
            mlops__rows_i64(&self->rows, mlops__record_i64(&record, name, 0));
        else mlops__rows_null(&self->rows);
    }
    return MLOPS_OK;
}

static mlops_status put_value(making *self, int group, mlops__bytes value, mlops__arena *arena,
                              mlops_error *err) {
    mlops__record record;
    MLOPS_TRY(mlops__record_parse(&record, value, arena, err));
    if (GROUP[group].type == MLOPS_TYPE_STRING)
        mlops__rows_text(&self->rows, mlops__record_text(&record, "value"));
    else mlops__rows_f64(&self->rows, mlops__record_f64(&record, "value", 0));
    return MLOPS_OK;
}

static mlops_status put_group(making *self, int group, const char *run, mlops__arena *arena,
                              mlops_error *err) {
    mlops__index_iter iter;
    mlops__bytes key = {NULL, 0}, value;
    int64_t n = self->names[group].n;
    if (n == 0) return MLOPS_OK;
    MLOPS_TRY(mlops__run_iter(&iter, self->index, GROUP[group].table, run, err));
    mlops_status status = mlops__index_iter_next(&iter, &key, &value, err);
    for (int64_t i = 0; i < n && status >= 0; i++) {
        const char *name = self->sorted[group][i];
        if (status == MLOPS_END || !mlops__key_part_is(key, 1, name)) {
            mlops__rows_null(&self->rows);
            continue;
        }
        status = put_value(self, group, value, arena, err);
        if (!status) status = mlops__index_iter_next(&iter, &key, &value, err);
    }
    mlops__index_iter_free(&iter);
    return status < 0 ? status : MLOPS_OK;
}

static mlops_status put_run(making *self, const char *run, mlops_error *err) {
    mlops__arena arena;
    mlops__arena_init(&arena, &self->host->allocator, SIZE_MAX);
    mlops_status status = put_own(self, run, &arena, err);
    for (int g = 0; g < GROUPS && !status; g++) status = put_group(self, g, run, &arena, err);
    mlops__arena_free(&arena);
    return status;
}

static mlops_status make(making *self, mlops_table **out, mlops_error *err) {
    const mlops__run_ids *runs = self->runs;
    for (int g = 0; g < GROUPS; g++) {
        for (size_t i = 0; i < runs->n; i++) MLOPS_TRY(collect(self, g, runs->ids[i], err));
        MLOPS_TRY(sort_names(self, g, err));
    }
    MLOPS_TRY(begin_rows(self, err));
    mlops_status status = MLOPS_OK;
    for (size_t i = 0; i < runs->n && !status; i++) status = put_run(self, runs->ids[i], err);
    return mlops__rows_end(&self->rows, status, out, err);
}

mlops_status mlops__run_table(mlops_table **out, mlops__index *index, const mlops__run_ids *runs,
                              const mlops__host *host, mlops_error *err) {
    making m;
    memset(&m, 0, sizeof m);
    m.index = index;
    m.runs = runs;
    m.host = host;
    mlops__arena_init(&m.arena, &host->allocator, SIZE_MAX);
    for (int g = 0; g < GROUPS; g++)
        mlops__dictionary_init(&m.names[g], &host->allocator, &host->entropy);
    mlops_status status = make(&m, out, err);
    for (int g = 0; g < GROUPS; g++) mlops__dictionary_free(&m.names[g]);
    mlops__arena_free(&m.arena);
    return status;
}
