/* An allocator that fails on demand and distrusts its callers. For tests.
 *
 * Owns a header before and a guard behind each block. Invariant: the ledger (n_live, bytes_live)
 * is what the callers hold now, and a block's header says what it was asked for with, so that a
 * free with other numbers is seen.
 */
#include "sys/host.h"
#include "sys/io_test.h"

#include <stdlib.h>
#include <string.h>

typedef struct header {
    uint64_t magic;
    uint64_t size;
    uint64_t align;
} header;

enum { POISON_NEW = 0xa5, POISON_FREED = 0x5a, GUARD_BYTE = 0xc3, GUARD = 16, HEADER_ROOM = 32 };

static const uint64_t MAGIC = 0x6d6c6f70732b2b21;

_Static_assert(sizeof(header) <= HEADER_ROOM, "a header fits in front of any block");

/* Bytes in front of a block: room for the header, and a multiple of the alignment. */
static size_t front_of(size_t align) { return align < HEADER_ROOM ? HEADER_ROOM : align; }

static int must_fail(mlops__alloc_fault *self) {
    int64_t call = atomic_fetch_add(&self->n_calls, 1) + 1;
    if (self->fail_at == 0 || call < self->fail_at) return 0;
    if (call > self->fail_at && !self->sticky) return 0;
    atomic_fetch_add(&self->n_injected, 1);
    return 1;
}

static void *take(mlops__alloc_fault *self, size_t size, size_t align) {
    if (size > SIZE_MAX - front_of(align) - GUARD) return NULL;
    size_t whole = front_of(align) + size + GUARD;
    uint8_t *base = mlops__heap.alloc(NULL, whole, align < 16 ? 16 : align);
    if (!base) return NULL;
    uint8_t *p = base + front_of(align);
    header h = {MAGIC, size, align};
    memcpy(p - HEADER_ROOM, &h, sizeof h);
    memset(p, POISON_NEW, size);
    memset(p + size, GUARD_BYTE, GUARD);
    atomic_fetch_add(&self->n_live, 1);
    atomic_fetch_add(&self->bytes_live, (int64_t)size);
    return p;
}

/* True if the block is as it should be. */
static int intact(const uint8_t *p, const header *h, size_t size, size_t align) {
    if (h->size != size || h->align != align) return 0;
    for (size_t i = 0; i < GUARD; i++)
        if (p[size + i] != GUARD_BYTE) return 0;
    return 1;
}

static void give_back(mlops__alloc_fault *self, void *block, size_t size, size_t align) {
    uint8_t *p = block;
    header h;
    memcpy(&h, p - HEADER_ROOM, sizeof h);
    if (h.magic != MAGIC) abort(); /* not ours, or freed twice: nothing can be said any more */
    if (!intact(p, &h, size, align)) atomic_fetch_add(&self->n_misused, 1);
    atomic_fetch_sub(&self->n_live, 1);
    atomic_fetch_sub(&self->bytes_live, (int64_t)h.size);
    size_t front = front_of((size_t)h.align);
    memset(p - HEADER_ROOM, POISON_FREED, HEADER_ROOM + (size_t)h.size);
    mlops__heap.free(NULL, p - front, front + (size_t)h.size + GUARD,
                     h.align < 16 ? 16 : (size_t)h.align);
}

static void *fault_alloc(void *ctx, size_t size, size_t align) {
    return must_fail(ctx) ? NULL : take(ctx, size, align);
}

static void *fault_realloc(void *ctx, void *p, size_t old_size, size_t new_size, size_t align) {
    if (must_fail(ctx)) return NULL;
    void *moved = take(ctx, new_size, align);
    if (!moved) return NULL;
    memcpy(moved, p, old_size < new_size ? old_size : new_size);
    give_back(ctx, p, old_size, align);
    return moved;
}

static void fault_free(void *ctx, void *p, size_t size, size_t align) {
    give_back(ctx, p, size, align);
}

void mlops__alloc_fault_init(mlops__alloc_fault *self) {
    memset(self, 0, sizeof *self);
    self->table = (mlops_allocator){
        sizeof(mlops_allocator), 0, self, fault_alloc, fault_realloc, fault_free,
    };
}
