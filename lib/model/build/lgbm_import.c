/* The LightGBM importer: the header of a text model, and its trees one after the other.
 *
 * Owns what stands beside the trees. Invariant: unknown lines are passed over, nothing is believed
 * before it is checked against the rest, and a file that was cut is refused, since the line behind
 * the trees is missing.
 */
#include "model/build/lgbm.h"
#include "model/run/plan.h"
#include "text/utf8.h"

#include <string.h>

/* What the header lacks, at the line behind it. */
static mlops_status lacks(mlops__lgbm *self, const char *key) {
    const mlops__lgbm_line *at = &self->line;
    return mlops__lgbm_fail(self, at, at->key, MLOPS_E_CORRUPT, "the header has no %s", key);
}

static mlops_status read_header_line(mlops__lgbm *self) {
    const struct {
        const char *key;
        mlops__lgbm_line *out;
    } kept[] = {{"version", &self->version},
                {"objective", &self->objective},
                {"feature_names", &self->names},
                {"tree_sizes", &self->sizes}};
    const mlops__lgbm_line *line = &self->line;
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        if (!line->value || !mlops__lgbm_is(self, kept[i].key)) continue;
        if (memchr(line->value, 0, line->value_n) ||
            mlops__utf8_check(line->value, line->value_n) < line->value_n)
            return mlops__lgbm_fail(self, line, line->value, MLOPS_E_CORRUPT,
                                    "%s is not a text in UTF-8", kept[i].key);
        *kept[i].out = *line;
    }
    if (mlops__lgbm_is(self, "num_class"))
        return mlops__lgbm_int(self, 1, MLOPS__PLAN_GROUPS_MAX, &self->n_classes);
    if (mlops__lgbm_is(self, "num_tree_per_iteration"))
        return mlops__lgbm_int(self, 1, MLOPS__PLAN_GROUPS_MAX, &self->per_iteration);
    if (mlops__lgbm_is(self, "max_feature_idx"))
        return mlops__lgbm_int(self, 0, INT32_MAX - 1, &self->max_feature);
    if (mlops__lgbm_is(self, "average_output")) self->average = 1;
    return MLOPS_OK;
}

/* Up to the first tree, or what stands behind the last; *more is 0 at the end of the file. */
static mlops_status read_header(mlops__lgbm *self, int *more) {
    while ((*more = mlops__lgbm_next(self)) != 0) {
        if (self->line.value && mlops__lgbm_is(self, "Tree")) return MLOPS_OK;
        if (mlops__lgbm_is(self, "end of trees")) return MLOPS_OK;
        MLOPS_TRY(read_header_line(self));
    }
    return MLOPS_OK;
}

static mlops_status check_version(mlops__lgbm *self) {
    const mlops__lgbm_line *line = &self->version;
    if (!line->key) return lacks(self, "version");
    int known = line->value_n == 2 && line->value[0] == 'v' && line->value[1] >= '2' &&
                line->value[1] <= '4';
    if (!known)
        return mlops__lgbm_fail(self, line, line->value, MLOPS_E_UNSUPPORTED,
                                "version \"%.*s\" is not supported; v2, v3 and v4 are",
                                mlops__lgbm_shown(line->value, line->value_n), line->value);
    mlops__format(self->ir->format, sizeof self->ir->format, "lightgbm %.*s", 2, line->value);
    return MLOPS_OK;
}

static mlops_status settle_names(mlops__lgbm *self) {
    const mlops__lgbm_line *line = &self->names;
    mlops__ir *ir = self->ir;
    const char *text = line->value, *item;
    size_t n = line->value_n, item_n;
    if (!text) return MLOPS_OK;
    while (mlops__lgbm_item(&text, &n, &item, &item_n)) {
        mlops__buf_put(&ir->names, item, item_n);
        mlops__buf_u8(&ir->names, 0);
        ir->n_names++;
    }
    if (ir->n_names != ir->n_features)
        return mlops__lgbm_fail(self, line, line->value, MLOPS_E_CORRUPT,
                                "feature_names has %u name%s, max_feature_idx is %lld", ir->n_names,
                                mlops__plural(ir->n_names), (long long)self->max_feature);
    return ir->names.status ? mlops__fail_nomem(self->err, ir->names.size) : MLOPS_OK;
}

static mlops_status settle_header(mlops__lgbm *self) {
    mlops__ir *ir = self->ir;
    MLOPS_TRY(check_version(self));
    if (self->n_classes < 0) return lacks(self, "num_class");
    if (self->max_feature < 0) return lacks(self, "max_feature_idx");
    if (self->per_iteration < 0) self->per_iteration = self->n_classes;
    if (self->per_iteration != self->n_classes)
        return mlops__lgbm_fail(self, &self->line, self->line.key, MLOPS_E_CORRUPT,
                                "num_tree_per_iteration is %lld, num_class %lld",
                                (long long)self->per_iteration, (long long)self->n_classes);
    ir->f64 = 1;
    ir->n_features = (uint32_t)self->max_feature + 1;
    ir->n_groups = (uint32_t)self->per_iteration;
    memcpy(ir->booster, self->average ? "rf" : "gbdt", self->average ? 3 : 5);
    MLOPS_TRY(mlops__lgbm_settle_objective(self));
    return settle_names(self);
}

static mlops_status read_trees(mlops__lgbm *self, int *more) {
    mlops__lgbm_tree tree;
    mlops_status status = MLOPS_OK;
    mlops__lgbm_tree_init(&tree, self->allocator);
    while (status == MLOPS_OK && *more) {
        if (self->line.value && mlops__lgbm_is(self, "Tree"))
            status = mlops__lgbm_read_tree(self, &tree, more);
        else if (mlops__lgbm_is_blank(self)) *more = mlops__lgbm_next(self);
        else break;
    }
    mlops__lgbm_tree_free(&tree);
    return status;
}

/* Versions before "end of trees" go on with the importance of features. */
static int ends_trees(const mlops__lgbm *self) {
    return mlops__lgbm_is(self, "end of trees") || mlops__lgbm_is(self, "feature importances:") ||
           mlops__lgbm_is(self, "feature_importances:");
}

static mlops_status check_trees(mlops__lgbm *self, int more) {
    mlops__ir *ir = self->ir;
    const char *text = self->sizes.value, *item;
    size_t n = self->sizes.value_n, item_n, n_sizes = 0;
    if (!more)
        return mlops__fail_at(self->err, MLOPS_E_CORRUPT, self->line.number, 0, (int64_t)self->n,
                              "the file ends before \"end of trees\": it was cut");
    if (!ends_trees(self))
        return mlops__lgbm_fail(self, &self->line, self->line.key, MLOPS_E_CORRUPT,
                                "expected a tree or \"end of trees\" here");
    while (text && mlops__lgbm_item(&text, &n, &item, &item_n)) n_sizes++;
    if (text && n_sizes != ir->n_trees)
        return mlops__lgbm_fail(self, &self->sizes, self->sizes.value, MLOPS_E_CORRUPT,
                                "tree_sizes has %zu item%s for %u tree%s", n_sizes,
                                mlops__plural((int64_t)n_sizes), ir->n_trees,
                                mlops__plural(ir->n_trees));
    if (ir->n_trees % ir->n_groups)
        return mlops__lgbm_fail(self, &self->line, self->line.key, MLOPS_E_CORRUPT,
                                "%u trees are no multiple of num_tree_per_iteration, which is %u",
                                ir->n_trees, ir->n_groups);
    return MLOPS_OK;
}

static mlops_status import(mlops__lgbm *self) {
    mlops__ir *ir = self->ir;
    int more = 0;
    const double zero = 0.0;
    MLOPS_TRY(read_header(self, &more));
    if (!more)
        return mlops__fail_at(self->err, MLOPS_E_CORRUPT, self->line.number, 0, (int64_t)self->n,
                              "the file ends inside its header: it was cut");
    MLOPS_TRY(settle_header(self));
    MLOPS_TRY(read_trees(self, &more));
    MLOPS_TRY(check_trees(self, more));
    if (self->average && ir->n_trees) ir->divisor = ir->n_trees / ir->n_groups;
    for (uint32_t t = 0, g = 0; t < ir->n_trees; t++, g = t % ir->n_groups)
        mlops__buf_put(&ir->groups, &g, sizeof g);
    for (uint32_t g = 0; g < ir->n_groups; g++) mlops__buf_put(&ir->base, &zero, sizeof zero);
    int good = !ir->base.status && !ir->groups.status;
    return good ? MLOPS_OK : mlops__fail_nomem(self->err, ir->base.size);
}

mlops_status mlops__lgbm_import(mlops__ir *ir, const void *text, size_t n,
                                const mlops_allocator *allocator, mlops_error *err) {
    mlops__lgbm self = {.text = text, .n = n, .ir = ir, .allocator = allocator, .err = err};
    self.n_classes = self.per_iteration = self.max_feature = -1;
    return import(&self);
}
