/* Strings: comparing, searching and hashing, with capitals folded where a string says so. */
#ifndef MLOPS_EXPR_EXPR_TEXT_H
#define MLOPS_EXPR_EXPR_TEXT_H

#include "expr/expr.h"

/* By bytes, less than 0, 0, or greater. */
int mlops__expr_text_compare(const mlops__expr_text *a, const mlops__expr_text *b);

int mlops__expr_text_find(const mlops__expr_text *text, const mlops__expr_text *part);
int mlops__expr_text_begins(const mlops__expr_text *text, const mlops__expr_text *part);
int mlops__expr_text_ends(const mlops__expr_text *text, const mlops__expr_text *part);

/* % is any run of characters, _ is any one. Takes at most the product of the lengths. */
int mlops__expr_text_like(const mlops__expr_text *text, const mlops__expr_text *pattern);

int64_t mlops__expr_text_length(const mlops__expr_text *text); /* in characters */

/* XXH3-64 of the bytes, with seed 0; of an int64's eight, the lowest first. */
uint64_t mlops__expr_hash_text(const mlops__expr_text *text);
uint64_t mlops__expr_hash_i64(int64_t value);

/* hash n / 2^64, rounded down; 0 for n < 1. */
int64_t mlops__expr_bucket(uint64_t hash, int64_t n);

#endif
