/* Objectives of XGBoost: which link a margin goes through, and what base_score means; and the
 * weights of gblinear, which need the number of classes.
 *
 * Owns the table of objectives. Invariant: base margins are computed in float with XGBoost's own
 * formulas, so that a sum begins with the same bits.
 */
#include "base/real.h"
#include "model/build/xgb.h"
#include "model/run/plan.h"

#include <string.h>

/* From base_score, as users give it, to a margin. */
typedef enum scale {
    SCALE_MARGIN,      /* it is one */
    SCALE_PROBABILITY, /* logit */
    SCALE_LOG
} scale;

typedef struct objective {
    const char *name;
    mlops__link link;
    scale scale;
} objective;

static const objective objectives[] = {
    {"binary:logistic", MLOPS__LINK_SIGMOID, SCALE_PROBABILITY},
    {"binary:logitraw", MLOPS__LINK_IDENTITY, SCALE_MARGIN},
    {"binary:hinge", MLOPS__LINK_HINGE, SCALE_MARGIN},
    {"count:poisson", MLOPS__LINK_EXP, SCALE_LOG},
    {"multi:softmax", MLOPS__LINK_ARGMAX, SCALE_MARGIN},
    {"multi:softprob", MLOPS__LINK_SOFTMAX, SCALE_MARGIN},
    {"rank:map", MLOPS__LINK_IDENTITY, SCALE_MARGIN},
    {"rank:ndcg", MLOPS__LINK_IDENTITY, SCALE_MARGIN},
    {"rank:pairwise", MLOPS__LINK_IDENTITY, SCALE_MARGIN},
    {"reg:absoluteerror", MLOPS__LINK_IDENTITY, SCALE_MARGIN},
    {"reg:gamma", MLOPS__LINK_EXP, SCALE_LOG},
    {"reg:linear", MLOPS__LINK_IDENTITY, SCALE_MARGIN},
    {"reg:logistic", MLOPS__LINK_SIGMOID, SCALE_PROBABILITY},
    {"reg:pseudohubererror", MLOPS__LINK_IDENTITY, SCALE_MARGIN},
    {"reg:quantileerror", MLOPS__LINK_IDENTITY, SCALE_MARGIN},
    {"reg:squarederror", MLOPS__LINK_IDENTITY, SCALE_MARGIN},
    {"reg:squaredlogerror", MLOPS__LINK_IDENTITY, SCALE_MARGIN},
    {"reg:tweedie", MLOPS__LINK_EXP, SCALE_LOG},
    {"survival:aft", MLOPS__LINK_EXP_WIDE, SCALE_LOG},
    {"survival:cox", MLOPS__LINK_EXP, SCALE_LOG},
};

static const objective *find_objective(const char *name) {
    for (size_t i = 0; i < sizeof objectives / sizeof objectives[0]; i++)
        if (strcmp(objectives[i].name, name) == 0) return &objectives[i];
    return NULL;
}

static mlops_status to_margin(mlops__xgb *self, const objective *o, float score, float *out) {
    const char *range = "a finite number";
    int valid = score - score == 0.0f;
    if (o->scale == SCALE_PROBABILITY) range = "above 0 and below 1";
    if (o->scale == SCALE_PROBABILITY) valid = score > 0.0f && score < 1.0f;
    if (o->scale == SCALE_LOG) range = "above 0 and finite";
    if (o->scale == SCALE_LOG) valid = valid && score > 0.0f;
    if (!valid)
        return mlops__source_fail(self->source, MLOPS_E_CORRUPT,
                                  "base_score must be %s for objective \"%s\"", range, o->name);
    *out = score;
    if (o->scale == SCALE_PROBABILITY) *out = -mlops__logf(1.0f / score - 1.0f);
    if (o->scale == SCALE_LOG) *out = mlops__logf(score);
    return MLOPS_OK;
}

static mlops_status settle_groups(mlops__xgb *self) {
    mlops__ir *ir = self->ir;
    mlops__source *source = self->source;
    if (self->n_classes < 0 || self->n_classes > 65536 || self->n_targets < 0 ||
        self->n_targets > 65536)
        return mlops__source_fail(source, MLOPS_E_UNSUPPORTED,
                                  "num_class or num_target is beyond 65536");
    if (self->n_classes > 1 && self->n_targets > 1)
        return mlops__source_fail(source, MLOPS_E_UNSUPPORTED,
                                  "%lld classes for each of %lld targets",
                                  (long long)self->n_classes, (long long)self->n_targets);
    int64_t n = self->n_classes > self->n_targets ? self->n_classes : self->n_targets;
    ir->n_groups = n > 1 ? (uint32_t)n : 1;
    if (self->leaf_size && self->leaf_size != ir->n_groups)
        return mlops__source_fail(source, MLOPS_E_CORRUPT,
                                  "trees have leaves of %lld values, num_class and num_target say "
                                  "%u",
                                  (long long)self->leaf_size, ir->n_groups);
    const uint32_t *groups = (const uint32_t *)(const void *)ir->groups.data;
    for (uint32_t t = 0; t < ir->n_trees; t++)
        if (groups[t] >= ir->n_groups)
            return mlops__source_fail(source, MLOPS_E_CORRUPT,
                                      "\"tree_info\": tree %u belongs to class %d, there are %u", t,
                                      (int)groups[t], ir->n_groups);
    return MLOPS_OK;
}

static mlops_status settle_base(mlops__xgb *self, const objective *o) {
    mlops__ir *ir = self->ir;
    const float *scores = (const float *)(const void *)self->base_score.data;
    size_t n = self->base_score.size / sizeof *scores;
    if (n != 1 && n != ir->n_groups)
        return mlops__source_fail(self->source, MLOPS_E_CORRUPT,
                                  "base_score has %zu value%s; 1 or %u are due", n,
                                  mlops__plural((int64_t)n), ir->n_groups);
    for (uint32_t g = 0; g < ir->n_groups; g++) {
        float margin = 0.0f;
        MLOPS_TRY(to_margin(self, o, scores[n == 1 ? 0 : g], &margin));
        double base = (double)margin;
        mlops__buf_put(&ir->base, &base, sizeof base);
    }
    return ir->base.status ? mlops__fail_nomem(self->source->err, ir->base.size) : MLOPS_OK;
}

static mlops_status settle_features(mlops__xgb *self) {
    mlops__ir *ir = self->ir;
    if (self->n_features < 1 || self->n_features > INT32_MAX)
        return mlops__source_fail(self->source, MLOPS_E_CORRUPT,
                                  "num_feature must be 1 to 2147483647");
    ir->n_features = (uint32_t)self->n_features;
    if (self->top_feature >= self->n_features)
        return mlops__source_fail(self->source, MLOPS_E_CORRUPT,
                                  "tree %u, node %u: tests feature %lld, num_feature is %lld",
                                  self->top_tree, self->top_node, (long long)self->top_feature,
                                  (long long)self->n_features);
    if (ir->n_names && ir->n_names != ir->n_features)
        return mlops__source_fail(self->source, MLOPS_E_CORRUPT,
                                  "\"feature_names\" has %u items, num_feature is %lld",
                                  ir->n_names, (long long)self->n_features);
    return MLOPS_OK;
}

static mlops_status check_weights(mlops__xgb *self) {
    const float *weights = (const float *)(const void *)self->weights.data;
    const size_t n = self->weights.size / sizeof *weights;
    uint64_t due = ((uint64_t)self->ir->n_features + 1) * self->ir->n_groups;
    if (n != due)
        return mlops__source_fail(self->source, MLOPS_E_CORRUPT,
                                  "\"weights\" has %zu items; %llu are due, one for each feature "
                                  "and the bias, of %u",
                                  n, (unsigned long long)due, self->ir->n_groups);
    for (size_t i = 0; i < n; i++)
        if (weights[i] - weights[i] != 0.0f)
            return mlops__source_fail(self->source, MLOPS_E_CORRUPT,
                                      "\"weights\": item %zu is not a finite number", i);
    return MLOPS_OK;
}

/* A tree for each group, which is its weights. In the file the groups of a feature stand side by
 * side, and those of the bias last: to it the base margin is added, in float. */
static mlops_status settle_weights(mlops__xgb *self) {
    mlops__ir *ir = self->ir;
    const float *weights = (const float *)(const void *)self->weights.data;
    const uint32_t n = ir->n_groups, kind = MLOPS__SPECIAL_WEIGHTS;
    double *base = (double *)(void *)ir->base.data;
    for (uint32_t g = 0; g < n; g++) {
        const mlops__ir_node node = {.special = (uint32_t)(ir->words.size / 4), .is_special = 1};
        mlops__buf_put(&ir->nodes, &node, sizeof node);
        mlops__buf_put(&ir->firsts, &g, sizeof g);
        mlops__buf_put(&ir->groups, &g, sizeof g);
        mlops__buf_put(&ir->words, &kind, sizeof kind);
        for (size_t f = 0; f < ir->n_features; f++)
            mlops__buf_put(&ir->words, &weights[f * n + g], sizeof *weights);
        base[g] = (double)(weights[(size_t)ir->n_features * n + g] + (float)base[g]);
        if (base[g] - base[g] != 0.0)
            return mlops__source_fail(self->source, MLOPS_E_CORRUPT,
                                      "bias and base_score add up to what is not finite");
    }
    ir->n_trees = n;
    const int full = ir->nodes.status || ir->firsts.status || ir->groups.status || ir->words.status;
    return full ? mlops__fail_nomem(self->source->err, ir->words.size) : MLOPS_OK;
}

mlops_status mlops__xgb_settle(mlops__xgb *self) {
    const objective *o = find_objective(self->ir->objective);
    if (!o)
        return mlops__source_fail(self->source, MLOPS_E_UNSUPPORTED,
                                  "objective \"%s\" is not supported", self->ir->objective);
    self->ir->link = o->link;
    MLOPS_TRY(settle_features(self));
    MLOPS_TRY(settle_groups(self));
    if (self->weights.size) MLOPS_TRY(check_weights(self));
    MLOPS_TRY(settle_base(self, o));
    return self->weights.size ? settle_weights(self) : MLOPS_OK;
}
