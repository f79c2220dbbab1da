/* Arrow structs built from any bytes. Formats, lengths, offsets, counts, bitmaps and values are
 * free; only what a consumer cannot see is made true: each buffer is as long as its array says, and
 * behind the offsets of texts there are bytes. What is taken comes out the same through an export.
 */
#include "base/cursor.h"
#include "column/table.h"
#include "fuzz/fuzz.h"

#include <mlops.h>

enum { COLUMNS = 4, BUFFERS = 5, ROWS = 64, BYTES = 128 };

static int n_open; /* structs not yet released */

static void release_schema(struct ArrowSchema *self) {
    for (int64_t i = 0; i < COLUMNS && self->children; i++) {
        struct ArrowSchema *child = self->children[i];
        if (child && child->release) child->release(child);
    }
    if (self->dictionary && self->dictionary->release) self->dictionary->release(self->dictionary);
    self->release = NULL;
    n_open--;
}

static void release_array(struct ArrowArray *self) {
    for (int64_t i = 0; i < COLUMNS && self->children; i++) {
        struct ArrowArray *child = self->children[i];
        if (child && child->release) child->release(child);
    }
    if (self->dictionary && self->dictionary->release) self->dictionary->release(self->dictionary);
    for (int i = 0; i < BUFFERS && self->private_data; i++) free(((void **)self->private_data)[i]);
    free(self->private_data);
    self->release = NULL;
    n_open--;
}

static const char *const formats[] = {
    "n", "b",  "c",   "C",   "s",    "S", "i",  "I",    "l",    "L",    "e",   "f",  "g",       "u",
    "U", "vu", "tdD", "tdm", "tss:", "z", "+s", "tsm:", "tsu:", "tsn:", "d:1", "+l", "tsn:UTC", "q",
};

/* Bits that the input gives, then zeros, of a block of their own: a read beyond it is seen. */
static void *block(mlops__cursor *in, size_t n) {
    uint8_t *p = malloc(n ? n : 1);
    if (!p) abort();
    for (size_t i = 0; i < n; i++) p[i] = mlops__cursor_u8(in);
    return p;
}

/* Offsets stay within the bytes behind them, but may go back. */
static void bound_offsets(void *offsets, size_t n, size_t width) {
    for (size_t i = 0; i < n; i++) {
        int8_t byte = *((int8_t *)offsets + i * width);
        int32_t narrow = byte;
        int64_t wide = byte;
        memcpy((uint8_t *)offsets + i * width, width == 4 ? (void *)&narrow : (void *)&wide, width);
    }
}

static void fill_buffers(struct ArrowArray *self, mlops__cursor *in, const char *format,
                         size_t rows) {
    void **own = calloc(BUFFERS, sizeof *own);
    if (!own) abort();
    size_t width = strchr("lLgU", format[0]) || !strncmp(format, "ts", 2) || !strcmp(format, "tdm")
                       ? 8
                   : strchr("sSe", format[0]) ? 2
                   : strchr("cC", format[0])  ? 1
                                              : 4;
    int is_text = !strcmp(format, "u") || !strcmp(format, "U"), is_view = !strcmp(format, "vu");
    if (is_view) width = 16;
    own[0] = mlops__cursor_u8(in) & 1 ? block(in, rows / 8 + 1) : NULL;
    own[1] = block(in, (rows + 1) * width);
    own[2] = block(in, is_text || is_view ? BYTES : 1);
    own[3] = block(in, 8);
    if (is_text) bound_offsets(own[1], rows + 1, width);
    if (is_view) memcpy(own[3], &(int64_t){BYTES}, 8);
    self->private_data = own;
    self->buffers = (const void **)self->private_data;
    self->n_buffers = is_view ? 4 : is_text ? 3 : format[0] == 'n' ? 0 : 2;
}

/* One free choice in sixteen breaks a rule. */
static int64_t broken(mlops__cursor *in, int64_t right) {
    uint8_t pick = mlops__cursor_u8(in);
    return pick >= 240 ? (int64_t)(int8_t)mlops__cursor_u8(in) : right;
}

static void fill_column(struct ArrowSchema *schema, struct ArrowArray *array, mlops__cursor *in,
                        int64_t rows) {
    const char *format = formats[mlops__cursor_u8(in) % (sizeof formats / sizeof *formats)];
    schema->format = format;
    schema->release = release_schema;
    array->release = release_array;
    array->offset = mlops__cursor_u8(in) % 8;
    n_open += 2;
    fill_buffers(array, in, format, (size_t)(rows + array->offset));
    array->length = broken(in, rows);
    if (array->length > rows) array->length = rows;
    array->null_count = broken(in, -1);
    int64_t n_buffers = broken(in, array->n_buffers);
    if (n_buffers < array->n_buffers) array->n_buffers = n_buffers;
}

typedef struct tree {
    struct ArrowSchema schema, columns[COLUMNS], inner[COLUMNS], *schemas[COLUMNS];
    struct ArrowArray array, data[COLUMNS], values[COLUMNS], *arrays[COLUMNS];
    char names[COLUMNS][4];
} tree;

static void build(tree *self, mlops__cursor *in) {
    memset(self, 0, sizeof *self);
    uint8_t n = mlops__cursor_u8(in) % (COLUMNS + 1);
    self->array.length = mlops__cursor_u8(in) % ROWS;
    self->array.offset = mlops__cursor_u8(in) % 8;
    int64_t rows = self->array.length + self->array.offset;
    for (int i = 0; i < n; i++) {
        self->schemas[i] = &self->columns[i];
        self->arrays[i] = &self->data[i];
        memcpy(self->names[i], mlops__cursor_u8(in) == 255 ? "\xff\x30" : "c0", 3);
        self->names[i][1] = (char)('0' + i);
        self->columns[i].name = self->names[i];
        fill_column(&self->columns[i], &self->data[i], in, rows);
        if (mlops__cursor_u8(in) % 4) continue;
        self->columns[i].dictionary = &self->inner[i];
        self->data[i].dictionary = &self->values[i];
        fill_column(&self->inner[i], &self->values[i], in, mlops__cursor_u8(in) % ROWS);
    }
    void **own = calloc(BUFFERS, sizeof *own);
    if (!own) abort();
    own[0] = mlops__cursor_u8(in) & 1 ? block(in, (size_t)rows / 8 + 1) : NULL;
    self->schema.format = "+s";
    self->schema.n_children = self->array.n_children = n;
    self->schema.children = self->schemas;
    self->schema.release = release_schema;
    self->array.children = self->arrays;
    self->array.private_data = own;
    self->array.buffers = (const void **)self->array.private_data;
    self->array.n_buffers = broken(in, 1);
    if (self->array.n_buffers > BUFFERS) self->array.n_buffers = BUFFERS;
    self->array.null_count = broken(in, -1);
    self->array.release = release_array;
    n_open += 2;
}

static void check_same(const mlops_table *a, const mlops_table *b) {
    static const size_t widths[] = {0, 1, 8, 8, 4};
    must(mlops_table_n_rows(a) == mlops_table_n_rows(b));
    for (int64_t j = 0; j < mlops_table_n_columns(a); j++) {
        const mlops__column *x = mlops__table_column(a, j), *y = mlops__table_column(b, j);
        must(x->type == y->type && x->n_nulls == y->n_nulls && x->n_texts == y->n_texts);
        size_t n = widths[x->type] * (size_t)x->n_rows;
        must(n == 0 || memcmp(x->data, y->data, n) == 0);
        for (int64_t i = 0; i < x->n_texts; i++) must(strcmp(x->texts[i], y->texts[i]) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops__cursor in;
    tree root;
    mlops_error err;
    mlops_table *table, *back;
    mlops__cursor_init(&in, data, size);
    build(&root, &in);
    mlops_status status = mlops_table_import(&table, &root.schema, &root.array, NULL, &err);
    must(n_open == 0);
    must(status == MLOPS_OK ? table != NULL : table == NULL && err.code == status);
    if (!table) return 0;
    struct ArrowSchema schema;
    struct ArrowArray array;
    must(mlops_table_export(table, &schema, &array, NULL) == MLOPS_OK);
    must(mlops_table_import(&back, &schema, &array, NULL, NULL) == MLOPS_OK);
    check_same(table, back);
    mlops_table_unref(table);
    mlops_table_unref(back);
    return 0;
}
