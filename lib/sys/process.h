/* What is one for the whole process. Everything else belongs to a host. */
#ifndef MLOPS_SYS_PROCESS_H
#define MLOPS_SYS_PROCESS_H

#include <mlops/host.h>

/* The level that detect() found when it was asked first (machine and MLOPS_CPU); never BEST.
 * detect gives the same answer whenever it is asked, since two first callers may both ask it. */
mlops_cpu mlops__process_cpu(mlops_cpu (*detect)(void));

/* Other words that are found on first use. find obeys the same rule and never returns 0. */
typedef enum mlops__process_word {
    MLOPS__PROCESS_FEATURES, /* of the CPU, beyond its level: bits of sys/cpu.c */
    MLOPS__PROCESS_FORKS,    /* forks are counted from here on; of sys/mutex.c */
    MLOPS__PROCESS_WORDS
} mlops__process_word;

uintptr_t mlops__process_find(mlops__process_word word, uintptr_t (*find)(void));

/* Counts forks; the first is called in the child. */
void mlops__process_forked(void);
int mlops__process_generation(void);

/* What is open in this process, of which there may be one: stores, by the identity of their
 * directory. The list is the caller's; only its head and the lock over it are here. */
void mlops__process_stores_lock(void);
void mlops__process_stores_unlock(void);
void **mlops__process_stores(void);

#endif
