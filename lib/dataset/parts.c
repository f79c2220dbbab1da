/* Which part a row is in.
 *
 * Owns the working memory of a draw. Invariant: the outcome follows from values, shares and seed
 * alone; by rows and by groups it is a function of one row, so that no other row has a say.
 */
#include "dataset/parts.h"

#include "base/buf.h"
#include "dataset/split.h"
#include "sys/hash.h"
#include "text/number.h"

#include <string.h>

/* ---- what a row is ---- */

static void put_number(mlops__buf *out, double value) {
    int64_t whole = value >= -0x1p63 && value < 0x1p63 ? (int64_t)value : 0;
    int is_whole = (double)whole == value; /* -0 is 0 */
    uint64_t bits = 0x7ff8000000000000;    /* one NaN is like another */
    if (value == value) memcpy(&bits, &value, sizeof bits);
    mlops__buf_u8(out, is_whole ? 2 : 3);
    if (is_whole) mlops__buf_i64(out, whole);
    else mlops__buf_u64(out, bits);
}

static void put_whole(mlops__buf *out, int64_t value) {
    mlops__buf_u8(out, 2);
    mlops__buf_i64(out, value);
}

/* A text that spells a whole number as it is written without need: no sign but of what is below
 * zero, no zeroes in front. */
static int spells_whole(const char *text, size_t n, int64_t *out) {
    const char *digits = text + (*text == '-');
    if (*digits < '0' || *digits > '9' || (*digits == '0' && n > 1)) return 0;
    return mlops__parse_i64(text, n, out);
}

static void put_text(mlops__buf *out, const char *text) {
    size_t n = strlen(text);
    int64_t whole;
    if (spells_whole(text, n, &whole)) {
        put_whole(out, whole);
        return;
    }
    mlops__buf_u8(out, 4);
    mlops__buf_u64(out, n);
    mlops__buf_put(out, text, n);
}

/* A whole number is the same in a column of int64, of float64 and of text: a column may become
 * another when rows are added. */
static void put_cell(mlops__buf *out, const mlops__column *column, int64_t row) {
    if (column->type == MLOPS_TYPE_NULL || !mlops__column_valid(column, row)) {
        mlops__buf_u8(out, 0);
    } else if (column->type == MLOPS_TYPE_STRING) {
        put_text(out, column->texts[((const int32_t *)column->data)[row]]);
    } else if (column->type == MLOPS_TYPE_BOOL) {
        mlops__buf_u8(out, 1);
        mlops__buf_u8(out, ((const uint8_t *)column->data)[row]);
    } else if (column->type == MLOPS_TYPE_INT64) {
        put_whole(out, ((const int64_t *)column->data)[row]);
    } else {
        put_number(out, ((const double *)column->data)[row]);
    }
}

/* The column of a name, or all: how many, from which on. */
static int64_t columns_of(const mlops_table *table, const char *name, int64_t *first) {
    *first = name ? mlops_table_find(table, name) : 0;
    return name ? 1 : mlops_table_n_columns(table);
}

static mlops_status hash_rows(const mlops_table *table, const char *name, int64_t seed,
                              const mlops_allocator *allocator, uint64_t *hashes) {
    mlops__buf bytes;
    mlops__buf_init(&bytes, allocator);
    int64_t first, n = columns_of(table, name, &first);
    for (int64_t row = 0; row < mlops_table_n_rows(table) && !bytes.status; row++) {
        bytes.size = 0;
        for (int64_t i = 0; i < n; i++)
            put_cell(&bytes, mlops__table_column(table, first + i), row);
        if (!bytes.status)
            hashes[row] = mlops__hash_64_seeded(bytes.data, bytes.size, (uint64_t)seed);
    }
    mlops_status status = bytes.status;
    mlops__buf_free(&bytes);
    return status;
}

/* ---- by hash ---- */

/* Where parts end, in n-ths of a whole that is told exactly: the last one at its end. */
static void find_ends(const mlops__parts *self, double whole, double half, uint64_t *ends) {
    double sum = 0;
    for (int64_t i = 0; i < self->n; i++) {
        sum += self->shares[i];
        double end = sum * whole + half;
        ends[i] = i == self->n - 1 || end > whole ? (uint64_t)whole : (uint64_t)end;
    }
}

static uint8_t number_of(const mlops__parts *self, const uint64_t *ends, uint64_t at) {
    int64_t i = 0;
    while (i < self->n - 1 && at >= ends[i]) i++;
    return (uint8_t)i;
}

static void draw_hashed(const mlops__parts *self, const uint64_t *hashes, int64_t n_rows,
                        uint8_t *numbers) {
    uint64_t ends[MLOPS__PARTS_MAX];
    if (!self->n_folds) find_ends(self, 0x1p53, 0, ends);
    for (int64_t i = 0; i < n_rows; i++)
        numbers[i] = self->n_folds ? (uint8_t)((hashes[i] >> 32) * (uint64_t)self->n_folds >> 32)
                                   : number_of(self, ends, hashes[i] >> 11);
}

/* ---- by place in an order ---- */

typedef struct place {
    uint64_t within; /* a stratum; by time: whether there is one */
    uint64_t key;
    int64_t row;
} place;

static int is_before(const place *a, const place *b) {
    if (a->within != b->within) return a->within < b->within;
    return a->key != b->key ? a->key < b->key : a->row < b->row;
}

static void merge(const place *from, place *to, int64_t low, int64_t middle, int64_t high) {
    for (int64_t i = low, j = middle, k = low; k < high; k++)
        to[k] = j == high || (i < middle && !is_before(&from[j], &from[i])) ? from[i++] : from[j++];
}

/* Returns which of both holds them in the end. */
static place *sort(place *places, place *room, int64_t n) {
    for (int64_t width = 1; width < n; width *= 2) {
        for (int64_t low = 0; low < n; low += 2 * width) {
            int64_t middle = n - low < width ? n : low + width;
            int64_t high = n - middle < width ? n : middle + width;
            merge(places, room, low, middle, high);
        }
        place *other = places;
        places = room;
        room = other;
    }
    return places;
}

/* Rows of one stratum, or all by time, in their order. */
static void draw_ordered(const mlops__parts *self, const place *places, int64_t n,
                         uint8_t *numbers) {
    uint64_t ends[MLOPS__PARTS_MAX];
    int64_t block = self->n_folds ? n / (self->n_folds + 1) : 0;
    int64_t first = n - self->n_folds * block; /* of the rows in no fold */
    if (!self->n_folds) find_ends(self, (double)n, 0.5, ends);
    for (int64_t i = 0; i < n; i++) {
        uint8_t *number = &numbers[places[i].row];
        if (!self->n_folds) *number = number_of(self, ends, (uint64_t)i);
        else if (self->by == MLOPS_DIVIDE_STRATA) *number = (uint8_t)(i * self->n_folds / n);
        else *number = (uint8_t)(i < first ? 0 : 1 + (i - first) / block);
    }
}

static void draw_strata(const mlops__parts *self, const place *places, int64_t n,
                        uint8_t *numbers) {
    for (int64_t low = 0, high; low < n; low = high) {
        for (high = low + 1; high < n && places[high].within == places[low].within;) high++;
        draw_ordered(self, places + low, high - low, numbers);
    }
}

/* A stratum is told by the hash of its value, with another seed than its rows have. */
static mlops_status place_strata(const mlops__parts *self, const mlops_table *table,
                                 const mlops_allocator *allocator, const uint64_t *hashes,
                                 uint64_t *strata, place *out) {
    mlops_status status = hash_rows(table, self->column, ~self->seed, allocator, strata);
    for (int64_t i = 0; i < mlops_table_n_rows(table) && !status; i++)
        out[i] = (place){strata[i], hashes[i], i};
    return status;
}

static mlops_status place_times(const mlops__parts *self, const mlops_table *table,
                                const mlops_allocator *allocator, uint64_t *times, place *out) {
    const mlops__column *column = mlops__table_column(table, mlops_table_find(table, self->column));
    mlops_status status = mlops__times_of(column, mlops_table_n_rows(table), allocator, times);
    for (int64_t i = 0; i < mlops_table_n_rows(table) && !status; i++)
        out[i] = (place){(uint64_t)mlops__has_time(column, i), times[i], i};
    return status;
}

static mlops_status draw(const mlops__parts *self, const mlops_table *table,
                         const mlops_allocator *allocator, mlops__arena *arena, uint8_t *numbers) {
    int64_t n = mlops_table_n_rows(table);
    int by_hash = self->by == MLOPS_DIVIDE_ROWS || self->by == MLOPS_DIVIDE_GROUPS;
    size_t n_places = by_hash ? 0 : (size_t)n;
    uint64_t *hashes = mlops__arena_array(arena, (size_t)n, sizeof *hashes);
    uint64_t *more = mlops__arena_array(arena, n_places, sizeof *more);
    place *places = mlops__arena_array(arena, n_places, sizeof *places);
    place *room = mlops__arena_array(arena, n_places, sizeof *room);
    if (!hashes || !more || !places || !room) return MLOPS_E_NOMEM;
    if (self->by == MLOPS_DIVIDE_TIME) {
        MLOPS_TRY(place_times(self, table, allocator, hashes, places));
        draw_ordered(self, sort(places, room, n), n, numbers);
        return MLOPS_OK;
    }
    const char *key = self->by == MLOPS_DIVIDE_GROUPS ? self->column : self->key;
    MLOPS_TRY(hash_rows(table, key, self->seed, allocator, hashes));
    if (by_hash) {
        draw_hashed(self, hashes, n, numbers);
        return MLOPS_OK;
    }
    MLOPS_TRY(place_strata(self, table, allocator, hashes, more, places));
    draw_strata(self, sort(places, room, n), n, numbers);
    return MLOPS_OK;
}

mlops_status mlops__parts_draw(const mlops__parts *self, const mlops_table *table,
                               const mlops_allocator *allocator, uint8_t *numbers,
                               mlops_error *err) {
    mlops__arena arena;
    mlops__arena_init(&arena, allocator, SIZE_MAX);
    mlops_status status = draw(self, table, allocator, &arena, numbers);
    mlops__arena_free(&arena);
    if (!status) return MLOPS_OK;
    return mlops__fail_nomem(err, (size_t)mlops_table_n_rows(table) * sizeof(place));
}
