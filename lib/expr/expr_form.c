/* The operations of the language: how each is written, and what its arguments may be.
 *
 * Owns the table of forms, which the parser, the types and the writer all read. Invariant: an
 * operation with a rule is written as a function, one with less than BIND_ATOM as an operator, and
 * the others have no text of their own.
 */
#include "expr/expr_tree.h"

#include <string.h>

const mlops__expr_form mlops__expr_forms[OP_COUNT] = {
    [OP_NAME] = {"", BIND_ATOM, RULE_NONE, 0, 0, 0},
    [OP_CONST] = {"", BIND_ATOM, RULE_NONE, 0, 0, 0},
    [OP_CUSTOM] = {"", BIND_ATOM, RULE_NONE, 0, 0, 0},
    [OP_CAST] = {"", BIND_ATOM, RULE_NONE, 0, 0, 0},
    [OP_OR] = {"or", BIND_OR, RULE_NONE, 0, 0, 1},
    [OP_AND] = {"and", BIND_AND, RULE_NONE, 0, 0, 1},
    [OP_NOT] = {"not", BIND_NOT, RULE_NONE, 0, 0, 0},
    [OP_EQ] = {"=", BIND_COMPARE, RULE_NONE, 0, 0, 1},
    [OP_NE] = {"!=", BIND_COMPARE, RULE_NONE, 0, 0, 1},
    [OP_LT] = {"<", BIND_COMPARE, RULE_NONE, 0, 0, 0},
    [OP_LE] = {"<=", BIND_COMPARE, RULE_NONE, 0, 0, 0},
    [OP_GT] = {">", BIND_COMPARE, RULE_NONE, 0, 0, 0},
    [OP_GE] = {">=", BIND_COMPARE, RULE_NONE, 0, 0, 0},
    [OP_LIKE] = {"like", BIND_COMPARE, RULE_TEXTS, 2, 2, 0},
    [OP_ILIKE] = {"ilike", BIND_COMPARE, RULE_TEXTS, 2, 2, 0},
    [OP_IN] = {"in", BIND_COMPARE, RULE_NONE, 0, 0, 0},
    [OP_ISNULL] = {"isnull", BIND_COMPARE, RULE_ISNULL, 1, 1, 0},
    [OP_ADD] = {"+", BIND_ADD, RULE_NONE, 0, 0, 1},
    [OP_SUB] = {"-", BIND_ADD, RULE_NONE, 0, 0, 0},
    [OP_MUL] = {"*", BIND_MUL, RULE_NONE, 0, 0, 1},
    [OP_DIV] = {"/", BIND_MUL, RULE_NONE, 0, 0, 0},
    [OP_FLOORDIV] = {"//", BIND_MUL, RULE_NONE, 0, 0, 0},
    [OP_MOD] = {"%", BIND_MUL, RULE_NONE, 0, 0, 0},
    [OP_NEG] = {"-", BIND_NEG, RULE_NONE, 0, 0, 0},
    [OP_ABS] = {"abs", BIND_ATOM, RULE_SAME, 1, 1, 0},
    [OP_MIN] = {"min", BIND_ATOM, RULE_COMMON, 2, 0, 1},
    [OP_MAX] = {"max", BIND_ATOM, RULE_COMMON, 2, 0, 1},
    [OP_CLIP] = {"clip", BIND_ATOM, RULE_COMMON, 3, 3, 0},
    [OP_FLOOR] = {"floor", BIND_ATOM, RULE_SAME, 1, 1, 0},
    [OP_CEIL] = {"ceil", BIND_ATOM, RULE_SAME, 1, 1, 0},
    [OP_ROUND] = {"round", BIND_ATOM, RULE_SAME, 1, 1, 0},
    [OP_SQRT] = {"sqrt", BIND_ATOM, RULE_REAL, 1, 1, 0},
    [OP_EXP] = {"exp", BIND_ATOM, RULE_REAL, 1, 1, 0},
    [OP_LOG] = {"log", BIND_ATOM, RULE_REAL, 1, 1, 0},
    [OP_LOG1P] = {"log1p", BIND_ATOM, RULE_REAL, 1, 1, 0},
    [OP_EXPM1] = {"expm1", BIND_ATOM, RULE_REAL, 1, 1, 0},
    [OP_IF] = {"if", BIND_ATOM, RULE_IF, 3, 3, 0},
    [OP_COALESCE] = {"coalesce", BIND_ATOM, RULE_COALESCE, 2, 0, 0},
    [OP_ISNAN] = {"isnan", BIND_ATOM, RULE_ISNAN, 1, 1, 0},
    [OP_LENGTH] = {"length", BIND_ATOM, RULE_LENGTH, 1, 1, 0},
    [OP_LOWER] = {"lower", BIND_ATOM, RULE_LOWER, 1, 1, 0},
    [OP_CONTAINS] = {"contains", BIND_ATOM, RULE_TEXTS, 2, 2, 0},
    [OP_STARTS_WITH] = {"starts_with", BIND_ATOM, RULE_TEXTS, 2, 2, 0},
    [OP_ENDS_WITH] = {"ends_with", BIND_ATOM, RULE_TEXTS, 2, 2, 0},
    [OP_BUCKET] = {"bucket", BIND_ATOM, RULE_BUCKET, 2, 2, 0},
};

mlops__expr_op mlops__expr_builtin(const char *name, size_t n) {
    for (int op = 0; op < OP_COUNT; op++) {
        const mlops__expr_form *form = &mlops__expr_forms[op];
        if (form->rule && strlen(form->text) == n && memcmp(form->text, name, n) == 0)
            return (mlops__expr_op)op;
    }
    return OP_COUNT;
}
