/* Answers requests of oracle_registry.py, a line each, fields parted by TAB; in a new store.
 *
 * usage: dump_registry STORE
 * data NAME CSV TARGET            commits a dataset and holds rows out; answers their ids, column
 * id model NAME FILE DATASET FEATURES  registers a version; FEATURES is a file or empty evaluate
 * NAME WHICH             answers metrics: name=value, parted by blanks promote NAME WHICH GATE to
 * champion; answers the status and the holder, 0 for nobody A failure other than a refusal is
 * answered by "error: " and its message.
 */
#include <mlops.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static mlops_store *store;
static mlops_error err;

static mlops_change *begin(void) {
    mlops_change *change;
    if (mlops_change_new(&change, store, NULL, &err)) exit(3);
    return change;
}

static mlops_status end(mlops_change *change, mlops_status status) {
    if (status == MLOPS_OK || status == MLOPS_E_REFUSED) {
        mlops_error local;
        if (mlops_change_commit(change, NULL, &local)) exit(4);
    }
    mlops_change_free(change);
    return status;
}

static void print_ids(const char *name) {
    mlops_table *held;
    char text[64];
    if (mlops_dataset_table(&held, store, name, NULL, NULL, MLOPS_PART_HELD_OUT, &err)) exit(5);
    int64_t column = mlops_table_find(held, "id");
    for (int64_t i = 0; i < mlops_table_n_rows(held); i++) {
        mlops_table_text(held, column, i, text, sizeof text, NULL);
        printf("%s%s", i ? " " : "", text);
    }
    printf("\n");
    mlops_table_unref(held);
}

static mlops_status add_data(char **fields) {
    mlops_change *change = begin();
    mlops_draft *draft;
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    mlops_id id;
    opts.target = fields[3];
    if (mlops_draft_new(&draft, change, fields[1], NULL, &err)) exit(6);
    mlops_status status = mlops_draft_add_csv(draft, "t.csv", fields[2], &opts, &err);
    if (!status) status = mlops_draft_split(draft, "t.csv", NULL, &err);
    if (!status) status = mlops_draft_commit(draft, &id, &err);
    mlops_draft_free(draft);
    status = end(change, status);
    if (!status) print_ids(fields[1]);
    return status;
}

static char *read_file(const char *path) {
    static char text[1 << 16];
    FILE *file = fopen(path, "rb");
    if (!file) exit(7);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    return text;
}

static mlops_status add_model(char **fields) {
    mlops_change *change = begin();
    mlops_model *model;
    mlops_table *train = NULL;
    mlops_feature *features = NULL;
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    int64_t version = 0;
    if (mlops_model_load(&model, fields[2], NULL, &err)) exit(8);
    mlops_status status = MLOPS_OK;
    if (*fields[4])
        status = mlops_dataset_table(&train, store, fields[3], NULL, NULL, MLOPS_PART_TRAIN, &err);
    if (!status && train)
        status = mlops_feature_fit(&features, read_file(fields[4]), train, NULL, &err);
    opts.dataset = fields[3];
    opts.features = features;
    opts.file = fields[2];
    if (!status) status = mlops_registry_register(change, &version, fields[1], model, &opts, &err);
    mlops_feature_unref(features);
    mlops_table_unref(train);
    mlops_model_unref(model);
    status = end(change, status);
    if (!status) printf("%d\n", (int)version);
    return status;
}

static mlops_status evaluate(char **fields) {
    mlops_table *table;
    char name[64], value[64];
    mlops_status status =
        mlops_registry_evaluate(&table, store, fields[1], fields[2], NULL, NULL, NULL, &err);
    if (status) return status;
    for (int64_t i = 0; i < mlops_table_n_rows(table); i++) {
        mlops_table_text(table, 0, i, name, sizeof name, NULL);
        mlops_table_text(table, 1, i, value, sizeof value, NULL);
        printf("%s%s=%s", i ? " " : "", name, value);
    }
    printf("\n");
    mlops_table_unref(table);
    return MLOPS_OK;
}

static mlops_status promote(char **fields) {
    mlops_change *change = begin();
    mlops_promote_opts opts = MLOPS_PROMOTE_OPTS_INIT;
    int64_t holder = 0;
    mlops_error local;
    opts.gate = fields[3];
    mlops_status status =
        end(change, mlops_registry_promote(change, fields[1], fields[2], "champion", &opts, &err));
    if (status && status != MLOPS_E_REFUSED) return status;
    mlops_registry_alias_at(&holder, store, fields[1], "champion", 0, &local);
    printf("%s %d\n", mlops_status_name(status), (int)holder);
    return MLOPS_OK;
}

int main(int argc, char **argv) {
    static char line[1 << 16];
    if (argc < 2 || mlops_store_open(&store, argv[1], NULL, &err)) return 2;
    while (fgets(line, sizeof line, stdin)) {
        char *fields[5] = {line, "", "", "", ""};
        line[strcspn(line, "\n")] = 0;
        for (int i = 0; i < 4; i++) {
            char *tab = strchr(fields[i], '\t');
            if (!tab) break;
            *tab = 0;
            fields[i + 1] = tab + 1;
        }
        mlops_status status = MLOPS_E_INVALID;
        if (!strcmp(line, "data")) status = add_data(fields);
        if (!strcmp(line, "model")) status = add_model(fields);
        if (!strcmp(line, "evaluate")) status = evaluate(fields);
        if (!strcmp(line, "promote")) status = promote(fields);
        if (status) printf("error: %s\n", err.message);
        fflush(stdout);
    }
    mlops_store_close(store);
    return 0;
}
