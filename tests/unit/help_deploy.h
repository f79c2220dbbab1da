/* What the tests of deployments and watches share: stumps that tell which version they are, with
 * features of raw columns or without; versions, aliases and deployments. */
#ifndef TESTS_UNIT_HELP_DEPLOY_H
#define TESTS_UNIT_HELP_DEPLOY_H

#include "unit/help_store.h"

/* A regression stump in XGBoost's JSON, over features with these names ("\"a\",\"b\""): the first
 * one at or below 0.5 makes -value, above it value. */
static inline mlops_model *stump(const char *names, int n_features, double value) {
    static const char FORMAT[] =
        "{\"learner\":{\"attributes\":{},\"feature_names\":[%s],\"feature_types\":[],"
        "\"gradient_booster\":{\"model\":{\"gbtree_model_param\":{\"num_parallel_tree\":\"1\","
        "\"num_trees\":\"1\",\"size_leaf_vector\":\"0\"},\"tree_info\":[0],\"trees\":[{"
        "\"base_weights\":[0,-1,1],\"categories\":[],\"categories_nodes\":[],"
        "\"categories_segments\":[],\"categories_sizes\":[],\"default_left\":[1,0,0],\"id\":0,"
        "\"left_children\":[1,-1,-1],\"loss_changes\":[1,0,0],\"parents\":[2147483647,0,0],"
        "\"right_children\":[2,-1,-1],\"split_conditions\":[0.5,%g,%g],\"split_indices\":[0,0,0],"
        "\"split_type\":[0,0,0],\"sum_hessian\":[4,2,2],\"tree_param\":{\"num_deleted\":\"0\","
        "\"num_feature\":\"%d\",\"num_nodes\":\"3\",\"size_leaf_vector\":\"0\"}}]},"
        "\"name\":\"gbtree\"},\"learner_model_param\":{\"base_score\":\"0\",\"boost_from_average\":"
        "\"1\",\"num_class\":\"0\",\"num_feature\":\"%d\",\"num_target\":\"1\"},\"objective\":{"
        "\"name\":\"reg:squarederror\",\"reg_loss_param\":{\"scale_pos_weight\":\"1\"}}},"
        "\"version\":[2,0,3]}";
    char json[2048];
    mlops_model *model;
    mlops_error e;
    int n = snprintf(json, sizeof json, FORMAT, names, -value, value, n_features, n_features);
    assert_true(n > 0 && n < (int)sizeof json);
    works(mlops_model_parse(&model, json, (size_t)n, NULL, &e), &e);
    return model;
}

static inline mlops_table *table_of_csv(const char *csv) {
    mlops_table *table;
    mlops_error e;
    works(mlops_table_parse(&table, csv, strlen(csv), NULL, &e), &e);
    return table;
}

/* Features a and b of x, word and, in the second kind, y: a is what the stumps look at. */
static inline mlops_feature *raw_features(int kind) {
    static const char *const DEFINITIONS[] = {
        "a = x\nb = if(word = 'red', 1, 0)\n",
        "b = if(word = 'red', 1, 0)\na = x + impute(y, 0)\n",
        "a = x\nb = impute(z, 0)\n",
    };
    mlops_table *table = table_of_csv("x,word,y,z\n0.25,red,0.5,1\n1.25,green,1.5,2\n");
    mlops_feature *f;
    mlops_error e;
    works(mlops_feature_fit(&f, DEFINITIONS[kind], table, NULL, &e), &e);
    mlops_table_unref(table);
    return f;
}

static inline int64_t register_model(mlops_store *s, const char *name, mlops_model *model,
                                     const mlops_feature *features,
                                     const mlops_reference *reference) {
    mlops_change *c = new_change(s);
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    mlops_error e;
    int64_t version = 0;
    opts.features = features;
    opts.reference = reference;
    works(mlops_registry_register(c, &version, name, model, &opts, &e), &e);
    commit(c);
    mlops_change_free(c);
    return version;
}

/* A version over features a and b whose value is its number; kind -1: without features. */
static inline int64_t register_version(mlops_store *s, const char *name, double value, int kind) {
    mlops_model *model = stump(kind == 1 ? "\"b\",\"a\"" : "\"a\",\"b\"", 2, value);
    mlops_feature *f = kind < 0 ? NULL : raw_features(kind);
    int64_t version = register_model(s, name, model, f, NULL);
    mlops_feature_unref(f);
    mlops_model_unref(model);
    return version;
}

static inline void promote_in(mlops_change *c, const char *model, int64_t version,
                              const char *alias) {
    char which[24];
    mlops_error e;
    snprintf(which, sizeof which, "%lld", (long long)version);
    works(mlops_registry_promote(c, model, which, alias, NULL, &e), &e);
}

static inline void promote_version(mlops_store *s, const char *model, int64_t version,
                                   const char *alias) {
    mlops_change *c = new_change(s);
    promote_in(c, model, version, alias);
    commit(c);
    mlops_change_free(c);
}

static inline void drop(mlops_store *s, const char *model, const char *alias) {
    mlops_change *c = new_change(s);
    mlops_error e;
    works(mlops_registry_drop_alias(c, model, alias, NULL, &e), &e);
    commit(c);
    mlops_change_free(c);
}

static inline void set_deployment(mlops_store *s, const char *name, const char *model,
                                  double share) {
    mlops_change *c = new_change(s);
    mlops_deploy_opts opts = MLOPS_DEPLOY_OPTS_INIT;
    mlops_error e;
    opts.model = model;
    opts.flags = MLOPS_DEPLOY_SET_CANARY_SHARE;
    opts.canary_share = share;
    works(mlops_deploy_set(c, name, &opts, &e), &e);
    commit(c);
    mlops_change_free(c);
}

/* A member that this library does not know, added to a record by somebody who does. */
static inline void add_member(mlops_store *s, mlops__table table, const char *key) {
    mlops__index index;
    mlops__bytes value = {NULL, 0};
    mlops_error e;
    char longer[1024];
    works(mlops__store_read_begin(s, &index, &e), &e);
    works(mlops__index_get(&index, (uint8_t)table, text(key), &value, &e), &e);
    int n = snprintf(longer, sizeof longer, "%.*s,\"later\":[1,\"x\"]}", (int)value.size - 1,
                     (const char *)value.data);
    mlops__store_read_end(&index);
    assert_true(n > 0 && n < (int)sizeof longer);
    mlops_change *c = new_change(s);
    works(mlops__change_put(c, table, text(key), text(longer), &e), &e);
    commit(c);
    mlops_change_free(c);
}

/* The record has that member still. */
static inline void assert_member(mlops_store *s, mlops__table table, const char *key) {
    mlops__index index;
    mlops__bytes value = {NULL, 0};
    mlops_error e;
    works(mlops__store_read_begin(s, &index, &e), &e);
    works(mlops__index_get(&index, (uint8_t)table, text(key), &value, &e), &e);
    assert_non_null(memmem(value.data, value.size, "\"later\":[1,\"x\"]", 15));
    mlops__store_read_end(&index);
}

static inline mlops_deployment *open_deployment(mlops_store *s, const char *name) {
    mlops_deployment *d;
    mlops_error e;
    works(mlops_deployment_open(&d, s, name, &e), &e);
    return d;
}

static inline int64_t refresh_deployment(mlops_deployment *d) {
    int64_t n = -1;
    mlops_error e;
    works(mlops_deployment_refresh(d, &n, &e), &e);
    return n;
}

static inline mlops_deployment_stats stats_of_deployment(const mlops_deployment *d) {
    mlops_deployment_stats stats = MLOPS_DEPLOYMENT_STATS_INIT;
    assert_int_equal(mlops_deployment_stat(d, &stats), MLOPS_OK);
    return stats;
}

#endif
