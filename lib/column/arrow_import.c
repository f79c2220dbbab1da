/* Tables from Arrow structs and streams.
 *
 * Owns what it is given from the first line on: whatever happens, schema, array and stream are
 * released before it returns. Invariant: every batch is held against the schema before a buffer of
 * it is touched, and at most one batch is alive at a time.
 */
#include "column/arrow_take.h"
#include "column/table_inside.h"

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

static mlops_status check_batch(const mlops_table *self, const struct ArrowArray *array,
                                mlops_error *err) {
    MLOPS_TRY(mlops__arrow_check(array, "the table", err));
    if (array->n_children != self->n_columns)
        return mlops__fail(err, MLOPS_E_INVALID, "the array has %lld column%s, its schema %lld",
                           (long long)array->n_children, mlops__plural(array->n_children),
                           (long long)self->n_columns);
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

static mlops_status append(mlops_table *self, const struct ArrowSchema *schema,
                           const struct ArrowArray *array, mlops_error *err) {
    MLOPS_TRY(check_batch(self, array, err));
    mlops__arrow_rows rows = {array->offset, array->length, array->buffers[0]};
    for (int64_t i = 0; i < self->n_columns; i++) {
        const char *name = schema->children[i]->name;
        mlops_status status = mlops__arrow_take(&self->stores[i], schema->children[i],
                                                array->children[i], &rows, name, err);
        if (status == MLOPS_E_LIMIT)
            return mlops__fail(err, status, "column '%s' has more than 2147483647 distinct texts",
                               name);
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

static mlops_status append_batches(mlops_table *self, const struct ArrowSchema *schema,
                                   struct ArrowArrayStream *stream, mlops_error *err) {
    for (;;) {
        struct ArrowArray batch = {0};
        int code = stream->get_next(stream, &batch);
        if (code) return fail_stream(stream, code, "get_next", err);
        if (!batch.release) return MLOPS_OK;
        mlops_status status = append(self, schema, &batch, err);
        release_array(&batch);
        if (status < 0) return status;
    }
}

static mlops_status import_stream(mlops_table **out, struct ArrowArrayStream *stream,
                                  const mlops_host *host, mlops_error *err) {
    if (!stream || !stream->release || !stream->get_schema || !stream->get_next)
        return mlops__fail(err, MLOPS_E_INVALID, "the stream is NULL, released or incomplete");
    struct ArrowSchema schema = {0};
    int code = stream->get_schema(stream, &schema);
    if (code) return fail_stream(stream, code, "get_schema", err);
    mlops_table *self = NULL;
    mlops_status status = begin_table(&self, &schema, host, err);
    if (status == MLOPS_OK)
        status = end(self, append_batches(self, &schema, stream, err), out, err);
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
