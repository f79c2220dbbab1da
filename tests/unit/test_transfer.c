/* Datasets that travel: push, pull, what is refused, what goes on after it was cut short. */
#define _GNU_SOURCE
#include "unit/help_version.h"

#include "store/record.h"
#include "unit/help_dataset.h"

typedef struct world {
    place a, b;
    mlops_store *from, *to;
    mlops_share *share;
    const mlops_remote *r;
} world;

static void begin_world(world *w, const mlops_share_opts *opts) {
    mlops_error e;
    make_place(&w->a);
    make_place(&w->b);
    w->from = open_file(&w->a);
    w->to = open_file(&w->b);
    works(mlops_share_memory(&w->share, opts, &e), &e);
    w->r = mlops_share_remote(w->share);
}

static void end_world(world *w) {
    mlops_store_close(w->from);
    mlops_store_close(w->to);
    assert_int_equal(n_faults(&w->a, NULL), 0);
    assert_int_equal(n_faults(&w->b, NULL), 0);
    mlops_share_close(w->share);
    remove_place(&w->a);
    remove_place(&w->b);
}

static mlops_transfer push_all(mlops_store *s, const mlops_remote *r) {
    mlops_error e;
    mlops_transfer t = MLOPS_TRANSFER_INIT;
    works(mlops_dataset_push(s, r, "data", NULL, &t, &e), &e);
    return t;
}

static mlops_transfer pull_all(mlops_store *s, const mlops_remote *r) {
    mlops_error e;
    mlops_transfer t = MLOPS_TRANSFER_INIT;
    works(mlops_dataset_pull(s, r, "data", NULL, &t, &e), &e);
    return t;
}

static void add_blob(mlops_draft *d, const char *path, const uint8_t *bytes, size_t n) {
    mlops_error e;
    works(mlops_draft_add_bytes(d, path, bytes, n, &e), &e);
}

static mlops_id commit_blob(mlops_store *s, const char *path, const version *v) {
    mlops_change *c = new_change(s);
    mlops_draft *d = new_draft(c, "data", NULL);
    add_blob(d, path, v->bytes, v->n);
    mlops_id id = end_draft(d);
    commit(c);
    mlops_change_free(c);
    return id;
}

static void same_blob(mlops_store *s, const mlops_id *at, const char *path, const version *v) {
    size_t n = 0;
    mlops_error e;
    uint8_t *got = malloc(v->n + 1);
    assert_non_null(got);
    works(mlops_dataset_read(s, "data", hex_of(at).text, path, got, v->n, &n, &e), &e);
    assert_int_equal(n, v->n);
    assert_memory_equal(got, v->bytes, n);
    free(got);
}

/* Everything that can be said of a commit is the same here and there. */
static void same_commit(mlops_store *a, mlops_store *b, const char *ref) {
    mlops_error e;
    size_t n = 0, m = 0;
    works(mlops_dataset_describe(a, "data", ref, NULL, 0, &n, &e), &e);
    char *x = malloc(n + 1), *y = malloc(n + 1);
    works(mlops_dataset_describe(a, "data", ref, x, n + 1, &n, &e), &e);
    works(mlops_dataset_describe(b, "data", ref, y, n + 1, &m, &e), &e);
    assert_string_equal(x, y);
    free(x), free(y);
}

/* ---- versions ---- */

static void test_history(void **state) {
    world w;
    version v[6];
    mlops_id id[6];
    (void)state;
    begin_world(&w, NULL);
    v[0] = make_lines(SMALL);
    for (int i = 1; i < 6; i++) v[i] = edit_lines(&v[i - 1], 40);
    for (int i = 0; i < 3; i++) id[i] = commit_blob(w.from, "t.csv", &v[i]);
    commit_text(w.from, "data", "dev", "notes", "short");
    mlops_transfer sent = push_all(w.from, w.r);
    assert_int_equal(sent.n_commits, 4);
    assert_int_equal(sent.n_refs, 2);
    mlops_transfer got = pull_all(w.to, w.r);
    assert_int_equal(got.n_commits, 4);
    assert_int_equal(got.n_refs, 2);
    for (int i = 0; i < 3; i++) same_blob(w.to, &id[i], "t.csv", &v[i]);
    same_commit(w.from, w.to, "main");
    same_commit(w.from, w.to, "dev");
    reads_text(w.to, "data", "dev", "notes", "short");
    for (int i = 3; i < 6; i++) id[i] = commit_blob(w.from, "t.csv", &v[i]);
    int64_t before = sent.bytes;
    sent = push_all(w.from, w.r);
    assert_int_equal(sent.n_commits, 3);
    assert_true(sent.bytes < before / 3); /* changes travel, not versions */
    got = pull_all(w.to, w.r);
    assert_int_equal(got.n_commits, 3);
    for (int i = 0; i < 6; i++) same_blob(w.to, &id[i], "t.csv", &v[i]);
    sent = push_all(w.from, w.r);
    assert_int_equal(sent.n_commits + sent.n_contents + sent.n_refs, 0);
    got = pull_all(w.to, w.r);
    assert_int_equal(got.n_commits + got.n_contents + got.n_refs, 0);
    /* and back again */
    version next = edit_lines(&v[5], 10);
    mlops_id last = commit_blob(w.to, "t.csv", &next);
    push_all(w.to, w.r);
    pull_all(w.from, w.r);
    same_blob(w.from, &last, "t.csv", &next);
    free(next.bytes);
    free_all(v, 6);
    end_world(&w);
}

/* ---- kept in another way here than there ---- */

static version edit_blob(const version *v, int k) {
    version out = {malloc(v->n), v->n, {{0}}};
    assert_non_null(out.bytes);
    memcpy(out.bytes, v->bytes, v->n);
    for (size_t i = 0; i < 20; i++) out.bytes[(i * 7919 + (size_t)k * 131) % v->n] ^= 0x55;
    return out;
}

/* One store came to a version by others, the other one has it alone, and goes on from it. */
static void travels(version v[6]) {
    world w;
    begin_world(&w, NULL);
    for (int i = 0; i < 5; i++) {
        mlops_change *c = new_change(w.to);
        mlops_draft *d = new_draft(c, "other", NULL);
        add_blob(d, "t", v[i].bytes, v[i].n);
        end_draft(d);
        commit(c);
        mlops_change_free(c);
    }
    mlops_id x = commit_blob(w.from, "t", &v[4]), y = commit_blob(w.from, "t", &v[5]);
    push_all(w.from, w.r);
    pull_all(w.to, w.r);
    same_blob(w.to, &x, "t", &v[4]);
    same_blob(w.to, &y, "t", &v[5]);
    mlops_id z = commit_blob(w.to, "t", &v[0]);
    push_all(w.to, w.r);
    pull_all(w.from, w.r);
    same_blob(w.from, &z, "t", &v[0]);
    end_world(&w);
}

static void test_other_ways(void **state) {
    version v[6];
    (void)state;
    v[0] = make_lines(SMALL);
    for (int i = 1; i < 6; i++) v[i] = edit_lines(&v[i - 1], 20);
    travels(v);
    free_all(v, 6);
    v[0] = (version){make_blob(SMALL, 4, 0), SMALL, {{0}}};
    for (int i = 1; i < 6; i++) v[i] = edit_blob(&v[i - 1], i);
    travels(v);
    free_all(v, 6);
}

/* A base that nobody asked for stays at home: what is kept as changes to it goes whole. */
static void test_base_stays(void **state) {
    world w;
    version v = {make_blob(SMALL, 8, 0), SMALL, {{0}}}, next = edit_blob(&v, 3);
    mlops_error e;
    mlops_push_opts opts = MLOPS_PUSH_OPTS_INIT;
    mlops_draft_opts draft = MLOPS_DRAFT_OPTS_INIT;
    mlops_transfer t = MLOPS_TRANSFER_INIT;
    (void)state;
    begin_world(&w, NULL);
    keep_like(w.from, &v, NULL);
    keep_like(w.from, &next, &v.id); /* as changes to what no dataset has */
    mlops_change *c = new_change(w.from);
    mlops_draft *d;
    works(mlops_draft_new(&d, c, "data", &draft, &e), &e);
    add_blob(d, "t", next.bytes, next.n);
    mlops_id at = end_draft(d);
    commit(c);
    mlops_change_free(c);
    works(mlops_dataset_push(w.from, w.r, "data", &opts, &t, &e), &e);
    pull_all(w.to, w.r);
    same_blob(w.to, &at, "t", &next);
    assert_int_equal(reads(w.to, &v.id, v.bytes, v.n), MLOPS_E_NOT_FOUND);
    free(v.bytes), free(next.bytes);
    end_world(&w);
}

/* ---- damage ---- */

/* Whatever byte of a remote is another one, nothing wrong comes of it. */
static void test_damage(void **state) {
    place r;
    mlops_share *share;
    mlops_error e;
    int n_refused = 0;
    (void)state;
    make_place(&r);
    works(mlops_share_directory(&share, r.path, NULL, &e), &e);
    place a;
    make_place(&a);
    mlops_store *from = open_file(&a);
    version v = make_lines(30 * KIB);
    mlops_id at = commit_blob(from, "t.csv", &v);
    commit_text(from, "data", "dev", "s", "short");
    push_all(from, mlops_share_remote(share));
    mlops_store_close(from);
    shell("cd '%s' && ls objects/* heads/* > list", r.path);
    FILE *list = fopen(inside(&r, "list"), "r");
    char name[300];
    assert_non_null(list);
    while (fgets(name, sizeof name, list)) {
        name[strcspn(name, "\n")] = 0;
        char file[400];
        snprintf(file, sizeof file, "%s/%s", r.path, name);
        for (int64_t i = 0, size = size_of(file); i < 12; i++) {
            int64_t where = size * i / 12;
            size_t n;
            uint8_t *bytes = file_bytes(file, &n);
            spoil(file, where);
            place b;
            make_place(&b);
            mlops_store *to = open_file(&b);
            mlops_status got =
                mlops_dataset_pull(to, mlops_share_remote(share), "data", NULL, NULL, &e);
            n_refused += got != MLOPS_OK;
            if (got && got != MLOPS_E_CORRUPT && got != MLOPS_E_NOT_FOUND &&
                got != MLOPS_E_UNSUPPORTED)
                fail_msg("%s at %d: %s", name, (int)where, e.message);
            if (!got) same_blob(to, &at, "t.csv", &v);
            set_bytes(file, where, bytes + where, 1);
            works(mlops_dataset_pull(to, mlops_share_remote(share), "data", NULL, NULL, &e), &e);
            same_blob(to, &at, "t.csv", &v);
            mlops_store_close(to);
            assert_int_equal(n_faults(&b, NULL), 0);
            remove_place(&b);
            free(bytes);
        }
    }
    fclose(list);
    assert_true(n_refused > 20);
    mlops_share_close(share);
    free(v.bytes);
    remove_place(&a);
    remove_place(&r);
}

/* ---- how many requests ---- */

static void commit_many(mlops_store *s, int n, int size) {
    mlops_change *c = new_change(s);
    mlops_draft *d = new_draft(c, "data", NULL);
    for (int i = 0; i < n; i++) {
        char path[40];
        uint8_t *bytes = make_blob((size_t)(size + i % 7), (uint64_t)i + 1, 0);
        snprintf(path, sizeof path, "d%02d/f%05d", i % 50, i);
        add_blob(d, path, bytes, (size_t)(size + i % 7));
        free(bytes);
    }
    end_draft(d);
    commit(c);
    mlops_change_free(c);
}

static void test_many_files(void **state) {
    world w;
    (void)state;
    begin_world(&w, NULL);
    commit_many(w.from, 10000, 300);
    mlops_transfer sent = push_all(w.from, w.r);
    assert_true(sent.n_contents >= 10000);
    assert_true(sent.n_requests <= 12);
    mlops_transfer got = pull_all(w.to, w.r);
    assert_true(got.n_requests <= 32); /* of bytes, not of files: recipes of parts are some */
    mlops_error e;
    works(mlops_remote_gc(w.r, NULL, NULL, &e), &e); /* which reads the tree */
    same_commit(w.from, w.to, "main");
    end_world(&w);
}

/* ---- trees that are kept as changes ---- */

/* One commit of many small files, and others that change one file each. */
static void commit_changes(mlops_store *s, mlops_id *ids, int n) {
    commit_many(s, 1500, 60);
    ids[0] = resolve(s, "data", NULL);
    for (int i = 1; i < n; i++) {
        char path[40], bytes[40];
        snprintf(path, sizeof path, "d%02d/f%05d", i, 150 * i + i);
        snprintf(bytes, sizeof bytes, "changed by commit %d", i);
        ids[i] = commit_text(s, "data", NULL, path, bytes);
    }
}

static mlops_table *entries_of(mlops_store *s, const mlops_id *at) {
    mlops_table *t;
    mlops_error e;
    works(mlops_dataset_entries(&t, s, "data", hex_of(at).text, &e), &e);
    return t;
}

/* The entries of a commit are the same here and there, and so are the bytes of each. */
static void same_entries(mlops_store *a, mlops_store *b, const mlops_id *at) {
    mlops_table *t = entries_of(a, at);
    mlops_error e;
    int64_t column = mlops_table_find(t, "id");
    char hex[65], x[200], y[200];
    assert_int_equal(mlops_table_n_rows(t), 1500);
    for (int64_t i = 0; i < 1500; i++) {
        mlops_id id;
        size_t n, m;
        works(mlops_table_text(t, column, i, hex, sizeof hex, NULL), &e);
        assert_true(mlops__id_parse(&id, hex));
        works(mlops_store_content(a, &id, x, sizeof x, &n, &e), &e);
        works(mlops_store_content(b, &id, y, sizeof y, &m, &e), &e);
        assert_int_equal(n, m);
        assert_memory_equal(x, y, n);
    }
    char *want = show(t);
    shows(entries_of(b, at), want);
    free(want);
}

/* The trees of all but one commit are kept as changes to another one, whose content is needed no
 * less: gc leaves it. */
static void test_gc_of_changes(void **state) {
    enum { N = 8 };
    world w;
    mlops_id ids[N];
    mlops_error e;
    (void)state;
    begin_world(&w, NULL);
    commit_changes(w.from, ids, N);
    push_all(w.from, w.r);
    works(mlops_remote_gc(w.r, NULL, NULL, &e), &e);
    pull_all(w.to, w.r);
    for (int i = 0; i < N; i++) same_entries(w.from, w.to, &ids[i]);
    end_world(&w);
}

/* ---- conflicts ---- */

static void test_conflict(void **state) {
    world w;
    mlops_error e;
    mlops_push_opts force = MLOPS_PUSH_OPTS_INIT;
    mlops_pull_opts pull = MLOPS_PULL_OPTS_INIT;
    (void)state;
    begin_world(&w, NULL);
    commit_text(w.from, "data", NULL, "a", "one");
    push_all(w.from, w.r);
    pull_all(w.to, w.r);
    mlops_id ours = commit_text(w.from, "data", NULL, "a", "two");
    mlops_id theirs = commit_text(w.to, "data", NULL, "a", "three");
    push_all(w.from, w.r);
    refused(mlops_dataset_push(w.to, w.r, "data", NULL, NULL, &e), &e, MLOPS_E_CONFLICT,
            hex_of(&ours).text);
    refused(mlops_dataset_pull(w.to, w.r, "data", NULL, NULL, &e), &e, MLOPS_E_CONFLICT, "apart");
    pull.prefix = "origin/";
    works(mlops_dataset_pull(w.to, w.r, "data", &pull, NULL, &e), &e);
    mlops_id at = resolve(w.to, "data", "origin/main");
    same_id(&at, &ours);
    force.expected = hex_of(&theirs).text;
    force.branches = "main";
    hex text = hex_of(&theirs);
    force.expected = text.text;
    refused(mlops_dataset_push(w.to, w.r, "data", &force, NULL, &e), &e, MLOPS_E_CONFLICT,
            "expected");
    text = hex_of(&ours);
    works(mlops_dataset_push(w.to, w.r, "data", &force, NULL, &e), &e);
    refused(mlops_dataset_pull(w.from, w.r, "data", NULL, NULL, &e), &e, MLOPS_E_CONFLICT, "apart");
    pull.prefix = NULL;
    pull.flags = MLOPS_PULL_FORCE;
    works(mlops_dataset_pull(w.from, w.r, "data", &pull, NULL, &e), &e);
    at = resolve(w.from, "data", NULL);
    same_id(&at, &theirs);
    reads_text(w.from, "data", NULL, "a", "three");
    end_world(&w);
}

/* ---- in part ---- */

static void test_shallow(void **state) {
    world w;
    mlops_error e;
    mlops_table *t;
    mlops_id id[5];
    mlops_pull_opts opts = MLOPS_PULL_OPTS_INIT;
    (void)state;
    begin_world(&w, NULL);
    for (int i = 0; i < 5; i++) {
        char text[8];
        snprintf(text, sizeof text, "v%d", i);
        id[i] = commit_text(w.from, "data", NULL, "a", text);
    }
    push_all(w.from, w.r);
    opts.depth = 2;
    works(mlops_dataset_pull(w.to, w.r, "data", &opts, NULL, &e), &e);
    reads_text(w.to, "data", NULL, "a", "v4");
    reads_text(w.to, "data", hex_of(&id[3]).text, "a", "v3");
    works(mlops_dataset_log(&t, w.to, "data", NULL, 100, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 2);
    mlops_table_unref(t);
    hex third = hex_of(&id[3]);
    refused(mlops_dataset_diff(&t, w.to, "data", NULL, third.text, &e), &e, MLOPS_E_NOT_FOUND,
            "shallow");
    /* it goes on from there, and back to where it came from; not to an empty remote */
    commit_text(w.to, "data", NULL, "a", "v5");
    push_all(w.to, w.r);
    mlops_share *empty;
    works(mlops_share_memory(&empty, NULL, &e), &e);
    refused(mlops_dataset_push(w.to, mlops_share_remote(empty), "data", NULL, NULL, &e), &e,
            MLOPS_E_NOT_FOUND, "shallow");
    pull_all(w.from, w.r);
    reads_text(w.from, "data", NULL, "a", "v5");
    pull_all(w.to, w.r); /* now all of it */
    works(mlops_dataset_log(&t, w.to, "data", NULL, 100, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 6);
    mlops_table_unref(t);
    reads_text(w.to, "data", hex_of(&id[0]).text, "a", "v0");
    works(mlops_dataset_push(w.to, mlops_share_remote(empty), "data", NULL, NULL, &e), &e);
    mlops_share_close(empty);
    end_world(&w);
}

static void test_paths(void **state) {
    world w;
    mlops_error e;
    mlops_table *t;
    size_t n;
    mlops_pull_opts opts = MLOPS_PULL_OPTS_INIT;
    version big = make_lines(SMALL);
    (void)state;
    begin_world(&w, NULL);
    commit_blob(w.from, "big.csv", &big);
    commit_text(w.from, "data", NULL, "docs/a", "one");
    commit_text(w.from, "data", NULL, "docs/b", "two");
    push_all(w.from, w.r);
    opts.paths = "docs/*";
    works(mlops_dataset_pull(w.to, w.r, "data", &opts, NULL, &e), &e);
    reads_text(w.to, "data", NULL, "docs/b", "two");
    refused(mlops_dataset_read(w.to, "data", NULL, "big.csv", NULL, 0, &n, &e), &e,
            MLOPS_E_NOT_FOUND, "not pulled");
    works(mlops_dataset_entries(&t, w.to, "data", NULL, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 3);
    mlops_table_unref(t);
    commit_text(w.to, "data", NULL, "docs/c", "three");
    push_all(w.to, w.r);
    pull_all(w.to, w.r);
    mlops_id at = resolve(w.to, "data", NULL);
    same_blob(w.to, &at, "big.csv", &big);
    pull_all(w.from, w.r);
    same_commit(w.from, w.to, NULL);
    free(big.bytes);
    end_world(&w);
}

/* ---- cut short ---- */

static void test_resume(void **state) {
    world w;
    mlops_error e;
    mlops_share_opts busy = MLOPS_SHARE_OPTS_INIT;
    mlops_push_opts opts = MLOPS_PUSH_OPTS_INIT;
    mlops_transfer t = MLOPS_TRANSFER_INIT;
    version v = {make_blob(4 * MIB, 9, 0), 4 * MIB, {{0}}};
    (void)state;
    busy.busy_from = 14; /* then it is down for a while */
    busy.busy_calls = 8;
    begin_world(&w, &busy);
    commit_blob(w.from, "blob", &v);
    opts.object_bytes = 512 * KIB;
    refused(mlops_dataset_push(w.from, w.r, "data", &opts, &t, &e), &e, MLOPS_E_BUSY, "busy");
    int64_t first = t.bytes;
    assert_true(first > MIB);
    works(mlops_dataset_push(w.from, w.r, "data", &opts, &t, &e), &e);
    assert_true(first + t.bytes < 5 * (int64_t)MIB);
    mlops_share_opts calm = MLOPS_SHARE_OPTS_INIT;
    (void)calm;
    pull_all(w.to, w.r);
    mlops_id at = resolve(w.to, "data", NULL);
    same_blob(w.to, &at, "blob", &v);
    free(v.bytes);
    end_world(&w);
}

/* ---- while others push ---- */

/* Whoever pushes a branch after each read of what is swapped. */
static struct {
    mlops_status (*read)(void *ctx, const char *name, int64_t offset, void *bytes, size_t n,
                         int64_t deadline_ns, size_t *n_read, mlops_error *err);
    world *w;
    int n, is_at_it;
} rival;

static mlops_status read_with_rival(void *ctx, const char *name, int64_t offset, void *bytes,
                                    size_t n, int64_t deadline_ns, size_t *n_read,
                                    mlops_error *err) {
    mlops_status status = rival.read(ctx, name, offset, bytes, n, deadline_ns, n_read, err);
    if (strncmp(name, "heads/", 6) != 0 || rival.is_at_it || rival.n == 40) return status;
    char branch[16];
    rival.is_at_it = 1;
    snprintf(branch, sizeof branch, "b%d", rival.n++);
    commit_text(rival.w->from, "data", branch, "notes", branch);
    push_all(rival.w->from, rival.w->r);
    rival.is_at_it = 0;
    return status;
}

static void test_pull_while_pushed(void **state) {
    world w;
    mlops_error e;
    (void)state;
    begin_world(&w, NULL);
    commit_text(w.from, "data", NULL, "notes", "first");
    push_all(w.from, w.r);
    mlops_remote busy = *w.r;
    rival.read = busy.read, rival.w = &w, rival.n = 0;
    busy.read = read_with_rival;
    for (int i = 0; i < 4; i++) {
        works(mlops_dataset_pull(w.to, &busy, "data", NULL, NULL, &e), &e);
        reads_text(w.to, "data", NULL, "notes", "first");
    }
    assert_true(rival.n > 3);
    rival.n = 40;
    pull_all(w.to, &busy);
    same_commit(w.from, w.to, "b3");
    end_world(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_history),
        cmocka_unit_test(test_many_files),
        cmocka_unit_test(test_conflict),
        cmocka_unit_test(test_shallow),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_resume),
        cmocka_unit_test(test_other_ways),
        cmocka_unit_test(test_base_stays),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_gc_of_changes),
        cmocka_unit_test(test_pull_while_pushed),
    };
    return cmocka_run_group_tests_name("transfer", tests, NULL, NULL);
}
