/* Drift: tables compared with tables and with a reference, verdicts told and saved.
 *
 * Owns nothing. The current rows are the reference's, x shifted far beyond any tolerance.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include <stdio.h>
#include <string.h>

enum { SHIFT = 90 };

/* What a verb found is looked at and ended. */
static int finish(mlops_status status, mlops_drift *d, const mlops_error *err) {
    if (status) return d || err->code != status || !err->message[0] ? SWEEP_WRONG : status;
    mlops_drift_column first = MLOPS_DRIFT_COLUMN_INIT;
    mlops_drift_unref(mlops_drift_ref(d));
    int good = mlops_drift_overall(d) == MLOPS_DRIFT_YES && mlops_drift_severity(d) > 1 &&
               mlops_drift_n_columns(d) == 3 && mlops_drift_n_drifted(d) > 0 &&
               mlops_drift_get(d, 0, &first) == MLOPS_OK && strcmp(first.name, "x") == 0;
    mlops_table *regions;
    mlops_error late;
    status = mlops_drift_regions(&regions, d, &late);
    mlops_drift_unref(d);
    if (status) return regions || late.code != status || !late.message[0] ? SWEEP_WRONG : status;
    good = good && mlops_table_n_rows(regions) > 0;
    mlops_table_unref(regions);
    return good ? MLOPS_OK : SWEEP_WRONG;
}

static mlops_status compare_by(mlops_drift **out, mlops_drift_preset preset, const mlops_host *host,
                               mlops_error *err) {
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    mlops_table *before, *now;
    opts.host = host;
    opts.preset = preset;
    opts.tv_tolerance = opts.ks_tolerance = preset == MLOPS_DRIFT_TFDV ? 0.1 : 0;
    *out = NULL;
    MLOPS_TRY(sweep_parse_csv(&before, host, 0, err));
    mlops_status status = sweep_parse_csv(&now, host, SHIFT, err);
    if (!status) {
        status = mlops_drift_compare(out, before, now, &opts, err);
        mlops_table_unref(now);
    }
    mlops_table_unref(before);
    return status;
}

static mlops_status compare(mlops_drift **out, const mlops_host *host, mlops_error *err) {
    return compare_by(out, MLOPS_DRIFT_NATIVE, host, err);
}

static int compare_presets(const mlops_host *host, const char *dir) {
    (void)dir;
    for (int preset = MLOPS_DRIFT_EVIDENTLY; preset <= MLOPS_DRIFT_TFDV; preset++) {
        mlops_drift *d;
        mlops_error err;
        mlops_status status = compare_by(&d, (mlops_drift_preset)preset, host, &err);
        if (status) return d || err.code != status || !err.message[0] ? SWEEP_WRONG : status;
        int told = mlops_drift_n_drifted(d) > 0;
        mlops_drift_unref(d);
        if (!told) return SWEEP_WRONG;
    }
    return MLOPS_OK;
}

static int compare_tables(const mlops_host *host, const char *dir) {
    mlops_drift *d;
    mlops_error err;
    (void)dir;
    mlops_status status = compare(&d, host, &err);
    return finish(status, d, &err);
}

/* Rows of a few words, none of which comes twice. */
static mlops_status parse_texts(mlops_table **out, const char *word, const mlops_host *host,
                                mlops_error *err) {
    enum { ROWS = 70 };
    char csv[ROWS * 48 + 8], *end = csv + sprintf(csv, "s\n");
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    opts.host = host;
    for (int i = 0; i < ROWS; i++) end += sprintf(end, "%s came with row %d at last\n", word, i);
    return mlops_table_parse(out, csv, (size_t)(end - csv), &opts, err);
}

static int compare_texts(const mlops_host *host, const char *dir) {
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    mlops_table *before, *now, *told;
    mlops_drift *d = NULL;
    mlops_error err;
    (void)dir;
    opts.host = host;
    MLOPS_TRY(parse_texts(&before, "nothing", host, &err));
    mlops_status status = parse_texts(&now, "BROKEN", host, &err);
    if (!status) {
        status = mlops_drift_compare(&d, before, now, &opts, &err);
        mlops_table_unref(now);
    }
    int good = !d == !!status && (status || mlops_drift_n_columns(d) == 8);
    mlops_drift_unref(d);
    if (!status) {
        status = mlops_table_texts(&told, before, "s", &err);
        good = good && !told == !!status && (status || mlops_table_n_rows(told) == 70);
        mlops_table_unref(told);
    }
    mlops_table_unref(before);
    if (status) return !good || err.code != status || !err.message[0] ? SWEEP_WRONG : (int)status;
    return good ? MLOPS_OK : SWEEP_WRONG;
}

/* A reference that keeps what is counted of texts. */
static int compare_kept_texts(const mlops_host *host, const char *dir) {
    mlops_reference_opts keep = MLOPS_REFERENCE_OPTS_INIT;
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    mlops_reference *r;
    mlops_table *t;
    mlops_drift *d = NULL;
    mlops_error err;
    (void)dir;
    keep.host = opts.host = host;
    keep.flags = MLOPS_REFERENCE_TEXTS | MLOPS_REFERENCE_EXACT;
    MLOPS_TRY(parse_texts(&t, "nothing", host, &err));
    mlops_status status = mlops_reference_new(&r, t, &keep, &err);
    if (!status) status = mlops_drift_compare_reference(&d, r, t, &opts, &err);
    int good = !d == !!status && (status || mlops_drift_n_columns(d) == 8);
    mlops_drift_unref(d);
    mlops_reference_unref(r);
    mlops_table_unref(t);
    if (status) return !good || err.code != status || !err.message[0] ? SWEEP_WRONG : (int)status;
    return good ? MLOPS_OK : SWEEP_WRONG;
}

/* Texts as categories, more than are kept: by table, and by a reference that goes through a file.
 */
static mlops_status compare_seen_by(mlops_drift **out, mlops_table *t, const mlops_host *host,
                                    const char *dir, mlops_error *err) {
    mlops_reference_opts keep = MLOPS_REFERENCE_OPTS_INIT;
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    mlops_reference *r;
    sweep_path path;
    keep.host = opts.host = host;
    opts.flags = MLOPS_DRIFT_WHOLE_TEXTS;
    MLOPS_TRY(mlops_drift_compare(out, t, t, &opts, err));
    mlops_drift_unref(*out);
    MLOPS_TRY(mlops_reference_new(&r, t, &keep, err));
    mlops_status status = mlops_reference_save(r, sweep_in(&path, dir, "seen"), err);
    mlops_reference_unref(r);
    if (status) return status;
    MLOPS_TRY(mlops_reference_load(&r, path.text, &keep, err));
    status = mlops_drift_compare_reference(out, r, t, &opts, err);
    mlops_reference_unref(r);
    return status;
}

static int compare_seen(const mlops_host *host, const char *dir) {
    mlops_table *t;
    mlops_drift *d = NULL;
    mlops_error err;
    MLOPS_TRY(parse_texts(&t, "nothing", host, &err));
    mlops_status status = compare_seen_by(&d, t, host, dir, &err);
    mlops_table_unref(t);
    int good = !status && mlops_drift_n_columns(d) == 1;
    if (!status) mlops_drift_unref(d);
    if (status) return err.code != status || !err.message[0] ? SWEEP_WRONG : (int)status;
    return good ? MLOPS_OK : SWEEP_WRONG;
}

static mlops_status make_reference(mlops_reference **out, uint32_t flags, const mlops_host *host,
                                   mlops_error *err) {
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    mlops_table *t;
    opts.host = host;
    opts.flags = flags;
    MLOPS_TRY(sweep_parse_csv(&t, host, 0, err));
    mlops_status status = mlops_reference_new(out, t, &opts, err);
    mlops_table_unref(t);
    return status;
}

static int compare_kept(uint32_t flags, const mlops_host *host) {
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    mlops_reference *r;
    mlops_table *now;
    mlops_drift *d = NULL;
    mlops_error err;
    opts.host = host;
    MLOPS_TRY(make_reference(&r, flags, host, &err));
    mlops_status status = sweep_parse_csv(&now, host, SHIFT, &err);
    if (!status) {
        status = mlops_drift_compare_reference(&d, r, now, &opts, &err);
        mlops_table_unref(now);
    }
    mlops_reference_unref(r);
    return finish(status, d, &err);
}

static int compare_reference(const mlops_host *host, const char *dir) {
    (void)dir;
    return compare_kept(0, host);
}

static int compare_exact(const mlops_host *host, const char *dir) {
    (void)dir;
    return compare_kept(MLOPS_REFERENCE_EXACT, host);
}

/* Hands out a table, again and again. */
static int32_t open_table(void *user, const char *columns, struct ArrowArrayStream *out) {
    mlops_error err;
    (void)columns;
    return mlops_table_export_stream(user, out, &err) == MLOPS_OK ? 0 : -12; /* ENOMEM */
}

static int compare_streams(const mlops_host *host, const char *dir) {
    mlops_drift_stream_opts opts = MLOPS_DRIFT_STREAM_OPTS_INIT;
    mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
    mlops_table *before, *now;
    mlops_drift *d = NULL;
    mlops_error err;
    (void)dir;
    opts.drift = &drift;
    drift.host = host;
    MLOPS_TRY(sweep_parse_csv(&before, host, 0, &err));
    mlops_status status = sweep_parse_csv(&now, host, SHIFT, &err);
    if (!status) {
        opts.reference_open = opts.current_open = open_table;
        opts.reference_user = before;
        opts.current_user = now;
        status = mlops_drift_compare_stream(&d, &opts, &err);
        mlops_table_unref(now);
    }
    mlops_table_unref(before);
    int result = finish(status, d, &err);
    /* the producer's own words: it has no other way to say so */
    return result == MLOPS_E_IO && strstr(err.message, "memory") ? MLOPS_E_NOMEM : result;
}

/* Texts out of streams, which are counted in a pass of their own. */
static int compare_text_streams(const mlops_host *host, const char *dir) {
    mlops_drift_stream_opts opts = MLOPS_DRIFT_STREAM_OPTS_INIT;
    mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
    mlops_table *before;
    mlops_drift *d;
    mlops_error err;
    (void)dir;
    opts.drift = &drift;
    drift.host = host;
    MLOPS_TRY(parse_texts(&before, "nothing", host, &err));
    opts.reference_open = opts.current_open = open_table;
    opts.reference_user = opts.current_user = before;
    mlops_status status = mlops_drift_compare_stream(&d, &opts, &err);
    int good = !d == !!status && (status || mlops_drift_n_columns(d) == 8);
    mlops_drift_unref(d);
    mlops_table_unref(before);
    if (status == MLOPS_E_IO && strstr(err.message, "memory")) return MLOPS_E_NOMEM;
    if (status) return !good || err.code != status || !err.message[0] ? SWEEP_WRONG : (int)status;
    return good ? MLOPS_OK : SWEEP_WRONG;
}

static int put_sides(const mlops_host *host, const char *dir) {
    mlops_reference *r;
    mlops_error err;
    sweep_path path;
    MLOPS_TRY(make_reference(&r, 0, host, &err));
    mlops_status status = mlops_reference_save(r, sweep_in(&path, dir, "kept"), &err);
    mlops_reference_unref(r);
    if (status) return status;
    return sweep_put_csv(host, dir, "before.csv", 0) || sweep_put_csv(host, dir, "now.csv", SHIFT);
}

static int compare_paths(const mlops_host *host, const char *dir, const char *reference) {
    mlops_drift_stream_opts opts = MLOPS_DRIFT_STREAM_OPTS_INIT;
    mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
    mlops_drift *d;
    mlops_error err;
    sweep_path before, now;
    opts.drift = &drift;
    drift.host = host;
    opts.reference_path = sweep_in(&before, dir, reference);
    opts.current_path = sweep_in(&now, dir, "now.csv");
    mlops_status status = mlops_drift_compare_stream(&d, &opts, &err);
    return finish(status, d, &err);
}

static int compare_files(const mlops_host *host, const char *dir) {
    return compare_paths(host, dir, "before.csv");
}

static int compare_kept_file(const mlops_host *host, const char *dir) {
    return compare_paths(host, dir, "kept");
}

static int put_older(const mlops_host *host, const char *dir) {
    return sweep_put(host, dir, "r.html", "older", 5) || sweep_put(host, dir, "r.json", "older", 5);
}

static int save_as(const mlops_host *host, const char *dir, const char *name) {
    mlops_drift *d;
    mlops_error err;
    sweep_path path;
    MLOPS_TRY(compare(&d, host, &err));
    mlops_status status = mlops_drift_save(d, sweep_in(&path, dir, name), &err);
    mlops_drift_unref(d);
    return status && (err.code != status || !err.message[0]) ? SWEEP_WRONG : (int)status;
}

static int save_html(const mlops_host *host, const char *dir) {
    return save_as(host, dir, "r.html");
}

static int save_json(const mlops_host *host, const char *dir) {
    return save_as(host, dir, "r.json");
}

static int tell_json(const mlops_host *host, const char *dir) {
    static char text[65536];
    mlops_drift *d;
    size_t needed = 0;
    (void)dir;
    MLOPS_TRY(compare(&d, host, NULL));
    mlops_status status = mlops_drift_json(d, text, sizeof text, &needed);
    mlops_drift_unref(d);
    if (status) return status;
    return strlen(text) == needed && strstr(text, "colour") ? MLOPS_OK : SWEEP_WRONG;
}

/* ---- rows as a whole ---- */

enum { ROWS = 60 };

static void fill_rows(float *x, double *y) {
    for (int i = 0; i < ROWS * 2; i++) x[i] = (float)(i * 7 % 31), y[i] = (double)(i * 5 % 29) + 40;
}

static mlops_status compare_rows(mlops_multivariate_result *out, const mlops_multivariate *both,
                                 mlops_error *err) {
    mlops_mmd_opts opts = MLOPS_MMD_OPTS_INIT;
    for (int method = MLOPS_MMD_EXACT; method <= MLOPS_MMD_ALIBI; method++) {
        opts.method = (mlops_mmd_method)method;
        opts.n_permutations = method == MLOPS_MMD_FOURIER ? 0 : 99;
        MLOPS_TRY(mlops_multivariate_mmd(out, both, &opts, err));
        if (out->verdict != MLOPS_DRIFT_YES) return (mlops_status)SWEEP_WRONG;
    }
    return MLOPS_OK;
}

static mlops_status fit_rows(const mlops_multivariate *both, mlops_error *err) {
    mlops_multivariate_result found = MLOPS_MULTIVARIATE_RESULT_INIT;
    mlops_classify_opts few = MLOPS_CLASSIFY_OPTS_INIT;
    mlops_pca_opts opts = MLOPS_PCA_OPTS_INIT;
    mlops_table *chunks, *features;
    few.n_trees = 1;
    opts.preset = MLOPS_DRIFT_NANNYML;
    MLOPS_TRY(mlops_multivariate_pca(&found, both, NULL, err));
    MLOPS_TRY(mlops_multivariate_pca(&found, both, &opts, err));
    MLOPS_TRY(mlops_multivariate_classify(&found, both, &few, err));
    if (found.effect < 0.9) return (mlops_status)SWEEP_WRONG;
    MLOPS_TRY(mlops_multivariate_chunks(&chunks, both, &opts, err));
    const int64_t n = mlops_table_n_rows(chunks);
    mlops_table_unref(chunks);
    MLOPS_TRY(mlops_multivariate_features(&features, both, &few, err));
    mlops_table_unref(features);
    MLOPS_TRY(mlops_multivariate_residuals(&features, both, NULL, err));
    mlops_table_unref(features);
    return n == 20 ? MLOPS_OK : (mlops_status)SWEEP_WRONG;
}

static mlops_status take_imprint(const mlops_multivariate *both, const mlops_host *host,
                                 mlops_error *err) {
    static uint8_t bytes[1 << 14];
    size_t n = 0;
    mlops_imprint *self;
    mlops_table *windows;
    mlops_multivariate_result found = MLOPS_MULTIVARIATE_RESULT_INIT;
    MLOPS_TRY(mlops_imprint_fit(&self, both, NULL, err));
    mlops_status status = mlops_imprint_save(self, bytes, sizeof bytes, &n);
    mlops_imprint_free(self);
    if (!status) status = mlops_imprint_load(&self, bytes, n, host, err);
    if (status) return status;
    status = mlops_imprint_mmd(&found, self, both, NULL, err);
    if (!status && found.verdict != MLOPS_DRIFT_YES) status = (mlops_status)SWEEP_WRONG;
    if (!status) status = mlops_imprint_windows(&windows, self, both, 50, NULL, err);
    if (!status) mlops_table_unref(windows);
    mlops_imprint_free(self);
    return status;
}

static mlops_status make_rows(mlops_multivariate **out, const mlops_host *host, int kind,
                              mlops_table *const tables[2], mlops_error *err) {
    static float x[ROWS * 4];
    static double y[ROWS * 4];
    mlops_multivariate_opts opts = MLOPS_MULTIVARIATE_OPTS_INIT;
    opts.host = host;
    fill_rows(x, y);
    for (int i = 0; i < ROWS * 2; i++) x[ROWS * 2 + i] = (float)y[i], y[ROWS * 2 + i] = y[i] - 40;
    if (kind == 0)
        return mlops_multivariate_rows(out, x, ROWS, x + ROWS * 2, ROWS, 2, 2, 1, 2, 1, &opts, err);
    if (kind == 1)
        return mlops_multivariate_rows_f64(out, y + ROWS * 2, ROWS, y, ROWS, 2, 2, 1, 2, 1, &opts,
                                           err);
    if (kind == 2) opts.columns = "c1,c0", opts.ignore = "c1";
    return mlops_multivariate_tables(out, tables[0], tables[1], &opts, err);
}

/* Tables of the same numbers, one of which is spelled. */
static mlops_status spell_rows(mlops_table *tables[2], const mlops_host *host, mlops_error *err) {
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    opts.host = host;
    for (int s = 0; s < 2; s++) {
        char text[ROWS * 16];
        size_t n = (size_t)snprintf(text, sizeof text, "c0,c1\n");
        for (int i = 0; i < ROWS; i++)
            n += (size_t)snprintf(text + n, sizeof text - n, "%d,%s%d\n", i % 31 + s * 40,
                                  i % 9 ? "t" : "", i % 29 + s);
        mlops_table_unref(tables[s]);
        tables[s] = NULL;
        MLOPS_TRY(mlops_table_parse(&tables[s], text, n, &opts, err));
    }
    return MLOPS_OK;
}

static int compare_whole(const mlops_host *host, const char *dir) {
    double values[2][ROWS * 2];
    mlops_table *tables[2] = {0};
    mlops_error err;
    mlops_status status = MLOPS_OK;
    (void)dir;
    for (int i = 0; i < ROWS * 2; i++) values[0][i] = i % 31, values[1][i] = i % 29 + 40;
    for (int s = 0; s < 2 && !status; s++)
        status = mlops_table_from_matrix(&tables[s], values[s], ROWS, 2, NULL, host, &err);
    for (int kind = 0; kind < 4 && !status; kind++) {
        if (kind == 3) status = spell_rows(tables, host, &err);
        if (status) break;
        mlops_multivariate *both;
        mlops_multivariate_result found = MLOPS_MULTIVARIATE_RESULT_INIT;
        status = make_rows(&both, host, kind, tables, &err);
        if (!status) status = compare_rows(&found, both, &err);
        else if (both) status = (mlops_status)SWEEP_WRONG;
        if (!status) status = fit_rows(both, &err);
        if (!status && kind < 2) status = take_imprint(both, host, &err);
        mlops_multivariate_free(both);
    }
    for (int s = 0; s < 2; s++) mlops_table_unref(tables[s]);
    return status ? sweep_told(status, &err) : MLOPS_OK;
}

/* In all three ways, over what stands there. */
static int save_whole(const mlops_host *host, const char *dir) {
    sweep_path path;
    mlops_multivariate *both;
    mlops_error err;
    mlops_mmd_opts mmd = MLOPS_MMD_OPTS_INIT;
    mlops_classify_opts few = MLOPS_CLASSIFY_OPTS_INIT;
    mlops_multivariate_report_opts opts = MLOPS_MULTIVARIATE_REPORT_OPTS_INIT;
    mmd.n_permutations = 99;
    few.n_trees = 1;
    opts.mmd = &mmd;
    opts.classify = &few;
    mlops_status status = make_rows(&both, host, 0, NULL, &err);
    if (status) return sweep_told(status, &err);
    status = mlops_multivariate_save(both, sweep_in(&path, dir, "r.html"), &opts, &err);
    mlops_multivariate_free(both);
    return sweep_told(status, &err);
}

const sweep_scenario sweep_drift[] = {
    {"drift: compare tables", NULL, compare_tables, NULL, SWEEP_MEMORY},
    {"drift: compare by presets", NULL, compare_presets, NULL, SWEEP_MEMORY},
    {"drift: compare texts", NULL, compare_texts, NULL, SWEEP_MEMORY},
    {"drift: compare with a reference", NULL, compare_reference, NULL, SWEEP_MEMORY},
    {"drift: compare with a reference of texts", NULL, compare_kept_texts, NULL, SWEEP_MEMORY},
    {"drift: compare with what a reference has seen", NULL, compare_seen, NULL,
     SWEEP_MEMORY | SWEEP_IO},
    {"drift: compare with an exact reference", NULL, compare_exact, NULL, SWEEP_MEMORY},
    {"drift: compare streams", NULL, compare_streams, NULL, SWEEP_MEMORY},
    {"drift: compare streams of texts", NULL, compare_text_streams, NULL, SWEEP_MEMORY},
    {"drift: compare files", put_sides, compare_files, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"drift: compare with a file", put_sides, compare_kept_file, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"drift: save HTML", put_older, save_html, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"drift: save JSON", put_older, save_json, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"drift: rows as a whole", NULL, compare_whole, NULL, SWEEP_MEMORY},
    {"drift: save rows as a whole", put_older, save_whole, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"drift: tell JSON", NULL, tell_json, NULL, SWEEP_MEMORY},
    {NULL, NULL, NULL, NULL, 0},
};
