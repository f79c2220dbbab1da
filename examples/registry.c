/* Register two models, let a gate decide who is champion, and go back. The argument names the
 * store. */
#include <mlops.h>
#include <stdio.h>
#include <stdlib.h>

static mlops_error e;

static void ok(mlops_status status) {
    if (status == MLOPS_OK) return;
    fprintf(stderr, "%s\n", e.message);
    exit(1);
}

/* Payments of which a fifth is held out to judge by. */
static void add_data(mlops_change *change) {
    mlops_draft *draft;
    mlops_id id;
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    opts.target = "fraud";
    ok(mlops_draft_new(&draft, change, "payments", NULL, &e));
    ok(mlops_draft_add_csv(draft, "live.csv", "live.csv", &opts, &e));
    ok(mlops_draft_split(draft, "live.csv", NULL, &e));
    ok(mlops_draft_commit(draft, &id, &e));
    mlops_draft_free(draft);
    ok(mlops_change_commit(change, NULL, &e));
}

static void add_model(mlops_change *change, int64_t *version) {
    mlops_model *model;
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    opts.dataset = "payments";
    opts.file = "fraud.json";
    ok(mlops_model_load(&model, opts.file, NULL, &e));
    ok(mlops_registry_register(change, version, "fraud", model, &opts, &e));
    ok(mlops_change_commit(change, NULL, &e));
    mlops_model_unref(model);
}

static void promote(mlops_change *change, const char *gate) {
    mlops_promote_opts opts = MLOPS_PROMOTE_OPTS_INIT;
    opts.gate = gate;
    mlops_status status = mlops_registry_promote(change, "fraud", "latest", "champion", &opts, &e);
    if (status == MLOPS_E_REFUSED) printf("refused: %s\n", e.message);
    else ok(status);
    ok(mlops_change_commit(change, NULL, &e)); /* of a refusal, its record */
}

int main(int argc, char **argv) {
    mlops_store *store;
    mlops_change *change;
    mlops_table *history;
    int64_t first, second, back;
    ok(mlops_store_open(&store, argc > 1 ? argv[1] : "example.mlops", NULL, &e));
    ok(mlops_change_new(&change, store, NULL, &e));
    add_data(change);
    add_model(change, &first);
    promote(change, "auc >= 0.9 and auc >= champion.auc - 0.005");
    add_model(change, &second);
    promote(change, "auc > champion.auc"); /* it is no better */
    promote(change, "auc >= champion.auc - 0.005");
    ok(mlops_registry_rollback(change, &back, "fraud", "champion", "too slow", &e));
    ok(mlops_change_commit(change, NULL, &e));
    ok(mlops_registry_history(&history, store, "fraud", "champion", &e));
    printf("version %d is champion again, and its history has %d entries\n", (int)back,
           (int)mlops_table_n_rows(history));
    mlops_table_unref(history);
    mlops_change_free(change);
    mlops_store_close(store);
    return 0;
}
