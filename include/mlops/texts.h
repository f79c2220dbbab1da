/* mlops/texts.h: what can be counted of texts, as columns of a table. */
#ifndef MLOPS_TEXTS_H
#define MLOPS_TEXTS_H

#include <mlops/base.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Describe the texts of a column, row by row, by numbers that can be compared, profiled, kept as a
 * reference and watched. A column "review" gives
 *
 *     review.length       characters (int64)
 *     review.words        what blanks part (int64)
 *     review.letters      share of the characters that are ASCII letters (float64)
 *     review.digits       share of ASCII digits
 *     review.punctuation  share of ASCII punctuation
 *     review.non_ascii    share of characters beyond ASCII
 *     review.upper        share of the ASCII letters that are upper case
 *     review.word         one word of four characters or more, in lower case and at most 64 bytes,
 *                         drawn by a hash of the text (string)
 *
 * Of a null all are null, and each is where there is nothing to take it of.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self      table
 * @param column    name of a string column
 * @param err       @nullable
 * @return MLOPS_E_SCHEMA if there is none of that name, or of another type; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_table_texts(mlops_table **out, const mlops_table *self,
                                         const char *column, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
