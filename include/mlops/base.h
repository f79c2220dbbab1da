/* mlops/base.h: status, error, identity, version. Every other header includes this one.
 *
 * A verb that can fail returns a mlops_status. Verbs that do I/O, parse or build something take a
 * last, nullable mlops_error that the caller owns and that says what was wrong, where, and what
 * would be right. Nothing is thread-local and nothing is printed.
 */
#ifndef MLOPS_BASE_H
#define MLOPS_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define MLOPS_API __attribute__((visibility("default")))
#else
#define MLOPS_API
#endif

/** Version of these headers; the library's own is mlops_version(). */
enum { MLOPS_VERSION_MAJOR = 0, MLOPS_VERSION_MINOR = 1, MLOPS_VERSION_PATCH = 0 };

/** What a verb returns: 0 success, positive information, negative an error. Numbers are never
 * reused, new ones are appended. */
typedef enum mlops_status {
    MLOPS_OK = 0,             /**< success */
    MLOPS_END = 1,            /**< an iterator has no more */
    MLOPS_E_INVALID = -1,     /**< an argument is outside what the header allows */
    MLOPS_E_NOMEM = -2,       /**< the allocator returned NULL */
    MLOPS_E_IO = -3,          /**< the system refused a read, write or sync; os_code says why */
    MLOPS_E_NOT_FOUND = -4,   /**< the name or path does not exist */
    MLOPS_E_CORRUPT = -5,     /**< bytes fail their checksum or break their format */
    MLOPS_E_UNSUPPORTED = -6, /**< well-formed, but beyond this library; the message names it */
    MLOPS_E_ARENA = -7,       /**< the caller's storage is smaller than size() asked for */
    MLOPS_E_PARSE = -8,       /**< text that people write (CSV, options) does not parse */
    MLOPS_E_SCHEMA = -9,      /**< columns, types or shapes do not fit the model or reference */
    MLOPS_E_LIMIT = -10,      /**< larger than a limit that an option sets */
    MLOPS_E_NO_SPACE = -11,   /**< the device or quota is full */
    MLOPS_E_DENIED = -12,     /**< the system refuses access with these rights */
    MLOPS_E_CANCELLED = -13,  /**< the progress callback asked to stop */
    MLOPS_E_DEADLINE = -14,   /**< the deadline of the call has passed */
    MLOPS_E_EXISTS = -15,     /**< the name is taken */
    MLOPS_E_CONFLICT = -16,   /**< what a change was based on has changed since; build it again */
    MLOPS_E_BUSY = -17,       /**< somebody else holds the lock, and waiting was not asked for */
    MLOPS_E_FORKED = -18,     /**< opened before a fork: the child must open its own */
    MLOPS_E_REFUSED = -19,    /**< a gate says no; the message says which clause */
    MLOPS_E_ERASED = -20,     /**< it was erased; the message says when, by whom and why */
    MLOPS_STATUS_FORCE32 = 0x7fffffff
} mlops_status;

/** Where and why a verb failed. The caller owns it; written only when an error is returned. */
typedef struct mlops_error {
    int32_t code;      /**< the status returned */
    int32_t os_code;   /**< errno of the failed call, 0 if none */
    int32_t line;      /**< 1-based, 0 if the input has no lines */
    int32_t column;    /**< 1-based, 0 if unknown */
    int64_t offset;    /**< byte offset in the input, -1 if unknown */
    char message[488]; /**< UTF-8, ends in NUL: what was wrong, where, and what would be right */
} mlops_error;

/** Name of content: its SHA-256. */
typedef struct mlops_id {
    uint8_t bytes[32]; /**< digest, first byte first */
} mlops_id;

/**
 * Version of the library that is running, such as "0.1.0".
 *
 * @return @borrowed(static) never NULL
 * @since 0.1
 */
MLOPS_API const char *mlops_version(void);

/**
 * Name of a status, such as "MLOPS_E_CORRUPT".
 *
 * @param status  any value
 * @return @borrowed(static) never NULL; "MLOPS_E_UNKNOWN" for a number that is not a status
 * @since 0.1
 */
MLOPS_API const char *mlops_status_name(mlops_status status);

#ifdef __cplusplus
}
#endif

#endif
