/* A filter of runs: any text is refused or picks the same runs as its canonical form does. */
#include "fuzz/fuzz.h"
#include "sys/io_test.h"
#include "track/filter.h"

#include <mlops.h>

enum { RUNS = 3 };

/* A store in memory with some runs. */
static mlops_store *the_store(char ids[RUNS][MLOPS__RUN_TEXT]) {
    static mlops_store *store;
    static char kept[RUNS][MLOPS__RUN_TEXT];
    static mlops__io_memory *memory;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    mlops_run *run;
    if (!store) {
        must(!mlops__io_memory_new(&memory, &mlops__heap));
        host.io = mlops__io_memory_table(memory);
        opts.host = &host;
        opts.index = MLOPS_STORE_INDEX_MEMORY;
        must(!mlops_store_open(&store, "s", &opts, NULL));
        for (int i = 0; i < RUNS; i++) {
            must(!mlops_run_start(&run, store, "e", NULL, NULL));
            must(!mlops_run_param(run, i ? "a" : "b c", "1", NULL));
            must(!mlops_run_log(run, "m", i, i, NULL));
            if (i == 2) must(!mlops_run_end(run, MLOPS_RUN_FINISHED, NULL));
            memcpy(kept[i], mlops_run_id(run), sizeof kept[i]);
            mlops_run_close(run);
        }
    }
    memcpy(ids, kept, sizeof kept);
    return store;
}

static void pick(mlops__filter *filter, mlops_store *store, const char (*ids)[MLOPS__RUN_TEXT],
                 uint8_t picked[RUNS]) {
    mlops__index index;
    must(!mlops__store_read_begin(store, &index, NULL));
    must(!mlops__filter_pick(filter, &index, ids, RUNS, picked, NULL));
    mlops__store_read_end(&index);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char ids[RUNS][MLOPS__RUN_TEXT];
    uint8_t picked[RUNS], again[RUNS];
    mlops__filter filter, canonical;
    mlops_error err;
    mlops_store *store = the_store(ids);
    const mlops__host *host = mlops__store_host(store);
    char *text = malloc(size + 1);
    if (!text) return 0;
    memcpy(text, data, size);
    text[size] = 0;
    mlops_status status = mlops__filter_begin(&filter, text, host, &err);
    if (status) {
        must(status < 0 && err.code == status && err.message[0]);
    } else {
        size_t n;
        pick(&filter, store, (const char(*)[MLOPS__RUN_TEXT])ids, picked);
        must(!mlops__filter_begin(&canonical, mlops__expr_format(filter.expr, &n), host, &err));
        must(!strcmp(mlops__expr_format(canonical.expr, &n), mlops__expr_format(filter.expr, &n)));
        pick(&canonical, store, (const char(*)[MLOPS__RUN_TEXT])ids, again);
        must(memcmp(picked, again, sizeof picked) == 0);
        mlops__filter_end(&canonical);
    }
    mlops__filter_end(&filter);
    free(text);
    return 0;
}
