/* Bytes and numbers as hexadecimal digits, in lower case. */
#ifndef MLOPS_BASE_HEX_H
#define MLOPS_BASE_HEX_H

#include <stddef.h>
#include <stdint.h>

/* 2 n digits and a NUL. */
void mlops__hex_bytes(char *out, const uint8_t *bytes, size_t n);

/* 16 digits and a NUL. */
void mlops__hex_u64(char *out, uint64_t value);

/* n bytes from 2 n digits, all of which are read; 0 if one of them is no digit in lower case. */
int mlops__hex_parse(uint8_t *out, const char *digits, size_t n);

#endif
