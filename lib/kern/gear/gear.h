/* Where content is cut into chunks, by what it says and not by where it stands: so that bytes that
 * are inserted or taken away change the chunks around them alone.
 *
 * A gear hash over a window of 32 bytes, after FastCDC (Xia et al., USENIX ATC 2016): that of the
 * window ending at position p is K times the sum of (byte[p - k] + 1) << k for k from 0 to 31,
 * modulo 2^32. Since the window is bounded, vectors find the same cuts as the recurrence
 * h = 2h + byte + 1; since the sum is linear, one product a position is enough.
 */
#ifndef MLOPS_KERN_GEAR_H
#define MLOPS_KERN_GEAR_H

#include <stddef.h>
#include <stdint.h>

/* Part of the format as far as chunks of two writers are to be found equal. Up to NORMAL a cut is
 * made at one window in 2^18, from there on at one in 2^14, so that sizes gather around it. */
enum {
    MLOPS__CHUNK_LEAST = 16 << 10,
    MLOPS__CHUNK_NORMAL = 64 << 10,
    MLOPS__CHUNK_MOST = 256 << 10,
    MLOPS__GEAR_HISTORY = 40 /* bytes that a scan may read ahead of its first position */
};

#define MLOPS__GEAR_FACTOR 0x9e3779b1u
#define MLOPS__GEAR_HARD   0xffffc000u /* 18 bits */
#define MLOPS__GEAR_EASY   0xfffc0000u /* 14 bits */

/* The first position p, from <= p < to, whose hash has none of the mask's bits; to if there is
 * none. from is at least MLOPS__GEAR_HISTORY. */
typedef size_t mlops__gear_scan(const uint8_t *bytes, size_t from, size_t to, uint32_t mask);

mlops__gear_scan mlops__gear_scan_scalar;

/* Size of the first chunk of n bytes; n, if there is one alone. More bytes behind the first
 * MLOPS__CHUNK_MOST make no difference. */
size_t mlops__gear_cut(mlops__gear_scan *scan, const uint8_t *bytes, size_t n);

#endif
