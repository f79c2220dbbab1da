/* Payloads of plans: what opens must be walked without leaving it, by the reference and by the
 * kernels, to the same bits.
 */
#include "fuzz/fuzz.h"
#include "kern/kern.h"
#include "model/build/tune_walks.h"
#include "model/run/plan.h"
#include "sys/host.h"

static void compare(const mlops__plan *plan, const mlops__forest *forest, const float *row,
                    const void *margins) {
    const mlops__kern *kern = mlops__kern_for(mlops_cpu_level(MLOPS_CPU_BEST));
    size_t n = plan->n_groups;
    int8_t *ranks = calloc((size_t)forest->n_slots + 1, 1);
    double *other = calloc(n, sizeof *other); /* or float */
    if (ranks && other) {
        kern->forest_rank_row(forest, (mlops__forest_rows){.f32 = row}, ranks);
        kern->forest_sum_row(forest, ranks, (mlops__forest_reals){other});
        if (memcmp(margins, other, n * mlops__plan_number_size(plan))) abort();
    }
    free(ranks);
    free(other);
}

static void compare_walks(const mlops__plan *plan, const mlops__walks *walks, const float *row,
                          const void *margins) {
    void *keys = calloc(mlops__walks_keys(walks), 1);
    double *other = calloc(plan->n_groups, sizeof *other); /* or float */
    if (keys && other) {
        mlops__walks_row(walks, (mlops__forest_rows){.f32 = row}, keys,
                         (mlops__forest_reals){other});
        if (memcmp(margins, other, plan->n_groups * mlops__plan_number_size(plan))) abort();
    }
    free(keys);
    free(other);
}

static void run(const mlops__plan *plan) {
    float *row = calloc(plan->n_features, sizeof *row);
    double *margins = calloc(plan->n_groups, sizeof *margins); /* or float */
    mlops__arena arena;
    mlops__forest *forest = NULL;
    mlops__walks *walks = NULL;
    mlops__arena_init(&arena, &mlops__heap, (size_t)64 << 20);
    for (uint32_t i = 0; row && i < plan->n_features; i++) row[i] = (float)(i % 7) - 3.0f;
    if (row && margins) {
        mlops__row given = {.f32 = row};
        mlops__plan_margin(plan, given, (mlops__sums){.any = margins});
        for (uint32_t t = 0; t < plan->n_trees; t++) (void)mlops__plan_leaf(plan, given, t);
        (void)mlops__tune(&forest, plan, 1, &arena, &mlops__heap, NULL);
        if (forest) compare(plan, forest, row, margins);
        (void)mlops__tune_walks(&walks, plan, &arena, &mlops__heap, NULL);
        if (walks) compare_walks(plan, walks, row, margins);
    }
    mlops__arena_free(&arena);
    free(row);
    free(margins);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops__plan plan;
    mlops_error error;
    if (mlops__plan_open(&plan, data, size, &error)) return 0;
    if (plan.n_features <= 100000) run(&plan);
    return 0;
}
