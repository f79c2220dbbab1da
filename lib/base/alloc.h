/* Memory through the host's allocator, and checked size arithmetic. */
#ifndef MLOPS_BASE_ALLOC_H
#define MLOPS_BASE_ALLOC_H

#include <mlops/host.h>

enum { MLOPS__ALIGN = 16 /* of mlops__alloc() */ };

/* False if the result does not fit into size_t; out is unchanged then. */
int mlops__mul(size_t a, size_t b, size_t *out);
int mlops__add(size_t a, size_t b, size_t *out);

/* NULL if out of memory, never for size 0. A size that a caller multiplies goes through
 * mlops__alloc_array(). */
void *mlops__alloc(const mlops_allocator *self, size_t size);
void *mlops__alloc_zero(const mlops_allocator *self, size_t size);
void *mlops__alloc_array(const mlops_allocator *self, size_t n, size_t size); /* zeroed */
void *mlops__alloc_aligned(const mlops_allocator *self, size_t size, size_t align);

/* p may be NULL. size is what was asked for. */
void mlops__free(const mlops_allocator *self, void *p, size_t size);
void mlops__free_aligned(const mlops_allocator *self, void *p, size_t size, size_t align);

/* A copy of the first n bytes with a NUL behind them; to be freed with size n + 1. */
char *mlops__copy_text(const mlops_allocator *self, const char *text, size_t n);

#endif
