/* CSV in branches that are merged: what becomes of its rows, and of how it is read. */
#define _GNU_SOURCE
#include "unit/help_fixture.h"

static void commit_csv(fixture *f, const char *branch, const char *csv, const mlops_csv_opts *how) {
    mlops_change *c = new_change(f->s);
    mlops_draft *d = new_draft(c, "d", branch);
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    mlops_error e;
    char path[200];
    snprintf(path, sizeof path, "%s/in.csv", f->p.dir);
    set_file(path, csv, strlen(csv));
    opts.csv = how;
    works(mlops_draft_add_csv(d, "t.csv", path, &opts, &e), &e);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
}

/* Base to main, theirs to the branch side, ours to main, each read in its own way, and by position.
 */
static void three_ways(fixture *f, const char *const texts[3], const mlops_csv_opts *const how[3]) {
    mlops_error e;
    begin_swift(f);
    commit_csv(f, "main", texts[0], how[0]);
    mlops_change *c = new_change(f->s);
    works(mlops_dataset_branch(c, "d", "side", "main", &e), &e);
    commit(c);
    mlops_change_free(c);
    commit_csv(f, "main", texts[1], how[1]);
    commit_csv(f, "side", texts[2], how[2]);
}

static void becomes_text(const char *base, const char *ours, const char *theirs,
                         const mlops_csv_opts *a, const mlops_csv_opts *b, const mlops_csv_opts *c,
                         const char *want) {
    fixture f;
    three_ways(&f, (const char *const[]){base, ours, theirs},
               (const mlops_csv_opts *const[]){a, b, c});
    merge_side(&f, NULL);
    reads_text(f.s, "d", NULL, "t.csv", want);
    end(&f);
}

static void becomes(const char *base, const char *ours, const char *theirs, const mlops_csv_opts *a,
                    const mlops_csv_opts *b, const mlops_csv_opts *c, const char *want) {
    fixture f;
    mlops_table *t;
    mlops_error e;
    three_ways(&f, (const char *const[]){base, ours, theirs},
               (const mlops_csv_opts *const[]){a, b, c});
    merge_side(&f, NULL);
    works(mlops_dataset_table(&t, f.s, "d", NULL, NULL, MLOPS_PART_ALL, &e), &e);
    shows(t, want);
    end(&f);
}

/* An entry that is to be decided, and stays whole if it is. */
static void is_decided(const char *base, const char *ours, const char *theirs,
                       const mlops_csv_opts *a, const mlops_csv_opts *b, const mlops_csv_opts *c) {
    fixture f;
    mlops_error e;
    mlops_id id;
    mlops_dataset_merge_opts opts = MLOPS_DATASET_MERGE_OPTS_INIT;
    three_ways(&f, (const char *const[]){base, ours, theirs},
               (const mlops_csv_opts *const[]){a, b, c});
    mlops_change *change = new_change(f.s);
    refused(mlops_dataset_merge(&id, change, "d", "side", NULL, &e), &e, MLOPS_E_CONFLICT, "t.csv");
    mlops_change_free(change);
    opts.policy = MLOPS_MERGE_THEIRS;
    merge_side(&f, &opts);
    reads_text(f.s, "d", NULL, "t.csv", theirs);
    end(&f);
}

static void no_row_of_csv_is_lost(void **state) {
    (void)state;
    mlops_csv_opts bare = MLOPS_CSV_OPTS_INIT, some = MLOPS_CSV_OPTS_INIT;
    bare.flags = MLOPS_CSV_NO_HEADER;
    some.rows_max = 2;
    becomes("a\nb\nc\nd\n", "a\n\nb\nc\nd\n", "b\nc\nd\n", &bare, &bare, &bare, "c0\n\nb\nc\nd\n");
    becomes("1,a\n2,b\n", "2,b\n", "1,a\n", &bare, &bare, &bare, "c0,c1\n");
    is_decided("i\n1\n2\n3\n", "i\n9\n2\n3\n", "i\n1\n8\n3\n", &some, &some, &some);
    some.rows_max = 4;
    becomes("i\n1\n2\n3\n", "i\n9\n2\n3\n", "i\n1\n8\n3\n", &some, &some, &some, "i\n9\n8\n3\n");
}

static void how_csv_is_read_is_merged(void **state) {
    (void)state;
    mlops_csv_opts plain = MLOPS_CSV_OPTS_INIT, semi = plain, bar = plain, text = plain,
                   whole = plain;
    const char *base = "a;b\n1;2\n3;4\n", *edited = "a;b\n1;2\n3;5\n";
    semi.delimiter = ";";
    bar.delimiter = "|";
    text.types = "y=string";
    whole.types = "y=int64";
    becomes(base, edited, base, &plain, &plain, &semi, "a,b\n1,2\n3,5\n");
    becomes(base, base, edited, &plain, &semi, &plain, "a,b\n1,2\n3,5\n");
    becomes(base, edited, base, &plain, &semi, &semi, "a,b\n1,2\n3,5\n");
    /* one side is written anew with another delimiter */
    becomes("a,b\n1,2\n3,4\n", "a,b\n1,2\n3,5\n", "a;b\n6;2\n3;4\n", &plain, &plain, &semi,
            "a,b\n6,2\n3,5\n");
    is_decided(base, edited, base, &plain, &bar, &semi);
    is_decided(base, "a;b\n1;2\n3\n", base, &plain, &plain, &semi); /* cannot be read so */
    /* a column gets another type, or goes, where types were given */
    becomes("x,y\n1,2\n3,4\n", "x,y\n7,2\n3,4\n", "x,y\n1,2\n3,q\n", &whole, &whole, &text,
            "x,y\n7,2\n3,q\n");
    becomes("x,y\n1,2\n3,4\n", "x,y\n1,2\n3,q\n", "x,y\n7,2\n3,4\n", &whole, &text, &whole,
            "x,y\n7,2\n3,q\n");
    becomes("x,y\n1,2\n3,4\n", "x,y\n7,2\n3,4\n", "x\n1\n3\n", &whole, &whole, &plain, "x\n7\n3\n");
    becomes("x,y\n1,2\n3,4\n", "x\n1\n3\n", "x,y\n7,2\n3,4\n", &whole, &plain, &whole, "x\n7\n3\n");
}

/* Where the format of one side has no hours, or no centuries, and the other's times need them. */
static void no_time_is_lost(void **state) {
    (void)state;
    mlops_csv_opts fine = MLOPS_CSV_OPTS_INIT, days = fine, years = fine;
    fine.types = "t=time(%d.%m.%Y %H:%M),u=time(%Y/%m)";
    days.types = "t=time(%d.%m.%Y),u=time(%Y/%m)";
    years.types = "t=time(%d.%m.%y),u=time(%Y/%m)";
    const char *base = "t,u,x\n01.02.2024 00:00,2024/01,1\n02.02.2024 00:00,2024/02,2\n";
    becomes_text(base, "t,u,x\n01.02.2024 10:30,2024/01,1\n02.02.2024 00:00,2024/02,2\n",
                 "t,u,x\n01.02.2024,2024/01,1\n02.02.2024,2024/02,9\n", &fine, &fine, &days,
                 "t,u,x\n2024-02-01T10:30:00,2024/01,1\n2024-02-02,2024/02,9\n");
    becomes_text(base, "t,u,x\n05.05.1950 00:00,2024/01,1\n02.02.2024 00:00,2024/02,2\n",
                 "t,u,x\n01.02.24,2024/01,1\n02.02.24,2024/02,9\n", &fine, &fine, &years,
                 "t,u,x\n1950-05-05,2024/01,1\n2024-02-02,2024/02,9\n");
    becomes("t,u\n01.02.1970 00:00,1970/01\n02.02.1970 00:00,1970/01\n",
            "t,u\n01.01.1970 00:01,1970/01\n02.02.1970 00:00,1970/01\n",
            "t,u\n01.02.70,1970/01\n02.01.70,1970/01\n", &fine, &fine, &years,
            "t,u\n60000000000,0\n86400000000000,0\n");
}

/* A null at the begin has no other spelling here. */
static void headers_are_kept_out(void **state) {
    (void)state;
    mlops_csv_opts bare = MLOPS_CSV_OPTS_INIT;
    bare.flags = MLOPS_CSV_NO_HEADER;
    bare.nulls = "\"\"";
    becomes_text("a\nb\nc\nd\n", "a\n\nb\nc\nd\n", "b\nc\nd\n", &bare, &bare, &bare, "\nb\nc\nd\n");
    becomes_text("1,a\n2,b\n", "2,b\n", "1,a\n", &bare, &bare, &bare, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_row_of_csv_is_lost),
        cmocka_unit_test(how_csv_is_read_is_merged),
        cmocka_unit_test(no_time_is_lost),
        cmocka_unit_test(headers_are_kept_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
