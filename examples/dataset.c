/* Commit a table with held-out rows, change it, and see what differs. The argument names the store.
 */
#include <mlops.h>
#include <stdio.h>

static mlops_error e;

static int commit(mlops_store *store, const char *message, int draws) {
    mlops_change *change;
    mlops_draft *draft = NULL;
    mlops_draft_opts why = MLOPS_DRAFT_OPTS_INIT;
    mlops_draft_table_opts columns = MLOPS_DRAFT_TABLE_OPTS_INIT;
    mlops_split_opts split = MLOPS_SPLIT_OPTS_INIT;
    mlops_id id;
    why.message = message;
    columns.target = "fraud";
    split.kind = MLOPS_SPLIT_STRATIFIED;
    split.share = 0.25;
    if (mlops_change_new(&change, store, NULL, &e)) return 1;
    int failed = mlops_draft_new(&draft, change, "payments", &why, &e) ||
                 mlops_draft_add_csv(draft, "train.csv", "train.csv", &columns, &e) ||
                 (draws && mlops_draft_split(draft, "train.csv", &split, &e)) ||
                 mlops_draft_add_bytes(draft, "why.txt", message, 5, &e) ||
                 mlops_draft_commit(draft, &id, &e) || mlops_change_commit(change, NULL, &e);
    mlops_draft_free(draft);
    mlops_change_free(change);
    return failed;
}

static void print(const char *title, mlops_table *t, int n_columns) {
    char text[80];
    puts(title);
    for (int row = 0; row < mlops_table_n_rows(t); row++) {
        for (int i = 0; i < n_columns; i++) {
            mlops_table_text(t, i, row, text, sizeof text, NULL);
            printf("  %.20s", text);
        }
        puts("");
    }
    mlops_table_unref(t);
}

int main(int argc, char **argv) {
    mlops_store *store;
    mlops_table *table, *train, *held_out;
    if (mlops_store_open(&store, argc > 1 ? argv[1] : "example.mlops", NULL, &e) ||
        commit(store, "first rows", 0) || commit(store, "rows to judge by", 1))
        return fprintf(stderr, "%s\n", e.message), 1;
    if (mlops_dataset_log(&table, store, "payments", NULL, 2, &e)) return 1;
    print("history:", table, 4);
    if (mlops_dataset_diff(&table, store, "payments", NULL, NULL, &e)) return 1;
    print("the last commit:", table, 4);
    if (mlops_dataset_table(&train, store, "payments", NULL, NULL, MLOPS_PART_TRAIN, &e) ||
        mlops_dataset_table(&held_out, store, "payments", NULL, NULL, MLOPS_PART_HELD_OUT, &e))
        return fprintf(stderr, "%s\n", e.message), 1;
    printf("%d rows to train on, %d held out\n", (int)mlops_table_n_rows(train),
           (int)mlops_table_n_rows(held_out));
    mlops_table_unref(train);
    mlops_table_unref(held_out);
    mlops_store_close(store);
    return 0;
}
