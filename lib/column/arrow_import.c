/* Tables from Arrow structs and streams.
 *
 * Owns what it is given from the first line on: whatever happens, schema, array and stream are
 * released before it returns. Invariant: every batch is held against the schema before a buffer of
 * it is touched, and at most one batch is alive at a time.
 */
#include "column/arrow_take.h"
#include "column/arrow_types.h"
#include "column/part.h"
#include "column/table_inside.h"
#include "column/text_sink.h"

#include <string.h>

static void release_schema(struct ArrowSchema *schema) {
    if (schema && schema->release) schema->release(schema);
}

static void release_array(struct ArrowArray *array) {
    if (array && array->release) array->release(array);
}

static mlops_status check_schema(const struct ArrowSchema *schema, mlops_error *err) {
    if (!schema->release)
        return mlops__fail(err, MLOPS_E_INVALID, "the schema was released or moved away");
    if (!schema->format || strcmp(schema->format, "+s") != 0)
        return mlops__fail(err, MLOPS_E_INVALID, "a table is a struct ('+s'), this is '%s'",
                           schema->format ? schema->format : "");
    if (schema->n_children < 1 || !schema->children)
        return mlops__fail(err, MLOPS_E_INVALID, "the table has no columns");
    for (int64_t i = 0; i < schema->n_children; i++)
        if (!schema->children[i] || !schema->children[i]->release)
            return mlops__fail(err, MLOPS_E_INVALID, "the schema of column %lld was moved away",
                               (long long)i + 1);
    return MLOPS_OK;
}

/* A table with the schema's columns and no rows. */
static mlops_status begin_table(mlops_table **out, const struct ArrowSchema *schema,
                                const mlops_host *host, mlops_error *err) {
    *out = NULL;
    MLOPS_TRY(check_schema(schema, err));
    mlops_table *self;
    MLOPS_TRY(mlops__table_new(&self, host, 0, err));
    mlops_status status = MLOPS_OK;
    for (int64_t i = 0; i < schema->n_children && status == MLOPS_OK; i++) {
        const char *name = schema->children[i]->name;
        status = mlops__table_add_name(self, name ? name : "", name ? strlen(name) : 0,
                                       MLOPS_E_INVALID, err);
    }
    if (status == MLOPS_OK) status = mlops__table_make_stores(self, err);
    if (status < 0) mlops_table_unref(self);
    else *out = self;
    return status;
}

static mlops_status check_batch(const struct ArrowSchema *schema, const struct ArrowArray *array,
                                mlops_error *err) {
    MLOPS_TRY(mlops__arrow_check(array, "the table", err));
    if (array->n_children != schema->n_children)
        return mlops__fail(err, MLOPS_E_INVALID, "the array has %lld column%s, its schema %lld",
                           (long long)array->n_children, mlops__plural(array->n_children),
                           (long long)schema->n_children);
    if (array->n_buffers != 1)
        return mlops__fail(err, MLOPS_E_INVALID, "the array of the table has %lld buffers, not 1",
                           (long long)array->n_buffers);
    if (array->null_count > 0 && !array->buffers[0])
        return mlops__fail(err, MLOPS_E_INVALID,
                           "the array of the table has nulls but no validity buffer");
    for (int64_t i = 0; i < array->n_children; i++)
        if (!array->children[i])
            return mlops__fail(err, MLOPS_E_INVALID, "the array of column %lld is missing",
                               (long long)i + 1);
    return MLOPS_OK;
}

/* Column i of the table from a child of the array. */
static mlops_status append_column(mlops_table *self, int64_t i, const struct ArrowSchema *schema,
                                  const struct ArrowArray *child, const mlops__arrow_rows *rows,
                                  mlops_error *err) {
    mlops_status status =
        mlops__arrow_take(&self->stores[i], schema, child, rows, schema->name, err);
    if (status != MLOPS_E_LIMIT) return status;
    return mlops__fail(err, status, "column '%s' has more than 2147483647 distinct texts",
                       schema->name);
}

static mlops_status append(mlops_table *self, const struct ArrowSchema *schema,
                           const struct ArrowArray *array, mlops_error *err) {
    MLOPS_TRY(check_batch(schema, array, err));
    mlops__arrow_rows rows = {array->offset, array->length, array->buffers[0]};
    for (int64_t i = 0; i < self->n_columns; i++) {
        mlops_status status =
            append_column(self, i, schema->children[i], array->children[i], &rows, err);
        if (status < 0) return mlops__meter_judge(&self->meter, status, err);
    }
    self->n_rows += array->length;
    return MLOPS_OK;
}

static mlops_status end(mlops_table *self, mlops_status status, mlops_table **out,
                        mlops_error *err) {
    if (status == MLOPS_OK) status = mlops__table_finish(self, self->n_rows, err);
    if (status < 0) mlops_table_unref(self);
    else *out = self;
    return status;
}

mlops_status mlops_table_import(mlops_table **out, struct ArrowSchema *schema,
                                struct ArrowArray *array, const mlops_host *host,
                                mlops_error *err) {
    mlops_table *self = NULL;
    *out = NULL;
    mlops_status status = schema && array
                              ? begin_table(&self, schema, host, err)
                              : mlops__fail(err, MLOPS_E_INVALID, "schema or array is NULL");
    if (status == MLOPS_OK) status = end(self, append(self, schema, array, err), out, err);
    release_array(array);
    release_schema(schema);
    return status;
}

static mlops_status fail_stream(struct ArrowArrayStream *stream, int code, const char *what,
                                mlops_error *err) {
    const char *message = stream->get_last_error ? stream->get_last_error(stream) : NULL;
    mlops_status status = mlops__fail(err, MLOPS_E_IO, "the stream's %s failed with %d: %s", what,
                                      code, message ? message : "no message");
    if (err) err->os_code = code;
    return status;
}

/* The next batch; without release behind the last. */
static mlops_status next_batch(struct ArrowArray *batch, struct ArrowArrayStream *stream,
                               mlops_error *err) {
    memset(batch, 0, sizeof *batch);
    int code = stream->get_next(stream, batch);
    return code ? fail_stream(stream, code, "get_next", err) : MLOPS_OK;
}

static mlops_status append_batches(mlops_table *self, const struct ArrowSchema *schema,
                                   struct ArrowArrayStream *stream, mlops_error *err) {
    for (;;) {
        struct ArrowArray batch;
        MLOPS_TRY(next_batch(&batch, stream, err));
        if (!batch.release) return MLOPS_OK;
        mlops_status status = append(self, schema, &batch, err);
        release_array(&batch);
        if (status < 0) return status;
    }
}

static mlops_status read_schema(struct ArrowSchema *schema, struct ArrowArrayStream *stream,
                                mlops_error *err) {
    memset(schema, 0, sizeof *schema);
    if (!stream || !stream->release || !stream->get_schema || !stream->get_next)
        return mlops__fail(err, MLOPS_E_INVALID, "the stream is NULL, released or incomplete");
    int code = stream->get_schema(stream, schema);
    return code ? fail_stream(stream, code, "get_schema", err) : MLOPS_OK;
}

/* Types as the schema has them, where no row told; of what no table takes in there is none. Column
 * i is that of children[i], or of i without. */
static mlops_status begin_types(mlops_table *self, const struct ArrowSchema *schema,
                                const int64_t *children) {
    for (int64_t i = 0; i < self->n_columns; i++) {
        const struct ArrowSchema *child = schema->children[children ? children[i] : i];
        const char *format = child->dictionary ? child->dictionary->format : child->format;
        const mlops__arrow_type *type = format ? mlops__arrow_type_find(format) : NULL;
        if (type && type->type != MLOPS_TYPE_NULL && self->stores[i].type == MLOPS_TYPE_NULL)
            MLOPS_TRY(mlops__column_store_begin(&self->stores[i], type->type));
    }
    return MLOPS_OK;
}

static mlops_status import_stream(mlops_table **out, struct ArrowArrayStream *stream,
                                  const mlops_host *host, mlops_error *err) {
    struct ArrowSchema schema;
    MLOPS_TRY(read_schema(&schema, stream, err));
    mlops_table *self = NULL;
    mlops_status status = begin_table(&self, &schema, host, err);
    if (status == MLOPS_OK) status = append_batches(self, &schema, stream, err);
    if (status == MLOPS_OK && self->n_rows == 0) /* there may have been no batch */
        status = mlops__meter_judge(&self->meter, begin_types(self, &schema, NULL), err);
    if (self) status = end(self, status, out, err);
    release_schema(&schema);
    return status;
}

mlops_status mlops_table_import_stream(mlops_table **out, struct ArrowArrayStream *stream,
                                       const mlops_host *host, mlops_error *err) {
    *out = NULL;
    mlops_status status = import_stream(out, stream, host, err);
    if (stream && stream->release) stream->release(stream);
    return status;
}

/* ---- some of the columns ---- */

/* The children that are wanted. */
static mlops_status find_children(int64_t *out, const struct ArrowSchema *schema,
                                  const mlops__part *part, mlops_error *err) {
    MLOPS_TRY(check_schema(schema, err));
    for (int64_t i = 0, at = 0; i < part->n; i++) {
        int64_t tried = 0; /* they mostly stand in the same order */
        for (; tried < schema->n_children; tried++, at = (at + 1) % schema->n_children) {
            const char *name = schema->children[at]->name;
            if (name && strcmp(name, part->names[i]) == 0) break;
        }
        if (tried == schema->n_children)
            return mlops__fail(err, MLOPS_E_IO,
                               "the stream has no column '%s', which it had when it was first "
                               "opened",
                               part->names[i]);
        out[i] = at;
    }
    return MLOPS_OK;
}

/* Column i has no room: the latter half goes, and what stands from i on. */
static void shed(mlops_table *self, mlops__part *part, int64_t i) {
    int64_t half = part->n_kept / 2, kept = i < half ? i : half;
    for (int64_t k = kept; k < part->n_kept; k++) {
        mlops__column_store_free(&self->stores[k]);
        if (self->stores[k].sink) mlops__text_sink_free(self->stores[k].sink);
        self->stores[k].sink = NULL;
    }
    part->n_kept = kept;
}

static mlops_status append_part(mlops_table *self, mlops__part *part, const int64_t *children,
                                const struct ArrowSchema *schema, const struct ArrowArray *array,
                                mlops_error *err) {
    MLOPS_TRY(check_batch(schema, array, err));
    mlops__arrow_rows rows = {array->offset, array->length, array->buffers[0]};
    if (part->n_rows >= 0 && array->length > part->n_rows - self->n_rows)
        return mlops__fail(err, MLOPS_E_IO, "the stream has more rows than when it was first read");
    for (int64_t i = 0; i < part->n_kept; i++) {
        int64_t at = children[i];
        mlops_status status =
            append_column(self, i, schema->children[at], array->children[at], &rows, err);
        if (status == MLOPS_E_NOMEM) shed(self, part, i);
        else MLOPS_TRY(status);
    }
    self->n_rows += array->length;
    return MLOPS_OK;
}

static mlops_status read_part(mlops_table *self, mlops__part *part, const int64_t *children,
                              const struct ArrowSchema *schema, struct ArrowArrayStream *stream,
                              mlops_error *err) {
    part->n_kept = part->n;
    for (int64_t i = 0; i < part->n_kept && part->n_rows >= 0; i++)
        MLOPS_TRY(mlops__column_store_reserve(&self->stores[i], part->n_rows)); /* takes none yet */
    for (;;) {
        struct ArrowArray batch;
        MLOPS_TRY(part->poll(part->user, err));
        if (part->n_kept == 0 && part->n_rows >= 0) return MLOPS_OK;
        MLOPS_TRY(next_batch(&batch, stream, err));
        if (!batch.release) break;
        mlops_status status = append_part(self, part, children, schema, &batch, err);
        release_array(&batch);
        MLOPS_TRY(status);
    }
    if (part->n_rows >= 0 && self->n_rows < part->n_rows)
        return mlops__fail(err, MLOPS_E_IO,
                           "the stream has fewer rows than when it was first read");
    part->n_rows = self->n_rows;
    if (self->n_rows == 0) MLOPS_TRY(begin_types(self, schema, children));
    for (int64_t i = 0; i < part->n_kept; i++) {
        self->stores[i].cap = self->stores[i].n;
        if (self->stores[i].sink)
            MLOPS_TRY(mlops__text_sink_end(self->stores[i].sink, self->n_rows, err));
    }
    return MLOPS_OK;
}

static mlops_status import_part(mlops_table **out, struct ArrowArrayStream *stream,
                                mlops__part *part, const mlops_host *host, mlops_error *err) {
    struct ArrowSchema schema;
    MLOPS_TRY(read_schema(&schema, stream, err));
    mlops_table *self = NULL;
    mlops_status status = MLOPS_OK;
    if (!part->names) {
        status = begin_table(&self, &schema, host, err);
        if (status == MLOPS_OK)
            status =
                end(self, mlops__meter_judge(&self->meter, begin_types(self, &schema, NULL), err),
                    out, err);
        release_schema(&schema);
        return status;
    }
    status = mlops__table_new(&self, host, 0, err);
    if (status == MLOPS_OK) {
        size_t size = (size_t)part->n * sizeof(int64_t);
        int64_t *children = mlops__alloc(&self->meter.table, size ? size : 1);
        if (!children) status = mlops__fail_nomem(err, size);
        if (status == MLOPS_OK) status = mlops__table_add_names(self, part->names, part->n, err);
        if (status == MLOPS_OK) status = mlops__table_make_stores(self, err);
        for (int64_t i = 0; status == MLOPS_OK && part->sinks && i < part->n; i++)
            self->stores[i].sink = part->sinks[i];
        if (status == MLOPS_OK) status = find_children(children, &schema, part, err);
        if (status == MLOPS_OK) status = read_part(self, part, children, &schema, stream, err);
        mlops__free(&self->meter.table, children, size ? size : 1);
        status = end(self, status, out, err);
    }
    release_schema(&schema);
    return status;
}

mlops_status mlops__part_import(mlops_table **out, struct ArrowArrayStream *stream,
                                mlops__part *part, const mlops_host *host, mlops_error *err) {
    *out = NULL;
    mlops_status status = import_part(out, stream, part, host, err);
    if (stream && stream->release) stream->release(stream);
    return status;
}

void mlops__part_drop(mlops_table *table, int64_t column) {
    mlops__column_store_free(&table->stores[column]);
}
