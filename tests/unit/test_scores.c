/* Scores and labels taken apart: every level gives the same bits, which are those of the rows one
 * by one; and counts of rows do not tell how many came at once. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/draw.h"
#include "unit/levels.h"

#include <mlops.h>

enum { ROWS = MLOPS__SCORES_ROWS };

static double draw_score(void) {
    static const double special[] = {0,         -0.0,    1,       0.5, 1 - 0x1p-53,
                                     0x1p-1074, 0x1p-52, 0x1p-60, NAN};
    uint64_t kind = draw() % 8;
    double edge = (double)(draw() % 1025) / 1024;
    if (kind == 0) return special[draw() % 9];
    if (kind == 1) return edge;
    if (kind == 2) return fmin(fmax(nextafter(edge, kind % 2 ? 2 : -1), 0), 1);
    if (kind == 3) return ldexp(uniform(), -(int)(draw() % 60));
    if (kind == 4) return 1 - ldexp(uniform(), -(int)(draw() % 54));
    return uniform();
}

static double draw_label(void) {
    uint64_t kind = draw() % 9;
    return kind == 0 ? (double)NAN : kind == 1 ? -0.0 : (double)(kind % 2);
}

static void check_row(const mlops__scores_rows *rows, size_t i, double score, double label) {
    assert_true(rows->known[i] == (isnan(score) ? 0 : UINT64_MAX));
    assert_int_equal(rows->place[i], isnan(label) ? 2 : label == 1);
    if (isnan(score) || isnan(label)) {
        assert_true(rows->brier[i] == 0 && rows->loss[i] == 0);
        if (isnan(score)) return;
    }
    assert_int_equal(rows->bin[i], score == 1 ? 1023 : (int)floor(score * 1024));
    double least = (double)rows->bin[i] / 1024; /* what is left of a score is exact */
    assert_true(rows->rest[i] == (uint64_t)nearbyint(ldexp(score - least, 52)) ||
                fabs(ldexp(score - least, 52) - (double)rows->rest[i]) <= 1);
    if (isnan(label)) return;
    double error = label == 1 ? 1 - score : score;
    double held = fmin(fmax(score, 0x1p-52), 1 - 0x1p-52);
    double loss = label == 1 ? -log(held) : -log1p(-held);
    assert_true(fabs((double)rows->brier[i] * 0x1p-52 - error * error) <= 0x1p-51);
    assert_true(fabs((double)rows->loss[i] * 0x1p-52 - loss) <= 0x1p-45);
}

static void test_levels_agree(void **state) {
    (void)state;
    double scores[ROWS + 1], labels[ROWS + 1];
    mlops__scores_rows want, got;
    for (int round = 0; round < 5000; round++) {
        size_t at = (size_t)round % 2; /* vectors need not be aligned */
        size_t n = (size_t)(draw() % (ROWS / MLOPS__SCORES_STEP + 1)) * MLOPS__SCORES_STEP;
        for (size_t i = 0; i <= ROWS; i++) scores[i] = draw_score(), labels[i] = draw_label();
        const double *given = round % 5 ? labels + at : NULL;
        memset(&want, 0, sizeof want);
        mlops__scores_apart_scalar(&want, scores + at, given, n);
        for (size_t i = 0; i < n; i++)
            if (given) check_row(&want, i, scores[at + i], labels[at + i]);
        for (size_t l = 0; l < sizeof LEVELS / sizeof *LEVELS; l++) {
            if (!kernels(LEVELS[l])) continue;
            memset(&got, 0, sizeof got);
            kernels(LEVELS[l])->scores_apart(&got, scores + at, given, n);
            assert_memory_equal(&got, &want, sizeof got);
        }
    }
}

/* Rows of weight 0 may have anything. */
static void test_places_are_there(void **state) {
    (void)state;
    double scores[ROWS], labels[ROWS];
    mlops__scores_rows got;
    for (int round = 0; round < 2000; round++) {
        for (size_t i = 0; i < ROWS; i++) {
            uint64_t bits[2] = {draw(), draw()};
            memcpy(scores + i, bits, sizeof *scores);
            memcpy(labels + i, bits + 1, sizeof *labels);
            if (draw() % 4 == 0) scores[i] = draw() % 2 ? (double)INFINITY : -(double)INFINITY;
        }
        for (size_t l = 0; l < sizeof LEVELS / sizeof *LEVELS; l++) {
            if (!kernels(LEVELS[l])) continue;
            kernels(LEVELS[l])->scores_apart(&got, scores, labels, ROWS);
            for (size_t i = 0; i < ROWS; i++) {
                assert_true(got.bin[i] < MLOPS__SCORE_BINS);
                assert_true(got.place[i] <= 2);
            }
        }
    }
}

static void assert_same(const mlops_performance *a, const mlops_performance *b) {
    size_t n = 0, m = 0;
    assert_int_equal(mlops_performance_save(a, NULL, 0, &n), MLOPS_OK);
    assert_int_equal(mlops_performance_save(b, NULL, 0, &m), MLOPS_OK);
    assert_int_equal(n, m);
    uint8_t *bytes = malloc(2 * n);
    assert_non_null(bytes);
    assert_int_equal(mlops_performance_save(a, bytes, n, &n), MLOPS_OK);
    assert_int_equal(mlops_performance_save(b, bytes + n, n, &n), MLOPS_OK);
    assert_memory_equal(bytes, bytes + n, n);
    free(bytes);
}

static void test_parts_cannot_be_told(void **state) {
    (void)state;
    enum { N = (1 << 20) + 40007 };
    double *rows = malloc(3 * (size_t)N * sizeof *rows);
    mlops_error e;
    assert_non_null(rows);
    for (int64_t i = 0; i < N; i++) {
        rows[i] = draw_score();
        rows[N + i] = draw_label();
        rows[2 * N + i] = 1;
    }
    for (int labelled = 0; labelled < 2; labelled++) {
        const double *labels = labelled ? rows + N : NULL;
        mlops_performance *whole, *parts, *weighted;
        assert_int_equal(mlops_performance_new(&whole, NULL, &e), MLOPS_OK);
        assert_int_equal(mlops_performance_new(&parts, NULL, &e), MLOPS_OK);
        assert_int_equal(mlops_performance_new(&weighted, NULL, &e), MLOPS_OK);
        assert_int_equal(mlops_performance_add(whole, rows, labels, NULL, N, &e), MLOPS_OK);
        assert_int_equal(mlops_performance_add(weighted, rows, labels, rows + 2 * N, N, &e),
                         MLOPS_OK);
        for (int64_t i = 0, part = 0; i < N; i += part) {
            part = (int64_t)(draw() % (draw() % 50 ? 200 : 40000));
            if (part > N - i) part = N - i;
            const double *some = labels ? labels + i : NULL;
            assert_int_equal(mlops_performance_add(parts, rows + i, some, NULL, part, &e),
                             MLOPS_OK);
        }
        assert_same(whole, parts);
        assert_same(whole, weighted);
        mlops_performance_free(whole);
        mlops_performance_free(parts);
        mlops_performance_free(weighted);
    }
    free(rows);
}

int main(void) {
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels_agree),
        cmocka_unit_test(test_places_are_there),
        cmocka_unit_test(test_parts_cannot_be_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
