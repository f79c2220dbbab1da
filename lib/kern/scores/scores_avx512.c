/* Scores and labels with AVX-512, of which the compiler makes use.
 *
 * Owns nothing. Invariant: the same bits as the scalar kernel's.
 */
#include "kern/scores/scores.h"

mlops__scores_apart mlops__scores_apart_avx512;

void mlops__scores_apart_avx512(mlops__scores_rows *out, const double *scores, const double *labels,
                                size_t n) {
    mlops__scores_run(out, scores, labels, n / MLOPS__SCORES_STEP * MLOPS__SCORES_STEP);
}
