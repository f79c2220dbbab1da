/* Programs: what a tree is compiled to, and the object that holds both. */
#ifndef MLOPS_EXPR_EXPR_PROGRAM_H
#define MLOPS_EXPR_EXPR_PROGRAM_H

#include "expr/expr_tree.h"

typedef struct mlops__expr_step mlops__expr_step;

/* One operation over n <= MLOPS__EXPR_BLOCK rows. Validity of out is already that of all operands
 * together where the step is strict; a kernel may clear bits. out is none of the operands. */
typedef void mlops__expr_kernel(const mlops__expr_step *step, mlops__expr_vector *regs, int64_t n);

struct mlops__expr_step {
    mlops__expr_kernel *run;
    const void *extra; /* OP_IN: mlops__expr_list; OP_CUSTOM: mlops__expr_call */
    int32_t out;
    int32_t a; /* OP_IF: the condition */
    int32_t b; /* -1: there is none */
    int32_t c; /* OP_IF: what else; -1: there is none */
    int32_t strict;
};

/* Constants of OP_IN, ascending. */
typedef struct mlops__expr_list {
    int64_t n;
    const void *values; /* int64_t, double or mlops__expr_text */
} mlops__expr_list;

typedef struct mlops__expr_call {
    const mlops__expr_function *function;
    int32_t n_args;
    int32_t args[MLOPS__EXPR_ARGS_MAX];
} mlops__expr_call;

typedef enum mlops__expr_reg_kind { REG_CONST, REG_INPUT, REG_TEMP } mlops__expr_reg_kind;

typedef struct mlops__expr_reg {
    uint8_t kind;
    uint8_t type;
    uint8_t null;        /* REG_CONST */
    int32_t slot;        /* REG_INPUT */
    int32_t next_free;   /* while a program is made */
    size_t values;       /* in scratch, bytes a 64 rows */
    size_t validity;     /* the same */
    const void *literal; /* REG_CONST */
} mlops__expr_reg;

typedef struct mlops__expr_program {
    const mlops__expr_step *steps;
    int64_t n_steps;
    const mlops__expr_reg *regs;
    int32_t n_regs;
    int32_t root;
    mlops_type type;
    size_t unit; /* bytes of scratch a 64 rows, beside the vectors */
} mlops__expr_program;

/* Compiles a tree, whose nodes and names note registers meanwhile. MLOPS_E_NOMEM. */
mlops_status mlops__expr_build(mlops__arena *arena, mlops__expr_node *root,
                               mlops__expr_named *named, mlops_cpu cpu, mlops__expr_program *out);

/* The kernel of an operation on operands of a type (for OP_IF and OP_COALESCE: of that type) under
 * a level of mlops_cpu_level(). */
mlops__expr_kernel *mlops__expr_kernel_of(mlops__expr_op op, mlops_type type, mlops_cpu cpu);

size_t mlops__expr_program_scratch(const mlops__expr_program *self, int64_t rows);
mlops_status mlops__expr_program_run(const mlops__expr_program *self,
                                     const mlops__expr_input *inputs, int64_t first, int64_t n,
                                     void *scratch, size_t scratch_size,
                                     const mlops__expr_output *out);

struct mlops__expr {
    mlops__arena arena; /* all of it, this struct too */
    mlops__expr_node *root;
    mlops__expr_program program;
    mlops__expr_named *named; /* those that are read */
    int64_t n_named;
    const char *text; /* canonical */
    size_t n_text;
    struct mlops__expr_part *parts; /* clauses, as they stood in the text; NULL: no condition */
    int64_t n_parts;
};

typedef struct mlops__expr_part {
    mlops__expr_node *node;
    const char *text;
    mlops__expr_program program;
    int64_t n_names;
    const int32_t *names;
} mlops__expr_part;

/* Clauses of a condition. */
mlops_status mlops__expr_split(mlops__expr *self, mlops__arena *arena, mlops_cpu cpu);

#endif
