/* Slots: each batch is one version's, whatever is published meanwhile, and old versions end. */
#include <mlops.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sys/mutex.h"
#include "unit/help_forest.h"

enum { READERS = 4, ROWS = 40, VERSIONS = 300 };

typedef struct shared {
    mlops_slot *slot;
    _Atomic(int64_t) published; /* the newest that is certainly served */
    atomic_int n_started, stop;
} shared;

typedef struct reader {
    shared *all;
    pthread_t thread;
    int64_t n_batches;
    int n_mixed, n_old, n_failed;
} reader;

static atomic_long n_alive; /* blocks of the models' host */

static void *count_alloc(void *ctx, size_t size, size_t align) {
    (void)ctx;
    atomic_fetch_add(&n_alive, 1);
    return aligned_alloc(align, (size + align - 1) / align * align);
}

static void *count_realloc(void *ctx, void *p, size_t old_size, size_t size, size_t align) {
    void *out = count_alloc(ctx, size, align);
    if (p && out) memcpy(out, p, old_size < size ? old_size : size);
    if (p) atomic_fetch_sub(&n_alive, 1);
    free(p);
    return out;
}

static void count_free(void *ctx, void *p, size_t size, size_t align) {
    (void)ctx, (void)size, (void)align;
    atomic_fetch_sub(&n_alive, 1);
    free(p);
}

/* A model of one leaf, which is its version. */
static mlops_model *make_version(int version) {
    static const mlops_allocator counting = {sizeof counting, 0,         NULL, count_alloc,
                                             count_realloc,   count_free};
    mlops_host host = MLOPS_HOST_INIT;
    mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
    mlops_model *model;
    mlops_error e;
    char text[1024];
    int n = snprintf(text, sizeof text,
                     "tree\nversion=v4\nnum_class=1\nmax_feature_idx=0\nobjective=regression\n"
                     "feature_names=a\nTree=0\nnum_leaves=1\nnum_cat=0\nleaf_value=%d\n\n"
                     "end of trees\n",
                     version);
    host.allocator = &counting;
    opts.host = &host;
    if (mlops_model_parse(&model, text, (size_t)n, &opts, &e)) fail_msg("%s", e.message);
    return model;
}

static void *read_on(void *arg) {
    reader *self = arg;
    static const float rows[ROWS];
    double last = 0, out[ROWS];
    do {
        mlops_model *model;
        int64_t known = atomic_load(&self->all->published);
        self->n_failed += mlops_slot_acquire(&model, self->all->slot) != 0;
        self->n_failed += mlops_model_predict(model, rows, ROWS / 2, 1, out, 1) != 0;
        self->n_failed += mlops_model_predict(model, rows, ROWS / 2, 1, out + ROWS / 2, 1) != 0;
        mlops_model_unref(model);
        for (int i = 1; i < ROWS; i++) self->n_mixed += out[i] != out[0];
        self->n_old += out[0] < (double)known || out[0] < last;
        last = out[0];
        if (self->n_batches++ == 0) atomic_fetch_add(&self->all->n_started, 1);
    } while (!atomic_load(&self->all->stop));
    return NULL;
}

static void batches_are_of_one_version(void **state) {
    (void)state;
    static shared all;
    static reader readers[READERS];
    mlops_error e;
    mlops_model *model = make_version(1);
    if (mlops_slot_new(&all.slot, model, &e)) fail_msg("%s", e.message);
    mlops_model_unref(model);
    atomic_store(&all.published, 1);
    for (int i = 0; i < READERS; i++) {
        readers[i].all = &all;
        assert_int_equal(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]), 0);
    }
    while (atomic_load(&all.n_started) < READERS) mlops__thread_yield();
    for (int version = 2; version <= VERSIONS; version++) {
        model = make_version(version);
        mlops_slot_publish(all.slot, model);
        mlops_model_unref(model);
        atomic_store(&all.published, version);
    }
    atomic_store(&all.stop, 1);
    for (int i = 0; i < READERS; i++) {
        assert_int_equal(pthread_join(readers[i].thread, NULL), 0);
        assert_int_equal(readers[i].n_failed, 0);
        assert_int_equal(readers[i].n_mixed, 0);
        assert_int_equal(readers[i].n_old, 0);
    }
    mlops_slot_free(all.slot);
    assert_int_equal(atomic_load(&n_alive), 0);
}

/* The slot gives the old version up at once; who has a share keeps it. */
static void shares_outlive_what_is_published(void **state) {
    (void)state;
    static const float row[1];
    mlops_slot *slot;
    mlops_model *a = make_version(1), *b = make_version(2), *held, *now;
    double out;
    mlops_error e;
    if (mlops_slot_new(&slot, a, &e)) fail_msg("%s", e.message);
    assert_int_equal(mlops_slot_acquire(&held, slot), 0);
    mlops_model_unref(a);
    mlops_slot_publish(slot, b);
    mlops_slot_publish(slot, b); /* the same again */
    mlops_model_unref(b);
    long with_both = atomic_load(&n_alive);
    assert_int_equal(mlops_model_predict(held, row, 1, 1, &out, 1), 0);
    assert_true(out == 1);
    mlops_model_unref(held);
    assert_true(atomic_load(&n_alive) < with_both); /* nobody has the first any more */
    assert_int_equal(mlops_slot_acquire(&now, slot), 0);
    mlops_slot_free(slot);
    mlops_slot_free(NULL);
    assert_int_equal(mlops_model_predict(now, row, 1, 1, &out, 1), 0);
    assert_true(out == 2);
    mlops_model_unref(now);
    assert_int_equal(atomic_load(&n_alive), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_outlive_what_is_published),
        cmocka_unit_test(batches_are_of_one_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
