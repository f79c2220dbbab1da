/* Writing the container of sections.
 *
 * Owns nothing. Invariant: what it appends is the one encoding of these sections that the reader
 * takes; the size is known before the first byte, and checksums are filled in last.
 */
#include "file/container.h"

#include "base/crc32.h"

#include <string.h>

enum { HEAD = 64, ROW = 24, MAJOR = 1, MINOR = 0, CRC_OFFSET = 28, SHA_OFFSET = 32 };

static uint64_t aligned(uint64_t n) {
    return (n + MLOPS__CONTAINER_ALIGN - 1) / MLOPS__CONTAINER_ALIGN * MLOPS__CONTAINER_ALIGN;
}

/* 0 if the whole would be larger than a u32 can tell. */
static uint64_t whole_size(const mlops__section *sections, uint32_t n) {
    uint64_t end = HEAD + (uint64_t)n * ROW;
    for (uint32_t i = 0; i < n; i++) {
        if (sections[i].size > UINT32_MAX) return 0;
        end = aligned(end) + sections[i].size;
        if (end > UINT32_MAX) return 0;
    }
    return end;
}

static int valid(const mlops__section *sections, uint32_t n) {
    if (n < 1 || n > MLOPS__SECTIONS_MAX) return 0;
    for (uint32_t i = 0; i < n; i++) {
        if (sections[i].flags & ~(uint32_t)MLOPS__SECTION_OPTIONAL) return 0;
        for (uint32_t k = 0; k < i; k++)
            if (sections[k].kind == sections[i].kind) return 0;
    }
    return 1;
}

static void put_header(mlops__buf *out, uint32_t kind, uint64_t size, uint32_t n_sections) {
    mlops__buf_put(out, "MLOPS\r\n\x1a", 8);
    mlops__buf_u16(out, MAJOR);
    mlops__buf_u16(out, MINOR);
    mlops__buf_u32(out, kind);
    mlops__buf_u64(out, size);
    mlops__buf_u32(out, n_sections);
    mlops__buf_zero(out, HEAD - CRC_OFFSET);
}

static void put_table(mlops__buf *out, const mlops__section *sections, uint32_t n) {
    uint64_t end = HEAD + (uint64_t)n * ROW;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t offset = aligned(end);
        mlops__buf_u32(out, sections[i].kind);
        mlops__buf_u32(out, sections[i].flags);
        mlops__buf_u32(out, (uint32_t)offset);
        mlops__buf_u32(out, (uint32_t)sections[i].size);
        mlops__buf_u32(out, mlops__crc32(0, sections[i].data, sections[i].size));
        mlops__buf_u32(out, 0);
        end = offset + sections[i].size;
    }
}

static void seal(uint8_t *data, size_t size, uint32_t n_sections, mlops__sha256_blocks *blocks) {
    uint32_t crc = mlops__crc32(0, data, CRC_OFFSET);
    crc = mlops__crc32(crc, data + HEAD, (size_t)n_sections * ROW);
    for (size_t i = 0; i < 4; i++) data[CRC_OFFSET + i] = (uint8_t)(crc >> (8 * i));
    mlops__sha256 sha;
    mlops__sha256_init(&sha, blocks);
    mlops__sha256_add(&sha, data, SHA_OFFSET);
    mlops__sha256_add(&sha, data + HEAD, size - HEAD);
    mlops__sha256_end(&sha, data + SHA_OFFSET);
}

mlops_status mlops__container_write(mlops__buf *out, uint32_t kind, const mlops__section *sections,
                                    uint32_t n_sections, mlops__sha256_blocks *blocks) {
    if (out->size != 0 || !valid(sections, n_sections)) return MLOPS_E_INVALID;
    uint64_t size = whole_size(sections, n_sections);
    if (size == 0) return MLOPS_E_LIMIT;
    put_header(out, kind, size, n_sections);
    put_table(out, sections, n_sections);
    for (uint32_t i = 0; i < n_sections; i++) {
        mlops__buf_align(out, MLOPS__CONTAINER_ALIGN);
        mlops__buf_put(out, sections[i].data, sections[i].size);
    }
    if (out->status) return out->status;
    seal(out->data, out->size, n_sections, blocks);
    return MLOPS_OK;
}
