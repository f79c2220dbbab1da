/* MurmurHash3 x64 128 (Appleby, in the public domain), with the seed of Apache DataSketches. */
#ifndef MLOPS_SKETCH_RUN_MURMUR_H
#define MLOPS_SKETCH_RUN_MURMUR_H

#include <stddef.h>
#include <stdint.h>

/* Both halves before the last steps, which mlops__coupon_of() takes. */
void mlops__murmur(const void *bytes, size_t n, uint64_t out[2]);

#endif
