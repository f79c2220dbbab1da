/* Sorting the buffer of a sketch: columns of 16 by a network, then merges from both ends.
 *
 * Owns nothing. Invariant: no step depends on what was compared, so that time does not depend on
 * the order of values. Freestanding: part of the firmware build.
 */
#include "sketch/run/kll_sort.h"

#include "base/mix.h"

#include <string.h>

enum { RUN = MLOPS__KLL_RUN };

/* Each is two instructions, which two ternaries of one comparison would not be. */
#define COMPARE(a, b)                                                                              \
    {                                                                                              \
        double p = v[a], q = v[b];                                                                 \
        v[a] = p < q ? p : q;                                                                      \
        v[b] = p > q ? p : q;                                                                      \
    }
#define COMPARE_4(a, b, c, d, e, f, g, h) COMPARE(a, b) COMPARE(c, d) COMPARE(e, f) COMPARE(g, h)

/* Sorts each column of RUN rows of so many values, by Green's network of 60 comparators. */
static void sort_columns(double *x, size_t n_columns) {
    for (size_t i = 0; i < n_columns; i++) {
        double v[RUN];
        for (size_t row = 0; row < RUN; row++) v[row] = x[i + row * n_columns];
        COMPARE_4(0, 1, 2, 3, 4, 5, 6, 7)
        COMPARE_4(8, 9, 10, 11, 12, 13, 14, 15)
        COMPARE_4(0, 2, 4, 6, 8, 10, 12, 14)
        COMPARE_4(1, 3, 5, 7, 9, 11, 13, 15)
        COMPARE_4(0, 4, 8, 12, 1, 5, 9, 13)
        COMPARE_4(2, 6, 10, 14, 3, 7, 11, 15)
        COMPARE_4(0, 8, 1, 9, 2, 10, 3, 11)
        COMPARE_4(4, 12, 5, 13, 6, 14, 7, 15)
        COMPARE_4(5, 10, 6, 9, 3, 12, 13, 14)
        COMPARE_4(4, 8, 7, 11, 1, 2, 1, 4)
        COMPARE_4(7, 13, 2, 8, 11, 14, 2, 4)
        COMPARE_4(5, 6, 9, 10, 11, 13, 3, 8)
        COMPARE_4(7, 12, 6, 8, 10, 12, 3, 5)
        COMPARE_4(7, 9, 3, 4, 5, 6, 7, 8)
        COMPARE_4(9, 10, 11, 12, 6, 7, 8, 9)
        for (size_t row = 0; row < RUN; row++) x[i + row * n_columns] = v[row];
    }
}

/* Merges two runs of n values that lie stride apart: half of the result from the front and half
 * from the back, so that two chains of comparisons run at once and neither run can end early. */
static void merge(double *out, const double *a, const double *b, size_t n, ptrdiff_t stride) {
    const double *a_last = a + (ptrdiff_t)(n - 1) * stride, *b_last = b + (a_last - a);
    double *last = out + (2 * n - 1);
    for (size_t i = 0; i < n; i++) {
        double x = *a, y = *b;
        ptrdiff_t second = -(ptrdiff_t)(y < x);
        *out++ = x < y ? x : y;
        b += stride & second;
        a += stride & ~second;
        x = *a_last;
        y = *b_last;
        ptrdiff_t first = -(ptrdiff_t)(y < x);
        *last-- = x > y ? x : y;
        a_last -= stride & first;
        b_last -= stride & ~first;
    }
}

double *mlops__kll_sort(double *x, double *spare, size_t n, uint32_t shrink, uint64_t *state) {
    double *from = x, *to = spare;
    size_t width = RUN, apart = 1, widest = n >> shrink; /* of a run; between runs */
    ptrdiff_t stride = (ptrdiff_t)(n / RUN);             /* between the values of a run */
    sort_columns(x, n / RUN);
    while (n > width) {
        int thin = width == widest;
        size_t part = thin ? width / 2 : width, step = 2 * part;
        for (size_t i = 0; i < n / width; i += 2) {
            const double *a = from + i * apart, *b = a + apart;
            if (thin) {
                a += (ptrdiff_t)(mlops__mix_next(state) >> 63) * stride;
                b += (ptrdiff_t)(mlops__mix_next(state) >> 63) * stride;
            }
            merge(to + i / 2 * step, a, b, part, thin ? 2 * stride : stride);
        }
        n = n / width / 2 * step;
        width = apart = step;
        stride = 1;
        double *swap = from;
        from = to;
        to = swap;
    }
    return from;
}
