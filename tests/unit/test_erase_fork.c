/* An erasure of rows from a history that forks: versions of both branches are kept as changes to
 * what is erased, over one another. Each is afterwards what it was, byte for byte, without the row;
 * the versions that are expected are written by the test itself. */
#define _GNU_SOURCE
#include "unit/help_dataset.h"

#include "unit/draw.h"

#include <mlops/check.h>

enum { ROWS = 12000, DROPPED = 15, STEP = ROWS * 3 / 50 };

typedef enum person { WITHOUT_HER, WITH_HER } person;

/* Which rows a branch drops, spread out: those at a place, and each so many behind it. */
typedef struct version {
    const char *branch;
    int dropped; /* the first of them; 0: none is */
    int suffix;  /* of the fifth row; 0: none */
} version;

static const version FORK[] = {
    {"main", STEP * 5 / 9, 0},
    {"b", STEP, 0},
    {"main", STEP * 5 / 9, 7},
    {"b", STEP, 8},
};

/* To be freed. */
static char *make_table(const version *v, person her) {
    char *out = malloc((size_t)ROWS * 44 + 100), *at = out;
    assert_non_null(out);
    seed = 5;
    at += sprintf(at, "id,name,val,w\n");
    for (int i = 0; i < ROWS; i++) {
        int name = (int)(draw() % 1000000), val = (int)(draw() % 1000000000);
        int w = (int)(draw() % 1000000000), from = i - v->dropped;
        if (her && i == 100) at += sprintf(at, "999999,erika,1,1\n");
        if (v->dropped && from >= 0 && from % STEP == 0 && from / STEP < DROPPED) continue;
        at += sprintf(at, "%d,n%d,%d,%d", i, name, val, w);
        if (i == 5 && v->suffix) at += sprintf(at, "%d", v->suffix);
        at += sprintf(at, "\n");
    }
    return out;
}

static mlops_id commit_table(const place *p, mlops_store *s, const version *v, person her) {
    mlops_error e;
    char file[100], *csv = make_table(v, her);
    mlops_change *c = new_change(s);
    mlops_draft *d = new_draft(c, "data", v->branch);
    snprintf(file, sizeof file, "%s/t.csv", p->dir);
    set_file(file, csv, strlen(csv));
    works(mlops_draft_add_csv(d, "t.csv", file, NULL, &e), &e);
    mlops_id id = end_draft(d);
    commit(c);
    mlops_change_free(c);
    free(csv);
    return id;
}

static void make_branch(mlops_store *s, const char *name, const mlops_id *at) {
    mlops_error e;
    mlops_change *c = new_change(s);
    works(mlops_dataset_branch(c, "data", name, hex_of(at).text, &e), &e);
    commit(c);
    mlops_change_free(c);
}

static void erase_her(mlops_store *s) {
    mlops_error e;
    mlops_erase_opts opts = MLOPS_ERASE_OPTS_INIT;
    mlops_erase_stat stat = MLOPS_ERASE_STAT_INIT;
    opts.column = "name";
    opts.value = "erika";
    opts.reason = "asked to";
    opts.by = "dpo";
    works(mlops_dataset_erase(s, NULL, &opts, NULL, &stat, &e), &e);
    assert_int_equal(stat.done, 1);
    assert_int_equal(stat.n_rows, 1);
}

static void is_without_her(mlops_store *s, const mlops_id *id, const version *v) {
    char *want = make_table(v, WITHOUT_HER), *got = read_text(s, "data", hex_of(id).text, "t.csv");
    if (strcmp(got, want) != 0) fail_msg("%s, suffix %d: other bytes", v->branch, v->suffix);
    free(got);
    free(want);
}

/* ---- tests ---- */

static void no_branch_loses_its_newest_version(void **state) {
    static const version whole = {"main", 0, 0};
    place p;
    mlops_id ids[4];
    (void)state;
    make_place(&p);
    mlops_store *s = open_store(p.path, NULL);
    mlops_id first = commit_table(&p, s, &whole, WITH_HER);
    mlops_id fork = commit_table(&p, s, &whole, WITHOUT_HER);
    make_branch(s, "b", &fork);
    for (int i = 0; i < 4; i++) ids[i] = commit_table(&p, s, &FORK[i], WITHOUT_HER);
    erase_her(s);
    is_without_her(s, &first, &whole);
    is_without_her(s, &fork, &whole);
    for (int i = 0; i < 4; i++) is_without_her(s, &ids[i], &FORK[i]);
    mlops_store_close(s);
    is_sound(p.path);
    remove_place(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_branch_loses_its_newest_version)};
    return cmocka_run_group_tests_name("erase_fork", tests, NULL, NULL);
}
