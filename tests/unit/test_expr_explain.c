/* Gates that say why; functions of a noun. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "sys/io_test.h"
#include "unit/help_expr.h"

enum { AUC, CHAMPION, LATENCY, SIGNED, STAGE, N_SLOTS };

static help_name gate_names[] = {
    {"auc", MLOPS_TYPE_FLOAT64, NULL},           {"champion.auc", MLOPS_TYPE_FLOAT64, NULL},
    {"latency_ms", MLOPS_TYPE_INT64, NULL},      {"signed", MLOPS_TYPE_BOOL, NULL},
    {"tags.the stage", MLOPS_TYPE_STRING, NULL}, {NULL, MLOPS_TYPE_NULL, NULL},
};

static double auc = 0.91, champion = 0.93;
static int64_t latency = 12;
static uint8_t is_signed = 1;
static mlops__expr_text stage = {"Staging", 7, 0};

static void set_inputs(mlops__expr_input inputs[N_SLOTS]) {
    memset(inputs, 0, N_SLOTS * sizeof *inputs);
    inputs[AUC].values = &auc;
    inputs[CHAMPION].values = &champion;
    inputs[LATENCY].values = &latency;
    inputs[SIGNED].values = &is_signed;
    inputs[STAGE].values = &stage;
}

static mlops__expr *compile(const char *text) {
    mlops__expr *e;
    mlops_error err = {0};
    mlops__expr_scope scope = help_scope(gate_names);
    if (mlops__expr_compile(&e, text, strlen(text), &scope, &mlops__heap, &err))
        fail_msg("%s: %s", text, err.message);
    return e;
}

/* The clauses, a line each. */
static mlops__expr_truth explain(const mlops__expr *e, const mlops__expr_input *inputs,
                                 const char *expected) {
    mlops__arena arena;
    mlops__buf buf;
    mlops__expr_truth truth;
    const mlops__expr_clause *clauses;
    int64_t n;
    mlops_error err;
    mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
    mlops__buf_init(&buf, &mlops__heap);
    assert_int_equal(mlops__expr_explain(e, inputs, 0, &arena, &truth, &clauses, &n, &err), 0);
    for (int64_t i = 0; i < n; i++) {
        mlops__expr_clause_put(&buf, &clauses[i]);
        mlops__buf_u8(&buf, '\n');
    }
    mlops__buf_u8(&buf, 0);
    assert_string_equal((const char *)buf.data, expected);
    mlops__buf_free(&buf);
    mlops__arena_free(&arena);
    return truth;
}

static void a_refused_promotion_says_why(void **state) {
    (void)state;
    mlops__expr_input inputs[N_SLOTS];
    set_inputs(inputs);
    mlops__expr *e = compile("auc >= 0.95 and auc >= champion.auc - 0.005 and latency_ms < 50 and "
                             "signed and tags.`the stage` like 'S%'");
    assert_int_equal(
        explain(e, inputs,
                "auc >= 0.95: false (auc = 0.91)\n"
                "auc >= champion.auc - 0.005: false (auc = 0.91, champion.auc = 0.93)\n"
                "latency_ms < 50: true (latency_ms = 12)\n"
                "signed: true (signed = true)\n"
                "tags.`the stage` like 'S%': true (tags.`the stage` = 'Staging')\n"),
        MLOPS__EXPR_FALSE);
    auc = 0.96;
    assert_int_equal(explain(e, inputs,
                             "auc >= 0.95: true (auc = 0.96)\n"
                             "auc >= champion.auc - 0.005: true (auc = 0.96, champion.auc = 0.93)\n"
                             "latency_ms < 50: true (latency_ms = 12)\n"
                             "signed: true (signed = true)\n"
                             "tags.`the stage` like 'S%': true (tags.`the stage` = 'Staging')\n"),
                     MLOPS__EXPR_TRUE);
    auc = 0.91;
    mlops__expr_free(e);
}

static void unknown_and_absent(void **state) {
    (void)state;
    mlops__expr_input inputs[N_SLOTS];
    set_inputs(inputs);
    static const uint8_t nothing[] = {0};
    inputs[CHAMPION].values = NULL;
    inputs[CHAMPION].absent = 1;
    mlops__expr *e = compile("auc >= champion.auc and auc > 0.9");
    assert_int_equal(explain(e, inputs,
                             "auc >= champion.auc: does not count (auc = 0.91, champion.auc is "
                             "held by nobody)\n"
                             "auc > 0.9: true (auc = 0.91)\n"),
                     MLOPS__EXPR_TRUE);
    inputs[AUC].validity = nothing;
    assert_int_equal(explain(e, inputs,
                             "auc >= champion.auc: does not count (auc = null, champion.auc is "
                             "held by nobody)\n"
                             "auc > 0.9: unknown (auc = null)\n"),
                     MLOPS__EXPR_UNKNOWN);
    mlops__expr_free(e);
    e = compile("auc > 0.9 and not signed");
    assert_int_equal(explain(e, inputs,
                             "auc > 0.9: unknown (auc = null)\n"
                             "not signed: false (signed = true)\n"),
                     MLOPS__EXPR_FALSE);
    mlops__expr_free(e);
    set_inputs(inputs);
    auc = (double)NAN;
    e = compile("not (auc <= 0.9 or signed and auc = auc)");
    assert_int_equal(explain(e, inputs,
                             "auc > 0.9: unknown (auc = nan)\n"
                             "auc != auc or not signed: unknown (auc = nan, signed = true)\n"),
                     MLOPS__EXPR_UNKNOWN);
    auc = 0.91;
    mlops__expr_free(e);
}

static void wholes_and_constants(void **state) {
    (void)state;
    mlops__expr_input inputs[N_SLOTS];
    set_inputs(inputs);
    mlops__expr *e = compile("auc > 0.9 or signed");
    assert_int_equal(explain(e, inputs, "auc > 0.9 or signed: true (auc = 0.91, signed = true)\n"),
                     MLOPS__EXPR_TRUE);
    mlops__expr_free(e);
    e = compile("1 < 2");
    assert_int_equal(explain(e, inputs, "true: true\n"), MLOPS__EXPR_TRUE);
    mlops__expr_free(e);
    e = compile("auc + 1");
    mlops__arena arena;
    mlops__expr_truth truth;
    const mlops__expr_clause *clauses;
    int64_t n;
    mlops_error err;
    mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
    assert_int_equal(mlops__expr_explain(e, inputs, 0, &arena, &truth, &clauses, &n, &err),
                     MLOPS_E_INVALID);
    assert_string_equal(err.message, "auc + 1.0 is no condition");
    mlops__arena_free(&arena);
    mlops__expr_free(e);
}

/* Rows, dictionary codes, and long text that is cut between characters. */
static void values_of_a_row(void **state) {
    (void)state;
    char longer[201];
    for (int i = 0; i < 200; i += 2) memcpy(longer + i, "\xc3\xa9", 2);
    const mlops__expr_text texts[] = {{"a", 1, 0}, {longer, 199, 0}};
    const int32_t codes[] = {0, -1, 1};
    mlops__expr_input inputs[N_SLOTS];
    set_inputs(inputs);
    inputs[STAGE].values = codes;
    inputs[STAGE].texts = texts;
    mlops__expr *e = compile("tags.`the stage` = 'a'");
    static const char *const truths[] = {"true (tags.`the stage` = 'a')",
                                         "unknown (tags.`the stage` = null)", NULL};
    for (int64_t row = 0; row < 3; row++) {
        mlops__arena arena;
        mlops__buf buf;
        mlops__expr_truth truth;
        const mlops__expr_clause *clauses;
        int64_t n;
        mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
        mlops__buf_init(&buf, &mlops__heap);
        assert_int_equal(mlops__expr_explain(e, inputs, row, &arena, &truth, &clauses, &n, NULL),
                         0);
        assert_int_equal(n, 1);
        assert_int_equal(clauses[0].n_values, 1);
        assert_string_equal(clauses[0].values[0].name, "tags.the stage");
        mlops__expr_clause_put(&buf, &clauses[0]);
        mlops__buf_u8(&buf, 0);
        const char *colon = strstr((const char *)buf.data, ": ") + 2;
        if (truths[row]) assert_string_equal(colon, truths[row]);
        else assert_non_null(strstr(colon, "\xc3\xa9\xc3\xa9...'"));
        mlops__buf_free(&buf);
        mlops__arena_free(&arena);
    }
    mlops__expr_free(e);
}

static void explaining_without_memory(void **state) {
    (void)state;
    mlops__expr_input inputs[N_SLOTS];
    set_inputs(inputs);
    mlops__expr *e = compile("auc > 0.9 and signed and latency_ms in (1, 2, 3)");
    for (int64_t k = 1;; k++) {
        mlops__alloc_fault fault;
        mlops__arena arena;
        mlops__expr_truth truth;
        const mlops__expr_clause *clauses;
        int64_t n;
        mlops_error err;
        mlops__alloc_fault_init(&fault);
        fault.fail_at = k;
        mlops__arena_init(&arena, &fault.table, SIZE_MAX);
        mlops_status status = mlops__expr_explain(e, inputs, 0, &arena, &truth, &clauses, &n, &err);
        assert_int_equal(status, fault.n_calls < k ? MLOPS_OK : MLOPS_E_NOMEM);
        mlops__arena_free(&arena);
        assert_int_equal(fault.n_live, 0);
        if (status == MLOPS_OK) break;
    }
    mlops__expr_free(e);
}

/* ---- functions of a noun ---- */

/* hour(seconds): null before 1970. */
static void hour(void *user, const mlops__expr_vector *args, mlops__expr_vector *out, int64_t n) {
    *(int *)user += 1;
    for (int64_t i = 0; i < n; i++) {
        int64_t seconds = ((const int64_t *)args[0].values)[i * args[0].stride];
        ((int64_t *)out->values)[i] = seconds / 3600 % 24;
        if (seconds < 0) out->validity[i / 64] &= ~((uint64_t)1 << (i % 64));
    }
}

static void blend(void *user, const mlops__expr_vector *args, mlops__expr_vector *out, int64_t n) {
    (void)user;
    for (int64_t i = 0; i < n; i++) {
        double x = ((const double *)args[0].values)[i * args[0].stride];
        double y = ((const double *)args[1].values)[i * args[1].stride];
        int first = ((const uint64_t *)args[2].values)[i / 64] >> (i % 64) & 1;
        ((double *)out->values)[i] = first ? x : y;
    }
}

static void functions_of_a_noun(void **state) {
    (void)state;
    int n_calls = 0;
    const mlops__expr_function functions[] = {
        {"hour", "i", MLOPS_TYPE_INT64, hour, &n_calls},
        {"blend", "ffb", MLOPS_TYPE_FLOAT64, blend, NULL},
    };
    const int64_t i[] = {3600, -5, 90000, 7200};
    const double a[] = {1, 2, 3, 4};
    const uint8_t p[] = {1, 0, 1, 0}, valid[] = {0x07};
    mlops__expr_input inputs[HELP_SLOTS] = {{0}};
    inputs[HELP_I] = (mlops__expr_input){i, NULL, valid, 0};
    inputs[HELP_A].values = a;
    inputs[HELP_P].values = p;
    mlops__expr_scope scope = help_scope(NULL);
    scope.functions = functions;
    scope.n_functions = 2;
    mlops__expr *e;
    mlops_error err;
    static const char text[] = "blend(1 + HOUR(i), a, p) * 2";
    assert_int_equal(mlops__expr_compile(&e, text, sizeof text - 1, &scope, &mlops__heap, &err), 0);
    assert_string_equal(mlops__expr_format(e, NULL), "blend(hour(i) + 1, a, p) * 2.0");
    help_column out = help_evaluate_all_ways(e, inputs, 4);
    double values[4];
    memcpy(values, out.values, sizeof values);
    assert_int_equal(out.validity[0], 5);
    assert_true(values[0] == 4 && isnan(values[1]) && values[2] == 4 && isnan(values[3]));
    help_column_free(&out);
    mlops__expr_free(e);
    n_calls = 0; /* a constant call is not made before there are rows */
    assert_int_equal(mlops__expr_compile(&e, "hour(7200)", 10, &scope, &mlops__heap, &err), 0);
    assert_string_equal(mlops__expr_format(e, NULL), "hour(7200)");
    assert_int_equal(n_calls, 0);
    mlops__expr_free(e);
    static const struct {
        const char *text, *said;
    } wrong[] = {
        {"hour(a)", "column 6: \"a\" is a number; hour takes an int64 there"},
        {"blend(a, p, p)", "column 10: \"p\" is a condition; blend takes a number there"},
        {"hour()", "column 1: hour takes 1 argument, and 0 are given"},
        {"huor(i)", "column 1: there is no function huor; did you mean hour?"},
    };
    for (size_t k = 0; k < sizeof wrong / sizeof wrong[0]; k++) {
        assert_true(mlops__expr_compile(&e, wrong[k].text, strlen(wrong[k].text), &scope,
                                        &mlops__heap, &err) < 0);
        assert_string_equal(err.message, wrong[k].said);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_promotion_says_why), cmocka_unit_test(unknown_and_absent),
        cmocka_unit_test(wholes_and_constants),         cmocka_unit_test(values_of_a_row),
        cmocka_unit_test(explaining_without_memory),    cmocka_unit_test(functions_of_a_noun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
