/* What bytes look like, by how often each comes in each place of a number. */
#ifndef MLOPS_COLUMNAR_PLANES_LOOK_H
#define MLOPS_COLUMNAR_PLANES_LOOK_H

#include <stddef.h>
#include <stdint.h>

/* How a block is taken apart; these are the bytes of the format. */
typedef enum mlops__numbers_kind {
    MLOPS__NUMBERS_BYTES = 0,    /* it is not */
    MLOPS__NUMBERS_HARD = 1,     /* it is not, and nothing makes it smaller */
    MLOPS__NUMBERS_PLANES = 2,   /* first bytes of all numbers, second bytes, ... */
    MLOPS__NUMBERS_INTEGERS = 3, /* packed */
    MLOPS__NUMBERS_DECIMALS = 4  /* float64 with few digits behind the point, packed */
} mlops__numbers_kind;

enum { MLOPS__NUMBERS_BIT = 256 /* costs are in so many parts of a bit */ };

typedef struct mlops__numbers_plan {
    mlops__numbers_kind kind;
    unsigned width;  /* of a number, in bytes; 0: there are none */
    unsigned detail; /* of integers, thousands that divide all; of decimals, places */
    unsigned hard;   /* of planes, a bit for each that nothing makes smaller */
    uint32_t cost;   /* of eight bytes, about */
    unsigned few;    /* 1: eight bytes may be an integer that is not large; 2: four may be;
                        4: eight may be a float64 */
} mlops__numbers_plan;

/* BYTES, HARD or PLANES. */
mlops__numbers_plan mlops__numbers_look(const uint8_t *bytes, size_t n);

#endif
