/* Deployments as records: defaults, changes, conflicts, listings, and random histories against a
 * plain model, with stores that are opened again. */
#define _GNU_SOURCE
#include "unit/draw.h"
#include "unit/help_deploy.h"
#include "unit/help_swift.h"

static mlops_store *open_here(const place *p) {
    return open_with(p->path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
}

static mlops_status set_with(mlops_store *s, const char *name, const mlops_deploy_opts *opts,
                             mlops_error *e) {
    mlops_change *c = new_change(s);
    mlops_status status = mlops_deploy_set(c, name, opts, e);
    if (!status) status = mlops_change_commit(c, NULL, e);
    mlops_change_free(c);
    return status;
}

static const char *cell(const mlops_table *table, const char *column, int64_t row) {
    static char text[8][256];
    static int next;
    char *out = text[next++ % 8];
    assert_int_equal(mlops_table_text(table, mlops_table_find(table, column), row, out, 256, NULL),
                     MLOPS_OK);
    return out;
}

static mlops_table *list_of(mlops_store *s) {
    mlops_table *out;
    mlops_error e;
    works(mlops_deploy_list(&out, s, &e), &e);
    return out;
}

static void what_is_left_out_stays(void **state) {
    (void)state;
    place p;
    make_place(&p);
    mlops_store *s = open_here(&p);
    mlops_deploy_opts opts = MLOPS_DEPLOY_OPTS_INIT;
    mlops_error e;
    register_version(s, "fraud", 1, -1);
    promote_version(s, "fraud", 1, "champion");
    opts.model = "fraud";
    works(set_with(s, "web", &opts, &e), &e);
    mlops_table *t = list_of(s);
    assert_int_equal(mlops_table_n_rows(t), 1);
    assert_string_equal(cell(t, "name", 0), "web");
    assert_string_equal(cell(t, "model", 0), "fraud");
    assert_string_equal(cell(t, "champion", 0), "champion");
    assert_string_equal(cell(t, "champion_version", 0), "1");
    assert_string_equal(cell(t, "canary", 0), "canary");
    assert_string_equal(cell(t, "canary_version", 0), "");
    assert_string_equal(cell(t, "canary_share", 0), "0.0");
    assert_string_equal(cell(t, "salt", 0), "web");
    int64_t first = atoll(cell(t, "time_ns", 0));
    assert_true(first > 0);
    mlops_table_unref(t);
    mlops_deploy_opts more = MLOPS_DEPLOY_OPTS_INIT;
    more.salt = "pepper";
    more.canary = "challenger";
    more.canary_share = 0.123456;
    works(set_with(s, "web", &more, &e), &e);
    mlops_deploy_opts share = MLOPS_DEPLOY_OPTS_INIT;
    share.canary_share = 1.0 / 3;
    works(set_with(s, "web", &share, &e), &e);
    promote_version(s, "fraud", 1, "challenger");
    mlops_store_close(s);
    s = open_with(p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_MEMORY);
    t = list_of(s);
    assert_string_equal(cell(t, "model", 0), "fraud");
    assert_string_equal(cell(t, "champion", 0), "champion");
    assert_string_equal(cell(t, "canary", 0), "challenger");
    assert_string_equal(cell(t, "canary_version", 0), "1");
    assert_string_equal(cell(t, "canary_share", 0), "0.333333");
    assert_string_equal(cell(t, "salt", 0), "pepper");
    assert_true(atoll(cell(t, "time_ns", 0)) >= first);
    mlops_table_unref(t);
    add_member(s, MLOPS__TABLE_DEPLOYMENTS, "web");
    works(set_with(s, "web", NULL, &e), &e);
    assert_member(s, MLOPS__TABLE_DEPLOYMENTS, "web");
    t = list_of(s);
    assert_string_equal(cell(t, "canary_share", 0), "0.333333");
    mlops_table_unref(t);
    mlops_deploy_opts none = MLOPS_DEPLOY_OPTS_INIT;
    none.flags = MLOPS_DEPLOY_SET_CANARY_SHARE;
    works(set_with(s, "web", &none, &e), &e);
    t = list_of(s);
    assert_string_equal(cell(t, "canary_share", 0), "0.0");
    assert_string_equal(cell(t, "salt", 0), "pepper");
    mlops_table_unref(t);
    mlops_audit *audit;
    mlops_audit_entry entry = MLOPS_AUDIT_ENTRY_INIT;
    works(mlops_audit_read(&audit, s, stats_of(s).seq, 1, &e), &e);
    assert_int_equal(mlops_audit_at(audit, 0, &entry), MLOPS_OK);
    assert_string_equal(entry.verb, "deploy set web");
    mlops_audit_unref(audit);
    mlops_store_close(s);
    remove_place(&p);
}

static void what_is_wrong_is_said(void **state) {
    (void)state;
    static const double BAD[] = {-0.001, 1.001};
    place p;
    make_place(&p);
    mlops_store *s = open_here(&p);
    mlops_deploy_opts opts = MLOPS_DEPLOY_OPTS_INIT;
    mlops_deployment *d;
    mlops_table *t;
    mlops_error e;
    register_version(s, "fraud", 1, -1);
    refused(set_with(s, "web", &opts, &e), &e, MLOPS_E_INVALID, "needs one");
    refused(set_with(s, "web", NULL, &e), &e, MLOPS_E_INVALID, "needs one");
    opts.model = "frauds";
    refused(set_with(s, "web", &opts, &e), &e, MLOPS_E_NOT_FOUND, "did you mean \"fraud\"");
    opts.model = "fraud";
    refused(set_with(s, "", &opts, &e), &e, MLOPS_E_INVALID, "deployment");
    for (int i = 0; i < 2; i++) {
        opts.canary_share = BAD[i];
        refused(set_with(s, "web", &opts, &e), &e, MLOPS_E_INVALID, "canary_share");
    }
    opts.canary_share = 0;
    opts.canary = "champion";
    refused(set_with(s, "web", &opts, &e), &e, MLOPS_E_INVALID, "both");
    opts.canary = "latest";
    refused(set_with(s, "web", &opts, &e), &e, MLOPS_E_INVALID, "latest");
    opts.canary = NULL;
    opts.champion = "7";
    refused(set_with(s, "web", &opts, &e), &e, MLOPS_E_INVALID, "number");
    opts.champion = NULL;
    opts.salt = "a\tb";
    refused(set_with(s, "web", &opts, &e), &e, MLOPS_E_INVALID, "salt");
    opts.salt = NULL;
    opts.flags = 2;
    refused(set_with(s, "web", &opts, &e), &e, MLOPS_E_INVALID, "flags");
    opts.flags = 0;
    refused(mlops_deploy_set(NULL, "web", &opts, &e), &e, MLOPS_E_INVALID, "NULL");
    works(set_with(s, "web", &opts, &e), &e);
    refused(mlops_deployment_open(&d, s, "wev", &e), &e, MLOPS_E_NOT_FOUND, "did you mean \"web\"");
    assert_null(d);
    refused(mlops_deployment_open(&d, s, "phone", &e), &e, MLOPS_E_NOT_FOUND, "\"phone\"");
    refused(mlops_deployment_open(&d, s, "web", &e), &e, MLOPS_E_NOT_FOUND, "promote one");
    refused(mlops_deployment_open(&d, NULL, "web", &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_deployment_open(&d, s, NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_deploy_list(&t, NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    assert_null(d);
    assert_null(t);
    mlops_deployment_close(NULL);
    mlops_store_close(s);
    remove_place(&p);
}

static void the_first_of_two_changes_wins(void **state) {
    (void)state;
    place p;
    make_place(&p);
    mlops_store *s = open_here(&p);
    mlops_deploy_opts opts = MLOPS_DEPLOY_OPTS_INIT;
    mlops_error e;
    register_version(s, "fraud", 1, -1);
    opts.model = "fraud";
    for (int i = 0; i < 2; i++) {
        mlops_change *a = new_change(s), *b = new_change(s);
        opts.canary_share = 0.1;
        works(mlops_deploy_set(a, "web", &opts, &e), &e);
        opts.canary_share = 0.2;
        works(mlops_deploy_set(b, "web", &opts, &e), &e);
        commit(a);
        refused(mlops_change_commit(b, NULL, &e), &e, MLOPS_E_CONFLICT, "web");
        mlops_change_free(a);
        mlops_change_free(b);
    }
    /* A model and its deployment in one change, which is looked at while it is built. */
    mlops_change *c = new_change(s);
    mlops_model *model = stump("\"a\"", 1, 1);
    int64_t version = 0;
    works(mlops_registry_register(c, &version, "churn", model, NULL, &e), &e);
    promote_in(c, "churn", 1, "champion");
    opts.model = "churn";
    works(mlops_deploy_set(c, "phone", &opts, &e), &e);
    works(mlops_deploy_set(c, "phone", NULL, &e), &e);
    commit(c);
    mlops_change_free(c);
    mlops_model_unref(model);
    mlops_deployment_close(open_deployment(s, "phone"));
    mlops_store_close(s);
    remove_place(&p);
}

/* ---- against a model ---- */

enum { MODELS = 2, ALIASES = 3, DEPLOYMENTS = 3, STEPS = 25, SEEDS = 200 };

static const char *const MODEL[] = {"churn", "fraud"};
static const char *const ALIAS[] = {"champion", "canary", "next"};
static const char *const NAME[] = {"app", "phone", "web"};
static const char *const SALT[] = {"salt", "pepper"};

typedef struct world {
    int n_versions[MODELS];
    int holders[MODELS][ALIASES]; /* 0: nobody */
    struct {
        int model; /* -1: there is none */
        int champion, canary, salt;
        double share;
    } deployments[DEPLOYMENTS];
} world;

static void step(world *m, mlops_store *s) {
    int model = (int)(draw() % MODELS), alias = (int)(draw() % ALIASES);
    int k = (int)(draw() % DEPLOYMENTS);
    uint64_t what = draw() % 8;
    if (what == 0 || !m->n_versions[model]) {
        int64_t version = register_version(s, MODEL[model], m->n_versions[model] + 1, -1);
        assert_int_equal(version, ++m->n_versions[model]);
    } else if (what < 4) {
        m->holders[model][alias] = 1 + (int)(draw() % (uint64_t)m->n_versions[model]);
        promote_version(s, MODEL[model], m->holders[model][alias], ALIAS[alias]);
    } else if (what == 4 && m->holders[model][alias]) {
        m->holders[model][alias] = 0;
        drop(s, MODEL[model], ALIAS[alias]);
    } else {
        mlops_deploy_opts opts = MLOPS_DEPLOY_OPTS_INIT;
        mlops_error e;
        int canary = (int)(draw() % 2) + 1, salt = (int)(draw() % 2);
        opts.flags = MLOPS_DEPLOY_SET_CANARY_SHARE;
        opts.model = MODEL[model];
        opts.canary = ALIAS[canary];
        opts.canary_share = (double)(draw() % 11) / 10;
        opts.salt = SALT[salt];
        works(set_with(s, NAME[k], &opts, &e), &e);
        m->deployments[k].model = model;
        m->deployments[k].canary = canary;
        m->deployments[k].salt = salt;
        m->deployments[k].share = opts.canary_share;
    }
}

static int64_t version_for(const world *m, int k, const char *key) {
    int model = m->deployments[k].model, canary = m->holders[model][m->deployments[k].canary];
    double bucket = (double)mlops_deploy_bucket(SALT[m->deployments[k].salt], key);
    if (canary && bucket < m->deployments[k].share * 1000000 - 0.5) return canary;
    return m->holders[model][0];
}

/* An open deployment and one that was opened now say what the model says. */
static void hold(const world *m, mlops_store *s, mlops_deployment **open) {
    for (int k = 0; k < DEPLOYMENTS; k++) {
        mlops_error e;
        int model = m->deployments[k].model;
        if (model < 0) continue;
        if (!m->holders[model][0]) {
            mlops_deployment *none;
            refused(mlops_deployment_open(&none, s, NAME[k], &e), &e, MLOPS_E_NOT_FOUND,
                    "champion");
            if (open[k])
                refused(mlops_deployment_refresh(open[k], NULL, &e), &e, MLOPS_E_NOT_FOUND,
                        "champion");
            continue;
        }
        if (!open[k]) open[k] = open_deployment(s, NAME[k]);
        else refresh_deployment(open[k]);
        for (int i = 0; i < 20; i++) {
            const float row[2] = {1, 0};
            char key[24];
            double out = 0;
            int64_t version = 0, want;
            snprintf(key, sizeof key, "key %d", i);
            want = version_for(m, k, key);
            assert_int_equal(mlops_deployment_predict(open[k], key, row, 1, 2, &out, 1, &version),
                             MLOPS_OK);
            assert_int_equal(version, want);
            assert_true(out == (double)want);
        }
    }
}

/* Some over LMDB, most of them quick. */
static mlops_store *open_some(const place *p, uint64_t n) {
    return n % 32 ? open_swift(p->path) : open_here(p);
}

static void deployments_are_their_model(void **state) {
    (void)state;
    place p;
    make_place(&p);
    for (uint64_t n = 0; n < SEEDS; n++) {
        world m = {{0}, {{0}}, {{0}}};
        mlops_deployment *open[DEPLOYMENTS] = {NULL};
        for (int k = 0; k < DEPLOYMENTS; k++) m.deployments[k].model = -1;
        seed = n;
        mlops_store *s = open_some(&p, n);
        for (int i = 0; i < STEPS; i++) {
            step(&m, s);
            if (draw() % 4 == 0) hold(&m, s, open);
            if (draw() % 16) continue;
            for (int k = 0; k < DEPLOYMENTS; k++) mlops_deployment_close(open[k]), open[k] = NULL;
            mlops_store_close(s);
            s = open_some(&p, n);
        }
        hold(&m, s, open);
        for (int k = 0; k < DEPLOYMENTS; k++) mlops_deployment_close(open[k]);
        mlops_store_close(s);
        shell("rm -r '%s'", p.path);
    }
    remove_place(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_out_stays),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(the_first_of_two_changes_wins),
        cmocka_unit_test(deployments_are_their_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
