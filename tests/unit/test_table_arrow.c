/* Tables to and from Arrow: every type taken in, slices and nulls, what is refused, who releases.
 */
#include "column/table.h"
#include "sys/io_test.h"

#include <mlops.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { COLUMNS = 8 };

/* A struct array made by hand after the specification; counts its releases. */
typedef struct batch {
    struct ArrowSchema schema, columns[COLUMNS], value_types[COLUMNS], *schemas[COLUMNS];
    struct ArrowArray array, data[COLUMNS], values[COLUMNS], *arrays[COLUMNS];
    const void *validity[1], *buffers[COLUMNS][5], *value_buffers[COLUMNS][3];
} batch;

static int n_released; /* roots, and not what hangs on them */

static void release_child_schema(struct ArrowSchema *self) { self->release = NULL; }

static void release_child_array(struct ArrowArray *self) { self->release = NULL; }

static void release_schema(struct ArrowSchema *self) {
    self->release = NULL;
    n_released++;
}

static void release_array(struct ArrowArray *self) {
    self->release = NULL;
    n_released++;
}

static batch *begin(batch *self, int64_t n_rows) {
    memset(self, 0, sizeof *self);
    self->schema.format = "+s";
    self->schema.children = self->schemas;
    self->schema.release = release_schema;
    self->array.length = n_rows;
    self->array.n_buffers = 1;
    self->array.buffers = self->validity;
    self->array.children = self->arrays;
    self->array.release = release_array;
    n_released = 0;
    return self;
}

static struct ArrowArray *add(batch *self, const char *format, int64_t n_buffers,
                              const void *validity, const void *data, const void *bytes) {
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    int64_t i = self->schema.n_children++;
    self->array.n_children++;
    struct ArrowSchema *schema = self->schemas[i] = &self->columns[i];
    struct ArrowArray *array = self->arrays[i] = &self->data[i];
    schema->format = format;
    schema->name = names[i];
    schema->release = release_child_schema;
    self->buffers[i][0] = validity;
    self->buffers[i][1] = data;
    self->buffers[i][2] = bytes;
    array->length = self->array.length;
    array->null_count = -1;
    array->n_buffers = n_buffers;
    array->buffers = self->buffers[i];
    array->release = release_child_array;
    return array;
}

static struct ArrowArray *add_values(batch *self, const char *format, int64_t n, int64_t n_buffers,
                                     const void *validity, const void *data, const void *bytes) {
    int64_t i = self->schema.n_children - 1;
    struct ArrowArray *array = self->arrays[i]->dictionary = &self->values[i];
    self->schemas[i]->dictionary = &self->value_types[i];
    self->value_types[i].format = format;
    self->value_types[i].release = release_child_schema;
    self->value_buffers[i][0] = validity;
    self->value_buffers[i][1] = data;
    self->value_buffers[i][2] = bytes;
    array->length = n;
    array->n_buffers = n_buffers;
    array->buffers = self->value_buffers[i];
    array->release = release_child_array;
    return array;
}

static mlops_table *import(batch *self) {
    mlops_error err = {0};
    mlops_table *table;
    if (mlops_table_import(&table, &self->schema, &self->array, NULL, &err))
        fail_msg("%s: %s", mlops_status_name((mlops_status)err.code), err.message);
    assert_int_equal(n_released, 2);
    return table;
}

static void refuses(batch *self, mlops_status code, const char *part) {
    mlops_error err = {0};
    mlops_table *table = (void *)&err;
    assert_int_equal(mlops_table_import(&table, &self->schema, &self->array, NULL, &err), code);
    assert_null(table);
    assert_null(self->schema.release);
    assert_null(self->array.release);
    if (!strstr(err.message, part)) fail_msg("'%s' lacks '%s'", err.message, part);
}

/* Values of a column, spaces between, nulls as ~. */
static const char *spell(const mlops_table *table, int64_t j) {
    static char out[1024];
    size_t at = 0;
    for (int64_t i = 0; i < mlops_table_n_rows(table); i++) {
        char value[256];
        assert_int_equal(mlops_table_text(table, j, i, value, sizeof value, NULL), MLOPS_OK);
        int valid = mlops__column_valid(mlops__table_column(table, j), i);
        at +=
            (size_t)snprintf(out + at, sizeof out - at, "%s%s", i ? " " : "", valid ? value : "~");
    }
    out[at] = 0;
    return out;
}

static void assert_column(const mlops_table *table, int64_t j, mlops_type type,
                          const char *values) {
    assert_int_equal(mlops_table_type(table, j), type);
    assert_string_equal(spell(table, j), values);
    const char *p = values;
    int64_t n = 0;
    for (; *p; p++) n += *p == '~';
    assert_int_equal(mlops_table_n_nulls(table, j), n);
}

static void integers_of_any_width(void **state) {
    (void)state;
    static const int8_t c[] = {-128, 127, 0};
    static const uint8_t C[] = {255, 0, 1}, mask[] = {5};
    static const int16_t s[] = {-32768, 32767, 0};
    static const uint16_t S[] = {65535, 0, 1};
    static const int32_t i[] = {INT32_MIN, INT32_MAX, 0};
    static const uint32_t I[] = {UINT32_MAX, 0, 1};
    static const int64_t l[] = {INT64_MIN, INT64_MAX, 0};
    static const uint64_t L[] = {INT64_MAX, 0, 1};
    batch b;
    begin(&b, 3);
    add(&b, "c", 2, mask, c, NULL);
    add(&b, "C", 2, NULL, C, NULL);
    add(&b, "s", 2, NULL, s, NULL);
    add(&b, "S", 2, mask, S, NULL);
    add(&b, "i", 2, NULL, i, NULL);
    add(&b, "I", 2, NULL, I, NULL);
    add(&b, "l", 2, NULL, l, NULL);
    add(&b, "L", 2, mask, L, NULL);
    mlops_table *t = import(&b);
    assert_column(t, 0, MLOPS_TYPE_INT64, "-128 ~ 0");
    assert_column(t, 1, MLOPS_TYPE_INT64, "255 0 1");
    assert_column(t, 2, MLOPS_TYPE_INT64, "-32768 32767 0");
    assert_column(t, 3, MLOPS_TYPE_INT64, "65535 ~ 1");
    assert_column(t, 4, MLOPS_TYPE_INT64, "-2147483648 2147483647 0");
    assert_column(t, 5, MLOPS_TYPE_INT64, "4294967295 0 1");
    assert_column(t, 6, MLOPS_TYPE_INT64, "-9223372036854775808 9223372036854775807 0");
    assert_column(t, 7, MLOPS_TYPE_INT64, "9223372036854775807 ~ 1");
    mlops_table_unref(t);
}

static void floats_of_any_width(void **state) {
    (void)state;
    /* 1, -2, 65504, least subnormal, least normal, infinity, -0, NaN, 1/3 rounded */
    static const uint16_t e[] = {0x3c00, 0xc000, 0x7bff, 1, 0x0400, 0x7c00, 0x8000, 0x7e00, 0x3555};
    static const float f[] = {0.1f, -1e38f, 0, 1, 2, 3, 4, 5, 6};
    static const double g[] = {0.1, -1e300, 0, 1, 2, 3, 4, 5, 6};
    static const uint8_t mask[] = {0xfb, 1};
    batch b;
    begin(&b, 9);
    add(&b, "e", 2, NULL, e, NULL);
    add(&b, "f", 2, mask, f, NULL);
    add(&b, "g", 2, NULL, g, NULL);
    add(&b, "n", 0, NULL, NULL, NULL);
    mlops_table *t = import(&b);
    assert_column(t, 0, MLOPS_TYPE_FLOAT64,
                  "1.0 -2.0 65504.0 5.960464477539063e-08 6.103515625e-05 inf -0.0 nan "
                  "0.333251953125");
    assert_column(t, 1, MLOPS_TYPE_FLOAT64,
                  "0.10000000149011612 -9.999999680285692e+37 ~ 1.0 2.0 3.0 4.0 5.0 6.0");
    assert_column(t, 2, MLOPS_TYPE_FLOAT64, "0.1 -1e+300 0.0 1.0 2.0 3.0 4.0 5.0 6.0");
    assert_column(t, 3, MLOPS_TYPE_NULL, "~ ~ ~ ~ ~ ~ ~ ~ ~");
    assert_int_equal(mlops__column_valid(mlops__table_column(t, 3), 8), 0);
    mlops_table_unref(t);
}

static void uint64_is_taken_where_nothing_is_lost(void **state) {
    (void)state;
    static const uint64_t big[] = {1, (uint64_t)1 << 63, 3}, odd[] = {UINT64_MAX},
                          after[] = {((uint64_t)1 << 53) + 1, (uint64_t)1 << 63},
                          then[] = {(uint64_t)1 << 63, ((uint64_t)1 << 53) + 1};
    static const uint8_t mask[] = {3};
    batch b;
    add(begin(&b, 3), "L", 2, mask, big, NULL);
    mlops_table *t = import(&b);
    assert_column(t, 0, MLOPS_TYPE_FLOAT64, "1.0 9.223372036854776e+18 ~");
    mlops_table_unref(t);
    add(begin(&b, 1), "L", 2, NULL, odd, NULL);
    refuses(&b, MLOPS_E_UNSUPPORTED, "column 'a', row 0: with this uint64");
    add(begin(&b, 2), "L", 2, NULL, after, NULL);
    refuses(&b, MLOPS_E_UNSUPPORTED, "row 1: with this uint64");
    add(begin(&b, 2), "L", 2, NULL, then, NULL);
    refuses(&b, MLOPS_E_UNSUPPORTED, "row 1: with this uint64");
}

static void times_become_nanoseconds(void **state) {
    (void)state;
    static const int32_t days[] = {0, -1, 19000};
    static const int64_t ms[] = {0, -1, 1641600000000}, s[] = {0, -1, 9223372036},
                         ns[] = {0, INT64_MIN, INT64_MAX}, far[] = {0, 0, 9223372037};
    batch b;
    begin(&b, 3);
    add(&b, "tdD", 2, NULL, days, NULL);
    add(&b, "tdm", 2, NULL, ms, NULL);
    add(&b, "tss:", 2, NULL, s, NULL);
    add(&b, "tsm:UTC", 2, NULL, ms, NULL);
    add(&b, "tsu:Europe/Berlin", 2, NULL, ms, NULL);
    add(&b, "tsn:", 2, NULL, ns, NULL);
    mlops_table *t = import(&b);
    assert_column(t, 0, MLOPS_TYPE_INT64, "0 -86400000000000 1641600000000000000");
    assert_column(t, 1, MLOPS_TYPE_INT64, "0 -1000000 1641600000000000000");
    assert_column(t, 2, MLOPS_TYPE_INT64, "0 -1000000000 9223372036000000000");
    assert_column(t, 3, MLOPS_TYPE_INT64, "0 -1000000 1641600000000000000");
    assert_column(t, 4, MLOPS_TYPE_INT64, "0 -1000 1641600000000000");
    assert_column(t, 5, MLOPS_TYPE_INT64, "0 -9223372036854775808 9223372036854775807");
    mlops_table_unref(t);
    add(begin(&b, 3), "tss:", 2, NULL, far, NULL);
    refuses(&b, MLOPS_E_UNSUPPORTED, "row 2: a time beyond");
}

static void texts_of_any_layout(void **state) {
    (void)state;
    static const int32_t small[] = {0, 1, 1, 4, 5};
    static const int64_t large[] = {2, 3, 4, 5, 6};
    static const char bytes[] = "x\xe2\x82\xacyz";
    static const uint8_t mask[] = {0x0b};
    static const char long_text[] = "..a text of more than twelve bytes";
    static const int64_t sizes[] = {3, sizeof long_text - 1};
    uint8_t views[4][16] = {{1, 0, 0, 0, 'x'}, {12, 0, 0, 0}, {32, 0, 0, 0}, {0}};
    memcpy(views[1] + 4, "twelve bytes", 12);
    views[2][8] = 1;  /* buffer */
    views[2][12] = 2; /* offset */
    batch b;
    begin(&b, 4);
    add(&b, "u", 3, NULL, small, bytes);
    add(&b, "U", 3, mask, large, "--pqpp--");
    struct ArrowArray *v = add(&b, "vu", 5, NULL, views, "abc");
    b.buffers[2][3] = long_text;
    b.buffers[2][4] = sizes;
    mlops_table *t = import(&b);
    assert_column(t, 0, MLOPS_TYPE_STRING, "x  \xe2\x82\xac y");
    assert_column(t, 1, MLOPS_TYPE_STRING, "p q ~ p");
    assert_column(t, 2, MLOPS_TYPE_STRING, "x twelve bytes a text of more than twelve bytes ");
    const mlops__column *c = mlops__table_column(t, 1);
    assert_int_equal(c->n_texts, 2);
    assert_memory_equal(c->data, ((const int32_t[]){0, 1, -1, 0}), 16);
    mlops_table_unref(t);
    (void)v;
    static const int32_t empty[] = {0, 0, 0};
    add(begin(&b, 2), "u", 3, NULL, empty, NULL);
    t = import(&b);
    assert_column(t, 0, MLOPS_TYPE_STRING, " ");
    mlops_table_unref(t);
}

static void slices_and_nulls_of_the_struct(void **state) {
    (void)state;
    static const int32_t numbers[] = {9, 9, 9, 10, 11, 12, 13, 9};
    static const uint8_t bits[] = {0xb0, 0x05}, mask[] = {0xdf, 0xff}, rows[] = {0x0b};
    static const int32_t offsets[] = {0, 1, 1, 1, 2, 3, 4, 5, 5};
    batch b;
    begin(&b, 3);
    b.array.offset = 1; /* rows 1, 2, 3 of the children; row 2 is null */
    b.validity[0] = rows;
    b.array.null_count = 1;
    struct ArrowArray *i = add(&b, "i", 2, NULL, numbers, NULL);
    i->offset = 2;
    i->length = 5;
    struct ArrowArray *bools = add(&b, "b", 2, mask, bits, NULL); /* 4, 5, 6 of 1011, 5 is null */
    bools->offset = 3;
    bools->length = 4;
    struct ArrowArray *u = add(&b, "u", 3, NULL, offsets, "?abcd");
    u->offset = 2;
    u->length = 4;
    struct ArrowArray *g = add(&b, "l", 2, NULL, ((const int64_t[]){0, 1, 2, 3}), NULL);
    g->length = 4;
    mlops_table *t = import(&b);
    assert_column(t, 0, MLOPS_TYPE_INT64, "10 ~ 12");
    assert_column(t, 1, MLOPS_TYPE_BOOL, "true ~ false");
    assert_column(t, 2, MLOPS_TYPE_STRING, "a ~ c");
    assert_column(t, 3, MLOPS_TYPE_INT64, "1 ~ 3");
    mlops_table_unref(t);
    add(begin(&b, 0), "i", 2, NULL, NULL, NULL);
    add(&b, "u", 3, NULL, NULL, NULL);
    t = import(&b);
    assert_int_equal(mlops_table_n_rows(t), 0);
    assert_column(t, 1, MLOPS_TYPE_STRING, "");
    mlops_table_unref(t);
}

static void dictionaries_are_decoded(void **state) {
    (void)state;
    static const int8_t c[] = {7, 2, 1, 2, 0};
    static const uint64_t L[] = {1, 1, 0, 2, 1};
    static const int32_t offsets[] = {0, 1, 3, 4};
    static const double numbers[] = {0.5, 1.5, 2.5};
    static const uint8_t mask[] = {0x1e}, first_two[] = {3};
    batch b;
    begin(&b, 5);
    add(&b, "c", 2, mask, c, NULL);
    add_values(&b, "u", 3, 3, NULL, offsets, "xyyz");
    add(&b, "L", 2, NULL, L, NULL);
    add_values(&b, "U", 3, 3, first_two, ((const int64_t[]){0, 1, 1, 2}), "pq");
    add(&b, "L", 2, NULL, L, NULL);
    add_values(&b, "g", 3, 2, NULL, numbers, NULL)->null_count = -1;
    add(&b, "L", 2, NULL, L, NULL);
    add_values(&b, "b", 3, 2, first_two, ((const uint8_t[]){2}), NULL);
    add(&b, "L", 2, NULL, L, NULL);
    add_values(&b, "n", 3, 0, NULL, NULL, NULL);
    mlops_table *t = import(&b);
    assert_column(t, 0, MLOPS_TYPE_STRING, "~ z yy z x");
    assert_memory_equal(mlops__table_column(t, 0)->data, ((const int32_t[]){-1, 0, 1, 0, 2}), 20);
    assert_column(t, 1, MLOPS_TYPE_STRING, "  p ~ ");
    assert_column(t, 2, MLOPS_TYPE_FLOAT64, "1.5 1.5 0.5 2.5 1.5");
    assert_column(t, 3, MLOPS_TYPE_BOOL, "true true false ~ true");
    assert_column(t, 4, MLOPS_TYPE_NULL, "~ ~ ~ ~ ~");
    mlops_table_unref(t);
    add(begin(&b, 5), "c", 2, NULL, c, NULL);
    add_values(&b, "u", 3, 3, NULL, offsets, "xyyz");
    refuses(&b, MLOPS_E_INVALID, "row 0: an index beyond");
    add(begin(&b, 1), "c", 2, NULL, ((const int8_t[]){-1}), NULL);
    add_values(&b, "u", 3, 3, NULL, offsets, "xyyz");
    refuses(&b, MLOPS_E_INVALID, "row 0: an index beyond");
    add(begin(&b, 1), "g", 2, NULL, numbers, NULL);
    add_values(&b, "u", 3, 3, NULL, offsets, "xyyz");
    refuses(&b, MLOPS_E_INVALID, "whole numbers as indices");
}

static void other_types_are_refused_by_name(void **state) {
    (void)state;
    static const char *const formats[][2] = {
        {"z", "type binary ('z')"},
        {"vz", "binary view"},
        {"w:16", "fixed binary"},
        {"d:10,2", "decimal"},
        {"tts", "time of day"},
        {"tDn", "duration"},
        {"tiM", "interval"},
        {"+l", "list"},
        {"+s", "struct"},
        {"+ud:0,1", "union"},
        {"+r", "run-end"},
        {"ll", "unknown"},
        {"", "unknown"},
        {"tsx:", "unknown"},
    };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        batch b;
        add(begin(&b, 0), "l", 2, NULL, NULL, NULL);
        add(&b, formats[i][0], 2, NULL, NULL, NULL);
        refuses(&b, MLOPS_E_UNSUPPORTED, formats[i][1]);
        add(begin(&b, 0), formats[i][0], 2, NULL, NULL, NULL);
        refuses(&b, MLOPS_E_UNSUPPORTED, "column 'a'");
    }
}

static batch *sound(batch *b) {
    static const int32_t offsets[] = {0, 1, 2, 3};
    static const int64_t l[] = {1, 2, 3};
    add(begin(b, 3), "l", 2, NULL, l, NULL);
    add(b, "u", 3, NULL, offsets, "abc");
    return b;
}

static void broken_structs_are_refused(void **state) {
    (void)state;
    static const int32_t back[] = {0, 2, 1, 3}, negative[] = {-1, 1, 2, 3};
    batch b;
#define BROKEN(change, part)                                                                       \
    do {                                                                                           \
        sound(&b);                                                                                 \
        change;                                                                                    \
        refuses(&b, MLOPS_E_INVALID, part);                                                        \
    } while (0)
    BROKEN(b.schema.format = "l", "'+s'");
    BROKEN(b.schema.format = NULL, "'+s'");
    BROKEN(b.schema.release = NULL, "schema was released");
    BROKEN(b.array.release = NULL, "array of the table was released");
    BROKEN(b.schema.n_children = 0, "no columns");
    BROKEN(b.schema.children = NULL, "no columns");
    BROKEN(b.schemas[1] = NULL, "column 2 was moved");
    BROKEN(b.columns[1].release = NULL, "column 2 was moved");
    BROKEN(b.columns[1].name = NULL, "column 2 has no name");
    BROKEN(b.columns[1].name = "", "column 2 has no name");
    BROKEN(b.columns[1].name = "a", "both called 'a'");
    BROKEN(b.columns[1].name = "\xff", "no UTF-8");
    BROKEN(b.columns[1].format = NULL, "'b' has no format");
    BROKEN(b.array.n_children = 1, "1 column, its schema 2");
    BROKEN(b.array.children = NULL, "no children");
    BROKEN(b.arrays[1] = NULL, "column 2 is missing");
    BROKEN(b.array.n_buffers = 2, "2 buffers");
    BROKEN(b.array.buffers = NULL, "no buffers");
    BROKEN(b.array.null_count = 1, "no validity buffer");
    BROKEN(b.array.length = -1, "negative length");
    BROKEN(b.array.offset = -1, "negative length or offset");
    BROKEN(b.array.length = 4, "'a' has fewer rows");
    BROKEN(b.array.offset = 1, "'a' has fewer rows");
    BROKEN((b.array.offset = INT64_MAX, b.array.length = 1), "too long");
    BROKEN(b.data[1].release = NULL, "'b' was released");
    BROKEN(b.data[1].length = 2, "'b' has fewer rows");
    BROKEN(b.data[1].offset = INT64_MAX, "too long");
    BROKEN(b.data[1].n_buffers = 2, "number of buffers");
    BROKEN(b.data[1].buffers = NULL, "no buffers");
    BROKEN(b.data[1].null_count = 4, "null_count");
    BROKEN(b.data[1].null_count = -2, "null_count");
    BROKEN(b.data[1].null_count = 1, "no validity buffer");
    BROKEN(b.data[1].n_children = 1, "no children");
    BROKEN(b.buffers[1][1] = NULL, "no buffer of values");
    BROKEN(b.buffers[1][2] = NULL, "no buffer of bytes");
    BROKEN(b.buffers[1][1] = back, "row 1: offsets go back");
    BROKEN(b.buffers[1][1] = negative, "negative offset");
    BROKEN(b.buffers[1][2] = "a\xff"
                             "c",
           "row 1: the text is no UTF-8");
    BROKEN(b.data[1].dictionary = &b.values[1], "does not know");
    BROKEN(b.columns[0].dictionary = &b.value_types[0], "a dictionary needs");
#undef BROKEN
    sound(&b);
    b.buffers[1][2] = "a\0c";
    refuses(&b, MLOPS_E_UNSUPPORTED, "row 1: the text holds a NUL");
    mlops_table *table;
    assert_int_equal(mlops_table_import(&table, NULL, &sound(&b)->array, NULL, NULL),
                     MLOPS_E_INVALID);
    assert_int_equal(n_released, 1);
    assert_int_equal(mlops_table_import(&table, &sound(&b)->schema, NULL, NULL, NULL),
                     MLOPS_E_INVALID);
    assert_int_equal(n_released, 1);
}

static void views_stay_in_their_buffers(void **state) {
    (void)state;
    static const int64_t sizes[] = {20};
    static const int32_t broken[][4] = {{-1, 0, 0, 0},  {13, 0, 0, 8},  {13, 0, 1, 0},
                                        {13, 0, -1, 0}, {13, 0, 0, -1}, {21, 0, 0, 0}};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        batch b;
        add(begin(&b, 1), "vu", 4, NULL, broken[i], "01234567890123456789");
        b.buffers[0][3] = sizes;
        refuses(&b, MLOPS_E_INVALID, "row 0: a view beyond its buffer");
        add(begin(&b, 1), "vu", 4, NULL, broken[i], "01234567890123456789");
        refuses(&b, MLOPS_E_INVALID, "without sizes");
    }
}

/* A stream over batches, or errors. */
typedef struct feed {
    batch batches[3];
    int n, next, fail_schema, fail_at;
} feed;

static int feed_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
    feed *self = stream->private_data;
    if (self->fail_schema) return 5;
    *out = self->batches[0].schema;
    return 0;
}

static int feed_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
    feed *self = stream->private_data;
    if (self->fail_at == self->next) return 12;
    memset(out, 0, sizeof *out);
    if (self->next < self->n) *out = self->batches[self->next].array;
    self->next++;
    return 0;
}

static const char *feed_error(struct ArrowArrayStream *stream) {
    (void)stream;
    return "the cable is cut";
}

static void feed_release(struct ArrowArrayStream *stream) {
    stream->release = NULL;
    n_released += 10;
}

static struct ArrowArrayStream open_feed(feed *self) {
    static const int32_t offsets[] = {0, 1, 2}, other[] = {0, 1, 2, 3};
    static const int8_t codes[] = {0, 1, 0}, more[] = {2, 1, 1};
    static const uint64_t numbers[] = {1, 2, (uint64_t)1 << 63};
    static const uint8_t mask[] = {5};
    memset(self, 0, sizeof *self);
    for (int i = 0; i < 3; i++) {
        batch *b = begin(&self->batches[i], i == 1 ? 0 : 3);
        add(b, "c", 2, i ? mask : NULL, i ? more : codes, NULL);
        add_values(b, "u", i ? 3 : 2, 3, NULL, i ? other : offsets, i ? "qrp" : "pq");
        add(b, "L", 2, i ? NULL : mask, numbers, NULL);
    }
    self->n = 3;
    self->fail_at = -1;
    self->batches[0].array.length = self->batches[0].data[1].length = 2;
    n_released = 0;
    return (struct ArrowArrayStream){feed_schema, feed_next, feed_error, feed_release, self};
}

static void streams_are_joined(void **state) {
    (void)state;
    feed f;
    struct ArrowArrayStream stream = open_feed(&f);
    mlops_table *t;
    mlops_error err;
    assert_int_equal(mlops_table_import_stream(&t, &stream, NULL, &err), MLOPS_OK);
    assert_int_equal(n_released, 14);
    assert_column(t, 0, MLOPS_TYPE_STRING, "p q p ~ r");
    assert_column(t, 1, MLOPS_TYPE_FLOAT64, "1.0 ~ 1.0 2.0 9.223372036854776e+18");
    mlops_table_unref(t);

    stream = open_feed(&f);
    f.n = 0;
    assert_int_equal(mlops_table_import_stream(&t, &stream, NULL, &err), MLOPS_OK);
    assert_int_equal(mlops_table_n_rows(t), 0);
    assert_int_equal(mlops_table_type(t, 0), MLOPS_TYPE_STRING); /* as the schema says */
    assert_int_equal(mlops_table_type(t, 1), MLOPS_TYPE_INT64);
    mlops_table_unref(t);
}

static void streams_that_fail_are_released(void **state) {
    (void)state;
    feed f;
    struct ArrowArrayStream stream = open_feed(&f);
    mlops_table *t;
    mlops_error err;
    f.fail_schema = 1;
    assert_int_equal(mlops_table_import_stream(&t, &stream, NULL, &err), MLOPS_E_IO);
    assert_int_equal(err.os_code, 5);
    assert_non_null(strstr(err.message, "get_schema failed with 5: the cable is cut"));
    assert_int_equal(n_released, 10);
    assert_null(t);
    stream = open_feed(&f);
    f.fail_at = 1;
    assert_int_equal(mlops_table_import_stream(&t, &stream, NULL, &err), MLOPS_E_IO);
    assert_non_null(strstr(err.message, "get_next failed with 12"));
    assert_int_equal(n_released, 12);
    stream = open_feed(&f);
    f.batches[2].data[0].length = 1;
    assert_int_equal(mlops_table_import_stream(&t, &stream, NULL, &err), MLOPS_E_INVALID);
    assert_int_equal(n_released, 14);
    assert_int_equal(mlops_table_import_stream(&t, &stream, NULL, &err), MLOPS_E_INVALID);
    assert_int_equal(mlops_table_import_stream(&t, NULL, NULL, &err), MLOPS_E_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_of_any_width),
        cmocka_unit_test(floats_of_any_width),
        cmocka_unit_test(uint64_is_taken_where_nothing_is_lost),
        cmocka_unit_test(times_become_nanoseconds),
        cmocka_unit_test(texts_of_any_layout),
        cmocka_unit_test(slices_and_nulls_of_the_struct),
        cmocka_unit_test(dictionaries_are_decoded),
        cmocka_unit_test(other_types_are_refused_by_name),
        cmocka_unit_test(broken_structs_are_refused),
        cmocka_unit_test(views_stay_in_their_buffers),
        cmocka_unit_test(streams_are_joined),
        cmocka_unit_test(streams_that_fail_are_released),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
