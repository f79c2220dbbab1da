/* mlops/segments.h: profiles by key, such as country and plan, in fixed memory.
 *
 * A mlops_segments keeps a profile for each of the first n_segments keys that it is asked for, and
 * one of all the rest: however many keys there are, nothing is lost, and memory is known
 * beforehand. A key is one text; those of several columns are best joined as the fields of a CSV
 * line.
 */
#ifndef MLOPS_SEGMENTS_H
#define MLOPS_SEGMENTS_H

#include <mlops/profile.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Profiles by key, in mlops_segments_size() bytes aligned to 8. One thread at a time. */
typedef struct mlops_segments mlops_segments;

/** Configuration of segments. */
typedef struct mlops_segments_opts {
    uint32_t struct_size; /**< MLOPS_SEGMENTS_OPTS_INIT sets it */
    uint32_t flags;       /**< none yet; must be 0 */
    int64_t n_segments;   /**< keys that have a profile of their own, 1 to 65,536;
                               default 64 */
    int64_t key_size;     /**< bytes of a key at the most, 1 to 240; longer ones are of the
                               rest; default 64 */
} mlops_segments_opts;

#define MLOPS_SEGMENTS_OPTS_INIT                                                                   \
    { sizeof(mlops_segments_opts), 0, 0, 0 }

/** Bytes that segments of profiles like this one need; 0 if opts are not valid.
 * @param like  whose configuration each profile has
 * @param opts  @nullable
 * @since 0.1 */
MLOPS_API size_t mlops_segments_size(const mlops_profile *like, const mlops_segments_opts *opts);

/**
 * Start without any segment, in the caller's storage.
 *
 * @param[out] out  the segments, living in mem; need no end
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      at least mlops_segments_size(like, opts)
 * @param like      whose configuration each profile has; it is copied
 * @param opts      @nullable
 * @return MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID for an option out of range, or
 * storage that is not aligned
 * @since 0.1
 */
MLOPS_API mlops_status mlops_segments_init(mlops_segments **out, void *mem, size_t size,
                                           const mlops_profile *like,
                                           const mlops_segments_opts *opts);

/**
 * The profile of a key, to count into. The first n_segments keys begin one; those that come later,
 * and those that are too long, have that of the rest.
 *
 * @param self  segments
 * @param key   text
 * @return @borrowed(self)
 * @since 0.1
 */
MLOPS_API mlops_profile *mlops_segments_at(mlops_segments *self, const char *key);

/** Keys that have a profile of their own. @since 0.1 */
MLOPS_API int64_t mlops_segments_n(const mlops_segments *self);

/**
 * A key, in the order in which they came.
 *
 * @param self   segments
 * @param index  0 to n - 1
 * @return @borrowed(self) @nullable NULL if index is out of range
 * @since 0.1
 */
MLOPS_API const char *mlops_segments_key(const mlops_segments *self, int64_t index);

/**
 * A profile.
 *
 * @param self   segments
 * @param index  0 to n - 1: of that key; -1: of the rest
 * @return @borrowed(self) @nullable NULL if index is out of range
 * @since 0.1
 */
MLOPS_API mlops_profile *mlops_segments_profile(mlops_segments *self, int64_t index);

/**
 * Add what other segments have seen, key by key; keys for which there is no more room are of the
 * rest, and so is the other's rest. As long as all keys have room, order tells in nothing but the
 * order of keys.
 *
 * @param self   segments
 * @param other  segments of profiles of the same configuration; unchanged
 * @return MLOPS_E_INVALID if the configurations differ; MLOPS_E_LIMIT beyond 2^63 - 1 values in all
 * segments. Nothing is added in either case
 * @since 0.1
 */
MLOPS_API mlops_status mlops_segments_merge(mlops_segments *self, const mlops_segments *other);

/** Forget all keys. @since 0.1 */
MLOPS_API void mlops_segments_reset(mlops_segments *self);

/**
 * Write all keys and profiles as bytes: canonical, little-endian, equal for equal state on any
 * machine.
 *
 * @param self          segments
 * @param[out] bytes    @nullable @shape(cap) NULL to ask for the size
 * @param cap           bytes of room
 * @param[out] needed   @nullable bytes that it takes
 * @return MLOPS_E_ARENA if cap is too small; nothing is written then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_segments_save(const mlops_segments *self, void *bytes, size_t cap,
                                           size_t *needed);

/**
 * Storage that saved bytes need when they are loaded: as much as was saved from; exact.
 *
 * @param bytes      @shape(n) of mlops_segments_save()
 * @param n          number of bytes
 * @param[out] size  @shape(1) bytes of storage to give to mlops_segments_load()
 * @return MLOPS_E_CORRUPT, MLOPS_E_UNSUPPORTED as mlops_segments_load()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_segments_load_size(const void *bytes, size_t n, size_t *size);

/**
 * Read bytes of mlops_segments_save() into the caller's storage.
 *
 * @param[out] out  the segments, living in mem; need no end. They go on as if they had never
 * stopped
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      at least what mlops_segments_load_size() gave
 * @param bytes     @shape(n) what was saved; borrowed for the call
 * @param n         number of bytes
 * @return MLOPS_E_CORRUPT for bytes that are no segments, or contradict each other;
 *         MLOPS_E_UNSUPPORTED for those of a later format; MLOPS_E_ARENA if size is too small;
 *         MLOPS_E_INVALID if mem is not aligned
 * @since 0.1
 */
MLOPS_API mlops_status mlops_segments_load(mlops_segments **out, void *mem, size_t size,
                                           const void *bytes, size_t n);

#ifdef __cplusplus
}
#endif

#endif
