/* Compares two CSV files, or merges three, and writes what it finds as CSV files, for oracles that
 * are not written in C.
 *
 * usage: dump_diff KEY OUT FROM TO         writes OUT.cells, OUT.added, OUT.removed, OUT.columns
 *        dump_diff KEY OUT BASE OURS THEIRS  writes OUT.table (with ours for conflicts),
 *                                            OUT.conflicts
 * KEY may be empty.
 */
#include <mlops.h>
#include <stdio.h>
#include <stdlib.h>

static mlops_error error;

static void must(mlops_status status) {
    if (!status) return;
    fprintf(stderr, "%s\n", error.message);
    exit(1);
}

static void save(mlops_table *t, const char *out, const char *what) {
    char path[600];
    snprintf(path, sizeof path, "%s.%s", out, what);
    must(mlops_table_write(t, path, NULL, &error));
    mlops_table_unref(t);
}

typedef mlops_status tell(mlops_table **out, const mlops_diff *self, mlops_error *err);

static void compare(const char *key, const char *out, mlops_table *const t[2]) {
    static const char *const names[] = {"cells", "added", "removed", "columns"};
    static tell *const verbs[] = {mlops_diff_cells, mlops_diff_added, mlops_diff_removed,
                                  mlops_diff_columns};
    mlops_diff_opts opts = MLOPS_DIFF_OPTS_INIT;
    mlops_diff *d;
    mlops_table *told;
    opts.key = key;
    must(mlops_diff_compare(&d, t[0], t[1], &opts, &error));
    for (int i = 0; i < 4; i++) {
        must(verbs[i](&told, d, &error));
        save(told, out, names[i]);
    }
    mlops_diff_unref(d);
}

static void merge(const char *key, const char *out, mlops_table *const t[3]) {
    mlops_merge_opts opts = MLOPS_MERGE_OPTS_INIT;
    mlops_merge *m;
    mlops_table *told;
    opts.key = key;
    opts.policy = MLOPS_MERGE_OURS;
    must(mlops_merge_tables(&m, t[0], t[1], t[2], &opts, &error));
    must(mlops_merge_table(&told, m, &error));
    save(told, out, "table");
    must(mlops_merge_conflicts(&told, m, &error));
    save(told, out, "conflicts");
    mlops_merge_unref(m);
}

int main(int n, char **words) {
    mlops_table *t[3] = {NULL, NULL, NULL};
    if (n < 5 || n > 6) return 2;
    const char *key = *words[1] ? words[1] : NULL;
    for (int i = 3; i < n; i++) must(mlops_table_load(&t[i - 3], words[i], NULL, &error));
    if (n == 5) compare(key, words[2], t);
    else merge(key, words[2], t);
    for (int i = 0; i < 3; i++) mlops_table_unref(t[i]);
    return 0;
}
