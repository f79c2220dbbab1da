/* Features: fitted to training rows once, then the same for a table and for one row. */
#include <mlops.h>
#include <stdio.h>

static int fail(const mlops_error *e) { return fprintf(stderr, "%s\n", e->message), 1; }

int main(int argc, char **argv) {
    const char *definition = "amount  = standardise(log1p(impute(amount, 'median')))\n"
                             "night   = hour < 6 or hour >= 22\n"
                             "far     = minmax(clip(distance_km, 0, 100)) # of the last purchase\n"
                             "hour    = one_hot(hour // 6)\n";
    mlops_table *train, *live;
    mlops_feature *fitted, *f;
    mlops_error e;
    static float rows[600 * 7];
    float one[7];
    if (mlops_table_load(&train, "train.csv", NULL, &e)) return fail(&e);
    if (mlops_feature_fit(&fitted, definition, train, NULL, &e)) return fail(&e);
    const char *path = argc > 1 ? argv[1] : "features.json";
    if (mlops_feature_write(fitted, path, &e)) return fail(&e);

    /* elsewhere, later */
    if (mlops_feature_load(&f, path, NULL, &e)) return fail(&e);
    for (int64_t i = 0; i < mlops_feature_n_outputs(f); i++)
        printf("%s = %s\n", mlops_feature_output_name(f, i), mlops_feature_expression(f, i));
    if (mlops_table_load(&live, "live.csv", NULL, &e)) return fail(&e);
    if (mlops_feature_matrix(f, live, rows, 600, 7, &e)) return fail(&e);

    /* one row, as it arrives: in the order of mlops_feature_input_name() */
    mlops_feature_value row[3] = {{MLOPS_TYPE_FLOAT64, 0, 0, 31.5, NULL},
                                  {MLOPS_TYPE_INT64, 0, 23, 0, NULL},
                                  {MLOPS_TYPE_NULL, 0, 0, 0, NULL}};
    if (mlops_feature_row(f, row, 3, one, 7)) return 1;
    printf("amount %g, night %g, far %g\n", one[0], one[1], one[2]);
    mlops_table_unref(live);
    mlops_table_unref(train);
    mlops_feature_unref(f);
    mlops_feature_unref(fitted);
    return 0;
}
