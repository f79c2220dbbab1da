/* Expectations of datasets: kept, required by commits, overridden with a reason, judged again. */
#define _GNU_SOURCE
#include "unit/help_fixture.h"

static void fails(mlops_status status, mlops_status due, const char *said, const mlops_error *e) {
    assert_int_equal(status, due);
    if (!strstr(e->message, said)) fail_msg("%s, not %s", e->message, said);
}

static void expect_in(mlops_change *c, const char *path, const char *text) {
    mlops_expectations *x = NULL;
    mlops_error e;
    if (text) works(mlops_expectations_parse(&x, text, NULL, &e), &e);
    works(mlops_dataset_expect(c, "d", path, x, &e), &e);
    mlops_expectations_unref(x);
}

static void expect(fixture *f, const char *path, const char *text) {
    mlops_change *c = new_change(f->s);
    expect_in(c, path, text);
    commit(c);
    mlops_change_free(c);
}

static mlops_draft *draft_of(mlops_change *c, const char *path, const char *csv) {
    mlops_draft *d = new_draft(c, "d", NULL);
    mlops_table *t = parse_csv(csv);
    mlops_error e;
    works(mlops_draft_add_table(d, path, t, NULL, &e), &e);
    mlops_table_unref(t);
    return d;
}

/* Commits a table; "" or what the refusal says. */
static const char *commit_table(fixture *f, const char *path, const char *csv, const char *reason) {
    static mlops_error e;
    mlops_id id;
    mlops_change *c = new_change(f->s);
    mlops_draft *d = draft_of(c, path, csv);
    if (reason) works(mlops_draft_override(d, reason, &e), &e);
    mlops_status status = mlops_draft_commit(d, &id, &e);
    if (!status) commit(c);
    else assert_int_equal(status, MLOPS_E_REFUSED);
    mlops_draft_free(d);
    mlops_change_free(c);
    return status ? e.message : "";
}

/* One cell of a table that is given up. */
static const char *cell(mlops_table *t, const char *column, int64_t row) {
    static char text[1000];
    assert_int_equal(mlops_table_text(t, mlops_table_find(t, column), row, text, sizeof text, NULL),
                     MLOPS_OK);
    return text;
}

static void a_commit_that_breaks_them_is_refused(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    mlops_table *t;
    begin(&f);
    expect(&f, "t", "id > 0\nunique(id) as key\nx < 5 warn");
    assert_string_equal(commit_table(&f, "t", "id,x\n1,9\n2,1\n", NULL), "");
    assert_string_equal(commit_table(&f, "t", "id,x\n1,9\n2,1\n2,3\n", NULL),
                        "'t': the expectation key: unique(id) is broken in 2 of 3 rows: 1 2");
    works(mlops_dataset_validate(&t, f.s, "d", NULL, "t", NULL, &e), &e);
    assert_string_equal(cell(t, "n_failed", 2), "1"); /* of the first commit: the other is none */
    mlops_table_unref(t);
    works(mlops_dataset_log(&t, f.s, "d", NULL, 10, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 1);
    mlops_table_unref(t);
    assert_string_equal(commit_table(&f, "u", "id,x\n1,9\n1,1\n", NULL), ""); /* of another path */
    expect(&f, "t", NULL);
    assert_string_equal(commit_table(&f, "t", "id,x\n1,9\n1,1\n", NULL), "");
    fails(mlops_dataset_validate(&t, f.s, "d", NULL, "t", NULL, &e), MLOPS_E_NOT_FOUND,
          "there are no expectations of 't'", &e);
    end(&f);
}

static void a_reason_lets_it_pass_and_is_recorded(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    mlops_table *t;
    begin(&f);
    expect(&f, "t", "id > 0\nnobody > 0 as gone");
    assert_non_null(strstr(commit_table(&f, "t", "id\n1\n", NULL), "gone: nobody > 0 is unknown"));
    assert_string_equal(commit_table(&f, "t", "id\n1\n", "the supplier left it out"), "");
    expect(&f, "t", "id > 0");
    assert_string_equal(commit_table(&f, "t", "id\n1\n2\n", "not needed"), "");
    works(mlops_dataset_validations(&t, f.s, "d", &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 2);
    int old = strcmp(cell(t, "verdict", 0), "overridden") == 0 ? 0 : 1;
    assert_string_equal(cell(t, "reason", old), "the supplier left it out");
    assert_string_equal(cell(t, "path", old), "t");
    assert_string_equal(cell(t, "n", old), "2");
    assert_non_null(strstr(cell(t, "broken", old), "nobody"));
    assert_string_equal(cell(t, "verdict", 1 - old), "held");
    assert_string_equal(cell(t, "reason", 1 - old), "");
    mlops_table_unref(t);
    end(&f);
}

/* The status of a commit without the table; MLOPS_OK for one that has none either. */
static mlops_status commit_without(fixture *f, const char *path, const char *reason,
                                   mlops_error *e) {
    mlops_id id;
    mlops_change *c = new_change(f->s);
    mlops_draft *d = draft_of(c, "beside", "id\n7\n");
    if (path) works(mlops_draft_remove(d, path, e), e);
    if (reason) works(mlops_draft_override(d, reason, e), e);
    mlops_status status = mlops_draft_commit(d, &id, e);
    if (!status) commit(c);
    mlops_draft_free(d);
    mlops_change_free(c);
    return status;
}

static void a_table_that_is_gone_holds_nothing(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    mlops_table *t;
    begin(&f);
    expect(&f, "t", "row_count() >= 2");
    works(commit_without(&f, NULL, NULL, &e), &e); /* it was never there */
    assert_string_equal(commit_table(&f, "t", "id\n1\n2\n", NULL), "");
    fails(commit_without(&f, "t", NULL, &e), MLOPS_E_REFUSED, "'t': the table is gone", &e);
    works(commit_without(&f, "t", "it moved", &e), &e);
    works(commit_without(&f, NULL, NULL, &e), &e); /* it was gone before */
    works(mlops_dataset_validations(&t, f.s, "d", &e), &e);
    int64_t row = 0;
    while (strcmp(cell(t, "verdict", row), "overridden") != 0) row++;
    assert_string_equal(cell(t, "reason", row), "it moved");
    assert_non_null(strstr(cell(t, "broken", row), "gone"));
    mlops_table_unref(t);
    assert_string_equal(commit_table(&f, "t", "id\n1\n2\n", NULL), "");
    expect(&f, "t", NULL);
    works(commit_without(&f, "t", NULL, &e), &e); /* nothing is expected of it any more */
    end(&f);
}

static void a_draft_says_what_its_commit_would(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    mlops_table *t;
    mlops_id id;
    begin(&f);
    mlops_change *c = new_change(f.s);
    expect_in(c, "t", "id > 1\nage_of('2024-01-01') > days(300)"); /* with the data, in a change */
    mlops_draft *d = draft_of(c, "t", "id\n1\n2\n");
    works(mlops_draft_validate(&t, d, "t", &e), &e);
    assert_string_equal(cell(t, "rows", 0), "0");
    assert_string_equal(cell(t, "holds", 1), "true");
    mlops_table_unref(t);
    fails(mlops_draft_validate(&t, d, "u", &e), MLOPS_E_NOT_FOUND, "no entry \"u\"", &e);
    fails(mlops_draft_commit(d, &id, &e), MLOPS_E_REFUSED, "id > 1 is broken in 1 of 2 rows", &e);
    fails(mlops_draft_override(d, "", &e), MLOPS_E_INVALID, "a reason has", &e);
    t = parse_csv("id\n3\n"); /* the draft can be mended */
    works(mlops_draft_add_table(d, "t", t, NULL, &e), &e);
    mlops_table_unref(t);
    works(mlops_draft_commit(d, &id, &e), &e);
    commit(c);
    mlops_draft_free(d);
    mlops_change_free(c);
    mlops_expectations *x;
    works(mlops_dataset_expectations(&x, f.s, "d", "t", &e), &e);
    assert_string_equal(mlops_expectations_text(x), "id > 1\nage_of('2024-01-01') > days(300)\n");
    mlops_expectations_unref(x);
    fails(mlops_dataset_expectations(&x, f.s, "d", "u", &e), MLOPS_E_NOT_FOUND,
          "no expectations of 'u'", &e);
    end(&f);
}

static void other_entries_and_the_parent_are_at_hand(void **state) {
    (void)state;
    enum { ROWS = 300 };
    fixture f;
    mlops_error e;
    mlops_table *t;
    char *near = calloc(ROWS + 1, 8), *far = calloc(ROWS + 1, 8);
    size_t n = (size_t)sprintf(near, "id\n"), m = (size_t)sprintf(far, "id\n");
    for (int i = 0; i < ROWS; i++) {
        n += (size_t)sprintf(near + n, "%d\n", i);
        m += (size_t)sprintf(far + m, "%d\n", i + 400);
    }
    begin(&f);
    expect(&f, "t", "references(id, 'all', 'id')\nnot drifted(id)");
    assert_non_null(strstr(commit_table(&f, "t", near, NULL), "there is no table \"all\""));
    assert_string_equal(commit_table(&f, "all", near, NULL), "");
    assert_string_equal(commit_table(&f, "t", near, NULL), ""); /* nothing to have drifted from */
    assert_non_null(strstr(commit_table(&f, "all", "id\n1\n", NULL), "in 299 of 300 rows: 0 2 3"));
    assert_string_equal(commit_table(&f, "all", far, "they move"), "");
    assert_string_equal(commit_table(&f, "t", far, NULL),
                        "'t': the expectation not drifted(id) is broken (drifted(id) = true)");
    works(mlops_dataset_validate(&t, f.s, "d", NULL, "t", "main", &e), &e);
    assert_string_equal(cell(t, "n_failed", 0), "300");
    assert_string_equal(cell(t, "observed", 1), "drifted(id) = null"); /* too few rows to tell */
    mlops_table_unref(t);
    end(&f);
    free(near);
    free(far);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_that_breaks_them_is_refused),
        cmocka_unit_test(a_reason_lets_it_pass_and_is_recorded),
        cmocka_unit_test(a_table_that_is_gone_holds_nothing),
        cmocka_unit_test(a_draft_says_what_its_commit_would),
        cmocka_unit_test(other_entries_and_the_parent_are_at_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
