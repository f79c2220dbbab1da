/* mlops/arrow.h: the structs of the Arrow C Data Interface and C Stream Interface.
 *
 * Layout as specified by Apache Arrow; any other header that declares them under the standard
 * guards may be included before or after this one.
 */
#ifndef MLOPS_ARROW_H
#define MLOPS_ARROW_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

enum { ARROW_FLAG_DICTIONARY_ORDERED = 1, ARROW_FLAG_NULLABLE = 2, ARROW_FLAG_MAP_KEYS_SORTED = 4 };

/** Type and name of a column, or of a table (a struct of columns). */
struct ArrowSchema {
    const char *format;                    /**< type, as Arrow spells it */
    const char *name;                      /**< @nullable */
    const char *metadata;                  /**< @nullable */
    int64_t flags;                         /**< ARROW_FLAG_* */
    int64_t n_children;                    /**< columns of a table */
    struct ArrowSchema **children;         /**< @nullable */
    struct ArrowSchema *dictionary;        /**< @nullable type of the values behind indices */
    void (*release)(struct ArrowSchema *); /**< NULL once released */
    void *private_data;                    /**< the producer's own */
};

/** Values of a column, or of a table. */
struct ArrowArray {
    int64_t length;                       /**< rows */
    int64_t null_count;                   /**< -1: not counted yet */
    int64_t offset;                       /**< first row within the buffers */
    int64_t n_buffers;                    /**< as the type demands */
    int64_t n_children;                   /**< columns of a table */
    const void **buffers;                 /**< validity, offsets, data */
    struct ArrowArray **children;         /**< @nullable */
    struct ArrowArray *dictionary;        /**< @nullable */
    void (*release)(struct ArrowArray *); /**< NULL once released */
    void *private_data;                   /**< the producer's own */
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

/** A sequence of tables of one schema. */
struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out); /**< 0 or errno */
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);    /**< 0 or errno */
    const char *(*get_last_error)(struct ArrowArrayStream *);              /**< @nullable text */
    void (*release)(struct ArrowArrayStream *); /**< NULL once released */
    void *private_data;                         /**< the producer's own */
};

#endif

/** Opens a stream of the data, from its first batch on; called once for each pass, which must give
 * the same rows. columns, NULL for all, names those that are needed, as a list separated by commas,
 * quoted as in a CSV line: a stream that has them alone is faster to read, but it may have others.
 * Returns 0, or an errno of either sign, which fails the call. */
typedef int32_t (*mlops_stream_open)(void *open_user, const char *columns,
                                     struct ArrowArrayStream *out);

#ifdef __cplusplus
}
#endif

#endif
