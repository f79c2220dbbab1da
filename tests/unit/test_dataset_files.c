/* Commits as files below a folder, and commits that are not sound. */
#define _GNU_SOURCE
#include "unit/help_dataset.h"

#include "base/sha256.h"
#include "store/record.h"

typedef struct fixture {
    place p;
    mlops_store *s;
    char out[100]; /* a folder that is not there yet */
} fixture;

static void begin(fixture *f) {
    make_place(&f->p);
    f->s = open_store(f->p.path, NULL);
    snprintf(f->out, sizeof f->out, "%s/out", f->p.dir);
}

static void end(fixture *f) {
    mlops_store_close(f->s);
    remove_place(&f->p);
}

static mlops_status check_out(fixture *f, const char *ref, uint32_t flags, mlops_error *e) {
    mlops_checkout_opts opts = MLOPS_CHECKOUT_OPTS_INIT;
    opts.flags = flags;
    return mlops_dataset_checkout(f->s, "d", ref, f->out, flags ? &opts : NULL, e);
}

static void holds(fixture *f, const char *path, const char *want) {
    char full[300];
    size_t n;
    snprintf(full, sizeof full, "%s/%s", f->out, path);
    char *got = (char *)file_bytes(full, &n);
    got[n] = 0;
    assert_string_equal(got, want);
    free(got);
}

static const char TABLE[] = "n,s,x\n1,a,0.5\n2,\"\",\n3,,1.5\n";

static void commit_some(fixture *f) {
    mlops_error e;
    char csv[120];
    snprintf(csv, sizeof csv, "%s/t.csv", f->p.dir);
    set_file(csv, TABLE, sizeof TABLE - 1);
    mlops_change *c = new_change(f->s);
    mlops_draft *d = new_draft(c, "d", NULL);
    mlops_table *t = parse_csv(TABLE);
    works(mlops_draft_add_table(d, "deep/er/table.csv", t, NULL, &e), &e);
    works(mlops_draft_add_csv(d, "deep/raw.csv", csv, NULL, &e), &e);
    add_text(d, "read me", "hello");
    add_text(d, "empty", "");
    mlops_table_unref(t);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
}

static void a_commit_becomes_files(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    begin(&f);
    commit_some(&f);
    strcat(f.out, "/in/folders/");
    works(check_out(&f, NULL, 0, &e), &e);
    holds(&f, "deep/er/table.csv", TABLE);
    holds(&f, "deep/raw.csv", TABLE);
    holds(&f, "read me", "hello");
    holds(&f, "empty", "");
    shell("test $(find %s -type f | wc -l) = 4", f.out); /* and no drafts of files */
    works(check_out(&f, NULL, 0, &e), &e);               /* all are there */
    end(&f);
}

static void other_files_are_safe(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    begin(&f);
    commit_some(&f);
    shell("mkdir -p %s/deep && echo mine > '%s/read me' && echo kept > %s/other", f.out, f.out,
          f.out);
    refused(check_out(&f, NULL, 0, &e), &e, MLOPS_E_EXISTS, "read me");
    shell("test $(find %s -type f | wc -l) = 2", f.out); /* nothing was written */
    works(check_out(&f, NULL, MLOPS_CHECKOUT_FORCE, &e), &e);
    holds(&f, "read me", "hello");
    holds(&f, "other", "kept\n");
    shell("printf 'n,s,x\\n1,a,0.5\\n2,\"\",\\n3,,1.25\\n' > %s/deep/er/table.csv", f.out);
    refused(check_out(&f, NULL, 0, &e), &e, MLOPS_E_EXISTS, "table.csv");
    shell("rm -r %s/deep && echo > %s/deep", f.out, f.out);
    mlops_status status = check_out(&f, NULL, MLOPS_CHECKOUT_FORCE, &e);
    assert_true(status < 0); /* a file is where a folder has to be */
    holds(&f, "deep", "\n");
    shell("rm %s/deep '%s/read me' && mkdir '%s/read me'", f.out, f.out, f.out);
    assert_true(check_out(&f, NULL, MLOPS_CHECKOUT_FORCE, &e) < 0);
    refused(check_out(&f, NULL, 4, &e), &e, MLOPS_E_INVALID, "flags");
    refused(check_out(&f, "none", 0, &e), &e, MLOPS_E_NOT_FOUND, "none");
    f.out[0] = 0;
    refused(check_out(&f, NULL, 0, &e), &e, MLOPS_E_INVALID, "folder");
    end(&f);
}

/* ---- what is not sound ---- */

static mlops_id id_of(const void *bytes, size_t n) {
    mlops__sha256 sha;
    mlops_id id;
    mlops__sha256_init(&sha, mlops__sha256_blocks_scalar);
    mlops__sha256_add(&sha, bytes, n);
    mlops__sha256_end(&sha, id.bytes);
    return id;
}

static void put_record(mlops_change *c, mlops__table table, const char *key, const char *value) {
    mlops_error e;
    works(mlops__change_put(c, table, text(key), text(value), &e), &e);
}

/* A commit of any bytes as its tree, and of a record with these members. */
static mlops_id forge(fixture *f, const char *tree, const char *members) {
    char record[2000], key[200], ref[100];
    mlops_error e;
    mlops_id id;
    mlops_change *c = new_change(f->s);
    works(mlops_change_content(c, &id, tree, strlen(tree), &e), &e);
    snprintf(record, sizeof record, members, hex_of(&id).text);
    id = id_of(record, strlen(record));
    snprintf(key, sizeof key, "d\t%s", hex_of(&id).text);
    put_record(c, MLOPS__TABLE_COMMITS, key, record);
    snprintf(ref, sizeof ref, "{\"commit\":\"%s\"}", hex_of(&id).text);
    put_record(c, MLOPS__TABLE_REFS, "d\tbranch\tmain", ref);
    commit(c);
    mlops_change_free(c);
    return id;
}

static const char RECORD[] =
    "{\"format\":1,\"dataset\":\"d\",\"parents\":[],\"time_ns\":1,\"later\":[1,{\"x\":2}],"
    "\"tree\":\"%s\"}";

#define ID "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"

static void forged_trees_are_refused(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    mlops_table *t;
    begin(&f);
    static const char *const bad[] = {
        "",
        "{}",
        "[",
        "[1]",
        "[{}]",
        "[{\"path\":5}]",
        "[{\"path\":\"../up\",\"kind\":\"file\",\"id\":\"" ID "\",\"size\":1}]",
        "[{\"path\":\"/abs\",\"kind\":\"file\",\"id\":\"" ID "\",\"size\":1}]",
        "[{\"path\":\"a/../../b\",\"kind\":\"file\",\"id\":\"" ID "\",\"size\":1}]",
        "[{\"path\":\"a\\u0000b\",\"kind\":\"file\",\"id\":\"" ID "\",\"size\":-1}]",
        "[{\"path\":\"b\",\"kind\":\"file\",\"id\":\"" ID "\",\"size\":1},"
        "{\"path\":\"a\",\"kind\":\"file\",\"id\":\"" ID "\",\"size\":1}]",
        "[{\"path\":\"a\",\"kind\":\"file\",\"id\":\"" ID "\",\"size\":1},"
        "{\"path\":\"a\",\"kind\":\"file\",\"id\":\"" ID "\",\"size\":1}]",
        "[{\"path\":\"a\",\"id\":\"" ID "\",\"size\":1}]",
        "[{\"path\":\"a\",\"kind\":\"file\",\"id\":\"abc\",\"size\":1}]",
        "[{\"path\":\"a\",\"kind\":\"file\",\"id\":\"" ID "\"}]",
        "[{\"path\":\"a\",\"kind\":\"csv\",\"id\":\"" ID "\",\"size\":1}]",
        "[{\"path\":\"a\",\"kind\":\"csv\",\"id\":\"" ID "\",\"size\":1,\"n_rows\":1}]",
        "[{\"path\":\"a\",\"kind\":\"csv\",\"id\":\"" ID "\",\"size\":1,\"n_rows\":1,"
        "\"columns\":[],\"split\":{\"n_held_out\":2,\"rows\":\"" ID "\"}}]",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        forge(&f, bad[i], RECORD);
        mlops_status status = mlops_dataset_entries(&t, f.s, "d", NULL, &e);
        if (status != MLOPS_E_CORRUPT) fail_msg("tree %zu: %s", i, mlops_status_name(status));
        assert_null(t);
        assert_int_equal(check_out(&f, NULL, 0, &e), MLOPS_E_CORRUPT);
    }
    forge(&f, "[{\"path\":\"a\",\"kind\":\"lake\",\"id\":\"" ID "\",\"size\":1}]", RECORD);
    refused(mlops_dataset_entries(&t, f.s, "d", NULL, &e), &e, MLOPS_E_UNSUPPORTED, "'lake'");
    shell("test ! -e %s", f.out);
    end(&f);
}

/* What a later version adds is passed over, and kept by those who carry the entry on. */
static void later_members_are_kept(void **state) {
    (void)state;
    fixture f;
    begin(&f);
    forge(&f,
          "[{\"later\":[1, 2.50],\"path\":\"a\",\"kind\":\"file\",\"id\":\"" ID "\",\"size\":1}]",
          RECORD);
    commit_text(f.s, "d", NULL, "b", "1");
    char buf[3000];
    mlops_error e;
    works(mlops_dataset_describe(f.s, "d", NULL, buf, sizeof buf, NULL, &e), &e);
    assert_non_null(strstr(buf, "{\"later\":[1, 2.50],\"path\":\"a\""));
    assert_non_null(strstr(buf, "{\"path\":\"b\""));
    mlops_id id = resolve(f.s, "d", NULL);
    char ref[300], want[300];
    snprintf(ref, sizeof ref, "{\"later\":{\"x\":[]},\"commit\":\"%s\"}", hex_of(&id).text);
    mlops_change *c = new_change(f.s);
    put_record(c, MLOPS__TABLE_REFS, "d\tbranch\tmain", ref);
    commit(c);
    mlops_change_free(c);
    id = commit_text(f.s, "d", NULL, "b", "2");
    snprintf(want, sizeof want, "{\"commit\":\"%s\",\"later\":{\"x\":[]}}", hex_of(&id).text);
    mlops__index index;
    mlops__bytes value;
    works(mlops__store_read_begin(f.s, &index, &e), &e);
    works(mlops__index_get(&index, MLOPS__TABLE_REFS, text("d\tbranch\tmain"), &value, &e), &e);
    assert_int_equal(value.size, strlen(want));
    assert_memory_equal(value.data, want, value.size);
    mlops__store_read_end(&index);
    end(&f);
}

static void forged_commits_are_refused(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    mlops_table *t;
    begin(&f);
    static const char *const bad[] = {
        "{\"format\":1,\"parents\":[],\"tree\":\"x%s\"}",
        "{\"format\":1,\"tree\":\"%s\"}",
        "{\"format\":1,\"parents\":[\"x\"],\"tree\":\"%s\"}",
        "{\"format\":1,\"parents\":[\"" ID "\"],\"tree\":\"%s\"}", /* which is none */
        "[]%.0s",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        forge(&f, "[]", bad[i]);
        mlops_status status = mlops_dataset_log(&t, f.s, "d", NULL, 9, &e);
        if (status != MLOPS_E_CORRUPT) fail_msg("commit %zu: %s", i, mlops_status_name(status));
    }
    forge(&f, "[]", "{\"format\":2,\"parents\":[],\"tree\":\"%s\"}");
    refused(mlops_dataset_log(&t, f.s, "d", NULL, 9, &e), &e, MLOPS_E_UNSUPPORTED, "format");
    mlops_id id = forge(&f, "[]", RECORD);
    mlops_change *c = new_change(f.s);
    char key[200];
    snprintf(key, sizeof key, "d\t%s", hex_of(&id).text);
    put_record(c, MLOPS__TABLE_COMMITS, key, "{\"format\":1,\"parents\":[],\"tree\":\"" ID "\"}");
    commit(c);
    refused(mlops_dataset_entries(&t, f.s, "d", NULL, &e), &e, MLOPS_E_CORRUPT,
            "another record than its id");
    put_record(c, MLOPS__TABLE_REFS, "d\tbranch\tmain", "{\"commit\":\"" ID "\"}");
    commit(c);
    refused(mlops_dataset_entries(&t, f.s, "d", NULL, &e), &e, MLOPS_E_CORRUPT, "is missing");
    put_record(c, MLOPS__TABLE_REFS, "d\tbranch\tmain", "{}");
    commit(c);
    refused(mlops_dataset_entries(&t, f.s, "d", NULL, &e), &e, MLOPS_E_CORRUPT, "no commit");
    mlops_change_free(c);
    end(&f);
}

/* Content that a commit names and nobody has, or that is another. */
static void forged_content_is_refused(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    mlops_table *t;
    mlops_reference *r;
    char byte[1], tree[1000];
    size_t n;
    begin(&f);
    forge(&f,
          "[{\"path\":\"a\",\"kind\":\"table\",\"id\":\"" ID "\",\"size\":1,\"n_rows\":1,"
          "\"columns\":[],\"profile\":\"" ID "\"}]",
          RECORD);
    refused(mlops_dataset_table(&t, f.s, "d", NULL, "a", 0, &e), &e, MLOPS_E_CORRUPT, "missing");
    refused(mlops_dataset_reference(&r, f.s, "d", NULL, "a", &e), &e, MLOPS_E_CORRUPT, "missing");
    refused(mlops_dataset_read(f.s, "d", NULL, "a", byte, 1, &n, &e), &e, MLOPS_E_CORRUPT,
            "missing");
    keep(f.s, "1", 1); /* which has that id, and is no table */
    refused(mlops_dataset_table(&t, f.s, "d", NULL, "a", 0, &e), &e, MLOPS_E_CORRUPT, "'a'");
    assert_true(mlops_dataset_reference(&r, f.s, "d", NULL, "a", &e) < 0);
    mlops_id csv = keep(f.s, TABLE, sizeof TABLE - 1);
    static const char ENTRY[] =
        "[{\"path\":\"a\",\"kind\":\"csv\",\"id\":\"%s\",\"size\":1,\"n_rows\":%d,"
        "\"columns\":[1,2,3],\"split\":{\"n_held_out\":1,\"rows\":\"" ID "\"}}]";
    mlops_id open = keep(f.s, "a,\"b\n1,2\n", 9); /* with a quote that nothing closes */
    snprintf(tree, sizeof tree, ENTRY, hex_of(&open).text, 4);
    forge(&f, tree, RECORD);
    refused(mlops_dataset_table(&t, f.s, "d", NULL, "a", 0, &e), &e, MLOPS_E_CORRUPT, "'a'");
    snprintf(tree, sizeof tree, ENTRY, hex_of(&csv).text, 4);
    forge(&f, tree, RECORD);
    refused(mlops_dataset_table(&t, f.s, "d", NULL, "a", 0, &e), &e, MLOPS_E_CORRUPT,
            "not the table");
    snprintf(tree, sizeof tree, ENTRY, hex_of(&csv).text, 3);
    forge(&f, tree, RECORD);
    works(mlops_dataset_table(&t, f.s, "d", NULL, "a", MLOPS_PART_HELD_OUT, &e), &e);
    shows(t, "n,s,x\n1,a,0.5\n"); /* '1' is 0x31: the bits of rows 0, 4, 5 */
    char *more = strstr(tree, ID);
    memcpy(more, "e3b0c442", 8); /* of other bytes */
    forge(&f, tree, RECORD);
    refused(mlops_dataset_table(&t, f.s, "d", NULL, "a", MLOPS_PART_TRAIN, &e), &e, MLOPS_E_CORRUPT,
            "missing");
    end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_becomes_files),     cmocka_unit_test(other_files_are_safe),
        cmocka_unit_test(forged_trees_are_refused),   cmocka_unit_test(later_members_are_kept),
        cmocka_unit_test(forged_commits_are_refused), cmocka_unit_test(forged_content_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
