/* Any bytes as an expression. What is refused has its place; what is taken has a canonical text
 * that compiles to itself, gives the same bits in blocks of any size, and can be explained if it is
 * a condition, with the truth that evaluating it gives.
 *
 * Every name but those in u is known; its first letter decides on its type.
 */
#include "fuzz/fuzz.h"
#include "unit/help_expr.h"

enum { ROWS = 130 };

static mlops__expr_input inputs[HELP_SLOTS];

static mlops_status resolve(void *user, const char *name, size_t n, mlops__expr_symbol *out) {
    (void)user;
    int32_t kind = name[0] & 3;
    if (name[0] == 'u') return MLOPS_E_NOT_FOUND;
    must(strlen(name) == n && n > 0);
    out->type = help_names[2 * kind].type;
    out->slot = 2 * kind + (int32_t)(n & 1);
    return MLOPS_OK;
}

static const char *known(void *user, int64_t i) {
    static const char *const names[] = {"auc", "latency", "value", "use", "name.of.it"};
    (void)user;
    return i < 5 ? names[i] : NULL;
}

/* Rows that are the same in every run. */
static void fill(void) {
    static const double reals[] = {0.0, -0.0, 1.5, -2.25, 1e308, 5e-324, 1e17, -7};
    static const int64_t wholes[] = {0, 1, -1, 7, INT64_MAX, INT64_MIN, 1000, -3};
    static const char *const texts[] = {"", "a", "Ab%_", "\xc3\xa9x", "aaaaaaaaab", "'", "b", "B"};
    for (int c = 0; c < HELP_SLOTS; c++) {
        help_column column = help_column_new(help_names[c].type, ROWS);
        for (int row = 0; row < ROWS; row++) {
            int k = (row * (c + 3) + row / 8) % 8;
            uint8_t *at = column.values + (size_t)row * column.size;
            double real = row % 17 == 3 ? 0.0 / reals[0] : reals[k];
            mlops__expr_text text = {texts[k], (uint32_t)strlen(texts[k]), 0};
            if ((row + c) % 5) column.validity[row / 8] |= (uint8_t)(1u << (row % 8));
            if (help_names[c].type == MLOPS_TYPE_FLOAT64) memcpy(at, &real, sizeof real);
            else if (help_names[c].type == MLOPS_TYPE_INT64) memcpy(at, &wholes[k], 8);
            else if (help_names[c].type == MLOPS_TYPE_STRING) memcpy(at, &text, sizeof text);
            else *at = (uint8_t)(k & 1);
        }
        inputs[c] = (mlops__expr_input){column.values, NULL, column.validity, 0};
    }
}

static void check_refusal(mlops_status status, const mlops_error *err, size_t size) {
    must(err->code == status && err->line > 0 && err->column > 0);
    must(err->offset >= 0 && (uint64_t)err->offset <= size);
    must(strstr(err->message, "column ") && strlen(err->message) < sizeof err->message);
}

static void check_form(const mlops__expr *e, const mlops__expr_scope *scope) {
    size_t n, m;
    mlops__expr *again;
    const char *text = mlops__expr_format(e, &n);
    must(strlen(text) == n);
    must(mlops__expr_compile(&again, text, n, scope, &mlops__heap, NULL) == MLOPS_OK);
    const char *same = mlops__expr_format(again, &m);
    must(n == m && memcmp(text, same, n) == 0);
    must(mlops__expr_type(e) == mlops__expr_type(again));
    must(mlops__expr_n_names(e) == mlops__expr_n_names(again));
    mlops__expr_free(again);
}

static void check_reasons(const mlops__expr *e, const help_column *values) {
    for (int64_t row = 0; row < ROWS; row += 13) {
        mlops__arena arena;
        mlops__buf buf;
        mlops__expr_truth truth, expected = MLOPS__EXPR_UNKNOWN;
        const mlops__expr_clause *clauses;
        int64_t n;
        mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
        mlops__buf_init(&buf, &mlops__heap);
        must(!mlops__expr_explain(e, inputs, row, &arena, &truth, &clauses, &n, NULL) && n > 0);
        for (int64_t i = 0; i < n && i < 20; i++) mlops__expr_clause_put(&buf, &clauses[i]);
        must(buf.status == MLOPS_OK);
        if (values->validity[row / 8] >> (row % 8) & 1)
            expected = values->values[row] ? MLOPS__EXPR_TRUE : MLOPS__EXPR_FALSE;
        must(truth == expected);
        mlops__buf_free(&buf);
        mlops__arena_free(&arena);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops__expr *e;
    mlops_error err = {0};
    mlops__expr_scope scope = {0};
    scope.resolve = resolve;
    scope.known = known;
    if (!inputs[0].values) fill();
    mlops_status status =
        mlops__expr_compile(&e, (const char *)data, size, &scope, &mlops__heap, &err);
    if (status < 0) {
        must(e == NULL);
        check_refusal(status, &err, size);
        return 0;
    }
    check_form(e, &scope);
    help_column values = help_evaluate_all_ways(e, inputs, ROWS);
    if (mlops__expr_type(e) == MLOPS_TYPE_BOOL) check_reasons(e, &values);
    help_column_free(&values);
    mlops__expr_free(e);
    return 0;
}
