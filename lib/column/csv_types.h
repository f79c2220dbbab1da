/* Types that options give to columns of CSV: "code=string,when=time(%d.%m.%Y)". */
#ifndef MLOPS_COLUMN_CSV_TYPES_H
#define MLOPS_COLUMN_CSV_TYPES_H

#include "base/arena.h"
#include "base/fail.h"

#include <mlops/table.h>

typedef struct mlops__csv_type {
    const char *item; /* all of it */
    const char *name;
    mlops_type type;
    const char *time; /* of times, which are int64: their format, "" for ISO 8601; else NULL */
} mlops__csv_type;

/* types as mlops_csv_opts has it, nullable; the result lies in the arena. MLOPS_E_INVALID names
 * what is none. */
mlops_status mlops__csv_types_parse(mlops__arena *arena, const char *types, mlops__csv_type **out,
                                    int64_t *n, mlops_error *err);

/* NULL: none is given for the column. */
const mlops__csv_type *mlops__csv_types_find(const mlops__csv_type *types, int64_t n,
                                             const char *name);

/* Reads a time by its format, as mlops__csv_type has it; returns what mlops__time_parse() does. */
int mlops__csv_time(const char *format, const char *text, size_t n, int64_t *out);

/* Spells a time by a format, with a NUL behind it; 0: it would be read as another one. */
size_t mlops__csv_time_room(const char *format);
int mlops__csv_time_spell(char *out, const char *format, int64_t time_ns);

#endif
