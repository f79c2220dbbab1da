/* Times as people and files write them: ISO 8601. */
#ifndef MLOPS_TEXT_TIME_H
#define MLOPS_TEXT_TIME_H

#include <stddef.h>
#include <stdint.h>

/* YYYY-MM-DD, or that with T or a blank, HH:MM, perhaps :SS and a fraction, and perhaps Z or an
 * offset (+HH, +HHMM, +HH:MM); without one it is UTC. Digits of a fraction beyond the ninth are cut
 * off. Returns 1 and UTC nanoseconds since 1970, or 0 if the text is something else, or the time is
 * none that int64 holds (years 1678 to 2261 always are). */
int mlops__time_parse(const char *text, size_t n, int64_t *out);

#endif
