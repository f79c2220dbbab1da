/* A pack, as it comes and with its guards repaired, in a store that is opened over it.
 *
 * The first byte says what is made right before: bit 0 the head of the pack, bit 1 the guards of
 * its frames, bit 2 the key of each chunk that is not compressed. What is held up against the
 * reader: scanning ends and finds what a read at the place finds; the store opens whatever the pack
 * holds; content is read whole, into just the room that was asked for, or refused; and what is kept
 * behind it all is read again, or refused where the pack has a forged frame of its chunk's name.
 */
#include "fuzz/fuzz.h"
#include "store/core.h"
#include "sys/hash.h"
#include "sys/io_test.h"

#include <mlops.h>

enum { BLOB = 3000 };

static const char NAME[] = "s/packs/0000000000000001";

static void put_le(uint8_t *p, uint64_t value, int n) {
    for (int i = 0; i < n; i++) p[i] = (uint8_t)(value >> (8 * i));
}

static void repair_head(uint8_t *p, const uint8_t id[32]) {
    memcpy(p, "MLOPSPCK", 8);
    put_le(p + 8, 1, 8);
    memcpy(p + 16, id, 32);
    put_le(p + 48, 1, 8);
    put_le(p + 56, mlops__hash_64(p, 56), 8);
}

static void repair_frames(uint8_t *p, size_t n, int keys) {
    for (size_t at = MLOPS__PACK_HEAD; n - at >= MLOPS__PACK_FRAME_HEAD;) {
        uint8_t *f = p + at;
        size_t left = n - at - MLOPS__PACK_FRAME_HEAD;
        uint32_t stored = mlops__load_u32(f + 12) % 1024;
        if (stored > left) stored = (uint32_t)left;
        memcpy(f, "MPF1", 4);
        f[4] = (uint8_t)(1 + f[4] % 2);
        f[5] = f[5] % 5 < 4 ? f[5] % 5 : MLOPS__PACK_NUMBERS;
        if (f[5] != MLOPS__PACK_ZSTD && f[5] != MLOPS__PACK_NUMBERS) put_le(f + 8, stored, 4);
        put_le(f + 12, stored, 4);
        if (keys && f[4] == MLOPS__PACK_CHUNK && f[5] == MLOPS__PACK_RAW) {
            mlops__hash128 h = mlops__hash_128(f + 64, stored);
            put_le(f + 16, h.low, 8);
            put_le(f + 24, h.high, 8);
            put_le(f + 32, stored, 4);
        }
        uint64_t h = mlops__hash_64(f + 64, stored);
        put_le(f + 48, mlops__hash_64(f, 48) ^ (h << 32 | h >> 32), 8);
        at += MLOPS__PACK_FRAME_HEAD + ((size_t)stored + 7) / 8 * 8;
        if (at > n) break;
    }
}

static void scan(mlops_store *s) {
    mlops__pack_scan scan;
    mlops__pack_frame f, again;
    mlops__pack_place at;
    mlops__buf one, two;
    mlops__buf_init(&one, &mlops__heap);
    mlops__buf_init(&two, &mlops__heap);
    mlops_status status = mlops__pack_scan_init(&scan, &s->packs, 1, NULL);
    int64_t last = 0;
    while (!status) {
        status = mlops__pack_scan_next(&scan, &s->packs, &f, &at, &one, NULL);
        if (status) break;
        must(at.pack == 1 && at.offset > last && at.offset % 8 == 0);
        last = at.offset;
        must(!mlops__packs_read(&s->packs, at, &again, &two, NULL));
        must(one.size == two.size && one.size == f.stored);
        must(one.size == 0 || memcmp(one.data, two.data, one.size) == 0);
    }
    must(status == MLOPS_END || status == MLOPS_E_CORRUPT);
    mlops__buf_free(&one);
    mlops__buf_free(&two);
}

static void read_object(mlops_store *s, const mlops_id *id) {
    size_t size = 0, again = 0;
    int64_t whole = 0;
    uint8_t part[100];
    mlops_status status = mlops_store_content(s, id, NULL, 0, &size, NULL);
    must(status <= 0);
    if (status) return;
    status = mlops__content_read(s, id, (int64_t)(size / 2), part, sizeof part, &whole, NULL);
    must(status <= 0 && (status || (uint64_t)whole == size));
    if (size > 1 << 20) return; /* a claim that costs nothing to refuse */
    uint8_t *bytes = malloc(size ? size : 1);
    must(bytes != NULL);
    status = mlops_store_content(s, id, bytes, size, &again, NULL);
    must(status <= 0 && (status || again == size));
    free(bytes);
}

static void read_objects(mlops_store *s) {
    mlops__index index;
    mlops__index_iter iter;
    mlops__bytes key, value;
    mlops_id ids[64];
    int n = 0;
    must(!mlops__store_read_begin(s, &index, NULL));
    must(!mlops__index_iter_init(&iter, &index, MLOPS__TABLE_OBJECTS, (mlops__bytes){NULL, 0},
                                 NULL));
    while (n < 64 && !mlops__index_iter_next(&iter, &key, &value, NULL))
        if (key.size == 32) memcpy(ids[n++].bytes, key.data, 32);
    mlops__index_iter_free(&iter);
    mlops__store_read_end(&index);
    for (int i = 0; i < n; i++) read_object(s, &ids[i]);
}

/* Whether the pack has a name somewhere. */
static int names(const uint8_t *pack, size_t n, uint64_t name) {
    for (size_t at = 0; at + 8 <= n; at++)
        if (mlops__load_u64(pack + at) == name) return 1;
    return 0;
}

static void keep_more(mlops_store *s, uint8_t first, const uint8_t *pack, size_t n) {
    mlops_change *c;
    mlops_id id;
    uint8_t blob[BLOB], got[BLOB];
    size_t size;
    for (size_t i = 0; i < BLOB; i++) blob[i] = (uint8_t)(first + i * i / 7);
    must(!mlops_change_new(&c, s, NULL, NULL));
    must(!mlops_change_content(c, &id, blob, BLOB, NULL));
    must(!mlops_change_commit(c, NULL, NULL));
    mlops_change_free(c);
    mlops_status status = mlops_store_content(s, &id, got, BLOB, &size, NULL);
    if (status == MLOPS_E_CORRUPT && names(pack, n, mlops__hash_128(blob, BLOB).low)) return;
    must(status == MLOPS_OK);
    must(size == BLOB && memcmp(got, blob, BLOB) == 0);
}

static int64_t same_bytes(void *ctx, void *bytes, size_t n) {
    memset(bytes, (*(uint8_t *)ctx)++, n);
    return 0;
}

/* A store without content: the files that it is made of, and its id. */
typedef struct ground {
    mlops__io_memory *memory;
    mlops_host host;
    mlops_entropy entropy;
    uint8_t next;
    uint8_t id[32];
    uint8_t *journal, *format;
    size_t n_journal, n_format;
} ground;

static mlops_store *open_over(ground *g) {
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    mlops_store *s;
    opts.host = &g->host;
    opts.index = MLOPS_STORE_INDEX_MEMORY;
    opts.journal_bytes = 8192;
    opts.sync = MLOPS_SYNC_RELAXED;
    must(!mlops_store_open(&s, "s", &opts, NULL));
    return s;
}

static uint8_t *save(ground *g, const char *name, size_t *n) {
    const uint8_t *p = mlops__io_memory_content(g->memory, name, n);
    uint8_t *copy = malloc(*n + 1);
    must(p && copy);
    memcpy(copy, p, *n);
    return copy;
}

static ground *the_ground(void) {
    static ground g;
    static const mlops_host plain = MLOPS_HOST_INIT;
    if (g.memory) return &g;
    must(!mlops__io_memory_new(&g.memory, &mlops__heap));
    g.entropy = (mlops_entropy){sizeof g.entropy, 0, &g.next, same_bytes};
    g.host = plain;
    g.host.io = mlops__io_memory_table(g.memory);
    g.host.entropy = &g.entropy;
    mlops_store *s = open_over(&g);
    memcpy(g.id, s->id, sizeof g.id);
    mlops_store_close(s);
    g.journal = save(&g, "s/journal/0000000000000001", &g.n_journal);
    g.format = save(&g, "s/format", &g.n_format);
    return &g;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    ground *g = the_ground();
    if (size == 0) return 0;
    size_t n = size - 1;
    uint8_t *copy = malloc(n + 1);
    if (!copy) return 0;
    memcpy(copy, data + 1, n);
    if (data[0] & 1 && n >= MLOPS__PACK_HEAD) repair_head(copy, g->id);
    if (data[0] & 2 && n >= MLOPS__PACK_HEAD) repair_frames(copy, n, data[0] & 4);
    mlops__io_memory_clear(g->memory);
    must(!mlops__io_memory_put(g->memory, "s/journal/0000000000000001", g->journal, g->n_journal));
    must(!mlops__io_memory_put(g->memory, "s/format", g->format, g->n_format));
    must(!mlops__io_memory_put(g->memory, "s/lock", "", 0));
    must(!mlops__io_memory_put(g->memory, NAME, copy, n));
    mlops_store *s = open_over(g);
    scan(s);
    read_objects(s);
    keep_more(s, data[0], copy, n);
    read_objects(s);
    mlops_store_close(s);
    free(copy);
    must(mlops__io_memory_n_open(g->memory) == 0);
    return 0;
}
