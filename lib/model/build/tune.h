/* The fast layout of a plan, for the machine's kernels. */
#ifndef MLOPS_MODEL_TUNE_H
#define MLOPS_MODEL_TUNE_H

#include "base/arena.h"
#include "kern/tree/forest.h"
#include "model/run/plan.h"

/* Raised with every change of what a layout holds: a cached one of another form is not served. What
 * a struct of layouts points to is listed in model_cache.c. */
enum { MLOPS__TUNE_FORM = 4 };

/* Lays the forest out in the arena; temporary memory comes from scratch. *out is NULL if the plan
 * cannot be laid out so (members, linear leaves, vectors, no sums, more than 65535 slots). wide
 * asks for what kernels with AVX-512 read too. MLOPS_E_NOMEM. */
mlops_status mlops__tune(mlops__forest **out, const mlops__plan *plan, int wide,
                         mlops__arena *arena, const mlops_allocator *scratch, mlops_error *err);

/* True if the layout is expected to be faster than walking the plan: ranking a row's values must
 * not cost more than the walk. */
int mlops__tune_pays(const mlops__forest *forest);

#endif
