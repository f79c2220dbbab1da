/* Tables that go out: CSV that comes back as it was, whole numbers, streams of Arrow. */
#define _GNU_SOURCE
#include "unit/help_table.h"

#include "column/csv_write.h"
#include "sys/io_test.h"

#include <unistd.h>

static mlops_table *parse(const char *csv, const mlops_csv_opts *opts) {
    mlops_table *t;
    mlops_error e;
    mlops_status status = mlops_table_parse(&t, csv, strlen(csv), opts, &e);
    if (status) fail_msg("%s: %s", mlops_status_name(status), e.message);
    return t;
}

static mlops__buf text_of(const mlops_table *t, const mlops_csv_opts *opts) {
    mlops__buf out;
    mlops_error e;
    mlops__buf_init(&out, &mlops__heap);
    mlops_status status = mlops__csv_write(t, opts, &out, &e);
    if (status) fail_msg("%s: %s", mlops_status_name(status), e.message);
    mlops__buf_u8(&out, 0);
    return out;
}

static void writes(const char *csv, const mlops_csv_opts *opts, const char *want) {
    mlops_table *t = parse(csv, opts);
    mlops__buf got = text_of(t, opts);
    assert_string_equal((char *)got.data, want);
    mlops__buf_free(&got);
    mlops_table_unref(t);
}

static void cannot_write(const mlops_table *t, const mlops_csv_opts *opts, const char *why) {
    mlops__buf out;
    mlops_error e;
    mlops__buf_init(&out, &mlops__heap);
    assert_int_equal(mlops__csv_write(t, opts, &out, &e), MLOPS_E_INVALID);
    if (!strstr(e.message, why)) fail_msg("%s", e.message);
    mlops__buf_free(&out);
}

static void fields_are_spelled_so(void **state) {
    (void)state;
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    writes("b,i,f\nTRUE, 7 ,1e0\n,NA,?\nfalse,-0,nan\n", NULL, "b,i,f\ntrue,7,1.0\n,,\nfalse,0,\n");
    writes("f\n1\nNAN\n-inf\n2.50\n", NULL, "f\n1.0\nNAN\n-inf\n2.5\n");
    writes("s\nplain\n\"\"\nNA\n\"NA\"\n\"1\"\n\"a,b\"\n\"say \"\"x\"\"\"\n\"two\nlines\"\n", NULL,
           "s\nplain\n\"\"\n\n\"NA\"\n\"1\"\n\"a,b\"\n\"say \"\"x\"\"\"\n\"two\nlines\"\n");
    writes("\"a,b\",\"c\"\"d\"\n1,2\n", NULL, "\"a,b\",\"c\"\"d\"\n1,2\n");
    opts.delimiter = ";";
    opts.nulls = "-";
    opts.flags = MLOPS_CSV_NO_HEADER;
    writes("1;a;-\n-;\"b;c\";x\n", &opts, "1;a;-\n-;\"b;c\";x\n");
    opts.nulls = NULL; /* an empty line ahead of the first record would be none */
    writes("?\n1\n\n2\n", &opts, "NA\n1\nNA\n2\n");
    writes("1\n?\n", &opts, "1\n\n");
    opts.names = "a";
    writes("?\n1\n", &opts, "\n1\n");
}

static void times_are_spelled_as_given(void **state) {
    (void)state;
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    opts.types = "t=time";
    writes("t,u\n1969-12-31T23:00-01:30,a\n,b\n2024-02-29 12:00:00.250,c\n2024-03-01,d\n", &opts,
           "t,u\n1970-01-01T00:30:00,a\n,b\n2024-02-29T12:00:00.25,c\n2024-03-01,d\n");
    opts.types = "\"t=time(%y%%%b %d, %I:%M:%S.%f %p%z)\"";
    writes("t\n\"70%jan 1, 12:00:00.0 AMZ\"\n\"69%DEC 31, 12:59:07.000000009 pm+0030\"\n", &opts,
           "t\n\"70%Jan 01, 12:00:00.0 AMZ\"\n\"69%Dec 31, 12:29:07.000000009 PMZ\"\n");
    opts.types = "\"t=time(%H\"\"%M\"\")\"";
    writes("t,u\n\"07\"\"05\"\"\",a\n,b\n", &opts, "t,u\n\"07\"\"05\"\"\",a\n,b\n");
}

static void times_that_a_format_loses_are_refused(void **state) {
    (void)state;
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    opts.types = "t=time";
    mlops_table *t = parse("t,u\n1969-05-05,1\n,2\n1950-05-05,3\n2024-05-05T10:00,4\n", &opts);
    opts.types = "t=time(%d.%m.%y)";
    cannot_write(t, &opts, "column 't', row 2: time(%d.%m.%y) would not give 1950-05-05 back");
    opts.types = "t=time(%d.%m.%Y)";
    cannot_write(t, &opts, "column 't', row 3: time(%d.%m.%Y) would not give 2024-05-05T10:00:00");
    mlops_table_unref(t);
    t = parse("t\n-9223372036854775807\n9223372036854775807\n", NULL);
    opts.types = "t=time(%Y-%m-%d)";
    cannot_write(t, &opts, "column 't', row 0");
    opts.types = "t=time";
    mlops__buf text = text_of(t, &opts);
    mlops_table *back = parse((const char *)text.data, &opts);
    same_table(t, back);
    mlops_table_unref(back);
    mlops__buf_free(&text);
    mlops_table_unref(t);
}

/* What is null throughout has no type in CSV. */
static int keeps_types(const mlops_table *t) {
    for (int64_t j = 0; j < mlops_table_n_columns(t); j++)
        if (mlops_table_n_nulls(t, j) == mlops_table_n_rows(t)) return 0;
    return 1;
}

static void tables_come_back(void **state) {
    (void)state;
    int n = 0;
    for (uint64_t k = 1; k < 4000; k++) {
        mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
        static const char *const delimiters[] = {NULL, ";", "\t", "|", " "};
        static const char *const nulls[] = {NULL, NULL, "?", "\"\"", "nil"};
        seed = k;
        mlops_table *t = random_table(30), *back;
        opts.delimiter = delimiters[draw() % 5];
        opts.nulls = nulls[draw() % 5];
        if (keeps_types(t)) {
            mlops__buf text = text_of(t, &opts);
            back = parse((const char *)text.data, &opts);
            same_table(t, back);
            mlops_table_unref(back);
            mlops__buf_free(&text);
            n++;
        }
        mlops_table_unref(t);
    }
    assert_true(n > 1000);
}

static void what_cannot_be_spelled_is_refused(void **state) {
    (void)state;
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    mlops_error e;
    mlops__buf out;
    mlops_table *t = parse("x,y\n1.5,2\n", NULL);
    mlops__buf_init(&out, &mlops__heap);
    opts.delimiter = ".";
    assert_int_equal(mlops__csv_write(t, &opts, &out, &e), MLOPS_E_INVALID);
    assert_non_null(strstr(e.message, "column 'x', row 0"));
    opts.delimiter = NULL;
    opts.nulls = "2";
    assert_int_equal(mlops__csv_write(t, &opts, &out, &e), MLOPS_E_INVALID);
    assert_non_null(strstr(e.message, "column 'y', row 0"));
    opts.nulls = "\"a,b\"";
    assert_int_equal(mlops__csv_write(t, &opts, &out, &e), MLOPS_E_INVALID);
    assert_non_null(strstr(e.message, "spelling for a null"));
    opts.nulls = NULL;
    opts.delimiter = "ab";
    assert_int_equal(mlops__csv_write(t, &opts, &out, &e), MLOPS_E_INVALID);
    opts.delimiter = NULL;
    opts.flags = 64;
    assert_int_equal(mlops__csv_write(t, &opts, &out, &e), MLOPS_E_INVALID);
    mlops__buf_free(&out);
    mlops_table_unref(t);
}

static void files_are_written(void **state) {
    (void)state;
    char path[] = "/tmp/mlops-write-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    mlops_error e;
    mlops_table *t = parse("a,b\n1,x\n,\"\"\n", NULL), *back;
    assert_int_equal(mlops_table_write(t, path, NULL, &e), 0);
    assert_int_equal(mlops_table_load(&back, path, NULL, &e), 0);
    same_table(t, back);
    mlops_table_unref(back);
    assert_int_equal(mlops_table_write(t, "/tmp/no/such/folder/x.csv", NULL, &e),
                     MLOPS_E_NOT_FOUND);
    assert_int_equal(mlops_table_write(t, NULL, NULL, &e), MLOPS_E_INVALID);
    mlops_table_unref(t);
    unlink(path);
}

static void whole_numbers_are_exact(void **state) {
    (void)state;
    mlops_error e;
    int64_t out[3];
    mlops_table *t = parse("b,i,f,s,n\ntrue,9007199254740993,1.5,x,\n,,,,\nfalse,-7,2,y,\n", NULL);
    assert_int_equal(mlops_table_integers(t, 1, out, 3, &e), 0);
    assert_true(out[0] == 9007199254740993 && out[1] == INT64_MIN && out[2] == -7);
    assert_int_equal(mlops_table_integers(t, 0, out, 3, &e), 0);
    assert_true(out[0] == 1 && out[1] == INT64_MIN && out[2] == 0);
    assert_int_equal(mlops_table_integers(t, 4, out, 3, &e), 0);
    assert_true(out[0] == INT64_MIN && out[2] == INT64_MIN);
    assert_int_equal(mlops_table_integers(t, 2, out, 3, &e), MLOPS_E_SCHEMA);
    assert_non_null(strstr(e.message, "'f'"));
    assert_int_equal(mlops_table_integers(t, 3, out, 3, &e), MLOPS_E_SCHEMA);
    assert_int_equal(mlops_table_integers(t, 5, out, 3, &e), MLOPS_E_INVALID);
    assert_int_equal(mlops_table_integers(t, 1, out, 2, &e), MLOPS_E_INVALID);
    mlops_table_unref(t);
}

static void a_stream_has_one_batch(void **state) {
    (void)state;
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray array;
    mlops_table *t = parse("a,b\n1,x\n2,y\n", NULL), *back;
    assert_int_equal(mlops_table_export_stream(t, &stream, NULL), 0);
    mlops_table_unref(t);         /* the stream keeps it alive */
    for (int i = 0; i < 2; i++) { /* a schema may be asked for again */
        assert_int_equal(stream.get_schema(&stream, &schema), 0);
        assert_string_equal(schema.children[1]->name, "b");
        if (i == 0) schema.release(&schema);
    }
    assert_int_equal(stream.get_next(&stream, &array), 0);
    assert_int_equal(array.length, 2);
    struct ArrowArray none;
    assert_int_equal(stream.get_next(&stream, &none), 0);
    assert_null(none.release);
    assert_null(stream.get_last_error(&stream));
    stream.release(&stream);
    assert_null(stream.release);
    assert_int_equal(mlops_table_import(&back, &schema, &array, NULL, NULL), 0);
    t = parse("a,b\n1,x\n2,y\n", NULL);
    same_table(t, back);
    mlops_table_unref(t);
    mlops_table_unref(back);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_spelled_so),
        cmocka_unit_test(times_are_spelled_as_given),
        cmocka_unit_test(times_that_a_format_loses_are_refused),
        cmocka_unit_test(tables_come_back),
        cmocka_unit_test(what_cannot_be_spelled_is_refused),
        cmocka_unit_test(files_are_written),
        cmocka_unit_test(whole_numbers_are_exact),
        cmocka_unit_test(a_stream_has_one_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
