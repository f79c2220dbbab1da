/* Inside of a mlops_profile, for the folders above. */
#ifndef MLOPS_PROFILE_PROFILE_H
#define MLOPS_PROFILE_PROFILE_H

#include "base/bits.h"

#include <mlops/profile_read.h>

/* Counts of the bins, mlops_profile_n_bins() of them; each fits into int64_t. */
const uint64_t *mlops__profile_counts(const mlops_profile *self);

#endif
