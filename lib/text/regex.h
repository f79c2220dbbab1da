/* Regular expressions in linear time: a set of states goes over the text once, nothing is tried
 * again. The language is a subset of RE2's and of Python's (docs/expectations.md has all of it):
 * characters, ., [classes], \d \w \s \b and their opposites, (groups), |, * + ? {n,m}, ^ $, and
 * (?i) (?s) in front. \d, \w, \s, \b and (?i) know ASCII alone.
 */
#ifndef MLOPS_TEXT_REGEX_H
#define MLOPS_TEXT_REGEX_H

#include "base/arena.h"

enum {
    MLOPS__REGEX_BYTES_MAX = 4096,  /* of a pattern */
    MLOPS__REGEX_STATES_MAX = 8192, /* that it takes with its counts written out */
    MLOPS__REGEX_DEPTH_MAX = 100,   /* groups in one another */
    MLOPS__REGEX_COUNT_MAX = 1000   /* in braces */
};

typedef struct mlops__regex mlops__regex; /* immutable; lives in the arena */

/* What is wrong with a pattern, and where. */
typedef struct mlops__regex_problem {
    const char *what; /* static */
    size_t at;        /* byte of the pattern */
} mlops__regex_problem;

/* The pattern is UTF-8. MLOPS_E_PARSE and MLOPS_E_LIMIT have a problem; MLOPS_E_NOMEM. */
mlops_status mlops__regex_compile(const mlops__regex **out, const char *pattern, size_t n,
                                  mlops__arena *arena, mlops__regex_problem *problem);

/* Bytes, aligned to 4, that matching works in. */
size_t mlops__regex_scratch_size(const mlops__regex *self);

/* Whether the whole text (UTF-8) matches. */
int mlops__regex_matches(const mlops__regex *self, const char *text, size_t n, void *scratch);

#endif
