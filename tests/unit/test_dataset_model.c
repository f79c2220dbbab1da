/* Datasets against a plain model in memory: drafts, branches and tags by chance, in changes that
 * are committed or given up, over stores that are opened again. */
#define _GNU_SOURCE
#include "unit/help_dataset.h"

#include "unit/draw.h"

enum {
    SEEDS = 400,
    FILES = 100,
    STEPS = 14,
    COMMITS = 200,
    PATHS = 6,
    NAMES = 4,
    DATASETS = 2,
    SIZE = 3000
};

static const char *const paths[PATHS] = {"a", "b", "c/d", "c/e", "c-", "z/z/z"};
static const char *const names[NAMES] = {"main", "dev", "v1", "x y"};
static const char *const datasets[DATASETS] = {"data", "data set"};

typedef struct node {
    int parent; /* -1: none */
    int dataset;
    int entries[PATHS]; /* number of the content, 0: not there */
    mlops_id id;
} node;

typedef struct model {
    node commits[COMMITS];
    int n;
    int refs[DATASETS][NAMES]; /* commit + 1; 0: not there */
    int is_tag[DATASETS][NAMES];
} model;

/* Content k: short and long ones, so that some lie in the journal and some in the packs. */
static size_t content_of(int k, char out[SIZE + 1]) {
    size_t n = k % 7 == 0 ? SIZE : (size_t)(k % 5) * 3;
    for (size_t i = 0; i < n; i++) out[i] = (char)('a' + (int)((size_t)k * (i + 3) % 23));
    out[n] = 0;
    return n;
}

/* ---- the same step on the store and on the model ---- */

static int pick(int n) { return (int)(draw() % (uint64_t)n); }

static void step_draft(mlops_change *c, model *m) {
    mlops_draft_opts opts = MLOPS_DRAFT_OPTS_INIT;
    mlops_draft *d;
    mlops_error e;
    char content[SIZE + 1];
    int s = pick(DATASETS), name = pick(NAMES), base = pick(NAMES + 3);
    node next = {-1, s, {0}, {{0}}};
    opts.branch = names[name];
    opts.base = base < NAMES ? names[base] : base == NAMES ? "" : NULL;
    if (draw() % 4 == 0) opts.flags = MLOPS_DRAFT_EMPTY;
    mlops_status want = MLOPS_OK;
    int at = m->refs[s][name];
    if (at && m->is_tag[s][name]) want = MLOPS_E_EXISTS;
    else if (at && opts.base) want = MLOPS_E_EXISTS;
    else if (!at && base < NAMES && !m->refs[s][base]) want = MLOPS_E_NOT_FOUND;
    else if (!at && base < NAMES) at = m->refs[s][base];
    else if (!at && !opts.base && !m->is_tag[s][0]) at = m->refs[s][0]; /* main */
    mlops_status got = mlops_draft_new(&d, c, datasets[s], &opts, &e);
    if (got != want) fail_msg("seed %d: a draft: %s", (int)seed, got ? e.message : "begun");
    if (got) return;
    next.parent = at - 1;
    if (at && !opts.flags) memcpy(next.entries, m->commits[at - 1].entries, sizeof next.entries);
    for (int k = pick(4); k > 0; k--) {
        int path = pick(PATHS), number = 1 + pick(40);
        if (draw() % 4) {
            size_t n = content_of(number, content);
            works(mlops_draft_add_bytes(d, paths[path], content, n, &e), &e);
            next.entries[path] = number;
        } else {
            got = mlops_draft_remove(d, paths[path], &e);
            assert_int_equal(got, next.entries[path] ? MLOPS_OK : MLOPS_E_NOT_FOUND);
            next.entries[path] = 0;
        }
    }
    if (draw() % 8 == 0) { /* given up */
        mlops_draft_free(d);
        return;
    }
    next.id = end_draft(d);
    m->commits[m->n++] = next;
    m->refs[s][name] = m->n;
    m->is_tag[s][name] = 0;
}

static void step_ref(mlops_change *c, model *m) {
    mlops_error e;
    int s = pick(DATASETS), name = pick(NAMES), from = pick(NAMES), is_tag = (int)(draw() & 1);
    int there = m->refs[s][name], target = m->refs[s][from];
    mlops_status want = MLOPS_OK, got;
    if (!target) want = MLOPS_E_NOT_FOUND;
    else if (there && (is_tag || m->is_tag[s][name])) want = MLOPS_E_EXISTS;
    got = is_tag ? mlops_dataset_tag(c, datasets[s], names[name], names[from], &e)
                 : mlops_dataset_branch(c, datasets[s], names[name], names[from], &e);
    if (got != want) fail_msg("seed %d: a ref: %s", (int)seed, got ? e.message : "made");
    if (got) return;
    m->refs[s][name] = target;
    m->is_tag[s][name] = is_tag;
}

static void step_drop(mlops_change *c, model *m) {
    mlops_error e;
    int s = pick(DATASETS), name = pick(NAMES);
    mlops_status got = mlops_dataset_drop(c, datasets[s], names[name], &e);
    assert_int_equal(got, m->refs[s][name] ? MLOPS_OK : MLOPS_E_NOT_FOUND);
    m->refs[s][name] = 0;
}

/* ---- the store is as the model says ---- */

static void sees_commit(mlops_store *s, const model *m, int at, const char *ref) {
    const node *c = &m->commits[at];
    const char *dataset = datasets[c->dataset];
    mlops_error e;
    mlops_table *t;
    char content[SIZE + 1], cell[200];
    mlops_id id = resolve(s, dataset, ref);
    same_id(&id, &c->id);
    works(mlops_dataset_entries(&t, s, dataset, ref, &e), &e);
    int64_t row = 0;
    static const int sorted[PATHS] = {0, 1, 4, 2, 3, 5};
    for (int i = 0; i < PATHS; i++) {
        int path = sorted[i];
        if (!c->entries[path]) continue;
        assert_int_equal(mlops_table_text(t, 0, row++, cell, sizeof cell, NULL), 0);
        assert_string_equal(cell, paths[path]);
        content_of(c->entries[path], content);
        reads_text(s, dataset, ref, paths[path], content);
    }
    assert_int_equal(mlops_table_n_rows(t), row);
    mlops_table_unref(t);
}

static void sees_history(mlops_store *s, const model *m, int at, const char *ref) {
    mlops_error e;
    mlops_table *t;
    char cell[200];
    works(mlops_dataset_log(&t, s, datasets[m->commits[at].dataset], ref, 1000, &e), &e);
    int64_t row = 0;
    for (; at >= 0; at = m->commits[at].parent) {
        assert_int_equal(mlops_table_text(t, 0, row++, cell, sizeof cell, NULL), 0);
        assert_string_equal(cell, hex_of(&m->commits[at].id).text);
    }
    assert_int_equal(mlops_table_n_rows(t), row);
    mlops_table_unref(t);
}

static void sees_differences(mlops_store *s, const model *m, int from, int to) {
    const node *a = &m->commits[from], *b = &m->commits[to];
    mlops_error e;
    mlops_table *t;
    int64_t n = 0;
    hex x = hex_of(&a->id), y = hex_of(&b->id);
    works(mlops_dataset_diff(&t, s, datasets[a->dataset], x.text, y.text, &e), &e);
    for (int i = 0; i < PATHS; i++) {
        char one[SIZE + 1], two[SIZE + 1];
        size_t p = content_of(a->entries[i], one), q = content_of(b->entries[i], two);
        int there = a->entries[i] && b->entries[i];
        n += there ? p != q || memcmp(one, two, p) != 0 : a->entries[i] != b->entries[i];
    }
    assert_int_equal(mlops_table_n_rows(t), n);
    mlops_table_unref(t);
}

static void sees_all(mlops_store *s, const model *m) {
    mlops_error e;
    mlops_table *t;
    char want[500] = "dataset,n_branches,n_tags,n_commits\n";
    for (int d = 0; d < DATASETS; d++) {
        int n[3] = {0, 0, 0};
        for (int i = 0; i < NAMES; i++) {
            int at = m->refs[d][i];
            if (!at) continue;
            n[m->is_tag[d][i]]++;
            sees_commit(s, m, at - 1, names[i]);
            sees_history(s, m, at - 1, names[i]);
        }
        for (int i = 0; i < m->n; i++) n[2] += m->commits[i].dataset == d;
        if (n[2] == 0) continue;
        size_t end = strlen(want);
        snprintf(want + end, sizeof want - end, "%s,%d,%d,%d\n", datasets[d], n[0], n[1], n[2]);
    }
    works(mlops_dataset_list(&t, s, &e), &e);
    shows(t, want);
    if (m->n == 0) return;
    int at = pick(m->n), other = pick(m->n);
    hex h = hex_of(&m->commits[at].id);
    sees_commit(s, m, at, h.text); /* whatever refs have become of it */
    if (m->commits[at].dataset == m->commits[other].dataset) sees_differences(s, m, at, other);
}

/* A store over files in memory, and now and then one over those of the machine. */
typedef struct where {
    place p;
    mlops__io_memory *files;
    mlops_host host;
} where;

static mlops_store *open_there(where *w) {
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.sync = MLOPS_SYNC_RELAXED;
    if (!w->files) return open_store(w->p.path, &opts);
    opts.host = &w->host;
    opts.index = MLOPS_STORE_INDEX_MEMORY;
    return open_store("/s.mlops", &opts);
}

static void steps(where *w) {
    static model is, next;
    memset(&is, 0, sizeof is);
    mlops_store *s = open_there(w);
    for (int step = 0; step < STEPS; step++) {
        mlops_change *c = new_change(s);
        next = is;
        for (int i = pick(4); i >= 0; i--) {
            if (draw() % 2) step_draft(c, &next);
            else if (draw() % 3) step_ref(c, &next);
            else step_drop(c, &next);
        }
        if (draw() % 5) {
            commit(c);
            is = next;
        }
        mlops_change_free(c);
        if (draw() % 6 == 0) {
            mlops_store_close(s);
            s = open_there(w);
        }
        if (draw() % 3 == 0) sees_all(s, &is);
    }
    sees_all(s, &is);
    mlops_store_close(s);
}

static void run(uint64_t k) {
    where w = {{"", ""}, NULL, MLOPS_HOST_INIT};
    seed = k;
    if (k % FILES == 0) {
        make_place(&w.p);
        steps(&w);
        remove_place(&w.p);
        return;
    }
    assert_int_equal(mlops__io_memory_new(&w.files, &mlops__heap), MLOPS_OK);
    w.host.io = mlops__io_memory_table(w.files);
    steps(&w);
    assert_int_equal(mlops__io_memory_n_open(w.files), 0);
    mlops__io_memory_free(w.files);
}

static void stores_do_as_the_model_does(void **state) {
    (void)state;
    for (uint64_t k = 1; k <= SEEDS; k++) run(k);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(stores_do_as_the_model_does)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
