/* Branches that follow those of a remote: they are not pushed, nor made again under a name that
 * grows with each round.
 */
#define _GNU_SOURCE
#include "unit/help_version.h"

#include "unit/help_dataset.h"

typedef struct world {
    place p[3];
    mlops_store *s[3];
    mlops_share *share;
    const mlops_remote *r;
} world;

static void begin_world(world *w) {
    mlops_error e;
    for (int i = 0; i < 3; i++) {
        make_place(&w->p[i]);
        w->s[i] = open_file(&w->p[i]);
    }
    works(mlops_share_memory(&w->share, NULL, &e), &e);
    w->r = mlops_share_remote(w->share);
}

static void end_world(world *w) {
    for (int i = 0; i < 3; i++) {
        mlops_store_close(w->s[i]);
        assert_int_equal(n_faults(&w->p[i], NULL), 0);
        remove_place(&w->p[i]);
    }
    mlops_share_close(w->share);
}

static void push_all(const world *w, int i) {
    mlops_error e;
    works(mlops_dataset_push(w->s[i], w->r, "data", NULL, NULL, &e), &e);
}

static void pull_all(const world *w, int i) {
    mlops_error e;
    works(mlops_dataset_pull(w->s[i], w->r, "data", NULL, NULL, &e), &e);
}

static void pull_aside(mlops_store *s, const mlops_remote *r) {
    mlops_error e;
    mlops_pull_opts opts = MLOPS_PULL_OPTS_INIT;
    opts.prefix = "origin/";
    works(mlops_dataset_pull(s, r, "data", &opts, NULL, &e), &e);
}

static void merge_aside(mlops_store *s) {
    mlops_error e;
    mlops_id id;
    mlops_change *c = new_change(s);
    works(mlops_dataset_merge(&id, c, "data", "origin/main", NULL, &e), &e);
    commit(c);
    mlops_change_free(c);
}

/* Names of branches and tags, those first. */
static void has_refs(mlops_table *t, const char *want) {
    char got[400] = "", name[100];
    for (int64_t i = 0; i < mlops_table_n_rows(t); i++) {
        mlops_table_text(t, mlops_table_find(t, "name"), i, name, sizeof name, NULL);
        strcat(strcat(got, name), " ");
    }
    assert_string_equal(got, want);
    mlops_table_unref(t);
}

static void remote_has(const world *w, const char *want) {
    mlops_table *t;
    mlops_error e;
    works(mlops_remote_refs(&t, w->r, NULL, NULL, &e), &e);
    has_refs(t, want);
}

static void store_has(mlops_store *s, const char *want) {
    mlops_table *t;
    mlops_error e;
    works(mlops_dataset_refs(&t, s, "data", &e), &e);
    has_refs(t, want);
}

/* A branch follows the remote's until somebody here moves it. */
static void does_follow(mlops_store *s, const char *branch, int want) {
    mlops_table *t;
    mlops_error e;
    char name[100], follows[8];
    int n = 0;
    works(mlops_dataset_refs(&t, s, "data", &e), &e);
    for (int64_t i = 0; i < mlops_table_n_rows(t); i++) {
        mlops_table_text(t, mlops_table_find(t, "name"), i, name, sizeof name, NULL);
        if (strcmp(name, branch) != 0) continue;
        mlops_table_text(t, mlops_table_find(t, "follows"), i, follows, sizeof follows, NULL);
        assert_string_equal(follows, want ? "true" : "false");
        n++;
    }
    assert_int_equal(n, 1);
    mlops_table_unref(t);
}

static void stands_at(mlops_store *s, const char *ref, const mlops_id *want) {
    mlops_id at = resolve(s, "data", ref);
    same_id(&at, want);
}

/* As the error says that is returned where both went on: pull with a prefix, merge, push. */
static void test_rounds(void **state) {
    world w;
    mlops_error e;
    char path[8], text[8];
    (void)state;
    begin_world(&w);
    commit_text(w.s[0], "data", NULL, "a", "one");
    mlops_change *c = new_change(w.s[0]);
    works(mlops_dataset_tag(c, "data", "v1", NULL, &e), &e);
    commit(c);
    mlops_change_free(c);
    push_all(&w, 0);
    pull_all(&w, 1), pull_all(&w, 2);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 3; i++) {
            snprintf(path, sizeof path, "by%d", i);
            snprintf(text, sizeof text, "%d", round);
            commit_text(w.s[i], "data", NULL, path, text);
        }
        for (int i = 0; i < 3; i++) {
            pull_aside(w.s[i], w.r);
            merge_aside(w.s[i]);
            push_all(&w, i);
            remote_has(&w, "main v1 ");
            store_has(w.s[i], "main origin/main origin/v1 v1 ");
            does_follow(w.s[i], "main", 0);
            does_follow(w.s[i], "origin/main", 1);
        }
        reads_text(w.s[2], "data", NULL, "by0", text);
        pull_all(&w, 0), pull_all(&w, 1);
    }
    end_world(&w);
}

static void test_named(void **state) {
    world w;
    mlops_error e;
    mlops_push_opts named = MLOPS_PUSH_OPTS_INIT;
    mlops_pull_opts want = MLOPS_PULL_OPTS_INIT;
    (void)state;
    begin_world(&w);
    mlops_id first = commit_text(w.s[0], "data", NULL, "a", "one");
    push_all(&w, 0);
    pull_aside(w.s[1], w.r);
    refused(mlops_dataset_push(w.s[1], w.r, "data", NULL, NULL, &e), &e, MLOPS_E_NOT_FOUND,
            "origin/main");
    named.branches = "origin/*";
    works(mlops_dataset_push(w.s[1], w.r, "data", &named, NULL, &e), &e);
    remote_has(&w, "main origin/main ");
    pull_all(&w, 0);
    mlops_id theirs = commit_text(w.s[0], "data", "origin/main", "a", "there");
    push_all(&w, 0);
    pull_all(&w, 1);
    stands_at(w.s[1], "origin/main", &first);
    want.branches = "origin/main";
    works(mlops_dataset_pull(w.s[1], w.r, "data", &want, NULL, &e), &e);
    stands_at(w.s[1], "origin/main", &theirs);
    end_world(&w);
}

/* Who commits to it, or moves it, has made it a branch of this store, until it follows again. */
static void test_made_own(void **state) {
    world w;
    mlops_error e;
    (void)state;
    begin_world(&w);
    mlops_id first = commit_text(w.s[0], "data", NULL, "a", "one");
    push_all(&w, 0);
    pull_all(&w, 1), pull_all(&w, 2);
    for (int i = 1; i < 3; i++) {
        mlops_change *c = new_change(w.s[i]);
        pull_aside(w.s[i], w.r);
        if (i == 1) commit_text(w.s[i], "data", "origin/main", "b", "ours");
        else works(mlops_dataset_branch(c, "data", "origin/main", "main", &e), &e);
        if (i == 2) commit(c);
        mlops_change_free(c);
    }
    pull_aside(w.s[2], w.r);
    push_all(&w, 2);
    remote_has(&w, "main ");
    push_all(&w, 1);
    remote_has(&w, "main origin/main ");
    pull_aside(w.s[1], w.r);
    stands_at(w.s[1], "origin/main", &first);
    push_all(&w, 1);
    end_world(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rounds),
        cmocka_unit_test(test_named),
        cmocka_unit_test(test_made_own),
    };
    return cmocka_run_group_tests_name("transfer_follow", tests, NULL, NULL);
}
