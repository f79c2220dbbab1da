/* Bytes of what performance is counted in: the same on every machine, however rows are split, and
 * nothing but those is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc32.h"
#include "unit/draw.h"

#include <mlops.h>

enum { N = 700, K = 3, KINDS = 4, CAP = 1 << 18 };

/* Rows of all kinds, each with what it takes. */
static double p[N * K], scores[N], labels[N], relevances[N], weights[N];
static int64_t classes[N], queries[N];

static void make_rows(void) {
    static const int parts[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512};
    seed = 5;
    for (int i = 0; i < N; i++) {
        double left = 1;
        scores[i] = (double)(draw() % 4096) / 4096;
        labels[i] = uniform() < scores[i];
        if (draw() % 5 == 0) labels[i] = mlops_metric_value(NULL, MLOPS_METRIC_AUC); /* NaN */
        weights[i] = (double)parts[draw() % 10] / 32;
        if (draw() % 9 == 0) weights[i] = 0;
        for (int j = 0; j + 1 < K; j++) left -= p[i * K + j] = left * (double)(draw() % 64) / 64;
        p[i * K + K - 1] = left;
        classes[i] = (int64_t)(draw() % (K + 1)) - 1;
        relevances[i] = (double)(draw() % 3);
        queries[i] = i / 7;
    }
}

static void *begin(int kind) {
    mlops_performance *a = NULL;
    mlops_class_performance *b = NULL;
    mlops_regression_performance *c = NULL;
    mlops_ranking_performance *d = NULL;
    if (kind == 0) assert_int_equal(mlops_performance_new(&a, NULL, NULL), MLOPS_OK);
    if (kind == 1) assert_int_equal(mlops_class_performance_new(&b, K, NULL, NULL), MLOPS_OK);
    if (kind == 2) assert_int_equal(mlops_regression_performance_new(&c, NULL, NULL), MLOPS_OK);
    mlops_ranking_performance_opts opts = MLOPS_RANKING_PERFORMANCE_OPTS_INIT;
    opts.k = 5;
    opts.flags = MLOPS_RANKING_PERFORMANCE_EXPONENTIAL;
    if (kind == 3) assert_int_equal(mlops_ranking_performance_new(&d, &opts, NULL), MLOPS_OK);
    return a ? (void *)a : b ? (void *)b : c ? (void *)c : (void *)d;
}

static void end(int kind, void *self) {
    if (kind == 0) mlops_performance_free(self);
    if (kind == 1) mlops_class_performance_free(self);
    if (kind == 2) mlops_regression_performance_free(self);
    if (kind == 3) mlops_ranking_performance_free(self);
}

static void add(int kind, void *self, int from, int to, const double *w) {
    mlops_status status = MLOPS_OK;
    mlops_error e;
    e.message[0] = 0;
    int n = to - from;
    if (w) w += from;
    if (kind == 0) status = mlops_performance_add(self, scores + from, labels + from, w, n, &e);
    if (kind == 1)
        status = mlops_class_performance_add(self, p + (size_t)from * K, n, K, classes + from, NULL,
                                             w, &e);
    if (kind == 2)
        status = mlops_regression_performance_add(self, scores + from, labels + from, w, n, &e);
    if (kind == 3)
        status = mlops_ranking_performance_add(self, scores + from, relevances + from,
                                               queries + from, w, n, NULL, &e);
    if (status) fail_msg("%s", e.message);
}

static size_t save(int kind, const void *self, uint8_t *out, size_t cap) {
    size_t n = 0;
    mlops_status status = MLOPS_OK;
    if (kind == 0) status = mlops_performance_save(self, out, cap, &n);
    if (kind == 1) status = mlops_class_performance_save(self, out, cap, &n);
    if (kind == 2) status = mlops_regression_performance_save(self, out, cap, &n);
    if (kind == 3) status = mlops_ranking_performance_save(self, out, cap, &n);
    assert_int_equal(status, MLOPS_OK);
    return n;
}

static mlops_status load(int kind, void **out, void *mem, size_t size, const uint8_t *bytes,
                         size_t n) {
    mlops_performance *a = NULL;
    mlops_class_performance *b = NULL;
    mlops_regression_performance *c = NULL;
    mlops_ranking_performance *d = NULL;
    mlops_status status = kind == 0   ? mlops_performance_load(&a, mem, size, bytes, n)
                          : kind == 1 ? mlops_class_performance_load(&b, mem, size, bytes, n)
                          : kind == 2 ? mlops_regression_performance_load(&c, mem, size, bytes, n)
                                      : mlops_ranking_performance_load(&d, mem, size, bytes, n);
    *out = a ? (void *)a : b ? (void *)b : c ? (void *)c : (void *)d;
    return status;
}

static mlops_status merge(int kind, void *self, const void *other) {
    if (kind == 0) return mlops_performance_merge(self, other, NULL);
    if (kind == 1) return mlops_class_performance_merge(self, other, NULL);
    if (kind == 2) return mlops_regression_performance_merge(self, other, NULL);
    return mlops_ranking_performance_merge(self, other, NULL);
}

static void test_the_same_everywhere(void **state) {
    (void)state;
    static uint8_t whole[CAP], parts[CAP];
    static const uint32_t golden[2 * KINDS] = {0xda1a8503, 0xe3c56ad8, 0xa3f3b333, 0xd6d92028,
                                               0x6d8cc460, 0x7aba5ecf, 0x99d7cd90, 0x1309b965};
    make_rows();
    for (int i = 0; i < 2 * KINDS; i++) {
        int kind = i / 2;
        const double *w = i % 2 ? weights : NULL;
        void *all = begin(kind), *one = begin(kind), *other = begin(kind);
        add(kind, all, 0, N, w);
        add(kind, other, 350, N, w);
        add(kind, one, 0, 49, w);
        add(kind, one, 49, 350, w);
        assert_int_equal(merge(kind, one, other), MLOPS_OK);
        size_t n = save(kind, all, whole, CAP);
        assert_int_equal(save(kind, one, parts, CAP), n);
        assert_memory_equal(whole, parts, n);
        if (mlops__crc32(0, whole, n - 4) != golden[i])
            fail_msg("case %d: 0x%08x", i, mlops__crc32(0, whole, n - 4));
        end(kind, all);
        end(kind, one);
        end(kind, other);
    }
}

static void test_damaged(void **state) {
    (void)state;
    static uint64_t mem[1 << 16];
    static uint8_t bytes[CAP], again[CAP];
    make_rows();
    for (int kind = 0; kind < KINDS; kind++) {
        void *self = begin(kind), *read;
        add(kind, self, 0, 14, weights);
        size_t n = save(kind, self, bytes, CAP);
        assert_int_equal(load(kind, &read, mem, 64, bytes, n), MLOPS_E_ARENA);
        assert_int_equal(load(kind, &read, (char *)mem + 4, sizeof mem - 8, bytes, n),
                         MLOPS_E_INVALID);
        assert_int_equal(load(kind, &read, mem, sizeof mem, bytes, n), MLOPS_OK);
        assert_int_equal(save(kind, read, again, CAP), n);
        assert_memory_equal(bytes, again, n);
        for (size_t i = 0; i < 8 * n; i++) {
            bytes[i / 8] ^= (uint8_t)(1 << i % 8);
            assert_int_equal(load(kind, &read, mem, sizeof mem, bytes, n), MLOPS_E_CORRUPT);
            assert_null(read);
            bytes[i / 8] ^= (uint8_t)(1 << i % 8);
        }
        for (size_t i = 0; i < n; i++)
            assert_int_equal(load(kind, &read, mem, sizeof mem, bytes, i), MLOPS_E_CORRUPT);
        end(kind, self);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_everywhere),
        cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
