/* Wilson's interval of a share (1927).
 *
 * Owns nothing. Invariant: the share lies within, and the bounds in [0, 1].
 */
#include "stats/stats.h"

#include "base/real.h"

void mlops__wilson(double *low, double *high, double share, double n, double z) {
    double z2 = z * z, middle = (share + z2 / (2 * n)) / (1 + z2 / n);
    double half = z / (1 + z2 / n) * mlops__sqrt(share * (1 - share) / n + z2 / (4 * n * n));
    *low = share == 0 || middle < half ? 0 : middle - half;
    *high = share == 1 || middle + half > 1 ? 1 : middle + half;
}
