/* A table as Arrow structs.
 *
 * Owns one block of memory for each exported node, freed by the node's release. Invariant: every
 * node, children and dictionaries too, holds a share of the table and its own memory, so that a
 * consumer may move any of them out and release them in any order, on any thread.
 */
#include "column/table_inside.h"

#include <mlops/table_out.h>

#include <string.h>

/* Behind private_data of every node. What follows it in its block is the node's own. */
typedef struct node {
    mlops_table *table;
    size_t size; /* of the whole block */
    const void *buffers[3];
} node;

static node *new_node(mlops_table *table, size_t payload, mlops_error *err) {
    size_t size = sizeof(node) + payload;
    node *self = size < payload ? NULL : mlops__alloc_zero(&table->host.allocator, size);
    if (!self) {
        mlops__fail_nomem(err, size);
        return NULL;
    }
    self->table = mlops_table_ref(table);
    self->size = size;
    return self;
}

static void free_node(node *self) {
    mlops_table *table = self->table;
    mlops__free(&table->host.allocator, self, self->size);
    mlops_table_unref(table);
}

static void release_schema(struct ArrowSchema *schema) {
    for (int64_t i = 0; i < schema->n_children; i++)
        if (schema->children[i]->release) schema->children[i]->release(schema->children[i]);
    if (schema->dictionary && schema->dictionary->release)
        schema->dictionary->release(schema->dictionary);
    free_node(schema->private_data);
    schema->release = NULL;
}

static void release_array(struct ArrowArray *array) {
    for (int64_t i = 0; i < array->n_children; i++)
        if (array->children[i]->release) array->children[i]->release(array->children[i]);
    if (array->dictionary && array->dictionary->release)
        array->dictionary->release(array->dictionary);
    free_node(array->private_data);
    array->release = NULL;
}

static mlops_status begin_schema(struct ArrowSchema *out, mlops_table *table, const char *format,
                                 const char *name, size_t payload, mlops_error *err) {
    node *self = new_node(table, payload, err);
    if (!self) return MLOPS_E_NOMEM;
    *out = (struct ArrowSchema){0};
    out->format = format;
    out->name = name;
    out->flags = ARROW_FLAG_NULLABLE;
    out->private_data = self;
    out->release = release_schema;
    return MLOPS_OK;
}

/* buffers[0] is for validity, which the caller fills in with the others. */
static mlops_status begin_array(struct ArrowArray *out, mlops_table *table, int64_t n_rows,
                                int64_t n_buffers, size_t payload, mlops_error *err) {
    node *self = new_node(table, payload, err);
    if (!self) return MLOPS_E_NOMEM;
    *out = (struct ArrowArray){0};
    out->length = n_rows;
    out->n_buffers = n_buffers;
    out->buffers = self->buffers;
    out->private_data = self;
    out->release = release_array;
    return MLOPS_OK;
}

static void *payload_of(void *private_data) { return (node *)private_data + 1; }

static size_t bytes_of(const mlops__column *column) {
    size_t n = 0;
    for (int64_t i = 0; i < column->n_texts; i++) n += strlen(column->texts[i]);
    return n;
}

static const char *text_format(const mlops__column *column) {
    return bytes_of(column) > INT32_MAX ? "U" : "u";
}

static const char *format_of(const mlops__column *column) {
    switch (column->type) {
    case MLOPS_TYPE_BOOL: return "b";
    case MLOPS_TYPE_INT64: return "l";
    case MLOPS_TYPE_FLOAT64: return "g";
    case MLOPS_TYPE_STRING: return "i";
    case MLOPS_TYPE_NULL:
    case MLOPS_TYPE_FORCE32: break;
    }
    return "n";
}

static mlops_status export_column_schema(struct ArrowSchema *out, mlops_table *table,
                                         const mlops__column *column, mlops_error *err) {
    int is_text = column->type == MLOPS_TYPE_STRING;
    MLOPS_TRY(begin_schema(out, table, format_of(column), column->name,
                           is_text ? sizeof(struct ArrowSchema) : 0, err));
    if (!is_text) return MLOPS_OK;
    struct ArrowSchema *values = payload_of(out->private_data);
    out->dictionary = values;
    return begin_schema(values, table, text_format(column), "", 0, err);
}

static void write_offset(uint8_t *offsets, int64_t i, size_t value, size_t width) {
    int32_t narrow = (int32_t)value;
    int64_t wide = (int64_t)value;
    memcpy(offsets + (size_t)i * width, width == 4 ? (void *)&narrow : (void *)&wide, width);
}

/* The distinct texts: offsets, then the bytes without the NULs between them. */
static mlops_status export_texts(struct ArrowArray *out, mlops_table *table,
                                 const mlops__column *column, mlops_error *err) {
    size_t n = (size_t)column->n_texts, at = 0;
    size_t width = text_format(column)[0] == 'U' ? sizeof(int64_t) : sizeof(int32_t);
    size_t head = (n + 1) * width;
    MLOPS_TRY(begin_array(out, table, column->n_texts, 3, head + bytes_of(column), err));
    uint8_t *offsets = payload_of(out->private_data), *bytes = offsets + head;
    for (int64_t i = 0; i < column->n_texts; i++) {
        size_t length = strlen(column->texts[i]);
        memcpy(bytes + at, column->texts[i], length);
        write_offset(offsets, i, at, width);
        at += length;
    }
    write_offset(offsets, column->n_texts, at, width);
    out->buffers[1] = offsets;
    out->buffers[2] = bytes;
    return MLOPS_OK;
}

static void pack_bits(uint8_t *bits, const mlops__column *column) {
    const uint8_t *values = column->data;
    for (int64_t i = 0; i < column->n_rows; i++)
        bits[i >> 3] |= (uint8_t)((values[i] != 0) << (i & 7));
}

static mlops_status export_column(struct ArrowArray *out, mlops_table *table,
                                  const mlops__column *column, mlops_error *err) {
    int is_null = column->type == MLOPS_TYPE_NULL, is_text = column->type == MLOPS_TYPE_STRING;
    int is_bool = column->type == MLOPS_TYPE_BOOL;
    size_t payload = is_text ? sizeof(struct ArrowArray) : 0;
    if (is_bool) payload = (size_t)(column->n_rows / 8 + 1);
    MLOPS_TRY(begin_array(out, table, column->n_rows, is_null ? 0 : 2, payload, err));
    out->null_count = column->n_nulls;
    if (is_null) return MLOPS_OK;
    out->buffers[0] = column->n_nulls ? column->validity : NULL;
    out->buffers[1] = column->data;
    if (is_bool) {
        pack_bits(payload_of(out->private_data), column);
        out->buffers[1] = payload_of(out->private_data);
    }
    if (!is_text) return MLOPS_OK;
    struct ArrowArray *values = payload_of(out->private_data);
    out->dictionary = values;
    return export_texts(values, table, column, err);
}

/* The table's own node holds a list of pointers to its children, and the children. */
static mlops_status export_schema(struct ArrowSchema *out, mlops_table *table, mlops_error *err) {
    size_t n = (size_t)table->n_columns;
    size_t payload = n * (sizeof(struct ArrowSchema) + sizeof(struct ArrowSchema *));
    MLOPS_TRY(begin_schema(out, table, "+s", "", payload, err));
    out->flags = 0;
    struct ArrowSchema *children = payload_of(out->private_data);
    out->children = (struct ArrowSchema **)(void *)(children + n);
    mlops_status status = MLOPS_OK;
    for (size_t i = 0; i < n && status == MLOPS_OK; i++) {
        out->children[i] = &children[i];
        out->n_children++;
        status = export_column_schema(&children[i], table, &table->columns[i], err);
    }
    if (status < 0) out->release(out);
    return status;
}

static mlops_status export_array(struct ArrowArray *out, mlops_table *table, mlops_error *err) {
    size_t n = (size_t)table->n_columns;
    size_t payload = n * (sizeof(struct ArrowArray) + sizeof(struct ArrowArray *));
    MLOPS_TRY(begin_array(out, table, table->n_rows, 1, payload, err));
    struct ArrowArray *children = payload_of(out->private_data);
    out->children = (struct ArrowArray **)(void *)(children + n);
    mlops_status status = MLOPS_OK;
    for (size_t i = 0; i < n && status == MLOPS_OK; i++) {
        out->children[i] = &children[i];
        out->n_children++;
        status = export_column(&children[i], table, &table->columns[i], err);
    }
    if (status < 0) out->release(out);
    return status;
}

/* A share of the table: only the count of shares is written, and atomically. */
static mlops_table *share_of(const mlops_table *self) {
    const union {
        const mlops_table *read;
        mlops_table *share;
    } table = {self};
    return table.share;
}

mlops_status mlops_table_export(const mlops_table *self, struct ArrowSchema *schema,
                                struct ArrowArray *array, mlops_error *err) {
    mlops_table *table = share_of(self);
    *schema = (struct ArrowSchema){0};
    *array = (struct ArrowArray){0};
    MLOPS_TRY(export_schema(schema, table, err));
    mlops_status status = export_array(array, table, err);
    if (status < 0) {
        schema->release(schema);
        *array = (struct ArrowArray){0};
    }
    return status;
}

/* ---- streams of one batch ---- */

enum { NO_MEMORY = 12 /* ENOMEM, as every system numbers it */ };

typedef struct batch {
    mlops_table *table;
    int taken;
    const char *message;
} batch;

static const char *last_error(struct ArrowArrayStream *stream) {
    return ((const batch *)stream->private_data)->message;
}

static int told(struct ArrowArrayStream *stream, mlops_status status) {
    ((batch *)stream->private_data)->message = status < 0 ? "out of memory" : NULL;
    return status < 0 ? NO_MEMORY : 0;
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
    const batch *self = stream->private_data;
    *out = (struct ArrowSchema){0};
    return told(stream, export_schema(out, self->table, NULL));
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
    batch *self = stream->private_data;
    *out = (struct ArrowArray){0};
    if (self->taken) return told(stream, MLOPS_OK);
    mlops_status status = export_array(out, self->table, NULL);
    self->taken = status == MLOPS_OK;
    return told(stream, status);
}

static void release_stream(struct ArrowArrayStream *stream) {
    batch *self = stream->private_data;
    mlops_table *table = self->table;
    mlops__free(&table->host.allocator, self, sizeof *self);
    mlops_table_unref(table);
    stream->release = NULL;
}

mlops_status mlops_table_export_stream(const mlops_table *self, struct ArrowArrayStream *out,
                                       mlops_error *err) {
    *out = (struct ArrowArrayStream){0};
    batch *one = mlops__alloc_zero(&self->host.allocator, sizeof *one);
    if (!one) return mlops__fail_nomem(err, sizeof *one);
    one->table = mlops_table_ref(share_of(self));
    *out = (struct ArrowArrayStream){get_schema, get_next, last_error, release_stream, one};
    return MLOPS_OK;
}
