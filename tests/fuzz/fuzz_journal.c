/* A segment of a journal, as it comes and with its hashes repaired.
 *
 * The first byte says what is made right before the segment is read: bit 0 its head, bit 1 link and
 * guard of its frames. What is held up against the reader: it ends, frames lie inside and follow
 * each other, a second reader sees the same, and what is written behind the end is read again. The
 * frames are applied to an index too.
 */
#include "fuzz/fuzz.h"
#include "store/index.h"
#include "sys/hash.h"
#include "sys/host.h"
#include "sys/io_test.h"

enum { HEAD = 64, LEAST = 4096 };

static const char NAME[] = "j/0000000000000001";
static const uint8_t ID[32] = "0123456789abcdef0123456789abcde";

static void put_le(uint8_t *p, uint64_t value, int n) {
    for (int i = 0; i < n; i++) p[i] = (uint8_t)(value >> (8 * i));
}

static void repair_head(uint8_t *p) {
    memcpy(p, "MLOPSJNL", 8);
    put_le(p + 8, 1, 8);
    memcpy(p + 16, ID, 32);
    put_le(p + 48, 1, 8);
    put_le(p + 56, mlops__hash_64(p, 56), 8);
}

/* Each frame keeps its operations and gets a place in the chain. */
static void repair_frames(uint8_t *p, size_t n) {
    uint8_t link[32] = {0};
    uint64_t seq = 1;
    for (size_t at = HEAD; n - at >= MLOPS__FRAME_LEAST; seq++) {
        size_t size = mlops__load_u32(p + at + 4) % 512 / 8 * 8;
        if (size < MLOPS__FRAME_LEAST || size > n - at) break;
        mlops__sha256 sha;
        memcpy(p + at, "MJF1", 4);
        put_le(p + at + 4, size, 4);
        put_le(p + at + 8, seq, 8);
        memcpy(p + at + 32, link, 32);
        mlops__sha256_init(&sha, mlops__sha256_blocks_scalar);
        mlops__sha256_add(&sha, p + at, size - MLOPS__FRAME_TAIL);
        mlops__sha256_end(&sha, link);
        memcpy(p + at + size - MLOPS__FRAME_TAIL, link, 32);
        put_le(p + at + size - 8, mlops__hash_64(p + at, size - 8), 8);
        at += size;
    }
}

typedef struct desk {
    mlops__io_memory *memory;
    mlops__host host;
    mlops__kv *kv;
    size_t size;
} desk;

static void read_ops(const mlops__frame *f) {
    mlops__ops ops;
    mlops__op op;
    volatile uint8_t seen = 0;
    (void)seen;
    mlops__ops_init(&ops, f);
    while (mlops__ops_next(&ops, &op)) {
        must(op.key.data >= f->data && op.key.data + op.key.size <= f->data + f->size);
        must(op.value.data >= f->data && op.value.data + op.value.size <= f->data + f->size);
        for (size_t i = 0; i < op.key.size; i++) seen = op.key.data[i];
        for (size_t i = 0; i < op.value.size; i++) seen = op.value.data[i];
    }
}

/* Reads to the end; the status there. */
static mlops_status walk(desk *d, mlops__journal *j, mlops__place *place, mlops__index *index) {
    mlops__frame f;
    mlops_error e;
    mlops_status status;
    mlops__place_init(place);
    for (;;) {
        int64_t before = place->offset, seq = place->chain.seq, segment = place->segment;
        e.code = 0;
        status = mlops__journal_next(j, place, &f, &e);
        if (status) break;
        if (place->segment != segment) before = HEAD;
        must(f.seq == seq + 1 && place->offset == before + (int64_t)f.size);
        must((size_t)place->offset <= d->size);
        read_ops(&f);
        if (index && mlops__index_apply(index, &f, place, NULL)) index = NULL;
    }
    must(status == MLOPS_END || (e.code == status && e.message[0]));
    return status;
}

static void append(desk *d, mlops__journal *j, mlops__place place) {
    mlops__buf b;
    mlops__frame f;
    mlops__place after, again;
    mlops__buf_init(&b, &mlops__heap);
    mlops__frame_begin(&b);
    mlops__frame_op(&b, MLOPS__OP_PUT, 1, (mlops__bytes){ID, 8}, (mlops__bytes){ID, 32});
    must(!mlops__journal_cut(j, &place, NULL));
    mlops_status status = mlops__journal_stage(j, &place, &b, &f, &after, NULL);
    if (!status) {
        must(!mlops__journal_write(j, &f, &after, 1, NULL));
        d->size = SIZE_MAX; /* perhaps in a segment of its own */
        must(walk(d, j, &again, NULL) == MLOPS_END);
        must(again.chain.seq == place.chain.seq + 1 && again.offset == after.offset);
    }
    mlops__buf_free(&b);
}

static void take(desk *d, const uint8_t *bytes, size_t n) {
    mlops__journal j, other;
    mlops__place place, again;
    mlops__index index;
    must(!mlops__io_memory_put(d->memory, NAME, bytes, n));
    d->size = n;
    must(!mlops__journal_init(&j, &d->host, "j", ID, 1, NULL));
    must(!mlops__journal_init(&other, &d->host, "j", ID, 0, NULL));
    must(!mlops__index_begin(&index, d->kv, &d->host, 1, NULL));
    mlops_status status = walk(d, &j, &place, &index);
    mlops__index_end(&index);
    must(walk(d, &other, &again, NULL) == status);
    must(memcmp(&place.chain, &again.chain, sizeof place.chain) == 0);
    if (status == MLOPS_END && mlops__journal_check_end(&j, &place, 0, NULL) == MLOPS_OK)
        append(d, &j, place);
    mlops__journal_free(&j);
    mlops__journal_free(&other);
    must(mlops__io_memory_n_open(d->memory) == 0);
    mlops__io_memory_clear(d->memory);
}

static desk *the_desk(void) {
    static desk d;
    if (d.memory) return &d;
    must(!mlops__io_memory_new(&d.memory, &mlops__heap));
    must(!mlops__host_init(&d.host, NULL, NULL));
    d.host.io = *mlops__io_memory_table(d.memory);
    must(!mlops__kv_memory_open(&d.kv, &d.host, NULL));
    return &d;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    size_t n = size - 1 < LEAST ? LEAST : size - 1; /* a segment ends in zeroes */
    uint8_t *copy = calloc(1, n);
    if (!copy) return 0;
    memcpy(copy, data + 1, size - 1);
    if (data[0] & 1) repair_head(copy);
    if (data[0] & 2) repair_frames(copy, n);
    if (data[0] & 4) n = size - 1; /* or is cut short */
    take(the_desk(), copy, n);
    free(copy);
    return 0;
}
