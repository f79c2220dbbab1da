/* Trees that are deeper than any stack or counter of a kernel. */
#include <mlops.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/help_model.h"

/* A tree without bushes: every right child is a test, n levels down. */
static char *make_chain(int n) {
    char *out = malloc((size_t)n * 160 + 1000), *p = out;
    if (!out) abort();
    p += sprintf(p, "{\"learner\":{\"gradient_booster\":{\"model\":{\"tree_info\":[0],\"trees\":[{"
                    "\"left_children\":[");
    for (int i = 0; i < n; i++) p += sprintf(p, "%d,-1,", 2 * i + 1);
    p += sprintf(p, "-1],\"right_children\":[");
    for (int i = 0; i < n; i++) p += sprintf(p, "%d,-1,", 2 * i + 2);
    p += sprintf(p, "-1],\"split_conditions\":[");
    for (int i = 0; i < n; i++) p += sprintf(p, "%d,%d,", i, i);
    p += sprintf(p, "-7],\"split_indices\":[");
    for (int i = 0; i < n; i++) p += sprintf(p, "0,0,");
    p += sprintf(p, "0],\"default_left\":[");
    for (int i = 0; i < n; i++) p += sprintf(p, "0,0,");
    sprintf(p,
            "0],\"tree_param\":{\"num_nodes\":\"%d\"}}]},\"name\":\"gbtree\"},"
            "\"learner_model_param\":{\"base_score\":\"0\",\"num_class\":\"0\",\"num_feature\":"
            "\"1\"},\"objective\":{\"name\":\"reg:squarederror\"}},\"version\":[2,0,0]}",
            2 * n + 1);
    return out;
}

static void walks_deep_trees(void **state) {
    (void)state;
    const int depths[] = {7, 8, 9, 300, 70000};
    for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++) {
        char *text = make_chain(depths[i]);
        mlops_model *model = parse(text);
        const float values[] = {-1.0f, 3.5f, 6.0f, (float)depths[i] - 1.5f, 1e9f, NAN};
        const double leaves[] = {0, 4, 7, depths[i] - 1, -7, -7};
        double out[6];
        assert_int_equal(mlops_model_predict(model, values, 6, 1, out, 1), MLOPS_OK);
        for (int k = 0; k < 6; k++)
            if (k != 2 || depths[i] > 7) assert_true(out[k] == leaves[k]);
        mlops_model_unref(model);
        free(text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(walks_deep_trees)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
