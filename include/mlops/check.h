/* mlops/check.h: looking for damage in a store.
 *
 * A check reads the journal, all content and the index, and holds them against each other. It needs
 * no store that can be opened, changes nothing, and no damage can end the program.
 */
#ifndef MLOPS_CHECK_H
#define MLOPS_CHECK_H

#include <mlops/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What was found. Immutable and shared; ends with the last mlops_check_unref(). @threadsafe */
typedef struct mlops_check mlops_check;

/** What a check has read. */
typedef struct mlops_check_counts {
    uint32_t struct_size; /**< MLOPS_CHECK_COUNTS_INIT sets it */
    uint32_t reserved;    /**< 0 */
    int64_t n_faults;     /**< damaged places */
    int64_t n_frames;     /**< commits of the journal whose chain of hashes holds */
    int64_t n_records;    /**< that they add up to */
    int64_t n_objects;    /**< pieces of content, each read whole and held against its SHA-256; a
                               quick check looks at what they are made of */
    int64_t n_bytes;      /**< of content; 0 from a quick check */
    int64_t n_unused;     /**< bytes of packs that hold nothing: left by writers that were killed */
    int64_t n_rows;       /**< of online views that are whole */
} mlops_check_counts;

#define MLOPS_CHECK_COUNTS_INIT                                                                    \
    { sizeof(mlops_check_counts), 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Check a store. Writers wait meanwhile, readers do not.
 *
 * All of it is read, and each content held against its SHA-256. With MLOPS_STORE_QUICK, journal,
 * index, heads of frames and how content is put together of them: that takes a fraction of the
 * time, and finds what is missing or cut, but no changed byte of content.
 *
 * @param[out] out  what was found, to be ended with mlops_check_unref(); NULL after an error
 * @param path      directory of the store
 * @param opts      @nullable host, and MLOPS_STORE_QUICK; other fields are not looked at
 * @param err       @nullable
 * @return MLOPS_OK whatever was found; MLOPS_E_NOT_FOUND, MLOPS_E_UNSUPPORTED, MLOPS_E_IO,
 *         MLOPS_E_DENIED, MLOPS_E_NOMEM if it could not be carried out; MLOPS_E_CORRUPT if the
 *         format file is damaged, so that nothing else can be told
 * @since 0.1
 */
MLOPS_API mlops_status mlops_check_store(mlops_check **out, const char *path,
                                         const mlops_store_opts *opts, mlops_error *err);

/** One more owner. @return self @since 0.1 */
MLOPS_API mlops_check *mlops_check_ref(mlops_check *self);

/** One owner less. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_check_unref(mlops_check *self);

/**
 * What was read.
 *
 * @param self      check
 * @param[out] out  @shape(1) result; struct_size must be set
 * @return MLOPS_E_INVALID if it is not
 * @since 0.1
 */
MLOPS_API mlops_status mlops_check_count(const mlops_check *self, mlops_check_counts *out);

/** Number of damaged places. @since 0.1 */
MLOPS_API int64_t mlops_check_n_faults(const mlops_check *self);

/**
 * One damaged place, in words.
 *
 * @param self   check
 * @param index  0 to mlops_check_n_faults() - 1; no more than 10,000 are kept
 * @return @borrowed(self) @nullable NULL beyond that
 * @since 0.1
 */
MLOPS_API const char *mlops_check_fault(const mlops_check *self, int64_t index);

#ifdef __cplusplus
}
#endif

#endif
