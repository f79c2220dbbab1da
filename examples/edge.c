/* A bundle on a device: memory of the program's own, no heap. Run it in examples/data. */
#include <mlops.h>
#include <stdio.h>

static uint64_t file[1 << 15], storage[1 << 15];

int main(void) {
    mlops_model *model;
    mlops_reference *reference;
    mlops_error e;
    mlops_bundle_opts opts = MLOPS_BUNDLE_OPTS_INIT;
    if (mlops_model_load(&model, "fraud.json", NULL, &e) ||
        mlops_reference_load(&reference, "train.csv", NULL, &e))
        return fprintf(stderr, "%s\n", e.message), 1;
    opts.reference = reference;
    size_t n = 0, size = 0;
    if (mlops_bundle_save(model, file, sizeof file, &n, &opts, &e)) /* what flash would hold */
        return fprintf(stderr, "%s\n", e.message), 1;

    mlops_edge *edge;
    const float row[30] = {12.5f, 23, 800, 3.2f};
    double p;
    if (mlops_edge_size(file, n, &size) ||
        mlops_edge_init(&edge, storage, sizeof storage, file, n) || mlops_edge_selftest(edge) ||
        mlops_edge_predict(edge, row, 30, &p, 1) || mlops_edge_add(edge, row, 30))
        return 1;
    printf("bundle %zu bytes, storage %zu bytes, probability %.4f\n", n, size, p);
    mlops_reference_unref(reference);
    mlops_model_unref(model);
    return 0;
}
