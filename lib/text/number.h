/* Numbers as text: correctly rounded in, shortest that round-trips out. */
#ifndef MLOPS_TEXT_NUMBER_H
#define MLOPS_TEXT_NUMBER_H

#include <stddef.h>
#include <stdint.h>

enum { MLOPS__NUMBER_MAX = 32 /* bytes that any formatted number takes, with its NUL */ };

/* Parse a decimal number that takes up all n bytes: [+-] digits [. digits] [e[+-]digits], with the
 * digits on one side of the point left out at will, and inf, infinity, nan in any case if special
 * is set. Rounded once, to nearest even, in the type itself. Returns 1, or 0 if the text is
 * something else; overflow gives an infinity, underflow a zero. */
int mlops__parse_f64(const char *text, size_t n, int special, double *out);
int mlops__parse_f32(const char *text, size_t n, int special, float *out);

/* digits * 10^-scale to nearest even, for digits > 0 and scale <= 19. Returns 0 for the few that
 * are so near to the middle of two numbers that it takes mlops__parse_f64() or _f32() to tell. */
int mlops__decimal_f64(uint64_t digits, size_t scale, double *out);
int mlops__decimal_f32(uint64_t digits, size_t scale, float *out);

/* [+-] digits, without overflow. */
int mlops__parse_i64(const char *text, size_t n, int64_t *out);

/* Shortest text that parses back to the same bits, as Python's repr spells it (1.0, 1e-05, 1e+16,
 * nan, inf); returns its length and writes a NUL behind it. Out has MLOPS__NUMBER_MAX bytes. */
size_t mlops__format_f64(char *out, double value);
size_t mlops__format_f32(char *out, float value);

/* With so many significant digits (1 to 17), as printf's %.*g. */
size_t mlops__format_digits(char *out, double value, int digits);

#endif
