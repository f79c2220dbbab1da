/* Options and tables that the host fills: the rule of struct_size in one place. */
#ifndef MLOPS_BASE_OPTS_H
#define MLOPS_BASE_OPTS_H

#include "base/fail.h"

/* Copies given (nullable) into the zeroed local struct out of ours bytes. A shorter struct leaves
 * the rest zero; a longer one is accepted only if its tail is zero (MLOPS_E_UNSUPPORTED). name is
 * that of the type, for the message. */
mlops_status mlops__opts_copy(void *out, size_t ours, const void *given, const char *name,
                              mlops_error *err);

/* The same for a struct that the caller lets us fill: copies ours back, cut to its struct_size. For
 * verbs without err; those that have one call the second. */
mlops_status mlops__opts_return(void *out, const void *ours, size_t size);
mlops_status mlops__opts_result(void *out, const void *ours, size_t size, const char *name,
                                mlops_error *err);

#endif
