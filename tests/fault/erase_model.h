/* A dataset that loses data, for scenarios that cut the erasures short. */
#ifndef TESTS_FAULT_ERASE_MODEL_H
#define TESTS_FAULT_ERASE_MODEL_H

#include <mlops.h>

enum { ERASE_VERSIONS = 3 };

mlops_status erase_commit(mlops_store *s, int version);

/* The first erasure is of files, the second of rows. */
mlops_status erase_run(mlops_store *s, int rows, mlops_erase_stat *out);

int erase_n(mlops_store *s); /* erasures that it has; -1: it cannot say */

/* Has it all versions, behind so many erasures? */
int erase_holds(mlops_store *s, int k);

/* What was begun is brought to its end; then all that was to be erased is erased, and no frame of a
 * pack has any of it. */
int erase_goes_on(mlops_store *s, int k);

#endif
