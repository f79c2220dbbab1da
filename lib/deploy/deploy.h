/* Inside of deployments: their records, and what one process serves. */
#ifndef MLOPS_DEPLOY_INSIDE_H
#define MLOPS_DEPLOY_INSIDE_H

#include "deploy/route.h"
#include "model/model.h"
#include "store/record.h"
#include "sys/mutex.h"
#include "sys/swap.h"

#include <mlops/bundle.h>
#include <mlops/deploy.h>

/* ---- records ---- */

/* What a deployment is, and who holds its aliases, at one moment. */
typedef struct mlops__deploy_plan {
    const char *model;    /* texts in the caller's arena */
    const char *champion; /* aliases */
    const char *canary;
    const char *salt;
    int32_t ppm;
    int64_t time_ns;
    int64_t versions[2]; /* of champion and canary; 0: nobody */
} mlops__deploy_plan;

/* Of one record, which is parsed. MLOPS_E_CORRUPT if a member is missing. */
mlops_status mlops__deploy_read(mlops__deploy_plan *out, const mlops__record *record,
                                const char *name, mlops_error *err);

/* Adds the holders, as the index has them. */
mlops_status mlops__deploy_holders(mlops__deploy_plan *self, mlops__index *index,
                                   mlops__arena *arena, mlops_error *err);

/* The whole plan as the store has it now. MLOPS_E_NOT_FOUND has the nearest name. */
mlops_status mlops__deploy_find(mlops__deploy_plan *out, mlops_store *store, const char *name,
                                mlops__arena *arena, mlops_error *err);

/* ---- serving ---- */

/* What callers hand in, settled when a deployment is opened. Owned by its arena. */
typedef struct mlops__deploy_shape {
    int64_t width;
    int64_t n_features;
    const char **features; /* NULL: the model has no names */
    int64_t n_inputs;
    const char **inputs;
    mlops_type *types;
} mlops__deploy_shape;

/* A version that serves. */
typedef struct mlops__deploy_arm {
    int64_t version; /* 0: there is none */
    mlops_bundle *bundle;
    const mlops_model *model;  /* the bundle's */
    mlops__contexts *contexts; /* NULL: the stack is enough for rows */
    mlops_feature *features;   /* NULL: none */
    int32_t *inputs;           /* place of each input of the features among those of the shape */
    int64_t n_inputs;          /* of the features */
    int64_t n_outputs;
    int in_order;     /* inputs[i] is i */
    int takes_rows;   /* of the shape */
    int takes_values; /* of the shape */
} mlops__deploy_arm;

enum { MLOPS__ARM_CHAMPION = 0, MLOPS__ARM_CANARY = 1 };

/* What is in a slot of the swap: immutable. */
typedef struct mlops__serving {
    mlops__arena arena; /* of the plan's texts and of inputs */
    mlops__deploy_plan plan;
    uint64_t seed;
    int32_t ppm; /* 0 without a canary */
    mlops__deploy_arm arms[2];
} mlops__serving;

/* What this process was given so far: bits of mlops_deployment.used. */
enum { MLOPS__USED_ROWS = 1, MLOPS__USED_VALUES = 2 };

struct mlops_deployment {
    mlops_store *store;
    const mlops_allocator *allocator;
    mlops__arena arena; /* of name and shape */
    const char *name;
    mlops__deploy_shape shape;
    mlops__swap *swap; /* of mlops__serving */
    atomic_int used;
    _Atomic(int64_t) n_swaps;
    mlops__lock lock; /* one refresh at a time */
};

/* Loads what a plan names; arms that old (nullable) has already are shared. Where shape is NULL
 * nothing is looked at but that both arms yield as many values. */
mlops_status mlops__serving_new(mlops__serving **out, mlops_store *store,
                                const mlops__deploy_plan *plan, const mlops__serving *old,
                                mlops_error *err);
void mlops__serving_free(mlops__serving *self, const mlops_allocator *allocator);

/* Settles the shape by what serves first. */
mlops_status mlops__shape_settle(mlops__deploy_shape *out, const mlops__serving *first,
                                 mlops__arena *arena, mlops_error *err);

/* Finds out what each arm takes. MLOPS_E_SCHEMA if one yields another number of values, or does not
 * take what was used (bits) so far. */
mlops_status mlops__serving_fit(mlops__serving *self, const mlops__deploy_shape *shape, int used,
                                mlops_error *err);

const mlops__deploy_arm *mlops__serving_pick(const mlops__serving *self, const char *key);

#endif
