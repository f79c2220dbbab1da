/* Scores and labels without vectors of their own.
 *
 * Owns nothing. Invariant: as in scores.h.
 */
#include "kern/scores/scores.h"

void mlops__scores_apart_scalar(mlops__scores_rows *out, const double *scores, const double *labels,
                                size_t n) {
    mlops__scores_run(out, scores, labels, n);
}
