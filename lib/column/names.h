/* Lists that options give as one line of CSV. */
#ifndef MLOPS_COLUMN_NAMES_H
#define MLOPS_COLUMN_NAMES_H

#include "base/arena.h"
#include "base/buf.h"

/* The fields of one line, unquoted, in the arena; at least one. what is the option's name, for the
 * message. MLOPS_E_INVALID for an open quote, bytes behind a quote, a line end outside of quotes.
 */
mlops_status mlops__list_parse(mlops__arena *arena, const char *list, char delimiter,
                               const char *what, const char ***out, int64_t *n, mlops_error *err);

/* The same, and no name may be empty, doubled or other than UTF-8. */
mlops_status mlops__names_split(mlops__arena *arena, const char *list, char delimiter,
                                const char ***out, int64_t *n, mlops_error *err);

/* Appends a name to a list that out holds nothing else of, so that mlops__names_split() with a
 * comma gives it back. */
void mlops__names_put(mlops__buf *out, const char *name);
void mlops__name_put(mlops__buf *out, const char *name); /* without a comma in front */

#endif
