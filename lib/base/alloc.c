/* The one door to the heap: every allocation of the library passes here to the host's allocator.
 *
 * Owns nothing. Invariant: the size given back on free is the size asked for, so that hosts need
 * no headers of their own; a request of 0 bytes asks for 1.
 */
#include "base/alloc.h"

#include <string.h>

int mlops__mul(size_t a, size_t b, size_t *out) {
    if (a != 0 && b > SIZE_MAX / a) return 0;
    *out = a * b;
    return 1;
}

int mlops__add(size_t a, size_t b, size_t *out) {
    if (b > SIZE_MAX - a) return 0;
    *out = a + b;
    return 1;
}

void *mlops__alloc_aligned(const mlops_allocator *self, size_t size, size_t align) {
    return self->alloc(self->ctx, size ? size : 1, align);
}

void *mlops__alloc(const mlops_allocator *self, size_t size) {
    return mlops__alloc_aligned(self, size, MLOPS__ALIGN);
}

void *mlops__alloc_zero(const mlops_allocator *self, size_t size) {
    void *p = mlops__alloc(self, size);
    if (p) memset(p, 0, size);
    return p;
}

void *mlops__alloc_array(const mlops_allocator *self, size_t n, size_t size) {
    size_t bytes;
    return mlops__mul(n, size, &bytes) ? mlops__alloc_zero(self, bytes) : NULL;
}

void mlops__free_aligned(const mlops_allocator *self, void *p, size_t size, size_t align) {
    if (p) self->free(self->ctx, p, size ? size : 1, align);
}

void mlops__free(const mlops_allocator *self, void *p, size_t size) {
    mlops__free_aligned(self, p, size, MLOPS__ALIGN);
}

char *mlops__copy_text(const mlops_allocator *self, const char *text, size_t n) {
    char *copy = mlops__alloc(self, n + 1);
    if (!copy) return NULL;
    memcpy(copy, text, n);
    copy[n] = 0;
    return copy;
}
