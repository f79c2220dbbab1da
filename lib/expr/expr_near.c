/* "Did you mean": the known name or function that is nearest to an unknown one.
 *
 * Owns nothing. Invariant: no more than SCAN_MAX names of a scope are looked at.
 */
#include "expr/expr_tree.h"
#include "text/near.h"

#include <string.h>

enum { SCAN_MAX = 10000 };

static void consider(mlops__near *near, const char *candidate) {
    mlops__near_consider(near, candidate, strlen(candidate));
}

const char *mlops__expr_nearest(const mlops__expr_scope *scope, const char *name, size_t n) {
    mlops__near s;
    const char *known;
    mlops__near_begin(&s, name, n);
    if (!scope->known) return NULL;
    for (int64_t i = 0; i < SCAN_MAX && (known = scope->known(scope->user, i)); i++)
        consider(&s, known);
    return s.found;
}

const char *mlops__expr_nearest_function(const mlops__expr_scope *scope, const char *name,
                                         size_t n) {
    mlops__near s;
    mlops__near_begin(&s, name, n);
    for (int op = 0; op < OP_COUNT; op++)
        if (mlops__expr_forms[op].rule) consider(&s, mlops__expr_forms[op].text);
    for (size_t i = 0; i < scope->n_functions; i++) consider(&s, scope->functions[i].name);
    for (size_t i = 0; scope->expand && scope->expanding[i]; i++) consider(&s, scope->expanding[i]);
    return s.found;
}
