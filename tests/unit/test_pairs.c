/* Sums of pairs: every level gives the bits of one sum over k, ascending, for numbers that round,
 * NaN, infinities and zeros of both signs; nothing else is written.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/levels.h"

enum { M_MAX = 9, K_MAX = 30, N_MAX = 80, GUARD = 8 };

static uint64_t seed = 1;

static uint32_t draw(uint32_t n) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % n);
}

static void fill(float *to, size_t n) {
    static const float special[] = {NAN, INFINITY, -INFINITY, 0.0f, -0.0f, 1e-40f, -1e30f};
    for (size_t i = 0; i < n; i++)
        to[i] = draw(200) ? ((float)draw(1 << 24) - (float)(1 << 23)) / (float)(1 + draw(1 << 20))
                          : special[draw(7)];
}

static double pair(mlops__pairs_of of, float x, float w) {
    if (of == MLOPS__PAIRS_PRODUCT) return (double)x * (double)w;
    double d = (double)x - (double)w;
    if (of == MLOPS__PAIRS_ROUNDED) d = (double)(float)(x - w);
    return d * d;
}

static void expect(const mlops__pairs *p) {
    for (int64_t i = 0; i < p->m * p->n; i++) {
        double sum = 0;
        for (int64_t l = 0; l < p->k; l++)
            sum = sum + pair(p->of, p->x[i / p->n * p->k + l], p->w[l * p->w_row + i % p->n]);
        p->y[i] = sum;
    }
}

static void keep_nan(double *y) { /* whose sign and payload are left open */
    for (size_t i = 0; i < M_MAX * N_MAX; i++)
        if (isnan(y[i])) y[i] = NAN;
}

static void check_shape(int64_t m, int64_t k, int64_t n) {
    static float x[M_MAX * K_MAX], w[K_MAX * (N_MAX + 3)];
    static double y[M_MAX * N_MAX + GUARD], want[M_MAX * N_MAX + GUARD];
    fill(x, sizeof x / sizeof *x);
    fill(w, sizeof w / sizeof *w);
    for (int of = MLOPS__PAIRS_PRODUCT; of <= MLOPS__PAIRS_ROUNDED; of++) {
        mlops__pairs p = {x, w, want, m, k, n, n + 3, (mlops__pairs_of)of};
        memset(want, 0x55, sizeof want);
        expect(&p);
        keep_nan(want);
        for (size_t i = 0; i < sizeof LEVELS / sizeof LEVELS[0]; i++) {
            const mlops__kern *kern = kernels(LEVELS[i]);
            if (!kern) continue;
            memset(y, 0x55, sizeof y);
            p.y = y;
            kern->pairs_sum(&p);
            keep_nan(y);
            assert_memory_equal(y, want, sizeof y);
        }
    }
}

static void test_shapes(void **state) {
    (void)state;
    for (int64_t n = 0; n <= 40; n++) check_shape(5, 7, n);
    for (int64_t m = 0; m <= M_MAX; m++) check_shape(m, 11, 45);
    for (int64_t k = 0; k <= 9; k++) check_shape(4, k, 37);
    for (int i = 0; i < 300; i++) check_shape(draw(M_MAX + 1), draw(K_MAX + 1), draw(N_MAX + 1));
}

int main(void) {
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_shapes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
