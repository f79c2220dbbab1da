/* Inside of differences: columns of both tables side by side, and rows that stand for each other.
 */
#ifndef MLOPS_DIFF_DIFF_H
#define MLOPS_DIFF_DIFF_H

#include "base/buf.h"
#include "column/table.h"

#include <mlops/diff.h>

/* A column of both tables. Side 0 is from, side 1 is to. */
typedef struct mlops__twin {
    const mlops__column *side[2];
    uint32_t *codes; /* of two strings: for each text of to, its code in from, or one that from has
                        not; NULL: codes are the same on both sides */
    int renamed;
    uint8_t *changed; /* bit i of byte i / 8: the cell of row i of from differs; NULL: none does */
    int64_t n_changed, n_filled, n_emptied;
} mlops__twin;

/* How the cells of a twin are held against each other. */
typedef enum mlops__twin_kind {
    MLOPS__TWIN_NULL,  /* a side has no value at all */
    MLOPS__TWIN_SAME,  /* of one type */
    MLOPS__TWIN_MIXED, /* numbers of two types */
    MLOPS__TWIN_TEXT   /* a string and something else */
} mlops__twin_kind;

mlops__twin_kind mlops__twin_kind_of(const mlops__twin *self);

/* Sets the sides, and the codes of strings in the arena. MLOPS_E_NOMEM. */
mlops_status mlops__twin_make(mlops__twin *out, const mlops__column *from, const mlops__column *to,
                              mlops__arena *arena);

/* Whether two cells are equal; a and b are sides, and may be the same one. */
int mlops__twin_equal(const mlops__twin *self, int a, int64_t row_a, int b, int64_t row_b);

/* A number that is the same for equal cells, but of MLOPS__TWIN_TEXT. */
uint64_t mlops__twin_word(const mlops__twin *self, int side, int64_t row);

static inline uint64_t mlops__word_mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

/* Mixes the words of a column into a hash for each row. */
void mlops__twin_hash(const mlops__twin *self, int side, uint64_t *hashes);

/* Length of the cell's text, which out borrows from the table or from room; -1: null. */
enum { MLOPS__CELL_ROOM = 32 };
int64_t mlops__cell_text(const mlops__column *column, int64_t row, char room[MLOPS__CELL_ROOM],
                         const char **out);

/* Whether cells of any two columns are equal, without the help of codes. */
int mlops__cell_equal(const mlops__column *a, int64_t i, const mlops__column *b, int64_t j);

/* Columns of two tables: twins in the order of from, and what is on one side alone (indices). */
typedef struct mlops__twins {
    mlops__arena *arena;
    const mlops_table *table[2];
    const char *const *labels; /* what the sides are called in messages */
    int64_t n_rows[2];
    mlops__twin *twins;
    int64_t n;
    mlops__twin *key; /* NULL: by position */
    const char **key_names;
    int64_t n_key;
    int64_t *alone[2];
    int64_t n_alone[2];
} mlops__twins;

/* key and ignore are lists as options spell them, nullable; labels are two that stay. */
mlops_status mlops__twins_make(mlops__twins *out, const mlops_table *from, const mlops_table *to,
                               const char *const *labels, const char *key, const char *ignore,
                               mlops__arena *arena, mlops_error *err);

/* Appends the text of a row's key. */
void mlops__key_text_put(const mlops__twins *self, int side, int64_t row, mlops__buf *out);

/* Which row of the other side stands for a row; -1: none. */
typedef struct mlops__pairs {
    int32_t *of[2];
    int64_t n; /* pairs */
} mlops__pairs;

enum { MLOPS__PAIR_ROWS_MAX = INT32_MAX - 1 };

/* By key, or by position if there is none. MLOPS_E_SCHEMA for a key that stands twice;
 * MLOPS_E_LIMIT, MLOPS_E_NOMEM. */
mlops_status mlops__pairs_make(mlops__pairs *out, const mlops__twins *twins, mlops_error *err);
mlops_status mlops__pair_by_key(mlops__pairs *self, const mlops__twins *twins, mlops_error *err);
mlops_status mlops__pair_by_place(mlops__pairs *self, const mlops__twins *twins, mlops_error *err);

static inline void mlops__pair(mlops__pairs *self, int64_t from, int64_t to) {
    self->of[0][from] = (int32_t)to;
    self->of[1][to] = (int32_t)from;
    self->n++;
}

/* Finds the cells of all twins that differ. The second one turns columns that are alone into
 * renamed twins, where they are. MLOPS_E_NOMEM. */
mlops_status mlops__twins_compare(mlops__twins *self, const mlops__pairs *pairs);
mlops_status mlops__twins_rename(mlops__twins *self, const mlops__pairs *pairs);

/* Rows that may differ of two tables of the same columns, each with a value of one type: what is
 * not among them is equal, cell by cell, to the row that it stands for. */
typedef struct mlops__diff_part {
    const int64_t *rows[2]; /* their numbers in the whole, ascending */
    int64_t n_rows[2];      /* of the whole */
    mlops_table *blank;     /* no rows of all columns, where the parts lack those that are equal
                               everywhere; else NULL */
    int64_t n_columns;      /* that are compared */
    /* The whole tables, for what cannot be told without; then the user is let go of. */
    mlops_status (*open)(void *user, mlops_table *out[2], mlops_error *err);
    void (*close)(void *user);
    void *user;
    mlops_diff_opts opts; /* of the comparison, copied */
} mlops__diff_part;

/* The difference of the whole tables, of which from and to have these rows. What the part leads to
 * is copied, or shared; the user is taken over, but for MLOPS_END, if the rows do not tell, and
 * errors. By key no key stands twice in a whole, nor in one of the part and one that is not. By
 * position rows stand for those of the same number; each 1,024 rows, but for those that are unequal
 * here, have as many that are distinct as docs/diff.md asks for. */
mlops_status mlops__diff_part_compare(mlops_diff **out, const mlops_table *from,
                                      const mlops_table *to, const mlops__diff_part *part,
                                      const mlops_diff_opts *opts, mlops_error *err);

static inline int mlops__bit(const uint8_t *bits, int64_t i) { return bits[i >> 3] >> (i & 7) & 1; }

static inline void mlops__bit_set(uint8_t *bits, int64_t i) {
    bits[i >> 3] |= (uint8_t)(1u << (i & 7));
}

#endif
