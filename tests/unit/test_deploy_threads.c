/* Threads predict in every way while versions are promoted and swapped in: no prediction fails, and
 * each is whole of one version. */
#define _GNU_SOURCE
#include "unit/draw.h"
#include "unit/help_deploy.h"
#include "unit/help_hostile.h"

#include <pthread.h>
#include <stdatomic.h>

enum { READERS = 4, ROWS = 64, VERSIONS = 5, SWAPS = 60 };

typedef struct shared {
    mlops_deployment *deployment;
    mlops_table *table;
    atomic_int n_started, stop;
    _Atomic(int64_t) n_rows;
} shared;

typedef struct reader {
    shared *all;
    pthread_t thread;
    int way;
    int64_t n_calls;
    int n_failed, n_mixed;
} reader;

/* Rows of one key: all of them are one version's. */
static void read_rows(reader *self, const char *key) {
    static const float rows[ROWS][2] = {{0}};
    double out[ROWS];
    int64_t version = 0;
    self->n_failed += mlops_deployment_predict(self->all->deployment, key, rows[0], ROWS, 2, out, 1,
                                               &version) != MLOPS_OK;
    for (int i = 0; i < ROWS; i++) self->n_mixed += out[i] != -(double)version;
    atomic_fetch_add(&self->all->n_rows, ROWS);
}

static void read_values(reader *self, const char *key) {
    const mlops_feature_value values[2] = {{.type = MLOPS_TYPE_FLOAT64, .f64 = 1},
                                           {.type = MLOPS_TYPE_STRING, .text = "red"}};
    double out = 0;
    int64_t version = 0;
    self->n_failed += mlops_deployment_predict_values(self->all->deployment, key, values, 2, &out,
                                                      1, &version) != MLOPS_OK;
    self->n_mixed += out != (double)version;
    atomic_fetch_add(&self->all->n_rows, 1);
}

/* The rows of a table are those of two versions at the most, which their keys tell apart. */
static void read_table(reader *self) {
    double out[ROWS];
    int64_t versions[ROWS], found[2] = {0, 0};
    mlops_error e;
    self->n_failed += mlops_deployment_predict_table(self->all->deployment, self->all->table, "who",
                                                     out, ROWS, 1, versions, &e) != MLOPS_OK;
    for (int i = 0; i < ROWS; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", i);
        int canary = mlops_deploy_bucket("web", key) < 500000;
        if (!found[canary]) found[canary] = versions[i];
        self->n_mixed += versions[i] != found[canary] || out[i] != (double)versions[i];
    }
    atomic_fetch_add(&self->all->n_rows, ROWS);
}

static void *read_on(void *arg) {
    reader *self = arg;
    do {
        char key[16];
        snprintf(key, sizeof key, "k%d", (int)(self->n_calls % 50));
        if (self->way == 0) read_rows(self, key);
        else if (self->way == 1) read_values(self, key);
        else read_table(self);
        if (mlops_deployment_route(self->all->deployment, key) < 1) self->n_failed++;
        if (self->n_calls++ == 0) atomic_fetch_add(&self->all->n_started, 1);
    } while (!atomic_load(&self->all->stop));
    return NULL;
}

static mlops_table *make_table(void) {
    static char csv[ROWS * 32];
    size_t at = (size_t)sprintf(csv, "x,word,who\n");
    for (int i = 0; i < ROWS; i++) at += (size_t)sprintf(csv + at, "1,red,k%d\n", i);
    return table_of_csv(csv);
}

static void swapping_disturbs_nobody(void **state) {
    (void)state;
    place p;
    make_place(&p);
    seed = 4;
    static shared all;
    reader readers[READERS];
    memset(readers, 0, sizeof readers);
    mlops_store *s = open_with(p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
    for (int i = 1; i <= VERSIONS; i++) register_version(s, "fraud", i, 0);
    promote_version(s, "fraud", 1, "champion");
    promote_version(s, "fraud", 2, "canary");
    set_deployment(s, "web", "fraud", 0.5);
    all.deployment = open_deployment(s, "web");
    all.table = make_table();
    for (int i = 0; i < READERS; i++) {
        readers[i].all = &all;
        readers[i].way = i % 3;
        assert_int_equal(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]), 0);
    }
    while (atomic_load(&all.n_started) < READERS) usleep(100);
    for (int i = 0; i < SWAPS; i++) {
        int64_t version = 1 + (int64_t)(draw() % VERSIONS);
        promote_version(s, "fraud", version, draw() % 2 ? "champion" : "canary");
        refresh_deployment(all.deployment);
    }
    atomic_store(&all.stop, 1);
    for (int i = 0; i < READERS; i++) {
        assert_int_equal(pthread_join(readers[i].thread, NULL), 0);
        assert_int_equal(readers[i].n_failed, 0);
        assert_int_equal(readers[i].n_mixed, 0);
    }
    mlops_deployment_stats stats = stats_of_deployment(all.deployment);
    assert_int_equal(stats.n_champion + stats.n_canary, atomic_load(&all.n_rows));
    mlops_table_unref(all.table);
    mlops_deployment_close(all.deployment);
    mlops_store_close(s);
    remove_place(&p);
}

/* More threads than there were contexts, of a graph that the stack has no room for. */
static void *read_graph(void *arg) {
    enum { TIMES = 4096, TURNS = 100 };
    reader *self = arg;
    const float row[2] = {(float)self->way, (float)(self->way + 1)};
    static _Thread_local double out[2 * TIMES];
    for (int i = 0; i < TURNS; i++) {
        self->n_failed += mlops_deployment_predict(self->all->deployment, NULL, row, 1, 2, out,
                                                   2 * TIMES, NULL) != MLOPS_OK;
        for (int j = 0; j < 2 * TIMES; j++) self->n_mixed += out[j] != (double)row[j % 2];
    }
    return NULL;
}

static void threads_share_what_a_graph_needs(void **state) {
    (void)state;
    enum { THREADS = 8 };
    static shared all;
    static bytes content;
    reader readers[THREADS];
    place p;
    make_place(&p);
    memset(readers, 0, sizeof readers);
    put_tile(&content, 4096);
    mlops_model *model = parse_onnx(&content);
    mlops_store *s = open_with(p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
    promote_version(s, "fraud", register_model(s, "fraud", model, NULL, NULL), "champion");
    set_deployment(s, "web", "fraud", 0);
    all.deployment = open_deployment(s, "web");
    for (int i = 0; i < THREADS; i++) {
        readers[i].all = &all;
        readers[i].way = i;
        assert_int_equal(pthread_create(&readers[i].thread, NULL, read_graph, &readers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(readers[i].thread, NULL), 0);
        assert_int_equal(readers[i].n_failed, 0);
        assert_int_equal(readers[i].n_mixed, 0);
    }
    mlops_deployment_close(all.deployment);
    mlops_model_unref(model);
    mlops_store_close(s);
    remove_place(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(swapping_disturbs_nobody),
        cmocka_unit_test(threads_share_what_a_graph_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
