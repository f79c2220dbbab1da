/* Random use of runs beside a plain model of them: after each step both say the same.
 *
 * The model knows what waits in each handle, what is committed, and MLflow's rules. Stores are in
 * memory, some in files; all are opened again now and then.
 */
#define _GNU_SOURCE
#include "unit/help_run.h"

#include "unit/draw.h"

#include <math.h>

enum { RUNS = 6, NAMES = 4, HANDLES = 2, POINTS = 6000, STEPS = 60, VALUES = 7 };

static const char *const NAME[NAMES] = {"a", "a b", "a/b", "\xc3\xa4.x"}; /* in order */
static const char *const TEXT[] = {"", "v1", "v'2\"\n"};
static const char *const JSON[] = {"\"\"", "\"v1\"", "\"v'2\\\"\\n\""};
static const char *const STATUS[] = {"RUNNING", "FINISHED", "FAILED", "KILLED"};
static const double VALUE[VALUES] = {0.5, 1, -2, 0, NAN, INFINITY, -INFINITY};
static const char *const SHOWN[VALUES] = {"0.5", "1.0", "-2.0", "0.0", "nan", "inf", "-inf"};

typedef struct point {
    int64_t step, time_ns;
    int value;
} point;

typedef struct series {
    point points[POINTS];
    int n;
} series;

typedef struct handle {
    mlops_run *run; /* NULL: closed */
    series waiting[NAMES];
    int n;
    int64_t since; /* monotonic, of its last commit, or its opening */
} handle;

typedef struct model_run {
    char id[40];
    int experiment, status;
    int64_t start, end;
    int param[NAMES], tag[NAMES], artifact[NAMES]; /* -1: none */
    series metric[NAMES];
    handle handles[HANDLES];
} model_run;

static struct world {
    ground g;
    mlops__io_memory *memory; /* NULL: the store is in files */
    int n;
    model_run runs[RUNS];
} w;

static int pick(int n) { return (int)(draw() % (uint64_t)n); }

/* ---- the model ---- */

static int is_later(const point *a, const point *b) {
    if (a->step != b->step) return a->step > b->step;
    if (a->time_ns != b->time_ns) return a->time_ns > b->time_ns;
    double x = VALUE[a->value], y = VALUE[b->value];
    return (isnan(x) ? 0 : x) > (isnan(y) ? 0 : y);
}

static point latest(const series *s) {
    point best = s->points[0];
    for (int i = 1; i < s->n; i++)
        if (is_later(&s->points[i], &best)) best = s->points[i];
    return best;
}

static void count_from_now(handle *h) { h->since = w.g.clocks.monotonic; }

static void settle(model_run *r, handle *h) {
    if (h->n) count_from_now(h);
    for (int k = 0; k < NAMES; k++) {
        series *from = &h->waiting[k], *to = &r->metric[k];
        assert_true(to->n + from->n <= POINTS);
        memcpy(to->points + to->n, from->points, (size_t)from->n * sizeof(point));
        to->n += from->n;
        from->n = 0;
    }
    h->n = 0;
}

static void note(model_run *r, handle *h, int name, const point *p, int n) {
    memcpy(h->waiting[name].points + h->waiting[name].n, p, (size_t)n * sizeof *p);
    h->waiting[name].n += n;
    h->n += n;
    if (h->n >= 1000 || w.g.clocks.monotonic - h->since >= 1000000000) settle(r, h);
}

/* Newest first, then by id. */
static void order_runs(const model_run *out[RUNS]) {
    for (int i = 0; i < w.n; i++) {
        int at = i;
        const model_run *r = &w.runs[i];
        for (; at > 0; at--) {
            const model_run *b = out[at - 1];
            if (b->start > r->start || (b->start == r->start && strcmp(b->id, r->id) < 0)) break;
            out[at] = b;
        }
        out[at] = r;
    }
}

/* ---- steps ---- */

static mlops_store_index engine(void) {
    return w.memory ? MLOPS_STORE_INDEX_MEMORY : MLOPS_STORE_INDEX_FILE;
}

static void start_run(void) {
    mlops_run_opts opts = MLOPS_RUN_OPTS_INIT;
    if (w.n == RUNS) return;
    model_run *r = &w.runs[w.n++];
    memset(r, 0, sizeof *r);
    r->experiment = pick(2);
    r->start = opts.start_ns = pick(3) ? 1000 + pick(4) : 0;
    if (!r->start) r->start = w.g.clocks.now;
    r->handles[0].run = start(&w.g, r->experiment ? "ex" : "e", &opts);
    count_from_now(&r->handles[0]);
    strcpy(r->id, mlops_run_id(r->handles[0].run));
    for (int k = 0; k < NAMES; k++) r->param[k] = r->tag[k] = r->artifact[k] = -1;
}

static void open_handle(model_run *r, handle *h) {
    h->run = open_run(&w.g, r->id);
    count_from_now(h);
}

static void close_handle(model_run *r, handle *h) {
    mlops_run_close(h->run);
    h->run = NULL;
    settle(r, h);
}

static void reopen(void) {
    for (int i = 0; i < w.n; i++)
        for (int j = 0; j < HANDLES; j++)
            if (w.runs[i].handles[j].run) close_handle(&w.runs[i], &w.runs[i].handles[j]);
    open_again(&w.g, engine());
}

static void set_param(model_run *r, handle *h) {
    mlops_error e;
    int k = pick(NAMES), v = pick(3);
    mlops_status status = mlops_run_param(h->run, NAME[k], TEXT[v], &e);
    if (r->param[k] >= 0 && r->param[k] != v) {
        assert_int_equal(status, MLOPS_E_EXISTS);
        return;
    }
    works(status, &e);
    if (r->param[k] < 0) count_from_now(h); /* the same again is no commit */
    r->param[k] = v;
    settle(r, h);
}

static void set_tag(model_run *r, handle *h) {
    mlops_error e;
    int k = pick(NAMES), v = pick(4) - 1;
    mlops_status status = mlops_run_tag(h->run, NAME[k], v < 0 ? NULL : TEXT[v], &e);
    if (v < 0 && r->tag[k] < 0) {
        assert_int_equal(status, MLOPS_E_NOT_FOUND);
        return;
    }
    works(status, &e);
    r->tag[k] = v;
    count_from_now(h);
    settle(r, h);
}

static void log_one(model_run *r, handle *h) {
    mlops_error e;
    point p = {pick(4) - 1, w.g.clocks.now, pick(VALUES)};
    int k = pick(NAMES);
    works(mlops_run_log(h->run, NAME[k], VALUE[p.value], p.step, &e), &e);
    note(r, h, k, &p, 1);
}

static void log_many(model_run *r, handle *h) {
    static double values[1500];
    static int64_t steps[1500], times[1500];
    static point p[1500];
    mlops_error e;
    int k = pick(NAMES), n = pick(3) ? pick(20) : pick(1500), with_steps = pick(2),
        with_times = pick(2);
    if (r->metric[k].n > POINTS - 3 * 1500) return;
    for (int i = 0; i < n; i++) {
        p[i] =
            (point){with_steps ? pick(9) : i, with_times ? pick(9) : w.g.clocks.now, pick(VALUES)};
        values[i] = VALUE[p[i].value];
        steps[i] = p[i].step;
        times[i] = p[i].time_ns;
    }
    works(mlops_run_log_points(h->run, NAME[k], values, with_steps ? steps : NULL,
                               with_times ? times : NULL, n, &e),
          &e);
    if (n) note(r, h, k, p, n);
}

static void keep_artifact(model_run *r, handle *h) {
    mlops_error e;
    int k = pick(NAMES), v = pick(3);
    works(mlops_run_artifact(h->run, NAME[k], TEXT[v], strlen(TEXT[v]), &e), &e);
    r->artifact[k] = v;
    count_from_now(h);
    settle(r, h);
}

static void end_run(model_run *r, handle *h) {
    mlops_error e;
    r->status = pick(4);
    r->end = w.g.clocks.now;
    works(mlops_run_end(h->run, (mlops_run_status)r->status, &e), &e);
    count_from_now(h);
    settle(r, h);
}

static void step(void) {
    mlops_error e;
    w.g.clocks.now += pick(3) ? 0 : pick(3);
    w.g.clocks.monotonic += pick(4) ? 0 : 250000000;
    if (w.n == 0 || pick(10) == 0) {
        start_run();
        return;
    }
    if (pick(25) == 0) {
        reopen();
        return;
    }
    model_run *r = &w.runs[pick(w.n)];
    handle *h = &r->handles[pick(HANDLES)];
    if (!h->run) open_handle(r, h);
    switch (pick(11)) {
    case 0:
    case 1: set_param(r, h); break;
    case 2:
    case 3: set_tag(r, h); break;
    case 4: log_many(r, h); break;
    case 5: keep_artifact(r, h); break;
    case 6: end_run(r, h); break;
    case 7: works(mlops_run_flush(h->run, &e), &e), settle(r, h); break;
    case 8: close_handle(r, h); break;
    default: log_one(r, h); break;
    }
}

/* ---- comparing ---- */

__attribute__((format(printf, 2, 3))) static char *spell(char *at, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsprintf(at, format, args);
    va_end(args);
    return at + n;
}

static char *put_texts(char *at, const char *group, const int *values) {
    const char *comma = "";
    at = spell(at, ",\"%s\":{", group);
    for (int k = 0; k < NAMES; k++) {
        if (values[k] < 0) continue;
        at = spell(at, "%s\"%s\":%s", comma, NAME[k], JSON[values[k]]);
        comma = ",";
    }
    return spell(at, "}");
}

/* All but the artifacts. */
static void check_description(model_run *r, handle *h) {
    static char want[4000];
    const char *comma = "";
    char *at =
        spell(want, "{\"run\":\"%s\",\"experiment\":\"%s\",\"status\":\"%s\",\"start_ns\":%lld",
              r->id, r->experiment ? "ex" : "e", STATUS[r->status], (long long)r->start);
    if (r->status) at = spell(at, ",\"end_ns\":%lld", (long long)r->end);
    at = put_texts(at, "params", r->param);
    at = spell(at, ",\"metrics\":{");
    for (int k = 0; k < NAMES; k++) {
        if (r->metric[k].n == 0) continue;
        point p = latest(&r->metric[k]);
        const char *quote = isfinite(VALUE[p.value]) ? "" : "\"";
        at = spell(at, "%s\"%s\":{\"value\":%s%s%s,\"step\":%lld,\"time_ns\":%lld,\"n\":%d}", comma,
                   NAME[k], quote, SHOWN[p.value], quote, (long long)p.step, (long long)p.time_ns,
                   r->metric[k].n);
        comma = ",";
    }
    at = spell(at, "}");
    at = put_texts(at, "tags", r->tag);
    spell(at, ",\"artifacts\":{");
    const char *got = describe(h->run);
    if (strncmp(got, want, strlen(want)) != 0) fail_msg("%s\nis not\n%s", got, want);
}

static void check_points(model_run *r, handle *h, int k) {
    static double values[POINTS], steps[POINTS], times[POINTS];
    mlops_error e;
    mlops_table *t;
    const series *s = &r->metric[k];
    if (s->n == 0) {
        assert_int_equal(mlops_run_points(&t, h->run, NAME[k], &e), MLOPS_E_NOT_FOUND);
        return;
    }
    t = points(h->run, NAME[k]);
    assert_int_equal(mlops_table_n_rows(t), s->n);
    assert_int_equal(mlops_table_values(t, 0, steps, s->n, &e), 0);
    assert_int_equal(mlops_table_values(t, 1, times, s->n, &e), 0);
    assert_int_equal(mlops_table_values(t, 2, values, s->n, &e), 0);
    for (int i = 0; i < s->n; i++) {
        const point *p = &s->points[i];
        double v = VALUE[p->value];
        assert_true(steps[i] == (double)p->step && times[i] == (double)p->time_ns);
        assert_true(values[i] == v || (isnan(values[i]) && isnan(v)));
    }
    mlops_table_unref(t);
}

static void check_artifacts(model_run *r, handle *h) {
    mlops_error e;
    mlops_table *t;
    int64_t row = 0;
    works(mlops_run_artifacts(&t, h->run, &e), &e);
    for (int k = 0; k < NAMES; k++) {
        char bytes[16];
        size_t n = 0;
        if (r->artifact[k] < 0) continue;
        const char *want = TEXT[r->artifact[k]];
        assert_string_equal(cell(t, row, "path"), NAME[k]);
        assert_int_equal(atoi(cell(t, row++, "size")), strlen(want));
        works(mlops_run_artifact_read(h->run, NAME[k], bytes, sizeof bytes, &n, &e), &e);
        assert_int_equal(n, strlen(want));
        assert_memory_equal(bytes, want, n);
    }
    assert_int_equal(mlops_table_n_rows(t), row);
    mlops_table_unref(t);
}

typedef struct query {
    char filter[200];
    int kind, name;
} query;

static query draw_query(void) {
    static const char *const FORMS[] = {"",
                                        "metrics.`%s` > 0.25",
                                        "params.`%s` = 'v1'",
                                        "tag.`%s` != 'v1'",
                                        "status = 'FINISHED' or metric.`%s` is null",
                                        "not (param.`%s` like 'v%%') and start_ns > 1001"};
    query q;
    q.kind = pick(6);
    q.name = pick(NAMES);
    snprintf(q.filter, sizeof q.filter, FORMS[q.kind], NAME[q.name]);
    return q;
}

static int matches(const model_run *r, const query *q) {
    int param = r->param[q->name], tag = r->tag[q->name];
    const series *metric = &r->metric[q->name];
    switch (q->kind) {
    case 0: return 1;
    case 1: return metric->n > 0 && VALUE[latest(metric).value] > 0.25;
    case 2: return param == 1;
    case 3: return tag >= 0 && tag != 1;
    case 4: return r->status == 1 || metric->n == 0;
    default: return param == 0 && r->start > 1001;
    }
}

static void check_cell(const mlops_table *t, int64_t row, const char *group, int k,
                       const char *want) {
    char column[32];
    snprintf(column, sizeof column, "%s.%s", group, NAME[k]);
    int64_t i = mlops_table_find(t, column);
    if (i < 0) assert_null(want); /* no run that was found has it */
    else if (want) assert_string_equal(cell(t, row, column), want);
    else assert_string_equal(cell(t, row, column), "-");
}

static void check_row(const mlops_table *t, int64_t row, const model_run *r) {
    assert_string_equal(cell(t, row, "run_id"), r->id);
    assert_string_equal(cell(t, row, "experiment"), r->experiment ? "ex" : "e");
    assert_string_equal(cell(t, row, "status"), STATUS[r->status]);
    assert_int_equal(strtoll(cell(t, row, "start_ns"), NULL, 10), r->start);
    for (int k = 0; k < NAMES; k++) {
        const series *s = &r->metric[k];
        check_cell(t, row, "params", k, r->param[k] < 0 ? NULL : TEXT[r->param[k]]);
        check_cell(t, row, "tags", k, r->tag[k] < 0 ? NULL : TEXT[r->tag[k]]);
        check_cell(t, row, "metrics", k, s->n ? SHOWN[latest(s).value] : NULL);
    }
}

static void check_search(void) {
    const model_run *order[RUNS];
    mlops_error e;
    mlops_table *t;
    query q = draw_query();
    int experiment = pick(3), n_max = pick(2) ? 100 : 1 + pick(3), there = experiment == 2;
    for (int i = 0; i < w.n; i++) there = there || w.runs[i].experiment == experiment;
    mlops_status status = mlops_run_search(&t, w.g.store,
                                           experiment == 2 ? NULL
                                           : experiment    ? "ex"
                                                           : "e",
                                           q.kind ? q.filter : NULL, n_max, &e);
    if (!there) {
        assert_int_equal(status, MLOPS_E_NOT_FOUND);
        return;
    }
    works(status, &e);
    int64_t row = 0;
    order_runs(order);
    for (int i = 0; i < w.n && row < n_max; i++) {
        if (experiment != 2 && order[i]->experiment != experiment) continue;
        if (matches(order[i], &q)) check_row(t, row++, order[i]);
    }
    assert_int_equal(mlops_table_n_rows(t), row);
    mlops_table_unref(t);
}

static void check(void) {
    check_search();
    if (w.n == 0 || pick(3)) return;
    model_run *r = &w.runs[pick(w.n)];
    handle *h = &r->handles[pick(HANDLES)];
    if (!h->run) open_handle(r, h);
    settle(r, h); /* reading commits what waits */
    check_description(r, h);
    check_artifacts(r, h);
    check_points(r, h, pick(NAMES));
}

/* ---- seeds ---- */

static void begin_world(int in_files) {
    static const mlops_host plain = MLOPS_HOST_INIT;
    memset(&w, 0, sizeof w);
    if (in_files) {
        make_ground(&w.g);
        return;
    }
    assert_int_equal(mlops__io_memory_new(&w.memory, &mlops__heap), 0);
    strcpy(w.g.place.path, "s");
    w.g.clocks.now = 1700000000000000000;
    w.g.clock = (mlops_clock){sizeof w.g.clock, 0, &w.g.clocks, clocks_now, clocks_monotonic};
    w.g.host = plain;
    w.g.host.clock = &w.g.clock;
    w.g.host.io = mlops__io_memory_table(w.memory);
    open_again(&w.g, MLOPS_STORE_INDEX_MEMORY);
}

static void end_world(void) {
    reopen();
    if (!w.memory) {
        remove_ground(&w.g);
        return;
    }
    mlops_store_close(w.g.store);
    assert_int_equal(mlops__io_memory_n_open(w.memory), 0);
    mlops__io_memory_free(w.memory);
}

static void use_at_random(int seeds, int in_files) {
    for (int i = 0; i < seeds; i++) {
        seed = (uint64_t)i + (in_files ? 1000000 : 0);
        begin_world(in_files);
        for (int k = 0; k < STEPS; k++) {
            step();
            check();
        }
        end_world();
    }
}

static void in_memory(void **state) {
    (void)state;
    use_at_random(400, 0);
}

static void in_files(void **state) {
    (void)state;
    use_at_random(20, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(in_memory), cmocka_unit_test(in_files)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
