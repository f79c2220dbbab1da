/* The checksummed container of sections that plans, references and bundles share.
 *
 *     offset  size  what (integers little-endian)
 *          0     8  magic "MLOPS\r\n\x1a"
 *          8     2  major version, 1: readers refuse others
 *         10     2  minor version, 0: readers accept any
 *         12     4  kind of the whole, four letters ("BNDL", "PLAN", "REFR")
 *         16     8  size of the whole in bytes
 *         24     4  number of sections, 1 to 64
 *         28     4  CRC-32 of bytes 0 to 27 and of the section table
 *         32    32  SHA-256 of all other bytes (0 to 31, then 64 to the end)
 *         64  24*n  section table: kind (four letters), flags (bit 0: may be skipped when unknown),
 *                   offset (u32), size (u32), CRC-32 of its bytes, zero (u32)
 *        ...        sections, ascending, each at the next multiple of 64, the gaps zero; the whole
 *                   ends with the last section; no kind comes twice
 *
 * The reader is freestanding and allocates nothing.
 */
#ifndef MLOPS_FILE_CONTAINER_H
#define MLOPS_FILE_CONTAINER_H

#include "base/buf.h"
#include "base/cursor.h"
#include "base/sha256.h"

#define MLOPS__KIND(a, b, c, d)                                                                    \
    ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

/* Wholes: a bundle of sections, or a reference that is a section by itself, and may have others of
 * values beside it. */
#define MLOPS__KIND_BUNDLE    MLOPS__KIND('B', 'N', 'D', 'L')
#define MLOPS__KIND_PLAN      MLOPS__KIND('P', 'L', 'A', 'N')
#define MLOPS__KIND_GRAPH     MLOPS__KIND('G', 'R', 'P', 'H')
#define MLOPS__KIND_META      MLOPS__KIND('M', 'E', 'T', 'A')
#define MLOPS__KIND_GOLDEN    MLOPS__KIND('G', 'O', 'L', 'D')
#define MLOPS__KIND_REFERENCE MLOPS__KIND('R', 'E', 'F', 'R')
#define MLOPS__KIND_ECDF      MLOPS__KIND('E', 'C', 'D', 'F')
#define MLOPS__KIND_SEEN      MLOPS__KIND('S', 'E', 'E', 'N')

enum { MLOPS__CONTAINER_ALIGN = 64, MLOPS__SECTIONS_MAX = 64, MLOPS__SECTION_OPTIONAL = 1 };

typedef struct mlops__container {
    const uint8_t *data;
    size_t size;
    uint32_t kind;
    uint32_t n_sections;
} mlops__container;

/* True if the bytes open with the magic: how formats are told apart. */
int mlops__container_is(const void *bytes, size_t n);

/* The kind that a container says it is, 0 if the bytes are none; nothing else of them is checked.
 */
uint32_t mlops__container_kind(const void *bytes, size_t n);

/* What a container says that it is, for messages: "a bundle", "a saved reference", "a container of
 * kind 'PLAN'" in room. The bytes open with the magic; nothing else of them was checked. */
enum { MLOPS__CONTAINER_NAME = 32 };
const char *mlops__container_name(const void *bytes, size_t n, char room[MLOPS__CONTAINER_NAME]);

/* What readers call: opens the whole that is wanted (0: any) and holds it to the sections that this
 * library knows of a bundle or a reference. Errors of both functions below. */
mlops_status mlops__container_read(mlops__container *out, const void *bytes, size_t n,
                                   uint32_t kind, mlops_error *err);

/* Checks header, table, gaps and the CRC of every section. MLOPS_E_CORRUPT, MLOPS_E_UNSUPPORTED
 * (major version, or a whole of another kind than wanted; 0 takes any). */
mlops_status mlops__container_open(mlops__container *out, const void *bytes, size_t n,
                                   uint32_t kind, mlops_error *err);

/* Checks the SHA-256 too. */
mlops_status mlops__container_verify(const mlops__container *self, mlops__sha256_blocks *blocks,
                                     mlops_error *err);

/* The section of this kind; a failed cursor if there is none. */
mlops__cursor mlops__container_find(const mlops__container *self, uint32_t kind);

/* The section of a bundle that is its model, a plan or a graph; a failed cursor unless there is
 * one, and begins with the letters of its kind. */
mlops__cursor mlops__container_model(const mlops__container *self);

/* MLOPS_E_UNSUPPORTED if a section is neither among the n known kinds nor optional. */
mlops_status mlops__container_known(const mlops__container *self, const uint32_t *kinds, size_t n,
                                    mlops_error *err);

/* Writing: sections are gathered, then the whole is laid out at once. */
typedef struct mlops__section {
    uint32_t kind;
    uint32_t flags;
    const void *data;
    size_t size;
} mlops__section;

/* Appends the whole to out, which must be empty. MLOPS_E_LIMIT beyond 4 GiB; MLOPS_E_NOMEM;
 * MLOPS_E_INVALID for more than 64 sections, none, or a kind that comes twice. */
mlops_status mlops__container_write(mlops__buf *out, uint32_t kind, const mlops__section *sections,
                                    uint32_t n_sections, mlops__sha256_blocks *blocks);

#endif
