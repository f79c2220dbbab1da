/* Finds the bytes that end a field, 64 at a time. */
#ifndef MLOPS_COLUMN_CSV_SCAN_H
#define MLOPS_COLUMN_CSV_SCAN_H

#include <stddef.h>
#include <stdint.h>

enum { MLOPS__CSV_BLOCK = 64 };

/* Bit i is set if byte i of n (at most 64) is the delimiter, a line feed or a carriage return. */
uint64_t mlops__csv_stops(const char *bytes, size_t n, char delimiter);

#endif
