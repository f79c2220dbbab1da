/* Cosines and sines that are added up: every level gives the same bits, and those of libm to 1e-15.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/draw.h"
#include "unit/levels.h"

enum { N_MAX = 40, ROUNDS = 5000 };

static double draw_turns(void) {
    static const double special[] = {0.0, -0.0, 0.125, -0.125, 0.25, 0.375, 0.5, -0.75, 1e-300};
    if (draw() % 20 == 0) return special[draw() % 9];
    return ldexp(uniform() - 0.5, (int)(draw() % 40) - 10);
}

static void test_bits(void **state) {
    double turns[N_MAX], c[N_MAX + 1], s[N_MAX + 1], want_c[N_MAX + 1], want_s[N_MAX + 1];
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        const int64_t n = (int64_t)(draw() % (N_MAX + 1));
        for (int64_t i = 0; i < n; i++) turns[i] = draw_turns();
        for (size_t level = 0; level < sizeof LEVELS / sizeof LEVELS[0]; level++) {
            if (!kernels(LEVELS[level])) continue;
            for (int64_t i = 0; i <= N_MAX; i++) c[i] = s[i] = (double)i;
            kernels(LEVELS[level])->waves_add(c, s, turns, n);
            if (LEVELS[level] == MLOPS_CPU_SCALAR) {
                memcpy(want_c, c, sizeof c);
                memcpy(want_s, s, sizeof s);
            }
            assert_memory_equal(c, want_c, sizeof c);
            assert_memory_equal(s, want_s, sizeof s);
        }
        for (int64_t i = 0; i < n; i++) {
            const double angle = fmod(turns[i], 1.0) * 6.283185307179586;
            assert_true(fabs(c[i] - (double)i - cos(angle)) < 1e-15 * (2 + (double)i));
            assert_true(fabs(s[i] - (double)i - sin(angle)) < 1e-15 * (2 + (double)i));
        }
    }
}

int main(void) {
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
