/* Delimited text as packed columns, and back, byte for byte.
 *
 * Text is cut into rows, rows into cells: the bytes between delimiters, as they are. A column's
 * cells are numbers under a form that spells the same bytes again, and what the form cannot spell
 * is kept as it is; so how text is cut decides how small it gets, never what comes back. A group
 * is a run of rows as bytes; a patch is what of the rows of a base is other now, and what it was.
 * Bytes: docs/format.md.
 *
 *     sniff -> parse -> write                   text to a group
 *     open -> read [-> apply ...] -> render     rows of a group, as patches change them, to text
 *     read -> add ... -> end                    what text changes of rows, to a patch
 */
#ifndef MLOPS_COLUMNAR_COLUMNAR_H
#define MLOPS_COLUMNAR_COLUMNAR_H

#include "base/buf.h"
#include "base/cursor.h"
#include "columnar/packed.h"

enum {
    MLOPS__GROUP_ROWS = 8192,
    MLOPS__GROUP_CELLS = 1 << 20,
    MLOPS__GROUP_TEXT = 1 << 20, /* bytes, unless it is one row */
    MLOPS__ROW_TEXT = 16 << 20,  /* bytes of a row, with its line end */
    MLOPS__COLUMNS_MAX = 4096,
    MLOPS__GROUP_STEP = 512,       /* rows between places whose offset in the text is kept */
    MLOPS__SNIFF = 64 << 10,       /* bytes that a dialect is found in */
    MLOPS__CELL_TEXT = 64,         /* bytes that a cell of a form takes, if it is not in text */
    MLOPS__PATCH_ROWS = 1 << 22,   /* that a patch is closed at */
    MLOPS__PATCH_BYTES = 48 << 10, /* about how many a patch is closed at */
    MLOPS__PATCH_BLOCK = 1024,     /* rows that are read together */
    MLOPS__LISTED_TEXT = 16 << 20  /* bytes of cells that are listed together */
};

/* How rows are cut. What has another number of cells is kept whole. */
typedef struct mlops__dialect {
    uint8_t delimiter; /* , ; TAB or | */
    uint8_t quotes;    /* delimiters and line ends between two " are text */
    uint8_t crlf;      /* lines end with \r\n */
    uint16_t n_columns;
} mlops__dialect;

/* Looks at the first n bytes of a text. False for what is no delimited text, or is not worth it. */
int mlops__dialect_sniff(mlops__dialect *out, const uint8_t *text, size_t n);

/* ---- rows in memory ---- */

typedef struct mlops__grid_column mlops__grid_column;

/* Rows of cells, and room for more; used again and again. */
typedef struct mlops__grid {
    const mlops_allocator *allocator;
    mlops__dialect dialect;
    size_t n;        /* rows */
    int unended;     /* the last one has no line end */
    uint64_t *whole; /* bitmap of rows that are kept whole, in column 0 */
    mlops__grid_column *columns;
    size_t columns_cap, rows_cap;
    const uint8_t *text; /* what texts of cells are in: the caller's, or that of own */
    size_t text_size;    /* of the caller's */
    int marked;          /* marks hold: the text's size up to each step */
    uint32_t marks[MLOPS__GROUP_ROWS / MLOPS__GROUP_STEP];
    mlops__buf own, slab, scratch;
    int lined; /* lines and ends hold: the text of all rows, and where each ends (uint32_t) */
    mlops__buf lines, ends;
} mlops__grid;

void mlops__grid_init(mlops__grid *self, const mlops_allocator *allocator);
void mlops__grid_free(mlops__grid *self);

/* Bytes that it holds; SIZE_MAX if one of its buffers has failed. */
size_t mlops__grid_memory(const mlops__grid *self);

/* Takes as many whole rows of the text as make a group; ended says that nothing follows it, so that
 * a last row without a line end is one, too. *taken is their size in bytes: 0 if not even one row
 * is there. The text is borrowed as long as the rows are. MLOPS_E_LIMIT: a row is longer than
 * MLOPS__ROW_TEXT. */
mlops_status mlops__grid_parse(mlops__grid *self, const mlops__dialect *dialect,
                               const uint8_t *text, size_t n, int ended, size_t *taken,
                               mlops_error *err);

/* How many bytes that would take: 0 if it would take none, or fail. */
size_t mlops__grid_measure(const mlops__dialect *dialect, const uint8_t *text, size_t n, int ended);

/* Appends the text of rows from to to - 1. ends (nullable, to - from of them) takes how many bytes
 * were appended up to the end of each. MLOPS_E_CORRUPT, if that is more than max bytes. */
mlops_status mlops__grid_render(mlops__grid *self, size_t from, size_t to, size_t max,
                                mlops__buf *out, uint32_t *ends, mlops_error *err);

/* Renders all rows into lines, until one of them changes. */
mlops_status mlops__grid_line_up(mlops__grid *self, mlops_error *err);

/* XXH3-64 of the text of each row, line end and all. */
mlops_status mlops__grid_hash(mlops__grid *self, size_t from, size_t to, uint64_t *out,
                              mlops_error *err);

/* Text of a cell: in room, or in the rows until they change. Of a row that is kept whole, cell 0 is
 * all of it without \n, and there are no others (*n = 0). */
const uint8_t *mlops__grid_cell(const mlops__grid *self, size_t row, size_t column,
                                uint8_t room[MLOPS__CELL_TEXT], size_t *n);
int mlops__grid_is_whole(const mlops__grid *self, size_t row);

/* ---- groups ---- */

mlops_status mlops__group_write(mlops__grid *rows, mlops__buf *out, mlops_error *err);

/* One that is read; the bytes are borrowed. */
typedef struct mlops__group {
    mlops__dialect dialect;
    uint32_t n_rows;
    uint32_t text_size;
    int unended;
    const uint8_t *bytes;
    size_t n;
    uint32_t marks[MLOPS__GROUP_ROWS / MLOPS__GROUP_STEP]; /* text's size up to each step */
    size_t whole_at, sizes_at, columns_at;                 /* where in the bytes these begin */
} mlops__group;

/* MLOPS_E_CORRUPT for bytes that begin no group; of columns only what is read is looked at. */
mlops_status mlops__group_open(mlops__group *out, const uint8_t *bytes, size_t n, mlops_error *err);

/* Rows from to to - 1. wanted (nullable: all) has n_columns flags; of columns that are not wanted
 * cells may not be asked for, and such rows not be rendered. Nothing of the bytes is borrowed. */
mlops_status mlops__group_read(const mlops__group *self, size_t from, size_t to,
                               const uint8_t *wanted, mlops__grid *out, mlops_error *err);

/* Offset in the text of row step * MLOPS__GROUP_STEP; the size of all behind the last. */
uint32_t mlops__group_mark(const mlops__group *self, size_t step);

/* The last step whose offset is not beyond the given one. */
size_t mlops__group_find(const mlops__group *self, uint32_t offset);

/* ---- patches ---- */

/* One that is being made. */
typedef struct mlops__patch_writer {
    const mlops_allocator *allocator;
    mlops__dialect dialect;
    uint64_t n_rows;    /* paired so far */
    uint64_t text_size; /* bytes that they have now */
    uint64_t n_cells;   /* that are other */
    size_t estimate;
    int unended;
    mlops__buf cells, texts, marks; /* marks: text's size up to each block, int64_t each */
    mlops__buf lines;               /* of the base, while it is compared */
} mlops__patch_writer;

typedef enum mlops__patch_stop {
    MLOPS__PATCH_BASE = 0, /* the rows of the base are used up */
    MLOPS__PATCH_TEXT = 1, /* so is the text, but for a row that is not all there */
    MLOPS__PATCH_LOST = 2, /* rows no longer correspond */
    MLOPS__PATCH_FULL = 3  /* end it, and go on */
} mlops__patch_stop;

void mlops__patch_init(mlops__patch_writer *self, const mlops_allocator *allocator);
void mlops__patch_free(mlops__patch_writer *self);

/* Pairs rows of the base from row from on with those that the text begins with, as long as they
 * correspond: *n_rows of them, *n_bytes of text, and why it ended. Rows behind those of the call
 * before; of a base of another dialect none correspond unless nothing was added yet. */
mlops_status mlops__patch_add(mlops__patch_writer *self, mlops__grid *base, size_t from,
                              const uint8_t *text, size_t n, int ended, size_t *n_rows,
                              size_t *n_bytes, mlops__patch_stop *stop, mlops_error *err);

/* About how many bytes it would take now; next to nothing if no cell is other. */
size_t mlops__patch_bytes(const mlops__patch_writer *self);

/* Appends the patch to out, what its cells were to was (nothing if there are none), and begins a
 * new one. */
mlops_status mlops__patch_end(mlops__patch_writer *self, mlops__buf *out, mlops__buf *was,
                              mlops_error *err);

/* Begins a new one; what was added and not ended is dropped. */
void mlops__patch_drop(mlops__patch_writer *self);

/* One that is read; the bytes are borrowed. */
typedef struct mlops__patch {
    mlops__dialect dialect;
    uint32_t n_rows;
    uint64_t text_size;
    int unended;
    const uint8_t *bytes;
    size_t n;
    mlops__packed marks, ends;    /* of blocks: of the text, of bytes */
    size_t columns_at, blocks_at; /* where in the bytes these begin */
    uint32_t n_columns;           /* that are touched */
    const uint8_t *was;           /* NULL until it is given */
    size_t n_was, was_columns_at, was_blocks_at;
    mlops__packed was_ends; /* of blocks, of its bytes */
} mlops__patch;

/* MLOPS_E_CORRUPT for bytes that begin no patch. */
mlops_status mlops__patch_open(mlops__patch *out, const uint8_t *bytes, size_t n, mlops_error *err);

/* The same of what its cells were, which is read to list them; the bytes are borrowed, too. */
mlops_status mlops__patch_open_was(mlops__patch *self, const uint8_t *bytes, size_t n,
                                   mlops_error *err);

/* Changes the rows, which are rows from, from + 1, ... of those that the patch is about; all
 * columns of them were read. */
mlops_status mlops__patch_apply(const mlops__patch *self, size_t from, mlops__grid *rows,
                                mlops_error *err);

/* Offset in the text, as the patch leaves it, of row block * MLOPS__PATCH_BLOCK; the size of all
 * behind the last. */
uint64_t mlops__patch_mark(const mlops__patch *self, size_t block);

/* The last block whose offset is not beyond the given one. */
size_t mlops__patch_find(const mlops__patch *self, uint64_t offset);

/* A cell that is other, and its texts: from offset at on, n bytes. Column n_columns of the dialect
 * stands for all of the row, line end and all. */
typedef struct mlops__patch_text {
    size_t at, n;
} mlops__patch_text;

typedef struct mlops__patch_cell {
    uint32_t row;
    uint32_t column;
    mlops__patch_text was, is;
} mlops__patch_cell;

/* Sets the flags (n_columns of the dialect, and one more for all of a row) of columns that have a
 * cell that is other; the second one sets the bits of those of rows from to from + n - 1 that have
 * one. */
mlops_status mlops__patch_columns(const mlops__patch *self, const mlops_allocator *allocator,
                                  uint8_t *columns, mlops_error *err);
mlops_status mlops__patch_rows(const mlops__patch *self, const mlops_allocator *allocator,
                               size_t from, size_t n, uint64_t *bits, mlops_error *err);

/* Appends the cells of rows from to from + n - 1 (mlops__patch_cell each), by row and column, and
 * their texts to those that there are. MLOPS_END if that is more than MLOPS__GROUP_CELLS cells or
 * MLOPS__LISTED_TEXT bytes: few bytes of a patch may stand for very long texts. Where a cell is
 * other, what it was is given first, or it is damage. */
mlops_status mlops__patch_cells(const mlops__patch *self, size_t from, size_t n, mlops__buf *out,
                                mlops__buf *texts, mlops_error *err);

#endif
