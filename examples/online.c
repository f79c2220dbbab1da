/* Keep the newest row of features of each card, rows that come late included, and look some up. The
 * argument names the store. */
#include <mlops.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static mlops_error e;

static void ok(mlops_status status) {
    if (status == MLOPS_OK) return;
    fprintf(stderr, "%s\n", e.message);
    exit(1);
}

static mlops_table *rows_of(const char *csv) {
    mlops_table *table;
    ok(mlops_table_parse(&table, csv, strlen(csv), NULL, &e));
    return table;
}

static void define(mlops_store *store, const mlops_table *like) {
    mlops_change *change;
    mlops_online_opts opts = MLOPS_ONLINE_OPTS_INIT;
    opts.ttl_ns = (int64_t)3600 * 1000000000;
    ok(mlops_change_new(&change, store, NULL, &e));
    ok(mlops_online_define(change, "cards", like, "card", "ts", &opts, &e));
    ok(mlops_change_commit(change, NULL, &e));
    mlops_change_free(change);
}

static void put(mlops_online *view, const mlops_table *rows) {
    int64_t n;
    ok(mlops_online_put(view, rows, &n, &e));
    printf("%d of %d rows were put\n", (int)n, (int)mlops_table_n_rows(rows));
}

static void look_up(mlops_online *view, const char *csv, int64_t as_of_ns) {
    mlops_table *keys = rows_of(csv), *found;
    ok(mlops_online_get(&found, view, keys, as_of_ns, &e));
    for (int64_t i = 0; i < mlops_table_n_rows(found); i++) {
        char card[32], spent[32], status[16];
        mlops_table_text(found, mlops_table_find(found, "card"), i, card, sizeof card, NULL);
        mlops_table_text(found, mlops_table_find(found, "spent"), i, spent, sizeof spent, NULL);
        mlops_table_text(found, mlops_table_find(found, "status"), i, status, sizeof status, NULL);
        printf("%s: %s %s\n", card, status, spent);
    }
    mlops_table_unref(found);
    mlops_table_unref(keys);
}

int main(int argc, char **argv) {
    mlops_store *store;
    mlops_online *view;
    mlops_table *rows = rows_of("card,ts,spent\n"
                                "card-7,1746102600000000000,82.5\n"
                                "card-8,1746099000000000000,7\n");
    mlops_table *late = rows_of("card,ts,spent\n"
                                "card-7,1746102000000000000,80\n"
                                "card-9,1746102000000000000,12\n");
    ok(mlops_store_open(&store, argc > 1 ? argv[1] : "example.mlops", NULL, &e));
    define(store, rows);
    ok(mlops_online_open(&view, store, "cards", &e));
    put(view, rows);
    put(view, late);
    look_up(view, "card\ncard-7\ncard-8\ncard-9\ncard-10\n",
            1746103000000000000); /* an hour serves */
    mlops_online_close(view);
    mlops_store_close(store);
    mlops_table_unref(late);
    mlops_table_unref(rows);
    return 0;
}
