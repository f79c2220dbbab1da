/* Exports, as they come and with their hashes repaired.
 *
 * The first byte says what is made right before the stream is imported: bit 0 its head, bit 1 link
 * and guard of the journal's frames, bit 2 the end's SHA-256. What is held up against the importer:
 * it ends; what it refuses it says why of, and leaves no store; what it takes is a store that can
 * be opened and checked, and has no faults unless frames were forged; the export of one without
 * faults is imported again with the same state.
 */
#include "base/cursor.h"
#include "fuzz/fuzz.h"
#include "store/frame.h"
#include "sys/hash.h"
#include "sys/host.h"
#include "sys/io_test.h"

#include <mlops.h>

enum { HEAD = 64, ITEM = 16 };

static void put_le(uint8_t *p, uint64_t value, int n) {
    for (int i = 0; i < n; i++) p[i] = (uint8_t)(value >> (8 * i));
}

static void hash(uint8_t out[32], const uint8_t *bytes, size_t n) {
    mlops__sha256 sha;
    mlops__sha256_init(&sha, mlops__sha256_blocks_scalar);
    mlops__sha256_add(&sha, bytes, n);
    mlops__sha256_end(&sha, out);
}

static void repair_frame(uint8_t *p, size_t n, uint64_t seq, uint8_t link[32]) {
    if (n < MLOPS__FRAME_LEAST) return;
    memcpy(p, "MJF1", 4);
    put_le(p + 4, n, 4);
    put_le(p + 8, seq, 8);
    memcpy(p + 32, link, 32);
    hash(link, p, n - MLOPS__FRAME_TAIL);
    memcpy(p + n - MLOPS__FRAME_TAIL, link, 32);
    put_le(p + n - 8, mlops__hash_64(p, n - 8), 8);
}

static void repair(uint8_t *p, size_t n, int what) {
    uint8_t link[32] = {0};
    uint64_t seq = 0;
    if (n < HEAD) return;
    if (what & 1) put_le(p + HEAD - 8, mlops__hash_64(p, HEAD - 8), 8);
    for (size_t at = HEAD; n - at >= ITEM;) {
        uint32_t kind = mlops__load_u32(p + at);
        uint64_t size = mlops__load_u64(p + at + 8);
        if (size > n - at - ITEM) return;
        if (kind == 2 && (what & 2)) repair_frame(p + at + ITEM, (size_t)size, ++seq, link);
        if (kind == 3 && (what & 4) && size >= 56) hash(p + at + ITEM + size - 32, p, at);
        at += ITEM + (size_t)(size + 7) / 8 * 8;
        if (at > n) return;
    }
}

/* How many faults a store has that was taken, and its state. */
static int64_t look_at(const mlops_host *host, const char *path, const char *export,
                       uint64_t *state) {
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    mlops_store_stats stats = MLOPS_STORE_STATS_INIT;
    mlops_store *store;
    mlops_check *check;
    opts.host = host;
    opts.index = MLOPS_STORE_INDEX_MEMORY;
    must(!mlops_check_store(&check, path, &opts, NULL));
    int64_t faults = mlops_check_n_faults(check);
    mlops_check_unref(check);
    must(!mlops_store_open(&store, path, &opts, NULL));
    must(!mlops_store_stat(store, &stats, NULL));
    *state = stats.state;
    mlops_status status = export ? mlops_store_export(store, export, NULL) : MLOPS_OK;
    must(!status || faults);
    mlops_store_close(store);
    return faults;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops__io_memory *files;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    mlops_error e = {0};
    if (size < 2) return 0;
    uint8_t *bytes = malloc(size - 1);
    must(bytes != NULL);
    memcpy(bytes, data + 1, size - 1);
    repair(bytes, size - 1, data[0]);
    must(!mlops__io_memory_new(&files, &mlops__heap));
    must(!mlops__io_memory_put(files, "/in", bytes, size - 1));
    free(bytes);
    host.io = mlops__io_memory_table(files);
    opts.host = &host;
    opts.index = MLOPS_STORE_INDEX_MEMORY;
    opts.journal_bytes = 4096;
    mlops_status status = mlops_store_import("/s", "/in", &opts, &e);
    if (status) {
        must(e.message[0] != 0);
        size_t n;
        must(!mlops__io_memory_content(files, "/s/format", &n));
    } else {
        uint64_t state, again;
        int64_t faults = look_at(&host, "/s", "/out", &state);
        must(!faults || (data[0] & 2));
        if (!faults) {
            must(!mlops_store_import("/t", "/out", &opts, NULL));
            must(!look_at(&host, "/t", NULL, &again) && again == state);
        }
    }
    must(mlops__io_memory_n_open(files) == 0);
    mlops__io_memory_free(files);
    return 0;
}
