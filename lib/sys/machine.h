/* What the system says of this process and of a path, where no I/O table is asked. */
#ifndef MLOPS_SYS_MACHINE_H
#define MLOPS_SYS_MACHINE_H

#include <stdint.h>

/* Number of this process, in its own namespace. */
int64_t mlops__machine_process(void);

/* A number of the namespace that this process has its number in; 0 if the system has none. */
uint64_t mlops__machine_namespace(void);

/* The kind of network or cluster file system that a path, or else its folder, is on; NULL if it is
 * on none, or if that cannot be told. */
const char *mlops__machine_remote(const char *path);

/* Lets this thread wait. */
void mlops__machine_sleep(int64_t ns);

#endif
