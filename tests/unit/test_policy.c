/* Policies: each rule, and all of them against a plain model that remembers every window. */
#include "unit/help_drift.h"

#define HOUR INT64_C(3600000000000)

static mlops_policy *begin(const mlops_policy_opts *opts) {
    mlops_policy *out;
    mlops_error e;
    if (mlops_policy_new(&out, opts, &e)) fail_msg("%s", e.message);
    return out;
}

static mlops_policy_decision add(mlops_policy *self, int64_t hour, double severity, int vetoed) {
    mlops_policy_decision d = MLOPS_POLICY_DECISION_INIT, again = MLOPS_POLICY_DECISION_INIT;
    assert_int_equal(mlops_policy_add(self, hour * HOUR, severity, vetoed, &d), MLOPS_OK);
    assert_int_equal(mlops_policy_get(self, &again), MLOPS_OK);
    assert_memory_equal(&d, &again, sizeof d);
    return d;
}

static void expect(mlops_policy *self, int64_t hour, double severity, mlops_policy_event event,
                   int alarmed) {
    mlops_policy_decision d = add(self, hour, severity, 0);
    if (d.event != event || d.alarmed != alarmed)
        fail_msg("hour %d: event %d, alarmed %d", (int)hour, (int)d.event, (int)d.alarmed);
}

static void test_by_default_a_window_over_is_an_alarm(void **state) {
    (void)state;
    mlops_policy *p = begin(NULL);
    expect(p, 0, 0.999, MLOPS_POLICY_NOTHING, 0);
    expect(p, 1, 1, MLOPS_POLICY_RAISED, 1);
    expect(p, 2, 3, MLOPS_POLICY_NOTHING, 1);
    mlops_policy_decision d = add(p, 3, 0.5, 0);
    assert_int_equal(d.event, MLOPS_POLICY_ENDED);
    assert_true(d.peak == 3 && d.raised_ns == HOUR);
    expect(p, 4, 0, MLOPS_POLICY_NOTHING, 0);
    mlops_policy_free(p);
}

static void test_k_of_n_and_hysteresis(void **state) {
    (void)state;
    mlops_policy_opts opts = MLOPS_POLICY_OPTS_INIT;
    opts.k = 2, opts.n = 3, opts.clear = 0.5, opts.calm = 2;
    mlops_policy *p = begin(&opts);
    expect(p, 0, 2, MLOPS_POLICY_NOTHING, 0);
    expect(p, 1, 0, MLOPS_POLICY_NOTHING, 0);
    expect(p, 2, 0, MLOPS_POLICY_NOTHING, 0);
    expect(p, 3, 2, MLOPS_POLICY_NOTHING, 0); /* the first is forgotten */
    expect(p, 4, 0.7, MLOPS_POLICY_NOTHING, 0);
    expect(p, 5, 2, MLOPS_POLICY_RAISED, 1);
    expect(p, 6, 0.1, MLOPS_POLICY_NOTHING, 1);
    expect(p, 7, 0.7, MLOPS_POLICY_NOTHING, 1); /* neither over nor calm */
    expect(p, 8, 0.1, MLOPS_POLICY_NOTHING, 1);
    expect(p, 9, 0.1, MLOPS_POLICY_ENDED, 0);
    expect(p, 10, 2, MLOPS_POLICY_NOTHING, 0); /* what led to the alarm raises no other one */
    expect(p, 11, 2, MLOPS_POLICY_RAISED, 1);
    mlops_policy_free(p);
}

static void test_a_pause_holds_back(void **state) {
    (void)state;
    mlops_policy_opts opts = MLOPS_POLICY_OPTS_INIT;
    opts.pause_ns = 10 * HOUR;
    mlops_policy *p = begin(&opts);
    expect(p, 100, 1, MLOPS_POLICY_RAISED, 1);
    expect(p, 101, 0, MLOPS_POLICY_ENDED, 0);
    expect(p, 105, 1, MLOPS_POLICY_HELD, 0);
    expect(p, 109, 0, MLOPS_POLICY_NOTHING, 0);
    expect(p, 110, 0, MLOPS_POLICY_NOTHING, 0); /* nothing is over any more */
    expect(p, 111, 1, MLOPS_POLICY_RAISED, 1);
    mlops_policy_free(p);
    p = begin(&opts); /* times as far apart as they can be */
    mlops_policy_decision d = MLOPS_POLICY_DECISION_INIT;
    assert_int_equal(mlops_policy_add(p, INT64_MIN + 1, 1, 0, &d), MLOPS_OK);
    assert_int_equal(d.event, MLOPS_POLICY_RAISED);
    assert_int_equal(mlops_policy_add(p, INT64_MAX - 1, 0, 0, &d), MLOPS_OK);
    assert_int_equal(mlops_policy_add(p, INT64_MAX, 1, 0, &d), MLOPS_OK);
    assert_int_equal(d.event, MLOPS_POLICY_RAISED);
    mlops_policy_free(p);
}

static void test_critical_vetoed_unknown(void **state) {
    (void)state;
    mlops_policy_opts opts = MLOPS_POLICY_OPTS_INIT;
    opts.k = 3, opts.critical = 4;
    mlops_policy *p = begin(&opts);
    expect(p, 0, 3.9, MLOPS_POLICY_NOTHING, 0);
    assert_int_equal(add(p, 1, 9, 1).event, MLOPS_POLICY_VETOED);
    assert_int_equal(add(p, 1, 0.5, 1).event, MLOPS_POLICY_NOTHING);
    expect(p, 2, (double)NAN, MLOPS_POLICY_UNKNOWN, 0);
    mlops_policy_decision d = add(p, 3, 4, 0);
    assert_int_equal(d.event, MLOPS_POLICY_RAISED);
    assert_true(d.is_critical && d.n_known == 2);
    expect(p, 4, (double)NAN, MLOPS_POLICY_UNKNOWN, 1);
    assert_int_equal(add(p, 5, 0, 1).event, MLOPS_POLICY_NOTHING); /* ends no alarm */
    expect(p, 6, 0, MLOPS_POLICY_ENDED, 0);
    mlops_policy_free(p);
}

/* Remembers all windows and looks at them again each time. */
typedef struct plain {
    double severity[4096];
    int64_t hour, raised;
    int n, from; /* windows that count, and the first since the newest alarm ended */
    int alarmed, has_raised;
} plain;

static mlops_policy_event model(plain *m, const mlops_policy_opts *o, double severity, int vetoed) {
    int over = 0, calm = 0;
    if (isnan(severity)) return MLOPS_POLICY_UNKNOWN;
    if (vetoed) return severity >= o->over ? MLOPS_POLICY_VETOED : MLOPS_POLICY_NOTHING;
    m->severity[m->n++] = severity;
    for (int i = m->n - 1; i >= m->from && i >= m->n - o->n; i--) over += m->severity[i] >= o->over;
    for (int i = m->n - 1; i >= 0 && m->severity[i] < o->clear; i--) calm++;
    if (m->alarmed) {
        if (calm < o->calm) return MLOPS_POLICY_NOTHING;
        m->alarmed = 0, m->from = m->n;
        return MLOPS_POLICY_ENDED;
    }
    int critical = o->critical > 0 && severity >= o->critical;
    if (severity < o->over || (over < o->k && !critical)) return MLOPS_POLICY_NOTHING;
    if (m->has_raised && m->hour * HOUR - m->raised * HOUR < o->pause_ns) return MLOPS_POLICY_HELD;
    m->alarmed = m->has_raised = 1, m->raised = m->hour;
    return MLOPS_POLICY_RAISED;
}

static void test_random_windows_against_a_plain_model(void **state) {
    (void)state;
    seed = 5;
    for (int turn = 0; turn < 300; turn++) {
        static plain m;
        uint64_t storage[64];
        mlops_policy *p, *next;
        mlops_error e;
        mlops_policy_opts opts = MLOPS_POLICY_OPTS_INIT;
        memset(&m, 0, sizeof m);
        opts.n = 1 + (int64_t)(draw() % (turn % 2 ? 5 : 64));
        opts.k = 1 + (int64_t)(draw() % (uint64_t)opts.n);
        opts.calm = 1 + (int64_t)(draw() % 4);
        opts.over = 1 + (double)(draw() % 2), opts.clear = opts.over * (draw() % 2 ? 1 : 0.5);
        opts.critical = draw() % 2 ? 0 : opts.over + (double)(draw() % 3);
        opts.pause_ns = (int64_t)(draw() % 20) * HOUR;
        assert_true(sizeof storage >= mlops_policy_size());
        assert_int_equal(mlops_policy_init(&p, storage, sizeof storage, &opts, &e), MLOPS_OK);
        for (int i = 0; i < 400; i++) {
            double severity = draw() % 10 ? 2.5 * uniform() + (draw() % 20 ? 0 : 2) : (double)NAN;
            int vetoed = draw() % 8 == 0;
            uint8_t bytes[256];
            size_t n = 0;
            m.hour += (int64_t)(draw() % 3);
            mlops_policy_event want = model(&m, &opts, severity, vetoed);
            mlops_policy_decision d = add(p, m.hour, severity, vetoed);
            if (d.event != want || d.alarmed != m.alarmed)
                fail_msg("turn %d, window %d: %d, not %d", turn, i, (int)d.event, (int)want);
            if (draw() % 8) continue; /* goes on from its bytes */
            assert_int_equal(mlops_policy_save(p, bytes, sizeof bytes, &n), MLOPS_OK);
            assert_int_equal(mlops_policy_load(&next, storage, sizeof storage, bytes, n), MLOPS_OK);
            p = next;
        }
    }
}

static void test_reasons(void **state) {
    (void)state;
    char text[1024];
    size_t needed = 0;
    mlops_policy_opts opts = MLOPS_POLICY_OPTS_INIT;
    opts.k = 2, opts.n = 3;
    mlops_policy *p = begin(&opts);
    assert_int_equal(mlops_policy_reason(p, text, sizeof text, NULL), MLOPS_OK);
    assert_non_null(strstr(text, "\"event\":\"nothing\",\"alarmed\":false"));
    add(p, 0, 1.5, 0), add(p, 1, 0.5, 0), add(p, 2, 2.5, 0);
    assert_int_equal(mlops_policy_reason(p, NULL, 0, &needed), MLOPS_OK);
    assert_int_equal(mlops_policy_reason(p, text, needed, NULL), MLOPS_E_ARENA);
    assert_int_equal(mlops_policy_reason(p, text, needed + 1, NULL), MLOPS_OK);
    assert_int_equal(strlen(text), needed);
    assert_non_null(strstr(text,
                           "\"event\":\"raised\",\"alarmed\":true,\"reason\":\"2 of the newest 3 "
                           "windows are over, 2 are enough\",\"severity\":2.5"));
    assert_non_null(strstr(text, "\"rules\":{\"k\":2,\"n\":3,"));
    mlops_policy_free(p);
}

static void refuse(mlops_policy_opts opts, const char *word) {
    mlops_policy *p;
    mlops_error e;
    refused(mlops_policy_new(&p, &opts, &e), &e, MLOPS_E_INVALID, word);
    assert_null(p);
}

static void test_refusals(void **state) {
    (void)state;
    const mlops_policy_opts fresh = MLOPS_POLICY_OPTS_INIT;
    mlops_policy_opts opts = fresh;
    opts.k = 3, opts.n = 2, refuse(opts, "k");
    opts = fresh, opts.n = 65, refuse(opts, "n");
    opts = fresh, opts.calm = -1, refuse(opts, "calm");
    opts = fresh, opts.pause_ns = -1, refuse(opts, "pause_ns");
    opts = fresh, opts.over = -1, refuse(opts, "over");
    opts = fresh, opts.over = (double)NAN, refuse(opts, "over");
    opts = fresh, opts.clear = 2, refuse(opts, "clear");
    opts = fresh, opts.critical = 0.5, refuse(opts, "critical");
    opts = fresh, opts.flags = 1, refuse(opts, "flags");
    mlops_policy *p = begin(NULL), *other;
    mlops_policy_decision d = MLOPS_POLICY_DECISION_INIT;
    mlops_error e;
    uint64_t storage[64];
    uint8_t before[256], after[256];
    size_t n = 0;
    add(p, 5, 2, 0);
    assert_int_equal(mlops_policy_save(p, before, sizeof before, &n), MLOPS_OK);
    assert_int_equal(mlops_policy_add(p, 4 * HOUR, 1, 0, &d), MLOPS_E_INVALID);
    assert_int_equal(mlops_policy_add(p, 6 * HOUR, -1, 0, &d), MLOPS_E_INVALID);
    d.struct_size = 3;
    assert_int_not_equal(mlops_policy_add(p, 6 * HOUR, 1, 0, &d), MLOPS_OK);
    assert_int_equal(mlops_policy_save(p, after, sizeof after, NULL), MLOPS_OK);
    assert_memory_equal(before, after, n);
    refused(mlops_policy_init(&other, storage, 8, NULL, &e), &e, MLOPS_E_ARENA, "bytes");
    refused(mlops_policy_init(&other, (char *)storage + 4, 400, NULL, &e), &e, MLOPS_E_INVALID,
            "aligned");
    for (size_t i = 0; i < 8 * n; i++) { /* every bit, and every length */
        before[i / 8] ^= (uint8_t)(1 << i % 8);
        assert_int_equal(mlops_policy_load(&other, storage, sizeof storage, before, n),
                         MLOPS_E_CORRUPT);
        before[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    for (size_t i = 0; i < n; i++)
        assert_int_equal(mlops_policy_load(&other, storage, sizeof storage, before, i),
                         MLOPS_E_CORRUPT);
    mlops_policy_free(p);
}

static void test_severity_of_drift(void **state) {
    (void)state;
    seed = 3;
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    const struct {
        double shift;
        int64_t n;
    } cases[] = {{0, 5000}, {0.2, 5000}, {1, 5000}, {1, 40}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mlops_table *x = normals(cases[i].n, 3, 0), *y = normals(cases[i].n, 3, cases[i].shift);
        mlops_drift *drift = compare(x, y, &opts);
        double severity = mlops_drift_severity(drift);
        mlops_drift_verdict verdict = mlops_drift_overall(drift);
        if (verdict == MLOPS_DRIFT_YES) assert_true(severity > 1);
        else if (verdict == MLOPS_DRIFT_NO) assert_true(severity >= 0 && severity <= 1);
        else assert_true(isnan(severity));
        assert_int_equal(verdict, i == 0   ? MLOPS_DRIFT_NO
                                  : i == 3 ? MLOPS_DRIFT_NOT_ENOUGH_DATA
                                           : verdict);
        mlops_drift_unref(drift);
        mlops_table_unref(x);
        mlops_table_unref(y);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_default_a_window_over_is_an_alarm),
        cmocka_unit_test(test_k_of_n_and_hysteresis),
        cmocka_unit_test(test_a_pause_holds_back),
        cmocka_unit_test(test_critical_vetoed_unknown),
        cmocka_unit_test(test_random_windows_against_a_plain_model),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_severity_of_drift),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
