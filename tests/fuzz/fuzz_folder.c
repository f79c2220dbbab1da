/* What is remembered of a folder, as it comes and with its hash repaired (the first byte says
 * which): records are read within the bytes, and what is written of them is read as the same; and a
 * glob, of the first line of the rest, matches whatever path comes behind it or does not. */
#include "dataset/folder.h"
#include "fuzz/fuzz.h"
#include "sys/hash.h"
#include "text/glob.h"

static void repair(uint8_t *bytes, size_t n) {
    if (n < 64) return;
    memcpy(bytes, "MLOPSFLD\1\0\0", 12);
    uint64_t h = mlops__hash_64(bytes + 64, n - 64);
    mlops__store_u64(bytes + 56, mlops__hash_64(bytes, 56) ^ (h << 32 | h >> 32));
}

static void read_records(mlops__folder_cache *cache) {
    mlops__folder_cache again;
    mlops__known_file file;
    uint32_t said = cache->n, n = 0;
    mlops__folder_cache_begin(&again, &mlops__heap);
    while (mlops__folder_cache_next(cache, &file)) {
        must(strlen(file.path) <= UINT16_MAX);
        mlops__folder_cache_add(&again, &file);
        n++;
    }
    must(n <= said && again.n == n);
    mlops__folder_cache_free(&again);
}

static void match(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1);
    must(text != NULL);
    if (size) memcpy(text, data, size);
    text[size] = 0;
    char *path = strchr(text, '\n');
    if (path) {
        *path++ = 0;
        int is_sound = !mlops__glob_problem(text);
        int matches = is_sound && mlops__glob_matches(text, path);
        if (is_sound && strncmp(text, "[^", 2) == 0) { /* as git has it */
            text[1] = '!';
            must(!mlops__glob_problem(text) && mlops__glob_matches(text, path) == matches);
        }
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops__folder_cache cache;
    if (size == 0) return 0;
    if (data[0] & 2) {
        match(data + 1, size - 1);
        return 0;
    }
    memset(&cache, 0, sizeof cache);
    mlops__buf_init(&cache.bytes, &mlops__heap);
    mlops__buf_put(&cache.bytes, data + 1, size - 1);
    if (data[0] & 1 && size > 1) repair(cache.bytes.data, cache.bytes.size);
    if (mlops__folder_cache_open(&cache)) read_records(&cache);
    mlops__folder_cache_free(&cache);
    return 0;
}
