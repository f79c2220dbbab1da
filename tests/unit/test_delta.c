/* Changes to a base: what is applied is what was made, whole and in parts, and as docs/format.md
 * reads it; operations that nobody made are refused, and read nothing that is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/delta.h"
#include "sys/host.h"
#include "unit/draw.h"

enum { KIB = 1 << 10 };

typedef struct bytes {
    uint8_t *data;
    size_t n;
} bytes;

static bytes room(size_t n) {
    bytes b = {malloc(n + 1), n};
    assert_non_null(b.data);
    return b;
}

/* ---- the operations, by docs/format.md alone ---- */

typedef struct stream {
    const uint8_t *at, *end;
} stream;

static uint64_t leb128(stream *s) {
    uint64_t out = 0;
    unsigned shift = 0;
    do {
        assert_true(s->at < s->end && shift < 64);
        out |= (uint64_t)(*s->at & 0x7f) << shift;
        shift += 7;
    } while (*s->at++ & 0x80);
    return out;
}

/* Appends to out, which has room for the size that is wanted. */
static void decode(const bytes *base, uint64_t at, const uint8_t *ops, size_t n, uint64_t size,
                   uint8_t *out) {
    stream all = {ops, ops + n}, s[3];
    uint64_t n_ops = leb128(&all), sizes[3];
    for (int i = 0; i < 3; i++) sizes[i] = leb128(&all);
    for (int i = 0; i < 3; i++) {
        s[i] = (stream){all.at, all.at + sizes[i]};
        all.at += sizes[i];
    }
    assert_true(all.at <= all.end);
    for (uint64_t made = 0; n_ops > 0; n_ops--) {
        uint64_t copy = leb128(&s[0]), pass = leb128(&s[1]), insert = leb128(&s[2]);
        if (copy) assert_true(at <= base->n && copy <= base->n - at);
        assert_true(copy + insert <= size - made && insert <= (size_t)(all.end - all.at));
        if (copy) memcpy(out + made, base->data + at, copy);
        memcpy(out + made + copy, all.at, insert);
        at += copy + pass;
        all.at += insert;
        made += copy + insert;
        if (n_ops == 1) assert_int_equal(made, size);
    }
    for (int i = 0; i < 3; i++) assert_ptr_equal(s[i].at, s[i].end);
    assert_ptr_equal(all.at, all.end);
}

/* ---- making ---- */

typedef struct ground {
    bytes base;
    uint8_t *window; /* of its own size each time, so that reads beyond it are found */
} ground;

static mlops_status look(void *user, uint64_t offset, const uint8_t **out, size_t *n,
                         mlops_error *err) {
    ground *g = user;
    (void)err;
    size_t left = offset < g->base.n ? g->base.n - (size_t)offset : 0;
    *n = MLOPS__DELTA_AHEAD + (size_t)(draw() % 3) * 1000;
    if (*n > left) *n = left;
    free(g->window);
    g->window = malloc(*n ? *n : 1);
    assert_non_null(g->window);
    if (*n) memcpy(g->window, g->base.data + offset, *n);
    *out = g->window;
    return MLOPS_OK;
}

static int n_reads;

static mlops_status read_part(void *user, uint64_t offset, uint8_t *out, size_t n,
                              mlops_error *err) {
    const bytes *base = user;
    n_reads++;
    if (offset > base->n || n > base->n - offset)
        return mlops__fail(err, MLOPS_E_CORRUPT, "outside");
    memcpy(out, base->data + offset, n);
    return MLOPS_OK;
}

/* A part of the new bytes: operations on the base, or, without any, as they are. */
typedef struct part {
    size_t at, n;
    uint64_t base_at;
    mlops__buf ops;
} part;

enum { PARTS = 64 };

typedef struct made {
    part parts[PARTS];
    size_t n, cost; /* bytes of operations, and of what is kept as it is */
} made;

static void end_part(made *m, mlops__delta *d, size_t at) {
    part *p = &m->parts[m->n++];
    mlops_error e;
    assert_true(m->n < PARTS);
    p->base_at = d->begun_at;
    p->n = (size_t)d->size;
    p->at = at - p->n;
    mlops__buf_init(&p->ops, &mlops__heap);
    if (p->n) assert_int_equal(mlops__delta_end(d, &p->ops, &e), MLOPS_OK);
    m->cost += p->ops.size;
    if (p->n == 0) m->n--;
}

/* What is refused must have left the delta as it was. */
static void same_delta(const mlops__delta *a, const mlops__delta *b, uint8_t *const copies[4]) {
    assert_int_equal(a->base_at, b->base_at);
    assert_int_equal(a->begun_at, b->begun_at);
    assert_int_equal(a->size, b->size);
    assert_int_equal(a->copy, b->copy);
    assert_int_equal(a->n_ops, b->n_ops);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(a->streams[i].size, b->streams[i].size);
        if (b->streams[i].size)
            assert_memory_equal(a->streams[i].data, copies[i], b->streams[i].size);
    }
}

static mlops_status add_checked(mlops__delta *d, const uint8_t *p, size_t n, size_t ahead) {
    mlops__delta before = *d;
    mlops_error e;
    uint8_t *copies[4];
    for (int i = 0; i < 4; i++) {
        copies[i] = malloc(before.streams[i].size + 1);
        assert_non_null(copies[i]);
        if (before.streams[i].size) memcpy(copies[i], d->streams[i].data, before.streams[i].size);
    }
    mlops_status status = mlops__delta_add(d, p, n, ahead, &e);
    if (status == MLOPS_END) same_delta(d, &before, copies);
    else assert_int_equal(status, MLOPS_OK);
    if (!status) assert_int_equal(d->size, before.size + n);
    for (int i = 0; i < 4; i++) free(copies[i]);
    return status;
}

/* All of the new bytes, in pieces as a writer has them. */
static void make(made *m, const bytes *base, const bytes *new) {
    ground g = {*base, NULL};
    mlops__delta d;
    memset(m, 0, sizeof *m);
    mlops__delta_init(&d, &mlops__heap, look, &g);
    for (size_t at = 0, n; at < new->n; at += n) {
        n = 16 * KIB + (size_t)(draw() % (200 * KIB));
        if (n > new->n - at) n = new->n - at;
        size_t ahead = new->n - at - n;
        if (ahead > MLOPS__DELTA_AHEAD) ahead = MLOPS__DELTA_AHEAD;
        uint8_t *exact = malloc(n + ahead); /* nothing behind what was said to be there */
        assert_non_null(exact);
        memcpy(exact, new->data + at, n + ahead);
        mlops_status status = add_checked(&d, exact, n, ahead);
        free(exact);
        if (status) {
            end_part(m, &d, at);
            m->parts[m->n++] = (part){at, n, 0, {0}};
            mlops__delta_move(&d, d.base_at + n);
            m->cost += n;
        } else if (mlops__delta_bytes(&d) >= MLOPS__DELTA_OPS_MAX) end_part(m, &d, at + n);
    }
    end_part(m, &d, new->n);
    mlops__delta_free(&d);
    free(g.window);
}

static void applies(const part *p, const bytes *base, const bytes *new) {
    mlops__delta_reader r;
    mlops_error e;
    uint8_t *out = malloc(p->n + 1);
    assert_non_null(out);
    memset(out, 0xee, p->n + 1);
    decode(base, p->base_at, p->ops.data, p->ops.size, p->n, out);
    assert_memory_equal(out, new->data + p->at, p->n);
    assert_int_equal(mlops__delta_open(&r, p->ops.data, p->ops.size, p->base_at, &e), MLOPS_OK);
    for (int i = 0; i < 30; i++) { /* one reader goes on and back */
        size_t from = i ? (size_t)(draw() % p->n) : 0;
        size_t n = i ? 1 + (size_t)(draw() % (p->n - from)) : p->n;
        if (i % 2 && n > 100) n = 1 + n % 100;
        memset(out, 0xee, n + 1);
        mlops_status status =
            mlops__delta_apply(&r, p->n, from, from + n, out, read_part, (void *)base, &e);
        assert_int_equal(status, MLOPS_OK);
        assert_memory_equal(out, new->data + p->at + from, n);
        assert_int_equal(out[n], 0xee);
    }
    free(out);
}

/* Makes, decodes, applies and frees; returns what it cost. */
static size_t round_trip(const bytes *base, const bytes *new) {
    static made m;
    make(&m, base, new);
    size_t at = 0;
    for (size_t i = 0; i < m.n; i++) {
        assert_int_equal(m.parts[i].at, at);
        at += m.parts[i].n;
        if (m.parts[i].ops.size) applies(&m.parts[i], base, new);
        mlops__buf_free(&m.parts[i].ops);
    }
    assert_int_equal(at, new->n);
    return m.cost;
}

/* ---- data ---- */

typedef enum kind { NOISE, LINES, PERIODIC, ZEROES, KINDS } kind;

static bytes make_base(kind k, size_t n) {
    bytes b = room(n);
    size_t period = 1 + (size_t)(draw() % 300);
    char line[64];
    for (size_t i = 0, l = 0, left = 0; i < n; i++) {
        if (k == LINES && left-- == 0) {
            left = (size_t)snprintf(line, sizeof line, "%08u,%u,item-%u,%u.%02u\n",
                                    (unsigned)(draw() % 99999999), (unsigned)(draw() % 70),
                                    (unsigned)(draw() % 5000), (unsigned)(draw() % 900),
                                    (unsigned)(draw() % 100));
            l = 0, left--;
        }
        b.data[i] = k == NOISE                     ? (uint8_t)draw()
                    : k == LINES                   ? (uint8_t)line[l++]
                    : k == PERIODIC && i >= period ? b.data[i - period]
                    : k == PERIODIC                ? (uint8_t)draw()
                                                   : 0;
    }
    return b;
}

/* Takes n bytes out at a place and puts others in. */
static void splice(bytes *b, size_t at, size_t out, const uint8_t *in, size_t n_in) {
    bytes new = room(b->n - out + n_in);
    memcpy(new.data, b->data, at);
    if (n_in) memcpy(new.data + at, in, n_in);
    memcpy(new.data + at + n_in, b->data + at + out, b->n - at - out);
    free(b->data);
    *b = new;
}

static bytes copy_of(const bytes *b) {
    bytes c = room(b->n);
    memcpy(c.data, b->data, b->n);
    return c;
}

static void edit(bytes *b) {
    uint8_t in[2000];
    size_t n = (size_t)(draw() % (draw() % 3 ? 12 : sizeof in)), k = draw() % 8;
    for (size_t i = 0; i < n; i++) in[i] = draw() % 2 ? (uint8_t)draw() : (uint8_t)('0' + i % 10);
    size_t at = (size_t)(draw() % (b->n + 1)), left = b->n - at;
    size_t out = (size_t)(draw() % 12 < left ? draw() % 12 : 0);
    if (out > left) out = left;
    if (k == 0) splice(b, at, n < left ? n : left, in, n < left ? n : left); /* of equal width */
    else if (k == 1) splice(b, at, out, in, n);
    else if (k == 2) splice(b, at, 0, in, n);
    else if (k == 3) splice(b, at, left < 5000 ? left : (size_t)(draw() % 5000), NULL, 0);
    else if (k == 4) splice(b, b->n, 0, in, n);             /* behind it */
    else if (k == 5) splice(b, left, b->n - left, NULL, 0); /* cut */
    else if (k == 6) splice(b, 0, 0, in, n);                /* ahead of it */
    else { /* moved */ bytes whole = copy_of(b);
        size_t to = (size_t)(draw() % (b->n + 1));
        size_t size = (size_t)(draw() % (left + 1) % (100 * KIB));
        splice(b, to, 0, whole.data + at, size);
        free(whole.data);
    }
}

static void what_is_applied_is_what_was_made(void **state) {
    (void)state;
    for (seed = 1; seed < 400 * 1000003u; seed += 1000003) {
        uint64_t begin = seed;
        bytes base =
            make_base((kind)(draw() % KINDS), (size_t)(draw() % (draw() % 4 ? 300 * KIB : 50)));
        bytes new = copy_of(&base);
        for (uint64_t n = draw() % (draw() % 3 ? 6 : 60); n > 0; n--) edit(&new);
        round_trip(&base, &new);
        free(base.data);
        free(new.data);
        seed = begin;
    }
}

/* Two of kinds that have nothing to do with each other, and sizes at which things end. */
static void unrelated_and_of_any_size(void **state) {
    static const size_t SIZES[] = {0,  1,  15, 16,   17,       31,          32,
                                   33, 64, 65, 1000, 64 * KIB, 64 * KIB + 1};
    enum { N = sizeof SIZES / sizeof SIZES[0] };
    (void)state;
    seed = 3;
    for (size_t i = 0; i < N * N; i++)
        for (int k = 0; k < KINDS * KINDS; k++) {
            bytes base = make_base((kind)(k / KINDS), SIZES[i / N]);
            bytes new = make_base((kind)(k % KINDS), SIZES[i % N]);
            assert_true(round_trip(&base, &new) <= new.n + 40);
            free(base.data);
            free(new.data);
        }
}

/* An edit costs its bytes, three numbers of up to three bytes, and what is taken for new while the
 * way back is found. */
static void scattered_edits_cost_little(void **state) {
    (void)state;
    seed = 7;
    for (int width = 0; width < 3; width++) {
        bytes base = make_base(LINES, 2048 * KIB), new = copy_of(&base);
        enum { EDITS = 600 };
        for (int i = 0; i < EDITS; i++) {
            char text[16];
            int n = snprintf(text, sizeof text, "%u", (unsigned)(draw() % 900 + 100));
            splice(&new, (size_t)(draw() % (new.n - 10)), (size_t)(2 + width), (uint8_t *)text,
                   (size_t)n);
        }
        size_t cost = round_trip(&base, &new);
        assert_true(cost < EDITS * 16);
        assert_true(cost > EDITS * 4);
        free(base.data);
        free(new.data);
    }
}

static void what_is_the_same_costs_nothing(void **state) {
    (void)state;
    for (int k = 0; k < KINDS; k++) {
        bytes base = make_base((kind)k, 700 * KIB);
        assert_true(round_trip(&base, &base) < 20);
        free(base.data);
    }
}

/* A block that is gone or new, of less than is looked through. */
static void blocks_come_and_go(void **state) {
    (void)state;
    seed = 9;
    for (size_t size = 1000; size < 60 * KIB; size *= 2) {
        bytes base = make_base(LINES, 500 * KIB), more = make_base(NOISE, size);
        bytes new = copy_of(&base);
        splice(&new, 200 * KIB, size, NULL, 0);
        assert_true(round_trip(&base, &new) < 100);
        splice(&new, 300 * KIB, 0, more.data, size / 8);
        assert_true(round_trip(&base, &new) < size / 8 + 400);
        free(base.data);
        free(more.data);
        free(new.data);
    }
}

/* ---- operations that nobody made ---- */

static void put_number(mlops__buf *out, uint64_t value) {
    for (; value > 127; value >>= 7) mlops__buf_u8(out, (uint8_t)(value | 128));
    mlops__buf_u8(out, (uint8_t)value);
}

/* Operations of three numbers each, and so many literals. */
static bytes forge(const uint64_t (*ops)[3], size_t n, uint64_t said, size_t n_literals) {
    mlops__buf s[3], out;
    mlops__buf_init(&out, &mlops__heap);
    put_number(&out, said);
    for (int k = 0; k < 3; k++) {
        mlops__buf_init(&s[k], &mlops__heap);
        for (size_t i = 0; i < n; i++) put_number(&s[k], ops[i][k]);
        put_number(&out, s[k].size);
    }
    for (int k = 0; k < 3; k++) {
        mlops__buf_put(&out, s[k].data, s[k].size);
        mlops__buf_free(&s[k]);
    }
    mlops__buf_zero(&out, n_literals);
    bytes b = room(out.size); /* of its exact size */
    free(b.data);
    b.data = malloc(out.size);
    memcpy(b.data, out.data, out.size);
    mlops__buf_free(&out);
    return b;
}

static mlops_status apply(const uint8_t *ops, size_t n, uint64_t base_at, uint64_t size,
                          uint64_t from, uint64_t to) {
    static uint8_t base[1000];
    bytes b = {base, sizeof base};
    mlops__delta_reader r;
    mlops_error e;
    uint8_t *out = malloc((size_t)(to - from) + 1);
    assert_non_null(out);
    mlops_status status = mlops__delta_open(&r, ops, n, base_at, &e);
    for (int i = 0; !status && i < 2; i++) /* it is refused again, too */
        status = mlops__delta_apply(&r, size, from, to, out, read_part, &b, &e);
    if (status) assert_int_equal(e.code, status);
    free(out);
    return status;
}

static void forged_operations_are_refused(void **state) {
    static const struct {
        uint64_t ops[2][3];
        uint64_t said, base_at, size;
        size_t literals;
        mlops_status status;
    } CASES[] = {
        {{{10, 5, 2}, {8, 0, 0}}, 2, 0, 20, 2, MLOPS_OK},
        {{{10, 5, 2}, {8, UINT64_MAX - 23, 0}}, 2, 0, 20, 2, MLOPS_OK},
        {{{10, 5, 2}, {8, UINT64_MAX - 22, 0}}, 2, 0, 20, 2, MLOPS_E_CORRUPT},
        {{{10, 5, 2}, {8, 0, 0}}, 2, 0, 21, 2, MLOPS_E_CORRUPT}, /* makes too little */
        {{{10, 5, 2}, {9, 0, 0}}, 2, 0, 20, 2, MLOPS_E_CORRUPT}, /* too much */
        {{{10, 5, 2}, {6, 0, 3}}, 2, 0, 20, 9, MLOPS_E_CORRUPT}, /* too much of new ones */
        {{{10, 5, 2}, {8, 0, 0}}, 1, 0, 20, 2, MLOPS_E_CORRUPT}, /* fewer than are needed */
        {{{10, 5, 2}, {8, 0, 0}}, 3, 0, 21, 2, MLOPS_E_CORRUPT}, /* more than there are */
        {{{10, 5, 2}, {8, 0, 0}}, UINT64_MAX, 0, 21, 2, MLOPS_E_CORRUPT},
        {{{10, 5, 2}, {8, 0, 0}}, 2, 0, 20, 1, MLOPS_E_CORRUPT}, /* no literals for it */
        {{{10, 5, UINT64_MAX}, {8, 0, 0}}, 2, 0, 20, 2, MLOPS_E_CORRUPT},
        {{{UINT64_MAX, 5, 2}, {8, 0, 0}}, 2, 0, 20, 2, MLOPS_E_CORRUPT},
        {{{UINT64_MAX - 1, 0, 2}, {0, 0, 0}}, 2, 2, UINT64_MAX, 2, MLOPS_E_CORRUPT},
        {{{10, UINT64_MAX, 2}, {8, 0, 0}}, 2, 0, 20, 2, MLOPS_E_CORRUPT}, /* passes all */
        {{{10, 981, 2}, {8, 0, 0}}, 2, 0, 20, 2, MLOPS_OK},               /* up to its end */
        {{{10, 983, 2}, {8, 0, 0}}, 2, 0, 20, 2, MLOPS_E_CORRUPT},        /* and beyond it */
        {{{10, 5, 2}, {8, 0, 0}}, 2, 991, 20, 2, MLOPS_E_CORRUPT},        /* begins too late */
        {{{10, 5, 2}, {8, 0, 0}}, 2, UINT64_MAX, 20, 2, MLOPS_E_CORRUPT},
        {{{0, 0, 20}, {0, 0, 0}}, 2, UINT64_MAX, 20, 20, MLOPS_OK}, /* none of it is asked for */
        {{{0, 0, 0}, {0, 0, 0}}, 2, 0, 20, 2, MLOPS_E_CORRUPT},
        {{{0, 0, 0}, {0, 0, 0}}, 0, 0, 20, 2, MLOPS_E_CORRUPT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        bytes ops = forge(CASES[i].ops, 2, CASES[i].said, CASES[i].literals);
        uint64_t to = CASES[i].size < 100 ? CASES[i].size : 100;
        mlops_status status = apply(ops.data, ops.n, CASES[i].base_at, CASES[i].size, 0, to);
        if (status != CASES[i].status) fail_msg("case %zu: %s", i, mlops_status_name(status));
        free(ops.data);
    }
}

/* Whatever is cut off or changed: it is refused, or makes so many bytes of what is there. */
static void cut_and_changed_operations(void **state) {
    static const uint64_t OPS[2][3] = {{10, 5, 2}, {8, 0, 40}};
    (void)state;
    bytes ops = forge(OPS, 2, 2, 42);
    assert_int_equal(apply(ops.data, ops.n, 0, 60, 0, 60), MLOPS_OK);
    for (size_t n = 0; n < ops.n; n++) {
        uint8_t *cut = malloc(n ? n : 1);
        assert_non_null(cut);
        memcpy(cut, ops.data, n);
        assert_int_equal(apply(cut, n, 0, 60, 0, 60), MLOPS_E_CORRUPT);
        free(cut);
    }
    for (size_t at = 0; at < ops.n; at++)
        for (int value = 0; value < 256; value++) {
            uint8_t was = ops.data[at];
            ops.data[at] = (uint8_t)value;
            mlops_status status = apply(ops.data, ops.n, 0, 60, value % 60, 60);
            assert_true(status == MLOPS_OK || status == MLOPS_E_CORRUPT);
            ops.data[at] = was;
        }
    free(ops.data);
}

/* 64 bits are in ten bytes; what has more is no number. */
static void numbers_of_too_many_bits(void **state) {
    (void)state;
    for (int last = 0; last < 256; last++) {
        uint8_t ops[] = {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 1,
                         1,    1,    0,    0,    5,    1,    2,    3,    4,    5};
        ops[9] = (uint8_t)last; /* 2^63 operations are one more than are needed */
        mlops_status status = apply(ops, sizeof ops, 0, 5, 0, 5);
        assert_int_equal(status, last == 1 ? MLOPS_OK : MLOPS_E_CORRUPT);
    }
    uint8_t eleven[] = {0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0,
                        1,    1,    1,    0,    0,    5,    1,    2,    3,    4,    5};
    assert_int_equal(apply(eleven, sizeof eleven, 0, 5, 0, 5), MLOPS_E_CORRUPT);
}

/* No more of the base is read than a range needs. */
static void only_what_is_needed_is_read(void **state) {
    static const uint64_t OPS[2][3] = {{100, 0, 10}, {100, 0, 10}};
    (void)state;
    bytes ops = forge(OPS, 2, 2, 20);
    static const struct {
        uint64_t from, to;
        int reads; /* of two times */
    } CASES[] = {{0, 220, 4},  {100, 110, 0}, {105, 106, 0},
                 {99, 110, 2}, {110, 111, 2}, {210, 220, 0}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        n_reads = 0;
        assert_int_equal(apply(ops.data, ops.n, 0, 220, CASES[i].from, CASES[i].to), MLOPS_OK);
        assert_int_equal(n_reads, CASES[i].reads);
    }
    free(ops.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_applied_is_what_was_made),
        cmocka_unit_test(unrelated_and_of_any_size),
        cmocka_unit_test(scattered_edits_cost_little),
        cmocka_unit_test(what_is_the_same_costs_nothing),
        cmocka_unit_test(blocks_come_and_go),
        cmocka_unit_test(forged_operations_are_refused),
        cmocka_unit_test(cut_and_changed_operations),
        cmocka_unit_test(numbers_of_too_many_bits),
        cmocka_unit_test(only_what_is_needed_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
