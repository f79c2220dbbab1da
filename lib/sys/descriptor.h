/* A descriptor that a program hands over to be read. */
#ifndef MLOPS_SYS_DESCRIPTOR_H
#define MLOPS_SYS_DESCRIPTOR_H

#include <stddef.h>
#include <stdint.h>

/* The next bytes: how many; 0 at the end; minus an errno. */
int64_t mlops__descriptor_read(int fd, void *bytes, size_t n);

#endif
