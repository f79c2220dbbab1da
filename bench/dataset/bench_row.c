/* What one row of an old version costs: to who opens the store for it, and to who has it open.
 *
 * usage: bench_row STORE DATASET N      N times a row that is drawn, of a commit that is drawn
 * A table is asked for a row by its number, any other entry for 60 bytes. Prints "name value", a
 * line each, in microseconds: once_p50, once_p99 with opening and closing; open_p50, open_p99,
 * open_max without.
 */
#include "store/bench_store.h"

#include <mlops.h>

enum { BYTES = 60, VERSIONS = 1000, SAMPLES = 1 << 16 };

typedef struct history {
    char ids[VERSIONS][65];
    long n;
    int64_t size; /* rows, or bytes; of each version at the least */
    int is_table;
    const char *path, *dataset;
} history;

static uint64_t seed = 7;

static int64_t draw(int64_t below) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)((seed >> 20) % (uint64_t)below);
}

static void look(history *h, mlops_store *s) {
    static char path[300];
    char kind[8], size[24];
    mlops_table *t;
    mlops_error e;
    need(mlops_dataset_log(&t, s, h->dataset, NULL, VERSIONS, &e), &e);
    h->n = (long)mlops_table_n_rows(t);
    for (long i = 0; i < h->n; i++)
        mlops_table_text(t, mlops_table_find(t, "commit"), i, h->ids[i], sizeof *h->ids, NULL);
    mlops_table_unref(t);
    h->size = INT64_MAX;
    for (long i = 0; i<h->n; i += h->n> 1 ? h->n - 1 : 1) {
        need(mlops_dataset_entries(&t, s, h->dataset, h->ids[i], &e), &e);
        mlops_table_text(t, mlops_table_find(t, "path"), 0, path, sizeof path, NULL);
        mlops_table_text(t, mlops_table_find(t, "kind"), 0, kind, sizeof kind, NULL);
        h->is_table = strcmp(kind, "file") != 0;
        mlops_table_text(t, mlops_table_find(t, h->is_table ? "n_rows" : "size"), 0, size,
                         sizeof size, NULL);
        if (atoll(size) < h->size) h->size = atoll(size);
        mlops_table_unref(t);
    }
    h->path = path;
}

static void read_one(const history *h, mlops_store *s) {
    mlops_error e;
    mlops_table *t;
    char bytes[BYTES];
    size_t n;
    const char *id = h->ids[draw(h->n)];
    int64_t at = draw(h->size - BYTES);
    if (!h->is_table) {
        need(mlops_dataset_read_at(s, h->dataset, id, h->path, at, BYTES, bytes, BYTES, &n, &e),
             &e);
        return;
    }
    need(mlops_dataset_rows(&t, s, h->dataset, id, h->path, at, 1, NULL, &e), &e);
    if (mlops_table_n_rows(t) != 1) exit(1);
    mlops_table_unref(t);
}

static void tell(const char *name, double *us, long n) {
    qsort(us, (size_t)n, sizeof *us, by_value);
    printf("%s_p50 %.1f\n%s_p99 %.1f\n%s_max %.1f\n", name, us[n / 2], name, us[n * 99 / 100], name,
           us[n - 1]);
}

int main(int argc, char **argv) {
    static double us[SAMPLES];
    static history h;
    mlops_store *s;
    mlops_error e;
    if (argc != 4) return 2;
    long n = atol(argv[3]);
    if (n < 1 || n > SAMPLES) return 2;
    h.dataset = argv[2];
    need(mlops_store_open(&s, argv[1], NULL, &e), &e);
    look(&h, s);
    for (long i = 0; i < n; i++) {
        double begun = now();
        read_one(&h, s);
        us[i] = (now() - begun) * 1e6;
    }
    tell("open", us, n);
    mlops_store_close(s);
    for (long i = 0; i < n; i++) {
        double begun = now();
        need(mlops_store_open(&s, argv[1], NULL, &e), &e);
        read_one(&h, s);
        mlops_store_close(s);
        us[i] = (now() - begun) * 1e6;
    }
    tell("once", us, n);
    return 0;
}
