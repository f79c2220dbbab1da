/* mlops/policy.h: when is somebody to be told, and when is a model to be trained anew?
 *
 * A mlops_policy is given one number a window (of drift, of lost performance, of anything whose
 * tolerance is 1) and raises an alarm by rules that keep it from flapping: k of the newest n
 * windows, a level at which it ends that lies below the one at which it begins, a pause between
 * alarms, and a veto: of data that are broken nothing is learnt about the world. Each answer comes
 * with its reason as JSON. State is the caller's: fixed size, no heap.
 *
 *     mlops_policy_add(policy, now_ns, mlops_drift_severity(drift), 0, &decision);
 *     if (decision.event == MLOPS_POLICY_RAISED) page(mlops_policy_reason(...));
 */
#ifndef MLOPS_POLICY_H
#define MLOPS_POLICY_H

#include <mlops/base.h>
#include <mlops/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A policy and the windows that it remembers, in mlops_policy_size() bytes aligned to 8. One
 * thread at a time. */
typedef struct mlops_policy mlops_policy;

/** Configuration. Zero means the default in each field. */
typedef struct mlops_policy_opts {
    uint32_t struct_size;          /**< MLOPS_POLICY_OPTS_INIT sets it */
    uint32_t flags;                /**< none yet; must be 0 */
    const struct mlops_host *host; /**< @nullable allocator, of mlops_policy_new() alone */
    int64_t k;                     /**< windows that must be over; 1 to n, default 1 */
    int64_t n;                     /**< among so many newest ones; up to 64, default k */
    int64_t calm;                  /**< calm windows in a row that end an alarm; 1 or more,
                                        default 1 */
    double over;                   /**< a window is over from this severity on; above 0, default
                                         1 */
    double clear;                  /**< a window is calm below this; in (0, over], default over */
    double critical;               /**< one window of this severity raises the alarm by itself; at
                                        least over, default none */
    int64_t pause_ns;              /**< no alarm is raised until so long after the one before was;
                                        default 0 */
} mlops_policy_opts;

#define MLOPS_POLICY_OPTS_INIT                                                                     \
    { sizeof(mlops_policy_opts), 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/** What a window changed. */
typedef enum mlops_policy_event {
    MLOPS_POLICY_NOTHING = 0, /**< nothing */
    MLOPS_POLICY_RAISED = 1,  /**< an alarm begins: tell somebody */
    MLOPS_POLICY_ENDED = 2,   /**< the alarm is over */
    MLOPS_POLICY_HELD = 3,    /**< an alarm is due, but so soon after the one before it waits */
    MLOPS_POLICY_VETOED = 4, /**< the window was over, but its data are broken: it does not count */
    MLOPS_POLICY_UNKNOWN = 5, /**< the window had not enough data: it does not count */
    MLOPS_POLICY_EVENT_FORCE32 = 0x7fffffff
} mlops_policy_event;

/** Where a policy stands after a window. */
typedef struct mlops_policy_decision {
    uint32_t struct_size;     /**< MLOPS_POLICY_DECISION_INIT sets it */
    mlops_policy_event event; /**< what the window changed */
    int32_t alarmed;          /**< 1 while an alarm lasts */
    int32_t is_critical;      /**< 1 if a window of the alarm was critical */
    int64_t n_known;          /**< windows remembered: up to opts.n of those that count */
    int64_t n_over;           /**< of these, over */
    int64_t n_calm;           /**< calm ones in a row, up to now */
    int64_t time_ns;          /**< of the newest window */
    int64_t raised_ns;        /**< when the newest alarm began; INT64_MIN if there was none */
    double severity;          /**< of the newest window; NaN if not known */
    double peak;              /**< greatest of the alarm, or of the one that just ended; 0 else */
} mlops_policy_decision;

#define MLOPS_POLICY_DECISION_INIT                                                                 \
    { sizeof(mlops_policy_decision), MLOPS_POLICY_NOTHING, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/** Bytes that a policy needs. @since 0.1 */
MLOPS_API size_t mlops_policy_size(void);

/**
 * Begin without any window in the caller's storage.
 *
 * @param[out] out  the policy, living in mem; needs no end
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      at least mlops_policy_size()
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID for an option out of range, or
 * storage that is not aligned
 * @since 0.1
 */
MLOPS_API mlops_status mlops_policy_init(mlops_policy **out, void *mem, size_t size,
                                         const mlops_policy_opts *opts, mlops_error *err);

/**
 * Begin without any window on the host's heap.
 *
 * @param[out] out  the policy, to be ended with mlops_policy_free(); NULL after an error
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_INVALID, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_policy_new(mlops_policy **out, const mlops_policy_opts *opts,
                                        mlops_error *err);

/** End a policy made by mlops_policy_new(). NULL is allowed. @since 0.1 */
MLOPS_API void mlops_policy_free(mlops_policy *self);

/**
 * Take the next window.
 *
 * @param self      policy
 * @param time_ns   when it ended; not before the one ahead of it
 * @param severity  0 or more, 1 at the tolerance; NaN: there is not enough data to tell
 * @param vetoed    not 0: the data of the window are broken (quality, or a known outage)
 * @param[out] out  @shape(1) where the policy stands; struct_size must be set
 * @return MLOPS_E_INVALID if time goes back, severity is below 0, or struct_size is unknown; the
 *         window is not taken then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_policy_add(mlops_policy *self, int64_t time_ns, double severity,
                                        int32_t vetoed, mlops_policy_decision *out);

/** Where the policy stood after the newest window, as mlops_policy_add() told.
 * @param self      policy
 * @param[out] out  @shape(1) struct_size must be set
 * @return MLOPS_E_INVALID if struct_size is unknown
 * @since 0.1 */
MLOPS_API mlops_status mlops_policy_get(const mlops_policy *self, mlops_policy_decision *out);

/**
 * The same, and why, as a line of JSON: event, alarmed, reason (a sentence), the numbers of the
 * decision, and the rules.
 *
 * @param self         policy
 * @param[out] text    @nullable @shape(cap) ends in NUL; NULL to ask for the size
 * @param cap          bytes of text
 * @param[out] needed  @nullable bytes of the whole text, without NUL
 * @return MLOPS_E_ARENA if cap is too small: text is empty then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_policy_reason(const mlops_policy *self, char *text, size_t cap,
                                           size_t *needed);

/**
 * Write the policy and what it remembers as bytes: canonical, little-endian, equal on any machine.
 *
 * @param self          policy
 * @param[out] bytes    @nullable @shape(cap) NULL to ask for the size
 * @param cap           bytes of room
 * @param[out] needed   @nullable bytes that it takes
 * @return MLOPS_E_ARENA if cap is too small; nothing is written then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_policy_save(const mlops_policy *self, void *bytes, size_t cap,
                                         size_t *needed);

/**
 * Read bytes of mlops_policy_save() into the caller's storage.
 *
 * @param[out] out  the policy, living in mem; needs no end. It goes on where it was saved
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      bytes of storage
 * @param bytes     @shape(n) what was saved; borrowed for the call
 * @param n         number of bytes
 * @return MLOPS_E_CORRUPT for bytes that are no policy, or whose parts contradict each other;
 * MLOPS_E_UNSUPPORTED for one of a later format; MLOPS_E_ARENA if size is too small;
 * MLOPS_E_INVALID if mem is not aligned
 * @since 0.1
 */
MLOPS_API mlops_status mlops_policy_load(mlops_policy **out, void *mem, size_t size,
                                         const void *bytes, size_t n);

#ifdef __cplusplus
}
#endif

#endif
