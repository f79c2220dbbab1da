/* The one expression language: gates, run filters, feature expressions, expectations, routing
 * rules.
 *
 * A noun brings a scope (what names mean, functions of its own, the type that is due) and gets an
 * immutable expression: typed, in one canonical form, compiled to steps over blocks of rows. Values
 * of one row and of a million are the same bits, whatever the block. docs/expressions.md is the
 * language. MLOPS_E_PARSE: the text is none of it; MLOPS_E_SCHEMA: types do not fit;
 * MLOPS_E_NOT_FOUND: an unknown name or function; MLOPS_E_LIMIT; each with its place.
 */
#ifndef MLOPS_EXPR_EXPR_H
#define MLOPS_EXPR_EXPR_H

#include "base/arena.h"
#include "base/buf.h"
#include "column/table.h"

enum {
    MLOPS__EXPR_TEXT_MAX = 65536,  /* bytes of a text, and of its canonical form */
    MLOPS__EXPR_DEPTH_MAX = 200,   /* parentheses, calls and signs in one another */
    MLOPS__EXPR_NODES_MAX = 10000, /* names, constants, operators, calls */
    MLOPS__EXPR_ARGS_MAX = 8,      /* of a noun's own function */
    MLOPS__EXPR_BLOCK = 1024       /* rows that go through all steps together, at the most */
};

typedef struct mlops__expr mlops__expr; /* immutable; any thread; ends with mlops__expr_free() */

/* A string that is evaluated: UTF-8, borrowed. fold: its ASCII capitals count as small letters,
 * which is how lower() does without memory; mlops__expr_text_copy() carries it out. */
typedef struct mlops__expr_text {
    const char *data;
    uint32_t n;
    uint32_t fold;
} mlops__expr_text;

/* What a name means. */
typedef struct mlops__expr_symbol {
    mlops_type type;     /* bool, int64, float64 or string */
    int32_t slot;        /* of its values among the inputs; >= 0 */
    const char *name;    /* its canonical spelling, which must mean the same; NULL: as it stands */
    const char *problem; /* after an error other than MLOPS_E_NOT_FOUND: what is wrong and what
                            would be right; borrowed until the next call */
} mlops__expr_symbol;

/* Looks up a name: its parts joined by dots, without quotes; NUL-terminated. */
typedef mlops_status mlops__expr_resolve(void *user, const char *name, size_t n,
                                         mlops__expr_symbol *out);

/* The i-th name that the resolver knows, NULL behind the last: for "did you mean". */
typedef const char *mlops__expr_known(void *user, int64_t i);

/* Values of a block. Of numbers and strings, value i is at i * stride, stride 0 being a constant;
 * of bool, bit i % 64 of word i / 64, and stride means nothing. Bit i of validity: present. What
 * stands where a value is absent, or behind the last row of a word, is anything. */
typedef struct mlops__expr_vector {
    void *values; /* uint64_t words, int64_t, double or mlops__expr_text */
    uint64_t *validity;
    int64_t stride;
} mlops__expr_vector;

/* A function of a noun. It is null where an argument is; run may clear more bits of
 * out->validity. Like all functions it looks at one row at a time and depends on nothing else. */
typedef struct mlops__expr_function {
    const char *name;  /* small letters, digits and _, a letter first */
    const char *args;  /* a letter each: b bool, i int64, f float64 (takes int64 too), s string */
    mlops_type result; /* strings must outlive the block: parts of arguments, or static */
    void (*run)(void *user, const mlops__expr_vector *args, mlops__expr_vector *out, int64_t n);
    void *user;
} mlops__expr_function;

/* An argument of a function that is written out. */
typedef struct mlops__expr_argument {
    const char *text; /* canonical; what it held is written out already */
    size_t n;
    const char *name; /* of an argument that is a name and nothing else; NULL */
    mlops_type type;
    int constant; /* by type, one of the following is its value */
    int64_t i64;  /* bool too */
    double f64;
    mlops__expr_text string;
} mlops__expr_argument;

enum { MLOPS__EXPR_PROBLEM = 256 };

/* A call of a function that stands for another expression. A function that has the name of a
 * built-in one takes the calls with fewer arguments than that takes. */
typedef struct mlops__expr_expansion {
    const char *name; /* in small letters */
    const mlops__expr_argument *args;
    int64_t n_args;
    mlops__buf *out; /* gets the expression, which is parsed in the call's place; NULL: the call is
                        only looked at, and of its arguments there are names and constants */
    int one;         /* looked at: set if the call has one value whatever the row */
    char problem[MLOPS__EXPR_PROBLEM]; /* after an error: what is wrong and what would be right */
    int64_t at;                        /* the argument that it is about; -1, as before: the call */
} mlops__expr_expansion;

/* Writes a call out. An error other than MLOPS_E_NOMEM has a problem. */
typedef mlops_status mlops__expr_expand(void *user, mlops__expr_expansion *call);

/* What a noun adds to the language. A zeroed one knows no names. */
typedef struct mlops__expr_scope {
    mlops__expr_resolve *resolve;          /* NULL: there are no names */
    mlops__expr_known *known;              /* nullable */
    void *user;                            /* of all; only needed while compiling */
    const mlops__expr_function *functions; /* outlive the expression */
    size_t n_functions;
    mlops__expr_expand *expand; /* nullable */
    const char *const
        *expanding;    /* names of what it writes out, in small letters; NULL ends them */
    mlops_type wanted; /* bool: a condition; float64: a number of either type; string; null: any */
    const char *what;  /* nullable: what the text is, for messages, such as "gate" */
    mlops_cpu cpu_max; /* cap on instruction sets; no value depends on it */
    const char *whole; /* nullable: the text that ours is a part of; errors have places in that */
    size_t at;         /* where in it ours begins */
} mlops__expr_scope;

mlops_status mlops__expr_compile(mlops__expr **out, const char *text, size_t n,
                                 const mlops__expr_scope *scope, const mlops_allocator *allocator,
                                 mlops_error *err);
void mlops__expr_free(mlops__expr *self); /* NULL: no-op */

mlops_type mlops__expr_type(const mlops__expr *self);

/* A stretch of a text. */
typedef struct mlops__expr_span {
    size_t start;
    size_t n;
} mlops__expr_span;

/* Takes "name = expression" apart: the name in the arena, NUL-terminated, without quotes. Only
 * whole, at and what of the scope count. */
mlops_status mlops__expr_split_name(const char *text, size_t n, const mlops__expr_scope *scope,
                                    mlops__arena *arena, const char **name,
                                    mlops__expr_span *expression, mlops_error *err);

/* What stands behind an expression: a name, a number, or anything else. */
typedef struct mlops__expr_word {
    const char *text; /* of a name without quotes, in the arena, NUL-terminated; else NULL */
    size_t start;     /* of the text that was split */
    int quoted;
    int is_number;
    double number;
} mlops__expr_word;

/* Takes "expression words" apart, at the first plain name that stands behind a value and outside of
 * parentheses, where no expression goes on: *end is where it does not. Behind the last word there
 * is one of zeroes. */
mlops_status mlops__expr_split_words(const char *text, size_t n, const mlops__expr_scope *scope,
                                     mlops__arena *arena, size_t *end, const mlops__expr_word **out,
                                     int64_t *n_out, mlops_error *err);

/* Checks a text before the types of its names are known, and appends it as the language spells it:
 * blanks, parentheses, cases, quotes and numbers. Of the scope, expand looks at the calls of its
 * functions, and names mean nothing. *varies: a name stands outside of calls that have one value.
 * MLOPS_E_PARSE, MLOPS_E_NOT_FOUND for a function, MLOPS_E_LIMIT, MLOPS_E_NOMEM; what types would
 * forbid is left to whoever compiles the text. */
mlops_status mlops__expr_tidy(mlops__buf *out, int *varies, const char *text, size_t n,
                              const mlops__expr_scope *scope, const mlops_allocator *allocator,
                              mlops_error *err);

/* The next line of a text that holds anything, without its comment: # begins one but inside of
 * quotes, of which the same line holds both. MLOPS_OK, or MLOPS_END behind the last. */
typedef struct mlops__expr_lines {
    const char *text;
    size_t n;
    size_t next; /* offset of the next line */
} mlops__expr_lines;
mlops_status mlops__expr_next_line(mlops__expr_lines *self, size_t *start, size_t *n);

/* Fails at an offset of such a text; what: "definition". */
mlops_status mlops__expr_fail_line(const mlops__expr_lines *self, const char *what,
                                   mlops_status code, size_t offset, mlops_error *err,
                                   const char *format, ...) MLOPS__PRINTF(6, 7);

/* Whether the whole text is one call of a function (in small letters), as far as tokens tell.
 * MLOPS_E_NOMEM. */
mlops_status mlops__expr_is_call(const char *text, size_t n, const char *function,
                                 const mlops_allocator *allocator, int *out);

/* Writes a name, and a text, as the language spells them. */
void mlops__expr_put_name(mlops__buf *out, const char *name);
void mlops__expr_put_text(mlops__buf *out, const char *text, size_t n);

/* The canonical form: compiling it in the same scope gives the same expression, and texts that the
 * documentation calls the same have the same. NUL-terminated; lives as long as the expression. */
const char *mlops__expr_format(const mlops__expr *self, size_t *n);

/* Names that the canonical form reads, in its order, each once. */
int64_t mlops__expr_n_names(const mlops__expr *self);
const char *mlops__expr_name(const mlops__expr *self, int64_t i, mlops__expr_symbol *out);

/* Values of a slot; a zeroed one is null in every row. Strings either stand in values, or values
 * are codes into texts (negative: null). */
typedef struct mlops__expr_input {
    const void *values; /* uint8_t (bool), int64_t, double; mlops__expr_text, or int32_t codes;
                           NULL: all are null */
    const mlops__expr_text *texts; /* strings by code; NULL: there are no codes */
    const uint8_t *validity;       /* bit i & 7 of byte i / 8 is row i's; NULL: all present */
    int absent;                    /* explain: nobody holds this name yet */
} mlops__expr_input;

/* Where values go: uint8_t (bool), int64_t, double or mlops__expr_text each. A null gives 0, NaN or
 * an empty string; each NaN is the same positive quiet one. */
typedef struct mlops__expr_output {
    void *values;
    uint8_t *validity; /* (n + 7) / 8 bytes, bits behind the last are 0; NULL: not wanted */
} mlops__expr_output;

/* Bytes that evaluating so many rows at a time takes; more than a block are never of use. */
size_t mlops__expr_scratch_size(const mlops__expr *self, int64_t rows);

/* Evaluates rows first to first + n - 1 of inputs, which are indexed by slot. Nothing is allocated;
 * how much scratch there is (aligned to 8) decides on the speed alone. MLOPS_E_ARENA if it is less
 * than for one row. */
mlops_status mlops__expr_evaluate(const mlops__expr *self, const mlops__expr_input *inputs,
                                  int64_t first, int64_t n, void *scratch, size_t scratch_size,
                                  const mlops__expr_output *out);

/* Copies a string, folded if it says so; out has n + 1 bytes and gets a NUL. */
void mlops__expr_text_copy(char *out, const mlops__expr_text *text);

/* Carries out what lower() left, for who keeps texts that an expression gave. MLOPS_E_NOMEM */
mlops_status mlops__expr_texts_unfold(mlops__expr_text *texts, int64_t n, mlops__arena *arena);

typedef enum mlops__expr_truth {
    MLOPS__EXPR_FALSE = 0,
    MLOPS__EXPR_TRUE = 1,
    MLOPS__EXPR_UNKNOWN = 2,
    MLOPS__EXPR_ABSENT = 3 /* reads a name that nobody holds yet: does not count */
} mlops__expr_truth;

/* A name and what it was. */
typedef struct mlops__expr_value {
    const char *name;
    mlops_type type;
    int valid;
    int absent;
    int64_t i64; /* bool too */
    double f64;
    mlops__expr_text text;
} mlops__expr_value;

/* A clause of the top-level "and", or the whole where there is none. */
typedef struct mlops__expr_clause {
    const char *text; /* canonical; lives as long as the expression */
    mlops__expr_truth truth;
    int64_t n_values;
    const mlops__expr_value *values; /* of its names */
} mlops__expr_clause;

/* Says why: evaluates a condition for one row, clause by clause in the order of the text that was
 * compiled. *truth is true only if each clause that counts is true. Lives in the arena, values'
 * strings in the inputs. MLOPS_E_NOMEM; MLOPS_E_INVALID if it is no condition. */
mlops_status mlops__expr_explain(const mlops__expr *self, const mlops__expr_input *inputs,
                                 int64_t row, mlops__arena *arena, mlops__expr_truth *truth,
                                 const mlops__expr_clause **out, int64_t *n, mlops_error *err);

/* Writes a clause as people read it: auc >= 0.95: false (auc = 0.91). */
void mlops__expr_clause_put(mlops__buf *out, const mlops__expr_clause *clause);

/* The columns of a table as names: resolve and known of a scope whose user is the mlops_table.
 * Slots are column numbers. A column of nulls alone is float64. */
mlops__expr_resolve mlops__expr_column_resolve;
mlops__expr_known mlops__expr_column_known;

/* A column as an input, and those of all columns of a table; texts in the arena. */
mlops_status mlops__expr_column_input(const mlops__column *column, mlops__arena *arena,
                                      mlops__expr_input *out, mlops_error *err);
mlops_status mlops__expr_column_inputs(const mlops_table *table, mlops__arena *arena,
                                       const mlops__expr_input **out, mlops_error *err);

#endif
