/* Rows that stand for each other by their position: an alignment that keeps their order.
 *
 * Owns the hashes of rows. Invariants: pairs ascend on both sides; rows of one hash may be taken
 * for equal, since their cells are compared afterwards; time and memory are bounded, whatever the
 * tables are: a stretch that is too large to align cell by cell is cut at rows, or runs of rows,
 * that each side has once (Cohen's patience diff), and where there are none, rows pair off in
 * order.
 */
#include "diff/diff.h"

#include <string.h>

enum { BLOCK = 1024, CELLS_MAX = 4096, DEPTH_MAX = 32, RUN = 8, ALL_COLUMNS = -1 };

/* Rows a to a_end of from against rows b to b_end of to. */
typedef struct stretch {
    int64_t a, a_end, b, b_end;
} stretch;

typedef struct anchor {
    int32_t from, to;
} anchor;

typedef struct aligning {
    const mlops__twins *twins;
    mlops__pairs *pairs;
    uint64_t *hashes[2]; /* of whole rows */
    int64_t column;      /* that anchors are looked for in, or ALL_COLUMNS */
    int64_t run;         /* rows that an anchor begins with */
    uint8_t moves[2 * CELLS_MAX + 2];
    int32_t scores[2][CELLS_MAX + 1];
    mlops_error *err;
} aligning;

static mlops_status align(aligning *self, stretch s, int depth);

static int same_hash(const aligning *self, int64_t from, int64_t to) {
    return self->hashes[0][from] == self->hashes[1][to];
}

/* Cells that two rows share, of which there are as many as there are twins. */
static int64_t shared(const aligning *self, int64_t from, int64_t to) {
    int64_t n = 0;
    for (int64_t k = 0; k < self->twins->n; k++)
        n += mlops__twin_equal(&self->twins->twins[k], 0, from, 1, to);
    return n;
}

static int is_pair(const aligning *self, int64_t n_shared) {
    return 2 * n_shared >= self->twins->n;
}

/* ---- small stretches: cell by cell ---- */

enum { MOVE_BOTH, MOVE_FROM, MOVE_TO };

/* The pairs that share the most cells in all. */
static void align_cells(aligning *self, stretch s) {
    int64_t n = s.a_end - s.a, m = s.b_end - s.b, width = m + 1;
    int32_t *above = self->scores[0], *here = self->scores[1];
    for (int64_t j = 0; j <= m; j++) above[j] = 0;
    for (int64_t i = 1; i <= n; i++) {
        here[0] = 0;
        for (int64_t j = 1; j <= m; j++) {
            int64_t same = shared(self, s.a + i - 1, s.b + j - 1);
            int32_t best = above[j - 1] + (is_pair(self, same) ? (int32_t)same + 1 : -1);
            uint8_t move = MOVE_BOTH;
            if (above[j] > best) best = above[j], move = MOVE_FROM;
            if (here[j - 1] > best) best = here[j - 1], move = MOVE_TO;
            here[j] = best;
            self->moves[i * width + j] = move;
        }
        int32_t *t = above;
        above = here;
        here = t;
    }
    for (int64_t i = n, j = m; i > 0 && j > 0;) {
        uint8_t move = self->moves[i * width + j];
        if (move == MOVE_BOTH) mlops__pair(self->pairs, s.a + i - 1, s.b + j - 1);
        i -= move != MOVE_TO;
        j -= move != MOVE_FROM;
    }
}

static void align_in_order(aligning *self, stretch s) {
    for (; s.a < s.a_end && s.b < s.b_end; s.a++, s.b++)
        if (is_pair(self, shared(self, s.a, s.b))) mlops__pair(self->pairs, s.a, s.b);
}

/* ---- anchors ---- */

/* What an anchor is recognised by: of a row, or of the run that it begins. */
static uint64_t mark_of(const aligning *self, int side, int64_t row) {
    uint64_t hash = self->hashes[side][row];
    if (self->column != ALL_COLUMNS)
        return mlops__word_mix(0, mlops__twin_word(&self->twins->twins[self->column], side, row));
    for (int64_t i = 1; i < self->run; i++)
        hash = mlops__word_mix(hash, self->hashes[side][row + i]);
    return hash;
}

enum { NO_ROW = -1, MANY_ROWS = -2 };

/* The rows with a mark, by its hash. */
typedef struct mark_slot {
    uint64_t mark;
    int32_t rows[2]; /* one, NO_ROW, or MANY_ROWS */
} mark_slot;

static void count_marks(const aligning *self, mark_slot *slots, size_t mask, int side,
                        int64_t begin, int64_t end) {
    for (int64_t i = begin; i + self->run <= end; i++) {
        uint64_t mark = mark_of(self, side, i);
        size_t at = (size_t)mark & mask;
        while ((slots[at].rows[0] != NO_ROW || slots[at].rows[1] != NO_ROW) &&
               slots[at].mark != mark)
            at = (at + 1) & mask;
        slots[at].mark = mark;
        slots[at].rows[side] = slots[at].rows[side] == NO_ROW ? (int32_t)i : MANY_ROWS;
    }
}

/* The anchors of a stretch by row of from: each side has them once. */
static int64_t list_anchors(const aligning *self, const mark_slot *slots, size_t mask, stretch s,
                            anchor *out) {
    int64_t n = 0;
    for (int64_t i = s.a; i + self->run <= s.a_end; i++) {
        uint64_t mark = mark_of(self, 0, i);
        size_t at = (size_t)mark & mask;
        while (slots[at].mark != mark ||
               (slots[at].rows[0] == NO_ROW && slots[at].rows[1] == NO_ROW))
            at = (at + 1) & mask;
        if (slots[at].rows[0] >= 0 && slots[at].rows[1] >= 0)
            out[n++] = (anchor){(int32_t)i, slots[at].rows[1]};
    }
    return n;
}

/* Keeps the longest series of anchors that ascends on both sides, and returns its length. Both
 * arrays have room for n: last[k] ends the best series of k + 1, before[i] is what comes before. */
static int64_t keep_longest(anchor *anchors, int64_t n, int32_t *last, int32_t *before) {
    int64_t length = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t low = 0, high = length;
        if (length && anchors[last[length - 1]].to < anchors[i].to) low = length;
        while (low < high) {
            int64_t middle = low + (high - low) / 2;
            if (anchors[last[middle]].to < anchors[i].to) low = middle + 1;
            else high = middle;
        }
        before[i] = low ? last[low - 1] : -1;
        last[low] = (int32_t)i;
        if (low == length) length++;
    }
    int64_t at = length;
    for (int32_t i = length ? last[length - 1] : -1; i >= 0; i = before[i]) last[--at] = i;
    for (int64_t k = 0; k < length; k++) anchors[k] = anchors[last[k]];
    return length;
}

/* Anchors of a stretch by one way to recognise them; to be freed with room for the rows of from. */
static mlops_status find_by(aligning *self, stretch s, anchor **out, int64_t *n) {
    mlops__arena arena;
    int64_t rows = (s.a_end - s.a) + (s.b_end - s.b);
    size_t n_slots = 8;
    while (n_slots < (size_t)rows + (size_t)rows / 2) n_slots *= 2;
    mlops__arena_init(&arena, self->twins->arena->allocator, SIZE_MAX);
    mark_slot *slots = mlops__arena_array(&arena, n_slots, sizeof *slots);
    int32_t *work = mlops__arena_array(&arena, 2 * (size_t)(s.a_end - s.a), sizeof *work);
    mlops_status status = slots && work ? MLOPS_OK : MLOPS_E_NOMEM;
    if (!status) {
        for (size_t i = 0; i < n_slots; i++) slots[i].rows[0] = slots[i].rows[1] = NO_ROW;
        count_marks(self, slots, n_slots - 1, 0, s.a, s.a_end);
        count_marks(self, slots, n_slots - 1, 1, s.b, s.b_end);
        *n = list_anchors(self, slots, n_slots - 1, s, *out);
        *n = keep_longest(*out, *n, work, work + (s.a_end - s.a));
    }
    mlops__arena_free(&arena);
    return status;
}

/* By rows, by runs of rows, by one column after the other. */
static mlops_status find_anchors(aligning *self, stretch s, anchor **out, int64_t *n) {
    *n = 0;
    for (int64_t way = -2; way < self->twins->n && *n == 0; way++) {
        self->column = way < 0 ? ALL_COLUMNS : way;
        self->run = way == -1 ? RUN : 1;
        if (way >= 0 && mlops__twin_kind_of(&self->twins->twins[way]) == MLOPS__TWIN_TEXT) continue;
        MLOPS_TRY(find_by(self, s, out, n));
    }
    return MLOPS_OK;
}

static mlops_status align_at_anchors(aligning *self, stretch s, int depth) {
    const mlops_allocator *allocator = self->twins->arena->allocator;
    int64_t n = 0;
    size_t size = (size_t)(s.a_end - s.a) * sizeof(anchor);
    anchor *anchors = mlops__alloc(allocator, size);
    mlops_status status = anchors ? find_anchors(self, s, &anchors, &n) : MLOPS_E_NOMEM;
    if (!status && n == 0) align_in_order(self, s);
    for (int64_t i = 0; i <= n && n && !status; i++) {
        stretch part = s;
        if (i < n) part.a_end = anchors[i].from, part.b_end = anchors[i].to;
        status = align(self, part, depth + 1);
        if (i == n || status) break;
        mlops__pair(self->pairs, part.a_end, part.b_end);
        s.a = part.a_end + 1;
        s.b = part.b_end + 1;
    }
    mlops__free(allocator, anchors, size);
    return status;
}

/* ---- any stretch ---- */

static mlops_status align(aligning *self, stretch s, int depth) {
    while (s.a < s.a_end && s.b < s.b_end && same_hash(self, s.a, s.b))
        mlops__pair(self->pairs, s.a++, s.b++);
    while (s.a < s.a_end && s.b < s.b_end && same_hash(self, s.a_end - 1, s.b_end - 1))
        mlops__pair(self->pairs, --s.a_end, --s.b_end);
    int64_t n = s.a_end - s.a, m = s.b_end - s.b;
    if (n == 0 || m == 0) return MLOPS_OK;
    if (n <= CELLS_MAX && m <= CELLS_MAX && n * m <= CELLS_MAX) {
        align_cells(self, s);
        return MLOPS_OK;
    }
    if (depth < DEPTH_MAX) return align_at_anchors(self, s, depth);
    align_in_order(self, s);
    return MLOPS_OK;
}

/* ---- rows that have stayed where they were ---- */

/* The k-th row from the front, or from the back. */
static int64_t row_at(const stretch *s, int side, int64_t k, int back) {
    int64_t begin = side ? s->b : s->a, end = side ? s->b_end : s->a_end;
    return back ? end - 1 - k : begin + k;
}

/* Whether the n rows from the k-th on stand where they stood: half of them are equal in place, and
 * half of those differ from each other, so that this is no chance. */
static int is_in_place(const aligning *self, const stretch *s, int64_t k, int64_t n, int back) {
    uint32_t seen[4 * BLOCK];
    int64_t n_equal = 0, n_distinct = 0;
    memset(seen, 0, sizeof seen);
    for (int64_t i = k; i < k + n; i++) {
        uint64_t hash = self->hashes[0][row_at(s, 0, i, back)];
        if (hash != self->hashes[1][row_at(s, 1, i, back)]) continue;
        n_equal++;
        size_t at = (size_t)(hash % (sizeof seen / sizeof *seen));
        uint32_t tag = (uint32_t)(hash >> 32) | 1;
        while (seen[at] && seen[at] != tag) at = (at + 1) % (sizeof seen / sizeof *seen);
        n_distinct += !seen[at];
        seen[at] = tag;
    }
    return 2 * n_equal >= n && 2 * n_distinct >= n_equal;
}

/* Pairs the rows in place from one end on, up to the last one that is equal, and what lies between
 * such rows; takes them off the stretch. */
static mlops_status peel(aligning *self, stretch *s, int back) {
    const stretch whole = *s;
    int64_t n = s->a_end - s->a < s->b_end - s->b ? s->a_end - s->a : s->b_end - s->b, done = 0,
            k = 0;
    while (k < n && is_in_place(self, &whole, k, n - k < BLOCK ? n - k : BLOCK, back))
        k += n - k < BLOCK ? n - k : BLOCK;
    for (int64_t i = 0; i < k; i++) {
        int64_t from = row_at(&whole, 0, i, back), to = row_at(&whole, 1, i, back);
        if (!same_hash(self, from, to)) continue;
        if (i > done) {
            int64_t a = row_at(&whole, 0, back ? i - 1 : done, back);
            int64_t b = row_at(&whole, 1, back ? i - 1 : done, back);
            MLOPS_TRY(align(self, (stretch){a, a + i - done, b, b + i - done}, 0));
        }
        mlops__pair(self->pairs, from, to);
        done = i + 1;
    }
    if (back) s->a_end -= done, s->b_end -= done;
    else s->a += done, s->b += done;
    return MLOPS_OK;
}

mlops_status mlops__pair_by_place(mlops__pairs *self, const mlops__twins *twins, mlops_error *err) {
    mlops__arena arena;
    mlops_status status = MLOPS_OK;
    mlops__arena_init(&arena, twins->arena->allocator, SIZE_MAX);
    aligning *work = mlops__arena_alloc(&arena, sizeof *work);
    for (int side = 0; side < 2 && work; side++) {
        work->hashes[side] = mlops__arena_array(&arena, (size_t)twins->n_rows[side] + 1, 8);
        if (!work->hashes[side]) work = NULL;
        for (int64_t k = 0; k < twins->n && work; k++)
            mlops__twin_hash(&twins->twins[k], side, work->hashes[side]);
    }
    if (work) {
        stretch all = {0, twins->n_rows[0], 0, twins->n_rows[1]};
        work->twins = twins;
        work->pairs = self;
        status = peel(work, &all, 0);
        if (!status) status = peel(work, &all, 1);
        if (!status) status = align(work, all, 0);
    }
    if (!work || status) status = mlops__fail_nomem(err, arena.used);
    mlops__arena_free(&arena);
    return status;
}
