/* Fitted features: what making them leaves and evaluating them reads. */
#ifndef MLOPS_FEATURE_FEATURE_INSIDE_H
#define MLOPS_FEATURE_FEATURE_INSIDE_H

#include "column/dictionary.h"
#include "expr/expr.h"

#include <mlops/feature.h>

#include <stdatomic.h>

enum {
    MLOPS__FEATURE_FORMAT = 1,
    MLOPS__FEATURE_OUTPUTS_MAX = 65536,
    MLOPS__FEATURE_DEFINITION_MAX = 1 << 20, /* bytes */
    MLOPS__FEATURE_BYTES_MAX = 64 << 20
};

typedef struct mlops__feature_input {
    const char *name;
    mlops_type type;
} mlops__feature_input;

/* Slots are those of the expression, which counts the names that it reads itself. */
typedef struct mlops__feature_output {
    const char *name;
    mlops__expr *expr;
    int32_t n_slots;
    const int32_t *reads; /* the input of each slot; -1: it is not read */
} mlops__feature_output;

struct mlops_feature {
    mlops__host host;
    atomic_int_fast64_t n_refs;
    mlops__arena arena;
    const char *definition;
    size_t n_definition;
    mlops__dictionary input_names; /* their codes are their numbers */
    mlops__dictionary output_names;
    mlops__feature_input *inputs;
    mlops__feature_output *outputs;
    int64_t n_inputs;
    int64_t n_outputs;
    size_t inputs_cap;
    size_t outputs_cap;
    mlops__buf bytes; /* what is saved */
    mlops_id id;
    size_t row_size; /* working memory of the one output that takes most, for one row */
};

/* ---- making ---- */

/* Features without outputs. */
mlops_status mlops__feature_new(mlops_feature **out, const mlops__host *host,
                                const char *definition, size_t n, mlops_error *err);

/* Adds an output whose expression has nothing left to fit. types tells the names' types; its slots
 * do not count. MLOPS_E_EXISTS, without a message, if the name is taken; MLOPS_E_LIMIT. */
mlops_status mlops__feature_add(mlops_feature *self, const char *name, const char *text, size_t n,
                                const mlops__expr_scope *types, mlops_error *err);

/* No more outputs: what is saved, and its id. */
mlops_status mlops__feature_finish(mlops_feature *self, mlops_error *err);

/* ---- fitting ---- */

/* The values of an expression in the training table, by type; in an arena. */
typedef struct mlops__feature_sample {
    mlops_type type;
    int64_t n;
    void *values;
    uint8_t *validity;
    mlops__expr *texts_of; /* whose constants may be among its strings; else NULL */
} mlops__feature_sample;

/* What is fitted, and what with. */
typedef struct mlops__feature_fitting {
    mlops_feature *self;
    const mlops_table *table;
    const mlops__expr_input *inputs; /* of all columns */
    mlops__arena arena;              /* until the end of fitting */
    int whole_line;                  /* one_hot may stand here */
    int n_one_hot;                   /* of the line */
    mlops__expr_argument encoded;    /* the argument of one_hot; its text is in the arena */
    int64_t categories_max;
} mlops__feature_fitting;

/* Names are columns; nothing is written out. user of the scope is the fitting. */
mlops__expr_scope mlops__feature_scope(mlops__feature_fitting *self);

/* Writes a fitted function out, from the values of its argument. */
mlops__expr_expand mlops__feature_expand;
extern const char *const mlops__feature_functions[];

/* Evaluates a canonical text over the training table. Strings last until the sample ends. */
mlops_status mlops__feature_sample_take(mlops__feature_sample *out, mlops__feature_fitting *self,
                                        const char *text, size_t n, mlops__arena *arena);
void mlops__feature_sample_end(mlops__feature_sample *self);

/* The numbers of a sample that are neither null nor NaN, -0 as 0; *infinite is the first row that
 * is infinite, or -1. */
mlops_status mlops__feature_sample_numbers(const mlops__feature_sample *self, mlops__arena *arena,
                                           double **out, int64_t *n, int64_t *infinite);

/* A value of any type, and how often it occurs. */
typedef struct mlops__feature_category {
    int64_t count;
    int64_t i64; /* bool too */
    double f64;
    const char *text;
    size_t n;
} mlops__feature_category;

/* The max most frequent values, those of equal frequency by value, ascending; in the arena. */
mlops_status mlops__feature_sample_categories(const mlops__feature_sample *self,
                                              mlops__arena *arena, int64_t max,
                                              mlops__feature_category **out, int64_t *n);

/* State of numbers; n from 1 to 2^32. */
double mlops__feature_mean(const double *values, int64_t n);
double mlops__feature_deviation(const double *values, int64_t n, double mean);
mlops_status mlops__feature_median(mlops_cpu cpu, const double *values, int64_t n,
                                   mlops__arena *arena, double *out);

/* Writes a value as the language spells it. */
void mlops__feature_put(mlops__buf *out, mlops_type type, const mlops__feature_category *value);

/* ---- evaluating ---- */

/* A value of one row, where an expression looks for it. */
typedef union mlops__feature_cell {
    uint8_t truth;
    int64_t i64;
    double f64;
    mlops__expr_text text;
} mlops__feature_cell;

/* The columns of a table as inputs, in the arena. */
mlops_status mlops__feature_bind(const mlops_feature *self, const mlops_table *table,
                                 mlops__arena *arena, mlops__expr_input **out, mlops_error *err);

/* Rows of one output as float64, null as NaN; validity has room for n bits. slots are the
 * output's. */
mlops_status mlops__feature_evaluate(const mlops__feature_output *self,
                                     const mlops__expr_input *slots, int64_t first, int64_t n,
                                     void *scratch, size_t scratch_size, double *values,
                                     uint8_t *validity);

/* Numbers that stand for each other; 0 if it is not exact. */
int mlops__feature_whole_as_real(int64_t value, double *out);
int mlops__feature_real_as_whole(double value, int64_t *out); /* not of NaN */

#endif
