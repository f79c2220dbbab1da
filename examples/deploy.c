/* Serve a model by key, try another one on a tenth of the keys, and swap it in without a pause. The
 * argument names the store. */
#include <mlops.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEYS = 1000, FEATURES = 30 };

static mlops_error e;

static void ok(mlops_status status) {
    if (status == MLOPS_OK) return;
    fprintf(stderr, "%s\n", e.message);
    exit(1);
}

/* The same model twice: which version is which is what counts here. */
static void add_versions(mlops_change *change) {
    mlops_model *model;
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    int64_t first, second;
    ok(mlops_model_load(&model, "fraud.json", NULL, &e));
    ok(mlops_registry_register(change, &first, "fraud", model, &opts, &e));
    opts.description = "the one to be tried";
    ok(mlops_registry_register(change, &second, "fraud", model, &opts, &e));
    ok(mlops_registry_promote(change, "fraud", "1", "champion", NULL, &e));
    ok(mlops_registry_promote(change, "fraud", "2", "canary", NULL, &e));
    mlops_model_unref(model);
}

static void set_share(mlops_change *change, double share) {
    mlops_deploy_opts opts = MLOPS_DEPLOY_OPTS_INIT;
    opts.model = "fraud";
    opts.canary_share = share;
    ok(mlops_deploy_set(change, "checkout", &opts, &e));
    ok(mlops_change_commit(change, NULL, &e));
}

static void serve(mlops_deployment *deployment) {
    static const float row[FEATURES] = {120, 23, 800, 3.2f};
    int64_t n_swapped;
    int served[3] = {0};
    ok(mlops_deployment_refresh(deployment, &n_swapped, &e));
    for (int i = 0; i < KEYS; i++) {
        char customer[32];
        double risk;
        int64_t version;
        snprintf(customer, sizeof customer, "customer %d", i);
        if (mlops_deployment_predict(deployment, customer, row, 1, FEATURES, &risk, 1, &version))
            exit(1);
        served[version]++;
    }
    printf("of %d customers version 1 serves %d, version 2 serves %d\n", KEYS, served[1],
           served[2]);
}

int main(int argc, char **argv) {
    mlops_store *store;
    mlops_change *change;
    mlops_deployment *deployment;
    ok(mlops_store_open(&store, argc > 1 ? argv[1] : "example.mlops", NULL, &e));
    ok(mlops_change_new(&change, store, NULL, &e));
    add_versions(change);
    set_share(change, 0);
    ok(mlops_deployment_open(&deployment, store, "checkout", &e));
    serve(deployment);
    set_share(change, 0.1);
    serve(deployment);
    set_share(change, 0.3); /* whoever was on the canary stays */
    serve(deployment);
    ok(mlops_registry_promote(change, "fraud", "2", "champion", NULL, &e));
    ok(mlops_registry_drop_alias(change, "fraud", "canary", "tried", &e));
    ok(mlops_change_commit(change, NULL, &e));
    serve(deployment);
    mlops_deployment_close(deployment);
    mlops_change_free(change);
    mlops_store_close(store);
    return 0;
}
