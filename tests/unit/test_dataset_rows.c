/* Some rows and columns of a table, held against all of it: of CSV of any dialect, versions of it,
 * and tables; and that what is not asked for is not read. */
#define _GNU_SOURCE
#include "unit/draw.h"
#include "unit/help_dataset.h"

#include "column/table.h"

enum { ROWS = 20000 };

/* How text is written. */
typedef struct style {
    char delimiter;
    const char *end, *ahead;
    int header, quotes, lines, blanks, bom, open;
    int64_t skip, max;
} style;

typedef struct text_of {
    char *bytes;
    size_t n;
} text_of;

static void put_cell(text_of *t, const style *s, int column, int row) {
    char *at = t->bytes + t->n;
    const char d = s->delimiter;
    switch (column) {
    case 0: t->n += (size_t)sprintf(at, "%d", row * 3); break;
    case 1:
        if (draw() % 9 == 0) break; /* null */
        t->n += (size_t)sprintf(at, row > ROWS / 2 ? "%d.%d" : "%d", (int)(draw() % 900), row % 7);
        break;
    case 2:
        if (s->quotes && draw() % 3 == 0)
            t->n += (size_t)sprintf(at, "\"a%c \"\"%d\"\"\"", d, (int)(draw() % 40));
        else if (s->lines && draw() % 50 == 0) t->n += (size_t)sprintf(at, "\"two\nlines\"");
        else t->n += (size_t)sprintf(at, "name-%d", (int)(draw() % 300));
        break;
    case 3: t->n += (size_t)sprintf(at, "%s", draw() % 2 ? "true" : "false"); break;
    case 4: t->n += (size_t)sprintf(at, row == ROWS - 5 ? "late" : "%d", (int)(draw() % 60)); break;
    default: t->n += (size_t)sprintf(at, "%s", draw() % 2 ? "NA" : ""); break;
    }
}

static text_of write_text(const style *s) {
    text_of t = {malloc(ROWS * 80), 0};
    assert_non_null(t.bytes);
    t.n = (size_t)sprintf(t.bytes, "%s%s", s->bom ? "\xef\xbb\xbf" : "", s->ahead ? s->ahead : "");
    if (s->header) {
        const char *names = "id,amount,\"na me\",flag,code,none";
        for (; *names; names++) t.bytes[t.n++] = *names == ',' ? s->delimiter : *names;
        t.n += (size_t)sprintf(t.bytes + t.n, "%s", s->end);
    }
    for (int row = 0; row < ROWS; row++) {
        for (int column = 0; column < 6; column++) {
            if (column) t.bytes[t.n++] = s->delimiter;
            put_cell(&t, s, column, row);
        }
        if (row + 1 < ROWS || !s->open) t.n += (size_t)sprintf(t.bytes + t.n, "%s", s->end);
        if (s->blanks && row % 4000 == 7) t.n += (size_t)sprintf(t.bytes + t.n, "%s", s->end);
    }
    return t;
}

static void keep_text(mlops_store *s, const text_of *t, const mlops_csv_opts *csv) {
    char file[] = "/tmp/mlops-rows-XXXXXX";
    mlops_error e;
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    mlops_change *c = new_change(s);
    mlops_draft *d = new_draft(c, "d", NULL);
    int fd = mkstemp(file);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, t->bytes, t->n), (ssize_t)t->n);
    close(fd);
    opts.csv = csv;
    works(mlops_draft_add_csv(d, "t.csv", file, &opts, &e), &e);
    unlink(file);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
}

/* Column j of the part is column i of the whole, from a row on. */
static void same_column(const mlops_table *part, int64_t j, const mlops_table *whole, int64_t i,
                        int64_t from) {
    int64_t n_nulls = 0;
    assert_string_equal(mlops_table_name(part, j), mlops_table_name(whole, i));
    assert_int_equal(mlops_table_type(part, j), mlops_table_type(whole, i));
    for (int64_t row = 0; row < mlops_table_n_rows(part); row++) {
        const mlops__column *a = mlops__table_column(part, j), *b = mlops__table_column(whole, i);
        char x[200], y[200];
        int there = mlops__column_valid(a, row);
        assert_int_equal(mlops_table_text(part, j, row, x, sizeof x, NULL), 0);
        assert_int_equal(mlops_table_text(whole, i, from + row, y, sizeof y, NULL), 0);
        assert_string_equal(x, y);
        if (a->type != MLOPS_TYPE_NULL) assert_int_equal(there, mlops__column_valid(b, from + row));
        n_nulls += a->type == MLOPS_TYPE_NULL || !there;
    }
    assert_int_equal(mlops_table_n_nulls(part, j), n_nulls);
}

static void slice_is_right(mlops_store *s, const char *ref, const mlops_table *whole) {
    static const char *const LISTS[] = {
        NULL, "id", "none", "code,id", "flag,none", "\"na me\"", "amount,code,\"na me\",flag"};
    const char *list = LISTS[draw() % 7];
    int64_t n_rows = mlops_table_n_rows(whole), from = (int64_t)(draw() % (uint64_t)(n_rows + 1));
    int64_t n = draw() % 4 ? (int64_t)(draw() % 300) : (int64_t)(draw() % 30000);
    mlops_table *part;
    mlops_error e;
    works(mlops_dataset_rows(&part, s, "d", ref, NULL, from, n, list, &e), &e);
    assert_int_equal(mlops_table_n_rows(part), n < n_rows - from ? n : n_rows - from);
    if (!list) assert_int_equal(mlops_table_n_columns(part), mlops_table_n_columns(whole));
    for (int64_t j = 0; j < mlops_table_n_columns(part); j++) {
        int64_t i = mlops_table_find(whole, mlops_table_name(part, j));
        assert_true(i >= 0);
        if (!list) assert_int_equal(i, j);
        same_column(part, j, whole, i, from);
    }
    mlops_table_unref(part);
}

static mlops_table *read_whole(mlops_store *s, const char *ref) {
    mlops_table *out;
    mlops_error e;
    works(mlops_dataset_table(&out, s, "d", ref, NULL, MLOPS_PART_ALL, &e), &e);
    return out;
}

static void any_dialect(void **state) {
    static const style STYLES[] = {
        {.delimiter = ',', .end = "\n", .header = 1},
        {.delimiter = ',', .end = "\n", .header = 1, .quotes = 1, .open = 1},
        {.delimiter = ';', .end = "\r\n", .header = 1, .quotes = 1},
        {.delimiter = '\t', .end = "\n", .header = 0},
        {.delimiter = ',', .end = "\n", .header = 0, .bom = 1},
        {.delimiter = ',', .end = "\r\n", .header = 1, .bom = 1, .open = 1},
        {.delimiter = ',', .end = "\n", .header = 1, .lines = 1},
        {.delimiter = ',', .end = "\n", .header = 1, .blanks = 1},
        {.delimiter = ',', .end = "\r", .header = 1},
        {.delimiter = '|', .end = "\n", .header = 1, .ahead = "one\n\ntwo, \"\n", .skip = 3},
        {.delimiter = ',', .end = "\n", .header = 1, .max = 9000},
    };
    (void)state;
    for (size_t k = 0; k < sizeof STYLES / sizeof *STYLES; k++) {
        place p;
        mlops_csv_opts csv = MLOPS_CSV_OPTS_INIT;
        const char delimiter[2] = {STYLES[k].delimiter, 0};
        char names[] = "id,amount,na me,flag,code,none";
        for (char *c = names; *c; c++) *c = *c == ',' ? delimiter[0] : *c;
        make_place(&p);
        seed = 40 + k;
        csv.delimiter = delimiter;
        csv.flags = STYLES[k].header ? 0 : MLOPS_CSV_NO_HEADER;
        csv.names = STYLES[k].header ? NULL : names;
        csv.skip_lines = STYLES[k].skip;
        csv.rows_max = STYLES[k].max;
        csv.types = k % 2 ? "code=string,id=float64,none=int64" : NULL;
        mlops_store *s = open_store(p.path, NULL);
        text_of t = write_text(&STYLES[k]);
        keep_text(s, &t, &csv);
        mlops_table *whole = read_whole(s, NULL);
        for (int i = 0; i < 25; i++) slice_is_right(s, NULL, whole);
        mlops_table_unref(whole);
        free(t.bytes);
        mlops_store_close(s);
        remove_place(&p);
    }
}

/* Digits change, and rows come and go. */
static void edit_text(text_of *t, int n_edits) {
    char *out = malloc(t->n + (size_t)n_edits * 80);
    size_t n = 0, every = t->n / (size_t)n_edits;
    assert_non_null(out);
    for (size_t i = 0, next = every; i < t->n; i++) {
        out[n++] = t->bytes[i];
        if (i < next) continue;
        if (t->bytes[i] >= '1' && t->bytes[i] <= '9' && draw() % 2)
            out[n - 1] = (char)('1' + draw() % 9), next += every;
        if (t->bytes[i] != '\n') continue;
        const char *end = memchr(t->bytes + i + 1, '\n', t->n - i - 1);
        if (end && draw() % 2) i = (size_t)(end - t->bytes);
        else n += (size_t)sprintf(out + n, "%d,7,new,true,3,\n", (int)(draw() % 1000));
        next += every;
    }
    free(t->bytes);
    *t = (text_of){out, n};
}

static void any_version(void **state) {
    enum { VERSIONS = 12 };
    static const style PLAIN = {.delimiter = ',', .end = "\n", .header = 1};
    mlops_id ids[VERSIONS];
    place p;
    (void)state;
    make_place(&p);
    seed = 3;
    mlops_store *s = open_store(p.path, NULL);
    text_of t = write_text(&PLAIN);
    for (int v = 0; v < VERSIONS; v++) {
        if (v) edit_text(&t, v % 2 ? 60 : 6);
        keep_text(s, &t, NULL);
        ids[v] = resolve(s, "d", NULL);
    }
    for (int v = 0; v < VERSIONS; v++) {
        mlops_table *whole = read_whole(s, hex_of(&ids[v]).text);
        for (int i = 0; i < 20; i++) slice_is_right(s, hex_of(&ids[v]).text, whole);
        mlops_table_unref(whole);
    }
    free(t.bytes);
    mlops_store_close(s);
    remove_place(&p);
}

/* A table that came as one, and CSV that is too small for rows. */
static void kept_in_other_ways(void **state) {
    static const char SMALL[] = "a,b\n1,x\n,y\n3,\n";
    text_of small = {(char *)(uintptr_t)SMALL, sizeof SMALL - 1};
    mlops_error e;
    place p;
    (void)state;
    make_place(&p);
    seed = 8;
    mlops_store *s = open_store(p.path, NULL);
    mlops_table *t = parse_csv("a,b\n1,x\n2,\n,z\n4.5,x\n"), *part;
    mlops_change *c = new_change(s);
    mlops_draft *d = new_draft(c, "e", NULL);
    works(mlops_draft_add_table(d, "t", t, NULL, &e), &e);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
    mlops_table_unref(t);
    works(mlops_dataset_rows(&part, s, "e", NULL, NULL, 1, 2, "b,a", &e), &e);
    shows(part, "b,a\n,2.0\nz,\n");
    works(mlops_dataset_rows(&part, s, "e", NULL, "t", 4, 2, NULL, &e), &e);
    shows(part, "a,b\n");
    keep_text(s, &small, NULL);
    works(mlops_dataset_rows(&part, s, "d", NULL, NULL, 1, 99, NULL, &e), &e);
    assert_int_equal(mlops_table_type(part, 0), MLOPS_TYPE_INT64);
    shows(part, "a,b\n,y\n3,\n");
    mlops_csv_opts csv = MLOPS_CSV_OPTS_INIT;
    csv.types = "a=string";
    keep_text(s, &small, &csv); /* the commit keeps the types that were given */
    works(mlops_dataset_table(&part, s, "d", NULL, NULL, MLOPS_PART_ALL, &e), &e);
    assert_int_equal(mlops_table_type(part, 0), MLOPS_TYPE_STRING);
    mlops_table_unref(part);
    works(mlops_dataset_rows(&part, s, "d", NULL, NULL, 2, 1, "b,a", &e), &e);
    assert_int_equal(mlops_table_type(part, 1), MLOPS_TYPE_STRING);
    shows(part, "b,a\n,3\n");
    mlops_store_close(s);
    remove_place(&p);
}

/* Only what is asked for is read: damage of another group is not noticed. */
static void the_rest_is_not_read(void **state) {
    static const style PLAIN = {.delimiter = ',', .end = "\n", .header = 1};
    mlops_table *part;
    mlops_error e;
    place p;
    (void)state;
    make_place(&p);
    seed = 5;
    mlops_store *s = open_store(p.path, NULL);
    text_of t = write_text(&PLAIN);
    keep_text(s, &t, NULL);
    spoil(inside(&p, "packs/0000000000000001"), 64 + 64 + 100);
    refused(mlops_dataset_rows(&part, s, "d", NULL, NULL, 8000, 300, "id", &e), &e, MLOPS_E_CORRUPT,
            "damaged");
    assert_null(part);
    works(mlops_dataset_rows(&part, s, "d", NULL, NULL, 8300, 300, "id", &e), &e);
    assert_int_equal(mlops_table_n_rows(part), 300);
    int64_t id[300];
    works(mlops_table_integers(part, 0, id, 300, &e), &e);
    for (int i = 0; i < 300; i++) assert_int_equal(id[i], 3 * (8300 + i));
    mlops_table_unref(part);
    free(t.bytes);
    mlops_store_close(s);
    remove_place(&p);
}

static void what_is_refused(void **state) {
    mlops_table *part;
    mlops_error e;
    place p;
    (void)state;
    make_place(&p);
    mlops_store *s = open_store(p.path, NULL);
    const char csv[] = "a,b\n1,2\n3,4\n";
    text_of t = {(char *)(uintptr_t)csv, sizeof csv - 1};
    commit_text(s, "f", NULL, "note", "text");
    keep_text(s, &t, NULL);
    refused(mlops_dataset_rows(&part, s, "d", NULL, NULL, 3, 1, NULL, &e), &e, MLOPS_E_INVALID,
            "row 3");
    refused(mlops_dataset_rows(&part, s, "d", NULL, NULL, -1, 1, NULL, &e), &e, MLOPS_E_INVALID,
            "-1");
    refused(mlops_dataset_rows(&part, s, "d", NULL, NULL, 0, -1, NULL, &e), &e, MLOPS_E_INVALID,
            "-1");
    refused(mlops_dataset_rows(&part, s, "d", NULL, NULL, 0, 1, "a,c", &e), &e, MLOPS_E_SCHEMA,
            "'c'");
    refused(mlops_dataset_rows(&part, s, "d", NULL, NULL, 0, 1, "a,a", &e), &e, MLOPS_E_INVALID,
            "a");
    refused(mlops_dataset_rows(&part, s, "f", NULL, "note", 0, 1, NULL, &e), &e, MLOPS_E_SCHEMA,
            "no table");
    refused(mlops_dataset_rows(&part, s, "f", NULL, "nota", 0, 1, NULL, &e), &e, MLOPS_E_NOT_FOUND,
            "note");
    assert_null(part);
    mlops_store_close(s);
    remove_place(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_dialect),        cmocka_unit_test(any_version),
        cmocka_unit_test(kept_in_other_ways), cmocka_unit_test(the_rest_is_not_read),
        cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
