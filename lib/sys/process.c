/* The only globals with state.
 *
 * Owns the CPU level and the other words found on first use. Invariant: a value here is 0 until it
 * is known, is the same whoever computes it, and never changes again, so that no lock and no init()
 * are needed.
 */
#include "sys/process.h"

#include <stdatomic.h>

static _Atomic(int) cpu_found; /* a mlops_cpu */
static _Atomic(uintptr_t) words_found[MLOPS__PROCESS_WORDS];

mlops_cpu mlops__process_cpu(mlops_cpu (*detect)(void)) {
    int level = atomic_load_explicit(&cpu_found, memory_order_relaxed);
    if (level == MLOPS_CPU_BEST) {
        level = (int)detect();
        atomic_store_explicit(&cpu_found, level, memory_order_relaxed);
    }
    return (mlops_cpu)level;
}

uintptr_t mlops__process_find(mlops__process_word word, uintptr_t (*find)(void)) {
    uintptr_t value = atomic_load_explicit(&words_found[word], memory_order_acquire);
    if (value == 0) {
        value = find();
        atomic_store_explicit(&words_found[word], value, memory_order_release);
    }
    return value;
}
