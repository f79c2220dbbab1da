/* The table of kernels of each level, made from the lists at compile time.
 *
 * Owns the tables, which are constant. Invariant: a level that exists on this architecture has
 * every operation; the others are empty and never handed out.
 */
#include "kern/kern.h"

/* Declarations of the kernels; the scalar ones may have been declared by their headers already. */
#define MLOPS_KERN(op, level, symbol) mlops__##op symbol;
#include "kern/kern.inc"
#undef MLOPS_KERN

static const mlops__kern tables[] = {
#define MLOPS_KERN(op, level, symbol) [MLOPS_CPU_##level].op = (symbol),
#include "kern/kern.inc"
#undef MLOPS_KERN
};

const mlops__kern *mlops__kern_for(mlops_cpu level) {
    size_t i = (size_t)level;
    int known = i < sizeof tables / sizeof tables[0] && tables[i].sha256_blocks != NULL;
    return &tables[known ? i : MLOPS_CPU_SCALAR];
}
