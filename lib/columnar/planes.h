/* Bytes that are numbers of two, four or eight bytes, one behind the other: taken apart, so that
 * what is alike stands together, and what no compressor makes smaller stands by itself; and back.
 * Bytes: docs/format.md. */
#ifndef MLOPS_COLUMNAR_PLANES_H
#define MLOPS_COLUMNAR_PLANES_H

#include "base/buf.h"

enum { MLOPS__NUMBERS_BLOCK = 16 << 10 /* bytes that are taken apart in one way */ };

/* Appends the bytes to soft and hard, of which soft is worth compressing. lead: how many are ahead
 * of the first number, below 8. MLOPS_END, and nothing was appended, if they do not look like
 * numbers. That there is no memory is in the buffers. */
mlops_status mlops__numbers_split(const uint8_t *bytes, size_t n, size_t lead, mlops__buf *soft,
                                  mlops__buf *hard);

/* Makes the n bytes of the two; false if they hold something else. */
int mlops__numbers_join(const uint8_t *soft, size_t n_soft, const uint8_t *hard, size_t n_hard,
                        size_t lead, uint8_t *out, size_t n);

#endif
