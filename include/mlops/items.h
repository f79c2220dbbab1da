/* mlops/items.h: which values a stream has most often, in fixed memory.
 *
 * A mlops_items counts up to 3/4 of 2^lg_size different values. When there are more, the median of
 * the counts is taken off all of them, and those that are left without are forgotten: what a count
 * may have lost is the sum of these medians, which is told with every answer and is never more than
 * 3.5 / 2^lg_size of the stream (Misra and Gries; Anderson and others 2017, as Apache DataSketches
 * has it). Values are int64 or short texts. State is the caller's: fixed size, no heap. Bytes are
 * those of DataSketches, in a frame of ours or bare.
 */
#ifndef MLOPS_ITEMS_H
#define MLOPS_ITEMS_H

#include <mlops/base.h>
#include <mlops/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A sketch of frequent values, in mlops_items_size() bytes aligned to 8. One thread at a time. */
typedef struct mlops_items mlops_items;

/** Configuration of a sketch. */
typedef struct mlops_items_opts {
    uint32_t struct_size;          /**< MLOPS_ITEMS_OPTS_INIT sets it */
    uint32_t flags;                /**< none yet; must be 0 */
    const struct mlops_host *host; /**< @nullable allocator, of mlops_items_new() alone */
    int64_t lg_size;               /**< room for 3/4 of 2^lg_size values; 3 to 20; default 10 */
    int64_t text_max;              /**< bytes of the longest text, which each value takes; 0 to
                                        65,534; default 0: values are int64 */
} mlops_items_opts;

#define MLOPS_ITEMS_OPTS_INIT                                                                      \
    { sizeof(mlops_items_opts), 0, 0, 0, 0 }

/** What a sketch has seen. */
typedef struct mlops_items_summary {
    uint32_t struct_size; /**< MLOPS_ITEMS_SUMMARY_INIT sets it */
    uint32_t reserved;    /**< 0 */
    int64_t n;            /**< values, each as often as it was added */
    int64_t n_kept;       /**< different values that are kept */
    int64_t error;        /**< what a count may be short of, and may be of a value not kept */
    double error_share;   /**< what error is at the most, as a share of n: 3.5 / 2^lg_size */
} mlops_items_summary;

#define MLOPS_ITEMS_SUMMARY_INIT                                                                   \
    { sizeof(mlops_items_summary), 0, 0, 0, 0, 0 }

/** A value and how often it was added: lower to upper times for certain. */
typedef struct mlops_items_row {
    uint32_t struct_size; /**< MLOPS_ITEMS_ROW_INIT sets it */
    uint32_t reserved;    /**< 0 */
    int64_t value;        /**< where values are int64, else 0 */
    const char *text;     /**< @nullable @borrowed(self) where values are texts; until the sketch
                               changes */
    int64_t estimate;     /**< upper of a value that is kept, else 0 */
    int64_t lower;        /**< at least so often */
    int64_t upper;        /**< at most so often */
} mlops_items_row;

#define MLOPS_ITEMS_ROW_INIT                                                                       \
    { sizeof(mlops_items_row), 0, 0, 0, 0, 0, 0 }

/** Which values count as frequent. */
typedef enum mlops_items_kind {
    MLOPS_ITEMS_CERTAIN = 0,  /**< lower is above the threshold: no false positives */
    MLOPS_ITEMS_POSSIBLE = 1, /**< upper is above it: no false negatives */
    MLOPS_ITEMS_KIND_FORCE32 = 0x7fffffff
} mlops_items_kind;

/** How a sketch is written. */
typedef enum mlops_items_form {
    MLOPS_ITEMS_NATIVE = 0,       /**< all of it, with a CRC */
    MLOPS_ITEMS_DATASKETCHES = 1, /**< bytes of DataSketches: of longs, or of strings */
    MLOPS_ITEMS_FORM_FORCE32 = 0x7fffffff
} mlops_items_form;

/** Bytes that a sketch of this configuration needs; 0 if opts are not valid.
 * @param opts  @nullable
 * @since 0.1 */
MLOPS_API size_t mlops_items_size(const mlops_items_opts *opts);

/**
 * Start an empty sketch in the caller's storage.
 *
 * @param[out] out  the sketch, living in mem; needs no end
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      at least mlops_items_size(opts)
 * @param opts      @nullable
 * @return MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID for an option out of range, or
 * storage that is not aligned
 * @since 0.1
 */
MLOPS_API mlops_status mlops_items_init(mlops_items **out, void *mem, size_t size,
                                        const mlops_items_opts *opts);

/**
 * Start an empty sketch on the host's heap.
 *
 * @param[out] out  the sketch, to be ended with mlops_items_free(); NULL after an error
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_INVALID, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_items_new(mlops_items **out, const mlops_items_opts *opts,
                                       mlops_error *err);

/** End a sketch made by mlops_items_new(). NULL is allowed.
 * @since 0.1 */
MLOPS_API void mlops_items_free(mlops_items *self);

/**
 * Count int64 values.
 *
 * @param self    sketch of int64 values
 * @param values  @shape(n) int64
 * @param n       0 or more
 * @return MLOPS_E_INVALID if n is negative, or the sketch is one of texts; MLOPS_E_LIMIT beyond
 *         2^63 - 1 values in all. Nothing is counted in either case
 * @since 0.1
 */
MLOPS_API mlops_status mlops_items_add(mlops_items *self, const int64_t *values, int64_t n);

/**
 * Count a text a number of times.
 *
 * @param self   sketch of texts
 * @param text   UTF-8
 * @param times  1 or more
 * @return MLOPS_E_INVALID if times is below 1, or the sketch is one of int64 values; MLOPS_E_LIMIT
 * if the text is longer than text_max, or beyond 2^63 - 1 values in all. Nothing is counted then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_items_add_text(mlops_items *self, const char *text, int64_t times);

/**
 * Add what another sketch has seen. What counts may be short of adds up.
 *
 * @param self   sketch
 * @param other  sketch of the same text_max, of any lg_size; unchanged
 * @return MLOPS_E_INVALID if the text_max differ, or other is self; MLOPS_E_LIMIT beyond 2^63 - 1
 *         values in all. Nothing is added in either case
 * @since 0.1
 */
MLOPS_API mlops_status mlops_items_merge(mlops_items *self, const mlops_items *other);

/** Forget all values; the configuration stays. @since 0.1 */
MLOPS_API void mlops_items_reset(mlops_items *self);

/**
 * Totals and the bound of the error.
 *
 * @param self      sketch
 * @param[out] out  @shape(1) struct_size must be set
 * @return MLOPS_E_INVALID if struct_size is unknown
 * @since 0.1
 */
MLOPS_API mlops_status mlops_items_summarize(const mlops_items *self, mlops_items_summary *out);

/** How many values are frequent: these come first in mlops_items_at(). -1 if kind is unknown.
 * @param self       sketch
 * @param kind       which error is not to be made
 * @param threshold  what frequent values are above; less than summarize's error is taken as that
 * @since 0.1 */
MLOPS_API int64_t mlops_items_frequent(mlops_items *self, mlops_items_kind kind, int64_t threshold);

/**
 * A value by its place, the most frequent first; of equal ones the lesser.
 *
 * @param self      sketch
 * @param index     0 to n_kept - 1
 * @param[out] out  @shape(1) struct_size must be set
 * @return MLOPS_E_INVALID if struct_size is unknown, or index is out of range
 * @since 0.1
 */
MLOPS_API mlops_status mlops_items_at(mlops_items *self, int64_t index, mlops_items_row *out);

/**
 * How often a value was added.
 *
 * @param self      sketch of int64 values
 * @param value     whether it is kept or not
 * @param[out] out  @shape(1) struct_size must be set
 * @return MLOPS_E_INVALID if struct_size is unknown, or the sketch is one of texts
 * @since 0.1
 */
MLOPS_API mlops_status mlops_items_find(const mlops_items *self, int64_t value,
                                        mlops_items_row *out);

/** The same of a text, in a sketch of texts.
 * @param self      sketch of texts
 * @param text      UTF-8
 * @param[out] out  @shape(1) struct_size must be set
 * @return MLOPS_E_INVALID if struct_size is unknown, or the sketch is one of int64 values
 * @since 0.1 */
MLOPS_API mlops_status mlops_items_find_text(const mlops_items *self, const char *text,
                                             mlops_items_row *out);

/**
 * Write the sketch as bytes, the most frequent value first.
 *
 * @param self          sketch
 * @param form          how
 * @param[out] bytes    @nullable @shape(cap) NULL to ask for the size
 * @param cap           bytes of room
 * @param[out] needed   @nullable bytes that it takes
 * @return MLOPS_E_ARENA if cap is too small; nothing is written then; MLOPS_E_INVALID if the form
 *         is unknown
 * @since 0.1
 */
MLOPS_API mlops_status mlops_items_save(mlops_items *self, mlops_items_form form, void *bytes,
                                        size_t cap, size_t *needed);

/**
 * Read bytes of any form into the caller's storage: of mlops_items_save(), or of DataSketches.
 *
 * @param[out] out  the sketch, living in mem; needs no end
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      bytes of storage: mlops_items_size() of its lg_size and text_max
 * @param bytes     @shape(n) what was saved; borrowed for the call
 * @param n         number of bytes
 * @param text_max  of bytes of DataSketches, which do not tell: 0, they hold longs, or the room for
 *                  each string; else 0
 * @return MLOPS_E_CORRUPT for bytes that are no sketch, or contradict each other;
 * MLOPS_E_UNSUPPORTED for one of a later format, or a string with a NUL; MLOPS_E_LIMIT for a string
 * longer than text_max; MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID if mem is not aligned,
 * or text_max is out of range
 * @since 0.1
 */
MLOPS_API mlops_status mlops_items_load(mlops_items **out, void *mem, size_t size,
                                        const void *bytes, size_t n, int64_t text_max);

#ifdef __cplusplus
}
#endif

#endif
