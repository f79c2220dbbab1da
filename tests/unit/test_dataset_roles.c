/* What tables are for, when branches are merged: members of entries, held to a model of three. */
#define _GNU_SOURCE
#include "unit/help_fixture.h"

#include <mlops/split.h>

enum { MEMBERS = 5, SPLIT = 3, PARTS = 4 };

static const char *const names[MEMBERS] = {"target", "time", "row_id", "split", "parts"};

/* What a member is with a value from 0 to 2, as entries are spelled. */
static const char *const spelled[MEMBERS][3] = {
    {"\"target\":\"a\"", "\"target\":\"b\"", "\"target\":\"c\""},
    {"\"time\":\"a\"", "\"time\":\"b\"", "\"time\":\"c\""},
    {"\"row_id\":\"id\"", "\"row_id\":\"k1\"", "\"row_id\":\"k2\""},
    {"\"kind\":\"random\",\"share\":0.25,\"seed\":0,",
     "\"kind\":\"random\",\"share\":0.25,\"seed\":1,",
     "\"kind\":\"random\",\"share\":0.25,\"seed\":2,"},
    {"\"key\":\"a\",\"seed\":0,", "\"key\":\"a\",\"seed\":1,", "\"key\":\"a\",\"seed\":2,"}};

static const char *const texts[3] = {
    "id,k1,k2,a,b,c\n1,1,1,1,2,3\n2,2,2,4,5,6\n3,3,3,7,8,9\n4,4,4,1,1,1\n",
    "id,k1,k2,a,b,c\n1,1,1,10,2,3\n2,2,2,4,5,6\n3,3,3,7,8,9\n4,4,4,1,1,1\n",
    "id,k1,k2,a,b,c\n1,1,1,1,2,3\n2,2,2,4,50,6\n3,3,3,7,8,9\n4,4,4,1,1,1\n"};

/* A version of the table: which rows, and the value of each member. */
typedef struct version {
    int text, value[MEMBERS];
} version;

static void put_version(mlops_draft *d, const fixture *f, const version *v) {
    static const char *const columns[3] = {"a", "b", "c"}, *const ids[3] = {"id", "k1", "k2"};
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    mlops_split_opts split = MLOPS_SPLIT_OPTS_INIT;
    mlops_divide_opts parts = MLOPS_DIVIDE_OPTS_INIT;
    mlops_error e;
    char path[200];
    snprintf(path, sizeof path, "%s/in.csv", f->p.dir);
    set_file(path, texts[v->text], strlen(texts[v->text]));
    opts.target = columns[v->value[0]];
    opts.time = columns[v->value[1]];
    opts.row_id = ids[v->value[2]];
    split.share = 0.25;
    split.seed = v->value[SPLIT];
    parts.key = "a";
    parts.seed = v->value[PARTS];
    works(mlops_draft_add_csv(d, "t.csv", path, &opts, &e), &e);
    works(mlops_draft_split(d, "t.csv", &split, &e), &e);
    works(mlops_draft_divide(d, "t.csv", &parts, &e), &e);
}

static void commit_version(const fixture *f, const char *branch, const version *v) {
    mlops_change *c = new_change(f->s);
    mlops_draft *d = new_draft(c, "d", branch);
    put_version(d, f, v);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
}

static void begin_three(fixture *f, const version *base, const version *ours,
                        const version *theirs) {
    mlops_error e;
    begin_swift(f);
    commit_version(f, NULL, base);
    mlops_change *c = new_change(f->s);
    works(mlops_dataset_branch(c, "d", "side", "main", &e), &e);
    commit(c);
    mlops_change_free(c);
    commit_text(f->s, "d", NULL, "ours", "1"); /* so that neither branch just moves */
    commit_text(f->s, "d", "side", "theirs", "1");
    commit_version(f, NULL, ours);
    commit_version(f, "side", theirs);
}

static char *describe(const fixture *f) {
    size_t n = 0;
    mlops_error e;
    works(mlops_dataset_describe(f->s, "d", NULL, NULL, 0, &n, &e), &e);
    char *out = malloc(n + 1);
    assert_non_null(out);
    works(mlops_dataset_describe(f->s, "d", NULL, out, n + 1, &n, &e), &e);
    return out;
}

/* The rows are those of the text, and the member has the value; -1: it is not there. */
static void has_member(const fixture *f, int member, int value) {
    char *got = describe(f), quoted[20];
    snprintf(quoted, sizeof quoted, "\"%s\":", names[member]);
    const char *want = value < 0 ? quoted : spelled[member][value];
    if (!strstr(got, want) != (value < 0)) fail_msg("%s: %s in %s", names[member], want, got);
    free(got);
}

/* A split and parts can be read: they are of the rows that the table has. */
static void can_be_read(const fixture *f) {
    mlops_table *t;
    mlops_error e;
    int64_t n = 0;
    for (int i = 0; i < 2; i++) {
        works(mlops_dataset_table(&t, f->s, "d", NULL, "t.csv",
                                  i ? MLOPS_PART_TRAIN : MLOPS_PART_HELD_OUT, &e),
              &e);
        n += mlops_table_n_rows(t);
        mlops_table_unref(t);
    }
    assert_int_equal(n, 4);
    static const char *const all[] = {"train", "validation", "test"};
    for (int i = 0; i < 3; i++) {
        works(mlops_dataset_part(&t, f->s, "d", NULL, "t.csv", all[i], &e), &e);
        n += mlops_table_n_rows(t);
        mlops_table_unref(t);
    }
    assert_int_equal(n, 8);
}

static void lists_the_member(const fixture *f, int member) {
    mlops_change *c = new_change(f->s);
    mlops_draft *d = new_draft(c, "d", NULL);
    mlops_table *t;
    mlops_error e;
    char got[3][40];
    works(mlops_draft_merge(&t, d, "side", NULL, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 1);
    for (int i = 0; i < 3; i++) mlops_table_text(t, i, 0, got[i], sizeof got[i], NULL);
    assert_string_equal(got[0], "t.csv");
    assert_string_equal(got[1], "member");
    assert_string_equal(got[2], names[member]);
    mlops_table_unref(t);
    mlops_draft_free(d);
    mlops_change_free(c);
}

/* Rows: both the base's, theirs alone changed, ours alone, both alike, both otherwise. */
static const int rows[5][2] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}, {1, 2}};

/* By id, since a merged table needs rows that stand for each other. */
static void merge_one(int member, int ours, int theirs, int how) {
    fixture f;
    version v[3] = {{0, {0}}, {rows[how][0], {0}}, {rows[how][1], {0}}};
    mlops_dataset_merge_opts opts = MLOPS_DATASET_MERGE_OPTS_INIT;
    int is_merged = how == 4, divides = member >= SPLIT;
    int conflict = ours && theirs && ours != theirs && !(divides && is_merged);
    v[1].value[member] = ours;
    v[2].value[member] = theirs;
    begin_three(&f, &v[0], &v[1], &v[2]);
    opts.key = "id";
    if (conflict) {
        lists_the_member(&f, member);
        opts.policy = theirs == 2 ? MLOPS_MERGE_THEIRS : MLOPS_MERGE_OURS;
    }
    merge_side(&f, &opts);
    if (is_merged && divides) has_member(&f, member, -1);
    else has_member(&f, member, conflict ? (theirs == 2 ? theirs : ours) : ours ? ours : theirs);
    if (!is_merged) can_be_read(&f);
    char *got = read_text(f.s, "d", NULL, "t.csv");
    assert_int_equal(strstr(got, "1,1,1,10,2,3") != NULL, how != 0);
    assert_int_equal(strstr(got, "2,2,2,4,50,6") != NULL, how == 4);
    free(got);
    end(&f);
}

static void what_one_side_says_is_taken(void **state) {
    (void)state;
    static const int sides[5][2] = {{1, 0}, {0, 1}, {1, 1}, {1, 2}, {2, 1}};
    for (int member = 0; member < MEMBERS; member++)
        for (int how = 0; how < 5; how++)
            for (int i = 0; i < 5; i++) merge_one(member, sides[i][0], sides[i][1], how);
}

/* Theirs has no column c any more, which ours alone has made the target. */
static void a_role_of_a_column_that_went_is_told(void **state) {
    (void)state;
    static const char without[] = "id,k1,k2,a,b\n1,1,1,1,2\n2,2,2,4,5\n3,3,3,7,8\n4,4,4,1,1\n";
    fixture f;
    version v[2] = {{0, {0}}, {0, {2}}};
    mlops_dataset_merge_opts opts = MLOPS_DATASET_MERGE_OPTS_INIT;
    mlops_draft_table_opts table = MLOPS_DRAFT_TABLE_OPTS_INIT;
    mlops_error e;
    char path[200];
    begin_three(&f, &v[0], &v[1], &v[0]);
    snprintf(path, sizeof path, "%s/in.csv", f.p.dir);
    set_file(path, without, strlen(without));
    table.target = "a";
    table.time = "a";
    table.row_id = "id";
    mlops_change *c = new_change(f.s);
    mlops_draft *d = new_draft(c, "d", "side");
    works(mlops_draft_add_csv(d, "t.csv", path, &table, &e), &e);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
    lists_the_member(&f, 0);
    opts.policy = MLOPS_MERGE_OURS;
    merge_side(&f, &opts);
    has_member(&f, 0, 0);
    reads_text(f.s, "d", NULL, "t.csv", without);
    end(&f);
}

/* What waits in the draft is ours: its bytes and rows are there when it is committed. */
static void a_draft_keeps_what_it_has(void **state) {
    (void)state;
    for (int member = 0; member < MEMBERS; member++) {
        fixture f;
        version v[2] = {{0, {0}}, {1, {0}}}, theirs = {0, {0}};
        mlops_table *t;
        mlops_error e;
        theirs.value[member] = 1;
        begin_three(&f, &v[0], &v[0], &theirs);
        mlops_change *c = new_change(f.s);
        mlops_draft *d = new_draft(c, "d", NULL);
        put_version(d, &f, &v[1]);
        works(mlops_draft_merge(&t, d, "side", NULL, &e), &e);
        assert_int_equal(mlops_table_n_rows(t), 0);
        mlops_table_unref(t);
        end_draft(d);
        commit(c);
        mlops_change_free(c);
        has_member(&f, member, 1);
        can_be_read(&f);
        reads_text(f.s, "d", NULL, "t.csv", texts[1]);
        end(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_one_side_says_is_taken),
        cmocka_unit_test(a_role_of_a_column_that_went_is_told),
        cmocka_unit_test(a_draft_keeps_what_it_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
