/* The registry: after a verb that failed each version is whole or not there, and aliases are held
 * as before the change or as behind it.
 *
 * Owns the two versions that each scenario finds: 1, whose features turn x round, and 2, without
 * features, which is the champion. A verb that fails is tried again in a change of its own. Files
 * in memory have the index in memory, files of the machine have it in LMDB.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include <mlops.h>
#include <string.h>

enum { ROWS = 40, TEXT = 8192 };

/* ---- what there is ---- */

static mlops_status make_table(mlops_table **out, const mlops_host *host) {
    double values[ROWS * 4];
    for (int i = 0; i < ROWS; i++) {
        double x = i % 7 - 3, colour = i % 3 - 1;
        double row[4] = {x, colour, i % 5 - 2, x + colour > 0};
        memcpy(values + 4 * i, row, sizeof row);
    }
    return mlops_table_from_matrix(out, values, ROWS, 4, "x,colour_n,z,y", host, NULL);
}

static int add_data(const mlops_host *host, mlops_change *change) {
    mlops_table *table;
    mlops_draft *draft;
    mlops_id id;
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    opts.target = "y";
    MLOPS_TRY(make_table(&table, host));
    int status = mlops_draft_new(&draft, change, "points", NULL, NULL);
    if (!status) status = mlops_draft_add_table(draft, "p", table, &opts, NULL);
    if (!status) status = mlops_draft_split(draft, "p", NULL, NULL);
    if (!status) status = mlops_draft_commit(draft, &id, NULL);
    if (!status) mlops_draft_free(draft);
    mlops_table_unref(table);
    return status ? status : mlops_change_commit(change, NULL, NULL);
}

/* Registers with features, reference and file, or bare. */
static int register_one(const mlops_host *host, const char *dir, mlops_change *change, int full,
                        mlops_error *err) {
    mlops_model *model = NULL;
    mlops_table *table = NULL;
    mlops_feature *features = NULL;
    mlops_reference *reference = NULL;
    sweep_path path;
    int64_t version;
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    mlops_feature_opts fit = MLOPS_FEATURE_OPTS_INIT;
    mlops_reference_opts look = MLOPS_REFERENCE_OPTS_INIT;
    fit.host = look.host = host;
    opts.dataset = "points";
    opts.path = "p";
    opts.metadata = "{\"owner\": \"risk\"}";
    if (full) opts.file = sweep_in(&path, dir, "model.json");
    int status = sweep_load_model(&model, host, dir, err);
    if (!status && full) status = make_table(&table, host);
    if (status == MLOPS_E_NOMEM) err->code = status, strcpy(err->message, "of the scenario");
    if (!status && full)
        status =
            mlops_feature_fit(&features, "x = 0 - x\ncolour_n = colour_n\nz = z", table, &fit, err);
    if (!status && full) status = mlops_reference_new(&reference, table, &look, err);
    opts.features = features;
    opts.reference = reference;
    if (!status) status = mlops_registry_register(change, &version, "m", model, &opts, err);
    mlops_reference_unref(reference);
    mlops_feature_unref(features);
    mlops_table_unref(table);
    mlops_model_unref(model);
    return status ? status : mlops_change_commit(change, NULL, err);
}

static int make_all(const mlops_host *host, const char *dir, mlops_store *s) {
    mlops_change *c;
    mlops_error err;
    MLOPS_TRY(mlops_change_new(&c, s, NULL, NULL));
    int status = add_data(host, c);
    if (!status) status = register_one(host, dir, c, 1, &err);
    if (!status) status = register_one(host, dir, c, 0, &err);
    if (!status) status = mlops_registry_promote(c, "m", "1", "champion", NULL, NULL);
    if (!status) status = mlops_registry_promote(c, "m", "2", "champion", NULL, NULL);
    if (!status) status = mlops_change_commit(c, NULL, NULL);
    mlops_change_free(c);
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

/* A version is whole: it loads, predicts, and has its features. */
static int is_whole(mlops_store *s, const char *which, int has_features) {
    mlops_bundle *bundle;
    mlops_feature *features;
    double out[2];
    MLOPS_TRY(mlops_registry_load(&bundle, s, "m", which, NULL));
    int status =
        mlops_model_predict(mlops_bundle_model(bundle), sweep_rows, 2, SWEEP_FEATURES, out, 1);
    mlops_bundle_unref(bundle);
    if (!status && memcmp(out, sweep_predictions, sizeof out) != 0) status = SWEEP_WRONG;
    if (status || !has_features) return status;
    status = mlops_registry_features(&features, s, "m", which, NULL);
    mlops_feature_unref(features);
    return status;
}

/* As many entries as the alias has, and the last says who holds it. */
static int history_agrees(mlops_store *s) {
    mlops_table *t;
    int64_t held = 0;
    double versions[16];
    MLOPS_TRY(mlops_registry_history(&t, s, "m", "champion", NULL));
    int64_t n = mlops_table_n_rows(t);
    int status = n > 16 ? SWEEP_WRONG : (int)mlops_table_values(t, 2, versions, n, NULL);
    mlops_table_unref(t);
    if (status) return status;
    status = mlops_registry_alias_at(&held, s, "m", "champion", 0, NULL);
    if (status == MLOPS_E_NOT_FOUND) return versions[n - 1] != versions[n - 1] ? 0 : SWEEP_WRONG;
    return !status && (double)held != versions[n - 1] ? SWEEP_WRONG : status;
}

/* The store opens, all that it held is whole, what is new is whole, and it goes on. */
static int judge(const mlops_host *host, const char *dir, int status, const char *failed) {
    mlops_store *s;
    mlops_change *c;
    mlops_table *t;
    (void)status, (void)failed;
    if (sweep_open_store(&s, host, dir, 1, 0)) return 1;
    int bad = mlops_registry_versions(&t, s, "m", NULL) != MLOPS_OK;
    int64_t n = bad ? 0 : mlops_table_n_rows(t);
    mlops_table_unref(t);
    bad = bad || n < 2 || n > 4 || is_whole(s, "1", 1) || is_whole(s, "2", 0) ||
          is_whole(s, "latest", n > 2) || history_agrees(s) || mlops_change_new(&c, s, NULL, NULL);
    if (!bad) {
        bad = mlops_registry_promote(c, "m", "1", "later", NULL, NULL) ||
              mlops_change_commit(c, NULL, NULL);
        mlops_change_free(c);
    }
    mlops_store_close(s);
    return bad;
}

/* ---- scenarios ---- */

typedef int act(const mlops_host *host, const char *dir, mlops_store *s, mlops_error *err);

static int with_store(const mlops_host *host, const char *dir, act *verb) {
    mlops_store *s;
    mlops_error err = {0};
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 0));
    int status = sweep_told(verb(host, dir, s, &err), &err);
    if (status && status != SWEEP_WRONG &&
        sweep_told(verb(host, dir, s, &err), &err) == SWEEP_WRONG)
        status = SWEEP_WRONG;
    mlops_store_close(s);
    return status;
}

static int register_act(const mlops_host *host, const char *dir, mlops_store *s, mlops_error *err) {
    mlops_change *c;
    MLOPS_TRY(mlops_change_new(&c, s, NULL, err));
    int status = register_one(host, dir, c, 1, err);
    mlops_change_free(c);
    return status;
}

static int read_act(const mlops_host *host, const char *dir, mlops_store *s, mlops_error *err) {
    mlops_bundle *bundle;
    mlops_feature *features;
    char text[TEXT];
    (void)host, (void)dir;
    MLOPS_TRY(mlops_registry_load(&bundle, s, "m", "champion", err));
    mlops_bundle_unref(bundle);
    MLOPS_TRY(mlops_registry_features(&features, s, "m", "1", err));
    mlops_feature_unref(features);
    MLOPS_TRY(mlops_registry_describe(s, "m", "2", text, sizeof text, NULL, err));
    return strstr(text, "\"aliases\":[\"champion\"]") ? MLOPS_OK : SWEEP_WRONG;
}

static int write_act(const mlops_host *host, const char *dir, mlops_store *s, mlops_error *err) {
    sweep_path path;
    (void)host;
    MLOPS_TRY(mlops_registry_file(s, "m", "1", sweep_in(&path, dir, "out"), err));
    return mlops_registry_bundle(s, "m", "1", sweep_in(&path, dir, "bundle"), err);
}

/* Each file is there whole, or is not. */
static int judge_files(const mlops_host *host, const char *dir, int status, const char *failed) {
    char json[SWEEP_FIXTURE_MAX];
    mlops_bundle *bundle;
    sweep_path path;
    size_t n = sweep_fixture(json, sizeof json, "model.json");
    int same = sweep_same(host, dir, "out", json, n);
    mlops_status loaded = mlops_bundle_load(&bundle, sweep_in(&path, dir, "bundle"), host, NULL);
    mlops_bundle_unref(bundle);
    if (same > 0 || (loaded && loaded != MLOPS_E_NOT_FOUND)) return 1;
    if (status == MLOPS_OK && (same || loaded)) return 1;
    return judge(host, dir, status, failed);
}

static const char GATE[] = "auc > 0.5 and rows > 2";

static int keep_gate(mlops_store *s, mlops_error *err) {
    mlops_change *c;
    MLOPS_TRY(mlops_change_new(&c, s, NULL, err));
    int status = mlops_registry_set_gate(c, "m", "guarded", GATE, err);
    if (!status) status = mlops_change_commit(c, NULL, err);
    mlops_change_free(c);
    return status;
}

static int set_gate_act(const mlops_host *host, const char *dir, mlops_store *s, mlops_error *err) {
    char text[64] = "";
    size_t n = 0;
    (void)host, (void)dir;
    MLOPS_TRY(keep_gate(s, err));
    MLOPS_TRY(mlops_registry_gate(s, "m", "guarded", text, sizeof text, &n, err));
    return n == sizeof GATE - 1 && strcmp(text, GATE) == 0 ? MLOPS_OK : SWEEP_WRONG;
}

/* The gate is there whole, or is not. */
static int judge_gate(const mlops_host *host, const char *dir, int status, const char *failed) {
    mlops_store *s;
    char text[64] = "";
    if (sweep_open_store(&s, host, dir, 1, 0)) return 1;
    mlops_status found = mlops_registry_gate(s, "m", "guarded", text, sizeof text, NULL, NULL);
    mlops_store_close(s);
    if (found && found != MLOPS_E_NOT_FOUND) return 1;
    if (text[0] ? strcmp(text, GATE) != 0 : status == MLOPS_OK) return 1;
    return judge(host, dir, status, failed);
}

typedef mlops_status listing(mlops_table **out, mlops_store *s, mlops_error *err);

static mlops_status versions(mlops_table **out, mlops_store *s, mlops_error *err) {
    return mlops_registry_versions(out, s, "m", err);
}

static mlops_status history(mlops_table **out, mlops_store *s, mlops_error *err) {
    return mlops_registry_history(out, s, "m", "champion", err);
}

static int list_act(const mlops_host *host, const char *dir, mlops_store *s, mlops_error *err) {
    listing *const lists[] = {mlops_registry_models, versions, history};
    const int64_t rows[] = {1, 2, 2};
    (void)host, (void)dir;
    for (int i = 0; i < 3; i++) {
        mlops_table *t;
        mlops_status status = lists[i](&t, s, err);
        if (status) return t ? SWEEP_WRONG : (int)status;
        int wrong = mlops_table_n_rows(t) != rows[i];
        mlops_table_unref(t);
        if (wrong) return SWEEP_WRONG;
    }
    return MLOPS_OK;
}

static int alias_act(const mlops_host *host, const char *dir, mlops_store *s, mlops_error *err) {
    mlops_change *c;
    int64_t version;
    (void)host, (void)dir;
    MLOPS_TRY(mlops_change_new(&c, s, NULL, err));
    int status = mlops_registry_rollback(c, &version, "m", "champion", "slow", err);
    if (!status && version != 1) status = SWEEP_WRONG;
    if (!status) status = mlops_registry_drop_alias(c, "m", "champion", NULL, err);
    if (!status) status = mlops_registry_promote(c, "m", "latest", "canary", NULL, err);
    if (!status) status = mlops_change_commit(c, NULL, err);
    mlops_change_free(c);
    return status;
}

/* The change gets what is due, or, after a failure, nothing. */
static int gate_act(mlops_store *s, const char *gate, mlops_status due, mlops_error *err) {
    mlops_change *c;
    mlops_promote_opts opts = MLOPS_PROMOTE_OPTS_INIT;
    opts.gate = gate;
    MLOPS_TRY(mlops_change_new(&c, s, NULL, err));
    int status = mlops_registry_promote(c, "m", "1", "champion", &opts, err);
    if (status == (int)due) status = mlops_change_commit(c, NULL, err);
    else if (status == MLOPS_OK || status == MLOPS_E_REFUSED) status = SWEEP_WRONG;
    mlops_change_free(c);
    return status;
}

static int pass_act(const mlops_host *host, const char *dir, mlops_store *s, mlops_error *err) {
    int64_t version;
    (void)host, (void)dir;
    MLOPS_TRY(gate_act(s, "auc <= champion.auc and rows > 2", MLOPS_OK, err));
    MLOPS_TRY(mlops_registry_alias_at(&version, s, "m", "champion", 0, err));
    return version == 1 ? MLOPS_OK : SWEEP_WRONG;
}

static int refuse_act(const mlops_host *host, const char *dir, mlops_store *s, mlops_error *err) {
    mlops_table *t;
    (void)host, (void)dir;
    MLOPS_TRY(gate_act(s, "auc > champion.auc + 1", MLOPS_E_REFUSED, err));
    MLOPS_TRY(mlops_registry_decisions(&t, s, "m", "champion", err));
    int64_t n = mlops_table_n_rows(t);
    mlops_table_unref(t);
    return n == 1 || n == 2 ? MLOPS_OK : SWEEP_WRONG;
}

static int evaluate_act(const mlops_host *host, const char *dir, mlops_store *s, mlops_error *err) {
    mlops_table *t;
    (void)host, (void)dir;
    mlops_status status = mlops_registry_evaluate(&t, s, "m", "1", NULL, NULL, NULL, err);
    if (status) return t ? SWEEP_WRONG : (int)status;
    mlops_table_unref(t);
    return MLOPS_OK;
}

static int keep(const mlops_host *host, const char *dir) {
    return with_store(host, dir, register_act);
}

static int read_both(const mlops_host *host, const char *dir) {
    return with_store(host, dir, read_act);
}

static int write_out(const mlops_host *host, const char *dir) {
    return with_store(host, dir, write_act);
}

static int set_gate(const mlops_host *host, const char *dir) {
    return with_store(host, dir, set_gate_act);
}

static int list_all(const mlops_host *host, const char *dir) {
    return with_store(host, dir, list_act);
}

static int move(const mlops_host *host, const char *dir) {
    return with_store(host, dir, alias_act);
}

static int pass(const mlops_host *host, const char *dir) { return with_store(host, dir, pass_act); }

static int refuse(const mlops_host *host, const char *dir) {
    return with_store(host, dir, refuse_act);
}

static int evaluate(const mlops_host *host, const char *dir) {
    return with_store(host, dir, evaluate_act);
}

enum { ALL = SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE | SWEEP_ALONE };

const sweep_scenario sweep_registry[] = {
    {"store registry register", prepare, keep, judge, ALL},
    {"store registry load", prepare, read_both, judge, ALL},
    {"store registry file", prepare, write_out, judge_files, ALL},
    {"store registry list", prepare, list_all, judge, ALL},
    {"store registry rollback", prepare, move, judge, ALL},
    {"store registry promote", prepare, pass, judge, ALL},
    {"store registry gate", prepare, set_gate, judge_gate, ALL},
    {"store registry refuse", prepare, refuse, judge, ALL},
    {"store registry evaluate", prepare, evaluate, judge, ALL},
    {NULL, NULL, NULL, NULL, 0},
};
