/* Every kind of content, and everything that a dataset has, on its way over a remote: it arrives as
 * it was, kept as it was kept; whole, shallow and in part; and from there on again. */
#define _GNU_SOURCE
#include "unit/help_version.h"

#include "base/hex.h"
#include "dataset/dataset.h"
#include "unit/help_dataset.h"

enum { FILES = 60 };

typedef struct home {
    place p;
    mlops_store *s;
} home;

static void begin_home(home *h) {
    make_place(&h->p);
    h->s = open_file(&h->p);
}

static void end_home(home *h) {
    mlops_store_close(h->s);
    assert_int_equal(n_faults(&h->p, NULL), 0);
    remove_place(&h->p);
}

/* How content is kept: the codec of its recipe. */
static int codec_of(mlops_store *s, const char *digits) {
    mlops__index index;
    mlops_error e;
    mlops__location at;
    uint8_t id[32];
    assert_true(mlops__hex_parse(id, digits, sizeof id));
    works(mlops__store_read_begin(s, &index, &e), &e);
    works(mlops__content_find(&index, MLOPS__TABLE_OBJECTS, (mlops__bytes){id, 32}, &at, &e), &e);
    mlops__store_read_end(&index);
    assert_true(at.place.pack > 0);
    return (int)at.size;
}

/* Of an entry: its name at a commit. */
static void digits_of(mlops_store *s, const char *ref, const char *path, char out[65]) {
    mlops_table *t;
    mlops_error e;
    char name[300];
    *out = 0;
    works(mlops_dataset_entries(&t, s, "data", ref, &e), &e);
    int64_t path_at = mlops_table_find(t, "path"), id_at = mlops_table_find(t, "id");
    for (int64_t i = 0; i < mlops_table_n_rows(t); i++) {
        mlops_table_text(t, path_at, i, name, sizeof name, NULL);
        if (!strcmp(name, path)) mlops_table_text(t, id_at, i, out, 65, NULL);
    }
    mlops_table_unref(t);
    assert_int_equal(strlen(out), 64);
}

static int kept_as(mlops_store *s, const char *ref, const char *path) {
    char digits[65];
    digits_of(s, ref, path, digits);
    return codec_of(s, digits);
}

/* ---- a dataset that has one of each ---- */

static void make_folder(const place *p) {
    for (int i = 0; i < FILES; i++) {
        char path[200];
        uint8_t *bytes = make_blob(3000 + (size_t)i * 17, (uint64_t)i + 3, 0);
        snprintf(path, sizeof path, "%s/in/f%02d", p->dir, i);
        set_file(path, bytes, 3000 + (size_t)i * 17);
        free(bytes);
    }
}

static char *make_csv(int n) {
    char *out = malloc((size_t)n * 40 + 100), *at = out;
    assert_non_null(out);
    at += sprintf(at, "id,amount,fraud\n");
    for (int i = 0; i < n; i++)
        at += sprintf(at, "%d,%d.%02d,%d\n", i, (int)(draw() % 900), (int)(draw() % 100),
                      (int)(draw() % 3 == 0));
    return out;
}

static void add_csv(mlops_draft *d, const place *p, int n) {
    mlops_error e;
    char path[200], *csv = make_csv(n);
    mlops_draft_table_opts columns = MLOPS_DRAFT_TABLE_OPTS_INIT;
    mlops_split_opts split = MLOPS_SPLIT_OPTS_INIT;
    mlops_divide_opts parts = MLOPS_DIVIDE_OPTS_INIT;
    snprintf(path, sizeof path, "%s/t.csv", p->dir);
    set_file(path, csv, strlen(csv));
    columns.target = "fraud";
    columns.row_id = "id";
    split.kind = MLOPS_SPLIT_STRATIFIED;
    works(mlops_draft_add_csv(d, "t.csv", path, &columns, &e), &e);
    works(mlops_draft_split(d, "t.csv", &split, &e), &e);
    works(mlops_draft_divide(d, "t.csv", &parts, &e), &e);
    mlops_table *t = parse_csv(csv);
    works(mlops_draft_add_table(d, "table", t, NULL, &e), &e);
    mlops_table_unref(t);
    free(csv);
}

static void expect(mlops_change *c, const char *path, const char *text) {
    mlops_error e;
    mlops_expectations *x;
    works(mlops_expectations_parse(&x, text, NULL, &e), &e);
    works(mlops_dataset_expect(c, "data", path, x, &e), &e);
    mlops_expectations_unref(x);
}

/* Two commits, the second of which is kept as changes to the first, with a reason where it breaks
 * what is expected. */
static void fill(home *h) {
    mlops_error e;
    char folder[200];
    version rows, blob;
    snprintf(folder, sizeof folder, "%s/in", h->p.dir);
    shell("mkdir '%s'", folder);
    make_folder(&h->p);
    between = ',';
    rows = make_lines(SMALL);
    blob = (version){make_blob(SMALL, 9, 0), SMALL, {{0}}};
    mlops_change *c = new_change(h->s);
    expect(c, "t.csv", "unique(id)\namount >= 0\n");
    expect(c, "none.csv", "unique(id)\n");
    for (int i = 0; i < 2; i++) {
        mlops_draft_opts why = MLOPS_DRAFT_OPTS_INIT;
        mlops_draft *d;
        why.message = i ? "second" : "first";
        why.author = "ada";
        why.metadata = "{\"k\":[1,2]}";
        works(mlops_draft_new(&d, c, "data", &why, &e), &e);
        if (i == 0) works(mlops_draft_add_folder(d, "files", folder, NULL, NULL, &e), &e);
        works(mlops_draft_add_bytes(d, "rows", rows.bytes, rows.n, &e), &e);
        works(mlops_draft_add_bytes(d, "blob", blob.bytes, blob.n, &e), &e);
        if (i == 0) add_csv(d, &h->p, 900);
        if (i == 0) add_text(d, "note", "short");
        end_draft(d);
        commit(c);
        version next = edit_lines(&rows, 30);
        free(rows.bytes);
        rows = next;
        for (size_t k = 0; k < 9; k++) blob.bytes[k * 30011] ^= 1;
    }
    expect(c, "t.csv", "amount < 1\n");
    mlops_draft *d = new_draft(c, "data", "dev");
    add_csv(d, &h->p, 100);
    works(mlops_draft_override(d, "as it came", &e), &e);
    end_draft(d);
    works(mlops_dataset_tag(c, "data", "may", "main", &e), &e);
    commit(c);
    mlops_change_free(c);
    free(rows.bytes);
    free(blob.bytes);
    between = '/';
}

/* ---- the same here and there ---- */

static void same_bytes(mlops_store *a, mlops_store *b, const char *ref, const char *path) {
    size_t n = 0, m = 0;
    mlops_error e;
    works(mlops_dataset_read(a, "data", ref, path, NULL, 0, &n, &e), &e);
    uint8_t *x = malloc(n + 1), *y = malloc(n + 1);
    works(mlops_dataset_read(a, "data", ref, path, x, n, &n, &e), &e);
    works(mlops_dataset_read(b, "data", ref, path, y, n, &m, &e), &e);
    assert_int_equal(n, m);
    assert_memory_equal(x, y, n);
    free(x), free(y);
}

static void same_shown(mlops_table *a, mlops_table *b) {
    char *x = show(a), *y = show(b);
    assert_string_equal(x, y);
    free(x), free(y);
}

static void same_version(mlops_store *a, mlops_store *b, const char *ref) {
    mlops_table *x, *y;
    mlops_error e;
    char path[300];
    works(mlops_dataset_entries(&x, a, "data", ref, &e), &e);
    works(mlops_dataset_entries(&y, b, "data", ref, &e), &e);
    for (int64_t i = 0; i < mlops_table_n_rows(x); i++) {
        mlops_table_text(x, mlops_table_find(x, "path"), i, path, sizeof path, NULL);
        same_bytes(a, b, ref, path);
    }
    same_shown(x, y);
    works(mlops_dataset_log(&x, a, "data", ref, 1, &e), &e);
    works(mlops_dataset_log(&y, b, "data", ref, 1, &e), &e);
    same_shown(x, y);
    static const char *const parts[] = {"train", "validation", "test"};
    for (int i = 0; i < 3; i++) {
        works(mlops_dataset_part(&x, a, "data", "main", "t.csv", parts[i], &e), &e);
        works(mlops_dataset_part(&y, b, "data", "main", "t.csv", parts[i], &e), &e);
        assert_true(mlops_table_n_rows(x) > 0);
        same_shown(x, y);
    }
    works(mlops_dataset_table(&x, a, "data", "main", "t.csv", MLOPS_PART_HELD_OUT, &e), &e);
    works(mlops_dataset_table(&y, b, "data", "main", "t.csv", MLOPS_PART_HELD_OUT, &e), &e);
    same_shown(x, y);
    mlops_reference *r;
    works(mlops_dataset_reference(&r, b, "data", "main", "t.csv", &e), &e);
    mlops_reference_unref(r);
}

static void expects(mlops_store *s, const char *path, const char *want) {
    mlops_error e;
    mlops_expectations *x;
    works(mlops_dataset_expectations(&x, s, "data", path, &e), &e);
    assert_string_equal(mlops_expectations_text(x), want);
    mlops_expectations_unref(x);
}

static void same_dataset(mlops_store *a, mlops_store *b) {
    mlops_table *x, *y;
    mlops_error e;
    char id[65];
    works(mlops_dataset_refs(&x, a, "data", &e), &e);
    works(mlops_dataset_refs(&y, b, "data", &e), &e);
    same_shown(x, y);
    works(mlops_dataset_validations(&x, a, "data", &e), &e);
    works(mlops_dataset_validations(&y, b, "data", &e), &e);
    assert_int_equal(mlops_table_n_rows(x), 3);
    same_shown(x, y);
    same_version(a, b, "dev");
    same_version(a, b, "may");
    works(mlops_dataset_log(&x, a, "data", NULL, 10, &e), &e);
    for (int64_t i = 0; i < mlops_table_n_rows(x); i++) {
        mlops_table_text(x, mlops_table_find(x, "commit"), i, id, sizeof id, NULL);
        same_version(a, b, id);
    }
    mlops_table_unref(x);
    works(mlops_dataset_log(&x, a, "data", NULL, 10, &e), &e);
    works(mlops_dataset_log(&y, b, "data", NULL, 10, &e), &e);
    same_shown(x, y);
    expects(b, "t.csv", "amount < 1\n");
    expects(b, "none.csv", "unique(id)\n");
}

static void push(mlops_store *s, const mlops_share *share) {
    mlops_error e;
    works(mlops_dataset_push(s, mlops_share_remote(share), "data", NULL, NULL, &e), &e);
}

static void pull(mlops_store *s, const mlops_share *share, const mlops_pull_opts *opts) {
    mlops_error e;
    works(mlops_dataset_pull(s, mlops_share_remote(share), "data", opts, NULL, &e), &e);
}

static void collect(const mlops_share *share) {
    mlops_error e;
    works(mlops_remote_gc(mlops_share_remote(share), NULL, NULL, &e), &e);
}

/* ---- tests ---- */

static void test_all(void **state) {
    home a, b, c;
    mlops_share *share, *next;
    mlops_error e;
    (void)state;
    begin_home(&a), begin_home(&b), begin_home(&c);
    works(mlops_share_memory(&share, NULL, &e), &e);
    works(mlops_share_memory(&next, NULL, &e), &e);
    fill(&a);
    /* one of each */
    assert_int_equal(kept_as(a.s, "main", "files/f07"), MLOPS__PACK_PART);
    assert_int_equal(kept_as(a.s, "may", "rows"), MLOPS__PACK_ROWS_BASED);
    assert_int_equal(kept_as(a.s, "main", "blob"), MLOPS__PACK_BASED);
    assert_int_equal(kept_as(a.s, "main", "note"), MLOPS__PACK_PART);
    push(a.s, share);
    collect(share);
    pull(b.s, share, NULL);
    same_dataset(a.s, b.s);
    assert_int_equal(kept_as(b.s, "main", "files/f07"), MLOPS__PACK_PART);
    assert_int_equal(kept_as(b.s, "main", "rows"), MLOPS__PACK_ROWS_BASED);
    assert_int_equal(kept_as(b.s, "main", "blob"), MLOPS__PACK_BASED);
    push(b.s, next);
    pull(c.s, next, NULL);
    same_dataset(a.s, c.s);
    /* nothing is left to be sent */
    mlops_transfer t = MLOPS_TRANSFER_INIT;
    works(mlops_dataset_push(c.s, mlops_share_remote(share), "data", NULL, &t, &e), &e);
    assert_int_equal(t.n_commits + t.n_contents + t.n_refs, 0);
    mlops_share_close(share), mlops_share_close(next);
    end_home(&a), end_home(&b), end_home(&c);
}

/* The newest commit alone, with all that it is kept as changes to; then the rest. */
static void test_shallow(void **state) {
    home a, b;
    mlops_share *share;
    mlops_error e;
    mlops_pull_opts opts = MLOPS_PULL_OPTS_INIT;
    (void)state;
    begin_home(&a), begin_home(&b);
    works(mlops_share_memory(&share, NULL, &e), &e);
    fill(&a);
    push(a.s, share);
    opts.depth = 1;
    pull(b.s, share, &opts);
    same_version(a.s, b.s, "main");
    same_version(a.s, b.s, "dev");
    assert_int_equal(kept_as(b.s, "main", "rows"), MLOPS__PACK_ROWS_BASED);
    expects(b.s, "t.csv", "amount < 1\n");
    mlops_gc_opts all = MLOPS_GC_OPTS_INIT; /* which leaves it what it has */
    all.keep_ns = 1;
    while (mlops_store_gc(b.s, &all, NULL, NULL, &e) == MLOPS_OK) {
    }
    same_version(a.s, b.s, "main");
    pull(b.s, share, NULL);
    same_dataset(a.s, b.s);
    mlops_share_close(share);
    end_home(&a), end_home(&b);
}

static void test_paths(void **state) {
    static const char *const globs[] = {"files", "rows", "blob", "t.csv,table", "note"};
    static const char *const some[] = {"files/f33", "rows", "blob", "t.csv", "note"};
    home a, b;
    mlops_share *share;
    mlops_error e;
    mlops_pull_opts opts = MLOPS_PULL_OPTS_INIT;
    (void)state;
    begin_home(&a);
    works(mlops_share_memory(&share, NULL, &e), &e);
    fill(&a);
    push(a.s, share);
    for (size_t i = 0; i < 5; i++) {
        begin_home(&b);
        opts.paths = globs[i];
        opts.depth = i % 2;
        pull(b.s, share, &opts);
        for (size_t k = 0; k < 5; k++) {
            size_t n;
            if (k == i) same_bytes(a.s, b.s, "main", some[k]);
            else if (k < 4 || i != 4) /* what is small may have come along */
                refused(mlops_dataset_read(b.s, "data", "main", some[k], NULL, 0, &n, &e), &e,
                        MLOPS_E_NOT_FOUND, "not pulled");
        }
        pull(b.s, share, NULL);
        same_dataset(a.s, b.s);
        end_home(&b);
    }
    mlops_share_close(share);
    end_home(&a);
}

static void expect_nothing(mlops_store *s, const char *path) {
    mlops_error e;
    mlops_change *c = new_change(s);
    works(mlops_dataset_expect(c, "data", path, NULL, &e), &e);
    commit(c);
    mlops_change_free(c);
}

static void expects_nothing(mlops_store *s, const char *path) {
    mlops_error e;
    mlops_expectations *x;
    refused(mlops_dataset_expectations(&x, s, "data", path, &e), &e, MLOPS_E_NOT_FOUND,
            "there are no expectations");
}

/* That nothing is expected any more is the newer word, and goes both ways too; until something is
 * expected again. Also if the clock of the one who drops it is behind. */
static void hold_dropped(const mlops_clock *clock) {
    home a, b;
    mlops_share *share;
    mlops_error e;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    host.clock = clock;
    opts.host = &host;
    begin_home(&a), make_place(&b.p);
    b.s = open_store(b.p.path, &opts);
    works(mlops_share_memory(&share, NULL, &e), &e);
    mlops_change *c = new_change(a.s);
    mlops_draft *d = new_draft(c, "data", NULL);
    mlops_table *t = parse_csv("a\n1\n2\n");
    works(mlops_draft_add_table(d, "t", t, NULL, &e), &e);
    end_draft(d);
    expect(c, "t", "unique(a)\n");
    commit(c);
    push(a.s, share);
    pull(b.s, share, NULL);
    expect_nothing(b.s, "t");
    expects_nothing(b.s, "t");
    pull(b.s, share, NULL);
    expects_nothing(b.s, "t");
    push(a.s, share);
    push(b.s, share);
    pull(a.s, share, NULL);
    expects_nothing(a.s, "t");
    /* and it is held to nothing */
    mlops_table *same = parse_csv("a\n1\n1\n");
    d = new_draft(c, "data", NULL);
    works(mlops_draft_add_table(d, "t", same, NULL, &e), &e);
    end_draft(d);
    commit(c);
    expect(c, "t", "a > 0\n");
    commit(c);
    push(a.s, share);
    pull(b.s, share, NULL);
    expects(b.s, "t", "a > 0\n");
    mlops_table_unref(t), mlops_table_unref(same);
    mlops_change_free(c);
    mlops_share_close(share);
    end_home(&a), end_home(&b);
}

static void test_dropped(void **state) {
    (void)state;
    hold_dropped(NULL);
    hold_dropped(&SLOW_CLOCK);
}

/* Somebody who expects something else at the same time is told. */
static void test_expect_race(void **state) {
    home a;
    mlops_error e;
    (void)state;
    begin_home(&a);
    mlops_change *one = new_change(a.s), *two = new_change(a.s);
    expect(one, "t", "a > 0\n");
    expect(two, "t", "a > 1\n");
    commit(one);
    refused(mlops_change_commit(two, NULL, &e), &e, MLOPS_E_CONFLICT, "has changed since");
    expects(a.s, "t", "a > 0\n");
    mlops_change_free(one), mlops_change_free(two);
    end_home(&a);
}

/* Of words of one time both stores choose the same, whoever pushes first. */
static void test_one_time(void **state) {
    (void)state;
    for (int drops = 0; drops < 2; drops++)
        for (int first = 0; first < 2; first++) {
            home h[2];
            mlops_share *share;
            mlops_error e;
            char got[2][100];
            begin_home(&h[0]), begin_home(&h[1]);
            works(mlops_share_memory(&share, NULL, &e), &e);
            commit_text(h[0].s, "data", NULL, "x", "1");
            push(h[0].s, share);
            pull(h[1].s, share, NULL);
            for (int i = 0; i < 2; i++) {
                char record[200];
                mlops__key key;
                mlops_change *c = new_change(h[i].s);
                snprintf(record, sizeof record, "{\"path\":\"t\",%s\"time_ns\":5%s}",
                         i && drops ? ""
                         : i        ? "\"expectations\":\"b > 0\\n\","
                                    : "\"expectations\":\"a > 0\\n\",",
                         i && drops ? ",\"dropped\":true" : "");
                mlops__suite_key(&key, h[i].s, "data", "t");
                works(mlops__change_put(c, MLOPS__TABLE_EXPECTATIONS, mlops__key_bytes(&key),
                                        text(record), &e),
                      &e);
                commit(c);
                mlops_change_free(c);
            }
            push(h[first].s, share);
            push(h[!first].s, share);
            for (int i = 0; i < 2; i++) {
                mlops_expectations *x = NULL;
                pull(h[i].s, share, NULL);
                mlops_status status = mlops_dataset_expectations(&x, h[i].s, "data", "t", &e);
                snprintf(got[i], sizeof got[i], "%s", status ? "" : mlops_expectations_text(x));
                mlops_expectations_unref(x);
            }
            assert_string_equal(got[0], got[1]);
            mlops_share_close(share);
            end_home(&h[0]), end_home(&h[1]);
        }
}

/* What is expected goes both ways, and the newer one stays; not with a prefix. */
static void test_expectations(void **state) {
    home a, b;
    mlops_share *share;
    mlops_error e;
    mlops_expectations *x;
    mlops_pull_opts aside = MLOPS_PULL_OPTS_INIT;
    (void)state;
    begin_home(&a), begin_home(&b);
    works(mlops_share_memory(&share, NULL, &e), &e);
    commit_text(a.s, "data", NULL, "x", "1");
    mlops_change *c = new_change(a.s);
    expect(c, "t", "unique(a)\n");
    commit(c);
    push(a.s, share);
    aside.prefix = "origin/";
    pull(b.s, share, &aside);
    assert_int_equal(mlops_dataset_expectations(&x, b.s, "data", "t", &e), MLOPS_E_NOT_FOUND);
    pull(b.s, share, NULL);
    expects(b.s, "t", "unique(a)\n");
    mlops_change *d = new_change(b.s);
    expect(d, "t", "unique(b)\n");
    commit(d);
    pull(b.s, share, NULL);
    expects(b.s, "t", "unique(b)\n");
    push(a.s, share);
    push(b.s, share);
    pull(a.s, share, NULL);
    expects(a.s, "t", "unique(b)\n");
    mlops_change_free(c), mlops_change_free(d);
    mlops_share_close(share);
    end_home(&a), end_home(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all),      cmocka_unit_test(test_shallow),
        cmocka_unit_test(test_paths),    cmocka_unit_test(test_expectations),
        cmocka_unit_test(test_dropped),  cmocka_unit_test(test_expect_race),
        cmocka_unit_test(test_one_time),
    };
    return cmocka_run_group_tests_name("transfer_kinds", tests, NULL, NULL);
}
