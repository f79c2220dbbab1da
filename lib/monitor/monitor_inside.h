/* Inside of a mlops_monitor, shared by the files of this folder. */
#ifndef MLOPS_MONITOR_MONITOR_INSIDE_H
#define MLOPS_MONITOR_MONITOR_INSIDE_H

#include "base/arena.h"
#include "drift/judge.h"
#include "monitor/labels.h"
#include "profile/reference.h"
#include "profile/seen.h"

#include <mlops/monitor.h>
#include <mlops/policy.h>

enum { MLOPS__MONITOR_BLOCK = 64 /* rows that go through all features together */ };

/* One watched column and what the current window has seen of it. */
typedef struct mlops__feature {
    const mlops__reference_column *column; /* of the reference */
    int64_t place;                         /* in a row; -1: rows do not have it, tables do */
    int64_t n_cells;                       /* of edges and reference, refined if numeric */
    int64_t n_counts;                      /* n_cells, and behind them MLOPS__SEEN_TIMES if seen:
                                              values by how often their slot came there */
    const double *edges;                   /* numeric: n_cells - 1; else NULL */
    const int64_t *reference;              /* counts of the reference in the cells */
    mlops_profile *profile;                /* numeric: over the edges; else NULL */
    int64_t *counts;                       /* n_counts, others: of the window; else NULL */
    int64_t n_null;                        /* others: nulls of the window */
    int64_t n_before;                      /* values of the windows before, nulls among them */
    int64_t n_null_before;                 /* nulls and NaN of the windows before */
    int64_t *kept;                         /* n_counts: of the newest complete window */
    mlops__drift_side kept_side;           /* of that window */
    const char *labels;                    /* model="...",feature="..." */
    size_t n_labels;
} mlops__feature;

/* Durations on a ladder of ten steps a decade, 100 ns to 10 s. */
typedef struct mlops__latency {
    mlops_profile *profile; /* of nanoseconds */
    uint64_t sum_ns;        /* stays at the greatest once it is reached */
} mlops__latency;

typedef struct mlops__segments mlops__segments;

struct mlops_monitor {
    mlops__host host;
    mlops__arena arena; /* all that is allocated, once and for all */
    int64_t n_others;   /* shares beyond the first */
    mlops_model *model; /* NULL: none */
    int of_bundle;      /* the model came in one file with the reference */
    mlops_reference *reference;
    mlops__drift_rule rule; /* alpha 0: of the time that a window takes */
    mlops__drift_rule newest_rule;
    int alpha_of_all;
    int64_t false_alarm_ns; /* 0: none */
    const char *name;
    const char *labels; /* model="..." */
    size_t n_labels;
    int64_t window_rows;
    int64_t window_ns; /* 0: none */
    int64_t due_ns;    /* when the current window ends; of no meaning while it has no rows */
    int64_t n_newest;  /* rows of the newest complete window */
    int64_t n_errors;
    int64_t width;      /* columns of a row */
    int64_t n_features; /* watched */
    mlops__feature *features;

    int64_t n_rows;   /* in all, but for pending ones */
    int64_t n_window; /* of the current window; less than window_rows */
    float *pending;   /* up to a block of rows that came one by one and are not yet counted */
    double *pending_predictions;
    int64_t n_pending;
    int64_t n_pending_predictions;
    mlops_profile *window;      /* first value of each prediction, of the current window */
    mlops_profile *newest;      /* the same, of the newest complete window */
    mlops_profile *predictions; /* the same, in all */
    mlops__latency latency;

    mlops__labels *scored;     /* NULL: none are expected */
    mlops_policy *policy;      /* NULL: none */
    mlops__segments *segments; /* NULL: none */
    mlops_monitor *parent;     /* of a segment, which lives in its arena; else NULL */
    int32_t vetoed;            /* the current window is not to count in it */
    int64_t newest_row_ns;     /* when rows were added last; of no meaning before */

    int64_t n_windows;
    int64_t window_end_ns; /* of the newest complete window; before it, when the monitor was made */
    mlops_drift_verdict verdict;
    int64_t n_drifted;
    mlops__drift_judged *judged; /* n_features, of the newest complete window */
    int64_t *order;              /* n_features */
    size_t profile_max;          /* bytes of the largest profile */
};

/* Which columns are watched, as lists of names; nullable. */
typedef struct mlops__monitor_names {
    const char *listed; /* opts.reference.columns: of a row, where the model has no names */
    const char *keep;   /* opts.drift.columns */
    const char *drop;   /* opts.drift.ignore */
} mlops__monitor_names;

/* Binds features to columns of the reference and makes room for all that a window needs. */
mlops_status mlops__monitor_bind(mlops_monitor *self, const mlops__monitor_names *names,
                                 mlops_error *err);

/* Makes room for what a segment sees of what its parent watches. */
mlops_status mlops__monitor_bind_segment(mlops_monitor *self, mlops_monitor *parent);

/* name="value", the value escaped, of a label; returns its bytes, without NUL. */
size_t mlops__monitor_label(char *out, const char *name, const char *value);

/* The rule of the current window if it ends at this time. */
mlops__drift_rule mlops__monitor_rule(const mlops_monitor *self, int64_t end_ns);

/* Judges the current window into judged (n_features), order and cells, which are scratch: as many
 * as the largest column has. cells NULL: the newest complete window, as it was kept. */
void mlops__monitor_judge(const mlops_monitor *self, const mlops__drift_rule *rule,
                          mlops__drift_judged *judged, int64_t *order, int64_t *cells);

/* Judges the newest complete window by newest_rule. */
void mlops__monitor_judge_newest(mlops_monitor *self);

/* At the end of the current window, once it is judged: has the policy decide. */
void mlops__monitor_decide(mlops_monitor *self, int64_t end_ns);

/* Before anything is read: counts the pending rows, and ends a window whose time is over. */
void mlops__monitor_settle(const mlops_monitor *self);

/* Rows that wait for their block are counted. */
void mlops__monitor_flush(mlops_monitor *self);

/* Adds rows that were checked; scored (nullable) is moved on by as many. */
void mlops__monitor_put_rows(mlops_monitor *self, const float *rows, int64_t n_rows,
                             const double *predictions, int64_t width, mlops__scored *scored);

/* Profiles the first values of n predictions. */
void mlops__monitor_add_predictions(mlops_monitor *self, const double *first, int64_t n);

/* Whether rows are of the monitor's shape. */
mlops_status mlops__monitor_check_rows(const mlops_monitor *self, const float *rows, int64_t n_rows,
                                       int64_t n_features, mlops_error *err);

/* Whether a table has what is watched, and its rows fit; then they may be put. */
mlops_status mlops__monitor_check_table(const mlops_monitor *self, const mlops_table *table,
                                        mlops_error *err);
void mlops__monitor_put_table(mlops_monitor *self, const mlops_table *table, mlops__scored *scored);

/* Counts n rows as added; at the end of a window it is judged, kept, and the next one begins. */
void mlops__monitor_advance(mlops_monitor *self, int64_t n);

/* Rows that the current window still takes, n at the most. */
int64_t mlops__monitor_room(const mlops_monitor *self, int64_t n);

/* Values and nulls of a feature since the monitor began. */
int64_t mlops__feature_values(const mlops__feature *self);
int64_t mlops__feature_nulls(const mlops__feature *self);

/* What a profile tells of all its values. */
static inline mlops_profile_summary mlops__monitor_summary(const mlops_profile *profile) {
    mlops_profile_summary s = MLOPS_PROFILE_SUMMARY_INIT;
    (void)mlops_profile_summarize(profile, &s); /* the struct is ours */
    return s;
}

/* Share of the newest window's values that lie outside of the reference's range, or are texts that
 * it lacks; undefined where it does not say which those are. */
double mlops__feature_unseen_share(const mlops__feature *self);

mlops_status mlops__latency_init(mlops__latency *self, mlops__arena *arena, size_t *size_max);
mlops_status mlops__latency_add(mlops__latency *self, int64_t duration_ns);

/* Steps of the histogram: upper bounds in nanoseconds (1, 2, 5 of each decade) and how many
 * durations do not exceed them. */
enum { MLOPS__LATENCY_STEPS = 25 };
int64_t mlops__latency_step(const mlops__latency *self, int64_t step, double *bound_ns);

#endif
