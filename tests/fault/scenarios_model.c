/* Models: loaded from both formats of XGBoost, described, bound to tables, run in contexts.
 *
 * Owns nothing; the model and what XGBoost makes of two rows are shared data.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include <math.h>
#include <string.h>

static int put_model(const mlops_host *host, const char *dir) {
    return sweep_put_fixture(host, dir, "model.json") || sweep_put_fixture(host, dir, "model.ubj");
}

static int right_values(const double *out, int64_t n) {
    return memcmp(out, sweep_predictions, (size_t)n * sizeof *out) == 0;
}

static void widen_rows(double *out) {
    for (int i = 0; i < 2 * SWEEP_FEATURES; i++) out[i] = (double)sweep_rows[i];
}

static int predicts(const mlops_model *m) {
    double out[2];
    if (mlops_model_n_features(m) != SWEEP_FEATURES || mlops_model_width(m, 0) != 1 ||
        strcmp(mlops_model_feature_name(m, 1), "colour_n") != 0)
        return 0;
    if (mlops_model_predict(m, sweep_rows, 2, SWEEP_FEATURES, out, 1)) return 0;
    if (!right_values(out, 2)) return 0;
    double wide[2 * SWEEP_FEATURES];
    widen_rows(wide);
    if (mlops_model_predict_f64(m, wide, 2, SWEEP_FEATURES, out, 1)) return 0;
    return right_values(out, 2);
}

static int load_with(const mlops_host *host, const char *dir, const char *name, const char *cache) {
    mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
    mlops_model *m;
    mlops_error err;
    sweep_path path;
    opts.host = host;
    opts.cache = cache;
    mlops_status status = mlops_model_load(&m, sweep_in(&path, dir, name), &opts, &err);
    if (status) return m || err.code != status || !err.message[0] ? SWEEP_WRONG : status;
    int good = predicts(m);
    mlops_model_unref(m);
    return good ? MLOPS_OK : SWEEP_WRONG;
}

static int load_as(const mlops_host *host, const char *dir, const char *name) {
    return load_with(host, dir, name, NULL);
}

static int fill_cache(const mlops_host *host, const char *dir) {
    return put_model(host, dir) || load_with(host, dir, "model.json", dir);
}

/* Kept, then served. */
static int load_cached(const mlops_host *host, const char *dir) {
    MLOPS_TRY(load_with(host, dir, "model.json", dir));
    return load_with(host, dir, "model.json", dir);
}

static int load_json(const mlops_host *host, const char *dir) {
    return load_as(host, dir, "model.json");
}

static int load_ubj(const mlops_host *host, const char *dir) {
    return load_as(host, dir, "model.ubj");
}

static int parse_json(const mlops_host *host, const char *dir) {
    char bytes[SWEEP_FIXTURE_MAX];
    mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
    mlops_model *m;
    mlops_error err;
    (void)dir;
    opts.host = host;
    size_t n = sweep_fixture(bytes, sizeof bytes, "model.json");
    mlops_status status = mlops_model_parse(&m, bytes, n, &opts, &err);
    if (status) return m ? SWEEP_WRONG : sweep_told(status, &err);
    mlops_model_unref(mlops_model_ref(m));
    int good = predicts(m);
    mlops_model_unref(m);
    return good ? MLOPS_OK : SWEEP_WRONG;
}

static int parse_lightgbm(const mlops_host *host, const char *dir) {
    static const char text[] =
        "tree\nversion=v4\nnum_class=1\nmax_feature_idx=2\nobjective=regression\n"
        "feature_names=a b c\nTree=0\nnum_leaves=2\nnum_cat=1\nsplit_feature=1\nthreshold=0\n"
        "decision_type=1\nleft_child=-1\nright_child=-2\nleaf_value=1 2\ncat_boundaries=0 1\n"
        "cat_threshold=6\nis_linear=1\nleaf_const=3 4\nnum_features=1 0\nleaf_features=2\n"
        "leaf_coeff=0.5\n\nend of trees\n";
    const double rows[] = {0, 2, 10, 0, 3, 1};
    mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
    mlops_model *m;
    mlops_error err;
    double out[2];
    (void)dir;
    opts.host = host;
    mlops_status status = mlops_model_parse(&m, text, sizeof text - 1, &opts, &err);
    if (status) return m ? SWEEP_WRONG : sweep_told(status, &err);
    status = mlops_model_predict_f64(m, rows, 2, 3, out, 1);
    mlops_model_unref(m);
    return status || out[0] != 8 || out[1] != 4 ? SWEEP_WRONG : MLOPS_OK;
}

static int describe(const mlops_host *host, const char *dir) {
    char text[16384];
    mlops_model *m;
    size_t needed = 0;
    MLOPS_TRY(sweep_load_model(&m, host, dir, NULL));
    mlops_status status = mlops_model_describe(m, text, sizeof text, &needed);
    mlops_model_unref(m);
    if (status) return status;
    return strlen(text) == needed && strstr(text, "colour_n") ? MLOPS_OK : SWEEP_WRONG;
}

static int bind(const mlops_host *host, const mlops_model *m) {
    static const char CSV[] = "z,unused,colour_n,x\n2,a,-0.25,0.5\n-1,b,1.5,\n";
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    mlops_table *t;
    double out[2];
    opts.host = host;
    MLOPS_TRY(mlops_table_parse(&t, CSV, sizeof CSV - 1, &opts, NULL));
    mlops_status status =
        mlops_model_predict_table(m, t, NULL, MLOPS_MODEL_OUTPUT_PREDICTION, out, 2, 1, NULL);
    mlops_table_unref(t);
    if (status) return status;
    return right_values(out, 2) ? MLOPS_OK : SWEEP_WRONG;
}

static int predict_table(const mlops_host *host, const char *dir) {
    mlops_model *m;
    MLOPS_TRY(sweep_load_model(&m, host, dir, NULL));
    int result = bind(host, m);
    mlops_model_unref(m);
    return result;
}

static int use_context(const mlops_host *host, const char *dir) {
    mlops_model *m;
    mlops_context *c;
    double out[2], wide[2 * SWEEP_FEATURES];
    MLOPS_TRY(sweep_load_model(&m, host, dir, NULL));
    mlops_status status = mlops_context_new(&c, m, MLOPS_MODEL_OUTPUT_PREDICTION, NULL, NULL);
    mlops_model_unref(m);
    if (status) return c ? SWEEP_WRONG : status;
    status = mlops_context_predict(c, sweep_rows, 2, SWEEP_FEATURES, out, mlops_context_width(c));
    int good = status == MLOPS_OK && right_values(out, 2);
    widen_rows(wide);
    if (good) status = mlops_context_predict_f64(c, wide, 2, SWEEP_FEATURES, out, 1);
    mlops_context_free(c);
    return good && status == MLOPS_OK && right_values(out, 2) ? MLOPS_OK : SWEEP_WRONG;
}

static int bind_inputs(mlops_context *c, const mlops_table *t) {
    static const int32_t features[] = {0, 1, 2, 1, 2}, starts[] = {0, 3, 5};
    static const int64_t features64[] = {0, 1, 2, 1, 2}, starts64[] = {0, 3, 5};
    float values[5];
    double wide[2 * SWEEP_FEATURES], wides[5], out[2];
    mlops_error e;
    int good = 1;
    widen_rows(wide);
    for (int i = 0; i < 5; i++) wides[i] = (double)(values[i] = sweep_rows[i + (i > 2)]);
    const mlops_status all[] = {
        mlops_context_bind(c, sweep_rows, 2, SWEEP_FEATURES, SWEEP_FEATURES, 1, &e),
        mlops_context_bind_f64(c, wide, 2, SWEEP_FEATURES, SWEEP_FEATURES, 1, &e),
        mlops_context_bind_csr_f64(c, wides, features, 5, starts, 3, SWEEP_FEATURES, (double)NAN,
                                   &e),
        mlops_context_bind_csr_i64(c, values, features64, 5, starts64, 3, SWEEP_FEATURES,
                                   (double)NAN, &e),
        mlops_context_bind_csr_f64_i64(c, wides, features64, 5, starts64, 3, SWEEP_FEATURES,
                                       (double)NAN, &e),
        mlops_context_bind_csr(c, values, features, 5, starts, 3, SWEEP_FEATURES, (double)NAN, &e)};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) good &= all[i] == MLOPS_OK;
    if (!good || mlops_context_run(c, 0, 2, out, 1) || !right_values(out, 2)) return SWEEP_WRONG;
    MLOPS_TRY(mlops_context_bind_table(c, t, "x,colour_n,z", &e));
    return mlops_context_run(c, 0, 2, out, 1) || !right_values(out, 2) ? SWEEP_WRONG : MLOPS_OK;
}

static int bind_context(const mlops_host *host, const char *dir) {
    static const char CSV[] = "z,unused,colour_n,x\n2,a,-0.25,0.5\n-1,b,1.5,\n";
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    mlops_model *m;
    mlops_table *t = NULL;
    mlops_context *c = NULL;
    opts.host = host;
    MLOPS_TRY(sweep_load_model(&m, host, dir, NULL));
    int result = mlops_table_parse(&t, CSV, sizeof CSV - 1, &opts, NULL);
    if (!result) result = mlops_context_new(&c, m, MLOPS_MODEL_OUTPUT_PREDICTION, NULL, NULL);
    mlops_model_unref(m);
    if (!result) result = bind_inputs(c, t);
    mlops_context_free(c);
    mlops_table_unref(t);
    return result;
}

static int use_slot(const mlops_host *host, const char *dir) {
    mlops_model *m, *got;
    mlops_slot *s;
    mlops_error err;
    MLOPS_TRY(sweep_load_model(&m, host, dir, NULL));
    mlops_status status = mlops_slot_new(&s, m, &err);
    if (status) {
        mlops_model_unref(m);
        return s ? SWEEP_WRONG : sweep_told(status, &err);
    }
    mlops_slot_publish(s, m);
    mlops_model_unref(m);
    status = mlops_slot_acquire(&got, s);
    mlops_slot_free(s);
    int good = status == MLOPS_OK && predicts(got);
    mlops_model_unref(got);
    return good ? MLOPS_OK : SWEEP_WRONG;
}

static int put_onnx(const mlops_host *host, const char *dir) {
    return sweep_put_fixture(host, dir, "model.onnx");
}

/* Texts and numbers bound by name; the softmax of a linear model by hand. */
static int run_onnx(const mlops_host *host, mlops_model *m) {
    static const char CSV[] = "colour,x\nred,1\nblue,3\ngreen,-1\n";
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    mlops_table *t;
    double p[6], class[3] = {0};
    opts.host = host;
    MLOPS_TRY(mlops_table_parse(&t, CSV, sizeof CSV - 1, &opts, NULL));
    mlops_status status =
        mlops_model_predict_table(m, t, NULL, MLOPS_MODEL_OUTPUT_PREDICTION, p, 3, 2, NULL);
    if (!status)
        status = mlops_model_predict_table(m, t, NULL, MLOPS_MODEL_OUTPUT_CLASS, class, 3, 1, NULL);
    mlops_table_unref(t);
    if (status) return status;
    return p[1] > 0.99330 && p[1] < 0.99331 && p[3] > 0.95257 && p[3] < 0.95258 && p[5] > 0.26894 &&
                   p[5] < 0.26895 && class[0] == 1 && class[2] == 0
               ? MLOPS_OK
               : SWEEP_WRONG;
}

static int use_onnx(const mlops_host *host, const char *dir) {
    mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
    char text[4096];
    mlops_model *m;
    mlops_context *c;
    mlops_error err;
    sweep_path path;
    opts.host = host;
    mlops_status status = mlops_model_load(&m, sweep_in(&path, dir, "model.onnx"), &opts, &err);
    if (status) return m || err.code != status || !err.message[0] ? SWEEP_WRONG : status;
    int result = run_onnx(host, m);
    if (!result && strcmp(mlops_model_class_name(m, 1), "yes") != 0) result = SWEEP_WRONG;
    if (!result) result = mlops_model_describe(m, text, sizeof text, NULL);
    if (!result)
        result = mlops_model_inspect(sweep_in(&path, dir, "model.onnx"), text, sizeof text, NULL,
                                     &opts, NULL);
    if (!result && !strstr(text, "\"missing\": []")) result = SWEEP_WRONG;
    if (!result) result = mlops_context_new(&c, m, MLOPS_MODEL_OUTPUT_CLASS, NULL, NULL);
    if (!result) mlops_context_free(c);
    mlops_model_unref(m);
    return result;
}

/* Sums of what explains a row, less its margin. */
static int explains(mlops_explainer *e, const mlops_table *t) {
    const mlops_explainer_output kind = MLOPS_EXPLAINER_OUTPUT_INTERACTIONS;
    enum { SIDE = SWEEP_FEATURES + 1 };
    double rows[2 * SWEEP_FEATURES], parts[2 * SIDE], pairs[2 * SIDE * SIDE], sum = 0.0;
    widen_rows(rows);
    if (mlops_explainer_n_groups(e) != 1 || mlops_explainer_width(e, kind) != SIDE * SIDE)
        return SWEEP_WRONG;
    MLOPS_TRY(mlops_explainer_explain(e, rows, 2, SWEEP_FEATURES, (mlops_explainer_output)0, parts,
                                      SIDE, NULL));
    MLOPS_TRY(mlops_explainer_explain_table(e, t, NULL, kind, pairs, 2, SIDE * SIDE, NULL));
    for (int i = 0; i < 2 * SIDE; i++) sum += parts[i];
    for (int i = 0; i < 2 * SIDE * SIDE; i++) sum -= pairs[i];
    return sum > -1e-9 && sum < 1e-9 ? MLOPS_OK : SWEEP_WRONG;
}

static int explain_with(const mlops_host *host, const char *dir, int background) {
    static const char CSV[] = "z,unused,colour_n,x\n2,a,-0.25,0.5\n-1,b,1.5,\n";
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    mlops_model *m;
    mlops_table *t = NULL;
    mlops_explainer *e = NULL;
    mlops_error err;
    opts.host = host;
    MLOPS_TRY(sweep_load_model(&m, host, dir, NULL));
    int result = mlops_table_parse(&t, CSV, sizeof CSV - 1, &opts, NULL);
    if (result == MLOPS_OK) result = mlops_explainer_new(&e, m, background ? t : NULL, NULL, &err);
    mlops_model_unref(m);
    if (result == MLOPS_OK) {
        mlops_explainer_unref(mlops_explainer_ref(e));
        result = explains(e, t);
    } else if (e) {
        result = SWEEP_WRONG;
    }
    mlops_explainer_unref(e);
    mlops_table_unref(t);
    return result;
}

static int explain(const mlops_host *host, const char *dir) { return explain_with(host, dir, 0); }

/* A linear model, against its own rows. */
static int explain_linear(const mlops_host *host, const char *dir) {
    static const char TEXT[] =
        "{\"learner\":{\"feature_names\":[\"x\",\"z\"],\"gradient_booster\":{\"model\":{"
        "\"weights\":[2,3,0.5]},\"name\":\"gblinear\"},\"learner_model_param\":{\"base_score\":"
        "\"0\",\"num_feature\":\"2\"},\"objective\":{\"name\":\"reg:squarederror\"}},"
        "\"version\":[1,7,4]}";
    static const char CSV[] = "x,z\n1,2\n3,4\n";
    mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
    mlops_csv_opts csv = MLOPS_CSV_OPTS_INIT;
    mlops_model *m;
    mlops_table *t = NULL;
    mlops_explainer *e = NULL;
    double parts[6];
    (void)dir;
    opts.host = csv.host = host;
    MLOPS_TRY(mlops_model_parse(&m, TEXT, sizeof TEXT - 1, &opts, NULL));
    int result = mlops_table_parse(&t, CSV, sizeof CSV - 1, &csv, NULL);
    if (!result) result = mlops_explainer_new(&e, m, t, NULL, NULL);
    if (!result)
        result =
            mlops_explainer_explain_table(e, t, NULL, (mlops_explainer_output)0, parts, 2, 3, NULL);
    if (!result && (parts[0] != -2.0 || parts[4] != 3.0 || parts[5] != 13.5)) result = SWEEP_WRONG;
    mlops_explainer_unref(e);
    mlops_table_unref(t);
    mlops_model_unref(m);
    return result;
}

static int measure(const mlops_host *host, const char *dir) {
    static const char CSV[] = "z,unused,colour_n,x\n2,a,-0.25,0.5\n-1,b,1.5,\n";
    static const double labels[] = {0, 1};
    mlops_csv_opts csv = MLOPS_CSV_OPTS_INIT;
    mlops_importance_opts opts = MLOPS_IMPORTANCE_OPTS_INIT;
    mlops_model *m;
    mlops_table *t = NULL, *out = NULL;
    opts.host = csv.host = host;
    MLOPS_TRY(sweep_load_model(&m, host, dir, NULL));
    int result = mlops_table_parse(&t, CSV, sizeof CSV - 1, &csv, NULL);
    if (!result)
        result =
            mlops_importance_measure(&out, m, t, labels, 2, MLOPS_METRIC_LOG_LOSS, &opts, NULL);
    if (result ? out != NULL : mlops_table_n_rows(out) != SWEEP_FEATURES) result = SWEEP_WRONG;
    mlops_table_unref(out);
    mlops_table_unref(t);
    mlops_model_unref(m);
    return result;
}

static int explain_against(const mlops_host *host, const char *dir) {
    return explain_with(host, dir, 1);
}

const sweep_scenario sweep_model[] = {
    {"model: load JSON", put_model, load_json, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"model: load UBJSON", put_model, load_ubj, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"model: load into a cache", put_model, load_cached, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"model: load from a cache", fill_cache, load_cached, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"model: parse", NULL, parse_json, NULL, SWEEP_MEMORY},
    {"model: parse LightGBM", NULL, parse_lightgbm, NULL, SWEEP_MEMORY},
    {"model: describe", put_model, describe, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"model: predict a table", put_model, predict_table, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"model: ONNX", put_onnx, use_onnx, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"model: explain", put_model, explain, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"model: explain against rows", put_model, explain_against, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"model: explain a linear one", NULL, explain_linear, NULL, SWEEP_MEMORY},
    {"model: importance", put_model, measure, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"model: bound inputs", put_model, bind_context, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"model: slot", put_model, use_slot, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"model: context", put_model, use_context, NULL, SWEEP_MEMORY | SWEEP_IO},
    {NULL, NULL, NULL, NULL, 0},
};
