/* What the sketches share: the frame around bytes of Apache DataSketches, sorting.
 *
 * The frame, little-endian: magic, u32 version 1, what the sketch puts there, the bytes of
 * DataSketches, CRC-32 of all before it (also of later versions).
 */
#ifndef MLOPS_SKETCH_RUN_SKETCH_H
#define MLOPS_SKETCH_RUN_SKETCH_H

#include "base/buf.h"
#include "base/cursor.h"

enum { MLOPS__FRAME = 12 /* bytes of magic, version and CRC */ };

/* Begins to write size bytes, with the frame's front if magic is not 0. Tells the size, and returns
 * MLOPS_END if nothing else was asked for. */
mlops_status mlops__sketch_begin(mlops__buf *out, void *bytes, size_t cap, size_t *needed,
                                 size_t size, uint32_t magic);

/* Ends it: the frame's CRC. */
mlops_status mlops__sketch_end(mlops__buf *out, uint32_t magic);

/* Opens bytes: with a frame of this magic, in is what it holds; without (MLOPS_END) all of them. */
mlops_status mlops__sketch_open(mlops__cursor *in, const void *bytes, size_t n, uint32_t magic);

/* Sorts n elements in place; before tells whether a comes before b. */
void mlops__sketch_sort(void *data, size_t n, size_t size,
                        int (*before)(const void *a, const void *b, const void *user),
                        const void *user);

#endif
