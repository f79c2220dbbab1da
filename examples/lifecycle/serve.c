/* The lifecycle's service: a deployment, what it predicts, and what is watched of it. */
#include "life.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SERVED = 2000, KEPT = 5 /* columns of a customer */ };

/* Rows of a table as a service gets them: one by one, in the order of the features' inputs. */
typedef struct requests {
    int64_t n, d;
    mlops_feature_value *values;
    char **texts;
} requests;

static void take_column(requests *self, const mlops_table *table, int64_t column, int64_t input) {
    mlops_error error;
    double *numbers = must_alloc((size_t)self->n, sizeof *numbers);
    int text = mlops_table_type(table, column) == MLOPS_TYPE_STRING;
    if (!text) must(mlops_table_values(table, column, numbers, self->n, &error), &error);
    for (int64_t i = 0; i < self->n; i++) {
        mlops_feature_value *v = &self->values[i * self->d + input];
        size_t needed = 0;
        v->type = text ? MLOPS_TYPE_STRING : MLOPS_TYPE_FLOAT64;
        v->f64 = numbers[i];
        v->is_null = !text && isnan(numbers[i]);
        if (!text) continue;
        mlops_table_text(table, column, i, NULL, 0, &needed);
        char *copy = must_alloc(needed + 1, 1);
        mlops_table_text(table, column, i, copy, needed + 1, NULL);
        self->texts[i * self->d + input] = copy;
        v->text = copy;
        v->is_null = needed == 0;
    }
    free(numbers);
}

static requests requests_of(const life *self, const mlops_table *table) {
    requests r = {mlops_table_n_rows(table), mlops_feature_n_inputs(self->features), NULL, NULL};
    r.values = must_alloc((size_t)(r.n * r.d), sizeof *r.values);
    r.texts = must_alloc((size_t)(r.n * r.d), sizeof *r.texts);
    for (int64_t j = 0; j < r.d; j++) {
        const char *name = mlops_feature_input_name(self->features, j);
        int64_t column = mlops_table_find(table, name);
        if (column < 0) fail("production has no column '%s'", name);
        take_column(&r, table, column, j);
    }
    return r;
}

static void free_requests(requests *r) {
    for (int64_t i = 0; i < r->n * r->d; i++) free(r->texts[i]);
    free(r->texts);
    free(r->values);
}

static int64_t width_of(const life *self) { return self->n_classes > 2 ? self->n_classes : 1; }

static void serve_rows(life *self, const mlops_table *table) {
    static double times[SERVED];
    requests r = requests_of(self, table);
    double *out = must_alloc((size_t)width_of(self), sizeof *out);
    int64_t version = 0;
    for (int i = 0; i < SERVED; i++) {
        char key[32];
        snprintf(key, sizeof key, "customer %d", i);
        double begun = now_us();
        if (mlops_deployment_predict_values(self->deployment, key, r.values + i % r.n * r.d, r.d,
                                            out, width_of(self), &version))
            fail("%s", "serving failed");
        times[i] = now_us() - begun;
    }
    step_say("%d rows one by one, features and model: %.2f us, median; version %lld", SERVED,
             median_us(times, SERVED), (long long)version);
    free(out);
    free_requests(&r);
}

static void serve_batch(life *self, const mlops_table *table) {
    mlops_error error;
    int64_t n = mlops_table_n_rows(table), k = width_of(self);
    double *out = must_alloc((size_t)(n * k), sizeof *out);
    double begun = now_us();
    must(mlops_deployment_predict_table(self->deployment, table, NULL, out, n, k, NULL, &error),
         &error);
    step_say("a batch of %lld rows: %.2f us a row", (long long)n, (now_us() - begun) / (double)n);
    free(out);
}

static mlops_table *load_live(const char *path) {
    mlops_table *table;
    mlops_error error;
    must(mlops_table_load(&table, path, NULL, &error), &error);
    return table;
}

void tell_serving(life *self) {
    mlops_deploy_opts opts = MLOPS_DEPLOY_OPTS_INIT;
    mlops_error error;
    step_begin("Deploy and serve");
    opts.model = MODEL;
    mlops_change *change = change_begin(self, NULL);
    must(mlops_deploy_set(change, DEPLOYMENT, &opts, &error), &error);
    change_end(change);
    must(mlops_deployment_open(&self->deployment, self->store, DEPLOYMENT, &error), &error);
    mlops_table *table;
    must(mlops_dataset_table(&table, self->store, DATASET, NULL, NULL, MLOPS_PART_HELD_OUT, &error),
         &error);
    serve_rows(self, table);
    serve_batch(self, table);
    mlops_table_unref(table);
    step_end();
}

/* ---- what is known of a customer ---- */

/* Columns of a view that are not the table's. */
static int is_ours(const char *name) {
    return !strcmp(name, "customer") || !strcmp(name, "updated") || !strcmp(name, "status") ||
           !strcmp(name, "age_ns");
}

/* The first inputs of the features that are numbers. */
static int choose_kept(const life *self, const requests *r, int64_t kept[KEPT]) {
    int n = 0;
    for (int64_t j = 0; j < r->d && n < KEPT; j++)
        if (r->values[j].type == MLOPS_TYPE_FLOAT64 && !r->values[j].is_null &&
            !is_ours(mlops_feature_input_name(self->features, j)))
            kept[n++] = j;
    return n;
}

static mlops_table *customers_of(const life *self, const requests *r, const int64_t *kept, int n) {
    mlops_table *table;
    mlops_error error;
    char *csv;
    size_t size;
    FILE *to = open_memstream(&csv, &size);
    fprintf(to, "customer,updated");
    for (int k = 0; k < n; k++)
        fprintf(to, ",\"%s\"", mlops_feature_input_name(self->features, kept[k]));
    for (int64_t i = 0; i < r->n; i++) {
        fprintf(to, "\ncustomer %lld,%lld000000000", (long long)i, (long long)time(NULL));
        for (int k = 0; k < n; k++) {
            const mlops_feature_value *v = &r->values[i * r->d + kept[k]];
            if (v->is_null) fprintf(to, ",");
            else fprintf(to, ",%.17g", v->f64);
        }
    }
    fclose(to);
    must(mlops_table_parse(&table, csv, size, NULL, &error), &error);
    free(csv);
    return table;
}

static void keep_customers(life *self, const mlops_table *rows) {
    mlops_online_opts opts = MLOPS_ONLINE_OPTS_INIT;
    mlops_error error;
    int64_t n_put = 0;
    opts.ttl_ns = (int64_t)7 * 24 * 3600 * 1000000000;
    mlops_change *change = change_begin(self, NULL);
    must(mlops_online_define(change, "customers", rows, "customer", "updated", &opts, &error),
         &error);
    change_end(change);
    must(mlops_online_open(&self->customers, self->store, "customers", &error), &error);
    must(mlops_online_put(self->customers, rows, &n_put, &error), &error);
    step_say("the newest %lld columns of %lld customers are kept; a row serves for 7 days",
             (long long)mlops_table_n_columns(rows) - 2, (long long)n_put);
}

/* Columns of the row that is looked up take the place of those of the request. */
static void serve_customer(life *self, requests *r, const int64_t *kept, int n) {
    static const char KEY[] = "customer\ncustomer 0\n";
    mlops_table *key, *found;
    mlops_error error;
    char status[16];
    int64_t version;
    double *out = must_alloc((size_t)width_of(self) * 2, sizeof *out);
    must(mlops_table_parse(&key, KEY, sizeof KEY - 1, NULL, &error), &error);
    if (mlops_deployment_predict_values(self->deployment, "customer 0", r->values, r->d,
                                        out + width_of(self), width_of(self), &version))
        fail("%s", "serving failed");
    double begun = now_us();
    must(mlops_online_get(&found, self->customers, key, 0, &error), &error);
    for (int k = 0; k < n; k++) {
        mlops_feature_value *v = &r->values[kept[k]];
        must(mlops_table_values(found, k + 2, &v->f64, 1, &error), &error);
        v->is_null = isnan(v->f64);
    }
    if (mlops_deployment_predict_values(self->deployment, "customer 0", r->values, r->d, out,
                                        width_of(self), &version))
        fail("%s", "serving failed");
    double took = now_us() - begun;
    mlops_table_text(found, mlops_table_find(found, "status"), 0, status, sizeof status, NULL);
    if (memcmp(out, out + width_of(self), (size_t)width_of(self) * sizeof *out) != 0)
        fail("%s", "what was looked up is not what was put");
    step_say("customer 0 is a %s: %g, by version %lld, looked up and predicted in %.1f us", status,
             out[0], (long long)version, took);
    mlops_table_unref(found);
    mlops_table_unref(key);
    free(out);
}

void tell_customers(life *self) {
    mlops_table *held;
    mlops_error error;
    int64_t kept[KEPT];
    step_begin("Look up what is known of a customer");
    must(mlops_dataset_table(&held, self->store, DATASET, NULL, NULL, MLOPS_PART_HELD_OUT, &error),
         &error);
    requests r = requests_of(self, held);
    int n = choose_kept(self, &r, kept);
    mlops_table *rows = customers_of(self, &r, kept, n);
    keep_customers(self, rows);
    serve_customer(self, &r, kept, n);
    mlops_table_unref(rows);
    free_requests(&r);
    mlops_table_unref(held);
    step_end();
}

/* ---- watching ---- */

/* What the newest window says. */
static void tell_window(const life *self) {
    mlops_drift *drift;
    mlops_error error;
    must(mlops_watch_drift(&drift, self->watch, &error), &error);
    int64_t n = mlops_drift_n_columns(drift), shown = 0;
    mlops_drift_verdict verdict = mlops_drift_overall(drift);
    if (verdict == MLOPS_DRIFT_NO)
        say_good("no drift: none of %lld columns has moved beyond tolerance", (long long)n);
    else if (verdict == MLOPS_DRIFT_NOT_ENOUGH_DATA)
        say_good("no alarm in %lld columns; the reference is too small to rule drift out",
                 (long long)n);
    else
        say_bad("drift in %lld of %lld columns", (long long)mlops_drift_n_drifted(drift),
                (long long)n);
    for (int64_t i = 0; i < n && shown < 6; i++) {
        mlops_drift_column c = MLOPS_DRIFT_COLUMN_INIT;
        if (mlops_drift_get(drift, i, &c) || c.verdict != MLOPS_DRIFT_YES) continue;
        shown++;
        step_say("  %-24s %-5s %.3f, at least %.3f (tolerance %.2f), p %.1e", c.name, c.test,
                 c.effect, c.effect_low, c.tolerance, c.p_adjusted);
    }
    mlops_drift_unref(drift);
}

static void watch_file(life *self, const char *path) {
    mlops_error error;
    mlops_table *live = load_live(path);
    must(mlops_watch_add_table(self->watch, live, &error), &error);
    serve_batch(self, live);
    mlops_table_unref(live);
    tell_window(self);
}

void tell_calm(life *self) {
    mlops_watch_opts opts = MLOPS_WATCH_OPTS_INIT;
    mlops_error error;
    step_begin("Production, as the table was");
    opts.window_rows = WINDOW;
    must(mlops_watch_open(&self->watch, self->store, MODEL, "champion", &opts, &error), &error);
    write_production(self, self->live_path, WINDOW, 0);
    watch_file(self, self->live_path);
    step_end();
}

/* The first column of numbers at or behind from that takes many values, or -1. */
static int64_t continuous(const life *self, int64_t from) {
    const lines *t = &self->table;
    for (int64_t j = from; j < t->n_columns; j++) {
        int64_t changes = 0, numbers = 0;
        if (!strcmp(t->names[j], self->s.target)) continue;
        for (int64_t i = 1; i < t->n_rows; i++) {
            const char *a = t->fields[i * t->n_columns + j], *b = a;
            char *end;
            strtod(b, &end);
            numbers += !*end;
            changes += strcmp(a, t->fields[(i - 1) * t->n_columns + j]) != 0;
        }
        if (numbers == t->n_rows - 1 && changes > t->n_rows / 2) return j;
    }
    return -1;
}

static double deviation(const lines *t, int64_t column) {
    double n = 0, sum = 0, squares = 0;
    for (int64_t i = 0; i < t->n_rows; i++) {
        double v = strtod(t->fields[i * t->n_columns + column], NULL);
        n++, sum += v, squares += v * v;
    }
    return n > 0 ? sqrt(fmax(squares / n - sum / n * (sum / n), 0)) : 0;
}

void tell_shift(life *self) {
    step_begin("Production shifts");
    self->grows = continuous(self, 0);
    self->missing = self->grows < 0 ? -1 : continuous(self, self->grows + 1);
    if (self->grows >= 0) {
        self->step = 0.75 * deviation(&self->table, self->grows);
        step_say("'%s' grows by %.3g (three quarters of its standard deviation)",
                 self->table.names[self->grows], self->step);
    }
    if (self->missing >= 0)
        step_say("'%s' goes missing in a third of the rows", self->table.names[self->missing]);
    write_production(self, self->live_path, WINDOW, 1);
    watch_file(self, self->live_path);
    step_end();
}

static int64_t n_windows(const life *self, int64_t *n_drifted) {
    mlops_table *windows;
    mlops_error error;
    must(mlops_watch_windows(&windows, self->store, MODEL, &error), &error);
    int64_t n = mlops_table_n_rows(windows), column = mlops_table_find(windows, "verdict");
    for (int64_t i = 0; i < n; i++) {
        char verdict[32];
        mlops_table_text(windows, column, i, verdict, sizeof verdict, NULL);
        *n_drifted += !strcmp(verdict, "drift");
    }
    mlops_table_unref(windows);
    return n;
}

void tell_production(life *self) {
    mlops_error error;
    int64_t drifted = 0;
    step_begin("Production, from the file");
    step_say("%s: %lld rows", self->s.production, (long long)self->production.n_rows);
    mlops_table *live = load_live(self->s.production);
    must(mlops_watch_add_table(self->watch, live, &error), &error);
    serve_batch(self, live);
    mlops_table_unref(live);
    int64_t n = n_windows(self, &drifted);
    step_say("%lld windows are kept in the store; drift in %lld of them. The newest:", (long long)n,
             (long long)drifted);
    tell_window(self);
    step_end();
}

/* ---- the canary ---- */

void tell_canary(life *self) {
    mlops_deploy_opts opts = MLOPS_DEPLOY_OPTS_INIT;
    mlops_promote_opts promote = MLOPS_PROMOTE_OPTS_INIT;
    mlops_error error;
    char which[24];
    int64_t swapped = 0, on_canary = 0;
    step_begin("Try it on a tenth of the keys");
    snprintf(which, sizeof which, "%lld", (long long)self->version);
    opts.model = MODEL;
    opts.canary_share = 0.1;
    promote.note = "to be tried";
    mlops_change *change = change_begin(self, "canary");
    must(mlops_registry_promote(change, MODEL, which, "canary", &promote, &error), &error);
    must(mlops_deploy_set(change, DEPLOYMENT, &opts, &error), &error);
    change_end(change);
    must(mlops_deployment_refresh(self->deployment, &swapped, &error), &error);
    for (int i = 0; i < 10000; i++) {
        char key[32];
        snprintf(key, sizeof key, "customer %d", i);
        on_canary += mlops_deployment_route(self->deployment, key) == self->version;
    }
    step_say("%lld versions loaded without a pause; %lld of 10,000 keys go to version %s, always "
             "the same ones",
             (long long)swapped, (long long)on_canary, which);
    step_end();
}

/* ---- the end ---- */

static void tell_chain(const life *self) {
    mlops_error error;
    mlops_id link, root;
    mlops_audit *proven;
    int64_t n = 0;
    size_t size;
    must(mlops_audit_verify(self->store, &link, &n, &error), &error);
    must(mlops_audit_root(self->store, n, &root, &error), &error);
    must(mlops_audit_prove(self->store, 1, n, NULL, 0, &size, &error), &error);
    char *proof = must_alloc(size + 1, 1);
    must(mlops_audit_prove(self->store, 1, n, proof, size + 1, NULL, &error), &error);
    must(mlops_audit_parse(&proven, proof, size, &root, NULL, &error), &error);
    say_good("%lld commits, each chained to the one before; the first one proven in %zu bytes",
             (long long)n, size);
    mlops_audit_unref(proven);
    free(proof);
}

static void tell_check(const life *self) {
    mlops_store_stats stats = MLOPS_STORE_STATS_INIT;
    mlops_check *check;
    mlops_error error;
    char *path = text_of("%s/lifecycle.mlops", self->s.out);
    must(mlops_check_store(&check, path, NULL, &error), &error);
    if (mlops_check_n_faults(check)) fail("the store is damaged: %s", mlops_check_fault(check, 0));
    mlops_check_unref(check);
    free(path);
    must(mlops_store_stat(self->store, &stats, &error), &error);
    say_good("%lld records and %lld pieces of content, all sound; %lld KiB on disk",
             (long long)stats.n_records, (long long)stats.n_objects,
             (long long)(stats.journal_bytes + stats.pack_bytes) >> 10);
}

void tell_share(life *self) {
    char *path = text_of("%s/share", self->s.out), *other = text_of("%s/second.mlops", self->s.out);
    mlops_error error;
    mlops_share *share;
    mlops_store *second;
    mlops_id id;
    step_begin("Share the data");
    must(mlops_share_directory(&share, path, NULL, &error), &error);
    const mlops_remote *remote = mlops_share_remote(share);
    must(mlops_dataset_push(self->store, remote, DATASET, NULL, NULL, &error), &error);
    must(mlops_store_open(&second, other, NULL, &error), &error);
    must(mlops_dataset_pull(second, remote, DATASET, NULL, NULL, &error), &error);
    must(mlops_dataset_resolve(&id, second, DATASET, NULL, &error), &error);
    if (memcmp(&id, &self->commit, sizeof id) != 0) fail("the stores differ");
    step_say("%s has the same commits, by way of %s", other, path);
    mlops_store_close(second);
    mlops_share_close(share);
    free(other);
    free(path);
    step_end();
}

void tell_evidence(life *self) {
    mlops_error error;
    mlops_bundle *bundle;
    step_begin("Verify, check, report");
    tell_chain(self);
    tell_check(self);
    must(mlops_registry_load(&bundle, self->store, MODEL, "champion", &error), &error);
    must(mlops_registry_bundle(self->store, MODEL, "champion", self->bundle_path, &error), &error);
    step_say("%s: version %s, to carry to a pod or a device", self->bundle_path,
             mlops_bundle_version(bundle));
    mlops_bundle_unref(bundle);
    must(mlops_watch_save(self->watch, self->report_path, &error), &error);
    step_say("%s: the newest window against what the champion learnt from", self->report_path);
    step_end();
}
