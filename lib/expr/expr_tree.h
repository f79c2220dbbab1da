/* From text to tree and back: what the files of this folder share while an expression is made. */
#ifndef MLOPS_EXPR_EXPR_TREE_H
#define MLOPS_EXPR_EXPR_TREE_H

#include "column/dictionary.h"
#include "expr/expr.h"

/* ---- the text ---- */

typedef struct mlops__expr_source {
    const char *text;
    size_t n;
    const char *what;
    mlops_error *err;
    const char *whole; /* NULL: text is all there is */
    size_t at;         /* of text in the whole */
} mlops__expr_source;

/* Fails at an offset of the text, with line and column (of characters) in front of the message. */
mlops_status mlops__expr_fail(const mlops__expr_source *self, mlops_status code, size_t offset,
                              const char *format, ...) MLOPS__PRINTF(4, 5);

/* A stretch of the text for a message: on one line, and cut where it is long. */
enum { MLOPS__EXPR_SHOWN = 64 };
const char *mlops__expr_show(const mlops__expr_source *self, char out[MLOPS__EXPR_SHOWN],
                             size_t start, size_t end);

/* How much of a text a message shows: whole characters. */
int mlops__expr_cut(const char *text, size_t n);

/* ---- tokens ---- */

/* The keyword that a text is, in any case. */
typedef enum mlops__expr_keyword {
    WORD_NONE,
    WORD_AND,
    WORD_OR,
    WORD_NOT,
    WORD_IN,
    WORD_LIKE,
    WORD_ILIKE,
    WORD_IS,
    WORD_NULL,
    WORD_TRUE,
    WORD_FALSE
} mlops__expr_keyword;
mlops__expr_keyword mlops__expr_keyword_of(const char *text, size_t n);

/* Code point at text (valid UTF-8, n > 0) and its length. */
size_t mlops__expr_character(const char *text, uint32_t *code);
int mlops__expr_starts_name(uint32_t code);
int mlops__expr_goes_on_name(uint32_t code);

typedef enum mlops__expr_token_kind {
    TOKEN_END,
    TOKEN_INT,  /* value: its magnitude */
    TOKEN_REAL, /* value */
    TOKEN_STRING,
    TOKEN_NAME,
    TOKEN_WORD,    /* word */
    TOKEN_OPERATOR /* symbol */
} mlops__expr_token_kind;

typedef enum mlops__expr_symbol_kind {
    SYMBOL_OPEN,
    SYMBOL_CLOSE,
    SYMBOL_COMMA,
    SYMBOL_PLUS,
    SYMBOL_MINUS,
    SYMBOL_STAR,
    SYMBOL_SLASH,
    SYMBOL_SLASHES,
    SYMBOL_PERCENT,
    SYMBOL_EQ,
    SYMBOL_NE,
    SYMBOL_LT,
    SYMBOL_LE,
    SYMBOL_GT,
    SYMBOL_GE
} mlops__expr_symbol_kind;

typedef struct mlops__expr_token {
    mlops__expr_token_kind kind;
    mlops__expr_keyword word;
    mlops__expr_symbol_kind symbol;
    int quoted; /* a name that stands in quotes, or has parts that do */
    size_t start;
    size_t end;
    const char *text; /* of strings and names: without quotes, in the arena, NUL-terminated */
    size_t n;
    uint64_t whole;
    double real;
} mlops__expr_token;

/* The token at or behind an offset. */
mlops_status mlops__expr_next(const mlops__expr_source *source, mlops__arena *arena, size_t offset,
                              mlops__expr_token *out);

/* ---- operations: of the tree, and of the steps that it becomes ---- */

typedef enum mlops__expr_op {
    OP_NAME,
    OP_CONST,
    OP_CUSTOM, /* a noun's function */
    OP_OR,
    OP_AND,
    OP_NOT, /* in the tree only until negations are pushed down */
    OP_EQ,
    OP_NE,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_LIKE,
    OP_ILIKE,
    OP_IN, /* of constants: the first child against the others */
    OP_ISNULL,
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_FLOORDIV,
    OP_MOD,
    OP_NEG,
    OP_CAST, /* int64 to float64; has no text */
    OP_ABS,
    OP_MIN,
    OP_MAX,
    OP_CLIP,
    OP_FLOOR,
    OP_CEIL,
    OP_ROUND,
    OP_SQRT,
    OP_EXP,
    OP_LOG,
    OP_LOG1P,
    OP_EXPM1,
    OP_IF,
    OP_COALESCE,
    OP_ISNAN,
    OP_LENGTH,
    OP_LOWER,
    OP_CONTAINS,
    OP_STARTS_WITH,
    OP_ENDS_WITH,
    OP_BUCKET,
    OP_COUNT
} mlops__expr_op;

enum { /* how tightly text binds */
       BIND_OR = 1,
       BIND_AND,
       BIND_NOT,
       BIND_COMPARE,
       BIND_ADD,
       BIND_MUL,
       BIND_NEG,
       BIND_ATOM
};

typedef enum mlops__expr_rule { /* types that a function takes and gives */
                                RULE_NONE,
                                RULE_SAME,     /* a number; its type */
                                RULE_REAL,     /* a number, as float64; float64 */
                                RULE_COMMON,   /* numbers; int64 if all are */
                                RULE_ISNAN,    /* a number; bool */
                                RULE_ISNULL,   /* anything; bool */
                                RULE_IF,       /* a condition and two of one type; that type */
                                RULE_COALESCE, /* all of one type; that type */
                                RULE_LENGTH,   /* a string; int64 */
                                RULE_LOWER,    /* a string; string */
                                RULE_TEXTS,    /* two strings; bool */
                                RULE_BUCKET    /* a string or int64, and int64; int64 */
} mlops__expr_rule;

typedef struct mlops__expr_form {
    const char *text; /* of the function or operator */
    uint8_t bind;     /* BIND_ATOM: written as a call, if it has a text */
    uint8_t rule;     /* RULE_NONE: not written as a function */
    uint8_t args_min;
    uint8_t args_max; /* 0: any number */
    uint8_t sorts;    /* the order of children means nothing */
} mlops__expr_form;

extern const mlops__expr_form mlops__expr_forms[OP_COUNT];

/* The built-in function of a name (small letters), or OP_COUNT. */
mlops__expr_op mlops__expr_builtin(const char *name, size_t n);

/* ---- the tree ---- */

typedef struct mlops__expr_node {
    uint8_t op;
    uint8_t type;    /* mlops_type; of a bare null until it meets another: MLOPS_TYPE_NULL */
    uint8_t negated; /* of bool: its opposite is meant */
    uint8_t null;    /* OP_CONST: a null of the type */
    uint32_t start;  /* place in the text */
    uint32_t end;
    int32_t n_children;
    int32_t reg; /* while a program is made */
    struct mlops__expr_node *parent;
    struct mlops__expr_node *first;
    struct mlops__expr_node *next;
    union {
        int64_t i64; /* bool too; OP_NAME: the name's number */
        double f64;
        mlops__expr_text text;
        const mlops__expr_function *custom;
    } value;
} mlops__expr_node;

typedef struct mlops__expr_named {
    const char *text; /* canonical, parts joined by dots */
    size_t n;
    mlops_type type;
    int32_t slot;
    int32_t reg; /* while a program is made */
} mlops__expr_named;

/* What the passes share while an expression is made. */
typedef struct mlops__expr_maker {
    mlops__expr_source source;
    mlops__arena *arena;
    const mlops_allocator *allocator;
    const mlops__expr_scope *scope;
    mlops_cpu cpu;
    mlops__dictionary names; /* canonical spellings */
    mlops__expr_named *named;
    size_t named_cap;
    int64_t n_nodes; /* as written */
    int untyped;     /* names mean nothing, and no type is held against another */
} mlops__expr_maker;

/* Walks: children before their parent. */
mlops__expr_node *mlops__expr_walk_first(const mlops__expr_node *root);
mlops__expr_node *mlops__expr_walk_next(const mlops__expr_node *root, const mlops__expr_node *at);

/* Makes self what other is, at self's place in the tree. */
void mlops__expr_become(mlops__expr_node *self, const mlops__expr_node *other);

/* Total order of trees: by their leaves from the left, then by their operations. */
int mlops__expr_order(const mlops__expr_node *a, const mlops__expr_node *b,
                      const mlops__expr_named *named);

/* Text to a typed tree. */
mlops_status mlops__expr_parse(mlops__expr_maker *self, mlops__expr_node **out);

/* Typed nodes, as the parser meets them; *out NULL after an error. at is the offset of the operator
 * or of the function's name. */
mlops_status mlops__expr_new(mlops__expr_maker *self, mlops__expr_op op, size_t start, size_t end,
                             mlops__expr_node **out);
mlops_status mlops__expr_new_name(mlops__expr_maker *self, const char *name, size_t n, int quoted,
                                  size_t start, size_t end, mlops__expr_node **out);
mlops_status mlops__expr_new_unary(mlops__expr_maker *self, mlops__expr_op op, size_t at,
                                   mlops__expr_node *child, mlops__expr_node **out);
mlops_status mlops__expr_new_binary(mlops__expr_maker *self, mlops__expr_op op, size_t at,
                                    mlops__expr_node *left, mlops__expr_node *right,
                                    mlops__expr_node **out);
mlops_status mlops__expr_new_in(mlops__expr_maker *self, size_t at, mlops__expr_node *children,
                                mlops__expr_node **out);

/* children are linked by next; name is in small letters. */
mlops_status mlops__expr_new_call(mlops__expr_maker *self, const char *name, size_t n, size_t at,
                                  size_t end, mlops__expr_node *children, mlops__expr_node **out);

/* Whether the noun writes out calls of a function (in small letters), and such a call. */
int mlops__expr_expands(const mlops__expr_scope *scope, const char *name, size_t n);
mlops_status mlops__expr_new_expanded(mlops__expr_maker *self, const char *name, size_t n,
                                      size_t at, size_t end, mlops__expr_node *children,
                                      mlops__expr_node **out);
/* The same where nothing has a type: the call stays. */
mlops_status mlops__expr_new_looked_at(mlops__expr_maker *self, const char *name, size_t n,
                                       size_t at, size_t end, mlops__expr_node *children,
                                       mlops__expr_node **out);

/* Type of the whole against what the noun wants. */
mlops_status mlops__expr_check_wanted(const mlops__expr_maker *self, const mlops__expr_node *root);

/* What a type other than null is called. */
const char *mlops__expr_type_word(mlops_type type);

/* Brings a typed tree into canonical form. */
mlops_status mlops__expr_canonise(mlops__expr_maker *self, mlops__expr_node *root);

/* Writes the canonical text of a canonical tree; returns how deep it nests. */
int mlops__expr_write(mlops__buf *out, const mlops__expr_node *root,
                      const mlops__expr_named *named);

/* The name nearest to one that is unknown, or NULL. */
const char *mlops__expr_nearest(const mlops__expr_scope *scope, const char *name, size_t n);
const char *mlops__expr_nearest_function(const mlops__expr_scope *scope, const char *name,
                                         size_t n);

#endif
