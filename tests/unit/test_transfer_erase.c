/* What was erased, on its way over both remotes of the library: tombstones and what stands in
 * arrive, commits keep their ids, no byte of it is left at the remote after its gc, and none comes
 * back from where it still is. Bytes are looked for in each frame of each object, unpacked. */
#define _GNU_SOURCE
#include "unit/help_erase.h"

enum { FILES = 30, ROWS = 9000 };

/* ---- a dataset with data of somebody ---- */

static size_t make_file(char *out, int i) {
    size_t n = 0;
    uint64_t x = (uint64_t)i * 7919 + 11;
    for (int k = 0; k < 200; k++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        n += (size_t)sprintf(out + n, "%llx\n", (unsigned long long)x);
    }
    if (i == 7) n += (size_t)sprintf(out + n, "%s", SECRETS[0]);
    return n;
}

/* Of a large table; person: with the rows of hers. */
static char *make_people(int version, int person) {
    char *out = malloc(ROWS * 60), *at = out;
    uint64_t x = 88172645463325252u;
    assert_non_null(out);
    at += sprintf(at, "id,name,note\n");
    for (int i = 0; i < ROWS; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        int hers = i % 3000 == 17;
        if (hers && !person) continue;
        at += sprintf(at, "%d,%s%d,%llx\n", i, hers ? SECRETS[1] : "n",
                      hers ? 0 : i + (i % 900 == 5 ? version : 0), (unsigned long long)x);
    }
    return out;
}

static void add_people(mlops_draft *d, const world *w, const char *path, const char *csv) {
    mlops_error e;
    char file[200];
    snprintf(file, sizeof file, "%s/in.csv", w->p.dir);
    set_file(file, csv, strlen(csv));
    works(mlops_draft_add_csv(d, path, file, NULL, &e), &e);
}

/* The last version is without the person, and is kept as changes to one that has her. */
static mlops_id commit_version(mlops_store *s, const world *w, int version) {
    mlops_error e;
    char name[20], file[8000];
    mlops_change *c = new_change(s);
    mlops_draft *d = new_draft(c, "data", NULL);
    for (int i = 0; i < FILES && version == 0; i++) {
        snprintf(name, sizeof name, "s/%d", i);
        size_t n = make_file(file, i);
        works(mlops_draft_add_bytes(d, name, file, n, &e), &e);
    }
    char *csv = make_people(version, version < 3);
    add_people(d, w, "people.csv", csv);
    free(csv);
    snprintf(file, sizeof file, "k,v\nx,%d\n%s0,1\ny,2\n", version, SECRETS[1]);
    works(mlops_draft_add_bytes(d, "small.csv", file, strlen(file), &e), &e);
    mlops_id id = end_draft(d);
    commit(c);
    mlops_change_free(c);
    return id;
}

static void fill(world *w, mlops_id ids[4]) {
    for (int i = 0; i < 4; i++) ids[i] = commit_version(w->a, w, i);
}

static mlops_erase_stat erase(mlops_store *s, const char *paths, const char *column) {
    mlops_error e;
    char value[40];
    mlops_erase_opts opts = MLOPS_ERASE_OPTS_INIT;
    mlops_erase_stat stat = MLOPS_ERASE_STAT_INIT;
    opts.paths = paths;
    opts.column = column;
    snprintf(value, sizeof value, "%s0", SECRETS[1]);
    if (column) opts.value = value;
    opts.reason = "request 4711";
    opts.by = "dpo";
    works(mlops_dataset_erase(s, NULL, &opts, NULL, &stat, &e), &e);
    assert_int_equal(stat.done, 1);
    return stat;
}

static void erase_all(mlops_store *s) {
    assert_int_equal(erase(s, "s/7", NULL).n_files, 1);
    assert_int_equal(erase(s, NULL, "name").n_tables, 3);
    assert_int_equal(erase(s, NULL, "k").n_tables, 4);
}

static void finish(mlops_store *s) {
    mlops_error e;
    mlops_erase_stat stat = MLOPS_ERASE_STAT_INIT;
    works(mlops_dataset_erase(s, NULL, NULL, NULL, &stat, &e), &e);
    assert_int_equal(stat.done, 1);
}

static mlops_status push(world *w, mlops_store *s, mlops_error *e) {
    return mlops_dataset_push(s, mlops_share_remote(w->share), "data", NULL, NULL, e);
}

static void pushes(world *w, mlops_store *s) {
    mlops_error e;
    works(push(w, s, &e), &e);
}

static void pulls(world *w, mlops_store *s) {
    mlops_error e;
    works(mlops_dataset_pull(s, mlops_share_remote(w->share), "data", NULL, NULL, &e), &e);
}

/* Each version is there without what was erased, and all else of it is. */
static void has_the_rest(mlops_store *s, const mlops_id ids[4], int first) {
    mlops_error e;
    char name[20], file[8000], want[8000];
    size_t n;
    for (int v = first; v < 4; v++) {
        hex ref = hex_of(&ids[v]);
        for (int i = 0; i < FILES; i++) {
            snprintf(name, sizeof name, "s/%d", i);
            mlops_status status =
                mlops_dataset_read(s, "data", ref.text, name, file, sizeof file, &n, &e);
            if (i == 7) {
                refused(status, &e, MLOPS_E_ERASED, "request 4711");
                continue;
            }
            works(status, &e);
            assert_int_equal(n, make_file(want, i));
            assert_memory_equal(file, want, n);
        }
        char *csv = make_people(v, 0);
        reads_text(s, "data", ref.text, "people.csv", csv);
        free(csv);
        snprintf(want, sizeof want, "k,v\nx,%d\ny,2\n", v);
        reads_text(s, "data", ref.text, "small.csv", want);
    }
}

static void same_log(mlops_store *a, mlops_store *b) {
    mlops_table *x, *y;
    mlops_error e;
    works(mlops_dataset_log(&x, a, "data", NULL, 100, &e), &e);
    works(mlops_dataset_log(&y, b, "data", NULL, 100, &e), &e);
    char *one = show(x), *other = show(y);
    assert_string_equal(one, other);
    free(one), free(other);
}

static void n_erasures(mlops_store *s, int64_t want, int64_t n_done) {
    mlops_table *t;
    mlops_error e;
    char text[8];
    int64_t done = 0;
    works(mlops_erase_list(&t, s, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), want);
    for (int64_t i = 0; i < want; i++) {
        mlops_table_text(t, mlops_table_find(t, "done"), i, text, sizeof text, NULL);
        done += strcmp(text, "true") == 0;
    }
    assert_int_equal(done, n_done);
    mlops_table_unref(t);
}

/* ---- tests ---- */

/* Erased, and pushed to who never had it. */
static void fresh(int is_folder) {
    world w;
    mlops_id ids[4];
    char certificate[8000];
    mlops_error e;
    begin(&w, is_folder);
    fill(&w, ids);
    assert_true(search_store(w.a, w.path_a));
    erase_all(w.a);
    pushes(&w, w.a);
    assert_int_equal(search_remote(&w), 0);
    pulls(&w, w.b);
    has_the_rest(w.b, ids, 0);
    same_log(w.a, w.b);
    n_erasures(w.b, 3, 3);
    works(mlops_erase_certificate(w.b, 2, certificate, sizeof certificate, NULL, &e), &e);
    assert_non_null(strstr(certificate, "\"by\":\"dpo\""));
    assert_null(strstr(certificate, SECRETS[1]));
    collect(&w);
    pulls(&w, w.a);
    mlops_transfer t = MLOPS_TRANSFER_INIT; /* nothing is left to be sent */
    works(mlops_dataset_push(w.b, mlops_share_remote(w.share), "data", NULL, &t, &e), &e);
    assert_int_equal(t.n_commits + t.n_contents + t.n_refs, 0);
    char path[120];
    mlops_store *c = open_at(path, &w, "c.mlops");
    pulls(&w, c);
    has_the_rest(c, ids, 0);
    mlops_store_close(c);
    is_sound(path);
    end(&w);
}

/* Pushed, cloned, then erased: it goes from the remote and from the clone. */
static void later(int is_folder) {
    world w;
    mlops_id ids[5];
    mlops_error e;
    begin(&w, is_folder);
    fill(&w, ids);
    pushes(&w, w.a);
    pulls(&w, w.b);
    assert_true(search_remote(&w) > 0);
    erase_all(w.a);
    pushes(&w, w.a);
    collect(&w);
    assert_int_equal(search_remote(&w), 0);
    /* the clone has gone on meanwhile, with a commit that has what was erased */
    mlops_id own = commit_text(w.b, "data", NULL, "else", "else");
    refused(push(&w, w.b, &e), &e, MLOPS_E_CONFLICT, "pull");
    assert_true(search_store(w.b, w.path_b) > 0);
    pulls(&w, w.b);
    has_the_rest(w.b, ids, 0);
    hex ref = hex_of(&own);
    char *csv = make_people(3, 0);
    reads_text(w.b, "data", ref.text, "people.csv", csv);
    free(csv);
    reads_text(w.b, "data", ref.text, "small.csv", "k,v\nx,3\ny,2\n");
    n_erasures(w.b, 3, 0);
    refused(push(&w, w.b, &e), &e, MLOPS_E_BUSY, "not finished");
    finish(w.b);
    n_erasures(w.b, 3, 3);
    assert_int_equal(search_store(w.b, w.path_b), 0);
    pushes(&w, w.b);
    assert_int_equal(search_remote(&w), 0);
    pulls(&w, w.a);
    has_the_rest(w.a, ids, 0);
    same_log(w.a, w.b);
    collect(&w);
    char path[120];
    mlops_store *c = open_at(path, &w, "c.mlops");
    pulls(&w, c);
    has_the_rest(c, ids, 0);
    same_log(w.a, c);
    mlops_store_close(c);
    is_sound(path);
    end(&w);
}

/* Pulling from a remote that has it still, with commits that came since, brings none of it. */
static void back(int is_folder) {
    world w;
    mlops_id ids[4];
    begin(&w, is_folder);
    fill(&w, ids);
    pushes(&w, w.a);
    pulls(&w, w.b);
    mlops_id own = commit_text(w.b, "data", NULL, "else", "else");
    pushes(&w, w.b);
    erase_all(w.a);
    pulls(&w, w.a);
    assert_int_equal(search_store(w.a, w.path_a), 0);
    has_the_rest(w.a, ids, 0);
    hex ref = hex_of(&own);
    char *csv = make_people(3, 0);
    reads_text(w.a, "data", ref.text, "people.csv", csv);
    free(csv);
    reads_text(w.a, "data", ref.text, "else", "else");
    pushes(&w, w.a);
    pulls(&w, w.b);
    finish(w.b);
    same_log(w.a, w.b);
    collect(&w);
    assert_int_equal(search_remote(&w) + search_store(w.b, w.path_b), 0);
    has_the_rest(w.b, ids, 0);
    end(&w);
}

static void reads_erased(mlops_store *s, const mlops_id *id, const char *path) {
    mlops_error e;
    size_t n;
    hex ref = hex_of(id);
    refused(mlops_dataset_read(s, "data", ref.text, path, NULL, 0, &n, &e), &e, MLOPS_E_ERASED,
            "request 4711");
}

/* A store that knows what was erased, since another dataset told it, and has nothing of it: what
 * the remote keeps as changes to erased content, or beside it, comes by itself; what stands in is
 * not known before somebody who knows it has pushed. */
static void lean(int is_folder) {
    world w;
    mlops_id ids[4];
    mlops_error e;
    begin(&w, is_folder);
    fill(&w, ids);
    pushes(&w, w.a);
    commit_text(w.a, "other", NULL, "x", "1");
    erase_all(w.a);
    mlops_share *first = w.share, *second;
    works(mlops_share_memory(&second, NULL, &e), &e);
    works(mlops_dataset_push(w.a, mlops_share_remote(second), "other", NULL, NULL, &e), &e);
    works(mlops_dataset_pull(w.b, mlops_share_remote(second), "other", NULL, NULL, &e), &e);
    n_erasures(w.b, 3, 3);
    pulls(&w, w.b);
    assert_int_equal(search_store(w.b, w.path_b), 0);
    for (int i = 0; i < 3; i++) reads_erased(w.b, &ids[i], "people.csv");
    for (int i = 0; i < 4; i++) reads_erased(w.b, &ids[i], "s/7");
    char *csv = make_people(3, 0), file[8000], *got = read_text(w.b, "data", NULL, "s/8");
    reads_text(w.b, "data", NULL, "people.csv", csv);
    file[make_file(file, 8)] = 0;
    assert_string_equal(got, file);
    free(csv), free(got);
    w.share = second;
    pushes(&w, w.a);
    pulls(&w, w.b);
    has_the_rest(w.b, ids, 0);
    w.share = first;
    pushes(&w, w.b);
    collect(&w);
    assert_int_equal(search_remote(&w) + search_store(w.b, w.path_b), 0);
    pulls(&w, w.a);
    has_the_rest(w.a, ids, 0);
    mlops_share_close(second);
    end(&w);
}

static void test_fresh(void **state) { (void)state, fresh(0), fresh(1); }
static void test_later(void **state) { (void)state, later(0), later(1); }
static void test_back(void **state) { (void)state, back(0), back(1); }
static void test_lean(void **state) { (void)state, lean(0), lean(1); }

/* Has the remote's main lead elsewhere, from where it led until now. */
static void move_main(world *w, const mlops_id *to, const mlops_id *from) {
    mlops_error e;
    mlops_push_opts opts = MLOPS_PUSH_OPTS_INIT;
    hex ref = hex_of(to), was = hex_of(from);
    mlops_change *c = new_change(w->a);
    works(mlops_dataset_branch(c, "data", "main", ref.text, &e), &e);
    commit(c);
    mlops_change_free(c);
    opts.branches = "main";
    opts.expected = was.text;
    works(mlops_dataset_push(w->a, mlops_share_remote(w->share), "data", &opts, NULL, &e), &e);
}

/* What stands in for a tree goes from the remote together with it, and comes again with it. */
static void test_moved(void **state) {
    world w;
    char csv[100], path[120];
    (void)state;
    begin(&w, 0);
    mlops_id first = commit_text(w.a, "data", NULL, "t.csv", "name,x\nn1,1\n");
    snprintf(csv, sizeof csv, "name,x\n%s0,1\nn2,2\n", SECRETS[1]);
    mlops_id second = commit_text(w.a, "data", NULL, "t.csv", csv);
    pushes(&w, w.a);
    assert_int_equal(erase(w.a, NULL, "name").n_rows, 1);
    pushes(&w, w.a);
    move_main(&w, &first, &second);
    collect(&w);
    move_main(&w, &second, &first);
    collect(&w);
    mlops_store *c = open_at(path, &w, "c.mlops");
    pulls(&w, c);
    reads_text(c, "data", NULL, "t.csv", "name,x\nn2,2\n");
    reads_text(c, "data", hex_of(&first).text, "t.csv", "name,x\nn1,1\n");
    same_log(w.a, c);
    mlops_store_close(c);
    is_sound(path);
    end(&w);
}

/* ---- what a store has as garbage ---- */

static void commit_large(mlops_store *s, const char *dataset, const char *path, size_t n,
                         const char *word) {
    mlops_error e;
    uint8_t *bytes = make_blob(n, n, 0);
    mlops_change *c = new_change(s);
    mlops_draft *d = new_draft(c, dataset, NULL);
    memcpy(bytes, word, strlen(word));
    works(mlops_draft_add_bytes(d, path, bytes, n, &e), &e);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
    free(bytes);
}

static void drop_data(mlops_store *s) {
    mlops_error e;
    mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    mlops_change *c = new_change(s);
    works(mlops_dataset_drop(c, "data", "main", &e), &e);
    commit(c);
    mlops_change_free(c);
    opts.keep_ns = 1;
    mlops_status status = mlops_store_gc(s, &opts, NULL, &stat, &e);
    assert_int_equal(status, MLOPS_END);
    assert_int_equal(stat.n_dropped_commits, 1);
}

/* A clone has dropped and collected what is erased elsewhere then, and its bytes are in a pack that
 * stays: the erasure is done when these are gone, not before. */
static void test_garbage(void **state) {
    world w;
    mlops_error e;
    (void)state;
    begin(&w, 0);
    const mlops_remote *r = mlops_share_remote(w.share);
    commit_large(w.a, "data", "x", 100 * KIB, SECRETS[0]);
    commit_large(w.a, "other", "y", 900 * KIB, "what stays");
    pushes(&w, w.a);
    works(mlops_dataset_push(w.a, r, "other", NULL, NULL, &e), &e);
    pulls(&w, w.b);
    works(mlops_dataset_pull(w.b, r, "other", NULL, NULL, &e), &e);
    drop_data(w.b);
    assert_true(search_store(w.b, w.path_b) > 0);
    assert_int_equal(erase(w.a, "x", NULL).n_files, 1);
    works(mlops_dataset_push(w.a, r, "other", NULL, NULL, &e), &e);
    works(mlops_dataset_pull(w.b, r, "other", NULL, NULL, &e), &e);
    n_erasures(w.b, 1, 0);
    finish(w.b);
    n_erasures(w.b, 1, 1);
    assert_int_equal(search_store(w.b, w.path_b), 0);
    char *x = read_text(w.a, "other", NULL, "y"), *y = read_text(w.b, "other", NULL, "y");
    assert_memory_equal(x, y, 900 * KIB);
    free(x), free(y);
    end(&w);
}

/* ---- what changes say that cells were ---- */

enum { CELLS = 20000, CHANGED = 700, HERS = 777, UNCHANGED = 900 };

/* Of a table that has her, in the first version only, in the midst of rows that change. */
static char *make_cells(int version, int person) {
    char *out = malloc(CELLS * 60), *at = out;
    assert_non_null(out);
    at += sprintf(at, "id,v,w\n");
    for (int i = 0; i < CELLS; i++) {
        int changed = version && i >= CHANGED && i < UNCHANGED;
        if (i == HERS && !version && !person) continue;
        if (i == HERS && !version) at += sprintf(at, "%d,%d,%s0\n", i, i % 9, SECRETS[1]);
        else at += sprintf(at, "%d,%d,%s%d\n", i, i % 9, changed ? "c" : "w", i * 7 % 500);
    }
    return out;
}

static mlops_id commit_cells(mlops_store *s, const world *w, int version) {
    mlops_change *c = new_change(s);
    mlops_draft *d = new_draft(c, "data", NULL);
    char *csv = make_cells(version, 1);
    add_people(d, w, "t.csv", csv);
    free(csv);
    mlops_id id = end_draft(d);
    commit(c);
    mlops_change_free(c);
    return id;
}

static void reads_cells(mlops_store *s, const mlops_id ids[2]) {
    for (int v = 0; v < 2; v++) {
        char *csv = make_cells(v, 0);
        reads_text(s, "data", hex_of(&ids[v]).text, "t.csv", csv);
        free(csv);
    }
}

/* The version that does not have her any more came with what stays, and its changes tell what they
 * have changed. */
static void told(int is_folder) {
    world w;
    mlops_id ids[2];
    begin(&w, is_folder);
    ids[0] = commit_cells(w.a, &w, 0);
    pushes(&w, w.a);
    ids[1] = commit_cells(w.a, &w, 1);
    commit_large(w.a, "data", "keep", 200 * KIB, "what stays");
    pushes(&w, w.a);
    pulls(&w, w.b);
    assert_int_equal(search_remote(&w), 2);
    assert_int_equal(erase(w.a, NULL, "w").n_rows, 1);
    assert_int_equal(search_store(w.a, w.path_a), 0);
    pushes(&w, w.a);
    collect(&w);
    assert_int_equal(search_remote(&w), 0);
    pulls(&w, w.b);
    finish(w.b);
    assert_int_equal(search_store(w.b, w.path_b), 0);
    char path[120], *x = read_text(w.a, "data", NULL, "keep");
    mlops_store *c = open_at(path, &w, "c.mlops");
    pulls(&w, c);
    assert_int_equal(search_store(c, path), 0);
    mlops_store *all[3] = {w.a, w.b, c};
    for (int i = 0; i < 3; i++) {
        char *y = read_text(all[i], "data", NULL, "keep");
        assert_memory_equal(x, y, 200 * KIB);
        free(y);
        reads_cells(all[i], ids);
    }
    free(x);
    mlops_store_close(c);
    is_sound(path);
    end(&w);
}

static void test_told(void **state) { (void)state, told(0), told(1); }

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fresh), cmocka_unit_test(test_later), cmocka_unit_test(test_back),
        cmocka_unit_test(test_lean),  cmocka_unit_test(test_moved), cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_told),
    };
    return cmocka_run_group_tests_name("transfer_erase", tests, NULL, NULL);
}
