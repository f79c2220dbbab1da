/* Branches of datasets that are merged: a model of commits by chance, and rules one by one. */
#define _GNU_SOURCE
#include "unit/help_fixture.h"

#include "unit/draw.h"

enum { SEEDS = 12, STEPS = 40, COMMITS = 64, BRANCHES = 3, FILES = 4, IDS = 8, GONE = -1 };

static const char *const branches[BRANCHES] = {"main", "left", "right"};
static const char *const files[FILES] = {"a", "b/c", "b/d", "z"};

/* A commit: files with a number as their text, and a table of ids with a value each. */
typedef struct node {
    int parents[2], n_parents;
    int file[FILES], value[IDS];
    mlops_id id;
} node;

typedef struct history {
    node all[COMMITS];
    int n, at[BRANCHES];
} history;

static int pick(int n) { return (int)(draw() % (uint64_t)n); }

/* ---- the model ---- */

/* 1 for each commit that one goes back to, itself among them. */
static void reach(const history *h, int from, char seen[COMMITS]) {
    seen[from] = 1;
    for (int i = 0; i < h->all[from].n_parents; i++) reach(h, h->all[from].parents[i], seen);
}

static int goes_back(const history *h, int from, int to) {
    char seen[COMMITS] = {0};
    reach(h, from, seen);
    return seen[to];
}

/* The newest of those that both go back to. */
static int base_of(const history *h, int a, int b) {
    for (int i = h->n - 1; i >= 0; i--)
        if (goes_back(h, a, i) && goes_back(h, b, i)) return i;
    fail();
    return -1;
}

/* Three values made one; conflicts are counted, and decided. */
static int three(int base, int ours, int theirs, int policy, int64_t *n) {
    if (ours == theirs || base == theirs) return ours;
    if (base == ours) return theirs;
    ++*n;
    return policy == MLOPS_MERGE_THEIRS ? theirs : ours;
}

static node merged(const history *h, int base, int ours, int theirs, int policy, int64_t *n) {
    const node *b = &h->all[base], *o = &h->all[ours], *t = &h->all[theirs];
    node out = {{ours, theirs}, 2, {0}, {0}, {{0}}};
    *n = 0;
    for (int i = 0; i < FILES; i++)
        out.file[i] = three(b->file[i], o->file[i], t->file[i], policy, n);
    for (int i = 0; i < IDS; i++)
        out.value[i] = three(b->value[i], o->value[i], t->value[i], policy, n);
    return out;
}

/* ---- the store ---- */

static mlops_table *table_of(const node *c) {
    char csv[400] = "id,v\n";
    for (int i = 0; i < IDS; i++)
        if (c->value[i] != GONE) sprintf(csv + strlen(csv), "%d,%d\n", i, c->value[i]);
    return parse_csv(csv);
}

static void put_node(mlops_draft *d, const node *was, const node *c, int first) {
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    mlops_error e;
    opts.row_id = "id";
    for (int i = 0; i < FILES; i++) {
        char content[20];
        snprintf(content, sizeof content, "%d", c->file[i]);
        if (c->file[i] == was->file[i]) continue;
        if (c->file[i] == GONE) works(mlops_draft_remove(d, files[i], &e), &e);
        else add_text(d, files[i], content);
    }
    if (!first && memcmp(c->value, was->value, sizeof c->value) == 0) return;
    mlops_table *t = table_of(c);
    works(mlops_draft_add_table(d, "t", t, &opts, &e), &e);
    mlops_table_unref(t);
}

/* What the branch has is what the model has. */
static void check(const fixture *f, const history *h, int branch) {
    const node *c = &h->all[h->at[branch]];
    const char *ref = branches[branch];
    mlops_table *t;
    mlops_error e;
    mlops_id id = resolve(f->s, "d", ref);
    same_id(&id, &c->id);
    for (int i = 0; i < FILES; i++) {
        char want[20];
        size_t n;
        snprintf(want, sizeof want, "%d", c->file[i]);
        if (c->file[i] != GONE) reads_text(f->s, "d", ref, files[i], want);
        else
            refused(mlops_dataset_read(f->s, "d", ref, files[i], NULL, 0, &n, &e), &e,
                    MLOPS_E_NOT_FOUND, files[i]);
    }
    works(mlops_dataset_table(&t, f->s, "d", ref, "t", MLOPS_PART_ALL, &e), &e);
    int64_t rows = 0, n = mlops_table_n_rows(t), ids[IDS], values[IDS];
    works(mlops_table_integers(t, 0, ids, n, &e), &e);
    works(mlops_table_integers(t, 1, values, n, &e), &e);
    for (int i = 0; i < IDS; i++) rows += c->value[i] != GONE;
    assert_int_equal(n, rows);
    for (int64_t i = 0; i < n; i++) assert_int_equal(values[i], c->value[ids[i]]);
    mlops_table_unref(t);
    works(mlops_dataset_log(&t, f->s, "d", ref, 1, &e), &e);
    char parents[200];
    assert_int_equal(mlops_table_text(t, 4, 0, parents, sizeof parents, NULL), 0);
    assert_int_equal(strlen(parents), c->n_parents * 65 - (c->n_parents > 0));
    for (int i = 0; i < c->n_parents; i++)
        assert_memory_equal(parents + 65 * i, hex_of(&h->all[c->parents[i]].id).text, 64);
    mlops_table_unref(t);
}

static void step_edit(fixture *f, history *h) {
    int branch = pick(BRANCHES);
    const node *was = &h->all[h->at[branch]];
    node next = *was;
    next.parents[0] = h->at[branch];
    next.n_parents = 1;
    for (int k = 1 + pick(3); k > 0; k--) next.file[pick(FILES)] = draw() % 4 ? pick(4) : GONE;
    for (int k = 1 + pick(3); k > 0; k--) next.value[pick(IDS)] = draw() % 4 ? pick(4) : GONE;
    next.value[0] = 1 + pick(2); /* so that there is a row */
    mlops_change *c = new_change(f->s);
    mlops_draft *d = new_draft(c, "d", branches[branch]);
    put_node(d, was, &next, 0);
    next.id = end_draft(d);
    commit(c);
    mlops_change_free(c);
    h->all[h->n] = next;
    h->at[branch] = h->n++;
}

static void step_draft_merge(fixture *f, history *h, int into, int from, node *next, int policy,
                             int64_t n) {
    mlops_dataset_merge_opts opts = MLOPS_DATASET_MERGE_OPTS_INIT;
    mlops_change *c = new_change(f->s);
    mlops_draft *d = new_draft(c, "d", branches[into]);
    mlops_table *t;
    mlops_error e;
    mlops_id id;
    works(mlops_draft_merge(&t, d, branches[from], NULL, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), n);
    mlops_table_unref(t);
    if (n) {
        refused(mlops_draft_commit(d, &id, &e), &e, MLOPS_E_CONFLICT, "merge again");
        opts.policy = (mlops_merge_policy)policy;
        works(mlops_draft_merge(&t, d, branches[from], &opts, &e), &e);
        assert_int_equal(mlops_table_n_rows(t), n);
        mlops_table_unref(t);
    }
    next->id = end_draft(d);
    commit(c);
    mlops_change_free(c);
    h->all[h->n] = *next;
    h->at[into] = h->n++;
}

static void step_merge(fixture *f, history *h) {
    mlops_dataset_merge_opts opts = MLOPS_DATASET_MERGE_OPTS_INIT;
    int into = pick(BRANCHES), from = (into + 1 + pick(BRANCHES - 1)) % BRANCHES,
        policy = 1 + pick(2);
    int ours = h->at[into], theirs = h->at[from], base = base_of(h, ours, theirs);
    int64_t n = 0;
    node next = merged(h, base, ours, theirs, policy, &n);
    if (base != ours && base != theirs && draw() % 2) {
        step_draft_merge(f, h, into, from, &next, policy, n);
        return;
    }
    mlops_change *c = new_change(f->s);
    mlops_error e;
    mlops_id id, none = {{0}};
    opts.branch = branches[into];
    if (base != ours && base != theirs && n) {
        refused(mlops_dataset_merge(&id, c, "d", branches[from], &opts, &e), &e, MLOPS_E_CONFLICT,
                "the first one in");
        same_id(&id, &none);
    }
    opts.policy = (mlops_merge_policy)policy;
    works(mlops_dataset_merge(&id, c, "d", branches[from], &opts, &e), &e);
    commit(c);
    mlops_change_free(c);
    next.id = id;
    if (base == theirs) same_id(&id, &h->all[ours].id);
    else if (base == ours) h->at[into] = theirs;
    else h->all[h->n] = next, h->at[into] = h->n++;
}

static void branches_merge_as_the_model_says(void **state) {
    (void)state;
    for (uint64_t s = 1; s <= SEEDS; s++) {
        fixture f;
        static history h;
        node empty = {{0, 0}, 0, {GONE, GONE, GONE, GONE}, {0}, {{0}}};
        mlops_error e;
        seed = s * 77;
        begin_swift(&f);
        memset(&h, 0, sizeof h);
        mlops_change *c = new_change(f.s);
        mlops_draft *d = new_draft(c, "d", NULL);
        h.all[0] = empty;
        h.all[0].file[0] = 1;
        put_node(d, &empty, &h.all[0], 1);
        h.all[0].id = end_draft(d);
        works(mlops_dataset_branch(c, "d", "left", NULL, &e), &e);
        works(mlops_dataset_branch(c, "d", "right", NULL, &e), &e);
        commit(c);
        mlops_change_free(c);
        h.n = 1;
        for (int k = 0; k < STEPS; k++) {
            if (draw() % 2) step_edit(&f, &h);
            else step_merge(&f, &h);
            for (int b = 0; b < BRANCHES; b++) check(&f, &h, b);
        }
        end(&f);
    }
}

/* ---- rules ---- */

static void add_csv_text(fixture *f, mlops_draft *d, const char *csv, const mlops_csv_opts *how) {
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    mlops_error e;
    char path[200];
    snprintf(path, sizeof path, "%s/in.csv", f->p.dir);
    set_file(path, csv, strlen(csv));
    opts.csv = how;
    opts.target = how->names || how->flags ? NULL : "y";
    opts.row_id = how->names || how->flags ? NULL : "id";
    works(mlops_draft_add_csv(d, "t.csv", path, &opts, &e), &e);
}

/* Commits base to main, theirs to the branch side, ours to main. */
static void three_csv(fixture *f, const char *base, const char *ours, const char *theirs,
                      const mlops_csv_opts *how) {
    const char *texts[3] = {base, theirs, ours}, *names[3] = {"main", "side", "main"};
    mlops_split_opts split = MLOPS_SPLIT_OPTS_INIT;
    mlops_error e;
    split.share = 0.4;
    for (int i = 0; i < 3; i++) {
        mlops_change *c = new_change(f->s);
        if (i == 1) works(mlops_dataset_branch(c, "d", "side", "main", &e), &e);
        mlops_draft *d = new_draft(c, "d", names[i]);
        add_csv_text(f, d, texts[i], how);
        works(mlops_draft_split(d, "t.csv", &split, &e), &e);
        end_draft(d);
        commit(c);
        mlops_change_free(c);
    }
}

static void csv_keeps_its_dialect(void **state) {
    (void)state;
    fixture f;
    mlops_table *t;
    mlops_error e;
    mlops_csv_opts how = MLOPS_CSV_OPTS_INIT;
    begin_swift(&f);
    how.delimiter = ";";
    how.nulls = "none";
    how.skip_lines = 1;
    three_csv(&f, "# export\nid;x;y\n1;a;0\n2;none;1\n3;\"c;d\";1\n",
              "# export\nid;x;y\n1;A;0\n2;none;1\n3;\"c;d\";1\n",
              "# export\nid;x;y\n1;a;0\n3;\"c;d\";0\n4;none;1\n", &how);
    merge_side(&f, NULL);
    reads_text(f.s, "d", NULL, "t.csv", "id;x;y\n1;A;0\n3;\"c;d\";0\n4;none;1\n");
    works(mlops_dataset_entries(&t, f.s, "d", NULL, &e), &e);
    char *text = show(t); /* what columns are for stays, the split goes */
    assert_non_null(strstr(text, ",3,3,,y,,id\n"));
    free(text);
    end(&f);
    begin_swift(&f);
    mlops_csv_opts bare = MLOPS_CSV_OPTS_INIT;
    mlops_dataset_merge_opts opts = MLOPS_DATASET_MERGE_OPTS_INIT;
    bare.flags = MLOPS_CSV_NO_HEADER;
    bare.names = "k,\"v,w\"";
    three_csv(&f, "1,a\n2,b\n3,c\n", "1,A\n2,b\n3,c\n", "1,a\n2,b\n3,C\n", &bare);
    opts.key = "k";
    merge_side(&f, &opts);
    reads_text(f.s, "d", NULL, "t.csv", "1,A\n2,b\n3,C\n");
    works(mlops_dataset_table(&t, f.s, "d", NULL, NULL, MLOPS_PART_ALL, &e), &e);
    shows(t, "k,v,w\n1,A\n2,b\n3,C\n");
    end(&f);
}

static void csv_keeps_its_types(void **state) {
    (void)state;
    fixture f;
    mlops_table *t;
    mlops_error e;
    mlops_csv_opts how = MLOPS_CSV_OPTS_INIT;
    begin_swift(&f);
    how.types = "day=time(%d.%m.%Y),y=string";
    three_csv(&f, "id,y,day\n1,0,01.02.2024\n2,1,2.2.2024\n",
              "id,y,day\n1,0,05.02.2024\n2,1,2.2.2024\n",
              "id,y,day\n1,0,01.02.2024\n2,1,29.02.2024\n", &how);
    merge_side(&f, NULL);
    reads_text(f.s, "d", NULL, "t.csv", "id,y,day\n1,\"0\",05.02.2024\n2,\"1\",29.02.2024\n");
    works(mlops_dataset_table(&t, f.s, "d", NULL, NULL, MLOPS_PART_ALL, &e), &e);
    shows(t, "id,y,day\n1,0,1707091200000000000\n2,1,1709164800000000000\n");
    end(&f);
}

static void a_split_alone_is_no_conflict(void **state) {
    (void)state;
    fixture f;
    mlops_csv_opts how = MLOPS_CSV_OPTS_INIT;
    mlops_split_opts split = MLOPS_SPLIT_OPTS_INIT;
    mlops_error e;
    mlops_table *t;
    const char *csv = "id,x,y\n1,a,0\n2,b,1\n3,c,1\n4,d,1\n";
    begin_swift(&f);
    three_csv(&f, csv, csv, "id,x,y\n1,a,0\n2,B,1\n3,c,1\n4,d,1\n", &how);
    mlops_change *c = new_change(f.s);
    mlops_draft *d = new_draft(c, "d", NULL);
    split.seed = 9;
    split.share = 0.5;
    works(mlops_draft_split(d, "t.csv", &split, &e), &e);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
    merge_side(&f, NULL);
    works(mlops_dataset_table(&t, f.s, "d", NULL, NULL, MLOPS_PART_TRAIN, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 2);
    mlops_table_unref(t);
    reads_text(f.s, "d", NULL, "t.csv", "id,x,y\n1,a,0\n2,B,1\n3,c,1\n4,d,1\n");
    end(&f);
}

static void conflicts_are_listed_by_path(void **state) {
    (void)state;
    fixture f;
    mlops_csv_opts how = MLOPS_CSV_OPTS_INIT;
    mlops_dataset_merge_opts opts = MLOPS_DATASET_MERGE_OPTS_INIT;
    mlops_table *t;
    mlops_error e;
    mlops_id id;
    begin_swift(&f);
    three_csv(&f, "id,x,y\n1,a,0\n2,b,1\n", "id,x,y\n1,A,0\n2,b,1\n", "id,x,y\n1,B,0\n2,b,1\n",
              &how);
    commit_text(f.s, "d", "main", "f", "1");
    commit_text(f.s, "d", "main", "dir", "a file");
    commit_text(f.s, "d", "side", "f", "2");
    commit_text(f.s, "d", "side", "dir/below", "another");
    mlops_change *c = new_change(f.s);
    mlops_draft *d = new_draft(c, "d", NULL);
    works(mlops_draft_merge(&t, d, "side", NULL, &e), &e);
    static const char one[] = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b";
    static const char two[] = "d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35";
    char want[1000], *text = show(t);
    snprintf(want, sizeof want,
             "path,kind,column,key,base_row,ours_row,theirs_row,base,ours,theirs\n"
             "f,entry,,,,,,,%s,%s\nt.csv,cell,x,1,0,0,0,a,A,B\ndir/below,entry,,,,,,,,",
             one, two);
    assert_memory_equal(text, want, strlen(want));
    free(text);
    opts.policy = MLOPS_MERGE_THEIRS;
    refused(mlops_draft_merge(&t, d, "side", &opts, &e), &e, MLOPS_E_CONFLICT,
            "folder of 'dir/below'");
    works(mlops_draft_remove(d, "dir", &e), &e); /* settles it */
    works(mlops_draft_merge(&t, d, "side", &opts, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 2);
    mlops_table_unref(t);
    refused(mlops_draft_merge(&t, d, "side", &opts, &e), &e, MLOPS_E_INVALID, "has merged");
    end_draft(d);
    commit(c);
    mlops_change_free(c);
    reads_text(f.s, "d", NULL, "f", "2");
    reads_text(f.s, "d", NULL, "dir/below", "another");
    reads_text(f.s, "d", NULL, "t.csv", "id,x,y\n1,B,0\n2,b,1\n");
    id = resolve(f.s, "d", NULL);
    mlops_id again = merge_side(&f, NULL); /* merged already */
    same_id(&id, &again);
    end(&f);
}

static void a_branch_that_moves_in_between_is_a_conflict(void **state) {
    (void)state;
    for (int moves = 0; moves < 2; moves++) { /* by a commit, and by going ahead */
        fixture f;
        mlops_error e;
        mlops_id id;
        begin_swift(&f);
        commit_text(f.s, "d", NULL, "a", "1");
        mlops_change *c = new_change(f.s);
        works(mlops_dataset_branch(c, "d", "side", NULL, &e), &e);
        commit(c);
        commit_text(f.s, "d", "side", "b", "1");
        if (moves) commit_text(f.s, "d", NULL, "c", "1");
        works(mlops_dataset_merge(&id, c, "d", "side", NULL, &e), &e);
        mlops_id other = commit_text(f.s, "d", NULL, "a", "2"); /* somebody else */
        refused(mlops_change_commit(c, NULL, &e), &e, MLOPS_E_CONFLICT, "");
        id = resolve(f.s, "d", NULL);
        same_id(&id, &other);
        works(mlops_dataset_merge(&id, c, "d", "side", NULL, &e), &e);
        commit(c);
        reads_text(f.s, "d", NULL, "b", "1");
        reads_text(f.s, "d", NULL, "a", "2");
        mlops_draft *d = new_draft(c, "d", NULL); /* one that has merged, and comes too late */
        mlops_table *t;
        commit_text(f.s, "d", "side", "b", "2");
        works(mlops_draft_merge(&t, d, "side", NULL, &e), &e);
        mlops_table_unref(t);
        commit_text(f.s, "d", NULL, "a", "3");
        refused(mlops_draft_commit(d, &id, &e), &e, MLOPS_E_CONFLICT, "has moved");
        mlops_draft_free(d);
        mlops_change_free(c);
        end(&f);
    }
}

static void bad_input_is_named(void **state) {
    (void)state;
    fixture f;
    mlops_dataset_merge_opts opts = MLOPS_DATASET_MERGE_OPTS_INIT;
    mlops_csv_opts how = MLOPS_CSV_OPTS_INIT;
    mlops_error e;
    mlops_id id;
    begin_swift(&f);
    three_csv(&f, "id,x,y\n1,a,0\n2,b,1\n", "id,x,y\n1,A,0\n2,b,1\n", "id,x,y\n1,B,0\n1,b,1\n",
              &how);
    mlops_change *c = new_change(f.s);
    refused(mlops_dataset_merge(&id, c, "d", "side", NULL, &e), &e, MLOPS_E_SCHEMA,
            "'t.csv': the key id is '1' in rows 0 and 1 (from 0) of theirs");
    opts.key = "nope";
    refused(mlops_dataset_merge(&id, c, "d", "side", &opts, &e), &e, MLOPS_E_SCHEMA,
            "no column 'nope'");
    opts.key = "";
    opts.policy = MLOPS_MERGE_OURS;
    works(mlops_dataset_merge(&id, c, "d", "side", &opts, &e), &e); /* by position */
    opts.branch = "nowhere";
    refused(mlops_dataset_merge(&id, c, "d", "side", &opts, &e), &e, MLOPS_E_NOT_FOUND,
            "\"nowhere\"");
    refused(mlops_dataset_merge(&id, c, "d", "sied", NULL, &e), &e, MLOPS_E_NOT_FOUND, "\"side\"");
    opts.flags = 2;
    refused(mlops_dataset_merge(&id, c, "d", "side", &opts, &e), &e, MLOPS_E_INVALID, "flags 0x2");
    mlops_change_free(c);
    end(&f);
}

/* Lines of commits that have nothing in common, and a commit where moving would do. */
static void histories_join(void **state) {
    (void)state;
    fixture f;
    mlops_dataset_merge_opts opts = MLOPS_DATASET_MERGE_OPTS_INIT;
    mlops_table *t;
    mlops_error e;
    begin_swift(&f);
    commit_text(f.s, "d", "main", "a", "1");
    mlops_change *c = new_change(f.s);
    mlops_draft_opts apart = MLOPS_DRAFT_OPTS_INIT;
    mlops_draft *d;
    apart.branch = "side";
    apart.base = "";
    works(mlops_draft_new(&d, c, "d", &apart, &e), &e);
    add_text(d, "b", "2");
    end_draft(d);
    commit(c);
    mlops_change_free(c);
    opts.message = "join";
    opts.author = "ada";
    merge_side(&f, &opts);
    reads_text(f.s, "d", NULL, "a", "1");
    reads_text(f.s, "d", NULL, "b", "2");
    c = new_change(f.s);
    works(mlops_dataset_branch(c, "d", "side", "main", &e), &e);
    commit(c);
    mlops_change_free(c);
    commit_text(f.s, "d", "side", "c", "3");
    opts.flags = MLOPS_DATASET_MERGE_COMMIT;
    merge_side(&f, &opts);
    works(mlops_dataset_log(&t, f.s, "d", NULL, 10, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 5);
    char text[200];
    mlops_table_text(t, 3, 0, text, sizeof text, NULL);
    assert_string_equal(text, "join");
    mlops_table_unref(t);
    end(&f);
}

/* ---- differences ---- */

static void rows_of_versions_are_compared(void **state) {
    (void)state;
    fixture f;
    mlops_csv_opts how = MLOPS_CSV_OPTS_INIT;
    mlops_diff_opts opts = MLOPS_DIFF_OPTS_INIT;
    mlops_diff *d;
    mlops_table *t;
    mlops_error e;
    begin_swift(&f);
    three_csv(&f, "id,x,y\n1,a,0\n2,b,1\n", "id,x,y\n2,b,1\n1,A,0\n", "id,x,y\n1,a,0\n2,B,1\n",
              &how);
    works(mlops_dataset_diff_rows(&d, f.s, "d", NULL, NULL, NULL, NULL, &e), &e); /* by row_id */
    works(mlops_diff_cells(&t, d, &e), &e);
    shows(t, "from_row,to_row,key,column,from,to\n0,1,1,x,a,A\n");
    mlops_diff_unref(d);
    opts.key = "";
    works(mlops_dataset_diff_rows(&d, f.s, "d", "side", "main", "t.csv", &opts, &e), &e);
    assert_int_equal(mlops_diff_n_cells(d) + mlops_diff_n_removed(d) > 1, 1);
    mlops_diff_unref(d);
    refused(mlops_dataset_diff_rows(&d, f.s, "d", "side", "main", "t.cvs", NULL, &e), &e,
            MLOPS_E_NOT_FOUND, "\"t.csv\"");
    commit_text(f.s, "e", NULL, "a", "1");
    refused(mlops_dataset_diff_rows(&d, f.s, "e", NULL, NULL, "a", NULL, &e), &e, MLOPS_E_NOT_FOUND,
            "no parent");
    commit_text(f.s, "e", NULL, "a", "2");
    refused(mlops_dataset_diff_rows(&d, f.s, "e", NULL, NULL, "a", NULL, &e), &e, MLOPS_E_SCHEMA,
            "no table");
    assert_null(d);
    end(&f);
}

static void renamed_entries_are_paired(void **state) {
    (void)state;
    fixture f;
    mlops_table *t;
    mlops_error e;
    begin_swift(&f);
    mlops_change *c = new_change(f.s);
    mlops_draft *d = new_draft(c, "d", NULL);
    add_text(d, "a", "1");
    add_text(d, "b", "1");
    add_text(d, "c", "2");
    add_text(d, "e", "3");
    end_draft(d);
    d = new_draft(c, "d", NULL);
    const char *gone[] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++) works(mlops_draft_remove(d, gone[i], &e), &e);
    add_text(d, "new/1", "1");
    add_text(d, "new/2", "2");
    add_text(d, "new/3", "3"); /* a copy */
    end_draft(d);
    commit(c);
    mlops_change_free(c);
    works(mlops_dataset_diff(&t, f.s, "d", NULL, NULL, &e), &e);
    static const char *const want[6][2] = {{"a", "new/1"}, {"b", ""},      {"c", "new/2"},
                                           {"new/1", "a"}, {"new/2", "c"}, {"new/3", ""}};
    assert_int_equal(mlops_table_n_rows(t), 6);
    for (int i = 0; i < 6; i++) {
        char path[20], other[20];
        mlops_table_text(t, 0, i, path, sizeof path, NULL);
        mlops_table_text(t, mlops_table_find(t, "renamed"), i, other, sizeof other, NULL);
        assert_string_equal(path, want[i][0]);
        assert_string_equal(other, want[i][1]);
    }
    mlops_table_unref(t);
    end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(branches_merge_as_the_model_says),
        cmocka_unit_test(csv_keeps_its_dialect),
        cmocka_unit_test(csv_keeps_its_types),
        cmocka_unit_test(a_split_alone_is_no_conflict),
        cmocka_unit_test(conflicts_are_listed_by_path),
        cmocka_unit_test(a_branch_that_moves_in_between_is_a_conflict),
        cmocka_unit_test(bad_input_is_named),
        cmocka_unit_test(histories_join),
        cmocka_unit_test(rows_of_versions_are_compared),
        cmocka_unit_test(renamed_entries_are_paired),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
