/* Writing a mlops_error: one way to say what was wrong. */
#ifndef MLOPS_BASE_FAIL_H
#define MLOPS_BASE_FAIL_H

#include <mlops/base.h>

#include <stdarg.h>

#if defined(__GNUC__)
#define MLOPS__PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define MLOPS__PRINTF(f, a)
#endif

/* Leaves the function with the status of expr if that is an error. */
#define MLOPS_TRY(expr)                                                                            \
    do {                                                                                           \
        mlops_status mlops__tried = (expr);                                                        \
        if (mlops__tried < 0) return mlops__tried;                                                 \
    } while (0)

/* As MLOPS_TRY(), where MLOPS_END goes to the caller, too. */
#define MLOPS_TRY_END(expr)                                                                        \
    do {                                                                                           \
        mlops_status mlops__tried = (expr);                                                        \
        if (mlops__tried) return mlops__tried;                                                     \
    } while (0)

/* Writes text into out (at most cap bytes with the NUL, cut at a UTF-8 boundary) and returns the
 * length that the whole would have. Knows %s %.*s %c %d %i %u %x with l, ll, z, and %%. */
size_t mlops__vformat(char *out, size_t cap, const char *format, va_list args) MLOPS__PRINTF(3, 0);
size_t mlops__format(char *out, size_t cap, const char *format, ...) MLOPS__PRINTF(3, 4);

/* Writes the first n bytes of the text and no NUL. */
void mlops__vformat_bytes(char *out, size_t n, const char *format, va_list args)
    MLOPS__PRINTF(3, 0);

/* Fills err, if there is one, and returns code. Place and os_code are set to "none". */
mlops_status mlops__fail(mlops_error *err, mlops_status code, const char *format, ...)
    MLOPS__PRINTF(3, 4);

/* As mlops__fail(), with a place: line and column (1-based, 0 unknown), offset (-1 unknown). */
mlops_status mlops__fail_at(mlops_error *err, mlops_status code, int64_t line, int64_t column,
                            int64_t offset, const char *format, ...) MLOPS__PRINTF(6, 7);

/* The end of a counted noun: "%lld field%s". */
static inline const char *mlops__plural(int64_t n) { return n == 1 ? "" : "s"; }

/* The one message for an allocation that failed. */
mlops_status mlops__fail_nomem(mlops_error *err, size_t size);

#endif
