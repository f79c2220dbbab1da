/* What serves: the versions behind the aliases, loaded, and what each of them takes.
 *
 * Owns shares of bundles and features. Invariants: what is in a slot never changes; the canary's
 * arm is empty exactly where no key can reach it; an arm is used for rows or values only if their
 * order and kind are those of the shape that callers were told of.
 */
#include "deploy/deploy.h"

#include <mlops/registry.h>

#include <string.h>

/* ---- loading ---- */

static mlops_status copy_text(const char **text, mlops__arena *arena, mlops_error *err) {
    size_t n = strlen(*text);
    *text = mlops__arena_text(arena, *text, n);
    return *text ? MLOPS_OK : mlops__fail_nomem(err, n);
}

static mlops_status copy_plan(mlops__serving *self, const mlops__deploy_plan *plan,
                              mlops_error *err) {
    self->plan = *plan;
    MLOPS_TRY(copy_text(&self->plan.model, &self->arena, err));
    MLOPS_TRY(copy_text(&self->plan.champion, &self->arena, err));
    MLOPS_TRY(copy_text(&self->plan.canary, &self->arena, err));
    return copy_text(&self->plan.salt, &self->arena, err);
}

static mlops_status load_arm(mlops__deploy_arm *out, mlops_store *store, const char *model,
                             int64_t version, mlops_error *err) {
    char which[24];
    mlops__format(which, sizeof which, "%lld", (long long)version);
    MLOPS_TRY(mlops_registry_load(&out->bundle, store, model, which, err));
    mlops_status status = mlops_registry_features(&out->features, store, model, which, err);
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

/* An arm of a version that somebody has loaded already, or NULL. */
static const mlops__deploy_arm *find_arm(const mlops__serving *self, const char *model,
                                         int64_t version) {
    if (!self || strcmp(self->plan.model, model) != 0) return NULL;
    for (int i = 0; i < 2; i++)
        if (self->arms[i].version == version) return &self->arms[i];
    return NULL;
}

static mlops_status fill_arm(mlops__serving *self, int which, mlops_store *store,
                             const mlops__serving *old, mlops_error *err) {
    int64_t version = self->plan.versions[which];
    mlops__deploy_arm *arm = &self->arms[which];
    const mlops__deploy_arm *known = find_arm(self, self->plan.model, version);
    if (!known) known = find_arm(old, self->plan.model, version);
    if (known) {
        arm->bundle = mlops_bundle_ref(known->bundle);
        arm->features = known->features ? mlops_feature_ref(known->features) : NULL;
    } else {
        MLOPS_TRY(load_arm(arm, store, self->plan.model, version, err));
    }
    arm->version = version;
    arm->model = mlops_bundle_model(arm->bundle);
    arm->n_inputs = arm->features ? mlops_feature_n_inputs(arm->features) : 0;
    arm->n_outputs = arm->features ? mlops_feature_n_outputs(arm->features) : 0;
    return mlops__contexts_new(&arm->contexts, mlops_bundle_model(arm->bundle), err);
}

static mlops_status fill(mlops__serving *self, mlops_store *store, const mlops__deploy_plan *plan,
                         const mlops__serving *old, mlops_error *err) {
    MLOPS_TRY(copy_plan(self, plan, err));
    self->seed = mlops__route_seed(self->plan.salt);
    self->ppm = plan->versions[MLOPS__ARM_CANARY] ? plan->ppm : 0;
    MLOPS_TRY(fill_arm(self, MLOPS__ARM_CHAMPION, store, old, err));
    return self->ppm ? fill_arm(self, MLOPS__ARM_CANARY, store, old, err) : MLOPS_OK;
}

mlops_status mlops__serving_new(mlops__serving **out, mlops_store *store,
                                const mlops__deploy_plan *plan, const mlops__serving *old,
                                mlops_error *err) {
    const mlops_allocator *allocator = &mlops__store_host(store)->allocator;
    *out = NULL;
    if (!plan->versions[MLOPS__ARM_CHAMPION])
        return mlops__fail(err, MLOPS_E_NOT_FOUND,
                           "no version of \"%s\" holds \"%s\"; promote one to it", plan->model,
                           plan->champion);
    mlops__serving *self = mlops__alloc_zero(allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    mlops__arena_init(&self->arena, allocator, SIZE_MAX);
    mlops_status status = fill(self, store, plan, old, err);
    if (status) mlops__serving_free(self, allocator);
    else *out = self;
    return status;
}

void mlops__serving_free(mlops__serving *self, const mlops_allocator *allocator) {
    if (!self) return;
    for (int i = 0; i < 2; i++) {
        mlops__contexts_free(self->arms[i].contexts);
        mlops_bundle_unref(self->arms[i].bundle);
        mlops_feature_unref(self->arms[i].features);
    }
    mlops__arena_free(&self->arena);
    mlops__free(allocator, self, sizeof *self);
}

const mlops__deploy_arm *mlops__serving_pick(const mlops__serving *self, const char *key) {
    int canary = self->ppm && key && mlops__route_bucket(self->seed, key) < self->ppm;
    return &self->arms[canary ? MLOPS__ARM_CANARY : MLOPS__ARM_CHAMPION];
}

/* ---- the shape ---- */

static int64_t width_of(const mlops__deploy_arm *arm) {
    return mlops_model_width(arm->model, MLOPS_MODEL_OUTPUT_PREDICTION);
}

static int64_t find_input(const mlops__deploy_shape *shape, const char *name) {
    for (int64_t i = 0; i < shape->n_inputs; i++)
        if (!strcmp(shape->inputs[i], name)) return i;
    return -1;
}

/* Adds what is not among them yet. */
static mlops_status add_inputs(mlops__deploy_shape *out, const mlops__deploy_arm *arm,
                               mlops__arena *arena, mlops_error *err) {
    for (int64_t i = 0; i < arm->n_inputs; i++) {
        const char *name = mlops_feature_input_name(arm->features, i);
        if (find_input(out, name) >= 0) continue;
        out->inputs[out->n_inputs] = name;
        MLOPS_TRY(copy_text(&out->inputs[out->n_inputs], arena, err));
        out->types[out->n_inputs++] = mlops_feature_input_type(arm->features, i);
    }
    return MLOPS_OK;
}

static mlops_status settle_rows(mlops__deploy_shape *out, const mlops_model *model,
                                mlops__arena *arena, mlops_error *err) {
    size_t n = (size_t)mlops_model_n_features(model);
    out->n_features = (int64_t)n;
    if (n == 0 || !mlops_model_feature_name(model, 0)) return MLOPS_OK;
    out->features = mlops__arena_array(arena, n, sizeof *out->features);
    if (!out->features) return mlops__fail_nomem(err, n * sizeof *out->features);
    for (size_t i = 0; i < n; i++) {
        out->features[i] = mlops_model_feature_name(model, (int64_t)i);
        MLOPS_TRY(copy_text(&out->features[i], arena, err));
    }
    return MLOPS_OK;
}

mlops_status mlops__shape_settle(mlops__deploy_shape *out, const mlops__serving *first,
                                 mlops__arena *arena, mlops_error *err) {
    const mlops__deploy_arm *champion = &first->arms[0], *canary = &first->arms[1];
    size_t n = (size_t)(champion->n_inputs + canary->n_inputs);
    memset(out, 0, sizeof *out);
    out->width = width_of(champion);
    MLOPS_TRY(settle_rows(out, champion->model, arena, err));
    if (n == 0) return MLOPS_OK;
    out->inputs = mlops__arena_array(arena, n, sizeof *out->inputs);
    out->types = mlops__arena_array(arena, n, sizeof *out->types);
    if (!out->inputs || !out->types) return mlops__fail_nomem(err, n * sizeof *out->inputs);
    MLOPS_TRY(add_inputs(out, champion, arena, err));
    return add_inputs(out, canary, arena, err);
}

/* ---- fitting ---- */

static int is_numeric(mlops_type type) {
    return type == MLOPS_TYPE_INT64 || type == MLOPS_TYPE_FLOAT64;
}

static int takes_rows(const mlops__deploy_arm *arm, const mlops__deploy_shape *shape) {
    if (mlops_model_n_features(arm->model) != shape->n_features) return 0;
    for (int64_t i = 0; shape->features && i < shape->n_features; i++) {
        const char *name = mlops_model_feature_name(arm->model, i);
        if (name && strcmp(name, shape->features[i]) != 0) return 0;
    }
    return 1;
}

/* Finds each input of the features in the shape; *missing is the first that is not there. */
static void bind_inputs(mlops__deploy_arm *arm, const mlops__deploy_shape *shape,
                        const char **missing) {
    arm->in_order = 1;
    *missing = NULL;
    for (int64_t i = 0; i < arm->n_inputs && !*missing; i++) {
        const char *name = mlops_feature_input_name(arm->features, i);
        mlops_type type = mlops_feature_input_type(arm->features, i);
        int64_t place = find_input(shape, name);
        int fits = place >= 0 && (type == shape->types[place] ||
                                  (is_numeric(type) && is_numeric(shape->types[place])));
        if (!fits) *missing = name;
        arm->inputs[i] = (int32_t)place;
        arm->in_order &= place == i;
    }
}

static mlops_status fit(mlops__serving *self, mlops__deploy_arm *arm,
                        const mlops__deploy_shape *shape, int used, mlops_error *err) {
    const char *missing = NULL;
    long long version = (long long)arm->version;
    size_t n = (size_t)arm->n_inputs;
    if (width_of(arm) != shape->width)
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "version %lld of \"%s\" yields %lld value%s a row, not %lld", version,
                           self->plan.model, (long long)width_of(arm), mlops__plural(width_of(arm)),
                           (long long)shape->width);
    arm->inputs = mlops__arena_array(&self->arena, n, sizeof *arm->inputs);
    if (!arm->inputs) return mlops__fail_nomem(err, n * sizeof *arm->inputs);
    bind_inputs(arm, shape, &missing);
    arm->takes_rows = takes_rows(arm, shape);
    arm->takes_values = arm->features && !missing;
    if ((used & MLOPS__USED_ROWS) && !arm->takes_rows)
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "version %lld of \"%s\" takes rows of other features than those that "
                           "are given; open the deployment anew for it",
                           version, self->plan.model);
    if ((used & MLOPS__USED_VALUES) && !arm->features)
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "version %lld of \"%s\" has no features, and values are given; open the "
                           "deployment anew for it",
                           version, self->plan.model);
    if ((used & MLOPS__USED_VALUES) && missing)
        return mlops__fail(
            err, MLOPS_E_SCHEMA,
            "version %lld of \"%s\" reads \"%s\", which is not among the values that "
            "are given, or has another type; open the deployment anew for it",
            version, self->plan.model, missing);
    return MLOPS_OK;
}

mlops_status mlops__serving_fit(mlops__serving *self, const mlops__deploy_shape *shape, int used,
                                mlops_error *err) {
    MLOPS_TRY(fit(self, &self->arms[MLOPS__ARM_CHAMPION], shape, used, err));
    return self->ppm ? fit(self, &self->arms[MLOPS__ARM_CANARY], shape, used, err) : MLOPS_OK;
}
