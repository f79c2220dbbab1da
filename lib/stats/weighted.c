/* Sorting of values, by the kernel of the machine, and of weighted values: by radix.
 *
 * Owns nothing. Weighted values are sorted by all bits in which they differ, least digit first.
 * Invariant: the result depends on the values alone.
 */
#include "kern/kern.h"
#include "stats/stats.h"

enum { BITS = 10, BUCKETS = 1 << BITS, KEY_BITS = 64 }; /* more places leave the nearest cache */

int64_t mlops__sort_f64(mlops_cpu cpu, double *out, double *scratch, const double *from,
                        int64_t n) {
    return mlops__kern_for(cpu)->sort_values(out, scratch, from, n);
}

static void scatter_weighted(mlops__weighted *to, const mlops__weighted *from, int64_t n,
                             int shift) {
    size_t places[BUCKETS] = {0}, sum = 0;
    for (int64_t i = 0; i < n; i++)
        places[mlops__sort_key(from[i].value) >> shift & (BUCKETS - 1)]++;
    for (size_t i = 0; i < BUCKETS; i++) {
        size_t count = places[i];
        places[i] = sum;
        sum += count;
    }
    for (int64_t i = 0; i < n; i++)
        to[places[mlops__sort_key(from[i].value) >> shift & (BUCKETS - 1)]++] = from[i];
}

void mlops__sort_weighted(mlops__weighted *values, mlops__weighted *scratch, int64_t n) {
    mlops__weighted *from = values, *to = scratch;
    uint64_t differ = 0;
    for (int64_t i = 0; i < n; i++) {
        values[i].value += 0.0;
        differ |= mlops__sort_key(values[i].value) ^ mlops__sort_key(values[0].value);
    }
    for (int shift = 0; shift < KEY_BITS; shift += BITS) {
        if ((differ >> shift & (BUCKETS - 1)) == 0) continue;
        scatter_weighted(to, from, n, shift);
        mlops__weighted *sorted = to;
        to = from;
        from = sorted;
    }
    if (from != values) memcpy(values, from, (size_t)n * sizeof *values);
}
