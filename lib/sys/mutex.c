/* Mutexes, and how often this process was forked.
 *
 * Owns nothing but the handler that counts forks, which is set up by the first who asks. Invariant:
 * in a child the generation is another one than whatever its parent was told.
 */
#define _POSIX_C_SOURCE 200809L
#include "sys/mutex.h"

#include "sys/process.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

int mlops__lock_init(mlops__lock *self) { return pthread_mutex_init(&self->mutex, NULL); }

void mlops__lock_free(mlops__lock *self) { pthread_mutex_destroy(&self->mutex); }

void mlops__lock_take(mlops__lock *self) { pthread_mutex_lock(&self->mutex); }

void mlops__lock_give(mlops__lock *self) { pthread_mutex_unlock(&self->mutex); }

void mlops__thread_yield(void) { sched_yield(); }

static uintptr_t watch_forks(void) {
    pthread_atfork(NULL, NULL, mlops__process_forked);
    return 1;
}

int mlops__fork_generation(void) {
    mlops__process_find(MLOPS__PROCESS_FORKS, watch_forks);
    return mlops__process_generation();
}
