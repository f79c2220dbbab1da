/* Feature sets, deployments and watches: after a verb that failed each record is as before the
 * change or as behind it, what serves goes on serving, and a window is kept once or still waits.
 *
 * Owns what each scenario finds: version 1 of m, with features of its own, is the champion; 2,
 * without, the canary; deployment web; set "raw"; watch m without a window. Files in memory have
 * the index in memory, files of the machine have it in LMDB.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include <mlops.h>
#include <string.h>

enum { ROWS = 60, WINDOW = 50 };

static const char DEFINITION[] = "x = x\ncolour_n = colour_n\nz = z";

/* ---- what there is ---- */

static mlops_status make_table(mlops_table **out, const mlops_host *host) {
    double values[ROWS * 3];
    for (int i = 0; i < ROWS; i++) {
        double row[3] = {i % 7 - 3, i % 3 - 1, i % 5 - 2};
        memcpy(values + 3 * i, row, sizeof row);
    }
    return mlops_table_from_matrix(out, values, ROWS, 3, "x,colour_n,z", host, NULL);
}

static mlops_status make_features(mlops_feature **out, const mlops_host *host, int kind) {
    mlops_table *table;
    mlops_feature_opts opts = MLOPS_FEATURE_OPTS_INIT;
    *out = NULL;
    opts.host = host;
    MLOPS_TRY(make_table(&table, host));
    mlops_status status =
        mlops_feature_fit(out, kind ? "x = x - 1" : DEFINITION, table, &opts, NULL);
    mlops_table_unref(table);
    return status;
}

static int register_both(const mlops_host *host, const char *dir, mlops_change *c) {
    mlops_model *model;
    mlops_table *table;
    mlops_feature *features;
    mlops_reference *reference;
    int64_t version;
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    mlops_reference_opts look = MLOPS_REFERENCE_OPTS_INIT;
    mlops_error err;
    look.host = host;
    MLOPS_TRY(sweep_load_model(&model, host, dir, &err));
    MLOPS_TRY(make_table(&table, host));
    MLOPS_TRY(make_features(&features, host, 0));
    MLOPS_TRY(mlops_reference_new(&reference, table, &look, NULL));
    opts.features = features;
    opts.reference = reference;
    int status = mlops_registry_register(c, &version, "m", model, &opts, NULL);
    opts.features = NULL;
    if (!status) status = mlops_registry_register(c, &version, "m", model, &opts, NULL);
    if (!status) status = mlops_featurestore_put(c, &version, "raw", features, NULL);
    mlops_reference_unref(reference);
    mlops_feature_unref(features);
    mlops_table_unref(table);
    mlops_model_unref(model);
    return status;
}

static mlops_status set_share(mlops_change *c, double share, mlops_error *err) {
    mlops_deploy_opts opts = MLOPS_DEPLOY_OPTS_INIT;
    opts.model = "m";
    opts.flags = MLOPS_DEPLOY_SET_CANARY_SHARE;
    opts.canary_share = share;
    return mlops_deploy_set(c, "web", &opts, err);
}

static mlops_status open_watch(mlops_watch **out, mlops_store *s, mlops_error *err) {
    mlops_watch_opts opts = MLOPS_WATCH_OPTS_INIT;
    opts.window_rows = WINDOW;
    return mlops_watch_open(out, s, "m", "champion", &opts, err);
}

static int make_all(const mlops_host *host, const char *dir, mlops_store *s) {
    mlops_change *c;
    mlops_watch *w;
    MLOPS_TRY(mlops_change_new(&c, s, NULL, NULL));
    int status = register_both(host, dir, c);
    if (!status) status = mlops_registry_promote(c, "m", "1", "champion", NULL, NULL);
    if (!status) status = mlops_registry_promote(c, "m", "2", "canary", NULL, NULL);
    if (!status) status = set_share(c, 0.5, NULL);
    if (!status) status = mlops_change_commit(c, NULL, NULL);
    mlops_change_free(c);
    if (!status) status = open_watch(&w, s, NULL);
    if (!status) mlops_watch_close(w);
    return status;
}

static int prepare(const mlops_host *host, const char *dir) {
    mlops_store *s;
    if (sweep_put_fixture(host, dir, "model.json")) return 1;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 0));
    int status = make_all(host, dir, s);
    mlops_store_close(s);
    return status;
}

/* ---- judging ---- */

static int64_t rows_of(mlops_table *t) {
    int64_t n = t ? mlops_table_n_rows(t) : -1;
    mlops_table_unref(t);
    return n;
}

/* Rows by key, whoever serves them. */
static int serves(mlops_deployment *d) {
    static const char *const KEYS[] = {NULL, "a", "b", "c", "d"};
    for (int k = 0; k < 5; k++) {
        double out[2];
        int64_t version = 0;
        if (mlops_deployment_predict(d, KEYS[k], sweep_rows, 2, SWEEP_FEATURES, out, 1, &version) ||
            memcmp(out, sweep_predictions, sizeof out) != 0 || version < 1)
            return SWEEP_WRONG;
    }
    return MLOPS_OK;
}

static int features_are_whole(mlops_store *s) {
    mlops_table *t = NULL;
    mlops_feature *f;
    if (mlops_featurestore_list(&t, s, NULL)) return 1;
    int64_t n = rows_of(t);
    if (n < 1 || n > 2) return 1;
    for (int64_t k = 0; k <= n; k++) {
        if (mlops_featurestore_get(&f, s, "raw", k, NULL)) return 1;
        int wrong = mlops_feature_n_outputs(f) != (k == 1 || n == 1 ? 3 : 1);
        mlops_feature_unref(f);
        if (wrong) return 1;
    }
    return 0;
}

static int windows_are_whole(mlops_store *s) {
    mlops_table *t = NULL;
    char text[1 << 14];
    if (mlops_watch_windows(&t, s, "m", NULL)) return 1;
    int64_t n = rows_of(t);
    for (int64_t k = 1; k <= n; k++)
        if (mlops_watch_report(s, "m", k, text, sizeof text, NULL, NULL) || text[0] != '{')
            return 1;
    return n > 2 || mlops_watch_report(s, "m", n + 1, NULL, 0, NULL, NULL) != MLOPS_E_NOT_FOUND;
}

/* The store opens, everything in it is whole, and it goes on. */
static int judge(const mlops_host *host, const char *dir, int status, const char *failed) {
    mlops_store *s;
    mlops_deployment *d;
    mlops_change *c;
    mlops_table *t = NULL;
    mlops_deployment_stats stats = MLOPS_DEPLOYMENT_STATS_INIT;
    (void)status, (void)failed;
    if (sweep_open_store(&s, host, dir, 1, 0)) return 1;
    int bad = features_are_whole(s) || windows_are_whole(s) || mlops_deploy_list(&t, s, NULL);
    bad = rows_of(t) != 1 || bad || mlops_deployment_open(&d, s, "web", NULL) != MLOPS_OK;
    if (!bad) {
        bad = serves(d) || mlops_change_new(&c, s, NULL, NULL);
        if (!bad) {
            bad = set_share(c, 1, NULL) || mlops_change_commit(c, NULL, NULL) ||
                  mlops_deployment_refresh(d, NULL, NULL) || serves(d) ||
                  mlops_deployment_stat(d, &stats) || stats.canary_share < 1;
            mlops_change_free(c);
        }
        mlops_deployment_close(d);
    }
    mlops_store_close(s);
    return bad;
}

/* ---- scenarios ---- */

typedef int act(const mlops_host *host, mlops_store *s, mlops_error *err);

static int with_store(const mlops_host *host, const char *dir, act *verb) {
    mlops_store *s;
    mlops_error err = {0};
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 0));
    int status = sweep_told(verb(host, s, &err), &err);
    if (status && status != SWEEP_WRONG && sweep_told(verb(host, s, &err), &err) == SWEEP_WRONG)
        status = SWEEP_WRONG;
    mlops_store_close(s);
    return status;
}

static int put_act(const mlops_host *host, mlops_store *s, mlops_error *err) {
    mlops_change *c;
    mlops_feature *f;
    mlops_table *t;
    int64_t version = 0;
    int status = make_features(&f, host, 1);
    if (status) return err->code = status, strcpy(err->message, "of the scenario"), status;
    status = mlops_change_new(&c, s, NULL, err);
    if (!status) {
        status = mlops_featurestore_put(c, &version, "raw", f, err);
        if (!status) status = mlops_change_commit(c, NULL, err);
        mlops_change_free(c);
    }
    mlops_feature_unref(f);
    if (status) return status;
    MLOPS_TRY(mlops_featurestore_get(&f, s, "raw", 0, err));
    mlops_feature_unref(f);
    status = mlops_featurestore_list(&t, s, err);
    if (status) return t ? SWEEP_WRONG : status;
    return rows_of(t) == 2 && version == 2 ? MLOPS_OK : SWEEP_WRONG;
}

static int set_act(const mlops_host *host, mlops_store *s, mlops_error *err) {
    mlops_change *c;
    mlops_table *t;
    (void)host;
    MLOPS_TRY(mlops_change_new(&c, s, NULL, err));
    int status = set_share(c, 0.25, err);
    if (!status) status = mlops_change_commit(c, NULL, err);
    mlops_change_free(c);
    if (status) return status;
    status = mlops_deploy_list(&t, s, err);
    if (status) return t ? SWEEP_WRONG : status;
    return rows_of(t) == 1 ? MLOPS_OK : SWEEP_WRONG;
}

/* What served before a refresh that failed goes on. */
static int refresh_act(const mlops_host *host, mlops_store *s, mlops_error *err) {
    mlops_deployment *d;
    mlops_change *c;
    int64_t n = 0;
    (void)host;
    int status = mlops_deployment_open(&d, s, "web", err);
    if (status) return d ? SWEEP_WRONG : status;
    status = mlops_change_new(&c, s, NULL, err);
    if (!status) {
        status = mlops_registry_promote(c, "m", "2", "champion", NULL, err);
        if (!status) status = mlops_change_commit(c, NULL, err);
        mlops_change_free(c);
    }
    if (!status) status = mlops_deployment_refresh(d, &n, err);
    int64_t champion = mlops_deployment_route(d, NULL);
    if (serves(d) || champion < 1 || (!status && champion != 2)) status = SWEEP_WRONG;
    mlops_deployment_close(d);
    return status;
}

/* The champion's features make of values what the model takes. */
static int serves_values(mlops_deployment *d) {
    const mlops_feature_value values[3] = {{MLOPS_TYPE_FLOAT64, 0, 0, 0.5, NULL},
                                           {MLOPS_TYPE_FLOAT64, 0, 0, -0.25, NULL},
                                           {MLOPS_TYPE_FLOAT64, 0, 0, 2, NULL}};
    int64_t version = 0;
    double out = 0;
    if (mlops_deployment_n_features(d) != SWEEP_FEATURES || mlops_deployment_width(d) != 1 ||
        mlops_deployment_n_inputs(d) != 3 || strcmp(mlops_deployment_input_name(d, 0), "x") != 0 ||
        mlops_deployment_input_type(d, 0) != MLOPS_TYPE_FLOAT64)
        return SWEEP_WRONG;
    mlops_status status = mlops_deployment_predict_values(d, NULL, values, 3, &out, 1, &version);
    return status || out != sweep_predictions[0] || version != 1 ? SWEEP_WRONG : MLOPS_OK;
}

/* Who was given values is not refreshed to a version that takes none, and goes on. */
static int values_act(const mlops_host *host, mlops_store *s, mlops_error *err) {
    mlops_deployment *d;
    mlops_change *c;
    (void)host;
    MLOPS_TRY(mlops_deployment_open(&d, s, "web", err));
    if (mlops_deployment_route(d, NULL) == 2) { /* a try before has come so far */
        mlops_deployment_close(d);
        return MLOPS_OK;
    }
    int wrong = serves_values(d), status = mlops_change_new(&c, s, NULL, err);
    if (!status) {
        status = mlops_registry_promote(c, "m", "2", "champion", NULL, err);
        if (!status) status = mlops_change_commit(c, NULL, err);
        mlops_change_free(c);
    }
    if (!status) status = mlops_deployment_refresh(d, NULL, err);
    if (!status) status = SWEEP_WRONG;
    if (status == MLOPS_E_SCHEMA) status = MLOPS_OK;
    if (wrong || serves_values(d)) status = SWEEP_WRONG;
    mlops_deployment_close(d);
    return status;
}

/* A table by keys: nothing is written unless all is. */
static int table_act(const mlops_host *host, mlops_store *s, mlops_error *err) {
    mlops_deployment *d;
    mlops_table *t;
    double out[ROWS];
    int64_t versions[ROWS];
    int status = make_table(&t, host);
    if (status) return err->code = status, strcpy(err->message, "of the scenario"), status;
    for (int i = 0; i < ROWS; i++) out[i] = 7;
    status = mlops_deployment_open(&d, s, "web", err);
    if (!status) {
        status = mlops_deployment_predict_table(d, t, "x", out, ROWS, 1, versions, err);
        for (int i = 0; i < ROWS && status != SWEEP_WRONG; i++)
            if ((out[i] == 7) == (status == MLOPS_OK)) status = SWEEP_WRONG;
        mlops_deployment_close(d);
    }
    mlops_table_unref(t);
    return status;
}

/* A window that is full is kept, or waits and is kept by the next call. */
static int watch_act(const mlops_host *host, mlops_store *s, mlops_error *err) {
    mlops_watch *w;
    mlops_table *t;
    int status = make_table(&t, host);
    if (status) return err->code = status, strcpy(err->message, "of the scenario"), status;
    status = open_watch(&w, s, err);
    if (status) {
        mlops_table_unref(t);
        return w ? SWEEP_WRONG : status;
    }
    status = mlops_watch_add_table(w, t, err);
    mlops_table_unref(t);
    int64_t n = mlops_watch_n_rows(w), kept = mlops_watch_n_windows(w);
    if (n != (status ? kept ? n : WINDOW : ROWS) && !(status && n == 0)) status = SWEEP_WRONG;
    if (!status && kept != 1) status = SWEEP_WRONG;
    mlops_watch_close(w);
    return status;
}

static int watch_verdict(const mlops_watch *w, mlops_error *err) {
    static char text[1 << 16];
    mlops_drift *d;
    size_t n = 0;
    mlops_status status = mlops_watch_drift(&d, w, err);
    if (status) return d ? SWEEP_WRONG : (int)status;
    int good = mlops_drift_n_columns(d) >= SWEEP_FEATURES;
    mlops_drift_unref(d);
    good = good && !mlops_watch_metrics(w, text, sizeof text, &n) && strlen(text) == n;
    return good && strstr(text, "colour_n") ? MLOPS_OK : SWEEP_WRONG;
}

/* Rows and what was predicted of them, told behind the window and written as a report. */
static int watch_rows(mlops_watch *w, const char *dir, mlops_error *err) {
    float rows[ROWS * SWEEP_FEATURES];
    double predictions[ROWS];
    sweep_path path;
    for (int i = 0; i < ROWS; i++) {
        memcpy(rows + i * SWEEP_FEATURES, sweep_rows + i % 2 * SWEEP_FEATURES,
               SWEEP_FEATURES * sizeof rows[0]);
        predictions[i] = sweep_predictions[i % 2];
    }
    if (mlops_watch_n_features(w) != SWEEP_FEATURES || mlops_watch_add_latency(w, 1000))
        return SWEEP_WRONG;
    MLOPS_TRY(mlops_watch_add(w, rows, ROWS, SWEEP_FEATURES, predictions, 1, err));
    int status = watch_verdict(w, err);
    return status ? status : mlops_watch_save(w, sweep_in(&path, dir, "r.html"), err);
}

/* A watch that failed is asked again: the window that waited is kept then. */
static int feed_watch(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_watch *w;
    mlops_error err;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 0));
    int status = sweep_told(open_watch(&w, s, &err), &err);
    if (!status) {
        status = sweep_told(watch_rows(w, dir, &err), &err);
        if (status < 0 && status != SWEEP_WRONG &&
            sweep_told(mlops_watch_add(w, NULL, 0, SWEEP_FEATURES, NULL, 0, &err), &err) ==
                SWEEP_WRONG)
            status = SWEEP_WRONG;
        if (!status && (mlops_watch_n_windows(w) != 1 || mlops_watch_n_rows(w) != ROWS))
            status = SWEEP_WRONG;
    } else if (w) status = SWEEP_WRONG;
    mlops_watch_close(w);
    mlops_store_close(s);
    return status;
}

/* A monitor that is told of labels, segments and alarms. */
static int resume_watch(mlops_watch **out, mlops_monitor **monitor, mlops_store *s,
                        mlops_error *err) {
    mlops_monitor_labels_opts labels = MLOPS_MONITOR_LABELS_OPTS_INIT;
    mlops_monitor_segments_opts segments = MLOPS_MONITOR_SEGMENTS_OPTS_INIT;
    *monitor = NULL;
    labels.rows_max = 16;
    labels.windows_kept = 2;
    segments.n_segments = 1;
    MLOPS_TRY(open_watch(out, s, err));
    mlops_status status = mlops_watch_monitor(monitor, *out, err);
    if (!status) status = mlops_monitor_expect_labels(*monitor, NULL, NULL, &labels, err);
    if (!status) status = mlops_monitor_expect_segments(*monitor, &segments, err);
    if (!status) status = mlops_monitor_set_policy(*monitor, NULL, err);
    if (!status) status = mlops_watch_resume(*out, "one", 0, err);
    return status;
}

/* What was kept before is there, and more is kept; what failed is kept by the next call. */
static int go_on(mlops_store *s, mlops_error *err) {
    float rows[WINDOW * SWEEP_FEATURES];
    mlops_watch *w = NULL;
    mlops_monitor *monitor;
    mlops_error again;
    int64_t n = 0, n_windows = 0;
    for (int i = 0; i < WINDOW; i++)
        memcpy(rows + i * SWEEP_FEATURES, sweep_rows + i % 2 * SWEEP_FEATURES,
               SWEEP_FEATURES * sizeof rows[0]);
    double scores[WINDOW], labels[WINDOW];
    int64_t ids[WINDOW];
    for (int i = 0; i < WINDOW; i++) scores[i] = 0.25 + i % 2 * 0.5, labels[i] = i % 2, ids[i] = i;
    int status = resume_watch(&w, &monitor, s, err);
    if (!status) n_windows = mlops_monitor_n_windows(monitor);
    if (!status) status = mlops_watch_room(w, &n, err);
    if (!status && n != WINDOW) status = SWEEP_WRONG;
    if (!status)
        status =
            mlops_monitor_add_scored(monitor, rows, n, SWEEP_FEATURES, scores, 1, ids, NULL, err);
    if (!status) status = mlops_watch_keep(w, err);
    if (!status) status = mlops_monitor_add_labels(monitor, ids, labels, NULL, WINDOW, err);
    if (!status) status = mlops_watch_keep(w, err); /* the window is put again */
    if (status && status != SWEEP_WRONG && n && mlops_monitor_n_windows(monitor) > n_windows &&
        sweep_told(mlops_watch_keep(w, &again), &again) == SWEEP_WRONG)
        status = SWEEP_WRONG;
    if (!status && (mlops_watch_n_windows(w) != 1 || mlops_watch_n_rows(w) != WINDOW))
        status = SWEEP_WRONG;
    mlops_monitor_free(monitor);
    mlops_watch_close(w);
    return status;
}

static int tell_window(mlops_store *s, mlops_error *err) {
    char text[1 << 14];
    mlops_table *t = NULL;
    size_t n = 0;
    MLOPS_TRY(mlops_watch_describe(s, "m", 0, text, sizeof text, &n, err));
    if (strlen(text) != n || !strstr(text, "\"alarm\":{\"event\":\"") ||
        !strstr(text, "\"segments\":[{\"segment\":\"other\"") ||
        !strstr(text, "\"performance\":[{\"kind\":\"measured\",\"metric\":\"auc\",\"value\":1"))
        return SWEEP_WRONG;
    mlops_status status = mlops_watch_performance(&t, s, "m", err);
    if (status) return t ? SWEEP_WRONG : (int)status;
    return rows_of(t) > 0 ? MLOPS_OK : SWEEP_WRONG;
}

static int go_on_act(const mlops_host *host, mlops_store *s, mlops_error *err) {
    (void)host;
    int status = go_on(s, err);
    return status ? status : tell_window(s, err);
}

static int read_act(const mlops_host *host, mlops_store *s, mlops_error *err) {
    mlops_table *t;
    size_t n = 0;
    (void)host;
    mlops_status status = mlops_watch_windows(&t, s, "m", err);
    if (status) return t ? SWEEP_WRONG : (int)status;
    if (rows_of(t) != 1) return SWEEP_WRONG;
    MLOPS_TRY(mlops_watch_report(s, "m", 1, NULL, 0, &n, err));
    return n > 0 ? MLOPS_OK : SWEEP_WRONG;
}

static int prepare_window(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_error err;
    int status = prepare(host, dir);
    if (status) return status;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 0));
    status = watch_act(host, s, &err);
    mlops_store_close(s);
    return status;
}

static int put(const mlops_host *host, const char *dir) { return with_store(host, dir, put_act); }

static int set(const mlops_host *host, const char *dir) { return with_store(host, dir, set_act); }

static int refresh(const mlops_host *host, const char *dir) {
    return with_store(host, dir, refresh_act);
}

static int values(const mlops_host *host, const char *dir) {
    return with_store(host, dir, values_act);
}

static int predict(const mlops_host *host, const char *dir) {
    return with_store(host, dir, table_act);
}

static int watch(const mlops_host *host, const char *dir) {
    return with_store(host, dir, watch_act);
}

static int resume(const mlops_host *host, const char *dir) {
    return with_store(host, dir, go_on_act);
}

static int read_windows(const mlops_host *host, const char *dir) {
    return with_store(host, dir, read_act);
}

enum { ALL = SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE | SWEEP_ALONE };

const sweep_scenario sweep_deploy[] = {
    {"store featurestore put and get", prepare, put, judge, ALL},
    {"store deploy set", prepare, set, judge, ALL},
    {"store deployment refresh", prepare, refresh, judge, ALL},
    {"store deployment values", prepare, values, judge, ALL},
    {"store deployment predict", prepare, predict, judge, ALL},
    {"store watch add", prepare, watch, judge, ALL},
    {"store watch feed", prepare, feed_watch, judge, ALL},
    {"store watch resume", prepare, resume, judge, ALL},
    {"store watch read", prepare_window, read_windows, judge, ALL},
    {NULL, NULL, NULL, NULL, 0},
};
