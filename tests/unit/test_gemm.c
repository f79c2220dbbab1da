/* Dense layers: every level gives the bits of one sum over k, ascending, alone and among other
 * rows, for numbers that round, NaN, infinities and zeros of both signs; nothing else is written.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/levels.h"

enum { M_MAX = 9, K_MAX = 40, N_MAX = 150, GUARD = 16 };

static uint64_t seed = 1;

static uint32_t draw(uint32_t n) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % n);
}

static double draw_number(void) {
    static const double special[] = {NAN, INFINITY, -INFINITY, 0.0, -0.0, 1e-40, -1e30};
    if (draw(200) == 0) return special[draw(7)];
    return ((double)draw(1 << 24) - (double)(1 << 23)) / (1 << 22);
}

static void keep_nan(void *y, int is_wide, size_t n) { /* whose sign and payload are left open */
    for (size_t i = 0; i < n; i++)
        if (is_wide && isnan(((double *)y)[i])) ((double *)y)[i] = NAN;
        else if (!is_wide && isnan(((float *)y)[i])) ((float *)y)[i] = NAN;
}

#define EXPECT(name, type)                                                                         \
    static void name(const mlops__gemm *g) {                                                       \
        const type *x = g->x, *w = g->w, *b = g->b;                                                \
        for (int64_t i = 0; i < g->m * g->n; i++) {                                                \
            type sum = 0;                                                                          \
            for (int64_t l = 0; l < g->k; l++)                                                     \
                sum = sum + x[i / g->n * g->k + l] * w[l * g->n + i % g->n];                       \
            if (b) sum = sum + b[i % g->n];                                                        \
            ((type *)g->y)[i] = g->relu && sum < 0 ? 0 : sum;                                      \
        }                                                                                          \
    }

EXPECT(expect_f32, float)
EXPECT(expect_f64, double)

typedef struct numbers {
    _Alignas(64) uint8_t x[8 * M_MAX * K_MAX], w[8 * K_MAX * N_MAX], b[8 * N_MAX];
    uint8_t y[8 * (M_MAX * N_MAX + GUARD)], want[8 * (M_MAX * N_MAX + GUARD)];
} numbers;

static void fill(void *to, int is_wide, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (is_wide) ((double *)to)[i] = draw_number();
        else ((float *)to)[i] = (float)draw_number();
}

static void check(numbers *in, int is_wide, mlops__gemm g) {
    size_t size = is_wide ? 8 : 4, n = (size_t)(g.m * g.n);
    memset(in->want, 0x55, sizeof in->want);
    g.y = in->want;
    (is_wide ? expect_f64 : expect_f32)(&g);
    keep_nan(in->want, is_wide, n);
    for (size_t i = 0; i < sizeof LEVELS / sizeof LEVELS[0]; i++) {
        const mlops__kern *kern = kernels(LEVELS[i]);
        if (!kern) continue;
        memset(in->y, 0x55, sizeof in->y);
        g.y = in->y;
        (is_wide ? kern->gemm_f64 : kern->gemm_f32)(&g);
        keep_nan(in->y, is_wide, n);
        assert_memory_equal(in->y, in->want, size * (n + GUARD));
    }
}

static void check_shape(numbers *in, int64_t m, int64_t k, int64_t n) {
    for (int is_wide = 0; is_wide < 2; is_wide++) {
        fill(in->x, is_wide, (size_t)(m * k));
        fill(in->w, is_wide, (size_t)(k * n));
        fill(in->b, is_wide, (size_t)n);
        for (int way = 0; way < 4; way++)
            check(in, is_wide,
                  (mlops__gemm){.x = in->x,
                                .w = in->w,
                                .b = way & 1 ? in->b : NULL,
                                .m = m,
                                .k = k,
                                .n = n,
                                .relu = way >> 1});
    }
}

static void test_shapes(void **state) {
    static numbers in;
    (void)state;
    for (int64_t n = 0; n <= 40; n++) check_shape(&in, 5, 7, n);
    for (int64_t m = 0; m <= M_MAX; m++) check_shape(&in, m, 11, 70);
    for (int64_t k = 0; k <= 9; k++) check_shape(&in, 4, k, 66);
    for (int i = 0; i < 300; i++)
        check_shape(&in, draw(M_MAX + 1), draw(K_MAX + 1), draw(N_MAX + 1));
}

int main(void) {
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_shapes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
