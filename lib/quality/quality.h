/* Expectations: what reading them leaves, and holding a table against them reads. */
#ifndef MLOPS_QUALITY_QUALITY_H
#define MLOPS_QUALITY_QUALITY_H

#include "column/dictionary.h"
#include "column/rows.h"
#include "expr/expr.h"
#include "text/regex.h"

#include <mlops/expectation.h>

#include <stdatomic.h>

enum {
    MLOPS__EXPECTATIONS_MAX = 10000,
    MLOPS__EXPECTATIONS_TEXT_MAX = 1 << 20,
    MLOPS__EXPECTATIONS_ID_MAX = 200,
    MLOPS__EXPECTATION_ARGS_MAX = 8 /* columns of unique() */
};

typedef struct mlops__expectation {
    const char *id;
    const char *text; /* of the condition alone, tidy */
    size_t n_text;
    int is_warning, by_row;
    double mostly; /* of rows; 1: each */
} mlops__expectation;

/* A table that references() reads. */
typedef struct mlops__expectation_other {
    const char *name;
    mlops_table *table;  /* a share; NULL: none is bound yet */
    const char *problem; /* why none is, behind its name; NULL: there is none of this name */
} mlops__expectation_other;

struct mlops_expectations {
    mlops__host host;
    atomic_int_fast64_t n_refs;
    mlops__arena arena;
    mlops__expectation *items;
    int64_t n;
    size_t cap;
    mlops__expectation_other *others; /* by the order in which the text names them */
    int64_t n_others;
    size_t others_cap;
    const char *text;
    int compares; /* some of them read the reference */
};

/* ---- functions ---- */

/* Looks at a call of one of our functions, before there is a table: user is the object. */
mlops__expr_expand mlops__expectation_look;
extern const char *const mlops__expectation_functions[];

/* ---- a table that is held against them ---- */

/* Values of an expression over all rows; in an arena. */
typedef struct mlops__sample {
    mlops_type type;
    int64_t n;
    void *values;
    uint8_t *validity;
    mlops__expr *texts_of; /* whose constants may be among its strings; else NULL */
    struct mlops__sample *next;
} mlops__sample;

/* What was found of a sample, one by one, where it was asked for. */
typedef struct mlops__measure mlops__measure;

/* A table, and what is known of it so far. */
typedef struct mlops__validation {
    const mlops_expectations *self;
    const mlops_table *table;
    mlops_expectations_opts opts;
    mlops__host host;
    mlops__arena arena;        /* of the table: until the end */
    mlops__expr_input *inputs; /* columns, then what was computed for the expectation at hand */
    size_t inputs_cap;
    int32_t n_computed;
    mlops_type *computed;   /* their types */
    mlops__arena scratch;   /* of the expectation at hand */
    mlops__sample *samples; /* of the expectation at hand, whose texts are to be let go */
    mlops__buf observed;
    mlops__measure *measures; /* of the table */
    int absent;               /* the expectation at hand compares with a reference, and there is
                                 none */
    mlops_type nulls_type;    /* what a column without a value is taken for */
    int met_nulls;            /* the expectation at hand names such a column */
} mlops__validation;

mlops_status mlops__validation_begin(mlops__validation *self, const mlops_expectations *of,
                                     const mlops_table *table, const mlops_expectations_opts *opts,
                                     mlops_error *err);
void mlops__validation_end(mlops__validation *self);

/* What one expectation gave. */
typedef struct mlops__verdict {
    int truth; /* 1, 0; -1: unknown */
    int absent;
    int64_t n_rows, n_unknown, n_failed;
    double share;
    const uint8_t *failed;                             /* bits, of rows */
    char problem[sizeof(((mlops_error *)0)->message)]; /* "": none */
} mlops__verdict;

/* Holds the table against one. out->failed lasts until the next. MLOPS_E_NOMEM, MLOPS_E_LIMIT. */
mlops_status mlops__validation_judge(mlops__validation *self, const mlops__expectation *item,
                                     mlops__verdict *out, mlops_error *err);

/* The scope of the table's columns and of what was computed. */
mlops__expr_scope mlops__validation_scope(mlops__validation *self);

/* Evaluates a canonical text over all rows. Lasts as long as the expectation. */
mlops_status mlops__validation_sample(mlops__validation *self, const char *text, size_t n,
                                      mlops__sample **out);
int mlops__sample_present(const mlops__sample *self, int64_t i);

/* Adds computed values as a name that stands for them, which is appended. */
mlops_status mlops__validation_compute(mlops__validation *self, const mlops__sample *values,
                                       mlops__buf *out);

/* Room for values of rows. */
mlops_status mlops__validation_room(mlops__validation *self, mlops_type type, mlops__sample **out);

/* Writes calls out: numbers of all rows; values of rows. MLOPS_END: it is none of theirs. */
mlops_status mlops__measure_expand(mlops__validation *self, mlops__expr_expansion *call);
mlops_status mlops__rule_expand(mlops__validation *self, mlops__expr_expansion *call);

/* Says what is wrong with a call. */
mlops_status mlops__expectation_problem(mlops__expr_expansion *call, mlops_status code, int64_t at,
                                        const char *format, ...) MLOPS__PRINTF(4, 5);

#endif
