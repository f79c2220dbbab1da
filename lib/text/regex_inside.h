/* The program that a pattern becomes. */
#ifndef MLOPS_TEXT_REGEX_INSIDE_H
#define MLOPS_TEXT_REGEX_INSIDE_H

#include "text/regex.h"

typedef enum mlops__regex_op {
    REGEX_SET,   /* takes a character of sets[x] */
    REGEX_SPLIT, /* goes on at x and at y */
    REGEX_JUMP,  /* goes on at x */
    REGEX_HERE,  /* goes on if assertion x holds */
    REGEX_END    /* the text must be at its end */
} mlops__regex_op;

typedef enum mlops__regex_here {
    REGEX_FIRST,   /* ^ */
    REGEX_LAST,    /* $ */
    REGEX_EDGE,    /* \b */
    REGEX_NO_EDGE, /* \B */
    REGEX_HERES
} mlops__regex_here;

typedef struct mlops__regex_step {
    int32_t op;
    int32_t x;
    int32_t y;
} mlops__regex_step;

typedef struct mlops__regex_range {
    uint32_t low;
    uint32_t high;
} mlops__regex_range;

/* Characters: ascending ranges that neither meet nor touch, and the ASCII ones as bits. */
typedef struct mlops__regex_set {
    uint64_t ascii[2];
    const mlops__regex_range *ranges;
    int32_t n;
} mlops__regex_set;

struct mlops__regex {
    const mlops__regex_step *steps;
    const mlops__regex_set *sets;
    int32_t n_steps;
};

#endif
