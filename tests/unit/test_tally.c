/* Kernels of blocks of values against the steps that a profile takes one by one, on each level of
 * instructions that this machine has. */
#include <stdlib.h>

#include "kern/kern.h"
#include "profile/run/profile_bins.h"
#include "unit/help_profile.h"

/* What one value after the other comes to. False if the block is none for a kernel. */
static int one_by_one(mlops__tally *t, const uint64_t *values) {
    mlops__u128 squares = {0, 0};
    t->total = t->n_zero = t->n_negative = 0;
    t->inside = 0;
    for (int i = 0; i < MLOPS__TALLY; i++) {
        uint64_t x = values[i] << 1 ? values[i] : 0;
        uint64_t size;
        if (!mlops__sum_size(x, t->scale, &size)) return 0;
        mlops__u128 square = mlops__mul_u64(size, size);
        t->total += x >> 63 ? -(int64_t)size : (int64_t)size;
        squares.low += square.low;
        squares.high += square.high + (squares.low < square.low);
        uint64_t key = mlops__profile_key(mlops__f64_of(x));
        if (key < t->min) t->min = key;
        if (key > t->max) t->max = key;
        t->n_zero += x == 0;
        t->n_negative += (int64_t)(x >> 63);
        uint64_t at = (mlops__bins_index(x) >> t->shift) - t->low[x >> 63];
        t->words[i] = x;
        t->places[i] = (uint32_t)(x >> 63 ? t->room - 1 - at : at);
        t->inside |= (uint64_t)(at < t->n[x >> 63]) << i;
    }
    t->squares[0] = squares.low;
    t->squares[1] = squares.high;
    return 1;
}

static void assert_alike(const mlops__tally *a, const mlops__tally *t) {
    __extension__ typedef unsigned __int128 wide;
    wide sum = (wide)a->squares[0] + ((wide)a->squares[1] << 30) + ((wide)a->squares[2] << 58);
    assert_true((uint64_t)sum == t->squares[0] && (uint64_t)(sum >> 64) == t->squares[1]);
    assert_true(a->total == t->total && a->min == t->min && a->max == t->max);
    assert_true(a->n_zero == t->n_zero && a->n_negative == t->n_negative);
    assert_true(a->inside == t->inside);
    assert_memory_equal(a->words, t->words, sizeof a->words);
    for (int i = 0; i < MLOPS__TALLY; i++)
        if (t->inside >> i & 1) assert_int_equal(a->places[i], t->places[i]);
}

static void draw_block(uint64_t *values, mlops__tally *t, int round) {
    for (int i = 0; i < MLOPS__TALLY; i++) {
        double x = ldexp(uniform() - 0.5, (int)(draw() % 50) - 24);
        if (round % 3 == 0 && draw() % 8 == 0) x = draw_value();
        if (round % 7 == 0) x = draw() % 2 ? 0x1.fffffffffffffp24 : -0x1.fffffffffffffp24;
        if (fabs(x) > 0x1p24 && round % 7) x = -0.0;
        memcpy(values + i, &x, sizeof x);
    }
    *t = (mlops__tally){.scale = (int32_t)(draw() % 129) - 64};
    if (round % 2) t->scale = 32;
    t->shift = (uint32_t)(draw() % 58);
    for (int side = 0; side < 2; side++) {
        uint64_t middle = mlops__bins_index(values[draw() % MLOPS__TALLY]) >> t->shift;
        t->n[side] = draw() % 200;
        t->low[side] = middle > t->n[side] / 2 ? middle - t->n[side] / 2 : 0;
    }
    t->room = 500;
    t->min = draw() % 2 ? UINT64_MAX : mlops__profile_key(-3.0);
    t->max = draw() % 2 ? 0 : mlops__profile_key(5.0);
}

/* Beside the sums of any value, by long integers. */
static void test_sizes_are_rounded_once(void **state) {
    (void)state;
    for (int i = 0; i < 200000; i++) {
        int32_t scale = (int32_t)(draw() % 129) - 64;
        uint64_t bits = draw(), size;
        if (i % 2) /* few bits, near to half a unit: ties */
            bits = (bits & (uint64_t)1 << 63) |
                   (1023 - (uint64_t)(int64_t)scale + draw() % 8) << 52 | draw() % 32 << 47;
        if (i % 5 == 0) bits = bits >> 63 << 63 | draw() >> (i % 7 * 8 + 12); /* subnormal */
        double value = mlops__f64_of(bits);
        int fits = mlops__sum_size(bits, scale, &size);
        mlops__i128 exact;
        if (!(value - value == 0)) {
            assert_true(!fits);
            continue;
        }
        int known = mlops__i128_from_f64(fabs(value), scale, &exact);
        assert_int_equal(fits, known && exact.high == 0 && exact.low < (uint64_t)1 << 56);
        if (fits) assert_true(size == exact.low);
    }
}

static void test_kernels_count_as_one_by_one(void **state) {
    (void)state;
    static const mlops_cpu levels[] = {MLOPS_CPU_SCALAR, MLOPS_CPU_AVX2, MLOPS_CPU_AVX512,
                                       MLOPS_CPU_NEON};
    int taken = 0;
    for (int round = 0; round < 3000; round++) {
        uint64_t values[MLOPS__TALLY];
        mlops__tally given;
        draw_block(values, &given, round);
        mlops__tally want = given;
        int fits = one_by_one(&want, values);
        for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
            if (mlops_cpu_level(levels[i]) != levels[i]) continue;
            mlops__tally got = given;
            mlops__tally_block *kernel = mlops__kern_for(levels[i])->tally_block;
            int took = kernel(&got, values);
            assert_true(fits || !took);
            assert_true(took || !fits || kernel == mlops__tally_none);
            if (took) assert_alike(&got, &want);
            taken += took;
        }
    }
    if (mlops_cpu_level(MLOPS_CPU_BEST) >= MLOPS_CPU_AVX2) assert_true(taken > 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes_are_rounded_once),
        cmocka_unit_test(test_kernels_count_as_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
