/* Rows that are held out: which, for how long, and what is refused. oracle_dataset.py draws again.
 */
#define _GNU_SOURCE
#include "unit/help_dataset.h"

enum { ROWS = 1000 };

typedef struct fixture {
    place p;
    mlops_store *s;
    mlops_change *c;
    mlops_table *t; /* row, label (a: 900, b: 90, c: 9, null: 1), at (falling), name */
} fixture;

static void begin(fixture *f) {
    char *csv = malloc(100000);
    assert_non_null(csv);
    size_t n = (size_t)sprintf(csv, "row,label,at,name\n");
    for (int i = 0; i < ROWS; i++) {
        const char *label = i % 10 ? "a" : i % 100 ? "b" : i ? "c" : "";
        n += (size_t)sprintf(csv + n, "%d,%s,%d,n%03d\n", i, label, (ROWS - i) / 2, i);
    }
    f->t = parse_csv(csv);
    free(csv);
    make_place(&f->p);
    f->s = open_store(f->p.path, NULL);
    f->c = new_change(f->s);
}

static void end(fixture *f) {
    mlops_table_unref(f->t);
    mlops_change_free(f->c);
    mlops_store_close(f->s);
    remove_place(&f->p);
}

static mlops_draft *draft_with(fixture *f, const mlops_table *t) {
    mlops_error e;
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    mlops_draft *d = new_draft(f->c, "d", NULL);
    opts.target = "label";
    opts.time = "at";
    works(mlops_draft_add_table(d, "t", t, &opts, &e), &e);
    return d;
}

static mlops_split_opts opts_of(mlops_split kind, double share, int64_t seed, const char *column) {
    mlops_split_opts opts = MLOPS_SPLIT_OPTS_INIT;
    opts.kind = kind;
    opts.share = share;
    opts.seed = seed;
    opts.column = column;
    return opts;
}

static void split(mlops_draft *d, mlops_split kind, double share, int64_t seed,
                  const char *column) {
    mlops_error e;
    mlops_split_opts opts = opts_of(kind, share, seed, column);
    works(mlops_draft_split(d, "t", &opts, &e), &e);
}

/* Marks the rows of a part; their number. */
static int64_t rows_of(fixture *f, const char *ref, mlops_part part, uint8_t seen[ROWS]) {
    mlops_table *t;
    mlops_error e;
    static int64_t row[ROWS];
    memset(seen, 0, ROWS);
    works(mlops_dataset_table(&t, f->s, "d", ref, NULL, part, &e), &e);
    int64_t n = mlops_table_n_rows(t);
    works(mlops_table_integers(t, 0, row, n, &e), &e);
    for (int64_t i = 0; i < n; i++) {
        assert_true(!i || row[i] > row[i - 1]); /* in their order */
        seen[row[i]] = 1;
    }
    mlops_table_unref(t);
    return n;
}

static void parts_are_the_table(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    uint8_t train[ROWS], held[ROWS], other[ROWS];
    begin(&f);
    mlops_draft *d = draft_with(&f, f.t);
    works(mlops_draft_split(d, "t", NULL, &e), &e);
    end_draft(d);
    commit(f.c);
    assert_int_equal(rows_of(&f, NULL, MLOPS_PART_HELD_OUT, held), 200);
    assert_int_equal(rows_of(&f, NULL, MLOPS_PART_TRAIN, train), 800);
    for (int i = 0; i < ROWS; i++) assert_int_equal(train[i] + held[i], 1);
    assert_int_equal(rows_of(&f, NULL, MLOPS_PART_ALL, other), ROWS);
    d = new_draft(f.c, "d", NULL); /* stays with the table, */
    add_text(d, "note", "x");
    end_draft(d);
    commit(f.c);
    assert_int_equal(rows_of(&f, NULL, MLOPS_PART_HELD_OUT, other), 200);
    assert_memory_equal(held, other, ROWS);
    d = new_draft(f.c, "d", NULL); /* can be drawn anew, from what the store has */
    split(d, MLOPS_SPLIT_RANDOM, 0, 1, NULL);
    end_draft(d);
    d = new_draft(f.c, "d", "main"); /* and from what the change has yet to commit */
    split(d, MLOPS_SPLIT_RANDOM, 0, 0, NULL);
    split(d, MLOPS_SPLIT_RANDOM, 0.2, 2, NULL); /* the last one counts */
    mlops_id id = end_draft(d);
    commit(f.c);
    assert_int_equal(rows_of(&f, NULL, MLOPS_PART_HELD_OUT, other), 200);
    assert_memory_not_equal(held, other, ROWS);
    mlops_table *t;
    works(mlops_dataset_diff(&t, f.s, "d", NULL, hex_of(&id).text, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 1); /* a split is a change of the entry */
    mlops_table_unref(t);
    d = draft_with(&f, f.t); /* a table that is added again has none */
    end_draft(d);
    commit(f.c);
    refused(mlops_dataset_table(&t, f.s, "d", NULL, NULL, MLOPS_PART_TRAIN, &e), &e, MLOPS_E_SCHEMA,
            "mlops_draft_split");
    end(&f);
}

static void equal_draws_are_equal(void **state) {
    (void)state;
    fixture f;
    uint8_t one[ROWS], two[ROWS];
    begin(&f);
    for (int64_t seed = -1; seed < 2; seed++) {
        mlops_draft *d = draft_with(&f, f.t);
        split(d, MLOPS_SPLIT_STRATIFIED, 0.3, seed, NULL);
        end_draft(d);
        commit(f.c);
        memcpy(two, one, ROWS);
        rows_of(&f, NULL, MLOPS_PART_HELD_OUT, one);
        if (seed >= 0) assert_memory_not_equal(one, two, ROWS);
        d = draft_with(&f, f.t);
        split(d, MLOPS_SPLIT_STRATIFIED, 0.3, seed, "label");
        end_draft(d);
        commit(f.c);
        rows_of(&f, NULL, MLOPS_PART_HELD_OUT, two);
        assert_memory_equal(one, two, ROWS);
    }
    end(&f);
}

static void strata_have_their_share(void **state) {
    (void)state;
    fixture f;
    uint8_t held[ROWS];
    static const struct {
        double share;
        int a, b, c, null;
    } cases[] = {{0.2, 180, 18, 2, 0},
                 {0.5, 450, 45, 5, 1},
                 {0.0001, 1, 1, 1, 0},
                 {0.999, 899, 89, 8, 1},
                 {0.25, 225, 23, 2, 0}};
    begin(&f);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        int n[4] = {0, 0, 0, 0};
        mlops_draft *d = draft_with(&f, f.t);
        split(d, MLOPS_SPLIT_STRATIFIED, cases[k].share, 7, NULL);
        end_draft(d);
        commit(f.c);
        rows_of(&f, NULL, MLOPS_PART_HELD_OUT, held);
        for (int i = 0; i < ROWS; i++) n[i % 10 ? 0 : i % 100 ? 1 : i ? 2 : 3] += held[i];
        assert_int_equal(n[0], cases[k].a);
        assert_int_equal(n[1], cases[k].b);
        assert_int_equal(n[2], cases[k].c);
        assert_int_equal(n[3], cases[k].null);
    }
    end(&f);
}

static void the_newest_are_held_out(void **state) {
    (void)state;
    fixture f;
    uint8_t held[ROWS];
    begin(&f);
    mlops_draft *d = draft_with(&f, f.t);
    split(d, MLOPS_SPLIT_TIME, 0.102, 0, NULL);
    end_draft(d);
    commit(f.c);
    assert_int_equal(rows_of(&f, NULL, MLOPS_PART_HELD_OUT, held), 102);
    for (int i = 0; i < ROWS; i++) { /* times fall in pairs: of rows 101 and 102 the later counts */
        int newest = (i <= 100) || i == 102;
        if (held[i] != newest) fail_msg("row %d", i);
    }
    end(&f);
}

/* A table of texts: row i has the i-th; "" is null. */
static mlops_table *table_of(const char *const *texts, int n) {
    char csv[1000];
    int used = snprintf(csv, sizeof csv, "row,when\n");
    for (int i = 0; i < n; i++)
        used += snprintf(csv + used, sizeof csv - (size_t)used, "%d,%s\n", i, texts[i]);
    return parse_csv(csv);
}

/* Texts in the order of time from the first on, but for the row without one, which is the oldest:
 * each is held out with those behind it. */
static void newest_texts_are_held_out(void **state) {
    (void)state;
    enum { N = 5 };
    static const char *const cases[][N] = {
        {"1999-12-31", "", "2000-02-29", "2020-01-26", "2020-02-01"},
        {"2020-01-26T09:30", "", "2020-01-26T09:31", "2020-01-26T23:59", "2020-01-27T00:00"},
        {"2016-12-31 23:59:59", "", "2016-12-31 23:59:60", "2017-01-01 00:00:00",
         "2017-01-01 00:00:01"},
        {"2020-01-26T09:30:00.099Z", "", "2020-01-26T09:30:00.100Z", "2020-01-26T09:30:01.000Z",
         "2021-01-26T09:30:00.000Z"},
        {"2020-01-26T09:30:00-05:30", "", "2020-01-26T10:30:00-05:30", "2020-02-01T00:00:00-05:30",
         "2020-10-01T00:00:00-05:30"},
        {"2020-01-26T09:30+01", "", "2020-01-26T10:30+01", "2020-02-01T00:00+01",
         "2020-10-01T00:00+01"},
        {"2020-01-26T09:30+0100", "", "2020-01-26T10:30+0100", "2020-02-01T00:00+0100",
         "2020-10-01T00:00+0100"}};
    fixture f;
    uint8_t held[ROWS];
    begin(&f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mlops_table *t = table_of(cases[i], N);
        for (int k = 1; k < N - 1; k++) {
            mlops_draft *d = new_draft(f.c, "d", NULL);
            mlops_error e;
            works(mlops_draft_add_table(d, "t", t, NULL, &e), &e);
            split(d, MLOPS_SPLIT_TIME, k / (double)N, 0, "when");
            end_draft(d);
            commit(f.c);
            assert_int_equal(rows_of(&f, NULL, MLOPS_PART_HELD_OUT, held), k);
            for (int row = 0; row < N; row++) assert_int_equal(held[row], row >= N - k);
        }
        mlops_table_unref(t);
    }
    end(&f);
}

static void texts_that_are_no_times_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *texts[3], *message;
    } cases[] = {
        {{"26/01/2020", "27/01/2020", "x"},
         "'when' cannot be split by time: row 0 has '26/01/2020', "
         "which is no time in ISO 8601; right are"},
        {{"", "2020-01-26", "2020-1-27"}, "row 2 has '2020-1-27', which is no"},
        {{"2020-02-30", "2020-01-26", "2020-01-27"}, "row 0 has '2020-02-30'"},
        {{"2100-02-29", "2020-01-26", "2020-01-27"}, "row 0 has '2100-02-29'"},
        {{"2020-13-01", "2020-01-26", "2020-01-27"}, "row 0 has '2020-13-01'"},
        {{"2020-01-26T24:00", "", ""}, "row 0 has '2020-01-26T24:00'"},
        {{"2020-01-26T09", "", ""}, "row 0 has '2020-01-26T09'"},
        {{"2020-01-26T09:30:", "", ""}, "row 0 has '2020-01-26T09:30:'"},
        {{"2020-01-26T09:30:00.", "", ""}, "row 0 has '2020-01-26T09:30:00.'"},
        {{"2020-01-26T09:30:00Zulu", "", ""}, "row 0 has '2020-01-26T09:30:00Zulu'"},
        {{"2020-01-26T09:30:00+1", "", ""}, "row 0 has '2020-01-26T09:30:00+1'"},
        {{"2020-01-26Z", "", ""}, "row 0 has '2020-01-26Z'"},
        {{"2020-01-26 ", "x", ""}, "row 0 has '2020-01-26 '"},
        {{"n", "9", "10"}, "row 0 has 'n', which"},
        {{"\"9\"", "10", "x"}, "row 0 has '9', a number that is kept as text"},
        {{"2020-01-26", "2020-01-27T00:00", ""},
         "row 1 has '2020-01-27T00:00', of another form or offset than '2020-01-26' of row 0"},
        {{"2020-01-26T00:00", "2020-01-27 00:00", ""}, "row 1 has '2020-01-27 00:00', of another"},
        {{"", "2020-01-26T00:00Z", "2020-01-27T00:00"}, "than '2020-01-26T00:00Z' of row 1"},
        {{"2020-01-26T00:00+01:00", "2020-01-27T00:00+02:00", ""}, "'2020-01-27T00:00+02:00', of"},
        {{"2020-01-26T00:00-01", "2020-01-27T00:00+01", ""}, "'2020-01-27T00:00+01', of another"},
        {{"2020-01-26T00:00:00.5", "2020-01-27T00:00:00.25", ""}, "'2020-01-27T00:00:00.25', of"},
    };
    fixture f;
    mlops_error e;
    begin(&f);
    mlops_draft *d = new_draft(f.c, "d", NULL);
    mlops_split_opts opts = opts_of(MLOPS_SPLIT_TIME, 0, 0, "when");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mlops_table *t = table_of(cases[i].texts, 3);
        works(mlops_draft_add_table(d, "t", t, NULL, &e), &e);
        refused(mlops_draft_split(d, "t", &opts, &e), &e, MLOPS_E_SCHEMA, cases[i].message);
        mlops_table_unref(t);
    }
    mlops_draft_free(d);
    end(&f);
}

static void bad_splits_are_refused(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    begin(&f);
    mlops_draft *d = draft_with(&f, f.t);
    mlops_table *one = parse_csv("a\n1\n"), *none = parse_csv("a\n");
    add_text(d, "file", "x");
    works(mlops_draft_add_table(d, "one", one, NULL, &e), &e);
    works(mlops_draft_add_table(d, "none", none, NULL, &e), &e);
    static const double bad[] = {-0.1, 1, 1.5, -1e300};
    mlops_split_opts opts = MLOPS_SPLIT_OPTS_INIT;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        opts.share = bad[i];
        refused(mlops_draft_split(d, "t", &opts, &e), &e, MLOPS_E_INVALID, "share");
    }
    opts = opts_of((mlops_split)3, 0, 0, NULL);
    refused(mlops_draft_split(d, "t", &opts, &e), &e, MLOPS_E_INVALID, "kind");
    opts = opts_of(MLOPS_SPLIT_RANDOM, 0, 0, "label");
    refused(mlops_draft_split(d, "t", &opts, &e), &e, MLOPS_E_INVALID, "column");
    opts = opts_of(MLOPS_SPLIT_TIME, 0, 0, "when");
    refused(mlops_draft_split(d, "t", &opts, &e), &e, MLOPS_E_SCHEMA, "'when'");
    refused(mlops_draft_split(d, "file", NULL, &e), &e, MLOPS_E_SCHEMA, "'file'");
    refused(mlops_draft_split(d, "flie", NULL, &e), &e, MLOPS_E_NOT_FOUND, "\"file\"");
    refused(mlops_draft_split(d, "none", NULL, &e), &e, MLOPS_E_INVALID, "none");
    refused(mlops_draft_split(d, "one", NULL, &e), &e, MLOPS_E_INVALID, "none");
    opts = opts_of(MLOPS_SPLIT_RANDOM, 0.9, 0, NULL);
    refused(mlops_draft_split(d, "one", &opts, &e), &e, MLOPS_E_INVALID, "all");
    opts = opts_of(MLOPS_SPLIT_STRATIFIED, 0, 0, NULL);
    refused(mlops_draft_split(d, "one", &opts, &e), &e, MLOPS_E_SCHEMA, "no target");
    opts = opts_of(MLOPS_SPLIT_STRATIFIED, 0, 0, "name"); /* each name is a stratum of one row */
    refused(mlops_draft_split(d, "t", &opts, &e), &e, MLOPS_E_INVALID, "none");
    opts.reserved = 1;
    refused(mlops_draft_split(d, "t", &opts, &e), &e, MLOPS_E_INVALID, "reserved");
    mlops_draft_free(d);
    mlops_table_unref(one);
    mlops_table_unref(none);
    end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_the_table),
        cmocka_unit_test(equal_draws_are_equal),
        cmocka_unit_test(strata_have_their_share),
        cmocka_unit_test(the_newest_are_held_out),
        cmocka_unit_test(newest_texts_are_held_out),
        cmocka_unit_test(texts_that_are_no_times_are_refused),
        cmocka_unit_test(bad_splits_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
