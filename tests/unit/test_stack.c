/* The stack that predicting without a context takes, measured: the bound that model.h tells. */
#define _GNU_SOURCE
#include <mlops.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/help_forest.h"
#include "unit/skipped.h"

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__ || !defined __OPTIMIZE__
#define WHY "the stack is another in such a build"
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WHY "the stack is another in such a build"
#endif
#endif
#ifndef WHY
#define WHY NULL
#endif

enum { STACK = 256 * 1024, PAINT = 0xa5, BOUND = 16 * 1024, ROWS = 300, FEATURES = 40 };

typedef struct call {
    const mlops_model *model; /* NULL: nothing is called */
    const float *rows;
    int64_t n_rows;
    double out[ROWS * 3];
    mlops_status status;
} call;

static void *run(void *at) {
    call *self = at;
    if (self->model)
        self->status =
            mlops_model_predict(self->model, self->rows, self->n_rows, FEATURES, self->out,
                                mlops_model_width(self->model, MLOPS_MODEL_OUTPUT_PREDICTION));
    return NULL;
}

/* Bytes of a thread's stack that were written to. */
static size_t measure(call *self) {
    pthread_t thread;
    pthread_attr_t attributes;
    uint8_t *stack = aligned_alloc(4096, STACK);
    assert_non_null(stack);
    memset(stack, PAINT, STACK);
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstack(&attributes, stack, STACK), 0);
    assert_int_equal(pthread_create(&thread, &attributes, run, self), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    pthread_attr_destroy(&attributes);
    size_t free_bytes = 0;
    while (free_bytes < STACK && stack[free_bytes] == PAINT) free_bytes++;
    free(stack);
    return STACK - free_bytes;
}

static void stays_within_its_bound(void **state) {
    (void)state;
    const char *why = WHY;
    if (why) {
        skipped(why);
        return;
    }
    static const forest_shape shapes[] = {{70, 6, FEATURES, 1, 0},
                                          {70, 8, FEATURES, 3, 0},
                                          {70, 30, FEATURES, 1, 1},
                                          {3, 3, FEATURES, 1, 0}};
    static const mlops_cpu levels[] = {MLOPS_CPU_SCALAR, MLOPS_CPU_AVX2, MLOPS_CPU_BEST};
    static float rows[ROWS * FEATURES];
    static call self;
    if (under_valgrind()) {
        skipped("valgrind looks at what was painted");
        return;
    }
    fill_rows(rows, ROWS * FEATURES);
    size_t none = measure(&self);
    for (size_t k = 0; k < sizeof shapes / sizeof shapes[0] * 3; k++) {
        char *text = forest_text(&shapes[k / 3]);
        mlops_host host = MLOPS_HOST_INIT;
        mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
        mlops_model *model;
        host.cpu_max = levels[k % 3];
        opts.host = &host;
        assert_int_equal(mlops_model_parse(&model, text, strlen(text), &opts, NULL), MLOPS_OK);
        for (int64_t n = 1; n <= ROWS; n += 23) {
            self = (call){.model = model, .rows = rows, .n_rows = n};
            size_t taken = measure(&self) - none;
            assert_int_equal(self.status, MLOPS_OK);
            if (taken > BOUND) fail_msg("forest %zu, %lld rows: %zu bytes", k, (long long)n, taken);
        }
        mlops_model_unref(model);
        free(text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(stays_within_its_bound)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
