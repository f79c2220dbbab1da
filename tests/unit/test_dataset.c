/* Datasets: commits and what is read of them, refs, conflicts, reopening, bad input. */
#define _GNU_SOURCE
#include "unit/help_dataset.h"

#include "store/record.h"

static const char CSV[] = "id,at,amount,label\n"
                          "a,1,0.5,yes\nb,2,1.5,no\nc,3,,no\nd,4,2.5,yes\ne,5,0.5,no\n"
                          "f,6,1.0,no\ng,7,9.5,yes\nh,8,0.5,no\ni,9,1.5,no\nj,10,2.0,\n";

typedef struct fixture {
    place p;
    mlops_store *s;
    char csv[100]; /* a file of CSV */
} fixture;

static void begin(fixture *f) {
    make_place(&f->p);
    f->s = open_store(f->p.path, NULL);
    snprintf(f->csv, sizeof f->csv, "%s/in.csv", f->p.dir);
    set_file(f->csv, CSV, sizeof CSV - 1);
}

static void reopen(fixture *f) {
    mlops_store_close(f->s);
    f->s = open_store(f->p.path, NULL);
}

static void end(fixture *f) {
    mlops_store_close(f->s);
    is_sound(f->p.path);
    remove_place(&f->p);
}

static mlops_draft_table_opts columns_of(void) {
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    opts.target = "label";
    opts.time = "at";
    opts.row_id = "id";
    return opts;
}

/* A commit with a CSV file, the same as a table, and two files. */
static mlops_id commit_all(fixture *f) {
    mlops_change *c = new_change(f->s);
    mlops_draft_opts opts = MLOPS_DRAFT_OPTS_INIT;
    mlops_draft_table_opts columns = columns_of();
    mlops_draft *d;
    mlops_error e;
    opts.message = "first \"rows\"\n";
    opts.author = "ada";
    opts.metadata = "{\"source\": [1, 2.50]}";
    works(mlops_draft_new(&d, c, "fraud", &opts, &e), &e);
    works(mlops_draft_add_csv(d, "data/train.csv", f->csv, &columns, &e), &e);
    mlops_table *given = parse_csv(CSV);
    works(mlops_draft_add_table(d, "table", given, &columns, &e), &e);
    mlops_table_unref(given);
    works(mlops_draft_add_file(d, "raw", f->csv, &e), &e);
    works(mlops_draft_add_bytes(d, "empty", NULL, 0, &e), &e);
    mlops_id id = end_draft(d);
    refused(mlops_dataset_resolve(&id, f->s, "fraud", NULL, &e), &e, MLOPS_E_NOT_FOUND,
            "no dataset \"fraud\"");
    mlops_id zero = {{0}};
    same_id(&id, &zero);
    commit(c);
    mlops_change_free(c);
    return resolve(f->s, "fraud", NULL);
}

static void a_commit_is_read_back(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    mlops_table *t, *given = parse_csv(CSV);
    begin(&f);
    commit_all(&f);
    for (int again = 0; again < 2; again++) {
        char *want = show(mlops_table_ref(given));
        works(mlops_dataset_table(&t, f.s, "fraud", NULL, "table", MLOPS_PART_ALL, &e), &e);
        shows(t, want);
        works(mlops_dataset_table(&t, f.s, "fraud", "main", "data/train.csv", 0, &e), &e);
        shows(t, want);
        free(want);
        reads_text(f.s, "fraud", NULL, "raw", CSV);
        reads_text(f.s, "fraud", NULL, "data/train.csv", CSV);
        reads_text(f.s, "fraud", NULL, "empty", "");
        reopen(&f);
    }
    mlops_table_unref(given);
    refused(mlops_dataset_table(&t, f.s, "fraud", NULL, NULL, MLOPS_PART_ALL, &e), &e,
            MLOPS_E_INVALID, "several tables");
    refused(mlops_dataset_table(&t, f.s, "fraud", NULL, "tabel", MLOPS_PART_ALL, &e), &e,
            MLOPS_E_NOT_FOUND, "did you mean \"table\"");
    refused(mlops_dataset_table(&t, f.s, "fraud", NULL, "raw", MLOPS_PART_ALL, &e), &e,
            MLOPS_E_SCHEMA, "no table");
    refused(mlops_dataset_table(&t, f.s, "fraud", NULL, "raw", MLOPS_PART_TRAIN, &e), &e,
            MLOPS_E_SCHEMA, "no table");
    refused(mlops_dataset_table(&t, f.s, "fraud", NULL, "table", MLOPS_PART_TRAIN, &e), &e,
            MLOPS_E_SCHEMA, "no split");
    refused(mlops_dataset_table(&t, f.s, "fraud", NULL, "table", (mlops_part)3, &e), &e,
            MLOPS_E_INVALID, "no part 3");
    assert_null(t);
    char small[3];
    size_t n = 0;
    refused(mlops_dataset_read(f.s, "fraud", NULL, "raw", small, sizeof small, &n, &e), &e,
            MLOPS_E_ARENA, "room for 3");
    assert_int_equal(n, sizeof CSV - 1);
    end(&f);
}

/* Of content in the journal and in packs, of any version, up to the end and not beyond. */
static void entries_are_read_in_part(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    begin(&f);
    char before[5000], after[5000], got[5000];
    for (int i = 0; i < 5000; i++) before[i] = (char)('a' + i % 23);
    memcpy(after, before, sizeof after);
    after[2500] = '!';
    for (int i = 0; i < 2; i++) {
        mlops_change *c;
        mlops_draft *d;
        mlops_id id;
        works(mlops_change_new(&c, f.s, NULL, &e), &e);
        works(mlops_draft_new(&d, c, "parts", NULL, &e), &e);
        works(mlops_draft_add_bytes(d, "long", i ? after : before, 5000, &e), &e);
        works(mlops_draft_add_bytes(d, "short", i ? after : before, 100, &e), &e);
        works(mlops_draft_commit(d, &id, &e), &e);
        if (i == 0) works(mlops_dataset_tag(c, "parts", "v1", NULL, &e), &e);
        mlops_draft_free(d);
        works(mlops_change_commit(c, NULL, &e), &e);
        mlops_change_free(c);
    }
    static const struct {
        int64_t offset, size;
        size_t n;
    } PARTS[] = {{0, 5000, 5000}, {2499, 3, 3}, {4990, 100, 10}, {5000, 1, 0}, {0, 0, 0}};
    for (size_t i = 0; i < 5; i++) {
        size_t n = 9;
        int64_t at = PARTS[i].offset, size = PARTS[i].size;
        works(mlops_dataset_read_at(f.s, "parts", "v1", "long", at, size, NULL, 0, &n, &e), &e);
        assert_int_equal(n, PARTS[i].n);
        works(mlops_dataset_read_at(f.s, "parts", "v1", "long", at, size, got, n, &n, &e), &e);
        if (n) assert_memory_equal(got, before + at, n);
        works(mlops_dataset_read_at(f.s, "parts", NULL, "long", at, size, got, n, NULL, &e), &e);
        if (n) assert_memory_equal(got, after + at, n);
    }
    size_t n = 0;
    works(mlops_dataset_read_at(f.s, "parts", NULL, "short", 90, 50, got, 50, &n, &e), &e);
    assert_int_equal(n, 10);
    assert_memory_equal(got, after + 90, 10);
    refused(mlops_dataset_read_at(f.s, "parts", NULL, "long", 5001, 1, got, 1, &n, &e), &e,
            MLOPS_E_INVALID, "5001");
    refused(mlops_dataset_read_at(f.s, "parts", NULL, "long", -1, 1, got, 1, &n, &e), &e,
            MLOPS_E_INVALID, "-1");
    refused(mlops_dataset_read_at(f.s, "parts", NULL, "long", 0, -1, got, 1, &n, &e), &e,
            MLOPS_E_INVALID, "size is -1");
    refused(mlops_dataset_read_at(f.s, "parts", NULL, "long", 0, 100, got, 3, &n, &e), &e,
            MLOPS_E_ARENA, "room for 3");
    assert_int_equal(n, 100);
    refused(mlops_dataset_read_at(f.s, "parts", NULL, "lung", 0, 1, got, 1, &n, &e), &e,
            MLOPS_E_NOT_FOUND, "long");
    end(&f);
}

static void ids_name_content(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    mlops_table *t;
    begin(&f);
    mlops_id id = commit_all(&f);
    hex h = hex_of(&id);
    for (size_t n = 64; n >= 8; n--) {
        h.text[n] = 0;
        mlops_id same = resolve(f.s, "fraud", h.text);
        same_id(&id, &same);
    }
    h.text[7] = 0;
    refused(mlops_dataset_resolve(&id, f.s, "fraud", h.text, &e), &e, MLOPS_E_NOT_FOUND,
            "no branch, tag or commit");
    refused(mlops_dataset_resolve(&id, f.s, "frauds", NULL, &e), &e, MLOPS_E_NOT_FOUND,
            "did you mean \"fraud\"");
    refused(mlops_dataset_resolve(&id, f.s, "fraud", "mian", &e), &e, MLOPS_E_NOT_FOUND,
            "did you mean \"main\"");
    refused(mlops_dataset_resolve(&id, f.s, "fraud", "0123456789", &e), &e, MLOPS_E_NOT_FOUND,
            "0123456789");
    refused(mlops_dataset_resolve(&id, f.s, "", NULL, &e), &e, MLOPS_E_INVALID, "dataset");
    works(mlops_dataset_entries(&t, f.s, "fraud", NULL, &e), &e);
    char *text = show(t);
    char line[200];
    FILE *sum;
    char command[200];
    snprintf(command, sizeof command, "sha256sum < %s", f.csv); /* as anybody names the file */
    sum = popen(command, "r");
    assert_non_null(sum);
    assert_non_null(fgets(line, sizeof line, sum));
    pclose(sum);
    line[64] = 0;
    char want[300];
    snprintf(want, sizeof want, "raw,file,%s,%d,", line, (int)sizeof CSV - 1);
    assert_non_null(strstr(text, want));
    snprintf(want, sizeof want, "data/train.csv,csv,%s,%d,10,4,,label,at,id\n", line,
             (int)sizeof CSV - 1);
    assert_non_null(strstr(text, want));
    assert_true(strstr(text, "data/train.csv") < strstr(text, "empty,file,e3b0c442"));
    free(text);
    end(&f);
}

static void history_is_listed(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    mlops_table *t;
    begin(&f);
    mlops_id ids[5];
    ids[0] = commit_text(f.s, "d", NULL, "a", "1");
    ids[1] = commit_text(f.s, "d", NULL, "b", "22");
    ids[2] = commit_text(f.s, "d", NULL, "a", "333");
    commit_text(f.s, "other", "dev", "x", "y");
    mlops_change *c = new_change(f.s);
    mlops_draft *d = new_draft(c, "d", NULL);
    works(mlops_draft_remove(d, "b", &e), &e);
    refused(mlops_draft_remove(d, "b", &e), &e, MLOPS_E_NOT_FOUND, "\"b\"");
    ids[3] = end_draft(d);
    works(mlops_dataset_tag(c, "d", "v1", NULL, &e), &e); /* of what the change commits */
    commit(c);
    mlops_change_free(c);
    reopen(&f);
    works(mlops_dataset_log(&t, f.s, "d", "v1", 100, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 4);
    int64_t times[4], counts[4], bytes[4];
    works(mlops_table_integers(t, 1, times, 4, &e), &e);
    works(mlops_table_integers(t, 5, counts, 4, &e), &e);
    works(mlops_table_integers(t, 6, bytes, 4, &e), &e);
    for (int i = 0; i < 4; i++) {
        char cell[65];
        mlops_table_text(t, 0, i, cell, sizeof cell, NULL);
        assert_string_equal(cell, hex_of(&ids[3 - i]).text);
        mlops_table_text(t, 4, i, cell, sizeof cell, NULL);
        assert_string_equal(cell, i < 3 ? hex_of(&ids[2 - i]).text : "");
        if (i) assert_true(times[i] < times[i - 1]);
    }
    assert_int_equal(counts[0], 1);
    assert_int_equal(counts[1], 2);
    assert_int_equal(bytes[0], 3);
    assert_int_equal(bytes[1], 5);
    mlops_table_unref(t);
    works(mlops_dataset_log(&t, f.s, "d", NULL, 2, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 2);
    mlops_table_unref(t);
    refused(mlops_dataset_log(&t, f.s, "d", NULL, 0, &e), &e, MLOPS_E_INVALID, "n_max");
    works(mlops_dataset_list(&t, f.s, &e), &e);
    shows(t, "dataset,n_branches,n_tags,n_commits\nd,1,1,4\nother,1,0,1\n");
    works(mlops_dataset_refs(&t, f.s, "d", &e), &e);
    char want[300];
    snprintf(want, sizeof want, "kind,name,commit,follows\nbranch,main,%s,false\ntag,v1,%s,false\n",
             hex_of(&ids[3]).text, hex_of(&ids[3]).text);
    shows(t, want);
    refused(mlops_dataset_refs(&t, f.s, "e", &e), &e, MLOPS_E_NOT_FOUND, "no dataset \"e\"");
    reads_text(f.s, "d", hex_of(&ids[0]).text, "a", "1");
    reads_text(f.s, "d", hex_of(&ids[2]).text, "a", "333");
    end(&f);
}

static void differences_are_listed(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    mlops_table *t;
    begin(&f);
    mlops_id first = commit_text(f.s, "d", NULL, "a", "1");
    commit_text(f.s, "d", NULL, "a-b", "1");
    commit_text(f.s, "d", NULL, "z", "1");
    mlops_change *c = new_change(f.s);
    mlops_draft *d = new_draft(c, "d", NULL);
    add_text(d, "a", "22");
    add_text(d, "b", "3");
    works(mlops_draft_remove(d, "z", &e), &e);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
    static const char one[] = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b";
    static const char two[] = "785f3ec7eb32f30b90cd0fcf3657d388b5ff4297f2f9716ff66e9b69c05ddd09";
    static const char three[] = "4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce";
    char want[1000];
    works(mlops_dataset_diff(&t, f.s, "d", NULL, NULL, &e), &e);
    snprintf(want, sizeof want,
             "path,change,from_id,to_id,from_size,to_size,renamed\na,changed,%s,%s,1,2,\nb,added,,%"
             "s,,1,\n"
             "z,removed,%s,,1,,\n",
             one, two, three, one);
    shows(t, want);
    works(mlops_dataset_diff(&t, f.s, "d", NULL, hex_of(&first).text, &e), &e);
    snprintf(want, sizeof want,
             "path,change,from_id,to_id,from_size,to_size,renamed\na,added,,%s,,1,\n", one);
    shows(t, want);
    works(mlops_dataset_diff(&t, f.s, "d", "main", "main", &e), &e);
    shows(t, "path,change,from_id,to_id,from_size,to_size,renamed\n");
    refused(mlops_dataset_diff(&t, f.s, "d", "no", NULL, &e), &e, MLOPS_E_NOT_FOUND, "\"no\"");
    end(&f);
}

static void a_commit_describes_itself(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    char text[8192];
    size_t n = 0;
    mlops__arena arena;
    mlops__record r, items, column;
    begin(&f);
    mlops_id id = commit_all(&f);
    works(mlops_dataset_describe(f.s, "fraud", NULL, NULL, 0, &n, &e), &e);
    refused(mlops_dataset_describe(f.s, "fraud", NULL, text, n, NULL, &e), &e, MLOPS_E_ARENA,
            "room for");
    assert_int_equal(text[0], 0);
    works(mlops_dataset_describe(f.s, "fraud", NULL, text, n + 1, &n, &e), &e);
    assert_int_equal(strlen(text), n);
    mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
    mlops__bytes json = {(const uint8_t *)text, n};
    works(mlops__record_parse(&r, json, &arena, &e), &e);
    assert_string_equal(mlops__record_text(&r, "commit"), hex_of(&id).text);
    assert_string_equal(mlops__record_text(&r, "message"), "first \"rows\"\n");
    assert_string_equal(mlops__record_text(&r, "author"), "ada");
    assert_memory_equal(mlops__record_json(&r, "metadata").data, "{\"source\": [1, 2.50]}", 21);
    works(mlops__record_items(&items, mlops__record_json(&r, "entries"), &arena, &e), &e);
    assert_int_equal(items.n, 4);
    works(mlops__record_parse(&r, items.fields[0].json, &arena, &e), &e);
    assert_string_equal(mlops__record_text(&r, "path"), "data/train.csv");
    works(mlops__record_items(&items, mlops__record_json(&r, "columns"), &arena, &e), &e);
    works(mlops__record_parse(&column, items.fields[2].json, &arena, &e), &e);
    assert_string_equal(mlops__record_text(&column, "name"), "amount");
    assert_string_equal(mlops__record_text(&column, "type"), "float64");
    assert_int_equal(mlops__record_i64(&column, "n_nulls", -1), 1);
    mlops__arena_free(&arena);
    end(&f);
}

static void a_table_keeps_its_profile(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    mlops_reference *kept, *made;
    begin(&f);
    commit_all(&f);
    mlops_table *t = parse_csv(CSV);
    works(mlops_reference_new(&made, t, NULL, &e), &e);
    char a[100], b[100];
    snprintf(a, sizeof a, "%s/a", f.p.dir);
    snprintf(b, sizeof b, "%s/b", f.p.dir);
    works(mlops_reference_save(made, a, &e), &e);
    static const char *const paths[] = {"table", "data/train.csv"};
    for (int i = 0; i < 2; i++) {
        works(mlops_dataset_reference(&kept, f.s, "fraud", NULL, paths[i], &e), &e);
        assert_int_equal(mlops_reference_n_rows(kept), 10);
        works(mlops_reference_save(kept, b, &e), &e);
        shell("cmp %s %s", a, b);
        mlops_reference_unref(kept);
    }
    refused(mlops_dataset_reference(&kept, f.s, "fraud", NULL, "raw", &e), &e, MLOPS_E_SCHEMA,
            "no table");
    assert_null(kept);
    mlops_table_unref(t);
    t = parse_csv("only,names\n");
    mlops_change *c = new_change(f.s);
    mlops_draft *d = new_draft(c, "none", NULL);
    works(mlops_draft_add_table(d, "t", t, NULL, &e), &e);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
    refused(mlops_dataset_reference(&kept, f.s, "none", NULL, NULL, &e), &e, MLOPS_E_SCHEMA,
            "no rows");
    mlops_table_unref(t);
    works(mlops_dataset_table(&t, f.s, "none", NULL, NULL, 0, &e), &e);
    shows(t, "only,names\n");
    mlops_reference_unref(made);
    end(&f);
}

static void csv_is_read_as_it_was(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    mlops_table *t, *want;
    static const char ODD[] = "title\n1;x;-\n-;\"y;z\";3\n4;w;5\n";
    begin(&f);
    set_file(f.csv, ODD, sizeof ODD - 1);
    mlops_csv_opts csv = MLOPS_CSV_OPTS_INIT;
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    csv.delimiter = ";";
    csv.names = "a;\"b;c\";d";
    csv.nulls = "-";
    csv.flags = MLOPS_CSV_NO_HEADER;
    csv.skip_lines = 1;
    csv.rows_max = 2;
    csv.line_max = 100;
    opts.csv = &csv;
    opts.target = "b;c";
    works(mlops_table_load(&want, f.csv, &csv, &e), &e);
    mlops_change *c = new_change(f.s);
    mlops_draft *d = new_draft(c, "odd", NULL);
    works(mlops_draft_add_csv(d, "x", f.csv, &opts, &e), &e);
    set_file(f.csv, "a\n", 2);
    opts.csv = NULL;
    refused(mlops_draft_add_csv(d, "x", f.csv, &opts, &e), &e, MLOPS_E_SCHEMA, "'b;c'");
    set_file(f.csv, "a,b\n1\n", 6);
    refused(mlops_draft_add_csv(d, "x", f.csv, NULL, &e), &e, MLOPS_E_PARSE, "in.csv");
    csv.nulls = "\xff";
    opts.csv = &csv;
    refused(mlops_draft_add_csv(d, "x", f.csv, &opts, &e), &e, MLOPS_E_INVALID, "UTF-8");
    end_draft(d);
    commit(c);
    mlops_change_free(c);
    reopen(&f);
    works(mlops_dataset_table(&t, f.s, "odd", NULL, NULL, 0, &e), &e);
    char *text = show(want);
    shows(t, text);
    free(text);
    end(&f);
}

static void branches_and_tags(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    begin(&f);
    mlops_id one = commit_text(f.s, "d", NULL, "a", "1");
    mlops_change *c = new_change(f.s);
    works(mlops_dataset_branch(c, "d", "dev", NULL, &e), &e);
    works(mlops_dataset_tag(c, "d", "20260101", "dev", &e), &e); /* eight digits are a name, too */
    refused(mlops_dataset_tag(c, "d", "20260101", NULL, &e), &e, MLOPS_E_EXISTS, "tag");
    refused(mlops_dataset_tag(c, "d", "dev", NULL, &e), &e, MLOPS_E_EXISTS, "branch");
    refused(mlops_dataset_branch(c, "d", "20260101", NULL, &e), &e, MLOPS_E_EXISTS, "tag");
    refused(mlops_dataset_branch(c, "d", hex_of(&one).text, NULL, &e), &e, MLOPS_E_INVALID, "64");
    refused(mlops_dataset_branch(c, "d", "x", "nothing", &e), &e, MLOPS_E_NOT_FOUND, "nothing");
    refused(mlops_dataset_branch(c, "dd", "x", NULL, &e), &e, MLOPS_E_NOT_FOUND, "\"dd\"");
    refused(mlops_dataset_drop(c, "d", "deb", &e), &e, MLOPS_E_NOT_FOUND, "deb");
    commit(c);
    commit_text(f.s, "d", "dev", "a", "2");
    reads_text(f.s, "d", "main", "a", "1");
    reads_text(f.s, "d", "dev", "a", "2");
    reads_text(f.s, "d", "20260101", "a", "1");
    works(mlops_dataset_branch(c, "d", "main", "dev", &e), &e);
    works(mlops_dataset_drop(c, "d", "dev", &e), &e);
    refused(mlops_dataset_drop(c, "d", "dev", &e), &e, MLOPS_E_NOT_FOUND, "dev");
    works(mlops_dataset_drop(c, "d", "20260101", &e), &e);
    commit(c);
    mlops_change_free(c);
    reopen(&f);
    reads_text(f.s, "d", NULL, "a", "2");
    mlops_id id;
    refused(mlops_dataset_resolve(&id, f.s, "d", "dev", &e), &e, MLOPS_E_NOT_FOUND, "dev");
    reads_text(f.s, "d", hex_of(&one).text, "a", "1"); /* commits stay */
    end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_is_read_back),     cmocka_unit_test(entries_are_read_in_part),
        cmocka_unit_test(ids_name_content),          cmocka_unit_test(history_is_listed),
        cmocka_unit_test(differences_are_listed),    cmocka_unit_test(a_commit_describes_itself),
        cmocka_unit_test(a_table_keeps_its_profile), cmocka_unit_test(csv_is_read_as_it_was),
        cmocka_unit_test(branches_and_tags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
