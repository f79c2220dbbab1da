/* Predict a table by the names of its columns, and rows through a context. Run it in examples/data.
 */
#include <mlops.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    mlops_model *model;
    mlops_table *table;
    mlops_context *context;
    mlops_error e;
    if (mlops_model_load(&model, "fraud.json", NULL, &e) ||
        mlops_table_load(&table, "live.csv", NULL, &e) ||
        mlops_context_new(&context, model, MLOPS_MODEL_OUTPUT_MARGIN, NULL, &e))
        return fprintf(stderr, "%s\n", e.message), 1;
    int64_t n = mlops_table_n_rows(table);
    double *p = calloc((size_t)n, sizeof *p), margin = 0;
    if (!p ||
        mlops_model_predict_table(model, table, NULL, MLOPS_MODEL_OUTPUT_PREDICTION, p, n, 1, &e))
        return fprintf(stderr, "%s\n", e.message), 1;
    const float row[30] = {12.5f, 23, 800, 3.2f};
    if (mlops_context_predict(context, row, 1, 30, &margin, 1)) return 1;
    printf("%lld rows, first %.4f; margin of the row %.4f\n", (long long)n, p[0], margin);
    free(p);
    mlops_context_free(context);
    mlops_table_unref(table);
    mlops_model_unref(model);
    return 0;
}
