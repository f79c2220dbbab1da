/* mlops/panes.h: profiles by time, in fixed memory: tumbling, sliding and fading windows.
 *
 * Time is cut into panes: stretches of pane_ns, from offset_ns on and without a gap (hours and days
 * of UTC, unless offset), or the months of a calendar. A mlops_panes keeps the profiles of the
 * newest n_panes of them, in the caller's storage. One pane is a tumbling window; the merge of
 * several is a sliding one, exact as any merge. With MLOPS_PANES_FADE there is one profile for all
 * time, whose counts are halved as often as a pane ends.
 */
#ifndef MLOPS_PANES_H
#define MLOPS_PANES_H

#include <mlops/profile.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Profiles of the newest panes, in mlops_panes_size() bytes aligned to 8. One thread at a time. */
typedef struct mlops_panes mlops_panes;

/** Configuration of panes. */
typedef struct mlops_panes_opts {
    uint32_t struct_size; /**< MLOPS_PANES_OPTS_INIT sets it */
    uint32_t flags;       /**< MLOPS_PANES_MONTHS, MLOPS_PANES_FADE */
    int64_t pane_ns;      /**< what a pane takes, above 0; default an hour */
    int64_t offset_ns;    /**< a time at which a pane begins; of months, how much later
                               than in UTC they do; default 0, the start of 1970 */
    int64_t n_panes;      /**< panes that are kept, 1 to 4,096; default 1 */
} mlops_panes_opts;

enum {
    MLOPS_PANES_MONTHS = 1, /**< a pane is a month; pane_ns must be 0 */
    MLOPS_PANES_FADE = 2    /**< one profile without edges, halved at the end of each pane; n_panes
                                 must be 0 or 1 */
};

#define MLOPS_PANES_OPTS_INIT                                                                      \
    { sizeof(mlops_panes_opts), 0, 0, 0, 0 }

/** Bytes that panes of profiles like this one need; 0 if opts are not valid.
 * @param like  whose configuration each pane's profile has
 * @param opts  @nullable
 * @since 0.1 */
MLOPS_API size_t mlops_panes_size(const mlops_profile *like, const mlops_panes_opts *opts);

/**
 * Start without any pane, in the caller's storage.
 *
 * @param[out] out  the panes, living in mem; need no end
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      at least mlops_panes_size(like, opts)
 * @param like      whose configuration each pane's profile has; it is copied
 * @param opts      @nullable
 * @return MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID for an option out of range, or
 * storage that is not aligned
 * @since 0.1
 */
MLOPS_API mlops_status mlops_panes_init(mlops_panes **out, void *mem, size_t size,
                                        const mlops_profile *like, const mlops_panes_opts *opts);

/**
 * The profile of the pane that a time lies in, to count into. A time after the newest pane begins
 * new ones and forgets as many of the oldest; an earlier one is late, and has its pane as long as
 * that is kept.
 *
 * @param self     panes
 * @param time_ns  UTC nanoseconds
 * @return @borrowed(self) @nullable NULL for a time before the oldest pane that is kept
 * @since 0.1
 */
MLOPS_API mlops_profile *mlops_panes_at(mlops_panes *self, int64_t time_ns);

/**
 * A pane by its age, until mlops_panes_at() begins a new one.
 *
 * @param self  panes
 * @param age   0: the newest; 1: the one before
 * @return @borrowed(self) @nullable NULL if there is none so old
 * @since 0.1
 */
MLOPS_API mlops_profile *mlops_panes_pane(mlops_panes *self, int64_t age);

/** Panes that there are, the newest among them: 0 to n_panes. @since 0.1 */
MLOPS_API int64_t mlops_panes_n(const mlops_panes *self);

/** When a pane begins, in UTC nanoseconds; it ends where that of age - 1 begins.
 * @param self  panes
 * @param age   0: the newest; -1: the one that is to follow. INT64_MIN is returned if there is none
 * @since 0.1 */
MLOPS_API int64_t mlops_panes_start_ns(const mlops_panes *self, int64_t age);

/**
 * Add what the newest panes have seen: the sliding window over them.
 *
 * @param self  panes
 * @param n     panes, 1 or more, as many as there are
 * @param into  profile of the same configuration
 * @return as mlops_profile_merge(); MLOPS_E_INVALID if n is below 1. Nothing is added then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_panes_merge(const mlops_panes *self, int64_t n, mlops_profile *into);

/** Forget all panes. @since 0.1 */
MLOPS_API void mlops_panes_reset(mlops_panes *self);

/**
 * Write all panes as bytes: canonical, little-endian, equal for equal state on any machine.
 *
 * @param self          panes
 * @param[out] bytes    @nullable @shape(cap) NULL to ask for the size
 * @param cap           bytes of room
 * @param[out] needed   @nullable bytes that it takes
 * @return MLOPS_E_ARENA if cap is too small; nothing is written then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_panes_save(const mlops_panes *self, void *bytes, size_t cap,
                                        size_t *needed);

/**
 * Storage that saved bytes need when they are loaded: as much as was saved from; exact.
 *
 * @param bytes      @shape(n) of mlops_panes_save()
 * @param n          number of bytes
 * @param[out] size  @shape(1) bytes of storage to give to mlops_panes_load()
 * @return MLOPS_E_CORRUPT, MLOPS_E_UNSUPPORTED as mlops_panes_load()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_panes_load_size(const void *bytes, size_t n, size_t *size);

/**
 * Read bytes of mlops_panes_save() into the caller's storage.
 *
 * @param[out] out  the panes, living in mem; need no end. They go on as if they had never stopped
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      at least what mlops_panes_load_size() gave
 * @param bytes     @shape(n) what was saved; borrowed for the call
 * @param n         number of bytes
 * @return MLOPS_E_CORRUPT for bytes that are no panes, or contradict each other;
 *         MLOPS_E_UNSUPPORTED for those of a later format; MLOPS_E_ARENA if size is too small;
 *         MLOPS_E_INVALID if mem is not aligned
 * @since 0.1
 */
MLOPS_API mlops_status mlops_panes_load(mlops_panes **out, void *mem, size_t size,
                                        const void *bytes, size_t n);

#ifdef __cplusplus
}
#endif

#endif
