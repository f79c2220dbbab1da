/* Reading the container of sections.
 *
 * Owns nothing: a container is a view of the caller's bytes. Invariant: after open every section
 * lies inside them, at the only place that the format allows, and every byte outside the SHA-256
 * was checked; so each content has one encoding, and what is read later needs no checks of place.
 * Freestanding: part of the firmware build.
 */
#include "file/container.h"

#include "base/crc32.h"

#include <string.h>

enum {
    HEADER_SIZE = 64,
    ENTRY_SIZE = 24,
    KIND_AT = 12,
    SIZE_AT = 16,
    CRC_AT = 28, /* also the bytes that it covers before the table */
    SHA_AT = 32
};

static const uint8_t MAGIC[8] = {'M', 'L', 'O', 'P', 'S', '\r', '\n', 0x1a};

typedef struct entry {
    uint32_t kind, flags, offset, size, crc, zero;
} entry;

static mlops_status damaged(mlops_error *err, size_t offset, const char *what) {
    return mlops__fail_at(err, MLOPS_E_CORRUPT, 0, 0, (int64_t)offset,
                          "container: %s at byte %zu; the file is damaged", what, offset);
}

/* The four letters of a kind, for messages. */
static const char *letters(uint32_t kind, char out[5]) {
    for (size_t i = 0; i < 4; i++) {
        char c = (char)(kind >> (8 * i) & 0xff);
        out[i] = c > ' ' && c < 0x7f ? c : '?';
    }
    out[4] = 0;
    return out;
}

static const char *name_of(uint32_t kind, char room[MLOPS__CONTAINER_NAME]) {
    char four[5];
    if (kind == MLOPS__KIND_BUNDLE) return "a bundle";
    if (kind == MLOPS__KIND_REFERENCE) return "a saved reference";
    mlops__format(room, MLOPS__CONTAINER_NAME, "a container of kind '%s'", letters(kind, four));
    return room;
}

static entry read_entry(const uint8_t *data, uint32_t index) {
    const uint8_t *p = data + HEADER_SIZE + (size_t)index * ENTRY_SIZE;
    return (entry){mlops__load_u32(p),      mlops__load_u32(p + 4),  mlops__load_u32(p + 8),
                   mlops__load_u32(p + 12), mlops__load_u32(p + 16), mlops__load_u32(p + 20)};
}

int mlops__container_is(const void *bytes, size_t n) {
    return n >= sizeof MAGIC && memcmp(bytes, MAGIC, sizeof MAGIC) == 0;
}

uint32_t mlops__container_kind(const void *bytes, size_t n) {
    if (!mlops__container_is(bytes, n) || n < KIND_AT + 4) return 0;
    return mlops__load_u32((const uint8_t *)bytes + KIND_AT);
}

const char *mlops__container_name(const void *bytes, size_t n, char room[MLOPS__CONTAINER_NAME]) {
    uint32_t kind = mlops__container_kind(bytes, n);
    return kind ? name_of(kind, room) : "a container";
}

static mlops_status is_none(const mlops__container *self, uint32_t wanted, mlops_error *err) {
    char room[MLOPS__CONTAINER_NAME];
    return mlops__fail_at(err, MLOPS_E_CORRUPT, 0, 0, 0,
                          self->size ? "this is not %s (it does not begin with \"MLOPS\")"
                                     : "this is empty, not %s",
                          wanted ? name_of(wanted, room) : "a container");
}

static mlops_status is_cut(const mlops__container *self, uint64_t whole, mlops_error *err) {
    return mlops__fail_at(err, MLOPS_E_CORRUPT, 0, 0, (int64_t)self->size,
                          "this has %zu of %llu bytes: it was cut short", self->size,
                          (unsigned long long)whole);
}

/* Header and table, as far as that goes without looking at sections. */
static mlops_status check_header(mlops__container *self, uint32_t wanted, mlops_error *err) {
    const uint8_t *data = self->data;
    if (!mlops__container_is(data, self->size)) return is_none(self, wanted, err);
    if (self->size < HEADER_SIZE)
        return mlops__fail_at(err, MLOPS_E_CORRUPT, 0, 0, (int64_t)self->size,
                              "this has %zu bytes, less than its header: it was cut short",
                              self->size);
    uint16_t major = mlops__load_u16(data + 8);
    if (major != 1)
        return mlops__fail_at(err, MLOPS_E_UNSUPPORTED, 0, 0, 8,
                              "container: format version %u; this library reads version 1", major);
    uint64_t whole = mlops__load_u64(data + SIZE_AT);
    self->kind = mlops__load_u32(data + KIND_AT);
    self->n_sections = mlops__load_u32(data + 24);
    if (self->n_sections < 1 || self->n_sections > MLOPS__SECTIONS_MAX)
        return damaged(err, 24, "the number of sections is not within 1 to 64");
    size_t table = (size_t)self->n_sections * ENTRY_SIZE;
    if (table > self->size - HEADER_SIZE)
        return whole > self->size ? is_cut(self, whole, err)
                                  : damaged(err, self->size, "the table ends");
    uint32_t crc = mlops__crc32(mlops__crc32(0, data, CRC_AT), data + HEADER_SIZE, table);
    if (crc != mlops__load_u32(data + CRC_AT))
        return damaged(err, CRC_AT, "the CRC of header and table does not match");
    if (whole > self->size) return is_cut(self, whole, err);
    return whole == self->size ? MLOPS_OK : damaged(err, SIZE_AT, "the size is not that of all");
}

/* One section behind end, the end of what stands before it; moves end on. */
static mlops_status check_section(const mlops__container *self, uint32_t index, size_t *end,
                                  mlops_error *err) {
    entry e = read_entry(self->data, index);
    size_t at = HEADER_SIZE + (size_t)index * ENTRY_SIZE;
    size_t gap = (MLOPS__CONTAINER_ALIGN - *end % MLOPS__CONTAINER_ALIGN) % MLOPS__CONTAINER_ALIGN;
    if (e.flags & ~(uint32_t)MLOPS__SECTION_OPTIONAL)
        return mlops__fail_at(err, MLOPS_E_UNSUPPORTED, 0, 0, (int64_t)at + 4,
                              "container: section %u has flags 0x%x of a later version",
                              (unsigned)index, (unsigned)e.flags);
    if (e.zero != 0) return damaged(err, at + 20, "a reserved field is not zero");
    if (gap > self->size - *end || e.offset != *end + gap)
        return damaged(err, at + 8, "a section is not at the next multiple of 64");
    if (e.size > self->size - e.offset)
        return damaged(err, at + 12, "a section is longer than the file");
    for (size_t i = *end; i < e.offset; i++)
        if (self->data[i] != 0) return damaged(err, i, "a gap is not zero");
    for (uint32_t i = 0; i < index; i++)
        if (read_entry(self->data, i).kind == e.kind) return damaged(err, at, "a kind comes twice");
    if (mlops__crc32(0, self->data + e.offset, e.size) != e.crc)
        return damaged(err, e.offset, "the CRC of a section does not match");
    *end = (size_t)e.offset + e.size;
    return MLOPS_OK;
}

static mlops_status check_sections(const mlops__container *self, mlops_error *err) {
    size_t end = HEADER_SIZE + (size_t)self->n_sections * ENTRY_SIZE;
    for (uint32_t i = 0; i < self->n_sections; i++) MLOPS_TRY(check_section(self, i, &end, err));
    return end == self->size ? MLOPS_OK : damaged(err, end, "bytes follow the last section");
}

mlops_status mlops__container_open(mlops__container *out, const void *bytes, size_t n,
                                   uint32_t kind, mlops_error *err) {
    mlops__container self = {bytes, n, 0, 0};
    *out = (mlops__container){NULL, 0, 0, 0};
    MLOPS_TRY(check_header(&self, kind, err));
    MLOPS_TRY(check_sections(&self, err));
    char is[MLOPS__CONTAINER_NAME], wanted[MLOPS__CONTAINER_NAME];
    if (kind != 0 && kind != self.kind)
        return mlops__fail_at(err, MLOPS_E_UNSUPPORTED, 0, 0, KIND_AT, "this is %s, not %s",
                              name_of(self.kind, is), name_of(kind, wanted));
    *out = self;
    return MLOPS_OK;
}

mlops_status mlops__container_verify(const mlops__container *self, mlops__sha256_blocks *blocks,
                                     mlops_error *err) {
    mlops__sha256 sha;
    uint8_t digest[32];
    mlops__sha256_init(&sha, blocks);
    mlops__sha256_add(&sha, self->data, SHA_AT);
    mlops__sha256_add(&sha, self->data + HEADER_SIZE, self->size - HEADER_SIZE);
    mlops__sha256_end(&sha, digest);
    if (memcmp(digest, self->data + SHA_AT, sizeof digest) == 0) return MLOPS_OK;
    return damaged(err, SHA_AT, "the SHA-256 of the whole does not match");
}

mlops__cursor mlops__container_find(const mlops__container *self, uint32_t kind) {
    for (uint32_t i = 0; i < self->n_sections; i++) {
        entry e = read_entry(self->data, i);
        if (e.kind != kind) continue;
        mlops__cursor found;
        mlops__cursor_init(&found, self->data + e.offset, e.size);
        return found;
    }
    return (mlops__cursor){self->data, 0, 0, 1};
}

mlops__cursor mlops__container_model(const mlops__container *self) {
    mlops__cursor plan = mlops__container_find(self, MLOPS__KIND_PLAN);
    mlops__cursor graph = mlops__container_find(self, MLOPS__KIND_GRAPH);
    mlops__cursor *out = plan.failed ? &graph : &plan;
    uint32_t kind = plan.failed ? MLOPS__KIND_GRAPH : MLOPS__KIND_PLAN;
    if (plan.failed == graph.failed || out->size < 4 || mlops__load_u32(out->data) != kind)
        out->failed = 1;
    return *out;
}

static int kind_among(uint32_t kind, const uint32_t *kinds, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (kinds[i] == kind) return 1;
    return 0;
}

mlops_status mlops__container_known(const mlops__container *self, const uint32_t *kinds, size_t n,
                                    mlops_error *err) {
    for (uint32_t i = 0; i < self->n_sections; i++) {
        entry e = read_entry(self->data, i);
        char name[5];
        if (e.flags & MLOPS__SECTION_OPTIONAL || kind_among(e.kind, kinds, n)) continue;
        return mlops__fail_at(err, MLOPS_E_UNSUPPORTED, 0, 0, HEADER_SIZE + (int64_t)i * ENTRY_SIZE,
                              "container: section '%s' is beyond this library; take a later one",
                              letters(e.kind, name));
    }
    return MLOPS_OK;
}

mlops_status mlops__container_read(mlops__container *out, const void *bytes, size_t n,
                                   uint32_t kind, mlops_error *err) {
    static const uint32_t of_bundle[] = {MLOPS__KIND_PLAN, MLOPS__KIND_GRAPH, MLOPS__KIND_META,
                                         MLOPS__KIND_GOLDEN, MLOPS__KIND_REFERENCE};
    static const uint32_t of_reference[] = {MLOPS__KIND_REFERENCE, MLOPS__KIND_ECDF};
    MLOPS_TRY(mlops__container_open(out, bytes, n, kind, err));
    mlops_status status = MLOPS_OK;
    if (out->kind == MLOPS__KIND_BUNDLE)
        status = mlops__container_known(out, of_bundle, sizeof of_bundle / sizeof *of_bundle, err);
    if (out->kind == MLOPS__KIND_REFERENCE)
        status = mlops__container_known(out, of_reference, 2, err);
    if (status) *out = (mlops__container){NULL, 0, 0, 0};
    return status;
}
