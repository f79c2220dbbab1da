/* Watches: what is kept of windows, whoever adds the rows and however, against monitors that keep
 * nothing. */
#define _GNU_SOURCE
#include "sys/host.h"
#include "unit/draw.h"
#include "unit/help_deploy.h"
#include "unit/help_swift.h"

enum { TRAIN = 4000, WINDOW = 100 };

static mlops_store *open_here(const place *p) {
    return open_with(p->path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
}

/* Rows of a, b and, as raw columns, x, word and y; the shift is that of b, word and y. */
static char *csv_of(int64_t n, double shift) {
    char *csv = malloc(80 * (size_t)n + 80);
    size_t at = (size_t)sprintf(csv, "a,b,x,word,y\n");
    for (int64_t i = 0; i < n; i++) {
        double a = (double)(float)uniform(), b = (double)(float)(uniform() + shift);
        at += (size_t)sprintf(csv + at, "%.9g,%.9g,%.9g,%s,%.9g\n", a, b, a,
                              uniform() < 0.5 + shift / 4 ? "red" : "blue", b);
    }
    return csv;
}

static mlops_table *table_of_rows(int64_t n, double shift) {
    char *csv = csv_of(n, shift);
    mlops_table *table = table_of_csv(csv);
    free(csv);
    return table;
}

static mlops_reference *make_reference(void) {
    mlops_table *table = table_of_rows(TRAIN, 0);
    mlops_reference *reference;
    mlops_error e;
    works(mlops_reference_new(&reference, table, NULL, &e), &e);
    mlops_table_unref(table);
    return reference;
}

/* Version 1 of fraud, with a reference; kind as in help_deploy.h. */
static void register_watched(mlops_store *s, const char *name, int kind) {
    mlops_model *model = stump(kind == 1 ? "\"b\",\"a\"" : "\"a\",\"b\"", 2, 1);
    mlops_feature *f = kind < 0 ? NULL : raw_features(kind);
    mlops_reference *reference = make_reference();
    register_model(s, name, model, f, reference);
    mlops_reference_unref(reference);
    mlops_feature_unref(f);
    mlops_model_unref(model);
}

/* drift: which columns are judged, nullable. */
static mlops_watch *open_watch(mlops_store *s, const char *model, const char *name,
                               const mlops_drift_opts *drift) {
    mlops_watch_opts opts = MLOPS_WATCH_OPTS_INIT;
    mlops_watch *w;
    mlops_error e;
    opts.window_rows = WINDOW;
    opts.name = name;
    opts.drift = drift;
    works(mlops_watch_open(&w, s, model, "latest", &opts, &e), &e);
    return w;
}

static mlops_table *windows_of(mlops_store *s, const char *name) {
    mlops_table *out;
    mlops_error e;
    works(mlops_watch_windows(&out, s, name, &e), &e);
    return out;
}

static const char *cell(const mlops_table *table, const char *column, int64_t row) {
    static char text[4][256];
    static int next;
    char *out = text[next++ % 4];
    assert_int_equal(mlops_table_text(table, mlops_table_find(table, column), row, out, 256, NULL),
                     MLOPS_OK);
    return out;
}

static char *report_of(mlops_store *s, const char *name, int64_t number) {
    size_t n = 0, again = 0;
    mlops_error e;
    works(mlops_watch_report(s, name, number, NULL, 0, &n, &e), &e);
    char *text = malloc(n + 1);
    refused(mlops_watch_report(s, name, number, text, n, &again, &e), &e, MLOPS_E_ARENA, "room");
    assert_int_equal(again, n);
    assert_int_equal(text[0], 0);
    works(mlops_watch_report(s, name, number, text, n + 1, &again, &e), &e);
    assert_int_equal(strlen(text), n);
    return text;
}

static char *json_of(const mlops_drift *drift) {
    size_t n = 0;
    assert_int_equal(mlops_drift_json(drift, NULL, 0, &n), MLOPS_OK);
    char *text = malloc(n + 1);
    assert_int_equal(mlops_drift_json(drift, text, n + 1, NULL), MLOPS_OK);
    return text;
}

static void windows_are_kept(void **state) {
    (void)state;
    place p;
    make_place(&p);
    seed = 1;
    mlops_store *s = open_here(&p);
    mlops_error e;
    register_watched(s, "fraud", -1);
    mlops_watch *w = open_watch(s, "fraud", NULL, NULL);
    mlops_table *calm = table_of_rows(WINDOW - 1, 0), *one = table_of_rows(1, 0),
                *shifted = table_of_rows(WINDOW, 0.7);
    works(mlops_watch_add_table(w, calm, &e), &e);
    mlops_table *none = windows_of(s, "fraud");
    assert_int_equal(mlops_table_n_rows(none), 0);
    mlops_table_unref(none);
    add_member(s, MLOPS__TABLE_WATCHES, "fraud");
    works(mlops_watch_add_table(w, one, &e), &e);
    works(mlops_watch_add_table(w, shifted, &e), &e);
    assert_member(s, MLOPS__TABLE_WATCHES, "fraud");
    assert_int_equal(mlops_watch_n_rows(w), 2 * WINDOW);
    assert_int_equal(mlops_watch_n_windows(w), 2);
    mlops_drift *drift;
    works(mlops_watch_drift(&drift, w, &e), &e);
    assert_int_equal(mlops_drift_overall(drift), MLOPS_DRIFT_YES);
    char *newest = json_of(drift);
    mlops_watch_close(w);
    mlops_store_close(s);
    s = open_with(p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_MEMORY);
    mlops_table *t = windows_of(s, "fraud");
    assert_int_equal(mlops_table_n_rows(t), 2);
    assert_string_equal(cell(t, "number", 0), "1");
    assert_string_equal(cell(t, "number", 1), "2");
    assert_string_equal(cell(t, "model", 1), "fraud");
    assert_string_equal(cell(t, "version", 1), "1");
    assert_string_equal(cell(t, "n_rows", 1), "100");
    assert_string_equal(cell(t, "verdict", 0), "not enough data");
    assert_string_equal(cell(t, "verdict", 1), "drift");
    assert_string_equal(cell(t, "n_drifted", 0), "0");
    assert_string_equal(cell(t, "n_drifted", 1), "1");
    assert_string_equal(cell(t, "columns", 0), "");
    assert_string_equal(cell(t, "columns", 1), "b"); /* the model's features are watched */
    assert_true(atoll(cell(t, "time_ns", 0)) <= atoll(cell(t, "time_ns", 1)));
    char *kept = report_of(s, "fraud", 2), *last = report_of(s, "fraud", 0),
         *first = report_of(s, "fraud", 1);
    assert_string_equal(kept, newest);
    assert_string_equal(last, newest);
    assert_string_not_equal(first, newest);
    free(kept), free(last), free(first), free(newest);
    mlops_table_unref(t);
    mlops_drift_unref(drift);
    mlops_table_unref(calm);
    mlops_table_unref(one);
    mlops_table_unref(shifted);
    mlops_store_close(s);
    remove_place(&p);
}

/* However rows come, each window is that of a monitor that was given its rows alone. */
static void windows_do_not_depend_on_pieces(void **state) {
    (void)state;
    enum { N = 12 * WINDOW + 30 };
    static float rows[2 * N];
    place p;
    make_place(&p);
    mlops_store *s = open_here(&p);
    mlops_error e;
    register_watched(s, "fraud", -1);
    seed = 5;
    for (int i = 0; i < N; i++) {
        rows[2 * i] = (float)uniform();
        rows[2 * i + 1] = (float)uniform() + (i / WINDOW % 3 == 2 ? 0.5f : 0);
    }
    mlops_bundle *bundle;
    works(mlops_registry_load(&bundle, s, "fraud", "1", &e), &e);
    for (uint64_t k = 0; k < 5; k++) {
        char name[16];
        snprintf(name, sizeof name, "watch %d", (int)k);
        mlops_watch *w = open_watch(s, "fraud", name, NULL);
        for (int i = 0; i < N;) {
            int n = k == 0 ? N : k == 1 ? 1 : (int)(draw() % (k == 2 ? 30 : 350));
            if (n > N - i) n = N - i;
            works(mlops_watch_add(w, rows + 2 * i, n, 2, NULL, 0, &e), &e);
            i += n;
        }
        assert_int_equal(mlops_watch_n_windows(w), 12);
        assert_int_equal(mlops_watch_n_rows(w), N);
        mlops_watch_close(w);
        for (int i = 0; i < 12; i++) {
            mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
            mlops_monitor *m;
            mlops_drift *drift;
            opts.window_rows = WINDOW;
            works(mlops_monitor_new_reference(&m, mlops_bundle_model(bundle),
                                              mlops_bundle_reference(bundle), &opts, &e),
                  &e);
            assert_int_equal(mlops_monitor_add(m, rows + 2 * WINDOW * i, WINDOW, 2, NULL, 0),
                             MLOPS_OK);
            works(mlops_monitor_drift(&drift, m, &e), &e);
            char *want = json_of(drift), *got = report_of(s, name, i + 1);
            assert_string_equal(got, want);
            free(want), free(got);
            mlops_drift_unref(drift);
            mlops_monitor_free(m);
        }
    }
    mlops_bundle_unref(bundle);
    mlops_store_close(s);
    remove_place(&p);
}

static void tables_of_many_windows_are_kept_whole(void **state) {
    (void)state;
    place p;
    make_place(&p);
    seed = 9;
    mlops_store *s = open_here(&p);
    mlops_error e;
    register_watched(s, "fraud", -1);
    mlops_table *table = table_of_rows(7 * WINDOW + 50, 0.7);
    mlops_watch *a = open_watch(s, "fraud", NULL, NULL), *b = open_watch(s, "fraud", NULL, NULL);
    works(mlops_watch_add_table(a, table, &e), &e);
    assert_int_equal(mlops_watch_n_windows(a), 7);
    works(mlops_watch_add_table(b, table, &e), &e); /* of another process, say */
    works(mlops_watch_add_table(a, table, &e), &e);
    assert_int_equal(mlops_watch_n_windows(a), 15);
    mlops_table *t = windows_of(s, "fraud");
    assert_int_equal(mlops_table_n_rows(t), 22);
    for (int i = 0; i < 22; i++) assert_int_equal(atoi(cell(t, "number", i)), i + 1);
    char *first = report_of(s, "fraud", 1), *again = report_of(s, "fraud", 8);
    assert_string_equal(first, again); /* of the same rows */
    free(first), free(again);
    mlops_table_unref(t);
    mlops_table_unref(table);
    mlops_watch_close(a);
    mlops_watch_close(b);
    mlops_store_close(s);
    remove_place(&p);
}

static mlops_watch *open_segmented(mlops_store *s, mlops_monitor **monitor) {
    mlops_watch *w = open_watch(s, "fraud", NULL, NULL);
    mlops_error e;
    works(mlops_watch_monitor(monitor, w, &e), &e);
    mlops_monitor_free(*monitor); /* the watch has its own share */
    works(mlops_monitor_expect_segments(*monitor, NULL, &e), &e);
    works(mlops_watch_resume(w, "pod-1", 0, &e), &e);
    return w;
}

static void rows_of_tables_are_of_their_segment(void **state) {
    (void)state;
    place p;
    make_place(&p);
    mlops_store *s = open_here(&p);
    mlops_monitor *monitor;
    mlops_error e;
    register_watched(s, "fraud", -1);
    mlops_table *rows = table_of_rows(2 * WINDOW + 50, 0), *t;
    mlops_watch *w = open_segmented(s, &monitor);
    assert_false(mlops_monitor_enter_segment(monitor, mlops_monitor_segment(monitor, "DE")));
    works(mlops_watch_add_table(w, rows, &e), &e);
    for (int round = 0; round < 2; round++) {
        works(mlops_monitor_segments(&t, monitor, &e), &e);
        assert_string_equal(cell(t, "n_rows", 0), "0");
        assert_string_equal(cell(t, "n_rows", 1), "250");
        mlops_table_unref(t);
        works(mlops_watch_keep(w, &e), &e);
        mlops_watch_close(w);
        w = open_segmented(s, &monitor); /* goes on with the same rows */
    }
    mlops_watch_close(w);
    mlops_table_unref(rows);
    mlops_store_close(s);
    remove_place(&p);
}

/* ---- against a model ---- */

enum { HANDLES = 3, STEPS = 30, SEEDS = 60, ADDED_MAX = 260 };

static const char *const NAMES[] = {"a", "b"};

typedef struct handle {
    mlops_watch *watch; /* NULL: closed */
    int name;
    int64_t n_rows;
} handle;

static void assert_windows(mlops_store *s, const int64_t *n_windows, const int *is_made) {
    for (int k = 0; k < 2; k++) {
        mlops_error e;
        mlops_table *t = NULL;
        size_t needed = 0;
        mlops_status status = mlops_watch_windows(&t, s, NAMES[k], &e);
        if (!is_made[k]) {
            assert_int_equal(status, MLOPS_E_NOT_FOUND);
            continue;
        }
        works(status, &e);
        assert_int_equal(mlops_table_n_rows(t), n_windows[k]);
        for (int64_t i = 0; i < n_windows[k]; i++)
            assert_int_equal(atoll(cell(t, "number", i)), i + 1);
        for (int64_t i = 1; i <= n_windows[k]; i++)
            works(mlops_watch_report(s, NAMES[k], i, NULL, 0, &needed, &e), &e);
        mlops_table_unref(t);
    }
}

/* Rows as they are or as a table; the windows that they complete. */
static int64_t add_some(handle *h) {
    static float rows[2 * ADDED_MAX];
    int64_t n = (int64_t)(draw() % ADDED_MAX), before = h->n_rows / WINDOW;
    mlops_error e;
    if (draw() % 2) {
        mlops_table *table = table_of_rows(n, 0);
        works(mlops_watch_add_table(h->watch, table, &e), &e);
        mlops_table_unref(table);
    } else {
        for (int64_t i = 0; i < 2 * n; i++) rows[i] = (float)uniform();
        works(mlops_watch_add(h->watch, rows, n, 2, NULL, 0, &e), &e);
    }
    h->n_rows += n;
    assert_int_equal(mlops_watch_n_rows(h->watch), h->n_rows);
    return h->n_rows / WINDOW - before;
}

static void close_handle(handle *h) {
    mlops_watch_close(h->watch);
    *h = (handle){NULL, 0, 0};
}

static void windows_go_on_where_the_store_ended(void **state) {
    (void)state;
    place p;
    make_place(&p);
    for (uint64_t k = 0; k < SEEDS; k++) {
        handle handles[HANDLES] = {{NULL, 0, 0}};
        int64_t n_windows[2] = {0, 0};
        int is_made[2] = {0, 0};
        seed = k;
        mlops_store *s = k % 32 ? open_swift(p.path) : open_here(&p);
        register_watched(s, "fraud", -1);
        for (int i = 0; i < STEPS; i++) {
            handle *h = &handles[draw() % HANDLES];
            uint64_t what = draw() % 8;
            if (!h->watch) {
                *h = (handle){NULL, (int)(draw() % 2), 0};
                h->watch = open_watch(s, "fraud", NAMES[h->name], NULL);
                is_made[h->name] = 1;
            } else if (what < 6) {
                n_windows[h->name] += add_some(h);
            } else if (what == 6) {
                close_handle(h);
            } else {
                for (int j = 0; j < HANDLES; j++) close_handle(&handles[j]);
                mlops_store_close(s);
                s = k % 32 ? open_swift(p.path) : open_here(&p);
            }
        }
        assert_windows(s, n_windows, is_made);
        for (int j = 0; j < HANDLES; j++) close_handle(&handles[j]);
        mlops_store_close(s);
        shell("rm -r '%s'", p.path);
    }
    remove_place(&p);
}

/* What is watched where features make the model's columns of raw ones. */
static void raw_columns_are_watched(void **state) {
    (void)state;
    place p;
    make_place(&p);
    seed = 3;
    mlops_store *s = open_here(&p);
    mlops_error e;
    mlops_table *raw = table_of_csv("x,word\n0.1,red\n0.2,blue\n0.3,blue\n");
    mlops_reference *of_raw;
    works(mlops_reference_new(&of_raw, raw, NULL, &e), &e);
    mlops_model *model = stump("\"a\",\"b\"", 2, 1);
    mlops_feature *f = raw_features(0);
    register_model(s, "raw", model, f, of_raw);
    mlops_watch *w = open_watch(s, "raw", NULL, NULL);
    assert_int_equal(mlops_watch_n_features(w), 2);
    works(mlops_watch_add_table(w, raw, &e), &e);
    mlops_drift *drift;
    mlops_drift_column column = MLOPS_DRIFT_COLUMN_INIT;
    works(mlops_watch_drift(&drift, w, &e), &e);
    assert_int_equal(mlops_drift_n_columns(drift), 2);
    assert_int_equal(mlops_drift_get(drift, 1, &column), MLOPS_OK);
    assert_string_equal(column.name, "word");
    mlops_drift_unref(drift);
    mlops_watch_close(w);
    /* A reference that has the model's features, too: those are watched. */
    register_watched(s, "both", 0);
    w = open_watch(s, "both", NULL, NULL);
    mlops_table *made = table_of_csv("a,b\n0.5,0.5\n");
    works(mlops_watch_add_table(w, made, &e), &e);
    refused(mlops_watch_add_table(w, raw, &e), &e, MLOPS_E_SCHEMA, "'a'");
    assert_int_equal(mlops_watch_n_rows(w), 1);
    mlops_watch_close(w);
    /* And one that has neither. */
    mlops_table *other = table_of_csv("q\n1\n2\n");
    mlops_reference *of_other;
    mlops_watch_opts opts = MLOPS_WATCH_OPTS_INIT;
    works(mlops_reference_new(&of_other, other, NULL, &e), &e);
    register_model(s, "other", model, f, of_other);
    refused(mlops_watch_open(&w, s, "other", "1", &opts, &e), &e, MLOPS_E_SCHEMA, "neither");
    register_model(s, "other", model, NULL, of_other);
    refused(mlops_watch_open(&w, s, "other", "2", &opts, &e), &e, MLOPS_E_SCHEMA, "'a'");
    register_model(s, "other", model, NULL, NULL);
    refused(mlops_watch_open(&w, s, "other", "3", &opts, &e), &e, MLOPS_E_SCHEMA, "no reference");
    mlops_reference_unref(of_other);
    mlops_reference_unref(of_raw);
    mlops_table_unref(other);
    mlops_table_unref(made);
    mlops_table_unref(raw);
    mlops_feature_unref(f);
    mlops_model_unref(model);
    mlops_store_close(s);
    remove_place(&p);
}

static void what_is_wrong_is_said(void **state) {
    (void)state;
    place p;
    make_place(&p);
    mlops_store *s = open_here(&p);
    mlops_watch *w;
    mlops_table *t;
    mlops_error e;
    mlops_watch_opts opts = MLOPS_WATCH_OPTS_INIT;
    const float row[2] = {0, 0};
    const double prediction = 0;
    char text[8] = "x";
    register_watched(s, "fraud", -1);
    register_watched(s, "churn", -1);
    refused(mlops_watch_windows(&t, s, "fraud", &e), &e, MLOPS_E_NOT_FOUND, "no watch \"fraud\"");
    assert_null(t);
    w = open_watch(s, "fraud", NULL, NULL);
    refused(mlops_watch_windows(&t, s, "frauds", &e), &e, MLOPS_E_NOT_FOUND,
            "did you mean \"fraud\"");
    refused(mlops_watch_report(s, "fraud", 0, text, 8, NULL, &e), &e, MLOPS_E_NOT_FOUND,
            "0 are kept");
    assert_string_equal(text, "");
    refused(mlops_watch_report(s, "fraud", -1, NULL, 0, NULL, &e), &e, MLOPS_E_INVALID, "-1");
    refused(mlops_watch_add(w, row, 1, 3, NULL, 0, &e), &e, MLOPS_E_INVALID, "rows of 2");
    refused(mlops_watch_add(w, row, -1, 2, NULL, 0, &e), &e, MLOPS_E_INVALID, "-1");
    refused(mlops_watch_add(w, row, 1, 2, &prediction, 0, &e), &e, MLOPS_E_INVALID, "predictions");
    refused(mlops_watch_add(w, row, 1, 2, NULL, 1, &e), &e, MLOPS_E_INVALID, "predictions");
    refused(mlops_watch_add(w, NULL, 1, 2, NULL, 0, &e), &e, MLOPS_E_INVALID, "1 row");
    assert_int_equal(mlops_watch_n_rows(w), 0);
    assert_int_equal(mlops_watch_add_latency(w, -1), MLOPS_E_INVALID);
    mlops_watch_close(w);
    opts.name = "fraud";
    refused(mlops_watch_open(&w, s, "churn", "1", &opts, &e), &e, MLOPS_E_EXISTS,
            "of model \"fraud\", not \"churn\"");
    opts.name = NULL;
    opts.window_rows = 10;
    refused(mlops_watch_open(&w, s, "fraud", "1", &opts, &e), &e, MLOPS_E_INVALID, "window_rows");
    opts.window_rows = 0;
    refused(mlops_watch_open(&w, s, "fraud", "champion", &opts, &e), &e, MLOPS_E_NOT_FOUND,
            "champion");
    refused(mlops_watch_open(&w, s, "frauds", "1", &opts, &e), &e, MLOPS_E_NOT_FOUND, "fraud");
    opts.flags = 1;
    refused(mlops_watch_open(&w, s, "fraud", "1", &opts, &e), &e, MLOPS_E_INVALID, "flags");
    assert_null(w);
    mlops_store_close(s);
    remove_place(&p);
}

static void what_is_wrong_of_instances_is_said(void **state) {
    (void)state;
    place p;
    make_place(&p);
    seed = 5;
    mlops_store *s = open_here(&p);
    mlops_error e;
    mlops_monitor *monitor;
    mlops_table *table;
    int64_t n;
    char text[8];
    register_watched(s, "fraud", -1);
    mlops_watch *w = open_watch(s, "fraud", NULL, NULL);
    refused(mlops_watch_monitor(&monitor, NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    assert_null(monitor);
    refused(mlops_watch_monitor(NULL, w, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_watch_room(w, NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_watch_room(NULL, &n, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_watch_keep(NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_watch_resume(NULL, "a", 0, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_watch_resume(w, NULL, 0, &e), &e, MLOPS_E_INVALID, "instance");
    refused(mlops_watch_resume(w, "a", 2, &e), &e, MLOPS_E_INVALID, "flags");
    refused(mlops_watch_performance(NULL, s, "fraud", &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_watch_performance(&table, NULL, "fraud", &e), &e, MLOPS_E_INVALID, "NULL");
    assert_null(table);
    refused(mlops_watch_describe(NULL, "fraud", 0, NULL, 0, NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    works(mlops_watch_resume(w, "a", 0, &e), &e);
    mlops_table *rows = table_of_rows(WINDOW, 0);
    works(mlops_watch_room(w, &n, &e), &e);
    assert_int_equal(n, WINDOW);
    works(mlops_watch_add_table(w, rows, &e), &e); /* verbs of the watch keep where it is, too */
    size_t needed = 0;
    refused(mlops_watch_describe(s, "fraud", 0, text, sizeof text, &needed, &e), &e, MLOPS_E_ARENA,
            "room for 8");
    assert_string_equal(text, "");
    assert_true(needed > sizeof text);
    mlops_watch_close(w);
    w = open_watch(s, "fraud", NULL, NULL);
    works(mlops_watch_resume(w, "a", 0, &e), &e);
    works(mlops_watch_monitor(&monitor, w, &e), &e);
    assert_int_equal(mlops_monitor_n_windows(monitor), 1);
    assert_int_equal(mlops_watch_n_windows(w), 0);
    mlops_watch_close(w);
    mlops_table_unref(rows);
    assert_int_equal(mlops_monitor_n_windows(monitor), 1); /* a share of it is left */
    mlops_monitor_free(monitor);
    mlops_store_close(s);
    remove_place(&p);
}

/* ---- a full disk ---- */

static int is_full;
static char grows[1024]; /* files of packs; the journal has its room beforehand */

static int64_t open_noted(void *ctx, const char *path, mlops_io_mode mode) {
    int64_t file = mlops__io_posix.open(ctx, path, mode);
    if (file >= 0 && file < (int64_t)sizeof grows) grows[file] = strstr(path, "/packs/") != NULL;
    return file;
}

static int64_t write_if_room(void *ctx, int64_t file, const void *bytes, size_t n, int64_t offset) {
    if (is_full && file < (int64_t)sizeof grows && grows[file]) return -ENOSPC;
    return mlops__io_posix.pwrite(ctx, file, bytes, n, offset);
}

/* Rows wait outside, and the window that is full inside, until there is room. */
static void a_window_waits_for_the_store(void **state) {
    (void)state;
    place p;
    make_place(&p);
    seed = 11;
    mlops_io io = mlops__io_posix;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    mlops_error e;
    io.open = open_noted;
    io.pwrite = write_if_room;
    host.io = &io;
    opts.host = &host;
    opts.index = MLOPS_STORE_INDEX_MEMORY;
    mlops_store *s = open_store(p.path, &opts);
    register_watched(s, "fraud", -1);
    static float rows[2 * 3 * WINDOW];
    for (int i = 0; i < 2 * 3 * WINDOW; i++) rows[i] = (float)uniform();
    mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
    drift.columns = "a,b,x,word,y"; /* so that a report is too large for the journal */
    mlops_watch *w = open_watch(s, "fraud", NULL, &drift);
    is_full = 1;
    refused(mlops_watch_add(w, rows, 3 * WINDOW, 2, NULL, 0, &e), &e, MLOPS_E_NO_SPACE, "");
    assert_int_equal(mlops_watch_n_rows(w), WINDOW);
    assert_int_equal(mlops_watch_n_windows(w), 0);
    refused(mlops_watch_add(w, rows + 2 * WINDOW, 1, 2, NULL, 0, &e), &e, MLOPS_E_NO_SPACE, "");
    assert_int_equal(mlops_watch_n_rows(w), WINDOW);
    is_full = 0;
    works(mlops_watch_add(w, NULL, 0, 2, NULL, 0, &e), &e);
    assert_int_equal(mlops_watch_n_windows(w), 1);
    works(mlops_watch_add(w, rows + 2 * WINDOW, 2 * WINDOW, 2, NULL, 0, &e), &e);
    assert_int_equal(mlops_watch_n_windows(w), 3);
    mlops_watch *calm = open_watch(s, "fraud", "calm", &drift);
    works(mlops_watch_add(calm, rows, 3 * WINDOW, 2, NULL, 0, &e), &e);
    for (int i = 1; i <= 3; i++) {
        char *a = report_of(s, "fraud", i), *b = report_of(s, "calm", i);
        assert_string_equal(a, b);
        free(a), free(b);
    }
    mlops_watch_close(calm);
    mlops_watch_close(w);
    mlops_store_close(s);
    remove_place(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_are_kept),
        cmocka_unit_test(windows_do_not_depend_on_pieces),
        cmocka_unit_test(tables_of_many_windows_are_kept_whole),
        cmocka_unit_test(rows_of_tables_are_of_their_segment),
        cmocka_unit_test(windows_go_on_where_the_store_ended),
        cmocka_unit_test(raw_columns_are_watched),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(what_is_wrong_of_instances_is_said),
        cmocka_unit_test(a_window_waits_for_the_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
