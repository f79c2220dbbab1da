/* Making deltas: comparing in place, and finding the way back behind a difference.
 *
 * Owns the operations of the delta that is being made. Invariants: what is added is exact, whatever
 * the search finds, since only bytes that were compared are copied; what cannot be added cheaply is
 * not added at all.
 */
#include "base/alloc.h"
#include "store/delta.h"

#include <string.h>

enum {
    STREAMS = 4,
    MATCH = 16,     /* bytes that make a way back */
    FAR_MATCH = 32, /* the same far away */
    NEAR = 64,      /* bytes on each side that are tried one by one */
    TABLE_BITS = 14,
    SLACK = 512,          /* bytes of operations that a part may begin with */
    FAR_EVERY = 16 << 10, /* bytes for each search far away, beside the first two */
    SHORT = 1 << 10,      /* how far it is looked before that: a record or two, as of a list */
    SHORT_EVERY = 256,    /* bytes for each such search */
    SHORT_BITS = 12
};

void mlops__delta_init(mlops__delta *self, const mlops_allocator *allocator,
                       mlops__delta_look *look, void *user) {
    memset(self, 0, sizeof *self);
    self->look = look;
    self->user = user;
    for (int i = 0; i < STREAMS; i++) mlops__buf_init(&self->streams[i], allocator);
}

void mlops__delta_free(mlops__delta *self) {
    mlops__free(self->streams[0].allocator, self->table, sizeof *self->table << TABLE_BITS);
    for (int i = 0; i < STREAMS; i++) mlops__buf_free(&self->streams[i]);
}

size_t mlops__delta_bytes(const mlops__delta *self) {
    size_t out = 0;
    for (int i = 0; i < STREAMS; i++) out += self->streams[i].size;
    return out;
}

static void put_op(mlops__delta *self, uint64_t skip, const uint8_t *literals, size_t n) {
    mlops__buf_varint(&self->streams[0], self->copy);
    mlops__buf_varint(&self->streams[1], skip);
    mlops__buf_varint(&self->streams[2], n);
    mlops__buf_put(&self->streams[3], literals, n);
    self->copy = 0;
    self->n_ops++;
}

static mlops_status told(const mlops__delta *self, mlops_error *err) {
    for (int i = 0; i < STREAMS; i++)
        if (self->streams[i].status) return mlops__fail_nomem(err, self->streams[i].size);
    return MLOPS_OK;
}

/* ---- comparing ---- */

static uint64_t word(const uint8_t *p) {
    uint64_t out;
    memcpy(&out, p, sizeof out);
    return out;
}

static size_t same(const uint8_t *a, const uint8_t *b, size_t n) {
    size_t i = 0;
    while (i + 64 <= n && memcmp(a + i, b + i, 64) == 0) i += 64;
    while (i < n && a[i] == b[i]) i++;
    return i;
}

/* How the new bytes (a) go on with those of the base (b): behind ins of the one and skip of the
 * other. */
typedef struct way {
    size_t ins, skip;
} way;

static int is_way(const uint8_t *a, size_t na, const uint8_t *b, size_t nb, way w) {
    if (w.ins + MATCH > na || w.skip + MATCH > nb) return 0;
    return word(a + w.ins) == word(b + w.skip) && word(a + w.ins + 8) == word(b + w.skip + 8);
}

/* The nearest way back, nearest in the sum of both. */
static int find_near(const uint8_t *a, size_t na, const uint8_t *b, size_t nb, way *out) {
    for (size_t sum = 1; sum <= 2 * NEAR; sum++)
        for (size_t ins = sum > NEAR ? sum - NEAR : 0; ins <= sum && ins <= NEAR; ins++) {
            *out = (way){ins, sum - ins};
            if (is_way(a, na, b, nb, *out)) return 1;
        }
    return 0;
}

static uint32_t slot_of(const uint8_t *p, int bits) {
    return (uint32_t)(word(p) * 0x9e3779b97f4a7c15u >> (64 - bits));
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* The first of the new bytes that stand somewhere ahead in the base, both within reach. */
static int find_far(mlops__delta *self, const uint8_t *a, size_t na, const uint8_t *b, size_t nb,
                    size_t reach, way *out) {
    int bits = reach == SHORT ? SHORT_BITS : TABLE_BITS;
    na = least(na, reach);
    nb = least(nb, reach);
    if (nb < FAR_MATCH || na < FAR_MATCH) return 0;
    memset(self->table, 0xff, sizeof *self->table << bits);
    for (size_t i = nb - FAR_MATCH + 1; i-- > 0;) self->table[slot_of(b + i, bits)] = (uint32_t)i;
    for (size_t i = 0; i + FAR_MATCH <= na; i++) {
        size_t at = self->table[slot_of(a + i, bits)];
        if (at == UINT32_MAX || memcmp(a + i, b + at, FAR_MATCH) != 0) continue;
        *out = (way){i, at};
        return 1;
    }
    return 0;
}

/* ---- adding ---- */

typedef struct mark {
    size_t sizes[STREAMS];
    uint64_t base_at, size, copy, n_ops;
} mark;

static mark mark_of(const mlops__delta *self) {
    mark m = {{0}, self->base_at, self->size, self->copy, self->n_ops};
    for (int i = 0; i < STREAMS; i++) m.sizes[i] = self->streams[i].size;
    return m;
}

static void take_back(mlops__delta *self, const mark *m) {
    for (int i = 0; i < STREAMS; i++) self->streams[i].size = m->sizes[i];
    self->base_at = m->base_at;
    self->size = m->size;
    self->copy = m->copy;
    self->n_ops = m->n_ops;
}

/* Searches that are left: each takes time. */
typedef struct searches {
    size_t n_short, n_far;
} searches;

static int find_way(mlops__delta *self, const uint8_t *a, size_t na, const uint8_t *b, size_t nb,
                    searches *left, way *out) {
    if (find_near(a, na, b, nb, out)) return 1;
    if (left->n_short && left->n_short-- && find_far(self, a, na, b, nb, SHORT, out)) return 1;
    return left->n_far && left->n_far-- && find_far(self, a, na, b, nb, MLOPS__DELTA_AHEAD, out);
}

/* Behind a difference, at which the bytes stand; room for n bytes. MLOPS_END if no way is found. */
static mlops_status pass_difference(mlops__delta *self, const uint8_t *bytes, size_t n,
                                    size_t ahead, searches *left, size_t *taken, mlops_error *err) {
    const uint8_t *base;
    size_t n_base;
    way w = {0, 0};
    MLOPS_TRY(self->look(self->user, self->base_at, &base, &n_base, err));
    int found = find_way(self, bytes, n + ahead, base, n_base, left, &w);
    if (!found && n > NEAR) return MLOPS_END;
    if (!found) w = (way){n, n}; /* the rest, as it is */
    else if (w.ins > n) w = (way){n, w.skip > w.ins - n ? w.skip - (w.ins - n) : 0};
    put_op(self, w.skip, bytes, w.ins);
    self->base_at += w.skip;
    *taken = w.ins;
    return told(self, err);
}

/* Gives up as soon as it goes badly, since looking for a way back takes time. */
static mlops_status add(mlops__delta *self, const uint8_t *bytes, size_t n, size_t ahead,
                        mlops_error *err) {
    size_t before = mlops__delta_bytes(self);
    searches left = {n / SHORT_EVERY, 2 + n / FAR_EVERY};
    for (size_t at = 0; at < n;) {
        const uint8_t *base;
        size_t n_base, taken = 0;
        MLOPS_TRY(self->look(self->user, self->base_at, &base, &n_base, err));
        size_t run = same(bytes + at, base, n - at < n_base ? n - at : n_base);
        self->copy += run;
        self->base_at += run;
        at += run;
        if (at == n || (run && run == n_base)) continue;
        mlops_status status = pass_difference(self, bytes + at, n - at, ahead, &left, &taken, err);
        if (status) return status;
        at += taken;
        if (mlops__delta_bytes(self) - before > SLACK + at / 3) return MLOPS_END;
    }
    return MLOPS_OK;
}

mlops_status mlops__delta_add(mlops__delta *self, const uint8_t *bytes, size_t n, size_t ahead,
                              mlops_error *err) {
    mark m = mark_of(self);
    size_t size = sizeof *self->table << TABLE_BITS;
    if (!self->table) self->table = mlops__alloc(self->streams[0].allocator, size);
    if (!self->table) return mlops__fail_nomem(err, size);
    mlops_status status = add(self, bytes, n, ahead, err);
    if (status == MLOPS_OK) self->size += n;
    else take_back(self, &m);
    return status;
}

mlops_status mlops__delta_end(mlops__delta *self, mlops__buf *out, mlops_error *err) {
    if (self->copy) put_op(self, 0, NULL, 0);
    mlops__buf_varint(out, self->n_ops);
    for (int i = 0; i < STREAMS - 1; i++) mlops__buf_varint(out, self->streams[i].size);
    for (int i = 0; i < STREAMS; i++)
        mlops__buf_put(out, self->streams[i].data, self->streams[i].size);
    mlops_status status = told(self, err);
    mlops__delta_move(self, self->base_at);
    return !status && out->status ? mlops__fail_nomem(err, out->size) : status;
}

void mlops__delta_move(mlops__delta *self, uint64_t base_at) {
    for (int i = 0; i < STREAMS; i++) {
        self->streams[i].size = 0;
        self->streams[i].status = MLOPS_OK;
    }
    self->base_at = self->begun_at = base_at;
    self->size = self->copy = self->n_ops = 0;
}
