/* Online views that several threads and processes have open: a put is there whole or not at all,
 * and a get is of one moment. */
#define _GNU_SOURCE
#include "unit/help_online.h"
#include "unit/help_process.h"

#include "store/core.h"
#include "unit/draw.h"
#include "unit/skipped.h"

#include <pthread.h>
#include <stdatomic.h>

enum { ENTITIES = 40, PUTS = 60, WRITERS = 3, READERS = 2 };

static const char COLUMNS[] = "id:i t:i x:f word:s";

static mlops_table *make_keys(void) {
    char text[ENTITIES * 8];
    size_t n = 0;
    for (int i = 0; i < ENTITIES; i++) n += (size_t)sprintf(text + n, "%d ", i);
    return table_of("id:i", text);
}

/* A row of each entity, all of one time. */
static mlops_table *make_rows(int64_t t) {
    char text[ENTITIES * 64];
    size_t n = 0;
    for (int i = 0; i < ENTITIES; i++)
        n += (size_t)sprintf(text + n, "%d %lld %lld w%lld ", i, (long long)t, (long long)t,
                             (long long)t);
    return table_of(COLUMNS, text);
}

/* The one time that all rows are of; 0: none is there; -1: they are of several, or broken. */
static int64_t moment_of(const mlops_table *t) {
    double times[ENTITIES], values[ENTITIES];
    char word[32], want[32];
    if (mlops_table_n_rows(t) != ENTITIES ||
        mlops_table_values(t, mlops_table_find(t, "t"), times, ENTITIES, NULL) ||
        mlops_table_values(t, mlops_table_find(t, "x"), values, ENTITIES, NULL))
        return -1;
    int none = times[0] != times[0];
    for (int i = 0; i < ENTITIES; i++) {
        if (mlops_table_text(t, mlops_table_find(t, "word"), i, word, sizeof word, NULL)) return -1;
        snprintf(want, sizeof want, "w%lld", none ? 0 : (long long)times[0]);
        if (none ? times[i] == times[i]
                 : times[i] != times[0] || values[i] != times[0] || strcmp(word, want) != 0)
            return -1;
    }
    return none ? 0 : (int64_t)times[0];
}

static int64_t get_moment(mlops_online *v, const mlops_table *keys) {
    mlops_table *t;
    if (mlops_online_get(&t, v, keys, 1, NULL)) return -1;
    int64_t moment = moment_of(t);
    mlops_table_unref(t);
    return moment;
}

/* All rows, or none; 0: neither. */
static int put_moment(mlops_online *v, int64_t t) {
    int64_t n = -1;
    mlops_table *rows = make_rows(t);
    mlops_status status = mlops_online_put(v, rows, &n, NULL);
    mlops_table_unref(rows);
    return !status && (n == 0 || n == ENTITIES);
}

static mlops_store *begin_place(place *p, mlops_sync sync) {
    make_place(p);
    mlops_store *s = open_with(p->path, sync, MLOPS_STORE_INDEX_FILE);
    define(s, "v", COLUMNS, "id", "t", NULL, 0);
    return s;
}

static int64_t faults_of(const place *p) {
    mlops_check *c;
    mlops_error e;
    mlops_check_counts counts = MLOPS_CHECK_COUNTS_INIT;
    works(mlops_check_store(&c, p->path, NULL, &e), &e);
    assert_int_equal(mlops_check_count(c, &counts), 0);
    assert_int_equal(counts.n_rows, ENTITIES);
    int64_t n = mlops_check_n_faults(c);
    mlops_check_unref(c);
    return n;
}

/* ---- threads ---- */

typedef struct shared {
    mlops_online *view;
    const mlops_table *keys;
    _Atomic(int64_t) next; /* time to be put */
    _Atomic(int) n_bad, stop;
    int puts;
} shared;

static void *write_on(void *user) {
    shared *all = user;
    for (int i = 0; i < all->puts; i++)
        if (!put_moment(all->view, atomic_fetch_add(&all->next, 1)))
            atomic_fetch_add(&all->n_bad, 1);
    return NULL;
}

static void *read_on(void *user) {
    shared *all = user;
    int64_t last = 0;
    do {
        int64_t moment = get_moment(all->view, all->keys);
        if (moment < last) atomic_fetch_add(&all->n_bad, 1); /* it never goes back */
        last = moment;
    } while (!atomic_load(&all->stop));
    return NULL;
}

static void threads_put_and_get(void **state) {
    (void)state;
    place p;
    pthread_t threads[WRITERS + READERS];
    shared all = {0};
    mlops_store *s = begin_place(&p, MLOPS_SYNC_RELAXED);
    mlops_table *keys = make_keys();
    all.view = open_view(s, "v");
    all.keys = keys;
    all.puts = under_valgrind() ? PUTS / 10 : PUTS;
    atomic_store(&all.next, 1);
    for (int i = 0; i < WRITERS + READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, i < WRITERS ? write_on : read_on, &all),
                         0);
    for (int i = 0; i < WRITERS; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
    atomic_store(&all.stop, 1);
    for (int i = WRITERS; i < WRITERS + READERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(atomic_load(&all.n_bad), 0);
    assert_int_equal(get_moment(all.view, keys), WRITERS * all.puts);
    mlops_online_close(all.view);
    mlops_store_close(s);
    assert_int_equal(faults_of(&p), 0);
    mlops_table_unref(keys);
    remove_place(&p);
}

typedef struct errand {
    mlops_store *store;
    mlops_online *view;
    const mlops_table *keys;
    int64_t moment; /* to be put; 0: a commit is made */
    int good;
} errand;

static void *run_errand(void *user) {
    errand *self = user;
    mlops_change *c;
    if (self->moment) {
        self->good = put_moment(self->view, self->moment) &&
                     get_moment(self->view, self->keys) == self->moment;
        return NULL;
    }
    if (mlops_change_new(&c, self->store, NULL, NULL)) return NULL;
    self->good = !mlops__change_put(c, MLOPS__TABLE_TEST, text("a"), text("1"), NULL) &&
                 !mlops_change_commit(c, NULL, NULL);
    mlops_change_free(c);
    return NULL;
}

/* A thread comes to its end while this one keeps others off. */
static void comes_to_its_end(errand *e) {
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, run_errand, e), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(e->good);
}

static void rows_wait_for_no_commit(void **state) {
    (void)state;
    place p;
    mlops_error e;
    mlops__index index, rows;
    mlops_store *s = begin_place(&p, MLOPS_SYNC_FULL);
    mlops_table *keys = make_keys();
    mlops_online *v = open_view(s, "v");
    errand put_rows_then = {s, v, keys, 3, 0}, commit_then = {s, v, keys, 0, 0};
    works(mlops__store_write_begin(s, &index, &e), &e);
    comes_to_its_end(&put_rows_then);
    mlops__store_write_end(s, &index);
    works(mlops__online_begin(s, 1, &rows, &e), &e);
    comes_to_its_end(&commit_then);
    assert_int_equal(get_moment(v, keys), 3);
    mlops__online_end(s, &rows, 1);
    assert_string_equal(get(s, "a"), "1");
    mlops_online_close(v);
    mlops_store_close(s);
    mlops_table_unref(keys);
    remove_place(&p);
}

static void views_keep_stores_open(void **state) {
    (void)state;
    place p;
    mlops_error e;
    mlops_store *s = begin_place(&p, MLOPS_SYNC_FULL);
    mlops_table *keys = make_keys();
    mlops_online *v = open_view(s, "v"), *again = open_view(s, "v");
    mlops_store_close(s);
    assert_true(put_moment(v, 3));
    mlops_online_close(v);
    assert_int_equal(get_moment(again, keys), 3);
    refused(mlops_store_repair(p.path, NULL, NULL, &e), &e, MLOPS_E_BUSY, "open");
    mlops_online_close(again);
    works(mlops_store_repair(p.path, NULL, NULL, &e), &e);
    assert_int_equal(faults_of(&p), 0);
    mlops_table_unref(keys);
    remove_place(&p);
}

/* ---- processes ---- */

static void put_in_child(const place *p, mlops_sync sync, int first) {
    mlops_store *s = open_quietly(p->path, sync, MLOPS_STORE_INDEX_FILE);
    mlops_online *v;
    mlops_table *keys = make_keys();
    MUST(s && !mlops_online_open(&v, s, "v", NULL));
    for (int i = 0; i < PUTS / 2; i++) {
        MUST(put_moment(v, first + 2 * i));
        MUST(get_moment(v, keys) >= first + 2 * i);
    }
    mlops_online_close(v);
    mlops_store_close(s);
    mlops_table_unref(keys);
    leave(0);
}

static void several_put(mlops_sync sync) {
    place p;
    pid_t children[2];
    mlops_store_close(begin_place(&p, sync));
    for (int i = 0; i < 2; i++) {
        children[i] = child_begins();
        if (children[i] == 0) put_in_child(&p, sync, 1 + i);
    }
    mlops_store *s = open_with(p.path, sync, MLOPS_STORE_INDEX_FILE);
    mlops_online *v = open_view(s, "v");
    mlops_table *keys = make_keys();
    for (int64_t last = 0; last < PUTS / 2;) {
        int64_t moment = get_moment(v, keys);
        assert_true(moment >= last);
        last = moment;
    }
    for (int i = 0; i < 2; i++) ends_well(children[i]);
    assert_int_equal(get_moment(v, keys), PUTS);
    mlops_online_close(v);
    mlops_store_close(s);
    assert_int_equal(faults_of(&p), 0);
    mlops_table_unref(keys);
    remove_place(&p);
}

static void processes_put_and_get(void **state) {
    (void)state;
    several_put(MLOPS_SYNC_FULL);
}

static void processes_put_and_get_relaxed(void **state) {
    (void)state;
    several_put(MLOPS_SYNC_RELAXED);
}

/* Who is killed while it puts leaves whole puts and no lock. */
static void killed_while_putting(void **state) {
    (void)state;
    place p;
    char byte;
    int told[2];
    mlops_store_close(begin_place(&p, MLOPS_SYNC_RELAXED));
    mlops_table *keys = make_keys();
    int64_t last = 0;
    seed = 3;
    for (int round = 0; round < (under_valgrind() ? 2 : 12); round++) {
        assert_int_equal(pipe(told), 0);
        pid_t child = child_begins();
        if (child == 0) {
            mlops_store *s = open_quietly(p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
            mlops_online *v = NULL;
            MUST(s && !mlops_online_open(&v, s, "v", NULL));
            for (int64_t t = last + 1;; t++) {
                MUST(put_moment(v, t));
                MUST(write(told[1], "x", 1) == 1);
            }
        }
        int64_t n = 0;
        close(told[1]);
        for (uint64_t wait = 1 + draw() % 9; wait > 0; wait--, n++)
            assert_int_equal(read(told[0], &byte, 1), 1);
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, NULL, 0), child);
        while (read(told[0], &byte, 1) == 1) n++;
        close(told[0]);
        mlops_store *s = open_with(p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
        mlops_online *v = open_view(s, "v");
        int64_t moment = get_moment(v, keys);
        assert_true(moment == last + n || moment == last + n + 1);
        last = moment;
        assert_true(put_moment(v, ++last));
        assert_int_equal(get_moment(v, keys), last);
        mlops_online_close(v);
        mlops_store_close(s);
        assert_int_equal(faults_of(&p), 0);
    }
    mlops_table_unref(keys);
    remove_place(&p);
}

static void children_of_a_fork_are_refused(void **state) {
    (void)state;
    place p;
    mlops_store *s = begin_place(&p, MLOPS_SYNC_FULL);
    mlops_online *v = open_view(s, "v"), *other;
    mlops_table *keys = make_keys(), *rows = make_rows(9), *t;
    mlops_change *c = new_change(s);
    assert_true(put_moment(v, 3));
    pid_t child = child_begins();
    if (child == 0) {
        mlops_error e;
        MUST(mlops_online_put(v, rows, NULL, &e) == MLOPS_E_FORKED);
        MUST(mlops_online_get(&t, v, keys, 1, &e) == MLOPS_E_FORKED && !t);
        MUST(mlops_online_open(&other, s, "v", &e) == MLOPS_E_FORKED && !other);
        MUST(mlops_online_list(&t, s, &e) == MLOPS_E_FORKED && !t);
        MUST(mlops_online_define(c, "w", rows, "id", "t", NULL, &e) == MLOPS_E_FORKED);
        MUST(mlops_online_define(c, "v", rows, "id", "t", NULL, &e) == MLOPS_E_FORKED);
        mlops_online_close(v);
        mlops_store_close(s);
        leave(0);
    }
    ends_well(child);
    assert_int_equal(get_moment(v, keys), 3);
    assert_true(put_moment(v, 4));
    mlops_change_free(c);
    mlops_online_close(v);
    mlops_store_close(s);
    assert_int_equal(faults_of(&p), 0);
    mlops_table_unref(keys);
    mlops_table_unref(rows);
    remove_place(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_put_and_get),
        cmocka_unit_test(rows_wait_for_no_commit),
        cmocka_unit_test(views_keep_stores_open),
        cmocka_unit_test(processes_put_and_get),
        cmocka_unit_test(processes_put_and_get_relaxed),
        cmocka_unit_test(killed_while_putting),
        cmocka_unit_test(children_of_a_fork_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
