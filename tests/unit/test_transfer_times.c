/* Commits of a remote whose times are not those of a history, as no draft makes them: a pull brings
 * nothing of what leads to them. */
#define _GNU_SOURCE
#include "unit/help_dataset.h"

#include "dataset/dataset.h"

typedef struct world {
    place p;
    mlops_share *share;
    mlops_store *a, *b;
    char path[2][120];
} world;

static void begin(world *w) {
    mlops_error e;
    make_place(&w->p);
    works(mlops_share_memory(&w->share, NULL, &e), &e);
    for (int i = 0; i < 2; i++)
        snprintf(w->path[i], sizeof w->path[i], "%s/%c.mlops", w->p.dir, 'a' + i);
    w->a = open_store(w->path[0], NULL);
    w->b = open_store(w->path[1], NULL);
}

static void end(world *w) {
    mlops_store_close(w->a);
    mlops_store_close(w->b);
    for (int i = 0; i < 2; i++) is_sound(w->path[i]);
    mlops_share_close(w->share);
    remove_place(&w->p);
}

static mlops__commit commit_of(mlops_store *s, const mlops_id *id) {
    mlops__arena arena;
    mlops__view view;
    mlops__commit out;
    mlops_error e;
    mlops__arena_init(&arena, &mlops__store_host(s)->allocator, SIZE_MAX);
    works(mlops__view_begin(&view, s, NULL, &arena, &e), &e);
    works(mlops__commit_read(&out, &view, "d", id), &e);
    mlops__view_end(&view);
    mlops__arena_free(&arena); /* of texts and parents, which nobody looks at */
    return out;
}

/* Of the tree of the first parent, at a time of the test's; main is there then. */
static mlops_id forge(mlops_store *s, const mlops_id *parents, size_t n, int64_t time_ns) {
    mlops_error e;
    mlops__buf record;
    mlops__key key;
    const mlops__ref none = {0};
    mlops__commit commit = {0};
    commit.tree = commit_of(s, &parents[0]).tree;
    commit.time_ns = time_ns;
    commit.parents = parents;
    commit.n_parents = n;
    mlops__buf_init(&record, &mlops__store_host(s)->allocator);
    mlops__commit_write(&commit, "d", &record);
    mlops__bytes bytes = {record.data, record.size};
    commit.id = mlops__content_id(s, bytes.data, bytes.size);
    mlops_change *c = new_change(s);
    mlops__commit_key(&key, "d", &commit.id);
    works(mlops__change_put(c, MLOPS__TABLE_COMMITS, mlops__key_bytes(&key), bytes, &e), &e);
    mlops__ref_key(&key, "d", mlops__ref_branch, "main");
    works(mlops__ref_put(c, &key, &none, &commit.id, 0, &e), &e);
    works(mlops_change_commit(c, NULL, &e), &e);
    mlops_change_free(c);
    mlops__buf_free(&record);
    return commit.id;
}

static void push(world *w) {
    mlops_error e;
    works(mlops_dataset_push(w->a, mlops_share_remote(w->share), "d", NULL, NULL, &e), &e);
}

static mlops_status pull(world *w, int32_t depth, mlops_error *e) {
    mlops_pull_opts opts = MLOPS_PULL_OPTS_INIT;
    opts.depth = depth;
    return mlops_dataset_pull(w->b, mlops_share_remote(w->share), "d", &opts, NULL, e);
}

static int64_t n_commits(mlops_store *s) {
    mlops_table *t;
    mlops_error e;
    works(mlops_dataset_log(&t, s, "d", NULL, 1000, &e), &e);
    int64_t n = mlops_table_n_rows(t);
    mlops_table_unref(t);
    return n;
}

/* By 1 ns, and not; beside a parent that is here, and one that comes, too. */
static void each_is_later(void **state) {
    (void)state;
    for (int here = 0; here < 2; here++)
        for (int later = 0; later < 3; later++) {
            world w;
            mlops_error e;
            begin(&w);
            mlops_id first = commit_text(w.a, "d", NULL, "a", "1");
            push(&w);
            if (here) works(pull(&w, 0, &e), &e);
            mlops_id next = forge(w.a, &first, 1, commit_of(w.a, &first).time_ns + later - 1);
            push(&w);
            if (later == 2) {
                works(pull(&w, 0, &e), &e);
                mlops_id main = resolve(w.b, "d", "main");
                same_id(&main, &next);
                assert_int_equal(n_commits(w.b), 2);
            } else {
                refused(pull(&w, 0, &e), &e, MLOPS_E_CORRUPT, hex_of(&next).text);
                refused(pull(&w, 0, &e), &e, MLOPS_E_CORRUPT, hex_of(&first).text);
                if (here) assert_int_equal(n_commits(w.b), 1);
            }
            end(&w);
        }
}

/* Later than the one, and not than the other. */
static void a_merge_is_later_than_both(void **state) {
    (void)state;
    world w;
    mlops_error e;
    begin(&w);
    mlops_id sides[2];
    sides[0] = commit_text(w.a, "d", NULL, "a", "1");
    sides[1] = commit_text(w.a, "d", "side", "a", "2");
    int64_t at = commit_of(w.a, &sides[1]).time_ns;
    assert_true(at > commit_of(w.a, &sides[0]).time_ns);
    forge(w.a, sides, 2, at);
    push(&w);
    refused(pull(&w, 0, &e), &e, MLOPS_E_CORRUPT, hex_of(&sides[1]).text);
    end(&w);
}

/* What stayed away is looked at when it comes. */
static void behind_a_shallow_one(void **state) {
    (void)state;
    world w;
    mlops_error e;
    begin(&w);
    mlops_id first = commit_text(w.a, "d", NULL, "a", "1");
    forge(w.a, &first, 1, commit_of(w.a, &first).time_ns);
    push(&w);
    works(pull(&w, 1, &e), &e);
    assert_int_equal(n_commits(w.b), 1);
    refused(pull(&w, 0, &e), &e, MLOPS_E_CORRUPT, hex_of(&first).text);
    assert_int_equal(n_commits(w.b), 1);
    end(&w);
}

static void nothing_is_later_than_the_last_time(void **state) {
    (void)state;
    world w;
    mlops_error e;
    mlops_id id;
    begin(&w);
    mlops_id first = commit_text(w.a, "d", NULL, "a", "1");
    forge(w.a, &first, 1, INT64_MAX - 1);
    push(&w);
    works(pull(&w, 0, &e), &e);
    commit_text(w.b, "d", NULL, "a", "2");
    mlops_change *c = new_change(w.b);
    mlops_draft *d = new_draft(c, "d", NULL);
    add_text(d, "a", "3");
    refused(mlops_draft_commit(d, &id, &e), &e, MLOPS_E_LIMIT, "last time");
    mlops_draft_free(d);
    mlops_change_free(c);
    assert_int_equal(n_commits(w.b), 3);
    end(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_later),
        cmocka_unit_test(a_merge_is_later_than_both),
        cmocka_unit_test(behind_a_shallow_one),
        cmocka_unit_test(nothing_is_later_than_the_last_time),
    };
    return cmocka_run_group_tests_name("transfer_times", tests, NULL, NULL);
}
