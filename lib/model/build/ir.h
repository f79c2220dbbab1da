/* A forest between its file and its plan: what every importer fills and compiling takes. */
#ifndef MLOPS_MODEL_IR_H
#define MLOPS_MODEL_IR_H

#include "base/buf.h"
#include "model/run/link.h"

/* One node, in breadth-first order within its tree. */
typedef struct mlops__ir_node {
    union {
        double value;     /* threshold, or what a leaf adds; a float unless the forest is f64 */
        uint32_t special; /* is_special: index into words */
    };
    double cover;     /* weight of the training rows that came by; 0: not known */
    uint32_t feature; /* 0 in a leaf */
    uint32_t step;    /* distance to the left child, the right one behind it; 0: a leaf */
    uint32_t number;  /* the trainer's, within the tree */
    uint8_t left_missing;
    uint8_t is_special;
    uint8_t zero[2];
} mlops__ir_node;

typedef struct mlops__ir {
    mlops__buf nodes;   /* mlops__ir_node */
    mlops__buf firsts;  /* uint32_t of each tree */
    mlops__buf groups;  /* uint32_t of each tree */
    mlops__buf weights; /* float of each tree, to multiply its leaves with; or empty */
    mlops__buf words;   /* uint32_t, of special nodes as plan.h has them */
    mlops__buf names;   /* texts with their NUL, one a feature; or empty */
    mlops__buf base;    /* double of each group */
    size_t words_max;   /* bytes of words that a file of this size may ask for */
    uint32_t n_names;
    uint32_t n_trees;
    uint32_t n_features;
    uint32_t n_groups;
    uint32_t divisor;   /* of sums before the link; 1: none */
    uint32_t aggregate; /* mlops__aggregate */
    int f64;            /* double instead of float, everywhere */
    mlops__link link;
    double param; /* of the link */
    char format[32];
    char objective[64];
    char booster[16];
} mlops__ir;

void mlops__ir_init(mlops__ir *self, const mlops_allocator *allocator);
void mlops__ir_free(mlops__ir *self);

/* Number of nodes so far. */
uint32_t mlops__ir_n_nodes(const mlops__ir *self);

/* Appends a number to words. */
void mlops__ir_word_f64(mlops__ir *self, double value);

/* Appends the payload of a plan to out. The parts must fit together. MLOPS_E_NOMEM, MLOPS_E_LIMIT.
 */
mlops_status mlops__ir_compile(const mlops__ir *self, mlops__buf *out, mlops_error *err);

#endif
