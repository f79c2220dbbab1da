/* The container of sections, as it comes and with its checksums repaired.
 *
 * Checksums stop a fuzzer at the door, so the second round makes them right before it knocks.
 * What is held up against the reader: sections lie inside the input; only one encoding of a content
 * is accepted, so that writing the sections again gives the very bytes (of minor version 0).
 */
#include "base/crc32.h"
#include "file/container.h"
#include "fuzz/fuzz.h"
#include "sys/host.h"

enum { HEAD = 64, ROW = 24 };

static void store_u32(uint8_t *p, uint32_t value) {
    for (int i = 0; i < 4; i++) p[i] = (uint8_t)(value >> (8 * i));
}

/* Reads every byte of every section. */
static void walk(const mlops__container *c, mlops__section *sections) {
    volatile uint8_t seen = 0;
    (void)seen;
    for (uint32_t i = 0; i < c->n_sections; i++) {
        const uint8_t *row = c->data + HEAD + (size_t)i * ROW;
        uint32_t kind = mlops__load_u32(row);
        mlops__cursor found = mlops__container_find(c, kind);
        must(!found.failed && found.data >= c->data + HEAD);
        must(found.size <= (size_t)(c->data + c->size - found.data));
        for (size_t k = 0; k < found.size; k++) seen = found.data[k];
        sections[i] = (mlops__section){kind, mlops__load_u32(row + 4), found.data, found.size};
    }
}

static void take(const uint8_t *data, size_t size, int sealed) {
    mlops__container c;
    mlops_error err;
    mlops__section sections[MLOPS__SECTIONS_MAX];
    uint32_t known = MLOPS__KIND('D', 'A', 'T', 'A');
    mlops_status status = mlops__container_open(&c, data, size, 0, &err);
    must(status <= 0);
    if (status) {
        must(c.data == NULL && err.code == status && err.message[0]);
        return;
    }
    walk(&c, sections);
    must(mlops__container_known(&c, &known, 1, &err) <= 0);
    mlops_status whole = mlops__container_verify(&c, mlops__sha256_blocks_scalar, NULL);
    must(whole == MLOPS_OK || (!sealed && whole == MLOPS_E_CORRUPT));
    mlops__buf again;
    mlops__buf_init(&again, &mlops__heap);
    must(!mlops__container_write(&again, c.kind, sections, c.n_sections,
                                 mlops__sha256_blocks_scalar));
    must(again.size == size);
    if (whole == MLOPS_OK && mlops__load_u16(data + 10) == 0)
        must(memcmp(again.data, data, size) == 0);
    mlops__buf_free(&again);
}

static void repair(uint8_t *data, size_t size) {
    memcpy(data, "MLOPS\r\n\x1a\1\0", 10);
    for (int i = 0; i < 8; i++) data[16 + i] = (uint8_t)((uint64_t)size >> (8 * i));
    uint32_t n = mlops__load_u32(data + 24) % (MLOPS__SECTIONS_MAX + 1);
    if (n > (size - HEAD) / ROW) n = (uint32_t)((size - HEAD) / ROW);
    store_u32(data + 24, n);
    for (uint32_t i = 0; i < n; i++) {
        uint8_t *row = data + HEAD + (size_t)i * ROW;
        uint32_t offset = mlops__load_u32(row + 8), length = mlops__load_u32(row + 12);
        if (offset <= size && length <= size - offset)
            store_u32(row + 16, mlops__crc32(0, data + offset, length));
    }
    uint32_t crc = mlops__crc32(0, data, 28);
    store_u32(data + 28, mlops__crc32(crc, data + HEAD, (size_t)n * ROW));
    mlops__sha256 sha;
    mlops__sha256_init(&sha, mlops__sha256_blocks_scalar);
    mlops__sha256_add(&sha, data, 32);
    mlops__sha256_add(&sha, data + HEAD, size - HEAD);
    mlops__sha256_end(&sha, data + 32);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    take(data, size, 0);
    if (size < HEAD) return 0;
    uint8_t *copy = malloc(size);
    if (!copy) return 0;
    memcpy(copy, data, size);
    repair(copy, size);
    take(copy, size, 1);
    free(copy);
    return 0;
}
