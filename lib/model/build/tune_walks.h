/* The layout of deep trees of a plan, on every machine. */
#ifndef MLOPS_MODEL_TUNE_WALKS_H
#define MLOPS_MODEL_TUNE_WALKS_H

#include "kern/tree/walks.h"
#include "model/build/tune.h"

/* Lays the forest out in the arena; temporary memory comes from scratch. *out is NULL if the plan
 * cannot be laid out so (sets, members, linear leaves, no sums, more than 4095 slots, trees of more
 * than 2^18 nodes). MLOPS_E_NOMEM. */
mlops_status mlops__tune_walks(mlops__walks **out, const mlops__plan *plan, mlops__arena *arena,
                               const mlops_allocator *scratch, mlops_error *err);

/* The layout of mlops__tune() or this one, whichever is expected to be faster; neither if walking
 * the plan is. MLOPS_E_NOMEM. */
mlops_status mlops__tune_best(mlops__forest **forest, mlops__walks **walks, const mlops__plan *plan,
                              int wide, mlops__arena *arena, const mlops_allocator *scratch,
                              mlops_error *err);

#endif
