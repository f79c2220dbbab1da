/* The booster of an XGBoost model: gbtree, dart around it, or gblinear.
 *
 * Owns nothing. Invariant: after mlops__xgb_read_booster() the forest has as many groups, and
 * weights if any, as trees, and the number that the file announces; of gblinear it has none.
 */
#include "model/build/xgb.h"

#include <string.h>

static mlops_status read_model_param(mlops__xgb *self, void *user) {
    (void)user;
    if (mlops__source_is(self->source, "num_trees"))
        return mlops__xgb_int(self, "num_trees", &self->n_trees);
    return mlops__source_skip(self->source);
}

static mlops_status read_trees(mlops__xgb *self, mlops__xgb_tree *tree) {
    mlops__source *source = self->source;
    if (self->ir->n_trees)
        return mlops__source_fail(source, MLOPS_E_CORRUPT, "\"trees\" comes twice");
    MLOPS_TRY(mlops__source_expect(source, MLOPS__EVENT_ARRAY, "an array of trees"));
    for (;;) {
        MLOPS_TRY(mlops__source_next(source));
        if (source->event == MLOPS__EVENT_ARRAY_END) return MLOPS_OK;
        if (source->event != MLOPS__EVENT_OBJECT)
            return mlops__source_fail(source, MLOPS_E_CORRUPT, "tree %u must be an object",
                                      self->ir->n_trees);
        MLOPS_TRY(mlops__xgb_read_tree(self, tree));
    }
}

static mlops_status read_model(mlops__xgb *self, void *user) {
    if (mlops__source_is(self->source, "tree_info"))
        return mlops__xgb_ints(self, "tree_info", &self->ir->groups);
    if (mlops__source_is(self->source, "trees")) return read_trees(self, user);
    if (mlops__source_is(self->source, "weights"))
        return mlops__xgb_floats(self, "weights", &self->weights);
    if (!mlops__source_is(self->source, "gbtree_model_param"))
        return mlops__source_skip(self->source);
    return mlops__xgb_object(self, "gbtree_model_param", read_model_param, NULL);
}

/* Members of "gradient_booster", and of the "gbtree" that a dart has inside: the name of the outer
 * one comes last and counts. */
static mlops_status read_booster(mlops__xgb *self, void *user) {
    mlops__source *source = self->source;
    if (mlops__source_is(source, "name"))
        return mlops__xgb_text(self, "name", self->ir->booster, sizeof self->ir->booster);
    if (mlops__source_is(source, "model"))
        return mlops__xgb_object(self, "model", read_model, user);
    if (mlops__source_is(source, "weight_drop"))
        return mlops__xgb_floats(self, "weight_drop", &self->ir->weights);
    return mlops__source_skip(source);
}

static mlops_status read_outer(mlops__xgb *self, void *user) {
    if (!mlops__source_is(self->source, "gbtree")) return read_booster(self, user);
    self->has_dart = 1;
    char outer[sizeof self->ir->booster];
    memcpy(outer, self->ir->booster, sizeof outer);
    MLOPS_TRY(mlops__xgb_object(self, "gbtree", read_booster, user));
    memcpy(self->ir->booster, outer, sizeof outer);
    return MLOPS_OK;
}

static mlops_status check_booster(mlops__xgb *self) {
    mlops__ir *ir = self->ir;
    mlops__source *source = self->source;
    int dart = strcmp(ir->booster, "dart") == 0, linear = strcmp(ir->booster, "gblinear") == 0;
    if (!dart && !linear && strcmp(ir->booster, "gbtree") != 0)
        return mlops__source_fail(source, MLOPS_E_UNSUPPORTED,
                                  "booster \"%s\" is not supported; gbtree, dart and gblinear are",
                                  ir->booster);
    if (dart != self->has_dart || linear != (self->weights.size != 0) || (linear && ir->n_trees))
        return mlops__source_fail(source, MLOPS_E_CORRUPT,
                                  "booster \"%s\" does not have the members of one", ir->booster);
    if (self->n_trees >= 0 && self->n_trees != ir->n_trees)
        return mlops__source_fail(source, MLOPS_E_CORRUPT,
                                  "the file has %u tree%s, num_trees says %lld", ir->n_trees,
                                  mlops__plural(ir->n_trees), (long long)self->n_trees);
    if (ir->groups.size / 4 != ir->n_trees)
        return mlops__source_fail(source, MLOPS_E_CORRUPT,
                                  "\"tree_info\" has %zu item%s for %u tree%s", ir->groups.size / 4,
                                  mlops__plural((int64_t)ir->groups.size / 4), ir->n_trees,
                                  mlops__plural(ir->n_trees));
    if (!dart) ir->weights.size = 0;
    if (dart && self->leaf_size)
        return mlops__source_fail(source, MLOPS_E_UNSUPPORTED,
                                  "booster \"dart\" with leaves of %lld values is not supported",
                                  (long long)self->leaf_size);
    if (dart && ir->weights.size / 4 != ir->n_trees)
        return mlops__source_fail(
            source, MLOPS_E_CORRUPT, "\"weight_drop\" has %zu item%s for %u tree%s",
            ir->weights.size / 4, mlops__plural((int64_t)ir->weights.size / 4), ir->n_trees,
            mlops__plural(ir->n_trees));
    const float *weights = (const float *)(const void *)ir->weights.data;
    for (size_t t = 0; t < ir->weights.size / 4; t++)
        if (weights[t] - weights[t] != 0.0f)
            return mlops__source_fail(source, MLOPS_E_CORRUPT,
                                      "\"weight_drop\": item %zu is not a finite number", t);
    return MLOPS_OK;
}

mlops_status mlops__xgb_read_booster(mlops__xgb *self) {
    if (self->has_booster)
        return mlops__source_fail(self->source, MLOPS_E_CORRUPT,
                                  "\"gradient_booster\" comes twice");
    self->has_booster = 1;
    mlops__xgb_tree tree;
    mlops__xgb_tree_init(&tree, self->allocator);
    mlops_status status = mlops__xgb_object(self, "gradient_booster", read_outer, &tree);
    mlops__xgb_tree_free(&tree);
    MLOPS_TRY(status);
    return check_booster(self);
}
