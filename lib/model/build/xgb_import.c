/* The XGBoost importer: the document and its learner, over either source of events.
 *
 * Owns what stands beside the trees. Invariant: members may come in any order, what is unknown is
 * passed over, and nothing is believed before it is checked against the rest.
 */
#include "model/build/xgb.h"
#include "text/number.h"

#include <string.h>

/* "5E-1", or since version 3 "[5E-1,2E-1]". */
static mlops_status read_scores(mlops__xgb *self) {
    mlops__source *source = self->source;
    const char *p = source->text, *end = p + source->n;
    if (p < end && *p == '[') {
        if (end[-1] != ']')
            return mlops__source_fail(source, MLOPS_E_CORRUPT, "base_score has no end bracket");
        p++;
        end--;
    }
    for (;;) {
        const char *comma = memchr(p, ',', (size_t)(end - p));
        const char *stop = comma ? comma : end;
        float value;
        if (!mlops__parse_f32(p, (size_t)(stop - p), 0, &value))
            return mlops__source_fail(source, MLOPS_E_CORRUPT, "base_score is not a number");
        mlops__buf_put(&self->base_score, &value, sizeof value);
        if (!comma) break;
        p = comma + 1;
    }
    return self->base_score.status ? mlops__fail_nomem(source->err, source->n) : MLOPS_OK;
}

static mlops_status read_base_score(mlops__xgb *self) {
    mlops__source *source = self->source;
    float value;
    self->base_score.size = 0;
    MLOPS_TRY(mlops__source_next(source));
    if (source->event == MLOPS__EVENT_STRING && source->n) return read_scores(self);
    if (!mlops__source_f32(source, &value))
        return mlops__source_fail(source, MLOPS_E_CORRUPT, "base_score must be a number in quotes");
    mlops__buf_put(&self->base_score, &value, sizeof value);
    return self->base_score.status ? mlops__fail_nomem(source->err, sizeof value) : MLOPS_OK;
}

static mlops_status read_learner_param(mlops__xgb *self, void *user) {
    (void)user;
    mlops__source *source = self->source;
    if (mlops__source_is(source, "base_score")) return read_base_score(self);
    if (mlops__source_is(source, "num_class"))
        return mlops__xgb_int(self, "num_class", &self->n_classes);
    if (mlops__source_is(source, "num_feature"))
        return mlops__xgb_int(self, "num_feature", &self->n_features);
    if (mlops__source_is(source, "num_target"))
        return mlops__xgb_int(self, "num_target", &self->n_targets);
    return mlops__source_skip(source);
}

static mlops_status read_objective(mlops__xgb *self, void *user) {
    (void)user;
    if (mlops__source_is(self->source, "name"))
        return mlops__xgb_text(self, "name", self->ir->objective, sizeof self->ir->objective);
    return mlops__source_skip(self->source);
}

static mlops_status read_names(mlops__xgb *self) {
    mlops__source *source = self->source;
    mlops__ir *ir = self->ir;
    ir->names.size = ir->n_names = 0;
    MLOPS_TRY(mlops__source_expect(source, MLOPS__EVENT_ARRAY, "an array of feature names"));
    for (;;) {
        MLOPS_TRY(mlops__source_next(source));
        if (source->event == MLOPS__EVENT_ARRAY_END) break;
        if (source->event != MLOPS__EVENT_STRING || memchr(source->text, 0, source->n))
            return mlops__source_fail(source, MLOPS_E_CORRUPT, "feature name %u must be a text",
                                      ir->n_names);
        mlops__buf_put(&ir->names, source->text, source->n);
        mlops__buf_u8(&ir->names, 0);
        ir->n_names++;
    }
    return ir->names.status ? mlops__fail_nomem(source->err, ir->names.size) : MLOPS_OK;
}

static mlops_status read_learner(mlops__xgb *self, void *user) {
    mlops__source *source = self->source;
    if (mlops__source_is(source, "feature_names")) return read_names(self);
    if (mlops__source_is(source, "gradient_booster")) return mlops__xgb_read_booster(self);
    if (mlops__source_is(source, "learner_model_param"))
        return mlops__xgb_object(self, "learner_model_param", read_learner_param, user);
    if (mlops__source_is(source, "objective"))
        return mlops__xgb_object(self, "objective", read_objective, user);
    return mlops__source_skip(source);
}

static mlops_status read_version(mlops__xgb *self) {
    mlops__source *source = self->source;
    MLOPS_TRY(mlops__source_expect(source, MLOPS__EVENT_ARRAY, "an array of three numbers"));
    for (int i = 0;; i++) {
        MLOPS_TRY(mlops__source_next(source));
        if (source->event == MLOPS__EVENT_ARRAY_END) break;
        int64_t value = -1;
        if (i > 2 || !mlops__source_i64(source, &value) || value < 0 || value > 65535)
            return mlops__source_fail(source, MLOPS_E_CORRUPT, "\"version\" is not three numbers");
        self->version[i] = value;
    }
    if (self->version[0] <= 3) return MLOPS_OK;
    return mlops__source_fail(source, MLOPS_E_UNSUPPORTED,
                              "written by XGBoost %lld.%lld; versions up to 3 are supported",
                              (long long)self->version[0], (long long)self->version[1]);
}

static mlops_status read_document(mlops__xgb *self, void *user) {
    mlops__source *source = self->source;
    if (mlops__source_is(source, "version")) return read_version(self);
    if (mlops__source_is(source, "learner"))
        return mlops__xgb_object(self, "learner", read_learner, user);
    if (mlops__source_is(source, "tree_info"))
        return mlops__source_fail(source, MLOPS_E_UNSUPPORTED,
                                  "this is what LightGBM's dump_model() writes for people to read; "
                                  "save the model with save_model()");
    return mlops__source_skip(source);
}

static mlops_status check_complete(mlops__xgb *self) {
    const char *missing = NULL;
    if (self->base_score.size == 0) missing = "learner_model_param.base_score";
    if (self->ir->objective[0] == 0) missing = "objective.name";
    if (!self->has_booster) missing = "gradient_booster";
    if (!missing) return MLOPS_OK;
    return mlops__source_fail(self->source, MLOPS_E_CORRUPT,
                              "\"learner.%s\" is missing: not a model that XGBoost's save_model() "
                              "wrote",
                              missing);
}

static mlops_status import(mlops__xgb *self) {
    MLOPS_TRY(mlops__xgb_object(self, "the document", read_document, NULL));
    MLOPS_TRY(mlops__source_expect(self->source, MLOPS__EVENT_END, "the end of the file"));
    MLOPS_TRY(check_complete(self));
    mlops__format(self->ir->format, sizeof self->ir->format, "xgboost %d.%d.%d",
                  (int)self->version[0], (int)self->version[1], (int)self->version[2]);
    return mlops__xgb_settle(self);
}

mlops_status mlops__xgb_import(mlops__ir *ir, mlops__source *source,
                               const mlops_allocator *allocator) {
    mlops__xgb self = {.source = source, .ir = ir, .allocator = allocator, .n_trees = -1};
    self.top_feature = -1;
    mlops__buf_init(&self.base_score, allocator);
    mlops__buf_init(&self.weights, allocator);
    mlops_status status = import(&self);
    mlops__buf_free(&self.base_score);
    mlops__buf_free(&self.weights);
    return status;
}
