/* Storage that a caller gives to an object of fixed size. */
#ifndef MLOPS_BASE_STORAGE_H
#define MLOPS_BASE_STORAGE_H

#include <mlops/base.h>

#include <stddef.h>
#include <stdint.h>

/* MLOPS_E_INVALID if there is none or it is not aligned to 8, MLOPS_E_ARENA if it is too small. */
static inline mlops_status mlops__storage(const void *mem, size_t size, size_t needed) {
    if (!mem || (uintptr_t)mem % 8) return MLOPS_E_INVALID;
    return size < needed ? MLOPS_E_ARENA : MLOPS_OK;
}

#endif
