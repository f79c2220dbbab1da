/* Any bytes as a bundle: first as they are, then with the checksums made right, so that what stands
 * behind them is reached too. On the server and on the device.
 */
#define _GNU_SOURCE
#include "base/buf.h"
#include "base/crc32.h"
#include "base/cursor.h"
#include "base/sha256.h"
#include "fuzz/fuzz.h"

#include <mlops.h>

enum { HEAD = 64, ENTRY = 24, STORAGE = 1 << 20, MEMORY_MAX = 1 << 24 };

static void store_u32(uint8_t *p, uint32_t value) {
    for (int i = 0; i < 4; i++) p[i] = (uint8_t)(value >> 8 * i);
}

/* Makes the CRCs, the size and the digest true of the rest. */
static void repair(uint8_t *data, size_t n) {
    if (n < HEAD) return;
    uint32_t sections = mlops__load_u32(data + 24) % 65;
    if (HEAD + sections * (size_t)ENTRY > n) return;
    memcpy(data, "MLOPS\r\n\x1a", 8);
    store_u32(data + 16, (uint32_t)n);
    store_u32(data + 20, 0);
    store_u32(data + 24, sections);
    for (uint32_t i = 0; i < sections; i++) {
        uint8_t *entry = data + HEAD + i * ENTRY;
        uint32_t offset = mlops__load_u32(entry + 8), size = mlops__load_u32(entry + 12);
        if (offset > n || size > n - offset) continue;
        store_u32(entry + 16, mlops__crc32(0, data + offset, size));
    }
    uint32_t crc = mlops__crc32(0, data, 28);
    store_u32(data + 28, mlops__crc32(crc, data + HEAD, sections * (size_t)ENTRY));
    mlops__sha256 hash;
    mlops__sha256_init(&hash, mlops__sha256_blocks_scalar);
    mlops__sha256_add(&hash, data, 32);
    mlops__sha256_add(&hash, data + HEAD, n - HEAD);
    mlops__sha256_end(&hash, data + 32);
}

/* The heap up to a size, as a graph may ask for more than a test has. */
static void *take(void *ctx, size_t size, size_t align) {
    (void)ctx;
    void *out = NULL;
    if (size > MEMORY_MAX) return NULL;
    return posix_memalign(&out, align < sizeof(void *) ? sizeof(void *) : align, size) ? NULL : out;
}

static void give(void *ctx, void *p, size_t size, size_t align) {
    (void)ctx;
    (void)size;
    (void)align;
    free(p);
}

static void *take_more(void *ctx, void *p, size_t old_size, size_t size, size_t align) {
    void *out = take(ctx, size, align);
    if (!out) return NULL;
    memcpy(out, p, old_size < size ? old_size : size);
    free(p);
    return out;
}

static void use(const uint8_t *data, size_t n) {
    mlops_allocator heap = MLOPS_ALLOCATOR_INIT;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_bundle *bundle;
    mlops_error e;
    heap.alloc = take;
    heap.realloc = take_more;
    heap.free = give;
    host.allocator = &heap;
    if (mlops_bundle_parse(&bundle, data, n, &host, &e) == MLOPS_OK) mlops_bundle_unref(bundle);
    size_t size;
    mlops_edge *edge;
    if (mlops_edge_size(data, n, &size) || size > STORAGE) return;
    void *mem = malloc(size);
    if (mem && !mlops_edge_init(&edge, mem, size, data, n)) mlops_edge_selftest(edge);
    free(mem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    use(data, n);
    uint8_t *copy = malloc(n ? n : 1);
    if (!copy) return 0;
    memcpy(copy, data, n);
    repair(copy, n);
    use(copy, n);
    free(copy);
    return 0;
}
