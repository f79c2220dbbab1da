/* Tables as bytes: equal tables are equal bytes, and no others are read. */
#include "unit/help_table.h"

#include "column/table_bytes.h"
#include "column/table_part.h"
#include "column/table_select.h"
#include "sys/io_test.h"

static mlops__host host;

static mlops__buf encode(const mlops_table *t) {
    mlops__buf out;
    mlops__buf_init(&out, &mlops__heap);
    mlops__table_encode(t, &out);
    assert_int_equal(out.status, 0);
    return out;
}

static mlops_status decode(mlops_table **out, const void *bytes, size_t n) {
    mlops_error err = {0};
    mlops_status status = mlops__table_decode(out, bytes, n, &host, &err);
    assert_int_equal(err.code, status);
    if (status) assert_true(!*out && err.message[0]);
    return status;
}

static mlops_table *parse(const char *csv) {
    mlops_table *t;
    assert_int_equal(mlops_table_parse(&t, csv, strlen(csv), NULL, NULL), 0);
    return t;
}

/* Written by hand from the description in the header. */
static void a_table_has_these_bytes(void **state) {
    (void)state;
    static const uint8_t want[] = {
        'M',  'L',  'O',  'P',  'S', 'T', 'B',  'L',  1,    0,    0,    0,
        5,    0,    0,    0,    3,   0,   0,    0,    0,    0,    0,    0, /* */
        1,    0,    0,    0,    1,   0,   0,    0,    1,    0,    0,    0,
        0,    0,    0,    0,    'b', 0,   0,    0,    0,    0,    0,    0, /* */
        2,    0,    0,    0,    1,   0,   0,    0,    0,    0,    0,    0,
        0,    0,    0,    0,    'i', 0,   0,    0,    0,    0,    0,    0, /* */
        3,    0,    0,    0,    1,   0,   0,    0,    1,    0,    0,    0,
        0,    0,    0,    0,    'f', 0,   0,    0,    0,    0,    0,    0, /* */
        4,    0,    0,    0,    4,   0,   0,    0,    0,    0,    0,    0,
        0,    0,    0,    0,    't', 'e', 'x',  't',  0,    0,    0,    0, /* */
        0,    0,    0,    0,    1,   0,   0,    0,    3,    0,    0,    0,
        0,    0,    0,    0,    'n', 0,   0,    0,    0,    0,    0,    0, /* */
        5,    0,    0,    0,    0,   0,   0,    0,    4,    0,    0,    0,
        0,    0,    0,    0, /* b */
        1,    0,    0,    0,    0,   0,   0,    0,    0xfe, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff,                    /* i */
        0,    1,    0,    0,    0,   0,   0,    0, /* */
        3,    0,    0,    0,    0,   0,   0,    0,    0,    0,    0,    0,
        0,    0,    0xe0, 0x3f, /* f */
        0,    0,    0,    0,    0,   0,   0xf8, 0x7f, 0,    0,    0,    0,
        0,    0,    0xf8, 0x7f, /* */
        2,    0,    0,    0,    0,   0,   0,    0,    2,    0,    0,    0,
        1,    0,    0,    0, /* text */
        'x',  'y',  'z',  0,    0,   0,   0,    0,    0,    1,    0,    0,
        0,    0,    0,    0};
    mlops_table *t = parse("b,i,f,text,n\nfalse,1,0.5,xy,\n,-2,NAN,z,\ntrue,256,,xy,\n");
    mlops__buf got = encode(t);
    assert_int_equal(got.size, sizeof want);
    for (size_t i = 0; i < sizeof want; i++)
        if (got.data[i] != want[i]) fail_msg("byte %zu is %d, not %d", i, got.data[i], want[i]);
    mlops__buf_free(&got);
    mlops_table_unref(t);
}

static void tables_come_back(void **state) {
    (void)state;
    for (seed = 1; seed < 2000; seed += draw() % 2 ? 3 : 5) {
        uint64_t kept = seed;
        mlops_table *t = random_table(kept % 50 == 1 ? 3000 : 40), *back;
        mlops__buf bytes = encode(t);
        assert_int_equal(decode(&back, bytes.data, bytes.size), 0);
        same_table(t, back);
        mlops__buf again = encode(back);
        assert_int_equal(again.size, bytes.size);
        assert_memory_equal(again.data, bytes.data, bytes.size);
        mlops__buf_free(&again);
        mlops__buf_free(&bytes);
        mlops_table_unref(t);
        mlops_table_unref(back);
        seed = kept;
    }
}

/* Distinct texts at each width of their numbers, and one beyond. */
static void many_texts_come_back(void **state) {
    (void)state;
    static const int counts[] = {255, 256, 257, 65535, 65536, 65537};
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        const mlops__rows_column column = {"t", MLOPS_TYPE_STRING};
        mlops__rows rows;
        mlops_table *t, *back;
        assert_int_equal(mlops__rows_begin(&rows, &host, &column, 1, NULL), 0);
        for (int i = 0; i < counts[k]; i++) {
            char text[16];
            snprintf(text, sizeof text, "%d", i);
            mlops__rows_text(&rows, text);
            if (i == 7) mlops__rows_null(&rows);
        }
        assert_int_equal(mlops__rows_end(&rows, MLOPS_OK, &t, NULL), 0);
        mlops__buf bytes = encode(t);
        assert_int_equal(decode(&back, bytes.data, bytes.size), 0);
        same_table(t, back);
        mlops__buf_free(&bytes);
        mlops_table_unref(t);
        mlops_table_unref(back);
    }
}

static void same_bytes(mlops_table *a, mlops_table *b) {
    mlops__buf x = encode(a), y = encode(b);
    assert_int_equal(x.size, y.size);
    assert_memory_equal(x.data, y.data, x.size);
    mlops__buf_free(&x);
    mlops__buf_free(&y);
    mlops_table_unref(a);
    mlops_table_unref(b);
}

static void release_schema(struct ArrowSchema *s) { s->release = NULL; }

static void release_array(struct ArrowArray *a) { a->release = NULL; }

/* int8, float32, and a dictionary with a text that no row has and two that are one: the bytes are
 * those of CSV. */
static void producers_make_no_difference(void **state) {
    (void)state;
    static const int8_t whole[] = {9, 3, -1, 0};
    static const float real[] = {9, 0.5f, 2, -1};
    static const uint8_t valid[] = {0x0e}, codes[] = {9, 4, 1, 2};
    static const int32_t offsets[] = {0, 2, 3, 4, 4, 5};
    const void *i_buffers[] = {valid, whole}, *f_buffers[] = {NULL, real};
    const void *c_buffers[] = {NULL, codes}, *t_buffers[] = {NULL, offsets, "noxyx"};
    const void *s_buffers[] = {NULL};
    struct ArrowSchema texts = {"u", "", NULL, 2, 0, NULL, NULL, release_schema, NULL};
    struct ArrowSchema fields[] = {{"c", "i", NULL, 2, 0, NULL, NULL, release_schema, NULL},
                                   {"f", "f", NULL, 2, 0, NULL, NULL, release_schema, NULL},
                                   {"C", "t", NULL, 2, 0, NULL, &texts, release_schema, NULL}};
    struct ArrowSchema *children[] = {&fields[0], &fields[1], &fields[2]};
    struct ArrowSchema schema = {"+s", "", NULL, 0, 3, children, NULL, release_schema, NULL};
    struct ArrowArray values = {5, 0, 0, 3, 0, t_buffers, NULL, NULL, release_array, NULL};
    struct ArrowArray columns[] = {{3, 0, 1, 2, 0, i_buffers, NULL, NULL, release_array, NULL},
                                   {3, 0, 1, 2, 0, f_buffers, NULL, NULL, release_array, NULL},
                                   {3, 0, 1, 2, 0, c_buffers, NULL, &values, release_array, NULL}};
    struct ArrowArray *arrays[] = {&columns[0], &columns[1], &columns[2]};
    struct ArrowArray array = {3, 0, 0, 1, 3, s_buffers, arrays, NULL, release_array, NULL};
    mlops_table *t;
    assert_int_equal(mlops_table_import(&t, &schema, &array, NULL, NULL), 0);
    same_bytes(t, parse("i,f,t\n3,5e-1,x\n-1,2.0,x\n0,-1,y\n"));
}

static void arrow_and_rows_make_no_difference(void **state) {
    (void)state;
    for (uint64_t k = 1; k < 200; k++) {
        struct ArrowArrayStream stream;
        struct ArrowSchema schema;
        struct ArrowArray array;
        mlops_table *other;
        seed = k * 977;
        mlops_table *t = random_table(60);
        if (k % 2) {
            assert_int_equal(mlops_table_export(t, &schema, &array, NULL), 0);
            assert_int_equal(mlops_table_import(&other, &schema, &array, NULL, NULL), 0);
        } else {
            assert_int_equal(mlops_table_export_stream(t, &stream, NULL), 0);
            assert_int_equal(mlops_table_import_stream(&other, &stream, NULL, NULL), 0);
        }
        same_bytes(t, other);
    }
}

/* The rows of a bitmap and the others, against a table that is made of the same cells. */
static void chosen_rows_are_a_table(void **state) {
    (void)state;
    for (uint64_t k = 1; k < 300; k++) {
        mlops__rows_column columns[6];
        mlops__rows rows;
        mlops_table *some, *want;
        seed = k * 31;
        mlops_table *t = random_table(70);
        int64_t n = mlops_table_n_rows(t), d = mlops_table_n_columns(t);
        uint8_t bits[16];
        int wanted = (int)(draw() & 1);
        for (size_t i = 0; i < sizeof bits; i++) bits[i] = (uint8_t)draw();
        for (int64_t j = 0; j < d; j++)
            columns[j] = (mlops__rows_column){mlops_table_name(t, j), mlops_table_type(t, j)};
        assert_int_equal(mlops__rows_begin(&rows, &host, columns, d, NULL), 0);
        for (int64_t i = 0; i < n; i++) {
            if ((bits[i / 8] >> i % 8 & 1) != wanted) continue;
            for (int64_t j = 0; j < d; j++) {
                const mlops__column *c = mlops__table_column(t, j);
                if (!mlops__column_valid(c, i)) mlops__rows_null(&rows);
                else if (c->type == MLOPS_TYPE_STRING)
                    mlops__rows_text(&rows, c->texts[((const int32_t *)c->data)[i]]);
                else if (c->type == MLOPS_TYPE_INT64)
                    mlops__rows_i64(&rows, ((const int64_t *)c->data)[i]);
                else if (c->type == MLOPS_TYPE_BOOL)
                    mlops__rows_bool(&rows, ((const uint8_t *)c->data)[i]);
                else mlops__rows_f64(&rows, ((const double *)c->data)[i]);
            }
        }
        assert_int_equal(mlops__rows_end(&rows, MLOPS_OK, &want, NULL), 0);
        assert_int_equal(mlops__table_select(&some, t, bits, wanted, NULL), 0);
        mlops_table_unref(t);
        same_bytes(some, want);
    }
}

/* Whatever is read, written again, gives the same bytes. */
static void take(const uint8_t *bytes, size_t n, int must_fail) {
    mlops_table *t;
    mlops_status status = decode(&t, bytes, n);
    if (must_fail) assert_true(status == MLOPS_E_CORRUPT);
    if (status) {
        assert_true(status == MLOPS_E_CORRUPT || status == MLOPS_E_UNSUPPORTED);
        return;
    }
    mlops__buf again = encode(t);
    assert_int_equal(again.size, n);
    assert_memory_equal(again.data, bytes, n);
    mlops__buf_free(&again);
    mlops_table_unref(t);
}

static void damage_is_refused(void **state) {
    (void)state;
    for (uint64_t k = 1; k < 40; k++) {
        seed = k * 131;
        mlops_table *t = random_table(20);
        mlops__buf bytes = encode(t);
        for (size_t n = 0; n < bytes.size; n++) {
            uint8_t *cut = malloc(n + 1); /* so that a tool sees what is read beyond */
            assert_non_null(cut);
            memcpy(cut, bytes.data, n);
            take(cut, n, 1);
            free(cut);
        }
        for (size_t i = 0; i < 8 * bytes.size; i++) {
            bytes.data[i / 8] ^= (uint8_t)(1 << i % 8);
            take(bytes.data, bytes.size, 0);
            bytes.data[i / 8] ^= (uint8_t)(1 << i % 8);
        }
        mlops__buf_u8(&bytes, 0);
        take(bytes.data, bytes.size, 1);
        mlops__buf_free(&bytes);
        mlops_table_unref(t);
    }
}

/* Rows without columns, columns of one name, and one whose name is empty. */
static void odd_heads_are_refused(void **state) {
    (void)state;
    uint8_t none[24] = "MLOPSTBL\1\0\0\0\0\0\0\0\3";
    take(none, sizeof none, 1);
    mlops_table *t = parse("a,b\n1,2\n");
    mlops__buf bytes = encode(t);
    bytes.data[24 + 24 + 16] = 'a';
    take(bytes.data, bytes.size, 1);
    bytes.data[24 + 24 + 16] = 0;
    bytes.data[24 + 24 + 4] = 0;
    take(bytes.data, bytes.size, 1);
    mlops__buf_free(&bytes);
    mlops_table_unref(t);
}

static void a_later_version_is_told_of(void **state) {
    (void)state;
    mlops_table *t = parse("a\n1\n"), *back;
    mlops__buf bytes = encode(t);
    bytes.data[8] = 2;
    assert_int_equal(decode(&back, bytes.data, bytes.size), MLOPS_E_UNSUPPORTED);
    mlops__buf_free(&bytes);
    mlops_table_unref(t);
}

/* ---- parts ---- */

typedef struct bytes_of {
    const uint8_t *data;
    size_t size, n_read;
} bytes_of;

static mlops_status read_bytes(void *user, uint64_t at, void *out, size_t n, mlops_error *err) {
    bytes_of *b = user;
    (void)err;
    assert_true(at <= b->size && n <= b->size - at);
    memcpy(out, b->data + at, n);
    b->n_read += n;
    return MLOPS_OK;
}

static uint64_t below(uint64_t n) { return n ? draw() % n : 0; }

/* Columns of every type: few texts, more than 256, more than 65,536, and none; with nulls, without,
 * and only in some rows. */
static mlops_table *make_wide(int n_rows) {
    char *csv = malloc((size_t)n_rows * 90 + 100), *at = csv;
    mlops_table *t;
    assert_non_null(csv);
    at += sprintf(at, "flag,i,x,few,many,all,none,gap\n");
    for (int row = 0; row < n_rows; row++) {
        at += sprintf(at, "%s,%d,", below(9) ? below(2) ? "true" : "false" : "", row * 7 - 300);
        at += below(5) ? sprintf(at, "%d.25,", (int)below(1000)) : sprintf(at, ",");
        at += below(4) ? sprintf(at, "t%d,", (int)below(9)) : sprintf(at, ",");
        at += sprintf(at, "m%d,a%d-%d,,", (int)below(3000), row, (int)below(10));
        at += row > n_rows / 2 ? sprintf(at, "%d\n", row) : sprintf(at, "NA\n");
    }
    assert_int_equal(mlops_table_parse(&t, csv, (size_t)(at - csv), NULL, NULL), 0);
    free(csv);
    return t;
}

static void part_is_slice(const mlops_table *t, bytes_of *b, int64_t from, int64_t n) {
    int64_t columns[8], n_columns = 0;
    mlops_table *part, *slice;
    for (int64_t i = 0; i < mlops_table_n_columns(t); i++)
        if (below(2)) columns[n_columns++] = i;
    for (int64_t i = n_columns; i-- > 1;) { /* in any order */
        int64_t k = (int64_t)below((uint64_t)i + 1), kept = columns[i];
        columns[i] = columns[k];
        columns[k] = kept;
    }
    if (n_columns == 0) columns[n_columns++] = (int64_t)below(8);
    assert_int_equal(mlops__table_decode_part(&part, read_bytes, b, b->size, from, n, columns,
                                              n_columns, &host, NULL),
                     0);
    assert_int_equal(mlops__table_slice(&slice, t, from, n, columns, n_columns, NULL), 0);
    same_bytes(slice, part);
}

static void a_part_is_read_alone(void **state) {
    (void)state;
    static const int SIZES[] = {1, 7, 300, 80000};
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        mlops_table *t = make_wide(SIZES[i]);
        mlops__buf bytes = encode(t);
        bytes_of b = {bytes.data, bytes.size, 0};
        for (int k = 0; k < 40; k++) {
            int64_t from = (int64_t)below((uint64_t)SIZES[i] + 1);
            part_is_slice(t, &b, from, (int64_t)below((uint64_t)(SIZES[i] - from) + 1));
        }
        mlops__buf_free(&bytes);
        mlops_table_unref(t);
    }
}

static void a_part_takes_little(void **state) {
    (void)state;
    static const int64_t columns[] = {1, 3};
    mlops_table *t = make_wide(200000), *part;
    mlops__buf bytes = encode(t);
    bytes_of b = {bytes.data, bytes.size, 0};
    assert_int_equal(mlops__table_decode_part(&part, read_bytes, &b, b.size, 100000, 1000, columns,
                                              2, &host, NULL),
                     0);
    assert_int_equal(mlops_table_n_rows(part), 1000);
    assert_true(20 * b.n_read < b.size);
    mlops_table_unref(part);
    mlops__buf_free(&bytes);
    mlops_table_unref(t);
}

static void no_part_of_other_bytes(void **state) {
    (void)state;
    static const int64_t columns[] = {5, 0, 7}, beyond[] = {8};
    mlops_table *t = make_wide(300), *part;
    mlops__buf bytes = encode(t);
    mlops_error e;
    bytes_of b = {bytes.data, bytes.size, 0};
    assert_int_equal(
        mlops__table_decode_part(&part, read_bytes, &b, b.size, 0, 9, beyond, 1, &host, &e),
        MLOPS_E_INVALID);
    assert_int_equal(
        mlops__table_decode_part(&part, read_bytes, &b, b.size, 290, 11, columns, 3, &host, &e),
        MLOPS_E_INVALID);
    for (int i = 0; i < 3000; i++) {
        uint8_t *at = bytes.data + below(i % 2 ? 400 : bytes.size), was = *at;
        *at ^= (uint8_t)(1 << below(8));
        b.size = below(4) ? bytes.size : below(bytes.size);
        mlops_status status =
            mlops__table_decode_part(&part, read_bytes, &b, b.size, 100, 50, columns, 3, &host, &e);
        assert_true(status == MLOPS_OK || status == MLOPS_E_CORRUPT || status == MLOPS_E_INVALID ||
                    status == MLOPS_E_UNSUPPORTED);
        assert_true((status == MLOPS_OK) == (part != NULL));
        mlops_table_unref(part);
        *at = was;
    }
    mlops__buf_free(&bytes);
    mlops_table_unref(t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_has_these_bytes),
        cmocka_unit_test(tables_come_back),
        cmocka_unit_test(many_texts_come_back),
        cmocka_unit_test(producers_make_no_difference),
        cmocka_unit_test(arrow_and_rows_make_no_difference),
        cmocka_unit_test(chosen_rows_are_a_table),
        cmocka_unit_test(damage_is_refused),
        cmocka_unit_test(odd_heads_are_refused),
        cmocka_unit_test(a_later_version_is_told_of),
        cmocka_unit_test(a_part_is_read_alone),
        cmocka_unit_test(a_part_takes_little),
        cmocka_unit_test(no_part_of_other_bytes),
    };
    assert_int_equal(mlops__host_init(&host, NULL, NULL), 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
