/* Datasets: commits and what is read of them, refs, conflicts, reopening, bad input. */
#define _GNU_SOURCE
#include "unit/help_dataset.h"

static const char CSV[] = "id,at,amount,label\n"
                          "a,1,0.5,yes\nb,2,1.5,no\nc,3,,no\nd,4,2.5,yes\ne,5,0.5,no\n"
                          "f,6,1.0,no\ng,7,9.5,yes\nh,8,0.5,no\ni,9,1.5,no\nj,10,2.0,\n";

static void a_commit_is_read_back(void **state) {
    (void)state;
    place p;
    mlops_error e;
    mlops_table *t;
    make_place(&p);
    mlops_store *s = open_store(p.path, NULL);
    mlops_change *c = new_change(s);
    mlops_draft_opts opts = MLOPS_DRAFT_OPTS_INIT;
    mlops_draft_table_opts columns = MLOPS_DRAFT_TABLE_OPTS_INIT;
    mlops_draft *d;
    opts.message = "first \"rows\"\n";
    opts.author = "ada";
    opts.metadata = "{\"source\": [1, 2.50]}";
    columns.target = "label";
    columns.time = "at";
    columns.row_id = "id";
    works(mlops_draft_new(&d, c, "fraud", &opts, &e), &e);
    shell("printf '%s' > %s/in.csv", CSV, p.dir);
    char file[100];
    snprintf(file, sizeof file, "%s/in.csv", p.dir);
    works(mlops_draft_add_csv(d, "data/train.csv", file, &columns, &e), &e);
    mlops_table *given = parse_csv(CSV);
    works(mlops_draft_add_table(d, "table", given, &columns, &e), &e);
    works(mlops_draft_add_file(d, "raw", file, &e), &e);
    works(mlops_draft_add_bytes(d, "empty", NULL, 0, &e), &e);
    mlops_id id = end_draft(d);
    refused(mlops_dataset_resolve(&id, s, "fraud", NULL, &e), &e, MLOPS_E_NOT_FOUND, "no dataset");
    int64_t seq = commit(c);
    mlops_change_free(c);
    assert_int_equal(seq, 1);
    id = resolve(s, "fraud", NULL);
    hex h = hex_of(&id);
    mlops_id same = resolve(s, "fraud", h.text);
    same_id(&id, &same);
    h.text[8] = 0;
    same = resolve(s, "fraud", h.text);
    same_id(&id, &same);
    works(mlops_dataset_table(&t, s, "fraud", NULL, "table", MLOPS_PART_ALL, &e), &e);
    char *want = show(given);
    shows(t, want);
    works(mlops_dataset_table(&t, s, "fraud", "main", "data/train.csv", MLOPS_PART_ALL, &e), &e);
    shows(t, want);
    free(want);
    reads_text(s, "fraud", NULL, "raw", CSV);
    reads_text(s, "fraud", NULL, "data/train.csv", CSV);
    reads_text(s, "fraud", NULL, "empty", "");
    refused(mlops_dataset_table(&t, s, "fraud", NULL, NULL, MLOPS_PART_ALL, &e), &e,
            MLOPS_E_INVALID, "several tables");
    refused(mlops_dataset_table(&t, s, "fraud", NULL, "tabel", MLOPS_PART_ALL, &e), &e,
            MLOPS_E_NOT_FOUND, "did you mean \"table\"");
    refused(mlops_dataset_table(&t, s, "fraud", NULL, "raw", MLOPS_PART_ALL, &e), &e,
            MLOPS_E_SCHEMA, "no table");
    refused(mlops_dataset_table(&t, s, "fraud", NULL, "table", MLOPS_PART_TRAIN, &e), &e,
            MLOPS_E_SCHEMA, "no split");
    assert_null(t);
    mlops_store_close(s);
    remove_place(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
