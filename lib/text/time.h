/* Times as people and files write them. */
#ifndef MLOPS_TEXT_TIME_H
#define MLOPS_TEXT_TIME_H

#include <stddef.h>
#include <stdint.h>

/* What int64 nanoseconds since 1970 hold; for messages. */
#define MLOPS__TIME_RANGE "1677-09-21 to 2262-04-11"

/* YYYY-MM-DD, or that with T or a blank, HH:MM, perhaps :SS and a fraction, and perhaps Z or an
 * offset (+HH, +HHMM, +HH:MM); without one it is UTC. Digits of a fraction beyond the ninth are cut
 * off. Returns 1 and UTC nanoseconds since 1970; 0 if the text is something else; -1 if the time is
 * none that they hold. */
int mlops__time_parse(const char *text, size_t n, int64_t *out);

/* The same by a format: %Y %y %m %b %d %H %I %p %M %S %f %z and %%, as strptime has them, else
 * bytes that stand there. %f is a fraction of any length, %z is Z or an offset, %b an English
 * month. Of what no directive gives it is 1970-01-01 00:00 UTC. */
int mlops__time_parse_as(const char *format, const char *text, size_t n, int64_t *out);

/* It has no other directives. */
int mlops__time_format_is(const char *format);

enum { MLOPS__TIME_MAX = 36 };

/* The shortest ISO 8601 that mlops__time_parse() reads as the time; returns its length. */
size_t mlops__time_format(char out[MLOPS__TIME_MAX], int64_t time_ns);

/* Spells the time by a format, in UTC, with a NUL behind it; returns the length, at most 5 times
 * that of the format. What the format does not tell is left out. */
size_t mlops__time_format_as(char *out, const char *format, int64_t time_ns);

#endif
