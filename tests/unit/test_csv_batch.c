/* Many records at once say what they say one by one, and values that are read eight characters at a
 * time are those of the C library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fenv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fail.h"
#include "column/csv_read.h"
#include "column/table.h"
#include "unit/draw.h"

#include <mlops.h>

static void tell(mlops__buf *out, int64_t line, const mlops__csv_field *fields, int64_t n) {
    mlops__buf_format(out, "%lld:", (long long)line);
    for (int64_t i = 0; i < n; i++) {
        mlops__buf_format(out, "[%d%d", (int)fields[i].quoted, (int)fields[i].doubled);
        mlops__buf_put(out, fields[i].text, fields[i].n);
    }
}

static void tell_batch(mlops__buf *out, const mlops__csv_reader *reader, int64_t record) {
    mlops__csv_field fields[8];
    assert_true(reader->n_columns <= 8);
    for (int64_t i = 0; i < reader->n_columns; i++)
        fields[i] = mlops__csv_field_at(reader, record, i);
    tell(out, mlops__csv_batch_line(reader, record), fields, reader->n_columns);
}

/* Batches of so many records at the most; 0: one by one. */
static void split(mlops__buf *out, const char *text, size_t n, size_t step, int64_t most) {
    mlops__host host;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_error err = {0};
    assert_int_equal(mlops__host_init(&host, NULL, &err), MLOPS_OK);
    mlops__csv_reader reader = {0};
    reader.allocator = &host.allocator;
    reader.host = &host;
    reader.call = &call;
    reader.memory = text;
    reader.total = (int64_t)n;
    reader.delimiter = ',';
    reader.line_max = 3000;
    reader.step = step;
    reader.err = &err;
    mlops_status status = mlops__csv_begin(&reader);
    if (status == MLOPS_OK) status = mlops__csv_next(&reader);
    reader.n_columns = reader.n_fields;
    while (status == MLOPS_OK) {
        status = most ? mlops__csv_next_batch(&reader, most) : mlops__csv_next(&reader);
        if (status != MLOPS_OK) break;
        if (!most || reader.n_fields != reader.n_columns) {
            tell(out, reader.mark.line, reader.fields, reader.n_fields);
            if (reader.n_fields != reader.n_columns) break;
            continue;
        }
        for (int64_t i = 0; i < reader.n_batch; i++) tell_batch(out, &reader, i);
    }
    mlops__buf_format(out, "%d at %d:%d %s", (int)status, err.line, err.column, err.message);
    mlops__csv_end(&reader);
}

static void put_field(mlops__buf *out, unsigned odd) {
    static const char *const fields[] = {"",     "1",        "-2.5",     "name",     "\"a,b\"",
                                         "\"\"", "\"\"\"\"", "\"x\ny\"", "\"\r\n\"", "\xc3\xa4"};
    static const char *const odds[] = {"a\"b", "5\" pipe", "\"x\"y", "\"x\"y\"", "\"x\"\"", "\n"};
    const char *text = draw() % 10000 < odd ? odds[draw() % 6] : fields[draw() % 10];
    if (draw() % 3000 == 0)
        for (int i = 0; i < 2990; i++) mlops__buf_put(out, "z", 1);
    mlops__buf_put(out, text, strlen(text));
}

/* Up to a few stretches of records; a few of some texts are not as they should be. */
static void draw_text(mlops__buf *out) {
    static const char *const ends[] = {"\n", "\r\n", "\r", "\n\n", "\n\r\n\r"};
    size_t width = 1 + draw() % 5, n = draw() % 50000, end = draw() % 4;
    unsigned odd = draw() % 2 ? 0 : (unsigned)(draw() % 4);
    while (out->size < n) {
        for (size_t i = 0; i < width; i++) {
            if (i) mlops__buf_put(out, ",", 1);
            put_field(out, odd);
        }
        const char *text = ends[end == 3 ? draw() % 5 : end];
        mlops__buf_put(out, text, strlen(text));
    }
    if (out->size && draw() % 2) out->size--;
}

static void test_batches_are_records(void **state) {
    (void)state;
    seed = 21;
    for (int i = 0; i < 300; i++) {
        mlops__buf text, one, many;
        mlops__buf_init(&text, &mlops__heap);
        mlops__buf_init(&one, &mlops__heap);
        mlops__buf_init(&many, &mlops__heap);
        draw_text(&text);
        const char *bytes = text.data ? (const char *)text.data : "";
        split(&one, bytes, text.size, 0, 0);
        split(&many, bytes, text.size, draw() % 2 ? 0 : 1 + draw() % 20000,
              draw() % 2 ? INT64_MAX : 1 + (int64_t)(draw() % 50));
        assert_int_equal(many.size, one.size);
        assert_memory_equal(many.data, one.data, one.size);
        mlops__buf_free(&text);
        mlops__buf_free(&one);
        mlops__buf_free(&many);
    }
}

static void compare_split(const char *text) {
    mlops__buf one, many;
    mlops__buf_init(&one, &mlops__heap);
    mlops__buf_init(&many, &mlops__heap);
    split(&one, text, strlen(text), 0, 0);
    split(&many, text, strlen(text), 0, INT64_MAX);
    assert_int_equal(many.size, one.size);
    assert_memory_equal(many.data, one.data, one.size);
    mlops__buf_free(&one);
    mlops__buf_free(&many);
}

/* Doubled quotes ahead of a record that no batch takes, whose quotes are as many. */
static void test_doubled_quotes(void **state) {
    (void)state;
    compare_split("a,b\r\"q\"\"q\",1\r\"z\",2\r");
    compare_split("a,b\n\"q\"\"q\",1\n\"z\",\"x\"y\n");
    compare_split("a,b\n\"\"\"\",\"\"\n\"z\",\"x\"\"\n");
    compare_split("a,b\n\"q\",1\n\"q\"\"\"\"q\",\"\"\n\"z\",\"x\"\n\"q\",1");
}

/* Quotes of unquoted fields, as of inches, that a stretch pairs up over a delimiter: in each
 * record, in some, and in one part of the text alone. */
static void test_stray_quotes(void **state) {
    static const char *const rows[] = {"%d,12\",8\",x\n", "%d,12\",8,x\n", "%d,\"q\",5\"x\",\n"};
    (void)state;
    for (int i = 0; i < 12; i++) {
        mlops__buf text;
        mlops__buf_init(&text, &mlops__heap);
        mlops__buf_text(&text, "id,w,h,c\n");
        for (int row = 0; row < 9000; row++) {
            int is_odd = i < 3   ? 1
                         : i < 6 ? row % 10 == 0
                         : i < 9 ? row % 97 == 0
                                 : row / 2000 == 1;
            mlops__buf_format(&text, is_odd ? rows[i % 3] : "%d,1,2,y\n", row);
        }
        mlops__buf_u8(&text, 0);
        compare_split((const char *)text.data);
        mlops__buf_free(&text);
    }
}

/* [-]digits[.digits], some with none on one side, or with more than is read at once. */
static void draw_number(char *out, int point) {
    size_t n = 0, whole = draw() % 11, behind = draw() % 10;
    if (draw() % 20 == 0) whole += draw() % 12, behind += draw() % 12;
    if (!point) behind = 0;
    if (whole + behind == 0) whole = 1;
    if (!point && whole > 18) whole = 18;
    if (draw() % 3 == 0) out[n++] = '-';
    for (size_t i = 0; i < whole; i++) out[n++] = (char)('0' + draw() % 10);
    if (point && draw() % 8) out[n++] = '.';
    for (size_t i = 0; i < behind; i++) out[n++] = (char)('0' + draw() % 10);
    out[n] = 0;
}

enum { ROWS = 20000 };

static mlops_table *table_of(char (*numbers)[64], const char *first) {
    mlops__buf text;
    mlops_table *table;
    mlops_error err;
    mlops__buf_init(&text, &mlops__heap);
    mlops__buf_format(&text, "x,y\n%s,\n", first);
    for (int i = 0; i < ROWS; i++) mlops__buf_format(&text, "%s,%d\n", numbers[i], i % 7);
    assert_int_equal(mlops_table_parse(&table, (const char *)text.data, text.size, NULL, &err),
                     MLOPS_OK);
    mlops__buf_free(&text);
    return table;
}

static void test_floats(void **state) {
    (void)state;
    static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    static char numbers[ROWS][64];
    static double values[ROWS + 1];
    seed = 22;
    for (int i = 0; i < ROWS; i++) draw_number(numbers[i], 1);
    for (size_t m = 0; m < 4; m++) { /* whatever the caller rounds by */
        fesetround(modes[m]);
        mlops_table *table = table_of(numbers, "0.5");
        fesetround(FE_TONEAREST);
        assert_int_equal(mlops_table_type(table, 0), MLOPS_TYPE_FLOAT64);
        assert_int_equal(mlops_table_values(table, 0, values, ROWS + 1, NULL), MLOPS_OK);
        for (int i = 0; i < ROWS; i++) {
            double expected = strtod(numbers[i], NULL);
            assert_memory_equal(&values[i + 1], &expected, sizeof expected);
        }
        mlops_table_unref(table);
    }
}

static void test_integers(void **state) {
    (void)state;
    static char numbers[ROWS][64];
    static int64_t values[ROWS + 1];
    seed = 23;
    for (int i = 0; i < ROWS; i++) draw_number(numbers[i], 0);
    mlops_table *table = table_of(numbers, "7");
    assert_int_equal(mlops_table_type(table, 0), MLOPS_TYPE_INT64);
    assert_int_equal(mlops_table_integers(table, 0, values, ROWS + 1, NULL), MLOPS_OK);
    for (int i = 0; i < ROWS; i++) assert_int_equal(values[i + 1], strtoll(numbers[i], NULL, 10));
    mlops_table_unref(table);
}

/* A spelling of null may look like a number. */
static void test_numeric_nulls(void **state) {
    (void)state;
    const char *text = "a,b\n1,0.5\n-999,-999\n3,-999\n";
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    mlops_table *table;
    opts.nulls = "-999";
    assert_int_equal(mlops_table_parse(&table, text, strlen(text), &opts, NULL), MLOPS_OK);
    assert_int_equal(mlops_table_n_nulls(table, 0), 1);
    assert_int_equal(mlops_table_n_nulls(table, 1), 2);
    mlops_table_unref(table);
}

/* A text as a field: in quotes where it must be, or by chance. */
static void put_text(mlops__buf *out, const char *text, int quoted) {
    mlops__buf_text(out, quoted ? "\"" : "");
    for (const char *p = text; *p; p++) mlops__buf_format(out, *p == '"' ? "\"\"" : "%c", *p);
    mlops__buf_text(out, quoted ? "\"" : "");
}

/* n: how many texts there are about; 0: each is one of its own. */
static const char *draw_word(char *out, unsigned n, int i) {
    static const char *const odds[] = {"",
                                       "NA",
                                       "?",
                                       "nan",
                                       "none",
                                       "N",
                                       "a,b",
                                       "\"",
                                       "\"\"x",
                                       "\xc3\xa4\xc3\xb6\xc3\xbc",
                                       "\x01\x02\x03\x04\x05\x06\x07\x08"};
    unsigned number = n ? (unsigned)(draw() % n) : (unsigned)i;
    if (draw() % 20 == 0) return odds[draw() % 11];
    size_t at = 0, length = 1 + number * 7919u % 40;
    at += (size_t)mlops__format(out, 64, "%u", number);
    while (at < length) out[at++] = (char)('a' + number % 26);
    out[at] = 0;
    return out;
}

static void compare_words(unsigned n) {
    static char words[ROWS][64];
    static int8_t nulls[ROWS];
    mlops__buf text;
    mlops_table *table;
    char room[64];
    mlops__buf_init(&text, &mlops__heap);
    mlops__buf_text(&text, "x,y\n");
    unsigned quoted = (unsigned)(draw() % 2) * 8;
    for (int i = 0; i < ROWS; i++) {
        const char *word = draw_word(room, n, i);
        int quotes = (quoted && draw() % quoted == 0) || strpbrk(word, ",\"");
        memcpy(words[i], word, strlen(word) + 1);
        nulls[i] = !quotes &&
                   (!*word || !strcmp(word, "NA") || !strcmp(word, "?") || !strcmp(word, "nan"));
        put_text(&text, word, quotes);
        mlops__buf_text(&text, ",z\n");
    }
    assert_int_equal(mlops_table_parse(&table, (const char *)text.data, text.size, NULL, NULL),
                     MLOPS_OK);
    assert_int_equal(mlops_table_n_rows(table), ROWS);
    const mlops__column *column = mlops__table_column(table, 0);
    for (int i = 0; i < ROWS; i++) {
        assert_int_equal(mlops__column_valid(column, i), !nulls[i]);
        int32_t code = ((const int32_t *)column->data)[i];
        if (nulls[i]) assert_int_equal(code, -1);
        else assert_string_equal(column->texts[code], words[i]);
    }
    for (int64_t i = 1; i < column->n_texts && i < 300; i++) /* each stands once */
        for (int64_t k = 0; k < i; k++) assert_string_not_equal(column->texts[i], column->texts[k]);
    mlops_table_unref(table);
    mlops__buf_free(&text);
}

static void test_texts(void **state) {
    (void)state;
    static const unsigned counts[] = {1, 5, 40, 1000, 10000, 0};
    seed = 24;
    for (int i = 0; i < 18; i++) compare_words(counts[i % 6]);
}

/* Texts that are spelled as a null, in quotes, beside nulls. */
static void test_texts_like_nulls(void **state) {
    (void)state;
    enum { N = 200 };
    for (int first = 0; first < N; first += 7) {
        mlops__buf text;
        mlops_table *table;
        mlops__buf_init(&text, &mlops__heap);
        mlops__buf_text(&text, "x,y\na,1\n");
        for (int i = 0; i < N; i++)
            mlops__buf_text(&text, i < first || i % 3 ? "NA,1\n" : "\"NA\",1\n");
        assert_int_equal(mlops_table_parse(&table, (const char *)text.data, text.size, NULL, NULL),
                         MLOPS_OK);
        const mlops__column *column = mlops__table_column(table, 0);
        for (int i = 0; i < N; i++)
            assert_int_equal(mlops__column_valid(column, i + 1), i >= first && i % 3 == 0);
        mlops_table_unref(table);
        mlops__buf_free(&text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batches_are_records),
        cmocka_unit_test(test_doubled_quotes),
        cmocka_unit_test(test_stray_quotes),
        cmocka_unit_test(test_floats),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_numeric_nulls),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_texts_like_nulls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
