/* Frames of the journal: what goes in comes out, and whatever is not as it was written is refused.
 */
#define _GNU_SOURCE
#include "unit/help_store.h"

#include "store/frame.h"
#include "sys/hash.h"
#include "sys/host.h"
#include "unit/draw.h"

static const mlops_allocator *heap(void) { return &mlops__heap; }

typedef struct given {
    mlops__op_kind kind;
    uint8_t table;
    const char *key;
    size_t key_size;
    const char *value;
    size_t value_size;
} given;

static char zeroes[70000];

static const given OPS[] = {
    {MLOPS__OP_NOTE, 0, "actor", 5, "somebody", 8},
    {MLOPS__OP_PUT, 1, "k", 1, "", 0},
    {MLOPS__OP_PUT, 255, zeroes, MLOPS__KV_KEY_MAX - 1, zeroes, sizeof zeroes},
    {MLOPS__OP_DEL, 31, "gone", 4, NULL, 0},
    {MLOPS__OP_INLINE, 0, "0123456789abcdef0123456789abcdef", 32, "", 0},
    {MLOPS__OP_INLINE, 0, "0123456789abcdef0123456789abcdef", 32, "content", 7},
    {MLOPS__OP_PACKED, 0, "0123456789abcdef0123456789abcdef", 32, "\x01\0\0\0\0\0\0\0", 8},
    {MLOPS__OP_NOTE, 0, zeroes, UINT16_MAX, "", 0},
};
enum { N_OPS = sizeof OPS / sizeof OPS[0] };

static void add_op(mlops__buf *b, const given *g) {
    mlops__frame_op(b, g->kind, g->table, (mlops__bytes){(const uint8_t *)g->key, g->key_size},
                    (mlops__bytes){(const uint8_t *)g->value, g->value_size});
}

static void build(mlops__buf *b, mlops__chain *chain, const given *ops, size_t n) {
    mlops__frame_begin(b);
    for (size_t i = 0; i < n; i++) add_op(b, &ops[i]);
    assert_int_equal(
        mlops__frame_end(b, chain, chain->time_ns + 7, chain->seq, mlops__sha256_blocks_scalar), 0);
}

static uint64_t u64_at(const uint8_t *p) {
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--) value = value << 8 | p[i];
    return value;
}

static void what_goes_in_comes_out(void **state) {
    (void)state;
    mlops__buf b;
    mlops__chain written = {0, 0, {0}}, read = {0, 0, {0}};
    mlops__buf_init(&b, heap());
    for (size_t n = 0; n <= N_OPS; n++) {
        build(&b, &written, OPS, n);
        assert_int_equal(b.size % 8, 0);
        assert_int_equal(mlops__frame_size(b.data), b.size);
        mlops__frame f;
        mlops__ops ops;
        mlops__op op;
        assert_int_equal(mlops__frame_open(&f, b.data, b.size), 0);
        assert_int_equal(f.seq, n + 1);
        assert_int_equal(f.durable, n);
        assert_int_equal(f.time_ns, written.time_ns);
        assert_memory_equal(f.prev, read.link, 32);
        mlops__ops_init(&ops, &f);
        for (size_t i = 0; i < n; i++) {
            assert_true(mlops__ops_next(&ops, &op));
            assert_int_equal(op.kind, OPS[i].kind);
            assert_int_equal(op.table, OPS[i].table);
            assert_int_equal(op.key.size, OPS[i].key_size);
            assert_memory_equal(op.key.data, OPS[i].key, op.key.size);
            assert_int_equal(op.value.size, OPS[i].value_size);
            if (op.value.size) assert_memory_equal(op.value.data, OPS[i].value, op.value.size);
        }
        assert_false(mlops__ops_next(&ops, &op));
        assert_int_equal(mlops__frame_follow(&f, &read, mlops__sha256_blocks_scalar), 0);
        assert_memory_equal(&read, &written, sizeof read);
    }
    mlops__buf_free(&b);
}

/* As frame.h draws it, taken apart by hand. */
static void layout_is_as_documented(void **state) {
    (void)state;
    mlops__buf b;
    mlops__chain chain = {41, 1000, {0}};
    memset(chain.link, 0x5e, sizeof chain.link);
    mlops__buf_init(&b, heap());
    mlops__frame_begin(&b);
    mlops__frame_op(&b, MLOPS__OP_PUT, 9, text("key"), text("value"));
    assert_int_equal(mlops__frame_end(&b, &chain, 2000, 40, mlops__sha256_blocks_scalar), 0);
    const uint8_t *p = b.data;
    assert_int_equal(b.size, 64 + 16 + 40);
    assert_memory_equal(p, "MJF1", 4);
    assert_memory_equal(p + 4, "\x78\0\0\0", 4);
    assert_int_equal(u64_at(p + 8), 42);
    assert_int_equal(u64_at(p + 16), 2000);
    assert_int_equal(u64_at(p + 24), 40);
    for (int i = 0; i < 32; i++) assert_int_equal(p[32 + i], 0x5e);
    assert_memory_equal(p + 64, "\x02\x09\x03\0\x05\0\0\0keyvalue", 16);
    mlops__sha256 sha;
    uint8_t digest[32];
    mlops__sha256_init(&sha, mlops__sha256_blocks_scalar);
    mlops__sha256_add(&sha, p, 80);
    mlops__sha256_end(&sha, digest);
    assert_memory_equal(p + 80, digest, 32);
    assert_memory_equal(chain.link, digest, 32);
    assert_int_equal(u64_at(p + 112), mlops__hash_64(p, 112));
    mlops__buf_free(&b);
}

static void time_does_not_go_back(void **state) {
    (void)state;
    mlops__buf b;
    mlops__chain chain = {0, 0, {0}};
    static const int64_t clock[] = {50, 40, 60, 0, INT64_C(1) << 62},
                         want[] = {50, 50, 60, 60, INT64_C(1) << 62};
    mlops__buf_init(&b, heap());
    for (size_t i = 0; i < 5; i++) {
        mlops__frame f;
        mlops__frame_begin(&b);
        add_op(&b, &OPS[1]);
        assert_int_equal(mlops__frame_end(&b, &chain, clock[i], 0, mlops__sha256_blocks_scalar), 0);
        assert_int_equal(mlops__frame_open(&f, b.data, b.size), 0);
        assert_int_equal(f.time_ns, want[i]);
    }
    mlops__buf_free(&b);
}

static void repair_guard(uint8_t *p, size_t n) {
    uint64_t guard = mlops__hash_64(p, n - 8);
    for (int i = 0; i < 8; i++) p[n - 8 + (size_t)i] = (uint8_t)(guard >> 8 * i);
}

static void repair_link(uint8_t *p, size_t n) {
    mlops__sha256 sha;
    mlops__sha256_init(&sha, mlops__sha256_blocks_scalar);
    mlops__sha256_add(&sha, p, n - MLOPS__FRAME_TAIL);
    mlops__sha256_end(&sha, p + n - MLOPS__FRAME_TAIL);
    repair_guard(p, n);
}

/* 0 if these bytes are taken as the first frame of a chain. */
static mlops_status judge(const uint8_t *p, size_t n) {
    mlops__frame f;
    mlops__chain chain = {0, 0, {0}}, before = chain;
    uint8_t *exact = malloc(n ? n : 1); /* so that a read beyond the end is seen */
    assert_non_null(exact);
    memcpy(exact, p, n);
    mlops_status status = mlops__frame_open(&f, exact, n);
    if (!status) status = mlops__frame_follow(&f, &chain, mlops__sha256_blocks_scalar);
    if (status) assert_memory_equal(&chain, &before, sizeof chain);
    free(exact);
    return status;
}

static void every_flipped_bit_is_refused(void **state) {
    (void)state;
    mlops__buf b;
    mlops__chain chain = {0, 0, {0}};
    mlops__buf_init(&b, heap());
    build(&b, &chain, OPS, 2);
    assert_int_equal(judge(b.data, b.size), 0);
    for (size_t bit = 0; bit < b.size * 8; bit++) {
        uint8_t saved[8];
        memcpy(saved, b.data + b.size - 8, 8);
        b.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(judge(b.data, b.size), MLOPS_E_CORRUPT);
        if (bit / 8 < b.size - 8) { /* also where the guard is made right: SHA-256 tells */
            repair_guard(b.data, b.size);
            assert_int_equal(judge(b.data, b.size), MLOPS_E_CORRUPT);
        }
        memcpy(b.data + b.size - 8, saved, 8);
        if (bit / 8 < b.size - 8) b.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_int_equal(judge(b.data, b.size), 0);
    mlops__buf_free(&b);
}

static void every_other_length_is_refused(void **state) {
    (void)state;
    mlops__buf b;
    mlops__chain chain = {0, 0, {0}};
    mlops__buf_init(&b, heap());
    build(&b, &chain, OPS, 2);
    size_t size = b.size;
    for (size_t n = 0; n < size; n++) assert_int_equal(judge(b.data, n), MLOPS_E_CORRUPT);
    mlops__buf_zero(&b, 64);
    for (size_t n = size + 1; n <= b.size; n++) assert_int_equal(judge(b.data, n), MLOPS_E_CORRUPT);
    assert_int_equal(judge(b.data, size), 0);
    mlops__buf_free(&b);
}

/* A frame with everything right but one operation. */
static mlops_status judge_op(uint8_t kind, uint8_t table, size_t key, size_t value) {
    mlops__buf b;
    mlops__chain chain = {0, 0, {0}};
    mlops__buf_init(&b, heap());
    mlops__frame_begin(&b);
    add_op(&b, &OPS[0]);
    size_t at = b.size;
    mlops__frame_op(&b, MLOPS__OP_PUT, table, (mlops__bytes){(uint8_t *)zeroes, key},
                    (mlops__bytes){(uint8_t *)zeroes, value});
    assert_int_equal(mlops__frame_end(&b, &chain, 1, 0, mlops__sha256_blocks_scalar), 0);
    b.data[at] = kind;
    repair_link(b.data, b.size);
    mlops_status status = judge(b.data, b.size);
    mlops__buf_free(&b);
    return status;
}

static void unsound_operations_are_refused(void **state) {
    (void)state;
    enum { NOTE = 1, PUT = 2, DEL = 3, INLINE = 4, PACKED = 5, LONGEST = MLOPS__KV_KEY_MAX - 1 };
    static const struct {
        uint8_t kind, table;
        size_t key, value;
        int sound;
    } cases[] = {
        {NOTE, 0, 1, 5, 1},      {NOTE, 1, 1, 5, 0},
        {NOTE, 0, 0, 5, 0},      {PUT, 1, 1, 0, 1},
        {PUT, 1, LONGEST, 9, 1}, {PUT, 1, LONGEST + 1, 9, 0},
        {PUT, 0, 1, 1, 0},       {PUT, 1, 0, 1, 0},
        {DEL, 1, 1, 0, 1},       {DEL, 1, 1, 1, 0},
        {DEL, 0, 1, 0, 0},       {DEL, 1, 0, 0, 0},
        {DEL, 1, LONGEST, 0, 1}, {DEL, 1, LONGEST + 1, 0, 0},
        {INLINE, 0, 32, 0, 1},   {INLINE, 0, 31, 0, 0},
        {INLINE, 0, 33, 5, 0},   {INLINE, 1, 32, 5, 0},
        {PACKED, 0, 32, 8, 1},   {PACKED, 0, 32, 7, 0},
        {PACKED, 0, 32, 9, 0},   {PACKED, 0, 31, 8, 0},
        {PACKED, 2, 32, 8, 0},   {6, 1, 1, 1, 0},
        {255, 0, 32, 8, 0},      {0, 1, 1, 1, 0},
        {0, 0, 32, 8, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mlops_status status = judge_op(cases[i].kind, cases[i].table, cases[i].key, cases[i].value);
        if (status != (cases[i].sound ? MLOPS_OK : MLOPS_E_CORRUPT)) fail_msg("case %zu", i);
    }
}

/* What is not an operation up to the end must be zeroes, fewer than eight. */
static void rest_is_zero(void **state) {
    (void)state;
    mlops__buf b;
    mlops__chain chain = {0, 0, {0}};
    mlops__buf_init(&b, heap());
    mlops__frame_begin(&b);
    mlops__frame_op(&b, MLOPS__OP_PUT, 1, text("k"), text(""));
    assert_int_equal(mlops__frame_end(&b, &chain, 1, 0, mlops__sha256_blocks_scalar), 0);
    size_t end = b.size - MLOPS__FRAME_TAIL;
    assert_int_equal(end, 64 + 16);
    assert_int_equal(judge(b.data, b.size), 0);
    for (size_t at = 64 + 9; at < end; at++)
        for (int bit = 0; bit < 8; bit++) {
            b.data[at] = (uint8_t)(1 << bit);
            repair_link(b.data, b.size);
            assert_int_equal(judge(b.data, b.size), MLOPS_E_CORRUPT);
            b.data[at] = 0;
        }
    mlops__frame_begin(&b); /* eight zeroes are no padding */
    mlops__frame_op(&b, MLOPS__OP_PUT, 1, text("12345678"), text(""));
    mlops__buf_zero(&b, 8);
    chain = (mlops__chain){0, 0, {0}};
    assert_int_equal(mlops__frame_end(&b, &chain, 1, 0, mlops__sha256_blocks_scalar), 0);
    assert_int_equal(judge(b.data, b.size), MLOPS_E_CORRUPT);
    mlops__buf_free(&b);
}

/* Bytes that no writer made, under a right guard and a right hash: taken or refused, no more. */
static void random_operations_do_no_harm(void **state) {
    (void)state;
    mlops__buf b;
    int taken = 0;
    mlops__buf_init(&b, heap());
    seed = 5;
    for (int round = 0; round < 20000; round++) {
        mlops__chain chain = {0, 0, {0}};
        mlops__frame_begin(&b);
        for (uint64_t n = draw() % 40; n > 0; n--)
            mlops__buf_u8(&b, (uint8_t)(draw() % 3 ? draw() % 9 : draw()));
        assert_int_equal(mlops__frame_end(&b, &chain, 1, 0, mlops__sha256_blocks_scalar), 0);
        taken += judge(b.data, b.size) == MLOPS_OK;
    }
    assert_true(taken > 0 && taken < 20000);
    mlops__buf_free(&b);
}

static void chain_tells_order(void **state) {
    (void)state;
    mlops__buf b[4], other;
    mlops__frame f[4], g;
    mlops__chain chain = {0, 0, {0}}, fork;
    for (size_t i = 0; i < 4; i++) {
        mlops__buf_init(&b[i], heap());
        if (i == 2) fork = chain;
        build(&b[i], &chain, OPS, i);
        assert_int_equal(mlops__frame_open(&f[i], b[i].data, b[i].size), 0);
    }
    mlops__buf_init(&other, heap()); /* of the same number as frame 3, but another one */
    build(&other, &fork, OPS, 1);
    assert_int_equal(mlops__frame_open(&g, other.data, other.size), 0);
    chain = (mlops__chain){0, 0, {0}};
    for (size_t i = 0; i < 4; i++) {
        mlops__chain before = chain;
        for (size_t k = 0; k < 4; k++)
            if (k != i) {
                assert_int_equal(mlops__frame_follow(&f[k], &chain, mlops__sha256_blocks_scalar),
                                 MLOPS_E_CORRUPT);
                assert_memory_equal(&chain, &before, sizeof chain);
            }
        if (i == 3) { /* behind frame 3, frame 4; behind its twin, no more */
            assert_int_equal(mlops__frame_follow(&f[3], &fork, mlops__sha256_blocks_scalar),
                             MLOPS_E_CORRUPT);
        }
        assert_int_equal(mlops__frame_follow(&f[i], &chain, mlops__sha256_blocks_scalar), 0);
    }
    for (size_t i = 0; i < 4; i++) mlops__buf_free(&b[i]);
    mlops__buf_free(&other);
}

static void limits_are_told(void **state) {
    (void)state;
    mlops__buf b;
    mlops__chain chain = {0, 0, {0}}, before = chain;
    static uint8_t key[UINT16_MAX + 1];
    uint8_t *value = calloc(1, MLOPS__FRAME_MAX + 1);
    assert_non_null(value);
    mlops__buf_init(&b, heap());
    mlops__frame_begin(&b);
    mlops__frame_op(&b, MLOPS__OP_NOTE, 0, (mlops__bytes){key, sizeof key}, text(""));
    assert_int_equal(mlops__frame_end(&b, &chain, 1, 0, NULL), MLOPS_E_LIMIT);
    b.status = MLOPS_OK;
    mlops__frame_begin(&b);
    mlops__frame_op(&b, MLOPS__OP_PUT, 1, text("k"), (mlops__bytes){value, MLOPS__FRAME_MAX + 1});
    assert_int_equal(mlops__frame_end(&b, &chain, 1, 0, NULL), MLOPS_E_LIMIT);
    b.status = MLOPS_OK;
    for (size_t over = 0; over < 2; over++) { /* the largest frame there may be, and one more */
        size_t room = MLOPS__FRAME_MAX - MLOPS__FRAME_LEAST - 8 - 1;
        mlops__frame_begin(&b);
        mlops__frame_op(&b, MLOPS__OP_PUT, 1, text("k"), (mlops__bytes){value, room + over});
        mlops_status status = mlops__frame_end(&b, &chain, 1, 0, mlops__sha256_blocks_scalar);
        assert_int_equal(status, over ? MLOPS_E_LIMIT : MLOPS_OK);
        if (over) continue;
        assert_int_equal(b.size, MLOPS__FRAME_MAX);
        assert_int_equal(judge(b.data, b.size), 0);
        before = chain;
    }
    assert_memory_equal(&chain, &before, sizeof chain); /* a frame refused is no frame */
    free(value);
    mlops__buf_free(&b);
}

static void heads_that_are_none(void **state) {
    (void)state;
    uint8_t head[MLOPS__FRAME_HEAD] = "MJF1";
    static const struct {
        uint32_t size;
        int good;
    } sizes[] = {{0, 0},
                 {8, 0},
                 {96, 0},
                 {104, 1},
                 {105, 0},
                 {112, 1},
                 {1 << 26, 1},
                 {(1 << 26) + 8, 0},
                 {UINT32_MAX - 7, 0}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (int k = 0; k < 4; k++) head[4 + k] = (uint8_t)(sizes[i].size >> 8 * k);
        assert_int_equal(mlops__frame_size(head), sizes[i].good ? sizes[i].size : 0);
    }
    head[4] = 104, head[5] = head[6] = head[7] = 0;
    head[3] = '2';
    assert_int_equal(mlops__frame_size(head), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),
        cmocka_unit_test(layout_is_as_documented),
        cmocka_unit_test(time_does_not_go_back),
        cmocka_unit_test(every_flipped_bit_is_refused),
        cmocka_unit_test(every_other_length_is_refused),
        cmocka_unit_test(unsound_operations_are_refused),
        cmocka_unit_test(rest_is_zero),
        cmocka_unit_test(random_operations_do_no_harm),
        cmocka_unit_test(chain_tells_order),
        cmocka_unit_test(limits_are_told),
        cmocka_unit_test(heads_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
