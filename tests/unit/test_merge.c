/* Merging of tables: a model that asks of each cell who has changed it, laws, and rules one by one.
 */
#include "unit/help_diff.h"

static mlops_merge *merge(const mlops_table *base, const mlops_table *ours,
                          const mlops_table *theirs, const char *key, mlops_merge_policy policy) {
    mlops_merge_opts opts = MLOPS_MERGE_OPTS_INIT;
    mlops_merge *m;
    mlops_error e;
    e.message[0] = 0;
    opts.key = key;
    opts.policy = policy;
    if (mlops_merge_tables(&m, base, ours, theirs, &opts, &e)) fail_msg("%s", e.message);
    return m;
}

static mlops_table *table_in(mlops_merge *m) {
    mlops_table *t;
    mlops_error e;
    e.message[0] = 0;
    if (mlops_merge_table(&t, m, &e)) fail_msg("%s", e.message);
    mlops_merge_unref(m);
    return t;
}

static mlops_table *conflicts_in(const mlops_merge *m) {
    mlops_table *t;
    assert_int_equal(mlops_merge_conflicts(&t, m, NULL), 0);
    assert_int_equal(mlops_table_n_rows(t), mlops_merge_n_conflicts(m));
    return t;
}

/* ---- the model ---- */

/* Base, ours, theirs; columns by name, rows by id. */
typedef struct model {
    grid g[3];
    int keyed;
} model;

/* The cell of a side, NULL if it has not the row or not the column. */
static const char *cell(const grid *g, const char *id, const char *name) {
    int64_t i = find_id(g, id), j = find_name(g, name);
    return i < 0 || j < 0 ? NULL : g->rows[i][j];
}

static int row_changed(const grid *base, const grid *side, const char *id) {
    for (int64_t j = 0; j < base->n_columns; j++) {
        const char *now = cell(side, id, base->names[j]);
        if (now && strcmp(cell(base, id, base->names[j]), now) != 0) return 1;
    }
    return 0;
}

static int column_changed(const grid *base, const grid *side, const char *name) {
    for (int64_t i = 0; i < base->n_rows; i++) {
        const char *now = cell(side, base->rows[i][0], name);
        if (now && strcmp(cell(base, base->rows[i][0], name), now) != 0) return 1;
    }
    return 0;
}

/* Whether what side s has and the other has not is in the result; conflicts are counted. */
static int is_kept(int in_base, int changed, int s, mlops_merge_policy policy, int64_t *n) {
    if (!in_base) return 1;
    *n += changed;
    return changed && (int)policy == s;
}

static int has_row(model *m, const char *id, mlops_merge_policy policy, int64_t *n) {
    int in[3];
    for (int k = 0; k < 3; k++) in[k] = find_id(&m->g[k], id) >= 0;
    if (in[1] && in[2]) return 1;
    if (!in[1] && !in[2]) return 0;
    int s = in[1] ? 1 : 2;
    return is_kept(in[0], in[0] && row_changed(&m->g[0], &m->g[s], id), s, policy, n);
}

static int has_column(model *m, const char *name, mlops_merge_policy policy, int64_t *n) {
    int in[3];
    for (int k = 0; k < 3; k++) in[k] = find_name(&m->g[k], name) >= 0;
    if (in[1] && in[2]) return 1;
    if (!in[1] && !in[2]) return 0;
    int s = in[1] ? 1 : 2;
    return is_kept(in[0], in[0] && column_changed(&m->g[0], &m->g[s], name), s, policy, n);
}

/* The cell that the result must have. */
static const char *due(model *m, const char *id, const char *name, mlops_merge_policy policy,
                       int64_t *n) {
    const char *base = cell(&m->g[0], id, name), *ours = cell(&m->g[1], id, name);
    const char *theirs = cell(&m->g[2], id, name);
    if (!ours || !theirs) return ours ? ours : theirs ? theirs : "";
    if (strcmp(ours, theirs) == 0) return ours;
    if (base && strcmp(base, ours) == 0) return theirs;
    if (base && strcmp(base, theirs) == 0) return ours;
    ++*n;
    return policy == MLOPS_MERGE_THEIRS ? theirs : ours;
}

/* All ids, or all names, of any of the three. */
static int64_t all_ids(model *m, const char *out[3 * GRID_ROWS]) {
    int64_t n = 0;
    for (int k = 0; k < 3; k++)
        for (int64_t i = 0; i < m->g[k].n_rows; i++) {
            const char *id = m->g[k].rows[i][0];
            if ((k > 0 && find_id(&m->g[0], id) >= 0) || (k > 1 && find_id(&m->g[1], id) >= 0))
                continue;
            out[n++] = id;
        }
    return n;
}

static int64_t all_names(model *m, const char *out[3 * GRID_COLUMNS]) {
    int64_t n = 0;
    for (int k = 0; k < 3; k++)
        for (int64_t j = 0; j < m->g[k].n_columns; j++) {
            const char *name = m->g[k].names[j];
            if ((k > 0 && find_name(&m->g[0], name) >= 0) ||
                (k > 1 && find_name(&m->g[1], name) >= 0))
                continue;
            out[n++] = name;
        }
    return n;
}

static int64_t row_of(const mlops_table *t, const char *id) {
    for (int64_t i = 0; i < mlops_table_n_rows(t); i++)
        if (strcmp(text_at(t, "id", i), id) == 0) return i;
    return -1;
}

/* Holds a result against the model; returns the number of conflicts that there must be. */
static int64_t check(model *m, const mlops_table *t, mlops_merge_policy policy) {
    static const char *ids[3 * GRID_ROWS];
    const char *names[3 * GRID_COLUMNS];
    int64_t n_ids = all_ids(m, ids), n_names = all_names(m, names), n = 0, rows = 0, columns = 0;
    for (int64_t j = 0; j < n_names; j++) columns += has_column(m, names[j], policy, &n);
    for (int64_t i = 0; i < n_ids; i++) {
        int there = has_row(m, ids[i], policy, &n);
        int64_t at = t ? row_of(t, ids[i]) : -1, unused = 0;
        if (t) assert_int_equal(there, at >= 0);
        rows += there;
        /* what a refused merge would have had counts, too */
        int both = find_id(&m->g[1], ids[i]) >= 0 && find_id(&m->g[2], ids[i]) >= 0;
        for (int64_t j = 0; j < n_names && both; j++) {
            const char *want = due(m, ids[i], names[j], policy, &n);
            if (!t || !has_column(m, names[j], policy, &unused)) continue;
            const char *have = text_at(t, names[j], at);
            double x = strtod(want, NULL), y = strtod(have, NULL);
            assert_true(strcmp(*want ? want : "\1", have) == 0 || (x == y && *want && x != 0));
        }
    }
    if (t) assert_int_equal(mlops_table_n_rows(t), rows);
    if (t) assert_int_equal(mlops_table_n_columns(t), columns);
    return n;
}

/* Rows of a side come in its order. */
static void keeps_order(const mlops_table *t, const grid *g) {
    int64_t last = -1;
    for (int64_t i = 0; i < g->n_rows; i++) {
        int64_t at = row_of(t, g->rows[i][0]);
        if (at < 0) continue;
        assert_true(at > last);
        last = at;
    }
}

static void check_merge(model *m, const mlops_table *const t[3]) {
    const char *key = m->keyed ? "id" : NULL;
    for (int policy = 0; policy < 3; policy++) {
        mlops_merge *made = merge(t[0], t[1], t[2], key, (mlops_merge_policy)policy);
        mlops_table *out = NULL;
        mlops_error e;
        int64_t n = mlops_merge_n_conflicts(made);
        mlops_table_unref(conflicts_in(made));
        if (policy == 0 && n) {
            assert_int_equal(mlops_merge_table(&out, made, &e), MLOPS_E_CONFLICT);
            assert_null(out);
            mlops_merge_unref(made);
        } else {
            out = table_in(made);
        }
        assert_int_equal(check(m, out, (mlops_merge_policy)policy), n);
        for (int s = 1; s < 3 && out && !m->keyed; s++) keeps_order(out, &m->g[s]);
        mlops_table_unref(out);
    }
}

static void check_laws(model *m, const mlops_table *const t[3]) {
    const char *key = m->keyed ? "id" : NULL;
    mlops_table *a = table_in(merge(t[0], t[1], t[0], key, MLOPS_MERGE_REFUSE));
    mlops_table *b = table_in(merge(t[0], t[0], t[1], key, MLOPS_MERGE_REFUSE));
    mlops_table *c = table_in(merge(t[0], t[1], t[1], key, MLOPS_MERGE_REFUSE));
    same_table(a, t[1]);
    same_table(b, t[1]);
    same_table(c, t[1]);
    mlops_merge *there = merge(t[0], t[1], t[2], key, MLOPS_MERGE_OURS);
    mlops_merge *back = merge(t[0], t[2], t[1], key, MLOPS_MERGE_THEIRS);
    assert_int_equal(mlops_merge_n_conflicts(there), mlops_merge_n_conflicts(back));
    mlops_table *x = table_in(there), *y = table_in(back);
    assert_int_equal(mlops_table_n_rows(x), mlops_table_n_rows(y));
    for (int64_t i = 0; i < mlops_table_n_rows(x); i++) {
        char id[CELL];
        strcpy(id, text_at(x, "id", i));
        int64_t at = row_of(y, id);
        for (int64_t j = 0; j < mlops_table_n_columns(x); j++) {
            const char *name = mlops_table_name(x, j);
            assert_string_equal(text_at(x, name, i), text_at(y, name, at));
        }
    }
    mlops_table *all[] = {a, b, c, x, y};
    for (int i = 0; i < 5; i++) mlops_table_unref(all[i]);
}

static void random_merges(int64_t rounds, int64_t most_rows, int64_t most_edits) {
    model m;
    for (int k = 0; k < 3; k++) m.g[k] = new_grid();
    for (int64_t round = 0; round < rounds; round++) {
        int64_t next_id = 1, ids[3];
        m.keyed = round % 2;
        draw_grid(&m.g[0], 1 + (int64_t)(draw() % (uint64_t)most_rows), &next_id);
        ids[1] = ids[2] = next_id; /* by key both may put the same one in */
        if (!m.keyed) ids[2] += 4000;
        for (int k = 1; k < 3; k++) {
            copy_grid(&m.g[k], &m.g[0]);
            edit(&m.g[k], (int64_t)(draw() % (uint64_t)most_edits), &ids[k], round % 3 == 0,
                 m.keyed);
            if (k == 2 && find_name(&m.g[1], "new") >= 0 && find_name(&m.g[2], "new") >= 0)
                drop_column(&m.g[2], find_name(&m.g[2], "new")); /* types may differ */
            for (int s = 0; m.keyed && s < 3 && m.g[k].n_rows && draw() % 3 == 0; s++)
                swap_rows(&m.g[k], (int64_t)(draw() % (uint64_t)m.g[k].n_rows),
                          (int64_t)(draw() % (uint64_t)m.g[k].n_rows));
        }
        const mlops_table *t[3] = {table_of(&m.g[0]), table_of(&m.g[1]), table_of(&m.g[2])};
        check_merge(&m, t);
        check_laws(&m, t);
        for (int k = 0; k < 3; k++) mlops_table_unref((mlops_table *)(uintptr_t)t[k]);
    }
    for (int k = 0; k < 3; k++) free(m.g[k].rows);
}

static void small_tables_merge_as_the_model_says(void **state) {
    (void)state;
    seed = 21;
    random_merges(1200, 20, 14);
}

static void large_tables_merge_as_the_model_says(void **state) {
    (void)state;
    seed = 22;
    random_merges(4, 900, 120);
}

/* ---- rules ---- */

static void three(const char *base, const char *ours, const char *theirs, const char *key,
                  mlops_merge_policy policy, const char *conflicts, const char *want) {
    mlops_table *b = base ? table_from(base) : NULL, *o = table_from(ours), *t = table_from(theirs);
    mlops_merge *m = merge(b, o, t, key, policy);
    gives(conflicts_in(m), conflicts);
    if (want) gives(table_in(mlops_merge_ref(m)), want);
    mlops_merge_unref(m);
    mlops_table_unref(b);
    mlops_table_unref(o);
    mlops_table_unref(t);
}

#define NONE "kind,column,key,base_row,ours_row,theirs_row,base,ours,theirs\n"

static void conflicts_are_data(void **state) {
    (void)state;
    const char *base = "id,x,y\n1,a,5\n2,b,6\n3,c,7\n4,d,8\n";
    const char *ours = "id,x,y\n1,A,5\n2,b,60\n4,D,8\n5,e,1\n";
    const char *theirs = "id,x,y\n1,AA,50\n3,C,7\n4,D,8\n5,e,2\n";
    const char *told = NONE "row,-,2,1,1,-,-,-,-\nrow,-,3,2,-,1,-,-,-\ncell,x,1,0,0,0,a,A,AA\n"
                            "cell,y,5,-,3,3,-,1,2\n";
    three(base, ours, theirs, "id", MLOPS_MERGE_REFUSE, told, NULL);
    three(base, ours, theirs, "id", MLOPS_MERGE_OURS, told,
          "id,x,y\n1,A,50\n2,b,60\n4,D,8\n5,e,1\n");
    three(base, ours, theirs, "id", MLOPS_MERGE_THEIRS, told,
          "id,x,y\n1,AA,50\n3,C,7\n4,D,8\n5,e,2\n");
}

static void rows_keep_their_places(void **state) {
    (void)state;
    three("x\n1\n2\n3\n4\n", "x\n1\n10\n2\n3\n4\n5\n", "x\n0\n1\n2\n20\n3\n4\n6\n", NULL, 0, NONE,
          "x\n0\n1\n10\n2\n20\n3\n4\n5\n6\n");
    three("x\n1\n2\n", "x\n1\n7\n8\n2\n", "x\n1\n7\n8\n2\n", NULL, 0, NONE, "x\n1\n7\n8\n2\n");
    /* theirs alone has sorted anew */
    three("id\n1\n2\n3\n", "id\n1\n2\n9\n3\n", "id\n3\n2\n1\n", "id", 0, NONE, "id\n3\n2\n9\n1\n");
    three("id\n1\n2\n3\n", "id\n2\n1\n3\n", "id\n3\n2\n1\n8\n", "id", 0, NONE, "id\n2\n1\n8\n3\n");
    three(NULL, "id,x\n1,a\n2,b\n", "id,x\n2,b\n3,c\n", "id", 0, NONE, "id,x\n1,a\n2,b\n3,c\n");
    three(NULL, "x\n1\n", "x\n2\n", NULL, 0, NONE, "x\n1\n2\n");
}

static void columns_are_merged(void **state) {
    (void)state;
    three("id,a\n1,5\n2,6\n", "id,o,a\n1,x,5\n2,y,6\n", "id,a,t\n1,5,p\n2,7,q\n3,8,r\n", "id", 0,
          NONE, "id,o,a,t\n1,x,5,p\n2,y,7,q\n3,-,8,r\n");
    three("id,a,b\n1,5,1\n", "id,b\n1,1\n", "id,a\n1,5\n", "id", 0, NONE, "id\n1\n");
    three("id,a\n1,5\n", "id\n1\n", "id,a\n1,6\n", "id", 0, NONE "column,a,-,-,-,-,-,-,-\n", NULL);
    three("id,a\n1,5\n", "id\n1\n", "id,a\n1,6\n", "id", 1, NONE "column,a,-,-,-,-,-,-,-\n",
          "id\n1\n");
    three("id,a\n1,5\n", "id\n1\n", "id,a\n1,6\n", "id", 2, NONE "column,a,-,-,-,-,-,-,-\n",
          "id,a\n1,6\n");
    three("id\n1\n", "id,n\n1,x\n", "id,n\n1,y\n", "id", 2, NONE "cell,n,1,0,0,0,-,x,y\n",
          "id,n\n1,y\n");
}

static void types_are_merged(void **state) {
    (void)state;
    /* one side has made whole numbers real, or text; what the other has changed fits */
    three("id,a\n1,5\n2,6\n", "id,a\n1,5.5\n2,6.0\n", "id,a\n1,5\n2,7\n3,8\n", "id", 0, NONE,
          "id,a\n1,5.5\n2,7.0\n3,8.0\n");
    three("id,a\n1,5\n2,6\n", "id,a\n1,5\n2,7\n", "id,a\n1,none\n2,6\n", "id", 0, NONE,
          "id,a\n1,none\n2,7\n");
    three("id,a\n1,none\n2,6\n", "id,a\n1,5\n2,6\n", "id,a\n1,none\n2,8\n", "id", 0, NONE,
          "id,a\n1,5\n2,8\n");
    three("id,a\n1,none\n2,t\n", "id,a\n1,5\n2,6\n", "id,a\n1,none\n2,t\n3,far\n", "id", 0,
          NONE "type,a,-,-,-,-,string,int64,string\n", NULL);
    three("id,a\n1,none\n2,t\n", "id,a\n1,5\n2,6\n", "id,a\n1,none\n2,t\n3,far\n", "id", 2,
          NONE "type,a,-,-,-,-,string,int64,string\n", "id,a\n1,5\n2,6\n3,far\n");
    three("id,a\n1,none\n2,t\n", "id,a\n1,5\n2,6\n", "id,a\n1,none\n2,t\n3,far\n", "id", 1,
          NONE "type,a,-,-,-,-,string,int64,string\n", "id,a\n1,5\n2,6\n3,-\n");
    three("id,a\n1,1\n", "id,a\n1,x\n", "id,a\n1,true\n", "id", 0,
          NONE "type,a,-,-,-,-,int64,string,bool\n", NULL);
    three("id,a\n1,\n", "id,a\n1,\n", "id,a\n1,\n2,\n", "id", 0, NONE, "id,a\n1,-\n2,-\n");
}

static void refuses(const char *a, const char *b, mlops_merge_opts opts, mlops_status code,
                    const char *message) {
    mlops_table *base = table_from("id,x\n1,2\n"), *ours = table_from(a), *theirs = table_from(b);
    mlops_merge *m;
    mlops_error e;
    assert_int_equal(mlops_merge_tables(&m, base, ours, theirs, &opts, &e), code);
    if (!strstr(e.message, message)) fail_msg("'%s' lacks '%s'", e.message, message);
    assert_null(m);
    mlops_table_unref(base);
    mlops_table_unref(ours);
    mlops_table_unref(theirs);
}

static void bad_input_is_named(void **state) {
    (void)state;
    mlops_merge_opts opts = MLOPS_MERGE_OPTS_INIT;
    opts.key = "id";
    refuses("id,x\n1,2\n", "id,x\n3,2\n3,4\n", opts, MLOPS_E_SCHEMA,
            "key id is '3' in rows 0 and 1 (from 0) of theirs");
    refuses("x\n1\n", "id,x\n3,2\n", opts, MLOPS_E_SCHEMA, "ours has no column 'id'");
    opts.policy = (mlops_merge_policy)3;
    refuses("id,x\n1,2\n", "id,x\n1,2\n", opts, MLOPS_E_INVALID, "policy 3");
    opts.policy = 0;
    opts.reserved = 1;
    refuses("id,x\n1,2\n", "id,x\n1,2\n", opts, MLOPS_E_INVALID, "reserved 1");
    opts.reserved = 0;
    opts.key = NULL;
    refuses("x\n2\n", "id\n1\n", opts, MLOPS_E_SCHEMA, "removed all columns");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_tables_merge_as_the_model_says),
        cmocka_unit_test(large_tables_merge_as_the_model_says),
        cmocka_unit_test(conflicts_are_data),
        cmocka_unit_test(rows_keep_their_places),
        cmocka_unit_test(columns_are_merged),
        cmocka_unit_test(types_are_merged),
        cmocka_unit_test(bad_input_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
