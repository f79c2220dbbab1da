/* Keep what comparing needs of a table, and no row. Run it in examples/data. */
#include <mlops.h>
#include <stdio.h>

int main(int argc, char **argv) {
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    opts.ignore = "fraud"; /* the target is no input */
    mlops_reference *reference;
    mlops_error error;
    if (mlops_reference_load(&reference, "train.csv", &opts, &error))
        return fprintf(stderr, "%s\n", error.message), 1;
    printf("%lld columns of %lld rows\n", (long long)mlops_reference_n_columns(reference),
           (long long)mlops_reference_n_rows(reference));
    mlops_status status = MLOPS_OK;
    if (argc > 1) status = mlops_reference_save(reference, argv[1], &error);
    if (status) fprintf(stderr, "%s\n", error.message);
    mlops_reference_unref(reference);
    return status != MLOPS_OK;
}
