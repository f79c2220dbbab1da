/* Writes the bundle that the edge tests use, as a C array.
 * usage: make_bundle FOLDER > bundle_bytes.h, where FOLDER holds fraud.json and train.csv.
 */
#include <mlops.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    char path[4096];
    mlops_model *model = NULL;
    mlops_reference *reference = NULL;
    mlops_error e;
    mlops_bundle_opts opts = MLOPS_BUNDLE_OPTS_INIT;
    snprintf(path, sizeof path, "%s/fraud.json", argc > 1 ? argv[1] : ".");
    mlops_status status = mlops_model_load(&model, path, NULL, &e);
    snprintf(path, sizeof path, "%s/train.csv", argc > 1 ? argv[1] : ".");
    if (!status) status = mlops_reference_load(&reference, path, NULL, &e);
    opts.reference = reference;
    opts.name = "fraud";
    size_t n = 0;
    if (!status) status = mlops_bundle_save(model, NULL, 0, &n, &opts, &e);
    unsigned char *bytes = malloc(n ? n : 1);
    if (!status && bytes) status = mlops_bundle_save(model, bytes, n, &n, &opts, &e);
    if (status || !bytes) return fprintf(stderr, "%s\n", e.message), 1;
    printf("static const unsigned char bundle_bytes[%zu] __attribute__((aligned(64))) = {", n);
    for (size_t i = 0; i < n; i++) printf("%s%u,", i % 20 ? "" : "\n", bytes[i]);
    printf("\n};\n");
    free(bytes);
    mlops_reference_unref(reference);
    mlops_model_unref(model);
    return 0;
}
