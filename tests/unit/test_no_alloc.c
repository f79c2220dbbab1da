/* Predicting, by itself or for a deployment, computing the features of a row, what works in the
 * caller's storage, and what only tells allocate nothing, lock nothing and call nothing of the
 * system, whatever the model, the output and the kind of input: the program's own malloc and
 * mutexes count their calls, and a child that the kernel kills at any system call but exit does it
 * to its end.
 */
#define _GNU_SOURCE
#include <mlops.h>

#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__linux__)
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include <cmocka.h>

#include "unit/help_deploy.h"
#include "unit/help_forest.h"
#include "unit/help_hostile.h"
#include "unit/skipped.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

static volatile long n_calls; /* of what predicting must not call */

#ifndef SANITIZED
static char early[1 << 16]; /* for what dlsym itself asks for */
static size_t early_size;

static void *find(const char *name) {
    void *p = dlsym(RTLD_NEXT, name);
    if (!p) _exit(99);
    return p;
}

static int is_early(const void *p) {
    return (const char *)p >= early && (const char *)p < early + sizeof early;
}

static void *early_alloc(size_t size) {
    size_t at = early_size;
    early_size += (size + 15) / 16 * 16;
    return early_size <= sizeof early ? early + at : NULL;
}

void *malloc(size_t size) {
    static void *(*next)(size_t);
    static int finding;
    n_calls++;
    if (!next && finding) return early_alloc(size);
    finding = 1;
    if (!next) *(void **)&next = find("malloc");
    return next(size);
}

void free(void *p) {
    static void (*next)(void *);
    n_calls++;
    if (is_early(p)) return;
    if (!next) *(void **)&next = find("free");
    next(p);
}

void *calloc(size_t n, size_t size) {
    static void *(*next)(size_t, size_t);
    static int finding;
    n_calls++;
    if (!next && finding) return early_alloc(n * size);
    finding = 1;
    if (!next) *(void **)&next = find("calloc");
    return next(n, size);
}

void *realloc(void *p, size_t size) {
    static void *(*next)(void *, size_t);
    n_calls++;
    if (!next) *(void **)&next = find("realloc");
    return next(p, size);
}

int posix_memalign(void **out, size_t align, size_t size) {
    static int (*next)(void **, size_t, size_t);
    n_calls++;
    if (!next) *(void **)&next = find("posix_memalign");
    return next(out, align, size);
}

int pthread_mutex_lock(pthread_mutex_t *mutex) {
    static int (*next)(pthread_mutex_t *);
    n_calls++;
    if (!next) *(void **)&next = find("pthread_mutex_lock");
    return next(mutex);
}
#endif

enum { ROWS = 200 };

static mlops_model *load(const char *name) {
    char path[4096];
    const char *root = getenv("MLOPS_SOURCE_ROOT");
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/%s/%s", root ? root : ".",
             strstr(name, ".onnx")  ? "onnx"
             : strstr(name, ".txt") ? "lgbm"
                                    : "xgb_json",
             name);
    mlops_model *model;
    mlops_error error;
    if (mlops_model_load(&model, path, NULL, &error)) fail_msg("%s", error.message);
    return model;
}

typedef struct subject {
    mlops_model *model;
    const struct bound_subject *bound;
    mlops_context *contexts[3];
    mlops_feature *feature;
    mlops_deployment *deployment;
    const void *bundle; /* of model, with a reference */
    size_t n_bundle;
} subject;

/* Every verb of the hot path, in both sizes. */
static int predict_all(const subject *self) {
    mlops_model *model = self->model;
    mlops_context *const *contexts = self->contexts;
    static float rows[ROWS * 8];
    static double out[ROWS * 8], wide[ROWS * 8];
    int64_t n = mlops_model_n_features(model);
    int bad = 0;
    for (int i = 0; i < ROWS * 8; i++) wide[i] = rows[i] = (float)(i % 13) / 4 - 1;
    bad |= mlops_model_predict_f64(model, wide, 9, n, out, mlops_model_width(model, 0)) != 0;
    bad |= mlops_model_predict(model, rows, 1, n, out, mlops_model_width(model, 0)) != 0;
    bad |= mlops_model_predict(model, rows, ROWS, n, out, mlops_model_width(model, 0)) != 0;
    for (int k = 0; k < 3; k++) {
        int64_t width = mlops_context_width(contexts[k]);
        bad |= mlops_context_predict(contexts[k], rows, 1, n, out, width) != 0;
        bad |= mlops_context_predict(contexts[k], rows, ROWS, n, out, width) != 0;
        bad |= mlops_context_predict_f64(contexts[k], wide, ROWS, n, out, width) != 0;
    }
    return bad;
}

enum { INPUTS = 4, WIDE = 8 };

/* A model with a context for each kind of input, all of one output. */
typedef struct bound_subject {
    mlops_context *contexts[INPUTS];
    mlops_slot *slot;
} bound_subject;

/* Whatever is bound, in one row and in many; and a model that comes out of a slot. */
static int run_bound(const subject *self) {
    static double out[ROWS * 1024];
    int bad = 0;
    for (int k = 0; k < INPUTS; k++) {
        int64_t width = mlops_context_width(self->bound->contexts[k]);
        bad |= width > 1024;
        bad |= mlops_context_run(self->bound->contexts[k], 3, 1, out, width) != 0;
        bad |= mlops_context_run(self->bound->contexts[k], 0, ROWS, out, width) != 0;
    }
    mlops_model *model;
    bad |= mlops_slot_acquire(&model, self->bound->slot) != 0;
    bad |= mlops_model_n_features(model) < 1;
    mlops_model_unref(model);
    return bad;
}

static int compute_rows(const subject *self) {
    mlops_feature_value values[4] = {{MLOPS_TYPE_FLOAT64, 0, 0, 2.5, NULL},
                                     {MLOPS_TYPE_INT64, 0, 7, 0, NULL},
                                     {MLOPS_TYPE_STRING, 0, 0, 0, "Zurich"},
                                     {MLOPS_TYPE_BOOL, 0, 1, 0, NULL}};
    float out[16];
    int bad = 0;
    for (int i = 0; i < ROWS; i++) {
        values[0].f64 = i;
        values[i % 4].is_null = i % 3 == 0;
        bad |= mlops_feature_row(self->feature, values, 4, out,
                                 mlops_feature_n_outputs(self->feature)) != 0;
    }
    return bad;
}

/* Keys of every length, so that both arms serve. */
static int serve_keys(const subject *self) {
    static float rows[ROWS * 2];
    static double out[ROWS];
    static char key[1001];
    const mlops_feature_value values[3] = {{MLOPS_TYPE_FLOAT64, 0, 0, 2.5, NULL},
                                           {MLOPS_TYPE_STRING, 0, 0, 0, "red"},
                                           {MLOPS_TYPE_FLOAT64, 0, 0, 1, NULL}};
    mlops_deployment *d = self->deployment;
    mlops_deployment_stats stats = MLOPS_DEPLOYMENT_STATS_INIT;
    int64_t version;
    int bad = 0;
    memset(key, 'k', 1000);
    for (int i = 0; i <= 1000; i += 1 + i / 100) {
        key[i] = 0;
        bad |= mlops_deployment_route(d, key) < 1;
        bad |= mlops_deployment_predict(d, key, rows, 1 + i % ROWS, 2, out, 1, &version) != 0;
        bad |= mlops_deployment_predict_values(d, key, values, 3, out, 1, &version) != 0;
        key[i] = 'k';
    }
    bad |= mlops_deployment_predict_values(d, NULL, values, 3, out, 1, NULL) != 0;
    bad |= mlops_deployment_stat(d, &stats) != 0 || stats.n_champion == 0 || stats.n_canary == 0;
    return bad;
}

/* A graph that takes more than the stack. */
static int serve_graph(const subject *self) {
    static float rows[ROWS * 2];
    static double out[ROWS * 8192];
    int bad = 0;
    for (int i = 1; i <= ROWS; i += 7)
        bad |= mlops_deployment_predict(self->deployment, NULL, rows, i, 2, out, 8192, NULL) != 0;
    return bad;
}

/* A context, profiles and a device, all in storage that is not the heap's. */
static int use_storage(const subject *self) {
    static _Alignas(64) char memory[1 << 16];
    static uint64_t saved[4096], storage[4096];
    static const float values[4] = {1, 2, 3, 4};
    mlops_context *context;
    mlops_profile *p, *q;
    mlops_profile_summary summary = MLOPS_PROFILE_SUMMARY_INIT;
    double out;
    size_t n = 0;
    int bad = mlops_context_size(self->model, NULL) > sizeof memory ||
              mlops_context_init(&context, memory, sizeof memory, self->model,
                                 MLOPS_MODEL_OUTPUT_PREDICTION, NULL) ||
              mlops_context_predict(context, values, 1, 2, &out, 1);
    if (bad || mlops_profile_size(NULL) > sizeof memory ||
        mlops_profile_init(&p, memory, sizeof memory, NULL))
        return 1;
    bad |= mlops_profile_add(p, &out, 1) || mlops_profile_add_f32(p, values, 2, 2) ||
           mlops_profile_add_nulls(p, 3) || mlops_profile_save(p, saved, sizeof saved, &n) ||
           mlops_profile_load(&q, storage, sizeof storage, saved, n);
    if (bad) return 1;
    bad |= mlops_profile_merge(p, q) || mlops_profile_summarize(p, &summary) || summary.n != 12;
    bad |= mlops_profile_quantile(p, 0) > mlops_profile_quantile(p, 1) ||
           mlops_profile_bin(p, 0) < 0 || mlops_profile_edge(p, 0) > 0 ||
           mlops_profile_n_bins(p) < 9;
    mlops_profile_reset(p);
    return bad;
}

static int use_sketches(const subject *self) {
    static uint64_t memory[3][1 << 12], saved[1 << 12];
    static const double reals[4] = {1, 2, 3, 4};
    static const int64_t wholes[4] = {1, 2, 1, 4};
    mlops_kll *k;
    mlops_hll *h;
    mlops_items *p;
    size_t n, size = sizeof memory[0];
    (void)self;
    int bad = mlops_kll_size(NULL) > size || mlops_kll_init(&k, memory[0], size, NULL) ||
              mlops_hll_size(NULL) > size || mlops_hll_init(&h, memory[1], size, NULL) ||
              mlops_items_size(NULL) > size || mlops_items_init(&p, memory[2], size, NULL);
    for (int i = 0; !bad && i < 1000; i++)
        bad = mlops_kll_add(k, reals, 4) || mlops_hll_add(h, reals, 4) ||
              mlops_items_add(p, wholes, 4);
    if (bad || mlops_kll_quantile(k, 0.5) != 2 || mlops_hll_estimate(h, 0) < 4) return 1;
    return mlops_kll_save(k, MLOPS_KLL_NATIVE, saved, sizeof saved, &n) ||
           mlops_kll_load(&k, memory[0], size, saved, n) ||
           mlops_items_save(p, MLOPS_ITEMS_NATIVE, saved, sizeof saved, &n);
}

static int use_device(const subject *self) {
    static uint64_t memory[1 << 16];
    static const float row[2] = {1, 2};
    mlops_edge *edge;
    double out;
    size_t size = 0;
    int bad = mlops_edge_verify(self->bundle, self->n_bundle) ||
              mlops_edge_size(self->bundle, self->n_bundle, &size) || size > sizeof memory ||
              mlops_edge_init(&edge, memory, sizeof memory, self->bundle, self->n_bundle);
    if (bad) return 1;
    return mlops_edge_selftest(edge) || mlops_edge_n_features(edge) != 2 ||
           mlops_edge_width(edge) != 1 || mlops_edge_predict(edge, row, 2, &out, 1) ||
           mlops_edge_add(edge, row, 2) || !mlops_edge_profile(edge, 0);
}

/* What depends on the arguments alone. */
static int tell(const subject *self) {
    static const int64_t x[3] = {1, 2, 3}, y[3] = {3, 2, 1};
    mlops_stats_two_counts counts = MLOPS_STATS_TWO_COUNTS_INIT;
    mlops_stats_two_shares shares = MLOPS_STATS_TWO_SHARES_INIT;
    mlops_error err;
    int bad = !mlops_version()[0] || strcmp(mlops_status_name(MLOPS_OK), "MLOPS_OK") != 0 ||
              mlops_cpu_level(MLOPS_CPU_SCALAR) != MLOPS_CPU_SCALAR ||
              mlops_deploy_bucket("salt", "key") < 0 ||
              mlops_stats_compare_counts(&counts, x, y, 3) || counts.n != 6 ||
              mlops_stats_compare_shares(&shares, 1, 2, 3, 4, MLOPS_STATS_LESS) ||
              shares.share_x != 0.5;
    (void)self;
    for (int64_t i = 0; i < mlops_metric_count(); i++) {
        mlops_metric_info info = MLOPS_METRIC_INFO_INIT, found = MLOPS_METRIC_INFO_INIT;
        bad |= mlops_metric_at(&info, i) || mlops_metric_find(&found, info.name, &err) ||
               found.metric != info.metric;
    }
    return bad;
}

static int run_confined(int (*run)(const subject *), const subject *self) {
#if defined(__linux__) && !defined(SANITIZED)
    if (under_valgrind()) return 77;
    pid_t child = fork();
    if (child == 0) {
        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT)) _exit(77);
        syscall(SYS_exit, run(self));
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status)); /* else the kernel has killed it */
    return WEXITSTATUS(status);
#else
    (void)run;
    (void)self;
    return 77;
#endif
}

static void stand_alone(int (*run)(const subject *), const subject *self) {
    long before = n_calls;
    int bad = run(self);
    assert_int_equal(n_calls, before);
    assert_int_equal(bad, 0);
    int confined = run_confined(run, self);
    if (confined == 77) skipped("seccomp is not at hand: system calls were not looked at");
    else assert_int_equal(confined, 0);
}

static void predicting_stands_alone(void **state) {
    (void)state;
    const char *names[] = {"logistic.json", "softprob.json", "categories.json", "dart.json"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        subject self = {.model = load(names[i])};
        for (int k = 0; k < 3; k++)
            assert_int_equal(
                mlops_context_new(&self.contexts[k], self.model, (mlops_model_output)k, NULL, NULL),
                0);
        stand_alone(predict_all, &self);
        for (int k = 0; k < 3; k++) mlops_context_free(self.contexts[k]);
        mlops_model_unref(self.model);
    }
}

/* One thread that says it is three. */
static mlops_status in_turns(void *ctx, int64_t n, mlops_task task, void *user) {
    (void)ctx;
    for (int64_t i = 0; i < n; i++)
        if (task(user, i, (int32_t)(i % 3))) return MLOPS_E_IO;
    return MLOPS_OK;
}

typedef struct sparse_rows {
    float values[ROWS * WIDE];
    int32_t features[ROWS * WIDE], starts[ROWS + 1];
} sparse_rows;

static void make_sparse(sparse_rows *out, int d) {
    int32_t n = 0;
    for (int i = 0; i < ROWS; i++) {
        for (int f = i % 2; f < d; f += 2, n++) {
            out->values[n] = (float)(i % 9) / 4 - 1;
            out->features[n] = f;
        }
        out->starts[i + 1] = n;
    }
}

static mlops_table *table_of_width(int d) {
    static double values[ROWS * WIDE];
    mlops_table *table;
    mlops_error e;
    for (int i = 0; i < ROWS * d; i++) values[i] = i % 11 ? (double)(i % 7) - 3 : (double)NAN;
    works(mlops_table_from_matrix(&table, values, ROWS, d, NULL, NULL, &e), &e);
    return table;
}

/* Strided, sparse, columns; and strided ones that an executor shares out. */
static void inputs_stand_alone(mlops_model *model, mlops_model_output output) {
    static float apart[ROWS * WIDE * 2];
    static sparse_rows sparse;
    const mlops_executor executor = {sizeof executor, 3, NULL, in_turns};
    mlops_context_opts opts = MLOPS_CONTEXT_OPTS_INIT;
    bound_subject bound;
    subject self = {.model = model, .bound = &bound};
    mlops_error e;
    int64_t d = mlops_model_n_features(model), width = (int64_t)2 * WIDE;
    assert_true(d <= WIDE);
    char columns[WIDE * 3 + 1] = "";
    mlops_table *table = table_of_width((int)d);
    for (int64_t f = 0; f < d; f++)
        snprintf(columns + strlen(columns), 8, "%s%s", f ? "," : "", mlops_table_name(table, f));
    fill_rows(apart, ROWS * WIDE * 2);
    make_sparse(&sparse, (int)d);
    for (int k = 0; k < INPUTS; k++) {
        opts.executor = k == INPUTS - 1 ? &executor : NULL;
        works(mlops_context_new(&bound.contexts[k], model, output, &opts, &e), &e);
    }
    works(mlops_slot_new(&bound.slot, model, &e), &e);
    works(mlops_context_bind(bound.contexts[0], apart, ROWS, d, width, 2, &e), &e);
    works(mlops_context_bind_csr(bound.contexts[1], sparse.values, sparse.features,
                                 sparse.starts[ROWS], sparse.starts, ROWS + 1, d, (double)NAN, &e),
          &e);
    works(mlops_context_bind_table(bound.contexts[2], table, columns, &e), &e);
    works(mlops_context_bind(bound.contexts[3], apart, ROWS, d, width, 2, &e), &e);
    stand_alone(run_bound, &self);
    for (int k = 0; k < INPUTS; k++) mlops_context_free(bound.contexts[k]);
    mlops_slot_free(bound.slot);
    mlops_table_unref(table);
}

static void bound_inputs_stand_alone(void **state) {
    (void)state;
    const forest_shape shapes[] = {
        {60, 5, WIDE, 1, 0}, {60, 20, WIDE, 3, 1}, {200, 10, WIDE, 1, 0}, {2, 2, WIDE, 1, 0}};
    const mlops_model_output outputs[] = {MLOPS_MODEL_OUTPUT_PREDICTION, MLOPS_MODEL_OUTPUT_MARGIN,
                                          MLOPS_MODEL_OUTPUT_LEAF, MLOPS_MODEL_OUTPUT_PREFIX};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        mlops_model *model = grow(&shapes[i]);
        for (size_t k = 0; k < sizeof outputs / sizeof outputs[0]; k++)
            inputs_stand_alone(model, outputs[k]);
        mlops_model_unref(model);
    }
    const char *names[] = {"categories.json", "small.txt", "linear.txt", "classes.txt"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        mlops_model *model = load(names[i]);
        for (size_t k = 0; k < sizeof outputs / sizeof outputs[0]; k++)
            inputs_stand_alone(model, outputs[k]);
        mlops_model_unref(model);
    }
    const char *graphs[] = {"classifier.onnx", "tree.onnx", "dense.onnx"};
    for (size_t i = 0; i < sizeof graphs / sizeof graphs[0]; i++) {
        mlops_model *model = load(graphs[i]);
        for (mlops_model_output k = 0; k <= MLOPS_MODEL_OUTPUT_FIRST; k++)
            if (mlops_model_width(model, k)) inputs_stand_alone(model, k);
        mlops_model_unref(model);
    }
}

/* Graphs, whose prediction is all that these yield. */
static void graphs_stand_alone(void **state) {
    (void)state;
    const char *names[] = {"classifier.onnx", "tree.onnx"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        subject self = {.model = load(names[i])};
        for (int k = 0; k < 3; k++)
            assert_int_equal(mlops_context_new(&self.contexts[k], self.model,
                                               MLOPS_MODEL_OUTPUT_PREDICTION, NULL, NULL),
                             0);
        stand_alone(predict_all, &self);
        for (int k = 0; k < 3; k++) mlops_context_free(self.contexts[k]);
        mlops_model_unref(self.model);
    }
}

static void features_of_rows_stand_alone(void **state) {
    (void)state;
    static const char csv[] = "x,n,s,p\n0.5,1,a,true\n2.5,NA,b,false\n";
    static const char definition[] =
        "a = standardise(log1p(impute(x, 'median')))\n"
        "b = minmax(impute(n, 'mean')) + length(lower(coalesce(s, '-')))\n"
        "c = one_hot(s)\n"
        "d = if(p and s like 'Z%', exp(x), bucket(s, 10))\n";
    mlops_table *table;
    subject self = {0};
    assert_int_equal(mlops_table_parse(&table, csv, sizeof csv - 1, NULL, NULL), 0);
    assert_int_equal(mlops_feature_fit(&self.feature, definition, table, NULL, NULL), 0);
    assert_int_equal(mlops_feature_n_inputs(self.feature), 4);
    stand_alone(compute_rows, &self);
    mlops_feature_unref(self.feature);
    mlops_table_unref(table);
}

/* The canary reads other inputs than the champion, in another order. */
static void deployments_stand_alone(void **state) {
    (void)state;
    place p;
    subject self = {0};
    make_place(&p);
    mlops_store *s = open_with(p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
    mlops_model *model = stump("\"a\",\"b\"", 2, 1);
    mlops_table *table = table_of_csv("x,word,y\n0.25,red,0.5\n1.25,green,1.5\n");
    static const char *const DEFINITIONS[] = {"a = x\nb = if(word = 'red', 1, 0)\n",
                                              "a = y + x\nb = impute(x, 0)\n"};
    for (int i = 0; i < 2; i++) {
        mlops_feature *f;
        mlops_error e;
        works(mlops_feature_fit(&f, DEFINITIONS[i], table, NULL, &e), &e);
        promote_version(s, "fraud", register_model(s, "fraud", model, f, NULL),
                        i ? "canary" : "champion");
        mlops_feature_unref(f);
    }
    set_deployment(s, "web", "fraud", 0.5);
    self.deployment = open_deployment(s, "web");
    assert_int_equal(mlops_deployment_n_inputs(self.deployment), 3);
    stand_alone(serve_keys, &self);
    mlops_deployment_close(self.deployment);
    mlops_table_unref(table);
    mlops_model_unref(model);
    mlops_store_close(s);
    remove_place(&p);
}

/* What it takes is allocated when the deployment is opened. */
static void deployments_of_graphs_stand_alone(void **state) {
    (void)state;
    place p;
    subject self = {0};
    static bytes content;
    make_place(&p);
    mlops_store *s = open_with(p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
    put_tile(&content, 4096);
    mlops_model *model = parse_onnx(&content);
    promote_version(s, "fraud", register_model(s, "fraud", model, NULL, NULL), "champion");
    set_deployment(s, "web", "fraud", 0);
    self.deployment = open_deployment(s, "web");
    stand_alone(serve_graph, &self);
    mlops_deployment_close(self.deployment);
    mlops_model_unref(model);
    mlops_store_close(s);
    remove_place(&p);
}

static void storage_of_the_caller_stands_alone(void **state) {
    (void)state;
    static uint64_t bytes[4096];
    subject self = {.model = stump("\"a\",\"b\"", 2, 1), .bundle = bytes};
    mlops_table *table = table_of_csv("a,b\n0.25,1\n1.25,2\n");
    mlops_reference *reference;
    mlops_bundle_opts opts = MLOPS_BUNDLE_OPTS_INIT;
    mlops_error e;
    works(mlops_reference_new(&reference, table, NULL, &e), &e);
    opts.reference = reference;
    works(mlops_bundle_save(self.model, bytes, sizeof bytes, &self.n_bundle, &opts, &e), &e);
    stand_alone(use_storage, &self);
    stand_alone(use_device, &self);
    stand_alone(use_sketches, &self);
    mlops_reference_unref(reference);
    mlops_table_unref(table);
    mlops_model_unref(self.model);
}

static void what_only_tells_stands_alone(void **state) {
    (void)state;
    const subject self = {0};
    stand_alone(tell, &self);
}

static void the_counter_counts(void **state) {
    (void)state;
#ifndef SANITIZED
    if (under_valgrind()) {
        skipped("valgrind owns malloc");
        return;
    }
    long before = n_calls;
    void *volatile p = malloc(10);
    free(p);
    assert_int_equal(n_calls - before, 2);
#else
    skipped("a sanitizer owns malloc");
#endif
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_counter_counts),
        cmocka_unit_test(predicting_stands_alone),
        cmocka_unit_test(graphs_stand_alone),
        cmocka_unit_test(bound_inputs_stand_alone),
        cmocka_unit_test(features_of_rows_stand_alone),
        cmocka_unit_test(deployments_stand_alone),
        cmocka_unit_test(deployments_of_graphs_stand_alone),
        cmocka_unit_test(storage_of_the_caller_stands_alone),
        cmocka_unit_test(what_only_tells_stands_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
