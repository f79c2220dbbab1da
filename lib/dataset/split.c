/* Splits: a draw that follows from indices, values and a seed alone.
 *
 * Owns the working memory of a draw. Invariants: a row's hash is a bijection of its index, so that
 * no two rows of a stratum tie, and the rows that are held out are those up to one threshold; no
 * order of memory, thread or machine has a say.
 */
#include "dataset/split.h"

#include "base/xxh3.h"
#include "column/dictionary.h"

#include <string.h>

/* Rows of n to hold out: at the least one and not all, where there are two. */
static int64_t portion(double share, int64_t n) {
    int64_t k = (int64_t)(share * (double)n + 0.5);
    if (n > 1 && k < 1) k = 1;
    if (n > 1 && k > n - 1) k = n - 1;
    return k;
}

static void set_bit(uint8_t *bits, int64_t row) { bits[row >> 3] |= (uint8_t)(1u << (row & 7)); }

static void swap(uint64_t *a, uint64_t *b) {
    uint64_t t = *a;
    *a = *b;
    *b = t;
}

/* The value that would stand at k (from 0) if the n values were sorted; they change places. */
static uint64_t nth(uint64_t *values, int64_t n, int64_t k) {
    int64_t low = 0, high = n - 1;
    while (low < high) {
        int64_t middle = low + (high - low) / 2, i = low, j = high;
        if (values[middle] < values[low]) swap(&values[middle], &values[low]);
        if (values[high] < values[low]) swap(&values[high], &values[low]);
        if (values[high] < values[middle]) swap(&values[high], &values[middle]);
        uint64_t pivot = values[middle];
        while (i <= j) {
            while (values[i] < pivot) i++;
            while (values[j] > pivot) j--;
            if (i > j) break;
            swap(&values[i++], &values[j--]);
        }
        if (k <= j) high = j;
        else if (k >= i) low = i;
        else return values[k];
    }
    return values[low];
}

/* ---- random, and by strata ---- */

static uint64_t hash_of(const mlops__draw *self, int64_t row) {
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++) bytes[i] = (uint8_t)((uint64_t)row >> 8 * i);
    return mlops__xxh3_64(bytes, sizeof bytes, self->seed);
}

/* Bytes that rows of one stratum share: none for a null. */
static size_t bytes_of(const mlops__column *column, int64_t row, uint8_t out[8]) {
    size_t width = 8;
    if (column->type == MLOPS_TYPE_NULL || !mlops__column_valid(column, row)) return 0;
    if (column->type == MLOPS_TYPE_STRING) width = 4;
    if (column->type == MLOPS_TYPE_BOOL) width = 1;
    memcpy(out, (const uint8_t *)column->data + width * (size_t)row, width);
    if (column->type == MLOPS_TYPE_FLOAT64) {
        double value = ((const double *)column->data)[row];
        if (value != value) memset(out, 0xff, width); /* one NaN is like another */
    }
    return width;
}

/* Numbers the strata in the order in which rows first have them. */
static mlops_status number_strata(const mlops__draw *self, const mlops_allocator *allocator,
                                  int32_t *strata, int64_t *n) {
    mlops__dictionary values;
    mlops_status status = MLOPS_OK;
    mlops__dictionary_init(&values, allocator, NULL);
    for (int64_t i = 0; i < self->n_rows && !status; i++) {
        uint8_t key[8];
        size_t size = bytes_of(self->column, i, key);
        status = mlops__dictionary_add(&values, (const char *)key, size, &strata[i]);
    }
    *n = values.n;
    mlops__dictionary_free(&values);
    return status;
}

/* What a draw works on: strata NULL means that there is one. */
typedef struct work {
    int32_t *strata;  /* of each row */
    uint64_t *hashes; /* of the rows, stratum by stratum */
    int64_t *starts;  /* of each stratum in them, and the end */
    uint64_t *most;   /* the highest hash that is held out */
    uint8_t *holds;   /* whether any is */
    int64_t n;        /* strata */
} work;

static int64_t stratum(const work *self, int64_t row) {
    return self->strata ? self->strata[row] : 0;
}

static void group(const mlops__draw *self, work *w) {
    for (int64_t i = 0; i < self->n_rows; i++) w->starts[stratum(w, i) + 1]++;
    for (int64_t s = 0; s < w->n; s++) w->starts[s + 1] += w->starts[s];
    for (int64_t i = 0; i < self->n_rows; i++)
        w->hashes[w->starts[stratum(w, i)]++] = hash_of(self, i);
    for (int64_t s = w->n; s > 0; s--) w->starts[s] = w->starts[s - 1];
    w->starts[0] = 0;
}

static void draw(const mlops__draw *self, work *w, uint8_t *bits, int64_t *n) {
    group(self, w);
    for (int64_t s = 0; s < w->n; s++) {
        int64_t rows = w->starts[s + 1] - w->starts[s], k = portion(self->share, rows);
        w->holds[s] = k > 0;
        if (k > 0) w->most[s] = nth(w->hashes + w->starts[s], rows, k - 1);
        *n += k;
    }
    for (int64_t i = 0; i < self->n_rows; i++) {
        int64_t s = stratum(w, i);
        if (w->holds[s] && hash_of(self, i) <= w->most[s]) set_bit(bits, i);
    }
}

static mlops_status draw_hashed(const mlops__draw *self, const mlops_allocator *allocator,
                                uint8_t *bits, int64_t *n) {
    mlops__arena arena;
    work w = {0};
    size_t rows = (size_t)self->n_rows;
    mlops_status status = MLOPS_OK;
    mlops__arena_init(&arena, allocator, SIZE_MAX);
    w.n = 1;
    if (self->column) {
        w.strata = mlops__arena_array(&arena, rows, sizeof *w.strata);
        status = w.strata ? number_strata(self, allocator, w.strata, &w.n) : MLOPS_E_NOMEM;
    }
    size_t strata = (size_t)w.n;
    w.hashes = mlops__arena_array(&arena, rows, sizeof *w.hashes);
    w.starts = mlops__arena_array(&arena, strata + 1, sizeof *w.starts);
    w.most = mlops__arena_array(&arena, strata, sizeof *w.most);
    w.holds = mlops__arena_array(&arena, strata, 1);
    if (!status && !(w.hashes && w.starts && w.most && w.holds)) status = MLOPS_E_NOMEM;
    if (!status) draw(self, &w, bits, n);
    mlops__arena_free(&arena);
    return status;
}

/* ---- by time ---- */

static void sift(int32_t *codes, const char *const *texts, size_t at, size_t n) {
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && strcmp(texts[codes[child]], texts[codes[child + 1]]) < 0) child++;
        if (strcmp(texts[codes[at]], texts[codes[child]]) >= 0) return;
        int32_t t = codes[at];
        codes[at] = codes[child];
        codes[child] = t;
    }
}

/* The place of each text among the sorted ones, bytewise. */
static void rank_texts(const mlops__column *column, int32_t *codes, uint64_t *ranks) {
    size_t n = (size_t)column->n_texts;
    for (size_t i = 0; i < n; i++) codes[i] = (int32_t)i;
    for (size_t i = n / 2; i-- > 0;) sift(codes, column->texts, i, n);
    for (size_t left = n; left > 1;) {
        int32_t last = codes[--left];
        codes[left] = codes[0];
        codes[0] = last;
        sift(codes, column->texts, 0, left);
    }
    for (size_t i = 0; i < n; i++) ranks[codes[i]] = i;
}

/* A number that grows with the value; 0 in *there if there is none. */
static uint64_t time_of(const mlops__column *column, const uint64_t *ranks, int64_t row,
                        int *there) {
    const uint64_t top = (uint64_t)1 << 63;
    uint64_t bits;
    *there = mlops__has_time(column, row);
    if (!*there) return 0;
    if (column->type == MLOPS_TYPE_STRING) return ranks[((const int32_t *)column->data)[row]];
    if (column->type == MLOPS_TYPE_BOOL) return ((const uint8_t *)column->data)[row];
    if (column->type == MLOPS_TYPE_INT64)
        return (uint64_t)((const int64_t *)column->data)[row] ^ top;
    double value = ((const double *)column->data)[row] + 0.0; /* -0 becomes 0 */
    memcpy(&bits, &value, sizeof bits);
    return bits & top ? ~bits : bits | top;
}

/* Rows that are newer than the k-th newest, then, from the last one back, those that are as new;
 * rows without a time are older than all others. */
static void hold_newest(const mlops__draw *self, const uint64_t *ranks, uint64_t *times,
                        uint8_t *bits, int64_t k) {
    int64_t n = 0, held = 0;
    int there;
    for (int64_t i = 0; i < self->n_rows; i++) {
        times[n] = time_of(self->column, ranks, i, &there);
        n += there;
    }
    uint64_t least = k <= n ? nth(times, n, n - k) : 0;
    for (int64_t i = 0; i < self->n_rows; i++) {
        uint64_t time = time_of(self->column, ranks, i, &there);
        if (!there || (k <= n && time <= least)) continue;
        set_bit(bits, i);
        held++;
    }
    for (int64_t i = self->n_rows - 1; i >= 0 && held < k; i--) {
        uint64_t time = time_of(self->column, ranks, i, &there);
        if (k <= n ? !there || time != least : there) continue;
        set_bit(bits, i);
        held++;
    }
}

static mlops_status draw_newest(const mlops__draw *self, const mlops_allocator *allocator,
                                uint8_t *bits, int64_t *n) {
    mlops__arena arena;
    mlops__arena_init(&arena, allocator, SIZE_MAX);
    size_t n_texts = (size_t)self->column->n_texts;
    int32_t *codes = mlops__arena_array(&arena, n_texts, sizeof *codes);
    uint64_t *ranks = mlops__arena_array(&arena, n_texts, sizeof *ranks);
    uint64_t *times = mlops__arena_array(&arena, (size_t)self->n_rows, sizeof *times);
    mlops_status status = codes && ranks && times ? MLOPS_OK : MLOPS_E_NOMEM;
    if (!status) {
        rank_texts(self->column, codes, ranks);
        *n = portion(self->share, self->n_rows);
        hold_newest(self, ranks, times, bits, *n);
    }
    mlops__arena_free(&arena);
    return status;
}

int mlops__has_time(const mlops__column *column, int64_t row) {
    if (column->type == MLOPS_TYPE_NULL || !mlops__column_valid(column, row)) return 0;
    if (column->type != MLOPS_TYPE_FLOAT64) return 1;
    double value = ((const double *)column->data)[row];
    return value == value;
}

mlops_status mlops__times_of(const mlops__column *column, int64_t n_rows,
                             const mlops_allocator *allocator, uint64_t *out) {
    mlops__arena arena;
    int there;
    size_t n_texts = (size_t)column->n_texts;
    mlops__arena_init(&arena, allocator, SIZE_MAX);
    int32_t *codes = mlops__arena_array(&arena, n_texts, sizeof *codes);
    uint64_t *ranks = mlops__arena_array(&arena, n_texts, sizeof *ranks);
    mlops_status status = codes && ranks ? MLOPS_OK : MLOPS_E_NOMEM;
    if (!status) {
        rank_texts(column, codes, ranks);
        for (int64_t i = 0; i < n_rows; i++) out[i] = time_of(column, ranks, i, &there);
    }
    mlops__arena_free(&arena);
    return status;
}

mlops_status mlops__draw_rows(const mlops__draw *self, const mlops_allocator *allocator,
                              uint8_t *bits, int64_t *n) {
    *n = 0;
    return self->kind == MLOPS_SPLIT_TIME ? draw_newest(self, allocator, bits, n)
                                          : draw_hashed(self, allocator, bits, n);
}
