/* Inside of a mlops_detector: what lies in the caller's storage, and what each kind has to give.
 *
 * Parameters are numbers in one array, in the order of mlops__detect_param; those that a kind does
 * not have are 0. The state of a kind is an array of float64 behind them, counts among them, which
 * are exact up to 2^53: so it saves, and is checked, word by word.
 */
#ifndef MLOPS_DETECT_RUN_DETECT_H
#define MLOPS_DETECT_RUN_DETECT_H

#include <mlops/detector.h>

#include "base/buf.h"
#include "base/cursor.h"

typedef enum mlops__detect_param {
    MLOPS__DELTA,
    MLOPS__THRESHOLD,
    MLOPS__WARNING,
    MLOPS__WEIGHT,
    MLOPS__SLACK,
    MLOPS__MIN_N,
    MLOPS__WINDOW,
    MLOPS__RECENT,
    MLOPS__MAX_N,
    MLOPS__WARNINGS,
    MLOPS__CLOCK,
    MLOPS__BUCKETS,
    MLOPS__MIN_WINDOW,
    MLOPS__PARAMS
} mlops__detect_param;

/* Larger than whatever is held against it, and finite as all of a state. */
#define MLOPS__DETECT_MOST 1e300
#define MLOPS__DETECT_N    9007199254740992.0 /* values that a detector takes */

struct mlops_detector {
    int32_t kind;
    int32_t mode;
    int32_t side; /* MLOPS_DETECTOR_UP, _DOWN or both of these bits */
    int32_t signal;
    int64_t n;
    int64_t n_skipped;
    int64_t n_changes;
    int64_t last_change;
    int64_t last_warning;
    double p[MLOPS__PARAMS];
    double c[2]; /* what follows from p and is long to compute */
    double s[];
};

/* detector.c: checked parameters; MLOPS_E_INVALID names the one that is wrong. */
mlops_status mlops__detect_begin(mlops_detector **out, void *mem, size_t size,
                                 const mlops_detector *like, mlops_error *err);
mlops_status mlops__detect_check(const mlops_detector *like, mlops_error *err);

/* kinds.c: words of state. */
size_t mlops__detect_words(const mlops_detector *self);

/* The constants; the state before the first value; and what follows a change, of which
 * mlops_detector.signal still tells. */
void mlops__detect_prepare(mlops_detector *self);
void mlops__detect_clear(mlops_detector *self);
void mlops__detect_restart(mlops_detector *self);
void mlops__detect_take(mlops_detector *self, const double *values, int64_t n, int32_t *signals);
void mlops__detect_tell(const mlops_detector *self, mlops_detector_summary *out);
void mlops__detect_put(const mlops_detector *self, mlops__buf *out);
mlops_status mlops__detect_get(mlops_detector *self, mlops__cursor *in);

/* Counts a signal that is one, ahead of n and of the signal before. */
void mlops__detect_note(mlops_detector *self, int32_t signal);

static inline int mlops__detect_is_usable(double x) { return x < 1e100 && x > -1e100; }

/* A kind takes values by a loop around its step, which is inlined. */
#define MLOPS__DETECT_LOOP_WITH(name, begin, load, store, step)                                    \
    void name(mlops_detector *self, const double *values, int64_t n, int32_t *signals) {           \
        begin;                                                                                     \
        load;                                                                                      \
        for (int64_t i = 0; i < n; i++) {                                                          \
            int32_t signal = MLOPS_DETECTOR_NONE;                                                  \
            if (self->signal == MLOPS_DETECTOR_CHANGE) {                                           \
                store;                                                                             \
                mlops__detect_restart(self);                                                       \
                load;                                                                              \
            }                                                                                      \
            if (mlops__detect_is_usable(values[i])) signal = step;                                 \
            else self->n_skipped++;                                                                \
            if (signal) mlops__detect_note(self, signal);                                          \
            self->signal = signal;                                                                 \
            self->n++;                                                                             \
            if (signals) signals[i] = signal;                                                      \
        }                                                                                          \
        store;                                                                                     \
    }

/* The numbers of its state are in registers meanwhile: from one value to the next they would wait
 * for memory. */
#define MLOPS__DETECT_LOOP(name, step, numbers)                                                    \
    MLOPS__DETECT_LOOP_WITH(name, numbers s, s = *(numbers *)(void *)self->s,                      \
                            *(numbers *)(void *)self->s = s, step(self, &s, values[i]))

typedef void mlops__detect_loop(mlops_detector *self, const double *values, int64_t n,
                                int32_t *signals);
mlops__detect_loop mlops__adwin_take, mlops__page_hinkley_take, mlops__cusum_take, mlops__ewma_take,
    mlops__shewhart_take, mlops__kswin_take, mlops__ddm_take, mlops__rddm_take, mlops__eddm_take,
    mlops__hddm_a_take, mlops__hddm_w_take, mlops__stepd_take, mlops__ecdd_take;

typedef void mlops__detect_teller(const mlops_detector *self, mlops_detector_summary *out);
mlops__detect_teller mlops__adwin_tell, mlops__page_hinkley_tell, mlops__chart_tell,
    mlops__kswin_tell, mlops__ddm_tell, mlops__eddm_tell, mlops__hddm_a_tell, mlops__hddm_w_tell,
    mlops__stepd_tell, mlops__ecdd_tell;

/* adwin.c, kswin.c, errors.c: the kinds whose state is not just numbers. */
enum { MLOPS__ADWIN_ROWS = 38 /* of summaries: so many powers of two */ };
size_t mlops__adwin_words(const mlops_detector *self);
void mlops__adwin_put(const mlops_detector *self, mlops__buf *out);
mlops_status mlops__adwin_get(mlops_detector *self, mlops__cursor *in);

size_t mlops__kswin_words(const mlops_detector *self);
void mlops__kswin_prepare(mlops_detector *self);
void mlops__kswin_restart(mlops_detector *self);
void mlops__kswin_put(const mlops_detector *self, mlops__buf *out);
mlops_status mlops__kswin_get(mlops_detector *self, mlops__cursor *in);

size_t mlops__ring_words(const mlops_detector *self);
void mlops__rddm_restart(mlops_detector *self);
void mlops__stepd_prepare(mlops_detector *self);

/* Whether a number that was read is a count of at most so many. */
static inline int mlops__detect_is_count(double x, double most) {
    return x >= 0 && x <= most && (double)(int64_t)x == x;
}

#endif
