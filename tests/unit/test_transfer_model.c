/* Three stores and a remote against a model in memory: drafts, branches, pushes that are cut short
 * or forced, pulls whole and in part, and gc, by chance; what each of them has is known beforehand.
 */
#define _GNU_SOURCE
#include "unit/help_version.h"

#include "unit/help_dataset.h"

enum { SEEDS = 6, STEPS = 60, STORES = 3, COMMITS = 120, PATHS = 4, REFS = 2, TEXTS = 40 };

static const char *const paths[PATHS] = {"a", "d/b", "d/c", "e"};
static const char *const refs[REFS] = {"main", "dev"};

typedef struct node {
    mlops_id id;
    int parent;         /* -1: none */
    int entries[PATHS]; /* number of a text, 0: not there */
} node;

typedef struct model {
    node commits[COMMITS];
    int n;
    int here[STORES][REFS]; /* commit + 1; 0: not there */
    int there[REFS];
    place places[STORES];
    mlops_store *stores[STORES];
    mlops_share *share;
    version texts[TEXTS];
    int64_t now;
} model;

static int pick(int n) { return (int)(draw() % (uint64_t)n); }

static int leads(const model *m, int from, int to) {
    for (; from >= 0; from = m->commits[from].parent)
        if (from == to) return 1;
    return 0;
}

/* ---- steps ---- */

static void step_draft(model *m, int s) {
    int ref = pick(REFS), at = m->here[s][ref];
    node next = {{{0}}, at - 1, {0}};
    if (m->n == COMMITS) return;
    if (at) memcpy(next.entries, m->commits[at - 1].entries, sizeof next.entries);
    mlops_change *c = new_change(m->stores[s]);
    mlops_draft *d = new_draft(c, "data", refs[ref]);
    for (int k = 1 + pick(3); k > 0; k--) {
        int path = pick(PATHS), text = 1 + pick(TEXTS - 1);
        mlops_error e;
        works(mlops_draft_add_bytes(d, paths[path], m->texts[text].bytes, m->texts[text].n, &e),
              &e);
        next.entries[path] = text;
    }
    next.id = end_draft(d);
    commit(c);
    mlops_change_free(c);
    m->commits[m->n++] = next;
    m->here[s][ref] = m->n;
}

static void step_branch(model *m, int s) {
    int from = pick(REFS), to = pick(REFS);
    mlops_error e;
    if (!m->here[s][from]) return;
    mlops_change *c = new_change(m->stores[s]);
    works(mlops_dataset_branch(c, "data", refs[to], refs[from], &e), &e);
    commit(c);
    mlops_change_free(c);
    m->here[s][to] = m->here[s][from];
}

/* So that who tries again and again does not meet the same outage each time. */
static void wait_a_call(const model *m) {
    const mlops_remote *r = mlops_share_remote(m->share);
    mlops_error e;
    int64_t size;
    (void)r->size(r->ctx, "heads/none", 0, &size, &e);
}

static int is_there(const model *m, int ref, int commit) {
    mlops_table *t;
    mlops_error e;
    mlops_status got = MLOPS_E_BUSY;
    int found = 0;
    while (got == MLOPS_E_BUSY) {
        wait_a_call(m);
        got = mlops_remote_refs(&t, mlops_share_remote(m->share), NULL, NULL, &e);
    }
    works(got, &e);
    for (int64_t i = 0; i < mlops_table_n_rows(t); i++) {
        char name[300], id[65];
        mlops_table_text(t, 2, i, name, sizeof name, NULL);
        mlops_table_text(t, 3, i, id, sizeof id, NULL);
        found |= !strcmp(name, refs[ref]) && !strcmp(id, hex_of(&m->commits[commit - 1].id).text);
    }
    mlops_table_unref(t);
    return found;
}

static void step_push(model *m, int s) {
    mlops_push_opts opts = MLOPS_PUSH_OPTS_INIT;
    mlops_error e;
    int ref = pick(REFS), ours = m->here[s][ref], theirs = m->there[ref];
    hex expected;
    if (!ours) return;
    opts.branches = refs[ref];
    opts.object_bytes = 16 * KIB;
    mlops_status want = MLOPS_OK;
    if (theirs && !leads(m, ours - 1, theirs - 1)) {
        want = MLOPS_E_CONFLICT;
        if (draw() % 4 == 0) {
            expected = hex_of(&m->commits[theirs - 1].id);
            opts.expected = expected.text;
            want = MLOPS_OK;
        }
    }
    mlops_status got =
        mlops_dataset_push(m->stores[s], mlops_share_remote(m->share), "data", &opts, NULL, &e);
    if (got == MLOPS_E_BUSY) { /* cut short: all of it is seen, or nothing */
        if (is_there(m, ref, ours)) m->there[ref] = ours;
        return;
    }
    if (got != want) fail_msg("seed %d: push: %s", (int)seed, got ? e.message : "done");
    if (!got) m->there[ref] = ours;
}

static void step_pull(model *m, int s) {
    mlops_pull_opts opts = MLOPS_PULL_OPTS_INIT;
    mlops_error e;
    int ref = pick(REFS), ours = m->here[s][ref], theirs = m->there[ref];
    opts.branches = refs[ref];
    if (draw() % 4 == 0) opts.flags = MLOPS_PULL_FORCE;
    if (draw() % 8 == 0) opts.depth = 1 + pick(3);
    if (draw() % 8 == 0) opts.paths = "d/*";
    mlops_status want = MLOPS_OK;
    int next = ours;
    if (!theirs) want = MLOPS_E_NOT_FOUND;
    else if (opts.flags || !ours || leads(m, theirs - 1, ours - 1)) next = theirs;
    else if (!leads(m, ours - 1, theirs - 1)) want = MLOPS_E_CONFLICT;
    mlops_status got =
        mlops_dataset_pull(m->stores[s], mlops_share_remote(m->share), "data", &opts, NULL, &e);
    if (got == MLOPS_E_BUSY) return;
    /* Where history is shallow here, what it leads to cannot be told. */
    if (got == MLOPS_E_CONFLICT && want == MLOPS_OK) return;
    if (got != want) fail_msg("seed %d: pull: %s", (int)seed, got ? e.message : "done");
    if (!got) m->here[s][ref] = next;
}

static int64_t model_now(void *ctx) { return *(int64_t *)ctx; }

static void step_gc(model *m) {
    mlops_remote_gc_opts opts = MLOPS_REMOTE_GC_OPTS_INIT;
    mlops_remote_stats stats = MLOPS_REMOTE_STATS_INIT;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_clock clock = {sizeof clock, 0, &m->now, model_now, model_now};
    mlops_error e;
    host.clock = &clock;
    opts.host = &host;
    opts.grace_ns = INT64_C(3600) * 1000000000;
    m->now += opts.grace_ns + 1;
    mlops_status got = mlops_remote_gc(mlops_share_remote(m->share), &opts, &stats, &e);
    if (got != MLOPS_E_BUSY) works(got, &e);
}

/* ---- what there is ---- */

/* Whole, or as far as it was pulled, which the error says. */
static void sees_commit(const model *m, int s, int at, int whole) {
    hex ref = hex_of(&m->commits[at].id);
    for (int i = 0; i < PATHS; i++) {
        const version *v = &m->texts[m->commits[at].entries[i]];
        uint8_t got[4 * KIB];
        mlops_error e;
        size_t n = 0;
        if (!m->commits[at].entries[i]) continue;
        mlops_status status =
            mlops_dataset_read(m->stores[s], "data", ref.text, paths[i], got, sizeof got, &n, &e);
        if (status == MLOPS_E_NOT_FOUND && !whole) {
            assert_non_null(strstr(e.message, "pull"));
            continue;
        }
        works(status, &e);
        assert_int_equal(n, v->n);
        assert_memory_equal(got, v->bytes, n);
    }
}

static void sees_all(const model *m, int s, int whole) {
    for (int ref = 0; ref < REFS; ref++) {
        mlops_id id;
        mlops_error e;
        int at = m->here[s][ref];
        mlops_status status = mlops_dataset_resolve(&id, m->stores[s], "data", refs[ref], &e);
        assert_int_equal(status, at ? MLOPS_OK : MLOPS_E_NOT_FOUND);
        if (!at) continue;
        same_id(&id, &m->commits[at - 1].id);
        sees_commit(m, s, at - 1, whole);
        for (int up = m->commits[at - 1].parent; whole && up >= 0; up = m->commits[up].parent)
            sees_commit(m, s, up, 1);
    }
}

/* A new store that pulls has all of what the remote has, to the first commit. */
static void sees_remote(model *m) {
    mlops_error e;
    place p;
    int any = 0;
    make_place(&p);
    mlops_store *was = m->stores[0];
    int here[REFS];
    memcpy(here, m->here[0], sizeof here);
    m->stores[0] = open_file(&p);
    for (int i = 0; i < REFS; i++) any |= m->there[i];
    mlops_status got = MLOPS_E_BUSY;
    while (got == MLOPS_E_BUSY)
        got =
            mlops_dataset_pull(m->stores[0], mlops_share_remote(m->share), "data", NULL, NULL, &e);
    if (any) works(got, &e);
    memcpy(m->here[0], m->there, sizeof m->there);
    sees_all(m, 0, 1);
    memcpy(m->here[0], here, sizeof here);
    mlops_store_close(m->stores[0]);
    assert_int_equal(n_faults(&p, NULL), 0);
    m->stores[0] = was;
    remove_place(&p);
}

static void run_seed(uint64_t number) {
    model *m = calloc(1, sizeof *m);
    mlops_error e;
    mlops_share_opts opts = MLOPS_SHARE_OPTS_INIT;
    assert_non_null(m);
    seed = number;
    m->now = 1;
    if (number % 2) { /* at times it is down for longer than anybody tries again */
        opts.busy_from = 5 + pick(20);
        opts.busy_calls = draw() % 2 ? 1 + pick(7) : 8 + pick(4);
        opts.busy_every = 40 + pick(60);
        opts.done_first = pick(2);
        opts.read_max = 1000;
    }
    works(mlops_share_memory(&m->share, &opts, &e), &e);
    for (int i = 1; i < TEXTS; i++) {
        version v = i < 4 ? make_lines((size_t)(1 + pick(3500))) : edit_lines(&m->texts[i - 3], 3);
        if (v.n > 4000) v.n = 4000;
        m->texts[i] = v;
    }
    for (int s = 0; s < STORES; s++) {
        make_place(&m->places[s]);
        m->stores[s] = open_with(m->places[s].path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
    }
    for (int i = 0; i < STEPS; i++) {
        int s = pick(STORES);
        switch (pick(10)) {
        case 0: step_branch(m, s); break;
        case 1:
        case 2:
        case 3: step_push(m, s); break;
        case 4:
        case 5:
        case 6: step_pull(m, s); break;
        case 7: step_gc(m); break;
        default: step_draft(m, s);
        }
    }
    for (int s = 0; s < STORES; s++) sees_all(m, s, 0);
    sees_remote(m);
    step_gc(m);
    step_gc(m);
    sees_remote(m);
    for (int s = 0; s < STORES; s++) {
        mlops_store_close(m->stores[s]);
        assert_int_equal(n_faults(&m->places[s], NULL), 0);
        remove_place(&m->places[s]);
    }
    mlops_share_close(m->share);
    free_all(m->texts, TEXTS);
    free(m);
}

static void test_model(void **state) {
    (void)state;
    uint64_t n = getenv("MLOPS_DEEP") ? SEEDS * 160 : SEEDS;
    for (uint64_t i = 1; i <= n; i++) run_seed(i * 7919);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_model)};
    return cmocka_run_group_tests_name("transfer_model", tests, NULL, NULL);
}
