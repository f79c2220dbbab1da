/* The only globals with state.
 *
 * Owns the CPU level and the other words found on first use, the count of forks, and the head of
 * the list of open stores. Invariant: a word found is 0 until it is known, is the same whoever
 * computes it, and never changes again, so that no lock and no init() are needed.
 */
#include "sys/process.h"

#include <pthread.h>
#include <stdatomic.h>

static _Atomic(int) cpu_found; /* a mlops_cpu */
static _Atomic(uintptr_t) words_found[MLOPS__PROCESS_WORDS];
static _Atomic(int) n_forks;
static pthread_mutex_t stores_lock = PTHREAD_MUTEX_INITIALIZER;
static void *stores; /* under stores_lock */

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

/* In the child only the thread that forked is left; whoever held the lock is gone. */
void mlops__process_forked(void) {
    atomic_fetch_add(&n_forks, 1);
    pthread_mutex_init(&stores_lock, NULL);
    stores = NULL;
}

int mlops__process_generation(void) { return atomic_load(&n_forks); }

void mlops__process_stores_lock(void) { pthread_mutex_lock(&stores_lock); }

void mlops__process_stores_unlock(void) { pthread_mutex_unlock(&stores_lock); }

void **mlops__process_stores(void) { return &stores; }
