/* Pulls and pushes beside a collection of the store's garbage, which takes a few steps whenever a
 * remote is called or progress is told, and now and then runs to its end: what was pulled must be
 * there, whole, though the store had much of it as garbage, or as another dataset's. A scheduler
 * draws the order from a seed. usage: test_transfer_gc [SEEDS [FIRST]] */
#define _GNU_SOURCE
#include "unit/help_version.h"

#include "unit/help_dataset.h"
#include "unit/skipped.h"

enum { VERSIONS = 5, PATHS = 3 };

/* A remote that lets the collection go on ahead of each call, and behind it. */
typedef struct beside {
    const mlops_remote *inner;
    mlops_store *store;
    int64_t n_dropped;
    int others; /* datasets that come and go meanwhile */
    const version *texts;
    uint64_t ticks; /* until a call is cancelled; 0: never */
    int drops;      /* the branch, at times */
} beside;

static mlops_status collect(mlops_store *s, int64_t budget_ns, beside *b) {
    mlops_error e;
    mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    opts.budget_ns = budget_ns;
    opts.keep_ns = 1;
    opts.min_live = 1.0;
    mlops_status status = mlops_store_gc(s, &opts, NULL, &stat, &e);
    if (status < 0) works(status, &e);
    if (status == MLOPS_END && b) b->n_dropped += stat.n_dropped_objects + stat.n_dropped_commits;
    return status;
}

static void collect_all(mlops_store *s) {
    for (int i = 0; i < 2; i++)
        while (collect(s, 0, NULL) != MLOPS_END) {
        }
}

/* Another dataset that has one of the contents, and lets it go at once or not at all. */
static void come_and_go(beside *b) {
    mlops_error e;
    char name[20];
    const version *v = &b->texts[draw() % (VERSIONS * PATHS)];
    snprintf(name, sizeof name, "other%d", b->others++);
    mlops_change *c = new_change(b->store);
    mlops_draft *d = new_draft(c, name, NULL);
    works(mlops_draft_add_bytes(d, "x", v->bytes, v->n, &e), &e);
    end_draft(d);
    commit(c);
    if (draw() % 4) {
        works(mlops_dataset_drop(c, name, "main", &e), &e);
        commit(c);
    }
    mlops_change_free(c);
}

/* The branch that a pull builds on. */
static void drop(mlops_store *s) {
    mlops_error e;
    mlops_change *c = new_change(s);
    mlops_status status = mlops_dataset_drop(c, "data", "main", &e);
    if (status != MLOPS_E_NOT_FOUND) works(status, &e);
    if (!status) commit(c);
    mlops_change_free(c);
}

static void step(beside *b) {
    uint64_t what = draw() % 40;
    if (what == 0) come_and_go(b);
    else if (what == 1 && b->drops) drop(b->store);
    else if (what < 5)
        while (collect(b->store, 0, b) != MLOPS_END) {
        }
    else if (what < 30)
        for (uint64_t i = draw() % 8; i > 0; i--) collect(b->store, draw() % 3 ? 1 : 30000, b);
}

static mlops_status size_of_object(void *ctx, const char *name, int64_t until, int64_t *out,
                                   mlops_error *err) {
    beside *b = ctx;
    step(b);
    return b->inner->size(b->inner->ctx, name, until, out, err);
}

static mlops_status read_object(void *ctx, const char *name, int64_t offset, void *bytes, size_t n,
                                int64_t until, size_t *got, mlops_error *err) {
    beside *b = ctx;
    step(b);
    mlops_status status = b->inner->read(b->inner->ctx, name, offset, bytes, n, until, got, err);
    step(b);
    return status;
}

static mlops_status put_object(void *ctx, const char *name, const void *const *parts,
                               const size_t *sizes, size_t n, int64_t until, mlops_error *err) {
    beside *b = ctx;
    step(b);
    mlops_status status = b->inner->put(b->inner->ctx, name, parts, sizes, n, until, err);
    step(b);
    return status;
}

static mlops_status list_objects(void *ctx, const char *folder, const char *after, char *names,
                                 size_t cap, int64_t until, size_t *n, mlops_error *err) {
    beside *b = ctx;
    step(b);
    return b->inner->list(b->inner->ctx, folder, after, names, cap, until, n, err);
}

static mlops_status remove_object(void *ctx, const char *name, int64_t until, mlops_error *err) {
    beside *b = ctx;
    step(b);
    return b->inner->remove(b->inner->ctx, name, until, err);
}

static mlops_status swap_object(void *ctx, const char *name, const void *was, size_t n_was,
                                const void *next, size_t n_next, int64_t until, mlops_error *err) {
    beside *b = ctx;
    step(b);
    mlops_status status = b->inner->swap(b->inner->ctx, name, was, n_was, next, n_next, until, err);
    step(b);
    return status;
}

static mlops_remote remote_beside(beside *b) {
    mlops_remote out = MLOPS_REMOTE_INIT;
    out.ctx = b;
    out.size = size_of_object;
    out.read = read_object;
    out.put = put_object;
    out.list = list_objects;
    out.remove = remove_object;
    out.swap = swap_object;
    return out;
}

static int32_t progress(void *user, int64_t done, int64_t total) {
    beside *b = user;
    (void)done, (void)total;
    step(b);
    return b->ticks && --b->ticks == 0;
}

/* ---- what travels ---- */

typedef struct line {
    mlops_id ids[VERSIONS];
    version texts[VERSIONS * PATHS];
} line;

static const char *path_of(int i) {
    static const char *const paths[PATHS] = {"rows.csv", "blob", "notes"};
    return paths[i];
}

static version change_blob(const version *v, int k) {
    version out = {malloc(v->n), v->n, {{0}}};
    assert_non_null(out.bytes);
    memcpy(out.bytes, v->bytes, v->n);
    for (size_t i = 0; i < 12; i++) out.bytes[(i * 7919 + (size_t)k * 1313) % v->n] ^= 0x55;
    return out;
}

static void make_texts(line *l) {
    for (int i = 0; i < VERSIONS; i++) {
        version *v = &l->texts[i * PATHS];
        between = ',';
        v[0] = i ? edit_lines(v - PATHS, 10) : make_lines(80 * KIB);
        between = '/';
        v[1] = i ? change_blob(v - PATHS + 1, i)
                 : (version){make_blob(90 * KIB, draw(), 0), 90 * KIB, {{0}}};
        v[2] = make_lines(3 * KIB + draw() % 999);
    }
}

static mlops_id commit_version(mlops_store *s, const line *l, int i) {
    mlops_error e;
    mlops_change *c = new_change(s);
    mlops_draft *d = new_draft(c, "data", NULL);
    for (int k = 0; k < PATHS; k++) {
        const version *v = &l->texts[i * PATHS + k];
        works(mlops_draft_add_bytes(d, path_of(k), v->bytes, v->n, &e), &e);
    }
    mlops_id id = end_draft(d);
    commit(c);
    mlops_change_free(c);
    return id;
}

static void has_version(mlops_store *s, const line *l, int i) {
    static uint8_t got[200 * KIB];
    for (int k = 0; k < PATHS; k++) {
        const version *v = &l->texts[i * PATHS + k];
        mlops_error e;
        size_t n = 0;
        mlops_status status = mlops_dataset_read(s, "data", hex_of(&l->ids[i]).text, path_of(k),
                                                 got, sizeof got, &n, &e);
        if (status) fail_msg("seed %d: version %d: %s", (int)seed, i, e.message);
        assert_int_equal(n, v->n);
        assert_memory_equal(got, v->bytes, n);
    }
}

/* One that is cut short, of which the store keeps some as garbage. */
static void pull_some(beside *b, const mlops_remote *r, const mlops_pull_opts *opts) {
    mlops_error e;
    b->ticks = 1 + draw() % 20;
    mlops_status status = mlops_dataset_pull(b->store, r, "data", opts, NULL, &e);
    if (status != MLOPS_E_CANCELLED) works(status, &e);
    b->ticks = 0;
}

static int64_t run_seed(uint64_t number, mlops_store_index index) {
    place a, p;
    mlops_error e;
    mlops_share *share;
    line l;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_pull_opts pull = MLOPS_PULL_OPTS_INIT;
    mlops_push_opts push = MLOPS_PUSH_OPTS_INIT;
    seed = number;
    make_place(&a);
    make_place(&p);
    make_texts(&l);
    works(mlops_share_memory(&share, NULL, &e), &e);
    mlops_store *from = open_file(&a);
    int before = (int)(draw() % VERSIONS); /* versions that it had at one time */
    for (int i = 0; i < before; i++) l.ids[i] = commit_version(from, &l, i);
    mlops_store *to = open_with(p.path, draw() % 2 ? MLOPS_SYNC_FULL : MLOPS_SYNC_RELAXED, index);
    beside b = {mlops_share_remote(share), to, 0, 0, l.texts, 0, 1};
    mlops_remote r = remote_beside(&b);
    call.progress = progress;
    call.progress_user = &b;
    pull.call = push.call = &call;
    if (before) {
        works(mlops_dataset_push(from, b.inner, "data", NULL, NULL, &e), &e);
        works(mlops_dataset_pull(to, b.inner, "data", NULL, NULL, &e), &e);
        if (draw() % 2) drop(to); /* it is garbage now */
    }
    for (int i = before; i < VERSIONS; i++) l.ids[i] = commit_version(from, &l, i);
    works(mlops_dataset_push(from, b.inner, "data", NULL, NULL, &e), &e);
    for (uint64_t i = draw() % 3; i > 0; i--) pull_some(&b, &r, &pull);
    if (draw() % 4 == 0) pull.depth = 1 + (int64_t)(draw() % 3);
    works(mlops_dataset_pull(to, &r, "data", &pull, NULL, &e), &e);
    b.drops = 0;
    int oldest = pull.depth ? VERSIONS - (int)pull.depth : 0;
    for (int i = oldest; i < VERSIONS; i++) has_version(to, &l, i);
    collect_all(to);
    for (int i = oldest; i < VERSIONS; i++) has_version(to, &l, i);
    pull.depth = 0;
    works(mlops_dataset_pull(to, &r, "data", &pull, NULL, &e), &e);
    mlops_share *other; /* and on to another remote */
    works(mlops_share_memory(&other, NULL, &e), &e);
    b.inner = mlops_share_remote(other);
    works(mlops_dataset_push(to, &r, "data", &push, NULL, &e), &e);
    collect_all(to);
    for (int i = 0; i < VERSIONS; i++) has_version(to, &l, i);
    mlops_store_close(to);
    assert_int_equal(n_faults(&p, NULL), 0);
    remove_place(&p);
    make_place(&p);
    to = open_file(&p);
    works(mlops_dataset_pull(to, b.inner, "data", NULL, NULL, &e), &e);
    for (int i = 0; i < VERSIONS; i++) has_version(to, &l, i);
    mlops_store_close(to);
    mlops_store_close(from);
    mlops_share_close(share);
    mlops_share_close(other);
    free_all(l.texts, VERSIONS * PATHS);
    remove_place(&a);
    remove_place(&p);
    return b.n_dropped;
}

static uint64_t n_seeds, first_seed;

static void test_beside(void **state) {
    int64_t n_dropped = 0;
    (void)state;
    for (uint64_t i = 0; i < n_seeds; i++)
        n_dropped +=
            run_seed(first_seed + i, i % 3 ? MLOPS_STORE_INDEX_FILE : MLOPS_STORE_INDEX_MEMORY);
    if (n_seeds > 5) assert_true(n_dropped > 0); /* the collection has met something */
}

int main(int argc, char **argv) {
    n_seeds = argc > 1 ? strtoull(argv[1], NULL, 10) : under_valgrind() ? 1 : 10;
    first_seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_beside)};
    return cmocka_run_group_tests_name("transfer_gc", tests, NULL, NULL);
}
