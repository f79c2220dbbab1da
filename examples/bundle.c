/* Carry a model with its reference in one file. Run it in examples/data with a file to write. */
#include <mlops.h>
#include <stdio.h>

int main(int argc, char **argv) {
    const char *path = argc > 1 ? argv[1] : "fraud.bundle";
    mlops_model *model = NULL;
    mlops_bundle *bundle = NULL;
    mlops_reference *reference = NULL;
    mlops_error e;
    mlops_bundle_opts opts = MLOPS_BUNDLE_OPTS_INIT;
    opts.name = "fraud";
    opts.version = "7";
    opts.metadata = "{\"owner\": \"risk\"}";
    mlops_status status = mlops_model_load(&model, "fraud.json", NULL, &e);
    if (!status) status = mlops_reference_load(&reference, "train.csv", NULL, &e);
    opts.reference = reference;
    if (!status) status = mlops_bundle_write(path, model, &opts, &e);
    if (!status) status = mlops_bundle_load(&bundle, path, NULL, &e); /* checks every byte */
    if (status) return fprintf(stderr, "%s\n", e.message), 1;
    mlops_id id;
    mlops_bundle_id(bundle, &id);
    printf("%s %s %02x%02x..., %s\n", mlops_bundle_name(bundle), mlops_bundle_version(bundle),
           id.bytes[0], id.bytes[1], mlops_bundle_metadata(bundle));
    mlops_bundle_unref(bundle);
    mlops_reference_unref(reference);
    mlops_model_unref(model);
    return 0;
}
