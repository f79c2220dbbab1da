/* Profiles of two machines, merged without loss, without a heap. */
#include <mlops.h>
#include <stdio.h>

static uint64_t storage[2][512];

int main(void) {
    const double edges[] = {0, 10, 100};
    mlops_profile_opts opts = MLOPS_PROFILE_OPTS_INIT;
    opts.edges = edges;
    opts.n_edges = 3;
    mlops_profile *a, *b;
    if (mlops_profile_init(&a, storage[0], sizeof storage[0], &opts)) return 1;
    if (mlops_profile_init(&b, storage[1], sizeof storage[1], &opts)) return 1;
    const double here[] = {1, 5, 50}, there[] = {7, 500};
    mlops_profile_add(a, here, 3);
    mlops_profile_add(b, there, 2);
    mlops_profile_add_nulls(b, 1);
    if (mlops_profile_merge(a, b)) return 1;

    mlops_profile_summary s = MLOPS_PROFILE_SUMMARY_INIT;
    mlops_profile_summarize(a, &s);
    printf("%lld values, %lld null, mean %g, max %g\n", (long long)s.n, (long long)s.n_null, s.mean,
           s.max);
    for (int64_t i = 0; i < mlops_profile_n_bins(a); i++)
        printf("up to %g: %lld\n", mlops_profile_edge(a, i), (long long)mlops_profile_bin(a, i));
    return 0;
}
