/* Read a CSV file and look at its columns. Run it in examples/data. */
#include <mlops.h>
#include <stdio.h>

int main(int argc, char **argv) {
    static const char *const types[] = {"null", "bool", "int64", "float64", "string"};
    mlops_table *table;
    mlops_error error;
    if (mlops_table_load(&table, argc > 1 ? argv[1] : "train.csv", NULL, &error))
        return fprintf(stderr, "line %d: %s\n", (int)error.line, error.message), 1;
    printf("%lld rows\n", (long long)mlops_table_n_rows(table));
    for (int64_t i = 0; i < mlops_table_n_columns(table); i++) {
        char first[32] = "";
        mlops_table_text(table, i, 0, first, sizeof first, NULL);
        printf("%-12s %-8s %3lld nulls, first %s\n", mlops_table_name(table, i),
               types[mlops_table_type(table, i)], (long long)mlops_table_n_nulls(table, i), first);
    }
    mlops_table_unref(table);
    return 0;
}
