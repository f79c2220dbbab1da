/* Profiles on the host's heap: two that merge, saved and read into the caller's storage.
 *
 * Owns nothing. Making one is all that can fail: what follows works on its memory alone.
 */
#include "fault/sweep.h"

#include "base/fail.h"

static const double EDGES[] = {1, 2, 3}, VALUES[] = {0.5, 1.5, 2, 9};

static mlops_status make(mlops_profile **out, const mlops_host *host, mlops_error *err) {
    mlops_profile_opts opts = MLOPS_PROFILE_OPTS_INIT;
    opts.host = host;
    opts.edges = EDGES;
    opts.n_edges = 3;
    opts.lg_k = 4;
    opts.categories = "a,b";
    return mlops_profile_new(out, &opts, err);
}

static int as_expected(const mlops_profile *p) {
    mlops_profile_summary summary = MLOPS_PROFILE_SUMMARY_INIT;
    mlops_profile_moments moments = MLOPS_PROFILE_MOMENTS_INIT;
    if (mlops_profile_measure(p, &moments) || moments.n != 5 || mlops_profile_distinct(p, 0) < 4 ||
        mlops_profile_n_categories(p) != 2 || mlops_profile_category(p, 1) != 1 ||
        mlops_profile_category_name(p, 1)[0] != 'b')
        return 0;
    return mlops_profile_summarize(p, &summary) == MLOPS_OK && summary.n == 7 &&
           summary.n_null == 2 && mlops_profile_n_bins(p) == 4 && mlops_profile_bin(p, 1) == 2 &&
           mlops_profile_edge(p, 1) == 2 && mlops_profile_quantile(p, 1) == 9;
}

static int merge_and_save(mlops_profile *p, mlops_profile *q) {
    static uint64_t bytes[512], storage[512];
    mlops_profile *read;
    size_t needed = 0;
    if (mlops_profile_add(p, VALUES, 4) || mlops_profile_add_nulls(q, 2) ||
        mlops_profile_add_text(p, "b") || mlops_profile_merge(p, q) ||
        mlops_profile_save(p, bytes, sizeof bytes, &needed) ||
        mlops_profile_load(&read, storage, sizeof storage, bytes, needed))
        return SWEEP_WRONG;
    int good = as_expected(p) && as_expected(read);
    mlops_profile_reset(p);
    return good && mlops_profile_bin(p, 1) == 0 ? MLOPS_OK : SWEEP_WRONG;
}

/* Panes and segments of profiles like this one, and powers of two: in memory that is there. */
static int use_windows(const mlops_profile *like) {
    static uint64_t storage[2][2048], bytes[2048], room[512];
    size_t n = 0, size = 0;
    mlops_panes *panes;
    mlops_segments *segments;
    mlops_profile *log, *sum;
    mlops_profile_powers powers = MLOPS_PROFILE_POWERS_INIT;
    mlops_segments_opts few = MLOPS_SEGMENTS_OPTS_INIT;
    char text[512];
    few.n_segments = 1;
    if (mlops_profile_init(&log, room, sizeof room, NULL) || mlops_profile_add(log, VALUES, 4) ||
        mlops_profile_count_powers(log, &powers) || powers.n_positive != 6 ||
        mlops_profile_power(log, 1, 0) != 2 || mlops_profile_otlp(log, text, sizeof text, NULL))
        return SWEEP_WRONG;
    if (mlops_panes_size(like, NULL) > sizeof storage[0] ||
        mlops_panes_init(&panes, storage[0], sizeof storage[0], like, NULL))
        return SWEEP_WRONG;
    sum = mlops_panes_at(panes, 5);
    if (!sum || mlops_panes_n(panes) != 1 || mlops_panes_start_ns(panes, 0) != 0 ||
        mlops_panes_pane(panes, 0) != sum || mlops_panes_merge(panes, 1, sum))
        return SWEEP_WRONG;
    if (mlops_panes_save(panes, bytes, sizeof bytes, &n) ||
        mlops_panes_load_size(bytes, n, &size) || size > sizeof storage[1] ||
        mlops_panes_load(&panes, storage[1], size, bytes, n))
        return SWEEP_WRONG;
    mlops_panes_reset(panes);
    if (mlops_segments_size(like, &few) > sizeof storage[1] ||
        mlops_segments_init(&segments, storage[1], sizeof storage[1], like, &few))
        return SWEEP_WRONG;
    sum = mlops_segments_at(segments, "a");
    if (mlops_segments_n(segments) != 1 || mlops_segments_key(segments, 0)[0] != 'a' ||
        mlops_segments_profile(segments, 0) != sum || mlops_segments_merge(segments, segments))
        return SWEEP_WRONG;
    if (mlops_segments_save(segments, bytes, sizeof bytes, &n) ||
        mlops_segments_load_size(bytes, n, &size) || size > sizeof storage[0] ||
        mlops_segments_load(&segments, storage[0], size, bytes, n))
        return SWEEP_WRONG;
    mlops_segments_reset(segments);
    return MLOPS_OK;
}

static int use_two(const mlops_host *host, const char *dir) {
    mlops_profile *p, *q;
    mlops_error err;
    (void)dir;
    mlops_status status = make(&p, host, &err);
    if (status) return p ? SWEEP_WRONG : sweep_told(status, &err);
    status = make(&q, host, &err);
    int result = q && status ? SWEEP_WRONG : sweep_told(status, &err);
    if (!status) result = merge_and_save(p, q);
    if (!status && !result) result = use_windows(p);
    mlops_profile_free(q);
    mlops_profile_free(p);
    return result;
}

const sweep_scenario sweep_profile[] = {
    {"profile: make and merge", NULL, use_two, NULL, SWEEP_MEMORY},
    {NULL, NULL, NULL, NULL, 0},
};
