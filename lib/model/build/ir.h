/* A forest between its file and its plan: what every importer fills and compiling takes. */
#ifndef MLOPS_MODEL_IR_H
#define MLOPS_MODEL_IR_H

#include "base/buf.h"
#include "model/run/link.h"

/* One node, in breadth-first order within its tree. */
typedef struct mlops__ir_node {
    float value;      /* threshold, or what a leaf adds */
    uint32_t feature; /* 0 in a leaf */
    uint32_t step;    /* distance to the left child, the right one behind it; 0: a leaf */
    uint32_t number;  /* the trainer's, within the tree */
    uint32_t set;     /* is_set: index into words */
    uint8_t left_missing;
    uint8_t is_set;
    uint8_t zero[2];
} mlops__ir_node;

typedef struct mlops__ir {
    mlops__buf nodes;   /* mlops__ir_node */
    mlops__buf firsts;  /* uint32_t of each tree */
    mlops__buf groups;  /* uint32_t of each tree */
    mlops__buf weights; /* float of each tree, to multiply its leaves with; or empty */
    mlops__buf words;   /* uint32_t */
    mlops__buf names;   /* texts with their NUL, one a feature; or empty */
    mlops__buf base;    /* float of each group */
    uint32_t n_names;
    uint32_t n_trees;
    uint32_t n_features;
    uint32_t n_groups;
    mlops__link link;
    char format[32];
    char objective[64];
    char booster[16];
} mlops__ir;

void mlops__ir_init(mlops__ir *self, const mlops_allocator *allocator);
void mlops__ir_free(mlops__ir *self);

/* Number of nodes so far. */
uint32_t mlops__ir_n_nodes(const mlops__ir *self);

/* Appends the payload of a plan to out. The parts must fit together. MLOPS_E_NOMEM, MLOPS_E_LIMIT.
 */
mlops_status mlops__ir_compile(const mlops__ir *self, mlops__buf *out, mlops_error *err);

#endif
