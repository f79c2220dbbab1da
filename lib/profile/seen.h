/* Which values a column of strings has had, and how often each: what tells new values from rare
 * ones, for the test "unseen" of drift.
 *
 * A value has one of 2^20 slots, by the upper bits of the XXH3-64 of its bytes, and the values of a
 * slot count as one. So a new value may pass for a known one, but no known one for new, and what is
 * said of slots holds for the values. How often a slot came is told up to 30; 31 is more often.
 *
 * Section "SEEN" of a saved reference or a bundle (integers little-endian): version (u32, 1),
 * number of columns (u32); of each string column of section "REFR" that has a rest, in its order,
 * the number of its slots (u32), and these, ascending, each as one u32: the slot times 32, and how
 * often it came. It takes 4 bytes a distinct value, 4 MiB at the most, and may be missing.
 */
#ifndef MLOPS_PROFILE_SEEN_H
#define MLOPS_PROFILE_SEEN_H

#include <mlops/base.h>
#include <mlops/host.h>

enum { MLOPS__SEEN_VERSION = 1, MLOPS__SEEN_TIMES = 32 };

typedef struct mlops__seen {
    const uint32_t *slots; /* ascending, as in the section */
    int64_t n;
    int64_t values[MLOPS__SEEN_TIMES]; /* how many values have slots that came 0, 1, ... 31 times */
} mlops__seen;

/* A text that came count times (1 or more), as a number that sorts by its slot. */
double mlops__seen_key(const char *text, int64_t count);

/* Makes it of n keys in any order, of n_values values in all; slots and scratch have room for n,
 * and self keeps slots. */
void mlops__seen_make(mlops__seen *self, uint32_t *slots, double *keys, double *scratch, int64_t n,
                      int64_t n_values, mlops_cpu cpu);

/* Takes slots that were read, of n_values values. MLOPS_E_CORRUPT. */
mlops_status mlops__seen_take(mlops__seen *self, const uint32_t *slots, int64_t n,
                              int64_t n_values);

/* How often the slot of a text came, 31 at the most; 0: the text is new. */
int mlops__seen_times(const mlops__seen *self, const char *text);

#endif
