/* The hot swap: readers in several threads while a writer swaps as fast as it can. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "sys/mutex.h"
#include "sys/swap.h"

enum { READERS = 4, WORDS = 32, SWAPS = 2000, POISON = -1 };

/* Every word says the same: one that does not is of another version, or of none. */
typedef struct served {
    int64_t words[WORDS];
} served;

typedef struct shared {
    mlops__swap swap;
    _Atomic(int64_t) published; /* the newest version that is certainly served */
    atomic_int n_started, stop;
} shared;

typedef struct reader {
    shared *all;
    pthread_t thread;
    int64_t n_reads;
    int n_mixed, n_back, n_late;
} reader;

static served *make(int64_t version) {
    served *s = malloc(sizeof *s);
    assert_non_null(s);
    for (int i = 0; i < WORDS; i++) s->words[i] = version;
    return s;
}

static void end(void *p) {
    served *s = p;
    if (!s) return;
    for (int i = 0; i < WORDS; i++) s->words[i] = POISON;
    free(s);
}

static void *read_on(void *arg) {
    reader *self = arg;
    int64_t last = 0;
    do {
        mlops__swap_count *place;
        int64_t known = atomic_load(&self->all->published);
        const served *s = mlops__swap_enter(&self->all->swap, &place);
        int64_t version = s->words[0];
        for (int i = 1; i < WORDS; i++) self->n_mixed += s->words[i] != version;
        mlops__swap_leave(place);
        self->n_mixed += version == POISON;
        self->n_late += version < known;
        self->n_back += version < last;
        last = version;
        if (self->n_reads++ == 0) atomic_fetch_add(&self->all->n_started, 1);
    } while (!atomic_load(&self->all->stop));
    return NULL;
}

static void readers_see_whole_versions_in_order(void **state) {
    (void)state;
    static shared all;
    reader readers[READERS];
    memset(readers, 0, sizeof readers);
    mlops__swap_init(&all.swap, make(1));
    atomic_init(&all.published, 1);
    atomic_init(&all.n_started, 0);
    atomic_init(&all.stop, 0);
    for (int i = 0; i < READERS; i++) {
        readers[i].all = &all;
        assert_int_equal(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]), 0);
    }
    while (atomic_load(&all.n_started) < READERS) mlops__thread_yield();
    for (int64_t version = 2; version <= SWAPS; version++) {
        served *next = make(version);
        end(mlops__swap_reclaim_wait(&all.swap));
        mlops__swap_publish(&all.swap, next);
        atomic_store(&all.published, version);
        if (version % 3 == 0) end(mlops__swap_reclaim(&all.swap));
    }
    atomic_store(&all.stop, 1);
    for (int i = 0; i < READERS; i++) {
        assert_int_equal(pthread_join(readers[i].thread, NULL), 0);
        assert_int_equal(readers[i].n_mixed, 0);
        assert_int_equal(readers[i].n_back, 0);
        assert_int_equal(readers[i].n_late, 0);
    }
    assert_int_equal(((served *)mlops__swap_served(&all.swap))->words[0], SWAPS);
    end(mlops__swap_reclaim(&all.swap));
    end(mlops__swap_served(&all.swap));
}

static void a_slot_that_is_read_is_kept(void **state) {
    (void)state;
    static mlops__swap swap;
    mlops__swap_count *first, *second;
    served *a = make(1), *b = make(2), *c = make(3);
    mlops__swap_init(&swap, a);
    assert_null(mlops__swap_reclaim(&swap)); /* empty */
    assert_ptr_equal(mlops__swap_enter(&swap, &first), a);
    mlops__swap_publish(&swap, b);
    assert_ptr_equal(mlops__swap_served(&swap), b);
    assert_null(mlops__swap_reclaim(&swap)); /* a is still read */
    assert_ptr_equal(mlops__swap_enter(&swap, &second), b);
    mlops__swap_leave(first);
    assert_ptr_equal(mlops__swap_reclaim(&swap), a);
    assert_null(mlops__swap_reclaim_wait(&swap)); /* empty */
    mlops__swap_publish(&swap, c);
    assert_null(mlops__swap_reclaim(&swap));
    mlops__swap_leave(second);
    assert_ptr_equal(mlops__swap_reclaim_wait(&swap), b);
    end(a), end(b), end(c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slot_that_is_read_is_kept),
        cmocka_unit_test(readers_see_whole_versions_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
