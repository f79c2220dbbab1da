/* Lineage: links that come by themselves and that are put, told both ways, held against a graph by
 * brute force; refs, errors, what becomes of links when what they name is collected. */
#define _GNU_SOURCE
#include "unit/help_fixture.h"

#include "store/link_record.h"
#include "unit/draw.h"

static void link_with(mlops_store *s, const char *from, const char *to,
                      const mlops_link_opts *opts) {
    mlops_error e;
    mlops_change *c = new_change(s);
    works(mlops_lineage_link(c, from, to, opts, &e), &e);
    commit(c);
    mlops_change_free(c);
}

static mlops_table *told(mlops_store *s, int down, const char *id, int32_t depth, uint32_t flags) {
    mlops_table *t;
    mlops_error e;
    mlops_lineage_opts opts = MLOPS_LINEAGE_OPTS_INIT;
    opts.depth = depth;
    opts.flags = flags;
    works(down ? mlops_lineage_downstream(&t, s, id, &opts, &e)
               : mlops_lineage_upstream(&t, s, id, &opts, &e),
          &e);
    return t;
}

/* depth from relation to exists, without times. */
static void tells(mlops_table *t, const char *want) {
    char got[8192] = "", cell[4][600];
    static const int shown[] = {0, 1, 2, 3};
    size_t n = 0;
    for (int64_t row = 0; row < mlops_table_n_rows(t); row++) {
        for (int i = 0; i < 4; i++)
            assert_int_equal(mlops_table_text(t, shown[i], row, cell[i], sizeof cell[i], NULL), 0);
        n += (size_t)snprintf(got + n, sizeof got - n, "%s %s -%s-> %s\n", cell[0], cell[1],
                              cell[2], cell[3]);
    }
    assert_string_equal(got, want);
    mlops_table_unref(t);
}

/* ---- a graph of everything ---- */

static mlops_id add_rows(mlops_store *s, const char *dataset, const char *branch, int rows) {
    char csv[400] = "x,y\n";
    for (int i = 0; i < rows; i++) snprintf(csv + strlen(csv), 20, "%d,%d\n", i, i % 2);
    return commit_text(s, dataset, branch, "t.csv", csv);
}

static void what_comes_by_itself(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    mlops_run *run;
    mlops_run_opts opts = MLOPS_RUN_OPTS_INIT;
    begin(&f);
    mlops_id one = add_rows(f.s, "a/b", NULL, 3), two = add_rows(f.s, "a/b", NULL, 4);
    opts.dataset = "a/b";
    works(mlops_run_start(&run, f.s, "x", &opts, &e), &e);
    uri u1 = uri_of("a/b", &one), u2 = uri_of("a/b", &two), r;
    snprintf(r.text, sizeof r.text, "runs:/%s", mlops_run_id(run));
    mlops_run_close(run);
    char want[2000];
    snprintf(want, sizeof want, "1 %s -parent-> %s\n2 %s -input-> %s\n", u1.text, u2.text, u2.text,
             r.text);
    for (int i = 0; i < 2; i++) {
        tells(told(f.s, 1, u1.text, 0, 0), want);
        reopen(&f);
    }
    snprintf(want, sizeof want, "1 %s -input-> %s\n2 %s -parent-> %s\n", u2.text, r.text, u1.text,
             u2.text);
    tells(told(f.s, 0, r.text, 0, 0), want);
    snprintf(want, sizeof want, "1 %s -input-> %s\n", u2.text, r.text);
    tells(told(f.s, 0, r.text, 1, 0), want);
    tells(told(f.s, 0, r.text, 0, MLOPS_LINEAGE_NO_HISTORY), want);
    tells(told(f.s, 1, "datasets:/a/b", 0, 0), want);
    r.text[6 + 9] = 0;
    tells(told(f.s, 0, r.text, 1, 0), want);
    end(&f);
}

/* An exported store, and one whose index is made anew, tell the same. */
static void it_survives(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    begin(&f);
    mlops_id one = commit_text(f.s, "d", NULL, "a", "1"),
             two = commit_text(f.s, "e", NULL, "a", "2");
    uri from = uri_of("d", &one), to = uri_of("e", &two);
    link_with(f.s, "datasets:/d", "datasets:/e", NULL);
    link_with(f.s, "s3://bucket/raw.parquet", "datasets:/d@main", NULL);
    char want[2000], path[200];
    snprintf(want, sizeof want, "1 %s -derived-> %s\n2 s3://bucket/raw.parquet -derived-> %s\n",
             from.text, to.text, from.text);
    tells(told(f.s, 0, to.text, 0, 0), want);
    snprintf(path, sizeof path, "%s/export", f.p.dir);
    works(mlops_store_export(f.s, path, &e), &e);
    mlops_store_close(f.s);
    shell("rm -r '%s/index'* && mv '%s' '%s/old'", f.p.path, f.p.path, f.p.dir);
    works(mlops_store_import(f.p.path, path, NULL, &e), &e);
    f.s = open_store(f.p.path, NULL);
    tells(told(f.s, 0, to.text, 0, 0), want);
    mlops_store_close(f.s);
    shell("rm -r '%s' && mv '%s/old' '%s'", f.p.path, f.p.dir, f.p.path);
    f.s = open_store(f.p.path, NULL);
    tells(told(f.s, 0, "datasets:/e", 0, 0), want);
    mlops_change *c = new_change(f.s);
    works(mlops_lineage_unlink(c, from.text, to.text, NULL, &e), &e);
    commit(c);
    refused(mlops_lineage_unlink(c, from.text, to.text, NULL, &e), &e, MLOPS_E_NOT_FOUND,
            "no link 'derived'");
    mlops_change_free(c);
    tells(told(f.s, 0, "datasets:/e", 0, 0), "");
    tells(told(f.s, 1, from.text, 0, 0), "");
    end(&f);
}

/* ---- brute force ---- */

enum { NODES = 24, EDGES = 70 };

typedef struct graph {
    uri node[NODES];
    int kind[NODES]; /* 0: commit, 1: run, 2: else */
    int edge[EDGES][2];
    const char *relation[EDGES];
    int n;
} graph;

static void add_edge(graph *g, int from, int to, const char *relation) {
    for (int i = 0; i < g->n; i++)
        if (g->edge[i][0] == from && g->edge[i][1] == to && !strcmp(g->relation[i], relation))
            return;
    g->edge[g->n][0] = from;
    g->edge[g->n][1] = to;
    g->relation[g->n++] = relation;
}

static void make_nodes(graph *g, mlops_store *s) {
    static const char *const names[] = {"a", "b/c", "d e"};
    mlops_error e;
    int last[3] = {-1, -1, -1};
    for (int i = 0; i < NODES; i++) {
        g->kind[i] = (int)(draw() % 3);
        if (g->kind[i] == 0) {
            int set = (int)(draw() % 3);
            char bytes[20];
            snprintf(bytes, sizeof bytes, "%d", i);
            mlops_id id = commit_text(s, names[set], NULL, "f", bytes);
            g->node[i] = uri_of(names[set], &id);
            if (last[set] >= 0) add_edge(g, last[set], i, "parent");
            last[set] = i;
        } else if (g->kind[i] == 1) {
            mlops_run *run;
            works(mlops_run_start(&run, s, "x", NULL, &e), &e);
            snprintf(g->node[i].text, sizeof g->node[i].text, "runs:/%s", mlops_run_id(run));
            mlops_run_close(run);
        } else snprintf(g->node[i].text, sizeof g->node[i].text, "file:///raw/%d.csv", i);
    }
}

static void make_edges(graph *g, mlops_store *s) {
    static const char *const relations[3][3] = {{"derived", "input", "derived"},
                                                {"output", "derived", "output"},
                                                {"derived", "input", "derived"}};
    while (g->n < EDGES - 2) { /* circles too */
        int from = (int)(draw() % NODES), to = (int)(draw() % NODES);
        mlops_link_opts opts = MLOPS_LINK_OPTS_INIT;
        if (from == to) continue;
        opts.relation = draw() % 5 ? NULL : "used by hand";
        opts.flags = draw() % 2 ? MLOPS_LINK_KEEP : 0;
        link_with(s, g->node[from].text, g->node[to].text, &opts);
        add_edge(g, from, to,
                 opts.relation ? opts.relation : relations[g->kind[from]][g->kind[to]]);
    }
}

static int by_line(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Relaxes until nothing changes: how far each node is, and so each edge. */
static char *expect(const graph *g, int from, int down, int depth_max) {
    int far[NODES], changed = 1, n = 0;
    char *lines[EDGES], *out = calloc(EDGES, 1000);
    for (int i = 0; i < NODES; i++) far[i] = i == from ? 0 : 1000;
    while (changed) {
        changed = 0;
        for (int i = 0; i < g->n; i++) {
            int near = g->edge[i][!down], other = g->edge[i][down];
            if (far[near] + 1 >= far[other]) continue;
            far[other] = far[near] + 1;
            changed = 1;
        }
    }
    for (int i = 0; i < g->n; i++) {
        int depth = far[g->edge[i][!down]] + 1;
        if (depth > 1000 || (depth_max && depth > depth_max)) continue;
        if (asprintf(&lines[n++], "%d %s -%s-> %s\n", depth, g->node[g->edge[i][0]].text,
                     g->relation[i], g->node[g->edge[i][1]].text) < 0)
            fail();
    }
    qsort(lines, (size_t)n, sizeof *lines, by_line);
    for (int i = 0; i < n; i++) {
        strcat(out, lines[i]);
        free(lines[i]);
    }
    return out;
}

static char *got_of(mlops_table *t) {
    char *lines[EDGES], *out = calloc(EDGES, 1000), cell[4][600];
    int n = (int)mlops_table_n_rows(t);
    int64_t before = 0, depth;
    for (int row = 0; row < n; row++) {
        for (int i = 0; i < 4; i++)
            assert_int_equal(mlops_table_text(t, i, row, cell[i], sizeof cell[i], NULL), 0);
        depth = atoll(cell[0]);
        assert_true(depth >= before);
        before = depth;
        if (asprintf(&lines[row], "%s %s -%s-> %s\n", cell[0], cell[1], cell[2], cell[3]) < 0)
            fail();
    }
    qsort(lines, (size_t)n, sizeof *lines, by_line);
    for (int i = 0; i < n; i++) {
        strcat(out, lines[i]);
        free(lines[i]);
    }
    mlops_table_unref(t);
    return out;
}

static void any_graph(void **state) {
    (void)state;
    for (int round = 0; round < 12; round++) {
        fixture f;
        graph *g = calloc(1, sizeof *g);
        seed = (uint64_t)round + 1;
        make_place(&f.p);
        f.s = open_with(f.p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
        make_nodes(g, f.s);
        make_edges(g, f.s);
        for (int i = 0; i < NODES; i++)
            for (int way = 0; way < 2; way++)
                for (int32_t depth = 0; depth < 4; depth++) {
                    char *want = expect(g, i, way, depth);
                    char *got = got_of(told(f.s, way, g->node[i].text, depth, 0));
                    assert_string_equal(got, want);
                    free(want);
                    free(got);
                }
        free(g);
        end(&f);
    }
}

/* ---- errors ---- */

static void what_is_refused(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    mlops_table *t;
    mlops_lineage_opts opts = MLOPS_LINEAGE_OPTS_INIT;
    mlops_link_opts how = MLOPS_LINK_OPTS_INIT;
    begin(&f);
    mlops_id id = commit_text(f.s, "d", NULL, "a", "1");
    commit_text(f.s, "d", NULL, "a", "2");
    mlops_change *c = new_change(f.s);
    static const struct {
        const char *text;
        mlops_status status;
        const char *word;
    } bad[] = {
        {"", MLOPS_E_INVALID, "names nothing"},
        {"d", MLOPS_E_INVALID, "datasets:/NAME@REF"},
        {"datasets:d", MLOPS_E_INVALID, "names nothing"},
        {"datasets:/", MLOPS_E_INVALID, "name"},
        {"datasets:/none", MLOPS_E_NOT_FOUND, "no dataset \"none\""},
        {"datasets:/d@none", MLOPS_E_NOT_FOUND, "\"none\""},
        {"datasets:/d/"
         "0000000000000000000000000000000000000000000000000000000000000000",
         MLOPS_E_NOT_FOUND, "no branch, tag or commit"},
        {"runs:/", MLOPS_E_INVALID, "no id of a run"},
        {"runs:/0123456789abcdef0123456789abcdef", MLOPS_E_NOT_FOUND, "no run"},
        {"models:/m", MLOPS_E_INVALID, "names no version"},
        {"models:/m/1", MLOPS_E_NOT_FOUND, "m"},
        {"models:/m@champion", MLOPS_E_NOT_FOUND, "m"},
        {"s3:", MLOPS_E_INVALID, "names nothing"},
        {"s3://a\nb", MLOPS_E_INVALID, "names nothing"},
        {"1x://a", MLOPS_E_INVALID, "names nothing"},
        {"s3://\xff", MLOPS_E_INVALID, "names nothing"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        refused(mlops_lineage_link(c, bad[i].text, "datasets:/d", NULL, &e), &e, bad[i].status,
                bad[i].word);
        refused(mlops_lineage_link(c, "datasets:/d", bad[i].text, NULL, &e), &e, bad[i].status,
                bad[i].word);
    }
    refused(mlops_lineage_link(c, "datasets:/d", "datasets:/d@main", NULL, &e), &e, MLOPS_E_INVALID,
            "not made of itself");
    how.relation = "";
    refused(mlops_lineage_link(c, "s3://a", "datasets:/d", &how, &e), &e, MLOPS_E_INVALID,
            "relation");
    how.relation = "a\tb";
    refused(mlops_lineage_link(c, "s3://a", "datasets:/d", &how, &e), &e, MLOPS_E_INVALID,
            "relation");
    refused(mlops_lineage_unlink(c, "s3://a", "datasets:/d", NULL, &e), &e, MLOPS_E_NOT_FOUND,
            "no link 'derived' from 's3://a'");
    opts.n_max = 1;
    uri u = uri_of("d", &id);
    link_with(f.s, u.text, "s3://b", NULL);
    refused(mlops_lineage_downstream(&t, f.s, u.text, &opts, &e), &e, MLOPS_E_LIMIT, "more than 1");
    assert_null(t);
    opts.n_max = 2;
    works(mlops_lineage_downstream(&t, f.s, u.text, &opts, &e), &e);
    mlops_table_unref(t);
    opts.depth = -1;
    refused(mlops_lineage_upstream(&t, f.s, u.text, &opts, &e), &e, MLOPS_E_INVALID, "depth -1");
    refused(mlops_lineage_upstream(&t, f.s, NULL, NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    tells(told(f.s, 0, "s3://nobody/knows", 0, 0), "");
    mlops_change_free(c);
    end(&f);
}

/* What the same change makes can be linked in it. */
static void within_a_change(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    begin(&f);
    mlops_id raw = commit_text(f.s, "raw", NULL, "a", "1");
    mlops_change *c = new_change(f.s);
    mlops_draft *d = new_draft(c, "clean", NULL);
    add_text(d, "a", "2");
    mlops_id id = end_draft(d);
    uri from = uri_of("raw", &raw), to = uri_of("clean", &id);
    works(mlops_lineage_link(c, "datasets:/raw", to.text, NULL, &e), &e);
    works(mlops_lineage_link(c, "https://x/y", "datasets:/clean", NULL, &e), &e);
    works(mlops_lineage_unlink(c, "https://x/y", "datasets:/clean", NULL, &e), &e);
    commit(c);
    mlops_change_free(c);
    char want[1000];
    snprintf(want, sizeof want, "1 %s -derived-> %s\n", from.text, to.text);
    tells(told(f.s, 0, "datasets:/clean", 0, 0), want);
    tells(told(f.s, 1, "datasets:/raw", 0, 0), want);
    end(&f);
}

/* ---- collecting ---- */

static void collect(mlops_store *s) {
    mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    mlops_error e;
    mlops_status status;
    opts.keep_ns = 1;
    do status = mlops_store_gc(s, &opts, NULL, &stat, &e);
    while (!status);
    if (status != MLOPS_END) fail_msg("%s", e.message);
}

static int exists(mlops_store *s, const char *id) {
    char cell[20];
    mlops_table *t = told(s, 0, id, 0, 0);
    assert_int_equal(mlops_table_n_rows(t), 1);
    assert_int_equal(mlops_table_text(t, 5, 0, cell, sizeof cell, NULL), 0);
    mlops_table_unref(t);
    return !strcmp(cell, "true");
}

static void a_link_keeps_only_if_it_is_to(void **state) {
    (void)state;
    for (int keeps = 0; keeps < 2; keeps++) {
        fixture f;
        mlops_error e;
        mlops_link_opts opts = MLOPS_LINK_OPTS_INIT;
        begin(&f);
        char *big = (char *)make_blob(9000, 5, 0);
        for (int i = 0; i < 9000; i++) big[i] = (char)('a' + (big[i] & 15));
        big[9000] = 0;
        mlops_id old = commit_text(f.s, "raw", NULL, "a", big);
        commit_text(f.s, "made", NULL, "a", "of it");
        opts.flags = keeps ? MLOPS_LINK_KEEP : 0;
        link_with(f.s, "datasets:/raw", "datasets:/made", &opts);
        assert_true(exists(f.s, "datasets:/made"));
        mlops_change *c = new_change(f.s);
        works(mlops_dataset_drop(c, "raw", "main", &e), &e);
        commit(c);
        mlops_change_free(c);
        collect(f.s);
        assert_int_equal(exists(f.s, "datasets:/made"), keeps);
        hex digits = hex_of(&old);
        if (keeps) reads_text(f.s, "raw", digits.text, "a", big);
        uri u = uri_of("raw", &old); /* it is still known what was made of it */
        mlops_table *t = told(f.s, 1, u.text, 0, 0);
        assert_int_equal(mlops_table_n_rows(t), 1);
        mlops_table_unref(t);
        if (keeps) {
            c = new_change(f.s);
            works(mlops_lineage_unlink(c, u.text, "datasets:/made", NULL, &e), &e);
            commit(c);
            mlops_change_free(c);
            collect(f.s);
            size_t n;
            assert_true(mlops_dataset_read(f.s, "raw", digits.text, "a", NULL, 0, &n, &e) ==
                        MLOPS_E_NOT_FOUND);
        }
        free(big);
        end(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_by_itself),
        cmocka_unit_test(it_survives),
        cmocka_unit_test(any_graph),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(within_a_change),
        cmocka_unit_test(a_link_keeps_only_if_it_is_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
