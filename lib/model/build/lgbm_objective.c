/* Objectives of LightGBM: which link a sum goes through.
 *
 * Owns the table of objectives. Invariant: a parameter that an objective does not have is refused,
 * since what it would do to a prediction is not known.
 */
#include "model/build/lgbm.h"
#include "text/number.h"

#include <string.h>

/* Parameters that may stand behind the name. */
enum { TAKES_SIGMOID = 1, TAKES_CLASSES = 2, TAKES_SQRT = 4 };

typedef struct objective {
    const char *name;
    mlops__link link;
    int takes;
} objective;

static const objective objectives[] = {
    {"binary", MLOPS__LINK_SIGMOID_F64, TAKES_SIGMOID},
    {"cross_entropy", MLOPS__LINK_SIGMOID_F64, 0},
    {"cross_entropy_lambda", MLOPS__LINK_LOG1P_EXP_F64, 0},
    {"custom", MLOPS__LINK_IDENTITY, 0},
    {"fair", MLOPS__LINK_IDENTITY, 0},
    {"gamma", MLOPS__LINK_EXP_F64, 0},
    {"huber", MLOPS__LINK_IDENTITY, 0},
    {"lambdarank", MLOPS__LINK_IDENTITY, 0},
    {"mape", MLOPS__LINK_IDENTITY, 0},
    {"multiclass", MLOPS__LINK_SOFTMAX_F64, TAKES_CLASSES},
    {"multiclassova", MLOPS__LINK_SIGMOID_F64, TAKES_CLASSES | TAKES_SIGMOID},
    {"none", MLOPS__LINK_IDENTITY, 0},
    {"poisson", MLOPS__LINK_EXP_F64, 0},
    {"quantile", MLOPS__LINK_IDENTITY, 0},
    {"rank_xendcg", MLOPS__LINK_IDENTITY, 0},
    {"regression", MLOPS__LINK_IDENTITY, TAKES_SQRT},
    {"regression_l1", MLOPS__LINK_IDENTITY, TAKES_SQRT},
    {"regression_l2", MLOPS__LINK_IDENTITY, TAKES_SQRT},
    {"tweedie", MLOPS__LINK_EXP_F64, 0},
    {"xentlambda", MLOPS__LINK_LOG1P_EXP_F64, 0}, /* as older versions say */
    {"xentropy", MLOPS__LINK_SIGMOID_F64, 0},
};

static const objective *find_objective(const char *name, size_t n) {
    for (size_t i = 0; i < sizeof objectives / sizeof objectives[0]; i++)
        if (strlen(objectives[i].name) == n && memcmp(objectives[i].name, name, n) == 0)
            return &objectives[i];
    return NULL;
}

/* What stands behind NAME: in an item, or NULL if the item is another. */
static const char *behind(const char *item, size_t n, const char *name, size_t *left) {
    size_t size = strlen(name);
    if (n < size || memcmp(item, name, size) != 0) return NULL;
    *left = n - size;
    return item + size;
}

static mlops_status read_parameter(mlops__lgbm *self, const objective *o, const char *item,
                                   size_t n) {
    const mlops__lgbm_line *line = &self->objective;
    mlops__ir *ir = self->ir;
    size_t left = 0;
    const char *text = o->takes & TAKES_SIGMOID ? behind(item, n, "sigmoid:", &left) : NULL;
    if (text) {
        if (mlops__parse_f64(text, left, 0, &ir->param) && ir->param > 0.0 &&
            ir->param - ir->param == 0.0)
            return MLOPS_OK;
        return mlops__lgbm_fail(self, line, text, MLOPS_E_CORRUPT, "sigmoid must be above 0");
    }
    text = o->takes & TAKES_CLASSES ? behind(item, n, "num_class:", &left) : NULL;
    if (text) {
        int64_t classes;
        if (mlops__parse_i64(text, left, &classes) && classes == self->n_classes) return MLOPS_OK;
        return mlops__lgbm_fail(self, line, text, MLOPS_E_CORRUPT,
                                "the objective has other classes than num_class, which is %lld",
                                (long long)self->n_classes);
    }
    if (o->takes & TAKES_SQRT && n == 4 && memcmp(item, "sqrt", 4) == 0) {
        ir->link = MLOPS__LINK_SQUARE_F64;
        return MLOPS_OK;
    }
    return mlops__lgbm_fail(self, line, item, MLOPS_E_UNSUPPORTED,
                            "objective \"%s\" has an unknown parameter: %.*s", o->name,
                            mlops__lgbm_shown(item, n), item);
}

/* A model without an objective was trained with the user's own: its sums are its predictions. */
mlops_status mlops__lgbm_settle_objective(mlops__lgbm *self) {
    const mlops__lgbm_line *line = &self->objective;
    const char *text = line->value ? line->value : "custom", *name, *item;
    size_t n = line->value ? line->value_n : strlen(text), left = n, name_n, item_n;
    mlops__ir *ir = self->ir;
    if (!mlops__lgbm_item(&text, &left, &name, &name_n))
        return mlops__lgbm_fail(self, line, name, MLOPS_E_CORRUPT, "the objective has no name");
    const objective *o = find_objective(name, name_n);
    if (!o || n >= sizeof ir->objective)
        return mlops__lgbm_fail(self, line, name, MLOPS_E_UNSUPPORTED,
                                "objective \"%.*s\" is not supported", (int)(n < 100 ? n : 100),
                                name);
    memcpy(ir->objective, line->value ? line->value : name, n);
    ir->link = o->link;
    if (o->link == MLOPS__LINK_SIGMOID_F64) ir->param = 1.0;
    while (mlops__lgbm_item(&text, &left, &item, &item_n))
        MLOPS_TRY(read_parameter(self, o, item, item_n));
    return MLOPS_OK;
}
