/* How far do two samples lie apart? */
#include <mlops.h>
#include <stdio.h>

int main(void) {
    const double before[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    const double after[] = {4, 5, 6, 7, 8, 9, 10, 11, 12, 13};
    mlops_stats_two_sample r = MLOPS_STATS_TWO_SAMPLE_INIT;
    if (mlops_stats_compare(&r, before, 10, after, 10, NULL, NULL)) return 1;
    printf("KS %.2f at %g, p %.4f; Wasserstein %g; energy %.4f\n", r.ks, r.ks_location, r.ks_p,
           r.wasserstein, r.energy);

    const int64_t old_counts[] = {50, 30, 20}, new_counts[] = {40, 30, 30};
    mlops_stats_two_counts c = MLOPS_STATS_TWO_COUNTS_INIT;
    if (mlops_stats_compare_counts(&c, old_counts, new_counts, 3)) return 1;
    printf("PSI %.4f, JS %.4f, TV %.2f, chi2 %.3f (p %.3f)\n", c.psi, c.js, c.tv, c.chi2, c.chi2_p);
    return 0;
}
