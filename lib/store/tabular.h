/* Objects that are kept as rows of text: groups of them, and what changes rows of a base. */
#ifndef MLOPS_STORE_TABULAR_H
#define MLOPS_STORE_TABULAR_H

#include "columnar/zone.h"
#include "store/codec.h"
#include "store/core.h"
#include "store/recipe.h"

/* A piece, and where it begins. */
typedef struct mlops__tabular_part {
    mlops__piece piece;
    uint64_t row, at;
    size_t group;       /* its place among groups */
    const uint8_t *was; /* key of what the cells of a patch were, or NULL */
} mlops__tabular_part;

/* An object, its base, the base of that, ...: each with the chunk that was read last of it. */
typedef struct mlops__tabular_level {
    mlops__buf recipe_bytes;
    mlops__recipe recipe;
    mlops__buf parts;
    size_t n_parts, last; /* the part that was asked for last */
    uint64_t n_rows;
    mlops__buf chunk;
    uint8_t key[MLOPS__CHUNK_KEY]; /* of the chunk; its size is 0 if there is none */
    mlops__group group;            /* what the chunk is */
    mlops__patch patch;
    mlops__buf was;           /* cells of the patch, once it was asked for */
    const uint8_t *zones_key; /* NULL if nothing is known of its groups */
    size_t n_groups;
    mlops__buf zones; /* of zones_column, mlops__zone each; none until they are asked for */
    size_t zones_column;
    mlops__dialect zones_dialect; /* its delimiter and columns */
} mlops__tabular_level;

/* Where recipes and chunks are read instead of the packs: at a remote. The recipe's bytes are
 * appended to buf; MLOPS_E_NOT_FOUND without a message. A chunk takes the place of what out has. */
typedef struct mlops__elsewhere {
    mlops_status (*recipe)(void *user, const uint8_t id[32], mlops__buf *buf, mlops__recipe *out,
                           mlops_error *err);
    mlops_status (*chunk)(void *user, const uint8_t key[MLOPS__CHUNK_KEY], mlops__buf *out,
                          mlops_error *err);
    void *user;
} mlops__elsewhere;

/* Cells that differ (mlops__patch_cell each), and room for merging them. */
typedef struct mlops__cell_lists {
    mlops__buf cells, more, merged, texts;
} mlops__cell_lists;

void mlops__cell_lists_init(mlops__cell_lists *self, const mlops_allocator *allocator);
void mlops__cell_lists_free(mlops__cell_lists *self);

/* Puts the cells of both lists together, by row and column: what a cell was by the first of them,
 * and is by the second. */
mlops_status mlops__cell_lists_merge(mlops__cell_lists *self, const mlops__buf *first,
                                     const mlops__buf *second, mlops_error *err);

typedef struct mlops__tabular {
    mlops_store *store;
    mlops__index *index;               /* set by who begins a read */
    const mlops__elsewhere *elsewhere; /* or NULL */
    int is_locked; /* by the caller; else the store is locked for each frame alone */
    mlops__codec codec;
    mlops__buf payload; /* of a frame */
    int n, cap;
    mlops__tabular_level *levels;
    mlops__grid grid; /* the rows that were loaded last: from grid_row on */
    uint64_t grid_row;
    mlops__buf text; /* of rows up to text_row, where it begins at text_at */
    uint64_t text_row, text_at;
    size_t run; /* rows whose text is made next */
} mlops__tabular;

void mlops__tabular_init(mlops__tabular *self, mlops_store *store, mlops__index *index);
void mlops__tabular_free(mlops__tabular *self);
void mlops__tabular_drop_idle(mlops_store *store); /* what the store keeps of one that ended */

/* Opens an object. MLOPS_E_NOT_FOUND without a message; MLOPS_END if it is kept in another way. */
mlops_status mlops__tabular_open(mlops__tabular *self, const uint8_t id[32], mlops_error *err);

/* The same of one whose recipe is at hand: its bytes go over to the reader. */
mlops_status mlops__tabular_adopt(mlops__tabular *self, mlops__buf *bytes,
                                  const mlops__recipe *recipe, mlops_error *err);

uint64_t mlops__tabular_rows(const mlops__tabular *self);
uint64_t mlops__tabular_size(const mlops__tabular *self);

/* Rows from one on into the grid: as many as are at hand, up to n. MLOPS_E_CORRUPT */
mlops_status mlops__tabular_load(mlops__tabular *self, uint64_t row, size_t n, mlops_error *err);

/* The same; cells of other columns than those wanted (flags, of MLOPS__COLUMNS_MAX) may be missing.
 */
mlops_status mlops__tabular_load_some(mlops__tabular *self, uint64_t row, size_t n,
                                      const uint8_t *wanted, mlops_error *err);

/* For tabular_trace.c: the object that one is based on, and that the rows of a piece are there; the
 * part that has a row; the chunk of a group or patch. */
mlops_status mlops__tabular_reach(mlops__tabular *self, int level, mlops_error *err);
mlops_status mlops__tabular_base(mlops__tabular *self, int level, const mlops__piece *piece,
                                 mlops_error *err);
const mlops__tabular_part *mlops__tabular_part_at(mlops__tabular_level *level, uint64_t row);
mlops_status mlops__tabular_chunk(mlops__tabular *self, mlops__tabular_level *level,
                                  const mlops__piece *piece, mlops_error *err);

/* Rows that stand together in an object of the chain, as deep as level end at the most. */
typedef struct mlops__tabular_run {
    uint64_t row, n; /* there */
    int level;       /* end, or that of a group on the way */
    int is_patched;  /* on the way */
} mlops__tabular_run;

/* What row and those behind it are, up to n of them. */
mlops_status mlops__tabular_trace(mlops__tabular *self, int end, uint64_t row, uint64_t n,
                                  mlops__tabular_run *out, mlops_error *err);

/* The level of an object in the chain; MLOPS_END if it is none of it. */
mlops_status mlops__tabular_level_of(mlops__tabular *self, const uint8_t id[32], int *out,
                                     mlops_error *err);

/* Of patches ahead of level end: columns, as mlops__patch_columns(); rows of a run, as
 * mlops__patch_rows(); and cells of one, by row and column, from what they are in that level to
 * what they are in the first object: MLOPS_END if a row is other as a whole, or columns are not
 * those of the dialect (delimiter and number). Rows are counted from the run's first on. */
mlops_status mlops__tabular_columns(mlops__tabular *self, int end, uint8_t *columns,
                                    mlops_error *err);
mlops_status mlops__tabular_cells(mlops__tabular *self, int end, uint64_t row, size_t n,
                                  const mlops__dialect *dialect, mlops__cell_lists *out,
                                  mlops_error *err);

/* What is known of a column in rows from one on, which are one of its groups' or some of them: up
 * to *n of them. MLOPS__ZONE_NONE where nothing is, columns are not those of the dialect, or
 * patches change it. */
mlops_status mlops__tabular_zone(mlops__tabular *self, uint64_t row, uint64_t *n,
                                 const mlops__dialect *dialect, size_t column, mlops__zone *out,
                                 mlops_error *err);
mlops_status mlops__tabular_touched(mlops__tabular *self, int end, uint64_t row, size_t n,
                                    uint64_t *bits, mlops_error *err);

/* The rows of a level into the grid, of which the columns that are wanted hold; then changed by the
 * patches ahead of it, up to what they are in the first object, where they are rows row, row + 1,
 * ...: of a run, and all columns that patches touch are wanted. */
mlops_status mlops__tabular_load_base(mlops__tabular *self, int level, uint64_t row, size_t n,
                                      const uint8_t *wanted, mlops_error *err);
mlops_status mlops__tabular_amend(mlops__tabular *self, int end, uint64_t row, mlops_error *err);

/* Where the text of a row begins; that of the row behind the last is the size. */
mlops_status mlops__tabular_at(mlops__tabular *self, uint64_t row, uint64_t *at, mlops_error *err);

/* The group that a row is the first of, if all of it stands there unchanged; else MLOPS_END. */
mlops_status mlops__tabular_group(mlops__tabular *self, uint64_t row, mlops__piece *out,
                                  mlops_error *err);

/* A part of the text, which lies inside of it. MLOPS_E_CORRUPT */
mlops_status mlops__tabular_read(mlops__tabular *self, uint64_t offset, uint8_t *out, size_t n,
                                 mlops_error *err);

/* Appends rows of a grid by number (NULL: the first n) as mlops__cells_spell() does. */
struct mlops__cells_wanted;
mlops_status mlops__cells_put(const mlops__grid *grid, const uint32_t *rows, size_t n,
                              const struct mlops__cells_wanted *wanted, mlops__buf *out,
                              mlops_error *err);

/* Whether no cell of n rows that were put has a line end of its own. */
int mlops__cells_are_lines(const uint8_t *text, size_t size, size_t n);

#endif
