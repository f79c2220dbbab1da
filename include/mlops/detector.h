/* mlops/detector.h: tell when a stream of numbers changes, value by value, in fixed memory.
 *
 * A mlops_detector takes values as they come (a model's errors, a feature, a latency) and signals
 * at which of them the stream has changed. Its state is the caller's: fixed size, no heap, no
 * random numbers, the same bits on a server and on a microcontroller; saved and loaded, it goes on
 * as if nothing had been. What each kind computes, and from whose paper, is in docs/detector.md.
 */
#ifndef MLOPS_DETECTOR_H
#define MLOPS_DETECTOR_H

#include <mlops/base.h>
#include <mlops/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A detector, in mlops_detector_size() bytes aligned to 8. One thread at a time. */
typedef struct mlops_detector mlops_detector;

/** What finds the change. Kinds take any number unless they say otherwise. */
typedef enum mlops_detector_kind {
    MLOPS_DETECTOR_ADWIN = 0,        /**< adwin: a window that is as long as its mean holds */
    MLOPS_DETECTOR_PAGE_HINKLEY = 1, /**< page_hinkley: summed deviation from the mean so far */
    MLOPS_DETECTOR_CUSUM = 2,        /**< cusum: the same from a mean that was learnt and stays */
    MLOPS_DETECTOR_EWMA = 3,         /**< ewma: chart of an exponentially weighted mean */
    MLOPS_DETECTOR_SHEWHART = 4,     /**< shewhart: one value far from the mean */
    MLOPS_DETECTOR_KSWIN = 5,        /**< kswin: distribution of the newest against the older */
    MLOPS_DETECTOR_DDM = 6,          /**< ddm: rate of errors, 0 or 1 each */
    MLOPS_DETECTOR_RDDM = 7,         /**< rddm: ddm that forgets old errors, 0 or 1 each */
    MLOPS_DETECTOR_EDDM = 8,         /**< eddm: gaps between errors, 0 or 1 each */
    MLOPS_DETECTOR_HDDM_A = 9,       /**< hddm_a: means of values from 0 to 1, by Hoeffding */
    MLOPS_DETECTOR_HDDM_W = 10,      /**< hddm_w: the same with weights, by McDiarmid */
    MLOPS_DETECTOR_STEPD = 11,       /**< stepd: newest errors against all before, 0 or 1 each */
    MLOPS_DETECTOR_ECDD = 12,        /**< ecdd: ewma of errors, 0 or 1 each */
    MLOPS_DETECTOR_KIND_FORCE32 = 0x7fffffff
} mlops_detector_kind;

/** Whose adwin: they differ in which cuts of the window they look at and what they do then. */
typedef enum mlops_detector_mode {
    MLOPS_DETECTOR_NATIVE = 0,       /**< all cuts; what is older than the clearest one goes */
    MLOPS_DETECTOR_RIVER = 1,        /**< river since 2022: all cuts; starts anew after a change */
    MLOPS_DETECTOR_RIVER_LEGACY = 2, /**< river before: misses a cut in each row; starts anew */
    MLOPS_DETECTOR_MOA = 3,          /**< MOA: parts of 7 or more; the window goes on */
    MLOPS_DETECTOR_SKMULTIFLOW = 4,  /**< scikit-multiflow: misses cuts; the window goes on */
    MLOPS_DETECTOR_MODE_FORCE32 = 0x7fffffff
} mlops_detector_mode;

/** Which changes count. */
typedef enum mlops_detector_side {
    MLOPS_DETECTOR_USUAL = 0, /**< both; of hddm_a and hddm_w, which watch errors, up */
    MLOPS_DETECTOR_UP = 1,    /**< the stream rises */
    MLOPS_DETECTOR_DOWN = 2,  /**< the stream falls */
    MLOPS_DETECTOR_BOTH = 3,  /**< either */
    MLOPS_DETECTOR_SIDE_FORCE32 = 0x7fffffff
} mlops_detector_side;

/** What a value made of the stream. */
typedef enum mlops_detector_signal {
    MLOPS_DETECTOR_NONE = 0,    /**< nothing */
    MLOPS_DETECTOR_WARNING = 1, /**< it may be changing; not of every kind */
    MLOPS_DETECTOR_CHANGE = 2,  /**< it has changed */
    MLOPS_DETECTOR_SIGNAL_FORCE32 = 0x7fffffff
} mlops_detector_signal;

/** Configuration. Defaults are those of the kind, in docs/detector.md; a parameter that the kind
 * does not have must be 0. */
typedef struct mlops_detector_opts {
    uint32_t struct_size;          /**< MLOPS_DETECTOR_OPTS_INIT sets it */
    uint32_t flags;                /**< MLOPS_DETECTOR_SET_DELTA, MLOPS_DETECTOR_SET_SLACK */
    const struct mlops_host *host; /**< @nullable allocator, of mlops_detector_new() alone */
    mlops_detector_kind kind;      /**< default MLOPS_DETECTOR_ADWIN */
    mlops_detector_mode mode;      /**< adwin: whose; default MLOPS_DETECTOR_NATIVE */
    mlops_detector_side side;      /**< page_hinkley, cusum, ewma, shewhart, hddm_a, hddm_w: which
                                        changes count; default MLOPS_DETECTOR_USUAL */
    uint32_t reserved;             /**< must be 0 */
    double delta;       /**< adwin, hddm_a, hddm_w, kswin, stepd: chance of a false alarm in one
                             test; page_hinkley: deviation that is no change, 0 or more; default
                             the kind's */
    double threshold;   /**< what the statistic is held against; default the kind's */
    double warning;     /**< the same for a warning; default the kind's */
    double weight;      /**< of the newest value in a weighted mean; page_hinkley: what is kept of
                             the sum with each value; default the kind's */
    double slack;       /**< cusum: deviation that is no change, 0 or more standard deviations;
                             default 0.5 */
    int64_t min_n;      /**< values (eddm: errors) before the first signal; default the kind's */
    int64_t window;     /**< kswin, stepd, rddm: values that are kept; default the kind's */
    int64_t recent;     /**< kswin: how many of them are the newest; default 30 */
    int64_t max_n;      /**< rddm: values after which the older are forgotten; default 40,000 */
    int64_t warnings;   /**< rddm: warnings in a row that are a change; default 1,400 */
    int64_t clock;      /**< adwin: looks for a cut at every clock-th value; default 32 */
    int64_t buckets;    /**< adwin: summaries of equal size, 2 to 32; default 5 */
    int64_t min_window; /**< adwin: least values on either side of a cut; default 5 */
} mlops_detector_opts;

enum {
    MLOPS_DETECTOR_SET_DELTA = 1, /**< delta was given, even if 0 */
    MLOPS_DETECTOR_SET_SLACK = 2  /**< slack was given, even if 0 */
};

#define MLOPS_DETECTOR_OPTS_INIT                                                                   \
    {                                                                                              \
        sizeof(mlops_detector_opts), 0, 0, MLOPS_DETECTOR_ADWIN, MLOPS_DETECTOR_NATIVE,            \
            MLOPS_DETECTOR_USUAL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0                         \
    }

/** What a detector has seen. Places are numbers of values from the first ever, from 0 on. */
typedef struct mlops_detector_summary {
    uint32_t struct_size;         /**< MLOPS_DETECTOR_SUMMARY_INIT sets it */
    mlops_detector_signal signal; /**< at the newest value */
    int64_t n;                    /**< all values, skipped ones among them */
    int64_t n_skipped;            /**< NaN, infinite, or 1e100 and more in magnitude */
    int64_t n_changes;            /**< changes that were signalled */
    int64_t last_change;          /**< place of the newest; -1 if there is none */
    int64_t last_warning;         /**< place where the newest row of warnings began; -1 if none */
    int64_t width;                /**< values that the present estimate stands on */
    double mean;                  /**< their mean, or what the kind takes for it; NaN if none */
    double statistic;             /**< how far it is to a change, which is signalled at 1; NaN where
                                       there is too little to tell */
} mlops_detector_summary;

#define MLOPS_DETECTOR_SUMMARY_INIT                                                                \
    { sizeof(mlops_detector_summary), MLOPS_DETECTOR_NONE, 0, 0, 0, 0, 0, 0, 0, 0 }

/** Name of a kind, such as "page_hinkley". @return @borrowed(static) @nullable NULL for a number
 * that is no kind; kinds count from 0 @since 0.1 */
MLOPS_API const char *mlops_detector_kind_name(mlops_detector_kind kind);

/** Bytes that a detector of this configuration needs; 0 if opts are not valid.
 * @param opts  @nullable
 * @since 0.1 */
MLOPS_API size_t mlops_detector_size(const mlops_detector_opts *opts);

/**
 * Start a detector in the caller's storage.
 *
 * @param[out] out  the detector, living in mem; needs no end
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      at least mlops_detector_size(opts)
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID for storage that is not aligned, an
 * option out of range, or one that the kind does not have: the message names it
 * @since 0.1
 */
MLOPS_API mlops_status mlops_detector_init(mlops_detector **out, void *mem, size_t size,
                                           const mlops_detector_opts *opts, mlops_error *err);

/**
 * Start a detector on the host's heap.
 *
 * @param[out] out  the detector, to be ended with mlops_detector_free(); NULL after an error
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_INVALID as mlops_detector_init(); MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_detector_new(mlops_detector **out, const mlops_detector_opts *opts,
                                          mlops_error *err);

/** End a detector made by mlops_detector_new(). NULL is allowed. @since 0.1 */
MLOPS_API void mlops_detector_free(mlops_detector *self);

/**
 * Take values, one after the other: in parts or at once makes no difference.
 *
 * A change does not end the call: the detector goes on behind it. A value that is NaN, infinite or
 * at least 1e100 in magnitude is skipped and counted; it has a place and no signal.
 *
 * @param self          detector
 * @param values        @shape(n) float64
 * @param n             0 or more
 * @param[out] signals  @nullable @shape(n) what each value made of it, a mlops_detector_signal; its
 *                      place is n of the summary before the call, and the index
 * @param err           @nullable
 * @return MLOPS_E_INVALID if n is negative, or a value is no error (0 or 1) or is not from 0 to 1,
 * where the kind asks for that; MLOPS_E_LIMIT beyond 2^53 values in all. Nothing is taken then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_detector_add(mlops_detector *self, const double *values, int64_t n,
                                          int32_t *signals, mlops_error *err);

/**
 * What it has seen and where it stands.
 *
 * @param self      detector
 * @param[out] out  @shape(1) struct_size must be set
 * @return MLOPS_E_INVALID if struct_size is unknown
 * @since 0.1
 */
MLOPS_API mlops_status mlops_detector_summarize(const mlops_detector *self,
                                                mlops_detector_summary *out);

/** Forget all values and counts; the configuration stays. @since 0.1 */
MLOPS_API void mlops_detector_reset(mlops_detector *self);

/**
 * Write the detector as bytes: canonical, little-endian, equal for equal state on any machine.
 *
 * @param self          detector
 * @param[out] bytes    @nullable @shape(cap) NULL to ask for the size
 * @param cap           bytes of room
 * @param[out] needed   @nullable bytes that it takes
 * @return MLOPS_E_ARENA if cap is too small; nothing is written then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_detector_save(const mlops_detector *self, void *bytes, size_t cap,
                                           size_t *needed);

/**
 * Read bytes of mlops_detector_save() into the caller's storage.
 *
 * @param[out] out  the detector, living in mem; needs no end. It goes on to the same bits
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      bytes of storage
 * @param bytes     @shape(n) what was saved; borrowed for the call
 * @param n         number of bytes
 * @return MLOPS_E_CORRUPT for bytes that are not a detector, or whose parts contradict each other;
 * MLOPS_E_UNSUPPORTED for one of a later format; MLOPS_E_ARENA if size is too small;
 * MLOPS_E_INVALID if mem is not aligned
 * @since 0.1
 */
MLOPS_API mlops_status mlops_detector_load(mlops_detector **out, void *mem, size_t size,
                                           const void *bytes, size_t n);

#ifdef __cplusplus
}
#endif

#endif
