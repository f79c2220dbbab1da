/* The order of the rows of queries.
 *
 * Owns mlops_metric_ranking(). Equal scores stand for every order of their rows: what is found is
 * the mean over these, in closed form. Invariant: unless ties rank as they come, no result depends
 * on the order of the rows of a query.
 */
#include "base/real.h"
#include "metric/metric.h"

enum { SHORT = 32, TERMS = 6, RELEVANCE_MAX = 1 << 20, EXPONENT_MAX = 512 };

const char *mlops__query_wrong(double score, double relevance, uint32_t flags) {
    int32_t most = flags & MLOPS_METRIC_EXPONENTIAL ? EXPONENT_MAX : RELEVANCE_MAX;
    if (score != score) return "the score is NaN";
    if (relevance >= 0 && relevance <= most) return NULL;
    return flags & MLOPS_METRIC_EXPONENTIAL ? "the relevance is not 0 to 512"
                                            : "the relevance is not 0 to 2^20";
}

/* Ascending; equal values stay in their order. */
static void sort_rows(mlops__weighted *rows, mlops__weighted *scratch, int64_t n) {
    if (n > SHORT) {
        mlops__sort_weighted(rows, scratch, n);
        return;
    }
    for (int64_t i = 1; i < n; i++) {
        mlops__weighted row = rows[i];
        int64_t at = i;
        for (; at > 0 && rows[at - 1].value > row.value; at--) rows[at] = rows[at - 1];
        rows[at] = row;
    }
}

static void turn(mlops__weighted *rows, int64_t n) {
    for (int64_t i = 0; i < n; i++) rows[i] = (mlops__weighted){rows[i].weight, rows[i].value};
}

static double gain_of(double relevance, uint32_t flags) {
    return flags & MLOPS_METRIC_EXPONENTIAL ? mlops__pow(2, relevance) - 1 : relevance;
}

/* Of a place, from 0. */
static double discount(int64_t place) { return MLOPS__LN_2 / mlops__log((double)place + 2); }

/* Sums over the first rows: what each metric is made of. */
typedef struct walk {
    int64_t limit, place, hits; /* rows that are looked at, rows and relevant rows above */
    double gain, precision, found, reciprocal,
        none; /* none: chance that no relevant row came yet */
} walk;

/* Rows of one score, r of m of which are relevant. */
static void pass(walk *w, double m, double r, double gain) {
    double inside = (double)(w->limit - w->place) < m ? (double)(w->limit - w->place) : m;
    double discounts = 0;
    for (int64_t j = 0; j < (int64_t)inside; j++) {
        double at = (double)(w->place + j + 1), more = m > 1 ? (double)j * (r - 1) / (m - 1) : 0;
        double first = w->none * (r / (m - (double)j < r ? r : m - (double)j));
        discounts += discount(w->place + j);
        if (!(r > 0)) continue;
        w->precision += r / m * (((double)w->hits + 1 + more) / at);
        if (w->hits) continue;
        w->reciprocal += first / at;
        w->none -= first;
    }
    w->gain += gain / m * discounts;
    w->found += r * (inside / m);
}

static void walk_down(walk *w, const mlops__weighted *rows, int64_t n, uint32_t flags) {
    for (int64_t end = n; end > 0 && w->place < w->limit;) {
        int64_t begin = end, hits = 0;
        double gain = 0;
        while (begin > 0 && rows[begin - 1].value == rows[end - 1].value) {
            double relevance = rows[--begin].weight;
            hits += relevance > 0;
            gain += gain_of(relevance, flags);
        }
        for (int64_t i = begin; flags & MLOPS_METRIC_IN_ORDER && i < end; i++) {
            if (w->place == w->limit) return;
            int hit = rows[i].weight > 0;
            pass(w, 1, hit, gain_of(rows[i].weight, flags));
            w->place++;
            w->hits += hit;
        }
        if (!(flags & MLOPS_METRIC_IN_ORDER)) {
            pass(w, (double)(end - begin), (double)hits, gain);
            w->place += end - begin;
            w->hits += hits;
        }
        end = begin;
    }
}

int mlops__query_judge(mlops__query *out, mlops__weighted *rows, int64_t n, int64_t k,
                       uint32_t flags) {
    walk w = {k && k < n ? k : n, 0, 0, 0, 0, 0, 0, 1};
    mlops__weighted *best = rows + n, *scratch = best + n;
    double ideal = 0;
    int64_t n_relevant = 0;
    for (int64_t i = 0; i < n; i++) {
        best[i] = (mlops__weighted){rows[i].weight, rows[i].value};
        n_relevant += rows[i].weight > 0;
    }
    if (!n_relevant) return 0;
    sort_rows(best, scratch, n);
    for (int64_t i = 0; i < w.limit; i++)
        ideal += gain_of(best[n - 1 - i].value, flags) * discount(i);
    if (!(flags & MLOPS_METRIC_IN_ORDER)) { /* within a score by relevance */
        memcpy(rows, best, (size_t)n * sizeof *rows);
        turn(rows, n);
    }
    sort_rows(rows, scratch, n);
    walk_down(&w, rows, n, flags);
    double least = (double)(n_relevant < w.limit ? n_relevant : w.limit);
    *out =
        (mlops__query){{w.gain / ideal, w.precision / least, w.reciprocal,
                        w.found / (double)(k ? k : n), w.found / (double)n_relevant, 1 - w.none}};
    for (size_t i = 0; i < TERMS; i++)
        if (out->value[i] > 1) out->value[i] = 1; /* rounded */
    return 1;
}

/* The first row of each query. */
typedef struct starts {
    const int64_t *queries;
    int64_t *rows, *order;
} starts;

static int comes_after(const void *context, int64_t a, int64_t b) {
    const starts *s = context;
    int64_t x = s->queries[s->rows[a]], y = s->queries[s->rows[b]];
    return x != y ? x > y : a > b;
}

mlops_status mlops__queries_apart(const mlops__host *host, const int64_t *queries, int64_t n,
                                  mlops_error *err) {
    starts s = {queries, NULL, NULL};
    int64_t n_starts = n > 0, again = n;
    int rising = 1;
    for (int64_t i = 1; i < n; i++) {
        n_starts += queries[i] != queries[i - 1];
        rising &= queries[i] >= queries[i - 1];
    }
    if (rising) return MLOPS_OK; /* as most are: no memory and no sort */
    size_t size = (size_t)n_starts * 2 * sizeof *s.rows;
    s.rows = mlops__alloc_array(&host->allocator, (size_t)n_starts, 2 * sizeof *s.rows);
    if (!s.rows) return mlops__fail_nomem(err, size);
    s.order = s.rows + n_starts;
    for (int64_t i = 0, at = 0; i < n; i++)
        if (i == 0 || queries[i] != queries[i - 1]) s.rows[at++] = i;
    mlops__sort_order(s.order, n_starts, comes_after, &s);
    for (int64_t i = 1; i < n_starts; i++) {
        int64_t row = s.rows[s.order[i]];
        if (queries[row] == queries[s.rows[s.order[i - 1]]] && row < again) again = row;
    }
    mlops__free(&host->allocator, s.rows, size);
    if (again == n) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID,
                       "row %lld, counted from 0: its query was there before others; the rows of a "
                       "query follow one another",
                       (long long)again);
}

typedef struct work {
    mlops__metric_call call;
    const double *scores, *relevances;
    const int64_t *queries;
    int64_t n;
    mlops__weighted *room; /* three times the rows of the longest query */
    mlops__exact weight, terms[TERMS];
} work;

static int64_t end_of(const work *w, int64_t from) {
    int64_t to = from + 1;
    while (to < w->n && w->queries[to] == w->queries[from]) to++;
    return to;
}

static mlops_status judge(mlops_metrics *out, work *w) {
    for (int64_t from = 0, to; from < w->n; from = to) {
        mlops__query found;
        double weight = mlops__metric_weight(&w->call, from);
        to = end_of(w, from);
        for (int64_t i = from; i < to; i++) {
            const char *wrong =
                mlops__query_wrong(w->scores[i], w->relevances[i], w->call.opts.flags);
            if (mlops__metric_weight(&w->call, i) < 0)
                wrong = "the weight is not a finite number from 0";
            if (wrong) return mlops__metric_bad(&w->call, i, wrong);
            w->room[i - from] = (mlops__weighted){w->scores[i], w->relevances[i]};
        }
        if (weight == 0) continue;
        if (!mlops__query_judge(&found, w->room, to - from, w->call.opts.k, w->call.opts.flags)) {
            out->n_nan++;
            continue;
        }
        out->n++;
        mlops__exact_add(&w->weight, weight);
        for (size_t i = 0; i < TERMS; i++) mlops__exact_add(&w->terms[i], weight * found.value[i]);
    }
    return MLOPS_OK;
}

mlops_status mlops_metric_ranking(mlops_metrics *out, const double *scores,
                                  const double *relevances, const int64_t *queries, int64_t n,
                                  const mlops_metric_opts *opts, mlops_error *err) {
    mlops_metrics m;
    work w;
    size_t size;
    int64_t longest = 0;
    memset(&w, 0, sizeof w);
    MLOPS_TRY(mlops__metric_begin(&w.call, MLOPS_METRIC_RANKING, opts, n, err));
    if (!out || (n > 0 && (!scores || !relevances || !queries)))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "the result, scores, relevances or queries are NULL");
    w.scores = scores;
    w.relevances = relevances;
    w.queries = queries;
    w.n = n;
    MLOPS_TRY(mlops__queries_apart(&w.call.host, queries, n, err));
    for (int64_t from = 0, to; from < n; from = to) {
        to = end_of(&w, from);
        longest = to - from > longest ? to - from : longest;
    }
    MLOPS_TRY(mlops__metric_room(&w.call, (void **)&w.room, &size, longest, TERMS));
    mlops__metrics_start(&m, MLOPS_METRIC_RANKING);
    mlops_status status = judge(&m, &w);
    if (longest) mlops__free(&w.call.host.allocator, w.room, size);
    MLOPS_TRY(status);
    m.weight = mlops__exact_value(&w.weight);
    double *values[TERMS] = {&m.ndcg,           &m.map,         &m.mrr,
                             &m.precision_at_k, &m.recall_at_k, &m.hit_rate};
    for (size_t i = 0; i < TERMS; i++)
        *values[i] = mlops__ratio(mlops__exact_value(&w.terms[i]), m.weight);
    if (!m.n)
        return mlops__fail(err, MLOPS_E_INVALID, "none of %lld queries has a relevant row",
                           (long long)m.n_nan);
    return mlops__metrics_end(out, &m, err);
}
