/* Any bytes where the cache of a model is kept: the model loads, and predicts as it does without.
 * The first byte says what the others are: 0 the whole file, 1 patches of the good one (two bytes
 * of place, one of content), 2 patches of its head, whose checksum is made to fit.
 */
#include "fuzz/fuzz.h"
#include "sys/hash.h"
#include "sys/host.h"
#include "sys/io_test.h"
#include "unit/help_cached.h"

enum { SUM = 8, SUM_END = 24, HEAD = 128 };

static mlops__io_memory *files;
static char *text, name[100];
static uint8_t *good, *bad;
static size_t n_good;

static mlops_model *load(const char *folder) {
    mlops_model *model;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
    host.io = mlops__io_memory_table(files);
    opts.host = &host;
    opts.cache = folder;
    if (mlops_model_parse(&model, text, strlen(text), &opts, NULL)) abort();
    return model;
}

static void begin(void) {
    text = cached_text(1);
    if (mlops__io_memory_new(&files, &mlops__heap)) abort();
    mlops_model_unref(load("cache"));
    if (mlops__io_memory_n_files(files) != 1) abort();
    snprintf(name, sizeof name, "%s", mlops__io_memory_name(files, 0));
    const uint8_t *held = mlops__io_memory_content(files, name, &n_good);
    good = malloc(n_good);
    bad = malloc(n_good);
    if (!good || !bad) abort();
    memcpy(good, held, n_good);
}

static void patch(const uint8_t *data, size_t size, size_t end) {
    memcpy(bad, good, n_good);
    for (; size >= 3; data += 3, size -= 3) bad[(data[0] | data[1] << 8) % end] = data[2];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!text) begin();
    if (size == 0) return 0;
    int how = data[0] % 3;
    if (how == 1) patch(data + 1, size - 1, n_good);
    if (how == 2) {
        patch(data + 1, size - 1, HEAD);
        mlops__hash128 sum = mlops__hash_128(bad + SUM_END, n_good - SUM_END);
        memcpy(bad + SUM, &sum, sizeof sum);
    }
    if (mlops__io_memory_put(files, name, how ? bad : data + 1, how ? n_good : size - 1)) abort();
    mlops_model *plain = load(NULL), *model = load("cache");
    if (!cached_alike(plain, model)) abort();
    mlops_model_unref(plain);
    mlops_model_unref(model);
    return 0;
}
