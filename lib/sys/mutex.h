/* Mutual exclusion within the process. What is guarded says so beside its lock. */
#ifndef MLOPS_SYS_MUTEX_H
#define MLOPS_SYS_MUTEX_H

#include <pthread.h>

typedef struct mlops__lock {
    pthread_mutex_t mutex;
} mlops__lock;

int mlops__lock_init(mlops__lock *self); /* 0, or an errno */
void mlops__lock_free(mlops__lock *self);
void mlops__lock_take(mlops__lock *self);
void mlops__lock_give(mlops__lock *self);

/* Lets another thread go on: for the rare wait that ends by itself. */
void mlops__thread_yield(void);

/* Times that this process was forked from another one since the library was first asked. */
int mlops__fork_generation(void);

#endif
