/* Gates: what they read, whom they let pass, and what is kept of what they said. */
#define _GNU_SOURCE
#include "unit/help_registry.h"

#include "unit/draw.h"

#include <math.h>

enum { ROWS = 200 };

static mlops_model *model;
static mlops_table *data, *missing;
static mlops_feature *worse; /* the model's features, with x turned round */

/* Rows whose target y is what the model says of them, but for every tenth. */
static void make_rows(void) {
    static double values[ROWS * 4];
    float rows[ROWS * 3];
    double predictions[ROWS];
    mlops_error e;
    seed = 7;
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < 3; j++) {
            rows[i * 3 + j] = (float)(uniform() * 4 - 2);
            values[i * 4 + j] = (double)rows[i * 3 + j];
        }
    assert_int_equal(mlops_model_predict(model, rows, ROWS, 3, predictions, 1), 0);
    for (int i = 0; i < ROWS; i++) values[i * 4 + 3] = (predictions[i] > 0.5) != (i % 10 == 0);
    works(mlops_table_from_matrix(&data, values, ROWS, 4, "x,colour_n,z,y", NULL, &e), &e);
    for (int i = 0; i < ROWS; i += 2) values[i * 4 + 3] = (double)NAN;
    works(mlops_table_from_matrix(&missing, values, ROWS, 4, "x,colour_n,z,y", NULL, &e), &e);
}

static int set_up(void **state) {
    mlops_error e;
    (void)state;
    model = load_model();
    make_rows();
    works(mlops_feature_fit(&worse, "x = 0 - x\ncolour_n = colour_n\nz = z", data, NULL, &e), &e);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    mlops_feature_unref(worse);
    mlops_table_unref(missing);
    mlops_table_unref(data);
    mlops_model_unref(model);
    return 0;
}

/* Version 1 is the worse one, version 2 the better, both of dataset "points". */
static void make_two(ground *g) {
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    make_ground(g);
    commit_points(g, data, "y", 1);
    opts.dataset = "points";
    opts.features = worse;
    register_with(g, "m", model, &opts);
    opts.features = NULL;
    register_with(g, "m", model, &opts);
}

static double metric(ground *g, const char *which, const char *name) {
    mlops_table *t;
    mlops_error e;
    double values[64];
    works(mlops_registry_evaluate(&t, g->store, "m", which, NULL, NULL, NULL, &e), &e);
    int64_t n = mlops_table_n_rows(t), row = 0;
    while (row < n && strcmp(cell(t, row, "metric"), name) != 0) row++;
    if (row == n) fail_msg("no metric %s", name);
    works(mlops_table_values(t, 1, values, n, &e), &e);
    mlops_table_unref(t);
    return values[row];
}

static mlops_status try_gate(ground *g, const char *which, const char *gate, mlops_error *e) {
    mlops_change *c = new_change(g->store);
    mlops_promote_opts opts = MLOPS_PROMOTE_OPTS_INIT;
    opts.gate = gate;
    mlops_status status = mlops_registry_promote(c, "m", which, "champion", &opts, e);
    if (status == MLOPS_OK || status == MLOPS_E_REFUSED) commit(c);
    mlops_change_free(c);
    return status;
}

static mlops_table *decisions(ground *g) {
    mlops_table *t;
    mlops_error e;
    works(mlops_registry_decisions(&t, g->store, "m", "champion", &e), &e);
    return t;
}

/* On the rows that the dataset holds out, and on no others. */
static void metrics_are_of_the_rows_held_out(void **state) {
    (void)state;
    ground g;
    mlops_table *held;
    mlops_error e;
    mlops_metrics m = MLOPS_METRICS_INIT;
    double scores[ROWS], labels[ROWS];
    make_two(&g);
    works(mlops_dataset_table(&held, g.store, "points", NULL, NULL, MLOPS_PART_HELD_OUT, &e), &e);
    int64_t n = mlops_table_n_rows(held);
    assert_true(n > 10 && n < 100);
    works(mlops_model_predict_table(model, held, NULL, MLOPS_MODEL_OUTPUT_PREDICTION, scores, n, 1,
                                    &e),
          &e);
    works(mlops_table_values(held, 3, labels, n, &e), &e);
    works(mlops_metric_binary(&m, scores, labels, n, NULL, &e), &e);
    assert_true(metric(&g, "2", "auc") == m.auc);
    assert_true(metric(&g, "latest", "log_loss") == m.log_loss);
    assert_true(metric(&g, "2", "rows") == (double)n);
    assert_true(metric(&g, "1", "auc") < m.auc - 0.2);
    mlops_table_unref(held);
    remove_ground(&g);
}

static void rows_without_a_target_do_not_count(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    mlops_table *held;
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    double labels[ROWS], n_known = 0;
    make_ground(&g);
    commit_points(&g, missing, "y", 1);
    opts.dataset = "points";
    register_with(&g, "m", model, &opts);
    works(mlops_dataset_table(&held, g.store, "points", NULL, NULL, MLOPS_PART_HELD_OUT, &e), &e);
    int64_t n = mlops_table_n_rows(held);
    works(mlops_table_values(held, 3, labels, n, &e), &e);
    for (int64_t i = 0; i < n; i++) n_known += labels[i] == labels[i];
    assert_true(n_known > 0 && n_known < (double)n);
    assert_true(metric(&g, "1", "rows") == n_known);
    mlops_table_unref(held);
    remove_ground(&g);
}

static void a_gate_decides_who_holds_the_alias(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    char want[400];
    make_two(&g);
    double good = metric(&g, "2", "auc"), bad = metric(&g, "1", "auc");
    /* Nobody holds it yet: the second clause does not count. */
    works(try_gate(&g, "2", "rows > 10 and auc >= champion.auc - 0.005", &e), &e);
    assert_int_equal(held_at(&g, "m", "champion", 0), 2);
    g.clocks.now += 10;
    refused(try_gate(&g, "1", NULL, &e), &e, MLOPS_E_REFUSED, "");
    snprintf(want, sizeof want, "auc >= champion.auc - 0.005: false (auc = %.6f", bad);
    want[strlen(want) - 2] = 0; /* the last digit may be rounded */
    has(e.message, want);
    lacks(e.message, "rows");
    assert_int_equal(held_at(&g, "m", "champion", 0), 2);

    mlops_table *t = decisions(&g);
    assert_int_equal(mlops_table_n_rows(t), 2);
    assert_string_equal(cell(t, 0, "verdict"), "promoted");
    assert_string_equal(cell(t, 0, "gate"), "auc >= champion.auc - 0.005 and rows > 10");
    has(cell(t, 0, "explanation"), "rows > 10: true (rows = ");
    has(cell(t, 0, "explanation"), "; auc >= champion.auc - 0.005: does not count (auc = ");
    has(cell(t, 0, "explanation"), ", champion.auc is held by nobody)");
    assert_string_equal(cell(t, 0, "holders"), "-");
    assert_string_equal(cell(t, 1, "verdict"), "refused");
    assert_string_equal(cell(t, 1, "version"), "1");
    assert_string_equal(cell(t, 1, "holders"), "champion=2");
    assert_string_equal(cell(t, 1, "dataset"), "points");
    assert_string_equal(cell(t, 1, "path"), "points.csv");
    assert_string_equal(cell(t, 1, "time_ns"), "1700000000000000010");
    has(cell(t, 1, "explanation"), e.message);
    mlops_table_unref(t);
    t = history(&g, "m", "champion");
    assert_int_equal(mlops_table_n_rows(t), 1);
    assert_string_equal(cell(t, 0, "decision"), "1");
    assert_string_equal(cell(t, 0, "gate"), "auc >= champion.auc - 0.005 and rows > 10");
    mlops_table_unref(t);
    has(registered(&g, "m", "1"), "\"decisions\":[{\"alias\":\"champion\",\"number\":2,"
                                  "\"version\":1,\"verdict\":\"refused\"");
    assert_true(good > bad);
    remove_ground(&g);
}

/* The better one against the worse: each way round, and against itself. */
static void holders_are_judged_on_the_same_rows(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    make_two(&g);
    promote(&g, "m", "1", "champion");
    promote(&g, "m", "2", "canary");
    refused(try_gate(&g, "2", "auc < champion.auc", &e), &e, MLOPS_E_REFUSED, "champion.auc = ");
    refused(try_gate(&g, "2", "auc > canary.auc", &e), &e, MLOPS_E_REFUSED, "canary.auc = ");
    works(
        try_gate(&g, "2", "auc = canary.auc and auc > champion.auc and brier < champion.brier", &e),
        &e);
    mlops_table *t = decisions(&g);
    assert_string_equal(cell(t, 2, "holders"), "canary=2,champion=1");
    mlops_table_unref(t);
    remove_ground(&g);
}

static void a_refusal_changes_nothing_else(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    mlops_audit *audit;
    mlops_audit_entry entry = MLOPS_AUDIT_ENTRY_INIT;
    make_two(&g);
    int64_t records = stats_of(g.store).n_records;
    refused(try_gate(&g, "1", "auc > 2 and auc < 0 and rows > 0", &e), &e, MLOPS_E_REFUSED,
            "auc > 2.0: false");
    has(e.message, "; auc < 0.0: false");
    assert_int_equal(stats_of(g.store).n_records, records + 1);
    works(mlops_audit_read(&audit, g.store, stats_of(g.store).seq, 1, &e), &e);
    assert_int_equal(mlops_audit_at(audit, 0, &entry), 0);
    assert_string_equal(entry.verb, "registry refuse m champion 1");
    mlops_audit_unref(audit);
    works(try_gate(&g, "1", NULL, &e), &e); /* the gate was not kept */
    remove_ground(&g);
}

/* NaN: what is unknown does not let pass. */
static void what_is_unknown_does_not_pass(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    mlops_table *same;
    double values[40];
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    for (int i = 0; i < 40; i++) values[i] = i % 4 == 3 ? 1 : i;
    works(mlops_table_from_matrix(&same, values, 10, 4, "x,colour_n,z,y", NULL, &e), &e);
    make_ground(&g);
    commit_points(&g, same, "y", 1);
    opts.dataset = "points";
    register_with(&g, "m", model, &opts);
    refused(try_gate(&g, "1", "auc < 2", &e), &e, MLOPS_E_REFUSED,
            "auc < 2.0: unknown (auc = nan)");
    mlops_table *t = decisions(&g);
    assert_string_equal(cell(t, 0, "explanation"), "auc < 2.0: unknown (auc = nan)");
    mlops_table_unref(t);
    mlops_table_unref(same);
    remove_ground(&g);
}

static void gates_are_kept_and_dropped(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    make_two(&g);
    mlops_change *c = new_change(g.store);
    char gate[32];
    size_t n = 1;
    works(mlops_registry_gate(g.store, "m", "champion", NULL, 0, &n, &e), &e);
    assert_int_equal(n, 0);
    works(mlops_registry_set_gate(c, "m", "champion", "auc >= 2", &e), &e);
    refused(mlops_registry_promote(c, "m", "2", "champion", NULL, &e), &e, MLOPS_E_REFUSED, "2.0");
    commit(c); /* gate and refusal in one */
    open_again(&g, MLOPS_STORE_INDEX_MEMORY);
    refused(try_gate(&g, "2", NULL, &e), &e, MLOPS_E_REFUSED, "auc >= 2.0");
    works(mlops_registry_gate(g.store, "m", "champion", gate, sizeof gate, &n, &e), &e);
    assert_string_equal(gate, "auc >= 2.0");
    assert_int_equal(n, strlen(gate));
    refused(mlops_registry_gate(g.store, "m", "champion", gate, n, &n, &e), &e, MLOPS_E_ARENA,
            "room");
    refused(mlops_registry_gate(g.store, "n", "champion", gate, n, &n, &e), &e, MLOPS_E_NOT_FOUND,
            "\"n\"");
    mlops_change_free(c);
    c = new_change(g.store);
    works(mlops_registry_set_gate(c, "m", "champion", NULL, &e), &e);
    works(mlops_registry_set_gate(c, "m", "other", NULL, &e), &e); /* there was none */
    works(mlops_registry_promote(c, "m", "2", "champion", NULL, &e), &e);
    commit(c);
    mlops_change_free(c);
    mlops_table *t = history(&g, "m", "champion");
    assert_string_equal(cell(t, 0, "gate"), "-");
    assert_string_equal(cell(t, 0, "decision"), "-");
    mlops_table_unref(t);
    t = decisions(&g);
    assert_int_equal(mlops_table_n_rows(t), 2);
    mlops_table_unref(t);
    /* A gate that is given is asked, and kept with the promotion. */
    works(try_gate(&g, "1", "auc > 0", &e), &e);
    t = history(&g, "m", "champion");
    assert_string_equal(cell(t, 1, "gate"), "auc > 0.0");
    assert_string_equal(cell(t, 1, "decision"), "3");
    mlops_table_unref(t);
    remove_ground(&g);
}

static mlops_status judge_holder_on(ground *g, const char *dataset, mlops_error *e) {
    mlops_change *c = new_change(g->store);
    mlops_promote_opts opts = MLOPS_PROMOTE_OPTS_INIT;
    opts.dataset = dataset;
    mlops_status status = mlops_registry_promote(c, "m", "2", "champion", &opts, e);
    commit(c);
    mlops_change_free(c);
    return status;
}

/* By a gate of the call, or on rows of the call; without either, nothing is done. */
static void the_holder_is_judged_again(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    char gate[64];
    make_two(&g);
    works(try_gate(&g, "2", "auc > 0.7", &e), &e);
    int64_t seq = stats_of(g.store).seq;
    works(try_gate(&g, "2", NULL, &e), &e);
    assert_int_equal(stats_of(g.store).seq, seq);
    refused(try_gate(&g, "2", "auc > 2", &e), &e, MLOPS_E_REFUSED, "auc > 2.0: false");
    works(mlops_registry_gate(g.store, "m", "champion", gate, sizeof gate, NULL, &e), &e);
    assert_string_equal(gate, "auc > 0.7");
    refused(try_gate(&g, "2", "auc > champion.auc", &e), &e, MLOPS_E_REFUSED, "champion.auc = ");
    works(try_gate(&g, "2", "auc >= champion.auc", &e), &e);
    works(mlops_registry_gate(g.store, "m", "champion", gate, sizeof gate, NULL, &e), &e);
    assert_string_equal(gate, "auc >= champion.auc");
    works(judge_holder_on(&g, "points", &e), &e);
    mlops_change *c = new_change(g.store);
    works(mlops_registry_set_gate(c, "m", "champion", "auc > 3", &e), &e);
    commit(c);
    mlops_change_free(c);
    refused(judge_holder_on(&g, "points", &e), &e, MLOPS_E_REFUSED, "auc > 3.0");
    refused(judge_holder_on(&g, "nothing", &e), &e, MLOPS_E_NOT_FOUND, "nothing");
    static const char *const verdicts[] = {"promoted", "refused", "refused",
                                           "kept",     "kept",    "refused"};
    mlops_table *t = decisions(&g);
    assert_int_equal(mlops_table_n_rows(t), 6);
    for (int64_t i = 0; i < 6; i++) assert_string_equal(cell(t, i, "verdict"), verdicts[i]);
    assert_string_equal(cell(t, 3, "holders"), "champion=2");
    mlops_table_unref(t);
    t = history(&g, "m", "champion");
    assert_int_equal(mlops_table_n_rows(t), 1);
    mlops_table_unref(t);
    assert_int_equal(held_at(&g, "m", "champion", 0), 2);
    remove_ground(&g);
}

/* Who was judged as the holder holds the alias no more. */
static void a_holder_that_goes_conflicts(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    mlops_promote_opts opts = MLOPS_PROMOTE_OPTS_INIT;
    make_two(&g);
    promote(&g, "m", "2", "champion");
    mlops_change *c = new_change(g.store);
    opts.gate = "auc > 0.7";
    works(mlops_registry_promote(c, "m", "2", "champion", &opts, &e), &e);
    promote(&g, "m", "1", "champion");
    refused(mlops_change_commit(c, NULL, &e), &e, MLOPS_E_CONFLICT, "'m/champion'");
    mlops_change_free(c);
    remove_ground(&g);
}

static void a_gate_is_passed_by_with_a_note(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    mlops_promote_opts opts = MLOPS_PROMOTE_OPTS_INIT;
    make_two(&g);
    mlops_change *c = new_change(g.store);
    works(mlops_registry_set_gate(c, "m", "champion", "auc >= 2", &e), &e);
    opts.flags = MLOPS_PROMOTE_NO_GATE;
    refused(mlops_registry_promote(c, "m", "1", "champion", &opts, &e), &e, MLOPS_E_INVALID,
            "note");
    opts.note = "the old one is down";
    opts.gate = "auc > 0";
    refused(mlops_registry_promote(c, "m", "1", "champion", &opts, &e), &e, MLOPS_E_INVALID,
            "gate");
    opts.gate = NULL;
    works(mlops_registry_promote(c, "m", "1", "champion", &opts, &e), &e);
    commit(c);
    mlops_change_free(c);
    mlops_table *t = decisions(&g);
    assert_string_equal(cell(t, 0, "verdict"), "overridden");
    assert_string_equal(cell(t, 0, "gate"), "auc >= 2.0");
    assert_string_equal(cell(t, 0, "note"), "the old one is down");
    assert_string_equal(cell(t, 0, "explanation"), "-");
    mlops_table_unref(t);
    t = history(&g, "m", "champion");
    assert_string_equal(cell(t, 0, "decision"), "1");
    assert_string_equal(cell(t, 0, "note"), "the old one is down");
    mlops_table_unref(t);
    remove_ground(&g);
}

static void gates_that_mean_nothing_are_refused(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    make_two(&g);
    mlops_change *c = new_change(g.store);
    const struct {
        const char *gate, *word;
        mlops_status status;
    } bad[] = {
        {"acu > 0.9", "gate, column 1: \"acu\" is unknown; did you mean \"auc\"?",
         MLOPS_E_NOT_FOUND},
        {"auc > 0 and champion.brire < 1", "did you mean \"champion.brier\"?", MLOPS_E_NOT_FOUND},
        {"row > 10", "did you mean \"rows\"?", MLOPS_E_NOT_FOUND},
        {"champion.rows > 10", "\"champion.rows\" is unknown", MLOPS_E_NOT_FOUND},
        {"rmse < 1", "task is binary", MLOPS_E_SCHEMA},
        {"`7`.auc < 1", "no alias", MLOPS_E_SCHEMA},
        {"latest.auc < 1", "no alias", MLOPS_E_SCHEMA},
        {"auc", "gate", MLOPS_E_SCHEMA},
        {"auc >", "gate", MLOPS_E_PARSE},
        {"", "gate", MLOPS_E_PARSE},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        mlops_promote_opts opts = MLOPS_PROMOTE_OPTS_INIT;
        opts.gate = bad[i].gate;
        refused(mlops_registry_set_gate(c, "m", "champion", bad[i].gate, &e), &e, bad[i].status,
                bad[i].word);
        refused(mlops_registry_promote(c, "m", "1", "champion", &opts, &e), &e, bad[i].status,
                bad[i].word);
    }
    refused(mlops_registry_set_gate(c, "n", "champion", "auc > 0", &e), &e, MLOPS_E_NOT_FOUND,
            "\"n\"");
    int64_t seq = -1;
    works(mlops_change_commit(c, &seq, &e), &e);
    assert_int_equal(seq, -1);
    mlops_change_free(c);
    remove_ground(&g);
}

static void data_that_cannot_judge_is_named(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    mlops_table *t;
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    make_ground(&g);
    register_with(&g, "m", model, NULL);
    refused(mlops_registry_evaluate(&t, g.store, "m", "1", NULL, NULL, NULL, &e), &e,
            MLOPS_E_NOT_FOUND, "no dataset is known that version 1 of \"m\" learned from");
    refused(try_gate(&g, "1", "auc > 0", &e), &e, MLOPS_E_NOT_FOUND, "no dataset");
    commit_points(&g, data, NULL, 1);
    refused(mlops_registry_evaluate(&t, g.store, "m", "1", "points", NULL, NULL, &e), &e,
            MLOPS_E_SCHEMA, "target");
    commit_points(&g, data, "y", 0);
    opts.dataset = "points";
    register_with(&g, "m", model, &opts);
    refused(mlops_registry_evaluate(&t, g.store, "m", "2", NULL, NULL, NULL, &e), &e,
            MLOPS_E_SCHEMA, "points.csv");
    commit_points(&g, data, "x", 1);
    refused(mlops_registry_evaluate(&t, g.store, "m", "2", "points", NULL, NULL, &e), &e,
            MLOPS_E_SCHEMA, "version 2 of \"m\": the target 'x' of row 0 is ");
    refused(mlops_registry_evaluate(&t, g.store, "m", "2", "nothing", NULL, NULL, &e), &e,
            MLOPS_E_NOT_FOUND, "nothing");
    refused(mlops_registry_evaluate(&t, g.store, "m", "2", NULL, NULL, "a.csv", &e), &e,
            MLOPS_E_NOT_FOUND, "a.csv");
    refused(mlops_registry_evaluate(&t, g.store, "m", "2", NULL, "v1", NULL, &e), &e,
            MLOPS_E_NOT_FOUND, "v1");
    assert_null(t);
    remove_ground(&g);
}

/* What a decision was based on has changed: the holder that it was compared with, or the gate. */
static void a_stale_decision_conflicts(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    mlops_promote_opts opts = MLOPS_PROMOTE_OPTS_INIT;
    make_two(&g);
    promote(&g, "m", "1", "rival");
    opts.gate = "auc > rival.auc";
    mlops_change *a = new_change(g.store), *b = new_change(g.store);
    works(mlops_registry_promote(a, "m", "2", "champion", &opts, &e), &e);
    works(mlops_registry_drop_alias(b, "m", "rival", NULL, &e), &e);
    commit(b);
    refused(mlops_change_commit(a, NULL, &e), &e, MLOPS_E_CONFLICT, "rival");
    works(mlops_registry_promote(a, "m", "2", "champion", NULL, &e), &e);
    works(mlops_registry_set_gate(b, "m", "champion", "auc > 2", &e), &e);
    commit(b);
    refused(mlops_change_commit(a, NULL, &e), &e, MLOPS_E_CONFLICT, "champion");
    /* Two decisions of one number: one of them is made again. */
    refused(mlops_registry_promote(a, "m", "2", "champion", NULL, &e), &e, MLOPS_E_REFUSED, "auc");
    refused(mlops_registry_promote(b, "m", "1", "champion", NULL, &e), &e, MLOPS_E_REFUSED, "auc");
    commit(a);
    refused(mlops_change_commit(b, NULL, &e), &e, MLOPS_E_CONFLICT, "champion");
    refused(mlops_registry_promote(b, "m", "1", "champion", NULL, &e), &e, MLOPS_E_REFUSED, "auc");
    refused(mlops_registry_promote(b, "m", "2", "champion", NULL, &e), &e, MLOPS_E_REFUSED, "auc");
    commit(b);
    mlops_table *t = decisions(&g);
    assert_int_equal(mlops_table_n_rows(t), 3);
    mlops_table_unref(t);
    mlops_change_free(a);
    mlops_change_free(b);
    remove_ground(&g);
}

/* Registered, judged and promoted in one change. */
static void a_version_is_judged_before_it_is_committed(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    int64_t version;
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    mlops_promote_opts how = MLOPS_PROMOTE_OPTS_INIT;
    make_two(&g);
    promote(&g, "m", "1", "champion");
    mlops_change *c = new_change(g.store);
    opts.dataset = "points";
    opts.features = worse;
    works(mlops_registry_register(c, &version, "m", model, &opts, &e), &e);
    how.gate = "auc > champion.auc";
    refused(mlops_registry_promote(c, "m", "3", "champion", &how, &e), &e, MLOPS_E_REFUSED, "auc");
    opts.features = NULL;
    works(mlops_registry_register(c, &version, "m", model, &opts, &e), &e);
    works(mlops_registry_promote(c, "m", "latest", "champion", &how, &e), &e);
    commit(c);
    mlops_change_free(c);
    assert_int_equal(held_at(&g, "m", "champion", 0), 4);
    mlops_table *t = decisions(&g);
    assert_int_equal(mlops_table_n_rows(t), 2);
    assert_string_equal(cell(t, 0, "verdict"), "refused");
    assert_string_equal(cell(t, 1, "verdict"), "promoted");
    mlops_table_unref(t);
    remove_ground(&g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics_are_of_the_rows_held_out),
        cmocka_unit_test(rows_without_a_target_do_not_count),
        cmocka_unit_test(a_gate_decides_who_holds_the_alias),
        cmocka_unit_test(holders_are_judged_on_the_same_rows),
        cmocka_unit_test(a_refusal_changes_nothing_else),
        cmocka_unit_test(what_is_unknown_does_not_pass),
        cmocka_unit_test(gates_are_kept_and_dropped),
        cmocka_unit_test(the_holder_is_judged_again),
        cmocka_unit_test(a_holder_that_goes_conflicts),
        cmocka_unit_test(a_gate_is_passed_by_with_a_note),
        cmocka_unit_test(gates_that_mean_nothing_are_refused),
        cmocka_unit_test(data_that_cannot_judge_is_named),
        cmocka_unit_test(a_stale_decision_conflicts),
        cmocka_unit_test(a_version_is_judged_before_it_is_committed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
