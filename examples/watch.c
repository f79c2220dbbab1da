/* Watch what a registered version is given, and read later what was found window by window. The
 * argument names the store. */
#include <mlops.h>
#include <stdio.h>
#include <stdlib.h>

static mlops_error e;

static void ok(mlops_status status) {
    if (status == MLOPS_OK) return;
    fprintf(stderr, "%s\n", e.message);
    exit(1);
}

/* A version that carries what live data is held against. */
static void add_version(mlops_store *store) {
    mlops_change *change;
    mlops_model *model;
    mlops_table *train;
    mlops_reference *reference;
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    int64_t version;
    ok(mlops_change_new(&change, store, NULL, &e));
    ok(mlops_model_load(&model, "fraud.json", NULL, &e));
    ok(mlops_table_load(&train, "train.csv", NULL, &e));
    ok(mlops_reference_new(&reference, train, NULL, &e));
    opts.reference = reference;
    ok(mlops_registry_register(change, &version, "fraud", model, &opts, &e));
    ok(mlops_registry_promote(change, "fraud", "latest", "champion", NULL, &e));
    ok(mlops_change_commit(change, NULL, &e));
    mlops_reference_unref(reference);
    mlops_table_unref(train);
    mlops_model_unref(model);
    mlops_change_free(change);
}

static void watch(mlops_store *store, const char *path) {
    mlops_watch *w;
    mlops_table *live;
    mlops_watch_opts opts = MLOPS_WATCH_OPTS_INIT;
    opts.window_rows = 200;
    ok(mlops_watch_open(&w, store, "fraud", "champion", &opts, &e));
    ok(mlops_table_load(&live, path, NULL, &e));
    ok(mlops_watch_add_table(w, live, &e));
    printf("%s: %d rows, %d windows\n", path, (int)mlops_watch_n_rows(w),
           (int)mlops_watch_n_windows(w));
    mlops_table_unref(live);
    mlops_watch_close(w);
}

int main(int argc, char **argv) {
    mlops_store *store;
    mlops_table *windows;
    ok(mlops_store_open(&store, argc > 1 ? argv[1] : "example.mlops", NULL, &e));
    add_version(store);
    watch(store, "train.csv");
    watch(store, "live.csv");
    ok(mlops_watch_windows(&windows, store, "fraud", &e));
    for (int64_t i = 0; i < mlops_table_n_rows(windows); i++) {
        char verdict[32], columns[256];
        ok(mlops_table_text(windows, mlops_table_find(windows, "verdict"), i, verdict,
                            sizeof verdict, NULL));
        mlops_table_text(windows, mlops_table_find(windows, "columns"), i, columns, sizeof columns,
                         NULL); /* cut where there are many */
        printf("window %d: %s %s\n", (int)i + 1, verdict, columns);
    }
    mlops_table_unref(windows);
    mlops_store_close(store);
    return 0;
}
