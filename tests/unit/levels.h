/* Levels of kernels, for tests that hold each to the same. */
#ifndef TESTS_UNIT_LEVELS_H
#define TESTS_UNIT_LEVELS_H

#include "kern/kern.h"

static const mlops_cpu LEVELS[] = {MLOPS_CPU_SCALAR, MLOPS_CPU_SSE41, MLOPS_CPU_AVX2,
                                   MLOPS_CPU_AVX512, MLOPS_CPU_NEON};

/* Kernels of a level that this machine has; NULL else. */
static inline const mlops__kern *kernels(mlops_cpu level) {
    int neon = mlops_cpu_level(MLOPS_CPU_BEST) == MLOPS_CPU_NEON;
    if (level == MLOPS_CPU_SCALAR) return mlops__kern_for(level);
    if (level > mlops_cpu_level(MLOPS_CPU_BEST) || (level == MLOPS_CPU_NEON) != neon) return NULL;
    return mlops__kern_for(level);
}

#endif
