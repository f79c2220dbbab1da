/* e^x of many doubles: every level gives the bits of mlops__exp(), whatever stands beside a number.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/real.h"
#include "unit/levels.h"

enum { N_MAX = 40, ROUNDS = 20000 };

static uint64_t seed = 1;

static uint32_t draw(uint32_t n) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % n);
}

static double draw_number(void) {
    static const double special[] = {NAN,   INFINITY, -INFINITY, 0.0,    -0.0,   708.9, 709.0,
                                     709.1, -707.9,   -708.0,    -708.1, -745.2, 1e-300};
    double unit = ((double)draw(1u << 31) + draw(1u << 31) * 0x1p-31) * 0x1p-31;
    if (draw(40) == 0) return special[draw(13)];
    if (draw(4) == 0) return ldexp(unit - 0.5, -(int)draw(60));
    return (unit - 0.5) * (draw(4) ? 40.0 : 1410.0);
}

static void test_bits(void **state) {
    static const double scales[] = {1.0, -1.0, -0.05, 2.0};
    double x[N_MAX + 1], got[N_MAX + 1], want[N_MAX + 1];
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t n = draw(N_MAX + 1);
        double scale = scales[draw(4)];
        for (int64_t i = 0; i <= n; i++) want[i] = x[i] = draw_number();
        for (int64_t i = 0; i < n; i++) want[i] = mlops__exp(scale * x[i]);
        for (size_t level = 0; level < sizeof LEVELS / sizeof LEVELS[0]; level++) {
            if (!kernels(LEVELS[level])) continue;
            memcpy(got, x, sizeof got);
            kernels(LEVELS[level])->exp_all(got, n, scale);
            for (int64_t i = 0; i <= n; i++)
                assert_true(isnan(want[i]) ? isnan(got[i])
                                           : memcmp(&got[i], &want[i], sizeof *got) == 0);
        }
    }
}

int main(void) {
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
